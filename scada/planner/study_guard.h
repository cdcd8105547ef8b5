/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_guard.h - the guard in a study: what is asked of it, and what it did.  It is the module that chisand calls each second
 * (scada/dispatch/guard.h), on a district made of the same site file (district.h), against powers that are reckoned here.
 *
 * A step is gone through in ticks. Within a tick the guard is asked each second until nothing changes any more; then what stands, stands to its
 * last second. Half hours are those of the clock.
 */
#ifndef CHISAN_STUDY_GUARD_H
#define CHISAN_STUDY_GUARD_H

#include "scada/dispatch/district.h"

#define STUDY_TICK_MAX_US (300 * US_PER_S)

struct study_guard_asked {
	/* Whole seconds, at most STUDY_TICK_MAX_US, of which half an hour and a row of the file are a multiple; 0: no guard. */
	int64_t tick_us;
	enum guard_mode mode; /* economic, plan-following or peak-cut */
	double target_kw;     /* demand target; NaN: the site file's */
};

struct study_shed { /* a step of loads */
	const struct asset *load;
	unsigned level;
	double kwh, seconds; /* not taken; off */
};
struct study_peak {
	double kw;      /* NaN = none yet */
	struct utc at;  /* begin of the half hour */
	unsigned above; /* half hours above the target */
};
struct study_guarded {
	double target_kw;               /* NaN = none */
	double seconds;                 /* gone through */
	double reason_s[GUARD_REASONS]; /* told to a battery or a source for this reason; several at once count each */
	double limited_s; /* of them for a reason that is a limit: less than was planned or wanted could be */
	double island_s;
	/* At the receiving point beyond the limits of its connection: what the guard could not keep, and the seconds until it had. */
	double import_over_s, import_over_kwh, export_over_s, export_over_kwh;
	struct study_shed shed[DEMAND_STEPS_MAX];
	unsigned shed_count;
	unsigned half_hours;
	/* Without it: as it was decided for the step, by rules with batteries at rest, and no load shed. */
	struct study_peak with, without;
};
struct study_guard_stepped { /* of one step */
	double limited_s, shed_kwh;
	double without_kw; /* greatest half hour that ended in it, or what there is of it, without the guard */
};

#endif
