/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logbook.c - the queue of entries.  Sent ones stand at its head until they are answered; order is kept.
 *
 *   WAITING --send--> SENT --W_JOURNAL--> gone          the store is down, or begins anew: SENT --> WAITING
 *                        \--W_RESULT--> gone, refused
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/logbook.h"
#include "scada/core/say_value.h"

#define SENT_MAX  256 /* under way at a time */
#define LINES_MAX 20  /* entries a while that also stand in the system log; acts always do */
#define LINES_US  (10 * US_PER_S)

struct entry {
	TAILQ_ENTRY(entry) next;
	uint16_t type;                /* W_JOURNAL_ADD, W_REPORT_SIGN, W_REPORT_FILE */
	uint32_t sequence;            /* 0 = not sent */
	bool is_act, is_gap, is_told; /* told: it stands in the system log */
	bool is_renamed;              /* it has got another token than it came with */
	bool is_applied;              /* it is done, whatever the store says */
	struct wbuf body;
	TAILQ_ENTRY(entry) wait;
	struct mono until; /* of its wait */
	log_done_fn done;  /* NULL: nobody waits, and it is not among `waiting` */
	void *arg;
	uint64_t token;
};
TAILQ_HEAD(entries, entry);

struct logbook {
	const struct logbook_ops *ops;
	void *arg;
	struct entries list;
	struct entries waiting; /* those that somebody waits for, the first that is over first */
	uint32_t count, sent;
	size_t bytes, file_bytes;  /* that entries and reports take */
	bool is_ready, is_awaited; /* awaited: not ready, but about to be */
	uint64_t random;
	struct wbuf body; /* written here first: an entry takes no more room than it needs */
	/* ---- lost */
	struct entry *gap; /* the entry that tells of them, not sent yet; NULL = none */
	uint32_t lost;
	uint64_t lost_ever;
	int64_t lost_from, lost_to;
	/* ---- the system log */
	struct mono lines_since;
	uint32_t lines, unsaid;
};

uint64_t
logbook_token(struct logbook *l)
{
	uint64_t z = l->random += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	z ^= z >> 31;
	return z != 0 ? z : 1;
}

struct logbook *
logbook_new(const struct logbook_ops *ops, void *arg, uint64_t seed)
{
	struct logbook *l = xcalloc(1, sizeof(*l));

	l->ops = ops;
	l->arg = arg;
	l->random = seed;
	TAILQ_INIT(&l->list);
	TAILQ_INIT(&l->waiting);
	return l;
}

static size_t
size_of(const struct entry *e)
{
	return sizeof(*e) + e->body.cap;
}

static void
stop_waiting(struct logbook *l, struct entry *e)
{
	if (e->done != NULL)
		TAILQ_REMOVE(&l->waiting, e, wait);
	e->done = NULL;
}

static void
drop(struct logbook *l, struct entry *e)
{
	TAILQ_REMOVE(&l->list, e, next);
	stop_waiting(l, e);
	if (e->sequence != 0)
		l->sent--;
	if (e->type == W_REPORT_FILE) {
		l->file_bytes -= e->body.len;
	} else {
		l->count--;
		l->bytes -= size_of(e);
	}
	if (e == l->gap)
		l->gap = NULL;
	wbuf_done(&e->body);
	free(e);
}

void
logbook_free(struct logbook *l)
{
	struct entry *e;

	if (l == NULL)
		return;
	while ((e = TAILQ_FIRST(&l->list)) != NULL)
		drop(l, e);
	wbuf_done(&l->body);
	free(l);
}

/* ---- the system log, while the store has not got it */

static void
tell(struct logbook *l, const struct msg_journal_add *m, struct mono now)
{
	if (l->lines_since.us == 0 || mono_diff_us(now, l->lines_since) >= LINES_US) {
		if (l->unsaid > 0)
			log_warn("not recorded: %u more entries of the journal, not said here", l->unsaid);
		l->lines_since = now;
		l->lines = l->unsaid = 0;
	}
	if (!m->is_act && ++l->lines > LINES_MAX) {
		l->unsaid++;
		return;
	}
	log_warn("not recorded yet: %s%s%s: %s%s%s%s%s%s%s", journal_kind_word(m->kind), m->point[0] != '\0' ? " " : "",
	    m->point, m->text, m->before[0] != '\0' ? ", was " : "", m->before, m->after[0] != '\0' ? ", now " : "",
	    m->after, m->user[0] != '\0' ? ", by " : "", m->user);
}

