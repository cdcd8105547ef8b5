/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_page.h - the page of a trend as it stands: its points, its time, and how it is drawn. What keys do to it is in scr_trend.c.
 */
#ifndef CHISAN_TREND_PAGE_H
#define CHISAN_TREND_PAGE_H

#include "console/screen.h"
#include "console/trend_ahead.h"
#include "console/trend_chart.h"
#include "console/trend_feed.h"
#include "console/trend_marks.h"
#include "console/trend_panel.h"

struct trend_page {
	struct console *co;
	char names[TREND_PENS][POINT_NAME_MAX];
	int count, selected;
	struct
	{ /* the points before some were named that the site does not have: nobody knows yet whether the record does */
		char names[TREND_PENS][POINT_NAME_MAX];
		int count, selected;
	} before;
	struct trend_view view;
	enum chart_scale scale;
	struct trend_feed *feed;
	struct trend_marks *marks;
	struct trend_ahead *ahead;
	struct trend_panel panel;
	struct bucket *buckets; /* [TREND_PENS * TREND_COLUMNS_MAX] */
	struct chart_mark row[TREND_COLUMNS_MAX];
	char sentence[512];
	bool is_drawn; /* its size is known */
};

/* Asks for what is in sight and not known. */
void trend_page_want(struct trend_page *p);
void trend_page_draw(struct console *co, void *private, struct area a);
/* Which time is shown, and whether it is live. */
void trend_page_head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size);

#endif
