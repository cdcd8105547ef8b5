/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client.c - the console's copy of the truth: from a snapshot, through changes, a lost link, a new generation and lies.
 */
#include "config.h"

#include "console/client_private.h"
#include "tests/unit/t.h"

#include "tests/unit/fake.h"

static struct ev_loop *loop;
static struct fake fake;
static unsigned n_phase, n_changed, n_broadcast, n_device, n_raw;
static unsigned n_journal;
static uint64_t journal_seq;
static uint16_t raw_cause;
static uint32_t raw_address;

static void
on_phase(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	n_phase++;
}
static void
on_changed(struct client *c, point_id id, void *arg)
{
	(void)c;
	(void)id;
	(void)arg;
	n_changed++;
}
static void
on_broadcast(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	n_broadcast++;
}
static void
on_device(struct client *c, uint32_t d, void *arg)
{
	(void)c;
	(void)d;
	(void)arg;
	n_device++;
}

static void
on_raw(struct client *c, const struct msg_raw *raw, void *arg)
{
	(void)c;
	(void)arg;
	n_raw++;
	raw_cause = raw->cause;
	raw_address = raw->address;
}

static void
on_journal(struct client *c, const struct msg_journal *m, void *arg)
{
	(void)c;
	(void)arg;
	n_journal++;
	journal_seq = m->seq;
}

static const struct client_ops ops = { on_phase, on_changed, on_broadcast, on_device, on_raw, on_journal };

static void
timeout_cb(struct ev_loop *l, ev_timer *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(l, EVBREAK_ALL);
}

