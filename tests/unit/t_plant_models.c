/* SPDX-License-Identifier: Apache-2.0 */
/* t_plant_models.c - the physics of the simulated district: balances, limits, sequences, laws. */
#include "config.h"

#include <string.h>

#include "drivers/plant/rules.h"
#include "tests/unit/t.h"

#include "tests/unit/plant_fixture.h"

#define WEEK_S (7 * 86400)

/* Under valgrind, which looks for faults of memory and is 40 times slower, the long runs are short. */
static int
run_s(int seconds)
{
	return getenv("CHISAN_VALGRIND") != NULL ? seconds / 50 : seconds;
}
#define SUMMER "2026-07-20T00:00:00+09:00"
#define AUTUMN "2026-11-24T00:00:00+09:00"

/* Sum of all powers on the bus, seen from outside of the model that closes it. */
static double
residual(const struct world *w, const char *bus)
{
	double sum = 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		if (m->bus == BUS_NONE || strcmp(w->buses[m->bus].def->name, bus) != 0)
			continue;
		sum += m->kind->kind == ASSET_LOAD ? -m->p_kw : m->p_kw;
		if (m->kind->kind == ASSET_STG)
			sum -= fx_value(w, m->asset->name, "aux");
	}
	return sum;
}

START_TEST(power_balances_at_every_step_of_a_week)
{
	struct world *w = fx_world(SUMMER, 7);
	for (int i = 0; i < run_s(WEEK_S); i++) {
		world_step(w, 1);
		ck_assert_msg(fabs(residual(w, "MAIN")) < 1e-6, "second %d: %g kW are missing", i, residual(w, "MAIN"));
		ck_assert_double_lt(fabs(w->buses[0].error_kw), 1e-6);
		ck_assert_double_lt(fabs(w->net.error_t), 1e-6);
	}
	world_free(w);
}
END_TEST

START_TEST(batteries_stay_within_their_limits_whatever_is_commanded)
{
	struct world *w = fx_world(AUTUMN, 3);
	struct rng r;
	rng_init(&r, 1, "orders");
	for (int i = 0; i < run_s(3 * 86400); i++) {
		if (i % 1800 == 0)
			fx_command(w, "ESS1", "p_sp", rng_between(&r, -400, 400));
		world_step(w, 1);
		double soc = fx_value(w, "ESS1", "soc"), p = fx_value(w, "ESS1", "p");
		ck_assert_double_ge(soc, 0);
		ck_assert_double_le(soc, 100);
		ck_assert_double_le(fabs(p), 180.0001);
		ck_assert_double_gt(fx_value(w, "ESS1", "v_dc"), 600);
		ck_assert_double_lt(fx_value(w, "ESS1", "v_dc"), 850);
	}
	world_free(w);
}
END_TEST

START_TEST(battery_keeps_the_first_law)
{
	struct world *w = fx_world(AUTUMN, 5);
	double start = fx_value(w, "ESS1", "energy"), drained = fx_value(w, "ESS1", "drained"),
	       lost = fx_value(w, "ESS1", "lost");
	double out = fx_value(w, "ESS1", "kwh_out"), in = fx_value(w, "ESS1", "kwh_in");
	fx_run(w, 86400, 1);
	double cells = start - fx_value(w, "ESS1", "energy");
	double gone = fx_value(w, "ESS1", "drained") - drained, heat = fx_value(w, "ESS1", "lost") - lost;
	double net = fx_value(w, "ESS1", "kwh_out") - out - (fx_value(w, "ESS1", "kwh_in") - in);
	ck_assert_double_eq_tol(cells, gone, 1e-3);      /* what left the cells */
	ck_assert_double_eq_tol(gone, net + heat, 1e-3); /* is what came out, and heat */
	ck_assert_double_gt(heat, 5);
	world_free(w);
}
END_TEST

