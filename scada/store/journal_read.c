/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_read.c - entries that pass a filter, in order of sequence.  Indexes give the span of sequences and the point; all else is looked
 * at here, a bounded number of rows a step.
 *
 *   1 times       the rows of the time's index give the least and the greatest sequence (the order is by sequence: clocks are set back)
 *   2 sequences   rows of that span, forwards or backwards
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/store/journal.h"

#define STEP_ROWS 4096 /* of journal_read, which has no one to wait for */

struct journal_scan {
	struct db *db;
	struct msg_journal_get filter; /* strings: the three below */
	char *point, *user, *text;
	bool is_bounded;             /* phase 1 is done, or there are no times */
	int64_t at_us, at_seq;       /* phase 1: behind this row */
	int64_t seen_low, seen_high; /* phase 1: of the rows so far; 0 = none */
	int64_t low, high;           /* sequences left to look at, both inclusive */
	uint32_t given;
};

static int64_t
seq_of(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

struct journal_scan *
journal_scan_new(struct db *db, const struct msg_journal_get *filter)
{
	struct journal_scan *s = xcalloc(1, sizeof(*s));

	s->db = db;
	s->filter = *filter;
	s->filter.point = s->point = xstrdup(filter->point);
	s->filter.user = s->user = xstrdup(filter->user);
	s->filter.text = s->text = xstrdup(filter->text);
	s->is_bounded = filter->from == 0 && filter->to == 0;
	s->at_us = filter->from;
	s->low = filter->after >= INT64_MAX ? INT64_MAX : (int64_t)filter->after + 1;
	s->high = filter->before == 0 ? INT64_MAX : seq_of(filter->before) - 1;
	return s;
}

void
journal_scan_free(struct journal_scan *s)
{
	if (s == NULL)
		return;
	free(s->point);
	free(s->user);
	free(s->text);
	free(s);
}

/* ---- 1 times */

static void
see(struct journal_scan *s, int64_t us, int64_t seq)
{
	s->at_us = us;
	s->at_seq = seq;
	s->seen_low = s->seen_low == 0 || seq < s->seen_low ? seq : s->seen_low;
	s->seen_high = seq > s->seen_high ? seq : s->seen_high;
}

static void
bound(struct journal_scan *s)
{
	s->is_bounded = true;
	if (s->seen_low > s->low)
		s->low = s->seen_low;
	if (s->seen_high < s->high) /* none at all: 0, and nothing is left */
		s->high = s->seen_high;
}

static enum err
look_at_times(struct journal_scan *s, uint32_t rows)
{
	sqlite3_stmt *st = db_prepare(
	    s->db, "SELECT us, seq FROM journal WHERE (us, seq) > (?1, ?2) AND us < ?3 ORDER BY us, seq LIMIT ?4");
	uint32_t n = 0;
	int code;

	if (st == NULL)
		return s->db->why;
	(void)sqlite3_bind_int64(st, 1, s->at_us);
	(void)sqlite3_bind_int64(st, 2, s->at_seq);
	(void)sqlite3_bind_int64(st, 3, s->filter.to == 0 ? INT64_MAX : s->filter.to);
	(void)sqlite3_bind_int64(st, 4, rows);
	for (; (code = sqlite3_step(st)) == SQLITE_ROW; n++)
		see(s, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1));
	(void)sqlite3_finalize(st);
	if (code == SQLITE_DONE && n < rows)
		bound(s);
	return db_note(s->db, code, "the times of the journal cannot be read");
}

/* ---- 2 sequences */

static const char *
text_of(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
}

static struct msg_journal
entry_of(sqlite3_stmt *st)
{
	return (struct msg_journal){
		.seq = (uint64_t)sqlite3_column_int64(st, 0),
		.time = sqlite3_column_int64(st, 1),
		.kind = (uint16_t)sqlite3_column_int64(st, 2),
		.reason = (uint16_t)sqlite3_column_int64(st, 3),
		.uid = (uint32_t)sqlite3_column_int64(st, 4),
		.point = text_of(st, 5),
		.user = text_of(st, 6),
		.terminal = text_of(st, 7),
		.text = text_of(st, 8),
		.before = text_of(st, 9),
		.after = text_of(st, 10),
		.hash = { sqlite3_column_blob(st, 11), (size_t)sqlite3_column_bytes(st, 11) },
	};
}

