/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - the pipe to chisand and the turn of the loop: frames are put in line, then one step makes them durable, entries first.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/saved.h"
#include "scada/store/writer_private.h"

#define QUEUE_MAX       (64u << 20) /* bytes of frames that wait; then entries are answered with ERR_BUSY */
#define REPORTS_MAX     (4u << 20)  /* of them beyond which no report is taken */
#define TREE_MAX        (256u << 20)
#define ENTRY_MAX       12000 /* bytes of an entry's strings: it must fit into W_JOURNAL again */
#define TICK_S          1.0
#define SOON_S          0.05
#define ENTRIES_WAIT_US (500 * US_PER_MS) /* entries that nobody waits for */
#define ENTRIES_CROWD \
	128 /* so many are not waited for: chisand sends no more than twice as many before it has answers */
#define BATCH_GAP_US (200 * US_PER_MS) /* from one commit to the next, unless two batches wait */

void
writer_send(struct writer *w, uint16_t type, uint32_t reply_to)
{
	if (!w->has_ended)
		conn_send(w->conn, type, reply_to, &w->out, NULL);
}

void
writer_end(struct writer *w)
{
	w->has_ended = true;
	ev_break(w->loop, EVBREAK_ALL);
}

/* Answers pings while something takes long; what else comes is put in line. */
void
writer_stay_alive(void *writer)
{
	struct writer *w = writer;

	if (w->has_ended) /* another run of the loop would take back its end */
		return;
	w->is_at_work = true;
	ev_run(w->loop, EVRUN_NOWAIT);
	w->is_at_work = false;
}

/* ---- the site */

static void
say_bye(struct writer *w, enum err why, const char *text)
{
	const struct msg_bye m = { .err = (uint16_t)why, .text = text };

	log_error("%s", text);
	wbuf_reset(&w->out);
	msg_bye_put(&w->out, &m);
	writer_send(w, W_BYE, 0);
	conn_finish(w->conn, why);
}

static void
begin_site(struct writer *w, const struct frame *f)
{
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_store_site_get(&r, &w->coming) || w->coming.length == 0 || w->coming.length > TREE_MAX) {
		say_bye(w, ERR_FRAME, "the announcement of a site cannot be read");
		return;
	}
	wbuf_reset(&w->tree);
	w->is_coming = true;
}

static void
use_site(struct writer *w, struct site *s, struct utc now)
{
	site_free(w->site);
	w->site = s;
	w->boot = w->coming.boot;
	if (!clock_set_zone(s->timezone)) /* before the first row: what is of a day is so by the site's days */
		log_error("the time zone %s is not known here: days are counted in UTC", s->timezone);
	if (!w->is_open) {
		w->retry_at = clock_mono();
		writer_open(w, now);
	} else if (history_site(w->history, w->site, now.us / US_PER_MS) != OK) {
		writer_trouble(w, now);
		if (w->is_open) /* full: the numbers must be known before a batch of them comes */
			writer_close_for_now(w);
	}
}

static void
take_site(struct writer *w, struct utc now)
{
	struct site *s = site_get(w->tree.data, w->tree.len);

	w->is_coming = false;
	wbuf_done(&w->tree);
	wbuf_init(&w->tree);
	if (s == NULL) {
		say_bye(w, ERR_CONFIG, "the site that chisand sent cannot be read");
		return;
	}
	conn_set_generation(w->conn, w->coming.generation);
	if (!w->is_at_work) {
		use_site(w, s, now);
		return;
	}
	site_free(w->next);
	w->next = s;
}

/* It came in the middle of a copy or of the opening. Batches with its numbers were passed over: they come again after W_STORE_READY. */
static void
take_next_site(struct writer *w, struct utc now)
{
	struct site *s = w->next;

	w->next = NULL;
	if (w->is_open)
		writer_close(w);
	use_site(w, s, now);
}

static void
take_tree(struct writer *w, const struct frame *f)
{
	if (!w->is_coming || f->length > w->coming.length - w->tree.len) {
		say_bye(w, ERR_FRAME, "a piece of a site came that was not announced");
		return;
	}
	memcpy(wbuf_grow(&w->tree, f->length), f->body, f->length);
	if (w->tree.len == w->coming.length)
		take_site(w, clock_utc());
}

/* ---- batches */

/*
 * received: when chisand had them, by its own clock, and not when they come here. A batch may have waited for hours, in which the
 * clock may have been set; measured by the time that it is now its samples would seem to come from sources whose clocks are wrong.
 */
