/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_gas_turbine.c - keys and points of the asset kind: gas turbine or engine set with heat recovery.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_gtc
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "rated_kw", KEY_NUMBER, AT(rated_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "most" },
	{ "min_kw", KEY_NUMBER, AT(min_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "least while it runs" },
	{ "ramp_kw_per_min", KEY_NUMBER, AT(ramp_kw_per_min), .min = 0, .max = 1e6, .def = "0", .unit = "kW/min", .help = "fastest change; 0: no limit" },
	{ "fuel_full_m3_per_h", KEY_NUMBER, AT(fuel_full_m3_per_h), true, .min = 0, .max = 1e6, .unit = "m3N/h", .help = "fuel at full load" },
	{ "fuel_idle_share", KEY_NUMBER, AT(fuel_idle_share), .min = 0, .max = 1, .def = "0.25", .help = "share of it that it burns at no load" },
	{ "heat_full_t_per_h", KEY_NUMBER, AT(heat_full_t_per_h), .min = 0, .max = 1000, .def = "0", .unit = "t/h", .help = "steam at full load" },
	{ "heat_lag", KEY_DURATION, AT(heat_lag_us), .min = 0, .max = 86400, .def = "2m", .help = "power to steam, first order" },
	{ "start_time", KEY_DURATION, AT(start_time_us), .min = 0, .max = 86400, .def = "5m", .help = "start command to load" },
	{ "min_up", KEY_DURATION, AT(min_up_us), .min = 0, .max = 604800, .def = "0s", .help = "runs at least so long" },
	{ "min_down", KEY_DURATION, AT(min_down_us), .min = 0, .max = 604800, .def = "0s", .help = "stands at least so long" },
	{ "start_cost", KEY_NUMBER, AT(start_cost), .min = 0, .max = 1e9, .def = "0", .help = "of one start" },
	{ "fuel_price", KEY_NUMBER, AT(fuel_price), .min = 0, .max = 1e6, .def = "0", .help = "per m3N" },
	{ "fuel_co2_kg_per_m3", KEY_NUMBER, AT(fuel_co2_kg_per_m3), .min = 0, .max = 100, .def = "0", .unit = "kg/m3", .help = "of the fuel" },
	{ "can_black_start", KEY_BOOL, AT(can_black_start), .def = "false", .help = "starts without the grid" },
};
/* clang-format on */

const struct schema asset_gas_turbine_schema = { "gas-turbine", sizeof(T), keys, ARRAY_LEN(keys),
	"gas turbine or engine set with heat recovery", NULL, 0, 0 };

const char *const asset_gas_turbine_roles[] = { "p", "q", "f", "v", "e_export", "p_sp", "state", "breaker", "trip",
	"start", "stop", "run", "steam", "heat", "temperature", "pressure", NULL };
