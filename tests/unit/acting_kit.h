/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acting_kit.h - alarms, the operator's hand and acts as chisand puts them together, in simulated time: a made site and its table, a store
 * that answers, hangs, is away or refuses and keeps what it is given, consoles, a field program.  Include after t.h; everything is static.
 *
 * Devices D0, D1 ... of areas north and south in turn; each has points L0, L1 ... (H 80 with priority 3; HH 90 with priority 1 at L0),
 * SP (a setpoint) and HORN (a command).
 */
#ifndef CHISAN_ACTING_KIT_H
#define CHISAN_ACTING_KIT_H

#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/acts.h"
#include "scada/core/hand.h"
#include "scada/site/schema_site.h"

#define T0       INT64_C(1795380786000000)
#define S(n)     ((n)*US_PER_S)
#define ENTRIES  20000
#define ANSWERS  64
#define WRITES   64
#define CONTACTS 64

enum store_mode { STORE_ANSWERS, STORE_HANGS, STORE_AWAY, STORE_REFUSES };

struct kept {
	uint8_t kind;
	char name[ALARM_NAME_MAX + 32];
	uint8_t *blob;
	size_t len;
	struct utc at;
};
struct told {
	const void *asker;
	uint32_t sequence;
	enum err e;
	int addcause;
	unsigned detail;
	char text[1100];
};
struct line { /* of the journal */
	uint32_t sequence;
	uint64_t token;
	unsigned kind;
	bool is_act, is_answered;
	char text[400], before[100], after[200], user[32], point[64];
};
/* How a made site is. */
struct made {
	uint32_t devices, levels;
	const char *first, *was; /* of L0 of D0: its tag, and the name that it had before; NULL */
	bool has_horn, is_horn_blind;
	const char *suppress; /* alarms of L0 of D0, while this is true; NULL */
};

static struct world {
	struct made made;
	struct site *site;
	struct table *table;
	struct logbook *book;
	struct alarming *alarming;
	struct hand *hand;
	struct held *held;
	struct acts *acts;
	int64_t us; /* since the start */
	uint16_t generation;
	/* ---- the store */
	enum store_mode mode;
	struct line lines[ENTRIES];
	uint32_t line_count, sequence;
	uint64_t seq;
	struct kept *kept;
	uint32_t kept_count;
	/* ---- consoles */
	struct told answers[ANSWERS];
	unsigned answer_count;
	struct wbuf published;
	unsigned frames[256];         /* by type */
	struct msg_approval approval; /* the last; strings are not kept, but: */
	char outcome[512], approved_by[64];
	uint64_t command;
	unsigned touched;
	/* ---- the field */
	enum err field; /* what sending a write gives */
	struct {
		uint64_t write;
		point_id point;
		double value;
	} writes[WRITES];
	unsigned write_count;
	bool contacts[CONTACTS], is_contact_stuck;
	unsigned contact_count, emergencies;
} w;

static int console_a, console_b, console_c;
static const struct actor duty_a = {
	.uid = 1001, .role = ROLE_OPERATOR, .user = "duty_a", .terminal = "pts/1", .areas = "", .session = &console_a
};
static const struct actor bert = {
	.uid = 1002, .role = ROLE_OPERATOR, .user = "bert", .terminal = "pts/2", .areas = "", .session = &console_b
};
static const struct actor chief = {
	.uid = 1003, .role = ROLE_SUPERVISOR, .user = "chief", .terminal = "pts/3", .areas = "", .session = &console_c
};

static inline struct utc
now(void)
{
	return (struct utc){ T0 + w.us };
}

static inline struct mono
mono(void)
{
	return (struct mono){ S(1000) + w.us };
}

/* ---- the store */

static inline void
keep(uint8_t kind, const char *name, const uint8_t *blob, size_t len)
{
	uint32_t i = 0;

	while (i < w.kept_count && (w.kept[i].kind != kind || strcmp(w.kept[i].name, name) != 0))
		i++;
	if (i == w.kept_count) {
		w.kept = xrecallocarray(w.kept, w.kept_count, w.kept_count + 1, sizeof(*w.kept));
		w.kept_count++;
		w.kept[i].kind = kind;
		str_copy(w.kept[i].name, sizeof(w.kept[i].name), name);
	}
	free(w.kept[i].blob);
	w.kept[i].blob = xmalloc(len + 1);
	memcpy(w.kept[i].blob, len > 0 ? blob : (const uint8_t *)"", len);
	w.kept[i].len = len;
	w.kept[i].at = now();
}

