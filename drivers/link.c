/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.c - one connection: opening, turns, sending, receiving, deadlines, the end.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/dump.h"
#include "drivers/link.h"

static void leave(struct connection *c, struct moment now);

/* For who looks on. took counts from sent; a request bears none. */
static void
show(const struct connection *c, const struct device *d, enum dump_what what, enum err e, struct mono sent,
    const uint8_t *data, size_t len, struct moment now)
{
	struct dump_frame f = { .what = (uint8_t)what,
		.form = c->driver->has_no_ids ? DUMP_RTU : DUMP_TCP,
		.err = e,
		.took_us = (uint32_t)mono_diff_us(now.mono, sent),
		.data = data,
		.len = len };

	dump_put(d->poll->dump, d, &f, now);
}

/* ---- the pause between two requests to an address, over all its connections */

static bool
gate_is_open(const struct gate *g, struct moment now)
{
	return mono_diff_us(now.mono, g->until) >= 0;
}

/* True: it may ask now. Else it stands in line and is called. */
static bool
gate_pass(struct connection *c, struct moment now)
{
	struct gate *g = c->gate;

	if (g == NULL || (gate_is_open(g, now) && (TAILQ_EMPTY(&g->line) || TAILQ_FIRST(&g->line) == c)))
		return true;
	if (!c->is_in_line) {
		c->is_in_line = true;
		TAILQ_INSERT_TAIL(&g->line, c, in_line);
	}
	if (!timer_is_set(&g->timer))
		timer_set(g->net->timers, &g->timer, gate_is_open(g, now) ? now.mono : g->until);
	return false;
}

static void
gate_quit(struct connection *c)
{
	if (c->is_in_line)
		TAILQ_REMOVE(&c->gate->line, c, in_line);
	c->is_in_line = false;
}

/* A request went out or an answer came in. */
static void
gate_close(struct connection *c, struct moment now)
{
	if (c->gate == NULL)
		return;
	gate_quit(c);
	c->gap_until = c->gate->until = mono_add(now.mono, c->gap_us);
}

/* Calls the first in line; one that wants nothing any more makes room for the next. */
static void
gate_fire(struct timer *t, struct moment now)
{
	struct gate *g = t->arg;
	struct connection *c;

	while ((c = TAILQ_FIRST(&g->line)) != NULL && gate_is_open(g, now)) {
		c->depth++;
		leave(c, now);
		if (gate_is_open(g, now))
			gate_quit(c);
	}
	if (c != NULL)
		timer_set(g->net->timers, &g->timer, g->until);
}

void
gate_init(struct gate *g, struct net *n)
{
	g->net = n;
	TAILQ_INIT(&g->line);
	timer_init(&g->timer, gate_fire, g);
}

/* ---- deadlines */

static void
earlier(struct mono *at, struct mono t)
{
	if (t.us < at->us)
		*at = t;
}

static void
rearm(struct connection *c, struct moment now)
{
	struct mono at = { INT64_MAX };

	if (c->state == CONNECTION_OPENING)
		earlier(&at, c->open_deadline);
	for (unsigned i = 0; c->in_flight + c->probes_in_flight > 0 && i <= c->window; i++)
		if (c->exchanges[i].seat != NULL)
			earlier(&at, c->exchanges[i].deadline);
	if (mono_diff_us(now.mono, c->probe_after) < 0 && !TAILQ_EMPTY(&c->probing) && c->probes_in_flight == 0)
		earlier(&at, c->probe_after);
	if (mono_diff_us(now.mono, c->quiet_until) < 0)
		earlier(&at, c->quiet_until);
	if (at.us == INT64_MAX)
		timer_stop(c->net->timers, &c->timer);
	else
		timer_set(c->net->timers, &c->timer, at);
}

/* ---- the end */

static void
watch(struct connection *c, int events)
{
	if (c->io.events == events && ev_is_active(&c->io))
		return;
	ev_io_stop(c->net->loop, &c->io);
	ev_io_set(&c->io, c->fd, events);
	ev_io_start(c->net->loop, &c->io);
}

void
connection_close(struct connection *c)
{
	net_unqueue(c->net, c);
	gate_quit(c);
	if (c->fd >= 0) {
		ev_io_stop(c->net->loop, &c->io);
		close(c->fd);
		c->fd = -1;
	}
	if (c->state == CONNECTION_OPEN)
		c->net->connected--;
	c->state = CONNECTION_CLOSED;
	c->in_len = c->out_len = c->out_sent = 0;
	c->in_flight = c->probes_in_flight = c->silent = c->blamed = 0;
	c->probes_alone = false;
	c->quiet_until = (struct mono){ 0 };
	memset(c->expired, 0, sizeof(c->expired));
	for (unsigned i = 0; c->exchanges != NULL && i <= c->window; i++)
		c->exchanges[i].seat = NULL;
}

