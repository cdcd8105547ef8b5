/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_el_poll.c - nodes that answer, are silent, refuse, announce and remember, against a clock that jumps from one event to the next.
 */
#include "config.h"

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
	bool is_announcing;
	uint32_t silent_object;
	uint8_t refused_epc, day, limit[4];
	unsigned most; /* properties that it takes at a time; 0 = any */
	int64_t latency_us;
	/* what was seen */
	unsigned asked, asked_power, asked_energy, samples[POINTS], bad[POINTS], states[DEVICE_STATE_COUNT], late_count,
	    setgets;
	enum err cause[POINTS];
	double value[POINTS], late_value[200];
	struct utc sample_time[POINTS], late_time[200];
	struct msg_field_written written;
	char detail[256];
	unsigned writes;
	uint16_t last_tid;
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
	                     none[] = { 0 };

	p->len = 0;
	p->data = NULL;
	if (p->epc == w.refused_epc)
		return false;
	if (object == ECHONET_NODE && p->epc == 0xD6) {
		p->data = w.has_pv_not ? two : list;
		p->len = w.has_pv_not ? sizeof(two) : sizeof(list);
		return true;
	}
	switch (p->epc) {
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
	struct el_frame f;

	(void)d;
	(void)arg;
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
	if (!w.is_silent && f.deoj != w.silent_object)
		answer(&f);
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

static const struct el_ops ops = {
	.send = send_it, .samples = take_samples, .late = take_late, .state = take_state, .written = take_written
};

/* ---- time */

static struct sockaddr_storage
address(void)
{
	struct el_address a;

	ck_assert(el_address_take("127.0.1.1", 3610, &a));
	return a.addr;
}

static void
arrive(const uint8_t *data, size_t len)
{
	struct sockaddr_storage from = address();
	struct el_frame f;

	ck_assert_int_eq(el_frame_take(data, len, &f), OK);
	ck_assert(el_poll_frame(w.poll, 0, &from, &f, w.now));
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
		arrive(x.data, x.len);
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

static struct el_device *
node(void)
{
	return &w.poll->devices[0];
}

static void
begin(int64_t known_until)
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
		.name = "N" };
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

static void
set_up(void)
{
	memset(&w, 0, sizeof(w));
	w.now = (struct moment){ { 1000 * US_PER_S }, { UTC } };
	w.latency_us = 20000;
	timers_init(&w.timers);
}

static void
tear_down(void)
{
	el_poll_free(w.poll, w.now);
	el_setup_free(w.setup);
	timers_done(&w.timers);
}

/* ---- tests */

START_TEST(values_come_with_coefficient_and_unit)
{
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_double_eq_tol(w.value[DEMAND], 250 * 60 * 0.1, 1e-9);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 60 * 0.01, 1e-6);
	ck_assert_double_eq(w.value[POWER], 4321);
	ck_assert(w.bad[DEMAND] + w.bad[ENERGY] + w.bad[POWER] + w.bad[LIMIT] == 0);
	/* the list, three meetings, three reads: what is of one instance is asked at once */
	ck_assert_uint_eq(w.asked, 7);
	/* stamped with the middle of the transaction, which ended with the last answer but two */
	ck_assert_int_lt(w.sample_time[POWER].us, w.now.utc.us);
	run(30 * US_PER_S);
	ck_assert_uint_ge(w.samples[POWER], 3);
	ck_assert_uint_le(w.samples[POWER], 5);
	ck_assert_uint_eq(w.late_count, 0); /* nobody knows of a gap */
}
END_TEST

START_TEST(a_unit_that_cannot_be_read_makes_no_number)
{
	w.refused_epc = 0xE6;
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(w.cause[ENERGY], ERR_SCALE_FACTOR);
	ck_assert_int_eq(w.cause[DEMAND], OK); /* it has a unit of its own */
}
END_TEST

START_TEST(an_absent_coefficient_is_one)
{
	w.knows_no_coefficient = true;
	begin(0);
	run(US_PER_S);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 0.01, 1e-9);
}
END_TEST

