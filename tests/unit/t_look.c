/* SPDX-License-Identifier: Apache-2.0 */
/* t_look.c - what a person looks at on the wire: registers in all the ways that they may be meant, and frames in words. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/t.h"

#include "console/dump_say.h"
#include "console/registers.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
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

/* ---- frames */

static struct dump_say *said;

/* bytes: in hexadecimal digits, as chisan dump --hex has shown them of the simulated district */
static const char *
frame(unsigned what, unsigned form, uint32_t device, unsigned took_us, const char *bytes)
{
	static char line[DUMP_SAY_LINE];
	uint8_t data[400];
	size_t len = 0;
	struct msg_dump_line m = { .time = 5 * 3600 * US_PER_S + 123456,
		.device = device,
		.what = (uint8_t)what,
		.form = (uint8_t)form,
		.err = what == DUMP_NONE ? ERR_TIMEOUT : OK,
		.took_us = took_us,
		.peer = form == DUMP_ECHONET ? "192.0.2.7" : "" };

	for (const char *p = bytes; *p != '\0'; p += strspn(p, " ")) {
		char *end;
		data[len++] = (uint8_t)strtoul(p, &end, 16);
		p = end;
	}
	m.raw = (struct msg_bytes){ data, (uint32_t)len };
	dump_say_line(said, &m, "ESS1", line);
	ck_assert_str_eq(strstr(line, ":00:00.123 "), line + 4);
	return line + strlen("O 05:00:00.123 ");
}

static void
begin_said(void)
{
	said = xcalloc(1, sizeof *said);
}

static void
end_said(void)
{
	free(said);
}

START_TEST(requests_and_answers_are_said_in_words)
{
	ck_assert_str_eq(frame(DUMP_REQUEST, DUMP_TCP, 1, 0, "01 48 00 00 00 06 01 03 9c 40 00 04"),
	    "ESS1/1 #328 read holding 40000..40003");
	ck_assert_str_eq(frame(DUMP_REQUEST, DUMP_TCP, 1, 0, "01 47 00 00 00 06 01 03 00 09 00 03"),
	    "ESS1/1 #327 read holding 9..11");
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_TCP, 1, 1700, "01 48 00 00 00 0b 01 03 08 53 75 6e 53 00 01 00 42"),
	    "ESS1/1 #328 1.7 ms read holding 40000..40003: 21365 28243 1 66");
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_TCP, 1, 100, "01 47 00 00 00 03 01 83 02"),
	    "ESS1/1 #327 0.1 ms read holding 9..11: exception 2, no such address");
	ck_assert_str_eq(frame(DUMP_REQUEST, DUMP_TCP, 1, 0, "01 43 00 00 00 0b 01 10 9d b9 00 02 04 00 00 00 5c"),
	    "ESS1/1 #323 write many holding 40377..40378: 0 92");
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_TCP, 1, 111, "01 43 00 00 00 06 01 10 9d b9 00 02"),
	    "ESS1/1 #323 0.1 ms write many holding 40377..40378: done");
}
END_TEST

START_TEST(what_came_on_a_line_is_found_behind_noise)
{
	ck_assert_str_eq(frame(DUMP_REQUEST, DUMP_RTU, 0, 0, "01 02 00 00 00 0b 39 cd"), "ESS1/1 read discrete 0..10");
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_RTU, 0, 100, "01 02 02 06 00 ba 18"),
	    "ESS1/1 0.1 ms read discrete 0..10: 0 1 1 0 0 0 0 0 0 0 and 1 more");
	frame(DUMP_REQUEST, DUMP_RTU, 0, 0, "01 02 00 14 00 05 f8 0d");
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_RTU, 0, 100, "ff 00 01 02 01 1f e0 40"),
	    "ESS1/1 0.1 ms read discrete 20..24: 1 1 1 1 1");
}
END_TEST

