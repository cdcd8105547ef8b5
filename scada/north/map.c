/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.c - the map from its frame, and the answers of the functions 3, 4 and 16.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/north/map.h"

#define FC_READ_HOLDING 3
#define FC_READ_INPUT   4
#define FC_WRITE_MANY   16
#define FC_ENCAPSULATED 43

#define EXC_FUNCTION 1
#define EXC_ADDRESS  2
#define EXC_VALUE    3
#define EXC_FAILURE  4
#define EXC_BUSY     6

#define AGE_MAX 65535

/* ---- the map from its frame */

static bool
take_place(uint16_t *at, uint32_t index, uint16_t address, point_id point, uint32_t points)
{
	if (address >= NORTH_HALF || address % 2 != 0 || point >= points || at[address / 2] != 0)
		return false;
	at[address / 2] = (uint16_t)(index + 1);
	return true;
}

static bool
read_points(struct north_map *m, const struct msg_bytes *b, uint32_t points)
{
	struct rbuf r;

	if (b->len % 6 != 0 || b->len / 6 > NORTH_HALF / 2)
		return false;
	m->point_count = (uint32_t)(b->len / 6);
	m->points = arena_alloc(m->arena, (m->point_count + 1) * sizeof(*m->points));
	rbuf_init(&r, b->data, b->len);
	for (uint32_t i = 0; i < m->point_count; i++) {
		m->points[i].point = r_u32(&r);
		m->points[i].address = r_u16(&r);
		if (!take_place(m->at_value, i, m->points[i].address, m->points[i].point, points))
			return false;
	}
	return true;
}

static bool
read_setpoints(struct north_map *m, const struct msg_bytes *b, uint32_t points)
{
	struct rbuf r;
	uint32_t most = (uint32_t)(b->len / 12); /* bytes of the shortest */

	if (most > NORTH_HALF / 2)
		return false;
	m->setpoints = arena_alloc(m->arena, (most + 1) * sizeof(*m->setpoints));
	rbuf_init(&r, b->data, b->len);
	while (r.pos < r.len) {
		struct north_setpoint *s = &m->setpoints[m->setpoint_count];

		if (m->setpoint_count == most)
			return false;
		s->point = r_u32(&r);
		s->address = r_u16(&r);
		s->for_s = r_u32(&r);
		s->reason = arena_strdup(m->arena, r_str(&r));
		s->addcause = AC_NONE;
		if (r.bad || s->for_s == 0 ||
		    !take_place(m->at_setpoint, m->setpoint_count, s->address, s->point, points))
			return false;
		m->setpoint_count++;
	}
	return true;
}

struct north_map *
north_map_new(const struct msg_north *f, const char *site, uint16_t generation, uint32_t points)
{
	struct north_map *m = xcalloc(1, sizeof(*m));

	m->arena = arena_new();
	m->port = f->port;
	m->connections = f->connections;
	m->a_master = f->a_master;
	m->generation = generation;
	m->unit = f->unit;
	m->is_low_first = f->is_low_first != 0;
	m->rate = f->rate;
	m->idle_ms = f->idle_ms;
	str_copy(m->site, sizeof(m->site), site);
	if (!str_copy(m->host, sizeof(m->host), f->host) || !str_copy(m->masters, sizeof(m->masters), f->masters) ||
	    m->port == 0 || m->connections == 0 || m->a_master == 0 || m->rate == 0 || m->idle_ms == 0 ||
	    !read_points(m, &f->points, points) || !read_setpoints(m, &f->setpoints, points)) {
		north_map_free(m);
		return NULL;
	}
	return m;
}

void
north_map_free(struct north_map *m)
{
	if (m == NULL)
		return;
	arena_free(m->arena);
	free(m);
}

/* ---- registers */

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void
put_float(const struct north_map *m, uint8_t *p, float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put16(p + (m->is_low_first ? 2 : 0), bits >> 16);
	put16(p + (m->is_low_first ? 0 : 2), bits & 0xFFFF);
}

