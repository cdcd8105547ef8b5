/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_history.c - what is committed is there again to the bit, at every point of the life of a run; late, doubled and wrong samples
 * find their place; a transaction that fails is made again and counts nothing twice.
 */
#include "config.h"

#include "tests/unit/history_kit.h"
#include "tests/unit/series_kit.h"

#define MOST 20000

static struct hk k;
static struct sample given[HK_POINTS][MOST]; /* in order of time */
static uint32_t given_count[HK_POINTS];

static void
setup(void)
{
	folder_make();
	memset(&k, 0, sizeof(k));
	memset(given_count, 0, sizeof(given_count));
	k.boot = 7;
}

static void
teardown(void)
{
	if (k.h != NULL)
		hk_close(&k);
	folder_remove();
}

static void
begin(uint32_t points)
{
	hk_site(&k, points);
	hk_open(&k, HK_START);
}

static void
expect_all(void)
{
	for (uint32_t i = 0; i < k.site.point_count; i++)
		hk_expect(&k, i, given[i], given_count[i]);
}

static void
again(int64_t now)
{
	hk_close(&k);
	hk_open(&k, now);
}

static void
keep(uint32_t point, const struct sample *s)
{
	uint32_t at = given_count[point]++;

	ck_assert_uint_lt(at, MOST);
	for (; at > 0 && hk_is_after(&given[point][at - 1], s); at--)
		given[point][at] = given[point][at - 1];
	given[point][at] = *s;
}

static void
put(uint32_t point, int64_t ms, double v, uint16_t quality, int64_t received)
{
	struct sample s = { .ms = ms, .v = v, .quality = quality };

	history_put(k.h, point, &s, received);
	keep(point, &s);
}

/* A second in the life of all points; some change seldom, some have values that are no decimals, some are not good. */
static void
second(struct kit *r, int64_t ms, uint64_t i)
{
	for (uint32_t p = 0; p < k.site.point_count; p++) {
		unsigned kind = p % KIT_VALUES;
		uint16_t quality = kit_below(r, 300) == 0 ? Q_STALE : 0;

		if (p % 5 == 4 && kit_below(r, 50) != 0)
			continue;
		double before = given_count[p] > 0 ? given[p][given_count[p] - 1].v : 100;
		double v = p % 4 == 3 ? floor((double)i / 3) / 10
		                      : kit_value(r, kind, kind == 1 ? before * 10 : before, (uint32_t)i);
		put(p, ms, v, quality, ms);
	}
	hk_scan(&k, ms, ms);
}

START_TEST(what_was_committed_is_there_again_at_every_moment)
{
	struct kit r = { 77 };
	int64_t ms = HK_START;

	begin(HK_POINTS);
	for (uint64_t i = 0; i < (uint64_t)t_rounds(2000); i++) {
		second(&r, ms, i);
		hk_commit(&k, ms + 10);
		ms += 1000;
		if (i % (getenv("CHISAN_SWEEP") != NULL ? 97 : 397) == 0 || i % 1000 < 2) {
			expect_all();
			again(ms);
			expect_all();
		}
	}
	expect_all();
	if (t_rounds(2000) == 2000)
		ck_assert_int_gt(hk_number(&k, "SELECT count(*) FROM chunk WHERE open = 0"), HK_POINTS);
}
END_TEST

START_TEST(what_was_not_committed_is_gone_and_nothing_else)
{
	struct kit r = { 5 };
	struct sample s = { .ms = HK_START + 100500, .v = 1 };

	begin(8);
	for (uint64_t i = 0; i < 100; i++)
		second(&r, HK_START + (int64_t)i * 1000, i);
	hk_commit(&k, HK_START + 100000);
	history_put(k.h, 0, &s, s.ms);
	again(HK_START + 101000);
	expect_all();
	ck_assert_uint_eq(history_batch(k.h, 7), 1);
	ck_assert_uint_eq(history_batch(k.h, 8), 0);
	ck_assert_int_eq(history_last_ms(k.h), HK_START + 99000);
	hk_commit(&k, HK_START + 102000);
	expect_all();
}
END_TEST

