/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.c - sending an act, hearing how it ended, remembering what is not recorded yet; and CONTROL, without which points are only
 * looked at.
 */
#include "config.h"

#include <string.h>

#include "console/acts.h"
#include "console/view.h"
#include "console/when.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define CONTROL_IDLE_US (10 * 60 * US_PER_S)
#define SAME_ACT_US     (60 * US_PER_S) /* clocks of server and console may differ */

void
acts_init(struct acts *a, struct console *co)
{
	*a = (struct acts){ .co = co };
	co->acts = a;
}

void
acts_done(struct acts *a)
{
	a->asked = 0; /* the client, which is freed, forgets it */
}

bool
acts_is_under_way(const struct console *co)
{
	return co->acts->asked != 0;
}

enum act_end
acts_tell(struct console *co, const struct acts_waiting *w, enum err e, int addcause, uint16_t detail, const char *text,
    char *buf, size_t size)
{
	struct acts *a = co->acts;
	char raw[400];
	enum act_end end = act_outcome(e, addcause, detail, text, raw, sizeof raw);

	text_put_safe(buf, size, raw, -1);
	if (end == ACT_NOT_RECORDED && a->unrecorded_count < ACTS_UNRECORDED)
		a->unrecorded[a->unrecorded_count++] = *w;
	console_message(co, end > ACT_ASKED, "%s: %s", w->what, buf);
	return end;
}

static void
ended(struct acts *a, enum err e, int addcause, uint16_t detail, const char *text)
{
	a->asked = 0;
	a->end = acts_tell(a->co, &a->act, e, addcause, detail, text, a->text, sizeof a->text);
	view_update(a->co, CHANGE_ACT, 0);
	a->co->dirty |= DRAW_ALL;
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	ended(arg, e, addcause, c->result_detail, text);
}

static const struct client_answer answer = { .done = answer_done };

bool
acts_send(struct console *co, uint16_t type, const struct wbuf *body, enum journal_kind kind, const char *point,
    const char *what, struct utc at)
{
	struct acts *a = co->acts;

	if (a->asked != 0) {
		console_message(co, true, "%s is still under way; wait for its outcome", a->act.what);
		return false;
	}
	a->act = (struct acts_waiting){ .kind = kind, .since = co->now, .time = at.us != 0 ? at : co->now };
	str_copy(a->act.point, sizeof a->act.point, point);
	text_put_safe(a->act.what, sizeof a->act.what, what, -1);
	a->text[0] = '\0';
	a->asked = client_ask(co->client, type, body, &answer, a);
	if (a->asked == 0)
		console_message(co, true, "not sent: there is no link to chisand");
	return a->asked != 0;
}

bool
acts_may(const struct console *co, uint16_t type)
{
	return co->client->role >= wire_find(type)->role;
}

bool
acts_refusal(const struct console *co, uint16_t type, char *buf, size_t size)
{
	const char *what = type == W_NOTE ? "a note"
	    : type == W_REPORT_CONFIRM    ? "confirming a report"
	    : type == W_SCAN              ? "switching a scan"
	    : type == W_MANUAL            ? "a value by hand"
	    : type == W_MODE              ? "the mode of dispatch"
	    : type == W_SCHEDULE          ? "an entry of the schedule"
	    : type == W_SEQUENCE          ? "a step of a sequence"
	    : type == W_WHEEL             ? "a plan of self-wheeling"
	                                  : "this";

	if (acts_may(co, type))
		return false;
	str_printf(buf, size, "%s needs the role %s; you are %s", what, role_word(wire_find(type)->role),
	    role_word(co->client->role));
	return true;
}

bool
acts_is_allowed(struct console *co, uint16_t type, bool needs_control)
{
	char why[160];

	if (console_is_lost(co))
		console_message(co, true, "there is no link to chisand: nothing can be done");
	else if (acts_refusal(co, type, why, sizeof why))
		console_message(co, true, "%s", why);
	else if (needs_control && !co->is_control)
		console_message(co, true, "you are in VIEW: C takes CONTROL, then this can be done");
	else
		return true;
	return false;
}

