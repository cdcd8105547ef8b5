/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive.c - which changes are worth a record.  Batches that wait are archive_ring.c.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/core/archive_private.h"

#define OLD_US   (60 * US_PER_S) /* a value that is not good and was measured so long ago: what is news is its quality */
#define AWAKE_US (3 * US_PER_S)  /* between two seconds so far apart chisand was not awake */
#define SWEEP_S  60              /* the time in which every point is looked at, whether its longest interval is over */

enum rule { RULE_NONE, RULE_NUMBER, RULE_STATE, RULE_COUNTER };

struct archive *
archive_new(size_t bytes)
{
	struct archive *a = xcalloc(1, sizeof(*a));

	a->records = xcalloc(BATCH_SAMPLES, sizeof(*a->records));
	a->ring.limit = bytes == 0 ? ARCHIVE_BYTES : bytes;
	STAILQ_INIT(&a->ring.sent);
	STAILQ_INIT(&a->ring.waiting);
	STAILQ_INIT(&a->ring.spare);
	return a;
}

static void
forget_site(struct archive *a)
{
	free(a->points);
	free(a->groups);
	free(a->scans);
	free(a->scan_of);
	free(a->is_looked);
	free(a->pending);
	free(a->brisk);
	a->brisk = NULL;
	a->brisk_count = 0;
	a->points = NULL;
	a->groups = NULL;
	a->scans = NULL;
	a->scan_of = NULL;
	a->is_looked = NULL;
	a->pending = NULL;
}

void
archive_free(struct archive *a)
{
	if (a == NULL)
		return;
	forget_site(a);
	free(a->records);
	ring_done(&a->ring);
	free(a);
}

/* ---- a site */

static enum rule
rule_of(const struct site_point_def *d)
{
	if (d->history != NULL && strcmp(d->history, SITE_HISTORY_NONE) == 0)
		return RULE_NONE;
	switch ((enum point_kind)d->kind) {
	case KIND_DIGITAL:
	case KIND_COMMAND: return RULE_STATE;
	case KIND_COUNTER: return RULE_COUNTER;
	default: return RULE_NUMBER;
	}
}

static void
init_points(struct archive *a)
{
	const struct site *s = table_site(a->table);

	a->brisk = xcalloc(a->count, sizeof(*a->brisk));
	a->points = xcalloc(a->count, sizeof(*a->points));
	a->pending = xcalloc((a->count + 63) / 64, sizeof(*a->pending));
	for (point_id id = 0; id < a->count; id++) {
		const struct site_point_def *d = s->points[id].def;
		struct kept *k = &a->points[id];

		k->rule = (uint8_t)rule_of(d);
		k->deadband = d->deadband > 0 ? d->deadband : 0;
		k->interval_us = d->max_interval_us > 0 ? d->max_interval_us : ARCHIVE_INTERVAL_US;
		k->least_us =
		    k->rule == RULE_COUNTER ? s->points[id].period_us * 3 / 4 : 0; /* scans come a little early too */
		if (k->rule != RULE_NONE && k->interval_us < 2 * SWEEP_S * US_PER_S)
			a->brisk[a->brisk_count++] = id;
	}
}

static int64_t
stale_us(const struct site_point *p)
{
	double us = (p->def->stale_periods > 0 ? p->def->stale_periods : 3) * (double)p->period_us;

	return us < 1 ? 3 * US_PER_S : us > 9e17 ? INT64_C(900000000000000000) : (int64_t)us;
}

