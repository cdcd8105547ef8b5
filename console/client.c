/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.c - the connection to chisand: greet, subscribe, receive a snapshot and then changes; try again when it is lost.
 * What the operator last saw stays while the link is down; only the phase says that it is old.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "console/client_private.h"
#include "scada/base/str.h"

#define PAUSE_LAST_S 5.0
#define PATIENCE_S   5.0 /* for the greeting; silence before a ping; and for its answer */

void
client_socket_path(char *buf, size_t size, const char *given)
{
	const char *env = getenv("CHISAN_SOCKET"), *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (given != NULL && given[0] != '\0') {
		str_copy(buf, size, given);
		return;
	}
	if (env != NULL && env[0] != '\0') {
		str_copy(buf, size, env);
		return;
	}
	bool has_run = run != NULL && run[0] == '/';
	if (has_run && str_printf(buf, size, "%s/chisan.sock", run) && stat(buf, &st) == 0)
		return;
	if (!has_run || stat("/run/chisan/chisan.sock", &st) == 0)
		str_copy(buf, size, "/run/chisan/chisan.sock");
}

void
client_set_phase(struct client *c, enum client_phase phase)
{
	struct client_private *p = c->private;

	c->phase = phase;
	c->phase_since = clock_mono();
	if (p->ops->phase != NULL)
		p->ops->phase(c, p->arg);
}

static void
arm(struct client_private *p, double seconds)
{
	ev_timer_stop(p->loop, &p->timer);
	ev_timer_set(&p->timer, seconds, 0.);
	ev_timer_start(p->loop, &p->timer);
}

static void lost_v(struct client *c, enum err why, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
static void
lost_v(struct client *c, enum err why, const char *fmt, va_list ap)
{
	struct client_private *p = c->private;

	c->why = why;
	vsnprintf(c->why_text, sizeof c->why_text, fmt, ap);
	if (p->conn != NULL) {
		struct conn *conn = p->conn;
		p->conn = NULL;
		conn_free(conn);
	}
	client_model_free(p->next);
	p->next = NULL;
	if (p->live != NULL && c->lost_at.us == 0)
		c->lost_at = clock_utc();
	ev_timer_stop(p->loop, &p->timer);
	if (p->reconnect) {
		arm(p, p->pause_s);
		p->pause_s = p->pause_s * 2 > PAUSE_LAST_S ? PAUSE_LAST_S : p->pause_s * 2;
	}
	c->phase = CLIENT_DOWN; /* whoever is told that his question failed must not ask again */
	client_ask_lost(c);
	client_set_phase(c, CLIENT_DOWN);
}

void
client_lost(struct client *c, enum err why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	lost_v(c, why, fmt, ap);
	va_end(ap);
}

/* ---- the connection */

static void
got_frame(struct conn *conn, const struct frame *f, void *arg)
{
	(void)conn;
	client_take_frame(arg, f);
}

static void
got_closed(struct conn *conn, enum err why, void *arg)
{
	struct client *c = arg;
	struct client_private *p = c->private;

	(void)conn;
	if (p->said_bye) {
		char text[sizeof c->why_text];
		str_copy(text, sizeof text, c->why_text);
		client_lost(c, c->why, "%s", text);
	} else if (!p->greeted) {
		client_lost(c, ERR_NO_SERVER, "chisand at %s closed the connection before it greeted: %s", c->socket,
		    err_text(why));
	} else {
		client_lost(c, why, "the link to chisand is lost: %s", err_text(why));
	}
}

static const struct conn_ops conn_ops = { .frame = got_frame, .closed = got_closed };

static void
explain_connect(struct client *c, int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ECONNREFUSED:
		client_lost(c, ERR_NO_SERVER,
		    "no chisand at %s: start it with \"chisand -f SITE_DIR\", or name its socket with -s", c->socket);
		break;
	case EACCES:
	case EPERM:
		client_lost(
		    c, ERR_DENIED, "you may not enter %s: ask to be put into the group that owns it", c->socket);
		break;
	case EAGAIN: /* the queue before its socket is full */
		client_lost(
		    c, ERR_NO_SERVER, "chisand at %s takes nobody in: it is overloaded or hangs; try again", c->socket);
		break;
	default: client_lost(c, ERR_NO_SERVER, "cannot connect to chisand at %s: %s", c->socket, strerror(errnum));
	}
}

