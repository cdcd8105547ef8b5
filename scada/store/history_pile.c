/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_pile.c - all that is known of a point in a stretch, from chunks and from memory, with what stands before and after it: the
 * sample that held at its begin and, of a counter, the readings that it is counted from and on to.
 */
#include "config.h"

#include <math.h>

#include "scada/store/history_private.h"

static bool
is_usable(const struct sample *s)
{
	return quality_validity(s->quality) != V_BAD && isfinite(s->v);
}

static void
take(struct pile *p, const struct sample *s)
{
	if (s->ms < p->from) {
		if (s->ms >= p->before.ms)
			p->before = *s;
	} else if (s->ms > p->to) {
		if (s->ms < p->after.ms &&
		    is_usable(s)) /* a counter goes on to a reading, and nothing else asks for it */
			p->after = *s;
	} else {
		p->s = history_room(p->s, p->n, &p->cap, sizeof(*p->s));
		p->is_sorted &= p->n == 0 || p->s[p->n - 1].ms <= s->ms;
		p->s[p->n++] = *s;
	}
}

/* The samples of a run, until the next call. A damaged one has nothing to give; its time is partial. */
static enum err
read_block(struct history *h, int64_t block, const struct sample **out, size_t *n)
{
	sqlite3_stmt *st = history_st(h, H_BLOCK_GET);
	struct sample *s = history_samples(h, CHUNK_MOST);

	*n = 0;
	*out = s;
	sqlite3_bind_int64(st, 1, block);
	int code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		(void)chunk_decode(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), s, CHUNK_MOST, n);
	(void)sqlite3_reset(st);
	return db_note(h->db, code, "a run cannot be read");
}

static enum err
take_block(struct history *h, struct pile *p, int64_t block)
{
	const struct sample *s;
	size_t n;
	enum err e = read_block(h, block, &s, &n);

	for (size_t i = 0; i < n; i++)
		take(p, &s[i]);
	return e;
}

/* Runs that begin in t0..t1; of those that end before the stretch their row says how. */
static enum err
take_runs(struct history *h, const struct track *t, struct pile *p, int64_t t0, int64_t t1)
{
	sqlite3_stmt *st = history_st(h, H_CHUNKS_IN);
	enum err e = OK;
	int code;

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, t0);
	sqlite3_bind_int64(st, 3, t1);
	while ((code = sqlite3_step(st)) == SQLITE_ROW && e == OK) {
		struct sample last = { .ms = sqlite3_column_int64(st, 1),
			.v = sqlite3_column_double(st, 4),
			.quality = (uint16_t)sqlite3_column_int(st, 5) };

		if (sqlite3_column_int(st, 2) != 0 && sqlite3_column_int64(st, 3) == t->open.block)
			continue; /* memory has it */
		if (sqlite3_column_type(st, 4) == SQLITE_NULL)
			last.v = (double)NAN;
		if (last.ms < p->from)
			take(p, &last);
		else
			e = take_block(h, p, sqlite3_column_int64(st, 3));
	}
	(void)sqlite3_reset(st);
	return e == OK ? db_note(h->db, code, "runs cannot be read") : e;
}

static void
take_memory(struct history *h, const struct track *t, struct pile *p)
{
	if (t->run.count == 0)
		return;
	struct sample *s = history_samples(h, t->run.count);
	uint32_t n = series_read(&t->run, s);

	for (uint32_t i = 0; i < n; i++)
		take(p, &s[i]);
}

static int64_t
bound(struct history *h, enum history_sql which, const struct track *t, int64_t ms, int64_t none, enum err *e)
{
	sqlite3_stmt *st = history_st(h, which);

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, ms);
	return history_number(h, st, none, e);
}

/* Late runs stand beside others: what came later counts later. */
static void
sort(struct pile *p)
{
	struct series all;

	if (p->is_sorted)
		return;
	series_init(&all, 0);
	for (uint32_t i = 0; i < p->n; i++)
		series_put(&all, &p->s[i], 0);
	(void)series_read(&all, p->s);
	series_done(&all);
	p->is_sorted = true;
}

