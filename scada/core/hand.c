/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand.c - what control wants said, on its way to the journal, to who asked, to the consoles and to the field.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "scada/base/conn.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/hand.h"

#define PIECE 256 /* outputs of one piece of a snapshot */

/* An intent that waits for the journal. */
struct intent {
	LIST_ENTRY(intent) entry;
	struct hand *hand;
	uint64_t id;
};

/* A write that cannot be: its outcome, which control is told after it has sent it, not while. */
struct unsent {
	STAILQ_ENTRY(unsent) entry;
	struct msg_field_written m;
	char why[300];
};

struct hand {
	struct logbook *log;
	const struct hand_ops *ops;
	void *arg;
	struct table *table; /* NULL = none */
	struct control *control;
	LIST_HEAD(, intent) intents;
	STAILQ_HEAD(, unsent) unsent;
	uint16_t generation;
	/* ---- what consoles have not been told yet */
	uint64_t *changed; /* outputs, bits by point */
	uint32_t words;
	bool any;
	struct wbuf frames, body;
	/* ---- of a snapshot */
	point_id *outputs;
	uint32_t output_count;
	struct utc now;
	struct mono mono;
	char unwilling[300]; /* why the last wish of its own could not be; "" = it could */
};

static void
set_time(struct hand *h, struct utc now, struct mono mono)
{
	h->now = now;
	h->mono = mono;
}

/* ---- the journal */

static void
make_entry(const struct hand *h, const struct control_entry *e, bool is_act, struct msg_journal_add *m)
{
	*m = (struct msg_journal_add){
		.token = e->token,
		.is_act = is_act,
		.time = h->now.us,
		.kind = (uint16_t)e->kind,
		.reason = (uint16_t)(e->addcause < 0 ? 255 : e->addcause),
		.uid = e->by != NULL ? e->by->uid : LOGBOOK_NO_UID,
		.point = e->point != NULL ? e->point : "",
		.user = e->by != NULL ? e->by->user : "",
		.terminal = e->by != NULL ? e->by->terminal : "",
		.text = e->text != NULL ? e->text : "",
		.before = e->before != NULL ? e->before : "",
		.after = e->after != NULL ? e->after : "",
	};
	if (e->states != NULL)
		m->states = (struct msg_bytes){ e->states->data, e->states->len };
}

static void
recorded_cb(const struct log_end *end, void *arg)
{
	struct intent *i = arg;
	struct hand *h = i->hand;
	struct mono mono;
	struct utc now = h->ops->now(&mono, h->arg);

	set_time(h, now, mono);
	control_recorded(h->control, i->id, end->outcome == LOG_RECORDED, end->outcome == LOG_REFUSED ? end->e : OK,
	    end->outcome == LOG_REFUSED ? end->text : "", now, mono);
	LIST_REMOVE(i, entry);
	free(i);
	h->ops->touched(h->arg);
}

static void
intent_cb(uint64_t id, const struct control_entry *e, void *arg)
{
	struct hand *h = arg;
	struct intent *i = xcalloc(1, sizeof(*i));
	struct msg_journal_add m;

	i->hand = h;
	i->id = id;
	LIST_INSERT_HEAD(&h->intents, i, entry);
	make_entry(h, e, true, &m);
	logbook_act(h->log, &m, h->mono, recorded_cb, i);
}

static void
journal_cb(const struct control_entry *e, void *arg)
{
	struct hand *h = arg;
	struct msg_journal_add m;

	make_entry(h, e, false, &m);
	logbook_add(h->log, &m, h->mono);
}

/* ---- to who asked, and to the consoles */

static void
publish_body(struct hand *h, uint16_t type, const struct wbuf *body)
{
	struct wbuf frame = { .len = 0 };

	conn_encode(&frame, type, h->generation, body);
	h->ops->publish(&frame, h->arg);
	wbuf_done(&frame);
}

static void
command_cb(const struct msg_command_state *m, void *asker, uint32_t sequence, void *arg)
{
	struct hand *h = arg;
	struct wbuf body = { .len = 0 };

	msg_command_state_put(&body, m);
	if (asker != NULL)
		h->ops->frame(asker, sequence, W_COMMAND_STATE, &body, h->arg);
	publish_body(h, W_COMMAND_STATE, &body);
	wbuf_done(&body);
}

