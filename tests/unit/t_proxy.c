/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_proxy.c - links that are lent: what masters may ask and write, to the byte; whose turn it is beside our own polls, in simulated time.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/proxy.h"
#include "drivers/proxy_rules.h"
#include "drivers/transport.h"
#include "tests/unit/t.h"

#include "tests/unit/poll_kit.h"

static const struct {
	uint8_t unit, table;
	uint16_t from, to;
	bool past_control;
} writes[] = {
	{ 1, TABLE_HOLDING, 100, 110, false },
	{ 1, TABLE_HOLDING, 111, 111, true },
	{ 1, TABLE_HOLDING, 200, 209, false },
	{ 1, TABLE_COIL, 5, 20, false },
	{ 3, TABLE_HOLDING, 0, 65535, false },
};

static void
lend(uint32_t link, uint16_t port)
{
	struct msg_field_proxy m = { .link = link,
		.host = "127.0.0.1",
		.port = port,
		.clients = 4,
		.idle_ms = 60000,
		.writes_a_minute = 60,
		.masters = "" };
	struct wbuf b;

	wbuf_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
		w_u8(&b, writes[i].unit);
		w_u8(&b, writes[i].table);
		w_u16(&b, writes[i].from);
		w_u16(&b, writes[i].to);
		w_u8(&b, writes[i].past_control);
	}
	m.writes = (struct msg_bytes){ b.data, b.len };
	ck_assert_int_eq(setup_proxy(w.setup, &m), OK);
	ck_assert_int_eq(setup_proxy(w.setup, &m), ERR_CONFIG); /* once a link */
	wbuf_done(&b);
}

static void
add_output(point_id point, uint8_t table, uint16_t address, uint8_t type)
{
	struct msg_field_output m = { .point = point,
		.device = 0,
		.table = table,
		.address = address,
		.type = type,
		.bit_hi = 63,
		.open_address = UINT32_MAX,
		.timer_address = UINT32_MAX };

	ck_assert_msg(setup_output(w.setup, &m) == OK, "%s", w.setup->why);
}

/* Unit 1 with outputs at 105..106, 111, coil 10; 300..309 is forbidden; unit 2 that nobody may write to; unit 3 elsewhere. */
static void
describe(uint16_t port)
{
	static const uint8_t forbidden[] = { TABLE_HOLDING, 300 >> 8, 300 & 255, 309 >> 8, 309 & 255 };
	struct msg_field_device one = device_default(), two = device_default(), three = device_default();
	struct msg_field_link other = { .link = 1, .host = "127.0.0.1", .port = 503 };

	begin();
	one.forbidden = (struct msg_bytes){ forbidden, sizeof(forbidden) };
	two.unit = 2;
	three.unit = 3;
	three.link = 1;
	add_device(one);
	add_device(two);
	ck_assert_int_eq(setup_link(w.setup, &other), OK);
	add_device(three);
	for (uint32_t i = 0; i < 3; i++)
		add_item(i, 0, 1000000);
	add_output(90, TABLE_HOLDING, 105, RAW_F32);
	add_output(91, TABLE_HOLDING, 111, RAW_U16);
	add_output(92, TABLE_COIL, 10, RAW_BIT);
	lend(0, port);
}

static void
make(void)
{
	describe(1502);
	go();
}

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
	}
	return n;
}

