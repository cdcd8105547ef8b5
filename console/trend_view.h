/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_view.h - which stretch of time a trend shows, and where its cursor stands. Times lie on a fixed raster of cells, so that what
 * was asked once serves again after scrolling; at the right edge the picture moves on in jumps, not with every value.
 */
#ifndef CHISAN_TREND_VIEW_H
#define CHISAN_TREND_VIEW_H

#include <stdbool.h>

#include "scada/base/clock.h"

#define TREND_SPAN_MIN  (60 * US_PER_S)
#define TREND_SPAN_MAX  (INT64_C(30) * 366 * 86400 * US_PER_S)
#define TREND_SPAN_OPEN (3600 * US_PER_S)

struct trend_view {
	int64_t span_us;   /* as asked for; what is seen is a little more */
	int cells, fine;   /* of the plot; fine columns a cell */
	int64_t step_us;   /* length of a fine column, whole milliseconds; the raster begins at 1970 */
	struct utc origin; /* of the raster; 0 but for drawings of a time that was asked for exactly */
	int64_t first;     /* number of the first cell */
	int64_t cursor;    /* number of the cell that it stands in */
	bool is_live;      /* the newest cell is in sight, and kept there */
	bool is_following; /* the cursor is kept on the newest cell */
	struct utc until; /* what is known of the time to come ends here; 0 = nothing is, and now stands at the right */
};

void trend_view_init(struct trend_view *v, int64_t span_us);
/* The plot has this size now. Call before all below. */
void trend_view_fit(struct trend_view *v, int cells, int fine, struct utc now);
/* Time has gone on. true: the picture moved. */
bool trend_view_follow(struct trend_view *v, struct utc now);
void trend_view_span(struct trend_view *v, int64_t span_us, struct utc now); /* around the cursor */
void trend_view_zoom(struct trend_view *v, int direction, struct utc now);   /* > 0: closer */
void trend_view_scroll(struct trend_view *v, int cells, struct utc now);     /* < 0: into the past */
void trend_view_move(struct trend_view *v, int cells, struct utc now);       /* the cursor; scrolls at the edges */
void trend_view_goto(struct trend_view *v, struct utc at, struct utc now);   /* cursor there, in the middle */
void trend_view_now(struct trend_view *v, struct utc now);
/* What is known ahead, until then; 0 = nothing. A third of the picture is kept for it, and keys reach until there. */
void trend_view_ahead(struct trend_view *v, struct utc until, struct utc now);

int64_t trend_view_cell_us(const struct trend_view *v);
struct utc trend_view_from(const struct trend_view *v);
struct utc trend_view_to(const struct trend_view *v);
struct utc trend_view_cursor(const struct trend_view *v);         /* begin of its cell */
int trend_view_cell_of(const struct trend_view *v, struct utc t); /* -1: out of sight */

#endif
