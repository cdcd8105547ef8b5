/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_table_life.c - what the table tells and for how long it is true: deadband and marks of change, communication, staleness, names, reload.
 */
#include "config.h"

#include <stdio.h>

#include "tests/unit/t.h"

#include "tests/unit/table_kit.h"

/* ---- reporting */

START_TEST(reports_move_by_the_deadband)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->deadband = 5;
	start();
	feed(0, 100);
	ck_assert_uint_eq(change_count(), 1);
	feed(0, 104.9);
	ck_assert_uint_eq(change_count(), 0);
	ck_assert_double_eq(table_values(table)[0].v, 104.9);
	ck_assert_double_eq(table_reported(table)[0].v, 100);
	feed(0, 105);
	ck_assert_uint_eq(change_count(), 1);
	ck_assert_double_eq(table_reported(table)[0].v, 105);
	feed(0, 100.1);
	ck_assert_uint_eq(change_count(), 0);
	fed(0, 0, ERR_TIMEOUT); /* a quality is always told, with the number as it is */
	ck_assert_uint_eq(change_count(), 1);
	ck_assert_double_eq(table_reported(table)[0].v, 100.1);
	fed(0, 0, ERR_TIMEOUT);
	ck_assert_uint_eq(change_count(), 0);
	feed(0, 100.1);
	ck_assert_uint_eq(change_count(), 1);
}
END_TEST

START_TEST(without_a_deadband_any_change_is_told)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	feed(0, 1);
	ck_assert_uint_eq(change_count(), 1);
	feed(0, 1);
	ck_assert_uint_eq(change_count(), 0);
	feed(0, nextafter(1, 2));
	ck_assert_uint_eq(change_count(), 1);
}
END_TEST

START_TEST(the_longest_interval_brings_small_changes_too)
{
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->deadband = 5;
	d->max_interval_us = 10 * US_PER_S;
	start();
	feed(0, 100);
	change_count();
	for (int i = 0; i < 9; i++) {
		feed(0, 101);
		ck_assert_uint_eq(change_count(), 0);
	}
	feed(0, 101);
	ck_assert_uint_eq(change_count(), 1);
	for (int i = 0; i < 30; i++)
		feed(0, 101);
	ck_assert_uint_eq(change_count(), 0);
}
END_TEST

START_TEST(an_uncertain_value_carries_its_time)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->range = (struct key_range){ 0, 10 };
	start();
	feed(0, 11);
	change_count();
	feed(0, 11);
	ck_assert_uint_eq(change_count(), 1);
	ck_assert_int_eq(table_reported(table)[0].time.us, T0 + clock_us);
}
END_TEST

START_TEST(changes_are_taken_once_in_rising_order)
{
	char name[32];
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "A.P%d", i);
		kit_read(&kit, name, KIND_ANALOG);
	}
	start();
	unsigned seed = 2;
	for (int round = 0; round < 50; round++) {
		bool is_changed[1000] = { false };
		uint32_t n, want = 0;
		for (int i = 0; i < 300; i++) {
			point_id id = (point_id)rand_r(&seed) % 1000;
			want += !is_changed[id];
			is_changed[id] = true;
			fed(id, round * 1000 + i, OK);
		}
		ck_assert(table_has_changes(table));
		const point_id *ids = table_changes_take(table, &n);
		ck_assert_uint_eq(n, want);
		for (uint32_t i = 0; i < n; i++)
			if (!is_changed[ids[i]] || (i != 0 && ids[i - 1] >= ids[i]))
				ck_abort_msg("%u at place %u", (unsigned)ids[i], (unsigned)i);
		ck_assert(!table_has_changes(table));
		table_changes_take(table, &n);
		ck_assert_uint_eq(n, 0);
		table_live_take(table, &n);
		ck_assert_uint_eq(n, want);
	}
}
END_TEST

/* ---- communication */

