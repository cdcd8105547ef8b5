/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_private.h - what the files of this room share: outputs with their slots, commands, tags, approvals, requests.
 * Everything is owned by struct control; times that count are on the monotonic clock.
 */
#ifndef CHISAN_CONTROL_PRIVATE_H
#define CHISAN_CONTROL_PRIVATE_H

#include <math.h>
#include <sys/queue.h>

#include "scada/base/expr.h"
#include "scada/control/control.h"

#define CONTROL_TEXT    512
#define CLAMP_TEXT      256
#define JOURNAL_WAIT_US (200 * US_PER_MS)
#define ACCEPT_US       (5 * US_PER_S)  /* in which a device accepts a write, beyond its own time-out */
#define WALK_US         US_PER_S        /* a step of a ramp */
#define RETURN_WAIT_US  (10 * US_PER_S) /* for a first sample after a loss */
#define REMEMBERED      256             /* requests with a token, and ended commands */
#define OPEN_MAX        1000            /* commands, and approvals, at a time */
#define WAITERS_MAX     4

/* What is done with an answer, and which requests were there before (request.c). */
struct waiter {
	void *asker; /* NULL = it has gone */
	const void *session;
	uint32_t sequence;
};
struct request {
	TAILQ_ENTRY(request) entry;
	uint16_t type; /* W_COMMAND, W_TAG, W_APPROVE */
	uint64_t token;
	uint32_t uid;
	struct wbuf body;
	struct waiter waiters[WAITERS_MAX];
	unsigned waiter_count;
	enum err e;
	int addcause;
	enum result_detail detail;
	char text[CONTROL_TEXT];
};
TAILQ_HEAD(request_list, request);

struct person {
	uint32_t uid; /* UINT32_MAX: chisand itself */
	enum role role;
	char user[64], terminal[96];
	const void *session; /* NULL = it has gone */
};

/* What a slot holds. */
struct fill {
	double value; /* NaN = empty */
	struct utc since, until;
	struct mono ends; /* until on the clock that nobody sets; 0 = open */
	int64_t warn_us;  /* so long before its end the warning begins */
	uint64_t command; /* that filled it */
	struct person by;
	char reason[COMMAND_REASON];
	bool is_warned;
	/* ---- its command ended as unknown (doubt.c) */
	bool is_unknown;
	struct utc unknown_since; /* samples later than this say whether the device has it */
	double unknown_value;     /* that was written last; NaN = of before a restart */
	double unknown_goal;      /* where it was to go; NaN */
};

enum truth { IS_FALSE, IS_TRUE, IS_BAD, IS_ABSENT };
struct condition {
	struct expr *e; /* NULL = none */
	const char *text;
	struct value v;
	enum truth known; /* when it was good last; IS_ABSENT: never */
};

/* Why nothing is written to an output that is held; the first that applies. */
enum block { BLOCK_NONE, BLOCK_TAG, BLOCK_LOCAL, BLOCK_MODE, BLOCK_INTERLOCK };
/* After a loss: how far the rule on_return has come. */
enum returning { RETURN_NOT, RETURN_LOST, RETURN_READS, RETURN_PARTED };

struct command;
struct output {
	point_id id;
	const struct site_point *p;
	const struct site_output *o; /* as written, or the defaults */
	struct condition local, mode, needs, lo, hi, tag, interlock, done, failed, shown;
	struct fill slots[SLOT_COUNT];
	struct fill before_unknown; /* what the operator's slot held before an override that is in doubt */
	struct utc changed;         /* the operator's slot, in this run: what an older state says is over */
	struct command *command;    /* under way or selected; NULL */
	/* ---- where it goes (slot.c) */
	enum slot winner; /* SLOT_COUNT = none */
	double wanted, target;
	enum block block;
	bool tag_inhibits, tag_reserves;
	double clamp_lo, clamp_hi; /* as they were good last; NaN = none */
	bool is_clamped, is_input_bad, is_given_up;
	char clamp[CLAMP_TEXT];
	struct mono clamp_told;
	/* ---- the walk */
	double position;    /* NaN = not known */
	struct mono walked; /* the last step; 0 = none yet */
	bool is_walking;    /* the last step did not arrive */
	bool must_write;    /* also if the position stands */
	/* ---- what was written */
	uint64_t write;         /* under way; 0 */
	uint64_t write_command; /* for which; 0 */
	double write_value;
	struct mono write_sent;
	struct utc write_time;
	double written;             /* accepted last; NaN */
	struct mono sent, retry_at; /* last write that went out; not before */
	struct utc accepted;        /* samples later than this are of after it */
	struct mono commanded;      /* last command, for least_gap */
	bool was_commanded;
	/* ---- coils of a pulse (pulses.c); enum pulse_coils */
	uint8_t coils;   /* that may be set, as the field program said last */
	bool is_cut_off; /* a field program died, or chisand, before they were cleared */
	/* ---- what the device has (watch.c) */
	enum returning returning;
	struct mono return_at;
	struct utc return_time;
	struct mono differs; /* since; 0 = it does not */
	bool drifts;
	bool is_dirty; /* W_OUTPUT is to be sent */
	bool is_local;
};

