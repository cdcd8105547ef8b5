/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_site.h - a site without files: devices D0, D1 ... of one profile, each with points P0, P1 ... on holding registers, then
 * one internal device SYS and one calculation.  Include after t.h; everything is static.
 */
#ifndef CHISAN_MADE_SITE_H
#define CHISAN_MADE_SITE_H

#include <stdio.h>
#include <string.h>

#include "scada/site/site.h"

static inline struct site_point_def *
made_points(struct site *s, uint32_t count, bool is_internal)
{
	struct site_point_def *defs = arena_alloc(s->arena, count * sizeof(*defs));

	for (uint32_t i = 0; i < count; i++) {
		struct site_register *r = arena_alloc(s->arena, sizeof(*r));

		schema_defaults(&point_schema, &defs[i], s->arena);
		schema_defaults(&register_schema, r, s->arena);
		defs[i].tag = arena_printf(s->arena, "P%u", i);
		defs[i].title = "A point";
		defs[i].title_ja = "点";
		defs[i].unit = "kW";
		defs[i].kind = KIND_ANALOG;
		r->table = TABLE_HOLDING;
		r->address = i;
		r->type = RAW_U16;
		r->internal = is_internal ? "loop-lag" : NULL;
		defs[i].read = r;
	}
	return defs;
}

static inline struct site *
made_site(uint32_t devices, uint32_t points)
{
	struct site *s = site_new();
	struct site_profile *profiles = arena_alloc(s->arena, 2 * sizeof(*profiles));
	struct site_device *list = arena_alloc(s->arena, (devices + 1) * sizeof(*list));
	struct site_point_def *sum = made_points(s, 1, false);
	struct site_screen *screen = arena_alloc(s->arena, sizeof(*screen));

	for (int i = 0; i < 2; i++) {
		schema_defaults(&profile_schema, &profiles[i], s->arena);
		profiles[i].name = i == 0 ? "made" : "own";
		profiles[i].protocol = i == 0 ? PROTOCOL_MODBUS : PROTOCOL_INTERNAL;
		profiles[i].points.n = i == 0 ? points : 1;
		profiles[i].points.v = made_points(s, profiles[i].points.n, i == 1);
	}
	for (uint32_t i = 0; i <= devices; i++) {
		schema_defaults(&device_schema, &list[i], s->arena);
		list[i].name = i == devices ? "SYS" : arena_printf(s->arena, "D%u", i);
		list[i].title = "A device";
		list[i].profile = i == devices ? "own" : "made";
		list[i].link =
		    i == devices ? NULL : arena_printf(s->arena, "modbus-tcp://127.0.0.1:1502/%u", i % 200 + 1);
	}
	sum->tag = "SUM.X";
	sum->read = NULL;
	sum->expression = "D0.P0 + 1";
	screen->name = "overview";
	screen->text = "screen: overview\n";
	s->name = "Made";
	s->title_ja = "試験";
	s->timezone = "UTC";
	s->profiles = (struct key_list){ profiles, 2 };
	s->devices = (struct key_list){ list, devices + 1 };
	s->calculations = (struct key_list){ sum, 1 };
	s->screens = (struct key_list){ screen, 1 };
	site_build(s);
	return s;
}

#endif
