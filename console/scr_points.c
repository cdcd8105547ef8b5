/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_points.c - all points, or those with a bookmark: find, filter, sort. The selected point stays selected whatever happens to
 * the list, and rows never jump by themselves: an order by value is taken when it is asked for.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/keep.h"
#include "console/list.h"
#include "console/shown.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

enum sort { SORT_DEVICE, SORT_NAME, SORT_VALUE, SORT_QUALITY, SORT_AGE, SORT_COUNT };
static const char *const sort_words[] = { "device", "name", "value", "quality", "age" };

struct page {
	struct list list;
	point_id *rows;
	uint32_t count, room;
	char selected[POINT_NAME_MAX];
	char filter[64];
	enum sort sort;
	bool is_reverse, only_marked;
	bool is_stale; /* the filter looks at values, and they changed */
};

static const struct console *sorting; /* qsort has no argument */
static const struct page *sorting_page;

static double
key_of(point_id id)
{
	const struct client *c = sorting->client;
	struct value v = client_value(c, id);

	switch (sorting_page->sort) {
	case SORT_VALUE: return isnan(v.v) ? -HUGE_VAL : v.v;
	case SORT_QUALITY: return -(double)quality_validity(v.quality) * 65536 - (double)v.quality;
	case SORT_AGE: return -(double)client_age_us(c, id, sorting->now);
	default: return 0;
	}
}

static int
compare(const void *pa, const void *pb)
{
	point_id a = *(const point_id *)pa, b = *(const point_id *)pb;
	double ka = key_of(a), kb = key_of(b);
	int order = (ka > kb) - (ka < kb);

	if (order == 0 && sorting_page->sort == SORT_NAME)
		order = strcmp(sorting->client->points[a].name, sorting->client->points[b].name);
	if (sorting_page->is_reverse)
		order = -order;
	if (order == 0)
		order = (a > b) - (a < b);
	return sorting_page->is_reverse && sorting_page->sort == SORT_DEVICE ? -order : order;
}

static bool
has_text(const struct client_point *p, const char *text)
{
	if (strpbrk(text, "*?[") != NULL)
		return str_glob(text, p->name);
	return strcasestr(p->name, text) != NULL || strcasestr(p->title, text) != NULL ||
	    strstr(p->title_ja, text) != NULL;
}

/* "!M", "!B", "!MB", then a space and text or nothing: points by hand, off scan, either. */
static bool
is_marks(const char *text)
{
	size_t n = text[0] == '!' ? strspn(text + 1, "MB") : 0;

	return n > 0 && (text[n + 1] == '\0' || text[n + 1] == ' ');
}

/* Moves on to the text behind the marks. */
static bool
has_marks(const struct client *c, point_id id, const char **text)
{
	bool has = false;

	for (++*text; **text != '\0' && **text != ' '; ++*text)
		has |= **text == 'M' ? client_is_by_hand(c, id) : client_is_off_scan(c, id);
	*text += **text == ' ';
	return has;
}

static bool
passes(const struct console *co, const struct page *p, point_id id)
{
	const struct client_point *pt = &co->client->points[id];
	const char *text = p->filter;

	if (p->only_marked && !keep_is_marked(pt->name))
		return false;
	if (is_marks(text)) {
		if (!has_marks(co->client, id, &text))
			return false;
	} else if (text[0] == '!') {
		if (client_value(co->client, id).quality == 0)
			return false;
		text++;
	}
	return text[0] == '\0' || has_text(pt, text);
}

/* Builds the rows anew and finds the selected point again. */
static void
build(struct console *co, struct page *p)
{
	const struct client *c = co->client;

	if (p->room < c->point_count) {
		p->rows = xrecallocarray(p->rows, p->room, c->point_count, sizeof *p->rows);
		p->room = c->point_count;
	}
	p->is_stale = false;
	p->count = 0;
	for (point_id id = 0; id < c->point_count; id++)
		if (passes(co, p, id))
			p->rows[p->count++] = id;
	sorting = co;
	sorting_page = p;
	if (p->count > 1)
		qsort(p->rows, p->count, sizeof *p->rows, compare);
	for (uint32_t i = 0; i < p->count; i++) {
		if (strcmp(c->points[p->rows[i]].name, p->selected) == 0) {
			list_follow(&p->list, (int)i);
			break;
		}
	}
	list_fit(&p->list, (int)p->count, p->list.rows > 0 ? p->list.rows : 17);
}

static void
note_selected(struct console *co, struct page *p)
{
	if (p->list.at < (int)p->count)
		str_copy(p->selected, sizeof p->selected, co->client->points[p->rows[p->list.at]].name);
}

static bool
open_points(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	if (argument != NULL)
		str_copy(p->filter, sizeof p->filter, argument);
	if (co->has_model) {
		build(co, p);
		note_selected(co, p);
	}
	return true;
}

static bool
open_bookmarks(struct console *co, void *private, const char *argument)
{
	((struct page *)private)->only_marked = true;
	return open_points(co, private, argument);
}