static const struct {
	uint8_t unit;
	const char *pdu;
	uint8_t code;
} asked[] = {
	{ 1, "0300000001", 0 }, { 1, "030000007d", 0 }, { 1, "030000007e", PROXY_VALUE },
	{ 1, "0300000000", PROXY_VALUE }, { 1, "03000000", PROXY_VALUE }, { 1, "030000000100", PROXY_VALUE },
	{ 1, "03", PROXY_VALUE }, { 1, "03ffff0001", 0 }, { 1, "03ffff0002", PROXY_ADDRESS },
	{ 1, "03012b0001", 0 },                                                 /* 299 */
	{ 1, "03012b0002", PROXY_ADDRESS }, { 1, "0301350001", PROXY_ADDRESS }, /* 309 */
	{ 1, "0301360001", 0 }, { 1, "04012c0001", 0 },                         /* another table */
	{ 1, "01000007d0", 0 }, { 1, "02000007d1", PROXY_VALUE }, { 2, "0300000001", 0 },
	{ 3, "0300000001", PROXY_PATH }, /* at another link */
	{ 0, "0300000001", PROXY_PATH }, { 255, "0300000001", PROXY_PATH }, { 9, "16", PROXY_PATH },
	/* other functions */
	{ 1, "00", PROXY_FUNCTION }, { 1, "08000000ff", PROXY_FUNCTION }, { 1, "16006400000001", PROXY_FUNCTION },
	{ 1, "2b0e0100", PROXY_FUNCTION }, { 1, "83", PROXY_FUNCTION },
	/* writes */
	{ 1, "0600640001", 0 }, { 1, "06006400", PROXY_VALUE }, { 1, "0600630001", PROXY_ADDRESS }, /* 99 */
	{ 1,
	    "100064000204000100"
	    "02",
	    0 },                                  /* 100, 101 */
	{ 1, "100064000203000100", PROXY_VALUE }, /* its length lies */
	{ 1, "100064000004", PROXY_VALUE }, { 1, "1000640002", PROXY_VALUE },
	{ 1, "10006300020400010002", PROXY_ADDRESS }, /* 99, 100 */
	{ 1, "1000680001020001", 0 },                 /* 104 */
	{ 1, "10006800020400010002", PROXY_ADDRESS }, /* 104, 105: an output's */
	{ 1, "06006a0001", PROXY_ADDRESS },           /* 106: its second register */
	{ 1, "06006b0001", 0 },                       /* 107 */
	{ 1, "06006f0001", 0 },                       /* 111: past control, by the site file */
	{ 1, "10006e00020400010002", 0 },             /* 110, 111 */
	{ 1, "1000d100020400010002", PROXY_ADDRESS }, /* 209, 210 */
	{ 1, "050005ff00", 0 }, { 1, "0500050000", 0 }, { 1, "0500050001", PROXY_VALUE },
	{ 1, "05000aff00", PROXY_ADDRESS }, /* coil 10 is an output */
	{ 1, "050004ff00", PROXY_ADDRESS },
	{ 1,
	    "0f0005000501"
	    "1f",
	    0 }, /* coils 5..9 */
	{ 1,
	    "0f0005000601"
	    "1f",
	    PROXY_ADDRESS }, /* 5..10 */
	{ 1,
	    "0f0005000502"
	    "1f00",
	    PROXY_VALUE },
	{ 2, "0600640001", PROXY_FUNCTION }, /* nothing of it may be written */
};

START_TEST(masters_may_what_the_site_says)
{
	uint8_t pdu[64], coil[1], out[ADU_PDU_MAX];
	struct adu_request r = { .unit = asked[_i].unit, .pdu = pdu };
	struct request request = { .address = 4711 };
	struct device *d;

	make();
	r.len = from_hex(asked[_i].pdu, pdu);
	ck_assert_uint_eq(proxy_judge(w.poll, 0, &r, &d, &request, coil), asked[_i].code);
	ck_assert(asked[_i].code != 0 || d->cfg->unit == r.unit);
	if (asked[_i].code == PROXY_VALUE || asked[_i].code == PROXY_PATH) /* no place is told that was not asked */
		ck_assert(request.address == 4711 && request.kind == REQUEST_READ);
	ck_assert_uint_eq(proxy_exception(pdu[0], asked[_i].code, out), 2);
	ck_assert_uint_eq(out[0], pdu[0] | 0x80);
	finish();
}
END_TEST

