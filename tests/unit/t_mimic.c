/* SPDX-License-Identifier: Apache-2.0 */
/* t_mimic.c - values, marks and bars on the grid; what the console has seen. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "tests/unit/t.h"

#include "console/client_alarms.h"
#include "console/mimic.h"
#include "console/shown.h"
#include "tests/unit/client_alarm_kit.h"

static struct client_point point;
static struct delta_cell cell;
static struct utc group_time;
static struct client client;
static struct console co;
static struct grid *g;
static char dumped[512];

static void
set_up(void)
{
	point = (struct client_point){ .name = "A.B",
		.title = "",
		.title_ja = "",
		.unit = "kW",
		.source = "",
		.decimals = 1,
		.range_lo = (double)NAN,
		.range_hi = (double)NAN,
		.ll = (double)NAN,
		.l = (double)NAN,
		.h = (double)NAN,
		.hh = (double)NAN,
		.period_us = 1000000 };
	cell = (struct delta_cell){ .v = 55.5, .decimals = 1 };
	group_time = (struct utc){ INT64_C(1795000000000000) };
	client = (struct client){ .phase = CLIENT_LIVE,
		.points = &point,
		.point_count = 1,
		.cells = &cell,
		.group_time = &group_time,
		.group_received = &group_time,
		.group_count = 1 };
	co = (struct console){ .client = &client, .has_model = true, .now = group_time };
	g = grid_new(40, 1, FOLD_NONE);
}

static void
tear_down(void)
{
	grid_free(g);
}

static const char *
line(void)
{
	FILE *f = fmemopen(dumped, sizeof dumped, "w");

	grid_dump(g, f);
	fclose(f);
	dumped[strcspn(dumped, "\n")] = '\0';
	return dumped;
}

static const char *
right(int cells, const char *unit)
{
	struct shown s;

	grid_clear(g);
	shown_get(&co, 0, &s);
	shown_put_right(&co, g, 0, 0, cells, &s, unit);
	grid_put(g, 0, cells, 1, LOOK_NORMAL, "|");
	return line();
}

START_TEST(digits_stand_still_when_the_mark_comes)
{
	ck_assert_str_eq(right(10, NULL), "    55.5  |");
	cell.quality = Q_NO_COMM;
	ck_assert_str_eq(right(10, NULL), "    55.5?c|");
	cell.quality = Q_OUT_OF_RANGE;
	ck_assert_str_eq(right(10, NULL), "    55.5x |");
}
END_TEST

START_TEST(the_mark_is_there_in_the_narrowest_field)
{
	cell.quality = Q_NO_COMM;
	ck_assert_str_eq(right(4, NULL), "56?c|");
	ck_assert_str_eq(right(3, NULL), "#?c|");
	ck_assert_str_eq(right(5, NULL), " 56?c|");
	ck_assert_str_eq(right(2, NULL), "?c|");
}
END_TEST

START_TEST(a_number_is_never_cut)
{
	cell.v = 123456.7;
	ck_assert_str_eq(right(8, NULL), "123456.7|");
	ck_assert_str_eq(right(7, NULL), " 123457|");
	ck_assert_str_eq(right(5, NULL), "#####|");
	cell.quality = Q_STALE;
	ck_assert_str_eq(right(8, NULL), "123457~ |");
}
END_TEST

START_TEST(the_unit_goes_before_the_number_suffers)
{
	cell.v = 1234.5;
	ck_assert_str_eq(right(12, "kW"), " 1234.5 kW  |");
	ck_assert_str_eq(right(9, "kW"), "1234.5 kW|");
	ck_assert_str_eq(right(8, "kW"), "1234.5  |");
}
END_TEST

START_TEST(never_read_is_no_number)
{
	cell.v = (double)NAN;
	cell.quality = Q_NEVER_READ;
	ck_assert_str_eq(right(8, NULL), "     -?i|");
}
END_TEST

START_TEST(a_lost_link_marks_every_value)
{
	struct shown s;

	client.phase = CLIENT_CONNECTING;
	ck_assert_str_eq(right(10, NULL), "    55.5?c|");
	shown_get(&co, 0, &s);
	ck_assert_int_eq(s.look, LOOK_LOST);
}
END_TEST

START_TEST(an_old_value_tells_its_age)
{
	struct shown s;

	shown_get(&co, 0, &s);
	ck_assert_str_eq(s.age, "");
	co.now = utc_add(co.now, 37 * US_PER_S);
	shown_get(&co, 0, &s);
	ck_assert_str_eq(s.age, "37s");
}
END_TEST

static const char *
bar(double v, double lo, double hi, int cells)
{
	struct shown s;

	cell.v = v;
	grid_clear(g);
	shown_get(&co, 0, &s);
	shown_put_bar(g, 0, 0, cells, &s, lo, hi, &point);
	return line();
}

START_TEST(a_bar_shows_value_and_limits)
{
	point.l = 20;
	point.h = 80;
	ck_assert_str_eq(bar(50, 0, 100, 13), "[==L==|--H--]");
	ck_assert_str_eq(bar(0, 0, 100, 13), "[|-L-----H--]");
	ck_assert_str_eq(bar(100, 0, 100, 13), "[==L=====H=|]");
	ck_assert_str_eq(bar(120, 0, 100, 13), "[==L=====H=>]");
	ck_assert_str_eq(bar(-5, 0, 100, 13), "[<-L-----H--]");
}
END_TEST

START_TEST(a_bar_with_two_signs_starts_at_zero)
{
	ck_assert_str_eq(bar(50, -100, 100, 13), "[-----===|--]");
	ck_assert_str_eq(bar(-50, -100, 100, 13), "[---|==-----]");
	cell.quality = Q_FAILURE;
	ck_assert_str_eq(bar(50, -100, 100, 13), "[-----===|-?]");
}
END_TEST

START_TEST(limits_are_named_by_the_worst)
{
	point.ll = 5;
	point.l = 10;
	point.h = 90;
	point.hh = 95;
	ck_assert_ptr_eq(shown_limit(&point, 50), NULL);
	ck_assert_str_eq(shown_limit(&point, 96), "HH");
	ck_assert_str_eq(shown_limit(&point, 92), "H");
	ck_assert_str_eq(shown_limit(&point, 7), "L");
	ck_assert_str_eq(shown_limit(&point, -1), "LL");
	ck_assert_ptr_eq(shown_limit(&point, (double)NAN), NULL);
}
END_TEST

static double
counted(point_id id, void *arg)
{
	double *n = arg;

	(void)id;
	*n += 1;
	return *n == 3 ? (double)NAN : *n;
}

START_TEST(gaps_are_gaps)
{
	struct spark_store *st = spark_new();
	struct spark_span span;
	char text[SPARK_LENGTH * 4 + 1];
	double n = 0;

	spark_reset(st, 10);
	spark_watch(st, 4);
	for (int i = 0; i < 5; i++)
		spark_sample(st, counted, &n);
	spark_text(st, 4, 7, true, text, &span);
	ck_assert_str_eq(text, "  _, +#");
	ck_assert_int_eq(text[4], ' ');
	ck_assert_int_eq(span.samples, 5);
	ck_assert_double_eq((double)span.min, 1);
	ck_assert_double_eq((double)span.max, 5);
	spark_text(st, 5, 7, true, text, &span); /* not watched */
	ck_assert_str_eq(text, "       ");
	ck_assert(isnan(span.min));
	spark_free(st);
}
END_TEST

