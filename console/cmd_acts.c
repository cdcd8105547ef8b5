/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_acts.c - what a person does with one command: a note, a value by hand, scan off and on. Each ends with what became of it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/act.h"
#include "console/cmd_hand.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/when.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define NOTE_MAX   2048 /* bytes of a note; what holds more belongs into a file */
#define REASON_MAX 500

int
cmd_act(const struct options *o, struct client *c, uint16_t type, const struct wbuf *b, const char *point)
{
	struct cmd_answer end;
	char text[1024], safe[2048];
	int code = cmd_ask(o, c, type, b, NULL, NULL, &end);
	bool is_lost = code == CMD_UNKNOWN;
	enum act_end how = act_outcome(
	    is_lost ? ERR_UNKNOWN : end.err, end.addcause, end.detail, is_lost ? "" : end.text, text, sizeof text);

	if (o->dry_run && how == ACT_RECORDED)
		str_printf(text, sizeof text, "DRY RUN, nothing was done: %s", end.text);
	if (o->json) {
		json_t *j = jout_begin();
		json_object_set_new(j, "point", point[0] == '\0' ? json_null() : jout_text(point));
		json_object_set_new(j, "result",
		    json_string(o->dry_run && how == ACT_RECORDED            ? "dry-run"
		            : how == ACT_RECORDED || how == ACT_NOT_RECORDED ? "done"
		            : how == ACT_REFUSED                             ? "refused"
		            : how == ACT_UNKNOWN                             ? "unknown"
		                                                             : "failed"));
		json_object_set_new(j, "recorded", json_boolean(how == ACT_RECORDED && !o->dry_run));
		json_object_set_new(j, "reason", end.addcause < 0 ? json_null() : json_integer(end.addcause));
		json_object_set_new(j, "text", jout_text(is_lost ? text : end.text));
		json_object_set_new(j, "entry",
		    how == ACT_RECORDED && act_entry(end.text) != 0 ? json_integer((json_int_t)act_entry(end.text))
		                                                    : json_null());
		jout_print(j);
	} else if (code == CMD_DONE) {
		text_put_safe(safe, sizeof safe, text, -1);
		say("%s\n", safe);
	}
	return code;
}

const struct client_point *
cmd_one_point(const struct options *o, const struct client *c, const char *name, int *code)
{
	struct options one = *o; /* for the sentence of an unknown name */
	point_id *ids = NULL;
	uint32_t n;

	one.args[1] = name;
	one.arg_count = 2;
	*code = cmd_named(&one, c, &ids, &n);
	const struct client_point *p = n == 1 ? &c->points[ids[0]] : NULL;
	free(ids);
	return p;
}

/* ---- note */

static bool
join(const struct options *o, char *buf, size_t size)
{
	buf[0] = '\0';
	for (int i = 1; i < o->arg_count; i++)
		if ((i > 1 && !str_append(buf, size, " ")) || !str_append(buf, size, o->args[i]))
			return false;
	return true;
}

int
cmd_note(const struct options *o)
{
	char text[NOTE_MAX];
	struct utc at = { 0 };
	struct wbuf b;
	int code;

	if (!join(o, text, sizeof text)) {
		say_error("a note has at most %d bytes", NOTE_MAX - 1);
		return CMD_USAGE;
	}
	if (text[strspn(text, " ")] == '\0') {
		say_error("the note is empty");
		return CMD_USAGE;
	}
	struct client *c = cmd_snapshot(o, o->point != NULL ? SUB_SITE | SUB_POINTS : SUB_SITE, &code);
	if (c == NULL)
		return code;
	if (o->point != NULL)
		cmd_one_point(o, c, o->point, &code);
	if (code == CMD_DONE && o->at != NULL && !when_read(o->at, clock_utc(), &at)) {
		say_error("--at %s is no time; write it %s", o->at, WHEN_HELP);
		code = CMD_USAGE;
	}
	if (code == CMD_DONE) {
		wbuf_init(&b);
		msg_note_put(&b,
		    &(struct msg_note){
		        .token = act_token(), .time = at.us, .point = o->point == NULL ? "" : o->point, .text = text });
		code = cmd_act(o, c, W_NOTE, &b, o->point == NULL ? "" : o->point);
		wbuf_done(&b);
	}
	client_free(c);
	return code;
}

