/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand.h - the half-hour demand controller: how much is drawn in this half hour, how much it will be, and what is to be done about it.
 * Pure: state in a struct, time given. Once a second: demand_step().
 *
 * Energy    of what is drawn, never offset by what is given: from the counter where its step is fine (0.1 kWh or less) and comes within
 *           5 s, else the integral of power. Where one of them stands still (meter_watch.h) the other makes it alone; what the counter missed
 *           before that was found out is what power said. A counter that went back has rolled over if that is possible with its size and the
 *           connection's limit; else it began anew or lied, and power fills that span. Spans without either go on with the slope before
 *           them; beyond 10 s they are marked "estimated", until the counter spans them: what it counted then lies evenly over them, and
 *           what was estimated too high falls. More than 1.2 times import_max_kw is taken for no more than that. A window whose beginning
 *           nobody saw: as the mean since, estimated; "over" counts only what was measured.
 *           All of it goes into a ring over time: when the clock is set, the window is cut out of the ring again where it now begins.
 * Windows   of 30 min, by the clock (:00, :30) or by the utility's pulse. A pulse out of time is dropped unless it is the second of a train;
 *           one that is late by more than a minute is lost: the window ended by itself after 30 min.
 * Figures   t minutes gone, e kWh drawn, p kWh a minute (mean of the last slope_s), r = 30 - t:
 *           D_now = e / 0.5    D_f = (e + p r) / 0.5    U = (target - D_f) 30 / r     U below zero: kW that must go now.
 *           In the last minute U is held as it was.
 * Stages    caution 注意: D_f above target. warning 警戒: batteries and steps that are left cannot give -U. Both not in the first 5 min, nor in the first after a start.
 *           over 超過: D_now above target. New month's maximum 更新: a flag beside them.
 * Battery   battery_floor_kw: the batteries together must give at least this (positive: discharge; negative: they may charge no more).
 *           Reckoned from their mean over the slope's span, so that what they did is not counted twice. From the first second.
 * Steps     shed one after the other in their order, when -U is more than the batteries have left, and they leave something to be drawn; at most
 *           one each SHED_GAP_S. What a step gave is
 *           taken off what the slope has not seen yet. Given back in reverse order, one each SHED_GAP_S, when off for min_off_s and D_f below
 *           0.95 target, and D_f with the step back still below the target. In the first 5 min of a window: all whose return the
 *           forecast of the new window bears, after min_off_s.
 * Blind     the meter is bad (neither counter nor power) for more than PATIENCE_S: "demand not known". Steps stay as they are, no new ones;
 *           the battery floor stays. After blind_s: the floor is dropped and steps are given back as above, without looking at D_f.
 */
#ifndef CHISAN_DISPATCH_DEMAND_H
#define CHISAN_DISPATCH_DEMAND_H

#include <math.h>

#include "scada/base/clock.h"
#include "scada/base/wire.h"
#include "scada/dispatch/meter_watch.h"

enum { DEMAND_STEPS_MAX = 16, DEMAND_RING = 512, DEMAND_CELL_S = 5, DEMAND_WINDOW_S = 1800 };
enum { DEMAND_MASK_S = 300, DEMAND_HOLD_S = 60, DEMAND_PATIENCE_S = 5, DEMAND_SHED_GAP_S = 10, DEMAND_GAP_S = 10 };
#define DEMAND_RELEASE 0.95

struct demand_settings {
	double target_kw;        /* NaN or 0: none; figures only */
	double import_max_kw;    /* what the connection can carry: more than this is no energy but a lie; above 0 */
	double counter_size_kwh; /* at which the counter begins at 0 again; 0 = does not */
	double counter_step_kwh; /* of its last digit */
	unsigned slope_s;        /* 60..180 */
	bool has_pulse;          /* windows begin with it; else by the clock */
	double min_off_s;        /* a step stays shed so long: 300..600 */
	double blind_s;          /* 300 */
	unsigned step_count;
	double step_kw[DEMAND_STEPS_MAX]; /* what each gives, in the order in which they go */
};

