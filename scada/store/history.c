/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.c - opening and closing, and samples into the runs and the row of the tail that the next commit makes durable.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/history_private.h"

#define AHEAD 8 /* points */

/* ---- lists and statements */

void *
history_room(void *list, uint32_t count, uint32_t *cap, size_t size)
{
	if (count < *cap)
		return list;
	uint32_t more = *cap + *cap / 2 + 16;

	list = xrecallocarray(list, *cap, more, size);
	*cap = more;
	return list;
}

void
history_want(struct wanted *w, uint32_t track)
{
	w->v = history_room(w->v, w->n, &w->cap, sizeof(*w->v));
	w->v[w->n++] = track;
}

struct sample *
history_samples(struct history *h, uint32_t n)
{
	if (n > h->sample_cap) {
		uint32_t cap = n + n / 2 + CHUNK_SAMPLES;

		free(h->samples);
		h->samples = xcalloc(cap, sizeof(*h->samples));
		h->sample_cap = cap;
	}
	return h->samples;
}

sqlite3_stmt *
history_st(struct history *h, enum history_sql which)
{
	return h->st[which];
}

enum err
history_run(struct history *h, sqlite3_stmt *st, const char *what)
{
	int code = sqlite3_step(st);
	enum err e = code == SQLITE_DONE || code == SQLITE_ROW ? OK : db_note(h->db, code, what);

	(void)sqlite3_reset(st);
	return e;
}

int64_t
history_number(struct history *h, sqlite3_stmt *st, int64_t none, enum err *e)
{
	int code = sqlite3_step(st);
	int64_t v =
	    code == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL ? sqlite3_column_int64(st, 0) : none;
	enum err why =
	    code == SQLITE_DONE || code == SQLITE_ROW ? OK : db_note(h->db, code, "the history cannot be read");

	if (e != NULL && why != OK)
		*e = why;
	(void)sqlite3_reset(st);
	return v;
}

int64_t
history_meta(struct history *h, const char *key, int64_t none)
{
	sqlite3_stmt *st = history_st(h, H_META_GET);

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	return history_number(h, st, none, NULL);
}

enum err
history_meta_put(struct history *h, const char *key, int64_t value)
{
	sqlite3_stmt *st = history_st(h, H_META_PUT);

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, value);
	return history_run(h, st, "the state of the history cannot be written");
}

/* ---- tracks */

uint32_t
history_track(struct history *h, uint32_t key, int decimals, double modulus)
{
	if (key >= h->by_key_cap) {
		uint32_t cap = key + key / 2 + 64;

		h->by_key = xrecallocarray(h->by_key, h->by_key_cap, cap, sizeof(*h->by_key));
		for (uint32_t i = h->by_key_cap; i < cap; i++)
			h->by_key[i] = NO_TRACK;
		h->by_key_cap = cap;
	}
	if (h->by_key[key] != NO_TRACK)
		return h->by_key[key];
	h->tracks = history_room(h->tracks, h->track_count, &h->track_cap, sizeof(*h->tracks));
	struct track *t = &h->tracks[h->track_count];
	uint32_t spread = key * 2654435761u >> 8; /* first runs are shorter, so that chunks are not all full at once */

	*t = (struct track){ .key = key,
		.decimals = (int8_t)decimals,
		.modulus = modulus,
		.full = CHUNK_SAMPLES / 8 + spread % (CHUNK_SAMPLES - CHUNK_SAMPLES / 8),
		.written = -(int64_t)(spread % HISTORY_AGE_MS),
		.late = { .from = INT64_MAX, .to = INT64_MIN, .told = INT64_MIN / 2 } };
	series_init(&t->run, decimals);
	tail_bases_room(&h->bases, key + 1);
	return h->by_key[key] = h->track_count++;
}

/* ---- life */

#define HISTORY_SQL(id, sql) [id] = sql,
static const char *const texts[H_COUNT] = { HISTORY_SQL_LIST(HISTORY_SQL) };
#undef HISTORY_SQL

struct history *
history_open(struct db *db)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->db = db;
	/* rows of the tail go all the time: to write zeros over their pages would be most of all that is written */
	if (db_exec(db, "PRAGMA secure_delete = OFF") != OK) {
		free(h);
		return NULL;
	}
	h->late_all = (struct late){ .from = INT64_MAX, .to = INT64_MIN, .told = INT64_MIN / 2 };
	h->received = INT64_MAX;
	h->tidy = (struct tidy){ .late = -1, .rolled = { 0, INT64_MIN, INT64_MIN } };
	for (unsigned i = 0; i < H_COUNT; i++) {
		h->st[i] = db_prepare(db, texts[i]);
		if (h->st[i] == NULL) {
			history_close(h);
			return NULL;
		}
	}
	(void)history_device(h, 0);
	if (history_load(h) != OK) {
		history_close(h);
		return NULL;
	}
	return h;
}

