/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_flood.c - how many alarms came of late, in each area and in the whole site, and what is a flood.  What is of an area is of the
 * site too: while an area is in flood the site is, and both count in the same buckets.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"

/* ---- the rate: buckets of a sliding window */

static int64_t
bucket_us(const struct alarms *a)
{
	return a->how.flood_window_us / RATE_BUCKETS;
}

static void
advance(const struct alarms *a, struct flood *f)
{
	int64_t now = a->mono.us / bucket_us(a);

	if (now - f->bucket >= RATE_BUCKETS || now < f->bucket) {
		for (int i = 0; i < RATE_BUCKETS; i++)
			f->counts[i] = 0;
		f->sum = 0;
		f->bucket = now;
	}
	while (f->bucket < now) {
		uint32_t *oldest = &f->counts[++f->bucket % RATE_BUCKETS];
		f->sum -= *oldest;
		*oldest = 0;
	}
}

static bool
is_area(const struct alarms *a, const struct flood *f)
{
	return f != &a->flood;
}

static void
set(struct alarms *a, struct flood *f, bool on)
{
	f->is_on = on;
	f->is_untold = true;
	if (is_area(a, f))
		a->areas_in_flood += on ? 1 : UINT32_MAX;
	if (on) {
		f->since = a->now;
		f->peak = f->sum;
	} else {
		a->is_eased = true;
	}
	a->horn.is_changed = true;
	a->is_dirty = true;
}

static void
count_one(struct alarms *a, struct flood *f)
{
	advance(a, f);
	f->counts[f->bucket % RATE_BUCKETS]++;
	f->sum++;
	if (!f->is_on && f->sum > (uint32_t)a->how.flood_enter)
		set(a, f, true);
	if (f->is_on && f->sum > f->peak)
		f->peak = f->sum;
}

static struct flood *
area_of(const struct alarms *a, uint32_t n)
{
	return a->area_of[n] == NONE ? NULL : &a->areas[a->area_of[n]];
}

void
flood_count(struct alarms *a, uint32_t n)
{
	struct flood *area = area_of(a, n);

	count_one(a, &a->flood);
	if (area != NULL)
		count_one(a, area);
	a->horn.is_changed = true;
}

/* One area's flood leaves the others alone; one that no single area makes is everybody's. */
bool
flood_covers(const struct alarms *a, uint32_t n)
{
	const struct flood *area = area_of(a, n);

	if (area == NULL || a->areas_in_flood == 0)
		return a->flood.is_on;
	return area->is_on;
}

/* ---- begin and end are told */

static void
tell(struct alarms *a, struct flood *f, const char *why)
{
	struct alarm_flood m = { .area = is_area(a, f) ? a->area_names[f - a->areas] : NULL,
		.is_on = f->is_on,
		.time = f->is_on ? f->since : a->now,
		.since = f->since,
		.count = f->sum,
		.peak = f->peak,
		.window_us = a->how.flood_window_us,
		.why = why };

	f->is_untold = false;
	if (a->ops->flood != NULL)
		a->ops->flood(&m, a->arg);
	if (!f->is_on)
		f->since = (struct utc){ 0 };
}

static void
turn(struct alarms *a, struct flood *f)
{
	if (f->is_untold)
		tell(a, f, "");
	if (!f->is_on)
		return;
	advance(a, f);
	if (f->sum >= (uint32_t)a->how.flood_leave)
		return;
	set(a, f, false);
	tell(a, f, "");
}

void
flood_turn(struct alarms *a)
{
	for (uint32_t i = 0; i < a->area_count; i++)
		turn(a, &a->areas[i]);
	turn(a, &a->flood);
	advance(a, &a->flood); /* its rate is shown, also without a flood */
}

int64_t
flood_due(const struct alarms *a)
{
	return a->flood.is_on ? (a->flood.bucket + 1) * bucket_us(a) : NEVER;
}

