/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_rows.c - one pass over the alarms that stand, one sort, and the selected row found again.  What a row is sorted by is frozen
 * when it comes: it moves up when its alarm gets worse, never down.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/alarm_rows.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

static const struct {
	const char *word, *title, *ja;
} shelves[] = {
#define ROW(id, word, title, ja) { word, title, ja },
	ALARM_SHELF_LIST(ROW)
#undef ROW
};
static const struct {
	const char *word, *title;
} wants[] = {
#define ROW(id, word, title) { word, title },
	ALARM_WANT_LIST(ROW)
#undef ROW
};

const char *
alarm_shelf_word(unsigned s)
{
	return s < SHELF_COUNT ? shelves[s].word : NULL;
}

const char *
alarm_shelf_title(unsigned s, bool ja)
{
	return s >= SHELF_COUNT ? "" : ja ? shelves[s].ja : shelves[s].title;
}

const char *
alarm_want_word(unsigned w)
{
	return w < WANT_COUNT ? wants[w].word : NULL;
}

const char *
alarm_want_title(unsigned w)
{
	return w < WANT_COUNT ? wants[w].title : "";
}

/* ---- the filter */

static bool
is_on_shelf(enum alarm_shelf shelf, const struct client_alarm *a)
{
	switch (shelf) {
	case SHELF_LISTED: return alarm_is_listed((enum alarm_state)a->m.state);
	case SHELF_SHELVED: return (a->m.bits & ALARM_SHELVED) != 0 || a->m.state == ALARM_SHLVD;
	case SHELF_SUPPRESSED: return (a->m.bits & ALARM_BY_DESIGN) != 0 || a->m.state == ALARM_DSUPR;
	case SHELF_OUT: return (a->m.bits & ALARM_OUT) != 0 || a->m.state == ALARM_OOSRV;
	default: return true;
	}
}

static bool
is_wanted(enum alarm_want want, enum alarm_state s)
{
	switch (want) {
	case WANT_UNACKED: return alarm_is_unacked(s);
	case WANT_ACTIVE: return s == ALARM_UNACK || s == ALARM_ACKED;
	case WANT_RETURNED: return s == ALARM_RTNUN || s == ALARM_LATUN || s == ALARM_LATAK;
	default: return true;
	}
}

static bool
has_text(const struct client_alarm *a, const char *text)
{
	if (strpbrk(text, "*?[") != NULL)
		return str_glob(text, a->name);
	return strcasestr(a->name, text) != NULL || strcasestr(a->text, text) != NULL ||
	    strstr(a->text_ja, text) != NULL || strcasestr(a->area, text) != NULL ||
	    strcasestr(a->class, text) != NULL || strcasestr(a->group, text) != NULL;
}

bool
alarm_filter_passes(const struct alarm_filter *f, const struct client *c, const struct client_alarm *a)
{
	(void)c;
	return is_on_shelf(f->shelf, a) && is_wanted(f->want, (enum alarm_state)a->m.state) &&
	    (f->priority == 0 || a->priority <= f->priority) && (f->area[0] == '\0' || strcmp(f->area, a->area) == 0) &&
	    (f->text[0] == '\0' || has_text(a, f->text));
}

void
alarm_filter_next_area(struct alarm_filter *f, const struct client *c)
{
	const struct client_alarms *all = c->alarms;
	const char *next = NULL;

	for (uint32_t i = 0; all != NULL && i < all->count; i++) {
		const char *area = all->alarms[i].area;
		if (strcmp(area, f->area) > 0 && (next == NULL || strcmp(area, next) < 0))
			next = area;
	}
	str_copy(f->area, sizeof f->area, next == NULL ? "" : next);
}

/* ---- building */

static uint8_t
rank_of(const struct client_alarm *a)
{
	enum alarm_state s = (enum alarm_state)a->m.state;

	return alarm_is_unacked(s) ? 0 : alarm_is_listed(s) ? 1 : s != ALARM_NORM ? 2 : 3;
}

