/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_jout.c - the shapes of --json, key by key, as scripts were promised.
 */
#include "config.h"

#include <jansson.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "tests/unit/t.h"

#include "tests/unit/capture.h"
#include "tests/unit/fake.h"

static struct fake fake;

static void
setup(void)
{
	setenv("CHISAN_NOW", "2026-11-18T11:06:40.400Z", 1); /* FAKE_NOW + 0.4 s */
	setenv("LC_ALL", "C.UTF-8", 1);
	say_init();
	fake_start(&fake, ev_default_loop(0));
	setenv("CHISAN_SOCKET", fake.path, 1);
}

static void
teardown(void)
{
	fake_stop(&fake);
}

/* The one line that the command prints, read strictly. */
static json_t *
run(const char *command, const char *argument, int code)
{
	static struct options o;
	char message[256];
	const char *const argv[] = { "chisan", "--json", command, argument, NULL };
	json_error_t e;

	ck_assert(options_read(&o, argument == NULL ? 3 : 4, argv, message, sizeof message));
	capture_begin();
	int got = cmd_run(&o);
	capture_end();
	ck_assert_int_eq(got, code);
	ck_assert_ptr_eq(strchr(capture.out_text, '\n'), capture.out_text + strlen(capture.out_text) - 1);
	json_t *j = json_loads(capture.out_text, JSON_REJECT_DUPLICATES, &e);
	ck_assert_msg(j != NULL, "%s in %s", e.text, capture.out_text);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "schema")), 1);
	return j;
}

/* Each of the words is a key. */
static void
has_keys(const json_t *j, const char *words)
{
	char copy[512], *save;

	str_copy(copy, sizeof copy, words);
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		ck_assert_msg(json_object_get(j, w) != NULL, "no key %s", w);
}

static json_t *
first(json_t *j, const char *key, size_t count)
{
	json_t *a = json_object_get(j, key);

	ck_assert(json_is_array(a));
	ck_assert_uint_eq(json_array_size(a), count);
	return json_array_get(a, 0);
}

#define IS_TEXT(j, key, text)     ck_assert_str_eq(json_string_value(json_object_get(j, key)), text)
#define IS_NULL(j, key)           ck_assert(json_is_null(json_object_get(j, key)))
#define IS_NUMBER(j, key, number) ck_assert_double_eq(json_number_value(json_object_get(j, key)), number)
#define POINT_KEYS                "point value state unit quality flags time received age_s held_by"

START_TEST(a_good_point)
{
	json_t *j = run("get", "ESS1.SOC", CMD_DONE), *p = first(j, "points", 1);

	has_keys(p, POINT_KEYS);
	IS_TEXT(p, "point", "ESS1.SOC");
	IS_NUMBER(p, "value", 55.5);
	IS_NULL(p, "state");
	IS_TEXT(p, "unit", "%");
	IS_TEXT(p, "quality", "good");
	ck_assert_uint_eq(json_array_size(json_object_get(p, "flags")), 0);
	IS_TEXT(p, "time", "2026-11-18T11:06:39.900Z");
	IS_TEXT(p, "received", "2026-11-18T11:06:39.960Z");
	IS_NUMBER(p, "age_s", 0.44);
	IS_NULL(p, "held_by");
	ck_assert(strstr(capture.out_text, "\"value\":55.5,") != NULL);
	json_decref(j);
}
END_TEST

START_TEST(a_bad_point_is_given_with_its_quality)
{
	json_t *j = run("get", "PV1.P", CMD_BAD_DATA), *p = first(j, "points", 1);

	IS_NUMBER(p, "value", 17);
	IS_TEXT(p, "quality", "bad");
	IS_TEXT(p, "cause", "timeout");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(p, "flags"), 0)), "no-comm");
	IS_TEXT(p, "time", "2026-11-18T11:06:03.000Z");
	IS_TEXT(p, "received", "2026-11-18T11:06:39.960Z");
	IS_NUMBER(p, "age_s", 37.4);
	json_decref(j);
}
END_TEST

START_TEST(what_was_never_read_is_null)
{
	json_t *j = run("get", "CEMS.LOAD_KW", CMD_BAD_DATA), *p = first(j, "points", 1);

	IS_NULL(p, "value");
	IS_TEXT(p, "quality", "bad");
	json_decref(j);
}
END_TEST

START_TEST(no_number_is_ever_printed_as_nan_or_inf)
{
	static const double v[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };

	fake.values[0] = (struct value){ .v = v[_i] };
	json_t *j = run("get", "ESS1.SOC", CMD_DONE), *p = first(j, "points", 1);
	IS_NULL(p, "value");
	json_decref(j);
}
END_TEST

