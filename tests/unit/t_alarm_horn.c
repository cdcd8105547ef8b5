/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_horn.c - what sounds and what is marked: first-out, chattering, fleeting, old, reminders, the horn, the flood.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/alarm_kit.h"

static struct ak k;

static void
setup(void)
{
	ak_init(&k, 2);
}

static void
teardown(void)
{
	ak_done(&k);
}

#define STATE_IS(name, state) ck_assert_str_eq(alarm_state_word(ak_state(&k, name)), #state)

/* One analog point P with H at 90. */
static struct site_limit *
one(void)
{
	return ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_H, 90);
}

/* ---- first-out */

START_TEST(first_out_is_by_source_time)
{
	for (int i = 0; i < 4; i++)
		ak_limit(&k, ak_point(&k, arena_printf(k.site->arena, "P%d", i), KIND_ANALOG), LIMIT_H, 90)->group =
		    "trip";
	ak_start(&k);
	for (point_id id = 0; id < 4; id++)
		ak_feed(&k, id, 50);
	struct utc t = k.now;
	ak_sample(&k, 0, 95, 0, utc_add(t, 3000));
	ak_sample(&k, 1, 95, 0, utc_add(t, 1000));
	ak_turn(&k);
	ck_assert_uint_eq(ak_tell(&k, "D0.P1.H").first_out, 1);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").first_out, 2);
	ak_sample(&k, 2, 95, 0, utc_add(t, 2000)); /* comes late, was between */
	ak_turn(&k);
	ck_assert_uint_eq(ak_tell(&k, "D0.P1.H").first_out, 1);
	ck_assert_uint_eq(ak_tell(&k, "D0.P2.H").first_out, 2);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").first_out, 3);
	ak_sample(&k, 3, 95, 0, t); /* later still, was first */
	ak_turn(&k);
	ck_assert_uint_eq(ak_tell(&k, "D0.P3.H").first_out, 1);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").first_out, 4);
	/* at rest only when all are */
	for (point_id id = 0; id < 4; id++)
		ak_feed(&k, id, 50);
	ck_assert(ak_act(&k, "D0.P3.H", ALARM_ACT_ACK));
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ck_assert(ak_act(&k, "D0.P1.H", ALARM_ACT_ACK));
	ck_assert_uint_eq(ak_tell(&k, "D0.P3.H").first_out, 1);
	ck_assert(ak_act(&k, "D0.P2.H", ALARM_ACT_ACK));
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(ak_tell(&k, arena_printf(k.site->arena, "D0.P%d.H", i)).first_out, 0);
	ak_feed(&k, 2, 95);
	ck_assert_uint_eq(ak_tell(&k, "D0.P2.H").first_out, 1);
}
END_TEST

START_TEST(what_is_out_of_service_does_not_keep_a_group_from_rest)
{
	for (int i = 0; i < 2; i++)
		ak_limit(&k, ak_point(&k, arena_printf(k.site->arena, "P%d", i), KIND_ANALOG), LIMIT_H, 90)->group =
		    "trip";
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 1, 95);
	ck_assert(ak_act(&k, "D0.P1.H", ALARM_ACT_ACK));
	ak_feed(&k, 1, 50);
	ck_assert_uint_eq(ak_tell(&k, "D0.P1.H").first_out, 2);
	ck_assert(ak_do(&k, &ak_duty, ak_find(&k, "D0.P0.H"),
	    (struct alarm_request){ .act = ALARM_ACT_OOS, .until = utc_add(k.now, S(60)) }));
	ck_assert_uint_eq(ak_tell(&k, "D0.P1.H").first_out, 0);
	ak_feed(&k, 1, 95);
	ck_assert_uint_eq(ak_tell(&k, "D0.P1.H").first_out, 1);
}
END_TEST

/* ---- marks */

START_TEST(chattering_is_marked_until_it_is_quiet)
{
	one();
	ak_start(&k);
	for (int i = 0; i < 3; i++) {
		ak_feed(&k, 0, 95);
		ck_assert_int_eq((ak_tell(&k, "D0.P.H").marks & ALARM_CHATTERS) != 0, i == 2);
		ak_pass(&k, S(10));
		ak_feed(&k, 0, 50);
		ak_pass(&k, S(10));
	}
	struct alarm_counts c;
	alarms_counts(k.a, &c);
	ck_assert_uint_eq(c.chattering, 1);
	STATE_IS("D0.P.H", RTNUN); /* nothing is shelved by itself */
	ak_pass(&k, S(39));
	ck_assert(ak_tell(&k, "D0.P.H").marks & ALARM_CHATTERS);
	ak_pass(&k, S(1));
	ck_assert(!(ak_tell(&k, "D0.P.H").marks & ALARM_CHATTERS));
}
END_TEST

