/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_forecast_got.c - W_FORECAST as the console reads it: whole or not at all, and nothing of it reaches a terminal unlooked at.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/forecast_got.h"
#include "scada/base/wire.h"
#include "tests/unit/t.h"

static struct forecast_got got;
static struct wbuf body;

static void
teardown(void)
{
	forecast_got_done(&got);
	wbuf_done(&body);
	body = (struct wbuf){ 0 };
}

static void
put(unsigned series, unsigned leads, uint8_t kind, uint8_t given, uint8_t file)
{
	struct wbuf b = { 0 };

	for (unsigned i = 0; i < series; i++) {
		w_str(&b, i == 0 ? "HALL\033[2J.P" : "GYM.P");
		w_u8(&b, kind);
		w_u8(&b, given);
		w_str(&b, "similar");
		w_f64(&b, 400);
		w_f64(&b, 312);
		w_u8(&b, (uint8_t)leads);
		for (unsigned k = 0; k < leads; k++) {
			w_u16(&b, (uint16_t)(60 * (k + 1)));
			w_u32(&b, 30 + k);
			w_f64(&b, 20);
			w_f64(&b, -4);
			w_f64(&b, -30);
			w_f64(&b, 40);
		}
	}
	wbuf_reset(&body);
	msg_forecast_put(&body,
	    &(struct msg_forecast){ .made = 7, .file = file, .text = "w.csv:2: \033bad", .series = { b.data, b.len } });
	wbuf_done(&b);
}

START_TEST(each_series_has_its_errors)
{
	put(2, 3, FORECAST_HEAT, FORECAST_PARTLY, FORECAST_FILE_REFUSED);
	ck_assert(forecast_got_read(&got, body.data, body.len));
	ck_assert_uint_eq(got.count, 2);
	ck_assert_int_eq(got.file, FORECAST_FILE_REFUSED);
	ck_assert_ptr_null(strchr(got.text, 033));
	ck_assert_ptr_null(strchr(got.series[0].point, 033));
	ck_assert_str_eq(got.series[1].point, "GYM.P");
	ck_assert_str_eq(forecast_kind_unit(got.series[1].kind), "t/h");
	ck_assert_str_eq(forecast_given_word(got.series[1].given), "partly");
	ck_assert_uint_eq(got.series[1].lead_count, 3);
	ck_assert_uint_eq(got.series[1].leads[2].ahead_min, 180);
	ck_assert_double_eq(forecast_got_share(&got.series[1], got.series[1].leads[2].error), 5);
	got.series[1].mean = 0;
	ck_assert(isnan(forecast_got_share(&got.series[1], 3)));
}
END_TEST

START_TEST(what_cannot_be_is_nothing)
{
	static const struct {
		unsigned series, leads;
		uint8_t kind, given, file;
	} bad[] = {
		{ 1, FORECAST_GOT_LEADS + 1, 0, 0, 0 },
		{ 1, 2, FORECAST_KINDS, 0, 0 },
		{ 1, 2, 0, FORECAST_GIVENS, 0 },
		{ 1, 2, 0, 0, FORECAST_FILES },
		{ FORECAST_GOT_SERIES + 1, 0, 0, 0, 0 },
	};

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		put(bad[i].series, bad[i].leads, bad[i].kind, bad[i].given, bad[i].file);
		ck_assert(!forecast_got_read(&got, body.data, body.len));
		ck_assert(!got.is_there && got.series == NULL && got.count == 0);
	}
	put(2, 2, 0, 0, 0);
	for (size_t len = 0; len < body.len; len++) {
		ck_assert(!forecast_got_read(&got, body.data, len));
		ck_assert_ptr_null(got.series);
	}
	ck_assert(forecast_got_read(&got, body.data, body.len));
}
END_TEST

START_TEST(words_have_an_end)
{
	ck_assert_str_eq(forecast_file_word(FORECAST_FILE_FRESH), "fresh");
	ck_assert_str_eq(forecast_file_word(99), "?");
	ck_assert_str_eq(forecast_kind_word(FORECAST_SUN), "sun");
	ck_assert_str_eq(forecast_kind_word(99), "?");
	ck_assert_str_eq(forecast_kind_unit(99), "");
	ck_assert_str_eq(forecast_given_word(99), "?");
}
END_TEST

T_MAIN("forecast_got",
    T_FIXTURE(NULL, teardown) T(each_series_has_its_errors) T(what_cannot_be_is_nothing) T(words_have_an_end))
