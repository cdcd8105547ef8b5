/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echonet.c - the sockets of ECHONET Lite and what stands behind them: the nodes that we ask, and the node that we are.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/echonet.h"
#include "drivers/el_node.h"
#include "drivers/el_poll.h"
#include "drivers/el_port.h"
#include "drivers/transport.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define SEARCH_US \
	(60 * US_PER_S) /* between two questions to all while a node is missing; ports that failed are tried again */
#define OPEN_US (5 * US_PER_S)

struct echonet {
	struct ev_loop *loop;
	struct timers *timers;
	const struct echonet_ops *ops;
	void *arg;
	struct dump *dump;
	struct el_node node;
	struct el_setup *config, *pending;
	struct el_poll *poll;
	struct el_port *ports;
	uint32_t port_count;
	struct timer search;
	struct mono searched;
	uint64_t seed;
	uint16_t tid;
};

/* ---- for who looks on */

/* "192.0.2.7"; the port too where it is not that of ECHONET Lite. */
static void
peer_text(const struct el_port *p, const struct sockaddr_storage *a, char *buf, size_t size)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	bool is_v6 = a->ss_family == AF_INET6;
	unsigned port = ntohs(is_v6 ? v6->sin6_port : v4->sin_port);
	char host[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(is_v6 ? AF_INET6 : AF_INET, is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr,
	    host, sizeof(host));
	if (port == p->port)
		str_copy(buf, size, host);
	else
		str_printf(buf, size, is_v6 ? "[%s]:%u" : "%s:%u", host, port);
}

/* f has what, err, took_us and the bytes. d: whose datagram it is; NULL = of nobody, or of all. */
static void
show(struct echonet *e, const struct el_port *p, const struct sockaddr_storage *a, const struct el_device *d,
    struct dump_frame f, struct moment now)
{
	struct dump_place at = { e, p->index, UINT32_MAX };
	char peer[INET6_ADDRSTRLEN + 10];

	peer_text(p, a, peer, sizeof(peer));
	f.form = DUMP_ECHONET;
	f.peer = peer;
	if (d != NULL)
		at.device = el_poll_node(d);
	dump_put_at(e->dump, &at, d != NULL ? d->cfg->number : DUMP_NO_DEVICE, &f, now);
}

/* The number of a frame, be it one or not. */
static unsigned
tid_of(const uint8_t *data, size_t len)
{
	return len >= 4 ? (unsigned)data[2] << 8 | data[3] : UINT16_MAX + 1u;
}

static void
show_received(
    struct echonet *e, const struct el_port *p, const struct sockaddr_storage *from, const uint8_t *data, size_t len)
{
	struct moment now = moment_now();
	unsigned tid = tid_of(data, len);
	const struct el_device *d = e->poll != NULL ? el_poll_at(e->poll, p->index, from, tid) : NULL;
	bool is_asked = d != NULL && d->ask.kind != ASK_NONE && d->ask.tid == tid;

	show(e, p, from, d,
	    (struct dump_frame){ .what = DUMP_ANSWER,
	        .took_us = is_asked ? (uint32_t)mono_diff_us(now.mono, d->ask.sent) : 0,
	        .data = data,
	        .len = len },
	    now);
}

static void
sent(struct el_port *p, const struct sockaddr_storage *to, const uint8_t *data, size_t len, enum err err, void *arg)
{
	struct echonet *e = arg;
	struct moment now;
	const struct el_device *d;

	if (!dump_is_open(e->dump, e))
		return;
	now = moment_now();
	d = e->poll != NULL ? el_poll_at(e->poll, p->index, to, tid_of(data, len)) : NULL;
	show(e, p, to, d, (struct dump_frame){ .what = DUMP_REQUEST, .data = data, .len = len }, now);
	if (err != OK)
		show(e, p, to, d, (struct dump_frame){ .what = DUMP_NONE, .err = err }, now);
}

static void
silent(struct el_device *d, struct moment now, void *arg)
{
	struct echonet *e = arg;

	if (dump_is_open(e->dump, e))
		show(e, &e->ports[d->cfg->port], &d->cfg->node.addr, d,
		    (struct dump_frame){ .what = DUMP_NONE,
		        .err = ERR_TIMEOUT,
		        .took_us = (uint32_t)mono_diff_us(now.mono, d->ask.sent) },
		    now);
}

/* ---- from the nodes */

static void
received(struct el_port *p, const struct sockaddr_storage *from, const uint8_t *data, size_t len, void *arg)
{
	struct echonet *e = arg;
	uint8_t out[EL_FRAME_MAX];
	struct el_frame f;
	bool is_to_all;
	size_t n;

	if (dump_is_open(e->dump, e))
		show_received(e, p, from, data, len);
	/* what we cannot read is no answer and no question; nodes of format 2 may share the port */
	if (el_frame_take(data, len, &f) != OK || el_address_is_same(from, &p->own.addr))
		return;
	n = el_node_answer(&e->node, &f, out, &is_to_all);
	if (n > 0 && is_to_all)
		(void)el_port_send_group(p, out, n);
	else if (n > 0)
		(void)el_port_reply(p, from, out, n);
	if (e->poll != NULL)
		(void)el_poll_frame(e->poll, p->index, from, &f, (struct moment){ clock_mono(), clock_utc() });
}

