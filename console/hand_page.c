/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand_page.c - from above: the output as it stands now; what it will be, until when and why; the checks, or what happened since it was
 * sent. What is not passed stands before what is, so that a small screen cuts what matters least.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/hand_page.h"
#include "console/holds.h"
#include "console/output_panel.h"
#include "console/shown.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 10
#define TIGHT_ROWS  16
#define LINE        900

const struct hand_row hand_rows[HAND_KIND_COUNT] = {
	[HAND_SET] = { "Set", "設定・操作", { FIELD_VALUE_TYPED, FIELD_FOR, FIELD_WHY }, 3, true, true },
	[HAND_RELEASE] = { "Release", "解除", { FIELD_WHY }, 1, false, false },
	[HAND_EXTEND] = { "Extend the override", "延長", { FIELD_FOR, FIELD_WHY }, 2, false, false },
	[HAND_UNDO] = { "Undo", "取消し(前の値へ)", { FIELD_WHY }, 1, false, false },
};

point_id
hand_page_point(const struct hand_page *p)
{
	return p->co->has_model ? client_find(p->co->client, p->name) : POINT_NONE;
}

static unsigned
output_of(const struct hand_page *p)
{
	point_id id = hand_page_point(p);

	return id == POINT_NONE ? 0 : p->co->client->points[id].output;
}

bool
hand_page_is_typed(const struct hand_page *p)
{
	return p->kind != HAND_EXTEND && (output_of(p) & OUT_DANGEROUS) != 0;
}

bool
hand_page_is_selected_first(const struct hand_page *p)
{
	return (p->kind == HAND_SET || p->kind == HAND_UNDO) && (output_of(p) & OUT_SELECT) != 0;
}

const char *
hand_page_question(const struct hand_page *p)
{
	point_id id = hand_page_point(p);

	if (id == POINT_NONE || (p->kind != HAND_SET && p->kind != HAND_UNDO) || p->at != AT_ASK ||
	    hand_refusals(&p->hand) > 0 || p->hand.err != OK)
		return NULL;
	return p->co->client->points[id].confirm[0] != '\0' ? p->co->client->points[id].confirm : NULL;
}

bool
hand_page_takes_text(const struct hand_page *p)
{
	if (p->is_declaring)
		return true;
	if (p->at == AT_GO)
		return hand_page_is_typed(p) &&
		    (p->hand.phase == HAND_SELECTED || (p->hand.phase == HAND_APPROVAL && p->hand.is_emergency));
	if (hand_page_question(p) != NULL && !p->is_confirmed)
		return false;
	return p->at == AT_ASK && hand_page_is_typed(p) && !hand_page_is_selected_first(p) &&
	    hand_refusals(&p->hand) == 0;
}

bool
hand_page_has_end(const struct hand_page *p)
{
	point_id id = hand_page_point(p);

	if (p->kind == HAND_SET)
		return id != POINT_NONE && p->co->client->points[id].kind != KIND_COMMAND;
	return p->kind == HAND_EXTEND;
}

int64_t
hand_page_until(const struct hand_page *p)
{
	return hand_page_has_end(p) ? utc_add(p->co->now, p->for_us).us : 0;
}

struct cursor {
	struct hand_page *p;
	struct area a;
	int row, last; /* last: the first row that is not ours */
};

static void
put(struct cursor *c, const char *label, enum look look, const char *text)
{
	if (c->row >= c->last)
		return;
	grid_put(c->p->co->grid, c->row, c->a.column + 1, LABEL_CELLS, LOOK_LABEL, label);
	grid_fit(
	    c->p->co->grid, c->row, c->a.column + LABEL_CELLS + 2, c->a.columns - LABEL_CELLS - 3, look, text, false);
	c->row++;
}

/* In at most `rows` rows. */
static void
put_wrapped(struct cursor *c, const char *label, enum look look, const char *text, int rows)
{
	char part[LINE];
	size_t skip;

	while (*text != '\0' && rows-- > 0) {
		size_t used = wrap_line(text, c->a.columns - LABEL_CELLS - 3, &skip);
		str_copy(part, sizeof part, text);
		if (rows > 0 && used < sizeof part)
			part[used] = '\0';
		put(c, label, look, part);
		label = "";
		text += used + skip;
	}
}

/* ---- the output as it stands */

