/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_site.c - a site as data: built flat, sent as bytes, read back, and bytes that lie.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/site/reader.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

/* ---- reading from text, as chisan-site does */

static const char text[] =
    "site: Unit\n"
    "timezone: UTC\n"
    "links:\n"
    "  - {link: \"modbus-tcp://127.0.0.1:502\", gap: 20ms, connections: 3}\n"
    "devices:\n"
    "  - {name: A, profile: p, link: \"modbus-tcp://127.0.0.1:502/1\", poll: 2s}\n"
    "  - name: B\n"
    "    profile: p\n"
    "    link: modbus-tcp://localhost:502/2\n"
    "    points:\n"
    "      X: {title: Own, range: [-5, 5], scale: 0.5, was: B.OLD, alarms: [{type: H, limit: 4, priority: 1}]}\n"
    "  - {name: C, profile: p, link: \"modbus-tcp://[::1]:502/2\"}\n"
    "calculations:\n"
    "  - {tag: SUM.X, kind: analog, expression: A.X + B.X, deadband: 0.02}\n"
    "profiles:\n"
    "  - profile: p\n"
    "    byte_order: DCBA\n"
    "    points:\n"
    "      - {tag: X, kind: analog, unit: kW, read: {table: holding, address: 0, type: i16, scale: 0.1}, range: [-9, "
    "9],\n"
    "         alarms: [{type: H, limit: 8, priority: 4}, {type: L, limit: -8, priority: 4}]}\n"
    "      - {tag: F, kind: analog, read: {table: holding, address: 2, type: f32, byte_order: ABCD}, poll: 500ms, "
    "deadband: 5}\n"
    "      - {tag: ON, kind: digital, read: {table: holding, address: 4, type: u16, bit: 3}, suppress_when: $.X > 1}\n"
    "      - {tag: CMD, kind: command, write: {table: coil, address: 1}, check_back: {done_when: $.ON == 1}}\n"
    "      - {tag: HALF, kind: analog, expression: $.X / 2}\n";

static struct site *
read_text(const char *yaml)
{
	struct faults *f = faults_new();
	struct arena *a = arena_new();
	struct site *s = site_new();
	uint16_t number = faults_add_source(f, "unit");
	ck_assert(source_take(f, number, xstrdup(yaml), strlen(yaml)));
	const struct yaml *y = yaml_parse(f, number, a);
	ck_assert(y != NULL);
	yaml_read(f, y, &site_schema, s, s->arena);
	struct reader r = { .site = s, .faults = f, .dir = "unit" };
	check_site(&r);
	ck_assert_uint_eq(faults_count(f), 0);
	arena_free(a);
	faults_free(f);
	return s;
}

static void
put(struct wbuf *b)
{
	struct site *s = read_text(text);
	wbuf_init(b);
	site_put(s, b);
	site_free(s);
}

static struct site *
sent_and_read_back(void)
{
	struct wbuf b;
	put(&b);
	struct site *s = site_get(b.data, b.len);
	wbuf_done(&b);
	ck_assert(s != NULL);
	return s;
}

static const struct site_point *
point(const struct site *s, const char *name)
{
	point_id id = site_find_point(s, name);
	ck_assert_msg(id != POINT_NONE, "%s", name);
	return &s->points[id];
}

START_TEST(points_stand_in_the_order_of_the_file)
{
	struct site *s = sent_and_read_back();
	ck_assert_uint_eq(s->point_count, 16);
	ck_assert_uint_eq(s->node_count, 3);
	ck_assert_str_eq(s->points[0].name, "A.X");
	ck_assert_str_eq(s->points[5].name, "B.X");
	ck_assert_str_eq(s->points[15].name, "SUM.X");
	ck_assert_uint_eq(s->nodes[1].first, 5);
	ck_assert_uint_eq(s->nodes[1].count, 5);
	ck_assert_uint_eq(s->points[15].device, DEVICE_NONE);
	ck_assert_uint_eq(site_find_point(s, "A.NOT"), POINT_NONE);
	site_free(s);
}
END_TEST

