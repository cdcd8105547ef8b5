/* SPDX-License-Identifier: Apache-2.0 */
/* t_plan.c - which registers are asked for together: known layouts, and random ones against a search of all. */
#include "config.h"

#include <string.h>

#include "drivers/plan.h"
#include "tests/unit/t.h"

#define MOST 400

static uint32_t seed = 1;

static uint32_t
below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static struct cfg_device
device(uint16_t max_registers, uint16_t max_gap)
{
	return (struct cfg_device){ .max_registers = max_registers, .max_bits = 2000, .max_gap = max_gap };
}

static struct cfg_item
item(uint16_t address, enum raw_type type)
{
	return (struct cfg_item){ .table = TABLE_HOLDING, .address = address, .type = type, .bit_hi = 63 };
}

static uint32_t
build(
    const struct cfg_item *list, uint32_t n, const struct cfg_device *d, struct plan_item *items, struct block *blocks)
{
	for (uint32_t i = 0; i < n; i++)
		items[i] = plan_item(&list[i], i);
	return plan_build(items, n, d, blocks);
}

static bool
is_forbidden(const struct cfg_device *d, uint8_t table, uint32_t reg)
{
	for (uint32_t i = 0; i < d->forbidden_count; i++)
		if (d->forbidden[i].table == table && reg >= d->forbidden[i].from && reg <= d->forbidden[i].to)
			return true;
	return false;
}

/* All that must hold of any plan. */
static void
check_plan(const struct cfg_item *list, uint32_t n, const struct cfg_device *d, const struct plan_item *items,
    const struct block *blocks, uint32_t count)
{
	uint32_t seen[MOST] = { 0 }, at = 0;

	for (uint32_t b = 0; b < count; b++) {
		uint32_t most = blocks[b].table <= TABLE_DISCRETE ? d->max_bits : d->max_registers;

		ck_assert_uint_eq(blocks[b].first, at);
		ck_assert_uint_gt(blocks[b].items, 0);
		at += blocks[b].items;
		for (uint32_t k = 0; k < blocks[b].items; k++) {
			const struct plan_item *p = &items[blocks[b].first + k];

			seen[p->item]++;
			ck_assert_uint_eq(p->table, list[p->item].table);
			ck_assert_uint_ge(p->lo, blocks[b].address);
			ck_assert_uint_le(p->hi, blocks[b].address + blocks[b].count - 1u);
		}
		if (blocks[b].refused != OK)
			continue;
		ck_assert_uint_le(blocks[b].count, most);
		for (uint32_t r = 0; r < blocks[b].count; r++)
			ck_assert(!is_forbidden(d, blocks[b].table, blocks[b].address + r));
	}
	ck_assert_uint_eq(at, n);
	for (uint32_t i = 0; i < n; i++)
		ck_assert_uint_eq(seen[i], 1);
}

/* Known layouts, as one would draw them: addresses of u16, limits, blocks as "first..last first..last". */
static const struct {
	const char *what;
	uint16_t max_registers, max_gap;
	uint16_t addresses[12];
	uint32_t n;
	uint16_t want[12]; /* first, last, ... */
	uint32_t blocks;
} layouts[] = {
	{ "neighbours", 125, 8, { 3, 1, 2, 0 }, 4, { 0, 3 }, 1 },
	{ "a gap of eight", 125, 8, { 0, 9 }, 2, { 0, 9 }, 1 },
	{ "a gap of nine", 125, 8, { 0, 10 }, 2, { 0, 0, 10, 10 }, 2 },
	{ "no gaps allowed", 125, 0, { 0, 1, 3, 4 }, 4, { 0, 1, 3, 4 }, 2 },
	{ "the longest block", 4, 8, { 0, 1, 2, 3, 4, 5 }, 6, { 0, 3, 4, 5 }, 2 },
	{ "twice the same", 125, 8, { 7, 7, 7 }, 3, { 7, 7 }, 1 },
	{ "the ends of the table", 125, 125, { 0, 65535 }, 2, { 0, 0, 65535, 65535 }, 2 },
	{ "one at a time", 1, 125, { 5, 6 }, 2, { 5, 5, 6, 6 }, 2 },
};

