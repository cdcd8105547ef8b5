/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_figures.c - what columns of a trend amount to: taken together, in words, and the scale by which they are drawn.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/ticks.h"
#include "console/trend_chart.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

enum look
chart_look(int pen)
{
	static const enum look looks[CHART_PENS] = { LOOK_PEN_A, LOOK_PEN_B, LOOK_PEN_C, LOOK_PEN_D };

	return looks[pen % CHART_PENS];
}

const char *
chart_scale_word(enum chart_scale s)
{
	static const char *const words[] = { "scale of what is seen", "a scale for each", "scale of the instrument" };

	return words[s];
}

void
chart_span(char *buf, size_t size, int64_t us)
{
	static const struct {
		int64_t us;
		const char *word;
	} units[] = { { 366 * 86400 * US_PER_S, "y" }, { 86400 * US_PER_S, "d" }, { 3600 * US_PER_S, "h" },
		{ 60 * US_PER_S, "m" }, { US_PER_S, "s" } };

	if (us < 10 * US_PER_S) {
		char number[48];
		str_fixed(number, sizeof number, (double)us / 1e6, 1);
		str_printf(buf, size, "%ss", number);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (us < units[i].us && i + 1 < ARRAY_LEN(units))
			continue;
		int64_t n = us / units[i].us, rest = i + 1 < ARRAY_LEN(units) ? us % units[i].us / units[i + 1].us : 0;
		if (rest > 0 && n < 10)
			str_printf(
			    buf, size, "%lld%s%lld%s", (long long)n, units[i].word, (long long)rest, units[i + 1].word);
		else
			str_printf(buf, size, "%lld%s", (long long)n, units[i].word);
		return;
	}
}

/* ---- numbers */

struct bucket
chart_merge(const struct bucket *b, int count)
{
	struct bucket m = { .from = b[0].from,
		.min = (double)NAN,
		.mean = (double)NAN,
		.max = (double)NAN,
		.first = (double)NAN,
		.last = (double)NAN,
		.increment = (double)NAN };
	double weight = 0, sum = 0;

	for (int i = 0; i < count; i++) {
		double w = (double)b[i].seen > 0 ? (double)b[i].seen : 1e-9;
		m.samples += b[i].samples;
		m.min = fmin(m.min, b[i].min); /* fmin passes over NaN */
		m.max = fmax(m.max, b[i].max);
		if (!isnan(b[i].mean)) {
			sum += b[i].mean * w;
			weight += w;
		}
		if (!isnan(b[i].increment))
			m.increment = (isnan(m.increment) ? 0 : m.increment) + b[i].increment;
		if (isnan(m.first))
			m.first = b[i].first;
		if ((double)b[i].seen > 0)
			m.last = b[i].last;
		m.good += b[i].good / (float)count;
		m.seen += b[i].seen / (float)count;
		m.quality |= b[i].quality;
		m.marks |= b[i].marks;
	}
	if (weight > 0)
		m.mean = sum / weight;
	return m;
}

bool
chart_has_any(const struct bucket *b, int count, bool *is_seen)
{
	bool any = false;

	*is_seen = false;
	for (int i = 0; i < count; i++) {
		any |= !isnan(b[i].mean) || !isnan(b[i].increment);
		*is_seen |= b[i].seen > 0 || b[i].samples > 0 || (b[i].quality & Q_ALL) != 0;
	}
	return any;
}

struct bucket
chart_cell(const struct chart *c, int pen, int cell)
{
	const struct trend_view *v = &c->view;
	struct bucket b = chart_merge(&c->pens[pen].buckets[cell * v->fine], v->fine);
	int64_t length = trend_view_cell_us(v), past = c->now.us - v->origin.us - (v->first + cell) * length;

	if (past > 0 && past < length) {
		float more = (float)length / (float)past;
		b.good = fminf(1, b.good * more);
		b.seen = b.seen > 0 ? fminf(1, b.seen * more + 0.1f) : 0; /* the last seconds may be on their way */
		b.good = b.seen >= CHART_WHOLE && (b.quality & Q_ALL) == 0 ? 1 : b.good;
	}
	return b;
}

double
chart_value(const struct chart_pen *p, const struct bucket *b)
{
	if (p->kind == KIND_COUNTER)
		return b->increment;
	return p->kind == KIND_DIGITAL || p->kind == KIND_COMMAND ? (isnan(b->last) ? b->mean : b->last) : b->mean;
}

bool
chart_is_named(const struct chart_pen *p)
{
	return p->point != NULL && p->point->state_count > 0;
}

