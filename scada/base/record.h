/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - what is recorded, on its way from chisand to the store: samples and scans packed into a batch, the kinds of journal
 * entries and of saved state.  Kinds are kept on disk: append, never renumber.
 */
#ifndef CHISAN_RECORD_H
#define CHISAN_RECORD_H

#include "scada/base/wire.h"

/* Marks of a stored sample beyond those of enum quality. */
#define RECORD_CLOCK 0x1000u /* the source's clock was wrong: the time is the server's */

struct record {
	point_id point;
	struct utc time; /* of the scan; of a quality that is not good: when it was noticed */
	double v;
	uint16_t quality; /* enum quality, RECORD_CLOCK */
	uint16_t cause;   /* enum err */
};

/* A device was looked at from first to last; the pause before `first` counts as looked at if it is at most `allowed` long. */
struct scan_record {
	uint32_t device; /* number in the site; DEVICE_NONE: Chisan itself, with its calculations */
	struct utc first, last;
	int64_t allowed_us;
};

/* The tail of a W_RECORDS body, after its head. */
void record_put_samples(struct wbuf *b, const struct record *r, uint32_t count);
void record_put_scans(struct wbuf *b, const struct scan_record *r, uint32_t count);
/* Calls each() in order. False: the body is bad; what was called before counts. */
bool record_get_samples(
    struct rbuf *r, uint32_t count, void (*each)(const struct record *record, void *arg), void *arg);
bool record_get_scans(
    struct rbuf *r, uint32_t count, void (*each)(const struct scan_record *record, void *arg), void *arg);

/* clang-format off */
/* ONE ROW PER KIND.  _(id, number, word, help) */
#define JOURNAL_KIND_LIST(_) \
	_(JOURNAL_SYSTEM,     0, "system",     "start, stop, reload, helpers, clock, storage") \
	_(JOURNAL_LINK,       1, "link",       "a device's communication was lost or came back, or a person read registers") \
	_(JOURNAL_EVENT,      2, "event",      "a digital point changed") \
	_(JOURNAL_ALARM,      3, "alarm",      "an alarm changed its state; a flood of them began or ended") \
	_(JOURNAL_ACK,        4, "ack",        "a person acknowledged, reset, silenced or shelved") \
	_(JOURNAL_COMMAND,    5, "command",    "a command or setpoint was given") \
	_(JOURNAL_OUTCOME,    6, "outcome",    "how a command ended") \
	_(JOURNAL_OVERRIDE,   7, "override",   "an override began, was extended or ended") \
	_(JOURNAL_MANUAL,     8, "manual",     "a manual value was set or removed") \
	_(JOURNAL_SCAN,       9, "scan",       "scan was switched off or on") \
	_(JOURNAL_TAG,       10, "tag",        "a tag was set or removed") \
	_(JOURNAL_CONFIG,    11, "config",     "the configuration changed, or a new one was refused") \
	_(JOURNAL_NOTE,      12, "note",       "an operator's note") \
	_(JOURNAL_REPORT,    13, "report",     "a report was filed, revised or confirmed") \
	_(JOURNAL_ACCESS,    14, "access",     "somebody came, went, or was refused") \
	_(JOURNAL_STORE,     15, "store",      "gaps, failures, backups and restores of the record itself") \
	_(JOURNAL_KEY,       16, "key",        "the key that signs checkpoints was made or changed") \
	_(JOURNAL_PLAN,      17, "plan",       "a plan was made, refused or expired") \
	_(JOURNAL_DISPATCH,  18, "dispatch",   "mode or target was set, loads were shed or given back, the grid was lost or is back") \
	_(JOURNAL_SEQUENCE,  19, "sequence",   "a guided sequence was begun, a step of it confirmed or skipped, the run ended") \
	_(JOURNAL_WHEEL,     20, "wheel",      "a plan of self-wheeling was made, changed, filed, answered; prices of imbalance were taken")

/* _(id, number, word, help) */
#define STATE_KIND_LIST(_) \
	_(STATE_MANUAL,     0, "manual",     "value entered by hand: f64, i64 time, i64 until (0 = open), str user, str reason") \
	_(STATE_SCAN_OFF,   1, "scan-off",   "i64 time, str user, str reason") \
	_(STATE_INTEGRATOR, 2, "integrator", "the sums of an expression: str expression, n times f64") \
	_(STATE_COUNTER,    3, "counter",    "last raw reading and total of a counter: f64, f64") \
	_(STATE_ALARM,      4, "alarm",      "how an alarm is, by its name: a form of scada/alarm") \
	_(STATE_OVERRIDE,   5, "override",   "an operator's override, by its point: a form of scada/control") \
	_(STATE_SHELF,      6, "shelf",      "not used: shelves are part of the alarm") \
	_(STATE_TAG,        7, "tag",        "a tag, by its number: a form of scada/control") \
	_(STATE_COMMAND,    8, "command",    "a command without an outcome, by its number: a form of scada/control") \
	_(STATE_LIMIT,      9, "limit",      "a limit that is not the site file's, by the alarm's name: a form of scada/alarm") \
	_(STATE_ALARMING,  10, "alarming",   "flood, rates and first-outs: a form of scada/alarm") \
	_(STATE_DISPATCH,  11, "dispatch",   "mode, target, peaks of months, the half hour; the schedule: forms of scada/core") \
	_(STATE_PULSE,     12, "pulse",      "coils of a pulse that may be set, by its point: a form of scada/control") \
	_(STATE_SEQUENCE,  13, "sequence",   "the last run of a guided sequence, by its name: a form of scada/core") \
	_(STATE_WHEEL,     14, "wheel",      "self-wheeling of a day, as 2026-12-01/003 (a version), /draft, /meter, /prices: forms of scada/dispatch and scada/core") \
	_(STATE_FORECAST,  15, "forecast",   "errors of the forecasts of a point, by its name: a form of scada/forecast")
/* clang-format on */

#define RECORD_ENUM(id, number, word, help) id = (number),
enum journal_kind { JOURNAL_KIND_LIST(RECORD_ENUM) JOURNAL_KIND_COUNT };
enum state_kind { STATE_KIND_LIST(RECORD_ENUM) STATE_KIND_COUNT };
#undef RECORD_ENUM

const char *journal_kind_word(unsigned kind); /* "unknown" beyond the list */
bool journal_kind_from_word(const char *word, enum journal_kind *out);
const char *journal_kind_help(unsigned kind); /* NULL beyond the list */

struct msg_journal;
struct msg_journal_get;
/*
 * Is this entry one that the question asks for? By its time, kind, point, user and text; capitals of ASCII do not matter in the text. The
 * store answers by it, and consoles look at what comes afterwards by it.
 */
bool journal_passes(const struct msg_journal_get *f, const struct msg_journal *m);

#endif