static void
put_now(struct cursor *c, point_id id)
{
	const struct console *co = c->p->co;
	const struct client_point *pt = &co->client->points[id];
	char text[LINE];
	struct shown s;

	shown_get(co, id, &s);
	str_printf(text, sizeof text, "%s%s%s", s.text, pt->unit[0] != '\0' && s.is_number ? " " : "",
	    s.is_number ? pt->unit : "");
	if (s.mark[0] != '\0')
		str_append(text, sizeof text, " ");
	str_append(text, sizeof text, s.mark);
	if (s.quality != 0) {
		str_append(text, sizeof text, "  ");
		str_append(text, sizeof text, quality_text(s.quality));
	}
	if (s.is_old) {
		str_append(text, sizeof text, ", ");
		str_append(text, sizeof text, s.age);
		str_append(text, sizeof text, " old");
	}
	put(c, "Now", s.look == LOOK_NORMAL ? LOOK_TITLE : s.look, text);
}

static void
put_range(struct cursor *c, point_id id)
{
	const struct client_point *pt = &c->p->co->client->points[id];
	char text[LINE] = "", lo[48], hi[48], ramp[48];

	if (pt->state_count > 0) {
		for (uint32_t i = 0; i < pt->state_count; i++) {
			str_append(text, sizeof text, i > 0 ? ", " : "");
			str_append(
			    text, sizeof text, console_title(c->p->co, pt->states[i].text, pt->states[i].text_ja));
		}
		put(c, "States", LOOK_NORMAL, text);
		return;
	}
	if (!isnan(pt->range_lo) && !isnan(pt->range_hi))
		str_printf(text, sizeof text, "%s to %s%s%s", str_double(lo, sizeof lo, pt->range_lo),
		    str_double(hi, sizeof hi, pt->range_hi), pt->unit[0] != '\0' ? " " : "", pt->unit);
	if (pt->ramp_per_s > 0) {
		str_append(text, sizeof text, ", ramp ");
		str_append(text, sizeof text, str_double(ramp, sizeof ramp, pt->ramp_per_s * 60));
		str_append(text, sizeof text, " a minute");
	}
	if (text[0] != '\0')
		put(c, "Range", LOOK_NORMAL, text);
}

static void
put_output(struct cursor *c, point_id id)
{
	struct output_line lines[OUTPUT_LINES];
	char text[LINE];
	int count = output_panel_lines(c->p->co, id, lines);

	put_range(c, id);
	for (int i = 0; i < count; i++)
		put_wrapped(c, lines[i].label, lines[i].look, lines[i].text, lines[i].rows);
	put(c, "Device", LOOK_NORMAL, holds_path(c->p->co->client, id, text, sizeof text));
}

/* ---- what is wanted */

static void
put_wanted(struct cursor *c, point_id id)
{
	static const char *const labels[HAND_FIELDS] = { "New value", "For", "Reason" };
	struct hand_page *p = c->p;
	char text[LINE], next[160];

	for (int i = 0; i < hand_rows[p->kind].count; i++) {
		int f = hand_rows[p->kind].fields[i];
		bool is_here = p->at == AT_FILL && i == p->field;
		if (f == FIELD_FOR && !hand_page_has_end(p))
			continue;
		str_printf(text, sizeof text, "%s", p->fields[f].text[0] != '\0' || is_here ? p->fields[f].text : "-");
		if (p->at != AT_FILL && f == FIELD_VALUE_TYPED)
			holds_step(p->co->client, id, p->at < AT_GO ? holds_device(p->co->client, id) : p->from,
			    p->hand.value, p->co->is_ja, text, sizeof text);
		if (p->at != AT_FILL && f == FIELD_FOR) {
			int64_t until = p->hand.until;
			char when[48];
			if (until == 0)
				continue;
			str_printf(text, sizeof text, "until %s, then %s",
			    holds_until(until, p->co->now, when, sizeof when),
			    holds_next(p->co->client, id, p->co->is_ja, next, sizeof next));
		}
		if (is_here && c->row < c->last)
			grid_put(p->co->grid, c->row, c->a.column, 1, LOOK_KEY, ">");
		put(c, labels[f], p->at == AT_FILL ? (is_here ? LOOK_TITLE : LOOK_NORMAL) : LOOK_TITLE, text);
	}
	if (p->kind == HAND_RELEASE && p->at < AT_GO)
		put(c, "Then", LOOK_TITLE, holds_next(p->co->client, id, p->co->is_ja, text, sizeof text));
	if (p->kind == HAND_UNDO && p->at < AT_GO) {
		const struct msg_command_state *m = client_last_done(p->co->client, p->name, p->co->client->user);
		put(c, "Back to", LOOK_TITLE,
		    m == NULL || isnan(m->before)
		        ? "what stood before your last command on it; this console did not see that one"
		        : holds_step(p->co->client, id, holds_device(p->co->client, id), m->before, p->co->is_ja, text,
		              sizeof text));
	}
	if (p->hand.is_emergency)
		put(c, "EMERGENCY", LOOK_LOUD, " you act alone: the duty list is alarmed, and the journal says so ");
}

