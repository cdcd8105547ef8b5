/* SPDX-License-Identifier: Apache-2.0 */
/* t_plot.c - curves as cells: dots, eighths, ASCII; gaps, bands, what lies outside; and where a trend stands in time. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/t.h"

#include "console/plot.h"
#include "console/trend_chart.h"
#include "console/trend_ahead.h"
#include "console/trend_view.h"
#include "scada/base/msg.h"

static struct grid *g;
#define NONE ((double)NAN)

static void
setup(void)
{
	g = grid_new(12, 4, FOLD_NONE);
}

static void
teardown(void)
{
	grid_free(g);
}

static struct plot
plot(enum graph graph)
{
	return (struct plot){ .grid = g, .area = { 0, 0, 4, 12 }, .graph = graph, .lo = 0, .hi = 15 };
}

static const char *
dump(void)
{
	static char text[1024];
	FILE *f = fmemopen(text, sizeof text, "w");

	grid_dump(g, f);
	fclose(f);
	return text;
}

static void
fill(struct plot_column *c, const double *mean, int n)
{
	for (int i = 0; i < n; i++)
		c[i] = (struct plot_column){ NONE, mean[i], NONE, LOOK_PEN_A };
}

START_TEST(dots_follow_the_values_two_columns_a_cell)
{
	static const double mean[] = { 0, 1, 2, 3, 12, 13, 14, 15 };
	struct plot p = plot(GRAPH_BRAILLE);
	struct plot_column c[8];

	fill(c, mean, 8);
	plot_curve(&p, c, 8);
	ck_assert_str_eq(dump(), "  ⡠⠊\n  ⡇\n  ⡇\n⡠⠊\n");
}
END_TEST

START_TEST(a_gap_stays_a_gap_in_every_graph)
{
	static const double mean[] = { 15, 15, (double)NAN, (double)NAN, 0, 0 };
	struct plot_column c[6];

	for (int graph = 0; graph < 3; graph++) {
		struct plot p = plot((enum graph)graph);
		grid_clear(g);
		fill(c, mean, 6);
		plot_curve(&p, c, 6);
		int first = 2 / plot_fine((enum graph)graph);
		int last = 3 / plot_fine((enum graph)graph);
		for (int row = 0; row < 4; row++)
			for (int cell = first; cell <= last; cell++)
				ck_assert_str_eq(grid_at(g, row, cell)->text, " ");
		ck_assert_str_ne(grid_at(g, 0, 0)->text, " ");
		ck_assert_str_ne(grid_at(g, 3, last + 1)->text, " ");
	}
}
END_TEST

START_TEST(the_mean_stands_out_of_its_band)
{
	struct plot_column c[4];
	struct plot p = plot(GRAPH_ASCII);

	for (int i = 0; i < 4; i++)
		c[i] = (struct plot_column){ 0, 5, 15, LOOK_PEN_A };
	plot_curve(&p, c, 4);
	ck_assert_str_eq(dump(), "::::\n::::\n****\n::::\n");
	grid_clear(g);
	p.graph = GRAPH_BLOCK;
	plot_curve(&p, c, 4);
	ck_assert_str_eq(dump(), "░░░░\n░░░░\n▃▃▃▃\n████\n");
	grid_clear(g);
	p.graph = GRAPH_BRAILLE;
	plot_curve(&p, c, 4);
	ck_assert_str_eq(dump(), "⢕⢕\n⢕⢕\n⢵⢵\n⢕⢕\n");
}
END_TEST

START_TEST(without_a_band_blocks_are_full)
{
	static const double mean[] = { 15, 7 };
	struct plot p = plot(GRAPH_BLOCK);
	struct plot_column c[2];

	fill(c, mean, 2);
	plot_curve(&p, c, 2);
	ck_assert_str_eq(dump(), "█\n█\n█▇\n██\n");
}
END_TEST

START_TEST(steps_are_joined_in_ascii)
{
	static const double mean[] = { 0, 0, 15, 15, 0 };
	struct plot p = plot(GRAPH_ASCII);
	struct plot_column c[5];

	fill(c, mean, 5);
	plot_curve(&p, c, 5);
	ck_assert_str_eq(dump(), "  **\n  | |\n  | |\n**  *\n");
}
END_TEST

START_TEST(what_is_beyond_the_scale_is_said_at_the_edge)
{
	static const double mean[] = { 99, 99, 99, 99, -99, -99, -99, -99 };
	struct plot_column c[8];

	for (int graph = 0; graph < 3; graph++) {
		struct plot p = plot((enum graph)graph);
		grid_clear(g);
		fill(c, mean, 8);
		plot_curve(&p, c, 8);
		ck_assert_str_eq(grid_at(g, 0, 0)->text, "^");
		ck_assert_int_eq(grid_at(g, 0, 0)->look, LOOK_LIMIT);
		ck_assert_str_eq(grid_at(g, 3, 7 / plot_fine((enum graph)graph))->text, "v");
		ck_assert_str_eq(grid_at(g, 1, 0)->text, " ");
	}
}
END_TEST

START_TEST(another_curve_is_its_letter)
{
	static const double mean[] = { 0, 0, 15, (double)NAN, 15 };
	struct plot p = plot(GRAPH_BRAILLE);
	struct plot_column c[5];

	fill(c, mean, 5);
	plot_letters(&p, c, 5, 'B', true);
	ck_assert_str_eq(dump(), "  B B\n  B\n  B\nBB\n");
}
END_TEST

START_TEST(a_doubtful_column_marks_its_cell)
{
	static const double mean[] = { 5, 5, 5, 5 };
	struct plot p = plot(GRAPH_BRAILLE);
	struct plot_column c[4];

	fill(c, mean, 4);
	c[1].look = LOOK_UNCERTAIN;
	plot_curve(&p, c, 4);
	ck_assert_int_eq(grid_at(g, 2, 0)->look, LOOK_UNCERTAIN);
	ck_assert_int_eq(grid_at(g, 2, 1)->look, LOOK_PEN_A);
}
END_TEST

START_TEST(limits_are_dashed_and_leave_curves_alone)
{
	struct plot p = plot(GRAPH_ASCII);
	static const double mean[] = { (double)NAN, (double)NAN, 5 };
	struct plot_column c[3];

	fill(c, mean, 3);
	plot_curve(&p, c, 3);
	plot_level(&p, 5, LOOK_LABEL, "HH");
	plot_level(&p, 16, LOOK_LABEL, "X"); /* out of sight */
	plot_level(&p, NONE, LOOK_LABEL, "X");
	ck_assert_str_eq(dump(), "\n\n- * - - - HH\n\n");
}
END_TEST

