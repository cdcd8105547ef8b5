/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_plans.c - the plan as chisand holds it: when it is asked for, which is believed, how long it holds.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/plans.h"
#include "scada/dispatch/plan.h"
#include "tests/unit/t.h"

#define START INT64_C(1795392000000000)

static struct asset_battery ess = { .energy_kwh = 400, .charge_kw = 100, .discharge_kw = 100 };
static struct asset_load hall;
static struct asset list[] = {
	{ .name = "ESS", .kind = ASSET_BATTERY, .bus = "MAIN", .parameters = &ess },
	{ .name = "HALL", .kind = ASSET_LOAD, .bus = "MAIN", .parameters = &hall },
};
static struct energy energy = { .assets = { list, 2 } };
static struct site *site;
static const uint64_t hash[4];
static struct ev_loop *loop;
static struct conn *conn;
static struct plans *plans;
static struct logbook *book;
static int far_end;
static int64_t us;
static char logged[1000];
static uint32_t serial;
static double stored_kwh; /* at the end of the first step; 0 = not told */

static struct utc
now(void)
{
	return (struct utc){ START + us };
}
static struct mono
mono(void)
{
	return (struct mono){ 1000 * US_PER_S + us };
}

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct rbuf r;

	(void)arg;
	(void)type;
	*sequence = 1;
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m));
	ck_assert_uint_eq(m.kind, JOURNAL_PLAN);
	str_append(logged, sizeof(logged), m.text);
	str_append(logged, sizeof(logged), "\n");
	return true;
}
static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}
static void
frame_cb(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)f;
	(void)arg;
}

static void
setup(void)
{
	static const struct logbook_ops book_ops = { .send = send_cb, .recorded = recorded_cb };
	static const struct conn_ops ops = { .frame = frame_cb };
	int fd[2];

	us = 0;
	stored_kwh = 0;
	serial = 0;
	logged[0] = '\0';
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	far_end = fd[1];
	loop = ev_loop_new(EVFLAG_AUTO);
	conn = conn_new(loop, fd[0], &ops, NULL, NULL);
	site = site_new();
	site->energy = &energy;
	book = logbook_new(&book_ops, NULL, 1);
	logbook_ready(book);
	plans = plans_new(book);
}

static void
teardown(void)
{
	plans_free(plans);
	logbook_free(book);
	conn_free(conn);
	close(far_end);
	site->energy = NULL;
	site_free(site);
	ev_loop_destroy(loop);
}

static void
begin(void)
{
	plans_site(plans, site, 1, hash);
	plans_up(plans, conn);
}

static void
put_asset(struct wbuf *b, const char *name, double kw, unsigned steps, uint8_t reason)
{
	w_str(b, name);
	w_str(b, "battery");
	w_u8(b, stored_kwh > 0);
	for (unsigned t = 0; t < steps; t++) {
		w_f32(b, kw + t);
		w_u8(b, reason);
		w_f32(b, 1.5);
		if (stored_kwh > 0)
			w_f32(b, stored_kwh + 10 * t);
	}
}

/* A plan of these, as of the last ask. */
static enum err
put_plan(bool is_good, const char *name, double kw, unsigned steps, uint8_t reason, const char *text)
{
	struct wbuf assets = { 0 }, b = { 0 };
	struct frame f = { .type = W_PLAN };

	put_asset(&assets, name, kw, steps, reason);
	msg_plan_put(&b,
	    &(struct msg_plan){ .serial = serial,
	        .is_good = is_good,
	        .made = now().us,
	        .start = now().us,
	        .steps = (uint16_t)steps,
	        .step_s = 900,
	        .text = text,
	        .assets = { assets.data, assets.len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	enum err e = plans_take(plans, &f, now(), mono());
	wbuf_done(&assets);
	wbuf_done(&b);
	return e;
}

/* Asks, and answers with a plan of these. */
static enum err
answer(bool is_good, const char *name, double kw, unsigned steps, uint8_t reason, const char *text)
{
	struct msg_plan_ask a = { .now = now().us };
	struct wbuf standing = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		w_u8(&standing, 1);
		w_u8(&standing, 0);
		for (unsigned k = 0; k < 5; k++)
			w_f64(&standing, k == 2 ? 190 : (double)NAN); /* the level */
	}
	a.assets = (struct msg_bytes){ standing.data, standing.len };
	plans_ask(plans, &a, mono());
	wbuf_done(&standing);
	serial = a.serial;
	return put_plan(is_good, name, kw, steps, reason, text);
}

START_TEST(it_is_asked_for_in_time_and_when_something_changed)
{
	struct msg_plan_ask a = { 0 };

	ck_assert(!plans_is_due(plans, true, false, mono()));
	begin();
	ck_assert(plans_is_due(plans, false, false, mono()));
	plans_ask(plans, &a, mono());
	ck_assert(!plans_is_due(plans, true, false, mono())); /* it is being made */
	us += PLAN_ANSWER_US;
	ck_assert(plans_is_due(plans, false, false, mono())); /* it never came */
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "from here"), OK);
	ck_assert(!plans_is_due(plans, true, false, mono()));
	us += PLAN_LEAST_US;
	ck_assert(plans_is_due(plans, true, false, mono()));
	ck_assert(!plans_is_due(plans, false, false, mono()));
	us += PLAN_EVERY_US - PLAN_LEAST_US;
	ck_assert(plans_is_due(plans, false, false, mono()));
	/* who waits for a preview is not put off by it, but neither is it put off for ever; and what has happened goes first */
	ck_assert(!plans_is_due(plans, false, true, mono()));
	ck_assert(plans_is_due(plans, true, true, mono()));
	us += PLAN_YIELDS_US;
	ck_assert(plans_is_due(plans, false, true, mono()));
	plans_down(plans, OK, now(), mono());
	ck_assert(!plans_is_due(plans, true, false, mono()));
	ck_assert_str_eq(plans_text(plans), "chisan-planner does not run");
}
END_TEST

