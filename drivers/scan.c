/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.c - one scan through the blocks of a device, and the blocks as the device would have them.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/scan.h"

void
scan_init(struct scan *s, const struct setup *config, struct reading *readings, const struct cfg_device *limits,
    const uint32_t *items, uint32_t count)
{
	*s = (struct scan){ .config = config, .readings = readings, .item_count = count, .cursor = PLAN_NONE };
	s->items = xcalloc(count, sizeof(*s->items));
	s->blocks = xcalloc(count, sizeof(*s->blocks));
	for (uint32_t i = 0; i < count; i++)
		s->items[i] = plan_item(&config->items[items[i]], items[i]);
	s->whole_count = plan_build(s->items, count, limits, s->blocks);
	s->whole = xcalloc(s->whole_count, sizeof(*s->whole));
	memcpy(s->whole, s->blocks, s->whole_count * sizeof(*s->whole));
	s->block_count = s->whole_count;
}

void
scan_replan(struct scan *s, const struct cfg_device *limits)
{
	for (uint32_t i = 0; i < s->item_count; i++)
		s->items[i] = plan_item(&s->config->items[s->items[i].item], s->items[i].item);
	s->whole_count = plan_build(s->items, s->item_count, limits, s->blocks);
	free(s->whole);
	s->whole = xcalloc(s->whole_count, sizeof(*s->whole));
	memcpy(s->whole, s->blocks, s->whole_count * sizeof(*s->whole));
	scan_restore(s);
}

void
scan_done(struct scan *s)
{
	free(s->items);
	free(s->blocks);
	free(s->whole);
	*s = (struct scan){ .cursor = PLAN_NONE };
}

void
scan_restore(struct scan *s)
{
	memcpy(s->blocks, s->whole, s->whole_count * sizeof(*s->whole));
	s->block_count = s->whole_count;
	s->split_since.us = 0;
	scan_abort(s);
}

void
scan_abort(struct scan *s)
{
	for (uint32_t i = 0; i < s->block_count; i++)
		s->blocks[i].state = BLOCK_IDLE;
	s->left = 0;
	s->cursor = PLAN_NONE;
	s->busy_until.us = 0;
}

static bool
is_off(const struct scan *s, const struct block *b)
{
	for (uint32_t i = 0; i < b->items; i++)
		if (!s->readings[s->items[b->first + i].item].is_off)
			return false;
	return true;
}

static void
give(const struct scan_out *out, struct utc time, uint32_t count)
{
	if (count > 0)
		out->give(out->arg, time, out->scratch, count);
}

/* The same reason for every item of a block. */
static void
give_cause(struct scan *s, const struct block *b, enum err cause, struct utc time, const struct scan_out *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->items; i++) {
		uint32_t item = s->items[b->first + i].item;

		s->readings[item].cause = (uint16_t)cause;
		s->readings[item].time = time;
		if (!s->readings[item].is_off)
			out->scratch[n++] = (struct sample){ .point = s->config->items[item].point, .cause = cause };
	}
	give(out, time, n);
}

static void
give_values(struct scan *s, const struct block *b, const struct answer *a, struct utc time, const struct scan_out *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->items; i++) {
		uint32_t item = s->items[b->first + i].item;
		const struct cfg_item *it = &s->config->items[item];
		struct reading *r = &s->readings[item];

		decode_item(it, a->data, b->address, r);
		r->time = time;
		if (!r->is_off)
			out->scratch[n++] = (struct sample){
				.point = it->point, .cause = r->cause, .value = r->cause == OK ? r->value : 0
			};
	}
	give(out, time, n);
}

/* A device that refuses all is still asked for one item: its end, and its change of mind, are noticed. */
static void
ask_refused(struct scan *s)
{
	for (uint32_t i = 0; i != PLAN_NONE; i = s->blocks[i].next) {
		if ((s->blocks[i].refused != ERR_EXC_ADDRESS && s->blocks[i].refused != ERR_EXC_VALUE) ||
		    is_off(s, &s->blocks[i]))
			continue;
		s->blocks[i].state = BLOCK_WANTED;
		s->blocks[i].tries = 0;
		s->left = 1;
		return;
	}
}

void
scan_start(struct scan *s, struct moment now, const struct scan_out *out)
{
	assert(s->left == 0);
	if (s->split_since.us != 0 && mono_diff_us(now.mono, s->split_since) >= SCAN_REFUSED_RETRY_US)
		scan_restore(s);
	for (uint32_t i = 0; i != PLAN_NONE; i = s->blocks[i].next) {
		struct block *b = &s->blocks[i];

		if (is_off(s, b))
			continue;
		if (b->refused != OK) {
			give_cause(s, b, b->refused, now.utc, out);
			continue;
		}
		b->state = BLOCK_WANTED;
		b->tries = 0;
		s->left++;
	}
	s->cursor = 0;
	if (s->left == 0)
		ask_refused(s);
}

void
scan_probe(struct scan *s)
{
	assert(s->left == 0);
	for (uint32_t i = 0; i != PLAN_NONE && s->left == 0; i = s->blocks[i].next) {
		if (s->blocks[i].refused != OK)
			continue;
		s->blocks[i].state = BLOCK_WANTED;
		s->blocks[i].tries = 0;
		s->left = 1;
	}
	s->cursor = 0;
}

