/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_guest.c - requests of others at a device that is ours: after all of our own, and never between the steps of a write. What becomes
 * of them says nothing of the device: our own next request finds out how it is.
 */
#include "config.h"

#include <assert.h>

#include "drivers/poll_private.h"

enum err
poll_guest(struct device *d, struct order *o, struct moment now)
{
	if (d->state == DEVICE_OFF)
		return ERR_DISABLED;
	if (d->state != DEVICE_UP)
		return ERR_NOT_CONNECTED;
	if (d->guest != NULL)
		return ERR_BUSY;
	o->is_sent = false;
	d->guest = o;
	d->poll->ops->want(d, now, d->poll->arg);
	return OK;
}

bool
poll_guest_take(struct device *d, struct order *o)
{
	if (d->guest != o || o->is_sent)
		return false;
	d->guest = NULL;
	return true;
}

bool
poll_has_guest(const struct device *d)
{
	return d->guest != NULL && !d->guest->is_sent && d->state == DEVICE_UP && d->is_identified &&
	    d->in_flight < d->cfg->outstanding && TAILQ_EMPTY(&d->orders);
}

bool
poll_next_guest(struct device *d, uint32_t epoch, struct moment now, struct request *out, struct errand *errand)
{
	if (!poll_has_guest(d))
		return false;
	if (epoch != d->epoch) {
		assert(d->in_flight == 0);
		poll_meet(d, epoch, now);
		poll_run(d, now); /* who it is, is asked first */
		if (!poll_has_guest(d))
			return false;
	}
	*errand = (struct errand){ .order = d->guest, .is_guest = true, .round = d->round };
	d->guest->is_sent = true;
	d->guest->asked = now.mono;
	*out = d->guest->request;
	out->unit = d->cfg->unit;
	d->in_flight++;
	return true;
}

void
poll_end_guest(struct device *d, enum err e, const struct answer *a, struct moment now)
{
	struct order *o = d->guest;

	d->guest = NULL;
	o->is_sent = false;
	o->done(o, e, a, now);
}

void
poll_drop_guest(struct device *d, enum err e, struct moment now)
{
	if (d->guest == NULL)
		return;
	poll_end_guest(d, d->guest->is_sent ? poll_unknown_by(e) : ERR_NOT_CONNECTED, NULL, now);
}