/* False: it is a report. The strings live as long as e. */
static bool
read_entry(const struct entry *e, struct msg_journal_add *m)
{
	struct msg_report_sign sign;
	struct rbuf r;

	rbuf_init(&r, e->body.data, e->body.len);
	if (e->type == W_REPORT_SIGN) {
		if (!msg_report_sign_get(&r, &sign))
			return false;
		rbuf_init(&r, sign.entry.data, sign.entry.len);
	}
	return e->type != W_REPORT_FILE && msg_journal_add_get(&r, m);
}

static void
tell_entry(struct logbook *l, struct entry *e, struct mono now)
{
	struct msg_journal_add m;

	if (e->is_told || !read_entry(e, &m))
		return;
	e->is_told = true;
	tell(l, &m, now);
}

/* ---- room */

static void
set_body(struct logbook *l, struct entry *e)
{
	l->bytes -= e->body.cap;
	wbuf_done(&e->body);
	e->body.data = xmalloc(l->body.len + 1);
	memcpy(e->body.data, l->body.data, l->body.len);
	e->body.len = e->body.cap = l->body.len;
	l->bytes += e->body.cap;
}

static void
write_gap(struct logbook *l)
{
	char text[200], from[SAY_TIME], to[SAY_TIME];
	struct msg_journal_add m = {
		.token = l->gap->token,
		.time = l->lost_to,
		.kind = JOURNAL_STORE,
		.reason = 255,
		.uid = LOGBOOK_NO_UID,
		.point = "",
		.user = "",
		.terminal = "",
		.text = text,
		.before = "",
		.after = "",
	};

	str_printf(text, sizeof(text), "%u entries from %s to %s are lost: storage was away for too long", l->lost,
	    say_time((struct utc){ l->lost_from }, from, sizeof(from)),
	    say_time((struct utc){ l->lost_to }, to, sizeof(to)));
	wbuf_reset(&l->body);
	msg_journal_add_put(&l->body, &m);
	set_body(l, l->gap);
}

static struct entry *
find_victim(const struct logbook *l)
{
	struct entry *e;

	TAILQ_FOREACH(e, &l->list, next)
		if (e->type == W_JOURNAL_ADD && e->sequence == 0 && !e->is_act && !e->is_gap)
			return e;
	return NULL; /* acts alone: persons cannot be that quick */
}

/* The oldest entry that may go becomes, or is counted into, the one that says what is missing. */
static void
make_room(struct logbook *l)
{
	struct entry *victim;

	while (l->bytes >= LOGBOOK_BYTES && (victim = find_victim(l)) != NULL) {
		struct msg_journal_add m = { .time = 0 };
		struct rbuf r;

		rbuf_init(&r, victim->body.data, victim->body.len);
		(void)msg_journal_add_get(&r, &m);
		if (l->gap == NULL) {
			l->gap = victim;
			l->lost = 0;
			l->lost_from = l->lost_to = m.time;
			victim->is_gap = true;
			victim->token = logbook_token(l);
		}
		l->lost++;
		l->lost_ever++;
		l->lost_from = m.time < l->lost_from ? m.time : l->lost_from;
		l->lost_to = m.time > l->lost_to ? m.time : l->lost_to;
		if (victim != l->gap)
			drop(l, victim);
		write_gap(l);
	}
}

/* ---- adding */

static void
send_some(struct logbook *l)
{
	struct entry *e, *after;

	if (!l->is_ready || l->sent >= SENT_MAX)
		return;
	for (e = TAILQ_FIRST(&l->list); e != NULL; e = after) {
		after = TAILQ_NEXT(e, next);
		if (e->sequence != 0)
			continue;
		if (l->sent >= SENT_MAX || !l->ops->send(e->type, &e->body, &e->sequence, l->arg))
			return;
		l->sent++;
		if (e == l->gap)
			l->gap = NULL; /* it tells of those before it; more that are lost need another */
		if (e->type == W_REPORT_FILE)
			drop(l, e); /* no answer comes */
	}
}

static struct entry *
append(struct logbook *l, uint16_t type)
{
	struct entry *e;

	if (l->bytes >= LOGBOOK_BYTES && type != W_REPORT_FILE)
		make_room(l);
	e = xcalloc(1, sizeof(*e));
	e->type = type;
	TAILQ_INSERT_TAIL(&l->list, e, next);
	if (type != W_REPORT_FILE) {
		l->count++;
		l->bytes += size_of(e);
	}
	return e;
}

