/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_shape.c - where everything stands in the lp of a problem. Building, reading and checking make it anew, and so agree.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

#define ROW(lower, UPPER, help) extern const struct asset_ops asset_##lower##_ops;
ASSET_LIST(ROW)
#undef ROW
/* clang-format off */
#define ROW(lower, UPPER, help) [ASSET_##UPPER] = &asset_##lower##_ops,
const struct asset_ops *const asset_ops[ASSET_KIND_COUNT] = { ASSET_LIST(ROW) };
#undef ROW
/* clang-format on */

unsigned
shape_column(const struct shape *s, const struct part *a, unsigned t, unsigned k)
{
	return t * s->step_columns + a->column + k;
}

unsigned
shape_row(const struct shape *s, const struct part *a, unsigned t, unsigned k)
{
	return t * s->step_rows + a->row + k;
}

unsigned
shape_balance(const struct shape *s, int bus, unsigned t)
{
	return t * s->step_rows + s->places[bus].row;
}

unsigned
shape_number(const struct shape *s, const struct part *a)
{
	return (unsigned)(a - s->parts);
}

double
shape_at(const struct shape *s, const struct part *a, enum series_kind k, unsigned t)
{
	return problem_at(s->p, shape_number(s, a), k, t);
}

bool
shape_is_available(const struct shape *s, const struct part *a, unsigned t)
{
	return shape_at(s, a, SERIES_AVAILABLE, t) > 0;
}

bool
shape_window_ends(const struct problem *p, unsigned t)
{
	return t + 1 == p->steps || p->window[t + 1] != p->window[t];
}

unsigned
shape_window_begin(const struct problem *p, unsigned t)
{
	unsigned begin = t;

	while (begin > 0 && p->window[begin - 1] == p->window[t])
		begin--;
	return begin;
}

double
shape_window_most(const struct problem *p, unsigned t)
{
	double free_kw = p->month_count > 0 ? p->months[p->month[t]].free_kw : 0,
	       most = free_kw > 0 ? free_kw : (double)INFINITY;

	for (unsigned i = shape_window_begin(p, t); p->draw_kw != NULL && i <= t; i++)
		if (!isnan(p->draw_kw[i]) && p->draw_kw[i] < most)
			most = p->draw_kw[i];
	return most;
}

double
shape_window_hours(const struct problem *p, unsigned t)
{
	unsigned begin = shape_window_begin(p, t);
	double hours = begin == 0 ? p->window_hours : 0;

	for (unsigned i = begin; i <= t; i++)
		hours += p->hours[i];
	return hours;
}

double
shape_window_before(const struct problem *p, unsigned t)
{
	return shape_window_begin(p, t) == 0 ? p->window_kwh : 0;
}

double
import_price(const struct shape *s, unsigned grid, unsigned t)
{
	return problem_at(s->p, grid, SERIES_PRICE_IMPORT, t) +
	    s->p->co2_price_per_kg * problem_at(s->p, grid, SERIES_CO2, t);
}

/*
 * The powers that can be reached at all form an interval that widens by the ramp each step and is cut by the limits. Where nothing would
 * be left (the steam stops, faster than the turbine may follow), the limits win and that one change is allowed.
 */
void
limits_ramp(const struct shape *s, struct part *a, double kw_per_h, double before)
{
	double least = before, most = before;

	for (unsigned t = 0; t < s->p->steps; t++) {
		struct limits *l = &a->limits[t];
		l->up = l->down = kw_per_h * s->p->hours[t];
		if (isnan(least)) {
			l->up = l->down = LP_INFINITY;
			least = l->low;
			most = l->high;
			l->least = least;
			continue;
		}
		l->up = fmax(l->up, l->low - most);
		l->down = fmax(l->down, least - l->high);
		l->least = least = fmin(l->high, fmax(l->low, least - l->down));
		most = fmax(l->low, fmin(l->high, most + l->up));
	}
}

void
limits_hold(const struct shape *s, struct part *a, double kw_per_h, double before)
{
	double low = before, high = before;

	for (unsigned t = 0; t < s->p->steps; t++) {
		struct limits *l = &a->limits[t];
		double held = shape_at(s, a, SERIES_FIXED_KW, t), ramp = kw_per_h * s->p->hours[t];
		if (!isnan(held)) {
			double up = isnan(low) ? held : fmin(held, low + ramp),
			       down = isnan(high) ? held : fmax(held, high - ramp);
			double least = fmin(l->high, fmax(l->low, up));
			l->high = fmax(l->low, fmin(l->high, down));
			l->low = least;
		}
		low = l->low;
		high = l->high;
	}
}

