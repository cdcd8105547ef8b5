/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_boiler.c - keys and points of the asset kind: fired boiler.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_boiler
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "rated_t_per_h", KEY_NUMBER, AT(rated_t_per_h), true, .min = 0, .max = 1000, .unit = "t/h", .help = "most steam" },
	{ "min_t_per_h", KEY_NUMBER, AT(min_t_per_h), .min = 0, .max = 1000, .def = "0", .unit = "t/h", .help = "least while it runs" },
	{ "efficiency", KEY_NUMBER, AT(efficiency), .min = 0.3, .max = 1.1, .def = "0.9", .help = "fuel to steam" },
	{ "fuel_price", KEY_NUMBER, AT(fuel_price), .min = 0, .max = 1e6, .def = "0", .help = "per m3N" },
	{ "fuel_co2_kg_per_m3", KEY_NUMBER, AT(fuel_co2_kg_per_m3), .min = 0, .max = 100, .def = "0", .unit = "kg/m3", .help = "of the fuel" },
	{ "fuel_m3_per_t", KEY_NUMBER, AT(fuel_m3_per_t), .min = 0, .max = 1e4, .def = "75", .unit = "m3N", .help = "for one tonne of steam" },
};
/* clang-format on */

const struct schema asset_boiler_schema = { "boiler", sizeof(T), keys, ARRAY_LEN(keys), "fired boiler", NULL, 0, 0 };

const char *const asset_boiler_roles[] = { "run", "state", "trip", "start", "stop", "steam", "heat", "pressure",
	"temperature", "load", NULL };
