/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_kit.h - a plant for tests of scada/control, in simulated time: a site of one device, the device with its faults, the journal,
 * the store, persons.  What must hold at every moment is checked wherever something happens.  Include after t.h; everything is static.
 */
#ifndef CHISAN_CONTROL_KIT_H
#define CHISAN_CONTROL_KIT_H

#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/control/control.h"

/* clang-format off */
/* _(id, tag, kind) */
#define KIT_POINTS(_) \
	_(SP,    "SP",    KIND_SETPOINT) /* 0..1000 kW, no ramp, no timer */ \
	_(RAMP,  "RAMP",  KIND_SETPOINT) /* 10 kW/s, reversion timer of 60 s, clamped by LO and HI */ \
	_(CMD,   "CMD",   KIND_COMMAND)  /* selected first, dangerous; done when POS */ \
	_(TWO,   "TWO",   KIND_COMMAND)  /* two persons; done when POS2 */ \
	_(PULSE, "PULSE", KIND_COMMAND)  /* a pulse that nothing reports */ \
	_(HELD,  "HELD",  KIND_COMMAND)  /* its own coil reports it */ \
	_(POS,   "POS",   KIND_DIGITAL) _(POS2, "POS2", KIND_DIGITAL) _(FAULT, "FAULT", KIND_DIGITAL) \
	_(LOCAL, "LOCAL", KIND_DIGITAL) _(MODE, "MODE", KIND_DIGITAL) _(LOCK, "LOCK", KIND_DIGITAL) \
	_(IN,    "IN",    KIND_ANALOG)  _(LO,   "LO",   KIND_ANALOG)  _(HI,    "HI",    KIND_ANALOG)
/* clang-format on */
#define KIT_ENUM(id, tag, kind) id,
enum kit_point { KIT_POINTS(KIT_ENUM) KIT_COUNT };
#undef KIT_ENUM
#define KIT_OUTPUTS 6

enum kit_fault {
	FAULT_NONE,
	FAULT_SILENT, /* takes it and does not answer */
	FAULT_DEAF,   /* neither takes it nor answers */
	FAULT_REFUSES,
	FAULT_OTHER, /* accepts, and takes another value */
	FAULT_LATE,  /* takes it and answers after 3 s */
	FAULT_COUNT
};

#define KIT_ANSWERS  512
#define KIT_COMMANDS 512
#define KIT_STATES   512

struct kit_answer {
	unsigned count;
	enum err e;
	int addcause;
	enum result_detail detail;
	char text[512];
};
struct kit_command {
	uint64_t id;
	unsigned ends, sent; /* states told */
	enum command_state state;
	struct msg_command_state m; /* strings are not kept */
	char text[512];
};
struct kit_state {
	enum state_kind kind;
	char name[POINT_NAME_MAX];
	uint8_t blob[1024];
	size_t len;
};
struct kit_write {
	uint64_t id;
	point_id point;
	double value;
	int64_t answer_at; /* mono; 0 = none */
	enum err e;
};

