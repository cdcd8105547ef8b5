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
#include "console/when.h"

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
	_(OPT_JSON,       "json",         0,  NULL,     "status points get watch links alarms ack reset shelve unshelve oos silence trend check journal note handover report manual scan set release extend undo tag untag approve overrides tags dispatch plan wheel co2 mode schedule sequence backup study probe raw dump", "for programs: JSON with \"schema\":1") \
	_(OPT_WAIT,       "wait",         0,  "TIME",   "status points get links", "wait so long until each device has given its first values") \
	_(OPT_TIMEOUT,    "timeout",      0,  "TIME",   "status points get watch links alarms ack reset shelve unshelve oos silence trend journal note handover report manual scan set release extend undo tag untag approve overrides tags dispatch plan wheel co2 mode schedule sequence backup raw dump", "longest wait for the server (10s)") \
	_(OPT_NAMES,      "names",        0,  NULL,     "points links alarms", "names only, one a line") \
	_(OPT_NOW,        "now",          0,  NULL,     "watch report", "watch: begin with all values as they stand; report: as of now, not as filed") \
	_(OPT_COUNT,      "count",       'n', "N",      "watch journal report alarms dump", "end after so many lines; journal: the newest N; report --list: at most N") \
	_(OPT_SINCE,      "since",        0,  "T",      "trend journal handover", "from this time on, " WHEN_HELP) \
	_(OPT_UNTIL,      "until",        0,  "T",      "trend journal tag oos mode schedule", "up to this time; now unless given; tag, oos, mode, schedule: the expected end") \
	_(OPT_POINT,      "point",        0,  "POINT",  "journal note", "entries about points that match; note: the point it is about") \
	_(OPT_USER,       "user",         0,  "USER",   "journal", "entries of users that match") \
	_(OPT_KIND,       "kind",         0,  "WORD,...", "journal", "entries of these kinds; \"chisan journal --kind help\" lists them") \
	_(OPT_TEXT,       "text",         0,  "TEXT",   "journal tag", "entries with this in their text or values; tag: what is on it") \
	_(OPT_FOLLOW,     "follow",      'f', NULL,     "journal alarms", "go on with what is recorded from now on; alarms: with each change") \
	_(OPT_REVERSE,    "reverse",      0,  NULL,     "journal", "newest first") \
	_(OPT_CHECKPOINT, "checkpoint",   0,  "CHECK",  "journal", "verify: this \"SEQ HASH\" of the system log must be in it") \
	_(OPT_AT,         "at",           0,  "T",      "note", "the time that the note is about") \
	_(OPT_REASON,     "reason",       0,  "TEXT",   "manual scan set release extend undo untag approve shelve unshelve oos mode schedule sequence wheel", "why; kept in the journal") \
	_(OPT_SECONDS,    "seconds",      0,  "N",      "dump", "end after so many seconds, 1 to 3600; 10 unless given") \
	_(OPT_HEX,        "hex",          0,  NULL,     "dump", "below each line its bytes, as text2pcap reads them") \
	_(OPT_FOR,        "for",          0,  "TIME",   "manual set extend shelve", "how long; manual: without it until somebody ends it; set, extend: 60m") \
	_(OPT_OFF,        "off",          0,  NULL,     "manual", "back to what is measured") \
	_(OPT_DRY_RUN,    "dry-run",      0,  NULL,     "set ack reset shelve unshelve oos silence mode schedule", "what would be and every check; nothing is done") \
	_(OPT_YES_TYPED,  "yes-typed",    0,  "POINT",  "set release undo sequence", "the name of a dangerous output or sequence, once more") \
	_(OPT_YES_CONFIRMED, "yes-confirmed", 0, NULL,  "set undo", "what the output asks first is so: its question is answered with yes") \
	_(OPT_EMERGENCY,  "emergency",    0,  NULL,     "set shelve", "alone where two persons are needed; the duty list is alarmed") \
	_(OPT_PERMIT,     "permit",       0,  "NUMBER", "tag", "number of the work permit") \
	_(OPT_REJECT,     "reject",       0,  NULL,     "approve", "say no; --reason says why") \
	_(OPT_ALL,        "all",          0,  NULL,     "alarms plan probe", "every alarm that the site defines, also those at rest; plan: every quarter of an hour; probe: also what is not implemented") \
	_(OPT_SHELVED,    "shelved",      0,  NULL,     "alarms", "those on the shelf") \
	_(OPT_AREA,       "area",         0,  "AREA",   "alarms", "those of this area") \
	_(OPT_PRIORITY,   "priority",     0,  "N",      "alarms", "those of priority N and worse, 1 to 4") \
	_(OPT_STATE,      "state",        0,  "WORD,...", "alarms", "those in these states: UNACK ACKED RTNUN LATUN LATAK SHLVD DSUPR OOSRV NORM") \
	_(OPT_COMMENT,    "comment",      0,  "TEXT",   "ack", "a remark that goes along") \
	_(OPT_ONCE,       "once",         0,  NULL,     "shelve", "until it returns to normal") \
	_(OPT_ORDER,      "order",        0,  "ORDER",  "oos", "number of the work order") \
	_(OPT_RETURN,     "return",       0,  NULL,     "oos", "back into service") \
	_(OPT_KW,         "kw",           0,  "KW",     "mode schedule", "demand-response: most that may be drawn") \
	_(OPT_STEAM,      "steam",        0,  "T_PER_H", "schedule", "steam: so much of it, t/h") \
	_(OPT_PREVIEW,    "preview",      0,  NULL,     "set", "what it would do to the plan, with and without; nothing is sent") \
	_(OPT_TARGET,     "target",       0,  "KW",     "mode study", "another demand target, 0 to 1e6, 0: none; mode: in place of a mode") \
	_(OPT_STEP,       "step",         0,  "STEP",   "sequence study", "sequence: this one and no other, if another is current; study: steps, at most 1h (the data's)") \
	_(OPT_LIST,       "list",         0,  NULL,     "report", "the reports that are filed") \
	_(OPT_CSV,        "csv",          0,  NULL,     "trend report", "for spreadsheets; a report in UTF-8 with its mark") \
	_(OPT_CP932,      "cp932",        0,  NULL,     "report", "for older spreadsheets: CSV in CP932") \
	_(OPT_REVISION,   "revision",     0,  "N",      "report wheel", "this revision, of wheel this version; without it the newest") \
	_(OPT_OUTPUT,     "output",      'o', "FILE",   "report handover wheel", "into this file; a folder: under the usual name; wheel export: - is standard output") \
	_(OPT_YES,        "yes",          0,  NULL,     "report set release extend undo", "do it without being asked") \
	_(OPT_FORCE,      "force",        0,  NULL,     "backup report handover wheel", "write over a file that is there") \
	_(OPT_VERBOSE,    "verbose",     'v', NULL,     "check", "print the site back when it has no faults") \
	_(OPT_DATA,       "data",         0,  "FILE",   "study", "the series, CSV: a column time or hour, and those that the site's assets name") \
	_(OPT_POLICY,     "policy",       0,  "WORD",   "study", "plan, rules or none (plan)") \
	_(OPT_FORECAST,   "forecast",     0,  "WORD",   "study", "perfect, learned, or a FILE with the columns of the data (perfect)") \
	_(OPT_KNOWN,      "known",        0,  "NAMES",  "study", "with learned: these series and assets as they will be") \
	_(OPT_FILED,      "filed",        0,  "WORD",   "study", "kept, or ignored: as if nothing had been filed, imbalance beside (kept)") \
	_(OPT_HORIZON,    "horizon",      0,  "TIME",   "study", "how far a plan looks ahead (48h)") \
	_(OPT_REPLAN,     "replan",       0,  "TIME",   "study", "a new plan so often (each step)") \
	_(OPT_SOLVER_TIME, "solver-time", 0,  "TIME",   "study", "for one plan, at most, where sets start and stop (2s)") \
	_(OPT_GUARD,      "guard",        0,  "TIME",   "study", "the guard within each step, in ticks of 1s to 5m (none)") \
	_(OPT_GUARD_MODE, "guard-mode",   0,  "WORD",   "study", "economic, plan-following or peak-cut (economic)") \
	_(OPT_FROM,       "from",         0,  "T",      "study schedule", "only from here on; a date or a time; schedule: the begin") \
	_(OPT_TO,         "to",           0,  "T",      "study", "only up to here") \
	_(OPT_TRACE,      "trace",        0,  "FILE",   "study", "each step, as CSV") \
	_(OPT_BUCKETS,    "buckets",      0,  "N",      "trend", "so many stretches of equal length, 1 to 20000") \
	_(OPT_SAMPLES,    "samples",      0,  NULL,     "trend", "every sample as it is recorded, instead of buckets") \
	_(OPT_PNG,        "png",          0,  "FILE",   "trend", "a picture into FILE, drawn by gnuplot") \
	_(OPT_SIXEL,      "sixel",        0,  NULL,     "trend", "a picture for terminals that know sixel, drawn by gnuplot") \
	_(OPT_SCREEN,     "screen",       0,  "NAME",   "console", "page to begin with: overview, points, links or a point's name") \
	_(OPT_RATE,       "rate",         0,  "HZ",     "console", "most redraws a second, 0.1 to 20 (2)") \
	_(OPT_SLOW,       "slow",         0,  NULL,     "console", "for poor lines: a redraw every two seconds, no decoration") \
	_(OPT_ACCESSIBLE, "accessible",   0,  NULL,     "console", "for screen readers: one column, no boxes, changes as lines") \
	_(OPT_ASCII,      "ascii",        0,  NULL,     "all", "nothing but ASCII characters") \
	_(OPT_COLOR,      "color",        0,  "WHEN",   "console", "auto, never, 16 or 256; NO_COLOR is honoured") \
	_(OPT_THEME,      "theme",        0,  "NAME",   "console", "colours: default, deutan, mono, high-contrast, light") \
	_(OPT_GRAPH,      "graph",        0,  "KIND",   "console trend", "what curves are drawn with: braille, block or ascii") \
	_(OPT_AMBIGUOUS,  "ambiguous",    0,  "CELLS",  "console", "width of ambiguous characters in your terminal: 1 or 2") \
	_(OPT_SCRIPT,     "script",       0,  "FILE",   "console", "keys and commands from FILE, without a terminal; - is standard input") \
	_(OPT_SIZE,       "size",         0,  "CxR",    "console", "size of the screen of --script, as 80x24") \
	_(OPT_PROFILE,    "profile",      0,  "FILE",   "probe", "a profile to start from is written to FILE, which must not be there yet") \
	_(OPT_REGISTERS,  "registers",    0,  "N",      "probe", "at most N registers in one request; 125 unless given") \
	_(OPT_LINE,       "line",         0,  "FORM",   "probe", "a serial line's rate, parity and stop bits: 9600E1") \
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
	bool samples, sixel; /* of trend */
	bool follow, reverse, off, list, csv, cp932, yes, yes_confirmed, force, reject;
	bool all, shelved, once, emergency, back, dry_run; /* of alarms and acts; back: --return */
	const char *area, *state, *comment, *order;
	unsigned priority; /* 0 = not given */
	const char *since, *until, *point, *user, *kind, *text, *checkpoint, *at, *reason, *output, *yes_typed, *permit,
	    *png;                       /* NULL = not given; times are read when the site's zone is known */
	int64_t revision, for_us, step; /* 0 = not given */
	const char *profile;            /* of probe; NULL = none */
	int64_t registers, seconds;     /* 0 = not given */
	bool hex;
	const char *line;                /* NULL = not given */
	const char *study[OPTION_COUNT]; /* as typed; chisan-study reads them */
	double kw, target_kw, steam;     /* with given[OPT_KW], given[OPT_TARGET], given[OPT_STEAM] */
	bool preview;
	int64_t wait_us, timeout_us, count, buckets;
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
