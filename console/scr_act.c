/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_act.c - one dialogue for all acts. 1. fields are filled in, pastes are taken there and nowhere else; 2. the whole is shown and
 * y does it, no other key; 3. the outcome stands until a key is pressed, with what the point then shows.
 */
#include "config.h"

#include <string.h>

#include "console/act_page.h"
#include "console/acts.h"
#include "console/frame.h"
#include "console/holds.h"
#include "console/scr_act.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define FOR_MAX_US (366 * INT64_C(86400) * US_PER_S)
#define PERMIT_MAX 48 /* bytes of the number of a work permit, with the end */

static struct {
	bool is_set;
	enum act_kind kind;
	const char *name;
	const struct rgot *report;
	uint64_t number;
	char about[400];
} to_open;

static void
open_kind(struct console *co, enum act_kind kind, const char *name, const struct rgot *report)
{
	to_open.is_set = true;
	to_open.kind = kind;
	to_open.name = name;
	to_open.report = report;
	console_open(co, &scr_act, NULL);
	to_open.is_set = false;
}

void
scr_act_manual(struct console *co, point_id id)
{
	const struct client *c = co->client;

	if (acts_is_allowed(co, W_MANUAL, true))
		open_kind(co, client_is_by_hand(c, id) ? ACT_MANUAL_OFF : ACT_MANUAL_ON, c->points[id].name, NULL);
}

void
scr_act_scan(struct console *co, point_id id)
{
	const struct client *c = co->client;

	if (acts_is_allowed(co, W_SCAN, true))
		open_kind(co, client_is_off_scan(c, id) ? ACT_SCAN_ON : ACT_SCAN_OFF, c->points[id].name, NULL);
}

void
scr_act_confirm(struct console *co, const struct rgot *g)
{
	if (acts_is_allowed(co, W_REPORT_CONFIRM, false))
		open_kind(co, ACT_CONFIRM, "", g);
}

void
scr_act_tag(struct console *co, point_id id)
{
	if (acts_is_allowed(co, W_TAG, true))
		open_kind(co, ACT_TAG, co->client->points[id].name, NULL);
}

void
scr_act_untag(struct console *co, uint64_t tag)
{
	const struct msg_tag_state *t = client_tag(co->client, tag);

	if (t == NULL) {
		console_message(co, true, "that tag is gone already");
		return;
	}
	if (!acts_is_allowed(co, W_TAG, true))
		return;
	to_open.number = tag;
	holds_tag(t, co->now, co->is_ja, to_open.about, sizeof to_open.about);
	open_kind(co, ACT_UNTAG, co->client->points[t->point].name, NULL);
}

void
scr_act_approve(struct console *co, uint64_t approval)
{
	const struct client_control *k = co->client->control;
	const struct msg_approval *found = NULL;
	char raw[400];

	for (uint32_t i = 0; k != NULL && i < k->approval_count; i++)
		if (approval != 0 ? k->approvals[i].approval == approval
		                  : found == NULL && client_may_approve(co->client, &k->approvals[i]))
			found = &k->approvals[i];
	if (found == NULL) {
		console_message(
		    co, false, "%s", approval != 0 ? "nobody asks for that any more" : "nobody asks you for anything");
		return;
	}
	if (!acts_is_allowed(co, W_APPROVE, true))
		return;
	if (strcmp(found->user, co->client->user) == 0) {
		console_message(co, true, "it is you who asks: another person has to answer");
		return;
	}
	to_open.number = found->approval;
	str_printf(raw, sizeof raw, "%.60s asks: %s", found->user, found->what);
	text_put_safe(to_open.about, sizeof to_open.about, raw, -1);
	open_kind(co, ACT_APPROVE, "", NULL);
}