/* ---- build, reload */

static uint32_t
area_number(struct alarms *a, const char *area)
{
	uint32_t i = 0;

	if (area[0] == '\0')
		return NONE; /* counted for the site alone */
	while (i < a->area_count && strcmp(a->area_names[i], area) != 0)
		i++;
	if (i < a->area_count)
		return i;
	a->area_names = xrecallocarray(a->area_names, i, i + 1, sizeof(*a->area_names));
	a->area_names[a->area_count++] = area;
	return i;
}

void
build_areas(struct alarms *a)
{
	a->area_of = arena_alloc(a->arena, a->count * sizeof(*a->area_of));
	for (uint32_t n = 0; n < a->count; n++) /* most have the area of the one before, or even its text */
		a->area_of[n] = n > 0 && strcmp(a->defs[n].area, a->defs[n - 1].area) == 0
		    ? a->area_of[n - 1]
		    : area_number(a, a->defs[n].area);
	a->areas = arena_alloc(a->arena, (a->area_count + 1) * sizeof(*a->areas));
}

static struct flood *
find_area(const struct alarms *a, const char *name)
{
	for (uint32_t i = 0; i < a->area_count; i++)
		if (strcmp(a->area_names[i], name) == 0)
			return &a->areas[i];
	return NULL;
}

static void
recount(struct alarms *a)
{
	a->areas_in_flood = 0;
	for (uint32_t i = 0; i < a->area_count; i++)
		a->areas_in_flood += a->areas[i].is_on;
}

/* f (NULL: there is none) goes on as what was; another window counts anew, and what was in flood ends. */
static void
go_on(struct alarms *a, struct alarms *old, struct flood *f, struct flood *was, const char *why)
{
	if (f != NULL && a->how.flood_window_us == old->how.flood_window_us) {
		*f = *was;
	} else if (was->is_on) {
		was->is_on = false;
		tell(old, was, f != NULL ? "another window in the site file" : why);
	}
}

void
flood_adopt(struct alarms *a, struct alarms *old)
{
	go_on(a, old, &a->flood, &old->flood, "");
	for (uint32_t i = 0; i < old->area_count; i++)
		go_on(
		    a, old, find_area(a, old->area_names[i]), &old->areas[i], "the area is no longer in the site file");
	recount(a);
}

/* ---- saved: of each what is not zero, as age in buckets (0 is the newest) and count */

#define AREAS_SAVED 49152 /* bytes; further areas count anew after a restart */

static void
put_one(const struct alarms *a, const struct flood *f, struct wbuf *b)
{
	int64_t gone = a->mono.us / bucket_us(a) - f->bucket; /* an area's are not advanced while nothing comes */
	uint32_t used = 0;

	w_u8(b, f->is_on);
	w_i64(b, f->since.us);
	w_u32(b, f->peak);
	for (int i = 0; i < RATE_BUCKETS; i++)
		used += f->counts[i] != 0;
	w_varint(b, used);
	for (int i = 0; i < RATE_BUCKETS && used > 0; i++) {
		uint32_t n = f->counts[(f->bucket - i + RATE_BUCKETS) % RATE_BUCKETS];
		if (n == 0)
			continue;
		w_varint(b, (uint64_t)(i + (gone > 0 ? gone : 0)));
		w_varint(b, n);
		used--;
	}
}