/* ---- manual, scan */

int
cmd_check_reason(const struct options *o)
{
	if (o->reason != NULL && strlen(o->reason) <= REASON_MAX && o->reason[strspn(o->reason, " ")] != '\0')
		return CMD_DONE;
	if (o->reason == NULL)
		say_error("why? --reason TEXT is kept in the journal");
	else
		say_error("--reason takes some words, at most %d bytes", REASON_MAX);
	return CMD_USAGE;
}

int
cmd_read_value(const struct client_point *p, const char *text, double *v)
{
	char why[512];

	if (!act_read_value(p, text, v)) {
		if (p->state_count > 0 && act_value_is_impossible(p, (double)INT64_MIN, why, sizeof why))
			say_error("%s is no value: %s", text, why);
		else
			say_error("%s is no number", text);
		return CMD_USAGE;
	}
	if (act_value_is_impossible(p, *v, why, sizeof why)) {
		say_error("%s is %s", text, why);
		return CMD_REFUSED;
	}
	return CMD_DONE;
}

static int
set_manual(const struct options *o, struct client *c)
{
	double v = 0;
	int code;
	const struct client_point *p = cmd_one_point(o, c, o->args[1], &code);
	struct wbuf b;

	if (p == NULL)
		return code;
	if (!o->off && (code = cmd_read_value(p, o->args[2], &v)) != CMD_DONE)
		return code;
	wbuf_init(&b);
	msg_manual_put(&b,
	    &(struct msg_manual){ .token = act_token(),
	        .on = !o->off,
	        .value = v,
	        .until = o->for_us > 0 ? utc_add(clock_utc(), o->for_us).us : 0,
	        .point = p->name,
	        .reason = o->reason == NULL ? ACT_NO_REASON : o->reason });
	code = cmd_act(o, c, W_MANUAL, &b, p->name);
	wbuf_done(&b);
	return code;
}

int
cmd_manual(const struct options *o)
{
	int code;

	if (o->off ? o->arg_count != 2 || o->for_us > 0 : o->arg_count != 3) {
		say_error("usage: chisan manual POINT VALUE --reason TEXT [--for TIME], or chisan manual POINT --off");
		return CMD_USAGE;
	}
	if ((!o->off || o->reason != NULL) && (code = cmd_check_reason(o)) != CMD_DONE)
		return code;
	struct client *c = cmd_snapshot(o, SUB_SITE | SUB_POINTS, &code);
	if (c == NULL)
		return code;
	code = set_manual(o, c);
	client_free(c);
	return code;
}

int
cmd_scan(const struct options *o)
{
	bool on = strcmp(o->args[2], "on") == 0;
	struct wbuf b;
	int code;

	if (!on && strcmp(o->args[2], "off") != 0) {
		say_error("scan POINT takes on or off, not \"%.60s\"", o->args[2]);
		return CMD_USAGE;
	}
	if ((!on || o->reason != NULL) && (code = cmd_check_reason(o)) != CMD_DONE)
		return code;
	struct client *c = cmd_snapshot(o, SUB_SITE | SUB_POINTS, &code);
	if (c == NULL)
		return code;
	if (cmd_one_point(o, c, o->args[1], &code) != NULL) {
		wbuf_init(&b);
		msg_scan_put(&b,
		    &(struct msg_scan){ .token = act_token(),
		        .on = on,
		        .point = o->args[1],
		        .reason = o->reason == NULL ? ACT_NO_REASON : o->reason });
		code = cmd_act(o, c, W_SCAN, &b, o->args[1]);
		wbuf_done(&b);
	}
	client_free(c);
	return code;
}
