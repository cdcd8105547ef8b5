/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_history.c - W_HISTORY_GET: the samples of a point, some thousands a slice.  A slice never ends between samples of one time, so
 * that the next one begins at a time of its own.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define SLICE    4096
#define FRAME    12000 /* samples that fit in one; of one time there may be more than a slice, even than a frame */
#define MOST_MAX 1000000

struct past {
	char name[POINT_NAME_MAX];
	struct query_point point;
	int64_t from, to; /* ms; from moves on */
	uint32_t most, given;
	/* of the slice */
	struct question *question;
	uint32_t count;
	int64_t last;
	bool is_cut;
};

static enum turn
begin(struct question *q, struct rbuf *r)
{
	struct past *p = q->own;
	struct msg_history_get m;

	if (!msg_history_get_get(r, &m))
		return question_end(q, ERR_FRAME, "the question for samples cannot be read");
	if (!question_span(q, m.from, m.to))
		return TURN_DONE;
	if (m.most < 1 || m.most > MOST_MAX)
		return question_end(q, ERR_USAGE, "1 to %d samples can be asked for, not %u", MOST_MAX, m.most);
	if (!str_copy(p->name, sizeof(p->name), m.point))
		return question_end(q, ERR_NOT_FOUND, "a name of a point is longer than any");
	p->from = m.from / US_PER_MS;
	p->to = (m.to + US_PER_MS - 1) / US_PER_MS;
	p->most = m.most;
	p->question = q;
	return TURN_MORE;
}

static void
put_sample(struct wbuf *b, const struct sample *s)
{
	w_i64(b, s->ms * US_PER_MS);
	w_f64(b, s->v);
	w_u16(b, s->quality);
	w_u16(b, s->cause);
}

static void
open_frame(struct past *p)
{
	p->count = 0;
	msg_history_put(&p->question->reader->out, &(struct msg_history){ .count = 0 });
}

/* The count stands before the samples and is known after them. */
static void
send_frame(struct past *p)
{
	struct wbuf *b = &p->question->reader->out;

	for (unsigned i = 0; i < 4; i++)
		b->data[i] = (uint8_t)(p->count >> (24 - 8 * i));
	if (p->count > 0)
		question_send(p->question, W_HISTORY, b);
	wbuf_reset(b);
}

static bool
take(const struct sample *s, void *arg)
{
	struct past *p = arg;

	if (p->count >= SLICE && s->ms != p->last) {
		p->from = s->ms;
		p->is_cut = true;
		return false;
	}
	if (p->count == FRAME) {
		send_frame(p);
		open_frame(p);
	}
	put_sample(&p->question->reader->out, s);
	p->last = s->ms;
	p->count++;
	return ++p->given < p->most;
}

static enum turn
step(struct question *q)
{
	struct past *p = q->own;
	enum err e;

	if (!q->has_begun && !question_point(q, p->name, &p->point))
		return TURN_DONE;
	open_frame(p);
	p->is_cut = false;
	e = query_samples(q->reader->source.query, &p->point, p->from, p->to, take, p);
	if (e != OK)
		p->count = 0;
	send_frame(p);
	if (e != OK)
		return question_failed(q, e);
	if (p->is_cut)
		return TURN_MORE;
	if (p->given >= p->most)
		return question_end(q, OK, "there may be more than the %u samples that were asked for", p->most);
	return question_end(q, OK, "%s", "");
}

const struct answer answer_history = {
	.type = W_HISTORY_GET, .size = sizeof(struct past), .begin = begin, .step = step
};
