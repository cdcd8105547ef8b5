/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_held.c - all that people hold, on one page: who asks for a second person, commands under way, overrides, what does not stand as it
 * is wanted, tags, values by hand, points off scan. What is selected stays selected, and is told in full below the list.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/holder.h"
#include "console/holds.h"
#include "console/list.h"
#include "console/scr_act.h"
#include "console/scr_hand.h"
#include "console/shown.h"
#include "console/wrap.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define DETAIL_ROWS 4
#define ROWS_MAX    5000

enum section {
	HELD_ASKS,
	HELD_UNDER_WAY,
	HELD_OVERRIDE,
	HELD_OTHER,
	HELD_TAG,
	HELD_BY_HAND,
	HELD_OFF_SCAN,
	HELD_COUNT
};
static const struct {
	const char *word, *ja;
} sections[HELD_COUNT] = { { "ASKS", "承認待ち" }, { "Under way", "実行中" }, { "Override", "手動設定" },
	{ "Attention", "不一致" }, { "Tag", "札" }, { "By hand", "手動値" }, { "Off scan", "除外" } };

struct row {
	enum section section;
	point_id id;     /* POINT_NONE = of no point */
	uint64_t number; /* of the approval, command, tag; 0 */
};

struct page {
	struct list list;
	struct row *rows;
	uint32_t room, counts[HELD_COUNT];
	char only[POINT_NAME_MAX]; /* "" = all points */
	struct row selected;
	struct holder holder; /* of a value by hand or a point off scan that is selected */
	bool is_stale;
};

/* ---- rows */

static void
add(struct page *p, const struct client *c, enum section s, point_id id, uint64_t number)
{
	if (p->only[0] != '\0' && (id >= c->point_count || strcmp(c->points[id].name, p->only) != 0))
		return;
	p->counts[s]++;
	if (p->list.count == ROWS_MAX)
		return;
	if ((uint32_t)p->list.count == p->room) {
		uint32_t more = p->room == 0 ? 64 : p->room * 2;
		p->rows = xrecallocarray(p->rows, p->room, more, sizeof *p->rows);
		p->room = more;
	}
	p->rows[p->list.count++] = (struct row){ s, id, number };
}

static void
add_control(struct page *p, const struct client *c, const struct client_control *k)
{
	for (uint32_t i = 0; i < k->approval_count; i++)
		add(p, c, HELD_ASKS, POINT_NONE, k->approvals[i].approval);
	for (uint32_t i = 0; i < k->command_count; i++)
		if (!command_state_is_end(k->commands[i].state))
			add(p, c, HELD_UNDER_WAY, client_find(c, k->commands[i].point), k->commands[i].command);
	for (uint32_t i = 0; i < k->points; i++)
		if (client_is_overridden(c, i))
			add(p, c, HELD_OVERRIDE, i, 0);
	for (uint32_t i = 0; i < k->points; i++)
		if (k->outputs[i] != NULL && !client_is_overridden(c, i) &&
		    (k->outputs[i]->flags & (OUTPUT_CLAMPED | OUTPUT_DRIFTS | OUTPUT_GIVEN_UP)) != 0)
			add(p, c, HELD_OTHER, i, 0);
	for (uint32_t i = 0; i < k->tag_count; i++)
		add(p, c, HELD_TAG, k->tags[i].point, k->tags[i].tag);
}

static bool
is_same(const struct row *a, const struct row *b)
{
	return a->section == b->section && a->id == b->id && a->number == b->number;
}

static void
note_selected(struct console *co, struct page *p)
{
	const struct row none = { HELD_COUNT, POINT_NONE, 0 };

	p->selected = p->list.at < p->list.count ? p->rows[p->list.at] : none;
	holder_look(&p->holder, co, p->selected.section >= HELD_BY_HAND ? p->selected.id : POINT_NONE);
}

static void
build(struct console *co, struct page *p)
{
	const struct client *c = co->client;

	p->is_stale = false;
	p->list.count = 0;
	memset(p->counts, 0, sizeof p->counts);
	if (c->control != NULL)
		add_control(p, c, c->control);
	for (point_id i = 0; i < c->point_count; i++)
		if (client_is_by_hand(c, i))
			add(p, c, HELD_BY_HAND, i, 0);
	for (point_id i = 0; i < c->point_count; i++)
		if (client_is_off_scan(c, i))
			add(p, c, HELD_OFF_SCAN, i, 0);
	for (int i = 0; i < p->list.count; i++) {
		if (!is_same(&p->rows[i], &p->selected))
			continue;
		list_follow(&p->list, i);
		break;
	}
	list_fit(&p->list, p->list.count, p->list.rows > 0 ? p->list.rows : 12);
	note_selected(co, p);
}

