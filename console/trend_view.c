/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_view.c - arithmetic of cells. Nothing lies before 1970, and no more than a little room lies after now, or after what is known ahead.
 */
#include "config.h"

#include "console/trend_view.h"

#include "scada/base/mem.h"

#define MINUTE (60 * US_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const int64_t spans[] = { MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR,
	8 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 31 * DAY, 92 * DAY, 183 * DAY, 366 * DAY, 2 * 366 * DAY,
	5 * 366 * DAY, 10 * 366 * DAY, 30 * 366 * DAY };

void
trend_view_init(struct trend_view *v, int64_t span_us)
{
	*v = (struct trend_view){ .span_us = span_us, .is_live = true, .is_following = true };
}

int64_t
trend_view_cell_us(const struct trend_view *v)
{
	int64_t us = v->step_us * v->fine;

	return us > 0 ? us : US_PER_S; /* keys typed ahead of the first drawing */
}

struct utc
trend_view_from(const struct trend_view *v)
{
	return utc_add(v->origin, v->first * trend_view_cell_us(v));
}

struct utc
trend_view_to(const struct trend_view *v)
{
	return utc_add(v->origin, (v->first + v->cells) * trend_view_cell_us(v));
}

struct utc
trend_view_cursor(const struct trend_view *v)
{
	return utc_add(v->origin, v->cursor * trend_view_cell_us(v));
}

int
trend_view_cell_of(const struct trend_view *v, struct utc t)
{
	int64_t after = utc_diff_us(t, v->origin), cell = after / trend_view_cell_us(v) - v->first;

	return after < 0 || cell < 0 || cell >= v->cells ? -1 : (int)cell;
}

static int64_t
newest(const struct trend_view *v, struct utc now)
{
	return now.us / trend_view_cell_us(v);
}

/* Room kept free on the right, into which the curve grows before the picture moves on. */
static int64_t
room(const struct trend_view *v)
{
	return v->cells >= 20 ? v->cells / 10 : v->cells > 2 ? 1 : 0;
}

/* Cells behind the newest that something is known of. */
static int64_t
ahead(const struct trend_view *v, struct utc now)
{
	return v->until.us > now.us ? (v->until.us - 1) / trend_view_cell_us(v) - newest(v, now) : 0;
}

/* Kept free on the right while the cursor follows. */
static int64_t
room_ahead(const struct trend_view *v, struct utc now)
{
	int64_t more = ahead(v, now) < v->cells / 3 ? ahead(v, now) : v->cells / 3;

	return more > room(v) ? more : room(v);
}

static void
keep_in_bounds(struct trend_view *v, struct utc now)
{
	int64_t last = newest(v, now), more = ahead(v, now), most = last + more + 1 + room(v) - v->cells;

	if (v->first > most)
		v->first = most;
	if (v->first < 0)
		v->first = 0;
	v->is_live = last >= v->first && last < v->first + v->cells;
	if (v->cursor >= v->first + v->cells)
		v->cursor = v->first + v->cells - 1;
	if (v->cursor > last + more)
		v->cursor = last + more;
	if (v->cursor < v->first)
		v->cursor = v->first;
	v->is_following = v->is_live && v->cursor == last;
}

void
trend_view_now(struct trend_view *v, struct utc now)
{
	v->cursor = newest(v, now);
	v->first = v->cursor + 1 + room_ahead(v, now) - v->cells;
	keep_in_bounds(v, now);
}

void
trend_view_ahead(struct trend_view *v, struct utc until, struct utc now)
{
	bool turns = (v->until.us != 0) != (until.us != 0);

	v->until = until;
	if (turns && v->step_us > 0 && v->is_following)
		trend_view_now(v, now);
	else if (turns && v->step_us > 0)
		keep_in_bounds(v, now);
}

/* The raster becomes another: what stood under the cursor stays under it, in the same place of the screen. */
static void
set_raster(struct trend_view *v, int64_t span_us, int cells, int fine, struct utc now)
{
	bool was_following = v->is_following || v->step_us == 0, was_live = v->is_live;
	struct utc at = was_following ? now : utc_add(trend_view_cursor(v), trend_view_cell_us(v) / 2);
	struct utc end = trend_view_to(v);
	int place = v->cells > 0 ? (int)((v->cursor - v->first) * cells / v->cells) : 0;
	bool is_resize = span_us == v->span_us;

	v->span_us = span_us;
	v->cells = cells;
	v->fine = fine;
	v->step_us = (span_us / (cells * fine) + US_PER_MS - 1) / US_PER_MS * US_PER_MS;
	if (was_following) {
		trend_view_now(v, now);
		return;
	}
	v->cursor = at.us / trend_view_cell_us(v);
	v->first = is_resize && was_live ? end.us / trend_view_cell_us(v) - cells : v->cursor - place;
	keep_in_bounds(v, now);
}

void
trend_view_fit(struct trend_view *v, int cells, int fine, struct utc now)
{
	if (cells < 1)
		cells = 1;
	if (cells != v->cells || fine != v->fine)
		set_raster(v, v->span_us, cells, fine, now);
}

bool
trend_view_follow(struct trend_view *v, struct utc now)
{
	int64_t last = newest(v, now), before = v->first, cursor = v->cursor;

	if (!v->is_live)
		return false;
	if (v->is_following)
		v->cursor = last;
	int64_t least = v->is_following ? room_ahead(v, now) - room(v) : 0; /* who looks elsewhere keeps his picture */
	if (last + least >= v->first + v->cells)
		v->first = last + 1 + room_ahead(v, now) - v->cells;
	if (v->cursor < v->first) /* it has left the picture on the left */
		v->cursor = v->first;
	return v->first != before || v->cursor != cursor;
}

void
trend_view_span(struct trend_view *v, int64_t span_us, struct utc now)
{
	if (span_us < TREND_SPAN_MIN)
		span_us = TREND_SPAN_MIN;
	if (span_us > TREND_SPAN_MAX)
		span_us = TREND_SPAN_MAX;
	if (span_us != v->span_us)
		set_raster(v, span_us, v->cells, v->fine, now);
}

void
trend_view_zoom(struct trend_view *v, int direction, struct utc now)
{
	int64_t to = v->span_us;

	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		if (direction > 0 && spans[i] < v->span_us)
			to = spans[i];
		if (direction < 0 && spans[i] > v->span_us) {
			to = spans[i];
			break;
		}
	}
	trend_view_span(v, to, now);
}

void
trend_view_scroll(struct trend_view *v, int cells, struct utc now)
{
	int64_t before = v->first;

	v->first += cells;
	if (v->first < 0)
		v->first = 0;
	int64_t most = newest(v, now) + ahead(v, now) + 1 + room(v) - v->cells;
	if (v->first > most)
		v->first = most > 0 ? most : 0;
	v->cursor += v->first - before;
	keep_in_bounds(v, now);
}

void
trend_view_move(struct trend_view *v, int cells, struct utc now)
{
	int64_t last = newest(v, now) + ahead(v, now), to = v->cursor + cells;

	to = to > last ? last : to < 0 ? 0 : to;
	if (to < v->first)
		v->first -= v->first - to > v->cells / 4 ? v->first - to : v->cells / 4;
	if (to >= v->first + v->cells)
		v->first += to - v->first - v->cells + 1 + v->cells / 4;
	v->cursor = to;
	keep_in_bounds(v, now);
}

void
trend_view_goto(struct trend_view *v, struct utc at, struct utc now)
{
	v->cursor = (at.us > 0 ? at.us : 0) / trend_view_cell_us(v);
	v->first = v->cursor - v->cells / 2;
	keep_in_bounds(v, now);
}
