/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.c - all connections: which device sits at which, and leave to connect, so many a second.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "drivers/link.h"

#define CONNECT_COST_US (US_PER_S / LINK_CONNECTS_A_SECOND)
#define CREDIT_MAX_US   (LINK_CONNECT_BURST * CONNECT_COST_US)

/* ---- leave to connect */

static void
give_leave(struct net *n, struct moment now)
{
	struct connection *c;

	n->credit_us += mono_diff_us(now.mono, n->credit_at);
	n->credit_at = now.mono;
	if (n->credit_us > CREDIT_MAX_US)
		n->credit_us = CREDIT_MAX_US;
	while (n->credit_us >= CONNECT_COST_US && (c = TAILQ_FIRST(&n->waiting)) != NULL) {
		n->credit_us -= CONNECT_COST_US;
		net_unqueue(n, c);
		connection_open(c, now);
	}
	if (TAILQ_EMPTY(&n->waiting))
		timer_stop(n->timers, &n->limiter);
	else if (!timer_is_set(&n->limiter))
		timer_set(n->timers, &n->limiter, mono_add(now.mono, CONNECT_COST_US - n->credit_us));
}

static void
limiter_fire(struct timer *t, struct moment now)
{
	give_leave(t->arg, now);
}

void
net_queue(struct net *n, struct connection *c, struct moment now)
{
	if (c->state != CONNECTION_CLOSED)
		return;
	c->state = CONNECTION_QUEUED;
	TAILQ_INSERT_TAIL(&n->waiting, c, waiting);
	/* not from here: whoever queues may be in the middle of something */
	if (!timer_is_set(&n->limiter))
		timer_set(n->timers, &n->limiter, now.mono);
}

void
net_unqueue(struct net *n, struct connection *c)
{
	if (c->state != CONNECTION_QUEUED)
		return;
	TAILQ_REMOVE(&n->waiting, c, waiting);
	c->state = CONNECTION_CLOSED;
}

/* ---- seats */

/* An address and, while seating, how its units are dealt out over its connections. */
struct endpoint {
	struct sockaddr_storage addr; /* key; zeroed behind addr_len */
	uint16_t slots;               /* 0 = one a unit */
	uint16_t units;               /* dealt out so far */
	uint16_t slot_of[256];        /* by unit, plus one; 0 = not yet */
	struct connection *by_slot[256];
	struct gate *gate; /* NULL until a link asks for a pause */
	UT_hash_handle hh;
};

static struct endpoint *
endpoint_of(struct endpoint **all, const struct cfg_link *l)
{
	struct endpoint *e;

	HASH_FIND(hh, *all, &l->addr, sizeof(l->addr), e);
	if (e != NULL)
		return e;
	e = xcalloc(1, sizeof(*e));
	e->addr = l->addr;
	e->slots = l->connections > 256 ? 256 : l->connections;
	HASH_ADD(hh, *all, addr, sizeof(e->addr), e);
	return e;
}

static void
free_endpoints(struct endpoint **all)
{
	struct endpoint *e, *next;

	HASH_ITER(hh, *all, e, next) {
		HASH_DEL(*all, e);
		free(e);
	}
}

/* Slots are numbered from 0 as units come, so that a generation with the same devices finds the same ones. */
static uint16_t
slot_of(struct endpoint *e, uint8_t unit)
{
	if (e->slot_of[unit] == 0) {
		e->slot_of[unit] = (uint16_t)(1 + (e->slots == 0 ? e->units : e->units % e->slots));
		e->units++;
	}
	return (uint16_t)(e->slot_of[unit] - 1);
}

static struct connection *
connection_at(struct net *n, struct endpoint *e, uint16_t slot, const struct cfg_link *l)
{
	struct connection *c = e->by_slot[slot];

	if (c != NULL)
		return c;
	c = xcalloc(1, sizeof(*c));
	connection_init(c, n);
	c->addr = l->addr;
	c->addr_len = l->addr_len;
	c->slot = slot;
	timers_reserve(n->timers, 1);
	c->next = n->connections;
	n->connections = c;
	e->by_slot[slot] = c;
	return c;
}

