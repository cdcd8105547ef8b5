/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarming.c - from a transition of an alarm to an entry, a saved state and frames.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/conn.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/alarming.h"

#define PIECE       64             /* alarms of one piece of a snapshot */
#define FLUSH_MOST  2000           /* alarms told in one turn */
#define REASON_TOLD 1024           /* bytes of why it is suppressed or put aside */
#define CONTACT_US  (5 * US_PER_S) /* until a horn contact that does not follow is switched again */

struct own {
	bool is_on;
	char words[200];
};

struct alarming {
	struct logbook *log;
	const struct alarming_ops *ops;
	void *arg;
	struct table *table; /* NULL = none */
	struct alarms *engine;
	uint16_t generation;
	struct own own[ALARM_OWN_COUNT];
	uint64_t *saved; /* bits by alarm: the store has, or had, a state of it */
	/* ---- what consoles have not been told yet */
	uint64_t *changed,
	    *moved_limits; /* bits by alarm; moved: consoles know of a limit that is not the site file's */
	uint32_t words, cursor;
	bool any, horn_changed;
	struct wbuf frames, body, states;
	/* ---- the horn contact */
	point_id horn;
	bool is_contact_told, contact; /* told: in this run, and it was taken */
	struct mono contact_at;        /* the same not before; 0 = it was not switched, or has followed */
	struct utc now;                /* of this turn, for entries that come from within */
	struct mono mono;
};

static void
set_bit(uint64_t *bits, uint32_t alarm)
{
	bits[alarm / 64] |= UINT64_C(1) << alarm % 64;
}

static bool
has_bit(const uint64_t *bits, uint32_t alarm)
{
	return (bits[alarm / 64] >> alarm % 64 & 1) != 0;
}

/* ---- the engine's */

static void
put_entry(struct alarming *a, uint32_t alarm, const struct alarm_move *m, const struct actor *by,
    struct msg_journal_add *j, char *text, size_t size)
{
	const struct alarm_def *d = alarms_def(a->engine, alarm);

	alarm_say_entry(text, size, d->name, d->priority, m->occurrence, alarm_event_word(m->event), m->words);
	wbuf_reset(&a->states);
	alarms_put_state(a->engine, alarm, &a->states);
	set_bit(a->saved, alarm);
	*j = (struct msg_journal_add){
		.is_act = by != NULL,
		.time = m->time.us,
		.kind = (uint16_t)(by != NULL ? JOURNAL_ACK : JOURNAL_ALARM),
		.reason = 255,
		.uid = by != NULL ? by->uid : LOGBOOK_NO_UID,
		.point = d->point != POINT_NONE ? table_site(a->table)->points[d->point].name : "",
		.user = by != NULL ? by->user : "",
		.terminal = by != NULL ? by->terminal : "",
		.text = text,
		.before = alarm_state_word(m->before),
		.after = alarm_state_word(m->after),
		.states = { a->states.data, a->states.len },
	};
}

static void
moved_cb(uint32_t alarm, const struct alarm_move *m, const struct actor *by, void *arg)
{
	struct alarming *a = arg;
	struct msg_journal_add j;
	char text[ALARM_NAME_MAX + 400];

	put_entry(a, alarm, m, by, &j, text, sizeof(text));
	if (by != NULL)
		a->ops->act(&j, a->arg);
	else
		logbook_add(a->log, &j, a->mono);
}

static void
changed_cb(uint32_t alarm, void *arg)
{
	struct alarming *a = arg;

	set_bit(a->changed, alarm);
	a->any = true;
}

static void
horn_cb(void *arg)
{
	struct alarming *a = arg;

	a->horn_changed = true;
}

/* The list of states of an entry, one by one. */
static void
save_states(struct alarming *a, const struct wbuf *states, struct utc now)
{
	struct rbuf r;

	rbuf_init(&r, states->data, states->len);
	while (r.pos < r.len && !r.bad) {
		struct msg_store_state s = { .kind = r_u8(&r), .time = now.us };

		s.name = r_str(&r);
		s.blob.data = r_bytes(&r, &s.blob.len);
		if (!r.bad)
			a->ops->save(&s, a->arg);
	}
}

static void
save_cb(void *arg)
{
	struct alarming *a = arg;

	wbuf_reset(&a->states);
	alarms_put_alarming(a->engine, &a->states);
	save_states(a, &a->states, a->now);
}