START_TEST(devices_of_one_address_share_a_connection_and_its_manners)
{
	struct site *s = sent_and_read_back();
	ck_assert_uint_eq(s->conn_count, 2);
	ck_assert_uint_eq(s->nodes[0].conn, s->nodes[1].conn);
	ck_assert_uint_ne(s->nodes[0].conn, s->nodes[2].conn);
	ck_assert_uint_eq(s->nodes[1].unit, 2);
	ck_assert_str_eq(s->conns[0].host, "127.0.0.1");
	ck_assert_uint_eq(s->conns[0].port, 502);
	ck_assert_int_eq(s->conns[0].gap_us, 20000);
	ck_assert_uint_eq(s->conns[0].connections, 3);
	ck_assert_str_eq(s->conns[1].host, "::1");
	ck_assert_int_eq(s->conns[1].gap_us, 0);
	site_free(s);
}
END_TEST

START_TEST(a_device_and_period_make_a_scan_group)
{
	struct site *s = sent_and_read_back();
	const struct site_point *x = point(s, "A.X"), *f = point(s, "A.F"), *cmd = point(s, "A.CMD");
	ck_assert_int_eq(x->period_us, 2000000);
	ck_assert_int_eq(f->period_us, 500000);
	ck_assert_uint_ne(x->group, f->group);
	ck_assert_uint_eq(point(s, "A.ON")->group, x->group);
	ck_assert_int_eq(cmd->period_us, 0);
	ck_assert_uint_eq(cmd->group, x->group);
	ck_assert_uint_ne(point(s, "B.F")->group, f->group);
	ck_assert_uint_eq(s->groups[f->group].device, 0);
	ck_assert_uint_eq(s->groups[point(s, "SUM.X")->group].device, DEVICE_NONE);
	for (uint32_t i = 0; i < s->point_count; i++)
		ck_assert_uint_lt(s->points[i].group, s->group_count);
	site_free(s);
}
END_TEST

static const char dollars[] =
    "site: Unit\n"
    "timezone: UTC\n"
    "devices:\n"
    "  - {name: A, profile: p, link: \"modbus-tcp://127.0.0.1:502/1\"}\n"
    "  - {name: B, profile: p, link: \"modbus-tcp://127.0.0.1:502/2\"}\n"
    "  - {name: C, profile: p, link: \"modbus-tcp://127.0.0.1:502/3\",\n"
    "     points: {SP: {interlock: $.ON == 1, interlock_text: \"on\", output: {mode_when: $.P > 1}}}}\n"
    "profiles:\n"
    "  - profile: p\n"
    "    points:\n"
    "      - {tag: P, kind: analog, read: {table: holding, address: 0, type: i16},\n"
    "         alarms: [{type: DEV, limit: 8, priority: 4, of: $.SP, suppress_when: $.ON == 0, group: $.ALL}, {type: H, "
    "limit: 9, "
    "priority: 3}]}\n"
    "      - {tag: ON, kind: digital, read: {table: discrete, address: 4}}\n"
    "      - {tag: STOP, kind: command, write: {table: coil, address: 1}}\n"
    "      - {tag: SP, kind: setpoint, write: {table: holding, address: 1, type: i16}, range: [0, 10],\n"
    "         output: {local: $.ON == 0, mode_when: $.ON < 2, needs: good($.P), protect_min: $.P - 1, protect_max: $.P "
    "+ 1,\n"
    "                  tag_after: $.STOP, tag_when: $.ON == 1, retries: 1}}\n";

START_TEST(a_dollar_in_alarms_and_outputs_is_the_device)
{
	struct site *s = read_text(dollars);
	struct wbuf b;
	wbuf_init(&b);
	site_put(s, &b);
	site_free(s);
	s = site_get(b.data, b.len);
	wbuf_done(&b);
	ck_assert(s != NULL);
	const struct site_limit *a = point(s, "A.P")->def->alarms.v, *l = point(s, "B.P")->def->alarms.v;
	ck_assert_str_eq(a[0].of, "A.SP");
	ck_assert_str_eq(l[0].of, "B.SP");
	ck_assert_str_eq(l[0].suppress_when, "B.ON == 0");
	ck_assert(l[1].of == NULL && l[1].suppress_when == NULL);
	ck_assert_double_eq(l[1].limit, 9);
	const struct site_output *o = point(s, "B.SP")->def->output;
	ck_assert_str_eq(o->local, "B.ON == 0");
	ck_assert_str_eq(o->mode_when, "B.ON < 2");
	ck_assert_str_eq(o->needs, "good(B.P)");
	ck_assert_str_eq(o->protect_lo, "B.P - 1");
	ck_assert_str_eq(o->protect_hi, "B.P + 1");
	ck_assert_str_eq(o->tag_after, "B.STOP");
	ck_assert_str_eq(o->tag_when, "B.ON == 1");
	ck_assert_str_eq(l[0].group, "B.ALL");
	const struct site_point_def *own = point(s, "C.SP")->def;
	ck_assert_str_eq(own->interlock, "C.ON == 1");
	ck_assert_str_eq(own->interlock_text, "on");
	ck_assert_str_eq(own->output->mode_when, "C.P > 1");
	ck_assert(own->output->local == NULL && own->output->tag_after == NULL); /* the profile's is gone as a whole */
	ck_assert_int_eq(o->retries, 1);
	ck_assert_str_eq(point(s, "A.SP")->def->output->tag_after, "A.STOP");
	site_free(s);
}
END_TEST