static void
init_groups(struct archive *a)
{
	const struct site *s = table_site(a->table);
	const struct utc *times = table_group_times(a->table, &a->group_count);

	a->groups = xcalloc(a->group_count, sizeof(*a->groups));
	a->scans = xcalloc(a->group_count + 1, sizeof(*a->scans));
	a->scan_of = xcalloc(s->node_count + 1, sizeof(*a->scan_of));
	a->is_looked = xcalloc(s->node_count + 1, sizeof(*a->is_looked));
	a->has_quick = a->has_calculations = false;
	for (uint32_t g = 0; g < a->group_count; g++) {
		a->groups[g].device = s->groups[g].device;
		a->groups[g].is_quick = s->groups[g].period_us < US_PER_S;
		a->groups[g].seen = times[g];
		a->has_quick |= a->groups[g].is_quick;
		a->has_calculations |= s->groups[g].device == DEVICE_NONE;
	}
	for (point_id id = 0; id < a->count; id++) {
		int64_t allowed = stale_us(&s->points[id]);

		if (s->points[id].group < a->group_count && allowed > a->groups[s->points[id].group].allowed_us)
			a->groups[s->points[id].group].allowed_us = allowed;
	}
}

/* The place of a scan group's device in what is kept of each device; the last is that of the calculations. */
static uint32_t
slot_of(const struct archive *a, uint32_t device)
{
	uint32_t nodes = table_site(a->table)->node_count;

	return device < nodes ? device : nodes;
}

static void
mark_pending(struct archive *a, point_id id)
{
	a->pending[id / 64] |= UINT64_C(1) << (id % 64);
	a->has_pending = true;
}

/* What was recorded last stays known, so that a reload is no change; what came since, and waited, is looked at again. */
static void
adopt(struct archive *a, const struct table *old_table, const struct kept *old)
{
	const struct site *s = table_site(a->table);

	for (point_id id = 0; id < a->count; id++) {
		point_id old_id = table_find_before(old_table, &s->points[id]);

		if (old_id == POINT_NONE || old[old_id].rule != a->points[id].rule)
			continue;
		a->points[id].last = old[old_id].last;
		a->points[id].at = old[old_id].at;
		a->points[id].has_last = old[old_id].has_last;
		if (old[old_id].has_last)
			mark_pending(a, id);
	}
}

void
archive_site(struct archive *a, struct table *t, uint16_t generation, struct utc now, struct mono mono)
{
	struct table *old_table = a->table;
	struct kept *old = a->points;

	if (old_table != NULL)
		archive_close(a, now, mono);
	a->points = NULL;
	forget_site(a);
	a->table = t;
	a->generation = generation;
	a->cursor = 0;
	if (t != NULL) {
		a->count = table_count(t);
		init_points(a);
		init_groups(a);
		if (old_table != NULL && old != NULL)
			adopt(a, old_table, old);
	}
	free(old);
}

/* ---- samples */

/*
 * Of a good value the time of its last scan; of another the sample that brought it, or when it was noticed.  A record never stands
 * before the one that it follows: a sample that was under way while its point was found stale, and the measured value that comes
 * back when one by hand ends, are newer than what they end, whenever they were measured.  Unless the clock was set back.
 */
static struct utc
time_of(const struct archive *a, point_id id, const struct value *v, const struct kept *k, struct utc now)
{
	const struct site *s = table_site(a->table);
	uint32_t count, group = s->points[id].group;
	const struct utc *times = table_group_times(a->table, &count);
	struct utc t = v->time;

	if (v->quality == 0 && group < count && times[group].us > t.us)
		t = times[group];
	if (v->quality != 0 && (t.us < now.us - OLD_US || (k->has_last && t.us <= k->last.time.us)))
		t = now;
	else if (k->has_last && t.us <= k->last.time.us && now.us > k->last.time.us)
		t = now;
	return t.us == 0 ? now : t;
}

static void
put(struct archive *a, point_id id, struct utc time, struct utc now, struct mono mono)
{
	const struct value *v = &table_values(a->table)[id];
	struct kept *k = &a->points[id];

	if (a->record_count == BATCH_SAMPLES) /* a second may bring more than one frame holds */
		ring_close(a, 0, now, mono);
	a->records[a->record_count++] =
	    (struct record){ .point = id, .time = time, .v = v->v, .quality = v->quality, .cause = v->cause };
	k->last = *v;
	k->last.time = time;
	k->at = mono;
	k->has_last = true;
	a->pending[id / 64] &= ~(UINT64_C(1) << (id % 64));
	a->samples++;
}

