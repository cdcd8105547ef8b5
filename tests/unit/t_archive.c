/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_archive.c - which values are recorded and when, scans, batches that wait, are sent again, and leave a gap when there is no room.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/core/archive.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define T0 INT64_C(1795380786000000)

static struct kit kit;
static struct table *table;
static struct archive *a;
static int64_t clock_us;
static struct wbuf body;

/* what the last frame holds */
static struct msg_records head;
static struct record got[40000];
static struct scan_record scans[64];
static uint32_t got_count, scan_count;
static double last_v; /* of all frames */

static void
setup(void)
{
	kit_init(&kit, 5000);
	table = NULL;
	a = NULL;
	clock_us = 0;
	wbuf_init(&body);
}

static void
teardown(void)
{
	archive_free(a);
	table_free(table);
	kit_done(&kit);
	wbuf_done(&body);
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
start(size_t bytes)
{
	table = table_new(&kit.site);
	a = archive_new(bytes);
	archive_site(a, table, 1, now(), mono());
}

static void
turn(void)
{
	uint32_t n;
	const point_id *ids = table_fresh_take(table, &n);

	archive_take(a, ids, n, now(), mono());
}

static void
feed(point_id id, double raw, enum err cause)
{
	ck_assert(table_sample(table, id, raw, cause, now(), now(), mono()));
	turn();
}

static void
take_sample(const struct record *r, void *arg)
{
	(void)arg;
	got[got_count++] = *r;
	last_v = r->v;
}

static void
take_scan(const struct scan_record *r, void *arg)
{
	(void)arg;
	scans[scan_count++] = *r;
}

/* The next frame; false: none. */
static bool
next(void)
{
	uint16_t generation;
	struct rbuf r;

	got_count = scan_count = 0;
	if (!archive_next(a, &generation, &body))
		return false;
	rbuf_init(&r, body.data, body.len);
	ck_assert(msg_records_get(&r, &head));
	ck_assert(record_get_samples(&r, head.samples, take_sample, NULL));
	ck_assert(record_get_scans(&r, head.scans, take_scan, NULL));
	ck_assert(r_done(&r));
	ck_assert_uint_le(body.len, wire_find(W_RECORDS)->max);
	return true;
}

/* A second passes; all of it is taken and answered. */
static void
second(void)
{
	clock_us += US_PER_S;
	archive_close(a, now(), mono());
	while (next())
		ck_assert(archive_stored(a, head.batch));
}

static void
close_only(void)
{
	clock_us += US_PER_S;
	archive_close(a, now(), mono());
}

static struct archive_figures
figures(void)
{
	struct archive_figures f;

	archive_figures(a, &f);
	return f;
}

START_TEST(a_number_is_recorded_when_it_moved_by_its_deadband)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->deadband = 5;
	start(0);
	feed(0, 100, OK);
	feed(0, 104.9, OK);
	feed(0, 99, OK);
	feed(0, 105, OK); /* against what was recorded, not what came before */
	feed(0, 101, OK);
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 2);
	ck_assert_double_eq(got[0].v, 100);
	ck_assert_double_eq(got[1].v, 105);
	ck_assert_int_eq(got[0].time.us, T0);
}
END_TEST

START_TEST(it_is_the_live_value_that_counts)
{
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);

	d->deadband = 5;
	d->max_interval_us = 10 * US_PER_S; /* for consoles too; their copies move apart from the record's */
	start(0);
	feed(0, 100, OK);
	clock_us += 11 * US_PER_S;
	feed(0, 103, OK); /* told to consoles */
	ck_assert_double_eq(table_reported(table)[0].v, 103);
	feed(0, 106, OK); /* 3 from what they know, 6 from the record */
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 2);
	ck_assert_double_eq(got[1].v, 106);
}
END_TEST

