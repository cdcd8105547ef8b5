/* SPDX-License-Identifier: Apache-2.0 */
/* t_plant_district.c - the shipped site in the simulator: every point bound, in its range and below its limits for days. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drivers/plant/server.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

static struct site *
load(void)
{
	struct site *s = NULL;
	char folder[1024];
	const char *top = getenv("top_srcdir");
	snprintf(folder, sizeof(folder), "%s/layouts/musashino", top != NULL ? top : ".");
	ck_assert_int_eq(site_load(folder, NULL, NULL, &s), OK);
	ck_assert(clock_set_zone(s->timezone));
	return s;
}

static struct district *
new_district(const struct site *s, const char *start, uint64_t seed, const char *only)
{
	struct utc t;
	char unknown[64];
	ck_assert(utc_from_iso(start, &t));
	return district_new(s, t, seed, only, unknown, sizeof(unknown));
}

static double
value(const struct district *d, const char *name)
{
	struct image *im;
	struct image_point *p = district_point(d, name, &im);
	ck_assert_msg(p != NULL, "no point %s", name);
	return image_value(im, p);
}

static double
limit(const struct site_point_def *d, int type, double otherwise)
{
	const struct site_limit *l = d->alarms.v;
	for (uint32_t i = 0; i < d->alarms.n; i++)
		if (l[i].type == type)
			return l[i].limit;
	return otherwise;
}

static const char *const starts[] = { "2026-11-24T00:00:00+09:00", "2026-07-20T00:00:00+09:00",
	"2026-02-01T00:00:00+09:00" };

/* Two days in three seasons: nothing leaves its instrument's range, and nothing alarms that is not suppressed. */
START_TEST(a_normal_day_raises_no_alarm)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[_i], (uint64_t)_i + 1, NULL);
	for (int k = 0; k < 2 * 86400; k++) {
		district_step(d, 1);
		for (uint32_t i = 0; k % 300 == 0 && i < d->image_count; i++)
			for (uint32_t j = 0; j < d->images[i].point_count; j++) {
				struct image_point *p = &d->images[i].points[j];
				const struct site_point_def *def = p->point->def;
				double v = image_value(&d->images[i], p);
				ck_assert_msg(isfinite(v), "%s is not finite", p->point->name);
				if (isfinite(def->range.lo) && def->kind != KIND_COUNTER)
					ck_assert_msg(v >= def->range.lo && v <= def->range.hi,
					    "%s = %g leaves its range", p->point->name, v);
				if (def->suppress_when != NULL)
					continue;
				ck_assert_msg(v >= limit(def, LIMIT_L, -(double)INFINITY) &&
				        v <= limit(def, LIMIT_H, (double)INFINITY),
				    "%s = %g alarms", p->point->name, v);
				ck_assert_msg(v != limit(def, LIMIT_STATE, (double)INFINITY) ||
				        def->kind == KIND_ANALOG || v == 0,
				    "%s alarms", p->point->name);
			}
	}
	district_free(d);
	site_free(s);
}
END_TEST