static double
get_float(const struct north_map *m, const uint8_t *p)
{
	uint32_t bits = (uint32_t)get16(p + (m->is_low_first ? 2 : 0)) << 16 | get16(p + (m->is_low_first ? 0 : 2));
	float v;

	memcpy(&v, &bits, sizeof(v));
	return (double)v;
}

/* A double whose float32 would be infinite has none. */
static bool
is_float(double v)
{
	return isfinite(v) && isfinite((float)v);
}

uint16_t
north_quality(const struct north_value *v)
{
	unsigned q = quality_validity(v->quality) == V_GOOD ? NORTH_GOOD
	    : quality_validity(v->quality) == V_UNCERTAIN   ? NORTH_UNCERTAIN
	                                                    : NORTH_BAD;

	if ((v->quality & Q_STALE) != 0)
		q |= NORTH_OLD;
	if ((v->quality & Q_NO_COMM) != 0)
		q |= NORTH_NO_COMM;
	if ((v->quality & Q_SUBSTITUTED) != 0)
		q |= NORTH_BY_HAND;
	if ((v->quality & Q_NEVER_READ) != 0 || v->age_us < 0)
		q |= NORTH_NEVER;
	if ((v->quality & (Q_OUT_OF_RANGE | Q_OVERFLOW)) != 0)
		q |= NORTH_OUT_OF_RANGE;
	if (isfinite(v->v) && !is_float(v->v))
		q |= NORTH_NO_FLOAT;
	if (!is_float(v->v))
		q = (q & ~0xFFu) | NORTH_BAD;
	return (uint16_t)q;
}

/* What cannot be relied on is no number at all: a master that looks at no quality must not take it for one. */
static float
served(const struct north_value *v)
{
	return (north_quality(v) & 0xFF) == NORTH_BAD ? (float)NAN : (float)v->v;
}

static unsigned
age_s(int64_t us)
{
	return us < 0 || us / US_PER_S > AGE_MAX ? AGE_MAX : (unsigned)(us / US_PER_S);
}

static unsigned
own_register(const struct north_map *m, const struct north_now *now, unsigned i)
{
	int64_t s = now->time.us / US_PER_S;

	switch (i) {
	case NORTH_OWN_HEARTBEAT: return now->heartbeat;
	case NORTH_OWN_STATE: return now->is_live ? 1 : 2;
	case NORTH_OWN_LAYOUT: return NORTH_LAYOUT;
	case NORTH_OWN_GENERATION: return m->generation;
	case NORTH_OWN_POINTS: return m->point_count;
	case NORTH_OWN_SETPOINTS: return m->setpoint_count;
	case NORTH_OWN_AGE: return age_s(now->heard_us);
	case NORTH_OWN_RATE: return m->rate > AGE_MAX ? AGE_MAX : m->rate;
	case NORTH_OWN_TIME: return (unsigned)(s >> 16 & 0xFFFF);
	case NORTH_OWN_TIME + 1: return (unsigned)(s & 0xFFFF);
	}
	i = (i - NORTH_OWN_NAME) * 2; /* what is behind the name is zero: the struct was */
	return (unsigned)((uint8_t)m->site[i] << 8 | (uint8_t)m->site[i + 1]);
}

/* ---- reading */

/* The one or two registers from address on that belong together; 0: nothing is there, or it would be parted. */
static unsigned
read_value(const struct north_map *m, const struct north_source *source, unsigned address, unsigned left, uint8_t *out)
{
	bool is_quality = address >= NORTH_HALF;
	unsigned at = is_quality ? address - NORTH_HALF : address;
	uint16_t index = at < NORTH_HALF ? m->at_value[at / 2] : 0;
	struct north_value v;

	if (index == 0 || (!is_quality && (at % 2 != 0 || left < 2)))
		return 0;
	source->value(m->points[index - 1].point, &v, source->arg);
	if (!is_quality) {
		put_float(m, out, served(&v));
		return 2;
	}
	put16(out, at % 2 == 0 ? north_quality(&v) : age_s(v.age_us));
	return 1;
}