START_TEST(what_is_no_answer_is_said_too)
{
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_TCP, 1, 100, "01 48 00 00 00 0b 01 03 08 53 75 6e 53 00 01 00 42"),
	    "ESS1/1 #328 0.1 ms function 3, asked before this began");
	frame(DUMP_REQUEST, DUMP_TCP, 1, 0, "01 48 00 00 00 06 07 03 9c 40 00 04");
	ck_assert_str_eq(frame(DUMP_NONE, DUMP_TCP, 2, 500000, ""), "ESS1 500.0 ms the device did not answer in time");
	ck_assert_str_eq(frame(DUMP_NONE, DUMP_TCP, 1, 500000, ""),
	    "ESS1/7 #328 500.0 ms read holding 40000..40003: the device did not answer in time");
	ck_assert_str_eq(frame(DUMP_ANSWER, DUMP_TCP, 1, 0, "01 48 00"), "ESS1 0.0 ms less than a frame");
	ck_assert_str_eq(frame(DUMP_REQUEST, DUMP_RTU, 1, 0, "01 2b 0e"), "ESS1 less than a frame");
	ck_assert_str_eq(frame(DUMP_REQUEST, DUMP_RTU, 1, 0, "01 2b 0e 01 00 70 77"), "ESS1/1 function 43");
}
END_TEST

#define NODE(what, took, bytes) frame(what, DUMP_ECHONET, 1, took, bytes)

START_TEST(datagrams_are_said_in_words)
{
	ck_assert_str_eq(NODE(DUMP_REQUEST, 0, "10 81 00 07 05 ff 01 01 57 01 62 02 db 00 de 00"),
	    "ESS1 192.0.2.7 #7 Get 05FF01>015701 (Package air conditioner, outdoor unit): DB power, DE "
	    "power-restriction");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 8200, "10 81 00 07 01 57 01 05 ff 01 52 02 db 04 00 00 13 88 de 00"),
	    "ESS1 192.0.2.7 #7 8.2 ms Get_SNA 015701>05FF01 (Package air conditioner, outdoor unit): DB "
	    "power=00001388, "
	    "DE power-restriction");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, "10 81 01 00 0e f0 01 0e f0 01 73 01 d5 04 01 01 57 01"),
	    "ESS1 192.0.2.7 #256 INF 0EF001>0EF001 (Node profile): D5 instances-announced=01015701");
	ck_assert_str_eq(NODE(DUMP_REQUEST, 0, "10 81 12 34 05 ff 01 02 88 01 6e 01 e5 01 02 01 e2 00"),
	    "ESS1 192.0.2.7 #4660 SetGet 05FF01>028801 (Low-voltage smart meter): E5 history-day=02; get E2");
}
END_TEST

START_TEST(a_silent_node_is_said_with_what_it_was_asked)
{
	ck_assert_str_eq(NODE(DUMP_NONE, 5000000, ""), "ESS1 192.0.2.7 5000.0 ms the device did not answer in time");
	NODE(DUMP_REQUEST, 0, "10 81 00 07 05 ff 01 01 57 01 62 01 db 00");
	NODE(DUMP_REQUEST, 0, "10 81 00 08 05 ff 01 0e f0 01 62 01 d6 00");
	ck_assert_str_eq(NODE(DUMP_NONE, 5000000, ""),
	    "ESS1 192.0.2.7 5000.0 ms #8 Get 0EF001.D6: the device did not answer in time");
	NODE(DUMP_REQUEST, 0, "10 81 00 09 05 ff 01 01 57 01 62 01 db 00");
	NODE(DUMP_REQUEST, 0,
	    "10 81 01 00 0e f0 01 01 57 01 72 01 d6 04 01 05 ff 01"); /* its question is answered meanwhile */
	ck_assert_str_eq(NODE(DUMP_NONE, 5000000, ""),
	    "ESS1 192.0.2.7 5000.0 ms #9 Get 015701.DB: the device did not answer in time");
}
END_TEST

/* Two lists of eight times sixteen bytes. */
START_TEST(a_datagram_that_fills_more_than_a_line_says_that_it_is_cut)
{
	char bytes[2048] = "10 81 00 07 01 57 01 05 ff 01 7e";
	const char *line;

	for (int list = 0; list < 2; list++) {
		str_append(bytes, sizeof bytes, " 08");
		for (int i = 0; i < 8; i++)
			str_append(bytes, sizeof bytes, " b0 10 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff");
	}
	line = NODE(DUMP_ANSWER, 0, bytes);
	ck_assert_msg(strcmp(line + strlen(line) - 4, " ...") == 0, "%s", line);
}
END_TEST