START_TEST(quality_is_recorded_whenever_it_changes)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->deadband = 50;
	start(0);
	feed(0, 100, OK);
	clock_us += 7 * US_PER_S;
	feed(0, 0, ERR_TIMEOUT);
	clock_us += US_PER_S;
	feed(0, 0, ERR_RESET); /* another cause */
	clock_us += US_PER_S;
	feed(0, 101, OK);
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 4);
	ck_assert_uint_eq(got[1].quality, Q_NO_COMM);
	ck_assert_uint_eq(got[1].cause, ERR_TIMEOUT);
	ck_assert_double_eq(got[1].v, 100);                  /* the last good one, never zero */
	ck_assert_int_eq(got[1].time.us, T0 + 7 * US_PER_S); /* when it was noticed, not when it was measured */
	ck_assert_uint_eq(got[2].cause, ERR_RESET);
	ck_assert_uint_eq(got[3].quality, 0);
	ck_assert_double_eq(got[3].v, 101);
}
END_TEST

START_TEST(of_what_never_had_a_value_the_missing_scans_say_enough)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start(0);
	second();
	feed(0, 0, ERR_CONNECT_REFUSED);
	for (int i = 0; i < 130; i++)
		second();
	ck_assert_uint_eq(figures().samples, 0);
	feed(0, 7, OK);
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 1);
	ck_assert_double_eq(got[0].v, 7);
}
END_TEST

/* Else what the run before recorded of it would hold on, for its device was looked at. */
START_TEST(a_point_that_fails_beside_others_that_are_read_is_recorded_without_a_number)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG);
	start(0);
	feed(0, 0, ERR_EXC_ADDRESS);
	second();
	ck_assert_uint_eq(figures().samples, 0);
	feed(1, 5, OK);
	clock_us += US_PER_S;
	archive_close(a, now(), mono());
	ck_assert(next());
	ck_assert_uint_eq(got_count, 2);
	ck_assert_uint_eq(got[1].point, 0);
	ck_assert(isnan(got[1].v));
	ck_assert_uint_eq(got[1].quality, Q_FAILURE);
}
END_TEST

START_TEST(a_calculation_is_recorded_when_it_has_a_result_or_its_inputs_had_their_time)
{
	struct value v = { .v = (double)NAN, .quality = Q_NEVER_READ, .cause = ERR_INPUT };

	kit_calc(&kit, "S.X", "1 + 1");
	kit_calc(&kit, "S.Y", "1 + 1");
	start(0);
	table_put(table, 0, &v, mono());
	table_put(table, 1, &v, mono());
	turn();
	for (int i = 0; i < 130; i++)
		second();
	ck_assert_uint_eq(figures().samples, 0);
	v.quality = Q_NEVER_READ | Q_STALE;
	table_put(table, 1, &v, mono());
	table_group_touch(table, kit.site.points[1].group, now());
	turn();
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 1);
	ck_assert_uint_eq(got[0].point, 1);
	ck_assert_uint_eq(got[0].quality, Q_NEVER_READ | Q_STALE);
}
END_TEST

START_TEST(a_state_is_recorded_at_any_change)
{
	kit_read(&kit, "A.S", KIND_DIGITAL)->deadband = 100;
	start(0);
	for (int i = 0; i < 6; i++)
		feed(0, i % 2, OK);
	feed(0, 1, OK);
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 6);
}
END_TEST

START_TEST(a_counter_is_recorded_at_most_once_a_period)
{
	struct site_point_def *d = kit_read(&kit, "A.E", KIND_COUNTER);
	unsigned total = 0;

	d->read->type = RAW_U32;
	d->deadband = 1000;
	start(0);
	for (int s = 0; s < 10; s++) {
		for (int i = 0; i < 10; i++) {
			feed(0, s * 10 + i, OK);
			clock_us += US_PER_S / 10;
		}
		archive_close(a, now(), mono());
		while (next()) {
			ck_assert(archive_stored(a, head.batch));
			total += got_count;
		}
	}
	ck_assert_uint_ge(total, 9);
	ck_assert_uint_le(total, 14);
	/* and what stands at the end is not forgotten */
	second();
	feed(0, 100, OK);
	feed(0, 101, OK); /* too early */
	second();
	second();
	ck_assert(!next());
	feed(0, 101, OK); /* no change: it is there already */
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 0);
	ck_assert_double_eq(last_v, 101);
}
END_TEST

