/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_point.c - one point's definition as it holds for one device: the profile's, overridden, with its $ replaced.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/site/site_private.h"

/* A $ in front of a dot stands for the device; elsewhere it is a fault that the reader of expressions names. */
const char *
site_expand(struct arena *a, const char *text, const char *device)
{
	size_t n = 0;
	if (text == NULL || strstr(text, "$.") == NULL)
		return text;
	for (const char *p = text; (p = strstr(p, "$.")) != NULL; p++)
		n++;
	size_t name_len = strlen(device);
	char *out = arena_alloc(a, strlen(text) + n * name_len + 1), *q = out;
	for (const char *p = text; *p != '\0'; p++) {
		if (p[0] == '$' && p[1] == '.') {
			memcpy(q, device, name_len);
			q += name_len;
		} else {
			*q++ = *p;
		}
	}
	*q = '\0';
	return out;
}

static int
compare_overrides(const void *a, const void *b)
{
	const struct site_override *const *x = a, *const *y = b;
	int c = strcmp((*x)->tag, (*y)->tag);
	return c != 0 ? c : *x < *y ? -1 : *x > *y;
}

struct override_index
site_index_overrides(const struct site_device *d)
{
	struct override_index x = { NULL, 0 };
	const struct site_override *list = d->points.v;
	if (d->points.n == 0)
		return x;
	x.sorted = xcalloc(d->points.n, sizeof(*x.sorted));
	for (uint32_t i = 0; i < d->points.n; i++)
		if (list[i].tag != NULL)
			x.sorted[x.n++] = &list[i];
	qsort(x.sorted, x.n, sizeof(*x.sorted), compare_overrides);
	return x;
}