START_TEST(replies_are_those_of_the_protocol)
{
	static const uint8_t data[] = { 0x12, 0x34, 0x56, 0x78 };
	struct request read = { .kind = REQUEST_READ, .count = 2 }, write = { .kind = REQUEST_WRITE_MANY, .count = 2 };
	struct answer good = { .data = data, .len = 4 }, bad = { .err = ERR_EXC_DEVICE, .exception = 4 },
	              odd = { .err = ERR_EXC_OTHER, .exception = 0x77 };
	uint8_t out[ADU_PDU_MAX], pdu[16];

	from_hex("0300640002", pdu);
	ck_assert_uint_eq(proxy_answer(pdu, &read, &good, out), 6);
	ck_assert_mem_eq(out, "\x03\x04\x12\x34\x56\x78", 6);
	ck_assert_uint_eq(proxy_answer(pdu, &read, &bad, out), 2);
	ck_assert_mem_eq(out, "\x83\x04", 2);
	ck_assert_uint_eq(proxy_answer(pdu, &read, &odd, out), 2);
	ck_assert_mem_eq(out, "\x83\x77", 2);
	from_hex("10006400020400010002", pdu);
	ck_assert_uint_eq(proxy_answer(pdu, &write, &good, out), 5);
	ck_assert_mem_eq(out, "\x10\x00\x64\x00\x02", 5);
}
END_TEST

/* ---- turns */

static unsigned ended;
static enum err ended_with;
static bool had_answer;

static void
done(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	(void)o;
	(void)now;
	ended++;
	ended_with = e;
	had_answer = a != NULL;
}

static struct order
guest_of(uint16_t address)
{
	ended = 0;
	return (struct order){ .request = { .table = TABLE_HOLDING, .address = address, .count = 1 }, .done = done };
}

/* Sends the guest's request, if it may go; its answer is for the test to give. */
static bool
send_guest(struct device *d, struct errand *errand)
{
	struct request r;

	return poll_has_guest(d) && poll_next_guest(d, w.epoch[d->index], w.now, &r, errand);
}

START_TEST(guest_goes_between_our_own)
{
	struct order g = guest_of(7), other = guest_of(8);
	struct answer a = { .data = (const uint8_t *)"\0\1", .len = 2 };
	struct errand errand;
	struct device *d;

	many(1, 1000000);
	go();
	d = &w.poll->devices[0];
	ck_assert_int_eq(poll_guest(d, &g, w.now), ERR_NOT_CONNECTED); /* who it is, is not known yet */
	run_s(3.5);
	ck_assert_int_eq(d->state, DEVICE_UP);
	ck_assert_uint_eq(w.flight_count, 0);
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert_int_eq(poll_guest(d, &other, w.now), ERR_BUSY);
	ck_assert(send_guest(d, &errand));
	ck_assert(errand.is_guest && errand.order == &g);
	ck_assert(!poll_guest_take(d, &g)); /* it was sent */
	ck_assert(!poll_has_guest(d));
	ck_assert(!poll_has_next(d, w.now)); /* one request at a time */
	poll_answered(d, &errand, &a, w.now.mono, w.now);
	ck_assert_uint_eq(ended, 1);
	ck_assert(ended_with == OK && had_answer);
	ck_assert_int_eq(poll_guest(d, &other, w.now), OK);
	ck_assert(poll_guest_take(d, &other));
	ck_assert_uint_eq(ended, 1);
	finish();
}
END_TEST

START_TEST(guest_waits_for_orders)
{
	struct order g = guest_of(7), own = guest_of(9);
	struct errand errand;
	struct device *d;

	many(1, 1000000);
	go();
	run_s(3.5);
	d = &w.poll->devices[0];
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert_int_eq(poll_order(d, &own, false, w.now), OK); /* the kit sends it at once */
	ck_assert(!send_guest(d, &errand));
	run_s(0.02);
	ck_assert_uint_eq(ended, 1);
	ck_assert(send_guest(d, &errand));
	poll_returned(d, &errand, w.now);
	ck_assert_uint_eq(ended, 2);
	finish();
}
END_TEST