/* Runs of slow points are written open, again and again, and sealed when they span a day. */
START_TEST(a_slow_point_has_one_open_run_of_at_most_a_day)
{
	int64_t ms = HK_START;

	begin(4);
	for (uint32_t i = 0; i < 3 * 24 * 6; i++, ms += 600000) {
		for (uint32_t p = 0; p < 4; p++)
			put(p, ms, (double)(i * 10 + p) / 10, 0, ms);
		history_scan(k.h, 0, ms - 600000, ms, 600000);
		hk_commit(&k, ms);
		if (i % 37 == 0) {
			expect_all();
			again(ms);
			expect_all();
		}
		ck_assert_int_le(
		    hk_number(&k, "SELECT max(n) FROM (SELECT count(*) n FROM chunk WHERE open = 1 GROUP BY point)"),
		    1);
		ck_assert_int_eq(
		    hk_number(&k, "SELECT count(*) FROM block"), hk_number(&k, "SELECT count(*) FROM chunk"));
	}
	expect_all();
	ck_assert_int_ge(hk_number(&k, "SELECT count(*) FROM chunk WHERE point = 1"), 3);
}
END_TEST

START_TEST(the_tail_is_short_when_runs_are_sealed)
{
	struct kit r = { 9 };
	int64_t most = 0;

	begin(HK_POINTS);
	for (uint64_t i = 0; i < 4000; i++) {
		second(&r, HK_START + (int64_t)i * 1000, i);
		hk_commit(&k, HK_START + (int64_t)i * 1000);
		if (i % 50 == 0) {
			int64_t n = hk_number(&k, "SELECT count(*) FROM tail");
			most = n > most ? n : most;
		}
	}
	/* slow points hold it for as long as it is short anyhow: 4 hours, here 4,000 rows of about 60 bytes */
	ck_assert_int_le(most, HISTORY_CALM_MS / 1000 + 64 + 64);
	for (uint64_t i = 0; i < 20; i++) { /* and in time it goes */
		int64_t ms = HK_START + 4000000 + (int64_t)i * HISTORY_AGE_MS;
		for (uint64_t j = 0; j < 64; j++)
			hk_commit(&k, ms + (int64_t)j);
	}
	ck_assert_int_le(hk_number(&k, "SELECT count(*) FROM tail"), 128);
	expect_all();
}
END_TEST

START_TEST(late_ones_find_their_place)
{
	int64_t ms = HK_START;

	begin(2);
	for (uint32_t i = 0; i < 3000; i++, ms += 1000) {
		if (i < 1000 || i >= 1300)
			put(0, ms, i, 0, ms);
		if (i < 1000 || i >= 1300)
			history_scan(k.h, 0, ms, ms, 3000);
		hk_commit(&k, ms);
	}
	/* what the device kept while the line was down comes at last, not in order, some of it twice */
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t at = 1000 + i * 7 % 300;
		struct sample s = { .ms = HK_START + at * 1000, .v = at };

		history_put(k.h, 0, &s, ms);
		history_put(k.h, 0, &s, ms);
		keep(0, &s);
	}
	hk_commit(&k, ms);
	expect_all();
	again(ms);
	expect_all();
	for (uint32_t i = 0; i < 1000; i++, ms += 1000) {
		put(0, ms, i, 0, ms);
		hk_commit(&k, ms);
	}
	expect_all();
	ck_assert_int_gt(hk_number(&k, "SELECT count(*) FROM chunk WHERE seq > 0"), 0);
	ck_assert_int_ge(
	    hk_number(&k, "SELECT count(*) FROM late WHERE point = 1 AND t0 = 1795393000000 AND t1 = 1795393299000"),
	    1);
	/* the runs that are in time do not overlap */
	ck_assert_int_eq(hk_number(&k,
	                     "SELECT count(*) FROM chunk a JOIN chunk b ON a.point = b.point AND a.seq = 0 AND b.seq = "
	                     "0 AND a.t0 < b.t0 WHERE a.t1 > b.t0"),
	    0);
	again(ms);
	expect_all();
}
END_TEST

