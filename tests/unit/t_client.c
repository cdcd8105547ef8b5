/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client.c - the console's copy of the truth: from a snapshot, through changes, a lost link and a new generation.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/client_kit.h"
#include "console/shared_say.h"

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

START_TEST(who_shares_a_device_is_known)
{
	struct client *c = live(false);
	char text[SHARED_SAY];
	uint32_t before = n_device;

	ck_assert(!c->devices[1].shared.is_known);
	fake_shared(&fake, 1, "192.0.2.7");
	UNTIL(n_device > before);
	ck_assert(c->devices[1].shared.is_known && !c->devices[0].shared.is_known);
	ck_assert_str_eq(shared_say(&c->devices[1].shared, text), "2 of 4 masters: 4711 requests");
	ck_assert_ptr_nonnull(
	    strstr(shared_say_last(&c->devices[1].shared, (struct utc){ FAKE_NOW }, text), "last 192.0.2.7 "));
	ck_assert_str_eq(shared_say_last(&(struct client_shared){ .is_known = true }, (struct utc){ FAKE_NOW }, text),
	    "nobody has asked it since chisan-field began"); /* the program before it may have been asked */
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

static void
send_health(uint8_t state, uint64_t size, const char *text)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_store_health_put(&b, &(struct msg_store_health){ .state = state, .size = size, .text = text });
	fake_send(&fake, W_STORE_HEALTH, &b);
	wbuf_done(&b);
}

START_TEST(how_the_record_is_is_told_when_it_changes)
{
	struct client *c = live(false);

	ck_assert(!c->has_health);
	send_health(STORE_WELL, 1000, "");
	UNTIL(n_health == 1);
	send_health(STORE_WELL, 2000, ""); /* it only grows */
	send_health(STORE_FULL, 3000, "nothing is recorded");
	UNTIL(n_health == 2);
	ck_assert_uint_eq(c->health.size, 3000);
	ck_assert_str_eq(c->health.text, "nothing is recorded"); /* of its own memory */
	send_health(STORE_FULL, 3000, "nothing is recorded since 02:13");
	UNTIL(n_health == 3);
	client_free(c);
}
END_TEST

T_MAIN("client",
    T_FIXTURE(setup, teardown) T(how_the_record_is_is_told_when_it_changes) T(snapshot_becomes_the_model)
        T(points_are_found_by_their_whole_name) T(nothing_is_found_before_the_snapshot)
            T(good_value_has_the_time_of_its_scan_and_a_bad_one_its_own) T(values_read_as_people_read_them) T(
                a_device_that_is_up_and_answers_with_errors_is_failing) T(changes_move_the_values)
                T(a_lost_link_keeps_the_values_and_comes_back) T(without_reconnect_it_stays_down) T(
                    a_new_generation_takes_the_place_of_the_old_as_a_whole) T(changes_of_another_generation_are_dropped)
                    T(who_shares_a_device_is_known) T(another_version_is_refused_with_a_sentence)
                        T(the_servers_last_words_are_kept) T(a_refused_subscription_is_tried_again)
                            T(a_silent_server_is_given_up) T(a_server_that_hangs_is_asked_and_then_given_up)
                                T(registers_are_asked_for_and_come_or_are_refused) T(path_too_long_for_a_socket_is_said)
                                    T(the_socket_is_looked_for_in_order))
