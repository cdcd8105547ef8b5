/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning.c - the way of a plan, in the order of planning.h.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/mode.h"
#include "scada/base/str.h"
#include "scada/planner/planning_private.h"

#define LONG_AGO_H 1000.0
#define OUTAGE_H   4.0
#define HELD_US    (3600 * US_PER_S)
#define WINDOW_US  (1800 * US_PER_S)

struct planning *
planning_new(void)
{
	struct planning *p = xcalloc(1, sizeof(*p));

	p->solver = solver_new();
	p->forecasting = forecasting_new();
	p->aside = solver_new();
	return p;
}

void
planning_free(struct planning *p)
{
	if (p == NULL)
		return;
	solver_free(p->solver);
	solver_free(p->aside);
	dispatch_plan_free(p->before);
	forecasting_free(p->forecasting);
	free(p);
}

struct forecasting *
planning_forecasting(struct planning *p)
{
	return p->forecasting;
}

/* A limit is in kW, or in % of the peak. */
static void
ask_limit(const struct site *s, const struct asset *a, struct past_ask *past)
{
	const char *name = asset_point(a, "p_sp");
	point_id id = name == NULL ? POINT_NONE : site_find_point(s, name);
	double peak_kw = ((const struct asset_pv *)a->parameters)->peak_kw;

	if (id == POINT_NONE)
		return;
	const char *unit = s->points[id].def->unit;
	bool is_percent = unit != NULL && strcmp(unit, "%") == 0;
	past_ask_add_limit(past, asset_point(a, "p"), name, is_percent ? peak_kw / 100 : 1, peak_kw);
}

void
planning_site(struct planning *p, const struct site *s, struct past_ask *past)
{
	p->site = s;
	dispatch_plan_free(p->before);
	p->before = NULL;
	p->start_us = 0;
	p->state = 0;
	solver_free(p->solver); /* what it knows is of another problem */
	solver_free(p->aside);
	p->solver = solver_new();
	p->aside = solver_new();
	p->aside_us = 0;
	past_ask_clear(past);
	forecasting_site(p->forecasting, s);
	if (s == NULL || s->energy == NULL)
		return;
	p->step_us = s->energy->plan_step_us;
	const struct asset *list = s->energy->assets.v;
	for (uint32_t i = 0; i < s->energy->assets.n; i++) {
		if (list[i].kind == ASSET_LOAD || list[i].kind == ASSET_PV)
			past_ask_add(past, asset_point(&list[i], "p"));
		if (list[i].kind == ASSET_PV)
			ask_limit(s, &list[i], past);
		if (list[i].kind == ASSET_LOAD || list[i].kind == ASSET_FURNACE)
			past_ask_add(past, asset_point(&list[i], "steam"));
	}
}

/* ---- how it stands */

static bool
read_assets(struct planning *p, const struct msg_plan_ask *ask)
{
	uint32_t n = p->site->energy->assets.n;
	struct rbuf r;

	p->now = arena_alloc(p->arena, (n + 1) * sizeof(*p->now));
	rbuf_init(&r, ask->assets.data, ask->assets.len);
	for (uint32_t i = 0; i < n; i++) {
		struct planning_asset *a = &p->now[i];

		a->is_available = r_u8(&r) != 0;
		a->is_on = r_u8(&r) != 0;
		a->power_kw = r_f64(&r);
		a->in_state_h = r_f64(&r);
		a->level = r_f64(&r);
		a->health = r_f64(&r);
		a->held_kw = r_f64(&r);
		a->held_until = 0;
	}
	return r_done(&r);
}

struct utc
planning_at(const struct planning *p, unsigned step)
{
	return utc_add(p->problem.start, step * p->step_us);
}

static double *
constant(struct planning *p, double v)
{
	double *s = arena_alloc(p->arena, p->problem.steps * sizeof(*s));

	for (unsigned t = 0; t < p->problem.steps; t++)
		s[t] = v;
	return s;
}

/* Until its end, in whole steps, or for an hour. */
static double *
held(struct planning *p, const struct planning_asset *n)
{
	double *s = constant(p, (double)NAN);
	int64_t until = n->held_until != 0 ? n->held_until : p->problem.start.us + HELD_US;

	for (unsigned t = 0; t < p->problem.steps && planning_at(p, t).us < until; t++)
		s[t] = n->held_kw;
	return s;
}

