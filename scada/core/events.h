/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - what happens by itself and is worth an entry: digital points that change, devices that are lost and come back.
 * What flaps gets one entry that says so, and one when it is calm again.  No I/O, no clock.
 */
#ifndef CHISAN_EVENTS_H
#define CHISAN_EVENTS_H

#include "scada/core/logbook.h"
#include "scada/core/table.h"

#define EVENTS_A_MINUTE 10 /* of one point or device; more is flapping */

struct events;

struct events *events_new(struct logbook *l);
void events_free(struct events *e); /* NULL is fine */

/* A new table: states of points and devices that stay are known by their names. Borrowed until the next call; NULL: none. */
void events_site(struct events *e, struct table *t);
/* Points whose live value changed, as table_fresh_take gives them. */
void events_take(struct events *e, const point_id *ids, uint32_t count, struct utc now, struct mono mono);
/* What the field program said of a device, or what is said for it: only a loss and a return make an entry. */
void events_device(struct events *e, const struct msg_device_state *m, struct utc now, struct mono mono);
/* Each second: what has been calm for a minute. */
void events_tick(struct events *e, struct utc now, struct mono mono);

#endif