/* Stands before the checks: a small screen may cut those, never what is answered. */
static void
put_question(struct cursor *c)
{
	const char *question = hand_page_question(c->p);
	char text[LINE];

	if (question == NULL)
		return;
	text_put_safe(text, sizeof text - 8, question, -1);
	if (c->p->is_confirmed)
		str_append(text, sizeof text, "  yes");
	put_wrapped(c, "Question", c->p->is_confirmed ? LOOK_NORMAL : LOOK_TITLE, text, 3);
}

/* ---- checks, and what happened */

static void
put_check(struct cursor *c, const struct hand_check *k)
{
	static const char *const verdicts[] = { "passed", "NOT", "warns" };
	char text[400], raw[400];

	if (k->addcause != 255 && k->verdict == CHECK_NOT_PASSED)
		str_printf(raw, sizeof raw, "%s: %s (reason %u)", check_word(k->check), k->text, k->addcause);
	else
		str_printf(raw, sizeof raw, "%s%s%s", check_word(k->check), k->text[0] != '\0' ? ": " : "", k->text);
	text_put_safe(text, sizeof text, raw, -1);
	put_wrapped(c, verdicts[k->verdict],
	    k->verdict == CHECK_PASSED           ? LOOK_NORMAL
	        : k->verdict == CHECK_NOT_PASSED ? LOOK_ERROR
	                                         : LOOK_UNCERTAIN,
	    text, k->verdict == CHECK_PASSED ? 1 : 2);
}

static void
put_checks(struct cursor *c)
{
	const struct hand *h = &c->p->hand;
	static const enum check_verdict order[] = { CHECK_NOT_PASSED, CHECK_WARNS };
	int passed = 0;
	char text[LINE] = "";

	for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
		for (int i = 0; i < h->check_count; i++)
			if (h->checks[i].verdict == order[o])
				put_check(c, &h->checks[i]);
	for (int i = 0; i < h->check_count; i++)
		passed += h->checks[i].verdict == CHECK_PASSED;
	if (passed <= c->last - c->row) {
		for (int i = 0; i < h->check_count; i++)
			if (h->checks[i].verdict == CHECK_PASSED)
				put_check(c, &h->checks[i]);
		return;
	}
	for (int i = 0; i < h->check_count; i++) {
		if (h->checks[i].verdict != CHECK_PASSED)
			continue;
		str_append(text, sizeof text, text[0] != '\0' ? ", " : "");
		str_append(text, sizeof text, check_word(h->checks[i].check));
	}
	put_wrapped(c, "passed", LOOK_NORMAL, text, 2);
}

/* In short where there is little room; the checks need some of it. */
static void
put_preview(struct cursor *c)
{
	const struct hand *h = &c->p->hand;
	char lines[PREVIEW_LINES][PREVIEW_LINE], safe[2 * PREVIEW_LINE];
	int checks = 2 * (hand_refusals(h) + hand_warnings(h)) + 2;
	int count = preview_say(&c->p->preview, c->last - c->row < PREVIEW_LINES + checks, c->p->co->is_ja, lines);

	for (int i = 0; i < count; i++) {
		text_put_safe(safe, sizeof safe, lines[i], -1);
		put_wrapped(c, i == 0 ? "Preview" : "", i == PREVIEW_LINES - 1 ? LOOK_UNCERTAIN : LOOK_NORMAL, safe, 2);
	}
}

static void
put_outcome(struct cursor *c)
{
	struct hand_page *p = c->p;
	const struct hand *h = &p->hand;
	char raw[600], text[600], reason[96] = "";
	static const char *const words[HAND_END_COUNT] = { "DONE", "FAILED", "REFUSED, nothing was sent",
		"CANCELLED, nothing was sent", "OUTCOME UNKNOWN, it may have been carried out or not" };

	if (h->addcause >= 0)
		str_printf(reason, sizeof reason, " (reason %d, %s)", h->addcause, addcause_text(h->addcause));
	str_printf(raw, sizeof raw, "%s%s%s%s%s",
	    h->has_state && h->state == COMMAND_EXPIRED ? "EXPIRED, nothing was sent" : words[h->end],
	    h->end == HAND_DONE && !h->is_recorded ? ", NOT YET RECORDED" : "", h->text[0] != '\0' ? ": " : "", h->text,
	    reason);
	text_put_safe(text, sizeof text, raw, -1);
	put_wrapped(c, "Outcome", h->end == HAND_DONE ? LOOK_TITLE : LOOK_ERROR, text, 3);
	if (h->end == HAND_REFUSED && h->check_count > 0)
		put_checks(c);
}

