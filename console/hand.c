/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand.c - asks for one step at a time and takes what comes: checks, states, the answer. A state that was heard ends no step by itself
 * while an answer is awaited, unless it is an end.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/hand.h"
#include "scada/base/str.h"

#define ADDCAUSE_NONE 255

void
hand_init(struct hand *h, struct client *c, void (*changed)(struct hand *h, void *arg), void *arg)
{
	*h = (struct hand){
		.client = c, .changed = changed, .arg = arg, .before = (double)NAN, .addcause = -1, .state_until = 0
	};
}

static void
tell(struct hand *h)
{
	if (h->changed != NULL)
		h->changed(h, h->arg);
}

bool
hand_is_sent(const struct hand *h)
{
	if (h->phase != HAND_UNDER_WAY && h->phase != HAND_ENDED)
		return false;
	if (h->phase == HAND_ENDED && (h->end == HAND_REFUSED || h->end == HAND_CANCELLED))
		return false;
	return !(h->has_state && h->state == COMMAND_JOURNAL);
}

/* ---- what comes */

static void
end(struct hand *h, enum hand_end how, enum err e, int addcause, const char *text)
{
	h->phase = HAND_ENDED;
	h->end = how;
	h->err = e;
	h->addcause = addcause;
	str_copy(h->text, sizeof h->text, text);
}

static enum hand_end
end_of_state(enum command_state s)
{
	switch (s) {
	case COMMAND_DONE: return HAND_DONE;
	case COMMAND_FAILED: return HAND_FAILED;
	case COMMAND_REFUSED:
	case COMMAND_EXPIRED: return HAND_REFUSED;
	case COMMAND_CANCELLED: return HAND_CANCELLED;
	default: return HAND_UNKNOWN;
	}
}

static enum err
err_of_end(enum hand_end how)
{
	return how == HAND_DONE   ? OK
	    : how == HAND_FAILED  ? ERR_FAILED
	    : how == HAND_UNKNOWN ? ERR_UNKNOWN
	                          : ERR_REFUSED;
}

/* Where a command is, as its state says; an end waits for the answer, if one is awaited, since that is the whole sentence. */
static void
take_state(struct hand *h, const struct msg_command_state *m)
{
	h->command = m->command;
	h->state = (enum command_state)m->state;
	h->has_state = true;
	h->is_recorded = m->is_recorded != 0;
	h->state_time = m->time;
	h->state_until = m->until;
	if (h->step == STEP_UNDO)
		h->value = m->value; /* what stood before is what is executed */
	if (!isnan(m->before))
		h->before = m->before;
	if (command_state_is_end(m->state)) {
		if (h->ask == 0)
			end(h, end_of_state(h->state), err_of_end(end_of_state(h->state)),
			    m->addcause == ADDCAUSE_NONE ? -1 : m->addcause, m->text);
		return;
	}
	switch (h->state) {
	case COMMAND_APPROVAL: h->phase = HAND_APPROVAL; break;
	case COMMAND_SELECTED: h->phase = HAND_SELECTED; break;
	default: h->phase = HAND_UNDER_WAY; break;
	}
}

static void
take_check(struct hand *h, const struct msg_check *m)
{
	int at = 0;

	if (m->check >= CHECK_COUNT || m->verdict > CHECK_WARNS)
		return;
	while (at < h->check_count && h->checks[at].check != m->check)
		at++;
	if (at == h->check_count)
		h->check_count++;
	else if (h->checks[at].verdict == CHECK_NOT_PASSED)
		return; /* said twice: what refuses counts */
	h->checks[at] = (struct hand_check){ .check = m->check, .verdict = m->verdict, .addcause = m->addcause };
	str_copy(h->checks[at].text, sizeof h->checks[at].text, m->text);
}

