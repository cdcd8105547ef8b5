/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spark.c - rings of samples, given out to the points that somebody looks at.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/spark.h"

#include "scada/base/mem.h"

#define NO_RING UINT16_MAX

struct ring {
	point_id point;
	uint64_t asked; /* when somebody last wanted it, in turns */
	uint32_t count; /* samples ever */
	float samples[SPARK_LENGTH];
};
struct spark_store {
	struct ring *rings[SPARK_POINTS];
	uint32_t used;
	uint16_t *ring_of; /* [points] */
	uint32_t points;
	uint64_t turn;
};

struct spark_store *
spark_new(void)
{
	return xcalloc(1, sizeof(struct spark_store));
}

static void
forget(struct spark_store *st)
{
	for (uint32_t i = 0; i < st->used; i++)
		free(st->rings[i]);
	free(st->ring_of);
	st->ring_of = NULL;
	st->used = st->points = 0;
}

void
spark_free(struct spark_store *st)
{
	if (st == NULL)
		return;
	forget(st);
	free(st);
}

void
spark_reset(struct spark_store *st, uint32_t points)
{
	forget(st);
	st->points = points;
	st->ring_of = xcalloc(points > 0 ? points : 1, sizeof *st->ring_of);
	for (uint32_t i = 0; i < points; i++)
		st->ring_of[i] = NO_RING;
}

void
spark_watch(struct spark_store *st, point_id id)
{
	uint32_t take = 0;

	if (id >= st->points)
		return;
	if (st->ring_of[id] != NO_RING) {
		st->rings[st->ring_of[id]]->asked = ++st->turn;
		return;
	}
	if (st->used < SPARK_POINTS) {
		take = st->used++;
		st->rings[take] = xcalloc(1, sizeof *st->rings[take]);
	} else {
		for (uint32_t i = 1; i < st->used; i++)
			if (st->rings[i]->asked < st->rings[take]->asked)
				take = i;
		st->ring_of[st->rings[take]->point] = NO_RING;
	}
	st->rings[take]->point = id;
	st->rings[take]->count = 0;
	st->rings[take]->asked = ++st->turn;
	st->ring_of[id] = (uint16_t)take;
}

void
spark_sample(struct spark_store *st, double (*value)(point_id id, void *arg), void *arg)
{
	for (uint32_t i = 0; i < st->used; i++) {
		struct ring *r = st->rings[i];
		float v = (float)value(r->point, arg);
		r->samples[r->count++ % SPARK_LENGTH] = isfinite(v) ? v : NAN;
	}
}

int
spark_get(struct spark_store *st, point_id id, float *out, int count)
{
	const struct ring *r;
	int have;

	for (int i = 0; i < count; i++)
		out[i] = NAN;
	if (id >= st->points || st->ring_of[id] == NO_RING)
		return 0;
	r = st->rings[st->ring_of[id]];
	have = r->count < SPARK_LENGTH ? (int)r->count : SPARK_LENGTH;
	if (have > count)
		have = count;
	for (int i = 0; i < have; i++)
		out[count - have + i] = r->samples[(r->count - (uint32_t)have + (uint32_t)i) % SPARK_LENGTH];
	return have;
}

int
spark_get_steady(struct spark_store *st, point_id id, float *out, int count, int step)
{
	int ahead = 0;

	if (id < st->points && st->ring_of[id] != NO_RING)
		ahead = (step - (int)(st->rings[st->ring_of[id]]->count % (uint32_t)step)) % step;
	if (ahead > count)
		ahead = count;
	for (int i = count - ahead; i < count; i++)
		out[i] = NAN;
	return spark_get(st, id, out, count - ahead);
}

void
spark_text(struct spark_store *st, point_id id, int cells, bool is_ascii, char *buf, struct spark_span *span)
{
	static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { "_", ".", ",", "-", "=", "+", "*", "#" };
	float samples[SPARK_LENGTH];
	char *at = buf;

	if (cells > SPARK_LENGTH)
		cells = SPARK_LENGTH;
	*span = (struct spark_span){ NAN, NAN, NAN, 0 };
	span->samples = spark_get(st, id, samples, cells);
	for (int i = 0; i < cells; i++) {
		if (isnan(samples[i]))
			continue;
		span->min = fminf(span->min, samples[i]); /* fminf ignores NaN */
		span->max = fmaxf(span->max, samples[i]);
		span->last = samples[i];
	}
	for (int i = 0; i < cells; i++) {
		const char *glyph = " ";
		if (!isnan(samples[i])) {
			float height = span->max - span->min;
			int level = height > 0 ? (int)lroundf((samples[i] - span->min) / height * 7) : 0;
			glyph = (is_ascii ? ascii : blocks)[level];
		}
		size_t len = strlen(glyph);
		memcpy(at, glyph, len);
		at += len;
	}
	*at = '\0';
}
