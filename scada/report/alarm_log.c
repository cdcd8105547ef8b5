/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_log.c - one walk over the journal's entries of alarms: what each one means for the counts.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/alarm_log.h"
#include "scada/store/journal.h"

#define DEFAULT_WINDOW_MS  INT64_C(600000) /* as the defaults of `alarming` */
#define DEFAULT_ENTER      10
#define DEFAULT_LEAVE      5
#define DEFAULT_CHATTER    3
#define DEFAULT_CHATTER_MS INT64_C(60000)
#define DEFAULT_OLD_MS     INT64_C(86400000)

struct name_index {
	char name[ALARM_NAME_MAX];
	uint32_t at;
	UT_hash_handle hh;
};

struct walk {
	struct alarm_log *l;
	int64_t window_ms, chatter_ms, old_ms;
	uint32_t enter, leave, chatter;
};

struct entry { /* of the journal, read */
	char name[ALARM_NAME_MAX], event[16];
	unsigned priority;
	uint64_t occurrence;
	enum alarm_state before, after;
	int64_t ms;
	bool is_in; /* the span */
};

static struct logged *
find_or_add(struct alarm_log *l, const char *name)
{
	struct name_index *index = l->index, *x;
	HASH_FIND_STR(index, name, x);
	if (x == NULL) {
		if (l->count == l->room) {
			uint32_t room = l->room * 2 + 64;
			l->all = xrecallocarray(l->all, l->room, room, sizeof(*l->all));
			l->room = room;
		}
		x = xcalloc(1, sizeof(*x));
		str_copy(x->name, sizeof(x->name), name);
		x->at = l->count++;
		HASH_ADD_STR(index, name, x);
		l->index = index;
		struct logged *a = &l->all[x->at];
		str_copy(a->name, sizeof(a->name), name);
		a->listed = a->unacked = a->raised = -1;
	}
	return &l->all[x->at];
}

static bool
is(const struct entry *e, const char *event)
{
	return strcmp(e->event, event) == 0;
}

static bool
is_listed_active(enum alarm_state s)
{
	return s == ALARM_UNACK || s == ALARM_ACKED;
}

static bool
is_hidden(enum alarm_state s)
{
	return s == ALARM_SHLVD || s == ALARM_DSUPR || s == ALARM_OOSRV;
}

/* It is announced: raised, sounded again, or shown again by the end of a suppression. */
static bool
is_annunciation(const struct entry *e)
{
	return e->after == ALARM_UNACK &&
	    (is(e, "RAISE") || is(e, "REALARM") || (is_hidden(e->before) && !is(e, "TEST")));
}

static void
add_event(struct alarm_log *l, const struct entry *e, uint32_t alarm)
{
	if (l->event_count == l->event_room) {
		uint32_t room = l->event_room * 2 + 256;
		l->events = xrecallocarray(l->events, l->event_room, room, sizeof(*l->events));
		l->event_room = room;
	}
	l->events[l->event_count++] = (struct annunciated){ e->ms, alarm, (uint8_t)e->priority };
}

/* So many raisings within the window: a spell of chattering, which lasts while they go on. */
static void
count_chatter(const struct walk *w, struct logged *a, const struct entry *e)
{
	uint32_t n = 0, kept = a->raise_count < 99 ? a->raise_count : 99;
	a->raises[a->raise_count++ % 100] = e->ms;
	for (uint32_t i = 0; i <= kept; i++)
		n += e->ms - a->raises[(a->raise_count - 1 - i) % 100] < w->chatter_ms;
	if (n < w->chatter)
		return;
	if (e->is_in) {
		a->chatters += e->ms >= a->chatter_until;
		a->chatter_most = n > a->chatter_most ? n : a->chatter_most;
	}
	a->chatter_until = e->ms + w->chatter_ms;
}

static void
count_raise(const struct walk *w, struct logged *a, const struct entry *e)
{
	struct alarm_log *l = w->l;
	if (e->is_in && is(e, "RAISE") && e->before == ALARM_NORM && e->after == ALARM_ACKED)
		l->advisories++;
	if (is_annunciation(e)) {
		if (e->is_in) {
			a->count++;
			l->repeats += is(e, "RAISE") && e->before != ALARM_NORM;
			l->reminders += is(e, "REALARM");
			add_event(l, e, (uint32_t)(a - l->all));
		}
		if (!alarm_is_unacked(e->before))
			a->unacked = e->ms;
	}
	if (is(e, "RAISE") && e->after == ALARM_UNACK) {
		a->raised = e->ms;
		count_chatter(w, a, e);
	}
	if (is(e, "CLEAR") && e->before == ALARM_UNACK && a->raised >= 0 && e->ms - a->raised <= ALARM_LOG_FLEETING)
		a->fleeting += e->is_in;
}

