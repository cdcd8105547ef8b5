/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_meter_watch.c - power and counter against each other: what stands still is found, and nothing else is.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "scada/dispatch/meter_watch.h"

static struct meter_watch w;
static struct meter_watch_settings set;
static struct mono now;
/* True energy; what the counter has of it, in steps of step_kwh, read each poll_s; what is shown. */
static double kwh, step_kwh, shown_kwh, shown_kw;
static unsigned poll_s, stood_s, power_stood_s;
static bool counts, moves;

static void
begin(double step, unsigned poll)
{
	meter_watch_begin(&w);
	set = (struct meter_watch_settings){ .limit_kw = 2000, .step_kwh = 0.01 };
	now.us = 1000 * US_PER_S;
	kwh = 5000.123;
	step_kwh = step;
	poll_s = poll;
	shown_kwh = floor(kwh / step) * step;
	stood_s = power_stood_s = 0;
	counts = moves = true;
}

static void
second(double kw)
{
	now.us += US_PER_S;
	if (counts)
		kwh += (kw > 0 ? kw : 0) / 3600;
	if (now.us / US_PER_S % poll_s == 0)
		shown_kwh = floor(kwh / step_kwh) * step_kwh;
	if (moves)
		shown_kw = kw + (double)(now.us / US_PER_S % 7) * 0.01;
	meter_watch_step(&w, &set, now, shown_kw, shown_kwh);
	stood_s += w.counter_stands;
	power_stood_s += w.power_stands;
}

static void
run(double kw, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++)
		second(kw);
}

static const struct meter { /* what counters there are */
	double step_kwh;
	unsigned poll_s;
} meters[] = { { 0.01, 1 }, { 0.01, 60 }, { 0.1, 10 }, { 1, 1 }, { 1, 60 }, { 10, 1 }, { 0.01, 300 }, { 0.01, 1800 } };
enum { METERS = sizeof(meters) / sizeof(*meters) };

/* It stands at 400 kW, is found within what its steps explain, and counts again. */
START_TEST(a_counter_that_stands_is_found_and_believed_again)
{
	const struct meter *m = &meters[_i];
	double step = fmax(m->step_kwh, 400.0 * m->poll_s / 3600);
	unsigned explained = 60 + (unsigned)(2 * step / 400 * 3600) + 3 * m->poll_s + 3,
	         most = explained + 200 * (unsigned)m->step_kwh;

	begin(m->step_kwh, m->poll_s);
	run(400, 4 * m->poll_s + 400);
	ck_assert_uint_eq(stood_s, 0);
	counts = false;
	run(400, 59);
	ck_assert_uint_eq(stood_s, 0);
	run(400, most);
	ck_assert(w.counter_stands && !w.power_stands);
	counts = true;
	run(400, 10);
	ck_assert(w.counter_stands); /* one step is not enough */
	run(400, 2 * m->poll_s + 200 + 300 * (unsigned)m->step_kwh);
	ck_assert(!w.counter_stands);
}
END_TEST

/* Loads that leap or stand, that are small, that turn to export, with all kinds of counters: none of them stands. */
START_TEST(no_counter_that_counts_is_accused)
{
	static const double loads[] = { 400, 0.5, 1900, 45, -300, 38, 2000, 3, 0, 41, 1500, -20, 60, 500 };

	begin(meters[_i / 2].step_kwh, meters[_i / 2].poll_s);
	moves = _i % 2 == 0;
	for (unsigned k = 0; k < (unsigned)t_rounds(5) * sizeof(loads) / sizeof(*loads); k++) {
		double kw = loads[k % (sizeof(loads) / sizeof(*loads))];
		shown_kw = kw; /* steady to the last bit */
		run(kw, 301 + 97 * k);
	}
	ck_assert_uint_eq(stood_s, 0);
	ck_assert_uint_eq(power_stood_s, 0);
}
END_TEST

/* Of three steps two are lost; a counter rolls over, is exchanged, is not read, goes back; the watch itself pauses. */
START_TEST(what_is_less_than_standing_is_not_said)
{
	begin(0.01, 1);
	set.size_kwh = 10000;
	run(400, 100);
	for (unsigned i = 0; i < 900; i++) {
		counts = i % 3 == 0;
		second(400);
	}
	counts = true;
	for (unsigned i = 0; i < 4; i++) {
		run(400, 55);
		if (i == 0)
			kwh += 4990 - 10000; /* rolled over */
		else if (i == 1)
			kwh = 700000;
		else if (i == 2)
			kwh = 3;
		else
			now.us += 400 * US_PER_S;
		run(400, 300);
	}
	for (unsigned i = 0; i < 600; i++) {
		double keep = shown_kwh;
		shown_kwh = i % 50 < 30 ? (double)NAN : keep;
		now.us += US_PER_S;
		kwh += 400 / 3600.0;
		meter_watch_step(&w, &set, now, i % 70 < 20 ? (double)NAN : 400 + i % 5,
		    i % 50 < 30 ? (double)NAN : floor(kwh * 100) / 100);
		shown_kwh = keep;
		ck_assert(!w.counter_stands && !w.power_stands);
	}
	ck_assert_uint_eq(stood_s, 0);
	ck_assert_uint_eq(power_stood_s, 0);
}
END_TEST

