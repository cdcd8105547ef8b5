/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - each second: what is measured and what the plan wants in, what slot 2 wants out, with one reason each. Pure: state in a struct.
 *
 * 1 demand     demand.h, always; in manual mode it only watches.
 * 2 base       the total of the free batteries at the receiving point (in service, good, not held by hand; the others' power is taken as given):
 *                economic        the plan's; plan-follow: what brings net export of this half hour to what was filed, at least a minute ahead
 *                peak-cut        rules.h RULES_PEAK against the demand target
 *                demand response the plan's, but the draw stays below dr_kw
 *                no valid plan   (none, expired, not finite): RULES_SELF. What a battery out of service was to give, the others take.
 *                island          all batteries' total shared again over all; those that form the grid are told nothing: they balance
 * 3 export     the total stays where the grid gives at most export_max_kw. What batteries cannot take: sources are held down, in their order.
 * 4 import     above it: the total is at least what keeps the draw within import_max_kw; then what the demand controller asks for. Import wins.
 * 5 share      share.h, with ramps of ramp_pct_per_s of the rating (or the battery's own, if less). Floor: reserve; in an island the least state of
 *              charge. The reserve is the bus's: RESERVE is told when less is stored on it than the reserves of its batteries in service together,
 *              as the plan reckons it, and not of each one; a battery elsewhere is a bus of its own. A battery elsewhere (a school's) follows its plan, never gives more than its load takes (not known: gives nothing).
 * 6 steps      the demand controller's; in an island: one more each 10 s while batteries give above 90 % of what they can, all below 5 % over the
 *              least state of charge; one less each 5 min while below 70 % and 10 % over.
 * Slot 2 is filled where it differs from the plan by 0.5 kW or more, or where there is no valid plan; else NaN, and the plan stands.
 *
 * The meter turns bad: for 5 s nothing changes but for the batteries' own limits. Then METER_BAD, and the total is held as it was; after
 * blind_s it goes to 0 by the ramps, sources that were held down stay so, and steps are given back (demand.h). A plan is not followed blind, but for
 * that of a battery elsewhere, which its own load limits. Frozen is bad too: not changed by one bit for FROZEN_S while the batteries changed by 20 kW,
 * or while the counter counted (meter_watch.h); then the total is held as it was when the value last changed. The counter goes on for the demand where it is good: steps are shed by it, and the
 * battery floor waits for the meter. A counter that stands while power is drawn is COUNTER_STANDS, also in manual: the half hour goes by power. Good again: from what batteries do, by the ramps.
 * Kept within: a limit that batteries and sources can keep is kept again within the time of a full swing by their ramps, 20 s at 10 %/s, and 5 s.
 * Manual: nothing is wanted, at once; the next mode begins from what is measured, without a bump.
 */
#ifndef CHISAN_GUARD_H
#define CHISAN_GUARD_H

#include "scada/base/mode.h"
#include "scada/dispatch/demand.h"
#include "scada/dispatch/share.h"
#include "scada/model/energy.h"

#define GUARD_MADE_KWH 2.0 /* a counter goes in steps; its own count is finer */
enum {
	GUARD_BATTERIES_MAX = SHARE_MAX,
	GUARD_SOURCES_MAX = 16,
	GUARD_ISLAND_GAP_S = 10,
	GUARD_ISLAND_BACK_S = 300,
	GUARD_ISLAND_KEEP_S = 30, /* from a start on, for what guard_restore_island() was told */
	GUARD_FROZEN_S = 30
};

/* clang-format off */
/* Words as in REASON_LIST of plan.h where the meaning is the same. */
#define GUARD_REASON_LIST(_) \
	_(WHY_NONE,        "",            "nothing to decide") \
	_(WHY_SURPLUS,     "surplus",     "no plan: takes what would be given away, gives what would be drawn") \
	_(WHY_PEAK,        "peak",        "keeps the half hour below its target") \
	_(WHY_FILED,       "filed",       "keeps to the filed plan") \
	_(WHY_RESPONSE,    "response",    "keeps what was promised for demand response") \
	_(WHY_GRID_LIMIT,  "grid limit",  "the connection is at its limit") \
	_(WHY_SHARED,      "shared",      "takes over what another cannot give, or follows the common state of charge") \
	_(WHY_SOC_LOW,     "empty",       "state of charge at its least or its reserve") \
	_(WHY_SOC_HIGH,    "full",        "state of charge at its most") \
	_(WHY_POWER,       "rating",      "at its greatest power") \
	_(WHY_TEMPERATURE, "temperature", "too cold or too warm for more") \
	_(WHY_RAMP,        "ramp",        "as fast as it may change") \
	_(WHY_REST,        "rest",        "too little to run for: the others carry it") \
	_(WHY_NO_RETURN,   "no return",   "its site takes no more, and nothing may flow back") \
	_(WHY_BLIND,       "blind",       "the receiving point is not measured") \
	_(WHY_HELD,        "held",        "held by an operator") \
	_(WHY_OUT,         "out",         "not in service, or what it reports is not good") \
	_(WHY_CURTAILED,   "curtailed",   "held down: nobody takes it") \
	_(WHY_ISLAND,      "island",      "the utility's grid is not there")
/* clang-format on */
#define GUARD_ENUM(id, name, help) id,
enum guard_reason { GUARD_REASON_LIST(GUARD_ENUM) GUARD_REASONS };
#undef GUARD_ENUM
const char *guard_reason_name(enum guard_reason r);
const char *guard_reason_help(enum guard_reason r);

struct guard_battery_set {
	const struct asset_battery *asset; /* borrowed */
	double min_kw;
	bool is_elsewhere; /* behind another connection */
};
struct guard_settings {
	struct demand_settings demand; /* its import_max_kw is the limit of import here too */
	double export_max_kw, ramp_pct_per_s;
	unsigned battery_count, source_count;
	struct guard_battery_set battery[GUARD_BATTERIES_MAX];
	double source_rated_kw[GUARD_SOURCES_MAX]; /* that can be held down, first to go first */
	double source_least_kw[GUARD_SOURCES_MAX]; /* below which none can be held: the next in order is */
};
struct guard_battery_in { /* NaN = not good, or none */
	double soc_pct, temperature_c, health, power_kw, device_charge_kw, device_discharge_kw;
	double held_kw, plan_kw;
	double site_load_kw; /* elsewhere */
	bool is_available, is_forming;
};
struct guard_input {
	struct demand_input
	    demand; /* utc, mono, power at the receiving point, counter, pulse, month; batteries are filled in here */
	enum guard_mode mode;
	struct utc plan_until;
	double filed_kw, dr_kw; /* NaN = none */
	bool has_made;          /* a counter says what went out of this half hour so far: */
	double made_kwh; /* the power's integral is never further from it than GUARD_MADE_KWH, as after a restart */
	struct guard_battery_in battery[GUARD_BATTERIES_MAX];
	double source_kw[GUARD_SOURCES_MAX]; /* what each makes */
};
struct guard_want {
	double kw; /* NaN = nothing: slot 2 is let go */
	enum guard_reason reason;
};
struct guard_output {
	struct guard_want battery[GUARD_BATTERIES_MAX], source[GUARD_SOURCES_MAX]; /* source: at most this */
	unsigned shed;                                                             /* so many steps */
	enum guard_reason shed_reason;
	uint32_t flags;            /* enum guard_flag; GRID_DOUBT is not of the guard */
	double total_kw, short_kw; /* wanted of the free batteries; what they cannot */
	/* Of the batteries in service at the receiving point, AC kWh above the least state of charge: what is stored, what their reserves ask for. */
	double stored_kwh, kept_kwh;
	struct demand_output demand;
};
struct guard {
	struct guard_settings set;
	struct demand demand;
	double kw[GUARD_BATTERIES_MAX]; /* wanted in the second before; NaN = nothing */
	double source_kw[GUARD_SOURCES_MAX];
	double total_kw, slot_kwh, grid_kw, follow_kw;
	int64_t last_us, good_us, slot, island_us;
	/* What stood when the meter's value last changed, and when. */
	double meter_kw, meter_counter_kwh, meter_battery_kw, meter_total_kw;
	int64_t meter_us;
	bool is_begun, is_frozen, is_belied; /* belied: by its own counter, in the second before */
	unsigned island_shed;
	unsigned
	    island_kept; /* steps that were shed in an island before a restart: they stay until it is known whether it still is one */
	int64_t kept_us;
	bool runs[GUARD_BATTERIES_MAX];
};

bool guard_init(struct guard *g, const struct guard_settings *set, char *why, size_t size);
void guard_step(struct guard *g, const struct guard_input *in, struct guard_output *out);
/* After guard_init(), before the first step: so many steps were shed in an island when the program ended; more than there are: all. */
void guard_restore_island(struct guard *g, unsigned shed);
/* So many are to be kept over a restart: what is shed in an island, or was before the last one while it is not known yet whether it still is one. */
unsigned guard_island_steps(const struct guard *g);

#endif
