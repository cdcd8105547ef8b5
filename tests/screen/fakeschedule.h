/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakeschedule.h - the schedule of dispatch as chisand tells it, acts on it, and what an override would do.
 */
#ifndef CHISAN_FAKESCHEDULE_H
#define CHISAN_FAKESCHEDULE_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"
#include "scada/base/schedule.h"

struct fakeschedule {
	struct utc now;
	struct schedule_entry list[SCHEDULE_MAX];
	unsigned count;
	uint64_t last;      /* id that was given */
	uint64_t entries;   /* of the journal */
	char previewed[64]; /* the output that belongs to an asset; "" = none does */
};

void fakeschedule_init(struct fakeschedule *s, struct utc now);
/* "schedule|kind|asset|minutes from now|minutes|value|user|reason", "preview|POINT". False: neither. */
bool fakeschedule_line(struct fakeschedule *s, char **field);
void fakeschedule_snapshot(struct fakeschedule *s, struct conn *c);
bool fakeschedule_frame(
    struct fakeschedule *s, struct conn *c, const struct frame *f); /* W_SCHEDULE, W_PREVIEW_GET; true: it was ours */

#endif
