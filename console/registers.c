/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registers.c - what stands in registers, in all the ways that it may be meant.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/jout.h"
#include "console/registers.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define BITS_A_LINE 16

static bool
is_bits(unsigned table)
{
	return table == TABLE_COIL || table == TABLE_DISCRETE;
}

/* ---- the question */

bool
registers_read(
    const char *table, const char *address, const char *count, struct msg_registers_get *m, char *why, size_t size)
{
	int64_t at, n = 1;
	unsigned t = 0;

	while (t < TABLE_COUNT && strcmp(table, mb_table_word((enum mb_table)t)) != 0)
		t++;
	if (t == TABLE_COUNT) {
		str_printf(why, size, "\"%.40s\" is no table: coil, discrete, holding or input", table);
		return false;
	}
	if (!str_to_i64(address, 0, UINT16_MAX, &at)) {
		str_printf(why, size, "\"%.40s\" is no address: 0 to 65535, counted from 0 as in profiles", address);
		return false;
	}
	if (count != NULL && !str_to_i64(count, 1, mb_table_max((enum mb_table)t), &n)) {
		str_printf(why, size, "\"%.40s\" is no count: 1 to %u of %s at once", count,
		    mb_table_max((enum mb_table)t), table);
		return false;
	}
	if (at + n > UINT16_MAX + 1) {
		str_printf(why, size, "%d from %d on go beyond the last one, 65535", (int)n, (int)at);
		return false;
	}
	m->table = (uint8_t)t;
	m->address = (uint16_t)at;
	m->count = (uint16_t)n;
	return true;
}

bool
registers_read_line(const char *line, struct msg_registers_get *m, char *why, size_t size)
{
	char words[4][48] = { "" };
	unsigned n = 0;

	for (const char *p = line + strspn(line, " "); *p != '\0' && n < 4; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");
		str_printf(words[n++], sizeof words[0], "%.*s", (int)(len < 47 ? len : 47), p);
		p += len;
	}
	if (n < 2 || n > 3) {
		str_copy(why, size, "type " REGISTERS_WORDS ", as in: holding 40000 10");
		return false;
	}
	return registers_read(words[0], words[1], n == 3 ? words[2] : NULL, m, why, size);
}

/* ---- the answer */

bool
registers_take(struct registers *r, const struct frame *f, const struct msg_registers_get *asked)
{
	struct rbuf b;

	rbuf_init(&b, f->body, f->length);
	if (f->type != W_REGISTERS || !msg_registers_get(&b, &r->m) || !r_done(&b) || r->m.device != asked->device ||
	    r->m.table != asked->table || r->m.address != asked->address || r->m.count != asked->count ||
	    r->m.table >= TABLE_COUNT || r->m.count == 0 || r->m.count > mb_table_max((enum mb_table)r->m.table) ||
	    r->m.data.len != mb_table_bytes((enum mb_table)r->m.table, r->m.count))
		return false;
	memcpy(r->data, r->m.data.data, r->m.data.len);
	r->m.data.data = r->data;
	return true;
}

static bool
bit(const struct registers *r, unsigned i)
{
	return (r->data[i / 8] >> (i % 8) & 1) != 0;
}

static unsigned
word(const struct registers *r, unsigned i)
{
	return (unsigned)r->data[2 * i] << 8 | r->data[2 * i + 1];
}

/* Two registers from i on, by the names of profiles: ABCD as they come, CDAB with their halves exchanged, BADC and DCBA with their bytes. */
static uint32_t
pair(const struct registers *r, unsigned i, enum byte_order o)
{
	static const uint8_t places[ORDER_COUNT][4] = {
		[ORDER_ABCD] = { 0, 1, 2, 3 },
		[ORDER_CDAB] = { 2, 3, 0, 1 },
		[ORDER_BADC] = { 1, 0, 3, 2 },
		[ORDER_DCBA] = { 3, 2, 1, 0 },
	};
	const uint8_t *p = r->data + 2 * i;

	return (uint32_t)p[places[o][0]] << 24 | (uint32_t)p[places[o][1]] << 16 | (uint32_t)p[places[o][2]] << 8 |
	    p[places[o][3]];
}

