/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_set.c - set, release, extend, undo: checked, at a terminal shown and asked, then followed to its end. Nothing is ever said done
 * before the device says so; what was sent and not heard of again ends with code 7.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd_hand.h"
#include "console/preview.h"
#include "console/holds.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define WHAT          (SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_DEVICES | SUB_CONTROL | SUB_CHANGES)
#define CHECK_BACK_US (15 * 60 * US_PER_S) /* the longest check-back of a profile is 10 minutes */

struct run {
	struct ev_loop *loop;
	const struct options *o;
	struct client *client;
	struct hand hand;
	point_id id;
	ev_timer patience;
	bool is_late, is_interrupted;
	enum command_state told; /* on stderr */
};

/* ---- the loop */

/* Longest silence that is no cause to give up. */
static int64_t
patience_of(const struct run *r)
{
	const struct hand *h = &r->hand;

	if (h->phase == HAND_APPROVAL)
		return APPROVAL_US + r->o->timeout_us;
	if (h->phase == HAND_UNDER_WAY && h->has_state && h->state >= COMMAND_SENT && !r->o->given[OPT_TIMEOUT])
		return CHECK_BACK_US;
	return r->o->timeout_us;
}

static void
tell_waiting(struct run *r)
{
	const struct hand *h = &r->hand;
	char when[40];

	if (!h->has_state || h->state == r->told)
		return;
	r->told = h->state;
	if (h->state == COMMAND_APPROVAL)
		say_error("a second person is asked, until %s",
		    utc_civil(when, sizeof when, (struct utc){ h->state_until }, "%H:%M:%S"));
	else if (h->state == COMMAND_WAITING && isatty(STDERR_FILENO))
		say_error("the device accepted it; its report is awaited");
}

static void
on_change(struct hand *h, void *arg)
{
	struct run *r = arg;

	(void)h;
	tell_waiting(r);
	ev_break(r->loop, EVBREAK_ALL);
}

static void
patience_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	((struct run *)w->data)->is_late = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
interrupt_cb(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)revents;
	((struct run *)w->data)->is_interrupted = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct run *r = arg;

	if (c->phase == CLIENT_DOWN)
		hand_lost(&r->hand, c->why_text);
	ev_break(r->loop, EVBREAK_ALL);
}

static void
control_changed(struct client *c, enum client_control_kind what, uint64_t number, void *arg)
{
	(void)c;
	(void)number;
	if (what == CONTROL_COMMAND)
		hand_look(&((struct run *)arg)->hand);
}

static const struct client_ops ops = { .phase = phase_changed, .control = control_changed };

static bool
is_settled(const struct hand *h)
{
	return h->phase == HAND_CHECKED || h->phase == HAND_SELECTED || h->phase == HAND_ENDED;
}

/* Until there is something to decide, or nobody waits any longer. */
static void
wait_for(struct run *r)
{
	ev_signal interrupt, terminate;

	ev_signal_init(&interrupt, interrupt_cb, SIGINT);
	ev_signal_init(&terminate, interrupt_cb, SIGTERM);
	interrupt.data = terminate.data = r;
	ev_signal_start(r->loop, &interrupt);
	ev_signal_start(r->loop, &terminate);
	while (!is_settled(&r->hand) && !r->is_late && !r->is_interrupted) {
		ev_timer_stop(r->loop, &r->patience);
		ev_timer_set(&r->patience, (double)patience_of(r) / 1e6, 0.);
		ev_timer_start(r->loop, &r->patience);
		ev_run(r->loop, 0);
	}
	ev_timer_stop(r->loop, &r->patience);
	ev_signal_stop(r->loop, &interrupt);
	ev_signal_stop(r->loop, &terminate);
}

/* ---- what is said */

