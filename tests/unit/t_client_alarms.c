/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client_alarms.c - the client's copy of the alarms: definitions, states, limits and the horn; counts that stay right; lies refused.
 */
#include "config.h"

#include "console/client_private.h"
#include "tests/unit/t.h"

#include "tests/unit/client_alarm_kit.h"
#include "tests/unit/fake.h"

static struct client_alarms *a;

static void
setup(void)
{
	static const unsigned priorities[] = { 1, 2, 3, 4, 3 };
	char name[16];

	a = client_alarms_new(10, 3);
	for (uint32_t i = 0; i < 5; i++) {
		str_printf(name, sizeof name, "A%u.H", i);
		struct msg_alarm_def d = kit_def(i, name, priorities[i]);
		ck_assert_int_eq(kit_define(a, &d), OK);
	}
}

static void
teardown(void)
{
	client_alarms_free(a);
}

START_TEST(definitions_are_found_by_their_whole_name)
{
	ck_assert_uint_eq(a->count, 5);
	for (uint32_t i = 0; i < 5; i++)
		ck_assert_uint_eq(client_alarms_find(a, a->alarms[i].name), i);
	ck_assert_uint_eq(client_alarms_find(a, "A0"), ALARM_NONE);
	ck_assert_uint_eq(client_alarms_find(NULL, "A0.H"), ALARM_NONE);
	ck_assert_int_eq(a->alarms[0].m.state, ALARM_NORM);
	ck_assert_uint_eq(a->standing_count, 0);
}
END_TEST

START_TEST(definitions_that_cannot_be_are_refused)
{
	struct msg_alarm_def d = kit_def(5, "B.H", 1);

	d.alarm = 6; /* out of order */
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "A0.H", 1); /* a twin */
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "", 1);
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "B.H", 0);
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "B.H", 5);
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "B.H", 1);
	d.type = ALARM_TYPE_COUNT;
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "B.H", 1);
	d.point = 10; /* the site has ten */
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	d = kit_def(5, "B.H", 1);
	d.device = 3;
	ck_assert_int_eq(kit_define(a, &d), ERR_FRAME);
	ck_assert_uint_eq(a->count, 5);
}
END_TEST

START_TEST(states_that_cannot_be_change_nothing)
{
	struct msg_alarm m = kit_state(5, ALARM_UNACK, KIT_NOW);
	uint64_t changes = a->changes;

	ck_assert_int_eq(kit_set(a, &m), ERR_FRAME);
	m = kit_state(0, ALARM_STATE_COUNT, KIT_NOW);
	ck_assert_int_eq(kit_set(a, &m), ERR_FRAME);
	ck_assert_uint_eq(a->standing_count, 0);
	ck_assert_uint_eq(a->changes, changes);
}
END_TEST

/* Against a plain count over all, through a long row of changes that repeats. */
START_TEST(counts_stay_right_whatever_happens)
{
	uint32_t seed = 7;

	for (int n = 0; n < t_rounds(4000); n++) {
		uint32_t unacked[4] = { 0 }, active[4] = { 0 }, shelved = 0, suppressed = 0, out = 0, standing = 0;
		seed = seed * 1103515245u + 12345u;
		kit_go(a, (seed >> 8) % 5, (enum alarm_state)((seed >> 16) % ALARM_STATE_COUNT), KIT_NOW + n);
		for (uint32_t i = 0; i < 5; i++) {
			enum alarm_state s = (enum alarm_state)a->alarms[i].m.state;
			unsigned p = a->alarms[i].priority - 1u;
			unacked[p] += alarm_is_unacked(s);
			active[p] += s == ALARM_UNACK || s == ALARM_ACKED;
			shelved += s == ALARM_SHLVD;
			suppressed += s == ALARM_DSUPR;
			out += s == ALARM_OOSRV;
			standing += s != ALARM_NORM;
			if (s == ALARM_NORM)
				ck_assert_uint_eq(a->alarms[i].standing, UINT32_MAX);
			else
				ck_assert_uint_eq(a->standing[a->alarms[i].standing], i);
		}
		ck_assert_mem_eq(unacked, a->unacked, sizeof unacked);
		ck_assert_mem_eq(active, a->active, sizeof active);
		ck_assert_uint_eq(a->shelved, shelved);
		ck_assert_uint_eq(a->suppressed, suppressed);
		ck_assert_uint_eq(a->out, out);
		ck_assert_uint_eq(a->standing_count, standing);
	}
}
END_TEST

