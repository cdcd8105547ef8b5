/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_ask.c - the next request of a node: which, and its bytes.
 */
#include "config.h"

#include <string.h>

#include "drivers/el_node.h"
#include "drivers/el_poll.h"

#define NEVER INT64_MAX

static bool
is_due(struct mono at, struct moment now)
{
	return at.us <= now.mono.us;
}

static void
add(struct el_ask *a, uint8_t epc)
{
	for (unsigned i = 0; i < a->count; i++)
		if (a->epcs[i] == epc)
			return;
	if (a->count < EL_ASK_MAX)
		a->epcs[a->count++] = epc;
}

static struct el_ask
begin(enum el_ask_kind kind, uint8_t service, struct el_object *of)
{
	return (struct el_ask){
		.kind = (uint8_t)kind, .service = service, .of = of, .object = of != NULL ? of->object : ECHONET_NODE
	};
}

static bool
can_ask(const struct el_object *o)
{
	return o->cause == OK && o->is_met;
}

/* ---- which */

static bool
next_who(struct el_device *d)
{
	d->ask = begin(ASK_WHO, EL_GETS, NULL);
	add(&d->ask, EPC_ID);
	return true;
}

static bool
next_write(struct el_device *d, struct moment now)
{
	struct el_write *w = TAILQ_FIRST(&d->writes);

	if (w == NULL)
		return false;
	if (el_who_is_due(d, EL_WHO_US, now))
		return next_who(d);
	TAILQ_REMOVE(&d->writes, w, entry);
	d->writing = w;
	d->ask = begin(ASK_WRITE, EL_SETC, NULL);
	d->ask.object = w->cfg->object;
	add(&d->ask, w->cfg->epc);
	return true;
}

static bool
next_list(struct el_device *d)
{
	if (d->is_known)
		return false;
	d->ask = begin(ASK_LIST, EL_GETS, NULL);
	add(&d->ask, EPC_INSTANCES);
	return true;
}

static bool
next_meeting(struct el_device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->object_count; i++) {
		struct el_object *o = &d->objects[i];

		if (!o->is_listed || !is_due(o->meet_at, now))
			continue;
		d->ask = begin(ASK_MEET, EL_GETS, o);
		if (o->piece < 2)
			add(&d->ask, EPC_MAP_INF);
		if (o->piece == 0 || o->piece == 2)
			add(&d->ask, EPC_MAP_GET);
		for (unsigned k = 0; k < o->factor_count; k++)
			if (o->piece == 0 || o->piece == k + 3)
				add(&d->ask, o->factors[k].epc);
		return true;
	}
	return false;
}

/* Those of one instance: of the one that has waited longest, and all of its that are due about now. */
static bool
next_read(struct el_device *d, bool is_new, struct moment now)
{
	const struct el_item *first = NULL;

	for (uint32_t i = 0; i < d->item_count; i++) {
		const struct el_item *it = &d->items[i];

		if (!can_ask(it->object) || (is_new ? !it->is_new : it->is_off || !is_due(it->due, now)))
			continue;
		if (first == NULL || it->due.us < first->due.us)
			first = it;
	}
	if (first == NULL)
		return false;
	d->ask = begin(ASK_READ, EL_GETS, first->object);
	add(&d->ask, first->cfg->epc);
	for (uint32_t i = 0; i < first->object->count && d->ask.count < first->object->most; i++) {
		const struct el_item *it = &d->items[first->object->first + i];

		if (is_new ? it->is_new
		           : !it->is_off && it->due.us != NEVER && it->due.us - it->cfg->period_us / 8 <= now.mono.us)
			add(&d->ask, it->cfg->epc);
	}
	return true;
}

static bool
next_history(struct el_device *d)
{
	for (uint32_t i = 0; i < d->item_count; i++) {
		struct el_item *it = &d->items[i];

		if (it->history_day < 0 || !can_ask(it->object))
			continue;
		d->ask = begin(ASK_HISTORY, d->has_no_setget ? EL_SETC : EL_SETGET, it->object);
		d->ask.kind = d->has_no_setget ? ASK_DAY : ASK_HISTORY;
		add(&d->ask, it->cfg->history);
		d->ask.epcs[1] = it->cfg->day;
		d->ask.day = (uint8_t)it->history_day;
		return true;
	}
	return false;
}

