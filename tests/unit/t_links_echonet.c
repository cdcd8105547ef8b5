/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_links_echonet.c - nodes of ECHONET Lite in the field's share: those of layouts/musashino, and what devices remember on its way in.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>

#include "scada/base/echonet.h"
#include "scada/base/str.h"
#include "scada/core/describe.h"
#include "scada/core/links.h"
#include "scada/core/nodes.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

#define NOW   INT64_C(1796000000000000)
#define KNOWN (NOW - 7200 * US_PER_S)

static struct ev_loop *loop;
static struct publish *pub;
static struct links *l;
static struct site *site;
static struct table *table;
static struct conn *ours, *field;
static unsigned nodes, properties, devices, items, late_count;
static struct msg_echonet_start start;
static struct msg_field_start field_start;
static struct utc since, late_time;
static double late_value;
static point_id late_point;
static char was[64]; /* the last that is known */

static void
field_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct msg_echonet_device d;
	struct msg_echonet_item it;
	struct rbuf r;

	(void)arg;
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_FIELD_BEGIN: conn_set_generation(c, f->generation); break;
	case W_ECHONET_DEVICE:
		ck_assert(msg_echonet_device_get(&r, &d) && r_done(&r));
		ck_assert_str_eq(d.own, "127.0.0.1");
		ck_assert_uint_eq(d.port, 3610);
		ck_assert_int_eq(strncmp(d.node, "127.0.1.", 8), 0);
		since.us = d.since;
		if (d.was[0] != '\0')
			str_copy(was, sizeof(was), d.was);
		nodes++;
		break;
	case W_ECHONET_ITEM:
		ck_assert(msg_echonet_item_get(&r, &it) && r_done(&r));
		properties++;
		break;
	case W_ECHONET_START:
		ck_assert(msg_echonet_start_get(&r, &start) && r_done(&r));
		ck_assert_uint_eq(devices, 0); /* before all of Modbus that needs a count of its own */
		break;
	case W_FIELD_DEVICE: devices++; break;
	case W_FIELD_ITEM: items++; break;
	case W_FIELD_START: ck_assert(msg_field_start_get(&r, &field_start) && r_done(&r)); break;
	default: break;
	}
}

static void
closed(struct conn *c, enum err why, void *arg)
{
	(void)c;
	(void)why;
	(void)arg;
}

static void
our_frame(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)f;
	(void)arg;
}

static void
take_late(point_id point, struct utc time, double value, void *arg)
{
	(void)arg;
	late_point = point;
	late_time = time;
	late_value = value;
	late_count++;
}

