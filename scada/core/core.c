/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.c - the way of the data through chisand.
 *
 *   start   1 lock and socket   2 site   3 table, calculations   4 clients are let in   5 store   6 restored state   7 field, planner
 *           8 alarms and control, when each device has answered or not
 *   turn    1 samples into the table   2 calculations   3 alarms, control   4 record, journal   5 publish: at the end of every turn of
 *           the loop in which something came
 *   reload  1 new site; a bad one ends here   2 new generation: table adopts what stays   3 snapshots, store, field configuration
 *   stop    1 the last of the record and of the journal   2 field   3 planner, reader, store   4 clients are told   5 socket removed
 */
#include "config.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/forecast.h"
#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/core/core_private.h"
#include "scada/core/entries.h"
#include "scada/core/notify.h"

#define TICK_S     0.25
#define STATUS_S   5.0
#define FAREWELL_S 1.5 /* for clients to read our last words */
#define LAST_S     1.5 /* for the store to have the last of the record */
#define LAST_ASK_S 0.02

static void
turn_cb(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct core *c = w->data;
	struct mono mono = clock_mono();
	struct utc now = clock_utc();

	(void)loop;
	(void)revents;
	if (c->table == NULL || c->is_stopping)
		return;
	calc_run(c->calc, now, mono);
	core_act_turn(c, now, mono);
	memory_turn(c->memory, now, mono);
	core_act_flush(c, mono);
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
	memory_tick(c->memory, clock_utc(), clock_mono());
	core_begin_acting(c, clock_utc(), clock_mono());
	core_wheel_tick(c, clock_utc(), clock_mono());
	dispatching_tick(c->dispatching, clock_utc(), clock_mono());
	core_touch(c);
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

void
core_touch(struct core *c)
{
	ev_feed_event(c->loop, &c->turn, EV_CUSTOM);
}

/* ---- greetings */

void
core_hello(struct msg_hello *m, void *arg)
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
start_store(struct core *c)
{
	enum err e = supervise_start(c->supervise, HELPER_STORE, c->writer);

	supervise_start(c->supervise, HELPER_READER, c->reader);
	memory_begin(c->memory, e != OK);
}

/* What was saved is restored, or its time is over. */
static void
restored_cb(void *arg)
{
	struct core *c = arg;

	if (c->is_stopping)
		return;
	c->restored_at = clock_mono();
	lines_begin(&c->lines, c->supervise, c->site);
	supervise_start(c->supervise, HELPER_PLANNER, c->planner);
	onduty_begin(c->onduty);
}

static void
scan_cb(point_id id, bool on, void *arg)
{
	struct core *c = arg;

	links_scan(c->links, id, on);
}

static void
loaded_cb(struct site *site, const uint64_t hash[4], void *arg)
{
	struct core *c = arg;
	struct site *old_site = c->site;
	struct table *old_table = c->table;
	struct calc *old_calc = c->calc;
	uint64_t old_hash[4];
	bool is_first = old_site == NULL;

	if (c->is_stopping) {
		site_free(site);
		return;
	}
	if (++c->generation == 0)
		c->generation = 1;
	memcpy(old_hash, c->hash, sizeof(old_hash));
	memcpy(c->hash, hash, sizeof(c->hash));
	read_uuid(site->id, c->uuid);
	c->site = site;
	(void)clock_set_zone(
	    site->timezone); /* of times in sentences for people; the checker has seen that it exists */
	c->table = table_new(site);
	if (old_table != NULL)
		table_adopt(c->table, old_table);
	c->calc = calc_new(c->table);
	if (old_calc != NULL)
		calc_adopt(c->calc, old_calc);
	memory_site(c->memory, c->table, c->calc, c->generation, hash);
	core_act_site(c, clock_utc(), clock_mono());
	onduty_site(c->onduty, site, c->generation, hash);
	publish_site(c->publish, c->table, c->generation);
	links_site(c->links, c->table, c->generation);
	lines_site(&c->lines, c->supervise, site);
	system_site(c->system, c->table);
	sessions_site(c->sessions, site);
	entries_site(memory_log(c->memory), site, hash, old_site, old_hash, c->generation, clock_utc(), clock_mono());
	calc_free(old_calc);
	table_free(old_table);
	site_free(old_site);
	alarming_own(c->alarming, OWN_CONFIG, false, "a configuration was taken", clock_utc(), clock_mono());
	core_touch(c);
	log_notice("%s %s: %u points, %u devices, generation %u", is_first ? "site" : "reloaded", site->name,
	    site->point_count, site->node_count, c->generation);
	if (is_first) {
		start_store(c);
		log_notice("ready; clients find it at %s", c->socket.path);
	}
	notify_ready();
	status_cb(c->loop, &c->status, 0);
}

/* The store is let go when it has all, or takes too long for it. */
static void
last_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct core *c = w->data;

	(void)revents;
	if (!memory_is_idle(c->memory) && mono_diff_us(clock_mono(), c->stopped_at) < (int64_t)(LAST_S * 1e6))
		return;
	ev_timer_stop(loop, w);
	supervise_stop(c->supervise);
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
	c->stopped_at = clock_mono();
	notify_stopping();
	memory_finish(c->memory, clock_utc(), c->stopped_at);
	ev_timer_start(c->loop, &c->last);
	last_cb(c->loop, &c->last, 0);
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
	logbook_say(memory_log(c->memory), clock_utc(), clock_mono(), JOURNAL_CONFIG, NULL,
	    "a new site was refused (%s); generation %u stays", err_text(why), c->generation);
	alarming_own(c->alarming, OWN_CONFIG, true, err_text(why), clock_utc(), clock_mono());
	core_touch(c);
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

/* ---- the field programs: chisan-field, and one a serial line */

static bool
is_field(enum helper_id id)
{
	return id == HELPER_FIELD || HELPER_IS_LINE(id);
}

static unsigned
part_of(enum helper_id id)
{
	return id == HELPER_FIELD ? 0 : 1 + (unsigned)(id - HELPER_COUNT);
}

static void
up_cb(enum helper_id id, struct conn *conn, void *arg)
{
	struct core *c = arg;

	memory_up(c->memory, c->supervise, id, conn);
	if (is_field(id)) {
		links_known(c->links, memory_known(c->memory));
		links_up(c->links, part_of(id), conn);
		c->fields_down &= ~(UINT32_C(1) << part_of(id));
		if (c->fields_down == 0)
			alarming_own(c->alarming, OWN_FIELD, false, "it runs again", clock_utc(), clock_mono());
	}
	if (id == HELPER_READER)
		alarming_own(c->alarming, OWN_READER, false, "it runs again", clock_utc(), clock_mono());
	if (id == HELPER_NOTIFY)
		onduty_up(c->onduty, conn);
	if (id == HELPER_PLANNER) {
		plans_up(dispatching_plans(c->dispatching), conn);
		forecasts_up(c->forecasts, conn);
	}
	core_touch(c);
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
	if (id == HELPER_STORE || id == HELPER_READER)
		e = memory_frame(c->memory, id, f);
	else if (is_field(id))
		e = links_frame(c->links, part_of(id), f, clock_utc(), clock_mono());
	else if (id == HELPER_NOTIFY)
		e = onduty_frame(c->onduty, f, clock_utc(), clock_mono());
	else if (f->type == W_FORECAST || f->type == W_FORECAST_STATE)
		e = forecasts_take(c->forecasts, f, clock_utc(), clock_mono());
	else if (f->type == W_PLAN)
		e = plans_take(dispatching_plans(c->dispatching), f, clock_utc(), clock_mono());
	else if (f->type == W_PREVIEW)
		e = dispatching_preview_take(c->dispatching, f, clock_utc());
	else
		e = memory_ask(c->memory, conn, f) || f->type == W_PONG || f->type == W_BYE ? OK : ERR_FRAME;
	if (e != OK)
		supervise_reject(c->supervise, id, e);
	if (is_field(id))
		core_touch(c);
}

/* One whose line the site has no more has ended by our own wish. */
static void
field_down(struct core *c, enum helper_id id, enum err why)
{
	bool is_wished = c->is_stopping || (HELPER_IS_LINE(id) && part_of(id) > c->site->line_count);

	if (!is_wished)
		log_warn("%s is gone: its points are without communication until it is back", helper_name(id));
	links_down(c->links, part_of(id));
	if (!is_wished) {
		c->fields_down |= UINT32_C(1) << part_of(id);
		alarming_own(c->alarming, OWN_FIELD, true, err_text(why), clock_utc(), clock_mono());
	}
	core_touch(c);
}

static void
down_cb(enum helper_id id, enum err why, void *arg)
{
	struct core *c = arg;

	if (id == HELPER_SITE) {
		if (!c->is_stopping) /* a load that we ended ourselves has no outcome */
			intake_down(c->intake, why);
		return;
	}
	memory_down(c->memory, id, why); /* clients may still ask: nobody may keep a pipe that has ended */
	if (id == HELPER_READER && !c->is_stopping)
		alarming_own(c->alarming, OWN_READER, true, err_text(why), clock_utc(), clock_mono());
	if (id == HELPER_PLANNER) {
		memory_forget_conn(c->memory, plans_conn(dispatching_plans(c->dispatching)));
		plans_down(dispatching_plans(c->dispatching), c->is_stopping ? OK : why, clock_utc(), clock_mono());
		forecasts_up(c->forecasts, NULL);
		dispatching_preview_down(c->dispatching, "chisan-planner does not run any more");
	}
	if (id == HELPER_NOTIFY && !c->is_stopping) {
		onduty_down(c->onduty, why);
		core_touch(c);
	}
	if (is_field(id))
		field_down(c, id, why);
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
	.hello = core_hello,
	.up = up_cb,
	.frame = helper_frame_cb,
	.down = down_cb,
	.stopped = stopped_cb,
};
static const struct intake_ops intake_ops = { .loaded = loaded_cb, .failed = failed_cb };

static void
touched_cb(void *arg)
{
	core_touch(arg);
}

static void
health_cb(bool is_recording, const char *words, void *arg)
{
	struct core *c = arg;

	alarming_own(c->alarming, OWN_STORE, !is_recording, words, clock_utc(), clock_mono());
	core_touch(c);
}

static void
chain_cb(bool is_broken, const char *words, void *arg)
{
	struct core *c = arg;

	alarming_own(c->alarming, OWN_JOURNAL, is_broken, words, clock_utc(), clock_mono());
	core_touch(c);
}

static void
duty_cb(bool is_failing, const char *words, void *arg)
{
	struct core *c = arg;

	alarming_own(c->alarming, OWN_NOTIFY, is_failing, words, clock_utc(), clock_mono());
	core_touch(c);
}

static const struct onduty_ops onduty_ops = { .failing = duty_cb };

static const struct memory_ops memory_ops = {
	.ready = restored_cb,
	.scan = scan_cb,
	.touched = touched_cb,
	.restore = core_restore,
	.renewed = core_renewed,
	.health = health_cb,
	.chain = chain_cb,
	.second = core_second,
};

/* ---- life */

static void
start_watchers(struct core *c)
{
	ev_prepare_init(&c->turn, turn_cb);
	ev_set_priority(&c->turn, -1); /* after samples of the same turn, before conn.c sends its queues */
	ev_timer_init(&c->tick, tick_cb, TICK_S, TICK_S);
	ev_timer_init(&c->status, status_cb, STATUS_S, STATUS_S);
	ev_timer_init(&c->alive, alive_cb, 0.0, (double)notify_alive_us() / 1e6);
	ev_timer_init(&c->last, last_cb, LAST_ASK_S, LAST_ASK_S);
	ev_timer_init(&c->farewell, farewell_cb, 0.0, 0.0);
	ev_signal_init(&c->term, stop_cb, SIGTERM);
	ev_signal_init(&c->interrupt, stop_cb, SIGINT);
	ev_signal_init(&c->hangup, hangup_cb, SIGHUP);
	c->turn.data = c->tick.data = c->status.data = c->alive.data = c->last.data = c->farewell.data = c;
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
	onduty_free(c->onduty);
	supervise_free(c->supervise);
	intake_free(c->intake);
	system_free(c->system);
	core_act_free(c);
	memory_free(c->memory);
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
	struct core c = {
		.options = options,
		.socket = { .fd = -1 },
		.writer = { "-d", options->data_folder, NULL },
		.reader = { "-r", "-d", options->data_folder, NULL },
		.planner = { "-d", options->data_folder, NULL },
	};
	char message[512];

	if (!place_lock(options->data_folder, message, sizeof(message)) ||
	    !place_listen(&c.socket, options->socket, message, sizeof(message))) {
		log_error("%s", message);
		return 1;
	}
	place_make(options->data_folder, FORECASTS_FOLDER);
	c.loop = ev_default_loop(EVFLAG_NOENV);
	if (c.loop == NULL)
		log_fatal("libev does not start: no epoll?");
	notify_init();
	start_watchers(&c);
	c.publish = publish_new(c.loop, clock_utc());
	c.memory = memory_new(c.loop, c.publish, &memory_ops, &c);
	core_act_new(&c);
	if (!utc_is_plausible(clock_utc())) {
		log_warn("the system clock is wrong; times will be wrong until it is set");
		alarming_own(
		    c.alarming, OWN_CLOCK, true, "it was wrong when chisand started", clock_utc(), clock_mono());
	}
	c.links = links_new(c.publish, &core_links_ops, &c);
	c.sessions = sessions_new(c.loop, c.socket.fd, &core_sessions_ops, &c);
	c.supervise = supervise_new(c.loop, &supervise_ops, &c);
	c.onduty = onduty_new(c.supervise, c.publish, memory_log(c.memory), &onduty_ops, &c);
	c.intake = intake_new(c.supervise, options->site_folder, &intake_ops, &c);
	c.system = system_new(c.loop, &core_system_ops, &c);
	intake_start(c.intake);
	ev_run(c.loop, 0);
	tear_down(&c);
	return c.exit_code;
}