static void
check_cb(const struct msg_check *m, void *asker, uint32_t sequence, void *arg)
{
	struct hand *h = arg;
	struct wbuf body = { .len = 0 };

	if (asker == NULL)
		return;
	msg_check_put(&body, m);
	h->ops->frame(asker, sequence, W_CHECK, &body, h->arg);
	wbuf_done(&body);
}

static void
answer_cb(
    void *asker, uint32_t sequence, enum err e, int addcause, enum result_detail detail, const char *text, void *arg)
{
	struct hand *h = arg;
	struct wbuf body = { .len = 0 };
	struct msg_result r = {
		.err = (uint16_t)e,
		.addcause = (uint8_t)(addcause < 0 ? 255 : addcause),
		.detail = (uint16_t)detail,
		.text = text,
	};

	if (asker == NULL)
		return;
	msg_result_put(&body, &r);
	h->ops->frame(asker, sequence, W_RESULT, &body, h->arg);
	wbuf_done(&body);
}

static void
tag_cb(const struct msg_tag_state *m, void *arg)
{
	struct hand *h = arg;
	struct wbuf body = { .len = 0 };

	msg_tag_state_put(&body, m);
	publish_body(h, W_TAG_STATE, &body);
	wbuf_done(&body);
}

static void
approval_cb(const struct msg_approval *m, void *arg)
{
	struct hand *h = arg;
	struct wbuf body = { .len = 0 };

	msg_approval_put(&body, m);
	publish_body(h, W_APPROVAL, &body);
	wbuf_done(&body);
}

static void
output_cb(point_id id, void *arg)
{
	struct hand *h = arg;

	if (h->changed == NULL || id / 64 >= h->words)
		return;
	h->changed[id / 64] |= UINT64_C(1) << id % 64;
	h->any = true;
}

/* ---- to the field */

static bool
send_cb(uint64_t write, point_id id, double value, uint32_t timer_s, void *arg)
{
	struct hand *h = arg;
	struct unsent *u = xcalloc(1, sizeof(*u));
	enum err e = h->ops->send(write, id, value, timer_s, u->why, sizeof(u->why), h->arg);

	if (e == OK || e == ERR_HELPER) {
		free(u);
		return e == OK;
	}
	u->m = (struct msg_field_written){
		.write = write, .point = id, .err = (uint16_t)e, .time = h->now.us, .detail = u->why
	};
	STAILQ_INSERT_TAIL(&h->unsent, u, entry);
	h->ops->touched(h->arg);
	return true;
}

static void
tell_unsent(struct hand *h)
{
	struct unsent *u;

	while ((u = STAILQ_FIRST(&h->unsent)) != NULL) {
		STAILQ_REMOVE_HEAD(&h->unsent, entry);
		control_written(h->control, &u->m, h->now, h->mono);
		free(u);
	}
}

static void
drift_cb(point_id id, bool on, const char *words, void *arg)
{
	struct hand *h = arg;

	h->ops->drift(id, on, words, h->arg);
}

static void
emergency_cb(const struct actor *by, const char *words, void *arg)
{
	struct hand *h = arg;

	h->ops->emergency(by, words, h->arg);
}

static void
save_states(struct hand *h, const struct wbuf *states, struct utc now)
{
	struct rbuf r;

	rbuf_init(&r, states->data, states->len);
	while (r.pos < r.len && !r.bad) {
		struct msg_store_state s = { .kind = r_u8(&r), .time = now.us };

		s.name = r_str(&r);
		s.blob.data = r_bytes(&r, &s.blob.len);
		if (!r.bad)
			h->ops->save(&s, h->arg);
	}
}

static void
save_cb(const struct wbuf *states, void *arg)
{
	struct hand *h = arg;

	save_states(h, states, h->now);
}

static const struct control_ops control_ops = {
	.send = send_cb,
	.intent = intent_cb,
	.journal = journal_cb,
	.output = output_cb,
	.command = command_cb,
	.check = check_cb,
	.answer = answer_cb,
	.tag = tag_cb,
	.approval = approval_cb,
	.drift = drift_cb,
	.emergency = emergency_cb,
	.save = save_cb,
};

