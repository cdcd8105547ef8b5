/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.c - the loop of chisan-store -r: the pipe to chisand, the site, and whose turn it is.
 *
 * A turn is one slice of one question. Between two turns the loop looks at the pipe, so that a question that takes a minute makes
 * another one wait for some ms only.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/report/saving_days.h"
#include "scada/store/reader_private.h"

#define QUEUE_MAX   (64u << 20) /* bytes; far above what credit lets come together */
#define QUEUE_PAUSE (1u << 20)  /* so much waits for chisand: nothing more is made until it read some */
#define DRAIN_S     0.005
#define TREE_MAX    (64u << 20)
#define REFRESH     20000 /* samples that are read ahead in one turn */

/* ---- whose turn it is */

static bool
can_go_on(const struct question *q)
{
	return q->credit > 0 && !q->is_resting && !(q->reader->is_making && q->answer == &answer_report);
}

static struct question *
next_question(const struct reader *r)
{
	struct question *q;

	TAILQ_FOREACH(q, &r->questions, next)
		if (can_go_on(q))
			return q;
	return NULL;
}

static void
set_turns(struct reader *r)
{
	bool has_work = r->must_refresh || next_question(r) != NULL;

	if (has_work && !ev_is_active(&r->turn) && !ev_is_active(&r->drained))
		ev_idle_start(r->loop, &r->turn);
	else if (!has_work)
		ev_idle_stop(r->loop, &r->turn);
}

static void
drop(struct reader *r, struct question *q)
{
	if (q->answer->end != NULL)
		q->answer->end(q);
	TAILQ_REMOVE(&r->questions, q, next);
	r->question_count--;
	free(q->own);
	free(q);
}

static void
finish(struct reader *r, struct question *q)
{
	uint64_t damaged = r->source.is_open && q->has_begun ? query_damaged(r->source.query) - q->damaged : 0;

	if (q->err == OK && damaged > 0)
		conn_result(r->conn, q->sequence, OK, -1,
		    "%s%s%llu stretches of samples are damaged and were left out; all else is told", q->text,
		    q->text[0] != '\0' ? "; " : "", (unsigned long long)damaged);
	else
		conn_result(r->conn, q->sequence, q->err, -1, "%s", q->text);
	drop(r, q);
}

/* What stood on the database that is gone cannot go on; what has not begun yet asks the new one. */
static void
leave_source(struct reader *r)
{
	struct question *q, *following;

	for (q = TAILQ_FIRST(&r->questions); q != NULL; q = following) {
		following = TAILQ_NEXT(q, next);
		if (!q->has_begun)
			continue;
		question_end(q, ERR_BUSY, "%s", SOURCE_REPLACED);
		finish(r, q);
	}
	filing_forget(r->filing);
	saving_days_forget(r->days);
	source_close(&r->source);
}

static bool
has_begun(const struct reader *r)
{
	const struct question *q;

	TAILQ_FOREACH(q, &r->questions, next)
		if (q->has_begun)
			return true;
	return false;
}

static enum turn
step(struct reader *r, struct question *q, struct mono now)
{
	enum turn turn;

	if (source_ready(&r->source, now) != OK)
		return question_end(q, r->source.why, "%s", r->source.text);
	if (!q->has_begun)
		q->damaged = query_damaged(r->source.query);
	q->is_busy = true;
	/* a slice sees one moment; where none is to be had it says itself what it cannot read */
	bool is_own = sqlite3_get_autocommit(r->source.db.sqlite) != 0 && db_begin_reading(&r->source.db) == OK;
	turn = q->answer->step(q);
	if (is_own && r->source.is_open)
		db_rollback(&r->source.db);
	q->is_busy = false;
	if (!r->is_making &&
	    source_is_gone(&r->source)) /* in the middle of it: what was read may be of two databases */
		turn = question_end(q, ERR_BUSY, "%s", SOURCE_REPLACED);
	if (q->is_cancelled)
		turn = question_end(q, ERR_CLOSED, "it is no longer wanted");
	q->has_begun = true;
	q->took_us = mono_diff_us(clock_mono(), now);
	if (q->credit == 0)
		q->idle_since = now;
	return turn;
}

static void
take_turn(struct reader *r)
{
	struct mono now = clock_mono();
	struct question *q;

	if (!r->is_making && source_is_gone(&r->source))
		leave_source(r);
	q = next_question(r);
	if (q == NULL) {
		r->must_refresh = r->source.is_open && query_refresh(r->source.query, REFRESH);
		return;
	}
	TAILQ_REMOVE(&r->questions, q, next);
	TAILQ_INSERT_TAIL(&r->questions, q, next);
	if (step(r, q, now) == TURN_DONE) {
		/* a file that cannot be read well is opened anew: what SQLite keeps of it may be what is bad */
		bool is_bad = q->err == ERR_IO || q->err == ERR_BAD_DATA;

		finish(r, q);
		if (is_bad && !r->is_making && !has_begun(r)) {
			saving_days_forget(r->days);
			source_close(&r->source);
		}
	}
}