START_TEST(an_override_changes_one_device_alone)
{
	struct site *s = sent_and_read_back();
	const struct site_point *a = point(s, "A.X"), *b = point(s, "B.X");
	ck_assert_str_eq(b->def->title, "Own");
	ck_assert(a->def->title == NULL);
	ck_assert_double_eq(b->def->read->scale, 0.5);
	ck_assert_double_eq(a->def->read->scale, 0.1);
	ck_assert_double_eq(b->def->range.hi, 5);
	ck_assert_str_eq(b->was, "B.OLD");
	ck_assert(a->was == NULL);
	/* H replaced, L kept. */
	const struct site_limit *l = b->def->alarms.v;
	ck_assert_uint_eq(b->def->alarms.n, 2);
	ck_assert_int_eq(l[0].type, LIMIT_L);
	ck_assert_int_eq(l[1].type, LIMIT_H);
	ck_assert_double_eq(l[1].limit, 4);
	site_free(s);
}
END_TEST

START_TEST(what_the_files_leave_open_is_settled)
{
	struct site *s = sent_and_read_back();
	ck_assert_int_eq(point(s, "A.X")->def->read->byte_order, ORDER_DCBA);
	ck_assert_int_eq(point(s, "A.F")->def->read->byte_order, ORDER_ABCD);
	ck_assert_double_eq(point(s, "A.ON")->def->read->bits.lo, 3);
	ck_assert_double_eq(point(s, "A.ON")->def->read->bits.hi, 3);
	ck_assert_int_eq(point(s, "A.CMD")->def->write->type, RAW_BIT);
	ck_assert_str_eq(point(s, "B.ON")->def->suppress_when, "B.X > 1");
	ck_assert_str_eq(point(s, "C.CMD")->def->check_back->done_when, "C.ON == 1");
	ck_assert_str_eq(point(s, "A.HALF")->def->expression, "A.X / 2");
	site_free(s);
}
END_TEST

START_TEST(decimals_follow_scale_or_deadband)
{
	struct site *s = sent_and_read_back();
	ck_assert_int_eq(point(s, "A.X")->decimals, 1);
	ck_assert_int_eq(point(s, "A.F")->decimals, 0);
	ck_assert_int_eq(point(s, "A.ON")->decimals, 0);
	ck_assert_int_eq(point(s, "SUM.X")->decimals, 2);
	ck_assert_int_eq(point(s, "A.HALF")->decimals, 2);
	site_free(s);
}
END_TEST

START_TEST(bytes_read_back_are_the_same_bytes)
{
	struct wbuf b, again;
	put(&b);
	struct site *s = site_get(b.data, b.len);
	ck_assert(s != NULL);
	wbuf_init(&again);
	site_put(s, &again);
	ck_assert_uint_eq(again.len, b.len);
	ck_assert_mem_eq(again.data, b.data, b.len);
	site_free(s);
	wbuf_done(&again);
	wbuf_done(&b);
}
END_TEST

START_TEST(every_short_prefix_is_refused)
{
	struct wbuf b;
	put(&b);
	for (size_t n = 0; n < b.len; n++) {
		/* A copy of its exact size, so that a byte too far is seen by the sanitizer. */
		uint8_t *copy = xmalloc(n + 1);
		memcpy(copy, b.data, n);
		copy = xrecallocarray(copy, n + 1, n > 0 ? n : 1, 1);
		ck_assert_msg(site_get(copy, n) == NULL, "%zu bytes of %zu", n, b.len);
		free(copy);
	}
	uint8_t *longer = xmalloc(b.len + 1);
	memcpy(longer, b.data, b.len);
	longer[b.len] = 0;
	ck_assert(site_get(longer, b.len + 1) == NULL);
	free(longer);
	wbuf_done(&b);
}
END_TEST

