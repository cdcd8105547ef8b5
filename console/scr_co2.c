/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_co2.c - CO2 and cost of today, this month and this fiscal year: what was saved, against the target, and by which factors.
 * It is asked for when the page opens, each minute, and by Enter.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/report_ask.h"
#include "console/savings.h"
#include "console/screen.h"
#include "console/wrap.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define EACH_S      60 /* it is asked for anew */
#define UNIT_CELLS  7
#define SPAN_CELLS  13 /* of a number, and its marks */
#define MARK_CELLS  2
#define SPAN_NARROW 11 /* with room for one mark */
#define NARROW      72 /* columns of a screen below which numbers stand closer */
#define WIDE        90 /* numbers stand no farther to the right, or the eye loses the row */
#define FOOT_LEAST  14 /* rows of the body from which the foot may have more than one */
#define FOOT_MOST   3  /* rows for factors and tariffs on a small screen */

struct page {
	struct console *co;
	struct savings s;
	bool has;
	struct report_ask ask;
	int seconds;     /* since it was asked for */
	struct utc made; /* by the server */
	char failed[200];
};

/* What a small screen shows, the most wanted first. */
static const char *const few[] = { "saved_local", "target_share", "saved_dispatch", "emitted", "without_local",
	"bought", "given", "made", "heat", "cost", "cost_saved", "base", "known" };

/* ---- questions */

static void
answer(void *owner, struct rgot *got, const char *why)
{
	struct page *p = owner;
	struct savings *s = xcalloc(1, sizeof *s);

	p->failed[0] = '\0';
	if (got == NULL) {
		str_copy(p->failed, sizeof p->failed, why);
	} else if (!savings_read((const char *)got->content.data, got->content.len, s)) {
		str_copy(p->failed, sizeof p->failed, "the server sent no figures of CO2 and cost that can be read");
	} else {
		p->s = *s;
		p->has = true;
		p->made.us = got->made;
	}
	if (got != NULL)
		wbuf_done(&got->content);
	free(s);
	console_changed(p->co, DRAW_ALL);
}

static void
ask(struct page *p)
{
	struct wbuf b;

	wbuf_init(&b);
	savings_question(&b);
	p->seconds = 0;
	if (!report_ask_put(&p->ask, p->co->client, &b))
		str_copy(p->failed, sizeof p->failed, "it cannot be asked for without a link to chisand");
	wbuf_done(&b);
}

static bool
open_co2(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	(void)argument;
	p->co = co;
	p->ask.owner = p;
	p->ask.done = answer;
	ask(p);
	return true;
}

static void
close_co2(struct console *co, void *private)
{
	struct page *p = private;

	(void)co;
	report_ask_forget(&p->ask);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL)
		ask(p);
	else if (what == CHANGE_SECOND && ++p->seconds >= EACH_S && p->ask.asked == 0 && !console_is_lost(co))
		ask(p);
	return what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE ? DRAW_ALL : DRAW_NOTHING;
}

/* ---- the page */

static int
span_cells(const struct console *co)
{
	return co->grid->columns < NARROW ? SPAN_NARROW : SPAN_CELLS;
}

static int
mark_cells(const struct console *co)
{
	return co->grid->columns < NARROW ? 1 : MARK_CELLS;
}

/* Where the column of a span begins. */
static int
span_at(const struct console *co, struct area a, int span)
{
	int columns = a.columns < WIDE ? a.columns : WIDE;

	return a.column + columns - 1 - (SAVINGS_SPANS - span) * span_cells(co);
}

static void
draw_heads(struct console *co, const struct savings *s, int row, struct area a)
{
	static const char *const en[] = { "Today", "This month", "FY " }, *const ja[] = { "本日", "今月", "年度" };
	char text[48];

	for (int k = 0; k < SAVINGS_SPANS; k++) {
		const char *year = k == SAVINGS_SPANS - 1 ? s->spans[k] : "";
		str_printf(text, sizeof text, "%s%s", co->is_ja ? year : en[k], co->is_ja ? ja[k] : year);
		grid_fit(co->grid, row, span_at(co, a, k), span_cells(co) - mark_cells(co), LOOK_TITLE, text, true);
	}
}

static enum look
look_of(const struct savings_row *r, int span)
{
	if (!r->is_there[span])
		return LOOK_LABEL;
	if (isnan(r->v[span]))
		return LOOK_BAD;
	return r->marks[span][0] != '\0' ? LOOK_UNCERTAIN : LOOK_NORMAL;
}

