/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - the loop of chisan-planner: the site, the past of its points, a file of forecasts, asks in, plans and errors of forecasts out. While it
 * computes it hears nothing, but that a preview gives way when a plan is asked for: so it does one job a turn of the loop (jobs.h). chisand waits
 * for it no longer than for any other helper.
 */
#include "config.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/conn.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/planner/given_file.h"
#include "scada/planner/jobs.h"
#include "scada/planner/run.h"

#define TREE_MAX   (256u << 20) /* bytes of a site */
#define PAST_AGE_S 1800         /* what is known of the past is asked for anew after so long */

struct planner {
	struct ev_loop *loop;
	struct conn *conn;
	bool is_greeted;
	struct site *site;
	uint8_t *tree;
	size_t tree_len, tree_got;
	struct planning *planning;
	struct past_ask *past;
	struct given_file *given;
	uint32_t question; /* sequence of the one that is open; 0 = none */
	struct mono asked; /* when the past was asked for last; 0 = never */
	struct jobs jobs;
	ev_prepare work; /* fed: the next job when all frames of the turn are read */
	ev_idle again;   /* the one after it, when what was found is on its way */
	ev_timer later;  /* what nobody waits for */
	struct wbuf out;
};

static void
say_bye(struct planner *p, enum err e, const char *text)
{
	log_error("%s", text);
	wbuf_reset(&p->out);
	msg_bye_put(&p->out, &(struct msg_bye){ .err = (uint16_t)e, .text = text });
	conn_send(p->conn, W_BYE, 0, &p->out, NULL);
	conn_finish(p->conn, e);
	jobs_clear(&p->jobs); /* else they were begun again until the pipe is closed */
}

/* ---- the past */

static void
ask_on(struct planner *p)
{
	wbuf_reset(&p->out);
	if (p->question != 0 || !past_ask_next(p->past, &p->out))
		return;
	if (conn_send(p->conn, W_TREND_GET, 0, &p->out, &p->question) != OK)
		p->question = 0;
}

/* Of a record that has only begun everything changes with each half hour; and asking costs little. */
static void
ask_past(struct planner *p)
{
	struct mono now = clock_mono();

	if (p->asked.us != 0 && mono_diff_us(now, p->asked) < PAST_AGE_S * US_PER_S)
		return;
	p->asked = now;
	past_ask_begin(p->past, clock_utc());
	ask_on(p);
}

static void
take_trend(struct planner *p, const struct frame *f)
{
	if (f->reply_to != p->question || p->question == 0)
		return;
	if (!past_ask_take(p->past, f)) {
		say_bye(p, ERR_FRAME, "an answer about the past cannot be read");
		return;
	}
	wbuf_reset(&p->out);
	msg_more_put(&p->out, &(struct msg_more){ .frames = 1 });
	/* the question is named by reply-to, as an answer would be */
	conn_send(p->conn, W_MORE, p->question, &p->out, NULL);
}

static void
take_result(struct planner *p, const struct frame *f)
{
	struct msg_result m;
	struct rbuf r;

	if (f->reply_to != p->question || p->question == 0)
		return;
	rbuf_init(&r, f->body, f->length);
	if (msg_result_get(&r, &m) && m.err != OK) {
		log_info("the past is not known: %s", m.text);
		p->asked.us = 0; /* with the next ask again */
	}
	p->question = 0;
	past_ask_ended(p->past);
	ask_on(p);
	if (p->question == 0)
		forecasting_learn(planning_forecasting(p->planning), p->past, clock_utc());
	ev_feed_event(p->loop, &p->work, EV_CUSTOM);
}

/* ---- forecasts */

static void
look_at_given(struct planner *p, struct utc now)
{
	struct utc written;
	int64_t max_age_us;

	(void)given_file_look(p->given, now);
	const struct given *g = given_file_get(p->given, &written, &max_age_us);
	forecasting_given(planning_forecasting(p->planning), g, written, max_age_us);
}

static void
tell_forecasts(struct planner *p, struct utc made)
{
	struct wbuf series = { .len = 0 };
	struct utc written;
	int64_t max_age_us;

	forecasting_tell(planning_forecasting(p->planning), &series);
	(void)given_file_get(p->given, &written, &max_age_us);
	wbuf_reset(&p->out);
	msg_forecast_put(&p->out,
	    &(struct msg_forecast){ .made = made.us,
	        .file = (uint8_t)given_file_state(p->given),
	        .written = written.us,
	        .text = given_file_text(p->given),
	        .series = { series.data, series.len } });
	conn_send(p->conn, W_FORECAST, 0, &p->out, NULL);
	wbuf_done(&series);
}

