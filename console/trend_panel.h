/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_panel.h - the list of journal entries and notes below a trend, around its cursor, and the whole text of one.
 */
#ifndef CHISAN_TREND_PANEL_H
#define CHISAN_TREND_PANEL_H

#include "console/grid.h"
#include "console/keys.h"
#include "console/trend_marks.h"
#include "console/trend_view.h"

struct trend_panel {
	bool is_open, is_reading;
	uint64_t seq; /* the selected entry */
};

/* Opens it at the entry nearest to the cursor; closes it if it is open. */
void trend_panel_open(struct trend_panel *p, const struct trend_marks *m, const struct trend_view *v);
/* false: not its request. *at: where the cursor goes; 0 = it stays. */
bool trend_panel_request(
    struct trend_panel *p, const struct trend_marks *m, const struct trend_view *v, enum request req, struct utc *at);
void trend_panel_draw(const struct trend_panel *p, const struct trend_marks *m, const struct trend_view *v,
    struct grid *g, struct area a);

#endif
