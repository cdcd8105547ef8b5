/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_look.c - what is looked after each second: are the files still there, does anybody else write, is the log long, is
 * any page damaged; then housekeeping in small steps.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/store/writer_private.h"

#define LOOK_US       (2 * US_PER_S)
#define LOG_PAGES     1000  /* of the log, then it is written back */
#define LOG_MOST      16384 /* then it is cut as soon as nobody reads */
#define CHECKPOINT_US (60 * US_PER_S)
#define WALK_ROWS     64
#define WALK_US       (US_PER_MS / 2) /* a second, for reading all that is stored over and over */
#define TIDY_US       (20 * US_PER_MS)

/* ---- deleted */

/* Whatever stands under a name goes to NAME.replaced-N: somebody put it there. */
static bool
make_room(const struct db *db, const char *ending)
{
	char from[640], to[680];
	int n = 0;

	str_printf(from, sizeof(from), "%s%s", db->path, ending);
	if (access(from, F_OK) != 0)
		return true;
	do
		str_printf(to, sizeof(to), "%s.replaced.%d", from, ++n);
	while (access(to, F_OK) == 0 && n < 1000);
	return rename(from, to) == 0;
}

static enum err
take_place(struct db *db, const char *part)
{
	char name[640];

	/* the log is in the copy already; left beside it, it would only have to be told from its own */
	str_printf(name, sizeof(name), "%s-wal", db->path);
	if (unlink(name) != 0 && errno != ENOENT)
		return db_say(db, ERR_IO, name, strerror(errno));
	str_printf(name, sizeof(name), "%s-shm", db->path);
	(void)unlink(name);
	if (!make_room(db, "") || rename(part, db->path) != 0)
		return db_say(db, ERR_IO, db->path, strerror(errno));
	return db_sync_folder(db);
}

/* The open file still holds all: a copy of it takes its place. Until then nothing is written into a file without a name. */
static void
save_deleted(struct writer *w, struct utc now)
{
	char part[640];

	if (!w->is_nameless)
		log_error(
		    "%s was deleted or replaced while it was open; all of it is saved from the open file", w->db.path);
	str_printf(part, sizeof(part), "%s.saving", w->db.path);
	if (db_copy(&w->db, part) != OK || take_place(&w->db, part) != OK) {
		enum db_trouble trouble = db_trouble(&w->db);

		if (trouble == DB_IS_DAMAGED) {
			writer_trouble(w, now);
			return;
		}
		if (!w->is_nameless)
			log_error("%s; tried again", w->db.text);
		w->waits_for_space = w->is_nameless = true;
		health_set(w, trouble == DB_IS_FULL ? STORE_FULL : STORE_FAILING,
		    "the database was deleted while it was open, and cannot be saved yet: %.160s", w->db.text);
		return;
	}
	health_behind(w, STORE_MEDDLED, "the database was deleted or replaced while it was open; all of it was saved");
	writer_journal(w, now, "the database was deleted or replaced while it was open; all of it was saved", "", "");
	writer_reopen(w, now);
}

/* What stands in a log without a name is lost with this process: it goes into the file at once. */
static void
save_log(struct writer *w, struct utc now)
{
	int left;

	w->waits_for_space = w->is_nameless = true;
	if (db_checkpoint(&w->db, true, &left) != OK) {
		if (db_trouble(&w->db) != DB_IS_BUSY) /* somebody reads: once more, in a second */
			writer_trouble(w, now);
		return;
	}
	log_error("the log of %s was deleted while it was open; it was written back, and nothing is lost", w->db.path);
	health_behind(w, STORE_MEDDLED, "the log of the database was deleted while it was open; nothing is lost");
	writer_journal(w, now, "the log of the database was deleted while it was open; nothing is lost", "", "");
	writer_reopen(w, now);
}

static bool
look_for_files(struct writer *w, struct utc now)
{
	bool log_too;

	if (db_is_deleted(&w->db, &log_too)) {
		if (access(w->folders.store, F_OK) != 0) { /* nothing can be made in it, nor it itself from in here */
			log_error("%s is gone; started again, it is made anew", w->folders.store);
			writer_end(w);
			return false;
		}
		if (writer_is_elsewhere(w))
			return false;
		save_deleted(w, now);
		return false;
	}
	if (log_too) {
		save_log(w, now);
		return false;
	}
	return true;
}

/* ---- somebody else */

enum err
writer_look_for_others(struct writer *w, struct utc now)
{
	int64_t v = db_data_version(&w->db);
	const char *what = "another program wrote to the database";
	bool is_other = false;
	enum err e;

	if (v == w->data_version || v == 0)
		return OK;
	e = journal_look_again(w->journal, &is_other);
	if (e != OK)
		return e;
	w->data_version = v;
	if (is_other)
		what = "another program wrote to the database, and changed the end of the journal";
	log_error("%s, %s; this must not happen: it can damage the database", w->db.path, what);
	health_behind(w, STORE_MEDDLED, "%s; find it with \"fuser -v\", and stop it", what);
	writer_journal(w, now, what, "", "");
	return OK;
}

/* ---- the log */

static bool
write_back(struct writer *w, struct utc now)
{
	struct mono t = clock_mono();
	bool must = w->log_pages >= LOG_MOST;
	int left = 0;
	enum err e;

	if (w->log_pages < LOG_PAGES && (w->log_pages == 0 || mono_diff_us(t, w->checkpointed_at) < CHECKPOINT_US))
		return true;
	w->checkpointed_at = t;
	/* who reads is not waited for: an act may come any moment, and the next tick tries again */
	(void)sqlite3_busy_timeout(w->db.sqlite, 0);
	e = db_checkpoint(&w->db, must, &left);
	(void)sqlite3_busy_timeout(w->db.sqlite, WRITER_BUSY_MS);
	if (e == OK) {
		w->log_pages = left;
		return true;
	}
	if (db_trouble(&w->db) == DB_IS_BUSY)
		return true;
	if (db_trouble(&w->db) == DB_IS_FULL) { /* the log still takes commits; they say when it does not */
		health_set(w, STORE_FULL, "%s", w->db.text);
		return true;
	}
	writer_trouble(w, now);
	return false;
}

/* ---- housekeeping, while nobody waits */

static void
keep_house(struct writer *w, struct utc now)
{
	struct mono t = clock_mono();
	unsigned round = w->walk.rounds;

	while (mono_diff_us(clock_mono(), t) < WALK_US && w->walk.rounds == round)
		if (db_walk(&w->db, &w->walk, WALK_ROWS) != OK) {
			if (db_trouble(&w->db) == DB_IS_BUSY)
				return;
			writer_trouble(w, now);
			return;
		}
	t = clock_mono();
	while (history_tidy(w->history, w->site, now.us / US_PER_MS) && mono_diff_us(clock_mono(), t) < TIDY_US)
		;
}

void
writer_look(struct writer *w, struct utc now)
{
	struct mono t = clock_mono();

	writer_retry(w, now);
	if (!w->is_open)
		return;
	if (mono_diff_us(t, w->looked_at) >= LOOK_US) {
		w->looked_at = t;
		if (!look_for_files(w, now))
			return;
	}
	if (writer_look_for_others(w, now) != OK) {
		writer_trouble(w, now);
		return;
	}
	if (!write_back(w, now) || w->waits_for_space || w->queue.count > 0 || w->batches > 0)
		return;
	if (journal_is_due(w->journal, now) && writer_checkpoint(w, now, false) != OK) {
		writer_trouble(w, now);
		return;
	}
	keep_house(w, now);
}