static int
exit_of(const struct hand *h)
{
	switch (h->end) {
	case HAND_DONE: return CMD_DONE;
	case HAND_UNKNOWN: return CMD_UNKNOWN;
	case HAND_FAILED: return CMD_FAILED;
	case HAND_CANCELLED: return h->err == ERR_CLOSED ? CMD_NO_SERVER : CMD_REFUSED;
	default: break;
	}
	if (h->err == ERR_DENIED || h->addcause == AC_NO_AUTHORITY)
		return CMD_DENIED;
	return h->err == ERR_NOT_FOUND ? CMD_NOT_FOUND : h->err == ERR_BUSY ? CMD_NO_SERVER : CMD_REFUSED;
}

static json_t *
checks_json(const struct hand *h)
{
	static const char *const verdicts[] = { "passed", "not-passed", "warns" };
	json_t *a = json_array();

	for (int i = 0; i < h->check_count; i++) {
		json_t *j = json_object();
		json_object_set_new(j, "check", json_string(check_word(h->checks[i].check)));
		json_object_set_new(j, "verdict", json_string(verdicts[h->checks[i].verdict]));
		json_object_set_new(
		    j, "reason", h->checks[i].addcause == 255 ? json_null() : json_integer(h->checks[i].addcause));
		json_object_set_new(j, "text", jout_text(h->checks[i].text));
		json_array_append_new(a, j);
	}
	return a;
}

/* "done", "failed", "refused" and "unknown" alone are promised; state says more. */
static const char *
result_word(const struct hand *h)
{
	return h->end == HAND_CANCELLED ? "refused" : hand_end_word(h->end);
}

static void
print_json(const struct run *r)
{
	const struct hand *h = &r->hand;
	json_t *j = jout_begin();

	json_object_set_new(j, "command", h->command == 0 ? json_null() : json_integer((json_int_t)h->command));
	json_object_set_new(j, "point", jout_text(h->point));
	json_object_set_new(j, "result", json_string(result_word(h)));
	json_object_set_new(j, "reason", h->addcause < 0 ? json_null() : json_integer(h->addcause));
	json_object_set_new(j, "text", jout_text(h->text));
	json_object_set_new(j, "state", h->has_state ? json_string(command_state_word(h->state)) : json_null());
	json_object_set_new(j, "step", json_string(command_step_word(h->step)));
	json_object_set_new(j, "value", h->step <= STEP_OPERATE ? jout_number(h->value) : json_null());
	json_object_set_new(j, "before", jout_number(h->before));
	json_object_set_new(j, "until", jout_time((struct utc){ h->until }));
	json_object_set_new(
	    j, "recorded", h->end == HAND_DONE && !r->o->dry_run ? json_boolean(h->is_recorded) : json_null());
	json_object_set_new(j, "dry_run", json_boolean(r->o->dry_run));
	json_object_set_new(j, "checks", checks_json(h));
	jout_print(j);
}

/* The end in one line: what is done on stdout, what is not on stderr. */
static void
print_end(const struct run *r)
{
	const struct hand *h = &r->hand;
	char number[40] = "", reason[96] = "", text[1200], safe[2400];

	if (r->o->json) {
		print_json(r);
		return;
	}
	if (h->command != 0)
		str_printf(number, sizeof number, ", command %llu", (unsigned long long)h->command);
	if (h->addcause >= 0)
		str_printf(reason, sizeof reason, " (reason %d, %s)", h->addcause, addcause_text(h->addcause));
	str_printf(text, sizeof text, "%s%s%s%s%.400s%s%s",
	    h->end == HAND_DONE                               ? "DONE"
	        : h->end == HAND_FAILED                       ? "FAILED"
	        : h->end == HAND_UNKNOWN                      ? "OUTCOME UNKNOWN"
	        : h->has_state && h->state == COMMAND_EXPIRED ? "EXPIRED, nothing was sent"
	        : h->end == HAND_CANCELLED                    ? "CANCELLED, nothing was sent"
	                                                      : "REFUSED, nothing was sent",
	    h->end == HAND_DONE && !h->is_recorded ? ", NOT YET RECORDED" : "", number, h->text[0] != '\0' ? ": " : "",
	    h->text, reason,
	    h->end == HAND_UNKNOWN ? "; it may have been carried out or not, the journal tells what became of it" : "");
	text_put_safe(safe, sizeof safe, text, -1);
	if (h->end == HAND_DONE)
		say("%s\n", safe);
	else
		say_error("%s", safe);
	for (int i = 0; i < h->check_count; i++) {
		const struct hand_check *k = &h->checks[i];
		if (k->verdict == CHECK_WARNS && !r->o->dry_run)
			say_error("warning, %s: %s", check_word(k->check), k->text);
		else if (k->verdict == CHECK_NOT_PASSED && strcmp(k->text, h->text) != 0)
			say_error("not passed, %s: %s", check_word(k->check), k->text);
	}
}

