/* SPDX-License-Identifier: Apache-2.0 */
/* t_screenfile.c - screen files: what is read, what is refused and where, and that nothing is too big. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/screenfile.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "tests/unit/t.h"

#define HEAD  "screen: s\ntitle: T\n"
#define FIELD HEAD "a = ESS1.SOC\n"

static char told[32768];
static unsigned fault_count;

static void
tell(uint32_t line, uint32_t column, const char *text, void *arg)
{
	char part[600];

	(void)arg;
	snprintf(part, sizeof(part), "%u:%u: %s\n", (unsigned)line, (unsigned)column, text);
	str_append(told, sizeof(told), part);
	fault_count++;
}

static struct screen_file *
parse_bytes(const char *text, size_t len)
{
	told[0] = '\0';
	fault_count = 0;
	return screen_file_parse(text, len, tell, NULL);
}

static struct screen_file *
parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

START_TEST(header_and_fields_are_read)
{
	struct screen_file *f = parse("# a comment\n"
	                              "screen: batteries-2\ntitle: Batteries\ntitle_ja: 蓄電池\nkey: 2\n\n"
	                              "soc = ESS1.SOC   # the default kind\n"
	                              "b = ESS1.SOC bar -10 1.5e2\n"
	                              "flow = GRID.RX.P flow > \"<#\" -  # signs\n"
	                              "cb = GRID.CB.52R symbol CLOSED \"\"\n"
	                              "--- 40x3\n"
	                              "soc {soc...} {b.........}\n\n"
	                              "{flow....} {cb....}\n\n\n");

	ck_assert_msg(f != NULL, "%s", told);
	ck_assert_str_eq(f->name, "batteries-2");
	ck_assert_str_eq(f->title, "Batteries");
	ck_assert_str_eq(f->title_ja, "蓄電池");
	ck_assert_str_eq(f->key, "2");
	ck_assert_uint_eq(f->binding_count, 4);
	ck_assert_str_eq(f->bindings[0].point, "ESS1.SOC");
	ck_assert_int_eq(f->bindings[0].kind, FIELD_VALUE);
	ck_assert_uint_eq(f->bindings[0].line, 7);
	ck_assert_double_eq(f->bindings[1].lo, -10);
	ck_assert_double_eq(f->bindings[1].hi, 150);
	ck_assert_str_eq(f->bindings[2].text[1], "<#");
	ck_assert_str_eq(f->bindings[3].text[1], "");
	ck_assert_uint_eq(f->drawing_count, 1);
	ck_assert_uint_eq(f->drawings[0].field_count, 4);
	ck_assert_str_eq(f->drawings[0].lines[0], "soc                      ");
	ck_assert_str_eq(f->drawings[0].lines[1], "");
	ck_assert_uint_eq(f->drawings[0].fields[2].row, 2);
	ck_assert_uint_eq(f->drawings[0].fields[3].column, 11);
	ck_assert_uint_eq(f->drawings[0].fields[3].width, 8);
	screen_file_free(f);
}
END_TEST

START_TEST(fields_stand_in_cells_not_in_bytes)
{
	struct screen_file *f = parse(FIELD "--- 14x1\n市役所 ─ {a..}\n");

	ck_assert_msg(f != NULL, "%s", told);
	ck_assert_uint_eq(f->drawings[0].fields[0].column, 9);
	ck_assert_uint_eq(f->drawings[0].fields[0].width, 5);
	screen_file_free(f);
}
END_TEST

START_TEST(boxes_take_one_cell_where_ambiguous_letters_take_two)
{
	struct screen_file *f;

	text_set_ambiguous(2);
	f = parse(FIELD "--- 8x1\n──█ {a.}\n");
	text_set_ambiguous(1);
	ck_assert_msg(f != NULL, "%s", told);
	ck_assert_uint_eq(f->drawings[0].fields[0].column, 4);
	screen_file_free(f);
}
END_TEST

START_TEST(a_line_may_fill_the_drawing_and_not_more)
{
	struct screen_file *f = parse(FIELD "--- 4x2\n市市\n{a.}     \n");

	ck_assert_msg(f != NULL, "%s", told); /* trailing spaces do not count */
	screen_file_free(f);
	f = parse(FIELD "--- 4x2\n市市.\n {a.}\n");
	ck_assert(f == NULL);
	ck_assert_str_eq(told, "5:3: beyond column 4; the drawing is 4x2\n6:2: beyond column 4; the drawing is 4x2\n");
}
END_TEST

