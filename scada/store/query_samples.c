/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_samples.c - samples as they came, to the bit; and what held at a time.
 */
#include "config.h"

#include "scada/store/query_private.h"

struct giving {
	bool (*each)(const struct sample *s, void *arg);
	void *arg;
	const struct sample *held; /* that is still to be told; NULL = none */
	int64_t from;
	bool goes_on;
};

static void
give(struct giving *g, const struct piece *p)
{
	/* what a sample at `from` itself replaces held for no time */
	if (p->n > 0 && g->held != NULL) {
		g->goes_on = p->s[0].ms == g->from || g->each(g->held, g->arg);
		g->held = NULL;
	}
	for (size_t i = 0; g->goes_on && i < p->n; i++)
		g->goes_on = g->each(&p->s[i], g->arg);
}

static enum err
give_all(struct query *q, const struct query_point *p, int64_t to, struct giving *g)
{
	struct runs *r = runs_open(q, p, g->from, to);
	struct piece piece;
	enum err e;

	while (g->goes_on && runs_next(r, &piece)) {
		if (piece.is_run)
			runs_decode(r, &piece);
		give(g, &piece);
	}
	if (g->goes_on && g->held != NULL)
		(void)g->each(g->held, g->arg);
	e = runs_error(r);
	runs_close(r);
	return e;
}

enum err
query_samples(struct query *q, const struct query_point *p, int64_t from, int64_t to,
    bool (*each)(const struct sample *s, void *arg), void *arg)
{
	struct giving g = { .each = each, .arg = arg, .from = query_time(from), .goes_on = true };
	struct sample held;
	enum err e;

	if (from >= to)
		return OK;
	e = query_begin(q);
	if (e != OK)
		return e;
	e = runs_before(q, p, g.from - 1, false, &held);
	if (e == OK)
		g.held = &held;
	if (e == OK || e == ERR_NOT_FOUND)
		e = give_all(q, p, query_time(to), &g);
	query_end(q);
	return e;
}

enum err
query_at(struct query *q, const struct query_point *p, int64_t ms, struct sample *out)
{
	enum err e = query_begin(q);

	ms = query_time(ms);
	if (e != OK)
		return e;
	e = runs_before(q, p, ms, false, out);
	if (e == OK && out->ms != ms && !query_is_seen(q, p, ms))
		e = ERR_NOT_FOUND;
	query_end(q);
	return e;
}
