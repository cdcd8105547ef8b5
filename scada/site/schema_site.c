/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_site.c - the keys of site.yaml itself, and the list of all tables for the manual.
 */
#include "config.h"

#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word role_words[] = {
	{ "viewer", ROLE_VIEWER, "sees everything" },
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
	{ "devices", KEY_LIST, AT(devices), true, .sub = &device_schema, .help = "the devices, in the order of lists" },
	{ "calculations", KEY_LIST, AT(calculations), .sub = &point_schema, .help = "points calculated from others" },
	{ "users", KEY_LIST, AT(users), .sub = &user_schema, .help = "who may do what; absent: the user who runs chisand may do all" },
	{ "energy", KEY_MAP, AT(energy), .sub = &energy_schema, .help = "buses and assets" },
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
	{ &user_schema, "users[]" },
	{ &screen_schema, "screens[]" },
	{ &profile_schema, "profile" },
	{ &forbidden_schema, "forbidden[]" },
	{ &identity_schema, "identity" },
	{ &point_schema, "points[]" },
	{ &register_schema, "read, write" },
	{ &filter_schema, "filter" },
	{ &counter_schema, "counter" },
	{ &limit_schema, "alarms[]" },
	{ &check_back_schema, "check_back" },
	{ &revert_schema, "revert" },
	{ &energy_schema, "energy" },
	{ &bus_schema, "energy.buses[]" },
	{ &asset_schema, "energy.assets[]" },
	{ NULL, NULL },
};
/* clang-format on */