static const struct el_port_ops port_ops = { .received = received, .sent = sent };

/* ---- from the poll */

static enum err
send_to(struct el_device *d, const uint8_t *data, size_t len, void *arg)
{
	struct echonet *e = arg;

	return el_port_send(&e->ports[d->cfg->port], &d->cfg->node, data, len);
}

static void
give_samples(struct el_device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	struct echonet *e = arg;

	e->ops->samples(d->cfg->number, time, s, count, e->arg);
}

static void
give_late(struct el_device *d, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg)
{
	struct echonet *e = arg;

	e->ops->late(d->cfg->number, point, times, values, count, e->arg);
}

static void
give_state(struct el_device *d, void *arg)
{
	struct echonet *e = arg;
	struct msg_device_state m = {
		.device = d->cfg->number,
		.state = d->state,
		.answer_us = d->answer_us,
		.requests = d->requests,
		.timeouts = d->timeouts,
		.errors = d->errors,
		.connects = d->connects,
		.since = d->since.us,
		.last_error = (uint16_t)d->error,
		.last_error_time = d->error_time.us,
		.last_error_count = d->error_count,
		.detail = d->detail,
	};

	d->is_dirty = false;
	e->ops->state(&m, e->arg);
}

static void
give_written(const struct msg_field_written *m, uint32_t reply_to, void *arg)
{
	struct echonet *e = arg;

	e->ops->written(m, reply_to, e->arg);
}

static void
give_met(struct el_device *d, void *arg)
{
	struct echonet *e = arg;

	e->ops->met(&(struct msg_node_id){ .device = d->cfg->number, .id = { d->id.bytes, d->id.len } }, e->arg);
}

static const struct el_ops poll_ops = { .send = send_to,
	.met = give_met,
	.samples = give_samples,
	.late = give_late,
	.state = give_state,
	.written = give_written,
	.silent = silent };

/* ---- ports */

/* We say that we are there, and ask who else is: each that answers, and is configured, is asked at once. */
static void
say_hello(struct echonet *e, struct el_port *p, bool is_first)
{
	uint8_t out[EL_FRAME_MAX];
	struct el_frame f = {
		.tid = ++e->tid, .seoj = EL_CONTROLLER, .deoj = ECHONET_NODE, .service = EL_GETS, .count = 2
	};
	size_t n = is_first ? el_node_hello(&e->node, ++e->tid, out) : 0;

	if (n > 0)
		(void)el_port_send_group(p, out, n);
	f.props[0].epc = EPC_INSTANCES;
	f.props[1].epc = EPC_ID; /* one that is missed may have another address now */
	n = el_frame_put(out, &f);
	if (n > 0)
		(void)el_port_send_group(p, out, n);
}

static void
open_port(struct echonet *e, struct el_port *p, struct moment now)
{
	enum err err = el_port_open(p);

	if (err == OK) {
		say_hello(e, p, true);
		return;
	}
	log_warn("ECHONET Lite: %s", p->why);
	el_poll_port_failed(e->poll, p->index, err, p->why, now);
}

static bool
is_any_missing(const struct echonet *e, uint32_t port)
{
	for (uint32_t i = 0; i < e->poll->device_count; i++)
		if (e->poll->devices[i].cfg->port == port && e->poll->devices[i].state == DEVICE_DOWN)
			return true;
	return false;
}

static void
search_fire(struct timer *t, struct moment now)
{
	struct echonet *e = t->arg;
	bool is_time = mono_diff_us(now.mono, e->searched) >= SEARCH_US;

	timer_set(e->timers, t, mono_add(now.mono, OPEN_US));
	if (is_time)
		e->searched = now.mono;
	for (uint32_t i = 0; i < e->port_count; i++) {
		if (!el_port_is_open(&e->ports[i]))
			open_port(e, &e->ports[i], now);
		else if (is_time && is_any_missing(e, i))
			say_hello(e, &e->ports[i], false);
	}
}

static void
close_ports(struct echonet *e)
{
	for (uint32_t i = 0; i < e->port_count; i++)
		el_port_close(&e->ports[i]);
	free(e->ports);
	e->ports = NULL;
	e->port_count = 0;
	timer_stop(e->timers, &e->search);
}

/* ---- configuration */

void
echonet_begin(struct echonet *e)
{
	el_setup_free(e->pending);
	e->pending = el_setup_new();
}

