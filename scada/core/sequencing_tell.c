/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencing_tell.c - what sequences are and how they are, for consoles.
 */
#include "config.h"

#include <string.h>

#include "scada/base/conn.h"
#include "scada/core/sequencing_private.h"

static void
put_step_def(const struct sequence *s, unsigned i, struct wbuf *b)
{
	const struct site_step *p = &s->steps[i];
	const struct step_check *k = &s->checks[i];
	size_t count = 0;
	const point_id *ids = k->e != NULL ? expr_inputs(k->e, &count) : NULL;

	w_u8(b, (uint8_t)((p->skip ? SEQ_MAY_SKIP : 0) | (p->danger ? SEQ_DANGER : 0) | (p->lasts ? 0 : SEQ_PASSES)));
	w_u32(b, k->point);
	w_u32(b, k->tagged);
	w_i64(b, p->wait_us);
	w_str(b, p->text);
	w_str(b, p->text_ja);
	w_str(b, p->check);
	w_str(b, p->check_text);
	w_str(b, p->check_text_ja);
	w_u16(b, (uint16_t)count);
	for (size_t n = 0; n < count; n++)
		w_u32(b, ids[n]);
}

static void
put_def(const struct sequencing *q, uint32_t index, struct wbuf *body)
{
	const struct sequence *s = &q->list[index];
	struct wbuf steps = { .len = 0 };

	for (unsigned i = 0; i < s->count; i++)
		put_step_def(s, i, &steps);
	msg_sequence_def_put(body,
	    &(struct msg_sequence_def){ .index = (uint16_t)index,
	        .count = (uint16_t)q->count,
	        .role = (uint8_t)s->def->role,
	        .name = s->def->name,
	        .title = s->def->title,
	        .title_ja = s->def->title_ja,
	        .area = s->def->area,
	        .steps = { steps.data, steps.len } });
	wbuf_done(&steps);
}

static void
put_state(const struct sequencing *q, const struct sequence *s, struct wbuf *body)
{
	struct wbuf steps = { .len = 0 };
	const struct run *r = &s->run;

	for (unsigned i = 0; i < s->count; i++) {
		w_u8(&steps, (uint8_t)r->steps[i].mark);
		w_u8(&steps, (uint8_t)s->checks[i].verdict);
		w_i64(&steps, s->checks[i].since.us);
		w_i64(&steps, r->steps[i].at.us);
		w_str(&steps, r->steps[i].by);
		w_str(&steps, r->steps[i].reason);
	}
	msg_sequence_state_put(body,
	    &(struct msg_sequence_state){ .index = (uint16_t)(s - q->list),
	        .state = (uint8_t)r->state,
	        .run = r->id,
	        .now = (uint16_t)r->now,
	        .since = r->since.us,
	        .ended = r->ended.us,
	        .user = r->user,
	        .reason = r->reason,
	        .end_user = r->end_user,
	        .end_reason = r->end_reason,
	        .steps = { steps.data, steps.len } });
	wbuf_done(&steps);
}

void
sequence_tell(struct sequencing *q, struct sequence *s)
{
	struct wbuf body = { .len = 0 }, frames = { .len = 0 };

	put_state(q, s, &body);
	if (body.len != s->told.len || memcmp(body.data, s->told.data, body.len) != 0) {
		conn_encode(&frames, W_SEQUENCE_STATE, q->generation, &body);
		q->ops->publish(&frames, q->arg);
		wbuf_reset(&s->told);
		memcpy(wbuf_grow(&s->told, body.len), body.data, body.len);
	}
	wbuf_done(&body);
	wbuf_done(&frames);
}

uint32_t
sequencing_pieces(const struct sequencing *q)
{
	return q->count;
}

void
sequencing_piece(const struct sequencing *q, uint32_t i, uint16_t generation, struct wbuf *frames)
{
	struct wbuf def = { .len = 0 }, state = { .len = 0 };

	if (q->table == NULL || i >= q->count)
		return;
	put_def(q, i, &def);
	conn_encode(frames, W_SEQUENCE_DEF, generation, &def);
	put_state(q, &q->list[i], &state);
	conn_encode(frames, W_SEQUENCE_STATE, generation, &state);
	wbuf_done(&def);
	wbuf_done(&state);
}
