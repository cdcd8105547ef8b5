/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_help.c - what can be asked for on the page below, what the letters beside values mean. Enter runs the selected request.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "console/list.h"
#include "console/screen.h"
#include "console/view.h"

#include "scada/base/str.h"

#define ROWS_MAX 160

struct help_row {
	char keys[24], word[24];
	const char *help;
	enum request req;
	bool is_head;
	char page[64];
};
struct page {
	struct list list;
	struct help_row rows[ROWS_MAX];
	int count;
	char filter[64];
};

static void
add(struct page *p, const char *keys, const char *word, const char *help, enum request req)
{
	struct help_row *r = &p->rows[p->count];

	if (p->count == ROWS_MAX)
		return;
	if (p->filter[0] != '\0' && strcasestr(word, p->filter) == NULL && strcasestr(help, p->filter) == NULL &&
	    strcasestr(keys, p->filter) == NULL)
		return;
	*r = (struct help_row){ .help = help, .req = req };
	str_copy(r->keys, sizeof r->keys, keys);
	str_copy(r->word, sizeof r->word, word);
	p->count++;
}

static void
add_head(struct page *p, const char *text)
{
	if (p->count == ROWS_MAX || p->filter[0] != '\0')
		return;
	p->rows[p->count] = (struct help_row){ .help = text, .is_head = true };
	p->count++;
}

static void
add_pages(struct console *co, struct page *p)
{
	for (int i = 0; i < co->page_count; i++) {
		const struct page_row *row = &co->pages[i];
		char key[8] = "";
		int before = p->count;
		if (row->key != KEY_NONE)
			str_printf(key, sizeof key, "%c", (char)row->key);
		add(p, key, row->name, console_title(co, row->title, row->title_ja), REQ_PAGE);
		if (p->count > before)
			str_copy(p->rows[before].page, sizeof p->rows[before].page, row->name);
	}
}

static void
build(struct console *co, struct page *p)
{
	unsigned below = co->depth > 0 ? console_top(co)->ops->modes : MODE_ALL;

	if (co->depth > 1 && console_top(co)->ops == &scr_help)
		below = co->views[co->depth - 2].ops->modes;
	p->count = 0;
	add_head(p, "Keys and commands; Enter runs one. No key sends to the field unasked.");
	for (int i = 0; req_row(i) != NULL; i++)
		if (req_row(i)->where & below)
			add(p, req_row(i)->keys, req_row(i)->word, req_row(i)->help, req_row(i)->id);
	add_head(p, "Drawings of the site.");
	add_pages(co, p);
	add_head(p, "Letters beside a value; no letter: it is good.");
#define QUALITY_HELP(id, bit, letters, validity, word, text) add(p, letters, word, text, REQ_NONE);
	QUALITY_LIST(QUALITY_HELP)
#undef QUALITY_HELP
	add(p, "V", "override", "held by an operator's override", REQ_NONE);
	add(p, "T", "tag", "tagged", REQ_NONE);
	add(p, "L", "local", "the plant is in local", REQ_NONE);
	add(p, "s", "shelved", "an alarm of it is on the shelf", REQ_NONE);
	add(p, "o", "out of service", "an alarm of it is out of service", REQ_NONE);
	add(p, "d", "suppressed", "an alarm of it is suppressed by design", REQ_NONE);
	add_head(p, "On a bar L and H stand at the limits, the outer pair at LL and HH.");
	list_fit(&p->list, p->count, p->list.rows > 0 ? p->list.rows : 17);
}

static bool
open_help(struct console *co, void *private, const char *argument)
{
	(void)argument;
	build(co, private);
	((struct page *)private)->list.at = 1;
	return true;
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;

	list_fit(&p->list, p->count, a.rows);
	for (int i = 0; i < a.rows && p->list.top + i < p->count; i++) {
		const struct help_row *r = &p->rows[p->list.top + i];
		int row = a.row + i;
		if (r->is_head) {
			grid_fit(co->grid, row, a.column + 1, a.columns - 2, LOOK_TITLE, r->help, false);
		} else {
			grid_fit(co->grid, row, a.column + 1, 15, LOOK_KEY, r->keys, false);
			grid_fit(co->grid, row, a.column + 17, 12, LOOK_NORMAL, r->word, false);
			grid_fit(co->grid, row, a.column + 30, a.columns - 31, LOOK_LABEL, r->help, false);
		}
		if (p->list.top + i == p->list.at) {
			grid_paint(co->grid, row, a.column, a.columns, LOOK_SELECTED);
			co->grid->cursor_row = row;
			co->grid->cursor_column = a.column;
		}
	}
	if (p->count == 0)
		grid_put(co->grid, a.row + 2, a.column + 3, -1, LOOK_LABEL,
		    "Nothing here has this text; \\ then Esc shows all.");
}

static unsigned
find(struct console *co, struct page *p, int from, int step)
{
	for (int n = 0; n < p->count; n++) {
		int at = ((from + n * step) % p->count + p->count) % p->count;
		const struct help_row *r = &p->rows[at];
		if (strcasestr(r->help, co->found) != NULL || strcasestr(r->word, co->found) != NULL) {
			p->list.at = at;
			list_fit(&p->list, p->count, p->list.rows);
			return DRAW_ALL;
		}
	}
	console_message(co, true, "nothing here contains %s", co->found);
	return DRAW_ALL;
}

static unsigned
run(struct console *co, struct page *p)
{
	struct help_row r;

	if (p->count == 0)
		return DRAW_NOTHING;
	r = p->rows[p->list.at];
	if (r.req == REQ_NONE) {
		console_message(co, false, "this row explains only");
		return DRAW_ALL;
	}
	view_back(co); /* p is gone now */
	console_request(co, r.req, r.page[0] != '\0' ? r.page : NULL);
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;

	if (list_request(&p->list, req))
		return DRAW_BODY;
	switch (req) {
	case REQ_OPEN: return run(co, p);
	case REQ_HELP: view_back(co); return DRAW_ALL;
	case REQ_FIND:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(co->found, sizeof co->found, argument);
		return argument[0] == '\0' ? DRAW_ALL : find(co, p, p->list.at, 1);
	case REQ_FIND_NEXT:
		return co->found[0] == '\0' || p->count == 0 ? REQ_UNHANDLED : find(co, p, p->list.at + 1, 1);
	case REQ_FIND_PREV:
		return co->found[0] == '\0' || p->count == 0 ? REQ_UNHANDLED : find(co, p, p->list.at - 1, -1);
	case REQ_FILTER:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(p->filter, sizeof p->filter, argument);
		build(co, p);
		return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char span[48];

	list_span(&p->list, span, sizeof span);
	str_copy(title, title_size, console_title(co, "Help", "操作一覧"));
	str_printf(hint, hint_size, "%s%s%s%s   / finds, Enter runs", p->filter[0] != '\0' ? "filter: " : "", p->filter,
	    p->filter[0] != '\0' ? "   " : "", span);
}

const struct screen_ops scr_help = {
	.name = "help",
	.title = "Help",
	.title_ja = "操作一覧",
	.help = "keys, commands and letters",
	.modes = MODE_ALL | MODE_LIST,
	.works_alone = true,
	.private_size = sizeof(struct page),
	.open = open_help,
	.draw = draw,
	.request = request,
	.head = head,
};