static void
put_progress(struct cursor *c)
{
	struct hand_page *p = c->p;
	int room = c->last - c->row - (p->at == AT_ENDED ? 3 : 0);
	int from = p->logged > room && room > 0 ? p->logged - room : 0;

	for (int i = from; i < p->logged; i++)
		put(c, i == from ? "Progress" : "", LOOK_NORMAL, p->log[i]);
	if (p->hand.phase == HAND_UNDER_WAY && p->hand.has_state && !p->hand.is_recorded)
		put(c, "", LOOK_UNCERTAIN, "not yet recorded in the journal");
	if (p->at == AT_ENDED)
		put_outcome(c);
}

/* ---- the row of the prompt */

static void
remaining(const struct hand_page *p, char *buf, size_t size)
{
	int64_t us = p->hand.state_until - p->co->now.us;

	if (p->co->is_accessible || p->hand.state_until == 0)
		utc_civil(buf, size, (struct utc){ p->hand.state_until }, "until %H:%M:%S");
	else
		str_printf(buf, size, "%lds left", (long)(us > 0 ? (us + US_PER_S - 1) / US_PER_S : 0));
}

static void
label_of_fill(struct hand_page *p)
{
	point_id id = hand_page_point(p);
	const struct client_point *pt = id == POINT_NONE ? NULL : &p->co->client->points[id];

	switch (hand_rows[p->kind].fields[p->field]) {
	case FIELD_VALUE_TYPED:
		str_printf(p->label, sizeof p->label,
		    "new value%s%s%s: ", pt != NULL && pt->unit[0] != '\0' ? " in " : "", pt != NULL ? pt->unit : "",
		    pt != NULL && pt->state_count > 0 ? ", a state or its number" : "");
		break;
	case FIELD_FOR:
		str_copy(p->label, sizeof p->label,
		    p->kind == HAND_EXTEND ? "from now for (30m, 2h): " : "for how long (30m, 2h): ");
		break;
	default:
		str_copy(p->label, sizeof p->label, hand_rows[p->kind].needs_reason ? "reason: " : "reason, if any: ");
		break;
	}
}

static void
label_of_ask(struct hand_page *p)
{
	const char *e = output_of(p) & OUT_TWO_PERSON ? ", E alone in an emergency" : "";

	if (hand_refusals(&p->hand) > 0 || p->hand.err != OK)
		str_copy(p->label, sizeof p->label, "It cannot be done now: see the checks. Esc goes back");
	else if (hand_page_question(p) != NULL && !p->is_confirmed)
		str_copy(p->label, sizeof p->label, "Is it so? y says yes, Esc goes back, nothing is sent: ");
	else if (hand_page_takes_text(p))
		str_printf(p->label, sizeof p->label, "type %s to do it%s: ", p->name, e);
	else if (output_of(p) & OUT_TWO_PERSON && !p->hand.is_emergency)
		str_printf(p->label, sizeof p->label, "Ask a second person? y asks%s, Esc goes back", e);
	else if (hand_page_is_selected_first(p))
		str_copy(p->label, sizeof p->label, "Select it? y selects, nothing is sent yet; Esc goes back");
	else
		str_copy(p->label, sizeof p->label, "Do it? y does it, Esc goes back");
}

static void
label_of_go(struct hand_page *p)
{
	char left[48];

	remaining(p, left, sizeof left);
	switch (p->hand.phase) {
	case HAND_SELECTING: str_copy(p->label, sizeof p->label, "asked for; Esc takes it back"); break;
	case HAND_APPROVAL:
		if (hand_page_takes_text(p))
			str_printf(p->label, sizeof p->label, "Alone, %s. Type %s: ", left, p->name);
		else
			str_printf(p->label, sizeof p->label,
			    "A second person is asked, %s. E alone in an emergency, Esc takes it back", left);
		break;
	case HAND_SELECTED:
		if (hand_page_is_typed(p))
			str_printf(p->label, sizeof p->label, "Selected, %s. Type %s: ", left, p->name);
		else
			str_printf(p->label, sizeof p->label, "Selected, %s. y EXECUTES, Esc takes it back", left);
		break;
	default: str_copy(p->label, sizeof p->label, "on its way; Esc leaves this page, not the command"); break;
	}
}

