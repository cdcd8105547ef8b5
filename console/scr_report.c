/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_report.c - one report as it is on paper. It is wider than a small screen: the column of its labels stands, the rest moves.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/acts.h"
#include "console/keep.h"
#include "console/newfile.h"
#include "console/report_ask.h"
#include "console/scr_act.h"
#include "console/scr_report.h"
#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABELS_MAX 24 /* widest column of labels that stands */
#define STEP       20 /* cells moved sideways at a time */
#define LINES_MAX  20000
#define TABLE_ROWS 3 /* rows with a number before them that make a table */
#define TABLES_MAX 64
#define GAPS       1000 /* cells of a line that are looked at */

/* Each table of a report has columns of its own. */
struct table {
	int head, first, last; /* lines: where its heads begin, its first row, its last line */
	int labels;            /* cells of its labels */
	bool is_gap[GAPS];     /* cells that are empty in all of its lines */
};
struct page {
	struct console *co;
	const struct rkind *kind;
	char label[RKIND_LABEL];
	uint32_t revision; /* as asked for */
	struct rgot got;
	char **lines;
	int count, width; /* of the text: lines, cells */
	struct table tables[TABLES_MAX];
	int table_count;
	uint8_t table_of[LINES_MAX]; /* 1 + its index; 0: a line that belongs to none */
	int scroll, left;
	struct report_ask ask;
	char failed[200];
	char path[1024]; /* to be written there when it has come; "" = to be shown */
};

static struct {
	const struct rkind *kind;
	const char *label;
	uint32_t revision;
} to_open;

bool
scr_report_open(struct console *co, const char *kind, const char *date, uint32_t revision)
{
	char label[RKIND_LABEL];
	const struct rkind *k = rkind_find(kind);

	if (k == NULL) {
		const char *near = rkind_nearest(kind);
		console_message(co, true, "there is no report %s%s%s; r lists them", kind,
		    near != NULL ? "; did you mean " : "", near != NULL ? near : "");
		return false;
	}
	if (!rkind_read(k, date, co->now, label, sizeof label)) {
		console_message(co, true, "%s is no period of %s; write it as %s", date, kind, rkind_example(k));
		return false;
	}
	to_open.kind = k;
	to_open.label = label;
	to_open.revision = revision;
	bool ok = console_open(co, &scr_report, NULL);
	to_open.kind = NULL;
	return ok;
}

void
scr_report_confirm(struct console *co, const struct rgot *g)
{
	if (!acts_is_allowed(co, W_REPORT_CONFIRM, false))
		return;
	if (!g->has_head)
		console_message(co, true, "there is no report here yet");
	else if (g->revision == 0)
		console_message(co, true,
		    !rkind_is_filed(g->kind)
		        ? "reports of this kind are made when they are asked for; what is filed can be confirmed"
		        : g->is_final ? "it is not filed yet: it will be in a few minutes"
		                      : "only what is filed can be confirmed; its period is not over");
	else if (g->confirmed_at != 0)
		console_message(co, true, "revision %u is confirmed already, by %s", g->revision, g->confirmed_by);
	else
		scr_act_confirm(co, g);
}

/* ---- the text */

static void
forget_lines(struct page *p)
{
	for (int i = 0; i < p->count; i++)
		free(p->lines[i]);
	free(p->lines);
	p->lines = NULL;
	p->count = p->width = p->table_count = 0;
}

/* Rows of a table begin with a number or an hour: as wide as the widest of these is what stands. */
static int
label_cells(const char *line)
{
	size_t len = strcspn(line, " ");

	if (line[0] < '0' || line[0] > '9' || len < 2 || len > LABELS_MAX - 1)
		return 0;
	return (int)len + 1;
}

/* The cells of a line that are not empty. */
static void
mark(struct table *t, const char *line)
{
	size_t len = strlen(line), used;
	uint32_t cp;
	int at = 0;

	for (; (used = text_next(line, len, &cp)) > 0; line += used, len -= used) {
		int width = text_char_width(cp);
		for (int i = 0; cp != ' ' && i < width && at + i < GAPS; i++)
			t->is_gap[at + i] = false;
		at += width;
	}
}

/* "=====", "-----": drawn from edge to edge. */
static bool
is_rule(const char *line)
{
	size_t len = strlen(line);

	return len > 20 && (line[0] == '=' || line[0] == '-') && strspn(line, (char[]){ line[0], '\0' }) == len;
}