START_TEST(the_store_is_bounded)
{
	struct spark_store *st = spark_new();
	float out[3];
	double n = 10;

	spark_reset(st, SPARK_POINTS + 50);
	for (point_id i = 0; i < SPARK_POINTS + 50; i++)
		spark_watch(st, i);
	spark_sample(st, counted, &n);
	ck_assert_int_eq(spark_get(st, 0, out, 3), 0); /* gave its ring away */
	ck_assert_int_eq(spark_get(st, SPARK_POINTS + 49, out, 3), 1);
	spark_free(st);
}
END_TEST

/* A word that says which way it flows, and the value beside it, as the mimic draws both. */
static const char *
flow_and_value(void)
{
	static const char text[] =
	    "screen: a\ntitle: A\nf = A.B flow \"import \" \"export \" \"       \"\nv = A.B full\n--- 40x1\n"
	    "{f....}{v........}|\n";
	point_id ids[2] = { 0, 0 };
	struct mimic m = { screen_file_parse(text, strlen(text), mimic_ignore_fault, NULL), ids };

	ck_assert_ptr_nonnull(m.file);
	grid_clear(g);
	mimic_draw(&m, &co, &m.file->drawings[0], (struct area){ 0, 0, 1, 40 }, -1);
	screen_file_free(m.file);
	return line();
}

START_TEST(an_arrow_bears_the_doubt_and_not_what_is_put_aside)
{
	struct client_alarms *alarms = client_alarms_new(1, 1);
	struct msg_alarm_def d = kit_def(0, "A.B.H", 3);

	d.point = 0;
	ck_assert_int_eq(kit_define(alarms, &d), OK);
	client.alarms = alarms;
	co.grid = g;
	cell.v = -55.5;
	ck_assert_str_eq(flow_and_value(), "export  -55.5 kW  |");
	kit_go(alarms, 0, ALARM_DSUPR, KIT_NOW);
	ck_assert_str_eq(flow_and_value(), "export  -55.5 kW d|"); /* and not "exportd" */
	cell.quality = Q_STALE;
	ck_assert_str_eq(flow_and_value(), "export~ -55.5 kW~d|");
	client_alarms_free(alarms);
}
END_TEST

T_MAIN("mimic",
    T_FIXTURE(set_up, tear_down) T(digits_stand_still_when_the_mark_comes) T(the_mark_is_there_in_the_narrowest_field)
        T(a_number_is_never_cut) T(the_unit_goes_before_the_number_suffers) T(never_read_is_no_number)
            T(a_lost_link_marks_every_value) T(an_old_value_tells_its_age) T(a_bar_shows_value_and_limits)
                T(a_bar_with_two_signs_starts_at_zero) T(limits_are_named_by_the_worst) T(gaps_are_gaps)
                    T(the_store_is_bounded) T(an_arrow_bears_the_doubt_and_not_what_is_put_aside))