static bool
open_held(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	if (argument != NULL)
		str_copy(p->only, sizeof p->only, argument);
	p->selected.section = HELD_COUNT;
	if (co->has_model)
		build(co, p);
	return true;
}

static void
close_held(struct console *co, void *private)
{
	struct page *p = private;

	(void)co;
	holder_done(&p->holder);
	free(p->rows);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL) {
		holder_done(&p->holder);
		build(co, p);
		return DRAW_ALL;
	}
	if (what == CHANGE_CONTROL || what == CHANGE_VALUES)
		p->is_stale = true; /* built when it is drawn, which happens less often */
	if (what == CHANGE_JOURNAL)
		return holder_take(&p->holder, co->entry) ? DRAW_BODY : DRAW_NOTHING;
	if (co->is_accessible && (what == CHANGE_VALUES || what == CHANGE_SECOND))
		return DRAW_NOTHING;
	return what == CHANGE_DEVICE ? DRAW_NOTHING : DRAW_BODY;
}

/* ---- drawing */

struct told {
	char point[POINT_NAME_MAX], left[16], who[80], text[900];
	enum look look;
	bool is_asked; /* of us */
};

static void
put_left(const struct console *co, int64_t until, char *buf, size_t size)
{
	if (until == 0)
		str_copy(buf, size, "open");
	else
		clock_age(buf, size, until - co->now.us + US_PER_S - 1);
}

static void
tell_override(const struct console *co, point_id id, struct told *t)
{
	const struct client *c = co->client;
	const struct msg_output *o = client_output(c, id);
	char a[128], b[128], d[128];

	if (o->slot == SLOT_OPERATOR) {
		put_left(co, o->until, t->left, sizeof t->left);
		text_put_safe(t->who, sizeof t->who, o->user, -1);
	}
	str_printf(t->text, sizeof t->text, "%s", holds_value(c, id, o->slot_operator, co->is_ja, a, sizeof a));
	if (o->flags & OUTPUT_CLAMPED) {
		str_append(t->text, sizeof t->text, ", held at ");
		str_append(t->text, sizeof t->text, holds_value(c, id, o->target, co->is_ja, b, sizeof b));
	}
	if (o->flags & OUTPUT_UNKNOWN)
		str_append(t->text, sizeof t->text, ", UNKNOWN");
	str_append(t->text, sizeof t->text, ", device ");
	str_append(t->text, sizeof t->text, holds_value(c, id, holds_device(c, id), co->is_ja, d, sizeof d));
	text_put_safe(a, sizeof a, quality_letters(c->cells[id].quality), -1);
	str_append(t->text, sizeof t->text, a);
	str_append(t->text, sizeof t->text, ": ");
	char reason[COMMAND_REASON * 3];
	text_put_safe(reason, sizeof reason, o->reason, -1);
	str_append(t->text, sizeof t->text, reason);
	t->look = o->flags & OUTPUT_ENDS_SOON ? LOOK_LIMIT : LOOK_NORMAL;
}

static void
tell_approval(const struct console *co, uint64_t number, struct told *t)
{
	const struct client_control *k = co->client->control;

	for (uint32_t i = 0; i < k->approval_count; i++) {
		const struct msg_approval *a = &k->approvals[i];
		if (a->approval != number)
			continue;
		put_left(co, a->until, t->left, sizeof t->left);
		text_put_safe(t->who, sizeof t->who, a->user, -1);
		text_put_safe(t->text, sizeof t->text, a->what, -1);
		t->is_asked = client_may_approve(co->client, a);
		t->look = t->is_asked ? LOOK_LIMIT : LOOK_NORMAL;
	}
}

static void
tell_value(const struct console *co, point_id id, struct told *t)
{
	const struct client_point *pt = &co->client->points[id];
	struct shown s;

	shown_get(co, id, &s);
	str_printf(t->text, sizeof t->text, "%s%s%s %s  ", s.text, s.is_number && pt->unit[0] != '\0' ? " " : "",
	    s.is_number ? pt->unit : "", s.mark);
	str_append(t->text, sizeof t->text, console_title(co, pt->title, pt->title_ja));
}