static void
count_ack(struct alarm_log *l, struct logged *a, const struct entry *e)
{
	bool was = alarm_is_unacked(e->before), is_now = alarm_is_unacked(e->after);
	if (!was || is_now)
		return;
	if (is(e, "ACK") && a->unacked >= 0 && e->is_in) {
		if (l->ack_count == l->ack_room) {
			uint32_t room = l->ack_room * 2 + 256;
			l->ack_ms = xrecallocarray(l->ack_ms, l->ack_room, room, sizeof(*l->ack_ms));
			l->ack_room = room;
		}
		int64_t took = e->ms > a->unacked ? e->ms - a->unacked : 0;
		l->ack_ms[l->ack_count++] = took;
		l->acked_returned += e->before != ALARM_UNACK;
		a->acks++;
		a->ack_ms += took;
	} else if (e->after == ALARM_NORM && !is(e, "ACK") && e->is_in) {
		l->never++;
	}
	if (!is_hidden(e->after))
		a->unacked = -1;
}

static void
add_stale(const struct walk *w, const struct logged *a, int64_t from, int64_t to)
{
	struct alarm_log *l = w->l;
	int64_t until = to >= 0 ? to : l->to;
	if (until - from <= w->old_ms || until <= l->from)
		return;
	if (l->stale_count < ALARM_LOG_STALE_MAX)
		l->stale[l->stale_count] = (struct stale){ (uint32_t)(a - l->all), from, to };
	l->stale_count++;
}

static void
follow(const struct walk *w, struct logged *a, const struct entry *e)
{
	struct alarm_log *l = w->l;
	if (is_listed_active(e->after) && !is_listed_active(e->before))
		a->listed = e->ms;
	if (!is_listed_active(e->after) && is_listed_active(e->before) && a->listed >= 0) {
		add_stale(w, a, a->listed, e->ms);
		a->listed = -1;
	}
	if (!e->is_in)
		return;
	a->suppressed += is(e, "SBD+");
	l->suppressions += is(e, "SBD+");
	l->shelved += is(e, "SHELVE");
	l->out += is(e, "OOS+");
	l->limits += is(e, "LIMIT");
}

static bool
take_entry(const struct msg_journal *m, void *arg)
{
	const struct walk *w = arg;
	struct entry e = { .ms = m->time / US_PER_MS };
	if (e.ms >= w->l->to || !alarm_read_entry(m->text, e.name, &e.priority, &e.occurrence, e.event) ||
	    !alarm_state_from_word(m->before, &e.before) || !alarm_state_from_word(m->after, &e.after))
		return true; /* a silence, or words of another build: nothing to count */
	e.is_in = e.ms >= w->l->from;
	struct logged *a = find_or_add(w->l, e.name);
	a->priority = e.priority;
	if (is(&e, "TEST")) {
		a->test = e.occurrence;
		w->l->tests += e.is_in;
	}
	if (a->test != 0 && a->test == e.occurrence)
		return true;
	count_raise(w, a, &e);
	count_ack(w->l, a, &e);
	follow(w, a, &e);
	return true;
}

/* ---- floods */

static int
compare_events(const void *x, const void *y)
{
	const struct annunciated *a = x, *b = y;
	return a->ms != b->ms ? (a->ms < b->ms ? -1 : 1) : a->alarm < b->alarm ? -1 : a->alarm > b->alarm;
}

/* Who brought most of events first..last. */
static void
find_tops(struct alarm_log *l, struct flood *f, uint32_t first, uint32_t last)
{
	uint32_t *counts = xcalloc((size_t)l->count + 1, sizeof(*counts));
	f->count = last - first + 1;
	for (uint32_t i = first; i <= last; i++)
		counts[l->events[i].alarm]++;
	for (f->tops = 0; f->tops < ALARM_LOG_FLOOD_TOP; f->tops++) {
		uint32_t best = 0;
		for (uint32_t i = 1; i < l->count; i++)
			best = counts[i] > counts[best] ? i : best;
		if (l->count == 0 || counts[best] == 0)
			break;
		f->top[f->tops] = best;
		f->top_count[f->tops] = counts[best];
		counts[best] = 0;
	}
	free(counts);
}

static void
end_flood(struct alarm_log *l, struct flood *f, uint32_t first, uint32_t last, int64_t to)
{
	f->to = to;
	l->flood_ms += (to >= 0 ? to : l->to) - f->from;
	find_tops(l, f, first, last);
	if (l->flood_count < ALARM_LOG_FLOODS_MAX)
		l->floods[l->flood_count] = *f;
	l->flood_count++;
}

/* When fewer than `leave` are left within the window after event i, if no other one comes. */
static int64_t
calm_at(const struct walk *w, uint32_t i)
{
	const struct alarm_log *l = w->l;
	return i + 1 >= w->leave ? l->events[i + 1 - w->leave].ms + w->window_ms : l->events[i].ms;
}

static void
find_floods(const struct walk *w)
{
	struct alarm_log *l = w->l;
	struct flood f = { .from = -1 };
	uint32_t oldest = 0, first = 0;
	for (uint32_t i = 0; i < l->event_count; i++) {
		int64_t ms = l->events[i].ms;
		if (f.from >= 0 && calm_at(w, i - 1) < ms) {
			end_flood(l, &f, first, i - 1, calm_at(w, i - 1));
			f.from = -1;
		}
		while (ms - l->events[oldest].ms >= w->window_ms)
			oldest++;
		uint32_t n = i - oldest + 1;
		if (f.from < 0 && n > w->enter) {
			f = (struct flood){ .from = ms };
			first = oldest;
		}
		f.peak = n > f.peak ? n : f.peak;
	}
	if (f.from >= 0) {
		int64_t calm = calm_at(w, l->event_count - 1);
		end_flood(l, &f, first, l->event_count - 1, calm <= l->to ? calm : -1);
	}
}

