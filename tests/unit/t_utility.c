/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_utility.c - the loss of the utility's grid from two witnesses, never from one; peaks of months.
 */
#include "config.h"

#include "scada/dispatch/grid.h"
#include "scada/dispatch/peaks.h"
#include "tests/unit/t.h"

static const struct grid_settings set = { .limit_kw = 3500, .voltage_v = 6600, .frequency_hz = 50, .line_voltage = 66 };
static struct grid_watch g;
static struct grid_input in;
static int64_t us;

static void
setup(void)
{
	us = US_PER_S;
	grid_begin(&g);
	in = (struct grid_input){
		.breaker = 1, .trip = 0, .line_v = 66, .bus_v = 6600, .frequency_hz = 50, .power_kw = 500
	};
}

static void
run(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		(void)grid_step(&g, &set, &in, (struct mono){ us });
		us += US_PER_S;
	}
}

START_TEST(it_is_there_when_nothing_speaks_against_it)
{
	ck_assert_int_eq(g.state, GRID_UNKNOWN);
	run(3);
	ck_assert_int_eq(g.state, GRID_THERE);
	in.power_kw = 0; /* a quiet hour */
	run(600);
	ck_assert_int_eq(g.state, GRID_THERE);
	ck_assert(!g.is_doubtful);
}
END_TEST

/* Each witness alone, for a long time: relay, trip, line. */
START_TEST(one_witness_is_not_believed)
{
	static const struct grid_input alone[] = {
		{ .breaker = 0, .trip = 0, .line_v = 66, .bus_v = 6600, .frequency_hz = 50, .power_kw = 500 },
		{ .breaker = 1, .trip = 1, .line_v = 66, .bus_v = 6600, .frequency_hz = 50, .power_kw = 500 },
		{ .breaker = 1, .trip = 0, .line_v = 0, .bus_v = 6600, .frequency_hz = 50, .power_kw = -800 },
	};

	run(3);
	in = alone[_i];
	run(2);
	ck_assert(!g.is_doubtful);
	run(300);
	ck_assert_int_eq(g.state, GRID_THERE);
	ck_assert(g.is_doubtful);
}
END_TEST

START_TEST(two_witnesses_are)
{
	static const struct grid_input both[] = {
		{ .breaker = 0, .trip = 0, .line_v = 0, .bus_v = 6600, .frequency_hz = 50, .power_kw = 500 },
		{ .breaker = 0, .trip = 0, .line_v = 66, .bus_v = 6600, .frequency_hz = 50, .power_kw = 0.5 },
		{ .breaker = 1, .trip = 0, .line_v = 3, .bus_v = 6600, .frequency_hz = 50, .power_kw = 0 },
		{ .breaker = 0, .trip = 0, .line_v = (double)NAN, .bus_v = 5800, .frequency_hz = 50, .power_kw = 500 },
		{ .breaker = (double)NAN,
		    .trip = (double)NAN,
		    .line_v = 0,
		    .bus_v = 0,
		    .frequency_hz = 0,
		    .power_kw = 0 },
	};

	run(3);
	in = both[_i];
	run(1);
	ck_assert_int_eq(g.state, GRID_THERE);
	run(1);
	ck_assert_int_eq(g.state, GRID_LOST);
	ck_assert(!g.is_doubtful);
	setup();
	g.state = GRID_LOST;
	run(GRID_BACK_S);
	ck_assert_int_eq(g.state, GRID_LOST);
	run(1);
	ck_assert_int_eq(g.state, GRID_THERE);
}
END_TEST

START_TEST(a_flicker_changes_nothing)
{
	run(3);
	for (unsigned i = 0; i < 50; i++) {
		in.breaker = in.line_v = 0;
		(void)grid_step(&g, &set, &in, (struct mono){ us });
		us += 400 * US_PER_MS;
		in.breaker = 1;
		in.line_v = 66;
		run(1);
	}
	ck_assert_int_eq(g.state, GRID_THERE);
}
END_TEST

START_TEST(who_sees_nothing_says_so_after_a_minute)
{
	run(3);
	in = (struct grid_input){ (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN, 0 };
	run(GRID_BLIND_S);
	ck_assert_int_eq(g.state, GRID_THERE);
	run(2);
	ck_assert_int_eq(g.state, GRID_UNKNOWN);
	setup();
	run(3);
	ck_assert_int_eq(g.state, GRID_THERE);
}
END_TEST

START_TEST(peaks_of_months_are_kept_for_twelve)
{
	struct peaks p = { 0 }, back;
	struct wbuf b = { 0 };
	struct rbuf r;
	int32_t jan = 12 * 2026;

	ck_assert(isnan(peaks_month(&p, jan)) && isnan(peaks_year(&p, jan)));
	/* the vector of base charges: Jul 89 ... Aug 93 */
	static const double kw[] = { 89, 82, 85, 60, 63, 78, 80, 83, 82, 74, 61, 77, 84, 93 };
	static const double billed[] = { 89, 89, 89, 89, 89, 89, 89, 89, 89, 89, 89, 89, 85, 93 };
	for (int32_t i = 0; i < 14; i++) {
		if (i == 12) /* a month begins: the same one of the year before is over */
			ck_assert_double_eq(peaks_year(&p, jan + 6 + i), 85);
		ck_assert(peaks_note(&p, jan + 6 + i, kw[i] - 2));
		ck_assert(peaks_note(&p, jan + 6 + i, kw[i]));
		ck_assert(!peaks_note(&p, jan + 6 + i, kw[i] - 1));
		ck_assert_double_eq(peaks_month(&p, jan + 6 + i), kw[i]);
		ck_assert_double_eq(peaks_year(&p, jan + 6 + i), billed[i]);
	}
	ck_assert(!peaks_note(&p, jan + 6, 1000)); /* long over: another month has its place */
	ck_assert(!peaks_note(&p, jan + 20, (double)NAN) && !peaks_note(&p, -1, 5));
	peaks_put(&p, &b);
	rbuf_init(&r, b.data, b.len);
	ck_assert(peaks_get(&back, &r) && r_done(&r));
	ck_assert_double_eq(peaks_year(&back, jan + 19), 93);
	for (size_t len = 0; len < b.len; len++) {
		rbuf_init(&r, b.data, len);
		ck_assert(!peaks_get(&back, &r));
		ck_assert(isnan(peaks_year(&back, jan + 19)));
	}
	b.data[3] ^= 1; /* a month in another's place */
	rbuf_init(&r, b.data, b.len);
	ck_assert(!peaks_get(&back, &r));
	wbuf_done(&b);
}
END_TEST

T_MAIN("utility",
    T_FIXTURE(setup, NULL) T(it_is_there_when_nothing_speaks_against_it) T_LOOP(one_witness_is_not_believed, 0, 3)
        T_LOOP(two_witnesses_are, 0, 5) T(a_flicker_changes_nothing) T(who_sees_nothing_says_so_after_a_minute)
            T(peaks_of_months_are_kept_for_twelve))
