/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h - the items of one device that share a period: their blocks, the scan that runs through them, and what the
 * answers make of them. A block that the device refuses is split, down to the item, and the items that stay refused keep
 * their reason without being asked for; all of it is tried anew after a while and on each new connection. A reply of another size than
 * asked is such a refusal too, by a device that knows no exceptions; of an item alone, when it comes twice.
 */
#ifndef CHISAN_SCAN_H
#define CHISAN_SCAN_H

#include "drivers/decode.h"
#include "drivers/plan.h"
#include "drivers/timer.h"

#define SCAN_REFUSED_RETRY_US (600 * US_PER_S) /* what was refused is asked for again in full */
#define SCAN_BUSY_TRIES       3
#define SCAN_DOUBTS           2 /* replies of another size after which an item is not asked for any more */
#define SCAN_BUSY_WAIT_US     (50 * US_PER_MS) /* doubled from try to try */

struct sample {
	point_id point;
	enum err cause;
	double value;
};

enum block_state { BLOCK_IDLE, BLOCK_WANTED, BLOCK_SENT, BLOCK_WAITS };

struct scan {
	const struct setup *config;
	struct reading *readings; /* of all items of the generation, by item */
	uint32_t period_us;
	struct mono due; /* when the next one is to start; stays on its grid */
	struct plan_item *items;
	uint32_t item_count;
	struct block *blocks; /* room for one an item: as far as splitting can go */
	uint32_t block_count;
	struct block *whole; /* as planned, to go back to */
	uint32_t whole_count;
	uint32_t cursor, left;  /* next block to ask for; blocks of the running scan that are not done, 0 = none runs */
	struct mono busy_until; /* blocks that the device was too busy for are asked again then; 0 = none */
	struct mono split_since; /* first refusal; 0 = none */
};

/* Where samples go: all of one block at a time. */
struct scan_out {
	void (*give)(void *arg, struct utc time, const struct sample *samples, uint32_t count);
	void *arg;
	struct sample *scratch; /* room for one an item */
};

/* `items` are the numbers of the items, all of one device. */
void scan_init(struct scan *s, const struct setup *config, struct reading *readings, const struct cfg_device *limits,
    const uint32_t *items, uint32_t count);
void scan_done(struct scan *s);
/* The addresses of its items have changed: its blocks are laid out anew. Only while no block is sent. */
void scan_replan(struct scan *s, const struct cfg_device *limits);

/*
 * Begins a scan: every block is wanted once, but for those of which all items are off. Samples of refused items leave at once, with
 * their reason.
 */
void scan_start(struct scan *s, struct moment now, const struct scan_out *out);
/* Begins one that wants a single block, be it one whose items are off: to see whether the device answers. None must run. */
void scan_probe(struct scan *s);
/* The next block to ask for, marked as sent; PLAN_NONE = none now. */
uint32_t scan_next(struct scan *s, struct moment now);
bool scan_has_work(const struct scan *s, struct moment now);
void scan_abort(struct scan *s);
/* Forgets refusals and splits. Only while no block is sent. */
void scan_restore(struct scan *s);

/*
 * The answer to a block. time: middle of the transaction. Returns true if the answer changed what will be asked for
 * (split, refused, put off) and is therefore worth a line in the log once.
 */
bool scan_answer(struct scan *s, uint32_t block, const struct answer *a, struct moment now, struct utc time,
    const struct scan_out *out);
/* The device answers again: what it answered with another size while it came to its senses is asked for anew. */
void scan_reconsider(struct scan *s);
/* Is all that it would ask for refused because replies had another size? */
bool scan_is_nonsense(const struct scan *s);

/* The block that an item is read with, as it stands now; false: the item is not asked for here. A copy, good until scan_done. */
bool scan_find(const struct scan *s, uint32_t item, struct block *out);
/* The answer to a read of that block beside the scan: its items as samples; an exception says nothing, the scan will meet it. */
void scan_show(
    struct scan *s, const struct block *b, const struct answer *a, struct utc time, const struct scan_out *out);

static inline bool
scan_is_running(const struct scan *s)
{
	return s->left > 0;
}

#endif
