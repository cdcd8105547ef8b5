/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_life.c - opening, closing, and what a failure leads to:
 *
 *   full, busy        rolled back; stays open, all stays in memory, tried each second
 *   input or output   closed without writing back, what is cached of it forgotten, opened anew after 1 to 10 s
 *   read-only         the same
 *   damaged           what can be read of the saved state is taken over, the file moved aside, a new one begun at once
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/saved.h"
#include "scada/store/writer_private.h"

#define BACKOFF_MIN_S  1.0
#define BACKOFF_MAX_S  10.0
#define SUSPECT_US     (30 * US_PER_S)
#define RENEW_AGAIN_US (60 * US_PER_S)

/* ---- opening */

static void
send_state(const struct msg_store_state *m, void *arg)
{
	struct writer *w = arg;

	wbuf_reset(&w->out);
	msg_store_state_put(&w->out, m);
	writer_send(w, W_STORE_STATE, 0);
}

static void
send_ready(struct writer *w, uint32_t states)
{
	const struct msg_store_ready m = {
		.states = states,
		.journal = journal_newest(w->journal),
		.batch = history_batch(w->history, w->boot),
		.schema = DB_SCHEMA,
		.last = history_last_ms(w->history) * US_PER_MS,
	};

	wbuf_reset(&w->out);
	msg_store_ready_put(&w->out, &m);
	writer_send(w, W_STORE_READY, 0);
}

/* States of a damaged database go into the new one before anything else, so that they are told with it. */
static enum err
put_salvaged(struct writer *w, struct utc now)
{
	const struct msg_bytes states = { w->salvaged.data, w->salvaged.len };
	enum err e;

	if (w->salvaged.len == 0)
		return OK;
	e = db_begin(&w->db);
	if (e == OK)
		e = saved_put(&w->db, &states, now);
	if (e == OK)
		e = db_commit(&w->db);
	if (e == OK)
		wbuf_reset(&w->salvaged);
	else
		db_rollback(&w->db);
	return e;
}

/* Each part stands on the one before; the first that fails leaves its reason in w->db. */
static bool
open_all(struct writer *w, struct utc now)
{
	bool is_whole = true;

	if (db_open(&w->db, w->folders.store, true) != OK ||
	    journal_check_end(&w->db, &is_whole, w->broken, sizeof(w->broken)) != OK)
		return false;
	w->health.chain = is_whole;
	/* checkpoints are made between commits, never within one that a person waits for */
	(void)sqlite3_busy_timeout(w->db.sqlite, WRITER_BUSY_MS);
	if (db_exec(&w->db, "PRAGMA wal_autocheckpoint = 0") != OK || put_salvaged(w, now) != OK)
		return false;
	w->journal = journal_open(&w->db, w->folders.key, now);
	if (w->journal == NULL)
		return false;
	w->history = history_open(&w->db);
	if (w->history == NULL)
		return false;
	/* commits in any case (db_begin), and so syncs what a killed process left in the log: what is told as durable from here on, is */
	return history_site(w->history, w->site, now.us / US_PER_MS) == OK;
}

static int
count_log_pages(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
	struct writer *w = arg;

	(void)sqlite;
	(void)name;
	w->log_pages = pages;
	return SQLITE_OK;
}

/* How it stands now: nothing waits, and the first batch is the one after what is durable. */
static void
begin(struct writer *w, struct utc now)
{
	uint64_t durable = history_batch(w->history, w->boot);

	w->is_open = true;
	w->waits_for_space = false;
	w->retry_at.us = 0;
	w->last = w->refused = 0;
	w->batches = 0;
	w->expected = !w->was_open ? 0 : (durable > w->acked ? durable : w->acked) + 1;
	w->acked = durable > w->acked ? durable : w->acked;
	w->data_version = db_data_version(&w->db);
	w->looked_at = w->checkpointed_at = clock_mono();
	w->log_pages = 1; /* of before */
	(void)sqlite3_wal_hook(w->db.sqlite, count_log_pages, w);
	if (w->db.remark[0] != '\0') {
		log_warn("%s", w->db.remark);
		health_behind(w, STORE_MEDDLED, "%s", w->db.remark);
		writer_journal(w, now, w->db.remark, "", "");
	}
	if (w->broken[0] !=
	    '\0') { /* it goes on all the same: what is recorded from here on is worth as much as ever */
		log_error("the chain of the journal is broken: %s", w->broken);
		health_behind(w, STORE_MEDDLED, "the chain of the journal is broken: %.200s", w->broken);
	}
	if (journal_jumped(w->journal) != 0 && w->health.behind == STORE_WELL)
		health_behind(w, STORE_MEDDLED,
		    "the database is older than what was recorded here: a backup was put back, or it was begun anew");
}