START_TEST(datagrams_that_are_none_are_said_to_be_so)
{
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, ""), "ESS1 192.0.2.7 an empty datagram");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, "10 81 00"), "ESS1 192.0.2.7 less than a frame, 3 bytes: 108100");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, "10 82 00 01 05"),
	    "ESS1 192.0.2.7 a frame of format 2, of which nothing is known: 1082000105");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, "1b 5b 32 4a 1b 5b 32 4a 1b 5b 32 4a 1b 5b 32 4a 07 07"),
	    "ESS1 192.0.2.7 no ECHONET Lite: it begins with 1B5B, 1081 would be right: "
	    "1B5B324A1B5B324A1B5B324A1B5B324A.. of 18 bytes");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, "10 81 00 07 ee ee ee 05 ff 01 99 02 83 01 00 8a 03 00 00"),
	    "ESS1 192.0.2.7 #7 service 99, which there is not, EEEEEE>05FF01: 83 identification=00; it is cut off "
	    "here");
	ck_assert_str_eq(NODE(DUMP_ANSWER, 0, "10 81 00 07 0e f0 01 05 ff 01 72 01 83 01 00 41 42"),
	    "ESS1 192.0.2.7 #7 Get_Res 0EF001>05FF01 (Node profile): 83 identification=00; 2 bytes too many follow: "
	    "4142");
}
END_TEST

START_TEST(no_bytes_lead_astray)
{
	char bytes[DUMP_SAY_BYTES], line[DUMP_SAY_LINE];
	uint8_t data[1501];
	uint32_t x = 1;

	for (int n = 0; n < 3000; n++) {
		struct msg_dump_line m = { .device = 1, .peer = "\033[2Jyou\xff", .raw = { data, 0 } };
		for (size_t i = 0; i < sizeof data; i++)
			data[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
		m.what = (uint8_t)(x >> 8) % DUMP_WHAT_COUNT;
		m.form = (uint8_t)(x >> 16) % DUMP_FORM_COUNT;
		m.raw.len = (x >> 12) % (n % 2 == 0 ? 14 : n % 7 == 0 ? sizeof data + 1 : 300);
		data[m.form == DUMP_TCP ? 7 : 1] = (uint8_t)(n % 24) | (n % 5 == 0 ? 0x80 : 0);
		data[0] = data[1] = 0;
		if (m.form == DUMP_ECHONET && n % 9 > 0) {
			data[0] = 0x10;
			data[1] = 0x81;
			data[10] = (uint8_t)(0x50 | (n & 0x2F));
			for (size_t i = 13; i < sizeof data; i += 2 + n % 4) /* lengths that lead somewhere */
				data[i] = (uint8_t)(n % 4);
		}
		ck_assert_uint_gt(strlen(dump_say_line(said, &m, "D", line)), 16);
		for (const char *p = line; *p != '\0'; p++)
			ck_assert((unsigned char)*p >= ' ');
		ck_assert_uint_lt(strlen(dump_say_bytes(&m, bytes)), DUMP_SAY_BYTES - 1);
	}
}
END_TEST

START_TEST(bytes_are_laid_out_for_text2pcap)
{
	static const uint8_t data[] = { 0x01, 0x43, 0, 0, 0, 0x0b, 1, 0x10, 0x9d, 0xb9, 0, 2, 4, 0, 0, 0, 0x5c };
	char bytes[DUMP_SAY_BYTES];
	struct msg_dump_line m = { .time = 1000000000123456, .raw = { data, sizeof data } };
	const char *text = dump_say_bytes(&m, bytes);

	ck_assert_int_eq(text[0], 'O');
	ck_assert_str_eq(
	    strchr(text, '.'), ".123456\n000000 01 43 00 00 00 0b 01 10 9d b9 00 02 04 00 00 00\n000010 5c\n");
	m.what = DUMP_NONE;
	ck_assert_int_eq(dump_say_bytes(&m, bytes)[0], 'I');
	m.raw.len = 0;
	ck_assert_str_eq(dump_say_bytes(&m, bytes), "");
}
END_TEST

/* clang-format off */
T_MAIN("look",
    T(registers_are_shown_in_the_ways_that_they_may_be_meant)
    T(bits_are_shown_sixteen_a_line)
    T(an_answer_to_another_question_is_none)
    T(what_is_typed_is_judged_with_a_sentence)
    T_FIXTURE(begin_said, end_said)
    T(requests_and_answers_are_said_in_words)
    T(what_came_on_a_line_is_found_behind_noise)
    T(what_is_no_answer_is_said_too)
    T(datagrams_are_said_in_words)
    T(a_silent_node_is_said_with_what_it_was_asked)
    T(a_datagram_that_fills_more_than_a_line_says_that_it_is_cut)
    T(datagrams_that_are_none_are_said_to_be_so)
    T(no_bytes_lead_astray)
    T(bytes_are_laid_out_for_text2pcap))
/* clang-format on */
