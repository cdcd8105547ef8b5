/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_roll.c - what a point's samples amount to in half hours and days, weighed as weigh.h says.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/history_private.h"
#include "scada/store/roll.h"
#include "scada/store/weigh.h"

#define HALF_HOUR_MS (INT64_C(30) * 60 * 1000)

/* ---- when the devices were looked at that it was read through */

struct seen {
	struct stretch *v;
	uint32_t n, cap;
};

static void
add_seen(struct seen *s, int64_t from, int64_t to)
{
	if (from >= to)
		return;
	if (s->n > 0 && from <= s->v[s->n - 1].to) {
		s->v[s->n - 1].to = to > s->v[s->n - 1].to ? to : s->v[s->n - 1].to;
		return;
	}
	s->v = history_room(s->v, s->n, &s->cap, sizeof(*s->v));
	s->v[s->n++] = (struct stretch){ from, to };
}

static enum err
add_device(struct history *h, uint32_t device, int64_t from, int64_t to, struct seen *s)
{
	int64_t at = from;
	enum err e;

	if (from >= to)
		return OK;
	e = history_unseen(h, device, from, to);
	for (uint32_t i = 0; e == OK && i < h->unseen_count; i++) {
		add_seen(s, at, h->unseen[i].from);
		at = h->unseen[i].to;
	}
	if (e == OK)
		add_seen(s, at, to);
	return e;
}

static enum err
find_seen(struct history *h, const struct track *t, int64_t from, int64_t to, struct seen *s)
{
	sqlite3_stmt *st = history_st(h, H_DEVICES_OF);
	int64_t since = INT64_MAX;
	uint32_t device = 0;
	enum err e = OK;
	int code;

	sqlite3_bind_int64(st, 1, t->key);
	while ((code = sqlite3_step(st)) == SQLITE_ROW && e == OK) {
		int64_t next = sqlite3_column_int64(st, 0);

		if (since != INT64_MAX)
			e = add_device(h, device, since > from ? since : from, next < to ? next : to, s);
		since = next;
		device = history_device(h, (uint32_t)sqlite3_column_int64(st, 1));
	}
	(void)sqlite3_reset(st);
	if (e == OK)
		e = db_note(h->db, code, "the devices of a point cannot be read");
	if (e == OK && since != INT64_MAX)
		e = add_device(h, device, since > from ? since : from, to, s);
	return e;
}

/* ---- buckets */

static void
weigh_pile(const struct track *t, const struct pile *p, const struct seen *seen, const struct seen *awake,
    const int64_t *edges, uint32_t n, struct bucket *out)
{
	struct weigh w;

	weigh_begin(&w, edges, n, seen->v, seen->n, t->modulus, out);
	weigh_awake(&w, awake->v, awake->n);
	if (p->base.ms != INT64_MIN && (p->base.ms != p->before.ms || p->base.quality != p->before.quality))
		weigh_sample(&w, &p->base);
	if (p->before.ms != INT64_MIN)
		weigh_sample(&w, &p->before);
	for (uint32_t i = 0; i < p->n; i++)
		weigh_sample(&w, &p->s[i]);
	if (p->after.ms != INT64_MAX && t->modulus >= 0)
		weigh_sample(&w, &p->after);
	weigh_end(&w);
}

/* *weight: samples that were looked at. */
static enum err
weigh_edges(
    struct history *h, const struct track *t, const int64_t *edges, uint32_t n, struct bucket *out, uint32_t *weight)
{
	struct seen seen = { 0 }, awake = { 0 };
	struct pile p;
	enum err e = pile_collect(h, t, edges[0], edges[n], &p);
	int64_t from = p.from, to = p.to;

	if (t->modulus >= 0) {
		from = p.base.ms != INT64_MIN ? p.base.ms : from;
		to = p.after.ms != INT64_MAX ? p.after.ms : to;
	}
	if (e == OK)
		e = find_seen(h, t, from, to, &seen);
	if (e == OK)
		e = add_device(h, 0, edges[0], edges[n], &awake);
	if (e == OK)
		weigh_pile(t, &p, &seen, &awake, edges, n, out);
	*weight += p.n;
	free(p.s);
	free(seen.v);
	free(awake.v);
	return e;
}