/* The grid that is lost comes back after the longest outage that was thought of; nobody knows better. */
static double *
lost(struct planning *p)
{
	double hours = p->site->energy->outage_us > 0 ? (double)p->site->energy->outage_us / 3.6e9 : OUTAGE_H;
	double *s = constant(p, 1);

	for (unsigned t = 0; t < p->problem.steps && (double)((t + 1) * p->step_us) <= hours * 3.6e9; t++)
		s[t] = 0;
	return s;
}

static void
stand(struct planning *p, const struct msg_plan_ask *ask, uint32_t i)
{
	const struct asset *a = &((const struct asset *)p->site->energy->assets.v)[i];
	const struct planning_asset *n = &p->now[i];
	struct problem_asset *out = &p->problem.assets[i];

	*out = (struct problem_asset){ .asset = a,
		.power_kw = a->kind == ASSET_STG || a->kind == ASSET_GTC ? n->power_kw : (double)NAN,
		.is_on = n->is_on,
		.in_state_h = isfinite(n->in_state_h) ? n->in_state_h : LONG_AGO_H,
		.health = isfinite(n->health) && n->health > 0 && n->health <= 1 ? n->health : 1 };
	if (a->kind == ASSET_BATTERY)
		out->energy_kwh = isfinite(n->level) ? n->level : 0;
	if (a->kind == ASSET_HEATSTORE)
		out->heat_gj = isfinite(n->level) ? n->level : 0;
	if (a->kind == ASSET_GRID && ask->grid == GRID_LOST)
		out->series[SERIES_AVAILABLE] = lost(p);
	else if (!n->is_available && (a->kind != ASSET_BATTERY || !isfinite(n->level)))
		out->series[SERIES_AVAILABLE] = constant(p, 0);
	if (!n->is_available && a->kind == ASSET_BATTERY && isfinite(n->level)) /* it keeps what it has */
		out->series[SERIES_FIXED_KW] = constant(p, 0);
	if (isfinite(n->held_kw) &&
	    (a->kind == ASSET_BATTERY || a->kind == ASSET_GTC || a->kind == ASSET_STG || a->kind == ASSET_PV))
		out->series[SERIES_FIXED_KW] = held(p, n);
}

/* What an event changes: who is there, what persons hold, the grid. FNV-1a; never 0. */
static uint64_t
state_of(const struct planning *p, const struct msg_plan_ask *ask)
{
	uint64_t v = (UINT64_C(14695981039346656037) ^ ask->grid) * UINT64_C(1099511628211);

	for (uint32_t i = 0; i < p->site->energy->assets.n; i++) {
		const struct planning_asset *a = &p->now[i];
		uint64_t held = isfinite(a->held_kw) ? (uint64_t)(int64_t)llround(a->held_kw * 10) + 2 : 0;
		v = (v ^ a->is_available) * UINT64_C(1099511628211);
		v = (v ^ held) * UINT64_C(1099511628211);
	}
	return v | 1;
}

/* ---- time, windows, months */

static int
month_of(struct utc t)
{
	char text[8];
	int64_t m;

	(void)utc_civil(text, sizeof(text), t, "%m");
	return str_to_i64(text, 1, 12, &m) ? (int)m : 0;
}

/* What a kW more than ever before costs, by the tariff that holds; months that the horizon touches. */
static void
set_months(struct planning *p, const struct msg_plan_ask *ask, int64_t day, unsigned *month)
{
	const struct tariff *tariff = tariff_find(&p->site->tariffs, day);
	struct problem *b = &p->problem;
	int first = month_of(b->start);

	for (unsigned t = 0; t < b->steps; t++)
		month[t] = month_of(planning_at(p, t)) != first;
	for (unsigned t = 1; t < b->steps; t++)
		if (b->window[t] == b->window[t - 1])
			month[t] = month[t - 1];
	b->month = month;
	if (tariff == NULL || !(tariff->base_price > 0))
		return;
	bool is_agreed = tariff->contract == CONTRACT_AGREED;
	double price = tariff_base_charge(tariff->base_price, 1, tariff->power_factor_pct);
	double floor = is_agreed ? ask->month_kw : ask->year_kw;
	b->month_count = 2;
	for (unsigned i = 0; i < 2; i++)
		b->months[i] = (struct problem_month){
			.floor_kw = i == 1 && is_agreed ? 0
			    : isfinite(floor)           ? floor
			                                : 0,
			.free_kw = is_agreed ? tariff->contract_kw : 0,
			.price =
			    is_agreed ? price * (tariff->excess_factor > 0 ? tariff->excess_factor : 1) : 12 * price,
		};
}

