/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe.c - from the tree of the site to bodies of frames.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/base/str.h"
#include "scada/base/sunspec.h"
#include "scada/core/describe.h"

#define CHAIN_GAP 124
#define BEAT_US   US_PER_S

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static uint32_t
us32(int64_t us)
{
	return us <= 0 ? 0 : us >= UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

void
describe_device(const struct site *s, uint32_t device, struct wbuf *b)
{
	const struct site_node *n = &s->nodes[device];
	const struct site_device *d = n->device;
	struct msg_device m = {
		.device = device,
		.name = d->name,
		.title = d->title != NULL ? d->title : or_empty(n->profile->title),
		.title_ja = d->title_ja != NULL ? d->title_ja : or_empty(n->profile->title_ja),
		.profile = or_empty(n->profile->name),
		.link = or_empty(d->link),
		.protocol = (uint8_t)n->profile->protocol,
		.poll_us = us32(d->poll_us),
		.area = or_empty(d->area),
	};

	wbuf_reset(b);
	msg_device_put(b, &m);
}

/* ---- points */

static int
order_of(const struct site_register *r, const struct site_profile *p)
{
	return schema_is_set(&register_schema, r, offsetof(struct site_register, byte_order)) ? r->byte_order
	                                                                                      : p->byte_order;
}

/* Appends which bits are taken. */
static void
put_part(const struct site_register *r, char *buf, size_t size)
{
	if (r->bit >= 0)
		str_printf(buf + strlen(buf), size - strlen(buf), ", bit %lld", (long long)r->bit);
	else if (!isnan(r->bits.lo) && !isnan(r->bits.hi))
		str_printf(buf + strlen(buf), size - strlen(buf), ", bits %d to %d", (int)r->bits.lo, (int)r->bits.hi);
}

static void
put_source(const struct site *s, const struct site_point *p, char *buf, size_t size)
{
	const struct site_register *r = p->def->read;
	const struct site_profile *profile;

	buf[0] = '\0';
	if (p->device == DEVICE_NONE || p->def->expression != NULL) {
		str_printf(buf, size, "= %s", or_empty(p->def->expression));
		return;
	}
	profile = s->nodes[p->device].profile;
	if (r == NULL)
		return;
	if (profile->protocol == PROTOCOL_INTERNAL) {
		str_printf(buf, size, "chisand's %s", or_empty(r->internal));
		return;
	}
	if (r->property != NULL) {
		str_printf(buf, size, "property %s", r->property);
		return;
	}
	if (r->point != NULL) {
		str_printf(buf, size, "SunSpec %s", r->point);
		put_part(r, buf, size);
		return;
	}
	str_printf(buf, size, "%s %lld", mb_table_word((enum mb_table)r->table), (long long)r->address);
	if (r->table == TABLE_COIL || r->table == TABLE_DISCRETE)
		return;
	str_append(buf, size, ", ");
	str_append(buf, size, raw_type_word((enum raw_type)r->type));
	if (raw_type_registers((enum raw_type)r->type) > 1) {
		str_append(buf, size, " ");
		str_append(buf, size, byte_order_word((enum byte_order)order_of(r, profile)));
	}
	put_part(r, buf, size);
}

static const char *
name_in(const struct key_names *names, int64_t number)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (names->v[i].number == number)
			return names->v[i].text;
	return "";
}

static void
put_names(struct wbuf *b, const struct key_names *en, const struct key_names *ja, bool as_bits)
{
	for (uint32_t i = 0; i < en->n; i++) {
		if (as_bits)
			w_u8(b, (uint8_t)en->v[i].number);
		else
			w_i64(b, en->v[i].number);
		w_str(b, en->v[i].text);
		w_str(b, name_in(ja, en->v[i].number));
	}
}

static void
find_limits(const struct site_point_def *def, struct msg_point *m)
{
	const struct site_limit *limits = def->alarms.v;

	m->ll = m->l = m->h = m->hh = (double)NAN;
	for (uint32_t i = 0; i < def->alarms.n; i++) {
		switch (limits[i].type) {
		case LIMIT_LL: m->ll = limits[i].limit; break;
		case LIMIT_L: m->l = limits[i].limit; break;
		case LIMIT_H: m->h = limits[i].limit; break;
		case LIMIT_HH: m->hh = limits[i].limit; break;
		default: break;
		}
	}
}

