/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.c - the point table: the way of a sample (steps numbered as in table.h), communication, staleness, marks of change.
 * What a sample touches of a point lies in one struct cell and two struct value.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/pipeline.h"
#include "scada/core/table.h"

#define NO_GROUP UINT32_MAX
#define NEVER    INT64_MIN

enum way { WAY_NUMBER, WAY_STATE, WAY_COUNTER, WAY_NONE /* calculated */ };

struct cell {
	double scale, offset;
	double lo, hi;                    /* -inf, inf = none */
	double deadband;                  /* 0: any change */
	int64_t max_interval_us;          /* 0 = off */
	int64_t stale_us;                 /* 0 = never stale */
	int64_t last_sample, last_report; /* struct mono; NEVER */
	struct pipeline *pipeline;        /* NULL = no rarer steps */
	const struct key_names *states;   /* NULL = not named */
	uint32_t group;
	uint8_t way; /* enum way */
	bool is_read, invert, square_root, pulse;
};

struct group {
	int64_t next_check;    /* struct mono; nothing of it goes stale before */
	uint32_t first, count; /* in members */
};

struct name {
	const char *name;
	point_id id;
};

struct marks { /* a set of points, taken in rising order */
	uint64_t *bits;
	point_id *taken;
	uint32_t words;
	bool any;
};

struct table {
	const struct site *site;
	uint32_t count, group_count;
	struct cell *cells;
	struct value *live, *reported;
	struct utc *group_times, *group_received;
	struct group *groups;
	point_id *members;           /* of the groups: points that can go stale */
	struct name *names;          /* sorted */
	struct marks changed, moved; /* reported, live */
	int64_t next_check;          /* the least of the groups */
};

/* ---- marks */

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

static inline void
mark(struct marks *m, point_id id)
{
	m->bits[id / 64] |= UINT64_C(1) << (id % 64);
	m->any = true;
}

static const point_id *
marks_take(struct marks *m, uint32_t *count)
{
	uint32_t n = 0;

	for (uint32_t w = 0; m->any && w < m->words; w++) {
		uint64_t bits = m->bits[w];
		m->bits[w] = 0;
		for (; bits != 0; bits &= bits - 1)
			m->taken[n++] = w * 64 + (uint32_t)__builtin_ctzll(bits);
	}
	m->any = false;
	*count = n;
	return m->taken;
}

/* ---- building */

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

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
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
	qsort(t->names, t->count, sizeof(*t->names), by_name);
	init_groups(t);
	marks_init(&t->changed, t->count);
	marks_init(&t->moved, t->count);
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (point_id id = 0; id < t->count; id++)
		pipeline_free(t->cells[id].pipeline);
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
	t->live[id] = old->live[old_id];
	t->reported[id] = old->reported[old_id];
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
}

void
table_adopt(struct table *t, const struct table *old)
{
	for (point_id id = 0; id < t->count; id++) {
		const struct site_point *p = &t->site->points[id];
		point_id old_id = table_find(old, p->name);
		if (old_id == POINT_NONE && p->was != NULL)
			old_id = table_find(old, p->was);
		if (old_id != POINT_NONE)
			adopt_point(t, id, old, old_id);
	}
}

/* ---- steps 8 to 10 */

static bool
is_reportable(const struct cell *c, const struct value *v, const struct value *last, struct mono now)
{
	if (v->quality != last->quality || v->cause != last->cause)
		return true;
	/* Consoles age a good value by its group; any other carries its own time. */
	if (v->quality != 0 && v->time.us != last->time.us)
		return true;
	if (v->v == last->v || (isnan(v->v) && isnan(last->v)))
		return false;
	if (!(fabs(v->v - last->v) < c->deadband))
		return true;
	return c->max_interval_us > 0 && mono_diff_us(now, (struct mono){ c->last_report }) >= c->max_interval_us;
}

static inline void
store(struct table *t, point_id id, const struct value *v, struct mono now)
{
	struct cell *c = &t->cells[id];
	struct value *reported = &t->reported[id];

	t->live[id] = *v;
	if (is_reportable(c, v, reported, now)) {
		*reported = *v;
		c->last_report = now.us;
		mark(&t->changed, id);
	} else {
		reported->time = v->time;
	}
}

/* Not usable: the number and its time stay. No clock is needed, for it is always reported. */
static void
store_quality(struct table *t, point_id id, uint16_t quality, enum err cause)
{
	struct value *live = &t->live[id];

	if (live->quality == quality && live->cause == (uint16_t)cause)
		return;
	live->quality = quality;
	live->cause = (uint16_t)cause;
	t->reported[id] = *live;
	mark(&t->moved, id);
	mark(&t->changed, id);
}