/*
 * Nothing can be written, but what was saved can be read: chisand gets it, and need not run without. It then sends what waits,
 * which is passed over, and comes again when the database is open.
 */
static void
tell_saved(struct writer *w)
{
	struct msg_store_ready m = { .schema = DB_SCHEMA };
	struct db db;

	if (w->was_open || w->was_told || db_peek(&db, w->folders.store) != OK)
		return;
	if (saved_each(&db, send_state, w, &m.states) == OK) {
		w->was_told = true;
		log_notice("%u saved states are told all the same", m.states);
		wbuf_reset(&w->out);
		msg_store_ready_put(&w->out, &m);
		writer_send(w, W_STORE_READY, 0);
	}
	db_close(&db);
}

void
writer_open(struct writer *w, struct utc now)
{
	struct mono before = clock_mono();
	uint32_t states = 0;

	if (!open_all(w, now) || saved_each(&w->db, send_state, w, &states) != OK) {
		writer_trouble(w, now);
		return;
	}
	begin(w, now);
	if (journal_is_due(w->journal, now)) /* a jump; if it cannot be signed now, the tick tries again */
		(void)writer_checkpoint(w, now, false);
	w->backoff_s = BACKOFF_MIN_S;
	w->was_open = true;
	health_set(w, STORE_WELL, "%s", "");
	health_stalled(w, mono_diff_us(clock_mono(), before));
	log_info("%s is open: %u states, entry %llu of the journal", w->db.path, states,
	    (unsigned long long)journal_newest(w->journal));
	send_ready(w, states);
}

/* ---- closing */

static void
let_go(struct writer *w)
{
	w->is_open = w->waits_for_space = w->is_nameless = false;
	w->batches = 0;
	queue_keep_unasked(&w->queue);
	history_close(w->history);
	w->history = NULL;
	if (w->journal != NULL && !w->db.is_spoilt)
		(void)writer_mark(w, true);
	journal_close(w->journal);
	w->journal = NULL;
}

void
writer_close(struct writer *w)
{
	if (w->is_open && !w->db.is_spoilt && journal_newest(w->journal) > 0)
		(void)writer_checkpoint(w, clock_utc(), true);
	let_go(w);
	db_walk_done(&w->walk);
	db_close(&w->db);
}

static void
wait_and_retry(struct writer *w)
{
	if (w->backoff_s < BACKOFF_MIN_S)
		w->backoff_s = BACKOFF_MIN_S;
	w->retry_at = mono_add(clock_mono(), (int64_t)(w->backoff_s * 1e6));
	w->backoff_s = w->backoff_s * 2 > BACKOFF_MAX_S ? BACKOFF_MAX_S : w->backoff_s * 2;
}

bool
writer_is_elsewhere(struct writer *w)
{
	if (!data_is_another(w->folders.store, &w->place))
		return false;
	log_error("%s is another folder than before; started again, the store goes on in it", w->folders.store);
	writer_end(w);
	return true;
}

void
writer_retry(struct writer *w, struct utc now)
{
	if (!w->is_open && writer_is_elsewhere(w))
		return;
	if (!w->is_open && w->site != NULL && w->retry_at.us != 0 && mono_diff_us(clock_mono(), w->retry_at) >= 0)
		writer_open(w, now);
}

void
writer_close_for_now(struct writer *w)
{
	writer_close(w);
	w->retry_at = clock_mono();
}

/*
 * What is on the disk is whole, but not under the names that this connection has open. The log's index is deleted (db_abandon), which the
 * reader may hold: it finds that by itself and answers nothing that it read meanwhile (source_is_gone).
 */
void
writer_reopen(struct writer *w, struct utc now)
{
	let_go(w);
	db_abandon(&w->db);
	writer_open(w, now);
}

enum err
writer_mark(struct writer *w, bool must)
{
	enum err e = journal_mark(w->journal, must);

	if (e != OK || w->mark_err != OK)
		(void)log_once(&w->mark_err, e,
		    e != OK ? "%s cannot be written: %s; tried again, and not said again" : "%s can be written again",
		    w->folders.key, strerror(errno));
	return e;
}

/* ---- trouble */

static void
salvage_one(const struct msg_store_state *m, void *arg)
{
	struct writer *w = arg;

	w_u8(&w->salvaged, m->kind);
	w_str(&w->salvaged, m->name);
	w_bytes(&w->salvaged, m->blob.data, m->blob.len);
}

