/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_plan.c - plan: the plan that chisand holds and the forecasts behind it, as tables and as JSON.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/cmd.h"
#include "console/forecast_got.h"
#include "console/jout.h"
#include "console/plan_got.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define COLUMN      9
#define PATIENCE_US (3 * US_PER_S)

struct told {
	struct plan_got *plan;
	struct forecast_got forecasts;
	struct utc until;  /* the plan holds until then; 0 = not known */
	char failing[400]; /* why the last ask brought none; "" = it did */
};

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct told *t = arg;

	(void)c;
	if (f->type == W_PLAN && !t->plan->is_there)
		(void)plan_got_read(t->plan, f->body, f->length); /* that it cannot be read is said below */
	if (f->type == W_FORECAST && !t->forecasts.is_there)
		(void)forecast_got_read(&t->forecasts, f->body, f->length);
	return true;
}

/* ---- a table */

static void
cell(double v, int decimals)
{
	char number[40];

	say(" %*s", COLUMN - 1, isfinite(v) ? str_fixed(number, sizeof number, v, decimals) : "-");
}

static void
print_relaxed(const struct plan_got *p)
{
	char text[200], safe[300];

	for (unsigned n = 0; n < 10 && plan_got_relaxed(p, n, text, sizeof text); n++) {
		text_put_safe(safe, sizeof safe, text, -1);
		say("Not kept   %s\n", safe);
	}
}

static void
share(const struct forecast_got_series *s, double v)
{
	char number[40];
	double x = forecast_got_share(s, v);

	say(" %6s", isfinite(x) ? str_fixed(number, sizeof number, x, 1) : "-");
}

/* A day ahead. */
static double
bias_of(const struct forecast_got_series *s)
{
	for (unsigned i = 0; i < s->lead_count; i++)
		if (s->leads[i].ahead_min == 1440 && s->leads[i].count > 0)
			return s->leads[i].bias;
	return (double)NAN;
}

static void
print_forecasts(const struct forecast_got *f)
{
	if (f->is_there && f->file != FORECAST_FILE_NONE)
		say("\nFile       %s: %s\n", forecast_file_word(f->file), f->text);
	if (!f->is_there || f->count == 0)
		return;
	say("\n%-20s %-10s %*s", "Forecast of", "from", COLUMN + 3, "next day");
	for (unsigned i = 0; i < f->series[0].lead_count; i++)
		say(" %5uh%%", f->series[0].leads[i].ahead_min / 60);
	say(" %6s %6s\n", "bias%", "hours");
	for (unsigned i = 0; i < f->count; i++) {
		const struct forecast_got_series *s = &f->series[i];
		char number[40];

		say("%-20s %-10s %*s %-3s", s->point, s->basis, COLUMN - 1,
		    str_fixed(number, sizeof number, s->mean, 1), forecast_kind_unit(s->kind));
		for (unsigned k = 0; k < s->lead_count; k++)
			share(s, s->leads[k].count > 0 ? s->leads[k].error : (double)NAN);
		share(s, bias_of(s));
		say(" %6s\n", str_fixed(number, sizeof number, s->hours, 0));
	}
}

static void
print_text(const struct options *o, const struct told *told)
{
	const struct plan_got *p = told->plan;
	char when[40], start[40], text[700], costs[600], a[40], b[40];

	text_put_safe(text, sizeof text, p->m.text, -1);
	say("Made       %s; %s\n", utc_civil(when, sizeof when, (struct utc){ p->m.made }, "%Y-%m-%d %H:%M:%S"), text);
	plan_got_costs(p, costs, sizeof costs);
	text_put_safe(text, sizeof text, costs, -1);
	if (told->failing[0] != '\0')
		say("Since then %s\n", told->failing);
	say("Costs      %s\n", text);
	say("CO2        %s kg; greatest half hour %s kW\n", str_fixed(a, sizeof a, p->m.co2_kg, 0),
	    str_fixed(b, sizeof b, p->m.peak_kw, 0));
	print_relaxed(p);
	say("\n%-11s %*s", "Time", COLUMN - 1, "price");
	for (unsigned i = 0; i < p->asset_count; i++)
		if (plan_got_is_shown(&p->assets[i]))
			say(" %*.*s", COLUMN - 1, COLUMN - 1, p->assets[i].name);
	say(" %*s\n", COLUMN - 1, "loads");
	for (unsigned t = 0, end; t < p->m.steps; t = end) {
		end = plan_got_row_end(p, t, !o->all);
		say("%-11s", utc_civil(start, sizeof start, plan_got_time(p, t), "%m-%d %H:%M"));
		cell(plan_got_mean(p->price, t, end), 2);
		for (unsigned i = 0; i < p->asset_count; i++)
			if (plan_got_is_shown(&p->assets[i]) && plan_got_is_out(&p->assets[i], t, end))
				say(" %*s", COLUMN - 1, "out");
			else if (plan_got_is_shown(&p->assets[i]))
				cell(plan_got_mean(p->assets[i].kw, t, end), 0);
		cell(plan_got_loads(p, t, end), 0);
		say("\n");
	}
	print_forecasts(&told->forecasts);
}

