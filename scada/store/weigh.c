/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weigh.c - time goes forward once: through samples, seen stretches and buckets together.
 */
#include "config.h"

#include <math.h>

#include "scada/store/weigh.h"

#define PART_OF_MS 1e-6 /* what rounding may do to a share */

/* ---- a bucket */

static void
open_bucket(struct weigh *w)
{
	w->base = w->area = w->sum = 0;
	w->usable = 0;
	w->usable_ms = w->good_ms = w->seen_ms = 0;
}

static int64_t
length_of(const struct weigh *w, uint32_t i)
{
	return w->edges[i + 1] - w->edges[i];
}

static double
mean_of(const struct weigh *w, const struct bucket *k)
{
	double mean;

	if (w->usable_ms > 0)
		mean = w->base + w->area / (double)w->usable_ms;
	else if (w->usable > 0)
		mean = w->sum / w->usable;
	else
		return (double)NAN;
	if (!isfinite(mean))
		mean = k->min / 2 + k->max / 2;
	return mean < k->min ? k->min : mean > k->max ? k->max : mean;
}

static bool
was_seen_before(const struct weigh *w, int64_t ms) /* just before ms, which is `now` */
{
	if (w->seen_at < w->seen_count && w->seen[w->seen_at].from < ms)
		return true;
	return w->seen_at > 0 && w->seen[w->seen_at - 1].to >= ms;
}

static bool
is_seen(const struct weigh *w, int64_t ms)
{
	return w->seen_at < w->seen_count && w->seen[w->seen_at].from <= ms;
}

/* What is held at its begin; a sample at just that time will say better. */
static void
begin_bucket(struct weigh *w)
{
	if (w->at < w->n && w->is_held)
		w->out[w->at].first = w->validity != V_BAD && is_seen(w, w->now) ? w->held : (double)NAN;
}

static void
close_bucket(struct weigh *w)
{
	struct bucket *k = &w->out[w->at];
	double length = (double)length_of(w, w->at);

	k->mean = mean_of(w, k);
	k->good = (float)((double)w->good_ms / length);
	k->known = (float)((double)w->usable_ms / length);
	k->seen = (float)((double)w->seen_ms / length);
	if (w->usable_ms < length_of(w, w->at))
		k->marks |= BUCKET_PARTIAL;
	if (w->modulus >= 0 && isnan(k->increment) && w->usable_ms > 0)
		k->increment = 0;
	if (w->is_held && w->validity != V_BAD && was_seen_before(w, w->now))
		k->last = w->held;
	w->at++;
	open_bucket(w);
	begin_bucket(w);
}

static void
add_value(struct bucket *k, double v)
{
	if (!(k->min <= v))
		k->min = v;
	if (!(k->max >= v))
		k->max = v;
}

/* A mean that held for so long. */
static void
add_area(struct weigh *w, double v, int64_t ms)
{
	if (w->usable_ms == 0)
		w->base = v;
	w->area += (v - w->base) * (double)ms;
	w->usable_ms += ms;
}

/* ---- time */

/* Was Chisan awake for any of `now`..to? */
static bool
is_awake(struct weigh *w, int64_t to)
{
	while (w->awake_at < w->awake_count && w->awake[w->awake_at].to <= w->now)
		w->awake_at++;
	return w->awake_at < w->awake_count && w->awake[w->awake_at].from < to;
}

/* What is held holds from `now` to `to`, all within the bucket. */
static void
pass(struct weigh *w, int64_t to)
{
	struct bucket *k = &w->out[w->at];

	if (w->is_held && w->told != V_GOOD && is_awake(w, to))
		k->quality |= w->quality;
	while (w->seen_at < w->seen_count && w->seen[w->seen_at].from < to) {
		const struct stretch *s = &w->seen[w->seen_at];
		int64_t from = s->from > w->now ? s->from : w->now, end = s->to < to ? s->to : to;

		if (from < end) {
			w->seen_ms += end - from;
			if (w->is_held)
				k->quality |= w->quality;
			if (w->is_held && w->validity != V_BAD) {
				add_value(k, w->held);
				add_area(w, w->held, end - from);
				w->good_ms += w->validity == V_GOOD ? end - from : 0;
			}
		}
		if (s->to > to)
			break;
		w->seen_at++;
	}
	w->now = to;
}