static void
set_up(void)
{
	static const struct conn_ops field_ops = { .frame = field_frame, .closed = closed },
	                             our_ops = { .frame = our_frame, .closed = closed };
	static const struct links_ops ops = { .late = take_late };
	const char *top = getenv("top_srcdir");
	char path[1024];
	int pair[2];

	nodes = properties = devices = items = late_count = 0;
	ck_assert(str_printf(path, sizeof(path), "%s/layouts/musashino", top != NULL ? top : "."));
	ck_assert_int_eq(site_load(path, NULL, NULL, &site), OK);
	loop = ev_loop_new(EVFLAG_AUTO);
	pub = publish_new(loop, (struct utc){ 1 });
	l = links_new(pub, &ops, NULL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ours = conn_new(loop, pair[0], &our_ops, NULL, NULL);
	field = conn_new(loop, pair[1], &field_ops, NULL, NULL);
	conn_set_role(field, ROLE_PEER);
	table = table_new(site);
	publish_site(pub, table, 4);
	links_site(l, table, 4);
}

static void
tear_down(void)
{
	conn_free(ours);
	conn_free(field);
	links_free(l);
	publish_site(pub, NULL, 0);
	publish_free(pub);
	table_free(table);
	site_free(site);
	ev_loop_destroy(loop);
}

static uint32_t
device_of(const char *point)
{
	point_id id = site_find_point(site, point);

	ck_assert_uint_ne(id, POINT_NONE);
	return site->points[id].device;
}

START_TEST(nodes_and_their_properties_go_by_frames_of_their_own)
{
	links_known(l, (struct utc){ KNOWN });
	links_up(l, 0, ours);
	for (int i = 0; i < 50 && field_start.items != items; i++)
		ev_run(loop, EVRUN_NOWAIT);
	for (int i = 0; i < 20; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(nodes, 18);
	ck_assert_uint_eq(properties, 54);
	ck_assert(start.devices == nodes && start.items == properties);
	ck_assert(field_start.devices == devices && field_start.items == items);
	ck_assert_uint_gt(devices, 10);
	ck_assert_int_eq(since.us, KNOWN); /* nothing was read in this run yet */
}
END_TEST

START_TEST(a_property_is_described_by_the_table_of_classes)
{
	struct msg_echonet_item m;
	struct wbuf b;
	struct rbuf r;
	point_id id = site_find_point(site, "SCH07.KWH");

	wbuf_init(&b);
	ck_assert(describe_echonet_item(site, id, false, &b));
	rbuf_init(&r, b.data, b.len);
	ck_assert(msg_echonet_item_get(&r, &m) && r_done(&r));
	ck_assert_uint_eq(m.object, 0x028A01);
	ck_assert_uint_eq(m.epc, 0xE3);
	ck_assert(m.form == EL_U32 && m.at == 7 && m.size == 11 && m.scale == 1);
	ck_assert_uint_eq(m.factors, 0xD3D4E600);
	ck_assert(m.history == 0xE7 && m.day == 0xE1);
	ck_assert_uint_eq(m.period_us, 10 * US_PER_S);
	ck_assert_uint_eq(m.slow_us, 25 * US_PER_S); /* within the three periods in which it goes stale */
	ck_assert(!describe_echonet_item(site, id, true, &b));
	ck_assert(!describe_field_item(site, id, &b));
	id = site_find_point(site, "GTC.P");
	ck_assert(!describe_echonet_item(site, id, false, &b) && describe_field_item(site, id, &b));
	wbuf_done(&b);
}
END_TEST

/* One frame with two values. */
static enum err
late(uint32_t device, point_id point, uint16_t count, int64_t first, double raw)
{
	struct wbuf b;
	struct frame f = { .type = W_LATE, .generation = 4 };
	enum err e;

	wbuf_init(&b);
	msg_late_put(&b, &(struct msg_late){ .device = device, .point = point, .count = count });
	for (int i = 0; i < 2; i++) {
		w_i64(&b, first + i * 1800 * US_PER_S);
		w_f64(&b, raw);
	}
	f.body = b.data;
	f.length = (uint32_t)b.len;
	e = links_frame(l, 0, &f, (struct utc){ NOW }, (struct mono){ 1 });
	wbuf_done(&b);
	return e;
}

START_TEST(what_a_device_remembers_comes_in_the_unit_of_its_point)
{
	uint32_t device = device_of("SCH01.PV_P");

	ck_assert_int_eq(late(device, site_find_point(site, "SCH01.PV_P"), 2, NOW - 3600 * US_PER_S, 4200), OK);
	ck_assert_uint_eq(late_count, 2);
	ck_assert_uint_eq(late_point, site_find_point(site, "SCH01.PV_P"));
	ck_assert_double_eq_tol(late_value, 4.2, 1e-12);
	ck_assert_int_eq(late_time.us, NOW - 1800 * US_PER_S);
	/* neither of the future, nor from before there were such meters, nor nonsense */
	ck_assert_int_eq(late(device, late_point, 2, NOW - 900 * US_PER_S, 1), OK);
	ck_assert_uint_eq(late_count, 3);
	ck_assert_int_eq(late(device, late_point, 2, 1, 1), OK);
	ck_assert_int_eq(late(device, late_point, 2, NOW - 3600 * US_PER_S, (double)NAN), OK);
	ck_assert_uint_eq(late_count, 3);
}
END_TEST

static enum err
met(uint32_t device, size_t len)
{
	static const uint8_t id[18] = { 0xFE, 0, 0, 0x77 };
	struct frame f = { .type = W_NODE_ID, .generation = 4 };
	struct wbuf b;
	enum err e;

	wbuf_init(&b);
	msg_node_id_put(&b, &(struct msg_node_id){ .device = device, .id = { id, len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	e = links_frame(l, 0, &f, (struct utc){ NOW }, (struct mono){ 0 });
	wbuf_done(&b);
	return e;
}

START_TEST(a_node_is_known_to_the_next_field_program)
{
	uint32_t device = device_of("SCH01.PV_P");

	was[0] = '\0';
	ck_assert_int_eq(met(device, 4), OK);
	links_up(l, 0, ours);
	for (int i = 0; i < 50 && nodes < 18; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert_str_eq(was, "FE000077");
	ck_assert_int_eq(met(device, 0), ERR_FRAME);
	ck_assert_int_eq(met(device, 18), ERR_FRAME);
	ck_assert_int_eq(met(device_of("GTC.P"), 4), ERR_FRAME);
	ck_assert_int_eq(met(99999, 4), ERR_FRAME);
	/* a reload: the same, and the field program is told at once */
	for (int i = 0; i < 200 && field_start.items != items; i++)
		ev_run(loop, EVRUN_NOWAIT);
	nodes = devices = items = 0;
	was[0] = '\0';
	ck_assert_int_eq(met(device, 5), OK);
	publish_site(pub, table, 5);
	links_site(l, table, 5);
	for (int i = 0; i < 50 && nodes < 18; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert_str_eq(was, "FE00007700");
}
END_TEST

START_TEST(nodes_are_known_by_name_and_link)
{
	static const char *const names[] = { "M", "B", "Z", "A", "N", "MA" };
	struct nodes *n = nodes_new();
	char text[2 * NODE_ID_MAX + 1];
	uint8_t id[2];

	for (uint8_t i = 0; i < 200; i++) {
		id[0] = (uint8_t)(i % 6);
		id[1] = (uint8_t)(i % 7);
		nodes_met(n, names[i % 6], i % 7 == 0 ? "" : i % 7 < 4 ? "x" : "y", id, 2);
	}
	for (uint8_t i = 0; i < 6; i++)
		ck_assert_int_eq(nodes_known(n, names[i], "x", text)[1], '0' + i);
	ck_assert_str_eq(nodes_known(n, "A", "z", text), "");
	ck_assert_str_eq(nodes_known(n, "AA", "x", text), "");
	nodes_met(n, "A", "y", (const uint8_t *)"\1", 1);
	ck_assert_str_eq(nodes_known(n, "A", "y", text), "01");
	ck_assert_uint_eq(strlen(nodes_known(n, "A", "x", text)), 4);
	nodes_free(n);
}
END_TEST

START_TEST(a_field_program_that_lies_is_refused)
{
	uint32_t device = device_of("SCH01.PV_P");
	point_id p = site_find_point(site, "SCH01.PV_P"), modbus = site_find_point(site, "GTC.P");

	ck_assert_int_eq(late(device, p, 3, NOW - 3600 * US_PER_S, 1), ERR_FRAME);
	ck_assert_int_eq(late(device, site->point_count, 2, NOW - 3600 * US_PER_S, 1), ERR_FRAME);
	ck_assert_int_eq(late(device + 1, p, 2, NOW - 3600 * US_PER_S, 1), ERR_FRAME);
	ck_assert_int_eq(late(site->points[modbus].device, modbus, 2, NOW - 3600 * US_PER_S, 1), ERR_FRAME);
	ck_assert_uint_eq(late_count, 0);
}
END_TEST

T_MAIN("links_echonet",
    T_FIXTURE(set_up, tear_down) T(nodes_and_their_properties_go_by_frames_of_their_own)
        T(a_property_is_described_by_the_table_of_classes) T(what_a_device_remembers_comes_in_the_unit_of_its_point)
            T(a_node_is_known_to_the_next_field_program) T(nodes_are_known_by_name_and_link)
                T(a_field_program_that_lies_is_refused))
