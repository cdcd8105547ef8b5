/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.c - the connection to chisand: greet, subscribe, take the snapshot, ask for the map, follow the changes; try again when it is
 * lost. A new configuration takes the place of the old one whole, with its map.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/base/command.h"
#include "scada/base/conn.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/north/copy.h"
#include "scada/north/feed.h"

#define PAUSE_FIRST_S 0.2
#define PAUSE_LAST_S  5.0
#define PATIENCE_S    5.0 /* for the greeting; silence before a ping; and for its answer */

struct feed {
	struct ev_loop *loop;
	const struct feed_ops *ops;
	void *arg;
	struct sockaddr_un addr;
	struct conn *conn; /* NULL = none */
	ev_timer timer;    /* pause before the next try, or patience */
	double pause_s;
	bool is_greeted, is_pinged, was_heard, is_served;
	char user[64]; /* whom chisand takes us for */
	char why[256]; /* its last words */
	enum err logged;
	struct mono heard;
	uint32_t asked_map; /* sequence of the question; 0 = none */
	struct copy *live, *next;
	struct wbuf out;
};

static void
arm(struct feed *f, double seconds)
{
	ev_timer_stop(f->loop, &f->timer);
	ev_timer_set(&f->timer, seconds, 0.0);
	ev_timer_start(f->loop, &f->timer);
}

static void
end_under_way(struct copy *c)
{
	for (uint32_t i = 0; c != NULL && c->map != NULL && i < c->map->setpoint_count; i++) {
		struct north_setpoint *s = &c->map->setpoints[i];

		if (s->outcome == NORTH_UNDER_WAY)
			s->outcome = NORTH_UNKNOWN;
		s->asked = 0;
	}
}

static void
lose(struct feed *f, enum err e, const char *text)
{
	log_once(&f->logged, e, "chisand at %s: %s; what masters read is old until it is back", f->addr.sun_path, text);
	conn_free(f->conn);
	f->conn = NULL;
	copy_free(f->next);
	f->next = NULL;
	end_under_way(f->live);
	arm(f, f->pause_s);
	f->pause_s = f->pause_s * 2 > PAUSE_LAST_S ? PAUSE_LAST_S : f->pause_s * 2;
}

static void
send_body(struct feed *f, uint16_t type, uint32_t *sequence)
{
	conn_send(f->conn, type, 0, &f->out, sequence);
	wbuf_reset(&f->out);
}

/* ---- a configuration takes the place of the one before */

/* What became of the last one that was set is still true of the same setpoint at the same place. */
static void
keep_outcomes(const struct copy *old, struct copy *new)
{
	for (uint32_t i = 0; old != NULL && old->map != NULL && i < old->map->setpoint_count; i++) {
		const struct north_setpoint *was = &old->map->setpoints[i];
		uint16_t at = new->map->at_setpoint[was->address / 2];
		struct north_setpoint *is = at != 0 ? &new->map->setpoints[at - 1] : NULL;

		if (is == NULL || strcmp(old->names[was->point], new->names[is->point]) != 0)
			continue;
		is->outcome = was->outcome;
		is->addcause = was->addcause;
		is->is_told = was->is_told;
	}
}

static void
swap(struct feed *f, struct north_map *map)
{
	struct copy *old = f->live;

	f->next->map = map;
	end_under_way(old); /* its answer may come with numbers that are no more */
	if (map != NULL)
		keep_outcomes(old, f->next);
	f->live = f->next;
	f->next = NULL;
	f->pause_s = PAUSE_FIRST_S;
	log_once(&f->logged, OK, "chisand at %s: connected, generation %u", f->addr.sun_path, f->live->generation);
	if (map == NULL)
		log_notice("the site file has no north:, so nothing is served");
	f->ops->map(map, f->arg);
	copy_free(old);
}

static enum err
got_map(struct feed *f, const struct frame *frame)
{
	struct msg_north m;
	struct rbuf r;
	struct north_map *map;

	rbuf_init(&r, frame->body, frame->length);
	if (f->next == NULL || !f->next->is_whole || !msg_north_get(&r, &m) || !r_done(&r))
		return ERR_FRAME;
	map = north_map_new(&m, f->next->site, f->next->generation, f->next->point_count);
	if (map == NULL)
		return ERR_FRAME;
	f->asked_map = 0;
	swap(f, map);
	return OK;
}

static enum err
got_site(struct feed *f, const struct frame *frame)
{
	struct msg_site m;
	struct rbuf r;

	rbuf_init(&r, frame->body, frame->length);
	copy_free(f->next);
	f->next = msg_site_get(&r, &m) ? copy_new(&m) : NULL;
	if (f->next == NULL)
		return ERR_FRAME;
	conn_set_generation(f->conn, m.generation);
	return OK;
}

/* ---- what masters set */

static struct north_setpoint *
find_asked(const struct feed *f, uint32_t sequence)
{
	for (uint32_t i = 0;
	     sequence != 0 && f->live != NULL && f->live->map != NULL && i < f->live->map->setpoint_count; i++)
		if (f->live->map->setpoints[i].asked == sequence)
			return &f->live->map->setpoints[i];
	return NULL;
}

