/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy.c - whose request is next, how long it may wait, what a device that does not answer costs him who asked it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/proxy_private.h"
#include "drivers/proxy_rules.h"
#include "drivers/transport.h"
#include "scada/base/str.h"

/* ---- the end of a request */

static void
wake(struct proxy *x, struct mono at)
{
	if (!timer_is_set(&x->timer) || mono_diff_us(at, x->timer.at) < 0)
		timer_set(x->all->timers, &x->timer, at);
}

/* The place is free before the master is told: he may ask the next thing at once. */
static void
reply(struct place *t, const uint8_t *pdu, size_t len)
{
	struct master *m = t->master;
	uint8_t adu[ADU_MAX];

	TAILQ_REMOVE(&t->proxy->line, t, entry);
	t->state = PLACE_FREE;
	t->master = NULL;
	if (m == NULL)
		return;
	memcpy(adu + ADU_HEAD, pdu, len);
	masters_reply(m, adu, adu_head(adu, t->adu, len));
}

static void
refuse(struct place *t, uint8_t code)
{
	uint8_t pdu[ADU_PDU_MAX];

	reply(t, pdu, proxy_exception(t->adu[ADU_HEAD], code, pdu));
}

static void
tell_write(const struct place *t, enum err e, const struct answer *a)
{
	const struct request *r = &t->order.request;
	bool is_bits = r->table == TABLE_COIL;
	struct msg_forwarded m = {
		.err = (uint16_t)e,
		.exception = a != NULL ? a->exception : 0,
		.unit = r->unit,
		.table = r->table,
		.address = r->address,
		.count = r->count,
		.data = { r->data, is_bits ? (r->count + 7u) / 8 : r->count * 2u },
		.device = t->device->cfg->name,
		.master = t->host,
	};

	t->proxy->all->ops->forwarded(&m, t->proxy->all->arg);
}

/* Whoever asks what a device does not answer has a share of its time, and no more: all such masters together less than a quarter. */
static void
quieten(struct place *t, struct moment now)
{
	int64_t pause = PROXY_SHARE * mono_diff_us(now.mono, t->order.asked) * t->proxy->place_count;

	t->quiet_until = mono_add(now.mono, pause > PROXY_QUIET_US ? pause : PROXY_QUIET_US);
}

static void
done(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	struct place *t = o->arg;
	struct proxy *x = t->proxy;
	uint8_t pdu[ADU_PDU_MAX];

	if (o->request.kind != REQUEST_READ && e != ERR_NOT_CONNECTED)
		tell_write(t, e, a);
	if (e == ERR_TIMEOUT)
		quieten(t, now);
	if (a != NULL)
		reply(t, pdu, proxy_answer(t->adu + ADU_HEAD, &o->request, a, pdu));
	else
		refuse(t, PROXY_TARGET);
	wake(x, now.mono);
}

/* ---- turns */

/* 0: its order says what the device is to be asked. */
static uint8_t
judge(struct place *t)
{
	const struct proxy *x = t->proxy;
	struct adu_request r;
	size_t used;

	(void)adu_take(t->adu, sizeof(t->adu), &r, &used); /* it is whole */
	return proxy_judge(x->all->poll, x->link, &r, &t->device, &t->order.request, t->coil);
}

static void
give(struct place *t, struct moment now)
{
	uint8_t code = judge(t); /* again: while it waited, the device may have been met, and be laid out otherwise */
	enum err e;

	if (code != 0) {
		refuse(t, code);
		return;
	}
	t->state = PLACE_GIVEN;
	e = poll_guest(t->device, &t->order, now); /* it may be over on return, and the place be another's */
	if (e == OK)
		return;
	t->state = PLACE_WAITING;
	if (e != ERR_BUSY)
		refuse(t, PROXY_TARGET);
}

/* Takes it back from the device's turn, if it can be. */
static bool
take_back(struct place *t)
{
	return t->state == PLACE_WAITING || (t->state == PLACE_GIVEN && poll_guest_take(t->device, &t->order));
}

/* When it has to be looked at again, if it is still in the line. */
static void
look_after(struct place *t, struct moment now)
{
	struct proxy *x = t->proxy;
	struct mono over = mono_add(t->came, PROXY_WAIT_US + (int64_t)t->device->cfg->timeout_us);

	if (mono_diff_us(now.mono, over) >= 0) {
		if (take_back(t))
			refuse(t, PROXY_BUSY);
		return;
	}
	wake(x, over);
	if (t->state != PLACE_WAITING)
		return;
	if (mono_diff_us(now.mono, t->quiet_until) >= 0)
		give(t, now);
	else
		wake(x, t->quiet_until);
}

