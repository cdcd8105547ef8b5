/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_poll.c - nodes of ECHONET Lite: their begin and end, their turns, and whose frame it is.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/el_poll.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define SPREAD_US    (200 * US_PER_MS) /* over which the first questions are spread: whole districts begin together */
#define PORT_WAIT_US (5 * US_PER_S)

void
el_note(struct el_device *d, enum err e, const char *detail, struct moment now)
{
	d->error_count = e == d->error ? d->error_count + 1 : 1;
	d->error = e;
	d->error_time = now.utc;
	d->is_dirty = true;
	if (e == ERR_TIMEOUT)
		d->timeouts++;
	else
		d->errors++;
	str_copy(d->detail, sizeof(d->detail), detail);
	log_once(&d->logged, e, "node %s: %s%s%s", d->cfg->name, err_text(e), detail[0] != '\0' ? ": " : "", detail);
}

/* ---- turns */

static void
ask_now(struct el_device *d, struct moment now)
{
	enum err e = el_ask_send(d, now);

	if (e != OK)
		el_unanswered(d, e, now);
}

void
el_run(struct el_device *d, struct moment now)
{
	struct mono wake;

	if (d->state == DEVICE_OFF)
		return;
	/* what cannot be sent is as good as not answered: each round ends with another state */
	for (unsigned i = 0; i < 4 && d->ask.kind == ASK_NONE && el_ask_next(d, now); i++)
		ask_now(d, now);
	wake = d->ask.kind != ASK_NONE ? d->ask.deadline : el_ask_wake(d);
	if (wake.us == INT64_MAX)
		timer_stop(d->poll->timers, &d->timer);
	else
		timer_set(d->poll->timers, &d->timer, wake.us > now.mono.us ? wake : mono_add(now.mono, US_PER_MS));
}

/* A node that is down is asked once a round, and a write is never sent again. */
static bool
may_try_again(const struct el_device *d)
{
	return d->ask.kind != ASK_WRITE && d->state == DEVICE_UP && d->ask.tries < EL_TRIES;
}

static void
device_fire(struct timer *t, struct moment now)
{
	struct el_device *d = t->arg;

	if (d->ask.kind != ASK_NONE && mono_diff_us(now.mono, d->ask.deadline) >= 0) {
		if (d->poll->ops->silent != NULL)
			d->poll->ops->silent(d, now, d->poll->arg);
		if (may_try_again(d))
			ask_now(d, now);
		else
			el_unanswered(d, ERR_TIMEOUT, now);
	}
	el_run(d, now);
}

/* ---- frames */

