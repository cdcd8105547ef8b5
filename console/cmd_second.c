/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_second.c - a command waits for the second person. Which request of two of the same words is ours cannot be told from here: each
 * decision is a cause to ask how our own act stands, and the time that is said is that of the newest.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "console/client_control.h"
#include "console/cmd_second.h"
#include "console/say.h"
#include "scada/base/str.h"

static const struct msg_approval *
find(const struct client *c, uint64_t number)
{
	for (uint32_t i = 0; c->control != NULL && i < c->control->approval_count; i++)
		if (c->control->approvals[i].approval == number)
			return &c->control->approvals[i];
	return NULL;
}

/* The newest that this user has asked in these words; NULL: it is not here yet, or not any more. */
static const struct msg_approval *
newest(const struct client *c, const char *what)
{
	size_t len = strlen(what);

	for (uint32_t i = c->control != NULL ? c->control->approval_count : 0; i-- > 0;) {
		const struct msg_approval *a = &c->control->approvals[i];
		if (strcmp(a->user, c->user) == 0 && strncmp(a->what, what, len) == 0 &&
		    (a->what[len] == ':' || a->what[len] == ' '))
			return a;
	}
	return NULL;
}

static void
tell(struct cmd_second *s)
{
	const struct msg_approval *a = newest(s->client, s->what);
	char when[40];

	if (a == NULL || a->approval == s->said)
		return;
	s->said = a->approval;
	s->until = a->until;
	say_error(
	    "a second person is asked, until %s", utc_civil(when, sizeof when, (struct utc){ a->until }, "%H:%M:%S"));
}

static void
phase_changed(struct client *c, void *arg)
{
	(void)c;
	ev_break(((struct cmd_second *)arg)->loop, EVBREAK_ALL);
}

static void
control_changed(struct client *c, enum client_control_kind kind, uint64_t number, void *arg)
{
	struct cmd_second *s = arg;

	if (kind != CONTROL_APPROVAL)
		return;
	if (s->is_waiting)
		tell(s);
	if (find(c, number) != NULL)
		return;
	s->is_decided = true;
	ev_break(s->loop, EVBREAK_ALL);
}

static const struct client_ops ops = { .phase = phase_changed, .control = control_changed };
static const struct client_ops no_ops = { 0 };

static void
patience_cb(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)revents;
	((struct cmd_second *)t->data)->is_late = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
interrupt_cb(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)revents;
	((struct cmd_second *)w->data)->is_interrupted = true;
	ev_break(loop, EVBREAK_ALL);
}

void
cmd_second_init(struct cmd_second *s, struct client *c, const char *what)
{
	*s = (struct cmd_second){ .loop = ev_default_loop(0), .client = c, .what = what };
	client_set_ops(c, &ops, s);
}

void
cmd_second_done(struct cmd_second *s)
{
	client_set_ops(s->client, &no_ops, NULL);
}

static void
run(struct cmd_second *s, int64_t patience_us)
{
	ev_signal interrupt, terminate;

	ev_signal_init(&interrupt, interrupt_cb, SIGINT);
	ev_signal_init(&terminate, interrupt_cb, SIGTERM);
	ev_timer_init(&s->patience, patience_cb, (double)patience_us / 1e6, 0.);
	interrupt.data = terminate.data = s->patience.data = s;
	ev_signal_start(s->loop, &interrupt);
	ev_signal_start(s->loop, &terminate);
	ev_timer_start(s->loop, &s->patience);
	s->is_waiting = true;
	tell(s);
	while (!s->is_decided && !s->is_late && !s->is_interrupted && s->client->phase != CLIENT_DOWN)
		ev_run(s->loop, 0);
	s->is_waiting = false;
	ev_timer_stop(s->loop, &s->patience);
	ev_signal_stop(s->loop, &interrupt);
	ev_signal_stop(s->loop, &terminate);
}

bool
cmd_second_wait(struct cmd_second *s, const struct options *o, char *text, size_t size)
{
	char until[40], when[64] = "";

	run(s, APPROVAL_US + o->timeout_us);
	if (s->is_decided && s->client->phase != CLIENT_DOWN) {
		s->is_decided = false;
		return true;
	}
	if (s->said != 0)
		str_printf(when, sizeof when, " until %s",
		    utc_civil(until, sizeof until, (struct utc){ s->until }, "%H:%M:%S"));
	if (s->is_late)
		str_copy(text, size, "chisand has not said in time how it ended: look in the journal");
	else
		str_printf(text, size,
		    "%s; nothing is done yet, but a second person may still approve it%s: the journal tells what "
		    "became "
		    "of it",
		    s->is_interrupted ? "interrupted" : "the link to chisand is lost", when);
	say_error("%s", text);
	return false;
}
