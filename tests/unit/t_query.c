/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_query.c - reading history: points by name, samples to the bit from runs that lie alone, overlap or are damaged, what held at a time.
 */
#include "config.h"

#include "tests/unit/query_kit.h"

#define MOST 20000

static struct sample got[MOST], in[MOST];
static size_t got_n, got_most;

static void
setup(void)
{
	kit_open(KIND_ANALOG, -1);
}

static bool
collect(const struct sample *s, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(got_n, MOST);
	got[got_n++] = *s;
	return got_n < got_most;
}

static void
read_samples(int64_t from, int64_t to)
{
	got_n = 0;
	got_most = MOST;
	must(query_samples(q, &point, from, to, collect, NULL));
}

static void
make(struct sample *s, size_t n, int64_t from, int64_t step, double v)
{
	for (size_t i = 0; i < n; i++)
		s[i] = (struct sample){ .ms = from + (int64_t)i * step, .v = v + (double)i };
}

START_TEST(a_point_is_found_by_either_name)
{
	struct query_point p;

	run_sql("INSERT INTO alias VALUES ('OLD.SOC', ?1)", POINT, 0, 0);
	must(query_find(q, "ESS1.SOC", &p));
	ck_assert_int_eq(p.key, POINT);
	ck_assert_str_eq(p.unit, "kW");
	ck_assert_int_eq(p.decimals, 1);
	must(query_find(q, "OLD.SOC", &p));
	ck_assert_int_eq(p.key, POINT);
	ck_assert_str_eq(p.name, "ESS1.SOC");
	ck_assert_int_eq(query_find(q, "ESS1.SO", &p), ERR_NOT_FOUND);
	ck_assert_int_eq(p.key, 0);
}
END_TEST

/* A point of today may have the name that another one had. */
START_TEST(a_name_of_today_goes_before_one_of_old)
{
	struct query_point p;

	run_sql("INSERT INTO point VALUES (9, 'B.X', 0, 1, '', -1, 'default')", 0, 0, 0);
	run_sql("INSERT INTO alias VALUES ('B.X', ?1)", POINT, 0, 0);
	must(query_find(q, "B.X", &p));
	ck_assert_int_eq(p.key, 9);
}
END_TEST

START_TEST(nothing_recorded_is_nothing_and_no_error)
{
	struct sample s;

	read_samples(T0, T0 + 1000);
	ck_assert_uint_eq(got_n, 0);
	read_samples(T0, T0);
	read_samples(T0, T0 - 5);
	read_samples(INT64_MIN, INT64_MAX);
	ck_assert_uint_eq(got_n, 0);
	ck_assert_int_eq(query_at(q, &point, T0, &s), ERR_NOT_FOUND);
	ck_assert_int_eq(query_seen_ms(q, &point, INT64_MIN, INT64_MAX), 0);
}
END_TEST

