/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_hand.h - the dialogues of commands to the field: set, release, extend, undo.
 */
#ifndef CHISAN_SCR_HAND_H
#define CHISAN_SCR_HAND_H

#include "console/screen.h"

/* Each opens its dialogue, or the message says why it may not be done. */
void scr_hand_set(struct console *co, point_id id);
void scr_hand_release(struct console *co, point_id id);
void scr_hand_extend(struct console *co, point_id id); /* POINT_NONE: the override that ends first */
void scr_hand_undo(struct console *co, point_id id);
/* Commands changed: one whose page was left has ended? The message says so. */
void scr_hand_heard(struct console *co);

#endif