static void
tell(const struct console *co, const struct row *r, struct told *t)
{
	const struct client *c = co->client;
	const struct msg_tag_state *tag;
	const struct msg_command_state *m;

	*t = (struct told){ .look = LOOK_NORMAL };
	if (r->id < c->point_count)
		str_copy(t->point, sizeof t->point, c->points[r->id].name);
	switch (r->section) {
	case HELD_ASKS: tell_approval(co, r->number, t); break;
	case HELD_UNDER_WAY:
		if ((m = client_command(c, r->number)) == NULL)
			break;
		text_put_safe(t->who, sizeof t->who, m->user, -1);
		put_left(co, m->until, t->left, sizeof t->left);
		if (m->until == 0)
			t->left[0] = '\0';
		holds_command(m, t->text, sizeof t->text);
		break;
	case HELD_OVERRIDE: tell_override(co, r->id, t); break;
	case HELD_OTHER:
		if (!holds_clamp(c, r->id, co->is_ja, t->text, sizeof t->text))
			holds_progress(c, r->id, co->is_ja, t->text, sizeof t->text);
		break;
	case HELD_TAG:
		if ((tag = client_tag(c, r->number)) == NULL)
			break;
		put_left(co, tag->until, t->left, sizeof t->left);
		text_put_safe(t->who, sizeof t->who, tag->owner, -1);
		str_printf(t->text, sizeof t->text,
		    "%s: ", co->is_ja ? tag_kind_text(tag->kind, true) : tag_kind_word(tag->kind));
		char text[TAG_TEXT * 3];
		text_put_safe(text, sizeof text, tag->text, -1);
		str_append(t->text, sizeof t->text, text);
		t->look = tag->kind == TAG_INHIBIT ? LOOK_LIMIT : LOOK_NORMAL;
		break;
	default: tell_value(co, r->id, t); break;
	}
}

static void
draw_row(struct console *co, const struct row *r, int row, struct area a)
{
	struct grid *g = co->grid;
	struct told t;
	int at = a.column + 1, who = a.columns >= 100 ? 12 : 8;

	tell(co, r, &t);
	grid_fit(g, row, at, 9, t.look, console_title(co, sections[r->section].word, sections[r->section].ja), false);
	grid_fit(g, row, at += 10, 16, LOOK_NORMAL, t.point, false);
	grid_fit(g, row, at += 17, 5, t.look, t.left, true);
	grid_fit(g, row, at += 6, who, LOOK_LABEL, t.who, false);
	at += who + 1;
	grid_fit(g, row, at, a.columns - at - 1, t.look, t.text, false);
}

/* What is selected, in full. */
static void
full_text(struct console *co, const struct page *p, char *buf, size_t size)
{
	const struct client *c = co->client;
	const struct row *r = &p->selected;
	const struct msg_tag_state *tag;
	char more[900];
	struct told t;

	tell(co, r, &t);
	switch (r->section) {
	case HELD_OVERRIDE:
		holds_value(c, r->id, client_output(c, r->id)->slot_operator, co->is_ja, buf, size);
		str_append(buf, size, " by ");
		str_append(buf, size, holds_who(c, r->id, co->now, more, sizeof more));
		if (holds_clamp(c, r->id, co->is_ja, more, sizeof more) ||
		    holds_progress(c, r->id, co->is_ja, more, sizeof more)) {
			str_append(buf, size, ". ");
			str_append(buf, size, more);
		}
		str_append(buf, size, ". Then ");
		str_append(buf, size, holds_next(c, r->id, co->is_ja, more, sizeof more));
		break;
	case HELD_TAG:
		if ((tag = client_tag(c, r->number)) != NULL)
			holds_tag(tag, co->now, co->is_ja, buf, size);
		break;
	case HELD_ASKS:
		str_printf(buf, size, "%s asks: %s%s", t.who, t.text, t.is_asked ? ". W or Enter answers" : "");
		break;
	case HELD_BY_HAND:
	case HELD_OFF_SCAN: str_copy(buf, size, p->holder.is_held ? p->holder.text : t.text); break;
	default: str_copy(buf, size, t.text); break;
	}
}

