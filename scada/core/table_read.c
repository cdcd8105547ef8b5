/* SPDX-License-Identifier: Apache-2.0 */
/* table_read.c - what others read of the table: its arrays, the bases of counters, points by name and pattern, and what changed. */
#include "config.h"

#include "scada/base/str.h"
#include "scada/core/table_private.h"

/* ---- arrays, indexed by point or group */

const struct site *
table_site(const struct table *t)
{
	return t->site;
}

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

/* ---- counters */

double
table_total(const struct table *t, point_id id)
{
	return t->cells[id].pipeline != NULL ? t->cells[id].pipeline->counter.total : 0;
}

bool
table_counter(const struct table *t, point_id id, double *last, double *total)
{
	const struct pipeline *p = t->cells[id].pipeline;

	if (t->cells[id].way != WAY_COUNTER || p == NULL || !p->counter.has_last)
		return false;
	*last = p->counter.last;
	*total = p->counter.total;
	return true;
}

bool
table_counter_restore(struct table *t, point_id id, double last, double total, int64_t age_us, struct mono now)
{
	struct pipeline *p = t->cells[id].pipeline;

	if (t->cells[id].way != WAY_COUNTER || p == NULL || !isfinite(last) || !isfinite(total))
		return false;
	counter_restore(&p->counter, last, total, mono_add(now, -age_us));
	return true;
}

uint64_t
table_pulses(const struct table *t, point_id id)
{
	return t->cells[id].pipeline != NULL ? t->cells[id].pipeline->pulses : 0;
}

/* ---- names */

int
table_by_name(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

point_id
table_find(const struct table *t, const char *name)
{
	struct name key = { .name = name };
	const struct name *found = bsearch(&key, t->names, t->count, sizeof(key), table_by_name);
	return found != NULL ? found->id : POINT_NONE;
}

point_id
table_find_before(const struct table *old, const struct site_point *p)
{
	point_id id = table_find(old, p->name);

	return id == POINT_NONE && p->was != NULL ? table_find(old, p->was) : id;
}

point_id
table_find_renamed(const struct table *t, const char *old_name)
{
	for (point_id id = 0; id < t->count; id++)
		if (t->site->points[id].was != NULL && strcmp(t->site->points[id].was, old_name) == 0)
			return id;
	return POINT_NONE;
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

/* ---- what changed */

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
table_fresh_take(struct table *t, uint32_t *count)
{
	return marks_take(&t->fresh, count);
}

const point_id *
table_live_take(struct table *t, uint32_t *count)
{
	return marks_take(&t->moved, count);
}

void
table_watch(struct table *t, void (*seen)(point_id id, const struct value *v, struct mono mono, void *arg), void *arg)
{
	t->seen = seen;
	t->seen_arg = arg;
}
