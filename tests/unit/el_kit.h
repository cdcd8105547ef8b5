/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_kit.h - a node of ECHONET Lite that answers, is silent, refuses, announces and remembers, against a clock that jumps from one event to
 * the next. Include after config.h; everything is static.
 */
#ifndef CHISAN_EL_KIT_H
#define CHISAN_EL_KIT_H

#include <string.h>

#include "drivers/el_node.h"
#include "drivers/el_poll.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

#define METER  0x028A01u
#define PV     0x027901u
#define AIRCON 0x015701u
#define UTC \
	(INT64_C(1795000000) * US_PER_S / EL_HALF_HOUR_US * EL_HALF_HOUR_US + 600 * US_PER_S) /* ten past a half hour */
#define OFFSET  (9 * 3600 * US_PER_S)
#define POINTS  8
#define FLIGHTS 64

enum point { DEMAND, ENERGY, POWER, LIMIT };

struct flight {
	int64_t at;
	uint8_t last; /* of the address that it comes from */
	size_t len;
	uint8_t data[EL_FRAME_MAX];
};

static struct world {
	struct moment now;
	struct timers timers;
	struct el_setup *setup;
	struct el_poll *poll;
	struct flight flights[FLIGHTS];
	uint32_t flight_count;
	/* the node */
	bool is_silent, has_no_setget, has_pv_not, knows_no_coefficient, is_short;
	bool is_announcing, lists_coefficient, ignores_id;
	uint8_t id[EL_ID_MAX]; /* 00 at its begin: the node gives none */
	uint32_t silent_object;
	uint8_t refused_epc, day, limit[4];
	unsigned most; /* properties that it takes at a time; 0 = any */
	int64_t latency_us;
	/* what was seen */
	unsigned asked, asked_who, asked_power, asked_energy, samples[POINTS], bad[POINTS], states[DEVICE_STATE_COUNT],
	    late_count, setgets;
	enum err cause[POINTS];
	double value[POINTS], late_value[200];
	struct utc sample_time[POINTS], late_time[200];
	struct msg_field_written written;
	char detail[256];
	unsigned writes;
	uint16_t last_tid;
	uint8_t at;   /* last of the address of the node that is spoken to */
	unsigned met; /* times that it said which it is, and had not */
	struct el_id met_id;
} w;

/* ---- the node */

static void
put(struct el_prop *p, uint8_t *room, uint64_t v, unsigned at, unsigned len)
{
	memset(room, 0, 200);
	for (unsigned i = 0; i < 4 && len > 4; i++)
		room[at + i] = (uint8_t)(v >> (24 - 8 * i));
	for (unsigned i = 0; i < len && len <= 4; i++)
		room[i] = (uint8_t)(v >> (8 * (len - 1 - i)));
	p->len = (uint8_t)len;
	p->data = room;
}

/* Half hour i of the day holds 1000 * day + i, with one that was not measured. */
static void
put_history(struct el_prop *p, uint8_t *room)
{
	memset(room, 0, 200);
	room[1] = w.day;
	for (unsigned i = 0; i < 48; i++) {
		uint32_t v = i == 7 ? 0xFFFFFFFE : 1000u * w.day + i;

		for (unsigned k = 0; k < 4; k++)
			room[2 + 4 * i + k] = (uint8_t)(v >> (24 - 8 * k));
	}
	p->len = 194;
	p->data = room;
}

