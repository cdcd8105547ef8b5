/* SPDX-License-Identifier: Apache-2.0 */
/*
 * past.c - steps of a series by civil day and slot, and what of it cannot be true.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/forecast/past.h"

#define MINUTE_US   (60 * US_PER_S)
#define DAY_MINUTES 1440

const char *
past_fault(const struct past *p)
{
	if (p->step_us != 15 * MINUTE_US && p->step_us != 30 * MINUTE_US && p->step_us != 60 * MINUTE_US)
		return "its steps are not of 15, 30 or 60 minutes";
	if (p->start.us % p->step_us != 0)
		return "it does not begin with a step";
	if (p->count > PAST_DAYS_MAX * (unsigned)(DAY_MINUTES * MINUTE_US / p->step_us))
		return "it is longer than 400 days";
	return NULL;
}

static bool
is_known(double v)
{
	return fabs(v) <= PAST_MOST;
}

double
past_at(const struct past *p, struct utc t)
{
	int64_t i = (t.us - p->start.us) / p->step_us;
	return t.us < p->start.us || i >= (int64_t)p->count || !is_known(p->v[i]) ? (double)NAN : p->v[i];
}

struct utc
past_known_until(const struct past *p)
{
	for (unsigned i = p->count; i > 0; i--)
		if (is_known(p->v[i - 1]))
			return utc_add(p->start, (int64_t)i * p->step_us);
	return (struct utc){ 0 };
}

struct utc
past_known_before(const struct past *p, struct utc t)
{
	struct past before = *p;
	int64_t steps = (t.us - p->start.us) / p->step_us;
	before.count = steps < 0 ? 0 : steps < (int64_t)p->count ? (unsigned)steps : p->count;
	return past_known_until(&before);
}

void
grid_place(struct utc t, unsigned slots, int64_t *day, unsigned *slot)
{
	struct tm tm = { 0 };
	time_t s = (time_t)(t.us / US_PER_S - (t.us % US_PER_S < 0));
	(void)localtime_r(&s, &tm);
	*day = date_days((int64_t)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday);
	*slot = (unsigned)(tm.tm_hour * 60 + tm.tm_min) * slots / DAY_MINUTES;
}

/* Places of steps one after the other. The zone's offset is asked for each six hours, and each step only where it changes between. */
struct walk {
	unsigned slots;
	int64_t from_us, until_us, offset_us; /* in from..until clocks are ahead of UTC by offset */
};
#define WALK_US (360 * MINUTE_US)

static int64_t
offset_at(int64_t us)
{
	struct tm tm = { 0 };
	time_t s = (time_t)(us / US_PER_S);
	(void)localtime_r(&s, &tm);
	return tm.tm_gmtoff * US_PER_S;
}

static void
walk_place(struct walk *w, int64_t us, int64_t *day, unsigned *slot)
{
	if (us < w->from_us || us >= w->until_us) {
		int64_t now = offset_at(us), then = offset_at(us + WALK_US);
		w->from_us = us;
		w->until_us = now == then ? us + WALK_US : us + 1;
		w->offset_us = now;
	}
	int64_t minutes = (us + w->offset_us) / MINUTE_US;
	*day = minutes / DAY_MINUTES;
	*slot = (unsigned)(minutes % DAY_MINUTES) * w->slots / DAY_MINUTES;
}

void
grid_make(struct grid *g, const struct past *p, struct utc until, unsigned days)
{
	struct walk w = { .slots = (unsigned)(DAY_MINUTES * MINUTE_US / p->step_us) };
	int64_t last, day;
	unsigned slot;
	grid_place(until, w.slots, &last, &slot);
	*g = (struct grid){ .first = last - days + 1, .days = days, .slots = w.slots };
	size_t n = (size_t)days * g->slots;
	g->v = xcalloc(n, sizeof(*g->v));
	unsigned char *times = xcalloc(n, 1);
	for (unsigned i = 0; i < p->count; i++) {
		int64_t us = p->start.us + (int64_t)i * p->step_us;
		if (us >= until.us)
			break;
		if (!is_known(p->v[i]) || us < until.us - (int64_t)(days + 1) * DAY_MINUTES * MINUTE_US)
			continue;
		walk_place(&w, us, &day, &slot);
		if (day < g->first || day > last)
			continue;
		size_t at = (size_t)(day - g->first) * g->slots + slot;
		g->v[at] = (g->v[at] * times[at] + p->v[i]) / (times[at] + 1);
		times[at]++;
	}
	for (size_t i = 0; i < n; i++)
		if (times[i] == 0)
			g->v[i] = (double)NAN;
	free(times);
}

