/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.c - the way of the data through chisand.
 *
 *   start   1 lock and socket   2 site   3 table, calculations   4 clients are let in   5 store, field, planner
 *   turn    1 samples into the table   2 calculations   3 publish: at the end of every turn of the loop in which something came
 *   reload  1 new site; a bad one ends here   2 new generation: table adopts what stays   3 snapshots, field configuration
 *   stop    1 field   2 planner, store   3 clients are told   4 socket removed
 */
#include "config.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/core/calc.h"
#include "scada/core/core.h"
#include "scada/core/intake.h"
#include "scada/core/links.h"
#include "scada/core/notify.h"
#include "scada/core/place.h"
#include "scada/core/publish.h"
#include "scada/core/session.h"
#include "scada/core/system.h"

#define TICK_S     0.25
#define STATUS_S   5.0
#define FAREWELL_S 1.5 /* for clients to read our last words */

struct core {
	struct ev_loop *loop;
	const struct core_options *options;
	struct place_socket socket;
	struct supervise *supervise;
	struct intake *intake;
	struct links *links;
	struct publish *publish;
	struct sessions *sessions;
	struct system *system;
	/* ---- of the generation */
	struct site *site;
	struct table *table;
	struct calc *calc;
	uint16_t generation;
	uint64_t hash[4];
	uint64_t uuid[2];
	/* ---- */
	ev_prepare turn; /* never started, only fed: runs after all events of a turn, before the queues go out */
	ev_timer tick, status, alive, farewell;
	ev_signal term, interrupt, hangup;
	char status_text[128];
	bool is_stopping;
	int exit_code;
};

static void
touch(struct core *c)
{
	ev_feed_event(c->loop, &c->turn, EV_CUSTOM);
}

static void
turn_cb(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct core *c = w->data;

	(void)loop;
	(void)revents;
	if (c->table == NULL || c->is_stopping)
		return;
	calc_run(c->calc, clock_utc(), clock_mono());
	publish_turn(c->publish);
}

static void
tick_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct core *c = w->data;

	(void)loop;
	(void)revents;
	if (c->table == NULL)
		return;
	table_tick(c->table, clock_mono());
	touch(c);
}

static void
status_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct core *c = w->data;
	uint32_t states[DEVICE_STATE_COUNT];
	char text[sizeof(c->status_text)];

	(void)loop;
	(void)revents;
	if (c->site == NULL || c->is_stopping)
		return;
	links_count(c->links, states);
	str_printf(text, sizeof(text), "%u points, %u devices up, %u down, %u clients", c->site->point_count,
	    states[DEVICE_UP], states[DEVICE_DOWN] + states[DEVICE_CONNECTING], sessions_count(c->sessions));
	if (strcmp(text, c->status_text) == 0)
		return;
	str_copy(c->status_text, sizeof(c->status_text), text);
	notify_status("%s", text);
}

static void
alive_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	notify_alive();
}

/* ---- greetings */

static void
hello_cb(struct msg_hello *m, void *arg)
{
	struct core *c = arg;

	m->generation = c->generation;
	m->hash_a = c->hash[0];
	m->hash_b = c->hash[1];
	m->uuid_a = c->uuid[0];
	m->uuid_b = c->uuid[1];
}

/* The 32 digits of a UUID; the site's check has seen that they are. */
static void
read_uuid(const char *text, uint64_t out[2])
{
	unsigned digits = 0;

	out[0] = out[1] = 0;
	for (; text != NULL && *text != '\0' && digits < 32; text++) {
		unsigned d;

		if (*text >= '0' && *text <= '9')
			d = (unsigned)(*text - '0');
		else if ((*text | 32) >= 'a' && (*text | 32) <= 'f')
			d = (unsigned)(*text | 32) - 'a' + 10;
		else
			continue;
		out[digits / 16] = out[digits / 16] << 4 | d;
		digits++;
	}
}

/* ---- the site */

static void
start_helpers(struct core *c)
{
	supervise_start(c->supervise, HELPER_STORE, NULL);
	supervise_start(c->supervise, HELPER_FIELD, NULL);
	supervise_start(c->supervise, HELPER_PLANNER, NULL);
}