/* What the store has of it; NULL = nothing. */
static inline const struct kept *
kept(enum state_kind kind, const char *name)
{
	for (uint32_t i = 0; i < w.kept_count; i++)
		if (w.kept[i].kind == (uint8_t)kind && strcmp(w.kept[i].name, name) == 0 && w.kept[i].len > 0)
			return &w.kept[i];
	return NULL;
}

static inline bool
store_send(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct line *l = &w.lines[w.line_count];
	struct rbuf r, states;

	(void)arg;
	if (w.mode == STORE_AWAY)
		return false;
	ck_assert_uint_lt(w.line_count, ENTRIES);
	ck_assert_uint_eq(type, W_JOURNAL_ADD);
	ck_assert_uint_le(body->len, wire_find(type)->max);
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m) && r_done(&r));
	*sequence = l->sequence = ++w.sequence;
	l->token = m.token;
	l->kind = m.kind;
	l->is_act = m.is_act != 0;
	l->is_answered = false;
	str_copy(l->text, sizeof(l->text), m.text);
	str_copy(l->before, sizeof(l->before), m.before);
	str_copy(l->after, sizeof(l->after), m.after);
	str_copy(l->user, sizeof(l->user), m.user);
	str_copy(l->point, sizeof(l->point), m.point);
	w.line_count++;
	rbuf_init(&states, m.states.data, m.states.len);
	while (states.pos < states.len) {
		uint8_t kind = r_u8(&states);
		const char *name = r_str(&states);
		size_t len;
		const uint8_t *blob = r_bytes(&states, &len);
		ck_assert(!states.bad);
		if (w.mode != STORE_REFUSES)
			keep(kind, name, blob, len);
	}
	return true;
}

static inline void
answer_line(struct line *l)
{
	struct msg_journal m = {
		.seq = ++w.seq, .point = "", .user = "", .terminal = "", .text = "", .before = "", .after = ""
	};
	struct msg_result no = { .err = ERR_FAILED, .addcause = 255, .text = "the journal is closed" };
	struct wbuf b = { 0 };
	struct frame f = { .type = w.mode == STORE_REFUSES ? W_RESULT : W_JOURNAL, .reply_to = l->sequence };

	l->is_answered = true;
	if (w.mode == STORE_REFUSES)
		msg_result_put(&b, &no);
	else
		msg_journal_put(&b, &m);
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert(logbook_answer(w.book, &f));
	wbuf_done(&b);
}

/* Answers what it was sent, if it does. */
static inline void
store_runs(void)
{
	for (uint32_t i = 0; i < w.line_count && (w.mode == STORE_ANSWERS || w.mode == STORE_REFUSES); i++)
		if (!w.lines[i].is_answered)
			answer_line(&w.lines[i]);
}

static inline void
store_recorded(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}

static const struct logbook_ops kit_book_ops = { .send = store_send, .recorded = store_recorded };

/* The newest line with these words; NULL = none. */
static inline const struct line *
find_line(const char *words)
{
	for (uint32_t i = w.line_count; i-- > 0;)
		if (strstr(w.lines[i].text, words) != NULL)
			return &w.lines[i];
	return NULL;
}

static inline unsigned
count_lines(const char *words)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < w.line_count; i++)
		n += strstr(w.lines[i].text, words) != NULL;
	return n;
}

static inline void
kit_save(const struct msg_store_state *s, void *arg)
{
	(void)arg;
	keep(s->kind, s->name, s->blob.data, s->blob.len);
}

/* ---- consoles */

static inline void
kit_publish(const struct wbuf *frames, void *arg)
{
	(void)arg;
	for (size_t at = 0, used = 0; at < frames->len; at += used) {
		struct frame f;
		struct rbuf r;
		ck_assert_int_eq(wire_take(frames->data + at, frames->len - at, &f, &used), OK);
		ck_assert_uint_lt(f.type, 256);
		w.frames[f.type]++;
		rbuf_init(&r, f.body, f.length);
		if (f.type != W_APPROVAL)
			continue;
		ck_assert(msg_approval_get(&r, &w.approval) && r_done(&r));
		str_copy(w.outcome, sizeof(w.outcome), w.approval.outcome);
		str_copy(w.approved_by, sizeof(w.approved_by), w.approval.by);
	}
	memcpy(wbuf_grow(&w.published, frames->len), frames->data, frames->len);
}

