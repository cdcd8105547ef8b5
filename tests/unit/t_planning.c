/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_planning.c - from an ask to a frame with a plan, on the shipped district: with a past, without one, with the grid lost, with what cannot be;
 * and the past of its points, asked for in parts.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/mode.h"
#include "scada/base/schedule.h"
#include "scada/base/str.h"
#include "scada/base/trend.h"
#include "scada/planner/jobs.h"
#include "scada/planner/planning_private.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

#define NOW (INT64_C(1795392000) * US_PER_S + 7 * 60 * US_PER_S) /* 2026-11-23T00:07Z, a working morning in Japan */

enum { STEPS = 192 }; /* of 15 minutes, which the site has */

static struct site *site;
static struct planning *planning;
static struct past_ask *past;
static struct msg_plan_ask ask;
static struct wbuf assets, frame, entries;
static struct msg_plan plan;
static unsigned questions;
static double taken;  /* of their peaks, by loads */
static double wander; /* of what the past was, either way */
static bool is_quick; /* take the quick one, where there is one */
static enum planning_end end, at_once;
static enum plan_reason reason; /* of the power that was looked at last */
static double sun_kw = 0;       /* measured of each PV */

static void
tell(const struct msg_site_fault *f, void *arg)
{
	(void)arg;
	ck_abort_msg("%s:%u: %s", f->file, (unsigned)f->line, f->text);
}

static double
peak_of(const struct asset *a)
{
	return a->kind == ASSET_LOAD ? ((const struct asset_load *)a->parameters)->peak_kw : 0;
}

/* How each stands; `but` does not, `held` is held at 50 kW. */
static void
stand(const char *but, const char *held)
{
	const struct asset *list = site->energy->assets.v;

	wbuf_reset(&assets);
	for (uint32_t i = 0; i < site->energy->assets.n; i++) {
		const struct asset *a = &list[i];
		bool is_there = but == NULL || strcmp(a->name, but) != 0;
		const struct asset_battery *b = a->parameters;

		w_u8(&assets, is_there);
		w_u8(&assets, a->kind == ASSET_STG);
		w_f64(&assets,
		    a->kind == ASSET_STG      ? 1900
		        : a->kind == ASSET_PV ? sun_kw
		        : is_there            ? peak_of(a) * taken
		                              : (double)NAN);
		w_f64(&assets, (double)NAN);
		w_f64(&assets,
		    a->kind == ASSET_BATTERY       ? b->energy_kwh * 0.5
		        : a->kind == ASSET_FURNACE ? 10
		        : a->kind == ASSET_LOAD    ? 0.5
		                                   : (double)NAN);
		w_f64(&assets, 1);
		w_f64(&assets, held != NULL && strcmp(a->name, held) == 0 ? 50 : (double)NAN);
	}
	ask.assets = (struct msg_bytes){ assets.data, assets.len };
}

static void
setup(void)
{
	char path[1024];
	const char *top = getenv("top_srcdir");

	ck_assert(str_printf(path, sizeof(path), "%s/layouts/musashino", top != NULL ? top : "."));
	ck_assert(site_load(path, tell, NULL, &site) == OK);
	ck_assert(clock_set_zone(site->timezone));
	planning = planning_new();
	past = past_ask_new();
	planning_site(planning, site, past);
	past_ask_begin(past, (struct utc){ NOW });
	ask = (struct msg_plan_ask){ .serial = 7,
		.now = NOW,
		.grid = GRID_THERE,
		.month_kw = 900,
		.year_kw = 1200,
		.window_kwh = 60,
		.window_min = 7 };
	taken = 0.6;
	wander = 0;
	stand(NULL, NULL);
	questions = 0;
	sun_kw = 0;
	is_quick = false;
}

static void
teardown(void)
{
	planning_free(planning);
	past_ask_free(past);
	site_free(site);
	wbuf_done(&assets);
	wbuf_done(&frame);
	wbuf_done(&entries);
	entries = (struct wbuf){ 0 };
	assets = frame = (struct wbuf){ 0 };
}

static void
make(void)
{
	struct rbuf r;

	wbuf_reset(&frame);
	end = planning_make(planning, &ask, past, false, &frame);
	at_once = end;
	if (end == PLANNING_AGAIN && is_quick)
		;
	else if (end == PLANNING_AGAIN || end == PLANNING_LATE) {
		wbuf_reset(&frame);
		end = planning_make(planning, &ask, past, true, &frame);
	}
	rbuf_init(&r, frame.data, frame.len);
	ck_assert(msg_plan_get(&r, &plan) && r_done(&r));
	ck_assert_uint_eq(plan.serial, 7);
	ck_assert_uint_le(frame.len, wire_find(W_PLAN)->max);
	ck_assert_uint_ge(frame.len, wire_find(W_PLAN)->min);
}

/* kW of an asset in a step; NaN = it is not in the plan. */
static double
power(const char *name, unsigned step)
{
	struct rbuf r;
	double found = (double)NAN;

	rbuf_init(&r, plan.assets.data, plan.assets.len);
	while (r.pos < r.len) {
		bool is_it = strcmp(r_str(&r), name) == 0;
		(void)r_str(&r);
		uint8_t has = r_u8(&r);
		for (unsigned t = 0; t < plan.steps; t++) {
			double kw = r_f32(&r);
			uint8_t why = r_u8(&r);
			ck_assert(isfinite(r_f32(&r)));
			if ((has & 1) != 0)
				(void)r_f32(&r);
			if ((has & 2) != 0)
				(void)r_u8(&r);
			if (is_it && t == step) {
				found = kw;
				reason = (enum plan_reason)why;
			}
		}
	}
	ck_assert(!r.bad);
	return found;
}

