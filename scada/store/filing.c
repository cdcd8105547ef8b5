/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filing.c - the periods of each kind from now backwards, held against what is filed and against late data.
 *
 *   not filed, closed for FILING_DELAY     -> due
 *   filed, later late data touch it        -> due after FILING_SETTLE, at most every FILING_LATE; so too prices of self-wheeling and amounts of
 *                                             the utility's meters, of what is made from them
 *   sent, and not in the database yet      -> due again after FILING_AGAIN
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/filing.h"
#include "scada/store/tail.h"

#define MEMOS    512                       /* periods that something is remembered of; the oldest memo goes */
#define KINDS    32                        /* of which more is remembered */
#define QUIET_MS (INT64_C(60) * 60 * 1000) /* a kind is looked at again at latest after so long */
#define DAY_MS   (INT64_C(24) * 60 * 60 * 1000)

static const unsigned far_back[] = {
	[PERIOD_DAY] = 40, [PERIOD_MONTH] = 13, [PERIOD_FISCAL_YEAR] = 1, [PERIOD_SHIFT] = 40, [PERIOD_WEEK] = 6
};

struct memo {
	const struct report_kind *kind; /* NULL = free */
	char label[16];
	int64_t not_before; /* ms */
	int64_t late;       /* row of late data that was looked at */
	bool is_settling;
	uint16_t outcome; /* enum err, of the last attempt, + 1; 0 = none */
};

struct known_kind {
	bool has_nothing;           /* the site has nothing for it */
	int64_t looked_at, look_at; /* ms; nothing of it is due between them, unless data come late */
	int64_t late;               /* newest row of late data at looked_at */
};

struct filing {
	size_t kind; /* to be looked at next */
	struct known_kind kinds[KINDS];
	struct memo memos[MEMOS];
	size_t next_memo;
	int64_t begin; /* ms, of what is recorded; 0 = not known yet */
};

struct filing *
filing_new(void)
{
	return xcalloc(1, sizeof(struct filing));
}

void
filing_free(struct filing *f)
{
	free(f);
}

void
filing_forget(struct filing *f)
{
	*f = (struct filing){ .kind = f->kind };
}

/* ---- what is remembered */

static struct memo *
find(struct filing *f, const struct report_kind *k, const char *label)
{
	for (size_t i = 0; i < MEMOS; i++)
		if (f->memos[i].kind == k && strcmp(f->memos[i].label, label) == 0)
			return &f->memos[i];
	return NULL;
}

static struct memo *
note(struct filing *f, const struct report_kind *k, const char *label)
{
	struct memo *m = find(f, k, label);

	if (m != NULL)
		return m;
	m = &f->memos[f->next_memo++ % MEMOS];
	*m = (struct memo){ .kind = k };
	str_copy(m->label, sizeof(m->label), label);
	return m;
}

/* A clock that was set back makes nobody wait for longer than the pause itself. */
static bool
waits(const struct memo *m, int64_t now)
{
	return m != NULL && now < m->not_before && m->not_before - now <= FILING_LATE_MS;
}

/* ---- what is in the database */

static void
see_begin(void *arg, const struct tail_scan *scan)
{
	int64_t *first = arg;

	if (*first == 0 || scan->from < *first)
		*first = scan->from;
}

/*
 * The first time at which any device was looked at; 0: none yet. A stretch that goes on stands in the newest row of the tail alone: a
 * site whose devices never failed has no other.
 */
static int64_t
first_scan(struct db *db)
{
	sqlite3_stmt *st =
	    db_prepare(db, "SELECT (SELECT min(t0) FROM scan), (SELECT data FROM tail ORDER BY seq DESC LIMIT 1)");
	int64_t first = 0;
	const struct tail_each each = { .scan = see_begin, .arg = &first };
	struct tail_head head;

	if (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		first = sqlite3_column_int64(st, 0);
		if (sqlite3_column_bytes(st, 1) > 0) /* damaged: what it told before that counts */
			(void)tail_read(
			    sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1), NULL, &head, &each);
	}
	(void)sqlite3_finalize(st);
	return first;
}

static sqlite3_stmt *
prepare_filed(struct db *db)
{
	return db_prepare(
	    db, "SELECT late FROM report WHERE report = ?1 AND label = ?2 ORDER BY revision DESC LIMIT 1");
}

