/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_sequence.c - sequence: guided sequences, one of them with its steps, and what a person does with it.
 */
#include "config.h"

#include <string.h>

#include "console/act.h"
#include "console/client_control.h"
#include "console/cmd_hand.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define WHAT (SUB_SITE | SUB_POINTS | SUB_DEVICES | SUB_VALUES | SUB_CONTROL)

/* ---- for programs */

static json_t *
inputs_json(const struct client *c, const struct client_step *p)
{
	json_t *a = json_array();

	for (uint32_t i = 0; i < p->input_count; i++) {
		struct value v = client_value(c, p->inputs[i]);
		json_t *j = json_object();

		json_object_set_new(j, "point", jout_text(c->points[p->inputs[i]].name));
		json_object_set_new(j, "value", jout_number(v.v));
		json_object_set_new(j, "quality", json_string(validity_word(quality_validity(v.quality))));
		json_array_append_new(a, j);
	}
	return a;
}

static json_t *
point_json(const struct client *c, point_id id)
{
	return id == POINT_NONE ? json_null() : jout_text(c->points[id].name);
}

static json_t *
step_json(const struct client *c, const struct client_sequence *s, uint32_t i)
{
	const struct client_step *p = &s->steps[i];
	json_t *j = json_object();

	json_object_set_new(j, "step", json_integer(i + 1));
	json_object_set_new(j, "text", jout_text(p->text));
	json_object_set_new(j, "mark", json_string(sequence_mark_word(p->mark)));
	json_object_set_new(j, "check", p->check[0] != '\0' ? jout_text(p->check) : json_null());
	json_object_set_new(j, "needs", jout_text(client_step_needs(p, false)));
	json_object_set_new(j, "verdict", json_string(sequence_verdict_word(p->verdict)));
	json_object_set_new(j, "no_longer_so", json_boolean(client_step_look(s, i) == STEP_NO_LONGER));
	json_object_set_new(j, "wait_s", json_real((double)p->wait_us / 1e6));
	json_object_set_new(j, "holds_since", jout_time(p->holds));
	json_object_set_new(j, "point", point_json(c, p->point));
	json_object_set_new(j, "tagged", point_json(c, p->tagged));
	json_object_set_new(j, "may_skip", json_boolean((p->flags & SEQ_MAY_SKIP) != 0));
	json_object_set_new(j, "danger", json_boolean((p->flags & SEQ_DANGER) != 0));
	json_object_set_new(j, "at", jout_time(p->at));
	json_object_set_new(j, "user", jout_text(p->by));
	json_object_set_new(j, "reason", jout_text(p->reason));
	json_object_set_new(j, "inputs", inputs_json(c, p));
	return j;
}

static json_t *
sequence_json(const struct client *c, const struct client_sequence *s, json_t *j, bool with_steps)
{
	json_object_set_new(j, "name", jout_text(s->name));
	json_object_set_new(j, "title", jout_text(s->title));
	json_object_set_new(j, "area", jout_text(s->area));
	json_object_set_new(j, "role", json_string(role_word(s->role)));
	json_object_set_new(j, "state", json_string(sequence_state_word(s->state)));
	json_object_set_new(j, "run", json_integer((json_int_t)s->run));
	json_object_set_new(j, "now", s->state == SEQ_RUNNING ? json_integer(s->now + 1) : json_null());
	json_object_set_new(j, "steps_in_all", json_integer(s->step_count));
	json_object_set_new(j, "since", jout_time(s->since));
	json_object_set_new(j, "user", jout_text(s->user));
	json_object_set_new(j, "reason", jout_text(s->reason));
	json_object_set_new(j, "ended", jout_time(s->ended));
	json_object_set_new(j, "end_user", jout_text(s->end_user));
	json_object_set_new(j, "end_reason", jout_text(s->end_reason));
	if (!with_steps)
		return j;
	json_t *steps = json_array();
	for (uint32_t i = 0; i < s->step_count; i++)
		json_array_append_new(steps, step_json(c, s, i));
	json_object_set_new(j, "steps", steps);
	return j;
}

/* ---- for people */

static const char *
title_of(const struct client_sequence *s, bool ja)
{
	return ja && s->title_ja[0] != '\0' ? s->title_ja : s->title[0] != '\0' ? s->title : s->name;
}

static void
say_safe(const char *before, const char *text)
{
	char safe[2400];

	text_put_safe(safe, sizeof safe, text, -1);
	say("%s%s\n", before, safe);
}

static void
print_current(const struct options *o, const struct client *c, const struct client_step *p)
{
	char text[1200], value[200];

	if (p->check[0] != '\0' || p->tagged != POINT_NONE) {
		str_printf(text, sizeof text, "needs: %s%s%s", client_step_needs(p, o->ja),
		    p->tagged != POINT_NONE ? "; an inhibit tag on " : "",
		    p->tagged != POINT_NONE ? c->points[p->tagged].name : "");
		say_safe("        ", text);
	}
	for (uint32_t i = 0; i < p->input_count; i++) {
		const struct client_point *of = &c->points[p->inputs[i]];
		struct value v = client_value(c, p->inputs[i]);

		client_format(c, p->inputs[i], o->ja, value, sizeof value);
		str_printf(text, sizeof text, "%s %s%s%s%s%s", of->name, value, of->unit[0] != '\0' ? " " : "",
		    of->unit, v.quality != 0 ? " " : "", quality_letters(v.quality));
		say_safe("        ", text);
	}
	say_safe("        ", client_step_verdict(p, clock_utc(), o->ja, value, sizeof value));
	if (p->point != POINT_NONE)
		say_safe("        about: ", c->points[p->point].name);
}