static bool
open_act(struct console *co, void *private, const char *argument)
{
	struct act_page *p = private;

	(void)argument;
	if (!to_open.is_set) {
		console_message(co, true, "acts begin on the page of a point (M, B) or of a report (c)");
		return false;
	}
	p->co = co;
	p->kind = to_open.kind;
	str_copy(p->name, sizeof p->name, to_open.name);
	p->number = to_open.number;
	str_copy(p->about, sizeof p->about, to_open.about);
	if (to_open.report != NULL) {
		p->report = *to_open.report;
		wbuf_init(&p->report.content); /* its text stays with its page */
	}
	for (int i = 0; i < ACT_FIELDS; i++)
		prompt_open(&p->fields[i], "", 0, "");
	holder_look(&p->holder, co, act_page_point(p));
	if (p->kind == ACT_MANUAL_ON)
		prompt_set(&p->fields[F_FOR], "2h");
	if (act_rows[p->kind].count == 1 && !act_rows[p->kind].needs_reason && p->kind == ACT_CONFIRM)
		p->step = STEP_ASK;
	return true;
}

/* ---- 1. fields */

/* Why what stands in a field cannot be meant; false: it can. An empty value or reason is a fault only when the act is asked for. */
static bool
is_value_wrong(struct act_page *p, const struct client_point *pt, char *why, size_t size)
{
	if (!act_read_value(pt, p->fields[F_VALUE].text, &p->value)) {
		str_copy(why, size,
		    pt->state_count > 0 ? "the value is no number and no state of the point"
		                        : "the value is no number");
		return true;
	}
	return act_value_is_impossible(pt, p->value, why, size);
}

/* Reasons, and the text of a tag. */
static bool
is_text_wrong(const struct act_page *p, int field, char *why, size_t size)
{
	const char *text = p->fields[field].text;
	bool is_needed = act_rows[p->kind].needs_reason || (p->kind == ACT_APPROVE && !p->is_yes);

	if (field == F_TEXT && strlen(text) >= TAG_TEXT) {
		str_copy(why, size, "the text is too long: 72 characters");
		return true;
	}
	if (!is_needed || text[strspn(text, " ")] != '\0')
		return false;
	str_copy(why, size, field == F_TEXT ? "what is to be read on it?" : "why? the reason is kept in the journal");
	return true;
}

static bool
is_field_wrong(struct act_page *p, int field, char *why, size_t size)
{
	const char *text = p->fields[field].text;
	point_id id = act_page_point(p);

	switch (field) {
	case F_VALUE: return is_value_wrong(p, &p->co->client->points[id], why, size);
	case F_FOR:
		p->for_us = 0;
		if (strcmp(text, "open") == 0 ||
		    (str_to_duration(text, &p->for_us) && p->for_us > 0 && p->for_us <= FOR_MAX_US))
			return false;
		str_copy(why, size, "how long? 30m, 2h, 1d, or open: until somebody ends it");
		return true;
	case F_KIND:
		if (tag_kind_from_word(text, &p->tag))
			return false;
		str_copy(why, size, "which kind? inhibit, authority, caution or info");
		return true;
	case F_PERMIT: return strlen(text) >= PERMIT_MAX && str_copy(why, size, "the number of the permit is too long");
	case F_END:
		if (strcmp(text, "open") == 0 || text[0] == '\0') {
			p->until = 0;
			return false;
		}
		if (act_read_end(text, p->co->now, &p->until))
			return false;
		str_copy(why, size,
		    "when? 17:00, 2026-11-23, 2h from now; nothing: open. The tag stays until it is taken off");
		return true;
	case F_ANSWER:
		p->is_yes = strcmp(text, "yes") == 0;
		if (p->is_yes || strcmp(text, "no") == 0)
			return false;
		str_copy(why, size, "yes or no, in full");
		return true;
	default: return is_text_wrong(p, field, why, size);
	}
}

/* Fields from..to of the page; the first that is wrong is gone to, so that what is typed next mends it. */
static bool
has_wrong_field(struct act_page *p, int from, int to)
{
	p->wrong[0] = '\0';
	if (!act_page_is_there(p)) {
		str_copy(p->wrong, sizeof p->wrong,
		    p->kind == ACT_APPROVE     ? "nobody asks for it any more: it was answered, or its time is over"
		        : p->kind == ACT_UNTAG ? "that tag is gone already"
		                               : "the site has no such point any more");
		return true;
	}
	for (int i = from; i <= to; i++) {
		if (!is_field_wrong(p, act_rows[p->kind].fields[i], p->wrong, sizeof p->wrong))
			continue;
		p->at = i;
		return true;
	}
	return false;
}

static int
field_at(const struct act_page *p)
{
	return act_rows[p->kind].fields[p->at];
}

