/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_chart.h - a trend as it is drawn: a line a pen with what stands at the cursor, the curves, limits, quality and marks, and the
 * time axis. The console's page and `chisan trend` draw with it. Knows no server and no clock.
 */
#ifndef CHISAN_TREND_CHART_H
#define CHISAN_TREND_CHART_H

#include "console/client.h"
#include "console/plot.h"
#include "console/trend_view.h"
#include "scada/base/trend.h"

#define CHART_PENS  4
#define CHART_WHOLE 0.995f /* a share of time from which on nobody misses the rest */

enum chart_scale { SCALE_AUTO, SCALE_OWN, SCALE_RANGE };

struct chart_pen {
	const char *name, *title, *unit;  /* made safe by the grid */
	const struct client_point *point; /* limits, range, states; NULL = the site does not have it any more */
	int decimals;
	enum point_kind kind;
	const struct bucket *buckets; /* [cells * fine] of the view */
	const char *state;            /* "asking": while buckets are not known; NULL = they are */
	bool is_planned;              /* columns that have not begun are what a plan says */
};
struct chart_mark {
	char letter; /* '\0' = none */
	enum look look;
};
struct chart {
	struct trend_view view; /* its cells are those of chart_cells() */
	struct chart_pen pens[CHART_PENS];
	int pen_count, selected;
	enum chart_scale scale;
	enum graph graph;
	bool ja, has_cursor;
	struct utc now;
	const struct chart_mark *marks; /* [cells]; NULL = none */
	const char *sentence;           /* over the plot; NULL = none */
};

/* Cells of the plot within so many columns. */
int chart_cells(int columns);
void chart_draw_trend(const struct chart *c, struct grid *g, struct area a);

/* Columns taken together: of a cell, of the whole. Where nothing was seen it is empty. */
struct bucket chart_merge(const struct bucket *b, int count);
/* A cell of a pen; shares of one that is not over yet are those of its time so far. */
struct bucket chart_cell(const struct chart *c, int pen, int cell);
/* What a pen draws of a bucket: of counters what was counted in it. NaN = nothing. */
double chart_value(const struct chart_pen *p, const struct bucket *b);
/* Has this cell, or fine column, not begun yet? */
bool chart_is_ahead(const struct chart *c, int cell);
bool chart_is_ahead_fine(const struct chart *c, int column);
/* Bottom and top; false: there is nothing to scale by, and they are 0 and 1. */
bool chart_scale_of(const struct chart *c, int pen, double *lo, double *hi);
/* Is there a number in any of them? *is_seen: was the device looked at. */
bool chart_has_any(const struct bucket *b, int count, bool *is_seen);
bool chart_is_named(const struct chart_pen *p); /* its numbers are states with names */
/* "55.5", or a state's name. */
void chart_text(const struct chart *c, const struct chart_pen *p, double v, char *buf, size_t size);
/* "good", "~ stale", "not recorded"; the look that fits. Of a cell that has not begun: "planned", "to come". */
enum look chart_quality_of(
    const struct chart *c, const struct chart_pen *p, int cell, const struct bucket *b, char *buf, size_t size);
enum look chart_quality(const struct chart_pen *p, const struct bucket *b, char *buf, size_t size);
/* "28s", "4m 30s": a length of time in few words. */
void chart_span(char *buf, size_t size, int64_t us);
const char *chart_scale_word(enum chart_scale s);
enum look chart_look(int pen);

#endif
