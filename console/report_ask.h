/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_ask.h - a report that a page asks for: one question at a time, and what came whole. For the pages that read reports.
 */
#ifndef CHISAN_REPORT_ASK_H
#define CHISAN_REPORT_ASK_H

#include "console/client.h"
#include "console/rgot.h"

struct report_ask {
	struct rgot incoming;
	struct client *client;
	uint32_t asked; /* 0 = no question is open */
	void *owner;
	/*
	 * From the loop, once for each question that was not forgotten. got: the whole report, its content becomes the callee's
	 * (wbuf_done); NULL: why there is none, in a sentence that is safe to show.
	 */
	void (*done)(void *owner, struct rgot *got, const char *why);
};

/* Puts a question, a body of W_REPORT_GET, in place of the one that is open. false: there is no link, and done is not called. */
bool report_ask_put(struct report_ask *a, struct client *c, const struct wbuf *question);
void report_ask_forget(struct report_ask *a);

#endif