/* The first block from i on that can be asked for now. */
static uint32_t
seek(const struct scan *s, uint32_t i, struct moment now)
{
	bool is_rested = s->busy_until.us != 0 && mono_diff_us(now.mono, s->busy_until) >= 0;

	while (
	    i != PLAN_NONE && s->blocks[i].state != BLOCK_WANTED && !(is_rested && s->blocks[i].state == BLOCK_WAITS))
		i = s->blocks[i].next;
	return i;
}

bool
scan_has_work(const struct scan *s, struct moment now)
{
	return s->left > 0 && seek(s, s->cursor, now) != PLAN_NONE;
}

uint32_t
scan_next(struct scan *s, struct moment now)
{
	uint32_t i = s->left > 0 ? seek(s, s->cursor, now) : PLAN_NONE;

	if (i == PLAN_NONE)
		return i;
	s->blocks[i].state = BLOCK_SENT;
	s->cursor = s->blocks[i].next;
	return i;
}

/* One block of the running scan has its outcome. */
static void
settle(struct scan *s, struct block *b)
{
	b->state = BLOCK_IDLE;
	assert(s->left > 0);
	if (--s->left == 0) {
		s->cursor = PLAN_NONE;
		s->busy_until.us = 0;
	}
}

/* Both halves are wanted at once. False: the items of b cannot be parted. */
static bool
split(struct scan *s, uint32_t i)
{
	struct block *b = &s->blocks[i], *right = &s->blocks[s->block_count];

	if (b->items < 2 || !plan_split(s->items, b, right))
		return false;
	assert(s->block_count < s->item_count);
	right->next = b->next;
	b->next = s->block_count++;
	b->state = right->state = BLOCK_WANTED;
	b->tries = right->tries = 0;
	s->left++;
	s->cursor = 0;
	return true;
}

/* Too busy now: asked again a few times before the scan gives it up. */
static bool
put_off(struct scan *s, struct block *b, struct moment now)
{
	struct mono at = mono_add(now.mono, SCAN_BUSY_WAIT_US << b->tries);

	if (b->tries >= SCAN_BUSY_TRIES)
		return false;
	b->tries++;
	b->state = BLOCK_WAITS;
	if (s->busy_until.us == 0 || mono_diff_us(now.mono, s->busy_until) >= 0 || at.us < s->busy_until.us)
		s->busy_until = at;
	s->cursor = 0;
	return true;
}

bool
scan_answer(struct scan *s, uint32_t block, const struct answer *a, struct moment now, struct utc time,
    const struct scan_out *out)
{
	struct block *b = &s->blocks[block];
	bool is_change = false;

	assert(b->state == BLOCK_SENT);
	switch (a->err) {
	case OK:
		b->refused = OK;
		b->doubts = 0;
		give_values(s, b, a, time, out);
		break;
	case ERR_EXC_ADDRESS:
	case ERR_EXC_VALUE:
	case ERR_BAD_COUNT:
		if (s->split_since.us == 0)
			s->split_since = now.mono;
		if (split(s, block))
			return true;
		is_change = a->err != ERR_BAD_COUNT || ++b->doubts >= SCAN_DOUBTS;
		if (is_change)
			b->refused = (uint16_t)a->err;
		give_cause(s, b, a->err, time, out);
		break;
	case ERR_EXC_ACK:
	case ERR_EXC_BUSY:
		if (put_off(s, b, now))
			return false;
		/* fall through */
	default: give_cause(s, b, a->err, time, out); break;
	}
	settle(s, b);
	return is_change;
}

void
scan_reconsider(struct scan *s)
{
	for (uint32_t i = 0; s->block_count > 0 && i != PLAN_NONE; i = s->blocks[i].next) {
		if (s->blocks[i].refused != ERR_BAD_COUNT)
			continue;
		s->blocks[i].refused = OK;
		s->blocks[i].doubts = 0;
	}
}

bool
scan_is_nonsense(const struct scan *s)
{
	for (uint32_t i = 0; s->block_count > 0 && i != PLAN_NONE; i = s->blocks[i].next) {
		const struct block *b = &s->blocks[i];

		if ((b->refused == OK || b->refused == ERR_EXC_ADDRESS || b->refused == ERR_EXC_VALUE) && !is_off(s, b))
			return false;
	}
	return true;
}

bool
scan_find(const struct scan *s, uint32_t item, struct block *out)
{
	for (uint32_t i = 0; s->block_count > 0 && i != PLAN_NONE; i = s->blocks[i].next) {
		const struct block *b = &s->blocks[i];

		for (uint32_t k = 0; k < b->items && b->refused == OK; k++) {
			if (s->items[b->first + k].item != item)
				continue;
			*out = *b;
			return true;
		}
	}
	return false;
}

void
scan_show(struct scan *s, const struct block *b, const struct answer *a, struct utc time, const struct scan_out *out)
{
	/* items keep their places when a block is split, so that the copy still says which they are */
	give_values(s, b, a, time, out);
}