static void
turn_cb(struct ev_loop *loop, ev_idle *w, int events)
{
	struct reader *r = w->data;

	(void)events;
	take_turn(r);
	if (conn_queued(r->conn) > QUEUE_PAUSE) {
		ev_idle_stop(loop, &r->turn);
		ev_timer_set(&r->drained, DRAIN_S, DRAIN_S);
		ev_timer_start(loop, &r->drained);
	} else {
		set_turns(r);
	}
}

static void
drained_cb(struct ev_loop *loop, ev_timer *w, int events)
{
	struct reader *r = w->data;

	(void)events;
	if (conn_queued(r->conn) > QUEUE_PAUSE)
		return;
	ev_timer_stop(loop, &r->drained);
	set_turns(r);
}

/* Each second: who waits too long for credit, what came in the meantime, a report that is due. */
static void
tick_cb(struct ev_loop *loop, ev_timer *w, int events)
{
	struct reader *r = w->data;
	struct mono now = clock_mono();
	struct question *q, *following;

	(void)events;
	if (r->is_making)
		return;
	if (data_is_another(r->source.folder, &r->source.place)) {
		log_error("%s is another folder than before; started again, it is read", r->source.folder);
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	if (source_is_gone(&r->source))
		leave_source(r);
	for (q = TAILQ_FIRST(&r->questions); q != NULL; q = following) {
		following = TAILQ_NEXT(q, next);
		q->is_resting = false;
		if (q->credit > 0 || mono_diff_us(now, q->idle_since) < CREDIT_US)
			continue;
		question_end(q, ERR_SLOW, "nobody took more of the answer for %d s", (int)(CREDIT_US / US_PER_S));
		finish(r, q);
	}
	reader_file(r, clock_utc(), now);
	r->must_refresh = r->source.is_open;
	set_turns(r);
}

/* ---- questions */

static void
take_question(struct reader *r, const struct answer *answer, const struct frame *f)
{
	struct question *q;
	struct rbuf body;

	if (r->question_count >= QUESTIONS_MAX) {
		conn_result(r->conn, f->sequence, ERR_BUSY, -1,
		    "the store answers %d questions already; ask again in a moment", QUESTIONS_MAX);
		return;
	}
	q = xcalloc(1, sizeof(*q));
	q->own = xcalloc(1, answer->size);
	q->reader = r;
	q->answer = answer;
	q->sequence = f->sequence;
	q->credit = CREDIT_BEGIN;
	TAILQ_INSERT_TAIL(&r->questions, q, next);
	r->question_count++;
	rbuf_init(&body, f->body, f->length);
	if (answer->begin(q, &body) == TURN_DONE)
		finish(r, q);
	set_turns(r);
}

static struct question *
find(const struct reader *r, uint32_t sequence)
{
	struct question *q;

	TAILQ_FOREACH(q, &r->questions, next)
		if (q->sequence == sequence)
			return q;
	return NULL;
}

static void
take_more(struct reader *r, const struct frame *f)
{
	struct question *q = find(r, f->reply_to);
	struct msg_more m;
	struct rbuf body;

	rbuf_init(&body, f->body, f->length);
	if (q == NULL || !msg_more_get(&body, &m))
		return;
	q->credit = q->credit + m.frames < CREDIT_MAX ? q->credit + m.frames : CREDIT_MAX;
	set_turns(r);
}

static void
take_cancel(struct reader *r, const struct frame *f)
{
	struct question *q = find(r, f->reply_to);

	if (q == NULL)
		return;
	if (q->is_busy) { /* it ends itself when the step is done */
		q->is_cancelled = true;
		return;
	}
	question_end(q, ERR_CLOSED, "it is no longer wanted");
	finish(r, q);
	set_turns(r);
}

/* ---- the site */

static void
say_bye(struct reader *r, enum err e, const char *text)
{
	log_error("%s", text);
	wbuf_reset(&r->out);
	msg_bye_put(&r->out, &(struct msg_bye){ .err = (uint16_t)e, .text = text });
	conn_send(r->conn, W_BYE, 0, &r->out, NULL);
	wbuf_reset(&r->out);
	conn_finish(r->conn, e);
}

static void
begin_site(struct reader *r, const struct frame *f)
{
	struct msg_store_site m;
	struct rbuf body;

	rbuf_init(&body, f->body, f->length);
	if (!msg_store_site_get(&body, &m) || m.length == 0 || m.length > TREE_MAX) {
		say_bye(r, ERR_FRAME, "the announcement of the site cannot be read");
		return;
	}
	free(r->tree);
	r->tree = xmalloc(m.length);
	r->tree_len = m.length;
	r->tree_got = 0;
	conn_set_generation(r->conn, m.generation);
}

static void
use_site(struct reader *r)
{
	struct site *site = site_get(r->tree, r->tree_len);

	free(r->tree);
	r->tree = NULL;
	if (site == NULL) {
		say_bye(r, ERR_FRAME, "the site cannot be read");
		return;
	}
	if (!clock_set_zone(site->timezone))
		log_error("the time zone %s is not known here: reports count days in UTC", site->timezone);
	site_free(r->site);
	r->site = site;
	saving_days_forget(r->days);
	filing_forget(r->filing);
	log_info("the site is %s, its days are those of %s", site->name, site->timezone);
}

static void
take_tree(struct reader *r, const struct frame *f)
{
	if (r->tree == NULL || f->length > r->tree_len - r->tree_got) {
		say_bye(r, ERR_FRAME, "a piece of the site came that was not announced");
		return;
	}
	memcpy(r->tree + r->tree_got, f->body, f->length);
	r->tree_got += f->length;
	reader_take_site(r);
}

void
reader_take_site(struct reader *r)
{
	if (r->tree != NULL && r->tree_got == r->tree_len && !r->is_making)
		use_site(r);
}

/* ---- the pipe */

static void
greet(struct reader *r)
{
	msg_hello_put(&r->out,
	    &(struct msg_hello){ .version = WIRE_VERSION,
	        .role = ROLE_PEER,
	        .program = "chisan-store -r",
	        .build = VERSION,
	        .user = "" });
	conn_send(r->conn, W_HELLO, 0, &r->out, NULL);
	wbuf_reset(&r->out);
}

static void
take_hello(struct reader *r, const struct frame *f)
{
	struct msg_hello m;
	struct rbuf body;
	char text[200];

	rbuf_init(&body, f->body, f->length);
	if (!msg_hello_get(&body, &m)) {
		say_bye(r, ERR_FRAME, "the greeting cannot be read");
	} else if (m.version != WIRE_VERSION) {
		str_printf(text, sizeof(text),
		    "%s %s speaks version %u of the pipe, chisan-store %s speaks %u: install both from one build",
		    m.program, m.build, m.version, VERSION, WIRE_VERSION);
		say_bye(r, ERR_VERSION, text);
	} else {
		r->is_greeted = true;
	}
}

static void
pipe_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct reader *r = arg;
	const struct answer *answer = answer_find(f->type);

	if (f->type != W_HELLO && !r->is_greeted) {
		say_bye(r, ERR_FRAME, "the first frame must be a greeting");
		return;
	}
	if (answer != NULL) {
		take_question(r, answer, f);
		return;
	}
	switch (f->type) {
	case W_HELLO: take_hello(r, f); break;
	case W_PING: conn_send(c, W_PONG, f->sequence, NULL, NULL); break;
	case W_STORE_SITE: begin_site(r, f); break;
	case W_SITE_TREE: take_tree(r, f); break;
	case W_MORE: take_more(r, f); break;
	case W_CANCEL: take_cancel(r, f); break;
	case W_BYE: log_info("chisand says good-bye"); break;
	default: break; /* of no concern to a reader */
	}
}

