/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticks.c - steps as tables. Hours and less are counted on the zone's own clock, days and more on its calendar.
 */
#include "config.h"

#include <math.h>
#include <time.h>

#include "console/ticks.h"
#include "console/when.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"

/* ---- values */

/* The least of 1, 2, 5 times a power of ten that is not below `least`. */
static double
round_step(double least)
{
	double power = pow(10, floor(log10(least)));

	for (int i = 0; i < 2; i++, power *= 10) {
		static const double leads[] = { 1, 2, 5 };
		for (size_t k = 0; k < ARRAY_LEN(leads); k++)
			if (leads[k] * power >= least * (1 - 1e-9))
				return leads[k] * power;
	}
	return power;
}

struct value_ticks
ticks_values(double lo, double hi, int most)
{
	struct value_ticks t = { 0 };

	if (!isfinite(lo) || !isfinite(hi) || !(lo < hi) || !isfinite(hi - lo) || most < 2)
		return t;
	t.step = round_step((hi - lo) / (most - 1));
	for (int i = 0; i < 3; i++) { /* where lo and hi are round themselves, one step more may fit */
		t.first = ceil(lo / t.step - 1e-9) * t.step;
		t.count = (int)floor((hi - t.first) / t.step + 1e-9) + 1;
		if (t.count <= most)
			break;
		t.step = round_step(t.step * 1.5);
	}
	t.decimals = t.step < 1 ? (int)ceil(-log10(t.step) - 1e-9) : 0;
	if (t.decimals > 12)
		t.decimals = 12;
	return t;
}

double
ticks_value(const struct value_ticks *t, int i)
{
	double v = t->first + i * t->step;

	return fabs(v) < t->step / 1e6 ? 0 : v; /* no -0.0000001 */
}

void
ticks_widen(double *lo, double *hi, int most, double least)
{
	double apart = least > fabs(*lo) * 1e-6 ? least : fabs(*lo) * 1e-6, step;

	if (!isfinite(*lo) || !isfinite(*hi) || !isfinite(*hi - *lo))
		return;
	if (*hi - *lo < apart) {
		double middle = *lo / 2 + *hi / 2;
		*lo = middle - apart / 2;
		*hi = middle + apart / 2;
	}
	step = round_step((*hi - *lo) / (most > 2 ? most - 1 : 1));
	*lo = floor(*lo / step + 1e-9) * step;
	*hi = ceil(*hi / step - 1e-9) * step;
}

/* ---- times */

enum unit { SECONDS, DAYS, MONTHS, YEARS };
/* clang-format off */
static const struct time_step {
	enum unit unit;
	int n;
	int label_cells;
	int64_t about_s; /* its length, roughly */
} steps[] = {
	{ SECONDS, 1, 8, 1 }, { SECONDS, 2, 8, 2 }, { SECONDS, 5, 8, 5 }, { SECONDS, 10, 8, 10 }, { SECONDS, 15, 8, 15 },
	{ SECONDS, 30, 8, 30 },
	{ SECONDS, 60, 5, 60 }, { SECONDS, 120, 5, 120 }, { SECONDS, 300, 5, 300 }, { SECONDS, 600, 5, 600 },
	{ SECONDS, 900, 5, 900 }, { SECONDS, 1800, 5, 1800 },
	{ SECONDS, 3600, 5, 3600 }, { SECONDS, 7200, 5, 7200 }, { SECONDS, 10800, 5, 10800 }, { SECONDS, 21600, 5, 21600 },
	{ SECONDS, 43200, 5, 43200 },
	{ DAYS, 1, 5, 86400 }, { DAYS, 2, 5, 172800 }, { DAYS, 7, 5, 604800 }, { DAYS, 14, 5, 1209600 },
	{ MONTHS, 1, 7, 2629746 }, { MONTHS, 2, 7, 5259492 }, { MONTHS, 3, 7, 7889238 }, { MONTHS, 6, 7, 15778476 },
	{ YEARS, 1, 4, 31556952 }, { YEARS, 2, 4, 63113904 }, { YEARS, 5, 4, 157784760 }, { YEARS, 10, 4, 315569520 },
	{ YEARS, 20, 4, 631139040 },
};
/* clang-format on */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Seconds that the zone is ahead of UTC at a time. */
static int64_t
offset_at(int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm = { 0 };

	return localtime_r(&t, &tm) == NULL ? 0 : tm.tm_gmtoff;
}