static uint16_t
outcome_of(enum err e)
{
	switch (e) {
	case OK: return NORTH_DONE;
	case ERR_UNKNOWN: return NORTH_UNKNOWN;
	case ERR_REFUSED:
	case ERR_DENIED:
	case ERR_NOT_FOUND:
	case ERR_USAGE:
	case ERR_BUSY: return NORTH_REFUSED;
	default: return NORTH_FAILED;
	}
}

/* True: it was about what a master set. */
static bool
got_result(struct feed *f, const struct frame *frame)
{
	struct north_setpoint *s = find_asked(f, frame->reply_to);
	struct msg_result m;
	struct rbuf r;
	enum err e;

	rbuf_init(&r, frame->body, frame->length);
	if (!msg_result_get(&r, &m))
		return false;
	e = err_is_known(m.err) ? (enum err)m.err : ERR_FAILED;
	if (s != NULL) {
		s->asked = 0;
		s->outcome = outcome_of(e);
		s->addcause = m.addcause == 255 ? AC_NONE : m.addcause;
		log_info("%s: %s", f->live->names[s->point], m.text);
		return true;
	}
	if (frame->reply_to == f->asked_map && f->asked_map != 0 && e == ERR_NOT_FOUND && f->next != NULL) {
		f->asked_map = 0;
		swap(f, NULL);
		return true;
	}
	if (e != OK)
		log_warn("chisand: %.200s", m.text);
	return false;
}

/* Held by us with this value, and for more than half its time to come. */
static bool
is_held_long(const struct copy_hold *h, const struct north_setpoint *s, struct utc now)
{
	return h->until.us - now.us > s->for_s * US_PER_S / 2;
}

/* That masters are refused belongs into the journal, but not each of the writes that a master makes each second. */
static void
tell_refused(struct feed *f, const struct copy_hold *h, struct north_setpoint *s, double value, enum addcause why)
{
	const char *name = f->live->names[s->point];
	uint64_t token = 0;
	char text[200];

	if (s->is_told || getrandom(&token, sizeof(token), 0) != (ssize_t)sizeof(token))
		return;
	s->is_told = true;
	if (why == AC_BLOCKED_COMMAND)
		str_printf(
		    text, sizeof(text), "a master may not set it to %.10g: it is tagged for operators only", value);
	else
		str_printf(text, sizeof(text), "a master may not set it to %.10g: %.64s holds it", value, h->user);
	log_notice("%s: %s", name, text);
	msg_note_put(&f->out, &(struct msg_note){ .token = token, .point = name, .text = text });
	send_body(f, W_NOTE, NULL);
}

/* False: somebody or something keeps masters off it, and s says so. */
static bool
is_free(struct feed *f, const struct copy_hold *h, struct north_setpoint *s, double value)
{
	enum addcause why = copy_blocks(h, f->user);

	if (why == AC_NONE) {
		s->is_told = false;
		return true;
	}
	s->outcome = NORTH_REFUSED;
	s->addcause = (uint16_t)why;
	tell_refused(f, h, s, value, why);
	return false;
}

enum err
feed_set(struct feed *f, struct north_setpoint *s, double value, struct utc now)
{
	const struct copy_hold *h = f->live->hold_of[s->point];
	bool is_same;
	uint64_t token = 0;

	if (!feed_is_live(f) || h == NULL)
		return ERR_NO_SERVER;
	if (s->outcome == NORTH_UNDER_WAY)
		return ERR_BUSY;
	if (!is_free(f, h, s, value))
		return OK;
	is_same = h->is_held && (float)h->value == (float)value && s->outcome == NORTH_DONE;
	if (is_same && is_held_long(h, s, now))
		return OK;
	if (getrandom(&token, sizeof(token), 0) != (ssize_t)sizeof(token))
		return ERR_FAILED;
	msg_command_put(&f->out,
	    &(struct msg_command){ .token = token,
	        .step = is_same ? STEP_EXTEND : STEP_OPERATE,
	        .value = value,
	        .until = now.us + s->for_s * US_PER_S,
	        .point = f->live->names[s->point],
	        .reason = s->reason,
	        .typed = "" });
	send_body(f, W_COMMAND, &s->asked);
	s->outcome = NORTH_UNDER_WAY;
	s->addcause = AC_NONE;
	return OK;
}

/* ---- frames */

static enum err
got_hello(struct feed *f, const struct frame *frame)
{
	struct msg_hello m;
	struct rbuf r;

	rbuf_init(&r, frame->body, frame->length);
	if (!msg_hello_get(&r, &m))
		return ERR_FRAME;
	if (m.version != WIRE_VERSION)
		return ERR_VERSION;
	str_copy(f->user, sizeof(f->user), m.user);
	if (f->is_greeted)
		return OK; /* a change of role */
	f->is_greeted = true;
	msg_subscribe_put(
	    &f->out, &(struct msg_subscribe){ .what = SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_CHANGES | SUB_CONTROL });
	send_body(f, W_SUBSCRIBE, NULL);
	return OK;
}

