/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_point.c - the keys of a point and of what stands inside it.
 */
#include "config.h"

#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
const struct key_word table_words[] = {
	{ "coil", TABLE_COIL, "functions 1, 5, 15" },
	{ "discrete", TABLE_DISCRETE, "function 2" },
	{ "holding", TABLE_HOLDING, "functions 3, 6, 16" },
	{ "input", TABLE_INPUT, "function 4" },
	{ NULL, 0, NULL },
};

const struct key_word order_words[] = {
	{ "ABCD", ORDER_ABCD, "high word and high byte first" },
	{ "CDAB", ORDER_CDAB, "low word first" },
	{ "BADC", ORDER_BADC, "low byte first in each word" },
	{ "DCBA", ORDER_DCBA, "all reversed" },
	{ NULL, 0, NULL },
};

static const struct key_word type_words[] = {
	{ "bit", RAW_BIT, "one coil or discrete input" },
	{ "u16", RAW_U16, "one register" },
	{ "i16", RAW_I16, "one register, signed" },
	{ "u32", RAW_U32, "two registers" },
	{ "i32", RAW_I32, "two registers, signed" },
	{ "u64", RAW_U64, "four registers" },
	{ "i64", RAW_I64, "four registers, signed" },
	{ "f32", RAW_F32, "two registers, IEEE 754" },
	{ "f64", RAW_F64, "four registers, IEEE 754" },
	{ NULL, 0, NULL },
};

#define T struct site_beside
static const struct key beside_keys[] = {
	{ "point", KEY_STRING, AT(point), true, .min = 1, .max = 63, .help = "where, as 704.WSetEna" },
	{ "value", KEY_NUMBER, AT(value), .help = "this raw number" },
	{ "times", KEY_NUMBER, AT(times), .min = -1000, .max = 1000, .help = "what the output itself gets, times this: -1 is its opposite" },
};
const struct schema beside_schema = { "beside", sizeof(T), beside_keys, ARRAY_LEN(beside_keys), "one register written together with an output", NULL, 0, 0 };
#undef T

#define T struct site_register
static const struct key register_keys[] = {
	{ "table", KEY_ENUM, AT(table), .words = table_words, .help = "which of the four tables of Modbus" },
	{ "address", KEY_INT, AT(address), .min = 0, .max = 65535, .def = "-1", .help = "zero-based, as it travels: 40001 of a manual is holding 0" },
	{ "type", KEY_ENUM, AT(type), .words = type_words, .help = "how the registers make a number; bit for coil and discrete" },
	{ "byte_order", KEY_ENUM, AT(byte_order), .words = order_words, .help = "where it differs from the profile's" },
	{ "bits", KEY_RANGE, AT(bits), .help = "part of a raw integer, lowest and highest bit, 0 the lowest" },
	{ "bit", KEY_INT, AT(bit), .min = 0, .max = 63, .def = "-1", .help = "one bit of a raw integer" },
	{ "scale", KEY_NUMBER, AT(scale), .def = "1", .help = "value = raw * scale + offset" },
	{ "offset", KEY_NUMBER, AT(offset), .def = "0", .help = "in the point's unit" },
	{ "invert", KEY_BOOL, AT(invert), .def = "false", .help = "digital: the opposite; else the opposite sign" },
	{ "invalid", KEY_NUMBERS, AT(invalid), .max = 16, .help = "raw values by which the device says that it has no such value" },
	{ "scale_factor", KEY_INT, AT(scale_factor), .min = 0, .max = 65535, .def = "-1", .help = "register of the same table that holds a power of ten (i16), read together with the value" },
	{ "open_address", KEY_INT, AT(open_address), .min = 0, .max = 65535, .def = "-1", .help = "write: second coil; address closes, this one opens" },
	{ "pulse", KEY_DURATION, AT(pulse_us), .min = 0.01, .max = 60, .def = "0s", .help = "write: the coil is set for so long; without it, it stays" },
	{ "property", KEY_STRING, AT(property), .min = 1, .max = 63, .help = "protocol echonet: class, instance and property, as 028A01.E3 or 028A.energy" },
	{ "point", KEY_STRING, AT(point), .min = 1, .max = 63, .help = "protocol sunspec: point of a model, as 701.W; says table, address, type, scale_factor and invalid; of models 1, 101-103, 111-113, 120-124, 160, 201-204, 302, 307, 701-704, 713-715, 802-804" },
	{ "before", KEY_LIST, AT(before), .max = 8, .sub = &beside_schema, .help = "write, protocol sunspec: what is written first, in order" },
	{ "after", KEY_LIST, AT(after), .max = 8, .sub = &beside_schema, .help = "write, protocol sunspec: what is written last, as an enabling" },
	{ "internal", KEY_WORD, AT(internal), .help = "protocol internal: which figure of chisand, by the names of chisand(8)" },
};
const struct schema register_schema = { "register", sizeof(T), register_keys, ARRAY_LEN(register_keys), "a place in a device", NULL, 0, 0 };
#undef T

