/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_device.c - the keys of a device, of what it overrides in its profile, and of connections.
 */
#include "config.h"

#include "scada/base/msg.h"
#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
#define T struct site_override
static const struct key override_keys[] = {
	{ "", KEY_TAG, AT(tag), true, .help = "the point's tag; stands before the colon" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "was", KEY_POINT, AT(was), .help = "earlier name, under which its history stands" },
	{ "range", KEY_RANGE, AT(range), .help = "as of a point" },
	{ "deadband", KEY_NUMBER, AT(deadband), .min = 0, .max = 1e15, .def = "0", .help = "as of a point" },
	{ "scale", KEY_NUMBER, AT(scale), .def = "1", .help = "as of read" },
	{ "offset", KEY_NUMBER, AT(offset), .def = "0", .help = "as of read" },
	{ "invert", KEY_BOOL, AT(invert), .def = "false", .help = "as of read" },
	{ "poll", KEY_DURATION, AT(poll_us), .min = 0.1, .max = 3600, .def = "0s", .help = "as of a point" },
	{ "alarms", KEY_LIST, AT(alarms), .max = 64, .sub = &limit_schema, .help = "replace those of the same type in the profile" },
	{ "suppress_when", KEY_EXPR, AT(suppress_when), .min = 1, .max = 4096, .help = "as of a point" },
	{ "interlock", KEY_EXPR, AT(interlock), .min = 1, .max = 4096, .help = "in place of that in the profile" },
	{ "interlock_text", KEY_STRING, AT(interlock_text), .min = 1, .max = 200, .help = "as of a point" },
	{ "output", KEY_MAP, AT(output), .sub = &output_schema, .help = "in place of that in the profile, as a whole" },
};
const struct schema override_schema = { "override", sizeof(T), override_keys, ARRAY_LEN(override_keys), "what this device has otherwise than its profile says", NULL, 0, 0 };
#undef T

#define T struct site_device
static const struct key device_keys[] = {
	{ "name", KEY_NAME, AT(name), true, .help = "unique; first part of its points' names" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "profile", KEY_WORD, AT(profile), true, .help = "its register layout: the file of this name" },
	{ "link", KEY_STRING, AT(link), .min = 1, .max = SITE_LINK_MAX, .help = "modbus-tcp://address:port/unit, the address in figures, or localhost; modbus-rtu:///dev/ttyUSB0/unit; modbus-rtu-tcp://address:port/unit; echonet://own address/node" },
	{ "serial", KEY_STRING, AT(serial), .min = 1, .max = 34, .help = "protocol sunspec: its serial number; echonet: the identification that chisan probe shows; checked at each connect; without it, a change of it is noticed" },
	{ "poll", KEY_DURATION, AT(poll_us), .min = 0.1, .max = 3600, .def = "1s", .help = "period in which its points are read" },
	{ "timeout", KEY_DURATION, AT(timeout_us), .min = 0.01, .max = 60, .def = "500ms", .help = "longest time to an answer" },
	{ "connect_timeout", KEY_DURATION, AT(connect_timeout_us), .min = 0.01, .max = 60, .def = "1s", .help = "longest time to a connection" },
	{ "retry_min", KEY_DURATION, AT(retry_min_us), .min = 0.1, .max = 3600, .def = "1s", .help = "first pause after a failure; then longer" },
	{ "retry_max", KEY_DURATION, AT(retry_max_us), .min = 0.1, .max = 3600, .def = "1m", .help = "longest pause" },
	{ "enabled", KEY_BOOL, AT(enabled), .def = "true", .help = "false: it is not asked at all" },
	{ "area", KEY_STRING, AT(area), .min = 1, .max = 40, .help = "where it belongs, for rights and filters" },
	{ "comm_priority", KEY_INT, AT(comm_priority), .min = 0, .max = 4, .def = "3", .help = "of the alarm that it does not answer; 0: none" },
	{ "comm_delay", KEY_DURATION, AT(comm_delay_us), .min = 0, .max = 86400, .def = "5s", .help = "silent for so long" },
	{ "points", KEY_DICT, AT(points), .sub = &override_schema, .help = "what differs from the profile, by tag" },
};
const struct schema device_schema = { "device", sizeof(T), device_keys, ARRAY_LEN(device_keys), "one addressable thing: a profile and an address", NULL, 0, 0 };
#undef T

static const struct key_word parity_words[] = {
	{ "even", SERIAL_EVEN, "as the standard has it" },
	{ "odd", SERIAL_ODD, "rare" },
	{ "none", SERIAL_NONE, "common" },
	{ NULL, 0, NULL },
};