static bool
next_watch(struct el_device *d, struct moment now)
{
	if (!is_due(d->watch_at, now))
		return false;
	d->watch_at = mono_add(now.mono, EL_WATCH_US);
	d->ask = begin(ASK_LIST, EL_GETS, NULL);
	add(&d->ask, EPC_INSTANCES);
	return true;
}

/* It said that it has come up anew; not for each of many that say so. */
static void
heed_renewal(struct el_device *d, struct moment now)
{
	if (!d->is_told || !is_due(d->renewed, now))
		return;
	d->is_told = d->is_known = false;
	d->is_renewed = true;
	d->renewed = mono_add(now.mono, EL_RENEW_US);
	el_who_doubt(d);
}

bool
el_ask_next(struct el_device *d, struct moment now)
{
	heed_renewal(d, now);
	if (d->state != DEVICE_UP && !is_due(d->retry_at, now))
		return false;
	if (d->state != DEVICE_UP || !d->is_identified)
		return next_list(d) || next_who(d);
	if (el_who_is_due(d, EL_MEET_US, now))
		return next_who(d);
	return next_write(d, now) || next_list(d) || next_read(d, true, now) || next_meeting(d, now) ||
	    next_read(d, false, now) || next_history(d) || next_watch(d, now);
}

struct mono
el_ask_wake(const struct el_device *d)
{
	struct mono at = { NEVER };

	if (d->state != DEVICE_UP)
		return d->retry_at;
	if (!d->is_known || !TAILQ_EMPTY(&d->writes))
		return (struct mono){ 0 };
	at = d->watch_at;
	if (!d->is_identified)
		return (struct mono){ 0 };
	if (d->is_told && d->renewed.us < at.us)
		at = d->renewed;
	if (d->who_at.us + EL_MEET_US < at.us)
		at = mono_add(d->who_at, EL_MEET_US);
	for (uint32_t i = 0; i < d->object_count; i++)
		if (d->objects[i].is_listed && d->objects[i].meet_at.us < at.us)
			at = d->objects[i].meet_at;
	for (uint32_t i = 0; i < d->item_count; i++) {
		const struct el_item *it = &d->items[i];

		if (!can_ask(it->object))
			continue;
		if (it->is_new || it->history_day >= 0)
			return (struct mono){ 0 };
		if (!it->is_off && it->due.us < at.us)
			at = it->due;
	}
	return at;
}

/* ---- its bytes */

static size_t
put(const struct el_device *d, uint8_t out[EL_FRAME_MAX])
{
	const struct el_ask *a = &d->ask;
	struct el_frame f = { .tid = a->tid, .seoj = EL_CONTROLLER, .deoj = a->object, .service = a->service };

	f.count = a->count;
	for (unsigned i = 0; i < a->count; i++)
		f.props[i].epc = a->epcs[i];
	if (a->kind == ASK_WRITE)
		f.props[0] = (struct el_prop){ a->epcs[0], d->writing->len, d->writing->data };
	if (a->kind == ASK_DAY || a->service == EL_SETGET) {
		f.props[0] = (struct el_prop){ a->epcs[1], 1, &a->day };
		f.got = 1;
	}
	if (a->service == EL_SETGET)
		f.props[f.count++] = (struct el_prop){ .epc = a->epcs[0] };
	return el_frame_put(out, &f);
}

enum err
el_ask_send(struct el_device *d, struct moment now)
{
	uint8_t out[EL_FRAME_MAX];
	size_t len;

	if (++d->poll->tid == 0)
		d->poll->tid = 1;
	d->ask.tid = d->poll->tid;
	d->ask.tries++;
	d->ask.sent = now.mono;
	d->ask.deadline = mono_add(now.mono, d->cfg->timeout_us);
	len = put(d, out);
	d->requests++;
	d->poll->requests++;
	d->is_dirty = true;
	return d->poll->ops->send(d, out, len, d->poll->arg);
}
