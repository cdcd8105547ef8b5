/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason.h - why a plan has an asset do what it does in a step; a byte in W_PLAN.
 */
#ifndef CHISAN_REASON_H
#define CHISAN_REASON_H

/* clang-format off */
/* Why an asset does what it does in a step: the constraint that binds, or what the kWh is worth. */
#define REASON_LIST(_) \
	_(REASON_NONE,        "",            "nothing to decide") \
	_(REASON_PRICE,       "price",       "cheaper now than later, or dearer: stored energy is moved") \
	_(REASON_SURPLUS,     "surplus",     "takes what would be given away or thrown away") \
	_(REASON_PEAK,        "peak",        "keeps the half hour below contract or the month's peak") \
	_(REASON_FILED,       "filed",       "keeps to the filed plan") \
	_(REASON_RESERVE,     "reserve",     "keeps what an outage would need") \
	_(REASON_SOC_LOW,     "empty",       "state of charge at its least") \
	_(REASON_SOC_HIGH,    "full",        "state of charge at its most") \
	_(REASON_POWER,       "rating",      "at its greatest power") \
	_(REASON_MINIMUM,     "minimum",     "at its least power while it runs") \
	_(REASON_RAMP,        "ramp",        "as fast as it may change") \
	_(REASON_UP_TIME,     "up time",     "must run on after its start") \
	_(REASON_DOWN_TIME,   "down time",   "may not start again yet") \
	_(REASON_HEAT,        "heat",        "runs for its heat") \
	_(REASON_FUEL,        "fuel",        "its fuel is cheaper than what it replaces, or dearer") \
	_(REASON_SUN,         "sun",         "all that the sun gives") \
	_(REASON_CURTAILED,   "curtailed",   "held down: nobody takes it, or giving it costs") \
	_(REASON_GRID_LIMIT,  "grid limit",  "the connection is at its limit") \
	_(REASON_HELD,        "held",        "held by an operator") \
	_(REASON_OUT,         "out",         "not in service") \
	_(REASON_SHED,        "shed",        "not enough for all: this goes first") \
	_(REASON_ISLAND,      "island",      "the utility's grid is not there") \
	_(REASON_SCHEDULE,    "schedule",    "as its schedule says")
/* clang-format on */
#define REASON_ENUM(id, name, help) id,
enum plan_reason { REASON_LIST(REASON_ENUM) REASON_COUNT };
#undef REASON_ENUM

/* Why something is kept in the batteries of a bus; a byte in W_PLAN and W_DISPATCH. */
#define RESERVE_LIST(_) \
	_(RESERVE_NONE, "", "nothing is kept") \
	_(RESERVE_OWN, "own", "the batteries' own reserve") \
	_(RESERVE_OUTAGE, "outage", "critical loads in an outage")
#define RESERVE_ENUM(id, name, help) id,
enum reserve_why { RESERVE_LIST(RESERVE_ENUM) RESERVE_COUNT };
#undef RESERVE_ENUM
const char *reserve_name(unsigned w); /* "?" beyond the list */
const char *reserve_help(unsigned w);

const char *plan_reason_name(unsigned r); /* "?" beyond the list */
const char *plan_reason_help(unsigned r);

#endif
