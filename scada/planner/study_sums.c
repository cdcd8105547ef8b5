/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_sums.c - what steps come to: by month, by part of the cost, by asset; and how things stand after each.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/planner/study_private.h"

#define WINDOW_US (1800 * US_PER_S)

static const struct tariff *
tariff_at(const struct study_run *s, unsigned row)
{
	return tariff_find(&s->d->site->tariffs, s->d->place[row].day);
}

static double
known(double kw)
{
	return isnan(kw) ? 0 : kw;
}

/* An agreed contract, or one of the grid's without a price: then it is a goal. */
struct problem_month
study_month_price(const struct study_run *s, unsigned row)
{
	const struct tariff *t = tariff_at(s, row);
	int32_t month = s->d->place[row].month;
	struct problem_month m = { .floor_kw = known(peaks_month(&s->peaks, month)) };

	if (t != NULL && t->contract == CONTRACT_AGREED) {
		m.free_kw = t->contract_kw;
		m.price = tariff_base_charge(t->base_price * t->excess_factor, 1, t->power_factor_pct);
	} else if (t != NULL) {
		m.floor_kw = known(peaks_year(&s->peaks, month));
		m.price = PEAKS_MONTHS * tariff_base_charge(t->base_price, 1, t->power_factor_pct);
	} else {
		const struct asset *list = s->d->energy->assets.v;
		for (uint32_t i = 0; i < s->d->energy->assets.n; i++)
			if (list[i].kind == ASSET_GRID)
				m.free_kw += ((const struct asset_grid *)list[i].parameters)->contract_kw;
	}
	return m;
}

void
study_sums_begin(struct study_run *s)
{
	struct study_result *r = s->r;
	const struct asset *list = s->d->energy->assets.v;

	r->asset_count = s->d->energy->assets.n;
	r->assets = xcalloc(r->asset_count + 1, sizeof(*r->assets));
	for (unsigned i = 0; i < r->asset_count; i++) {
		r->assets[i].asset = &list[i];
		r->assets[i].stored_begin =
		    list[i].kind == ASSET_HEATSTORE ? s->state[i].heat_gj : s->state[i].energy_kwh;
	}
}

static struct study_sums *
month_sums(struct study_run *s)
{
	struct study_result *r = s->r;
	int32_t month = s->d->place[s->row].month;

	if (r->month_count == 0 || r->months[r->month_count - 1].month != month) {
		if (r->month_count < STUDY_MONTHS_MAX)
			r->month_count++;
		r->months[r->month_count - 1].month = month;
	}
	return &r->months[r->month_count - 1].sums;
}

/* Mean of the demand window as far as it has gone; its peak where it is over. */
static double
count_window(struct study_run *s, struct study_sums *month, int64_t window, double drawn_kw, double hours, bool is_over)
{
	if (window != s->window) {
		s->window = window;
		s->window_kwh = s->window_hours = 0;
	}
	s->window_kwh += drawn_kw * hours;
	s->window_hours += hours;
	double kw = s->window_kwh / s->window_hours;
	if (is_over) {
		month->peak_kw = fmax(month->peak_kw, kw);
		peaks_note(&s->peaks, s->d->place[s->row].month, kw);
	}
	return kw;
}

static double
drawn_kw(const struct study_run *s, const struct plan *plan, unsigned t)
{
	double kw = 0;

	for (unsigned i = 0; i < plan->asset_count; i++)
		if (s->state[i].asset->kind == ASSET_GRID)
			kw += fmax(0, plan->assets[i].power_kw[t]);
	return kw;
}

/* Without a guard a step that is longer than a window is one. */
static double
count_step(struct study_run *s, struct study_sums *month, const struct plan *plan)
{
	const struct study_data *d = s->d;
	bool is_window = d->step_us >= WINDOW_US;
	int64_t now = d->start.us + (int64_t)s->row * d->step_us, window = is_window ? s->row : now / WINDOW_US;

	return count_window(s, month, window, drawn_kw(s, plan, 0), d->hours,
	    is_window || (now + d->step_us) / WINDOW_US != window || s->row + 1 == d->end);
}

/* With one, windows are half hours by the clock. Returns the greatest of the step. */
static double
count_slices(struct study_run *s, struct study_sums *month, const struct problem *p, const struct plan *plan)
{
	int64_t first = p->start.us / WINDOW_US, end = p->start.us + s->d->step_us;
	double most = 0;

	for (unsigned t = 0; t < plan->steps; t++) {
		bool is_last = t + 1 == plan->steps;
		bool is_over =
		    is_last ? end % WINDOW_US == 0 || s->row + 1 == s->d->end : p->window[t + 1] != p->window[t];
		double kw = count_window(s, month, first + p->window[t], drawn_kw(s, plan, t), p->hours[t], is_over);
		if (is_over || is_last)
			most = fmax(most, kw);
	}
	if (s->d->step_us >= WINDOW_US && end % WINDOW_US == 0)
		s->window = -1; /* plans count such windows by rows */
	return most;
}

static void
count_asset(
    struct study_run *s, unsigned i, const struct problem *p, const struct plan *plan, unsigned t, struct study_sums *m)
{
	struct study_asset *a = &s->r->assets[i];
	const struct plan_asset *out = &plan->assets[i];
	int kind = a->asset->kind;
	double h = p->hours[t], kw = kind == ASSET_LOAD ? -out->power_kw[t] : out->power_kw[t];