START_TEST(round_trip_costs_about_an_eighth)
{
	struct world *w = fx_world(AUTUMN, 5);
	fx_command(w, "ESS1", "p_sp", -100);
	while (fx_value(w, "ESS1", "soc") < 70)
		fx_run(w, 10, 1);
	fx_command(w, "ESS1", "p_sp", 100);
	while (fx_value(w, "ESS1", "soc") > 60)
		fx_run(w, 1, 1);
	double soc = fx_value(w, "ESS1", "soc"), out = fx_value(w, "ESS1", "kwh_out"),
	       in = fx_value(w, "ESS1", "kwh_in");
	fx_run(w, 1800, 1);
	fx_command(w, "ESS1", "p_sp", -100);
	while (fx_value(w, "ESS1", "soc") < soc)
		fx_run(w, 1, 1);
	double ratio = (fx_value(w, "ESS1", "kwh_out") - out) / (fx_value(w, "ESS1", "kwh_in") - in);
	ck_assert_double_gt(ratio, 0.86);
	ck_assert_double_lt(ratio, 0.90);
	world_free(w);
}
END_TEST

START_TEST(battery_derates_near_full_and_empty)
{
	struct world *w = fx_world(AUTUMN, 5);
	fx_command(w, "ESS1", "p_sp", -180);
	while (fx_value(w, "ESS1", "soc") < 95)
		fx_run(w, 10, 1);
	double half = fx_value(w, "ESS1", "p");
	ck_assert_double_gt(half, -100);
	ck_assert_double_lt(half, -60);
	fx_run(w, 6 * 3600, 1);
	ck_assert_double_gt(fx_value(w, "ESS1", "p"), -5);
	ck_assert_double_le(fx_value(w, "ESS1", "soc"), 100);
	world_free(w);
}
END_TEST

START_TEST(battery_at_a_school_never_feeds_back)
{
	struct world *w = fx_world(AUTUMN, 5);
	fx_command(w, "ESS4", "p_sp", 180);
	for (int i = 0; i < 7200; i++) {
		world_step(w, 1);
		ck_assert_double_le(fx_value(w, "ESS4", "p"), fx_value(w, "SCH04", "p") + 1e-9);
	}
	ck_assert_double_gt(fx_value(w, "ESS4", "p"), 5);
	world_free(w);
}
END_TEST

START_TEST(a_seed_repeats_a_run_to_the_bit_and_another_does_not)
{
	struct world *a = fx_world(AUTUMN, 11), *b = fx_world(AUTUMN, 11), *c = fx_world(AUTUMN, 12);
	fx_run(a, 7200, 0.5);
	fx_run(b, 7200, 0.5);
	fx_run(c, 7200, 0.5);
	for (uint32_t i = 0; i < a->model_count; i++) {
		ck_assert(a->models[i]->p_kw == b->models[i]->p_kw);
		ck_assert(a->models[i]->kwh_out == b->models[i]->kwh_out);
	}
	ck_assert(a->weather.ta == b->weather.ta && a->net.pressure == b->net.pressure);
	ck_assert(fx_value(a, "STG", "p") != fx_value(c, "STG", "p"));
	ck_assert(a->weather.ta != c->weather.ta);
	world_free(a);
	world_free(b);
	world_free(c);
}
END_TEST

START_TEST(a_model_more_changes_no_other)
{
	/* Own streams: without the gym the furnaces burn the same. */
	struct asset few[ARRAY_LEN(fx_assets)];
	struct energy e = fx_energy;
	uint32_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(fx_assets); i++)
		if (strcmp(fx_assets[i].name, "GYM") != 0)
			few[n++] = fx_assets[i];
	e.assets = (struct key_list){ few, n };
	struct world *a = fx_world(AUTUMN, 11);
	struct world *b = world_new(&e, a->now, 11);
	b->now = a->now;
	fx_run(a, 3600, 1);
	fx_run(b, 3600, 1);
	ck_assert(fx_value(a, "F1", "steam") == fx_value(b, "F1", "steam"));
	world_free(a);
	world_free(b);
}
END_TEST