static void
print_line(FILE *out, const char *label, const char *text)
{
	if (out == stdout)
		say("%-10s %s\n", label, text);
	else
		fprintf(out, "%-10s %s\n", label, text);
}

/* What stands, and what will be: before anything is sent. */
static void
print_before(const struct run *r, FILE *out)
{
	const struct client *c = r->client;
	const struct hand *h = &r->hand;
	const struct msg_tag_state *tag;
	static const char *const verdicts[] = { "passed", "NOT", "warns" };
	char text[1200], safe[2400], next[200];
	struct utc now = clock_utc();
	bool ja = r->o->ja;

	print_line(out, "Point", h->point);
	print_line(out, "Now", holds_value(c, r->id, holds_device(c, r->id), ja, text, sizeof text));
	print_line(out, "Held by", holds_who(c, r->id, now, text, sizeof text));
	if (holds_slots(c, r->id, ja, text, sizeof text))
		print_line(out, "Slots", text);
	if (holds_clamp(c, r->id, ja, text, sizeof text))
		print_line(out, "Protection", text);
	print_line(out, "Device", holds_path(c, r->id, text, sizeof text));
	if (holds_alone(c, r->id, text, sizeof text))
		print_line(out, "Alone", text);
	for (unsigned i = 0; (tag = client_tag_of(c, r->id, i)) != NULL; i++)
		print_line(out, "Tag", holds_tag(tag, now, ja, text, sizeof text));
	print_line(out, "New value", holds_step(c, r->id, holds_device(c, r->id), h->value, ja, text, sizeof text));
	if (h->until != 0) {
		char until[48];
		str_printf(text, sizeof text, "until %s, then %s", holds_until(h->until, now, until, sizeof until),
		    holds_next(c, r->id, ja, next, sizeof next));
		print_line(out, "For", text);
	}
	for (int i = 0; i < h->check_count; i++) {
		str_printf(text, sizeof text, "%s%s%s", check_word(h->checks[i].check),
		    h->checks[i].text[0] != '\0' ? ": " : "", h->checks[i].text);
		text_put_safe(safe, sizeof safe, text, -1);
		print_line(out, verdicts[h->checks[i].verdict], safe);
	}
}

/* ---- may it be done */

static bool
is_at_terminal(const struct options *o)
{
	return isatty(STDIN_FILENO) && !o->json;
}

/* The name of a dangerous output: given, or typed at a terminal. */
static int
ask_name(struct run *r)
{
	const struct options *o = r->o;
	char line[POINT_NAME_MAX + 2] = "";

	if (o->yes_typed != NULL) {
		str_copy(r->hand.typed, sizeof r->hand.typed, o->yes_typed);
		if (strcmp(o->yes_typed, r->hand.point) == 0)
			return CMD_DONE;
		say_error("--yes-typed %.60s is not %s: nothing was sent", o->yes_typed, r->hand.point);
		return CMD_USAGE;
	}
	if (!is_at_terminal(o)) {
		say_error("%s is dangerous: --yes-typed %s says that it is meant; nothing was sent", r->hand.point,
		    r->hand.point);
		return CMD_USAGE;
	}
	fprintf(stderr, "Type %s to do it: ", r->hand.point);
	if (fgets(line, sizeof line, stdin) != NULL)
		line[strcspn(line, "\n")] = '\0';
	str_copy(r->hand.typed, sizeof r->hand.typed, line);
	if (strcmp(line, r->hand.point) == 0)
		return CMD_DONE;
	say_error("that is not %s: nothing was sent", r->hand.point);
	return CMD_REFUSED;
}

