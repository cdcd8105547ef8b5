/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.c - which registers to ask for together. Greedy from the left is the least number of blocks: of all blocks that hold
 * the leftmost item, the one that begins with it reaches farthest, and what it takes more never makes the rest need more.
 * For that a gap counts registers that no item uses, whichever block reads the item.
 */
#include "config.h"

#include <stdlib.h>

#include "drivers/plan.h"

#define BITS_A_REGISTER 16 /* max_gap counts registers; of bits it bridges as many bytes on the wire */

struct plan_item
plan_item(const struct cfg_item *it, uint32_t number)
{
	struct plan_item p = {
		.item = number, .table = it->table, .lo = it->address, .has_sf = it->has_sf, .absent = it->place.absent
	};

	p.hi = (uint16_t)(it->address + raw_type_registers(it->type) - 1);
	if (it->has_sf && it->sf_address < p.lo)
		p.lo = it->sf_address;
	if (it->has_sf && it->sf_address > p.hi)
		p.hi = it->sf_address;
	return p;
}

static int
by_place(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

static int
by_block(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return by_place(a, b);
}

static bool
is_bits(uint8_t table)
{
	return table == TABLE_COIL || table == TABLE_DISCRETE;
}

static uint32_t
longest(const struct cfg_device *d, uint8_t table)
{
	return is_bits(table) ? d->max_bits : d->max_registers;
}

static uint32_t
widest_gap(const struct cfg_device *d, uint8_t table)
{
	return is_bits(table) ? (uint32_t)d->max_gap * BITS_A_REGISTER : d->max_gap;
}

/* The first register of a forbidden range that from..65535 meets; 65536 = none. */
static uint32_t
next_forbidden(const struct cfg_device *d, uint8_t table, uint32_t from)
{
	uint32_t nearest = 65536;

	for (uint32_t i = 0; i < d->forbidden_count; i++) {
		const struct cfg_range *r = &d->forbidden[i];
		uint32_t at = r->from > from ? r->from : from;

		if (r->table == table && r->to >= from && at < nearest)
			nearest = at;
	}
	return nearest;
}

/* Why no request can read p; OK = one can. */
static enum err
impossible(const struct plan_item *p, const struct cfg_device *d)
{
	if (p->absent != OK)
		return (enum err)p->absent;
	if (next_forbidden(d, p->table, p->lo) > p->hi && (uint32_t)p->hi - p->lo + 1 <= longest(d, p->table))
		return OK;
	return p->has_sf ? ERR_SCALE_FACTOR : ERR_CONFIG;
}

/* A block of its own for an item that cannot be read; it is never asked for. */
static void
lay_refused(struct plan_item *p, uint32_t number, enum err why, struct block *b)
{
	p->block = number;
	*b = (struct block){ .table = p->table, .address = p->lo, .items = 1, .refused = (uint16_t)why };
	b->count = (uint16_t)(p->hi - p->lo + 1);
}

/* Notes how far the registers in use reach from item to item; what cannot be read is left out. */
static uint32_t
measure(struct plan_item *items, uint32_t count, const struct cfg_device *d, struct block *blocks)
{
	uint32_t made = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct plan_item *p = &items[i], *left = i > 0 && items[i - 1].table == p->table ? &items[i - 1] : NULL;
		enum err e = impossible(p, d);

		p->block = PLAN_NONE;
		p->reach = left != NULL ? left->reach : p->lo;
		if (e != OK) {
			lay_refused(p, made, e, &blocks[made]);
			made++;
		} else if (p->hi > p->reach) {
			p->reach = p->hi;
		}
	}
	return made;
}

/* The block that begins with items[from]: takes all that fit. Items of it get its number. */
static void
lay_block(struct plan_item *items, uint32_t count, uint32_t from, const struct cfg_device *d, uint32_t number,
    struct block *b)
{
	const struct plan_item *head = &items[from];
	uint32_t limit = head->lo + longest(d, head->table) - 1; /* last register that fits */
	uint32_t wall = next_forbidden(d, head->table, head->lo);
	uint32_t end = head->hi;

	if (limit >= wall)
		limit = wall - 1;
	*b = (struct block){ .table = head->table, .address = head->lo };
	for (uint32_t i = from; i < count && items[i].table == head->table && items[i].lo <= limit; i++) {
		struct plan_item *p = &items[i];

		if (i > from && p->lo > p[-1].reach && (uint32_t)p->lo - p[-1].reach - 1 > widest_gap(d, head->table))
			break;
		if (p->block != PLAN_NONE || p->hi > limit)
			continue;
		p->block = number;
		b->items++;
		if (p->hi > end)
			end = p->hi;
	}
	b->count = (uint16_t)(end - head->lo + 1);
}

uint32_t
plan_build(struct plan_item *items, uint32_t count, const struct cfg_device *limits, struct block *blocks)
{
	uint32_t made, at = 0;

	if (count == 0)
		return 0;
	qsort(items, count, sizeof(*items), by_place);
	made = measure(items, count, limits, blocks);
	for (uint32_t i = 0; i < count; i++) {
		if (items[i].block != PLAN_NONE)
			continue;
		lay_block(items, count, i, limits, made, &blocks[made]);
		made++;
	}
	qsort(items, count, sizeof(*items), by_block);
	for (uint32_t i = 0; i < made; i++) {
		blocks[i].first = at;
		at += blocks[i].items;
		blocks[i].next = i + 1 < made ? i + 1 : PLAN_NONE;
	}
	return made;
}

/* Where to cut: behind the widest run of registers that nobody asked for, else nearest to the middle. 0 = nowhere. */
static uint32_t
cut_of(const struct plan_item *items, const struct block *b)
{
	const struct plan_item *p = &items[b->first];
	uint32_t best = 0, best_gap = 0, reach = p[0].hi;

	for (uint32_t i = 1; i < b->items; i++) {
		uint32_t gap = p[i].lo > reach ? p[i].lo - reach - 1u : 0;
		uint32_t off = i > b->items / 2 ? i - b->items / 2 : b->items / 2 - i;
		uint32_t best_off = best > b->items / 2 ? best - b->items / 2 : b->items / 2 - best;
		bool parts = p[i].lo != p[i - 1].lo || p[i].hi != p[i - 1].hi;

		if (parts && (best == 0 || gap > best_gap || (gap == best_gap && off < best_off))) {
			best = i;
			best_gap = gap;
		}
		if (p[i].hi > reach)
			reach = p[i].hi;
	}
	return best;
}

/* Draws the block tight around its items. */
static void
fit(const struct plan_item *items, struct block *b)
{
	uint16_t lo = items[b->first].lo, hi = items[b->first].hi;

	for (uint32_t i = 1; i < b->items; i++) {
		const struct plan_item *p = &items[b->first + i];

		if (p->hi > hi)
			hi = p->hi;
	}
	b->address = lo;
	b->count = (uint16_t)(hi - lo + 1);
}

bool
plan_split(const struct plan_item *items, struct block *b, struct block *right)
{
	uint32_t cut = cut_of(items, b);

	if (cut == 0)
		return false;
	*right = *b;
	right->first += cut;
	right->items -= cut;
	b->items = cut;
	fit(items, b);
	fit(items, right);
	return true;
}
