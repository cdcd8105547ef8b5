/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_scan.c - when devices were looked at. The present stretch of each stands in every row of the tail and grows in place; it
 * becomes a row of table scan when it is over.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/history_private.h"

static void
end_stretch(struct history *h, struct looked *d)
{
	h->over = history_room(h->over, h->over_count, &h->over_cap, sizeof(*h->over));
	h->over[h->over_count++] = (struct scan_row){ d->key, d->from, d->to };
	d->is_there = false;
}

/* What its counters counted meanwhile comes with the next reading, and is spread over hours and days that may be made already. */
static void
note_outage(struct history *h, uint32_t device, int64_t from, int64_t to)
{
	for (uint32_t i = 0; i < h->track_count; i++)
		if (h->tracks[i].device == device && h->tracks[i].modulus >= 0 && h->tracks[i].is_in_site)
			history_note_late(h, i, from, to);
}

void
history_scan(struct history *h, uint32_t device, int64_t first_ms, int64_t last_ms, int64_t allowed_ms)
{
	uint32_t i = device == DEVICE_NONE    ? 0
	    : device < h->device_number_count ? h->device_by_number[device]
	                                      : NO_TRACK;

	if (i == NO_TRACK || last_ms < first_ms)
		return;
	struct looked *d = &h->devices[i];

	d->dark = (struct stretch){ 0, 0 };
	if (d->is_there && first_ms >= d->from && first_ms - d->to <= allowed_ms) {
		/* a clock that was set back: what it said of later times was not so */
		if (last_ms > d->to || d->to - last_ms > HISTORY_PAST_MS)
			d->to = last_ms;
		return;
	}
	if (d->is_there) {
		end_stretch(h, d);
		if (first_ms - d->to > HISTORY_LATE_MS)
			note_outage(h, i, d->to, first_ms);
	}
	d->is_there = true;
	d->from = first_ms;
	d->to = last_ms;
}

/* ---- what was looked at, from memory as far as that goes */

static bool
is_in(int64_t from, int64_t to, int64_t ms)
{
	return ms >= from && ms <= to;
}

/* The stretch around a time that table scan leaves dark; false: it was looked at then, or that cannot be said. */
static bool
find_dark(struct history *h, struct looked *d, int64_t ms)
{
	int64_t from = INT64_MIN, to = d->is_there && d->from > ms ? d->from : INT64_MAX;
	sqlite3_stmt *st = history_st(h, H_SCAN_BEFORE);
	enum err e = OK;

	sqlite3_bind_int64(st, 1, d->key);
	sqlite3_bind_int64(st, 2, ms);
	int code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		from = sqlite3_column_int64(st, 1);
	(void)sqlite3_reset(st);
	if ((code != SQLITE_ROW && code != SQLITE_DONE) || from >= ms)
		return false;
	st = history_st(h, H_SCAN_AFTER);
	sqlite3_bind_int64(st, 1, d->key);
	sqlite3_bind_int64(st, 2, ms);
	int64_t next = history_number(h, st, INT64_MAX, &e);
	if (e != OK)
		return false;
	d->dark = (struct stretch){ from, next < to ? next : to };
	return true;
}

bool
history_was_seen(struct history *h, uint32_t device, int64_t ms)
{
	struct looked *d = &h->devices[device];

	if (d->is_there && is_in(d->from, d->to, ms))
		return true;
	for (uint32_t i = 0; i < h->over_count; i++)
		if (h->over[i].device == d->key && is_in(h->over[i].from, h->over[i].to, ms))
			return true;
	if (ms > d->dark.from && ms < d->dark.to)
		return false;
	return !find_dark(h, d, ms);
}

bool
history_ever_seen(struct history *h, uint32_t device, int64_t before_ms)
{
	struct looked *d = &h->devices[device];
	bool was = d->is_there && d->from <= before_ms;

	for (uint32_t i = 0; i < h->over_count && !was; i++)
		was = h->over[i].device == d->key && h->over[i].from <= before_ms;
	if (was)
		return true;
	sqlite3_stmt *st = history_st(h, H_SCAN_BEFORE);
	sqlite3_bind_int64(st, 1, d->key);
	sqlite3_bind_int64(st, 2, before_ms);
	return history_number(h, st, INT64_MAX, NULL) != INT64_MAX;
}

static void
add_unseen(struct history *h, int64_t from, int64_t to)
{
	if (from >= to)
		return;
	h->unseen = history_room(h->unseen, h->unseen_count, &h->unseen_cap, sizeof(*h->unseen));
	h->unseen[h->unseen_count++] = (struct stretch){ from, to };
}

/* Scans that ended must be in their table already. */
enum err
history_unseen(struct history *h, uint32_t device, int64_t from, int64_t to)
{
	const struct looked *d = &h->devices[device];
	int64_t at = from; /* up to which it is known */
	int code;

	h->unseen_count = 0;
	if (d->is_there && d->from <= from && d->to >= to)
		return OK;
	sqlite3_stmt *st = history_st(h, H_SCANS_IN);
	sqlite3_bind_int64(st, 1, d->key);
	sqlite3_bind_int64(st, 2, from);
	sqlite3_bind_int64(st, 3, to);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t t0 = sqlite3_column_int64(st, 0), t1 = sqlite3_column_int64(st, 1);

		add_unseen(h, at, t0 < to ? t0 : to);
		at = t1 > at ? t1 : at;
	}
	(void)sqlite3_reset(st);
	if (d->is_there && d->from < to) {
		add_unseen(h, at, d->from);
		at = d->to > at ? d->to : at;
	}
	add_unseen(h, at, to);
	return db_note(h->db, code, "when a device was looked at cannot be read");
}

enum err
history_put_scans(struct history *h)
{
	enum err e = OK;

	for (uint32_t i = 0; i < h->over_count && e == OK; i++) {
		sqlite3_stmt *st = history_st(h, H_SCAN_PUT);

		sqlite3_bind_int64(st, 1, h->over[i].device);
		sqlite3_bind_int64(st, 2, h->over[i].from);
		sqlite3_bind_int64(st, 3, h->over[i].to);
		e = history_run(h, st, "when a device was looked at cannot be written");
	}
	return e;
}