static uint32_t
device_of(const struct client *c, const struct client_alarm *a)
{
	if (a->point < c->point_count)
		return c->points[a->point].device;
	return a->device;
}

static bool
is_above(const struct alarm_row *x, const struct alarm_row *y)
{
	if (x->rank != y->rank)
		return x->rank < y->rank;
	if (x->priority != y->priority)
		return x->priority < y->priority;
	return x->active > y->active;
}

/* Single rows by what they were sorted by first, then groups by device, each with what it holds behind it. */
static int
compare(const void *pa, const void *pb)
{
	const struct alarm_row *x = pa, *y = pb;
	bool gx = x->members > 0 || x->is_inside, gy = y->members > 0 || y->is_inside;

	if (gx != gy)
		return gx ? 1 : -1;
	if (gx && x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (gx && (x->members > 0) != (y->members > 0))
		return x->members > 0 ? -1 : 1;
	if (is_above(x, y))
		return -1;
	if (is_above(y, x))
		return 1;
	return (x->alarm > y->alarm) - (x->alarm < y->alarm);
}

static struct alarm_row *
add(struct alarm_rows *r)
{
	if (r->count == r->room) {
		uint32_t room = r->room == 0 ? 64 : r->room * 2;
		r->rows = xrecallocarray(r->rows, r->room, room, sizeof *r->rows);
		r->room = room;
	}
	r->rows[r->count] = (struct alarm_row){ 0 };
	return &r->rows[r->count++];
}

static void
rise(struct alarm_row *row, const struct client_alarm *a)
{
	row->rank = rank_of(a);
	row->priority = a->priority;
	row->active = a->m.active;
}

static int
compare_devices(const void *pa, const void *pb)
{
	const struct alarm_row *x = pa, *y = pb;
	bool gx = x->priority > 2, gy = y->priority > 2;

	if (gx != gy)
		return gx ? 1 : -1;
	if (gx && x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->alarm > y->alarm) - (x->alarm < y->alarm);
}

/* The line of rows from..below, which are of one device: its worst stands for it. */
static void
add_group(struct alarm_rows *r, const struct client *c, uint32_t from, uint32_t below)
{
	struct alarm_row group = r->rows[from];

	group.members = below - from;
	for (uint32_t i = from; i < below; i++) {
		const struct alarm_row row = r->rows[i];
		group.unacked += alarm_is_unacked((enum alarm_state)c->alarms->alarms[row.alarm].m.state);
		if (is_above(&row, &group)) {
			group.alarm = row.alarm;
			group.rank = row.rank;
			group.priority = row.priority;
			group.active = row.active;
		}
	}
	*add(r) = group;
}

static bool
is_selected(const struct alarm_row *selected, uint32_t alarm)
{
	return selected != NULL && selected->members == 0 && selected->alarm == alarm;
}

/* Priorities 3 and 4 of one device become one line, unless there is but one of them; what is over goes, unless the cursor is on it. */
static void
fold(struct alarm_rows *r, const struct client *c, const struct alarm_row *selected)
{
	uint32_t kept = 0, singles;

	for (uint32_t i = 0; i < r->count; i++) {
		const struct client_alarm *a = &c->alarms->alarms[r->rows[i].alarm];
		if (a->priority > 2 && !is_selected(selected, r->rows[i].alarm) &&
		    !alarm_filter_passes(&r->filter, c, a))
			continue;
		r->rows[kept] = r->rows[i];
		r->rows[kept++].device = device_of(c, a);
	}
	r->count = singles = kept;
	if (r->count > 1)
		qsort(r->rows, r->count, sizeof *r->rows, compare_devices);
	kept = 0;
	for (uint32_t from = 0, below; from < singles; from = below) {
		uint32_t device = r->rows[from].device;
		bool is_open = r->has_open && r->open == device;
		for (below = from + 1;
		     r->rows[from].priority > 2 && below < singles && r->rows[below].device == device;)
			below++;
		bool is_group = below - from > 1;
		if (is_group)
			add_group(r, c, from, below);
		for (uint32_t i = from; i < below && (!is_group || is_open); i++) {
			r->rows[kept] = r->rows[i];
			r->rows[kept++].is_inside = is_group;
		}
	}
	if (r->count > singles)
		memmove(&r->rows[kept], &r->rows[singles], (r->count - singles) * sizeof *r->rows);
	r->count -= singles - kept;
}

/* Of an alarm: its row, else the group that it went into. Of a group: its line, else what is left of it, its worst. -1: it is not there. */
static int
place_of(const struct alarm_rows *r, const struct alarm_row *was)
{
	int group = -1, left = -1;

	for (uint32_t i = 0; i < r->count; i++) {
		const struct alarm_row *row = &r->rows[i];
		if ((was->members == 0 || !r->is_grouped) && row->members == 0 && row->alarm == was->alarm)
			return (int)i;
		if (!r->is_grouped || row->device != was->device || row->priority <= 2)
			continue;
		if (row->members > 0)
			group = (int)i;
		else if (was->members > 0)
			left = (int)i;
	}
	return group >= 0 ? group : left;
}

static void
find_selected(struct alarm_rows *r, const struct alarm_row *was)
{
	int at = was != NULL ? place_of(r, was) : -1;

	if (at >= 0) {
		r->list.top += at - r->list.at;
		r->list.at = at;
		r->list.top = r->list.top < 0 ? 0 : r->list.top;
	}
	r->list.count = (int)r->count;
	if (r->list.at >= r->list.count)
		r->list.at = r->list.count > 0 ? r->list.count - 1 : 0;
	if (r->list.top > r->list.at)
		r->list.top = r->list.at;
}

/* Rows that are there keep their place, others come in. */
static void
bring_in(struct alarm_rows *r, const struct client *c, const struct alarm_row *selected)
{
	const struct client_alarms *all = c->alarms;
	uint32_t n = r->filter.shelf == SHELF_ALL ? all->count : all->standing_count, had = r->count;

	for (uint32_t i = 0; i < had; i++)
		r->at_row[r->rows[i].alarm] = i + 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t alarm = r->filter.shelf == SHELF_ALL ? i : all->standing[i];
		const struct client_alarm *a = &all->alarms[alarm];
		struct alarm_row *row = r->at_row[alarm] > 0 ? &r->rows[r->at_row[alarm] - 1] : NULL;
		if (!alarm_filter_passes(&r->filter, c, a))
			continue;
		if (row != NULL) {
			if (!is_selected(selected, alarm) &&
			    (rank_of(a) < row->rank || (rank_of(a) == 0 && a->m.active > row->active))) {
				rise(row, a);
				row->is_seen = false;
			}
			continue;
		}
		row = add(r);
		row->alarm = alarm;
		row->device = device_of(c, a);
		rise(row, a);
	}
	for (uint32_t i = 0; i < r->count; i++)
		r->at_row[r->rows[i].alarm] = 0;
}

