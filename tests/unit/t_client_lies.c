/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client_lies.c - servers that lie: each ends the connection with ERR_FRAME, and what was live stays.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/client_kit.h"

static void
lie_points_before_site(void)
{
	struct wbuf b;
	wbuf_init(&b);
	msg_snapshot_end_put(&b, &(struct msg_snapshot_end){ 0 });
	fake_send(&fake, W_SNAPSHOT_END, &b);
	wbuf_done(&b);
}
static void
lie_too_many_points(void)
{
	fake_site(&fake, POINT_MAX + 1, 2);
}
static void
lie_too_many_devices(void)
{
	fake_site(&fake, 1, UINT32_MAX);
}
static void
lie_values_before_points(void)
{
	fake_site(&fake, 6, 2);
	fake_values(&fake, 0, 1, true, (struct utc){ FAKE_NOW });
}
static void
lie_number_out_of_order(void)
{
	fake_site(&fake, 6, 2);
	fake_devices(&fake);
	fake_point(&fake, 1, "A.B");
}
static void
lie_number_beyond(void)
{
	fake_site(&fake, 1, 2);
	fake_devices(&fake);
	fake_point(&fake, 0, "A.B");
	fake_point(&fake, 1, "A.C");
}
static void
lie_twice_the_same_name(void)
{
	fake_site(&fake, 2, 2);
	fake_point(&fake, 0, "A.B");
	fake_point(&fake, 1, "A.B");
}
static void
lie_empty_name(void)
{
	fake_site(&fake, 2, 2);
	fake_point(&fake, 0, "");
}
static void
lie_device_beyond(void)
{
	fake_device_state(&fake, 2, DEVICE_UP, OK);
}
static void
lie_shared_beyond(void)
{
	fake_shared(&fake, 2, "192.0.2.7");
}
static void
lie_state_beyond(void)
{
	fake_device_state(&fake, 1, DEVICE_STATE_COUNT, OK);
}
static void
lie_end_too_early(void)
{
	fake_site(&fake, 6, 2);
	fake_devices(&fake);
	fake_end(&fake, 6);
}
static void
lie_change_beyond(void)
{
	struct wbuf b;
	wbuf_init(&b);
	w_i64(&b, FAKE_NOW);
	w_varint(&b, 0);
	w_varint(&b, 1);
	w_varint(&b, 4 * 100);
	w_zigzag(&b, 1);
	fake_send(&fake, W_CHANGES, &b);
	wbuf_done(&b);
}
static void
lie_raw_beyond(void)
{
	struct wbuf b;
	wbuf_init(&b);
	msg_raw_put(&b, &(struct msg_raw){ .point = 4000000000u });
	fake_send(&fake, W_RAW, &b);
	wbuf_done(&b);
}
static void
lie_unknown_type(void)
{
	static const uint8_t bytes[WIRE_HEAD] = { 0, 0, 0, 0, 0x7F, 0xFF };
	conn_send_encoded(fake.conn, bytes, sizeof bytes);
}
static void
lie_rubbish(void)
{
	uint8_t bytes[300];
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	conn_send_encoded(fake.conn, bytes, sizeof bytes);
}

static void (*const lies[])(void) = {
	lie_points_before_site,
	lie_too_many_points,
	lie_too_many_devices,
	lie_values_before_points,
	lie_number_out_of_order,
	lie_number_beyond,
	lie_twice_the_same_name,
	lie_empty_name,
	lie_device_beyond,
	lie_state_beyond,
	lie_shared_beyond,
	lie_end_too_early,
	lie_change_beyond,
	lie_raw_beyond,
	lie_unknown_type,
	lie_rubbish,
};

START_TEST(lies_end_the_connection_and_leave_the_values)
{
	struct client *c = live(false);

	lies[_i]();
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_ne(c->why, OK);
	ck_assert_uint_gt(strlen(c->why_text), 10);
	ck_assert_double_eq(client_value(c, 0).v, 55.5);
	ck_assert_uint_eq(client_find(c, "CEMS.LOAD_KW"), 5);
	client_free(c);
}
END_TEST

/* A snapshot in which one byte is wrong must never crash, whatever it makes of it. */
START_TEST(one_wrong_byte_is_survived)
{
	struct client *c = live(true);
	struct wbuf b;

	wbuf_init(&b);
	msg_point_put(&b,
	    &(struct msg_point){ .point = 0,
	        .device = DEVICE_NONE,
	        .group = 0,
	        .decimals_plus_8 = 8,
	        .name = "A.B",
	        .title = "t",
	        .title_ja = "",
	        .unit = "",
	        .source = "",
	        .states = { (const uint8_t *)"\0\0\0\0\0\0\0\1\1x\0\1y\0", 14 } });
	for (size_t i = 0; i < b.len; i++) {
		UNTIL(c->phase == CLIENT_LIVE);
		fake_site(&fake, 1, 2);
		struct wbuf bad;
		wbuf_init(&bad);
		uint8_t *copy = xmalloc(b.len);
		memcpy(copy, b.data, b.len);
		copy[i] ^= (uint8_t)(1u << (i % 8)) | 0x80u;
		bad.data = copy;
		bad.len = bad.cap = b.len;
		conn_send(fake.conn, W_POINT, 0, &bad, NULL);
		fake_bye(&fake, ERR_CLOSED, "next");
		conn_finish(fake.conn, OK);
		UNTIL(c->phase == CLIENT_DOWN);
		free(copy);
		client_free(c);
		c = live(true);
	}
	wbuf_done(&b);
	client_free(c);
}
END_TEST

START_TEST(a_server_that_takes_nobody_in_is_said)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int waiting, listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof sa.sun_path, "%.90s.full", fake.path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, sizeof sa), 0);
	ck_assert_int_eq(listen(listener, 0), 0);
	waiting = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(waiting, (struct sockaddr *)&sa, sizeof sa), 0); /* one fills the queue */
	struct client *c = client_new(loop, sa.sun_path, SUB_ALL, false, &ops, NULL);

	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(c->why, ERR_NO_SERVER);
	ck_assert(strstr(c->why_text, "takes nobody in") != NULL);
	client_free(c);
	close(waiting);
	close(listener);
	unlink(sa.sun_path);
}
END_TEST

T_MAIN("client_lies",
    T_FIXTURE(setup, teardown) T_LOOP(lies_end_the_connection_and_leave_the_values, 0, (int)ARRAY_LEN(lies))
        T(one_wrong_byte_is_survived) T(a_server_that_takes_nobody_in_is_said))
