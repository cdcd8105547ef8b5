/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_dispatching_ahead.c - what lies ahead of the guard in chisand: plans and when they expire, what people entered ahead, what an override
 * would do. The guard itself: t_dispatching.c.
 */
#include "config.h"

#include "scada/base/command.h"
#include "scada/base/reason.h"
#include "tests/unit/t.h"

#include "tests/unit/dispatching_kit.h"

/* ---- what is planned */

static uint32_t serial; /* of asks; each is answered here before the next */

static double held_kwh = 42; /* of ESS, in each step */

/* Asks were sent each five minutes: the number of the last one. 48 steps of kW, then 200 kWh and more. */
static enum err
answer_plan(bool is_good, double kw, const char *text)
{
	struct wbuf a = { 0 }, b = { 0 }, h = { 0 };
	struct frame f = { .type = W_PLAN };

	w_str(&a, "ESS");
	w_str(&a, "battery");
	w_u8(&a, 1);
	for (unsigned t = 0; t < 48; t++) {
		w_f32(&a, kw);
		w_u8(&a, REASON_PRICE);
		w_f32(&a, 0);
		w_f32(&a, 200);
	}
	w_str(&h, "ESS");
	for (unsigned t = 0; t < 48; t++) {
		w_f32(&h, held_kwh);
		w_u8(&h, RESERVE_OUTAGE);
	}
	msg_plan_put(&b,
	    &(struct msg_plan){ .serial = serial,
	        .is_good = is_good,
	        .made = now().us,
	        .start = now().us - now().us % (900 * US_PER_S),
	        .steps = 48,
	        .step_s = 900,
	        .text = text,
	        .assets = { a.data, a.len },
	        .held = { h.data, h.len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	enum err e = plans_take(dispatching_plans(d), &f, now(), mono());
	wbuf_done(&a);
	wbuf_done(&b);
	wbuf_done(&h);
	return e;
}

/* A battery's part of the reserve: told while the plan holds; more than it can have makes the plan one that cannot be. */
START_TEST(what_a_battery_keeps_is_told)
{
	enum reserve_why why;

	must_set(GUARD_FOLLOW);
	begin_planner();
	ck_assert(isnan(plans_held(dispatching_plans(d), "ESS", now(), &why)));
	serial = 1;
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	ck_assert_double_eq(plans_held(dispatching_plans(d), "ESS", now(), &why), 42);
	ck_assert_int_eq(why, RESERVE_OUTAGE);
	ck_assert(isnan(plans_held(dispatching_plans(d), "GT", now(), &why)));
	run(305);
	serial = 2;
	held_kwh = 5000;
	ck_assert_int_eq(answer_plan(true, 50, "a lie"), OK);
	held_kwh = 42;
	ck_assert_double_eq(plans_kw(dispatching_plans(d), "ESS", now()), 40);
	end_planner();
}
END_TEST

/*
 * What comes late, is none, or is not finite, is refused: the last plan is followed until it expires, then the rules. Its figures as points
 * are good while it holds and stale afterwards.
 */
START_TEST(the_last_plan_holds_until_it_expires_then_rules)
{
	const struct value *values = table_values(table);

	load_kw = 100;
	must_set(GUARD_FOLLOW);
	begin_planner();
	serial = 1;
	ck_assert(values[PLAN_P].quality & Q_NEVER_READ || values[PLAN_P].quality & Q_STALE);
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	int64_t made = us;
	run(3);
	ck_assert_double_eq(planned[ESS_SP], 40);
	ck_assert_double_eq(values[PLAN_P].v, 40);
	ck_assert_uint_eq(values[PLAN_P].quality, 0);
	ck_assert_double_eq_tol(
	    values[PLAN_SOC].v, 60, 1); /* it has 60 %, and at the end of the step half of 400 kWh */

	/* What is still to come of it: in the unit of the point, and of no other point. */
	struct wbuf ahead = { 0 };
	struct msg_plan_ahead m;
	struct rbuf r;
	char why[300];
	ck_assert(!dispatching_plan_ahead(d, "ESS.P", now(), &ahead, why, sizeof(why)));
	ck_assert_str_eq(why, "this point says of nothing what is planned");
	ck_assert_msg(
	    dispatching_plan_ahead(d, table_site(table)->points[PLAN_SOC].name, now(), &ahead, why, sizeof(why)), "%s",
	    why);
	rbuf_init(&r, ahead.data, ahead.len);
	ck_assert(msg_plan_ahead_get(&r, &m) && r_done(&r));
	ck_assert_uint_eq(m.is_level, 1);
	ck_assert_uint_eq(m.values.len, 48 * 4);
	ck_assert_double_eq_tol(m.before, 60, 1);
	rbuf_init(&r, m.values.data, m.values.len);
	ck_assert_double_eq(r_f32(&r), 50); /* 200 of 400 kWh */
	wbuf_reset(&ahead);
	ck_assert(dispatching_plan_ahead(d, table_site(table)->points[PLAN_P].name, now(), &ahead, why, sizeof(why)));
	rbuf_init(&r, ahead.data, ahead.len);
	ck_assert(msg_plan_ahead_get(&r, &m) && r_done(&r));
	ck_assert_uint_eq(m.is_level, 0);
	ck_assert_uint_eq(m.step_s, 900);
	rbuf_init(&r, m.values.data, m.values.len);
	ck_assert_double_eq(r_f32(&r), 40);
	wbuf_reset(&ahead);

	/* The planner finds none, then one that is not finite, then nothing for long. */
	run(305);
	serial = 2;
	ck_assert_int_eq(answer_plan(false, 0, "HALL: nothing is known"), OK);
	run(305);
	serial = 3;
	ck_assert_int_eq(answer_plan(true, (double)NAN, "a lie"), OK);
	run(1200);
	ck_assert_double_eq(planned[ESS_SP], 40);
	ck_assert_double_eq(values[PLAN_P].v, 40);
	ck_assert_ptr_nonnull(strstr(logged, "no plan: HALL: nothing is known; the one before holds until it expires"));
	ck_assert_ptr_nonnull(strstr(told.plan_text, "cannot be true"));
	ck_assert(!(told.flags & GUARD_NO_PLAN));

	/* An answer to an ask of long ago changes nothing. */
	serial = 1;
	ck_assert_int_eq(answer_plan(true, 90, "late"), OK);
	run(2);
	ck_assert_double_eq(planned[ESS_SP], 40);

	/* An hour after it was made: rules, and the points say that they are old. */
	run((unsigned)((made + PLAN_HOLDS_US - us) / US_PER_S) + 5);
	ck_assert(isnan(planned[ESS_SP]));
	ck_assert(told.flags & GUARD_NO_PLAN);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 5); /* what would be drawn is given */
	ck_assert(values[PLAN_P].quality & Q_STALE);
	ck_assert_double_eq(values[PLAN_P].v, 40); /* frozen, never 0 */
	ck_assert(values[PLAN_SOC].quality & Q_STALE);
	ck_assert(!dispatching_plan_ahead(d, table_site(table)->points[PLAN_P].name, now(), &ahead, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "there is no plan: "));
	wbuf_done(&ahead);
	end_planner();
}
END_TEST

START_TEST(consoles_are_told_which_point_is_planned_by_which)
{
	struct wbuf b = { 0 };
	struct msg_plan_points m;
	struct frame f;
	struct rbuf r;
	size_t first, second_;

	run(2);
	dispatching_piece(d, 1, &b);
	ck_assert_int_eq(wire_take(b.data, b.len, &f, &first), OK);
	ck_assert_int_eq(wire_take(b.data + first, b.len - first, &f, &second_), OK);
	ck_assert_uint_eq(f.type, W_PLAN_POINTS);
	rbuf_init(&r, f.body, f.length);
	ck_assert(msg_plan_points_get(&r, &m) && r_done(&r));
	rbuf_init(&r, m.pairs.data, m.pairs.len);
	ck_assert_uint_eq(r_u32(&r), PLAN_P);
	ck_assert_uint_eq(r_u32(&r), ESS_P);
	ck_assert_uint_eq(r_u32(&r), PLAN_SOC);
	ck_assert_uint_eq(r_u32(&r), ESS_SOC);
	ck_assert(r_done(&r));
	wbuf_done(&b);
}
END_TEST

/* ---- what is entered ahead */

static bool
enter(enum schedule_kind kind, const char *asset, int from_s, int until_s, double value)
{
	struct schedule_ask ask = { .act = SCHEDULE_ADD,
		.entry = { .kind = kind,
		    .from = { now().us + from_s * US_PER_S },
		    .until = { now().us + until_s * US_PER_S },
		    .value = value } };
	struct actor by = { .user = "duty" };
	struct refusal why;

	str_copy(ask.entry.asset, sizeof(ask.entry.asset), asset);
	if (!dispatching_schedule_check(d, &ask, now(), &why))
		return false;
	dispatching_schedule_set(d, &ask, &by, "a test", now(), now(), mono());
	return true;
}

START_TEST(an_event_begins_and_ends_by_itself)
{
	struct dispatch_facts f;

	load_kw = 800;
	must_set(GUARD_ECONOMIC);
	ck_assert(enter(SCHEDULE_RESPONSE, "", 60, 660, 700));
	ck_assert(!enter(SCHEDULE_RESPONSE, "", 100, 700, 600)); /* overlaps */
	ck_assert_uint_eq(entry_count, 1);
	run(55);
	ck_assert_uint_eq(told.acting, GUARD_ECONOMIC);
	run(35);
	dispatching_facts(d, &f);
	ck_assert_double_eq(f.mode, GUARD_RESPONSE);
	ck_assert_uint_eq(told.mode, GUARD_ECONOMIC); /* what the person chose stands */
	ck_assert_double_eq(told.response_kw, 700);
	ck_assert_double_ge(wanted[ESS_SP], 99);
	ck_assert_ptr_nonnull(
	    strstr(logged, "demand response of the schedule is kept: entry 1: demand-response 700 kW"));
	run(600);
	ck_assert_uint_eq(told.acting, GUARD_ECONOMIC);
	ck_assert(isnan(told.response_kw));
	ck_assert_ptr_nonnull(
	    strstr(logged, "demand response of the schedule is over, entry 1; dispatch works as economic"));
}
END_TEST

START_TEST(an_event_is_never_kept_in_manual_and_says_so)
{
	load_kw = 800;
	ck_assert(enter(SCHEDULE_RESPONSE, "", 10, 1000, 700));
	run(60);
	ck_assert(nothing_is_wanted());
	ck_assert_uint_eq(told.acting, GUARD_MANUAL);
	ck_assert_ptr_nonnull(strstr(logged, "is not kept, dispatch is in manual: entry 1"));
	must_set(GUARD_PEAK); /* it begins late */
	run(5);
	ck_assert_uint_eq(told.acting, GUARD_RESPONSE);
	ck_assert_ptr_nonnull(strstr(logged, "is kept: entry 1"));
	must_set(GUARD_MANUAL); /* one key stops it */
	ck_assert(nothing_is_wanted());
	ck_assert_uint_eq(told.acting, GUARD_MANUAL);
}
END_TEST

START_TEST(of_two_promises_the_lower_draw_is_kept_and_an_island_goes_first)
{
	char why[200];

	load_kw = 800;
	must_set(GUARD_ECONOMIC);
	ck_assert(set(GUARD_RESPONSE, 650, 600, why, sizeof(why)));
	ck_assert(enter(SCHEDULE_RESPONSE, "", 0, 300, 700));
	run(5);
	ck_assert_double_eq(told.response_kw, 650);
	ck_assert(set(GUARD_RESPONSE, 750, 600, why, sizeof(why)));
	run(5);
	ck_assert_double_eq(told.response_kw, 700);
	breaker = line = 0;
	run(5);
	ck_assert_uint_eq(told.acting, GUARD_ISLAND);
	ck_assert_uint_eq(told.mode, GUARD_RESPONSE);
}
END_TEST

/* In every mode; what a person sets meanwhile holds behind its end; and a restart does not lose it. */
START_TEST(a_demand_target_begins_and_ends_by_itself)
{
	struct mode_ask other = { .what = MODE_TARGET, .kw = 850 };
	struct actor by = { .user = "duty", .role = ROLE_SUPERVISOR };
	double standing;

	must_set(GUARD_ECONOMIC);
	run(2);
	standing = told.target_kw;
	ck_assert_double_gt(standing, 0);
	ck_assert(enter(SCHEDULE_TARGET, "", 60, 660, standing - 100));
	run(30);
	ck_assert_double_eq(told.target_kw, standing);
	run(40);
	ck_assert_double_eq(told.target_kw, standing - 100);
	ck_assert_ptr_nonnull(strstr(logged, "demand target of the schedule holds: entry 1: target "));
	dispatching_set(d, &other, &by, "contract of December", now(), mono());
	run(2);
	ck_assert_double_eq(told.target_kw, standing - 100);
	dispatching_site(d, table, 3, hash, now(), mono()); /* a reload */
	run(2);
	ck_assert_double_eq(told.target_kw, standing - 100);
	must_set(GUARD_MANUAL);
	run(600);
	ck_assert_double_eq(told.target_kw, 850);
	ck_assert_ptr_nonnull(strstr(logged, "demand target of the schedule is over, entry 1; the target is 850 kW"));
}
END_TEST

/* The guard works by it: what is drawn above it is given. */
START_TEST(batteries_keep_to_a_demand_target_of_the_schedule)
{
	must_set(GUARD_PEAK);
	load_kw = told.target_kw > 0 ? told.target_kw - 100 : 0;
	run(2);
	load_kw = told.target_kw - 100;
	ck_assert_double_gt(load_kw, 100);
	run(120);
	ck_assert(!(wanted[ESS_SP] > 5));
	ck_assert(enter(SCHEDULE_TARGET, "", 0, 3600, load_kw - 80));
	run(600);
	ck_assert_double_gt(wanted[ESS_SP], 50);
}
END_TEST

START_TEST(an_asset_under_maintenance_is_left_alone)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(30);
	ck_assert_double_gt(wanted[ESS_SP], 90);
	ck_assert(enter(SCHEDULE_OUT, "ESS", 0, 100, (double)NAN));
	run(3);
	ck_assert(isnan(wanted[ESS_SP]));
	run(120);
	ck_assert_double_gt(wanted[ESS_SP], 90);
}
END_TEST

START_TEST(the_schedule_survives_a_restart_and_no_other_act_is_taken_meanwhile)
{
	struct schedule_ask ask = { .act = SCHEDULE_ADD,
		.entry = {
		    .kind = SCHEDULE_RESPONSE, .from = now(), .until = utc_add(now(), 600 * US_PER_S), .value = 700 } };
	struct actor by = { .user = "duty" };
	struct schedule_said said;
	struct wbuf states = { 0 };
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "schedule" };
	struct rbuf r;

	dispatching_schedule_describe(d, &ask, &by, "event 12", now(), &said, &states);
	rbuf_init(&r, states.data, states.len);
	ck_assert_uint_eq(r_u8(&r), STATE_DISPATCH);
	ck_assert_str_eq(r_str(&r), "schedule");
	s.blob.data = r_bytes(&r, &s.blob.len);
	ck_assert(r_done(&r));
	dispatching_schedule_hold(d, true);
	ck_assert(!enter(SCHEDULE_OUT, "ESS", 0, 100, (double)NAN));
	dispatching_schedule_hold(d, false);
	must_set(GUARD_ECONOMIC);
	dispatching_free(d);
	d = dispatching_new(book, &ops, NULL);
	dispatching_site(d, table, 2, hash, now(), mono());
	ck_assert(dispatching_restore(d, &s, now(), mono()));
	dispatching_begin(d);
	must_set(GUARD_ECONOMIC);
	run(2);
	ck_assert_uint_eq(told.acting, GUARD_RESPONSE);
	ck_assert_uint_eq(entry_count, 1);
	ck_assert_str_eq(entries[0].reason, "event 12");
	s.blob.len--;
	ck_assert(!dispatching_restore(d, &s, now(), mono()));
	wbuf_done(&states);
}
END_TEST