/* The output's own question. --yes does not answer it: it is about the plant, not about this command. */
static int
ask_question(const struct run *r)
{
	const char *question = r->client->points[r->id].confirm;
	char safe[1024], line[16] = "";

	if (question[0] == '\0' || r->o->yes_confirmed)
		return CMD_DONE;
	text_put_safe(safe, sizeof safe, question, -1);
	if (!is_at_terminal(r->o)) {
		say_error(
		    "%s asks first: \"%s\" --yes-confirmed says that it is so; nothing was sent", r->hand.point, safe);
		return CMD_USAGE;
	}
	fprintf(stderr, "%s  Type y if it is so: ", safe);
	if (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "y\n") == 0)
		return CMD_DONE;
	say_error("not answered with y: nothing was sent");
	return CMD_REFUSED;
}

static int
ask_yes(const struct run *r)
{
	char line[16] = "";

	if (r->o->yes || !is_at_terminal(r->o))
		return CMD_DONE;
	fputs("Type yes to do it: ", stderr);
	if (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "yes\n") == 0)
		return CMD_DONE;
	say_error("nothing was sent");
	return CMD_REFUSED;
}

static unsigned
kind_of(const struct run *r)
{
	return r->client->points[r->id].output;
}

/* The wait ended without an end. What may have been sent goes on by itself; what was not is taken back. */
static int
give_up(struct run *r)
{
	struct hand *h = &r->hand;
	bool may_be_sent = h->phase == HAND_UNDER_WAY;

	if (!may_be_sent && h->command != 0)
		hand_cancel(h);
	for (int i = 0; i < 20 && !may_be_sent && h->ask != 0; i++) { /* so that it leaves before we do */
		ev_timer_stop(r->loop, &r->patience);
		ev_timer_set(&r->patience, 0.1, 0.);
		ev_timer_start(r->loop, &r->patience);
		ev_run(r->loop, 0);
	}
	ev_timer_stop(r->loop, &r->patience);
	h->changed = NULL;
	hand_leave(h);
	h->phase = HAND_ENDED;
	h->end = may_be_sent ? HAND_UNKNOWN : HAND_CANCELLED;
	h->err = may_be_sent ? ERR_UNKNOWN : ERR_REFUSED;
	h->addcause = -1;
	str_copy(
	    h->text, sizeof h->text, r->is_interrupted ? "interrupted" : "chisand has not said how it ended in time");
	print_end(r);
	return may_be_sent ? CMD_UNKNOWN : r->is_interrupted ? CMD_FAILED : CMD_NO_SERVER;
}

static int
ended(struct run *r)
{
	if (r->hand.phase != HAND_ENDED)
		return give_up(r);
	print_end(r);
	return exit_of(&r->hand);
}

/* A dry run, or checks that are not passed: what was found is the end. */
static int
checked(struct run *r)
{
	struct hand *h = &r->hand;

	h->phase = HAND_ENDED;
	h->end = h->err == OK && hand_refusals(h) == 0 ? HAND_DONE : HAND_REFUSED;
	if (h->end == HAND_REFUSED && h->err == OK)
		h->err = ERR_REFUSED;
	if (r->o->json)
		print_json(r);
	else if (r->o->dry_run)
		print_before(r, stdout);
	if (!r->o->json && h->end == HAND_DONE)
		say("Nothing was sent: --dry-run\n");
	else if (!r->o->json)
		print_end(r);
	return exit_of(h);
}

