/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm.h - the alarms of a site: their conditions, the machine of each (machine.h), suppression, shelves, flood, first-out, horn.
 * Pure: no I/O, no clock, no memory after alarms_new() but texts that persons give.  chisand owns one; the table feeds it.
 *
 *   sample  1 quality: bad holds the alarm (BADQ)   2 condition with deadband, by kind (alarm_x.c)   3 on-delay, off-delay
 *           4 RAISE or CLEAR into the machine       5 moved(): journal, saved state, consoles, horn
 *
 * Numbers of alarms live within one configuration, in the order: points' alarms by point, devices' communication, the site's
 * conditions, Chisan's own (ALARM_OWN_LIST), drift of outputs.  Names are POINT.TYPE, POINT.STATE3, POINT.BIT3, DEVICE.COMM, the site's own name,
 * CHISAN.STORE, POINT.DRIFT.
 */
#ifndef CHISAN_ALARM_H
#define CHISAN_ALARM_H

#include "scada/alarm/machine.h"
#include "scada/base/actor.h"
#include "scada/base/alarm.h"
#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/site/site.h"

/* clang-format off */
/* ONE ROW PER KIND.  Row `x` needs scada/alarm/alarm_x.c defining alarm_x (kind.h). */
#define ALARM_KIND_LIST(_) \
	_(limit) \
	_(rate) \
	_(deviation) \
	_(state) \
	_(frozen) \
	_(stale) \
	_(comm) \
	_(calc) \
	_(own) \
	_(drift)

/* Alarms of Chisan itself, which every site has.  _(id, word of the name, priority, text, what to do) */
#define ALARM_OWN_LIST(_) \
	_(OWN_STORE,   "STORE",   2, "Nothing is recorded: the store is full, failing, read-only or gone", "Free space or mend the disk; control goes on and what happens waits in memory") \
	_(OWN_JOURNAL, "JOURNAL", 2, "The chain of the journal is broken, or was meddled with", "Run chisan journal verify; secure the machine") \
	_(OWN_FIELD,   "FIELD",   1, "The program that talks to devices died", "It is started again by itself; if it does not stay, see the system log") \
	_(OWN_READER,  "READER",  4, "History and reports cannot be read", "It is started again by itself; see the system log") \
	_(OWN_CLOCK,   "CLOCK",   3, "The clock of this machine is wrong or was set", "Check the time service") \
	_(OWN_NOTIFY,  "NOTIFY",  2, "Persons on duty cannot be told of alarms", "Check the program and its gateway; call by hand") \
	_(OWN_CONFIG,  "CONFIG",  3, "A new configuration was refused; the old one stays", "Run chisan check") \
	_(OWN_EMERGENCY,"EMERGENCY",2,"One person acted alone where two are asked for", "Look at the journal; confirm with the person")
/* clang-format on */
#define ALARM_ENUM_OWN(id, word, priority, text, response) id,
enum alarm_own { ALARM_OWN_LIST(ALARM_ENUM_OWN) ALARM_OWN_COUNT };
#undef ALARM_ENUM_OWN

struct alarms;

/* What an alarm is. Borrowed from alarms_new to alarms_free. */
struct alarm_def {
	const char *name;
	enum alarm_type type;
	uint8_t priority, flags;        /* enum alarm_def_flags */
	point_id point;                 /* POINT_NONE */
	uint32_t device;                /* DEVICE_NONE */
	const char *area;               /* "" = none */
	const struct site_limit *limit; /* NULL: COMM, SYSTEM, DRIFT */
	const char *text, *text_ja, *response, *response_ja, *consequence, *consequence_ja, *cause, *class,
	    *group; /* never NULL */
};

/* A transition as it goes into the journal. */
struct alarm_move {
	enum alarm_event event;
	enum alarm_state before, after;
	unsigned bits_before;
	uint64_t occurrence; /* that it belongs to, also when it closed it */
	bool is_close;       /* the occurrence is over */
	struct utc time;     /* of the source; of an act: now */
	char words[256];     /* "value 9.2 % below 10"; who and why of acts */
};

struct alarm_flood {
	const char *area; /* NULL = the whole site */
	bool is_on;
	struct utc time, since;
	uint32_t count, peak; /* alarms within the window: now, and at most while it lasted */
	int64_t window_us;
	const char *why; /* "": by the count */
};
struct alarms_ops {
	/* A transition. Acts of persons come here too (by: who; NULL: by itself): the caller journals, with alarms_put_state(). */
	void (*moved)(uint32_t alarm, const struct alarm_move *m, const struct actor *by, void *arg);
	/* What W_ALARM says of it has changed: also marks, comments. */
	void (*changed)(uint32_t alarm, void *arg);
	/* What W_HORN says has changed. */
	void (*horn)(void *arg);
	/* To be saved without an entry: alarms_put_alarming(). */
	void (*save)(void *arg);
	/* A flood began or ended; the caller journals, with alarms_put_alarming(). NULL: nobody wants to know. */
	void (*flood)(const struct alarm_flood *f, void *arg);
};

/* values: all points' live values, by number (table_values); borrowed, as the site is. */
struct alarms *alarms_new(const struct site *s, const struct value *values, const struct alarms_ops *ops, void *arg);
void alarms_free(struct alarms *a); /* NULL is fine */
/*
 * After a reload: what old knows of alarms of the same name (or whose point `was` so), with its delays and shelves; a begins with its
 * next turn if old had begun. Another limit: looked at again then, row 39. What has no successor is closed now: moved() of old, with
 * old's numbers. old is to be freed next.
 */
void alarms_adopt(struct alarms *a, struct alarms *old, struct utc now, struct mono mono);

