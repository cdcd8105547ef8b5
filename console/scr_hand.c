/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_hand.c - commands to the field. 1. value, time and reason are typed; a value is never pasted. 2. chisand checks, nothing is sent.
 * 3. what will be is shown; y or the point's name does it, after a selection where the output asks for one. 4. the way to its end.
 * Who leaves the page does not leave the command: its end is told wherever one is.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/acts.h"
#include "console/frame.h"
#include "console/hand_page.h"
#include "console/holds.h"
#include "console/scr_hand.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LEFT_MAX 8

static struct {
	bool is_set;
	enum hand_kind kind;
	const char *name;
} to_open;

/* Commands whose page was left before their end. */
static uint64_t left[LEFT_MAX];

static void
open_kind(struct console *co, enum hand_kind kind, point_id id)
{
	const struct client *c = co->client;

	if (!acts_is_allowed(co, W_TAG, true))
		return;
	if (!client_is_output(c, id)) {
		console_message(co, true, "%s is no output: nothing can be set; M gives a measured value by hand",
		    id < c->point_count ? c->points[id].name : "it");
		return;
	}
	to_open.is_set = true;
	to_open.kind = kind;
	to_open.name = c->points[id].name;
	console_open(co, &scr_hand, NULL);
	to_open.is_set = false;
}

void
scr_hand_set(struct console *co, point_id id)
{
	open_kind(co, HAND_SET, id);
}

void
scr_hand_release(struct console *co, point_id id)
{
	if (client_is_output(co->client, id) && !client_is_overridden(co->client, id))
		console_message(co, true, "%s is not held by an operator: there is nothing to release",
		    co->client->points[id].name);
	else
		open_kind(co, HAND_RELEASE, id);
}

void
scr_hand_extend(struct console *co, point_id id)
{
	if (id == POINT_NONE)
		id = client_ends_soon(co->client);
	if (id == POINT_NONE || !client_is_overridden(co->client, id))
		console_message(co, true, "%s",
		    id == POINT_NONE ? "no override ends soon; h lists all, o begins one"
		                     : "it is not held by an operator: there is nothing to extend");
	else
		open_kind(co, HAND_EXTEND, id);
}

void
scr_hand_undo(struct console *co, point_id id)
{
	open_kind(co, HAND_UNDO, id);
}

/* ---- what the hand says */

static void
note_state(struct hand_page *p)
{
	const struct hand *h = &p->hand;
	char when[16];

	if (!h->has_state || (p->has_last && p->last_state == h->state))
		return;
	p->has_last = true;
	p->last_state = h->state;
	if (command_state_is_end(h->state))
		return; /* the outcome says it */
	if (p->logged == HAND_LOG)
		memmove(p->log[0], p->log[1], sizeof p->log - sizeof p->log[0]);
	else
		p->logged++;
	utc_civil(when, sizeof when, h->state_time != 0 ? (struct utc){ h->state_time } : p->co->now, "%H:%M:%S");
	str_printf(p->log[p->logged - 1], sizeof p->log[0], "%s  %s", when, hand_state_text(h));
}

static void
on_change(struct hand *h, void *arg)
{
	struct hand_page *p = arg;
	char text[400];

	p->is_asked = false; /* what is on the screen is not what is asked now */
	note_state(p);
	if (p->at == AT_CHECK && h->phase == HAND_CHECKED) {
		p->at = AT_ASK;
	} else if (p->at == AT_CHECK && h->phase == HAND_ENDED) {
		p->at = AT_FILL;
		text_put_safe(p->wrong, sizeof p->wrong, h->text, -1);
	} else if (p->at == AT_GO && h->phase == HAND_ENDED) {
		p->at = AT_ENDED;
	} else if (p->at == AT_ENDED && h->phase != HAND_ENDED) {
		p->at = AT_GO; /* it is heard of again */
	}
	if (p->at == AT_ENDED && console_top(p->co)->private != p) {
		text_put_safe(text, sizeof text, h->text, -1);
		console_message(p->co, h->end != HAND_DONE, "%s: %s, %s", p->name, hand_end_word(h->end), text);
	}
	console_changed(p->co, DRAW_ALL);
}