START_TEST(numbers_keep_their_digits)
{
	static const struct {
		double v;
		const char *text;
	} row[] = {
		{ 55.1, "\"value\":55.1," },
		{ 0.1, "\"value\":0.1," },
		{ -3, "\"value\":-3," },
		{ 99999999.9, "\"value\":99999999.9," },
	};

	fake.values[0] = (struct value){ .v = row[_i].v };
	json_decref(run("get", "ESS1.SOC", CMD_DONE));
	ck_assert_msg(strstr(capture.out_text, row[_i].text) != NULL, "%s", capture.out_text);
}
END_TEST

START_TEST(a_number_that_needs_seventeen_digits_gets_them)
{
	double v = 0.1 + 0.2, back;
	json_t *j = json_object();

	json_object_set_new(j, "v", jout_number(v));
	capture_begin();
	jout_print(j);
	capture_end();
	ck_assert_int_eq(sscanf(capture.out_text, "{\"v\":%lf}", &back), 1);
	ck_assert(back == v);
}
END_TEST

START_TEST(a_state_has_its_name_beside_the_number)
{
	json_t *j = run("get", "ESS1.STATE", CMD_DONE), *p = first(j, "points", 1);

	IS_NUMBER(p, "value", 1);
	IS_TEXT(p, "state", "run");
	IS_NULL(p, "unit");
	json_decref(j);
}
END_TEST

START_TEST(points_are_in_order_and_all_there)
{
	json_t *j = run("points", NULL, CMD_DONE);

	first(j, "points", FAKE_POINTS);
	for (size_t i = 0; i < FAKE_POINTS; i++)
		IS_TEXT(json_array_get(json_object_get(j, "points"), i), "point", fake_points[i].name);
	json_decref(j);
}
END_TEST

START_TEST(links_have_their_keys)
{
	json_t *j = run("links", NULL, CMD_DONE), *l = first(j, "links", 2);

	has_keys(l, "device state answer_ms requests timeouts errors last_error since");
	IS_TEXT(l, "device", "ESS1");
	IS_TEXT(l, "state", "up");
	IS_NUMBER(l, "answer_ms", 3.1);
	IS_NUMBER(l, "requests", 99);
	IS_NUMBER(l, "timeouts", 2);
	IS_NUMBER(l, "errors", 1);
	IS_NULL(l, "last_error");
	IS_TEXT(l, "since", "2026-11-18T11:05:40.000Z");
	l = json_array_get(json_object_get(j, "links"), 1);
	IS_TEXT(l, "state", "down");
	IS_TEXT(l, "last_error", "timeout");
	json_decref(j);
}
END_TEST

START_TEST(status_has_its_keys)
{
	json_t *j = run("status", NULL, CMD_DONE);

	has_keys(j, "site simulated time newest server mode alarms links points power heat batteries");
	has_keys(json_object_get(j, "server"), "version started generation user role");
	has_keys(json_object_get(j, "links"), "off connecting up down");
	has_keys(json_object_get(j, "points"), "total good uncertain bad never_read");
	has_keys(json_object_get(j, "power"), "load generation pv battery grid demand self_rate balance_error");
	has_keys(json_object_get(json_object_get(j, "power"), "load"), POINT_KEYS);
	IS_NULL(json_object_get(j, "power"), "pv");
	IS_NUMBER(json_object_get(j, "links"), "up", 1);
	IS_NUMBER(json_object_get(j, "points"), "good", 4);
	json_t *b = first(j, "batteries", 1);
	has_keys(b, "device soc power state");
	IS_TEXT(json_object_get(b, "state"), "state", "run");
	json_decref(j);
}
END_TEST

START_TEST(text_keeps_its_truth_and_leaves_as_ascii)
{
	json_t *j = json_object();

	json_object_set_new(j, "a", jout_text("充\033[31m\xc2\x9b"));
	json_object_set_new(j, "b", jout_text("\xff"));
	capture_begin();
	jout_print(j);
	capture_end();
	ck_assert_str_eq(capture.out_text, "{\"a\":\"\\u5145\\u001B[31m\\u009B\",\"b\":\"\\uFFFD\"}\n");
}
END_TEST

T_MAIN("jout",
    T_FIXTURE(setup, teardown) T(a_good_point) T(a_bad_point_is_given_with_its_quality) T(what_was_never_read_is_null)
        T_LOOP(no_number_is_ever_printed_as_nan_or_inf, 0, 3) T_LOOP(numbers_keep_their_digits, 0, 4)
            T(a_number_that_needs_seventeen_digits_gets_them) T(a_state_has_its_name_beside_the_number)
                T(points_are_in_order_and_all_there) T(links_have_their_keys) T(status_has_its_keys)
                    T(text_keeps_its_truth_and_leaves_as_ascii))
