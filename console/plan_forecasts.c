/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_forecasts.c - a row a series: from what it is foretold, its mean, its errors by lead time in % of that, bias, hours learned from.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/plan_forecasts.h"
#include "console/wrap.h"
#include "scada/base/str.h"

#define POINT_CELLS 14
#define BASIS_CELLS 10 /* "clear sky" */
#define MEAN_CELLS  11 /* "12345.6 kW" */
#define LEAD_CELLS  7
#define DETAIL_ROWS 3 /* an empty one, then what is said of the selected series */
#define FILE_ROWS   3 /* at most */

static const unsigned shown_min[] = { 60, 180, 720, 1440 }; /* minutes ahead */
#define SHOWN (sizeof shown_min / sizeof shown_min[0])

char *
plan_forecasts_file(const struct console *co, const struct forecast_got *f, char *buf, size_t size)
{
	buf[0] = '\0';
	if (f->is_there && f->file != FORECAST_FILE_NONE)
		str_printf(buf, size, "%s (%s) %s", console_title(co, "File of forecasts", "予測ファイル"),
		    forecast_file_word(f->file), f->text);
	return buf;
}

static const struct forecast_got_lead *
lead_of(const struct forecast_got_series *s, unsigned ahead_min)
{
	for (unsigned i = 0; i < s->lead_count; i++)
		if (s->leads[i].ahead_min == ahead_min)
			return &s->leads[i];
	return NULL;
}

static void
number_cell(struct console *co, int row, int column, int cells, enum look look, double v, int decimals)
{
	char text[40];

	grid_fit(
	    co->grid, row, column, cells, look, isfinite(v) ? str_fixed(text, sizeof text, v, decimals) : "-", true);
}

static int
put_title(struct console *co, int row, int at, int cells, const char *text, bool right)
{
	grid_fit(co->grid, row, at, cells - 1, LOOK_TITLE, text, right);
	return at + cells;
}

/* What a narrow terminal has no room for is left out, never cut. */
static bool
has_room(struct area a, int at)
{
	return at + LEAD_CELLS - 1 <= a.column + a.columns;
}

static void
draw_titles(struct console *co, int row, struct area a)
{
	char hours[16];
	int at = a.column + 1;

	at = put_title(co, row, at, POINT_CELLS, console_title(co, "Foretold", "予測点"), false);
	at = put_title(co, row, at, BASIS_CELLS, console_title(co, "From", "根拠"), false);
	at = put_title(co, row, at, MEAN_CELLS, console_title(co, "Next day", "翌日平均"), true);
	for (unsigned i = 0; i < SHOWN && has_room(a, at); i++) {
		str_printf(hours, sizeof hours, "%uh %%", shown_min[i] / 60);
		at = put_title(co, row, at, LEAD_CELLS, hours, true);
	}
	if (has_room(a, at))
		at = put_title(co, row, at, LEAD_CELLS, console_title(co, "Bias %", "偏り%"), true);
	if (has_room(a, at))
		put_title(co, row, at, LEAD_CELLS, console_title(co, "Hours", "時間"), true);
}

static void
draw_series(struct console *co, const struct forecast_got_series *s, int row, struct area a)
{
	const struct forecast_got_lead *day = lead_of(s, shown_min[SHOWN - 1]);
	char mean[48], number[40];
	int at = a.column + 1;

	grid_fit(co->grid, row, at, POINT_CELLS - 1, LOOK_NORMAL, s->point, false);
	at += POINT_CELLS;
	grid_fit(
	    co->grid, row, at, BASIS_CELLS - 1, LOOK_LABEL, s->given == FORECAST_PARTLY ? "file+own" : s->basis, false);
	at += BASIS_CELLS;
	str_printf(
	    mean, sizeof mean, "%s %s", str_fixed(number, sizeof number, s->mean, 1), forecast_kind_unit(s->kind));
	grid_fit(co->grid, row, at, MEAN_CELLS - 1, LOOK_NORMAL, mean, true);
	at += MEAN_CELLS;
	for (unsigned i = 0; i < SHOWN && has_room(a, at); i++, at += LEAD_CELLS) {
		const struct forecast_got_lead *l = lead_of(s, shown_min[i]);
		number_cell(co, row, at, LEAD_CELLS - 1, LOOK_NORMAL,
		    l != NULL && l->count > 0 ? forecast_got_share(s, l->error) : (double)NAN, 1);
	}
	if (has_room(a, at))
		number_cell(co, row, at, LEAD_CELLS - 1, LOOK_NORMAL,
		    day != NULL && day->count > 0 ? forecast_got_share(s, day->bias) : (double)NAN, 1);
	if (has_room(a, at + LEAD_CELLS))
		number_cell(co, row, at + LEAD_CELLS, LEAD_CELLS - 1, LOOK_NORMAL, s->hours, 0);
}

/* What the selected one was wrong by a day ahead, in its own unit; and what that makes of a reserve. */
static void
draw_detail(struct console *co, const struct forecast_got_series *s, int row, struct area a)
{
	const struct forecast_got_lead *l = lead_of(s, shown_min[SHOWN - 1]);
	const char *unit = forecast_kind_unit(s->kind);
	char text[300], error[40], low[40], high[40];

	if (l == NULL || l->count == 0)
		str_printf(text, sizeof text,
		    co->is_ja ? "%s: 予測誤差は未測定。予備力は予測の±50%%で見込む"
		              : "%s: no error was measured yet; reserves reckon with half of the forecast either way",
		    s->point);
	else
		str_printf(text, sizeof text,
		    co->is_ja ? "%s: 24時間先の平均誤差 %s %s、80%%範囲 %s ～ %s %s"
		              : "%s: a day ahead off by %s %s in the mean; four of five within %s and %s %s",
		    s->point, str_fixed(error, sizeof error, l->error, 1), unit, str_fixed(low, sizeof low, l->low, 1),
		    str_fixed(high, sizeof high, l->high, 1), unit);
	wrap_put(co->grid, row, DETAIL_ROWS - 1, a.column + 1, a.columns - 2, LOOK_NORMAL, text);
}

void
plan_forecasts_draw(struct console *co, const struct forecast_got *f, struct list *list, struct area a)
{
	char file[800];
	int top = a.row + 1, rows = a.rows - 1 - DETAIL_ROWS;

	plan_forecasts_file(co, f, file, sizeof file);
	if (file[0] != '\0') {
		int used = wrap_put(co->grid, a.row, FILE_ROWS, a.column + 1, a.columns - 2,
		    f->file == FORECAST_FILE_FRESH ? LOOK_NORMAL : LOOK_UNCERTAIN, file);
		top += used;
		rows -= used;
	}
	if (!f->is_there || f->count == 0) {
		grid_fit(co->grid, top, a.column + 1, a.columns - 2, LOOK_LABEL,
		    console_title(co, "Nothing was foretold yet.", "予測はまだありません。"), false);
		return;
	}
	draw_titles(co, top - 1, a);
	list_fit(list, (int)f->count, rows > 0 ? rows : 1);
	for (int i = 0; i < rows && list->top + i < list->count; i++) {
		draw_series(co, &f->series[list->top + i], top + i, a);
		if (list->top + i != list->at)
			continue;
		grid_paint(co->grid, top + i, a.column, a.columns, LOOK_SELECTED);
		co->grid->cursor_row = top + i;
		co->grid->cursor_column = a.column;
		if (rows > 0)
			draw_detail(co, &f->series[list->at], a.row + a.rows - DETAIL_ROWS + 1, a);
	}
}
