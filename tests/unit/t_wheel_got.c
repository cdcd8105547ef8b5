/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wheel_got.c - W_WHEEL_DAY as the console reads it: whole or not at all; lines that set slots.
 */
#include "config.h"

#include <string.h>

#include "console/wheel_acts.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

#define START INT64_C(1795964400000000) /* 2026-11-30 00:00 in Tokyo */

static struct wheel_got got;
static struct wbuf body;

static void
teardown(void)
{
	wheel_got_done(&got);
	wbuf_done(&body);
	body = (struct wbuf){ 0 };
}

static void
put_day(unsigned slots, unsigned parts, unsigned rows_put)
{
	struct wbuf list = { 0 }, versions = { 0 }, rows = { 0 }, kwh = { 0 };
	for (unsigned p = 0; p < parts; p++) {
		w_str(&list, p == 0 ? "SCH\033[2J" : "SCH02");
		w_str(&list, "School");
		w_str(&list, "小学校");
		w_u8(&list, p == 0);
	}
	for (unsigned n = 1; n <= 2; n++) {
		w_u32(&versions, n);
		w_u32(&versions, n - 1);
		w_u8(&versions, n == 1 ? WHEEL_ACCEPTED : WHEEL_PENDING);
		w_i64(&versions, START);
		w_i64(&versions, n == 1 ? START + 60 * US_PER_S : 0);
		w_str(&versions, n == 1 ? "duty" : "night");
	}
	for (unsigned i = 0; i < rows_put; i++) {
		w_u8(&rows, i == 0 ? WHEEL_OVER : WHEEL_RUNNING);
		w_u8(&rows, WHEEL_FILED);
		w_u8(&rows, i == 1);
		for (unsigned k = 0; k < 6; k++)
			w_f64(&rows, i == 0 && k == 5 ? (double)INFINITY : 100 + k);
		w_u8(&rows, 0);
		w_u8(&rows, WHEEL_PARTIAL);
		w_f64(&rows, i == 0 ? 22 : 5);
		w_f64(&rows, i == 0 ? -7 : (double)NAN);
		w_u8(&rows, i != 0);
		w_f64(&rows, 10);
		w_u8(&rows, WHEEL_PRICE_FINAL);
		w_f64(&rows, 150);
	}
	for (unsigned i = 0; i < slots * parts; i++)
		w_f32(&kwh, i);
	msg_wheel_day_put(&body,
	    &(struct msg_wheel_day){ .date = 20787,
	        .first = 20786,
	        .last = 20789,
	        .start = START,
	        .slots = (uint16_t)slots,
	        .flags = WHEEL_IMBALANCE | WHEEL_AWAITED,
	        .in_force = 1,
	        .latest = 2,
	        .edit = 3,
	        .base = 2,
	        .draft_time = START,
	        .draft_author = "a\033b",
	        .export = "RX.KWH",
	        .parts = { list.data, list.len },
	        .versions = { versions.data, versions.len },
	        .rows = { rows.data, rows.len },
	        .kwh = { kwh.data, kwh.len } });
	wbuf_done(&list);
	wbuf_done(&versions);
	wbuf_done(&rows);
	wbuf_done(&kwh);
}

