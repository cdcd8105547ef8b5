/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_reports.c - the reports: above each kind as of now, below those that are filed, with their revision, digest and who confirmed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/acts.h"
#include "console/list.h"
#include "console/scr_report.h"
#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define FILED_MAX 500

struct row {
	const struct rkind *now; /* this kind as of now; NULL: a filed one, or a head */
	int filed;               /* index; -1 = none */
	const char *head;
};
struct page {
	struct console *co;
	struct list list;
	struct rgot *filed;    /* [FILED_MAX], heads only */
	int filed_count, kind; /* kind: shown alone; -1 = all */
	struct row rows[FILED_MAX + 16];
	int count;
	uint32_t asked;
	char failed[200], filter[64];
};

static bool
passes(const struct page *p, const char *kind, const char *label, const char *by)
{
	const struct rkind *k = p->kind >= 0 ? rkind_at((size_t)p->kind) : NULL;

	if (k != NULL && strcmp(k->name, kind) != 0)
		return false;
	return p->filter[0] == '\0' || strcasestr(kind, p->filter) != NULL || strcasestr(label, p->filter) != NULL ||
	    strcasestr(by, p->filter) != NULL;
}

static void
build(struct page *p)
{
	p->count = 0;
	p->rows[p->count++] = (struct row){ .filed = -1, .head = "As of now" };
	for (size_t i = 0; rkind_at(i) != NULL; i++)
		if (passes(p, rkind_at(i)->name, "", ""))
			p->rows[p->count++] = (struct row){ .now = rkind_at(i), .filed = -1 };
	p->rows[p->count++] = (struct row){ .filed = -1, .head = "Filed" };
	for (int i = 0; i < p->filed_count; i++)
		if (passes(p, p->filed[i].kind, p->filed[i].label, p->filed[i].confirmed_by))
			p->rows[p->count++] = (struct row){ .filed = i };
	list_fit(&p->list, p->count, p->list.rows > 0 ? p->list.rows : 15);
	if (p->rows[p->list.at].head != NULL && p->list.at + 1 < p->count)
		p->list.at++;
}

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;
	struct msg_report m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_REPORT && msg_report_get(&r, &m) && p->filed_count < FILED_MAX)
		rgot_head(&p->filed[p->filed_count++], &m);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;

	(void)c;
	(void)addcause;
	p->asked = 0;
	p->failed[0] = '\0';
	if (e != OK)
		text_put_safe(p->failed, sizeof p->failed, text, -1);
	build(p);
	p->co->dirty |= DRAW_ALL;
}

static const struct client_answer answer = { answer_frame, answer_done };

static void
ask(struct page *p)
{
	struct wbuf b;

	client_forget(p->co->client, &p->asked);
	p->filed_count = 0;
	wbuf_init(&b);
	msg_report_list_put(&b, &(struct msg_report_list){ .report = "", .most = FILED_MAX });
	p->asked = client_ask(p->co->client, W_REPORT_LIST, &b, &answer, p);
	wbuf_done(&b);
}

static bool
open_reports(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	(void)argument;
	p->co = co;
	p->kind = -1;
	p->filed = xcalloc(FILED_MAX, sizeof *p->filed);
	build(p);
	ask(p);
	return true;
}

static void
close_reports(struct console *co, void *private)
{
	struct page *p = private;

	client_forget(co->client, &p->asked);
	free(p->filed);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL || (what == CHANGE_JOURNAL && co->entry->kind == JOURNAL_REPORT))
		ask(p); /* one was filed or confirmed, by whomever */
	return what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE ? DRAW_ALL : DRAW_NOTHING;
}