/* Is it the entry of this act? Acts on alarms are known by the alarm that their entry begins with; those on the horn by none. */
static bool
is_entry_of(const struct acts_waiting *w, const struct msg_journal *m)
{
	char name[ALARM_NAME_MAX] = "", event[16];
	unsigned priority;
	uint64_t occurrence;

	if (w->kind != m->kind)
		return false;
	if (!w->is_alarm)
		return strcmp(w->point, m->point) == 0;
	if (!alarm_read_entry(m->text, name, &priority, &occurrence, event))
		name[0] = '\0';
	return strcmp(w->alarm, name) == 0;
}

void
acts_recorded(struct console *co, const struct msg_journal *m)
{
	struct acts *a = co->acts;

	for (int i = 0; m->seq != 0 && i < a->unrecorded_count; i++) {
		const struct acts_waiting *w = &a->unrecorded[i];
		if (!is_entry_of(w, m) || strcmp(m->user, co->client->user) != 0 || m->time < w->time.us - SAME_ACT_US)
			continue;
		console_message(co, false, "%s: now recorded as entry %llu", w->what, (unsigned long long)m->seq);
		memmove(&a->unrecorded[i], &a->unrecorded[i + 1],
		    (size_t)(a->unrecorded_count - i - 1) * sizeof a->unrecorded[0]);
		a->unrecorded_count--;
		return;
	}
}

void
acts_tick(struct console *co)
{
	struct acts *a = co->acts;

	if (a->asked != 0 && utc_diff_us(co->now, a->act.since) > ACTS_LIMIT_US) {
		client_forget(co->client, &a->asked);
		ended(a, ERR_UNKNOWN, -1, 0, "no answer for 10s");
	}
	if (co->is_control && console_is_lost(co)) {
		co->is_control = false;
	} else if (co->is_control && utc_diff_us(co->now, co->key_at) > CONTROL_IDLE_US) {
		co->is_control = false;
		console_message(co, false, "no key for 10 minutes: back in VIEW");
	}
}

bool
acts_trouble(const struct console *co, char *buf, size_t size)
{
	const struct acts *a = co->acts;

	if (a->unrecorded_count == 0)
		return false;
	str_printf(buf, size, "%d act%s not yet recorded: %s", a->unrecorded_count, a->unrecorded_count == 1 ? "" : "s",
	    a->unrecorded[a->unrecorded_count - 1].what);
	return true;
}

void
acts_toggle_control(struct console *co)
{
	if (co->is_control) {
		co->is_control = false;
		console_message(co, false, "back in VIEW: points are only looked at");
		return;
	}
	if (!acts_may(co, W_MANUAL)) {
		console_message(co, true, "CONTROL needs the role %s; you are %s", role_word(wire_find(W_MANUAL)->role),
		    role_word(co->client->role));
		return;
	}
	if (!acts_is_allowed(co, W_MANUAL, false))
		return;
	co->is_control = true;
	console_message(co, false, "CONTROL: acts on points can be done, each is confirmed first; C goes back to VIEW");
}

/* "--at 02:10 text": the time and what is behind it. A time of two words stands in quotes. */
static bool
read_at(struct console *co, const char **text, struct utc *at)
{
	char word[40];
	size_t len;

	if (strncmp(*text, "--at ", 5) != 0)
		return true;
	const char *p = *text + 5 + strspn(*text + 5, " ");
	if (*p == '"') {
		len = strcspn(++p, "\"");
		*text = p + len + (p[len] == '"');
	} else {
		len = strcspn(p, " ");
		*text = p + len;
	}
	str_printf(word, sizeof word, "%.*s", (int)(len > 39 ? 39 : len), p);
	*text += strspn(*text, " ");
	if (when_read(word, co->now, at))
		return true;
	console_message(
	    co, true, "--at %s is no time; write it as in 02:10, 2026-11-22, \"2026-11-22 02:10\" or 2h", word);
	return false;
}

void
acts_note(struct console *co, const char *point, const char *text)
{
	char what[96];
	struct utc at = { 0 };
	struct wbuf b;

	text += strspn(text, " ");
	if (!acts_is_allowed(co, W_NOTE, false) || !read_at(co, &text, &at))
		return;
	if (text[0] == '\0') {
		console_message(co, true, "the note is empty; nothing was sent");
		return;
	}
	wbuf_init(&b);
	msg_note_put(&b, &(struct msg_note){ .token = act_token(), .time = at.us, .point = point, .text = text });
	str_printf(what, sizeof what, "note%s%s", point[0] != '\0' ? " on " : "", point);
	acts_send(co, W_NOTE, &b, JOURNAL_NOTE, point, what, at);
	wbuf_done(&b);
}
