/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.c - accepting, greeting and serving clients.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/session.h"

#define ACCEPTS_A_TURN 16
#define GREETING_S     5.0
#define STAYED_S       10.0 /* who stays so long came; commands that ask and go are not told one by one */
#define PAUSE_S        1.0  /* without descriptors */
#define QUEUE_MAX      (8u << 20)
#define SAY_REFUSED_US (10 * US_PER_S)

TAILQ_HEAD(session_list, session);

struct sessions {
	struct ev_loop *loop;
	const struct sessions_ops *ops;
	void *arg;
	ev_io accepting;
	ev_timer pause;
	int spare; /* a descriptor kept back, to accept and refuse when there is none left */
	const struct site *site;
	struct session_list list;
	uint32_t count;
	struct mono refused_at; /* when a refusal was last logged */
	uint32_t refused;       /* since then */
};

const char *
sessions_refuse(uint32_t total, uint32_t of_user, enum role role)
{
	if (of_user >= SESSIONS_A_USER)
		return "you have too many sessions open; close some";
	if (total >= SESSIONS_MAX)
		return "all sessions are taken";
	if (total >= SESSIONS_MAX - SESSIONS_RESERVED && role < ROLE_OPERATOR)
		return "all sessions but those reserved for operators are taken";
	return NULL;
}

static void
put_bye(struct wbuf *b, enum err why, const char *text)
{
	struct msg_bye m = { .err = (uint16_t)why, .text = text };

	msg_bye_put(b, &m);
}

/* ---- a session */

static void
session_free(struct session *s)
{
	struct sessions *all = s->all;

	if (all->ops->gone != NULL)
		all->ops->gone(s, all->arg);
	ev_timer_stop(all->loop, &s->greeting);
	TAILQ_REMOVE(&all->list, s, entry);
	all->count--;
	conn_free(s->conn);
	free(s);
}

static void
say_bye(struct session *s, enum err why, const char *text)
{
	struct wbuf b;

	wbuf_init(&b);
	put_bye(&b, why, text);
	conn_send(s->conn, W_BYE, 0, &b, NULL);
	wbuf_done(&b);
	conn_finish(s->conn, why);
}

static void
greeting_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct session *s = w->data;

	(void)loop;
	(void)revents;
	if (s->has_greeted) {
		s->has_stayed = true;
		if (s->all->ops->came != NULL)
			s->all->ops->came(s, s->all->arg);
		return;
	}
	say_bye(s, ERR_TIMEOUT, "you did not greet within five seconds");
}

static void
send_hello(struct session *s)
{
	struct msg_hello m = { .version = WIRE_VERSION, .program = "chisand", .build = VERSION };
	struct wbuf b;

	s->all->ops->hello(&m, s->all->arg);
	m.role = (uint8_t)s->role;
	m.user = s->user;
	m.areas = s->areas;
	wbuf_init(&b);
	msg_hello_put(&b, &m);
	conn_send(s->conn, W_HELLO, 0, &b, NULL);
	wbuf_done(&b);
}

static void
got_hello(struct session *s, struct rbuf *r)
{
	struct msg_hello m;
	char text[256];

	if (!msg_hello_get(r, &m)) {
		say_bye(s, ERR_FRAME, "the greeting cannot be read");
		return;
	}
	if (m.version != WIRE_VERSION) {
		str_printf(text, sizeof(text),
		    "you speak version %u of the pipe, chisand %s speaks %u; install both from one build", m.version,
		    VERSION, WIRE_VERSION);
		say_bye(s, ERR_VERSION, text);
		return;
	}
	if (s->has_greeted)
		return;
	s->has_greeted = true;
	ev_timer_stop(s->all->loop, &s->greeting);
	conn_set_role(s->conn, s->role);
	send_hello(s);
	log_info("%s connected as %s (%.60s)", s->user, role_word(s->role), m.program);
	ev_timer_set(&s->greeting, STAYED_S, 0.0);
	ev_timer_start(s->all->loop, &s->greeting);
}