static const struct key_word writable_words[] = {
	{ "coil", TABLE_COIL, "functions 5 and 15" },
	{ "holding", TABLE_HOLDING, "functions 6 and 16" },
	{ NULL, 0, NULL },
};

#define T struct site_proxy_write
static const struct key proxy_write_keys[] = {
	{ "unit", KEY_INT, AT(unit), true, .min = 0, .max = 255, .help = "of the device, as behind the slash of its link" },
	{ "table", KEY_ENUM, AT(table), .words = writable_words, .def = "holding", .help = "which of the two tables that can be written" },
	{ "from", KEY_INT, AT(from), true, .min = 0, .max = 65535, .help = "first address" },
	{ "to", KEY_INT, AT(to), true, .min = 0, .max = 65535, .help = "last address" },
	{ "past_control", KEY_BOOL, AT(past_control), .def = "false", .help = "true: also where points of this site are written, past every check, tag and override" },
};
const struct schema proxy_write_schema = { "proxy_write", sizeof(T), proxy_write_keys, ARRAY_LEN(proxy_write_keys), "what other masters may write", NULL, 0, 0 };
#undef T

#define T struct site_proxy
static const struct key proxy_keys[] = {
	{ "listen", KEY_STRING, AT(listen), true, .min = 1, .max = 80, .help = "address and port of this machine, as 127.0.0.1:1502; others than loopback want masters too" },
	{ "masters", KEY_WORDS, AT(masters), .max = 64, .help = "addresses that may connect; absent: whoever is on this machine" },
	{ "clients", KEY_INT, AT(clients), .min = 1, .max = 64, .def = "4", .help = "connections at a time; masters that are named have equal shares of them" },
	{ "idle", KEY_DURATION, AT(idle_us), .min = 1, .max = 86400, .def = "2m", .help = "a connection without a request for so long is closed" },
	{ "write", KEY_LIST, AT(write), .max = 500, .sub = &proxy_write_schema, .help = "what may be written; absent: nothing" },
	{ "writes_a_minute", KEY_INT, AT(writes_a_minute), .min = 1, .max = 6000, .def = "60", .help = "of all together, each an entry in the journal; beyond, they hear that the device is busy" },
};
const struct schema proxy_schema = { "proxy", sizeof(T), proxy_keys, ARRAY_LEN(proxy_keys), "a connection that other masters share", NULL, 0, 0 };
#undef T

#define T struct site_link
static const struct key link_keys[] = {
	{ "link", KEY_STRING, AT(link), true, .min = 1, .max = SITE_LINK_MAX, .help = "modbus-tcp://address:port, modbus-rtu:///dev/ttyUSB0, as devices have it, without the unit" },
	{ "gap", KEY_DURATION, AT(gap_us), .min = 0, .max = 10, .def = "0s", .help = "least pause between two requests" },
	{ "connections", KEY_INT, AT(connections), .min = 0, .max = 64, .def = "0", .help = "most connections at a time; 0: one a unit, of modbus-rtu-tcp one" },
	{ "baud", KEY_INT, AT(baud), .min = SERIAL_BAUD_MIN, .max = SERIAL_BAUD_MAX, .def = "9600", .help = "of a serial line: 1200 2400 4800 9600 19200 38400 57600 115200 230400 460800 921600" },
	{ "parity", KEY_ENUM, AT(parity), .words = parity_words, .def = "even", .help = "of a serial line; with none the standard wants two stop bits" },
	{ "stop_bits", KEY_INT, AT(stop_bits), .min = 1, .max = 2, .def = "1", .help = "of a serial line" },
	{ "rs485", KEY_BOOL, AT(rs485), .def = "false", .help = "true: the kernel switches the direction of the line by RTS; false: the adapter does so by itself, or it is RS-232" },
	{ "rs485_before", KEY_DURATION, AT(before_us), .min = 0, .max = 0.1, .def = "0s", .help = "the sender is on so long before a request, in whole ms" },
	{ "rs485_after", KEY_DURATION, AT(after_us), .min = 0, .max = 0.1, .def = "0s", .help = "and after it" },
	{ "retries", KEY_INT, AT(retries), .min = 0, .max = SERIAL_RETRIES_MAX, .def = "2", .help = "of a serial line: a read that was garbled or not answered is asked again so often; a write never is" },
	{ "proxy", KEY_MAP, AT(proxy), .sub = &proxy_schema, .help = "lets other masters ask these devices through Chisan, by Modbus/TCP" },
};
const struct schema link_schema = { "link", sizeof(T), link_keys, ARRAY_LEN(link_keys), "manners of a connection or gateway", NULL, 0, 0 };
#undef T
/* clang-format on */
