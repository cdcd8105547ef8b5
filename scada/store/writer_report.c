/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_report.c - reports of closed periods: filed as the next revision if they say anything else than the newest one,
 * and confirmed by a person.
 */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/report.h"
#include "scada/store/saved.h"
#include "scada/store/writer_private.h"

#define DIGEST     32
#define SHORT_FORM 8 /* bytes of a digest that people compare */

static void
short_digest(char out[2 * SHORT_FORM + 1], const void *digest, int len)
{
	if (digest == NULL || len != DIGEST)
		out[0] = '\0';
	else
		(void)sodium_bin2hex(out, 2 * SHORT_FORM + 1, digest, SHORT_FORM);
}

struct newest {
	int64_t revision; /* 0 = none is filed */
	int64_t late;     /* row of late data that it knows */
	uint8_t digest[DIGEST];
	char shown[2 * SHORT_FORM + 1];
	char confirmed_by[128]; /* "" = nobody did */
};

static enum err
find_newest(struct writer *w, const struct msg_report_file *m, struct newest *n)
{
	sqlite3_stmt *st = db_prepare(&w->db,
	    "SELECT revision, digest, confirmed_by, late FROM report WHERE report = ?1 AND label = ?2 ORDER BY "
	    "revision "
	    "DESC LIMIT 1");
	int code;

	*n = (struct newest){ .revision = 0 };
	if (st == NULL)
		return w->db.why;
	(void)sqlite3_bind_text(st, 1, m->report, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, m->label, -1, SQLITE_STATIC);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		n->revision = sqlite3_column_int64(st, 0);
		if (sqlite3_column_bytes(st, 1) == DIGEST)
			memcpy(n->digest, sqlite3_column_blob(st, 1), DIGEST);
		short_digest(n->shown, n->digest, DIGEST);
		n->late = sqlite3_column_int64(st, 3);
		if (sqlite3_column_type(st, 2) == SQLITE_TEXT)
			(void)str_copy(
			    n->confirmed_by, sizeof(n->confirmed_by), (const char *)sqlite3_column_text(st, 2));
	}
	sqlite3_finalize(st);
	return db_note(&w->db, code, "the reports cannot be read");
}

/* What came between what the one before knew and what this one knows, of what it is made from. */
static unsigned
why_again(struct writer *w, const struct msg_report_file *m, const struct newest *old)
{
	const struct report_kind *k = report_find(m->report);
	sqlite3_stmt *st = old->revision == 0
	    ? NULL
	    : db_prepare(&w->db,
	          "SELECT DISTINCT min(point, 0) FROM late WHERE id > ?1 AND id <= ?2 AND t1 >= ?3 AND t0 < ?4");
	unsigned why = 0;

	if (st == NULL)
		return 0;
	(void)sqlite3_bind_int64(st, 1, old->late);
	(void)sqlite3_bind_int64(st, 2, (int64_t)m->late);
	(void)sqlite3_bind_int64(st, 3, m->from / US_PER_MS);
	(void)sqlite3_bind_int64(st, 4, m->to / US_PER_MS);
	while (sqlite3_step(st) == SQLITE_ROW) {
		int point = sqlite3_column_int(st, 0);
		bool is_of_it = point == 0 || (k != NULL && k->saved_days > 0);
		if (is_of_it)
			why |= point == LATE_PRICES ? REPORT_PRICES
			    : point == LATE_METERED ? REPORT_METERED
			                            : REPORT_LATE;
	}
	sqlite3_finalize(st);
	return why != 0 ? why : REPORT_LATE; /* its row went with the samples */
}

