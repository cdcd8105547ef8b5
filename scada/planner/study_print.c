/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_print.c - the result of a study for people and programs, and its steps as CSV.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/planner/study_print.h"

static const char *
figure(char buf[48], double v, int decimals)
{
	return str_fixed(buf, 48, v, decimals);
}

static int
decimals_for(double v)
{
	return fabs(v) >= 1e6 ? 0 : fabs(v) >= 1e3 ? 1 : 2;
}

static const char *
month_text(char buf[16], int32_t month)
{
	str_printf(buf, 16, "%04d-%02d", month / 12, month % 12 + 1);
	return buf;
}

static double
cycles(const struct study_asset *a)
{
	return a->made_kwh / ((const struct asset_battery *)a->asset->parameters)->energy_kwh;
}

/* ---- for people */

static void
line(FILE *out, const char *name, double v, const char *unit, const char *help)
{
	char buf[48];

	fprintf(out, "  %-22s %14s %s%s%s\n", name, figure(buf, v, decimals_for(v)), unit, help[0] != '\0' ? "   " : "",
	    help);
}

static void
print_costs(FILE *out, const struct study_result *r, const char *currency)
{
	fprintf(out, "Cost, without tax\n");
	for (int c = 0; c < COST_PARTS; c++)
		if (r->sums.cost[c] != 0)
			line(out, cost_name(c), r->sums.cost[c], currency, "");
	line(out, "total", r->sums.total, currency, "");
	if (r->sums.beside != 0)
		line(out, "imbalance beside it", r->sums.beside, currency, "had what was filed been settled");
}

static void
print_months(FILE *out, const struct study_result *r)
{
	char a[48], b[48], c[48], d[48], e[48], f[48], name[16];

	fprintf(out, "%-8s %14s %14s %14s %12s %10s %12s\n", "Month", "cost", "of it import", "of it demand", "CO2 kg",
	    "peak kW", "unserved kWh");
	for (unsigned i = 0; i < r->month_count; i++) {
		const struct study_sums *m = &r->months[i].sums;
		fprintf(out, "%-8s %14s %14s %14s %12s %10s %12s\n", month_text(name, r->months[i].month),
		    figure(a, m->total, decimals_for(m->total)),
		    figure(b, m->cost[COST_IMPORT], decimals_for(m->cost[COST_IMPORT])),
		    figure(c, m->cost[COST_DEMAND], decimals_for(m->cost[COST_DEMAND])), figure(d, m->co2_kg, 0),
		    figure(e, m->peak_kw, 1), figure(f, m->unserved_kwh, 1));
	}
}

static void
print_asset(FILE *out, const struct study_asset *a, double step_h)
{
	char made[48], taken[48], heat[48], more[48];

	(void)step_h;
	fprintf(out, "%-12s %-13s %14s %14s", a->asset->name, asset_kind_word(a->asset->kind),
	    figure(made, a->made_kwh, 0), figure(taken, a->taken_kwh, 0));
	double t = fmax(a->heat_made_t, a->heat_taken_t);
	fprintf(out, " %12s", t > 0 ? figure(heat, t, 1) : "");
	if (a->asset->kind == ASSET_BATTERY)
		fprintf(out, "  %s cycles, %s kWh stored at the end (%s at the begin)", figure(heat, cycles(a), 1),
		    figure(made, a->stored_end, 1), figure(taken, a->stored_begin, 1));
	if (a->asset->kind == ASSET_GTC)
		fprintf(out, "  %u starts, %s h", a->starts, figure(more, a->on_h, 1));
	fprintf(out, "\n");
}

