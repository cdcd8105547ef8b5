/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_commit.c - all that came since the last commit into one transaction. What memory holds changes only when that transaction
 * is durable, so a failed one can be made again and counts nothing twice.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/store/history_private.h"

#define TELL_LATE_MS (10 * 60 * 1000) /* late data of a point is told of at most so often */
#define DROP_EVERY   64               /* rows of the tail, until it is looked which are not needed */
#define JUMP_MS      (2 * DAY_MS)     /* a clock that goes so far at once may be wrong */
#define LOOK_AT      64               /* commits in which the age of all tracks is looked at */

/* ---- the transaction */

static enum err
put_losses(struct history *h)
{
	enum err e = OK;

	for (uint32_t i = 0; i < h->loss_count && e == OK; i++) {
		const struct lost *l = &h->losses[i];
		sqlite3_stmt *st = history_st(h, H_GAP_PUT);

		sqlite3_bind_int64(st, 1, l->from);
		sqlite3_bind_int64(st, 2, l->to);
		sqlite3_bind_int64(st, 3, l->lost);
		sqlite3_bind_text(st, 4, l->why, -1, SQLITE_STATIC);
		e = history_run(h, st, "a gap cannot be written");
	}
	return e;
}

static bool
is_late_due(const struct history *h, const struct late *l)
{
	return l->from <= l->to && h->age - l->told >= TELL_LATE_MS;
}

static enum err
put_late(struct history *h, uint32_t key, const struct late *l)
{
	sqlite3_stmt *st = history_st(h, H_LATE_PUT);

	sqlite3_bind_int64(st, 1, key);
	sqlite3_bind_int64(st, 2, l->from);
	sqlite3_bind_int64(st, 3, l->to);
	return history_run(h, st, "late data cannot be noted");
}

static enum err
put_lates(struct history *h)
{
	enum err e = OK;

	for (uint32_t i = 0; i < h->late.n && e == OK; i++) {
		const struct track *t = &h->tracks[h->late.v[i]];

		if (is_late_due(h, &t->late))
			e = put_late(h, t->key, &t->late);
	}
	if (e == OK && is_late_due(h, &h->late_all))
		e = put_late(h, 0, &h->late_all);
	return e;
}

static void
told(struct history *h, struct late *l)
{
	*l = (struct late){ .from = INT64_MAX, .to = INT64_MIN, .told = h->age };
}

static void
lates_told(struct history *h)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < h->late.n; i++) {
		struct track *t = &h->tracks[h->late.v[i]];

		if (is_late_due(h, &t->late)) {
			told(h, &t->late);
			t->is_late = false;
		} else {
			h->late.v[kept++] = h->late.v[i];
		}
	}
	h->late.n = kept;
	if (is_late_due(h, &h->late_all))
		told(h, &h->late_all);
}

/* ---- runs that are due */

static bool
is_due(const struct history *h, const struct track *t)
{
	int64_t age = h->age - t->written;

	if (t->is_ready || t->run.count == 0)
		return false;
	if (t->oldest == 0) /* all is written; a point that is gone will get no more */
		return t->open.block != 0 && !t->is_in_site && h->has_site;
	return age >= (h->tail_bytes > HISTORY_CALM_SIZE ? HISTORY_AGE_MS : HISTORY_CALM_MS);
}

