/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c - the parts of the memory and the ways between them; each part has its own file.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/acts.h"
#include "scada/core/events.h"
#include "scada/core/memory.h"
#include "scada/core/recorder.h"
#include "scada/core/relay.h"
#include "scada/core/sums.h"

#define SAVE_S 60 /* sums are saved once in this time, a part each second */

struct memory {
	struct ev_loop *loop;
	struct publish *publish;
	const struct memory_ops *ops;
	void *arg;
	struct recorder *recorder;
	struct held *held;
	struct acts *acts;
	struct events *events;
	struct relay *relay;
	struct today *today;
	struct stored_site site; /* for the reader */
	struct conn *reader;
	struct table *table;
	struct calc *calc;
	uint64_t boot;
	ev_timer deadline;
	bool has_begun, is_finishing;
	bool is_settling; /* a new table, of which the field program is told later */
	point_id saved_to;
	struct mono saved_at;
	struct utc known; /* until when samples of an earlier run are stored */
	uint8_t failure;  /* enum store_state that was journalled last */
	bool is_missing;  /* nothing is recorded, as was told last */
	bool is_broken;   /* the chain of the journal, as was told last */
	uint64_t lost;    /* entries that found no room, as was mended last */
};

/* ---- start */

static void
begin(struct memory *m)
{
	if (m->has_begun)
		return;
	m->has_begun = true;
	ev_timer_stop(m->loop, &m->deadline);
	m->ops->ready(m->arg);
}

static void
deadline_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct memory *m = w->data;

	(void)loop;
	(void)revents;
	if (!recorder_is_ready(m->recorder))
		log_warn("the store is not ready within a second; the field begins without what was saved, which is "
		         "merged when it comes");
	recorder_late(m->recorder);
	begin(m);
}

void
memory_begin(struct memory *m, bool is_missing)
{
	ev_timer_set(&m->deadline, is_missing ? 0.0 : MEMORY_START_S, 0.0);
	ev_timer_start(m->loop, &m->deadline);
}

/* ---- the recorder's */

static void
state_cb(const struct msg_store_state *state, void *arg)
{
	struct memory *m = arg;
	struct utc now = clock_utc();
	struct mono mono = clock_mono();

	if (m->table == NULL)
		return;
	if (state->kind == STATE_MANUAL || state->kind == STATE_SCAN_OFF)
		(void)held_restore(m->held, state, now, mono);
	else if (!m->ops->restore(state, m->arg) && !sums_restore(m->table, m->calc, state, now, mono))
		log_debug("%s: what was saved of it fits nothing here", state->name);
}

static void
save_cb(const struct msg_store_state *state, void *arg)
{
	struct memory *m = arg;

	(void)recorder_save(m->recorder, state);
}

static void
save_hold(struct memory *m, const struct hold *h)
{
	struct wbuf blob = { .len = 0 };

	held_put_blob(h, &blob);
	save_cb(
	    &(struct msg_store_state){
	        .kind = (uint8_t)h->kind, .name = h->name, .time = h->time.us, .blob = { blob.data, blob.len } },
	    m);
	wbuf_done(&blob);
}

static void
save_sums(struct memory *m, point_id from, point_id below, struct utc now)
{
	if (m->table != NULL && recorder_is_ready(m->recorder))
		sums_save(m->table, m->calc, from, below, now, save_cb, m);
}

static void
ready_cb(bool is_first, const struct msg_store_ready *ready, void *arg)
{
	struct memory *m = arg;

	log_info("the store is ready: %u states, journal at %llu", ready->states, (unsigned long long)ready->journal);
	if (is_first) {
		m->known = (struct utc){ ready->last };
		m->ops->touched(m->arg);
	} else { /* it may be a new database, that knows of nothing */
		for (const struct hold *h = held_next(m->held, NULL); h != NULL; h = held_next(m->held, h))
			save_hold(m, h);
		save_sums(m, 0, POINT_NONE, clock_utc());
		m->ops->renewed(m->arg);
	}
	begin(m);
}

/*
 * A state in which nothing is recorded, and its end. That the store is gone has its own entry; a database that was moved aside is
 * told of by the store, which did it; slowness comes and goes, and is a point.
 */
static bool
is_failure(unsigned state)
{
	return state == STORE_FULL || state == STORE_FAILING || state == STORE_READ_ONLY;
}

static bool
is_missing(unsigned state)
{
	return is_failure(state) || state == STORE_ABSENT;
}

static void
look_at_chain(struct memory *m, const struct msg_store_health *h)
{
	bool is_broken = h->chain == 0 || h->state == STORE_MEDDLED;

	if (is_broken == m->is_broken || h->state == STORE_ABSENT)
		return;
	m->is_broken = is_broken;
	m->ops->chain(is_broken,
	    !is_broken          ? "it was proved whole"
	        : h->chain == 0 ? "the journal's chain is broken"
	                        : h->text,
	    m->arg);
}