/* The reader's answer: each point a day that rises and falls. */
static void
answer(const struct wbuf *question)
{
	struct msg_trend_get q;
	struct wbuf b = { 0 };
	struct rbuf r, names;
	uint8_t index = 0;

	rbuf_init(&r, question->data, question->len);
	ck_assert(msg_trend_get_get(&r, &q) && r_done(&r));
	ck_assert_int_eq(q.to - q.from, (int64_t)q.buckets * PAST_ASK_STEP_S * US_PER_S);
	ck_assert_int_le(q.to, NOW);
	rbuf_init(&names, q.points.data, q.points.len);
	while (names.pos < names.len) {
		(void)r_str(&names);
		for (uint32_t first = 0; first < q.buckets; first += 1000) {
			uint32_t count = q.buckets - first < 1000 ? q.buckets - first : 1000;
			struct frame f = { .type = W_TREND };
			wbuf_reset(&b);
			msg_trend_put(
			    &b, &(struct msg_trend){ .index = index, .first = first, .count = count, .unit = "kW" });
			for (uint32_t i = 0; i < count; i++) {
				double hour = fmod((first + i) * 0.5, 24),
				       off = wander * ((first + i) * 2654435761u >> 31 != 0 ? 1 : -1);
				bucket_put(&b,
				    &(struct bucket){ .samples = 9,
				        .mean = (hour > 8 && hour < 18 ? 100 : 30) + off,
				        .min = 30,
				        .max = 100,
				        .first = 30,
				        .last = 30,
				        .increment = (double)NAN,
				        .good = 1,
				        .known = i % 50 == 0 ? 0 : 1,
				        .seen = 1 });
			}
			f.body = b.data;
			f.length = (uint32_t)b.len;
			ck_assert(past_ask_take(past, &f));
			if (f.length > 10) { /* one that is cut is refused */
				f.length -= 3;
				ck_assert(!past_ask_take(past, &f));
				f.length += 3;
				ck_assert(past_ask_take(past, &f));
			}
		}
		index++;
	}
	wbuf_done(&b);
}

static void
know_the_past(void)
{
	struct wbuf q = { 0 };

	while (past_ask_next(past, &q)) {
		questions++;
		answer(&q);
		past_ask_ended(past);
		wbuf_reset(&q);
	}
	wbuf_done(&q);
	ck_assert(past_ask_is_whole(past));
}

/* Each figure that a plan decides is a point behind all others, and says which one measures it. */
START_TEST(what_a_plan_decides_is_a_point)
{
	static const struct {
		const char *name, *actual, *unit;
	} wanted[] = {
		{ "PLAN.GRID.P", "GRID.RX.P", "kW" },
		{ "PLAN.STG.P", "WTE.STG.P", "kW" },
		{ "PLAN.GTC.P", "GTC.P", "kW" },
		{ "PLAN.PV3.P", "PV3.P", "kW" },
		{ "PLAN.ESS4.P", "ESS4.P", "kW" },
		{ "PLAN.ESS4.SOC", "ESS4.SOC", "%" },
		{ "PLAN.HALL.P", "HALL.P", "kW" },
	};
	const struct site_node *node = &site->nodes[site->node_count - 1];

	ck_assert_str_eq(node->device->name, SITE_PLAN_DEVICE);
	ck_assert_uint_eq(node->count, site->planned_count);
	ck_assert_uint_eq(node->first + node->count, site->point_count);
	ck_assert_uint_eq(site->planned_count, 17);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		point_id id = site_find_point(site, wanted[i].name);
		ck_assert_msg(id != POINT_NONE, "%s", wanted[i].name);
		const struct site_planned *p = &site->planned[id - node->first];
		ck_assert_uint_eq(p->point, id);
		ck_assert_str_eq(p->actual, wanted[i].actual);
		ck_assert_str_eq(site->points[id].def->unit, wanted[i].unit);
		ck_assert_int_eq(site->points[id].decimals, 1);
	}
	ck_assert_uint_eq(site_find_point(site, "PLAN.LIGHT.P"), POINT_NONE); /* it is never shed */
	ck_assert_uint_eq(site_find_point(site, "PLAN.F1.P"), POINT_NONE);
}
END_TEST

START_TEST(two_days_are_planned_from_what_is_measured_now)
{
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_uint_eq(plan.steps, STEPS);
	ck_assert_int_eq(plan.start, NOW - NOW % (900 * US_PER_S));
	ck_assert_double_le(plan.unserved_kwh, 0.01);
	ck_assert_ptr_nonnull(strstr(plan.text, " as they are now"));
	ck_assert_ptr_null(strstr(plan.text, " 0 ")); /* what there is none of is not told */
	ck_assert(isfinite(power("ESS1", 0)) && fabs(power("ESS1", 0)) <= 180.1);
	ck_assert(isfinite(power("GRID", STEPS - 1)));
	ck_assert_double_gt(power("STG", 10), 100);
}
END_TEST

