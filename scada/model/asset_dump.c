/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_dump.c - keys and points of the asset kind: surplus heat dumped.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_dump
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key keys[] = {
	{ "max_t_per_h", KEY_NUMBER, AT(max_t_per_h), true, .min = 0, .max = 1000, .unit = "t/h", .help = "most" },
};
/* clang-format on */

const struct schema asset_dump_schema = { "dump", sizeof(T), keys, ARRAY_LEN(keys), "surplus heat dumped", NULL, 0, 0 };

const char *const asset_dump_roles[] = { "steam", "heat", "state", NULL };