static void
set_places(struct shape *s)
{
	const struct bus *list = s->p->energy->buses.v;

	s->bus_count = s->p->energy->buses.n;
	s->places = arena_alloc(s->arena, s->bus_count * sizeof(*s->places));
	for (unsigned i = 0; i < s->bus_count; i++) {
		struct place *b = &s->places[i];
		b->is_heat = list[i].carrier == CARRIER_HEAT;
		b->parent = problem_bus(s->p, list[i].parent);
		b->grid = b->is_heat ? -1 : problem_grid(s->p, (int)i);
		b->is_fed = b->grid >= 0 && problem_bus(s->p, s->p->assets[b->grid].asset->bus) != (int)i;
	}
}

static void
set_islands(struct shape *s)
{
	s->is_island = arena_alloc(s->arena, s->bus_count * s->p->steps * sizeof(*s->is_island));
	for (unsigned i = 0; i < s->bus_count; i++)
		for (unsigned t = 0; t < s->p->steps; t++)
			s->is_island[i * s->p->steps + t] = s->places[i].grid < 0 || problem_is_island(s->p, (int)i, t);
}

static void
set_parts(struct shape *s)
{
	s->parts = arena_alloc(s->arena, (s->p->asset_count + 1) * sizeof(*s->parts));
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		struct part *a = &s->parts[i];
		a->in = &s->p->assets[i];
		a->asset = a->in->asset;
		a->param = a->asset->parameters;
		a->ops = asset_ops[a->asset->kind];
		a->bus = problem_bus(s->p, a->asset->bus);
		a->heat = problem_bus(s->p, a->asset->heat_bus);
		if (a->asset->kind == ASSET_STG && a->heat >= 0)
			s->places[a->heat].has_turbine = true;
		if (a->ops->relieve != NULL && a->ops->has_state && a->heat >= 0)
			s->places[a->heat].has_makers = true;
		if (a->asset->kind == ASSET_BATTERY &&
		    (s->p->outage_h > 0 || ((const struct asset_battery *)a->param)->reserve_pct > 0))
			s->places[a->bus].has_reserve = true;
	}
}

static void
set_time(struct shape *s)
{
	s->at = arena_alloc(s->arena, (s->p->steps + 1) * sizeof(*s->at));
	for (unsigned t = 0; t < s->p->steps; t++)
		s->at[t + 1] = s->at[t] + s->p->hours[t];
	s->has_demand = s->p->month_count > 0;
	s->has_contract = s->has_demand && s->p->draw_kw != NULL;
	for (unsigned m = 0; m < s->p->month_count; m++)
		s->has_contract = s->has_contract || s->p->months[m].free_kw > 0;
}

static void
set_layout(struct shape *s)
{
	for (unsigned i = 0; i < s->bus_count; i++) {
		struct place *b = &s->places[i];
		b->column = s->step_columns;
		b->row = s->step_rows;
		s->step_columns += 1u + b->has_reserve + (b->is_fed ? 2u : b->parent >= 0);
		s->step_rows += 1u + b->has_reserve + b->has_turbine + b->has_makers;
	}
	s->window_column = s->step_columns;
	s->window_row = s->step_rows;
	s->step_columns += s->has_contract;
	s->step_rows += s->has_demand + s->has_contract;
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		struct part *a = &s->parts[i];
		a->column = s->step_columns;
		a->row = s->step_rows;
		s->step_columns += a->ops->columns(s, a);
		s->step_rows += a->ops->rows(s, a);
	}
	s->month_column = s->p->steps * s->step_columns;
}

struct shape *
shape_new(const struct problem *p)
{
	struct arena *arena = arena_new();
	struct shape *s = arena_alloc(arena, sizeof(*s));

	s->p = p;
	s->arena = arena;
	set_places(s);
	set_islands(s);
	set_parts(s);
	set_time(s);
	reserve_needs(s);
	for (unsigned i = 0; i < p->asset_count; i++) {
		if (s->parts[i].ops->limit != NULL)
			s->parts[i].ops->limit(s, &s->parts[i]);
		s->parts[i].end_value = problem_end_value(p, i);
	}
	worth_mark(s);
	set_layout(s);
	s->w = weights_of(s);
	return s;
}

void
shape_free(struct shape *s)
{
	if (s != NULL)
		arena_free(s->arena);
}
