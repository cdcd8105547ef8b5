/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - the one door to the field: everything that is written to a device passes here, whoever wants it.
 * Pure: no I/O, no clock.  chisand owns one.
 *
 *   command   1 checks (check.c)   2 approval, selection where the profile asks   3 intent into the journal, with the state
 *             4 slot filled, protection, ramp (slot.c)   5 written   6 accepted   7 the device reports it: done, failed, or unknown
 *   output    the highest filled slot wins (base/command.h); protection clamps the winner and says so; walked by its ramp; refreshed
 *             before the device's reversion timer ends; compared with what the device reports
 * Guard and refresh never wait for the journal.  A command that was sent and not answered is unknown: read back, never sent again by itself.
 */
#ifndef CHISAN_CONTROL_H
#define CHISAN_CONTROL_H

#include "scada/base/actor.h"
#include "scada/base/command.h"
#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/site/site.h"

struct control;

/* An entry for the journal. */
struct control_entry {
	enum journal_kind kind; /* COMMAND, OUTCOME, OVERRIDE, TAG */
	const struct actor *by; /* NULL: by itself */
	const char *point;
	int addcause; /* -1 = none */
	uint64_t token;
	const char *text, *before, *after;
	struct wbuf *states; /* of W_JOURNAL_ADD; may be empty */
};

struct control_ops {
	/*
	 * To the field program, which answers by control_written(). value: in the point's unit; who sends it undoes scale, offset and
	 * invert. timer_s: for the reversion timer; 0 = leave it. False: the field program does not run; nothing was sent.
	 */
	bool (*send)(uint64_t write, point_id id, double value, uint32_t timer_s, void *arg);
	/*
	 * An intent, or an act on a tag: control_recorded(id) is to be called, by the loop and not from within, when it is durable, refused,
	 * or after 200 ms at latest; and a second time when it is durable later.
	 */
	void (*intent)(uint64_t id, const struct control_entry *e, void *arg);
	/* All else: nobody waits. */
	void (*journal)(const struct control_entry *e, void *arg);
	/* What W_OUTPUT, W_COMMAND_STATE, W_TAG_STATE, W_APPROVAL say has changed. asker, sequence: who asked for the command; NULL. */
	void (*output)(point_id id, void *arg);
	void (*command)(const struct msg_command_state *m, void *asker, uint32_t sequence, void *arg);
	void (*check)(const struct msg_check *m, void *asker, uint32_t sequence, void *arg);
	/* The one answer to a request. */
	void (*answer)(void *asker, uint32_t sequence, enum err e, int addcause, enum result_detail detail,
	    const char *text, void *arg);
	void (*tag)(const struct msg_tag_state *m, void *arg);
	void (*approval)(const struct msg_approval *m, void *arg);
	/* The device keeps another value than was written, or keeps it again; ALARM_DRIFT. */
	void (*drift)(point_id id, bool on, const char *words, void *arg);
	/* One person acted alone where two are asked for. */
	void (*emergency)(const struct actor *by, const char *words, void *arg);
	/* To be saved without an entry: a list of states as W_JOURNAL_ADD has them. */
	void (*save)(const struct wbuf *states, void *arg);
};

struct control *control_new(const struct control_ops *ops, void *arg);
void control_free(struct control *c); /* NULL is fine */
/* A new configuration; overrides, tags and commands are kept by name. values: live, by number. Borrowed; NULL: none any more. */
void control_site(
    struct control *c, const struct site *s, const struct value *values, struct utc now, struct mono mono);

/* Before control_begin() nothing is written. STATE_OVERRIDE, STATE_TAG, STATE_COMMAND, STATE_PULSE. What comes later is merged, the newer wins. */
bool control_restore(struct control *c, enum state_kind kind, const char *name, const uint8_t *blob, size_t len,
    struct utc saved, struct utc now, struct mono mono);
/* All that is held, as states of W_JOURNAL_ADD: for a new database. */
void control_put_states(const struct control *c, struct wbuf *states);
void control_begin(struct control *c, struct utc now, struct mono mono);

/* ---- requests; each is answered once, now or later */
void control_command(struct control *c, const struct msg_command *m, const struct actor *by, void *asker,
    uint32_t sequence, struct utc now, struct mono mono);
void control_tag(struct control *c, const struct msg_tag *m, const struct actor *by, void *asker, uint32_t sequence,
    struct utc now, struct mono mono);
/* The session is gone: what it selected is cancelled; what was sent goes on, its answer goes nowhere. */
void control_forget(struct control *c, const void *session, struct utc now, struct mono mono);
void control_recorded(struct control *c, uint64_t id, bool is_durable, enum err refused, const char *text,
    struct utc now, struct mono mono);

/* Slots 2 and 3: of guard and plan. NaN lets go. Same checks (no person: tags INHIBIT, AUTHORITY, local, mode, interlock, range). False: why. */
bool control_want(struct control *c, enum slot slot, point_id id, double value, struct utc until, const char *reason,
    struct utc now, struct mono mono, int *addcause, char *why, size_t size);

/*
 * ---- approvals, for commands and for acts of others (alarms): 120 s, another user, another session
 * An approval_fn is called once, when it is decided; second: NULL where nobody answered. It does what was approved, and says into
 * outcome[size] why not, if it does not: everybody is told after it.
 */
typedef void approval_fn(
    enum approval_state state, const struct actor *second, const char *reason, char *outcome, size_t size, void *arg);
/* Its number; 0: too many wait. decided: NULL, if nobody wants to hear of it. */
uint64_t approval_ask(struct control *c, const struct actor *by, enum role least, const char *area, const char *what,
    approval_fn *decided, void *arg, struct utc now, struct mono mono);
void control_approve(struct control *c, const struct msg_approve *m, const struct actor *by, void *asker,
    uint32_t sequence, struct utc now, struct mono mono);

/* ---- what happens */
void control_written(struct control *c, const struct msg_field_written *m, struct utc now, struct mono mono);
/* Which coils of a pulse may be set, as the field program says; and for the next one what this one may have left set. */
void control_pulse(struct control *c, const struct msg_field_pulse *m);
uint8_t control_left_set(struct control *c, point_id id); /* enum pulse_coils; what is restored later comes too late */
/* A field program is gone, that of the devices that is_its() names (NULL: all): their writes under way have no known outcome. */
void control_field_down(struct control *c, bool (*is_its)(const struct site *s, uint32_t device, void *arg), void *arg,
    struct utc now, struct mono mono);
void control_device(struct control *c, uint32_t device, enum device_state state, struct utc now, struct mono mono);
/* At the end of a turn in which values came: check-backs, drift, inputs that turned bad. */
void control_turn(struct control *c, struct utc now, struct mono mono);
bool control_due(const struct control *c, struct mono *at);

/* ---- reading */
bool control_tell_output(const struct control *c, point_id id, struct msg_output *m); /* false: no output */
void control_each_output(
    const struct control *c, void (*each)(const struct msg_output *m, void *arg), void *arg); /* not at rest */
void control_each_tag(const struct control *c, void (*each)(const struct msg_tag_state *m, void *arg), void *arg);
void control_each_approval(const struct control *c, void (*each)(const struct msg_approval *m, void *arg), void *arg);
void control_each_command(
    const struct control *c, void (*each)(const struct msg_command_state *m, void *arg), void *arg); /* under way */
struct control_counts {
	uint32_t overrides, tags, under_way, clamped, drifting;
};
void control_counts(const struct control *c, struct control_counts *out);

#endif