static bool
fill_key(struct act_page *p, uint32_t key)
{
	struct prompt *f = &p->fields[field_at(p)];
	int count = act_rows[p->kind].count;

	f->is_pasting = p->is_pasting;
	if (!p->is_pasting && (key == K_UP || key == K_BACKTAB)) {
		p->at = (p->at + count - 1) % count;
		return true;
	}
	if (!p->is_pasting && (key == K_DOWN || key == K_TAB)) {
		p->at = (p->at + 1) % count;
		return true;
	}
	switch (prompt_key(f, key)) {
	case PROMPT_DONE:
		if (p->at + 1 < count)
			p->at += !has_wrong_field(p, p->at, p->at);
		else if (!has_wrong_field(p, 0, count - 1))
			p->step = STEP_ASK;
		break;
	case PROMPT_LEFT:
		if (key == K_BACKSPACE)
			break; /* in an empty field it means nothing: what is typed elsewhere stays */
		console_message(p->co, false, "nothing was done");
		console_request(p->co, REQ_BACK, NULL);
		break;
	case PROMPT_CHANGED: p->wrong[0] = '\0'; break;
	default: break;
	}
	return true;
}

/* ---- 2. the question */

static void
put_body(struct act_page *p, struct wbuf *b, uint16_t *type, enum journal_kind *journal, char *what, size_t size)
{
	const char *typed = p->fields[F_REASON].text;
	const char *reason = p->kind == ACT_CONFIRM || typed[strspn(typed, " ")] != '\0' ? typed : ACT_NO_REASON;

	if (p->kind == ACT_CONFIRM) {
		*type = W_REPORT_CONFIRM;
		*journal = JOURNAL_REPORT;
		str_printf(what, size, "confirmation of %s %s", p->report.kind, p->report.label);
		msg_report_confirm_put(b,
		    &(struct msg_report_confirm){ .token = act_token(),
		        .report = p->report.kind,
		        .label = p->report.label,
		        .revision = p->report.revision,
		        .digest = { p->report.digest, p->report.digest_len },
		        .text = reason });
	} else if (p->kind == ACT_MANUAL_ON || p->kind == ACT_MANUAL_OFF) {
		*type = W_MANUAL;
		*journal = JOURNAL_MANUAL;
		str_printf(what, size, "%s of %s",
		    p->kind == ACT_MANUAL_ON ? "value by hand" : "end of the value by hand", p->name);
		msg_manual_put(b,
		    &(struct msg_manual){ .token = act_token(),
		        .on = p->kind == ACT_MANUAL_ON,
		        .value = p->kind == ACT_MANUAL_ON ? p->value : 0,
		        .until = p->for_us > 0 ? utc_add(p->co->now, p->for_us).us : 0,
		        .point = p->name,
		        .reason = reason });
	} else if (p->kind == ACT_TAG || p->kind == ACT_UNTAG) {
		bool on = p->kind == ACT_TAG;
		*type = W_TAG;
		*journal = JOURNAL_TAG;
		str_printf(what, size, "%s %s", on ? "tag on" : "tag off", p->name);
		msg_tag_put(b,
		    &(struct msg_tag){ .token = act_token(),
		        .on = on,
		        .tag = on ? 0 : p->number,
		        .kind = (uint8_t)(on ? p->tag : 0),
		        .until = on ? p->until : 0,
		        .point = p->name,
		        .text = on ? p->fields[F_TEXT].text : reason,
		        .permit = on ? p->fields[F_PERMIT].text : "" });
	} else if (p->kind == ACT_APPROVE) {
		*type = W_APPROVE;
		*journal = JOURNAL_COMMAND;
		str_printf(what, size, "answer %s", p->is_yes ? "yes" : "no");
		msg_approve_put(b,
		    &(struct msg_approve){
		        .token = act_token(), .approval = p->number, .yes = p->is_yes, .reason = reason });
	} else {
		*type = W_SCAN;
		*journal = JOURNAL_SCAN;
		str_printf(what, size, "%s of %s", p->kind == ACT_SCAN_ON ? "scan on" : "scan off", p->name);
		msg_scan_put(b,
		    &(struct msg_scan){
		        .token = act_token(), .on = p->kind == ACT_SCAN_ON, .point = p->name, .reason = reason });
	}
}