START_TEST(known_layouts)
{
	struct cfg_item list[12];
	struct plan_item items[12];
	struct block blocks[12];
	struct cfg_device d = device(layouts[_i].max_registers, layouts[_i].max_gap);
	uint32_t count;

	for (uint32_t i = 0; i < layouts[_i].n; i++)
		list[i] = item(layouts[_i].addresses[i], RAW_U16);
	count = build(list, layouts[_i].n, &d, items, blocks);
	check_plan(list, layouts[_i].n, &d, items, blocks, count);
	ck_assert_msg(count == layouts[_i].blocks, "%s: %u blocks", layouts[_i].what, count);
	for (uint32_t b = 0; b < count; b++) {
		ck_assert_uint_eq(blocks[b].address, layouts[_i].want[2 * b]);
		ck_assert_uint_eq(blocks[b].address + blocks[b].count - 1u, layouts[_i].want[2 * b + 1]);
	}
}
END_TEST

START_TEST(values_of_several_registers_are_never_cut)
{
	struct cfg_item list[] = { item(0, RAW_F64), item(4, RAW_F64), item(8, RAW_F32) };
	struct plan_item items[3];
	struct block blocks[3];
	struct cfg_device d = device(7, 8);

	ck_assert_uint_eq(build(list, 3, &d, items, blocks), 2);
	ck_assert_uint_eq(blocks[0].count, 4);
	ck_assert_uint_eq(blocks[1].address, 4);
	ck_assert_uint_eq(blocks[1].count, 6);
	d = device(3, 8); /* too short for any f64: said, never asked */
	ck_assert_uint_eq(build(list, 3, &d, items, blocks), 3);
	check_plan(list, 3, &d, items, blocks, 3);
	ck_assert_int_eq(blocks[0].refused, ERR_CONFIG);
	ck_assert_int_eq(blocks[1].refused, ERR_CONFIG);
	ck_assert_int_eq(blocks[2].refused, OK);
}
END_TEST

START_TEST(scale_factors_come_with_their_values)
{
	struct cfg_item list[] = { item(10, RAW_I16), item(11, RAW_I16), item(60, RAW_U32), item(300, RAW_U16) };
	struct plan_item items[4];
	struct block blocks[4];
	struct cfg_device d = device(125, 0);

	for (int i = 0; i < 3; i++) {
		list[i].has_sf = true;
		list[i].sf_address = 40;
	}
	list[3].has_sf = true;
	list[3].sf_address = 100; /* too far */
	ck_assert_uint_eq(build(list, 4, &d, items, blocks), 2);
	check_plan(list, 4, &d, items, blocks, 2);
	ck_assert_int_eq(blocks[0].refused, ERR_SCALE_FACTOR);
	ck_assert_uint_eq(blocks[1].address, 10);
	ck_assert_uint_eq(blocks[1].count, 52);
}
END_TEST

START_TEST(forbidden_registers_are_never_read_across)
{
	static const struct cfg_range walls[] = { { TABLE_HOLDING, 5, 6 }, { TABLE_INPUT, 0, 9 },
		{ TABLE_HOLDING, 20, 20 } };
	struct cfg_item list[] = { item(4, RAW_U16), item(7, RAW_U16), item(19, RAW_U32), item(21, RAW_U16) };
	struct plan_item items[4];
	struct block blocks[4];
	struct cfg_device d = device(125, 30);
	uint32_t count;

	d.forbidden = walls;
	d.forbidden_count = 3;
	count = build(list, 4, &d, items, blocks);
	check_plan(list, 4, &d, items, blocks, count);
	ck_assert_uint_eq(count, 4); /* 4, 7, 21, and the one that lies in the wall */
	ck_assert_int_eq(blocks[0].refused, ERR_CONFIG);
}
END_TEST

