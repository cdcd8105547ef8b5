/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meter_watch.c - is it the counter or the power that stands still?
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/dispatch/meter_watch.h"

#define H_PER_US    (1.0 / 3600e6)
#define STAND_US    (METER_WATCH_STAND_S * US_PER_S)
#define PAUSE_US    (10 * US_PER_S)
#define UNKNOWN_KWH 10.0 /* a step that nobody has seen yet is no greater */
#define LEAST       0.02 /* of the limit: below it a meter may show something, and its counter need not start */
#define COARSE      0.05 /* of the limit: a meter may show no finer */
#define WAITS       3
#define HONEST      0.25

void
meter_watch_begin(struct meter_watch *w)
{
	memset(w, 0, sizeof(*w));
	w->counter_kwh = w->power_kw = (double)NAN;
}

bool
meter_watch_is_quick(const struct meter_watch *w)
{
	return w->period_us > 0 && w->period_us <= METER_WATCH_QUICK_S * US_PER_S;
}

static double
step_of(const struct meter_watch *w, const struct meter_watch_settings *s)
{
	double step = w->step_kwh > 0 ? w->step_kwh : UNKNOWN_KWH;

	return step > s->step_kwh ? step : s->step_kwh;
}

/* More than that no counter counts since its last step. */
static double
most_of(const struct meter_watch *w, const struct meter_watch_settings *s, struct mono now)
{
	return 1.2 * s->limit_kw * (double)(now.us - w->rise_us) * H_PER_US + 2 * step_of(w, s);
}

/* From here on it is looked at anew. */
static void
restart(struct meter_watch *w, struct mono now)
{
	w->rise_us = now.us;
	w->due_us = 0;
	w->drawn_kwh = w->run_kwh = 0;
	w->is_whole = true;
}

static void
forget_power(struct meter_watch *w, struct mono now)
{
	w->power_us = now.us;
	w->from_us = 0;
	w->rise_kwh = w->said_kwh = 0;
	w->power_stands = false;
}

/* Does the power say less than the counter, and has it stood still all the time? */
static void
compare_power(struct meter_watch *w, const struct meter_watch_settings *s, struct mono now, double rise)
{
	if (!w->is_whole || w->rise_us < w->power_us + STAND_US)
		return;
	if (w->from_us == 0)
		w->from_us = w->rise_us;
	w->rise_kwh += rise;
	w->said_kwh += w->drawn_kwh;
	double more =
	    HONEST * w->rise_kwh + 2 * step_of(w, s) + COARSE * s->limit_kw * (double)(now.us - w->from_us) * H_PER_US;
	if (now.us - w->from_us >= STAND_US && w->rise_kwh - w->said_kwh > more)
		w->power_stands = true;
}

/* A step of the counter: what it tells of the next ones. One that was small or soon by chance is forgotten by and by. */
static void
learn(struct meter_watch *w, double rise, int64_t gone)
{
	/* Where little is drawn it waits for its step, not for its time. */
	bool was_due = w->drawn_kwh > 2 * w->step_kwh;
	int64_t period = w->period_us == 0 || gone < 2 * w->period_us ? gone : 2 * w->period_us;

	if (w->is_whole && (period < w->period_us || was_due || w->period_us == 0))
		w->period_us = period;
	w->step_kwh = w->step_kwh == 0 || rise < 2 * w->step_kwh ? rise : 2 * w->step_kwh;
}

/* Does the counter go with power again? */
static void
trust_again(struct meter_watch *w, struct mono now, double rise)
{
	if (w->is_whole && rise < HONEST * w->drawn_kwh)
		w->honest_us = 0;
	else if (w->honest_us == 0)
		w->honest_us =
		    w->is_whole ? w->rise_us : now.us; /* what is not compared tells nothing of the time before */
	w->counter_stands = w->honest_us == 0 || now.us - w->honest_us < STAND_US;
}

static void
wait_for_step(struct meter_watch *w, const struct meter_watch_settings *s, struct mono now, double least_kw)
{
	int64_t wait = w->period_us == 0      ? METER_WATCH_UNKNOWN_S * US_PER_S
	    : WAITS * w->period_us > STAND_US ? WAITS * w->period_us
	                                      : STAND_US;

	if (!(w->power_kw >= least_kw)) {
		w->run_kwh = 0;
		w->due_us = 0;
		return;
	}
	if (w->run_kwh <= 2 * step_of(w, s))
		return;
	if (w->due_us == 0 || now.us - w->power_us >= STAND_US)
		w->due_us = now.us; /* a power that stands too says nothing */
	if (now.us - w->due_us < wait)
		return;
	w->counter_stands = true;
	w->honest_us = 0;
}

void
meter_watch_step(
    struct meter_watch *w, const struct meter_watch_settings *s, struct mono now, double power_kw, double counter_kwh)
{
	int64_t dt = now.us - w->last_us;
	bool is_pause = w->last_us == 0 || dt > PAUSE_US;
	double was_kwh = w->counter_kwh, was_kw = w->power_kw, rise = counter_kwh - was_kwh;

	if (w->last_us != 0 && dt <= 0)
		return;
	w->last_us = now.us;
	w->counter_kwh = counter_kwh;
	w->power_kw = power_kw;
	if (is_pause || power_kw != was_kw)
		forget_power(w, now);
	if (rise < 0 && s->size_kwh > 0)
		rise += s->size_kwh;
	if (rise < 0 || rise > most_of(w, s, now)) { /* another counter */
		w->step_kwh = 0;
		w->period_us = 0;
		rise = (double)NAN;
	}
	if (is_pause || !isfinite(rise)) {
		restart(w, now);
		w->is_whole = false;
		w->honest_us = 0;
		return;
	}
	if (isfinite(power_kw) && isfinite(was_kw)) {
		double kwh = ((power_kw > 0 ? power_kw : 0) + (was_kw > 0 ? was_kw : 0)) / 2 * (double)dt * H_PER_US;
		w->drawn_kwh += kwh;
		w->run_kwh += kwh;
	} else {
		w->is_whole = false;
	}
	if (rise > 0) {
		compare_power(w, s, now, rise);
		learn(w, rise, now.us - w->rise_us);
		if (w->counter_stands)
			trust_again(w, now, rise);
		restart(w, now);
	} else {
		wait_for_step(w, s, now, LEAST * s->limit_kw);
	}
}