void
archive_late(struct archive *a, point_id id, struct utc time, double v, struct utc now, struct mono mono)
{
	if (a->table == NULL || id >= a->count || a->points[id].rule == RULE_NONE)
		return;
	if (a->record_count == BATCH_SAMPLES)
		ring_close(a, 0, now, mono);
	a->records[a->record_count++] = (struct record){ .point = id, .time = time, .v = v };
	a->samples++;
}

static bool
is_moved(const struct kept *k, const struct value *v)
{
	if (!k->has_last || v->quality != k->last.quality || v->cause != k->last.cause)
		return true;
	if (v->v == k->last.v || (isnan(v->v) && isnan(k->last.v)))
		return false;
	return k->rule != RULE_NUMBER || !(fabs(v->v - k->last.v) < k->deadband);
}

/*
 * It never had a value since the start, and its device was not looked at: the gap in the scans says so already, and also in what is
 * recorded of the run before. Where the scans go on, it has to be said, or that would go on being good.
 */
static bool
is_told_by_gap(const struct archive *a, point_id id, const struct value *v, const struct kept *k)
{
	uint32_t group = table_site(a->table)->points[id].group;

	if (k->has_last || !isnan(v->v))
		return false;
	return v->quality == Q_NEVER_READ ||
	    (group < a->group_count && !a->is_looked[slot_of(a, a->groups[group].device)]);
}

static void
look(struct archive *a, point_id id, struct utc now, struct mono mono)
{
	const struct value *v = &table_values(a->table)[id];
	struct kept *k = &a->points[id];

	if (k->rule == RULE_NONE || !is_moved(k, v))
		return;
	if (is_told_by_gap(a, id, v, k)) {
		if (v->quality != Q_NEVER_READ)
			mark_pending(a, id); /* until its device is looked at */
		return;
	}
	if (k->has_last && k->least_us > 0 && v->quality == k->last.quality && v->cause == k->last.cause &&
	    mono_diff_us(mono, k->at) < k->least_us) {
		mark_pending(a, id);
		return;
	}
	put(a, id, time_of(a, id, v, k, now), now, mono);
}

static void
look_at_groups(struct archive *a, bool quick_only)
{
	uint32_t count;
	const struct utc *times = table_group_times(a->table, &count);

	for (uint32_t g = 0; g < a->group_count; g++) {
		struct seen *s = &a->groups[g];

		if ((quick_only && !s->is_quick) || times[g].us == s->seen.us || times[g].us == 0)
			continue;
		/* a step of the clock is no time in which it was looked at: what was seen before it is left out */
		if (s->first.us != 0 && llabs(utc_diff_us(times[g], s->seen)) > s->allowed_us)
			s->first.us = s->last.us = 0;
		s->seen = times[g];
		a->is_looked[slot_of(a, s->device)] = true;
		if (s->first.us == 0 || times[g].us < s->first.us)
			s->first = times[g];
		if (times[g].us > s->last.us)
			s->last = times[g];
	}
}

void
archive_take(struct archive *a, const point_id *ids, uint32_t count, struct utc now, struct mono mono)
{
	if (a->table == NULL)
		return;
	for (uint32_t i = 0; i < count; i++)
		look(a, ids[i], now, mono);
	if (a->has_quick)
		look_at_groups(a, true);
}

/* ---- each second */

static void
take_pending(struct archive *a, struct utc now, struct mono mono)
{
	uint32_t words = (a->count + 63) / 64;

	if (!a->has_pending)
		return;
	a->has_pending = false;
	for (uint32_t w = 0; w < words; w++)
		for (uint64_t bits = a->pending[w]; bits != 0; bits &= bits - 1) {
			point_id id = w * 64 + (uint32_t)__builtin_ctzll(bits);
			a->pending[w] &= ~(UINT64_C(1) << (id % 64));
			look(a, id, now, mono); /* puts it back if it is still too early */
		}
}

