/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_journal.c - the journal, newest at the bottom as a log is written. Standing on the last row follows what comes; standing
 * anywhere else nothing moves under the cursor, and the title counts what is newer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/scr_entry.h"
#include "console/when.h"
#include "console/window.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define PREVIEW 2 /* rows below the list */

enum asking { ASK_NOTHING, ASK_NEWEST, ASK_FIRST, ASK_OLDER, ASK_NEWER };

struct page {
	struct console *co;
	struct window window;
	struct entry_filter filter;
	char filter_text[200];
	int choice;     /* of kinds, in choices[] */
	uint64_t kinds; /* of the filter's words, before the choice */
	enum asking asking;
	uint32_t asked;                      /* the question under way */
	struct entry *incoming[WINDOW_PAGE]; /* what it brought so far: rows change only when it is whole */
	uint32_t got;
	bool was_missed; /* something came while a question was under way */
	unsigned newer;  /* below what is held */
	char failed[200];
};

static const struct {
	const char *word, *word_ja;
	uint64_t (*kinds)(void);
} choices[] = {
	{ "everything", "すべて", NULL },
	{ "acts of people", "操作・人", entry_kinds_people },
	{ "the plant", "設備", entry_kinds_plant },
	{ "the system", "システム", entry_kinds_system },
};
#define CHOICES ((int)(sizeof choices / sizeof choices[0]))

/* ---- questions */

static void ask(struct page *p, enum asking what);

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;
	struct msg_journal m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_JOURNAL && msg_journal_get(&r, &m) && p->got < WINDOW_PAGE)
		p->incoming[p->got++] = entry_new(&m);
}

static void
drop_incoming(struct page *p)
{
	while (p->got > 0)
		free(p->incoming[--p->got]);
}

static void
settle(struct page *p, enum asking what)
{
	bool is_whole = p->got < WINDOW_PAGE;

	if (what == ASK_NEWEST || what == ASK_FIRST)
		window_empty(&p->window);
	for (uint32_t i = 0; i < p->got; i++) {
		if (what == ASK_NEWER || what == ASK_FIRST)
			window_add_newer(&p->window, p->incoming[i]);
		else
			window_add_older(&p->window, p->incoming[i]);
	}
	p->got = 0;
	if (what == ASK_NEWEST)
		p->window.has_last = true;
	if (what == ASK_NEWEST || what == ASK_OLDER)
		p->window.has_first = p->window.has_first || is_whole;
	if (what == ASK_FIRST)
		p->window.has_first = true;
	if (what == ASK_FIRST || what == ASK_NEWER)
		p->window.has_last = is_whole;
	if (p->window.has_last)
		p->newer = 0;
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;
	enum asking what = p->asking;

	(void)c;
	(void)addcause;
	p->asked = 0;
	p->asking = ASK_NOTHING;
	p->failed[0] = '\0';
	if (e != OK && e != ERR_CLOSED)
		text_put_safe(p->failed, sizeof p->failed, text, -1);
	const struct entry *at = window_selected(&p->window);
	bool was_at_end = window_is_at_end(&p->window) && what != ASK_OLDER;
	if (e != OK) {
		drop_incoming(p);
		if (p->window.count > 0 && p->failed[0] != '\0')
			console_message(p->co, true, "the journal cannot be read: %s", p->failed);
		p->co->dirty |= DRAW_ALL;
		return;
	}
	settle(p, what);
	if (what == ASK_FIRST) {
		window_build(&p->window, NULL);
		window_select(&p->window, 0);
		p->window.list.top = 0;
	} else {
		window_build(&p->window, what == ASK_NEWEST || (was_at_end && p->window.has_last) ? NULL : at);
	}
	p->co->dirty |= DRAW_ALL;
	if (p->was_missed && p->window.has_last)
		ask(p, ASK_NEWER);
}

static const struct client_answer answer = { answer_frame, answer_done };