/* ---- JSON */

static json_t *
numbers(const double *v, unsigned n)
{
	json_t *a = json_array();

	for (unsigned t = 0; t < n; t++)
		json_array_append_new(a, jout_number(v[t]));
	return a;
}

static json_t *
asset_json(const struct plan_got_asset *a, unsigned n)
{
	json_t *j = json_object(), *on = json_array(), *why = json_array();

	json_object_set_new(j, "name", jout_text(a->name));
	json_object_set_new(j, "kind", jout_text(a->kind));
	json_object_set_new(j, "kw", numbers(a->kw, n));
	for (unsigned t = 0; t < n; t++)
		json_array_append_new(why, json_string(plan_reason_name(a->reason[t])));
	json_object_set_new(j, "why", why);
	json_object_set_new(j, "shadow_price", numbers(a->shadow, n));
	if (a->has_energy)
		json_object_set_new(j, "energy", numbers(a->energy, n));
	for (unsigned t = 0; a->has_on && t < n; t++)
		json_array_append_new(on, json_boolean(a->on[t]));
	if (a->has_on)
		json_object_set(j, "on", on);
	json_decref(on);
	return j;
}

static json_t *
series_json(const struct forecast_got_series *s)
{
	json_t *j = json_object(), *leads = json_array();

	json_object_set_new(j, "point", jout_text(s->point));
	json_object_set_new(j, "kind", json_string(forecast_kind_word(s->kind)));
	json_object_set_new(j, "unit", json_string(forecast_kind_unit(s->kind)));
	json_object_set_new(j, "basis", jout_text(s->basis));
	json_object_set_new(j, "given", json_string(forecast_given_word(s->given)));
	json_object_set_new(j, "mean", jout_number(s->mean));
	json_object_set_new(j, "hours", jout_number(s->hours));
	for (unsigned i = 0; i < s->lead_count; i++) {
		const struct forecast_got_lead *l = &s->leads[i];
		json_t *lead = json_object();

		json_object_set_new(lead, "ahead_min", json_integer(l->ahead_min));
		json_object_set_new(lead, "count", json_integer(l->count));
		json_object_set_new(lead, "error", jout_number(l->error));
		json_object_set_new(lead, "bias", jout_number(l->bias));
		json_object_set_new(lead, "low", jout_number(l->low));
		json_object_set_new(lead, "high", jout_number(l->high));
		json_array_append_new(leads, lead);
	}
	json_object_set_new(j, "errors", leads);
	return j;
}

static json_t *
forecasts_json(const struct forecast_got *f)
{
	json_t *j = json_object(), *file = json_object(), *series = json_array();

	json_object_set_new(file, "state", json_string(forecast_file_word(f->file)));
	json_object_set_new(file, "text", jout_text(f->text));
	json_object_set_new(file, "written", jout_time(f->written));
	for (unsigned i = 0; i < f->count; i++)
		json_array_append_new(series, series_json(&f->series[i]));
	json_object_set_new(j, "file", file);
	json_object_set_new(j, "series", series);
	return j;
}

