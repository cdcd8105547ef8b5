/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_kinds.c - each kind of alarm by tables: what it is given, what it answers, where it is quiet, what it says.
 */
#include "config.h"

#include <string.h>

#include "scada/alarm/kind.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

#define T0 INT64_C(1795380786000000)

/* clang-format off */
static const struct {
	enum alarm_type type;
	double limit, deadband;
	struct { double v; int answer; } at[6];
} limits[] = {
	{ ALARM_H,  90, 5,   { { 89, 0 }, { 90, 0 }, { 90.001, 1 }, { 85.001, 1 }, { 85, 0 }, { 90, 0 } } },
	{ ALARM_HH, 90, 0,   { { 91, 1 }, { 90, 0 }, { 90.5, 1 }, { -1e300, 0 }, { 1e300, 1 }, { 90, 0 } } },
	{ ALARM_L,  10, 2,   { { 11, 0 }, { 10, 0 }, { 9.99, 1 }, { 11.99, 1 }, { 12, 0 }, { 10, 0 } } },
	{ ALARM_LL, -5, 0.5, { { -4, 0 }, { -5.1, 1 }, { -4.6, 1 }, { -4.5, 0 }, { -5, 0 }, { -6, 1 } } },
	{ ALARM_L,  0,  0,   { { 0, 0 }, { -0.0, 0 }, { -1e-9, 1 }, { 0, 0 }, { 5, 0 }, { -5, 1 } } },
};
static const struct {
	enum alarm_type type;
	unsigned state;
	struct { double v; int answer; } at[6];
} states[] = {
	{ ALARM_DIGITAL, 6, { { 5, 0 }, { 6, 1 }, { 7, 0 }, { 6.5, 0 }, { 0, 0 }, { 6, 1 } } },
	{ ALARM_DIGITAL, 0, { { 1, 0 }, { 0, 1 }, { 2, 0 }, { 0, 1 }, { 1, 0 }, { 1, 0 } } },
	{ ALARM_BIT, 3,     { { 0, 0 }, { 8, 1 }, { 15, 1 }, { 7, 0 }, { 1e20, 0 }, { -8, 0 } } },
	{ ALARM_BIT, 0,     { { 0, 0 }, { 1, 1 }, { 3, 1 }, { 2, 0 }, { 65535, 1 }, { 65534, 0 } } },
	{ ALARM_BIT, 40,    { { 0, 0 }, { 1099511627776.0, 1 }, { 1, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } } },
};
/* clang-format on */

static bool
ask(const struct alarm_rule *r, double v, bool was_on)
{
	struct value x = { .v = v, .time = { T0 } };
	struct alarm_input in = { .value = &x };
	return kind_of(r->type)->test(r, &in, was_on);
}

/* Within the band that it gives, every answer is the same as that from which the band came; just outside, it may be another. */
static void
check_quiet(const struct alarm_rule *r, double v, bool is_on, const double *others, int count)
{
	double lo = (double)-INFINITY, hi = (double)INFINITY;

	kind_of(r->type)->quiet(r, v, is_on, &lo, &hi);
	ck_assert(v >= lo && v <= hi);
	ck_assert_int_eq(ask(r, lo < -1e308 ? -1e308 : lo, is_on), is_on);
	ck_assert_int_eq(ask(r, hi > 1e308 ? 1e308 : hi, is_on), is_on);
	for (int i = 0; i < count; i++)
		if (others[i] >= lo && others[i] <= hi)
			ck_assert_int_eq(ask(r, others[i], is_on), is_on);
		else if (r->type < ALARM_DIGITAL)
			ck_assert_int_ne(ask(r, others[i], is_on), is_on);
}

START_TEST(limits_have_a_deadband)
{
	struct alarm_rule r = { .type = limits[_i].type, .limit = limits[_i].limit, .deadband = limits[_i].deadband };
	double all[6];
	bool on = false;

	for (int i = 0; i < 6; i++)
		all[i] = limits[_i].at[i].v;
	for (int i = 0; i < 6; i++) {
		on = ask(&r, all[i], on);
		ck_assert_msg(on == (limits[_i].at[i].answer != 0), "at %g", all[i]);
		check_quiet(&r, all[i], on, all, 6);
	}
}
END_TEST

