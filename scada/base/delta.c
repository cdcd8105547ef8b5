/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delta.c - values as steps at the point's resolution against what was broadcast last.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/delta.h"

#define UNITS_MAX    (INT64_C(1) << 53) /* a double holds every whole number up to here */
#define DECIMALS_MIN (-6)
#define DECIMALS_MAX 12
#define FLAG_QUALITY 1u
#define FLAG_RAW     2u
#define TIME_MAX     (INT64_C(1) << 60) /* µs; beyond the year 36000: sums of two cannot overflow */

static double
power_of_ten(int decimals)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12 };
	int n = decimals < 0 ? -decimals : decimals;

	return powers[n > DECIMALS_MAX ? DECIMALS_MAX : n];
}

/* False: v has no place on the grid of its decimals. */
static bool
to_units(double v, int decimals, int64_t *n)
{
	double p = power_of_ten(decimals), u = decimals < 0 ? v / p : v * p;

	if (!(fabs(u) <= (double)UNITS_MAX)) /* also not a number */
		return false;
	*n = (int64_t)nearbyint(u);
	return true;
}

static double
from_units(int64_t n, int decimals)
{
	double p = power_of_ten(decimals);

	return decimals < 0 ? (double)n * p : (double)n / p;
}

double
delta_round(double v, int decimals)
{
	int64_t n;

	return to_units(v, decimals, &n) ? from_units(n, decimals) : v;
}

void
delta_begin(struct delta_writer *w, struct wbuf *body, struct utc now, bool is_absolute)
{
	struct wbuf points = w->points;

	wbuf_reset(&points);
	*w = (struct delta_writer){ .b = body, .now = now, .points = points, .is_absolute = is_absolute };
}

/* Whole milliseconds, within what a reader takes: the time of a sample comes from outside and may be any number. */
static int64_t
ms_between(struct utc later, struct utc earlier)
{
	int64_t us;

	if (__builtin_sub_overflow(later.us, earlier.us, &us))
		us = earlier.us < 0 ? TIME_MAX : -TIME_MAX;
	us = us > TIME_MAX ? TIME_MAX : us < -TIME_MAX ? -TIME_MAX : us;
	return us / US_PER_MS;
}

/* How long after the scan it was received. */
static uint64_t
lag_ms(struct utc scanned, struct utc received)
{
	int64_t ms = scanned.us == 0 ? 0 : ms_between(received, scanned);

	return (uint64_t)(ms < 0 ? 0 : ms > DELTA_LAG_MAX_MS ? DELTA_LAG_MAX_MS : ms);
}

void
delta_group(struct delta_writer *w, uint32_t group, struct utc scanned, struct utc received)
{
	assert(w->count == 0 && group >= w->next_group);
	w_varint(&w->points, group - w->next_group);
	w_zigzag(&w->points, ms_between(w->now, scanned));
	w_varint(&w->points, lag_ms(scanned, received));
	w->next_group = group + 1;
	w->groups++;
	w->groups_len = w->points.len;
}

/* Both ends see a value's time at whole milliseconds before the broadcast; a time that is not known stays so. */
static struct utc
time_before(struct utc now, int64_t ms)
{
	struct utc t = utc_add(now, -ms * US_PER_MS);

	return t.us > -US_PER_MS && t.us < US_PER_MS ? (struct utc){ 0 } : t;
}

static bool
quality_differs(const struct delta_cell *cell, const struct value *v)
{
	if (v->quality != cell->quality || v->cause != cell->cause)
		return true;
	return v->quality != 0 && ms_between(v->time, cell->time) != 0;
}

void
delta_point(struct delta_writer *w, uint32_t point, struct delta_cell *cell, const struct value *v)
{
	int64_t n = 0, last = w->is_absolute ? 0 : cell->n;
	unsigned flags = 0;

	assert(point >= w->next_point);
	if (w->is_absolute || quality_differs(cell, v))
		flags |= FLAG_QUALITY;
	if (!to_units(v->v, cell->decimals, &n))
		flags |= FLAG_RAW;
	w_varint(&w->points, (uint64_t)(point - w->next_point) * 4 + flags);
	if ((flags & FLAG_QUALITY) != 0) {
		int64_t ms = v->quality == 0 ? 0 : ms_between(w->now, v->time);

		w_varint(&w->points, v->quality);
		w_varint(&w->points, v->cause);
		w_zigzag(&w->points, ms);
		cell->quality = v->quality;
		cell->cause = v->cause;
		cell->time = v->quality == 0 ? (struct utc){ 0 } : time_before(w->now, ms);
	}
	if ((flags & FLAG_RAW) != 0) {
		w_f64(&w->points, v->v);
		cell->n = 0;
		cell->v = v->v;
	} else {
		w_zigzag(&w->points, n - last);
		cell->n = n;
		cell->v = from_units(n, cell->decimals);
	}
	w->next_point = point + 1;
	w->count++;
}

