/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_session.c - what every command begins with: a snapshot of the site, and the choice of points from it.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define CALC_GRACE_US (3 * US_PER_S) /* calculations follow their inputs; then we go on without */

struct session {
	struct ev_loop *loop;
	const struct options *o;
	struct client *client;
	ev_timer limit, look;
	bool is_done, is_late;
};

/* The device was asked and has answered, or it failed twice: once may only mean that it started later than the server. */
static bool
device_is_settled(const struct client *c, const struct client_device *d)
{
	const struct msg_device_state *s = &d->state;

	if (protocol_is_field(d->protocol)) {
		if (!d->has_state)
			return false;
		if (s->state == DEVICE_OFF)
			return true;
		if (s->state != DEVICE_UP)
			return s->last_error_count >= 2 || s->timeouts + s->errors >= 3;
	}
	/* chisand's own figures come all at once; one that takes hours to be known is not waited for */
	bool needs_all = d->protocol != PROTOCOL_INTERNAL, has_any = d->count == 0;
	for (point_id i = d->first; i < d->first + d->count && i < c->point_count; i++) {
		bool was_read = (c->cells[i].quality & Q_NEVER_READ) == 0;
		has_any |= was_read;
		if (!was_read && needs_all && c->points[i].kind != KIND_COMMAND && c->points[i].kind != KIND_SETPOINT)
			return false;
	}
	return needs_all || has_any;
}

bool
cmd_is_settled(const struct client *c)
{
	if (c->phase != CLIENT_LIVE)
		return false;
	for (uint32_t i = 0; i < c->device_count; i++)
		if (!device_is_settled(c, &c->devices[i]))
			return false;
	return true;
}

static bool
calculations_are_settled(const struct client *c)
{
	for (uint32_t i = 0; i < c->point_count; i++)
		if (c->points[i].device == DEVICE_NONE && (c->cells[i].quality & Q_NEVER_READ))
			return false;
	return true;
}

static void
look_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct session *s = w->data;
	struct client *c = s->client;

	(void)revents;
	if (!cmd_is_settled(c))
		return;
	if (!calculations_are_settled(c) && mono_diff_us(clock_mono(), c->phase_since) < CALC_GRACE_US)
		return;
	s->is_done = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
limit_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct session *s = w->data;

	(void)revents;
	s->is_late = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct session *s = arg;

	if (s->o->wait_us > 0)
		return;
	if (c->phase == CLIENT_LIVE)
		s->is_done = true;
	if (c->phase == CLIENT_LIVE || c->phase == CLIENT_DOWN)
		ev_break(s->loop, EVBREAK_ALL);
}

static const struct client_ops ops = { .phase = phase_changed }, no_ops = { .phase = NULL };

/* What to say when the loop ended without what was wanted. */
static int
explain(const struct session *s)
{
	const struct client *c = s->client;

	if (c->phase == CLIENT_LIVE) {
		say_error("not every device has given its first values in time");
		return CMD_BAD_DATA;
	}
	if (c->why != OK) {
		say_error("%s", c->why_text);
		return cmd_exit_of(c->why);
	}
	say_error("chisand at %s has not sent the site in time", s->o->socket);
	return CMD_NO_SERVER;
}

struct client *
cmd_snapshot(const struct options *o, unsigned what, int *code)
{
	struct session s = { .loop = ev_default_loop(0), .o = o };
	bool waits = o->wait_us > 0;

	s.client = client_new(s.loop, o->socket,
	    waits ? what | SUB_POINTS | SUB_VALUES | SUB_DEVICES | SUB_CHANGES : what, waits, &ops, &s);
	s.limit.data = s.look.data = &s;
	ev_timer_init(&s.limit, limit_cb, (double)(waits ? o->wait_us : o->timeout_us) / 1e6, 0.);
	ev_timer_start(s.loop, &s.limit);
	ev_timer_init(&s.look, look_cb, 0.05, 0.05);
	if (waits)
		ev_timer_start(s.loop, &s.look);
	ev_run(s.loop, 0);
	ev_timer_stop(s.loop, &s.limit);
	ev_timer_stop(s.loop, &s.look);

	*code = s.is_done ? CMD_DONE : explain(&s);
	if (s.client->phase != CLIENT_LIVE) {
		client_free(s.client);
		return NULL;
	}
	client_use_zone(s.client);
	client_set_ops(s.client, &no_ops, NULL); /* the session ends here, the client lives on */
	return s.client;
}

/* ---- a question and its answer */

