/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorder.c - the pipe to the writer, and the second's beat.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/recorder.h"

#define PIECE    (128 * 1024)
#define SECOND_S 1.0

struct site_kept {
	STAILQ_ENTRY(site_kept) entry;
	struct stored_site s;
};

struct recorder {
	struct ev_loop *loop;
	const struct recorder_ops *ops;
	void *arg;
	uint64_t boot;
	struct conn *conn; /* NULL: the writer is not up */
	bool is_ready, was_ready, has_health;
	struct archive *archive;
	struct logbook *log;
	uint16_t generation;            /* the newest; 0 = none yet */
	uint16_t told;                  /* that the writer knows; 0 = none */
	STAILQ_HEAD(, site_kept) sites; /* oldest first: as long as batches of them wait */
	struct wbuf states;             /* bodies of W_STORE_STATE until W_STORE_READY: length u32, bytes */
	struct wbuf body;
	struct msg_store_health health;
	char health_text[512];
	ev_timer second, wait;
	uint64_t lost; /* samples that went while the store did not take them, as it was looked at last */
	bool is_losing;
};

/* ---- the site */

void
stored_site_make(
    struct stored_site *s, const struct site *site, uint16_t generation, const uint64_t hash[4], uint64_t boot)
{
	wbuf_reset(&s->tree);
	site_put(site, &s->tree);
	s->head = (struct msg_store_site){
		.generation = generation,
		.length = (uint32_t)s->tree.len,
		.hash_a = hash[0],
		.hash_b = hash[1],
		.boot = boot,
	};
}

void
stored_site_send(const struct stored_site *s, struct conn *c)
{
	struct wbuf b = { .len = 0 };

	conn_set_generation(c, s->head.generation);
	msg_store_site_put(&b, &s->head);
	conn_send(c, W_STORE_SITE, 0, &b, NULL);
	for (size_t at = 0; at < s->tree.len; at += PIECE) {
		size_t len = s->tree.len - at < PIECE ? s->tree.len - at : PIECE;

		wbuf_reset(&b);
		memcpy(wbuf_grow(&b, len), s->tree.data + at, len);
		conn_send(c, W_SITE_TREE, 0, &b, NULL);
	}
	wbuf_done(&b);
}

static void
forget_sites(struct recorder *r, bool all)
{
	struct site_kept *k, *next;

	for (k = STAILQ_FIRST(&r->sites); k != NULL; k = next) {
		next = STAILQ_NEXT(k, entry);
		if (!all && (k->s.head.generation == r->generation || archive_has(r->archive, k->s.head.generation)))
			continue;
		STAILQ_REMOVE(&r->sites, k, site_kept, entry);
		wbuf_done(&k->s.tree);
		free(k);
	}
}

static void
tell_site(struct recorder *r, uint16_t generation)
{
	struct site_kept *k;

	if (r->told == generation)
		return;
	STAILQ_FOREACH(k, &r->sites, entry)
		if (k->s.head.generation == generation)
			stored_site_send(&k->s, r->conn);
	r->told = generation;
}

/* ---- batches */

static void
pump(struct recorder *r)
{
	uint16_t generation;

	if (!r->is_ready)
		return;
	while (archive_next(r->archive, &generation, NULL)) {
		tell_site(r, generation);
		(void)archive_next(r->archive, &generation, &r->body);
		conn_send(r->conn, W_RECORDS, 0, &r->body, NULL);
	}
	if (!archive_to_send(r->archive, &generation) || generation == r->generation)
		tell_site(r, r->generation);
	forget_sites(r, false);
}

void
recorder_site(struct recorder *r, struct table *t, uint16_t generation, const uint64_t hash[4])
{
	struct site_kept *k;

	archive_site(r->archive, t, generation, clock_utc(), clock_mono());
	if (t == NULL)
		return;
	k = xcalloc(1, sizeof(*k));
	stored_site_make(&k->s, table_site(t), generation, hash, r->boot);
	STAILQ_INSERT_TAIL(&r->sites, k, entry);
	r->generation = generation;
	pump(r);
	forget_sites(r, false); /* also while no store runs: they would be kept for each reload */
}

void
recorder_late_value(struct recorder *r, point_id id, struct utc time, double v, struct utc now, struct mono mono)
{
	archive_late(r->archive, id, time, v, now, mono);
}

void
recorder_take(struct recorder *r, const point_id *ids, uint32_t count, struct utc now, struct mono mono)
{
	archive_take(r->archive, ids, count, now, mono);
}

/* ---- health */