/* ---- what an override would do */

static unsigned plans_asked; /* counted by asked() */

/* The last question that the planner was sent; false: none. */
static bool
asked(struct msg_plan_preview *m)
{
	static uint8_t buf[400000];
	struct frame f;
	size_t len = 0, at = 0, used;
	bool is_there = false;
	ssize_t n;

	for (int i = 0; i < 20; i++) {
		ev_run(loop, EVRUN_NOWAIT);
		while ((n = read(far_end, buf + len, sizeof(buf) - len)) > 0)
			len += (size_t)n;
	}
	while (at < len && wire_take(buf + at, len - at, &f, &used) == OK) {
		struct rbuf r;
		rbuf_init(&r, f.body, f.length);
		plans_asked += f.type == W_PLAN_ASK;
		if (f.type == W_PLAN_PREVIEW) {
			ck_assert(msg_plan_preview_get(&r, m) && r_done(&r));
			is_there = true;
		}
		at += used;
	}
	return is_there;
}

static bool
ask_preview(const char *point, double value, uint32_t sequence, char *why, size_t size)
{
	struct msg_preview_get m = { .point = point, .value = value, .until = now().us + 1800 * US_PER_S };
	int addcause;
	bool ok = dispatching_preview(d, &previews, sequence, &m, now(), mono(), &addcause, why, size);

	if (!ok)
		ck_assert_int_eq(addcause == AC_NOT_SUPPORTED, strstr(why, "setpoint of no asset") != NULL);
	return ok;
}

