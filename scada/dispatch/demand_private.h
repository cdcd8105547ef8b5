/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand_private.h - between the files of the demand controller: demand_meter.c reckons energy and windows, demand.c decides.
 */
#ifndef CHISAN_DISPATCH_DEMAND_PRIVATE_H
#define CHISAN_DISPATCH_DEMAND_PRIVATE_H

#include "scada/dispatch/demand.h"

#define DEMAND_WINDOW_US (DEMAND_WINDOW_S * US_PER_S)
#define DEMAND_CELL_US   (DEMAND_CELL_S * US_PER_S)

/* Sums at an instant, between cells in a straight line; before the ring's beginning: as at its beginning. */
struct demand_cell demand_at(const struct demand *d, int64_t us);
/* Sums go on to us in a straight line; fills the cells between. */
void demand_advance(struct demand *d, int64_t us, struct demand_cell sum);
void demand_measure(struct demand *d, const struct demand_input *in);                           /* 1 energy */
void demand_window(struct demand *d, const struct demand_input *in, struct demand_output *out); /* 2 where it begins */

#endif