static struct entry *
add(struct logbook *l, const struct msg_journal_add *given, struct mono now)
{
	struct msg_journal_add m = *given;
	struct entry *e = append(l, W_JOURNAL_ADD);

	if (m.token == 0)
		m.token = logbook_token(l);
	e->token = m.token;
	e->is_act = m.is_act != 0;
	wbuf_reset(&l->body);
	msg_journal_add_put(&l->body, &m);
	set_body(l, e);
	if (!l->is_ready && !l->is_awaited)
		tell_entry(l, e, now);
	send_some(l);
	return e;
}

void
logbook_add(struct logbook *l, const struct msg_journal_add *m, struct mono now)
{
	(void)add(l, m, now);
}

static void
wait_for(struct logbook *l, struct entry *e, int64_t us, struct mono now, log_done_fn done, void *arg)
{
	struct entry *before = TAILQ_LAST(&l->waiting, entries);

	e->until = mono_add(now, l->is_ready || l->is_awaited ? us : 0); /* nothing to wait for: at the next tick */
	e->done = done;
	e->arg = arg;
	while (before != NULL && before->until.us > e->until.us)
		before = TAILQ_PREV(before, entries, wait);
	if (before != NULL)
		TAILQ_INSERT_AFTER(&l->waiting, before, e, wait);
	else
		TAILQ_INSERT_HEAD(&l->waiting, e, wait);
	if (l->ops->waits != NULL)
		l->ops->waits(l->arg);
}

void
logbook_act(struct logbook *l, const struct msg_journal_add *m, struct mono now, log_done_fn done, void *arg)
{
	wait_for(l, add(l, m, now), LOGBOOK_ACT_US, now, done, arg);
}

void
logbook_done(struct logbook *l, const struct msg_journal_add *m, struct mono now, log_done_fn done, void *arg)
{
	struct entry *e = add(l, m, now);

	e->is_applied = true;
	wait_for(l, e, LOGBOOK_ACT_US, now, done, arg);
}

void
logbook_sign(struct logbook *l, const struct msg_report_sign *m, struct mono now, log_done_fn done, void *arg)
{
	struct entry *e = append(l, W_REPORT_SIGN);

	e->is_act = true;
	wbuf_reset(&l->body);
	msg_report_sign_put(&l->body, m);
	set_body(l, e);
	if (!l->is_ready && !l->is_awaited)
		tell_entry(l, e, now);
	wait_for(l, e, LOGBOOK_SIGN_US, now, done, arg);
	send_some(l);
}

void
logbook_file(struct logbook *l, const uint8_t *body, size_t len)
{
	struct entry *e, *after;

	for (e = TAILQ_FIRST(&l->list); e != NULL; e = after) {
		after = TAILQ_NEXT(e, next);
		if (l->file_bytes + len > LOGBOOK_FILES && e->type == W_REPORT_FILE)
			drop(l, e);
	}
	e = append(l, W_REPORT_FILE);
	if (len > 0)
		memcpy(wbuf_grow(&e->body, len), body, len);
	l->file_bytes += len;
	send_some(l);
}

void
logbook_say(struct logbook *l, struct utc now, struct mono mono, enum journal_kind kind, const char *point,
    const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct msg_journal_add m = {
		.time = now.us,
		.kind = (uint16_t)kind,
		.reason = 255,
		.uid = LOGBOOK_NO_UID,
		.point = point != NULL ? point : "",
		.user = "",
		.terminal = "",
		.text = text,
		.before = "",
		.after = "",
	};
	logbook_add(l, &m, mono);
}

/* ---- the store */

static void
call(struct logbook *l, struct entry *e, const struct log_end *end)
{
	log_done_fn done = e->done;

	stop_waiting(l, e);
	if (done != NULL)
		done(end, e->arg);
}

static void
send_again(struct logbook *l)
{
	struct entry *e;

	TAILQ_FOREACH(e, &l->list, next)
		e->sequence = 0;
	l->sent = 0;
}

void
logbook_ready(struct logbook *l)
{
	send_again(l);
	l->is_ready = true;
	l->is_awaited = false;
	send_some(l);
}