static void
answer(uint32_t number, bool is_good, const char *text)
{
	struct wbuf b = { 0 };
	struct frame f = { .type = W_PREVIEW };

	msg_preview_put(&b,
	    &(struct msg_preview){ .serial = number,
	        .is_good = is_good,
	        .soc_of_with = "",
	        .soc_of_without = "",
	        .missed = "",
	        .text = text });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert_int_eq(dispatching_preview_take(d, &f, now()), OK);
	f.length--;
	ck_assert_int_eq(dispatching_preview_take(d, &f, now()), ERR_FRAME);
	wbuf_done(&b);
}

START_TEST(an_override_is_looked_at_before_it_is_given)
{
	struct msg_plan_preview m;
	struct msg_plan_ask a;
	struct rbuf r;
	char why[200];

	gt_kw = 0;
	run(2);
	ck_assert(!ask_preview("ESS.SP", 50, 1, why, sizeof(why)));
	ck_assert_str_eq(why, "chisan-planner does not run");
	begin_planner();
	run(1);
	ck_assert(!ask_preview("HALL.SHED", 1, 2, why, sizeof(why)));
	ck_assert(!ask_preview("GT.SP", 900, 3, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "does not run: its setpoint alone does not start it"));
	ck_assert(!ask_preview("ESS.SP", (double)NAN, 4, why, sizeof(why)));
	ck_assert_msg(ask_preview("ESS.SP", 50, 5, why, sizeof(why)), "%s", why);
	ck_assert(asked(&m));
	ck_assert_uint_eq(m.asset, 1);
	ck_assert_double_eq(m.kw, 50);
	rbuf_init(&r, m.ask.data, m.ask.len);
	ck_assert(msg_plan_ask_get(&r, &a) && r_done(&r));
	ck_assert_int_eq(a.now, now().us);
	answer(m.serial + 7, true, ""); /* of a question that nobody asked */
	ck_assert_uint_eq(previews, 0);
	answer(m.serial, true, "");
	ck_assert_uint_eq(previews, 1);
	ck_assert_uint_eq(preview_sequence, 5);
	ck_assert_str_eq(preview_why, "figures");
	/* another value while the first is being worked at: the first is given up */
	ck_assert(ask_preview("ESS.SP", 60, 6, why, sizeof(why)));
	ck_assert(ask_preview("ESS.SP", 70, 7, why, sizeof(why)));
	ck_assert_uint_eq(previews, 2);
	ck_assert_str_eq(preview_why, "another one was asked for");
	ck_assert(asked(&m));
	ck_assert_double_eq(m.kw, 70);
	answer(m.serial, false, "the solver found none");
	ck_assert_str_eq(preview_why, "the solver found none");
	end_planner();
}
END_TEST