void
grid_done(struct grid *g)
{
	free(g->v);
	g->v = NULL;
}

double
grid_at(const struct grid *g, int64_t day, unsigned slot)
{
	if (day < g->first || day >= g->first + (int64_t)g->days || slot >= g->slots)
		return (double)NAN;
	return g->v[(size_t)(day - g->first) * g->slots + slot];
}

/* ---- what cannot be true */

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of the sorted: the value below which so much of it lies. n at least 1. */
static double
share_of(const double *sorted, size_t n, double share)
{
	return sorted[(size_t)(share * (double)(n - 1) + 0.5)];
}

/* The run of like answers that begins at i: its length. */
static size_t
run_at(const bool *is, size_t n, size_t i)
{
	size_t end = i;
	while (end < n && is[end])
		end++;
	return end - i;
}

static unsigned
drop_runs(struct grid *g, const bool *is, size_t least, size_t most)
{
	size_t n = (size_t)g->days * g->slots;
	unsigned dropped = 0;
	for (size_t i = 0; i < n; i++) {
		size_t length = run_at(is, n, i);
		for (size_t k = i; length >= least && length <= most && k < i + length; k++) {
			g->v[k] = (double)NAN;
			dropped++;
		}
		i += length;
	}
	return dropped;
}

/* On how many days of the same sort (five weekdays, or two of the weekend) is the slot above zero, of those that are known? */
static double
above_zero(const struct grid *g, unsigned slot, bool is_weekend)
{
	unsigned known = 0, above = 0;
	for (unsigned d = 0; d < g->days; d++) {
		unsigned weekday = date_weekday(g->first + d);
		double v = g->v[(size_t)d * g->slots + slot];
		if ((weekday == 0 || weekday == 6) != is_weekend || isnan(v))
			continue;
		known++;
		above += v > 0;
	}
	return known > 0 ? (double)above / known : 0;
}

static void
mark_beyond(const struct grid *g, bool *is)
{
	size_t n = (size_t)g->days * g->slots, known = 0;
	double *sorted = xcalloc(n + 1, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		if (!isnan(g->v[i]))
			sorted[known++] = g->v[i];
	qsort(sorted, known, sizeof(*sorted), by_value);
	double lo = known > 0 ? share_of(sorted, known, 0.02) : 0, hi = known > 0 ? share_of(sorted, known, 0.98) : 0;
	double wide = hi - lo;
	for (size_t i = 0; i < n; i++)
		is[i] = wide > 0 && (g->v[i] < lo - wide || g->v[i] > hi + wide);
	free(sorted);
}

static void
mark_zeros(const struct grid *g, bool *is)
{
	for (unsigned slot = 0; slot < g->slots; slot++) {
		double usual[2] = { above_zero(g, slot, false), above_zero(g, slot, true) };
		for (unsigned d = 0; d < g->days; d++) {
			unsigned weekday = date_weekday(g->first + d);
			size_t at = (size_t)d * g->slots + slot;
			is[at] = g->v[at] == 0 && usual[weekday == 0 || weekday == 6] > 0.5;
		}
	}
}

unsigned
grid_clean(struct grid *g)
{
	bool *is = xcalloc((size_t)g->days * g->slots + 1, sizeof(*is));
	size_t hour = g->slots / 24, two_days = 2 * (size_t)g->slots;
	mark_beyond(g, is);
	unsigned dropped = drop_runs(g, is, 1, two_days);
	mark_zeros(g, is);
	dropped += drop_runs(g, is, hour, two_days);
	free(is);
	return dropped;
}