static enum err
insert(struct writer *w, const struct msg_report_file *m, int64_t revision, unsigned why, struct utc now)
{
	sqlite3_stmt *st = db_prepare(&w->db,
	    "INSERT INTO report (report, label, revision, t0, t1, made, late, digest, text, csv, why) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
	enum err e;

	if (st == NULL)
		return w->db.why;
	(void)sqlite3_bind_text(st, 1, m->report, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, m->label, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, revision);
	(void)sqlite3_bind_int64(st, 4, m->from / US_PER_MS);
	(void)sqlite3_bind_int64(st, 5, m->to / US_PER_MS);
	(void)sqlite3_bind_int64(st, 6, now.us / US_PER_MS);
	(void)sqlite3_bind_int64(st, 7, (int64_t)m->late);
	(void)sqlite3_bind_blob(st, 8, m->digest.data, DIGEST, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 9, (const char *)m->text.data, (int)m->text.len, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 10, (const char *)m->csv.data, (int)m->csv.len, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 11, why);
	e = db_note(&w->db, sqlite3_step(st), "a report cannot be filed");
	sqlite3_finalize(st);
	return e;
}

static enum err
journal_it(struct writer *w, const struct msg_report_file *m, const struct newest *old, unsigned why, struct utc now)
{
	char text[500], is[2 * SHORT_FORM + 1], what[80];
	struct msg_journal out;
	uint8_t hash[JOURNAL_HASH];
	bool was_there;
	enum err e;

	short_digest(is, m->digest.data, (int)m->digest.len);
	if (old->revision == 0)
		str_printf(text, sizeof(text), "report %.60s of %.40s was filed, digest %s", m->report, m->label, is);
	else
		str_printf(text, sizeof(text),
		    "report %.60s of %.40s was made again as revision %lld because %s came, digest %s", m->report,
		    m->label, (long long)old->revision + 1, report_why_text(what, sizeof(what), why, false), is);
	if (old->confirmed_by[0] != '\0') {
		str_append(text, sizeof(text), "; what stands of it, confirmed by ");
		str_append(text, sizeof(text), old->confirmed_by);
		str_append(text, sizeof(text), ", stays; this one is to be confirmed anew");
	}
	const struct msg_journal_add entry = journal_own(now, JOURNAL_REPORT, text, old->shown, is);
	e = journal_add(w->journal, &entry, &out, hash, &was_there);
	if (e == OK)
		writer_answer_entry(w, 0, &out);
	return e;
}

enum err
writer_file_report(struct writer *w, const struct msg_report_file *m, struct utc now)
{
	uint8_t digest[DIGEST];
	struct newest old;
	enum err e;

	(void)crypto_generichash(digest, DIGEST, m->csv.data, m->csv.len, NULL, 0);
	if (m->report[0] == '\0' || m->label[0] == '\0' || m->digest.len != DIGEST ||
	    memcmp(m->digest.data, digest, DIGEST) != 0)
		return ERR_FRAME;
	e = find_newest(w, m, &old);
	if (e != OK || (old.revision > 0 && memcmp(old.digest, digest, DIGEST) == 0))
		return e;
	unsigned why = why_again(w, m, &old);
	e = insert(w, m, old.revision + 1, why, now);
	return e == OK ? journal_it(w, m, &old, why, now) : e;
}

/* ---- confirmed by a person */

/* ERR_REFUSED, ERR_NOT_FOUND: text says why. */
static enum err
may_sign(struct writer *w, const struct msg_report_sign *m, char *text, size_t size)
{
	sqlite3_stmt *st = db_prepare(
	    &w->db, "SELECT digest, confirmed_by FROM report WHERE report = ?1 AND label = ?2 AND revision = ?3");
	enum err e;
	int code;

	if (st == NULL)
		return w->db.why;
	(void)sqlite3_bind_text(st, 1, m->report, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, m->label, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, m->revision);
	code = sqlite3_step(st);
	e = db_note(&w->db, code, "the reports cannot be read");
	if (e == OK && code != SQLITE_ROW) {
		str_printf(text, size, "there is no revision %u of the report %.60s of %.40s", m->revision, m->report,
		    m->label);
		e = ERR_NOT_FOUND;
	} else if (e == OK && sqlite3_column_type(st, 1) != SQLITE_NULL) {
		str_printf(text, size, "%.80s confirmed it already", (const char *)sqlite3_column_text(st, 1));
		e = ERR_REFUSED;
	} else if (e == OK &&
	    (m->digest.len != DIGEST || sqlite3_column_bytes(st, 0) != DIGEST ||
	        memcmp(m->digest.data, sqlite3_column_blob(st, 0), DIGEST) != 0)) {
		str_copy(text, size, "the report that is filed has another digest than the one you saw; read it again");
		e = ERR_REFUSED;
	}
	sqlite3_finalize(st);
	return e;
}

static enum err
sign(struct writer *w, const struct msg_report_sign *m, const struct msg_journal_add *entry)
{
	sqlite3_stmt *st = db_prepare(&w->db,
	    "UPDATE report SET confirmed_by = ?4, confirmed = ?5 WHERE report = ?1 AND label = ?2 AND revision = ?3");
	enum err e;

	if (st == NULL)
		return w->db.why;
	(void)sqlite3_bind_text(st, 1, m->report, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, m->label, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, m->revision);
	(void)sqlite3_bind_text(st, 4, entry->user, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 5, entry->time / US_PER_MS);
	e = db_note(&w->db, sqlite3_step(st), "a confirmation cannot be recorded");
	sqlite3_finalize(st);
	return e;
}

enum err
writer_sign_report(struct writer *w, uint32_t reply_to, const struct msg_report_sign *m,
    const struct msg_journal_add *entry, char *text, size_t size)
{
	struct msg_journal out = {
		.time = entry->time,
		.kind = entry->kind,
		.reason = entry->reason,
		.uid = entry->uid,
		.point = entry->point,
		.user = entry->user,
		.terminal = entry->terminal,
		.text = entry->text,
		.before = entry->before,
		.after = entry->after,
	};
	uint8_t hash[JOURNAL_HASH];
	bool was_there;
	enum err e = journal_find(w->journal, entry, &out, hash, &was_there);

	out.hash = (struct msg_bytes){ hash, JOURNAL_HASH };
	if (e == ERR_REFUSED)
		str_copy(text, size, JOURNAL_TAKEN);
	if (e == OK && !was_there) {
		e = may_sign(w, m, text, size);
		if (e == OK)
			e = sign(w, m, entry);
		if (e == OK)
			e = journal_add(w->journal, entry, &out, hash, &was_there);
	}
	if (e == OK)
		writer_answer_entry(w, reply_to, &out);
	return e;
}