/* What the profiles of the district say is known to the rules; only fault contacts are left to their normal state. */
START_TEST(every_measured_point_has_a_model_behind_it)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, NULL);
	for (uint32_t i = 0; i < d->image_count; i++)
		for (uint32_t j = 0; j < d->images[i].point_count; j++) {
			const struct image_point *p = &d->images[i].points[j];
			int kind = p->point->def->kind;
			bool known = p->source.kind == SOURCE_SIGNAL || p->source.kind == SOURCE_DERIVED ||
			    (p->source.kind >= SOURCE_DEMAND && p->source.kind <= SOURCE_SUN) ||
			    p->source.command != NULL;
			if (kind == KIND_ANALOG || kind == KIND_COUNTER || kind == KIND_SETPOINT)
				ck_assert_msg(known, "%s wanders by itself", p->point->name);
		}
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(measured_values_fit_together)
{
	struct site *s = load();
	struct district *d = new_district(s, "2026-11-24T09:00:00+09:00", 5, NULL);
	for (int k = 0; k < 3600; k++) {
		district_step(d, 1);
		double sources = value(d, "GRID.RX.P") + value(d, "WTE.STG.P") + value(d, "GTC.P") + value(d, "PV1.P") +
		    value(d, "PV2.P") + value(d, "PV3.P") + value(d, "ESS1.P") + value(d, "ESS2.P") +
		    value(d, "ESS3.P");
		double loads = value(d, "HALL.P") + value(d, "GYM.P") + value(d, "ECO.P") + value(d, "CC.P") +
		    value(d, "LIGHT.P") + value(d, "WTE.STG.AUX_P");
		ck_assert_double_eq_tol(sources, loads, 1e-6);
	}
	double p = value(d, "GRID.RX.P"), q = value(d, "GRID.RX.Q"), v = value(d, "GRID.RX.V_RS"),
	       amps = value(d, "GRID.RX.I_R");
	ck_assert_double_eq_tol(value(d, "GRID.RX.S"), sqrt(p * p + q * q), 1e-6);
	ck_assert_double_eq_tol(amps, value(d, "GRID.RX.S") * 1000 / (1.7320508 * v), 0.06 * amps);
	ck_assert_double_eq_tol(value(d, "ESS1.WHAVL"), value(d, "ESS1.SOC") / 100 * 405, 0.11 * 405);
	ck_assert_double_eq_tol(value(d, "ESS1.ADC") * value(d, "ESS1.VDC") / 1000, value(d, "ESS1.P"),
	    0.12 * fabs(value(d, "ESS1.P")) + 0.5);
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(counters_only_grow)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[1], 2, NULL);
	static double last[4096];
	for (int k = 0; k < 6 * 3600; k++) {
		district_step(d, 1);
		unsigned n = 0;
		for (uint32_t i = 0; i < d->image_count; i++)
			for (uint32_t j = 0; j < d->images[i].point_count; j++, n++) {
				const struct image_point *p = &d->images[i].points[j];
				if (p->point->def->kind != KIND_COUNTER)
					continue;
				double v = image_value(&d->images[i], p);
				ck_assert_msg(v >= last[n], "%s runs backwards", p->point->name);
				const struct site_counter *c = p->point->def->counter;
				if (k > 0 && c != NULL && isfinite(c->max_rate_per_s) && c->max_rate_per_s > 0)
					ck_assert_msg(v - last[n] <= c->max_rate_per_s * 1.001, "%s runs too fast",
					    p->point->name);
				last[n] = v;
			}
	}
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(only_the_devices_that_are_asked_for_are_served)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, "GTC,HALL");
	ck_assert_uint_eq(d->image_count, 2);
	ck_assert(district_image(d, "GTC") != NULL && district_image(d, "GRID") == NULL);
	district_free(d);
	ck_assert(new_district(s, starts[0], 1, "GTC,NOSUCH") == NULL);
	site_free(s);
}
END_TEST

