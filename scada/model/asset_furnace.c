/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_furnace.c - keys and points of the asset kind: waste furnace with boiler: makes steam.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_furnace
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "waste_t_per_h", KEY_NUMBER, AT(waste_t_per_h), true, .min = 0, .max = 1000, .unit = "t/h", .help = "waste at rated load" },
	{ "steam_t_per_h", KEY_NUMBER, AT(steam_t_per_h), true, .min = 0, .max = 1000, .unit = "t/h", .help = "steam at rated load" },
	{ "steam_pressure_mpa", KEY_NUMBER, AT(steam_pressure_mpa), .min = 0, .max = 40, .def = "4", .unit = "MPa", .help = "of the boiler" },
	{ "steam_temperature_c", KEY_NUMBER, AT(steam_temperature_c), .min = 50, .max = 700, .def = "400", .unit = "degC", .help = "of the boiler" },
	{ "lag", KEY_DURATION, AT(lag_us), .min = 0, .max = 86400, .def = "10m", .help = "waste to steam, first order" },
	{ "quality_noise_pct", KEY_NUMBER, AT(quality_noise_pct), .min = 0, .max = 100, .def = "5", .unit = "%", .help = "how much the heat value of waste wanders" },
	{ "quality_correlation", KEY_DURATION, AT(quality_correlation_us), .min = 0, .max = 86400, .def = "30m", .help = "and how long it stays so" },
};
/* clang-format on */

const struct schema asset_furnace_schema = { "furnace", sizeof(T), keys, ARRAY_LEN(keys),
	"waste furnace with boiler: makes steam", NULL, 0, 0 };

const char *const asset_furnace_roles[] = { "run", "load", "steam", "temperature", "pressure", "trip", "state", NULL };
