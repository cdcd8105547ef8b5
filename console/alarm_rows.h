/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_rows.h - the rows of an alarm list: chosen, sorted, grouped in a flood, and still under the cursor.  The worst stand above, the
 * newest first.  While somebody works with the list no row moves down by itself and none goes away: what was acknowledged or is over
 * stays until the rows are settled.  The selected row keeps its line on the screen whatever comes above it.
 */
#ifndef CHISAN_ALARM_ROWS_H
#define CHISAN_ALARM_ROWS_H

#include "console/client.h"
#include "console/list.h"

/* clang-format off */
/* _(id, word, title, Japanese title) */
#define ALARM_SHELF_LIST(_) \
	_(SHELF_LISTED,     "alarms",     "Alarms",              "警報一覧") \
	_(SHELF_SHELVED,    "shelved",    "Shelved",             "保留中の警報") \
	_(SHELF_SUPPRESSED, "suppressed", "Suppressed by design", "抑制中の警報") \
	_(SHELF_OUT,        "oos",        "Out of service",      "除外中の警報") \
	_(SHELF_ALL,        "all",        "All alarms defined",  "警報定義一覧")
#define ALARM_WANT_LIST(_) \
	_(WANT_ANY,      "any",      "any state") \
	_(WANT_UNACKED,  "unack",    "not acknowledged") \
	_(WANT_ACTIVE,   "active",   "active") \
	_(WANT_RETURNED, "returned", "returned")
/* clang-format on */
#define ROWS_ENUM(id, ...) id,
enum alarm_shelf { ALARM_SHELF_LIST(ROWS_ENUM) SHELF_COUNT };
enum alarm_want { ALARM_WANT_LIST(ROWS_ENUM) WANT_COUNT };
#undef ROWS_ENUM
const char *alarm_shelf_word(unsigned s);
const char *alarm_shelf_title(unsigned s, bool ja);
const char *alarm_want_word(unsigned w);
const char *alarm_want_title(unsigned w);

/* Zero: all that is on the list. */
struct alarm_filter {
	enum alarm_shelf shelf;
	enum alarm_want want;
	unsigned priority; /* at least as bad: 1..3; 0 = all */
	char area[64];     /* "" = all */
	char text[128];    /* part of name, text, area, class or group, A-Z as a-z; with * ? [ a glob of the name */
};
/* May it be on the list that the filter describes? */
bool alarm_filter_passes(const struct alarm_filter *f, const struct client *c, const struct client_alarm *a);
/* The next area of those that alarms have; "" after the last. */
void alarm_filter_next_area(struct alarm_filter *f, const struct client *c);

struct alarm_row {
	uint32_t alarm;   /* of a group: the worst of it */
	uint32_t members; /* 0: one alarm; else a group's line */
	uint32_t unacked; /* of a group */
	uint32_t device;  /* of the alarm, or of a group; DEVICE_NONE: those of no device */
	bool is_inside;   /* of the group that stands open above */
	bool is_seen;     /* was drawn */
	/* the order: as it was when the row came, or rose */
	uint8_t rank, priority;
	int64_t active;
};
struct alarm_rows {
	struct alarm_filter filter;
	bool is_grouped; /* priorities 3 and 4 by device */
	bool has_open;   /* one group stands open */
	uint32_t open;   /* its device */
	struct alarm_row *rows;
	uint32_t count, room;
	uint32_t *at_row, at_room; /* [alarms]: row + 1, while rows are built */
	struct list list;
	uint64_t changes; /* of the model, as built last */
};

void alarm_rows_done(struct alarm_rows *r);
/* Brings in what changed since; cheap when nothing did. */
void alarm_rows_follow(struct alarm_rows *r, const struct client *c);
/*
 * Sorts anew, lets go of what no longer belongs here. to_top: the cursor goes there too; else the selected one stays on its line, also if it
 * does not belong here any more.
 */
void alarm_rows_settle(struct alarm_rows *r, const struct client *c, bool to_top);
/* Rows anew after the numbers of alarms have changed: by the name of the selected one, NULL = none. */
void alarm_rows_renew(struct alarm_rows *r, const struct client *c, const char *selected);
/* As list_request(); a step of one moves the view no further than the cursor needs it, also where the page has empty lines below. */
bool alarm_rows_move(struct alarm_rows *r, enum request req);
/* Before drawing: `rows` lines. The view is moved only as far as the selected row needs it. */
void alarm_rows_fit(struct alarm_rows *r, int rows);
/* Above the first line: not drawn yet; not acknowledged. */
unsigned alarm_rows_new_above(const struct alarm_rows *r);
unsigned alarm_rows_unacked_above(const struct alarm_rows *r, const struct client *c);
const struct alarm_row *alarm_rows_selected(const struct alarm_rows *r); /* NULL = none */

#endif
