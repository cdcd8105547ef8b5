/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_ahead.c - one question at a time for each point, and the values of steps as values of any time.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_dispatch.h"
#include "console/trend_ahead.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/base/str.h"

#define LOOKS_MAX 16 /* at the plan within a column */

struct slot {
	struct trend_ahead *all;
	char name[POINT_NAME_MAX]; /* "" = it is free; a slot stays where it is, an answer goes to it */
	uint32_t asked;            /* 0 = no answer is awaited */
	struct utc when;
	struct ahead_plan plan, next;
};
struct trend_ahead {
	struct client *client;
	void (*changed)(void *arg);
	void *arg;
	struct slot slots[AHEAD_PENS]; /* in no order */
};

/* ---- one plan */

bool
ahead_read(struct ahead_plan *p, const uint8_t *body, size_t length)
{
	struct msg_plan_ahead m;
	struct rbuf r;

	memset(p, 0, sizeof *p);
	rbuf_init(&r, body, length);
	if (!msg_plan_ahead_get(&r, &m) || !r_done(&r) || m.step_s == 0 || m.step_s > 86400 ||
	    m.values.len / 4 > AHEAD_STEPS || !utc_is_plausible((struct utc){ m.made }) ||
	    !utc_is_plausible((struct utc){ m.start }))
		return false;
	bool is_finite = !isinf(m.before); /* or NaN: not known */
	rbuf_init(&r, m.values.data, m.values.len);
	for (unsigned i = 0; i < m.values.len / 4; i++) {
		p->values[i] = r_f32(&r);
		is_finite &= !isinf(p->values[i]);
	}
	if (!r_done(&r) || !is_finite) {
		memset(p, 0, sizeof *p);
		return false;
	}
	p->made.us = m.made;
	p->start.us = m.start;
	p->step_s = m.step_s;
	p->count = m.values.len / 4;
	p->is_level = m.is_level != 0;
	p->before = m.before;
	return true;
}

static struct utc
until(const struct ahead_plan *p)
{
	return utc_add(p->start, (int64_t)p->count * p->step_s * US_PER_S);
}

double
ahead_at(const struct ahead_plan *p, struct utc t)
{
	int64_t step_us = (int64_t)p->step_s * US_PER_S;

	if (p->count == 0 || t.us < p->start.us || t.us >= until(p).us)
		return (double)NAN;
	unsigned step = (unsigned)((t.us - p->start.us) / step_us);
	if (!p->is_level)
		return p->values[step];
	struct utc begin = utc_add(p->start, step * step_us), end = utc_add(begin, step_us);
	if (step == 0 && p->made.us > begin.us)
		begin = p->made;
	if (t.us < begin.us || begin.us >= end.us)
		return (double)NAN;
	double was = step == 0 ? p->before : p->values[step - 1];
	return was + (p->values[step] - was) * (double)(t.us - begin.us) / (double)(end.us - begin.us);
}

struct bucket
ahead_bucket(const struct ahead_plan *p, struct utc from, struct utc to)
{
	int64_t length = to.us - from.us, step_us = (int64_t)p->step_s * US_PER_S;
	int64_t looks = step_us > 0 ? length / step_us * 2 + 1 : 1;
	struct bucket b = { .from = from,
		.min = (double)NAN,
		.mean = (double)NAN,
		.max = (double)NAN,
		.first = (double)NAN,
		.last = (double)NAN,
		.increment = (double)NAN };
	double sum = 0;
	int n = 0;

	looks = looks > LOOKS_MAX ? LOOKS_MAX : looks;
	for (int64_t i = 0; i < looks; i++) {
		double v = ahead_at(p, utc_add(from, length * (2 * i + 1) / (2 * looks)));
		if (isnan(v))
			continue;
		b.first = n == 0 ? v : b.first;
		b.last = v;
		b.min = fmin(b.min, v);
		b.max = fmax(b.max, v);
		sum += v;
		n++;
	}
	if (n > 0) {
		b.mean = sum / n;
		b.seen = b.good = b.known = (float)n / (float)looks;
	}
	return b;
}

/* ---- of the points that are looked at */

