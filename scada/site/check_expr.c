/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_expr.c - every expression of the built site: its form, its names, and circles among calculated points.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/expr.h"
#include "scada/base/str.h"
#include "scada/site/check.h"

#define SAID_MAX     400
#define COMPARED_MAX 30000000 /* name with pattern: some seconds, which chisand would spend again */
#define GLOB_MAX     2000     /* more are not collected: expr_parse refuses 256 already */

struct exprs {
	struct check *c;
	struct mark said[SAID_MAX]; /* a profile's expression is checked for each device, and said once */
	uint32_t said_count;
	char missing[POINT_NAME_MAX]; /* the last name that was not found */
	bool has_missing, is_blurred;
	uint64_t compared;               /* names with patterns, all together */
	struct override_index overrides; /* of overrides_of */
	uint32_t overrides_of;
	point_id **inputs; /* of calculated points, by number; [0] is the count */
};

/* ---- names for expr_parse */

static point_id
find(const char *name, void *arg)
{
	struct exprs *x = arg;
	point_id id = site_find_point(x->c->s, name);
	if (id != POINT_NONE)
		return id;
	if (check_is_blurred(x->c, name)) {
		x->is_blurred = true;
		return 0; /* anything that exists: nobody knows whether this does */
	}
	x->has_missing = str_copy(x->missing, sizeof(x->missing), name);
	return POINT_NONE;
}

static int
compare_ids(const void *a, const void *b)
{
	const point_id *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static void
glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	struct exprs *x = arg;
	point_id ids[GLOB_MAX];
	uint32_t first, end, n = 0;
	check_prefix_range(x->c, pattern, strcspn(pattern, "*?["), &first, &end);
	x->compared += end - first;
	if (x->compared > COMPARED_MAX)
		end = first;
	for (uint32_t i = first; i < end && n < GLOB_MAX; i++)
		if (str_glob(pattern, x->c->s->points[x->c->sorted[i]].name))
			ids[n++] = x->c->sorted[i];
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (uint32_t i = 0; i < n; i++)
		each(ids[i], each_arg);
}

/* ---- one expression */

/* The place of character `at` within the text whose scalar begins at m; m itself if the line does not show the text. */
static struct mark
mark_inside(const struct check *c, struct mark m, const char *text, size_t at)
{
	const struct source *s = faults_source(c->f, m.file);
	if (s == NULL || s->data == NULL || m.line == 0)
		return m;
	const char *p = s->data;
	for (uint32_t line = 1; line < m.line && p != NULL; line++) {
		p = strchr(p, '\n');
		p = p != NULL ? p + 1 : NULL;
	}
	/* Only ASCII before it: then characters are bytes. Else the scalar's own place must do. */
	for (uint32_t column = 1; p != NULL && column < m.column; column++, p++)
		if (*p == '\0' || *p == '\n' || (unsigned char)*p >= 0x80)
			return m;
	if (p == NULL)
		return m;
	size_t quote = *p == '"' || *p == '\'';
	if (strncmp(p + quote, text, at) != 0)
		return m;
	m.column = (uint16_t)(m.column + quote + at < UINT16_MAX ? m.column + quote + at : m.column);
	return m;
}

static bool
was_said(struct exprs *x, struct mark m)
{
	for (uint32_t i = 0; i < x->said_count; i++)
		if (x->said[i].file == m.file && x->said[i].line == m.line && x->said[i].column == m.column)
			return true;
	if (x->said_count < SAID_MAX)
		x->said[x->said_count++] = m;
	return false;
}

static void
say_fault(struct exprs *x, struct mark m, const char *key, const char *text, const char *message, size_t at)
{
	char hint[200];
	if (x->said_count == SAID_MAX || was_said(x, m))
		return;
	if (x->compared > COMPARED_MAX)
		fault_at(x->c->f, m,
		    "%s: the patterns of all expressions have to be compared with too many points; begin them with a "
		    "device's name",
		    key);
	else if (x->has_missing)
		fault_at(x->c->f, mark_inside(x->c, m, text, at), "%s: there is no point %s%s", key, x->missing,
		    check_point_hint(x->c, x->missing, hint, sizeof(hint)));
	else
		fault_at(x->c->f, mark_inside(x->c, m, text, at), "%s: %s", key, message);
}

/* Parses it as chisand will. *inputs (may be NULL) gets what it reads. */
static void
check_one(struct exprs *x, struct mark m, const char *key, const char *text, point_id **inputs)
{
	char message[300];
	size_t at = 0, n = 0;
	const struct expr_names names = { find, glob, x };
	if (text == NULL)
		return;
	x->has_missing = x->is_blurred = false;
	struct expr *e = expr_parse(text, &names, message, sizeof(message), &at);
	if (e == NULL) {
		say_fault(x, m, key, text, message, at);
		return;
	}
	const point_id *of = expr_inputs(e, &n);
	if (inputs != NULL && !x->is_blurred) {
		*inputs = arena_alloc(x->c->a, (n + 1) * sizeof(**inputs));
		(*inputs)[0] = (point_id)n;
		if (n > 0)
			memcpy(*inputs + 1, of, n * sizeof(*of));
	}
	expr_free(e);
}

