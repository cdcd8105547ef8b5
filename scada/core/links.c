/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links.c - configuration out, samples and states in.  What comes in is checked as if a stranger had sent it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/describe.h"
#include "scada/core/encode.h"
#include "scada/core/links_private.h"

#define SAMPLE_BYTES 14 /* point u32, cause u16, value f64 */
#define LATE_BYTES   16 /* time i64, value f64 */

struct links *
links_new(struct publish *p, const struct links_ops *ops, void *arg)
{
	struct links *l = xcalloc(1, sizeof(*l));

	l->publish = p;
	l->ops = ops;
	l->arg = arg;
	l->nodes = nodes_new();
	return l;
}

void
links_free(struct links *l)
{
	if (l != NULL)
		nodes_free(l->nodes);
	free(l);
}

/* ---- configuration */

/* When the device was looked at last, as far as anybody knows: what it remembers of later is what is missing. */
static struct utc
known_until(const struct links *l, uint32_t device)
{
	uint32_t count;
	const struct utc *times = table_group_times(l->table, &count);
	struct utc last = { 0 };

	for (uint32_t g = 0; g < count && g < l->site->group_count; g++)
		if (l->site->groups[g].device == device && times[g].us > last.us)
			last = times[g];
	return last.us != 0 ? last : l->known;
}

/* Of chisan-field alone: a serial line has no nodes. */
static void
send_echonet(struct links *l, struct wbuf *b)
{
	const struct site *s = l->site;
	struct msg_echonet_start start = { 0 };
	int64_t offset = utc_zone_offset_us(clock_utc());

	for (uint32_t i = 0; i < s->node_count; i++) {
		const struct site_device *d = s->nodes[i].device;
		char was[2 * NODE_ID_MAX + 1];

		if (!describe_is_echonet(s, i))
			continue;
		describe_echonet_device(
		    s, i, known_until(l, i), offset, nodes_known(l->nodes, d->name, d->link, was), b);
		conn_send(l->conns[0], W_ECHONET_DEVICE, 0, b, NULL);
		start.devices++;
	}
	for (point_id i = 0; start.devices > 0 && i < s->point_count; i++) {
		for (int is_write = 0; is_write < 2; is_write++) {
			if (!describe_echonet_item(s, i, is_write, b))
				continue;
			conn_send(l->conns[0], W_ECHONET_ITEM, 0, b, NULL);
			start.items++;
		}
	}
	if (start.devices == 0)
		return;
	wbuf_reset(b);
	msg_echonet_start_put(b, &start);
	conn_send(l->conns[0], W_ECHONET_START, 0, b, NULL);
}

static unsigned
part_of_conn(const struct site *s, uint32_t conn)
{
	if (conn >= s->conn_count)
		return LINKS_PARTS;
	return s->conns[conn].line == UINT32_MAX ? 0 : 1 + s->conns[conn].line;
}

unsigned
links_part(const struct site *s, uint32_t device)
{
	return device < s->node_count && describe_is_field(s, device) ? part_of_conn(s, s->nodes[device].conn)
	                                                              : LINKS_PARTS;
}

static unsigned
part_of_point(const struct links *l, point_id point)
{
	return links_part(l->site, l->site->points[point].device);
}

static void
send_links(struct links *l, unsigned part, struct wbuf *b, struct msg_field_start *start)
{
	for (uint32_t i = 0; i < l->site->conn_count; i++) {
		if (part_of_conn(l->site, i) != part || l->site->conns[i].transport == TRANSPORT_ECHONET)
			continue; /* nodes of ECHONET Lite say themselves where they are */
		describe_field_link(l->site, i, b);
		conn_send(l->conns[part], W_FIELD_LINK, 0, b, NULL);
		start->links++;
		if (describe_field_serial(l->site, i, b))
			conn_send(l->conns[part], W_FIELD_SERIAL, 0, b, NULL);
		if (describe_field_proxy(l->site, i, b))
			conn_send(l->conns[part], W_FIELD_PROXY, 0, b, NULL);
	}
}