struct putting {
	struct writer *w;
	int64_t received_ms;
};

static void
pass_sample(const struct record *r, void *arg)
{
	(void)r;
	(void)arg;
}

static void
pass_scan(const struct scan_record *r, void *arg)
{
	(void)r;
	(void)arg;
}

static void
put_sample(const struct record *r, void *arg)
{
	const struct putting *p = arg;
	const struct sample s = { .ms = r->time.us / US_PER_MS, .v = r->v, .quality = r->quality, .cause = r->cause };

	history_put(p->w->history, r->point, &s, p->received_ms);
}

static void
put_scan(const struct scan_record *r, void *arg)
{
	const struct putting *p = arg;

	history_scan(
	    p->w->history, r->device, r->first.us / US_PER_MS, r->last.us / US_PER_MS, r->allowed_us / US_PER_MS);
}

static void
answer_batch(struct writer *w)
{
	const struct msg_stored m = { .batch = w->acked };

	wbuf_reset(&w->out);
	msg_stored_put(&w->out, &m);
	writer_send(w, W_STORED, 0);
}

/*
 * Batches come in order, but what was under way while the database was opened anew comes once more: it is passed over until the
 * one comes that is next. A number that is refused twice is chisand's own idea of what is next, and taken.
 */
static bool
is_next(struct writer *w, uint64_t batch)
{
	bool is = w->last == 0 ? w->expected == 0 || batch <= w->expected : batch == w->last + 1;

	if (!is && batch > w->last && batch == w->refused) {
		log_warn("batch %llu comes after batch %llu", (unsigned long long)batch, (unsigned long long)w->last);
		is = true;
	}
	w->refused = is ? 0 : batch;
	return is;
}

/* Scans tell which samples are late, so they are put first; in the frame they stand behind them. */
static void
put_batch(struct writer *w, const struct msg_records *m, struct rbuf r, struct utc now)
{
	struct putting p = { .w = w, .received_ms = (m->closed > 0 ? m->closed : now.us) / US_PER_MS };
	struct rbuf scans = r;

	if (m->lost > 0)
		history_lost(w->history, m->lost_from / US_PER_MS, m->lost_to / US_PER_MS, m->lost,
		    "no room in memory while the store did not take them");
	if (record_get_samples(&scans, m->samples, pass_sample, NULL))
		(void)record_get_scans(&scans, m->scans, put_scan, &p);
	(void)record_get_samples(&r, m->samples, put_sample, &p);
}

static void
take_records(struct writer *w, const struct frame *f, struct utc now)
{
	struct msg_records m;
	struct rbuf r, rest;
	bool is_whole;

	rbuf_init(&r, f->body, f->length);
	if (!msg_records_get(&r, &m)) {
		log_warn("a batch cannot be read and is dropped");
		return;
	}
	if (!w->is_open || w->next != NULL)
		return; /* it comes again after W_STORE_READY */
	if (m.batch <= history_batch(w->history, w->boot)) {
		w->acked = history_batch(w->history, w->boot);
		answer_batch(w);
		return;
	}
	rest = r;
	is_whole = record_get_samples(&rest, m.samples, pass_sample, NULL) &&
	    record_get_scans(&rest, m.scans, pass_scan, NULL);
	/* a frame that is rubbish all through must not set the count from which batches are next */
	if (!is_whole && w->last == 0) {
		log_warn("the first batch is damaged and is dropped");
		return;
	}
	if (!is_next(w, m.batch))
		return;
	if (!is_whole)
		log_warn("batch %llu is damaged; what can be read of it is kept", (unsigned long long)m.batch);
	put_batch(w, &m, r, now);
	w->last = m.batch;
	if (w->batches++ == 0)
		w->batch_since = clock_mono();
}

static void
commit_batches(struct writer *w, struct utc now)
{
	struct mono before = clock_mono();
	enum err e = history_commit(w->history, now.us / US_PER_MS, w->boot, w->last);

	w->batch_done = clock_mono();
	if (e != OK) {
		writer_trouble(w, now);
		return;
	}
	w->waits_for_space = false;
	w->batches = 0;
	w->acked = w->last;
	answer_batch(w);
	health_took(w, mono_diff_us(w->batch_done, before));
}

/* ---- the step of work */

static bool
entries_are_due(const struct writer *w, struct mono now)
{
	return w->queue.count > 0 &&
	    (w->queue.is_urgent || w->batches > 0 || w->queue.count >= ENTRIES_CROWD ||
	        mono_diff_us(now, w->queue.since) >= ENTRIES_WAIT_US);
}

