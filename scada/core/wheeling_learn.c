/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_learn.c - what parts with a counter will take, from their own past: half hours of the last weeks, kept with the meters of each day, and
 * scada/forecast over them. One part a second, after each half hour: the loop is not held up.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/core/wheeling_private.h"
#include "scada/forecast/load.h"

enum { PAST = 35 * 48 }; /* half hours */

struct wheeling_learned {  /* of a part */
	double past[PAST]; /* mean kW; NaN = not known */
	int64_t from;      /* half hour since 1970 of v[0]; 0 = nothing is learned */
	unsigned count;
	double v[(2 + WHEELING_AHEAD_DAYS) * WHEEL_SLOTS_MAX]; /* kW */
};

static int64_t
half_hour(struct utc t)
{
	return t.us / WHEEL_SLOT_US;
}

void
wheeling_learn_begin(struct wheeling *w, struct utc now)
{
	free(w->learned);
	w->learned = xcalloc(w->terms.part_count, sizeof(*w->learned));
	w->past_first = half_hour(now) - PAST + 1;
	for (unsigned p = 0; p < w->terms.part_count; p++)
		for (unsigned i = 0; i < PAST; i++)
			w->learned[p].past[i] = (double)NAN;
}

/* So that this half hour has a place; what is older than the past reaches goes. */
static void
move_on(struct wheeling *w, int64_t half)
{
	int64_t by = half - (w->past_first + PAST - 1);

	if (by <= 0)
		return;
	size_t gone = by < PAST ? (size_t)by : PAST;
	for (unsigned p = 0; p < w->terms.part_count; p++) {
		double *v = w->learned[p].past;
		memmove(v, v + gone, (PAST - gone) * sizeof(*v));
		for (size_t i = PAST - gone; i < PAST; i++)
			v[i] = (double)NAN;
	}
	w->past_first += by;
}

void
wheeling_note_past(struct wheeling *w, const struct wheel_day *d, const struct wheel_meter *m, unsigned part)
{
	for (unsigned slot = 0; slot < d->slots; slot++) {
		struct wheel_amount a = wheel_counted(d, m, slot);
		int64_t i = half_hour(wheel_slot_start(d, slot)) - w->past_first;
		if ((a.marks & (WHEEL_MISSING | WHEEL_PARTIAL)) == 0 && i >= 0 && i < PAST)
			w->learned[part].past[i] = 2 * a.kwh;
	}
}

static void
learn(struct wheeling *w, unsigned part, struct utc now)
{
	struct wheeling_learned *l = &w->learned[part];
	const struct site *s = table_site(w->table);
	int64_t half = half_hour(now);
	struct past past = { { w->past_first * WHEEL_SLOT_US }, WHEEL_SLOT_US, PAST, l->past };
	struct load_ask ask = {
		.name = w->terms.parts[part],
		.tables = { &s->holidays, &s->terms },
		.follows_terms = wheeling_part(w, part)->follows_terms,
		.past = &past,
		.from = { half * WHEEL_SLOT_US },
		.count = (unsigned)(sizeof(l->v) / sizeof(l->v[0])),
	};
	struct load_answer answer;
	char why[200];

	for (unsigned i = 0; i < 2; i++) /* yesterday, today */
		wheeling_note_past(w, &w->days[i].d, &w->days[i].used[part], part);
	l->from = half;
	l->count = 0;
	/* of less than a day the site file knows more */
	if (load_forecast(&ask, l->v, &answer, why, sizeof(why)) == OK &&
	    (answer.basis == LOAD_PLAIN || answer.basis == LOAD_SIMILAR))
		l->count = ask.count;
}

void
wheeling_learn(struct wheeling *w, struct utc now)
{
	move_on(w, half_hour(now));
	for (unsigned p = 0; p < w->terms.part_count; p++)
		if (w->used[p].point != POINT_NONE && w->learned[p].from != half_hour(now)) {
			learn(w, p, now);
			return;
		}
}

double
wheeling_learned(const struct wheeling *w, unsigned part, struct utc at)
{
	const struct wheeling_learned *l = &w->learned[part];
	int64_t i = half_hour(at) - l->from;

	return i >= 0 && i < l->count ? l->v[i] / 2 : (double)NAN;
}
