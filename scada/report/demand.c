/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand.c - half hours of what is drawn from the grid.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/report/demand.h"

#define FINE_MOST 3600 /* pieces of a span in which power changed its sign: a second or less each */

enum err
demand_open(const struct report_source *src, struct demand_meter *m)
{
	const struct site_demand *d = src->site->reports->demand;
	*m = (struct demand_meter){ .is_counter = d->counter != NULL,
		.name = d->counter != NULL ? d->counter : d->power };
	enum err e = query_find(src->query, m->name, &m->point);
	if (e == ERR_NOT_FOUND && m->is_counter && d->power != NULL) {
		m->is_counter = false;
		m->name = d->power;
		e = query_find(src->query, m->name, &m->point);
	}
	if (e == ERR_NOT_FOUND)
		m->point.key = 0;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Mean of what is drawn, in a span in which power was above and below zero. */
static enum err
mean_drawn(const struct report_source *src, const struct demand_meter *m, int64_t from, int64_t to, double *mean)
{
	uint32_t n = (uint32_t)((to - from + 999) / 1000);
	double sum = 0, weight = 0;
	n = n < 1 ? 1 : n > FINE_MOST ? FINE_MOST : n;
	struct bucket *b = xcalloc(n, sizeof(*b));
	report_still();
	enum err e = query_buckets(src->query, &m->point, from, to, n, b);
	for (uint32_t i = 0; i < n && e == OK; i++)
		if (!isnan(b[i].mean)) {
			sum += b[i].mean > 0 ? b[i].mean * (double)b[i].known : 0;
			weight += (double)b[i].known;
		}
	free(b);
	*mean = weight > 0 ? sum / weight : (double)NAN;
	return e;
}

static enum err
read_one(const struct report_source *src, const struct demand_meter *m, const struct bucket *b, int64_t from,
    int64_t to, struct figure *out)
{
	out->marks = figures_marks(src, &m->point, m->is_counter ? COLUMN_INCREMENT : COLUMN_MEAN, b, from, to);
	if (m->is_counter) {
		out->v = b->increment / ((double)(to - from) / (double)MS_PER_HOUR);
		return OK;
	}
	if (!(b->min < 0)) {
		out->v = b->mean;
		return OK;
	}
	if (b->max <= 0) {
		out->v = 0;
		return OK;
	}
	return mean_drawn(src, m, from, to, &out->v);
}

enum err
demand_read(
    const struct report_source *src, const struct demand_meter *m, const int64_t *edges, unsigned n, struct figure *out)
{
	int64_t now = src->now.us / US_PER_MS, clipped[CALENDAR_ROWS + 1];
	struct bucket b[CALENDAR_ROWS];
	unsigned begun = 0;
	for (unsigned i = 0; i < n; i++) {
		out[i] = (struct figure){ (double)NAN, 0, edges[i] >= now };
		clipped[i] = edges[i];
		begun += edges[i] < now;
	}
	if (begun == 0 || m->point.key == 0)
		return OK;
	clipped[begun] = edges[begun] < now ? edges[begun] : now;
	enum err e = report_spans(src, &m->point, clipped, begun, b);
	for (unsigned i = 0; i < begun && e == OK; i++)
		e = read_one(src, m, &b[i], clipped[i], clipped[i + 1], &out[i]);
	if (edges[begun] > now)
		out[begun - 1].marks |= CELL_PARTIAL;
	return e;
}

enum err
demand_greatest(const struct report_source *src, const struct demand_meter *m, int64_t from, int64_t to,
    struct figure *out, int64_t *at)
{
	int64_t days[CALENDAR_ROWS + 1], edges[CALENDAR_ROWS + 1];
	struct figure f[CALENDAR_ROWS];
	unsigned day_count = to > from ? calendar_days(from, to, days, CALENDAR_ROWS + 1) : 0;
	enum err e = OK;
	*out = (struct figure){ (double)NAN, 0, false };
	*at = 0;
	for (unsigned d = 0; d < day_count && e == OK; d++) {
		unsigned n = calendar_steps(days[d], days[d + 1], 30, edges, CALENDAR_ROWS + 1);
		e = demand_read(src, m, edges, n, f);
		for (unsigned i = 0; i < n && e == OK; i++) {
			/* A half hour that still runs is no demand yet. */
			if (f[i].is_empty || isnan(f[i].v) || edges[i + 1] > src->now.us / US_PER_MS)
				continue;
			if (isnan(out->v) || f[i].v > out->v) {
				*out = f[i];
				*at = edges[i];
			}
		}
	}
	return e;
}