static void
send_points(struct links *l, unsigned part, struct wbuf *b, struct msg_field_start *start)
{
	const struct site *s = l->site;
	struct conn *c = l->conns[part];

	for (point_id i = 0; i < s->point_count; i++) {
		if (part_of_point(l, i) != part || !describe_field_item(s, i, b))
			continue;
		conn_send(c, W_FIELD_ITEM, 0, b, NULL);
		if (describe_field_place(s, i, false, b))
			conn_send(c, W_FIELD_PLACE, 0, b, NULL);
		start->items++;
	}
	for (point_id i = 0; i < s->point_count; i++) {
		if (part_of_point(l, i) != part || !describe_is_output(s, i) ||
		    !describe_field_output(s, i, l->ops->left_set != NULL ? l->ops->left_set(i, l->arg) : 0, b))
			continue;
		conn_send(c, W_FIELD_OUTPUT, 0, b, NULL);
		if (describe_field_place(s, i, true, b))
			conn_send(c, W_FIELD_PLACE, 0, b, NULL);
		for (uint32_t n = 0; describe_field_step(s, i, n, b); n++)
			conn_send(c, W_FIELD_STEP, 0, b, NULL);
		start->outputs++;
	}
}

static void
send_config(struct links *l, unsigned part)
{
	const struct site *s = l->site;
	struct conn *c = l->conns[part];
	struct msg_field_start start = { 0 };
	struct wbuf b;

	if (c == NULL || s == NULL)
		return;
	wbuf_init(&b);
	conn_set_generation(c, l->generation);
	conn_send(c, W_FIELD_BEGIN, 0, NULL, NULL);
	send_links(l, part, &b, &start);
	if (part == 0)
		send_echonet(l, &b);
	for (uint32_t i = 0; i < s->node_count; i++) {
		if (links_part(s, i) != part || describe_is_echonet(s, i))
			continue;
		describe_field_device(s, i, &b);
		conn_send(c, W_FIELD_DEVICE, 0, &b, NULL);
		if (describe_field_sunspec(s, i, &b))
			conn_send(c, W_FIELD_SUNSPEC, 0, &b, NULL);
		start.devices++;
	}
	send_points(l, part, &b, &start);
	wbuf_reset(&b);
	msg_field_start_put(&b, &start);
	conn_send(c, W_FIELD_START, 0, &b, NULL);
	wbuf_done(&b);
	for (point_id i = 0; i < s->point_count; i++)
		if (table_is_off(l->table, i) && part_of_point(l, i) == part)
			links_scan(l, i, false);
}

void
links_scan(struct links *l, point_id point, bool on)
{
	struct msg_field_scan m = { .point = point, .on = on };
	unsigned part = l->site != NULL ? part_of_point(l, point) : LINKS_PARTS;
	struct wbuf b;

	if (part == LINKS_PARTS || l->conns[part] == NULL || conn_generation(l->conns[part]) != l->generation)
		return; /* told with the configuration */
	wbuf_init(&b);
	msg_field_scan_put(&b, &m);
	conn_send(l->conns[part], W_FIELD_SCAN, 0, &b, NULL);
	wbuf_done(&b);
}

/* What a device is before the field program has said a word, or when it says none any more. */
static void
set_state(struct links *l, uint32_t device, enum device_state state, enum err why)
{
	const struct msg_device_state *known = publish_device_state(l->publish, device);
	struct msg_device_state m = *known;

	m.device = device;
	m.state = (uint8_t)state;
	m.since = clock_utc().us;
	if (why != OK) {
		m.last_error = (uint16_t)why;
		m.last_error_time = m.since;
		m.last_error_count = 1;
		m.detail = "";
	}
	publish_device(l->publish, &m);
	if (l->ops->state != NULL)
		l->ops->state(&m, l->arg);
}