START_TEST(fleeting_and_old_are_marked)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_pass(&k, S(4));
	ak_feed(&k, 0, 50);
	ck_assert(ak_tell(&k, "D0.P.H").marks & ALARM_FLEETING);
	ak_pass(&k, S(100));
	ak_feed(&k, 0, 95);
	ck_assert(!(ak_tell(&k, "D0.P.H").marks & ALARM_FLEETING));
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ak_pass(&k, S(86400) - 1);
	ck_assert(!(ak_tell(&k, "D0.P.H").marks & ALARM_IS_OLD));
	ak_pass(&k, 1);
	ck_assert(ak_tell(&k, "D0.P.H").marks & ALARM_IS_OLD);
	struct alarm_counts c;
	alarms_counts(k.a, &c);
	ck_assert_uint_eq(c.old, 1);
	ak_feed(&k, 0, 50);
	alarms_counts(k.a, &c);
	ck_assert_uint_eq(c.old, 0);
}
END_TEST

START_TEST(realarm_reminds)
{
	one()->realarm_us = S(600);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	char why[100];
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_pass(&k, S(600));
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_REALARM);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 0); /* counted once, ten minutes ago */
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ak_pass(&k, S(300));
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_COMMENT)); /* does not put it off */
	ak_pass(&k, S(300));
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_REALARM);
	ak_pass(&k, S(300));
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ak_pass(&k, S(600) - 1);
	STATE_IS("D0.P.H", ACKED);
	ak_pass(&k, 1);
	STATE_IS("D0.P.H", UNACK);
	ak_feed(&k, 0, 50);
	uint32_t told = k.move_count;
	ak_pass(&k, S(6000));
	ck_assert_uint_eq(k.move_count, told);
}
END_TEST

/* ---- horn and flood */

static void
many(int count)
{
	for (int i = 0; i < count; i++) {
		struct site_point_def *p = ak_point(&k, arena_printf(k.site->arena, "P%d", i), KIND_ANALOG);
		ak_limit(&k, p, LIMIT_H, 90)->priority = i == 0 ? 1 : i % 2 ? 2 : 3;
	}
}

START_TEST(the_horn_is_of_the_most_urgent_and_newest)
{
	char why[100];
	many(6);
	ak_start(&k);
	ck_assert(!alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ck_assert_str_eq(why, "nothing sounds");
	ak_feed(&k, 2, 95);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	int64_t since = k.now.us;
	ak_pass(&k, S(1));
	ak_feed(&k, 1, 95);
	ak_feed(&k, 3, 95);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 2);
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D0.P3.H"));
	ck_assert_int_eq(ak_tell_horn(&k).since, since);
	ck_assert(ak_act(&k, "D0.P3.H", ALARM_ACT_ACK));
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D0.P1.H"));
	uint32_t told = k.move_count;
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert_str_eq(ak_tell_horn(&k).silenced_by, "duty");
	ck_assert_uint_eq(k.move_count, told); /* no alarm changes */
	STATE_IS("D0.P1.H", UNACK);
	ck_assert(!alarms_silence(k.a, &ak_relief, k.now, why, sizeof(why)));
	ck_assert_str_eq(why, "nothing sounds; duty silenced it at 2026-11-23 05:53:07 JST");
	ak_feed(&k, 4, 95); /* until the next new one */
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ak_feed(&k, 4, 50); /* returned: flashes, does not sound */
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
}
END_TEST

START_TEST(a_flood_is_found_and_left)
{
	many(20);
	ak_start(&k);
	for (point_id id = 1; id <= 10; id++, ak_pass(&k, S(10)))
		ak_feed(&k, id, 95);
	ck_assert(!ak_tell_horn(&k).is_flood);
	ak_feed(&k, 11, 95);
	ck_assert(ak_tell_horn(&k).is_flood); /* more than 10 in 10 minutes */
	ck_assert_int_eq(ak_tell_horn(&k).flood_since, k.now.us);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 11);
	ak_pass(&k, S(559)); /* six of them are older than ten minutes */
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 5);
	ck_assert(ak_tell_horn(&k).is_flood);
	ak_pass(&k, S(1));
	ck_assert(!ak_tell_horn(&k).is_flood); /* below 5 */
	ck_assert_uint_eq(k.move_count, 11);   /* nothing was dropped */
}
END_TEST

START_TEST(in_a_flood_the_horn_sounds_seldom_but_priority_1_at_once)
{
	char why[100];
	many(30);
	ak_start(&k);
	for (point_id id = 1; id <= 12; id++)
		ak_feed(&k, id, 95);
	ck_assert(ak_tell_horn(&k).is_flood);
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_pass(&k, S(5));
	ak_feed(&k, 13, 95);
	STATE_IS("D0.P13.H", UNACK); /* listed at once */
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ak_pass(&k, S(25) - 1);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ak_pass(&k, 1);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 2);
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_feed(&k, 14, 95);
	ak_feed(&k, 0, 95);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 1);
	/* what waits and is acknowledged does not sound later */
	ck_assert(ak_act(&k, "D0.P14.H", ALARM_ACT_ACK));
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_pass(&k, S(60));
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
}
END_TEST

