/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_run.c - what a track holds into rows of chunk and block: late samples as runs of their own, full runs sealed, the last one
 * open. Nothing in memory changes before the transaction is durable.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/history_private.h"

#define WELL_FULL (CHUNK_SAMPLES * 5 / 4) /* what came at once may be a little more than a full chunk */

/* ---- rows */

static void
bind_number(sqlite3_stmt *st, int at, double v)
{
	if (isnan(v))
		sqlite3_bind_null(st, at);
	else
		sqlite3_bind_double(st, at, v);
}

static enum err
put_chunk(struct history *h, const struct track *t, const struct summary *s, int64_t seq, int64_t block, bool is_open)
{
	sqlite3_stmt *st = history_st(h, H_CHUNK_PUT);

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, s->from);
	sqlite3_bind_int64(st, 3, seq);
	sqlite3_bind_int64(st, 4, s->to);
	sqlite3_bind_int64(st, 5, s->n);
	bind_number(st, 6, s->min);
	bind_number(st, 7, s->max);
	bind_number(st, 8, s->sum);
	bind_number(st, 9, s->mean);
	sqlite3_bind_int64(st, 10, s->usable_ms);
	sqlite3_bind_int64(st, 11, s->good_ms);
	bind_number(st, 12, s->first);
	bind_number(st, 13, s->last);
	sqlite3_bind_int64(st, 14, s->last_quality);
	sqlite3_bind_int64(st, 15, s->flags);
	bind_number(st, 16, t->modulus < 0 ? (double)NAN : s->increment);
	sqlite3_bind_int64(st, 17, s->resets);
	sqlite3_bind_int64(st, 18, is_open);
	sqlite3_bind_int64(st, 19, block);
	return history_run(h, st, "a run cannot be written");
}

static enum err
put_block(struct history *h, int64_t block)
{
	sqlite3_stmt *st = history_st(h, H_BLOCK_PUT);

	sqlite3_bind_int64(st, 1, block);
	sqlite3_bind_blob64(st, 2, h->bytes.data, h->bytes.len, SQLITE_STATIC);
	return history_run(h, st, "the samples of a run cannot be written");
}

static enum err
drop_row(struct history *h, const struct track *t, const struct open_row *row)
{
	sqlite3_stmt *st = history_st(h, H_CHUNK_DROP);
	enum err e;

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, row->t0);
	sqlite3_bind_int64(st, 3, row->seq);
	e = history_run(h, st, "a run cannot be replaced");
	if (e != OK)
		return e;
	st = history_st(h, H_BLOCK_DROP);
	sqlite3_bind_int64(st, 1, row->block);
	return history_run(h, st, "a run cannot be replaced");
}

/* A place in the order of runs that begin at the same time. */
static int64_t
next_seq(struct history *h, const struct track *t, int64_t t0, bool is_late, enum err *e)
{
	sqlite3_stmt *st = history_st(h, H_CHUNK_SEQ);

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, t0);
	int64_t seq = history_number(h, st, -1, e) + 1;
	return is_late && seq == 0 ? 1 : seq;
}

/* ---- pieces */

