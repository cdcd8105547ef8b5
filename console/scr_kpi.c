/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_kpi.c - how the alarm system is, on one screen: its figures beside their targets, those that miss them said in words, the ten most
 * frequent alarms, and what is put aside. The figures are those of the report `alarms`, asked for and read as such.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/kpi_read.h"
#include "console/report_ask.h"
#include "console/screen.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define SPANS       3
#define AGAIN_US    (5 * 60 * US_PER_S) /* so old they are made again by themselves */
#define LINES_MAX   64
#define WIDE_CELLS  120
#define LEAST_CELLS 78 /* with less, and on a lower screen, it is one column that is moved */

static const struct span {
	const char *word, *title, *title_ja;
	int hours;
} spans[SPANS] = {
	{ "24h", "last 24 hours", "直近24時間", 24 },
	{ "7d", "last 7 days", "直近7日", 7 * 24 },
	{ "30d", "last 30 days", "直近30日", 30 * 24 },
};

/* Those that matter most, in few cells; a large screen has all of them by their names in the report. */
static const struct figure {
	enum kpi kpi;
	const char *name, *name_ja;
} figures[] = {
	{ KPI_ALARMS, "Alarms", "警報発報数" },
	{ KPI_HOUR, "per hour", "1時間あたり" },
	{ KPI_TEN, "per 10 minutes", "10分あたり" },
	{ KPI_PEAK_TEN, "most in 10 minutes", "10分間最大" },
	{ KPI_OVER_TEN, "10 min with over 10", "10件超の10分間" },
	{ KPI_FLOODS, "Floods", "警報氾濫" },
	{ KPI_FLOODED, "time in floods", "氾濫時間の割合" },
	{ KPI_STALE, "Stale: over a day", "長時間継続" },
	{ KPI_CHATTER, "Chattering alarms", "チャタリング警報" },
	{ KPI_TOP, "Share of the top ten", "上位10警報の割合" },
	{ KPI_P1, "Priority 1", "優先度1" },
	{ KPI_P2, "Priority 2", "優先度2" },
	{ KPI_P34, "Priorities 3 and 4", "優先度3・4" },
	{ KPI_ACK_MEAN, "Mean time to ack", "平均確認時間" },
	{ KPI_NEVER, "Never acknowledged", "未確認のまま終了" },
};
static const struct aside {
	enum kpi kpi;
	const char *name, *name_ja;
} asides[] = {
	{ KPI_SHELVED, "Shelved", "保留" },
	{ KPI_SUPPRESSED, "By design", "設計抑制" },
	{ KPI_OUT, "Out of service", "除外" },
};
static const struct {
	const char *word, *ja;
	enum look look;
} verdicts[KPI_VERDICT_COUNT] = {
	[KPI_NONE] = { "", "", LOOK_NORMAL },
	[KPI_MET] = { "met", "達成", LOOK_LABEL },
	[KPI_MISSED] = { "MISSED", "未達", LOOK_UNCERTAIN },
	[KPI_FAR] = { "FAR OVER", "大幅超過", LOOK_BAD },
};

struct page {
	struct console *co;
	int span, top; /* top: first line, of the linear page */
	struct report_ask ask;
	bool has;
	struct kpi_figures got;
	struct utc from, to;
	char failed[200];
	char lines[LINES_MAX][160];
	int count;
};

/* ---- the question */

static void
answer(void *owner, struct rgot *got, const char *why)
{
	struct page *p = owner;
	struct kpi_figures figures_got;

	p->failed[0] = '\0';
	if (got == NULL) {
		str_copy(p->failed, sizeof p->failed, why);
	} else if (!kpi_read((const char *)got->content.data, got->content.len, &figures_got)) {
		str_copy(p->failed, sizeof p->failed, "the server sent no report of alarms that can be read");
	} else {
		p->got = figures_got;
		p->from = (struct utc){ got->from };
		p->to = (struct utc){ got->to };
		p->has = true;
	}
	if (got != NULL)
		wbuf_done(&got->content);
	console_changed(p->co, DRAW_ALL);
}