static void
got_bye(struct feed *f, const struct frame *frame)
{
	struct msg_bye m;
	struct rbuf r;

	rbuf_init(&r, frame->body, frame->length);
	if (msg_bye_get(&r, &m))
		str_copy(f->why, sizeof(f->why), m.text);
}

static enum err
got_piece(struct feed *f, const struct frame *frame)
{
	struct copy *c = f->next != NULL ? f->next : f->live;
	enum err e;

	if (c == NULL)
		return ERR_FRAME; /* a piece without its beginning */
	e = copy_take(c, frame);
	if (e == OK && frame->type == W_SNAPSHOT_END)
		send_body(f, W_NORTH_GET, &f->asked_map);
	return e;
}

static enum err
take(struct feed *f, const struct frame *frame)
{
	if (!f->is_greeted && frame->type != W_HELLO && frame->type != W_BYE)
		return ERR_FRAME;
	switch (frame->type) {
	case W_HELLO: return got_hello(f, frame);
	case W_BYE: got_bye(f, frame); return OK;
	case W_PING: conn_send(f->conn, W_PONG, frame->sequence, NULL, NULL); return OK;
	case W_SITE: return got_site(f, frame);
	case W_NORTH: return got_map(f, frame);
	case W_RESULT: got_result(f, frame); return OK;
	case W_POINT:
	case W_VALUES:
	case W_CHANGES:
	case W_OUTPUT:
	case W_TAG_STATE:
	case W_SNAPSHOT_END: return got_piece(f, frame);
	default: return OK; /* of no concern here */
	}
}

static void
frame_cb(struct conn *c, const struct frame *frame, void *arg)
{
	struct feed *f = arg;
	enum err e;

	(void)c;
	f->was_heard = true;
	f->is_pinged = false;
	f->heard = clock_mono();
	e = take(f, frame);
	if (e != OK)
		lose(f, e, err_text(e));
}

static void
closed_cb(struct conn *c, enum err why, void *arg)
{
	struct feed *f = arg;

	(void)c;
	lose(f, why, f->why[0] != '\0' ? f->why : err_text(why));
}

/* ---- connecting */

static void
try_now(struct feed *f)
{
	static const struct conn_ops ops = { .frame = frame_cb, .closed = closed_cb };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&f->addr, sizeof(f->addr)) != 0)
		error = errno;
	if (error != 0) {
		if (fd >= 0)
			close(fd);
		lose(f, ERR_NO_SERVER, strerror(error));
		return;
	}
	f->is_greeted = f->is_pinged = f->was_heard = false;
	f->why[0] = '\0';
	f->asked_map = 0;
	f->conn = conn_new(f->loop, fd, &ops, f, NULL);
	conn_set_role(f->conn, ROLE_PEER); /* the server may send all rows; what it may not change is nothing of ours */
	wbuf_reset(&f->out);
	msg_hello_put(&f->out,
	    &(struct msg_hello){ .version = WIRE_VERSION, .program = "chisan-north", .build = VERSION, .user = "" });
	send_body(f, W_HELLO, NULL);
	arm(f, PATIENCE_S);
}

static void
timer_cb(struct ev_loop *loop, ev_timer *w, int events)
{
	struct feed *f = w->data;

	(void)loop;
	(void)events;
	if (f->conn == NULL) {
		try_now(f);
		return;
	}
	if (!f->is_greeted || f->is_pinged) {
		lose(f, ERR_TIMEOUT, "it does not answer");
		return;
	}
	if (!f->was_heard) {
		f->is_pinged = true;
		conn_send(f->conn, W_PING, 0, NULL, NULL);
	}
	f->was_heard = false;
	arm(f, PATIENCE_S);
}

/* ---- what masters read */

bool
feed_is_live(const struct feed *f)
{
	return f->conn != NULL && f->is_greeted && f->live != NULL && f->next == NULL &&
	    conn_generation(f->conn) == f->live->generation;
}

struct mono
feed_heard(const struct feed *f)
{
	return f->heard;
}

void
feed_value(const struct feed *f, point_id point, struct utc now, struct north_value *out)
{
	copy_value(f->live, point, now, out);
	if (!feed_is_live(f))
		out->quality |= Q_STALE;
}

/* ---- life */

struct feed *
feed_new(struct ev_loop *loop, const char *socket, const struct feed_ops *ops, void *arg)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->loop = loop;
	f->ops = ops;
	f->arg = arg;
	f->addr.sun_family = AF_UNIX;
	if (!str_copy(f->addr.sun_path, sizeof(f->addr.sun_path), socket))
		log_fatal("the path of the socket is longer than a socket's may be: %s", socket);
	f->pause_s = PAUSE_FIRST_S;
	wbuf_init(&f->out);
	ev_init(&f->timer, timer_cb);
	f->timer.data = f;
	arm(f, 0.0);
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	ev_timer_stop(f->loop, &f->timer);
	conn_free(f->conn);
	copy_free(f->next);
	copy_free(f->live);
	wbuf_done(&f->out);
	free(f);
}
