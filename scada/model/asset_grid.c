/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_grid.c - keys and points of the asset kind: connection to the utility.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_grid
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "import_max_kw", KEY_NUMBER, AT(import_max_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "most that may be drawn" },
	{ "export_max_kw", KEY_NUMBER, AT(export_max_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "most that may be fed back" },
	{ "contract_kw", KEY_NUMBER, AT(contract_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "contracted demand, mean of 30 minutes; 0: none" },
	{ "voltage_v", KEY_NUMBER, AT(voltage_v), .min = 1, .max = 1e6, .def = "6600", .unit = "V", .help = "rated" },
	{ "line_voltage", KEY_NUMBER, AT(line_voltage), .min = 0, .max = 1e6, .def = "0", .help = "rated, on the utility's side, in the unit of the point line_v; 0: voltage_v" },
	{ "frequency_hz", KEY_NUMBER, AT(frequency_hz), .min = 10, .max = 100, .def = "50", .unit = "Hz", .help = "rated" },
	{ "co2_kg_per_kwh", KEY_NUMBER, AT(co2_kg_per_kwh), .min = 0, .max = 10, .def = "0", .unit = "kg/kWh", .help = "of power drawn" },
	{ "price_import", KEY_NUMBER, AT(price_import), .min = -1000, .max = 1000, .def = "0", .help = "per kWh drawn, until tariffs are given" },
	{ "price_export", KEY_NUMBER, AT(price_export), .min = -1000, .max = 1000, .def = "0", .help = "per kWh fed back" },
};
/* clang-format on */

const struct schema asset_grid_schema = { "grid", sizeof(T), keys, ARRAY_LEN(keys), "connection to the utility", NULL,
	0, 0 };

const char *const asset_grid_roles[] = { "p", "q", "f", "v", "line_v", "e_import", "e_export", "breaker", "trip",
	"pulse", NULL };
