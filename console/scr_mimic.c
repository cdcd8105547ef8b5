/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_mimic.c - a page drawn by a screen file. The arrow keys go from field to field, Enter opens the point behind it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/list.h"
#include "console/mimic.h"
#include "console/shown.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

/* What stands for a page that the site lost. */
static const char gone[] = "screen: gone\ntitle: No such page any more\n--- 80x17\n";

#define LIST_MAX  256
#define LOG_LINES 6 /* of changes, in the accessible form */

struct page {
	char name[64];
	struct mimic mimic;
	int selected;     /* field of the drawing in use; -1 = none */
	struct list list; /* accessible form: one binding a line */
	point_id rows[LIST_MAX];
	char lines[LIST_MAX][160]; /* as they were when a key was pressed last: nothing above the log moves by itself */
	bool are_old;
	char log[LOG_LINES][200];
	int logged;
	char last[128]; /* text of the selected point as logged last */
};

static bool
open_page(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	str_copy(p->name, sizeof p->name, argument);
	p->selected = -1;
	p->are_old = true;
	if (mimic_open(&p->mimic, co, argument))
		return true;
	if (co->message[0] == '\0')
		console_message(co, true, "there is no page %s", argument);
	return false;
}

static void
close_page(struct console *co, void *private)
{
	struct page *p = private;

	(void)co;
	mimic_close(&p->mimic);
}

/* The points of the page, each once, in order of the header: what the accessible form lists. */
static int
collect(struct page *p)
{
	int n = 0;

	for (uint32_t i = 0; i < p->mimic.file->binding_count && n < (int)ARRAY_LEN(p->rows); i++) {
		bool is_known = p->mimic.points[i] == POINT_NONE;
		for (int k = 0; k < n && !is_known; k++)
			is_known = p->rows[k] == p->mimic.points[i];
		if (!is_known)
			p->rows[n++] = p->mimic.points[i];
	}
	return n;
}

static void
log_change(struct console *co, struct page *p)
{
	char text[200], when[16];

	if (p->list.count == 0)
		return;
	shown_line(co, p->rows[p->list.at], text, sizeof text);
	if (strncmp(text, p->last, sizeof p->last - 1) == 0)
		return;
	str_copy(p->last, sizeof p->last, text);
	if (p->logged == LOG_LINES)
		memmove(p->log[0], p->log[1], sizeof p->log - sizeof p->log[0]);
	else
		p->logged++;
	utc_civil(when, sizeof when, co->now, "%H:%M:%S");
	str_printf(p->log[p->logged - 1], sizeof p->log[0], "%s %s", when, text);
}

static void
draw_list(struct console *co, struct page *p, struct area a)
{
	int rows = co->is_accessible ? a.rows - LOG_LINES - 1 : a.rows; /* only who hears them needs changes as lines */

	list_fit(&p->list, collect(p), rows);
	for (int i = 0; (p->are_old || !co->is_accessible) && i < p->list.count; i++)
		shown_line(co, p->rows[i], p->lines[i], sizeof p->lines[i]);
	p->are_old = false;
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		int at = p->list.top + i;
		grid_fit(co->grid, a.row + i, a.column, a.columns, at == p->list.at ? LOOK_SELECTED : LOOK_NORMAL,
		    p->lines[at], false);
		if (at == p->list.at)
			co->grid->cursor_row = a.row + i;
	}
	co->grid->cursor_column = a.column;
	for (int i = 0; i < p->logged && co->is_accessible; i++)
		grid_put(co->grid, a.row + rows + 1 + i, a.column, a.columns, LOOK_NORMAL, p->log[i]);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	const struct screen_drawing *d = mimic_fit(&p->mimic, a);

	if (co->is_accessible) {
		draw_list(co, p, a);
		return;
	}
	if (d == NULL && p->mimic.file->binding_count == 0) {
		grid_put(co->grid, a.row, a.column + 1, -1, LOOK_NORMAL,
		    "The site has this page no more. p lists all points.");
		return;
	}
	if (d == NULL) { /* every file should have a drawing for 80x17: then the list is what fits */
		grid_put(co->grid, a.row, a.column + 1, -1, LOOK_LABEL, "Too small for the drawing; its points:");
		draw_list(co, p, (struct area){ a.row + 1, a.column, a.rows - 1, a.columns });
		return;
	}
	if (p->selected >= (int)d->field_count)
		p->selected = -1;
	co->grid->cursor_row = a.row;
	mimic_draw(&p->mimic, co, d, a, p->selected);
}