START_TEST(states_and_bits_are_exact)
{
	struct alarm_rule r = { .type = states[_i].type, .state = states[_i].state };
	double all[6];

	for (int i = 0; i < 6; i++)
		all[i] = states[_i].at[i].v;
	for (int i = 0; i < 6; i++) {
		bool on = ask(&r, all[i], false);
		ck_assert_msg(on == (states[_i].at[i].answer != 0), "at %g", all[i]);
		ck_assert_int_eq(ask(&r, all[i], true), on);
		check_quiet(&r, all[i], on, all, 6);
	}
}
END_TEST

/* ---- rate */

static struct alarm_trace trace;

static bool
rate_at(const struct alarm_rule *r, int64_t ms, double v, bool was_on)
{
	struct value x = { .v = v, .time = { T0 + ms * US_PER_MS } };
	struct alarm_input in = { .value = &x };
	return alarm_rate.test(r, &in, was_on);
}

START_TEST(rate_needs_three_samples_over_half_its_window)
{
	struct alarm_rule r = { .type = ALARM_ROC, .limit = 1, .window_us = 10 * US_PER_S, .trace = &trace };

	trace.count = 0;
	ck_assert(!rate_at(&r, 0, 0, false));
	ck_assert(!rate_at(&r, 1000, 100, false)); /* a jump, but two samples are no rate */
	ck_assert(!rate_at(&r, 2000, 100, false)); /* three, over two seconds of ten */
	ck_assert(!rate_at(&r, 4900, 100, false));
	ck_assert_uint_eq(trace.count, 4);
	ck_assert(!rate_at(&r, 4900, 100, false)); /* the same sample again */
	ck_assert_uint_eq(trace.count, 4);
	ck_assert(rate_at(&r, 5000, 100, false)); /* 100 in 5 s */
	ck_assert(rate_at(&r, 10000, 100, true));
	ck_assert(!rate_at(&r, 11001, 100, true)); /* the jump has left the window */
}
END_TEST

START_TEST(rate_has_both_directions_and_a_deadband)
{
	struct alarm_rule r = {
		.type = ALARM_ROC, .limit = 2, .deadband = 0.5, .window_us = 4 * US_PER_S, .trace = &trace
	};
	bool on = false;
	double v = 0;
	int64_t t = 0;

	trace.count = 0;
	for (; t < 6; t++)
		on = rate_at(&r, t * 1000, v -= 2.1, on);
	ck_assert(on);
	for (; t < 12; t++)
		on = rate_at(&r, t * 1000, v -= 1.6, on);
	ck_assert(on); /* above 2 - 0.5 */
	for (; t < 18; t++)
		on = rate_at(&r, t * 1000, v -= 1.4, on);
	ck_assert(!on);
	for (; t < 24; t++)
		on = rate_at(&r, t * 1000, v -= 1.9, on);
	ck_assert(!on);
}
END_TEST

START_TEST(rate_begins_anew_after_a_gap_or_a_clock_set_back)
{
	struct alarm_rule r = { .type = ALARM_ROC, .limit = 1, .window_us = 10 * US_PER_S, .trace = &trace };

	trace.count = 0;
	for (int i = 0; i < 10; i++)
		ck_assert(!rate_at(&r, i * 1000, 0, false));
	/* silent for longer than the window: the first samples after it are no jump */
	ck_assert(!rate_at(&r, 60000, 500, false));
	ck_assert(!rate_at(&r, 65000, 500, false));
	ck_assert(!rate_at(&r, 70000, 500, false));
	ck_assert(!rate_at(&r, 30000, 0, false));
	ck_assert(!rate_at(&r, 35000, 0, false));
	/* what it said before stays until it knows better */
	ck_assert(rate_at(&r, 90000, 0, true));
}
END_TEST