START_TEST(guest_without_an_answer_is_no_fault_of_the_device)
{
	struct answer refused = { .err = ERR_EXC_GATEWAY_TARGET, .exception = 11 };
	struct order g = guest_of(7);
	struct errand errand;
	struct device *d;
	uint64_t errors;

	many(1, 1000000);
	go();
	run_s(3.5);
	d = &w.poll->devices[0];
	errors = d->errors + d->timeouts;
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert(send_guest(d, &errand));
	poll_returned(d, &errand, w.now); /* as the link does when its time is over */
	ck_assert(ended == 1 && ended_with == ERR_TIMEOUT && !had_answer);
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &refused, w.now.mono, w.now);
	ck_assert(ended == 2 && ended_with == ERR_EXC_GATEWAY_TARGET && had_answer);
	ck_assert_int_eq(d->state, DEVICE_UP);
	ck_assert_uint_eq(d->errors + d->timeouts, errors);
	run_s(2);
	ck_assert_int_eq(d->state, DEVICE_UP);
	finish();
}
END_TEST

START_TEST(guest_ends_with_the_device)
{
	struct order g = guest_of(7);
	struct errand errand;
	struct device *d;

	many(1, 1000000);
	go();
	run_s(3.5);
	d = &w.poll->devices[0];
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	poll_failed(d, ERR_HANGUP, w.now);
	ck_assert(ended == 1 && ended_with == ERR_NOT_CONNECTED); /* never sent */
	w.epoch[0]++;
	run_s(5);
	ck_assert_int_eq(d->state, DEVICE_UP);
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert(send_guest(d, &errand));
	poll_failed(d, ERR_HANGUP, w.now);
	ck_assert(ended == 2 && ended_with == ERR_HANGUP);
	poll_returned(d, &errand, w.now); /* of before the failure: void */
	ck_assert_uint_eq(ended, 2);
	w.epoch[0]++;
	run_s(15);
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	finish(); /* the poll ends with it */
	ck_assert_uint_eq(ended, 3);
}
END_TEST

/* What another request of the device was refused with says nothing of what is under way. */
START_TEST(guest_under_way_is_not_refused_by_what_the_device_says_to_us)
{
	struct msg_field_device m = device_default();
	struct order g = guest_of(7);
	struct errand errand;
	struct device *d;

	begin();
	m.outstanding = 2;
	add_device(m);
	add_item(0, 0, 1000000);
	go();
	run_s(3.5);
	d = &w.poll->devices[0];
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert(send_guest(d, &errand));
	w.exception[0] = ERR_EXC_GATEWAY_PATH;
	run_s(1.5);
	ck_assert(ended == 1 && ended_with == ERR_UNKNOWN && !had_answer);
	finish();
}
END_TEST

/* Whoever answers on a new connection is asked first who it is. */
START_TEST(guest_waits_for_the_identity)
{
	static const uint8_t identity[] = { TABLE_HOLDING, 0, 99, 0xFF, 0xFF, 0x12, 0x34 };
	struct msg_field_device m = device_default();
	struct order g = guest_of(7);
	struct errand errand;
	struct device *d;

	begin();
	m.identity = (struct msg_bytes){ identity, sizeof(identity) };
	w.identity = 0x1234;
	add_device(m);
	add_item(0, 0, 10000000);
	go();
	run_s(3.5);
	d = &w.poll->devices[0];
	ck_assert_int_eq(d->state, DEVICE_UP);
	w.epoch[0]++; /* the connection was lost between two polls, and opened again */
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK);
	ck_assert(!send_guest(d, &errand));
	ck_assert_uint_eq(w.last_request.address, 99);
	run_s(0.02);
	ck_assert(send_guest(d, &errand));
	finish();
}
END_TEST

/* ---- masters at their sockets */

static struct ev_loop *loop;
static struct proxies *proxies;
static struct sockaddr_in at;
static unsigned told;
static enum err told_err;

static void
forwarded(const struct msg_forwarded *m, void *arg)
{
	(void)arg;
	ck_assert_str_eq(m->master, "127.0.0.1");
	told++;
	told_err = (enum err)m->err;
}

/* Of the first device; of the others of its link the same is told. */
static struct msg_shared shared;
static char shared_master[64], shared_refusal[160];
static unsigned shares;

