/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervise.c - the life of helpers.  A helper is gone when both its pipe has ended and its process was reaped.
 *
 *   OFF --start--> STARTING --hello--> UP --pipe ends or exit--> ENDING --both--> WAITING --back-off--> STARTING
 */
#include "config.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/core/supervise.h"

#define HELLO_S       5.0  /* to greet */
#define ONCE_S        60.0 /* for the whole job */
#define ONCE_CPU_S    60
#define ONCE_MEMORY   (UINT64_C(2) << 30)
#define STOP_S        2.0  /* to end after its pipe did */
#define STOP_DISK_S   10.0 /* the same of one that waits for a disk */
#define PING_S        2.0  /* between two questions whether it lives */
#define SILENT_MAX    5    /* of them without a word of it: it hangs */
#define PATIENT_MAX   30   /* the same of one that waits for a disk */
#define STALL_US      (30 * US_PER_S)
#define PATIENT_US    (90 * US_PER_S)
#define BACKOFF_MIN_S 0.2
#define BACKOFF_MAX_S 30.0
#define LASTED_US     (10 * US_PER_S) /* who ran so long starts again at once */

enum helper_state { HELPER_OFF, HELPER_STARTING, HELPER_UP, HELPER_ENDING, HELPER_WAITING };

struct helper {
	struct supervise *s;
	enum helper_id id;
	enum helper_state state;
	struct conn *conn;
	const char *const *arguments; /* NULL = none */
	pid_t pid;
	char ended[96]; /* how it did last */
	ev_child child;
	ev_timer timer; /* by state: greeting or job, killing, back-off */
	struct mono started;
	double backoff_s;
	uint32_t restarts;
	bool was_up, was_heard;
	bool is_ended;   /* not to be started again */
	unsigned silent; /* pings since it was last heard */
	enum err why;    /* of the pipe's end */
};

struct supervise {
	struct ev_loop *loop;
	const struct supervise_ops *ops;
	void *arg;
	struct helper helpers[HELPER_ALL];
	bool is_stopping, is_stopped;
};

struct helper_row {
	const char *program, *name;
	unsigned flags;
	const char *without;
};
#define HELPER_ROW(id, program, name, flags, without) [id] = { program, name, flags, without },
static const struct helper_row rows[HELPER_COUNT] = { HELPER_LIST(HELPER_ROW) };
#undef HELPER_ROW

static const struct helper_row line_row = { "chisan-serial", "chisan-serial", 0,
	"the devices of a serial line are not read" };

static const struct helper_row *
row_of(enum helper_id id)
{
	return HELPER_IS_LINE(id) ? &line_row : &rows[id];
}

static const enum helper_id stop_order[] = { HELPER_FIELD, HELPER_NOTIFY, HELPER_PLANNER, HELPER_SITE, HELPER_READER,
	HELPER_STORE };
_Static_assert(ARRAY_LEN(stop_order) == HELPER_COUNT, "each helper is stopped");

static enum err launch(struct helper *h);
static void stop_next(struct supervise *s);

static bool
is_once(const struct helper *h)
{
	return (row_of(h->id)->flags & HELPER_ONCE) != 0;
}

static bool
is_patient(const struct helper *h)
{
	return (row_of(h->id)->flags & HELPER_PATIENT) != 0;
}

static void
set_timer(struct helper *h, double after_s)
{
	ev_timer_stop(h->s->loop, &h->timer);
	ev_timer_set(&h->timer, after_s, 0.0);
	ev_timer_start(h->s->loop, &h->timer);
}

static double
stop_s(const struct helper *h)
{
	return is_patient(h) ? STOP_DISK_S : STOP_S;
}

static void
wait_backoff(struct helper *h)
{
	h->state = HELPER_WAITING;
	if (mono_diff_us(clock_mono(), h->started) >= LASTED_US)
		h->backoff_s = BACKOFF_MIN_S;
	set_timer(h, h->backoff_s);
	h->backoff_s = h->backoff_s * 2 > BACKOFF_MAX_S ? BACKOFF_MAX_S : h->backoff_s * 2;
}

