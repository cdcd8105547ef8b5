/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay.c - a table of open questions.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/core/relay.h"

static const char gone_text[] = "the program that reads the history is not running; ask again in a moment";

struct question {
	struct conn *client;
	uint32_t asked;     /* sequence at the client's */
	uint32_t sequence;  /* at the reader's; 0 = free */
	uint32_t held_back; /* frames granted and not passed on */
};

struct relay {
	const struct relay_ops *ops;
	void *arg;
	struct conn *reader; /* NULL = not up */
	struct question questions[RELAY_MAX];
	uint32_t own; /* sequence of chisand's own question at the reader; 0 = none is open */
	struct wbuf body;
};

struct relay *
relay_new(const struct relay_ops *ops, void *arg)
{
	struct relay *r = xcalloc(1, sizeof(*r));

	r->ops = ops;
	r->arg = arg;
	return r;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	wbuf_done(&r->body);
	free(r);
}

static const struct wbuf *
copy(struct relay *r, const struct frame *f)
{
	wbuf_reset(&r->body);
	if (f->length > 0)
		memcpy(wbuf_grow(&r->body, f->length), f->body, f->length);
	return &r->body;
}

/* ---- up and down */

void
relay_up(struct relay *r, struct conn *reader)
{
	r->reader = reader;
}

void
relay_down(struct relay *r)
{
	r->reader = NULL;
	for (size_t i = 0; i < RELAY_MAX; i++) {
		struct question q = r->questions[i];

		r->questions[i] = (struct question){ 0 };
		if (q.sequence != 0)
			conn_result(q.client, q.asked, ERR_CLOSED, -1, "%s", gone_text);
	}
	if (r->own == 0)
		return;
	r->own = 0;
	r->ops->own(NULL, r->arg);
}

/* ---- clients */

static bool
is_question(uint16_t type)
{
	switch (type) {
	case W_TREND_GET:
	case W_HISTORY_GET:
	case W_JOURNAL_GET:
	case W_VERIFY_GET:
	case W_REPORT_GET:
	case W_REPORT_LIST:
	case W_BACKUP_GET: return true;
	default: return false;
	}
}

static void
ask(struct relay *r, struct conn *client, const struct frame *f)
{
	struct question *q = NULL;
	uint32_t open = 0, of_client = 0;

	for (size_t i = 0; i < RELAY_MAX; i++) {
		open += r->questions[i].sequence != 0;
		of_client += r->questions[i].sequence != 0 && r->questions[i].client == client;
		if (r->questions[i].sequence == 0 && q == NULL)
			q = &r->questions[i];
	}
	if (r->reader == NULL) {
		conn_result(client, f->sequence, ERR_CLOSED, -1, "%s", gone_text);
	} else if (of_client >= RELAY_EACH) {
		conn_result(client, f->sequence, ERR_BUSY, -1, "%u questions of yours are open already; let one end",
		    of_client);
	} else if (q == NULL) {
		conn_result(
		    client, f->sequence, ERR_BUSY, -1, "%u questions are open already; ask again in a moment", open);
	} else if (conn_send(r->reader, f->type, 0, copy(r, f), &q->sequence) != OK) {
		q->sequence = 0;
		conn_result(client, f->sequence, ERR_CLOSED, -1, "%s", gone_text);
	} else {
		q->client = client;
		q->asked = f->sequence;
		q->held_back = 0;
	}
}

bool
relay_own(struct relay *r, uint16_t type, const struct wbuf *body)
{
	if (r->reader == NULL || r->own != 0)
		return false;
	if (conn_send(r->reader, type, 0, body, &r->own) != OK)
		r->own = 0;
	return r->own != 0;
}

static struct question *
find_asked(struct relay *r, const struct conn *client, uint32_t asked)
{
	for (size_t i = 0; i < RELAY_MAX; i++)
		if (r->questions[i].sequence != 0 && r->questions[i].client == client && r->questions[i].asked == asked)
			return &r->questions[i];
	return NULL; /* it ended while this was on its way */
}

/* What still comes of it finds no question. */
static void
call_back(struct relay *r, struct question *q)
{
	if (r->reader != NULL)
		conn_send(r->reader, W_CANCEL, q->sequence, NULL, NULL);
	*q = (struct question){ 0 };
}

static void
pass_on(struct relay *r, struct question *q)
{
	struct msg_more m = { .frames = (uint16_t)(q->held_back > UINT16_MAX ? UINT16_MAX : q->held_back) };

	if (r->reader == NULL || m.frames == 0 || conn_queued(q->client) > RELAY_QUEUE)
		return;
	wbuf_reset(&r->body);
	msg_more_put(&r->body, &m);
	conn_send(r->reader, W_MORE, q->sequence, &r->body, NULL);
	q->held_back -= m.frames;
}

bool
relay_ask(struct relay *r, struct conn *client, const struct frame *f)
{
	struct question *q;
	struct msg_more m;
	struct rbuf b;

	if (is_question(f->type)) {
		ask(r, client, f);
		return true;
	}
	if (f->type != W_MORE && f->type != W_CANCEL)
		return false;
	q = find_asked(r, client, f->reply_to);
	if (q == NULL)
		return true;
	if (f->type == W_CANCEL) {
		call_back(r, q);
		return true;
	}
	rbuf_init(&b, f->body, f->length);
	if (msg_more_get(&b, &m)) {
		q->held_back += m.frames;
		if (q->held_back > UINT16_MAX)
			q->held_back = UINT16_MAX; /* no answer is so long that it needs more at once */
		pass_on(r, q);
	}
	return true;
}

void
relay_forget(struct relay *r, const struct conn *client)
{
	for (size_t i = 0; i < RELAY_MAX; i++)
		if (r->questions[i].sequence != 0 && r->questions[i].client == client)
			call_back(r, &r->questions[i]);
}

void
relay_tick(struct relay *r)
{
	for (size_t i = 0; i < RELAY_MAX; i++)
		if (r->questions[i].sequence != 0)
			pass_on(r, &r->questions[i]);
}

/* ---- the reader */

static bool
is_answer(uint16_t type)
{
	switch (type) {
	case W_TREND:
	case W_HISTORY:
	case W_JOURNAL:
	case W_VERIFIED:
	case W_REPORT:
	case W_REPORT_DATA:
	case W_BACKUP:
	case W_RESULT: return true;
	default: return false;
	}
}

enum err
relay_frame(struct relay *r, const struct frame *f)
{
	if (f->type == W_REPORT_FILE) {
		r->ops->file(f->body, f->length, r->arg);
		return OK;
	}
	if (f->type == W_PONG || f->type == W_BYE || f->type == W_STORE_HEALTH)
		return OK;
	if (!is_answer(f->type))
		return ERR_FRAME;
	if (r->own != 0 && f->reply_to == r->own) {
		if (f->type == W_RESULT)
			r->own = 0;
		r->ops->own(f, r->arg);
		return OK;
	}
	for (size_t i = 0; i < RELAY_MAX && f->reply_to != 0; i++) {
		struct question *q = &r->questions[i];
		struct question was = *q;

		if (q->sequence != f->reply_to)
			continue;
		if (f->type == W_RESULT)
			*q = (struct question){ 0 };
		conn_send(was.client, f->type, was.asked, copy(r, f), NULL);
		return OK;
	}
	return OK; /* also what answers a question that was called back */
}

uint32_t
relay_open(const struct relay *r)
{
	uint32_t open = 0;

	for (size_t i = 0; i < RELAY_MAX; i++)
		open += r->questions[i].sequence != 0;
	return open;
}