void
study_print_text(FILE *out, const struct study_data *d, const struct study_asked *asked, const struct study_result *r)
{
	char from[32], to[32], step[32];
	const char *currency = d->site->currency != NULL ? d->site->currency : "";
	const struct study_sums *s = &r->sums;

	fprintf(out, "%s: %s to %s, %u steps of %s, policy %s", d->site->name,
	    utc_said(from, sizeof(from), utc_add(d->start, (int64_t)d->first * d->step_us)),
	    utc_said(to, sizeof(to), utc_add(d->start, (int64_t)d->end * d->step_us)), r->steps,
	    str_duration(step, sizeof(step), d->step_us), study_policy_words[asked->policy]);
	if (asked->policy == STUDY_PLAN)
		fprintf(out, ", forecast %s, horizon %s", study_forecast_words[asked->forecast],
		    str_duration(step, sizeof(step), asked->horizon_us));
	fprintf(out, "%s\n\n", asked->ignores_filed ? ", what was filed ignored" : "");
	print_costs(out, r, currency);
	fprintf(out, "Energy\n");
	line(out, "import", s->import_kwh, "kWh", "");
	line(out, "export", s->export_kwh, "kWh", "");
	line(out, "unserved", s->unserved_kwh, "kWh", "");
	if (r->outages > 0) {
		line(out, "  critical, promised", r->broken_kwh, "kWh", "in outages, within what the reserve is for");
		line(out, "  critical, beyond", r->beyond_kwh, "kWh", "in outages that last longer");
	}
	line(out, "curtailed sun", s->curtailed_kwh, "kWh", "");
	line(out, "taken by nobody", s->over_kwh, "kWh", "");
	if (s->heat_lost_t > 0)
		line(out, "heat missing", s->heat_lost_t, "t", "");
	line(out, "CO2", s->co2_kg, "kg", "");
	line(out, "peak demand", s->peak_kw, "kW", "greatest half hour, or step if that is longer");
	fprintf(out, "\n");
	print_months(out, r);
	fprintf(out, "\n%-12s %-13s %14s %14s %12s\n", "Asset", "kind", "kWh given", "kWh taken", "t of steam");
	for (unsigned i = 0; i < r->asset_count; i++)
		print_asset(out, &r->assets[i], d->hours);
	if (r->outages > 0)
		fprintf(out, "\n%u outages, %.1f h of them, %.1f h within what the reserve promised\n", r->outages,
		    r->outage_h, r->promised_h);
	study_print_guard_text(out, asked, &r->guard);
	if (asked->policy != STUDY_PLAN)
		return;
	fprintf(out,
	    "\n%u plans, %.1f ms each, %.1f ms at most; %u ended by their time, the greatest gap %.2f %%; %u failed\n",
	    r->plans, r->plans > 0 ? 1000 * r->solve_s / r->plans : 0, 1000 * r->solve_most_s, r->plans_cut,
	    100 * r->gap_most, r->plans_failed);
	if (r->plans_failed > 0)
		fprintf(out, "the first that failed: %s; rules were followed\n", r->failed);
	if (asked->forecast != STUDY_PERFECT)
		fprintf(out, "%u steps were settled anew with what came\n", r->realised);
}

/* ---- for programs */

static void
put_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s != '\0'; s++)
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if ((unsigned char)*s < 32)
			fprintf(out, "\\u%04x", (unsigned char)*s);
		else
			fputc(*s, out);
	fputc('"', out);
}

static void
put_number(FILE *out, const char *key, double v)
{
	char buf[32];

	fprintf(out, ",\"%s\":%s", key, isfinite(v) ? str_double(buf, sizeof(buf), v) : "null");
}

/* All members of a sum after `{"x":...`. */
static void
put_sums(FILE *out, const struct study_sums *s)
{
	put_number(out, "hours", s->hours);
	put_number(out, "total", s->total);
	put_number(out, "imbalance_beside", s->beside);
	fprintf(out, ",\"cost\":{");
	for (int c = 0; c < COST_PARTS; c++) {
		char buf[32];
		fprintf(out, "%s\"%s\":%s", c > 0 ? "," : "", cost_name(c), str_double(buf, sizeof(buf), s->cost[c]));
	}
	fprintf(out, "}");
	put_number(out, "import_kwh", s->import_kwh);
	put_number(out, "export_kwh", s->export_kwh);
	put_number(out, "unserved_kwh", s->unserved_kwh);
	put_number(out, "curtailed_kwh", s->curtailed_kwh);
	put_number(out, "over_kwh", s->over_kwh);
	put_number(out, "heat_lost_t", s->heat_lost_t);
	put_number(out, "co2_kg", s->co2_kg);
	put_number(out, "peak_kw", s->peak_kw);
}

static void
put_asset(FILE *out, const struct study_asset *a)
{
	fprintf(out, "{\"name\":");
	put_string(out, a->asset->name);
	fprintf(out, ",\"kind\":\"%s\"", asset_kind_word(a->asset->kind));
	put_number(out, "given_kwh", a->made_kwh);
	put_number(out, "taken_kwh", a->taken_kwh);
	put_number(out, "given_t", a->heat_made_t);
	put_number(out, "taken_t", a->heat_taken_t);
	put_number(out, "most_kw", a->most_kw);
	if (a->asset->kind == ASSET_GTC) {
		put_number(out, "starts", a->starts);
		put_number(out, "on_h", a->on_h);
	}
	if (a->asset->kind == ASSET_BATTERY) {
		put_number(out, "throughput_kwh", a->made_kwh + a->taken_kwh);
		put_number(out, "cycles", cycles(a));
	}
	if (a->asset->kind == ASSET_BATTERY || a->asset->kind == ASSET_HEATSTORE) {
		put_number(out, "stored_begin", a->stored_begin);
		put_number(out, "stored_end", a->stored_end);
	}
	fprintf(out, "}");
}