START_TEST(the_past_is_asked_for_and_used)
{
	know_the_past();
	ck_assert_uint_ge(questions, 1);
	ck_assert_ptr_nonnull(past_ask_of(past, "HALL.P"));
	ck_assert_ptr_null(past_ask_of(past, "NO.SUCH"));
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, " from similar days"));
	ck_assert_double_gt(fabs(power("HALL", 8) - power("HALL", 64)), 20); /* by day and by night */
	/* The half hour that is under way is what is measured in it, whatever it was on other days. */
	for (unsigned t = 0; t < 2; t++)
		ck_assert_double_eq_tol(power("CC", t), 0.6 * 25, 1e-3);
	ck_assert_double_gt(power("CC", 12), 25);
}
END_TEST

START_TEST(the_past_of_many_is_asked_in_parts)
{
	char name[24];

	past_ask_clear(past);
	for (int i = 0; i < 2 * PAST_ASK_POINTS + 5; i++) {
		str_printf(name, sizeof(name), "M.P%d", i);
		past_ask_add(past, name);
		past_ask_add(past, name); /* each once */
	}
	past_ask_begin(past, (struct utc){ NOW });
	know_the_past();
	ck_assert_uint_eq(questions, 3);
	ck_assert_ptr_nonnull(past_ask_of(past, "M.P0"));
	ck_assert_ptr_nonnull(past_ask_of(past, name));
}
END_TEST

static void
sell_at(double price)
{
	const struct asset *list = site->energy->assets.v;

	for (uint32_t i = 0; i < site->energy->assets.n; i++)
		if (list[i].kind == ASSET_GRID)
			((struct asset_grid *)list[i].parameters)->price_export = price;
}

/* Giving costs: the sun is held down. Five minutes later it is not measured, but known; a figure of what is held down would be believed. */
START_TEST(sun_that_is_held_down_is_not_forgotten)
{
	know_the_past();
	sun_kw = 6;
	stand(NULL, NULL);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_eq_tol(power("PV1", 0), 6, 1e-3);
	ck_assert_int_eq(reason, REASON_SUN);
	sell_at(-20);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_eq_tol(power("PV1", 0), 0, 0.01);
	ck_assert_int_eq(reason, REASON_CURTAILED);
	ask.now += 300 * US_PER_S;
	sun_kw = (double)NAN; /* as chisand tells it then */
	stand(NULL, NULL);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_eq_tol(power("PV1", 0), 0, 0.01);
	ck_assert_int_eq(reason, REASON_CURTAILED); /* so there is sun */
	sell_at(10);
	make();
	ck_assert_double_gt(power("PV1", 0), 1);
	ck_assert_int_eq(reason, REASON_SUN);
}
END_TEST

/* W_TREND of the point with this name in the question: seven steps. */
static void
tell_steps(const char *name, const double low[7], const double high[7], const struct wbuf *question)
{
	struct msg_trend m = { .count = 7, .unit = "" };
	struct msg_trend_get q;
	struct wbuf b = { 0 };
	struct frame f = { .type = W_TREND };
	struct rbuf r, names;

	rbuf_init(&r, question->data, question->len);
	ck_assert(msg_trend_get_get(&r, &q) && r_done(&r));
	rbuf_init(&names, q.points.data, q.points.len);
	while (strcmp(r_str(&names), name) != 0)
		m.index++;
	ck_assert(!names.bad);
	msg_trend_put(&b, &m);
	for (unsigned i = 0; i < 7; i++)
		bucket_put(
		    &b, &(struct bucket){ .samples = 9, .mean = high[i], .min = low[i], .max = high[i], .known = 1 });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert(past_ask_take(past, &f));
	wbuf_done(&b);
}

/* Of a plant of 200 kW: whoever held it down, what it made then is not of its sky. */
START_TEST(steps_in_which_a_plant_was_held_down_are_left_out)
{
	/*                            free, held, cloud, both, not kept, at 0, limit unknown */
	static const double low[] = { 150, 20, 10, 20, 150, 0, 150 }, high[] = { 150, 21, 12, 150, 150, 0, 150 };
	double limit_low[] = { 100, 10, 10, 10, 10, 0, 0 }, limit_high[] = { 100, 10, 10, 100, 10, 0, 0 }; /* % */
	static const bool is_left_out[] = { false, true, false, true, false, true, false };
	struct wbuf q = { 0 };

	limit_low[6] = limit_high[6] = (double)NAN;
	past_ask_clear(past);
	past_ask_add_limit(past, "M.P", "M.LIM", 2, 200);
	past_ask_begin(past, (struct utc){ NOW });
	ck_assert(past_ask_next(past, &q));
	tell_steps("M.P", low, high, &q);
	tell_steps("M.LIM", limit_low, limit_high, &q);
	past_ask_ended(past);
	ck_assert(past_ask_is_whole(past));
	const struct past *p = past_ask_of(past, "M.P");
	for (unsigned i = 0; i < 7; i++)
		ck_assert_msg(isnan(p->v[i]) == is_left_out[i], "step %u", i);
	ck_assert_double_eq(p->v[0], 150);
	wbuf_done(&q);
}
END_TEST

/* The site's inverters are told in % of their peak, or in kW. */
START_TEST(the_limit_of_each_plant_is_asked_for)
{
	know_the_past();
	ck_assert_ptr_nonnull(past_ask_of(past, "PV1.P"));
	ck_assert_ptr_nonnull(past_ask_of(past, "PV1.LIM"));
	ck_assert_ptr_nonnull(past_ask_of(past, "PV3.LIM"));
}
END_TEST