/* ---- commands: the table of states is in command.c */
#define COMMAND_EVENT_LIST(_) \
	_(EVENT_RESERVE, "approved, to be executed by who asked") \
	_(EVENT_GO, "executed, or approved for direct execution") \
	_(EVENT_REFUSE, "a check is not passed, the second person says no, the journal refuses") \
	_(EVENT_CANCEL, "taken back, or its session is gone") \
	_(EVENT_RUN_OUT, "its time is over") \
	_(EVENT_RECORDED, "the journal has it, or 200 ms are over: sent") \
	_(EVENT_NOT_SENT, "it could not be sent") \
	_(EVENT_ACCEPTED, "the device accepted") \
	_(EVENT_REJECTED, "the device refused, or nothing was sent") \
	_(EVENT_REPORTED, "the device reports it") \
	_(EVENT_CONTRARY, "the device reports otherwise") \
	_(EVENT_AGAIN, "a setpoint is written again") \
	_(EVENT_STOPPED, "another command took its place, or something blocks it on its way") \
	_(EVENT_LOST, "nobody will ever know")
#define COMMAND_ENUM_EVENT(id, help) id,
enum command_event { COMMAND_EVENT_LIST(COMMAND_ENUM_EVENT) EVENT_COUNT };
#undef COMMAND_ENUM_EVENT
/* COMMAND_STATE_COUNT: the event has no meaning there. */
enum command_state command_next(enum command_state s, enum command_event e);

struct command {
	TAILQ_ENTRY(command) entry;
	uint64_t id;
	enum command_state state;
	enum slot slot;
	struct output *o; /* NULL: there is no such point in this site */
	char point[POINT_NAME_MAX];
	struct person by;
	double value, before;
	int64_t until; /* utc; of an override, 0 = the default */
	char reason[COMMAND_REASON];
	struct request *request;         /* that waits for it; NULL */
	bool is_emergency, needs_select; /* once approved it is selected, not sent */
	uint64_t approval;
	char second[64];
	struct utc time, state_until;
	struct mono deadline; /* of selection, approval, journal, acceptance, check-back; 0 = none */
	bool is_recorded, is_restored;
	bool was_other;  /* it was known not to be there before it was sent */
	bool had_failed; /* failed_when was true already then */
	bool is_accepted, has_arrived, is_unanswered;
	unsigned tries;
	struct utc after;     /* samples later than this are of after its write */
	struct fill replaced; /* what the operator's slot held before */
	bool had_lower;       /* and a slot below was filled */
	int addcause;
	char text[CONTROL_TEXT];
};
TAILQ_HEAD(command_list, command);

struct tag {
	TAILQ_ENTRY(tag) entry;
	uint64_t id;
	enum tag_kind kind;
	char point[POINT_NAME_MAX];
	struct utc since, until;
	struct person owner;
	char text[TAG_TEXT], permit[48];
	bool is_overdue, is_ending; /* overdue: told; ending: its removal is on the way into the journal */
	uint64_t act;               /* waits for the journal; 0 */
	struct request *request;
};
TAILQ_HEAD(tag_list, tag);

