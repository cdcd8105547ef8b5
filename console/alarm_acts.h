/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_acts.h - acts on alarms from the console. Several may be under way, so that silencing and acknowledging wait for nothing;
 * each is told as acts.h tells it, also when the page that asked is gone.
 *
 * Acknowledging, silencing and remarks need the role only. What changes which alarms are seen, and limits, need CONTROL too.
 */
#ifndef CHISAN_ALARM_ACTS_H
#define CHISAN_ALARM_ACTS_H

#include "console/acts.h"
#include "console/alarm_ask.h"

#define ALARM_ACTS 16

struct alarm_acts_slot {
	struct alarm_acts *owner;
	uint32_t number, asked; /* number: of the act, 0 = free; asked: 0 = it has ended */
	uint64_t approval;      /* that it waits for; 0 = none */
	struct acts_waiting act;
	enum act_end end;
	char text[400];
};
struct alarm_acts {
	struct console *co;
	struct alarm_acts_slot slots[ALARM_ACTS];
	uint32_t last; /* number */
};

void alarm_acts_init(struct alarm_acts *a, struct console *co);
void alarm_acts_done(struct alarm_acts *a);
void alarm_acts_tick(struct console *co);
/* An approval was decided: the act that waits for it ends so, on its page and in the message. */
void alarm_acts_decided(struct console *co);
/* There is a new model: how that ended which does not wait any more, nobody has told. */
void alarm_acts_model(struct console *co);
/* May this person do so, here and now? Says why not. */
bool alarm_acts_allowed(struct console *co, enum alarm_act act);
/* what: "acknowledgement of 7 alarms". Its number; 0: not sent, and the message says why. */
uint32_t alarm_acts_send(
    struct console *co, const struct alarm_ask *ask, const struct alarm_seen *seen, unsigned n, const char *what);
/* Has it ended? Then *end, and its sentence; "" with false: under way. NULL: it is too long ago. ACT_ASKED becomes another end later. */
const char *alarm_acts_outcome(const struct console *co, uint32_t number, bool *has_ended, enum act_end *end);
void alarm_acts_silence(struct console *co);

#endif