START_TEST(a_value_that_stands_still_is_recorded_every_quarter_of_an_hour)
{
	uint32_t total[2] = { 0, 0 };
	int64_t last[2] = { T0, T0 }, longest[2] = { 0, 0 };

	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG)->max_interval_us = 5 * 60 * US_PER_S;
	start(0);
	for (int s = 0; s < 3600; s++) {
		feed(0, 7, OK);
		feed(1, 7, OK);
		close_only();
		while (next()) {
			ck_assert(archive_stored(a, head.batch));
			for (uint32_t i = 0; i < got_count; i++) {
				point_id id = got[i].point;
				total[id]++;
				if (got[i].time.us - last[id] > longest[id])
					longest[id] = got[i].time.us - last[id];
				last[id] = got[i].time.us;
				ck_assert_int_ge(
				    got[i].time.us, T0 + (int64_t)(s - 1) * US_PER_S); /* the time of its last scan */
			}
		}
	}
	ck_assert_uint_ge(total[0], 4);
	ck_assert_uint_le(total[0], 5);
	ck_assert_uint_ge(total[1], 12);
	ck_assert_uint_le(total[1], 16); /* each is looked at once a minute, and must not be late */
	ck_assert_int_le(longest[0], ARCHIVE_INTERVAL_US);
	ck_assert_int_le(longest[1], 5 * 60 * US_PER_S);
}
END_TEST

START_TEST(a_value_of_earlier_stands_at_its_own_time)
{
	point_id p = 0;

	kit_read(&kit, "M.A", KIND_COUNTER);
	start(0);
	feed(p, 100, OK);
	second();
	archive_late(a, p, (struct utc){ T0 - 3600 * US_PER_S }, 90, now(), mono());
	archive_late(a, p, (struct utc){ T0 - 1800 * US_PER_S }, 95, now(), mono());
	archive_close(a, now(), mono());
	ck_assert(next());
	ck_assert_uint_eq(got_count, 2);
	ck_assert_int_eq(got[0].time.us, T0 - 3600 * US_PER_S);
	ck_assert_double_eq(got[0].v, 90);
	ck_assert(got[0].quality == 0 && got[1].v == 95);
	/* what is recorded live does not notice */
	clock_us += 60 * US_PER_S;
	feed(p, 101, OK);
	archive_close(a, now(), mono());
	ck_assert(next());
	ck_assert_uint_eq(got_count, 1);
	ck_assert_double_eq(got[0].v, 101);
	archive_late(a, kit.site.point_count, now(), 1, now(), mono()); /* no such point: nothing happens */
}
END_TEST

START_TEST(points_of_class_none_are_left_out)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->history = "none";
	kit_read(&kit, "A.Q", KIND_ANALOG)->history = "short";
	start(0);
	feed(0, 1, OK);
	feed(1, 2, OK);
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 1);
	ck_assert_uint_eq(got[0].point, 1);
}
END_TEST

START_TEST(scans_tell_what_was_looked_at)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "C.X", "A.P + 1");
	start(0);
	feed(0, 1, OK);
	table_group_touch(table, 1, now());
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(scan_count, 2);
	ck_assert_uint_eq(scans[0].device, 0);
	ck_assert_int_eq(scans[0].first.us, T0);
	ck_assert_int_eq(scans[0].last.us, T0);
	ck_assert_int_eq(scans[0].allowed_us, 3 * KIT_PERIOD_US);
	ck_assert_uint_eq(scans[1].device, DEVICE_NONE);
	ck_assert(archive_stored(a, 1));
	feed(0, 1, OK); /* the same value, and yet it was looked at */
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 0);
	ck_assert_uint_eq(scan_count, 1);
	ck_assert(archive_stored(a, 2));
	close_only(); /* silent */
	ck_assert(!next());
}
END_TEST

