/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_events.c - what happens by itself: digital points, devices, and both of them flapping.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/events.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define T0 INT64_C(1795380786000000)

static struct kit kit;
static struct table *table;
static struct logbook *book;
static struct events *events;
static int64_t clock_us;
static unsigned said;
static uint16_t kind;
static char text[300], point[80], before[100], after[100];
static int64_t when;

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct rbuf r;

	(void)arg;
	ck_assert_uint_eq(type, W_JOURNAL_ADD);
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m));
	ck_assert_uint_eq(m.is_act, 0);
	ck_assert_uint_eq(m.uid, LOGBOOK_NO_UID);
	kind = m.kind;
	when = m.time;
	str_copy(text, sizeof(text), m.text);
	str_copy(point, sizeof(point), m.point);
	str_copy(before, sizeof(before), m.before);
	str_copy(after, sizeof(after), m.after);
	*sequence = ++said;
	/* answered at once, so that the window stays open */
	return true;
}

static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}

static const struct logbook_ops ops = { .send = send_cb, .recorded = recorded_cb };

static void
setup(void)
{
	static struct key_name states[] = { { 0, "open" }, { 1, "closed" } };
	static struct site_device device = { .name = "GTC" };
	struct site_point_def *d;

	clock_us = 0;
	said = 0;
	kit_init(&kit, 8);
	kit.site.nodes[0].device = &device;
	d = kit_read(&kit, "GTC.CB", KIND_DIGITAL);
	d->states = (struct key_names){ states, 2 };
	d->title = "Generator breaker";
	d = kit_read(&kit, "GTC.BITS", KIND_DIGITAL);
	d->states = (struct key_names){ states, 2 };
	d->bits = (struct key_names){ states, 2 };
	kit_read(&kit, "GTC.PLAIN", KIND_DIGITAL);
	kit_read(&kit, "GTC.P", KIND_ANALOG);
	table = table_new(&kit.site);
	book = logbook_new(&ops, NULL, 1);
	logbook_ready(book);
	events = events_new(book);
	events_site(events, table);
}

static void
teardown(void)
{
	events_free(events);
	logbook_free(book);
	table_free(table);
	kit_done(&kit);
}

static struct utc
now(void)
{
	return (struct utc){ T0 + clock_us };
}

static struct mono
mono(void)
{
	return (struct mono){ 1000000 + clock_us };
}

static void
turn(void)
{
	uint32_t n;
	const point_id *ids = table_fresh_take(table, &n);

	events_take(events, ids, n, now(), mono());
}

static void
feed(point_id id, double raw, enum err cause)
{
	clock_us += US_PER_S;
	ck_assert(table_sample(table, id, raw, cause, now(), now(), mono()));
	turn();
}

static void
device(enum device_state state, enum err e)
{
	struct msg_device_state m = { .state = (uint8_t)state, .last_error = (uint16_t)e, .detail = "holding 4" };

	clock_us += US_PER_S;
	events_device(events, &m, now(), mono());
}

START_TEST(a_change_of_state_is_an_event)
{
	feed(0, 1, OK);
	ck_assert_uint_eq(said, 0); /* the first one is no change */
	feed(0, 1, OK);
	ck_assert_uint_eq(said, 0);
	feed(0, 0, OK);
	ck_assert_uint_eq(said, 1);
	ck_assert_uint_eq(kind, JOURNAL_EVENT);
	ck_assert_str_eq(point, "GTC.CB");
	ck_assert_str_eq(text, "Generator breaker");
	ck_assert_str_eq(before, "closed (1)");
	ck_assert_str_eq(after, "open (0)");
	ck_assert_int_eq(when, now().us);
	for (point_id id = 1; id < 4; id++) { /* a field of bits, one without names, a number */
		feed(id, 1, OK);
		feed(id, 0, OK);
	}
	ck_assert_uint_eq(said, 1);
}
END_TEST

START_TEST(a_loss_of_communication_is_no_change_of_state)
{
	feed(0, 1, OK);
	feed(0, 0, ERR_TIMEOUT);
	ck_assert_uint_eq(said, 0);
	feed(0, 1, OK);
	ck_assert_uint_eq(said, 0); /* as it was before */
	feed(0, 0, ERR_TIMEOUT);
	feed(0, 0, OK); /* it changed while nobody looked */
	ck_assert_uint_eq(said, 1);
}
END_TEST