static void
on_frame(struct client *c, const struct frame *f, void *arg)
{
	struct hand *h = arg;
	struct msg_check check;
	struct msg_command_state state;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_CHECK && msg_check_get(&r, &check))
		take_check(h, &check);
	else if (f->type == W_COMMAND_STATE && msg_command_state_get(&r, &state) && state.state < COMMAND_STATE_COUNT)
		take_state(h, &state);
	else
		return;
	tell(h);
}

static enum hand_end
end_of_err(enum err e)
{
	switch (e) {
	case OK: return HAND_DONE;
	case ERR_UNKNOWN:
	case ERR_CLOSED: return HAND_UNKNOWN;
	case ERR_DENIED:
	case ERR_REFUSED:
	case ERR_NOT_FOUND:
	case ERR_USAGE:
	case ERR_BUSY: return HAND_REFUSED;
	default: return HAND_FAILED;
	}
}

/* The link broke: what the field cannot have been told is nothing, all else is unknown. */
static void
lost(struct hand *h, const char *text)
{
	char why[400];
	bool was_asked = h->phase == HAND_UNDER_WAY || h->step == STEP_OPERATE || h->step >= STEP_RELEASE;

	if (h->step == STEP_CHECK || !was_asked) {
		str_printf(why, sizeof why, "%.300s; nothing was sent", text);
		end(h, HAND_CANCELLED, ERR_CLOSED, -1, why);
		return;
	}
	str_printf(why, sizeof why, "it was asked for, then %.300s", text);
	end(h, HAND_UNKNOWN, ERR_CLOSED, -1, why);
}

static void
answered(struct hand *h, enum err e, int addcause, const char *text)
{
	bool has_ended = h->has_state && command_state_is_end(h->state);

	h->err = e;
	h->addcause = addcause;
	str_copy(h->text, sizeof h->text, text);
	if (h->step == STEP_CHECK) {
		h->phase = HAND_CHECKED;
		return;
	}
	if (has_ended) {
		end(h, end_of_state(h->state), e, addcause, text);
		return;
	}
	if (h->step == STEP_CANCEL) {
		if (e == OK)
			end(h, HAND_CANCELLED, OK, -1, text);
		return; /* too late: it goes on, and is heard of */
	}
	if (e != OK) {
		end(h, end_of_err(e), e, addcause, text);
		return;
	}
	if (h->step == STEP_SELECT)
		h->phase = h->has_state && h->state == COMMAND_APPROVAL ? HAND_APPROVAL : HAND_SELECTED;
	else if (!h->has_state || h->state >= COMMAND_SENT)
		end(h, HAND_DONE, OK, -1, text); /* its answer comes at its end */
}

static void
on_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct hand *h = arg;

	h->ask = 0;
	if (c->result_detail == RESULT_NOT_RECORDED)
		h->is_recorded = false;
	if (e == ERR_CLOSED && c->phase == CLIENT_DOWN)
		lost(h, text);
	else
		answered(h, e, addcause, text);
	tell(h);
}

static const struct client_answer answer = { on_frame, on_done };

/* ---- what is asked */

static bool
ask(struct hand *h, enum command_step step, enum hand_phase phase)
{
	struct wbuf b;

	client_forget(h->client, &h->ask);
	wbuf_init(&b);
	msg_command_put(&b,
	    &(struct msg_command){ .token = step == STEP_CHECK ? 0 : act_token(),
	        .step = (uint8_t)step,
	        .is_emergency = h->is_emergency,
	        .command = h->command,
	        .value = h->value,
	        .until = h->until,
	        .point = h->point,
	        .reason = h->reason,
	        .typed = h->typed });
	h->ask = client_ask(h->client, W_COMMAND, &b, &answer, h);
	wbuf_done(&b);
	if (h->ask == 0)
		return false;
	h->step = step;
	h->phase = phase;
	return true;
}

static void
forget_outcome(struct hand *h)
{
	h->check_count = 0;
	h->command = 0;
	h->has_state = false;
	h->is_recorded = true;
	h->before = (double)NAN;
	h->text[0] = '\0';
	h->addcause = -1;
}

