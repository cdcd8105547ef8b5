/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_tidy.c - housekeeping, a little at a time, in this order: rolls that late data changed, rolls of days that are over, then
 * what is beyond its retention. Nothing goes before it is rolled.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/store/history_private.h"
#include "scada/store/roll.h"

#define STEP_SAMPLES 100000 /* of one step, about */
#define STEP_TRACKS  64
#define STEP_RUNS    64
#define CLEAN_MS     (60 * 60 * 1000)
#define SETTLED_MS   DAY_MS /* nothing is taken away for so long after the clock jumped */

static const char *const meta_rolled[] = { NULL, META_ROLLED ".half-hours", META_ROLLED ".days" };

/* ---- days */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
day_of(unsigned level, int64_t ms)
{
	return level == ROLL_HALF_HOURS ? ms - ms % DAY_MS : roll_day_of(ms);
}

static int64_t
day_after(unsigned level, int64_t day)
{
	return level == ROLL_HALF_HOURS ? day + DAY_MS : roll_day_after(day);
}

static enum err
roll(struct history *h, unsigned level, uint32_t track, int64_t day, uint32_t *weight)
{
	return level == ROLL_HALF_HOURS ? history_roll_day(h, track, day, weight)
	                                : history_roll_zone_day(h, track, day, weight);
}

/* The oldest that is in memory; INT64_MAX: nothing. */
static int64_t
oldest_in_memory(const struct history *h)
{
	int64_t oldest = INT64_MAX;

	for (uint32_t i = 0; i < h->track_count; i++)
		if (h->tracks[i].run.count > 0)
			oldest = least(oldest, h->tracks[i].run.first);
	return oldest;
}

/* The oldest that there is; INT64_MAX: nothing. A site that records nothing is asked again and again: the tracks one by one only where
 * one of them has a run. */
static int64_t
oldest_ms(struct history *h)
{
	int64_t oldest = oldest_in_memory(h);

	if (history_number(h, history_st(h, H_CHUNK_ANY), 0, NULL) == 0)
		return oldest;
	for (uint32_t i = 0; i < h->track_count; i++) {
		sqlite3_stmt *st = history_st(h, H_CHUNK_FIRST);

		sqlite3_bind_int64(st, 1, h->tracks[i].key);
		oldest = least(oldest, history_number(h, st, INT64_MAX, NULL));
	}
	return oldest;
}

/* Up to where the rolls of a level are made; INT64_MAX: there is nothing to roll. */
static int64_t
rolled_upto(struct history *h, unsigned level, int64_t now)
{
	int64_t *rolled = &h->tidy.rolled[level];

	if (*rolled == INT64_MIN)
		*rolled = history_meta(h, meta_rolled[level], INT64_MIN);
	if (*rolled == INT64_MIN) {
		int64_t oldest = oldest_ms(h);

		if (oldest == INT64_MAX)
			return INT64_MAX;
		*rolled = day_of(level, oldest);
	}
	if (*rolled > now + DAY_MS) { /* the clock was ahead then */
		*rolled = day_of(level, now);
		h->tidy.track = 0;
	}
	return *rolled;
}

static bool
finish(struct history *h, enum err e)
{
	if (e == OK)
		e = db_commit(h->db);
	if (e != OK)
		db_rollback(h->db);
	return e == OK;
}

/* Some tracks of one day; true: something was done. */
static bool
roll_some(struct history *h, unsigned level, int64_t now)
{
	struct tidy *y = &h->tidy;
	int64_t day = rolled_upto(h, level, now), next;
	uint32_t weight = 0, n = 0, at = y->level == level ? y->track : 0;

	if (day == INT64_MAX || day > now)
		return false;
	next = day_after(level, day);
	if (next + HISTORY_LATE_MS > now || db_begin(h->db) != OK)
		return false;
	enum err e = OK;
	for (; at < h->track_count && n < STEP_TRACKS && weight < STEP_SAMPLES && e == OK; at++, n++)
		e = roll(h, level, at, day, &weight);
	bool is_over = at >= h->track_count;
	if (e == OK && is_over)
		e = history_meta_put(h, meta_rolled[level], next);
	if (!finish(h, e))
		return false;
	y->level = level;
	y->track = is_over ? 0 : at;
	if (is_over)
		y->rolled[level] = next;
	return true;
}

/* ---- late data */

struct late_row {
	int64_t id, point, from, to;
};

static bool
next_late(struct history *h, struct late_row *r)
{
	sqlite3_stmt *st = history_st(h, H_LATE_NEXT);

	if (h->tidy.late < 0)
		h->tidy.late = history_meta(h, META_LATE, 0);
	sqlite3_bind_int64(st, 1, h->tidy.late);
	bool is_there = sqlite3_step(st) == SQLITE_ROW;
	if (is_there)
		*r = (struct late_row){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3) };
	(void)sqlite3_reset(st);
	return is_there;
}

