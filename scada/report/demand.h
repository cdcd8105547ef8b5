/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand.h - the mean power drawn from the grid in each half hour: from the counter of what is drawn, else from the power, of which
 * only what is drawn counts. An export in a half hour never offsets an import.
 */
#ifndef CHISAN_DEMAND_H
#define CHISAN_DEMAND_H

#include "scada/report/figures.h"

struct demand_meter {
	struct query_point point; /* key 0: there is none */
	bool is_counter;
	const char *name;
};
enum err demand_open(const struct report_source *src, struct demand_meter *m);
/* kW of each span edges[i]..edges[i + 1]; n at most CALENDAR_ROWS. Spans that begin at now or later are empty. */
enum err demand_read(const struct report_source *src, const struct demand_meter *m, const int64_t *edges, unsigned n,
    struct figure *out);
/* The greatest half hour of from..to and when it was; NaN: none is known. */
enum err demand_greatest(const struct report_source *src, const struct demand_meter *m, int64_t from, int64_t to,
    struct figure *out, int64_t *at);

#endif
