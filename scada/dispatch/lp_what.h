/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lp_what.h - what a column or row of a plan's lp is: the last part of its label.
 */
#ifndef CHISAN_LP_WHAT_H
#define CHISAN_LP_WHAT_H

/* clang-format off */
#define LP_WHAT_LIST(_) \
	_(LP_NONE,          "") \
	_(LP_BALANCE,       "balance of a bus") \
	_(LP_OVER,          "made and taken by nobody") \
	_(LP_RESERVE,       "reserve of a bus") \
	_(LP_RESERVE_SHORT, "reserve that is missing") \
	_(LP_WHEEL,         "fed by what the district exports") \
	_(LP_BOUGHT,        "fed by the utility") \
	_(LP_COVER,         "who makes heat that is lacking") \
	_(LP_LINK,          "fed by the bus above") \
	_(LP_MAIN_STEAM,    "steam of the furnaces to turbines") \
	_(LP_WINDOW,        "mean of a demand window") \
	_(LP_CONTRACT,      "contract in a demand window") \
	_(LP_EXCESS,        "kWh beyond the contract") \
	_(LP_PEAK,          "kW beyond the month's peak") \
	_(LP_IMPORT,        "import") \
	_(LP_EXPORT,        "export") \
	_(LP_NET,           "given beyond what is lacking") \
	_(LP_MODE,          "one way or the other") \
	_(LP_FILED,         "filed plan of a window") \
	_(LP_SHORT,         "less than filed") \
	_(LP_SURPLUS,       "more than filed") \
	_(LP_POWER,         "power") \
	_(LP_EXTRACTION,    "steam extracted") \
	_(LP_LOST,          "load that is not served") \
	_(LP_HEAT_LOST,     "heat that is missing") \
	_(LP_ON,            "runs") \
	_(LP_START,         "starts") \
	_(LP_ABOVE,         "power above the least") \
	_(LP_RANGE,         "power while it runs") \
	_(LP_UP_TIME,       "runs on after a start") \
	_(LP_DOWN_TIME,     "stands after a stop") \
	_(LP_RAMP,          "change of power") \
	_(LP_VENT,          "waste heat that nobody takes") \
	_(LP_CHARGE,        "charge") \
	_(LP_DISCHARGE,     "discharge") \
	_(LP_STORED,        "stored") \
	_(LP_ENERGY,        "energy of a store") \
	_(LP_STEAM,         "steam") \
	_(LP_CALM,          "change of power that is weighed")
/* clang-format on */
#define LP_WHAT_ENUM(id, name) id,
enum lp_what { LP_WHAT_LIST(LP_WHAT_ENUM) LP_WHAT_COUNT };
#undef LP_WHAT_ENUM
const char *lp_what_name(enum lp_what w);

#endif
