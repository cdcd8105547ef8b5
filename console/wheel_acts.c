/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_acts.c - a draft made, slots set, the draft filed or dropped, its answer entered.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/acts.h"
#include "console/wheel_acts.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

/* The next word into buf; what is behind it is returned. */
static const char *
take_word(const char *line, char *buf, size_t size)
{
	line += strspn(line, " ");
	size_t len = strcspn(line, " ");

	str_printf(buf, size, "%.*s", (int)(len < size ? len : size - 1), line);
	line += len;
	return line + strspn(line, " ");
}

static bool
is_span(const char *word)
{
	const char *dash = strchr(word, '-');

	return dash != NULL && dash != word && strspn(word, "0123456789-") == strlen(word);
}

static bool
read_span(char *word, unsigned slots, struct wheel_words *w)
{
	char *dash = strchr(word, '-');
	int64_t from, to;

	*dash = '\0';
	if (!str_to_i64(word, 1, slots, &from) || !str_to_i64(dash + 1, from, slots, &to))
		return false;
	w->from = (unsigned)from - 1;
	w->to = (unsigned)to - 1;
	return true;
}

bool
wheel_read(const char *line, unsigned at, unsigned slots, struct wheel_words *w, char *why, size_t size)
{
	char word[32];

	*w = (struct wheel_words){ .from = at, .to = at };
	line = take_word(line, word, sizeof word);
	if (is_span(word)) {
		if (!read_span(word, slots, w)) {
			str_printf(why, size, "slots are 1 to %u, written as 17-20", slots);
			return false;
		}
		line = take_word(line, word, sizeof word);
	}
	if (strcmp(word, "none") == 0) {
		w->kwh = (double)NAN;
	} else if (!str_to_double(word, &w->kwh) || !(w->kwh >= 0 && w->kwh <= WHEEL_KWH_MAX)) {
		str_printf(why, size, "\"%s\" are no kWh; a number from 0, or none, then the reason", word);
		return false;
	}
	return act_read_reason(line, w->reason, sizeof w->reason, why, size);
}

/* ---- sending */

static void
send(struct console *co, const struct wheel_got *g, struct msg_wheel *m)
{
	char what[96], date[DATE_TEXT_MAX];
	struct wbuf b = { .len = 0 };

	if (strlen(m->reason) >= WHEEL_REASON) {
		console_message(co, true, "the reason has at most %d bytes", WHEEL_REASON - 1);
		return;
	}
	m->token = act_token();
	m->date = g->m.date;
	m->name = "";
	msg_wheel_put(&b, m);
	str_printf(
	    what, sizeof what, "plan of %s: %s", date_text(date, sizeof date, g->m.date), wheel_act_word(m->act));
	acts_send(co, W_WHEEL, &b, JOURNAL_WHEEL, "", what, (struct utc){ 0 });
	wbuf_done(&b);
}

static struct msg_wheel
act_of(enum wheel_act a, const char *reason)
{
	return (struct msg_wheel){ .act = (uint8_t)a, .kwh = (double)NAN, .part = "", .reason = reason };
}

static bool
is_open(struct console *co, const struct wheel_got *g)
{
	if (!acts_is_allowed(co, W_WHEEL, true))
		return false;
	if (!g->is_there)
		console_message(co, true, "the plan is not on the screen yet");
	return g->is_there;
}

static bool
has_draft(struct console *co, const struct wheel_got *g)
{
	if (g->m.edit == 0)
		console_message(co, true, "there is no draft; M makes one, s sets a slot of it");
	return g->m.edit != 0;
}

/* The label of the prompt is co->prompt_label, made safe. */
static const char *
label(struct console *co, const struct wheel_got *g, const char *before, const char *behind)
{
	char raw[sizeof co->prompt_label], date[DATE_TEXT_MAX];

	str_printf(raw, sizeof raw, "%s%s%s", before, date_text(date, sizeof date, g->m.date), behind);
	text_put_safe(co->prompt_label, sizeof co->prompt_label, raw, -1);
	return co->prompt_label;
}

/* ---- acts */