static void
draw_filed(const struct page *p, const struct rgot *g, int row, struct area a)
{
	struct grid *grid = p->co->grid;
	const struct rkind *k = rkind_find(g->kind);
	char text[200], by[128], when[32];
	int title = a.columns >= 120 ? 24 : 11;

	text_put_safe(text, sizeof text,
	    a.columns >= 120 && k != NULL ? console_title(p->co, k->title, k->title_ja) : g->kind, -1);
	grid_fit(grid, row, a.column + 3, title, LOOK_NORMAL, text, false);
	grid_fit(grid, row, a.column + 4 + title, 10, LOOK_NORMAL, g->label, false);
	str_printf(text, sizeof text, "r%u", g->revision);
	grid_fit(grid, row, a.column + 15 + title, 4, g->revision > 1 ? LOOK_TITLE : LOOK_NORMAL, text, false);
	utc_civil(when, sizeof when, (struct utc){ g->made }, "%m-%d %H:%M");
	grid_put(grid, row, a.column + 20 + title, 11, LOOK_LABEL, when);
	rgot_hex(g, a.columns >= 120 ? 8 : 4, text, sizeof text);
	grid_put(grid, row, a.column + 33 + title, 16, LOOK_LABEL, text);
	int at = a.column + (a.columns >= 120 ? 51 : 43) + title;
	if (g->confirmed_at == 0) {
		grid_put(grid, row, at, -1, LOOK_UNCERTAIN, "not confirmed");
		return;
	}
	text_put_safe(by, sizeof by, g->confirmed_by, -1);
	utc_civil(when, sizeof when, (struct utc){ g->confirmed_at }, "%m-%d %H:%M");
	str_printf(text, sizeof text, "%s %s", by, when);
	grid_fit(grid, row, at, a.columns - at - 1, LOOK_NORMAL, text, false);
}

static void
draw_row(const struct page *p, const struct row *r, int row, struct area a)
{
	struct grid *g = p->co->grid;
	char label[RKIND_LABEL], text[320];

	if (r->head != NULL) {
		str_printf(text, sizeof text, "%s%s%s", r->head, r->head[0] == 'F' && p->failed[0] != '\0' ? ": " : "",
		    r->head[0] == 'F' ? p->failed : "");
		if (r->head[0] == 'F' && p->failed[0] == '\0' && p->filed_count == 0)
			str_copy(
			    text, sizeof text, p->asked != 0 ? "Filed: the list is being read" : "Filed: none yet");
		grid_fit(g, row, a.column + 1, a.columns - 2,
		    r->head[0] == 'F' && p->failed[0] != '\0' ? LOOK_BAD : LOOK_TITLE, text, false);
	} else if (r->now != NULL) {
		rkind_label(r->now, p->co->now, label, sizeof label);
		if (r->now->period == RPERIOD_SHIFT)
			str_copy(label, sizeof label, "this one");
		grid_fit(g, row, a.column + 3, 11, LOOK_NORMAL, r->now->name, false);
		grid_fit(g, row, a.column + 15, 10, LOOK_LABEL, label, false);
		grid_put(g, row, a.column + 31, a.columns - 32, LOOK_LABEL,
		    console_title(p->co, r->now->title, r->now->title_ja));
	} else {
		draw_filed(p, &p->filed[r->filed], row, a);
	}
}

static void
draw_row_plain(const struct page *p, const struct row *r, int row, struct area a)
{
	char text[400], label[RKIND_LABEL], when[32];

	if (r->now != NULL) {
		rkind_label(r->now, p->co->now, label, sizeof label);
		if (r->now->period == RPERIOD_SHIFT)
			str_copy(label, sizeof label, "this one");
		str_printf(text, sizeof text, "%s %s as of now: %s", r->now->name, label,
		    console_title(p->co, r->now->title, r->now->title_ja));
	} else {
		const struct rgot *g = &p->filed[r->filed];
		utc_civil(when, sizeof when, (struct utc){ g->confirmed_at }, "%m-%d %H:%M");
		str_printf(text, sizeof text, "%s %s revision %u, %s%.100s%s%s", g->kind, g->label, g->revision,
		    g->confirmed_at == 0 ? "not confirmed" : "confirmed by ",
		    g->confirmed_at == 0 ? "" : g->confirmed_by, g->confirmed_at == 0 ? "" : " ",
		    g->confirmed_at == 0 ? "" : when);
	}
	grid_fit(p->co->grid, row, a.column, a.columns, LOOK_NORMAL, text, false);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;

	list_fit(&p->list, p->count, a.rows);
	for (int i = 0; i < a.rows && p->list.top + i < p->count; i++) {
		const struct row *r = &p->rows[p->list.top + i];
		if (co->is_accessible && r->head == NULL)
			draw_row_plain(p, r, a.row + i, a);
		else
			draw_row(p, r, a.row + i, a);
		if (p->list.top + i != p->list.at)
			continue;
		grid_paint(co->grid, a.row + i, a.column, a.columns, LOOK_SELECTED);
		co->grid->cursor_row = a.row + i;
		co->grid->cursor_column = a.column;
	}
}