const struct site_override *
site_find_override(const struct override_index *x, const char *tag)
{
	uint32_t lo = 0, hi = x->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (strcmp(x->sorted[mid]->tag, tag) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < x->n && strcmp(x->sorted[lo]->tag, tag) == 0 ? x->sorted[lo] : NULL;
}

static bool
is_set(const struct site_override *o, size_t offset)
{
	return schema_is_set(&override_schema, o, offset);
}

static void
mark_set(const struct schema *s, void *obj, size_t offset)
{
	struct node *n = obj;
	int i = schema_find_member(s, offset);
	if (i >= 0)
		n->set |= UINT64_C(1) << i;
}

/* Alarms of the profile, those of an overridden type replaced, new types added. */
static void
merge_alarms(struct arena *a, struct site_point_def *def, const struct site_override *o)
{
	const struct site_limit *base = def->alarms.v, *over = o->alarms.v;
	struct site_limit *out = arena_alloc(a, ((size_t)def->alarms.n + o->alarms.n) * sizeof(*out));
	uint32_t n = 0;
	for (uint32_t i = 0; i < def->alarms.n; i++) {
		bool is_replaced = false;
		for (uint32_t j = 0; j < o->alarms.n; j++)
			is_replaced |= over[j].type == base[i].type && over[j].state == base[i].state;
		if (!is_replaced)
			out[n++] = base[i];
	}
	for (uint32_t j = 0; j < o->alarms.n; j++)
		out[n++] = over[j];
	def->alarms = (struct key_list){ out, n };
	mark_set(&point_schema, def, offsetof(struct site_point_def, alarms));
}

static void
override_register(struct arena *a, struct site_point_def *def, const struct site_override *o)
{
	bool has_scale = is_set(o, offsetof(struct site_override, scale));
	bool has_offset = is_set(o, offsetof(struct site_override, offset));
	bool has_invert = is_set(o, offsetof(struct site_override, invert));
	struct site_register **both[2] = { &def->read, &def->write };
	if (!has_scale && !has_offset && !has_invert)
		return;
	for (size_t i = 0; i < 2; i++) {
		if (*both[i] == NULL)
			continue;
		struct site_register *r = arena_alloc(a, sizeof(*r));
		*r = **both[i];
		r->scale = has_scale ? o->scale : r->scale;
		r->offset = has_offset ? o->offset : r->offset;
		r->invert = has_invert ? o->invert : r->invert;
		*both[i] = r;
	}
}

static void
override_def(struct arena *a, struct site_point_def *def, const struct site_override *o)
{
	if (o->title != NULL)
		def->title = o->title;
	if (o->title_ja != NULL)
		def->title_ja = o->title_ja;
	if (is_set(o, offsetof(struct site_override, range))) {
		def->range = o->range;
		mark_set(&point_schema, def, offsetof(struct site_point_def, range));
	}
	if (is_set(o, offsetof(struct site_override, deadband)))
		def->deadband = o->deadband;
	if (is_set(o, offsetof(struct site_override, poll_us)))
		def->poll_us = o->poll_us;
	if (o->suppress_when != NULL)
		def->suppress_when = o->suppress_when;
	if (o->interlock != NULL)
		def->interlock = o->interlock;
	if (o->interlock_text != NULL)
		def->interlock_text = o->interlock_text;
	if (o->output != NULL)
		def->output = o->output;
	if (o->alarms.n > 0)
		merge_alarms(a, def, o);
	override_register(a, def, o);
}

static bool
has_dollar(const char *text)
{
	return text != NULL && strstr(text, "$.") != NULL;
}

static void
expand_check_back(struct arena *a, struct site_point_def *def, const char *device)
{
	struct site_check_back *c = def->check_back;
	if (c == NULL || (!has_dollar(c->done_when) && !has_dollar(c->failed_when) && !has_dollar(c->shown_by)))
		return;
	struct site_check_back *own = arena_alloc(a, sizeof(*own));
	*own = *c;
	own->done_when = site_expand(a, c->done_when, device);
	own->failed_when = site_expand(a, c->failed_when, device);
	own->shown_by = site_expand(a, c->shown_by, device);
	def->check_back = own;
}

static bool
alarms_have_dollar(const struct key_list *alarms)
{
	const struct site_limit *l = alarms->v;
	for (uint32_t i = 0; i < alarms->n; i++)
		if (has_dollar(l[i].suppress_when) || has_dollar(l[i].of) || has_dollar(l[i].group))
			return true;
	return false;
}

static void
expand_alarms(struct arena *a, struct site_point_def *def, const char *device)
{
	if (!alarms_have_dollar(&def->alarms))
		return;
	struct site_limit *own = arena_alloc(a, def->alarms.n * sizeof(*own));
	memcpy(own, def->alarms.v, def->alarms.n * sizeof(*own));
	for (uint32_t i = 0; i < def->alarms.n; i++) {
		own[i].suppress_when = site_expand(a, own[i].suppress_when, device);
		own[i].of = site_expand(a, own[i].of, device);
		own[i].group = site_expand(a, own[i].group, device);
	}
	def->alarms.v = own;
}

static bool
output_has_dollar(const struct site_output *o)
{
	return o != NULL &&
	    (has_dollar(o->local) || has_dollar(o->mode_when) || has_dollar(o->needs) || has_dollar(o->protect_lo) ||
	        has_dollar(o->protect_hi) || has_dollar(o->tag_after) || has_dollar(o->tag_when));
}

static void
expand_output(struct arena *a, struct site_point_def *def, const char *device)
{
	if (!output_has_dollar(def->output))
		return;
	struct site_output *own = arena_alloc(a, sizeof(*own));
	*own = *def->output;
	own->local = site_expand(a, own->local, device);
	own->mode_when = site_expand(a, own->mode_when, device);
	own->needs = site_expand(a, own->needs, device);
	own->protect_lo = site_expand(a, own->protect_lo, device);
	own->protect_hi = site_expand(a, own->protect_hi, device);
	own->tag_after = site_expand(a, own->tag_after, device);
	own->tag_when = site_expand(a, own->tag_when, device);
	def->output = own;
}

static bool
def_has_dollar(const struct site_point_def *d)
{
	return has_dollar(d->expression) || has_dollar(d->suppress_when) || has_dollar(d->interlock) ||
	    (d->check_back != NULL &&
	        (has_dollar(d->check_back->done_when) || has_dollar(d->check_back->failed_when) ||
	            has_dollar(d->check_back->shown_by))) ||
	    alarms_have_dollar(&d->alarms) || output_has_dollar(d->output);
}

const struct site_point_def *
site_make_def(struct arena *a, const struct site_point_def *of, const struct site_override *o, const char *device)
{
	if (o == NULL && !def_has_dollar(of))
		return of;
	struct site_point_def *def = arena_alloc(a, sizeof(*def));
	*def = *of;
	if (o != NULL)
		override_def(a, def, o);
	def->expression = site_expand(a, def->expression, device);
	def->suppress_when = site_expand(a, def->suppress_when, device);
	def->interlock = site_expand(a, def->interlock, device);
	expand_check_back(a, def, device);
	expand_alarms(a, def, device);
	expand_output(a, def, device);
	return def;
}

/* Decimals by which steps of this size can be told apart: 0.25 has 2, 0.1 has 1, 5 has none. */
static int
decimals_of_step(double step)
{
	step = fabs(step);
	for (int d = 0; d < 6; d++) {
		double units = step * pow(10, d);
		if (units >= 1 - 1e-9 && fabs(units - round(units)) < 1e-6 * units)
			return d;
	}
	return 6;
}

static int
decimals_of_deadband(double deadband)
{
	int d = 0;
	while (d < 6 && deadband * pow(10, d) < 1 - 1e-9)
		d++;
	return d;
}

int8_t
site_decimals(const struct site_point_def *d)
{
	if (schema_is_set(&point_schema, d, offsetof(struct site_point_def, decimals)))
		return (int8_t)d->decimals;
	if (d->kind == KIND_DIGITAL || d->kind == KIND_COMMAND)
		return 0;
	const struct site_register *r = d->read != NULL ? d->read : d->write;
	bool is_whole = r != NULL && r->type != RAW_F32 && r->type != RAW_F64 && r->internal == NULL;
	if (is_whole && r->scale_factor < 0 && d->curve.n == 0 && !d->square_root) {
		int of_scale = decimals_of_step(r->scale), of_offset = decimals_of_step(r->offset);
		return (int8_t)(r->offset != 0 && of_offset > of_scale ? of_offset : of_scale);
	}
	return (int8_t)(d->deadband > 0 ? decimals_of_deadband(d->deadband) : 2);
}