/* Rows that begin with a number, three or more in a row, are a table: with the heads above them and the sums below. */
static void
note_table(struct page *p, int first, int last)
{
	struct table *t = &p->tables[p->table_count];
	int from = first, to = last;

	memset(t->is_gap, true, sizeof t->is_gap);
	t->labels = 0;
	while (from > 0 && p->lines[from - 1][0] != '\0' && p->lines[from - 1][0] != '=' &&
	    p->table_of[from - 1] == 0 && text_width(p->lines[from - 1]) > LABELS_MAX)
		from--;
	for (int rules = 0; to + 1 < p->count && p->lines[to + 1][0] != '\0'; to++) {
		rules += is_rule(p->lines[to + 1]);
		if (rules == 2) /* sums stand between two; below them what the marks mean */
			break;
	}
	p->table_count++;
	t->head = from;
	t->first = first;
	t->last = to;
	for (int i = from; i <= to; i++) {
		if (is_rule(p->lines[i]))
			continue;
		p->table_of[i] = (uint8_t)p->table_count;
		mark(t, p->lines[i]);
	}
	for (int i = first; i <= last; i++)
		t->labels = label_cells(p->lines[i]) > t->labels ? label_cells(p->lines[i]) : t->labels;
}

static void
find_tables(struct page *p)
{
	memset(p->table_of, 0, sizeof p->table_of);
	p->table_count = 0;
	for (int i = 0, end; i < p->count; i = end + 1) {
		for (end = i; end < p->count && label_cells(p->lines[end]) > 0; end++)
			;
		if (end - i >= TABLE_ROWS && p->table_count < TABLES_MAX && p->table_of[i] == 0)
			note_table(p, i, end - 1);
	}
}

/* The nearest place at or before `cell` where a column begins, so that no number is ever cut; cell itself if there is none near. */
static int
column_at(const struct table *t, int cell)
{
	for (int at = cell; at > 0 && at > cell - STEP && at < GAPS; at--)
		if (t->is_gap[at])
			return at;
	return cell;
}

static void
split(struct page *p)
{
	const char *at = (const char *)p->got.content.data, *end = at + p->got.content.len;

	forget_lines(p);
	p->lines = xcalloc(LINES_MAX, sizeof *p->lines);
	while (at < end && p->count < LINES_MAX) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop == NULL ? end : stop) - at);
		char *raw = xcalloc(1, len + 1), *safe = xcalloc(1, 4 * len + 8);
		memcpy(raw, at, len);
		text_put_safe(safe, 4 * len + 8, raw + (raw[0] == '\f'), -1);
		free(raw);
		int width = text_width(safe);
		p->width = width > p->width ? width : p->width;
		p->lines[p->count++] = safe;
		at += len + (stop != NULL);
	}
	find_tables(p);
}

/* ---- questions */

static void ask(struct page *p, enum report_form form);

static void
write_to(struct page *p, const struct rgot *g)
{
	struct newfile file;
	enum err e = newfile_open(&file, p->path, false);

	if (e == OK)
		e = newfile_write(&file, g->content.data, g->content.len);
	if (e == OK)
		e = newfile_finish(&file);
	newfile_drop(&file);
	if (e == OK)
		console_message(p->co, false, "written to %s", p->path);
	else
		console_message(p->co, true, "%s", file.why);
}

static void
answer(void *owner, struct rgot *got, const char *why)
{
	struct page *p = owner;

	p->failed[0] = '\0';
	if (got == NULL) {
		str_copy(p->failed, sizeof p->failed, why);
		if (p->path[0] != '\0' || p->count > 0)
			console_message(p->co, true, "%s", p->failed);
	} else if (p->path[0] != '\0') {
		write_to(p, got);
		wbuf_done(&got->content);
	} else {
		wbuf_done(&p->got.content);
		p->got = *got;
		split(p);
	}
	p->path[0] = '\0';
	console_changed(p->co, DRAW_ALL);
}

static void
ask(struct page *p, enum report_form form)
{
	struct wbuf b;
	uint32_t revision = form == REPORT_TEXT || p->got.revision == 0 ? p->revision : p->got.revision;

	wbuf_init(&b);
	rgot_question(&b, p->kind, p->label, revision, form, p->co->is_ja);
	if (!report_ask_put(&p->ask, p->co->client, &b))
		str_copy(p->failed, sizeof p->failed, "it cannot be asked for without a link to chisand");
	wbuf_done(&b);
}

/* ---- the page */