static void
loaded_cb(struct site *site, const uint64_t hash[4], void *arg)
{
	struct core *c = arg;
	struct site *old_site = c->site;
	struct table *old_table = c->table;
	struct calc *old_calc = c->calc;
	bool is_first = old_site == NULL;

	if (c->is_stopping) {
		site_free(site);
		return;
	}
	if (++c->generation == 0)
		c->generation = 1;
	memcpy(c->hash, hash, sizeof(c->hash));
	read_uuid(site->id, c->uuid);
	c->site = site;
	c->table = table_new(site);
	if (old_table != NULL)
		table_adopt(c->table, old_table);
	c->calc = calc_new(c->table);
	if (old_calc != NULL)
		calc_adopt(c->calc, old_calc);
	publish_site(c->publish, c->table, c->generation);
	links_site(c->links, c->table, c->generation);
	system_site(c->system, c->table);
	sessions_site(c->sessions, site);
	calc_free(old_calc);
	table_free(old_table);
	site_free(old_site);
	touch(c);
	log_notice("%s %s: %u points, %u devices, generation %u", is_first ? "site" : "reloaded", site->name,
	    site->point_count, site->node_count, c->generation);
	if (is_first) {
		start_helpers(c);
		log_notice("ready; clients find it at %s", c->socket.path);
	}
	notify_ready();
	status_cb(c->loop, &c->status, 0);
}

static void
stop(struct core *c, int exit_code)
{
	if (c->is_stopping) {
		ev_break(c->loop, EVBREAK_ALL); /* asked twice: at once */
		return;
	}
	c->is_stopping = true;
	c->exit_code = exit_code;
	notify_stopping();
	supervise_stop(c->supervise);
}

static void
failed_cb(enum err why, void *arg)
{
	struct core *c = arg;

	if (c->site == NULL) {
		if (why == ERR_CONFIG)
			log_error("the site in %s has faults; nothing was started", c->options->site_folder);
		stop(c, 1);
		return;
	}
	log_error("the site was not reloaded (%s); generation %u stays", err_text(why), c->generation);
	notify_ready();
}

static void
hangup_cb(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct core *c = w->data;

	(void)loop;
	(void)revents;
	if (c->is_stopping || c->site == NULL)
		return;
	log_info("reloading %s", c->options->site_folder);
	notify_reloading(clock_mono());
	intake_start(c->intake);
}

static void
stop_cb(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)loop;
	(void)revents;
	log_notice("stopping");
	stop(w->data, 0);
}

/* ---- helpers */

static void
up_cb(enum helper_id id, struct conn *conn, void *arg)
{
	struct core *c = arg;

	if (id == HELPER_FIELD)
		links_up(c->links, conn);
}

static void
helper_frame_cb(enum helper_id id, struct conn *conn, const struct frame *f, void *arg)
{
	struct core *c = arg;
	enum err e;

	if (id == HELPER_SITE) {
		intake_frame(c->intake, f);
		return;
	}
	if (f->type == W_PING) {
		conn_send(conn, W_PONG, f->sequence, NULL, NULL);
		return;
	}
	if (id != HELPER_FIELD)
		return; /* store and planner have their places, but nothing to say yet */
	e = links_frame(c->links, f, clock_utc(), clock_mono());
	if (e != OK)
		supervise_reject(c->supervise, id, e);
	touch(c);
}

static void
down_cb(enum helper_id id, enum err why, void *arg)
{
	struct core *c = arg;

	if (id == HELPER_SITE) {
		if (!c->is_stopping) /* a load that we ended ourselves has no outcome */
			intake_down(c->intake, why);
	} else if (id == HELPER_FIELD && !c->is_stopping) {
		log_warn("chisan-field is gone: its points are without communication until it is back");
		links_down(c->links);
		touch(c);
	}
}

static void
farewell_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void
stopped_cb(void *arg)
{
	struct core *c = arg;

	sessions_bye(c->sessions, ERR_CLOSED, "chisand stops");
	ev_timer_set(&c->farewell, sessions_count(c->sessions) == 0 ? 0.0 : FAREWELL_S, 0.0);
	ev_timer_start(c->loop, &c->farewell);
}

static const struct supervise_ops supervise_ops = {
	.hello = hello_cb,
	.up = up_cb,
	.frame = helper_frame_cb,
	.down = down_cb,
	.stopped = stopped_cb,
};
static const struct intake_ops intake_ops = { .loaded = loaded_cb, .failed = failed_cb };

/* ---- clients */

static void
subscribe_cb(struct session *s, unsigned what, void *arg)
{
	struct core *c = arg;

	publish_join(c->publish, &s->feed, s->conn, what);
}

static void
raw_get_cb(struct session *s, uint32_t sequence, point_id point, void *arg)
{
	struct core *c = arg;

	links_raw_get(c->links, s, sequence, point);
}

static void
gone_cb(struct session *s, void *arg)
{
	struct core *c = arg;

	publish_leave(c->publish, &s->feed);
	links_forget(c->links, s);
	if (c->is_stopping && sessions_count(c->sessions) <= 1 && ev_is_active(&c->farewell))
		ev_break(c->loop, EVBREAK_ALL);
}