START_TEST(tables_are_kept_apart)
{
	struct cfg_item list[] = { item(0, RAW_U16), item(0, RAW_U16), item(0, RAW_BIT), item(1999, RAW_BIT),
		item(2000, RAW_BIT) };
	struct plan_item items[5];
	struct block blocks[5];
	struct cfg_device d = device(125, 125);

	list[1].table = TABLE_INPUT;
	list[2].table = list[3].table = list[4].table = TABLE_COIL;
	ck_assert_uint_eq(build(list, 5, &d, items, blocks), 4); /* gaps of bits are counted in registers: 125 * 16 */
	check_plan(list, 5, &d, items, blocks, 4);
}
END_TEST

/* The least number of blocks by trying every reach of the leftmost: small sets, slow and plain. */
static uint32_t
least(const struct plan_item *p, const bool used[], uint32_t n, const struct cfg_device *d, uint64_t done)
{
	uint32_t first = n, best = UINT32_MAX;

	for (uint32_t i = 0; i < n; i++)
		if ((done >> i & 1) == 0 && (first == n || p[i].lo < p[first].lo))
			first = i;
	if (first == n)
		return 0;
	for (uint32_t end = p[first].hi; end < p[first].lo + (uint32_t)d->max_registers; end++) {
		uint64_t now = done;
		uint32_t gap = 0, rest;
		bool is_sound = true, is_end = false;

		for (uint32_t r = p[first].lo; r <= end && is_sound; r++) {
			gap = used[r] ? 0 : gap + 1;
			is_sound = gap <= d->max_gap && !is_forbidden(d, TABLE_HOLDING, r);
		}
		for (uint32_t i = 0; i < n; i++) {
			if (p[i].lo < p[first].lo || p[i].hi > end)
				continue;
			now |= UINT64_C(1) << i;
			is_end = is_end || p[i].hi == end;
		}
		if (!is_sound || !is_end)
			continue;
		rest = least(p, used, n, d, now);
		if (rest != UINT32_MAX && rest + 1 < best)
			best = rest + 1;
	}
	return best;
}

START_TEST(random_small_sets_take_the_fewest_requests)
{
	seed = (uint32_t)_i + 1;
	for (int round = 0; round < 100; round++) {
		struct cfg_range wall = { TABLE_HOLDING, 0, 0 };
		struct cfg_device d = device((uint16_t)(4 + below(20)), (uint16_t)below(6));
		struct cfg_item list[9];
		struct plan_item items[9], possible[9];
		struct block blocks[9];
		bool used[80] = { false };
		uint32_t n = 1 + below(9), count, asked = 0, able = 0;

		wall.from = (uint16_t)below(60);
		wall.to = (uint16_t)(wall.from + below(3));
		d.forbidden = &wall;
		d.forbidden_count = below(2);
		for (uint32_t i = 0; i < n; i++) {
			static const enum raw_type types[] = { RAW_U16, RAW_U32, RAW_F64 };

			list[i] = item((uint16_t)below(50), types[below(3)]);
			list[i].has_sf = below(3) == 0;
			list[i].sf_address = (uint16_t)(list[i].address + below(10));
		}
		count = build(list, n, &d, items, blocks);
		check_plan(list, n, &d, items, blocks, count);
		for (uint32_t b = 0; b < count; b++) {
			if (blocks[b].refused != OK)
				continue;
			asked++;
			for (uint32_t k = 0; k < blocks[b].items; k++)
				possible[able++] = items[blocks[b].first + k];
		}
		for (uint32_t i = 0; i < able; i++)
			for (uint32_t r = possible[i].lo; r <= possible[i].hi; r++)
				used[r] = true;
		ck_assert_uint_eq(asked, least(possible, used, able, &d, 0));
	}
}
END_TEST