struct kit {
	struct site *site;
	struct control *c;
	struct value values[KIT_COUNT];
	double device[KIT_COUNT]; /* what it really has */
	struct utc now;
	struct mono mono;
	int64_t scanned;
	/* ---- the device */
	enum kit_fault fault;
	bool is_up, is_field_up;
	struct kit_write writes[16];
	unsigned write_count;
	unsigned sends[KIT_COUNT];
	double last_sent[KIT_COUNT];
	int64_t last_send_at[KIT_COUNT];
	uint32_t timer_s;
	int64_t pulse_at; /* mono at which the field program has cleared PULSE; 0 */
	bool checks_ramp;
	/* ---- journal and store */
	bool records; /* false: it never answers by itself */
	enum err refuses;
	struct {
		uint64_t id; /* 0: nobody waits for it */
		struct wbuf states;
	} queue[1024]; /* in order, not durable yet */
	unsigned queued;
	struct kit_state states[KIT_STATES];
	unsigned state_count;
	unsigned entries[JOURNAL_KIND_COUNT];
	char last_entry[JOURNAL_KIND_COUNT][600], last_after[JOURNAL_KIND_COUNT][300], last_by[JOURNAL_KIND_COUNT][64];
	/* ---- what was told */
	struct kit_answer answers[KIT_ANSWERS];
	uint32_t sequence;
	struct kit_command commands[KIT_COMMANDS];
	unsigned command_count;
	uint64_t last_command;
	struct msg_check checks[CHECK_COUNT];
	char check_texts[CHECK_COUNT][512];
	unsigned check_count;
	uint64_t last_tag, last_approval;
	enum approval_state approval;
	unsigned tags_on[KIT_COUNT]; /* inhibiting */
	struct {
		uint64_t id;
		point_id point;
	} inhibits[256];
	unsigned inhibit_count;
	unsigned sent_told[KIT_COUNT]; /* commands that became sent */
	bool drift[KIT_COUNT];
	char drift_text[512];
	unsigned drifts, emergencies, outputs;
};

/* ---- the site */

static inline struct site_register *
kit_register(struct site *s, int address)
{
	struct site_register *r = arena_alloc(s->arena, sizeof(*r));

	schema_defaults(&register_schema, r, s->arena);
	r->table = TABLE_HOLDING;
	r->address = address;
	r->type = RAW_F32;
	return r;
}

static inline struct site_output *
kit_output(struct site *s)
{
	struct site_output *o = arena_alloc(s->arena, sizeof(*o));

	*o = (struct site_output){ .default_value = (double)NAN,
		.safe_value = (double)NAN,
		.drift = (double)NAN,
		.retries = 2,
		.drift_delay_us = 30 * US_PER_S,
		.drift_priority = 3,
		.local = "D.LOCAL == 1",
		.mode_when = "D.MODE == 1" };
	return o;
}

static inline struct site_check_back *
kit_check_back(struct site *s, const char *done, const char *failed, double tolerance, int64_t time_us)
{
	struct site_check_back *b = arena_alloc(s->arena, sizeof(*b));

	*b = (struct site_check_back){
		.done_when = done, .failed_when = failed, .tolerance = tolerance, .time_us = time_us
	};
	return b;
}

static inline void
kit_define(struct site *s, struct site_point_def *d)
{
	static const char *const tags[] = {
#define KIT_TAG(id, tag, kind) tag,
		KIT_POINTS(KIT_TAG)
#undef KIT_TAG
	};
	static const int kinds[] = {
#define KIT_KIND(id, tag, kind) kind,
		KIT_POINTS(KIT_KIND)
#undef KIT_KIND
	};
	struct key_name *names = arena_alloc(s->arena, 2 * sizeof(*names));

	names[0] = (struct key_name){ 0, "open" };
	names[1] = (struct key_name){ 1, "closed" };
	for (int i = 0; i < KIT_COUNT; i++) {
		schema_defaults(&point_schema, &d[i], s->arena);
		d[i].tag = d[i].title = tags[i];
		d[i].kind = kinds[i];
		d[i].read = kit_register(s, i);
		if (i >= KIT_OUTPUTS)
			continue;
		d[i].write = kit_register(s, 100 + i);
		d[i].output = kit_output(s);
		d[i].interlock = "D.LOCK == 1";
		d[i].interlock_text = "the lock closed";
		if (d[i].kind == KIND_COMMAND)
			d[i].states = (struct key_names){ names, 2 };
	}
	d[SP].unit = d[RAMP].unit = "kW";
	d[SP].range = d[RAMP].range = (struct key_range){ 0, 1000 };
	d[SP].check_back = kit_check_back(s, NULL, NULL, 1, 10 * US_PER_S);
	d[RAMP].check_back = kit_check_back(s, NULL, NULL, 1, 10 * US_PER_S);
	d[RAMP].ramp_per_s = 10;
	d[RAMP].output->protect_lo = "D.LO";
	d[RAMP].output->protect_hi = "D.HI";
	d[RAMP].output->protect_text = "the busbar";
	d[RAMP].revert = arena_alloc(s->arena, sizeof(*d[RAMP].revert));
	*d[RAMP].revert = (struct site_revert){ .after_us = 60 * US_PER_S, .to = 0, .timer_register = 7 };
	d[CMD].select_before_operate = d[CMD].dangerous = true;
	d[CMD].check_back = kit_check_back(s, "D.POS == 1", "D.FAULT == 1", 0, 5 * US_PER_S);
	d[TWO].two_person = true;
	d[TWO].check_back = kit_check_back(s, "D.POS2 == 1", NULL, 0, 5 * US_PER_S);
	d[PULSE].write->pulse_us = US_PER_S;
}

