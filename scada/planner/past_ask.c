/* SPDX-License-Identifier: Apache-2.0 */
/*
 * past_ask.c - means of half hours, sixteen points a question.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/trend.h"
#include "scada/forecast/pv.h"
#include "scada/planner/past_ask.h"

#define STEP_US (PAST_ASK_STEP_S * US_PER_S)
#define STEPS   (PAST_ASK_DAYS * 86400 / PAST_ASK_STEP_S)

#define NO_LIMIT UINT32_MAX

struct series {
	char name[POINT_NAME_MAX];
	double *v;          /* STEPS */
	double *low, *high; /* the same; NULL where no limit is looked at */
	struct past past;
	bool is_told;
	uint32_t limit; /* its number among the series; NO_LIMIT */
	double unit_kw, peak_kw;
};
struct past_ask {
	struct series *series;
	uint32_t count, room;
	struct utc from, to;
	uint32_t next, asked; /* first of the question that is open, and of how many */
};

struct past_ask *
past_ask_new(void)
{
	return xcalloc(1, sizeof(struct past_ask));
}

void
past_ask_clear(struct past_ask *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		free(p->series[i].v);
		free(p->series[i].low);
		free(p->series[i].high);
	}
	p->count = p->next = p->asked = 0;
}

void
past_ask_free(struct past_ask *p)
{
	if (p == NULL)
		return;
	past_ask_clear(p);
	free(p->series);
	free(p);
}

static struct series *
find(const struct past_ask *p, const char *point)
{
	for (uint32_t i = 0; i < p->count; i++)
		if (strcmp(p->series[i].name, point) == 0)
			return &p->series[i];
	return NULL;
}

void
past_ask_add(struct past_ask *p, const char *point)
{
	struct series *s;

	if (point == NULL || find(p, point) != NULL)
		return;
	if (p->count == p->room) {
		p->series = xrecallocarray(p->series, p->room, p->room * 2 + 16, sizeof(*p->series));
		p->room = p->room * 2 + 16;
	}
	s = &p->series[p->count++];
	*s = (struct series){ .v = xcalloc(STEPS, sizeof(double)), .limit = NO_LIMIT };
	str_copy(s->name, sizeof(s->name), point);
}

static struct series *
with_extremes(struct past_ask *p, const char *point)
{
	past_ask_add(p, point);
	struct series *s = find(p, point);

	if (s->low == NULL) {
		s->low = xcalloc(STEPS, sizeof(double));
		s->high = xcalloc(STEPS, sizeof(double));
	}
	return s;
}

void
past_ask_add_limit(struct past_ask *p, const char *point, const char *limit, double unit_kw, double peak_kw)
{
	if (point == NULL || limit == NULL)
		return;
	uint32_t number = (uint32_t)(with_extremes(p, limit) - p->series);
	struct series *s = with_extremes(p, point);
	s->limit = number;
	s->unit_kw = unit_kw;
	s->peak_kw = peak_kw;
}

void
past_ask_begin(struct past_ask *p, struct utc now)
{
	p->to.us = now.us - now.us % STEP_US;
	p->from.us = p->to.us - (int64_t)STEPS * STEP_US;
	p->next = p->asked = 0;
	for (uint32_t i = 0; i < p->count; i++) {
		struct series *s = &p->series[i];

		for (unsigned t = 0; t < STEPS; t++)
			s->v[t] = (double)NAN;
		for (unsigned t = 0; s->low != NULL && t < STEPS; t++)
			s->low[t] = s->high[t] = (double)NAN;
		s->past = (struct past){ .start = p->from, .step_us = STEP_US, .count = STEPS, .v = s->v };
		s->is_told = false;
	}
}

bool
past_ask_next(struct past_ask *p, struct wbuf *body)
{
	struct wbuf names = { .len = 0 };

	if (p->next >= p->count)
		return false;
	p->asked = p->count - p->next < PAST_ASK_POINTS ? p->count - p->next : PAST_ASK_POINTS;
	for (uint32_t i = 0; i < p->asked; i++)
		w_str(&names, p->series[p->next + i].name);
	msg_trend_get_put(body,
	    &(struct msg_trend_get){
	        .from = p->from.us, .to = p->to.us, .buckets = STEPS, .points = { names.data, names.len } });
	wbuf_done(&names);
	return true;
}

bool
past_ask_take(struct past_ask *p, const struct frame *f)
{
	struct msg_trend m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_trend_get(&r, &m) || m.index >= p->asked || m.first > STEPS || m.count > STEPS - m.first)
		return false;
	struct series *s = &p->series[p->next + m.index];
	for (uint32_t i = 0; i < m.count; i++) {
		struct bucket b;

		if (!bucket_get(&r, &b))
			return false;
		s->v[m.first + i] = b.known >= (float)PAST_ASK_LEAST ? b.mean : (double)NAN;
		if (s->low != NULL) {
			s->low[m.first + i] = b.min;
			s->high[m.first + i] = b.max;
		}
	}
	s->is_told = true;
	return r_done(&r);
}

static void
leave_out_held(const struct past_ask *p, struct series *s)
{
	const struct series *l = &p->series[s->limit];

	for (unsigned t = 0; t < STEPS; t++)
		if (pv_is_at_limit(s->peak_kw, s->low[t], s->high[t], s->unit_kw * l->low[t], s->unit_kw * l->high[t]))
			s->v[t] = (double)NAN;
}

void
past_ask_ended(struct past_ask *p)
{
	p->next += p->asked;
	p->asked = 0;
	for (uint32_t i = 0; p->next >= p->count && i < p->count; i++)
		if (p->series[i].limit != NO_LIMIT)
			leave_out_held(p, &p->series[i]);
}

bool
past_ask_is_whole(const struct past_ask *p)
{
	return p->next >= p->count;
}

const struct past *
past_ask_of(const struct past_ask *p, const char *point)
{
	const struct series *s = point == NULL ? NULL : find(p, point);

	return s != NULL && s->is_told ? &s->past : NULL;
}