START_TEST(a_device_that_is_down_takes_its_points_along_at_once)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG);
	kit_add(&kit, "A.START", KIND_COMMAND);
	kit.site.nodes[0].count = 3;
	kit_calc(&kit, "A.SUM", "A.P + 1");
	start();
	feed(0, 5);
	change_count();
	table_device_down(table, 0, ERR_CONNECT_TIMEOUT);
	ck_value(table_values(table)[0], 5, Q_NO_COMM, ERR_CONNECT_TIMEOUT);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_NO_COMM);
	ck_assert(isnan(table_values(table)[1].v));
	ck_assert_uint_eq(table_values(table)[2].quality, Q_NEVER_READ);
	ck_assert_uint_eq(table_values(table)[3].quality, Q_NEVER_READ);
	ck_assert_uint_eq(change_count(), 2);
	table_device_down(table, 0, ERR_CONNECT_TIMEOUT);
	ck_assert_uint_eq(change_count(), 0);
	table_device_down(table, 0, ERR_UNREACHABLE);
	ck_assert_uint_eq(change_count(), 2);
	ck_value(feed(0, 6), 6, 0, OK);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_NO_COMM);
	table_device_down(table, 0, ERR_DISABLED);
	ck_value(table_values(table)[0], 6, Q_BLOCKED, ERR_DISABLED);
	table_device_down(table, 77, ERR_DISABLED); /* no such device: nothing happens */
}
END_TEST

START_TEST(without_samples_points_go_stale)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG)->stale_periods = 10;
	kit_read(&kit, "A.R", KIND_ANALOG)->stale_periods = 0; /* never */
	kit_add(&kit, "A.START", KIND_COMMAND);
	start();
	table_tick(table, mono());
	for (point_id id = 0; id < 3; id++)
		fed(id, 1, OK);
	change_count();
	clock_us = 3 * KIT_PERIOD_US - 1;
	table_tick(table, mono());
	ck_assert_uint_eq(change_count(), 0);
	clock_us++;
	table_tick(table, mono());
	ck_value(table_values(table)[0], 1, Q_STALE, ERR_NO_SAMPLE);
	ck_assert_int_eq(table_values(table)[0].time.us, T0);
	ck_assert_uint_eq(change_count(), 1);
	table_tick(table, mono());
	ck_assert_uint_eq(change_count(), 0);
	ck_value(fed(0, 2, OK), 2, 0, OK);
	clock_us = 10 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_STALE);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_STALE);
	ck_assert_uint_eq(table_values(table)[2].quality, 0);
	ck_assert_uint_eq(table_values(table)[3].quality, Q_NEVER_READ);
}
END_TEST

START_TEST(a_point_that_never_came_is_told_after_the_stale_time)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	clock_us = 50 * KIT_PERIOD_US; /* the machine runs longer than chisand */
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_NEVER_READ);
	ck_assert_int_eq(table_values(table)[0].cause, OK);
	clock_us += 3 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_NEVER_READ | Q_STALE);
	ck_assert_int_eq(table_values(table)[0].cause, ERR_NO_SAMPLE);
	ck_value(feed(0, 3), 3, 0, OK);
}
END_TEST

START_TEST(a_point_without_communication_is_not_called_stale_too)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG);
	start();
	table_tick(table, mono());
	table_device_down(table, 0, ERR_TIMEOUT);
	fed(1, 0, ERR_EXC_ADDRESS);
	change_count();
	clock_us = 100 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_NO_COMM);
	ck_assert_int_eq(table_values(table)[0].cause, ERR_TIMEOUT);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_FAILURE | Q_STALE);
}
END_TEST

/* Random samples, outages and ticks against the definition of staleness. */
START_TEST(staleness_agrees_with_its_definition)
{
	enum { N = 40 };
	int64_t last[N], limit[N];
	bool is_down[N] = { false };
	unsigned seed = 21;
	char name[32];

	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "A.P%d", i);
		struct site_point_def *d = kit_read(&kit, name, KIND_ANALOG);
		d->stale_periods = 2 + i % 5;
		limit[i] = (2 + i % 5) * KIT_PERIOD_US;
		kit.site.points[i].group = (uint32_t)i % 2;
		last[i] = 0;
	}
	start();
	table_tick(table, mono());
	for (int step = 0; step < 10000; step++) {
		clock_us += rand_r(&seed) % 400000;
		table_tick(table, mono());
		for (int i = 0; i < N; i++) {
			bool want = !is_down[i] && clock_us - last[i] >= limit[i];
			bool is = (table_values(table)[i].quality & Q_STALE) != 0;
			if (want != is)
				ck_abort_msg("point %d at %lld, last %lld", i, (long long)clock_us, (long long)last[i]);
		}
		point_id id = (point_id)rand_r(&seed) % N;
		if (rand_r(&seed) % 50 == 0) {
			table_device_down(table, 0, ERR_TIMEOUT);
			memset(is_down, 1, sizeof(is_down));
		} else if (rand_r(&seed) % 10 == 0) {
			fed(id, 0, ERR_TIMEOUT);
			last[id] = clock_us;
			is_down[id] = true;
		} else {
			fed(id, step, OK);
			last[id] = clock_us;
			is_down[id] = false;
		}
	}
}
END_TEST