START_TEST(what_a_person_holds_is_taken_as_given)
{
	stand(NULL, "ESS1");
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	for (unsigned t = 0; t < 4; t++)
		ck_assert_double_eq_tol(power("ESS1", t), 50, 0.1);
	stand("ESS2", NULL);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	for (unsigned t = 0; t < STEPS; t++)
		ck_assert_double_eq_tol(power("ESS2", t), 0, 0.1);
}
END_TEST

START_TEST(a_grid_that_is_lost_is_not_counted_on)
{
	ask.grid = GRID_LOST;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "the grid is lost"));
	for (unsigned t = 0; t < 16; t++)
		ck_assert_double_eq_tol(power("GRID", t), 0, 0.1);
}
END_TEST

START_TEST(what_is_neither_recorded_nor_measured_makes_a_plan_impossible)
{
	stand("HALL", NULL);
	make();
	ck_assert_uint_eq(plan.is_good, 0);
	ck_assert_ptr_nonnull(strstr(plan.text, "HALL: nothing is known"));
	ask.assets.len -= 4;
	make();
	ck_assert_uint_eq(plan.is_good, 0);
	ck_assert_ptr_nonnull(strstr(plan.text, "cannot be read"));
	planning_site(planning, NULL, past);
	make();
	ck_assert_uint_eq(plan.is_good, 0);
}
END_TEST

/* The second plan, a step later, is warm: the same and no worse. */
START_TEST(the_next_one_goes_on)
{
	make();
	double before = plan.total;
	ask.now += 900 * US_PER_S;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_eq_tol(plan.total, before, fabs(before) * 0.2 + 1000);
	ask.now += INT64_C(300) * 86400 * US_PER_S; /* a clock that was set */
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
}
END_TEST

/* When something has changed, a moment is enough for a plan that holds; it costs no less than the one that is made with time. */
START_TEST(a_moment_is_enough_when_something_has_changed)
{
	make();
	ck_assert(at_once == PLANNING_AGAIN || at_once == PLANNING_LATE);
	ck_assert_int_eq(end, PLANNING_DONE);
	make(); /* nothing new */
	ck_assert_int_eq(at_once, PLANNING_DONE);
	ask.grid = GRID_LOST;
	is_quick = true;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert(at_once == PLANNING_AGAIN || at_once == PLANNING_LATE);
	make();
	ck_assert_int_eq(at_once, PLANNING_DONE);
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	stand("ESS2", NULL);
	make();
	ck_assert_int_ne(at_once, PLANNING_DONE);
	stand("ESS2", "ESS1");
	make();
	ck_assert_int_ne(at_once, PLANNING_DONE);
}
END_TEST

#define HOUR (3600 * US_PER_S)

static void
enter(enum schedule_kind kind, const char *asset, double from_h, double until_h, double value)
{
	struct schedule_entry e = { .id = 1,
		.kind = kind,
		.from = { NOW + (int64_t)(from_h * (double)HOUR) },
		.until = { NOW + (int64_t)(until_h * (double)HOUR) },
		.value = value };

	str_copy(e.asset, sizeof(e.asset), asset);
	schedule_put(&entries, &e);
	ask.schedule = (struct msg_bytes){ entries.data, entries.len };
}

/* The plan begins 7 minutes before NOW: hour h is step 4 h and what it touches. */
START_TEST(what_is_entered_ahead_is_planned_with)
{
	double draw;

	enter(SCHEDULE_OUT, "ESS1", 2, 4, (double)NAN);
	enter(SCHEDULE_OUT, "F1", 6, 12, (double)NAN);
	enter(SCHEDULE_OUT, "F2", 6, 12, (double)NAN);
	enter(SCHEDULE_RESPONSE, "", 13, 14, 300);
	enter(SCHEDULE_TARGET, "", 16, 18, 250);
	enter(SCHEDULE_OUT, "NOBODY", 1, 40, (double)NAN);
	enter(SCHEDULE_OUT, "ESS2", 60, 70, (double)NAN); /* beyond the horizon */
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "; schedule: 6 entries"));
	for (unsigned t = 8; t <= 16; t++)
		ck_assert_double_eq_tol(power("ESS1", t), 0, 0.01);
	for (unsigned t = 24; t <= 47; t++) /* no steam, no turbine */
		ck_assert_double_le(power("STG", t), 1);
	ck_assert_double_gt(power("STG", 20), 100);
	ck_assert_double_gt(power("STG", 60), 100); /* and back afterwards */
	for (unsigned t = 52; t < 56; t += 2) {     /* the half hour's mean */
		draw = (fmax(power("GRID", t), 0) + fmax(power("GRID", t + 1), 0)) / 2;
		ck_assert_double_le(draw, 300.5);
	}
	for (unsigned t = 64; t < 72; t += 2) {
		draw = (fmax(power("GRID", t), 0) + fmax(power("GRID", t + 1), 0)) / 2;
		ck_assert_double_le(draw, 250.5);
	}
}
END_TEST

/* Greatest and least mean of the half hours of these steps that is drawn. */
static double
drawn(unsigned from, unsigned to, bool greatest)
{
	double kw = greatest ? 0 : HUGE_VAL;

	for (unsigned t = from; t < to; t += 2) {
		double mean = (fmax(power("GRID", t), 0) + fmax(power("GRID", t + 1), 0)) / 2;
		kw = greatest ? fmax(kw, mean) : fmin(kw, mean);
	}
	return kw;
}