/* is_renamed: D.SP is called D.SETPOINT now. */
static inline struct site *
kit_site(bool is_renamed)
{
	struct site_override *was;

	struct site *s = site_new();
	struct site_profile *profile = arena_alloc(s->arena, sizeof(*profile));
	struct site_device *device = arena_alloc(s->arena, sizeof(*device));
	struct site_point_def *defs = arena_alloc(s->arena, KIT_COUNT * sizeof(*defs));

	schema_defaults(&profile_schema, profile, s->arena);
	profile->name = "kit";
	profile->protocol = PROTOCOL_MODBUS;
	kit_define(s, defs);
	profile->points = (struct key_list){ defs, KIT_COUNT };
	schema_defaults(&device_schema, device, s->arena);
	device->name = "D";
	device->title = "A device";
	device->profile = "kit";
	device->link = "modbus-tcp://127.0.0.1:1502/1";
	device->area = "north";
	device->timeout_us = 500 * US_PER_MS;
	if (is_renamed) {
		was = arena_alloc(s->arena, sizeof(*was));
		schema_defaults(&override_schema, was, s->arena);
		was->tag = defs[SP].tag = "SETPOINT";
		was->was = "D.SP";
		device->points = (struct key_list){ was, 1 };
	}
	s->name = "Kit";
	s->timezone = "UTC";
	s->profiles = (struct key_list){ profile, 1 };
	s->devices = (struct key_list){ device, 1 };
	site_build(s);
	return s;
}

/* The definition of a point, to be changed before kit_start(). */
static inline struct site_point_def *
kit_def(struct kit *k, enum kit_point p)
{
	return (struct site_point_def *)(uintptr_t)k->site->points[p].def;
}

/* ---- what the engine calls */

static inline void
kit_store(struct kit *k, const struct wbuf *states)
{
	struct rbuf r;

	rbuf_init(&r, states->data, states->len);
	while (r.pos < r.len && !r.bad) {
		enum state_kind kind = (enum state_kind)r_u8(&r);
		const char *name = r_str(&r);
		size_t len;
		const uint8_t *blob = r_bytes(&r, &len);
		unsigned i;
		for (i = 0; i < k->state_count; i++)
			if (k->states[i].kind == kind && strcmp(k->states[i].name, name) == 0)
				break;
		if (i < k->state_count)
			k->states[i] = k->states[--k->state_count];
		if (len == 0)
			continue;
		ck_assert_uint_lt(k->state_count, KIT_STATES);
		ck_assert_uint_le(len, sizeof(k->states[0].blob));
		struct kit_state *s = &k->states[k->state_count++];
		s->kind = kind;
		str_copy(s->name, sizeof(s->name), name);
		memcpy(s->blob, blob, len);
		s->len = len;
	}
	ck_assert(!r.bad);
}

static inline void
kit_entry(struct kit *k, const struct control_entry *e)
{
	k->entries[e->kind]++;
	str_copy(k->last_entry[e->kind], sizeof(k->last_entry[0]), e->text);
	str_copy(k->last_after[e->kind], sizeof(k->last_after[0]), e->after);
	str_copy(k->last_by[e->kind], sizeof(k->last_by[0]), e->by != NULL ? e->by->user : "");
}

