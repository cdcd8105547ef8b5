/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_journal.c - W_JOURNAL_GET: entries that pass a filter, a frame each, as many a slice as were granted.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/store/journal.h"
#include "scada/store/reader_private.h"

#define SLICE_ROWS    2000
#define SLICE_ENTRIES 64

struct reading {
	struct msg_journal_get filter;
	char *point, *user, *text; /* of the filter */
	struct journal_scan *scan;
	unsigned sent; /* in this slice */
};

static enum turn
begin(struct question *q, struct rbuf *r)
{
	struct reading *g = q->own;
	struct msg_journal_get m;

	if (!msg_journal_get_get(r, &m))
		return question_end(q, ERR_FRAME, "the question for the journal cannot be read");
	if (m.from < 0 || m.to < 0 || (m.to != 0 && m.from >= m.to))
		return question_end(
		    q, ERR_USAGE, "the begin of a span lies before its end, and after 1970; 0 leaves it open");
	g->filter = m;
	g->filter.point = g->point = xstrdup(m.point);
	g->filter.user = g->user = xstrdup(m.user);
	g->filter.text = g->text = xstrdup(m.text);
	return TURN_MORE;
}

static bool
send(const struct msg_journal *entry, void *arg)
{
	struct question *q = arg;
	struct reading *g = q->own;
	static struct journal_room room; /* one loop, one entry at a time */
	const struct msg_journal m = journal_fit(entry, &room);

	msg_journal_put(&q->reader->out, &m);
	question_send(q, W_JOURNAL, &q->reader->out);
	return q->credit > 0 && ++g->sent < SLICE_ENTRIES;
}

static enum turn
step(struct question *q)
{
	struct reading *g = q->own;
	bool done;
	enum err e;

	if (g->scan == NULL)
		g->scan = journal_scan_new(&q->reader->source.db, &g->filter);
	g->sent = 0;
	e = journal_scan_step(g->scan, SLICE_ROWS, send, q, &done);
	if (e != OK)
		return question_failed(q, e);
	return done ? question_end(q, OK, "%s", "") : TURN_MORE;
}

static void
end(struct question *q)
{
	struct reading *g = q->own;

	journal_scan_free(g->scan);
	free(g->point);
	free(g->user);
	free(g->text);
}

const struct answer answer_journal = {
	.type = W_JOURNAL_GET, .size = sizeof(struct reading), .begin = begin, .step = step, .end = end
};