	a->made_kwh += h * fmax(0, kw);
	a->taken_kwh += h * fmax(0, -kw);
	a->most_kw = fmax(a->most_kw, fabs(kw));
	if (out->heat != NULL) {
		a->heat_made_t += h * fmax(0, out->heat[t]);
		a->heat_taken_t += h * fmax(0, -out->heat[t]);
	}
	if (kind == ASSET_GRID) {
		m->import_kwh += h * fmax(0, kw);
		m->export_kwh += h * fmax(0, -kw);
	}
	if (kind == ASSET_PV)
		m->curtailed_kwh +=
		    h * fmax(0, problem_at(p, i, SERIES_AVAILABLE, t) * problem_at(p, i, SERIES_PV_KW, t) - kw);
	if (kind == ASSET_LOAD && a->asset->heat_bus != NULL)
		m->heat_lost_t += h *
		    fmax(0, problem_at(p, i, SERIES_AVAILABLE, t) * problem_at(p, i, SERIES_HEAT, t) + out->heat[t]);
	if (out->is_on != NULL && out->is_on[t]) {
		a->on_h += h;
		a->starts += t == 0 && !s->state[i].is_on;
	}
}

static void
move_state(struct study_run *s, unsigned i, const struct plan_asset *out, unsigned last)
{
	struct problem_asset *a = &s->state[i];

	a->power_kw = out->power_kw[last];
	if (a->asset->kind == ASSET_BATTERY)
		a->energy_kwh = out->energy[last];
	if (a->asset->kind == ASSET_HEATSTORE)
		a->heat_gj = out->energy[last];
	if (out->is_on != NULL) {
		a->in_state_h = (out->is_on[last] == a->is_on ? a->in_state_h : 0) + s->d->hours;
		a->is_on = out->is_on[last];
	}
}

/* What the step would have come to more with what was filed; s->now is of it. */
static double
imbalance_beside(struct study_run *s, const struct plan *plan)
{
	struct problem *p = &s->now;

	if (!s->asked->ignores_filed)
		return 0;
	for (unsigned i = 0; i < p->asset_count; i++)
		if (s->d->was[i][SERIES_FILED_KW] != NULL)
			p->assets[i].series[SERIES_FILED_KW] = s->d->was[i][SERIES_FILED_KW] + s->row;
	struct plan *settled = dispatch_plan_step(p, plan, 0);
	double more = settled->total - plan->total;
	dispatch_plan_free(settled);
	for (unsigned i = 0; i < p->asset_count; i++)
		p->assets[i].series[SERIES_FILED_KW] = NULL;
	return more;
}

double
study_sums_step(struct study_run *s, const struct problem *p, const struct plan *plan)
{
	struct study_sums *m = month_sums(s);

	for (unsigned i = 0; i < plan->asset_count; i++) {
		for (unsigned t = 0; t < plan->steps; t++)
			count_asset(s, i, p, plan, t, m);
		move_state(s, i, &plan->assets[i], plan->steps - 1);
	}
	for (int c = 0; c < COST_PARTS; c++)
		m->cost[c] += plan->cost[c];
	m->beside += imbalance_beside(s, plan);
	m->hours += s->d->hours;
	m->co2_kg += plan->co2_kg;
	m->unserved_kwh += plan->unserved_kwh;
	m->over_kwh += plan->over_kwh;
	s->r->steps++;
	return s->guard == NULL ? count_step(s, m, plan) : count_slices(s, m, p, plan);
}

static double
month_hours(int32_t month)
{
	return 24.0 * date_month_days(month / 12, (unsigned)(month % 12) + 1);
}

/* Demand charges are known when the months are over; then the totals. */
void
study_sums_end(struct study_run *s)
{
	struct study_result *r = s->r;
	double peaks[STUDY_MONTHS_MAX];

	for (unsigned i = 0; i < r->month_count; i++) {
		struct study_sums *m = &r->months[i].sums;
		int32_t month = r->months[i].month;
		const struct tariff *t =
		    tariff_find(&s->d->site->tariffs, date_days(month / 12, (unsigned)(month % 12) + 1, 1));
		peaks[i] = m->peak_kw;
		/* A tariff that begins within the first month holds for all of it. */
		if (t == NULL && i == 0)
			t = tariff_at(s, s->d->first);
		m->cost[COST_DEMAND] =
		    t == NULL ? 0 : fmin(1, m->hours / month_hours(month)) * tariff_month_charge(t, peaks, i + 1);
		for (int c = 0; c < COST_PARTS; c++) {
			m->total += m->cost[c];
			r->sums.cost[c] += m->cost[c];
		}
		r->sums.total += m->total;
		r->sums.beside += m->beside;
		r->sums.hours += m->hours;
		r->sums.co2_kg += m->co2_kg;
		r->sums.unserved_kwh += m->unserved_kwh;
		r->sums.over_kwh += m->over_kwh;
		r->sums.curtailed_kwh += m->curtailed_kwh;
		r->sums.heat_lost_t += m->heat_lost_t;
		r->sums.import_kwh += m->import_kwh;
		r->sums.export_kwh += m->export_kwh;
		r->sums.peak_kw = fmax(r->sums.peak_kw, m->peak_kw);
	}
	for (unsigned i = 0; i < r->asset_count; i++)
		r->assets[i].stored_end =
		    r->assets[i].asset->kind == ASSET_HEATSTORE ? s->state[i].heat_gj : s->state[i].energy_kwh;
}
