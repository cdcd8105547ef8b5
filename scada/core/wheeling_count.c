/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_count.c - what counters say of each slot, and what a slot will come to.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/wheeling_private.h"
#include "scada/dispatch/district.h"
#include "scada/dispatch/wheel_usual.h"

#define LOOK_US (5 * 60 * US_PER_S) /* steps of a plan are looked at so far apart */
#define HOUR_US (3600.0 * (double)US_PER_S)

static point_id
find(const struct wheeling *w, const char *name)
{
	return name == NULL ? POINT_NONE : table_find(w->table, name);
}

static void
bind(struct wheeling *w, struct wheeling_counter *c, const char *name)
{
	if (name == NULL || strcmp(c->name, name) != 0) /* another counter has a total of its own */
		*c = (struct wheeling_counter){ .total = 0 };
	str_copy(c->name, sizeof(c->name), name != NULL ? name : "");
	c->point = find(w, name); /* over a reload the number may be another */
}

void
wheeling_bind(struct wheeling *w)
{
	const struct energy *e = table_site(w->table)->energy;
	const struct asset *grid = e != NULL ? district_grid(e) : NULL;

	bind(w, &w->made, w->set->export);
	for (unsigned p = 0; p < w->terms.part_count; p++)
		bind(w, &w->used[p], wheeling_part(w, p)->counter);
	w->grid = grid != NULL ? grid->name : NULL;
	w->power = grid != NULL ? find(w, asset_point(grid, "p")) : POINT_NONE;
}

/* ---- counted */

static bool
is_usable(const struct value *v)
{
	return (v->quality & ~(unsigned)(Q_SUBSTITUTED | Q_ADJUSTED | Q_DERIVED | Q_INACCURATE)) == 0 &&
	    v->time.us != 0;
}

/* From the reading before to this one. A counter of half hours has one reading in each: its time is the device's. */
static void
count(struct wheeling *w, struct wheeling_counter *c, bool is_made, unsigned part)
{
	const struct value *v = c->point == POINT_NONE ? NULL : &table_values(w->table)[c->point];

	if (v == NULL || !is_usable(v) || v->time.us <= c->at.us)
		return;
	double total = table_total(w->table, c->point), kwh = total - c->total;
	bool is_by_hand = (v->quality & Q_SUBSTITUTED) != 0;
	for (unsigned i = 0; i < WHEELING_DAYS && c->at.us != 0; i++) {
		struct wheeling_day *y = &w->days[i];
		(void)wheel_count(&y->d, is_made ? &y->made : &y->used[part], c->at, v->time, kwh, is_by_hand);
	}
	c->at = v->time;
	c->total = total;
}

void
wheeling_count(struct wheeling *w)
{
	count(w, &w->made, true, 0);
	for (unsigned p = 0; p < w->terms.part_count; p++)
		count(w, &w->used[p], false, p);
}

/* ---- foreseen */

double
wheeling_ahead_made(const struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now)
{
	struct utc start = wheel_slot_start(&y->d, slot), at = start;
	double sum = 0;
	unsigned n = 0;

	for (; at.us < start.us + WHEEL_SLOT_US; at = utc_add(at, LOOK_US)) {
		double kw = w->grid != NULL && at.us >= now.us ? plans_ahead(w->plans, w->grid, at, now) : (double)NAN;
		if (isnan(kw))
			return (double)NAN;
		sum += kw < 0 ? -kw : 0;
		n++;
	}
	return sum / n / 2;
}

/* From the plan, which has learned it; else from its own past; of whom nothing is known, what is usual. */
double
wheeling_ahead_used(
    const struct wheeling *w, const struct wheeling_day *y, unsigned part, unsigned slot, struct utc now)
{
	const struct site_wheel_part *p = wheeling_part(w, part);
	const struct site *s = table_site(w->table);
	struct utc start = wheel_slot_start(&y->d, slot), at = start;
	int64_t minutes, date = utc_date(start, &minutes);
	double sum = 0;
	unsigned n = 0;

	for (; p->asset != NULL && at.us < start.us + WHEEL_SLOT_US; at = utc_add(at, LOOK_US)) {
		double kw = at.us >= now.us ? plans_ahead(w->plans, p->asset, at, now) : (double)NAN;
		if (isnan(kw))
			break;
		sum += fabs(kw);
		n++;
	}
	if (n == WHEEL_SLOT_US / LOOK_US)
		return sum / n / 2;
	double learned = wheeling_learned(w, part, start);
	if (!isnan(learned))
		return learned;
	return wheel_usual_kwh(&(struct wheel_usual){ p->base_kw, p->peak_kw, p->from, p->to, p->follows_terms },
	    &(struct day_tables){ &s->holidays, &s->terms }, date, minutes);
}

/* What is counted, and for the rest of the slot its share of what is foreseen of the whole. A part without a counter: foreseen alone. */
static double
foresee_part(const struct wheeling *w, const struct wheeling_day *y, unsigned part, unsigned slot, struct utc now)
{
	struct wheel_amount a = wheel_counted(&y->d, &y->used[part], slot);
	double whole = wheeling_ahead_used(w, y, part, slot, now);
	double left = 1 - (double)y->used[part].covered_us[slot] / (double)WHEEL_SLOT_US;

	if ((a.marks & WHEEL_MISSING) != 0)
		return whole;
	return a.kwh + whole * (left > 0 ? left : 0);
}

double
wheeling_power(const struct wheeling *w)
{
	const struct value *p = w->power == POINT_NONE ? NULL : &table_values(w->table)[w->power];

	return p == NULL || !is_usable(p) ? (double)NAN : p->v < 0 ? -p->v : 0;
}

static double
foresee_made(const struct wheeling *w, const struct wheeling_day *y, unsigned slot)
{
	struct wheel_amount a = wheel_counted(&y->d, &y->made, slot);
	double left_h = (double)(WHEEL_SLOT_US - y->made.covered_us[slot]) / HOUR_US;

	/* the rest of the slot, and what of it nobody saw, at the power of now */
	return ((a.marks & WHEEL_MISSING) != 0 ? 0 : a.kwh) + wheeling_power(w) * (left_h > 0 ? left_h : 0);
}

struct wheel_foreseen
wheeling_foresee(const struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now)
{
	struct wheel_foreseen f = { (double)NAN, (double)NAN };
	struct wheel_amount a;
	double sum = 0;

	switch (wheel_phase(&y->d, slot, now)) {
	case WHEEL_OVER:
		f.made = wheel_counted(&y->d, &y->made, slot).kwh;
		a = wheel_taken(&y->d, y->used, slot);
		f.used = a.kwh;
		return f;
	case WHEEL_RUNNING: f.made = foresee_made(w, y, slot); break;
	default: f.made = wheeling_ahead_made(w, y, slot, now); break;
	}
	for (unsigned p = 0; p < w->terms.part_count; p++)
		sum += foresee_part(w, y, p, slot, now);
	f.used = sum * (1 + w->terms.loss_share);
	return f;
}

double
wheeling_limit(const struct wheeling *w, double made_kwh, double used_kwh)
{
	double share = w->set->limit_pct / 100 * fmax(made_kwh, used_kwh); /* fmax: of what is known */

	return isnan(share) ? w->set->limit_kwh : isnan(w->set->limit_kwh) ? share : fmin(share, w->set->limit_kwh);
}