/* The ask is the same for plans and previews. */
static void
ask_in(enum guard_mode mode, uint32_t sequence, struct msg_plan_ask *a)
{
	struct msg_plan_preview m;
	struct rbuf r;
	char why[200];

	must_set(mode);
	run(1);
	ck_assert_msg(ask_preview("ESS.SP", 50, sequence, why, sizeof(why)), "%s", why);
	ck_assert(asked(&m));
	rbuf_init(&r, m.ask.data, m.ask.len);
	ck_assert(msg_plan_ask_get(&r, a) && r_done(&r));
	answer(m.serial, true, "");
}

START_TEST(the_planner_is_told_what_is_filed_in_plan_following)
{
	struct msg_plan_ask a;
	struct rbuf r;

	begin_planner();
	run(2);
	dispatching_filed(d, 60, 12);
	ask_in(GUARD_ECONOMIC, 1, &a);
	ck_assert_uint_eq(a.filed.len, 0);
	ask_in(GUARD_FOLLOW, 2, &a);
	ck_assert_double_eq(a.filed_kwh, 12);
	rbuf_init(&r, a.filed.data, a.filed.len);
	ck_assert_double_eq(r_f64(&r), 60);
	ck_assert_double_eq(r_f64(&r), 15);
	ck_assert(r_done(&r));
	end_planner();
}
END_TEST