static bool
is_earlier(struct mono sent, uint16_t id, const struct exchange *than)
{
	return sent.us != than->sent.us ? sent.us < than->sent.us : (int16_t)(uint16_t)(id - than->id) < 0;
}

/*
 * The device hung up, with nothing of an answer, and what it had not answered longest was a guest's, be it given up meanwhile: then it is that
 * which it did not bear, and what we asked behind it was not looked at.
 */
static bool
is_guests_fault(const struct connection *c, const struct exchange *lost, unsigned n, enum err e)
{
	const struct exchange *first = lost;

	if (n == 0 || c->in_len > 0 || (e != ERR_HANGUP && e != ERR_RESET))
		return false;
	for (unsigned i = 0; i < LINK_EXPIRED; i++)
		if (c->expired[i].is_set && c->expired[i].is_guest)
			return true;
	for (unsigned i = 1; i < n; i++)
		if (is_earlier(lost[i].sent, lost[i].id, first))
			first = &lost[i];
	return first->errand.is_guest;
}

/* All that was under way at the device is asked again, or ends without an answer, and says nothing of it. */
static void
give_back(struct seat *s, const struct exchange *lost, unsigned n, struct moment now)
{
	for (unsigned i = 0; i < n; i++) {
		if (lost[i].seat != s)
			continue;
		s->is_spared = s->is_spared || !lost[i].errand.is_guest;
		poll_returned(s->device, &lost[i].errand, now);
	}
}

/* The connection is lost: the devices that waited for an answer failed; the others had no part in it. */
static void
lose(struct connection *c, enum err e, struct moment now)
{
	struct exchange lost[DRIVER_WINDOW + 1];
	unsigned n = 0;
	struct seat *s;
	bool is_guests;

	for (unsigned i = 0; i <= c->window; i++) {
		if (c->exchanges[i].seat == NULL)
			continue;
		lost[n++] = c->exchanges[i];
		show(c, c->exchanges[i].seat->device, DUMP_NONE, e, c->exchanges[i].sent, c->in, c->in_len, now);
	}
	is_guests = is_guests_fault(c, lost, n, e);
	for (unsigned i = 0; i < n; i++)
		if (!lost[i].errand.is_guest && !(is_guests && !lost[i].seat->is_spared))
			lost[i].seat->is_hit = true;
	connection_close(c);
	TAILQ_FOREACH(s, &c->members, member) {
		if (s->is_hit) {
			s->is_hit = false;
			seat_dequeue(s);
			poll_failed(s->device, e, now);
		} else if (n > 0) {
			give_back(s, lost, n, now);
		} else if (e != ERR_HANGUP) {
			poll_note(s->device, e, "between two requests", now);
		}
	}
}

/* No connection came about: none of its devices can be reached. */
void
connection_fail(struct connection *c, enum err e, struct moment now)
{
	struct seat *s;

	connection_close(c);
	c->depth++;
	TAILQ_FOREACH(s, &c->members, member) {
		seat_dequeue(s);
		poll_failed(s->device, e, now);
	}
	leave(c, now);
}

/* ---- requests in flight */

static void
expire(struct connection *c, struct exchange *x)
{
	c->expired[c->expired_at] = (struct expired){
		.is_set = true, .is_guest = x->errand.is_guest, .unit = x->request.unit, .id = x->id, .sent = x->sent
	};
	c->expired_at = (uint8_t)((c->expired_at + 1) % LINK_EXPIRED);
}

static void
release(struct connection *c, struct exchange *x)
{
	x->seat = NULL;
	if (x->is_probe)
		c->probes_in_flight--;
	else
		c->in_flight--;
}

/* A late answer to what was given up; false: nobody asked for it. */
static bool
was_expired(struct connection *c, const struct reply *r)
{
	for (unsigned i = 0; i < LINK_EXPIRED; i++) {
		struct expired *e = &c->expired[i];

		if (e->is_set && e->id == r->id && e->unit == r->unit) {
			e->is_set = false;
			return true;
		}
	}
	return false;
}