/* ---- the reading that a counter is counted from */

/* The newest usable one of these before the stretch, if it is newer than what there is. */
static void
take_base(struct pile *p, const struct sample *s, size_t n, bool is_late)
{
	for (size_t i = n; i-- > 0;) {
		if (s[i].ms < p->base.ms || (s[i].ms == p->base.ms && !is_late))
			return;
		if (s[i].ms < p->from && is_usable(&s[i])) {
			p->base = s[i];
			return;
		}
	}
}

/*
 * What held before the stretch is mostly that reading; if it is bad, the newest usable one is looked for, however far back. What memory
 * has counts before runs, of runs a late one before others. No run is longer than a day: those that begin a day before what was found
 * have nothing newer.
 */
static enum err
look_back(struct history *h, const struct track *t, struct pile *p)
{
	sqlite3_stmt *st = history_st(h, H_RUNS_BACK);
	enum err e = OK;
	int code;

	p->base = p->before;
	if (p->before.ms == INT64_MIN || is_usable(&p->before))
		return OK;
	p->base.ms = INT64_MIN;
	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, p->from);
	while ((code = sqlite3_step(st)) == SQLITE_ROW && e == OK) {
		int64_t t0 = sqlite3_column_int64(st, 0), block = sqlite3_column_int64(st, 4);
		const struct sample *s;
		size_t n;

		if (p->base.ms != INT64_MIN && t0 < p->base.ms - DAY_MS) {
			code = SQLITE_DONE;
			break;
		}
		if (sqlite3_column_int64(st, 2) < p->base.ms ||
		    (sqlite3_column_int(st, 3) != 0 && block == t->open.block))
			continue;
		e = read_block(h, block, &s, &n);
		take_base(p, s, n, sqlite3_column_int64(st, 1) > 0);
	}
	(void)sqlite3_reset(st);
	if (e == OK)
		e = db_note(h->db, code, "runs cannot be read");
	if (e == OK && t->run.count > 0) {
		struct sample *s = history_samples(h, t->run.count);

		take_base(p, s, series_read(&t->run, s), true);
	}
	return e;
}

/* The first usable reading after it: it may have counted in here. */
static enum err
look_on(struct history *h, const struct track *t, struct pile *p)
{
	enum err e = OK;
	int64_t t0 = bound(h, H_CHUNK_AFTER, t, p->to, INT64_MAX, &e);

	if (e == OK && t0 < p->after.ms)
		e = take_runs(h, t, p, t0, t0 + 1);
	if (e == OK && t0 < p->after.ms && p->after.ms != INT64_MAX) /* a late one may lie before it */
		e = take_runs(h, t, p, t0 + 1, p->after.ms);
	return e;
}

enum err
pile_collect(struct history *h, const struct track *t, int64_t from, int64_t to, struct pile *p)
{
	enum err e;

	*p = (struct pile){ .before = { .ms = INT64_MIN },
		.base = { .ms = INT64_MIN },
		.after = { .ms = INT64_MAX },
		.from = from,
		.to = to,
		.is_sorted = true };
	e = take_runs(h, t, p, from - DAY_MS, to + 1);
	take_memory(h, t, p);
	if (e == OK && p->before.ms == INT64_MIN) { /* what held at its begin is older than a day */
		int64_t t0 = bound(h, H_CHUNK_BEFORE, t, from - DAY_MS, INT64_MIN, &e);

		if (e == OK && t0 != INT64_MIN)
			e = take_runs(h, t, p, t0 - DAY_MS, from - DAY_MS);
	}
	if (e == OK && t->modulus >= 0)
		e = look_back(h, t, p);
	if (e == OK && t->modulus >= 0)
		e = look_on(h, t, p);
	sort(p);
	return e;
}