#define AT(member) schema_mark(&point_schema, d, offsetof(struct site_point_def, member))

/* An overridden condition stands in the device, not in the profile. */
static struct mark
suppress_mark(struct exprs *x, const struct site_point *p)
{
	const struct site_point_def *d = p->def;
	if (p->device != x->overrides_of) {
		free(x->overrides.sorted);
		x->overrides = (struct override_index){ NULL, 0 };
		if (p->device != DEVICE_NONE)
			x->overrides = site_index_overrides(x->c->s->nodes[p->device].device);
		x->overrides_of = p->device;
	}
	const struct site_override *o = d->tag != NULL ? site_find_override(&x->overrides, d->tag) : NULL;
	if (o != NULL && o->suppress_when != NULL)
		return AT_KEY(override_schema, o, struct site_override, suppress_when);
	return AT(suppress_when);
}

static void
check_point_expressions(struct exprs *x, const struct site_point *p, point_id id)
{
	const struct site_point_def *d = p->def;
	check_one(x, AT(expression), "expression", d->expression, &x->inputs[id]);
	if (d->suppress_when != NULL)
		check_one(x, suppress_mark(x, p), "suppress_when", d->suppress_when, NULL);
	check_one(x, AT(interlock), "interlock", d->interlock, NULL);
	const struct site_check_back *b = d->check_back;
	if (b == NULL)
		return;
	check_one(x, AT_KEY(check_back_schema, b, struct site_check_back, done_when), "done_when", b->done_when, NULL);
	check_one(
	    x, AT_KEY(check_back_schema, b, struct site_check_back, failed_when), "failed_when", b->failed_when, NULL);
}

/* ---- circles: a depth-first walk with a stack of its own, since chains may be as long as there are points */

enum colour { WHITE, GREY, BLACK };

struct walk {
	struct exprs *x;
	uint8_t *colour;
	point_id *stack;
	uint32_t *next; /* which input of stack[i] comes next */
	uint32_t depth;
};

static void
say_circle(struct walk *w, point_id back_to)
{
	const struct site *s = w->x->c->s;
	char path[400] = "";
	uint32_t from = 0, shown = 0;
	while (w->stack[from] != back_to)
		from++;
	for (uint32_t i = from; i < w->depth && shown < 6; i++, shown++) {
		str_append(path, sizeof(path), s->points[w->stack[i]].name);
		str_append(path, sizeof(path), " reads ");
	}
	if (w->depth - from > shown)
		str_append(path, sizeof(path), "... reads ");
	str_append(path, sizeof(path), s->points[back_to].name);
	const struct site_point_def *d = s->points[back_to].def;
	fault_at(
	    w->x->c->f, AT(expression), "a circle: %s; break it, for instance with a point that is measured", path);
}

static void
walk_from(struct walk *w, point_id start)
{
	w->stack[0] = start;
	w->next[0] = 1;
	w->depth = 1;
	w->colour[start] = GREY;
	while (w->depth > 0) {
		point_id id = w->stack[w->depth - 1];
		const point_id *inputs = w->x->inputs[id];
		if (inputs == NULL || w->next[w->depth - 1] > inputs[0]) {
			w->colour[id] = BLACK;
			w->depth--;
			continue;
		}
		point_id to = inputs[w->next[w->depth - 1]++];
		if (w->colour[to] == GREY)
			say_circle(w, to);
		if (w->colour[to] != WHITE)
			continue;
		w->colour[to] = GREY;
		w->stack[w->depth] = to;
		w->next[w->depth++] = 1;
	}
}

static void
check_circles(struct exprs *x)
{
	uint32_t n = x->c->s->point_count;
	struct walk w = { .x = x };
	w.colour = xcalloc((size_t)n + 1, sizeof(*w.colour));
	w.stack = xcalloc((size_t)n + 1, sizeof(*w.stack));
	w.next = xcalloc((size_t)n + 1, sizeof(*w.next));
	for (point_id i = 0; i < n; i++)
		if (w.colour[i] == WHITE && x->inputs[i] != NULL)
			walk_from(&w, i);
	free(w.colour);
	free(w.stack);
	free(w.next);
}

void
check_expressions(struct check *c)
{
	struct exprs *x = arena_alloc(c->a, sizeof(*x));
	x->c = c;
	x->overrides_of = DEVICE_NONE;
	x->inputs = arena_alloc(c->a, ((size_t)c->s->point_count + 1) * sizeof(*x->inputs));
	for (point_id i = 0; i < c->s->point_count; i++)
		check_point_expressions(x, &c->s->points[i], i);
	check_circles(x);
	free(x->overrides.sorted);
}