/* What was asked later is answered: the device bore the guests that were given up before that, and did not care. */
static void
forgive_guests(struct connection *c, const struct exchange *answered)
{
	for (unsigned i = 0; i < LINK_EXPIRED; i++)
		if (c->expired[i].is_guest && is_earlier(c->expired[i].sent, c->expired[i].id, answered))
			c->expired[i].is_guest = false;
}

void
connection_abandon(struct connection *c)
{
	struct seat *s;

	for (unsigned i = 0; c->exchanges != NULL && i <= c->window; i++) {
		if (c->exchanges[i].seat == NULL)
			continue;
		expire(c, &c->exchanges[i]);
		release(c, &c->exchanges[i]);
	}
	while ((s = TAILQ_FIRST(&c->members)) != NULL) {
		seat_dequeue(s);
		TAILQ_REMOVE(&c->members, s, member);
		free(s);
	}
	if (c->state == CONNECTION_QUEUED || c->state == CONNECTION_OPENING)
		connection_close(c);
	timer_stop(c->net->timers, &c->timer);
	gate_quit(c);
	c->gate = NULL;
	c->member_count = 0;
	c->gap_us = c->connect_timeout_us = 0;
	c->window = 0;
	c->epoch = ++c->net->epoch; /* the next devices have to look who answers */
}

static void
flush(struct connection *c, struct moment now)
{
	while (c->out_sent < c->out_len) {
		ssize_t n =
		    send(c->fd, c->out + c->out_sent, (size_t)(c->out_len - c->out_sent), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0) {
			c->out_sent = (uint16_t)(c->out_sent + n);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			watch(c, EV_READ | EV_WRITE);
			return;
		} else if (errno != EINTR) {
			lose(c, err_from_errno(errno), now);
			return;
		}
	}
	c->out_len = c->out_sent = 0;
	watch(c, EV_READ);
}

/* What the device wants to ask; false: it wants nothing any more. The guests of one connection take turns. */
static bool
next_request(struct connection *c, struct seat *s, bool is_guest, struct moment now, struct request *request,
    struct errand *errand)
{
	if (!is_guest) {
		seat_dequeue(s);
		return poll_next(s->device, c->epoch, now, request, errand);
	}
	TAILQ_REMOVE(&c->members, s, member);
	TAILQ_INSERT_TAIL(&c->members, s, member);
	return poll_next_guest(s->device, c->epoch, now, request, errand);
}

/* Lets the device ask what it wants; false: it wants nothing any more. */
static bool
send_one(struct connection *c, struct seat *s, bool is_guest, struct moment now)
{
	struct exchange *x = c->exchanges;
	bool is_probe = s->is_probing && !is_guest;
	struct request request;
	struct errand errand;

	if (!next_request(c, s, is_guest, now, &request, &errand))
		return false;
	while (x->seat != NULL)
		x++;
	*x = (struct exchange){
		.seat = s,
		.request = request,
		.errand = errand,
		.sent = now.mono,
		.deadline = mono_add(now.mono, s->device->cfg->timeout_us),
		.id = ++c->last_id,
		.is_probe = is_probe,
		.is_beside = c->probes_in_flight > 0,
	};
	for (unsigned i = 0; is_probe && i <= c->window; i++)
		c->exchanges[i].is_beside = true;
	c->out_len = (uint16_t)c->driver->request(&x->request, x->id, c->out);
	assert(c->out_len > 0); /* the plan keeps within the protocol */
	c->own_turns = is_guest || !c->has_guests ? 0 : (uint8_t)(c->own_turns + 1);
	show(c, s->device, DUMP_REQUEST, OK, now.mono, c->out, c->out_len, now);
	if (is_probe)
		c->probes_in_flight++;
	else
		c->in_flight++;
	gate_close(c, now);
	if (poll_has_next(s->device, now))
		seat_enqueue(s);
	flush(c, now);
	return true;
}

/* The end of every callback: turns are given out, the timer is set. */
static void
leave(struct connection *c, struct moment now)
{
	struct seat *s;
	bool is_guest;

	assert(c->depth > 0);
	while (c->depth == 1 && (s = connection_next_turn(c, now, &is_guest)) != NULL) {
		if (c->state == CONNECTION_CLOSED)
			net_queue(c->net, c, now);
		if (c->state != CONNECTION_OPEN || !gate_pass(c, now))
			break;
		send_one(c, s, is_guest, now);
	}
	if (c->depth == 1)
		rearm(c, now);
	c->depth--;
}

void
net_want(struct device *d, struct moment now)
{
	struct seat *s = d->seat;

	s->connection->depth++;
	s->connection->has_guests = s->connection->has_guests || d->guest != NULL;
	if (poll_has_next(d, now))
		seat_enqueue(s);
	leave(s->connection, now);
}

