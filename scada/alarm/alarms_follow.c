/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_follow.c - what follows which point: the expressions that suppress alarms or are alarms, each text once, and deviations.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

struct texts { /* of expressions, to find equal ones: open addressing */
	uint32_t *slots, size;
};

static point_id
find(const char *name, void *arg)
{
	return site_find_point(arg, name);
}

static void
glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	const struct site *s = arg;

	for (point_id id = 0; id < s->point_count; id++)
		if (str_glob(pattern, s->points[id].name))
			each(id, each_arg);
}

/* The number of the condition with this text; a new one if there is none. */
static uint32_t
cond_of(struct alarms *a, struct texts *t, const char *text, uint32_t alarm)
{
	uint32_t h = 2166136261u;

	text = build_expand(a, text, a->defs[alarm].device);
	if (text == NULL)
		return NONE;
	for (const char *c = text; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	uint32_t i = h & (t->size - 1);
	while (t->slots[i] != NONE && strcmp(a->conds[t->slots[i]].text, text) != 0)
		i = (i + 1) & (t->size - 1);
	if (t->slots[i] == NONE) {
		struct expr_names names = { .find = find, .glob = glob, .arg = (void *)(uintptr_t)a->site };
		struct cond *c = &a->conds[a->cond_count];
		char message[200];
		size_t at = 0;
		*c = (struct cond){ .text = text, .e = expr_parse(text, &names, message, sizeof(message), &at) };
		if (c->e == NULL)
			log_error("%s: %s (at byte %zu of its expression); it never is true", a->defs[alarm].name,
			    message, at);
		t->slots[i] = a->cond_count++;
	}
	a->conds[t->slots[i]].count++;
	return t->slots[i];
}

static void
collect_conds(struct alarms *a)
{
	struct texts t = { NULL, 16 };

	while (t.size < a->count * 4)
		t.size *= 2;
	t.slots = xcalloc(t.size, sizeof(*t.slots));
	memset(t.slots, 0xff, t.size * sizeof(*t.slots));
	for (uint32_t n = 0; n < a->count; n++) {
		const struct alarm_def *d = &a->defs[n];
		const char *own = d->limit != NULL ? d->limit->suppress_when : NULL;
		bool is_of_point = d->point != POINT_NONE && d->type != ALARM_DRIFT;
		a->suppressor[n][0] =
		    cond_of(a, &t, is_of_point ? a->site->points[d->point].def->suppress_when : NULL, n);
		a->suppressor[n][1] = cond_of(a, &t, own, n);
		if (a->suppressor[n][1] != NONE && a->suppressor[n][1] == a->suppressor[n][0]) {
			a->conds[a->suppressor[n][1]].count--;
			a->suppressor[n][1] = NONE;
		}
		if (d->type == ALARM_CALC)
			a->calc_cond[n - a->first_calc] = cond_of(a, &t, d->limit->when, n);
	}
	free(t.slots);
}

/* Of each condition the alarms that it concerns. */
static void
bind_conds(struct alarms *a)
{
	uint32_t total = 0;

	for (uint32_t c = 0; c < a->cond_count; c++) {
		total += a->conds[c].count;
		a->conds[c].first = total; /* its end; filling from behind makes it the beginning */
	}
	a->bound = arena_alloc(a->arena, total * sizeof(*a->bound));
	for (uint32_t n = a->count; n-- > 0;) {
		uint32_t own = a->defs[n].type == ALARM_CALC ? a->calc_cond[n - a->first_calc] : NONE;
		uint32_t of[3] = { own, a->suppressor[n][0], a->suppressor[n][1] };
		for (int i = 0; i < 3; i++)
			if (of[i] != NONE)
				a->bound[--a->conds[of[i]].first] = n;
	}
}

/* Calls with every pair of a point and what follows it; the first time they are counted, then filled in from behind. */
static void
each_follower(struct alarms *a, bool is_counting)
{
	for (uint32_t c = 0; c < a->cond_count; c++) {
		size_t count = 0;
		const point_id *in = a->conds[c].e != NULL ? expr_inputs(a->conds[c].e, &count) : NULL;
		for (size_t i = 0; i < count; i++) {
			if (is_counting)
				a->follow_first[in[i]]++;
			else
				a->followers[--a->follow_first[in[i]]] = c;
		}
	}
	for (uint32_t n = 0; n < a->first_comm; n++) {
		point_id other = a->tests[n].other;
		if (other == POINT_NONE)
			continue;
		if (is_counting)
			a->follow_first[other]++;
		else
			a->followers[--a->follow_first[other]] = FOLLOW_TEST | n;
	}
}

void
build_conditions(struct alarms *a)
{
	uint32_t sum = 0;

	a->suppressor = arena_alloc(a->arena, a->count * sizeof(*a->suppressor));
	a->calc_cond = arena_alloc(a->arena, a->site->alarms.n * sizeof(*a->calc_cond));
	a->conds = arena_alloc(a->arena, (a->count * 2 + a->site->alarms.n) * sizeof(*a->conds));
	collect_conds(a);
	bind_conds(a);
	a->due_conds = arena_alloc(a->arena, a->cond_count * sizeof(*a->due_conds));
	a->follow_first = arena_alloc(a->arena, (a->points + 1) * sizeof(*a->follow_first));
	each_follower(a, true);
	for (point_id id = 0; id <= a->points; id++)
		a->follow_first[id] = sum += a->follow_first[id];
	a->followers = arena_alloc(a->arena, sum * sizeof(*a->followers));
	each_follower(a, false);
	for (point_id id = 0; id < a->points; id++)
		a->watch[id].has_followers = a->follow_first[id + 1] > a->follow_first[id];
}
