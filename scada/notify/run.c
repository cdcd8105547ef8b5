/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - the loop of chisan-notify: frames in, calls out, one timer for what is due.
 */
#include "config.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/conn.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/notify/duty.h"
#include "scada/notify/notify.h"
#include "scada/notify/teller.h"

#define TREE_MAX (256u << 20) /* bytes of a site */
#define WAIT_MAX 3600.0

struct known { /* what an alarm is, of those that anybody could be told of */
	char *name, *area, *text, *response;
	unsigned priority;
};

struct notify {
	struct ev_loop *loop;
	struct conn *conn;
	int teller;
	ev_io answers;
	ev_timer timer;
	const char *program;
	struct duty *duty;
	struct site *site;
	bool is_greeted, is_ja;
	uint8_t *tree;
	size_t tree_len, tree_got;
	struct known *known; /* by number */
	uint32_t known_count;
	/* ---- calls under way */
	uint32_t next_id;
	struct {
		uint32_t id, count, more; /* id 0: none */
		char names[200], duty[80];
	} calls[DUTY_MAX];
	struct wbuf out;
	enum notify_state told_state; /* what chisand knows */
	char told_text[400];
	bool has_told;
};

static void
say_bye(struct notify *n, enum err e, const char *text)
{
	log_error("%s", text);
	wbuf_reset(&n->out);
	msg_bye_put(&n->out, &(struct msg_bye){ .err = (uint16_t)e, .text = text });
	conn_send(n->conn, W_BYE, 0, &n->out, NULL);
	conn_finish(n->conn, e);
}

/* ---- calls */

static void
tell_state(struct notify *n)
{
	const char *text;
	enum notify_state state = duty_state(n->duty, &text);
	if (n->site == NULL || (n->has_told && state == n->told_state && strcmp(text, n->told_text) == 0))
		return;
	n->has_told = true;
	n->told_state = state;
	str_copy(n->told_text, sizeof(n->told_text), text);
	wbuf_reset(&n->out);
	msg_notify_state_put(&n->out, &(struct msg_notify_state){ .state = (uint8_t)state, .text = text });
	conn_send(n->conn, W_NOTIFY_STATE, 0, &n->out, NULL);
}

static void
tell_told(struct notify *n, uint32_t duty, bool is_ok, const char *words)
{
	char text[600];
	str_printf(text, sizeof(text), "%s%s%s", n->calls[duty].names, is_ok ? "" : "; ", is_ok ? "" : words);
	const struct msg_notify_told m = {
		.duty = n->calls[duty].duty,
		.lines = n->calls[duty].count,
		.more = n->calls[duty].more,
		.ok = is_ok,
		.text = text,
	};
	wbuf_reset(&n->out);
	msg_notify_told_put(&n->out, &m);
	conn_send(n->conn, W_NOTIFY_TOLD, 0, &n->out, NULL);
}

static void
done(struct notify *n, uint32_t duty, bool is_ok, const char *words)
{
	tell_told(n, duty, is_ok, words);
	n->calls[duty].id = 0;
	duty_done(n->duty, duty, is_ok, words, clock_mono());
}

static void
look(struct notify *n)
{
	struct utc now = clock_utc();
	struct mono mono = clock_mono(), at;
	struct duty_call call;
	while (n->site != NULL && n->site->notify != NULL && duty_next(n->duty, now, mono, &call)) {
		if (++n->next_id == 0)
			n->next_id = 1;
		n->calls[call.duty].id = n->next_id;
		n->calls[call.duty].count = call.count;
		n->calls[call.duty].more = call.more;
		str_copy(n->calls[call.duty].names, sizeof(n->calls[call.duty].names), call.names);
		str_copy(n->calls[call.duty].duty, sizeof(n->calls[call.duty].duty), call.name);
		log_info("%s is told of %u alarms", call.name, call.count + call.more);
		if (!teller_ask(
		        n->teller, n->next_id, n->site->notify->timeout_us, call.name, call.address, call.lines))
			done(n, call.duty, false, "the process that runs the program takes no more");
	}
	tell_state(n);
	ev_timer_stop(n->loop, &n->timer);
	if (!duty_due(n->duty, now, mono, &at))
		return;
	double wait = (double)mono_diff_us(at, clock_mono()) / 1e6;
	ev_timer_set(&n->timer, wait < 0.01 ? 0.01 : wait < WAIT_MAX ? wait : WAIT_MAX, 0.0);
	ev_timer_start(n->loop, &n->timer);
}