static inline void
kit_answer(
    void *asker, uint32_t sequence, enum err e, int addcause, enum result_detail detail, const char *text, void *arg)
{
	struct told *t = &w.answers[w.answer_count];

	(void)arg;
	ck_assert_uint_lt(w.answer_count, ANSWERS);
	ck_assert(strlen(text) < sizeof(t->text));
	w.answer_count++;
	*t = (struct told){ .asker = asker, .sequence = sequence, .e = e, .addcause = addcause, .detail = detail };
	str_copy(t->text, sizeof(t->text), text);
}

static inline const struct told *
last_answer(void)
{
	ck_assert_uint_gt(w.answer_count, 0);
	return &w.answers[w.answer_count - 1];
}

static inline void
kit_touched(void *arg)
{
	(void)arg;
	w.touched++;
}

static inline struct utc
kit_now(struct mono *m, void *arg)
{
	(void)arg;
	*m = mono();
	return now();
}

static inline uint64_t
kit_second(const struct actor *by, enum role least, const char *area, const char *what, approval_fn *decided,
    void *decided_arg, void *arg)
{
	(void)arg;
	return approval_ask(hand_control(w.hand), by, least, area, what, decided, decided_arg, now(), mono());
}

static const struct acts_ops kit_acts_ops = {
	.answer = kit_answer, .touched = kit_touched, .second = kit_second, .now = kit_now
};

/* ---- alarms */

static inline void
kit_act(const struct msg_journal_add *m, void *arg)
{
	(void)arg;
	acts_alarm_entry(w.acts, m);
}

static inline bool
kit_contact(point_id horn, bool on, void *arg)
{
	(void)arg;
	ck_assert_str_eq(w.site->points[horn].def->tag, "HORN");
	ck_assert_uint_lt(w.contact_count, CONTACTS);
	w.contacts[w.contact_count++] = on;
	return !w.is_contact_stuck;
}

static const struct alarming_ops kit_alarming_ops = {
	.publish = kit_publish, .save = kit_save, .act = kit_act, .contact = kit_contact
};

/* ---- the hand */

static inline enum err
kit_send(uint64_t write, point_id id, double value, uint32_t timer_s, char *why, size_t size, void *arg)
{
	(void)arg;
	(void)timer_s;
	str_copy(why, size, w.field == OK ? "" : "the field says no");
	if (w.field != OK)
		return w.field;
	ck_assert_uint_lt(w.write_count, WRITES);
	w.writes[w.write_count].write = write;
	w.writes[w.write_count].point = id;
	w.writes[w.write_count++].value = value;
	return OK;
}

static inline void
kit_frame(void *asker, uint32_t sequence, uint16_t type, const struct wbuf *body, void *arg)
{
	struct msg_command_state state;
	struct msg_result m;
	struct rbuf r;

	rbuf_init(&r, body->data, body->len);
	w.frames[type]++;
	if (type == W_RESULT) {
		ck_assert(msg_result_get(&r, &m) && r_done(&r));
		kit_answer(asker, sequence, (enum err)m.err, m.addcause == 255 ? -1 : m.addcause,
		    (enum result_detail)m.detail, m.text, arg);
	} else if (type == W_COMMAND_STATE) {
		ck_assert(msg_command_state_get(&r, &state) && r_done(&r));
		w.command = state.command;
	}
}

static inline void
kit_drift(point_id id, bool on, const char *words, void *arg)
{
	(void)arg;
	alarms_drift(alarming_engine(w.alarming), id, on, words, now(), mono());
}

static inline void
kit_emergency(const struct actor *by, const char *words, void *arg)
{
	(void)arg;
	(void)by;
	w.emergencies++;
	alarming_emergency(w.alarming, words, now(), mono());
}

