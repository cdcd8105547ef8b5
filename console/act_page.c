/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act_page.c - from above: what it is about, as it stands now; the fields; until when; the question or the outcome.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act_page.h"
#include "console/acts.h"
#include "console/shown.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 14
#define TIGHT_ROWS  16

const struct act_row act_rows[ACT_KIND_COUNT] = {
	[ACT_MANUAL_ON] = { "Value by hand", "手動値入力", "the value below replaces what is measured",
	    { F_VALUE, F_FOR, F_REASON }, 3, true },
	[ACT_MANUAL_OFF] = { "End of the value by hand", "手動値解除", "what is measured counts again", { F_REASON }, 1,
	    false },
	[ACT_SCAN_OFF] = { "Scan off", "スキャン除外", "the point is not looked at; its last value stays, marked B",
	    { F_REASON }, 1, true },
	[ACT_SCAN_ON] = { "Scan on", "スキャン復帰", "the point is looked at again", { F_REASON }, 1, false },
	[ACT_CONFIRM] = { "Confirm a report", "帳票確定", "this revision is confirmed in your name, with its digest",
	    { F_REASON }, 1, false },
	[ACT_TAG] = { "Tag", "札掛け", "seen by all wherever the point is; it outlives restarts",
	    { F_KIND, F_TEXT, F_PERMIT, F_END }, 4, true },
	[ACT_UNTAG] = { "Take a tag off", "札外し", "the tag is gone; its owner or a supervisor may do that",
	    { F_REASON }, 1, true },
	[ACT_APPROVE] = { "Somebody asks", "二人承認", "yes: it is done, in both your names; no: it is refused",
	    { F_ANSWER, F_REASON }, 2, false },
};

point_id
act_page_point(const struct act_page *p)
{
	return p->co->has_model ? client_find(p->co->client, p->name) : POINT_NONE;
}

bool
act_page_is_on_point(const struct act_page *p)
{
	return p->kind != ACT_CONFIRM && p->kind != ACT_APPROVE;
}

bool
act_page_is_there(const struct act_page *p)
{
	const struct client_control *k = p->co->client->control;

	if (p->kind == ACT_UNTAG)
		return client_tag(p->co->client, p->number) != NULL;
	if (p->kind != ACT_APPROVE)
		return !act_page_is_on_point(p) || act_page_point(p) != POINT_NONE;
	for (uint32_t i = 0; k != NULL && i < k->approval_count; i++)
		if (k->approvals[i].approval == p->number)
			return true;
	return false;
}

struct cursor {
	struct act_page *p;
	struct area a;
	int row;
};

static void
put(struct cursor *c, const char *label, enum look look, const char *text)
{
	if (c->row >= c->a.row + c->a.rows)
		return;
	grid_put(c->p->co->grid, c->row, c->a.column + 1, LABEL_CELLS, LOOK_LABEL, label);
	grid_fit(
	    c->p->co->grid, c->row, c->a.column + LABEL_CELLS + 2, c->a.columns - LABEL_CELLS - 3, look, text, false);
	c->row++;
}

/* What may be long, in as many rows as it takes and there are. */
static void
put_wrapped(struct cursor *c, const char *label, enum look look, const char *text)
{
	int cells = c->a.columns - LABEL_CELLS - 3;
	char line[ACT_SAY_MAX];
	size_t skip;

	do {
		size_t used = wrap_line(text, cells < 2 ? 2 : cells, &skip);
		str_copy(line, sizeof line, text);
		line[used < sizeof line ? used : sizeof line - 1] = '\0';
		put(c, label, look, line);
		label = "";
		text += used + skip;
	} while (*text != '\0');
}

/* "now 55.5 % M, entered by hand" */
static void
put_now(struct cursor *c, point_id id)
{
	const struct client_point *pt = &c->p->co->client->points[id];
	struct shown s;
	char text[300], lo[48], hi[48];

	shown_get(c->p->co, id, &s);
	str_printf(text, sizeof text, "%s%s%s%s%s%s%s", s.text, pt->unit[0] != '\0' ? " " : "", pt->unit,
	    s.mark[0] != '\0' ? " " : "", s.mark, s.quality != 0 ? ", " : "",
	    s.quality != 0 ? quality_text(s.quality) : "");
	put(c, "Now", s.look == LOOK_NORMAL ? LOOK_TITLE : s.look, text);
	if (pt->state_count == 0 && !(isnan(pt->range_lo) && isnan(pt->range_hi))) {
		str_printf(text, sizeof text, "%s to %s%s%s",
		    isnan(pt->range_lo) ? "-" : str_double(lo, sizeof lo, pt->range_lo),
		    isnan(pt->range_hi) ? "-" : str_double(hi, sizeof hi, pt->range_hi), pt->unit[0] != '\0' ? " " : "",
		    pt->unit);
		put(c, "Range", LOOK_NORMAL, text);
	}
	text[0] = '\0';
	for (uint32_t i = 0; i < pt->state_count; i++) {
		str_append(text, sizeof text, i > 0 ? ", " : "");
		str_append(text, sizeof text, console_title(c->p->co, pt->states[i].text, pt->states[i].text_ja));
	}
	if (pt->state_count > 0)
		put(c, "States", LOOK_NORMAL, text);
	if (c->p->is_tight)
		return;
	put_wrapped(c, "Held by", LOOK_NORMAL, c->p->holder.is_held ? c->p->holder.text : "nobody");
}