START_TEST(a_point_bears_the_letters_of_its_alarms_that_are_put_aside)
{
	client_alarms_free(a);
	a = client_alarms_new(10, 3);
	for (uint32_t i = 0; i < 4; i++) {
		char name[16];
		str_printf(name, sizeof name, "B%u.H", i);
		struct msg_alarm_def d = kit_def(i, name, 3);
		d.point = i == 3 ? POINT_NONE : i / 2 * 9; /* two of point 0, one of the last, one of none */
		ck_assert_int_eq(kit_define(a, &d), OK);
	}
	ck_assert_str_eq(client_alarms_letters(a, 0), "");
	for (uint32_t i = 0; i < 4; i++)
		kit_go(a, i, ALARM_SHLVD, KIT_NOW);
	ck_assert_str_eq(client_alarms_letters(a, 0), "s");
	ck_assert_str_eq(client_alarms_letters(a, 9), "s");
	ck_assert_str_eq(client_alarms_letters(a, 1), "");
	kit_go(a, 0, ALARM_OOSRV, KIT_NOW + 1);
	ck_assert_str_eq(client_alarms_letters(a, 0), "so");
	kit_go(a, 1, ALARM_DSUPR, KIT_NOW + 2);
	ck_assert_str_eq(client_alarms_letters(a, 0), "od");
	kit_go(a, 0, ALARM_NORM, KIT_NOW + 3);
	kit_go(a, 1, ALARM_UNACK, KIT_NOW + 3);
	ck_assert_str_eq(client_alarms_letters(a, 0), "");
	ck_assert_str_eq(client_alarms_letters(a, 10), "");
	ck_assert_str_eq(client_alarms_letters(NULL, 0), "");
}
END_TEST

START_TEST(the_worst_come_first_and_of_equal_ones_the_newest)
{
	uint32_t worst[3];

	ck_assert_uint_eq(client_alarms_worst(a, worst, 3), 0);
	ck_assert_uint_eq(client_alarms_worst(NULL, worst, 3), 0);
	kit_go(a, 3, ALARM_UNACK, KIT_NOW + 9);
	kit_go(a, 2, ALARM_UNACK, KIT_NOW + 1);
	kit_go(a, 4, ALARM_UNACK, KIT_NOW + 2);
	kit_go(a, 0, ALARM_ACKED, KIT_NOW + 5); /* waits for nobody */
	ck_assert_uint_eq(client_alarms_worst(a, worst, 3), 3);
	ck_assert_uint_eq(worst[0], 4);
	ck_assert_uint_eq(worst[1], 2);
	ck_assert_uint_eq(worst[2], 3);
	kit_go(a, 1, ALARM_RTNUN, KIT_NOW);
	ck_assert_uint_eq(client_alarms_worst(a, worst, 2), 2);
	ck_assert_uint_eq(worst[0], 1);
	ck_assert_uint_eq(worst[1], 4);
}
END_TEST

START_TEST(a_moved_limit_holds_until_it_is_the_site_files_again)
{
	struct wbuf b;
	struct msg_alarm_def d = kit_def(5, "L.HH", 2);

	d.limit = 95;
	ck_assert_int_eq(kit_define(a, &d), OK);
	ck_assert_double_eq(client_alarm_limit(&a->alarms[5]), 95);
	wbuf_init(&b);
	msg_alarm_limit_put(&b,
	    &(struct msg_alarm_limit){ .alarm = 5,
	        .limit = 90,
	        .time = KIT_NOW,
	        .user = "engineer",
	        .approved_by = "relief",
	        .reason = "test" });
	ck_assert_int_eq(kit_take(a, W_ALARM_LIMIT, &b), OK);
	ck_assert_double_eq(client_alarm_limit(&a->alarms[5]), 90);
	ck_assert_str_eq(a->alarms[5].moved.approved_by, "relief");
	msg_alarm_limit_put(&b,
	    &(struct msg_alarm_limit){ .alarm = 5, .limit = (double)NAN, .user = "", .approved_by = "", .reason = "" });
	ck_assert_int_eq(kit_take(a, W_ALARM_LIMIT, &b), OK);
	ck_assert(!a->alarms[5].has_moved);
	ck_assert_double_eq(client_alarm_limit(&a->alarms[5]), 95);
	msg_alarm_limit_put(&b, &(struct msg_alarm_limit){ .alarm = 6, .user = "", .approved_by = "", .reason = "" });
	ck_assert_int_eq(kit_take(a, W_ALARM_LIMIT, &b), ERR_FRAME);
	wbuf_done(&b);
}
END_TEST