/* Runs the loop until the condition holds; the test fails if that takes ten seconds. */
#define UNTIL(condition) \
	do { \
		ev_timer t_limit; \
		bool t_over = false; \
		ev_timer_init(&t_limit, timeout_cb, 10., 0.); \
		ev_timer_start(loop, &t_limit); \
		while (!(condition) && !t_over) { \
			ev_run(loop, EVRUN_ONCE); \
			t_over = !ev_is_active(&t_limit); \
		} \
		ev_timer_stop(loop, &t_limit); \
		ck_assert_msg(!t_over, "waited in vain for %s", #condition); \
	} while (0)

static void
setup(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	fake_start(&fake, loop);
	n_phase = n_changed = n_broadcast = n_device = n_raw = n_journal = 0;
}

static void
teardown(void)
{
	fake_stop(&fake);
	ev_loop_destroy(loop);
}

static struct client *
live(bool reconnect)
{
	struct client *c = client_new(loop, fake.path, SUB_ALL, reconnect, &ops, NULL);

	UNTIL(c->phase == CLIENT_LIVE);
	return c;
}

START_TEST(snapshot_becomes_the_model)
{
	struct client *c = live(false);

	ck_assert_str_eq(c->site_name, "Musashino");
	ck_assert_str_eq(c->site_title_ja, "武蔵野");
	ck_assert_str_eq(c->timezone, "Asia/Tokyo");
	ck_assert(c->simulated);
	ck_assert_uint_eq(c->generation, 7);
	ck_assert_int_eq(c->role, ROLE_OPERATOR);
	ck_assert_str_eq(c->user, "operator");
	ck_assert_uint_eq(c->point_count, FAKE_POINTS);
	ck_assert_uint_eq(c->device_count, 2);
	ck_assert_uint_eq(c->screen_count, 1);
	ck_assert_str_eq(c->screens[0].text, "screen: overview\n");
	ck_assert_uint_eq(c->devices[0].first, 0);
	ck_assert_uint_eq(c->devices[0].count, 4);
	ck_assert_uint_eq(c->devices[1].first, 4);
	ck_assert_uint_eq(c->devices[1].count, 1);
	ck_assert_int_eq(c->devices[1].state.state, DEVICE_DOWN);
	ck_assert_str_eq(c->devices[1].state.detail, "holding 0..9");
	ck_assert_double_eq(c->points[0].l, 10);
	ck_assert(isnan(c->points[0].hh));
	ck_assert_int_eq(c->newest.us, FAKE_NOW);
	client_free(c);
}
END_TEST

START_TEST(points_are_found_by_their_whole_name)
{
	struct client *c = live(false);

	for (uint32_t i = 0; i < FAKE_POINTS; i++)
		ck_assert_uint_eq(client_find(c, fake_points[i].name), i);
	ck_assert_uint_eq(client_find(c, "ESS1"), POINT_NONE);
	ck_assert_uint_eq(client_find(c, "ESS1.SOC "), POINT_NONE);
	ck_assert_uint_eq(client_find(c, ""), POINT_NONE);
	client_free(c);
}
END_TEST

START_TEST(nothing_is_found_before_the_snapshot)
{
	struct client *c = client_new(loop, fake.path, SUB_ALL, false, &ops, NULL);

	ck_assert_uint_eq(client_find(c, "ESS1.SOC"), POINT_NONE);
	ck_assert_uint_eq(c->point_count, 0);
	ck_assert_int_eq(client_ask_raw(c, 0), ERR_NO_SERVER);
	client_free(c);
}
END_TEST

START_TEST(good_value_has_the_time_of_its_scan_and_a_bad_one_its_own)
{
	struct client *c = live(false);
	struct utc now = { FAKE_NOW + 400 * US_PER_MS };

	ck_assert_int_eq(client_value(c, 0).time.us, FAKE_NOW - 100 * US_PER_MS);
	ck_assert_int_eq(client_received(c, 0).us, FAKE_NOW - 40 * US_PER_MS);
	ck_assert_int_eq(client_age_us(c, 0, now), 440 * US_PER_MS); /* since it was received */
	ck_assert(!client_is_old(c, 0, now));
	ck_assert(client_is_old(c, 0, utc_add(now, 2 * US_PER_S)));
	ck_assert_int_eq(client_value(c, 4).time.us, FAKE_NOW - 37 * US_PER_S);
	ck_assert_int_eq(client_received(c, 4).us, FAKE_NOW - 40 * US_PER_MS); /* its group was */
	ck_assert_int_eq(client_age_us(c, 4, now), 37 * US_PER_S + 400 * US_PER_MS);
	c->cells[4].time =
	    utc_add(c->group_received[c->points[4].group], 700); /* rounded away, never received before it was */
	ck_assert_int_eq(client_received(c, 4).us, c->cells[4].time.us);
	c->cells[4].time = (struct utc){ FAKE_NOW - 37 * US_PER_S };
	ck_assert_int_eq(client_received(c, 5).us, 0); /* never read */
	ck_assert_uint_eq(client_value(c, 4).cause, ERR_TIMEOUT);
	ck_assert_double_eq(client_value(c, 4).v, 17);
	ck_assert(client_is_old(c, 4, now));
	ck_assert(isnan(client_value(c, 5).v));
	ck_assert(!client_is_old(c, 5, now));
	ck_assert_int_eq(client_age_us(c, 0, (struct utc){ FAKE_NOW - US_PER_S }), 0);
	client_free(c);
}
END_TEST

START_TEST(values_read_as_people_read_them)
{
	static const struct {
		uint32_t id;
		double v;
		bool ja;
		const char *text;
	} row[] = {
		{ 0, 55.5, false, "55.5" },
		{ 1, -120.25, false, "-120.2" },
		{ 0, 7, false, "7.0" },
		{ 0, -0.01, false, "0.0" },
		{ 2, 0, false, "stop" },
		{ 2, 1, true, "運転" },
		{ 2, 99, true, "fault" },
		{ 2, 5, false, "5" },
		{ 3, 0, false, "none" },
		{ 3, 0, true, "なし" },
		{ 3, 3, false, "FAN, DOOR" },
		{ 3, 9, false, "FAN, 0x8" },
		{ 3, 256, false, "0x100" },
		{ 3, -1, false, "none" },
		{ 4, 1e6, false, "1000000" },
	};
	struct client *c = live(false);
	char text[64];

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		c->cells[row[i].id].v = row[i].v;
		client_format(c, row[i].id, row[i].ja, text, sizeof text);
		if (i == 1) /* a tie may fall either way */
			ck_assert(strcmp(text, "-120.2") == 0 || strcmp(text, "-120.3") == 0);
		else
			ck_assert_str_eq(text, row[i].text);
	}
	client_format(c, 5, false, text, sizeof text);
	ck_assert_str_eq(text, "-");
	client_format(c, 3, false, text, 6);
	ck_assert_uint_lt(strlen(text), 6);
	client_free(c);
}
END_TEST