void
chart_text(const struct chart *c, const struct chart_pen *p, double v, char *buf, size_t size)
{
	char number[48];

	if (isnan(v)) {
		str_copy(buf, size, "-");
		return;
	}
	for (uint32_t i = 0; chart_is_named(p) && i < p->point->state_count; i++) {
		const struct client_name *s = &p->point->states[i];
		if (fabs((double)s->number - v) > 0)
			continue;
		text_put_safe(buf, size, c->ja && s->text_ja[0] != '\0' ? s->text_ja : s->text, -1);
		return;
	}
	if (fabs(v) >= 1e15)
		str_double(number, sizeof number, v);
	else
		str_fixed(number, sizeof number, v, p->decimals > 0 ? p->decimals : 0);
	str_copy(buf, size, number);
}

enum look
chart_quality(const struct chart_pen *p, const struct bucket *b, char *buf, size_t size)
{
	uint16_t q = b->quality & Q_ALL;
	enum validity validity = quality_validity(q);
	unsigned bit = 0;

	(void)p;
	while (quality_flag_word(bit) != NULL && ((q >> bit) & 1) == 0)
		bit++;
	if ((double)b->seen <= 0 && b->samples == 0 && q == 0) {
		str_copy(buf, size, "no record");
		return LOOK_LABEL;
	}
	if (q != 0 && quality_flag_word(bit) != NULL)
		str_printf(buf, size, "%s %s", quality_letters(q), quality_flag_word(bit));
	else if ((b->marks & BUCKET_RESET) != 0)
		str_copy(buf, size, "reset");
	else if ((b->marks & BUCKET_ESTIMATED) != 0)
		str_copy(buf, size, "estimated");
	else
		str_copy(buf, size, b->seen < CHART_WHOLE ? "partial" : "good");
	return validity == V_BAD ? LOOK_BAD : validity == V_UNCERTAIN ? LOOK_UNCERTAIN : LOOK_NORMAL;
}

bool
chart_is_ahead(const struct chart *c, int cell)
{
	const struct trend_view *v = &c->view;

	return v->until.us != 0 && v->origin.us + (v->first + cell) * trend_view_cell_us(v) > c->now.us;
}

/* The cell in which now stands is of what was, whole: what was and what is planned have no mean. */
bool
chart_is_ahead_fine(const struct chart *c, int column)
{
	return chart_is_ahead(c, column / c->view.fine);
}

enum look
chart_quality_of(
    const struct chart *c, const struct chart_pen *p, int cell, const struct bucket *b, char *buf, size_t size)
{
	if (!chart_is_ahead(c, cell))
		return chart_quality(p, b, buf, size);
	str_copy(buf, size, p->is_planned && !isnan(b->mean) ? "planned" : "to come");
	return LOOK_LABEL;
}

/* ---- scale */

static void
span_of(const struct chart *c, int pen, double *lo, double *hi)
{
	const struct chart_pen *p = &c->pens[pen];

	for (int i = 0; i < c->view.cells * c->view.fine; i++) {
		const struct bucket *b = &p->buckets[i];
		double v = chart_value(p, b);
		*lo = fmin(*lo, v);
		*hi = fmax(*hi, v);
		if (p->kind == KIND_COUNTER)
			continue;
		*lo = fmin(*lo, b->min);
		*hi = fmax(*hi, b->max);
	}
}

static bool
is_range(const struct chart_pen *p)
{
	return p->point != NULL && p->kind != KIND_COUNTER && isfinite(p->point->range_lo) &&
	    isfinite(p->point->range_hi) && p->point->range_lo < p->point->range_hi;
}

bool
chart_scale_of(const struct chart *c, int pen, double *lo, double *hi)
{
	const struct chart_pen *p = &c->pens[pen];
	double least = pow(10, -(double)(p->decimals > 0 ? p->decimals : 0)) * 4;

	*lo = *hi = (double)NAN;
	if (c->scale == SCALE_RANGE && is_range(p)) {
		*lo = p->point->range_lo;
		*hi = p->point->range_hi;
		return true;
	}
	for (int i = 0; i < c->pen_count; i++)
		if (i == pen ||
		    (c->scale == SCALE_AUTO && c->pens[i].kind == p->kind && strcmp(c->pens[i].unit, p->unit) == 0 &&
		        p->unit[0] != '\0'))
			span_of(c, i, lo, hi);
	if (p->kind == KIND_COUNTER) {
		*lo = fmin(*lo, 0);
		*hi = fmax(*hi, 0);
	}
	if (isnan(*lo) || !isfinite(*hi - *lo)) {
		*lo = 0;
		*hi = 1;
		return false;
	}
	ticks_widen(lo, hi, 6, chart_is_named(p) ? 1 : least);
	return *lo < *hi;
}