/* Never rests on a head. */
static bool
move(struct page *p, enum request req)
{
	int before = p->list.at;

	if (!list_request(&p->list, req))
		return false;
	if (p->rows[p->list.at].head != NULL)
		p->list.at += p->list.at < before && p->list.at > 0 ? -1 : p->list.at + 1 < p->count ? 1 : -1;
	if (p->list.at == 1)
		p->list.top = 0; /* with its head */
	list_fit(&p->list, p->count, p->list.rows);
	return true;
}

static unsigned
find(struct page *p, int from, int step)
{
	for (int at = from; at >= 0 && at < p->count; at += step) {
		const struct row *r = &p->rows[at];
		const struct rgot *g = r->filed >= 0 ? &p->filed[r->filed] : NULL;
		const char *text = p->co->found;
		if (g != NULL ? strcasestr(g->kind, text) == NULL && strcasestr(g->label, text) == NULL &&
		            strcasestr(g->confirmed_by, text) == NULL
		              : r->now == NULL || strcasestr(r->now->name, text) == NULL)
			continue;
		p->list.at = at;
		list_fit(&p->list, p->count, p->list.rows);
		console_message(p->co, false, "%s", "");
		return DRAW_ALL;
	}
	console_message(p->co, true, "no further report contains %s", p->co->found);
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	const struct row *r = &p->rows[p->list.at];
	char label[RKIND_LABEL];

	switch (req) {
	case REQ_OPEN:
		if (r->filed >= 0) {
			scr_report_open(
			    co, p->filed[r->filed].kind, p->filed[r->filed].label, p->filed[r->filed].revision);
		} else if (r->now != NULL) {
			rkind_label(r->now, co->now, label, sizeof label);
			scr_report_open(co, r->now->name, r->now->period == RPERIOD_SHIFT ? "" : label, RGOT_NOW);
		}
		return DRAW_ALL;
	case REQ_CONFIRM:
		if (r->filed >= 0)
			scr_report_confirm(co, &p->filed[r->filed]);
		else if (acts_is_allowed(co, W_REPORT_CONFIRM, false))
			console_message(
			    co, true, "only what is filed can be confirmed; a day is filed when it is over");
		return DRAW_ALL;
	case REQ_KINDS:
		p->kind = rkind_at((size_t)(p->kind + 1)) != NULL ? p->kind + 1 : -1;
		p->list.at = p->list.top = 0;
		build(p);
		return DRAW_ALL;
	case REQ_FIND:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(co->found, sizeof co->found, argument);
		return argument[0] == '\0' ? DRAW_ALL : find(p, p->list.at, 1);
	case REQ_FIND_NEXT: return co->found[0] == '\0' ? REQ_UNHANDLED : find(p, p->list.at + 1, 1);
	case REQ_FIND_PREV: return co->found[0] == '\0' ? REQ_UNHANDLED : find(p, p->list.at - 1, -1);
	case REQ_FILTER:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(p->filter, sizeof p->filter, argument);
		build(p);
		return DRAW_ALL;
	default: return move(p, req) ? DRAW_ALL : REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;

	str_copy(title, title_size, console_title(co, "Reports", "帳票"));
	if (p->kind >= 0) {
		str_append(title, title_size, ": ");
		str_append(title, title_size, rkind_at((size_t)p->kind)->name);
	}
	str_printf(hint, hint_size, "Enter reads one, %s:report KIND DATE any other",
	    acts_may(co, W_REPORT_CONFIRM) ? "c confirms, " : "");
}

const struct screen_ops scr_reports = {
	.name = "reports",
	.title = "Reports",
	.title_ja = "帳票",
	.help = "reports that are filed, and as of now",
	.modes = MODE_ALL | MODE_LIST | MODE_REPORTS,
	.private_size = sizeof(struct page),
	.open = open_reports,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_reports,
	.head = head,
};
