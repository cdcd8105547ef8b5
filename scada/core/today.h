/* SPDX-License-Identifier: Apache-2.0 */
/*
 * today.h - what the local day has come to so far, for points: CO2 saved, and the cost of what was bought.
 *
 * There is one definition of these figures, the report "saving", of which the page of CO2 and cost is made too (report/saving.h). It is
 * asked of the reader once a minute, and its rows are found by their keys; so points and page say the same, days of 23 and 25 hours,
 * restarts and late data included, and nothing is summed up here that could be lost. What was not measured is left out of a figure,
 * which is then one of a part of the day. Pure.
 */
#ifndef CHISAN_TODAY_H
#define CHISAN_TODAY_H

#include "scada/base/clock.h"
#include "scada/base/wire.h"
#include "scada/site/site.h"

#define TODAY_EACH_S  60  /* it is asked for anew */
#define TODAY_AGAIN_S 5   /* after the day's turn, and where the reader could not say it yet */
#define TODAY_OLD_S   180 /* a figure that was not renewed for so long is not today's so far any more */

/* _(id, key of the row), in the order of FIGURE_CO2_SAVED to FIGURE_COST (base/figure.h) */
#define TODAY_LIST(_)       _(TODAY_SAVED, "saved_dispatch") _(TODAY_LOCAL, "saved_local") _(TODAY_COST, "cost")
#define TODAY_ENUM(id, key) id,
enum today_figure { TODAY_LIST(TODAY_ENUM) TODAY_COUNT };
#undef TODAY_ENUM

struct today_figures {
	double v[TODAY_COUNT];     /* kg, kg, the site's currency without tax; NaN: not known */
	bool is_part[TODAY_COUNT]; /* some of the day so far was not measured, or only estimated */
};

struct today_ops {
	/* A question for the reader: the body of W_REPORT_GET. False: it cannot be asked now. */
	bool (*ask)(const struct wbuf *body, void *arg);
};

struct today;

struct today *today_new(const struct today_ops *ops, void *arg);
void today_free(struct today *t); /* NULL is fine */
/* Where no point wants a figure, or the site counts no energies, nothing is asked. NULL: no site. */
void today_site(struct today *t, const struct site *s);
void today_tick(struct today *t, struct utc now, struct mono mono);
/* A frame of the answer; NULL: there will be none. */
void today_take(struct today *t, const struct frame *f);
/* All is NaN when nothing is known of the day that now is in. */
void today_facts(const struct today *t, struct utc now, struct mono mono, struct today_figures *out);

/* The day's figures of the report as CSV; of a row that is not there NaN. False: it is not that report. */
bool today_read(const char *csv, size_t len, struct today_figures *out);

#endif