/* age: of what was saved; -1: too old, of another window, or it comes late. f NULL: of an area that there is no longer. False: not readable. */
static bool
get_one(struct alarms *a, struct rbuf *r, struct flood *f, int64_t age)
{
	struct flood got = { .is_on = r_u8(r) != 0, .since = { r_i64(r) }, .peak = r_u32(r) };
	uint64_t used = r_varint(r);
	int64_t newest = a->mono.us / bucket_us(a);

	if (r->bad || used > RATE_BUCKETS)
		return false;
	got.bucket = newest;
	for (uint64_t i = 0; i < used; i++) {
		uint64_t back = r_varint(r), n = r_varint(r);
		if (r->bad)
			return false;
		if (age < 0 || back >= RATE_BUCKETS || n > UINT32_MAX / RATE_BUCKETS)
			continue;
		back += (uint64_t)(age / bucket_us(a));
		if (back >= RATE_BUCKETS)
			continue;
		got.counts[(newest - (int64_t)back + RATE_BUCKETS * INT64_C(2)) % RATE_BUCKETS] = (uint32_t)n;
		got.sum += (uint32_t)n;
	}
	if (f == NULL)
		return true;
	if (age >= 0) {
		*f = got;
	} else if (got.is_on && !f->is_on) { /* its begin was told */
		f->since = got.since;
		f->peak = got.peak;
		tell(a, f, "what came in between was not counted");
	}
	return true;
}

void
flood_put(const struct alarms *a, struct wbuf *b)
{
	w_i64(b, a->now.us);
	w_i64(b, a->how.flood_window_us);
	put_one(a, &a->flood, b);
}

void
flood_put_areas(const struct alarms *a, struct wbuf *b)
{
	struct wbuf list = { .len = 0 };
	uint32_t count = 0;

	for (int on = 1; on >= 0; on--) /* those in flood first */
		for (uint32_t i = 0; i < a->area_count && list.len < AREAS_SAVED; i++) {
			if (a->areas[i].is_on != (on != 0) || (a->areas[i].sum == 0 && on == 0))
				continue;
			w_str(&list, a->area_names[i]);
			put_one(a, &a->areas[i], &list);
			count++;
		}
	w_i64(b, a->now.us);
	w_i64(b, a->how.flood_window_us);
	w_varint(b, count);
	if (list.len > 0)
		memcpy(wbuf_grow(b, list.len), list.data, list.len);
	wbuf_done(&list);
}

static int64_t
age_of(const struct alarms *a, struct rbuf *r)
{
	struct utc at = { r_i64(r) };
	int64_t window = r_i64(r), age = utc_is_plausible(a->now) ? utc_diff_us(a->now, at) : 0;

	return window != a->how.flood_window_us || age < 0 || age > window || a->has_begun ? -1 : age;
}

bool
flood_get(struct alarms *a, struct rbuf *r)
{
	int64_t age = age_of(a, r);

	return get_one(a, r, &a->flood, age) && r_done(r);
}

bool
flood_get_areas(struct alarms *a, struct rbuf *r)
{
	int64_t age = age_of(a, r);
	uint64_t count = r_varint(r);
	bool ok = !r->bad;

	for (uint64_t i = 0; i < count && ok; i++) {
		const char *name = r_str(r);
		ok = get_one(a, r, find_area(a, name), age);
	}
	recount(a);
	return ok && r_done(r);
}

/* ---- for consoles */

static int
compare(const void *x, const void *y)
{
	const struct flood *p = *(struct flood *const *)x, *q = *(struct flood *const *)y;

	return p->sum != q->sum ? (p->sum > q->sum ? -1 : 1) : (p > q) - (p < q);
}

uint32_t
alarms_tell_floods(const struct alarms *a, struct wbuf *list)
{
	const struct flood **on;
	uint32_t count = 0;

	if (a->areas_in_flood == 0)
		return 0;
	on = xcalloc(a->areas_in_flood, sizeof(*on));
	for (uint32_t i = 0; i < a->area_count && count < a->areas_in_flood; i++)
		if (a->areas[i].is_on)
			on[count++] = &a->areas[i];
	qsort(on, count, sizeof(*on), compare);
	for (uint32_t i = 0; i < count && i < ALARM_FLOODS_TOLD; i++) {
		w_str(list, a->area_names[on[i] - a->areas]);
		w_i64(list, on[i]->since.us);
		w_u32(list, on[i]->sum);
	}
	free(on);
	return count;
}