static void
print_step(const struct options *o, const struct client *c, const struct client_sequence *s, uint32_t i)
{
	const struct client_step *p = &s->steps[i];
	enum client_step_look look = client_step_look(s, i);
	char text[1200], when[40] = "";

	if (p->at.us != 0)
		(void)utc_civil(when, sizeof when, p->at, " %H:%M:%S");
	str_printf(text, sizeof text, "%2u %s%s%s%s%s%s%s%s", i + 1,
	    o->ja && p->text_ja[0] != '\0' ? p->text_ja : p->text, look != STEP_AHEAD ? "  [" : "",
	    client_step_word(look, o->ja), when, p->by[0] != '\0' ? " " : "", p->by, p->reason[0] != '\0' ? ": " : "",
	    p->reason);
	if (look != STEP_AHEAD)
		str_append(text, sizeof text, "]");
	say_safe(s->state == SEQ_RUNNING && i == s->now ? "> " : "  ", text);
	if (s->state == SEQ_RUNNING && i == s->now)
		print_current(o, c, p);
}

static void
print_one(const struct options *o, const struct client *c, const struct client_sequence *s)
{
	char text[1200];

	str_printf(text, sizeof text, "%s: %s", s->name, title_of(s, o->ja));
	say_safe("", text);
	say_safe("", client_sequence_text(s, o->ja, text, sizeof text));
	for (uint32_t i = 0; i < s->step_count; i++)
		print_step(o, c, s, i);
}

static void
print_list(const struct options *o, const struct client *c)
{
	char text[1400], state[900];
	json_t *j = o->json ? jout_begin() : NULL, *all = o->json ? json_array() : NULL;

	for (uint32_t i = 0; i < client_sequence_count(c); i++) {
		const struct client_sequence *s = client_sequence(c, i);

		if (s == NULL)
			continue;
		if (o->json) {
			json_array_append_new(all, sequence_json(c, s, json_object(), false));
			continue;
		}
		str_printf(text, sizeof text, "%-20s %s; %u steps; %s", s->name, title_of(s, o->ja), s->step_count,
		    client_sequence_text(s, o->ja, state, sizeof state));
		say_safe("", text);
	}
	if (o->json) {
		json_object_set_new(j, "sequences", all);
		jout_print(j);
	} else if (client_sequence_count(c) == 0) {
		say("the site file has no sequences\n");
	}
}

/* ---- acts */

/* A dangerous step is meant only if the name is given once more. */
static int
check_typed(const struct options *o, const struct client_sequence *s, enum sequence_act act)
{
	if (act != SEQ_CONFIRM || s->state != SEQ_RUNNING || (s->steps[s->now].flags & SEQ_DANGER) == 0)
		return CMD_DONE;
	if (o->yes_typed != NULL && strcmp(o->yes_typed, s->name) == 0)
		return CMD_DONE;
	if (o->yes_typed != NULL)
		say_error("--yes-typed %.60s is not %s: nothing was done", o->yes_typed, s->name);
	else
		say_error("step %u is dangerous: --yes-typed %s says that it is meant; nothing was done", s->now + 1,
		    s->name);
	return CMD_USAGE;
}

static int
act(const struct options *o, struct client *c, const struct client_sequence *s)
{
	enum sequence_act what;
	struct wbuf b;
	int code;

	if (!sequence_act_from_word(o->args[2], &what)) {
		say_error("\"%.40s\" is nothing that can be done; write begin, confirm, skip or abort", o->args[2]);
		return CMD_USAGE;
	}
	if (sequence_act_wants_reason(what) && (code = cmd_check_reason(o)) != CMD_DONE)
		return code;
	if (o->given[OPT_STEP] && o->step == 0) {
		say_error("--step of a sequence is the number of a step");
		return CMD_USAGE;
	}
	if (o->step != 0 && (what == SEQ_BEGIN || what == SEQ_ABORT)) {
		say_error("--step belongs to confirm and skip");
		return CMD_USAGE;
	}
	if ((code = check_typed(o, s, what)) != CMD_DONE)
		return code;
	wbuf_init(&b);
	msg_sequence_put(&b,
	    &(struct msg_sequence){ .token = act_token(),
	        .act = (uint8_t)what,
	        .run = what == SEQ_BEGIN ? 0 : s->run,
	        .step = (uint16_t)(o->step != 0 ? (uint32_t)o->step - 1 : s->now),
	        .name = s->name,
	        .reason = o->reason });
	code = cmd_act(o, c, W_SEQUENCE, &b, "");
	wbuf_done(&b);
	return code;
}

int
cmd_sequence(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, WHAT, &code);

	if (c == NULL)
		return code;
	const struct client_sequence *s = o->arg_count > 1 ? client_sequence_find(c, o->args[1]) : NULL;
	if (o->arg_count == 1) {
		print_list(o, c);
	} else if (s == NULL) {
		say_error("there is no sequence %.60s; look at their names with: chisan sequence", o->args[1]);
		code = CMD_NOT_FOUND;
	} else if (o->arg_count > 2) {
		code = act(o, c, s);
	} else if (o->json) {
		jout_print(sequence_json(c, s, jout_begin(), true));
	} else {
		print_one(o, c, s);
	}
	client_free(c);
	return code;
}