static void
got_raw_get(struct session *s, const struct frame *f, struct rbuf *r)
{
	struct msg_raw_get m;

	if (!msg_raw_get_get(r, &m)) {
		conn_result(s->conn, f->sequence, ERR_USAGE, -1, "the question cannot be read");
	} else if (s->raw_open >= SESSION_RAW_MAX) {
		conn_result(s->conn, f->sequence, ERR_BUSY, -1, "%u questions are open already", s->raw_open);
	} else {
		s->raw_open++;
		s->all->ops->raw_get(s, f->sequence, m.point, s->all->arg);
	}
}

static void
frame_cb(struct conn *c, const struct frame *f, void *arg)
{
	struct session *s = arg;
	struct msg_subscribe sub;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (f->type != W_HELLO && f->type != W_BYE && !s->has_greeted) {
		say_bye(s, ERR_DENIED, "greet first");
		return;
	}
	switch (f->type) {
	case W_HELLO: got_hello(s, &r); break;
	case W_PING: conn_send(c, W_PONG, f->sequence, NULL, NULL); break;
	case W_SUBSCRIBE:
		if (!msg_subscribe_get(&r, &sub) || (sub.what & ~(unsigned)(SUB_ALL | SUB_JOURNAL)) != 0) {
			conn_result(c, f->sequence, ERR_USAGE, -1, "no such thing to subscribe to");
			break;
		}
		conn_result(c, f->sequence, OK, -1, "a snapshot follows");
		s->all->ops->subscribe(s, sub.what, s->all->arg);
		break;
	case W_RAW_GET: got_raw_get(s, f, &r); break;
	case W_BYE: conn_finish(c, ERR_CLOSED); break;
	case W_PONG:
	case W_RESULT: break;
	default:
		if (s->all->ops->request == NULL || !s->all->ops->request(s, f, s->all->arg))
			say_bye(s, ERR_FRAME, "a client does not send this");
		break;
	}
}

static void
closed_cb(struct conn *c, enum err why, void *arg)
{
	struct session *s = arg;

	(void)c;
	if (why == ERR_CLOSED)
		log_info("%s left", s->user);
	else
		log_info("%s was dropped: %s", s->user, err_text(why));
	if (s->has_stayed && s->all->ops->left != NULL)
		s->all->ops->left(s, why, s->all->arg);
	session_free(s);
}

static const struct conn_ops conn_ops = { .frame = frame_cb, .closed = closed_cb };

/* ---- accepting */

