/* SPDX-License-Identifier: Apache-2.0 */
/*
 * district.h - the world and the registers of all devices of a site, without sockets: a week of it runs in seconds.
 */
#ifndef CHISAN_PLANT_DISTRICT_H
#define CHISAN_PLANT_DISTRICT_H

#include "drivers/plant/image.h"

struct district {
	const struct site *site;
	struct arena *arena;
	struct world *world;
	struct image *images; /* devices that are served */
	uint32_t image_count;
	struct image **by_conn; /* first image of each connection of the site; image.next */
	bool pv_sleeps;         /* inverters do not answer by night */
};

/* only: comma-separated device names, NULL = all. NULL is returned if one of them does not exist: *unknown says which (of size). */
struct district *district_new(
    const struct site *site, struct utc start, uint64_t seed, const char *only, char *unknown, size_t size);
void district_free(struct district *d); /* NULL is fine */
void district_step(struct district *d, double dt_s);
/* By steps of at most step_s until the time is reached. */
void district_run_until(struct district *d, struct utc t, double step_s);
struct image *district_image(const struct district *d, const char *device); /* NULL = none */
struct image *district_unit(
    const struct district *d, uint32_t conn, unsigned unit, bool *is_gateway); /* NULL = no such unit */
struct image_point *district_point(const struct district *d, const char *name, struct image **im);
bool district_sleeps(const struct district *d, const struct image *im);

#endif
