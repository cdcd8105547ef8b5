/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_wheel.c - the keys of self-wheeling: who takes, what is counted, until when plans are filed.
 */
#include "config.h"

#include "scada/base/wheel_words.h"
#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
#define T struct site_wheel_part
static const struct key part_keys[] = {
	{ "name", KEY_NAME, AT(name), true, .help = "unique among them; the head of its column in plan files" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
	{ "counter", KEY_POINT, AT(counter), .help = "of what it takes, in kWh; absent: its amounts are not known here" },
	{ "asset", KEY_STRING, AT(asset), .min = 1, .max = 63, .help = "load of the energy section, with a point of role p, whose forecast is taken; absent: what the keys below say" },
	{ "base_kw", KEY_NUMBER, AT(base_kw), .def = "0", .min = 0, .max = 1e6, .unit = "kW", .help = "usual at night and on days off" },
	{ "peak_kw", KEY_NUMBER, AT(peak_kw), true, .min = 0, .max = 1e6, .unit = "kW", .help = "usual on days of work" },
	{ "from", KEY_DAYTIME, AT(from), .def = "08:00", .help = "begin of the peak" },
	{ "to", KEY_DAYTIME, AT(to), .def = "18:00", .help = "its end" },
	{ "follows_terms", KEY_BOOL, AT(follows_terms), .def = "true", .help = "true: holidays between school terms are days off" },
};
const struct schema wheel_part_schema = { "part", sizeof(T), part_keys, ARRAY_LEN(part_keys), "who takes what is made here over the utility's grid", NULL, 0, 0 };
#undef T

#define T struct site_wheel
static const struct key wheel_keys[] = {
	{ "export", KEY_POINT, AT(export), true, .help = "counter in kWh of what goes out at the receiving point: the generation" },
	{ "loss_pct", KEY_NUMBER, AT(loss_pct), .def = "0", .min = 0, .max = 50, .unit = "%", .help = "of the way over the grid: the demand plan is what the parts take and so much more" },
	{ "file_by", KEY_DAYTIME, AT(file_by), .def = "12:00", .help = "of the day before: until then the day-ahead plan is filed" },
	{ "remind", KEY_DURATION, AT(remind_us), .min = 60, .max = 86400, .def = "30m", .help = "so long before file_by, and before a gate, it is told what is not filed" },
	{ "gate", KEY_DURATION, AT(gate_us), .min = 60, .max = 86400, .def = "1h", .help = "so long before its delivery a slot may not be changed any more" },
	{ "make_at", KEY_DAYTIME, AT(make_at), .def = "00:00", .help = "of the day before: a draft is made then if there is none; 00:00: persons make it" },
	{ "limit_kwh", KEY_NUMBER, AT(limit_kwh), .min = 0, .max = 1e6, .unit = "kWh", .help = "imbalance of a slot that is told as soon as it is foreseen" },
	{ "limit_pct", KEY_NUMBER, AT(limit_pct), .min = 0, .max = 1000, .unit = "%", .help = "the same as a share of the plan; the smaller of both holds" },
	{ "price", KEY_NUMBER, AT(price), .min = 0, .max = 600, .help = "of a kWh of imbalance, to reckon with while none is known" },
	{ "price_file", KEY_STRING, AT(price_file), .min = 1, .max = 63, .help = "name of a file of prices in the folder wheel of the data folder, which is read when it changes" },
	{ "parts", KEY_LIST, AT(parts), true, .min = 1, .max = WHEEL_PARTS_MAX, .sub = &wheel_part_schema, .help = "who takes" },
};
const struct schema wheel_schema = { "wheeling", sizeof(T), wheel_keys, ARRAY_LEN(wheel_keys), "self-wheeling: plans of half hours that are filed a day ahead and kept to", NULL, 0, 0 };
#undef T
/* clang-format on */