static void
draw_detail(struct console *co, const struct page *p, struct area a)
{
	char text[2000], part[600];
	const char *at = text;
	size_t skip;

	text[0] = '\0';
	full_text(co, p, text, sizeof text);
	for (int i = 0; i < a.rows && *at != '\0'; i++) {
		size_t used = wrap_line(at, a.columns - 4, &skip);
		str_copy(part, sizeof part, at);
		if (i + 1 < a.rows && used < sizeof part)
			part[used] = '\0';
		grid_put(co->grid, a.row + i, a.column + 1, 1, LOOK_KEY, i == 0 ? ">" : " ");
		grid_fit(co->grid, a.row + i, a.column + 3, a.columns - 4, LOOK_NORMAL, part, false);
		at += used + skip;
	}
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	int rows = a.rows - 2 - DETAIL_ROWS, at;

	if (p->is_stale)
		build(co, p);
	list_fit(&p->list, p->list.count, rows);
	if (p->list.count == 0) {
		grid_put(co->grid, a.row + 1, a.column + 3, -1, LOOK_LABEL,
		    p->only[0] != '\0' ? "Nobody holds this point, and no tag is on it."
		                       : "Nobody holds anything: no override, no tag, no value by hand.");
		if (p->only[0] == '\0')
			grid_put(co->grid, a.row + 2, a.column + 3, -1, LOOK_LABEL, "Every point is scanned.");
		return;
	}
	at = a.column + 1;
	grid_fit(co->grid, a.row, at, 9, LOOK_TITLE, console_title(co, "What", "種別"), false);
	grid_fit(co->grid, a.row, at += 10, 16, LOOK_TITLE, "Point", false);
	grid_fit(co->grid, a.row, at += 17, 5, LOOK_TITLE, "Left", true);
	grid_fit(co->grid, a.row, at + 6, 3, LOOK_TITLE, "Who", false);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		int row = a.row + 1 + i;
		draw_row(co, &p->rows[p->list.top + i], row, a);
		if (p->list.top + i != p->list.at)
			continue;
		grid_paint(co->grid, row, a.column, a.columns, LOOK_SELECTED);
		co->grid->cursor_row = row;
		co->grid->cursor_column = a.column;
	}
	draw_detail(co, p, (struct area){ a.row + a.rows - DETAIL_ROWS, a.column, DETAIL_ROWS, a.columns });
}

/* ---- keys */

static void
untag(struct console *co, const struct row *r)
{
	const struct msg_tag_state *tag = r->id != POINT_NONE ? client_tag_of(co->client, r->id, 0) : NULL;

	if (r->section == HELD_TAG)
		scr_act_untag(co, r->number);
	else if (tag != NULL && client_tags_of(co->client, r->id) == 1)
		scr_act_untag(co, tag->tag);
	else
		console_message(co, false, "select the tag that is to come off");
}

static unsigned
on_point(struct console *co, enum request req, point_id id)
{
	if (id >= co->client->point_count) {
		console_message(co, false, "select what is about a point");
		return DRAW_ALL;
	}
	switch (req) {
	case REQ_OPEN: console_open(co, &scr_point, co->client->points[id].name); break;
	case REQ_SET: scr_hand_set(co, id); break;
	case REQ_RELEASE: scr_hand_release(co, id); break;
	case REQ_UNDO: scr_hand_undo(co, id); break;
	default: scr_act_tag(co, id); break;
	}
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	struct row r = p->selected;

	(void)argument;
	if (list_request(&p->list, req)) {
		note_selected(co, p);
		return DRAW_BODY;
	}
	switch (req) {
	case REQ_APPROVE:
	case REQ_OPEN:
		if (r.section == HELD_ASKS) {
			scr_act_approve(co, r.number);
			return DRAW_ALL;
		}
		return req == REQ_OPEN ? on_point(co, req, r.id) : REQ_UNHANDLED;
	case REQ_UNTAG: untag(co, &r); return DRAW_ALL;
	case REQ_SET:
	case REQ_RELEASE:
	case REQ_UNDO:
	case REQ_TAG: return on_point(co, req, r.id);
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char span[48];

	list_span(&p->list, span, sizeof span);
	str_printf(title, title_size, "%s%s%s", console_title(co, "What people hold", "手動・札・除外"),
	    p->only[0] != '\0' ? ": " : "", p->only);
	str_printf(hint, hint_size, "V %u  T %u  M %u  B %u   %s", p->counts[HELD_OVERRIDE], p->counts[HELD_TAG],
	    p->counts[HELD_BY_HAND], p->counts[HELD_OFF_SCAN], span);
}

static const char *
selected(struct console *co, void *private)
{
	const struct page *p = private;

	return p->selected.id < co->client->point_count ? co->client->points[p->selected.id].name : NULL;
}

const struct screen_ops scr_held = {
	.name = "held",
	.title = "What people hold",
	.title_ja = "手動・札・除外",
	.help = "overrides, tags, values by hand, points off scan",
	.modes = MODE_ALL | MODE_HELD,
	.private_size = sizeof(struct page),
	.open = open_held,
	.update = update,
	.close = close_held,
	.draw = draw,
	.request = request,
	.head = head,
	.selected = selected,
};