static void
save_errors(struct planner *p, struct utc now)
{
	struct wbuf blob = { .len = 0 };
	const char *point;

	while (forecasting_save(planning_forecasting(p->planning), now, &point, &blob)) {
		wbuf_reset(&p->out);
		msg_forecast_state_put(
		    &p->out, &(struct msg_forecast_state){ .name = point, .blob = { blob.data, blob.len } });
		conn_send(p->conn, W_FORECAST_STATE, 0, &p->out, NULL);
		wbuf_reset(&blob);
	}
	wbuf_done(&blob);
}

static void
take_errors(struct planner *p, const struct frame *f)
{
	struct msg_forecast_state m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (msg_forecast_state_get(&r, &m) && r_done(&r))
		forecasting_restore(planning_forecasting(p->planning), m.name, m.blob.data, m.blob.len);
}

/* One series a turn of the loop, so that an ask is heard between two of them. */
static void
later_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct planner *p = w->data;
	struct utc now = clock_utc();

	(void)revents;
	if (p->site == NULL || p->question != 0 || !past_ask_is_whole(p->past) ||
	    !forecasting_hindcast(planning_forecasting(p->planning), p->past, now))
		return;
	save_errors(p, now);
	tell_forecasts(p, now);
	ev_timer_set(w, 0.0, 0.0);
	ev_timer_start(loop, w);
}

/* ---- plans */

/* While a preview is worked at nothing is read: an ask for a plan, as when the grid is lost, is looked for. */
static bool
plan_waits(void *whom)
{
	const struct planner *p = whom;

	return conn_has_waiting(p->conn, W_PLAN_ASK);
}

static void
preview(struct planner *p)
{
	struct msg_plan_preview m;
	struct rbuf r;

	rbuf_init(&r, p->jobs.preview.data, p->jobs.preview.len);
	if (!msg_plan_preview_get(&r, &m)) {
		say_bye(p, ERR_FRAME, "what an override is to be asked about cannot be read");
		return;
	}
	wbuf_reset(&p->out);
	bool is_told = planning_preview(p->planning, &m, p->past, &p->out);
	if (is_told)
		conn_send(p->conn, W_PREVIEW, 0, &p->out, NULL);
	jobs_previewed(&p->jobs, !is_told);
}

/* When the grid is lost, nobody waits for the best: a plan at once, a better one in some seconds. */
static void
plan(struct planner *p)
{
	struct msg_plan_ask m;
	struct rbuf r;

	rbuf_init(&r, p->jobs.ask.data, p->jobs.ask.len);
	if (!msg_plan_ask_get(&r, &m)) {
		say_bye(p, ERR_FRAME, "what is to be planned cannot be read");
		return;
	}
	look_at_given(p, (struct utc){ m.now });
	wbuf_reset(&p->out);
	enum planning_end end = planning_make(p->planning, &m, p->past, p->jobs.is_again, &p->out);
	if (end != PLANNING_LATE)
		conn_send(p->conn, W_PLAN, 0, &p->out, NULL);
	jobs_planned(&p->jobs, end);
	if (p->jobs.is_again)
		return;
	tell_forecasts(p, (struct utc){ m.now });
	save_errors(p, (struct utc){ m.now });
	ev_timer_start(p->loop, &p->later);
}

static void
work(struct planner *p)
{
	ev_idle_stop(p->loop, &p->again);
	if (p->site == NULL || p->question != 0)
		return;
	switch (jobs_next(&p->jobs)) {
	case JOB_PLAN: plan(p); break;
	case JOB_PREVIEW: preview(p); break;
	default: return;
	}
	if (jobs_next(&p->jobs) != JOB_NONE)
		ev_idle_start(p->loop, &p->again);
}

static void
work_cb(struct ev_loop *loop, ev_prepare *w, int revents)
{
	(void)loop;
	(void)revents;
	work(w->data);
}

static void
again_cb(struct ev_loop *loop, ev_idle *w, int revents)
{
	(void)loop;
	(void)revents;
	work(w->data);
}

static void
take_ask(struct planner *p, const struct frame *f)
{
	if (!jobs_take_ask(&p->jobs, f->body, f->length)) {
		say_bye(p, ERR_FRAME, "what an override is to be asked about cannot be read");
		return;
	}
	ask_past(p);
	ev_feed_event(p->loop, &p->work, EV_CUSTOM);
}

static void
take_preview(struct planner *p, const struct frame *f)
{
	jobs_take_preview(&p->jobs, f->body, f->length);
	ask_past(p);
	ev_feed_event(p->loop, &p->work, EV_CUSTOM);
}

/* ---- the site */

static void
use_site(struct planner *p)
{
	struct site *s = site_get(p->tree, p->tree_len);

	free(p->tree);
	p->tree = NULL;
	if (s == NULL) {
		say_bye(p, ERR_CONFIG, "the site that chisand sent cannot be read");
		return;
	}
	if (!clock_set_zone(s->timezone))
		log_error("the time zone %s is not known here: days are those of UTC", s->timezone);
	planning_site(p->planning, s, p->past);
	given_file_site(p->given, s);
	site_free(p->site);
	p->site = s;
	p->asked.us = 0;
	p->question = 0;
	jobs_clear(&p->jobs);
}