START_TEST(a_horn_of_an_alarm_that_is_not_ours_names_none)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_horn_put(&b, &(struct msg_horn){ .priority = 1, .alarm = 77, .silenced_by = "duty" });
	ck_assert_int_eq(kit_take(a, W_HORN, &b), OK);
	ck_assert_uint_eq(a->horn.alarm, ALARM_NONE);
	ck_assert_str_eq(a->horn.silenced_by, "duty");
	msg_horn_put(&b, &(struct msg_horn){ .priority = 5, .silenced_by = "" });
	ck_assert_int_eq(kit_take(a, W_HORN, &b), ERR_FRAME);
	ck_assert_int_eq(a->horn.priority, 1);
	ck_assert_uint_eq(a->flood_count, 0);
	wbuf_done(&b);
}
END_TEST

START_TEST(floods_of_areas_are_taken_whole_or_not_at_all)
{
	struct wbuf b, list;
	struct msg_horn m = {
		.alarm = ALARM_NONE, .silenced_by = "", .is_flood = 1, .rate = 30, .window_s = 600, .flood_count = 3
	};

	wbuf_init(&b);
	wbuf_init(&list);
	w_str(&list, "north");
	w_i64(&list, 5);
	w_u32(&list, 12);
	w_str(&list, "south");
	w_i64(&list, 6);
	w_u32(&list, 11);
	m.floods = (struct msg_bytes){ list.data, list.len };
	msg_horn_put(&b, &m);
	ck_assert_int_eq(kit_take(a, W_HORN, &b), OK);
	ck_assert_uint_eq(a->flood_count, 2);
	ck_assert_str_eq(a->floods[1].area, "south");
	ck_assert_uint_eq(a->floods[1].rate, 11);
	for (size_t len = 1; len < list.len; len++) { /* cut: what was there stays */
		if (len == 19)
			continue; /* the first one, whole */
		m.floods.len = len;
		msg_horn_put(&b, &m);
		ck_assert_int_eq(kit_take(a, W_HORN, &b), ERR_FRAME);
		ck_assert_uint_eq(a->flood_count, 2);
	}
	m.floods.len = list.len;
	m.flood_count = 1; /* fewer than are named */
	msg_horn_put(&b, &m);
	ck_assert_int_eq(kit_take(a, W_HORN, &b), ERR_FRAME);
	m.floods.len = 0;
	m.flood_count = 0;
	msg_horn_put(&b, &m);
	ck_assert_int_eq(kit_take(a, W_HORN, &b), OK);
	ck_assert_uint_eq(a->flood_count, 0);
	ck_assert(client_alarms_flood(a, ALARM_NONE));
	wbuf_done(&b);
	wbuf_done(&list);
}
END_TEST

START_TEST(words_of_people_are_kept_and_replaced)
{
	struct msg_alarm m = kit_state(0, ALARM_ACKED, KIT_NOW);
	char by[] = "duty";

	m.by = by;
	m.comment = "seen";
	m.comment_by = by;
	m.commented = KIT_NOW;
	ck_assert_int_eq(kit_set(a, &m), OK);
	by[0] = 'X'; /* the frame is gone */
	ck_assert_str_eq(a->alarms[0].m.by, "duty");
	ck_assert_str_eq(a->alarms[0].m.comment, "seen");
	ck_assert_str_eq(a->alarms[0].m.comment_by, "duty");
	ck_assert_int_eq(a->alarms[0].m.commented, KIT_NOW);
	m.by = "relief";
	m.comment = m.comment_by = "";
	ck_assert_int_eq(kit_set(a, &m), OK);
	ck_assert_str_eq(a->alarms[0].m.by, "relief");
	ck_assert_str_eq(a->alarms[0].m.comment, "");
	ck_assert_str_eq(a->alarms[0].m.comment_by, "");
}
END_TEST

/* ---- through the connection */

static struct ev_loop *loop;
static struct fake fake;
static unsigned n_alarm, n_horn;

static void
on_alarm(struct client *c, uint32_t alarm, void *arg)
{
	(void)c;
	(void)arg;
	*(alarm == ALARM_NONE ? &n_horn : &n_alarm) += 1;
}
static const struct client_ops ops = { .alarm = on_alarm };