static void
go_to(struct weigh *w, int64_t to)
{
	while (w->at < w->n) {
		int64_t end = w->edges[w->at + 1];

		if (w->now < to)
			pass(w, to < end ? to : end);
		if (to < end)
			return;
		close_bucket(w);
	}
}

/* ---- counters */

static void
add_step(struct weigh *w, uint32_t i, double step)
{
	struct bucket *k = &w->out[i];

	k->increment = isnan(k->increment) ? step : k->increment + step;
}

/* The bucket that a reading closes, or is in: edges[i] < ms <= edges[i + 1]. n: none. */
static uint32_t
bucket_of(const struct weigh *w, int64_t ms)
{
	uint32_t i = w->at;

	if (ms <= w->edges[0] || ms > w->edges[w->n])
		return w->n;
	while (i > 0 && (i == w->n || ms <= w->edges[i]))
		i--;
	return i;
}

/* Since when was it not looked at, before a reading at `ms` and after the one before? ms: it was, all the time. */
static int64_t
lost_since(const struct weigh *w, int64_t ms)
{
	uint32_t i = w->seen_at;

	while (i > 0 && w->seen[i - 1].to > w->counted_ms)
		i--;
	if (i == w->seen_count || w->seen[i].from > w->counted_ms)
		return w->counted_ms;
	for (; w->seen[i].to < ms; i++)
		if (i + 1 == w->seen_count || w->seen[i + 1].from > w->seen[i].to)
			return w->seen[i].to;
	return ms;
}

static void
spread(struct weigh *w, int64_t from, int64_t to, double step)
{
	double left = step, length = (double)(to - from);
	bool is_alone = bucket_of(w, to) < w->n && w->edges[bucket_of(w, to)] <= from;

	for (uint32_t i = 0; i < w->n; i++) {
		int64_t a = w->edges[i] > from ? w->edges[i] : from, b = w->edges[i + 1] < to ? w->edges[i + 1] : to;

		if (a >= b)
			continue;
		double part = b == to && from >= w->edges[0] ? left : step * ((double)(b - a) / length);
		add_step(w, i, part);
		left -= part;
		if (!is_alone)
			w->out[i].marks |= BUCKET_ESTIMATED;
	}
}

/* A reading; those before the first bucket only say where to count from. */
static void
count(struct weigh *w, double v, int64_t ms)
{
	bool was_reset;

	if (!isnan(w->counted) && ms > w->edges[0]) {
		double step = counter_increment(w->counted, v, w->modulus, &was_reset);
		uint32_t i = bucket_of(w, ms);

		if (was_reset && i < w->n)
			w->out[i].marks |= BUCKET_RESET;
		if (step != 0) {
			int64_t since = lost_since(w, ms);

			if (since < ms)
				spread(w, since, ms, step);
			else if (i < w->n)
				add_step(w, i, step);
		}
	}
	w->counted = v;
	w->counted_ms = ms;
}

/* ---- what is given */

void
weigh_begin(struct weigh *w, const int64_t *edges, uint32_t n, const struct stretch *seen, uint32_t seen_count,
    double modulus, struct bucket *out)
{
	const double none = (double)NAN;

	*w = (struct weigh){ .edges = edges,
		.n = n,
		.seen = seen,
		.seen_count = seen_count,
		.modulus = modulus,
		.out = out,
		.now = edges[0],
		.counted = none,
		.validity = V_BAD };
	for (uint32_t i = 0; i < n; i++)
		out[i] = (struct bucket){ .from = { edges[i] * US_PER_MS },
			.min = none,
			.mean = none,
			.max = none,
			.first = none,
			.last = none,
			.increment = none };
	while (w->seen_at < seen_count && seen[w->seen_at].to <= edges[0])
		w->seen_at++;
	open_bucket(w);
}