/* Without calculations nothing else would say that chisand ran while all devices were silent. */
START_TEST(chisand_itself_is_awake_each_second)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit.site.group_count = 1;
	start(0);
	for (int i = 1; i <= 3; i++) {
		close_only();
		ck_assert(next());
		ck_assert_uint_eq(scan_count, 1);
		ck_assert_uint_eq(scans[0].device, DEVICE_NONE);
		ck_assert_int_eq(scans[0].first.us, T0 + i * US_PER_S);
		ck_assert_int_eq(scans[0].last.us, T0 + i * US_PER_S);
		ck_assert_int_ge(scans[0].allowed_us, 2 * US_PER_S);
		ck_assert(archive_stored(a, head.batch));
	}
	feed(0, 1, OK);
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(scan_count, 2);
}
END_TEST

START_TEST(quick_scans_have_a_beginning_and_an_end)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit.site.points[0].period_us = kit.site.groups[0].period_us = 100000;
	start(0);
	for (int i = 0; i < 10; i++) {
		feed(0, 1, OK);
		clock_us += 100000;
	}
	archive_close(a, now(), mono());
	ck_assert(next());
	ck_assert_int_eq(scans[0].first.us, T0);
	ck_assert_int_eq(scans[0].last.us, T0 + 900000);
	ck_assert_int_eq(scans[0].allowed_us, 300000);
}
END_TEST

START_TEST(a_step_of_the_clock_is_no_time_in_which_it_was_looked_at)
{
	teardown();
	for (int back = 0; back < 2; back++) {
		setup();
		kit_read(&kit, "A.P", KIND_ANALOG);
		kit.site.points[0].period_us = kit.site.groups[0].period_us = 100000;
		start(0);
		feed(0, 1, OK);
		clock_us += 100000;
		feed(0, 1, OK);
		clock_us += back ? -3600 * US_PER_S : 3600 * US_PER_S;
		feed(0, 1, OK);
		clock_us += 100000;
		feed(0, 1, OK);
		archive_close(a, now(), mono());
		ck_assert(next());
		ck_assert_uint_eq(scan_count, 1);
		ck_assert_int_eq(utc_diff_us(scans[0].last, scans[0].first), 100000);
		ck_assert_int_eq(scans[0].last.us, T0 + clock_us);
		if (back == 0)
			teardown();
	}
}
END_TEST

START_TEST(two_batches_travel_at_a_time_and_numbers_have_no_gaps)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start(0);
	for (int i = 0; i < 5; i++) {
		feed(0, i, OK);
		close_only();
	}
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 1);
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 2);
	ck_assert(!next());
	ck_assert(!archive_stored(a, 3)); /* was never sent */
	ck_assert(archive_stored(a, 1));
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 3);
	ck_assert(!next());
	ck_assert(archive_stored(a, 3)); /* both at once */
	ck_assert(next() && next() && !next());
	ck_assert_uint_eq(head.batch, 5);
	ck_assert_double_eq(got[0].v, 4);
}
END_TEST

START_TEST(what_is_not_durable_is_sent_again_with_the_same_numbers)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start(0);
	for (int i = 0; i < 4; i++) {
		feed(0, i, OK);
		close_only();
	}
	ck_assert(next() && next());
	archive_ready(a, 1); /* the store died between the two */
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 2);
	ck_assert_double_eq(got[0].v, 1);
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 3);
	ck_assert(!next());
	archive_ready(a, 0); /* a new database */
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 2);
	ck_assert(archive_stored(a, 2));
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 3);
	ck_assert(archive_stored(a, 3));
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 4);
	archive_ready(a, 99); /* a store of another run's numbers: no more than what was sent */
	ck_assert(!next());
}
END_TEST