static void
draw_row(struct console *co, const struct savings *s, const struct savings_row *r, int row, struct area a)
{
	char text[160], unit[32], number[48];
	int cells = span_at(co, a, 0) - a.column - 1 - UNIT_CELLS;
	bool is_main = strncmp(r->key, "saved", 5) == 0;

	text_put_safe(text, sizeof text, savings_title(s, r, co->is_ja), -1);
	if (strchr(r->key, '.') != NULL) /* one of the site's lines, below their sum */
		grid_fit(co->grid, row, a.column + 3, cells - 3, LOOK_LABEL, text, false);
	else
		grid_fit(co->grid, row, a.column + 1, cells - 1, is_main ? LOOK_TITLE : LOOK_LABEL, text, false);
	text_put_safe(unit, sizeof unit, r->unit, -1);
	grid_fit(co->grid, row, a.column + 1 + cells, UNIT_CELLS, LOOK_LABEL, strcmp(unit, "kg-CO2") == 0 ? "kg" : unit,
	    false);
	for (int k = 0; k < SAVINGS_SPANS; k++) {
		int at = span_at(co, a, k), digits = span_cells(co) - mark_cells(co);
		grid_fit(co->grid, row, at, digits, look_of(r, k), savings_number(r, k, number, sizeof number), true);
		grid_put(co->grid, row, at + digits, mark_cells(co), look_of(r, k), r->marks[k]);
	}
}

/* Wrapped in at most `rows` rows; how many it took. */
static int
put_text(struct console *co, int row, int rows, struct area a, enum look look, const char *raw)
{
	char safe[2400], line[2400];
	int used = 0;
	size_t skip;

	text_put_safe(safe, sizeof safe, raw, -1);
	for (const char *rest = safe; used < rows && *rest != '\0'; used++) {
		size_t n = wrap_line(rest, a.columns - 2, &skip);

		str_copy(line, sizeof line, rest);
		if (used + 1 < rows) /* the last one is cut, and says so */
			line[n] = '\0';
		grid_fit(co->grid, row + used, a.column + 1, a.columns - 2, look, line, false);
		rest += n + skip;
	}
	return used;
}

/* The year against its target; "" if there is none. */
static void
target_text(const struct console *co, const struct savings *s, char *buf, size_t size)
{
	const struct savings_row *target = savings_find(s, "target"), *expected = savings_find(s, "expected");
	char t[48], e[48];

	buf[0] = '\0';
	if (target == NULL || isnan(target->v[SAVINGS_SPANS - 1]))
		return;
	str_fixed(t, sizeof t, target->v[SAVINGS_SPANS - 1] / 1000, 0);
	if (expected == NULL || isnan(expected->v[SAVINGS_SPANS - 1]))
		str_copy(e, sizeof e, "***");
	else
		str_fixed(e, sizeof e, expected->v[SAVINGS_SPANS - 1] / 1000, 0);
	str_printf(buf, size,
	    co->is_ja ? "年度目標 %s t、現在のペースで年度末 %s t の見込"
	              : "Target %s t a fiscal year; at the present rate %s t by its end",
	    t, e);
}

/* Those of the table, in one text. */
static void
sources_text(const struct console *co, const struct savings *s, char *buf, size_t size)
{
	char part[200];

	str_copy(buf, size, console_title(co, "Factors: ", "係数: "));
	for (unsigned i = 0; i < s->factor_count; i++) {
		str_printf(part, sizeof part, "%s%s %s %s", i > 0 ? "; " : "", s->factors[i].id, s->factors[i].value,
		    s->factors[i].unit);
		str_append(buf, size, part);
	}
	for (unsigned i = 0; i < s->tariff_count; i++) {
		str_printf(part, sizeof part, "%s%.60s %s %s",
		    i > 0 ? "; " : console_title(co, "; tariff: ", "、料金: "), s->tariffs[i].id,
		    console_title(co, "from", "適用"), s->tariffs[i].from);
		str_append(buf, size, part);
	}
}