/* ---- what was saved. Before alarms_begin() nothing is raised or cleared; what comes later is merged, the newer act wins. */
bool alarms_restore(struct alarms *a, enum state_kind kind, const char *name, const uint8_t *blob, size_t len,
    struct utc saved, struct utc now,
    struct mono mono); /* STATE_ALARM, STATE_LIMIT, STATE_ALARMING; false: not ours or not readable */
/* What a STATE_ALARM of no alarm of this site says. False: not readable. */
bool alarms_peek(const uint8_t *blob, size_t len, enum alarm_state *state, uint64_t *occurrence);
void alarms_begin(struct alarms *a, struct utc now, struct mono mono);
bool alarms_has_begun(const struct alarms *a);
/* One of the list of states of W_JOURNAL_ADD (kind u8, name str, blob bytes); an alarm at rest without a comment is forgotten. */
void alarms_put_state(const struct alarms *a, uint32_t alarm, struct wbuf *states);
void alarms_put_alarming(const struct alarms *a, struct wbuf *states);

/*
 * ---- what happens. The hot way: for each live value that the table sets, also one that changes nothing, and when only its quality does
 * (stale, no communication, scan off, by hand). values[id] holds it already. No allocation. It is told at the end of the turn.
 */
void alarms_sample(struct alarms *a, point_id id, const struct value *v, struct mono mono);
/* A device answers, or does not. Connecting is silence, but for the first time; off closes the alarms of its points. */
void alarms_device(struct alarms *a, uint32_t device, enum device_state state, struct utc now, struct mono mono);
/* Why it does not answer, for the words of its alarm; before alarms_device. */
void alarms_device_why(struct alarms *a, uint32_t device, enum err why);
/*
 * OWN_STORE: not raised where the site file has alarms for each state of the store in which nothing is recorded; OWN_JOURNAL: where it has
 * one for a broken chain and one for a store that was meddled with.
 */
void alarms_own(struct alarms *a, enum alarm_own which, bool on, const char *words, struct utc now, struct mono mono);
void alarms_drift(struct alarms *a, point_id output, bool on, const char *words, struct utc now, struct mono mono);
/* At the end of a turn: conditions over points whose inputs changed, suppressions, delays and shelves that are over, the flood. */
void alarms_turn(struct alarms *a, struct utc now, struct mono mono);
bool alarms_due(const struct alarms *a, struct mono *at); /* when alarms_turn has something to do by itself */

/*
 * ---- what persons do. Role, area, what was seen, machine, reason and end, second person, in this order. False: *addcause and why[size]
 * say why not; nothing was changed. Whoever lets one person act alone calls alarms_alone() after it. is_dry: only whether it would be done; why says so if a second person is needed.
 */
struct alarm_request {
	enum alarm_act act;
	bool is_dry, is_emergency, is_approved; /* approved: a second person said yes */
	struct utc until;                       /* shelve: 0 = one-shot; oos: expected end */
	double limit;                           /* NaN: the site file's */
	uint64_t seen;                          /* occurrence that the person saw; 0 = whatever it is now */
	const char *reason;                     /* never NULL */
	const char *approved_by;                /* "" = nobody */
};
bool alarms_act(struct alarms *a, uint32_t alarm, const struct alarm_request *r, const struct actor *by, struct utc now,
    struct mono mono, int *addcause, char *why, size_t size);
/* Does it take a second person? (P1 shelving, limits of the classes that the site names.) */
bool alarms_needs_two(const struct alarms *a, uint32_t alarm, enum alarm_act act);
/*
 * After acts of one person alone on `count` alarms that take two: OWN_EMERGENCY is raised, once, with the count and the first ones; first
 * holds min(count, ALARMS_ALONE_NAMED) of them, count is at least 1.
 */
#define ALARMS_ALONE_NAMED 4
void alarms_alone(struct alarms *a, const struct actor *by, enum alarm_act act, const uint32_t *first, uint32_t count,
    struct utc now, struct mono mono);
bool alarms_silence(struct alarms *a, const struct actor *by, struct utc now, char *why, size_t size);

/* ---- reading */
uint32_t alarms_count(const struct alarms *a);
const struct alarm_def *alarms_def(const struct alarms *a, uint32_t alarm);
uint32_t alarms_find(const struct alarms *a, const char *name); /* ALARM_NONE */
enum alarm_state alarms_state(const struct alarms *a, uint32_t alarm);
bool alarms_is_told(const struct alarms *a, uint32_t alarm); /* in a snapshot: not at rest, or a comment is kept */
double alarms_limit(const struct alarms *a, uint32_t alarm, bool *is_moved); /* that holds now */
/* What the frames say; strings are borrowed until the next call that changes anything. */
void alarms_describe(const struct alarms *a, uint32_t alarm, struct msg_alarm_def *m);
void alarms_tell(const struct alarms *a, uint32_t alarm, struct msg_alarm *m);
void alarms_tell_horn(const struct alarms *a, struct msg_horn *m); /* without areas: alarms_tell_floods() */
/* Appends the areas in flood as W_HORN has them, the worst first, at most ALARM_FLOODS_TOLD. Returns how many there are. */
#define ALARM_FLOODS_TOLD 64
uint32_t alarms_tell_floods(const struct alarms *a, struct wbuf *list);
bool alarms_tell_limit(
    const struct alarms *a, uint32_t alarm, struct msg_alarm_limit *m); /* false: it is the site file's */
/* For the points of SYS and the top line. */
struct alarm_counts {
	uint32_t unacked[ALARM_PRIORITIES], active[ALARM_PRIORITIES]; /* by priority - 1 */
	uint32_t shelved, suppressed, out, chattering, old, rate;     /* rate: annunciated in the last window */
	bool is_flood;
};
void alarms_counts(const struct alarms *a, struct alarm_counts *out);

#endif