START_TEST(without_room_the_oldest_go_and_a_gap_is_told)
{
	struct archive_figures f;
	uint32_t lost = 0, seen = 0;

	kit_read(&kit, "A.P", KIND_ANALOG);
	start(2000);
	feed(0, -1, OK);
	close_only();
	ck_assert(next()); /* on its way: it stays */
	for (int i = 0; i < 200; i++) {
		feed(0, i, OK);
		close_only();
	}
	archive_figures(a, &f);
	ck_assert_uint_le(f.bytes, 2000 + 100);
	ck_assert_uint_gt(f.lost, 100);
	ck_assert(archive_stored(a, 1));
	ck_assert(next());
	ck_assert_uint_eq(head.batch, 2);
	ck_assert_uint_eq(head.lost, f.lost);
	ck_assert_int_eq(head.lost_from, T0 + US_PER_S);
	ck_assert_double_eq(got[0].v, head.lost); /* the first that is left */
	ck_assert_int_eq(head.lost_to, got[0].time.us - US_PER_S);
	do {
		ck_assert(archive_stored(a, head.batch));
		lost += head.lost;
		seen += got_count;
	} while (next());
	ck_assert_uint_eq(lost + seen, 200);
	archive_figures(a, &f);
	ck_assert_uint_eq(f.waiting, 0);
	ck_assert_uint_eq(f.bytes, 0);
	ck_assert_int_eq(f.oldest.us, 0);
}
END_TEST

START_TEST(many_values_at_once_make_several_frames)
{
	uint32_t total = 0, frames = 0;

	for (int i = 0; i < 5000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "A.P%d", i);
		kit_read(&kit, name, KIND_ANALOG);
	}
	start(0);
	for (int k = 0; k < 8; k++) {
		clock_us += 100000;
		for (point_id id = 0; id < 5000; id++)
			ck_assert(table_sample(table, id, k + 0.123456789, OK, now(), now(), mono()));
		turn();
	}
	archive_close(a, now(), mono());
	while (next()) {
		ck_assert(archive_stored(a, head.batch));
		total += got_count;
		frames++;
	}
	ck_assert_uint_eq(total, 40000);
	ck_assert_uint_ge(frames, 3);
}
END_TEST

START_TEST(steady_state_allocates_nothing)
{
	for (int i = 0; i < 100; i++) {
		char name[16];
		snprintf(name, sizeof(name), "A.P%d", i);
		kit_read(&kit, name, KIND_ANALOG);
	}
	start(0);
	for (int s = 0; s < 300; s++) {
		if (s == 100)
			mem_fail_after(1); /* the next one would abort */
		for (point_id id = 0; id < 100; id++)
			ck_assert(table_sample(table, id, s, OK, now(), now(), mono()));
		turn();
		second();
	}
	mem_fail_after(0);
}
END_TEST

START_TEST(a_reload_is_no_change_and_keeps_generations_apart)
{
	struct table *old;
	uint16_t generation = 0;

	kit_read(&kit, "A.P", KIND_ANALOG)->deadband = 5;
	kit_read(&kit, "A.OLD", KIND_ANALOG);
	start(0);
	feed(0, 100, OK);
	feed(1, 7, OK);
	old = table;
	kit.site.points[1].was = "A.OLD";
	kit.site.points[1].name = "A.NEW";
	table = table_new(&kit.site);
	table_adopt(table, old); /* by the names in one shared site: enough for what is asked here */
	archive_site(a, table, 2, now(), mono());
	table_free(old);
	turn();
	clock_us += US_PER_S;
	feed(0, 103, OK);
	close_only();
	ck_assert(archive_to_send(a, &generation));
	ck_assert_uint_eq(generation, 1);
	ck_assert(archive_has(a, 1));
	ck_assert(archive_next(a, &generation, NULL)); /* only looked at */
	ck_assert(next());
	ck_assert_uint_eq(got_count, 2);
	ck_assert(archive_to_send(a, &generation));
	ck_assert_uint_eq(generation, 2);
	ck_assert(next());
	ck_assert_uint_eq(got_count, 0); /* 103 is within the deadband of 100, which was recorded before the reload */
	ck_assert(archive_stored(a, 2));
	ck_assert(!archive_has(a, 1));
}
END_TEST