static void
close_page(struct console *co, void *private)
{
	(void)co;
	free(((struct page *)private)->rows);
}

struct columns {
	int name, value, unit, age, source, title, title_ja;
};

static struct columns
layout(const struct console *co, int columns)
{
	struct columns w = { .name = 20, .value = 14, .unit = 6, .age = 4 };
	int left = columns - 2 - w.name - w.value - w.unit - w.age - 5;

	if (left >= 79) { /* 132 columns and more */
		w.name += left >= 120 ? 6 : 2;
		w.value += left >= 120 ? 8 : 0;
		w.source = left >= 120 ? 32 : 21;
		left = columns - 2 - w.name - w.value - w.unit - w.age - 6 - w.source;
	}
	if (left > 50 && w.source > 0 && !co->is_ascii) {
		w.title_ja = left * 9 / 20;
		left -= w.title_ja + 1;
	}
	w.title = left;
	return w;
}

static void
draw_head(struct console *co, const struct page *p, struct area a, const struct columns *w)
{
	static const char *const arrows[] = { " ^", " v" };
	char name[32], value[32], age[16];
	int at = a.column + 1;

	(void)p;
	str_printf(name, sizeof name, "Point%s", p->sort == SORT_NAME ? arrows[p->is_reverse] : "");
	str_printf(value, sizeof value, "Value%s  ",
	    p->sort == SORT_VALUE         ? arrows[p->is_reverse]
	        : p->sort == SORT_QUALITY ? " q"
	                                  : "");
	str_printf(age, sizeof age, "Age%s", p->sort == SORT_AGE ? arrows[p->is_reverse] : "");
	grid_fit(co->grid, a.row, at, w->name, LOOK_TITLE, name, false);
	grid_fit(co->grid, a.row, at += w->name + 1, w->value, LOOK_TITLE, value, true);
	grid_fit(co->grid, a.row, at += w->value + 1, w->unit, LOOK_TITLE, "Unit", false);
	grid_fit(co->grid, a.row, at += w->unit + 1, w->age, LOOK_TITLE, age, true);
	grid_fit(co->grid, a.row, at += w->age + 2, w->title, LOOK_TITLE,
	    co->is_ja && w->title_ja == 0 ? "名称" : "Title", false);
	at += w->title + 1;
	if (w->title_ja > 0) {
		grid_fit(co->grid, a.row, at, w->title_ja, LOOK_TITLE, "名称", false);
		at += w->title_ja + 1;
	}
	if (w->source > 0)
		grid_fit(co->grid, a.row, at, w->source, LOOK_TITLE, "Source", false);
}

static void
draw_row(struct console *co, point_id id, int row, struct area a, const struct columns *w)
{
	struct grid *g = co->grid;
	const struct client_point *pt = &co->client->points[id];
	struct shown s;
	int at = a.column + 1;

	shown_get(co, id, &s);
	if (keep_is_marked(pt->name))
		grid_put(g, row, a.column, 1, LOOK_KEY, "*");
	bool is_found = co->found[0] != '\0' && has_text(pt, co->found);
	grid_fit(g, row, at, w->name, is_found ? LOOK_FOUND : LOOK_NORMAL, pt->name, false);
	shown_put_right(co, g, row, at += w->name + 1, w->value, &s, NULL);
	grid_fit(g, row, at += w->value + 1, w->unit, LOOK_LABEL, pt->unit, false);
	grid_fit(g, row, at += w->unit + 1, w->age, s.look, s.age, true);
	at += w->age + 2;
	grid_fit(g, row, at, w->title, LOOK_LABEL,
	    w->title_ja > 0 ? pt->title : console_title(co, pt->title, pt->title_ja), false);
	at += w->title + 1;
	if (w->title_ja > 0) {
		grid_fit(g, row, at, w->title_ja, LOOK_LABEL, pt->title_ja, false);
		at += w->title_ja + 1;
	}
	if (w->source > 0)
		grid_fit(g, row, at, w->source, LOOK_LABEL, pt->source, false);
}

