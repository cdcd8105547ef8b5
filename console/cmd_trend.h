/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_trend.h - what `chisan trend` has been told by the server, and the forms it is printed in.
 */
#ifndef CHISAN_CMD_TREND_H
#define CHISAN_CMD_TREND_H

#include "console/cmd.h"
#include "console/graph.h"
#include "scada/base/trend.h"

#define TREND_POINTS_MAX 16

struct trend_point {
	char name[POINT_NAME_MAX], unit[64];
	const struct client_point *point; /* NULL = the site does not have it any more */
	enum point_kind kind;
	int decimals;
	struct bucket *buckets; /* [count of the set] */
};
struct trend_set {
	struct utc from, to, now;
	uint32_t count; /* buckets, all of the same length */
	struct trend_point points[TREND_POINTS_MAX];
	uint32_t point_count;
	int64_t picture_us; /* that a picture may take; 0: 20 s */
	bool ja;
};
struct utc trend_set_time(const struct trend_set *s, uint32_t bucket);

void trend_print_json(const struct trend_set *s); /* an object a point */
void trend_print_csv(const struct trend_set *s);
void trend_print_table(const struct trend_set *s);
/* Curves as text, in the width of the terminal; at most four points. */
void trend_print_drawing(const struct trend_set *s, enum graph graph, int columns);

/*
 * A picture by gnuplot: as PNG into the file, or as sixel on stdout (file NULL). Says on stderr what went wrong; enum cmd_exit.
 * Texts go to it as data only. One that hangs is ended.
 */
int trend_picture(const struct trend_set *s, const char *file);

/* The samples of the points, one by one, as they come: JSON or CSV, an object or a line each. */
int trend_print_samples(const struct options *o, struct client *c, const struct trend_set *s);

#endif
