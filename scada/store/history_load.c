/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_load.c - what memory held when the writer ended: open runs, then what the tail has beyond them. Sealed runs are not read.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/history_private.h"

/* Of the rows of the tail. */
struct load {
	struct history *h;
	uint64_t row;
	uint64_t *upto; /* by key: the last row that says its samples are in chunks */
	int64_t ms;     /* when the row was written */
	uint32_t *done; /* of the row: keys whose bases end with it */
	uint32_t done_count, done_cap;
	bool is_newest;
};

static enum err
load_points(struct history *h)
{
	sqlite3_stmt *st = db_prepare(h->db, "SELECT id, decimals, modulus, class FROM point ORDER BY id");
	int code;

	if (st == NULL)
		return h->db->why;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t key = sqlite3_column_int64(st, 0);
		const char *class = (const char *)sqlite3_column_text(st, 3);

		if (key <= 0 || key >= TAIL_KEY_MOST)
			continue;
		uint32_t i = history_track(h, (uint32_t)key, sqlite3_column_int(st, 1), sqlite3_column_double(st, 2));
		h->tracks[i].class = xstrdup(class != NULL ? class : SITE_HISTORY_DEFAULT);
	}
	sqlite3_finalize(st);
	return db_note(h->db, code, "the points cannot be read");
}

/* Through which device each is read now. */
static enum err
load_devices(struct history *h)
{
	sqlite3_stmt *st = db_prepare(h->db, "SELECT point, device FROM point_device ORDER BY point, since");
	int code;

	if (st == NULL)
		return h->db->why;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t key = sqlite3_column_int64(st, 0), device = sqlite3_column_int64(st, 1);

		if (key > 0 && key < h->by_key_cap && h->by_key[key] != NO_TRACK && device >= 0 &&
		    device < TAIL_KEY_MOST)
			h->tracks[h->by_key[key]].device = history_device(h, (uint32_t)device);
	}
	sqlite3_finalize(st);
	return db_note(h->db, code, "the points cannot be read");
}

/* ---- open runs */

static void
take_run(struct history *h, struct track *t, const struct open_row *row)
{
	sqlite3_stmt *st = history_st(h, H_BLOCK_GET);
	struct sample *s = history_samples(h, CHUNK_MOST);
	size_t n = 0;
	enum err e = ERR_BAD_DATA;

	sqlite3_bind_int64(st, 1, row->block);
	if (sqlite3_step(st) == SQLITE_ROW)
		e = chunk_decode(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), s, CHUNK_MOST, &n);
	(void)sqlite3_reset(st);
	if (e != OK || s[0].ms != row->t0)
		return; /* it stays where it is, for the reader to judge; it is never written again */
	for (size_t i = 0; i < n; i++) {
		series_put(&t->run, &s[i], 0);
		t->came = s[i];
	}
	t->open = *row;
	h->newest = s[n - 1].ms > h->newest ? s[n - 1].ms : h->newest;
}

static enum err
load_open(struct history *h)
{
	sqlite3_stmt *st = db_prepare(h->db, "SELECT point, t0, seq, block FROM chunk WHERE open = 1");
	int code;

	if (st == NULL)
		return h->db->why;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t key = sqlite3_column_int64(st, 0);
		struct open_row row = { sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
			sqlite3_column_int64(st, 3) };

		if (key > 0 && key < h->by_key_cap && h->by_key[key] != NO_TRACK)
			take_run(h, &h->tracks[h->by_key[key]], &row);
	}
	sqlite3_finalize(st);
	return db_note(h->db, code, "open runs cannot be read");
}

/* ---- the tail */

static void
note_done(void *arg, uint32_t key)
{
	struct load *l = arg;

	if (key < l->h->bases.cap)
		l->upto[key] = l->row;
}

static void
note_scan(void *arg, const struct tail_scan *s)
{
	struct load *l = arg;
	struct looked *d = &l->h->devices[history_device(l->h, s->device)];

	if (!l->is_newest)
		return;
	d->is_there = true;
	d->from = s->from;
	d->to = s->to;
}

static void
keep_done(void *arg, uint32_t key)
{
	struct load *l = arg;

	l->done = history_room(l->done, l->done_count, &l->done_cap, sizeof(*l->done));
	l->done[l->done_count++] = key;
}