START_TEST(changed_bytes_are_survived)
{
	struct wbuf b;
	uint32_t seed = 12345;
	put(&b);
	for (int round = 0; round < 3000; round++) {
		seed = seed * 1664525u + 1013904223u;
		size_t at = (seed >> 8) % b.len;
		uint8_t old = b.data[at];
		b.data[at] = (uint8_t)(seed >> 24);
		site_free(site_get(b.data, b.len));
		b.data[at] = old;
	}
	wbuf_done(&b);
}
END_TEST

/* ---- links */

static const struct {
	const char *link, *host;
	int port, unit; /* unit -1: none; host NULL: refused */
} links[] = {
	{ "modbus-tcp://127.0.0.1:502/1", "127.0.0.1", 502, 1 },
	{ "modbus-tcp://localhost:1502/0", "127.0.0.1", 1502, 0 },
	{ "modbus-tcp://[::1]:502/255", "::1", 502, 255 },
	{ "modbus-tcp://[0:0::0001]:502", "::1", 502, -1 },
	{ "modbus-tcp://10.1.2.3:65535", "10.1.2.3", 65535, -1 },
	{ "modbus-tcp://10.1.2.3:65536", NULL, 0, 0 },
	{ "modbus-tcp://10.1.2.3:0502/1", NULL, 0, 0 },
	{ "modbus-tcp://10.1.2.3:502/", NULL, 0, 0 },
	{ "modbus-tcp://10.1.2.3/1", NULL, 0, 0 },
	{ "modbus-tcp://010.1.2.3:502/1", NULL, 0, 0 },
	{ "modbus-tcp://plc:502/1", NULL, 0, 0 },
	{ "modbus-tcp://[::1:502/1", NULL, 0, 0 },
	{ "modbus-tcp://[127.0.0.1]:502/1", NULL, 0, 0 },
	{ "modbus-tcp://:502/1", NULL, 0, 0 },
	{ "modbus-tcp://", NULL, 0, 0 },
	{ "modbus-rtu:///dev/ttyS0", "/dev/ttyS0", 0, -1 },
	{ "modbus-rtu:///dev/serial/by-id/usb-FTDI-if00-port0/247", "/dev/serial/by-id/usb-FTDI-if00-port0", 0, 247 },
	{ "modbus-rtu-tcp://10.1.2.3:4001/17", "10.1.2.3", 4001, 17 },
	{ "modbus-rtu://dev/ttyS0/1", NULL, 0, 0 },
	{ "modbus-rtu:///dev/ttyS0/256", NULL, 0, 0 },
	{ "modbus-rtu:///dev//ttyS0/1", NULL, 0, 0 },
	{ "modbus-rtu:///dev/../etc/passwd/1", NULL, 0, 0 },
	{ "modbus-rtu:///dev/", NULL, 0, 0 },
	{ "modbus-rtu:///", NULL, 0, 0 },
	{ "modbus-rtu://", NULL, 0, 0 },
	{ "MODBUS-TCP://127.0.0.1:502/1", NULL, 0, 0 },
	{ "", NULL, 0, 0 },
};

START_TEST(links_are_read_strictly)
{
	char host[SITE_HOST_MAX], message[200] = "";
	uint16_t port;
	uint8_t unit;
	int transport;
	bool has_unit;
	bool ok = site_link_parse(
	    links[_i].link, &transport, host, sizeof(host), &port, &unit, &has_unit, message, sizeof(message));
	ck_assert_msg(ok == (links[_i].host != NULL), "%s: %s", links[_i].link, message);
	if (!ok) {
		ck_assert_str_ne(message, "");
		return;
	}
	ck_assert_str_eq(host, links[_i].host);
	ck_assert_uint_eq(port, (unsigned)links[_i].port);
	ck_assert_int_eq(has_unit, links[_i].unit >= 0);
	if (has_unit)
		ck_assert_int_eq(unit, links[_i].unit);
}
END_TEST

/* ---- frames of chisan-site */

