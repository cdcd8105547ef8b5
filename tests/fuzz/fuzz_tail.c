/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tail.c - rows of the tail and of rolls from a stranger: refused or read, and never more than they hold.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/store/roll.h"
#include "scada/store/tail.h"

#define KEYS 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counts {
	size_t done, scans, samples;
	uint32_t cap;
};

static void
on_done(void *arg, uint32_t key)
{
	struct counts *c = arg;

	c->done++;
	if (key >= TAIL_KEY_MOST)
		abort();
}

static void
on_scan(void *arg, const struct tail_scan *s)
{
	struct counts *c = arg;

	c->scans++;
	if (s->from > s->to)
		abort();
}

static void
on_sample(void *arg, uint32_t key, const struct sample *s)
{
	struct counts *c = arg;

	(void)s;
	c->samples++;
	if (key == 0 || key >= c->cap)
		abort();
}

static void
read_row(const uint8_t *data, size_t size)
{
	struct counts c = { 0 };
	const struct tail_each each = { .done = on_done, .scan = on_scan, .sample = on_sample, .arg = &c };
	struct tail_bases bases = { 0 };
	struct tail_head head;

	tail_bases_room(&bases, KEYS);
	c.cap = bases.cap;
	if (tail_read(data, size, &bases, &head, &each) == OK &&
	    (c.done != head.done || c.scans != head.scans || c.samples != head.samples))
		abort();
	tail_bases_done(&bases);
}

static void
read_roll(const uint8_t *data, size_t size)
{
	int64_t edges[ROLL_MOST + 1];
	struct bucket k[ROLL_MOST];
	uint32_t n;

	if (roll_get(data, size, edges, k, &n) != OK)
		return;
	if (n == 0 || n > ROLL_MOST)
		abort();
	for (uint32_t i = 0; i < n; i++)
		if (edges[i] >= edges[i + 1])
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] & 1)
		read_row(data + 1, size - 1);
	else
		read_roll(data + 1, size - 1);
	return 0;
}