/* Its state goes along, so that a begin which stands in the journal finds its end there too. */
static void
flood_cb(const struct alarm_flood *f, void *arg)
{
	struct alarming *a = arg;
	char where[96], window[32], lasted[48], text[400];

	str_printf(
	    where, sizeof(where), f->area != NULL ? "area %s" : "the whole site%s", f->area != NULL ? f->area : "");
	str_duration(window, sizeof(window), f->window_us);
	if (f->is_on)
		str_printf(text, sizeof(text), "a flood of alarms begins in %s: %u in %s", where, f->count, window);
	else
		str_printf(text, sizeof(text),
		    "the flood of alarms in %s is over: it lasted %s, with at most %u in %s%s%s", where,
		    str_duration(
		        lasted, sizeof(lasted), (utc_diff_us(f->time, f->since) + US_PER_S / 2) / US_PER_S * US_PER_S),
		    f->peak, window, f->why[0] != '\0' ? "; " : "", f->why);
	wbuf_reset(&a->states);
	alarms_put_alarming(a->engine, &a->states);
	logbook_add(a->log,
	    &(struct msg_journal_add){
	        .time = f->time.us,
	        .kind = JOURNAL_ALARM,
	        .reason = 255,
	        .uid = LOGBOOK_NO_UID,
	        .point = "",
	        .user = "",
	        .terminal = "",
	        .text = text,
	        .before = "",
	        .after = "",
	        .states = { a->states.data, a->states.len },
	    },
	    a->mono);
}

static const struct alarms_ops engine_ops = {
	.moved = moved_cb, .changed = changed_cb, .horn = horn_cb, .save = save_cb, .flood = flood_cb
};

static void
seen_cb(point_id id, const struct value *v, struct mono mono, void *arg)
{
	struct alarming *a = arg;

	alarms_sample(a->engine, id, v, mono);
}

/* ---- the site */

static void
set_time(struct alarming *a, struct utc now, struct mono mono)
{
	a->now = now;
	a->mono = mono;
}

/* Which alarms the store knows of goes over by name. */
static uint64_t *
move_saved(const struct alarming *a, struct alarms *engine, uint32_t words)
{
	uint64_t *saved = xcalloc(words, sizeof(*saved));

	for (uint32_t i = 0; a->engine != NULL && i < alarms_count(a->engine); i++) {
		uint32_t n = has_bit(a->saved, i) ? alarms_find(engine, alarms_def(a->engine, i)->name) : ALARM_NONE;
		if (n != ALARM_NONE)
			set_bit(saved, n);
	}
	return saved;
}

static void
renew_bits(struct alarming *a, struct alarms *engine)
{
	uint32_t words = alarms_count(engine) / 64 + 1;
	uint64_t *saved = move_saved(a, engine, words);

	free(a->saved);
	free(a->changed);
	free(a->moved_limits);
	a->words = words;
	a->saved = saved;
	a->changed = xcalloc(words, sizeof(*a->changed));
	a->moved_limits = xcalloc(words, sizeof(*a->moved_limits));
	a->cursor = 0;
	a->any = false; /* consoles get a snapshot */
}

static void
take_site(struct alarming *a, struct table *t, struct utc now, struct mono mono)
{
	const struct site *s = table_site(t);
	struct alarms *engine = alarms_new(s, table_values(t), &engine_ops, a);

	/* what ends now is told with the numbers of the old engine, and the names of the old site */
	if (a->engine != NULL)
		alarms_adopt(engine, a->engine, now, mono);
	renew_bits(a, engine);
	alarms_free(a->engine);
	a->engine = engine;
	a->table = t;
	a->horn = s->alarming != NULL && s->alarming->horn != NULL ? table_find(t, s->alarming->horn) : POINT_NONE;
	a->is_contact_told = false;
	a->contact_at.us = 0;
	for (unsigned i = 0; i < ALARM_OWN_COUNT; i++)
		if (i != OWN_EMERGENCY)
			alarms_own(engine, (enum alarm_own)i, a->own[i].is_on, a->own[i].words, now, mono);
	table_watch(t, seen_cb, a);
}

void
alarming_site(struct alarming *a, struct table *t, uint16_t generation, struct utc now, struct mono mono)
{
	set_time(a, now, mono);
	a->generation = generation;
	if (t != NULL) {
		take_site(a, t, now, mono);
		return;
	}
	alarms_free(a->engine);
	a->engine = NULL;
	a->table = NULL;
}

struct alarms *
alarming_engine(struct alarming *a)
{
	return a->engine;
}