START_TEST(faults_are_set_and_cleared_by_words)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, NULL);
	char out[16384];
	struct {
		const char *line;
		bool ok;
	} lines[] = {
		{ "silent ESS1", true },
		{ "silent NOSUCH", false },
		{ "slow HALL 1s500ms", true },
		{ "slow HALL soon", false },
		{ "reset GTC", true },
		{ "wrong GRID transaction", true },
		{ "wrong GRID exception 6", true },
		{ "wrong GRID oddly", false },
		{ "wrong GRID", false },
		{ "trip F1", true },
		{ "trip", false },
		{ "grid lost", true },
		{ "grid", false },
		{ "hold GTC.P", true },
		{ "hold GTC.NONE", false },
		{ "set HALL.P 123.5", true },
		{ "set HALL.P many", false },
		{ "set HALL.P", false },
		{ "local GTC", true },
		{ "", false },
		{ "frobnicate", false },
		{ "set ESS1.SOC invalid", true },
		{ "set HALL.P invalid", false },
		{ "help", true },
		{ "status", true },
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		ck_assert_msg(
		    control_run(d, NULL, lines[i].line, out, sizeof(out)) == lines[i].ok, "%s: %s", lines[i].line, out);
		ck_assert_uint_gt(strlen(out), 0);
		ck_assert((strcmp(out, "ok") == 0) == (lines[i].ok && i < ARRAY_LEN(lines) - 2));
	}
	ck_assert_int_eq(district_image(d, "ESS1")->fault, FAULT_SILENT);
	ck_assert_double_eq(district_image(d, "HALL")->slow_s, 1.5);
	ck_assert_double_eq(value(d, "HALL.P"), 123.5);
	district_step(d, 0.1);
	ck_assert_double_eq(value(d, "GRID.CB.52R"), 0);
	ck_assert_double_eq(value(d, "GTC.REM"), 0);
	ck_assert(control_run(d, NULL, "clear ESS1", out, sizeof(out)));
	ck_assert_int_eq(district_image(d, "ESS1")->fault, FAULT_NONE);
	ck_assert(control_run(d, NULL, "clear HALL.P", out, sizeof(out)));
	ck_assert_double_ne(value(d, "HALL.P"), 123.5);
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(an_invalid_value_is_the_raw_one_of_the_profile)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, NULL);
	char out[256];
	uint16_t word;
	ck_assert(control_run(d, NULL, "set ESS1.SOC invalid", out, sizeof(out)));
	ck_assert_int_eq(image_read(district_image(d, "ESS1"), TABLE_HOLDING, 40367, 1, &word), MB_OK);
	ck_assert_uint_eq(word, 0xFFFF);
	ck_assert(control_run(d, NULL, "set ESS1.P invalid", out, sizeof(out)));
	ck_assert_int_eq(image_read(district_image(d, "ESS1"), TABLE_HOLDING, 40080, 1, &word), MB_OK);
	ck_assert_uint_eq(word, 0x8000);
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(inverters_sleep_at_night_when_asked_to)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, NULL);
	ck_assert(!district_sleeps(d, district_image(d, "PV1")));
	d->pv_sleeps = true;
	ck_assert(district_sleeps(d, district_image(d, "PV1")));
	ck_assert(!district_sleeps(d, district_image(d, "ESS1")));
	district_free(d);
	d = new_district(s, "2026-07-20T12:00:00+09:00", 1, NULL);
	d->pv_sleeps = true;
	ck_assert(!district_sleeps(d, district_image(d, "PV1")));
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(a_device_in_local_answers_and_does_not_obey)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, NULL);
	struct image *im;
	char out[256];
	struct image_point *start = district_point(d, "GTC.START", &im);
	control_run(d, NULL, "local GTC", out, sizeof(out));
	district_step(d, 1);
	ck_assert(image_command(im, start, 1));
	district_step(d, 5);
	ck_assert_double_eq(value(d, "GTC.STATE"), 1);
	control_run(d, NULL, "clear GTC", out, sizeof(out));
	district_step(d, 1);
	ck_assert(image_command(im, start, 1));
	district_step(d, 5);
	ck_assert_double_eq(value(d, "GTC.STATE"), 2);
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(a_battery_follows_its_day_until_somebody_writes_and_then_reverts_to_nothing)
{
	struct site *s = load();
	struct district *d = new_district(s, "2026-11-24T02:00:00+09:00", 1, NULL);
	struct image *im;
	district_step(d, 1);
	ck_assert_double_lt(value(d, "ESS1.P"), -20); /* charged by night */
	struct image_point *sp = district_point(d, "ESS1.P_SP", &im);
	ck_assert(image_command(im, sp, 50));
	for (int k = 0; k < 40; k++)
		district_step(d, 1);
	ck_assert_double_eq_tol(value(d, "ESS1.P"), 50, 2);
	ck_assert_double_eq(value(d, "ESS1.P_SP"), 50);
	for (int k = 0; k < 60; k++)
		district_step(d, 1);
	ck_assert_double_eq_tol(value(d, "ESS1.P"), 0, 0.5);
	ck_assert_double_lt(value(d, "ESS2.P"), -20); /* its neighbour goes on */
	district_free(d);
	site_free(s);
}
END_TEST

