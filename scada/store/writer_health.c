/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_health.c - how the store is, in figures and one sentence.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/store/writer_private.h"

#define TELL_US    (5 * US_PER_S)
#define MEASURE_US (60 * US_PER_S)
#define BEHIND_US  (3600 * US_PER_S)
#define SLOW_US    US_PER_S        /* a commit that takes longer is told */
#define SLOW_TELL  (10 * US_PER_S) /* for so long after it */
#define DAY_MS     (24 * 3600 * INT64_C(1000))
#define DAYS       8
#define FIRST_MS   (3600 * INT64_C(1000)) /* of running before a growth is told from it */

/* ---- state and sentence */

void
health_set(struct writer *w, enum store_state state, const char *fmt, ...)
{
	va_list ap;

	w->health.state = state;
	va_start(ap, fmt);
	(void)vsnprintf(w->health.text, sizeof(w->health.text), fmt, ap);
	va_end(ap);
}

void
health_behind(struct writer *w, enum store_state state, const char *fmt, ...)
{
	va_list ap;

	w->health.behind = state;
	w->health.behind_until = mono_add(clock_mono(), BEHIND_US);
	va_start(ap, fmt);
	(void)vsnprintf(w->health.behind_text, sizeof(w->health.behind_text), fmt, ap);
	va_end(ap);
}

void
health_took(struct writer *w, int64_t us)
{
	struct mono now = clock_mono();

	if (us >= SLOW_US) {
		w->health.slow_until = mono_add(now, SLOW_TELL);
		health_set(w, STORE_SLOW, "what was to be recorded took %.1f s; the disk is slow", (double)us / 1e6);
	} else if (w->health.state != STORE_SLOW || mono_diff_us(now, w->health.slow_until) >= 0) {
		health_set(w, STORE_WELL, "%s", "");
	}
}

void
health_stalled(struct writer *w, int64_t us)
{
	if (us >= SLOW_US && w->health.state == STORE_WELL)
		health_took(w, us);
}

/* ---- figures */

