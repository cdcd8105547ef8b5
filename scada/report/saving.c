/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saving.c - days added up to a day, a month and a fiscal year.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/report/saving.h"

#define MONTHS_BEFORE 11 /* that a contract of the greatest of twelve months looks at besides the present one */
#define MONTHS_MOST   24

/* The greatest half hour of each month, from `first` on. */
struct months {
	int64_t first; /* date of the 1st */
	unsigned n;
	double with[MONTHS_MOST], without[MONTHS_MOST];
};

static int
month_of(const struct months *m, int64_t date)
{
	int64_t y0, y1;
	unsigned m0, m1, d;
	date_civil(m->first, &y0, &m0, &d);
	date_civil(date, &y1, &m1, &d);
	return (int)((y1 - y0) * 12 + (int64_t)m1 - (int64_t)m0);
}

static void
begin_spans(const struct report_source *src, int64_t from, int64_t to, struct saving *s)
{
	int64_t now = src->now.us / US_PER_MS, date = calendar_day(from), year = calendar_fiscal_begin(date);
	const int64_t begins[SAVING_SPANS] = { date, calendar_month_begin(date, 0), year };
	const int64_t ends[SAVING_SPANS] = { date + 1, calendar_month_begin(date, 1), calendar_month_begin(year, 12) };
	for (int k = 0; k < SAVING_SPANS; k++) {
		struct saving_period *p = &s->spans[k];
		int64_t begin = calendar_begin(begins[k]), end = to < now ? to : now;
		*p = (struct saving_period){ .from = begin,
			.to = end > begin ? end : begin,
			.end = calendar_begin(ends[k]),
			.half = dispatched_none(),
			.moved_kg = (double)NAN,
			.base = (double)NAN,
			.base_without = (double)NAN };
		p->lines = xcalloc(s->uses.count, sizeof(*p->lines));
		for (unsigned i = 0; i < s->uses.count; i++)
			p->lines[i] = use_none();
	}
}

/* The line that says by which factor electricity is bought; -1 = none. */
static int
bought_line(const struct uses *u)
{
	for (unsigned i = 0; i < u->count; i++)
		if (u->lines[i].role == USE_PURCHASED && u->lines[i].kind == FACTOR_ELECTRICITY)
			return (int)i;
	return -1;
}

static void
add_day(const struct report_source *src, struct saving *s, const struct saving_day *d)
{
	int bought = bought_line(&s->uses);
	double factor = bought >= 0 ? use_factor_kg(src, &s->uses, (unsigned)bought, d->date) : (double)NAN;
	double kg = (d->half.moved_kwh + d->half.apart_kwh) * factor;
	for (int k = 0; k < SAVING_SPANS; k++) {
		struct saving_period *p = &s->spans[k];
		if (d->from < p->from)
			continue;
		for (unsigned i = 0; i < s->uses.count; i++)
			use_add_day(src, &s->uses, i, d->date, &d->amounts[i], d->known_ms[i], &p->lines[i]);
		dispatched_add(&p->half, &d->half);
		if (!isnan(kg))
			p->moved_kg = (isnan(p->moved_kg) ? 0 : p->moved_kg) + kg;
	}
}

static void
note_month(struct months *m, const struct saving_day *d)
{
	int i = month_of(m, d->date);
	if (i < 0 || i >= MONTHS_MOST)
		return;
	m->n = (unsigned)i + 1 > m->n ? (unsigned)i + 1 : m->n;
	if (!isnan(d->half.greatest_kw) && !(m->with[i] >= d->half.greatest_kw))
		m->with[i] = d->half.greatest_kw;
	if (!isnan(d->half.greatest_without_kw) && !(m->without[i] >= d->half.greatest_without_kw))
		m->without[i] = d->half.greatest_without_kw;
}

static bool
looks_back(const struct site *site)
{
	const struct tariff *list = site->tariffs.v;
	for (uint32_t i = 0; i < site->tariffs.n; i++)
		if (list[i].contract == CONTRACT_MEASURED_12M)
			return true;
	return false;
}

static enum err
read_days(const struct report_source *src, struct saving *s, struct months *m)
{
	struct saving_day scratch = { 0 };
	const struct saving_day *d;
	int64_t last = calendar_day(s->spans[SAVING_DAY].from), year = calendar_fiscal_begin(last);
	enum err e = OK;
	m->first = looks_back(src->site) ? calendar_month_begin(year, -MONTHS_BEFORE) : year;
	for (unsigned i = 0; i < MONTHS_MOST; i++)
		m->with[i] = m->without[i] = (double)NAN;
	for (int64_t date = m->first; date <= last && e == OK; date++) {
		if (calendar_begin(date) >= src->now.us / US_PER_MS)
			break; /* nothing of it is over */
		e = saving_day_read(src, &s->uses, &s->meters, date, &scratch, &d);
		if (e != OK)
			break;
		note_month(m, d);
		if (date >= year)
			add_day(src, s, d);
	}
	saving_day_done(&scratch);
	return e;
}