void
study_print_json(FILE *out, const struct study_data *d, const struct study_asked *asked, const struct study_result *r)
{
	char buf[32];

	fprintf(out, "{\"site\":");
	put_string(out, d->site->name);
	fprintf(out, ",\"currency\":");
	put_string(out, d->site->currency != NULL ? d->site->currency : "");
	fprintf(out, ",\"policy\":\"%s\",\"forecast\":\"%s\"", study_policy_words[asked->policy],
	    study_forecast_words[asked->forecast]);
	fprintf(out, ",\"filed\":\"%s\"", asked->ignores_filed ? "ignored" : "kept");
	fprintf(out, ",\"from\":\"%s\"", utc_iso(buf, sizeof(buf), utc_add(d->start, (int64_t)d->first * d->step_us)));
	fprintf(out, ",\"to\":\"%s\"", utc_iso(buf, sizeof(buf), utc_add(d->start, (int64_t)d->end * d->step_us)));
	put_number(out, "step_s", (double)d->step_us / 1e6);
	put_number(out, "horizon_s", (double)asked->horizon_us / 1e6);
	put_number(out, "steps", r->steps);
	put_sums(out, &r->sums);
	fprintf(out, ",\"months\":[");
	for (unsigned i = 0; i < r->month_count; i++) {
		char name[16];
		fprintf(out, "%s{\"month\":\"%s\"", i > 0 ? "," : "", month_text(name, r->months[i].month));
		put_sums(out, &r->months[i].sums);
		fprintf(out, "}");
	}
	fprintf(out, "],\"assets\":[");
	for (unsigned i = 0; i < r->asset_count; i++) {
		fputs(i > 0 ? "," : "", out);
		put_asset(out, &r->assets[i]);
	}
	fprintf(out, "],\"outages\":{\"count\":%u", r->outages);
	put_number(out, "hours", r->outage_h);
	put_number(out, "promised_hours", r->promised_h);
	put_number(out, "critical_unserved_promised_kwh", r->broken_kwh);
	put_number(out, "critical_unserved_after_kwh", r->beyond_kwh);
	fprintf(out, "}");
	study_print_guard_json(out, asked, &r->guard);
	fprintf(out, ",\"solver\":{\"plans\":%u", r->plans);
	put_number(out, "failed", r->plans_failed);
	put_number(out, "cut", r->plans_cut);
	put_number(out, "seconds", r->solve_s);
	put_number(out, "most_seconds", r->solve_most_s);
	put_number(out, "gap_most", r->gap_most);
	put_number(out, "realised", r->realised);
	fprintf(out, "}}\n");
}

/* ---- steps */

void
study_trace_head(FILE *out, const struct study_data *d, const struct study_asked *asked)
{
	const struct asset *list = d->energy->assets.v;

	fprintf(out, "time");
	for (uint32_t i = 0; i < d->energy->assets.n; i++) {
		bool stores = list[i].kind == ASSET_BATTERY || list[i].kind == ASSET_HEATSTORE;
		if (list[i].bus != NULL)
			fprintf(out, ",%s.kw", list[i].name);
		if (stores)
			fprintf(out, ",%s.%s", list[i].name, list[i].kind == ASSET_BATTERY ? "kwh" : "gj");
		if (list[i].heat_bus != NULL)
			fprintf(out, ",%s.t_per_h", list[i].name);
		fprintf(out, ",%s.reason", list[i].name);
	}
	for (int c = 0; c < COST_PARTS; c++)
		if (c != COST_DEMAND) /* of the month */
			fprintf(out, ",%s", cost_name(c));
	fprintf(out, ",co2_kg,unserved_kwh,over_kwh,demand_kw%s\n",
	    asked->guard.tick_us > 0 ? ",limited_s,shed_kwh,without_kw" : "");
}

static void
trace(FILE *out, double v)
{
	char buf[48];

	fprintf(out, ",%s", str_fixed(buf, sizeof(buf), v, 4));
}

void
study_trace_step(const struct study_data *d, unsigned row, const struct problem *p, const struct plan *plan,
    double demand_kw, const struct study_guard_stepped *guard, void *arg)
{
	FILE *out = arg;
	char buf[32];

	fprintf(out, "%s", utc_iso(buf, sizeof(buf), utc_add(d->start, (int64_t)row * d->step_us)));
	for (unsigned i = 0; i < plan->asset_count; i++) {
		const struct asset *a = p->assets[i].asset;
		const struct plan_asset *v = &plan->assets[i];
		if (a->bus != NULL)
			trace(out, v->power_kw[0]);
		if (a->kind == ASSET_BATTERY || a->kind == ASSET_HEATSTORE)
			trace(out, v->energy[0]);
		if (a->heat_bus != NULL)
			trace(out, v->heat != NULL ? v->heat[0] : 0);
		fprintf(out, ",%s", plan_reason_name(v->reason[0]));
	}
	for (int c = 0; c < COST_PARTS; c++)
		if (c != COST_DEMAND)
			trace(out, plan->cost[c]);
	trace(out, plan->co2_kg);
	trace(out, plan->unserved_kwh);
	trace(out, plan->over_kwh);
	trace(out, demand_kw);
	if (guard != NULL) {
		trace(out, guard->limited_s);
		trace(out, guard->shed_kwh);
		trace(out, guard->without_kw);
	}
	fputc('\n', out);
}
