/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_load.c - keys and points of the asset kind: electric or heat consumer.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct asset_load
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word profile_words[] = {
	{ "office", LOAD_OFFICE, "busy by day on weekdays" },
	{ "gym", LOAD_GYM, "busy in the evening and at weekends" },
	{ "school", LOAD_SCHOOL, "busy by day in term" },
	{ "public", LOAD_PUBLIC, "busy by day every day" },
	{ "lighting", LOAD_LIGHTING, "by night" },
	{ "constant", LOAD_CONSTANT, "always the same" },
	{ NULL, 0, NULL },
};

static const struct key keys[] = {
	{ "peak_kw", KEY_NUMBER, AT(peak_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "electric, by day" },
	{ "base_kw", KEY_NUMBER, AT(base_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "by night" },
	{ "heat_peak_t_per_h", KEY_NUMBER, AT(heat_peak_t_per_h), .min = 0, .max = 1000, .def = "0", .unit = "t/h", .help = "heat; 0: none" },
	{ "profile", KEY_ENUM, AT(profile), .def = "constant", .words = profile_words, .help = "shape of its day" },
	{ "priority", KEY_INT, AT(priority), .min = 1, .max = 100, .def = "1", .help = "1 is shed last" },
	{ "lost_load_cost_per_kwh", KEY_NUMBER, AT(lost_load_cost_per_kwh), .min = 0, .max = 1e6, .def = "0", .help = "of a kWh not served" },
	{ "is_critical", KEY_BOOL, AT(is_critical), .def = "false", .help = "must survive an outage" },
	{ "shed_kw", KEY_NUMBERS, AT(shed_kw), .max = 3, .unit = "kW", .help = "given up at shed level 1, 2, 3" },
};
/* clang-format on */

const struct schema asset_load_schema = { "load", sizeof(T), keys, ARRAY_LEN(keys), "electric or heat consumer", NULL,
	0, 0 };

const char *const asset_load_roles[] = { "p", "q", "f", "v", "e_import", "heat", "steam", "temperature", "shed",
	"state", "breaker", NULL };