static void
raw_cb(void *asker, uint32_t sequence, const struct frame *f, void *arg)
{
	struct session *s = asker;
	struct wbuf b = { .len = 0 };

	(void)arg;
	memcpy(wbuf_grow(&b, f->length), f->body, f->length);
	conn_send(s->conn, W_RAW, sequence, &b, NULL);
	wbuf_done(&b);
	s->raw_open--;
}

static void
raw_failed_cb(void *asker, uint32_t sequence, enum err why, const char *text, void *arg)
{
	struct session *s = asker;

	(void)arg;
	conn_result(s->conn, sequence, why, -1, "%s", text);
	s->raw_open--;
}

static const struct sessions_ops sessions_ops = {
	.hello = hello_cb, .subscribe = subscribe_cb, .raw_get = raw_get_cb, .gone = gone_cb
};
static const struct links_ops links_ops = { .raw = raw_cb, .raw_failed = raw_failed_cb };

/* ---- figures */

static size_t
ask_cb(double *sessions, double *late, pid_t pids[], size_t max, void *arg)
{
	struct core *c = arg;
	size_t n = 0;

	*sessions = sessions_count(c->sessions);
	*late = links_stats(c->links)->late;
	for (int i = 0; i < HELPER_COUNT && n < max; i++) {
		pid_t pid = supervise_pid(c->supervise, (enum helper_id)i);

		if (pid != 0)
			pids[n++] = pid;
	}
	return n;
}

static void
touched_cb(void *arg)
{
	touch(arg);
}

static const struct system_ops system_ops = { .ask = ask_cb, .touched = touched_cb };

/* ---- life */

static void
start_watchers(struct core *c)
{
	ev_prepare_init(&c->turn, turn_cb);
	ev_set_priority(&c->turn, -1); /* after samples of the same turn, before conn.c sends its queues */
	ev_timer_init(&c->tick, tick_cb, TICK_S, TICK_S);
	ev_timer_init(&c->status, status_cb, STATUS_S, STATUS_S);
	ev_timer_init(&c->alive, alive_cb, 0.0, (double)notify_alive_us() / 1e6);
	ev_timer_init(&c->farewell, farewell_cb, 0.0, 0.0);
	ev_signal_init(&c->term, stop_cb, SIGTERM);
	ev_signal_init(&c->interrupt, stop_cb, SIGINT);
	ev_signal_init(&c->hangup, hangup_cb, SIGHUP);
	c->turn.data = c->tick.data = c->status.data = c->alive.data = c->farewell.data = c;
	c->term.data = c->interrupt.data = c->hangup.data = c;
	ev_timer_start(c->loop, &c->tick);
	ev_timer_start(c->loop, &c->status);
	if (notify_alive_us() > 0)
		ev_timer_start(c->loop, &c->alive);
	ev_signal_start(c->loop, &c->term);
	ev_signal_start(c->loop, &c->interrupt);
	ev_signal_start(c->loop, &c->hangup);
}

static void
tear_down(struct core *c)
{
	publish_site(c->publish, NULL, 0);
	sessions_free(c->sessions);
	supervise_free(c->supervise);
	intake_free(c->intake);
	system_free(c->system);
	links_free(c->links);
	publish_free(c->publish);
	calc_free(c->calc);
	table_free(c->table);
	site_free(c->site);
	place_unlisten(&c->socket);
	ev_loop_destroy(c->loop);
}

int
core_run(const struct core_options *options)
{
	struct core c = { .options = options, .socket = { .fd = -1 } };
	char message[512];

	if (!place_lock(options->data_folder, message, sizeof(message)) ||
	    !place_listen(&c.socket, options->socket, message, sizeof(message))) {
		log_error("%s", message);
		return 1;
	}
	if (!utc_is_plausible(clock_utc()))
		log_warn("the system clock is wrong; times will be wrong until it is set");
	c.loop = ev_default_loop(EVFLAG_NOENV);
	if (c.loop == NULL)
		log_fatal("libev does not start: no epoll?");
	notify_init();
	start_watchers(&c);
	c.publish = publish_new(c.loop, clock_utc());
	c.links = links_new(c.publish, &links_ops, &c);
	c.sessions = sessions_new(c.loop, c.socket.fd, &sessions_ops, &c);
	c.supervise = supervise_new(c.loop, &supervise_ops, &c);
	c.intake = intake_new(c.supervise, options->site_folder, &intake_ops, &c);
	c.system = system_new(c.loop, &system_ops, &c);
	intake_start(c.intake);
	ev_run(c.loop, 0);
	tear_down(&c);
	return c.exit_code;
}