static void
lay_out(struct planning *p, const struct msg_plan_ask *ask)
{
	unsigned steps = (unsigned)(PLANNING_HORIZON_S * US_PER_S / p->step_us);
	double *hours = arena_alloc(p->arena, steps * sizeof(*hours));
	unsigned *window = arena_alloc(p->arena, steps * sizeof(*window)),
	         *month = arena_alloc(p->arena, steps * sizeof(*month));
	int64_t start = ask->now - ask->now % p->step_us;
	int64_t window_us = p->step_us > WINDOW_US ? p->step_us : WINDOW_US;
	double gone_h = (double)(start % WINDOW_US) / 3.6e9;
	char text[16];
	int64_t day = 0;

	for (unsigned t = 0; t < steps; t++) {
		hours[t] = (double)p->step_us / 3.6e9;
		window[t] = (unsigned)((start + t * p->step_us) / window_us - start / window_us);
	}
	p->problem = (struct problem){ .energy = p->site->energy,
		.start = { start },
		.steps = steps,
		.hours = hours,
		.window = window,
		.window_hours = gone_h,
		.window_kwh = isfinite(ask->window_kwh) && ask->window_min > 0
		    ? ask->window_kwh * fmin(1, gone_h * 60 / ask->window_min)
		    : 0,
		.asset_count = p->site->energy->assets.n,
		.co2_price_per_kg = p->site->energy->co2_price_per_kg,
		.filed_price = (double)NAN,
		.contract_price = (double)NAN,
		.over_price = (double)NAN,
		.lost_price = (double)NAN,
		.heat_lost_price = (double)NAN,
		.outage_h = (double)p->site->energy->outage_us / 3.6e9,
		.reserve_price = (double)NAN,
		.end_value = (double)NAN };
	p->problem.assets = arena_alloc(p->arena, (p->problem.asset_count + 1) * sizeof(*p->problem.assets));
	(void)utc_civil(text, sizeof(text), p->problem.start, "%Y-%m-%d");
	(void)date_from_text(text, &day);
	set_months(p, ask, day, month);
}

/* ---- all of it */

/* Reads, checks, calms and tells what was found. */
static bool
use(struct planning *p, const struct msg_plan_ask *ask, const struct lp *lp, const struct solution *found, double gap,
    bool is_quick, struct wbuf *out, char *why, size_t size)
{
	struct plan *plan = dispatch_plan_read(&p->problem, lp, found->x, found->dual, found->reduced);

	if (!dispatch_plan_check(&p->problem, plan, TOLERANCE_KW, why, size)) {
		dispatch_plan_free(plan);
		return false;
	}
	struct plan *calmer = is_quick ? NULL : planning_calm(p, lp, found, plan);
	if (calmer != NULL) {
		dispatch_plan_free(plan);
		plan = calmer;
	}
	planning_tell(p, ask, plan, found, gap, out);
	solver_stick(p->solver, planning_money(p, plan));
	if (is_quick) {
		dispatch_plan_free(plan);
	} else {
		dispatch_plan_free(p->before);
		p->before = plan;
	}
	return true;
}

/* Steps since the problem that was solved before; the plan of one that is too old is forgotten. */
static unsigned
steps_gone(struct planning *p)
{
	const struct problem *b = &p->problem;
	int64_t gone = p->start_us == 0 ? 0 : (b->start.us - p->start_us) / p->step_us;
	bool goes_on = gone >= 0 && gone < b->steps;

	if (p->before != NULL &&
	    (!goes_on || p->before->start.us > b->start.us || p->before->asset_count != b->asset_count)) {
		dispatch_plan_free(p->before);
		p->before = NULL;
	}
	return goes_on ? (unsigned)gone : 0;
}

