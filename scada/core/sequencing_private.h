/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencing_private.h - the parts of sequencing: sequencing.c checks and turns, sequencing_act.c what persons do, sequencing_state.c what is
 * saved, sequencing_tell.c consoles.
 */
#ifndef CHISAN_SEQUENCING_PRIVATE_H
#define CHISAN_SEQUENCING_PRIVATE_H

#include "scada/base/expr.h"
#include "scada/core/sequencing.h"

#define SEQ_USER 64
#define SEQ_HASH 16 /* bytes of what tells whether the steps are still the same */

/* What was done with a step; saved. */
struct step_done {
	enum sequence_mark mark;
	struct utc at;
	char by[SEQ_USER], reason[SEQUENCE_REASON];
};
/* The last run of a sequence; saved. */
struct run {
	enum sequence_state state;
	uint64_t id;
	unsigned now; /* current step; the count of steps when all are behind */
	struct utc since, ended;
	char user[SEQ_USER], reason[SEQUENCE_REASON], end_user[SEQ_USER], end_reason[SEQUENCE_REASON];
	struct step_done steps[SEQUENCE_STEPS_MAX];
};
struct step_check {
	struct expr *e; /* NULL: none; or with is_broken one that cannot be read */
	bool is_broken;
	struct value v;
	point_id point, tagged; /* POINT_NONE = none */
	enum sequence_verdict verdict;
	struct utc since; /* it holds; 0 = it does not */
	struct mono mono; /* the same, by which the wait is counted */
	bool is_lost;     /* of a confirmed step: the journal has that it is no longer so */
};
struct sequence {
	const struct site_sequence *def;
	const struct site_step *steps;
	unsigned count;
	uint8_t hash[SEQ_HASH];
	bool is_held;    /* an act waits for the journal */
	bool is_changed; /* its run has: to be looked at and told, also when it is over */
	struct run run;
	struct step_check checks[SEQUENCE_STEPS_MAX];
	struct wbuf told; /* the body that consoles have */
};

struct sequencing {
	struct logbook *log;
	const struct sequencing_ops *ops;
	void *arg;
	struct table *table; /* NULL = none */
	uint16_t generation;
	struct sequence *list;
	uint32_t count;
};

/* sequencing.c */
struct sequence *sequence_find(const struct sequencing *q, const char *name); /* NULL = none */
/* Looks at the checks of a run that is under way. */
void sequence_look(struct sequencing *q, struct sequence *s, struct utc now, struct mono mono);
/* "GRID.CB.52R open (0); an inhibit tag is on GRID.CB.52R_CMD": what the check of a step reads, as far as it has room. "" without inputs. */
void sequence_say_inputs(const struct sequencing *q, const struct sequence *s, unsigned step, char *buf, size_t size);
/* "step 3 of 12: TEXT" */
void sequence_say_step(const struct sequence *s, unsigned step, char *buf, size_t size);

/* sequencing_state.c */
void sequence_put_state(const struct sequence *s, const struct run *r, struct wbuf *blob);
void sequence_save(struct sequencing *q, const struct sequence *s, struct utc now);

/* sequencing_tell.c */
void sequence_tell(struct sequencing *q, struct sequence *s);

#endif