static void
set_health(struct recorder *r, const struct msg_store_health *m)
{
	bool is_news = !r->has_health || m->state != r->health.state || strcmp(m->text, r->health_text) != 0;

	str_copy(r->health_text, sizeof(r->health_text), m->text);
	r->health = *m;
	r->health.text = r->health_text;
	r->has_health = true;
	if (is_news)
		r->ops->health(&r->health, r->arg);
	else if (r->ops->figures != NULL)
		r->ops->figures(&r->health, r->arg);
}

static void
set_absent(struct recorder *r)
{
	struct msg_store_health m = r->health;

	m.state = STORE_ABSENT;
	m.chain = 2;
	m.text = "chisan-store does not run: nothing is recorded, samples and entries wait in memory";
	set_health(r, &m);
}

static enum err
got_health(struct recorder *r, struct rbuf *b)
{
	struct msg_store_health m;

	if (!msg_store_health_get(b, &m) || !r_done(b) || m.state >= STORE_STATE_COUNT || m.state == STORE_ABSENT ||
	    m.chain > 2)
		return ERR_FRAME;
	set_health(r, &m);
	return OK;
}

/* ---- what comes back */

static void
set_wait(struct recorder *r)
{
	struct mono at;
	int64_t left;

	ev_timer_stop(r->loop, &r->wait);
	if (!logbook_due(r->log, &at))
		return;
	left = mono_diff_us(at, clock_mono());
	ev_timer_set(&r->wait, left > 0 ? (double)left / 1e6 : 0.0, 0.0);
	ev_timer_start(r->loop, &r->wait);
}

static enum err
got_state(struct recorder *r, const struct frame *f, struct rbuf *b)
{
	struct msg_store_state m;

	if (!msg_store_state_get(b, &m) || !r_done(b) || m.kind >= STATE_KIND_COUNT)
		return ERR_FRAME;
	if (r->was_ready)
		return OK; /* what we know is newer */
	w_u32(&r->states, f->length);
	memcpy(wbuf_grow(&r->states, f->length), f->body, f->length);
	return OK;
}

static void
give_states(struct recorder *r)
{
	struct rbuf all, one;
	struct msg_store_state m;

	rbuf_init(&all, r->states.data, r->states.len);
	while (all.pos < all.len) {
		uint32_t len = r_u32(&all);

		rbuf_init(&one, all.data + all.pos, len);
		all.pos += len;
		if (msg_store_state_get(&one, &m))
			r->ops->state(&m, r->arg);
	}
	wbuf_done(&r->states);
}

static enum err
got_ready(struct recorder *r, struct rbuf *b)
{
	struct msg_store_ready m;
	bool is_first = !r->was_ready;

	if (!msg_store_ready_get(b, &m) || !r_done(b))
		return ERR_FRAME;
	r->is_ready = r->was_ready = true;
	if (is_first)
		give_states(r);
	archive_ready(r->archive, m.batch);
	if (r->health.state == STORE_ABSENT || !r->has_health)
		set_health(r, &(struct msg_store_health){ .state = STORE_WELL, .chain = 2, .text = "" });
	r->ops->ready(is_first, &m, r->arg);
	logbook_ready(r->log);
	pump(r);
	set_wait(r);
	return OK;
}

static enum err
got_stored(struct recorder *r, struct rbuf *b)
{
	struct msg_stored m;

	if (!msg_stored_get(b, &m) || !archive_stored(r->archive, m.batch))
		return ERR_FRAME;
	pump(r);
	return OK;
}

enum err
recorder_frame(struct recorder *r, const struct frame *f)
{
	struct rbuf b;

	rbuf_init(&b, f->body, f->length);
	switch (f->type) {
	case W_STORE_STATE: return got_state(r, f, &b);
	case W_STORE_READY: return got_ready(r, &b);
	case W_STORED: return got_stored(r, &b);
	case W_STORE_HEALTH: return got_health(r, &b);
	case W_JOURNAL:
		if (f->reply_to == 0) { /* an entry of the store's own: of a report that it filed, of its key */
			struct msg_journal m;

			if (!msg_journal_get(&b, &m) || !r_done(&b))
				return ERR_FRAME;
			r->ops->recorded(&m, r->arg);
			return OK;
		}
		/* fall through */
	case W_RESULT:
		(void)logbook_answer(r->log, f); /* one that was sent before it began anew answers nothing any more */
		set_wait(r);
		return OK;
	case W_PONG:
	case W_BYE: return OK;
	default: return ERR_FRAME;
	}
}

/* ---- up and down */