/* Who asks for what, and how long it may be answered. */
static void
put_asked(struct cursor *c)
{
	const struct act_page *p = c->p;
	const struct client_control *k = p->co->client->control;
	char left[60] = "nobody asks for it any more";
	enum look look = LOOK_UNCERTAIN;

	put_wrapped(c, "Asked", LOOK_TITLE, p->about);
	for (uint32_t i = 0; k != NULL && i < k->approval_count; i++) {
		int64_t us = k->approvals[i].until - p->co->now.us;
		if (k->approvals[i].approval != p->number)
			continue;
		look = LOOK_NORMAL;
		if (p->co->is_accessible)
			utc_civil(left, sizeof left, (struct utc){ k->approvals[i].until }, "until %H:%M:%S");
		else
			str_printf(left, sizeof left, "%lds", (long)(us > 0 ? us / US_PER_S : 0));
	}
	if (p->step <= STEP_ASK)
		put(c, "Time left", look, left);
}

static void
put_what(struct cursor *c)
{
	struct act_page *p = c->p;
	point_id id = act_page_point(p);
	char text[ACT_SAY_MAX], from[40], to[40];

	if (p->kind == ACT_APPROVE) {
		put_asked(c);
		return;
	}
	if (p->kind == ACT_CONFIRM) {
		str_printf(
		    text, sizeof text, "%s %s, revision %u", p->report.kind, p->report.label, p->report.revision);
		put(c, "Report", LOOK_TITLE, text);
		utc_civil(from, sizeof from, (struct utc){ p->report.from }, "%Y-%m-%d %H:%M");
		utc_civil(to, sizeof to, (struct utc){ p->report.to }, "%Y-%m-%d %H:%M %Z");
		str_printf(text, sizeof text, "%s to %s", from, to);
		put(c, "Period", LOOK_NORMAL, text);
		utc_civil(text, sizeof text, (struct utc){ p->report.made }, "%Y-%m-%d %H:%M:%S");
		put(c, "Filed", LOOK_NORMAL, text);
		rgot_hex(&p->report, RGOT_DIGEST, text, sizeof text);
		char first[36];
		str_printf(first, sizeof first, "%.32s", text);
		put(c, "Digest", LOOK_NORMAL, first);
		if (strlen(text) > 32)
			put(c, "", LOOK_NORMAL, text + 32);
		return;
	}
	if (id == POINT_NONE) {
		put(c, "Point", LOOK_BAD, "the site has no such point any more");
		return;
	}
	const struct client_point *pt = &p->co->client->points[id];
	str_printf(text, sizeof text, "%s   %s", p->name, console_title(p->co, pt->title, pt->title_ja));
	put(c, "Point", LOOK_TITLE, text);
	put_now(c, id);
	if (p->kind == ACT_UNTAG)
		put_wrapped(c, "Tag", LOOK_TITLE, p->about);
	for (unsigned k = 0; p->kind == ACT_TAG && p->step == STEP_FILL && !p->is_tight && k < TAG_KIND_COUNT; k++) {
		str_printf(text, sizeof text, "%-10s %s", tag_kind_word(k), tag_kind_text(k, p->co->is_ja));
		put(c, k == 0 ? "Kinds" : "", LOOK_LABEL, text);
	}
}

static void
put_field(struct cursor *c, int i, bool is_open)
{
	static const char *const labels[] = { "New value", "For", "Reason", "Kind", "Text", "Permit no.",
		"Expected end", "Yes or no" };
	struct act_page *p = c->p;
	int field = act_rows[p->kind].fields[i], row = c->row, column = c->a.column + LABEL_CELLS + 2;
	const struct prompt *f = &p->fields[field];
	const char *text = f->text;
	int room = c->a.columns - LABEL_CELLS - 4, skip = 0, cells = prompt_cursor_cells(f);
	char whole[PROMPT_MAX + 32];
	point_id id = act_page_point(p);

	if (!is_open) {
		str_printf(whole, sizeof whole, "%s%s%s", f->text, field == F_VALUE && id != POINT_NONE ? " " : "",
		    field == F_VALUE && id != POINT_NONE ? p->co->client->points[id].unit : "");
		put(c, labels[field], LOOK_TITLE, whole[0] != '\0' ? whole : "-");
		return;
	}
	bool is_at = i == p->at;
	put(c, labels[field], LOOK_NORMAL, "");
	if (row >= c->a.row + c->a.rows)
		return;
	grid_put(p->co->grid, row, c->a.column, 1, LOOK_KEY, is_at ? ">" : " ");
	while (cells - skip > room - 1 && *text != '\0') { /* the end being typed stays in sight */
		uint32_t cp;
		text += text_next(text, strlen(text), &cp);
		skip += text_char_width(cp);
	}
	grid_fill(p->co->grid, row, column, room, is_at ? LOOK_SELECTED : LOOK_LABEL, is_at ? " " : "_");
	grid_put(p->co->grid, row, column, room, is_at ? LOOK_SELECTED : LOOK_NORMAL, text);
	if (!is_at)
		return;
	p->co->grid->cursor_row = row;
	p->co->grid->cursor_column = column + cells - skip;
}

