/* SPDX-License-Identifier: Apache-2.0 */
/* table_make.c - the table of a site: a cell for each point, the groups whose points can go stale, names; what is kept of an old one. */
#include "config.h"

#include "scada/core/table_private.h"

/* ---- building */

static void
marks_init(struct marks *m, uint32_t count)
{
	m->words = (count + 63) / 64;
	m->bits = xcalloc(m->words, sizeof(*m->bits));
	m->taken = xcalloc(count, sizeof(*m->taken));
}

static void
marks_done(struct marks *m)
{
	free(m->bits);
	free(m->taken);
}

static double
or_else(double v, double otherwise)
{
	return isfinite(v) ? v : otherwise;
}

static enum way
way_of(const struct site_point_def *d)
{
	if (d->expression != NULL)
		return WAY_NONE;
	switch ((enum point_kind)d->kind) {
	case KIND_DIGITAL:
	case KIND_COMMAND: return WAY_STATE;
	case KIND_COUNTER: return WAY_COUNTER;
	default: return WAY_NUMBER;
	}
}

static int64_t
stale_time(const struct site_point *p)
{
	double us = or_else(p->def->stale_periods, 3) * (double)p->period_us;
	return us >= 1 && us < 9e18 ? (int64_t)us : 0;
}

static void
init_cell(struct table *t, struct cell *c, const struct site_point *p)
{
	const struct site_point_def *d = p->def;
	const struct site_register *read = d->read;

	c->way = (uint8_t)way_of(d);
	c->is_read = c->way != WAY_NONE && read != NULL;
	c->scale = read != NULL && isfinite(read->scale) && read->scale != 0 ? read->scale : 1;
	c->offset = read != NULL ? or_else(read->offset, 0) : 0;
	c->invert = read != NULL && read->invert;
	c->lo = isnan(d->range.lo) ? -(double)INFINITY : d->range.lo;
	c->hi = isnan(d->range.hi) ? (double)INFINITY : d->range.hi;
	c->deadband = d->deadband > 0 ? d->deadband : 0;
	c->max_interval_us = d->max_interval_us;
	c->square_root = d->square_root;
	c->pulse = d->pulse;
	c->stale_us = c->is_read ? stale_time(p) : 0;
	c->last_sample = c->last_report = NEVER;
	c->pipeline = c->is_read ? pipeline_new(d) : NULL;
	c->states = d->states.n != 0 && d->bits.n == 0 ? &d->states : NULL;
	c->group = p->group < t->group_count ? p->group : NO_GROUP;
}

/* Sorts the points that can go stale by their groups. */
static void
init_groups(struct table *t)
{
	uint32_t at = 0;

	t->groups = xcalloc(t->group_count, sizeof(*t->groups));
	t->group_times = xcalloc(t->group_count, sizeof(*t->group_times));
	t->group_received = xcalloc(t->group_count, sizeof(*t->group_received));
	t->members = xcalloc(t->count, sizeof(*t->members));
	for (point_id id = 0; id < t->count; id++)
		if (t->cells[id].stale_us != 0 && t->cells[id].group != NO_GROUP)
			t->groups[t->cells[id].group].count++;
	for (uint32_t g = 0; g < t->group_count; g++) {
		t->groups[g].first = at;
		t->groups[g].next_check = NEVER;
		at += t->groups[g].count;
		t->groups[g].count = 0;
	}
	for (point_id id = 0; id < t->count; id++)
		if (t->cells[id].stale_us != 0 && t->cells[id].group != NO_GROUP) {
			struct group *g = &t->groups[t->cells[id].group];
			t->members[g->first + g->count++] = id;
		}
	t->next_check = NEVER;
}

struct table *
table_new(const struct site *s)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->site = s;
	t->count = s->point_count;
	t->group_count = s->group_count;
	t->cells = xcalloc(t->count, sizeof(*t->cells));
	t->live = xcalloc(t->count, sizeof(*t->live));
	t->reported = xcalloc(t->count, sizeof(*t->reported));
	t->names = xcalloc(t->count, sizeof(*t->names));
	for (point_id id = 0; id < t->count; id++) {
		init_cell(t, &t->cells[id], &s->points[id]);
		t->live[id] = t->reported[id] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
		t->names[id] = (struct name){ .name = s->points[id].name, .id = id };
	}
	qsort(t->names, t->count, sizeof(*t->names), table_by_name);
	init_groups(t);
	marks_init(&t->changed, t->count);
	marks_init(&t->moved, t->count);
	marks_init(&t->fresh, t->count);
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (point_id id = 0; id < t->count; id++) {
		pipeline_free(t->cells[id].pipeline);
		free(t->cells[id].under);
	}
	free(t->cells);
	free(t->live);
	free(t->reported);
	free(t->group_times);
	free(t->group_received);
	free(t->groups);
	free(t->members);
	free(t->names);
	marks_done(&t->changed);
	marks_done(&t->moved);
	marks_done(&t->fresh);
	free(t);
}

/* ---- reload */

static bool
is_same_unit(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
adopt_point(struct table *t, point_id id, const struct table *old, point_id old_id)
{
	const struct site_point_def *d = t->site->points[id].def, *was = old->site->points[old_id].def;
	struct cell *c = &t->cells[id];
	const struct cell *oc = &old->cells[old_id];

	if (d->kind != was->kind || !is_same_unit(d->unit, was->unit))
		return;
	/* what stands in place of the measured value, and scans that are off, are given again by who keeps them */
	t->live[id] = oc->under != NULL ? *oc->under : old->live[old_id];
	t->reported[id] = oc->under != NULL ? *oc->under : old->reported[old_id];
	c->last_sample = oc->last_sample;
	c->last_report = oc->last_report;
	if (c->pipeline != NULL && oc->pipeline != NULL)
		pipeline_adopt(c->pipeline, oc->pipeline);
	if (c->group != NO_GROUP && oc->group != NO_GROUP &&
	    old->group_times[oc->group].us > t->group_times[c->group].us) {
		t->group_times[c->group] = old->group_times[oc->group];
		t->group_received[c->group] = old->group_received[oc->group];
	}
	mark(&t->moved, id);
	mark(&t->changed, id);
	mark(&t->fresh, id);
}

void
table_adopt(struct table *t, const struct table *old)
{
	for (point_id id = 0; id < t->count; id++) {
		const struct site_point *p = &t->site->points[id];
		point_id old_id = table_find_before(old, p);

		if (old_id != POINT_NONE)
			adopt_point(t, id, old, old_id);
	}
}