START_TEST(a_value_by_hand_is_recorded_as_such)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start(0);
	feed(0, 100, OK);
	clock_us += US_PER_S;
	table_manual(table, 0, 55, now(), mono());
	turn();
	feed(0, 101, OK); /* below it */
	clock_us += US_PER_S;
	table_manual_end(table, 0, mono());
	turn();
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 3);
	ck_assert_uint_eq(got[1].quality, Q_SUBSTITUTED);
	ck_assert_double_eq(got[1].v, 55);
	ck_assert_int_eq(got[1].time.us, T0 + US_PER_S);
	ck_assert_double_eq(got[2].v, 101);
	ck_assert_uint_eq(got[2].quality, 0);
	/* as restored at a start, of long ago: what is news is that it holds */
	table_manual(table, 0, 56, (struct utc){ T0 - 86400 * US_PER_S }, mono());
	turn();
	ck_assert(archive_stored(a, 1));
	close_only();
	ck_assert(next());
	ck_assert_int_ge(got[0].time.us, T0);
}
END_TEST

/* A device that answers slowly: its sample was under way when its point was found stale. */
START_TEST(a_sample_that_was_under_way_ends_what_was_noticed_meanwhile)
{
	struct utc scan;

	kit_read(&kit, "A.P", KIND_ANALOG);
	start(0);
	feed(0, 100, OK);
	clock_us += 3 * US_PER_S;
	table_tick(table, (struct mono){ 1000000 }); /* knows when the last one came */
	table_tick(table, mono());
	turn();
	scan = (struct utc){ now().us - US_PER_S };
	clock_us += US_PER_S / 10;
	ck_assert(table_sample(table, 0, 100, OK, scan, now(), mono()));
	turn();
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 3);
	ck_assert_uint_eq(got[1].quality, Q_STALE);
	ck_assert_uint_eq(got[2].quality, 0);
	ck_assert_int_gt(got[2].time.us, got[1].time.us); /* else history ends with a value that is not known */
}
END_TEST

START_TEST(what_is_measured_follows_the_value_by_hand_that_ends)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start(0);
	feed(0, 100, OK); /* polled once a minute */
	clock_us += 10 * US_PER_S;
	table_manual(table, 0, 55, now(), mono());
	turn();
	clock_us += 10 * US_PER_S;
	table_manual_end(table, 0, mono());
	turn();
	close_only();
	ck_assert(next());
	ck_assert_uint_eq(got_count, 3);
	ck_assert_double_eq(got[2].v, 100);
	ck_assert_int_eq(got[2].time.us, T0 + 20 * US_PER_S);
	/* of a clock that was set back the times are what they are */
	clock_us -= 3600 * US_PER_S;
	feed(0, 101, OK);
	ck_assert(archive_stored(a, 1));
	close_only();
	ck_assert(next());
	ck_assert_int_eq(got[0].time.us, T0 + 21 * US_PER_S - 3600 * US_PER_S);
}
END_TEST

START_TEST(a_slow_scan_is_not_recorded_twice)
{
	uint32_t total = 0;

	kit_read(&kit, "A.P", KIND_ANALOG)->stale_periods = 3;
	kit.site.points[0].period_us = kit.site.groups[0].period_us = 3600 * US_PER_S;
	start(0);
	for (int s = 0; s < 3 * 3600; s++) {
		if (s % 3600 == 0)
			feed(0, 7, OK);
		close_only();
		while (next()) {
			ck_assert(archive_stored(a, head.batch));
			total += got_count;
		}
	}
	ck_assert_uint_eq(total, 3);
}
END_TEST

