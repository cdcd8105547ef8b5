/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_alarms.c - the alarm list, and the lists of what is put aside. Nothing moves under the cursor; a key acts on what was on the screen
 * when it was pressed, with the occurrence that was seen there.
 */
#include "config.h"

#include <string.h>

#include "console/alarm_acts.h"
#include "console/alarm_keys.h"
#include "console/alarm_lines.h"
#include "console/alarm_many.h"
#include "console/alarm_rows.h"
#include "console/alarm_say.h"
#include "console/frame.h"
#include "scada/base/str.h"

#define IDLE_US  (60 * US_PER_S)
#define SORTED_S 1 /* after the list was sorted by itself no key acts: it was meant for what stood there before */

struct page {
	struct alarm_rows rows;
	struct alarm_many unacked, latched; /* on the screen: not acknowledged; to be reset */
	struct alarm_seen at;               /* the selected one as it was drawn; name "": none, or a group */
	char selected[ALARM_NAME_MAX];      /* by a person; of a group: its worst; "": nothing was there */
	bool is_group_selected;
	bool was_flood, is_by_hand; /* grouping: chosen here, whatever the flood does */
	ev_tstamp opened, sorted;   /* sorted: by itself */
};

static void
note_selected(struct console *co, struct page *p)
{
	const struct alarm_row *row = alarm_rows_selected(&p->rows);

	str_copy(p->selected, sizeof p->selected, row != NULL ? co->client->alarms->alarms[row->alarm].name : "");
	p->is_group_selected = row != NULL && row->members > 0;
}

/* An act is about what a person went to, not about what came under the cursor by itself. */
static bool
is_chosen(struct console *co, struct page *p, const struct alarm_row *row)
{
	const char *name = co->client->alarms->alarms[row->alarm].name;
	bool is_same = strcmp(name, p->selected) == 0 && p->is_group_selected == (row->members > 0);
	bool is_other = !is_same && p->selected[0] != '\0';
	bool is_new = !is_other && co->options->script == NULL && ev_now(co->loop) - p->sorted < SORTED_S;

	note_selected(co, p);
	if (is_other)
		console_message(co, true, "%s is under the cursor now: read it, then press the key again", name);
	else if (is_new)
		console_message(co, true, "the list was sorted anew just now: read it, then press the key again");
	return !is_other && !is_new;
}

static void
follow_flood(struct console *co, struct page *p)
{
	bool is_flood = alarm_flood_is_ours(co->client);

	if (is_flood == p->was_flood)
		return;
	p->was_flood = is_flood;
	if (p->is_by_hand)
		return;
	p->rows.is_grouped = is_flood;
	alarm_rows_settle(&p->rows, co->client, false);
}

static bool
open_alarms(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	p->opened = ev_now(co->loop);
	p->rows.list.rows =
	    frame_body(co->grid).rows - ALARM_LINES_HEADS - alarm_lines_below(co); /* keys may come first */
	if (argument != NULL)
		str_copy(p->rows.filter.text, sizeof p->rows.filter.text, argument);
	if (!co->has_model)
		return true;
	follow_flood(co, p);
	alarm_rows_settle(&p->rows, co->client, true);
	note_selected(co, p);
	return true;
}

static void
close_alarms(struct console *co, void *private)
{
	(void)co;
	alarm_rows_done(&((struct page *)private)->rows);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	switch (what) {
	case CHANGE_MODEL:
		alarm_rows_renew(&p->rows, co->client, p->selected[0] != '\0' ? p->selected : NULL);
		return DRAW_ALL;
	case CHANGE_ALARM: follow_flood(co, p); return DRAW_ALL;
	case CHANGE_SECOND: /* nobody works here: the worst to the top, what is over goes */
		if (utc_diff_us(co->now, co->key_at) < IDLE_US || co->key_at.us == 0 || console_is_lost(co))
			return DRAW_NOTHING;
		alarm_rows_settle(&p->rows, co->client, true);
		note_selected(co, p);
		p->sorted = ev_now(co->loop);
		return DRAW_BODY;
	case CHANGE_PHASE:
	case CHANGE_LANGUAGE: return DRAW_ALL;
	default: return DRAW_NOTHING;
	}
}

/* ---- drawing */

static void
remember(struct console *co, struct page *p, const struct alarm_row *r, bool is_selected)
{
	const struct client_alarm *x = &co->client->alarms->alarms[r->alarm];
	struct alarm_seen seen = { .occurrence = x->m.occurrence };

	if (r->members > 0)
		return;
	str_copy(seen.name, sizeof seen.name, x->name);
	if (is_selected)
		p->at = seen;
	if (alarm_is_unacked((enum alarm_state)x->m.state))
		alarm_many_add(&p->unacked, &seen);
	if (alarm_why_no_reset(x) == NULL)
		alarm_many_add(&p->latched, &seen);
}

