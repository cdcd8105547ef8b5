/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - what the operator can ask for: one row a request, with its keys, its word in the palette and its help.
 * The help page, the hints and the manual are printed from these rows. No key writes to the field.
 */
#ifndef CHISAN_KEYS_H
#define CHISAN_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
/* A key: a character, or one of these. Ctrl-A is 1. */
enum key {
	KEY_NONE = 0, K_TAB = 9, K_ENTER = 10, K_ESCAPE = 27,
	K_SPECIAL = 0x110000, K_UP, K_DOWN, K_LEFT, K_RIGHT, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, K_BACKSPACE, K_DELETE, K_BACKTAB,
	K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_PASTE_BEGIN, K_PASTE_END, K_RESIZE, K_HANGUP,
};

/* Where a row's keys count. A page has a set of them; within a set no key stands twice. */
enum key_mode {
	MODE_ALL = 1, MODE_LIST = 2, MODE_POINTS = 4, MODE_POINT = 8, MODE_MIMIC = 16, MODE_TREND = 32,
	MODE_JOURNAL = 128, MODE_REPORTS = 256, MODE_REPORT = 512, MODE_HELD = 2048,
	MODE_DISPATCH = 1024, MODE_SEQUENCE = 32768, MODE_WHEEL = 65536, MODE_SCHEDULE = 131072,
	MODE_LINKS = 262144, MODE_RAW = 524288, /* communication; registers that a person reads */
	MODE_ALARMS = 4096, MODE_ALARM = 8192, MODE_KPI = 16384, /* the list, one of them, their figures */
};