static void
health_cb(const struct msg_store_health *h, void *arg)
{
	struct memory *m = arg;
	const char *word = is_failure(h->state) ? store_state_word(h->state) : "well again";

	if (m->is_finishing)
		return;
	publish_health(m->publish, h);
	look_at_chain(m, h);
	if (is_missing(h->state) != m->is_missing) {
		m->is_missing = !m->is_missing;
		m->ops->health(!m->is_missing, h->text[0] != '\0' ? h->text : store_state_word(h->state), m->arg);
	}
	if (h->state == m->failure || h->state == STORE_ABSENT || (!is_failure(h->state) && !is_failure(m->failure)))
		return;
	m->failure = h->state;
	log_warn("storage is %s%s%s", word, h->text[0] != '\0' ? ": " : "", h->text);
	logbook_say(recorder_logbook(m->recorder), clock_utc(), clock_mono(), JOURNAL_STORE, NULL, "storage is %s%s%s",
	    word, h->text[0] != '\0' ? ": " : "", h->text);
}

static void
figures_cb(const struct msg_store_health *h, void *arg)
{
	struct memory *m = arg;

	publish_health_figures(m->publish, h);
	look_at_chain(m, h);
}

static void
recorded_cb(const struct msg_journal *j, void *arg)
{
	struct memory *m = arg;

	publish_journal(m->publish, j);
}

static const struct recorder_ops recorder_ops = {
	.state = state_cb, .ready = ready_cb, .health = health_cb, .figures = figures_cb, .recorded = recorded_cb
};

/* ---- what is held */

static void
scan_cb(point_id id, bool on, void *arg)
{
	struct memory *m = arg;

	if (!m->is_settling)
		m->ops->scan(id, on, m->arg);
}

static void
ended_cb(const struct hold *h, void *arg)
{
	struct memory *m = arg;

	acts_ended(m->acts, h, clock_utc(), clock_mono());
}

static void
renamed_cb(const struct hold *h, const char *old_name, void *arg)
{
	struct memory *m = arg;

	save_hold(m, h);
	save_cb(&(struct msg_store_state){ .kind = (uint8_t)h->kind, .name = old_name, .time = h->time.us }, m);
}

static void
unfit_cb(const struct hold *h, const char *why, void *arg)
{
	struct memory *m = arg;
	bool is_manual = h->kind == STATE_MANUAL;

	logbook_say(recorder_logbook(m->recorder), clock_utc(), clock_mono(), is_manual ? JOURNAL_MANUAL : JOURNAL_SCAN,
	    h->name, "%s; %s by %s is kept, and holds nothing", why,
	    is_manual ? "the value by hand" : "the scan switched off", h->user);
}

static const struct held_ops held_ops = {
	.scan = scan_cb, .ended = ended_cb, .renamed = renamed_cb, .unfit = unfit_cb
};

/* ---- acts and questions */

static void
answer_cb(
    void *asker, uint32_t sequence, enum err e, int addcause, enum result_detail detail, const char *text, void *arg)
{
	struct session *s = asker;
	struct wbuf b = { .len = 0 };
	struct msg_result r = {
		.err = (uint16_t)e,
		.addcause = (uint8_t)(addcause < 0 ? 255 : addcause),
		.detail = (uint16_t)detail,
		.text = text,
	};

	(void)arg;
	msg_result_put(&b, &r);
	conn_send(s->conn, W_RESULT, sequence, &b, NULL);
	wbuf_done(&b);
}

static void
touched_cb(void *arg)
{
	struct memory *m = arg;

	m->ops->touched(m->arg);
}

static struct utc
now_cb(struct mono *mono, void *arg)
{
	(void)arg;
	*mono = clock_mono();
	return clock_utc();
}

static uint64_t
second_cb(const struct actor *by, enum role least, const char *area, const char *what, approval_fn *decided,
    void *decided_arg, void *arg)
{
	struct memory *m = arg;

	return m->ops->second(by, least, area, what, decided, decided_arg, m->arg);
}

static const struct acts_ops acts_ops = {
	.answer = answer_cb, .touched = touched_cb, .second = second_cb, .now = now_cb
};

static void
file_cb(const uint8_t *body, size_t len, void *arg)
{
	struct memory *m = arg;

	logbook_file(recorder_logbook(m->recorder), body, len);
}

static void
own_cb(const struct frame *f, void *arg)
{
	struct memory *m = arg;

	today_take(m->today, f);
}

