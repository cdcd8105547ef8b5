/* SPDX-License-Identifier: Apache-2.0 */
/* t_look.c - what a person looks at on the wire: registers in all the ways that they may be meant. */
#include "config.h"

#include <string.h>

#include "tests/unit/t.h"

#include "console/registers.h"
#include "scada/base/mem.h"
#include "scada/base/wire.h"

/* ---- registers */

static const uint8_t six[] = { 0x44, 0x9A, 0x50, 0x00, 0x44, 0x9A, 0xFF, 0xFD, 0x40, 0xE0, 'O', 'k' };

static bool
taken(struct registers *r, struct msg_registers_get asked, const uint8_t *data, size_t len)
{
	struct wbuf b;
	struct frame f = { .type = W_REGISTERS };
	bool is_it;

	wbuf_init(&b);
	msg_registers_put(&b,
	    &(struct msg_registers){
	        asked.device, asked.table, asked.address, asked.count, 1000000, { data, (uint32_t)len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	is_it = registers_take(r, &f, &asked);
	wbuf_done(&b);
	return is_it;
}

START_TEST(registers_are_shown_in_the_ways_that_they_may_be_meant)
{
	struct registers r;
	char line[REGISTERS_LINE], said[REGISTERS_SAID];

	ck_assert(taken(&r, (struct msg_registers_get){ 3, TABLE_HOLDING, 40000, 6 }, six, sizeof six));
	ck_assert_uint_eq(registers_lines(&r), 6);
	ck_assert_uint_eq(strlen(registers_head(&r)), 80);
	ck_assert_str_eq(registers_line(&r, 0, line),
	    "  40000 449A  17562  17562  1150963712  1342194842       1234.5  8.60792e+09 D.");
	ck_assert_str_eq(registers_line(&r, 1, line),
	    "  40001 5000  20480  20480  1342194842  1150963712  8.60792e+09       1234.5 P.");
	ck_assert_str_eq(registers_line(&r, 3, line),
	    "  40003 FFFD  65533     -3     -180000  1088487421          NaN      7.03125 ..");
	ck_assert_str_eq(registers_line(&r, 5, line), /* none follows: it is half of nothing */
	    "  40005 4F6B  20331  20331           -           -            -            - Ok");
	ck_assert_str_eq(
	    registers_more(&r, 0, line), "40000: bits 15..0 0100 0100 1001 1010, u32 ABCD 1150963712, CDAB 1342194842");
	ck_assert_str_eq(registers_swapped(&r, 0, line), "BADC s32 -1706819504 f32 tiny, DCBA s32 5282372 f32 tiny");
	ck_assert_str_eq(registers_swapped(&r, 5, line), "");
	ck_assert_str_eq(registers_said(&r, 3, said),
	    "40003: hex FFFD, u16 65533, s16 -3, f32 NaN, CDAB 7.03125, s32 -180000, CDAB 1088487421");
}
END_TEST

START_TEST(bits_are_shown_sixteen_a_line)
{
	static const uint8_t bits[] = { 0x05, 0x80, 0x03 };
	struct registers r;
	char line[REGISTERS_LINE];

	ck_assert(taken(&r, (struct msg_registers_get){ 3, TABLE_COIL, 20, 18 }, bits, sizeof bits));
	ck_assert_uint_eq(registers_lines(&r), 2);
	ck_assert_str_eq(registers_line(&r, 0, line), "     20   1 0 1 0 0 0 0 0  0 0 0 0 0 0 0 1");
	ck_assert_str_eq(registers_line(&r, 1, line), "     36   1 1");
}
END_TEST

START_TEST(an_answer_to_another_question_is_none)
{
	struct registers r;
	struct msg_registers_get asked = { 3, TABLE_HOLDING, 40000, 6 }, most = { 3, TABLE_INPUT, 0, REGISTERS_MAX };
	static const uint8_t zeros[2 * REGISTERS_MAX];

	ck_assert(taken(&r, most, zeros, sizeof zeros));
	ck_assert(!taken(&r, asked, six, sizeof six - 1));
	ck_assert(!taken(&r, asked, six, 0));
	asked.count = 0;
	ck_assert(!taken(&r, asked, six, 0));
	asked = (struct msg_registers_get){ 3, TABLE_COUNT, 40000, 6 };
	ck_assert(!taken(&r, asked, six, sizeof six));
}
END_TEST

START_TEST(what_is_typed_is_judged_with_a_sentence)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "", "type TABLE ADDRESS [COUNT], as in: holding 40000 10" },
		{ "holding", "type TABLE ADDRESS [COUNT], as in: holding 40000 10" },
		{ "holding 1 2 3", "type TABLE ADDRESS [COUNT], as in: holding 40000 10" },
		{ "4x 1", "\"4x\" is no table: coil, discrete, holding or input" },
		{ "input 65536", "\"65536\" is no address: 0 to 65535, counted from 0 as in profiles" },
		{ "input -1", "\"-1\" is no address: 0 to 65535, counted from 0 as in profiles" },
		{ "input 0 126", "\"126\" is no count: 1 to 125 of input at once" },
		{ "coil 0 2001", "\"2001\" is no count: 1 to 2000 of coil at once" },
		{ "input 65535 2", "2 from 65535 on go beyond the last one, 65535" },
	};
	struct msg_registers_get m;
	char why[200];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert(!registers_read_line(bad[i].line, &m, why, sizeof why));
		ck_assert_str_eq(why, bad[i].why);
	}
	ck_assert(registers_read_line("  discrete  65535 ", &m, why, sizeof why));
	ck_assert(m.table == TABLE_DISCRETE && m.address == 65535 && m.count == 1);
	ck_assert(registers_read_line("holding 40000 125", &m, why, sizeof why));
	ck_assert(m.table == TABLE_HOLDING && m.address == 40000 && m.count == 125);
}
END_TEST

/* clang-format off */
T_MAIN("look",
    T(registers_are_shown_in_the_ways_that_they_may_be_meant)
    T(bits_are_shown_sixteen_a_line)
    T(an_answer_to_another_question_is_none)
    T(what_is_typed_is_judged_with_a_sentence))
/* clang-format on */
