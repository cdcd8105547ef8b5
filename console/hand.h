/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand.h - one command of a person from the first check to its end, the same from a page and from the shell.  It knows no clock and
 * draws nothing; what it does not know it does not say: after a lost link a command that was sent is unknown until it is heard of again.
 *
 *   hand_check -> CHECKED -> hand_select -> (APPROVAL) -> SELECTED -> hand_operate -> (APPROVAL) -> UNDER_WAY -> ENDED
 */
#ifndef CHISAN_HAND_H
#define CHISAN_HAND_H

#include "console/client_control.h"

enum hand_phase {
	HAND_IDLE,
	HAND_CHECKING,  /* asked: nothing is sent */
	HAND_CHECKED,   /* answered; nothing was sent */
	HAND_SELECTING, /* asked */
	HAND_APPROVAL,  /* waits for a second person; nothing was sent */
	HAND_SELECTED,  /* reserved; nothing was sent */
	HAND_UNDER_WAY, /* asked to be done: from here on it may have been */
	HAND_ENDED,
};
enum hand_end { HAND_DONE, HAND_FAILED, HAND_REFUSED, HAND_CANCELLED, HAND_UNKNOWN, HAND_END_COUNT };

struct hand_check {
	uint8_t check, verdict, addcause; /* 255 = none */
	char text[240];                   /* raw */
};

struct hand {
	struct client *client;
	void (*changed)(struct hand *h, void *arg);
	void *arg;
	/* what is wanted */
	char point[POINT_NAME_MAX], reason[COMMAND_REASON], typed[POINT_NAME_MAX];
	double value;
	int64_t until; /* utc; 0 = the default */
	bool is_emergency;
	/* how it stands */
	enum hand_phase phase;
	enum command_step step; /* asked last */
	uint32_t ask;           /* 0 = no answer is awaited */
	struct hand_check checks[CHECK_COUNT];
	int check_count;
	uint64_t command;
	enum command_state state;        /* while command != 0 */
	bool has_state, is_recorded;     /* recorded: also of what has no states, as a release */
	int64_t state_time, state_until; /* utc */
	double before;                   /* what the device had; NaN */
	/* of the answer that ended a check or the whole */
	enum hand_end end;
	enum err err;
	int addcause;
	char text[400]; /* raw */
};

void hand_init(struct hand *h, struct client *c, void (*changed)(struct hand *h, void *arg), void *arg);
/* Lets go: what is only selected is taken back, what waits for a second person too; what was sent goes on without being heard. */
void hand_leave(struct hand *h);

/* Each asks; false: there is no link, nothing was asked. */
bool hand_check(struct hand *h);
bool hand_select(struct hand *h);
bool hand_operate(struct hand *h);                    /* what is selected, else directly */
bool hand_cancel(struct hand *h);                     /* before it is sent */
bool hand_do(struct hand *h, enum command_step step); /* release, extend, undo: carried out at once, checks included */

/* The model has heard of commands, or is a new one: is there news of this one? */
void hand_look(struct hand *h);
/* The link is lost; also where no answer was awaited. */
void hand_lost(struct hand *h, const char *why);

bool hand_is_sent(const struct hand *h); /* may the field have been told? */
int hand_refusals(const struct hand *h); /* checks that are not passed */
int hand_warnings(const struct hand *h);
/* The first check that is not passed; NULL = all are. */
const struct hand_check *hand_refusal(const struct hand *h);
const char *hand_end_word(enum hand_end end); /* "done" "failed" "refused" "cancelled" "unknown" */
/* "SENT, the device has not answered yet"; for people. */
const char *hand_state_text(const struct hand *h);

#endif