static void
send(struct act_page *p)
{
	enum journal_kind journal;
	uint16_t type;
	char what[96];
	struct wbuf b;

	wbuf_init(&b);
	put_body(p, &b, &type, &journal, what, sizeof what);
	if (p->kind != ACT_TAG)
		p->until = p->for_us > 0 ? utc_add(p->co->now, p->for_us).us : 0;
	if (acts_is_allowed(p->co, type, p->kind != ACT_CONFIRM) &&
	    acts_send(p->co, type, &b, journal, p->name, what, (struct utc){ 0 }))
		p->step = STEP_SENT;
	wbuf_done(&b);
}

static void
ask_key(struct act_page *p, uint32_t key)
{
	if (frame_is_too_small(p->co->grid)) {
		console_message(p->co, true, "the question cannot be read on so small a screen");
		return;
	}
	if (!p->is_asked) { /* keys typed ahead */
		console_message(p->co, true, "the question was not on the screen yet: read it, then answer");
		return;
	}
	if (key == 'y') {
		send(p);
		return;
	}
	if (key != K_ESCAPE && key != K_BACKSPACE && key != 'n' && key != 'q') {
		console_message(p->co, false, "y does it, Esc goes back");
		return;
	}
	if (p->kind != ACT_CONFIRM) {
		p->step = STEP_FILL;
		return;
	}
	console_message(p->co, false, "nothing was done");
	console_request(p->co, REQ_BACK, NULL);
}

static bool
key_pressed(struct console *co, void *private, uint32_t key)
{
	struct act_page *p = private;

	if (key == K_PASTE_BEGIN || key == K_PASTE_END) {
		p->is_pasting = key == K_PASTE_BEGIN;
		return true;
	}
	if (key == 12 || key == 26 || key == 'Q' * (uint32_t)(p->step != STEP_FILL))
		return false; /* drawn anew, stopped, left: as everywhere */
	co->message[0] = '\0';
	switch (p->step) {
	case STEP_FILL: return fill_key(p, key);
	case STEP_ASK:
		if (!p->is_pasting)
			ask_key(p, key);
		return true;
	case STEP_SENT: /* it cannot be called back; who goes on elsewhere hears the outcome there */
	case STEP_ENDED:
		if (p->is_pasting)
			return true;
		if (p->step == STEP_ENDED || key == K_ESCAPE || key == 'q')
			console_request(co, REQ_BACK, NULL);
		else
			console_message(
			    co, false, "sent; the outcome comes by itself. Esc leaves this page, not the act");
		return true;
	}
	return true;
}

static void
close_act(struct console *co, void *private)
{
	struct act_page *p = private;

	(void)co;
	holder_done(&p->holder);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct act_page *p = private;

	(void)number;
	if (what == CHANGE_MODEL)
		holder_done(&p->holder);
	if (what == CHANGE_MODEL || what == CHANGE_VALUES)
		holder_look(&p->holder, co, act_page_point(p));
	if (what == CHANGE_JOURNAL)
		holder_take(&p->holder, co->entry);
	if (what == CHANGE_ACT && p->step == STEP_SENT) {
		p->step = STEP_ENDED;
		if (console_top(co)->private == p)
			co->message[0] = '\0'; /* the page says it */
	}
	if (what == CHANGE_SECOND && p->kind == ACT_APPROVE && !co->is_accessible)
		return DRAW_BODY; /* the time that is left */
	return what == CHANGE_SECOND || what == CHANGE_DEVICE || (what == CHANGE_VALUES && co->is_accessible)
	    ? DRAW_NOTHING
	    : DRAW_BODY;
}

static const char *
selected(struct console *co, void *private)
{
	struct act_page *p = private;

	(void)co;
	return p->name[0] != '\0' ? p->name : NULL;
}

const struct screen_ops scr_act = {
	.name = "act",
	.title = "Act",
	.title_ja = "操作",
	.help = "an act on a point or report, confirmed first",
	.modes = MODE_ALL,
	.private_size = sizeof(struct act_page),
	.open = open_act,
	.update = update,
	.close = close_act,
	.draw = act_page_draw,
	.head = act_page_head,
	.selected = selected,
	.key = key_pressed,
};