static void
pipe_closed(struct conn *c, enum err why, void *arg)
{
	struct reader *r = arg;

	(void)c;
	if (why != ERR_CLOSED)
		log_warn("the pipe to chisand: %s", err_text(why));
	r->has_ended = true;
	ev_break(r->loop, EVBREAK_ALL);
}

/* ---- life */

/* What a crash left: nobody else writes there. */
static void
empty_spool(const char *spool)
{
	DIR *dir = opendir(spool);
	struct dirent *e;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, "copy-", 5) == 0)
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
}

struct reader *
reader_new(struct ev_loop *loop, int fd, const struct store_options *o)
{
	static const struct conn_ops ops = { .frame = pipe_frame, .closed = pipe_closed };
	static const struct conn_limits limits = { .queue_max = QUEUE_MAX };
	struct reader *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	TAILQ_INIT(&r->questions);
	wbuf_init(&r->out);
	source_init(&r->source, o->data_folder);
	str_printf(r->spool, sizeof(r->spool), "%s/%s", o->data_folder, DB_SPOOL_FOLDER);
	empty_spool(r->spool);
	r->filing = filing_new();
	r->days = saving_days_new();
	r->conn = conn_new(loop, fd, &ops, r, &limits);
	conn_set_role(r->conn, ROLE_PEER);
	ev_idle_init(&r->turn, turn_cb);
	ev_set_priority(&r->turn, EV_MINPRI);
	ev_timer_init(&r->tick, tick_cb, 1.0, 1.0);
	ev_init(&r->drained, drained_cb);
	r->turn.data = r->tick.data = r->drained.data = r;
	ev_timer_start(loop, &r->tick);
	greet(r);
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	ev_idle_stop(r->loop, &r->turn);
	ev_timer_stop(r->loop, &r->tick);
	ev_timer_stop(r->loop, &r->drained);
	while (!TAILQ_EMPTY(&r->questions))
		drop(r, TAILQ_FIRST(&r->questions));
	source_close(&r->source);
	filing_free(r->filing);
	saving_days_free(r->days);
	site_free(r->site);
	free(r->tree);
	conn_free(r->conn);
	wbuf_done(&r->out);
	free(r);
}
