/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saved.c - state by kind and name; an empty blob forgets it.
 */
#include "config.h"

#include <string.h>

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/saved.h"

/* One of the list. False: it is bad. */
static bool
next_state(struct rbuf *r, struct msg_store_state *m)
{
	m->kind = r_u8(r);
	m->name = r_str(r);
	m->blob.data = r_bytes(r, &m->blob.len);
	return !r->bad && m->kind < STATE_KIND_COUNT && m->name[0] != '\0';
}

/* As which kind of late data a row counts for reports; 0: for none. *date: the day that it is of. */
static int
late_of(const struct msg_store_state *m, int64_t *date)
{
	char day[sizeof("2026-12-01")];

	if (m->kind != STATE_WHEEL || m->blob.len == 0 || strlen(m->name) <= sizeof(day) ||
	    m->name[sizeof(day) - 1] != '/')
		return 0;
	str_printf(day, sizeof(day), "%.*s", (int)sizeof(day) - 1, m->name);
	if (!date_from_text(day, date))
		return 0;
	const char *what = m->name + sizeof(day);
	return strcmp(what, "prices") == 0 ? LATE_PRICES : strncmp(what, "utility-", 8) == 0 ? LATE_METERED : 0;
}

/* False: it cannot be known either. */
static bool
is_there_already(struct db *db, const struct msg_store_state *m)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT 1 FROM state WHERE kind = ?1 AND name = ?2 AND data = ?3");

	if (st == NULL)
		return false;
	(void)sqlite3_bind_int(st, 1, m->kind);
	(void)sqlite3_bind_text(st, 2, m->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_blob64(st, 3, m->blob.data, m->blob.len, SQLITE_STATIC);
	bool is = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return is;
}

static enum err
note_late(struct db *db, const struct msg_store_state *m)
{
	int64_t date;
	int as = late_of(m, &date);

	if (as == 0 || is_there_already(db, m))
		return OK;
	sqlite3_stmt *st = db_prepare(db, "INSERT INTO late (point, t0, t1) VALUES (?1, ?2, ?3)");
	if (st == NULL)
		return db->why;
	/* A day of the site: the writer takes its zone before the first row. */
	(void)sqlite3_bind_int(st, 1, as);
	(void)sqlite3_bind_int64(st, 2, utc_of_date(date, 0).us / US_PER_MS);
	(void)sqlite3_bind_int64(st, 3, utc_of_date(date + 1, 0).us / US_PER_MS - 1);
	enum err e = db_note(db, sqlite3_step(st), "late data cannot be noted");
	sqlite3_finalize(st);
	return e;
}

enum err
saved_put_one(struct db *db, const struct msg_store_state *m, struct utc now)
{
	enum err e = note_late(db, m);
	if (e != OK)
		return e;
	bool is_kept = m->blob.len > 0;
	sqlite3_stmt *st = db_prepare(db,
	    is_kept ? "INSERT OR REPLACE INTO state (kind, name, us, data) VALUES (?1, ?2, ?3, ?4)"
	            : "DELETE FROM state WHERE kind = ?1 AND name = ?2");

	if (st == NULL)
		return db->why;
	(void)sqlite3_bind_int(st, 1, m->kind);
	(void)sqlite3_bind_text(st, 2, m->name, -1, SQLITE_STATIC);
	if (is_kept) {
		(void)sqlite3_bind_int64(st, 3, now.us);
		(void)sqlite3_bind_blob64(st, 4, m->blob.data, m->blob.len, SQLITE_STATIC);
	}
	e = db_note(db, sqlite3_step(st), "a state cannot be saved");
	sqlite3_finalize(st);
	return e;
}

bool
saved_is_list(const struct msg_bytes *states)
{
	struct msg_store_state m;
	struct rbuf r;

	rbuf_init(&r, states->data, states->len);
	while (r.pos < r.len)
		if (!next_state(&r, &m))
			return false;
	return true;
}

enum err
saved_put(struct db *db, const struct msg_bytes *states, struct utc now)
{
	struct msg_store_state m = { .kind = 0 };
	struct rbuf r;
	enum err e = OK;

	if (!saved_is_list(states))
		return ERR_FRAME;
	rbuf_init(&r, states->data, states->len);
	while (e == OK && r.pos < r.len) {
		(void)next_state(&r, &m);
		e = saved_put_one(db, &m, now);
	}
	return e;
}

enum err
saved_each(struct db *db, void (*each)(const struct msg_store_state *m, void *arg), void *arg, uint32_t *count)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT kind, name, us, data FROM state ORDER BY kind, name");
	int code;

	*count = 0;
	if (st == NULL)
		return db->why;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int kind = sqlite3_column_int(st, 0), len = sqlite3_column_bytes(st, 3);
		const char *name = (const char *)sqlite3_column_text(st, 1);
		struct msg_store_state m = {
			.name = name,
			.time = sqlite3_column_int64(st, 2),
			.blob = { sqlite3_column_blob(st, 3), len > 0 ? (size_t)len : 0 },
		};

		if (kind < 0 || kind >= STATE_KIND_COUNT || name == NULL || m.blob.len == 0)
			continue; /* of a later Chisan: kept, and nobody's here */
		m.kind = (uint8_t)kind;
		each(&m, arg);
		(*count)++;
	}
	sqlite3_finalize(st);
	return db_note(db, code, "the saved state cannot be read");
}

enum err
saved_of(struct db *db, enum state_kind kind, const char *prefix,
    void (*each)(const struct msg_store_state *m, void *arg), void *arg)
{
	sqlite3_stmt *st = db_prepare(
	    db, "SELECT name, us, data FROM state WHERE kind = ?1 AND name >= ?2 AND name < ?3 ORDER BY name");
	char from[128], below[128];
	int code;

	if (st == NULL)
		return db->why;
	str_printf(from, sizeof(from), "%s/", prefix);
	str_printf(below, sizeof(below), "%s0", prefix); /* '0' comes after '/' */
	(void)sqlite3_bind_int(st, 1, (int)kind);
	(void)sqlite3_bind_text(st, 2, from, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 3, below, -1, SQLITE_STATIC);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int len = sqlite3_column_bytes(st, 2);
		struct msg_store_state m = {
			.kind = (uint8_t)kind,
			.name = (const char *)sqlite3_column_text(st, 0),
			.time = sqlite3_column_int64(st, 1),
			.blob = { sqlite3_column_blob(st, 2), len > 0 ? (size_t)len : 0 },
		};
		if (m.name != NULL && m.blob.len > 0)
			each(&m, arg);
	}
	sqlite3_finalize(st);
	return db_note(db, code, "the saved state cannot be read");
}
