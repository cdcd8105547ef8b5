/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd.h - the commands of chisan.  Help, completion and the check of the manual read this table.
 */
#ifndef CHISAN_CMD_H
#define CHISAN_CMD_H

#include "console/client.h"
#include "console/options.h"

/* Promised to scripts: they never change. */
enum cmd_exit {
	CMD_DONE = 0,
	CMD_FAILED = 1,
	CMD_USAGE = 2,
	CMD_NOT_FOUND = 3,
	CMD_DENIED = 4,
	CMD_REFUSED = 5,
	CMD_NO_SERVER = 6,
	CMD_UNKNOWN = 7,
	CMD_BAD_DATA = 8,
};

/* clang-format off */
/*
 * ONE ROW PER COMMAND.  Row `x` needs console/cmd_x.c (or its family's file) defining cmd_x.
 * _(word, least arguments, most arguments, arguments, help)
 */
#define CMD_LIST(_) \
	_(status, 0,   0, "",             "one page: site, links, power and heat, batteries") \
	_(points, 0, 999, "[GLOB ...]",   "value, unit, quality and age of points, as in 'ESS?.SOC'") \
	_(get,    1, 999, "POINT ...",    "the same for points by name; exit code 8 if one is stale or bad") \
	_(watch,  0, 999, "[GLOB ...]",   "changes as they come, a line each; also for screen readers") \
	_(links,  0, 999, "[DEVICE ...]", "each device's communication: state, answer time, errors, last error") \
	_(alarms, 0, 999, "[GLOB ...]",   "the alarms that are active or wait, the worst first; -f goes on in lines") \
	_(ack,    1, 999, "ALARM ...",    "acknowledge alarms, each by its name") \
	_(reset,  1, 999, "ALARM ...",    "let go of latched alarms whose cause is gone") \
	_(shelve, 1, 999, "ALARM ...",    "put alarms on a shelf for a time, with a reason") \
	_(unshelve, 1, 999, "ALARM ...",  "take alarms from the shelf before their time") \
	_(oos,    1, 999, "ALARM ...",    "take alarms out of service for maintenance, or put them back") \
	_(silence, 0,  0, "",             "horn off until the next new alarm; acknowledges nothing") \
	_(trend,  1,  16, "POINT ...",    "history: minimum, mean, maximum, quality; drawn in a terminal") \
	_(journal, 0,  1, "[verify]",     "what happened and who did it; verify proves that nothing was changed") \
	_(note,   1, 999, "TEXT ...",     "an entry in the operator log, also about a point or a time") \
	_(handover, 0, 0, "",             "the shift report: what is abnormal, overridden, out of scan, noted") \
	_(report, 0,   3, "[confirm] [KIND [DATE]]", "a report, the list of those that are filed, or its confirmation") \
	_(manual, 1,   2, "POINT [VALUE]", "a value by hand in place of the measured one, or its end") \
	_(scan,   2,   2, "POINT on|off", "stop looking at a point, or begin again") \
	_(set,    2,   2, "POINT VALUE",  "set or switch an output, for a time; --dry-run shows the checks") \
	_(release, 1,  1, "POINT",        "end an override; what stands behind it takes over without a bump") \
	_(extend, 1,   1, "POINT",        "another end for an override, from now on") \
	_(undo,   1,   1, "POINT",        "what stood before your last command on it, as a new command") \
	_(dispatch, 0, 0, "",             "mode, demand of the half hour, what dispatch wants of which output") \
	_(plan,   0,   0, "",             "the plan that is held: what each asset does hour by hour, why, and what it costs") \
	_(wheel,  0,   5, "[ACT] [DAY] [...]", "self-wheeling of a day: plan, delivered, imbalance; make, set, file and answer a plan") \
	_(co2,    0,   0, "",             "CO2 and cost today, this month, this fiscal year; what was saved") \
	_(mode,   0,   1, "[MODE]",       "mode of dispatch, or another; \"chisan mode manual\" stops it at once") \
	_(schedule, 0, 3, "[add out|steam|demand-response|target [ASSET] | change ENTRY | end ENTRY]", "what is entered ahead for dispatch") \
	_(sequence, 0, 2, "[NAME [begin|confirm|skip|abort]]", "guided sequences: their steps, and what a person does with them") \
	_(tag,    2,   2, "POINT KIND",   "a tag on a point: inhibit, authority, caution or info") \
	_(untag,  1,   1, "TAG|POINT",    "take a tag off, by its number or as the only one of a point") \
	_(approve, 0,  1, "[ID]",         "yes, or --reject, to what somebody asks; without ID the list") \
	_(overrides, 0, 999, "[GLOB ...]", "what operators hold: value, until when, who, why, protection") \
	_(tags,   0, 999, "[GLOB ...]",   "all tags, the most severe first") \
	_(backup, 1,   1, "FILE",         "a copy of the whole record while it is being written") \
	_(check,  1,   1, "SITE_DIR",     "all faults of a site's files, with line and column") \
	_(probe,  1,   1, "LINK",         "what the devices behind a link say they are, and a profile to start from") \
	_(raw,    3,   4, "DEVICE TABLE ADDRESS [COUNT]", "registers of a device, read now and shown as they are (engineer)") \
	_(dump,   1,   1, "LINK|DEVICE",  "requests and answers of a device or link as they come (engineer)") \
	_(study,  1,   1, "SITE_DIR",     "what a site would have cost over given series: planned, by rules, or without dispatch") \
	_(help,   0,   1, "[COMMAND]",    "what there is, or one command")