void
net_drop(struct device *d, struct moment now)
{
	struct seat *s = d->seat;

	(void)now;
	if (!connection_is_shared(s->connection))
		connection_close(s->connection);
}

/* ---- answers */

static struct exchange *
find(struct connection *c, uint16_t id)
{
	for (unsigned i = 0; i <= c->window; i++)
		if (c->exchanges[i].seat != NULL && (c->exchanges[i].id == id || c->driver->has_no_ids))
			return &c->exchanges[i];
	return NULL;
}

/* A guest is not answered, or not as he asked, which is nothing of ours. A later answer without a number could be taken for another's. */
static void
disappoint(struct connection *c, struct exchange *x, struct moment now)
{
	struct device *d = x->seat->device;
	struct errand errand = x->errand;

	expire(c, x);
	release(c, x);
	if (c->driver->has_no_ids)
		connection_close(c);
	poll_returned(d, &errand, now);
}

/* One reply, of so many bytes. OK: the stream goes on. */
static enum err
take_reply(struct connection *c, const struct reply *r, const uint8_t *bytes, size_t len, struct moment now)
{
	struct exchange *x = find(c, r->id), done;
	struct answer a;
	enum err e;

	if (x == NULL) {
		if (!c->driver->has_no_ids && was_expired(c, r))
			return OK;
		return c->in_flight + c->probes_in_flight > 0 ? ERR_BAD_TRANSACTION : ERR_UNSOLICITED;
	}
	e = c->driver->match(r, &x->request, &a);
	if (e != OK && x->errand.is_guest && !c->driver->has_no_ids) {
		show(c, x->seat->device, DUMP_NONE, e, x->sent, bytes, len, now);
		disappoint(c, x, now); /* the stream is sound: nobody else need lose it */
		return OK;
	}
	if (e != OK)
		return e; /* what came is shown where the connection is lost */
	show(c, x->seat->device, DUMP_ANSWER, OK, x->sent, bytes, len, now);
	done = *x;
	release(c, x);
	c->silent = 0;
	forgive_guests(c, &done);
	done.seat->is_spared = done.seat->is_spared && done.errand.is_guest;
	if (!done.is_probe && c->probes_in_flight > 0)
		c->blamed = 0; /* it does take two */
	gate_close(c, now);
	if (a.err == ERR_BAD_COUNT && c->driver->has_no_ids)
		c->quiet_until = mono_add(now.mono, done.seat->device->cfg->timeout_us);
	poll_answered(done.seat->device, &done.errand, &a, done.sent, now);
	return OK;
}

static void
take_replies(struct connection *c, struct moment now)
{
	uint32_t epoch = c->epoch;
	size_t pos = 0, used;
	struct reply r;

	while (pos < c->in_len) {
		enum err e = c->driver->readable(c->in + pos, c->in_len - pos, &r, &used);

		if (e == ERR_BUSY)
			break;
		if (e == OK)
			e = take_reply(c, &r, c->in + pos, used, now);
		if (c->state != CONNECTION_OPEN || c->epoch != epoch)
			return; /* a device that is another one let it go */
		if (e != OK) {
			lose(c, e, now);
			return;
		}
		pos += used;
	}
	memmove(c->in, c->in + pos, c->in_len - pos);
	c->in_len = (uint16_t)(c->in_len - pos);
}

/* One read a turn of the loop: whoever floods us waits for the others. */
static void
read_some(struct connection *c, struct moment now)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);

	if (n > 0) {
		c->in_len = (uint16_t)(c->in_len + n);
		take_replies(c, now);
	} else if (n == 0) {
		lose(c, ERR_HANGUP, now);
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		lose(c, err_from_errno(errno), now);
	}
}

/* All that is in flight for the device is given up; the connection goes on. */
static void
give_up(struct connection *c, const struct device *d, struct moment now)
{
	for (unsigned i = 0; i <= c->window; i++) {
		struct exchange *x = &c->exchanges[i];

		if (x->seat == NULL || x->seat->device != d)
			continue;
		show(c, d, DUMP_NONE, ERR_TIMEOUT, x->sent, NULL, 0, now);
		expire(c, x);
		release(c, x);
	}
}

