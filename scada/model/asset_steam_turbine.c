/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_steam_turbine.c - keys and points of the asset kind: extraction condensing turbine: steam to power, with heat-power trade-off.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_stg
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "rated_kw", KEY_NUMBER, AT(rated_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "at rated steam, nothing extracted" },
	{ "min_kw", KEY_NUMBER, AT(min_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "least while it runs" },
	{ "kw_per_t", KEY_NUMBER, AT(kw_per_t), true, .min = 0, .max = 1000, .unit = "kW", .help = "power of 1 t/h of steam beyond internal use" },
	{ "internal_steam_t_per_h", KEY_NUMBER, AT(internal_steam_t_per_h), .min = 0, .max = 1000, .def = "0", .unit = "t/h", .help = "steam that the plant uses itself" },
	{ "extraction_kw_per_t", KEY_NUMBER, AT(extraction_kw_per_t), .min = 0, .max = 1000, .def = "0", .unit = "kW", .help = "power lost for 1 t/h extracted" },
	{ "extraction_max_t_per_h", KEY_NUMBER, AT(extraction_max_t_per_h), .min = 0, .max = 1000, .def = "0", .unit = "t/h", .help = "most that can be extracted" },
	{ "ramp_kw_per_min", KEY_NUMBER, AT(ramp_kw_per_min), .min = 0, .max = 1e6, .def = "0", .unit = "kW/min", .help = "fastest change; 0: no limit" },
	{ "aux_kw_one", KEY_NUMBER, AT(aux_kw_one), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "the plant's own use with one furnace" },
	{ "aux_kw_two", KEY_NUMBER, AT(aux_kw_two), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "and with two" },
};
/* clang-format on */

const struct schema asset_steam_turbine_schema = { "steam-turbine", sizeof(T), keys, ARRAY_LEN(keys),
	"extraction condensing turbine: steam to power, with heat-power trade-off", NULL, 0, 0 };

const char *const asset_steam_turbine_roles[] = { "p", "q", "f", "v", "e_export", "p_sp", "state", "breaker", "trip",
	"run", "steam", "heat", "pressure", NULL };