START_TEST(a_day_is_read_whole)
{
	char text[600];
	struct wheel_got_sum s;
	(void)clock_set_zone("Asia/Tokyo");
	put_day(2, 2, 2);
	ck_assert(wheel_got_read(&got, body.data, body.len));
	ck_assert_uint_eq(got.part_count, 2);
	ck_assert_ptr_null(strchr(got.parts[0].name, '\033'));
	ck_assert(got.parts[0].has_counter && !got.parts[1].has_counter);
	ck_assert_double_eq((double)got.kwh[1][1], 3);
	ck_assert(isnan(got.rows[0].actual[WHEEL_DEMAND])); /* no number of a slot */
	ck_assert_int_eq(wheel_got_slot(&got, (struct utc){ START + WHEEL_SLOT_US }), 1);
	ck_assert_int_eq(wheel_got_slot(&got, (struct utc){ START + 2 * WHEEL_SLOT_US }), -1);
	ck_assert_int_eq(wheel_got_slot(&got, (struct utc){ START - 1 }), -1);
	wheel_got_sum(&got, &s);
	ck_assert_double_eq(s.shortage, 22); /* of what is over alone */
	ck_assert_double_eq(s.surplus, 7);
	ck_assert_double_eq(s.plan[WHEEL_GENERATION], 200);
	wheel_got_standing(&got, false, text, sizeof text);
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_nonnull(strstr(text, "draft on v2 (11-30 00:00, a"));
	ck_assert_ptr_nonnull(
	    strstr(text, "v2 filed 11-30 00:00 (night), answer awaited; v1 in force since 11-30 00:01 (duty)"));
	wheel_got_found(&got, false, text, sizeof text);
	ck_assert_str_eq(text,
	    "the running half hour will miss its plan by more than the limit; a version is filed, a gate closes soon, "
	    "and its "
	    "answer is not entered");
}
END_TEST

START_TEST(what_is_cut_or_of_other_lengths_is_not_taken)
{
	put_day(2, 2, 2);
	for (size_t cut = 0; cut < body.len; cut++) {
		uint8_t *exact = xmalloc(cut + 1);
		memcpy(exact, body.data, cut);
		ck_assert(!wheel_got_read(&got, exact, cut));
		ck_assert(!got.is_there && got.body == NULL);
		free(exact);
	}
	static const unsigned shapes[][3] = { { 0, 2, 0 }, { 2, 2, 1 }, { 2, 2, 3 }, { 51, 1, 51 }, { 2, 33, 2 },
		{ 2, 0, 2 } };
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		wbuf_reset(&body);
		put_day(shapes[i][0], shapes[i][1], shapes[i][2]);
		ck_assert(!wheel_got_read(&got, body.data, body.len));
	}
}
END_TEST

START_TEST(a_line_sets_one_slot_or_several)
{
	struct wheel_words w;
	char why[200];
	ck_assert(wheel_read("320 furnace 1 is out", 16, 48, &w, why, sizeof why));
	ck_assert(w.from == 16 && w.to == 16 && w.kwh == 320);
	ck_assert_str_eq(w.reason, "furnace 1 is out");
	ck_assert(wheel_read("  17-20 none  closed", 0, 48, &w, why, sizeof why));
	ck_assert(w.from == 16 && w.to == 19 && isnan(w.kwh));
	ck_assert_str_eq(w.reason, "closed");
	static const char *const bad[] = { "", "320", "17-20", "17-20 320", "x y", "-5 why", "49-50 1 why",
		"20-17 1 why", "0-3 1 why", "nan why", "1e9 why", "17- 1 why" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!wheel_read(bad[i], 0, 48, &w, why, sizeof why), "%s", bad[i]);
}
END_TEST

START_TEST(words_of_acts_read_back)
{
	enum wheel_act a;
	for (unsigned i = 0; i < WHEEL_ACTS; i++) {
		ck_assert(wheel_act_from_word(wheel_act_word(i), &a));
		ck_assert_uint_eq(a, i);
		ck_assert_str_ne(wheel_act_help(i), "");
	}
	ck_assert(!wheel_act_from_word("submit", &a));
	ck_assert_ptr_null(wheel_flag_help(0, 0, false));
	ck_assert_ptr_nonnull(wheel_flag_help(WHEEL_UNPLANNED, 0, true));
	ck_assert_ptr_null(wheel_flag_help(WHEEL_UNPLANNED, 1, true));
	ck_assert_str_eq(wheel_phase_word(WHEEL_PHASES, false), "?");
}
END_TEST

T_MAIN("wheel_got",
    T_FIXTURE(NULL, teardown) T(a_day_is_read_whole) T(what_is_cut_or_of_other_lengths_is_not_taken)
        T(a_line_sets_one_slot_or_several) T(words_of_acts_read_back))