static void
on_preview(void *arg)
{
	struct hand_page *p = arg;

	console_changed(p->co, DRAW_ALL); /* the question stands as it stood: what was read may be answered */
}

static bool
open_hand(struct console *co, void *private, const char *argument)
{
	struct hand_page *p = private;

	(void)argument;
	if (!to_open.is_set) {
		console_message(co, true, "a command begins on the page of an output, with o");
		return false;
	}
	p->co = co;
	p->kind = to_open.kind;
	str_copy(p->name, sizeof p->name, to_open.name);
	for (int i = 0; i < HAND_FIELDS; i++)
		prompt_open(&p->fields[i], "", 0, "");
	prompt_open(&p->typed, "", 0, "");
	p->for_us = OVERRIDE_DEFAULT_US;
	prompt_set(&p->fields[FIELD_FOR], "60m");
	p->has_default = true;
	hand_init(&p->hand, co->client, on_change, p);
	preview_init(&p->preview, co->client, on_preview, p);
	str_copy(p->hand.point, sizeof p->hand.point, p->name);
	return true;
}

static void
close_hand(struct console *co, void *private)
{
	struct hand_page *p = private;

	(void)co;
	if (p->hand.phase == HAND_UNDER_WAY && p->hand.command != 0) {
		memmove(&left[1], &left[0], sizeof left - sizeof left[0]);
		left[0] = p->hand.command;
	}
	p->hand.changed = NULL;
	hand_leave(&p->hand);
	preview_drop(&p->preview);
}

void
scr_hand_heard(struct console *co)
{
	char text[300];

	for (int i = 0; i < LEFT_MAX; i++) {
		const struct msg_command_state *m = client_command(co->client, left[i]);
		if (m == NULL || !command_state_is_end(m->state))
			continue;
		left[i] = 0;
		text_put_safe(text, sizeof text, m->text, -1);
		console_message(co, m->state != COMMAND_DONE, "%s, command %llu: %s%s%s", m->point,
		    (unsigned long long)m->command,
		    m->state == COMMAND_UNKNOWN ? "OUTCOME UNKNOWN" : command_state_word(m->state),
		    text[0] != '\0' ? ", " : "", text);
	}
}

/* ---- 1. fields */

static int
field_at(const struct hand_page *p)
{
	return hand_rows[p->kind].fields[p->field];
}

static bool
is_field_wrong(struct hand_page *p, int field, char *why, size_t size)
{
	const char *text = p->fields[field].text;
	const struct client_point *pt = &p->co->client->points[hand_page_point(p)];
	int64_t us;

	switch (field) {
	case FIELD_VALUE_TYPED:
		if (act_read_value(pt, text, &p->hand.value))
			return act_value_is_impossible(pt, p->hand.value, why, size);
		str_copy(why, size,
		    pt->state_count > 0 ? "the value is no state of this output and no number"
		                        : "the value is no number");
		return true;
	case FIELD_FOR:
		if (str_to_duration(text, &us) && us > 0 && us <= OVERRIDE_MAX_US) {
			p->for_us = us;
			return false;
		}
		str_copy(why, size, "how long? 30m, 2h, at most 8h; it can be extended");
		return true;
	default:
		if (!hand_rows[p->kind].needs_reason || text[strspn(text, " ")] != '\0')
			return strlen(text) >= COMMAND_REASON &&
			    str_copy(why, size, "the reason is too long: at most 200 bytes");
		str_copy(why, size, "why? the reason is kept in the journal and shown to all");
		return true;
	}
}

