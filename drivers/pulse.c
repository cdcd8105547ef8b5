/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse.c - clearing coils.
 */
#include "config.h"

#include "drivers/pulse.h"
#include "scada/base/log.h"

static void
clear(struct pulse *p, struct moment now)
{
	timer_stop(p->device->poll->timers, &p->timer);
	if (p->order.is_queued)
		return;
	p->data[0] = 0;
	p->order.request = (struct request){
		.kind = REQUEST_WRITE, .table = TABLE_COIL, .address = p->coil, .count = 1, .data = p->data
	};
	/* refused only while a generation ends: then the next one takes it over */
	(void)poll_order(p->device, &p->order, true, now);
}

static void
pulse_fire(struct timer *t, struct moment now)
{
	clear(t->arg, now);
}

static void
end(struct pulse *p, struct moment now)
{
	p->is_set = false;
	if (p->over != NULL)
		p->over(p, now);
}

static void
cleared(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	struct pulse *p = o->arg;
	const char *name = p->device->cfg->name;

	(void)a;
	if (e == OK || e == ERR_EXC_ACK) {
		end(p, now);
	} else if (e < ERR_EXC_FUNCTION || e > ERR_EXC_OTHER) {
		clear(p, now); /* once more, as soon as the device is back */
	} else if (++p->tries < PULSE_TRIES) {
		log_warn(
		    "device %s does not let coil %u be cleared: %s; it is tried again", name, p->coil, err_text(e));
		timer_set(p->device->poll->timers, &p->timer, mono_add(now.mono, PULSE_RETRY_US));
	} else {
		log_error("device %s: coil %u stays set, for the device refuses to have it cleared: %s", name, p->coil,
		    err_text(e));
		p->is_refused = true;
		end(p, now);
	}
}

void
pulse_init(struct pulse *p, struct device *d, void (*over)(struct pulse *p, struct moment now), void *arg)
{
	*p = (struct pulse){ .device = d, .over = over, .arg = arg };
	p->order = (struct order){ .done = cleared, .arg = p, .is_patient = true };
	timer_init(&p->timer, pulse_fire, p);
	timers_reserve(d->poll->timers, 1);
}

void
pulse_done(struct pulse *p, struct timers *timers)
{
	timer_stop(timers, &p->timer);
	timers_release(timers, 1);
}

void
pulse_begin(struct pulse *p, uint16_t coil, struct mono due, struct moment now)
{
	p->coil = coil;
	p->due = due;
	p->tries = 0;
	p->is_set = true;
	p->is_refused = false;
	if (mono_diff_us(due, now.mono) > 0)
		timer_set(p->device->poll->timers, &p->timer, due);
	else
		clear(p, now);
}

void
pulse_cut(struct pulse *p, struct moment now)
{
	if (p->is_set && timer_is_set(&p->timer))
		clear(p, now);
}
