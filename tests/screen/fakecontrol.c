/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakecontrol.c - answers as chisand does: checks, states, a result at the end of each step. Deterministic: numbers count from 17.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/screen/fakecontrol.h"

void
fakecontrol_init(struct fakecontrol *k, struct utc now)
{
	*k = (struct fakecontrol){ .now = now, .last_number = 16, .user = "operator" };
}

/* Freed with the rest. */
static char *
own(struct fakecontrol *k, const char *text)
{
	k->owned = xrecallocarray(k->owned, k->owned_count, k->owned_count + 1, sizeof *k->owned);
	return k->owned[k->owned_count++] = xstrdup(text);
}

void
fakecontrol_done(struct fakecontrol *k)
{
	for (unsigned i = 0; i < k->owned_count; i++)
		free(k->owned[i]);
	free(k->owned);
}

struct fake_output *
fakecontrol_add(struct fakecontrol *k, const char *name, unsigned kind, double lo, double hi, double ramp,
    uint32_t revert, const char *falls_back)
{
	struct fake_output *o = &k->outputs[k->output_count++];
	double none = (double)NAN;

	*o = (struct fake_output){ own(k, name), kind | OUT_WRITABLE, ramp, lo, hi, revert, own(k, falls_back), NULL,
		{ .slot = SLOT_COUNT,
		    .wanted = none,
		    .target = none,
		    .written = none,
		    .slot_operator = none,
		    .slot_guard = none,
		    .slot_dispatch = none,
		    .slot_default = none,
		    .user = "",
		    .reason = "",
		    .clamp = "",
		    .selected_by = "" } };
	return o;
}

static struct fake_output *
find(struct fakecontrol *k, const char *name)
{
	for (unsigned i = 0; i < k->output_count; i++)
		if (strcmp(k->outputs[i].name, name) == 0)
			return &k->outputs[i];
	return NULL;
}

const struct fake_output *
fakecontrol_find(const struct fakecontrol *k, const char *name)
{
	return find((struct fakecontrol *)(uintptr_t)k, name);
}

static double
number(const char *s)
{
	double v;

	return str_to_double(s, &v) ? v : (double)NAN;
}

static int64_t
minutes(const struct fakecontrol *k, const char *s)
{
	double m = number(s);

	return isnan(m) ? 0 : k->now.us + (int64_t)(m * 60) * US_PER_S;
}

static double *
slot_of(struct msg_output *m, unsigned slot)
{
	switch (slot) {
	case SLOT_OPERATOR: return &m->slot_operator;
	case SLOT_GUARD: return &m->slot_guard;
	case SLOT_DISPATCH: return &m->slot_dispatch;
	default: return &m->slot_default;
	}
}

static void
settle(struct msg_output *m)
{
	for (unsigned s = 0; s < SLOT_COUNT; s++) {
		if (isnan(*slot_of(m, s)))
			continue;
		m->slot = (uint8_t)s;
		m->wanted = m->target = *slot_of(m, s);
		return;
	}
	m->slot = SLOT_COUNT;
	m->wanted = m->target = (double)NAN;
}

/* "output|POINT|kind flags|lo|hi|ramp|revert|falls back|default|dispatch" */
static void
line_output(struct fakecontrol *k, char **f)
{
	struct fake_output *o = fakecontrol_add(k, f[1], (unsigned)number(f[2]), number(f[3]), number(f[4]),
	    number(f[5]), isnan(number(f[6])) ? 0 : (uint32_t)number(f[6]), f[7]);

	o->m.slot_default = number(f[8]);
	o->m.slot_dispatch = number(f[9]);
	o->m.reason = o->m.slot_dispatch > 0 ? "plan of 20:30" : "";
	o->m.since = k->now.us - 38 * 60 * US_PER_S;
	settle(&o->m);
	o->m.written = o->m.target;
}

/* "held|POINT|value|user|reason|minutes from now|flags|clamp|target" */
static void
line_held(struct fakecontrol *k, char **f)
{
	struct fake_output *o = find(k, f[1]);

	o->m.slot_operator = number(f[2]);
	settle(&o->m);
	o->m.user = f[3];
	o->m.reason = f[4];
	o->m.until = minutes(k, f[5]);
	o->m.flags = (uint16_t)(isnan(number(f[6])) ? 0 : number(f[6]));
	o->m.clamp = f[7];
	if (!isnan(number(f[8])))
		o->m.target = number(f[8]);
	o->m.written = o->m.target;
}

