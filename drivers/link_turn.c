/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_turn.c - whose turn it is at a connection: orders, then reads, beside them a probe now and then, and guests where there is room.
 */
#include "config.h"

#include "drivers/link.h"

bool
connection_is_shared(const struct connection *c)
{
	return c->member_count > 1;
}

void
seat_dequeue(struct seat *s)
{
	if (s->is_ready)
		TAILQ_REMOVE(&s->connection->ready, s, turn);
	if (s->is_probing)
		TAILQ_REMOVE(&s->connection->probing, s, turn);
	s->is_ready = s->is_probing = false;
}

void
seat_enqueue(struct seat *s)
{
	struct connection *c = s->connection;
	bool is_probe = connection_is_shared(c) && poll_is_probe(s->device);

	bool has_orders = !TAILQ_EMPTY(&s->device->orders);
	struct seat *before;

	if (is_probe ? s->is_probing : s->is_ready && !has_orders)
		return;
	seat_dequeue(s);
	s->is_probing = is_probe;
	s->is_ready = !is_probe;
	if (is_probe) {
		TAILQ_INSERT_TAIL(&c->probing, s, turn);
		return;
	}
	before = has_orders ? TAILQ_FIRST(&c->ready) : NULL;
	while (before != NULL && !TAILQ_EMPTY(&before->device->orders))
		before = TAILQ_NEXT(before, turn);
	if (before != NULL)
		TAILQ_INSERT_BEFORE(before, s, turn);
	else
		TAILQ_INSERT_TAIL(&c->ready, s, turn);
}

/* Does nothing go beside a probe? */
static bool
goes_alone(const struct connection *c)
{
	return c->probes_alone || c->driver->has_no_ids;
}

/* Who was never tried need not wait for the share of those that were silent. */
static struct seat *
next_probe(const struct connection *c, struct moment now)
{
	struct seat *s;

	if (c->probes_in_flight > 0 || (goes_alone(c) && c->in_flight > 0))
		return NULL;
	TAILQ_FOREACH(s, &c->probing, turn) {
		if (s->device->fails == 0 || mono_diff_us(now.mono, c->probe_after) >= 0)
			return s;
	}
	return NULL;
}

/* The device whose guest is next; NULL: none. */
static struct seat *
next_guest(struct connection *c)
{
	struct seat *s;
	bool has_any = false;

	if (!c->has_guests)
		return NULL;
	TAILQ_FOREACH(s, &c->members, member) {
		if (poll_has_guest(s->device))
			return s;
		has_any = has_any || s->device->guest != NULL;
	}
	c->has_guests = has_any;
	return NULL;
}

struct seat *
connection_next_turn(struct connection *c, struct moment now, bool *is_guest)
{
	struct seat *s, *guest;

	*is_guest = false;
	if (c->out_len > 0 || mono_diff_us(now.mono, c->quiet_until) < 0)
		return NULL;
	s = next_probe(c, now);
	if (s != NULL)
		return s;
	if (c->in_flight >= c->window || (goes_alone(c) && c->probes_in_flight > 0))
		return NULL;
	s = TAILQ_FIRST(&c->ready);
	guest = next_guest(c);
	*is_guest = guest != NULL && (s == NULL || c->own_turns >= LINK_OWN_TURNS);
	return *is_guest ? guest : s;
}