static bool
open_report(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	(void)argument;
	if (to_open.kind == NULL) {
		console_message(co, true, "which one? r lists the reports; :report daily 2026-11-22 reads one");
		return false;
	}
	p->co = co;
	p->ask.owner = p;
	p->ask.done = answer;
	p->kind = to_open.kind;
	p->revision = to_open.revision;
	str_copy(p->label, sizeof p->label, to_open.label);
	wbuf_init(&p->got.content);
	ask(p, REPORT_TEXT);
	return true;
}

static void
close_report(struct console *co, void *private)
{
	struct page *p = private;

	(void)co;
	report_ask_forget(&p->ask);
	wbuf_done(&p->got.content);
	forget_lines(p);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_JOURNAL && co->entry->kind != JOURNAL_REPORT)
		return DRAW_NOTHING;
	if (what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_JOURNAL)
		ask(p, REPORT_TEXT); /* in the other language; or it may be confirmed now */
	return what == CHANGE_VALUES || what == CHANGE_SECOND || what == CHANGE_DEVICE ? DRAW_NOTHING : DRAW_ALL;
}

/* The text from `skip` cells on; the right half of a split wide character becomes a space. */
static void
put_from(struct grid *g, int row, int column, int cells, int skip, const char *line)
{
	size_t len = strlen(line), used;
	uint32_t cp;

	while (skip > 0 && (used = text_next(line, len, &cp)) > 0) {
		skip -= text_char_width(cp);
		line += used;
		len -= used;
	}
	if (skip < 0)
		column += -skip;
	grid_put(g, row, column, cells + (skip < 0 ? skip : 0), LOOK_NORMAL, line);
}

static void
status_text(const struct console *co, const struct rgot *g, char *buf, size_t size, enum look *look)
{
	char hex[24], when[32], by[160];

	rgot_hex(g, 8, hex, sizeof hex);
	utc_civil(when, sizeof when, (struct utc){ g->made }, "%m-%d %H:%M");
	*look = LOOK_LABEL;
	if (g->revision == 0) {
		str_printf(buf, size, "made now, not filed%s", g->is_final ? "" : ": its period is not over");
		*look = LOOK_UNCERTAIN;
		return;
	}
	if (g->confirmed_at == 0) {
		str_printf(buf, size, "r%u, filed %s, digest %s, NOT CONFIRMED%s", g->revision, when, hex,
		    acts_may(co, W_REPORT_CONFIRM) ? ": c confirms" : "");
		*look = LOOK_UNCERTAIN;
		return;
	}
	text_put_safe(by, sizeof by, g->confirmed_by, -1);
	str_printf(buf, size, "r%u, digest %s, confirmed by %s ", g->revision, hex, by);
	utc_civil(when, sizeof when, (struct utc){ g->confirmed_at }, "%m-%d %H:%M");
	str_append(buf, size, when);
}

static void
draw_line(const struct page *p, int i, int row, struct area a)
{
	struct grid *g = p->co->grid;
	const char *line = p->lines[i];
	const struct table *t = p->table_of[i] > 0 ? &p->tables[p->table_of[i] - 1] : NULL;
	int width = text_width(line), over = width > a.columns ? width - a.columns : 0, labels, first, end;

	if (t == NULL || p->left == 0) { /* a head or a footnote moves only if it is too long */
		end = t != NULL && over > 0 ? column_at(t, a.columns) : a.columns;
		put_from(g, row, a.column, end, t != NULL || over == 0 ? 0 : p->left < over ? p->left : over, line);
		return;
	}
	labels = t->labels;
	first = column_at(t, p->left + labels);
	end = first + a.columns - labels < p->width ? column_at(t, first + a.columns - labels)
	                                            : first + a.columns - labels;
	put_from(g, row, a.column + labels, end - first, first, line);
	grid_put(g, row, a.column, labels, label_cells(line) > 0 ? LOOK_TITLE : LOOK_LABEL, line);
}

static int
body_rows(const struct page *p)
{
	return p->co->grid->rows - 8;
}

/* The table whose heads stand in place of the first lines, because its rows are there and they would not be; NULL = none. */
static const struct table *
standing(const struct page *p)
{
	for (int i = 0; i < p->table_count; i++) {
		const struct table *t = &p->tables[i];
		int heads = t->first - t->head;
		if (t->head < p->scroll && p->scroll + heads <= t->last && heads <= body_rows(p) / 2)
			return t;
	}
	return NULL;
}