static bool
batches_are_due(const struct writer *w, struct mono now)
{
	return w->batches > 0 && (w->batches > 1 || mono_diff_us(now, w->batch_done) >= BATCH_GAP_US);
}

static void
work(struct writer *w, bool is_retry)
{
	struct mono now = clock_mono();

	if (!w->is_open || w->is_nameless || (w->waits_for_space && !is_retry))
		return;
	if (batches_are_due(w, now) || entries_are_due(w, now)) {
		struct mono before = clock_mono();

		if (w->queue.count > 0) {
			if (writer_commit_entries(w, clock_utc()) != OK) {
				writer_trouble(w, clock_utc());
				return;
			}
			w->waits_for_space = false;
			health_took(w, mono_diff_us(clock_mono(), before));
		}
	}
	if (batches_are_due(w, clock_mono()))
		commit_batches(w, clock_utc());
}

static void
set_soon(struct writer *w)
{
	if ((w->queue.count > 0 || w->batches > 0) && w->is_open && !w->waits_for_space && !ev_is_active(&w->soon)) {
		ev_timer_set(&w->soon, SOON_S, 0.0);
		ev_timer_start(w->loop, &w->soon);
	}
}

static void
step_cb(struct ev_loop *loop, ev_prepare *p, int events)
{
	struct writer *w = p->data;

	(void)loop;
	(void)events;
	if (w->is_at_work || w->has_ended)
		return;
	if (w->next != NULL)
		take_next_site(w, clock_utc());
	work(w, false);
	health_tell(w, clock_utc(), false);
	set_soon(w);
}

static void
soon_cb(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)t;
	(void)events; /* the step before the next sleep does it */
}

static void
tick_cb(struct ev_loop *loop, ev_timer *t, int events)
{
	struct writer *w = t->data;
	struct mono before = clock_mono();

	(void)loop;
	(void)events;
	if (w->is_at_work || w->has_ended)
		return;
	writer_look(w, clock_utc());
	work(w, true);
	health_tell(w, clock_utc(), true);
	health_stalled(w, mono_diff_us(clock_mono(), before));
}

/* ---- frames */

static void
greet(struct writer *w)
{
	const struct msg_hello m = {
		.version = WIRE_VERSION, .role = ROLE_PEER, .program = "chisan-store", .build = VERSION, .user = ""
	};

	wbuf_reset(&w->out);
	msg_hello_put(&w->out, &m);
	writer_send(w, W_HELLO, 0);
}

static void
take_hello(struct writer *w, const struct frame *f)
{
	struct msg_hello m;
	struct rbuf r;
	char text[200];

	rbuf_init(&r, f->body, f->length);
	if (!msg_hello_get(&r, &m)) {
		say_bye(w, ERR_FRAME, "the greeting cannot be read");
	} else if (m.version != WIRE_VERSION) {
		str_printf(text, sizeof(text),
		    "%s %s speaks version %u of the pipe, chisan-store %s speaks %u: install both from one build",
		    m.program, m.build, m.version, VERSION, WIRE_VERSION);
		say_bye(w, ERR_VERSION, text);
	} else {
		w->is_greeted = true;
	}
}

/* An entry, or what W_REPORT_SIGN carries. */
static void
take_entry(struct writer *w, const struct frame *f, bool is_urgent)
{
	if (!w->is_open)
		return; /* it comes again after W_STORE_READY */
	if (w->queue.bytes.len + f->length > QUEUE_MAX)
		conn_result(
		    w->conn, f->sequence, ERR_BUSY, AC_NONE, "%u entries wait for the store already", w->queue.count);
	else
		queue_put(&w->queue, f, is_urgent);
}

static void
take_journal(struct writer *w, const struct frame *f)
{
	struct msg_journal_add m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_journal_add_get(&r, &m) || !saved_is_list(&m.states))
		conn_result(w->conn, f->sequence, ERR_FRAME, AC_NONE, "the entry cannot be read");
	else if (f->length - m.states.len > ENTRY_MAX)
		conn_result(w->conn, f->sequence, ERR_TOO_BIG, AC_NONE, "an entry has at most %d bytes", ENTRY_MAX);
	else
		take_entry(w, f, m.is_act != 0);
}