static unsigned
read_setpoint(
    const struct north_map *m, const struct north_source *source, unsigned address, unsigned left, uint8_t *out)
{
	bool is_status = address >= NORTH_HALF;
	unsigned at = is_status ? address - NORTH_HALF : address;
	uint16_t index = at < NORTH_HALF ? m->at_setpoint[at / 2] : 0;
	const struct north_setpoint *s;
	struct north_value v;

	if (index == 0 || (!is_status && (at % 2 != 0 || left < 2)))
		return 0;
	s = &m->setpoints[index - 1];
	if (!is_status) {
		source->value(s->point, &v, source->arg);
		put_float(m, out, served(&v));
		return 2;
	}
	put16(out, at % 2 == 0 ? s->outcome : s->addcause);
	return 1;
}

static size_t
answer_read(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *pdu, size_t len, uint8_t *out)
{
	unsigned address, count, n;

	if (len != 5)
		return north_exception(pdu[0], EXC_VALUE, out);
	address = get16(pdu + 1);
	count = get16(pdu + 3);
	if (count < 1 || count > NORTH_READ_MAX)
		return north_exception(pdu[0], EXC_VALUE, out);
	for (unsigned i = 0; i < count; i += n) {
		unsigned at = address + i;
		uint8_t *to = out + 2 + (size_t)i * 2;

		n = 1;
		if (pdu[0] == FC_READ_HOLDING)
			n = read_setpoint(m, source, at, count - i, to);
		else if (at >= NORTH_OWN && at < NORTH_OWN + NORTH_OWN_COUNT)
			put16(to, own_register(m, now, at - NORTH_OWN));
		else
			n = read_value(m, source, at, count - i, to);
		if (n == 0)
			return north_exception(pdu[0], EXC_ADDRESS, out);
	}
	out[0] = pdu[0];
	out[1] = (uint8_t)(count * 2);
	return 2 + (size_t)count * 2;
}

/* ---- setting: one setpoint a request, both its registers at once */

static size_t
answer_write(const struct north_map *m, const struct north_source *source, const uint8_t *pdu, size_t len, uint8_t *out)
{
	unsigned address, count;
	uint16_t index;
	double v;
	enum err e;

	if (len < 6 || get16(pdu + 3) < 1 || get16(pdu + 3) > 123 || pdu[5] != get16(pdu + 3) * 2 ||
	    len != 6 + (size_t)pdu[5])
		return north_exception(pdu[0], EXC_VALUE, out);
	address = get16(pdu + 1);
	count = get16(pdu + 3);
	index = address < NORTH_HALF && address % 2 == 0 ? m->at_setpoint[address / 2] : 0;
	if (index == 0 || count != 2)
		return north_exception(pdu[0], EXC_ADDRESS, out);
	v = get_float(m, pdu + 6);
	if (!isfinite(v))
		return north_exception(pdu[0], EXC_VALUE, out);
	e = source->set(&m->setpoints[index - 1], v, source->arg);
	if (e != OK)
		return north_exception(pdu[0], e == ERR_BUSY ? EXC_BUSY : EXC_FAILURE, out);
	memcpy(out, pdu, 5);
	return 5;
}

size_t
north_exception(uint8_t function, uint8_t code, uint8_t out[NORTH_PDU_MAX])
{
	out[0] = function | 0x80;
	out[1] = code;
	return 2;
}

size_t
north_answer(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *pdu, size_t len, uint8_t out[NORTH_PDU_MAX])
{
	switch (pdu[0]) {
	case FC_READ_HOLDING:
	case FC_READ_INPUT: return answer_read(m, now, source, pdu, len, out);
	case FC_WRITE_MANY: return answer_write(m, source, pdu, len, out);
	case FC_ENCAPSULATED: return north_identify(m->site, pdu, len, out);
	default: return north_exception(pdu[0], EXC_FUNCTION, out);
	}
}
