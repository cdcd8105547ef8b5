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
enum key_mode { MODE_ALL = 1, MODE_LIST = 2, MODE_POINTS = 4, MODE_POINT = 8, MODE_MIMIC = 16 };

/* ONE ROW PER REQUEST.  _(id, word in the palette, keys, where, argument in the palette, help) */
#define REQ_LIST(_) \
	_(REQ_HELP,      "help",      "? F1",            MODE_ALL,    "",         "keys, commands, letters; searched with /") \
	_(REQ_BACK,      "back",      "q Esc Backspace", MODE_ALL,    "",         "back to the page before") \
	_(REQ_QUIT,      "quit",      "Q",               MODE_ALL,    "",         "leave the console") \
	_(REQ_PALETTE,   "command",   ":",               MODE_ALL,    "",         "type a command; Tab completes it") \
	_(REQ_GOTO,      "goto",      "g",               MODE_ALL,    "POINT",    "go to a point by its name; Tab completes") \
	_(REQ_POINTS,    "points",    "p",               MODE_ALL,    "",         "all points") \
	_(REQ_LINKS,     "links",     "l",               MODE_ALL,    "",         "communication with the devices") \
	_(REQ_BOOKMARKS, "bookmarks", "'",               MODE_ALL,    "",         "the points with a bookmark") \
	_(REQ_PAGE,      "page",      "",                MODE_ALL,    "PAGE",     "open a page by its name") \
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
	_(REQ_FIND,      "find",      "/",               MODE_LIST,   "TEXT",     "to the next row with this text, as you type") \
	_(REQ_FIND_NEXT, "find-next", "n",               MODE_LIST,   "",         "the next row with the text") \
	_(REQ_FIND_PREV, "find-prev", "N",               MODE_LIST,   "",         "the row before with the text") \
	_(REQ_FILTER,    "filter",    "\\",              MODE_LIST,   "TEXT",     "only rows with this text; ! what is not good") \
	_(REQ_SORT,      "sort",      "s",               MODE_POINTS, "[COLUMN]", "sort: device, name, value, quality, age") \
	_(REQ_REVERSE,   "reverse",   "S",               MODE_POINTS, "",         "turn the order round") \
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
