/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.c - whose turn it is, in the order of jobs.h.
 */
#include "config.h"

#include <string.h>

#include "scada/planner/jobs.h"

void
jobs_clear(struct jobs *j)
{
	wbuf_reset(&j->ask);
	wbuf_reset(&j->preview);
	j->is_again = j->is_preview_next = false;
}

void
jobs_done(struct jobs *j)
{
	wbuf_done(&j->ask);
	wbuf_done(&j->preview);
}

static void
put(struct wbuf *b, const uint8_t *body, size_t len)
{
	wbuf_reset(b);
	memcpy(wbuf_grow(b, len), body, len);
}

/* What stood still when the question was put may run by now: figures of both would be compared with nothing that is true. */
static bool
renew(struct jobs *j)
{
	struct wbuf b = { .len = 0 };
	struct msg_plan_preview m;
	struct rbuf r;

	rbuf_init(&r, j->preview.data, j->preview.len);
	bool ok = msg_plan_preview_get(&r, &m);
	if (ok) {
		m.ask = (struct msg_bytes){ j->ask.data, j->ask.len };
		msg_plan_preview_put(&b, &m);
	}
	wbuf_done(&j->preview);
	j->preview = b;
	return ok;
}

bool
jobs_take_ask(struct jobs *j, const uint8_t *body, size_t len)
{
	put(&j->ask, body, len);
	j->is_again = j->is_preview_next = false;
	return j->preview.len == 0 || renew(j);
}

void
jobs_take_preview(struct jobs *j, const uint8_t *body, size_t len)
{
	put(&j->preview, body, len);
}

enum job
jobs_next(const struct jobs *j)
{
	if (j->preview.len > 0 && (j->ask.len == 0 || j->is_preview_next))
		return JOB_PREVIEW;
	return j->ask.len > 0 ? JOB_PLAN : JOB_NONE;
}

void
jobs_planned(struct jobs *j, enum planning_end end)
{
	j->is_again = end == PLANNING_AGAIN || end == PLANNING_LATE;
	j->is_preview_next = end == PLANNING_AGAIN; /* one that came late is not there at all yet */
	if (!j->is_again)
		wbuf_reset(&j->ask);
}

void
jobs_previewed(struct jobs *j, bool gave_way)
{
	j->is_preview_next = false;
	if (!gave_way)
		wbuf_reset(&j->preview);
}