START_TEST(a_device_that_is_up_and_answers_with_errors_is_failing)
{
	struct utc now = { 1000 * US_PER_S };
	struct client_device d = { .poll_us = US_PER_S, .has_state = true };

	d.state = (struct msg_device_state){ .state = DEVICE_UP, .last_error = ERR_TIMEOUT };
	d.state.last_error_time = now.us - 2 * US_PER_S;
	ck_assert(client_is_failing(&d, now));
	d.state.state = DEVICE_DOWN;
	ck_assert(!client_is_failing(&d, now));
	d.state.state = DEVICE_UP;
	d.state.last_error_time = now.us - 30 * US_PER_S;
	ck_assert(!client_is_failing(&d, now));
	d.poll_us = 20 * US_PER_S; /* two polls ago */
	ck_assert(client_is_failing(&d, now));
	d.state.last_error = OK;
	ck_assert(!client_is_failing(&d, now));
}
END_TEST

START_TEST(changes_move_the_values)
{
	struct client *c = live(false);

	fake.values[0].v = 56;
	fake.values[1].v = 3.5;
	fake_values(&fake, 0, 2, false, (struct utc){ FAKE_NOW + US_PER_S });
	UNTIL(n_broadcast == 1);
	ck_assert_uint_eq(n_changed, 2);
	ck_assert_double_eq(client_value(c, 0).v, 56);
	ck_assert_double_eq(client_value(c, 1).v, 3.5);
	ck_assert_int_eq(c->newest.us, FAKE_NOW + US_PER_S);
	fake_device_state(&fake, 1, DEVICE_UP, ERR_EXC_BUSY);
	UNTIL(n_device == 1);
	ck_assert_int_eq(c->devices[1].state.state, DEVICE_UP);
	ck_assert_uint_eq(c->devices[1].state.last_error, ERR_EXC_BUSY);
	client_free(c);
}
END_TEST

START_TEST(a_lost_link_keeps_the_values_and_comes_back)
{
	struct client *c = live(true);
	unsigned before = fake.accepted;

	fake_die(&fake);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_double_eq(client_value(c, 0).v, 55.5);
	ck_assert_uint_eq(client_find(c, "PV1.P"), 4);
	ck_assert_int_gt(c->lost_at.us, 0);
	ck_assert_int_ne(c->why, OK);
	ck_assert_int_eq(client_ask_raw(c, 0), ERR_NO_SERVER);
	fake.values[0].v = 12;
	fake_listen(&fake);
	UNTIL(c->phase == CLIENT_LIVE);
	ck_assert_uint_gt(fake.accepted, before);
	ck_assert_double_eq(client_value(c, 0).v, 12);
	ck_assert_int_eq(c->lost_at.us, 0);
	ck_assert_int_eq(c->why, OK);
	client_free(c);
}
END_TEST

START_TEST(without_reconnect_it_stays_down)
{
	fake_die(&fake);
	struct client *c = client_new(loop, fake.path, SUB_ALL, false, &ops, NULL);

	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(c->why, ERR_NO_SERVER);
	ck_assert(strstr(c->why_text, "chisand -f") != NULL);
	ev_run(loop, 0); /* returns at once: nothing is planned */
	ck_assert_int_eq(c->phase, CLIENT_DOWN);
	client_free(c);
}
END_TEST

