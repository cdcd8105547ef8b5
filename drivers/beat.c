/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beat.c - counting up.
 */
#include "config.h"

#include "drivers/beat.h"
#include "scada/base/log.h"

static void
told(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	struct beat *b = o->arg;

	(void)a;
	(void)now;
	if (e < ERR_EXC_FUNCTION || e > ERR_EXC_OTHER || e == ERR_EXC_ACK) {
		b->refusals = 0;
		return;
	}
	b->epoch = b->device->epoch;
	if (++b->refusals == BEAT_REFUSALS)
		log_warn("device %s refuses the heartbeat: %s; it gets none until it is connected again",
		    b->device->cfg->name, err_text(e));
}

static void
count_up(struct beat *b, struct moment now)
{
	const struct cfg_sunspec *s = b->device->cfg->sunspec;
	uint32_t at = chain_place(&b->device->locate->laid, s->beat_model, s->beat_offset, s->beat_registers);
	unsigned n = s->beat_registers;

	if (b->epoch != b->device->epoch)
		b->refusals = 0;
	if (b->order.is_queued || b->refusals >= BEAT_REFUSALS || at == CHAIN_NONE)
		return;
	b->count++;
	for (unsigned i = 0; i < 2 * n; i++)
		b->data[i] = (uint8_t)(b->count >> (8 * (2 * n - 1 - i)));
	b->order.request = (struct request){ .kind = REQUEST_WRITE_MANY,
		.table = TABLE_HOLDING,
		.address = (uint16_t)at,
		.count = (uint16_t)n,
		.data = b->data };
	(void)poll_order(b->device, &b->order, false, now); /* it went away: then it gets the next one */
}

static void
fire(struct timer *t, struct moment now)
{
	struct beat *b = t->arg;

	timer_set(b->device->poll->timers, t, mono_add(now.mono, b->device->cfg->sunspec->beat_us));
	if (b->device->state == DEVICE_UP && b->device->is_identified)
		count_up(b, now);
}

void
beat_init(struct beat *b, struct device *d, struct moment now)
{
	*b = (struct beat){ .device = d };
	b->order = (struct order){ .done = told, .arg = b };
	timer_init(&b->timer, fire, b);
	timers_reserve(d->poll->timers, 1);
	timer_set(d->poll->timers, &b->timer, mono_add(now.mono, d->cfg->sunspec->beat_us));
}

void
beat_done(struct beat *b, struct timers *timers)
{
	timer_stop(timers, &b->timer);
	timers_release(timers, 1);
}