START_TEST(gas_turbine_goes_through_its_sequence_in_about_five_minutes)
{
	struct world *w = fx_world(AUTUMN, 2);
	int seen[8] = { 0 }, last = 1, running_at = 0;
	ck_assert_double_eq(fx_value(w, "GTC", "state"), 1);
	fx_command(w, "GTC", "p_sp", 1000);
	fx_command(w, "GTC", "start", 1);
	for (int i = 1; i < 1200; i++) {
		world_step(w, 1);
		int s = (int)fx_value(w, "GTC", "state");
		ck_assert_msg(s == last || s == last + 1, "from state %d to %d", last, s);
		seen[s]++;
		last = s;
		if (s == 5 && running_at == 0)
			running_at = i;
		if (s != 5)
			ck_assert_double_eq(fx_value(w, "GTC", "p"), 0);
	}
	ck_assert(seen[2] > 0 && seen[3] > 0 && seen[4] > 0 && seen[5] > 0);
	ck_assert_int_gt(running_at, 265);
	ck_assert_int_lt(running_at, 335);
	ck_assert_double_eq_tol(fx_value(w, "GTC", "p"), 1000, 1);
	ck_assert_double_gt(fx_value(w, "GTC", "steam"), 2);
	/* 150 kW a minute, and 30 % is the least */
	fx_command(w, "GTC", "p_sp", 1300);
	fx_run(w, 60, 1);
	ck_assert_double_eq_tol(fx_value(w, "GTC", "p"), 1150, 2);
	fx_command(w, "GTC", "p_sp", 0);
	fx_run(w, 900, 1);
	ck_assert_double_eq_tol(fx_value(w, "GTC", "p"), 450, 1);
	fx_command(w, "GTC", "stop", 1);
	fx_run(w, 5, 1);
	ck_assert_double_eq(fx_value(w, "GTC", "state"), 6);
	fx_run(w, 300, 1);
	ck_assert_double_eq(fx_value(w, "GTC", "state"), 1);
	world_free(w);
}
END_TEST

START_TEST(gas_turbine_burns_its_part_load_line)
{
	struct world *w = fx_world(AUTUMN, 2);
	fx_command(w, "GTC", "start", 1);
	fx_run(w, 1800, 1);
	double full = fx_value(w, "GTC", "gas");
	ck_assert_double_eq_tol(full, 540, 0.11 * 540);
	fx_command(w, "GTC", "p_sp", 750);
	fx_run(w, 900, 1);
	ck_assert_double_eq_tol(fx_value(w, "GTC", "gas") / full, 0.61, 0.02);
	world_free(w);
}
END_TEST

START_TEST(tripped_set_gives_nothing_until_cleared_and_started)
{
	struct world *w = fx_world(AUTUMN, 2);
	fx_command(w, "GTC", "start", 1);
	fx_run(w, 600, 1);
	ck_assert_double_gt(fx_value(w, "GTC", "p"), 100);
	ck_assert(world_trip(w, "GTC", true));
	fx_run(w, 2, 1);
	ck_assert_double_eq(fx_value(w, "GTC", "state"), 7);
	ck_assert_double_eq(fx_value(w, "GTC", "p"), 0);
	fx_command(w, "GTC", "start", 1);
	fx_run(w, 600, 1);
	ck_assert_double_eq(fx_value(w, "GTC", "state"), 7);
	world_trip(w, "GTC", false);
	fx_run(w, 400, 1);
	ck_assert_double_eq(fx_value(w, "GTC", "state"), 1);
	world_free(w);
}
END_TEST

START_TEST(a_cap_on_the_steam_turbine_is_reached_by_its_ramp)
{
	struct world *w = fx_world(AUTUMN, 4);
	double before = fx_value(w, "STG", "p");
	ck_assert_double_gt(before, 1500);
	fx_command(w, "STG", "p_sp", 1000);
	fx_run(w, 120, 1);
	ck_assert_double_eq_tol(fx_value(w, "STG", "p"), before - 200, 60);
	fx_run(w, 1800, 1);
	ck_assert_double_eq_tol(fx_value(w, "STG", "p"), 1000, 1);
	ck_assert_double_gt(fx_value(w, "STG", "bypass"), 2); /* the steam goes round it */
	fx_command(w, "STG", "p_sp", (double)NAN);
	fx_run(w, 1800, 1);
	ck_assert_double_gt(fx_value(w, "STG", "p"), 1500);
	world_free(w);
}
END_TEST