START_TEST(a_new_generation_takes_the_place_of_the_old_as_a_whole)
{
	struct client *c = live(false);
	const struct client_point *old = c->points;

	fake.generation = 8;
	fake.gives_no_end = true;
	fake.values[0].v = 77;
	fake_snapshot(&fake);
	UNTIL(c->phase == CLIENT_SNAPSHOT);
	for (int i = 0; i < 5; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert(c->points == old);
	ck_assert_double_eq(client_value(c, 0).v, 55.5);
	ck_assert_uint_eq(c->generation, 7);
	fake_end(&fake, FAKE_POINTS);
	UNTIL(c->phase == CLIENT_LIVE);
	ck_assert_uint_eq(c->generation, 8);
	ck_assert_double_eq(client_value(c, 0).v, 77);
	client_free(c);
}
END_TEST

START_TEST(changes_of_another_generation_are_dropped)
{
	struct client *c = live(false);

	conn_set_generation(fake.conn, 6);
	fake.values[0].v = 99;
	fake_values(&fake, 0, 1, false, (struct utc){ FAKE_NOW + US_PER_S });
	conn_set_generation(fake.conn, 7);
	fake_device_state(&fake, 0, DEVICE_UP, OK);
	UNTIL(n_device == 1);
	ck_assert_uint_eq(n_changed, 0);
	ck_assert_double_eq(client_value(c, 0).v, 55.5);
	client_free(c);
}
END_TEST

START_TEST(another_version_is_refused_with_a_sentence)
{
	fake.version = WIRE_VERSION + 1;
	struct client *c = client_new(loop, fake.path, SUB_ALL, false, &ops, NULL);

	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(c->why, ERR_VERSION);
	ck_assert(strstr(c->why_text, "same version") != NULL);
	ck_assert_uint_eq(fake.subscribed, 0);
	client_free(c);
}
END_TEST

START_TEST(the_servers_last_words_are_kept)
{
	struct client *c = live(false);

	fake_bye(&fake, ERR_SLOW, "you did not read for 10 s");
	conn_finish(fake.conn, OK);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(c->why, ERR_SLOW);
	ck_assert_str_eq(c->why_text, "chisand: you did not read for 10 s");
	client_free(c);
}
END_TEST

START_TEST(a_refused_subscription_is_tried_again)
{
	fake.is_busy = true;
	struct client *c = client_new(loop, fake.path, SUB_ALL, true, &ops, NULL);

	UNTIL(c->phase == CLIENT_DOWN && fake.subscribed == 1);
	ck_assert_int_eq(c->why, ERR_BUSY);
	ck_assert(strstr(c->why_text, "still being read") != NULL);
	fake.is_busy = false;
	UNTIL(c->phase == CLIENT_LIVE);
	client_free(c);
}
END_TEST

START_TEST(a_silent_server_is_given_up)
{
	fake.is_mute = true;
	struct client *c = client_new(loop, fake.path, SUB_ALL, false, &ops, NULL);
	c->private->patience_s = 0.1;

	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(c->why, ERR_NO_SERVER);
	ck_assert(strstr(c->why_text, "does not answer") != NULL);
	client_free(c);
}
END_TEST

START_TEST(a_server_that_hangs_is_asked_and_then_given_up)
{
	struct client *c = live(false);

	c->private->patience_s = 0.5;
	ev_timer_stop(loop, &c->private->timer);
	ev_timer_set(&c->private->timer, 0.5, 0.);
	ev_timer_start(loop, &c->private->timer);
	double until = ev_now(loop) + 1.3;
	UNTIL(ev_now(loop) > until);
	ck_assert_int_eq(c->phase, CLIENT_LIVE); /* it has nothing to say, but answers */
	fake.is_mute = true;
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert(strstr(c->why_text, "does not answer") != NULL);
	ck_assert_double_eq(client_value(c, 0).v, 55.5);
	client_free(c);
}
END_TEST

START_TEST(registers_are_asked_for_and_come_or_are_refused)
{
	struct client *c = live(false);
	struct wbuf b;

	ck_assert_int_eq(client_ask_raw(c, FAKE_POINTS), ERR_NOT_FOUND);
	ck_assert_int_eq(client_ask_raw(c, 1), OK);
	UNTIL(fake.raw_asked == 1);
	wbuf_init(&b);
	msg_raw_put(&b,
	    &(struct msg_raw){
	        .point = 1, .table = TABLE_HOLDING, .address = 42, .raw = { (const uint8_t *)"\1\2", 2 } });
	fake_send(&fake, W_RAW, &b);
	UNTIL(n_raw == 1);
	ck_assert_uint_eq(raw_address, 42);
	ck_assert_int_eq(client_ask_raw(c, 1), OK);
	UNTIL(fake.raw_asked == 2);
	conn_result(fake.conn, fake.last_sequence, ERR_NOT_FOUND, -1, "it is calculated");
	UNTIL(n_raw == 2);
	ck_assert_uint_eq(raw_cause, ERR_NOT_FOUND);
	wbuf_done(&b);
	client_free(c);
}
END_TEST

/* ---- lies: each ends the connection with ERR_FRAME, and what was live stays */

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

/* ---- questions */

struct answered {
	unsigned frames, dones;
	uint8_t last;
	enum err err;
	int addcause;
	char text[64];
	uint32_t forget_at_frame; /* number to forget within frame(); 0 = none */
	bool asks_again;
	uint32_t again;
};

static const struct client_answer answer;

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct answered *a = arg;

	a->frames++;
	a->last = f->length > 0 ? f->body[0] : 0;
	if (a->forget_at_frame != 0)
		client_forget(c, a->forget_at_frame);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct answered *a = arg;

	a->dones++;
	a->err = e;
	a->addcause = addcause;
	str_copy(a->text, sizeof a->text, text);
	if (a->asks_again) {
		uint8_t body[32] = { 0 };
		struct wbuf b = { .data = body, .len = sizeof body, .cap = sizeof body };
		a->again = client_ask(c, W_NOTE, &b, &answer, a);
	}
}

