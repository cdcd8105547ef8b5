/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_actual.h - self-wheeling, what was delivered against the plan: actuals of slots, differences, prices, the running slot, closing.
 * Pure and given the time. A difference is a shortage where positive: of generation plan - actual, of demand actual - plan.
 */
#ifndef CHISAN_WHEEL_ACTUAL_H
#define CHISAN_WHEEL_ACTUAL_H

#include "scada/dispatch/wheel.h"

/* ---- actuals */

struct wheel_amount {
	double kwh;     /* NaN if missing */
	unsigned marks; /* enum wheel_mark */
};
struct wheel_meter {      /* of one day; all zero to begin */
	struct utc until; /* what came before is counted */
	double kwh[WHEEL_SLOTS_MAX];
	int64_t covered_us[WHEEL_SLOTS_MAX];
	unsigned char marks[WHEEL_SLOTS_MAX];
};
#define WHEEL_UNCOVERED_US (10 * US_PER_S) /* so much of a slot may be without an increment and it is still whole */

/*
 * kWh counted from one reading to the next; parts outside the day are left out. ERR_BAD_DATA: not forward in time, longer than a day, begins
 * before what is counted, or below zero or not finite (a counter that was reset or replaced): not counted, so that its slots show as partial.
 */
enum err wheel_count(
    const struct wheel_day *d, struct wheel_meter *m, struct utc from, struct utc to, double kwh, bool is_manual);
/* A slot's amount in place of what was counted: of the utility's meter, or by hand. ERR_USAGE. */
enum err wheel_count_given(
    const struct wheel_day *d, struct wheel_meter *m, unsigned slot, double kwh, bool is_utility);
struct wheel_amount wheel_counted(const struct wheel_day *d, const struct wheel_meter *m, unsigned slot);
/* Of all parts, with loss: of those that are there (partial) if some are missing. */
struct wheel_amount wheel_taken(const struct wheel_day *d, const struct wheel_meter *parts, unsigned slot);

/* ---- differences and prices */

double wheel_shortage(
    enum wheel_side side, double plan, double actual); /* kWh; below zero: surplus; NaN if either is */

struct wheel_price { /* of a kWh of imbalance in a slot, bought or sold: national, every half hour another */
	int64_t date;
	unsigned slot; /* from 0 */
	bool is_final; /* preliminary about 5 days after, final about 2 months after */
	struct utc published_at;
	double price;
};
/* 0 to 600: what emergencies have been priced at, with room; below zero is refused: in Japan nobody is paid to take imbalance. NULL = fine. */
#define WHEEL_PRICE_MAX 600
const char *wheel_price_fault(double price);
/* What was known at as_of: final before preliminary, then the later published, then the later row. NULL = none yet. */
const struct wheel_price *wheel_price_find(
    const struct wheel_price *rows, size_t n, int64_t date, unsigned slot, struct utc as_of);
double wheel_yen(double shortage_kwh, double price); /* to 0.01: positive is paid, negative is got */

/* ---- the running slot and those to come */

/* kWh of the slot at its end: so_far, and kw over what is left of it; of a slot to come so_far is 0. Over: so_far. */
double wheel_expected(const struct wheel_day *d, unsigned slot, struct utc now, double so_far_kwh, double kw);
/* The largest in size of generation's, demand's and their sum. NaN: neither is known. */
double wheel_imbalance(double generation_kwh, double demand_kwh);
/* On above limit_kwh, off at or below clear_kwh (less than limit); not known: as it was. */
bool wheel_alarm(bool was_on, double imbalance_kwh, double limit_kwh, double clear_kwh);

struct wheel_follow {
	double
	    target_kw; /* what the batteries are to make, positive discharges; NaN: no plan, no reading, or not running */
	double left_kwh; /* shortage that stays although they do */
	bool is_held;    /* less than a minute is left: the last target holds, since a kWh would be more than 60 kW */
	bool is_limited; /* least or greatest is reached */
};
/*
 * Keeps the generation plan in a slot. so_far_kwh: net generation since the slot began, with what batteries made. other_kw: what all but the batteries
 * make from now on. last_kw: the target before, NaN = none. min_kw <= 0 <= max_kw: what they can.
 */
struct wheel_follow wheel_follow(const struct wheel_day *d, unsigned slot, struct utc now, double so_far_kwh,
    double other_kw, double last_kw, double min_kw, double max_kw);

/* ---- closing */

struct wheel_closed {                              /* a side of a slot */
	double plan, actual, shortage, price, yen; /* NaN: not known */
	unsigned marks;                            /* of actual */
	bool is_final;                             /* the price */
};
struct wheel_sum {                /* a day's, a month's: sums of what is known, and how much is not */
	double plan, actual;      /* of slots where both are known */
	double shortage, surplus; /* kWh, both >= 0: never set off against each other */
	double bought, sold;      /* yen, both >= 0 */
	unsigned slots, unknown, marked, unpriced,
	    preliminary; /* unknown: no plan or no actual; marked: partial, manual or shared */
};
struct wheel_closed wheel_close(const struct wheel_day *d, enum wheel_side side, unsigned slot,
    struct wheel_amount actual, const struct wheel_price *price); /* price NULL: not yet */
void wheel_sum_add(struct wheel_sum *s, const struct wheel_closed *c);
void wheel_sum_merge(struct wheel_sum *month, const struct wheel_sum *day);
/* Nothing is unknown, unpriced or preliminary: it will not change by itself any more. */
bool wheel_sum_is_final(const struct wheel_sum *s);

#endif