static void
forget(struct page *p)
{
	client_forget(p->co->client, &p->asked);
	p->asking = ASK_NOTHING;
	drop_incoming(p);
}

static void
ask(struct page *p, enum asking what)
{
	struct msg_journal_get m = entry_question(&p->filter);
	struct wbuf b;

	forget(p);
	p->was_missed = false;
	m.most = WINDOW_PAGE;
	m.newest = what == ASK_NEWEST || what == ASK_OLDER;
	m.before = what == ASK_OLDER ? window_first(&p->window) : 0;
	m.after = what == ASK_NEWER ? window_last(&p->window) : 0;
	wbuf_init(&b);
	msg_journal_get_put(&b, &m);
	p->asked = client_ask(p->co->client, W_JOURNAL_GET, &b, &answer, p);
	wbuf_done(&b);
	p->asking = p->asked != 0 ? what : ASK_NOTHING;
}

/* Near an end that is not the journal's own, the next piece is fetched before one gets there. */
static void
fetch_ahead(struct page *p)
{
	const struct window *w = &p->window;
	int margin = 2 * w->list.rows;

	if (p->asking != ASK_NOTHING || w->count == 0 || console_is_lost(p->co))
		return;
	if (w->list.at < margin && !w->has_first)
		ask(p, ASK_OLDER);
	else if (w->list.at > w->list.count - margin && !w->has_last)
		ask(p, ASK_NEWER);
}

/* ---- the filter */

static void
choose_kinds(struct page *p)
{
	uint64_t chosen = choices[p->choice].kinds != NULL ? choices[p->choice].kinds() : 0;

	p->filter.kinds = p->kinds == 0 ? chosen : chosen == 0 ? p->kinds : p->kinds & chosen;
}

/* One word of the filter; false: why says what is wrong with it. */
static bool
read_word(struct page *p, const char *word, char *why, size_t size)
{
	const char *colon = strchr(word, ':'), *near;
	char bad[48];
	struct utc t;

	if (colon == NULL || colon[1] == '\0')
		return true;
	if (strncmp(word, "point:", 6) == 0) {
		str_copy(p->filter.point, sizeof p->filter.point, colon + 1);
	} else if (strncmp(word, "user:", 5) == 0) {
		str_copy(p->filter.user, sizeof p->filter.user, colon + 1);
	} else if (strncmp(word, "kind:", 5) == 0) {
		if (!entry_read_kinds(colon + 1, &p->kinds, bad, sizeof bad, &near)) {
			str_printf(why, size, "there is no kind %s%s%s", bad, near != NULL ? "; perhaps " : "",
			    near != NULL ? near : "");
			p->kinds = 0;
			return false;
		}
	} else if (strncmp(word, "since:", 6) == 0 || strncmp(word, "until:", 6) == 0) {
		if (!when_read(colon + 1, p->co->now, &t)) {
			str_printf(why, size, "%s is no time, as 13:00 or 2h are", colon + 1);
			return false;
		}
		*(word[0] == 's' ? &p->filter.from : &p->filter.to) = t.us;
	}
	return true;
}

