/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.c - what the batteries do without a plan.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/rules.h"

double
rules_total(enum rules_kind kind, double grid_kw, double battery_kw, double wanted_kw, double target_kw,
    double refill_kw, double dead_kw)
{
	double net = grid_kw + battery_kw, total = net;
	if (!isfinite(net))
		return 0;
	if (kind == RULES_PEAK && net > 0)
		total = net > target_kw ? net - target_kw : net < refill_kw ? net - refill_kw : 0;
	return isfinite(wanted_kw) && fabs(total - wanted_kw) <= dead_kw ? wanted_kw : total;
}