/* What the last generation opened goes back to its place. */
static void
keep_connections(struct net *n, struct endpoint **all, const struct setup *config)
{
	for (uint32_t i = 0; i < config->link_count; i++)
		endpoint_of(all, &config->links[i]);
	for (struct connection *c = n->connections; c != NULL; c = c->next) {
		struct endpoint *e;

		HASH_FIND(hh, *all, &c->addr, sizeof(c->addr), e);
		if (e != NULL)
			e->by_slot[c->slot] = c;
		c->is_used = false;
		connection_abandon(c);
	}
}

/* A pause that is still running goes on. */
static void
take_gate(struct net *n, struct endpoint *e, struct connection *c)
{
	if (e->gate == NULL) {
		e->gate = xcalloc(1, sizeof(*e->gate));
		gate_init(e->gate, n);
		timers_reserve(n->timers, 1);
		e->gate->next = n->gates;
		n->gates = e->gate;
	}
	c->gate = e->gate;
	if (c->gap_until.us > c->gate->until.us)
		c->gate->until = c->gap_until;
}

/* Nobody stands in line any more. */
static void
free_gates(struct net *n)
{
	while (n->gates != NULL) {
		struct gate *g = n->gates;

		n->gates = g->next;
		timer_stop(n->timers, &g->timer);
		timers_release(n->timers, 1);
		free(g);
	}
}

static void
take_seat(struct net *n, struct endpoint **all, struct device *d, struct seat *seat)
{
	const struct cfg_link *l = &d->poll->config->links[d->cfg->link];
	struct endpoint *e = endpoint_of(all, l);
	struct connection *c = connection_at(n, e, slot_of(e, d->cfg->unit), l);

	*seat = (struct seat){ .device = d, .connection = c };
	d->seat = seat;
	c->is_used = true;
	c->driver = l->driver;
	c->gap_us = l->gap_us > c->gap_us ? l->gap_us : c->gap_us;
	if (c->gap_us > 0)
		take_gate(n, e, c);
	c->connect_timeout_us =
	    d->cfg->connect_timeout_us > c->connect_timeout_us ? d->cfg->connect_timeout_us : c->connect_timeout_us;
	c->window = d->cfg->outstanding > c->window && !c->driver->has_no_ids ? d->cfg->outstanding : c->window;
	if (c->window == 0)
		c->window = 1;
	c->member_count++;
	TAILQ_INSERT_TAIL(&c->members, seat, member);
}

static void
connection_free(struct connection *c)
{
	connection_abandon(c);
	connection_close(c);
	timers_release(c->net->timers, 1);
	free(c->exchanges);
	free(c);
}

static void
free_unused(struct net *n)
{
	for (struct connection **at = &n->connections; *at != NULL;) {
		struct connection *c = *at;

		if (!c->is_used) {
			*at = c->next;
			connection_free(c);
			continue;
		}
		free(c->exchanges);
		c->exchanges = xcalloc((size_t)c->window + 1, sizeof(*c->exchanges));
		at = &c->next;
	}
}

void
net_seat(struct net *n, struct poll *p)
{
	struct endpoint *all = NULL;

	keep_connections(n, &all, p->config);
	free_gates(n);
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct device *d = &p->devices[i];

		if (d->cfg->enabled)
			take_seat(n, &all, d, xcalloc(1, sizeof(struct seat)));
	}
	free_unused(n);
	free_endpoints(&all);
}

bool
net_carries(unsigned transport)
{
	return driver_find(transport) != NULL;
}

uint32_t
net_connected(const struct net *n)
{
	return n->connected;
}

/* ---- life */

struct net *
net_new(struct ev_loop *loop, struct timers *timers)
{
	struct net *n = xcalloc(1, sizeof(*n));

	n->loop = loop;
	n->timers = timers;
	n->credit_us = CREDIT_MAX_US;
	TAILQ_INIT(&n->waiting);
	timers_reserve(timers, 1);
	timer_init(&n->limiter, limiter_fire, n);
	return n;
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	while (n->connections != NULL) {
		struct connection *c = n->connections;

		n->connections = c->next;
		connection_free(c);
	}
	free_gates(n);
	timer_stop(n->timers, &n->limiter);
	timers_release(n->timers, 1);
	free(n);
}
