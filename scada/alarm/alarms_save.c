/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_save.c - how alarms are kept over a restart: blobs with a version in front, read with bounds, and put into place.
 * Expiries are kept in wall time; while running they count on the other clock.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define SAVE_VERSION  1
#define WHOLE_VERSION 2 /* of STATE_ALARMING; 1 knew of no areas */
#define WHOLE         "alarms"
#define AREAS         "areas"
#define ALARM_VERSION 2 /* 1 had no author and no time of the comment; it is read too */
#define SAVED_BITS \
	(ALARM_COND | ALARM_IS_ACKED | ALARM_LATCH | ALARM_SHELVED | ALARM_BY_DESIGN | ALARM_OUT | ALARM_ONE_SHOT)
#define SAVED_MARKS (ALARM_IS_OLD | ALARM_IS_TEST | ALARM_FLEETING)

void
texts_free(struct alarm *m)
{
	free(m->acked_by);
	free(m->comment);
	free(m->comment_by);
	free(m->shelf.by);
	free(m->shelf.reason);
	free(m->out.by);
	free(m->out.reason);
	free(m->limit_by);
	free(m->limit_second);
	free(m->limit_reason);
}

bool
is_saved(const struct alarms *a, uint32_t n)
{
	const struct alarm *m = &a->alarms[n];
	return (m->bits & SAVED_BITS) != ALARM_IS_ACKED || m->rank > 0 || m->comment != NULL;
}

/* ---- writing */

static void
put_hold(struct wbuf *b, const struct held *h)
{
	w_i64(b, h->until.us);
	w_str(b, h->by);
	w_str(b, h->reason);
}

static void
put_alarm(const struct alarm *m, struct wbuf *b)
{
	w_u8(b, ALARM_VERSION);
	w_u8(b, (uint8_t)(m->bits & SAVED_BITS));
	w_u16(b, (uint16_t)(m->marks & SAVED_MARKS));
	w_u64(b, m->occurrence);
	w_u64(b, m->closed);
	w_i64(b, m->active.us);
	w_i64(b, m->changed.us);
	w_i64(b, m->acked.us);
	w_i64(b, m->announced.us);
	w_f64(b, m->raised.v);
	w_u16(b, m->raised.quality);
	w_u32(b, m->repeats);
	w_u32(b, m->rank);
	w_i64(b, m->rank_us);
	w_u8(b, m->loud != LOUD_NOT);
	w_str(b, m->acked_by);
	w_str(b, m->comment);
	put_hold(b, &m->shelf);
	put_hold(b, &m->out);
	w_i64(b, m->commented.us);
	w_str(b, m->comment_by);
}

static void
put_limit(const struct alarms *a, uint32_t n, struct wbuf *b)
{
	const struct alarm *m = &a->alarms[n];

	w_u8(b, SAVE_VERSION);
	w_f64(b, a->tests[n].rule.limit);
	w_f64(b, m->limit_base);
	w_i64(b, m->limit_time.us);
	w_str(b, m->limit_by);
	w_str(b, m->limit_second);
	w_str(b, m->limit_reason);
}

static void
put_state(struct wbuf *states, enum state_kind kind, const char *name, const struct wbuf *blob)
{
	w_u8(states, (uint8_t)kind);
	w_str(states, name);
	w_bytes(states, blob->data, blob->len);
}

static void
put_whole(const struct alarms *a, struct wbuf *states)
{
	struct wbuf b;

	wbuf_init(&b);
	w_u8(&b, WHOLE_VERSION);
	w_u64(&b, a->last_occurrence);
	w_i64(&b, a->horn.silenced.us);
	w_str(&b, a->horn.silenced_by);
	flood_put(a, &b);
	put_state(states, STATE_ALARMING, WHOLE, &b);
	wbuf_done(&b);
}