static const struct key_word limit_words[] = {
	{ "LL", LIMIT_LL, "below, severe" },
	{ "L", LIMIT_L, "below" },
	{ "H", LIMIT_H, "above" },
	{ "HH", LIMIT_HH, "above, severe" },
	{ "STATE", LIMIT_STATE, "a digital point is in this state" },
	{ "BIT", LIMIT_BIT, "this bit of a bit field is set" },
	{ "ROC", LIMIT_ROC, "changes faster than this, in units a second" },
	{ "DEV", LIMIT_DEV, "differs from its setpoint or twin by more than this" },
	{ "FROZEN", LIMIT_FROZEN, "has not changed by one bit" },
	{ "STALE", LIMIT_STALE, "has not been renewed, though its device answers" },
	{ "CALC", LIMIT_CALC, "a condition over points; in the site's own list" },
	{ NULL, 0, NULL },
};

#define T struct site_limit
static const struct key limit_keys[] = {
	{ "type", KEY_ENUM, AT(type), true, .words = limit_words, .help = "what the condition is" },
	{ "limit", KEY_NUMBER, AT(limit), .help = "in the point's unit" },
	{ "deadband", KEY_NUMBER, AT(deadband), .min = 0, .max = 1e15, .def = "0", .help = "the alarm goes when the value is so far back" },
	{ "delay", KEY_DURATION, AT(delay_us), .min = 0, .max = 86400, .def = "0s", .help = "the condition must last so long" },
	{ "off_delay", KEY_DURATION, AT(off_delay_us), .min = 0, .max = 86400, .def = "0s", .help = "and be gone for so long" },
	{ "priority", KEY_INT, AT(priority), true, .min = 1, .max = 4, .help = "1 emergency to 4 low" },
	{ "state", KEY_INT, AT(state), .min = 0, .max = 65535, .def = "-1", .help = "STATE: number of the state; BIT: number of the bit" },
	{ "latched", KEY_BOOL, AT(latched), .def = "false", .help = "stays until it is reset" },
	{ "class", KEY_STRING, AT(class), .min = 1, .max = 40, .help = "kind of alarm for statistics, as safety or process" },
	{ "group", KEY_STRING, AT(group), .min = 1, .max = 40, .help = "the first alarm of a group is marked; $ stands for the device" },
	{ "text", KEY_STRING, AT(text), .min = 1, .max = 200, .help = "what has happened" },
	{ "text_ja", KEY_STRING, AT(text_ja), .min = 1, .max = 200, .help = "the same in Japanese" },
	{ "response", KEY_STRING, AT(response), .min = 1, .max = 400, .help = "what the operator does" },
	{ "response_ja", KEY_STRING, AT(response_ja), .min = 1, .max = 400, .help = "the same in Japanese" },
	{ "consequence", KEY_STRING, AT(consequence), .min = 1, .max = 400, .help = "what happens if nobody does" },
	{ "consequence_ja", KEY_STRING, AT(consequence_ja), .min = 1, .max = 400, .help = "the same in Japanese" },
	{ "cause", KEY_STRING, AT(cause), .min = 1, .max = 400, .help = "what it mostly comes from" },
	{ "window", KEY_DURATION, AT(window_us), .min = 1, .max = 86400, .def = "10s", .help = "ROC: the change is taken over this time" },
	{ "of", KEY_STRING, AT(of), .min = 1, .max = 63, .help = "DEV: the point that it is compared with; absent: its setpoint, of the same name with _SP" },
	{ "suppress_when", KEY_EXPR, AT(suppress_when), .min = 1, .max = 4096, .help = "this alarm is suppressed while this is true, beside the point's own" },
	{ "respond_in", KEY_DURATION, AT(respond_in_us), .min = 1, .max = 86400, .def = "0s", .help = "time in which the operator has to answer it" },
	{ "advisory", KEY_BOOL, AT(advisory), .def = "false", .help = "needs no acknowledgement and sounds no horn; priority 4 only" },
	{ "may_shelve", KEY_BOOL, AT(may_shelve), .def = "true", .help = "false: nobody may shelve it" },
	{ "shelve_max", KEY_DURATION, AT(shelve_max_us), .min = 60, .max = 604800, .def = "0s", .help = "longest shelf; absent: by priority" },
	{ "realarm", KEY_DURATION, AT(realarm_us), .min = 60, .max = 604800, .def = "0s", .help = "sounds again while it is still active; absent: by priority" },
	{ "screen", KEY_WORD, AT(screen), .help = "page that shows it; absent: the point's" },
	{ "name", KEY_STRING, AT(name), .min = 1, .max = 63, .help = "alarms of the site (CALC): the name" },
	{ "when", KEY_EXPR, AT(when), .min = 1, .max = 4096, .help = "CALC: true while the alarm holds" },
	{ "area", KEY_STRING, AT(area), .min = 1, .max = 40, .help = "CALC: where it belongs" },
};
const struct schema limit_schema = { "alarm", sizeof(T), limit_keys, ARRAY_LEN(limit_keys), "one alarm condition of a point", NULL, 0, 0 };
#undef T