START_TEST(it_holds_step_by_step_and_for_an_hour)
{
	begin();
	ck_assert(isnan(plans_kw(plans, "ESS", now())));
	ck_assert_ptr_null(plans_frame(plans, now()));
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "from here"), OK);
	ck_assert_double_eq(plans_kw(plans, "ESS", now()), 40);
	ck_assert_str_eq(plans_reason(plans, "ESS", now()), "price");
	ck_assert(isnan(plans_kw(plans, "HALL", now())));
	ck_assert_ptr_nonnull(plans_frame(plans, now()));
	us += 1000 * US_PER_S;
	ck_assert_double_eq(plans_kw(plans, "ESS", now()), 41);
	plans_down(plans, ERR_CLOSED, now(), mono()); /* who made it may die */
	ck_assert_double_eq(plans_kw(plans, "ESS", now()), 41);
	us = PLAN_HOLDS_US;
	ck_assert(isnan(plans_kw(plans, "ESS", now())));
	ck_assert_ptr_null(plans_frame(plans, now()));
	us = -US_PER_S; /* a clock that was set back */
	ck_assert(isnan(plans_kw(plans, "ESS", now())));
	ck_assert_ptr_nonnull(strstr(logged, "a plan was made: from here"));
}
END_TEST

/* One that hangs is ended by its supervisor: chisand says so once, the plan holds, and the next one ends the trouble. */
START_TEST(a_planner_that_does_not_answer_is_told_of_once)
{
	begin();
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "from here"), OK);
	us += US_PER_S;
	for (int i = 0; i < 3; i++) {
		plans_down(plans, ERR_TIMEOUT, now(), mono());
		ck_assert_ptr_nonnull(strstr(plans_text(plans), "did not answer"));
		ck_assert_double_eq(plans_kw(plans, "ESS", now()), 40);
		plans_up(plans, conn);
		ck_assert(plans_is_due(plans, false, false, mono()));
	}
	const char *told = strstr(
	    logged, "the planner did not answer and was ended; it is started again; the plan that there is holds");
	ck_assert_ptr_nonnull(told);
	ck_assert_ptr_null(strstr(told + 40, "did not answer"));
	ck_assert_int_eq(answer(true, "ESS", 30, 8, REASON_PRICE, "again"), OK);
	ck_assert_ptr_nonnull(strstr(logged, "a plan was made: again"));
}
END_TEST

/* A second answer to the same ask is a better plan. */
START_TEST(a_better_plan_may_follow)
{
	begin();
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "quick"), OK);
	ck_assert_int_eq(put_plan(true, "ESS", 35, 8, REASON_PRICE, "better"), OK);
	ck_assert_double_eq(plans_kw(plans, "ESS", now()), 35);
	ck_assert_ptr_null(strstr(logged, "better")); /* not told again */
}
END_TEST

