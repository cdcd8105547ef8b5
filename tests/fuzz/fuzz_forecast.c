/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_forecast.c - any bytes as a forecast file and as a stored score; what is taken is in order, finite and used within its bounds.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/forecast/given.h"
#include "scada/forecast/score.h"

enum { STEPS = 96 };

static void
heard(const char *sentence, void *arg)
{
	assert(strncmp(sentence, "f:", 2) == 0);
	++*(unsigned *)arg;
}

static void
use(const struct given *g, const struct given_point *p)
{
	double v[STEPS];
	bool is_given[STEPS];
	assert(p->count >= 2 && p->step_us > 0 && given_find(g, p->name) == p);
	for (uint32_t i = 0; i < p->count; i++) {
		assert(isnan(p->rows[i].v) || fabs(p->rows[i].v) <= PAST_MOST);
		assert(i == 0 || p->rows[i].time.us - p->rows[i - 1].time.us >= p->step_us);
	}
	for (unsigned i = 0; i < STEPS; i++)
		v[i] = -1e10;
	struct given_ask ask = { p->name, p->rows[0].time, 86400 * US_PER_S,
		p->made_at.us != 0 ? p->made_at : p->rows[0].time, utc_add(p->rows[0].time, -7 * 60 * US_PER_S),
		900 * US_PER_S, STEPS };
	enum given_state s = given_over(g, &ask, v, is_given);
	assert(s == GIVEN_WHOLE || s == GIVEN_PARTLY || s == GIVEN_NOTHING);
	for (unsigned i = 0; i < STEPS; i++)
		assert(is_given[i] ? fabs(v[i]) <= 1.000001 * PAST_MOST : v[i] == -1e10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct given g;
	struct score_figures f;
	unsigned faults = 0;
	enum err e = given_read("f", (const char *)data, size, &g, heard, &faults);
	assert((e == OK) == (faults == 0) && faults <= GIVEN_FAULTS_MAX && (e != OK) == (g.count == 0));
	for (uint32_t i = 0; i < g.count; i++)
		use(&g, &g.points[i]);
	given_done(&g);
	struct score *s = xcalloc(1, sizeof(*s));
	if (score_restore(s, 1800 * US_PER_S, data, size))
		for (unsigned lead = 0; lead < SCORE_LEADS; lead++)
			assert(!score_figures(s, lead, &f) || isfinite(f.error));
	free(s);
	return 0;
}
