/* SPDX-License-Identifier: Apache-2.0 */
/*
 * district.h - which of the site's assets the guard works with, and in which order. Pure; made once a configuration.
 *
 * Receiving point  the first grid connection with a point of role p on a bus without parent
 * Batteries        all, as they stand in the file; those of another bus are "elsewhere" (guard.h)
 * Sources          on the receiving point's bus, with role p_sp: gas turbines and sets first (they burn fuel), then steam turbines, then PV
 * Steps            of loads with role shed and shed_kw, on the receiving point's bus: the greatest priority number goes first, all levels of
 *                  a load before the next load; of equals the first in the file
 * Of a site without devices (a study) points are not asked for: all that has the parameters is there, can be told and can be shed.
 */
#ifndef CHISAN_DISPATCH_DISTRICT_H
#define CHISAN_DISPATCH_DISTRICT_H

#include "scada/dispatch/grid.h"
#include "scada/dispatch/guard.h"

struct district_step {
	const struct asset *load;
	unsigned level; /* 1.. */
};
struct district {
	const struct energy *energy; /* borrowed, as all assets */
	bool has_points;             /* false: of a site without devices */
	const struct asset *grid;
	const struct asset *battery[GUARD_BATTERIES_MAX], *source[GUARD_SOURCES_MAX];
	struct district_step step[DEMAND_STEPS_MAX];
	struct guard_settings set; /* without what only points know: counter_step_kwh is 0, to be filled in */
	struct grid_settings watch;
};

/* False: dispatch cannot work here; why says what is missing, in words for the person who wants to switch it on. */
bool district_make(const struct energy *e, struct district *d, char *why, size_t size);
bool district_make_bare(const struct energy *e, struct district *d, char *why, size_t size); /* without devices */
/* The receiving point's connection; NULL = none is measured. */
const struct asset *district_grid(const struct energy *e);
/* Level of a load when so many steps are shed. */
unsigned district_level(const struct district *d, const struct asset *load, unsigned shed);
/* The mode that is worked in: as chosen, but an island where the utility's grid is lost. */
enum guard_mode district_acting(enum guard_mode chosen, enum grid_state grid);
/* Is what is planned to be done in this mode, where the guard wants nothing else? */
bool district_follows_plan(enum guard_mode acting);
/* What the guard takes of a battery beside what is measured of it: who forms an island's grid; a health that cannot be is 1. */
void district_complete(const struct district *d, unsigned battery, enum guard_mode acting, struct guard_battery_in *in);
/* kW at which a source's setpoint stands for `kw`: between its least and its most. PV: % of its peak where that is the point's unit. */
double district_source_setpoint(const struct asset *source, double kw, bool is_percent);
/*
 * Is sun that a plan holds down to be held there? Not where the plan gives all that the connection takes: that is the guard's to keep, by what is
 * measured. grid_kw: planned at the receiving point, drawn is positive; NaN = not known, then it is.
 */
bool district_holds_sun(double grid_kw, double export_max_kw);
/*
 * Is it wanted after all, whatever its price? Where the half hour comes near its target or a load is shed for it, where the connection's limit of import
 * or an event of demand response is not kept: the plan foresaw less. o: of the guard's last second.
 */
bool district_needs_sun(const struct guard *g, const struct guard_output *o, enum guard_mode acting);

/*
 * Hours that a bus would live on without the grid: what batteries can give above their least state of charge, over what critical loads
 * take beyond what is made. NaN: not known. DISTRICT_HOURS_MAX: as long or longer.
 */
#define DISTRICT_HOURS_MAX 999.0
double district_hours(double stored_kwh, double critical_kw, double made_kw);
/* AC kWh of one battery above its least state of charge; health NaN: 1. */
double district_deliverable_kwh(const struct asset_battery *b, double soc_pct, double health);

#endif
