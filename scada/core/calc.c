/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calc.c - calculated points in the order of their dependencies.
 * A bit a calculation says that it is due; its number is its place in the order, so one pass over the bits settles all.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/expr.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/core/calc.h"

struct step {
	struct expr *e; /* NULL = it did not parse */
	point_id id;
	struct mono last; /* evaluated; for integrate */
	bool was_evaluated;
};

struct calc {
	struct table *table;
	struct step *steps; /* inputs before what is made from them */
	uint32_t count;
	uint32_t *first;       /* of each point, in dependents; one more at the end */
	uint32_t *dependents;  /* steps */
	uint64_t *due, *later; /* a bit a step; later: a cycle's next turn */
	uint64_t *always;      /* steps with state */
	uint32_t words;
	int64_t always_us; /* how often those with state are evaluated at least */
	struct mono always_last;
	uint32_t *groups, group_count; /* of calculated points alone */
	int64_t touch_us;              /* their least period */
	struct mono touched;
	struct mono began; /* the first run */
	bool has_run, has_settled;
};

static void
set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* ---- building */

static point_id
find(const char *name, void *arg)
{
	return table_find(arg, name);
}

static void
glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	table_glob(arg, pattern, each, each_arg);
}

static void
parse_all(struct calc *c)
{
	const struct site *s = table_site(c->table);
	struct expr_names names = { .find = find, .glob = glob, .arg = c->table };

	for (point_id id = 0; id < s->point_count; id++)
		c->count += s->points[id].def->expression != NULL;
	c->steps = xcalloc(c->count, sizeof(*c->steps));
	uint32_t n = 0;
	for (point_id id = 0; id < s->point_count; id++) {
		const char *text = s->points[id].def->expression;
		char message[200];
		size_t at = 0;
		if (text == NULL)
			continue;
		struct expr *e = expr_parse(text, &names, message, sizeof(message), &at);
		if (e == NULL)
			log_error("%s: %s (at byte %zu of its expression)", s->points[id].name, message, at);
		c->steps[n++] = (struct step){ .e = e, .id = id };
	}
}

/* Fills first and dependents from the inputs of the steps in their present order. */
static void
link_inputs(struct calc *c)
{
	uint32_t points = table_count(c->table), total = 0;

	memset(c->first, 0, (points + 1) * sizeof(*c->first));
	for (uint32_t n = 0; n < c->count; n++) {
		size_t count = 0;
		const point_id *in = c->steps[n].e != NULL ? expr_inputs(c->steps[n].e, &count) : NULL;
		for (size_t i = 0; i < count; i++)
			c->first[in[i]]++;
		total += (uint32_t)count;
	}
	/* The counts become ends; filling from behind turns them into beginnings. */
	for (uint32_t id = 0, sum = 0; id <= points; id++)
		c->first[id] = sum += c->first[id];
	if (c->dependents == NULL)
		c->dependents = xcalloc(total, sizeof(*c->dependents));
	for (uint32_t n = c->count; n-- > 0;) {
		size_t count = 0;
		const point_id *in = c->steps[n].e != NULL ? expr_inputs(c->steps[n].e, &count) : NULL;
		for (size_t i = 0; i < count; i++)
			c->dependents[--c->first[in[i]]] = n;
	}
}

/* How many inputs of each step are calculated themselves. */
static uint32_t *
count_waits(const struct calc *c)
{
	uint32_t *waits = xcalloc(c->count, sizeof(*waits));

	for (uint32_t n = 0; n < c->count; n++)
		for (uint32_t i = c->first[c->steps[n].id]; i < c->first[c->steps[n].id + 1]; i++)
			waits[c->dependents[i]]++;
	return waits;
}

/* Puts the steps into an order where inputs come first (Kahn). What is left stands in a cycle and comes last. */
static void
sort_steps(struct calc *c)
{
	uint32_t *waits = count_waits(c), *order = xcalloc(c->count, sizeof(*order)), sorted = 0;
	bool *is_placed = xcalloc(c->count, sizeof(*is_placed));

	for (uint32_t n = 0; n < c->count; n++)
		if (waits[n] == 0)
			order[sorted++] = n;
	for (uint32_t done = 0; done < sorted; done++) {
		point_id id = c->steps[order[done]].id;
		for (uint32_t i = c->first[id]; i < c->first[id + 1]; i++)
			if (--waits[c->dependents[i]] == 0)
				order[sorted++] = c->dependents[i];
	}
	for (uint32_t i = 0; i < sorted; i++)
		is_placed[order[i]] = true;
	for (uint32_t n = 0; n < c->count; n++)
		if (!is_placed[n])
			order[sorted++] = n;
	assert(sorted == c->count);
	struct step *steps = xcalloc(c->count, sizeof(*steps));
	for (uint32_t i = 0; i < c->count; i++)
		steps[i] = c->steps[order[i]];
	free(c->steps);
	c->steps = steps;
	free(waits);
	free(order);
	free(is_placed);
}