static void
timer_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	look(w->data);
}

static void
answers_cb(struct ev_loop *loop, ev_io *w, int revents)
{
	struct notify *n = w->data;
	struct teller_answer a;
	enum err e;
	(void)loop;
	(void)revents;
	while ((e = teller_read(n->teller, &a)) == OK)
		for (uint32_t i = 0; i < DUTY_MAX; i++)
			if (n->calls[i].id == a.id && a.id != 0) {
				if (!a.is_ok)
					log_warn("%s cannot be told: %s", n->calls[i].duty, a.words);
				done(n, i, a.is_ok, a.words);
			}
	if (e == ERR_CLOSED)
		log_fatal("the process that runs the program is gone");
	look(n);
}

/* ---- alarms */

static void
forget_known(struct notify *n)
{
	for (uint32_t i = 0; i < n->known_count; i++) {
		free(n->known[i].name);
		free(n->known[i].area);
		free(n->known[i].text);
		free(n->known[i].response);
	}
	free(n->known);
	n->known = NULL;
	n->known_count = 0;
}

static const char *
pick(const struct notify *n, const char *en, const char *ja)
{
	return n->is_ja && ja[0] != '\0' ? ja : en[0] != '\0' ? en : ja;
}

static bool
take_def(struct notify *n, struct rbuf *r)
{
	struct msg_alarm_def m;
	if (!msg_alarm_def_get(r, &m) || m.alarm >= ALARM_MAX || strlen(m.name) >= ALARM_NAME_MAX || m.priority < 1 ||
	    m.priority > ALARM_PRIORITIES)
		return false;
	if (m.alarm >= n->known_count) {
		uint32_t room = n->known_count * 2 + 256;
		room = room <= m.alarm ? m.alarm + 1 : room;
		n->known = xrecallocarray(n->known, n->known_count, room, sizeof(*n->known));
		n->known_count = room;
	}
	struct known *k = &n->known[m.alarm];
	if (k->name != NULL || !duty_wants(n->duty, m.priority, m.area))
		return true;
	*k = (struct known){ xstrdup(m.name), xstrdup(m.area), xstrdup(pick(n, m.text, m.text_ja)),
		xstrdup(pick(n, m.response, m.response_ja)), m.priority };
	return true;
}

static bool
take_alarm(struct notify *n, struct rbuf *r)
{
	struct msg_alarm m;
	if (!msg_alarm_get(r, &m) || m.alarm >= ALARM_MAX)
		return false;
	if (m.alarm >= n->known_count || n->known[m.alarm].name == NULL)
		return true;
	const struct known *k = &n->known[m.alarm];
	const struct duty_news news = {
		.name = k->name,
		.area = k->area,
		.text = k->text,
		.response = k->response,
		.priority = k->priority,
		.state = m.state < ALARM_STATE_COUNT ? (enum alarm_state)m.state : ALARM_NORM,
		.occurrence = m.occurrence,
		.raised = { m.active },
		.is_test = (m.marks & ALARM_IS_TEST) != 0,
		.by = m.by,
	};
	duty_take(n->duty, &news, clock_utc(), clock_mono());
	return true;
}

/* ---- the site */

static void
use_site(struct notify *n)
{
	struct site *s = site_get(n->tree, n->tree_len);
	free(n->tree);
	n->tree = NULL;
	if (s == NULL) {
		say_bye(n, ERR_CONFIG, "the site that chisand sent cannot be read");
		return;
	}
	if (s->notify != NULL && strcmp(s->notify->program, n->program) != 0) {
		log_info("the site names another program: started again with it");
		site_free(s);
		ev_break(n->loop, EVBREAK_ALL);
		return;
	}
	if (!clock_set_zone(s->timezone))
		log_error("the time zone %s is not known here: times of duty are those of UTC", s->timezone);
	n->is_ja = s->reports != NULL && s->reports->language == LANGUAGE_JA;
	duty_site(n->duty, s->notify, n->is_ja, clock_mono());
	memset(n->calls, 0, sizeof(n->calls));
	site_free(n->site);
	n->site = s;
	n->has_told = false;
}

static void
begin_site(struct notify *n, const struct frame *f)
{
	struct msg_store_site m;
	struct rbuf body;
	rbuf_init(&body, f->body, f->length);
	if (!msg_store_site_get(&body, &m) || m.length == 0 || m.length > TREE_MAX) {
		say_bye(n, ERR_FRAME, "the announcement of a site cannot be read");
		return;
	}
	free(n->tree);
	n->tree = xmalloc(m.length);
	n->tree_len = m.length;
	n->tree_got = 0;
	conn_set_generation(n->conn, m.generation);
}