static inline void
kit_queue(struct kit *k, uint64_t id, const struct control_entry *e)
{
	struct wbuf *b;

	kit_entry(k, e);
	ck_assert_uint_lt(k->queued, ARRAY_LEN(k->queue));
	k->queue[k->queued].id = id;
	b = &k->queue[k->queued++].states;
	wbuf_init(b);
	if (e->states->len > 0)
		memcpy(wbuf_grow(b, e->states->len), e->states->data, e->states->len);
}

static inline void
kit_on_intent(uint64_t id, const struct control_entry *e, void *arg)
{
	kit_queue(arg, id, e);
}

static inline void
kit_on_journal(const struct control_entry *e, void *arg)
{
	kit_queue(arg, 0, e);
}

static inline void
kit_on_save(const struct wbuf *states, void *arg)
{
	kit_store(arg, states);
}

/* The ramp holds against what was sent before, or against where the device was seen. */
static inline void
kit_check_ramp(struct kit *k, double value)
{
	double seen = k->values[RAMP].v, from = k->sends[RAMP] > 0 ? k->last_sent[RAMP] : seen;
	double past = k->sends[RAMP] > 0 ? (double)(k->mono.us - k->last_send_at[RAMP]) / 1e6 : 1;
	double most = 10 * (past < 1 ? 1 : past > 2 ? 2 : past) + 1e-9;

	if (k->checks_ramp)
		ck_assert_msg(fabs(value - from) <= most || fabs(value - seen) <= 10 + 1e-9,
		    "jumps to %g; %g was sent %g s ago, %g is reported", value, from, past, seen);
}

static inline bool
kit_on_send(uint64_t write, point_id id, double value, uint32_t timer_s, void *arg)
{
	struct kit *k = arg;
	struct kit_write *w;

	ck_assert_msg(k->tags_on[id] == 0, "written though a tag inhibits it");
	ck_assert_msg(
	    k->values[LOCAL].v != 1 && k->values[MODE].v == 1 && k->values[LOCK].v == 1, "written though blocked");
	if (!k->is_field_up)
		return false;
	if (id == RAMP) {
		kit_check_ramp(k, value);
		ck_assert_int_eq(timer_s * US_PER_S, k->site->points[RAMP].def->revert->after_us);
	}
	k->sends[id]++;
	if (k->site->points[id].def->kind == KIND_COMMAND)
		ck_assert_msg(
		    k->sends[id] <= k->sent_told[id], "a switch is given more often than there were commands");
	k->last_sent[id] = value;
	k->last_send_at[id] = k->mono.us;
	k->timer_s = timer_s;
	if (k->fault != FAULT_DEAF && k->fault != FAULT_REFUSES && k->is_up) {
		k->device[id] = k->fault == FAULT_OTHER ? value + 50 : value;
		if (id == CMD)
			k->device[POS] = k->fault == FAULT_OTHER ? k->device[POS] : value;
		if (id == TWO)
			k->device[POS2] = k->fault == FAULT_OTHER ? k->device[POS2] : value;
	}
	if ((k->fault == FAULT_SILENT || k->fault == FAULT_DEAF) && k->is_up)
		return true;
	ck_assert_uint_lt(k->write_count, ARRAY_LEN(k->writes));
	w = &k->writes[k->write_count++];
	*w = (struct kit_write){ write, id, value,
		k->mono.us + (k->fault == FAULT_LATE ? 3 * US_PER_S : 20 * US_PER_MS), OK };
	w->e = !k->is_up ? ERR_NOT_CONNECTED : k->fault == FAULT_REFUSES ? ERR_EXC_VALUE : OK;
	return true;
}