/* The scan groups without points that are read: their values are as fresh as the last run. */
static void
collect_groups(struct calc *c)
{
	const struct site *s = table_site(c->table);
	bool *is_read = xcalloc(s->group_count, sizeof(*is_read));

	c->groups = xcalloc(s->group_count, sizeof(*c->groups));
	c->touch_us = US_PER_S;
	for (point_id id = 0; id < s->point_count; id++)
		if (s->points[id].def->expression == NULL && s->points[id].group < s->group_count)
			is_read[s->points[id].group] = true;
	for (uint32_t n = 0; n < c->count; n++) {
		uint32_t g = s->points[c->steps[n].id].group;
		if (g >= s->group_count || is_read[g])
			continue;
		is_read[g] = true; /* once is enough */
		c->groups[c->group_count++] = g;
		if (s->groups[g].period_us < c->touch_us)
			c->touch_us = s->groups[g].period_us;
	}
	free(is_read);
}

/* Marks those that keep a sum, and how often they are due without a change. */
static void
collect_always(struct calc *c)
{
	const struct site *s = table_site(c->table);

	c->always = xcalloc(c->words, sizeof(*c->always));
	c->always_us = US_PER_S;
	for (uint32_t n = 0; n < c->count; n++) {
		const struct step *step = &c->steps[n];
		if (step->e == NULL || !expr_has_state(step->e))
			continue;
		set_bit(c->always, n);
		if (s->points[step->id].period_us > 0 && s->points[step->id].period_us < c->always_us)
			c->always_us = s->points[step->id].period_us;
	}
}

struct calc *
calc_new(struct table *t)
{
	struct calc *c = xcalloc(1, sizeof(*c));

	c->table = t;
	parse_all(c);
	c->first = xcalloc(table_count(t) + 1, sizeof(*c->first));
	link_inputs(c);
	sort_steps(c);
	link_inputs(c);
	c->words = (c->count + 63) / 64;
	c->due = xcalloc(c->words, sizeof(*c->due));
	c->later = xcalloc(c->words, sizeof(*c->later));
	for (uint32_t n = 0; n < c->count; n++)
		set_bit(c->due, n); /* the first run evaluates all */
	collect_always(c);
	collect_groups(c);
	return c;
}

void
calc_free(struct calc *c)
{
	if (c == NULL)
		return;
	for (uint32_t n = 0; n < c->count; n++)
		expr_free(c->steps[n].e);
	free(c->steps);
	free(c->first);
	free(c->dependents);
	free(c->due);
	free(c->later);
	free(c->always);
	free(c->groups);
	free(c);
}

/* ---- reload */

/* Of the points of c's table: the step that makes each; NULL = none. The caller frees. */
static const struct step **
index_steps(const struct calc *c)
{
	const struct step **of = xcalloc(table_count(c->table), sizeof(struct step *));

	for (uint32_t n = 0; n < c->count; n++)
		of[c->steps[n].id] = &c->steps[n];
	return of;
}

void
calc_adopt(struct calc *c, const struct calc *old)
{
	const struct site *s = table_site(c->table), *was = table_site(old->table);
	const struct step **old_steps = index_steps(old);

	for (uint32_t n = 0; n < c->count; n++) {
		struct expr *e = c->steps[n].e;
		const struct site_point *p = &s->points[c->steps[n].id];
		point_id old_id = e != NULL && expr_has_state(e) ? table_find_before(old->table, p) : POINT_NONE;
		const struct step *o = old_id != POINT_NONE ? old_steps[old_id] : NULL;
		if (o == NULL || o->e == NULL || strcmp(was->points[old_id].def->expression, p->def->expression) != 0)
			continue;
		for (size_t i = 0; i < expr_state_count(e) && i < expr_state_count(o->e); i++)
			expr_set_state(e, i, expr_state(o->e, i));
		c->steps[n].last = o->last;
		c->steps[n].was_evaluated = o->was_evaluated;
	}
	c->has_settled = old->has_settled;
	free(old_steps);
}

/* ---- running */

/* Evaluates a step; true if what it gives changed. */
static bool
evaluate(struct calc *c, struct step *n, struct utc now, struct mono mono)
{
	const struct value *values = table_values(c->table);
	struct value was = values[n->id], v = *table_measured(c->table, n->id);

	if (n->e != NULL) {
		expr_eval(n->e, values, now, n->was_evaluated ? mono_diff_us(mono, n->last) : 0, &v);
		n->last = mono;
		n->was_evaluated = true;
		if (v.quality == Q_NEVER_READ && c->has_settled)
			v.quality |= Q_STALE; /* its inputs had their time */
	} else {
		v.quality = Q_FAILURE;
		v.cause = ERR_CONFIG;
	}
	table_put(c->table, n->id, &v, mono);
	v = values[n->id]; /* the same as before while a value by hand stands there */
	bool is_same = v.v == was.v || (isnan(v.v) && isnan(was.v));
	return !is_same || v.quality != was.quality || v.cause != was.cause;
}

