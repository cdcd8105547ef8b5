/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_private.h - what the parts of the scheduler share: poll.c (states and life), poll_turn.c (when), poll_ask.c (what is asked),
 * poll_answer.c (what came of it), poll_order.c (orders, and the watch) and poll_guest.c (requests of others).
 */
#ifndef CHISAN_POLL_PRIVATE_H
#define CHISAN_POLL_PRIVATE_H

#include "drivers/poll.h"

/* ---- poll.c */

void poll_sink(void *device, struct utc time, const struct sample *samples, uint32_t count); /* of struct scan_out */
void poll_come_up(struct device *d, struct moment now);
/* All that is in flight is void; when it is tried next depends on e. The reason is to be noted before. */
void poll_go_down(struct device *d, enum err e, struct moment now);
/* Who it is has to be asked again. */
void poll_forget_identity(struct device *d);
/* The request's place in words, as "holding 10..19". */
void poll_describe(const struct request *r, char *buf, size_t size);

/* ---- poll_turn.c */

/* Starts what is due, sets the device's timer to what is due next, and asks for its turn if it has something to ask. */
void poll_run(struct device *d, struct moment now);
void poll_fire(struct timer *t, struct moment now); /* the same, of the timer */
void poll_start_scan(struct device *d, struct scan *s, struct moment now);
/* Starts what is due; what should have begun long ago is counted. */
void poll_start_due(struct device *d, struct moment now);
/* Starts all scans that do not run, due or not. */
void poll_start_idle(struct device *d, struct moment now);
bool poll_has_read(const struct device *d, struct moment now);

/* ---- poll_ask.c */

void poll_ask_identity(const struct device *d, struct request *out);
/* Whoever answers on a new connection may be another device, with other registers. */
void poll_meet(struct device *d, uint32_t epoch, struct moment now);

/* ---- poll_answer.c */

/* When the device looked: between sent and now, and not before an order that was answered in between. */
struct utc poll_middle_of(const struct device *d, struct mono sent, struct moment now);

/* ---- poll_order.c */

void poll_put_order(struct device *d, struct order *o, bool is_first);
void poll_take_order(struct device *d, struct order *o);
/* The order that may be sent now: all to a device that is up, reads to see whether it is. NULL = none. */
struct order *poll_next_order(const struct device *d);
/*
 * Nothing that was sent will be answered: its outcome is not known. What was not sent is not sent, but for what waits until the device
 * is back, unless is_all. The device is down already for whoever is told.
 */
void poll_drop_orders(struct device *d, enum err e, bool is_all, struct moment now);
/* Why what was sent has no outcome: e, unless that would say that it was refused, or never sent. */
enum err poll_unknown_by(enum err e);
/* Its answer came; it is out of the line already. */
void poll_end_order(struct order *o, const struct answer *a, struct moment now);
/* Where nothing is scanned the place of the first output is looked at, so that it is known whether the device is there. */
void poll_build_watch(struct device *d, struct moment now);
/* The place of that output, as it is now. */
void poll_lay_watch(struct device *d);

/* ---- poll_guest.c */

/* It is over: answered, or with a NULL not. */
void poll_end_guest(struct device *d, enum err e, const struct answer *a, struct moment now);
/* What was not sent is not sent, and of the rest nothing is known. */
void poll_drop_guest(struct device *d, enum err e, struct moment now);

#endif
