/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delta.h - W_VALUES and W_CHANGES: many values in few bytes, encoded once for all consoles.
 *
 * Body:  time i64 (utc of the broadcast) | groups varint n,
 *        n times { step varint, zigzag (time - scan time) ms, varint (received - scan time) ms }
 *        | points varint n, n times { varint step*4 + flags, [quality varint, cause varint, zigzag (time - value's time) ms], value }
 * step: number minus the number before minus 1 (the first: the number).  flags: 1 = quality, cause and time follow,
 * 2 = value is a raw f64, else zigzag of (n - last n), where n = value in units of 10^-decimals, last n as last broadcast.
 * Source time: a good value's is that of its group's last scan; only a value that is not good carries its own.
 * Received, when chisand took the sample, is known by the group: not before the scan, and at most DELTA_LAG_MAX_MS after it.
 * In W_VALUES last n is 0 and quality is always given: it stands alone.
 */
#ifndef CHISAN_DELTA_H
#define CHISAN_DELTA_H

#include "scada/base/wire.h"

#define DELTA_LAG_MAX_MS INT64_C(86400000) /* a day; more is a clock that was set between */

/* One point's state as both ends know it. */
struct delta_cell {
	int64_t n;       /* last broadcast value in units of 10^-decimals; 0 after a raw value that does not fit */
	double v;        /* the value; at the sender as it was sent */
	struct utc time; /* of the value while it is not good */
	uint16_t quality, cause;
	int8_t decimals; /* -6..12 */
};

/* The value that a receiver will see: v rounded to decimals; v itself if it does not fit 2^53 units or is not finite. */
double delta_round(double v, int decimals);

struct delta_writer {
	struct wbuf *b;
	struct utc now;
	struct wbuf points; /* groups, then points, collected until the end */
	size_t groups_len;  /* bytes of the groups in it */
	uint32_t next_group, next_point;
	uint32_t groups, count;
	bool is_absolute;
};
/* *w is zeroed memory, or was used before: its buffer is kept. */
void delta_begin(struct delta_writer *w, struct wbuf *body, struct utc now, bool is_absolute);
/* Rising numbers, before all points. A received time before the scan counts as the scan time. */
void delta_group(struct delta_writer *w, uint32_t group, struct utc scanned, struct utc received);
/* Writes and updates *cell; rising numbers. Quality is written if it differs from the cell's or is_absolute. */
void delta_point(struct delta_writer *w, uint32_t point, struct delta_cell *cell, const struct value *v);
size_t delta_length(const struct delta_writer *w); /* bytes so far, to split a snapshot */
void delta_end(struct delta_writer *w);            /* writes the body */
void delta_writer_done(struct delta_writer *w);    /* frees; begin may follow again without */

struct delta_sink {
	uint32_t groups, points;                    /* bounds: greater numbers make the body bad */
	struct utc *group_time, *group_received;    /* [groups]; updated */
	struct delta_cell *cells;                   /* [points]; updated; decimals set by the owner */
	void (*changed)(uint32_t point, void *arg); /* may be NULL */
	void *arg;
};
/* ERR_FRAME: the body is bad; cells before the fault were updated, so ask for a new snapshot. */
enum err delta_read(const struct frame *f, struct delta_sink *s, struct utc *time);

#endif
