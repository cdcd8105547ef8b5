/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_pv.c - keys and points of the asset kind: photovoltaics.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_pv
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "peak_kw", KEY_NUMBER, AT(peak_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "of the modules under standard conditions" },
	{ "performance_ratio", KEY_NUMBER, AT(performance_ratio), .min = 0.1, .max = 1, .def = "0.82", .help = "after all losses" },
	{ "temperature_coefficient_per_k", KEY_NUMBER, AT(temperature_coefficient_per_k), .min = -0.02, .max = 0, .def = "-0.004", .help = "change of power per degree above 25 degC" },
};
/* clang-format on */

const struct schema asset_pv_schema = { "pv", sizeof(T), keys, ARRAY_LEN(keys), "photovoltaics", NULL, 0, 0 };

const char *const asset_pv_roles[] = { "p", "q", "f", "v", "e_export", "p_sp", "state", "trip", "run", "ghi",
	"temperature", NULL };
