/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_alarming.c - the keys of how alarms are treated as a whole, and of who is told of them at night.
 */
#include "config.h"

#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
#define T struct site_priority
static const struct key priority_keys[] = {
	{ "priority", KEY_INT, AT(priority), true, .min = 1, .max = 4, .help = "1 emergency to 4 low" },
	{ "shelve_max", KEY_DURATION, AT(shelve_max_us), .min = 60, .max = 604800, .def = "8h", .help = "longest shelf" },
	{ "realarm", KEY_DURATION, AT(realarm_us), .min = 0, .max = 604800, .def = "0s", .help = "sounds again while it is active; 0s: not" },
	{ "bell", KEY_DURATION, AT(bell_us), .min = 0, .max = 3600, .def = "0s", .help = "pause between two bells until it is silenced; 0s: one bell" },
};
const struct schema priority_schema = { "priority", sizeof(T), priority_keys, ARRAY_LEN(priority_keys), "how alarms of a priority are treated", NULL, 0, 0 };
#undef T

#define T struct site_class
static const struct key class_keys[] = {
	{ "class", KEY_STRING, AT(name), true, .min = 1, .max = 40, .help = "of alarms" },
};
const struct schema class_schema = { "class", sizeof(T), class_keys, ARRAY_LEN(class_keys), "a class whose limits two persons change", NULL, 0, 0 };
#undef T

#define T struct site_alarming
static const struct key alarming_keys[] = {
	{ "flood_window", KEY_DURATION, AT(flood_window_us), .min = 60, .max = 3600, .def = "10m", .help = "time over which alarms are counted for a flood" },
	{ "flood_enter", KEY_INT, AT(flood_enter), .min = 2, .max = 10000, .def = "10", .help = "more than so many, in an area or in the whole site: a flood there" },
	{ "flood_leave", KEY_INT, AT(flood_leave), .min = 1, .max = 10000, .def = "5", .help = "fewer than so many: it is over" },
	{ "flood_horn", KEY_DURATION, AT(flood_horn_us), .min = 1, .max = 3600, .def = "30s", .help = "during a flood the horn sounds at most so often; priority 1 always" },
	{ "chatter_count", KEY_INT, AT(chatter_count), .min = 2, .max = 100, .def = "3", .help = "raised so often within chatter_window: it chatters" },
	{ "chatter_window", KEY_DURATION, AT(chatter_window_us), .min = 10, .max = 3600, .def = "1m", .help = "that time" },
	{ "old", KEY_DURATION, AT(old_us), .min = 3600, .max = 2592000, .def = "1d", .help = "active for longer: stale" },
	{ "release_hold", KEY_DURATION, AT(release_hold_us), .min = 0, .max = 3600, .def = "10s", .help = "after a suppression by design, before the alarm is looked at again" },
	{ "comm_grace", KEY_DURATION, AT(comm_grace_us), .min = 0, .max = 3600, .def = "2s", .help = "a device silent for so long suppresses the alarms of its points" },
	{ "horn", KEY_STRING, AT(horn), .min = 1, .max = 63, .help = "command point of a horn contact: 1 sounds" },
	{ "priorities", KEY_LIST, AT(priorities), .max = 4, .sub = &priority_schema, .help = "by priority" },
	{ "two_person", KEY_LIST, AT(two_person), .max = 32, .sub = &class_schema, .help = "classes whose limits two persons change; absent: safety and environment" },
};
const struct schema alarming_schema = { "alarming", sizeof(T), alarming_keys, ARRAY_LEN(alarming_keys), "how alarms are treated", NULL, 0, 0 };
#undef T

static const struct key_word day_words[] = {
	{ "all", 0, "every day" },
	{ "weekdays", 31, "Monday to Friday" },
	{ "weekend", 96, "Saturday and Sunday" },
	{ NULL, 0, NULL },
};

#define T struct site_duty_time
static const struct key duty_time_keys[] = {
	{ "days", KEY_ENUM, AT(days), .words = day_words, .def = "all", .help = "on which days" },
	{ "from", KEY_DURATION, AT(from_us), .min = 0, .max = 86400, .def = "0s", .help = "since midnight of the site's zone, as 17h" },
	{ "to", KEY_DURATION, AT(to_us), .min = 0, .max = 86400, .def = "24h", .help = "not above from: over midnight" },
};
const struct schema duty_time_schema = { "duty_time", sizeof(T), duty_time_keys, ARRAY_LEN(duty_time_keys), "when a person is on duty", NULL, 0, 0 };
#undef T

#define T struct site_duty
static const struct key duty_keys[] = {
	{ "name", KEY_STRING, AT(name), true, .min = 1, .max = 64, .help = "of the duty, as night-1" },
	{ "address", KEY_STRING, AT(address), .min = 1, .max = 200, .help = "handed to the program: a mail address, a number" },
	{ "times", KEY_LIST, AT(times), .max = 32, .sub = &duty_time_schema, .help = "when; absent: always" },
	{ "after", KEY_DURATION, AT(after_us), .min = 0, .max = 86400, .def = "0s", .help = "told of an alarm that was not acknowledged for so long" },
	{ "priority", KEY_INT, AT(priority), .min = 1, .max = 4, .def = "2", .help = "of this priority or a more urgent one" },
	{ "areas", KEY_STRING, AT(areas), .min = 1, .max = 200, .help = "parted by spaces; absent: all" },
	{ "returns", KEY_BOOL, AT(returns), .def = "false", .help = "told as well when what was told is over, or acknowledged" },
};
const struct schema duty_schema = { "duty", sizeof(T), duty_keys, ARRAY_LEN(duty_keys), "one step of the chain of those on duty", NULL, 0, 0 };
#undef T

#define T struct site_notify
static const struct key notify_keys[] = {
	{ "program", KEY_STRING, AT(program), true, .min = 2, .max = 400, .help = "full path; arguments: name and address of the duty; a line an alarm on its input" },
	{ "timeout", KEY_DURATION, AT(timeout_us), .min = 1, .max = 600, .def = "30s", .help = "that it may take" },
	{ "group", KEY_DURATION, AT(group_us), .min = 0, .max = 600, .def = "10s", .help = "alarms within so long go out together" },
	{ "least_gap", KEY_DURATION, AT(least_gap_us), .min = 0, .max = 86400, .def = "1m", .help = "between two calls for one duty" },
	{ "most_an_hour", KEY_INT, AT(most_an_hour), .min = 1, .max = 1000, .def = "30", .help = "lines for one duty; beyond, one line says how many more, and priority 1 is told all the same" },
	{ "retries", KEY_INT, AT(retries), .min = 0, .max = 10, .def = "3", .help = "when it fails; then an alarm says so" },
	{ "duty", KEY_LIST, AT(duty), true, .max = 64, .sub = &duty_schema, .help = "who, in the order of the chain" },
};
const struct schema notify_schema = { "notify", sizeof(T), notify_keys, ARRAY_LEN(notify_keys), "who is told of alarms in unattended hours", NULL, 0, 0 };
#undef T
/* clang-format on */