/* ---- saved */

static void
forget(struct alarming *a, enum state_kind kind, const char *name, struct utc now)
{
	a->ops->save(&(struct msg_store_state){ .kind = (uint8_t)kind, .name = name, .time = now.us }, a->arg);
}

/* The alarm whose point was called so before; ALARM_NONE. */
static uint32_t
find_heir(const struct alarming *a, const char *name)
{
	const struct site *s = table_site(a->table);
	const char *dot = strrchr(name, '.');
	char heir[ALARM_NAME_MAX];

	for (point_id id = 0; dot != NULL && id < s->point_count; id++) {
		const char *was = s->points[id].was;
		if (was == NULL || strlen(was) != (size_t)(dot - name) || strncmp(was, name, (size_t)(dot - name)) != 0)
			continue;
		str_printf(heir, sizeof(heir), "%s%s", s->points[id].name, dot);
		return alarms_find(a->engine, heir);
	}
	return ALARM_NONE;
}

static void
save_one(struct alarming *a, uint32_t alarm, struct utc now)
{
	wbuf_reset(&a->states);
	alarms_put_state(a->engine, alarm, &a->states);
	set_bit(a->saved, alarm);
	save_states(a, &a->states, now);
}

/* The site was changed while nothing ran: each occurrence has its end in the journal also then. */
static void
close_gone(struct alarming *a, const struct msg_store_state *s, struct utc now)
{
	char text[ALARM_NAME_MAX + 200], name[ALARM_NAME_MAX];
	enum alarm_state state = ALARM_NORM;
	uint64_t occurrence = 0;
	struct msg_journal_add j = { .time = now.us,
		.kind = JOURNAL_ALARM,
		.reason = 255,
		.uid = LOGBOOK_NO_UID,
		.point = "",
		.user = "",
		.terminal = "",
		.text = text,
		.after = alarm_state_word(ALARM_NORM) };

	if (s->kind == STATE_ALARM && !alarms_peek(s->blob.data, s->blob.len, &state, &occurrence)) {
		log_warn("what was saved of the alarm %.80s cannot be read; it is left as it is", s->name);
		return;
	}
	text_put_safe(name, sizeof(name), s->name, -1);
	alarm_say_entry(text, sizeof(text), name, ALARM_PRIORITIES, occurrence, alarm_event_word(EVENT_CONFIG),
	    s->kind == STATE_LIMIT ? "it is no longer in the site file; its own limit is forgotten"
	                           : "it is no longer in the site file");
	j.before = alarm_state_word(state);
	wbuf_reset(&a->states);
	w_u8(&a->states, s->kind);
	w_str(&a->states, s->name);
	w_bytes(&a->states, NULL, 0);
	j.states = (struct msg_bytes){ a->states.data, a->states.len };
	logbook_add(a->log, &j, a->mono);
}

bool
alarming_restore(struct alarming *a, const struct msg_store_state *s, struct utc now, struct mono mono)
{
	uint32_t n;

	if (s->kind != STATE_ALARM && s->kind != STATE_LIMIT && s->kind != STATE_ALARMING)
		return false;
	set_time(a, now, mono);
	if (a->engine == NULL)
		return false;
	bool ok = alarms_restore(a->engine, (enum state_kind)s->kind, s->name, s->blob.data, s->blob.len,
	    (struct utc){ s->time }, now, mono);
	if (s->kind == STATE_ALARMING || s->blob.len == 0)
		return ok;
	n = alarms_find(a->engine, s->name);
	if (n != ALARM_NONE) {
		set_bit(a->saved, n);
		if (!ok)
			log_warn("what was saved of the alarm %.80s cannot be read", s->name);
	} else if (ok && (n = find_heir(a, s->name)) != ALARM_NONE) {
		save_one(a, n, now);
		forget(a, (enum state_kind)s->kind, s->name, now);
	} else {
		close_gone(a, s, now);
		ok = true;
	}
	return ok;
}

void
alarming_save_all(struct alarming *a, struct utc now)
{
	struct msg_alarm_limit limit;

	for (uint32_t i = 0; a->engine != NULL && i < alarms_count(a->engine); i++)
		if (has_bit(a->saved, i) || alarms_is_told(a->engine, i) || alarms_tell_limit(a->engine, i, &limit))
			save_one(a, i, now);
	a->now = now;
	if (a->engine != NULL)
		save_cb(a);
}

/* ---- running */