static void
first_states(struct links *l)
{
	for (uint32_t i = 0; i < l->site->node_count; i++) {
		if (!l->site->nodes[i].device->enabled) {
			table_device_down(l->table, i, ERR_DISABLED);
			set_state(l, i, DEVICE_OFF, OK);
		} else if (!describe_is_field(l->site, i)) {
			set_state(l, i, DEVICE_UP, OK);
		} else {
			set_state(l, i, DEVICE_CONNECTING, OK);
		}
	}
}

/* Those of a part; LINKS_PARTS: all. */
static void
fail_questions(struct links *l, unsigned part, enum err why)
{
	for (size_t i = 0; i < QUESTIONS_MAX; i++) {
		struct question q = l->questions[i];

		if (part != LINKS_PARTS && q.part != part)
			continue;
		l->questions[i] = (struct question){ 0 };
		if (q.asker != NULL)
			l->ops->raw_failed(q.asker, q.asked, why, err_text(why), l->arg);
	}
}

void
links_site(struct links *l, struct table *t, uint16_t generation)
{
	fail_questions(l, LINKS_PARTS, ERR_GENERATION);
	l->table = t;
	l->site = t == NULL ? NULL : table_site(t);
	l->generation = generation;
	if (t == NULL)
		return;
	first_states(l);
	for (unsigned part = 0; part < LINKS_PARTS; part++) {
		if (l->conns[part] != NULL)
			send_config(l, part);
		else if (l->was_up[part])
			links_down(l, part); /* it fell before this configuration came */
	}
}

void
links_known(struct links *l, struct utc known)
{
	l->known = known;
}

void
links_up(struct links *l, unsigned part, struct conn *c)
{
	l->conns[part] = c;
	l->was_up[part] = true;
	send_config(l, part);
}

/* They were connected to the field program that is gone. */
static void
disconnect_masters(struct links *l, uint32_t device)
{
	const struct msg_shared *known = publish_shared_state(l->publish, device);
	struct msg_shared m;

	if (known == NULL || known->masters == 0)
		return;
	m = *known;
	m.masters = 0;
	publish_shared(l->publish, &m);
}

void
links_down(struct links *l, unsigned part)
{
	l->conns[part] = NULL;
	l->stats[part] = (struct msg_field_stats){ 0 };
	fail_questions(l, part, ERR_HELPER);
	for (uint32_t i = 0; l->site != NULL && i < l->site->node_count; i++) {
		if (links_part(l->site, i) != part || !l->site->nodes[i].device->enabled)
			continue;
		table_device_down(l->table, i, ERR_HELPER);
		set_state(l, i, DEVICE_DOWN, ERR_HELPER);
		disconnect_masters(l, i);
	}
	if (l->ops->down != NULL)
		l->ops->down(part, l->arg);
}

/* ---- reports */

static enum err
got_samples(struct links *l, unsigned part, struct rbuf *r, struct utc received, struct mono now)
{
	struct msg_samples m;

	if (!msg_samples_get(r, &m) || links_part(l->site, m.device) != part ||
	    r->len - r->pos != (size_t)m.count * SAMPLE_BYTES)
		return ERR_FRAME;
	for (uint16_t i = 0; i < m.count; i++) {
		uint32_t point = r_u32(r);
		uint16_t cause = r_u16(r);
		double raw = r_f64(r);

		if (point >= l->site->point_count || l->site->points[point].device != m.device || !err_is_known(cause))
			return ERR_FRAME;
		if (!table_sample(l->table, point, raw, (enum err)cause, (struct utc){ m.time }, received, now))
			return ERR_FRAME;
	}
	return OK;
}

