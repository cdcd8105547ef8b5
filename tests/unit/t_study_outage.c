/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_study_outage.c - weeks in simulated time in which the grid goes at random hours that nobody foresaw: critical loads never go without as long
 * as the reserve promised that they would not. What is promised is reckoned here anew, from what is stored and the critical loads alone.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "tests/unit/t.h"
#include "tests/unit/study_kit.h"

enum { HOURS = 24 * 21, OUTAGE_H = 4, HALL = 1, SHOP, SUN, ESS };

#define SITE(outage) \
	"  outage: " outage "\n  over_cost_per_kwh: 1\n  buses: [{name: MAIN, carrier: electricity}]\n  assets:\n" \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 400, export_max_kw: 200,\n" \
	"       data: [{series: available, column: there}, {series: price_import, column: price},\n" \
	"              {series: price_export, column: given}]}\n" \
	"    - {name: HALL, kind: load, bus: MAIN, is_critical: true, priority: 1, lost_load_cost_per_kwh: 20,\n" \
	"       data: [{series: load_kw, column: hall}]}\n" \
	"    - {name: SHOP, kind: load, bus: MAIN, priority: 5, lost_load_cost_per_kwh: 8,\n" \
	"       data: [{series: load_kw, column: shop}]}\n" \
	"    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 80, data: [{series: pv_kw, column: sun}]}\n" \
	"    - {name: ESS, kind: battery, bus: MAIN, energy_kwh: 400, charge_kw: 100, discharge_kw: 100,\n" \
	"       efficiency_charge: 0.9, efficiency_discharge: 0.9, standby_pct_per_day: 1, soc_min_pct: 10,\n" \
	"       soc_max_pct: 95}\n"
/* An engine that starts in ten minutes, without the grid. */
#define ENGINE \
	"    - {name: SET, kind: gas-turbine, bus: MAIN, rated_kw: 60, min_kw: 20, fuel_full_m3_per_h: 15, " \
	"fuel_price: 2,\n" \
	"       start_cost: 5, start_time: 10m, min_up: 2h, min_down: 1h, can_black_start: true}\n"

static struct kit k;
static struct columns foreseen;
static double hall[HOURS], there[HOURS];

/* 0 .. 1 */
static double
dice(uint64_t seed, uint64_t what, uint64_t hour)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15u + what * 0xbf58476d1ce4e5b9u + hour * 0x94d049bb133111ebu;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* Outages of one to nine hours, some hours or days after each other. */
static unsigned
throw_outages(uint64_t seed)
{
	unsigned n = 0;

	for (unsigned h = 0; h < HOURS; h++)
		there[h] = 1;
	for (unsigned h = 6 + (unsigned)(30 * dice(seed, 1, 0)); h < HOURS; n++) {
		unsigned length = 1 + (unsigned)(9 * dice(seed, 2, h));
		for (unsigned i = 0; i < length && h + i < HOURS; i++)
			there[h + i] = 0;
		h += length + 3 + (unsigned)(60 * dice(seed, 3, h));
	}
	return n;
}

/* grid_there: as it was, or as everybody thinks. */
static char *
csv(uint64_t seed, bool is_true)
{
	size_t room = HOURS * 80 + 100, at;
	char *text = xcalloc(room, 1);

	at = (size_t)snprintf(text, room, "hour,there,price,given,hall,shop,sun\n");
	for (unsigned h = 0; h < HOURS; h++) {
		unsigned hour = h % 24;
		bool is_day = hour >= 8 && hour < 20;
		hall[h] = (is_day ? 45 : 15) * (0.8 + 0.4 * dice(seed, 4, h));
		at += (size_t)snprintf(text + at, room - at, "%u,%g,%g,%g,%.6f,%.6f,%.6f\n", h, is_true ? there[h] : 1,
		    hour >= 17 && hour < 21 ? 0.5
		        : is_day            ? 0.3
		                            : 0.12,
		    0.05, hall[h], (is_day ? 60 : 5) * (0.8 + 0.4 * dice(seed, 5, h)),
		    hour > 6 && hour < 18 ? 80 * dice(seed, 6, h) : 0);
	}
	return text;
}