/* ---- the site */

static void
find_outputs(struct hand *h, const struct site *s)
{
	h->output_count = 0;
	for (point_id id = 0; id < s->point_count; id++)
		h->output_count += s->points[id].def->write != NULL;
	free(h->outputs);
	h->outputs = xcalloc((size_t)h->output_count + 1, sizeof(*h->outputs));
	for (point_id id = 0, n = 0; id < s->point_count; id++)
		if (s->points[id].def->write != NULL)
			h->outputs[n++] = id;
}

void
hand_site(struct hand *h, struct table *t, uint16_t generation, struct utc now, struct mono mono)
{
	set_time(h, now, mono);
	h->table = t;
	h->generation = generation;
	free(h->changed);
	h->changed = NULL;
	h->words = 0;
	h->any = false;
	if (t != NULL) {
		h->words = table_count(t) / 64 + 1;
		h->changed = xcalloc(h->words, sizeof(*h->changed));
		find_outputs(h, table_site(t));
	}
	control_site(h->control, t != NULL ? table_site(t) : NULL, t != NULL ? table_values(t) : NULL, now, mono);
}

struct control *
hand_control(struct hand *h)
{
	return h->control;
}

bool
hand_restore(struct hand *h, const struct msg_store_state *s, struct utc now, struct mono mono)
{
	if (s->kind != STATE_OVERRIDE && s->kind != STATE_TAG && s->kind != STATE_COMMAND && s->kind != STATE_PULSE)
		return false;
	set_time(h, now, mono);
	return control_restore(h->control, (enum state_kind)s->kind, s->name, s->blob.data, s->blob.len,
	    (struct utc){ s->time }, now, mono);
}

void
hand_save_all(struct hand *h, struct utc now)
{
	struct wbuf states = { .len = 0 };

	control_put_states(h->control, &states);
	save_states(h, &states, now);
	wbuf_done(&states);
}

/* ---- requests */

static void
bad_request(struct hand *h, void *asker, uint32_t sequence)
{
	answer_cb(asker, sequence, ERR_USAGE, -1, (enum result_detail)0, "the request cannot be read", h);
}

bool
hand_frame(struct hand *h, void *asker, const struct actor *by, const struct frame *f, struct utc now, struct mono mono)
{
	struct msg_command command;
	struct msg_tag tag;
	struct msg_approve approve;
	struct rbuf r;

	if (f->type != W_COMMAND && f->type != W_TAG && f->type != W_APPROVE)
		return false;
	set_time(h, now, mono);
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_COMMAND && msg_command_get(&r, &command) && r_done(&r))
		control_command(h->control, &command, by, asker, f->sequence, now, mono);
	else if (f->type == W_TAG && msg_tag_get(&r, &tag) && r_done(&r))
		control_tag(h->control, &tag, by, asker, f->sequence, now, mono);
	else if (f->type == W_APPROVE && msg_approve_get(&r, &approve) && r_done(&r))
		control_approve(h->control, &approve, by, asker, f->sequence, now, mono);
	else
		bad_request(h, asker, f->sequence);
	h->ops->touched(h->arg);
	return true;
}

bool
hand_wish(struct hand *h, enum slot slot, point_id id, double value, struct utc until, const char *reason,
    struct utc now, struct mono mono, char *why, size_t size)
{
	int addcause;
	bool ok;

	set_time(h, now, mono);
	ok = control_want(h->control, slot, id, value, until, reason, now, mono, &addcause, why, size);
	h->ops->touched(h->arg);
	return ok;
}

bool
hand_want(
    struct hand *h, enum slot slot, point_id id, double value, const char *reason, struct utc now, struct mono mono)
{
	char why[sizeof(h->unwilling)];
	bool ok = hand_wish(h, slot, id, value, (struct utc){ 0 }, reason, now, mono, why, sizeof(why));

	if (!ok && strcmp(why, h->unwilling) != 0)
		log_warn("%s: %s", reason, why);
	str_copy(h->unwilling, sizeof(h->unwilling), ok ? "" : why);
	return ok;
}