/* Whatever a device remembers cannot be of the future, nor from before anybody built one. */
static enum err
got_late(struct links *l, unsigned part, struct rbuf *r, struct utc received)
{
	struct msg_late m;

	if (!msg_late_get(r, &m) || r->len - r->pos != (size_t)m.count * LATE_BYTES ||
	    m.point >= l->site->point_count || l->site->points[m.point].device != m.device ||
	    links_part(l->site, m.device) != part || !describe_is_echonet(l->site, m.device))
		return ERR_FRAME;
	for (uint16_t i = 0; i < m.count; i++) {
		struct utc time = { r_i64(r) };
		double value, raw = r_f64(r);

		if (l->ops->late == NULL || !utc_is_plausible(time) || time.us > received.us ||
		    !table_scaled(l->table, m.point, raw, &value))
			continue;
		l->ops->late(m.point, time, value, l->arg);
	}
	return OK;
}

static enum err
got_device_state(struct links *l, unsigned part, struct rbuf *r)
{
	struct msg_device_state m;

	if (!msg_device_state_get(r, &m) || !r_done(r) || links_part(l->site, m.device) != part ||
	    m.state >= DEVICE_STATE_COUNT || !err_is_known(m.last_error))
		return ERR_FRAME;
	if (!l->site->nodes[m.device].device->enabled)
		return OK; /* it is off, whatever is said of it */
	if (m.state == DEVICE_DOWN)
		table_device_down(l->table, m.device, m.last_error == OK ? ERR_NOT_CONNECTED : (enum err)m.last_error);
	/* CONNECTING after an error is the one retry at once: if it fails DOWN follows, if not the values never flickered */
	publish_device(l->publish, &m);
	if (l->ops->state != NULL)
		l->ops->state(&m, l->arg);
	return OK;
}

/* Kept by name and link: at another address it may be another node. */
static enum err
got_node_id(struct links *l, unsigned part, struct rbuf *r)
{
	const struct site_device *d;
	struct msg_node_id m;

	if (!msg_node_id_get(r, &m) || !r_done(r) || m.id.len == 0 || m.id.len > NODE_ID_MAX ||
	    links_part(l->site, m.device) != part || !describe_is_echonet(l->site, m.device))
		return ERR_FRAME;
	d = l->site->nodes[m.device].device;
	nodes_met(l->nodes, d->name, d->link, m.id.data, m.id.len);
	return OK;
}

static enum err
got_shared(struct links *l, unsigned part, struct rbuf *r)
{
	struct msg_shared m;

	if (!msg_shared_get(r, &m) || !r_done(r) || links_part(l->site, m.device) != part || m.clients == 0)
		return ERR_FRAME;
	publish_shared(l->publish, &m);
	return OK;
}

static bool
is_output_of(const struct links *l, unsigned part, point_id point)
{
	return point < l->site->point_count && describe_is_output(l->site, point) && part_of_point(l, point) == part;
}

static enum err
got_written(struct links *l, unsigned part, const struct frame *f, struct rbuf *r)
{
	struct msg_field_written m;

	if (!msg_field_written_get(r, &m) || !r_done(r) || !err_is_known(m.err))
		return ERR_FRAME;
	/* whoever asked knows it by its number; the point may be one of a configuration that has ended */
	if (f->generation != l->generation)
		m.point = POINT_NONE;
	if (m.point != POINT_NONE && !is_output_of(l, part, m.point))
		return ERR_FRAME;
	if (l->ops->written != NULL)
		l->ops->written(&m, l->arg);
	return OK;
}

static enum err
got_pulse(struct links *l, unsigned part, struct rbuf *r)
{
	struct msg_field_pulse m;

	if (!msg_field_pulse_get(r, &m) || !r_done(r) || !is_output_of(l, part, m.point) ||
	    ((m.coils | m.refused) & ~(PULSE_COIL | PULSE_OPEN_COIL)) != 0)
		return ERR_FRAME;
	if (l->ops->pulse != NULL)
		l->ops->pulse(&m, l->arg);
	return OK;
}