/* However fast the samples come, the trace holds the window. */
START_TEST(rate_holds_its_window_at_any_pace)
{
	struct alarm_rule r = { .type = ALARM_ROC, .limit = 1, .window_us = 60 * US_PER_S, .trace = &trace };
	static const int paces[] = { 37, 100, 500, 1000, 3000 };
	int pace = paces[_i];
	int64_t phase = pace < 500 ? 70000 : 200000; /* fast ones long enough for the window to fill and go on */
	bool on = false;

	trace.count = 0;
	for (int64_t ms = 0; ms < phase; ms += pace) {
		on = rate_at(&r, ms, (double)ms / 1000 * 1.05, on);
		ck_assert_uint_le(trace.count, TRACE_MAX);
		if (ms > 61000) {
			ck_assert(on);
			uint32_t last = (trace.first + trace.count - 1) % TRACE_MAX;
			int64_t span = trace.at[last].us - trace.at[trace.first].us;
			ck_assert_int_ge(span, r.window_us * 9 / 10);
			ck_assert_int_le(span, r.window_us);
		}
	}
	for (int64_t ms = phase; ms < 2 * phase; ms += pace)
		on = rate_at(&r, ms, (double)phase / 1000 * 1.05 + (double)(ms - phase) / 1000 * 0.95, on);
	ck_assert(!on);
}
END_TEST

/* ---- the others */

START_TEST(deviation_is_from_the_other_point)
{
	struct alarm_rule r = { .type = ALARM_DEV, .limit = 5, .deadband = 1 };
	static const struct {
		double v, other;
		int was, is;
	} at[] = { { 10, 10, 0, 0 }, { 15, 10, 0, 0 }, { 15.1, 10, 0, 1 }, { 4.9, 10, 0, 1 }, { 14.1, 10, 1, 1 },
		{ 14, 10, 1, 0 }, { 6, 10, 1, 0 } };

	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		struct value v = { .v = at[i].v }, other = { .v = at[i].other };
		struct alarm_input in = { .value = &v, .other = &other };
		ck_assert_int_eq(alarm_deviation.test(&r, &in, at[i].was), at[i].is);
	}
}
END_TEST

START_TEST(frozen_compares_bit_by_bit)
{
	struct alarm_rule r = { .type = ALARM_FROZEN, .trace = &trace };
	struct value v = { .v = 1.0 };
	struct alarm_input in = { .value = &v };

	trace.count = 0;
	ck_assert(!alarm_frozen.test(&r, &in, false));
	ck_assert(!alarm_frozen.test(&r, &in, false)); /* the same sample again is none */
	v.time.us++;
	ck_assert(alarm_frozen.test(&r, &in, false));
	v.time.us++;
	v.v = nextafter(1.0, 2.0);
	ck_assert(!alarm_frozen.test(&r, &in, true));
	v.time.us++;
	ck_assert(alarm_frozen.test(&r, &in, false));
	r.is_watched = true; /* the pipeline says it */
	ck_assert(!alarm_frozen.test(&r, &in, true));
	v.quality = Q_INACCURATE;
	v.cause = ERR_FROZEN;
	ck_assert(alarm_frozen.test(&r, &in, false));
}
END_TEST

START_TEST(stale_is_not_renewed_or_never_read)
{
	struct alarm_rule r = { .type = ALARM_STALE };
	struct value v = { .v = 1.0 };
	struct alarm_input in = { .value = &v };

	ck_assert(!alarm_stale.test(&r, &in, true));
	v.quality = Q_STALE;
	ck_assert(alarm_stale.test(&r, &in, false));
	v.quality = Q_NEVER_READ;
	ck_assert(alarm_stale.test(&r, &in, false));
	v.quality = Q_OUT_OF_RANGE;
	ck_assert(!alarm_stale.test(&r, &in, false));
	ck_assert(alarm_stale.holds & Q_NO_COMM); /* a silent device is the communication alarm's matter */
}
END_TEST

START_TEST(what_others_say_is_said)
{
	static const enum alarm_type types[] = { ALARM_COMM, ALARM_CALC, ALARM_SYSTEM, ALARM_DRIFT };
	struct alarm_rule r = { .type = types[_i] };
	struct alarm_input in = { .is_given = true };

	ck_assert(kind_of(types[_i])->test(&r, &in, false));
	in.is_given = false;
	ck_assert(!kind_of(types[_i])->test(&r, &in, true));
}
END_TEST

