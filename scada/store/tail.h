/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail.h - a row of table tail: what one commit made durable, about a byte a sample. Rows are read in order, from the oldest that
 * is there: a value is told from the one before of its point. Keys are the permanent ones; device 0 stands for the calculations.
 *
 *   head | points whose samples up to and with this row are in chunks | when devices were looked at | samples in order of arrival
 *
 * What a point has in rows after the last one that names it is in no chunk yet; that alone counts. The newest row always stays.
 * Its scans are the present ones of all devices, from their begin; what is over stands in table scan.
 */
#ifndef CHISAN_TAIL_H
#define CHISAN_TAIL_H

#include "scada/base/wire.h"
#include "scada/store/codec.h"

#define TAIL_KEY_MOST (1 << 24) /* keys are below it */

/* What the next value of a point is told from. */
struct tail_base {
	uint64_t bits;
	int64_t scaled;
	uint8_t form;   /* scaling and decimals of `scaled` */
	bool is_there;  /* else the next value is told alone */
	bool is_scaled; /* `scaled` is the value */
};
struct tail_bases {
	struct tail_base *v; /* by key */
	uint32_t cap;
};
void tail_bases_room(struct tail_bases *b, uint32_t keys); /* for keys below it; new ones are empty */
void tail_bases_done(struct tail_bases *b);
void tail_base_reset(struct tail_bases *b, uint32_t key); /* after the row that says that its samples are in chunks */

struct tail_head {
	uint64_t boot, batch; /* newest batch that is durable with this row */
	int64_t ms;           /* when it was committed */
	uint32_t done, scans, samples;
};
struct tail_scan {
	uint32_t device;
	int64_t from, to; /* looked at from the first to the last; as a row of table scan */
};

/* ---- writing: samples as they come, then the row around them */
struct tail_out {
	struct wbuf samples;
	uint32_t count;
	int64_t first_ms, ms;
	uint32_t key;
	uint16_t quality, cause;
};
void tail_out_reset(struct tail_out *t); /* for the next row */
void tail_put(struct tail_out *t, struct tail_bases *b, uint32_t key, const struct sample *s, int decimals);
/* done: rising. Sets the counts of head. */
void tail_row(struct wbuf *out, const struct tail_out *t, struct tail_head *head, const uint32_t *done,
    uint32_t done_count, const struct tail_scan *scans, uint32_t scan_count);

/* ---- reading: any of the three may be NULL. What stands in a row is treated as hostile. */
struct tail_each {
	void (*done)(void *arg, uint32_t key); /* told before the row's samples, and true of them too */
	void (*scan)(void *arg, const struct tail_scan *s);
	void (*sample)(void *arg, uint32_t key, const struct sample *s);
	void *arg;
};
/* Without `sample` the samples are not looked at, and the bases stay. ERR_BAD_DATA: what was told before counts. */
enum err tail_read(
    const void *data, size_t len, struct tail_bases *b, struct tail_head *head, const struct tail_each *each);

#endif