/* Both pipe and process are gone. */
static void
gone(struct helper *h)
{
	ev_timer_stop(h->s->loop, &h->timer);
	if (is_once(h) || h->s->is_stopping || h->is_ended)
		h->state = HELPER_OFF;
	else
		wait_backoff(h);
	if (is_once(h) && h->s->ops->down != NULL) /* only now may the next one be started */
		h->s->ops->down(h->id, h->why, h->s->arg);
	if (h->s->is_stopping)
		stop_next(h->s);
}

static void
pipe_ended(struct helper *h, enum err why)
{
	bool tell = h->was_up;

	conn_free(h->conn);
	h->conn = NULL;
	h->was_up = false;
	h->why = why;
	h->state = HELPER_ENDING;
	if (h->pid != 0)
		set_timer(h, stop_s(h));
	if (tell && h->s->ops->down != NULL)
		h->s->ops->down(h->id, why, h->s->arg);
	if (h->pid == 0)
		gone(h);
}

static void
child_cb(struct ev_loop *loop, ev_child *w, int revents)
{
	struct helper *h = w->data;
	char text[128];

	(void)revents;
	ev_child_stop(loop, w);
	h->pid = 0;
	spawn_status_text(text, sizeof(text), w->rstatus);
	str_copy(h->ended, sizeof(h->ended), text);
	if (w->rstatus != 0 && !h->s->is_stopping)
		log_warn("%s %s", row_of(h->id)->name, text);
	else
		log_debug("%s %s", row_of(h->id)->name, text);
	if (h->conn == NULL)
		gone(h);
	else
		set_timer(h, stop_s(h)); /* its last words are still in the pipe */
}

/* A loop that hangs keeps its pipe open: only its silence tells. */
static void
ask_if_alive(struct helper *h)
{
	h->silent = h->was_heard ? 0 : h->silent + 1;
	h->was_heard = false;
	if (h->silent >= (is_patient(h) ? PATIENT_MAX : SILENT_MAX)) {
		log_warn("%s does not answer; it is killed", row_of(h->id)->name);
		if (h->pid != 0)
			kill(h->pid, SIGKILL);
		pipe_ended(h, ERR_TIMEOUT);
		return;
	}
	conn_send(h->conn, W_PING, 0, NULL, NULL);
	set_timer(h, PING_S);
}

static void
timer_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct helper *h = w->data;

	(void)loop;
	(void)revents;
	if (h->state == HELPER_UP && h->pid != 0) {
		ask_if_alive(h);
		return;
	}
	if (h->state == HELPER_WAITING) {
		h->restarts++;
		if (launch(h) != OK)
			wait_backoff(h);
		return;
	}
	if (h->pid != 0) {
		if (!h->s->is_stopping)
			log_warn("%s %s; it is killed", row_of(h->id)->name,
			    h->state == HELPER_ENDING ? "does not end"
			        : is_once(h)          ? "takes too long"
			                              : "does not greet");
		kill(h->pid, SIGKILL);
	}
	if (h->conn != NULL)
		pipe_ended(h, ERR_TIMEOUT);
}

static void
greet(struct helper *h)
{
	struct msg_hello m = { .version = WIRE_VERSION, .program = "chisand", .build = VERSION, .user = "" };
	struct wbuf b;

	if (h->s->ops->hello != NULL)
		h->s->ops->hello(&m, h->s->arg);
	m.role = ROLE_PEER;
	wbuf_init(&b);
	msg_hello_put(&b, &m);
	conn_send(h->conn, W_HELLO, 0, &b, NULL);
	wbuf_done(&b);
}