START_TEST(heat_costs_power)
{
	struct world *w = fx_world(AUTUMN, 4);
	double k = 0;
	/* Same steam, more extraction: 110 kW for each t/h, off by the plant's 5 to 10 %. */
	for (int i = 0; i < 86400; i++) {
		world_step(w, 1);
		double main = w->steam_main, extraction = fx_value(w, "STG", "extraction"), p = fx_value(w, "STG", "p");
		ck_assert_double_le(p, 160 * main);
		if (i == 10 * 3600)
			k = p + 110 * extraction;
		if (i > 10 * 3600 && i < 10 * 3600 + 60)
			ck_assert_double_eq_tol(p + 110 * extraction, k, 0.05 * k);
		ck_assert_double_ge(extraction, 0);
		ck_assert_double_le(extraction, 8);
	}
	world_free(w);
}
END_TEST

START_TEST(furnaces_wander_but_hold_their_limits)
{
	struct world *w = fx_world(AUTUMN, 6);
	double lo = 1e9, hi = 0, jump = 0, last = fx_value(w, "F1", "steam");
	for (int i = 0; i < 2 * 86400; i++) {
		world_step(w, 1);
		double s = fx_value(w, "F1", "steam");
		lo = fmin(lo, s);
		hi = fmax(hi, s);
		jump = fmax(jump, fabs(s - last));
		last = s;
		ck_assert_double_lt(fx_value(w, "F1", "load"), 2.65);
		ck_assert_double_gt(fx_value(w, "F1", "temperature"), 850);
	}
	ck_assert_double_gt(hi - lo, 0.5);
	ck_assert_double_lt(hi, 11);
	ck_assert_double_gt(lo, 8);
	ck_assert_double_lt(jump, 0.02); /* a boiler is no switch */
	world_free(w);
}
END_TEST

START_TEST(one_furnace_down_takes_half_of_the_steam_and_comes_back_slowly)
{
	struct world *w = fx_world(AUTUMN, 6);
	double before = w->steam_main;
	world_trip(w, "F2", true);
	fx_run(w, 2 * 3600, 1);
	ck_assert_double_lt(w->steam_main, 0.6 * before);
	ck_assert_double_gt(w->steam_main, 0.4 * before);
	ck_assert_double_lt(fx_value(w, "STG", "p"), 1300);
	ck_assert_double_lt(fx_value(w, "STG", "aux"), 580);
	world_trip(w, "F2", false);
	fx_run(w, 1800, 1);
	ck_assert_double_lt(w->steam_main, 0.85 * before);
	fx_run(w, 4 * 3600, 1);
	ck_assert_double_gt(w->steam_main, 0.9 * before);
	world_free(w);
}
END_TEST

START_TEST(photovoltaics_are_dark_by_night_and_below_their_peak_by_day)
{
	struct world *w = fx_world(SUMMER, 9);
	double most = 0;
	for (int i = 0; i < 86400; i++) {
		world_step(w, 1);
		double p = fx_value(w, "PV1", "p"), h = w->calendar.hour;
		if (h < 4 || h > 20)
			ck_assert_double_eq(p, 0);
		ck_assert_double_ge(p, 0);
		ck_assert_double_le(p, 30);
		most = fmax(most, p);
	}
	ck_assert_double_gt(most, 12);
	fx_run(w, 12 * 3600, 1);
	fx_command(w, "PV1", "limit", 10);
	fx_run(w, 60, 1);
	ck_assert_double_le(fx_value(w, "PV1", "p"), 3.001);
	world_free(w);
}
END_TEST