void
alarms_put_state(const struct alarms *a, uint32_t n, struct wbuf *states)
{
	struct wbuf b;

	wbuf_init(&b);
	if (is_saved(a, n))
		put_alarm(&a->alarms[n], &b);
	put_state(states, STATE_ALARM, a->defs[n].name, &b);
	if (a->alarms[n].is_limit_known) {
		wbuf_reset(&b);
		if (a->alarms[n].marks & ALARM_MOVED_LIMIT)
			put_limit(a, n, &b);
		put_state(states, STATE_LIMIT, a->defs[n].name, &b);
	}
	wbuf_done(&b);
	/* A burst runs ahead of the clock that keeps numbers of occurrences apart over a restart; then the count itself is kept. */
	if (a->last_occurrence > (uint64_t)(a->now.us / US_PER_MS))
		put_whole(a, states);
}

void
alarms_put_alarming(const struct alarms *a, struct wbuf *states)
{
	struct wbuf b;

	put_whole(a, states);
	wbuf_init(&b);
	w_u8(&b, WHOLE_VERSION);
	flood_put_areas(a, &b);
	put_state(states, STATE_ALARMING, AREAS, &b);
	wbuf_done(&b);
}

/* ---- reading */

struct read_hold {
	struct utc until;
	const char *by, *reason;
};

static struct read_hold
get_hold(struct rbuf *r)
{
	struct read_hold h = { .until = { r_i64(r) } };
	h.by = r_str(r);
	h.reason = r_str(r);
	return h;
}

static void
keep_hold(struct held *h, const struct read_hold *from)
{
	h->until = from->until;
	replace_text(&h->by, from->by);
	replace_text(&h->reason, from->reason);
}

/* Into a fresh struct alarm, whose texts the caller owns. False: not in our form; nothing is owned. */
static bool
get_alarm(struct rbuf *r, struct alarm *m)
{
	unsigned version = r_u8(r);

	*m = (struct alarm){ 0 };
	if (version < 1 || version > ALARM_VERSION)
		return false;
	m->bits = r_u8(r);
	m->marks = r_u16(r);
	m->occurrence = r_u64(r);
	m->closed = r_u64(r);
	m->active.us = r_i64(r);
	m->changed.us = r_i64(r);
	m->acked.us = r_i64(r);
	m->announced.us = r_i64(r);
	m->raised.v = r_f64(r);
	m->raised.quality = r_u16(r);
	m->repeats = r_u32(r);
	m->rank = r_u32(r);
	m->rank_us = r_i64(r);
	m->loud = r_u8(r) != 0 ? LOUD_SOUNDS : LOUD_NOT;
	const char *acked_by = r_str(r), *comment = r_str(r);
	struct read_hold shelf = get_hold(r), out = get_hold(r);
	struct utc commented = { version > 1 ? r_i64(r) : 0 };
	const char *comment_by = version > 1 ? r_str(r) : "";
	if (!r_done(r) || (m->bits & ~(unsigned)SAVED_BITS) != 0 || (m->marks & ~(unsigned)SAVED_MARKS) != 0 ||
	    bits_are_open(m->bits) != (m->occurrence != 0))
		return false;
	if (alarm_state_of(m->bits) != ALARM_UNACK)
		m->loud = LOUD_NOT;
	replace_text(&m->acked_by, acked_by);
	comment_set(m, comment, comment_by, commented);
	keep_hold(&m->shelf, &shelf);
	keep_hold(&m->out, &out);
	return true;
}

/* When a shelf of before ends, on the clock that runs: by wall time, if that can be believed; else as long as was left. */
static int64_t
shelf_end(const struct alarms *a, const struct alarm *m, struct utc saved)
{
	struct utc from = utc_is_plausible(a->now) ? a->now : saved;
	return a->mono.us + utc_diff_us(m->shelf.until, from);
}