void
wheel_acts_make(struct console *co, const struct wheel_got *g, const char *answer)
{
	struct msg_wheel m = act_of(WHEEL_MAKE, "");

	if (!is_open(co, g))
		return;
	if (answer == NULL && g->m.edit != 0)
		prompt_ask(
		    &co->prompt, label(co, g, "there is a draft of ", ": y makes its open slots anew"), REQ_WHEEL_MAKE);
	else if (answer == NULL || strcmp(answer, "y") == 0)
		send(co, g, &m);
}

void
wheel_acts_set(struct console *co, const struct wheel_got *g, unsigned slot, int part, const char *answer)
{
	char behind[96], when[16], why[200];
	struct wheel_words w;

	if (!is_open(co, g))
		return;
	if (answer == NULL || answer[0] == '\0') {
		str_printf(behind, sizeof behind, " slot %u (%s), %s, kWh and why: ", slot + 1,
		    utc_civil(when, sizeof when, wheel_got_start(g, slot), "%H:%M"),
		    part < 0 ? "generation" : g->parts[part].name);
		prompt_open(&co->prompt, label(co, g, "", behind), REQ_WHEEL_SET, "");
		console_message(co, false, "as: 320 furnace 1 is out; or of several slots: 17-20 320 furnace 1 is out");
		return;
	}
	if (!wheel_read(answer, slot, g->m.slots, &w, why, sizeof why)) {
		console_message(co, true, "%s", why);
		return;
	}
	struct msg_wheel m = act_of(WHEEL_SET, w.reason);
	m.from = (uint16_t)w.from;
	m.to = (uint16_t)w.to;
	m.kwh = w.kwh;
	m.part = part < 0 ? "" : g->parts[part].name;
	send(co, g, &m);
}

void
wheel_acts_file(struct console *co, const struct wheel_got *g, const char *answer)
{
	struct msg_wheel m = act_of(WHEEL_FILE, "");

	if (!is_open(co, g) || !has_draft(co, g))
		return;
	m.number = g->m.edit;
	if (answer == NULL)
		prompt_ask(&co->prompt, label(co, g, "the draft of ", " is what you want: y files it in your name"),
		    REQ_WHEEL_FILE);
	else if (strcmp(answer, "y") == 0)
		send(co, g, &m);
}

void
wheel_acts_drop(struct console *co, const struct wheel_got *g, const char *answer)
{
	struct msg_wheel m = act_of(WHEEL_DROP, answer != NULL ? answer : "");

	if (!is_open(co, g) || !has_draft(co, g))
		return;
	m.number = g->m.edit;
	if (answer == NULL || answer[0] == '\0')
		prompt_open(&co->prompt, label(co, g, "the draft of ", " goes, what is filed stays; why: "),
		    REQ_WHEEL_DROP, "");
	else
		send(co, g, &m);
}

static bool
has_waiting(struct console *co, const struct wheel_got *g)
{
	const struct wheel_got_version *v = wheel_got_version(g, g->m.latest);

	if (v != NULL && v->answer == WHEEL_PENDING)
		return true;
	console_message(co, true, "no version waits for its answer");
	return false;
}

void
wheel_acts_accept(struct console *co, const struct wheel_got *g, const char *answer)
{
	struct msg_wheel m = act_of(WHEEL_ACCEPT, "");
	char behind[64];

	if (!is_open(co, g) || !has_waiting(co, g))
		return;
	m.number = g->m.latest;
	str_printf(behind, sizeof behind, ", version %u, was accepted: y enters it", m.number);
	if (answer == NULL)
		prompt_ask(&co->prompt, label(co, g, "", behind), REQ_WHEEL_ACCEPT);
	else if (strcmp(answer, "y") == 0)
		send(co, g, &m);
}

void
wheel_acts_reject(struct console *co, const struct wheel_got *g, const char *answer)
{
	struct msg_wheel m = act_of(WHEEL_REJECT, answer != NULL ? answer : "");
	char behind[64];

	if (!is_open(co, g) || !has_waiting(co, g))
		return;
	m.number = g->m.latest;
	str_printf(behind, sizeof behind, ", version %u, was refused; why: ", m.number);
	if (answer == NULL || answer[0] == '\0')
		prompt_open(&co->prompt, label(co, g, "", behind), REQ_WHEEL_REJECT, "");
	else
		send(co, g, &m);
}