/* False: it cannot be read. *is_filed, and the row of late data that its newest revision knows. */
static bool
filed(sqlite3_stmt *st, const struct filing_due *d, bool *is_filed, int64_t *late)
{
	int code;

	(void)sqlite3_bind_text(st, 1, d->kind->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, d->label, -1, SQLITE_STATIC);
	code = sqlite3_step(st);
	*is_filed = code == SQLITE_ROW;
	*late = *is_filed ? sqlite3_column_int64(st, 0) : 0;
	(void)sqlite3_reset(st);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* ---- is it due? */

static bool
is_late_due(struct filing *f, struct query *q, const struct filing_due *d, int64_t late, int64_t now)
{
	struct memo *m = find(f, d->kind, d->label);

	if (m != NULL && m->late > late)
		late = m->late;
	bool (*is_touched)(struct query * q, int64_t after, int64_t from, int64_t to) =
	    d->kind->saved_days > 0 ? query_is_changed : query_is_late;
	if (query_late_newest(q) <= late || !is_touched(q, late, d->from, d->to))
		return false;
	if (m == NULL || !m->is_settling) {
		m = note(f, d->kind, d->label);
		m->is_settling = true;
		if (m->not_before < now + FILING_SETTLE_MS || !waits(m, now))
			m->not_before = now + FILING_SETTLE_MS;
		return false;
	}
	return !waits(m, now);
}

static bool
is_due(struct filing *f, sqlite3_stmt *st, struct query *q, int64_t now, bool may_begin, struct filing_due *d)
{
	bool is_filed;
	int64_t late;

	if (now < d->to + FILING_DELAY_MS || !filed(st, d, &is_filed, &late) || (!is_filed && !may_begin))
		return false;
	d->is_late = is_filed;
	return is_filed ? is_late_due(f, q, d, late, now) : !waits(find(f, d->kind, d->label), now);
}

static int64_t
sooner(int64_t at, int64_t than, int64_t now)
{
	return at > now && at < than ? at : than;
}

/* When something of this kind may be due next: a period ends, or what waits may be tried again. */
static int64_t
next_look(const struct filing *f, const struct report_kind *k, int64_t from, int64_t to, int64_t now)
{
	int64_t at = sooner(from + FILING_DELAY_MS, sooner(to + FILING_DELAY_MS, now + QUIET_MS, now), now);

	for (size_t i = 0; i < MEMOS; i++)
		if (f->memos[i].kind == k)
			at = sooner(f->memos[i].not_before, at, now);
	return at;
}

/* How far back one is made again, in ms: of what is made from what is saved, as long as all of that is there. */
static int64_t
reach_of(const struct report_kind *k)
{
	return k->saved_days > 0 ? k->saved_days * DAY_MS : INT64_MAX;
}

/* The periods of a kind, from the last closed one backwards. */
static bool
look_back(struct filing *f, const struct site *site, sqlite3_stmt *st, struct query *q, int64_t now,
    struct filing_due *d, int64_t *look_at)
{
	char message[200];
	int64_t before, from, to;

	*look_at = 0;
	report_label_of(site, d->kind, now, d->label, sizeof(d->label));
	if (!report_period_of(site, d->kind, d->label, &from, &to, message, sizeof(message)))
		return false;
	before = from;
	unsigned most = far_back[d->kind->period];
	for (unsigned i = 0; i < (d->kind->saved_days > most ? d->kind->saved_days : most); i++) {
		report_label_of(site, d->kind, before - 1, d->label, sizeof(d->label));
		if (!report_period_of(site, d->kind, d->label, &d->from, &d->to, message, sizeof(message)) ||
		    d->from >= before || d->to <= f->begin || now - d->from > reach_of(d->kind))
			break;
		if (is_due(f, st, q, now, i < most, d))
			return true;
		before = d->from;
	}
	*look_at = next_look(f, d->kind, from, to, now);
	return false;
}

static bool
is_quiet(const struct known_kind *k, struct query *q, int64_t now)
{
	return now >= k->looked_at && now < k->look_at && query_late_newest(q) == k->late;
}

bool
filing_next(
    struct filing *f, const struct site *site, struct db *db, struct query *q, struct utc now, struct filing_due *due)
{
	const struct report_kind *k = report_row(f->kind);
	int64_t ms = now.us / US_PER_MS;
	struct known_kind *known;
	sqlite3_stmt *st;
	bool is_found;

	if (k == NULL || f->kind >= KINDS) {
		f->kind = 0;
		return false;
	}
	known = &f->kinds[f->kind++];
	if (f->begin == 0)
		f->begin = first_scan(db);
	if (!utc_is_plausible(now) || f->begin == 0 || !k->files_itself || known->has_nothing || is_quiet(known, q, ms))
		return false;
	*due = (struct filing_due){ .kind = k };
	known->looked_at = ms;
	known->late = query_late_newest(q);
	st = prepare_filed(db);
	is_found = st != NULL && look_back(f, site, st, q, ms, due, &known->look_at);
	(void)sqlite3_finalize(st);
	return is_found;
}

bool
filing_done(struct filing *f, const struct filing_due *due, enum err e, int64_t late, struct utc now)
{
	struct memo *m = note(f, due->kind, due->label);
	bool is_news = m->outcome != e + 1u || (e == OK && due->is_late);

	m->outcome = (uint16_t)(e + 1u);
	m->is_settling = false;
	m->not_before = now.us / US_PER_MS + (due->is_late && e == OK ? FILING_LATE_MS : FILING_AGAIN_MS);
	if (e == OK && late > m->late)
		m->late = late;
	for (size_t i = 0; e == ERR_NOT_FOUND && i < KINDS && report_row(i) != NULL; i++)
		if (report_row(i) == due->kind)
			f->kinds[i].has_nothing = true;
	return is_news;
}
