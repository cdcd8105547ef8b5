/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_wheel.c - self-wheeling: counters that count kWh, loads that are there, times that follow each other.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/wheel_words.h"
#include "scada/site/check.h"

#define AT_PART(p, member)  AT_KEY(wheel_part_schema, p, struct site_wheel_part, member)
#define AT_WHEEL(w, member) AT_KEY(wheel_schema, w, struct site_wheel, member)

static void
check_counter(struct check *c, const char *name, struct mark at)
{
	char hint[200];
	point_id id = name != NULL ? site_find_point(c->s, name) : POINT_NONE;
	if (name == NULL)
		return; /* said as missing, or it may be absent */
	if (id == POINT_NONE) {
		if (!check_is_blurred(c, name))
			fault_at(
			    c->f, at, "there is no point %s%s", name, check_point_hint(c, name, hint, sizeof(hint)));
		return;
	}
	const struct site_point_def *d = c->s->points[id].def;
	if (d->kind != KIND_COUNTER || d->unit == NULL || strcmp(d->unit, "kWh") != 0)
		fault_at(c->f, at, "%s is no counter in kWh; amounts of slots are its increments", name);
}

static void
check_asset(struct check *c, const struct site_wheel_part *p)
{
	const struct asset *a = c->s->energy != NULL ? energy_find_asset(c->s->energy, p->asset) : NULL;
	if (a == NULL)
		fault_at(c->f, AT_PART(p, asset), "there is no asset %s in the energy section", p->asset);
	else if (a->kind != ASSET_LOAD)
		fault_at(
		    c->f, AT_PART(p, asset), "%s is no load; only of a load it is foreseen what it takes", p->asset);
	else if (asset_point(a, "p") == NULL)
		fault_at(c->f, AT_PART(p, asset),
		    "%s has no point of role p, so nothing of it is learned; leave asset away and say base_kw and "
		    "peak_kw",
		    p->asset);
}

static void
check_part(struct check *c, const struct site_wheel_part *p)
{
	check_counter(c, p->counter, AT_PART(p, counter));
	if (p->asset != NULL)
		check_asset(c, p);
	if (p->to <= p->from)
		fault_at(c->f, AT_PART(p, to), "the peak ends before it begins; write a time after from");
	if (p->peak_kw < p->base_kw)
		fault_at(c->f, AT_PART(p, peak_kw), "less than base_kw; the peak is at least what is usual at night");
}

void
check_wheel(struct check *c)
{
	const struct site_wheel *w = c->s->wheel;
	if (w == NULL)
		return;
	const struct site_wheel_part *parts = w->parts.v;
	struct check_name *names = xcalloc((size_t)w->parts.n + 1, sizeof(*names));
	check_counter(c, w->export, AT_WHEEL(w, export));
	for (uint32_t i = 0; i < w->parts.n; i++) {
		check_part(c, &parts[i]);
		names[i] = (struct check_name){ parts[i].name, AT_PART(&parts[i], name) };
	}
	check_unique(c, names, w->parts.n, "the part");
	free(names);
	if (w->make_at >= w->file_by)
		fault_at(c->f, AT_WHEEL(w, make_at),
		    "not before file_by; a draft that is made then comes too late to be filed");
	if (w->price_file != NULL && (strchr(w->price_file, '/') != NULL || w->price_file[0] == '.'))
		fault_at(c->f, AT_WHEEL(w, price_file),
		    "a name alone is right, as prices.csv; it lies in the folder wheel of the data folder");
	if (w->gate_us % (60 * US_PER_S) != 0)
		fault_at(c->f, AT_WHEEL(w, gate_us), "no whole minutes; write it as 1h or 90m");
}