static bool
has_samples(const struct history *h, const struct site *s, uint32_t track, int64_t day, int64_t now)
{
	int64_t kept_us = site_retention_of(s, h->tracks[track].class).samples_us;

	return kept_us == 0 || day > now - kept_us / US_PER_MS;
}

/* A day that a late row touches, if its samples are still there. Of all tracks only some at once: *at is who is next, and 0 if that is all. */
static enum err
roll_again(struct history *h, const struct site *s, unsigned level, const struct late_row *r, int64_t day, int64_t now,
    uint32_t *at)
{
	bool is_one = r->point > 0 && r->point < h->by_key_cap && h->by_key[r->point] != NO_TRACK;
	uint32_t i = is_one ? h->by_key[r->point] : *at, end = is_one ? i + 1 : r->point == 0 ? h->track_count : 0;
	uint32_t weight = 0, n = 0;
	enum err e = OK;

	for (; i < end && n < STEP_TRACKS && weight < STEP_SAMPLES && e == OK; i++, n++)
		if (has_samples(h, s, i, day, now))
			e = roll(h, level, i, day, &weight);
	*at = i < end ? i : 0;
	return e;
}

/* The day that is next, and the level; the first one is the day before if the row begins at just its end. */
static int64_t
late_day(struct history *h, const struct late_row *r, unsigned level)
{
	int64_t first = r->from > 0 ? r->from : 0, day;

	if (h->tidy.late_at != 0)
		return h->tidy.late_at;
	day = day_of(level, first);
	return first == day ? day_of(level, day - 1) : day;
}

/* Some of one day of one level. What held goes on into the next day, so that one is made again too. */
static bool
roll_late(struct history *h, const struct site *s, int64_t now)
{
	struct tidy *y = &h->tidy;
	struct late_row r;
	uint32_t at = y->late_track;
	enum err e = OK;

	if (!next_late(h, &r))
		return false;
	unsigned level = y->late_level == ROLL_DAYS ? ROLL_DAYS : ROLL_HALF_HOURS;
	int64_t day = late_day(h, &r, level), next = day_after(level, day), last = r.to < now ? r.to : now;
	bool is_made = day < rolled_upto(h, level, now);

	if (db_begin(h->db) != OK)
		return false;
	if (is_made)
		e = roll_again(h, s, level, &r, day, now, &at);
	bool is_level_over = at == 0 && (!is_made || day > last), is_over = is_level_over && level == ROLL_DAYS;
	if (e == OK && is_over)
		e = history_meta_put(h, META_LATE, r.id);
	if (!finish(h, e))
		return false;
	y->late_track = at;
	if (at == 0) {
		y->late_at = is_level_over ? 0 : next;
		y->late_level = is_level_over ? ROLL_HALF_HOURS + ROLL_DAYS - level : level;
	}
	if (is_over)
		y->late = r.id;
	return true;
}

/* ---- retention */

static int64_t
cutoff(int64_t now, int64_t kept_us)
{
	return kept_us == 0 ? INT64_MIN : now - kept_us / US_PER_MS;
}

static enum err
drop_run(struct history *h, uint32_t key, int64_t t0, int64_t seq, int64_t block)
{
	sqlite3_stmt *st = history_st(h, H_CHUNK_DROP);

	sqlite3_bind_int64(st, 1, key);
	sqlite3_bind_int64(st, 2, t0);
	sqlite3_bind_int64(st, 3, seq);
	enum err e = history_run(h, st, "old runs cannot be taken away");
	if (e != OK)
		return e;
	st = history_st(h, H_BLOCK_DROP);
	sqlite3_bind_int64(st, 1, block);
	return history_run(h, st, "old samples cannot be taken away");
}

/* *dropped is added to. */
static enum err
drop_runs(struct history *h, const struct track *t, int64_t before, uint32_t *dropped)
{
	int64_t v[STEP_RUNS][3];
	uint32_t n = 0;
	sqlite3_stmt *st = history_st(h, H_CHUNKS_OLD);

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, before);
	sqlite3_bind_int64(st, 3, STEP_RUNS);
	while (n < STEP_RUNS && sqlite3_step(st) == SQLITE_ROW) {
		if (sqlite3_column_int64(st, 3) >= before)
			continue;
		for (int c = 0; c < 3; c++)
			v[n][c] = sqlite3_column_int64(st, c);
		n++;
	}
	(void)sqlite3_reset(st);
	enum err e = OK;
	for (uint32_t i = 0; i < n && e == OK; i++)
		e = drop_run(h, t->key, v[i][0], v[i][1], v[i][2]);
	*dropped += n;
	return e;
}