size_t
delta_length(const struct delta_writer *w)
{
	return 8 + 5 + 5 + w->points.len;
}

static void
append(struct wbuf *b, const uint8_t *p, size_t len)
{
	if (len > 0)
		memcpy(wbuf_grow(b, len), p, len);
}

void
delta_end(struct delta_writer *w)
{
	w_i64(w->b, w->now.us);
	w_varint(w->b, w->groups);
	append(w->b, w->points.data, w->groups_len);
	w_varint(w->b, w->count);
	if (w->count > 0)
		append(w->b, w->points.data + w->groups_len, w->points.len - w->groups_len);
	wbuf_reset(&w->points);
}

void
delta_writer_done(struct delta_writer *w)
{
	wbuf_done(&w->points);
}

/* ---- reading: the bytes are hostile */

static bool
read_ms(struct rbuf *r, int64_t *ms)
{
	*ms = r_zigzag(r);
	return !r->bad && *ms >= -TIME_MAX / US_PER_MS && *ms <= TIME_MAX / US_PER_MS;
}

static bool
read_groups(struct rbuf *r, struct delta_sink *s, struct utc now)
{
	uint64_t count = r_varint(r), next = 0;

	if (count > s->groups)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t step = r_varint(r), lag;
		int64_t ms;

		if (!read_ms(r, &ms) || step >= s->groups - next)
			return false;
		lag = r_varint(r);
		if (r->bad || lag > (uint64_t)DELTA_LAG_MAX_MS)
			return false;
		next += step;
		s->group_time[next] = time_before(now, ms);
		s->group_received[next] = utc_add(s->group_time[next], (int64_t)lag * US_PER_MS);
		if (s->group_time[next].us == 0)
			s->group_received[next].us = 0;
		next++;
	}
	return true;
}

static bool
read_quality(struct rbuf *r, struct delta_cell *cell, struct utc now)
{
	uint64_t quality = r_varint(r), cause = r_varint(r);
	int64_t ms;

	if (!read_ms(r, &ms) || quality > Q_ALL || cause > UINT16_MAX)
		return false;
	cell->quality = (uint16_t)quality;
	cell->cause = (uint16_t)cause;
	cell->time = quality == 0 ? (struct utc){ 0 } : time_before(now, ms);
	return true;
}

static bool
read_value(struct rbuf *r, struct delta_cell *cell, bool is_raw, bool is_absolute)
{
	int64_t n;

	if (is_raw) {
		cell->v = r_f64(r);
		cell->n = 0;
		return !r->bad;
	}
	n = r_zigzag(r);
	if (r->bad || __builtin_add_overflow(n, is_absolute ? 0 : cell->n, &n) || n > UNITS_MAX || n < -UNITS_MAX)
		return false;
	cell->n = n;
	cell->v = from_units(n, cell->decimals);
	return true;
}

static bool
read_points(struct rbuf *r, struct delta_sink *s, struct utc now, bool is_absolute)
{
	uint64_t count = r_varint(r), next = 0;

	if (count > s->points)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t head = r_varint(r), step = head >> 2;
		struct delta_cell *cell;

		if (r->bad || step >= s->points - next)
			return false;
		next += step;
		cell = &s->cells[next];
		if ((head & FLAG_QUALITY) != 0 ? !read_quality(r, cell, now) : is_absolute)
			return false;
		if (!read_value(r, cell, (head & FLAG_RAW) != 0, is_absolute))
			return false;
		if (s->changed != NULL)
			s->changed((uint32_t)next, s->arg);
		next++;
	}
	return true;
}

enum err
delta_read(const struct frame *f, struct delta_sink *s, struct utc *time)
{
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	time->us = r_i64(&r);
	if (r.bad || time->us < -TIME_MAX || time->us > TIME_MAX)
		return ERR_FRAME;
	if (!read_groups(&r, s, *time) || !read_points(&r, s, *time, f->type == W_VALUES) || !r_done(&r))
		return ERR_FRAME;
	return OK;
}