/* ---- every output, written in its registers as the field program does, beside a twin to which nothing is written */

/* False: the device refused. A pulse is set and cleared again. */
static bool
write_output(const struct district *d, const char *name, double v)
{
	struct image *im;
	struct image_point *p = district_point(d, name, &im);
	ck_assert_msg(p != NULL && p->point->def->write != NULL, "%s is no output", name);
	const struct site_point_def *def = p->point->def;
	const struct site_register *r = def->write;
	uint16_t words[4] = { 0 }, off = 0;
	if (r->table == TABLE_COIL) {
		unsigned at = (unsigned)(r->open_address >= 0 && v < 0.5 ? r->open_address : r->address);
		words[0] = r->open_address >= 0 || v > 0.5;
		bool is_taken = image_write(im, TABLE_COIL, at, 1, words) == MB_OK;
		return is_taken && (r->pulse_us == 0 || image_write(im, TABLE_COIL, at, 1, &off) == MB_OK);
	}
	image_encode(def, r, image_order(r, im->node->profile), image_factor(im, r), v, words);
	if (image_write(im, r->table, (unsigned)r->address, raw_type_registers((enum raw_type)r->type), words) != MB_OK)
		return false;
	words[0] = 1; /* what enables it */
	return p->gate == 0 || image_write(im, TABLE_HOLDING, p->gate, 1, words) == MB_OK;
}

#define NOTHING ((double)NAN)

static const struct {
	const char *start; /* time of day at which it makes a difference */
	const char *before;
	double first; /* written an hour before, NaN = nothing */
	const char *output;
	double value;
	const char *effect;
	double least;  /* that the effect differs from the twin's; the sign says which way */
	double wait_s; /* after which it does */
	const char *echo;
} effects[] = {
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "ESS1.P_SP", 120, "ESS1.P", 50, 30, "ESS1.P_SP" },
	{ "2026-11-24T02:00:00+09:00", NULL, NOTHING, "ESS2.P_SP", -20.5, "ESS2.P", 5, 30, "ESS2.P_SP" },
	{ "2026-11-24T02:00:00+09:00", NULL, NOTHING, "ESS3.ONOFF", 0, "ESS3.P", 5, 60, "ESS3.ONOFF" },
	{ "2026-11-24T02:00:00+09:00", NULL, NOTHING, "ESS1.GFM", 1, "ESS1.GFM_ST", 1, 30, NULL },
	{ "2026-07-20T12:00:00+09:00", NULL, NOTHING, "PV1.LIM", 10, "PV1.P", -5, 60, "PV1.LIM" },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "GTC.START", 1, "GTC.STATE", 1, 10, NULL },
	{ "2026-11-24T12:00:00+09:00", "GTC.START", 1, "GTC.P_SP", 700, "GTC.P", -200, 900, "GTC.P_SP" },
	{ "2026-11-24T12:00:00+09:00", "GTC.START", 1, "GTC.STOP", 1, "GTC.P", -300, 900, NULL },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "WTE.STG.P_SP", 900, "WTE.STG.P", -200, 840, "WTE.STG.P_SP" },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "HALL.SHED", 3, "HALL.P", -20, 900, "HALL.SHED" },
	{ "2026-07-22T14:00:00+09:00", NULL, NOTHING, "HALL.SETT", 28, "HALL.RM_T", 0.5, 7200, "HALL.SETT" },
	{ "2026-11-24T15:00:00+09:00", NULL, NOTHING, "GYM.SHED", 3, "GYM.P", -5, 900, "GYM.SHED" },
	{ "2026-07-22T15:00:00+09:00", NULL, NOTHING, "GYM.SETT", 28, "GYM.AC_P", -1, 900, "GYM.SETT" },
	{ "2026-11-24T19:00:00+09:00", NULL, NOTHING, "GYM.LT_CMD", 0, "GYM.P", -5, 60, "GYM.LT_CMD" },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "ECO.AC_CMD", 0, "ECO.P", -1, 300, "ECO.AC_CMD" },
	{ "2026-11-24T22:00:00+09:00", NULL, NOTHING, "LIGHT.CMD", 0, "LIGHT.P", -1, 60, "LIGHT.CMD" },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "GRID.CB.52F_HALL_CMD", 0, "HALL.P", -50, 10, NULL },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "GRID.CB.52F_HALL_CMD", 0, "GRID.CB.52F_HALL", -1, 5, NULL },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "GRID.CB.52F_GYM_CMD", 0, "GRID.CB.52F_GYM", -1, 5, NULL },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "GRID.CB.52R_CMD", 0, "GRID.CB.52R", -1, 5, NULL },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "HEAT.HALL_P_SP", 0.45, "HEAT.HALL_P", -0.05, 300,
	    "HEAT.HALL_P_SP" },
	{ "2026-11-24T12:00:00+09:00", NULL, NOTHING, "HEAT.GYM_P_SP", 0.45, "HEAT.GYM_P", -0.05, 300,
	    "HEAT.GYM_P_SP" },
};

