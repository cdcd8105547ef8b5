/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.c - the witnesses and their times, as grid.h says.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/grid.h"

#define LINE_DEAD 0.2
#define BUS_OFF   0.1
#define FREQUENCY 0.02
#define QUIET     0.005

enum witness { SAYS_NOTHING, SAYS_THERE, SAYS_GONE };

static enum witness
says(bool is_gone)
{
	return is_gone ? SAYS_GONE : SAYS_THERE;
}

static enum witness
ask_relay(const struct grid_input *in)
{
	if (isfinite(in->trip) && fabs(in->trip) > 0)
		return SAYS_GONE;
	return isfinite(in->breaker) ? says(in->breaker < 0.5) : SAYS_NOTHING;
}

static enum witness
ask_line(const struct grid_settings *set, const struct grid_input *in)
{
	bool has_bus = isfinite(in->bus_v), has_frequency = isfinite(in->frequency_hz);

	if (isfinite(in->line_v))
		return says(in->line_v < LINE_DEAD * set->line_voltage);
	if (!has_bus && !has_frequency)
		return SAYS_NOTHING;
	return says((has_bus && fabs(in->bus_v - set->voltage_v) > BUS_OFF * set->voltage_v) ||
	    (has_frequency && fabs(in->frequency_hz - set->frequency_hz) > FREQUENCY * set->frequency_hz));
}

void
grid_begin(struct grid_watch *g)
{
	*g = (struct grid_watch){ .state = GRID_UNKNOWN };
}

/* How long a condition has held, in seconds; *since is its beginning. */
static double
held(bool is_so, int64_t *since, struct mono mono)
{
	if (!is_so)
		*since = 0;
	else if (*since == 0)
		*since = mono.us;
	return is_so ? (double)(mono.us - *since) / 1e6 : -1;
}

static void
become(struct grid_watch *g, enum grid_state state)
{
	g->state = state;
	g->gone_us = g->back_us = g->doubt_us = 0;
}

bool
grid_step(struct grid_watch *g, const struct grid_settings *set, const struct grid_input *in, struct mono mono)
{
	enum witness relay = ask_relay(in), line = ask_line(set, in);
	enum witness power = isfinite(in->power_kw) ? says(fabs(in->power_kw) < QUIET * set->limit_kw) : SAYS_NOTHING;
	int gone = (relay == SAYS_GONE) + (line == SAYS_GONE);
	bool is_gone = gone == 2 || (gone == 1 && power == SAYS_GONE);
	bool is_back = gone == 0 && (relay == SAYS_THERE || line == SAYS_THERE);
	bool is_alone = gone == 1 && !is_gone, is_blind = relay == SAYS_NOTHING && line == SAYS_NOTHING;
	enum grid_state was = g->state;
	double back_s = g->state == GRID_UNKNOWN ? GRID_LOST_S : GRID_BACK_S;

	g->is_doubtful = held(is_alone, &g->doubt_us, mono) >= GRID_DOUBT_S;
	if (held(is_gone, &g->gone_us, mono) >= GRID_LOST_S && g->state != GRID_LOST)
		become(g, GRID_LOST);
	if (held(is_back, &g->back_us, mono) >= back_s && g->state != GRID_THERE)
		become(g, GRID_THERE);
	if (held(is_blind, &g->known_us, mono) >= GRID_BLIND_S && g->state != GRID_UNKNOWN)
		become(g, GRID_UNKNOWN);
	return g->state != was;
}