static const struct hand_ops kit_hand_ops = {
	.send = kit_send,
	.frame = kit_frame,
	.publish = kit_publish,
	.save = kit_save,
	.drift = kit_drift,
	.emergency = kit_emergency,
	.touched = kit_touched,
	.now = kit_now,
};

static inline void
kit_nothing(const struct hold *h, void *arg)
{
	(void)h;
	(void)arg;
}

static inline void
kit_scan(point_id id, bool on, void *arg)
{
	(void)id;
	(void)on;
	(void)arg;
}

static const struct held_ops kit_held_ops = { .scan = kit_scan, .ended = kit_nothing };

/* ---- the site */

static inline struct site_register *
kit_register(struct site *s, uint32_t address)
{
	struct site_register *r = arena_alloc(s->arena, sizeof(*r));

	schema_defaults(&register_schema, r, s->arena);
	r->table = TABLE_HOLDING;
	r->address = (int64_t)address;
	r->type = RAW_F32;
	return r;
}

static inline struct site_point_def *
kit_point(struct site *s, struct site_profile *p, const char *tag, enum point_kind kind)
{
	struct site_point_def *d = (struct site_point_def *)p->points.v + p->points.n++;

	schema_defaults(&point_schema, d, s->arena);
	d->tag = d->title = tag;
	d->kind = kind;
	d->unit = kind == KIND_COMMAND ? NULL : "m";
	d->read = kit_register(s, p->points.n * 4);
	return d;
}

static inline void
kit_limit(struct site *s, struct site_point_def *d, enum limit_type type, double limit, int priority)
{
	struct site_limit *l;

	if (d->alarms.v == NULL)
		d->alarms.v = arena_alloc(s->arena, 4 * sizeof(*l));
	l = (struct site_limit *)d->alarms.v + d->alarms.n++;
	schema_defaults(&limit_schema, l, s->arena);
	l->type = (int)type;
	l->limit = limit;
	l->priority = priority;
}

static inline void
kit_points(struct site *s, struct site_profile *p, const struct made *m, bool is_first)
{
	struct site_point_def *d;

	for (uint32_t i = 0; i < m->levels; i++) {
		d = kit_point(s, p,
		    i == 0 && is_first && m->first != NULL ? m->first : arena_printf(s->arena, "L%u", i), KIND_ANALOG);
		d->suppress_when = i == 0 && is_first ? m->suppress : NULL;
		kit_limit(s, d, LIMIT_H, 80, 3);
		if (i == 0)
			kit_limit(s, d, LIMIT_HH, 90, 1);
	}
	d = kit_point(s, p, "SP", KIND_SETPOINT);
	d->write = kit_register(s, 2000);
	d->range = (struct key_range){ 0, 100 };
	d = kit_point(s, p, "HORN", KIND_COMMAND);
	d->write = kit_register(s, 2010);
	if (m->is_horn_blind)
		d->read = NULL;
}

static inline struct site_profile *
kit_profile(struct site *s, struct site_profile *p, const char *name, const struct made *m, bool is_first)
{
	schema_defaults(&profile_schema, p, s->arena);
	p->name = name;
	p->protocol = PROTOCOL_MODBUS;
	p->points.v = arena_alloc(s->arena, (m->levels + 2) * sizeof(struct site_point_def));
	kit_points(s, p, m, is_first);
	return p;
}

static inline struct site *
make_site(const struct made *m)
{
	struct site *s = site_new();
	struct site_profile *profiles = arena_alloc(s->arena, 2 * sizeof(*profiles));
	struct site_device *list = arena_alloc(s->arena, (m->devices + 1) * sizeof(*list));
	struct site_override *was;

	kit_profile(s, &profiles[0], "first", m, true);
	kit_profile(s, &profiles[1], "made", m, false);
	for (uint32_t i = 0; i < m->devices; i++) {
		schema_defaults(&device_schema, &list[i], s->arena);
		list[i].name = arena_printf(s->arena, "D%u", i);
		list[i].title = "Tank";
		list[i].profile = i == 0 ? "first" : "made";
		list[i].area = i % 2 == 0 ? "north" : "south";
		list[i].link = arena_printf(s->arena, "modbus-tcp://127.0.0.1:1502/%u", i % 200 + 1);
	}
	if (m->was != NULL) {
		was = arena_alloc(s->arena, sizeof(*was));
		schema_defaults(&override_schema, was, s->arena);
		was->tag = m->first;
		was->was = m->was;
		list[0].points = (struct key_list){ was, 1 };
	}
	s->name = "Made";
	s->timezone = "UTC";
	s->profiles = (struct key_list){ profiles, 2 };
	s->devices = (struct key_list){ list, m->devices };
	s->alarming = arena_alloc(s->arena, sizeof(*s->alarming));
	schema_defaults(&alarming_schema, s->alarming, s->arena);
	s->alarming->horn = m->has_horn ? "D0.HORN" : NULL;
	site_build(s);
	return s;
}

