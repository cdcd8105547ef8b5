/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_report.c - the keys of reports: which figures stand in which report.
 */
#include "config.h"

#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word as_words[] = {
	{ "mean", COLUMN_MEAN, "weighted by time" },
	{ "max", COLUMN_MAX, "the greatest value" },
	{ "min", COLUMN_MIN, "the least value" },
	{ "first", COLUMN_FIRST, "what held when the row began" },
	{ "last", COLUMN_LAST, "what held when it ended" },
	{ "increment", COLUMN_INCREMENT, "by how much a counter went on" },
	{ "energy", COLUMN_ENERGY, "mean times the time that is known, of a rate without a counter: kW to kWh" },
	{ NULL, 0, NULL },
};

#define T struct site_column
static const struct key column_keys[] = {
	{ "point", KEY_POINT, AT(point), true, .help = "whose history" },
	{ "as", KEY_ENUM, AT(as), .def = "mean", .words = as_words, .help = "what stands in a row" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "absent: the point's" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese; absent: the point's" },
	{ "decimals", KEY_INT, AT(decimals), .min = 0, .max = 6, .def = "-1", .help = "absent: the point's" },
	{ "limit", KEY_NUMBER, AT(limit), .min = -1e12, .max = 1e12, .help = "what no row should exceed, as an agreement has it; below the table: how many do" },
};
const struct schema column_schema = { "column", sizeof(T), column_keys, ARRAY_LEN(column_keys), "a column of a report", NULL, 0, 0 };
#undef T

#define T struct site_page
static const struct key page_keys[] = {
	{ "title", KEY_STRING, AT(title), true, .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
	{ "reports", KEY_WORDS, AT(reports), .max = 3, .help = "daily, monthly, yearly; absent: all three" },
	{ "columns", KEY_LIST, AT(columns), true, .min = 1, .max = 200, .sub = &column_schema, .help = "more than a page holds go on to further pages" },
};
const struct schema page_schema = { "page", sizeof(T), page_keys, ARRAY_LEN(page_keys), "a group of columns of the daily, monthly and yearly report", NULL, 0, 0 };
#undef T

#define T struct site_demand
static const struct key demand_keys[] = {
	{ "counter", KEY_POINT, AT(counter), .help = "energy drawn from the grid; an export never counts against it" },
	{ "power", KEY_POINT, AT(power), .help = "drawn from the grid, where there is no counter" },
	{ "target_kw", KEY_NUMBER, AT(target_kw), true, .min = 0, .max = 1e7, .unit = "kW", .help = "of a half hour" },
};
const struct schema demand_schema = { "demand", sizeof(T), demand_keys, ARRAY_LEN(demand_keys), "what the demand report watches", NULL, 0, 0 };
#undef T

static const struct key_word role_words[] = {
	{ "purchased", USE_PURCHASED, "counts as emission and as energy used" },
	{ "fuel", USE_FUEL, "so too, and is taken off what local production saves" },
	{ "local", USE_LOCAL, "made here: saves what would have been bought" },
	{ "own", USE_OWN, "of that, used by the plant itself" },
	{ "sold", USE_SOLD, "of that, given to the grid" },
	{ NULL, 0, NULL },
};
static const struct key_word use_as_words[] = {
	{ "increment", COLUMN_INCREMENT, "by how much a counter went on" },
	{ "energy", COLUMN_ENERGY, "mean times length, of a rate without a counter" },
	{ NULL, 0, NULL },
};
#define T struct site_use
static const struct key use_keys[] = {
	{ "name", KEY_NAME, AT(name), true, .help = "unique among them" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
	{ "point", KEY_POINT, AT(point), true, .help = "its meter" },
	{ "as", KEY_ENUM, AT(as), .def = "increment", .words = use_as_words, .help = "how the meter is read" },
	{ "role", KEY_ENUM, AT(role), true, .words = role_words, .help = "what it counts as" },
	{ "kind", KEY_ENUM, AT(kind), true, .words = factor_kind_words, .help = "which factors are its own" },
	{ "supplier", KEY_STRING, AT(supplier), .min = 1, .max = 80, .help = "whose factor; absent: any" },
	{ "menu", KEY_STRING, AT(menu), .min = 1, .max = 80, .help = "of the supplier; absent: any" },
	{ "basis", KEY_ENUM, AT(basis), .def = "adjusted", .words = factor_basis_words, .help = "of the CO2 factor of electricity" },
	{ "volume", KEY_ENUM, AT(volume), .def = "normal", .words = factor_volume_words, .help = "which m3 a meter of gas counts" },
};
const struct schema use_schema = { "use", sizeof(T), use_keys, ARRAY_LEN(use_keys), "a line of the CO2 and energy reports", NULL, 0, 0 };
#undef T

#define T struct site_heat
static const struct key heat_keys[] = {
	{ "supplied", KEY_LIST, AT(supplied), .max = 16, .sub = &column_schema, .help = "what is sent out; less the consumers it is the loss" },
	{ "consumers", KEY_LIST, AT(consumers), true, .min = 1, .max = 64, .sub = &column_schema, .help = "heat of each" },
	{ "returned", KEY_LIST, AT(returned), .max = 16, .sub = &column_schema, .help = "condensate that comes back" },
	{ "dumped", KEY_LIST, AT(dumped), .max = 16, .sub = &column_schema, .help = "surplus that nobody takes" },
};
const struct schema heat_schema = { "heat", sizeof(T), heat_keys, ARRAY_LEN(heat_keys), "what the heat report adds up", NULL, 0, 0 };
#undef T

#define T struct site_shift
static const struct key shift_keys[] = {
	{ "name", KEY_WORD, AT(name), true, .help = "unique among them" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
	{ "from", KEY_DAYTIME, AT(from), true, .help = "when it begins; it lasts until the next one" },
};
const struct schema shift_schema = { "shift", sizeof(T), shift_keys, ARRAY_LEN(shift_keys), "a shift of operators, in the order of the day", NULL, 0, 0 };
#undef T

static const struct key_word language_words[] = {
	{ "en", LANGUAGE_EN, "English" },
	{ "ja", LANGUAGE_JA, "Japanese" },
	{ "both", LANGUAGE_BOTH, "the pages in English, then those in Japanese; its CSV is in English" },
	{ NULL, 0, NULL },
};
#define T struct site_reports
static const struct key reports_keys[] = {
	{ "language", KEY_ENUM, AT(language), .def = "en", .words = language_words, .help = "of the reports that are filed by themselves, and of every CSV" },
	{ "pages", KEY_LIST, AT(pages), .max = 32, .sub = &page_schema, .help = "of the daily, monthly and yearly report" },
	{ "demand", KEY_MAP, AT(demand), .sub = &demand_schema, .help = "what the demand report watches" },
	{ "energy", KEY_LIST, AT(energy), .max = 64, .sub = &use_schema, .help = "lines of the CO2 and energy reports" },
	{ "oil_limit_kl", KEY_NUMBER, AT(oil_limit_kl), .min = 0, .max = 1e9, .unit = "kL", .help = "crude oil a fiscal year from which the law asks for reports" },
	{ "co2_target_t", KEY_NUMBER, AT(co2_target_t), .min = 0, .max = 1e9, .unit = "t", .help = "CO2 that local production should save in a fiscal year; absent: no target is shown" },
	{ "heat", KEY_MAP, AT(heat), .sub = &heat_schema, .help = "what the heat report adds up" },
	{ "shifts", KEY_LIST, AT(shifts), .max = 12, .sub = &shift_schema, .help = "of operators; absent: one from midnight to midnight" },
};
const struct schema reports_schema = { "reports", sizeof(T), reports_keys, ARRAY_LEN(reports_keys), "what stands in reports", NULL, 0, 0 };
#undef T
/* clang-format on */

const char *const page_report_words[] = { "daily", "monthly", "yearly", NULL };

const char *
column_as_word(int as)
{
	return as >= 0 && as < COLUMN_AS_COUNT ? as_words[as].word : "?";
}