/* Of the month with number i; NaN: no tariff holds, or its contract goes by half hours of which none is known. */
static double
month_charge(const struct site *site, const struct months *m, unsigned i, const double *kw)
{
	int64_t begin = calendar_month_begin(m->first, (int)i);
	const struct tariff *t = tariff_find(&site->tariffs, begin);
	unsigned back = i < MONTHS_BEFORE ? i : MONTHS_BEFORE;
	if (t == NULL)
		t = tariff_find(&site->tariffs, calendar_month_begin(begin, 1) - 1);
	return t != NULL ? tariff_month_charge(t, &kw[i - back], back + 1) : (double)NAN;
}

static void
add_charges(const struct report_source *src, struct saving *s, const struct months *m)
{
	for (int k = SAVING_MONTH; k < SAVING_SPANS; k++) {
		struct saving_period *p = &s->spans[k];
		for (int i = month_of(m, calendar_day(p->from)); i < (int)m->n; i++) {
			double with = month_charge(src->site, m, (unsigned)i, m->with);
			double without = month_charge(src->site, m, (unsigned)i, m->without);
			p->base_marks |= isnan(with) ? CELL_PARTIAL : 0;
			if (isnan(with) || isnan(without))
				continue;
			p->base = (isnan(p->base) ? 0 : p->base) + with;
			p->base_without = (isnan(p->base_without) ? 0 : p->base_without) + without;
		}
	}
}

/* What is estimated at the ends of days may be exact over all of them: a counter that went on while nobody looked. */
static enum err
settle_marks(const struct report_source *src, struct saving *s)
{
	const unsigned guessed = CELL_PARTIAL | CELL_ESTIMATED;
	enum err e = OK;
	for (int k = 0; k < SAVING_SPANS; k++) {
		struct saving_period *p = &s->spans[k];
		for (unsigned i = 0; i < s->uses.count && e == OK; i++) {
			struct use *u = &p->lines[i];
			if (s->uses.lines[i].as != COLUMN_INCREMENT || !(u->amount.marks & guessed) || p->to <= p->from)
				continue;
			e = use_marks(src, &s->uses, i, p->from, p->to, &u->amount.marks);
			if (!(u->amount.marks & guessed))
				u->known_ms = (double)(p->to - p->from);
		}
	}
	return e;
}

enum err
saving_read(const struct report_source *src, int64_t from, int64_t to, struct saving *out, char *message, size_t size)
{
	struct months m = { 0 };
	*out = (struct saving){ 0 };
	enum err e = uses_open(src, &out->uses, message, size);
	if (e == ERR_NOT_FOUND)
		return e;
	out->uses.is_co2_alone = true;
	if (e == OK)
		e = dispatched_open(src, &out->meters);
	if (e == OK) {
		begin_spans(src, from, to, out);
		e = read_days(src, out, &m);
	}
	if (e == OK)
		e = settle_marks(src, out);
	if (e == OK)
		add_charges(src, out, &m);
	else
		str_printf(message, size, "history cannot be read: %s", err_text(e));
	return e;
}

void
saving_done(struct saving *s)
{
	for (int k = 0; k < SAVING_SPANS; k++)
		free(s->spans[k].lines);
	dispatched_close(&s->meters);
	uses_close(&s->uses);
}

struct figure
saving_amount(const struct saving *s, enum saving_span span, int role, int kind)
{
	struct figure sum = { (double)NAN, 0, true };
	for (unsigned i = 0; i < s->uses.count; i++) {
		const struct site_use *l = &s->uses.lines[i];
		const struct figure *f = &s->spans[span].lines[i].amount;
		if (l->role != role || (kind >= 0 && l->kind != kind))
			continue;
		sum.is_empty = false;
		sum.marks |= f->marks | (isnan(f->v) ? CELL_PARTIAL : 0);
		if (!isnan(f->v))
			sum.v = (isnan(sum.v) ? 0 : sum.v) + f->v;
	}
	return sum;
}

double
saving_known(const struct saving *s, enum saving_span span, const struct site_use **line)
{
	const struct saving_period *p = &s->spans[span];
	double least = 1, length = (double)(p->to - p->from);
	*line = NULL;
	for (unsigned i = 0; i < s->uses.count && length > 0; i++)
		if (p->lines[i].known_ms / length < least) {
			least = p->lines[i].known_ms / length;
			*line = &s->uses.lines[i];
		}
	return least;
}

double
saving_due(const struct saving *s, enum saving_span span, double target)
{
	const struct saving_period *p = &s->spans[span], *y = &s->spans[SAVING_YEAR];
	return target * (double)(p->to - p->from) / (double)(y->end - y->from);
}

double
saving_expected(const struct saving *s, double kg)
{
	const struct saving_period *y = &s->spans[SAVING_YEAR];
	const struct site_use *line;
	double known_ms = saving_known(s, SAVING_YEAR, &line) * (double)(y->to - y->from);
	return known_ms > 0 ? kg * (1 + (double)(y->end - y->to) / known_ms) : (double)NAN;
}