static bool
get(uint32_t object, struct el_prop *p, uint8_t *room)
{
	static const uint8_t list[] = { 3, 0x02, 0x8A, 1, 0x02, 0x79, 1, 0x01, 0x57, 1 },
	                     two[] = { 2, 0x02, 0x8A, 1, 0x01, 0x57, 1 }, map[] = { 3, 0x80, 0xC3, 0xE3 },
	                     none[] = { 0 }, coefficient[] = { 2, 0xD3, 0xE3 };

	p->len = 0;
	p->data = NULL;
	if (p->epc == w.refused_epc)
		return false;
	if (object == ECHONET_NODE && p->epc == 0xD6) {
		p->data = w.has_pv_not ? two : list;
		p->len = w.has_pv_not ? sizeof(two) : sizeof(list);
		return true;
	}
	if (object == ECHONET_NODE && p->epc == EPC_ID && w.id[0] != 0) {
		p->data = w.id;
		p->len = EL_ID_MAX;
		return true;
	}
	switch (p->epc) {
	case EPC_MAP_GET:
		p->data = coefficient;
		p->len = w.lists_coefficient ? sizeof(coefficient) : 0;
		return w.lists_coefficient;
	case 0x9D:
		p->data = w.is_announcing && object == METER ? map : none;
		p->len = w.is_announcing && object == METER ? sizeof(map) : 1;
		return true;
	case 0xC3: put(p, room, 250, 7, 11); return object == METER;
	case 0xE3: put(p, room, 123456, 7, w.is_short ? 10 : 11); return object == METER;
	case 0xD3:
		put(p, room, 60, 0, 4);
		if (w.knows_no_coefficient)
			p->len = 0;
		return !w.knows_no_coefficient;
	case 0xD4: return false; /* absent: 1 */
	case 0xC5: put(p, room, 1, 0, 1); return true;
	case 0xE6: put(p, room, 2, 0, 1); return true;
	case 0xE7: put_history(p, room); return object == METER;
	case 0xE0: put(p, room, 4321, 0, 2); return object == PV;
	case 0xDE:
		put(p, room, 0, 0, 4);
		memcpy(room, w.limit, 4);
		return object == AIRCON;
	default: return false;
	}
}

static bool
set(uint32_t object, const struct el_prop *p)
{
	if (object == METER && p->epc == 0xE1 && p->len == 1) {
		w.day = p->data[0];
		return true;
	}
	if (object != AIRCON || p->epc != 0xDE || p->len != 4 || p->data[2] > 0x20)
		return false;
	memcpy(w.limit, p->data, 4);
	return true;
}

static void
fly(const struct el_frame *f, int64_t delay)
{
	struct flight *x = &w.flights[w.flight_count++];

	ck_assert_uint_lt(w.flight_count, FLIGHTS);
	x->at = w.now.mono.us + delay;
	x->last = w.at;
	x->len = el_frame_put(x->data, f);
	ck_assert_uint_gt(x->len, 0);
}

static void
answer(const struct el_frame *f)
{
	static uint8_t room[EL_PROPS_MAX][200];
	struct el_frame a = { .tid = f->tid, .seoj = f->deoj, .deoj = f->seoj, .count = f->count, .got = f->got };
	bool is_whole = true;

	memcpy(a.props, f->props, sizeof(a.props));
	if (w.has_no_setget && f->service == EL_SETGET) {
		a.service = EL_SETGET_SNA;
		a.props[1].len = 0;
		fly(&a, w.latency_us);
		return;
	}
	for (unsigned i = 0; i < f->count; i++) {
		bool is_set = f->service == EL_SETC || (f->service == EL_SETGET && i < f->got);

		if (w.most > 0 && f->count > w.most) {
			a.props[i].len = 0;
			is_whole = false;
		} else if (is_set && set(f->deoj, &f->props[i])) {
			a.props[i].len = 0;
		} else if (is_set || !get(f->deoj, &a.props[i], room[i])) {
			is_whole = false;
		}
	}
	a.service = f->service == EL_SETC ? (is_whole ? EL_SET_RES : EL_SETC_SNA)
	    : f->service == EL_SETGET     ? (is_whole ? EL_SETGET_RES : EL_SETGET_SNA)
	                                  : (is_whole ? EL_GET_RES : EL_GET_SNA);
	fly(&a, w.latency_us);
}