/* The first second after s at which the zone's clock shows a multiple of n. */
static int64_t
next_on_clock(int64_t s, int64_t n)
{
	int64_t at = s;

	for (int i = 0; i < 4; i++) {
		int64_t offset = offset_at(at), next = (floor_div(at + offset, n) + 1) * n - offset;
		int64_t later = offset_at(next), moved = next + offset - later;
		if (floor_div(next + later, n) * n == next + later)
			return next;
		if (moved > s && offset_at(moved) == later) /* the clock was set in between */
			return moved;
		at = next;
	}
	return s + n;
}

static int64_t
civil_s(int year, int month, int day)
{
	return when_civil(year, month, day, 0, 0, 0).us / US_PER_S;
}

/* Days are counted from a Monday, so that every week begins with one. */
#define MONDAY INT64_C(4)

/* The first begin of `n` days, months or years after s. */
static int64_t
next_on_calendar(int64_t s, const struct time_step *step)
{
	struct when_fields f = when_fields((struct utc){ s * US_PER_S });
	int64_t day = floor_div(s + offset_at(s), 86400), months = (int64_t)f.year * 12 + f.month - 1, next = s;

	for (int i = 1; next <= s && i < 4; i++) {
		if (step->unit == DAYS) {
			int64_t to = (floor_div(day - MONDAY, step->n) + i) * step->n + MONDAY;
			next = civil_s(f.year, f.month, f.day + (int)(to - day));
		} else if (step->unit == MONTHS) {
			int64_t to = (months / step->n + i) * step->n;
			next = civil_s((int)(to / 12), (int)(to % 12) + 1, 1);
		} else {
			next = civil_s((f.year / step->n + i) * step->n, 1, 1);
		}
	}
	return next > s ? next : s + step->about_s;
}

static void
put_label(struct time_tick *t, const struct time_step *step)
{
	struct when_fields f = when_fields(t->at);

	t->is_major = step->unit == SECONDS && f.hour == 0 && f.minute == 0 && f.second == 0;
	if (t->is_major || step->unit == DAYS)
		str_printf(t->label, sizeof t->label, "%02d-%02d", f.month, f.day);
	else if (step->unit == SECONDS && step->n < 60)
		str_printf(t->label, sizeof t->label, "%02d:%02d:%02d", f.hour, f.minute, f.second);
	else if (step->unit == SECONDS)
		str_printf(t->label, sizeof t->label, "%02d:%02d", f.hour, f.minute);
	else if (step->unit == MONTHS)
		str_printf(t->label, sizeof t->label, "%04d-%02d", f.year, f.month);
	else
		str_printf(t->label, sizeof t->label, "%04d", f.year);
}

int
ticks_times(struct utc from, struct utc to, int cells, struct time_tick *out)
{
	const struct time_step *step = &steps[ARRAY_LEN(steps) - 1];
	int64_t s = floor_div(from.us - 1, US_PER_S), end = floor_div(to.us, US_PER_S);
	int count = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps) && cells > 0; i++) {
		int64_t room = cells / (steps[i].label_cells + 3);
		if (room > TICKS_MAX)
			room = TICKS_MAX;
		if (end - s > steps[i].about_s * (room > 0 ? room : 1))
			continue;
		step = &steps[i];
		break;
	}
	while (count < TICKS_MAX) {
		s = step->unit == SECONDS ? next_on_clock(s, step->n) : next_on_calendar(s, step);
		if (s > end)
			break;
		out[count].at = (struct utc){ s * US_PER_S };
		put_label(&out[count++], step);
	}
	return count;
}
