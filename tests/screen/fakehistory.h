/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakehistory.h - made history for tests, the same in every run: curves with bands, a pause in which nobody looked, bad and uncertain
 * stretches, journal entries and notes. Answers W_TREND_GET, W_HISTORY_GET and W_JOURNAL_GET as chisand would.
 *
 * Before `now`: 25m to 20m the device fails; 10m to 8m stale; 40m to 37m not looked at; also each day 18:00 to 19:00 UTC.
 * The record begins 400 days before now.
 */
#ifndef CHISAN_FAKEHISTORY_H
#define CHISAN_FAKEHISTORY_H

#include "scada/base/conn.h"
#include "scada/base/trend.h"

struct fakehistory_point {
	const char *name, *unit;
	enum point_kind kind;
	int decimals;
	double lo, hi; /* of its curve; NaN = 0 and 100 */
};
struct fakehistory {
	struct utc now;
	/* false: there is no such point */
	bool (*find)(const char *name, struct fakehistory_point *p, void *arg);
	void *arg;
	/* "" as it should be; "mute" no answer; "gone" the reader is not running; "busy"; "cut" half an answer, then nothing */
	const char *mode;
	unsigned asked, cancelled; /* questions and W_CANCEL so far */
	unsigned open, most_open;  /* trends asked and neither answered nor cancelled */
};

/* false: it is no question of these. A point that ends in ".HUGE" has no history, ".EVIL" is busy, ".BITS" never answered. */
bool fakehistory_answer(struct fakehistory *h, struct conn *c, const struct frame *f);
/* One bucket as it would be sent. */
void fakehistory_bucket(
    const struct fakehistory *h, const struct fakehistory_point *p, struct utc from, int64_t step_us, struct bucket *b);

#endif
