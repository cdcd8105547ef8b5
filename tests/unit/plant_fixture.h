/* SPDX-License-Identifier: Apache-2.0 */
/* plant_fixture.h - a small district as the site file would give it: grid, two furnaces, turbines, PV, two batteries, loads. */
#ifndef CHISAN_PLANT_FIXTURE_H
#define CHISAN_PLANT_FIXTURE_H

#include "drivers/plant/plant.h"

#define MIN_US (60 * US_PER_S)

static struct bus fx_buses[] = {
	{ .name = "MAIN", .carrier = CARRIER_ELECTRICITY },
	{ .name = "SCHOOL", .carrier = CARRIER_ELECTRICITY, .parent = "MAIN" },
	{ .name = "STEAM", .carrier = CARRIER_HEAT },
};
static struct asset_grid fx_grid = {
	.import_max_kw = 3500, .export_max_kw = 2500, .voltage_v = 6600, .frequency_hz = 50
};
static struct asset_furnace fx_furnace = { .waste_t_per_h = 2.5,
	.steam_t_per_h = 10.8,
	.steam_pressure_mpa = 4,
	.steam_temperature_c = 400,
	.lag_us = 15 * MIN_US,
	.quality_noise_pct = 8,
	.quality_correlation_us = 30 * MIN_US };
static struct asset_stg fx_stg = { .rated_kw = 2650,
	.min_kw = 600,
	.kw_per_t = 160,
	.internal_steam_t_per_h = 5,
	.extraction_kw_per_t = 110,
	.extraction_max_t_per_h = 8,
	.ramp_kw_per_min = 100,
	.aux_kw_one = 500,
	.aux_kw_two = 680 };
static struct asset_gtc fx_gtc = { .rated_kw = 1500,
	.min_kw = 450,
	.ramp_kw_per_min = 150,
	.fuel_full_m3_per_h = 540,
	.fuel_idle_share = 0.22,
	.heat_full_t_per_h = 4.56,
	.heat_lag_us = 3 * MIN_US,
	.start_time_us = 300 * US_PER_S,
	.can_black_start = true };
static struct asset_pv fx_pv = { .peak_kw = 30, .performance_ratio = 0.85, .temperature_coefficient_per_k = -0.004 };
static struct asset_battery fx_battery = { .energy_kwh = 405,
	.charge_kw = 180,
	.discharge_kw = 180,
	.efficiency_charge = 0.94,
	.efficiency_discharge = 0.94,
	.standby_pct_per_day = 0.5,
	.soc_min_pct = 10,
	.soc_max_pct = 90,
	.reserve_pct = 30,
	.ramp_kw_per_s = 180,
	.temperature_min_c = 5,
	.temperature_max_c = 45,
	.can_form_grid = true };
static struct asset_load fx_hall = {
	.peak_kw = 800, .base_kw = 180, .heat_peak_t_per_h = 2.5, .profile = LOAD_OFFICE, .priority = 1
};
static struct asset_load fx_gym = {
	.peak_kw = 420, .base_kw = 120, .heat_peak_t_per_h = 1.8, .profile = LOAD_GYM, .priority = 2
};
static struct asset_load fx_school = { .peak_kw = 45, .base_kw = 12, .profile = LOAD_SCHOOL, .priority = 9 };

static struct asset fx_assets[] = {
	{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .parameters = &fx_grid },
	{ .name = "F1", .kind = ASSET_FURNACE, .heat_bus = "STEAM", .parameters = &fx_furnace },
	{ .name = "F2", .kind = ASSET_FURNACE, .heat_bus = "STEAM", .parameters = &fx_furnace },
	{ .name = "STG", .kind = ASSET_STG, .bus = "MAIN", .heat_bus = "STEAM", .parameters = &fx_stg },
	{ .name = "GTC", .kind = ASSET_GTC, .bus = "MAIN", .heat_bus = "STEAM", .parameters = &fx_gtc },
	{ .name = "PV1", .kind = ASSET_PV, .bus = "MAIN", .parameters = &fx_pv },
	{ .name = "ESS1", .kind = ASSET_BATTERY, .bus = "MAIN", .parameters = &fx_battery },
	{ .name = "ESS4", .kind = ASSET_BATTERY, .bus = "SCHOOL", .parameters = &fx_battery },
	{ .name = "HALL", .kind = ASSET_LOAD, .bus = "MAIN", .heat_bus = "STEAM", .parameters = &fx_hall },
	{ .name = "GYM", .kind = ASSET_LOAD, .bus = "MAIN", .heat_bus = "STEAM", .parameters = &fx_gym },
	{ .name = "SCH04", .kind = ASSET_LOAD, .bus = "SCHOOL", .parameters = &fx_school },
};
static const struct energy fx_energy = {
	.buses = { fx_buses, 3 },
	.assets = { fx_assets, sizeof(fx_assets) / sizeof(fx_assets[0]) },
	.latitude_deg = 35.7,
	.longitude_deg = 139.6,
};

static inline struct world *
fx_world(const char *start, uint64_t seed)
{
	struct utc t;
	ck_assert(clock_set_zone("Asia/Tokyo"));
	ck_assert(utc_from_iso(start, &t));
	return world_new(&fx_energy, t, seed);
}

static inline double
fx_value(const struct world *w, const char *asset, const char *signal)
{
	const double *v = world_signal(w, asset == NULL ? NULL : world_find(w, asset), signal, NULL);
	ck_assert_msg(v != NULL, "%s has no signal %s", asset == NULL ? "the world" : asset, signal);
	return *v;
}

static inline void
fx_command(struct world *w, const char *asset, const char *signal, double v)
{
	struct model *m = world_find(w, asset);
	ck_assert(m != NULL && m->kind->command(m, w, signal, v));
}

static inline void
fx_run(struct world *w, double seconds, double step)
{
	for (double t = 0; t < seconds - step / 2; t += step)
		world_step(w, step);
}

#endif
