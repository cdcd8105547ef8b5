/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_acts.c - begin, confirm, skip and abort of a guided sequence: asked, then sent.
 */
#include "config.h"

#include <string.h>

#include "console/act.h"
#include "console/acts.h"
#include "console/sequence_acts.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static void
send(struct console *co, const struct client_sequence *s, enum sequence_act act, const struct sequence_seen *about,
    const char *reason)
{
	char what[96];
	struct wbuf b;

	if (strlen(reason) >= SEQUENCE_REASON) {
		console_message(co, true, "the reason has at most %d bytes", SEQUENCE_REASON - 1);
		return;
	}
	wbuf_init(&b);
	msg_sequence_put(&b,
	    &(struct msg_sequence){ .token = act_token(),
	        .act = (uint8_t)act,
	        .run = about->run,
	        .step = (uint16_t)about->step,
	        .name = s->name,
	        .reason = reason });
	str_printf(what, sizeof what, "%s: %s", s->name, sequence_act_word(act));
	acts_send(co, W_SEQUENCE, &b, JOURNAL_SEQUENCE, "", what, (struct utc){ 0 });
	wbuf_done(&b);
}

/* May it be done by this person, here, now? */
static bool
is_open(struct console *co, const struct client_sequence *s, bool wants_running)
{
	if (!acts_is_allowed(co, W_SEQUENCE, true))
		return false;
	if (co->client->role < s->role)
		console_message(co, true, "%s is run by the role %s; you are %s", s->name, role_word(s->role),
		    role_word(co->client->role));
	else if (wants_running && s->state != SEQ_RUNNING)
		console_message(co, true, "%s is not under way; B begins it", s->name);
	else if (!wants_running && s->state == SEQ_RUNNING)
		console_message(co, true, "%s is under way already, begun by %s; A aborts it", s->name, s->user);
	else
		return true;
	return false;
}

/* Was the current step on the screen when the key was pressed? */
static bool
is_seen(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen)
{
	if (seen->is_there && seen->run == s->run && seen->step == s->now)
		return true;
	console_message(
	    co, true, "the current step was not on the screen; it is now, look at it and press the key again");
	return false;
}

/* The label of the prompt is co->prompt_label, made safe. */
static const char *
label(struct console *co, const char *before, const char *name, const char *behind)
{
	char raw[sizeof co->prompt_label];

	str_printf(raw, sizeof raw, "%s%.40s%s", before, name, behind);
	text_put_safe(co->prompt_label, sizeof co->prompt_label, raw, -1);
	return co->prompt_label;
}

void
sequence_acts_begin(struct console *co, const struct client_sequence *s, const char *answer)
{
	if (!is_open(co, s, false))
		return;
	if (answer == NULL || answer[0] == '\0')
		prompt_open(&co->prompt, label(co, "begin ", s->name, ", why: "), REQ_SEQ_BEGIN, "");
	else
		send(co, s, SEQ_BEGIN, &(struct sequence_seen){ .run = 0 }, answer);
}

static bool
is_meant(struct console *co, const struct client_sequence *s, const struct sequence_seen *asked, const char *answer)
{
	if ((s->steps[asked->step].flags & SEQ_DANGER) == 0)
		return strcmp(answer, "y") == 0;
	if (co->prompt.was_pasted)
		console_message(co, true, "it is typed, not pasted: nothing was done");
	else if (strcmp(answer, s->name) != 0)
		console_message(co, true, "that is not %s: nothing was done", s->name);
	else
		return true;
	return false;
}

void
sequence_acts_confirm(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen,
    struct sequence_seen *asked, const char *answer)
{
	struct sequence_seen about = *asked;
	char behind[64];

	asked->is_there = false;
	if (!is_open(co, s, true))
		return;
	if (answer != NULL && about.is_there && about.step < s->step_count) {
		if (is_meant(co, s, &about, answer))
			send(co, s, SEQ_CONFIRM, &about, "");
		return;
	}
	if (!is_seen(co, s, seen))
		return;
	*asked = *seen;
	if (s->steps[s->now].flags & SEQ_DANGER) {
		str_printf(behind, sizeof behind, " to confirm step %u: ", s->now + 1);
		prompt_open(&co->prompt, label(co, "type ", s->name, behind), REQ_SEQ_CONFIRM, "");
	} else {
		str_printf(behind, sizeof behind, ", step %u is done: y confirms it in your name", s->now + 1);
		prompt_ask(&co->prompt, label(co, "", s->name, behind), REQ_SEQ_CONFIRM);
	}
}

void
sequence_acts_remark(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen,
    struct sequence_seen *asked, const char *answer)
{
	struct sequence_seen about = *asked;
	char behind[64];

	asked->is_there = false;
	if (!is_open(co, s, true))
		return;
	if (answer != NULL && about.is_there) {
		send(co, s, SEQ_CONFIRM, &about, answer);
		return;
	}
	if (s->steps[s->now].flags & SEQ_DANGER) {
		console_message(co, true, "step %u is dangerous: y confirms it, and the name is typed", s->now + 1);
		return;
	}
	if (!is_seen(co, s, seen))
		return;
	*asked = *seen;
	str_printf(behind, sizeof behind, ", step %u is done; remark: ", s->now + 1);
	prompt_open(&co->prompt, label(co, "", s->name, behind), REQ_SEQ_REMARK, "");
}

void
sequence_acts_skip(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen,
    struct sequence_seen *asked, const char *answer)
{
	struct sequence_seen about = *asked;
	char behind[64];

	asked->is_there = false;
	if (!is_open(co, s, true))
		return;
	if (answer != NULL && about.is_there) {
		send(co, s, SEQ_SKIP, &about, answer);
		return;
	}
	if ((s->steps[s->now].flags & SEQ_MAY_SKIP) == 0) {
		console_message(
		    co, true, "step %u may not be skipped; A aborts the run if it cannot be done", s->now + 1);
		return;
	}
	if (!is_seen(co, s, seen))
		return;
	*asked = *seen;
	str_printf(behind, sizeof behind, ", step %u, why: ", s->now + 1);
	prompt_open(&co->prompt, label(co, "skip ", s->name, behind), REQ_SEQ_SKIP, "");
}

void
sequence_acts_abort(
    struct console *co, const struct client_sequence *s, struct sequence_seen *asked, const char *answer)
{
	struct sequence_seen about = *asked;
	char behind[64];

	asked->is_there = false;
	if (!is_open(co, s, true))
		return;
	if (answer != NULL && about.is_there) {
		send(co, s, SEQ_ABORT, &about, answer);
		return;
	}
	*asked = (struct sequence_seen){ true, s->run, s->now };
	str_printf(behind, sizeof behind, " at step %u, why: ", s->now + 1);
	prompt_open(&co->prompt, label(co, "abort ", s->name, behind), REQ_SEQ_ABORT, "");
}
