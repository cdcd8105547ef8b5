/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.h - chisan-north as a client of chisand: a copy of the values and of what holds each setpoint, the map, and the commands for
 * what masters set. While chisand is away the copy stays and says that it is old.
 */
#ifndef CHISAN_NORTH_FEED_H
#define CHISAN_NORTH_FEED_H

#include <ev.h>

#include "scada/north/map.h"

struct feed;

struct feed_ops {
	/* This map from now on, NULL: nothing. It belongs to the feed and lives until the next call has returned. */
	void (*map)(const struct north_map *m, void *arg);
};

/* Connects by itself, and again with pauses of 0.2 to 5 s. */
struct feed *feed_new(struct ev_loop *loop, const char *socket, const struct feed_ops *ops, void *arg);
void feed_free(struct feed *f); /* NULL is fine */

void feed_value(const struct feed *f, point_id point, struct utc now, struct north_value *out);
bool feed_is_live(const struct feed *f);
struct mono feed_heard(const struct feed *f); /* when a frame came last; 0 = never */

/*
 * A master sets it. OK: it is on its way and s->outcome will tell, also when it is refused before it is sent. ERR_BUSY: one is under
 * way. ERR_NO_SERVER: chisand is away. What is held with this value already is held longer, and only once half its time is over.
 */
enum err feed_set(struct feed *f, struct north_setpoint *s, double value, struct utc now);

#endif