START_TEST(intervals_that_end_at_once_make_several_frames_too)
{
	uint32_t total = 0;

	teardown();
	kit_init(&kit, 30000);
	table = NULL;
	a = NULL;
	clock_us = 0;
	wbuf_init(&body);
	for (int i = 0; i < 30000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "A.P%d", i);
		kit_read(&kit, name, KIND_ANALOG)->max_interval_us = 10 * US_PER_S;
	}
	start(0);
	for (point_id id = 0; id < 30000; id++)
		ck_assert(table_sample(table, id, id + 0.123456789, OK, now(), now(), mono()));
	turn();
	archive_close(a, now(), mono());
	while (next())
		ck_assert(archive_stored(a, head.batch));
	clock_us += 10 * US_PER_S;
	for (point_id id = 0; id < 30000; id++)
		ck_assert(table_sample(table, id, id + 0.123456789, OK, now(), now(), mono()));
	turn();
	archive_close(a, now(), mono());
	while (next()) {
		ck_assert_uint_le(got_count, 14000);
		ck_assert(archive_stored(a, head.batch));
		total += got_count;
	}
	ck_assert_uint_eq(total, 30000);
}
END_TEST

/* The last step of a counter came too early to be recorded; then the site is reloaded, and it rests. */
START_TEST(what_waits_is_recorded_after_a_reload)
{
	struct table *old;

	kit_read(&kit, "A.E", KIND_COUNTER)->read->type = RAW_U32;
	start(0);
	feed(0, 100, OK);
	second();
	feed(0, 101, OK);
	feed(0, 102, OK); /* too early */
	old = table;
	table = table_new(&kit.site);
	table_adopt(table, old);
	archive_site(a, table, 2, now(), mono());
	table_free(old);
	second();
	ck_assert_double_eq(last_v, 102);
}
END_TEST

T_MAIN("archive",
    T_FIXTURE(setup, teardown) T(a_number_is_recorded_when_it_moved_by_its_deadband) T(it_is_the_live_value_that_counts)
        T(quality_is_recorded_whenever_it_changes) T(of_what_never_had_a_value_the_missing_scans_say_enough)
            T(a_point_that_fails_beside_others_that_are_read_is_recorded_without_a_number)
                T(a_calculation_is_recorded_when_it_has_a_result_or_its_inputs_had_their_time)
                    T(a_state_is_recorded_at_any_change) T(a_counter_is_recorded_at_most_once_a_period)
                        T(a_value_that_stands_still_is_recorded_every_quarter_of_an_hour)
                            T(a_value_of_earlier_stands_at_its_own_time) T(points_of_class_none_are_left_out)
                                T(scans_tell_what_was_looked_at) T(chisand_itself_is_awake_each_second) T(
                                    quick_scans_have_a_beginning_and_an_end)
                                    T(a_step_of_the_clock_is_no_time_in_which_it_was_looked_at) T(
                                        two_batches_travel_at_a_time_and_numbers_have_no_gaps)
                                        T(what_is_not_durable_is_sent_again_with_the_same_numbers) T(
                                            without_room_the_oldest_go_and_a_gap_is_told)
                                            T(many_values_at_once_make_several_frames) T(steady_state_allocates_nothing)
                                                T(a_reload_is_no_change_and_keeps_generations_apart)
                                                    T(a_value_by_hand_is_recorded_as_such)
                                                        T(a_sample_that_was_under_way_ends_what_was_noticed_meanwhile)
                                                            T(what_is_measured_follows_the_value_by_hand_that_ends)
                                                                T(a_slow_scan_is_not_recorded_twice) T(
                                                                    intervals_that_end_at_once_make_several_frames_too)
                                                                    T(what_waits_is_recorded_after_a_reload))