static void
take_shared(const struct msg_shared *m, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(m->device, 2); /* the third is at another link */
	shares++;
	if (m->device != 0)
		return;
	shared = *m;
	snprintf(shared_master, sizeof(shared_master), "%s", m->master);
	snprintf(shared_refusal, sizeof(shared_refusal), "%s", m->refusal);
}

/* The proxy's time is that of the devices here, however long a busy machine takes between two lines of a test. */
struct mono __wrap_clock_mono(void);
struct mono
__wrap_clock_mono(void)
{
	return w.now.mono;
}

static void
turns(void)
{
	for (int i = 0; i < 5; i++)
		ev_run(loop, EVRUN_NOWAIT);
	run_s(0.05);
}

/* The devices are up. */
static void
serve(void)
{
	static const struct proxy_ops ops = { .forwarded = forwarded, .shared = take_shared };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0); /* a port that is free */
	close(fd);
	told = shares = 0;
	loop = ev_loop_new(0);
	describe(ntohs(at.sin_port));
	proxies = proxies_new(loop, &w.timers, &ops, NULL);
	go();
	run_s(10.4);
	proxies_use(proxies, w.poll);
}

static void
serve_no_more(void)
{
	proxies_leave(proxies);
	poll_free(w.poll, w.now);
	proxies_free(proxies);
	setup_free(w.setup);
	timers_done(&w.timers);
	ev_loop_destroy(loop);
}

static int
master_from(uint32_t address)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	turns();
	return fd;
}

static int
master(void)
{
	return master_from(INADDR_LOOPBACK);
}

static void
asks(int fd, const char *pdu)
{
	uint8_t adu[ADU_MAX] = { 0, 1, 0, 0, 0, 0, 1 };
	size_t n = from_hex(pdu, adu + ADU_HEAD);

	adu[5] = (uint8_t)(n + 1);
	ck_assert_int_eq(send(fd, adu, ADU_HEAD + n, 0), (ssize_t)(ADU_HEAD + n));
	turns();
}

/* What it was answered; "" = nothing yet. */
static const char *
hears(int fd, char text[2 * ADU_MAX + 1])
{
	uint8_t adu[ADU_MAX];
	ssize_t n = recv(fd, adu, sizeof(adu), MSG_DONTWAIT);

	text[0] = '\0';
	for (ssize_t i = ADU_HEAD; i < n; i++)
		snprintf(text + 2 * (i - ADU_HEAD), 3, "%02x", adu[i]);
	return text;
}

/* A device that was met while a write waited may have its outputs elsewhere: the write is held against where they are when it goes. */
START_TEST(write_that_waited_is_judged_by_what_the_device_is_now)
{
	struct answer a = { .data = (const uint8_t *)"\0\1", .len = 2 };
	struct order g = guest_of(7);
	char text[2 * ADU_MAX + 1];
	struct errand errand;
	struct device *d;
	int one, other;

	serve();
	d = &w.poll->devices[0];
	one = master();
	other = master();
	ck_assert_int_eq(poll_guest(d, &g, w.now), OK); /* its place is taken */
	asks(one, "0600680001");                        /* 104 */
	ck_assert_str_eq(hears(one, text), "");
	w.setup->outputs[0].address = 103;
	ck_assert(poll_guest_take(d, &g));
	asks(other, "0300140001");
	ck_assert_str_eq(hears(one, text), "8602");
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &a, w.now.mono, w.now);
	ck_assert_str_eq(hears(other, text), "03020001");
	ck_assert_uint_eq(told, 0);
	asks(one, "0600650001"); /* 101 is nobody's */
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &a, w.now.mono, w.now);
	ck_assert_str_eq(hears(one, text), "0600650001");
	ck_assert(told == 1 && told_err == OK);
	close(one);
	close(other);
	serve_no_more();
}
END_TEST