START_TEST(a_sample_that_comes_twice_is_there_once)
{
	begin(1);
	for (uint32_t i = 0; i < 2000; i++) {
		struct sample s = { .ms = HK_START + i * 1000, .v = i / 10 };

		history_put(k.h, 0, &s, s.ms);
		history_put(k.h, 0, &s, s.ms);
		keep(0, &s);
		hk_commit(&k, s.ms);
		history_put(k.h, 0, &s, s.ms);
		if (i % 300 == 0)
			again(s.ms);
		history_put(k.h, 0, &s, s.ms);
	}
	expect_all();
}
END_TEST

/* Equal times keep their order of arrival, and no run takes the place of another. */
START_TEST(many_samples_of_one_time_all_stay)
{
	begin(1);
	for (uint32_t i = 0; i < 5000; i++)
		put(0, HK_START, i, 0, HK_START);
	hk_commit(&k, HK_START);
	for (uint32_t i = 0; i < 5000; i++)
		put(0, HK_START, 5000 + i, 0, HK_START);
	hk_commit(&k, HK_START);
	ck_assert_int_eq(hk_number(&k, "SELECT sum(n) FROM chunk"), 10000);
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM block"), hk_number(&k, "SELECT count(*) FROM chunk"));
	expect_all();
}
END_TEST

/* _(what the source says, and whether it is believed) */
static const struct {
	int64_t off;
	bool is_absolute, is_believed;
	uint16_t quality;
} clocks[] = {
	{ 0, true, false, 0 },                                                                      /* 1970 */
	{ INT64_C(2085978496000), true, false, 0 },                                                 /* 2036 */
	{ INT64_C(5000000000000), true, false, 0 },                                                 /* 2128 */
	{ INT64_MAX, true, false, 0 }, { INT64_MIN, true, false, 0 }, { 3600000, false, false, 0 }, /* an hour ahead */
	{ HISTORY_FUTURE_MS, false, true, 0 }, { HISTORY_FUTURE_MS + 1, false, false, 0 },
	{ -3600000, false, false, 0 }, /* an hour behind, though it was looked at then */
	{ -HISTORY_PAST_MS, false, true, 0 }, { -7200000, false, true, 0 }, /* it was not looked at then: it kept it */
	{ -3600000, false, true, Q_SUBSTITUTED },                           /* entered by hand */
	{ -INT64_C(30) * 86400000, false, false, 0 },                       /* before it ever was looked at */
};

START_TEST(a_wrong_clock_harms_no_neighbour)
{
	int64_t now = HK_START + 3 * 3600000;
	struct sample s = { .v = 5, .quality = clocks[_i].quality };

	begin(2);
	history_scan(k.h, 0, HK_START, HK_START + 1800000, 3000);
	for (uint32_t i = 0; i < 7200; i++)
		put(0, HK_START + 3600000 + i * 1000, i, 0, HK_START + 3600000 + i * 1000);
	history_scan(k.h, 0, HK_START + 3600000 + 1000, now, 3000);
	hk_commit(&k, now);
	s.ms = clocks[_i].is_absolute ? clocks[_i].off : now + clocks[_i].off;
	history_put(k.h, 0, &s, now);
	if (!clocks[_i].is_believed) {
		s.ms = now;
		s.quality |= RECORD_CLOCK;
	}
	keep(0, &s);
	hk_commit(&k, now);
	expect_all();
	for (uint32_t i = 0; i < 1000; i++)
		put(0, now + 1000 + i * 1000, i, 0, now + 1000 + i * 1000);
	hk_commit(&k, now + 1000000);
	again(now);
	expect_all();
}
END_TEST