void
recorder_up(struct recorder *r, struct conn *c)
{
	uint16_t generation = r->generation;

	r->conn = c;
	r->is_ready = false;
	r->told = 0;
	wbuf_reset(&r->states);
	(void)archive_oldest_generation(r->archive, &generation);
	tell_site(r, generation);
	logbook_down(r->log, true, clock_mono()); /* about to be ready */
}

void
recorder_down(struct recorder *r)
{
	r->conn = NULL;
	r->is_ready = false;
	r->told = 0;
	set_absent(r);
	logbook_down(r->log, false, clock_mono());
	set_wait(r);
}

void
recorder_late(struct recorder *r)
{
	if (r->is_ready)
		return;
	if (r->conn == NULL)
		set_absent(r);
	logbook_down(r->log, false, clock_mono());
	set_wait(r);
}

bool
recorder_save(struct recorder *r, const struct msg_store_state *m)
{
	if (!r->is_ready)
		return false;
	wbuf_reset(&r->body);
	msg_store_state_put(&r->body, m);
	return conn_send(r->conn, W_STORE_STATE, 0, &r->body, NULL) == OK;
}

/* ---- beats */

/* Said when it begins and when it is over; how many stands in the record. */
static void
tell_lost(struct recorder *r)
{
	struct archive_figures f;

	archive_figures(r->archive, &f);
	bool is_crowded = f.bytes > ARCHIVE_BYTES / 4; /* some always waits: what the second brought */

	if (f.lost > r->lost && !r->is_losing)
		log_error(
		    "the store takes no samples and memory is full of them: the oldest samples go; the record will "
		    "have a gap");
	else if (r->is_losing && !is_crowded)
		log_warn("the store takes samples again; %llu samples were lost so far, as the record says",
		    (unsigned long long)f.lost);
	r->is_losing = f.lost > r->lost || (r->is_losing && is_crowded);
	r->lost = f.lost;
}

static void
second_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct recorder *r = w->data;

	(void)loop;
	(void)revents;
	archive_close(r->archive, clock_utc(), clock_mono());
	pump(r);
	tell_lost(r);
	logbook_tick(r->log, clock_mono());
	set_wait(r);
}

static void
wait_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct recorder *r = w->data;

	(void)loop;
	(void)revents;
	logbook_tick(r->log, clock_mono());
	set_wait(r);
}

void
recorder_finish(struct recorder *r)
{
	archive_close(r->archive, clock_utc(), clock_mono());
	pump(r);
}

bool
recorder_is_idle(const struct recorder *r)
{
	uint16_t generation;

	return !r->is_ready ||
	    (!archive_oldest_generation(r->archive, &generation) && logbook_waiting(r->log) == 0 &&
	        conn_queued(r->conn) == 0);
}

bool
recorder_is_ready(const struct recorder *r)
{
	return r->is_ready;
}

/* ---- life */

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct recorder *r = arg;

	return r->is_ready && conn_send(r->conn, type, 0, body, sequence) == OK;
}

static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	struct recorder *r = arg;

	r->ops->recorded(m, r->arg);
}

static void
waits_cb(void *arg)
{
	set_wait(arg);
}

static const struct logbook_ops logbook_ops = { .send = send_cb, .recorded = recorded_cb, .waits = waits_cb };

struct recorder *
recorder_new(struct ev_loop *loop, const struct recorder_ops *ops, void *arg, uint64_t boot)
{
	struct recorder *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	r->ops = ops;
	r->arg = arg;
	r->boot = boot;
	STAILQ_INIT(&r->sites);
	r->archive = archive_new(0);
	r->log = logbook_new(&logbook_ops, r, boot);
	logbook_down(r->log, true, clock_mono());
	r->health = (struct msg_store_health){ .state = STORE_ABSENT, .chain = 2, .text = r->health_text };
	ev_timer_init(&r->second, second_cb, SECOND_S, SECOND_S);
	ev_timer_init(&r->wait, wait_cb, 0.0, 0.0);
	r->second.data = r->wait.data = r;
	ev_timer_start(loop, &r->second);
	return r;
}

void
recorder_free(struct recorder *r)
{
	if (r == NULL)
		return;
	ev_timer_stop(r->loop, &r->second);
	ev_timer_stop(r->loop, &r->wait);
	logbook_free(r->log);
	archive_free(r->archive);
	forget_sites(r, true);
	wbuf_done(&r->states);
	wbuf_done(&r->body);
	free(r);
}

struct logbook *
recorder_logbook(struct recorder *r)
{
	return r->log;
}

const struct msg_store_health *
recorder_health(const struct recorder *r)
{
	return &r->health;
}

void
recorder_figures(const struct recorder *r, struct archive_figures *out)
{
	archive_figures(r->archive, out);
}
