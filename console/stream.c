/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - signals, the first deadline, and the reader of our output.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/say.h"
#include "console/stream.h"

void
stream_end(struct stream *s, int code)
{
	s->code = code;
	ev_break(s->loop, EVBREAK_ALL);
}

bool
stream_phase(struct stream *s, const struct client *c)
{
	if (c->phase == CLIENT_LIVE) {
		if (s->has_said_lost)
			say_error("the link to chisand is back");
		s->has_said_lost = false;
		client_use_zone(c);
		return true;
	}
	if (c->phase != CLIENT_DOWN || s->has_said_lost)
		return false;
	say_error("%s%s", c->why_text, s->was_live ? "; trying again" : "");
	s->has_said_lost = s->was_live;
	if (!s->was_live)
		stream_end(s, cmd_exit_of(c->why));
	return false;
}

void
stream_flush(struct stream *s)
{
	if (say_flush() != 0)
		stream_end(s, cmd_flush(CMD_DONE));
}

static void
signal_cb(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)loop;
	(void)revents;
	stream_end(w->data, CMD_DONE);
}

static void
limit_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct stream *s = w->data;

	(void)loop;
	(void)revents;
	if (s->was_live)
		return;
	say_error("chisand at %s %s in time", s->o->socket, s->late);
	stream_end(s, CMD_NO_SERVER);
}

/* The other end of the pipe is gone, although we may have nothing to write. */
static void
output_cb(struct ev_loop *loop, ev_io *w, int revents)
{
	struct pollfd p = { .fd = w->fd };

	(void)revents;
	if (poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)))
		stream_end(w->data, CMD_DONE);
	else
		ev_io_stop(loop, w);
}

int
stream_run(struct stream *s)
{
	ev_signal interrupt, terminate;
	ev_timer limit;
	ev_io output;
	struct stat st;

	ev_signal_init(&interrupt, signal_cb, SIGINT);
	ev_signal_init(&terminate, signal_cb, SIGTERM);
	ev_timer_init(&limit, limit_cb, (double)s->o->timeout_us / 1e6, 0.);
	ev_io_init(&output, output_cb, STDOUT_FILENO, EV_READ);
	interrupt.data = terminate.data = limit.data = output.data = s;
	ev_signal_start(s->loop, &interrupt);
	ev_signal_start(s->loop, &terminate);
	ev_timer_start(s->loop, &limit);
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		ev_io_start(s->loop, &output);
	ev_run(s->loop, 0);
	ev_signal_stop(s->loop, &interrupt);
	ev_signal_stop(s->loop, &terminate);
	ev_timer_stop(s->loop, &limit);
	ev_io_stop(s->loop, &output);
	return s->code;
}
