/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_ask.c - a question for a report, its frames gathered until it is whole.
 */
#include "config.h"

#include "console/report_ask.h"
#include "scada/base/text.h"

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct report_ask *a = arg;

	(void)c;
	rgot_take(&a->incoming, f);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct report_ask *a = arg;
	struct rgot got = a->incoming;
	char why[200];

	(void)c;
	(void)addcause;
	a->asked = 0;
	a->incoming = (struct rgot){ 0 };
	if (e == OK && got.has_head && !got.is_too_big) {
		a->done(a->owner, &got, NULL);
		return;
	}
	wbuf_done(&got.content);
	text_put_safe(why, sizeof why, e != OK ? text : "the server sent no report that can be used", -1);
	a->done(a->owner, NULL, why);
}

static const struct client_answer answer = { answer_frame, answer_done };

void
report_ask_forget(struct report_ask *a)
{
	if (a->asked != 0)
		client_forget(a->client, &a->asked);
	wbuf_done(&a->incoming.content);
	a->incoming = (struct rgot){ 0 };
}

bool
report_ask_put(struct report_ask *a, struct client *c, const struct wbuf *question)
{
	report_ask_forget(a);
	wbuf_init(&a->incoming.content);
	a->client = c;
	a->asked = client_ask(c, W_REPORT_GET, question, &answer, a);
	return a->asked != 0;
}