START_TEST(no_size_no_harm)
{
	struct plot_column c[4] = { { NONE, 1, NONE, LOOK_PEN_A } };

	for (int graph = 0; graph < 3; graph++) {
		struct plot p = plot((enum graph)graph);
		p.area.rows = 0;
		plot_curve(&p, c, 4);
		p.area.rows = 1;
		plot_curve(&p, c, 4);
		p.hi = p.lo;
		plot_curve(&p, c, 4);
	}
}
END_TEST

START_TEST(the_graph_is_chosen_by_word_terminal_and_characters)
{
	ck_assert_int_eq(graph_choose(NULL, "xterm-256color", false), GRAPH_BRAILLE);
	ck_assert_int_eq(graph_choose(NULL, NULL, false), GRAPH_BRAILLE);
	ck_assert_int_eq(graph_choose(NULL, "linux", false), GRAPH_ASCII);
	ck_assert_int_eq(graph_choose(NULL, "vt220", false), GRAPH_BLOCK);
	ck_assert_int_eq(graph_choose("braille", "linux", false), GRAPH_BRAILLE);
	ck_assert_int_eq(graph_choose("block", "xterm", false), GRAPH_BLOCK);
	ck_assert_int_eq(graph_choose("braille", "xterm", true), GRAPH_ASCII);
}
END_TEST

/* ---- where a trend stands */