/* A server without a battery for its clock begins in 1970, or wherever: what it samples then stays apart and in order, and is flagged. */
START_TEST(a_server_whose_clock_is_impossible_keeps_samples_apart)
{
	static const int64_t begins[] = { 5000, INT64_C(946684800000), INT64_C(5000000000000) };
	int64_t now = begins[_i];
	struct sample s = { .v = 0 };

	begin(2);
	for (uint32_t second = 0; second < 120; second++, now += 1000) {
		hk_scan(&k, now, now);
		for (uint32_t i = 0; i < 4; i++) { /* four scans in a batch */
			s = (struct sample){ .ms = now - 900 + i * 300, .v = s.v + 1 };
			history_put(k.h, 0, &s, now);
			s.quality = RECORD_CLOCK;
			keep(0, &s);
		}
		hk_commit(&k, now);
	}
	/* a source whose own clock is right; and times that are worth nothing at all */
	s = (struct sample){ .ms = HK_START, .v = 1 };
	history_put(k.h, 0, &s, now);
	s.quality = RECORD_CLOCK;
	keep(0, &s);
	s = (struct sample){ .ms = -5, .v = 2 };
	history_put(k.h, 0, &s, now);
	s.ms = now;
	s.quality = RECORD_CLOCK;
	keep(0, &s);
	s = (struct sample){ .ms = INT64_MAX, .v = 3 };
	history_put(k.h, 0, &s, now + 1);
	s.ms = now + 1;
	s.quality = RECORD_CLOCK;
	keep(0, &s);
	hk_commit(&k, now);
	expect_all();
	/* the clock is set: from here on all is as ever */
	for (uint32_t i = 0; i < 2000; i++)
		put(0, HK_START + 3600000 + i * 1000, i, 0, HK_START + 3600000 + i * 1000);
	hk_commit(&k, HK_START + 3600000);
	again(HK_START + 3600000);
	expect_all();
}
END_TEST

/* The disk is full, or the transaction fails otherwise: all stays, and is written once when there is room again. */
START_TEST(a_commit_that_fails_is_made_again)
{
	struct kit r = { 31 };
	int64_t ms = HK_START;
	uint64_t i = 0;

	begin(HK_POINTS);
	for (; i < 300; i++, ms += 1000) {
		second(&r, ms, i);
		hk_commit(&k, ms);
	}
	char sql[64];
	str_printf(sql, sizeof(sql), "PRAGMA max_page_count = %d", (int)hk_number(&k, "PRAGMA page_count"));
	hk_must(&k, db_exec(&k.db, sql));
	unsigned failed = 0;
	for (; i < 1500; i++, ms += 1000) {
		second(&r, ms, i);
		history_lost(k.h, ms, ms + 1, 1, "for the test");
		failed += history_commit(k.h, ms, k.boot, k.batch + 1) != OK;
		if (failed > 0)
			ck_assert_uint_eq(history_batch(k.h, k.boot), k.batch);
		else
			k.batch++;
		if (failed == 40)
			break;
	}
	ck_assert_uint_eq(failed, 40);
	hk_must(&k, db_exec(&k.db, "PRAGMA max_page_count = 1000000"));
	hk_commit(&k, ms);
	expect_all();
	ck_assert_int_eq(hk_number(&k, "SELECT sum(lost) FROM gap"), (int64_t)(i - 299));
	again(ms);
	expect_all();
	for (i++; i < 2000; i++) {
		ms += 1000;
		second(&r, ms, i);
		hk_commit(&k, ms);
	}
	expect_all();
}
END_TEST

START_TEST(a_batch_number_counts_within_its_boot)
{
	begin(1);
	hk_must(&k, history_commit(k.h, HK_START, 1, 5));
	ck_assert_uint_eq(history_batch(k.h, 1), 5);
	hk_must(&k, history_commit(k.h, HK_START, 2, 1));
	ck_assert_uint_eq(history_batch(k.h, 1), 0);
	again(HK_START);
	ck_assert_uint_eq(history_batch(k.h, 2), 1);
}
END_TEST

/* A name keeps its history; so does a point that is called otherwise now. */
START_TEST(a_point_that_is_renamed_keeps_its_history)
{
	begin(3);
	put(0, HK_START, 1, 0, HK_START);
	put(1, HK_START, 2, 0, HK_START);
	hk_commit(&k, HK_START);
	str_copy(k.names[1], sizeof(k.names[1]), "NEW.NAME");
	k.points[1].was = "D1.P1";
	again(HK_START);
	put(1, HK_START + 1000, 3, 0, HK_START);
	hk_commit(&k, HK_START + 1000);
	expect_all();
	again(HK_START); /* also when the site says it again */
	expect_all();
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM point"), 3);
	ck_assert_int_eq(hk_number(&k, "SELECT point FROM alias WHERE name = 'D1.P1'"), 2);
}
END_TEST