/* clang-format on */

struct cmd {
	const char *name, *arguments, *help;
	int args_min, args_max;
	int (*run)(const struct options *o); /* enum cmd_exit */
};

#define CMD_DECLARE(word, least, most, arguments, help) int cmd_##word(const struct options *o);
CMD_LIST(CMD_DECLARE)
#undef CMD_DECLARE

const struct cmd *cmd_find(const char *name); /* NULL = there is none */
const struct cmd *cmd_row(size_t i);          /* i-th row, NULL at the end */
const char *cmd_nearest(const char *name);    /* for "did you mean"; NULL */

/* Runs o->args[0] with the rest; says on stderr what is wrong with them. */
int cmd_run(const struct options *o);

void cmd_print_usage(void); /* all of it, stdout */
void cmd_print_help(const struct cmd *c);
int cmd_complete(const struct options *o);           /* words for the shell's completion */
int cmd_print_version(const char *terminal_library); /* as "ncurses 6.4" */

/* ---- for commands */

enum cmd_exit cmd_exit_of(enum err e);

/*
 * Connects, takes a snapshot of `what` and, with --wait, stays until every device had its first sample or time-out.
 * NULL: *code says why, and stderr in a sentence. The caller frees. Uses the default loop.
 */
struct client *cmd_snapshot(const struct options *o, unsigned what, int *code);
bool cmd_is_settled(const struct client *c); /* what --wait waits for */

/* How a question ended. */
struct cmd_answer {
	enum err err;
	int addcause;    /* enum addcause; -1 = none */
	uint16_t detail; /* enum result_detail */
	char text[512];
};

/*
 * Asks with the client of cmd_snapshot() and runs the loop until the answer has ended; frame() (may be NULL) gets what comes and
 * returns false when it has enough. Ends at ^C, SIGTERM, and when nothing came for o->timeout_us. Returns the exit code; what went
 * wrong is said on stderr; for a request that changes something and was not confirmed that is CMD_UNKNOWN. end may be NULL.
 */
int cmd_ask(const struct options *o, struct client *c, uint16_t type, const struct wbuf *body,
    bool (*frame)(struct client *c, const struct frame *f, void *arg), void *arg, struct cmd_answer *end);

/*
 * The same without a word on stderr, for what is nice to know: no answer within patience_us is ERR_BUSY.
 */
enum err cmd_ask_quietly(const struct options *o, struct client *c, uint16_t type, const struct wbuf *body,
    int64_t patience_us, bool (*frame)(struct client *c, const struct frame *f, void *arg), void *arg);

const char *cmd_quality_word(uint16_t quality); /* "good", or the first flag: "no-comm" "stale" ... */
const char *cmd_in_language(const struct options *o, const char *en, const char *ja); /* the other where one is empty */

/* Writes what is left of stdout; CMD_FAILED and a sentence if it cannot be, CMD_DONE if nobody reads on. Else code. */
int cmd_flush(int code);

/* Points that match one of o's globs (none given: all); *n of them. CMD_NOT_FOUND and a sentence for a glob without any. */
int cmd_select(const struct options *o, const struct client *c, point_id **out, uint32_t *n);
/* The points that o names, in its order; globs are not read. */
int cmd_named(const struct options *o, const struct client *c, point_id **out, uint32_t *n);

#endif
