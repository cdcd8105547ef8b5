/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sitekit.h - a site made by hand for tests of the table and the calculations: no files, no schema.
 * Points are added before kit_site(); one device holds those that are read, its number is 0.
 */
#ifndef CHISAN_SITEKIT_H
#define CHISAN_SITEKIT_H

#include <math.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/site/site.h"

#define KIT_PERIOD_US US_PER_S

struct kit {
	struct site site;
	struct arena *arena;
	uint32_t room;
};

static inline void
kit_init(struct kit *k, uint32_t room)
{
	*k = (struct kit){ .arena = arena_new(), .room = room };
	k->site.points = arena_alloc(k->arena, room * sizeof(*k->site.points));
	k->site.nodes = arena_alloc(k->arena, sizeof(*k->site.nodes));
	k->site.node_count = 1;
	k->site.groups = arena_alloc(k->arena, 2 * sizeof(*k->site.groups));
	k->site.groups[0] = (struct site_group){ 0, KIT_PERIOD_US };
	k->site.groups[1] = (struct site_group){ DEVICE_NONE, KIT_PERIOD_US };
	k->site.group_count = 2;
}

static inline void
kit_done(struct kit *k)
{
	arena_free(k->arena);
}

static inline struct site_point_def *
kit_add(struct kit *k, const char *name, enum point_kind kind)
{
	struct site_point_def *d = arena_alloc(k->arena, sizeof(*d));
	struct site_point *p = &k->site.points[k->site.point_count];

	*d = (struct site_point_def){ .tag = name, .kind = kind, .stale_periods = 3, .deadband = (double)NAN };
	d->range = (struct key_range){ (double)NAN, (double)NAN };
	*p = (struct site_point){ .name = arena_strdup(k->arena, name), .def = d, .period_us = KIT_PERIOD_US };
	k->site.point_count++;
	return d;
}

/* A point of device 0; call for all of them before the calculated ones. */
static inline struct site_point_def *
kit_read(struct kit *k, const char *name, enum point_kind kind)
{
	struct site_point_def *d = kit_add(k, name, kind);

	d->read = arena_alloc(k->arena, sizeof(*d->read));
	*d->read =
	    (struct site_register){ .scale = 1, .type = RAW_F32, .bit = -1, .scale_factor = -1, .open_address = -1 };
	k->site.nodes[0].count = k->site.point_count;
	return d;
}

static inline struct site_point_def *
kit_calc(struct kit *k, const char *name, const char *expression)
{
	struct site_point_def *d = kit_add(k, name, KIND_ANALOG);

	d->expression = arena_strdup(k->arena, expression);
	k->site.points[k->site.point_count - 1].device = DEVICE_NONE;
	k->site.points[k->site.point_count - 1].group = 1;
	return d;
}

#endif