START_TEST(lost_grid_leaves_an_island_or_darkness)
{
	struct world *w = fx_world("2026-11-24T10:00:00+09:00", 8);
	/* The steam turbine carries what it can, the rest is shed, least important first. */
	ck_assert(world_utility(w, false));
	for (int i = 0; i < 600; i++) {
		world_step(w, 0.1);
		ck_assert_double_lt(fabs(residual(w, "MAIN")), 1e-6);
	}
	ck_assert_double_eq(fx_value(w, "GRID", "breaker"), 0);
	ck_assert_double_eq(fx_value(w, "GRID", "ry27"), 1);
	ck_assert_double_eq(fx_value(w, "GRID", "p"), 0);
	ck_assert_double_eq(fx_value(w, "GRID", "line_kv"), 0);
	ck_assert(w->buses[0].is_live);
	ck_assert_double_gt(fx_value(w, "STG", "p"), 300);
	ck_assert_double_eq_tol(w->buses[0].f_hz, 50, 2);
	/* Without it nothing is left, until the gas turbine starts by itself. */
	world_trip(w, "STG", true);
	fx_run(w, 30, 0.1);
	ck_assert(!w->buses[0].is_live);
	ck_assert_double_eq(fx_value(w, "HALL", "p"), 0);
	ck_assert_double_eq(fx_value(w, "GRID", "v_rs"), 0);
	fx_command(w, "GTC", "start", 1);
	fx_run(w, 420, 0.1);
	ck_assert(w->buses[0].is_live);
	ck_assert_double_gt(fx_value(w, "HALL", "p"), 100);
	ck_assert_double_lt(fabs(residual(w, "MAIN")), 1e-6);
	/* The utility comes back: the breaker stays open, for hours; closing is refused before ten seconds of voltage and while a relay is latched. */
	world_utility(w, true);
	fx_run(w, 1, 0.1);
	fx_command(w, "GRID", "breaker", 1);
	ck_assert_double_eq(fx_value(w, "GRID", "breaker"), 0);
	fx_run(w, 20, 0.1);
	fx_command(w, "GRID", "breaker", 1);
	ck_assert_double_eq(fx_value(w, "GRID", "breaker"), 0);
	ck_assert_double_eq(fx_value(w, "GRID", "ry27"), 1); /* latched */
	fx_command(w, "GRID", "reset", 1);
	ck_assert_double_eq(fx_value(w, "GRID", "ry27"), 0);
	fx_run(w, 7200, 1);
	ck_assert_double_eq(fx_value(w, "GRID", "breaker"), 0);
	for (int i = 0; i < 600 && fx_value(w, "GRID", "sync") < 0.5; i++)
		fx_run(w, 1, 0.1);
	fx_command(w, "GRID", "breaker", 1);
	fx_run(w, 1, 0.1);
	ck_assert_double_eq(fx_value(w, "GRID", "breaker"), 1);
	ck_assert_double_lt(fabs(residual(w, "MAIN")), 1e-6);
	/* Feeders that were shed are closed again. */
	fx_run(w, 60, 0.1);
	ck_assert_double_eq(fx_value(w, "GYM", "breaker"), 1);
	ck_assert_double_eq(fx_value(w, "HALL", "breaker"), 1);
	world_free(w);
}
END_TEST

START_TEST(low_frequency_sheds_the_least_important_feeder_first)
{
	struct world *w = fx_world("2026-11-24T11:00:00+09:00", 8);
	fx_command(w, "STG", "p_sp", 800); /* too little for the island, and slow to come back */
	world_trip(w, "F2", true);
	fx_run(w, 3600, 1);
	world_utility(w, false);
	fx_run(w, 30, 0.1);
	ck_assert_double_eq(fx_value(w, "GYM", "breaker"), 0);
	ck_assert_double_eq(fx_value(w, "GRID", "ry95l"), 1);
	ck_assert_double_lt(fabs(residual(w, "MAIN")), 1e-6);
	world_free(w);
}
END_TEST