static inline struct kit_command *
kit_command(struct kit *k, uint64_t id)
{
	for (unsigned i = k->command_count; i-- > 0;)
		if (k->commands[i].id == id)
			return &k->commands[i];
	ck_assert_uint_lt(k->command_count, KIT_COMMANDS);
	k->commands[k->command_count] = (struct kit_command){ .id = id };
	return &k->commands[k->command_count++];
}

/* Done means that the device has it. */
static inline void
kit_check_done(struct kit *k, const struct msg_command_state *m)
{
	if (strcmp(m->point, "D.SP") == 0)
		ck_assert_double_le(fabs(k->device[SP] - m->value), 1.01);
	else if (strcmp(m->point, "D.RAMP") == 0)
		ck_assert_double_le(fabs(k->device[RAMP] - k->last_sent[RAMP]), 1.01);
	else if (strcmp(m->point, "D.CMD") == 0)
		ck_assert_double_eq(k->device[POS], m->value);
	else if (strcmp(m->point, "D.TWO") == 0)
		ck_assert_double_eq(k->device[POS2], m->value);
	else if (strcmp(m->point, "D.HELD") == 0)
		ck_assert_double_eq(k->device[HELD], m->value);
	else
		ck_abort_msg("%s was reported done, and nobody can know", m->point);
}

static inline void
kit_on_command(const struct msg_command_state *m, void *asker, uint32_t sequence, void *arg)
{
	struct kit *k = arg;
	struct kit_command *x = kit_command(k, m->command);

	(void)asker;
	(void)sequence;
	ck_assert_msg(
	    x->ends == 0 || (m->state == x->state && x->state == COMMAND_UNKNOWN), "a command goes on after its end");
	if (command_state_is_end(m->state) && x->ends++ == 0 && m->state == COMMAND_DONE)
		kit_check_done(k, m);
	if (m->state == COMMAND_SENT && x->sent++ == 0)
		for (int i = 0; i < KIT_OUTPUTS; i++)
			k->sent_told[i] += strcmp(m->point, k->site->points[i].name) == 0;
	x->state = (enum command_state)m->state;
	x->m = *m;
	str_copy(x->text, sizeof(x->text), m->text);
	ck_assert_msg(!command_state_is_end(m->state) || m->text[0] != '\0', "an end without a sentence");
	k->last_command = m->command;
}

static inline void
kit_on_check(const struct msg_check *m, void *asker, uint32_t sequence, void *arg)
{
	struct kit *k = arg;

	(void)asker;
	(void)sequence;
	ck_assert_uint_lt(m->check, CHECK_COUNT);
	ck_assert_msg(m->text[0] != '\0', "a check without a sentence");
	k->checks[m->check] = *m;
	str_copy(k->check_texts[m->check], sizeof(k->check_texts[0]), m->text);
	k->check_count++;
}

static inline void
kit_on_answer(
    void *asker, uint32_t sequence, enum err e, int addcause, enum result_detail detail, const char *text, void *arg)
{
	struct kit *k = arg;
	struct kit_answer *a = &k->answers[sequence % KIT_ANSWERS];

	ck_assert_ptr_nonnull(asker);
	ck_assert_msg(a->count == 0, "a request is answered twice: %s", text);
	ck_assert_msg(text[0] != '\0', "an answer without a sentence");
	*a = (struct kit_answer){ .count = 1, .e = e, .addcause = addcause, .detail = detail };
	str_copy(a->text, sizeof(a->text), text);
}

static inline void
kit_on_tag(const struct msg_tag_state *m, void *arg)
{
	struct kit *k = arg;

	k->last_tag = m->tag;
	if (m->kind != TAG_INHIBIT || m->point >= KIT_COUNT)
		return;
	for (unsigned i = 0; i < k->inhibit_count; i++)
		if (k->inhibits[i].id == m->tag) { /* told again, or gone */
			k->tags_on[m->point]--;
			k->inhibits[i] = k->inhibits[--k->inhibit_count];
			break;
		}
	if (!m->on)
		return;
	ck_assert_uint_lt(k->inhibit_count, ARRAY_LEN(k->inhibits));
	k->inhibits[k->inhibit_count].point = m->point;
	k->inhibits[k->inhibit_count++].id = m->tag;
	k->tags_on[m->point]++;
}