static const struct client_answer answer = { answer_frame, answer_done };

static uint32_t
ask(struct client *c, struct answered *a)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_history_get_put(&b, &(struct msg_history_get){ .from = 1, .to = 2, .most = 10, .point = "ESS1.SOC" });
	uint32_t n = client_ask(c, W_HISTORY_GET, &b, &answer, a);
	wbuf_done(&b);
	return n;
}

static void
reply(uint32_t sequence, uint8_t first)
{
	uint8_t body[4] = { first, 0, 0, 0 };
	struct wbuf b = { .data = body, .len = sizeof body, .cap = sizeof body };

	conn_send(fake.conn, W_HISTORY, sequence, &b, NULL);
}

START_TEST(answers_find_their_question)
{
	struct client *c = live(false);
	struct answered one = { 0 }, two = { 0 };
	uint32_t first = ask(c, &one), second = ask(c, &two);

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_ne(second, 0);
	ck_assert_uint_ne(first, second);
	UNTIL(fake.asked == 2);
	reply(fake.question[1], 21);
	reply(fake.question[0], 11);
	reply(fake.question[1], 22);
	conn_result(fake.conn, fake.question[1], OK, -1, "%s", "");
	conn_result(fake.conn, fake.question[0], ERR_REFUSED, 3, "not today");
	UNTIL(one.dones == 1 && two.dones == 1);
	ck_assert_uint_eq(one.frames, 1);
	ck_assert_uint_eq(one.last, 11);
	ck_assert_uint_eq(two.frames, 2);
	ck_assert_uint_eq(two.last, 22);
	ck_assert_int_eq(two.err, OK);
	ck_assert_int_eq(one.err, ERR_REFUSED);
	ck_assert_int_eq(one.addcause, 3);
	ck_assert_str_eq(one.text, "not today");
	reply(fake.question[0], 99); /* too late: nobody's */
	conn_result(fake.conn, fake.question[0], OK, -1, "%s", "");
	fake_values(&fake, 0, 1, false, (struct utc){ FAKE_NOW + 1 });
	n_broadcast = 0;
	UNTIL(n_broadcast > 0);
	ck_assert_uint_eq(one.frames, 1);
	ck_assert_uint_eq(one.dones, 1);
	client_free(c);
}
END_TEST

