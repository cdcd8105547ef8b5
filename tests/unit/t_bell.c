/* SPDX-License-Identifier: Apache-2.0 */
/* t_bell.c - the bell: at once, again and again by priority, until it is silenced or turned off. */
#include "config.h"

#include "tests/unit/t.h"

#include "console/bell.h"

static struct client_alarms all;
static struct bell bell;
static struct utc now;

static void
setup(void)
{
	all = (struct client_alarms){ .horn = { .alarm = 1, .silenced_by = "" } };
	bell = (struct bell){ 0 };
	now = (struct utc){ INT64_C(1795000000000000) };
}

/* So many rings in so many seconds. */
static unsigned
rings(int seconds)
{
	unsigned n = 0;

	for (int s = 0; s < seconds; s++) {
		n += bell_due(&bell, &all, false, now);
		now = utc_add(now, US_PER_S);
	}
	return n;
}

static void
sounds(uint8_t priority, uint32_t alarm)
{
	all.horn.priority = priority;
	all.horn.alarm = alarm;
	all.horn.since = now.us;
}

START_TEST(it_is_silent_while_nothing_sounds)
{
	ck_assert_uint_eq(rings(100), 0);
	ck_assert(!bell_due(&bell, NULL, false, now));
}
END_TEST

START_TEST(the_worse_the_more_often)
{
	static const unsigned expected[] = { 0, 20, 6, 2, 1 };

	sounds((uint8_t)_i, 1);
	ck_assert_uint_eq(rings(60), expected[_i]);
}
END_TEST

START_TEST(silenced_it_is_silent_until_something_new_sounds)
{
	sounds(1, 1);
	ck_assert_uint_eq(rings(4), 2);
	bell_hush(&bell);
	ck_assert_uint_eq(rings(60), 0);
	sounds(1, 2);
	ck_assert_uint_eq(rings(1), 1);
}
END_TEST

START_TEST(the_server_says_that_it_is_silenced)
{
	sounds(2, 1);
	ck_assert_uint_eq(rings(1), 1);
	all.horn.priority = 0;
	ck_assert_uint_eq(rings(60), 0);
	sounds(2, 1);
	ck_assert_uint_eq(rings(1), 1);
}
END_TEST

START_TEST(turned_off_it_never_rings_and_rings_when_it_is_on_again)
{
	bell.is_off = true;
	sounds(1, 1);
	ck_assert_uint_eq(rings(60), 0);
	bell.is_off = false;
	ck_assert_uint_ge(rings(4), 1);
}
END_TEST

START_TEST(in_a_flood_it_rings_every_half_minute_but_at_once_for_priority_1)
{
	unsigned n = 0;

	all.horn.is_flood = true;
	for (uint32_t i = 0; i < 60; i++) { /* a new one each second */
		sounds(3, 10 + i);
		n += rings(1);
	}
	ck_assert_uint_eq(n, 2);
	sounds(1, 99);
	ck_assert_uint_eq(rings(1), 1);
	sounds(1, 100);
	ck_assert_uint_eq(rings(1), 1);
}
END_TEST

START_TEST(one_of_another_area_than_that_in_flood_rings_at_once)
{
	static struct client_alarm two[2] = { { .area = "north" }, { .area = "south" } };
	static struct client_flood north = { "north", 1, 12 };
	unsigned n = 0;

	all.alarms = two;
	all.count = 2;
	all.floods = &north;
	all.flood_count = all.horn.flood_count = 1;
	all.horn.is_flood = true;
	for (uint32_t i = 0; i < 20; i++) {
		sounds(2, 0);
		n += rings(1);
	}
	ck_assert_uint_eq(n, 1);
	sounds(2, 1);
	ck_assert_uint_eq(rings(1), 1);
}
END_TEST

START_TEST(a_lost_link_rings_once)
{
	ck_assert(!bell_due(&bell, NULL, true, now)); /* there was none yet */
	bell = (struct bell){ 0 };
	ck_assert(bell_due(&bell, &all, true, now));
	ck_assert(!bell_due(&bell, &all, true, utc_add(now, 60 * US_PER_S)));
	ck_assert(!bell_due(&bell, &all, false, now));
	ck_assert(bell_due(&bell, &all, true, now));
}
END_TEST

START_TEST(a_clock_that_is_set_back_does_not_silence_it)
{
	sounds(1, 1);
	ck_assert_uint_eq(rings(1), 1);
	now = utc_add(now, -3600 * US_PER_S);
	ck_assert_uint_ge(rings(4), 1);
}
END_TEST

T_MAIN("bell",
    T_FIXTURE(setup, NULL) T(it_is_silent_while_nothing_sounds) T_LOOP(the_worse_the_more_often, 1, 5)
        T(silenced_it_is_silent_until_something_new_sounds) T(the_server_says_that_it_is_silenced)
            T(turned_off_it_never_rings_and_rings_when_it_is_on_again)
                T(in_a_flood_it_rings_every_half_minute_but_at_once_for_priority_1)
                    T(one_of_another_area_than_that_in_flood_rings_at_once) T(a_lost_link_rings_once)
                        T(a_clock_that_is_set_back_does_not_silence_it))
