/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calc.h - calculated points: each is evaluated when one of its inputs changed, after those that it depends on.
 * Those that integrate are evaluated at least once a period. Pure: no I/O, no clock, nothing allocated while running.
 */
#ifndef CHISAN_CALC_H
#define CHISAN_CALC_H

#include "scada/core/table.h"

#define CALC_SETTLE_US (10 * US_PER_S) /* after a start, for a first sample or a time-out of every input */

struct calc;

/*
 * Parses the expressions of all points that have one. One that does not parse (the site's check refuses it before) leaves its
 * point in failure with ERR_CONFIG. A cycle, refused before too, is evaluated once a run, while it changes.
 */
struct calc *calc_new(struct table *t);
void calc_free(struct calc *c); /* NULL is fine */

/* After a reload: sums of integrations whose point and expression stayed. */
void calc_adopt(struct calc *c, const struct calc *old);

/*
 * Once after the samples of a turn of the loop, before publishing; at least at 1 Hz. The first run evaluates all; one without
 * changes costs next to nothing. Groups of calculations alone count as looked at once none waits for a first input any more, or
 * CALC_SETTLE_US after the first run; what still waits is stale as well then.
 */
void calc_run(struct calc *c, struct utc now, struct mono mono);

#define CALC_SUMS_MAX 64 /* of one expression, as far as they are saved */
/* The sums of each calculation that keeps some and was evaluated. expression: they mean nothing with another one. */
void calc_each_state(const struct calc *c,
    void (*each)(point_id id, const char *expression, const double *sums, size_t count, void *arg), void *arg);
/* Sums of an earlier run: added to those of this one. False: it is another expression now. Once a run. */
bool calc_restore(struct calc *c, point_id id, const char *expression, const double *sums, size_t count);

uint32_t calc_count(const struct calc *c);

#endif