static bool
is_key_word(const char *word)
{
	static const char *const keys[] = { "point:", "user:", "kind:", "since:", "until:" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strncmp(word, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

/* "kind:note,manual point:ESS* door open": words with a key choose, all others are a part of the text. */
static void
read_filter(struct page *p, const char *text)
{
	char words[200], why[120] = "";

	str_copy(p->filter_text, sizeof p->filter_text, text);
	str_copy(words, sizeof words, text);
	p->filter = (struct entry_filter){ 0 };
	p->kinds = 0;
	for (char *save, *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (is_key_word(w)) {
			if (!read_word(p, w, why, sizeof why))
				console_message(p->co, true, "%s", why);
			continue;
		}
		if (p->filter.text[0] != '\0')
			str_append(p->filter.text, sizeof p->filter.text, " ");
		str_append(p->filter.text, sizeof p->filter.text, w);
	}
	if (why[0] == '\0')
		p->co->message[0] = '\0';
	choose_kinds(p);
}

/* ---- the page */

static bool
open_journal(struct console *co, void *private, const char *argument)
{
	struct page *p = private;
	char text[160];

	p->co = co;
	if (argument != NULL && argument[0] != '\0') {
		str_printf(text, sizeof text, "point:%s", argument);
		read_filter(p, text);
	}
	ask(p, ASK_NEWEST);
	return true;
}

static void
close_journal(struct console *co, void *private)
{
	struct page *p = private;

	(void)co;
	forget(p);
	window_empty(&p->window);
}

static unsigned
entry_came(struct page *p, const struct msg_journal *m)
{
	struct window *w = &p->window;
	bool was_at_end = window_is_at_end(w);
	const struct entry *at = window_selected(w);

	if (!entry_passes(&p->filter, m))
		return DRAW_NOTHING;
	if (p->asking != ASK_NOTHING) {
		p->was_missed = true;
		return DRAW_NOTHING;
	}
	if (!w->has_last || !window_has_room(w)) {
		w->has_last = false;
		p->newer++;
		return DRAW_ALL;
	}
	window_add_newer(w, entry_new(m));
	if (!was_at_end)
		p->newer++;
	window_build(w, was_at_end ? NULL : at);
	return DRAW_ALL;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	switch (what) {
	case CHANGE_JOURNAL: return entry_came(p, co->entry);
	case CHANGE_MODEL: /* the link is back */
		if (p->window.count == 0)
			ask(p, ASK_NEWEST);
		else if (p->window.has_last)
			ask(p, ASK_NEWER);
		return DRAW_ALL;
	case CHANGE_PHASE:
	case CHANGE_LANGUAGE: return DRAW_ALL;
	default: return DRAW_NOTHING;
	}
}

struct columns {
	int kind, point, who, text, seq;
};

static struct columns
layout(const struct page *p, int columns)
{
	struct columns w = { .kind = 8, .point = 13, .who = 10 };

	if (columns >= 120)
		w = (struct columns){ .kind = 9, .point = 20, .who = 20, .seq = 8 };
	else if (p->filter.point[0] != '\0' && strpbrk(p->filter.point, "*?[") == NULL)
		w.point = 0; /* all rows say the same */
	w.text =
	    columns - 2 - 9 - w.kind - 1 - (w.point > 0 ? w.point + 1 : 0) - w.who - 1 - (w.seq > 0 ? w.seq + 1 : 0);
	return w;
}

static void
draw_head(const struct page *p, struct area a, const struct columns *w)
{
	struct grid *g = p->co->grid;
	int at = a.column + 1;

	grid_put(g, a.row, at, 8, LOOK_TITLE, "Time");
	grid_fit(g, a.row, at += 9, w->kind, LOOK_TITLE, "Kind", false);
	at += w->kind + 1;
	if (w->point > 0) {
		grid_fit(g, a.row, at, w->point, LOOK_TITLE, "Point", false);
		at += w->point + 1;
	}
	grid_fit(g, a.row, at, w->who, LOOK_TITLE, "Who", false);
	grid_fit(g, a.row, at += w->who + 1, w->text, LOOK_TITLE, "What", false);
	if (w->seq > 0)
		grid_fit(g, a.row, at + w->text + 1, w->seq, LOOK_TITLE, "Entry", true);
}

static bool
has_text(const struct msg_journal *m, const char *text)
{
	return strcasestr(m->text, text) != NULL || strcasestr(m->point, text) != NULL ||
	    strcasestr(m->user, text) != NULL || strcasestr(m->before, text) != NULL ||
	    strcasestr(m->after, text) != NULL || strcasestr(journal_kind_word(m->kind), text) != NULL;
}

static void
draw_row(const struct page *p, const struct msg_journal *m, int row, struct area a, const struct columns *w)
{
	static char what[ENTRY_LINE_MAX / 2];
	struct grid *g = p->co->grid;
	char text[512];
	bool is_found = p->co->found[0] != '\0' && has_text(m, p->co->found);
	int at = a.column + 1;

	utc_civil(text, sizeof text, (struct utc){ m->time }, "%H:%M:%S");
	grid_put(g, row, at, 8, LOOK_LABEL, text);
	grid_fit(g, row, at += 9, w->kind, LOOK_NORMAL, journal_kind_word(m->kind), false);
	at += w->kind + 1;
	if (w->point > 0) {
		grid_fit(g, row, at, w->point, LOOK_NORMAL, m->point, false);
		at += w->point + 1;
	}
	entry_who(m, text, sizeof text);
	if (w->who < 20 && m->user[0] != '\0')
		str_copy(text, sizeof text, m->user);
	grid_fit(g, row, at, w->who, LOOK_LABEL, text, false);
	at += w->who + 1;
	entry_what(m, what, sizeof what);
	int used = 0;
	if (m->seq == 0)
		used = grid_put(g, row, at, w->text, LOOK_UNCERTAIN, "not yet recorded: ");
	grid_fit(g, row, at + used, w->text - used, is_found ? LOOK_FOUND : LOOK_NORMAL, what, false);
	if (w->seq > 0 && m->seq != 0) {
		str_printf(text, sizeof text, "%llu", (unsigned long long)m->seq);
		grid_fit(g, row, at + w->text + 1, w->seq, LOOK_LABEL, text, true);
	}
}

static void
draw_day(const struct page *p, const struct msg_journal *m, int row, struct area a)
{
	char day[48];

	utc_civil(day, sizeof day, (struct utc){ m->time }, "%Y-%m-%d %a");
	grid_put(p->co->grid, row, a.column + 1, -1, LOOK_TITLE, day);
	if (!p->co->is_accessible)
		grid_fill(
		    p->co->grid, row, a.column + 2 + text_width(day), a.columns - text_width(day) - 3, LOOK_LABEL, "-");
}

/* The whole text of the selected one, as far as it goes; Enter has the rest. */
static void
draw_preview(const struct page *p, struct area a)
{
	static char what[ENTRY_LINE_MAX / 2], line[4096];
	const struct entry *e = window_selected(&p->window);
	const char *at = what;
	size_t len, skip;

	if (e == NULL)
		return;
	entry_what(&e->m, what, sizeof what);
	for (int i = 0; i < PREVIEW && *at != '\0'; i++, at += len + skip) {
		len = wrap_line(at, a.columns - 4, &skip);
		bool is_last = i == PREVIEW - 1 || at[len + skip] == '\0';
		str_printf(line, sizeof line, "%.*s", is_last ? 4000 : (int)(len < 4000 ? len : 4000), at);
		grid_put(p->co->grid, a.row + a.rows + i, a.column + 1, 1, LOOK_LABEL, i == 0 ? ">" : " ");
		grid_fit(p->co->grid, a.row + a.rows + i, a.column + 3, a.columns - 4, LOOK_NORMAL, line, false);
	}
}

static void
draw_empty(const struct page *p, struct area a)
{
	const char *text = "No entry passes the filter; \\ then Esc shows all.";

	if (p->failed[0] != '\0') {
		grid_fit(p->co->grid, a.row + 2, a.column + 3, a.columns - 4, LOOK_BAD, p->failed, false);
		return;
	}
	if (p->asking != ASK_NOTHING)
		text = "The journal is being read.";
	else if (console_is_lost(p->co))
		text = "The journal cannot be read without a link to chisand.";
	else if (p->filter_text[0] == '\0' && p->choice == 0)
		text = "The journal has no entry yet.";
	grid_put(p->co->grid, a.row + 2, a.column + 3, -1, LOOK_LABEL, text);
}

static void
draw_list(const struct page *p, struct area a, const struct columns *w)
{
	const struct window *win = &p->window;
	struct grid *g = p->co->grid;

	for (int i = 0; i < a.rows - 1 && win->list.top + i < win->list.count; i++) {
		int at = win->list.top + i, row = a.row + 1 + i, entry = win->rows[at];
		if (entry < 0)
			draw_day(p, &win->entries[win->rows[at + 1]]->m, row, a);
		else
			draw_row(p, &win->entries[entry]->m, row, a, w);
		if (at == win->list.at) {
			grid_paint(g, row, a.column, a.columns, LOOK_SELECTED);
			g->cursor_row = row;
			g->cursor_column = a.column;
		}
	}
}

/* A row of the list as it is heard, on as many lines as it needs, at most so many. Their number is returned; row < 0 only counts. */
static int
draw_said(const struct page *p, int at, int row, int most, struct area a)
{
	static char said[ENTRY_LINE_MAX], line[GRID_COLUMNS_MAX * 8];
	const struct window *win = &p->window;
	const char *rest = said;
	size_t len, skip;
	int rows = 0;

	if (win->rows[at] < 0) {
		if (row >= 0)
			draw_day(p, &win->entries[win->rows[at + 1]]->m, row, a);
		return 1;
	}
	entry_said(&win->entries[win->rows[at]]->m, said, sizeof said);
	for (; rows < most && *rest != '\0'; rows++, rest += len + skip) {
		int indent = rows == 0 ? 0 : 2;
		len = wrap_line(rest, a.columns - indent, &skip);
		str_printf(line, sizeof line, "%.*s", (int)len, rest);
		if (row >= 0)
			grid_put(p->co->grid, row + rows, a.column + indent, -1, LOOK_NORMAL, line);
	}
	return rows;
}

/* Nothing is cut where there are no other columns: entries take as many lines as they are long, the selected one is there as a whole. */
static void
draw_lines(struct page *p, struct area a)
{
	struct list *l = &p->window.list;
	int end = a.row + a.rows, row = a.row + 1, sum = 0, first = l->at + 1;

	if (l->count == 0)
		return;
	while (first > l->top && sum < end - row) {
		sum += draw_said(p, first - 1, -1, end - row, a);
		if (sum <= end - row)
			first--;
	}
	l->top = first > l->at ? l->at : first;
	for (int at = l->top; at < l->count && row < end; at++) {
		int rows = draw_said(p, at, row, end - row, a);
		for (int i = 0; i < rows && at == l->at; i++)
			grid_paint(p->co->grid, row + i, a.column, a.columns, LOOK_SELECTED);
		if (at == l->at) {
			p->co->grid->cursor_row = row;
			p->co->grid->cursor_column = a.column;
		}
		row += rows;
		l->rows = at - l->top + 1; /* a page further is what was not seen */
	}
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	struct window *win = &p->window;
	struct columns w = layout(p, a.columns);

	a.rows -= co->is_accessible ? 0 : PREVIEW;
	list_fit(&win->list, win->list.count, a.rows - 1);
	fetch_ahead(p);
	if (window_is_at_end(win) && win->has_last)
		p->newer = 0;
	if (!co->is_accessible)
		draw_head(p, a, &w);
	if (co->is_accessible)
		draw_lines(p, a);
	else
		draw_list(p, a, &w);
	if (win->count == 0)
		draw_empty(p, a);
	else if (!co->is_accessible)
		draw_preview(p, a);
}

static unsigned
find(struct page *p, int from, int step)
{
	const struct window *w = &p->window;

	for (int row = from; row >= 0 && row < w->list.count; row += step) {
		if (w->rows[row] < 0 || !has_text(&w->entries[w->rows[row]]->m, p->co->found))
			continue;
		window_select(&p->window, w->rows[row]);
		console_message(p->co, false, "%s", "");
		return DRAW_ALL;
	}
	console_message(p->co, true, "none of the %d entries %s that are loaded contains %s; \\ asks the whole journal",
	    w->count, step < 0 ? "above" : "below", p->co->found);
	return DRAW_ALL;
}

/* To the very first or last entry, loaded or not. */
static unsigned
to_end(struct page *p, enum request req)
{
	if (req == REQ_HOME && !p->window.has_first) {
		ask(p, ASK_FIRST);
	} else if (req == REQ_END && !p->window.has_last) {
		ask(p, ASK_NEWEST);
	} else {
		window_request(&p->window, req);
		p->newer = req == REQ_END ? 0 : p->newer;
	}
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	const struct entry *e = window_selected(&p->window);

	switch (req) {
	case REQ_HOME:
	case REQ_END: return to_end(p, req);
	case REQ_OPEN:
		if (e != NULL)
			scr_entry_open(co, &e->m);
		return DRAW_ALL;
	case REQ_TREND: /* of a point that is gone too: its history is still there */
		if (argument != NULL || e == NULL || !point_name_is_valid(e->m.point))
			return REQ_UNHANDLED;
		console_open(co, &scr_trend, e->m.point);
		return DRAW_ALL;
	case REQ_FIND: /* the newest stand below: it looks upwards, into the past */
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(co->found, sizeof co->found, argument);
		return argument[0] == '\0' ? DRAW_ALL : find(p, p->window.list.at, -1);
	case REQ_FIND_NEXT: return co->found[0] == '\0' ? REQ_UNHANDLED : find(p, p->window.list.at - 1, -1);
	case REQ_FIND_PREV: return co->found[0] == '\0' ? REQ_UNHANDLED : find(p, p->window.list.at + 1, 1);
	case REQ_FILTER:
		if (argument == NULL)
			return REQ_UNHANDLED;
		read_filter(p, argument);
		ask(p, ASK_NEWEST);
		return DRAW_ALL;
	case REQ_KINDS:
		p->choice = (p->choice + 1) % CHOICES;
		choose_kinds(p);
		ask(p, ASK_NEWEST);
		return DRAW_ALL;
	default: return window_request(&p->window, req) ? DRAW_ALL : REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char more[300] = "";

	const struct entry *e = window_selected(&p->window);
	char day[40];

	str_copy(title, title_size, console_title(co, "Journal", "記録"));
	if (e != NULL) {
		utc_civil(day, sizeof day, (struct utc){ e->m.time }, "  %Y-%m-%d %a");
		str_append(title, title_size, day);
	}
	if (p->choice > 0) {
		str_append(title, title_size, "  ");
		str_append(title, title_size, console_title(co, choices[p->choice].word, choices[p->choice].word_ja));
	}
	if (p->filter_text[0] != '\0')
		str_printf(more, sizeof more, "filter: %s   ", p->filter_text);
	if (p->newer > 0)
		str_printf(hint, hint_size, "%s%u newer below, G goes there", more, p->newer);
	else if (window_is_at_end(&p->window) && p->window.has_last)
		str_printf(hint, hint_size, "%snewest below, follows", more);
	else
		str_printf(hint, hint_size, "%sG to the newest, K kinds", more);
}

static const char *
selected(struct console *co, void *private)
{
	const struct entry *e = window_selected(&((struct page *)private)->window);

	if (e == NULL || !co->has_model || client_find(co->client, e->m.point) == POINT_NONE)
		return NULL;
	return e->m.point;
}

const struct screen_ops scr_journal = {
	.name = "journal",
	.title = "Journal",
	.title_ja = "記録",
	.help = "what happened and who did it",
	.modes = MODE_ALL | MODE_LIST | MODE_JOURNAL,
	.private_size = sizeof(struct page),
	.open = open_journal,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_journal,
	.head = head,
	.selected = selected,
};