static void
try_now(struct client *c)
{
	struct client_private *p = c->private;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	client_set_phase(c, CLIENT_CONNECTING);
	if (!str_copy(sa.sun_path, sizeof sa.sun_path, c->socket) || c->socket[0] == '\0') {
		explain_connect(c, ENAMETOOLONG);
		return;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sa, sizeof sa) != 0) {
		int errnum = errno;
		if (fd >= 0)
			close(fd);
		explain_connect(c, errnum);
		return;
	}
	p->greeted = p->said_bye = p->heard = p->pinged = false;
	p->conn = conn_new(p->loop, fd, &conn_ops, c, NULL);
	conn_set_role(p->conn, ROLE_PEER); /* the server may send all rows; what it may not change is nothing of ours */

	struct wbuf b;
	wbuf_init(&b);
	msg_hello_put(&b,
	    &(struct msg_hello){ .version = WIRE_VERSION, .program = "chisan", .build = PACKAGE_VERSION, .user = "" });
	conn_send(p->conn, W_HELLO, 0, &b, NULL);
	wbuf_done(&b);
	arm(p, p->patience_s);
}

static void
timer_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct client *c = w->data;
	struct client_private *p = c->private;

	(void)loop;
	(void)revents;
	if (p->conn == NULL) {
		try_now(c);
		return;
	}
	if (!p->greeted || p->pinged) {
		client_lost(c, ERR_NO_SERVER,
		    "chisand at %s does not answer: it is still starting, or hangs, or is stopped", c->socket);
		return;
	}
	if (!p->heard) {
		p->pinged = true;
		conn_send(p->conn, W_PING, 0, &(struct wbuf){ 0 }, NULL);
	}
	p->heard = false;
	arm(p, p->patience_s);
}

struct client *
client_new(
    struct ev_loop *loop, const char *socket, unsigned what, bool reconnect, const struct client_ops *ops, void *arg)
{
	struct client *c = xcalloc(1, sizeof *c);
	struct client_private *p = xcalloc(1, sizeof *p);

	c->private = p;
	if (!str_copy(c->socket, sizeof c->socket, socket))
		c->socket[0] = '\0'; /* too long for a socket: try_now says so */
	c->phase = CLIENT_CONNECTING;
	c->phase_since = clock_mono();
	c->site_name = c->site_title_ja = c->timezone = "";
	p->loop = loop;
	p->what = what | SUB_SITE;
	p->reconnect = reconnect;
	p->ops = ops;
	p->arg = arg;
	TAILQ_INIT(&p->asked);
	p->pause_s = CLIENT_PAUSE_FIRST_S;
	p->patience_s = PATIENCE_S;
	ev_timer_init(&p->timer, timer_cb, 0., 0.);
	p->timer.data = c;
	ev_timer_start(loop, &p->timer); /* connects from the loop, so that nothing is called before we return */
	return c;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	struct client_private *p = c->private;
	ev_timer_stop(p->loop, &p->timer);
	if (p->conn != NULL)
		conn_free(p->conn);
	client_ask_free(p);
	client_model_free(p->next);
	client_model_free(p->live);
	free(p);
	free(c);
}

void
client_set_ops(struct client *c, const struct client_ops *ops, void *arg)
{
	c->private->ops = ops;
	c->private->arg = arg;
}

enum err
client_ask_raw(struct client *c, point_id id)
{
	struct client_private *p = c->private;

	if (c->phase != CLIENT_LIVE || p->conn == NULL)
		return ERR_NO_SERVER;
	if (id >= c->point_count)
		return ERR_NOT_FOUND;

	struct client_raw_asked *asked = &p->raw[p->raw_at++ % CLIENT_RAW_MAX];
	struct wbuf b;
	wbuf_init(&b);
	msg_raw_get_put(&b, &(struct msg_raw_get){ .point = id });
	asked->point = id;
	enum err e = conn_send(p->conn, W_RAW_GET, 0, &b, &asked->sequence);
	wbuf_done(&b);
	return e;
}