START_TEST(the_largest_drawing_that_fits_is_taken)
{
	struct screen_file *f = parse(FIELD "--- 132x36\n{a.}\n--- 80x17\n{a.}\n--- 200x53\n{a.}\n");

	ck_assert_msg(f != NULL, "%s", told);
	ck_assert_uint_eq(screen_file_fit(f, 80, 17)->columns, 80);
	ck_assert_uint_eq(screen_file_fit(f, 199, 100)->columns, 132);
	ck_assert_uint_eq(screen_file_fit(f, 300, 100)->columns, 200);
	ck_assert(screen_file_fit(f, 79, 17) == NULL);
	ck_assert(screen_file_fit(f, 200, 16) == NULL);
	screen_file_free(f);
}
END_TEST

START_TEST(all_faults_are_told_in_one_run)
{
	ck_assert(parse("screen: S\ntitel: x\na = ESS1.SOC bra 0 1\nb = ess\nhello\n--- 9x1\n{c}\n") == NULL);
	ck_assert_str_eq(told,
	    "1:9: 'S' is no name of a screen; small letters, digits and '-', 31 at most\n"
	    "2:1: no key 'titel'; did you mean 'title'?\n"
	    "3:14: no kind of field 'bra'; did you mean 'bar'?\n"
	    "4:5: 'ess' is no name of a point; write it as ESS1.SOC\n"
	    "5:1: neither a key nor a field; write 'key: value', 'field = POINT' or '--- 80x17'\n"
	    "7:2: no field 'c'; bind it above: c = DEVICE.ITEM\n"
	    "1:0: no 'screen:'; the name of the screen, as screen: overview\n"
	    "1:0: no 'title:'; what stands above the screen\n");
}
END_TEST