static void
draw_row_plain(struct console *co, point_id id, int row, struct area a)
{
	struct shown s;
	char text[512];

	shown_get(co, id, &s);
	shown_line(co, id, text, sizeof text);
	grid_fit(co->grid, row, a.column, a.columns, s.look, text, false);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	struct columns w = layout(co, a.columns);
	int rows = a.rows - 1;

	if (p->is_stale)
		build(co, p);
	list_fit(&p->list, (int)p->count, rows);
	if (!co->is_accessible)
		draw_head(co, p, a, &w);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		int at = p->list.top + i, row = a.row + 1 + i;
		if (co->is_accessible)
			draw_row_plain(co, p->rows[at], row, a);
		else
			draw_row(co, p->rows[at], row, a, &w);
		if (at == p->list.at) {
			grid_paint(co->grid, row, a.column, a.columns, LOOK_SELECTED);
			co->grid->cursor_row = row;
			co->grid->cursor_column = a.column;
		}
	}
	if (p->count == 0)
		grid_put(co->grid, a.row + 2, a.column + 3, -1, LOOK_LABEL,
		    is_marks(p->filter)        ? "No value stands by hand and every point is scanned."
		        : p->filter[0] != '\0' ? "No point passes the filter; \\ then Esc shows all."
		        : p->only_marked       ? "No point has a bookmark; b gives one to the selected point."
		                               : "The site has no points.");
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL || (what == CHANGE_LANGUAGE && p->only_marked))
		build(co, p);
	if (what == CHANGE_VALUES && p->filter[0] == '!')
		p->is_stale = true; /* built when it is drawn, which happens less often */
	if (co->is_accessible && (what == CHANGE_VALUES || what == CHANGE_DEVICE))
		return DRAW_NOTHING; /* rows are new when a key was pressed; `chisan watch` is the stream */
	return what == CHANGE_SECOND ? DRAW_NOTHING : DRAW_BODY;
}

static unsigned
find(struct console *co, struct page *p, int from, int step)
{
	for (int n = 0; n < (int)p->count; n++) {
		int at = (from + n * step) % (int)p->count;
		if (at < 0)
			at += (int)p->count;
		if (has_text(&co->client->points[p->rows[at]], co->found)) {
			p->list.at = at;
			list_fit(&p->list, (int)p->count, p->list.rows);
			note_selected(co, p);
			console_message(co, false, "%s", "");
			return DRAW_ALL;
		}
	}
	console_message(co, true, "nothing here contains %s", co->found);
	return DRAW_ALL;
}

static unsigned
sort_by(struct console *co, struct page *p, const char *word)
{
	enum sort wanted = word == NULL ? (enum sort)((p->sort + 1) % SORT_COUNT) : SORT_COUNT;

	for (int i = 0; word != NULL && i < SORT_COUNT; i++)
		if (strcmp(sort_words[i], word) == 0)
			wanted = (enum sort)i;
	if (wanted == SORT_COUNT) {
		console_message(co, true, "sort takes device, name, value, quality or age");
		return DRAW_ALL;
	}
	p->sort = wanted;
	build(co, p);
	console_message(co, false,
	    p->sort >= SORT_VALUE ? "sorted by %s as it is now; rows do not move by themselves" : "sorted by %s",
	    sort_words[p->sort]);
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;

	if (list_request(&p->list, req)) {
		note_selected(co, p);
		return DRAW_BODY;
	}
	switch (req) {
	case REQ_OPEN:
		if (p->count > 0)
			console_open(co, &scr_point, co->client->points[p->rows[p->list.at]].name);
		return DRAW_ALL;
	case REQ_FIND:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(co->found, sizeof co->found, argument);
		return argument[0] == '\0' ? DRAW_ALL : find(co, p, p->list.at, 1);
	case REQ_FIND_NEXT: return co->found[0] == '\0' ? REQ_UNHANDLED : find(co, p, p->list.at + 1, 1);
	case REQ_FIND_PREV: return co->found[0] == '\0' ? REQ_UNHANDLED : find(co, p, p->list.at - 1, -1);
	case REQ_FILTER:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(p->filter, sizeof p->filter, argument);
		build(co, p);
		return DRAW_ALL;
	case REQ_SORT: return sort_by(co, p, argument);
	case REQ_REVERSE:
		p->is_reverse = !p->is_reverse;
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
	str_copy(title, title_size,
	    p->only_marked            ? console_title(co, "Bookmarks", "しおり")
	        : is_marks(p->filter) ? console_title(co, "By hand (M) and off scan (B)", "手動値(M)・スキャン除外(B)")
	                              : console_title(co, "All points", "全点一覧"));
	if (p->filter[0] != '\0')
		str_printf(hint, hint_size, "filter: %s   %s", p->filter, span);
	else
		str_printf(
		    hint, hint_size, "by %s%s   %s", sort_words[p->sort], p->is_reverse ? ", reversed" : "", span);
}

static const char *
selected(struct console *co, void *private)
{
	struct page *p = private;

	return p->count == 0 ? NULL : co->client->points[p->rows[p->list.at]].name;
}

const struct screen_ops scr_points = {
	.name = "points",
	.title = "All points",
	.title_ja = "全点一覧",
	.help = "every point of the site with value, quality and age",
	.modes = MODE_ALL | MODE_LIST | MODE_POINTS,
	.private_size = sizeof(struct page),
	.open = open_points,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_page,
	.head = head,
	.selected = selected,
};

const struct screen_ops scr_bookmarks = {
	.name = "bookmarks",
	.title = "Bookmarks",
	.title_ja = "しおり",
	.help = "the points with a bookmark",
	.modes = MODE_ALL | MODE_LIST | MODE_POINTS,
	.private_size = sizeof(struct page),
	.open = open_bookmarks,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_page,
	.head = head,
	.selected = selected,
};