void
weigh_awake(struct weigh *w, const struct stretch *awake, uint32_t count)
{
	w->awake = awake;
	w->awake_count = count;
}

/* What holds from now on. */
static void
hold(struct weigh *w, double v, uint16_t quality)
{
	if (!w->is_held || quality != w->quality)
		w->told = quality_validity(quality);
	w->validity = isfinite(v) ? w->told : V_BAD;
	w->is_held = true;
	w->quality = quality;
	w->held = v;
	if (w->at == 0 && w->now == w->edges[0])
		begin_bucket(w);
}

void
weigh_sample(struct weigh *w, const struct sample *s)
{
	go_to(w, s->ms);
	hold(w, s->v, s->quality);
	if (w->modulus >= 0 && w->validity != V_BAD)
		count(w, s->v, s->ms);
	if (w->at == w->n || s->ms < w->edges[0])
		return;
	struct bucket *k = &w->out[w->at];

	k->samples++;
	k->quality |= s->quality;
	if (w->validity != V_BAD) {
		add_value(k, s->v);
		w->sum += s->v;
		w->usable++;
	}
	if (s->ms == w->edges[w->at])
		k->first = w->validity != V_BAD ? s->v : (double)NAN;
}

/* Up to when nothing but the value can change: the end of the bucket or of what was looked at. `now` or less: it may at once. */
static int64_t
calm_until(const struct weigh *w)
{
	int64_t end;

	if (w->validity == V_BAD || w->seen_at == w->seen_count || w->seen[w->seen_at].from > w->now ||
	    (w->modulus >= 0 && w->counted_ms != w->now))
		return w->now;
	end = w->edges[w->at + 1];
	return w->seen[w->seen_at].to < end ? w->seen[w->seen_at].to : end;
}

/* As many as are like the one that is held, which counts in this bucket already. */
static size_t
pass_calm(struct weigh *w, const struct sample *s, size_t n)
{
	struct bucket *k = &w->out[w->at];
	int64_t until = calm_until(w), now = w->now, ms;
	double base = w->usable_ms > 0 ? w->base : w->held, held = w->held, area = w->area, sum = w->sum, min = k->min,
	       max = k->max, steps = 0;
	bool is_counter = w->modulus >= 0;
	size_t i = 0;

	if (until <= now || now < w->edges[w->at])
		return 0;
	for (; i < n && s[i].ms < until && s[i].quality == w->quality && isfinite(s[i].v); i++) {
		double v = s[i].v;

		if ((is_counter && v < held) || s[i].ms <= w->edges[w->at])
			break;
		steps += is_counter ? v - held : 0;
		area += (held - base) * (double)(s[i].ms - now);
		now = s[i].ms;
		sum += v;
		min = v < min ? v : min;
		max = v > max ? v : max;
		held = v;
	}
	if (i == 0)
		return 0;
	ms = now - w->now;
	w->base = base;
	w->area = area;
	w->sum = sum;
	w->held = held;
	w->now = now;
	w->usable += (uint32_t)i;
	w->usable_ms += ms;
	w->seen_ms += ms;
	w->good_ms += w->validity == V_GOOD ? ms : 0;
	k->samples += (uint32_t)i;
	k->min = min;
	k->max = max;
	if (is_counter) {
		if (steps > 0)
			add_step(w, w->at, steps);
		w->counted = held;
		w->counted_ms = now;
	}
	return i;
}

void
weigh_samples(struct weigh *w, const struct sample *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		weigh_sample(w, &s[i++]);
		if (i < n && w->at < w->n &&
		    w->now == s[i - 1].ms) /* else it lies before the first bucket, or after the last */
			i += pass_calm(w, s + i, n - i);
	}
}