/* The greatest size of a goal that is not kept; 0: it is kept, or not known by that name. */
static double
relaxed(const char *name)
{
	struct rbuf r;
	double most = 0;

	rbuf_init(&r, plan.relaxed.data, plan.relaxed.len);
	while (r.pos < r.len) {
		bool is_it = strcmp(r_str(&r), name) == 0;
		(void)r_str(&r);
		(void)r_u16(&r);
		double size = r_f64(&r);
		most = is_it ? fmax(most, size) : most;
	}
	ck_assert(!r.bad);
	return most;
}

/* No furnace burns, and the loads take 2,100 kW: the contract of 1,500 would allow more than the target. */
START_TEST(a_target_that_stands_is_planned_with)
{
	enter(SCHEDULE_OUT, "F1", 0, 48, (double)NAN);
	enter(SCHEDULE_OUT, "F2", 0, 48, (double)NAN);
	taken = 1.6;
	stand(NULL, NULL);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_gt(drawn(2, 96, true), 1460);
	ask.target_kw = 1450;
	enter(SCHEDULE_TARGET, "", 13, 14, 1490); /* another one, while it holds */
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "; demand target: 1450 kW"));
	ck_assert_double_le(drawn(2, 52, true), 1450.5);
	ck_assert_double_le(drawn(58, 192, true), 1450.5);
	ck_assert_double_le(drawn(52, 56, true), 1490.5);
	ck_assert_double_gt(drawn(52, 56, true), 1460);
	ck_assert_double_eq(relaxed("contract"), 0);
	enter(SCHEDULE_OUT, "GTC", 0, 48, (double)NAN); /* nothing makes what is missing for two days */
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_gt(drawn(100, 192, true), 1450.5);
	ck_assert_double_eq_tol(relaxed("contract"), drawn(0, 192, true) - 1450, 45);
}
END_TEST

/* The heat that is planned with, of the last load that takes some. */
static void
pose(double v[STEPS])
{
	char why[400];

	planning->arena = arena_new();
	ck_assert_msg(
	    planning_stand(planning, &ask, why, sizeof(why)) && planning_pose(planning, &ask, past, why, sizeof(why)),
	    "%s", why);
	for (unsigned i = 0; i < planning->problem.asset_count; i++) {
		const struct problem_asset *a = &planning->problem.assets[i];
		if (a->asset->kind == ASSET_LOAD && a->asset->heat_bus != NULL)
			memcpy(v, a->series[SERIES_HEAT], STEPS * sizeof(*v));
	}
	arena_free(planning->arena);
	planning->arena = NULL;
}

/* Nobody can know which way it wanders by 10: while a furnace stands the upper end is planned with, else the middle. */
START_TEST(heat_is_planned_with_its_upper_end_while_a_furnace_stands)
{
	double all[STEPS], stands[STEPS];

	wander = 10;
	know_the_past();
	pose(all);
	enter(SCHEDULE_OUT, "F1", 6, 12, (double)NAN);
	pose(stands);
	for (unsigned t = 0; t < STEPS; t++) /* errors are not known: nothing is planned with a guess */
		ck_assert_double_eq_tol(stands[t], all[t], 1e-3 + 0.02 * all[t]);
	while (forecasting_hindcast(planning_forecasting(planning), past, (struct utc){ NOW }))
		;
	pose(stands);
	for (unsigned t = 0; t < STEPS; t++)
		if (t >= 24 && t < 48)
			ck_assert_double_gt(stands[t], all[t] + 4);
		else if (t < 23 || t > 48)
			ck_assert_double_eq_tol(stands[t], all[t], 1e-3 + 0.02 * all[t]);
}
END_TEST

/* ---- what is filed */

enum { FILED = 12 };
static struct wbuf filed;

static double
cost(const char *name)
{
	struct rbuf r;
	double found = 0;

	rbuf_init(&r, plan.costs.data, plan.costs.len);
	while (r.pos < r.len) {
		bool is_it = strcmp(r_str(&r), name) == 0;
		double v = r_f64(&r);
		found = is_it ? v : found;
	}
	ck_assert(!r.bad);
	return found;
}

/* Net export of a half hour, the mean in kW. */
static double
export_of(unsigned half_hour)
{
	return -(power("GRID", 2 * half_hour) + power("GRID", 2 * half_hour + 1)) / 2;
}

static void
file(const double *kw, double price)
{
	wbuf_reset(&filed);
	for (unsigned i = 0; i < FILED; i++) {
		w_f64(&filed, kw[i]);
		w_f64(&filed, price);
	}
	ask.filed = (struct msg_bytes){ filed.data, filed.len };
}

/* kW that the receiving point gives in the half hour, counted from the one under way, or in the hour whose first it is; NaN: a part of it is over. */
static double
given_in(unsigned half)
{
	int64_t gone_s = (NOW - NOW % (plan.step_s * US_PER_S)) / US_PER_S % 1800,
	        from_s = half * INT64_C(1800) - gone_s;
	unsigned count = plan.step_s < 1800 ? 1800 / plan.step_s : 1;
	double kw = 0;

	if (from_s < 0)
		return (double)NAN;
	for (unsigned i = 0; i < count; i++)
		kw -= power("GRID", (unsigned)(from_s / plan.step_s) + i) / count;
	return kw;
}