void
table_put(struct table *t, point_id id, const struct value *v, struct mono now)
{
	/* Not marked as moved: calc, which calls this, follows its own results. */
	store(t, id, v, now);
}

/* ---- steps 1 to 7 */

static uint16_t
quality_of(enum err cause)
{
	if (cause == ERR_DISABLED)
		return Q_BLOCKED;
	if (cause == ERR_NO_SAMPLE)
		return Q_STALE;
	if (cause == ERR_HELPER || (cause >= ERR_CONNECT_REFUSED && cause <= ERR_NOT_CONNECTED))
		return Q_NO_COMM;
	return Q_FAILURE;
}

static void
fail(struct table *t, point_id id, enum err cause)
{
	struct cell *c = &t->cells[id];

	if (!err_is_known(cause))
		cause = ERR_FAILED;
	if (c->pipeline != NULL)
		pipeline_restart(c->pipeline);
	store_quality(t, id, quality_of(cause), cause);
}

static inline void
flag(struct value *v, uint16_t quality, enum err cause)
{
	v->quality |= quality;
	if (v->cause == OK)
		v->cause = (uint16_t)cause;
}

static inline void
check_range(const struct cell *c, struct value *v)
{
	if (v->v < c->lo || v->v > c->hi)
		flag(v, Q_OUT_OF_RANGE, ERR_RANGE);
}

/* Steps 3 to 6. */
static inline void
make_number(struct cell *c, double raw, struct value *v, struct mono now)
{
	struct pipeline *p = c->pipeline;
	double x = raw * c->scale + c->offset;

	if (c->invert)
		x = -x;
	if (p != NULL && p->curve != NULL) {
		bool is_outside;
		x = curve_at(p->curve, x, &is_outside);
		if (is_outside)
			flag(v, Q_OUT_OF_RANGE, ERR_RANGE);
	}
	if (c->square_root)
		x = copysign(sqrt(fabs(x)), x); /* a transmitter at rest wanders below zero too */
	v->v = x;
	check_range(c, v);
	if (p != NULL && p->filter.type != FILTER_TYPE_COUNT && isfinite(x))
		v->v = filter_step(&p->filter, x, now);
}

static void
make_counter(struct cell *c, double raw, struct value *v, struct mono now)
{
	enum err cause = OK;

	v->v = raw * c->scale + c->offset;
	if (c->invert)
		v->v = -v->v;
	check_range(c, v);
	uint16_t quality = counter_step(&c->pipeline->counter, raw, now, &cause);
	if (quality != 0)
		flag(v, quality, cause);
}

