/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_order.c - orders: writes and the reads that belong to them, the reading of one item to be shown, and the watch over a device that
 * is only written.
 */
#include "config.h"

#include <assert.h>

#include "drivers/poll_private.h"

void
poll_put_order(struct device *d, struct order *o, bool is_first)
{
	assert(!o->is_queued);
	o->is_queued = true;
	o->is_sent = false;
	if (is_first)
		TAILQ_INSERT_HEAD(&d->orders, o, entry);
	else
		TAILQ_INSERT_TAIL(&d->orders, o, entry);
}

void
poll_take_order(struct device *d, struct order *o)
{
	TAILQ_REMOVE(&d->orders, o, entry);
	o->is_queued = false;
	if (d->sent == o)
		d->sent = NULL;
}

struct order *
poll_next_order(const struct device *d)
{
	struct order *o;

	if (d->sent != NULL)
		return NULL;
	TAILQ_FOREACH(o, &d->orders, entry) {
		if (d->state == DEVICE_UP || o->request.kind == REQUEST_READ)
			return o;
	}
	return NULL;
}

enum err
poll_unknown_by(enum err e)
{
	bool is_known = e == OK || e == ERR_NOT_CONNECTED || e == ERR_RANGE || e == ERR_DISABLED || e == ERR_CONFIG ||
	    e == ERR_OTHER_DEVICE || (e >= ERR_EXC_FUNCTION && e <= ERR_EXC_OTHER);

	return is_known ? ERR_UNKNOWN : e;
}

void
poll_drop_orders(struct device *d, enum err e, bool is_all, struct moment now)
{
	struct orders gone = TAILQ_HEAD_INITIALIZER(gone);
	struct order *o, *next;

	poll_drop_guest(d, e, now);
	for (o = TAILQ_FIRST(&d->orders); o != NULL; o = next) {
		next = TAILQ_NEXT(o, entry);
		if (o->is_patient && !o->is_sent && !is_all)
			continue;
		poll_take_order(d, o);
		TAILQ_INSERT_TAIL(&gone, o, entry);
	}
	while ((o = TAILQ_FIRST(&gone)) != NULL) {
		TAILQ_REMOVE(&gone, o, entry);
		o->done(o, o->is_sent ? poll_unknown_by(e) : ERR_NOT_CONNECTED, NULL, now);
	}
}

/* Of a write that the unit behind a gateway may have taken, only its answer being lost, nothing is known. */
void
poll_end_order(struct order *o, const struct answer *a, struct moment now)
{
	bool is_lost = a->err == ERR_EXC_GATEWAY_TARGET && o->request.kind != REQUEST_READ;

	o->done(o, is_lost ? ERR_TIMEOUT : a->err, a->err == OK ? a : NULL, now);
}

enum err
poll_order(struct device *d, struct order *o, bool is_first, struct moment now)
{
	if (d->state == DEVICE_OFF)
		return ERR_DISABLED;
	if (d->state != DEVICE_UP && !o->is_patient)
		return ERR_NOT_CONNECTED;
	poll_put_order(d, o, is_first);
	poll_run(d, now);
	return OK;
}

/* ---- one item, to be shown */

struct request
poll_show_request(struct device *d, uint32_t item, struct scan **scan, struct block *block)
{
	struct plan_item p = plan_item(&d->poll->config->items[item], item);

	*scan = NULL;
	for (uint32_t i = 0; i < d->scan_count && *scan == NULL; i++)
		if (scan_find(&d->scans[i], item, block))
			*scan = &d->scans[i];
	if (*scan != NULL)
		return (struct request){ .table = block->table, .address = block->address, .count = block->count };
	return (struct request){ .table = p.table, .address = p.lo, .count = (uint16_t)(p.hi - p.lo + 1) };
}

void
poll_show(struct device *d, uint32_t item, struct scan *scan, const struct block *block, const struct order *o,
    enum err e, const struct answer *a, struct moment now)
{
	struct scan_out out = { poll_sink, d, d->poll->scratch };
	const struct cfg_item *it = &d->poll->config->items[item];
	struct reading *r = &d->poll->readings[item];
	struct utc time = poll_middle_of(d, o->asked, now);

	if (scan != NULL && e == OK)
		scan_show(scan, block, a, time, &out);
	if (scan != NULL || r->is_off)
		return;
	if (e == OK)
		decode_item(it, a->data, plan_item(it, item).lo, r);
	else
		r->cause = (uint16_t)e;
	r->time = time;
	d->poll->scratch[0] =
	    (struct sample){ .point = it->point, .cause = r->cause, .value = r->cause == OK ? r->value : 0 };
	poll_sink(d, time, d->poll->scratch, 1);
}

/* ---- the watch */

void
poll_lay_watch(struct device *d)
{
	const struct cfg_output *o = &d->poll->config->outputs[d->cfg->first_output];

	d->watch.request = (struct request){ .table = o->table, .address = o->address };
	d->watch.request.count = (uint16_t)raw_type_registers(o->type);
}

static void
watch_done(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	struct device *d = o->arg;

	(void)e;
	(void)a;
	d->watch_at = mono_add(now.mono, POLL_WATCH_US);
}

void
poll_build_watch(struct device *d, struct moment now)
{
	d->watch = (struct order){ .done = watch_done, .arg = d, .is_patient = true };
	poll_lay_watch(d);
	d->watch_at = now.mono;
}
