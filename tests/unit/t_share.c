/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_share.c - sharing among batteries: derating as stated, and over random cases an exact sum within all limits, smooth and repeatable.
 */
#include "config.h"

#include <string.h>

#include "scada/dispatch/share.h"
#include "tests/unit/t.h"

static struct share_battery
sound(double soc_pct)
{
	return (struct share_battery){ .energy_kwh = 405,
		.charge_kw = 180,
		.discharge_kw = 180,
		.device_charge_kw = (double)NAN,
		.device_discharge_kw = (double)NAN,
		.soc_pct = soc_pct,
		.temperature_c = 25,
		.health = 1,
		.floor_pct = 0,
		.ceiling_pct = 100,
		.temperature_min_c = 5,
		.temperature_max_c = 45,
		.ramp_kw = (double)NAN,
		.now_kw = (double)NAN,
		.is_available = true };
}

static uint64_t seed = 1;

static double
any(double low, double high)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (high - low) * (double)(seed >> 40) / (double)(1 << 24);
}

START_TEST(power_is_derated_by_charge_and_temperature)
{
	static const struct {
		double soc, temperature, low, high;
	} v[] = { { 50, 25, -180, 180 }, { 95, 25, -90, 180 }, { 5, 25, -180, 90 }, { 100, 25, 0, 180 },
		{ 0, 25, -180, 0 }, { 50, 0, -90, 90 }, { 50, 50, -90, 90 }, { 50, 60, 0, 0 }, { 50, -20, 0, 0 },
		{ 50, 45, -180, 180 }, { 50, (double)NAN, -180, 180 }, { (double)NAN, 25, 0, 0 } };
	for (unsigned i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct share_battery b = sound(v[i].soc);
		struct share_part p;
		b.temperature_c = v[i].temperature;
		share_limits(&b, &p);
		ck_assert_double_eq_tol(p.low_kw, v[i].low, 1e-9);
		ck_assert_double_eq_tol(p.high_kw, v[i].high, 1e-9);
	}
	struct share_battery b = sound(30.5);
	struct share_part p;
	b.floor_pct = 30;
	share_limits(&b, &p);
	ck_assert_double_eq_tol(p.high_kw, 90, 1e-9);
	b.soc_pct = 29;
	share_limits(&b, &p);
	ck_assert_double_eq(p.high_kw, 0);
	ck_assert_int_eq(p.high_by, SHARE_EMPTY);
}
END_TEST

START_TEST(the_fuller_gives_more_and_the_emptier_takes_more)
{
	struct share_battery b[2] = { sound(80), sound(40) };
	struct share_part p[2];
	ck_assert_double_eq(share_among(b, 2, 120, p), 0);
	ck_assert_double_eq_tol(p[0].kw, 80, 1e-9);
	ck_assert_double_eq_tol(p[1].kw, 40, 1e-9);
	ck_assert_double_eq(share_among(b, 2, -120, p), 0);
	ck_assert_double_eq_tol(p[0].kw, -30, 1e-9);
	ck_assert_double_eq_tol(p[1].kw, -90, 1e-9);
	b[0].is_available = false;
	ck_assert_double_eq_tol(share_among(b, 2, 300, p), 120, 1e-9);
	ck_assert_double_eq(p[0].kw, 0);
	ck_assert_int_eq(p[0].bound, SHARE_OUT);
	ck_assert_int_eq(p[1].bound, SHARE_POWER);
}
END_TEST

/* One that has half its capacity left carries half as much; what a device says of itself is a limit, below nothing is nothing. */
START_TEST(health_device_and_ramp_are_kept_to)
{
	struct share_battery b[2] = { sound(60), sound(60) };
	struct share_part p[2];
	b[1].health = 0.5;
	ck_assert_double_eq(share_among(b, 2, 120, p), 0);
	ck_assert_double_eq_tol(p[0].kw, 80, 1e-9);
	b[0].device_discharge_kw = 50;
	b[0].device_charge_kw = -3;
	share_limits(&b[0], &p[0]);
	ck_assert_double_eq(p[0].high_kw, 50);
	ck_assert_double_eq(p[0].low_kw, 0);
	b[1].now_kw = 100;
	b[1].ramp_kw = 10;
	share_limits(&b[1], &p[1]);
	ck_assert_double_eq(p[1].low_kw, 90);
	ck_assert_double_eq(p[1].high_kw, 110);
	ck_assert_int_eq(p[1].low_by, SHARE_RAMP);
}
END_TEST