static int
compare_ms(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

static void
settle(const struct walk *w)
{
	struct alarm_log *l = w->l;
	if (l->event_count > 0)
		qsort(l->events, l->event_count, sizeof(*l->events), compare_events);
	if (l->ack_count > 0)
		qsort(l->ack_ms, l->ack_count, sizeof(*l->ack_ms), compare_ms);
	for (uint32_t i = 0; i < l->count; i++) {
		if (l->all[i].listed >= 0)
			add_stale(w, &l->all[i], l->all[i].listed, -1);
		l->open += l->all[i].unacked >= 0;
	}
	find_floods(w);
}

static void
take_site(struct walk *w, const struct site *s)
{
	const struct site_alarming *a = s->alarming;
	w->window_ms = a != NULL ? a->flood_window_us / US_PER_MS : DEFAULT_WINDOW_MS;
	w->enter = a != NULL ? (uint32_t)a->flood_enter : DEFAULT_ENTER;
	w->leave = a != NULL ? (uint32_t)a->flood_leave : DEFAULT_LEAVE;
	w->chatter = a != NULL ? (uint32_t)a->chatter_count : DEFAULT_CHATTER;
	w->chatter_ms = a != NULL ? a->chatter_window_us / US_PER_MS : DEFAULT_CHATTER_MS;
	w->old_ms = a != NULL ? a->old_us / US_PER_MS : DEFAULT_OLD_MS;
}

enum err
alarm_log_read(
    const struct report_source *src, int64_t from, int64_t to, struct alarm_log *out, char *message, size_t size)
{
	int64_t now = src->now.us / US_PER_MS;
	struct walk w = { .l = out };
	*out = (struct alarm_log){ .from = from, .to = to < now ? to : now };
	take_site(&w, src->site);
	if (src->db == NULL) {
		str_printf(message, size, "the journal cannot be read; is the store running?");
		return ERR_NOT_FOUND;
	}
	const struct msg_journal_get filter = { .from = (from - ALARM_LOG_BACK_MS) * US_PER_MS,
		.to = to * US_PER_MS,
		.kinds = UINT64_C(1) << JOURNAL_ALARM | UINT64_C(1) << JOURNAL_ACK,
		.point = "",
		.user = "",
		.text = "" };
	enum err e = journal_read(src->db, &filter, take_entry, &w);
	if (e != OK)
		str_printf(message, size, "the journal cannot be read: %s", err_text(e));
	else
		settle(&w);
	return e;
}

void
alarm_log_done(struct alarm_log *l)
{
	struct name_index *index = l->index, *x, *next;
	HASH_ITER(hh, index, x, next) {
		HASH_DEL(index, x);
		free(x);
	}
	free(l->all);
	free(l->events);
	free(l->ack_ms);
	*l = (struct alarm_log){ 0 };
}

/* ---- questions */

uint32_t
alarm_log_between(const struct alarm_log *l, int64_t from, int64_t to)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->event_count; i++)
		n += l->events[i].ms >= from && l->events[i].ms < to;
	return n;
}

uint32_t
alarm_log_most(const struct alarm_log *l, int64_t step_ms, uint32_t limit, double *share)
{
	int64_t pieces = (l->to - l->from + step_ms - 1) / step_ms, now = -1;
	uint32_t most = 0, n = 0, beyond = 0;
	for (uint32_t i = 0; i < l->event_count; i++) {
		int64_t piece = (l->events[i].ms - l->from) / step_ms;
		n = piece == now ? n + 1 : 1;
		now = piece;
		most = n > most ? n : most;
		beyond += n == limit + 1;
	}
	*share = pieces > 0 ? (double)beyond / (double)pieces : 0;
	return most;
}

uint32_t
alarm_log_top(const struct alarm_log *l, uint32_t top[ALARM_LOG_TOP])
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->count; i++) {
		if (l->all[i].count == 0)
			continue;
		uint32_t at = n < ALARM_LOG_TOP ? n : ALARM_LOG_TOP;
		while (at > 0 &&
		    (l->all[top[at - 1]].count < l->all[i].count ||
		        (l->all[top[at - 1]].count == l->all[i].count &&
		            strcmp(l->all[top[at - 1]].name, l->all[i].name) > 0)))
			at--;
		if (at == ALARM_LOG_TOP)
			continue;
		uint32_t kept = n < ALARM_LOG_TOP ? n : ALARM_LOG_TOP - 1;
		for (uint32_t k = kept; k > at; k--)
			top[k] = top[k - 1];
		top[at] = i;
		n = n < ALARM_LOG_TOP ? n + 1 : n;
	}
	return n;
}