static enum err
got_forwarded(struct links *l, struct rbuf *r)
{
	struct msg_forwarded m;

	if (!msg_forwarded_get(r, &m) || !r_done(r) || !err_is_known(m.err) || m.count == 0 ||
	    (m.table != TABLE_COIL && m.table != TABLE_HOLDING) ||
	    m.data.len != (m.table == TABLE_COIL ? (m.count + 7u) / 8 : m.count * 2u))
		return ERR_FRAME;
	if (l->ops->forwarded != NULL)
		l->ops->forwarded(&m, l->arg);
	return OK;
}

enum err
links_frame(struct links *l, unsigned part, const struct frame *f, struct utc received, struct mono now)
{
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (l->site == NULL)
		return OK;
	switch (f->type) {
	case W_SAMPLES: return got_samples(l, part, &r, received, now);
	case W_LATE: return got_late(l, part, &r, received);
	case W_DEVICE_STATE: return got_device_state(l, part, &r);
	case W_SHARED: return got_shared(l, part, &r);
	case W_NODE_ID: return got_node_id(l, part, &r);
	case W_FIELD_WRITTEN: return got_written(l, part, f, &r);
	case W_FIELD_PULSE: return got_pulse(l, part, &r);
	case W_FORWARDED: return got_forwarded(l, &r);
	case W_FIELD_STATS: return msg_field_stats_get(&r, &l->stats[part]) ? OK : ERR_FRAME;
	case W_RAW:
	case W_REGISTERS:
	case W_DUMP:
	case W_RESULT: return links_answer(l, part, f);
	case W_PING:
	case W_PONG: return OK;
	case W_BYE: return OK; /* its pipe ends next */
	default: return ERR_FRAME;
	}
}

/* ---- writes */

enum err
links_write(struct links *l, const struct msg_field_write *w, char *why, size_t size)
{
	struct msg_field_write m = *w;
	const struct site_point *p;
	struct conn *c;
	struct wbuf b;
	enum err e;

	if (l->site == NULL || w->point >= l->site->point_count || !describe_is_output(l->site, w->point)) {
		str_copy(why, size, "no register of a device is written for this point");
		return ERR_NOT_FOUND;
	}
	p = &l->site->points[w->point];
	if (!l->site->nodes[p->device].device->enabled) {
		str_printf(why, size, "%.64s is switched off in the site file", l->site->nodes[p->device].device->name);
		return ERR_DISABLED;
	}
	e = encode_value(p->def, w->raw, &m.raw, why, size);
	if (e != OK)
		return e;
	c = l->conns[part_of_point(l, w->point)];
	if (c == NULL) {
		str_copy(why, size, err_text(ERR_HELPER));
		return ERR_HELPER;
	}
	wbuf_init(&b);
	msg_field_write_put(&b, &m);
	e = conn_send(c, W_FIELD_WRITE, 0, &b, NULL);
	wbuf_done(&b);
	if (e == OK)
		return OK;
	str_copy(why, size, err_text(ERR_HELPER));
	return ERR_HELPER;
}

struct msg_field_stats
links_stats(const struct links *l)
{
	struct msg_field_stats all = { 0 };

	for (unsigned part = 0; part < LINKS_PARTS; part++) {
		const struct msg_field_stats *one = &l->stats[part];

		all.lag_us = one->lag_us > all.lag_us ? one->lag_us : all.lag_us;
		all.late += one->late;
		all.connected += one->connected;
		all.rss_kb += one->rss_kb;
		all.requests += one->requests;
	}
	return all;
}

void
links_count(const struct links *l, uint32_t by_state[DEVICE_STATE_COUNT])
{
	memset(by_state, 0, DEVICE_STATE_COUNT * sizeof(by_state[0]));
	for (uint32_t i = 0; l->site != NULL && i < l->site->node_count; i++)
		by_state[publish_device_state(l->publish, i)->state]++;
}