/* The change of the selected line, and the seconds of lines that somebody sees. */
static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL) {
		char name[64];
		int selected = p->selected;
		str_copy(name, sizeof name, p->name);
		mimic_close(&p->mimic);
		if (!mimic_open(&p->mimic, co, name)) {
			p->mimic.file = screen_file_parse(gone, sizeof gone - 1, mimic_ignore_fault, NULL);
			console_message(co, true, "the site has no page %s any more", name);
		}
		p->selected = selected;
		p->are_old = true;
		return DRAW_ALL;
	}
	if (what == CHANGE_PHASE || what == CHANGE_LANGUAGE)
		p->are_old = true;
	if (co->is_accessible && what == CHANGE_VALUES) {
		int before = p->logged;
		char last[sizeof p->last];
		str_copy(last, sizeof last, p->last);
		log_change(co, p);
		return before != p->logged || strcmp(last, p->last) != 0 ? DRAW_BODY : DRAW_NOTHING;
	}
	return what == CHANGE_SECOND && co->is_accessible ? DRAW_NOTHING : DRAW_BODY;
}

static int
distance(const struct screen_field *from, const struct screen_field *to, enum request req)
{
	int rows = (int)to->row - (int)from->row, columns = (int)to->column - (int)from->column;

	switch (req) {
	case REQ_UP: rows = -rows; /* fallthrough */
	case REQ_DOWN: return rows <= 0 ? -1 : rows * 8 + abs(columns);
	case REQ_LEFT: columns = -columns; /* fallthrough */
	case REQ_RIGHT: return columns <= 0 ? -1 : columns + abs(rows) * 16;
	default: return -1;
	}
}

static void
move(struct page *p, const struct screen_drawing *d, enum request req)
{
	int best = -1, least = 0, step = req == REQ_PREVIOUS || req == REQ_END ? -1 : 1;

	if (req == REQ_NEXT || req == REQ_PREVIOUS || req == REQ_HOME || req == REQ_END || p->selected < 0) {
		int at = req == REQ_NEXT || req == REQ_PREVIOUS ? p->selected : -1;
		for (uint32_t n = 0; n < d->field_count; n++) {
			at += step;
			at = at < 0 ? (int)d->field_count - 1 : at >= (int)d->field_count ? 0 : at;
			if (mimic_is_selectable(&p->mimic, &d->fields[at])) {
				p->selected = at;
				return;
			}
		}
		return;
	}
	for (uint32_t i = 0; i < d->field_count; i++) {
		int far = distance(&d->fields[p->selected], &d->fields[i], req);
		if (far >= 0 && (best < 0 || far < least) && mimic_is_selectable(&p->mimic, &d->fields[i])) {
			best = (int)i;
			least = far;
		}
	}
	if (best >= 0)
		p->selected = best;
}

static const struct screen_drawing *
drawing(struct console *co, struct page *p)
{
	struct area a = { .rows = co->grid->rows - 7, .columns = co->grid->columns };

	return co->is_accessible ? NULL : mimic_fit(&p->mimic, a);
}

static const char *
selected(struct console *co, void *private)
{
	struct page *p = private;
	const struct screen_drawing *d = drawing(co, p);
	point_id id = POINT_NONE;

	if (d != NULL && p->selected >= 0 && p->selected < (int)d->field_count)
		id = p->mimic.points[d->fields[p->selected].binding];
	else if (d == NULL && p->list.count > 0)
		id = p->rows[p->list.at];
	return id == POINT_NONE ? NULL : co->client->points[id].name;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	const struct screen_drawing *d = drawing(co, p);
	const char *name;

	(void)argument;
	p->are_old = true;
	if (d == NULL && list_request(&p->list, req))
		return DRAW_BODY;
	switch (req) {
	case REQ_UP:
	case REQ_DOWN:
	case REQ_LEFT:
	case REQ_RIGHT:
	case REQ_NEXT:
	case REQ_PREVIOUS:
	case REQ_HOME:
	case REQ_END:
		if (d == NULL)
			return DRAW_NOTHING;
		move(p, d, req);
		if ((name = selected(co, p)) != NULL)
			console_message(co, false, "%s  %s", name,
			    console_title(co, co->client->points[client_find(co->client, name)].title,
			        co->client->points[client_find(co->client, name)].title_ja));
		return DRAW_ALL;
	case REQ_OPEN:
		if ((name = selected(co, p)) != NULL)
			console_open(co, &scr_point, name);
		else
			console_message(co, false, "select a value with Tab or the arrow keys, then Enter opens it");
		return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;

	text_put_safe(title, title_size, console_title(co, p->mimic.file->title, p->mimic.file->title_ja), 60);
	str_copy(hint, hint_size, "Tab or arrows select, Enter opens");
}

const struct screen_ops scr_mimic = {
	.name = "mimic",
	.help = "a drawing of the plant",
	.modes = MODE_ALL | MODE_MIMIC,
	.private_size = sizeof(struct page),
	.open = open_page,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_page,
	.head = head,
	.selected = selected,
};