struct asking {
	struct ev_loop *loop;
	struct client *client;
	bool (*frame)(struct client *c, const struct frame *f, void *arg);
	void *arg;
	ev_timer patience;
	uint32_t number; /* 0 = it has ended */
	struct cmd_answer end;
	bool has_enough, is_late, is_interrupted;
};

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct asking *a = arg;

	ev_timer_again(a->loop, &a->patience);
	if (a->frame == NULL || a->frame(c, f, a->arg))
		return;
	a->has_enough = true;
	client_forget(c, &a->number);
	ev_break(a->loop, EVBREAK_ALL);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct asking *a = arg;

	a->number = 0;
	a->end.err = e;
	a->end.addcause = addcause;
	a->end.detail = c->result_detail;
	str_copy(a->end.text, sizeof a->end.text, text);
	ev_break(a->loop, EVBREAK_ALL);
}

static const struct client_answer answer = { answer_frame, answer_done };

static void
patience_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct asking *a = w->data;

	(void)revents;
	a->is_late = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
interrupt_cb(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct asking *a = w->data;

	(void)revents;
	a->is_interrupted = true;
	ev_break(loop, EVBREAK_ALL);
}

/* The exit code, and the sentence. */
static int
judge(const struct options *o, const struct asking *a, uint16_t type)
{
	bool is_look = type == W_REGISTERS_GET || type == W_DUMP_GET; /* changes nothing, whoever may do it */
	bool is_act = wire_find(type)->role >= ROLE_OPERATOR && !is_look;
	const char *unknown = is_act ? "; sent, not confirmed: look in the journal what became of it" : "";

	if (a->has_enough || (a->is_interrupted && type == W_DUMP_GET)) /* who looks on ends it so */
		return CMD_DONE;
	if (a->is_interrupted || a->is_late) {
		if (a->is_interrupted)
			say_error("interrupted%s", unknown);
		else
			say_error("chisand at %s has not answered in time%s", o->socket, unknown);
		return is_act ? CMD_UNKNOWN : a->is_late ? CMD_NO_SERVER : CMD_FAILED;
	}
	if (a->end.err == OK)
		return CMD_DONE;
	if (a->end.addcause >= 0)
		say_error("%s (reason %d, %s)", a->end.text, a->end.addcause, addcause_text(a->end.addcause));
	else
		say_error("%s%s", a->end.text, a->end.err == ERR_CLOSED ? unknown : "");
	return a->end.err == ERR_CLOSED && is_act ? CMD_UNKNOWN : (int)cmd_exit_of(a->end.err);
}

static void
run_until_answered(struct asking *a)
{
	ev_signal interrupt, terminate;

	ev_signal_init(&interrupt, interrupt_cb, SIGINT);
	ev_signal_init(&terminate, interrupt_cb, SIGTERM);
	interrupt.data = terminate.data = a;
	ev_signal_start(a->loop, &interrupt);
	ev_signal_start(a->loop, &terminate);
	ev_timer_again(a->loop, &a->patience);
	ev_run(a->loop, 0);
	ev_signal_stop(a->loop, &interrupt);
	ev_signal_stop(a->loop, &terminate);
	ev_timer_stop(a->loop, &a->patience);
}

/* The server would refuse it too, in words that are for programs. */
static bool
is_above(const struct client *c, uint16_t type, struct cmd_answer *end)
{
	const struct wire_row *row = wire_find(type);

	if (c->role >= row->role)
		return false;
	end->err = ERR_DENIED;
	end->addcause = AC_NO_AUTHORITY;
	str_printf(end->text, sizeof end->text, "this needs the role %s; you are %s", role_word(row->role),
	    role_word(c->role));
	return true;
}

int
cmd_ask(const struct options *o, struct client *c, uint16_t type, const struct wbuf *body,
    bool (*frame)(struct client *c, const struct frame *f, void *arg), void *arg, struct cmd_answer *end)
{
	struct asking a = { .loop = ev_default_loop(0), .client = c, .frame = frame, .arg = arg };

	a.end.addcause = -1;
	if (is_above(c, type, &a.end)) {
		if (end != NULL)
			*end = a.end;
		say_error("%s", a.end.text);
		return CMD_DENIED;
	}
	ev_timer_init(&a.patience, patience_cb, 0., (double)o->timeout_us / 1e6);
	a.patience.data = &a;
	a.number = client_ask(c, type, body, &answer, &a);
	if (a.number == 0)
		answer_done(c, ERR_CLOSED, -1, c->why != OK ? c->why_text : "the link to chisand is lost", &a);
	else
		run_until_answered(&a);
	client_forget(c, &a.number);
	if (end != NULL)
		*end = a.end;
	return judge(o, &a, type);
}