/* ---- by area */

/* Devices 0 and 2 in north, 1 in south, 3 in no area; of each device 20 points with H. */
static void
four(int64_t horn_us)
{
	static const char *const areas[] = { "north", "south", "north", NULL };

	ak_done(&k);
	ak_init(&k, 4);
	for (int i = 0; i < 4; i++)
		k.list[i].area = areas[i];
	k.site->alarming->flood_horn_us = horn_us;
	many(20);
	ak_start(&k);
}

static void
rise(uint32_t device, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++)
		ak_feed(&k, device * 20 + i, 95);
}

/* "north 12; south 11; of 2" */
static const char *
areas_in_flood(void)
{
	static char text[300];
	struct wbuf b = { .len = 0 };
	struct rbuf r;
	uint32_t count = alarms_tell_floods(k.a, &b);

	text[0] = '\0';
	rbuf_init(&r, b.data, b.len);
	while (r.pos < r.len && !r.bad) {
		const char *area = r_str(&r);
		int64_t since = r_i64(&r);
		ck_assert_int_gt(since, 0);
		ck_assert_int_le(since, k.now.us);
		str_printf(text + strlen(text), sizeof(text) - strlen(text), "%s %u; ", area, r_u32(&r));
	}
	ck_assert(!r.bad);
	str_printf(text + strlen(text), sizeof(text) - strlen(text), "of %u", count);
	wbuf_done(&b);
	return text;
}

START_TEST(a_flood_is_of_an_area_and_leaves_the_others_alone)
{
	char why[100];

	four(S(30));
	rise(0, 1, 6);
	rise(2, 1, 4);
	ck_assert(!ak_tell_horn(&k).is_flood);
	rise(2, 5, 1); /* the eleventh of north, of two devices */
	ck_assert(ak_tell_horn(&k).is_flood);
	ck_assert_str_eq(areas_in_flood(), "north 11; of 1");
	ck_assert_str_eq(k.floods, "+north 11;+site 11;");
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_pass(&k, S(1));
	rise(0, 8, 1);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0); /* waits */
	rise(1, 1, 1);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 2); /* south is no part of it: at once */
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D1.P1.H"));
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	rise(3, 1, 1); /* of no area: the whole site's */
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 14);
	/* another one in flood */
	rise(1, 2, 12);
	ck_assert_str_eq(areas_in_flood(), "south 13; north 12; of 2");
	ak_pass(&k, S(700));
	ck_assert(!ak_tell_horn(&k).is_flood);
	ck_assert_str_eq(areas_in_flood(), "of 0");
	ck_assert_str_eq(k.floods, "+north 11;+site 11;+south 11;-north 1 of 12;-south 0 of 13;-site 0 of 26;");
}
END_TEST

START_TEST(what_no_area_makes_alone_is_a_flood_of_the_site)
{
	char why[100];

	four(S(30));
	rise(0, 1, 5);
	rise(1, 1, 5);
	rise(3, 1, 1);
	ck_assert(ak_tell_horn(&k).is_flood);
	ck_assert_str_eq(areas_in_flood(), "of 0");
	ck_assert_str_eq(k.floods, "+site 11;");
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_pass(&k, S(1));
	rise(1, 6, 1);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0); /* everybody's */
}
END_TEST

START_TEST(what_waits_sounds_when_its_own_area_is_over)
{
	char why[100];

	four(S(3600));
	rise(1, 1, 12);
	ak_pass(&k, S(300));
	rise(0, 1, 12);
	ck_assert_str_eq(areas_in_flood(), "north 12; south 12; of 2");
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_pass(&k, S(1));
	rise(1, 13, 1);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ak_pass(&k, S(400)); /* south is over, north goes on */
	ck_assert_str_eq(areas_in_flood(), "north 12; of 1");
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D1.P13.H"));
}
END_TEST

/* clang-format off */
T_MAIN("alarm_horn",
    T_FIXTURE(setup, teardown)
    T(first_out_is_by_source_time)
    T(what_is_out_of_service_does_not_keep_a_group_from_rest)
    T(chattering_is_marked_until_it_is_quiet)
    T(fleeting_and_old_are_marked)
    T(realarm_reminds)
    T(the_horn_is_of_the_most_urgent_and_newest)
    T(a_flood_is_found_and_left)
    T(in_a_flood_the_horn_sounds_seldom_but_priority_1_at_once)
    T(a_flood_is_of_an_area_and_leaves_the_others_alone)
    T(what_no_area_makes_alone_is_a_flood_of_the_site)
    T(what_waits_sounds_when_its_own_area_is_over))
/* clang-format on */