/* Was its device asked since? What was not looked at again has not stayed as it was. */
static bool
is_read_since(const struct archive *a, point_id id, const struct value *v, const struct kept *k)
{
	const struct site *s = table_site(a->table);
	uint32_t count, group = s->points[id].group;
	const struct utc *times = table_group_times(a->table, &count);

	return v->quality != 0 || group >= count || times[group].us != k->last.time.us;
}

/* Is its longest interval over in so much time, or was nothing of it ever recorded? */
static void
look_again(struct archive *a, point_id id, int64_t early_us, struct utc now, struct mono mono)
{
	const struct value *v = &table_values(a->table)[id];
	struct kept *k = &a->points[id];

	if (k->rule == RULE_NONE)
		return;
	if (k->has_last ? mono_diff_us(mono, k->at) >= k->interval_us - early_us && is_read_since(a, id, v, k)
	                : !is_told_by_gap(a, id, v, k))
		put(a, id, time_of(a, id, v, k, now), now, mono);
}

/* A part of the points each second, so that all have their turn in a minute; those of short intervals each second. */
static void
sweep(struct archive *a, struct utc now, struct mono mono)
{
	uint32_t part = (a->count + SWEEP_S - 1) / SWEEP_S;

	for (uint32_t i = 0; i < part && a->count > 0; i++) {
		look_again(a, a->cursor,
		    a->points[a->cursor].interval_us < 2 * SWEEP_S * US_PER_S ? 0 : SWEEP_S * US_PER_S, now, mono);
		a->cursor = (a->cursor + 1) % a->count;
	}
	for (uint32_t i = 0; i < a->brisk_count; i++)
		look_again(a, a->brisk[i], 0, now, mono);
}

/* One record a device, of the groups that were scanned since the last batch; Chisan's own is that of its calculations. */
static uint32_t
gather_scans(struct archive *a, struct utc now)
{
	uint32_t nodes = table_site(a->table)->node_count, count = 0;

	memset(a->scan_of, 0, (nodes + 1) * sizeof(*a->scan_of));
	for (uint32_t g = 0; g < a->group_count; g++) {
		struct seen *s = &a->groups[g];
		uint32_t slot = slot_of(a, s->device);
		struct scan_record *r;

		if (s->first.us == 0)
			continue;
		if (a->scan_of[slot] == 0) {
			a->scans[count] = (struct scan_record){ slot == nodes ? DEVICE_NONE : s->device, s->first,
				s->last, s->allowed_us };
			a->scan_of[slot] = ++count;
		}
		r = &a->scans[a->scan_of[slot] - 1];
		if (utc_diff_us(s->first, r->last) > s->allowed_us || utc_diff_us(r->first, s->last) > s->allowed_us) {
			r->first = s->first; /* and nor is one between two groups of a device */
			r->last = s->last;
		}
		r->first = s->first.us < r->first.us ? s->first : r->first;
		r->last = s->last.us > r->last.us ? s->last : r->last;
		r->allowed_us = s->allowed_us < r->allowed_us ? s->allowed_us : r->allowed_us;
		s->first.us = s->last.us = 0;
	}
	/* where all devices are silent, this alone tells that from a chisand that did not run */
	if (!a->has_calculations)
		a->scans[count++] = (struct scan_record){ DEVICE_NONE, now, now, AWAKE_US };
	return count;
}

void
archive_close(struct archive *a, struct utc now, struct mono mono)
{
	uint32_t scans;

	if (a->table == NULL)
		return;
	look_at_groups(a, false);
	take_pending(a, now, mono);
	sweep(a, now, mono);
	scans = gather_scans(a, now);
	if (a->record_count > 0 || scans > 0)
		ring_close(a, scans, now, mono);
}

void
archive_figures(const struct archive *a, struct archive_figures *out)
{
	const struct batch *oldest = ring_oldest(&a->ring);

	*out = (struct archive_figures){
		.samples = a->samples,
		.lost = a->ring.lost_ever,
		.waiting = a->ring.count,
		.bytes = a->ring.bytes,
		.oldest = { oldest != NULL ? oldest->closed.us : 0 },
	};
}