struct approval {
	TAILQ_ENTRY(approval) entry;
	uint64_t id;
	struct person by;
	enum role least;
	char area[64], what[CONTROL_TEXT];
	struct utc until;
	struct mono deadline;
	uint64_t command; /* that waits for it; 0: decided() is called */
	approval_fn *decided;
	void *arg;
};
TAILQ_HEAD(approval_list, approval);

/* A release or an extension: done, and answered when the journal has it. */
struct act {
	TAILQ_ENTRY(act) entry;
	uint64_t id;
	struct request *request;
	char point[POINT_NAME_MAX], text[CONTROL_TEXT];
};
TAILQ_HEAD(act_list, act);

/* An override whose point is not in this site: kept for one that has it again, until it ends. */
struct orphan {
	TAILQ_ENTRY(orphan) entry;
	char point[POINT_NAME_MAX];
	struct fill fill;
};
TAILQ_HEAD(orphan_list, orphan);

struct control {
	const struct control_ops *ops;
	void *arg;
	const struct site *site;
	const struct value *values;
	struct output *outputs;
	uint32_t output_count;
	uint32_t *by_point;           /* number in outputs; UINT32_MAX = none */
	enum device_state *devices;   /* by number */
	struct command_list commands; /* under way */
	struct command_list ended;    /* newest first */
	unsigned command_count, ended_count;
	struct tag_list tags;
	struct tag_list removed; /* in this run; newest first */
	unsigned removed_count;
	struct approval_list approvals;
	unsigned approval_count;
	struct request_list open, done;
	unsigned done_count;
	struct orphan_list orphans;
	struct act_list acts;
	struct mono refused_since; /* refusals that were journalled */
	unsigned refused;
	uint64_t last_id;
	bool is_field_told; /* of coils that were left set */
	bool has_begun;
};

/* ---- control.c */
uint64_t control_id(struct control *c, struct utc now); /* never given before */
void control_seen_id(struct control *c, uint64_t id);
/* ---- outputs.c */
void outputs_free(struct output *outputs, uint32_t count);
struct output *output_find(const struct control *c, const char *name); /* NULL = none */
struct output *output_of(const struct control *c, point_id id);        /* NULL = none */
bool output_is_setpoint(const struct output *o);
enum device_state output_device(const struct control *c, const struct output *o);
const char *output_area(const struct control *c, const struct output *o);
double condition_number(const struct control *c, struct condition *x, struct utc now); /* NaN: none, or not good */
enum truth condition_held(
    const struct control *c, struct condition *x, struct utc now); /* not good: as it was last; IS_BAD: it never was */
enum truth condition_ask(const struct control *c, struct condition *x, struct utc now);
bool condition_is_after(
    const struct control *c, const struct condition *x, struct utc t); /* all its inputs are of later */
void person_from(struct person *p, const struct actor *a);             /* NULL: chisand itself */
/* NULL if it is chisand itself; borrows p. */
const struct actor *person_actor(const struct person *p, struct actor *out);
/* An entry of what a person did at once; r is answered with text when it is durable. */
void control_act(struct control *c, struct request *r, struct control_entry *e, const char *text, struct utc now);
/* What was restored under a name that a point had before belongs to that point. */
void control_adopt_names(struct control *c);
/* Everything that follows from what has just happened. */
void control_settle(struct control *c, struct utc now, struct mono mono);
/* An entry that nobody waits for. states may be NULL. */
void control_note(struct control *c, enum journal_kind kind, const struct person *by, const char *point, int addcause,
    const char *text, const char *before, const char *after, struct wbuf *states);
/* Values and times in words. Return buf. */
char *control_say(const struct output *o, double v, char *buf, size_t size);
char *control_say_time(struct utc t, char *buf, size_t size);

/* ---- request.c */
/* NULL: the token was there before; it is answered, or will be. */
struct request *request_begin(struct control *c, uint16_t type, uint64_t token, const struct wbuf *body,
    const struct actor *by, void *asker, uint32_t sequence);