static void
no_fault(const char *sentence, void *arg)
{
	(void)arg;
	ck_abort_msg("%s", sentence);
}

/* Who gives in the afternoon pays for it: the file says so, and less is given then. */
START_TEST(prices_of_the_file_are_planned_with)
{
	static char text[20000];
	struct given g;
	char iso[32];
	double before, then;

	sun_kw = 6;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_null(strstr(plan.text, "from the file"));
	before = given_in(8);
	str_copy(text, sizeof(text), "point,time,value\n");
	for (unsigned i = 0; i < 96; i++)
		str_printf(text + strlen(text), sizeof(text) - strlen(text), "GRID.PRICE_EXPORT,%s,%d\n",
		    utc_iso(iso, sizeof(iso), utc_add((struct utc){ NOW - 7 * 60 * US_PER_S }, i * 1800 * US_PER_S)),
		    i >= 6 && i < 10 ? -20 : 10);
	ck_assert_int_eq(given_read("market.csv", text, strlen(text), &g, no_fault, NULL), OK);
	forecasting_given(planning_forecasting(planning), &g, (struct utc){ NOW }, 6 * HOUR);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "; from the file: price_export"));
	then = given_in(8);
	ck_assert_msg(then < before - 100, "%g, %g before", then, before);
	ck_assert_double_le(power("PV1", 16), 0.01);
	ck_assert_int_eq(reason, REASON_CURTAILED);
	forecasting_given(planning_forecasting(planning), NULL, (struct utc){ 0 }, 0);
	given_done(&g);
}
END_TEST

/* Five minutes to an hour: the same district, the same two days, hardly another cost; half hours are kept to as far as steps can. */
START_TEST(steps_are_as_long_as_the_site_wants)
{
	static const unsigned step_s[] = { 900, 300, 600, 1800, 3600 };
	double total = 0, kw[FILED];

	ask.filed_kwh = (double)NAN;
	for (size_t i = 0; i < ARRAY_LEN(step_s); i++) {
		unsigned halves = step_s[i] < 1800 ? 1 : step_s[i] / 1800;

		site->energy->plan_step_us = step_s[i] * US_PER_S;
		planning_site(planning, site, past);
		ask.filed = (struct msg_bytes){ 0 };
		make();
		ck_assert_msg(plan.is_good == 1, "%u: %s", step_s[i], plan.text);
		ck_assert_uint_eq(plan.step_s, step_s[i]);
		ck_assert_uint_eq(plan.steps, 48 * 3600 / step_s[i]);
		ck_assert_int_eq(plan.start, NOW - NOW % (step_s[i] * US_PER_S));
		ck_assert_double_le(plan.unserved_kwh, 0.01);
		total = i == 0 ? plan.total : total;
		ck_assert_msg(
		    fabs(plan.total - total) < 0.02 * fabs(total), "%u: %g, not %g", step_s[i], plan.total, total);
		for (unsigned k = 0; k < FILED; k++)
			kw[k] = given_in(k / halves * halves) + (k / halves % 2 == 0 ? 40 : -40) +
			    (halves == 2 ? k % 2 * 20.0 : 0);
		file(kw, 15);
		make();
		ck_assert_msg(plan.is_good == 1, "%u: %s", step_s[i], plan.text);
		for (unsigned k = 0; k < FILED; k += halves)
			if (!isnan(kw[k]))
				ck_assert_double_eq_tol(
				    given_in(k), halves == 2 ? (kw[k] + kw[k + 1]) / 2 : kw[k], 0.5);
	}
}
END_TEST

START_TEST(what_is_filed_is_kept_to)
{
	double kw[FILED], wild[FILED];

	ask.filed_kwh = (double)NAN;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_null(strstr(plan.text, "filed"));
	for (unsigned i = 0; i < FILED; i++) { /* a bit more and less than it would be, for batteries */
		kw[i] = i >= 4 && i < 8 ? (double)NAN : export_of(i) + (i % 2 == 0 ? 40 : -40);
		wild[i] = i == 2 ? 100000 : (double)NAN;
	}
	file(kw, 15);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "; filed: 8 half hours"));
	for (unsigned i = 0; i < FILED; i++)
		if (!isnan(kw[i]))
			ck_assert_double_eq_tol(export_of(i), kw[i], 0.5);
	file(wild, 15); /* what cannot be is imbalance, at its price, and is named */
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_eq_tol(cost("imbalance"), 15 * 0.5 * (100000 - export_of(2)), 10);
	ck_assert_uint_gt(plan.relaxed.len, 0);
	ask.filed.len -= 4;
	make();
	ck_assert_uint_eq(plan.is_good, 0);
	ck_assert_str_eq(plan.text, "what is filed of self-wheeling cannot be read");
	wbuf_done(&filed);
	filed = (struct wbuf){ 0 };
}
END_TEST

