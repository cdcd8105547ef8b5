/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_battery.c - keys and points of the asset kind: battery with power converter.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_battery
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "energy_kwh", KEY_NUMBER, AT(energy_kwh), true, .min = 0.1, .max = 1e7, .unit = "kWh", .help = "usable at 100 % health" },
	{ "charge_kw", KEY_NUMBER, AT(charge_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "most" },
	{ "discharge_kw", KEY_NUMBER, AT(discharge_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "most" },
	{ "efficiency_charge", KEY_NUMBER, AT(efficiency_charge), .min = 0.3, .max = 1, .def = "0.95", .help = "AC to stored" },
	{ "efficiency_discharge", KEY_NUMBER, AT(efficiency_discharge), .min = 0.3, .max = 1, .def = "0.95", .help = "stored to AC" },
	{ "standby_pct_per_day", KEY_NUMBER, AT(standby_pct_per_day), .min = 0, .max = 100, .def = "1", .unit = "%", .help = "lost while it stands" },
	{ "soc_min_pct", KEY_NUMBER, AT(soc_min_pct), .min = 0, .max = 100, .def = "10", .unit = "%", .help = "least state of charge" },
	{ "soc_max_pct", KEY_NUMBER, AT(soc_max_pct), .min = 0, .max = 100, .def = "95", .unit = "%", .help = "most state of charge" },
	{ "reserve_pct", KEY_NUMBER, AT(reserve_pct), .min = 0, .max = 100, .def = "0", .unit = "%", .help = "kept for disaster" },
	{ "ramp_kw_per_s", KEY_NUMBER, AT(ramp_kw_per_s), .min = 0, .max = 1e6, .def = "0", .unit = "kW/s", .help = "fastest change; 0: no limit" },
	{ "temperature_min_c", KEY_NUMBER, AT(temperature_min_c), .min = -60, .max = 100, .def = "0", .unit = "degC", .help = "below it power is derated" },
	{ "temperature_max_c", KEY_NUMBER, AT(temperature_max_c), .min = -60, .max = 100, .def = "45", .unit = "degC", .help = "above it power is derated" },
	{ "wear_cost_per_kwh", KEY_NUMBER, AT(wear_cost_per_kwh), .min = 0, .max = 1000, .def = "0", .help = "per kWh discharged" },
	{ "can_form_grid", KEY_BOOL, AT(can_form_grid), .def = "false", .help = "carries an island" },
};
/* clang-format on */

const struct schema asset_battery_schema = { "battery", sizeof(T), keys, ARRAY_LEN(keys),
	"battery with power converter", NULL, 0, 0 };

const char *const asset_battery_roles[] = { "p", "q", "f", "v", "e_import", "e_export", "soc", "soh", "p_sp", "state",
	"breaker", "trip", "start", "stop", "run", "temperature", NULL };
