/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.c - adding at the ends, dropping at the other, rows with days between them.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/when.h"
#include "console/window.h"

#define ROWS_UNDRAWN 15 /* before the first drawing has told */

void
window_empty(struct window *w)
{
	for (int i = 0; i < w->count; i++)
		free(w->entries[i]);
	w->count = 0;
	w->bytes = 0;
	w->has_first = w->has_last = false;
	w->list.count = 0;
}

static void
take_out(struct window *w, int i)
{
	w->bytes -= w->entries[i]->bytes;
	free(w->entries[i]);
	memmove(&w->entries[i], &w->entries[i + 1], (size_t)(w->count - i - 1) * sizeof w->entries[0]);
	w->count--;
}

static void
put_in(struct window *w, int i, struct entry *e)
{
	memmove(&w->entries[i + 1], &w->entries[i], (size_t)(w->count - i) * sizeof w->entries[0]);
	w->entries[i] = e;
	w->count++;
	w->bytes += e->bytes;
}

static bool
is_too_much(const struct window *w)
{
	return w->count > WINDOW_ENTRIES || (w->bytes > WINDOW_BYTES && w->count > 1);
}

static bool
is_same(const struct msg_journal *a, const struct msg_journal *b)
{
	return a->time == b->time && a->kind == b->kind && strcmp(a->point, b->point) == 0 &&
	    strcmp(a->text, b->text) == 0 && strcmp(a->user, b->user) == 0;
}

void
window_add_newer(struct window *w, struct entry *e)
{
	int at = w->count;

	if (e->m.seq != 0 && e->m.seq <= window_last(w)) { /* it came twice */
		free(e);
		return;
	}
	while (e->m.seq != 0 && at > 0 && w->entries[at - 1]->m.seq == 0) {
		at--;
		if (!is_same(&w->entries[at]->m, &e->m))
			continue;
		take_out(w, at); /* now it is recorded */
		break;
	}
	put_in(w, at, e);
	while (is_too_much(w)) {
		take_out(w, 0);
		w->has_first = false;
	}
}

void
window_add_older(struct window *w, struct entry *e)
{
	if (w->count > 0 && e->m.seq >= window_first(w) && window_first(w) != 0) {
		free(e);
		return;
	}
	put_in(w, 0, e);
	while (is_too_much(w)) {
		take_out(w, w->count - 1);
		w->has_last = false;
	}
}

bool
window_has_room(const struct window *w)
{
	const struct entry *e = window_selected(w);

	return w->count < WINDOW_ENTRIES || window_is_at_end(w) || e == NULL || e != w->entries[0];
}

uint64_t
window_first(const struct window *w)
{
	return w->count > 0 ? w->entries[0]->m.seq : 0;
}

uint64_t
window_last(const struct window *w)
{
	for (int i = w->count - 1; i >= 0; i--)
		if (w->entries[i]->m.seq != 0)
			return w->entries[i]->m.seq;
	return 0;
}

static bool
is_another_day(const struct msg_journal *a, const struct msg_journal *b)
{
	struct when_fields x = when_fields((struct utc){ a->time }), y = when_fields((struct utc){ b->time });

	return x.day != y.day || x.month != y.month || x.year != y.year;
}

const struct entry *
window_selected(const struct window *w)
{
	int at = w->list.at;

	if (w->list.count == 0 || at < 0 || at >= w->list.count)
		return NULL;
	int i = w->rows[at] >= 0 ? w->rows[at] : at + 1 < w->list.count ? w->rows[at + 1] : -1;
	return i >= 0 && i < w->count ? w->entries[i] : NULL;
}

bool
window_is_at_end(const struct window *w)
{
	return w->list.count == 0 || w->list.at >= w->list.count - 1;
}

static int
row_of(const struct window *w, int count, const struct entry *e)
{
	for (int i = 0; i < count; i++)
		if (w->rows[i] >= 0 && w->entries[w->rows[i]] == e)
			return i;
	return -1;
}

void
window_build(struct window *w, const struct entry *selected)
{
	int n = 0, rows = w->list.rows > 0 ? w->list.rows : ROWS_UNDRAWN, at;

	for (int i = 0; i < w->count; i++) {
		if (i == 0 || is_another_day(&w->entries[i - 1]->m, &w->entries[i]->m))
			w->rows[n++] = -1;
		w->rows[n++] = i;
	}
	at = selected != NULL ? row_of(w, n, selected) : n - 1;
	if (selected != NULL && at >= 0)
		list_follow(&w->list, at);
	else
		w->list.at = n - 1;
	list_fit(&w->list, n, rows);
}

void
window_select(struct window *w, int entry)
{
	int row = entry >= 0 && entry < w->count ? row_of(w, w->list.count, w->entries[entry]) : -1;

	if (row < 0)
		return;
	w->list.at = row;
	list_fit(&w->list, w->list.count, w->list.rows > 0 ? w->list.rows : ROWS_UNDRAWN);
}

bool
window_request(struct window *w, enum request req)
{
	int before = w->list.at;

	if (!list_request(&w->list, req))
		return false;
	if (w->list.count == 0 || w->rows[w->list.at] >= 0)
		return true;
	if (w->list.at < before && w->list.at > 0)
		w->list.at--; /* upwards, over the day */
	else
		w->list.at++;
	list_fit(&w->list, w->list.count, w->list.rows);
	if (w->list.at == 1 && w->list.top == 1)
		w->list.top = 0; /* the first day stays in sight */
	return true;
}