struct seen {
	double stored, left_h, broken_kwh;
	unsigned promised;
	bool is_away;
};

/* Hours, of those that the reserve is for, in which what comes out of the battery bears the critical loads. */
static unsigned
hours_of(double stored, unsigned row)
{
	double kwh = (stored - 40) * 0.9;
	unsigned h = 0;

	while (h < OUTAGE_H && row + h < HOURS && hall[row + h] <= kwh && hall[row + h] <= 100)
		kwh -= hall[row + h++];
	return h;
}

static void
see(const struct study_data *d, unsigned row, const struct problem *p, const struct plan *plan, double kw,
    const struct study_guard_stepped *guard, void *arg)
{
	struct seen *s = arg;

	ck_assert(guard == NULL);
	(void)d;
	(void)p;
	(void)kw;
	if (there[row] > 0.5) {
		s->is_away = false;
	} else {
		if (!s->is_away) {
			s->is_away = true;
			s->left_h = hours_of(s->stored, row);
		}
		if (s->left_h-- > 0.5) {
			s->broken_kwh += hall[row] - plan->assets[HALL].power_kw[0];
			s->promised++;
		}
	}
	s->stored = plan->assets[ESS].energy[0];
}

static void
run(const char *site, uint64_t seed, const struct study_asked *asked, struct seen *s)
{
	const struct utc first = { INT64_C(1767225600) * US_PER_S };
	unsigned outages = throw_outages(seed);
	char *was = csv(seed, true), *thought = csv(seed, false);

	ck_assert_msg(kit_site(&k, site, ""), "%s", k.said);
	ck_assert_msg(columns_read("was.csv", was, strlen(was), first, &k.c, kit_hear, &k) == OK &&
	        columns_read("thought.csv", thought, strlen(thought), first, &foreseen, kit_hear, &k) == OK &&
	        study_bind(k.site, &k.c, &foreseen, 0, (struct utc){ 0 }, (struct utc){ 0 }, &k.d),
	    "%s", k.said);
	*s = (struct seen){ .stored = 40 };
	ck_assert_msg(study_run(&k.d, asked, see, s, &k.r, k.why, sizeof(k.why)), "%s", k.why);
	ck_assert_uint_eq(k.r.outages, outages);
	columns_done(&foreseen);
	free(thought);
	k.csv = was;
}

static const struct study_asked file = {
	.policy = STUDY_PLAN, .forecast = STUDY_FILE, .horizon_us = 24 * KIT_HOUR, .solver_s = 5
};

START_TEST(what_the_reserve_promised_is_kept)
{
	struct seen s;

	run(_i % 2 == 0 ? SITE("4h") : SITE("4h") ENGINE, 10 + (uint64_t)_i, &file, &s);
	ck_assert_uint_eq(k.r.plans_failed, 0);
	ck_assert_uint_ge(s.promised, 25); /* hours of outages; else this says nothing */
	ck_assert_double_le(fabs(s.broken_kwh), 1e-3 * s.promised);
	ck_assert_double_ge(k.r.promised_h, s.promised); /* the sun and the engine are in it, too */
	ck_assert_double_le(k.r.broken_kwh, 1e-3 * k.r.promised_h);
	kit_done(&k);
}
END_TEST

/* Whoever keeps nothing has nothing: so it is the reserve that does it. */
START_TEST(without_a_reserve_loads_go_without)
{
	struct seen s;

	run(SITE("0s"), 10, &file, &s);
	ck_assert_double_gt(k.r.beyond_kwh, 50);
	ck_assert_double_le(fabs(s.broken_kwh), 1e-3 * (s.promised + 1)); /* what little is promised is kept */
	kit_done(&k);
}
END_TEST

T_MAIN("study_outage", T_LONG_LOOP(what_the_reserve_promised_is_kept, 0, 4) T(without_a_reserve_loads_go_without))