/* The cursor is on it: it stays, also when all rows are made anew and it does not belong to them any more. */
static void
keep_selected(struct alarm_rows *r, const struct client *c, const struct alarm_row *selected)
{
	if (selected == NULL || selected->members > 0 || selected->alarm >= c->alarms->count)
		return;
	for (uint32_t i = 0; i < r->count; i++)
		if (r->rows[i].alarm == selected->alarm)
			return;
	*add(r) = *selected;
	r->rows[r->count - 1].is_inside = false;
}

/* Groups are made anew each time: what they hold is what counts. */
static void
unfold(struct alarm_rows *r)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		if (r->rows[i].members > 0)
			continue;
		r->rows[kept] = r->rows[i];
		r->rows[kept++].is_inside = false;
	}
	r->count = kept;
}

static void
build(struct alarm_rows *r, const struct client *c, const struct alarm_row *selected)
{
	if (c->alarms == NULL || c->alarms->count == 0) {
		r->count = 0;
		find_selected(r, NULL);
		return;
	}
	if (r->at_room < c->alarms->count) {
		r->at_row = xrecallocarray(r->at_row, r->at_room, c->alarms->count, sizeof *r->at_row);
		r->at_room = c->alarms->count;
	}
	unfold(r);
	bring_in(r, c, selected);
	keep_selected(r, c, selected);
	if (r->is_grouped)
		fold(r, c, selected);
	if (r->count > 1)
		qsort(r->rows, r->count, sizeof *r->rows, compare);
	find_selected(r, selected);
	r->changes = c->alarms->changes;
}