void
hand_forget(struct hand *h, const void *asker, struct utc now, struct mono mono)
{
	set_time(h, now, mono);
	control_forget(h->control, asker, now, mono);
}

void
hand_turn(struct hand *h, struct utc now, struct mono mono)
{
	set_time(h, now, mono);
	tell_unsent(h);
	if (h->table != NULL)
		control_turn(h->control, now, mono);
}

bool
hand_due(const struct hand *h, struct mono *at)
{
	if (!STAILQ_EMPTY(&h->unsent)) {
		*at = h->mono;
		return true;
	}
	return h->table != NULL && control_due(h->control, at);
}

/* ---- snapshots and changes */

static void
put_output(const struct hand *h, point_id id, uint16_t generation, struct wbuf *body, struct wbuf *frames)
{
	struct msg_output m;

	if (!control_tell_output(h->control, id, &m))
		return;
	wbuf_reset(body);
	msg_output_put(body, &m);
	conn_encode(frames, W_OUTPUT, generation, body);
}

void
hand_flush(struct hand *h)
{
	if (!h->any)
		return;
	wbuf_reset(&h->frames);
	for (uint32_t w = 0; w < h->words; w++)
		for (uint64_t bits = h->changed[w]; bits != 0; bits &= bits - 1)
			put_output(h, w * 64 + (uint32_t)__builtin_ctzll(bits), h->generation, &h->body, &h->frames);
	memset(h->changed, 0, h->words * sizeof(*h->changed));
	h->any = false;
	h->ops->publish(&h->frames, h->arg);
}

struct piece {
	uint16_t generation;
	struct wbuf body, *frames;
};

static void
put_tag(const struct msg_tag_state *m, void *arg)
{
	struct piece *p = arg;

	wbuf_reset(&p->body);
	msg_tag_state_put(&p->body, m);
	conn_encode(p->frames, W_TAG_STATE, p->generation, &p->body);
}

static void
put_approval(const struct msg_approval *m, void *arg)
{
	struct piece *p = arg;

	wbuf_reset(&p->body);
	msg_approval_put(&p->body, m);
	conn_encode(p->frames, W_APPROVAL, p->generation, &p->body);
}

static void
put_command(const struct msg_command_state *m, void *arg)
{
	struct piece *p = arg;

	wbuf_reset(&p->body);
	msg_command_state_put(&p->body, m);
	conn_encode(p->frames, W_COMMAND_STATE, p->generation, &p->body);
}

uint32_t
hand_pieces(const struct hand *h)
{
	return h->table == NULL ? 0
	                        : (h->output_count + PIECE - 1) / PIECE + 1; /* the last: tags, approvals, commands */
}

void
hand_piece(const struct hand *h, uint32_t i, uint16_t generation, struct wbuf *frames)
{
	uint32_t from = i * PIECE, below = from + PIECE < h->output_count ? from + PIECE : h->output_count;
	struct piece p = { .generation = generation, .frames = frames };

	for (uint32_t n = from; n < below; n++)
		put_output(h, h->outputs[n], generation, &p.body, frames);
	if (from >= h->output_count) {
		control_each_tag(h->control, put_tag, &p);
		control_each_approval(h->control, put_approval, &p);
		control_each_command(h->control, put_command, &p);
	}
	wbuf_done(&p.body);
}

/* ---- life */

struct hand *
hand_new(struct logbook *l, const struct hand_ops *ops, void *arg)
{
	struct hand *h = xcalloc(1, sizeof(*h));

	h->log = l;
	h->ops = ops;
	h->arg = arg;
	STAILQ_INIT(&h->unsent);
	h->control = control_new(&control_ops, h);
	return h;
}

void
hand_free(struct hand *h)
{
	struct intent *i;
	struct unsent *u;

	if (h == NULL)
		return;
	while ((u = STAILQ_FIRST(&h->unsent)) != NULL) {
		STAILQ_REMOVE_HEAD(&h->unsent, entry);
		free(u);
	}
	while ((i = LIST_FIRST(&h->intents)) != NULL) {
		LIST_REMOVE(i, entry);
		free(i);
	}
	control_free(h->control);
	free(h->changed);
	free(h->outputs);
	wbuf_done(&h->frames);
	wbuf_done(&h->body);
	free(h);
}
