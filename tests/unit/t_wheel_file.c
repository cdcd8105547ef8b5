/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wheel_file.c - the plan file: there and back, and every fault with its line.
 */
#include "config.h"

#include <stdio.h>

#include "tests/unit/wheel_kit.h"

struct said {
	unsigned count;
	char first[800], last[800];
};

static void
hear(const char *sentence, void *arg)
{
	struct said *s = arg;
	str_copy(s->count == 0 ? s->first : s->last, sizeof(s->first), sentence);
	s->count++;
}

static struct wbuf
written(struct wheel_day *d, const char *author, struct utc now)
{
	struct wheel_plan p = kit_plan(320);
	struct wbuf b;
	unsigned n;
	char why[400] = "";
	p.generation[47] = (double)NAN;
	for (unsigned i = 0; i < 18; i++)
		p.part[i][47] = (double)NAN;
	ck_assert_msg(
	    wheel_submit(d, 0, &p, author, kit_time("2026-11-22T01:00:00Z"), &n, why, sizeof(why)) == OK, "%s", why);
	kit_answer(d, 1, true, "2026-11-22T01:05:00Z");
	wbuf_init(&b);
	wheel_write(&b, d, wheel_version(d, n), now);
	return b;
}

START_TEST(a_plan_comes_back_from_its_file)
{
	static const char *const authors[] = { "duty", "当直", "duty, \"night\"" };
	struct wheel_day d = kit_day();
	struct wbuf b = written(&d, authors[_i], kit_time("2026-11-23T00:10:00Z"));
	struct wheel_file f;
	struct said said = { 0 };
	const struct wheel_version *v = wheel_version(&d, 1);
	ck_assert_msg(wheel_read(&d, "plan.csv", (const char *)b.data, b.len, &f, hear, &said) == OK, "%s", said.first);
	ck_assert_uint_eq(said.count, 0);
	ck_assert_uint_eq(f.version, 1);
	ck_assert_str_eq(f.author, authors[_i]);
	ck_assert_int_eq(f.submitted_at.us, v->submitted_at.us);
	ck_assert_int_eq(f.accepted_at.us, v->answered_at.us);
	for (unsigned slot = 0; slot < 48; slot++) {
		ck_assert(isnan(f.plan.generation[slot]) == (slot == 47));
		ck_assert(slot == 47 || (f.plan.generation[slot] == 320 && f.plan.part[17][slot] == 10));
	}
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

START_TEST(a_row_says_version_times_and_gate)
{
	struct wheel_day d = kit_day();
	struct wbuf b =
	    written(&d, "duty", kit_time("2026-11-23T00:10:00Z")); /* 09:10: slot 19 runs, 21 is closed, 22 open */
	w_u8(&b, 0);
	const char *text = (const char *)b.data;
	ck_assert_ptr_nonnull(strstr(
	    text, "date,slot,begins,version,author,submitted_at,accepted_at,gate,generation_kwh,demand_kwh,SCH01,"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\r\n2026-11-23,1,2026-11-22T15:00:00.000Z,1,duty,2026-11-22T01:00:00.000Z,2026-11-22T01:05:00.000Z,over "
	    "filed,320.000,189.000,10.000,"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\r\n2026-11-23,19,2026-11-23T00:00:00.000Z,1,duty,2026-11-22T01:00:00.000Z,2026-11-22T01:05:00.000Z,"
	    "running filed,"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\r\n2026-11-23,21,2026-11-23T01:00:00.000Z,1,duty,2026-11-22T01:00:00.000Z,2026-11-22T01:05:00.000Z,"
	    "closed filed,"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\r\n2026-11-23,22,2026-11-23T01:30:00.000Z,1,duty,2026-11-22T01:00:00.000Z,2026-11-22T01:05:00.000Z,open "
	    "filed,"));
	ck_assert_ptr_nonnull(strstr(text, ",open none,,,,"));
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

/* In the file of a_plan_comes_back, the first `from` of a line becomes `to`; that must be said so. */
static const struct hostile {
	unsigned line;
	const char *from, *to, *says;
} hostile[] = {
	{ 1, "slot", "slots", "plan.csv:1: column 2 is \"slots\"; it should be \"slot\"" },
	{ 1, "SCH04", "SCH05", "plan.csv:1: column 14 is \"SCH05\"; it should be \"SCH04\"" },
	{ 1, ",SCH18", "", "plan.csv:1: 27 columns; for 18 parts it is 28" },
	{ 3, "2026-11-23", "2026-11-24", "plan.csv:3: date is \"2026-11-24\"; the plan is for 2026-11-23" },
	{ 3, ",2,", ",3,", "plan.csv:3: slot is \"3\"; here comes slot 2" },
	{ 3, ",2,", ",02,", "plan.csv:3: slot is \"02\"" },
	{ 3, "T15:30", "T15:31",
	    "plan.csv:3: begins is \"2026-11-22T15:31:00.000Z\"; slot 2 begins at 2026-11-22T15:30:00.000Z" },
	{ 4, ",1,duty", ",2,duty", "plan.csv:4: version, author or times differ" },
	{ 4, ",1,duty", ",one,duty", "plan.csv:4: version is \"one\"" },
	{ 4, "duty", "relief", "plan.csv:4: version, author or times differ" },
	{ 4, "duty", "=cmd|'/c calc'!A1", "plan.csv:4: author begins with = + - or @" },
	{ 4, "duty", "", "plan.csv:4: author is empty" },
	{ 4, "T01:05", "T00:05", "plan.csv:4: accepted_at is before submitted_at" },
	{ 4, "2026-11-22T01:00:00.000Z", "noon", "plan.csv:4: submitted_at is \"noon\"" },
	{ 5, "320.000", "-320.000", "plan.csv:5: generation_kwh is \"-320.000\"" },
	{ 5, "320.000", "3.2e2", "plan.csv:5: generation_kwh is \"3.2e2\"" },
	{ 5, "320.000", "nan", "plan.csv:5: generation_kwh is \"nan\"" },
	{ 5, "320.000", "320.0001", "plan.csv:5: generation_kwh is \"320.0001\"" },
	{ 5, "320.000", "1000001", "plan.csv:5: generation_kwh is \"1000001\"" },
	{ 5, "320.000", "", "plan.csv:5: slot 4: SCH01 is planned, generation is not" },
	{ 5, "10.000", "11.000", "plan.csv:5: demand_kwh is \"189.000\"; the parts with loss come to 190.050" },
	{ 5, "189.000", "", "plan.csv:5: demand_kwh is \"\"" },
	{ 6, "10.000", "10.000,10.000", "plan.csv:6: 29 columns; it should be 28" },
	{ 6, "duty", "\"duty", "plan.csv:6: column 5: longer than 127 bytes, or the closing quote is missing" },
	{ 6, "duty", "\"duty\n", "plan.csv:6: column 5: the closing quote is missing" },
	{ 6, "duty", "du\"ty", "plan.csv:6: column 5: a quote inside" },
	{ 6, "duty", "\"du\"ty", "plan.csv:6: column 5: text after the closing quote" },
	{ 6, "duty", "\xFFuty", "plan.csv:6: byte " },
	{ 6, "duty", "\nduty", "plan.csv:6: 5 columns; it should be 28" },
	{ 49, "2026-11-23,48", "\r\n2026-11-23,48", "plan.csv:49: an empty line" },
};

static size_t
changed(char *out, size_t size, const struct wbuf *b, const struct hostile *h)
{
	const char *text = (const char *)b->data, *end = text + b->len, *s = text;
	for (unsigned line = 1; line < h->line; line++)
		s = (const char *)memchr(s, '\n', (size_t)(end - s)) + 1;
	const char *at = memmem(s, (size_t)(end - s), h->from, strlen(h->from));
	ck_assert_ptr_nonnull(at);
	size_t before = (size_t)(at - text), to = strlen(h->to), rest = b->len - before - strlen(h->from);
	ck_assert_uint_lt(before + to + rest, size);
	memcpy(out, text, before);
	memcpy(out + before, h->to, to);
	memcpy(out + before + to, at + strlen(h->from), rest);
	return before + to + rest;
}

START_TEST(every_fault_is_said_with_its_line)
{
	static char text[64 * 1024];
	struct wheel_day d = kit_day();
	struct wbuf b = written(&d, "duty", kit_time("2026-11-23T00:10:00Z"));
	struct wheel_file f;
	struct said said = { 0 };
	const struct hostile *h = &hostile[_i];
	size_t len = changed(text, sizeof(text), &b, h);
	ck_assert_int_eq(wheel_read(&d, "plan.csv", text, len, &f, hear, &said), ERR_USAGE);
	ck_assert_msg(strncmp(said.first, h->says, strlen(h->says)) == 0, "\"%s\" is not \"%s\"", said.first, h->says);
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

START_TEST(a_file_that_is_cut_or_too_long_is_no_plan)
{
	struct wheel_day d = kit_day();
	struct wbuf b = written(&d, "duty", kit_time("2026-11-23T00:10:00Z"));
	struct wheel_file f;
	for (size_t cut = 0; cut + 2 < b.len; cut += 7) {
		struct said said = { 0 };
		char *exact = xmalloc(cut + 1); /* so that a read beyond it is seen */
		memcpy(exact, b.data, cut);
		/* In the last row, "10.00" for "10.000" is the same number and "10" too. */
		enum err e = wheel_read(&d, "plan.csv", exact, cut, &f, hear, &said);
		ck_assert(e == ERR_USAGE ? said.count > 0 : said.count == 0 && cut > b.len - 8);
		free(exact);
	}
	struct said said = { 0 };
	char *big = xcalloc(1, WHEEL_FILE_MAX + 1);
	ck_assert_int_eq(wheel_read(&d, "plan.csv", big, WHEEL_FILE_MAX + 1, &f, hear, &said), ERR_USAGE);
	ck_assert_uint_eq(said.count, 1);
	ck_assert_int_eq(wheel_read(&d, "plan.csv", big, WHEEL_FILE_MAX, &f, hear, &said), ERR_USAGE);
	free(big);
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

START_TEST(faults_have_an_end_and_reach_no_terminal)
{
	struct wheel_day d = kit_day();
	struct wbuf b = written(&d, "duty", kit_time("2026-11-23T00:10:00Z"));
	struct wheel_file f;
	struct said said = { 0 };
	for (size_t i = 1000; i + 1 < b.len; i++)
		if (b.data[i] == '0' || b.data[i] == '1')
			b.data[i] = '\033';
	ck_assert_int_eq(wheel_read(&d, "plan.csv", (const char *)b.data, b.len, &f, hear, &said), ERR_USAGE);
	ck_assert_uint_eq(said.count, WHEEL_FAULTS_MAX);
	ck_assert_ptr_nonnull(strstr(said.last, "the others are not said"));
	ck_assert_ptr_null(strchr(said.first, '\033'));
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

START_TEST(what_a_spreadsheet_saves_is_read)
{
	static char text[64 * 1024];
	struct wheel_day d = kit_day();
	struct wbuf b = written(&d, "duty", kit_time("2026-11-23T00:10:00Z"));
	struct wheel_file f;
	struct said said = { 0 };
	size_t len = 3;
	memcpy(text, "\xEF\xBB\xBF", 3); /* a mark before, no CR, an offset in place of Z */
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] != '\r')
			text[len++] = (char)b.data[i];
	ck_assert_msg(wheel_read(&d, "plan.csv", text, len, &f, hear, &said) == OK, "%s", said.first);
	const struct hostile offset = { 2, "2026-11-22T15:00:00.000Z", "2026-11-23T00:00:00+09:00", NULL };
	len = changed(text, sizeof(text), &b, &offset);
	ck_assert_msg(wheel_read(&d, "plan.csv", text, len, &f, hear, &said) == OK, "%s", said.first);
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

T_MAIN("wheel_file",
    T_LOOP(a_plan_comes_back_from_its_file, 0, 3) T(a_row_says_version_times_and_gate)
        T_LOOP(every_fault_is_said_with_its_line, 0, ARRAY_LEN(hostile)) T(a_file_that_is_cut_or_too_long_is_no_plan)
            T(faults_have_an_end_and_reach_no_terminal) T(what_a_spreadsheet_saves_is_read))