void
alarming_device(struct alarming *a, const struct msg_device_state *m, struct utc now, struct mono mono)
{
	set_time(a, now, mono);
	if (a->engine == NULL)
		return;
	alarms_device_why(a->engine, m->device, m->state == DEVICE_UP ? OK : (enum err)m->last_error);
	alarms_device(a->engine, m->device, (enum device_state)m->state, now, mono);
}

/* ---- the horn contact */

/* What the contact itself reports; -1 = nothing. */
static int
contact_reported(const struct alarming *a)
{
	const struct value *v = &table_values(a->table)[a->horn];

	if (table_site(a->table)->points[a->horn].def->read == NULL || quality_validity(v->quality) != V_GOOD)
		return -1;
	return v->v != 0;
}

/*
 * It follows what sounds; also after a restart, whatever it was left as. One that does not follow, or could not be switched, is switched
 * again by and by: people rely on it.
 */
static void
turn_contact(struct alarming *a)
{
	struct msg_horn m;
	int reported;
	bool on;

	if (a->horn == POINT_NONE || !alarms_has_begun(a->engine))
		return;
	alarms_tell_horn(a->engine, &m);
	on = m.priority != 0;
	if (on == a->contact && a->mono.us < a->contact_at.us)
		return;
	reported = contact_reported(a);
	if (reported == on || (reported < 0 && a->is_contact_told && a->contact == on)) {
		a->contact = on;
		a->is_contact_told = true;
		a->contact_at.us = 0;
		return;
	}
	a->contact = on;
	a->is_contact_told = a->ops->contact(a->horn, on, a->arg);
	a->contact_at = mono_add(a->mono, CONTACT_US);
}

void
alarming_turn(struct alarming *a, struct utc now, struct mono mono)
{
	set_time(a, now, mono);
	if (a->engine == NULL)
		return;
	alarms_turn(a->engine, now, mono);
	turn_contact(a);
}

bool
alarming_due(const struct alarming *a, struct mono *at)
{
	bool any = a->engine != NULL && alarms_due(a->engine, at);

	if (a->engine != NULL && a->contact_at.us != 0 && (!any || a->contact_at.us < at->us)) {
		*at = a->contact_at;
		any = true;
	}
	if (a->any) {
		*at = a->mono;
		any = true;
	}
	return any;
}

void
alarming_own(struct alarming *a, enum alarm_own which, bool on, const char *words, struct utc now, struct mono mono)
{
	set_time(a, now, mono);
	a->own[which].is_on = on;
	str_copy(a->own[which].words, sizeof(a->own[which].words), words);
	if (a->engine != NULL)
		alarms_own(a->engine, which, on, a->own[which].words, now, mono);
}

void
alarming_event(struct alarming *a, enum alarm_own which, const char *words, struct utc now, struct mono mono)
{
	set_time(a, now, mono);
	a->own[which].is_on = false;
	if (a->engine == NULL)
		return;
	alarms_own(a->engine, which, true, words, now, mono);
	alarms_turn(a->engine, now, mono); /* it is raised with these words, before it ends with others */
	alarms_own(a->engine, which, false, "it was told", now, mono);
}

void
alarming_emergency(struct alarming *a, const char *words, struct utc now, struct mono mono)
{
	set_time(a, now, mono);
	if (a->engine != NULL)
		alarms_own(a->engine, OWN_EMERGENCY, true, words, now, mono);
}

/* ---- to the consoles */

static void
put_alarm(const struct alarming *a, uint32_t alarm, uint16_t generation, struct wbuf *body, struct wbuf *frames)
{
	struct msg_alarm m;
	char reason[REASON_TOLD];

	alarms_tell(a->engine, alarm, &m);
	text_put_safe(
	    reason, sizeof(reason), m.reason, -1); /* an expression that suppresses may be as long as a frame */
	m.reason = reason;
	wbuf_reset(body);
	msg_alarm_put(body, &m);
	conn_encode(frames, W_ALARM, generation, body);
}

static bool
put_limit(const struct alarming *a, uint32_t alarm, uint16_t generation, struct wbuf *body, struct wbuf *frames)
{
	struct msg_alarm_limit m;
	bool is_moved = alarms_tell_limit(a->engine, alarm, &m);

	if (!is_moved)
		m = (struct msg_alarm_limit){
			.alarm = alarm, .limit = (double)NAN, .user = "", .approved_by = "", .reason = ""
		};
	wbuf_reset(body);
	msg_alarm_limit_put(body, &m);
	conn_encode(frames, W_ALARM_LIMIT, generation, body);
	return is_moved;
}