/* Does the row say all that its samples would? At an edge it does not say which of several samples of that time counts. */
static bool
says_enough(const struct weigh *w, const struct summary *r)
{
	if (r->from <= w->edges[w->at] || r->to >= w->edges[w->at + 1])
		return false;
	if (w->modulus < 0)
		return true;
	/* which of its readings were bad is not known */
	return quality_validity(r->flags) != V_BAD && isfinite(r->first) && isfinite(r->last);
}

static void
take_counter(struct weigh *w, const struct summary *r)
{
	if (r->n > 1 && r->increment != 0)
		add_step(w, w->at, r->increment);
	w->out[w->at].marks |= r->resets > 0 ? BUCKET_RESET : 0;
	w->counted = r->last;
	w->counted_ms = r->to;
}

bool
weigh_run(struct weigh *w, const struct summary *r)
{
	go_to(w, r->from);
	if (w->at == w->n || !says_enough(w, r))
		return false;
	struct bucket *k = &w->out[w->at];

	if (w->modulus >= 0)
		count(w, r->first, r->from);
	k->samples += r->n;
	k->quality |= r->flags;
	if (r->usable > 0) {
		add_value(k, r->min);
		add_value(k, r->max);
		w->sum += r->sum;
		w->usable += r->usable;
	}
	if (r->usable_ms > 0)
		add_area(w, r->mean, r->usable_ms);
	w->good_ms += r->good_ms;
	w->is_held = false; /* within the run its row has said what held */
	pass(w, r->to);
	hold(w, r->last, r->last_quality);
	if (w->modulus >= 0)
		take_counter(w, r);
	return true;
}

static int64_t
part_of(float share, int64_t ms)
{
	return (int64_t)((double)share * (double)ms + 0.5);
}

/* The part of a roll's bucket that lies in the one that is being filled. */
static void
take_part(struct weigh *w, const struct bucket *k, int64_t ms, double share)
{
	struct bucket *out = &w->out[w->at];
	bool is_part = share < 1 - PART_OF_MS;
	int64_t known_ms = part_of(k->known, ms);

	out->quality |= k->quality;
	out->marks |= k->marks & (BUCKET_ESTIMATED | BUCKET_RESET);
	out->samples += (uint32_t)((double)k->samples * share + 0.5);
	if (!isnan(k->min)) {
		add_value(out, k->min);
		add_value(out, k->max);
	}
	w->seen_ms += part_of(k->seen, ms);
	w->good_ms += part_of(k->good, ms);
	if (!isnan(k->mean) && known_ms > 0) {
		add_area(w, k->mean, known_ms);
	} else if (!isnan(k->mean)) { /* of samples that never held */
		w->sum += k->mean;
		w->usable++;
	}
	if (!isnan(k->increment)) {
		add_step(w, w->at, k->increment * share);
		if (is_part && k->increment != 0)
			out->marks |= BUCKET_ESTIMATED;
	}
}

void
weigh_bucket(struct weigh *w, const struct bucket *k, int64_t from, int64_t to)
{
	go_to(w, from);
	if (w->at < w->n && w->edges[w->at] == from)
		w->out[w->at].first = k->first;
	w->is_held = false;
	while (w->at < w->n && w->now < to) {
		int64_t end = w->edges[w->at + 1] < to ? w->edges[w->at + 1] : to;

		take_part(w, k, end - w->now, (double)(end - w->now) / (double)(to - from));
		w->now = end;
		while (w->seen_at < w->seen_count && w->seen[w->seen_at].to <= end)
			w->seen_at++;
		if (end < w->edges[w->at + 1])
			break;
		w->out[w->at].last = end == to ? k->last : (double)NAN;
		close_bucket(w);
	}
	hold(w, k->last, isnan(k->last) ? Q_NEVER_READ : 0);
	if (isfinite(k->last)) {
		w->counted = k->last;
		w->counted_ms = to;
	}
}

void
weigh_end(struct weigh *w)
{
	go_to(w, w->edges[w->n]);
}
