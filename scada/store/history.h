/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.h - writing samples: open runs in memory, a row of the tail each second for durability, full runs sealed into chunks.
 * Nothing here reads a clock.
 *
 *   put -> open run (late ones find their place) -> commit: tail row + sealed and aged runs + scans + batch number, one transaction
 */
#ifndef CHISAN_HISTORY_H
#define CHISAN_HISTORY_H

#include "scada/site/site.h"
#include "scada/store/codec.h"
#include "scada/store/db.h"

#define HISTORY_AGE_MS (20 * 60 * 1000) /* a run is written again at latest after so long, while the tail is long */
#define HISTORY_CALM_MS \
	(4 * 60 * 60 * 1000) /* and while it is short: a page written for a few samples wears flash out */
#define HISTORY_CALM_SIZE (4 * 1024 * 1024) /* bytes of tail that are short */
#define HISTORY_LATE_MS   (60 * 1000)      /* a sample so far behind is late: what was made of its time is made again */
#define HISTORY_FUTURE_MS (10 * 60 * 1000) /* a source so far ahead has a wrong clock */
#define HISTORY_PAST_MS   (10 * 60 * 1000) /* a source so far behind may have one */

struct history;

/* Reads back open runs and the tail. NULL: db->text says why. The database stays the caller's. */
struct history *history_open(struct db *db);
void history_close(struct history *h); /* what was put since the last commit is lost; NULL is fine */

/* Gives the points of the site their permanent keys (by name or `was`), in a transaction of its own. Numbers of history_put from now on. */
enum err history_site(struct history *h, const struct site *s, int64_t now_ms);

/*
 * A sample into its run. Unknown points, and those that are not recorded, are dropped; so is one that is the same as the one before
 * it, time and all. Allocates only while runs grow. received: when chisand got it, by its own clock; not when this is called.
 * A clock that is wrong: times outside of 2024..2100, more than HISTORY_FUTURE_MS ahead of `received`, or more than HISTORY_PAST_MS
 * behind it in a time in which the device was looked at anyhow, or before it ever was. They become `received` with RECORD_CLOCK.
 * If `received` itself is impossible (a server that begins in 1970), samples keep their own times, in their order, with RECORD_CLOCK.
 * Behind, in a time in which the device was not looked at (it kept its samples, the line was down), or entered by hand: late data.
 */
void history_put(struct history *h, point_id point, const struct sample *s, int64_t received_ms);
/* Scans of a batch are given before its samples. device: its number in the site, DEVICE_NONE: Chisan itself, with its calculations. */
void history_scan(struct history *h, uint32_t device, int64_t first_ms, int64_t last_ms, int64_t allowed_ms);
void history_lost(struct history *h, int64_t from_ms, int64_t to_ms, uint32_t lost, const char *why);

/* All that was put since the last commit, durable on OK, with the number of the batch. On failure it stays in memory: call again. */
enum err history_commit(struct history *h, int64_t now_ms, uint64_t boot, uint64_t batch);
uint64_t history_batch(const struct history *h, uint64_t boot); /* newest durable one of this boot; 0 = none */
int64_t history_last_ms(const struct history *h);               /* newest durable sample; 0 = none */

/* A step of housekeeping: rolls of past days, samples beyond their retention; at most a few ms. True: there is more to do. */
bool history_tidy(struct history *h, const struct site *s, int64_t now_ms);

size_t history_bytes(const struct history *h); /* memory that open runs take */

#endif