static int
set(struct run *r)
{
	const struct options *o = r->o;
	struct hand *h = &r->hand;
	int code;

	if (!o->dry_run && (kind_of(r) & OUT_DANGEROUS) && !is_at_terminal(o) && (code = ask_name(r)) != CMD_DONE)
		return code;
	if (!o->dry_run && !is_at_terminal(o) && (code = ask_question(r)) != CMD_DONE)
		return code;
	if (hand_check(h))
		wait_for(r);
	if (h->phase == HAND_ENDED || h->phase == HAND_CHECKING || h->phase == HAND_IDLE)
		return ended(r);
	if (o->dry_run || h->err != OK || hand_refusals(h) > 0)
		return checked(r);
	if (is_at_terminal(o))
		print_before(r, stderr);
	if (is_at_terminal(o) && (code = ask_question(r)) != CMD_DONE)
		return code;
	if ((kind_of(r) & OUT_DANGEROUS) && h->typed[0] == '\0') {
		if ((code = ask_name(r)) != CMD_DONE)
			return code;
	} else if ((code = ask_yes(r)) != CMD_DONE) {
		return code;
	}
	if (kind_of(r) & OUT_SELECT) {
		if (hand_select(h))
			wait_for(r);
		if (h->phase != HAND_SELECTED)
			return ended(r);
	}
	if (hand_operate(h))
		wait_for(r);
	return ended(r);
}

static int
step(struct run *r, enum command_step which)
{
	int code = CMD_DONE;

	if (which == STEP_UNDO && (code = ask_question(r)) != CMD_DONE)
		return code;
	if (which != STEP_EXTEND && (kind_of(r) & OUT_DANGEROUS))
		code = ask_name(r);
	else
		code = ask_yes(r);
	if (code != CMD_DONE)
		return code;
	if (hand_do(&r->hand, which))
		wait_for(r);
	if (r->hand.phase == HAND_SELECTED && hand_operate(&r->hand)) /* an undo of what is selected first */
		wait_for(r);
	return ended(r);
}

/* ---- what it would do to the plan */

static json_t *
pair_json(double with, double without)
{
	json_t *j = json_object();

	json_object_set_new(j, "with", jout_number(with));
	json_object_set_new(j, "without", jout_number(without));
	return j;
}

static void
preview_json(const struct run *r, const struct preview *p)
{
	const struct msg_preview *m = &p->m;
	json_t *j = jout_begin();

	json_object_set_new(j, "point", jout_text(r->hand.point));
	json_object_set_new(j, "value", jout_number(r->hand.value));
	json_object_set_new(j, "until", jout_time((struct utc){ r->hand.until }));
	json_object_set_new(j, "text", jout_text(p->is_there ? m->text : p->failed));
	json_object_set_new(j, "preview", json_boolean(p->is_there));
	if (p->is_there) {
		json_object_set_new(j, "cost", pair_json(m->cost_with, m->cost_without));
		json_object_set_new(j, "co2_kg", pair_json(m->co2_with, m->co2_without));
		json_object_set_new(j, "lowest_soc_pct", pair_json(m->soc_with, m->soc_without));
		json_object_set_new(j, "survives_h", pair_json(m->hours_with, m->hours_without));
		json_object_set_new(j, "peak_kw", pair_json(m->peak_with, m->peak_without));
		json_object_set_new(j, "missed", jout_text(m->missed));
	}
	jout_print(j);
}

static bool
take_preview(struct client *c, const struct frame *f, void *arg)
{
	(void)c;
	if (f->type == W_PREVIEW)
		(void)preview_take(arg, f);
	return true;
}