struct trend_ahead *
trend_ahead_new(struct client *c, void (*changed)(void *arg), void *arg)
{
	struct trend_ahead *a = xcalloc(1, sizeof *a);

	a->client = c;
	a->changed = changed;
	a->arg = arg;
	for (int i = 0; i < AHEAD_PENS; i++)
		a->slots[i].all = a;
	return a;
}

static void
drop(struct slot *s)
{
	client_forget(s->all->client, &s->asked);
	s->name[0] = '\0';
	s->plan.count = 0;
	s->when.us = 0;
}

void
trend_ahead_free(struct trend_ahead *a)
{
	for (int i = 0; a != NULL && i < AHEAD_PENS; i++)
		drop(&a->slots[i]);
	free(a);
}

static bool
is_planned(const struct client *c, const char *name)
{
	point_id id = client_find(c, name);

	for (point_id i = 0; id != POINT_NONE && i < c->point_count; i++)
		if (client_planned(c, i) == id)
			return true;
	return false;
}

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct slot *s = arg;

	(void)c;
	if (f->type == W_PLAN_AHEAD)
		(void)ahead_read(&s->next, f->body, f->length);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct slot *s = arg;

	(void)c;
	(void)addcause;
	(void)text;
	s->asked = 0;
	if (e == ERR_CLOSED)
		return; /* what was known is as good as before */
	if (e != OK)
		s->next.count = 0;
	s->plan = s->next;
	s->all->changed(s->all->arg);
}

static void
ask(struct slot *s, struct utc now)
{
	static const struct client_answer answer = { answer_frame, answer_done };
	struct wbuf b = { .len = 0 };

	client_forget(s->all->client, &s->asked);
	memset(&s->next, 0, sizeof s->next);
	s->when = now;
	msg_plan_ahead_get_put(&b, &(struct msg_plan_ahead_get){ .point = s->name });
	s->asked = client_ask(s->all->client, W_PLAN_AHEAD_GET, &b, &answer, s);
	wbuf_done(&b);
}

static struct slot *
find_slot(struct trend_ahead *a, const char *name)
{
	for (int i = 0; i < AHEAD_PENS; i++)
		if (strcmp(a->slots[i].name, name) == 0)
			return &a->slots[i];
	return NULL;
}

static bool
is_wanted(const struct trend_ahead *a, const char *name, const char (*names)[POINT_NAME_MAX], int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return is_planned(a->client, name);
	return false;
}

void
trend_ahead_want(struct trend_ahead *a, const char (*names)[POINT_NAME_MAX], int count, struct utc now)
{
	count = count < AHEAD_PENS ? count : AHEAD_PENS;
	for (int i = 0; i < AHEAD_PENS; i++)
		if (a->slots[i].name[0] != '\0' && !is_wanted(a, a->slots[i].name, names, count))
			drop(&a->slots[i]);
	for (int i = 0; i < count; i++) {
		struct slot *s = find_slot(a, names[i]);

		if (!is_planned(a->client, names[i]))
			continue;
		if (s == NULL) {
			s = find_slot(a, ""); /* there are as many as names */
			str_copy(s->name, sizeof s->name, names[i]);
		}
		int64_t since = utc_diff_us(now, s->when);
		if (since >= (s->asked != 0 ? AHEAD_QUIET_US : AHEAD_AGAIN_US) || since < 0)
			ask(s, now);
	}
}

void
trend_ahead_reset(struct trend_ahead *a)
{
	for (int i = 0; i < AHEAD_PENS; i++) {
		client_forget(a->client, &a->slots[i].asked);
		a->slots[i].when.us = 0;
	}
}

struct utc
trend_ahead_until(const struct trend_ahead *a)
{
	struct utc last = { 0 };

	for (int i = 0; i < AHEAD_PENS; i++)
		if (a->slots[i].plan.count > 0 && until(&a->slots[i].plan).us > last.us)
			last = until(&a->slots[i].plan);
	return last;
}

const struct ahead_plan *
trend_ahead_find(const struct trend_ahead *a, const char *name)
{
	for (int i = 0; i < AHEAD_PENS; i++)
		if (a->slots[i].plan.count > 0 && strcmp(a->slots[i].name, name) == 0)
			return &a->slots[i].plan;
	return NULL;
}
