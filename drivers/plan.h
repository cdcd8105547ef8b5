/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - the fewest requests that read a set of items. An item and its scale factor stay in one request; a block keeps
 * within the device's longest, bridges unused registers up to max_gap, and never touches a forbidden one.
 * A block that the device refuses is split; the item alone is the end of it. Pure, nothing is allocated.
 */
#ifndef CHISAN_PLAN_H
#define CHISAN_PLAN_H

#include "drivers/setup.h"

#define PLAN_NONE UINT32_MAX

/* One item as an interval of its table. */
struct plan_item {
	uint32_t item;   /* the caller's number */
	uint16_t lo, hi; /* first and last register or bit, its scale factor included */
	uint8_t table;
	bool has_sf;
	uint16_t absent; /* enum err: the device has no such place; OK = it has */
	/* plan_build's own */
	uint16_t reach; /* the last register that this item or one before it uses */
	uint32_t block;
};

struct block {
	uint32_t first, items; /* its items in the array of plan_items */
	uint16_t address, count;
	uint8_t table;
	uint16_t refused; /* enum err: never ask; OK = it can be asked */
	/* the poll engine's */
	uint8_t state, tries;
	uint8_t doubts; /* replies of another size than asked, in a row */
	uint32_t next;  /* PLAN_NONE = last */
};

/* The interval of an item. */
struct plan_item plan_item(const struct cfg_item *it, uint32_t number);

/*
 * Sorts items and lays out blocks (room for count); returns how many. Items of a block stand together. An item that no
 * request can read has a block of its own with refused set: ERR_CONFIG (forbidden or wider than the longest block) or
 * ERR_SCALE_FACTOR (too far from its scale factor).
 */
uint32_t plan_build(struct plan_item *items, uint32_t count, const struct cfg_device *limits, struct block *blocks);

/* Cuts b in two at its widest gap, else in the middle. False: its items cannot be parted. */
bool plan_split(const struct plan_item *items, struct block *b, struct block *right);

#endif