static void
put_until(struct cursor *c)
{
	struct act_page *p = c->p;
	char text[80];
	struct utc until = { p->step >= STEP_SENT ? p->until : utc_add(p->co->now, p->for_us).us };

	if (p->kind != ACT_MANUAL_ON)
		return;
	if (p->for_us == 0)
		put(c, "Until", LOOK_UNCERTAIN, "somebody ends it; it stays on the list of h until then");
	else
		put(c, "Until", LOOK_NORMAL,
		    utc_civil(text, sizeof text, until, "%Y-%m-%d %H:%M %Z, then what is measured"));
}

/* Does the point show what was asked for? */
static void
put_check(struct cursor *c)
{
	struct act_page *p = c->p;
	point_id id = act_page_point(p);
	char text[200];
	struct shown s;

	if (p->kind > ACT_SCAN_ON || id == POINT_NONE || p->co->acts->end > ACT_NOT_RECORDED)
		return;
	shown_get(p->co, id, &s);
	bool is_manual = client_is_by_hand(p->co->client, id), is_off = client_is_off_scan(p->co->client, id);
	double step = pow(10, -p->co->client->points[id].decimals);
	bool is_so = p->kind == ACT_MANUAL_ON ? is_manual && fabs(s.v - p->value) <= step
	    : p->kind == ACT_MANUAL_OFF       ? !is_manual
	    : p->kind == ACT_SCAN_OFF         ? is_off
	                                      : !is_off;
	str_printf(text, sizeof text, is_so ? "verified: the point shows %s %s" : "the point still shows %s %s", s.text,
	    s.mark);
	put(c, "Checked", is_so ? LOOK_NORMAL : LOOK_UNCERTAIN, text);
}

static const char *const form_keys[] = {
	[STEP_FILL] = "Enter next  Tab Up Down fields  Ctrl-U empties  Esc nothing is done",
	[STEP_ASK] = "y does it  Esc back",
	[STEP_SENT] = "Esc leaves this page, not the act",
	[STEP_ENDED] = "any key goes back",
};

static void
put_outcome(struct cursor *c)
{
	struct act_page *p = c->p;
	const struct acts *a = p->co->acts;

	switch (p->step) {
	case STEP_FILL:
		if (p->wrong[0] != '\0')
			put_wrapped(c, "", LOOK_ERROR, p->wrong);
		else
			put(c, "", LOOK_LABEL,
			    p->kind == ACT_TAG ? "permit and end may stay empty; it stays until it is taken off"
			                       : "Enter: next field, then the question; Esc: nothing is done");
		break;
	case STEP_ASK:
		put(c, "Do it?", LOOK_LOUD,
		    p->kind == ACT_CONFIRM ? " y confirms it, Esc leaves "
		                           : " y does it, Esc goes back to the fields ");
		break;
	case STEP_SENT: put(c, "Outcome", LOOK_UNCERTAIN, "sent, waiting for the outcome"); break;
	case STEP_ENDED:
		put_wrapped(c, "Outcome", a->end <= ACT_NOT_RECORDED ? LOOK_TITLE : LOOK_ERROR, a->text);
		put_check(c);
		put(c, "", LOOK_LABEL, "any key goes back");
		break;
	}
}

void
act_page_draw(struct console *co, void *private, struct area a)
{
	struct act_page *p = private;
	struct cursor c = { p, a, a.row };

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column + LABEL_CELLS + 2;
	p->is_asked = p->step == STEP_ASK;
	p->is_tight = a.rows < TIGHT_ROWS;
	put_what(&c);
	c.row += !p->is_tight;
	if (!p->is_tight)
		put(&c, "Effect", LOOK_NORMAL, act_rows[p->kind].will);
	for (int i = 0; i < act_rows[p->kind].count && !(p->kind == ACT_CONFIRM); i++)
		put_field(&c, i, p->step == STEP_FILL);
	if (p->step != STEP_FILL)
		put_until(&c);
	c.row += !p->is_tight;
	int last = a.row + a.rows - (p->step == STEP_ENDED ? 4 : 1); /* what matters most is never pushed out */
	c.row = c.row > last ? last : c.row;
	put_outcome(&c);
	str_copy(co->form_keys, sizeof co->form_keys, form_keys[p->step]);
}

void
act_page_head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct act_page *p = private;

	(void)hint;
	(void)hint_size;
	str_copy(title, title_size, console_title(co, act_rows[p->kind].title, act_rows[p->kind].title_ja));
}