START_TEST(what_chatters_is_told_once_and_once_more_when_it_is_calm)
{
	feed(0, 0, OK);
	for (int i = 1; i <= 40; i++)
		feed(0, i % 2, OK);
	ck_assert_uint_eq(said, EVENTS_A_MINUTE + 1);
	ck_assert(strstr(text, "all the time") != NULL);
	clock_us += 59 * US_PER_S;
	events_tick(events, now(), mono());
	ck_assert_uint_eq(said, EVENTS_A_MINUTE + 1);
	clock_us += US_PER_S;
	events_tick(events, now(), mono());
	ck_assert_uint_eq(said, EVENTS_A_MINUTE + 2);
	ck_assert_str_eq(text, "is calm again; 30 changes were not told");
	ck_assert_str_eq(after, "open (0)");
	events_tick(events, now(), mono());
	feed(0, 1, OK);
	ck_assert_uint_eq(said, EVENTS_A_MINUTE + 3);
	ck_assert_str_eq(after, "closed (1)");
}
END_TEST

START_TEST(now_and_then_is_no_chatter)
{
	feed(0, 0, OK);
	for (int i = 1; i <= 100; i++) {
		feed(0, i % 2, OK);
		clock_us += 6 * US_PER_S;
	}
	ck_assert_uint_eq(said, 100);
}
END_TEST

START_TEST(a_link_is_told_when_it_is_lost_and_when_it_is_back)
{
	device(DEVICE_CONNECTING, OK);
	device(DEVICE_UP, OK);
	ck_assert_uint_eq(said, 0); /* the start is no return */
	device(DEVICE_CONNECTING, ERR_TIMEOUT);
	ck_assert_uint_eq(said, 0); /* one retry at once */
	device(DEVICE_DOWN, ERR_TIMEOUT);
	ck_assert_uint_eq(said, 1);
	ck_assert_uint_eq(kind, JOURNAL_LINK);
	ck_assert(strncmp(text, "GTC: communication is lost: ", 28) == 0);
	ck_assert(strstr(text, "holding 4") != NULL);
	for (int i = 0; i < 20; i++)
		device(DEVICE_DOWN, i % 2 ? ERR_TIMEOUT : ERR_CONNECT_TIMEOUT); /* not each retry */
	ck_assert_uint_eq(said, 1);
	device(DEVICE_UP, ERR_TIMEOUT);
	ck_assert_uint_eq(said, 2);
	ck_assert_str_eq(text, "GTC: communication is back after 21s");
	device(DEVICE_DOWN, ERR_HELPER); /* the field program died: that has its own entry */
	device(DEVICE_UP, OK);
	ck_assert_uint_eq(said, 2);
}
END_TEST

START_TEST(a_reload_is_no_event)
{
	struct table *old;

	feed(0, 1, OK);
	device(DEVICE_DOWN, ERR_TIMEOUT);
	ck_assert_uint_eq(said, 1);
	old = table;
	table = table_new(&kit.site);
	table_adopt(table, old);
	events_site(events, table);
	table_free(old);
	turn();
	device(DEVICE_DOWN, ERR_TIMEOUT);
	ck_assert_uint_eq(said, 1);
	feed(0, 0, OK);
	ck_assert_uint_eq(said, 2);
	ck_assert_str_eq(before, "closed (1)");
	device(DEVICE_UP, OK);
	ck_assert_uint_eq(said, 3);
}
END_TEST

START_TEST(a_renamed_point_is_the_same)
{
	struct table *old;

	feed(0, 1, OK);
	old = table;
	kit.site.points[0].was = kit.site.points[0].name;
	kit.site.points[0].name = "A.NEW";
	table = table_new(&kit.site);
	table_adopt(table, old);
	events_site(events, table);
	table_free(old);
	feed(0, 0, OK); /* in the turn of the reload */
	ck_assert_uint_eq(said, 1);
	ck_assert_str_eq(before, "closed (1)");
}
END_TEST

T_MAIN("events",
    T_FIXTURE(setup, teardown) T(a_change_of_state_is_an_event) T(a_loss_of_communication_is_no_change_of_state)
        T(what_chatters_is_told_once_and_once_more_when_it_is_calm) T(now_and_then_is_no_chatter) T(
            a_link_is_told_when_it_is_lost_and_when_it_is_back) T(a_reload_is_no_event) T(a_renamed_point_is_the_same))