/* One try to say why, and gone; a refused client costs no session. */
static void
refuse(struct sessions *all, int fd, const struct peer *p, enum err why, const char *text)
{
	struct wbuf body, frame;
	struct mono now = clock_mono();

	wbuf_init(&body);
	wbuf_init(&frame);
	put_bye(&body, why, text);
	conn_encode(&frame, W_BYE, 0, &body);
	(void)send(fd, frame.data, frame.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	wbuf_done(&body);
	wbuf_done(&frame);
	close(fd);
	all->refused++;
	if (all->refused_at.us != 0 && mono_diff_us(now, all->refused_at) < SAY_REFUSED_US)
		return;
	log_warn("refused uid %ld, process %ld: %s (%u refused since the last word of it)",
	    p == NULL ? -1L : (long)p->uid, p == NULL ? -1L : (long)p->pid, text, all->refused);
	if (all->ops->refused != NULL)
		all->ops->refused(
		    p == NULL ? -1L : (long)p->uid, p == NULL ? -1L : (long)p->pid, text, all->refused, all->arg);
	all->refused_at = now;
	all->refused = 0;
}

static uint32_t
count_user(const struct sessions *all, uid_t uid)
{
	const struct session *s;
	uint32_t n = 0;

	TAILQ_FOREACH(s, &all->list, entry)
		n += s->peer.uid == uid;
	return n;
}

static void
admit(struct sessions *all, int fd)
{
	struct conn_limits limits = { .queue_max = QUEUE_MAX };
	struct session *s;
	struct peer peer;
	char buf[64];
	const char *name, *text;
	enum role role;

	if (!access_peer(fd, &peer)) {
		refuse(all, fd, NULL, ERR_DENIED, "the system does not say who you are");
		return;
	}
	role = access_role(all->site, &peer, geteuid(), &name, buf, sizeof(buf));
	if (role == ROLE_NONE) {
		refuse(all, fd, &peer, ERR_DENIED,
		    "you are not among the users of this site; ask its engineer to add you to users: in the site file");
		return;
	}
	text = sessions_refuse(all->count, count_user(all, peer.uid), role);
	if (text != NULL) {
		refuse(all, fd, &peer, ERR_BUSY, text);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->all = all;
	s->peer = peer;
	s->role = role;
	str_copy(s->areas, sizeof(s->areas), access_areas(all->site, &peer));
	str_copy(s->user, sizeof(s->user), name);
	access_terminal(peer.pid, s->terminal, sizeof(s->terminal));
	s->conn = conn_new(all->loop, fd, &conn_ops, s, &limits);
	ev_timer_init(&s->greeting, greeting_cb, GREETING_S, 0.0);
	s->greeting.data = s;
	ev_timer_start(all->loop, &s->greeting);
	TAILQ_INSERT_TAIL(&all->list, s, entry);
	all->count++;
}

/* Out of descriptors: the spare one lets us tell the client so, then we rest. */
static void
out_of_descriptors(struct sessions *all)
{
	int fd;

	close(all->spare);
	fd = accept4(all->accepting.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		refuse(all, fd, NULL, ERR_BUSY, "chisand is out of file descriptors; try again");
	all->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ev_io_stop(all->loop, &all->accepting);
	ev_timer_set(&all->pause, PAUSE_S, 0.0);
	ev_timer_start(all->loop, &all->pause);
}

static void
accept_cb(struct ev_loop *loop, ev_io *w, int revents)
{
	struct sessions *all = w->data;

	(void)loop;
	(void)revents;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			admit(all, fd);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			out_of_descriptors(all);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

static void
pause_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sessions *all = w->data;

	(void)revents;
	ev_io_start(loop, &all->accepting);
}

/* ---- all */

struct sessions *
sessions_new(struct ev_loop *loop, int fd, const struct sessions_ops *ops, void *arg)
{
	struct sessions *all = xcalloc(1, sizeof(*all));

	all->loop = loop;
	all->ops = ops;
	all->arg = arg;
	TAILQ_INIT(&all->list);
	all->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ev_io_init(&all->accepting, accept_cb, fd, EV_READ);
	ev_timer_init(&all->pause, pause_cb, 0.0, 0.0);
	all->accepting.data = all->pause.data = all;
	return all;
}

void
sessions_free(struct sessions *all)
{
	struct session *s;

	if (all == NULL)
		return;
	while ((s = TAILQ_FIRST(&all->list)) != NULL)
		session_free(s);
	ev_io_stop(all->loop, &all->accepting);
	ev_timer_stop(all->loop, &all->pause);
	if (all->spare >= 0)
		close(all->spare);
	free(all);
}

void
sessions_site(struct sessions *all, const struct site *site)
{
	struct session *s;
	char buf[64];
	const char *name;

	all->site = site;
	if (!ev_is_active(&all->accepting) && !ev_is_active(&all->pause))
		ev_io_start(all->loop, &all->accepting);
	/* nobody is freed before the loop turns: the list stays */
	TAILQ_FOREACH(s, &all->list, entry) {
		enum role role = access_role(site, &s->peer, geteuid(), &name, buf, sizeof(buf));

		if (role == ROLE_NONE) {
			say_bye(s, ERR_DENIED, "you are no longer among the users of this site");
			continue;
		}
		const char *areas = access_areas(site, &s->peer);

		if (role == s->role && strcmp(areas, s->areas) == 0)
			continue;
		s->role = role;
		str_copy(s->areas, sizeof(s->areas), areas);
		if (!s->has_greeted)
			continue;
		conn_set_role(s->conn, role);
		send_hello(s);
	}
}

void
sessions_bye(struct sessions *all, enum err why, const char *text)
{
	struct session *s;

	ev_io_stop(all->loop, &all->accepting);
	ev_timer_stop(all->loop, &all->pause);
	TAILQ_FOREACH(s, &all->list, entry)
		say_bye(s, why, text);
}

uint32_t
sessions_count(const struct sessions *all)
{
	return all->count;
}

struct actor
session_actor(const struct session *s)
{
	return (struct actor){
		.uid = (uint32_t)s->peer.uid,
		.role = s->role,
		.user = s->user,
		.terminal = s->terminal,
		.areas = s->areas,
		.session = s,
	};
}