static uint64_t
size_of(const char *path, const char *ending)
{
	char name[640];
	struct stat st;

	str_printf(name, sizeof(name), "%s%s", path, ending);
	return stat(name, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Sizes at the ends of past days, "DAY BYTES" a line, oldest first: what survives a restart. */
struct sizes {
	int64_t day[DAYS], bytes[DAYS];
	int count;
};

static void
read_sizes(struct writer *w, struct sizes *s)
{
	sqlite3_stmt *st = db_prepare(&w->db, "SELECT value FROM meta WHERE key = 'sizes'");
	const uint8_t *p;
	struct rbuf r;

	s->count = 0;
	if (st == NULL || sqlite3_step(st) != SQLITE_ROW || (p = sqlite3_column_blob(st, 0)) == NULL)
		goto done;
	rbuf_init(&r, p, (size_t)sqlite3_column_bytes(st, 0));
	while (r.pos < r.len && s->count < DAYS) {
		s->day[s->count] = r_i64(&r);
		s->bytes[s->count] = r_i64(&r);
		s->count += !r.bad;
	}
done:
	sqlite3_finalize(st);
}

static void
write_sizes(struct writer *w, const struct sizes *s)
{
	sqlite3_stmt *st = db_prepare(&w->db, "INSERT OR REPLACE INTO meta VALUES ('sizes', ?1)");
	struct wbuf b;

	if (st == NULL)
		return;
	wbuf_init(&b);
	for (int i = 0; i < s->count; i++) {
		w_i64(&b, s->day[i]);
		w_i64(&b, s->bytes[i]);
	}
	(void)sqlite3_bind_blob(st, 1, b.data, (int)b.len, SQLITE_STATIC);
	/* a figure only: if it cannot be written, the next transaction says why */
	if (db_begin(&w->db) == OK && (sqlite3_step(st) != SQLITE_DONE || db_commit(&w->db) != OK))
		db_rollback(&w->db);
	sqlite3_finalize(st);
	wbuf_done(&b);
}

/* Over the past days that are known, else over the time since the start. */
static void
measure_growth(struct writer *w, int64_t size, int64_t ms)
{
	int64_t day = ms / DAY_MS;
	struct sizes s;

	if (w->health.first_ms == 0 || ms < w->health.first_ms) {
		w->health.first_ms = ms;
		w->health.first_size = size;
	}
	read_sizes(w, &s);
	while (s.count > 0 && s.day[s.count - 1] > day) /* of a clock that was wrong */
		s.count--;
	if (s.count == 0 || s.day[s.count - 1] < day) {
		if (s.count == DAYS) {
			memmove(s.day, s.day + 1, sizeof(s.day) - sizeof(s.day[0]));
			memmove(s.bytes, s.bytes + 1, sizeof(s.bytes) - sizeof(s.bytes[0]));
			s.count--;
		}
		s.day[s.count] = day;
		s.bytes[s.count++] = size;
		write_sizes(w, &s);
	}
	if (s.count > 1 && day > s.day[0])
		w->health.growth =
		    (double)(s.bytes[s.count - 1] - s.bytes[0]) / (double)(s.day[s.count - 1] - s.day[0]);
	else if (ms - w->health.first_ms >= FIRST_MS)
		w->health.growth =
		    (double)(size - w->health.first_size) * (double)DAY_MS / (double)(ms - w->health.first_ms);
	if (w->health.growth < 0)
		w->health.growth = 0;
}

/* ---- telling */

static void
shown(struct writer *w, struct mono t, enum store_state *state, const char **text)
{
	struct health *h = &w->health;

	if (h->behind != STORE_WELL && mono_diff_us(t, h->behind_until) >= 0)
		h->behind = STORE_WELL;
	if (h->state == STORE_SLOW && !w->waits_for_space && mono_diff_us(t, h->slow_until) >= 0)
		health_set(w, STORE_WELL, "%s", "");
	*state = h->state;
	*text = h->text;
	if ((h->state == STORE_WELL || h->state == STORE_SLOW) && h->behind != STORE_WELL) {
		*state = h->behind;
		*text = h->behind_text;
	}
}

static void
tell(struct writer *w, struct mono t, enum store_state state, const char *text)
{
	struct msg_store_health m = {
		.state = (uint8_t)state, .growth = w->health.growth, .chain = w->health.chain, .text = text
	};
	struct statvfs fs;

	m.size = size_of(w->db.path, "") + size_of(w->db.path, "-wal");
	if (statvfs(w->folders.store, &fs) == 0) {
		m.space = (uint64_t)fs.f_bavail * fs.f_frsize;
		m.total = (uint64_t)fs.f_blocks * fs.f_frsize;
	}
	if (w->batches > 0)
		m.lag_ms = (uint32_t)(mono_diff_us(t, w->batch_since) / US_PER_MS);
	wbuf_reset(&w->out);
	msg_store_health_put(&w->out, &m);
	writer_send(w, W_STORE_HEALTH, 0);
	w->health.told_at = t;
	w->health.told = state;
	str_copy(w->health.told_text, sizeof(w->health.told_text), text);
}

void
health_tell(struct writer *w, struct utc now, bool is_tick)
{
	struct mono t = clock_mono();
	enum store_state state;
	const char *text;

	if (!w->is_greeted || w->site == NULL)
		return;
	shown(w, t, &state, &text);
	if (is_tick && w->is_open && !w->waits_for_space &&
	    (w->health.measured_at.us == 0 || mono_diff_us(t, w->health.measured_at) >= MEASURE_US)) {
		w->health.measured_at = t;
		measure_growth(w, (int64_t)size_of(w->db.path, ""), now.us / US_PER_MS);
	}
	if (state != w->health.told || strcmp(text, w->health.told_text) != 0 || w->health.told_at.us == 0 ||
	    (is_tick && mono_diff_us(t, w->health.told_at) >= TELL_US))
		tell(w, t, state, text);
}