/* What a console needs to know of an output before anything is asked of it. */
static void
put_output(const struct site_point_def *d, struct msg_point *m)
{
	m->ramp_per_s = (double)NAN;
	m->falls_back = "";
	m->confirm = "";
	if (d->write == NULL)
		return;
	m->output = OUT_WRITABLE | (d->select_before_operate ? OUT_SELECT : 0) | (d->dangerous ? OUT_DANGEROUS : 0) |
	    (d->two_person ? OUT_TWO_PERSON : 0) | (d->write->pulse_us > 0 ? OUT_PULSE : 0);
	if (d->ramp_per_s > 0)
		m->ramp_per_s = d->ramp_per_s;
	if (d->revert != NULL)
		m->revert_s = (uint32_t)(d->revert->after_us / US_PER_S);
	m->falls_back = or_empty(d->falls_back);
	m->confirm = d->output != NULL ? or_empty(d->output->confirm) : "";
}

void
describe_point(const struct site *s, point_id id, struct wbuf *b)
{
	const struct site_point *p = &s->points[id];
	const struct site_point_def *def = p->def;
	char source[512];
	struct wbuf states, bits;
	struct msg_point m = {
		.point = id,
		.device = p->device,
		.group = p->group,
		.kind = (uint8_t)def->kind,
		.decimals_plus_8 = (uint8_t)(p->decimals + 8),
		.name = p->name,
		.title = or_empty(def->title),
		.title_ja = or_empty(def->title_ja),
		.unit = or_empty(def->unit),
		.range_lo = def->range.lo,
		.range_hi = def->range.hi,
		.deadband = def->deadband,
		.period_us = us32(p->period_us),
		.source = source,
	};

	wbuf_init(&states);
	wbuf_init(&bits);
	put_source(s, p, source, sizeof(source));
	put_names(&states, &def->states, &def->states_ja, false);
	put_names(&bits, &def->bits, &def->bits_ja, true);
	find_limits(def, &m);
	put_output(def, &m);
	m.states = (struct msg_bytes){ states.data, states.len };
	m.bits = (struct msg_bytes){ bits.data, bits.len };
	wbuf_reset(b);
	msg_point_put(b, &m);
	wbuf_done(&states);
	wbuf_done(&bits);
}

/* ---- the field program's share */

bool
describe_is_field(const struct site *s, uint32_t device)
{
	return protocol_is_field(s->nodes[device].profile->protocol) && s->nodes[device].conn < s->conn_count;
}

void
describe_field_link(const struct site *s, uint32_t link, struct wbuf *b)
{
	const struct site_conn *c = &s->conns[link];
	struct msg_field_link m = {
		.link = link,
		.transport = (uint8_t)c->transport,
		.host = c->host,
		.port = c->port,
		.connections = c->connections,
		.gap_us = us32(c->gap_us),
	};

	wbuf_reset(b);
	msg_field_link_put(b, &m);
}

bool
describe_field_serial(const struct site *s, uint32_t link, struct wbuf *b)
{
	const struct site_conn *c = &s->conns[link];
	const struct site_link *l = c->manners;
	struct msg_field_serial m = { .link = link, .baud = 9600, .parity = SERIAL_EVEN, .stop_bits = 1, .retries = 2 };

	if (c->transport != TRANSPORT_MODBUS_RTU)
		return false;
	if (l != NULL) {
		m.baud = (uint32_t)l->baud;
		m.parity = (uint8_t)l->parity;
		m.stop_bits = (uint8_t)l->stop_bits;
		m.is_rs485 = l->rs485;
		m.before_ms = (uint16_t)(l->before_us / US_PER_MS);
		m.after_ms = (uint16_t)(l->after_us / US_PER_MS);
		m.retries = (uint8_t)l->retries;
	}
	wbuf_reset(b);
	msg_field_serial_put(b, &m);
	return true;
}

/* All registers of a chain exist, so that a gap in it costs nothing but its bytes. */
static uint16_t
gap_of(const struct site_profile *p)
{
	bool is_given = schema_is_set(&profile_schema, p, offsetof(struct site_profile, max_gap));

	return p->protocol == PROTOCOL_SUNSPEC && !is_given ? CHAIN_GAP : (uint16_t)p->max_gap;
}

