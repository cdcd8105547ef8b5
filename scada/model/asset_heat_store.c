/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_heat_store.c - keys and points of the asset kind: hot water or steam store.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_heatstore
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "energy_gj", KEY_NUMBER, AT(energy_gj), true, .min = 0, .max = 1e6, .unit = "GJ", .help = "between empty and full" },
	{ "charge_t_per_h", KEY_NUMBER, AT(charge_t_per_h), true, .min = 0, .max = 1000, .unit = "t/h", .help = "most" },
	{ "discharge_t_per_h", KEY_NUMBER, AT(discharge_t_per_h), true, .min = 0, .max = 1000, .unit = "t/h", .help = "most" },
	{ "loss_pct_per_h", KEY_NUMBER, AT(loss_pct_per_h), .min = 0, .max = 100, .def = "0.1", .unit = "%", .help = "lost while it stands" },
};
/* clang-format on */

const struct schema asset_heat_store_schema = { "heat-store", sizeof(T), keys, ARRAY_LEN(keys),
	"hot water or steam store", NULL, 0, 0 };

const char *const asset_heat_store_roles[] = { "soc", "heat", "steam", "temperature", "pressure", "level", "state",
	NULL };