/* At 00:20 the plan begins at 00:15: what went out until then is no longer to be given. */
START_TEST(what_went_out_already_counts_for_what_is_filed)
{
	double kw[FILED], made;

	ask.now = NOW + 13 * 60 * US_PER_S;
	ask.filed_kwh = (double)NAN;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	for (unsigned i = 0; i < FILED; i++)
		kw[i] = (double)NAN;
	made = -power("GRID", 0) + 30; /* kW that the rest would have to be */
	ck_assert_double_gt(made, 100);
	kw[0] = made - 40; /* so less went out before, and the rest is more */
	ask.filed_kwh = (kw[0] * 0.5 - made * 0.25) * 20 / 15;
	file(kw, (double)NAN);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "; filed: 1 half hour"));
	ck_assert_double_eq_tol(-power("GRID", 0), made, 0.5);
	ck_assert_double_eq_tol(cost("imbalance"), 0, 1);
	kw[1] = -(power("GRID", 1) + power("GRID", 2)) / 2;
	kw[0] = (double)NAN; /* nothing is filed of it: it is as free as before */
	file(kw, 15);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_ptr_nonnull(strstr(plan.text, "; filed: 1 half hour"));
	ck_assert_double_gt(-power("GRID", 0), 20);
	wbuf_done(&filed);
	filed = (struct wbuf){ 0 };
}
END_TEST

/* F1 stands still now because it was entered so: it is back behind its end; F2, that nobody entered, is not. */
START_TEST(what_stands_still_by_schedule_comes_back)
{
	stand("F1", NULL);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	double one = power("STG", 100), now_kw = power("STG", 8);
	enter(SCHEDULE_OUT, "F1", -10, 5, (double)NAN);
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_eq_tol(power("STG", 8), now_kw, 200);
	ck_assert_double_gt(power("STG", 100), one + 300);
	stand("ESS1", NULL);
	wbuf_reset(&entries);
	enter(SCHEDULE_OUT, "F1", 0, 24, (double)NAN);
	enter(SCHEDULE_STEAM, "F2", 0, 24, 4); /* less than the 10 t/h of now */
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ck_assert_double_lt(power("STG", 40), now_kw);
	ask.schedule.len--;
	make();
	ck_assert_uint_eq(plan.is_good, 0);
	ck_assert_ptr_nonnull(strstr(plan.text, "the schedule cannot be read"));
}
END_TEST

enum { GAVE_WAY = 2 }; /* for is_good: there is no frame */

static struct msg_preview
preview(const char *name, double kw, int hours)
{
	struct msg_plan_preview m = { .serial = 9, .kw = kw, .until = NOW + hours * HOUR };
	const struct asset *list = site->energy->assets.v;
	struct wbuf body = { 0 };
	struct msg_preview p;
	struct rbuf r;

	while (strcmp(list[m.asset].name, name) != 0)
		m.asset++;
	msg_plan_ask_put(&body, &ask);
	m.ask = (struct msg_bytes){ body.data, body.len };
	wbuf_reset(&frame);
	if (!planning_preview(planning, &m, past, &frame)) {
		ck_assert_uint_eq(frame.len, 0);
		wbuf_done(&body);
		return (struct msg_preview){ .is_good = GAVE_WAY };
	}
	rbuf_init(&r, frame.data, frame.len);
	ck_assert(msg_preview_get(&r, &p) && r_done(&r));
	ck_assert_uint_eq(p.serial, 9);
	ck_assert_uint_le(frame.len, wire_find(W_PREVIEW)->max);
	ck_assert_uint_ge(frame.len, wire_find(W_PREVIEW)->min);
	wbuf_done(&body);
	return p;
}

/* Emptying a battery for hours costs more than leaving it to the plan, and leaves less in it. */
START_TEST(an_override_is_weighed_against_the_plan)
{
	struct msg_preview p;

	p = preview("ESS1", 100, 2);
	ck_assert_msg(p.is_good == 1, "%s", p.text);
	ck_assert(isfinite(p.cost_with) && isfinite(p.cost_without) && isfinite(p.co2_with));
	ck_assert_double_ge(p.cost_with, p.cost_without - fabs(p.cost_without) * 0.002);
	ck_assert_double_lt(p.soc_with, p.soc_without);
	ck_assert_str_eq(p.soc_of_with, "ESS1");
	ck_assert_int_gt(p.soc_at_with, NOW);
	ck_assert(isfinite(p.hours_with) && p.hours_with <= p.hours_without + 0.01);
	make(); /* and the plan after it is as any other */
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	ask.assets.len -= 4;
	p = preview("ESS1", 100, 2);
	ck_assert_uint_eq(p.is_good, 0);
	ck_assert_ptr_nonnull(strstr(p.text, "cannot be read"));
}
END_TEST

static unsigned looks, yields_at; /* 0: never */

static bool
yields(void *whom)
{
	ck_assert_ptr_eq(whom, &looks);
	return ++looks == yields_at;
}

/* A plan that is asked for meanwhile waits for tenths of a second, wherever the preview is, and the next preview is whole again. */
START_TEST(a_preview_gives_way_when_a_plan_is_asked_for)
{
	planning_preview_yields(planning, yields, &looks);
	looks = yields_at = 0;
	struct msg_preview p = preview("ESS1", 100, 2);
	ck_assert_msg(p.is_good == 1, "%s", p.text);
	unsigned all = looks;
	ck_assert_uint_ge(all, 4); /* of each of its two plans: before its one linear programme, and behind it */
	const unsigned at[] = { 1, all / 2 };
	for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
		looks = 0;
		yields_at = at[i];
		p = preview("ESS1", 100, 2);
		ck_assert_uint_eq(p.is_good, GAVE_WAY);
		ck_assert_uint_eq(looks, at[i]); /* nothing was begun after it */
	}
	size_t len = ask.schedule.len; /* what cannot be asked is told, and is no giving way as the one before it was */
	ask.schedule = (struct msg_bytes){ (const uint8_t *)"x", 1 };
	p = preview("ESS1", 100, 2);
	ck_assert_uint_eq(p.is_good, 0);
	ck_assert_str_eq(p.text, "the schedule cannot be read");
	ask.schedule.len = len;
	make();
	ck_assert_msg(plan.is_good == 1, "%s", plan.text);
	yields_at = 0;
	p = preview("ESS1", 100, 2);
	ck_assert_msg(p.is_good == 1, "%s", p.text);
}
END_TEST