/* ---- running */

static inline void
take_site(const struct made *m)
{
	struct site *old_site = w.site;
	struct table *old_table = w.table;

	w.made = *m;
	w.site = make_site(m);
	w.table = table_new(w.site);
	if (old_table != NULL)
		table_adopt(w.table, old_table);
	w.generation++;
	held_site(w.held, w.table, mono());
	acts_site(w.acts, w.table);
	alarming_site(w.alarming, w.table, w.generation, now(), mono());
	hand_site(w.hand, w.table, w.generation, now(), mono());
	acts_alarms(w.acts, w.alarming);
	table_free(old_table);
	site_free(old_site);
}

static inline void
turn(void)
{
	alarming_turn(w.alarming, now(), mono());
	hand_turn(w.hand, now(), mono());
	alarming_turn(w.alarming, now(), mono());
	alarming_flush(w.alarming);
	hand_flush(w.hand);
	store_runs();
	logbook_tick(w.book, mono());
}

/* Time passes; whatever is due has its turn at its time. */
static inline void
pass(int64_t us)
{
	int64_t to = w.us + us;
	struct mono at, other;

	for (unsigned turns = 0;; turns++) {
		bool any = alarming_due(w.alarming, &at);
		ck_assert_uint_lt(turns, 100000);
		if (hand_due(w.hand, &other) && (!any || other.us < at.us)) {
			at = other;
			any = true;
		}
		if (logbook_due(w.book, &other) && (!any || other.us < at.us)) {
			at = other;
			any = true;
		}
		if (!any || at.us - mono().us + w.us > to)
			break;
		if (at.us > mono().us)
			w.us += at.us - mono().us;
		turn();
		if (at.us <= mono().us && w.us < to)
			w.us += US_PER_MS; /* the loop's timer does not fire at once either */
	}
	w.us = to > w.us ? to : w.us;
	turn();
}

static inline void
devices_are(enum device_state state)
{
	for (uint32_t d = 0; d < w.site->node_count; d++) {
		struct msg_device_state m = { .device = d, .state = (uint8_t)state, .detail = "" };
		alarming_device(w.alarming, &m, now(), mono());
		control_device(hand_control(w.hand), d, state, now(), mono());
	}
}

static inline point_id
point(const char *name)
{
	point_id id = table_find(w.table, name);
	ck_assert_msg(id != POINT_NONE, "no point %s", name);
	return id;
}

static inline void
feed(const char *name, double v)
{
	w.us += US_PER_MS;
	ck_assert(table_sample(w.table, point(name), v, OK, now(), now(), mono()));
}

static inline void
feed_all(double v)
{
	for (point_id id = 0; id < w.site->point_count; id++)
		if (w.site->points[id].def->read != NULL)
			ck_assert(table_sample(w.table, id, w.site->points[id].def->kind == KIND_ANALOG ? v : 0, OK,
			    now(), now(), mono()));
}

static inline void
begin_acting(void)
{
	devices_are(DEVICE_UP);
	feed_all(10);
	alarms_begin(alarming_engine(w.alarming), now(), mono());
	control_begin(hand_control(w.hand), now(), mono());
	turn();
}

static inline void
start_parts(const struct made *m)
{
	w.book = logbook_new(&kit_book_ops, NULL, 99);
	w.held = held_new(&kit_held_ops, NULL);
	w.acts = acts_new(w.book, w.held, &kit_acts_ops, NULL);
	w.alarming = alarming_new(w.book, &kit_alarming_ops, NULL);
	w.hand = hand_new(w.book, &kit_hand_ops, NULL);
	take_site(m);
}