static const struct key_word filter_words[] = {
	{ "first-order", FILTER_FIRST_ORDER, "a low pass with a time constant" },
	{ "median", FILTER_MEDIAN, "the middle one of the last samples" },
	{ NULL, 0, NULL },
};

#define T struct site_filter
static const struct key filter_keys[] = {
	{ "type", KEY_ENUM, AT(type), true, .words = filter_words, .help = "which filter" },
	{ "time", KEY_DURATION, AT(time_us), .min = 0.1, .max = 86400, .def = "0s", .help = "first-order: its time constant" },
	{ "window", KEY_INT, AT(window), .min = 3, .max = 15, .def = "0", .help = "median: over so many samples, an odd number" },
};
const struct schema filter_schema = { "filter", sizeof(T), filter_keys, ARRAY_LEN(filter_keys), "smoothing; off unless given", NULL, 0, 0 };
#undef T

#define T struct site_counter
static const struct key counter_keys[] = {
	{ "modulus", KEY_NUMBER, AT(modulus), true, .min = 1e-9, .max = 1e20, .help = "the value at which it begins again from zero" },
	{ "max_rate", KEY_RATE, AT(max_rate_per_s), .min = 0, .max = 1e15, .help = "more than this is not believed" },
};
const struct schema counter_schema = { "counter", sizeof(T), counter_keys, ARRAY_LEN(counter_keys), "how a counter rolls over", NULL, 0, 0 };
#undef T

#define T struct site_check_back
static const struct key check_back_keys[] = {
	{ "done_when", KEY_EXPR, AT(done_when), .min = 1, .max = 4096, .help = "the command is done when this is true" },
	{ "failed_when", KEY_EXPR, AT(failed_when), .min = 1, .max = 4096, .help = "it has failed when this is true" },
	{ "shown_by", KEY_EXPR, AT(shown_by), .min = 1, .max = 4096, .help = "setpoints: what has to come as near as well, beside what is read back, as $.P" },
	{ "tolerance", KEY_NUMBER, AT(tolerance), .min = 0, .max = 1e15, .def = "0", .help = "setpoints: done when the value is so near" },
	{ "time", KEY_DURATION, AT(time_us), .min = 0.1, .max = 3600, .def = "10s", .help = "after this the outcome is unknown" },
};
const struct schema check_back_schema = { "check_back", sizeof(T), check_back_keys, ARRAY_LEN(check_back_keys), "how it is known that a command was carried out", NULL, 0, 0 };
#undef T

#define T struct site_revert
static const struct key revert_keys[] = {
	{ "after", KEY_DURATION, AT(after_us), .min = 1, .max = 604800, .def = "0s", .help = "the device gives the setpoint up without a refresh for so long" },
	{ "to", KEY_NUMBER, AT(to), .help = "the value that it falls to; absent: its own control" },
	{ "timer_register", KEY_INT, AT(timer_register), .min = 0, .max = 65535, .def = "-1", .help = "holding register with the seconds; absent: fixed in the device" },
	{ "timer_point", KEY_STRING, AT(timer_point), .min = 1, .max = 63, .help = "protocol sunspec: the point with the seconds, as 704.WSetRvrtTms" },
	{ "text", KEY_STRING, AT(text), .min = 1, .max = 200, .help = "the same in words" },
};
const struct schema revert_schema = { "revert", sizeof(T), revert_keys, ARRAY_LEN(revert_keys), "a device that gives a setpoint up by itself", NULL, 0, 0 };
#undef T

