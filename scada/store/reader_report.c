/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_report.c - W_REPORT_GET: a report as it was filed, or made now; W_REPORT_LIST: those that are filed.
 * What was filed is shown as it was filed; in the other language it is made again, if that gives the same figures to the digest.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define DIGEST 32

struct wanted {
	char name[32], label[16];
	uint32_t revision;
	enum report_form form;
	bool is_ja;
	/* what is sent */
	char *data;
	size_t len, sent;
};

/* A row of table report. */
struct filed {
	uint32_t revision;
	int64_t from, to, made, confirmed; /* ms */
	uint8_t digest[DIGEST];
	char *text, *csv, *by;
	uint32_t older; /* newest revision before it that is confirmed */
	unsigned why;   /* enum report_why */
	char *older_by;
};

static void
filed_done(struct filed *f)
{
	free(f->text);
	free(f->csv);
	free(f->by);
	free(f->older_by);
}

static enum turn
unknown_kind(struct question *q, const char *name)
{
	char all[200] = "";

	for (size_t i = 0; report_row(i) != NULL; i++) {
		(void)str_append(all, sizeof(all), i == 0 ? "" : ", ");
		(void)str_append(all, sizeof(all), report_row(i)->name);
	}
	return question_end(q, ERR_NOT_FOUND, "there is no report \"%.60s\"; there are: %s", name, all);
}

static enum turn
begin(struct question *q, struct rbuf *r)
{
	struct wanted *w = q->own;
	const struct report_kind *k;
	struct msg_report_get m;
	char message[300];
	int64_t from, to;

	if (!msg_report_get_get(r, &m))
		return question_end(q, ERR_FRAME, "the question for a report cannot be read");
	if (q->reader->site == NULL)
		return question_end(q, ERR_BUSY, "the store was not told the site yet; ask again in a moment");
	k = report_find(m.report);
	if (k == NULL || !str_copy(w->name, sizeof(w->name), m.report))
		return unknown_kind(q, m.report);
	if (m.form >= REPORT_FORM_COUNT)
		return question_end(
		    q, ERR_USAGE, "a report is a text, a CSV, or a CSV in CP932: form 0, 1 or 2, not %u", m.form);
	if (m.label[0] != '\0' &&
	    (!report_period_of(q->reader->site, k, m.label, &from, &to, message, sizeof(message)) ||
	        !str_copy(w->label, sizeof(w->label), m.label)))
		return question_end(q, ERR_USAGE, "%s", message);
	w->revision = m.revision;
	w->form = (enum report_form)m.form;
	w->is_ja = m.is_ja != 0;
	return TURN_MORE;
}

/* ---- as it was filed */

static const char *
text_of(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
}

static void
read_row(sqlite3_stmt *st, struct filed *f, bool is_whole)
{
	f->revision = (uint32_t)sqlite3_column_int64(st, 2);
	f->from = sqlite3_column_int64(st, 3);
	f->to = sqlite3_column_int64(st, 4);
	f->made = sqlite3_column_int64(st, 5);
	if (sqlite3_column_bytes(st, 6) == DIGEST)
		memcpy(f->digest, sqlite3_column_blob(st, 6), DIGEST);
	f->by = xstrdup(text_of(st, 7));
	f->confirmed = sqlite3_column_int64(st, 8);
	f->text = xstrdup(is_whole ? text_of(st, 9) : "");
	f->csv = xstrdup(is_whole ? text_of(st, 10) : "");
	f->why = is_whole ? (unsigned)sqlite3_column_int(st, 11) : 0;
}

#define COLUMNS "report, label, revision, t0, t1, made, digest, confirmed_by, confirmed"

/* It is not confirmed: was one before it? */
static void
find_older(struct db *db, const struct wanted *w, struct filed *f)
{
	sqlite3_stmt *st = db_prepare(db,
	    "SELECT revision, confirmed_by FROM report WHERE report = ?1 AND label = ?2 AND revision < ?3 AND "
	    "confirmed_by IS NOT NULL ORDER BY revision DESC LIMIT 1");

	if (st == NULL)
		return;
	(void)sqlite3_bind_text(st, 1, w->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, w->label, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, f->revision);
	if (sqlite3_step(st) == SQLITE_ROW) {
		f->older = (uint32_t)sqlite3_column_int64(st, 0);
		f->older_by = xstrdup(text_of(st, 1));
	}
	(void)sqlite3_finalize(st);
}