START_TEST(what_held_comes_first_unless_there_is_a_new_one)
{
	make(in, 10, T0, 1000, 5);
	kit_chunk(in, 10, 0);
	read_samples(T0 + 4500, T0 + 6500);
	ck_assert_uint_eq(got_n, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert(kit_is_same(&in[4 + i], &got[i]));
	read_samples(T0 + 4000, T0 + 6000);
	ck_assert_uint_eq(got_n, 2);
	ck_assert(kit_is_same(&in[4], &got[0]));
	read_samples(T0 + 500000, T0 + 500001);
	ck_assert_uint_eq(got_n, 1);
	ck_assert(kit_is_same(&in[9], &got[0]));
	read_samples(T0 - 5000, T0);
	ck_assert_uint_eq(got_n, 0);
}
END_TEST

/* By time and by arrival, as the oracle has it. */
struct item {
	struct sample s;
	uint32_t order;
};

static int
by_time(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->s.ms != y->s.ms)
		return x->s.ms < y->s.ms ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static struct item all[MOST];
static uint32_t all_n;

static void
add_run(const struct sample *s, size_t n, bool is_late)
{
	for (size_t i = 0; i < n; i++, all_n++)
		all[all_n] = (struct item){ s[i], all_n + (is_late ? 1u << 30 : 0) };
}

/* Runs on time one after the other, late ones across them. */
static void
fill_random(struct kit *k)
{
	int64_t end = T0;
	size_t n;

	all_n = 0;
	for (unsigned i = 0; i < 12; i++) {
		n = 1 + kit_below(k, 200);
		kit_run(k, in, n, (unsigned)kit_below(k, KIT_VALUES), (unsigned)kit_below(k, 5));
		int64_t shift = end + (int64_t)kit_below(k, 5000) - in[0].ms;
		for (size_t j = 0; j < n; j++)
			in[j].ms += shift;
		kit_chunk(in, n, 0);
		add_run(in, n, false);
		end = in[n - 1].ms + 1;
	}
	int64_t span = end - T0;
	for (unsigned i = (unsigned)kit_below(k, 5); i > 0; i--) {
		n = 1 + kit_below(k, 100);
		int64_t ms = T0 + (int64_t)kit_below(k, (uint64_t)span);
		for (size_t j = 0; j < n; j++) {
			in[j] = (struct sample){ .ms = ms, .v = (double)kit_below(k, 100) / 10 };
			ms += (int64_t)kit_below(k, (uint64_t)span / n + 1);
		}
		if (in[n - 1].ms - in[0].ms > 86000000)
			continue;
		kit_chunk(in, n, 10 - (int)i);
		add_run(in, n, true);
	}
	qsort(all, all_n, sizeof(*all), by_time);
}

static void
compare(int64_t from, int64_t to)
{
	uint32_t first = 0, end = 0, n = 0;

	while (first < all_n && all[first].s.ms < from)
		first++;
	for (end = first; end < all_n && all[end].s.ms < to; end++)
		;
	if (first > 0 && (first == all_n || all[first].s.ms != from))
		first--; /* held */
	read_samples(from, to);
	ck_assert_uint_eq(got_n, end - first);
	for (uint32_t i = first; i < end; i++, n++)
		ck_assert(kit_is_same(&all[i].s, &got[n]));
}

START_TEST(samples_come_back_in_order_each_once)
{
	struct kit k = { .random = (uint64_t)_i * 77777 + 5 };

	must(db_begin(&db));
	fill_random(&k);
	must(db_commit(&db));
	int64_t first = all[0].s.ms, span = all[all_n - 1].s.ms - first + 2000;
	compare(first - 10000, first + span);
	for (unsigned i = 0; i < 60; i++) {
		int64_t from = kit_below(&k, 3) == 0 ? all[kit_below(&k, all_n)].s.ms
		                                     : first - 1000 + (int64_t)kit_below(&k, (uint64_t)span);
		int64_t to = kit_below(&k, 3) == 0 ? all[kit_below(&k, all_n)].s.ms
		                                   : from + (int64_t)kit_below(&k, (uint64_t)span);
		if (from < to)
			compare(from, to);
	}
	ck_assert_uint_eq(query_damaged(q), 0);
}
END_TEST

/* What held at a time is the last of the samples up to it. */
START_TEST(what_held_is_the_last_up_to_it)
{
	struct kit k = { .random = (uint64_t)_i * 1234577 + 3 };
	struct sample s;

	must(db_begin(&db));
	fill_random(&k);
	kit_scan(1, T0 - 10000, all[all_n - 1].s.ms + 86400000);
	must(db_commit(&db));
	for (unsigned i = 0; i < 100; i++) {
		uint32_t j = (uint32_t)kit_below(&k, all_n);
		int64_t ms = all[j].s.ms + (int64_t)kit_below(&k, 3);
		while (j + 1 < all_n && all[j + 1].s.ms <= ms)
			j++;
		must(query_at(q, &point, ms, &s));
		ck_assert(kit_is_same(&all[j].s, &s));
	}
	ck_assert_int_eq(query_at(q, &point, all[0].s.ms - 1, &s), ERR_NOT_FOUND);
}
END_TEST

static int64_t stopped_at;

/* Stops at the first sample beyond 50 whose time is new. */
static bool
collect_some(const struct sample *s, void *arg)
{
	uint32_t *n = arg;

	if (got_n >= 50 && s->ms != got[got_n - 1].ms) {
		stopped_at = s->ms;
		return false;
	}
	ck_assert_uint_lt(*n, all_n);
	ck_assert(kit_is_same(&all[(*n)++].s, s));
	got[got_n++] = *s;
	return true;
}

START_TEST(a_question_that_was_stopped_goes_on_where_it_was)
{
	struct kit k = { .random = (uint64_t)_i * 97 + 99 };
	uint32_t n = 0;

	fill_random(&k);
	for (stopped_at = 0; stopped_at >= 0;) {
		int64_t from = stopped_at;

		got_n = 0;
		stopped_at = -1;
		must(query_samples(q, &point, from, INT64_MAX, collect_some, &n));
	}
	ck_assert_uint_eq(n, all_n);
}
END_TEST

START_TEST(not_looked_at_is_not_known)
{
	struct sample s;

	make(in, 10, T0, 1000, 5);
	kit_chunk(in, 10, 0);
	kit_scan(1, T0, T0 + 20000);
	kit_scan(1, T0 + 30000, T0 + 40000);
	kit_scan(2, T0 + 20000, T0 + 30000); /* another device */
	must(query_at(q, &point, T0 + 20000, &s));
	ck_assert(kit_is_same(&in[9], &s));
	ck_assert_int_eq(query_at(q, &point, T0 + 20001, &s), ERR_NOT_FOUND);
	ck_assert_int_eq(query_at(q, &point, T0 + 29999, &s), ERR_NOT_FOUND);
	must(query_at(q, &point, T0 + 30000, &s));
	ck_assert_int_eq(query_at(q, &point, T0 + 50000, &s), ERR_NOT_FOUND);
	ck_assert_int_eq(query_seen_ms(q, &point, T0 + 10000, T0 + 35000), 15000);
	ck_assert_int_eq(query_seen_ms(q, &point, T0 + 20000, T0 + 30000), 0);
	ck_assert_int_eq(query_seen_ms(q, &point, T0 + 32000, T0 + 33000), 1000);
	run_sql("INSERT INTO point_device VALUES (?1, ?2, 2)", POINT, T0 + 25000, 0);
	ck_assert_int_eq(query_seen_ms(q, &point, T0, T0 + 50000), 20000 + 5000);
}
END_TEST

START_TEST(a_damaged_run_is_left_out_and_counted)
{
	struct sample s;

	for (unsigned i = 0; i < 3; i++) {
		make(in + i * 10, 10, T0 + i * 10000, 1000, i * 100);
		kit_chunk(in + i * 10, 10, 0);
	}
	kit_scan(1, T0, T0 + 100000);
	run_sql(_i == 0   ? "UPDATE block SET data = x'00' WHERE id = 2"
	        : _i == 1 ? "DELETE FROM block WHERE id = 2"
	        : _i == 2 ? "UPDATE block SET data = x'' WHERE id = 2"
	        : _i == 3 ? "UPDATE block SET data = (SELECT data FROM block WHERE id = 1) WHERE id = 2"
	                  : "UPDATE chunk SET block = 77777 WHERE block = 2",
	    0, 0, 0);
	read_samples(T0, T0 + 50000);
	ck_assert_uint_eq(got_n, 20);
	for (unsigned i = 0; i < 20; i++)
		ck_assert(kit_is_same(&in[i < 10 ? i : i + 10], &got[i]));
	ck_assert_uint_eq(query_damaged(q), 1);
	ck_assert_int_eq(query_at(q, &point, T0 + 15000, &s), ERR_NOT_FOUND);
	must(query_at(q, &point, T0 + 19500, &s)); /* the row says how the run ended */
	ck_assert(kit_is_same(&in[19], &s));
	must(query_at(q, &point, T0 + 9500, &s));
	ck_assert(kit_is_same(&in[9], &s));
}
END_TEST

START_TEST(a_row_that_cannot_be_is_left_out)
{
	static const char *const lies[] = { "t1 = t0 - 1", "n = 0", "n = 1000000", "usable_ms = -5",
		"good_ms = usable_ms + 1", "t1 = t0 + 100000000000", "usable_ms = t1 - t0 + 1", "n = -1" };
	char sql[120];

	make(in, 20, T0, 1000, 0);
	kit_chunk(in, 10, 0);
	kit_chunk(in + 10, 10, 0);
	str_printf(sql, sizeof(sql), "UPDATE chunk SET %s WHERE block = 1", lies[_i]);
	run_sql(sql, 0, 0, 0);
	read_samples(T0 - 1, T0 + 100000);
	ck_assert_uint_eq(got_n, 10);
	ck_assert(kit_is_same(&in[10], &got[0]));
	ck_assert_uint_gt(query_damaged(q), 0);
}
END_TEST

START_TEST(late_rows_are_found_by_time)
{
	ck_assert_int_eq(query_late_newest(q), 0);
	run_sql("INSERT INTO late VALUES (4, ?1, ?2, ?3)", POINT, T0, T0 + 10);
	run_sql("INSERT INTO late VALUES (6, ?1, ?2, ?3)", POINT, T0 + 100, T0 + 100);
	ck_assert_int_eq(query_late_newest(q), 6);
	ck_assert(query_is_late(q, 0, T0 + 10, T0 + 20));
	ck_assert(!query_is_late(q, 0, T0 + 11, T0 + 100));
	ck_assert(!query_is_late(q, 4, T0, T0 + 100));
	ck_assert(query_is_late(q, 4, T0, T0 + 101));
	ck_assert(!query_is_late(q, 6, 0, INT64_MAX));
}
END_TEST

T_MAIN("query",
    T_FIXTURE(setup, kit_close) T(a_point_is_found_by_either_name) T(a_name_of_today_goes_before_one_of_old)
        T(nothing_recorded_is_nothing_and_no_error) T(what_held_comes_first_unless_there_is_a_new_one)
            T_LOOP(samples_come_back_in_order_each_once, 0, t_rounds(30)) T_LOOP(what_held_is_the_last_up_to_it, 0,
                t_rounds(20)) T_LOOP(a_question_that_was_stopped_goes_on_where_it_was, 0, t_rounds(5))
                T(not_looked_at_is_not_known) T_LOOP(a_damaged_run_is_left_out_and_counted, 0, t_rounds(5))
                    T_LOOP(a_row_that_cannot_be_is_left_out, 0, t_rounds(8)) T(late_rows_are_found_by_time))
