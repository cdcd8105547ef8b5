/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_plant.h - nodes of ECHONET Lite in the simulated district: what they have, their bytes, their sockets. Frames and tables are the
 * plant's own, so that it shares no mistake with the field program.
 */
#ifndef CHISAN_PLANT_EL_PLANT_H
#define CHISAN_PLANT_EL_PLANT_H

#include <ev.h>

#include "drivers/plant/district.h"

#define EL_BYTES 253 /* of a property, at most */

/* ---- el_meter.c: what a building drew in each half hour, from a hundred days before the start on; a pure function of seed and time */
struct el_meter {
	uint64_t key;
	double base_kw, day_kw, start_kwh;
	int64_t first; /* half hour since 1970 of the first sum */
	double *sums;  /* kWh up to the begin of each half hour from there on */
	uint32_t count, room;
};

void el_meter_init(struct el_meter *m, uint64_t seed, const char *name, struct utc start);
void el_meter_done(struct el_meter *m);
double el_meter_kwh(struct el_meter *m, int64_t half_hour); /* up to its begin; NaN: before anybody measured */
double el_meter_kw(struct el_meter *m, int64_t half_hour);  /* mean of it */
int64_t el_half_hour(struct utc t);                         /* in which t is, since 1970 */

/* ---- el_object.c: properties of a node as bytes */
struct el_thing { /* an object in a node */
	uint32_t object;
	struct el_meter *meter; /* NULL = it is none */
	uint8_t day;            /* whose half hours it gives */
};

struct el_home { /* a node */
	struct image *image;
	struct el_thing *things;
	uint32_t thing_count;
	uint8_t id[17];
};

/* A point that a school's own model gives; false: it is another. */
bool el_bind(struct source *s, const struct site_point_def *d);
void el_home_init(struct el_home *h, struct image *im, struct arena *arena, uint64_t seed);
struct el_thing *el_home_find(struct el_home *h, uint32_t object); /* NULL = none */
/* Bytes of a property, at most EL_BYTES; -1: there is no such property. object may be the node profile. */
int el_home_get(struct el_home *h, uint32_t object, uint8_t epc, uint8_t *out);
/* False: it is not taken. */
bool el_home_set(struct el_home *h, uint32_t object, uint8_t epc, const uint8_t *data, unsigned len);

/* ---- el_server.c: sockets and frames */
struct el_server;
/* NULL: an address cannot be used; message says which and why. Also without any node: then nothing is opened. */
struct el_server *el_server_new(struct ev_loop *loop, struct district *d, char *message, size_t size);
void el_server_free(struct el_server *s); /* NULL is fine */
void el_server_tick(struct el_server *s); /* after time went on: what is to be announced */
uint32_t el_server_nodes(const struct el_server *s);
/* Answers one datagram as a node would; 0: not at all. For the fuzzer too. */
size_t el_home_answer(struct el_home *h, const uint8_t *data, size_t len, uint8_t *out, size_t room);

#endif