static enum err
feed(struct site_intake *in, uint16_t type, const struct wbuf *b)
{
	struct frame f = { .length = (uint32_t)b->len, .type = type, .body = b->data };
	return site_intake_frame(in, &f);
}

START_TEST(a_tree_without_its_hash_is_refused)
{
	struct wbuf tree, end;
	put(&tree);
	wbuf_init(&end);
	struct site_intake *in = site_intake_new(NULL, NULL);
	ck_assert_int_eq(feed(in, W_SITE_TREE, &tree), ERR_BUSY);
	struct msg_site_end m = { .length = (uint32_t)tree.len };
	msg_site_end_put(&end, &m);
	ck_assert_int_eq(feed(in, W_SITE_END, &end), ERR_FRAME);
	ck_assert(site_intake_take(in) == NULL);
	site_intake_free(in);
	wbuf_done(&tree);
	wbuf_done(&end);
}
END_TEST

START_TEST(faults_end_without_a_site)
{
	struct wbuf b;
	wbuf_init(&b);
	struct site_intake *in = site_intake_new(NULL, NULL);
	struct msg_site_fault fault = { .line = 1, .column = 1, .file = "f", .text = "t", .source = "s" };
	msg_site_fault_put(&b, &fault);
	ck_assert_int_eq(feed(in, W_SITE_FAULT, &b), ERR_BUSY);
	wbuf_reset(&b);
	struct msg_site_end m = { .faults = 1 };
	msg_site_end_put(&b, &m);
	ck_assert_int_eq(feed(in, W_SITE_END, &b), ERR_CONFIG);
	ck_assert_int_eq(feed(in, W_SITE_END, &b), ERR_FRAME);
	site_intake_free(in);
	wbuf_done(&b);
}
END_TEST

START_TEST(another_version_or_message_is_refused)
{
	struct wbuf b;
	wbuf_init(&b);
	struct site_intake *in = site_intake_new(NULL, NULL);
	struct msg_hello m = { .version = WIRE_VERSION + 1, .program = "x", .build = "x", .user = "" };
	msg_hello_put(&b, &m);
	ck_assert_int_eq(feed(in, W_HELLO, &b), ERR_VERSION);
	ck_assert_int_eq(feed(in, W_SAMPLES, &b), ERR_FRAME);
	site_intake_free(in);
	wbuf_done(&b);
}
END_TEST

static void
count_fault(const struct msg_site_fault *f, void *arg)
{
	int *n = arg;
	(void)f;
	(*n)++;
}

START_TEST(a_folder_is_loaded_through_the_helper)
{
	char folder[400];
	struct site *s = NULL;
	int faults = 0;
	const char *top = getenv("top_srcdir");
	if (top == NULL || getenv("CHISAN_LIBEXECDIR") == NULL)
		return;
	snprintf(folder, sizeof(folder), "%s/tests/config/good-full", top);
	ck_assert_int_eq(site_load(folder, count_fault, &faults, &s), OK);
	ck_assert(s != NULL);
	ck_assert_uint_eq(s->point_count, 25);
	ck_assert_int_eq(faults, 0);
	const struct site_user *u = s->users.v;
	ck_assert_int_eq(u[0].id, 0); /* root was looked up over there */
	site_free(s);
	snprintf(folder, sizeof(folder), "%s/tests/config/bad-numbers", top);
	ck_assert_int_eq(site_load(folder, count_fault, &faults, &s), ERR_CONFIG);
	ck_assert(s == NULL);
	ck_assert_int_gt(faults, 20);
}
END_TEST

T_MAIN("site",
    T(points_stand_in_the_order_of_the_file) T(devices_of_one_address_share_a_connection_and_its_manners)
        T(a_device_and_period_make_a_scan_group) T(a_dollar_in_alarms_and_outputs_is_the_device) T(
            an_override_changes_one_device_alone) T(what_the_files_leave_open_is_settled)
            T(decimals_follow_scale_or_deadband) T(bytes_read_back_are_the_same_bytes) T(every_short_prefix_is_refused)
                T(changed_bytes_are_survived) T_LOOP(links_are_read_strictly, 0, (int)ARRAY_LEN(links))
                    T(a_tree_without_its_hash_is_refused) T(faults_end_without_a_site)
                        T(another_version_or_message_is_refused) T(a_folder_is_loaded_through_the_helper))