START_TEST(random_large_sets_keep_the_rules)
{
	static struct cfg_item list[MOST];
	static struct plan_item items[MOST];
	static struct block blocks[MOST];
	struct cfg_range walls[5];

	seed = (uint32_t)_i + 77;
	for (int round = 0; round < 20; round++) {
		struct cfg_device d = device((uint16_t)(1 + below(125)), (uint16_t)below(30));
		uint32_t n = 1 + below(MOST), count;

		d.max_bits = (uint16_t)(1 + below(2000));
		for (uint32_t i = 0; i < 5; i++) {
			walls[i].table = (uint8_t)below(TABLE_COUNT);
			walls[i].from = (uint16_t)below(3000);
			walls[i].to = (uint16_t)(walls[i].from + below(50));
		}
		d.forbidden = walls;
		d.forbidden_count = 5;
		for (uint32_t i = 0; i < n; i++) {
			uint8_t table = (uint8_t)below(TABLE_COUNT);

			list[i] = item((uint16_t)below(3000),
			    table <= TABLE_DISCRETE ? RAW_BIT : (enum raw_type)(1 + below(RAW_COUNT - 1)));
			list[i].table = table;
			list[i].has_sf = table > TABLE_DISCRETE && below(4) == 0;
			list[i].sf_address = (uint16_t)(list[i].address + below(40));
		}
		count = build(list, n, &d, items, blocks);
		check_plan(list, n, &d, items, blocks, count);
	}
}
END_TEST

START_TEST(refused_block_is_cut_at_its_widest_gap)
{
	struct cfg_item list[] = { item(0, RAW_U16), item(1, RAW_U16), item(8, RAW_U16), item(10, RAW_U16),
		item(11, RAW_U16) };
	struct plan_item items[5];
	struct block blocks[5];
	struct cfg_device d = device(125, 8);

	ck_assert_uint_eq(build(list, 5, &d, items, blocks), 1);
	ck_assert(plan_split(items, &blocks[0], &blocks[1]));
	ck_assert_uint_eq(blocks[0].address, 0);
	ck_assert_uint_eq(blocks[0].count, 2);
	ck_assert_uint_eq(blocks[1].address, 8);
	ck_assert_uint_eq(blocks[1].count, 4);
	ck_assert(plan_split(items, &blocks[1], &blocks[2]));
	ck_assert_uint_eq(blocks[1].count, 1);
	ck_assert_uint_eq(blocks[2].address, 10);
}
END_TEST

START_TEST(splitting_ends_at_single_places)
{
	static struct cfg_item list[100];
	static struct plan_item items[100];
	static struct block blocks[100];
	struct cfg_device d = device(125, 8);
	uint32_t count;

	for (uint32_t i = 0; i < 100; i++)
		list[i] = item((uint16_t)(i / 2), RAW_U16); /* two of each: their place cannot be parted */
	count = build(list, 100, &d, items, blocks);
	ck_assert_uint_eq(count, 1);
	for (uint32_t b = 0; b < count;) {
		if (plan_split(items, &blocks[b], &blocks[count]))
			count++;
		else
			b++;
		ck_assert_uint_le(count, 100);
	}
	ck_assert_uint_eq(count, 50);
	for (uint32_t b = 0; b < count; b++) {
		ck_assert_uint_eq(blocks[b].count, 1);
		ck_assert_uint_eq(blocks[b].items, 2);
	}
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))
/* clang-format off */
T_MAIN("plan",
    T_LOOP(known_layouts, 0, N(layouts))
    T(values_of_several_registers_are_never_cut)
    T(scale_factors_come_with_their_values)
    T(forbidden_registers_are_never_read_across)
    T(tables_are_kept_apart)
    T_LOOP(random_small_sets_take_the_fewest_requests, 0, 10)
    T_LONG_LOOP(random_large_sets_keep_the_rules, 0, 5)
    T(refused_block_is_cut_at_its_widest_gap)
    T(splitting_ends_at_single_places))
/* clang-format on */