/* A limit that is not the site file's; and once that it is again. */
static void
tell_limit(struct alarming *a, uint32_t alarm)
{
	struct msg_alarm_limit m;

	if (!alarms_tell_limit(a->engine, alarm, &m) && !has_bit(a->moved_limits, alarm))
		return;
	if (put_limit(a, alarm, a->generation, &a->body, &a->frames))
		set_bit(a->moved_limits, alarm);
	else
		a->moved_limits[alarm / 64] &= ~(UINT64_C(1) << alarm % 64);
}

static void
put_horn(const struct alarming *a, uint16_t generation, struct wbuf *body, struct wbuf *frames)
{
	struct wbuf floods = { .len = 0 };
	struct msg_horn m;

	alarms_tell_horn(a->engine, &m);
	m.flood_count = (uint16_t)alarms_tell_floods(a->engine, &floods);
	m.floods = (struct msg_bytes){ floods.data, floods.len };
	wbuf_reset(body);
	msg_horn_put(body, &m);
	conn_encode(frames, W_HORN, generation, body);
	wbuf_done(&floods);
}

/* A part of what changed, from where the last turn stopped: so those that are told first are not always the same. */
static void
flush_alarms(struct alarming *a)
{
	uint32_t told = 0;

	for (uint32_t i = 0; i < a->words && told < FLUSH_MOST; i++) {
		uint32_t w = a->cursor;
		for (uint64_t bits = a->changed[w]; bits != 0; bits &= bits - 1, told++) {
			uint32_t alarm = w * 64 + (uint32_t)__builtin_ctzll(bits);
			put_alarm(a, alarm, a->generation, &a->body, &a->frames);
			tell_limit(a, alarm);
		}
		a->changed[w] = 0;
		a->cursor = w + 1 == a->words ? 0 : w + 1;
	}
	a->any = told >= FLUSH_MOST; /* there may be more */
}

void
alarming_flush(struct alarming *a)
{
	if (a->engine == NULL || (!a->any && !a->horn_changed))
		return;
	wbuf_reset(&a->frames);
	if (a->any)
		flush_alarms(a);
	if (a->horn_changed)
		put_horn(a, a->generation, &a->body, &a->frames);
	a->horn_changed = false;
	a->ops->publish(&a->frames, a->arg);
}

uint32_t
alarming_pieces(const struct alarming *a, bool is_defs)
{
	uint32_t parts = a->engine == NULL ? 0 : (alarms_count(a->engine) + PIECE - 1) / PIECE;

	return is_defs || a->engine == NULL ? parts : parts + 1; /* the last: the horn */
}

void
alarming_piece(const struct alarming *a, bool is_defs, uint32_t i, uint16_t generation, struct wbuf *frames)
{
	uint32_t count = alarms_count(a->engine), from = i * PIECE, below = from + PIECE < count ? from + PIECE : count;
	struct wbuf body = { .len = 0 };
	struct msg_alarm_limit limit;
	struct msg_alarm_def def;

	for (uint32_t alarm = from; alarm < below; alarm++)
		if (is_defs) {
			alarms_describe(a->engine, alarm, &def);
			wbuf_reset(&body);
			msg_alarm_def_put(&body, &def);
			conn_encode(frames, W_ALARM_DEF, generation, &body);
		} else {
			if (alarms_tell_limit(a->engine, alarm, &limit)) {
				(void)put_limit(a, alarm, generation, &body, frames);
				set_bit(a->moved_limits, alarm);
			}
			if (alarms_is_told(a->engine, alarm))
				put_alarm(a, alarm, generation, &body, frames);
		}
	if (!is_defs && from >= count)
		put_horn(a, generation, &body, frames);
	wbuf_done(&body);
}

/* ---- life */

struct alarming *
alarming_new(struct logbook *l, const struct alarming_ops *ops, void *arg)
{
	struct alarming *a = xcalloc(1, sizeof(*a));

	a->log = l;
	a->ops = ops;
	a->arg = arg;
	a->horn = POINT_NONE;
	return a;
}

void
alarming_free(struct alarming *a)
{
	if (a == NULL)
		return;
	alarms_free(a->engine);
	free(a->saved);
	free(a->changed);
	free(a->moved_limits);
	wbuf_done(&a->frames);
	wbuf_done(&a->body);
	wbuf_done(&a->states);
	free(a);
}