/* That of the schedule stands in its entry; and another one is planned with at once. */
START_TEST(the_planner_is_told_the_target_that_stands)
{
	struct mode_ask other = { .what = MODE_TARGET, .kw = 850 };
	struct actor by = { .user = "duty", .role = ROLE_SUPERVISOR };
	struct msg_plan_preview m;
	struct msg_plan_ask a;
	double standing;

	begin_planner();
	must_set(GUARD_ECONOMIC);
	run(2);
	standing = told.target_kw;
	ck_assert_double_gt(standing, 0);
	ck_assert(enter(SCHEDULE_TARGET, "", 0, 600, standing - 100));
	run(2);
	ck_assert_double_eq(told.target_kw, standing - 100);
	ask_in(GUARD_ECONOMIC, 1, &a);
	ck_assert_double_eq(a.target_kw, standing);
	ck_assert_uint_gt(a.schedule.len, 0);
	serial = 1;
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	run(10);
	serial = 2; /* of what the entry changed */
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	(void)asked(&m);
	plans_asked = 0;
	run(10);
	ck_assert(!asked(&m));
	ck_assert_uint_eq(plans_asked, 0);
	dispatching_set(d, &other, &by, "contract of December", now(), mono());
	run(10);
	ck_assert(!asked(&m));
	ck_assert_uint_eq(plans_asked, 1);
	ask_in(GUARD_ECONOMIC, 2, &a);
	ck_assert_double_eq(a.target_kw, 850);
	end_planner();
}
END_TEST