START_TEST(what_is_refused_is_the_quality_of_that_point_alone)
{
	w.refused_epc = 0xC3;
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(w.cause[DEMAND], ERR_NOT_IMPLEMENTED);
	ck_assert_int_eq(w.cause[ENERGY], OK);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	w.refused_epc = 0;
	run(15 * US_PER_S);
	ck_assert_int_eq(w.cause[DEMAND], OK);
}
END_TEST

START_TEST(a_property_of_a_wrong_size_is_no_value)
{
	w.is_short = true;
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(w.cause[ENERGY], ERR_BAD_LENGTH);
	ck_assert_int_eq(w.cause[DEMAND], OK);
}
END_TEST

START_TEST(a_node_that_takes_few_properties_is_asked_for_few)
{
	w.most = 1;
	begin(0);
	run(5 * US_PER_S);
	ck_assert_double_eq_tol(w.value[DEMAND], 250 * 60 * 0.1, 1e-9);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 60 * 0.01, 1e-6);
	ck_assert_double_eq(w.value[POWER], 4321);
	ck_assert(w.bad[DEMAND] + w.bad[ENERGY] + w.bad[POWER] == 0);
}
END_TEST

START_TEST(a_silent_node_goes_down_and_is_tried_ever_more_rarely)
{
	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	run(20 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, ERR_TIMEOUT);
	unsigned before = w.asked;
	run(600 * US_PER_S);
	ck_assert_uint_lt(w.asked - before, 30);
	w.is_silent = false;
	run(80 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.states[DEVICE_UP], 2);
}
END_TEST

