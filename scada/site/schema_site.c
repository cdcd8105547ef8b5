/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_site.c - the keys of site.yaml itself, and the list of all tables for the manual.
 */
#include "config.h"

#include "scada/base/sequence.h"
#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word role_words[] = {
	{ "viewer", ROLE_VIEWER, "sees everything" },
	{ "auditor", ROLE_AUDITOR, "sees everything, proves the journal; acts on nothing" },
	{ "operator", ROLE_OPERATOR, "acknowledges, overrides, commands" },
	{ "supervisor", ROLE_SUPERVISOR, "and approves" },
	{ "engineer", ROLE_ENGINEER, "and changes the configuration" },
	{ NULL, 0, NULL },
};

#define T struct site_user
static const struct key user_keys[] = {
	{ "user", KEY_STRING, AT(user), .min = 1, .max = 64, .help = "account of this machine" },
	{ "group", KEY_STRING, AT(group), .min = 1, .max = 64, .help = "or a group of it" },
	{ "role", KEY_ENUM, AT(role), true, .words = role_words, .help = "what they may do" },
	{ "areas", KEY_STRING, AT(areas), .min = 1, .max = 200, .help = "areas of responsibility, parted by spaces; absent: all" },
	/* Not written in the file: found by chisan-site and carried to chisand. */
	{ "", KEY_INT, AT(id), .min = 0, .max = 4294967295.0, .def = "-1", .help = "uid or gid" },
};
const struct schema user_schema = { "user", sizeof(T), user_keys, ARRAY_LEN(user_keys), "who may do what", NULL, 0, 0 };
#undef T

#define T struct site_screen
static const struct key screen_keys[] = {
	{ "screen", KEY_WORD, AT(name), true, .help = "its name" },
	{ "text", KEY_TEXT, AT(text), true, .min = 1, .max = SITE_SCREEN_MAX, .help = "as in a file of chisan-screen(5)" },
};
const struct schema screen_schema = { "screen", sizeof(T), screen_keys, ARRAY_LEN(screen_keys), "a screen in place of a file in screens/", NULL, 0, 0 };
#undef T

#define T struct site_retention
static const struct key retention_keys[] = {
	{ "class", KEY_WORD, AT(name), true, .help = "of points that say history: CLASS; default: of all others" },
	{ "samples", KEY_DURATION, AT(samples_us), .min = 0, .max = 3.2e9, .def = "400d", .help = "every sample; 0s: for ever" },
	{ "half_hours", KEY_DURATION, AT(half_hours_us), .min = 0, .max = 3.2e9, .def = "3650d", .help = "minimum, mean, maximum, increment of each half hour; 0s: for ever" },
	{ "days", KEY_DURATION, AT(days_us), .min = 0, .max = 3.2e9, .def = "0s", .help = "the same of each day; 0s: for ever" },
};
const struct schema retention_schema = { "retention", sizeof(T), retention_keys, ARRAY_LEN(retention_keys), "how long history is kept", NULL, 0, 0 };
#undef T

