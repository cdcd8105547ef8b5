/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_plan.c - plan: the plan that chisand holds, as a table of hours and as JSON.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/plan_got.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define COLUMN 9

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct plan_got *p = arg;

	(void)c;
	if (f->type == W_PLAN && !p->is_there)
		(void)plan_got_read(p, f->body, f->length); /* that it cannot be read is said below */
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
print_text(const struct options *o, const struct plan_got *p)
{
	char when[40], start[40], text[700], costs[600], a[40], b[40];

	text_put_safe(text, sizeof text, p->m.text, -1);
	say("Made       %s; %s\n", utc_civil(when, sizeof when, (struct utc){ p->m.made }, "%Y-%m-%d %H:%M:%S"), text);
	plan_got_costs(p, costs, sizeof costs);
	text_put_safe(text, sizeof text, costs, -1);
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

static void
print_json(const struct plan_got *p)
{
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
	jout_print(j);
}

int
cmd_plan(const struct options *o)
{
	struct plan_got *p = xcalloc(1, sizeof *p);
	struct wbuf none = { 0 };
	struct client *c;
	int code;

	c = cmd_snapshot(o, SUB_SITE, &code);
	if (c != NULL)
		code = cmd_ask(o, c, W_PLAN_GET, &none, take, p, NULL);
	if (c != NULL && code == CMD_DONE && !p->is_there) {
		say_error("the plan that chisand sent cannot be read");
		code = CMD_FAILED;
	} else if (c != NULL && code == CMD_DONE && o->json) {
		print_json(p);
	} else if (c != NULL && code == CMD_DONE) {
		print_text(o, p);
	}
	if (c != NULL)
		client_free(c);
	plan_got_done(p);
	free(p);
	return code;
}
