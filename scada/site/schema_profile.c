/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_profile.c - the keys of a profile: the register layout of a device type.
 */
#include "config.h"

#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
#define T struct site_forbidden
static const struct key forbidden_keys[] = {
	{ "table", KEY_ENUM, AT(table), true, .words = table_words, .help = "which of the four tables" },
	{ "from", KEY_INT, AT(from), true, .min = 0, .max = 65535, .help = "first address" },
	{ "to", KEY_INT, AT(to), true, .min = 0, .max = 65535, .help = "last address" },
};
const struct schema forbidden_schema = { "forbidden", sizeof(T), forbidden_keys, ARRAY_LEN(forbidden_keys), "addresses that are never read across", NULL, 0, 0 };
#undef T

#define T struct site_identity
static const struct key identity_keys[] = {
	{ "table", KEY_ENUM, AT(table), true, .words = table_words, .help = "holding or input" },
	{ "address", KEY_INT, AT(address), true, .min = 0, .max = 65535, .help = "register that says what the device is" },
	{ "mask", KEY_INT, AT(mask), .min = 1, .max = 65535, .def = "65535", .help = "bits that count" },
	{ "equals", KEY_INT, AT(equals), true, .min = 0, .max = 65535, .help = "what must stand there" },
};
const struct schema identity_schema = { "identity", sizeof(T), identity_keys, ARRAY_LEN(identity_keys), "read at each connect: is it the device that the profile means?", NULL, 0, 0 };
#undef T

static const struct key_word protocol_words[] = {
	{ "modbus", PROTOCOL_MODBUS, "Modbus/TCP" },
	{ "echonet", PROTOCOL_ECHONET, "ECHONET Lite over UDP" },
	{ "sunspec", PROTOCOL_SUNSPEC, "models of SunSpec in the holding registers of Modbus/TCP" },
	{ "internal", PROTOCOL_INTERNAL, "figures of chisand itself" },
	{ NULL, 0, NULL },
};

#define T struct site_profile
static const struct key profile_keys[] = {
	{ "profile", KEY_WORD, AT(name), true, .help = "its name, that of the file without .yaml" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "protocol", KEY_ENUM, AT(protocol), .words = protocol_words, .def = "modbus", .help = "how the device is asked" },
	{ "byte_order", KEY_ENUM, AT(byte_order), .words = order_words, .def = "ABCD", .help = "of numbers of several bytes" },
	{ "max_registers", KEY_INT, AT(max_registers), .min = 1, .max = 125, .def = "125", .help = "longest block of registers that the device answers" },
	{ "max_bits", KEY_INT, AT(max_bits), .min = 1, .max = 2000, .def = "2000", .help = "longest block of coils or discrete inputs" },
	{ "max_gap", KEY_INT, AT(max_gap), .min = 0, .max = 125, .def = "8", .help = "unused registers read along so that two blocks become one; protocol sunspec: 124 unless given" },
	{ "outstanding", KEY_INT, AT(outstanding), .min = 1, .max = 16, .def = "1", .help = "requests that the device takes at a time" },
	{ "forbidden", KEY_LIST, AT(forbidden), .max = 500, .sub = &forbidden_schema, .help = "addresses that are never read across" },
	{ "identity", KEY_MAP, AT(identity), .sub = &identity_schema, .help = "is it the device that is meant?" },
	{ "manufacturer", KEY_STRING, AT(manufacturer), .min = 1, .max = 32, .help = "protocol sunspec: who made it, as model 1 of the device says; checked at each connect" },
	{ "model", KEY_STRING, AT(model), .min = 1, .max = 32, .help = "protocol sunspec: its type, as model 1 of the device says; checked at each connect" },
	{ "heartbeat", KEY_STRING, AT(heartbeat), .min = 1, .max = 63, .help = "protocol sunspec: point that is counted up each second, as 715.ControllerHb" },
	{ "points", KEY_LIST, AT(points), true, .sub = &point_schema, .help = "its points" },
};
const struct schema profile_schema = { "profile", sizeof(T), profile_keys, ARRAY_LEN(profile_keys), "the register layout of a device type", NULL, 0, 0 };
#undef T
/* clang-format on */