#define T struct site
static const struct key site_keys[] = {
	{ "site", KEY_STRING, AT(name), true, .min = 1, .max = 64, .help = "its name" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "timezone", KEY_STRING, AT(timezone), true, .min = 1, .max = 64, .help = "of the tz database, as Asia/Tokyo" },
	{ "id", KEY_STRING, AT(id), .min = 1, .max = 36, .help = "UUID of the site for ever" },
	{ "currency", KEY_STRING, AT(currency), .min = 3, .max = 3, .help = "of prices, as JPY" },
	{ "simulated", KEY_BOOL, AT(simulated), .def = "false", .help = "true: the devices are chisan-plant's, and the console says so" },
	{ "links", KEY_LIST, AT(links), .sub = &link_schema, .help = "manners of connections" },
	{ "devices", KEY_LIST, AT(devices), .sub = &device_schema, .help = "the devices, in the order of lists; none in a site that is only studied" },
	{ "calculations", KEY_LIST, AT(calculations), .sub = &point_schema, .help = "points calculated from others" },
	{ "retention", KEY_LIST, AT(retention), .max = 32, .sub = &retention_schema, .help = "how long history is kept, by class of point" },
	{ "users", KEY_LIST, AT(users), .sub = &user_schema, .help = "who may do what; absent: the user who runs chisand may do all" },
	{ "alarms", KEY_LIST, AT(alarms), .max = 1000, .sub = &limit_schema, .help = "alarms of conditions over points: type CALC" },
	{ "alarming", KEY_MAP, AT(alarming), .sub = &alarming_schema, .help = "how alarms are treated as a whole" },
	{ "notify", KEY_MAP, AT(notify), .sub = &notify_schema, .help = "who is told of alarms in unattended hours" },
	{ "north", KEY_MAP, AT(north), .sub = &north_schema, .help = "what other systems read, and set, by Modbus: chisan-north(8)" },
	{ "energy", KEY_MAP, AT(energy), .sub = &energy_schema, .help = "buses and assets" },
	{ "reports", KEY_MAP, AT(reports), .sub = &reports_schema, .help = "what stands in reports" },
	{ "factors", KEY_LIST, AT(factors), .max = 2000, .sub = &factor_schema, .help = "what energies amount to in CO2, heat and crude oil, by date" },
	{ "tariffs", KEY_LIST, AT(tariffs), .max = 200, .sub = &tariff_schema, .help = "what electricity costs, by date" },
	{ "holidays", KEY_LIST, AT(holidays), .max = 2000, .sub = &holiday_schema, .help = "days that are no working days" },
	{ "terms", KEY_LIST, AT(terms), .max = 500, .sub = &term_schema, .help = "school terms: days in which schools teach" },
	{ "sequences", KEY_LIST, AT(sequences), .max = SEQUENCES_MAX, .sub = &sequence_schema, .help = "what persons do step by step, each step checked against points" },
	{ "wheeling", KEY_MAP, AT(wheel), .sub = &wheel_schema, .help = "self-wheeling: plans of half hours that are filed a day ahead" },
	{ "profiles", KEY_LIST, AT(profiles), .sub = &profile_schema, .help = "profiles in place of files" },
	{ "screens", KEY_LIST, AT(screens), .sub = &screen_schema, .help = "screens in place of files" },
};
const struct schema site_schema = { "site", sizeof(T), site_keys, ARRAY_LEN(site_keys), "a site", NULL, 0, 0 };
#undef T

const struct schema_page schema_pages[] = {
	{ &site_schema, "site.yaml" },
	{ &device_schema, "devices[]" },
	{ &override_schema, "devices[].points{}" },
	{ &link_schema, "links[]" },
	{ &proxy_schema, "links[].proxy" },
	{ &proxy_write_schema, "links[].proxy.write[]" },
	{ &retention_schema, "retention[]" },
	{ &user_schema, "users[]" },
	{ &screen_schema, "screens[]" },
	{ &profile_schema, "profile" },
	{ &forbidden_schema, "forbidden[]" },
	{ &identity_schema, "identity" },
	{ &point_schema, "points[]" },
	{ &register_schema, "read, write" },
	{ &beside_schema, "before[], after[]" },
	{ &filter_schema, "filter" },
	{ &counter_schema, "counter" },
	{ &limit_schema, "alarms[]" },
	{ &check_back_schema, "check_back" },
	{ &revert_schema, "revert" },
	{ &output_schema, "output" },
	{ &alarming_schema, "alarming" },
	{ &priority_schema, "alarming.priorities[]" },
	{ &class_schema, "alarming.two_person[]" },
	{ &notify_schema, "notify" },
	{ &duty_schema, "notify.duty[]" },
	{ &duty_time_schema, "notify.duty[].times[]" },
	{ &north_schema, "north" },
	{ &north_point_schema, "north.points[]" },
	{ &north_setpoint_schema, "north.setpoints[]" },
	{ &energy_schema, "energy" },
	{ &bus_schema, "energy.buses[]" },
	{ &asset_schema, "energy.assets[]" },
	{ &asset_data_schema, "energy.assets[].data[]" },
	{ &energy_dispatch_schema, "energy.dispatch" },
	{ &reports_schema, "reports" },
	{ &page_schema, "reports.pages[]" },
	{ &column_schema, "columns[]" },
	{ &demand_schema, "reports.demand" },
	{ &use_schema, "reports.energy[]" },
	{ &heat_schema, "reports.heat" },
	{ &shift_schema, "reports.shifts[]" },
	{ &factor_schema, "factors[]" },
	{ &tariff_schema, "tariffs[]" },
	{ &tariff_band_schema, "tariffs[].energy[]" },
	{ &tariff_adjustment_schema, "tariffs[].adjustments[]" },
	{ &holiday_schema, "holidays[]" },
	{ &term_schema, "terms[]" },
	{ &sequence_schema, "sequences[]" },
	{ &sequence_step_schema, "sequences[].steps[]" },
	{ &wheel_schema, "wheeling" },
	{ &wheel_part_schema, "wheeling.parts[]" },
	{ NULL, NULL },
};
/* clang-format on */