static void
got_hello(struct helper *h, const struct frame *f)
{
	struct msg_hello m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_hello_get(&r, &m)) {
		supervise_reject(h->s, h->id, ERR_FRAME);
		return;
	}
	if (m.version != WIRE_VERSION) {
		log_error("%s is of build %s and speaks version %u of the pipe, chisand speaks %u: install both from "
		          "one build",
		    row_of(h->id)->name, m.build, m.version, WIRE_VERSION);
		h->backoff_s = BACKOFF_MAX_S;
		supervise_reject(h->s, h->id, ERR_VERSION);
		return;
	}
	if (is_once(h) || h->state != HELPER_STARTING)
		return;
	h->state = HELPER_UP;
	h->was_up = h->was_heard = true;
	h->silent = 0;
	set_timer(h, PING_S);
	log_info("%s is up, process %d", row_of(h->id)->name, (int)h->pid);
	if (h->s->ops->up != NULL)
		h->s->ops->up(h->id, h->conn, h->s->arg);
}

static void
frame_cb(struct conn *c, const struct frame *f, void *arg)
{
	struct helper *h = arg;

	h->was_heard = true;
	if (f->type == W_HELLO)
		got_hello(h, f);
	else if (h->state == HELPER_UP || is_once(h))
		h->s->ops->frame(h->id, c, f, h->s->arg);
	else
		supervise_reject(h->s, h->id, ERR_FRAME);
}

static void
closed_cb(struct conn *c, enum err why, void *arg)
{
	struct helper *h = arg;

	(void)c;
	if (why != ERR_CLOSED) {
		log_warn("%s: %s", row_of(h->id)->name, err_text(why));
		if (h->pid != 0)
			kill(h->pid, SIGKILL);
	}
	pipe_ended(h, why);
}

static const struct conn_ops conn_ops = { .frame = frame_cb, .closed = closed_cb };

static void
limit_job(pid_t pid)
{
#if !defined(CHISAN_SANITIZED) /* a sanitizer reserves more addresses than any limit */
	struct rlimit memory = { ONCE_MEMORY, ONCE_MEMORY };

	(void)prlimit(pid, RLIMIT_AS, &memory, NULL);
#endif
	struct rlimit cpu = { ONCE_CPU_S, ONCE_CPU_S + 1 };

	(void)prlimit(pid, RLIMIT_CPU, &cpu, NULL);
}

static enum err
launch(struct helper *h)
{
	struct conn_limits limits = { .queue_max = 64u << 20, .stall_us = is_patient(h) ? PATIENT_US : STALL_US };
	enum err e;
	int fd;

	e = spawn_start(row_of(h->id)->program, h->arguments, &h->pid, &fd);
	if (e != OK) {
		h->pid = 0;
		return e;
	}
	h->started = clock_mono();
	if (is_once(h))
		limit_job(h->pid);
	ev_child_init(&h->child, child_cb, h->pid, 0);
	h->child.data = h;
	ev_child_start(h->s->loop, &h->child);
	h->conn = conn_new(h->s->loop, fd, &conn_ops, h, &limits);
	conn_set_role(h->conn, ROLE_PEER);
	h->state = HELPER_STARTING;
	set_timer(h, is_once(h) ? ONCE_S : HELLO_S);
	greet(h);
	return OK;
}

struct supervise *
supervise_new(struct ev_loop *loop, const struct supervise_ops *ops, void *arg)
{
	struct supervise *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->ops = ops;
	s->arg = arg;
	for (int i = 0; i < HELPER_ALL; i++) {
		struct helper *h = &s->helpers[i];

		h->s = s;
		h->id = (enum helper_id)i;
		h->backoff_s = BACKOFF_MIN_S;
		ev_timer_init(&h->timer, timer_cb, 0.0, 0.0);
		h->timer.data = h;
	}
	return s;
}

void
supervise_free(struct supervise *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < HELPER_ALL; i++) {
		struct helper *h = &s->helpers[i];

		ev_timer_stop(s->loop, &h->timer);
		conn_free(h->conn);
		if (h->pid == 0)
			continue;
		ev_child_stop(s->loop, &h->child);
		kill(h->pid, SIGKILL);
	}
	free(s);
}