enum err
echonet_config(struct echonet *e, unsigned type, struct rbuf *r, char *why, size_t size)
{
	union {
		struct msg_echonet_device device;
		struct msg_echonet_item item;
		struct msg_echonet_start start;
	} m;
	enum err err = ERR_FRAME;

	if (e->pending == NULL)
		return OK;
	switch (type) {
	case W_ECHONET_DEVICE:
		if (msg_echonet_device_get(r, &m.device))
			err = el_setup_device(e->pending, &m.device);
		break;
	case W_ECHONET_ITEM:
		if (msg_echonet_item_get(r, &m.item))
			err = el_setup_item(e->pending, &m.item);
		break;
	default:
		if (msg_echonet_start_get(r, &m.start))
			err = el_setup_finish(e->pending, &m.start);
		break;
	}
	str_copy(why, size, err == ERR_CONFIG ? e->pending->why : "a frame of the configuration cannot be read");
	return err;
}

enum err
echonet_swap(struct echonet *e, struct moment now, char *why, size_t size)
{
	if (e->pending == NULL || (e->pending->device_count > 0 && !e->pending->is_whole)) {
		str_copy(why, size, "nodes of ECHONET Lite came without their count");
		return ERR_CONFIG;
	}
	if (e->poll != NULL)
		e->tid = e->poll->tid; /* what is still on its way answers no question of the new one */
	el_poll_free(e->poll, now);
	close_ports(e);
	el_setup_free(e->config);
	e->config = e->pending;
	e->pending = NULL;
	e->poll = el_poll_new(e->config, &poll_ops, e, e->timers, ++e->seed, e->tid);
	e->port_count = e->config->port_count;
	e->ports = xcalloc(e->port_count + 1, sizeof(*e->ports));
	el_poll_start(e->poll, now);
	for (uint32_t i = 0; i < e->port_count; i++) {
		el_port_init(&e->ports[i], e->loop, &e->config->ports[i], &port_ops, e);
		e->ports[i].index = i;
	}
	for (uint32_t i = 0; i < e->port_count; i++)
		open_port(e, &e->ports[i], now);
	e->searched = now.mono;
	if (e->port_count > 0)
		timer_set(e->timers, &e->search, mono_add(now.mono, OPEN_US));
	return OK;
}

/* ---- from chisand */

bool
echonet_write(struct echonet *e, const struct msg_field_write *w, uint32_t reply_to, struct moment now)
{
	return e->poll != NULL && el_poll_write(e->poll, w, reply_to, now);
}

bool
echonet_scan(struct echonet *e, point_id point, bool is_on)
{
	return e->poll != NULL && el_poll_scan(e->poll, point, is_on);
}

bool
echonet_raw(const struct echonet *e, point_id point, struct msg_raw *m)
{
	const struct el_item *it = e->poll != NULL ? el_poll_find(e->poll, point) : NULL;

	if (it == NULL)
		return false;
	*m = (struct msg_raw){ .point = point,
		.table = TABLE_HOLDING,
		.address = it->cfg->epc,
		.type = RAW_F64,
		.time = it->time.us,
		.cause = it->cause,
		.decoded = it->value,
		.raw = { it->raw, it->raw_len } };
	return true;
}

void
echonet_show(struct echonet *e, struct dump *d)
{
	e->dump = d;
}

bool
echonet_place_of(const struct echonet *e, uint32_t device, struct dump_place *out)
{
	for (uint32_t i = 0; e->poll != NULL && i < e->poll->device_count; i++) {
		const struct el_device *d = &e->poll->devices[i];

		if (d->cfg->number != device)
			continue;
		*out = (struct dump_place){ e, d->cfg->port, el_poll_node(d) };
		return true;
	}
	return false;
}

void
echonet_tell(struct echonet *e, uint32_t part, uint32_t parts)
{
	for (uint32_t i = part; e->poll != NULL && i < e->poll->device_count; i += parts)
		if (e->poll->devices[i].is_dirty)
			give_state(&e->poll->devices[i], e);
}

void
echonet_count(const struct echonet *e, uint64_t *requests, uint32_t *up)
{
	for (uint32_t i = 0; e->poll != NULL && i < e->poll->device_count; i++)
		*up += e->poll->devices[i].state == DEVICE_UP;
	*requests += e->poll != NULL ? e->poll->requests : 0;
}

/* ---- life */

struct echonet *
echonet_new(struct ev_loop *loop, struct timers *timers, const struct echonet_ops *ops, void *arg, uint64_t seed)
{
	struct echonet *e = xcalloc(1, sizeof(*e));

	*e = (struct echonet){ .loop = loop, .timers = timers, .ops = ops, .arg = arg, .seed = seed };
	e->tid = (uint16_t)(seed >> 16); /* answers to one before us are none to us */
	el_node_init(&e->node, seed);
	timers_reserve(timers, 1);
	timer_init(&e->search, search_fire, e);
	return e;
}

void
echonet_free(struct echonet *e)
{
	if (e == NULL)
		return;
	close_ports(e);
	el_poll_free(e->poll, (struct moment){ clock_mono(), clock_utc() });
	el_setup_free(e->config);
	el_setup_free(e->pending);
	timers_release(e->timers, 1);
	free(e);
}
