/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_ask.c - questions whose answers come in many frames: several open at a time, told apart by the sequence of their request.
 * Frames are granted as they are taken, so that whoever answers never runs ahead of us by more than a few.
 */
#include "config.h"

#include <stdlib.h>

#include "console/client_private.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define CREDIT_STEP 4 /* frames; half of what may be under way at the beginning */

struct client_asked {
	TAILQ_ENTRY(client_asked) next;
	uint32_t number, sequence;
	const struct client_answer *answer;
	void *arg;
	unsigned taken; /* since frames were granted last */
};

static struct client_asked *
find(const struct client_private *p, uint32_t number)
{
	struct client_asked *a;

	TAILQ_FOREACH(a, &p->asked, next)
		if (a->number == number)
			return a;
	return NULL;
}

static void
drop(struct client_private *p, struct client_asked *a)
{
	TAILQ_REMOVE(&p->asked, a, next);
	free(a);
}

uint32_t
client_ask(struct client *c, uint16_t type, const struct wbuf *body, const struct client_answer *answer, void *arg)
{
	struct client_private *p = c->private;
	uint32_t sequence;

	if (p->conn == NULL || p->live == NULL || (c->phase != CLIENT_LIVE && c->phase != CLIENT_SNAPSHOT))
		return 0;
	if (conn_send(p->conn, type, 0, body, &sequence) != OK)
		return 0;

	struct client_asked *a = xcalloc(1, sizeof *a);
	if (++p->ask_number == 0)
		p->ask_number = 1;
	a->number = p->ask_number;
	a->sequence = sequence;
	a->answer = answer;
	a->arg = arg;
	TAILQ_INSERT_TAIL(&p->asked, a, next);
	return a->number;
}

void
client_forget(struct client *c, uint32_t *ask)
{
	struct client_private *p = c->private;
	struct client_asked *a = find(p, *ask);

	*ask = 0;
	if (a == NULL)
		return;
	if (p->conn != NULL)
		conn_send(p->conn, W_CANCEL, a->sequence, &(struct wbuf){ 0 }, NULL);
	drop(p, a);
}

static void
end(struct client *c, struct client_asked *a, enum err e, int addcause, const char *text)
{
	struct client_asked ended = *a;

	drop(c->private, a);
	if (ended.answer->done != NULL)
		ended.answer->done(c, e, addcause, text, ended.arg);
}

static void
got_end(struct client *c, struct client_asked *a, const struct frame *f)
{
	struct msg_result m;
	enum err e;

	if (!client_read_result(c, f, &m, &e))
		return;
	c->result_detail = m.detail;
	end(c, a, e, m.addcause == 255 ? -1 : m.addcause, m.text);
}

static void
grant(struct client_private *p, struct client_asked *a)
{
	struct wbuf b;

	if (++a->taken < CREDIT_STEP || p->conn == NULL)
		return;
	a->taken = 0;
	wbuf_init(&b);
	msg_more_put(&b, &(struct msg_more){ .frames = CREDIT_STEP });
	conn_send(p->conn, W_MORE, a->sequence, &b, NULL);
	wbuf_done(&b);
}

bool
client_ask_take(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct client_asked *a;

	TAILQ_FOREACH(a, &p->asked, next)
		if (a->sequence == f->reply_to)
			break;
	if (a == NULL)
		return false;
	if (f->type == W_RESULT) {
		got_end(c, a, f);
		return true;
	}
	uint32_t number = a->number;
	if (a->answer->frame != NULL)
		a->answer->frame(c, f, a->arg);
	a = find(p, number); /* it may have been forgotten in the meantime */
	if (a != NULL)
		grant(p, a);
	return true;
}

void
client_ask_lost(struct client *c)
{
	struct client_private *p = c->private;

	c->result_detail = 0;
	while (!TAILQ_EMPTY(&p->asked))
		end(c, TAILQ_FIRST(&p->asked), ERR_CLOSED, -1, c->why_text);
}

bool
client_is_asking(const struct client *c)
{
	return !TAILQ_EMPTY(&c->private->asked);
}

void
client_ask_free(struct client_private *p)
{
	while (!TAILQ_EMPTY(&p->asked))
		drop(p, TAILQ_FIRST(&p->asked));
}

void
client_answer_said(enum err e, const char *text, bool is_read, const char *what, char *buf, size_t size)
{
	buf[0] = '\0';
	if (e != OK)
		text_put_safe(buf, size, text, -1);
	else if (!is_read)
		str_printf(buf, size, "chisand sent no %s that can be read", what);
}
