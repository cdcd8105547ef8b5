/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.h - what chisand told of one configuration: points, values, who holds an output, which tags keep others off it. Each frame is
 * checked against what the site announced, as if a stranger had sent it. Knows no clock and no socket.
 */
#ifndef CHISAN_NORTH_COPY_H
#define CHISAN_NORTH_COPY_H

#include "scada/base/delta.h"
#include "scada/north/map.h"

/* What a person has of a setpoint. */
struct copy_hold {
	bool is_held;       /* the operator's slot is filled */
	double value;       /* with it */
	struct utc until;   /* its end; 0 = open */
	char user[64];      /* by whom */
	uint16_t authority; /* tags that say: only operators here */
};

struct copy {
	struct arena *arena;
	char site[128];
	uint16_t generation;
	uint32_t point_max, point_count, group_count;
	const char **names;
	uint32_t *groups;
	struct delta_cell *cells;
	struct utc *group_time, *group_received, newest;
	struct copy_hold *holds; /* by point; NULL where there is no output */
	struct copy_hold **hold_of;
	struct copy_tag *tags;
	uint32_t tag_count, tag_cap;
	bool is_whole; /* the snapshot has ended */
	struct north_map *map;
};

/* What keeps a master, for whom `user` acts, off it: AC_NONE = nothing. */
enum addcause copy_blocks(const struct copy_hold *h, const char *user);

struct copy_tag {
	uint64_t tag;
	point_id point;
};

struct copy *copy_new(const struct msg_site *m); /* NULL: counts that cannot be */
void copy_free(struct copy *c);                  /* NULL is fine */
/* A frame of a snapshot or after it; OK also for what is of no concern. Any error: the stream is of no use any more. */
enum err copy_take(struct copy *c, const struct frame *f);
void copy_value(const struct copy *c, point_id point, struct utc now, struct north_value *out);

#endif