static void
turn_fire(struct timer *timer, struct moment now)
{
	struct proxy *x = timer->arg;
	struct place *t;

	x->turn++;
	do { /* from the first again: what is looked after may end others, and bring new ones */
		TAILQ_FOREACH(t, &x->line, entry) {
			if (t->turn != x->turn)
				break;
		}
		if (t != NULL) {
			t->turn = x->turn;
			look_after(t, now);
		}
	} while (t != NULL);
}

/* ---- requests come */

static bool
is_quiet(const struct place *t, struct mono now)
{
	return mono_diff_us(now, t->quiet_until) < 0;
}

/*
 * His own, as long as he is connected. Else the one that is quiet for the shortest time; but where those of his address have gone from so many
 * that they owe a pause to as they may, the one of these that is quiet for the longest time, or none while all are still under way: nobody
 * makes one after the other quiet by coming anew.
 */
static struct place *
place_for(struct proxy *x, const struct master *m, struct mono now)
{
	struct place *best = NULL, *owed = NULL;
	unsigned count = 0;

	for (uint32_t i = 0; i < x->place_count; i++) {
		struct place *t = &x->places[i];
		bool is_his = t->last != 0 && strcmp(t->host, master_host(m)) == 0;

		if (t->is_held && t->last == master_number(m))
			return t;
		if (t->is_held)
			continue;
		count += is_his && (t->state != PLACE_FREE || is_quiet(t, now));
		if (t->state != PLACE_FREE)
			continue;
		if (is_his && is_quiet(t, now) && (owed == NULL || mono_diff_us(t->quiet_until, owed->quiet_until) > 0))
			owed = t;
		if (best == NULL || mono_diff_us(t->quiet_until, best->quiet_until) < 0)
			best = t;
	}
	if (count < x->owed_most)
		return best;
	proxy_note_again(x, m, now);
	return owed;
}

static bool
may_write_now(struct proxy *x, struct mono now)
{
	int64_t cost = 60 * US_PER_S / x->cfg->writes_a_minute;

	x->credit_us += mono_diff_us(now, x->credit_at);
	x->credit_at = now;
	if (x->credit_us > 60 * US_PER_S)
		x->credit_us = 60 * US_PER_S;
	if (x->credit_us < cost)
		return false;
	x->credit_us -= cost;
	return true;
}

/* 0: it stands in the line. */
static uint8_t
admit(struct proxy *x, struct place *t, struct moment now)
{
	char why[48];
	uint8_t code;

	t->order = (struct order){ .done = done, .arg = t };
	code = judge(t);
	if (t->order.request.kind == REQUEST_READ)
		return code;
	if (code != 0) {
		proxy_note_refused(x, t, "", now);
	} else if (!may_write_now(x, now.mono)) {
		str_printf(why, sizeof(why), ", more than %u writes a minute", x->cfg->writes_a_minute);
		proxy_note_refused(x, t, why, now);
		code = PROXY_BUSY;
	}
	return code;
}

static size_t
request_cb(struct master *m, const uint8_t *adu, const struct adu_request *r, uint8_t out[ADU_MAX], void *arg)
{
	struct proxy *x = arg;
	struct moment now = moment_now();
	struct place *t = place_for(x, m, now.mono);
	uint8_t code;

	proxy_note_request(x, m, now.utc);
	if (t == NULL || x->all->poll == NULL)
		return adu_head(out, adu, proxy_exception(r->pdu[0], PROXY_BUSY, out + ADU_HEAD));
	memcpy(t->adu, adu, ADU_HEAD + r->len); /* what is written is looked at until the answer */
	t->last = master_number(m);
	t->is_held = true;
	str_copy(t->host, sizeof(t->host), master_host(m));
	code = admit(x, t, now);
	if (code != 0)
		return adu_head(out, adu, proxy_exception(r->pdu[0], code, out + ADU_HEAD));
	t->master = m;
	t->came = now.mono;
	t->turn = x->turn;
	t->state = PLACE_WAITING;
	TAILQ_INSERT_TAIL(&x->line, t, entry);
	wake(x, now.mono); /* not from here: the reply must not come before return */
	return 0;
}

static void
gone_cb(struct master *m, void *arg)
{
	struct proxy *x = arg;
	struct place *t;

	for (uint32_t i = 0; i < x->place_count; i++) {
		t = &x->places[i];
		if (!t->is_held || t->last != master_number(m))
			continue;
		t->is_held = false;
		if (t->master == NULL)
			return;
		t->master = NULL;
		if (take_back(t))
			refuse(t, PROXY_BUSY); /* to nobody: the place is free */
		return;
	}
}

/* ---- what is lent */