static bool
has_wrong_field(struct hand_page *p, int from, int to)
{
	p->wrong[0] = '\0';
	if (hand_page_point(p) == POINT_NONE) {
		str_copy(p->wrong, sizeof p->wrong, "the site has no such point any more");
		return true;
	}
	for (int i = from; i <= to; i++) {
		if (!is_field_wrong(p, hand_rows[p->kind].fields[i], p->wrong, sizeof p->wrong))
			continue;
		p->field = i;
		return true;
	}
	return false;
}

static void
step_field(struct hand_page *p, int by)
{
	int count = hand_rows[p->kind].count;

	p->field = (p->field + by + count) % count;
	if (field_at(p) == FIELD_FOR && !hand_page_has_end(p))
		p->field = (p->field + by + count) % count;
}

static void
fields_done(struct hand_page *p)
{
	const char *reason = p->fields[FIELD_WHY].text;

	str_copy(p->hand.reason, sizeof p->hand.reason, reason[strspn(reason, " ")] != '\0' ? reason : "");
	p->hand.until = hand_page_until(p);
	p->hand.typed[0] = '\0';
	p->hand.err = OK;
	p->hand.check_count = 0;
	p->is_confirmed = false;
	if (p->kind == HAND_SET && hand_page_has_end(p))
		preview_ask(&p->preview, p->name, p->hand.value, p->hand.until);
	if (!hand_rows[p->kind].is_checked)
		p->at = AT_ASK;
	else if (hand_check(&p->hand))
		p->at = AT_CHECK;
	else
		str_copy(p->wrong, sizeof p->wrong, "there is no link to chisand: nothing can be checked or sent");
}

static void
nothing_was_sent(struct hand_page *p)
{
	console_message(p->co, false, "nothing was sent");
	console_request(p->co, REQ_BACK, NULL);
}

static bool
fill_key(struct hand_page *p, uint32_t key)
{
	struct prompt *f = &p->fields[field_at(p)];
	int last = hand_rows[p->kind].count - 1;

	if (p->is_pasting && field_at(p) != FIELD_WHY) {
		str_copy(p->wrong, sizeof p->wrong, "a value and its time are typed: what was pasted is not taken");
		return true;
	}
	f->is_pasting = p->is_pasting;
	if (field_at(p) == FIELD_FOR && p->has_default && key > ' ' && key < K_SPECIAL) {
		prompt_set(f, "");
		p->has_default = false;
	}
	if (!p->is_pasting && (key == K_UP || key == K_BACKTAB || key == K_DOWN || key == K_TAB)) {
		step_field(p, key == K_UP || key == K_BACKTAB ? -1 : 1);
		return true;
	}
	switch (prompt_key(f, key)) {
	case PROMPT_DONE:
		if (has_wrong_field(p, p->field, p->field))
			break;
		if (p->field < last)
			step_field(p, 1);
		else if (!has_wrong_field(p, 0, last))
			fields_done(p);
		break;
	case PROMPT_LEFT:
		if (key != K_BACKSPACE)
			nothing_was_sent(p);
		break;
	case PROMPT_CHANGED: p->wrong[0] = '\0'; break;
	default: break;
	}
	return true;
}

/* ---- 2. to 4. */

static void
empty_typed(struct hand_page *p)
{
	prompt_set(&p->typed, "");
	p->is_declaring = false;
}

static void
go(struct hand_page *p)
{
	struct console *co = p->co;
	struct hand *h = &p->hand;
	bool is_asked = false;

	if (!acts_is_allowed(co, W_TAG, true) || hand_page_point(p) == POINT_NONE)
		return;
	h->until = hand_page_until(p); /* from now, not from when the fields were filled */
	p->from = holds_device(co->client, hand_page_point(p));
	p->logged = 0;
	p->has_last = false;
	switch (p->kind) {
	case HAND_SET: is_asked = hand_page_is_selected_first(p) ? hand_select(h) : hand_operate(h); break;
	case HAND_RELEASE: is_asked = hand_do(h, STEP_RELEASE); break;
	case HAND_EXTEND: is_asked = hand_do(h, STEP_EXTEND); break;
	default: is_asked = hand_do(h, STEP_UNDO); break;
	}
	if (is_asked)
		p->at = AT_GO;
	else
		console_message(co, true, "not sent: there is no link to chisand");
	empty_typed(p);
}