static void
draw_rows(struct console *co, struct page *p, struct area a)
{
	const struct list *l = &p->rows.list;

	alarm_many_begin(&p->unacked);
	alarm_many_begin(&p->latched);
	p->at.name[0] = '\0';
	for (int i = 0; i < a.rows - ALARM_LINES_HEADS && l->top + i < (int)p->rows.count; i++) {
		struct alarm_row *r = &p->rows.rows[l->top + i];
		int row = a.row + ALARM_LINES_HEADS + i;
		r->is_seen = true;
		alarm_lines_row(co, &p->rows, r, row, a);
		remember(co, p, r, l->top + i == l->at);
		if (l->top + i != l->at)
			continue;
		int code = co->is_accessible ? 0 : 5; /* its code keeps its own look */
		grid_paint(co->grid, row, a.column + code, a.columns - code, LOOK_SELECTED);
		co->grid->cursor_row = row;
		co->grid->cursor_column = a.column;
	}
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;

	alarm_rows_follow(&p->rows, co->client);
	a.rows -= alarm_lines_below(co);
	alarm_rows_fit(&p->rows, a.rows - ALARM_LINES_HEADS);
	alarm_lines_head(co, &p->rows, a);
	draw_rows(co, p, a);
	if (p->rows.count == 0)
		alarm_lines_empty(co, &p->rows, a);
	else if (!co->is_accessible)
		alarm_lines_preview(co, &p->rows, a);
}

/* ---- acts */

static unsigned
ack_selected(struct console *co, struct page *p)
{
	const struct alarm_row *r = alarm_rows_selected(&p->rows);

	if (co->options->script == NULL && ev_now(co->loop) - p->opened < ALARM_READ_S) {
		console_message(co, true, "the list had just opened: read it, then acknowledge");
		return DRAW_ALL;
	}
	if (r != NULL && !is_chosen(co, p, r))
		return DRAW_ALL;
	if (r != NULL && r->members > 0)
		console_message(co, true, "a group: Enter opens it, then each is acknowledged where it can be read");
	else if (r == NULL || strcmp(p->at.name, co->client->alarms->alarms[r->alarm].name) != 0)
		console_message(co, true,
		    r == NULL ? "there is no alarm to acknowledge" : "it was not on the screen yet: read it, then a");
	else
		alarm_keys_ack(co, &p->at);
	return DRAW_ALL;
}

/* ---- keys */

static void
settle(struct console *co, struct page *p)
{
	alarm_rows_settle(&p->rows, co->client, true);
	note_selected(co, p);
}

static unsigned
choose(struct console *co, struct page *p, enum request req)
{
	struct alarm_filter *f = &p->rows.filter;

	switch (req) {
	case REQ_STATE: f->want = (enum alarm_want)((f->want + 1) % WANT_COUNT); break;
	case REQ_PRIORITY: f->priority = (f->priority + 1) % ALARM_PRIORITIES; break;
	case REQ_AREA: alarm_filter_next_area(f, co->client); break;
	case REQ_AFTER:
	case REQ_RIGHT: f->shelf = (enum alarm_shelf)((f->shelf + 1) % SHELF_COUNT); break;
	case REQ_BEFORE:
	case REQ_LEFT: f->shelf = (enum alarm_shelf)((f->shelf + SHELF_COUNT - 1) % SHELF_COUNT); break;
	default:
		p->rows.is_grouped = !p->rows.is_grouped;
		p->is_by_hand = p->rows.is_grouped != p->was_flood;
		break;
	}
	settle(co, p);
	return DRAW_ALL;
}

static unsigned
open_row(struct console *co, struct page *p)
{
	const struct alarm_row *r = alarm_rows_selected(&p->rows);

	if (r == NULL)
		return DRAW_NOTHING;
	if (r->members == 0) {
		console_open(co, &scr_alarm, co->client->alarms->alarms[r->alarm].name);
		return DRAW_ALL;
	}
	p->rows.has_open = !(p->rows.has_open && p->rows.open == r->device);
	p->rows.open = r->device;
	alarm_rows_settle(&p->rows, co->client, false);
	return DRAW_ALL;
}

static bool
is_act(enum request req)
{
	return req == REQ_COMMENT || req == REQ_RESET || req == REQ_TEST || req == REQ_SHELVE || req == REQ_OOS ||
	    req == REQ_LIMIT;
}

static bool
has_found(const struct console *co, const struct alarm_row *r)
{
	struct alarm_filter f = { .shelf = SHELF_ALL };

	str_copy(f.text, sizeof f.text, co->found);
	return r->members == 0 && alarm_filter_passes(&f, co->client, &co->client->alarms->alarms[r->alarm]);
}