START_TEST(a_point_that_moves_to_another_device_says_since_when)
{
	begin(3);
	k.points[0].device = 2;
	hk_must(&k, history_site(k.h, &k.site, HK_START + 5000));
	hk_must(&k, history_site(k.h, &k.site, HK_START + 9000));
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM point_device WHERE point = 1"), 2);
	ck_assert_int_eq(
	    hk_number(&k, "SELECT since FROM point_device WHERE point = 1 AND device = 3"), HK_START + 5000);
	k.defs[1].history = SITE_HISTORY_NONE;
	k.points[2].device = DEVICE_NONE;
	hk_must(&k, history_site(k.h, &k.site, HK_START + 9500));
	struct sample s = { .ms = HK_START, .v = 1 };
	history_put(k.h, 1, &s, s.ms);
	history_put(k.h, 99, &s, s.ms);
	hk_commit(&k, HK_START);
	hk_expect(&k, 1, NULL, 0);
	ck_assert_int_eq(hk_number(&k, "SELECT device FROM point_device WHERE point = 3 AND since > 0"), 0);
	ck_assert_int_eq(hk_number(&k, "SELECT modulus < 0 FROM point WHERE id = 1"), 1);
}
END_TEST

/* What is in no site any more is sealed; nothing of it is lost. */
START_TEST(a_point_that_is_gone_keeps_what_it_had)
{
	begin(4);
	for (uint32_t i = 0; i < 50; i++)
		put(3, HK_START + i * 1000, i, 0, HK_START + i * 1000);
	hk_commit(&k, HK_START + 50000);
	k.site.point_count = 3;
	hk_must(&k, history_site(k.h, &k.site, HK_START + 60000));
	for (uint32_t i = 0; i < 2000; i++)
		hk_commit(&k, HK_START + 60000 + i * 60000);
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM chunk WHERE open = 0 AND point = 4"), 1);
	hk_expect(&k, 3, given[3], given_count[3]);
}
END_TEST

START_TEST(scans_join_until_there_is_a_pause)
{
	begin(3);
	for (int64_t i = 0; i < 100; i++) {
		history_scan(k.h, 0, HK_START + i * 1000, HK_START + i * 1000, 3000);
		hk_commit(&k, HK_START + i * 1000);
	}
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM scan"), 0); /* it goes on */
	again(HK_START + 100000);
	history_scan(k.h, 0, HK_START + 101000, HK_START + 101000, 3000); /* 2 s: allowed */
	history_scan(k.h, 0, HK_START + 105000, HK_START + 105000, 3000); /* 4 s: not */
	history_scan(k.h, DEVICE_NONE, HK_START, HK_START, 3000);
	history_scan(k.h, DEVICE_NONE, HK_START + 9000, HK_START + 9000, 3000);
	hk_commit(&k, HK_START + 105000);
	ck_assert_int_eq(hk_number(&k, "SELECT t1 - t0 FROM scan WHERE device = 1"), 101000);
	ck_assert_int_eq(hk_number(&k, "SELECT t1 - t0 FROM scan WHERE device = 0"), 0);
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM scan"), 2);
}
END_TEST

/* The row of a run counts only what was looked at: 10 for 300 s, then nothing for 300 s, then 30 for 300 s. */
START_TEST(a_runs_row_leaves_out_what_was_not_looked_at)
{
	int64_t ms = HK_START;

	begin(1);
	history_scan(k.h, 0, ms, ms + 300000, 3000);
	put(0, ms, 10, 0, ms);
	hk_commit(&k, ms);
	history_scan(k.h, 0, ms + 600000, ms + 900000, 3000);
	put(0, ms + 600000, 30, Q_STALE, ms + 600000);
	put(0, ms + 900000, 30, 0, ms + 900000);
	for (uint32_t i = 0; i < 64 * 20; i++)
		hk_commit(&k, ms + 900000 + i * HISTORY_AGE_MS);
	ck_assert_int_eq(hk_number(&k, "SELECT usable_ms FROM chunk"), 600000);
	ck_assert_int_eq(hk_number(&k, "SELECT good_ms FROM chunk"), 300000);
	ck_assert_int_eq(hk_number(&k, "SELECT mean = 20 FROM chunk"), 1);
}
END_TEST