static const struct relay_ops relay_ops = { .file = file_cb, .own = own_cb };

static bool
ask_today_cb(const struct wbuf *body, void *arg)
{
	struct memory *m = arg;

	return relay_own(m->relay, W_REPORT_GET, body);
}

static const struct today_ops today_ops = { .ask = ask_today_cb };

/* A copy of everything leaves the house: that is worth an entry. */
static void
say_backup(struct memory *m, const struct session *s)
{
	struct msg_journal_add j = {
		.time = clock_utc().us,
		.kind = JOURNAL_STORE,
		.reason = 255,
		.uid = (uint32_t)s->peer.uid,
		.point = "",
		.user = s->user,
		.terminal = s->terminal,
		.text = "a copy of the whole database was asked for",
		.before = "",
		.after = "",
	};

	logbook_add(recorder_logbook(m->recorder), &j, clock_mono());
}

bool
memory_request(struct memory *m, struct session *s, const struct frame *f)
{
	struct actor who = session_actor(s);
	const struct wire_row *row = wire_find(f->type);

	if (m->is_finishing &&
	    (row->flags & WF_REQUEST) != 0) { /* the store may be gone: it would be done and forgotten */
		conn_result(s->conn, f->sequence, ERR_BUSY, -1, "chisand stops; nothing was done");
		return true;
	}
	if (f->type == W_BACKUP_GET)
		say_backup(m, s);
	return relay_ask(m->relay, s->conn, f) || acts_frame(m->acts, s, &who, f, clock_utc(), clock_mono());
}

void
memory_forget(struct memory *m, struct session *s)
{
	acts_forget(m->acts, s);
	relay_forget(m->relay, s->conn);
}

/* ---- helpers */

void
memory_up(struct memory *m, const struct supervise *s, enum helper_id id, struct conn *c)
{
	if (supervise_restarts(s, id) > 0)
		logbook_say(recorder_logbook(m->recorder), clock_utc(), clock_mono(), JOURNAL_SYSTEM, NULL,
		    "%s is back (before: %s)", helper_name(id), supervise_last_words(s, id));
	if (id == HELPER_STORE)
		recorder_up(m->recorder, c);
	if (id != HELPER_READER)
		return;
	m->reader = c;
	stored_site_send(&m->site, c);
	relay_up(m->relay, c);
}

void
memory_down(struct memory *m, enum helper_id id, enum err why)
{
	if (!m->is_finishing)
		logbook_say(recorder_logbook(m->recorder), clock_utc(), clock_mono(), JOURNAL_SYSTEM, NULL,
		    "%s is gone%s%s", helper_name(id), why != ERR_CLOSED ? ": " : "",
		    why != ERR_CLOSED ? err_text(why) : "");
	if (id == HELPER_STORE)
		recorder_down(m->recorder);
	if (id != HELPER_READER)
		return;
	m->reader = NULL;
	relay_down(m->relay);
}

enum err
memory_frame(struct memory *m, enum helper_id id, const struct frame *f)
{
	return id == HELPER_STORE ? recorder_frame(m->recorder, f) : relay_frame(m->relay, f);
}

/* ---- running */

void
memory_site(struct memory *m, struct table *t, struct calc *c, uint16_t generation, const uint64_t hash[4])
{
	m->table = t;
	m->calc = c;
	m->saved_to = 0;
	m->is_settling = true;
	held_site(m->held, t, clock_mono());
	m->is_settling = false;
	acts_site(m->acts, t);
	events_site(m->events, t);
	recorder_site(m->recorder, t, generation, hash);
	today_site(m->today, t != NULL ? table_site(t) : NULL);
	if (t == NULL)
		return;
	stored_site_make(&m->site, table_site(t), generation, hash, m->boot);
	if (m->reader != NULL)
		stored_site_send(&m->site, m->reader);
}

struct utc
memory_known(const struct memory *m)
{
	return m->known;
}

void
memory_late(struct memory *m, point_id id, struct utc time, double v, struct utc now, struct mono mono)
{
	recorder_late_value(m->recorder, id, time, v, now, mono);
}

void
memory_turn(struct memory *m, struct utc now, struct mono mono)
{
	uint32_t count;
	const point_id *ids = table_fresh_take(m->table, &count);

	recorder_take(m->recorder, ids, count, now, mono);
	events_take(m->events, ids, count, now, mono);
}

static void
save_part(struct memory *m, struct utc now, struct mono mono)
{
	uint32_t points = table_count(m->table), part = (points + SAVE_S - 1) / SAVE_S;

	if (mono_diff_us(mono, m->saved_at) < US_PER_S)
		return;
	m->saved_at = mono;
	save_sums(m, m->saved_to, m->saved_to + part, now);
	m->saved_to = m->saved_to + part >= points ? 0 : m->saved_to + part;
}

