/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_marks.h - the journal beside a trend, in the time that is looked at: entries about its points, communication of their devices,
 * and what is about no point: notes, starts and stops of the server.
 */
#ifndef CHISAN_TREND_MARKS_H
#define CHISAN_TREND_MARKS_H

#include "console/client.h"

#define TREND_MARKS_MAX 1000 /* entries kept; of more, the newest */

struct trend_mark {
	uint64_t seq;
	struct utc time;
	uint16_t kind;
	char *point, *user, *text, *before, *after; /* own memory, raw */
};
struct trend_marks;
struct trend_marks *trend_marks_new(struct client *c, void (*changed)(void *arg), void *arg);
void trend_marks_free(struct trend_marks *m); /* NULL is fine */

/* The points and the time that are looked at; asks for what is not known, one question at a time. */
void trend_marks_want(struct trend_marks *m, const char (*names)[POINT_NAME_MAX], int count, struct utc from,
    struct utc to, struct utc now);
void trend_marks_reset(struct trend_marks *m); /* the link is new */
/* An entry as it is recorded. true: it is one of these. */
bool trend_marks_take(struct trend_marks *m, const struct msg_journal *e);

int trend_marks_count(const struct trend_marks *m);
const struct trend_mark *trend_marks_at(const struct trend_marks *m, int i); /* in order of time */
/* Why they are not known; "" = they are, or will be. */
const char *trend_marks_trouble(const struct trend_marks *m);
bool trend_marks_are_asked(const struct trend_marks *m);

#endif