static unsigned
find(struct console *co, struct page *p, int from, int step)
{
	int count = (int)p->rows.count;

	for (int n = 0; n < count; n++) {
		int at = ((from + n * step) % count + count) % count;
		if (!has_found(co, &p->rows.rows[at]))
			continue;
		p->rows.list.at = at;
		alarm_rows_fit(&p->rows, p->rows.list.rows);
		note_selected(co, p);
		console_message(co, false, "%s", "");
		return DRAW_ALL;
	}
	console_message(co, true, "no alarm here contains %s", co->found);
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	const struct alarm_row *r = alarm_rows_selected(&p->rows);
	struct alarm_seen seen;

	if (req == REQ_HOME) { /* the newest and worst: sorted anew */
		settle(co, p);
		return DRAW_ALL;
	}
	if (alarm_rows_move(&p->rows, req)) {
		note_selected(co, p);
		return DRAW_BODY;
	}
	switch (req) {
	case REQ_ALARMS: return argument != NULL ? REQ_UNHANDLED : ack_selected(co, p);
	case REQ_ACK_SEEN: return alarm_many_request(co, &p->unacked, ALARM_ACT_ACK, req, argument);
	case REQ_RESET_SEEN: return alarm_many_request(co, &p->latched, ALARM_ACT_RESET, req, argument);
	case REQ_OPEN: return open_row(co, p);
	case REQ_STATE:
	case REQ_PRIORITY:
	case REQ_AREA:
	case REQ_AFTER:
	case REQ_RIGHT:
	case REQ_BEFORE:
	case REQ_LEFT:
	case REQ_GROUPS: return choose(co, p, req);
	case REQ_FIND:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(co->found, sizeof co->found, argument);
		return argument[0] == '\0' ? DRAW_ALL : find(co, p, p->rows.list.at, 1);
	case REQ_FIND_NEXT: return co->found[0] == '\0' ? REQ_UNHANDLED : find(co, p, p->rows.list.at + 1, 1);
	case REQ_FIND_PREV: return co->found[0] == '\0' ? REQ_UNHANDLED : find(co, p, p->rows.list.at - 1, -1);
	case REQ_FILTER:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(p->rows.filter.text, sizeof p->rows.filter.text, argument);
		if (argument[0] == '\0') {
			p->rows.filter.want = WANT_ANY;
			p->rows.filter.priority = 0;
			p->rows.filter.area[0] = '\0';
		}
		settle(co, p);
		return DRAW_ALL;
	default:
		if (r == NULL || r->members > 0)
			return REQ_UNHANDLED;
		if (argument == NULL && is_act(req) && !is_chosen(co, p, r))
			return DRAW_ALL;
		/* what has a question or a dialogue is named there, so that it may be selected and not drawn yet */
		seen.occurrence = co->client->alarms->alarms[r->alarm].m.occurrence;
		str_copy(seen.name, sizeof seen.name, co->client->alarms->alarms[r->alarm].name);
		return alarm_keys_request(
		    co, strcmp(seen.name, p->at.name) == 0 ? &p->at : &seen, r->alarm, req, argument);
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	static const char *const priorities[] = { "", "!1 only", "!1 *2", "!1 *2 -3" };
	struct page *p = private;
	const struct alarm_filter *f = &p->rows.filter;
	unsigned above = alarm_rows_new_above(&p->rows), waiting = alarm_rows_unacked_above(&p->rows, co->client);
	char span[48], more[160] = "";

	str_copy(title, title_size, alarm_shelf_title(f->shelf, co->is_ja));
	if (alarm_flood(co->client, 1, more, sizeof more)[0] != '\0') {
		str_append(title, title_size, "  ");
		str_append(title, title_size, more);
	}
	for (int i = 0; i < 4; i++) {
		const char *word = i == 0 ? (f->want != WANT_ANY ? alarm_want_title(f->want) : "")
		    : i == 1              ? priorities[f->priority]
		    : i == 2              ? f->area
		                          : f->text;
		if (word[0] == '\0')
			continue;
		str_append(title, title_size, i == 3 ? "  filter: " : "  ");
		str_append(title, title_size, word);
	}
	list_span(&p->rows.list, span, sizeof span);
	if (above > 0)
		str_printf(hint, hint_size, "%u new above: Home   %s", above, span);
	else if (waiting > 0) /* nobody forgets it because the view has moved */
		str_printf(hint, hint_size, "%u above wait%s: Home   %s", waiting, waiting == 1 ? "s" : "", span);
	else
		str_printf(hint, hint_size, "%s%s", p->rows.is_grouped ? "x one by one   " : "", span);
}

static const char *
selected(struct console *co, void *private)
{
	struct page *p = private;
	const struct alarm_row *r = alarm_rows_selected(&p->rows);
	point_id id = r != NULL && r->members == 0 ? co->client->alarms->alarms[r->alarm].point : POINT_NONE;

	return id < co->client->point_count ? co->client->points[id].name : NULL;
}

const struct screen_ops scr_alarms = {
	.name = "alarms",
	.title = "Alarms",
	.title_ja = "警報一覧",
	.help = "alarms that are active or wait; what is put aside",
	.modes = MODE_ALL | MODE_LIST | MODE_ALARMS,
	.private_size = sizeof(struct page),
	.open = open_alarms,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_alarms,
	.head = head,
	.selected = selected,
};