static void
ask(struct page *p)
{
	struct utc from = utc_add(p->co->now, -(int64_t)spans[p->span].hours * 3600 * US_PER_S);
	char label[RKIND_LABEL];
	struct wbuf b;

	utc_civil(label, sizeof label, from, "%Y-%m-%dT%H%M");
	wbuf_init(&b);
	rgot_question(&b, rkind_find("alarms"), label, RGOT_NOW, REPORT_CSV, p->co->is_ja);
	if (!report_ask_put(&p->ask, p->co->client, &b))
		str_copy(p->failed, sizeof p->failed, "they cannot be asked for without a link to chisand");
	wbuf_done(&b);
}

/* ---- the page */

static int
span_of(const char *word)
{
	int i = 0;

	while (i < SPANS && strcmp(spans[i].word, word) != 0)
		i++;
	return i;
}

static bool
open_kpi(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	p->co = co;
	p->ask.owner = p;
	p->ask.done = answer;
	if (argument != NULL && argument[0] != '\0' && (p->span = span_of(argument)) == SPANS) {
		console_message(co, true, "%s is no span of these figures; write 24h, 7d or 30d", argument);
		return false;
	}
	ask(p);
	return true;
}

static void
close_kpi(struct console *co, void *private)
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
	switch (what) {
	case CHANGE_MODEL: ask(p); return DRAW_ALL;
	case CHANGE_SECOND:
		if (p->ask.asked == 0 && p->has && !console_is_lost(co) && utc_diff_us(co->now, p->to) > AGAIN_US)
			ask(p);
		return DRAW_NOTHING;
	case CHANGE_ALARM: return DRAW_BODY;
	case CHANGE_PHASE:
	case CHANGE_LANGUAGE: return DRAW_ALL;
	default: return DRAW_NOTHING;
	}
}

/* "0.69 %", "-" */
static const char *
value_text(const struct page *p, enum kpi k, char *buf, size_t size)
{
	bool is_number = strcmp(p->got.value[k], "-") != 0;

	str_printf(buf, size, "%s%s%s", p->got.value[k], is_number && kpi_row(k)->unit[0] != '\0' ? " " : "",
	    is_number ? kpi_row(k)->unit : "");
	return buf;
}

static const char *
target_text(enum kpi k, char *buf, size_t size)
{
	const struct kpi_row *r = kpi_row(k);
	const char *sign = r->sense == KPI_FROM ? ">= " : r->sense == KPI_UPTO && r->target_text[0] != '<' ? "<= " : "";

	if (r->target_text[0] == '\0')
		buf[0] = '\0';
	else if (r->sense == KPI_UPTO && r->target < 1)
		str_copy(buf, size, "none");
	else
		str_printf(buf, size, "%s%s", sign, r->target_text);
	return buf;
}

static uint32_t
aside_now(const struct console *co, enum kpi k)
{
	const struct client_alarms *a = co->client->alarms;

	return a == NULL ? 0 : k == KPI_SHELVED ? a->shelved : k == KPI_SUPPRESSED ? a->suppressed : a->out;
}

static void
draw_figure(const struct page *p, int row, int at, int cells, enum kpi k, const char *name)
{
	struct grid *g = p->co->grid;
	char text[48];
	enum look look = verdicts[p->got.verdict[k]].look;

	grid_fit(g, row, at, cells, LOOK_NORMAL, name, false);
	grid_fit(g, row, at + cells + 1, 9, p->got.verdict[k] > KPI_MET ? look : LOOK_TITLE,
	    value_text(p, k, text, sizeof text), true);
	grid_fit(g, row, at + cells + 10, 7, LOOK_LABEL, target_text(k, text, sizeof text), true);
	grid_put(g, row, at + cells + 19, 9, look,
	    p->co->is_ja ? verdicts[p->got.verdict[k]].ja : verdicts[p->got.verdict[k]].word);
}