static bool
is_named(const struct key_names *states, double v)
{
	uint32_t lo = 0, hi = states->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if ((double)states->v[mid].number < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < states->n && (double)states->v[lo].number == v;
}

static void
make_state(struct cell *c, double raw, struct value *v, const struct value *last)
{
	v->v = c->invert ? raw == 0 : raw;
	if (c->states != NULL ? !is_named(c->states, v->v) : v->v != floor(v->v))
		flag(v, Q_OUT_OF_RANGE, ERR_STATE);
	if (c->pulse && v->v != 0 && last->v == 0)
		c->pipeline->pulses++;
}

bool
table_sample(
    struct table *t, point_id id, double raw, enum err cause, struct utc scan, struct utc received, struct mono now)
{
	struct value v = { .time = scan };

	if (id >= t->count || !t->cells[id].is_read)
		return false;
	struct cell *c = &t->cells[id];
	c->last_sample = now.us;
	if (cause == OK && !isfinite(raw))
		cause = ERR_NOT_A_NUMBER;
	if (cause != OK) {
		fail(t, id, cause);
		return true;
	}
	if (c->group != NO_GROUP) {
		t->group_times[c->group] = scan;
		t->group_received[c->group] = received;
	}
	if (c->way == WAY_NUMBER)
		make_number(c, raw, &v, now);
	else if (c->way == WAY_STATE)
		make_state(c, raw, &v, &t->live[id]);
	else
		make_counter(c, raw, &v, now);
	if (!isfinite(v.v)) { /* a scale can overflow */
		fail(t, id, ERR_NOT_A_NUMBER);
		return true;
	}
	if (c->pipeline != NULL && c->pipeline->frozen.limit_us != 0 && frozen_step(&c->pipeline->frozen, raw, now))
		flag(&v, Q_INACCURATE, ERR_FROZEN);
	const struct value *live = &t->live[id];
	if (v.v != live->v || v.quality != live->quality || v.cause != live->cause)
		mark(&t->moved, id);
	store(t, id, &v, now);
	return true;
}

/* ---- communication and staleness */

void
table_device_down(struct table *t, uint32_t device, enum err cause)
{
	if (device >= t->site->node_count)
		return;
	const struct site_node *n = &t->site->nodes[device];
	uint16_t quality = cause == ERR_DISABLED ? Q_BLOCKED : Q_NO_COMM;
	for (point_id id = n->first; id < n->first + n->count && id < t->count; id++) {
		struct cell *c = &t->cells[id];
		if (!c->is_read)
			continue;
		if (c->pipeline != NULL)
			pipeline_restart(c->pipeline);
		store_quality(t, id, quality, err_is_known(cause) ? cause : ERR_FAILED);
	}
}

static void
make_stale(struct table *t, point_id id)
{
	uint16_t quality = t->live[id].quality;

	if (quality & (Q_NO_COMM | Q_BLOCKED | Q_STALE))
		return;
	if (t->cells[id].pipeline != NULL)
		pipeline_restart(t->cells[id].pipeline);
	store_quality(t, id, quality | Q_STALE, ERR_NO_SAMPLE);
}

/* Looks at each point of a group; returns when one of them may go stale next. */
static int64_t
check_group(struct table *t, const struct group *g, int64_t now)
{
	int64_t next = INT64_MAX;

	for (uint32_t i = 0; i < g->count; i++) {
		point_id id = t->members[g->first + i];
		struct cell *c = &t->cells[id];
		if (c->last_sample == NEVER)
			c->last_sample = now;
		int64_t due = c->last_sample + c->stale_us;
		if (due <= now) {
			make_stale(t, id);
			due = now + c->stale_us;
		}
		if (due < next)
			next = due;
	}
	return next;
}

void
table_tick(struct table *t, struct mono now)
{
	int64_t next = INT64_MAX;

	if (now.us < t->next_check)
		return;
	for (uint32_t i = 0; i < t->group_count; i++) {
		struct group *g = &t->groups[i];
		if (g->next_check <= now.us)
			g->next_check = check_group(t, g, now.us);
		if (g->next_check < next)
			next = g->next_check;
	}
	t->next_check = next;
}

/* ---- reading */

uint32_t
table_count(const struct table *t)
{
	return t->count;
}

const struct value *
table_values(const struct table *t)
{
	return t->live;
}

const struct value *
table_reported(const struct table *t)
{
	return t->reported;
}

const struct utc *
table_group_times(const struct table *t, uint32_t *count)
{
	*count = t->group_count;
	return t->group_times;
}

void
table_group_touch(struct table *t, uint32_t group, struct utc evaluated)
{
	if (group < t->group_count)
		t->group_times[group] = t->group_received[group] = evaluated;
}

const struct utc *
table_group_received(const struct table *t)
{
	return t->group_received;
}

double
table_total(const struct table *t, point_id id)
{
	return t->cells[id].pipeline != NULL ? t->cells[id].pipeline->counter.total : 0;
}

uint64_t
table_pulses(const struct table *t, point_id id)
{
	return t->cells[id].pipeline != NULL ? t->cells[id].pipeline->pulses : 0;
}

point_id
table_find(const struct table *t, const char *name)
{
	struct name key = { .name = name };
	const struct name *found = bsearch(&key, t->names, t->count, sizeof(key), by_name);
	return found != NULL ? found->id : POINT_NONE;
}

static int
by_id(const void *a, const void *b)
{
	point_id x = *(const point_id *)a, y = *(const point_id *)b;
	return (x > y) - (x < y);
}

/* First of the sorted names that does not stand before the first len bytes of prefix. */
static uint32_t
lower_bound(const struct table *t, const char *prefix, size_t len)
{
	uint32_t lo = 0, hi = t->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (strncmp(t->names[mid].name, prefix, len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
table_glob(const struct table *t, const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg)
{
	size_t prefix = strcspn(pattern, "*?[");
	uint32_t first = lower_bound(t, pattern, prefix), end = first, count = 0;

	/* Only names that begin as the pattern does can match. */
	while (end < t->count && strncmp(t->names[end].name, pattern, prefix) == 0)
		end++;
	point_id *ids = xcalloc(end - first, sizeof(*ids));
	for (uint32_t i = first; i < end; i++)
		if (str_glob(pattern, t->names[i].name))
			ids[count++] = t->names[i].id;
	qsort(ids, count, sizeof(*ids), by_id);
	for (uint32_t i = 0; i < count; i++)
		each(ids[i], each_arg);
	free(ids);
}

const struct site *
table_site(const struct table *t)
{
	return t->site;
}

const point_id *
table_changes_take(struct table *t, uint32_t *count)
{
	return marks_take(&t->changed, count);
}

bool
table_has_changes(const struct table *t)
{
	return t->changed.any;
}

const point_id *
table_live_take(struct table *t, uint32_t *count)
{
	return marks_take(&t->moved, count);
}
