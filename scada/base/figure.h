/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figure.h - what chisand says about itself and about dispatch: the words that a point of protocol internal may name.
 */
#ifndef CHISAN_FIGURE_H
#define CHISAN_FIGURE_H

/* clang-format off */
/* _(id, word in the site file, unit, help) */
#define FIGURE_LIST(_) \
	_(FIGURE_CPU,      "cpu",             "%",  "share of one processor core that chisand and its helpers use") \
	_(FIGURE_MEMORY,   "memory",          "%",  "share of the machine's memory that chisand and its helpers hold; in MB or kB if that is the point's unit") \
	_(FIGURE_SESSIONS, "sessions",        "",   "clients that are connected") \
	_(FIGURE_OVERRUNS, "scan-overruns",   "",   "polls of the last minute that began later than half their period") \
	_(FIGURE_LAG,      "loop-lag",        "ms", "longest turn of chisand's loop in the last second") \
	_(FIGURE_STORE,    "store-state",     "",   "how the store is, as enum store_state: 0 well, 1 slow, 2 full, 3 failing, 4 read-only, 5 renewed, 6 meddled, 7 absent") \
	_(FIGURE_FREE,     "disk-free",       "GB", "space free on the store's file system; in % of the whole if that is the point's unit") \
	_(FIGURE_USED,     "disk-used",       "%",  "share of the store's file system that is not free") \
	_(FIGURE_DAYS,     "disk-days",       "d",  "days until it is full at the growth of the last days; 9999 if it does not grow; never read until the growth is known") \
	_(FIGURE_HISTORY,  "history-size",    "GB", "size of the database with its log; in MB if that is the point's unit") \
	_(FIGURE_DURABLE,  "store-lag",       "s",  "age of the oldest samples that are not yet durable") \
	_(FIGURE_WAITING,  "journal-waiting", "",   "entries of the journal that are not yet durable") \
	_(FIGURE_RECORDED, "recorded",        "/s", "samples taken into the record in the last second") \
	_(FIGURE_CHAIN,    "journal-chain",   "",   "the chain of the journal as the store proved it last: 1 whole, 0 broken; not good until it was proved") \
	_(FIGURE_TIME_OFF, "time-offset",     "ms", "how far the clock is off at most by what the kernel was told by the time service; not good while none keeps it") \
	_(FIGURE_RESTARTS, "restarts",        "",   "times that helpers were started again since chisand's start") \
	_(FIGURE_UNACKED,  "alarms-unacknowledged", "", "alarms that nobody has acknowledged yet") \
	_(FIGURE_RATE,     "alarm-rate",      "",   "alarms announced within the window in which a flood is looked for, 10 minutes by default") \
	_(FIGURE_FLOOD,    "alarm-flood",     "",   "1 while there is a flood of alarms, else 0") \
	_(FIGURE_SHELVED,  "alarms-shelved",  "",   "alarms on the shelf") \
	_(FIGURE_SUPPRESSED, "alarms-suppressed", "", "alarms that are suppressed by design now") \
	_(FIGURE_OUT,      "alarms-out",      "",   "alarms that are out of service") \
	_(FIGURE_OLD,      "alarms-old",      "",   "alarms that have been active for more than a day") \
	_(FIGURE_CHATTERING, "alarms-chattering", "", "alarms that come and go again and again") \
	_(FIGURE_OVERRIDES, "overrides",      "",   "outputs that an operator holds") \
	_(FIGURE_TAGS,     "tags",            "",   "tags that hang somewhere") \
	_(FIGURE_MODE,     "dispatch-mode",   "",   "mode that dispatch works in: 0 manual, 1 economic, 2 plan-following, 3 peak-cut, 4 demand-response, 5 island") \
	_(FIGURE_GRID,     "grid-state",      "",   "the utility's grid: 0 unknown, 1 there, 2 lost") \
	_(FIGURE_GUARD,    "guard-flags",     "",   "what the guard finds, bits: 0 receiving point not measured, 1 no plan, 2 import limit, 3 export limit, 4 batteries fall short, 5 below reserve, 6 battery out, 7 relay and measurement of the grid differ, 8 the counter stands still while power is drawn") \
	_(FIGURE_DEM_NOW,  "demand-now",      "kW", "half hour's mean if nothing more were drawn in it") \
	_(FIGURE_DEM_FCST, "demand-forecast", "kW", "half hour's mean as it will be at the present slope") \
	_(FIGURE_DEM_TGT,  "demand-target",   "kW", "demand target") \
	_(FIGURE_DEM_ADJ,  "demand-adjust",   "kW", "what may be drawn more for the rest of the half hour; below zero: what must go now") \
	_(FIGURE_DEM_STAGE, "demand-stage",   "",   "0 clear, 1 caution, 2 warning, 3 over") \
	_(FIGURE_DEM_MONTH, "demand-month",   "kW", "greatest half hour of this month") \
	_(FIGURE_DEM_YEAR, "demand-year",     "kW", "greatest half hour of this month and the eleven before") \
	_(FIGURE_SHED,     "steps-shed",      "",   "steps of loads that are shed") \
	_(FIGURE_RESERVE,  "reserve",         "kWh", "what batteries of the receiving point's bus can give above their least state of charge") \
	_(FIGURE_HOURS,    "outage-hours",    "h",  "that critical loads would be carried if the grid failed now; 999: as long or longer") \
	_(FIGURE_WHEEL_FLAGS, "wheel-flags",  "",   "what is found of self-wheeling, bits: 0 filing time near, 1 not filed in time, 2 a gate closes with a change not filed, 3 imbalance foreseen above the limit, 4 an answer is awaited, 5 the running half hour has no plan") \
	_(FIGURE_WHEEL_PLAN, "wheel-plan",    "kWh", "generation of the running half hour as filed") \
	_(FIGURE_WHEEL_MADE, "wheel-made",    "kWh", "generation of the running half hour so far") \
	_(FIGURE_WHEEL_USE,  "wheel-use",     "kWh", "demand of the running half hour as filed") \
	_(FIGURE_WHEEL_MISS, "wheel-imbalance", "kWh", "imbalance that the running half hour will come to: shortage is positive") \
	_(FIGURE_WHEEL_MISS_GEN, "wheel-imbalance-generation", "kWh", "of it generation's alone: as filed less what it will come to") \
	_(FIGURE_WHEEL_MISS_DEM, "wheel-imbalance-demand", "kWh", "of it demand's alone: what it will come to less as filed") \
	_(FIGURE_CO2_SAVED,  "co2-saved-today", "kg", "CO2 that dispatch saved on the local day so far, against the same plant with its batteries idle") \
	_(FIGURE_CO2_LOCAL,  "co2-local-today", "kg", "CO2 that local production saved on the local day so far; never to be added to the other") \
	_(FIGURE_COST,       "cost-today",    "", "cost of energy drawn from the grid on the local day so far, in the site's currency, without tax and demand charge")
/* clang-format on */
#define FIGURE_ENUM(id, word, unit, help) id,
enum figure { FIGURE_LIST(FIGURE_ENUM) FIGURE_COUNT };
#undef FIGURE_ENUM

#endif