static const struct msg_tag_state *
add_tag(struct fakecontrol *k, const char *point, const char *kind, const char *text, const char *permit,
    const char *owner, int64_t until)
{
	struct msg_tag_state *t = &k->tags[k->tag_count++];
	enum tag_kind tag = TAG_INFO;

	tag_kind_from_word(kind, &tag);
	*t = (struct msg_tag_state){ .tag = ++k->last_number,
		.on = 1,
		.point = k->find(point, k->arg),
		.kind = (uint8_t)tag,
		.since = k->now.us - 3600 * US_PER_S,
		.until = until,
		.text = own(k, text),
		.permit = own(k, permit),
		.owner = own(k, owner) };
	return t;
}

/* also "tag|POINT|kind|text|permit|owner|minutes", "approval|user|what|role|area", "command|POINT|state|user|text|value" */
bool
fakecontrol_line(struct fakecontrol *k, char **f)
{
	if (strcmp(f[0], "output") == 0)
		line_output(k, f);
	else if (strcmp(f[0], "held") == 0)
		line_held(k, f);
	else if (strcmp(f[0], "confirm") == 0)
		find(k, f[1])->confirm = f[2];
	else if (strcmp(f[0], "tag") == 0)
		add_tag(k, f[1], f[2], f[3], f[4], f[5], minutes(k, f[6]));
	else if (strcmp(f[0], "approval") == 0)
		k->approvals[k->approval_count++] = (struct msg_approval){ .approval = ++k->last_number,
			.until = k->now.us + 97 * US_PER_S,
			.role = (uint8_t)number(f[3]),
			.area = f[4],
			.user = f[1],
			.what = f[2],
			.by = "",
			.outcome = "" };
	else if (strcmp(f[0], "command") == 0)
		k->commands[k->command_count++] = (struct msg_command_state){ .command = ++k->last_number,
			.state = (uint8_t)number(f[2]),
			.slot = SLOT_OPERATOR,
			.addcause = 255,
			.is_recorded = 1,
			.value = number(f[5]),
			.before = (double)NAN,
			.time = k->now.us - 20 * US_PER_S,
			.point = f[1],
			.user = f[3],
			.text = f[4] };
	else
		return false;
	return true;
}

/* ---- telling */

static void
send(struct fakecontrol *k, struct conn *one, uint32_t reply_to, uint16_t type, struct wbuf *b)
{
	if (one != NULL)
		conn_send(one, type, reply_to, b, NULL);
	for (size_t i = 0; one == NULL && i < ARRAY_LEN(k->clients); i++)
		if (k->clients[i] != NULL)
			conn_send(k->clients[i], type, 0, b, NULL);
}

static void
tell_output(struct fakecontrol *k, struct conn *one, struct fake_output *o)
{
	struct wbuf b;

	wbuf_init(&b);
	o->m.point = k->find(o->name, k->arg);
	msg_output_put(&b, &o->m);
	send(k, one, 0, W_OUTPUT, &b);
	wbuf_done(&b);
}

static void
tell_tag(struct fakecontrol *k, struct conn *one, const struct msg_tag_state *t)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_tag_state_put(&b, t);
	send(k, one, 0, W_TAG_STATE, &b);
	wbuf_done(&b);
}

static void
tell_approval(struct fakecontrol *k, struct conn *one, const struct msg_approval *a)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_approval_put(&b, a);
	send(k, one, 0, W_APPROVAL, &b);
	wbuf_done(&b);
}

static void
tell_command(struct fakecontrol *k, struct conn *one, uint32_t reply_to, const struct msg_command_state *m)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_command_state_put(&b, m);
	send(k, one, reply_to, W_COMMAND_STATE, &b);
	wbuf_done(&b);
}

void
fakecontrol_snapshot(struct fakecontrol *k, struct conn *c)
{
	size_t i = 0;

	while (i < ARRAY_LEN(k->clients) && k->clients[i] != NULL && k->clients[i] != c)
		i++;
	if (i < ARRAY_LEN(k->clients))
		k->clients[i] = c;
	for (unsigned n = 0; n < k->output_count; n++)
		tell_output(k, c, &k->outputs[n]);
	for (unsigned n = 0; n < k->tag_count; n++)
		if (k->tags[n].on)
			tell_tag(k, c, &k->tags[n]);
	for (unsigned n = 0; n < k->approval_count; n++)
		tell_approval(k, c, &k->approvals[n]);
	for (unsigned n = 0; n < k->command_count; n++)
		tell_command(k, c, 0, &k->commands[n]);
}