enum err
cmd_ask_quietly(const struct options *o, struct client *c, uint16_t type, const struct wbuf *body, int64_t patience_us,
    bool (*frame)(struct client *c, const struct frame *f, void *arg), void *arg)
{
	struct asking a = { .loop = ev_default_loop(0), .client = c, .frame = frame, .arg = arg };

	(void)o;
	ev_timer_init(&a.patience, patience_cb, 0., (double)patience_us / 1e6);
	a.patience.data = &a;
	a.number = client_ask(c, type, body, &answer, &a);
	if (a.number == 0)
		return ERR_CLOSED;
	run_until_answered(&a);
	client_forget(c, &a.number);
	return a.has_enough ? OK : a.is_late || a.is_interrupted ? ERR_BUSY : a.end.err;
}

const char *
cmd_quality_word(uint16_t quality)
{
	for (unsigned bit = 0; quality_flag_word(bit) != NULL; bit++)
		if ((quality >> bit) & 1)
			return quality_flag_word(bit);
	return "good";
}

const char *
cmd_in_language(const struct options *o, const char *en, const char *ja)
{
	return (o->ja && ja[0] != '\0') || en[0] == '\0' ? ja : en;
}

/* ---- the choice of points */

static bool
is_same_in_capitals(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
	return *a == *b;
}

static const char *
nearest_point(const struct client *c, const char *name)
{
	const char **names = xcalloc((size_t)c->point_count + 1, sizeof *names);
	const char *near = NULL;

	for (uint32_t i = 0; i < c->point_count; i++) {
		names[i] = c->points[i].name;
		if (near == NULL && is_same_in_capitals(name, names[i]))
			near = names[i];
	}
	if (near == NULL)
		near = str_nearest(name, names);
	free(names);
	return near;
}

static void
say_unknown(const struct client *c, const char *name)
{
	const char *near = nearest_point(c, name);

	if (strpbrk(name, "*?[") != NULL)
		say_error("no point of %s matches %s", c->site_name, name);
	else if (near != NULL)
		say_error("there is no point %s; did you mean %s?", name, near);
	else
		say_error("there is no point %s; \"chisan points\" lists them", name);
}

/* Marks what one word chooses; a whole name, a glob, or a device for all its points. */
static bool
mark(const struct client *c, const char *word, bool *chosen)
{
	point_id one = client_find(c, word);
	size_t len = strlen(word);
	bool any = false;

	if (one != POINT_NONE) {
		chosen[one] = true;
		return true;
	}
	for (uint32_t i = 0; i < c->point_count; i++) {
		const char *name = c->points[i].name;
		if (!str_glob(word, name) && !(strncmp(name, word, len) == 0 && name[len] == '.'))
			continue;
		chosen[i] = any = true;
	}
	return any;
}

int
cmd_select(const struct options *o, const struct client *c, point_id **out, uint32_t *n)
{
	bool *chosen = xcalloc((size_t)c->point_count + 1, sizeof *chosen);
	int code = CMD_DONE;

	*out = xcalloc((size_t)c->point_count + 1, sizeof **out);
	*n = 0;
	for (int a = 1; a < o->arg_count; a++) {
		if (mark(c, o->args[a], chosen))
			continue;
		say_unknown(c, o->args[a]);
		code = CMD_NOT_FOUND;
	}
	for (uint32_t i = 0; i < c->point_count; i++)
		if (chosen[i] || o->arg_count == 1)
			(*out)[(*n)++] = i;
	free(chosen);
	return code;
}

int
cmd_named(const struct options *o, const struct client *c, point_id **out, uint32_t *n)
{
	int code = CMD_DONE;

	*out = xcalloc((size_t)o->arg_count + 1, sizeof **out);
	*n = 0;
	for (int a = 1; a < o->arg_count; a++) {
		point_id id = client_find(c, o->args[a]);
		if (id == POINT_NONE) {
			if (strpbrk(o->args[a], "*?[") != NULL)
				say_error(
				    "%s takes names; for a pattern use chisan points '%s'", o->args[0], o->args[a]);
			else
				say_unknown(c, o->args[a]);
			code = CMD_NOT_FOUND;
		} else {
			(*out)[(*n)++] = id;
		}
	}
	return code;
}
