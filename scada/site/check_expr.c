/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_expr.c - every expression of the built site: its form and its names; and points that are named alone.
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

/* What stands in the device in place of the profile's; NULL = nothing. */
static const struct site_override *
override_of(struct exprs *x, const struct site_point *p)
{
	if (p->device != x->overrides_of) {
		free(x->overrides.sorted);
		x->overrides = (struct override_index){ NULL, 0 };
		if (p->device != DEVICE_NONE)
			x->overrides = site_index_overrides(x->c->s->nodes[p->device].device);
		x->overrides_of = p->device;
	}
	return p->def->tag != NULL ? site_find_override(&x->overrides, p->def->tag) : NULL;
}

/* One that is asked now and then: it keeps no sum. *inputs (may be NULL) gets what it reads. */
static void
check_condition(struct exprs *x, struct mark m, const char *key, const char *text, point_id **inputs)
{
	if (text == NULL)
		return;
	if (strstr(text, "integrate") != NULL && !was_said(x, m))
		fault_at(x->c->f, m,
		    "%s: integrate sums over time, and a condition is only looked at; make a calculation of it and "
		    "write "
		    "its name here",
		    key);
	else
		check_one(x, m, key, text, inputs);
}

#define KIND(k)      (1u << (k))
#define KIND_NUMBERS (KIND(KIND_ANALOG) | KIND(KIND_COUNTER) | KIND(KIND_SETPOINT))
#define KIND_ALL     (KIND(KIND_COUNT) - 1)
#define KIND_OUTPUTS (KIND(KIND_SETPOINT) | KIND(KIND_COMMAND))

/* A key whose value is the name of one point of these kinds. */
static void
check_named(struct exprs *x, struct mark m, const char *key, const char *name, unsigned kinds, const char *wanted)
{
	char hint[200];
	if (name == NULL)
		return;
	point_id id = site_find_point(x->c->s, name);
	if (id == POINT_NONE && check_is_blurred(x->c, name))
		return;
	const struct site_point_def *d = id != POINT_NONE ? x->c->s->points[id].def : NULL;
	bool is_known = d == NULL || schema_is_set(&point_schema, d, offsetof(struct site_point_def, kind));
	if (d != NULL && (!is_known || ((kinds >> d->kind) & 1) != 0))
		return;
	if (x->said_count == SAID_MAX || was_said(x, m))
		return;
	if (d == NULL)
		fault_at(x->c->f, m, "%s: there is no point %s%s", key, name,
		    check_point_hint(x->c, name, hint, sizeof(hint)));
	else
		fault_at(
		    x->c->f, m, "%s: %s is %s; write %s", key, name, point_kind_word((enum point_kind)d->kind), wanted);
}

/* DEV: what the point is compared with. Without `of` it is the setpoint of the same name. */
static void
check_twin(struct exprs *x, const struct site_point *p, const struct site_limit *l)
{
	char name[POINT_NAME_MAX + 4];
	struct mark m = AT_KEY(limit_schema, l, struct site_limit, of);
	if (l->of != NULL && strcmp(l->of, p->name) == 0) {
		if (!was_said(x, m))
			fault_at(
			    x->c->f, m, "of: the point itself never differs from itself; write its setpoint or twin");
		return;
	}
	check_named(x, m, "of", l->of, KIND_NUMBERS, "a point that is a number");
	str_printf(name, sizeof(name), "%s_SP", p->name);
	if (l->of != NULL || check_is_given(&limit_schema, l, offsetof(struct site_limit, of)) ||
	    site_find_point(x->c->s, name) != POINT_NONE || check_is_blurred(x->c, name))
		return;
	m = AT_KEY(limit_schema, l, struct site_limit, type);
	if (!was_said(x, m))
		fault_at(x->c->f, m,
		    "DEV without of, and there is no point %s; write of: with what it is compared with", name);
}

static void
check_alarm_expressions(struct exprs *x, const struct site_point *p)
{
	const struct site_limit *l = p->def->alarms.v;
	for (uint32_t i = 0; i < p->def->alarms.n; i++) {
		check_condition(x, AT_KEY(limit_schema, &l[i], struct site_limit, suppress_when), "suppress_when",
		    l[i].suppress_when, NULL);
		if (schema_is_set(&limit_schema, &l[i], offsetof(struct site_limit, type)) && l[i].type == LIMIT_DEV)
			check_twin(x, p, &l[i]);
	}
}

