/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_act.h - the dialogues of acts: what stands now, what will be, for how long and why; then a question that only y answers.
 */
#ifndef CHISAN_SCR_ACT_H
#define CHISAN_SCR_ACT_H

#include "console/rgot.h"
#include "console/screen.h"

/* Each opens its dialogue, or the message says why it may not be done. */
void scr_act_manual(struct console *co, point_id id);
void scr_act_scan(struct console *co, point_id id);
void scr_act_tag(struct console *co, point_id id);
void scr_act_untag(struct console *co, uint64_t tag);
/* The approval that waits longest of those that this person could answer; 0: or this one. */
void scr_act_approve(struct console *co, uint64_t approval);
void scr_act_confirm(struct console *co, const struct rgot *g); /* copies what it needs */

#endif