START_TEST(a_lost_answer_is_asked_for_again_and_nothing_is_noticed)
{
	begin(0);
	run(US_PER_S);
	unsigned samples = w.samples[POWER];
	w.is_silent = true;
	run(9400 * US_PER_MS); /* a read is under way, and was lost once */
	w.is_silent = false;
	run(2 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_gt(w.samples[POWER], samples);
	ck_assert_uint_eq(w.bad[POWER], 0);
}
END_TEST

START_TEST(an_instance_that_is_silent_costs_the_others_nothing)
{
	begin(0);
	run(US_PER_S);
	w.silent_object = PV;
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_int_eq(w.cause[POWER], ERR_TIMEOUT);
	ck_assert_int_eq(w.cause[ENERGY], OK);
	ck_assert_int_gt(w.sample_time[ENERGY].us, w.now.utc.us - 15 * US_PER_S);
	w.silent_object = 0;
	run(90 * US_PER_S);
	ck_assert_int_eq(w.cause[POWER], OK);
}
END_TEST

START_TEST(an_instance_that_the_node_has_not_is_not_asked_for)
{
	w.has_pv_not = true;
	begin(0);
	run(30 * US_PER_S);
	ck_assert_int_eq(w.cause[POWER], ERR_EXC_ADDRESS);
	ck_assert_uint_eq(w.asked_power, 0);
	ck_assert_int_eq(w.cause[ENERGY], OK);
}
END_TEST

START_TEST(late_answers_are_dropped)
{
	w.latency_us = 600000; /* beyond the time-out */
	begin(0);
	run(20 * US_PER_S);
	ck_assert_uint_gt(w.poll->late, 0);
	ck_assert_int_ne(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.samples[POWER], 0);
}
END_TEST

static void
announce(uint32_t object, uint8_t service, uint8_t epc, uint64_t v, unsigned at, unsigned len)
{
	uint8_t room[200];
	struct el_frame f = { .tid = 77, .seoj = object, .deoj = ECHONET_NODE, .service = service, .count = 1 };

	f.props[0].epc = epc;
	put(&f.props[0], room, v, at, len);
	fly(&f, 0);
	run(1000);
}

START_TEST(what_is_announced_is_a_sample_at_once)
{
	w.is_announcing = true;
	begin(0);
	run(3 * US_PER_S);
	unsigned before = w.samples[ENERGY];
	announce(METER, EL_INF, 0xE3, 123500, 7, 11);
	ck_assert_uint_eq(w.samples[ENERGY], before + 1);
	ck_assert_double_eq_tol(w.value[ENERGY], 123500 * 0.6, 1e-6);
	ck_assert_int_ge(w.sample_time[ENERGY].us, w.now.utc.us - 1000);
	announce(METER, EL_INFC, 0xE3, 123501, 7, 11);
	ck_assert_double_eq_tol(w.value[ENERGY], 123501 * 0.6, 1e-6);
	announce(METER, EL_INF, 0xE3, 0, 0, 3); /* nonsense: the quality of that point, no crash */
	ck_assert_int_eq(w.cause[ENERGY], ERR_BAD_LENGTH);
	announce(0x028A02, EL_INF, 0xE3, 5, 7, 11); /* of an instance that nobody reads */
	ck_assert_double_eq_tol(w.value[ENERGY], 123501 * 0.6, 1e-6);
}
END_TEST

START_TEST(what_is_announced_is_polled_more_slowly_and_never_goes_stale)
{
	w.is_announcing = true;
	begin(0);
	run(US_PER_S);
	w.asked_energy = w.asked_power = 0;
	run(100 * US_PER_S);
	ck_assert_uint_eq(w.asked_energy, 4);
	ck_assert_uint_eq(w.asked_power, 10);
}
END_TEST

START_TEST(a_node_that_comes_back_says_so_and_is_asked_at_once)
{
	static const uint8_t hello[] = { 0x10, 0x81, 0, 9, 0x0E, 0xF0, 1, 0x0E, 0xF0, 1, 0x73, 1, 0xD5, 4, 1, 2, 0x8A,
		1 };

	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	run(400 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	w.is_silent = false;
	arrive(hello, sizeof(hello));
	run(100 * US_PER_MS);
	ck_assert_int_eq(node()->state, DEVICE_UP);
}
END_TEST

/* ---- history */

static void
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

START_TEST(half_hours_of_an_outage_are_fetched_afterwards)
{
	begin(0);
	run(US_PER_S);
	struct utc from = w.now.utc;
	w.has_no_setget = _i == 1;
	w.is_silent = true;
	run(30 * 3600 * US_PER_S); /* over a midnight */
	w.is_silent = false;
	run(70 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	check_history(from, w.now.utc);
	ck_assert_uint_ge(w.late_count, 60 - 2);
	ck_assert_uint_le(w.late_count, 60);
	ck_assert_uint_eq(w.day, 0); /* the meter stands at today again */
	if (_i == 1)
		ck_assert_uint_eq(w.setgets, 1); /* tried once */
	unsigned before = w.asked;
	run(5 * US_PER_S);
	ck_assert_uint_lt(w.asked - before, 5); /* and that was it */
}
END_TEST

START_TEST(a_short_silence_within_a_half_hour_asks_for_nothing)
{
	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	run(300 * US_PER_S);
	w.is_silent = false;
	run(80 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.late_count, 0);
	ck_assert_uint_eq(w.setgets, 0);
}
END_TEST

START_TEST(what_was_missed_while_nobody_ran_is_fetched_at_the_start)
{
	begin(UTC - 5 * 3600 * US_PER_S);
	run(5 * US_PER_S);
	check_history((struct utc){ UTC - 5 * 3600 * US_PER_S }, w.now.utc);
	ck_assert_uint_ge(w.late_count, 9);
	ck_assert_uint_le(w.late_count, 10);
}
END_TEST

/* ---- writes */

static void
write_limit(uint64_t number, double raw)
{
	struct msg_field_write m = { .write = number, .point = LIMIT, .raw = raw };

	ck_assert(el_poll_write(w.poll, &m, 3, w.now));
}

START_TEST(a_write_is_answered_and_read_back_at_once)
{
	begin(0);
	run(US_PER_S);
	write_limit(5, 1500);
	run(100 * US_PER_MS);
	ck_assert_uint_eq(w.writes, 1);
	ck_assert_uint_eq(w.written.write, 5);
	ck_assert_int_eq(w.written.err, OK);
	ck_assert_double_eq(w.value[LIMIT], 1500);
	ck_assert_int_gt(w.sample_time[LIMIT].us, w.written.time);
}
END_TEST

START_TEST(a_refused_write_says_so)
{
	begin(0);
	run(US_PER_S);
	write_limit(5, 40000); /* beyond what the node takes */
	run(100 * US_PER_MS);
	ck_assert_int_eq(w.written.err, ERR_EXC_NAK);
	write_limit(6, 5e9); /* beyond what the property holds: not sent */
	ck_assert_int_eq(w.written.err, ERR_RANGE);
	ck_assert_uint_eq(w.writes, 2);
}
END_TEST

START_TEST(a_write_that_is_not_answered_is_not_sent_again)
{
	begin(0);
	run(US_PER_S);
	unsigned before = w.asked;
	w.is_silent = true;
	write_limit(5, 100);
	write_limit(6, 200); /* waits */
	write_limit(7, 300); /* takes its place */
	ck_assert_uint_eq(w.asked, before + 1);
	ck_assert_int_eq(w.written.err, ERR_BUSY);
	ck_assert_uint_eq(w.written.write, 6);
	run(510 * US_PER_MS);
	ck_assert_uint_eq(w.writes, 2);
	ck_assert_int_eq(w.written.err, ERR_TIMEOUT);
	ck_assert_uint_eq(w.written.write, 5);
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	write_limit(8, 400);
	ck_assert_int_eq(w.written.err, ERR_NOT_CONNECTED);
	ck_assert_mem_eq(w.limit, "\0\0\0", 4);
}
END_TEST

START_TEST(a_write_ends_with_its_configuration)
{
	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	write_limit(5, 100);
	el_poll_free(w.poll, w.now);
	w.poll = NULL;
	ck_assert_uint_eq(w.writes, 1);
	ck_assert_int_eq(w.written.err, ERR_UNKNOWN);
}
END_TEST

/* A port that cannot be opened takes its nodes down with its reason, and they come back with it. */
START_TEST(a_port_that_fails_is_the_reason_of_its_nodes)
{
	begin(0);
	run(US_PER_S);
	el_poll_port_failed(w.poll, 0, ERR_NO_DESCRIPTOR, "no more", w.now);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, ERR_NO_DESCRIPTOR);
	run(10 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
}
END_TEST

T_MAIN("el_poll",
    T_FIXTURE(set_up, tear_down) T(values_come_with_coefficient_and_unit) T(a_unit_that_cannot_be_read_makes_no_number)
        T(an_absent_coefficient_is_one) T(what_is_refused_is_the_quality_of_that_point_alone)
            T(a_property_of_a_wrong_size_is_no_value) T(a_node_that_takes_few_properties_is_asked_for_few)
                T(a_silent_node_goes_down_and_is_tried_ever_more_rarely)
                    T(a_lost_answer_is_asked_for_again_and_nothing_is_noticed)
                        T(an_instance_that_is_silent_costs_the_others_nothing)
                            T(an_instance_that_the_node_has_not_is_not_asked_for) T(late_answers_are_dropped)
                                T(what_is_announced_is_a_sample_at_once)
                                    T(what_is_announced_is_polled_more_slowly_and_never_goes_stale)
                                        T(a_node_that_comes_back_says_so_and_is_asked_at_once)
                                            T_LOOP(half_hours_of_an_outage_are_fetched_afterwards, 0, 2)
                                                T(a_short_silence_within_a_half_hour_asks_for_nothing)
                                                    T(what_was_missed_while_nobody_ran_is_fetched_at_the_start)
                                                        T(a_write_is_answered_and_read_back_at_once)
                                                            T(a_refused_write_says_so)
                                                                T(a_write_that_is_not_answered_is_not_sent_again)
                                                                    T(a_write_ends_with_its_configuration)
                                                                        T(a_port_that_fails_is_the_reason_of_its_nodes))