/* Entries that found no room took the states with them that they carried: once all others are safe, what holds now is saved. */
static void
mend_lost(struct memory *m)
{
	const struct logbook *l = recorder_logbook(m->recorder);

	if (logbook_lost(l) == m->lost || logbook_waiting(l) > 0 || !recorder_is_ready(m->recorder))
		return;
	m->lost = logbook_lost(l);
	m->ops->renewed(m->arg);
}

void
memory_tick(struct memory *m, struct utc now, struct mono mono)
{
	relay_tick(m->relay);
	mend_lost(m);
	if (m->table == NULL)
		return;
	held_tick(m->held, now, mono);
	events_tick(m->events, now, mono);
	if (!m->is_finishing)
		today_tick(m->today, now, mono);
	save_part(m, now, mono);
}

void
memory_device(struct memory *m, const struct msg_device_state *state, struct utc now, struct mono mono)
{
	events_device(m->events, state, now, mono);
}

void
memory_alarms(struct memory *m, struct alarming *alarming)
{
	acts_alarms(m->acts, alarming);
}

bool
memory_ask(struct memory *m, struct conn *c, const struct frame *f)
{
	return relay_ask(m->relay, c, f);
}

void
memory_forget_conn(struct memory *m, const struct conn *c)
{
	if (c != NULL)
		relay_forget(m->relay, c);
}

void
memory_dispatch(struct memory *m, struct dispatching *d)
{
	acts_dispatch(m->acts, d);
}

void
memory_wheel(struct memory *m, struct wheeling *w)
{
	acts_wheel(m->acts, w);
}

void
memory_sequences(struct memory *m, struct sequencing *q)
{
	acts_sequences(m->acts, q);
}

void
memory_alarm_entry(struct memory *m, const struct msg_journal_add *entry)
{
	acts_alarm_entry(m->acts, entry);
}

bool
memory_save(struct memory *m, const struct msg_store_state *state)
{
	return recorder_save(m->recorder, state);
}

void
memory_facts(const struct memory *m, struct system_facts *out, struct utc now, struct mono mono)
{
	struct archive_figures f;

	recorder_figures(m->recorder, &f);
	out->health = *recorder_health(m->recorder);
	out->durable_s = f.oldest.us != 0 ? (double)mono_diff_us(mono, f.oldest) / 1e6 : 0;
	out->waiting = logbook_waiting(recorder_logbook(m->recorder));
	out->recorded = (double)f.samples;
	today_facts(m->today, now, mono, &out->today);
}

struct logbook *
memory_log(struct memory *m)
{
	return recorder_logbook(m->recorder);
}

void
memory_finish(struct memory *m, struct utc now, struct mono mono)
{
	ev_timer_stop(m->loop, &m->deadline);
	logbook_say(recorder_logbook(m->recorder), now, mono, JOURNAL_SYSTEM, NULL, "chisand stops");
	m->is_finishing = true;
	save_sums(m, 0, POINT_NONE, now);
	recorder_finish(m->recorder);
}

bool
memory_is_idle(const struct memory *m)
{
	return recorder_is_idle(m->recorder);
}

/* ---- life */

struct memory *
memory_new(struct ev_loop *loop, struct publish *p, const struct memory_ops *ops, void *arg)
{
	struct memory *m = xcalloc(1, sizeof(*m));

	m->loop = loop;
	m->publish = p;
	m->ops = ops;
	m->arg = arg;
	m->failure = STORE_WELL;
	if (getrandom(&m->boot, sizeof(m->boot), 0) != (ssize_t)sizeof(m->boot) || m->boot == 0)
		m->boot = (uint64_t)clock_utc().us ^ (uint64_t)clock_mono().us << 20;
	m->recorder = recorder_new(loop, &recorder_ops, m, m->boot);
	m->held = held_new(&held_ops, m);
	m->acts = acts_new(recorder_logbook(m->recorder), m->held, &acts_ops, m);
	m->events = events_new(recorder_logbook(m->recorder));
	m->relay = relay_new(&relay_ops, m);
	m->today = today_new(&today_ops, m);
	ev_timer_init(&m->deadline, deadline_cb, 0.0, 0.0);
	m->deadline.data = m;
	return m;
}

void
memory_free(struct memory *m)
{
	if (m == NULL)
		return;
	ev_timer_stop(m->loop, &m->deadline);
	acts_free(m->acts);
	held_free(m->held);
	events_free(m->events);
	relay_free(m->relay);
	today_free(m->today);
	recorder_free(m->recorder);
	wbuf_done(&m->site.tree);
	free(m);
}