static void
draw_figures(const struct page *p, struct area a, int cells, bool is_wide)
{
	struct grid *g = p->co->grid;
	int row = a.row + 1, at = a.column + 1;

	grid_put(g, row, at, cells, LOOK_TITLE, "Figure");
	grid_fit(g, row, at + cells + 1, 9, LOOK_TITLE, "Value", true);
	grid_fit(g, row, at + cells + 10, 7, LOOK_TITLE, "Target", true);
	grid_put(g, row, at + cells + 19, 9, LOOK_TITLE, "Judged");
	for (unsigned i = 0; !is_wide && i < ARRAY_LEN(figures); i++)
		draw_figure(p, ++row, at, cells, figures[i].kpi, p->co->is_ja ? figures[i].name_ja : figures[i].name);
	for (unsigned k = 0; is_wide && k < KPI_COUNT; k++)
		draw_figure(p, ++row, at, cells, (enum kpi)k,
		    p->co->is_ja ? kpi_row((enum kpi)k)->name_ja : kpi_row((enum kpi)k)->name);
}

static void
draw_top(const struct page *p, struct area a, int at)
{
	struct grid *g = p->co->grid;
	int row = a.row + 1, cells = a.columns - at - 14 + a.column;

	grid_put(g, row, at, cells, LOOK_TITLE, "Most frequent");
	grid_fit(g, row, at + cells + 1, 5, LOOK_TITLE, "Times", true);
	grid_fit(g, row, at + cells + 7, 7, LOOK_TITLE, "Share", true);
	for (unsigned i = 0; i < p->got.tops; i++) {
		const struct kpi_top *t = &p->got.top[i];
		grid_fit(g, ++row, at, cells, LOOK_NORMAL, t->name, false);
		grid_fit(g, row, at + cells + 1, 5, LOOK_NORMAL, t->times, true);
		grid_fit(g, row, at + cells + 7, 7, LOOK_NORMAL, t->share, true);
	}
	if (p->got.tops == 0)
		grid_put(g, ++row, at, cells, LOOK_LABEL, "no alarm");
	row = a.row + 1 + KPI_TOP_MOST + 1;
	grid_put(g, row, at, cells, LOOK_TITLE, "Put aside");
	grid_fit(g, row, at + cells + 1, 5, LOOK_TITLE, "Times", true);
	grid_fit(g, row, at + cells + 7, 7, LOOK_TITLE, "Now", true);
	for (unsigned i = 0; i < ARRAY_LEN(asides); i++) {
		grid_fit(g, ++row, at, cells, LOOK_NORMAL, p->co->is_ja ? asides[i].name_ja : asides[i].name, false);
		grid_fit(g, row, at + cells + 1, 5, LOOK_NORMAL, p->got.value[asides[i].kpi], true);
		char now[16];
		str_printf(now, sizeof now, "%u", aside_now(p->co, asides[i].kpi));
		grid_fit(g, row, at + cells + 7, 7, LOOK_NORMAL, now, true);
	}
}

/* ---- the linear page: a line a figure, to be heard */

static void
say(struct page *p, const char *text)
{
	if (p->count < LINES_MAX)
		text_put_safe(p->lines[p->count++], sizeof p->lines[0], text, -1);
}