static sqlite3_stmt *
prepare(const struct journal_scan *s, uint32_t rows)
{
	/* a point that is no glob has an index; its condition must stand there word by word */
	bool is_exact = s->filter.point[0] != '\0' && strpbrk(s->filter.point, "*?[") == NULL;
	char sql[400];
	sqlite3_stmt *st;

	str_printf(sql, sizeof(sql),
	    "SELECT seq, us, kind, reason, uid, point, user, terminal, text, before, after, hash FROM journal "
	    "WHERE seq BETWEEN ?1 AND ?2 %s ORDER BY seq %s LIMIT ?3",
	    is_exact ? "AND point = ?4 AND point <> ''" : "", s->filter.newest ? "DESC" : "");
	st = db_prepare(s->db, sql);
	if (st == NULL)
		return NULL;
	(void)sqlite3_bind_int64(st, 1, s->low);
	(void)sqlite3_bind_int64(st, 2, s->high);
	(void)sqlite3_bind_int64(st, 3, rows);
	if (is_exact)
		(void)sqlite3_bind_text(st, 4, s->filter.point, -1, SQLITE_STATIC);
	return st;
}

static enum err
look_at_rows(
    struct journal_scan *s, uint32_t rows, bool (*each)(const struct msg_journal *m, void *arg), void *arg, bool *done)
{
	sqlite3_stmt *st = prepare(s, rows);
	bool goes_on = true, is_full = false;
	uint32_t n = 0;
	int code = SQLITE_ROW;

	if (st == NULL)
		return s->db->why;
	while (goes_on && !is_full && (code = sqlite3_step(st)) == SQLITE_ROW) {
		const struct msg_journal m = entry_of(st);

		n++;
		if (s->filter.newest)
			s->high = (int64_t)m.seq - 1;
		else
			s->low = (int64_t)m.seq + 1;
		if (!journal_passes(&s->filter, &m))
			continue;
		goes_on = each(&m, arg);
		is_full = ++s->given == s->filter.most;
	}
	(void)sqlite3_finalize(st);
	*done = is_full || (code == SQLITE_DONE && n < rows) || s->low > s->high;
	return db_note(s->db, code, "entries of the journal cannot be read");
}

enum err
journal_scan_step(
    struct journal_scan *s, uint32_t rows, bool (*each)(const struct msg_journal *m, void *arg), void *arg, bool *done)
{
	*done = false;
	if (!s->is_bounded)
		return look_at_times(s, rows);
	if (s->low > s->high) {
		*done = true;
		return OK;
	}
	return look_at_rows(s, rows, each, arg, done);
}

/* ---- all at once */

struct whole {
	bool (*each)(const struct msg_journal *m, void *arg);
	void *arg;
	bool is_stopped;
};

static bool
pass_on(const struct msg_journal *m, void *arg)
{
	struct whole *w = arg;

	w->is_stopped = !w->each(m, w->arg);
	return !w->is_stopped;
}

enum err
journal_read(struct db *db, const struct msg_journal_get *filter, bool (*each)(const struct msg_journal *m, void *arg),
    void *arg)
{
	struct journal_scan *s = journal_scan_new(db, filter);
	struct whole w = { .each = each, .arg = arg };
	bool done = false;
	enum err e = OK;

	while (e == OK && !done && !w.is_stopped)
		e = journal_scan_step(s, STEP_ROWS, pass_on, &w, &done);
	journal_scan_free(s);
	return e;
}

/* ---- as a frame carries it */

static const char *
carry(const char *s, char *room)
{
	size_t len = strlen(s);

	if (len <= JOURNAL_TEXT_MAX && text_is_utf8(s, len, NULL))
		return s;
	text_put_safe(room, JOURNAL_TEXT_MAX + 1, s, -1);
	return room;
}

struct msg_journal
journal_fit(const struct msg_journal *entry, struct journal_room *room)
{
	struct msg_journal m = *entry;
	const char **const texts[] = { &m.point, &m.user, &m.terminal, &m.text, &m.before, &m.after };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = carry(*texts[i], room->texts[i]);
	if (m.hash.len > JOURNAL_HASH)
		m.hash.len = JOURNAL_HASH;
	return m;
}