/* No answer in time. Alone on its connection, that ends it; else the neighbours go on. */
static void
time_out(struct connection *c, struct exchange *x, struct moment now)
{
	struct device *d = x->seat->device;
	struct errand errand = x->errand;

	if (errand.is_guest && c->in_len == 0) {
		show(c, d, DUMP_NONE, ERR_TIMEOUT, x->sent, NULL, 0, now);
		disappoint(c, x, now);
		return;
	}
	if (!x->is_probe && x->is_beside && !c->probes_alone) {
		/* the gateway may take one request at a time: the probe has the blame, and soon goes alone */
		c->probes_alone = ++c->blamed >= LINK_BLAMED;
		show(c, d, DUMP_NONE, ERR_TIMEOUT, x->sent, NULL, 0, now);
		expire(c, x);
		release(c, x);
		poll_returned(d, &errand, now);
		return;
	}
	if (!connection_is_shared(c) || c->in_len > 0 || c->silent + 1 >= LINK_SILENT || c->driver->has_no_ids) {
		lose(c, c->in_len > 0 ? ERR_SPLIT_REPLY : ERR_TIMEOUT, now);
		return;
	}
	c->silent++;
	if (x->is_probe)
		c->probe_after = mono_add(now.mono, LINK_PROBE_SHARE * mono_diff_us(now.mono, x->sent));
	give_up(c, d, now);
	seat_dequeue(d->seat);
	poll_failed(d, ERR_TIMEOUT, now);
}

static void
connection_fire(struct timer *t, struct moment now)
{
	struct connection *c = t->arg;

	if (c->state == CONNECTION_OPENING && mono_diff_us(now.mono, c->open_deadline) >= 0) {
		connection_fail(c, ERR_CONNECT_TIMEOUT, now);
		return;
	}
	c->depth++;
	for (unsigned i = 0; i <= c->window && c->state == CONNECTION_OPEN; i++) {
		struct exchange *x = &c->exchanges[i];

		if (x->seat != NULL && mono_diff_us(now.mono, x->deadline) >= 0)
			time_out(c, x, now);
	}
	leave(c, now);
}

/* ---- opening */

/* A port of our own range that nobody listens on can be connected to itself. */
static bool
is_self(const struct connection *c)
{
	struct sockaddr_storage own, peer;
	socklen_t own_len = sizeof(own), peer_len = sizeof(peer);

	memset(&own, 0, sizeof(own));
	memset(&peer, 0, sizeof(peer));
	return getsockname(c->fd, (struct sockaddr *)&own, &own_len) == 0 &&
	    getpeername(c->fd, (struct sockaddr *)&peer, &peer_len) == 0 && own_len == peer_len &&
	    memcmp(&own, &peer, own_len) == 0;
}

static void
opened(struct connection *c, struct moment now)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error != 0 || is_self(c)) {
		connection_fail(c, error != 0 ? err_from_errno(error) : ERR_CONNECT_REFUSED, now);
		return;
	}
	c->depth++;
	c->state = CONNECTION_OPEN;
	c->net->connected++;
	c->epoch = ++c->net->epoch;
	watch(c, EV_READ);
	leave(c, now);
}

static void
connection_event(struct ev_loop *loop, ev_io *w, int events)
{
	struct connection *c = w->data;
	struct moment now = moment_now();

	(void)loop;
	if (c->state == CONNECTION_OPENING) {
		opened(c, now);
		return;
	}
	c->depth++;
	if ((events & EV_WRITE) != 0)
		flush(c, now);
	if ((events & EV_READ) != 0 && c->state == CONNECTION_OPEN)
		read_some(c, now);
	leave(c, now);
}

void
connection_open(struct connection *c, struct moment now)
{
	int one = 1;
	enum err e;

	c->fd = socket(c->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (c->fd < 0) {
		e = err_from_errno(errno);
		connection_fail(c, e, now);
		return;
	}
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->state = CONNECTION_OPENING;
	c->open_deadline = mono_add(now.mono, c->connect_timeout_us);
	if (connect(c->fd, (struct sockaddr *)&c->addr, c->addr_len) != 0 && errno != EINPROGRESS && errno != EINTR) {
		e = err_from_errno(errno);
		connection_fail(c, e, now);
		return;
	}
	watch(c, EV_WRITE);
	rearm(c, now);
}

void
connection_init(struct connection *c, struct net *n)
{
	c->net = n;
	c->fd = -1;
	TAILQ_INIT(&c->members);
	TAILQ_INIT(&c->ready);
	TAILQ_INIT(&c->probing);
	ev_io_init(&c->io, connection_event, -1, EV_NONE);
	c->io.data = c;
	timer_init(&c->timer, connection_fire, c);
}