/* There is nothing to wait for, but for what may still be refused. */
static void
hurry(struct logbook *l, struct mono now)
{
	struct entries later = TAILQ_HEAD_INITIALIZER(later);
	struct entry *e, *after;

	for (e = TAILQ_FIRST(&l->waiting); e != NULL; e = after) {
		after = TAILQ_NEXT(e, wait);
		if (e->type == W_JOURNAL_ADD) {
			e->until = now;
			continue;
		}
		TAILQ_REMOVE(&l->waiting, e, wait);
		TAILQ_INSERT_TAIL(&later, e, wait);
	}
	TAILQ_CONCAT(&l->waiting, &later, wait);
}

void
logbook_down(struct logbook *l, bool is_awaited, struct mono now)
{
	struct entry *e;

	send_again(l);
	l->is_ready = false;
	l->is_awaited = is_awaited;
	if (is_awaited)
		return;
	TAILQ_FOREACH(e, &l->list, next)
		tell_entry(l, e, now);
	hurry(l, now);
}

static struct entry *
find_sent(const struct logbook *l, uint32_t sequence)
{
	struct entry *e;

	TAILQ_FOREACH(e, &l->list, next)
		if (e->sequence == sequence)
			return e;
	return NULL;
}

static void
say_refused(const struct entry *e, const char *why)
{
	struct msg_journal_add m;

	if (read_entry(e, &m))
		log_error("the journal does not take an entry (%s): %s %s: %s, was %s, now %s, by %s", why,
		    journal_kind_word(m.kind), m.point, m.text, m.before, m.after, m.user);
}

/*
 * What was done already, for the store was away, must be recorded, though its token turns out to be that of another entry: it gets
 * one of our own. False: that is not why it was refused.
 */
static bool
rename_entry(struct logbook *l, struct entry *e, enum err why)
{
	struct msg_journal_add m;
	struct rbuf r;

	if (why != ERR_REFUSED || e->type != W_JOURNAL_ADD || (e->done != NULL && !e->is_applied) || e->is_renamed)
		return false;
	rbuf_init(&r, e->body.data, e->body.len);
	if (!msg_journal_add_get(&r, &m))
		return false;
	m.token = e->token = logbook_token(l);
	wbuf_reset(&l->body);
	msg_journal_add_put(&l->body, &m);
	set_body(l, e);
	e->is_renamed = true;
	e->sequence = 0;
	l->sent--;
	return true;
}

bool
logbook_answer(struct logbook *l, const struct frame *f)
{
	struct entry *e = f->reply_to != 0 ? find_sent(l, f->reply_to) : NULL;
	struct msg_result result;
	struct msg_journal m;
	struct rbuf r;

	if (e == NULL)
		return false;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_JOURNAL) {
		if (!msg_journal_get(&r, &m) || !r_done(&r))
			return false;
		l->ops->recorded(&m, l->arg);
		call(l, e, &(struct log_end){ .outcome = LOG_RECORDED, .m = &m });
	} else {
		if (!msg_result_get(&r, &result))
			return false;
		enum err why = err_is_known(result.err) && result.err != OK ? (enum err)result.err : ERR_FAILED;
		if (rename_entry(l, e, why)) {
			send_some(l);
			return true;
		}
		if (e->type == W_JOURNAL_ADD) /* an act that went on without it stands nowhere else */
			say_refused(e, result.text[0] != '\0' ? result.text : err_text(why));
		call(l, e, &(struct log_end){ .outcome = LOG_REFUSED, .e = why, .text = result.text });
	}
	drop(l, e);
	send_some(l);
	return true;
}

/* ---- time */

void
logbook_tick(struct logbook *l, struct mono now)
{
	struct entry *e;

	/* whoever is called may add, and that may make others go: each time from the first */
	while ((e = TAILQ_FIRST(&l->waiting)) != NULL && mono_diff_us(now, e->until) >= 0) {
		tell_entry(l, e, now);
		call(l, e, &(struct log_end){ .outcome = LOG_LATE });
	}
	send_some(l);
}

bool
logbook_due(const struct logbook *l, struct mono *at)
{
	const struct entry *e = TAILQ_FIRST(&l->waiting);

	if (e != NULL)
		*at = e->until;
	return e != NULL;
}

uint32_t
logbook_waiting(const struct logbook *l)
{
	return l->count;
}

uint64_t
logbook_lost(const struct logbook *l)
{
	return l->lost_ever;
}