START_TEST(groups_know_when_they_were_read_and_received)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	uint32_t n;
	const struct utc *times = table_group_times(table, &n), *received = table_group_received(table);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(times[0].us, 0);
	ck_assert_int_eq(received[0].us, 0);
	feed(0, 1);
	ck_assert_int_eq(times[0].us, T0 + clock_us);
	ck_assert_int_eq(received[0].us, T0 + clock_us + LAG_US);
	clock_us += KIT_PERIOD_US;
	fed(0, 1, ERR_TIMEOUT);
	ck_assert_int_eq(times[0].us, T0 + clock_us - KIT_PERIOD_US);
	ck_assert_int_eq(received[0].us, T0 + clock_us - KIT_PERIOD_US + LAG_US);
	table_group_touch(table, 1, (struct utc){ 77 });
	ck_assert_int_eq(times[1].us, 77);
	ck_assert_int_eq(received[1].us, 77);
	table_group_touch(table, 2, (struct utc){ 77 });
}
END_TEST

START_TEST(finished_values_are_put_and_reported_by_deadband)
{
	kit_calc(&kit, "A.SUM", "1")->deadband = 2;
	start();
	table_put(table, 0, &(struct value){ .v = 10, .time = { T0 } }, mono());
	ck_assert_uint_eq(change_count(), 1);
	table_put(table, 0, &(struct value){ .v = 11, .time = { T0 + 1 } }, mono());
	ck_assert_uint_eq(change_count(), 0);
	ck_assert_double_eq(table_values(table)[0].v, 11);
	ck_assert_double_eq(table_reported(table)[0].v, 10);
	uint32_t n;
	table_live_take(table, &n);
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(names_and_patterns_find_points)
{
	static const char *const names[] = { "ESS2.P", "ESS1.SOC", "ESS1.P", "GRID.P", "ESS10.P", "ESS.P" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		kit_read(&kit, names[i], KIND_ANALOG);
	start();
	for (point_id id = 0; id < ARRAY_LEN(names); id++)
		ck_assert_uint_eq(table_find(table, names[id]), id);
	ck_assert_uint_eq(table_find(table, "ESS3.P"), POINT_NONE);
	ck_assert_uint_eq(table_find(table, ""), POINT_NONE);
}
END_TEST

static point_id globbed[16];
static uint32_t globbed_count;

static void
note(point_id id, void *arg)
{
	ck_assert_ptr_eq(arg, &globbed_count);
	globbed[globbed_count++] = id;
}

START_TEST(globs_give_rising_numbers)
{
	static const char *const names[] = { "ESS2.P", "ESS1.SOC", "ESS1.P", "GRID.P", "ESS10.P", "ESS.P" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		kit_read(&kit, names[i], KIND_ANALOG);
	start();
	globbed_count = 0;
	table_glob(table, "ESS?.P", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 2);
	ck_assert_uint_eq(globbed[0], 0);
	ck_assert_uint_eq(globbed[1], 2);
	table_glob(table, "*", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 8);
	ck_assert_uint_eq(globbed[7], 5);
	table_glob(table, "ESS1.P", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 9);
	table_glob(table, "X*", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 9);
}
END_TEST

/* ---- reload */

START_TEST(a_reload_keeps_what_stays)
{
	struct kit next;
	kit_init(&next, 10);
	kit_read(&kit, "A.P", KIND_ANALOG)->unit = "kW";
	kit_read(&kit, "A.GONE", KIND_ANALOG);
	kit_read(&kit, "A.KIND", KIND_ANALOG);
	kit_read(&kit, "A.UNIT", KIND_ANALOG)->unit = "kW";
	kit_read(&kit, "A.OLD", KIND_ANALOG);
	add_counter(65536, 0, 1);
	start();
	for (point_id id = 0; id < 6; id++)
		feed(id, 100 + id);
	feed(5, 110);
	table_device_down(table, 0, ERR_RESET);
	/* In another order, some changed. */
	kit_read(&next, "M.E", KIND_COUNTER)->counter = arena_alloc(next.arena, sizeof(struct site_counter));
	next.site.points[0].def->counter->modulus = 65536;
	kit_read(&next, "A.UNIT", KIND_ANALOG)->unit = "MW";
	kit_read(&next, "A.KIND", KIND_DIGITAL);
	kit_read(&next, "A.NEW", KIND_ANALOG);
	next.site.points[3].was = "A.OLD";
	kit_read(&next, "A.P", KIND_ANALOG)->unit = "kW";
	struct table *old = table;
	table = table_new(&next.site);
	table_adopt(table, old);
	table_free(old);
	ck_value(table_values(table)[4], 100, Q_NO_COMM, ERR_RESET);
	ck_value(table_values(table)[3], 104, Q_NO_COMM, ERR_RESET);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_NEVER_READ);
	ck_assert_uint_eq(table_values(table)[2].quality, Q_NEVER_READ);
	ck_assert_double_eq(table_total(table, 0), 5);
	ck_value(feed(0, 65535), 65535, 0, OK);
	ck_value(feed(0, 1), 1, Q_ADJUSTED, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 5 + 65535 - 110 + 2, 1e-9);
	table_free(table);
	table = NULL;
	kit_done(&next);
}
END_TEST

START_TEST(an_empty_site_is_a_table_too)
{
	kit.site.group_count = kit.site.node_count = 0;
	start();
	uint32_t n;
	table_tick(table, mono());
	table_changes_take(table, &n);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(table_find(table, "A.P"), POINT_NONE);
	ck_assert(!table_sample(table, 0, 1, OK, (struct utc){ T0 }, (struct utc){ T0 }, mono()));
	table_free(NULL);
}
END_TEST

START_TEST(what_changed_at_all_is_fresh_for_the_record)
{
	uint32_t n;

	kit_read(&kit, "A.P", KIND_ANALOG)->deadband = 100;
	kit_read(&kit, "A.Q", KIND_ANALOG);
	kit_calc(&kit, "S.X", "A.P");
	start();
	table_fresh_take(table, &n);
	ck_assert_uint_eq(n, 0);
	feed(0, 1);
	feed(0, 2); /* within the deadband of consoles */
	ck_assert_uint_eq(table_fresh_take(table, &n)[0], 0);
	ck_assert_uint_eq(n, 1);
	feed(0, 2);
	table_fresh_take(table, &n);
	ck_assert_uint_eq(n, 0);
	table_put(table, 2, &(struct value){ .v = 3 }, mono());
	fed(1, 0, ERR_TIMEOUT);
	table_fresh_take(table, &n);
	ck_assert_uint_eq(n, 2);
}
END_TEST

T_MAIN("table_life",
    T_FIXTURE(setup, teardown) T(reports_move_by_the_deadband) T(without_a_deadband_any_change_is_told)
        T(the_longest_interval_brings_small_changes_too) T(an_uncertain_value_carries_its_time)
            T(changes_are_taken_once_in_rising_order) T(a_device_that_is_down_takes_its_points_along_at_once)
                T(without_samples_points_go_stale) T(a_point_that_never_came_is_told_after_the_stale_time) T(
                    a_point_without_communication_is_not_called_stale_too) T(staleness_agrees_with_its_definition)
                    T(groups_know_when_they_were_read_and_received) T(finished_values_are_put_and_reported_by_deadband)
                        T(names_and_patterns_find_points) T(globs_give_rising_numbers) T(a_reload_keeps_what_stays)
                            T(an_empty_site_is_a_table_too) T(what_changed_at_all_is_fresh_for_the_record))