static void
check_output_expressions(struct exprs *x, const struct site_output *o)
{
	const struct {
		size_t offset;
		const char *key, *text;
	} all[] = {
		{ offsetof(struct site_output, local), "local", o->local },
		{ offsetof(struct site_output, mode_when), "mode_when", o->mode_when },
		{ offsetof(struct site_output, needs), "needs", o->needs },
		{ offsetof(struct site_output, protect_lo), "protect_min", o->protect_lo },
		{ offsetof(struct site_output, protect_hi), "protect_max", o->protect_hi },
		{ offsetof(struct site_output, tag_when), "tag_when", o->tag_when },
	};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		check_condition(x, schema_mark(&output_schema, o, all[i].offset), all[i].key, all[i].text, NULL);
	check_named(x, AT_KEY(output_schema, o, struct site_output, tag_after), "tag_after", o->tag_after, KIND_OUTPUTS,
	    "a setpoint or command, which a tag can block");
}

static void
check_point_expressions(struct exprs *x, const struct site_point *p, point_id id)
{
	const struct site_point_def *d = p->def;
	check_one(x, AT(expression), "expression", d->expression, &x->inputs[id]);
	const struct site_override *o = d->suppress_when != NULL || d->interlock != NULL ? override_of(x, p) : NULL;
	bool has_suppress = o != NULL && o->suppress_when != NULL, has_interlock = o != NULL && o->interlock != NULL;
	check_condition(x,
	    has_suppress ? AT_KEY(override_schema, o, struct site_override, suppress_when) : AT(suppress_when),
	    "suppress_when", d->suppress_when, NULL);
	check_condition(x, has_interlock ? AT_KEY(override_schema, o, struct site_override, interlock) : AT(interlock),
	    "interlock", d->interlock, NULL);
	const struct site_check_back *b = d->check_back;
	if (b != NULL) {
		check_condition(x, AT_KEY(check_back_schema, b, struct site_check_back, done_when), "done_when",
		    b->done_when, NULL);
		check_condition(x, AT_KEY(check_back_schema, b, struct site_check_back, failed_when), "failed_when",
		    b->failed_when, NULL);
		check_condition(
		    x, AT_KEY(check_back_schema, b, struct site_check_back, shown_by), "shown_by", b->shown_by, NULL);
	}
	check_alarm_expressions(x, p);
	if (d->output != NULL)
		check_output_expressions(x, d->output);
}

static void
check_step_expressions(struct exprs *x, const struct site_step *p)
{
	struct mark at = AT_KEY(sequence_step_schema, p, struct site_step, check);
	point_id *inputs = NULL;
	check_condition(x, at, "check", p->check, &inputs);
	if (inputs != NULL && inputs[0] == 0 && !was_said(x, at))
		fault_at(x->c->f, at,
		    "check: it reads no point, so it would prove nothing; compare a point, or leave check: out: then "
		    "the "
		    "person's word alone counts");
	check_named(
	    x, AT_KEY(sequence_step_schema, p, struct site_step, point), "point", p->point, KIND_ALL, "a point");
	check_named(x, AT_KEY(sequence_step_schema, p, struct site_step, tagged), "tagged", p->tagged, KIND_OUTPUTS,
	    "a setpoint or command, which a tag can block");
}

static void
check_sequence_expressions(struct exprs *x)
{
	const struct site_sequence *q = x->c->s->sequences.v;
	for (uint32_t i = 0; i < x->c->s->sequences.n; i++)
		for (uint32_t j = 0; j < q[i].steps.n; j++)
			check_step_expressions(x, &((const struct site_step *)q[i].steps.v)[j]);
}

static void
check_site_expressions(struct exprs *x)
{
	const struct site *s = x->c->s;
	const struct site_limit *l = s->alarms.v;
	for (uint32_t i = 0; i < s->alarms.n; i++) {
		check_condition(x, AT_KEY(limit_schema, &l[i], struct site_limit, when), "when", l[i].when, NULL);
		check_condition(x, AT_KEY(limit_schema, &l[i], struct site_limit, suppress_when), "suppress_when",
		    l[i].suppress_when, NULL);
	}
	if (s->alarming != NULL)
		check_named(x, AT_KEY(alarming_schema, s->alarming, struct site_alarming, horn), "horn",
		    s->alarming->horn, KIND(KIND_COMMAND), "a point of kind command: 1 sounds, 0 is silent");
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
	check_site_expressions(x);
	check_sequence_expressions(x);
	check_circles(c, x->inputs);
	free(x->overrides.sorted);
}