START_TEST(who_shares_a_device_is_told_when_it_changes)
{
	struct answer a = { .data = (const uint8_t *)"\0\1", .len = 2 };
	char text[2 * ADU_MAX + 1];
	struct errand errand;
	int one, other;

	serve();
	proxies_tell(proxies);
	ck_assert_uint_eq(shares, 2);
	ck_assert(shared.clients == 4 && shared.masters == 0 && shared.requests == 0 && shared.last_time == 0);
	proxies_tell(proxies);
	ck_assert_uint_eq(shares, 2); /* nothing new */
	one = master();
	other = master();
	proxies_tell(proxies);
	ck_assert(shares == 4 && shared.masters == 2);
	asks(one, "0300140001");
	ck_assert(send_guest(&w.poll->devices[0], &errand));
	poll_answered(&w.poll->devices[0], &errand, &a, w.now.mono, w.now);
	ck_assert_str_eq(hears(one, text), "03020001");
	asks(one, "0600690007"); /* 105 is an output's */
	ck_assert_str_eq(hears(one, text), "8602");
	asks(one, "2b0e0100");
	ck_assert_str_eq(hears(one, text), "ab01");
	close(other);
	turns();
	proxies_tell(proxies);
	ck_assert(shares == 6 && shared.masters == 1 && shared.requests == 3 && shared.refused == 1);
	ck_assert(shared.last_time > 0 && shared.refused_time > 0 && shared.turned_away == 0);
	ck_assert_str_eq(shared_master, "127.0.0.1");
	ck_assert_str_eq(shared_refusal, "127.0.0.1, holding 105 of unit 1");
	for (int i = 0; i < 66; i++) { /* and a minute's worth of writes, and those of the seconds that they take */
		asks(one, "0600640001");
		if (send_guest(&w.poll->devices[0], &errand))
			poll_answered(&w.poll->devices[0], &errand, &a, w.now.mono, w.now);
		hears(one, text);
	}
	asks(one, "0600640001");
	ck_assert_str_eq(hears(one, text), "8606");
	proxies_tell(proxies);
	ck_assert_str_eq(shared_refusal, "127.0.0.1, holding 100 of unit 1, more than 60 writes a minute");
	for (int i = 0; i < 4; i++) /* one of them is one too many, and is not waited for */
		ck_assert_int_gt(master(), 0);
	proxies_tell(proxies);
	ck_assert(shared.masters == 4 && shared.turned_away == 1);
	close(one);
	serve_no_more();
}
END_TEST

/* He asks what the device does not answer, leaves, and comes again. */
START_TEST(who_connects_anew_takes_no_place_from_others)
{
	struct device *d;
	struct errand errand;
	unsigned sent = 0;
	int fd, good, early;

	serve();
	d = &w.poll->devices[0];
	early = master_from(INADDR_LOOPBACK + 2); /* there before, and between two requests of his */
	asks(early, "0300140001");
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &(struct answer){ .data = (const uint8_t *)"\0\1", .len = 2 }, w.now.mono, w.now);
	for (int i = 0; i < 8; i++) {
		fd = master();
		asks(fd, "0300140001");
		if (send_guest(d, &errand)) {
			w.now.mono.us += 100000; /* its time-out: 1.6 s of pause for one of four places */
			poll_returned(d, &errand, w.now);
			sent++;
		}
		close(fd);
		turns();
	}
	ck_assert_uint_le(sent, 2);
	proxies_tell(proxies);
	ck_assert_uint_ge(shared.held_back, 5);
	good = master_from(INADDR_LOOPBACK + 1);
	asks(good, "0300140001");
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &(struct answer){ .data = (const uint8_t *)"\0\1", .len = 2 }, w.now.mono, w.now);
	asks(early, "0300140001");
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &(struct answer){ .data = (const uint8_t *)"\0\1", .len = 2 }, w.now.mono, w.now);
	close(good);
	close(early);
	serve_no_more();
}
END_TEST

