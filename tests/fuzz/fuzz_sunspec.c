/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_sunspec.c - a device that says anything: its registers are laid out by records of address, count and words, some addresses
 * are silent or busy. The walk ends, stays within the registers and its bounds, and whatever chain comes of it can be planned and
 * decoded.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/locate.h"
#include "drivers/scan.h"

#define ASKED_MAX (SUNSPEC_MODELS + 40)
#define ITEMS     64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t registers[2 * 65536];

static uint16_t
take16(const uint8_t **p, const uint8_t *end)
{
	uint16_t v = 0;

	for (int i = 0; i < 2; i++)
		v = (uint16_t)(v << 8 | (*p < end ? *(*p)++ : 0));
	return v;
}

/* What an address answers: a few of them not at all, and that too comes from the input. */
static enum err
ask(uint8_t manners, uint16_t address, uint16_t count, uint8_t *out)
{
	assert((uint32_t)address + count <= 65536 && count > 0);
	if ((manners & 1) != 0 && address == 40000)
		return ERR_TIMEOUT;
	if ((manners & 2) != 0 && address == 50000)
		return ERR_EXC_ADDRESS;
	if ((manners & 4) != 0 && address > 65000)
		return ERR_EXC_BUSY;
	if ((manners & 8) != 0 && address % 251 == 0 && address != 0)
		return ERR_EXC_ADDRESS;
	memcpy(out, registers + 2 * (size_t)address, 2 * (size_t)count);
	return OK;
}

static enum err
walk(struct discovery *d, uint8_t manners)
{
	enum err e = ERR_BUSY;
	char why[100] = "";

	discovery_begin(d);
	for (unsigned asked = 0; e == ERR_BUSY; asked++) {
		uint8_t answer[250];
		uint16_t address, count;

		assert(asked < ASKED_MAX + 64u / d->longest * 3 + 64);
		discovery_next(d, &address, &count);
		assert(count <= d->longest);
		e = ask(manners, address, count, answer);
		if (e == ERR_TIMEOUT && discovery_silent(d)) {
			discovery_begin(d);
			e = ERR_BUSY;
			continue;
		}
		if (e == ERR_TIMEOUT)
			return e;
		e = discovery_answer(d, e, answer, why, sizeof(why));
		assert(e == OK || e == ERR_BUSY || why[0] != '\0');
	}
	return e;
}

static void
check_chain(const struct chain *c)
{
	uint32_t at = (uint32_t)c->base + 2;

	assert(c->count <= SUNSPEC_MODELS);
	for (uint16_t i = 0; i < c->count; i++) {
		assert(c->models[i].address == at && c->models[i].number != 0 && c->models[i].number != SUNSPEC_END);
		at += 2 + (uint32_t)c->models[i].length;
		assert(at + 2 <= 65536);
	}
	assert(c->has_end == (c->note[0] == '\0'));
	assert(strlen(c->manufacturer) <= 32 && strlen(c->serial) <= 32 && strlen(c->version) <= 16);
}

/* Every third point of the tables as an item of a device, laid out by the chain, planned, and each block decoded. */
static void
use(struct locate *l, uint16_t longest)
{
	static struct cfg_item items[ITEMS];
	struct cfg_device d = { .max_registers = longest, .max_bits = 2000, .max_gap = 124, .item_count = 0 };
	struct setup c = { .items = items, .devices = &d };
	struct plan_item plan[ITEMS];
	struct block blocks[ITEMS];
	const struct sunspec_model *m;
	uint32_t made;

	memset(items, 0, sizeof(items));
	for (size_t i = 0; (m = sunspec_row(i)) != NULL; i++) {
		for (uint16_t k = (uint16_t)(i % 3); k < m->count && d.item_count < ITEMS; k = (uint16_t)(k + 7)) {
			struct sunspec_place p = { .model = m->to, .layout = m, .point = &m->points[k] };
			int32_t sf = sunspec_factor_offset(&p);

			items[d.item_count++] = (struct cfg_item){ .table = TABLE_HOLDING,
				.type = (uint8_t)sunspec_raw_type(p.point),
				.bit_hi = 63,
				.has_sf = sf >= 0,
				.place = { .model = p.model,
				    .offset = (uint16_t)sunspec_offset(&p),
				    .sf_offset = (uint16_t)(sf >= 0 ? sf : 0) } };
		}
	}
	locate_lay(l, &c, 0);
	for (uint32_t i = 0; i < d.item_count; i++)
		plan[i] = plan_item(&items[i], i);
	made = plan_build(plan, d.item_count, &d, blocks);
	for (uint32_t i = 0; i < made; i++) {
		struct reading r = { 0 };

		if (blocks[i].refused != OK)
			continue;
		assert(blocks[i].count <= longest && (uint32_t)blocks[i].address + blocks[i].count <= 65536);
		for (uint32_t k = 0; k < blocks[i].items; k++)
			decode_item(&items[plan[blocks[i].first + k].item], registers + 2 * (size_t)blocks[i].address,
			    blocks[i].address, &r);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *p = data, *end = data + size;
	struct cfg_sunspec s = { .manufacturer = "", .model = "", .serial = "" };
	struct cfg_device d = { .max_registers = 125, .sunspec = &s };
	struct locate l;
	uint8_t manners;
	char why[160] = "";

	if (size < 2)
		return 0;
	manners = *p++;
	d.max_registers = (uint16_t)(2 + *p++ % 124);
	memset(registers, 0, sizeof(registers));
	while (end - p > 3) {
		uint32_t at = take16(&p, end);
		uint8_t n = *p++;

		for (; n > 0 && p < end; n--, at = (at + 1) % 65536) {
			uint16_t word = take16(&p, end);

			registers[2 * at] = (uint8_t)(word >> 8);
			registers[2 * at + 1] = (uint8_t)word;
		}
	}
	locate_init(&l, &d);
	for (int turn = 0; turn < 2; turn++) {
		if (walk(&l.discovery, manners) != OK)
			continue;
		check_chain(&l.discovery.chain);
		if (locate_check(&l, &d, why, sizeof(why)) != OK)
			assert(why[0] != '\0');
		use(&l, d.max_registers);
	}
	return 0;
}