bool
hand_check(struct hand *h)
{
	forget_outcome(h);
	return ask(h, STEP_CHECK, HAND_CHECKING);
}

bool
hand_select(struct hand *h)
{
	forget_outcome(h);
	return ask(h, STEP_SELECT, HAND_SELECTING);
}

bool
hand_operate(struct hand *h)
{
	bool goes_on = h->phase == HAND_SELECTED || (h->phase == HAND_APPROVAL && h->is_emergency);

	if (!goes_on)
		forget_outcome(h);
	return ask(h, STEP_OPERATE, HAND_UNDER_WAY);
}

bool
hand_do(struct hand *h, enum command_step step)
{
	forget_outcome(h);
	return ask(h, step, HAND_UNDER_WAY);
}

bool
hand_cancel(struct hand *h)
{
	return ask(h, STEP_CANCEL, h->phase);
}

void
hand_leave(struct hand *h)
{
	bool is_ours = h->phase == HAND_SELECTING || h->phase == HAND_SELECTED || h->phase == HAND_APPROVAL;

	if (is_ours && h->command != 0)
		hand_cancel(h);
	client_forget(h->client, &h->ask);
	h->phase = HAND_IDLE;
}

void
hand_look(struct hand *h)
{
	const struct msg_command_state *m = client_command(h->client, h->command);

	if (m == NULL || (h->phase == HAND_ENDED && (h->end != HAND_UNKNOWN || h->err != ERR_CLOSED)))
		return;
	if (h->has_state && h->state == (enum command_state)m->state && h->state_time == m->time &&
	    h->phase != HAND_ENDED)
		return;
	take_state(h, m);
	tell(h);
}

void
hand_lost(struct hand *h, const char *why)
{
	if (h->ask != 0 || h->phase == HAND_IDLE || h->phase == HAND_CHECKED || h->phase == HAND_ENDED)
		return; /* its answer says so, or there is nothing to lose */
	lost(h, why);
	tell(h);
}

/* ---- in words */

int
hand_refusals(const struct hand *h)
{
	int n = 0;

	for (int i = 0; i < h->check_count; i++)
		n += h->checks[i].verdict == CHECK_NOT_PASSED;
	return n;
}

int
hand_warnings(const struct hand *h)
{
	int n = 0;

	for (int i = 0; i < h->check_count; i++)
		n += h->checks[i].verdict == CHECK_WARNS;
	return n;
}

const struct hand_check *
hand_refusal(const struct hand *h)
{
	for (int i = 0; i < h->check_count; i++)
		if (h->checks[i].verdict == CHECK_NOT_PASSED)
			return &h->checks[i];
	return NULL;
}

const char *
hand_end_word(enum hand_end how)
{
	static const char *const words[HAND_END_COUNT] = { "done", "failed", "refused", "cancelled", "unknown" };

	return words[how];
}

const char *
hand_state_text(const struct hand *h)
{
	if (!h->has_state)
		return h->phase == HAND_UNDER_WAY ? "asked for; chisand has not answered yet" : "";
	switch (h->state) {
	case COMMAND_APPROVAL: return "waits for a second person; nothing was sent";
	case COMMAND_SELECTED: return "SELECTED: reserved, nothing was sent";
	case COMMAND_JOURNAL: return "the journal is written before anything is sent";
	case COMMAND_SENT: return "SENT: the device has not answered yet";
	case COMMAND_WAITING: return "WAITING: the device accepted it; it must now report it";
	case COMMAND_DONE: return "DONE: the device reports it";
	case COMMAND_FAILED: return "FAILED: the device refused it, or reports otherwise";
	case COMMAND_REFUSED: return "REFUSED: nothing was sent";
	case COMMAND_CANCELLED: return "CANCELLED: nothing was sent";
	case COMMAND_EXPIRED: return "EXPIRED: time ran out, nothing was sent";
	default: return "OUTCOME UNKNOWN: it may have been carried out or not";
	}
}