START_TEST(who_leaves_while_it_is_asked_for_him_is_not_rid_of_it)
{
	static const struct answer a = { .data = (const uint8_t *)"\0\1", .len = 2 };
	char text[2 * ADU_MAX + 1];
	struct device *d;
	struct errand errand;
	int fd, other;

	serve();
	d = &w.poll->devices[0];
	for (int i = 0; i < 2; i++) { /* of four places */
		fd = master();
		asks(fd, "0300140001");
		ck_assert(send_guest(d, &errand));
		if (i == 0)
			poll_returned(d, &errand, w.now); /* one is quiet */
		close(fd);
		turns();
	} /* the other is under way */
	fd = master();
	asks(fd, "0300140001"); /* waits in the quiet one */
	ck_assert_str_eq(hears(fd, text), "");
	other = master();
	asks(other, "0300140001");
	ck_assert_str_eq(hears(other, text), "");
	close(fd);
	close(other);
	turns();
	other = master_from(INADDR_LOOPBACK + 1);
	asks(other, "0300140001");
	poll_answered(d, &errand, &a, w.now.mono, w.now); /* who asked has gone */
	turns();
	ck_assert(send_guest(d, &errand));
	poll_answered(d, &errand, &a, w.now.mono, w.now);
	ck_assert_str_eq(hears(other, text), "03020001");
	proxies_tell(proxies);
	ck_assert(shared.masters == 1 && shared.held_back == 1);
	close(other);
	serve_no_more();
}
END_TEST

/* ---- the frame */

static const struct {
	const char *host;
	uint16_t port, clients, writes_a_minute;
	uint32_t link, idle_ms;
	const char *writes;
} frames[] = {
	{ "localhost", 1502, 4, 60, 0, 1000, "" }, { "127.0.0.1", 0, 4, 60, 0, 1000, "" },
	{ "127.0.0.1", 1502, 0, 60, 0, 1000, "" }, { "127.0.0.1", 1502, 65, 60, 0, 1000, "" },
	{ "127.0.0.1", 1502, 4, 0, 0, 1000, "" }, { "127.0.0.1", 1502, 4, 60, 5, 1000, "" },
	{ "127.0.0.1", 1502, 4, 60, 0, 0, "" },
	{ "127.0.0.1", 1502, 4, 60, 0, 1000,
	    "01000000000000"
	    "00" },
	{ "127.0.0.1", 1502, 4, 60, 0, 1000,
	    "0101"
	    "00000001"
	    "00" }, /* discrete inputs */
	{ "127.0.0.1", 1502, 4, 60, 0, 1000,
	    "0102"
	    "00020001"
	    "00" }, /* backwards */
};

START_TEST(frame_that_cannot_be_is_refused)
{
	uint8_t bytes[16];
	struct msg_field_proxy m = { .host = frames[_i].host,
		.port = frames[_i].port,
		.clients = frames[_i].clients,
		.writes_a_minute = frames[_i].writes_a_minute,
		.link = frames[_i].link,
		.idle_ms = frames[_i].idle_ms,
		.masters = "" };

	begin();
	m.writes = (struct msg_bytes){ bytes, from_hex(frames[_i].writes, bytes) };
	ck_assert_int_eq(setup_proxy(w.setup, &m), ERR_CONFIG);
	ck_assert_str_ne(w.setup->why, "");
	setup_free(w.setup);
	timers_done(&w.timers);
}
END_TEST

T_MAIN("proxy",
    T_LOOP(masters_may_what_the_site_says, 0, ARRAY_LEN(asked)) T(replies_are_those_of_the_protocol)
        T(guest_goes_between_our_own) T(guest_waits_for_orders) T(guest_without_an_answer_is_no_fault_of_the_device)
            T(guest_ends_with_the_device) T(guest_under_way_is_not_refused_by_what_the_device_says_to_us)
                T(guest_waits_for_the_identity) T(write_that_waited_is_judged_by_what_the_device_is_now)
                    T(who_shares_a_device_is_told_when_it_changes) T(who_connects_anew_takes_no_place_from_others)
                        T(who_leaves_while_it_is_asked_for_him_is_not_rid_of_it)
                            T_LOOP(frame_that_cannot_be_is_refused, 0, ARRAY_LEN(frames)))