START_TEST(frames_are_granted_as_they_are_taken)
{
	struct client *c = live(false);
	struct answered a = { 0 };

	ask(c, &a);
	UNTIL(fake.asked == 1);
	for (unsigned i = 0; i < 3; i++)
		reply(fake.question[0], 0);
	UNTIL(a.frames == 3);
	reply(fake.question[0], 0);
	UNTIL(fake.granted == 4);
	ck_assert_uint_eq(fake.about, fake.question[0]);
	for (unsigned i = 4; i < 12; i++)
		reply(fake.question[0], 0);
	UNTIL(a.frames == 12 && fake.granted == 12);
	client_free(c);
}
END_TEST

START_TEST(a_forgotten_question_is_cancelled_and_silent)
{
	struct client *c = live(false);
	struct answered a = { 0 }, b = { 0 };

	a.forget_at_frame = ask(c, &a);
	uint32_t other = ask(c, &b);
	UNTIL(fake.asked == 2);
	reply(fake.question[0], 1);
	reply(fake.question[0], 2);
	UNTIL(fake.cancelled == 1);
	ck_assert_uint_eq(fake.about, fake.question[0]);
	client_forget(c, other);
	client_forget(c, other); /* twice, and what never was */
	client_forget(c, 0);
	client_forget(c, 12345);
	conn_result(fake.conn, fake.question[0], OK, -1, "%s", "");
	conn_result(fake.conn, fake.question[1], OK, -1, "%s", "");
	UNTIL(fake.cancelled == 2);
	ck_assert_uint_eq(a.frames, 1);
	ck_assert_uint_eq(a.dones + b.dones, 0);
	client_free(c);
}
END_TEST

START_TEST(a_lost_link_ends_every_question)
{
	struct client *c = live(true);
	struct answered a = { .asks_again = true }, b = { 0 };

	ask(c, &a);
	ask(c, &b);
	UNTIL(fake.asked == 2);
	fake_die(&fake);
	UNTIL(a.dones == 1 && b.dones == 1);
	ck_assert_int_eq(a.err, ERR_CLOSED);
	ck_assert_uint_eq(a.again, 0); /* there is no link to ask on */
	ck_assert_uint_eq(ask(c, &b), 0);
	fake_listen(&fake);
	UNTIL(c->phase == CLIENT_LIVE);
	ck_assert_uint_ne(ask(c, &b), 0);
	UNTIL(fake.asked == 3);
	client_free(c); /* with a question open: no word more */
	ck_assert_uint_eq(b.dones, 1);
}
END_TEST

START_TEST(an_answer_may_ask_on)
{
	struct client *c = live(false);
	struct answered a = { .asks_again = true };

	ask(c, &a);
	UNTIL(fake.asked == 1);
	conn_result(fake.conn, fake.question[0], ERR_BUSY, -1, "%s", "");
	UNTIL(a.dones == 1);
	ck_assert_str_eq(a.text, err_text(ERR_BUSY));
	ck_assert_uint_ne(a.again, 0);
	a.asks_again = false;
	client_free(c);
}
END_TEST

