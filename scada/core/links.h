/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links.h - the field side: what chisan-field is told, and what it reports, on its way into the table.
 */
#ifndef CHISAN_LINKS_H
#define CHISAN_LINKS_H

#include "scada/core/publish.h"

struct links;

/* Answers to a question for registers: W_RAW as the field program sent it, or an error. */
struct links_ops {
	void (*raw)(void *asker, uint32_t sequence, const struct frame *f, void *arg);
	void (*raw_failed)(void *asker, uint32_t sequence, enum err why, const char *text, void *arg);
};

struct links *links_new(struct publish *p, const struct links_ops *ops, void *arg);
void links_free(struct links *l);

/* A new configuration; sent at once if the field program is up. The table is borrowed until the next call. */
void links_site(struct links *l, struct table *t, uint16_t generation);
void links_up(struct links *l, struct conn *c);
/* The field program is gone: all its points lose communication, open questions are answered. */
void links_down(struct links *l);

/* OK, or what is wrong with the frame: then its sender must go. received, now: the time of this turn. */
enum err links_frame(struct links *l, const struct frame *f, struct utc received, struct mono now);

/* asker is given back in the answer; sequence too. */
void links_raw_get(struct links *l, void *asker, uint32_t sequence, point_id point);
void links_forget(struct links *l, const void *asker); /* it is gone: no answers to it any more */

const struct msg_field_stats *links_stats(const struct links *l);
void links_count(const struct links *l, uint32_t by_state[DEVICE_STATE_COUNT]);

#endif