START_TEST(every_type_has_one_kind)
{
	for (unsigned t = 0; t < ALARM_TYPE_COUNT; t++) {
		int found = 0;
		for (size_t i = 0; kind_row(i) != NULL; i++)
			found += (kind_row(i)->types >> t) & 1;
		ck_assert_int_eq(found, 1);
		ck_assert(kind_of((enum alarm_type)t)->types & 1u << t);
	}
	for (size_t i = 0; kind_row(i) != NULL; i++) {
		const struct alarm_kind *k = kind_row(i);
		ck_assert(k->name != NULL && k->help != NULL && k->opts != NULL && k->test != NULL && k->say != NULL);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(k->name, kind_row(j)->name);
	}
}
END_TEST

static bool is_other_device;

static const char *
said(const struct alarm_rule *r, double v, double other, bool on)
{
	static struct key_name state_names[] = { { 5, "run" }, { 6, "trip" } }, bit_names[] = { { 3, "overheated" } };
	struct site_point_def d = { .unit = "kW", .states = { state_names, 2 }, .bits = { bit_names, 1 } };
	struct alarm_context c = { .def = &d, .decimals = 1, .other = "ESS1.P_SP", .given = "ESS1" };
	struct value x = { .v = v, .time = { T0 } }, y = { .v = other };
	struct alarm_input in = { .value = &x, .other = &y, .is_other_device = is_other_device };
	static char buf[256];

	kind_of(r->type)->say(r, &in, &c, on, buf, sizeof(buf));
	return buf;
}

START_TEST(words_are_for_people)
{
	struct alarm_rule r = { .type = ALARM_L, .limit = 10, .state = 6, .trace = &trace };

	ck_assert(clock_set_zone("Asia/Tokyo"));
	ck_assert_str_eq(said(&r, 9.2, 0, true), "value 9.2 kW below 10.0 kW");
	ck_assert_str_eq(said(&r, 9.996, 0, true), "value 9.996 kW below 10.0 kW");
	ck_assert_str_eq(said(&r, 11.3, 0, false), "value 11.3 kW, no longer below 10.0 kW");
	r.type = ALARM_DEV;
	ck_assert_str_eq(said(&r, 92, 80, true), "value 92.0 kW differs from ESS1.P_SP by 12.0 kW, more than 10.0 kW");
	r.type = ALARM_DIGITAL;
	ck_assert_str_eq(said(&r, 6, 0, true), "state 6 trip");
	r.type = ALARM_BIT;
	r.state = 3;
	ck_assert_str_eq(said(&r, 8, 0, true), "bit 3 overheated is set");
	r.type = ALARM_COMM;
	ck_assert_str_eq(said(&r, 0, 0, true), "ESS1 does not answer");
	is_other_device = true;
	ck_assert_str_eq(said(&r, 0, 0, true), "another device answers in the place of ESS1: nothing is written to it");
	ck_assert_str_eq(said(&r, 0, 0, false), "ESS1 answers again");
	r.type = ALARM_STALE;
	ck_assert_str_eq(said(&r, 0, 0, true), "not renewed since 2026-11-23 05:53:06 JST, though the device answers");
}
END_TEST

/* clang-format off */
T_MAIN("alarm_kinds",
    T_LOOP(limits_have_a_deadband, 0, ARRAY_LEN(limits))
    T_LOOP(states_and_bits_are_exact, 0, ARRAY_LEN(states))
    T(rate_needs_three_samples_over_half_its_window)
    T(rate_has_both_directions_and_a_deadband)
    T(rate_begins_anew_after_a_gap_or_a_clock_set_back)
    T_LOOP(rate_holds_its_window_at_any_pace, 0, 5)
    T(deviation_is_from_the_other_point)
    T(frozen_compares_bit_by_bit)
    T(stale_is_not_renewed_or_never_read)
    T_LOOP(what_others_say_is_said, 0, 4)
    T(every_type_has_one_kind)
    T(words_are_for_people))
/* clang-format on */
