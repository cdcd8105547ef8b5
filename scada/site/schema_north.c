/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_north.c - the keys of what other systems read, and set, by Modbus.
 */
#include "config.h"

#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word word_orders[] = {
	{ "high-first", WORDS_HIGH_FIRST, "the register at the lower address has sign, exponent and the high bits" },
	{ "low-first", WORDS_LOW_FIRST, "it has the low bits" },
	{ NULL, 0, NULL },
};

#define T struct site_north_point
static const struct key north_point_keys[] = {
	{ "point", KEY_POINT, AT(point), true, .help = "what is read" },
	{ "address", KEY_INT, AT(address), true, .min = 0, .max = NORTH_VALUES_END - 2, .help = "even, zero-based: the first of the value's two input registers" },
};
const struct schema north_point_schema = { "north_point", sizeof(T), north_point_keys, ARRAY_LEN(north_point_keys), "a point that is served", NULL, 0, 0 };
#undef T

#define T struct site_north_setpoint
static const struct key north_setpoint_keys[] = {
	{ "point", KEY_POINT, AT(point), true, .help = "a setpoint that masters may set; all others stay shut" },
	{ "address", KEY_INT, AT(address), true, .min = 0, .max = NORTH_VALUES_END - 2, .help = "even, zero-based: the first of its two holding registers" },
	{ "for", KEY_DURATION, AT(for_us), .min = 60, .max = 28800, .def = "30m", .help = "what a master sets holds so long, unless it sets again" },
	{ "reason", KEY_STRING, AT(reason), .min = 1, .max = 120, .def = "set over Modbus", .help = "that stands in the journal" },
};
const struct schema north_setpoint_schema = { "north_setpoint", sizeof(T), north_setpoint_keys, ARRAY_LEN(north_setpoint_keys), "a setpoint that masters may set", NULL, 0, 0 };
#undef T

#define T struct site_north
static const struct key north_keys[] = {
	{ "listen", KEY_STRING, AT(listen), true, .min = 1, .max = 80, .help = "address and port of this machine, as 192.0.2.1:502; the address in figures, or localhost" },
	{ "unit", KEY_INT, AT(unit), .min = 1, .max = 247, .def = "1", .help = "to which it answers; also to 0 and 255" },
	{ "word_order", KEY_ENUM, AT(word_order), .words = word_orders, .def = "high-first", .help = "of the two registers of a value" },
	{ "masters", KEY_WORDS, AT(masters), .max = 64, .help = "addresses that may connect; absent: whoever can reach it" },
	{ "connections", KEY_INT, AT(connections), .min = 1, .max = 256, .def = "16", .help = "most at a time" },
	{ "connections_a_master", KEY_INT, AT(a_master), .min = 1, .max = 256, .def = "4", .help = "most of one address" },
	{ "rate", KEY_INT, AT(rate), .min = 1, .max = 10000, .def = "50", .help = "requests a second that a connection may make; beyond, it waits" },
	{ "idle", KEY_DURATION, AT(idle_us), .min = 1, .max = 86400, .def = "2m", .help = "a connection without a request for so long is closed" },
	{ "points", KEY_LIST, AT(points), true, .max = NORTH_VALUES_END / 2, .sub = &north_point_schema, .help = "what is served, nothing else is" },
	{ "setpoints", KEY_LIST, AT(setpoints), .max = 1000, .sub = &north_setpoint_schema, .help = "what masters may set; absent: nothing" },
};
const struct schema north_schema = { "north", sizeof(T), north_keys, ARRAY_LEN(north_keys), "what other systems read, and set, by Modbus", NULL, 0, 0 };
#undef T
/* clang-format on */