void
history_close(struct history *h)
{
	if (h == NULL)
		return;
	for (unsigned i = 0; i < H_COUNT; i++)
		sqlite3_finalize(h->st[i]);
	for (uint32_t i = 0; i < h->track_count; i++) {
		series_done(&h->tracks[i].run);
		free(h->tracks[i].class);
	}
	tail_bases_done(&h->bases);
	wbuf_done(&h->out.samples);
	wbuf_done(&h->bytes);
	free(h->tracks);
	free(h->by_key);
	free(h->by_number);
	free(h->devices);
	free(h->device_by_key);
	free(h->device_by_number);
	free(h->ready.v);
	free(h->late.v);
	free(h->over);
	free(h->losses);
	free(h->plan);
	free(h->done);
	free(h->scans);
	free(h->samples);
	free(h->unseen);
	free(h);
}

size_t
history_bytes(const struct history *h)
{
	size_t sum = h->track_cap * sizeof(*h->tracks) + h->out.samples.cap + h->bytes.cap +
	    h->sample_cap * sizeof(*h->samples) + h->bases.cap * sizeof(*h->bases.v);

	for (uint32_t i = 0; i < h->track_count; i++)
		sum += series_bytes(&h->tracks[i].run);
	return sum;
}

uint64_t
history_batch(const struct history *h, uint64_t boot)
{
	return boot == h->boot ? h->batch : 0;
}

int64_t
history_last_ms(const struct history *h)
{
	return h->newest_durable;
}

/* ---- samples */

void
history_extend_late(struct late *l, int64_t from, int64_t to)
{
	l->from = from < l->from ? from : l->from;
	l->to = to > l->to ? to : l->to;
}

static bool
is_possible(int64_t ms)
{
	return ms >= 0 && ms <= INT64_MAX / US_PER_MS && utc_is_plausible((struct utc){ ms * US_PER_MS });
}

/* Was the source's clock wrong, or our own? history.h says when. */
static bool
is_clock_wrong(struct history *h, const struct track *t, int64_t ms, uint16_t quality, int64_t received)
{
	if (!is_possible(ms) || !is_possible(received))
		return true;
	if (ms > received + HISTORY_FUTURE_MS)
		return true;
	if (ms >= received - HISTORY_PAST_MS || (quality & Q_SUBSTITUTED))
		return false;
	return history_was_seen(h, t->device, ms) || !history_ever_seen(h, t->device, ms);
}

/* Nothing better than its own time is known of a sample whose clock was wrong: when we had it is impossible, and it is not. */
static bool
keeps_its_time(int64_t ms, int64_t received)
{
	return !is_possible(received) && ms >= 0 && (is_possible(ms) || ms <= received + HISTORY_FUTURE_MS);
}

void
history_note_late(struct history *h, uint32_t track, int64_t from, int64_t to)
{
	struct track *t = &h->tracks[track];

	history_extend_late(&t->late, from, to);
	if (!t->is_late)
		history_want(&h->late, track);
	t->is_late = true;
}

/* Points mostly come in their order, each with memory of its own: it is on its way before its turn. */
__attribute__((always_inline)) static inline void /* else it is thrown away: it has no result */
look_ahead(const struct history *h, uint32_t track)
{
	if (track + 2 * AHEAD >= h->track_count)
		return;
	const struct track *near = &h->tracks[track + AHEAD], *far = &h->tracks[track + 2 * AHEAD];

	if (near->run.data != NULL)
		__builtin_prefetch(near->run.data + near->run.len, 1);
	__builtin_prefetch(far, 1);
	__builtin_prefetch((const char *)far + 64, 1);
	__builtin_prefetch((const char *)far + 128, 1);
}

void
history_put(struct history *h, point_id point, const struct sample *s, int64_t received_ms)
{
	uint32_t track = point < h->number_count ? h->by_number[point] : NO_TRACK;

	if (track == NO_TRACK)
		return;
	/* field by field: a copy of the whole would wait for all that was stored before it */
	struct track *t = &h->tracks[track];
	struct sample *x = &t->came;
	int64_t ms = s->ms;
	double v = s->v == 0 ? 0 : s->v; /* -0.0 */
	uint16_t quality = s->quality, cause = s->cause;

	look_ahead(h, track);
	if (is_clock_wrong(h, t, ms, quality, received_ms)) {
		ms = keeps_its_time(ms, received_ms) ? ms : received_ms;
		quality |= RECORD_CLOCK;
	}
	if (x->ms == ms && memcmp(&x->v, &v, sizeof(v)) == 0 && x->quality == quality && x->cause == cause)
		return;
	x->ms = ms;
	x->v = v;
	x->quality = quality;
	x->cause = cause;
	series_put(&t->run, x, 0);
	tail_put(&h->out, &h->bases, t->key, x, t->decimals);
	if (t->oldest == 0)
		t->oldest = h->row;
	if (t->run.count >= t->full && !t->is_ready) {
		history_want(&h->ready, track);
		t->is_ready = true;
	}
	if (ms < received_ms - HISTORY_LATE_MS)
		history_note_late(h, track, ms, ms);
	h->newest = ms > h->newest ? ms : h->newest;
	h->received = received_ms < h->received ? received_ms : h->received;
}

void
history_lost(struct history *h, int64_t from_ms, int64_t to_ms, uint32_t lost, const char *why)
{
	h->losses = history_room(h->losses, h->loss_count, &h->loss_cap, sizeof(*h->losses));
	struct lost *l = &h->losses[h->loss_count++];

	*l = (struct lost){ from_ms, to_ms, lost, "" };
	str_copy(l->why, sizeof(l->why), why);
}
