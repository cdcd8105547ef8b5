/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_group.c - first-out: the places of a group's alarms by source time, since the group was at rest.
 * Who comes late with an earlier time goes before the others.  What is out of service does not keep a group from its rest.
 */
#include "config.h"

#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"

static uint32_t
group_named(struct alarms *a, uint32_t *slots, uint32_t size, const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *c = name; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	uint32_t i = h & (size - 1);
	while (slots[i] != NONE && strcmp(a->groups[slots[i]].name, name) != 0)
		i = (i + 1) & (size - 1);
	if (slots[i] == NONE) {
		slots[i] = a->group_count;
		a->groups[a->group_count++] = (struct group){ .name = name };
	}
	return slots[i];
}

void
build_groups(struct alarms *a)
{
	uint32_t size = 16, sum = 0;

	for (uint32_t n = 0; n < a->count; n++)
		sum += a->defs[n].group[0] != '\0';
	while (size < sum * 2)
		size *= 2;
	uint32_t *slots = arena_alloc(a->arena, size * sizeof(*slots));
	memset(slots, 0xff, size * sizeof(*slots));
	a->groups = arena_alloc(a->arena, sum * sizeof(*a->groups));
	a->members = arena_alloc(a->arena, sum * sizeof(*a->members));
	a->group_of = arena_alloc(a->arena, a->count * sizeof(*a->group_of));
	for (uint32_t n = 0; n < a->count; n++) {
		bool has_group = a->defs[n].group[0] != '\0';
		a->group_of[n] = has_group ? group_named(a, slots, size, a->defs[n].group) : NONE;
		if (has_group)
			a->groups[a->group_of[n]].count++;
	}
	sum = 0;
	for (uint32_t g = 0; g < a->group_count; g++)
		a->groups[g].first = sum += a->groups[g].count;
	for (uint32_t n = a->count; n-- > 0;)
		if (a->group_of[n] != NONE)
			a->members[--a->groups[a->group_of[n]].first] = n;
}

/* Does it keep its group from rest? */
static bool
is_open(const struct alarm *m)
{
	return m->rank > 0 && m->occurrence != 0 && !(m->bits & ALARM_OUT);
}

void
group_raise(struct alarms *a, uint32_t n, int64_t time_us)
{
	struct alarm *m = &a->alarms[n];

	if (a->group_of[n] == NONE || m->rank > 0)
		return; /* a repeat, or again within the same event: it keeps its place */
	struct group *g = &a->groups[a->group_of[n]];
	m->rank = ++g->ranked;
	m->rank_us = time_us;
	if (time_us >= g->newest_us || g->ranked == 1) {
		g->newest_us = time_us;
		return;
	}
	for (uint32_t i = g->first; i < g->first + g->count; i++) {
		struct alarm *other = &a->alarms[a->members[i]];
		if (other == m || other->rank == 0 || other->rank_us <= time_us)
			continue;
		other->rank++;
		m->rank--;
		a->ops->changed(a->members[i], a->arg);
	}
}

/* Nobody of it is open any more: the next event begins with the first place again. */
static void
rest(struct alarms *a, struct group *g)
{
	g->ranked = 0;
	for (uint32_t i = g->first; i < g->first + g->count; i++) {
		struct alarm *m = &a->alarms[a->members[i]];
		if (m->rank == 0)
			continue;
		m->rank = 0;
		if (a->has_begun)
			a->ops->changed(a->members[i], a->arg);
	}
}

static void
rest_if_closed(struct alarms *a, struct group *g)
{
	if (g->ranked == 0)
		return;
	/* Mostly the one that was open last is open still: looked at first, a large group costs nothing. */
	if (is_open(&a->alarms[a->members[g->first + g->open]]))
		return;
	for (uint32_t i = 0; i < g->count; i++)
		if (is_open(&a->alarms[a->members[g->first + i]])) {
			g->open = i;
			return;
		}
	rest(a, g);
}

void
group_close(struct alarms *a, uint32_t n)
{
	if (a->group_of[n] != NONE)
		rest_if_closed(a, &a->groups[a->group_of[n]]);
}

/* Places are kept one by one; how many there are follows, and whether the group is at rest by now. */
void
group_recount(struct alarms *a)
{
	for (uint32_t g = 0; g < a->group_count; g++)
		a->groups[g].ranked = 0;
	for (uint32_t n = 0; n < a->count; n++) {
		const struct alarm *m = &a->alarms[n];
		if (a->group_of[n] == NONE || m->rank == 0)
			continue;
		struct group *g = &a->groups[a->group_of[n]];
		if (m->rank > g->ranked)
			g->ranked = m->rank;
		if (m->rank_us > g->newest_us)
			g->newest_us = m->rank_us;
	}
	for (uint32_t g = 0; g < a->group_count; g++)
		rest_if_closed(a, &a->groups[g]);
}