static enum planning_end
solve(struct planning *p, const struct msg_plan_ask *ask, bool is_quick, struct wbuf *out, char *why, size_t size)
{
	struct problem *b = &p->problem;
	unsigned gone = steps_gone(p);
	struct solution found;
	double gap = 0;

	if (!problem_check(b, why, size))
		return PLANNING_NONE;
	struct lp *lp = dispatch_plan_build(b);
	solver_commit(p->solver, lp, gone, is_quick ? PLANNING_QUICK_S : PLANNING_SECONDS, &found, &gap);
	p->start_us = b->start.us;
	enum planning_end end = is_quick ? PLANNING_AGAIN : PLANNING_DONE;
	if (found.end != SOLVE_OPTIMAL && found.end != SOLVE_FEASIBLE) {
		str_printf(why, size, "the solver found none: %s", found.why);
		end = is_quick && found.end == SOLVE_TIME ? PLANNING_LATE : PLANNING_NONE;
	} else if (!use(p, ask, lp, &found, gap, is_quick, out, why, size))
		end = PLANNING_NONE;
	solution_done(&found);
	lp_free(lp);
	return end;
}

/* Aside from the plans that are told: what these know of the commitment before stays theirs. */
struct plan *
planning_solve(struct planning *p, double seconds, struct solution *found, double *gap, char *why, size_t size)
{
	const struct problem *b = &p->problem;
	int64_t gone = p->aside_us == 0 ? 0 : (b->start.us - p->aside_us) / p->step_us;
	struct plan *plan = NULL;

	memset(found, 0, sizeof(*found));
	if (!problem_check(b, why, size))
		return NULL;
	struct lp *lp = dispatch_plan_build(b);
	solver_commit(p->aside, lp, gone >= 0 && gone < b->steps ? (unsigned)gone : 0, seconds, found, gap);
	p->gave_way = solver_has_yielded(p->aside);
	p->aside_us = b->start.us;
	if (found->end == SOLVE_OPTIMAL || found->end == SOLVE_FEASIBLE)
		plan = dispatch_plan_read(b, lp, found->x, found->dual, found->reduced);
	else
		str_printf(why, size, "the solver found none: %s", found->why);
	if (plan != NULL && !dispatch_plan_check(b, plan, TOLERANCE_KW, why, size)) {
		dispatch_plan_free(plan);
		plan = NULL;
	}
	lp_free(lp);
	return plan;
}

bool
planning_stand(struct planning *p, const struct msg_plan_ask *ask, char *why, size_t size)
{
	if (p->site == NULL || p->site->energy == NULL || !utc_is_plausible((struct utc){ ask->now })) {
		str_copy(why, size, "the site has no energy section");
		return false;
	}
	if (p->site->energy->assets.n > PROBLEM_ASSETS_MAX) {
		str_printf(why, size, "more than %d assets cannot be planned", PROBLEM_ASSETS_MAX);
		return false;
	}
	if (!read_assets(p, ask)) {
		str_copy(why, size, "how the assets stand cannot be read");
		return false;
	}
	return true;
}

bool
planning_pose(struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, char *why, size_t size)
{
	p->basis[0] = '\0';
	lay_out(p, ask);
	for (uint32_t i = 0; i < p->problem.asset_count; i++)
		stand(p, ask, i);
	if (!planning_fill(p, ask, past, why, size) || !planning_schedule(p, ask, why, size))
		return false;
	planning_heat(p); /* the schedule says which furnaces stand */
	return planning_filed(p, ask, why, size);
}

enum planning_end
planning_make(
    struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, bool is_again, struct wbuf *out)
{
	enum planning_end end = PLANNING_NONE;
	char why[400];

	p->arena = arena_new();
	p->basis[0] = '\0';
	if (planning_stand(p, ask, why, sizeof(why))) {
		uint64_t state = state_of(p, ask);
		bool is_quick = !is_again && state != p->state;
		p->state = state;
		if (planning_pose(p, ask, past, why, sizeof(why)))
			end = solve(p, ask, is_quick, out, why, sizeof(why));
	}
	if (end == PLANNING_NONE || end == PLANNING_LATE)
		planning_tell_none(ask, why, out);
	arena_free(p->arena);
	p->arena = NULL;
	return end;
}