/* ERR_NOT_FOUND: it is not there. */
static enum err
find(struct db *db, const struct wanted *w, struct filed *f)
{
	sqlite3_stmt *st = db_prepare(db,
	    "SELECT " COLUMNS
	    ", text, csv, why FROM report WHERE report = ?1 AND label = ?2 AND (revision = ?3 OR ?3 = 0) "
	    "ORDER BY revision DESC LIMIT 1");
	int code;
	enum err e;

	if (st == NULL)
		return db->why;
	(void)sqlite3_bind_text(st, 1, w->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, w->label, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, w->revision);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		read_row(st, f, true);
	(void)sqlite3_finalize(st);
	if (code == SQLITE_ROW && f->by[0] == '\0')
		find_older(db, w, f);
	e = db_note(db, code, "the reports cannot be read");
	return e == OK && code != SQLITE_ROW ? ERR_NOT_FOUND : e;
}

/* ---- the answer */

static void
send_head(struct question *q, const char *name, const char *label, const struct filed *f, bool is_final)
{
	msg_report_put(&q->reader->out,
	    &(struct msg_report){ .report = name,
	        .label = label,
	        .from = f->from * US_PER_MS,
	        .to = f->to * US_PER_MS,
	        .revision = f->revision,
	        .made = f->made * US_PER_MS,
	        .is_final = is_final,
	        .digest = { f->digest, DIGEST },
	        .confirmed_by = f->by != NULL ? f->by : "",
	        .confirmed_at = f->confirmed * US_PER_MS });
	question_send(q, W_REPORT, &q->reader->out);
}

static enum turn
form(struct question *q, const struct filed *f, const char *text, const char *csv)
{
	struct wanted *w = q->own;
	const struct report_stamp stamp = { .revision = f->revision,
		.made = f->made,
		.digest = f->digest,
		.confirmed_by = f->by != NULL ? f->by : "",
		.confirmed_at = f->confirmed,
		.older = f->older,
		.older_by = f->older_by,
		.why = f->why };

	if (w->form == REPORT_TEXT) {
		w->data = report_shown(text, &stamp, w->is_ja);
		w->len = strlen(w->data);
	} else {
		w->data = report_export(csv, w->form, &w->len);
	}
	return w->data != NULL
	    ? TURN_MORE
	    : question_end(q, ERR_FAILED, "this system cannot write CP932; ask for the CSV in UTF-8");
}

static enum err
make(struct question *q, struct report *out, char *message, size_t size)
{
	const struct wanted *w = q->own;

	return reader_make(
	    q->reader, w->name, w->label, w->is_ja ? LANGUAGE_JA : LANGUAGE_EN, clock_utc(), out, message, size);
}

static enum turn
give_made(struct question *q)
{
	struct report made = { 0 };
	struct filed f = { .made = clock_utc().us / US_PER_MS };
	char message[400] = "";
	enum turn turn;
	enum err e = make(q, &made, message, sizeof(message));

	if (e != OK)
		return question_end(q, e, "%s", message);
	f.from = made.from;
	f.to = made.to;
	memcpy(f.digest, made.digest, DIGEST);
	turn = form(q, &f, made.text, made.csv);
	if (turn == TURN_MORE)
		send_head(q, made.kind->name, made.label, &f, made.is_final);
	report_done(&made);
	return turn;
}

static enum turn
give_filed(struct question *q, const struct filed *f)
{
	struct wanted *w = q->own;
	struct report made = { 0 };
	char message[400];
	enum report_language filed_in = report_language(q->reader->site);
	bool is_same = filed_in != (w->is_ja ? LANGUAGE_JA : LANGUAGE_EN) &&
	    make(q, &made, message, sizeof(message)) == OK && memcmp(made.digest, f->digest, DIGEST) == 0;
	enum turn turn = form(q, f, is_same ? made.text : f->text, is_same ? made.csv : f->csv);

	if (turn == TURN_MORE)
		send_head(q, w->name, w->label, f, f->made >= f->to);
	report_done(&made);
	return turn;
}

static enum turn
load(struct question *q)
{
	struct wanted *w = q->own;
	struct filed f = { 0 };
	enum turn turn;
	enum err e;

	if (w->revision == UINT32_MAX || w->label[0] == '\0')
		return give_made(q);
	e = find(&q->reader->source.db, w, &f);
	if (e == ERR_NOT_FOUND && w->revision == 0)
		return give_made(q);
	if (e == ERR_NOT_FOUND)
		return question_end(q, e, "no revision %u of the %s report of %s is filed; 0 asks for the newest",
		    w->revision, w->name, w->label);
	if (e != OK)
		return question_failed(q, e);
	turn = give_filed(q, &f);
	filed_done(&f);
	return turn;
}