static double
as_float(uint32_t v)
{
	float f;

	memcpy(&f, &v, sizeof f);
	return (double)f;
}

/* What nothing that is measured comes to is said in a word, so that the eye finds the rest. */
static char *
float_text(uint32_t v, char buf[24])
{
	double d = as_float(v), size = fabs(d);

	if (isnan(d))
		str_copy(buf, 24, "NaN");
	else if (size > 1e12 || (size < 1e-12 && size > 0))
		str_copy(buf, 24, size > 1 ? "huge" : "tiny");
	else
		str_printf(buf, 24, "%.6g", d);
	return buf;
}

unsigned
registers_lines(const struct registers *r)
{
	return is_bits(r->m.table) ? (r->m.count + BITS_A_LINE - 1u) / BITS_A_LINE : r->m.count;
}

const char *
registers_head(const struct registers *r)
{
	return is_bits(r->m.table) ? "ADDRESS  BITS, THE FIRST ON THE LEFT"
	                           : "ADDRESS  HEX    U16    S16    S32 ABCD    S32 CDAB     F32 ABCD     F32 CDAB  AS";
}

static char
shown(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7F ? (char)byte : '.';
}

static void
bits_line(const struct registers *r, unsigned i, char *buf)
{
	str_printf(buf, REGISTERS_LINE, "%7u ", r->m.address + BITS_A_LINE * i);
	for (unsigned n = BITS_A_LINE * i; n < r->m.count && n < BITS_A_LINE * (i + 1); n++)
		str_append(buf, REGISTERS_LINE, n % 8 == 0 ? (bit(r, n) ? "  1" : "  0") : bit(r, n) ? " 1" : " 0");
}

char *
registers_line(const struct registers *r, unsigned i, char buf[REGISTERS_LINE])
{
	unsigned v;
	char abcd[24], cdab[24], pairs[64] = "          -           -            -            -";

	if (is_bits(r->m.table)) {
		bits_line(r, i, buf);
		return buf;
	}
	v = word(r, i);
	if (i + 1 < r->m.count)
		str_printf(pairs, sizeof pairs, "%11d %11d %12s %12s", (int32_t)pair(r, i, ORDER_ABCD),
		    (int32_t)pair(r, i, ORDER_CDAB), float_text(pair(r, i, ORDER_ABCD), abcd),
		    float_text(pair(r, i, ORDER_CDAB), cdab));
	str_printf(buf, REGISTERS_LINE, "%7u %04X %6u %6d %s %c%c", r->m.address + i, v, v, (int)(int16_t)v, pairs,
	    shown(r->data[2 * i]), shown(r->data[2 * i + 1]));
	return buf;
}

char *
registers_more(const struct registers *r, unsigned i, char buf[REGISTERS_LINE])
{
	unsigned v = is_bits(r->m.table) ? 0 : word(r, i);
	char text[64];

	if (is_bits(r->m.table)) {
		str_copy(buf, REGISTERS_LINE, "the first of a row is at its address, the next one behind it");
		return buf;
	}
	str_printf(buf, REGISTERS_LINE, "%u: bits 15..0", r->m.address + i);
	for (unsigned n = 0; n < 16; n++) {
		str_printf(text, sizeof text, "%s%u", n % 4 == 0 ? " " : "", v >> (15 - n) & 1);
		str_append(buf, REGISTERS_LINE, text);
	}
	if (i + 1 < r->m.count) {
		str_printf(text, sizeof text, ", u32 ABCD %u, CDAB %u", pair(r, i, ORDER_ABCD), pair(r, i, ORDER_CDAB));
		str_append(buf, REGISTERS_LINE, text);
	}
	return buf;
}