START_TEST(every_output_is_taken_and_does_what_it_says)
{
	struct site *s = load();
	struct district *d = new_district(s, effects[_i].start, 1, NULL),
	                *twin = new_district(s, effects[_i].start, 1, NULL);
	const char *name = effects[_i].output, *effect = effects[_i].effect;
	double difference;
	if (effects[_i].before != NULL) {
		ck_assert(write_output(d, effects[_i].before, effects[_i].first));
		ck_assert(write_output(twin, effects[_i].before, effects[_i].first));
	}
	for (int k = 0; k < (effects[_i].before != NULL ? 3600 : 10); k++) {
		district_step(d, 1);
		district_step(twin, 1);
	}
	ck_assert_double_eq(value(d, effect), value(twin, effect)); /* the same so far */
	ck_assert_msg(write_output(d, name, effects[_i].value), "%s is refused", name);
	if (effects[_i].echo != NULL)
		ck_assert_double_eq_tol(value(d, effects[_i].echo), effects[_i].value, 0.01);
	for (int k = 0; k < effects[_i].wait_s; k++) {
		district_step(d, 1);
		district_step(twin, 1);
		if (effects[_i].echo != NULL && k % 20 == 19) /* before its reversion timer ends */
			ck_assert(write_output(d, name, effects[_i].value));
	}
	difference = value(d, effect) - value(twin, effect);
	ck_assert_msg(effects[_i].least > 0 ? difference >= effects[_i].least : difference <= effects[_i].least,
	    "%s = %g changes %s by %g: from %g to %g", name, effects[_i].value, effect, difference, value(twin, effect),
	    value(d, effect));
	district_free(d);
	district_free(twin);
	site_free(s);
}
END_TEST

START_TEST(a_converter_that_tripped_is_reset_and_goes_on)
{
	struct site *s = load();
	struct district *d = new_district(s, "2026-11-24T02:00:00+09:00", 1, NULL);
	char out[256];
	district_step(d, 1);
	ck_assert(control_run(d, NULL, "trip ESS1", out, sizeof(out)));
	district_step(d, 5);
	ck_assert_double_eq(value(d, "ESS1.INVST"), 6);
	ck_assert(write_output(d, "ESS1.ARST", 1));
	for (int k = 0; k < 60; k++)
		district_step(d, 1);
	ck_assert_double_ne(value(d, "ESS1.INVST"), 6);
	ck_assert_double_lt(value(d, "ESS1.P"), -20); /* charged by night */
	ck_assert(write_output(d, "ESS1.ONOFF", 2));  /* standby, and out of it again */
	for (int k = 0; k < 60; k++)
		district_step(d, 1);
	ck_assert_double_eq_tol(value(d, "ESS1.P"), 0, 1);
	ck_assert(write_output(d, "ESS1.ONOFF", 3));
	for (int k = 0; k < 60; k++)
		district_step(d, 1);
	ck_assert_double_lt(value(d, "ESS1.P"), -20);
	ck_assert(!write_output(d, "ESS1.ONOFF", 7));  /* no such state */
	ck_assert(!write_output(d, "ESS1.P_SP", 200)); /* beyond its range */
	district_free(d);
	site_free(s);
}
END_TEST