START_TEST(the_header_is_fed_without_the_turbine_and_falls_without_fire)
{
	struct world *w = fx_world("2026-02-03T10:00:00+09:00", 3);
	world_trip(w, "STG", true);
	fx_run(w, 1800, 1);
	ck_assert_double_gt(w->net.pressure, 0.65); /* let down from the main header */
	ck_assert_double_gt(fx_value(w, "HALL", "steam"), 0.2);
	world_trip(w, "F1", true);
	world_trip(w, "F2", true);
	fx_run(w, 4 * 3600, 1);
	ck_assert_double_lt(w->net.pressure, 0.3);
	double pool = fx_value(w, "GYM", "pool");
	fx_run(w, 2 * 3600, 1);
	ck_assert_double_lt(fx_value(w, "GYM", "pool"), pool);
	fx_command(w, "GTC", "start", 1);
	fx_run(w, 3600, 1);
	ck_assert_double_gt(w->net.pressure, 0.65); /* the recovery boiler carries it, and dumps what is too much */
	ck_assert_double_lt(w->net.pressure, 0.95);
	world_free(w);
}
END_TEST

START_TEST(a_forming_battery_carries_an_island)
{
	struct world *w = fx_world("2026-11-24T02:00:00+09:00", 8);
	fx_command(w, "ESS1", "forming", 1);
	fx_command(w, "ESS1", "p_sp", 0);
	world_trip(w, "STG", true);
	world_trip(w, "F1", true); /* with it most of the works' own consumption goes */
	world_trip(w, "F2", true);
	fx_run(w, 3600, 1);
	fx_command(w, "HALL", "breaker", 0);
	fx_run(w, 10, 0.1);
	fx_command(w, "GRID", "breaker", 0);
	fx_run(w, 60, 0.1);
	ck_assert(w->buses[0].is_live);
	double p = fx_value(w, "ESS1", "p");
	ck_assert_double_gt(p, 20);
	ck_assert_double_le(p, 180);
	ck_assert_double_eq_tol(p, fx_value(w, "GYM", "p") + fx_value(w, "STG", "aux"), 1e-6);
	ck_assert_double_eq_tol(w->buses[0].f_hz, 50, 1);
	world_free(w);
}
END_TEST

START_TEST(shedding_lowers_a_building)
{
	struct world *w = fx_world("2026-11-24T11:00:00+09:00", 8);
	double before = fx_value(w, "HALL", "p");
	fx_command(w, "HALL", "shed", 3);
	fx_run(w, 180, 1);
	ck_assert_double_lt(fx_value(w, "HALL", "p"), before - 100);
	fx_command(w, "HALL", "shed", 0);
	fx_run(w, 300, 1);
	ck_assert_double_gt(fx_value(w, "HALL", "p"), before - 60);
	fx_command(w, "HALL", "breaker", 0);
	fx_run(w, 1, 1);
	ck_assert_double_eq(fx_value(w, "HALL", "p"), 0);
	world_free(w);
}
END_TEST

START_TEST(offices_sleep_at_night_and_on_sunday)
{
	struct world *w = fx_world("2026-11-25T02:00:00+09:00", 8);
	ck_assert_double_lt(fx_value(w, "HALL", "p"), 220);
	fx_run(w, 9 * 3600, 5);
	ck_assert_double_gt(fx_value(w, "HALL", "p"), 550);
	fx_run(w, 4 * 86400, 5);
	ck_assert_int_eq(w->calendar.weekday, 0);
	ck_assert_double_lt(fx_value(w, "HALL", "p"), 350);
	world_free(w);
}
END_TEST

START_TEST(the_half_hour_pulse_comes_on_the_half_hour)
{
	struct world *w = fx_world("2026-11-24T09:29:30+09:00", 1);
	int on = 0, first = -1;
	for (int i = 0; i < 3600; i++) {
		world_step(w, 1);
		if (fx_value(w, "GRID", "pulse") > 0.5) {
			on++;
			first = first < 0 ? i : first;
		}
	}
	ck_assert_int_eq(on, 10);
	ck_assert_int_ge(first, 28);
	ck_assert_int_le(first, 31);
	world_free(w);
}
END_TEST