static void
take_sign(struct writer *w, const struct frame *f)
{
	if (f->length > ENTRY_MAX)
		conn_result(
		    w->conn, f->sequence, ERR_TOO_BIG, AC_NONE, "a confirmation has at most %d bytes", ENTRY_MAX);
	else
		take_entry(w, f, true);
}

/*
 * They are not answered, so they are kept also while the database is closed. Reports only so far: the reader makes one again that it
 * does not find filed, and on a disk that is full for days they must not take the room of what comes once.
 */
static void
take_unasked(struct writer *w, const struct frame *f)
{
	if (f->type == W_REPORT_FILE && w->queue.bytes.len + f->length > REPORTS_MAX)
		return;
	if (w->queue.bytes.len + f->length > QUEUE_MAX)
		log_warn("no room in memory: a state or report that should be saved is dropped");
	else
		queue_put(&w->queue, f, false);
}

static void
pipe_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct writer *w = arg;

	if (f->type != W_HELLO && !w->is_greeted) {
		say_bye(w, ERR_FRAME, "the first frame must be a greeting");
		return;
	}
	switch (f->type) {
	case W_HELLO: take_hello(w, f); break;
	case W_PING: conn_send(c, W_PONG, f->sequence, NULL, NULL); break;
	case W_STORE_SITE: begin_site(w, f); break;
	case W_SITE_TREE: take_tree(w, f); break;
	case W_RECORDS: take_records(w, f, clock_utc()); break;
	case W_JOURNAL_ADD: take_journal(w, f); break;
	case W_REPORT_SIGN: take_sign(w, f); break;
	case W_STORE_STATE:
	case W_REPORT_FILE: take_unasked(w, f); break;
	case W_BYE: log_info("chisand says good-bye"); break;
	default: break; /* of no concern to a writer */
	}
}

static void
pipe_closed(struct conn *c, enum err why, void *arg)
{
	struct writer *w = arg;

	(void)c;
	if (why != ERR_CLOSED)
		log_warn("the pipe to chisand: %s", err_text(why));
	writer_end(w);
}

/* ---- life */

struct writer *
writer_new(struct ev_loop *loop, int fd, const struct store_options *o)
{
	static const struct conn_ops ops = { .frame = pipe_frame, .closed = pipe_closed };
	static const struct conn_limits limits = { .queue_max = 32u << 20, .stall_us = 60 * US_PER_S };
	struct writer *w = xcalloc(1, sizeof(*w));

	w->loop = loop;
	(void)data_names(&w->folders, o->data_folder);
	w->place = data_place_of(w->folders.store);
	wbuf_init(&w->tree);
	wbuf_init(&w->queue.bytes);
	wbuf_init(&w->answers);
	wbuf_init(&w->salvaged);
	wbuf_init(&w->out);
	w->conn = conn_new(loop, fd, &ops, w, &limits);
	conn_set_role(w->conn, ROLE_PEER);
	ev_prepare_init(&w->step, step_cb);
	ev_set_priority(&w->step, EV_MAXPRI); /* before what the turn queued goes out */
	ev_timer_init(&w->tick, tick_cb, TICK_S, TICK_S);
	ev_timer_init(&w->soon, soon_cb, SOON_S, 0.0);
	w->step.data = w->tick.data = w->soon.data = w;
	ev_prepare_start(loop, &w->step);
	ev_timer_start(loop, &w->tick);
	db_when_long(writer_stay_alive, w);
	w->health.chain = 2;
	w->health.growth = (double)NAN;
	greet(w);
	return w;
}

void
writer_free(struct writer *w)
{
	if (w == NULL)
		return;
	db_when_long(NULL, NULL);
	ev_prepare_stop(w->loop, &w->step);
	ev_timer_stop(w->loop, &w->tick);
	ev_timer_stop(w->loop, &w->soon);
	/* what came before the pipe ended is made durable: nobody asks for it again */
	if (w->is_open && w->queue.count > 0 && writer_commit_entries(w, clock_utc()) != OK)
		log_error("entries that waited are not recorded: %s", w->db.text);
	if (w->is_open && w->batches > 0 &&
	    history_commit(w->history, clock_utc().us / US_PER_MS, w->boot, w->last) != OK)
		log_error("the last samples are not recorded: %s", w->db.text);
	writer_close(w);
	conn_free(w->conn);
	site_free(w->site);
	site_free(w->next);
	wbuf_done(&w->tree);
	wbuf_done(&w->queue.bytes);
	wbuf_done(&w->answers);
	wbuf_done(&w->salvaged);
	wbuf_done(&w->out);
	free(w);
}