/* clang-format off */
static const struct { const char *text, *fault; } refused[] = {
	{ "", "no 'screen:'" },
	{ HEAD, "1:0: no drawing" },
	{ HEAD "colour: red\n--- 1x1\n", "3:1: no key 'colour'; the keys are screen, title, title_ja and key" },
	{ HEAD "a = ESS1.SOC thermometer\n--- 9x1\n", "3:14: no kind of field 'thermometer'; chisan-screen(5) lists them" },
	{ HEAD "title: U\n--- 1x1\n", "3:1: 'title' stands twice" },
	{ HEAD "key:\n--- 1x1\n", "3:5: 'key' is empty" },
	{ HEAD "key: 12\n--- 1x1\n", "3:6: '12' is no key" },
	{ HEAD "key: 雪\n--- 1x1\n", "3:6: '雪' is no key" },
	{ FIELD "a = ESS1.SOH\n--- 9x1\n{a}\n", "4:1: 'a' is bound in line 3 already" },
	{ HEAD "A = ESS1.SOC\n--- 9x1\n", "3:1: 'A' is no name of a field" },
	{ HEAD "a =\n--- 9x1\n", "3:3: no point" },
	{ HEAD "a = # ESS1.SOC\n--- 9x1\n", "3:3: no point" },
	{ HEAD "a = ESS1.SOC bar 0\n--- 9x1\n", "3:19: 1 arguments of 'bar'; it takes 2" },
	{ HEAD "a = ESS1.SOC unit 7\n--- 9x1\n", "3:19: 1 arguments of 'unit'; it takes 0" },
	{ HEAD "a = ESS1.SOC bar 0 nan\n--- 9x1\n", "3:20: 'nan' is no number" },
	{ HEAD "a = ESS1.SOC bar 010 20\n--- 9x1\n", "3:18: '010' is no number" },
	{ HEAD "a = ESS1.SOC bar 5 5\n--- 9x1\n", "3:18: the bar ends before it begins" },
	{ HEAD "a = ESS1.SOC bar 0.0000000000000000000000000000000000000000000001 2\n--- 9x1\n", "3:18: '0.0000000000000000000000000000000000000' is no number" },
	{ HEAD "a = ESS1.SOC symbol \"ON\n--- 9x1\n", "3:21: a quote that does not end" },
	{ HEAD "a = ESS1.SOC symbol 12345678901234567 x\n--- 9x1\n", "3:21: too long for a sign" },
	{ FIELD "--- 9x1\n", "3:0: 'a' is in no drawing" },
	{ FIELD "--- 9\n{a}\n", "4:5: '9' is no size" },
	{ FIELD "--- 0x1\n{a}\n", "4:5: '0x1' is no size" },
	{ FIELD "--- 401x1\n{a}\n", "4:5: '401x1' is no size" },
	{ FIELD "--- 80x121\n{a}\n", "4:5: '80x121' is no size" },
	{ FIELD "---80x\n{a}\n", "4:4: '80x' is no size" },
	{ FIELD "--- 9x1\n{a}\n--- 9x1\n{a}\n", "6:5: a second drawing of this size" },
	{ FIELD "--- 9x1\n{a}\n\nx\n", "7:1: beyond row 1" },
	{ FIELD "--- 9x1\n{a}}\n", "5:4: a brace that ends no field" },
	{ FIELD "--- 9x1\n{a\n", "5:1: a brace that begins no field" },
	{ FIELD "--- 9x1\n{a. }\n", "5:1: a brace that begins no field" },
	{ FIELD "--- 9x1\n{...}\n", "5:1: a brace that begins no field" },
	{ FIELD "--- 9x1\n雪\t{a}\n", "5:2: a tab" },
	{ FIELD "--- 9x1\r\n{a}\n", "4:8: a carriage return" },
	{ "\xEF\xBB\xBF" FIELD "--- 9x1\n{a}\n", "1:1: a byte order mark" },
	{ FIELD "--- 9x1\n{a}\xC3\x28\n", "5:4: not UTF-8" },
	{ FIELD "--- 9x1\n{a}\033[2J\n", "5:4: a control character" },
	{ FIELD "--- 9x1\n{a}\xE2\x80\xAE\n", "5:4: an invisible" },
	{ FIELD "--- 9x1\ne\xCC\x81{a}\n", "5:2: a combining mark" },
	{ FIELD "--- 9x1\n{a}\xC2\x9B\n", "5:4: an invisible" },
};
/* clang-format on */

START_TEST(a_fault_is_told_with_its_place)
{
	struct screen_file *f = parse(refused[_i].text);

	ck_assert_msg(f == NULL, "accepted: %s", refused[_i].text);
	ck_assert_msg(strstr(told, refused[_i].fault) != NULL, "wanted '%s', got '%s'", refused[_i].fault, told);
}
END_TEST

START_TEST(a_nul_byte_is_told)
{
	static const char text[] = FIELD "--- 9x1\n{a}\0\n";

	ck_assert(parse_bytes(text, sizeof(text) - 1) == NULL);
	ck_assert_msg(strstr(told, "5:4: a NUL byte") != NULL, "%s", told);
}
END_TEST

START_TEST(a_file_of_more_than_its_limit_is_refused)
{
	char *big = malloc(SCREEN_FILE_MAX + 1);

	memset(big, '#', SCREEN_FILE_MAX + 1);
	ck_assert(parse_bytes(big, SCREEN_FILE_MAX + 1) == NULL);
	ck_assert_msg(strstr(told, "larger than") != NULL, "%s", told);
	free(big);
}
END_TEST

START_TEST(thousands_of_faults_end_in_a_hundred)
{
	char *big = malloc(SCREEN_FILE_MAX);

	for (size_t i = 0; i < SCREEN_FILE_MAX; i += 2)
		memcpy(big + i, "x\n", 2);
	ck_assert(parse_bytes(big, SCREEN_FILE_MAX) == NULL);
	ck_assert_uint_eq(fault_count, 100);
	ck_assert(strstr(told, "too many faults") != NULL);
	free(big);
}
END_TEST

