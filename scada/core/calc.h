/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calc.h - calculated points: each is evaluated when one of its inputs changed, after those that it depends on.
 * Those that integrate are evaluated at least once a period. Pure: no I/O, no clock, nothing allocated while running.
 */
#ifndef CHISAN_CALC_H
#define CHISAN_CALC_H

#include "scada/core/table.h"

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
 * changes costs next to nothing.
 */
void calc_run(struct calc *c, struct utc now, struct mono mono);

uint32_t calc_count(const struct calc *c);

#endif