/* What belongs to the running engine, not to the blob, goes on. */
static void
put_in_place(struct alarms *a, uint32_t n, struct alarm *new, struct utc saved)
{
	struct alarm *m = &a->alarms[n];

	horn_drop(a, n);
	count_bits(a, n, m->bits, m->marks, false);
	new->marks |= m->marks &(ALARM_MOVED_LIMIT | ALARM_CHATTERS);
	new->is_limit_known = m->is_limit_known;
	new->limit_time = m->limit_time;
	new->limit_base = m->limit_base;
	new->limit_by = m->limit_by;
	new->limit_second = m->limit_second;
	new->limit_reason = m->limit_reason;
	m->limit_by = m->limit_second = m->limit_reason = NULL;
	for (int t = 0; t < TIMER_COUNT; t++)
		new->due[t] = m->due[t];
	new->saved = saved;
	texts_free(m);
	*m = *new;
	count_bits(a, n, m->bits, m->marks, true);
	m->due[TIMER_SHELF] = m->bits & ALARM_SHELVED ? shelf_end(a, m, saved) : NEVER;
	due_again(a, n);
	if (m->occurrence > a->last_occurrence)
		a->last_occurrence = m->occurrence;
	if (m->closed > a->last_occurrence)
		a->last_occurrence = m->closed;
}

/* ---- late: the engine has begun without it */

static void
tell_close(struct alarms *a, uint32_t n, uint64_t occurrence, const char *words)
{
	struct occasion o = { .time = a->now, .words = words };
	step_told(a, n, EVENT_CONFIG, a->alarms[n].bits, occurrence, true, &o);
}

static void
take_occurrence(struct alarm *old, const struct alarm *m)
{
	old->occurrence = m->occurrence;
	old->active = m->active;
	old->announced = m->announced;
	old->raised = m->raised;
	old->repeats = m->repeats;
	old->loud = m->loud;
	comment_set(old, "", "", (struct utc){ 0 }); /* it was about one that is over */
}

/*
 * The present condition is ours; acknowledgement, latch, shelf and service are of whoever acted last. Of two occurrences one goes on and
 * the other is closed, so that each has its one end.
 */
static void
merge(struct alarms *a, uint32_t n, struct alarm *old, struct utc saved)
{
	struct alarm *m = &a->alarms[n];
	unsigned held = ALARM_SHELVED | ALARM_OUT | ALARM_ONE_SHOT | ALARM_BY_DESIGN;
	bool acted = m->is_acted, touched = m->is_touched;
	struct occasion o = { .time = a->now, .words = "what was saved came late, and was merged" };

	if (acted && (m->occurrence != 0 || old->occurrence == 0)) {
		if (old->occurrence != 0)
			tell_close(
			    a, n, old->occurrence, "open before the restart; persons have acted on a newer one since");
		texts_free(old);
		return;
	}
	if (m->occurrence != 0 && old->occurrence != 0)
		tell_close(a, n, m->occurrence, "it goes on as the one that was open before the restart");
	unsigned cond = a->tests[n].is_held && !touched ? old->bits & ALARM_COND : m->bits & ALARM_COND;
	if (cond && touched)
		old->marks &= ~(unsigned)ALARM_IS_TEST; /* by now it is real */
	bool is_test = (old->marks & ALARM_IS_TEST) != 0;
	if (is_test)
		cond = old->bits & ALARM_COND;
	unsigned kept = old->bits & (ALARM_IS_ACKED | ALARM_LATCH);
	if (old->occurrence == 0 && m->occurrence != 0) { /* only ours is open */
		kept = m->bits & (ALARM_IS_ACKED | ALARM_LATCH);
		take_occurrence(old, m);
	}
	if ((a->defs[n].flags & ALARM_LATCHES) && (old->bits & ALARM_COND) && !cond)
		kept |= ALARM_LATCH;
	old->bits = cond | kept | (acted ? m->bits & held : old->bits & held & ~(unsigned)ALARM_BY_DESIGN) |
	    (m->bits & (ALARM_DOUBTFUL | ALARM_BY_DESIGN));
	if (cond)
		old->bits &= ~(unsigned)ALARM_LATCH;
	old->is_touched = touched;
	old->is_acted = acted;
	bool was_loud = old->loud != LOUD_NOT && alarm_state_of(old->bits) == ALARM_UNACK;
	old->loud = LOUD_NOT;
	uint64_t occurrence = old->occurrence;
	bool is_over = occurrence != 0 && !bits_are_open(old->bits);
	if (is_over)
		old->occurrence = 0;
	a->tests[n].settled = cond != 0 && !is_test;
	if (a->tests[n].is_held) /* so that the first good sample is compared with what is held */
		a->tests[n].answer = a->tests[n].settled;
	put_in_place(a, n, old, saved);
	if (was_loud)
		horn_annunciate(a, n, false);
	timers_of_state(a, n);
	if (is_test)
		due_set(a, n, TIMER_TEST, a->mono.us + TEST_US);
	step_told(a, n, EVENT_CONFIG, m->bits, occurrence, is_over, &o);
	a->ops->changed(n, a->arg);
	suppress_settle(a, n);
	group_recount(a);
	test_evaluate(a, n, a->now);
}