/* What is routine can wait; what has happened is asked for at once, and goes first in the planner (t_planning). */
START_TEST(a_routine_plan_waits_for_who_asks)
{
	struct msg_plan_preview m;
	char why[200];

	begin_planner();
	serial = 1;
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	us += PLAN_EVERY_US - 5 * US_PER_S;
	plans_asked = 0;
	ck_assert(ask_preview("ESS.SP", 50, 1, why, sizeof(why)));
	run(10);
	ck_assert(asked(&m));
	ck_assert_uint_eq(plans_asked, 1); /* the first of all */
	answer(m.serial, true, "");
	run(1);
	ck_assert(!asked(&m));
	ck_assert_uint_eq(plans_asked, 2);
	serial = 2;
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	run(15);
	ck_assert(ask_preview("ESS.SP", 50, 2, why, sizeof(why)));
	breaker = line = 0;
	run(3);
	ck_assert(asked(&m));
	ck_assert_uint_eq(plans_asked, 3);
	end_planner();
}
END_TEST

START_TEST(whoever_asks_is_answered_in_time)
{
	struct msg_plan_preview m;
	char why[200];

	begin_planner();
	ck_assert(ask_preview("ESS.SP", 50, 1, why, sizeof(why)));
	run(PREVIEW_WAIT_US / US_PER_S - 1);
	ck_assert_uint_eq(previews, 0);
	run(3);
	ck_assert_uint_eq(previews, 1);
	ck_assert_ptr_nonnull(strstr(preview_why, "has not answered in time"));
	ck_assert(asked(&m));
	answer(m.serial, true, ""); /* too late */
	ck_assert_uint_eq(previews, 1);
	ck_assert(ask_preview("ESS.SP", 50, 2, why, sizeof(why)));
	dispatching_preview_forget(d, &previews);
	ck_assert(asked(&m));
	answer(m.serial, true, "");
	ck_assert_uint_eq(previews, 1);
	ck_assert(ask_preview("ESS.SP", 50, 3, why, sizeof(why)));
	dispatching_preview_down(d, "it does not run any more");
	ck_assert_uint_eq(previews, 2);
	ck_assert_str_eq(preview_why, "it does not run any more");
	end_planner();
}
END_TEST

T_MAIN("dispatching_ahead",
    T_FIXTURE(setup, teardown) T(what_a_battery_keeps_is_told) T(the_last_plan_holds_until_it_expires_then_rules)
        T(consoles_are_told_which_point_is_planned_by_which) T(an_event_begins_and_ends_by_itself)
            T(an_event_is_never_kept_in_manual_and_says_so)
                T(of_two_promises_the_lower_draw_is_kept_and_an_island_goes_first)
                    T(a_demand_target_begins_and_ends_by_itself) T(batteries_keep_to_a_demand_target_of_the_schedule)
                        T(an_asset_under_maintenance_is_left_alone)
                            T(the_schedule_survives_a_restart_and_no_other_act_is_taken_meanwhile)
                                T(an_override_is_looked_at_before_it_is_given)
                                    T(the_planner_is_told_what_is_filed_in_plan_following)
                                        T(the_planner_is_told_the_target_that_stands)
                                            T(a_routine_plan_waits_for_who_asks) T(whoever_asks_is_answered_in_time))