/* How many of them make one run: not too many, and no more than a day. */
static uint32_t
piece_of(const struct sample *s, uint32_t n)
{
	uint32_t pieces = (n + WELL_FULL - 1) / WELL_FULL, most = (n + pieces - 1) / pieces;

	if (s[most - 1].ms - s[0].ms <= DAY_MS)
		return most;
	uint32_t low = 1, high = most - 1; /* s[high] is more than a day later */
	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (s[mid].ms - s[0].ms <= DAY_MS)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What came twice, to the bit. */
static uint32_t
without_doubles(struct sample *s, uint32_t n)
{
	uint32_t kept = 1;

	for (uint32_t i = 1; i < n; i++) {
		const struct sample *a = &s[kept - 1], *b = &s[i];

		if (a->ms == b->ms && a->quality == b->quality && a->cause == b->cause &&
		    memcmp(&a->v, &b->v, sizeof(a->v)) == 0)
			continue;
		s[kept++] = s[i];
	}
	return kept;
}

static enum err
put_piece(struct history *h, const struct track *t, struct sample *s, uint32_t n, struct open_row *row, bool is_open)
{
	struct summary sum;
	enum err e;

	if (t->run.is_mixed)
		n = without_doubles(s, n);
	e = history_unseen(h, t->device, s[0].ms, s[n - 1].ms);
	if (e != OK)
		return e;
	summary_of(&sum, s, n, t->modulus, h->unseen, h->unseen_count);
	wbuf_reset(&h->bytes);
	chunk_encode(&h->bytes, s, n, t->decimals);
	if (row->block == 0)
		row->block = ++h->plan_block;
	e = put_block(h, row->block);
	return e == OK ? put_chunk(h, t, &sum, row->seq, row->block, is_open) : e;
}

static enum err
know_floor(struct history *h, struct track *t)
{
	enum err e = OK;

	if (t->has_floor)
		return OK;
	sqlite3_stmt *st = history_st(h, H_CHUNK_FLOOR);
	sqlite3_bind_int64(st, 1, t->key);
	t->floor = history_number(h, st, INT64_MIN, &e);
	t->has_floor = e == OK;
	return e;
}

static enum err
write_late(struct history *h, const struct track *t, struct sample *s, uint32_t n)
{
	enum err e = OK;

	for (uint32_t i = 0, m; i < n && e == OK; i += m) {
		struct open_row row = { .t0 = s[i].ms };

		m = piece_of(s + i, n - i);
		row.seq = next_seq(h, t, row.t0, true, &e);
		if (e == OK)
			e = put_piece(h, t, s + i, m, &row, false);
	}
	return e;
}

/* Those that are not late, in order of time. The first piece takes the place of the row that is open. */
static enum err
write_runs(struct history *h, const struct track *t, struct sample *s, uint32_t n, bool is_sealed, struct planned *p)
{
	struct open_row row = t->open;
	enum err e = OK;

	if (row.block != 0 && (n == 0 || row.t0 != s[0].ms)) {
		e = drop_row(h, t, &row);
		row = (struct open_row){ 0 };
	}
	for (uint32_t i = 0, m; i < n && e == OK; i += m) {
		m = piece_of(s + i, n - i);
		bool is_open = !is_sealed && i + m == n;

		if (row.block == 0) {
			row.t0 = s[i].ms;
			row.seq = row.t0 > p->floor ? 0 : next_seq(h, t, row.t0, false, &e);
		}
		int64_t last = s[i + m - 1].ms;
		if (e == OK)
			e = put_piece(h, t, s + i, m, &row, is_open);
		if (is_open) {
			p->open = row;
			break;
		}
		p->floor = last > p->floor ? last : p->floor;
		p->cut += m;
		row = (struct open_row){ 0 };
	}
	return e;
}

enum err
history_write(struct history *h, uint32_t track, bool is_sealed)
{
	struct track *t = &h->tracks[track];
	struct planned p = { .track = track };
	uint32_t n, late = 0;
	enum err e = know_floor(h, t);

	if (e != OK || t->run.count == 0)
		return e;
	struct sample *s = history_samples(h, t->run.count);

	n = series_read(&t->run, s);
	while (late < n && s[late].ms < t->floor)
		late++;
	p.floor = t->floor;
	p.cut = late;
	e = write_late(h, t, s, late);
	if (e == OK)
		e = write_runs(h, t, s + late, n - late, is_sealed, &p);
	h->plan = history_room(h->plan, h->plan_count, &h->plan_cap, sizeof(*h->plan));
	h->plan[h->plan_count++] = p;
	return e;
}

void
history_planned(struct history *h)
{
	for (uint32_t i = 0; i < h->plan_count; i++) {
		const struct planned *p = &h->plan[i];
		struct track *t = &h->tracks[p->track];

		series_cut(&t->run, p->cut);
		if (t->run.count == 0)
			t->run.decimals = t->decimals;
		t->open = p->open;
		t->floor = p->floor;
		t->oldest = 0;
		t->written = h->age;
		if (p->open.block == 0) /* else its first run stays shorter than the others */
			t->full = CHUNK_SAMPLES;
		t->is_ready = false;
		tail_base_reset(&h->bases, t->key);
	}
	h->block = h->plan_block;
	h->plan_count = 0;
}