/* ---- the three forms */

static bool
restore_alarm(struct alarms *a, uint32_t n, struct rbuf *r, struct utc saved)
{
	struct alarm got;

	if (!get_alarm(r, &got))
		return false;
	if (a->has_begun)
		merge(a, n, &got, saved);
	else if (a->alarms[n].saved.us <= saved.us)
		put_in_place(a, n, &got, saved);
	else
		texts_free(&got); /* told under two names after a rename: the newer one stays */
	return true;
}

static bool
restore_limit(struct alarms *a, uint32_t n, struct rbuf *r)
{
	struct alarm *m = &a->alarms[n];

	if (r_u8(r) != SAVE_VERSION)
		return false;
	double limit = r_f64(r), base = r_f64(r), file = limit_of_file(a, n);
	struct utc time = { r_i64(r) };
	const char *by = r_str(r), *second = r_str(r), *reason = r_str(r);
	if (!r_done(r) || !isfinite(limit))
		return false;
	if (m->limit_time.us > time.us)
		return true; /* moved again since the start */
	m->is_limit_known = true;
	if (isnan(file) || base != file || limit == file)
		return true; /* the site file says another one since, which is the newer word; or took it over */
	a->tests[n].rule.limit = limit;
	m->limit_base = base;
	m->limit_time = time;
	replace_text(&m->limit_by, by);
	replace_text(&m->limit_second, second);
	replace_text(&m->limit_reason, reason);
	mark_set(a, n, ALARM_MOVED_LIMIT, true);
	if (a->has_begun) {
		a->ops->changed(n, a->arg);
		test_evaluate(a, n, a->now);
		watch_again(a, a->defs[n].point);
	}
	return true;
}

static bool
restore_alarming(struct alarms *a, const char *name, struct rbuf *r)
{
	if (r_u8(r) != WHOLE_VERSION)
		return false;
	if (strcmp(name, AREAS) == 0)
		return flood_get_areas(a, r);
	uint64_t last = r_u64(r);
	struct utc silenced = { r_i64(r) };
	const char *by = r_str(r);
	if (r->bad)
		return false;
	if (last > a->last_occurrence)
		a->last_occurrence = last;
	if (!a->has_begun) {
		a->horn.silenced = silenced;
		str_copy(a->horn.silenced_by, sizeof(a->horn.silenced_by), by);
	}
	return flood_get(a, r);
}

bool
alarms_restore(struct alarms *a, enum state_kind kind, const char *name, const uint8_t *blob, size_t len,
    struct utc saved, struct utc now, struct mono mono)
{
	struct rbuf r;

	rbuf_init(&r, blob, len);
	if (a->has_begun) {
		time_set(a, now, mono);
	} else {
		a->now = now;
		a->mono = mono;
	}
	if (kind == STATE_ALARMING)
		return restore_alarming(a, name, &r);
	uint32_t n = alarms_find(a, name);
	if (n == ALARM_NONE)
		n = find_renamed(a, name);
	if (n == ALARM_NONE)
		return false;
	if (kind == STATE_ALARM)
		return restore_alarm(a, n, &r, saved);
	return kind == STATE_LIMIT && restore_limit(a, n, &r);
}

bool
alarms_peek(const uint8_t *blob, size_t len, enum alarm_state *state, uint64_t *occurrence)
{
	struct alarm got;
	struct rbuf r;

	rbuf_init(&r, blob, len);
	if (!get_alarm(&r, &got))
		return false;
	*state = alarm_state_of(got.bits);
	*occurrence = got.occurrence;
	texts_free(&got);
	return true;
}