void
describe_field_device(const struct site *s, uint32_t device, struct wbuf *b)
{
	const struct site_node *n = &s->nodes[device];
	const struct site_device *d = n->device;
	const struct site_profile *p = n->profile;
	const struct site_forbidden *f = p->forbidden.v;
	struct wbuf forbidden, identity;
	struct msg_field_device m = {
		.device = device,
		.link = n->conn,
		.unit = n->unit,
		.outstanding = (uint8_t)p->outstanding,
		.enabled = d->enabled,
		.max_registers = (uint16_t)p->max_registers,
		.max_bits = (uint16_t)p->max_bits,
		.max_gap = gap_of(p),
		.connect_timeout_us = us32(d->connect_timeout_us),
		.timeout_us = us32(d->timeout_us),
		.retry_min_us = us32(d->retry_min_us),
		.retry_max_us = us32(d->retry_max_us),
		.name = d->name,
	};

	wbuf_init(&forbidden);
	wbuf_init(&identity);
	for (uint32_t i = 0; i < p->forbidden.n; i++) {
		w_u8(&forbidden, (uint8_t)f[i].table);
		w_u16(&forbidden, (uint16_t)f[i].from);
		w_u16(&forbidden, (uint16_t)f[i].to);
	}
	if (p->identity != NULL) {
		w_u8(&identity, (uint8_t)p->identity->table);
		w_u16(&identity, (uint16_t)p->identity->address);
		w_u16(&identity, (uint16_t)p->identity->mask);
		w_u16(&identity, (uint16_t)p->identity->equals);
	}
	m.forbidden = (struct msg_bytes){ forbidden.data, forbidden.len };
	m.identity = (struct msg_bytes){ identity.data, identity.len };
	wbuf_reset(b);
	msg_field_device_put(b, &m);
	wbuf_done(&forbidden);
	wbuf_done(&identity);
}

/* Part of the raw integer; 0 and 63: the whole. */
static void
part_of(const struct site_register *r, uint8_t *lo, uint8_t *hi)
{
	*lo = 0;
	*hi = 63;
	if (r->bit >= 0) {
		*lo = *hi = (uint8_t)r->bit;
	} else if (!isnan(r->bits.lo) && !isnan(r->bits.hi)) {
		*lo = (uint8_t)r->bits.lo;
		*hi = (uint8_t)r->bits.hi;
	}
}

static bool
is_item(const struct site *s, point_id id)
{
	const struct site_point *p = &s->points[id];

	return p->device != DEVICE_NONE && p->def->read != NULL && p->def->expression == NULL &&
	    describe_is_field(s, p->device);
}

bool
describe_field_item(const struct site *s, point_id id, struct wbuf *b)
{
	const struct site_point *p = &s->points[id];
	const struct site_register *r = p->def->read;
	struct wbuf invalid;
	struct msg_field_item m = { .point = id, .device = p->device };

	if (!is_item(s, id) || describe_is_echonet(s, p->device))
		return false;
	m.table = (uint8_t)r->table;
	m.address = (uint16_t)r->address;
	m.type = (uint8_t)r->type;
	m.order = (uint8_t)order_of(r, s->nodes[p->device].profile);
	part_of(r, &m.bit_lo, &m.bit_hi);
	m.period_us = us32(p->period_us);
	if (r->scale_factor >= 0) {
		m.has_sf = 1;
		m.sf_address = (uint16_t)r->scale_factor;
	}
	wbuf_init(&invalid);
	for (uint32_t i = 0; i < r->invalid.n; i++)
		w_f64(&invalid, r->invalid.v[i]);
	m.invalid = (struct msg_bytes){ invalid.data, invalid.len };
	wbuf_reset(b);
	msg_field_item_put(b, &m);
	wbuf_done(&invalid);
	return true;
}

bool
describe_is_output(const struct site *s, point_id id)
{
	const struct site_point *p = &s->points[id];

	return p->device != DEVICE_NONE && p->def->write != NULL && describe_is_field(s, p->device);
}