void
alarm_rows_done(struct alarm_rows *r)
{
	free(r->rows);
	free(r->at_row);
	*r = (struct alarm_rows){ 0 };
}

const struct alarm_row *
alarm_rows_selected(const struct alarm_rows *r)
{
	return r->list.at >= 0 && r->list.at < (int)r->count ? &r->rows[r->list.at] : NULL;
}

void
alarm_rows_follow(struct alarm_rows *r, const struct client *c)
{
	const struct alarm_row *at = alarm_rows_selected(r);
	struct alarm_row selected = at != NULL ? *at : (struct alarm_row){ 0 };

	if (c->alarms != NULL && r->changes != c->alarms->changes)
		build(r, c, at != NULL ? &selected : NULL);
}

void
alarm_rows_settle(struct alarm_rows *r, const struct client *c, bool to_top)
{
	const struct alarm_row *at = alarm_rows_selected(r);
	struct alarm_row selected = at != NULL ? *at : (struct alarm_row){ 0 };

	r->count = 0;
	build(r, c, at != NULL && !to_top ? &selected : NULL);
	if (to_top)
		r->list.at = r->list.top = 0;
}

void
alarm_rows_renew(struct alarm_rows *r, const struct client *c, const char *selected)
{
	uint32_t alarm = selected != NULL ? client_alarms_find(c->alarms, selected) : ALARM_NONE;
	struct alarm_row row = { .alarm = alarm };

	if (alarm != ALARM_NONE) {
		const struct client_alarm *a = &c->alarms->alarms[alarm];
		row.device = device_of(c, a);
		rise(&row, a);
	}
	r->count = 0;
	r->has_open = false;
	build(r, c, alarm != ALARM_NONE ? &row : NULL);
}

bool
alarm_rows_move(struct alarm_rows *r, enum request req)
{
	struct list *l = &r->list;
	int step = req == REQ_UP || req == REQ_PREVIOUS ? -1 : req == REQ_DOWN || req == REQ_NEXT ? 1 : 0;

	if (step == 0)
		return list_request(l, req);
	l->at = l->at + step < 0 ? 0 : l->at + step;
	alarm_rows_fit(r, l->rows);
	return true;
}

void
alarm_rows_fit(struct alarm_rows *r, int rows)
{
	struct list *l = &r->list;
	bool has_grown = rows > l->rows;

	l->count = (int)r->count;
	l->rows = rows > 0 ? rows : 1;
	if (has_grown && l->top > l->count - l->rows) /* another size of the screen: it is filled */
		l->top = l->count > l->rows ? l->count - l->rows : 0;
	if (l->at >= l->count)
		l->at = l->count > 0 ? l->count - 1 : 0;
	if (l->top > l->at)
		l->top = l->at;
	if (l->at - l->top >= l->rows)
		l->top = l->at - l->rows + 1;
}

unsigned
alarm_rows_unacked_above(const struct alarm_rows *r, const struct client *c)
{
	unsigned n = 0;

	for (int i = 0; i < r->list.top && i < (int)r->count; i++) {
		const struct alarm_row *row = &r->rows[i];
		n += row->members > 0 ? row->unacked
		                      : alarm_is_unacked((enum alarm_state)c->alarms->alarms[row->alarm].m.state);
	}
	return n;
}

unsigned
alarm_rows_new_above(const struct alarm_rows *r)
{
	unsigned n = 0;

	for (int i = 0; i < r->list.top && i < (int)r->count; i++)
		n += !r->rows[i].is_seen && r->rows[i].rank == 0;
	return n;
}