static void
make_random(struct share_battery *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		b[i] = sound(any(0, 100));
		b[i].energy_kwh = any(10, 1000);
		b[i].charge_kw = any(0, 300);
		b[i].discharge_kw = any(0, 300);
		b[i].temperature_c = any(-10, 60);
		b[i].health = any(0.5, 1);
		b[i].floor_pct = any(0, 30);
		b[i].ceiling_pct = any(60, 100);
		b[i].min_kw = any(-20, 30);
		b[i].min_kw = b[i].min_kw < 0 ? 0 : b[i].min_kw;
		b[i].is_running = any(0, 1) < 0.5;
		b[i].is_available = any(0, 1) < 0.9;
		if (any(0, 1) < 0.4) {
			b[i].now_kw = any(-300, 300);
			b[i].ramp_kw = any(0, 60);
		}
		if (any(0, 1) < 0.2)
			b[i].device_discharge_kw = any(0, 200);
	}
}

START_TEST(the_sum_is_exact_and_no_limit_is_passed)
{
	struct share_battery b[SHARE_MAX];
	struct share_part p[SHARE_MAX], q[SHARE_MAX];
	for (int k = 0; k < t_rounds(20000); k++) {
		unsigned n = (unsigned)any(1, 9);
		double total = any(-900, 900), low = 0, high = 0, sum = 0;
		make_random(b, n);
		double rest = share_among(b, n, total, p);
		for (unsigned i = 0; i < n; i++) {
			ck_assert_double_ge(p[i].kw, p[i].low_kw);
			ck_assert_double_le(p[i].kw, p[i].high_kw);
			ck_assert_double_ge(p[i].kw, -b[i].charge_kw);
			ck_assert_double_le(p[i].kw, b[i].discharge_kw);
			ck_assert(b[i].is_available || p[i].kw == 0);
			/* At a limit is at a limit: what is told as its reason comes from it. */
			bool is_at = p[i].kw > p[i].high_kw - 1e-9 || p[i].kw < p[i].low_kw + 1e-9;
			ck_assert(!is_at || p[i].bound != SHARE_FREE);
			low += p[i].low_kw;
			high += p[i].high_kw;
			sum += p[i].kw;
		}
		ck_assert_double_eq_tol(sum + rest, total, 1e-9);
		if (total >= low && total <= high)
			ck_assert_double_eq(rest, 0);
		ck_assert_double_eq(share_among(b, n, total, q), rest);
		for (unsigned i = 0; i < n; i++)
			ck_assert_double_eq(p[i].kw, q[i].kw);
	}
}
END_TEST

/* Without minimum power a little more in all is a little more of each, across zero too. */
START_TEST(it_is_smooth)
{
	struct share_battery b[4] = { sound(80), sound(40), sound(40), sound(12) };
	struct share_part p[4], before[4];
	share_among(b, 4, -720, before);
	for (double total = -719; total <= 720; total += 1) {
		share_among(b, 4, total, p);
		for (unsigned i = 0; i < 4; i++) {
			ck_assert_double_ge(p[i].kw, before[i].kw - 1e-9);
			ck_assert_double_le(p[i].kw, before[i].kw + 1 + 1e-9);
		}
		memcpy(before, p, sizeof(p));
	}
}
END_TEST

START_TEST(equals_do_not_flap_at_their_minimum)
{
	struct share_battery b[3] = { sound(50), sound(50), sound(50) };
	struct share_part p[3];
	unsigned changes = 0;
	for (unsigned i = 0; i < 3; i++)
		b[i].min_kw = 20;
	for (unsigned k = 0; k < 1000; k++) {
		share_among(b, 3, 39 + any(-3, 3), p);
		for (unsigned i = 0; i < 3; i++) {
			bool runs = p[i].kw != 0;
			changes += runs != b[i].is_running;
			b[i].is_running = runs;
			b[i].soc_pct += any(-0.02, 0.02);
		}
	}
	ck_assert_uint_le(changes, 3);
	/* The last carries what there is. */
	ck_assert_double_eq(share_among(b, 3, 5, p), 0);
	ck_assert_double_eq_tol(p[0].kw + p[1].kw + p[2].kw, 5, 1e-9);
}
END_TEST

T_MAIN("share",
    T(power_is_derated_by_charge_and_temperature) T(the_fuller_gives_more_and_the_emptier_takes_more)
        T(health_device_and_ramp_are_kept_to) T(the_sum_is_exact_and_no_limit_is_passed) T(it_is_smooth)
            T(equals_do_not_flap_at_their_minimum))