START_TEST(journal_entries_come_as_they_are_recorded)
{
	struct client *c = live(false);
	struct answered a = { 0 };
	struct wbuf b;
	uint8_t hash[32] = { 0 };

	wbuf_init(&b);
	struct msg_journal m = { .seq = 42,
		.kind = 12,
		.point = "",
		.user = "u",
		.terminal = "",
		.text = "a note",
		.before = "",
		.after = "",
		.hash = { hash, sizeof hash } };
	ask(c, &a);
	UNTIL(fake.asked == 1);
	msg_journal_put(&b, &m);
	conn_send(fake.conn, W_JOURNAL, fake.question[0], &b, NULL); /* an answer */
	conn_send(fake.conn, W_JOURNAL, 77777, &b, NULL);            /* an answer to nothing */
	conn_send(fake.conn, W_JOURNAL, 0, &b, NULL);                /* news */
	UNTIL(n_journal == 1);
	ck_assert_uint_eq(journal_seq, 42);
	ck_assert_uint_eq(a.frames, 1);
	wbuf_reset(&b);
	for (unsigned i = 0; i < 70; i++)
		w_u8(&b, 0xff);
	conn_send(fake.conn, W_JOURNAL, 0, &b, NULL);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(a.err, ERR_CLOSED);
	wbuf_done(&b);
	client_free(c);
}
END_TEST

START_TEST(path_too_long_for_a_socket_is_said)
{
	char path[300];

	memset(path, 'a', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	struct client *c = client_new(loop, path, SUB_ALL, false, &ops, NULL);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert(strstr(c->why_text, "too long") != NULL);
	client_free(c);
}
END_TEST

START_TEST(the_socket_is_looked_for_in_order)
{
	char path[128], other[108];

	setenv("CHISAN_SOCKET", "/from/environment", 1);
	client_socket_path(path, sizeof path, "/given");
	ck_assert_str_eq(path, "/given");
	client_socket_path(path, sizeof path, NULL);
	ck_assert_str_eq(path, "/from/environment");
	unsetenv("CHISAN_SOCKET");
	setenv("XDG_RUNTIME_DIR", fake.folder, 1);
	str_printf(other, sizeof other, "%s/chisan.sock", fake.folder);
	ck_assert_int_eq(symlink("s", other), 0);
	client_socket_path(path, sizeof path, "");
	ck_assert_str_eq(path, other);
	unlink(other);
	unsetenv("XDG_RUNTIME_DIR");
	client_socket_path(path, sizeof path, NULL);
	ck_assert_str_eq(path, "/run/chisan/chisan.sock");
}
END_TEST

T_MAIN("client",
    T_FIXTURE(setup, teardown) T(snapshot_becomes_the_model) T(points_are_found_by_their_whole_name) T(
        nothing_is_found_before_the_snapshot) T(good_value_has_the_time_of_its_scan_and_a_bad_one_its_own)
        T(values_read_as_people_read_them) T(a_device_that_is_up_and_answers_with_errors_is_failing) T(
            changes_move_the_values) T(a_lost_link_keeps_the_values_and_comes_back) T(without_reconnect_it_stays_down)
            T(a_new_generation_takes_the_place_of_the_old_as_a_whole) T(changes_of_another_generation_are_dropped)
                T(another_version_is_refused_with_a_sentence) T(the_servers_last_words_are_kept) T(
                    a_refused_subscription_is_tried_again) T(a_silent_server_is_given_up)
                    T(a_server_that_hangs_is_asked_and_then_given_up) T(registers_are_asked_for_and_come_or_are_refused)
                        T_LOOP(lies_end_the_connection_and_leave_the_values, 0, (int)ARRAY_LEN(lies))
                            T(one_wrong_byte_is_survived) T(path_too_long_for_a_socket_is_said)
                                T(a_server_that_takes_nobody_in_is_said) T(the_socket_is_looked_for_in_order)
                                    T(answers_find_their_question) T(frames_are_granted_as_they_are_taken) T(
                                        a_forgotten_question_is_cancelled_and_silent) T(a_lost_link_ends_every_question)
                                        T(an_answer_may_ask_on) T(journal_entries_come_as_they_are_recorded))
