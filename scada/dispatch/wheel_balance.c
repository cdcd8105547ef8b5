/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_balance.c - differences and their prices, what the running slot will come to and what batteries are to make of it, closing.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/wheel_actual.h"

#define LAST_US  (60 * US_PER_S)
#define US_PER_H (3600.0 * (double)US_PER_S)

/* ---- differences and prices */

double
wheel_shortage(enum wheel_side side, double plan, double actual)
{
	return round((side == WHEEL_GENERATION ? plan - actual : actual - plan) * 1000) / 1000 + 0.0;
}

const char *
wheel_price_fault(double price)
{
	if (!isfinite(price))
		return "is no price";
	if (price < 0)
		return "is below zero: a price of imbalance is from 0 to 600 a kWh";
	if (price > WHEEL_PRICE_MAX)
		return "is above 600: a price of imbalance is from 0 to 600 a kWh";
	return NULL;
}

const struct wheel_price *
wheel_price_find(const struct wheel_price *rows, size_t n, int64_t date, unsigned slot, struct utc as_of)
{
	const struct wheel_price *best = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct wheel_price *p = &rows[i];
		if (p->date != date || p->slot != slot || p->published_at.us > as_of.us ||
		    wheel_price_fault(p->price) != NULL)
			continue;
		if (best == NULL || p->is_final > best->is_final ||
		    (p->is_final == best->is_final && p->published_at.us >= best->published_at.us))
			best = p;
	}
	return best;
}

double
wheel_yen(double shortage_kwh, double price)
{
	return round(shortage_kwh * price * 100) / 100 + 0.0;
}

/* ---- the running slot and those to come */

/* Hours of a slot that are still to come. */
static double
hours_left(const struct wheel_day *d, unsigned slot, struct utc now)
{
	int64_t start = wheel_slot_start(d, slot).us, end = start + WHEEL_SLOT_US;
	if (now.us >= end)
		return 0;
	return (double)(end - (now.us > start ? now.us : start)) / US_PER_H;
}

double
wheel_expected(const struct wheel_day *d, unsigned slot, struct utc now, double so_far_kwh, double kw)
{
	double left = hours_left(d, slot, now);
	return left > 0 ? so_far_kwh + kw * left : so_far_kwh;
}

double
wheel_imbalance(double generation_kwh, double demand_kwh)
{
	double most = isnan(generation_kwh) ? demand_kwh : generation_kwh;
	if (isnan(generation_kwh) || isnan(demand_kwh))
		return most;
	if (fabs(demand_kwh) > fabs(most))
		most = demand_kwh;
	/* Each is filed for itself and judged for itself; together they are what is paid. */
	if (fabs(generation_kwh + demand_kwh) > fabs(most))
		most = generation_kwh + demand_kwh;
	return most;
}

bool
wheel_alarm(bool was_on, double imbalance_kwh, double limit_kwh, double clear_kwh)
{
	double size = fabs(imbalance_kwh);
	if (isnan(size))
		return was_on;
	return was_on ? size > clear_kwh : size > limit_kwh;
}

struct wheel_follow
wheel_follow(const struct wheel_day *d, unsigned slot, struct utc now, double so_far_kwh, double other_kw,
    double last_kw, double min_kw, double max_kw)
{
	struct wheel_follow f = { .target_kw = (double)NAN, .left_kwh = (double)NAN };
	double plan = wheel_planned(d, wheel_in_force(d), WHEEL_GENERATION, slot), hours = hours_left(d, slot, now);
	if (slot >= d->slots || wheel_phase(d, slot, now) != WHEEL_RUNNING)
		return f;
	f.target_kw = (plan - so_far_kwh) / hours - other_kw;
	if (isnan(f.target_kw))
		return f;
	if (hours * US_PER_H < (double)LAST_US) {
		f.is_held = true;
		f.target_kw = isnan(last_kw) ? 0 : last_kw;
	}
	f.is_limited = f.target_kw < min_kw || f.target_kw > max_kw;
	f.target_kw = fmax(min_kw, fmin(max_kw, f.target_kw));
	f.left_kwh = plan - so_far_kwh - (other_kw + f.target_kw) * hours;
	return f;
}

/* ---- closing */

struct wheel_closed
wheel_close(const struct wheel_day *d, enum wheel_side side, unsigned slot, struct wheel_amount actual,
    const struct wheel_price *price)
{
	struct wheel_closed c = { .plan = wheel_planned(d, wheel_in_force(d), side, slot),
		.actual = (actual.marks & WHEEL_MISSING) != 0 ? (double)NAN : actual.kwh,
		.marks = actual.marks,
		.price = price != NULL ? price->price : (double)NAN,
		.is_final = price != NULL && price->is_final };
	c.shortage = wheel_shortage(side, c.plan, c.actual);
	c.yen = wheel_yen(c.shortage, c.price);
	return c;
}

void
wheel_sum_add(struct wheel_sum *s, const struct wheel_closed *c)
{
	s->slots++;
	if (isnan(c->shortage)) {
		s->unknown++;
		return;
	}
	s->plan += c->plan;
	s->actual += c->actual;
	s->marked += (c->marks & (WHEEL_PARTIAL | WHEEL_MANUAL | WHEEL_SHARED)) != 0;
	s->shortage += fmax(c->shortage, 0);
	s->surplus += fmax(-c->shortage, 0);
	if (isnan(c->yen)) {
		s->unpriced++;
		return;
	}
	s->preliminary += !c->is_final;
	s->bought += fmax(c->yen, 0);
	s->sold += fmax(-c->yen, 0);
}

void
wheel_sum_merge(struct wheel_sum *month, const struct wheel_sum *day)
{
	month->plan += day->plan;
	month->actual += day->actual;
	month->shortage += day->shortage;
	month->surplus += day->surplus;
	month->bought += day->bought;
	month->sold += day->sold;
	month->slots += day->slots;
	month->unknown += day->unknown;
	month->marked += day->marked;
	month->unpriced += day->unpriced;
	month->preliminary += day->preliminary;
}

bool
wheel_sum_is_final(const struct wheel_sum *s)
{
	return s->slots > 0 && s->unknown == 0 && s->unpriced == 0 && s->preliminary == 0;
}
