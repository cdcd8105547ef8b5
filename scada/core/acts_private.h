/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_private.h - what acts.c (the way of an act) and acts_check.c (what is permitted) share.
 */
#ifndef CHISAN_ACTS_PRIVATE_H
#define CHISAN_ACTS_PRIVATE_H

#include "scada/core/acts.h"
#include "scada/core/say_value.h"

#define WAITERS_MAX 4 /* who sends the same act again while it is under way */
#define TEXT_MAX    1024

struct act {
	TAILQ_ENTRY(act) entry;
	struct acts *acts;
	uint16_t type;       /* W_MANUAL ... */
	uint64_t token;      /* for the journal, and for who asks again; 0 = none. With another act it is refused */
	uint64_t request[2]; /* digest of its body: is it the same that comes again? */
	uint32_t uid;
	enum role role;
	char user[64], terminal[96], areas[256];
	const void *session;
	bool on;
	char point[POINT_NAME_MAX]; /* "" = none */
	struct hold hold;           /* of W_MANUAL and W_SCAN */
	int64_t time;               /* of its entry */
	struct {
		void *asker; /* NULL = it has gone */
		uint32_t sequence;
	} waiters[WAITERS_MAX];
	unsigned waiter_count;
	struct alarm_ask *ask;        /* of W_ALARM_ACT, owned; NULL */
	struct mode_ask mode;         /* of W_MODE */
	struct sequence_ask sequence; /* of W_SEQUENCE */
	struct wheel_change *wheel;   /* of W_WHEEL, owned; NULL */
	struct schedule_ask schedule; /* of W_SCHEDULE */
	char reason[MODE_REASON];
	/* ---- outcome */
	bool is_done;
	enum err e;
	int addcause; /* -1 = none */
	enum result_detail detail;
	char text[TEXT_MAX];
};
TAILQ_HEAD(act_list, act);

struct acts {
	struct alarming *alarming; /* NULL = none */
	struct dispatching *dispatching;
	struct sequencing *sequencing;
	struct wheeling *wheeling;
	struct act *acting; /* whose entries come from the alarms just now */
	struct logbook *log;
	struct held *held;
	const struct acts_ops *ops;
	void *arg;
	struct table *table;
	struct act_list open, done;      /* oldest first */
	unsigned open_count, done_count; /* open: that wait for the journal */
	unsigned second_count;           /* that wait for a second person; in `open` too */
	struct mono refused_since;       /* refusals that were journalled */
	unsigned refused;
};

/* Sets the outcome; returns false, for who checks. */
bool act_refuse(struct act *t, enum err e, int addcause, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* acts.c */
void act_begin_entry(const struct act *t, enum journal_kind kind, struct msg_journal_add *m);
void act_open(struct acts *a, struct act *t);
void act_end(struct acts *a, struct act *t); /* it has its outcome, and is in no list or in `open` */
void act_refused(struct acts *a, struct act *t, struct mono mono); /* the same for one that was refused */
void act_say_entry(struct act *t, uint64_t seq);

/* The entry of an act, with its states: applied and answered when it is durable or its 200 ms are over. */
void act_journal(struct acts *a, struct act *t, const struct msg_journal_add *m, struct mono mono);

/* acts_mode.c: W_MODE */
bool act_mode(struct acts *a, struct act *t, const struct msg_mode *m, struct utc now, struct mono mono);
void act_mode_apply(struct acts *a, struct act *t, struct utc now, struct mono mono);

/* acts_sequence.c: W_SEQUENCE */
bool act_sequence(struct acts *a, struct act *t, const struct msg_sequence *m, struct utc now, struct mono mono);
void act_sequence_apply(struct acts *a, struct act *t, struct mono mono);
void act_sequence_over(struct acts *a, const struct act *t); /* its entry no longer waits, whatever became of it */

/* acts_wheel.c: W_WHEEL */
bool act_wheel(struct acts *a, struct act *t, const struct msg_wheel *m, struct utc now, struct mono mono);
void act_wheel_apply(struct acts *a, struct act *t, struct utc now, struct mono mono);
void act_wheel_over(struct acts *a, struct act *t); /* it is applied, or never will be */

/* acts_schedule.c: W_SCHEDULE; as those of sequences */
bool act_schedule(struct acts *a, struct act *t, const struct msg_schedule *m, struct utc now, struct mono mono);
void act_schedule_apply(struct acts *a, struct act *t, struct utc now, struct mono mono);
void act_schedule_over(struct acts *a);

/* acts_alarm.c */
void act_alarm(struct acts *a, struct act *t, const struct msg_alarm_act *m, struct utc now, struct mono mono);
void act_alarm_free(struct act *t);
bool act_alarm_waits(const struct act *t); /* for a second person: whoever asks again is told so at once */
void act_alarm_say_waits(struct acts *a, const struct act *t, void *asker, uint32_t sequence);

/* acts_check.c: true: it may be done, and t->hold is filled in. */
bool check_manual(struct acts *a, struct act *t, const struct msg_manual *m, struct utc now);
bool check_scan(struct acts *a, struct act *t, const struct msg_scan *m, struct utc now);
/* Text of a person, made safe and of one line. False: empty or longer than out holds. */
bool check_text(struct act *t, char *out, size_t size, const char *given, const char *what);

/* Who does it, as it goes into states and entries. */
static inline struct actor
act_actor(const struct act *t)
{
	return (struct actor){ .uid = t->uid,
		.role = t->role,
		.user = t->user,
		.terminal = t->terminal,
		.areas = t->areas,
		.session = t->session };
}

#endif
