/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_plan.c - the points of what is planned: one of each figure of an asset that a plan decides, on a device of chisand's own. Nobody writes
 * them into a file; a site whose energy has dispatch: has them.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "scada/site/site_private.h"

#define POLL_US  US_PER_S
#define DEADBAND 0.1

/* clang-format off */
static const struct {
	const char *tag, *role, *unit, *title, *title_ja;
	double deadband;
} figures[] = {
	[PLANNED_KW]   = { "P",    "p",    "kW", "planned power",           "計画電力", DEADBAND },
	[PLANNED_SOC]  = { "SOC",  "soc",  "%",  "planned state of charge", "計画充電率", DEADBAND },
	[PLANNED_HEAT] = { "HEAT", "heat", "GJ", "planned heat in store",   "計画蓄熱量", DEADBAND / 10 },
};
/* clang-format on */

static bool
is_decided(const struct asset *a, enum site_planned_what what)
{
	const struct asset_load *l = a->parameters;

	if (a->name == NULL || l == NULL)
		return false;
	switch (a->kind) {
	case ASSET_BATTERY: return what == PLANNED_KW || what == PLANNED_SOC;
	case ASSET_HEATSTORE: return what == PLANNED_HEAT;
	case ASSET_GRID:
	case ASSET_GTC:
	case ASSET_STG:
	case ASSET_PV: return what == PLANNED_KW;
	case ASSET_LOAD: return what == PLANNED_KW && l->shed_kw.n > 0;
	default: return false;
	}
}

bool
site_plan_is_taken(const struct site *s)
{
	const struct site_device *list = s->devices.v;
	const struct site_point_def *calculations = s->calculations.v;

	for (uint32_t i = 0; i < s->devices.n; i++)
		if (list[i].name != NULL && strcmp(list[i].name, SITE_PLAN_DEVICE) == 0)
			return true;
	for (uint32_t i = 0; i < s->calculations.n; i++)
		if (calculations[i].tag != NULL &&
		    strncmp(calculations[i].tag, SITE_PLAN_DEVICE ".", sizeof(SITE_PLAN_DEVICE)) == 0)
			return true;
	return false;
}

uint32_t
site_plan_count(const struct site *s)
{
	const struct asset *list = s->energy != NULL ? s->energy->assets.v : NULL;
	uint32_t n = 0;

	if (s->energy == NULL || s->energy->dispatch == NULL || site_plan_is_taken(s))
		return 0;
	for (uint32_t i = 0; i < s->energy->assets.n; i++)
		for (int w = 0; w < PLANNED_COUNT; w++)
			n += is_decided(&list[i], (enum site_planned_what)w);
	return n;
}

const struct site_profile *
site_plan_profile(struct arena *a, const struct site_device **device)
{
	struct site_device *d = arena_alloc(a, sizeof(*d));
	struct site_profile *p = arena_alloc(a, sizeof(*p));

	(void)schema_defaults(&device_schema, d, a);
	(void)schema_defaults(&profile_schema, p, a);
	p->name = "plan";
	p->title = "What the plan of dispatch wants now";
	p->title_ja = "運転計画の現在値";
	p->protocol = PROTOCOL_INTERNAL;
	d->name = SITE_PLAN_DEVICE;
	d->profile = p->name;
	d->poll_us = POLL_US;
	*device = d;
	return p;
}

static const struct site_point_def *
make_def(struct arena *a, const struct asset *of, enum site_planned_what what)
{
	struct site_point_def *d = arena_alloc(a, sizeof(*d));
	struct site_register *r = arena_alloc(a, sizeof(*r));

	(void)schema_defaults(&point_schema, d, a);
	(void)schema_defaults(&register_schema, r, a);
	r->internal = "plan";
	d->tag = arena_printf(a, "%s.%s", of->name, figures[what].tag);
	d->title = arena_printf(a, "%s, %s", of->title != NULL ? of->title : of->name, figures[what].title);
	d->title_ja = arena_printf(a, "%s %s", of->title_ja != NULL ? of->title_ja : of->name, figures[what].title_ja);
	d->kind = KIND_ANALOG;
	d->unit = figures[what].unit;
	d->read = r;
	d->deadband = figures[what].deadband;
	return d;
}

/* Of a name that is too long for a point there is none. */
static void
add_point(struct site *s, const struct asset *a, enum site_planned_what what, uint32_t group)
{
	const struct site_point_def *d = make_def(s->arena, a, what);
	const char *name = arena_printf(s->arena, "%s.%s", SITE_PLAN_DEVICE, d->tag);

	if (strlen(name) >= POINT_NAME_MAX || !point_name_is_valid(name))
		return;
	s->planned[s->planned_count++] =
	    (struct site_planned){ s->point_count, asset_point(a, figures[what].role), a, what };
	s->points[s->point_count++] = (struct site_point){ .name = name,
		.def = d,
		.device = s->node_count,
		.group = group,
		.period_us = POLL_US,
		.decimals = site_decimals(d) };
}

void
site_plan_add(struct site *s, uint32_t group, uint32_t room)
{
	const struct asset *list = s->energy->assets.v;

	s->planned = arena_alloc(s->arena, ((size_t)site_plan_count(s) + 1) * sizeof(*s->planned));
	for (uint32_t i = 0; i < s->energy->assets.n; i++)
		for (int w = 0; w < PLANNED_COUNT && s->point_count < room; w++)
			if (is_decided(&list[i], (enum site_planned_what)w))
				add_point(s, &list[i], (enum site_planned_what)w, group);
}