/* ---- whose turn it is (jobs.h) */

static void
put_question(struct jobs *j, uint32_t serial, int64_t now)
{
	struct wbuf a = { 0 }, b = { 0 };

	msg_plan_ask_put(&a, &(struct msg_plan_ask){ .now = now });
	msg_plan_preview_put(&b, &(struct msg_plan_preview){ .serial = serial, .ask = { a.data, a.len } });
	jobs_take_preview(j, b.data, b.len);
	wbuf_done(&a);
	wbuf_done(&b);
}

static bool
put_ask(struct jobs *j, int64_t now)
{
	struct wbuf a = { 0 };

	msg_plan_ask_put(&a, &(struct msg_plan_ask){ .now = now });
	bool ok = jobs_take_ask(j, a.data, a.len);
	wbuf_done(&a);
	return ok;
}

/* Of the question that waits: its number, and the time of how the district stood. */
static uint32_t
question(const struct jobs *j, int64_t *now)
{
	struct msg_plan_preview m;
	struct msg_plan_ask a;
	struct rbuf r;

	rbuf_init(&r, j->preview.data, j->preview.len);
	ck_assert(msg_plan_preview_get(&r, &m) && r_done(&r));
	rbuf_init(&r, m.ask.data, m.ask.len);
	ck_assert(msg_plan_ask_get(&r, &a) && r_done(&r));
	*now = a.now;
	return m.serial;
}

START_TEST(a_question_keeps_its_turn_behind_a_plan)
{
	struct jobs j = { 0 };
	int64_t now;

	ck_assert_int_eq(jobs_next(&j), JOB_NONE);
	put_question(&j, 7, 100);
	ck_assert_int_eq(jobs_next(&j), JOB_PREVIEW);
	ck_assert(put_ask(&j, 200)); /* the grid is lost while it is worked at */
	jobs_previewed(&j, true);
	ck_assert_int_eq(jobs_next(&j), JOB_PLAN);
	ck_assert_uint_eq(question(&j, &now), 7);
	ck_assert_int_eq(now, 200);      /* of how it stands now */
	jobs_planned(&j, PLANNING_LATE); /* no plan at once: none yet */
	ck_assert_int_eq(jobs_next(&j), JOB_PLAN);
	jobs_planned(&j, PLANNING_AGAIN); /* there is one: the person before a better one */
	ck_assert_int_eq(jobs_next(&j), JOB_PREVIEW);
	ck_assert(j.is_again);
	jobs_previewed(&j, false);
	put_question(&j, 8, 300); /* and the better one before the next question */
	ck_assert_int_eq(jobs_next(&j), JOB_PLAN);
	jobs_planned(&j, PLANNING_DONE);
	ck_assert_int_eq(jobs_next(&j), JOB_PREVIEW);
	jobs_previewed(&j, false);
	ck_assert_int_eq(jobs_next(&j), JOB_NONE);
	put_question(&j, 9, 400);
	j.preview.len -= 1;
	ck_assert(!put_ask(&j, 500));
	ck_assert_int_eq(jobs_next(&j), JOB_PLAN);
	jobs_clear(&j);
	ck_assert_int_eq(jobs_next(&j), JOB_NONE);
	jobs_done(&j);
}
END_TEST

T_MAIN("planning",
    T_TIMEOUT(240) T_FIXTURE(setup, teardown) T(what_is_neither_recorded_nor_measured_makes_a_plan_impossible)
        T(a_question_keeps_its_turn_behind_a_plan) T_LONG(two_days_are_planned_from_what_is_measured_now) T_LONG(
            the_past_is_asked_for_and_used) T(what_a_plan_decides_is_a_point) T(the_past_of_many_is_asked_in_parts)
            T(steps_in_which_a_plant_was_held_down_are_left_out) T(the_limit_of_each_plant_is_asked_for)
                T_LONG(sun_that_is_held_down_is_not_forgotten) T_LONG(what_a_person_holds_is_taken_as_given)
                    T_LONG(a_grid_that_is_lost_is_not_counted_on) T_LONG(a_moment_is_enough_when_something_has_changed)
                        T_LONG(what_is_entered_ahead_is_planned_with) T_LONG(what_stands_still_by_schedule_comes_back)
                            T_LONG(an_override_is_weighed_against_the_plan) T_LONG(prices_of_the_file_are_planned_with)
                                T_LONG(steps_are_as_long_as_the_site_wants) T_LONG(what_is_filed_is_kept_to)
                                    T_LONG(what_went_out_already_counts_for_what_is_filed)
                                        T_LONG(a_preview_gives_way_when_a_plan_is_asked_for)
                                            T_LONG(the_next_one_goes_on) T_LONG(a_target_that_stands_is_planned_with)
                                                T_LONG(heat_is_planned_with_its_upper_end_while_a_furnace_stands))