static const struct key_word bad_input_words[] = {
	{ "hold", BAD_INPUT_HOLD, "it stays as it is" },
	{ "safe", BAD_INPUT_SAFE, "it goes to its safe value" },
	{ "release", BAD_INPUT_RELEASE, "what holds it lets go" },
	{ NULL, 0, NULL },
};
static const struct key_word return_words[] = {
	{ "assert", RETURN_ASSERT, "what is wanted is written again" },
	{ "compare", RETURN_COMPARE, "equal: goes on; else an alarm, and an operator decides" },
	{ "give-up", RETURN_GIVE_UP, "what held it is released, and told" },
	{ NULL, 0, NULL },
};

#define T struct site_output
static const struct key output_keys[] = {
	{ "local", KEY_EXPR, AT(local), .min = 1, .max = 4096, .help = "true while the plant is in local: nothing is written" },
	{ "mode_when", KEY_EXPR, AT(mode_when), .min = 1, .max = 4096, .help = "must be true, else it is blocked by mode" },
	{ "needs", KEY_EXPR, AT(needs), .min = 1, .max = 4096, .help = "what it is judged by: must be good and fresh" },
	{ "protect_min", KEY_EXPR, AT(protect_lo), .min = 1, .max = 4096, .help = "protection: whoever wins gets at least this" },
	{ "protect_max", KEY_EXPR, AT(protect_hi), .min = 1, .max = 4096, .help = "and at most this" },
	{ "protect_text", KEY_STRING, AT(protect_text), .min = 1, .max = 200, .help = "why, for people" },
	{ "default", KEY_NUMBER, AT(default_value), .help = "what it is when nobody wants anything; absent: the device's own" },
	{ "safe", KEY_NUMBER, AT(safe_value), .help = "for on_bad_input: safe" },
	{ "on_bad_input", KEY_ENUM, AT(on_bad_input), .words = bad_input_words, .def = "hold", .help = "when what it needs turns bad" },
	{ "on_return", KEY_ENUM, AT(on_return), .words = return_words, .def = "assert", .help = "after a loss of communication, a time-out or the device's restart; compare: it goes on if the device has what it shall have or was told last, else a person decides" },
	{ "retries", KEY_INT, AT(retries), .min = 0, .max = 2, .def = "2", .help = "setpoints: written again when it was not taken; commands never" },
	{ "least_gap", KEY_DURATION, AT(least_gap_us), .min = 0, .max = 86400, .def = "0s", .help = "least time between two commands" },
	{ "drift", KEY_NUMBER, AT(drift), .min = 0, .max = 1e15, .help = "alarm when the device differs by more; absent: check_back's tolerance" },
	{ "drift_delay", KEY_DURATION, AT(drift_delay_us), .min = 1, .max = 86400, .def = "30s", .help = "for so long" },
	{ "drift_priority", KEY_INT, AT(drift_priority), .min = 1, .max = 4, .def = "3", .help = "of that alarm" },
	{ "longest", KEY_DURATION, AT(longest_us), .min = 60, .max = 28800, .def = "8h", .help = "longest override" },
	{ "light", KEY_BOOL, AT(light), .def = "false", .help = "operated directly, without a question" },
	{ "tag_after", KEY_STRING, AT(tag_after), .min = 1, .max = 63, .help = "this point gets an inhibit tag when the command is done" },
	{ "tag_when", KEY_EXPR, AT(tag_when), .min = 1, .max = 4096, .help = "tag_after only if this is true then; absent: always" },
	{ "confirm", KEY_STRING, AT(confirm), .min = 1, .max = 200, .help = "a question that the person answers first" },
};
const struct schema output_schema = { "output", sizeof(T), output_keys, ARRAY_LEN(output_keys), "what control does with an output", NULL, 0, 0 };
#undef T

static const struct key_word kind_words[] = {
#define KIND_WORD(id, word, help) { word, id, help },
	POINT_KIND_LIST(KIND_WORD)
#undef KIND_WORD
	{ NULL, 0, NULL },
};