static enum err
send_it(struct el_device *d, const uint8_t *data, size_t len, void *arg)
{
	const uint8_t *to = (const void *)&((const struct sockaddr_in *)&d->cfg->node.addr)->sin_addr;
	struct el_frame f;

	(void)arg;
	w.at = to[3];
	ck_assert_int_eq(el_frame_take(data, len, &f), OK);
	ck_assert_uint_eq(f.seoj, EL_CONTROLLER);
	ck_assert_uint_ne(f.tid, w.last_tid);
	w.last_tid = f.tid;
	w.asked++;
	w.setgets += f.service == EL_SETGET;
	for (unsigned i = 0; i < f.count && f.service == EL_GETS; i++) {
		w.asked_power += f.deoj == PV && f.props[i].epc == 0xE0;
		w.asked_energy += f.deoj == METER && f.props[i].epc == 0xE3;
	}
	w.asked_who += f.deoj == ECHONET_NODE && f.props[0].epc == EPC_ID;
	if (!w.is_silent && f.deoj != w.silent_object &&
	    !(w.ignores_id && f.deoj == ECHONET_NODE && f.props[0].epc == EPC_ID))
		answer(&f);
	w.at = 1;
	return OK;
}

/* ---- what is told */

static void
take_samples(struct el_device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	(void)d;
	(void)arg;
	for (uint32_t i = 0; i < count; i++) {
		ck_assert_uint_lt(s[i].point, POINTS);
		w.samples[s[i].point]++;
		w.bad[s[i].point] += s[i].cause != OK;
		w.cause[s[i].point] = s[i].cause;
		w.sample_time[s[i].point] = time;
		if (s[i].cause == OK)
			w.value[s[i].point] = s[i].value;
	}
}

static void
take_late(struct el_device *d, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg)
{
	(void)d;
	(void)arg;
	for (uint32_t i = 0; i < count && point == ENERGY; i++) {
		ck_assert_uint_lt(w.late_count, 200);
		w.late_time[w.late_count] = times[i];
		w.late_value[w.late_count++] = values[i];
	}
}

static void
take_state(struct el_device *d, void *arg)
{
	(void)arg;
	w.states[d->state]++;
}

static void
take_written(const struct msg_field_written *m, uint32_t reply_to, void *arg)
{
	(void)reply_to;
	(void)arg;
	w.written = *m;
	str_copy(w.detail, sizeof(w.detail), m->detail);
	w.writes++;
}

static void
take_met(struct el_device *d, void *arg)
{
	(void)arg;
	w.met++;
	w.met_id = d->id;
}

static const struct el_ops ops = { .send = send_it,
	.samples = take_samples,
	.late = take_late,
	.state = take_state,
	.written = take_written,
	.met = take_met };

/* ---- time */

static void
arrive_from(uint8_t last, const uint8_t *data, size_t len)
{
	struct el_address from;
	struct el_frame f;
	char text[16];

	str_printf(text, sizeof(text), "127.0.1.%u", last);
	ck_assert(el_address_take(text, 3610, &from));

	ck_assert_int_eq(el_frame_take(data, len, &f), OK);
	ck_assert(el_poll_frame(w.poll, 0, &from.addr, &f, w.now));
}

static inline void
arrive(const uint8_t *data, size_t len)
{
	arrive_from(1, data, len);
}

static void
run(int64_t us)
{
	int64_t end = w.now.mono.us + us;

	for (;;) {
		struct mono next = { INT64_MAX };
		uint32_t first = FLIGHTS;

		(void)timers_next(&w.timers, &next);
		for (uint32_t i = 0; i < w.flight_count; i++)
			if (w.flights[i].at <= next.us && (first == FLIGHTS || w.flights[i].at < w.flights[first].at))
				first = i;
		int64_t at = first < FLIGHTS ? w.flights[first].at : next.us;
		if (at > end)
			break;
		if (at > w.now.mono.us) {
			w.now.utc.us += at - w.now.mono.us;
			w.now.mono.us = at;
		}
		if (first == FLIGHTS) {
			timers_run(&w.timers, w.now);
			continue;
		}
		struct flight x = w.flights[first];
		w.flights[first] = w.flights[--w.flight_count];
		arrive_from(x.last, x.data, x.len);
	}
	w.now.utc.us += end - w.now.mono.us;
	w.now.mono.us = end;
}