static struct proxy *
proxy_at(struct proxies *p, const struct cfg_proxy *cfg)
{
	static const struct masters_ops ops = { .request = request_cb, .gone = gone_cb };
	struct proxy *x;

	for (x = p->first; x != NULL; x = x->next)
		if (x->port == cfg->port && strcmp(x->host, cfg->host) == 0)
			return x;
	x = xcalloc(1, sizeof(*x));
	x->all = p;
	x->next = p->first;
	p->first = x;
	x->port = cfg->port;
	str_copy(x->host, sizeof(x->host), cfg->host);
	TAILQ_INIT(&x->line);
	timers_reserve(p->timers, 1);
	timer_init(&x->timer, turn_fire, x);
	x->masters = masters_new(p->loop, &ops, x);
	x->credit_us = 60 * US_PER_S;
	x->credit_at = clock_mono();
	return x;
}

static void
proxy_free(struct proxy *x)
{
	masters_free(x->masters);
	timer_stop(x->all->timers, &x->timer);
	timers_release(x->all->timers, 1);
	free(x->places);
	free(x);
}

static unsigned
named_of(const struct cfg_proxy *cfg)
{
	unsigned named = cfg->masters[0] != '\0';

	for (const char *p = cfg->masters; *p != '\0'; p++)
		named += *p == ' ';
	return named;
}

/* No master that is named can take the places of another. */
static unsigned
share_of(const struct cfg_proxy *cfg)
{
	unsigned named = named_of(cfg);

	return named <= 1 ? cfg->clients : cfg->clients > named ? cfg->clients / named : 1;
}

static void
lend(struct proxy *x, const struct cfg_link *l, uint32_t link)
{
	char what[160];
	struct masters_rules rules = {
		.host = l->proxy->host,
		.port = l->proxy->port,
		.admitted = l->proxy->masters,
		.what = what,
		.connections = l->proxy->clients,
		.a_master = share_of(l->proxy),
		.rate = PROXY_RATE,
		.idle_ms = l->proxy->idle_ms,
	};

	x->cfg = l->proxy;
	x->link = link;
	x->owed_most = named_of(x->cfg) > 1 ? share_of(x->cfg) : (x->cfg->clients + 1u) / 2;
	x->tally.is_dirty = true; /* whoever is told now knows nothing yet */
	if (x->place_count != l->proxy->clients) {
		free(x->places);
		x->place_count = l->proxy->clients;
		x->places = xcalloc(x->place_count, sizeof(*x->places));
		for (uint32_t i = 0; i < x->place_count; i++)
			x->places[i].proxy = x;
	}
	str_printf(what, sizeof(what), "other masters find %s, %s,", l->name,
	    l->proxy->write_count > 0 ? "and may write to it" : "to be read");
	masters_use(x->masters, &rules);
}

static void
free_unused(struct proxies *p)
{
	for (struct proxy **at = &p->first; *at != NULL;) {
		struct proxy *x = *at;

		if (x->cfg != NULL) {
			at = &x->next;
			continue;
		}
		*at = x->next;
		proxy_free(x);
	}
}

void
proxies_leave(struct proxies *p)
{
	struct place *t, *next;

	p->poll = NULL;
	for (struct proxy *x = p->first; x != NULL; x = x->next) {
		x->cfg = NULL;
		for (t = TAILQ_FIRST(&x->line); t != NULL; t = next) {
			next = TAILQ_NEXT(t, entry);
			if (take_back(t))
				refuse(t, PROXY_BUSY);
		}
	}
}

void
proxies_use(struct proxies *p, struct poll *poll)
{
	const struct setup *c = poll != NULL ? poll->config : NULL;

	for (uint32_t i = 0; c != NULL && i < c->link_count; i++)
		if (c->links[i].proxy != NULL)
			proxy_at(p, c->links[i].proxy)->cfg = c->links[i].proxy;
	free_unused(p); /* before others listen where they did */
	p->poll = poll;
	for (uint32_t i = 0; c != NULL && i < c->link_count; i++)
		if (c->links[i].proxy != NULL)
			lend(proxy_at(p, c->links[i].proxy), &c->links[i], i);
}

/* ---- life */

struct proxies *
proxies_new(struct ev_loop *loop, struct timers *timers, const struct proxy_ops *ops, void *arg)
{
	struct proxies *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->timers = timers;
	p->ops = ops;
	p->arg = arg;
	return p;
}

void
proxies_free(struct proxies *p)
{
	struct proxy *x;

	if (p == NULL)
		return;
	while ((x = p->first) != NULL) {
		p->first = x->next;
		proxy_free(x);
	}
	free(p);
}