static uint32_t
hash_of(uint32_t port, const struct sockaddr_storage *a)
{
	const uint8_t *p = a->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
	                                           : (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr;
	uint32_t h = 2166136261u ^ port;

	for (unsigned i = 0; i < (a->ss_family == AF_INET ? 4u : 16u); i++)
		h = (h ^ p[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The first device at that address, or the free slot for it. */
static struct el_device **
slot_of(const struct el_poll *p, uint32_t port, const struct sockaddr_storage *a)
{
	uint32_t i = hash_of(port, a) & (p->slot_count - 1);

	for (; p->slots[i] != NULL; i = (i + 1) & (p->slot_count - 1))
		if (p->slots[i]->cfg->port == port && el_address_is_same(&p->slots[i]->cfg->node.addr, a))
			break;
	return &p->slots[i];
}

const struct el_device *
el_poll_at(const struct el_poll *p, uint32_t port, const struct sockaddr_storage *a, unsigned tid)
{
	const struct el_device *first = *slot_of(p, port, a);

	for (const struct el_device *d = first; d != NULL; d = d->same)
		if (d->ask.kind != ASK_NONE && d->ask.tid == tid)
			return d;
	return first;
}

uint32_t
el_poll_node(const struct el_device *d)
{
	return (uint32_t)(*slot_of(d->poll, d->cfg->port, &d->cfg->node.addr) - d->poll->devices);
}

/* Whoever speaks is there: a node that was given up is asked at once, but not for each of its frames. */
static void
knock(struct el_device *d, struct moment now)
{
	if (d->state == DEVICE_UP || d->ask.kind != ASK_NONE ||
	    (d->knocked.us != 0 && mono_diff_us(now.mono, d->knocked) < d->cfg->retry_min_us))
		return;
	d->knocked = d->retry_at = now.mono;
}

/* A node that announces without end would fill the pipe: what is too much is asked for instead, one question at a time. */
bool
el_is_flood(struct el_device *d, struct moment now)
{
	if (mono_diff_us(now.mono, d->told_since) >= US_PER_S) {
		d->told_since = now.mono;
		d->told = 0;
	}
	d->told += d->told < UINT32_MAX;
	if (d->told == EL_TOLD_MAX + d->item_count + 1)
		el_note(d, ERR_UNSOLICITED, "it announces its values without end; they are read instead", now);
	return d->told > EL_TOLD_MAX + d->item_count;
}

static bool
is_answer(const struct el_device *d, const struct el_frame *f)
{
	return d->ask.kind != ASK_NONE && f->tid == d->ask.tid && f->seoj == d->ask.object &&
	    el_is_answer(d->ask.service, f->service);
}

bool
el_poll_frame(
    struct el_poll *p, uint32_t port, const struct sockaddr_storage *from, const struct el_frame *f, struct moment now)
{
	struct el_device *first = p->slot_count > 0 ? *slot_of(p, port, from) : NULL;
	bool is_told = f->service == EL_INF || f->service == EL_INFC, is_taken = false;

	for (struct el_device *d = first; d != NULL; d = d->same) {
		if (d->state == DEVICE_OFF)
			continue;
		if (is_told) {
			el_announced(d, f, now);
		} else if (is_answer(d, f)) {
			el_answered(d, f, now);
			is_taken = true;
		}
		if (!is_taken) /* who answered as another node keeps its pause */
			knock(d, now);
		el_run(d, now);
	}
	if (first == NULL)
		el_who_elsewhere(p, port, from, f, now);
	if (first != NULL && !is_told && !is_taken && !el_is_request(f->service))
		p->late++;
	return first != NULL;
}

void
el_poll_port_failed(struct el_poll *p, uint32_t port, enum err e, const char *detail, struct moment now)
{
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct el_device *d = &p->devices[i];

		if (d->cfg->port != port || d->state == DEVICE_OFF)
			continue;
		el_fail(d, e, detail, now);
		d->retry_at = mono_add(now.mono, PORT_WAIT_US);
		el_run(d, now);
	}
}

/* ---- writes and scans */

static void
say_unsent(struct el_poll *p, const struct msg_field_write *w, uint32_t reply_to, enum err e, const char *why,
    struct moment now)
{
	char text[256];
	struct msg_field_written m = {
		.write = w->write, .point = w->point, .err = (uint16_t)e, .time = now.utc.us, .detail = text
	};

	str_printf(text, sizeof(text), "nothing was sent: %s", why);
	p->ops->written(&m, reply_to, p->arg);
}

/* A newer value takes the place of one that still waits. */
static void
replace_waiting(struct el_device *d, const struct el_cfg_item *c, struct moment now)
{
	struct el_write *w, *next;

	for (w = TAILQ_FIRST(&d->writes); w != NULL; w = next) {
		struct msg_field_write old = { .write = w->write, .point = w->cfg->point };

		next = TAILQ_NEXT(w, entry);
		if (w->cfg != c)
			continue;
		TAILQ_REMOVE(&d->writes, w, entry);
		say_unsent(d->poll, &old, w->reply_to, ERR_BUSY, "a newer value took its place", now);
		free(w);
	}
}

static const struct el_cfg_item *
find_output(const struct el_setup *c, point_id point)
{
	for (uint32_t i = 0; i < c->item_count; i++)
		if (c->items[i].is_write && c->items[i].point == point)
			return &c->items[i];
	return NULL;
}

bool
el_poll_write(struct el_poll *p, const struct msg_field_write *m, uint32_t reply_to, struct moment now)
{
	const struct el_cfg_item *c = find_output(p->config, m->point);
	struct el_device *d = c != NULL ? &p->devices[c->device] : NULL;
	struct el_write *w;
	uint8_t data[4] = { 0 }, len = 0;
	char why[200];
	enum err e;

	if (c == NULL)
		return false;
	e = el_item_encode(c, m->raw, data, &len, why, sizeof(why));
	if (e == OK && m->timer_s > 0) {
		str_copy(why, sizeof(why), "a reversion timer is to be set, and ECHONET Lite has none");
		e = ERR_RANGE;
	} else if (e == OK && d->state != DEVICE_UP) {
		str_printf(why, sizeof(why), "%.64s does not answer: %s", d->cfg->name, err_text(d->error));
		e = d->state == DEVICE_OFF ? ERR_DISABLED : ERR_NOT_CONNECTED;
	}
	if (e != OK) {
		say_unsent(p, m, reply_to, e, why, now);
		return true;
	}
	replace_waiting(d, c, now);
	w = xcalloc(1, sizeof(*w));
	*w = (struct el_write){ .cfg = c, .write = m->write, .reply_to = reply_to, .len = len };
	memcpy(w->data, data, sizeof(data));
	TAILQ_INSERT_TAIL(&d->writes, w, entry);
	el_run(d, now);
	return true;
}

struct el_item *
el_poll_find(const struct el_poll *p, point_id point)
{
	for (uint32_t i = 0; i < p->device_count; i++)
		for (uint32_t k = 0; k < p->devices[i].item_count; k++)
			if (p->devices[i].items[k].cfg->point == point)
				return &p->devices[i].items[k];
	return NULL;
}

bool
el_poll_scan(struct el_poll *p, point_id point, bool is_on)
{
	struct el_item *it = el_poll_find(p, point);

	if (it != NULL)
		it->is_off = !is_on;
	return it != NULL;
}

/* ---- life */

static void
add_factors(struct el_object *o, const struct el_cfg_item *c)
{
	for (unsigned i = 0; i < ECHONET_FACTORS && c->factors[i] != 0; i++) {
		bool is_there = false;

		for (unsigned k = 0; k < o->factor_count; k++)
			is_there |= o->factors[k].epc == c->factors[i];
		if (!is_there && o->factor_count < ARRAY_LEN(o->factors))
			o->factors[o->factor_count++].epc = c->factors[i];
	}
}

/* Items stand by object, so that each object has one run of them. */
static void
build(struct el_device *d)
{
	const struct el_cfg_item *c = d->cfg->item_count > 0 ? d->poll->config->items + d->cfg->first_item : NULL;

	d->items = xcalloc(d->cfg->item_count + 1, sizeof(*d->items));
	d->objects = xcalloc(d->cfg->item_count + 1, sizeof(*d->objects));
	for (uint32_t i = 0; i < d->cfg->item_count; i++) {
		struct el_object *o = d->object_count > 0 ? &d->objects[d->object_count - 1] : NULL;

		if (c[i].is_write)
			continue;
		if (o == NULL || o->object != c[i].object) {
			o = &d->objects[d->object_count++];
			*o = (struct el_object){ .object = c[i].object, .first = d->item_count, .most = EL_ASK_MAX };
		}
		add_factors(o, &c[i]);
		o->count++;
		d->items[d->item_count++] =
		    (struct el_item){ .cfg = &c[i], .object = o, .due = { INT64_MAX }, .history_day = -1 };
	}
}

struct el_poll *
el_poll_new(const struct el_setup *config, const struct el_ops *ops, void *arg, struct timers *timers, uint64_t seed,
    uint16_t first_tid)
{
	struct el_poll *p = xcalloc(1, sizeof(*p));
	uint32_t most = 1;

	*p = (struct el_poll){
		.config = config, .ops = ops, .arg = arg, .timers = timers, .random = seed | 1, .tid = first_tid
	};
	p->device_count = config->device_count;
	p->devices = xcalloc(p->device_count + 1, sizeof(*p->devices));
	for (p->slot_count = 16; p->slot_count < p->device_count * 2;)
		p->slot_count *= 2;
	p->slots = xcalloc(p->slot_count, sizeof(struct el_device *));
	timers_reserve(timers, p->device_count);
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct el_device *d = &p->devices[i], **slot;

		d->cfg = &config->devices[i];
		d->id = d->cfg->was;
		d->poll = p;
		d->state = DEVICE_OFF;
		TAILQ_INIT(&d->writes);
		timer_init(&d->timer, device_fire, d);
		build(d);
		slot = slot_of(p, d->cfg->port, &d->cfg->node.addr);
		d->same = *slot;
		*slot = d;
		if (d->item_count > most)
			most = d->item_count;
	}
	p->scratch = xcalloc(most, sizeof(*p->scratch));
	return p;
}

static void
end_device(struct el_device *d, struct moment now)
{
	struct el_write *w;

	timer_stop(d->poll->timers, &d->timer);
	if (d->writing != NULL) {
		struct msg_field_written m = { .write = d->writing->write,
			.point = d->writing->cfg->point,
			.err = ERR_UNKNOWN,
			.time = now.utc.us,
			.detail = "it was sent, and its configuration ended before it was answered" };

		d->poll->ops->written(&m, d->writing->reply_to, d->poll->arg);
		free(d->writing);
	}
	while ((w = TAILQ_FIRST(&d->writes)) != NULL) {
		struct msg_field_write old = { .write = w->write, .point = w->cfg->point };

		TAILQ_REMOVE(&d->writes, w, entry);
		say_unsent(d->poll, &old, w->reply_to, ERR_NOT_CONNECTED, "its configuration has ended", now);
		free(w);
	}
	free(d->items);
	free(d->objects);
}

void
el_poll_free(struct el_poll *p, struct moment now)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->device_count; i++)
		end_device(&p->devices[i], now);
	timers_release(p->timers, p->device_count);
	free(p->devices);
	free(p->slots);
	free(p->scratch);
	free(p);
}

void
el_poll_start(struct el_poll *p, struct moment now)
{
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct el_device *d = &p->devices[i];

		d->since = now.utc;
		d->is_dirty = true;
		if (d->cfg->enabled) {
			d->state = DEVICE_CONNECTING;
			d->retry_at = mono_add(now.mono, SPREAD_US * i / (p->device_count + 1));
			timer_set(p->timers, &d->timer, d->retry_at);
		}
		p->ops->state(d, p->arg);
	}
}