static inline void
kit_on_approval(const struct msg_approval *m, void *arg)
{
	struct kit *k = arg;

	k->approval = (enum approval_state)m->state;
	k->last_approval = m->approval;
}

static inline void
kit_on_output(point_id id, void *arg)
{
	struct kit *k = arg;

	(void)id;
	k->outputs++;
}

static inline void
kit_on_drift(point_id id, bool on, const char *words, void *arg)
{
	struct kit *k = arg;

	ck_assert_msg(k->drift[id] != on, "told twice");
	k->drift[id] = on;
	k->drifts += on;
	str_copy(k->drift_text, sizeof(k->drift_text), words);
}

static inline void
kit_on_emergency(const struct actor *by, const char *words, void *arg)
{
	struct kit *k = arg;

	(void)by;
	ck_assert(words[0] != '\0');
	k->emergencies++;
}

static const struct control_ops kit_ops = { kit_on_send, kit_on_intent, kit_on_journal, kit_on_output, kit_on_command,
	kit_on_check, kit_on_answer, kit_on_tag, kit_on_approval, kit_on_drift, kit_on_emergency, kit_on_save };

/* ---- time */

static inline void
kit_scan(struct kit *k)
{
	for (int i = 0; i < KIT_COUNT; i++) {
		if ((k->values[i].quality & (Q_SUBSTITUTED | Q_FAILURE)) != 0)
			continue; /* by the test's hand */
		if (!k->is_up) {
			k->values[i].quality = Q_NO_COMM;
			continue;
		}
		k->values[i] = (struct value){ .v = k->device[i], .time = k->now };
	}
	k->scanned = k->mono.us;
}

static inline void
kit_answer_writes(struct kit *k)
{
	for (unsigned i = 0; i < k->write_count;) {
		struct kit_write w = k->writes[i];
		struct msg_field_written m = {
			.write = w.id, .point = w.point, .err = (uint16_t)w.e, .time = k->now.us, .detail = ""
		};
		if (k->mono.us < w.answer_at) {
			i++;
			continue;
		}
		k->writes[i] = k->writes[--k->write_count];
		if (w.point == PULSE && (w.e < ERR_EXC_FUNCTION || w.e > ERR_EXC_OTHER))
			k->pulse_at = k->mono.us + US_PER_S;
		control_written(k->c, &m, k->now, k->mono);
	}
	if (k->pulse_at != 0 && k->mono.us >= k->pulse_at && k->is_field_up && k->is_up) {
		k->pulse_at = 0;
		control_pulse(k->c, &(struct msg_field_pulse){ .point = PULSE });
	}
}

/* All that is queued becomes durable or is refused, or its time is over and it stays queued. */
static inline void
kit_record(struct kit *k, bool is_durable)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < k->queued; i++) {
		uint64_t id = k->queue[i].id;
		enum err e = id != 0 ? k->refuses : OK;
		bool is_over = is_durable || e != OK;
		if (is_durable && e == OK)
			kit_store(k, &k->queue[i].states);
		if (is_over)
			wbuf_done(&k->queue[i].states);
		else
			k->queue[kept++] = k->queue[i];
		if (id != 0)
			control_recorded(k->c, id, is_durable && e == OK, e, "", k->now, k->mono);
	}
	k->queued = kept;
}

static inline void
kit_drop_queue(struct kit *k)
{
	while (k->queued > 0)
		wbuf_done(&k->queue[--k->queued].states);
}

