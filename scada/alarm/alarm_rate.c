/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_rate.c - ROC: changes faster than so many units a second, taken over a window of at least three good samples.
 * After a gap it begins anew, so that the first sample after an outage is no jump.
 */
#include "config.h"

#include <math.h>

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

#define SAMPLES_MIN 3

static struct alarm_trace *
fresh(struct alarm_trace *t)
{
	t->count = t->first = 0;
	return t;
}

/* Takes the sample in, and lets go of what is older than the window; the newest is always there, whatever the spacing. */
static void
take(struct alarm_trace *t, int64_t window_us, int64_t us, double v)
{
	uint32_t last = (t->first + t->count + TRACE_MAX - 1) % TRACE_MAX;

	if (t->count > 0 && us == t->at[last].us) {
		t->at[last].v = v; /* the same sample looked at again, as after a reload: it does not count twice */
		return;
	}
	if (t->count > 0 && (us < t->at[last].us || us - t->at[last].us > window_us))
		fresh(t); /* the source's clock was set back, or nothing came for long */
	while (t->count > 0 && us - t->at[t->first].us > window_us) {
		t->first = (t->first + 1) % TRACE_MAX;
		t->count--;
	}
	/* One that stands too close to the one before it was only the newest for a while: the next takes its place. */
	if (t->count >= SAMPLES_MIN) {
		uint32_t before = (t->first + t->count + TRACE_MAX - 2) % TRACE_MAX;
		last = (before + 1) % TRACE_MAX;
		if (t->at[last].us - t->at[before].us < window_us / (TRACE_MAX - 4))
			t->count--;
	}
	if (t->count == TRACE_MAX) {
		t->first = (t->first + 1) % TRACE_MAX;
		t->count--;
	}
	last = (t->first + t->count++) % TRACE_MAX;
	t->at[last].us = us;
	t->at[last].v = v;
}

/* Per second; NaN until there are three samples over at least half of the window. */
static double
rate(const struct alarm_rule *r)
{
	const struct alarm_trace *t = r->trace;

	if (t->count < SAMPLES_MIN)
		return (double)NAN;
	uint32_t last = (t->first + t->count - 1) % TRACE_MAX;
	int64_t span = t->at[last].us - t->at[t->first].us;
	if (span <= 0 || span < r->window_us / 2)
		return (double)NAN; /* over less, noise would be taken for a rate */
	return (t->at[last].v - t->at[t->first].v) / ((double)span / (double)US_PER_S);
}

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	take(r->trace, r->window_us, in->value->time.us, in->value->v);
	double now = rate(r);
	if (isnan(now))
		return was_on;
	return fabs(now) > r->limit - (was_on ? r->deadband : 0);
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	struct alarm_context finer = *c;
	char v[64], limit[64];

	(void)in;
	finer.decimals = (int8_t)(c->decimals < 10 ? (c->decimals < 0 ? 2 : c->decimals + 2) : c->decimals);
	kind_number(v, sizeof(v), rate(r), &finer);
	kind_number(limit, sizeof(limit), r->limit, &finer);
	str_printf(buf, size,
	    is_on ? "changes by %s a second, more than %s" : "changes by %s a second, no longer more than %s", v,
	    limit);
}

static const char *const opts[] = { "limit", "deadband", "window", NULL };
const struct alarm_kind alarm_rate = {
	.name = "rate",
	.help = "changes faster than so many units a second",
	.types = 1u << ALARM_ROC,
	.opts = opts,
	.holds = KIND_HOLDS_NUMBER,
	.has_trace = true,
	.test = test,
	.say = say,
};