#define T struct site_point_def
static const struct key point_keys[] = {
	{ "tag", KEY_TAG, AT(tag), true, .help = "the point's name within its device; of a calculation the whole name" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "kind", KEY_ENUM, AT(kind), true, .words = kind_words, .help = "what it is" },
	{ "unit", KEY_UNIT, AT(unit), .help = "of the value" },
	{ "read", KEY_MAP, AT(read), .sub = &register_schema, .help = "where its value is read" },
	{ "write", KEY_MAP, AT(write), .sub = &register_schema, .help = "where it is written" },
	{ "expression", KEY_EXPR, AT(expression), .min = 1, .max = 4096, .help = "calculated, instead of read; $ stands for the device, as in $.P" },
	{ "range", KEY_RANGE, AT(range), .help = "of the instrument or, for setpoints, of what may be set" },
	{ "decimals", KEY_INT, AT(decimals), .min = -6, .max = 12, .def = "0", .help = "shown and sent; absent: from scale and deadband" },
	{ "deadband", KEY_NUMBER, AT(deadband), .min = 0, .max = 1e15, .def = "0", .help = "smaller changes are not reported" },
	{ "max_interval", KEY_DURATION, AT(max_interval_us), .min = 1, .max = 86400, .def = "0s", .help = "reported at least so often" },
	{ "poll", KEY_DURATION, AT(poll_us), .min = 0.1, .max = 3600, .def = "0s", .help = "period, where it differs from the device's" },
	{ "history", KEY_WORD, AT(history), .help = "class of retention of its history; none: not recorded" },
	{ "filter", KEY_MAP, AT(filter), .sub = &filter_schema, .help = "smoothing" },
	{ "stale_periods", KEY_NUMBER, AT(stale_periods), .min = 1, .max = 1000, .def = "3", .help = "stale after so many periods without a value" },
	{ "frozen", KEY_DURATION, AT(frozen_us), .min = 1, .max = 604800, .def = "0s", .help = "doubted when it has not changed by one bit for so long" },
	{ "curve", KEY_PAIRS, AT(curve), .min = 2, .max = 64, .help = "piecewise linear, after scale and offset" },
	{ "square_root", KEY_BOOL, AT(square_root), .def = "false", .help = "the root of the scaled value, as of a differential pressure" },
	{ "states", KEY_NAMES, AT(states), .max = 16, .help = "digital: names of its states" },
	{ "states_ja", KEY_NAMES, AT(states_ja), .max = 16, .help = "the same in Japanese" },
	{ "bits", KEY_NAMES, AT(bits), .max = 64, .help = "digital: names of the bits of a bit field" },
	{ "bits_ja", KEY_NAMES, AT(bits_ja), .max = 64, .help = "the same in Japanese" },
	{ "counter", KEY_MAP, AT(counter), .sub = &counter_schema, .help = "counters: how it rolls over" },
	{ "pulse", KEY_BOOL, AT(pulse), .def = "false", .help = "digital: on for a moment; its rising edge counts" },
	{ "alarms", KEY_LIST, AT(alarms), .max = 64, .sub = &limit_schema, .help = "its alarm conditions" },
	{ "suppress_when", KEY_EXPR, AT(suppress_when), .min = 1, .max = 4096, .help = "its alarms are suppressed while this is true" },
	{ "ramp", KEY_RATE, AT(ramp_per_s), .min = 0, .max = 1e15, .help = "setpoints: fastest change" },
	{ "select_before_operate", KEY_BOOL, AT(select_before_operate), .def = "false", .help = "outputs: selected first, executed then" },
	{ "dangerous", KEY_BOOL, AT(dangerous), .def = "false", .help = "outputs: the operator types the target again" },
	{ "two_person", KEY_BOOL, AT(two_person), .def = "false", .help = "outputs: a second person approves" },
	{ "check_back", KEY_MAP, AT(check_back), .sub = &check_back_schema, .help = "outputs: how it is known that it was done" },
	{ "revert", KEY_MAP, AT(revert), .sub = &revert_schema, .help = "outputs: the device's own timer" },
	{ "falls_back", KEY_STRING, AT(falls_back), .min = 1, .max = 200, .help = "outputs: what the device does without Chisan" },
	{ "interlock", KEY_EXPR, AT(interlock), .min = 1, .max = 4096, .help = "outputs: must be true" },
	{ "interlock_text", KEY_STRING, AT(interlock_text), .min = 1, .max = 200, .help = "why it is refused otherwise" },
	{ "output", KEY_MAP, AT(output), .sub = &output_schema, .help = "outputs: what control does with it" },
};
const struct schema point_schema = { "point", sizeof(T), point_keys, ARRAY_LEN(point_keys), "one quantity of a device type", NULL, 0, 0 };
#undef T
/* clang-format on */
