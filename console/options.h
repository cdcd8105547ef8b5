/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - the options of chisan, before or after the command, from one table.
 */
#ifndef CHISAN_OPTIONS_H
#define CHISAN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/console.h"

/* clang-format off */
/*
 * ONE ROW PER OPTION.  where: "all", "console" (chisan without a command), or the commands that know it.
 * _(id, long name, letter or 0, argument or NULL, where, help)
 */
#define OPTION_LIST(_) \
	_(OPT_SOCKET,     "socket",      's', "SOCKET", "all", "the server's socket; else $CHISAN_SOCKET, else the usual places") \
	_(OPT_JA,         "ja",           0,  NULL,     "all", "titles and states in Japanese (also with LANG=ja_JP)") \
	_(OPT_HELP,       "help",        'h', NULL,     "all", "this, or help for the command") \
	_(OPT_VERSION,    "version",     'V', NULL,     "all", "version, with those of the libraries") \
	_(OPT_JSON,       "json",         0,  NULL,     "status points get watch links check", "for programs: JSON with \"schema\":1") \
	_(OPT_WAIT,       "wait",         0,  "TIME",   "status points get links", "wait so long until each device has given its first values") \
	_(OPT_TIMEOUT,    "timeout",      0,  "TIME",   "status points get watch links", "longest wait for the server (10s)") \
	_(OPT_NAMES,      "names",        0,  NULL,     "points links", "names only, one a line") \
	_(OPT_NOW,        "now",          0,  NULL,     "watch", "begin with all values as they stand") \
	_(OPT_COUNT,      "count",       'n', "N",      "watch", "end after so many lines") \
	_(OPT_VERBOSE,    "verbose",     'v', NULL,     "check", "print the site back when it has no faults") \
	_(OPT_SCREEN,     "screen",       0,  "NAME",   "console", "page to begin with: overview, points, links or a point's name") \
	_(OPT_RATE,       "rate",         0,  "HZ",     "console", "most redraws a second, 0.1 to 20 (2)") \
	_(OPT_SLOW,       "slow",         0,  NULL,     "console", "for poor lines: a redraw every two seconds, no decoration") \
	_(OPT_ACCESSIBLE, "accessible",   0,  NULL,     "console", "for screen readers: one column, no boxes, changes as lines") \
	_(OPT_ASCII,      "ascii",        0,  NULL,     "all", "nothing but ASCII characters") \
	_(OPT_COLOR,      "color",        0,  "WHEN",   "console", "auto, never, 16 or 256; NO_COLOR is honoured") \
	_(OPT_THEME,      "theme",        0,  "NAME",   "console", "colours: default, deutan, mono, high-contrast, light") \
	_(OPT_GRAPH,      "graph",        0,  "KIND",   "console", "what lines are drawn with: block or ascii") \
	_(OPT_AMBIGUOUS,  "ambiguous",    0,  "CELLS",  "console", "width of ambiguous characters in your terminal: 1 or 2") \
	_(OPT_SCRIPT,     "script",       0,  "FILE",   "console", "keys and commands from FILE, without a terminal; - is standard input") \
	_(OPT_SIZE,       "size",         0,  "CxR",    "console", "size of the screen of --script, as 80x24") \
	_(OPT_NO_GUARD,   "no-guardian",  0,  NULL,     "console", "no parent process that mends the terminal after a crash")
/* clang-format on */

#define OPTION_ENUM(id, name, letter, argument, where, help) id,
enum option_id { OPTION_LIST(OPTION_ENUM) OPTION_COUNT };
#undef OPTION_ENUM

struct option_row {
	const char *name;
	char letter;          /* 0 = none */
	const char *argument; /* NULL = takes none */
	const char *where, *help;
};

struct options {
	char socket[4096]; /* resolved */
	bool given[OPTION_COUNT];
	bool json, ja, names, now, verbose;
	int64_t wait_us, timeout_us, count;
	struct console_options console;
	const char *args[1001]; /* the command and its arguments, NULL at the end; borrowed from argv */
	int arg_count;
};

#define OPTIONS_ARG_MAX 1000

const struct option_row *option_row(size_t i);                          /* NULL at the end */
bool option_belongs(const struct option_row *row, const char *command); /* NULL: the console */

/* False: message says what is wrong, for stderr and exit code 2. */
bool options_read(struct options *o, int argc, const char *const *argv, char *message, size_t size);
bool options_check(const struct options *o, char *message, size_t size); /* does each belong to the command? */

/* Prints the rows that belong to command (NULL: the console) on stdout. */
void options_print(const char *command);

#endif