enum err
supervise_start(struct supervise *s, enum helper_id id, const char *const arguments[])
{
	struct helper *h = &s->helpers[id];
	enum err e;

	if (s->is_stopping)
		return ERR_CLOSED;
	h->is_ended = false; /* one that was to end is started again when it has */
	if (h->conn != NULL || h->pid != 0 || h->state == HELPER_WAITING)
		return ERR_BUSY;
	h->arguments = arguments;
	e = launch(h);
	if (is_once(h))
		h->arguments = NULL;
	if (e == ERR_NOT_FOUND && (row_of(id)->flags & HELPER_OPTIONAL) != 0)
		log_debug("%s is not installed: %s", row_of(id)->name, row_of(id)->without);
	else if (e != OK)
		log_error("%s %s: %s", row_of(id)->name, e == ERR_NOT_FOUND ? "is not installed" : "cannot be started",
		    row_of(id)->without);
	/* out of processes or descriptors, or just being installed: that passes */
	if (!is_once(h) && (e == ERR_FAILED || (e == ERR_NOT_FOUND && (row_of(id)->flags & HELPER_OPTIONAL) == 0)))
		wait_backoff(h);
	return e;
}

void
supervise_end(struct supervise *s, enum helper_id id)
{
	struct helper *h = &s->helpers[id];

	h->is_ended = true;
	if (h->state == HELPER_WAITING) {
		ev_timer_stop(s->loop, &h->timer);
		h->state = HELPER_OFF;
	} else if (h->conn != NULL) {
		pipe_ended(h, ERR_CLOSED);
	}
}

void
supervise_renew(struct supervise *s, enum helper_id id)
{
	struct helper *h = &s->helpers[id];

	h->backoff_s = BACKOFF_MIN_S;
	if (h->conn != NULL)
		pipe_ended(h, ERR_CLOSED);
}

void
supervise_reject(struct supervise *s, enum helper_id id, enum err why)
{
	struct helper *h = &s->helpers[id];

	if (h->conn == NULL)
		return;
	if (why != ERR_VERSION)
		log_warn("%s breaks the rules of the pipe: %s", row_of(id)->name, err_text(why));
	if (h->pid != 0)
		kill(h->pid, SIGKILL);
	pipe_ended(h, why);
}

/* Ends the next helper of the order that still runs; called again when it is gone. */
static void
stop_next(struct supervise *s)
{
	for (size_t i = 0; i < SERIAL_LINES_MAX + ARRAY_LEN(stop_order); i++) {
		struct helper *h =
		    &s->helpers[i < SERIAL_LINES_MAX ? HELPER_LINE(i) : stop_order[i - SERIAL_LINES_MAX]];

		ev_timer_stop(s->loop, &h->timer);
		if (h->conn == NULL && h->pid == 0) {
			h->state = HELPER_OFF;
			continue;
		}
		log_debug("%s is to end, within %.0f s", row_of(h->id)->name, stop_s(h));
		if (h->conn != NULL)
			pipe_ended(h, ERR_CLOSED);
		else
			set_timer(h, stop_s(h));
		return;
	}
	if (!s->is_stopped && s->ops->stopped != NULL) {
		s->is_stopped = true;
		s->ops->stopped(s->arg);
	}
}

void
supervise_stop(struct supervise *s)
{
	if (s->is_stopping)
		return;
	s->is_stopping = true;
	stop_next(s);
}

struct conn *
supervise_conn(const struct supervise *s, enum helper_id id)
{
	const struct helper *h = &s->helpers[id];

	return h->state == HELPER_UP ? h->conn : NULL;
}

pid_t
supervise_pid(const struct supervise *s, enum helper_id id)
{
	return s->helpers[id].pid;
}

uint32_t
supervise_restarts(const struct supervise *s, enum helper_id id)
{
	return s->helpers[id].restarts;
}

const char *
helper_name(enum helper_id id)
{
	assert((int)id < HELPER_ALL);
	return row_of(id)->name;
}

const char *
supervise_last_words(const struct supervise *s, enum helper_id id)
{
	return s->helpers[id].ended;
}