/* What was typed is the point's name, or the declaration; all else is refused. */
static void
typed_done(struct hand_page *p)
{
	if (p->is_declaring) {
		p->hand.is_emergency = strcmp(p->typed.text, "emergency") == 0;
		if (!p->hand.is_emergency)
			console_message(p->co, false, "no emergency was declared");
		empty_typed(p);
		if (p->hand.is_emergency && p->at == AT_GO && p->hand.phase == HAND_APPROVAL && !hand_page_is_typed(p))
			hand_operate(&p->hand);
	} else if (strcmp(p->typed.text, p->name) != 0) {
		console_message(p->co, true, "that is not %s: nothing was sent", p->name);
		empty_typed(p);
	} else {
		str_copy(p->hand.typed, sizeof p->hand.typed, p->typed.text);
		if (p->at == AT_ASK) {
			go(p);
		} else {
			hand_operate(&p->hand);
			empty_typed(p);
		}
	}
}

/* Esc where nothing was sent yet. */
static void
take_back(struct hand_page *p)
{
	if (p->is_declaring) {
		empty_typed(p);
	} else if (p->at == AT_GO) {
		if (p->hand.command == 0 || !hand_cancel(&p->hand))
			console_request(p->co, REQ_BACK, NULL);
	} else {
		hand_leave(&p->hand);
		preview_drop(&p->preview);
		p->hand.is_emergency = p->is_confirmed = false;
		p->at = AT_FILL;
		empty_typed(p);
	}
}

static void
text_key(struct hand_page *p, uint32_t key)
{
	if (p->is_pasting || key == K_PASTE_END) {
		console_message(p->co, true, "it is typed, not pasted: nothing was sent");
		return;
	}
	if (key == 'E' && p->typed.text[0] == '\0' && !p->is_declaring && p->at == AT_ASK &&
	    (p->co->client->points[hand_page_point(p)].output & OUT_TWO_PERSON)) {
		p->is_declaring = true;
		return;
	}
	switch (prompt_key(&p->typed, key)) {
	case PROMPT_DONE: typed_done(p); break;
	case PROMPT_LEFT:
		if (key != K_BACKSPACE)
			take_back(p);
		break;
	default: break;
	}
}

/* The output's own question: only a yes to what stands on the screen leads on. */
static void
question_key(struct hand_page *p, uint32_t key)
{
	if (key != 'y')
		console_message(p->co, false, "y says that it is so, Esc goes back");
	else if (!p->is_asked)
		console_message(p->co, true, "the question was not on the screen yet: read it, then answer");
	else
		p->is_confirmed = true;
	p->is_asked = false; /* what comes next is not on the screen yet */
}

static void
ask_key(struct hand_page *p, uint32_t key)
{
	point_id id = hand_page_point(p);
	bool is_possible = id != POINT_NONE && hand_refusals(&p->hand) == 0 && p->hand.err == OK;

	if (key == K_ESCAPE || key == K_BACKSPACE || key == 'n' || key == 'q')
		take_back(p);
	else if (!is_possible)
		console_message(p->co, true, "it cannot be done now; Esc goes back to the fields");
	else if (hand_page_question(p) != NULL && !p->is_confirmed)
		question_key(p, key);
	else if (key == 'E' && (p->co->client->points[id].output & OUT_TWO_PERSON) && !p->hand.is_emergency)
		p->is_declaring = true;
	else if (key == 'y' && !p->is_asked)
		console_message(p->co, true, "the question was not on the screen yet: read it, then answer");
	else if (key == 'y')
		go(p);
	else
		console_message(p->co, false, "y does it, Esc goes back");
}