static void
begin_site(struct planner *p, const struct frame *f)
{
	struct msg_store_site m;
	struct rbuf body;

	rbuf_init(&body, f->body, f->length);
	if (!msg_store_site_get(&body, &m) || m.length == 0 || m.length > TREE_MAX) {
		say_bye(p, ERR_FRAME, "the announcement of a site cannot be read");
		return;
	}
	free(p->tree);
	p->tree = xmalloc(m.length);
	p->tree_len = m.length;
	p->tree_got = 0;
	conn_set_generation(p->conn, m.generation);
}

static void
take_tree(struct planner *p, const struct frame *f)
{
	if (p->tree == NULL || f->length > p->tree_len - p->tree_got) {
		say_bye(p, ERR_FRAME, "a piece of a site came that was not announced");
		return;
	}
	memcpy(p->tree + p->tree_got, f->body, f->length);
	p->tree_got += f->length;
	if (p->tree_got == p->tree_len)
		use_site(p);
}

/* ---- the pipe */

static void
take_hello(struct planner *p, const struct frame *f)
{
	struct msg_hello m;
	struct rbuf body;

	rbuf_init(&body, f->body, f->length);
	if (!msg_hello_get(&body, &m))
		say_bye(p, ERR_FRAME, "the greeting cannot be read");
	else if (m.version != WIRE_VERSION)
		say_bye(p, ERR_VERSION, "chisand speaks another version of the pipe: install both from one build");
	else
		p->is_greeted = true;
}

static void
frame_cb(struct conn *c, const struct frame *f, void *arg)
{
	struct planner *p = arg;

	if (f->type != W_HELLO && !p->is_greeted) {
		say_bye(p, ERR_FRAME, "the first frame must be a greeting");
		return;
	}
	switch (f->type) {
	case W_HELLO: take_hello(p, f); break;
	case W_PING: conn_send(c, W_PONG, f->sequence, NULL, NULL); break;
	case W_STORE_SITE: begin_site(p, f); break;
	case W_SITE_TREE: take_tree(p, f); break;
	case W_PLAN_ASK: take_ask(p, f); break;
	case W_PLAN_PREVIEW: take_preview(p, f); break;
	case W_TREND: take_trend(p, f); break;
	case W_RESULT: take_result(p, f); break;
	case W_FORECAST_STATE: take_errors(p, f); break;
	default: break; /* of no concern here */
	}
}

static void
closed_cb(struct conn *c, enum err why, void *arg)
{
	struct planner *p = arg;

	(void)why;
	conn_free(c);
	p->conn = NULL;
	ev_break(p->loop, EVBREAK_ALL);
}

int
planner_run(const char *data_folder)
{
	static const struct conn_ops ops = { .frame = frame_cb, .closed = closed_cb };
	char folder[4096] = "";
	const char *reads[] = { "/usr/share/zoneinfo", folder, NULL };
	struct planner p = { .planning = planning_new(), .past = past_ask_new() };

	if (data_folder == NULL || !str_printf(folder, sizeof(folder), "%s/" FORECASTS_FOLDER, data_folder))
		reads[1] = NULL;
	p.given = given_file_new(reads[1]);

	p.loop = ev_default_loop(EVFLAG_NOSIGMASK);
	if (p.loop == NULL)
		log_fatal("no event loop: %s", strerror(errno));
	/* From here on: no program, no socket, no file but the zones of the world and what others foretell. */
	if (sandbox_enter(SANDBOX_READ_FILES, reads) != OK)
		log_fatal("cannot enter the sandbox");
	p.conn = conn_new(p.loop, SPAWN_FD, &ops, &p, NULL);
	conn_set_role(p.conn, ROLE_PEER);
	planning_preview_yields(p.planning, plan_waits, &p);
	ev_prepare_init(&p.work, work_cb); /* never started, only fed: runs after the frames of a turn */
	ev_set_priority(&p.work, -1);
	p.work.data = &p;
	ev_idle_init(&p.again, again_cb);
	ev_timer_init(&p.later, later_cb, 0.0, 0.0);
	p.again.data = p.later.data = &p;
	msg_hello_put(&p.out,
	    &(struct msg_hello){ .version = WIRE_VERSION,
	        .role = ROLE_PEER,
	        .program = "chisan-planner",
	        .build = VERSION,
	        .user = "" });
	conn_send(p.conn, W_HELLO, 0, &p.out, NULL);
	ev_run(p.loop, 0);
	conn_free(p.conn);
	planning_free(p.planning);
	past_ask_free(p.past);
	given_file_free(p.given);
	site_free(p.site);
	free(p.tree);
	jobs_done(&p.jobs);
	wbuf_done(&p.out);
	ev_loop_destroy(p.loop);
	return EXIT_SUCCESS;
}