void
fakecontrol_left(struct fakecontrol *k, struct conn *c)
{
	for (size_t i = 0; i < ARRAY_LEN(k->clients); i++)
		if (k->clients[i] == c)
			k->clients[i] = NULL;
	if (k->asker == c)
		k->asker = NULL;
}

/* ---- checks */

struct judged {
	int addcause;
	enum err err;
	char text[300];
};

static void
put_check(struct conn *c, uint32_t to, enum check check, enum check_verdict v, const char *text, struct judged *j)
{
	struct wbuf b;
	int addcause = v == CHECK_NOT_PASSED ? (int)check_addcause(check) : 255;

	wbuf_init(&b);
	msg_check_put(&b,
	    &(struct msg_check){
	        .check = (uint8_t)check, .verdict = (uint8_t)v, .addcause = (uint8_t)addcause, .text = text });
	conn_send(c, W_CHECK, to, &b, NULL);
	wbuf_done(&b);
	if (v != CHECK_NOT_PASSED || j->err != OK)
		return;
	j->err = check == CHECK_ROLE || check == CHECK_AREA ? ERR_DENIED : ERR_REFUSED;
	j->addcause = addcause;
	str_copy(j->text, sizeof j->text, text);
}

static struct judged
judge(struct fakecontrol *k, struct conn *c, uint32_t to, const struct msg_command *m, const struct fake_output *o)
{
	struct judged j = { -1, OK, "" };
	char text[200], lo[48], hi[48];

	for (unsigned i = 0; i < CHECK_COUNT; i++) {
		enum check_verdict v = CHECK_PASSED;
		text[0] = '\0';
		if (i == CHECK_TAG)
			for (unsigned t = 0; t < k->tag_count; t++) {
				if (!k->tags[t].on || k->tags[t].point != k->find(o->name, k->arg) ||
				    k->tags[t].kind > TAG_CAUTION)
					continue;
				v = k->tags[t].kind == TAG_INHIBIT ? CHECK_NOT_PASSED : CHECK_WARNS;
				str_printf(text, sizeof text, "%s of %s: %s", tag_kind_word(k->tags[t].kind),
				    k->tags[t].owner, k->tags[t].text);
			}
		if (i == CHECK_ROLE && k->is_denied) {
			v = CHECK_NOT_PASSED;
			str_copy(text, sizeof text, "this output needs a supervisor");
		}
		if (i == CHECK_INTERLOCK && k->is_interlocked) {
			v = CHECK_NOT_PASSED;
			str_copy(text, sizeof text, "GAS_P > 0.15 is not met: the gas pressure is 0.12 MPa");
		}
		if (i == CHECK_RANGE && (m->value < o->lo || m->value > o->hi)) {
			v = CHECK_NOT_PASSED;
			str_printf(text, sizeof text, "may be set from %s to %s", str_double(lo, sizeof lo, o->lo),
			    str_double(hi, sizeof hi, o->hi));
		}
		put_check(c, to, (enum check)i, v, text, &j);
	}
	return j;
}

/* ---- a command's way */

static struct msg_command_state *
new_command(struct fakecontrol *k, const struct msg_command *m, const struct fake_output *o)
{
	struct msg_command_state *s = &k->commands[k->command_count++ % FAKECONTROL_MAX];

	*s = (struct msg_command_state){ .command = ++k->last_number,
		.slot = SLOT_OPERATOR,
		.addcause = 255,
		.is_recorded = 1,
		.value = m->value,
		.before = k->value(k->find(o->name, k->arg), k->arg),
		.time = k->now.us,
		.point = o->name,
		.user = k->user,
		.text = "" };
	return s;
}

static struct msg_command_state *
find_command(struct fakecontrol *k, uint64_t command)
{
	for (unsigned i = 0; i < k->command_count; i++)
		if (k->commands[i].command == command)
			return &k->commands[i];
	return NULL;
}

static void
state(struct fakecontrol *k, struct conn *c, uint32_t to, struct msg_command_state *s, enum command_state to_state,
    const char *text)
{
	s->state = (uint8_t)to_state;
	s->text = text;
	s->until = to_state == COMMAND_SELECTED ? k->now.us + SELECT_US
	    : to_state == COMMAND_APPROVAL      ? k->now.us + APPROVAL_US
	                                        : 0;
	if (c != NULL)
		tell_command(k, c, to, s);
	tell_command(k, NULL, 0, s);
}

