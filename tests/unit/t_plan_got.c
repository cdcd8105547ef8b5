/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_plan_got.c - W_PLAN as the console reads it: whole or not at all; its rows by the hour.
 */
#include "config.h"

#include <string.h>

#include "console/plan_got.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "scada/base/wire.h"
#include "tests/unit/t.h"

#define START (INT64_C(1795392000) * US_PER_S + 1800 * US_PER_S) /* half past an hour */

static struct plan_got got;
static struct wbuf body;

static void
teardown(void)
{
	plan_got_done(&got);
	wbuf_done(&body);
	body = (struct wbuf){ 0 };
}

static void
put_asset(struct wbuf *b, const char *name, const char *kind, unsigned has, double kw, unsigned steps)
{
	w_str(b, name);
	w_str(b, kind);
	w_u8(b, (uint8_t)has);
	for (unsigned t = 0; t < steps; t++) {
		w_f32(b, kw + t);
		w_u8(b, REASON_PRICE);
		w_f32(b, 0.5);
		if (has & 1)
			w_f32(b, 100);
		if (has & 2)
			w_u8(b, t > 1);
	}
}

static void
put_plan(struct msg_plan m, unsigned assets)
{
	struct wbuf costs = { 0 }, all = { 0 }, prices = { 0 }, relaxed = { 0 };

	w_str(&costs, "import");
	w_f64(&costs, 120);
	w_str(&costs, "start");
	w_f64(&costs, 0.2);
	for (unsigned i = 0; i < assets; i++)
		put_asset(&all, i == 0 ? "ESS\033[2J" : "A",
		    i == 0       ? "battery"
		        : i == 1 ? "load"
		                 : "gas_turbine",
		    i % 4, 10 * i, m.steps);
	for (unsigned t = 0; t < m.steps; t++)
		w_f32(&prices, 20);
	w_str(&relaxed, "heat");
	w_str(&relaxed, "STEAM");
	w_u16(&relaxed, 2);
	w_f64(&relaxed, 0.26);
	m.total = 120.4;
	m.costs = (struct msg_bytes){ costs.data, costs.len };
	m.assets = (struct msg_bytes){ all.data, all.len };
	m.prices = (struct msg_bytes){ prices.data, prices.len };
	m.relaxed = (struct msg_bytes){ relaxed.data, relaxed.len };
	m.text = "";
	wbuf_reset(&body);
	msg_plan_put(&body, &m);
	wbuf_done(&costs);
	wbuf_done(&all);
	wbuf_done(&prices);
	wbuf_done(&relaxed);
}

static const struct msg_plan good = { .is_good = 1, .start = START, .steps = 6, .step_s = 900 };

START_TEST(it_is_read)
{
	char text[200];

	put_plan(good, 4);
	ck_assert(plan_got_read(&got, body.data, body.len));
	ck_assert(got.is_there);
	ck_assert_uint_eq(got.asset_count, 4);
	ck_assert_ptr_null(strchr(got.assets[0].name, '\033'));
	ck_assert(isnan(got.assets[0].energy[0]) && got.assets[0].on[0] == 1);
	ck_assert_double_eq(got.assets[3].energy[5], 100);
	ck_assert(got.assets[3].on[1] == 0 && got.assets[3].on[2] == 1);
	ck_assert_double_eq(got.assets[1].kw[5], 15);
	ck_assert_double_eq(plan_got_loads(&got, 0, 6), 12.5);
	ck_assert_str_eq(plan_got_costs(&got, text, sizeof(text)), "120 (import 120)");
	ck_assert(plan_got_relaxed(&got, 0, text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "heat STEAM: 0.3 at "));
	ck_assert(!plan_got_relaxed(&got, 1, text, sizeof(text)));
	ck_assert(plan_got_is_shown(&got.assets[0]) && !plan_got_is_shown(&got.assets[1]));
}
END_TEST

START_TEST(of_what_is_out_nobody_knows_what_it_stores)
{
	struct wbuf all = { 0 }, prices = { 0 };
	struct msg_plan m = good;

	w_str(&all, "ESS");
	w_str(&all, "battery");
	w_u8(&all, 1);
	for (unsigned t = 0; t < m.steps; t++) {
		w_f32(&all, 0);
		w_u8(&all, t < 4 ? REASON_OUT : REASON_PRICE);
		w_f32(&all, 0);
		w_f32(&all, 0);
		w_f32(&prices, 20);
	}
	m.text = "";
	m.assets = (struct msg_bytes){ all.data, all.len };
	m.prices = (struct msg_bytes){ prices.data, prices.len };
	wbuf_reset(&body);
	msg_plan_put(&body, &m);
	wbuf_done(&all);
	wbuf_done(&prices);
	ck_assert(plan_got_read(&got, body.data, body.len));
	ck_assert(isnan(got.assets[0].energy[3]) && isfinite(got.assets[0].energy[4]));
	ck_assert(plan_got_is_out(&got.assets[0], 0, 4) && !plan_got_is_out(&got.assets[0], 0, 5));
}
END_TEST

START_TEST(rows_are_hours_of_the_clock)
{
	put_plan(good, 1); /* 00:30 to 02:00 */
	ck_assert(plan_got_read(&got, body.data, body.len));
	ck_assert_uint_eq(plan_got_row_end(&got, 0, true), 2);
	ck_assert_uint_eq(plan_got_row_end(&got, 2, true), 6);
	ck_assert_uint_eq(plan_got_row_end(&got, 2, false), 3);
	ck_assert_uint_eq(plan_got_row_end(&got, 5, false), 6);
}
END_TEST

START_TEST(one_that_is_cut_is_refused_and_leaves_nothing)
{
	put_plan(good, 4);
	for (size_t n = 0; n < body.len; n++) {
		ck_assert(!plan_got_read(&got, body.data, n));
		ck_assert(!got.is_there && got.body == NULL && got.asset_count == 0);
	}
}
END_TEST

static const struct {
	bool is_good;
	uint16_t steps;
	uint32_t step_s;
	unsigned assets;
} lies[] = {
	{ false, 6, 900, 1 },
	{ true, 0, 900, 1 },
	{ true, PLAN_GOT_STEPS + 1, 900, 1 },
	{ true, 6, 0, 1 },
	{ true, 6, 100000, 1 },
	{ true, 6, 900, PLAN_GOT_ASSETS + 1 },
};

START_TEST(a_lie_is_refused)
{
	put_plan(
	    (struct msg_plan){
	        .is_good = lies[_i].is_good, .start = START, .steps = lies[_i].steps, .step_s = lies[_i].step_s },
	    lies[_i].assets);
	ck_assert(!plan_got_read(&got, body.data, body.len));
	ck_assert(!got.is_there && got.body == NULL);
}
END_TEST

T_MAIN("plan_got",
    T_FIXTURE(NULL, teardown) T(it_is_read) T(of_what_is_out_nobody_knows_what_it_stores) T(rows_are_hours_of_the_clock)
        T(one_that_is_cut_is_refused_and_leaves_nothing) T_LOOP(a_lie_is_refused, 0, 6))