START_TEST(a_batch_that_waited_is_late_for_all)
{
	begin(2);
	put(0, HK_START, 1, 0, HK_START);
	hk_commit(&k, HK_START + 3600000);
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM late WHERE point = 0"), 1);
	ck_assert_int_le(hk_number(&k, "SELECT t0 FROM late"), HK_START);
	ck_assert_int_ge(hk_number(&k, "SELECT t1 FROM late"), HK_START);
}
END_TEST

/* A damaged row takes what stands behind it along; that is said, and the next is sound again. */
START_TEST(a_damaged_tail_is_a_gap_and_no_end)
{
	begin(2);
	for (uint32_t i = 0; i < 20; i++) {
		put(0, HK_START + i * 1000, i, 0, HK_START + i * 1000);
		hk_commit(&k, HK_START + i * 1000);
	}
	hk_must(&k, db_exec(&k.db, "UPDATE tail SET data = substr(data, 1, length(data) - 1) WHERE seq = 11"));
	again(HK_START + 20000);
	given_count[0] = 10;
	for (uint32_t i = 20; i < 40; i++) {
		put(0, HK_START + i * 1000, i * 1.5, 0, HK_START + i * 1000);
		hk_commit(&k, HK_START + i * 1000);
	}
	expect_all();
	again(HK_START + 40000);
	expect_all();
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM gap"), 1);
	ck_assert_int_eq(hk_number(&k, "SELECT lost FROM gap"), 10);
	ck_assert_uint_eq(history_batch(k.h, 7), 40);
}
END_TEST

/* An hour back and a year ahead and back again: all samples stay, in order of their times. */
START_TEST(a_clock_that_is_set_loses_nothing)
{
	static const int64_t steps[] = { 0, -3600000, INT64_C(365) * 86400000, -INT64_C(365) * 86400000, 3600000 };
	int64_t off = 0;
	uint32_t n = 0;

	begin(4);
	for (unsigned s = 0; s < ARRAY_LEN(steps); s++) {
		off += steps[s];
		for (uint32_t i = 0; i < 1500; i++, n++) {
			int64_t ms = HK_START + off + n * INT64_C(1000);

			hk_scan(&k, ms, ms);
			for (uint32_t p = 0; p < 4; p++)
				put(p, ms, n, 0, ms);
			hk_commit(&k, ms);
		}
		expect_all();
		again(HK_START);
	}
	expect_all();
}
END_TEST

START_TEST(memory_is_bounded)
{
	struct kit r = { 3 };
	size_t before = 0;

	begin(HK_POINTS);
	for (uint64_t i = 0; i < 6000; i++) {
		for (uint32_t p = 0; p < HK_POINTS; p++)
			given_count[p] = given_count[p] > 0 ? 1 : 0;
		second(&r, HK_START + (int64_t)i * 1000, i);
		hk_commit(&k, HK_START + (int64_t)i * 1000);
		if (i == 2500)
			before = history_bytes(k.h);
	}
	ck_assert_uint_le(history_bytes(k.h), before * 5 / 4);
}
END_TEST

T_MAIN("history",
    T_TIMEOUT(300) T_FIXTURE(setup, teardown) T(what_was_committed_is_there_again_at_every_moment) T(
        what_was_not_committed_is_gone_and_nothing_else) T(a_slow_point_has_one_open_run_of_at_most_a_day)
        T_LONG(the_tail_is_short_when_runs_are_sealed) T(late_ones_find_their_place) T(
            a_sample_that_comes_twice_is_there_once) T(many_samples_of_one_time_all_stay)
            T_LONG_LOOP(a_wrong_clock_harms_no_neighbour, 0, ARRAY_LEN(clocks)) T_LOOP(
                a_server_whose_clock_is_impossible_keeps_samples_apart, 0, 3) T_LONG(a_commit_that_fails_is_made_again)
                T(a_batch_number_counts_within_its_boot) T(a_point_that_is_renamed_keeps_its_history)
                    T(a_point_that_moves_to_another_device_says_since_when) T(a_point_that_is_gone_keeps_what_it_had)
                        T(scans_join_until_there_is_a_pause) T(a_runs_row_leaves_out_what_was_not_looked_at)
                            T(a_batch_that_waited_is_late_for_all) T(a_damaged_tail_is_a_gap_and_no_end)
                                T_LONG(a_clock_that_is_set_loses_nothing) T_LONG(memory_is_bounded))