START_TEST(no_output_of_the_site_goes_nowhere)
{
	struct site *s = load();
	struct district *d = new_district(s, starts[0], 1, NULL);
	unsigned outputs = 0;
	for (point_id i = 0; i < s->point_count; i++) {
		struct image *im;
		struct image_point *p = district_point(d, s->points[i].name, &im);
		if (s->points[i].def->write == NULL)
			continue;
		outputs++;
		ck_assert_msg(p != NULL && p->source.model != NULL && p->source.command != NULL, "%s commands nobody",
		    s->points[i].name);
	}
	ck_assert_uint_ge(outputs, 30);
	district_free(d);
	site_free(s);
}
END_TEST

/* Reversion: with the timer of the device, or with one that is written first. */
static const struct {
	const char *start, *output;
	double value, timer_s, after_s, to; /* to: NaN = what the twin has */
} reverts[] = {
	{ "2026-11-24T12:00:00+09:00", "ESS1.P_SP", 50, 0, 61, 0 },
	{ "2026-11-24T12:00:00+09:00", "ESS1.P_SP", 50, 20, 21, 0 },
	{ "2026-11-24T12:00:00+09:00", "PV1.LIM", 30, 0, 601, 100 },
	{ "2026-11-24T12:00:00+09:00", "PV1.LIM", 30, 45, 46, 100 },
	{ "2026-11-24T12:00:00+09:00", "HALL.SHED", 2, 0, 1801, 0 },
	{ "2026-11-24T12:00:00+09:00", "WTE.STG.P_SP", 900, 0, 901, NOTHING },
};

START_TEST(setpoints_that_nobody_refreshes_are_given_up)
{
	struct site *s = load();
	struct district *d = new_district(s, reverts[_i].start, 1, NULL),
	                *twin = new_district(s, reverts[_i].start, 1, NULL);
	const char *name = reverts[_i].output;
	struct image *im;
	const struct site_revert *r = district_point(d, name, &im)->point->def->revert;
	uint16_t seconds = (uint16_t)reverts[_i].timer_s;
	district_step(d, 1);
	district_step(twin, 1);
	if (seconds > 0)
		ck_assert_int_eq(image_write(im, TABLE_HOLDING, (unsigned)r->timer_register, 1, &seconds), MB_OK);
	ck_assert(write_output(d, name, reverts[_i].value));
	for (int k = 0; k < reverts[_i].after_s; k++) {
		ck_assert_double_eq_tol(value(d, name), reverts[_i].value, 0.01);
		if (k + 2 >= reverts[_i].after_s)
			break;
		district_step(d, 1);
		district_step(twin, 1);
	}
	for (int k = 0; k < 3; k++) {
		district_step(d, 1);
		district_step(twin, 1);
	}
	ck_assert_double_eq_tol(value(d, name), isnan(reverts[_i].to) ? value(twin, name) : reverts[_i].to, 0.01);
	district_free(d);
	district_free(twin);
	site_free(s);
}
END_TEST

T_MAIN("plant_district",
    T_TIMEOUT(120) T_LONG_LOOP(a_normal_day_raises_no_alarm, 0, t_rounds(3))
        T(every_measured_point_has_a_model_behind_it) T(measured_values_fit_together) T_LONG(counters_only_grow)
            T(an_invalid_value_is_the_raw_one_of_the_profile) T(inverters_sleep_at_night_when_asked_to)
                T(only_the_devices_that_are_asked_for_are_served) T(faults_are_set_and_cleared_by_words)
                    T(a_device_in_local_answers_and_does_not_obey)
                        T(a_battery_follows_its_day_until_somebody_writes_and_then_reverts_to_nothing)
                            T_LONG_LOOP(every_output_is_taken_and_does_what_it_says, 0, (int)ARRAY_LEN(effects)) T(
                                no_output_of_the_site_goes_nowhere) T(a_converter_that_tripped_is_reset_and_goes_on)
                                T_LONG_LOOP(setpoints_that_nobody_refreshes_are_given_up, 0, (int)ARRAY_LEN(reverts)))
