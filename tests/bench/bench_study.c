/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_study.c - a year at an hour's step, 48 hours ahead, with a grid, sun and a battery: how long it takes, and what it costs above one linear
 * programme over the whole year, which is built here by itself and has nothing of the planner but the solver.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/planner/solver.h"
#include "scada/planner/study.h"
#include "scada/site/site_load.h"

enum { HOURS = 8760, IMPORT = 0, EXPORT, SUN, CHARGE, DISCHARGE, STORED, COLUMNS };
#define EFFICIENCY 0.9
#define KWH        1000.0
#define KW         300.0
#define WEAR       0.02
#define KEPT       (1 - 0.01 / 24)

static const char yaml[] =
    "site: Bench\ntimezone: UTC\nenergy:\n  co2_price_per_kg: 0.1\n  buses: [{name: MAIN, carrier: electricity}]\n  "
    "assets:\n"
    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 3000, export_max_kw: 3000,\n"
    "       data: [{series: price_import, column: price}, {series: price_export, column: given},\n"
    "              {series: co2_kg_per_kwh, column: co2}]}\n"
    "    - {name: HOUSE, kind: load, bus: MAIN, lost_load_cost_per_kwh: 10, data: [{series: load_kw, column: load}]}\n"
    "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 1500, data: [{series: pv_kw, column: sun}]}\n"
    "    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 1000, charge_kw: 300, discharge_kw: 300, "
    "efficiency_charge: 0.9,\n"
    "       efficiency_discharge: 0.9, standby_pct_per_day: 1, soc_min_pct: 0, soc_max_pct: 100, wear_cost_per_kwh: "
    "0.02}\n";

/* The same place with a shelter, a reserve for it, and a grid that fails. */
static const char failing[] =
    "site: Bench\ntimezone: UTC\nenergy:\n  outage: 4h\n  over_cost_per_kwh: 1\n  buses: [{name: MAIN, carrier: "
    "electricity}]\n  assets:\n"
    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 3000, export_max_kw: 3000,\n"
    "       data: [{series: price_import, column: price}, {series: price_export, column: given}, {series: available, "
    "column: there}]}\n"
    "    - {name: HOUSE, kind: load, bus: MAIN, priority: 5, lost_load_cost_per_kwh: 10, data: [{series: load_kw, "
    "column: load}]}\n"
    "    - {name: SHELTER, kind: load, bus: MAIN, priority: 1, is_critical: true, lost_load_cost_per_kwh: 20,\n"
    "       data: [{series: load_kw, column: load, scale: 0.05}]}\n"
    "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 1500, data: [{series: pv_kw, column: sun}]}\n"
    "    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 1000, charge_kw: 300, discharge_kw: 300, "
    "efficiency_charge: 0.9,\n"
    "       efficiency_discharge: 0.9, standby_pct_per_day: 1, soc_min_pct: 10, soc_max_pct: 95, wear_cost_per_kwh: "
    "0.02}\n";

static double load[HOURS], sun[HOURS], co2[HOURS];

static double
price(int h)
{
	return h % 24 >= 8 && h % 24 < 22 ? h % 24 >= 17 && h % 24 < 20 ? 0.4 : 0.3 : 0.2;
}

static double
given(int h)
{
	return 0.04 + 0.01 * (h % 24 / 6);
}

static void
say_site(const struct msg_site_fault *f, void *arg)
{
	(void)arg;
	site_fault_print(f, stderr);
}

static void
say(const char *sentence, void *arg)
{
	(void)arg;
	fprintf(stderr, "%s\n", sentence);
}

static struct site *
load_site(const char *text)
{
	char dir[] = "/tmp/chisan-bench-XXXXXX", path[64];
	struct site *site = NULL;

	if (mkdtemp(dir) == NULL)
		return NULL;
	str_printf(path, sizeof(path), "%s/site.yaml", dir);
	FILE *f = fopen(path, "w");
	if (f != NULL) {
		fputs(text, f);
		fclose(f);
		site_load(dir, say_site, NULL, &site);
	}
	unlink(path);
	rmdir(dir);
	return site;
}

/* Outages of one to nine hours, hours or days apart; the same each time. */
static bool
is_there(int h)
{
	static bool was_thrown, away[HOURS];
	uint64_t z = 77;

	for (int i = 5; !was_thrown && i < HOURS;) {
		z = z * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		for (int n = 1 + (int)(z >> 33) % 9; n > 0 && i < HOURS; n--)
			away[i++] = true;
		z = z * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		i += 3 + (int)(z >> 33) % 90;
	}
	was_thrown = true;
	return !away[h];
}

