/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_table.c - nanoseconds a point through the pipeline, and what calculated points cost of a core and of memory.
 * Prints lines for "make bench": ROW|what|ours|rival|ratio|at least|1 if reached.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/core/calc.h"
#include "tests/unit/sitekit.h"

#define POINTS         100000
#define SCANS          100
#define CALCS          10000
#define RUNS           200
#define PER_SECOND     10
#define EPICS_CORE_PCT 6.4
#define EPICS_MB       81.0
#define EPICS_START_S  1.1

static double
cpu_s(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double
resident_mb(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (f != NULL) {
		if (fscanf(f, "%*d %ld", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* As the district has them: most are measured, some digital, some counters, a few filtered. */
static void
fill(struct kit *k, uint32_t count)
{
	static struct key_name states[] = { { 0, "stop" }, { 1, "run" }, { 2, "trip" } };
	static struct site_filter filter = { .type = FILTER_FIRST_ORDER, .time_us = 5 * US_PER_S };
	char name[POINT_NAME_MAX];

	for (uint32_t i = 0; i < count; i++) {
		str_printf(name, sizeof(name), "DEV%u.P%u", (unsigned)(i / 100), (unsigned)(i % 100));
		enum point_kind kind = i % 10 == 8 ? KIND_DIGITAL : i % 10 == 9 ? KIND_COUNTER : KIND_ANALOG;
		struct site_point_def *d = kit_read(k, name, kind);
		d->read->scale = 0.1;
		d->range = (struct key_range){ -1000, 1e9 };
		d->deadband = kind == KIND_ANALOG ? 1 : 0;
		if (kind == KIND_DIGITAL)
			d->states = (struct key_names){ states, ARRAY_LEN(states) };
		if (kind == KIND_ANALOG && i % 50 == 0)
			d->filter = &filter;
		if (kind == KIND_ANALOG && i % 5 == 0)
			d->frozen_us = 3600 * US_PER_S;
	}
}

static double
raw_of(uint32_t i, int scan)
{
	uint32_t noise = (i * 2654435761u) ^ ((uint32_t)scan * 40503u);
	return i % 10 == 8 ? noise % 3 : i % 10 == 9 ? i + (uint32_t)scan : noise % 1000;
}

static void
bench_pipeline(void)
{
	struct kit k;
	uint32_t changed = 0, n;

	kit_init(&k, POINTS);
	fill(&k, POINTS);
	struct table *t = table_new(&k.site);
	double best = 1e9;
	for (int scan = 0; scan < SCANS; scan++) {
		struct mono now = { (scan + 1) * US_PER_S };
		struct utc utc = { INT64_C(1795380786000000) + now.us };
		double from = cpu_s();
		for (uint32_t i = 0; i < POINTS; i++)
			table_sample(t, i, raw_of(i, scan), OK, utc, utc, now);
		table_tick(t, now);
		table_changes_take(t, &n);
		table_live_take(t, &n);
		double took = cpu_s() - from;
		changed += n;
		/* The rusage clock is coarse on some kernels: the best of groups would lie, the mean does not. */
		best = scan == 0 ? took : best + took;
	}
	double ns = best / SCANS / POINTS * 1e9;
	printf("table: %.1f ns a point, %u of %u samples changed\n", ns, changed, (unsigned)POINTS * SCANS);
	printf("ROW|100,000 points through the pipeline|%.1f ns a point|-|-|<= 50 ns|%d\n", ns, ns <= 50);
	table_free(t);
	kit_done(&k);
}

static void
bench_calc(void)
{
	struct kit k;
	char name[POINT_NAME_MAX], text[200];
	double mb = resident_mb(), start = cpu_s();

	kit_init(&k, CALCS * 2);
	fill(&k, CALCS);
	for (unsigned i = 0; i < CALCS; i++) {
		unsigned a = i, b = (i * 7 + 3) % CALCS;
		str_printf(name, sizeof(name), "CALC%u.V%u", i / 100, i % 100);
		str_printf(text, sizeof(text), "DEV%u.P%u * 2 + DEV%u.P%u", a / 100, a % 100, b / 100, b % 100);
		kit_calc(&k, name, text);
	}
	struct table *t = table_new(&k.site);
	struct calc *c = calc_new(t);
	start = cpu_s() - start;
	uint32_t n;
	double from = cpu_s();
	for (int r = 0; r < RUNS; r++) {
		struct mono now = { (r + 1) * US_PER_S / PER_SECOND };
		struct utc utc = { INT64_C(1795380786000000) + now.us };
		for (uint32_t i = 0; i < CALCS; i++)
			table_sample(t, i, raw_of(i * 10, r), OK, utc, utc, now);
		calc_run(c, utc, now);
		table_changes_take(t, &n);
	}
	double pct = (cpu_s() - from) / ((double)RUNS / PER_SECOND) * 100;
	mb = resident_mb() - mb;
	printf("calc: %.2f %% of a core, %.1f MB, start %.3f s, last run changed %u\n", pct, mb, start, n);
	printf("ROW|10,000 calculated points at 10 Hz with their 10,000 inputs: core|%.2f %%|%.1f %% (EPICS softIoc, "
	       "recorded)|%.1fx|2x|%d\n",
	    pct, EPICS_CORE_PCT, EPICS_CORE_PCT / pct, pct <= EPICS_CORE_PCT / 2);
	printf("ROW|the same: memory|%.1f MB|%.0f MB (EPICS softIoc, recorded)|%.1fx|2x|%d\n", mb, EPICS_MB,
	    EPICS_MB / mb, mb <= EPICS_MB / 2);
	printf("ROW|the same: start|%.3f s|%.1f s (EPICS softIoc, recorded)|%.0fx|2x|%d\n", start, EPICS_START_S,
	    EPICS_START_S / start, start <= EPICS_START_S / 2);
	calc_free(c);
	table_free(t);
	kit_done(&k);
}

int
main(void)
{
	bench_calc();
	bench_pipeline();
	return 0;
}