static inline void
kit_step(struct kit *k, int64_t us)
{
	struct mono due;

	k->now.us += us;
	k->mono.us += us;
	kit_answer_writes(k);
	if (k->records)
		kit_record(k, true);
	if (k->mono.us - k->scanned >= US_PER_S)
		kit_scan(k);
	control_turn(k->c, k->now, k->mono);
	if (control_due(k->c, &due))
		ck_assert_msg(due.us > k->mono.us, "due again at once, %lld us ago", (long long)(k->mono.us - due.us));
}

/* In steps that are fine where little time passes, and coarse where hours do. */
static inline void
kit_run(struct kit *k, int64_t us)
{
	int64_t step = us > 300 * US_PER_S ? 5 * US_PER_S : us > 30 * US_PER_S ? 250 * US_PER_MS : 50 * US_PER_MS;
	for (int64_t t = 0; t < us; t += step)
		kit_step(k, step < us - t ? step : us - t);
}

/* ---- persons */

static const char kit_sessions[8];
static const struct actor kit_duty = { 1001, ROLE_OPERATOR, "duty", "tty1", "", &kit_sessions[1] };
static const struct actor kit_relief = { 1002, ROLE_OPERATOR, "relief", "tty2", "north", &kit_sessions[2] };
static const struct actor kit_keeper = { 1003, ROLE_SUPERVISOR, "keeper", "tty3", "", &kit_sessions[3] };
static const struct actor kit_guest = { 1004, ROLE_VIEWER, "guest", "tty4", "", &kit_sessions[4] };
static const struct actor kit_southern = { 1005, ROLE_OPERATOR, "southern", "tty5", "south east", &kit_sessions[5] };

static inline struct msg_command
kit_message(struct kit *k, enum command_step step, enum kit_point p, double value)
{
	return (struct msg_command){ .step = (uint8_t)step,
		.value = value,
		.point = k->site->points[p].name,
		.reason = "a test",
		.typed = k->site->points[p].name };
}

/* Returns the number of its answer. */
static inline uint32_t
kit_ask(struct kit *k, const struct msg_command *m, const struct actor *by)
{
	uint32_t sequence = ++k->sequence;

	k->answers[sequence % KIT_ANSWERS] = (struct kit_answer){ .count = 0 };
	k->check_count = 0;
	control_command(k->c, m, by, (void *)(uintptr_t)by->session, sequence, k->now, k->mono);
	return sequence;
}

static inline uint32_t
kit_do(struct kit *k, enum command_step step, enum kit_point p, double value, const struct actor *by)
{
	struct msg_command m = kit_message(k, step, p, value);

	return kit_ask(k, &m, by);
}

/* With the number of what was selected last. */
static inline uint32_t
kit_execute(struct kit *k, enum kit_point p, double value, const struct actor *by)
{
	struct msg_command m = kit_message(k, STEP_OPERATE, p, value);

	m.command = k->last_command;
	return kit_ask(k, &m, by);
}

static inline const struct kit_answer *
kit_answer(const struct kit *k, uint32_t sequence)
{
	return &k->answers[sequence % KIT_ANSWERS];
}

static inline uint32_t
kit_tag(struct kit *k, enum kit_point p, enum tag_kind kind, const struct actor *by)
{
	struct msg_tag m = {
		.on = 1, .kind = (uint8_t)kind, .point = k->site->points[p].name, .text = "hands in it", .permit = "W-7"
	};
	uint32_t sequence = ++k->sequence;

	k->answers[sequence % KIT_ANSWERS] = (struct kit_answer){ .count = 0 };
	control_tag(k->c, &m, by, (void *)(uintptr_t)by->session, sequence, k->now, k->mono);
	return sequence;
}

static inline uint32_t
kit_untag(struct kit *k, uint64_t tag, const char *why, const struct actor *by)
{
	struct msg_tag m = { .on = 0, .tag = tag, .point = "", .text = why, .permit = "" };
	uint32_t sequence = ++k->sequence;

	k->answers[sequence % KIT_ANSWERS] = (struct kit_answer){ .count = 0 };
	control_tag(k->c, &m, by, (void *)(uintptr_t)by->session, sequence, k->now, k->mono);
	return sequence;
}

