/* SPDX-License-Identifier: Apache-2.0 */
/* district.c - builds images for the devices of a site, and finds them by name, by unit and by point. */
#include "config.h"

#include <string.h>

#include "drivers/plant/district.h"
#include "drivers/plant/el_plant.h"
#include "scada/base/str.h"

static bool
is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = list; p != NULL && *p != '\0'; p = strchr(p, ','), p = p == NULL ? NULL : p + 1)
		if (strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

static bool
all_exist(const struct site *s, const char *list, char *unknown, size_t size)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ",");
		bool found = false;
		for (uint32_t i = 0; i < s->node_count && !found; i++) {
			const char *name = s->nodes[i].device->name;
			found = strlen(name) == n && strncmp(name, list, n) == 0;
		}
		if (!found) {
			str_printf(unknown, size, "%.*s", (int)n, list);
			return false;
		}
		list += n + (list[n] == ',');
	}
	return true;
}

struct district *
district_new(const struct site *site, struct utc start, uint64_t seed, const char *only, char *unknown, size_t size)
{
	if (!all_exist(site, only, unknown, size))
		return NULL;
	struct arena *arena = arena_new();
	struct district *d = arena_alloc(arena, sizeof(*d));
	*d = (struct district){ .site = site, .arena = arena, .world = world_new(site->energy, start, seed) };
	d->images = arena_alloc(arena, sizeof(*d->images) * ((size_t)site->node_count + 1));
	d->by_conn = arena_alloc(arena, sizeof(struct image *) * ((size_t)site->conn_count + 1));
	unsigned sunspecs = 0;
	for (uint32_t i = 0; i < site->node_count; i++) {
		const struct site_node *n = &site->nodes[i];
		if (n->conn == UINT32_MAX || n->profile == NULL || !protocol_is_field(n->profile->protocol))
			continue;
		if (only != NULL && !is_listed(only, n->device->name))
			continue;
		struct image *im = &d->images[d->image_count++];
		im->node = n;
		im->name = n->device->name;
		if (n->profile->protocol != PROTOCOL_ECHONET) {
			im->next = d->by_conn[n->conn];
			d->by_conn[n->conn] = im;
		}
		im->world = d->world;
		if (n->profile->protocol == PROTOCOL_ECHONET) {
			im->meter = arena_alloc(arena, sizeof(*im->meter));
			el_meter_init(im->meter, seed, im->name, start);
		}
		bind_image(im, arena, site);
		if (n->profile->protocol == PROTOCOL_SUNSPEC)
			sunspec_build(im, arena, sunspecs++);
		image_build(im, arena);
	}
	return d;
}

void
district_free(struct district *d)
{
	if (d == NULL)
		return;
	for (uint32_t i = 0; i < d->image_count; i++)
		if (d->images[i].meter != NULL)
			el_meter_done(d->images[i].meter);
	world_free(d->world);
	arena_free(d->arena);
}

void
district_step(struct district *d, double dt_s)
{
	world_step(d->world, dt_s);
	for (uint32_t i = 0; i < d->image_count; i++)
		image_tick(&d->images[i]);
}

void
district_run_until(struct district *d, struct utc t, double step_s)
{
	while (d->world->now.us + (int64_t)(step_s * 1e6) <= t.us)
		district_step(d, step_s);
}

struct image *
district_image(const struct district *d, const char *device)
{
	for (uint32_t i = 0; i < d->image_count; i++)
		if (strcmp(d->images[i].name, device) == 0)
			return &d->images[i];
	return NULL;
}

struct image *
district_unit(const struct district *d, uint32_t conn, unsigned unit, bool *is_gateway)
{
	struct image *only = NULL, *found = NULL;
	unsigned units = 0;
	for (struct image *im = d->by_conn[conn]; im != NULL; im = im->next) {
		units++;
		only = im;
		if (im->node->unit == unit)
			found = im;
	}
	*is_gateway = units > 1;
	/* A device of its own answers to 0 and 255 as well, as most do. */
	if (found == NULL && units == 1 && (unit == 0 || unit == 255))
		found = only;
	return found;
}

struct image_point *
district_point(const struct district *d, const char *name, struct image **im)
{
	for (uint32_t i = 0; i < d->image_count; i++)
		for (uint32_t k = 0; k < d->images[i].point_count; k++)
			if (strcmp(d->images[i].points[k].point->name, name) == 0) {
				*im = &d->images[i];
				return &d->images[i].points[k];
			}
	return NULL;
}

/* All assets with a point in the device are photovoltaics, and it is dark. */
bool
district_sleeps(const struct district *d, const struct image *im)
{
	if (!d->pv_sleeps || d->world->weather.ghi > 1)
		return false;
	size_t n = strlen(im->name);
	bool any = false;
	for (uint32_t i = 0; i < d->world->model_count; i++) {
		const struct model *m = d->world->models[i];
		for (uint32_t k = 0; k < m->asset->points.n; k++) {
			const char *p = m->asset->points.v[k].point;
			if (strncmp(p, im->name, n) != 0 || p[n] != '.')
				continue;
			if (m->kind->kind != ASSET_PV)
				return false;
			any = true;
		}
	}
	return any;
}