/* How old it is, how long it holds, how the solver ended, and whether there should be another by now. */
static void
put_state(json_t *j, const struct told *t)
{
	const struct msg_plan *m = &t->plan->m;
	json_t *solver = json_object();

	json_object_set_new(j, "age_s", jout_number((double)utc_diff_us(clock_utc(), (struct utc){ m->made }) / 1e6));
	json_object_set_new(j, "until", jout_time(t->until));
	json_object_set_new(j, "failing", t->failing[0] != '\0' ? jout_text(t->failing) : json_null());
	json_object_set_new(solver, "state", json_string(m->is_cut ? "cut" : "optimal"));
	json_object_set_new(solver, "gap", jout_number(m->gap));
	json_object_set_new(solver, "seconds", jout_number(m->seconds));
	json_object_set_new(j, "solver", solver);
	json_object_set_new(j, "forecasts", forecasts_json(&t->forecasts));
}

static void
print_json(const struct told *t)
{
	const struct plan_got *p = t->plan;
	json_t *j = jout_begin(), *costs = json_object(), *assets = json_array();
	struct rbuf r;

	rbuf_init(&r, p->m.costs.data, p->m.costs.len);
	while (r.pos < r.len && !r.bad) {
		const char *name = r_str(&r);
		double v = r_f64(&r);

		if (!r.bad)
			json_object_set_new(costs, name, jout_number(v));
	}
	for (unsigned i = 0; i < p->asset_count; i++)
		json_array_append_new(assets, asset_json(&p->assets[i], p->m.steps));
	json_object_set_new(j, "made", jout_time((struct utc){ p->m.made }));
	json_object_set_new(j, "start", jout_time((struct utc){ p->m.start }));
	json_object_set_new(j, "steps", json_integer(p->m.steps));
	json_object_set_new(j, "step_s", json_integer(p->m.step_s));
	json_object_set_new(j, "text", jout_text(p->m.text));
	json_object_set_new(j, "total", jout_number(p->m.total));
	json_object_set_new(j, "costs", costs);
	json_object_set_new(j, "co2_kg", jout_number(p->m.co2_kg));
	json_object_set_new(j, "unserved_kwh", jout_number(p->m.unserved_kwh));
	json_object_set_new(j, "peak_kw", jout_number(p->m.peak_kw));
	json_object_set_new(j, "gap", jout_number(p->m.gap));
	json_object_set_new(j, "seconds", jout_number(p->m.seconds));
	json_object_set_new(j, "price", numbers(p->price, p->m.steps));
	json_object_set_new(j, "assets", assets);
	put_state(j, t);
	jout_print(j);
}

/* What dispatch says of its plan beside the plan itself. */
static void
take_dispatch(const struct client *c, struct told *t)
{
	const struct client_dispatch *d = client_dispatch(c);

	if (d == NULL)
		return;
	t->until.us = d->m.plan_until;
	if (d->m.plan_made == t->plan->m.made && strcmp(d->m.plan_text, t->plan->m.text) != 0)
		text_put_safe(t->failing, sizeof t->failing, d->m.plan_text, -1);
}

int
cmd_plan(const struct options *o)
{
	struct told told = { .plan = xcalloc(1, sizeof *told.plan) };
	struct wbuf none = { 0 };
	struct client *c;
	int code;

	c = cmd_snapshot(o, SUB_SITE | SUB_POINTS | SUB_CONTROL, &code);
	if (c != NULL)
		code = cmd_ask(o, c, W_PLAN_GET, &none, take, &told, NULL);
	if (c != NULL && code == CMD_DONE && told.plan->is_there) {
		(void)cmd_ask_quietly(o, c, W_FORECAST_GET, &none, PATIENCE_US, take, &told);
		take_dispatch(c, &told);
	}
	if (c != NULL && code == CMD_DONE && !told.plan->is_there) {
		say_error("the plan that chisand sent cannot be read");
		code = CMD_FAILED;
	} else if (c != NULL && code == CMD_DONE && o->json) {
		print_json(&told);
	} else if (c != NULL && code == CMD_DONE) {
		print_text(o, &told);
	}
	if (c != NULL)
		client_free(c);
	plan_got_done(told.plan);
	forecast_got_done(&told.forecasts);
	free(told.plan);
	return code;
}