/* The one answer. Frees or remembers it. r NULL is fine. */
void request_end(struct control *c, struct request *r, enum err e, int addcause, enum result_detail detail,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void request_forget(struct control *c, const void *session);
void request_free_all(struct control *c);

/* ---- check.c */
struct ask {
	struct control *c;
	struct output *o; /* NULL: there is none */
	const char *point;
	const struct actor *by; /* NULL: chisand itself, for this slot */
	enum slot slot;
	double value;
	int64_t until;
	const char *reason;
	const struct command *own; /* that is executed now: not in its own way */
	struct utc now;
	struct mono mono;
	/* ---- result */
	int addcause;
	char text[CONTROL_TEXT];
};
enum check_verdict check_one(struct ask *a, enum check which);
/* All of them; each() may be NULL. False: *failed is the first that is not passed, and a holds its words. */
bool check_all(struct ask *a, void (*each)(enum check which, enum check_verdict v, const struct ask *a, void *arg),
    void *arg, enum check *failed);
bool check_is_there(struct control *c, struct output *o, double value, struct utc now); /* a command's position */

/* ---- pulses.c: the next field program clears what the one before may have left set */
bool pulse_is_one(const struct output *o);
uint8_t pulse_coil(const struct output *o, double value); /* that this value sets; 0: it is no pulse */
uint8_t pulse_coils(const struct output *o);              /* that may be set, also by a write that is under way */
void pulse_lost(struct control *c, struct output *o);     /* the field program is gone */
void save_pulse(const char *point, uint8_t coils, struct wbuf *states); /* save.c */

/* ---- doubt.c: an override whose command ended as unknown */
bool doubt_is_on(const struct output *o);
bool doubt_holds_back(const struct output *o); /* it is not written again by itself */
void doubt_begin(struct command *k, struct utc now);
void doubt_confirm(struct control *c, struct output *o, const char *report);
void doubt_turn(struct control *c, struct output *o, struct utc now, struct mono mono);

/* ---- command.c */
/* Its one end: journalled, told, answered. */
void command_conclude(struct control *c, struct command *k, struct utc now, struct mono mono);
int64_t command_check_back_us(const struct output *o);
/* What became of its write: the device accepted (OK), refused, or nobody knows. time: samples later than this are of after it. */
enum write_fate { WRITE_ACCEPTED, WRITE_REFUSED, WRITE_UNKNOWN };
void command_fate(struct control *c, struct command *k, enum write_fate fate, enum err e, const char *detail,
    struct utc time, struct utc now, struct mono mono);
void command_event(struct control *c, struct command *k, enum command_event e, int addcause, struct utc now,
    struct mono mono, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
void command_recorded(struct control *c, struct command *k, bool is_durable, enum err refused, const char *text,
    struct utc now, struct mono mono);
struct command *command_find(const struct control *c, uint64_t id); /* NULL = not under way */
void command_tell(struct control *c, const struct command *k);
void command_describe(const struct command *k, struct msg_command_state *m);
void command_approved(struct control *c, uint64_t id, enum approval_state state, const struct actor *second,
    const char *reason, struct utc now, struct mono mono);
struct command *command_new(
    struct control *c, struct output *o, enum slot slot, double value, const struct actor *by, struct utc now);
/* Its intent into the journal, with all that a restart has to know of it; by NULL: nobody waits for that. */
void command_intend(struct control *c, struct command *k, const struct actor *by, struct utc now, struct mono mono);
bool command_want(struct control *c, struct output *o, enum slot slot, double value, const char *reason, struct utc now,
    struct mono mono, int *addcause, char *why, size_t size);
void command_free_all(struct control *c);

/* ---- checkback.c */
void command_turn(struct control *c, struct utc now, struct mono mono);
void command_due(const struct control *c, struct mono *at);

/* ---- slot.c: who wins, and between which limits */
void slot_settle(struct control *c, struct output *o, struct utc now, struct mono mono);
void slot_due(const struct output *o, struct mono *at);
int64_t slot_longest(const struct output *o); /* of an override */
/* until: utc, 0 = the default; never longer than the longest. */
void slot_set_end(const struct output *o, struct fill *f, int64_t until, struct utc now, struct mono mono);
void slot_make_fill(const struct command *k, struct fill *f, struct utc now, struct mono mono);
void slot_begin_override(struct control *c, struct command *k, struct utc now, struct mono mono);
/* Ends what an operator holds there, with an entry. by NULL: by itself; r: answered when that is recorded. False: nobody holds it. */
bool slot_end_override(struct control *c, struct output *o, const struct actor *by, const char *why, struct request *r,
    struct utc now, struct mono mono);
void slot_clear(struct fill *f);
enum block slot_block(struct control *c, struct output *o, struct utc now, char *why, size_t size);
enum addcause slot_block_addcause(enum block b);
double slot_protect(struct control *c, struct output *o, double v, struct utc now, char *why, size_t size);

/* ---- walk.c: what is written, and when */
void walk_turn(struct control *c, struct output *o, struct utc now, struct mono mono);
void walk_due(const struct control *c, const struct output *o, struct mono *at);
void walk_restart(struct output *o); /* it begins at what the device reports, or has been written last */
bool walk_is_free(
    const struct control *c, const struct output *o); /* something is wanted, and nothing keeps it from being written */
bool walk_has_arrived(const struct output *o);
/* False: the field program does not run; nothing was sent. */
bool walk_send(struct control *c, struct output *o, double value, struct utc now, struct mono mono);
void walk_written(
    struct control *c, struct output *o, const struct msg_field_written *m, struct utc now, struct mono mono);
/* No answer came, and none will. */
void walk_unanswered(struct control *c, struct output *o, enum err e, struct utc now, struct mono mono);

/* ---- watch.c: what the device has */
void watch_turn(struct control *c, struct output *o, struct utc now, struct mono mono);
void watch_due(const struct control *c, const struct output *o, struct mono *at);
void watch_drift(struct control *c, struct output *o, bool on, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* What the device itself says of the output, by a scan later than `after`; NaN = it does not say. */
double watch_reported(const struct control *c, const struct output *o, struct utc after);
double watch_tolerance(const struct output *o, double v);
double watch_drift_limit(const struct output *o, double v);
enum watch_answer { WATCH_SILENT, WATCH_DONE, WATCH_OTHER, WATCH_FAILED, WATCH_NEVER };
/* OTHER: it reports something else; NEVER: nothing ever reports it. text: what it reports. */
enum watch_answer watch_command(struct control *c, const struct command *k, struct utc now, char *text, size_t size);

/* ---- tag.c */
void tag_apply(struct control *c, const char *point); /* to the output of this name */
void tag_apply_all(struct control *c);
const struct tag *tag_first(const struct control *c, const char *point, enum tag_kind kind); /* NULL = none */
void tag_by_itself(struct control *c, const char *point, const char *text, const char *why, struct utc now);
bool tag_recorded(struct control *c, uint64_t id, bool is_durable, enum err refused, const char *text, struct utc now);
void tag_turn(struct control *c, struct utc now);
void tag_act(
    struct control *c, const struct msg_tag *m, const struct actor *by, void *asker, uint32_t sequence, struct utc now);
void tag_describe(const struct control *c, const struct tag *t, bool on, struct msg_tag_state *m);
void tag_free_all(struct control *c);

/* ---- approval.c */
uint64_t approval_for_command(struct control *c, const struct command *k, const struct actor *by, struct utc now,
    struct mono mono); /* 0: too many wait; decided by command_approved() */
void approval_withdraw(
    struct control *c, uint64_t id); /* the asker does not want it any more; decided() is not called */
void approval_forget(struct control *c, const void *session, struct utc now, struct mono mono);
void approval_turn(struct control *c, struct utc now, struct mono mono);
void approval_due(const struct control *c, struct mono *at);
void approval_free_all(struct control *c);

/* ---- save.c: appended to states; forget: its blob is empty */
void save_override(const char *point, const struct fill *f, bool forget, struct wbuf *states);
void save_command(const struct command *k, bool forget, struct wbuf *states);
void save_tag(const struct tag *t, bool forget, struct wbuf *states);
void save_begin(struct control *c, struct utc now, struct mono mono);

static inline void
due_at(struct mono *at, struct mono t)
{
	if (at->us == 0 || t.us < at->us)
		at->us = t.us;
}
static inline bool
is_due(struct mono t, struct mono now)
{
	return t.us != 0 && now.us >= t.us;
}

#endif