START_TEST(too_many_fields_are_told_in_bounded_time)
{
	char *big = malloc(SCREEN_FILE_MAX);
	size_t len = (size_t)snprintf(big, SCREEN_FILE_MAX, FIELD "--- 400x120\n");

	while (len + 400 < SCREEN_FILE_MAX) {
		for (int i = 0; i < 100; i++, len += 3)
			memcpy(big + len, "{a}", 3);
		big[len++] = '\n';
	}
	ck_assert(parse_bytes(big, len) == NULL);
	ck_assert_msg(strstr(told, "more than 4000 fields") != NULL, "%s", told);
	free(big);
}
END_TEST

START_TEST(every_kind_has_its_row)
{
	static const char *const words[] = {
#define WORD(id, word, args, help) word,
		FIELD_LIST(WORD)
	};
	static const unsigned args[] = {
#define ARGS(id, word, args, help) args,
		FIELD_LIST(ARGS)
	};
	static const char *const sample[] = { "", "", " 0 1", " > < -" };
	char text[200];
	struct screen_file *f;
	unsigned a = args[_i];

	snprintf(text, sizeof(text), HEAD "a = ESS1.SOC %s%s\n--- 9x1\n{a...}\n", words[_i], sample[a]);
	f = parse(text);
	ck_assert_msg(f != NULL, "%s", told);
	ck_assert_int_eq((int)f->bindings[0].kind, _i);
	screen_file_free(f);
}
END_TEST

static char page[32768];

static void
read_manual(void)
{
	char path[1024];
	const char *top = getenv("top_srcdir");
	FILE *f;

	ck_assert(str_printf(path, sizeof(path), "%s/docs/man/chisan-screen.5", top != NULL ? top : "."));
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "no %s", path);
	page[fread(page, 1, sizeof(page) - 1, f)] = '\0';
	fclose(f);
}

START_TEST(the_manual_lists_every_kind)
{
	static const struct {
		const char *word, *args, *help;
	} rows[] = {
#define ROW(id, word, args, help) { word, (args) == 0 ? "" : (args) == 3 ? " Ar a b c" : NULL, help },
		FIELD_LIST(ROW)
	};
	char row[300];

	read_manual();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *args = rows[i].args != NULL   ? rows[i].args
		    : strcmp(rows[i].word, "symbol") == 0 ? " Ar a b"
		                                          : " Ar lo hi";
		snprintf(row, sizeof(row), "\n.It Cm %s%s Ta %s\n", rows[i].word, args, rows[i].help);
		ck_assert_msg(strstr(page, row) != NULL, "chisan-screen.5 lacks: %s", row);
	}
}
END_TEST

START_TEST(the_manual_s_example_reads)
{
	char *begin, *end;
	struct screen_file *f;

	read_manual();
	begin = strstr(page, "\n.Bd -literal\n");
	ck_assert(begin != NULL);
	begin += strlen("\n.Bd -literal\n");
	end = strstr(begin, ".Ed\n");
	ck_assert(end != NULL);
	f = parse_bytes(begin, (size_t)(end - begin));
	ck_assert_msg(f != NULL, "%s", told);
	ck_assert_uint_eq(f->binding_count, 7);
	ck_assert_uint_eq(f->drawings[0].field_count, 7);
	screen_file_free(f);
}
END_TEST

/* clang-format off */
T_MAIN("screenfile",
	T(header_and_fields_are_read)
	T(fields_stand_in_cells_not_in_bytes)
	T(boxes_take_one_cell_where_ambiguous_letters_take_two)
	T(a_line_may_fill_the_drawing_and_not_more)
	T(the_largest_drawing_that_fits_is_taken)
	T(all_faults_are_told_in_one_run)
	T_LOOP(a_fault_is_told_with_its_place, 0, (int)(sizeof(refused) / sizeof(refused[0])))
	T(a_nul_byte_is_told)
	T(a_file_of_more_than_its_limit_is_refused)
	T(thousands_of_faults_end_in_a_hundred)
	T(too_many_fields_are_told_in_bounded_time)
	T_LOOP(every_kind_has_its_row, 0, FIELD_KIND_COUNT)
	T(the_manual_lists_every_kind)
	T(the_manual_s_example_reads))