static int
standing_rows(const struct page *p)
{
	const struct table *t = standing(p);

	return t == NULL ? 0 : t->first - t->head;
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	struct grid *g = co->grid;
	const struct table *t = standing(p);
	char text[400];
	enum look look;
	int rows = a.rows - 1, heads = standing_rows(p);

	co->grid->cursor_row = a.row + 1;
	co->grid->cursor_column = a.column;
	if (!p->got.has_head) {
		grid_fit(g, a.row + 1, a.column + 3, a.columns - 4, p->failed[0] != '\0' ? LOOK_BAD : LOOK_LABEL,
		    p->failed[0] != '\0' ? p->failed : "The report is being made.", false);
		return;
	}
	status_text(co, &p->got, text, sizeof text, &look);
	grid_fit(g, a.row, a.column + 1, a.columns - 2, look, text, false);
	for (int i = 0; i < rows && p->scroll + i < p->count; i++)
		draw_line(p, i < heads ? t->head + i : p->scroll + i, a.row + 1 + i, a);
}

static void
clamp(struct page *p)
{
	int rows = body_rows(p), most = p->count > rows ? p->count - rows : 0;
	int right = p->width > p->co->grid->columns ? p->width - p->co->grid->columns + STEP : 0;

	p->scroll = p->scroll > most ? most : p->scroll < 0 ? 0 : p->scroll;
	p->left = p->left > right ? right : p->left < 0 ? 0 : p->left;
}

static void
leaf(struct page *p, int step)
{
	if (p->got.has_head)
		str_copy(p->label, sizeof p->label, p->got.label);
	rkind_step(p->kind, p->label, sizeof p->label, step);
	p->revision = p->revision == RGOT_NOW && step > 0 ? RGOT_NOW : 0; /* a day before is filed, most often */
	ask(p, REPORT_TEXT);
	wbuf_done(&p->got.content);
	p->got = (struct rgot){ 0 };
	forget_lines(p);
	p->scroll = p->left = 0;
}

static void export(struct page *p, const char *path)
{
	char name[64], folder[700];
	size_t len;

	if (!p->got.has_head) {
		console_message(p->co, true, "there is nothing to write yet");
		return;
	}
	if (path == NULL) {
		rkind_file(p->kind, p->got.label, p->got.revision, true, name, sizeof name);
		if (!keep_folder(folder, sizeof folder))
			str_copy(folder, sizeof folder, ".");
		str_append(folder, sizeof folder, "/");
		str_append(folder, sizeof folder, name);
		prompt_open(&p->co->prompt, "write to (.csv or .txt): ", REQ_EXPORT, folder);
		return;
	}
	str_copy(p->path, sizeof p->path, path);
	len = strlen(path);
	if (len > 4 && strcmp(path + len - 4, ".txt") == 0) {
		write_to(p, &p->got);
		p->path[0] = '\0';
		return;
	}
	ask(p, REPORT_CSV);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	int page = body_rows(p) - 1;

	switch (req) {
	case REQ_UP: p->scroll--; break;
	case REQ_DOWN: p->scroll++; break;
	case REQ_PAGE_UP: p->scroll += standing_rows(p) - page; break;
	case REQ_PAGE_DOWN:
		p->scroll += page;
		p->scroll -= standing_rows(p); /* what heads will stand on would not be seen */
		break;
	case REQ_HOME: p->scroll = p->left = 0; break;
	case REQ_END: p->scroll = p->count; break;
	case REQ_LEFT: p->left -= STEP; break;
	case REQ_RIGHT: p->left += STEP; break;
	case REQ_BEFORE: leaf(p, -1); break;
	case REQ_AFTER: leaf(p, 1); break;
	case REQ_EXPORT: export(p, argument); break;
	case REQ_CONFIRM: scr_report_confirm(co, &p->got); break;
	default: return REQ_UNHANDLED;
	}
	clamp(p);
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	int rows = body_rows(p), columns = co->grid->columns;

	str_printf(title, title_size, "%s %s", console_title(co, p->kind->title, p->kind->title_ja),
	    p->got.has_head ? p->got.label : p->label);
	if (p->width > columns)
		str_printf(
		    hint, hint_size, "columns %d-%d of %d, arrows move", p->left + 1, p->left + columns, p->width);
	else if (p->count > rows)
		str_printf(hint, hint_size, "lines %d-%d of %d", p->scroll + 1,
		    p->scroll + rows < p->count ? p->scroll + rows : p->count, p->count);
}

const struct screen_ops scr_report = {
	.name = "report",
	.title = "Report",
	.title_ja = "帳票",
	.help = "one report, as it is on paper",
	.modes = MODE_ALL | MODE_REPORT,
	.private_size = sizeof(struct page),
	.open = open_report,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_report,
	.head = head,
};