/* A row each, with their sources. */
static int
draw_sources(struct console *co, const struct savings *s, int row, struct area a)
{
	char text[600];
	int used = 0;

	for (unsigned i = 0; i < s->factor_count + s->tariff_count; i++) {
		bool is_factor = i < s->factor_count;
		const struct savings_factor *k = is_factor ? &s->factors[i] : &s->tariffs[i - s->factor_count];
		str_printf(text, sizeof text, "%s %s%s%s%s%s, %s %s: %s",
		    is_factor ? console_title(co, "Factor", "係数") : console_title(co, "Tariff", "料金"), k->id,
		    is_factor ? " " : "", k->value, is_factor ? " " : "", k->unit, console_title(co, "from", "適用"),
		    k->from, k->source);
		used += put_text(co, row + used, 1, a, LOOK_LABEL, text);
	}
	return used;
}

static void
draw_all(struct console *co, const struct savings *s, struct area a)
{
	char text[300];
	int row = a.row + 1;

	for (unsigned i = 0; i < s->row_count; i++)
		draw_row(co, s, &s->rows[i], row++, a);
	target_text(co, s, text, sizeof text);
	row += 1 + put_text(co, row + 1, 1, a, LOOK_TITLE, text);
	if (s->least[0] != '\0') {
		str_printf(text, sizeof text, co->is_ja ? "把握率が最低: %s" : "Known least: %s", s->least);
		row += put_text(co, row, 1, a, LOOK_UNCERTAIN, text);
	}
	draw_sources(co, s, row, a);
}

/* Rows of a text, at most `most`. */
static int
rows_of(struct area a, const char *raw, int most)
{
	char safe[2400];
	int used = 0;
	size_t skip;

	text_put_safe(safe, sizeof safe, raw, -1);
	for (const char *rest = safe; used < most && *rest != '\0'; used++) {
		size_t n = wrap_line(rest, a.columns - 2, &skip);
		rest += n + skip;
	}
	return used;
}

/* The foot has its rows first: what stands above it is in the order of its worth. */
static void
draw_few(struct console *co, const struct savings *s, struct area a)
{
	char target[300], sources[2000];
	int row = a.row + 1, foot, end;

	target_text(co, s, target, sizeof target);
	sources_text(co, s, sources, sizeof sources);
	foot = rows_of(a, sources, a.rows >= FOOT_LEAST ? FOOT_MOST : 1);
	end = a.row + a.rows - foot - (target[0] != '\0');
	for (size_t i = 0; i < ARRAY_LEN(few) && row < end; i++) {
		const struct savings_row *r = savings_find(s, few[i]);
		if (r != NULL)
			draw_row(co, s, r, row++, a);
	}
	row += put_text(co, row, 1, a, LOOK_TITLE, target);
	put_text(co, row, foot, a, LOOK_LABEL, sources);
}

static void
draw(struct console *co, void *private, struct area a)
{
	const struct page *p = private;

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column;
	if (!p->has) {
		grid_fit(co->grid, a.row + 1, a.column + 3, a.columns - 4, p->failed[0] != '\0' ? LOOK_BAD : LOOK_LABEL,
		    p->failed[0] != '\0' ? p->failed : "The figures are being made.", false);
		return;
	}
	if (p->failed[0] != '\0')
		grid_fit(co->grid, a.row, a.column + 1, span_at(co, a, 0) - a.column - 1, LOOK_BAD, p->failed, false);
	draw_heads(co, &p->s, a.row, a);
	int all = (int)(p->s.row_count + p->s.factor_count + p->s.tariff_count) + 4;
	if (a.rows >= all)
		draw_all(co, &p->s, a);
	else
		draw_few(co, &p->s, a);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	(void)co;
	(void)argument;
	if (req != REQ_OPEN)
		return REQ_UNHANDLED;
	ask(private);
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	const struct page *p = private;
	char when[24];

	str_copy(title, title_size, console_title(co, "CO2 and cost so far", "CO2・料金実績"));
	if (p->has)
		str_printf(hint, hint_size, co->is_ja ? "%s 現在、Enterで更新" : "as of %s, Enter reads anew",
		    utc_civil(when, sizeof when, p->made, "%m-%d %H:%M"));
}

const struct screen_ops scr_co2 = {
	.name = "co2",
	.title = "CO2 and cost so far",
	.title_ja = "CO2・料金実績",
	.help = "CO2 saved and emitted, energy and its cost: today, this month, this fiscal year",
	.modes = MODE_ALL,
	.private_size = sizeof(struct page),
	.open = open_co2,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_co2,
	.head = head,
};