static enum err
drop_rolls(struct history *h, const struct track *t, unsigned level, int64_t before)
{
	sqlite3_stmt *st = history_st(h, H_ROLLS_OLD);

	if (before == INT64_MIN)
		return OK;
	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, level);
	sqlite3_bind_int64(st, 3, before);
	return history_run(h, st, "old rolls cannot be taken away");
}

/*
 * Scans, gaps and late rows go when the samples of all classes are gone; the newest late row stays, as the next one would have its number again, and
 * rolls and reports that know it would not see that one.
 */
static enum err
drop_rest(struct history *h, const struct site *s, int64_t now)
{
	int64_t before = now;
	char sql[320];

	for (uint32_t i = 0; i < h->track_count; i++) {
		int64_t c = cutoff(now, site_retention_of(s, h->tracks[i].class).samples_us);

		before = c < before ? c : before;
	}
	if (before == INT64_MIN || h->track_count == 0)
		return OK;
	str_printf(sql, sizeof(sql),
	    "DELETE FROM scan WHERE t1 < %lld; DELETE FROM gap WHERE t1 < %lld; DELETE FROM late WHERE t1 < %lld AND "
	    "id <= %lld AND id < (SELECT max(id) FROM late)",
	    (long long)before, (long long)before, (long long)before, (long long)h->tidy.late);
	return db_exec(h->db, sql);
}

/* rolled: up to when all rolls are made. *dropped is added to. */
static enum err
clean_track(struct history *h, const struct site *s, uint32_t track, int64_t now, int64_t rolled, uint32_t *dropped)
{
	const struct track *t = &h->tracks[track];
	struct site_retention r = site_retention_of(s, t->class);
	int64_t samples = cutoff(now, r.samples_us), days = cutoff(now, r.days_us), half = cutoff(now, r.half_hours_us);
	enum err e = OK;

	samples = least(samples, rolled);
	if (samples != INT64_MIN)
		e = drop_runs(h, t, samples, dropped);
	if (e == OK && half != INT64_MIN)
		e = drop_rolls(h, t, ROLL_HALF_HOURS, half - DAY_MS);
	if (e == OK && days != INT64_MIN)
		e = drop_rolls(h, t, ROLL_DAYS, days - 32 * DAY_MS);
	return e;
}

static bool
is_clean_due(struct history *h, int64_t now)
{
	struct tidy *y = &h->tidy;

	if (y->is_cleaning)
		return true;
	if (h->settled > h->age || (y->cleaned != 0 && now >= y->cleaned && now - y->cleaned < CLEAN_MS))
		return false;
	y->is_cleaning = true;
	y->clean_track = 0;
	return true;
}

static bool
clean_some(struct history *h, const struct site *s, int64_t now)
{
	struct tidy *y = &h->tidy;
	uint32_t dropped = 0, n = 0, at;
	enum err e = OK;

	if (!is_clean_due(h, now) || db_begin(h->db) != OK)
		return false;
	int64_t rolled = least(rolled_upto(h, ROLL_HALF_HOURS, now), rolled_upto(h, ROLL_DAYS, now));
	for (at = y->clean_track; at < h->track_count && n < STEP_TRACKS && e == OK; n++) {
		uint32_t before = dropped;

		e = clean_track(h, s, at, now, rolled, &dropped);
		if (dropped - before < STEP_RUNS)
			at++;
		if (dropped >= STEP_RUNS)
			break;
	}
	bool is_over = at >= h->track_count;
	if (e == OK && is_over)
		e = drop_rest(h, s, now);
	if (!finish(h, e))
		return false;
	y->clean_track = at;
	if (is_over) {
		y->is_cleaning = false;
		y->cleaned = now;
	}
	return !is_over;
}

/* ---- */

bool
history_tidy(struct history *h, const struct site *s, int64_t now_ms)
{
	struct tidy *y = &h->tidy;

	if (s->timezone != NULL && strcmp(y->zone, s->timezone) != 0) {
		(void)clock_set_zone(s->timezone);
		str_copy(y->zone, sizeof(y->zone), s->timezone);
	}
	if (roll_late(h, s, now_ms))
		return true;
	/* a day that was begun is ended first */
	unsigned first = y->track > 0 && y->level == ROLL_DAYS ? ROLL_DAYS : ROLL_HALF_HOURS;
	if (roll_some(h, first, now_ms) || roll_some(h, ROLL_HALF_HOURS + ROLL_DAYS - first, now_ms))
		return true;
	return clean_some(h, s, now_ms);
}