static const char *const form_keys[] = {
	[AT_FILL] = "Enter next  Tab Up Down fields  Ctrl-U empties  Esc nothing is done",
	[AT_CHECK] = "Esc back",
	[AT_ASK] = "Esc back to the fields",
	[AT_GO] = "Esc takes it back; once it is sent, Esc leaves the page",
	[AT_ENDED] = "e journal  any other key goes back",
};

static void
put_line(struct hand_page *p)
{
	struct console *co = p->co;
	struct prompt *f = &p->typed;

	switch (p->at) {
	case AT_FILL:
		label_of_fill(p);
		f = &p->fields[hand_rows[p->kind].fields[p->field]];
		break;
	case AT_CHECK: str_copy(p->label, sizeof p->label, "chisand checks; nothing is sent"); break;
	case AT_ASK: label_of_ask(p); break;
	case AT_GO: label_of_go(p); break;
	case AT_ENDED: str_copy(p->label, sizeof p->label, "It is over; any key goes back"); break;
	}
	if (p->is_declaring)
		str_copy(p->label, sizeof p->label, "one person alone: type emergency: ");
	f->label = p->label;
	co->field = f;
	if (p->at == AT_GO && p->hand.phase == HAND_UNDER_WAY)
		grid_put(
		    co->grid, co->grid->rows - 2, 1, co->grid->columns - 2, LOOK_UNCERTAIN, hand_state_text(&p->hand));
	if (p->at == AT_FILL && p->wrong[0] != '\0')
		grid_fit(co->grid, co->grid->rows - 2, 1, co->grid->columns - 2, LOOK_ERROR, p->wrong, false);
	bool can_undo = p->at == AT_ENDED && p->hand.end == HAND_DONE && p->kind == HAND_SET;
	str_copy(co->form_keys, sizeof co->form_keys,
	    can_undo ? "e journal  U undoes it  any other key goes back" : form_keys[p->at]);
}

void
hand_page_draw(struct console *co, void *private, struct area a)
{
	struct hand_page *p = private;
	struct cursor c = { p, a, a.row, a.row + a.rows };
	point_id id = hand_page_point(p);
	bool is_tight = a.rows < TIGHT_ROWS;
	char text[400];

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column + LABEL_CELLS + 2;
	p->is_asked = p->at == AT_ASK || (p->at == AT_GO && p->hand.phase == HAND_SELECTED);
	put_line(p);
	if (id == POINT_NONE) {
		put(&c, "Point", LOOK_BAD, p->name);
		put(&c, "", LOOK_BAD, "the site has no such point any more");
		if (p->at >= AT_GO)
			put_progress(&c);
		return;
	}
	const struct client_point *pt = &co->client->points[id];
	str_printf(text, sizeof text, "%s   %s", p->name, console_title(co, pt->title, pt->title_ja));
	put(&c, "Point", LOOK_TITLE, text);
	put_now(&c, id);
	/* What is wanted and the checks are never pushed out by what stands: the latter gives way. */
	int below = hand_rows[p->kind].count + 1 + (p->at >= AT_ASK ? 4 : 0) + (hand_page_question(p) != NULL ? 2 : 0);
	c.last = a.row + a.rows - below - !is_tight;
	put_output(&c, id);
	c.last = a.row + a.rows;
	c.row += !is_tight;
	put_wanted(&c, id);
	c.row += !is_tight && c.last - c.row > 6;
	const struct hand_check *no = hand_refusal(&p->hand);
	if (p->at == AT_ASK && p->hand.err != OK && (no == NULL || strcmp(no->text, p->hand.text) != 0)) {
		char reason[120] = "";
		if (p->hand.addcause >= 0)
			str_printf(reason, sizeof reason, " (reason %d, %s)", p->hand.addcause,
			    addcause_text(p->hand.addcause));
		text_put_safe(text, sizeof text, p->hand.text, -1);
		str_append(text, sizeof text, reason);
		put_wrapped(&c, "Refused", LOOK_ERROR, text, 2);
	}
	put_question(&c);
	if (p->at == AT_ASK)
		put_preview(&c);
	if (p->at == AT_ASK)
		put_checks(&c);
	else if (p->at >= AT_GO)
		put_progress(&c);
}

void
hand_page_head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct hand_page *p = private;

	str_printf(title, title_size, "%s", console_title(co, hand_rows[p->kind].title, hand_rows[p->kind].title_ja));
	str_copy(hint, hint_size, p->at <= AT_ASK ? "nothing is sent before you say so" : "");
}