static bool
is_empty(const struct bucket *k, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (k[i].samples > 0 || k[i].seen > 0 || k[i].quality != 0 || !isnan(k[i].increment))
			return false;
	return true;
}

static enum err
put_roll(
    struct history *h, const struct track *t, unsigned level, const int64_t *edges, const struct bucket *k, uint32_t n)
{
	sqlite3_stmt *st = history_st(h, H_ROLL_PUT);

	wbuf_reset(&h->bytes);
	roll_put(&h->bytes, edges, k, n, t->decimals);
	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, level);
	sqlite3_bind_int64(st, 3, edges[0]);
	sqlite3_bind_blob64(st, 4, h->bytes.data, h->bytes.len, SQLITE_STATIC);
	return history_run(h, st, "a roll cannot be written");
}

enum err
history_roll_day(struct history *h, uint32_t track, int64_t day, uint32_t *weight)
{
	struct bucket k[48];
	int64_t edges[49];
	enum err e;

	for (unsigned i = 0; i <= 48; i++)
		edges[i] = day + (int64_t)i * HALF_HOUR_MS;
	e = weigh_edges(h, &h->tracks[track], edges, 48, k, weight);
	if (e != OK || is_empty(k, 48))
		return e;
	return put_roll(h, &h->tracks[track], ROLL_HALF_HOURS, edges, k, 48);
}

/* ---- days of the zone */

/* What the row of the month says so far, as far as its days are those of the zone. */
static uint32_t
known_days(
    struct history *h, const struct track *t, const int64_t *edges, uint32_t n, struct bucket *k, uint32_t *stored)
{
	int64_t had[ROLL_MOST + 1];
	struct bucket old[ROLL_MOST];
	sqlite3_stmt *st = history_st(h, H_ROLL_GET);
	uint32_t count = 0, same = 0;

	sqlite3_bind_int64(st, 1, t->key);
	sqlite3_bind_int64(st, 2, ROLL_DAYS);
	sqlite3_bind_int64(st, 3, edges[0]);
	if (sqlite3_step(st) == SQLITE_ROW &&
	    roll_get(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), had, old, &count) != OK)
		count = 0;
	(void)sqlite3_reset(st);
	while (same < count && same < n && had[same] == edges[same] && had[same + 1] == edges[same + 1]) {
		k[same] = old[same];
		same++;
	}
	*stored = count;
	return same;
}

/* Later days that the row knows stay as they are. */
static uint32_t
whole_month(struct history *h, const struct track *t, int64_t *edges, uint32_t n, struct bucket *k, uint32_t *known)
{
	uint32_t stored;

	*known = known_days(h, t, edges, n, k, &stored);
	while (*known == n && n < stored && n < ROLL_MOST) {
		edges[n + 1] = roll_day_after(edges[n]);
		*known = known_days(h, t, edges, n + 1, k, &stored);
		if (*known <= n)
			break;
		n++;
	}
	return n;
}

enum err
history_roll_zone_day(struct history *h, uint32_t track, int64_t day, uint32_t *weight)
{
	const struct track *t = &h->tracks[track];
	struct bucket k[ROLL_MOST];
	int64_t edges[ROLL_MOST + 2];
	uint32_t n = roll_month_of(day, edges), at = n - 1, known, all;
	enum err e = OK;

	all = whole_month(h, t, edges, n, k, &known);
	if (known < at) /* days before it that no roll has, or that were of another zone */
		e = weigh_edges(h, t, edges + known, at - known, k + known, weight);
	if (e == OK)
		e = weigh_edges(h, t, edges + at, 1, k + at, weight);
	if (e != OK || is_empty(k, all))
		return e;
	return put_roll(h, t, ROLL_DAYS, edges, k, all);
}
