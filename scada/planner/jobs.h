/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.h - what chisan-planner has to do next: the newest ask for a plan and the newest question about an override, and whose turn it is. Pure.
 *
 * 1 a plan that is asked for goes first; chisand asks in the middle of a question only where something has happened (plans.h)
 * 2 then whoever waits for what an override would do
 * 3 then the better plan behind one that was made at once, and then the next question: neither keeps the other waiting for ever
 * A question that gave way to a plan keeps its turn behind it, and is asked of how the district stands by then.
 */
#ifndef CHISAN_JOBS_H
#define CHISAN_JOBS_H

#include "scada/planner/planning.h"

enum job { JOB_NONE, JOB_PLAN, JOB_PREVIEW };

struct jobs {
	struct wbuf ask, preview; /* bodies of W_PLAN_ASK and W_PLAN_PREVIEW; empty = none */
	bool is_again;            /* the ask was answered at once: a better plan is to follow */
	bool is_preview_next;     /* before that better plan */
};

void jobs_clear(struct jobs *j); /* nothing is to be done; j goes on to be used */
void jobs_done(struct jobs *j);
/* A newer one takes the place of what waited. False: it waits, but the question beside it cannot be read and is none any longer. */
bool jobs_take_ask(struct jobs *j, const uint8_t *body, size_t len);
void jobs_take_preview(struct jobs *j, const uint8_t *body, size_t len);

enum job jobs_next(const struct jobs *j);
void jobs_planned(struct jobs *j, enum planning_end end);
void jobs_previewed(struct jobs *j, bool gave_way);

#endif
