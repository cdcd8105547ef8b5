/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.c - the connection to chisand: greet, subscribe, receive a snapshot and then changes; try again when it is lost.
 * What the operator last saw stays while the link is down; only the phase says that it is old.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
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

#define PAUSE_FIRST_S 0.2
#define PAUSE_LAST_S  5.0
#define PATIENCE_S    5.0 /* for the greeting; silence before a ping; and for its answer */

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

static void
set_phase(struct client *c, enum client_phase phase)
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
	set_phase(c, CLIENT_DOWN);
}

/* The link is gone (or never came): keeps the values, says why, and plans the next try. */
static void lost(struct client *c, enum err why, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void
lost(struct client *c, enum err why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	lost_v(c, why, fmt, ap);
	va_end(ap);
}

/* ---- frames */

static void
swap_in(struct client *c)
{
	struct client_private *p = c->private;
	struct client_model *old = p->live, *m = p->next;

	p->live = m;
	p->next = NULL;
	c->generation = m->generation;
	c->site_name = m->site_name;
	c->site_title_ja = m->site_title_ja;
	c->timezone = m->timezone;
	c->simulated = m->simulated;
	c->server_started = m->server_started;
	c->points = m->points;
	c->point_count = m->point_count;
	c->cells = m->cells;
	c->devices = m->devices;
	c->device_count = m->device_count;
	c->group_time = m->group_time;
	c->group_count = m->group_count;
	c->screens = m->screens;
	c->screen_count = m->screen_count;
	c->newest = m->newest;
	c->lost_at = (struct utc){ 0 };
	c->why = OK;
	c->why_text[0] = '\0';
	p->pause_s = PAUSE_FIRST_S;
	memset(p->raw, 0, sizeof p->raw);
	set_phase(c, CLIENT_LIVE);
	client_model_free(old); /* after the owner has let go of it */
}

static void
got_hello(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_hello h;

	rbuf_init(&r, f->body, f->length);
	if (!msg_hello_get(&r, &h)) {
		lost(c, ERR_FRAME, "what listens on %s does not greet as chisand does", c->socket);
		return;
	}
	if (h.version != WIRE_VERSION) {
		lost(c, ERR_VERSION, "chisand (%.60s) speaks wire version %u and this chisan speaks %u: install the same version of both",
		    h.build, h.version, WIRE_VERSION);
		return;
	}
	c->role = h.role < ROLE_PEER ? (enum role)h.role : ROLE_VIEWER;
	str_copy(c->user, sizeof c->user, h.user);
	str_copy(c->server_build, sizeof c->server_build, h.build);
	if (p->greeted)
		return; /* a change of role */
	p->greeted = true;

	struct wbuf b;
	wbuf_init(&b);
	msg_subscribe_put(&b, &(struct msg_subscribe){ .what = p->what });
	conn_send(p->conn, W_SUBSCRIBE, 0, &b, &p->subscribe_sequence);
	wbuf_done(&b);
	set_phase(c, CLIENT_SNAPSHOT);
}

static void
got_site(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_site s;

	rbuf_init(&r, f->body, f->length);
	client_model_free(p->next);
	p->next = msg_site_get(&r, &s) ? client_model_new(&s) : NULL;
	if (p->next == NULL) {
		lost(c, ERR_FRAME, "chisand sends a site that cannot be: %s", err_text(ERR_FRAME));
		return;
	}
	conn_set_generation(p->conn, s.generation);
	if (c->phase == CLIENT_LIVE)
		set_phase(c, CLIENT_SNAPSHOT);
}

static void
point_changed(uint32_t point, void *arg)
{
	struct client *c = arg;

	c->changes_in++;
	if (c->private->ops->changed != NULL)
		c->private->ops->changed(c, point, c->private->arg);
}

static enum err
got_changes(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;

	if (p->next != NULL) /* between two pieces of a snapshot */
		return client_model_values(p->next, f, NULL, NULL);
	if (c->phase != CLIENT_LIVE)
		return ERR_FRAME;
	enum err e = client_model_values(p->live, f, point_changed, c);
	c->newest = p->live->newest;
	if (e == OK && p->ops->broadcast != NULL)
		p->ops->broadcast(c, p->arg);
	return e;
}

static enum err
got_device_state(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct client_model *m = p->next != NULL ? p->next : p->live;
	uint32_t device;

	if (m == NULL || !(p->what & SUB_DEVICES))
		return OK;
	enum err e = client_model_device_state(m, f, &device);
	if (e == OK && m == p->live && p->ops->device != NULL)
		p->ops->device(c, device, p->arg);
	return e;
}

static enum err
got_raw(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_raw raw;

	rbuf_init(&r, f->body, f->length);
	if (c->phase != CLIENT_LIVE)
		return OK;
	if (!msg_raw_get(&r, &raw) || raw.point >= c->point_count || raw.table >= TABLE_COUNT || raw.type >= RAW_COUNT ||
	    raw.order >= ORDER_COUNT)
		return ERR_FRAME;
	if (p->ops->raw != NULL)
		p->ops->raw(c, &raw, p->arg);
	return OK;
}

/* Only refusals matter: of the subscription, and of a question for registers. */
static void
got_result(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_result m;

	rbuf_init(&r, f->body, f->length);
	if (!msg_result_get(&r, &m)) {
		lost(c, ERR_FRAME, "chisand sends a result that cannot be read");
		return;
	}
	enum err e = err_is_known(m.err) ? (enum err)m.err : ERR_FAILED;
	if (e == OK)
		return;
	if (f->reply_to == p->subscribe_sequence && c->phase == CLIENT_SNAPSHOT) {
		lost(c, e, "chisand refuses: %.200s", m.text[0] != '\0' ? m.text : err_text(e));
		return;
	}
	for (unsigned i = 0; i < CLIENT_RAW_MAX; i++) {
		if (p->raw[i].sequence != f->reply_to || f->reply_to == 0 || p->raw[i].point >= c->point_count)
			continue;
		p->raw[i].sequence = 0;
		struct msg_raw raw = { .point = p->raw[i].point, .cause = (uint16_t)e, .decoded = (double)NAN };
		if (c->phase == CLIENT_LIVE && p->ops->raw != NULL)
			p->ops->raw(c, &raw, p->arg);
		return;
	}
}

static void
got_bye(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_bye m;

	rbuf_init(&r, f->body, f->length);
	if (!msg_bye_get(&r, &m))
		return;
	p->said_bye = true;
	c->why = err_is_known(m.err) && m.err != OK ? (enum err)m.err : ERR_CLOSED;
	str_printf(c->why_text, sizeof c->why_text, "chisand: %.200s", m.text[0] != '\0' ? m.text : err_text(c->why));
}

static enum err
snapshot_frame(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	enum err e = ERR_FRAME;

	if (p->next == NULL)
		return ERR_FRAME; /* a piece without its beginning */
	switch (f->type) {
	case W_DEVICE: return client_model_device(p->next, f);
	case W_POINT:  return client_model_point(p->next, f);
	case W_SCREEN: return client_model_screen(p->next, f);
	case W_VALUES: return client_model_values(p->next, f, NULL, NULL);
	case W_SNAPSHOT_END:
		e = client_model_end(p->next, f, p->what);
		if (e == OK)
			swap_in(c);
		return e;
	}
	return e;
}

static void
got_frame(struct conn *conn, const struct frame *f, void *arg)
{
	struct client *c = arg;
	struct client_private *p = c->private;
	enum err e = OK;

	(void)conn;
	c->bytes_in += WIRE_HEAD + f->length;
	p->heard = true;
	p->pinged = false;
	if (!p->greeted && f->type != W_HELLO && f->type != W_BYE && f->type != W_RESULT) {
		lost(c, ERR_FRAME, "what listens on %s does not greet as chisand does", c->socket);
		return;
	}
	switch (f->type) {
	case W_HELLO:        got_hello(c, f); return;
	case W_SITE:         got_site(c, f); return;
	case W_RESULT:       got_result(c, f); return;
	case W_BYE:          got_bye(c, f); return;
	case W_PING:         conn_send(p->conn, W_PONG, f->sequence, &(struct wbuf){ 0 }, NULL); return;
	case W_CHANGES:      e = got_changes(c, f); break;
	case W_DEVICE_STATE: e = got_device_state(c, f); break;
	case W_RAW:          e = got_raw(c, f); break;
	case W_DEVICE: case W_POINT: case W_SCREEN: case W_VALUES: case W_SNAPSHOT_END:
		e = snapshot_frame(c, f);
		break;
	default:
		break; /* rows of later versions that we did not ask for */
	}
	if (e != OK)
		lost(c, e, "a frame of chisand (%s) cannot be used: %s", wire_find(f->type)->name, err_text(e));
}

/* ---- the connection */

static void
got_closed(struct conn *conn, enum err why, void *arg)
{
	struct client *c = arg;
	struct client_private *p = c->private;

	(void)conn;
	if (p->said_bye) {
		char text[sizeof c->why_text];
		str_copy(text, sizeof text, c->why_text);
		lost(c, c->why, "%s", text);
	} else if (!p->greeted) {
		lost(c, ERR_NO_SERVER, "chisand at %s closed the connection before it greeted: %s", c->socket, err_text(why));
	} else {
		lost(c, why, "the link to chisand is lost: %s", err_text(why));
	}
}

static const struct conn_ops conn_ops = { .frame = got_frame, .closed = got_closed };

static void
explain_connect(struct client *c, int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ECONNREFUSED:
		lost(c, ERR_NO_SERVER, "no chisand at %s: start it with \"chisand -f SITE_DIR\", or name its socket with -s", c->socket);
		break;
	case EACCES:
	case EPERM:
		lost(c, ERR_DENIED, "you may not enter %s: ask to be put into the group that owns it", c->socket);
		break;
	default:
		lost(c, ERR_NO_SERVER, "cannot connect to chisand at %s: %s", c->socket, strerror(errnum));
	}
}

static void
try_now(struct client *c)
{
	struct client_private *p = c->private;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	set_phase(c, CLIENT_CONNECTING);
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
	msg_hello_put(&b, &(struct msg_hello){ .version = WIRE_VERSION, .program = "chisan", .build = PACKAGE_VERSION, .user = "" });
	conn_send(p->conn, W_HELLO, 0, &b, NULL);
	wbuf_done(&b);
	arm(p, PATIENCE_S);
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
		lost(c, ERR_NO_SERVER, "chisand at %s does not answer: it is still starting, or hangs, or is stopped", c->socket);
		return;
	}
	if (!p->heard) {
		p->pinged = true;
		conn_send(p->conn, W_PING, 0, &(struct wbuf){ 0 }, NULL);
	}
	p->heard = false;
	arm(p, PATIENCE_S);
}

struct client *
client_new(struct ev_loop *loop, const char *socket, unsigned what, bool reconnect, const struct client_ops *ops, void *arg)
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
	p->pause_s = PAUSE_FIRST_S;
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
	client_model_free(p->next);
	client_model_free(p->live);
	free(p);
	free(c);
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