static enum err
write_due(struct history *h)
{
	uint32_t look = h->is_damaged ? h->track_count : h->track_count / LOOK_AT + 1;
	enum err e = OK;

	h->plan_count = 0;
	h->plan_block = h->block;
	for (uint32_t i = 0; i < h->ready.n && e == OK; i++)
		e = history_write(h, h->ready.v[i], true);
	for (uint32_t i = 0; i < look && i < h->track_count && e == OK; i++) {
		uint32_t at = (h->aging + i) % h->track_count;
		const struct track *t = &h->tracks[at];

		if (is_due(h, t) || (h->is_damaged && t->run.count > 0 && !t->is_ready))
			e = history_write(h, at, !t->is_in_site && h->has_site);
	}
	return e;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Keys of tracks that are in chunks with this row, rising. After damage whoever reads along must begin anew with all of them. */
static uint32_t
list_done(struct history *h)
{
	uint32_t n = h->is_damaged ? h->track_count : h->plan_count;

	if (n > h->done_cap) {
		free(h->done);
		h->done = xcalloc(n, sizeof(*h->done));
		h->done_cap = n;
	}
	for (uint32_t i = 0; i < n; i++)
		h->done[i] = h->tracks[h->is_damaged ? i : h->plan[i].track].key;
	if (n > 0)
		qsort(h->done, n, sizeof(*h->done), by_number);
	return n;
}

static uint32_t
list_scans(struct history *h)
{
	uint32_t n = 0;

	if (h->device_count > h->scans_cap) {
		free(h->scans);
		h->scans = xcalloc(h->device_count, sizeof(*h->scans));
		h->scans_cap = h->device_count;
	}
	for (uint32_t i = 0; i < h->device_count; i++)
		if (h->devices[i].is_there)
			h->scans[n++] = (struct tail_scan){ h->devices[i].key, h->devices[i].from, h->devices[i].to };
	return n;
}

static enum err
put_tail(struct history *h, struct tail_head *head)
{
	uint32_t done = list_done(h), scans = list_scans(h);
	sqlite3_stmt *st = history_st(h, H_TAIL_PUT);

	wbuf_reset(&h->bytes);
	tail_row(&h->bytes, &h->out, head, h->done, done, h->scans, scans);
	sqlite3_bind_int64(st, 1, (int64_t)h->row);
	sqlite3_bind_blob64(st, 2, h->bytes.data, h->bytes.len, SQLITE_STATIC);
	return history_run(h, st, "samples cannot be written");
}

/* Rows whose samples are all in chunks go, but for the newest that is durable. */
static enum err
drop_tail(struct history *h, uint64_t *below)
{
	sqlite3_stmt *st = history_st(h, H_TAIL_DROP);

	*below = h->dropped;
	if (h->row - h->dropped < DROP_EVERY && !h->is_damaged)
		return OK;
	uint64_t least = h->row;
	for (uint32_t i = 0; i < h->track_count && !h->is_damaged;
	     i++) /* what this transaction writes is looked at next time */
		if (h->tracks[i].oldest != 0 && h->tracks[i].oldest < least)
			least = h->tracks[i].oldest;
	if (least - h->dropped < DROP_EVERY / 4 && !h->is_damaged)
		return OK;
	*below = least;
	sqlite3_bind_int64(st, 1, (int64_t)least);
	return history_run(h, st, "samples that are in chunks cannot be taken away");
}

static void
committed(struct history *h, const struct tail_head *head, uint64_t dropped)
{
	uint64_t rows = h->row - h->dropped + 1, kept = h->row - dropped + 1;

	history_planned(h);
	for (uint32_t i = 0; h->is_damaged && i < h->track_count; i++)
		tail_base_reset(&h->bases, h->tracks[i].key);
	h->is_damaged = false;
	h->ready.n = 0;
	lates_told(h);
	h->over_count = h->loss_count = 0;
	if (h->track_count > 0)
		h->aging = (h->aging + h->track_count / LOOK_AT + 1) % h->track_count;
	h->tail_bytes = (h->tail_bytes + h->bytes.len) * kept / rows;
	h->dropped = dropped;
	h->boot = head->boot;
	h->batch = head->batch;
	h->newest_durable = h->newest;
	h->received = INT64_MAX;
	tail_out_reset(&h->out);
	h->row++;
}

static enum err
write_all(struct history *h, struct tail_head *head, uint64_t *dropped)
{
	enum err e = history_put_scans(h);

	if (e == OK)
		e = put_losses(h);
	if (e == OK)
		e = put_lates(h);
	if (e == OK)
		e = write_due(h);
	if (e == OK)
		e = drop_tail(h, dropped);
	return e == OK ? put_tail(h, head) : e;
}

enum err
history_commit(struct history *h, int64_t now_ms, uint64_t boot, uint64_t batch)
{
	struct tail_head head = { .boot = boot, .batch = batch, .ms = now_ms };
	int64_t passed = now_ms - h->now;
	uint64_t dropped = 0;

	if (h->now != 0) /* a clock that is set ages nothing by more than this, and makes nothing younger */
		h->age += passed < 0 ? 0 : passed < HISTORY_AGE_MS ? passed : HISTORY_AGE_MS;
	if (h->now != 0 && (passed > JUMP_MS || passed < -JUMP_MS))
		h->settled = h->age + DAY_MS;
	h->now = now_ms;
	if (h->received <
	    now_ms - HISTORY_LATE_MS) /* it waited here or at chisand: what was made meanwhile is made again */
		history_extend_late(&h->late_all, h->received - HISTORY_LATE_MS, now_ms);
	enum err e = db_begin(h->db);
	if (e == OK)
		e = write_all(h, &head, &dropped);
	if (e == OK)
		e = db_commit(h->db);
	if (e != OK) {
		db_rollback(h->db);
		h->plan_count = 0;
		return e;
	}
	committed(h, &head, dropped);
	return OK;
}