/* ONE ROW PER REQUEST.  _(id, word in the palette, keys, where, argument in the palette, help) */
#define REQ_LIST(_) \
	_(REQ_HELP,      "help",      "? F1",            MODE_ALL,    "",         "keys, commands, letters; searched with /") \
	_(REQ_BACK,      "back",      "q Esc Backspace", MODE_ALL,    "",         "back to the page before") \
	_(REQ_QUIT,      "quit",      "Q",               MODE_ALL,    "",         "leave the console") \
	_(REQ_PALETTE,   "command",   ":",               MODE_ALL,    "",         "type a command; Tab completes it") \
	_(REQ_GOTO,      "goto",      "g",               MODE_ALL,    "POINT",    "go to a point by its name; Tab completes") \
	_(REQ_POINTS,    "points",    "p",               MODE_ALL,    "",         "all points") \
	_(REQ_LINKS,     "links",     "l",               MODE_ALL,    "",         "communication with the devices") \
	_(REQ_JOURNAL,   "journal",   "e",               MODE_ALL,    "[POINT]",  "what happened, who did it; on trends: near it") \
	_(REQ_ALARMS,    "alarms",    "a",               MODE_ALL,    "[TEXT]",   "alarm list; there and on an alarm: acknowledge") \
	_(REQ_ACK_SEEN,  "ack-page",  "A",               MODE_ALARMS, "",         "acknowledge those on the screen; asks once") \
	_(REQ_KPI,       "kpi",       "%",               MODE_ALL,    "[SPAN]",   "alarm figures and targets: 24h, 7d, 30d") \
	_(REQ_SILENCE,   "silence",   "Space",           MODE_ALL,    "",         "horn and bell off until the next new alarm") \
	_(REQ_BELL,      "bell",      "Ctrl-G",          MODE_ALL,    "",         "the bell of this terminal off or on") \
	_(REQ_SHELVE,    "shelve",    "s",               MODE_ALARMS | MODE_ALARM, "", "put it on a shelf for a time, or back (CONTROL)") \
	_(REQ_OOS,       "oos",       "O",               MODE_ALARMS | MODE_ALARM, "", "out of service, or back into it (CONTROL)") \
	_(REQ_RESET,     "reset",     "R",               MODE_ALARMS | MODE_ALARM, "", "let go of a latched alarm (CONTROL)") \
	_(REQ_RESET_SEEN,"reset-page","Z",               MODE_ALARMS, "",         "reset the latched ones on the screen; asks once") \
	_(REQ_COMMENT,   "comment",   "c",               MODE_ALARMS | MODE_ALARM, "TEXT", "a remark on this alarm") \
	_(REQ_LIMIT,     "limit",     "L",               MODE_ALARMS | MODE_ALARM, "", "another limit (engineer, CONTROL)") \
	_(REQ_TEST,      "test",      "Y",               MODE_ALARMS | MODE_ALARM, "", "raise it as a test (engineer, CONTROL)") \
	_(REQ_ITS_POINT, "its-point", "i",               MODE_ALARMS | MODE_ALARM, "", "the point of this alarm") \
	_(REQ_ITS_PAGE,  "its-page",  "d",               MODE_ALARMS | MODE_ALARM, "", "the drawing of this alarm") \
	_(REQ_STATE,     "state",     "f",               MODE_ALARMS, "",         "any, not acknowledged, active, returned") \
	_(REQ_PRIORITY,  "priority",  "F",               MODE_ALARMS, "",         "all priorities, 1, 1-2, 1-3") \
	_(REQ_AREA,      "area",      "w",               MODE_ALARMS, "",         "the next area; after the last: all") \
	_(REQ_GROUPS,    "groups",    "x",               MODE_ALARMS, "",         "priorities 3 and 4 by device, or one by one") \
	_(REQ_NOTE,      "note",      "m",               MODE_ALL,    "TEXT",     "a note in the operator log") \
	_(REQ_REPORTS,   "reports",   "r",               MODE_ALL,    "",         "reports: filed, as of now, confirmed") \
	_(REQ_REPORT,    "report",    "",                MODE_ALL,    "KIND [DATE]", "one report, as daily 2026-11-22") \
	_(REQ_HANDOVER,  "handover",  "",                MODE_ALL,    "[SINCE]",  "the shift report") \
	_(REQ_HELD,      "held",      "h",               MODE_ALL,    "",         "all that people hold: V T M B, and who asks") \
	_(REQ_DISPATCH,  "dispatch",  "D",               MODE_ALL,    "",         "dispatch: mode, demand, what it wants and why") \
	_(REQ_PLAN,      "plan",      "v",               MODE_ALL,    "",         "the plan: what each asset does, when and why") \
	_(REQ_WHEEL,     "wheel",     "V",               MODE_ALL,    "[DAY]",    "self-wheeling: plans of half hours, delivered") \
	_(REQ_WHEEL_SET, "wheel-set", "s",               MODE_WHEEL,  "",         "kWh of this slot, or of several (CONTROL)") \
	_(REQ_WHEEL_MAKE, "wheel-make", "M",             MODE_WHEEL,  "",         "a draft from what is foreseen (CONTROL)") \
	_(REQ_WHEEL_FILE, "wheel-file", "Y",             MODE_WHEEL,  "",         "file the draft; asks once (CONTROL)") \
	_(REQ_WHEEL_DROP, "wheel-drop", "R",             MODE_WHEEL,  "",         "give the draft up, with a reason (CONTROL)") \
	_(REQ_WHEEL_ACCEPT, "wheel-accept", "y",         MODE_WHEEL,  "",         "enter that it was accepted; asks once (CONTROL)") \
	_(REQ_WHEEL_REJECT, "wheel-reject", "N",         MODE_WHEEL,  "",         "enter that it was refused (CONTROL)") \
	_(REQ_SCHEDULE,  "schedule",  "H",               MODE_ALL,    "",         "what is entered ahead: out of service, steam, DR") \
	_(REQ_SCHEDULE_ADD, "enter",  "o",               MODE_SCHEDULE, "WHAT FROM UNTIL REASON", "enter something ahead (CONTROL)") \
	_(REQ_SCHEDULE_CHANGE, "change-entry", "c",      MODE_SCHEDULE, "",       "change this entry (CONTROL)") \
	_(REQ_SCHEDULE_END, "end-entry", "O",            MODE_SCHEDULE, "",       "take this entry out, with a reason (CONTROL)") \
	_(REQ_CO2,       "co2",       "$",               MODE_ALL,    "",         "CO2 and cost: today, month, fiscal year") \
	_(REQ_STOP,      "stop",      "S",               MODE_DISPATCH, "",       "dispatch to manual, at once and unasked") \
	_(REQ_MODE,      "mode",      "o",               MODE_DISPATCH, "MODE [KW UNTIL] REASON", "another mode of dispatch (CONTROL)") \
	_(REQ_TARGET,    "target",    "O",               MODE_DISPATCH, "KW REASON", "another demand target (supervisor, CONTROL)") \
	_(REQ_SEQUENCE,  "sequence",  "E",               MODE_ALL,    "[NAME]",   "guided sequences, as a black start") \
	_(REQ_SEQ_BEGIN, "begin",     "B",               MODE_SEQUENCE, "REASON", "begin this sequence (CONTROL)") \
	_(REQ_SEQ_CONFIRM, "step-done", "y",             MODE_SEQUENCE, "",       "confirm the current step; asks once (CONTROL)") \
	_(REQ_SEQ_REMARK, "remark",   "Y",               MODE_SEQUENCE, "",       "confirm the current step with a remark (CONTROL)") \
	_(REQ_SEQ_SKIP,  "skip",      "s",               MODE_SEQUENCE, "",       "skip the current step, with a reason (CONTROL)") \
	_(REQ_SEQ_ABORT, "abort",     "A",               MODE_SEQUENCE, "",       "end this run before its last step (CONTROL)") \
	_(REQ_SET,       "set",       "o",               MODE_POINT | MODE_HELD, "", "set or switch this output (CONTROL)") \
	_(REQ_RELEASE,   "release",   "O",               MODE_POINT | MODE_HELD, "", "end this override without a bump (CONTROL)") \
	_(REQ_EXTEND,    "extend",    "X",               MODE_ALL,    "",         "extend this override, or what ends first") \
	_(REQ_TAG,       "tag",       "F",               MODE_POINT | MODE_HELD, "", "a tag on this point: inhibit, caution (CONTROL)") \
	_(REQ_UNTAG,     "untag",     "f",               MODE_POINT | MODE_HELD, "", "take a tag off this point (CONTROL)") \
	_(REQ_APPROVE,   "approve",   "W",               MODE_ALL,    "",         "say yes or no to what somebody asks (CONTROL)") \
	_(REQ_UNDO,      "undo",      "U",               MODE_POINT | MODE_HELD, "", "undo your last command here (CONTROL)") \
	_(REQ_CONTROL,   "control",   "C",               MODE_ALL,    "",         "CONTROL on or off: acts on points") \
	_(REQ_MANUAL,    "manual",    "M",               MODE_POINT,  "",         "a value by hand, or its end (CONTROL)") \
	_(REQ_SCAN,      "scan",      "B",               MODE_POINT,  "",         "scan of this point off or on (CONTROL)") \
	_(REQ_KINDS,     "kinds",     "K",               MODE_JOURNAL | MODE_REPORTS, "", "the next choice of kinds") \
	_(REQ_CONFIRM,   "confirm",   "c",               MODE_REPORTS | MODE_REPORT, "", "confirm this report in your name") \
	_(REQ_EXPORT,    "export",    "x",               MODE_REPORT | MODE_WHEEL, "FILE",     "write it to a file, .csv or .txt") \
	_(REQ_BEFORE,    "before",    "[",               MODE_REPORT | MODE_ALARMS | MODE_WHEEL | MODE_RAW, "", "the period, list or registers before") \
	_(REQ_AFTER,     "after",     "]",               MODE_REPORT | MODE_ALARMS | MODE_WHEEL | MODE_RAW, "", "the period, list or registers after") \
	_(REQ_RAW,       "raw",       "R",               MODE_LINKS | MODE_RAW, "TABLE ADDRESS [COUNT]", "read registers of this device now (engineer)") \
	_(REQ_BOOKMARKS, "bookmarks", "'",               MODE_ALL,    "",         "the points with a bookmark") \
	_(REQ_PAGE,      "page",      "",                MODE_ALL,    "PAGE",     "open a page by its name") \
	_(REQ_TREND,     "trend",     "t",               MODE_ALL,    "POINT ... [SPAN]", "history of the selected point; on a trend: add") \
	_(REQ_ADD,       "add",       "T",               MODE_ALL,    "POINT",    "add the selected point to the last trend") \
	_(REQ_UP,        "up",        "k Up",            MODE_ALL,    "",         "up") \
	_(REQ_DOWN,      "down",      "j Down",          MODE_ALL,    "",         "down") \
	_(REQ_LEFT,      "left",      "Left",            MODE_ALL,    "",         "left") \
	_(REQ_RIGHT,     "right",     "Right",           MODE_ALL,    "",         "right") \
	_(REQ_PAGE_UP,   "page-up",   "PgUp Ctrl-B",     MODE_ALL,    "",         "a page up") \
	_(REQ_PAGE_DOWN, "page-down", "PgDn Ctrl-F",     MODE_ALL,    "",         "a page down") \
	_(REQ_HOME,      "first",     "Home",            MODE_ALL,    "",         "to the first") \
	_(REQ_END,       "last",      "End G",           MODE_ALL,    "",         "to the last") \
	_(REQ_OPEN,      "open",      "Enter",           MODE_ALL,    "",         "open the selected one") \
	_(REQ_NEXT,      "next",      "Tab",             MODE_ALL,    "",         "the next field or row") \
	_(REQ_PREVIOUS,  "previous",  "Backtab",         MODE_ALL,    "",         "the field or row before") \
	_(REQ_PAUSE,     "pause",     "z",               MODE_ALL,    "",         "hold the values still; again: go on") \
	_(REQ_SAVE_PAGE, "save-page", "P",               MODE_ALL,    "",         "write this page as text to a file") \
	_(REQ_BOOKMARK,  "bookmark",  "b",               MODE_ALL,    "",         "bookmark of the selected point on or off") \
	_(REQ_JAPANESE,  "japanese",  "J",               MODE_ALL,    "",         "titles in Japanese or English") \
	_(REQ_REDRAW,    "redraw",    "Ctrl-L",          MODE_ALL,    "",         "draw the whole screen again") \
	_(REQ_FIND,      "find",      "/",               MODE_ALL,    "TEXT",     "to the next row with this text; else to a point") \
	_(REQ_FIND_NEXT, "find-next", "n",               MODE_LIST,   "",         "the next row with the text") \
	_(REQ_FIND_PREV, "find-prev", "N",               MODE_LIST,   "",         "the row before with the text") \
	_(REQ_FILTER,    "filter",    "\\",              MODE_LIST,   "TEXT",     "only rows with this text; ! what is not good") \
	_(REQ_SORT,      "sort",      "s",               MODE_POINTS, "[COLUMN]", "sort: device, name, value, quality, age") \
	_(REQ_REVERSE,   "reverse",   "S",               MODE_POINTS, "",         "turn the order round") \
	_(REQ_ZOOM_IN,   "zoom-in",   "+ =",             MODE_TREND,  "",         "less time, around the cursor") \
	_(REQ_ZOOM_OUT,  "zoom-out",  "-",               MODE_TREND,  "",         "more time, around the cursor") \
	_(REQ_SPAN,      "span",      "s",               MODE_TREND,  "TIME",     "so much time at once: 1m to 30y") \
	_(REQ_EARLIER,   "earlier",   ", [",             MODE_TREND,  "",         "half a page into the past") \
	_(REQ_LATER,     "later",     ". ]",             MODE_TREND,  "",         "half a page towards now") \
	_(REQ_AT,        "at",        "@",               MODE_TREND,  "TIME",     "to a time: 13:00, yesterday, 2026-11-22, 2h ago") \
	_(REQ_REMOVE,    "remove",    "x Delete",        MODE_TREND,  "",         "take the selected point out of the trend") \
	_(REQ_RAISE,     "raise",     "u",               MODE_TREND,  "",         "move the selected point up by one line") \
	_(REQ_SCALE,     "scale",     "y",               MODE_TREND,  "",         "scale: what is seen, one for each, instrument") \
	_(REQ_PLANNED,   "planned",   "w",               MODE_TREND,  "",         "the plan of the selected point, also to come") \
	_(REQ_THEME,     "theme",     "",                MODE_ALL,    "THEME",    "another theme") \
	_(REQ_RATE,      "rate",      "",                MODE_ALL,    "HZ",       "most redraws a second for values, 0.1 to 20")
/* clang-format on */

#define KEYS_ENUM(id, word, keys, where, argument, help) id,
enum request { REQ_NONE, REQ_LIST(KEYS_ENUM) REQ_COUNT };
#undef KEYS_ENUM

struct req_row {
	enum request id;
	const char *word, *keys;
	unsigned where; /* enum key_mode */
	const char *argument, *help;
};

const struct req_row *req_row(int i); /* i-th, from 0; NULL at the end */
const struct req_row *req_find(const char *word);
const struct req_row *req_of(enum request id);
/* The request of a key on a page with these modes; REQ_NONE = none. */
enum request req_of_key(uint32_t key, unsigned modes);
/* "Up", "Ctrl-L", "x" to a key; KEY_NONE if it is no name. */
uint32_t key_from_name(const char *name, size_t len);

#endif
