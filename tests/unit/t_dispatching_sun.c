/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_dispatching_sun.c - a plan that holds the sun down is carried out, is lifted again, and what is held down is not taken for what the sun gives.
 */
#include "config.h"

#include "scada/base/reason.h"
#include "scada/core/dispatching_private.h"
#include "tests/unit/t.h"

#include "tests/unit/dispatching_kit.h"

static void
put_line(struct wbuf *b, const char *name, double kw, unsigned steps, double then_kw, enum plan_reason reason)
{
	w_str(b, name);
	w_str(b, "");
	w_u8(b, 0);
	for (unsigned t = 0; t < 48; t++) {
		w_f32(b, t < steps ? kw : then_kw);
		w_u8(b, t < steps ? reason : REASON_SUN);
		w_f32(b, 0);
	}
}

/* The plan that was asked for last: PV at pv_kw for so many steps, for this reason, then 150 of sun; the connection at grid_kw. */
static void
plan(double pv_kw, unsigned steps, enum plan_reason reason, double grid_kw)
{
	static uint32_t serial;
	struct wbuf a = { 0 }, b = { 0 };
	struct frame f = { .type = W_PLAN };

	if (us <= 2 * US_PER_S)
		serial = 0;
	put_line(&a, "PV", pv_kw, steps, 150, reason);
	put_line(&a, "GRID", grid_kw, 48, grid_kw, REASON_NONE);
	msg_plan_put(&b,
	    &(struct msg_plan){ .serial = ++serial,
	        .is_good = 1,
	        .made = now().us,
	        .start = now().us - now().us % (900 * US_PER_S),
	        .steps = 48,
	        .step_s = 900,
	        .text = "a test",
	        .assets = { a.data, a.len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert_int_eq(plans_take(dispatching_plans(d), &f, now(), mono()), OK);
	ck_assert_double_eq_tol(plans_kw(dispatching_plans(d), "PV", now()), steps > 0 ? pv_kw : 150, 1e-3);
	wbuf_done(&a);
	wbuf_done(&b);
	run(3);
}

struct asked {
	double power_kw, held_kw;
};

/* What the planner is told of PV now. */
static struct asked
asked(void)
{
	struct wbuf b = { 0 };
	struct msg_plan_ask m;
	struct asked a = { 0 };
	struct rbuf r;

	dispatch_put_ask(d, now(), &b);
	rbuf_init(&r, b.data, b.len);
	ck_assert(msg_plan_ask_get(&r, &m) && r_done(&r));
	rbuf_init(&r, m.assets.data, m.assets.len);
	for (unsigned i = 0; i < ARRAY_LEN(assets); i++) { /* PV is the last */
		(void)r_u8(&r);
		(void)r_u8(&r);
		a.power_kw = r_f64(&r);
		(void)r_f64(&r);
		(void)r_f64(&r);
		(void)r_f64(&r);
		a.held_kw = r_f64(&r);
	}
	ck_assert(r_done(&r));
	wbuf_done(&b);
	return a;
}

/* Of its line on the page: what is wanted, and why. */
static const char *
told_of_limit(double *value)
{
	struct rbuf r;

	rbuf_init(&r, told.wants.data, told.wants.len);
	while (r.pos < r.len) {
		uint32_t point = r_u32(&r);
		(void)r_u8(&r);
		*value = r_f64(&r);
		(void)r_f64(&r);
		const char *why = r_str(&r);
		(void)r_f64(&r);
		(void)r_u8(&r);
		if (point == PV_LIM)
			return why;
	}
	ck_abort_msg("nothing is told of the limit");
}

static double
measured(unsigned id)
{
	return table_values(table)[id].v;
}

static void
begin(void)
{
	load_kw = 100;
	sun_kw = 150;
	must_set(GUARD_ECONOMIC);
	begin_planner();
}

/* The price is below nothing: held at 20 of 150 kW, and at nothing; five minutes later the sun is not taken for that; then it is let go. */
START_TEST(a_plan_that_pays_holds_the_sun_down)
{
	double value;

	begin();
	ck_assert_double_eq(asked().power_kw, 150);
	plan(20, 1, REASON_CURTAILED, -50);
	ck_assert_double_eq(planned[PV_LIM], 10); /* % of 200 kW */
	ck_assert_double_eq(measured(PV_P), 20);
	ck_assert(isnan(wanted[PV_LIM]));
	ck_assert_str_eq(told_of_limit(&value), "plan: curtailed");
	ck_assert_double_eq(value, 10);
	run(300);
	ck_assert(isnan(asked().power_kw)); /* not what the sun gives */
	ck_assert(isnan(asked().held_kw));  /* nor given: the next plan may lift it */
	plan(0, 1, REASON_CURTAILED, 0);
	ck_assert_double_eq(planned[PV_LIM], 0);
	ck_assert_double_eq(measured(PV_P), 0);
	ck_assert(isnan(asked().power_kw));
	run(600); /* into the next step */
	ck_assert(isnan(planned[PV_LIM]));
	ck_assert_double_eq(measured(PV_P), 150);
	ck_assert_double_eq(asked().power_kw, 150);
	end_planner();
}
END_TEST

/* A cloud: below its limit it says what the sun gives. */
START_TEST(below_its_limit_the_sun_is_seen)
{
	begin();
	plan(60, 48, REASON_CURTAILED, -50);
	ck_assert(isnan(asked().power_kw));
	sun_kw = 30;
	run(3);
	ck_assert_double_eq(planned[PV_LIM], 30);
	ck_assert_double_eq(asked().power_kw, 30);
	run(300);
	sun_kw = 150;
	limit_stuck = 30; /* its device has not lifted it yet */
	plan(150, 48, REASON_SUN, -50);
	ck_assert_double_eq(planned[PV_LIM], 100);
	ck_assert_double_eq(measured(PV_P), 60);
	ck_assert(isnan(asked().power_kw));
	limit_stuck = (double)NAN;
	run(3);
	ck_assert(isnan(planned[PV_LIM]));
	ck_assert_double_eq(asked().power_kw, 150);
	end_planner();
}
END_TEST

START_TEST(manual_an_island_and_the_end_of_the_plan_lift_it)
{
	begin();
	plan(20, 48, REASON_CURTAILED, -50);
	ck_assert_double_eq(planned[PV_LIM], 10);
	must_set(GUARD_MANUAL);
	ck_assert(isnan(planned[PV_LIM])); /* not a second later */
	must_set(GUARD_ECONOMIC);
	run(2);
	ck_assert_double_eq(planned[PV_LIM], 10);
	must_set(GUARD_PEAK); /* a mode that follows no plan */
	run(2);
	ck_assert(isnan(planned[PV_LIM]));
	must_set(GUARD_ECONOMIC);
	run(2);
	breaker = line = 0;
	run(5);
	ck_assert(isnan(planned[PV_LIM]));
	breaker = 1;
	line = 66;
	run(20);
	ck_assert_double_eq(planned[PV_LIM], 10);
	run((unsigned)(PLAN_HOLDS_US / US_PER_S));
	ck_assert(isnan(planned[PV_LIM]));
	ck_assert_double_eq(measured(PV_P), 150);
	end_planner();
}
END_TEST

/* What a person holds is given to the plan, at once, as with a battery. */
START_TEST(a_persons_limit_is_given)
{
	begin();
	plan(20, 48, REASON_CURTAILED, -50);
	run(30);
	uint64_t given = d->given;
	run(15);
	ck_assert(d->given == given); /* what the plan holds is no reason for another */
	limit_held = 50;
	run(15);
	ck_assert(d->given != given);
	ck_assert_double_eq(measured(PV_P), 100);
	ck_assert_double_eq(asked().held_kw, 100);
	ck_assert(isnan(asked().power_kw));
	sun_kw = 80;
	run(2);
	ck_assert_double_eq(asked().power_kw, 80);
	ck_assert_double_eq(asked().held_kw, 100);
	limit_held = (double)NAN;
	run(2);
	ck_assert(isnan(asked().held_kw));
	ck_assert_double_eq(measured(PV_P), 20);
	end_planner();
}
END_TEST

/* More is drawn than the plan foresaw: no load is shed, and no target missed, while the sun is held down for money. */
START_TEST(sun_that_is_needed_is_not_held_down)
{
	held = 0; /* the battery gives none */
	begin();
	plan(20, 48, REASON_CURTAILED, -50);
	run(60);
	ck_assert_double_eq(planned[PV_LIM], 10);
	load_kw = 1100; /* 1080 of a target of 1000 are drawn; with all the sun 950 */
	run(130);
	ck_assert_double_eq(measured(PV_P), 150);
	for (unsigned i = 0; i < 111; i++) {
		second();
		ck_assert(isnan(wanted[HALL_SHED]));
	}
	ck_assert_double_eq(measured(PV_P), 150);
	plan(150, 48, REASON_SUN, 950);
	load_kw = 100;
	run(298);
	plan(20, 48, REASON_CURTAILED, -50); /* the next one does it again */
	ck_assert_double_eq(measured(PV_P), 20);
	end_planner();
}
END_TEST

/* All that the connection takes is given already: the guard holds down what is too much of it by what is measured, and no more. */
START_TEST(the_limit_of_the_connection_is_the_guards)
{
	held = 0; /* the battery takes none */
	begin();
	load_kw = -200;
	plan(60, 48, REASON_CURTAILED, -300);
	ck_assert(isnan(planned[PV_LIM]));
	run(298);
	ck_assert_double_eq_tol(wanted[PV_LIM], 50, 1); /* 300 go out, 200 of others */
	ck_assert_str_eq(reasons[PV_LIM], "curtailed");
	ck_assert(isnan(asked().power_kw));
	ck_assert(isnan(asked().held_kw));
	plan(20, 48, REASON_CURTAILED, -220); /* of two limits the lower */
	ck_assert_double_eq(planned[PV_LIM], 10);
	ck_assert(isnan(wanted[PV_LIM]));
	ck_assert_double_eq(measured(PV_P), 20);
	end_planner();
}
END_TEST

T_MAIN("dispatching_sun",
    T_FIXTURE(setup, teardown) T(a_plan_that_pays_holds_the_sun_down) T(below_its_limit_the_sun_is_seen)
        T(sun_that_is_needed_is_not_held_down) T(manual_an_island_and_the_end_of_the_plan_lift_it)
            T(a_persons_limit_is_given) T(the_limit_of_the_connection_is_the_guards))