static void
more(struct fake *s, struct conn *c)
{
	struct msg_alarm_def d = kit_def(0, "ESS1.SOC.L", 3);
	struct msg_alarm m = kit_state(0, ALARM_UNACK, FAKE_NOW);
	struct wbuf b;

	(void)s;
	wbuf_init(&b);
	msg_alarm_def_put(&b, &d);
	conn_send(c, W_ALARM_DEF, 0, &b, NULL);
	wbuf_reset(&b);
	msg_alarm_put(&b, &m);
	conn_send(c, W_ALARM, 0, &b, NULL);
	wbuf_done(&b);
}

static void
late_cb(struct ev_loop *l, ev_timer *w, int revents)
{
	(void)l;
	(void)w;
	(void)revents;
	ck_abort_msg("waited in vain");
}

static void
start(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	fake_start(&fake, loop);
	fake.more = more;
	n_alarm = n_horn = 0;
}

static void
stop(void)
{
	fake_stop(&fake);
	ev_loop_destroy(loop);
}

#define UNTIL(condition) \
	do { \
		ev_timer t_late; \
		ev_timer_init(&t_late, late_cb, 10., 0.); \
		ev_timer_start(loop, &t_late); \
		while (!(condition)) \
			ev_run(loop, EVRUN_ONCE); \
		ev_timer_stop(loop, &t_late); \
	} while (0)

START_TEST(a_snapshot_brings_them_and_changes_are_told)
{
	start();
	struct client *c = client_new(loop, fake.path, SUB_ALL, false, &ops, NULL);
	struct msg_alarm m = kit_state(0, ALARM_ACKED, FAKE_NOW);
	struct wbuf b;

	ck_assert(c->alarms == NULL);
	UNTIL(c->phase == CLIENT_LIVE);
	ck_assert_uint_eq(c->alarms->count, 1);
	ck_assert_uint_eq(c->alarms->unacked[2], 1);
	ck_assert_uint_eq(n_alarm, 0); /* that was the snapshot */
	wbuf_init(&b);
	msg_alarm_put(&b, &m);
	fake_send(&fake, W_ALARM, &b);
	msg_horn_put(&b, &(struct msg_horn){ .priority = 3, .alarm = 0, .silenced_by = "" });
	fake_send(&fake, W_HORN, &b);
	UNTIL(n_alarm == 1 && n_horn == 1);
	ck_assert_uint_eq(c->alarms->unacked[2], 0);
	ck_assert_uint_eq(c->alarms->horn.priority, 3);
	wbuf_done(&b);
	client_free(c);
	stop();
}
END_TEST

START_TEST(they_stay_while_the_link_is_down_and_are_anew_after_it)
{
	start();
	struct client *c = client_new(loop, fake.path, SUB_ALL, true, &ops, NULL);

	UNTIL(c->phase == CLIENT_LIVE);
	fake_die(&fake);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_uint_eq(c->alarms->unacked[2], 1);
	fake.more = NULL; /* a site without alarms */
	fake_listen(&fake);
	UNTIL(c->phase == CLIENT_LIVE);
	ck_assert_uint_eq(c->alarms->count, 0);
	client_free(c);
	stop();
}
END_TEST

START_TEST(a_definition_outside_of_a_snapshot_ends_the_link)
{
	start();
	struct client *c = client_new(loop, fake.path, SUB_ALL, false, &ops, NULL);
	struct msg_alarm_def d = kit_def(1, "X.H", 1);
	struct wbuf b;

	UNTIL(c->phase == CLIENT_LIVE);
	wbuf_init(&b);
	msg_alarm_def_put(&b, &d);
	fake_send(&fake, W_ALARM_DEF, &b);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(c->why, ERR_FRAME);
	wbuf_done(&b);
	client_free(c);
	stop();
}
END_TEST

T_MAIN("client_alarms",
    T_FIXTURE(setup, teardown) T(definitions_are_found_by_their_whole_name) T(definitions_that_cannot_be_are_refused)
        T(states_that_cannot_be_change_nothing) T(counts_stay_right_whatever_happens) T(
            a_point_bears_the_letters_of_its_alarms_that_are_put_aside)
            T(the_worst_come_first_and_of_equal_ones_the_newest) T(a_moved_limit_holds_until_it_is_the_site_files_again)
                T(a_horn_of_an_alarm_that_is_not_ours_names_none) T(floods_of_areas_are_taken_whole_or_not_at_all)
                    T(words_of_people_are_kept_and_replaced) T(a_snapshot_brings_them_and_changes_are_told)
                        T(they_stay_while_the_link_is_down_and_are_anew_after_it)
                            T(a_definition_outside_of_a_snapshot_ends_the_link))
