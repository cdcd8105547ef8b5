/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - what the batteries do without a plan: take what would be given away, give what would be drawn, keep the reserve. Pure, no memory.
 *
 * One total for all batteries on the receiving point's bus, discharge positive; the district without them draws  net = grid + batteries.
 *   RULES_SELF       net above 0: discharge it; below 0: charge it. So the grid goes to 0.
 *   RULES_PEAK       hold: net above the target is discharged; below 0 (surplus) is charged; between, below refill_kw and less than
 *                    full, it is charged up to refill_kw of draw. 0.8 of the target is a good refill_kw.
 * Within dead_kw of what is wanted already nothing changes. The reserve is the floor that share.h is given, limits are the guard's.
 */
#ifndef CHISAN_RULES_H
#define CHISAN_RULES_H

#include <stdbool.h>

enum rules_kind { RULES_SELF, RULES_PEAK };

/* grid_kw: import positive; battery_kw: what they give now; wanted_kw: what they were told before, NaN = nothing. NaN of grid_kw: 0 is wanted. */
double rules_total(enum rules_kind kind, double grid_kw, double battery_kw, double wanted_kw, double target_kw,
    double refill_kw, double dead_kw);

#endif