static void
result(struct conn *c, uint32_t to, enum err e, int addcause, const char *text)
{
	if (c != NULL)
		conn_result(c, to, e, addcause, "%s", text);
}

static void
take_effect(struct fakecontrol *k, struct fake_output *o, const struct msg_command *m)
{
	if (k->changed != NULL)
		k->changed(k->find(o->name, k->arg), m->value, k->arg);
	o->m.written = m->value;
	if (o->hi - o->lo > 1) { /* a setpoint is held */
		o->m.slot_operator = m->value;
		settle(&o->m);
		o->m.user = k->user;
		o->m.reason = own(k, m->reason);
		o->m.since = k->now.us;
		o->m.until = m->until;
		o->m.flags = 0;
	}
	tell_output(k, NULL, o);
}

static bool
says(const struct msg_command *m, const char *word)
{
	return strstr(m->reason, word) != NULL;
}

static void
carry_out(struct fakecontrol *k, struct conn *c, uint32_t to, const struct msg_command *m, struct fake_output *o,
    struct msg_command_state *s)
{
	state(k, c, to, s, COMMAND_JOURNAL, "");
	state(k, c, to, s, COMMAND_SENT, "");
	if (says(m, "sticks"))
		return;
	if (says(m, "fails")) {
		s->addcause = AC_BLOCKED_PROCESS;
		state(k, c, to, s, COMMAND_FAILED, "the device refuses the length or value");
		result(c, to, ERR_FAILED, AC_BLOCKED_PROCESS, "the device refuses the length or value");
		return;
	}
	state(k, c, to, s, COMMAND_WAITING, "");
	if (says(m, "waits"))
		return;
	if (says(m, "unknown")) {
		s->addcause = AC_COMM_LOSS;
		state(k, c, to, s, COMMAND_UNKNOWN, "the device fell silent before it reported");
		result(c, to, ERR_UNKNOWN, AC_COMM_LOSS, "the device fell silent before it reported");
		return;
	}
	take_effect(k, o, m);
	state(k, c, to, s, COMMAND_DONE, "the device reports it after 0.4 s");
	result(c, to, OK, -1, "the device reports it after 0.4 s");
}

static void
keep(struct fakecontrol *k, const struct msg_command *m)
{
	k->asked = *m;
	str_copy(k->asked_point, sizeof k->asked_point, m->point);
	str_copy(k->asked_reason, sizeof k->asked_reason, m->reason);
	str_copy(k->asked_typed, sizeof k->asked_typed, m->typed);
	k->asked.point = k->asked_point;
	k->asked.reason = k->asked_reason;
	k->asked.typed = k->asked_typed;
}

static void
ask_approval(
    struct fakecontrol *k, struct conn *c, uint32_t to, const struct fake_output *o, struct msg_command_state *s)
{
	struct msg_approval *a = &k->approvals[k->approval_count++ % FAKECONTROL_MAX];
	char what[160];

	k->pending = k->asked;
	k->pending.command = s->command;
	k->asker = c;
	k->asker_sequence = to;
	state(k, c, to, s, COMMAND_APPROVAL, "a second person is asked");
	str_printf(what, sizeof what, "%s: set to %g, because: %s", o->name, k->asked.value, k->asked_reason);
	*a = (struct msg_approval){ .approval = ++k->last_number,
		.until = k->now.us + APPROVAL_US,
		.role = ROLE_OPERATOR,
		.area = "",
		.user = k->user,
		.what = own(k, what),
		.by = "",
		.outcome = "" };
	k->pending_approval = a->approval;
	tell_approval(k, NULL, a);
	if (says(&k->asked, "approved") || says(&k->asked, "rejected"))
		fakecontrol_answer(k, says(&k->asked, "approved"), "relief");
}

void
fakecontrol_answer(struct fakecontrol *k, bool yes, const char *user)
{
	struct msg_command_state *s = find_command(k, k->pending.command);
	struct fake_output *o = find(k, k->pending.point);

	for (unsigned i = 0; i < k->approval_count; i++) {
		if (k->approvals[i].approval != k->pending_approval)
			continue;
		k->approvals[i].state = yes ? APPROVAL_YES : APPROVAL_NO;
		k->approvals[i].by = user;
		tell_approval(k, NULL, &k->approvals[i]);
	}
	k->pending_approval = 0;
	if (!yes) {
		state(k, k->asker, k->asker_sequence, s, COMMAND_REFUSED, "relief said no: not now");
		result(k->asker, k->asker_sequence, ERR_REFUSED, AC_BLOCKED_COMMAND, "relief said no: not now");
	} else if (k->pending.step == STEP_SELECT) {
		state(k, k->asker, k->asker_sequence, s, COMMAND_SELECTED, "relief said yes");
		result(k->asker, k->asker_sequence, OK, -1, "selected, relief said yes");
	} else {
		carry_out(k, k->asker, k->asker_sequence, &k->pending, o, s);
	}
}