char *
registers_swapped(const struct registers *r, unsigned i, char buf[REGISTERS_LINE])
{
	char badc[24], dcba[24];

	buf[0] = '\0';
	if (!is_bits(r->m.table) && i + 1 < r->m.count)
		str_printf(buf, REGISTERS_LINE, "BADC s32 %d f32 %s, DCBA s32 %d f32 %s",
		    (int32_t)pair(r, i, ORDER_BADC), float_text(pair(r, i, ORDER_BADC), badc),
		    (int32_t)pair(r, i, ORDER_DCBA), float_text(pair(r, i, ORDER_DCBA), dcba));
	return buf;
}

char *
registers_said(const struct registers *r, unsigned i, char buf[REGISTERS_SAID])
{
	unsigned v;
	char abcd[24], cdab[24], text[160];

	if (is_bits(r->m.table)) {
		bits_line(r, i, buf);
		return buf;
	}
	v = word(r, i);
	str_printf(buf, REGISTERS_SAID, "%u: hex %04X, u16 %u", r->m.address + i, v, v);
	if (v > INT16_MAX) {
		str_printf(text, sizeof text, ", s16 %d", (int)(int16_t)v);
		str_append(buf, REGISTERS_SAID, text);
	}
	if (i + 1 < r->m.count) {
		str_printf(text, sizeof text, ", f32 %s, CDAB %s, s32 %d, CDAB %d",
		    float_text(pair(r, i, ORDER_ABCD), abcd), float_text(pair(r, i, ORDER_CDAB), cdab),
		    (int32_t)pair(r, i, ORDER_ABCD), (int32_t)pair(r, i, ORDER_CDAB));
		str_append(buf, REGISTERS_SAID, text);
	}
	return buf;
}

static json_t *
register_json(const struct registers *r, unsigned i)
{
	json_t *j = json_object();
	unsigned v = word(r, i);
	char text[8], key[16];

	json_object_set_new(j, "address", json_integer(r->m.address + i));
	str_printf(text, sizeof text, "%04X", v);
	json_object_set_new(j, "hex", json_string(text));
	json_object_set_new(j, "u16", json_integer(v));
	json_object_set_new(j, "s16", json_integer((int16_t)v));
	str_printf(text, sizeof text, "%c%c", shown(r->data[2 * i]), shown(r->data[2 * i + 1]));
	json_object_set_new(j, "text", json_string(text));
	for (int o = 0; i + 1 < r->m.count && o < ORDER_COUNT; o++) {
		str_printf(key, sizeof key, "u32_%s", byte_order_word((enum byte_order)o));
		json_object_set_new(j, key, json_integer(pair(r, i, (enum byte_order)o)));
		str_printf(key, sizeof key, "s32_%s", byte_order_word((enum byte_order)o));
		json_object_set_new(j, key, json_integer((int32_t)pair(r, i, (enum byte_order)o)));
		str_printf(key, sizeof key, "f32_%s", byte_order_word((enum byte_order)o));
		json_object_set_new(j, key, jout_number(as_float(pair(r, i, (enum byte_order)o))));
	}
	return j;
}

json_t *
registers_json(const struct registers *r, const char *device)
{
	json_t *j = jout_begin(), *list = json_array();

	json_object_set_new(j, "device", jout_text(device));
	json_object_set_new(j, "table", json_string(mb_table_word((enum mb_table)r->m.table)));
	json_object_set_new(j, "address", json_integer(r->m.address));
	json_object_set_new(j, "count", json_integer(r->m.count));
	json_object_set_new(j, "time", jout_time((struct utc){ r->m.time }));
	for (unsigned i = 0; i < r->m.count; i++)
		json_array_append_new(list, is_bits(r->m.table) ? json_integer(bit(r, i)) : register_json(r, i));
	json_object_set_new(j, is_bits(r->m.table) ? "bits" : "registers", list);
	return j;
}
