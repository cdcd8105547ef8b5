/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.h - what this console has asked to be done: one act at a time under way, and those that are done but not yet recorded.
 * It outlives the page that asked: an operator who goes on to look elsewhere still hears how it ended.
 */
#ifndef CHISAN_ACTS_H
#define CHISAN_ACTS_H

#include "console/act.h"
#include "console/screen.h"
#include "scada/base/alarm.h"
#include "scada/base/record.h"

#define ACTS_UNRECORDED 16
#define ACTS_LIMIT_US   (10 * US_PER_S) /* without an answer the outcome is unknown */

struct acts_waiting {
	enum journal_kind kind;
	char point[POINT_NAME_MAX], what[96];
	char alarm[ALARM_NAME_MAX]; /* of acts on alarms: their entry begins with it; "" with is_alarm: the horn */
	bool is_alarm;
	struct utc since, time; /* sent; of its entry: a note may be about a time before */
};
struct acts {
	struct console *co;
	uint32_t asked; /* the question under way; 0 = none */
	struct acts_waiting act;
	enum act_end end; /* of the last that ended */
	char text[400];   /* and the sentence, made safe; "" = none yet */
	struct acts_waiting unrecorded[ACTS_UNRECORDED];
	int unrecorded_count;
};

void acts_init(struct acts *a, struct console *co);
void acts_done(struct acts *a);
/* what: "manual value of ESS1.SOC". at: of its entry, 0 = now. false: it was not sent, and the message says why. */
bool acts_send(struct console *co, uint16_t type, const struct wbuf *body, enum journal_kind kind, const char *point,
    const char *what, struct utc at);
bool acts_is_under_way(const struct console *co);
/* Is the role enough? What is above it is neither offered nor hinted at. */
bool acts_may(const struct console *co, uint16_t type);
/* Why it is not; false: it is. */
bool acts_refusal(const struct console *co, uint16_t type, char *buf, size_t size);
/* May this person act so? Says why not. control: acts on points, that need CONTROL too. */
bool acts_is_allowed(struct console *co, uint16_t type, bool needs_control);
/*
 * How an act ended: the sentence into buf, made safe, and the message; one that is not yet recorded is remembered. For acts that do
 * not wait for each other, as those on alarms.
 */
enum act_end acts_tell(struct console *co, const struct acts_waiting *w, enum err e, int addcause, uint16_t detail,
    const char *text, char *buf, size_t size);
void acts_recorded(struct console *co, const struct msg_journal *m); /* an entry came */
void acts_tick(struct console *co);
/* "1 act not yet recorded: note"; false: none. */
bool acts_trouble(const struct console *co, char *buf, size_t size);
void acts_toggle_control(struct console *co);
/* text: of the prompt, "--at 02:10 the door was open" names a time. */
void acts_note(struct console *co, const char *point, const char *text);

#endif