static void
operate(struct fakecontrol *k, struct conn *c, uint32_t to, struct fake_output *o)
{
	struct msg_command *m = &k->asked;
	struct msg_command_state *s = find_command(k, m->command);
	struct judged j = judge(k, c, to, m, o);

	if (j.err == OK && (o->kind & OUT_DANGEROUS) && strcmp(m->typed, o->name) != 0)
		j = (struct judged){ AC_INCONSISTENT, ERR_REFUSED, "the name was not typed" };
	if (j.err == OK && m->step == STEP_OPERATE && (o->kind & OUT_SELECT) && s == NULL)
		j = (struct judged){ AC_NOT_SELECTED, ERR_REFUSED, "it is not selected" };
	if (j.err != OK) {
		result(c, to, j.err, j.addcause, j.text);
		return;
	}
	bool was_approved = s != NULL;
	if (s == NULL)
		s = new_command(k, m, o);
	if ((o->kind & OUT_TWO_PERSON) && !m->is_emergency && !was_approved) {
		ask_approval(k, c, to, o, s);
		return;
	}
	if (k->dies_at_operate) {
		state(k, c, to, s, COMMAND_SENT, "");
		conn_finish(c, ERR_CLOSED);
		return;
	}
	carry_out(k, c, to, m, o, s);
}

static void
select_output(struct fakecontrol *k, struct conn *c, uint32_t to, struct fake_output *o)
{
	struct judged j = judge(k, c, to, &k->asked, o);

	if (j.err != OK) {
		result(c, to, j.err, j.addcause, j.text);
		return;
	}
	struct msg_command_state *s = new_command(k, &k->asked, o);
	if ((o->kind & OUT_TWO_PERSON) && !k->asked.is_emergency) {
		ask_approval(k, c, to, o, s);
		return;
	}
	state(k, c, to, s, COMMAND_SELECTED, "");
	result(c, to, OK, -1, "selected");
}

static void
end_override(struct fakecontrol *k, struct conn *c, uint32_t to, struct fake_output *o)
{
	if (isnan(o->m.slot_operator)) {
		result(c, to, ERR_REFUSED, AC_NOT_SELECTED, "it is not held by an operator");
		return;
	}
	o->m.slot_operator = (double)NAN;
	o->m.user = o->m.reason = "";
	o->m.until = 0;
	o->m.flags = 0;
	settle(&o->m);
	if (k->changed != NULL && !isnan(o->m.target))
		k->changed(k->find(o->name, k->arg), o->m.target, k->arg);
	tell_output(k, NULL, o);
	result(c, to, OK, -1, "recorded as entry 303: released");
}

static void
extend(struct fakecontrol *k, struct conn *c, uint32_t to, struct fake_output *o)
{
	if (isnan(o->m.slot_operator)) {
		result(c, to, ERR_REFUSED, AC_NOT_SELECTED, "it is not held by an operator");
		return;
	}
	o->m.until = k->asked.until;
	o->m.flags = (uint16_t)(o->m.flags & ~OUTPUT_ENDS_SOON);
	tell_output(k, NULL, o);
	result(c, to, OK, -1, "recorded as entry 304: extended");
}

static void
cancel(struct fakecontrol *k, struct conn *c, uint32_t to)
{
	struct msg_command_state *s = find_command(k, k->asked.command);

	if (s == NULL || s->state > COMMAND_SELECTED) {
		result(c, to, ERR_REFUSED, AC_ALREADY_IN_EXECUTION, "it was sent already");
		return;
	}
	state(k, c, to, s, COMMAND_CANCELLED, "taken back");
	result(c, to, OK, -1, "taken back");
}

static void
undo(struct fakecontrol *k, struct conn *c, uint32_t to, struct fake_output *o)
{
	for (unsigned i = k->command_count; i-- > 0;) {
		struct msg_command_state *s = &k->commands[i];
		if (s->state != COMMAND_DONE || strcmp(s->point, o->name) != 0)
			continue;
		k->asked.value = s->before;
		k->asked.until = k->now.us + OVERRIDE_DEFAULT_US;
		carry_out(k, c, to, &k->asked, o, new_command(k, &k->asked, o));
		return;
	}
	result(c, to, ERR_REFUSED, AC_NONE, "there is no command of yours on it within 10 minutes");
}