static inline uint32_t
kit_approve(struct kit *k, bool yes, const struct actor *by)
{
	struct msg_approve m = { .approval = k->last_approval, .yes = yes, .reason = yes ? "" : "not now" };
	uint32_t sequence = ++k->sequence;

	k->answers[sequence % KIT_ANSWERS] = (struct kit_answer){ .count = 0 };
	control_approve(k->c, &m, by, (void *)(uintptr_t)by->session, sequence, k->now, k->mono);
	return sequence;
}

static inline struct msg_output
kit_told(const struct kit *k, enum kit_point p)
{
	struct msg_output m;

	ck_assert(control_tell_output(k->c, p, &m));
	return m;
}

/* ---- its life */

/* Before kit_start() the test may change definitions. */
static inline void
kit_init(struct kit *k)
{
	memset(k, 0, sizeof(*k));
	k->site = kit_site(false);
	k->now.us = INT64_C(1790000000) * US_PER_S;
	k->mono.us = 1000 * US_PER_S;
	k->is_up = k->is_field_up = k->records = true;
	k->device[MODE] = k->device[LOCK] = 1;
	k->device[LO] = 0;
	k->device[HI] = 1000;
	k->device[RAMP] = 100;
	k->device[SP] = 200;
	for (int i = 0; i < KIT_COUNT; i++)
		k->values[i] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
}

static inline void
kit_boot(struct kit *k)
{
	k->c = control_new(&kit_ops, k);
	control_site(k->c, k->site, k->values, k->now, k->mono);
	for (unsigned i = 0; i < k->state_count; i++)
		ck_assert(control_restore(k->c, k->states[i].kind, k->states[i].name, k->states[i].blob,
		    k->states[i].len, k->now, k->now, k->mono));
	memset(k->tags_on, 0, sizeof(k->tags_on));
	k->inhibit_count = 0;
	control_each_tag(k->c, kit_on_tag, k);
	if (control_left_set(k->c, PULSE) != 0)
		k->pulse_at = k->mono.us + US_PER_S;
	control_begin(k->c, k->now, k->mono);
	kit_scan(k);
	control_device(k->c, 0, k->is_up ? DEVICE_UP : DEVICE_DOWN, k->now, k->mono);
	kit_run(k, 1100 * US_PER_MS);
}

static inline void
kit_start(struct kit *k)
{
	kit_init(k);
	kit_boot(k);
}

/* chisand dies at this moment: what was not stored is gone, answers do not come. It starts again after so long. */
static inline void
kit_kill(struct kit *k, int64_t after_us)
{
	control_free(k->c);
	k->write_count = 0;
	kit_drop_queue(k);
	k->now.us += after_us;
	k->mono.us += after_us;
	memset(k->drift, 0, sizeof(k->drift));
	for (unsigned i = 0; i < k->command_count; i++) {
		struct kit_command *x = &k->commands[i];
		bool is_stored = false;
		for (unsigned n = 0; n < k->state_count; n++) {
			char name[24];
			str_printf(name, sizeof(name), "%llu", (unsigned long long)x->id);
			is_stored |= k->states[n].kind == STATE_COMMAND && strcmp(k->states[n].name, name) == 0;
		}
		if (is_stored)
			x->ends = 0; /* its outcome was lost with the journal: it is told anew, as unknown */
		else if (x->ends == 0)
			x->ends = UINT32_MAX; /* gone with its intent */
	}
	kit_boot(k);
}

static inline void
kit_done(struct kit *k)
{
	control_free(k->c);
	kit_drop_queue(k);
	site_free(k->site);
}

static inline void
kit_device(struct kit *k, bool is_up)
{
	k->is_up = is_up;
	kit_scan(k);
	control_device(k->c, 0, is_up ? DEVICE_UP : DEVICE_DOWN, k->now, k->mono);
}

#endif