static void
go_key(struct hand_page *p, uint32_t key)
{
	enum hand_phase phase = p->hand.phase;
	bool is_leaving = key == K_ESCAPE || key == 'q';

	if (phase == HAND_UNDER_WAY) {
		if (is_leaving)
			console_message(
			    p->co, false, "the command goes on; its end is told here, h lists it, e has the journal");
		if (is_leaving)
			console_request(p->co, REQ_BACK, NULL);
		else
			console_message(p->co, false, "it is on its way. Esc leaves this page, not the command");
	} else if (is_leaving || key == 'n') {
		take_back(p);
	} else if (key == 'E' && phase == HAND_APPROVAL) {
		p->is_declaring = true;
	} else if (key == 'y' && phase == HAND_SELECTED) {
		if (p->is_asked)
			hand_operate(&p->hand);
		else
			console_message(p->co, true, "the question was not on the screen yet: read it, then answer");
	}
}

static void
ended_key(struct hand_page *p, uint32_t key)
{
	struct console *co = p->co;
	point_id id = hand_page_point(p);
	char name[POINT_NAME_MAX];

	str_copy(name, sizeof name, p->name);
	bool was_done = p->hand.end == HAND_DONE && p->kind == HAND_SET;
	console_request(co, REQ_BACK, NULL); /* p is gone */
	if (key == 'e')
		console_open(co, &scr_journal, name);
	else if (key == 'U' && was_done && id != POINT_NONE)
		scr_hand_undo(co, id);
}

static bool
key_pressed(struct console *co, void *private, uint32_t key)
{
	struct hand_page *p = private;

	if (key == K_PASTE_BEGIN || key == K_PASTE_END) {
		p->is_pasting = key == K_PASTE_BEGIN;
		return true;
	}
	bool takes_text = p->at == AT_FILL || hand_page_takes_text(p);
	if (key == 12 || key == 26 || (key == 'Q' && !takes_text))
		return false; /* drawn anew, stopped, left: as everywhere */
	co->message[0] = '\0';
	if (p->at != AT_FILL && frame_is_too_small(co->grid)) {
		console_message(co, true, "the question cannot be read on so small a screen");
		return true;
	}
	if (p->at == AT_FILL)
		return fill_key(p, key);
	if (takes_text)
		text_key(p, key);
	else if (p->is_pasting)
		return true;
	else if (p->at == AT_ASK)
		ask_key(p, key);
	else if (p->at == AT_GO)
		go_key(p, key);
	else if (p->at == AT_ENDED)
		ended_key(p, key);
	else if (key == K_ESCAPE || key == 'q')
		take_back(p);
	return true;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct hand_page *p = private;

	(void)number;
	if (what == CHANGE_MODEL || what == CHANGE_CONTROL)
		hand_look(&p->hand);
	if (what == CHANGE_PHASE && co->client->phase == CLIENT_DOWN)
		hand_lost(&p->hand, co->client->why_text);
	if (what == CHANGE_SECOND)
		return p->at == AT_GO && !co->is_accessible ? DRAW_BODY : DRAW_NOTHING;
	return what == CHANGE_DEVICE || (what == CHANGE_VALUES && co->is_accessible) ? DRAW_NOTHING : DRAW_BODY;
}

static const char *
selected(struct console *co, void *private)
{
	(void)co;
	return ((struct hand_page *)private)->name;
}

const struct screen_ops scr_hand = {
	.name = "hand",
	.title = "Command",
	.title_ja = "操作",
	.help = "a command to the field, checked before it is sent",
	.modes = MODE_ALL,
	.private_size = sizeof(struct hand_page),
	.open = open_hand,
	.update = update,
	.close = close_hand,
	.draw = hand_page_draw,
	.head = hand_page_head,
	.selected = selected,
	.key = key_pressed,
};