static void
take_command(struct fakecontrol *k, struct conn *c, uint32_t to, const struct msg_command *m)
{
	struct fake_output *o = find(k, m->point);
	struct judged j;

	k->steps[m->step < STEP_COUNT ? m->step : 0]++;
	keep(k, m);
	if (k->is_silent)
		return;
	if (o == NULL) {
		result(c, to, ERR_REFUSED, AC_NOT_SUPPORTED, "there is no such output");
		return;
	}
	switch (m->step) {
	case STEP_CHECK:
		j = judge(k, c, to, m, o);
		result(c, to, j.err, j.addcause, j.err == OK ? "all checks are passed" : j.text);
		break;
	case STEP_SELECT: select_output(k, c, to, o); break;
	case STEP_OPERATE: operate(k, c, to, o); break;
	case STEP_RELEASE: end_override(k, c, to, o); break;
	case STEP_EXTEND: extend(k, c, to, o); break;
	case STEP_UNDO: undo(k, c, to, o); break;
	default: cancel(k, c, to); break;
	}
}

/* ---- tags, approvals of others */

static void
take_tag(struct fakecontrol *k, struct conn *c, uint32_t to, const struct msg_tag *m)
{
	k->tag = *m;
	str_copy(k->tag_point, sizeof k->tag_point, m->point);
	str_copy(k->tag_text, sizeof k->tag_text, m->text);
	str_copy(k->tag_permit, sizeof k->tag_permit, m->permit);
	k->tag.point = k->tag_point;
	k->tag.text = k->tag_text;
	k->tag.permit = k->tag_permit;
	if (m->on) {
		const struct msg_tag_state *t =
		    add_tag(k, m->point, tag_kind_word(m->kind), m->text, m->permit, k->user, m->until);
		tell_tag(k, NULL, t);
		conn_result(c, to, OK, -1, "recorded as entry 305: tag %llu", (unsigned long long)t->tag);
		return;
	}
	for (unsigned i = 0; i < k->tag_count; i++) {
		struct msg_tag_state *t = &k->tags[i];
		if (t->tag != m->tag || !t->on)
			continue;
		if (strcmp(t->owner, k->user) != 0) {
			conn_result(c, to, ERR_DENIED, AC_NO_AUTHORITY,
			    "only its owner %s or a supervisor takes it off", t->owner);
			return;
		}
		t->on = 0;
		tell_tag(k, NULL, t);
		conn_result(c, to, OK, -1, "recorded as entry 306: tag %llu is off", (unsigned long long)t->tag);
		return;
	}
	conn_result(c, to, ERR_NOT_FOUND, -1, "there is no tag %llu", (unsigned long long)m->tag);
}

static void
take_approve(struct fakecontrol *k, struct conn *c, uint32_t to, const struct msg_approve *m)
{
	k->approve = *m;
	str_copy(k->approve_reason, sizeof k->approve_reason, m->reason);
	for (unsigned i = 0; i < k->approval_count; i++) {
		struct msg_approval *a = &k->approvals[i];
		if (a->approval != m->approval || a->state != APPROVAL_PENDING)
			continue;
		if (strcmp(a->user, k->user) == 0) {
			conn_result(c, to, ERR_REFUSED, AC_NO_AUTHORITY, "nobody approves what he asks for himself");
			return;
		}
		a->state = m->yes ? APPROVAL_YES : APPROVAL_NO;
		a->by = k->user;
		tell_approval(k, NULL, a);
		conn_result(c, to, OK, -1, "recorded as entry 307: %s", m->yes ? "approved" : "rejected");
		return;
	}
	conn_result(c, to, ERR_NOT_FOUND, -1, "nobody asks for that any more");
}

bool
fakecontrol_frame(struct fakecontrol *k, struct conn *c, const struct frame *f)
{
	struct msg_command command;
	struct msg_tag tag;
	struct msg_approve approve;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (f->type == W_COMMAND && msg_command_get(&r, &command))
		take_command(k, c, f->sequence, &command);
	else if (f->type == W_TAG && msg_tag_get(&r, &tag))
		take_tag(k, c, f->sequence, &tag);
	else if (f->type == W_APPROVE && msg_approve_get(&r, &approve))
		take_approve(k, c, f->sequence, &approve);
	else
		return false;
	return true;
}
