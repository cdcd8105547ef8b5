/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.h - what was added up and must go on after a restart: bases of counters, sums of calculations.  Pure.
 */
#ifndef CHISAN_SUMS_H
#define CHISAN_SUMS_H

#include "scada/base/record.h"
#include "scada/core/calc.h"

typedef void (*sums_save_fn)(const struct msg_store_state *m, void *arg); /* m lives until return */

/* Those of the points from..below; saved a part at a time. */
void sums_save(const struct table *t, const struct calc *c, point_id from, point_id below, struct utc now,
    sums_save_fn save, void *arg);
/* False: it is of another kind, cannot be read, or nothing in this site fits it any more. Once a run for each. */
bool sums_restore(struct table *t, struct calc *c, const struct msg_store_state *m, struct utc now, struct mono mono);

#endif