static void
take_sample(void *arg, uint32_t key, const struct sample *s)
{
	struct load *l = arg;
	struct history *h = l->h;

	if (l->row <= l->upto[key] || key >= h->by_key_cap || h->by_key[key] == NO_TRACK)
		return;
	uint32_t i = h->by_key[key];
	struct track *t = &h->tracks[i];

	series_put(&t->run, s, 0);
	t->came = *s;
	if (t->oldest == 0)
		t->oldest = l->row;
	if (t->run.count >= t->full && !t->is_ready) {
		history_want(&h->ready, i);
		t->is_ready = true;
	}
	if (s->ms < l->ms - HISTORY_LATE_MS)
		history_note_late(h, i, s->ms, s->ms);
	h->newest = s->ms > h->newest ? s->ms : h->newest;
}

/* First which samples are in chunks, and what the newest row says. */
static enum err
look_through(struct load *l, sqlite3_stmt *st)
{
	const struct tail_each each = { .done = note_done, .scan = note_scan, .arg = l };
	struct history *h = l->h;
	struct tail_head head;
	int code;

	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		l->row = (uint64_t)sqlite3_column_int64(st, 0);
		l->is_newest = sqlite3_column_int(st, 2) != 0;
		h->dropped = h->dropped == 0 ? l->row : h->dropped;
		h->tail_bytes += (uint64_t)sqlite3_column_bytes(st, 1);
		h->row = l->row + 1;
		if (tail_read(sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1), &h->bases, &head,
		        &each) != OK) {
			h->is_damaged = true;
			continue;
		}
		h->boot = head.boot;
		h->batch = head.batch;
		h->now = head.ms;
	}
	return db_note(h->db, code, "the tail cannot be read");
}

/* Then the others. What follows a row that is damaged cannot be told: it is lost, and a gap says so. */
static enum err
take_samples(struct load *l, sqlite3_stmt *st)
{
	const struct tail_each each = { .done = keep_done, .sample = take_sample, .arg = l };
	struct history *h = l->h;
	struct tail_head head;
	int64_t lost_from = 0;
	uint32_t lost = 0;
	int code;

	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		const void *data = sqlite3_column_blob(st, 1);
		size_t len = (size_t)sqlite3_column_bytes(st, 1);
		const struct tail_each nothing = { .arg = l };

		l->row = (uint64_t)sqlite3_column_int64(st, 0);
		l->done_count = 0;
		enum err e = tail_read(data, len, &h->bases, &head, &nothing);
		l->ms = head.ms;
		if (e == OK && lost_from == 0)
			e = tail_read(data, len, &h->bases, &head, &each);
		if (e != OK || lost_from != 0) {
			lost_from = lost_from == 0 ? l->ms : lost_from;
			lost += head.samples;
			h->is_damaged = true;
		}
		for (uint32_t i = 0; i < l->done_count; i++)
			tail_base_reset(&h->bases, l->done[i]);
	}
	if (lost_from != 0)
		history_lost(h, lost_from, l->ms, lost, "samples that were not in chunks yet are damaged");
	return db_note(h->db, code, "the tail cannot be read");
}

static enum err
load_tail(struct history *h)
{
	struct load l = { .h = h, .upto = xcalloc(h->bases.cap + 1, sizeof(*l.upto)) };
	sqlite3_stmt *st =
	    db_prepare(h->db, "SELECT seq, data, seq = (SELECT max(seq) FROM tail) FROM tail ORDER BY seq");
	enum err e = st == NULL ? h->db->why : look_through(&l, st);

	if (e == OK) {
		(void)sqlite3_reset(st);
		e = take_samples(&l, st);
	}
	sqlite3_finalize(st);
	free(l.upto);
	free(l.done);
	return e;
}

enum err
history_load(struct history *h)
{
	sqlite3_stmt *st = db_prepare(h->db, "SELECT max(id) FROM block");
	enum err e = OK;

	if (st == NULL)
		return h->db->why;
	h->block = history_number(h, st, 0, &e);
	sqlite3_finalize(st);
	h->row = h->dropped = 0;
	if (e == OK)
		e = load_points(h);
	if (e == OK)
		e = load_devices(h);
	if (e == OK)
		e = load_open(h);
	if (e == OK)
		e = load_tail(h);
	if (h->row == 0)
		h->row = h->dropped = 1;
	h->newest_durable = h->newest;
	return e;
}