/* Damage may be far away from the saved state; as much of it is taken over as can be read. */
static void
salvage(struct writer *w)
{
	struct db closed;
	uint32_t count = 0;

	if (w->salvaged.len > 0)
		return;
	if (w->db.sqlite != NULL) {
		(void)saved_each(&w->db, salvage_one, w, &count);
	} else if (db_peek(&closed, w->folders.store) == OK) { /* it was found when it was opened */
		(void)saved_each(&closed, salvage_one, w, &count);
		db_close(&closed);
	}
	if (count > 0)
		log_notice("%u saved states are taken over from the damaged database", count);
}

static void
renew(struct writer *w, struct utc now)
{
	char moved[700], why[sizeof(w->db.text)], text[400];

	str_copy(why, sizeof(why), w->db.text);
	db_rollback(&w->db);
	salvage(w);
	let_go(w);
	db_walk_done(&w->walk);
	if (db_move_aside(&w->db, now, moved, sizeof(moved)) != OK) {
		log_error("%s", w->db.text);
		health_set(w, STORE_FAILING, "%s", w->db.text);
		wait_and_retry(w);
		return;
	}
	log_error("the database is damaged (%s): it was moved aside to %s and a new one is begun", why, moved);
	health_behind(w, STORE_RENEWED,
	    "the database was damaged (%.120s): it was moved aside to %.160s and a new one was begun", why, moved);
	str_printf(text, sizeof(text), "the database was damaged and moved aside, a new one was begun: %.200s", why);
	writer_journal(w, now, text, "", moved);
	/* at once, but from the tick, and with a back-off if it comes again: a disk that damages all it is given must not fill up */
	if (w->renewed_at.us != 0 && mono_diff_us(clock_mono(), w->renewed_at) < RENEW_AGAIN_US)
		wait_and_retry(w);
	else
		w->retry_at = clock_mono();
	w->renewed_at = clock_mono();
}

/* The reason of the database, and of a full disk what a person can do: it is often the only one who can. */
static void
set_trouble(struct writer *w, enum store_state state, const char *why)
{
	if (state == STORE_FULL)
		health_set(w, state, "no room in %.120s: make some; all waits in memory until then (%.160s)",
		    w->folders.store, why);
	else
		health_set(w, state, "%s", why);
}

static void
fail(struct writer *w, enum store_state state)
{
	char why[sizeof(w->db.text)];

	str_copy(why, sizeof(why), w->db.text);
	w->db.is_spoilt = true;
	let_go(w);
	db_abandon(&w->db);
	wait_and_retry(w);
	log_warn("%s; opened again in %.0f s", why, (double)mono_diff_us(w->retry_at, clock_mono()) / 1e6);
	set_trouble(w, state, why);
	if (state == STORE_FULL || state == STORE_READ_ONLY)
		tell_saved(w);
}

/* The transaction is gone, nothing else. */
static void
wait_for_space(struct writer *w, enum store_state state)
{
	if (!w->waits_for_space)
		log_warn("%s; tried again each second", w->db.text);
	w->waits_for_space = true;
	set_trouble(w, state, w->db.text);
}

/* What a disk or memory gave wrongly once it may give rightly when it is read anew: damage counts when it is seen twice. */
static bool
is_seen_again(struct writer *w)
{
	struct mono t = clock_mono();
	bool is = w->suspected_at.us != 0 && mono_diff_us(t, w->suspected_at) < SUSPECT_US;

	w->suspected_at = is ? (struct mono){ 0 } : t;
	return is;
}

static void
look_again(struct writer *w)
{
	log_warn("%s: it looks damaged (%s); it is read anew", w->db.path, w->db.text);
	w->db.is_spoilt = true;
	let_go(w);
	db_abandon(&w->db);
	w->retry_at = clock_mono();
}

void
writer_trouble(struct writer *w, struct utc now)
{
	enum db_trouble trouble = db_trouble(&w->db);

	db_rollback(&w->db);
	switch (trouble) {
	case DB_IS_DAMAGED:
		if (is_seen_again(w))
			renew(w, now);
		else
			look_again(w);
		break;
	case DB_IS_FULL:
	case DB_IS_BUSY:
		if (w->is_open)
			wait_for_space(w, trouble == DB_IS_FULL ? STORE_FULL : STORE_SLOW);
		else
			fail(w, trouble == DB_IS_FULL ? STORE_FULL : STORE_SLOW);
		break;
	case DB_IS_READ_ONLY: fail(w, STORE_READ_ONLY); break;
	case DB_NO_TROUBLE:
	case DB_IS_FAILING:
	case DB_IS_REFUSING: fail(w, STORE_FAILING); break;
	}
}
