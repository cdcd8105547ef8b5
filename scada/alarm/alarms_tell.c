/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_tell.c - what others are told of alarms: the bodies of frames, counts, names.
 */
#include "config.h"

#include <math.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

uint32_t
alarms_count(const struct alarms *a)
{
	return a->count;
}

const struct alarm_def *
alarms_def(const struct alarms *a, uint32_t n)
{
	return &a->defs[n];
}

enum alarm_state
alarms_state(const struct alarms *a, uint32_t n)
{
	return alarm_state_of(a->alarms[n].bits);
}

bool
alarms_is_told(const struct alarms *a, uint32_t n)
{
	return alarms_state(a, n) != ALARM_NORM || a->alarms[n].comment != NULL;
}

static uint32_t
in_units(int64_t us, int64_t unit)
{
	int64_t v = us / unit;
	return v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

void
alarms_describe(const struct alarms *a, uint32_t n, struct msg_alarm_def *m)
{
	const struct alarm_def *d = &a->defs[n];
	const struct site_limit *l = d->limit;
	int64_t shelf =
	    l != NULL && l->shelve_max_us > 0 ? l->shelve_max_us : a->by_priority[d->priority - 1].shelve_max_us;
	double limit = limit_of_file(a, n);

	*m = (struct msg_alarm_def){ .alarm = n,
		.point = d->point,
		.device = d->device,
		.type = (uint8_t)d->type,
		.priority = d->priority,
		.flags = d->flags,
		.limit = limit,
		.deadband = isnan(limit) ? (double)NAN : a->tests[n].rule.deadband,
		.on_delay_ms = in_units(a->tests[n].on_delay_us, US_PER_MS),
		.off_delay_ms = in_units(a->tests[n].off_delay_us, US_PER_MS),
		.shelve_max_s = in_units(shelf, US_PER_S),
		.respond_s = l != NULL ? in_units(l->respond_in_us, US_PER_S) : 0,
		.name = d->name,
		.area = d->area,
		.class = d->class,
		.group = d->group,
		.text = d->text,
		.text_ja = d->text_ja,
		.response = d->response,
		.response_ja = d->response_ja,
		.consequence = d->consequence,
		.consequence_ja = d->consequence_ja,
		.cause = d->cause,
		.screen = l != NULL ? or_empty(l->screen) : "" };
}

/* Who holds it, until when and why: what is shown before comes first. */
static void
tell_hold(const struct alarms *a, uint32_t n, struct msg_alarm *m)
{
	const struct alarm *x = &a->alarms[n];
	const struct held *h = x->bits & ALARM_OUT ? &x->out : &x->shelf;

	if (alarm_state_of(x->bits) == ALARM_DSUPR) {
		m->by = "";
		m->reason = suppress_text(a, n);
	} else if (x->bits & (ALARM_OUT | ALARM_SHELVED)) {
		m->by = or_empty(h->by);
		m->reason = or_empty(h->reason);
		m->until = h->until.us;
	} else {
		m->by = x->acked.us != 0 ? or_empty(x->acked_by) : "";
		m->reason = "";
	}
}

void
alarms_tell(const struct alarms *a, uint32_t n, struct msg_alarm *m)
{
	const struct alarm *x = &a->alarms[n];

	*m = (struct msg_alarm){ .alarm = n,
		.state = (uint8_t)alarm_state_of(x->bits),
		.bits = (uint8_t)x->bits,
		.marks = (uint16_t)x->marks,
		.occurrence = x->occurrence,
		.active = x->active.us,
		.changed = x->changed.us,
		.acked = x->acked.us,
		.value = x->raised.v,
		.quality = x->raised.quality,
		.repeats = x->repeats,
		.first_out = (uint8_t)(x->rank > UINT8_MAX ? UINT8_MAX : x->rank),
		.comment = or_empty(x->comment),
		.commented = x->commented.us,
		.comment_by = or_empty(x->comment_by) };
	tell_hold(a, n, m);
}

void
alarms_counts(const struct alarms *a, struct alarm_counts *out)
{
	*out = a->counts;
	out->rate = a->flood.sum;
	out->is_flood = a->flood.is_on;
}