/* 190 kWh when it was asked for, 200 at the end of the first step, 210 of the second. */
START_TEST(what_is_stored_goes_from_step_to_step)
{
	begin();
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "without"), OK);
	ck_assert(isnan(plans_stored(plans, "ESS", now())));
	stored_kwh = 200;
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "with"), OK);
	ck_assert_double_eq_tol(plans_stored(plans, "ESS", now()), 190, 1e-6);
	us += 450 * US_PER_S;
	ck_assert_double_eq_tol(plans_stored(plans, "ESS", now()), 195, 1e-6);
	us += 450 * US_PER_S;
	ck_assert_double_eq_tol(plans_stored(plans, "ESS", now()), 200, 1e-6);
	us += 450 * US_PER_S;
	ck_assert_double_eq_tol(plans_stored(plans, "ESS", now()), 205, 1e-6);
	ck_assert(isnan(plans_stored(plans, "HALL", now())));
	us = PLAN_HOLDS_US;
	ck_assert(isnan(plans_stored(plans, "ESS", now())));
	us = 0;
	ck_assert_int_eq(answer(true, "ESS", 0, 8, REASON_OUT, "out"), OK);
	ck_assert(isnan(plans_stored(plans, "ESS", now())));
}
END_TEST

/* Short plans end with their last step. */
START_TEST(its_last_step_is_its_end)
{
	begin();
	ck_assert_int_eq(answer(true, "ESS", 40, 2, REASON_PRICE, "short"), OK);
	us = 1799 * US_PER_S;
	ck_assert_double_eq(plans_kw(plans, "ESS", now()), 41);
	us = 1800 * US_PER_S;
	ck_assert(isnan(plans_kw(plans, "ESS", now())));
}
END_TEST

START_TEST(what_cannot_be_true_is_not_used)
{
	static const struct {
		const char *name;
		double kw;
		unsigned steps;
		uint8_t reason;
	} lies[] = {
		{ "ESS", 101, 8, REASON_PRICE },
		{ "ESS", -120, 8, REASON_PRICE },
		{ "ESS", (double)NAN, 8, REASON_PRICE },
		{ "ESS", (double)INFINITY, 8, REASON_PRICE },
		{ "ESS", 4, 8, REASON_COUNT },
		{ "NONE", 4, 8, REASON_PRICE },
		{ "ESS", 4, 0, REASON_PRICE },
		{ "ESS", 4, 601, REASON_PRICE },
	};

	begin();
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "good"), OK);
	us += US_PER_S;
	ck_assert_int_eq(answer(true, lies[_i].name, lies[_i].kw, lies[_i].steps, lies[_i].reason, "a lie"), OK);
	ck_assert_double_eq(plans_kw(plans, "ESS", now()), 40); /* the one before holds */
	ck_assert_ptr_nonnull(strstr(plans_text(plans), "cannot be true"));
	ck_assert_ptr_nonnull(
	    strstr(logged, "no plan: a plan came that cannot be true; it is not used; the one before"));
}
END_TEST

START_TEST(why_there_is_none_is_told_once)
{
	begin();
	ck_assert_int_eq(answer(false, "ESS", 0, 1, 0, "HALL: nothing is known"), OK);
	us += PLAN_EVERY_US;
	ck_assert_int_eq(answer(false, "ESS", 0, 1, 0, "HALL: nothing is known"), OK);
	ck_assert_str_eq(logged, "no plan: HALL: nothing is known\n");
	ck_assert_str_eq(plans_text(plans), "HALL: nothing is known");
	us += PLAN_EVERY_US;
	ck_assert_int_eq(answer(true, "ESS", 1, 4, REASON_PRICE, "now"), OK);
	ck_assert_ptr_nonnull(strstr(logged, "a plan was made: now"));
}
END_TEST

START_TEST(another_site_forgets_it_and_an_old_answer_is_nothing)
{
	struct msg_plan_ask a = { 0 };
	struct frame f = { .type = W_PLAN, .body = (const uint8_t *)"x", .length = 1 };

	begin();
	ck_assert_int_eq(answer(true, "ESS", 40, 8, REASON_PRICE, "good"), OK);
	plans_site(plans, site, 2, hash);
	ck_assert(isnan(plans_kw(plans, "ESS", now())));
	ck_assert_int_eq(plans_take(plans, &f, now(), mono()), ERR_FRAME);
	plans_ask(plans, &a, mono());
	ck_assert_uint_gt(a.serial, serial);
}
END_TEST

T_MAIN("plans",
    T_FIXTURE(setup, teardown) T(it_is_asked_for_in_time_and_when_something_changed)
        T(it_holds_step_by_step_and_for_an_hour) T(what_is_stored_goes_from_step_to_step) T(its_last_step_is_its_end)
            T(a_planner_that_does_not_answer_is_told_of_once) T(a_better_plan_may_follow)
                T_LOOP(what_cannot_be_true_is_not_used, 0, 8) T(why_there_is_none_is_told_once)
                    T(another_site_forgets_it_and_an_old_answer_is_nothing))