/* The year's figures as the study's file; is_failing: the grid as it was, else as everybody thinks. */
static char *
make_csv(bool is_failing)
{
	char path[1024], line[256];
	const char *top = getenv("top_srcdir");
	size_t room = HOURS * 100 + 100, at;
	char *csv = xcalloc(room, 1);

	str_printf(path, sizeof(path), "%s/tests/data/year.csv", top != NULL ? top : ".");
	FILE *f = fopen(path, "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		return NULL;
	at = (size_t)snprintf(csv, room, "hour,load,sun,co2,price,given,there\n");
	for (int h = 0; h < HOURS && fgets(line, sizeof(line), f) != NULL; h++) {
		double school;
		int hour;
		if (sscanf(line, "%d,%lf,%lf,%lf,%lf", &hour, &school, &load[h], &sun[h], &co2[h]) != 5)
			return NULL;
		sun[h] *= 1500;
		at += (size_t)snprintf(csv + at, room - at, "%d,%.9g,%.9g,%.9g,%.9g,%.9g,%d\n", h, load[h], sun[h],
		    co2[h], price(h), given(h), !is_failing || is_there(h));
	}
	fclose(f);
	return csv;
}

/* The least that the year can cost, with the battery at its end as the study left it. */
static double
whole_year(double begin, double end)
{
	static const struct lp_label none = { -1, -1, LP_NO_STEP, 0 };
	struct lp *lp = lp_new();
	struct solution out;

	for (int h = 0; h < HOURS; h++) {
		lp_column(lp, 0, 3000, price(h) + 0.1 * co2[h], false, none);
		lp_column(lp, 0, 3000, -given(h), false, none);
		lp_column(lp, 0, sun[h], 0, false, none);
		lp_column(lp, 0, KW, 0, false, none);
		lp_column(lp, 0, KW, WEAR, false, none);
		lp_column(lp, h + 1 == HOURS ? end : 0, KWH, 0, false, none);
	}
	for (int h = 0; h < HOURS; h++) {
		unsigned c = (unsigned)h * COLUMNS, row = lp_row(lp, load[h], load[h], none);
		lp_element(lp, row, c + IMPORT, 1);
		lp_element(lp, row, c + EXPORT, -1);
		lp_element(lp, row, c + SUN, 1);
		lp_element(lp, row, c + CHARGE, -1);
		lp_element(lp, row, c + DISCHARGE, 1);
		double before = h == 0 ? KEPT * begin : 0;
		row = lp_row(lp, before, before, none);
		lp_element(lp, row, c + STORED, 1);
		lp_element(lp, row, c + CHARGE, -EFFICIENCY);
		lp_element(lp, row, c + DISCHARGE, 1 / EFFICIENCY);
		if (h > 0)
			lp_element(lp, row, c - COLUMNS + STORED, -KEPT);
	}
	lp_finish(lp);
	struct solver *s = solver_new();
	solver_relax(s, lp, 0, 600, &out);
	double cost = out.end == SOLVE_OPTIMAL ? out.cost : (double)NAN;
	if (isnan(cost))
		fprintf(stderr, "bench_study: the whole year: %s\n", out.why);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
	return cost;
}

static const struct utc first = { INT64_C(1767225600) * US_PER_S };

/* A year in which the grid fails at hours that nobody foresaw. */
static bool
bench_outages(void)
{
	const struct study_asked asked = {
		.policy = STUDY_PLAN, .forecast = STUDY_FILE, .horizon_us = 24 * 3600 * US_PER_S, .solver_s = 5
	};
	struct columns was, thought;
	struct study_data d;
	struct study_result r;
	char why[300] = "";
	struct site *site = load_site(failing);
	char *a = make_csv(true), *b = make_csv(false);

	if (site == NULL || a == NULL || b == NULL ||
	    columns_read("was.csv", a, strlen(a), first, &was, say, NULL) != OK ||
	    columns_read("thought.csv", b, strlen(b), first, &thought, say, NULL) != OK ||
	    !study_bind(site, &was, &thought, 0, (struct utc){ 0 }, (struct utc){ 0 }, &d) ||
	    !study_run(&d, &asked, NULL, NULL, &r, why, sizeof(why))) {
		fprintf(stderr, "bench_study: outages: %s\n", why);
		return false;
	}
	printf("ROW|study: a year with %u outages at random hours, %.0f h: critical loads without power within what "
	       "the reserve "
	       "promised|%.2f kWh in %.0f h|-|-|0|%d\n",
	    r.outages, r.outage_h, r.broken_kwh, r.promised_h, r.broken_kwh <= 1e-4 * r.promised_h && r.outages >= 100);
	study_result_done(&r);
	study_data_done(&d);
	columns_done(&was);
	columns_done(&thought);
	site_free(site);
	free(a);
	free(b);
	return true;
}

int
main(void)
{
	const struct study_asked asked = { .policy = STUDY_PLAN, .horizon_us = 48 * 3600 * US_PER_S, .solver_s = 5 };
	struct columns c;
	struct study_data d;
	struct study_result r;
	char why[300] = "";
	struct site *site = load_site(yaml);
	char *csv = make_csv(false);

	if (site == NULL || csv == NULL || !clock_set_zone("UTC"))
		return 1;
	if (columns_read("year.csv", csv, strlen(csv), first, &c, say, NULL) != OK ||
	    !study_bind(site, &c, NULL, 0, (struct utc){ 0 }, (struct utc){ 0 }, &d))
		return 1;
	struct mono begin = clock_mono();
	if (!study_run(&d, &asked, NULL, NULL, &r, why, sizeof(why))) {
		fprintf(stderr, "bench_study: %s\n", why);
		return 1;
	}
	double seconds = (double)mono_diff_us(clock_mono(), begin) / 1e6;
	begin = clock_mono();
	double least = whole_year(r.assets[3].stored_begin, r.assets[3].stored_end);
	double once = (double)mono_diff_us(clock_mono(), begin) / 1e6, above = 100 * (r.sums.total / least - 1);

	printf("ROW|study: a year at 1 h, 48 h ahead, grid + sun + battery|%.1f s, %u plans|one lp of the year %.1f "
	       "s|-|<= 60 s|%d\n",
	    seconds, r.plans, once, seconds <= 60);
	printf("ROW|study: its yearly cost above perfect foresight over the year|%.4f %%|%.0f against %.0f|-|<= 0.05 "
	       "%%|%d\n",
	    above, r.sums.total, least, above <= 0.05 && above >= -1e-3);
	study_result_done(&r);
	study_data_done(&d);
	columns_done(&c);
	site_free(site);
	free(csv);
	return bench_outages() ? 0 : 1;
}
