/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_kit.h - a study from two texts: the site's energy section and the CSV file.
 */
#ifndef CHISAN_STUDY_KIT_H
#define CHISAN_STUDY_KIT_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/planner/study.h"
#include "scada/site/site_load.h"

#define KIT_HOUR (3600 * US_PER_S)

struct kit {
	struct site *site;
	char *csv; /* columns borrow it */
	struct columns c;
	struct study_data d;
	struct study_result r;
	char said[4096], why[500];
};

static inline void
kit_hear(const char *sentence, void *arg)
{
	struct kit *k = arg;

	str_append(k->said, sizeof(k->said), sentence);
	str_append(k->said, sizeof(k->said), "\n");
}

static inline void
kit_site_fault(const struct msg_site_fault *f, void *arg)
{
	struct kit *k = arg;
	char line[600];

	str_printf(line, sizeof(line), "%u: %s\n", (unsigned)f->line, f->text);
	str_append(k->said, sizeof(k->said), line);
}

/* energy: lines of the energy section, as they stand below `energy:`; more: other sections. False: k->said. */
static inline bool
kit_site(struct kit *k, const char *energy, const char *more)
{
	char dir[] = "/tmp/chisan-study-XXXXXX", path[64];

	*k = (struct kit){ 0 };
	ck_assert(mkdtemp(dir) != NULL);
	str_printf(path, sizeof(path), "%s/site.yaml", dir);
	FILE *f = fopen(path, "w");
	ck_assert(f != NULL);
	fprintf(f, "site: Study\ntimezone: UTC\n%s\nenergy:\n%s\n", more, energy);
	fclose(f);
	enum err e = site_load(dir, kit_site_fault, k, &k->site);
	unlink(path);
	rmdir(dir);
	ck_assert(e != OK || clock_set_zone(k->site->timezone));
	return e == OK;
}

static inline bool
kit_bind(struct kit *k, const char *csv, int64_t step_us)
{
	k->csv = xstrdup(csv);
	return columns_read("data.csv", k->csv, strlen(k->csv), (struct utc){ INT64_C(1767225600) * US_PER_S }, &k->c,
	           kit_hear, k) == OK &&
	    study_bind(k->site, &k->c, NULL, step_us, (struct utc){ 0 }, (struct utc){ 0 }, &k->d);
}

static inline const struct study_sums *
kit_run(struct kit *k, enum study_policy policy, enum study_forecast forecast, int hours, int replan_hours)
{
	const struct study_asked asked = { .policy = policy,
		.forecast = forecast,
		.horizon_us = hours * KIT_HOUR,
		.replan_us = replan_hours * KIT_HOUR,
		.solver_s = 5 };

	study_result_done(&k->r);
	ck_assert_msg(study_run(&k->d, &asked, NULL, NULL, &k->r, k->why, sizeof(k->why)), "%s", k->why);
	return &k->r.sums;
}

/* With the guard, in ticks of so many seconds; target NaN: the site's. False: k->why. */
static inline bool
kit_guard(struct kit *k, enum study_policy policy, enum guard_mode mode, int tick_s, double target_kw)
{
	const struct study_asked asked = { .policy = policy,
		.forecast = STUDY_PERFECT,
		.horizon_us = 48 * KIT_HOUR,
		.solver_s = 5,
		.guard = { .tick_us = tick_s * US_PER_S, .mode = mode, .target_kw = target_kw } };

	study_result_done(&k->r);
	return study_run(&k->d, &asked, NULL, NULL, &k->r, k->why, sizeof(k->why));
}

static inline void
kit_done(struct kit *k)
{
	study_result_done(&k->r);
	study_data_done(&k->d);
	columns_done(&k->c);
	site_free(k->site);
	free(k->csv);
}

/* Electric energy of all assets adds up to what nobody took. */
static inline void
kit_balance(const struct kit *k)
{
	double kwh = 0;

	for (unsigned i = 0; i < k->r.asset_count; i++)
		kwh += k->r.assets[i].made_kwh - k->r.assets[i].taken_kwh;
	ck_assert_double_eq_tol(kwh, k->r.sums.over_kwh, 1e-2 * k->r.steps);
	double total = 0;
	for (int c = 0; c < COST_PARTS; c++)
		total += k->r.sums.cost[c];
	ck_assert_double_eq_tol(total, k->r.sums.total, 1e-6 * (1 + fabs(total)));
}

#endif