/* Nothing is known of a counter that nobody saw counting: it has 20 kWh and 40 min. */
START_TEST(one_that_never_counted_has_more_time)
{
	begin(0.01, 1);
	counts = false;
	run(400, METER_WATCH_UNKNOWN_S);
	ck_assert(!w.counter_stands);
	ck_assert(!meter_watch_is_quick(&w));
	run(400, 200);
	ck_assert(w.counter_stands);
}
END_TEST

/* Where both stand still, or next to nothing is drawn, nothing can be told. */
START_TEST(a_counter_is_not_accused_by_a_power_that_stands_or_is_small)
{
	begin(0.01, 1);
	run(400, 100);
	counts = false;
	moves = _i == 1;
	shown_kw = 400;
	run(_i == 0 ? 400 : 39, 1800);
	ck_assert(!w.counter_stands && !w.power_stands);
}
END_TEST

/* Steps that come now and then do not make it count again. */
START_TEST(a_counter_that_stutters_stands)
{
	begin(0.01, 1);
	run(400, 100);
	counts = false;
	run(400, 100);
	ck_assert(w.counter_stands);
	for (unsigned i = 0; i < 600; i++) {
		counts = i % 30 == 0;
		second(400);
		ck_assert(w.counter_stands);
	}
}
END_TEST

/* Nor does one that comes after a pause, in which nothing was compared: one step each 20 minutes is not 400 kW. */
START_TEST(a_pause_makes_no_counter_honest)
{
	begin(0.01, 1);
	run(400, 100);
	counts = false;
	run(400, 100);
	ck_assert(w.counter_stands);
	for (unsigned i = 0; i < 4; i++) {
		now.us += 100 * US_PER_S; /* nobody looks */
		run(400, 1200);
		shown_kwh = kwh += 0.01;
		second(400);
		ck_assert(w.counter_stands);
	}
	counts = true; /* also while power is not there to compare it with */
	for (unsigned i = 0; i < 120; i++) {
		now.us += US_PER_S;
		shown_kwh += 0.1;
		meter_watch_step(&w, &set, now, (double)NAN, shown_kwh);
	}
	ck_assert(!w.counter_stands);
}
END_TEST

/* It shows 100 or 0 kW for ever, and 400 are drawn. */
START_TEST(a_power_that_stands_is_found_until_it_moves)
{
	begin(meters[_i / 2].step_kwh, meters[_i / 2].poll_s);
	run(400, 200 + 4 * poll_s);
	moves = false;
	shown_kw = _i % 2 == 0 ? 100 : 0;
	run(400, 110);
	ck_assert_uint_eq(power_stood_s, 0);
	run(400, 600 + 4 * poll_s);
	ck_assert(w.power_stands && !w.counter_stands);
	moves = true;
	second(400);
	ck_assert(!w.power_stands);
}
END_TEST

/* A meter of 50 kW a digit over steady loads; one whose counter counts less; one beside a counter that leaps. */
START_TEST(a_power_that_is_steady_is_not_accused)
{
	begin(0.01, 1);
	moves = false;
	for (unsigned k = 0; k < 12; k++) {
		double kw = 20 + 143.0 * k;
		shown_kw = round(kw / 50) * 50;
		run(kw, 300);
	}
	shown_kw = 1500;
	run(900, 600);
	run(1500, 100);
	kwh += 5000;
	run(1500, 300);
	ck_assert_uint_eq(power_stood_s, 0);
	ck_assert_uint_eq(stood_s, 0);
}
END_TEST

T_MAIN("meter_watch",
    T_LOOP(a_counter_that_stands_is_found_and_believed_again, 0, METERS) T_LOOP(no_counter_that_counts_is_accused, 0,
        2 * METERS) T(what_is_less_than_standing_is_not_said) T(one_that_never_counted_has_more_time)
        T_LOOP(a_counter_is_not_accused_by_a_power_that_stands_or_is_small, 0, 2) T(a_counter_that_stutters_stands)
            T(a_pause_makes_no_counter_honest) T_LOOP(a_power_that_stands_is_found_until_it_moves, 0, 8)
                T(a_power_that_is_steady_is_not_accused))
