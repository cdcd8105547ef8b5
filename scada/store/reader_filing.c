/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_filing.c - reports of closed periods: made when the reader has nothing else to do, sent to chisand to be filed, one at a time.
 */
#include "config.h"

#include <string.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define REST         10 /* times as long as a report took nothing is made after it: at most a tenth of a core */
#define PATIENCE_US  (60 * US_PER_S) /* so long questions pass before reports, then one comes between them */
#define REPORT_BYTES (256 * 1024)    /* of text and CSV each: both have room in one frame */

/* Is the newest revision the same to the digest? Then there is nothing to file. */
static bool
is_filed_already(struct db *db, const struct report *made)
{
	sqlite3_stmt *st =
	    db_prepare(db, "SELECT digest FROM report WHERE report = ?1 AND label = ?2 ORDER BY revision DESC LIMIT 1");
	bool is_same = false;

	if (st == NULL)
		return false;
	(void)sqlite3_bind_text(st, 1, made->kind->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, made->label, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		is_same = sqlite3_column_bytes(st, 0) == (int)sizeof(made->digest) &&
		    memcmp(sqlite3_column_blob(st, 0), made->digest, sizeof(made->digest)) == 0;
	(void)sqlite3_finalize(st);
	return is_same;
}

static enum err
send(struct reader *r, const struct report *made)
{
	size_t text = strlen(made->text), csv = strlen(made->csv);
	enum err e;

	if (text > REPORT_BYTES - 1024 || csv > REPORT_BYTES - 1024)
		return ERR_TOO_BIG;
	msg_report_file_put(&r->out,
	    &(struct msg_report_file){ .report = made->kind->name,
	        .label = made->label,
	        .from = made->from * US_PER_MS,
	        .to = made->to * US_PER_MS,
	        .late = (uint64_t)made->late,
	        .digest = { made->digest, sizeof(made->digest) },
	        .text = { (const uint8_t *)made->text, text },
	        .csv = { (const uint8_t *)made->csv, csv } });
	e = conn_send(r->conn, W_REPORT_FILE, 0, &r->out, NULL);
	wbuf_reset(&r->out);
	return e;
}

static void
say(const struct filing_due *due, enum err e, bool is_sent, const char *message)
{
	if (e == OK && is_sent)
		log_info("the %s report of %s is filed%s", due->kind->name, due->label,
		    due->is_late ? " again: what it is made from came late" : "");
	else if (e == ERR_NOT_FOUND)
		log_info("no %s reports are filed: %s", due->kind->name, message);
	else if (e != OK)
		log_warn("the %s report of %s cannot be filed: %s; tried again, and not said again", due->kind->name,
		    due->label, message[0] != '\0' ? message : err_text(e));
}

static void
make(struct reader *r, const struct filing_due *due, struct utc now)
{
	struct report made = { 0 };
	char message[400] = "";
	bool is_sent = false;
	int64_t late = 0;
	enum err e =
	    reader_make(r, due->kind->name, due->label, report_language(r->site), now, &made, message, sizeof(message));

	/* what was read while another file took the place of this one, or of its log, may be of neither */
	if (e == OK && source_is_gone(&r->source))
		e = ERR_BUSY;
	if (e == OK && is_filed_already(&r->source.db, &made))
		late =
		    made.late; /* what came late changes nothing; what is sent is believed when it is in the database */
	else if (e == OK)
		is_sent = (e = send(r, &made)) == OK;
	if (filing_done(r->filing, due, e, late, now))
		say(due, e, is_sent, message);
	report_done(&made);
}

static bool
has_work(const struct reader *r)
{
	const struct question *q;

	TAILQ_FOREACH(q, &r->questions, next)
		if (q->credit > 0)
			return true;
	return false;
}

void
reader_file(struct reader *r, struct utc now, struct mono mono)
{
	struct filing_due due;
	struct mono after;

	if (r->site == NULL || mono_diff_us(mono, r->rest_until) < 0)
		return;
	if (has_work(r) && mono_diff_us(mono, r->rest_until) < PATIENCE_US)
		return;
	if (source_ready(&r->source, mono) != OK ||
	    !filing_next(r->filing, r->site, &r->source.db, r->source.query, now, &due))
		return;
	make(r, &due, now);
	after = clock_mono();
	r->rest_until = mono_add(after, REST * mono_diff_us(after, mono));
}