static void
build_lines(struct page *p)
{
	char text[300], value[48], target[48];
	bool ja = p->co->is_ja;

	p->count = 0;
	for (unsigned i = 0; i < ARRAY_LEN(figures); i++) {
		enum kpi k = figures[i].kpi;
		const char *word = ja ? verdicts[p->got.verdict[k]].ja : verdicts[p->got.verdict[k]].word;
		target_text(k, target, sizeof target);
		str_printf(text, sizeof text, "%s: %s%s%s%s%s", ja ? figures[i].name_ja : figures[i].name,
		    value_text(p, k, value, sizeof value), target[0] != '\0' ? ", target " : "", target,
		    word[0] != '\0' ? ", " : "", word);
		say(p, text);
	}
	for (unsigned i = 0; i < ARRAY_LEN(asides); i++) {
		str_printf(text, sizeof text, "%s: %s times, %u now", ja ? asides[i].name_ja : asides[i].name,
		    p->got.value[asides[i].kpi], aside_now(p->co, asides[i].kpi));
		say(p, text);
	}
	for (unsigned i = 0; i < p->got.tops; i++) {
		const struct kpi_top *t = &p->got.top[i];
		str_printf(text, sizeof text, "Number %u: %s, %s times, %s", i + 1, t->name, t->times, t->share);
		say(p, text);
	}
}

static void
draw_lines(struct page *p, struct area a)
{
	int rows = a.rows - 1;

	build_lines(p);
	if (p->top > p->count - rows)
		p->top = p->count - rows;
	if (p->top < 0)
		p->top = 0;
	for (int i = 0; i < rows && p->top + i < p->count; i++)
		grid_put(p->co->grid, a.row + 1 + i, a.column, a.columns, LOOK_NORMAL, p->lines[p->top + i]);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	char text[200], from[32], to[32];
	bool is_wide = a.columns >= WIDE_CELLS && a.rows >= KPI_COUNT + 2;
	int cells = is_wide ? 40 : 20;

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column;
	if (!p->has || p->failed[0] != '\0') {
		grid_fit(co->grid, a.row + 1, a.column + 3, a.columns - 4, p->failed[0] != '\0' ? LOOK_BAD : LOOK_LABEL,
		    p->failed[0] != '\0' ? p->failed : "The figures are being made.", false);
		return;
	}
	utc_civil(from, sizeof from, p->from, "%m-%d %H:%M");
	utc_civil(to, sizeof to, p->to, "%m-%d %H:%M");
	str_printf(text, sizeof text, "%s to %s%s", from, to, p->ask.asked != 0 ? "; newer ones are being made" : "");
	grid_fit(co->grid, a.row, a.column + (co->is_accessible ? 0 : 1), a.columns - 2, LOOK_LABEL, text, false);
	if (co->is_accessible || a.columns < LEAST_CELLS || a.rows < (int)ARRAY_LEN(figures) + 2) {
		draw_lines(p, a);
		return;
	}
	draw_figures(p, a, cells, is_wide);
	draw_top(p, a, a.column + cells + 29);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	int span = p->span;

	switch (req) {
	case REQ_KPI:
		span = argument != NULL && argument[0] != '\0' ? span_of(argument) : (span + 1) % SPANS;
		if (span == SPANS) {
			console_message(co, true, "%s is no span of these figures; write 24h, 7d or 30d", argument);
			return DRAW_ALL;
		}
		break;
	case REQ_RIGHT: span = (span + 1) % SPANS; break;
	case REQ_LEFT: span = (span + SPANS - 1) % SPANS; break;
	case REQ_UP: p->top--; return DRAW_BODY;
	case REQ_DOWN: p->top++; return DRAW_BODY;
	case REQ_HOME: p->top = 0; return DRAW_BODY;
	case REQ_END: p->top = LINES_MAX; return DRAW_BODY;
	default: return REQ_UNHANDLED;
	}
	p->has &= span == p->span;
	p->span = span;
	ask(p);
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;

	str_printf(title, title_size, "%s, %s", console_title(co, "Alarm figures", "警報管理指標"),
	    console_title(co, spans[p->span].title, spans[p->span].title_ja));
	str_copy(hint, hint_size, "% changes: 24 h, 7 d, 30 d");
}

const struct screen_ops scr_kpi = {
	.name = "kpi",
	.title = "Alarm figures",
	.title_ja = "警報管理指標",
	.help = "how the alarm system is, against its targets",
	.modes = MODE_ALL | MODE_KPI,
	.private_size = sizeof(struct page),
	.open = open_kpi,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_kpi,
	.head = head,
};