static void
item(point_id point, uint32_t object, uint8_t epc, bool is_write)
{
	const struct echonet_row *r = echonet_find((uint16_t)(object >> 8), epc);
	struct msg_echonet_item m = { .point = point,
		.object = object,
		.epc = epc,
		.form = r->form,
		.at = r->at,
		.size = r->size,
		.scale = r->scale,
		.is_write = is_write };

	if (!is_write) {
		m.history = r->history;
		m.day = r->day;
		m.period_us = 10 * US_PER_S;
		m.slow_us = 25 * US_PER_S;
		for (unsigned i = 0; i < ECHONET_FACTORS; i++)
			m.factors |= (uint32_t)r->factors[i] << (24 - 8 * i);
	}
	ck_assert_int_eq(el_setup_item(w.setup, &m), OK);
}

static inline struct el_device *
node(void)
{
	return &w.poll->devices[0];
}

static void
begin_known(int64_t known_until, const char *id, const char *was)
{
	struct msg_echonet_device d = { .enabled = 1,
		.port = 3610,
		.timeout_us = 500000,
		.retry_min_us = 1000000,
		.retry_max_us = 60000000,
		.since = known_until,
		.offset_us = OFFSET,
		.own = "127.0.0.1",
		.node = "127.0.1.1",
		.name = "N",
		.id = id,
		.was = was };
	struct msg_echonet_start s = { 1, 5 };

	w.setup = el_setup_new();
	ck_assert_int_eq(el_setup_device(w.setup, &d), OK);
	item(DEMAND, METER, 0xC3, false);
	item(ENERGY, METER, 0xE3, false);
	item(POWER, PV, 0xE0, false);
	item(LIMIT, AIRCON, 0xDE, false);
	item(LIMIT, AIRCON, 0xDE, true);
	ck_assert_int_eq(el_setup_finish(w.setup, &s), OK);
	w.poll = el_poll_new(w.setup, &ops, NULL, &w.timers, 7, 0);
	el_poll_start(w.poll, w.now);
}

static inline void
begin_with(int64_t known_until, const char *id)
{
	begin_known(known_until, id, "");
}

static inline void
begin(int64_t known_until)
{
	begin_with(known_until, "");
}

static void
set_up(void)
{
	memset(&w, 0, sizeof(w));
	w.now = (struct moment){ { 1000 * US_PER_S }, { UTC } };
	w.latency_us = 20000;
	w.at = 1;
	timers_init(&w.timers);
}

static void
tear_down(void)
{
	el_poll_free(w.poll, w.now);
	el_setup_free(w.setup);
	timers_done(&w.timers);
}

/* ---- what tests do and look at */

static inline void
announce(uint32_t object, uint8_t service, uint8_t epc, uint64_t v, unsigned at, unsigned len)
{
	uint8_t room[200];
	struct el_frame f = { .tid = 77, .seoj = object, .deoj = ECHONET_NODE, .service = service, .count = 1 };

	f.props[0].epc = epc;
	put(&f.props[0], room, v, at, len);
	fly(&f, 0);
	run(1000);
}

static inline void
check_history(struct utc from, struct utc to)
{
	ck_assert_uint_gt(w.late_count, 0);
	for (unsigned i = 0; i < w.late_count; i++) {
		int64_t civil = w.late_time[i].us + OFFSET, slot = civil / EL_HALF_HOUR_US % 48,
		        days = (to.us + OFFSET) / (48 * EL_HALF_HOUR_US) - civil / (48 * EL_HALF_HOUR_US);

		ck_assert_int_eq(civil % EL_HALF_HOUR_US, 0);
		ck_assert(w.late_time[i].us > from.us && w.late_time[i].us <= to.us);
		ck_assert_double_eq_tol(w.late_value[i], (double)(1000 * days + slot) * 0.6, 1e-6);
		ck_assert(i == 0 || w.late_time[i].us > w.late_time[i - 1].us);
		ck_assert_int_ne(slot, 7); /* not measured */
	}
}

static inline void
write_limit(uint64_t number, double raw)
{
	struct msg_field_write m = { .write = number, .point = LIMIT, .raw = raw };

	ck_assert(el_poll_write(w.poll, &m, 3, w.now));
}

#endif
