/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.c - who waits for which answer, and the memory of tokens: the same request again gets the first outcome, another one with
 * the token of the first is refused.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/control/control_private.h"

static void
free_request(struct request *r)
{
	wbuf_done(&r->body);
	free(r);
}

static void
answer(struct control *c, const struct request *r, const struct waiter *w)
{
	if (w->asker != NULL)
		c->ops->answer(w->asker, w->sequence, r->e, r->addcause, r->detail, r->text, c->arg);
}

static void
refuse(struct control *c, void *asker, uint32_t sequence, enum err e, int addcause, const char *text)
{
	c->ops->answer(asker, sequence, e, addcause, (enum result_detail)0, text, c->arg);
}

static bool
is_same(const struct request *r, uint16_t type, const struct wbuf *body)
{
	return r->type == type && r->body.len == body->len && memcmp(r->body.data, body->data, body->len) == 0;
}

static const struct request *
find(const struct request_list *list, uint64_t token, uint32_t uid)
{
	const struct request *r;

	TAILQ_FOREACH(r, list, entry)
		if (r->token == token && r->uid == uid)
			return r;
	return NULL;
}

/* True: it was there before, and is seen to. */
static bool
is_repeated(struct control *c, uint16_t type, uint64_t token, const struct wbuf *body, const struct actor *by,
    void *asker, uint32_t sequence)
{
	const struct request *done, *open;
	struct request *r;

	if (token == 0)
		return false;
	done = find(&c->done, token, by->uid);
	open = find(&c->open, token, by->uid);
	if (done == NULL && open == NULL)
		return false;
	if (!is_same(done != NULL ? done : open, type, body)) {
		refuse(c, asker, sequence, ERR_REFUSED, AC_INCONSISTENT,
		    "its token is that of another act of yours, and nothing is done: send it again with a token of its "
		    "own");
		return true;
	}
	if (done != NULL) {
		answer(c, done, &(struct waiter){ asker, by->session, sequence });
		return true;
	}
	TAILQ_FOREACH(r, &c->open, entry)
		if (r == open && r->waiter_count < WAITERS_MAX) {
			r->waiters[r->waiter_count++] = (struct waiter){ asker, by->session, sequence };
			return true;
		}
	refuse(c, asker, sequence, ERR_BUSY, AC_ALREADY_IN_EXECUTION, "this is being done already");
	return true;
}

struct request *
request_begin(struct control *c, uint16_t type, uint64_t token, const struct wbuf *body, const struct actor *by,
    void *asker, uint32_t sequence)
{
	struct request *r;

	if (is_repeated(c, type, token, body, by, asker, sequence))
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->type = type;
	r->token = token;
	r->uid = by->uid;
	wbuf_init(&r->body);
	if (body->len > 0)
		memcpy(wbuf_grow(&r->body, body->len), body->data, body->len);
	r->waiters[r->waiter_count++] = (struct waiter){ asker, by->session, sequence };
	TAILQ_INSERT_TAIL(&c->open, r, entry);
	return r;
}

void
request_end(
    struct control *c, struct request *r, enum err e, int addcause, enum result_detail detail, const char *fmt, ...)
{
	struct request *oldest;
	va_list ap;

	if (r == NULL)
		return;
	r->e = e;
	r->addcause = addcause;
	r->detail = detail;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	TAILQ_REMOVE(&c->open, r, entry);
	for (unsigned i = 0; i < r->waiter_count; i++)
		answer(c, r, &r->waiters[i]);
	r->waiter_count = 0;
	if (r->token == 0 || e == ERR_BUSY) { /* busy: nothing was decided, who tries again may be luckier */
		free_request(r);
		return;
	}
	TAILQ_INSERT_TAIL(&c->done, r, entry);
	if (++c->done_count <= REMEMBERED)
		return;
	oldest = TAILQ_FIRST(&c->done);
	TAILQ_REMOVE(&c->done, oldest, entry);
	c->done_count--;
	free_request(oldest);
}

void
request_forget(struct control *c, const void *session)
{
	struct request *r;

	TAILQ_FOREACH(r, &c->open, entry)
		for (unsigned i = 0; i < r->waiter_count; i++)
			if (r->waiters[i].session == session)
				r->waiters[i].asker = NULL;
}

static void
free_list(struct request_list *list)
{
	struct request *r;

	while ((r = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, r, entry);
		free_request(r);
	}
}

void
request_free_all(struct control *c)
{
	free_list(&c->open);
	free_list(&c->done);
}