#define NOW (INT64_C(1795000000) * US_PER_S)
static const struct utc now = { NOW };

START_TEST(a_new_view_ends_at_now_with_a_little_room)
{
	struct trend_view v;

	trend_view_init(&v, 3600 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	ck_assert(v.is_live && v.is_following);
	ck_assert_int_ge(trend_view_to(&v).us, NOW);
	ck_assert_int_le(trend_view_to(&v).us - NOW, 3600 * US_PER_S / 8);
	ck_assert_int_eq(v.step_us % US_PER_MS, 0);
	ck_assert_int_ge(v.step_us * 140, 3600 * US_PER_S);
	ck_assert_int_ge(trend_view_cell_of(&v, now), 60);
}
END_TEST

/* Keys typed ahead of the first drawing: nobody knows yet how long a cell is. */
START_TEST(a_view_that_was_never_drawn_can_be_moved)
{
	struct trend_view v;

	trend_view_init(&v, 3600 * US_PER_S);
	trend_view_scroll(&v, 10, now);
	trend_view_move(&v, -3, now);
	trend_view_goto(&v, now, now);
	trend_view_fit(&v, 70, 2, now);
	ck_assert_int_ge(trend_view_to(&v).us, NOW);
}
END_TEST

START_TEST(live_it_moves_in_jumps)
{
	struct trend_view v;
	int moves = 0, cursors = 0;

	trend_view_init(&v, 60 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	for (int i = 0; i < 60; i++) {
		int64_t first = v.first, cursor = v.cursor;
		trend_view_follow(&v, utc_add(now, i * US_PER_S));
		moves += v.first != first;
		cursors += v.cursor != cursor;
		ck_assert(v.is_live && v.cursor < v.first + v.cells);
	}
	ck_assert_int_le(moves, 11);
	ck_assert_int_ge(moves, 7);
	ck_assert_int_ge(cursors, 50);
}
END_TEST

/* A third of the picture is kept for what is known ahead; keys reach its end and no further; without it all is as before. */
START_TEST(a_view_reaches_into_what_is_known_ahead)
{
	struct trend_view v;
	struct utc until = { NOW + 40 * 3600 * US_PER_S }, none = { 0 };

	trend_view_init(&v, 8 * 3600 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	int64_t first = v.first;
	trend_view_ahead(&v, until, now);
	ck_assert(v.is_live && v.is_following);
	ck_assert_int_eq(trend_view_cell_of(&v, now), 70 - 1 - 70 / 3);
	int64_t jumps = 0;
	for (int i = 1; i < 600; i++) { /* and it stays so */
		int64_t before = v.first;
		trend_view_follow(&v, utc_add(now, i * 60 * US_PER_S));
		jumps += v.first != before;
		ck_assert_int_ge(v.first + v.cells - 1 - v.cursor, 70 / 3 - 70 / 10 - 1);
	}
	ck_assert_int_gt(jumps, 5);
	ck_assert_int_lt(jumps, 40);
	trend_view_now(&v, now);
	trend_view_move(&v, 5, now);
	ck_assert(!v.is_following && v.is_live);
	ck_assert_int_gt(trend_view_cursor(&v).us, NOW);
	trend_view_scroll(&v, 100000, now);
	ck_assert(!v.is_live);
	ck_assert_int_ge(trend_view_to(&v).us, until.us);
	ck_assert_int_le(trend_view_to(&v).us - until.us, trend_view_cell_us(&v) * 8);
	trend_view_move(&v, 100000, now);
	ck_assert_int_lt(trend_view_cursor(&v).us, until.us);
	ck_assert_int_ge(trend_view_cursor(&v).us + trend_view_cell_us(&v), until.us);
	trend_view_ahead(&v, none, now); /* no plan holds any longer */
	ck_assert(v.is_live);
	trend_view_now(&v, now);
	ck_assert_int_eq(v.first, first);
}
END_TEST

/* ---- what a plan says of a time to come */

static struct ahead_plan
plan_ahead(bool is_level, const double *values, unsigned count)
{
	struct wbuf v = { 0 }, b = { 0 };
	struct ahead_plan p;

	for (unsigned i = 0; i < count; i++)
		w_f32(&v, values[i]);
	msg_plan_ahead_put(&b,
	    &(struct msg_plan_ahead){ .made = NOW + 300 * US_PER_S,
	        .start = NOW,
	        .step_s = 900,
	        .is_level = is_level,
	        .before = 40,
	        .values = { v.data, v.len } });
	ck_assert(ahead_read(&p, b.data, b.len));
	for (size_t len = 0; len < b.len; len++) {
		struct ahead_plan cut;
		ck_assert(!ahead_read(&cut, b.data, len) && cut.count == 0);
	}
	wbuf_done(&v);
	wbuf_done(&b);
	return p;
}

/* What is no time and no number is not drawn: sums of it would be neither. */
START_TEST(what_no_plan_says_is_not_read)
{
	static const struct {
		int64_t made, start;
		double before, value;
	} list[] = { { 0, NOW, 1, 1 }, { INT64_MAX, NOW, 1, 1 }, { NOW, INT64_MAX, 1, 1 }, { NOW, INT64_MIN, 1, 1 },
		{ NOW, NOW, HUGE_VAL, 1 }, { NOW, NOW, 1, HUGE_VAL }, { NOW, NOW, 1, -HUGE_VAL } };
	struct wbuf v = { 0 }, b = { 0 };
	struct ahead_plan p;

	w_f32(&v, 1);
	w_f32(&v, list[_i].value);
	msg_plan_ahead_put(&b,
	    &(struct msg_plan_ahead){ .made = list[_i].made,
	        .start = list[_i].start,
	        .step_s = 900,
	        .is_level = true,
	        .before = list[_i].before,
	        .values = { v.data, v.len } });
	ck_assert(!ahead_read(&p, b.data, b.len));
	ck_assert_uint_eq(p.count, 0);
	wbuf_done(&v);
	wbuf_done(&b);
}
END_TEST

static double
ahead_in(const struct ahead_plan *p, int seconds)
{
	return ahead_at(p, utc_add(now, seconds * US_PER_S));
}

START_TEST(what_is_planned_is_known_at_any_time)
{
	static const double kw[] = { 50, (double)NAN, -20 }, soc[] = { 60, 80, 20 };
	struct ahead_plan p = plan_ahead(false, kw, 3);

	ck_assert_double_eq(ahead_in(&p, 0), 50);
	ck_assert_double_eq(ahead_in(&p, 899), 50);
	ck_assert(isnan(ahead_in(&p, 900)));
	ck_assert_double_eq(ahead_in(&p, 1800), -20);
	ck_assert(isnan(ahead_in(&p, 2700)) && isnan(ahead_in(&p, -1)));
	struct bucket b = ahead_bucket(&p, now, utc_add(now, 2700 * US_PER_S));
	ck_assert_double_eq(b.min, -20);
	ck_assert_double_eq(b.max, 50);
	ck_assert_double_eq_tol(b.mean, 15, 6);
	ck_assert(b.seen < 0.8f);
	b = ahead_bucket(&p, utc_add(now, 2700 * US_PER_S), utc_add(now, 3600 * US_PER_S));
	ck_assert(isnan(b.mean) && !(b.seen > 0));

	p = plan_ahead(true, soc, 3); /* the state of charge goes evenly to the end of each step */
	ck_assert(isnan(ahead_in(&p, 299)));
	ck_assert_double_eq(ahead_in(&p, 300), 40);
	ck_assert_double_eq(ahead_in(&p, 600), 50);
	ck_assert_double_eq(ahead_in(&p, 900), 60);
	ck_assert_double_eq(ahead_in(&p, 1350), 70);
	ck_assert_double_eq(ahead_in(&p, 2250), 50);
}
END_TEST

START_TEST(zooming_keeps_the_time_under_the_cursor)
{
	struct trend_view v;

	trend_view_init(&v, 86400 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	trend_view_move(&v, -30, now);
	struct utc at = utc_add(trend_view_cursor(&v), trend_view_cell_us(&v) / 2);
	int64_t place = v.cursor - v.first;
	for (int i = 0; i < 6; i++) {
		trend_view_zoom(&v, 1, now);
		ck_assert_int_eq(trend_view_cell_of(&v, at), v.cursor - v.first);
		ck_assert_int_eq(v.cursor - v.first, place);
		at = utc_add(trend_view_cursor(&v), trend_view_cell_us(&v) / 2);
	}
	ck_assert(!v.is_live);
	for (int i = 0; i < 40; i++)
		trend_view_zoom(&v, 1, now);
	ck_assert_int_eq(v.span_us, TREND_SPAN_MIN);
	for (int i = 0; i < 40; i++)
		trend_view_zoom(&v, -1, now);
	ck_assert_int_eq(v.span_us, TREND_SPAN_MAX);
	ck_assert_int_ge(v.first, 0);
	ck_assert(v.is_live);
}
END_TEST

START_TEST(scrolling_ends_at_now_and_at_1970)
{
	struct trend_view v;

	trend_view_init(&v, 3600 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	int64_t first = v.first;
	trend_view_scroll(&v, -70, now);
	ck_assert_int_eq(v.first, first - 70);
	ck_assert(!v.is_live && !v.is_following);
	trend_view_scroll(&v, 700, now);
	ck_assert_int_eq(v.first, first);
	ck_assert(v.is_live);
	trend_view_goto(&v, (struct utc){ 0 }, now);
	ck_assert_int_eq(v.first, 0);
	ck_assert_int_eq(v.cursor, 0);
	trend_view_move(&v, -5, now);
	ck_assert_int_eq(v.cursor, 0);
	trend_view_goto(&v, utc_add(now, 86400 * US_PER_S), now); /* still to come */
	ck_assert(v.is_live && v.is_following);
}
END_TEST

START_TEST(the_cursor_pulls_the_picture_along)
{
	struct trend_view v;

	trend_view_init(&v, 3600 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	for (int i = 0; i < 200; i++) {
		int64_t before = v.cursor;
		trend_view_move(&v, -1, now);
		ck_assert_int_eq(v.cursor, before - 1);
		ck_assert(v.cursor >= v.first && v.cursor < v.first + v.cells);
	}
	for (int i = 0; i < 300; i++)
		trend_view_move(&v, 1, now);
	ck_assert(v.is_following);
}
END_TEST

START_TEST(another_size_keeps_the_right_edge)
{
	struct trend_view v;

	trend_view_init(&v, 3600 * US_PER_S);
	trend_view_fit(&v, 70, 2, now);
	trend_view_move(&v, -20, now);
	struct utc at = trend_view_cursor(&v);
	trend_view_fit(&v, 120, 2, now);
	ck_assert(v.is_live);
	ck_assert_int_lt(llabs(trend_view_cursor(&v).us - at.us), 60 * US_PER_S);
	trend_view_fit(&v, 1, 1, now);
	trend_view_fit(&v, 480, 2, now);
	ck_assert(v.cursor >= v.first && v.cursor < v.first + v.cells);
}
END_TEST

/* ---- buckets taken together */

START_TEST(buckets_merge_by_the_time_that_was_seen)
{
	struct bucket b[3] = {
		{ .min = 1,
		    .mean = 2,
		    .max = 3,
		    .first = 1,
		    .last = 3,
		    .increment = 4,
		    .good = 1,
		    .seen = 1,
		    .samples = 2 },
		{ .min = (double)NAN,
		    .mean = (double)NAN,
		    .max = (double)NAN,
		    .first = (double)NAN,
		    .last = (double)NAN,
		    .increment = (double)NAN },
		{ .min = 5,
		    .mean = 8,
		    .max = 9,
		    .first = 5,
		    .last = 9,
		    .increment = 1,
		    .good = 0,
		    .seen = 0.5f,
		    .samples = 1,
		    .quality = Q_STALE },
	};
	struct bucket m = chart_merge(b, 3);

	ck_assert_double_eq_tol(m.mean, 4, 1e-9);
	ck_assert_double_eq(m.min, 1);
	ck_assert_double_eq(m.max, 9);
	ck_assert_double_eq(m.last, 9);
	ck_assert_double_eq(m.increment, 5);
	ck_assert_double_eq_tol((double)m.seen, 0.5, 1e-6);
	ck_assert_double_eq_tol((double)m.good, 1.0 / 3, 1e-6);
	ck_assert_uint_eq(m.samples, 3);
	ck_assert_uint_eq(m.quality, Q_STALE);
	m = chart_merge(&b[1], 1);
	ck_assert(isnan(m.mean) && isnan(m.increment) && isnan(m.min));
}
END_TEST

START_TEST(points_of_one_unit_share_a_scale_unless_told_otherwise)
{
	struct bucket a[2] = { { .min = 10, .mean = 12, .max = 14 }, { .min = 10, .mean = 12, .max = 14 } };
	struct bucket b[2] = { { .min = 90, .mean = 95, .max = 98 }, { .min = 90, .mean = 95, .max = 98 } };
	struct client_point pt = { .range_lo = -200,
		.range_hi = 200,
		.ll = (double)NAN,
		.l = (double)NAN,
		.h = (double)NAN,
		.hh = (double)NAN };
	struct chart c = { .pen_count = 2, .view = { .cells = 2, .fine = 1, .step_us = 1000 } };
	double lo, hi;

	c.pens[0] = (struct chart_pen){ .name = "A", .unit = "%", .buckets = a, .point = &pt };
	c.pens[1] = (struct chart_pen){ .name = "B", .unit = "%", .buckets = b };
	ck_assert(chart_scale_of(&c, 0, &lo, &hi));
	ck_assert(lo <= 10 && hi >= 98);
	c.scale = SCALE_OWN;
	ck_assert(chart_scale_of(&c, 0, &lo, &hi));
	ck_assert(lo <= 10 && hi < 20);
	c.scale = SCALE_RANGE;
	ck_assert(chart_scale_of(&c, 0, &lo, &hi));
	ck_assert_double_eq(lo, -200);
	ck_assert_double_eq(hi, 200);
	c.scale = SCALE_AUTO;
	c.pens[1].unit = "kW";
	ck_assert(chart_scale_of(&c, 0, &lo, &hi));
	ck_assert(hi < 20);
	a[0].min = a[0].mean = a[0].max = a[1].min = a[1].mean = a[1].max = NONE;
	ck_assert(!chart_scale_of(&c, 0, &lo, &hi));
	ck_assert(lo < hi);
}
END_TEST

T_MAIN("plot",
    T_FIXTURE(setup, teardown) T(dots_follow_the_values_two_columns_a_cell) T(a_gap_stays_a_gap_in_every_graph)
        T(the_mean_stands_out_of_its_band) T(without_a_band_blocks_are_full) T(steps_are_joined_in_ascii)
            T(what_is_beyond_the_scale_is_said_at_the_edge) T(another_curve_is_its_letter)
                T(a_doubtful_column_marks_its_cell) T(limits_are_dashed_and_leave_curves_alone) T(no_size_no_harm)
                    T(the_graph_is_chosen_by_word_terminal_and_characters) T(a_new_view_ends_at_now_with_a_little_room)
                        T(a_view_that_was_never_drawn_can_be_moved) T(live_it_moves_in_jumps)
                            T(a_view_reaches_into_what_is_known_ahead) T(what_is_planned_is_known_at_any_time)
                                T_LOOP(what_no_plan_says_is_not_read, 0, 7) T(zooming_keeps_the_time_under_the_cursor)
                                    T(scrolling_ends_at_now_and_at_1970) T(the_cursor_pulls_the_picture_along)
                                        T(another_size_keeps_the_right_edge) T(buckets_merge_by_the_time_that_was_seen)
                                            T(points_of_one_unit_share_a_scale_unless_told_otherwise))