struct demand_input {
	struct utc utc;
	struct mono mono;
	double power_kw;        /* at the receiving point, import positive; NaN = bad */
	double counter_kwh;     /* of what is drawn; NaN = bad or none */
	bool pulse;             /* one came since the call before */
	double battery_kw;      /* what the batteries give now, discharge positive; NaN = not known, as 0 */
	double battery_more_kw; /* that they could give beyond it, for the rest of the window */
	bool only_watches;      /* figures and stages; steps that are shed count as given back */
	double month_max_kw;    /* greatest half hour of this month before this one; NaN = none */
};

enum demand_stage { DEMAND_CLEAR, DEMAND_CAUTION, DEMAND_WARNING, DEMAND_OVER, DEMAND_STAGES };
const char *demand_stage_name(enum demand_stage s);    /* "caution" */
const char *demand_stage_name_ja(enum demand_stage s); /* 注意 */

struct demand_output {
	bool is_known;     /* false: no figure is */
	bool is_estimated; /* a part of this window was not measured */
	double elapsed_min, used_kwh, slope_kwh_per_min;
	double now_kw, forecast_kw, adjust_kw; /* D_now, D_f, U; U NaN without target */
	enum demand_stage stage;
	bool is_new_max;
	double battery_floor_kw; /* NaN = no wish */
	unsigned shed;           /* so many steps of the order are shed */
	bool window_closed;      /* in this call */
	double closed_kw;        /* its mean; with window_closed */
	bool closed_is_whole;    /* measured from end to end: counts for the month */
	bool pulse_lost;
	bool counter_stands, power_stands; /* though it is good: the half hour goes by the other */
};

struct demand_cell {
	double drawn_kwh, battery_kwh, shed_kwh; /* sums at the cell's beginning */
};
struct demand { /* hands off: look at demand_output */
	struct demand_settings set;
	struct demand_cell ring[DEMAND_RING], sum; /* sum: now */
	int64_t cell, first_us; /* number of the last cell written; the ring knows nothing before first_us */
	int64_t last_us, start_us, estimated_us, counter_estimated_us, good_us; /* mono */
	bool is_begun, is_by_counter;                                           /* by_counter: in the second before */
	struct meter_watch watch;
	double power_kw, counter_kwh,
	    counter_from_kwh; /* counter_from_kwh: sum.drawn_kwh when the counter changed last */
	int64_t pulse_us, accepted_us, counter_us, rose_us; /* the counter was read, and changed */
	bool is_synced;
	double held_u, held_floor, slope_kw, battery_kw; /* the last two: means over the slope */
	unsigned shed;
	int64_t shed_us[DEMAND_STEPS_MAX], act_us;
};

double demand_now(double used_kwh);
double demand_forecast(double used_kwh, double slope_kwh_per_min, double elapsed_min);
double demand_adjust(double target_kw, double forecast_kw, double elapsed_min); /* r below 1 min: as at 1 min */

/* False: a setting is out of range; why says which. */
bool demand_init(struct demand *d, const struct demand_settings *set, char *why, size_t size);
void demand_step(struct demand *d, const struct demand_input *in, struct demand_output *out);
/* New settings while it runs: figures stay, steps that are no longer there are given back. */
bool demand_set(struct demand *d, const struct demand_settings *set, char *why, size_t size);
/* For a restart. What was drawn meanwhile comes from the counter, else from the slope. False: not this window's or not a blob: begun anew, but
 * for what was learned of the counter: whether it stands does not end with a half hour. */
void demand_save(const struct demand *d, struct utc utc, struct mono mono, struct wbuf *out);
bool demand_restore(struct demand *d, const uint8_t *blob, size_t len, struct utc utc, struct mono mono);

#endif