static void
take_tree(struct notify *n, const struct frame *f)
{
	if (n->tree == NULL || f->length > n->tree_len - n->tree_got) {
		say_bye(n, ERR_FRAME, "a piece of a site came that was not announced");
		return;
	}
	memcpy(n->tree + n->tree_got, f->body, f->length);
	n->tree_got += f->length;
	if (n->tree_got == n->tree_len)
		use_site(n);
}

/* ---- the pipe */

static void
take_hello(struct notify *n, const struct frame *f)
{
	struct msg_hello m;
	struct rbuf body;
	rbuf_init(&body, f->body, f->length);
	if (!msg_hello_get(&body, &m))
		say_bye(n, ERR_FRAME, "the greeting cannot be read");
	else if (m.version != WIRE_VERSION)
		say_bye(n, ERR_VERSION, "chisand speaks another version of the pipe: install both from one build");
	else
		n->is_greeted = true;
}

static void
frame_cb(struct conn *c, const struct frame *f, void *arg)
{
	struct notify *n = arg;
	struct rbuf r;
	bool is_good = true;
	if (f->type != W_HELLO && !n->is_greeted) {
		say_bye(n, ERR_FRAME, "the first frame must be a greeting");
		return;
	}
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_HELLO: take_hello(n, f); return;
	case W_PING: conn_send(c, W_PONG, f->sequence, NULL, NULL); return;
	case W_STORE_SITE: begin_site(n, f); return;
	case W_SITE_TREE: take_tree(n, f); return;
	case W_SITE: /* a snapshot begins */
		forget_known(n);
		duty_begin(n->duty);
		return;
	case W_ALARM_DEF: is_good = take_def(n, &r); break;
	case W_ALARM: is_good = take_alarm(n, &r); break;
	case W_SNAPSHOT_END: duty_end(n->duty, clock_utc(), clock_mono()); break;
	default: return; /* of no concern here */
	}
	if (!is_good)
		say_bye(n, ERR_FRAME, "an alarm that chisand told cannot be read");
	else if (f->type != W_ALARM_DEF)
		ev_feed_event(n->loop, &n->timer, EV_CUSTOM); /* once for all frames of this turn */
}

static void
closed_cb(struct conn *c, enum err why, void *arg)
{
	struct notify *n = arg;
	(void)why;
	conn_free(c);
	n->conn = NULL;
	ev_break(n->loop, EVBREAK_ALL);
}

static void
greet(struct notify *n)
{
	msg_hello_put(&n->out,
	    &(struct msg_hello){
	        .version = WIRE_VERSION, .role = ROLE_PEER, .program = "chisan-notify", .build = VERSION, .user = "" });
	conn_send(n->conn, W_HELLO, 0, &n->out, NULL);
}

int
notify_run(const char *program)
{
	static const struct conn_ops ops = { .frame = frame_cb, .closed = closed_cb };
	static const char *const reads[] = { "/usr/share/zoneinfo", NULL };
	struct notify n = { .program = program, .duty = duty_new() };
	pid_t pid;
	if (teller_start(program, &pid, &n.teller) != OK)
		log_fatal("no process can be made for the program: %s", strerror(errno));
	n.loop = ev_default_loop(EVFLAG_NOSIGMASK);
	if (n.loop == NULL)
		log_fatal("no event loop: %s", strerror(errno));
	/* From here on: no program, no socket, no file but the zones of the world. */
	if (sandbox_enter(SANDBOX_READ_FILES, reads) != OK)
		log_fatal("cannot enter the sandbox");
	n.conn = conn_new(n.loop, SPAWN_FD, &ops, &n, NULL);
	conn_set_role(n.conn, ROLE_PEER);
	ev_io_init(&n.answers, answers_cb, n.teller, EV_READ);
	ev_timer_init(&n.timer, timer_cb, 0.0, 0.0);
	n.answers.data = n.timer.data = &n;
	ev_io_start(n.loop, &n.answers);
	greet(&n);
	ev_run(n.loop, 0);
	conn_free(n.conn);
	close(n.teller);
	forget_known(&n);
	duty_free(n.duty);
	site_free(n.site);
	free(n.tree);
	wbuf_done(&n.out);
	ev_loop_destroy(n.loop);
	return EXIT_SUCCESS;
}
