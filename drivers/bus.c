/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus.c - the units of one serial line and whose turn it is. One request at a time, each in a turn of its own, so that the pipe to
 * chisand is looked after between two. Units that answer take turns; those that do not have a slot beside, at most a fifth of the time.
 */
#include "config.h"

#include <stdlib.h>

#include "drivers/dump.h"
#include "drivers/line.h"
#include "drivers/transport.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define PROBE_SHARE 4        /* a probe that took t is followed by 4 t without one */
#define OWN_TURNS   8        /* of our own in a row, after which a guest that waits has one */
#define REOPEN_US   US_PER_S /* between two tries to open the line */

struct seat {
	struct net *net;
	struct device *device;
	bool is_queued;
	uint8_t tries; /* of its request, so far */
	TAILQ_ENTRY(seat) turn;
};
TAILQ_HEAD(seats, seat);

struct net {
	struct timers *timers;
	struct timer timer; /* the next turn */
	struct line *line;
	const struct cfg_link *cfg; /* NULL = no line yet */
	struct seat *seats;
	uint32_t seat_count, epoch;
	struct seats queue;
	struct mono gap_until, probe_after, reopen_at;
	enum err logged;
	bool is_turning;
	uint32_t guest_at;  /* seat that had the last turn of a guest */
	unsigned own_turns; /* in a row while a guest waited */
};

/* The next unit that has a guest; NULL: none. */
static struct seat *
next_guest(const struct net *n)
{
	for (uint32_t i = 1; i <= n->seat_count; i++) {
		struct seat *s = &n->seats[(n->guest_at + i) % n->seat_count];

		if (poll_has_guest(s->device))
			return s;
	}
	return NULL;
}

static void
arm(struct net *n, struct moment now)
{
	const struct seat *s;
	int64_t at = INT64_MAX;

	TAILQ_FOREACH(s, &n->queue, turn) {
		int64_t due = poll_is_probe(s->device) && s->device->fails > 0 ? n->probe_after.us : now.mono.us;

		at = due < at ? due : at;
	}
	if (next_guest(n) != NULL)
		at = now.mono.us;
	if (n->is_turning)
		return;
	if (at == INT64_MAX)
		timer_stop(n->timers, &n->timer);
	else
		timer_set(n->timers, &n->timer, (struct mono){ at > n->gap_until.us ? at : n->gap_until.us });
}

/* Whose turn it is: orders first, else who waits longest; who is silent only after its pause. */
static struct seat *
next_turn(const struct net *n, struct moment now)
{
	struct seat *s, *first = NULL;

	TAILQ_FOREACH(s, &n->queue, turn) {
		if (poll_is_probe(s->device) && s->device->fails > 0 && mono_diff_us(now.mono, n->probe_after) < 0)
			continue;
		if (!poll_is_probe(s->device) && !TAILQ_EMPTY(&s->device->orders))
			return s;
		if (first == NULL)
			first = s;
	}
	return first;
}

static void
dequeue(struct net *n, struct seat *s)
{
	if (s->is_queued)
		TAILQ_REMOVE(&n->queue, s, turn);
	s->is_queued = false;
}

static void
enqueue(struct net *n, struct seat *s)
{
	if (s->is_queued)
		return;
	s->is_queued = true;
	TAILQ_INSERT_TAIL(&n->queue, s, turn);
}

/* False: it cannot be opened just now. */
static bool
is_open(struct net *n, struct moment now)
{
	char why[256];
	enum err e;

	if (line_is_open(n->line))
		return true;
	if (mono_diff_us(now.mono, n->reopen_at) < 0)
		return false;
	e = line_open(n->line, n->cfg, why, sizeof(why));
	log_once(&n->logged, e, "%s", e == OK ? n->cfg->name : why);
	n->reopen_at = mono_add(now.mono, REOPEN_US);
	n->epoch += e == OK;
	return e == OK;
}

/* A read that came to grief on the line is tried again, a device that is up being meant; a write never is. */
static bool
may_retry(const struct net *n, const struct seat *s, const struct request *r, bool is_guest, enum err e)
{
	return !is_guest && r->kind == REQUEST_READ && e != ERR_NO_ADAPTER && s->device->state == DEVICE_UP &&
	    s->tries < n->cfg->serial.retries;
}

/* A device that answers with more or less than was asked, again and again and after the line was silent, means it. */
static void
came_to_grief(struct net *n, struct seat *s, const struct request *r, const struct errand *errand, enum err e,
    const struct frame_answer *reply, struct mono sent, struct moment now)
{
	if (may_retry(n, s, r, errand->is_guest, e)) {
		s->tries++;
		poll_note(s->device, e, "asked again", now);
		poll_returned(s->device, errand, now);
		return;
	}
	s->tries = 0;
	if (e == ERR_BAD_COUNT && r->kind == REQUEST_READ)
		poll_answered(s->device, errand, &(struct answer){ .err = e, .len = reply->len }, sent, now);
	else if (errand->is_guest && e != ERR_NO_ADAPTER)
		poll_returned(s->device, errand, now);
	else
		poll_failed(s->device, e, now);
}

/* Between two frames. */
static int64_t
rest_us(const struct cfg_link *cfg)
{
	int64_t least = line_gap_us(&cfg->serial);

	return cfg->gap_us > least ? cfg->gap_us : least;
}