/* Rules that name what no model has would silently fall back to wandering. */
START_TEST(every_rule_names_a_signal_or_a_command)
{
	struct world *w = fx_world(AUTUMN, 1);
	for (const struct rule *r = rules; r->tag != NULL; r++) {
		struct model *m = r->kind >= 0 ? world_first(w, r->kind)
		    : r->kind == RULE_ANY      ? world_find(w, "ESS1")
		                               : NULL;
		const double *v = world_signal(w, m, r->signal, NULL);
		bool known =
		    v != NULL || (m != NULL && m->kind->command != NULL && m->kind->command(m, w, r->signal, 0));
		ck_assert_msg(known, "%s: no signal %s", r->tag, r->signal);
		ck_assert(r->noise == 0 || r->period_s > 0);
	}
	world_free(w);
}
END_TEST

START_TEST(every_kind_of_asset_has_a_model)
{
	for (int k = 0; k < ASSET_KIND_COUNT; k++) {
		const struct model_kind *kind = model_kind_of(k);
		ck_assert(kind != NULL && kind->kind == k && kind->size >= sizeof(struct model));
		ck_assert(kind->init != NULL && kind->step != NULL && kind->signals != NULL);
	}
}
END_TEST

START_TEST(parameters_are_off_by_five_to_ten_percent)
{
	struct rng r;
	rng_init(&r, 1, "x");
	for (int i = 0; i < 1000; i++) {
		double v = fabs(rng_vary(&r, 100, 0) - 100);
		ck_assert(v >= 5 && v <= 10);
		ck_assert_double_lt(rng_vary(&r, 100, -1), 95.0001);
	}
}
END_TEST

START_TEST(a_wander_keeps_its_deviation_for_every_step)
{
	static const double steps[] = { 0.1, 1, 60 };
	struct rng r;
	struct wander o;
	double sum = 0, square = 0;
	rng_init(&r, 3, "w");
	wander_init(&o, &r, 2, 30);
	int n = 200000;
	for (int i = 0; i < n; i++) {
		double x = wander_step(&o, &r, steps[_i]);
		sum += x;
		square += x * x;
		ck_assert_double_le(fabs(x), 6);
	}
	ck_assert_double_eq_tol(sqrt(square / n), 2, _i == 0 ? 0.35 : 0.1);
	ck_assert_double_eq_tol(sum / n, 0, _i == 0 ? 0.6 : 0.15);
}
END_TEST

T_MAIN("plant_models",
    T_TIMEOUT(120) T_LONG(power_balances_at_every_step_of_a_week)
        T_LONG(batteries_stay_within_their_limits_whatever_is_commanded) T_LONG(battery_keeps_the_first_law) T_LONG(
            round_trip_costs_about_an_eighth) T_LONG(battery_derates_near_full_and_empty)
            T(battery_at_a_school_never_feeds_back) T_LONG(a_seed_repeats_a_run_to_the_bit_and_another_does_not) T(
                a_model_more_changes_no_other) T(gas_turbine_goes_through_its_sequence_in_about_five_minutes)
                T(gas_turbine_burns_its_part_load_line) T(tripped_set_gives_nothing_until_cleared_and_started) T(
                    a_cap_on_the_steam_turbine_is_reached_by_its_ramp) T_LONG(heat_costs_power)
                    T_LONG(furnaces_wander_but_hold_their_limits) T_LONG(
                        one_furnace_down_takes_half_of_the_steam_and_comes_back_slowly)
                        T_LONG(photovoltaics_are_dark_by_night_and_below_their_peak_by_day) T(
                            lost_grid_leaves_an_island_or_darkness)
                            T(low_frequency_sheds_the_least_important_feeder_first) T_LONG(
                                the_header_is_fed_without_the_turbine_and_falls_without_fire)
                                T(a_forming_battery_carries_an_island) T(shedding_lowers_a_building) T_LONG(
                                    offices_sleep_at_night_and_on_sunday) T(the_half_hour_pulse_comes_on_the_half_hour)
                                    T(every_rule_names_a_signal_or_a_command) T(every_kind_of_asset_has_a_model)
                                        T(parameters_are_off_by_five_to_ten_percent)
                                            T_LONG_LOOP(a_wander_keeps_its_deviation_for_every_step, 0, t_rounds(3)))