static enum turn
step(struct question *q)
{
	struct wanted *w = q->own;
	size_t n;

	if (w->data == NULL)
		return load(q) == TURN_DONE ? TURN_DONE : w->len == 0 ? question_end(q, OK, "%s", "") : TURN_MORE;
	n = w->len - w->sent < PIECE ? w->len - w->sent : PIECE;
	memcpy(wbuf_grow(&q->reader->out, n), w->data + w->sent, n);
	question_send(q, W_REPORT_DATA, &q->reader->out);
	w->sent += n;
	return w->sent < w->len ? TURN_MORE : question_end(q, OK, "%s", "");
}

static void
end(struct question *q)
{
	struct wanted *w = q->own;

	free(w->data);
}

const struct answer answer_report = {
	.type = W_REPORT_GET, .size = sizeof(struct wanted), .begin = begin, .step = step, .end = end
};

/* ---- the list: which ones first, then row by row */

#define LIST_MAX   100000
#define SLICE_ROWS 64

struct list {
	char name[32];
	uint32_t most;
	bool has_ids;
	int64_t *ids; /* newest period first */
	uint32_t count, cap, at;
};

static enum turn
list_begin(struct question *q, struct rbuf *r)
{
	struct list *l = q->own;
	struct msg_report_list m;

	if (!msg_report_list_get(r, &m))
		return question_end(q, ERR_FRAME, "the question for the list of reports cannot be read");
	if (m.report[0] != '\0' && report_find(m.report) == NULL)
		return unknown_kind(q, m.report);
	if (m.most < 1)
		return question_end(q, ERR_USAGE, "at least one report must be asked for");
	(void)str_copy(l->name, sizeof(l->name), m.report);
	l->most = m.most < LIST_MAX ? m.most : LIST_MAX;
	return TURN_MORE;
}

static enum err
read_ids(struct db *db, struct list *l)
{
	sqlite3_stmt *st = db_prepare(db,
	    "SELECT id FROM report WHERE ?1 = '' OR report = ?1 ORDER BY t0 DESC, t1 DESC, report, revision DESC LIMIT "
	    "?2");
	int code;

	if (st == NULL)
		return db->why;
	(void)sqlite3_bind_text(st, 1, l->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 2, l->most);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (l->count == l->cap) {
			uint32_t cap = l->cap == 0 ? 256 : l->cap * 2;

			l->ids = xrecallocarray(l->ids, l->cap, cap, sizeof(*l->ids));
			l->cap = cap;
		}
		l->ids[l->count++] = sqlite3_column_int64(st, 0);
	}
	(void)sqlite3_finalize(st);
	return db_note(db, code, "the reports cannot be read");
}

static enum err
send_row(struct question *q, sqlite3_stmt *st, int64_t id)
{
	struct filed f = { 0 };
	int code;

	(void)sqlite3_bind_int64(st, 1, id);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		read_row(st, &f, false);
		send_head(q, text_of(st, 0), text_of(st, 1), &f, f.made >= f.to);
		filed_done(&f);
	}
	(void)sqlite3_reset(st);
	return db_note(&q->reader->source.db, code, "a report cannot be read");
}

static enum turn
list_step(struct question *q)
{
	struct list *l = q->own;
	struct db *db = &q->reader->source.db;
	enum err e = OK;
	sqlite3_stmt *st;

	if (!l->has_ids) {
		e = read_ids(db, l);
		l->has_ids = true;
		return e == OK ? TURN_MORE : question_failed(q, e);
	}
	st = db_prepare(db, "SELECT " COLUMNS " FROM report WHERE id = ?1");
	if (st == NULL)
		return question_failed(q, db->why);
	for (int n = 0; e == OK && n < SLICE_ROWS && q->credit > 0 && l->at < l->count; n++)
		e = send_row(q, st, l->ids[l->at++]);
	(void)sqlite3_finalize(st);
	if (e != OK)
		return question_failed(q, e);
	return l->at < l->count ? TURN_MORE : question_end(q, OK, "%s", "");
}

static void
list_end(struct question *q)
{
	struct list *l = q->own;

	free(l->ids);
}

const struct answer answer_report_list = {
	.type = W_REPORT_LIST, .size = sizeof(struct list), .begin = list_begin, .step = list_step, .end = list_end
};