/* Marks what depends on step n: the later steps for this run; the others, which stand in a cycle with it, for the next. */
static void
follow(struct calc *c, uint32_t n)
{
	point_id id = c->steps[n].id;

	for (uint32_t i = c->first[id]; i < c->first[id + 1]; i++)
		set_bit(c->dependents[i] > n ? c->due : c->later, c->dependents[i]);
}

static void
mark_moved(struct calc *c)
{
	uint32_t count;
	const point_id *moved = table_live_take(c->table, &count);

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t d = c->first[moved[i]]; d < c->first[moved[i] + 1]; d++)
			set_bit(c->due, c->dependents[d]);
}

/* Is it time again? *last becomes now then. */
static bool
is_time(struct mono *last, struct mono now, int64_t every_us, bool is_first)
{
	if (!is_first && mono_diff_us(now, *last) < every_us)
		return false;
	*last = now;
	return true;
}

static bool
waits_for_inputs(const struct calc *c)
{
	const struct value *values = table_values(c->table);

	for (uint32_t n = 0; n < c->count; n++)
		if (values[c->steps[n].id].quality == Q_NEVER_READ)
			return true;
	return false;
}

/*
 * After a start the calculations were not looked at before their inputs were, else what was recorded of them by the run before would
 * go on being good. At the latest after CALC_SETTLE_US; what has no input then is told as such.
 */
static bool
settle(struct calc *c, struct mono mono)
{
	if (c->has_settled)
		return true;
	if (waits_for_inputs(c) && mono_diff_us(mono, c->began) < CALC_SETTLE_US)
		return false;
	c->has_settled = true;
	for (uint32_t n = 0; n < c->count; n++)
		if (table_values(c->table)[c->steps[n].id].quality == Q_NEVER_READ)
			set_bit(c->later, n); /* with the next run */
	return true;
}

void
calc_run(struct calc *c, struct utc now, struct mono mono)
{
	bool takes_all = is_time(&c->always_last, mono, c->always_us, !c->has_run), was_busy = false;

	if (!c->has_run)
		c->began = mono;
	mark_moved(c);
	for (uint32_t w = 0; w < c->words; w++) {
		c->due[w] |= c->later[w] | (takes_all ? c->always[w] : 0);
		c->later[w] = 0;
		while (c->due[w] != 0) {
			uint32_t n = w * 64 + (uint32_t)__builtin_ctzll(c->due[w]);
			c->due[w] &= c->due[w] - 1;
			was_busy = true;
			if (evaluate(c, &c->steps[n], now, mono))
				follow(c, n);
		}
	}
	if (settle(c, mono) && is_time(&c->touched, mono, c->touch_us, was_busy))
		for (uint32_t i = 0; i < c->group_count; i++)
			table_group_touch(c->table, c->groups[i], now);
	c->has_run = true;
}

void
calc_each_state(const struct calc *c,
    void (*each)(point_id id, const char *expression, const double *sums, size_t count, void *arg), void *arg)
{
	const struct site *s = table_site(c->table);
	double sums[CALC_SUMS_MAX];

	for (uint32_t n = 0; n < c->count; n++) {
		const struct expr *e = c->steps[n].e;
		size_t count = e != NULL ? expr_state_count(e) : 0;

		if (count == 0 || count > CALC_SUMS_MAX || !c->steps[n].was_evaluated)
			continue;
		for (size_t i = 0; i < count; i++)
			sums[i] = expr_state(e, i);
		each(c->steps[n].id, s->points[c->steps[n].id].def->expression, sums, count, arg);
	}
}

bool
calc_restore(struct calc *c, point_id id, const char *expression, const double *sums, size_t count)
{
	const struct site *s = table_site(c->table);

	for (uint32_t n = 0; n < c->count; n++) {
		struct expr *e = c->steps[n].e;

		if (c->steps[n].id != id || e == NULL)
			continue;
		if (expr_state_count(e) != count || strcmp(s->points[id].def->expression, expression) != 0)
			return false;
		/* what this run has summed up already comes on top: before its first evaluation that is 0 */
		for (size_t i = 0; i < count; i++)
			expr_set_state(e, i, expr_state(e, i) + sums[i]);
		set_bit(c->due, n);
		return true;
	}
	return false;
}

uint32_t
calc_count(const struct calc *c)
{
	return c->count;
}
