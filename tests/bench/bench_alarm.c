/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_alarm.c - nanoseconds a point for limits, delays and quality, beside a plain loop over doubles; and a burst of alarms in one turn.
 * Prints lines for "make bench": ROW|what|ours|rival|ratio|at least|1 if reached.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "scada/alarm/alarm.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/site/schema_site.h"

#define POINTS    5000
#define SCANS     200 /* of values made beforehand */
#define RUNS      20
#define BURST     10000
#define PER_POINT 4
#define T0        INT64_C(1795380786000000)
#define WANT_NS   50
#define WANT_MS   200 /* of a burst: the poll's own 200 ms, with what is journalled */

static uint32_t told, closed, in_order;
static int64_t last_us;
static struct alarms *alarms;
static struct wbuf states;

static double
cpu_s(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What chisand does of it: the state for the store, and the words of the entry. */
static void
moved(uint32_t alarm, const struct alarm_move *m, const struct actor *by, void *arg)
{
	char text[512];

	(void)by;
	(void)arg;
	told++;
	closed += m->is_close;
	in_order += m->time.us >= last_us;
	last_us = m->time.us;
	wbuf_reset(&states);
	alarms_put_state(alarms, alarm, &states);
	alarm_say_entry(text, sizeof(text), alarms_def(alarms, alarm)->name, alarms_def(alarms, alarm)->priority,
	    m->occurrence, alarm_event_word(m->event), m->words);
}

static void
changed(uint32_t alarm, void *arg)
{
	struct msg_alarm m;

	(void)arg;
	alarms_tell(alarms, alarm, &m);
	wbuf_reset(&states);
	msg_alarm_put(&states, &m);
}

static void
nothing(void *arg)
{
	(void)arg;
}

static const struct alarms_ops ops = { .moved = moved, .changed = changed, .horn = nothing, .save = nothing };

static struct site *
make_site(uint32_t points)
{
	static const int types[PER_POINT] = { LIMIT_LL, LIMIT_L, LIMIT_H, LIMIT_HH };
	static const double at[PER_POINT] = { -95, -90, 90, 95 };
	struct site *s = site_new();
	struct site_profile *p = arena_alloc(s->arena, sizeof(*p));
	uint32_t per = 100, devices = points / per;
	struct site_point_def *defs = arena_alloc(s->arena, per * sizeof(*defs));
	struct site_device *list = arena_alloc(s->arena, devices * sizeof(*list));
	struct site_limit *limits = arena_alloc(s->arena, PER_POINT * sizeof(*limits));

	schema_defaults(&profile_schema, p, s->arena);
	p->name = "made";
	p->protocol = PROTOCOL_MODBUS;
	p->points = (struct key_list){ defs, per };
	for (int i = 0; i < PER_POINT; i++) {
		schema_defaults(&limit_schema, &limits[i], s->arena);
		limits[i].type = types[i];
		limits[i].limit = at[i];
		limits[i].deadband = 2;
		limits[i].delay_us = 10 * US_PER_S;
		limits[i].priority = i == 0 || i == 3 ? 2 : 3;
	}
	for (uint32_t i = 0; i < per; i++) {
		struct site_register *r = arena_alloc(s->arena, sizeof(*r));
		schema_defaults(&point_schema, &defs[i], s->arena);
		schema_defaults(&register_schema, r, s->arena);
		r->table = TABLE_HOLDING;
		r->address = i * 2;
		r->type = RAW_F32;
		defs[i].tag = arena_printf(s->arena, "P%u", i);
		defs[i].kind = KIND_ANALOG;
		defs[i].read = r;
		defs[i].alarms = (struct key_list){ limits, PER_POINT };
	}
	for (uint32_t i = 0; i < devices; i++) {
		schema_defaults(&device_schema, &list[i], s->arena);
		list[i].name = arena_printf(s->arena, "D%u", i);
		list[i].profile = "made";
		list[i].link = arena_printf(s->arena, "modbus-tcp://127.0.0.1:%u/%u", 1502 + i / 200, i % 200 + 1);
	}
	s->name = "Made";
	s->timezone = "UTC";
	s->profiles = (struct key_list){ p, 1 };
	s->devices = (struct key_list){ list, devices };
	site_build(s);
	return s;
}

static struct value *
start(struct site *s)
{
	struct value *values = xcalloc(s->point_count, sizeof(*values));

	alarms = alarms_new(s, values, &ops, NULL);
	for (uint32_t d = 0; d < s->node_count; d++)
		alarms_device(alarms, d, DEVICE_UP, (struct utc){ T0 }, (struct mono){ 0 });
	alarms_begin(alarms, (struct utc){ T0 }, (struct mono){ 0 });
	told = in_order = 0;
	last_us = 0;
	return values;
}

/* As a plant is: noise, now and then beyond a limit for a while, now and then not good. */
static void
fill(struct value *scans)
{
	uint32_t x = 2463534242u;

	for (uint32_t s = 0; s < SCANS; s++)
		for (uint32_t i = 0; i < POINTS; i++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			struct value *v = &scans[s * POINTS + i];
			v->v = (double)(x % 1600) / 10 - 80;
			if (x % 97 == 0)
				v->v = (double)(x % 2) * 200 - 100;
			if (i % 250 == 7 && s / 20 % 2 == 0)
				v->v = 100; /* twenty that stay there for longer than the delay */
			if (x % 211 == 0)
				v->quality = Q_STALE;
		}
}

static void
bench_evaluation(void)
{
	struct site *s = make_site(POINTS);
	struct value *values = start(s), *scans = xcalloc((size_t)SCANS * POINTS, sizeof(*scans));
	int64_t us = 0;
	volatile uint32_t sink = 0;

	fill(scans);
	double from = cpu_s();
	for (int r = 0; r < RUNS; r++)
		for (uint32_t n = 0; n < SCANS; n++) {
			uint32_t beyond = 0;
			for (uint32_t i = 0; i < POINTS; i++) {
				values[i] = scans[n * POINTS + i];
				beyond += values[i].v > 90 || values[i].v < -90;
			}
			sink += beyond;
		}
	(void)sink;
	double plain = (cpu_s() - from) / RUNS / SCANS / POINTS * 1e9;
	from = cpu_s();
	for (int r = 0; r < RUNS; r++)
		for (uint32_t n = 0; n < SCANS; n++) {
			struct mono now = { us += US_PER_S };
			for (uint32_t i = 0; i < POINTS; i++) {
				values[i] = scans[n * POINTS + i];
				values[i].time.us = T0 + us;
				alarms_sample(alarms, i, &values[i], now);
			}
			alarms_turn(alarms, (struct utc){ T0 + us }, now);
		}
	double ns = (cpu_s() - from) / RUNS / SCANS / POINTS * 1e9;
	printf("alarm: %.1f ns a point with %u limits each, plain loop %.1f ns, %u transitions\n", ns, PER_POINT, plain,
	    told);
	printf("ROW|limits, delays, quality of 5,000 points with 4 limits each|%.1f ns a point|%.1f ns (plain loop "
	       "over doubles)|%.1fx|"
	       "<= %d ns|%d\n",
	    ns, plain, plain / ns, WANT_NS, ns <= WANT_NS);
	alarms_free(alarms);
	free(values);
	free(scans);
	site_free(s);
}

/* All points go beyond H and HH at once, their samples in no order of time. */
static void
bench_burst(void)
{
	struct site *s = make_site(BURST / 2);
	struct value *values = start(s);
	uint32_t points = s->point_count;

	for (uint32_t i = 0; i < points; i++) {
		values[i] = (struct value){ .v = 0, .time = { T0 + US_PER_S } };
		alarms_sample(alarms, i, &values[i], (struct mono){ US_PER_S });
	}
	alarms_turn(alarms, (struct utc){ T0 + US_PER_S }, (struct mono){ US_PER_S });
	for (uint32_t i = 0; i < points; i++) {
		values[i] =
		    (struct value){ .v = 100, .time = { T0 + 2 * US_PER_S + (int64_t)(i * 7919u % points) * 100 } };
		alarms_sample(alarms, i, &values[i], (struct mono){ 2 * US_PER_S });
	}
	told = in_order = 0;
	last_us = 0;
	double from = cpu_s();
	alarms_turn(alarms, (struct utc){ T0 + 12 * US_PER_S }, (struct mono){ 12 * US_PER_S });
	double ms = (cpu_s() - from) * 1e3;
	struct alarm_counts c;
	alarms_counts(alarms, &c);
	bool is_whole = told == BURST && in_order == BURST && c.unacked[1] + c.unacked[2] == BURST && c.is_flood;
	printf("alarm: a burst of %u in one turn: %.1f ms, %u told, %u in order\n", BURST, ms, told, in_order);
	printf("ROW|a burst of 10,000 alarms in one turn, with entries and states; none lost, by source time|%.1f "
	       "ms|-|-|<= %d ms|%d\n",
	    ms, WANT_MS, is_whole && ms <= WANT_MS);
	alarms_free(alarms);
	free(values);
	site_free(s);
}

int
main(void)
{
	wbuf_init(&states);
	bench_evaluation();
	bench_burst();
	wbuf_done(&states);
	return 0;
}