static inline void
free_parts(void)
{
	hand_free(w.hand); /* in chisand's order */
	alarming_free(w.alarming);
	acts_free(w.acts);
	held_free(w.held);
	logbook_free(w.book);
	table_free(w.table);
	site_free(w.site);
	w.table = NULL;
	w.site = NULL;
}

static inline void
start(const struct made *m)
{
	memset(&w, 0, sizeof(w));
	w.field = OK;
	start_parts(m);
	logbook_ready(w.book);
	begin_acting();
}

/* What the store has is given back. */
static inline void
give_back(void)
{
	uint32_t count = w.kept_count;

	for (uint32_t i = 0; i < count; i++) {
		struct kept *k = &w.kept[i];
		uint8_t *blob = k->blob; /* forgetting it while it is read is for the store to bear */
		size_t len = k->len;
		struct msg_store_state s = { .kind = k->kind, .name = xstrdup(k->name), .time = k->at.us };
		if (len > 0) {
			uint8_t *copy = xmalloc(len);
			memcpy(copy, blob, len);
			s.blob = (struct msg_bytes){ copy, len };
			(void)(alarming_restore(w.alarming, &s, now(), mono()) ||
			    hand_restore(w.hand, &s, now(), mono()));
			free(copy);
		}
		free((void *)(uintptr_t)s.name);
	}
}

/* Killed, and started again after so long with such a site. */
static inline void
restart(const struct made *m, int64_t down_us, bool is_late)
{
	free_parts();
	w.us += down_us;
	start_parts(m);
	if (!is_late)
		give_back();
	logbook_ready(w.book);
	begin_acting();
	if (is_late)
		give_back();
	turn();
}

static inline void
stop(void)
{
	free_parts();
	for (uint32_t i = 0; i < w.kept_count; i++)
		free(w.kept[i].blob);
	free(w.kept);
	wbuf_done(&w.published);
}

/* ---- persons */

static inline void
request(const struct actor *by, uint16_t type, const struct wbuf *b, uint32_t sequence)
{
	uint8_t *copy = xmalloc(b->len + 1);
	struct frame f = { .type = type, .sequence = sequence, .length = (uint32_t)b->len, .body = copy };
	void *asker = (void *)(uintptr_t)by->session;

	memcpy(copy, b->data, b->len);
	if (!hand_frame(w.hand, asker, by, &f, now(), mono()))
		ck_assert(acts_frame(w.acts, asker, by, &f, now(), mono()));
	free(copy);
}

static inline struct msg_alarm_act
act_on(enum alarm_act act)
{
	bool is_key = act == ALARM_ACT_ACK || act == ALARM_ACT_RESET; /* no words, as the keys do it */

	return (struct msg_alarm_act){
		.act = (uint8_t)act, .limit = (double)NAN, .reason = is_key ? "" : "because of a test"
	};
}

/* names: parted by spaces. */
static inline void
do_act(const struct actor *by, struct msg_alarm_act m, const char *names)
{
	struct wbuf b = { 0 }, list = { 0 };
	char name[ALARM_NAME_MAX];

	while (*names != '\0') {
		size_t n = strcspn(names, " ");
		str_printf(name, sizeof(name), "%.*s", (int)n, names);
		w_str(&list, name);
		w_u64(&list, 0);
		names += n + (names[n] == ' ');
	}
	m.alarms = (struct msg_bytes){ list.data, list.len };
	msg_alarm_act_put(&b, &m);
	request(by, W_ALARM_ACT, &b, 17);
	wbuf_done(&b);
	wbuf_done(&list);
}

static inline void
approve(const struct actor *by, bool yes, const char *reason)
{
	struct msg_approve m = { .approval = w.approval.approval, .yes = yes, .reason = reason };
	struct wbuf b = { 0 };

	msg_approve_put(&b, &m);
	request(by, W_APPROVE, &b, 18);
	wbuf_done(&b);
}

static inline enum alarm_state
state_of(const char *name)
{
	uint32_t n = alarms_find(alarming_engine(w.alarming), name);
	ck_assert_msg(n != ALARM_NONE, "no alarm %s", name);
	return alarms_state(alarming_engine(w.alarming), n);
}

#define STATE_IS(name, state) ck_assert_str_eq(alarm_state_word(state_of(name)), #state)

#endif
