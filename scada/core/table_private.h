/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table_private.h - what the files of the table share. table.c: the way of a value into it; table_make.c: building it, taking over
 * an old one; table_read.c: arrays, names, marks. What a sample touches of a point lies in one struct cell and two struct value.
 */
#ifndef CHISAN_TABLE_PRIVATE_H
#define CHISAN_TABLE_PRIVATE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/core/pipeline.h"
#include "scada/core/table.h"

#define NO_GROUP UINT32_MAX
#define NEVER    INT64_MIN

enum way { WAY_NUMBER, WAY_STATE, WAY_COUNTER, WAY_NONE /* calculated */ };

struct cell {
	double scale, offset;
	double lo, hi;                    /* -inf, inf = none */
	double deadband;                  /* 0: any change */
	int64_t max_interval_us;          /* 0 = off */
	int64_t stale_us;                 /* 0 = never stale */
	int64_t last_sample, last_report; /* struct mono; NEVER */
	struct pipeline *pipeline;        /* NULL = no rarer steps */
	const struct key_names *states;   /* NULL = not named */
	struct value *under; /* what is measured while a value by hand stands in its place; NULL = none does */
	uint32_t group;
	uint8_t way;                                      /* enum way */
	bool is_read, invert, square_root, pulse, is_off; /* is_off: its scan is */
};

struct group {
	int64_t next_check;    /* struct mono; nothing of it goes stale before */
	uint32_t first, count; /* in members */
};

struct name {
	const char *name;
	point_id id;
};

struct marks { /* a set of points, taken in rising order */
	uint64_t *bits;
	point_id *taken;
	uint32_t words;
	bool any;
};

struct table {
	const struct site *site;
	uint32_t count, group_count;
	struct cell *cells;
	struct value *live, *reported;
	struct utc *group_times, *group_received;
	struct group *groups;
	point_id *members;                  /* of the groups: points that can go stale */
	struct name *names;                 /* sorted */
	struct marks changed, moved, fresh; /* reported; live, for calculations; live, for the record */
	int64_t next_check;                 /* the least of the groups */
	void (*seen)(point_id id, const struct value *v, struct mono mono, void *arg); /* NULL = nobody looks */
	void *seen_arg;
	struct mono latest; /* of the last sample */
};

static inline void
mark(struct marks *m, point_id id)
{
	m->bits[id / 64] |= UINT64_C(1) << (id % 64);
	m->any = true;
}

/* Where a value goes that came from the device or the calculation. */
static inline struct value *
measured(const struct table *t, point_id id)
{
	return t->cells[id].under != NULL ? t->cells[id].under : &t->live[id];
}

/* By name, for qsort and bsearch of struct name. */
int table_by_name(const void *a, const void *b);

#endif
