/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_feed.h - the buckets that a trend shows: asked of the server, kept for when they are wanted again, and carried on by live
 * values between two questions. At most one question a pen is under way; one that nobody waits for any more is forgotten.
 */
#ifndef CHISAN_TREND_FEED_H
#define CHISAN_TREND_FEED_H

#include "console/client.h"
#include "scada/base/trend.h"

#define TREND_PENS        4
#define TREND_COLUMNS_MAX 2000 /* fine columns wanted at a time */

struct trend_feed;
/* changed: there is something new to show. It is called from the loop. */
struct trend_feed *trend_feed_new(struct client *c, void (*changed)(void *arg), void *arg);
void trend_feed_free(struct trend_feed *f); /* forgets what is under way; NULL is fine */

/* Those that were there before keep what is known of them. */
void trend_feed_set_pens(struct trend_feed *f, const char (*names)[POINT_NAME_MAX], int count);
/* These columns are looked at: column i begins at i * step_us. Asks for what is not known of them. */
void trend_feed_want(struct trend_feed *f, int64_t step_us, int64_t first, int count, struct utc now);
/* A live value; is_seen: the server is there and the value was read. About once a second. */
void trend_feed_live(struct trend_feed *f, int pen, const struct value *v, bool is_seen, struct utc now);
/* Asks for what is complete by now, again for what failed, and gives up what was never answered. */
void trend_feed_second(struct trend_feed *f, struct utc now);
/* The link is new: questions are asked anew. */
void trend_feed_reset(struct trend_feed *f, struct utc now);

/* Buckets of the columns wanted, into out[count]; what is not known is empty: nothing seen, no number. */
void trend_feed_get(const struct trend_feed *f, int pen, struct utc now, struct bucket *out);

struct trend_feed_state {
	bool is_asking;
	struct utc since; /* of the question */
	bool is_known;    /* all columns that are wanted were answered once */
	enum err err;     /* of the last answer */
	const char *text; /* its sentence */
	struct utc again; /* when it is asked again */
};
struct trend_feed_state trend_feed_state(const struct trend_feed *f, int pen);
/* What the record knows of a point, for those that are gone from the site. */
struct trend_feed_point {
	bool is_known; /* an answer came */
	enum point_kind kind;
	int decimals;
	char unit[64];
};
const struct trend_feed_point *trend_feed_point(const struct trend_feed *f, int pen);
int trend_feed_open(const struct trend_feed *f); /* questions under way */

#endif