static uint32_t
timer_of(const struct site_revert *revert)
{
	struct sunspec_place place;
	char message[200];

	if (revert == NULL)
		return UINT32_MAX;
	if (revert->timer_point != NULL && sunspec_parse(revert->timer_point, &place, message, sizeof(message)))
		return sunspec_offset(&place);
	return revert->timer_register >= 0 ? (uint32_t)revert->timer_register : UINT32_MAX;
}

bool
describe_field_output(const struct site *s, point_id id, uint8_t left_set, struct wbuf *b)
{
	const struct site_point *p = &s->points[id];
	const struct site_register *r = p->def->write;
	const struct site_revert *revert = p->def->revert;
	struct msg_field_output m = { .point = id, .device = p->device, .left_set = left_set };

	if (!describe_is_output(s, id) || describe_is_echonet(s, p->device))
		return false;
	m.table = (uint8_t)r->table;
	m.address = (uint16_t)r->address;
	m.type = (uint8_t)r->type;
	m.order = (uint8_t)order_of(r, s->nodes[p->device].profile);
	part_of(r, &m.bit_lo, &m.bit_hi);
	m.open_address = r->open_address >= 0 ? (uint32_t)r->open_address : UINT32_MAX;
	m.pulse_us = us32(r->pulse_us);
	if (r->scale_factor >= 0) {
		m.has_sf = 1;
		m.sf_address = (uint16_t)r->scale_factor;
	}
	m.timer_address = timer_of(revert);
	m.is_echoed = is_item(s, id);
	wbuf_reset(b);
	msg_field_output_put(b, &m);
	return true;
}

/* ---- places that count from a model */

bool
describe_field_sunspec(const struct site *s, uint32_t device, struct wbuf *b)
{
	const struct site_profile *p = s->nodes[device].profile;
	struct msg_field_sunspec m = { .device = device,
		.manufacturer = or_empty(p->manufacturer),
		.model = or_empty(p->model),
		.serial = or_empty(s->nodes[device].device->serial) };
	struct sunspec_place beat;
	char message[200];

	if (p->protocol != PROTOCOL_SUNSPEC || !describe_is_field(s, device))
		return false;
	if (p->heartbeat != NULL && sunspec_parse(p->heartbeat, &beat, message, sizeof(message))) {
		m.beat_model = beat.model;
		m.beat_address = (uint16_t)sunspec_offset(&beat);
		m.beat_registers = beat.point->size;
		m.beat_us = BEAT_US;
	}
	wbuf_reset(b);
	msg_field_sunspec_put(b, &m);
	return true;
}

bool
describe_field_place(const struct site *s, point_id id, bool is_output, struct wbuf *b)
{
	const struct site_point_def *d = s->points[id].def;
	const struct site_register *r = is_output ? d->write : d->read;
	struct msg_field_place m = { .point = id, .is_output = is_output, .model = r->model };
	struct sunspec_place timer;
	char message[200];

	if (r->model == 0)
		return false;
	if (is_output && d->revert != NULL && d->revert->timer_point != NULL &&
	    sunspec_parse(d->revert->timer_point, &timer, message, sizeof(message))) {
		m.timer_model = timer.model;
		m.timer_registers = timer.point->size;
	}
	wbuf_reset(b);
	msg_field_place_put(b, &m);
	return true;
}

bool
describe_field_step(const struct site *s, point_id id, uint32_t n, struct wbuf *b)
{
	const struct site_register *r = s->points[id].def->write;
	bool is_after = n >= r->before.n;
	const struct site_beside *list = is_after ? r->after.v : r->before.v, *step;
	struct msg_field_step m = { .point = id, .is_after = is_after };
	struct sunspec_place place;
	char message[200];

	if (r->model == 0 || n >= r->before.n + r->after.n)
		return false;
	step = &list[is_after ? n - r->before.n : n];
	if (!sunspec_parse(step->point, &place, message, sizeof(message)))
		return false;
	m.model = place.model;
	m.address = (uint16_t)sunspec_offset(&place);
	m.type = (uint8_t)sunspec_raw_type(place.point);
	m.is_times = !isnan(step->times);
	m.value = m.is_times ? step->times : step->value;
	wbuf_reset(b);
	msg_field_step_put(b, &m);
	return true;
}