static int
preview(struct run *r)
{
	char lines[PREVIEW_LINES][PREVIEW_LINE], safe[2 * PREVIEW_LINE];
	struct options o = *r->o;
	struct preview p = { 0 };
	struct wbuf b;
	int code;

	wbuf_init(&b);
	msg_preview_get_put(
	    &b, &(struct msg_preview_get){ .value = r->hand.value, .until = r->hand.until, .point = r->hand.point });
	if (!o.given[OPT_TIMEOUT])
		o.timeout_us = PREVIEW_PATIENCE_US;
	code = cmd_ask(&o, r->client, W_PREVIEW_GET, &b, take_preview, &p, NULL);
	wbuf_done(&b);
	if (code == CMD_DONE && !p.is_there) {
		say_error("no preview: what chisand sent cannot be read");
		code = CMD_FAILED;
	}
	if (code == CMD_DONE && r->o->json)
		preview_json(r, &p);
	for (int i = 0, n = code == CMD_DONE && !r->o->json ? preview_say(&p, false, r->o->ja, lines) : 0; i < n; i++) {
		text_put_safe(safe, sizeof safe, lines[i], -1);
		say("%s\n", safe);
	}
	return code;
}

/* ---- the commands */

static int
fill(struct run *r, const struct client_point *p, bool has_value)
{
	const struct options *o = r->o;
	int code;

	hand_init(&r->hand, r->client, on_change, r);
	str_copy(r->hand.point, sizeof r->hand.point, p->name);
	str_copy(r->hand.reason, sizeof r->hand.reason, o->reason != NULL ? o->reason : "");
	r->hand.is_emergency = o->emergency;
	r->id = (point_id)(p - r->client->points);
	if (!client_is_output(r->client, r->id)) {
		say_error("%s is no output: nothing can be set%s", p->name,
		    has_value ? "; chisan manual gives a measured value by hand" : "");
		return CMD_REFUSED;
	}
	if (has_value && (code = cmd_read_value(p, o->args[2], &r->hand.value)) != CMD_DONE)
		return code;
	return CMD_DONE;
}

static int
run(const struct options *o, enum command_step which)
{
	struct run r = { .loop = ev_default_loop(0), .o = o, .told = COMMAND_STATE_COUNT };
	bool is_set = which == STEP_OPERATE;
	int code;

	if (o->for_us > OVERRIDE_MAX_US) {
		say_error("--for is at most 8h; an override is extended before it ends");
		return CMD_USAGE;
	}
	if (o->reason != NULL && strlen(o->reason) >= COMMAND_REASON) {
		say_error("--reason has at most %d bytes", COMMAND_REASON - 1);
		return CMD_USAGE;
	}
	r.client = cmd_snapshot(o, WHAT, &code);
	if (r.client == NULL)
		return code;
	client_set_ops(r.client, &ops, &r);
	ev_timer_init(&r.patience, patience_cb, 0., 0.);
	r.patience.data = &r;
	const struct client_point *p = cmd_one_point(o, r.client, o->args[1], &code);
	if (p != NULL)
		code = fill(&r, p, is_set);
	if (p != NULL && code == CMD_DONE) {
		int64_t for_us = o->for_us > 0 ? o->for_us : OVERRIDE_DEFAULT_US;
		if (which == STEP_EXTEND || (is_set && p->kind != KIND_COMMAND))
			r.hand.until = utc_add(clock_utc(), for_us).us;
		code = o->preview ? preview(&r) : is_set ? set(&r) : step(&r, which);
		r.hand.changed = NULL;
		hand_leave(&r.hand);
	}
	client_free(r.client);
	return code;
}

int
cmd_set(const struct options *o)
{
	int code = o->preview ? CMD_DONE : cmd_check_reason(o); /* who only looks needs no reason */

	return code != CMD_DONE ? code : run(o, STEP_OPERATE);
}

int
cmd_release(const struct options *o)
{
	return run(o, STEP_RELEASE);
}

int
cmd_extend(const struct options *o)
{
	return run(o, STEP_EXTEND);
}

int
cmd_undo(const struct options *o)
{
	return run(o, STEP_UNDO);
}