static bool
next_request(
    struct net *n, struct seat *s, bool is_guest, struct moment now, struct request *request, struct errand *errand)
{
	if (!is_guest)
		return poll_next(s->device, n->epoch, now, request, errand);
	n->guest_at = (uint32_t)(s - n->seats);
	return poll_next_guest(s->device, n->epoch, now, request, errand);
}

/* For who looks on. */
static void
show_request(const struct device *d, const struct frame_request *r, struct moment now)
{
	uint8_t bytes[RTU_MAX];
	struct dump_frame f = { .what = DUMP_REQUEST, .form = DUMP_RTU, .data = bytes };

	f.len = rtu_put(bytes, r);
	dump_put(d->poll->dump, d, &f, now);
}

static void
show_answer(const struct net *n, const struct device *d, enum err e, struct mono sent, struct moment now)
{
	struct dump_frame f = { .what = e == OK ? DUMP_ANSWER : DUMP_NONE, .form = DUMP_RTU, .err = e };

	f.took_us = (uint32_t)mono_diff_us(now.mono, sent);
	f.data = line_seen(n->line, &f.len);
	dump_put(d->poll->dump, d, &f, now);
}

static void
ask(struct net *n, struct seat *s, bool is_guest, struct moment now)
{
	bool is_probe = poll_is_probe(s->device);
	struct frame_answer reply;
	struct frame_request f;
	struct request request;
	struct errand errand;
	struct mono sent;
	enum err e;

	if (!is_guest)
		dequeue(n, s);
	if (!is_open(n, now)) {
		poll_failed(s->device, ERR_NO_ADAPTER, now);
		return;
	}
	if (!next_request(n, s, is_guest, now, &request, &errand))
		return;
	sent = now.mono;
	f = driver_modbus(&request);
	show_request(s->device, &f, now);
	e = line_ask(n->line, &f, s->device->cfg->timeout_us, &reply);
	now = moment_now();
	show_answer(n, s->device, e, sent, now);
	n->gap_until = mono_add(now.mono, rest_us(n->cfg));
	if (is_probe && e != OK)
		n->probe_after = mono_add(now.mono, PROBE_SHARE * mono_diff_us(now.mono, sent));
	if (e != OK) {
		came_to_grief(n, s, &request, &errand, e, &reply, sent, now);
	} else {
		struct answer a = {
			.err = reply.err, .exception = reply.exception, .data = reply.data, .len = reply.len
		};

		s->tries = 0;
		poll_answered(s->device, &errand, &a, sent, now);
	}
	if (poll_has_next(s->device, now))
		enqueue(n, s);
}

static void
turn_fire(struct timer *t, struct moment now)
{
	struct net *n = t->arg;
	struct seat *s = n->cfg == NULL ? NULL : next_turn(n, now);
	struct seat *guest = n->cfg == NULL ? NULL : next_guest(n);
	bool is_guest = guest != NULL && (s == NULL || n->own_turns >= OWN_TURNS);

	n->own_turns = guest == NULL || is_guest ? 0 : n->own_turns + 1;
	n->is_turning = true;
	if (is_guest)
		ask(n, guest, true, now);
	else if (s != NULL)
		ask(n, s, false, now);
	n->is_turning = false;
	arm(n, moment_now());
}

void
net_want(struct device *d, struct moment now)
{
	struct seat *s = d->seat;

	if (poll_has_next(d, now))
		enqueue(s->net, s);
	arm(s->net, now);
}

void
net_drop(struct device *d, struct moment now)
{
	(void)d; /* the line is not the device's alone */
	(void)now;
}

bool
net_carries(unsigned transport)
{
	return transport == TRANSPORT_MODBUS_RTU;
}

uint32_t
net_connected(const struct net *n)
{
	return line_is_open(n->line);
}

/* One line a process: that of the first device. A link without devices is none. */
void
net_seat(struct net *n, struct poll *p)
{
	struct seat *old = n->seats;
	char why[256];

	TAILQ_INIT(&n->queue);
	n->seats = xcalloc(p->device_count + 1, sizeof(*n->seats));
	n->seat_count = p->device_count;
	n->cfg = p->device_count > 0 ? &p->config->links[p->devices[0].cfg->link] : NULL;
	for (uint32_t i = 0; i < p->device_count; i++) {
		n->seats[i].net = n;
		n->seats[i].device = &p->devices[i];
		p->devices[i].seat = &n->seats[i];
	}
	free(old);
	if (n->cfg == NULL || (line_is_open(n->line) && line_open(n->line, n->cfg, why, sizeof(why)) != OK))
		line_close(n->line);
	n->epoch++; /* other devices may be asked on the same line now */
	n->reopen_at = (struct mono){ 0 };
	timer_stop(n->timers, &n->timer);
}

struct net *
net_new(struct ev_loop *loop, struct timers *timers)
{
	struct net *n = xcalloc(1, sizeof(*n));

	(void)loop;
	n->timers = timers;
	n->line = line_new();
	TAILQ_INIT(&n->queue);
	timers_reserve(timers, 1);
	timer_init(&n->timer, turn_fire, n);
	return n;
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	timer_stop(n->timers, &n->timer);
	timers_release(n->timers, 1);
	line_free(n->line);
	free(n->seats);
	free(n);
}
