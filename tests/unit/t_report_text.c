/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report_text.c - how reports look: every line within 132 cells, columns right to the cell in both languages, pages that fit A4
 * landscape, CSV that spreadsheets take as it is meant. Golden files are in tests/report/golden; UPDATE=1 writes them.
 */
#include "config.h"

#include <sodium.h>

#include "scada/base/record.h"
#include "scada/report/sheet.h"
#include "scada/report/wrap.h"
#include "tests/unit/t.h"

#include "tests/unit/report_kit.h"
#include "tests/unit/wheel_report_kit.h"

static struct query q;
static struct site *site;
static struct fake_record record;

static const struct msg_journal entries[] = {
	{ .seq = 101,
	    .kind = JOURNAL_NOTE,
	    .reason = 255,
	    .point = "",
	    .user = "duty",
	    .terminal = "pts/3",
	    .before = "",
	    .after = "",
	    .text = "2号炉の灰出しコンベヤ異音あり。明朝の点検で軸受を確認すること。=SUM(A1) "
	            "と書かれた紙片を計器盤に貼付" },
	{ .seq = 102,
	    .kind = JOURNAL_COMMAND,
	    .reason = 10,
	    .point = "RX.P",
	    .user = "keeper",
	    .terminal = "10.0.0.7",
	    .before = "900",
	    .after = "1100",
	    .text = "refused: the breaker is open" },
	{ .seq = 103,
	    .kind = JOURNAL_MANUAL,
	    .reason = 25,
	    .point = "HEAT.COND",
	    .user = "duty",
	    .terminal = "pts/3",
	    .before = "2.80 t/h",
	    .after = "2.50 t/h",
	    .text = "流量計校正のため手入力" },
	{ .seq = 104,
	    .kind = JOURNAL_SCAN,
	    .reason = 255,
	    .point = "ESS1.T",
	    .user = "=cmd|' /C calc'!A0",
	    .terminal = "tty1",
	    .before = "on",
	    .after = "off",
	    .text = "-" },
	{ .seq = 105,
	    .kind = JOURNAL_LINK,
	    .reason = 255,
	    .point = "",
	    .user = "",
	    .terminal = "",
	    .before = "up",
	    .after = "down",
	    .text = "HEAT: the device did not answer in time" },
};
static struct msg_journal timed[ARRAY_LEN(entries)];
static struct msg_store_state states[2 + KIT_WHEEL_STATES];
static struct wbuf blobs[2 + KIT_WHEEL_STATES];

static void
set_up(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert(clock_set_zone("Asia/Tokyo"));
	site = kit_site();
	memset(&q, 0, sizeof(q));
	kit_fill(&q, kit_ms("2026-10-31T00:00:00+09:00"), kit_ms("2026-12-02T00:00:00+09:00"), 600000);
	struct fake_series *soc = kit_series(&q, "ESS1.SOC"), *sent = kit_series(&q, "HEAT.SENT");
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	for (size_t i = 0; i < soc->n; i++) {
		int64_t m = (soc->s[i].ms - day) / 60000;
		soc->s[i].v = m >= 1200 && m < 1260 ? 13.5 : soc->s[i].v;
		soc->s[i].quality = m >= 300 && m < 340 ? Q_SUBSTITUTED : 0;
		sent->s[i].quality = m >= 720 && m < 780 ? Q_NO_COMM : 0;
	}
	sent->gaps[0][0] = day + 12 * 3600000;
	sent->gaps[0][1] = day + 13 * 3600000;
	sent->gap_count = 1;
	memcpy(timed, entries, sizeof(timed));
	for (size_t i = 0; i < ARRAY_LEN(timed); i++)
		timed[i].time = (day + 9 * 3600000 + (int64_t)i * 5400000) * 1000;
	for (int i = 0; i < 2; i++) {
		wbuf_init(&blobs[i]);
		if (i == 0)
			w_f64(&blobs[i], 2.5);
		w_i64(&blobs[i], timed[2].time);
		if (i == 0)
			w_i64(&blobs[i], timed[2].time + INT64_C(86400000000));
		w_str(&blobs[i], "duty");
		w_str(&blobs[i], i == 0 ? "流量計校正" : "sensor is exchanged");
		states[i] = (struct msg_store_state){ i == 0 ? STATE_MANUAL : STATE_SCAN_OFF,
			i == 0 ? "HEAT.COND" : "ESS1.T", 0, { blobs[i].data, (uint32_t)blobs[i].len } };
	}
	for (size_t i = 2; i < ARRAY_LEN(blobs); i++)
		wbuf_init(&blobs[i]);
	kit_wheel_states(states + 2, blobs + 2);
	site->wheel = &kit_wheel;
	record = (struct fake_record){
		.entries = timed, .entry_count = ARRAY_LEN(timed), .states = states, .state_count = ARRAY_LEN(states)
	};
}

static void
tear_down(void)
{
	for (size_t i = 0; i < ARRAY_LEN(blobs); i++)
		wbuf_done(&blobs[i]);
	site->wheel = NULL;
	fake_done(&q);
	site_free(site);
}

static struct report
make(const char *name, const char *label, bool is_ja)
{
	char message[400];
	struct report r;
	const struct report_source src = { site, &q, &record.db, { kit_ms("2026-12-01T00:00:05+09:00") * 1000 }, NULL };
	enum err e = report_make(&src, name, label, is_ja, &r, message, sizeof(message));
	ck_assert_msg(e == OK, "%s: %s", name, message);
	return r;
}

static const char *const kinds[][2] = { { "daily", "2026-11-22" }, { "monthly", "2026-11" }, { "yearly", "2026" },
	{ "demand", "2026-11-22" }, { "co2", "2026-11" }, { "saving", "2026-11-22" }, { "energy", "2026" },
	{ "battery", "2026-11" }, { "heat", "2026-11" }, { "wheel", "2026-11-22" }, { "imbalance", "2026-11" },
	{ "operation", "2026-11-22" }, { "shift", "2026-11-22-1" } };

/* ---- golden files */

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = xcalloc(1, 1 << 20);
	if (f != NULL) {
		size_t n = fread(text, 1, (1 << 20) - 1, f);
		text[n] = '\0';
		fclose(f);
	}
	return text;
}

static void
compare(const char *name, const char *form, const char *text)
{
	char path[600], rest[100];
	snprintf(rest, sizeof(rest), "golden/%s.%s", name, form);
	kit_path(path, sizeof(path), rest);
	if (getenv("UPDATE") != NULL) {
		FILE *f = fopen(path, "w");
		ck_assert_msg(f != NULL, "%s", path);
		fputs(text, f);
		fclose(f);
		return;
	}
	char *golden = read_file(path);
	size_t at = 0, line = 1;
	while (golden[at] != '\0' && golden[at] == text[at])
		line += golden[at++] == '\n';
	ck_assert_msg(
	    strcmp(golden, text) == 0, "%s differs from line %zu on: UPDATE=1 and git diff show how", path, line);
	free(golden);
}

START_TEST(reports_look_as_they_should)
{
	const char *name = kinds[_i][0];
	struct report en = make(name, kinds[_i][1], false), ja = make(name, kinds[_i][1], true);
	compare(name, "en.txt", en.text);
	compare(name, "ja.txt", ja.text);
	compare(name, "csv", en.csv);
	ck_assert_str_eq(en.csv, ja.csv);
	report_done(&en);
	report_done(&ja);
}
END_TEST

/* ---- to the cell */

/* Calls each line; lines end with \n or before \f. */
static void
each_line(const char *text, void (*each)(const char *line, unsigned page, unsigned number))
{
	char line[2048];
	unsigned page = 1, number = 0;
	while (*text != '\0') {
		if (*text == '\f') {
			page++;
			number = 0;
			text++;
			continue;
		}
		size_t n = strcspn(text, "\n\f");
		ck_assert_uint_lt(n, sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		each(line, page, ++number);
		text += n;
		ck_assert_int_eq(*text, '\n'); /* a form feed stands between pages, at the begin of a line */
		text++;
	}
}

static void
check_line(const char *line, unsigned page, unsigned number)
{
	(void)page;
	size_t len = strlen(line), bad;
	ck_assert_msg(text_is_utf8(line, len, &bad), "%s", line);
	ck_assert_msg(text_width(line) <= SHEET_CELLS, "%d cells: %s", text_width(line), line);
	ck_assert_uint_lt(number, SHEET_LINES); /* one is left for the confirmation */
	ck_assert_msg(len == 0 || line[len - 1] != ' ', "blanks at the end: '%s'", line);
}

START_TEST(no_line_is_wider_than_the_paper_and_no_page_longer)
{
	for (int is_ja = 0; is_ja < 2; is_ja++) {
		struct report r = make(kinds[_i][0], kinds[_i][1], is_ja);
		each_line(r.text, check_line);
		ck_assert_int_ne(r.text[0], '\f');
		ck_assert_int_ne(r.text[strlen(r.text) - 1], '\f');
		report_done(&r);
	}
}
END_TEST

#define ENDS_MAX 64
static int ends[ENDS_MAX], end_count;
static unsigned rows_seen;

/* Where the numbers of a row of hours end, in cells. */
static void
check_ends(const char *line, unsigned page, unsigned number)
{
	int now[ENDS_MAX], n = 0, cell = 0;
	(void)number;
	if (page != 1 || strlen(line) < 6 || line[2] != ':' || line[5] != ' ')
		return;
	for (const char *s = line; *s != '\0';) {
		uint32_t cp;
		bool is_digit = *s >= '0' && *s <= '9';
		s += text_next(s, strlen(s), &cp);
		cell += text_char_width(cp);
		if (is_digit && !(*s >= '0' && *s <= '9') && *s != '.' && *s != ':' && n < ENDS_MAX)
			now[n++] = cell;
	}
	if (rows_seen++ == 0) {
		memcpy(ends, now, sizeof(ends));
		end_count = n;
	}
	ck_assert_int_eq(n, end_count);
	for (int i = 0; i < n; i++)
		ck_assert_msg(now[i] == ends[i], "%d instead of %d: %s", now[i], ends[i], line);
}

static int unit_ends[ENDS_MAX], unit_count;

/* The heads end where the numbers and their marks do. */
static void
check_units(const char *line, unsigned page, unsigned number)
{
	int cell = 0;
	(void)number;
	if (page != 1 || strstr(line, "kW       ") == NULL || strchr(line, '.') != NULL)
		return;
	unit_count = 0;
	for (const char *s = line; *s != '\0';) {
		uint32_t cp;
		s += text_next(s, strlen(s), &cp);
		cell += text_char_width(cp);
		if (cp != ' ' && (*s == ' ' || *s == '\0'))
			unit_ends[unit_count++] = cell;
	}
}

START_TEST(columns_stand_right_to_the_cell_in_japanese_and_english)
{
	for (int is_ja = 0; is_ja < 2; is_ja++) {
		struct report r = make("daily", "2026-11-22", is_ja);
		rows_seen = 0;
		unit_count = 0;
		each_line(r.text, check_ends);
		ck_assert_uint_eq(rows_seen, 24);
		ck_assert_int_eq(end_count, 10); /* the hour, nine columns */
		each_line(r.text, check_units);
		ck_assert_int_eq(unit_count, 9);
		for (int i = 0; i < unit_count; i++) {
			ck_assert_int_ge(unit_ends[i] - ends[i + 1], 1); /* marks */
			ck_assert_int_le(unit_ends[i] - ends[i + 1], 2);
		}
		report_done(&r);
	}
}
END_TEST

START_TEST(marks_are_never_cut_also_where_a_width_is_given)
{
	struct sheet *s = sheet_new();
	const struct sheet_head head = { .site = T1("x"), .title = T1("x"), .label = "2026", .digest = "0" };
	sheet_table(s, T1("table"), T1("row"));
	sheet_column(s, T1("amount"), "kWh")->width = 12;
	sheet_row(s, T1("a"));
	sheet_number(s, 6016308.71, 1, CELL_PARTIAL | CELL_ESTIMATED);
	sheet_row(s, T1("b"));
	sheet_number(s, 1.5, 1, 0);
	char *text = sheet_to_text(s, &head, false);
	/* Cut, it would end in the sign of what is cut, which is a mark of its own. */
	ck_assert_msg(strstr(text, "6016308.7#S\n") != NULL, "%s", text);
	ck_assert(strstr(text, "1.5\n") != NULL);
	free(text);
	sheet_free(s);
}
END_TEST

START_TEST(words_of_titles_stay_whole_where_there_is_room)
{
	ck_assert_int_eq(wrap_word("Round trip"), 5);
	ck_assert_int_eq(wrap_word("Through-put of it"), 8);
	ck_assert_int_eq(wrap_word("GRID.RX.KWH_IMP"), 5);
	ck_assert_int_eq(wrap_word("2024-04-01"), 10);
	ck_assert_int_eq(wrap_word("蓄電池"), 2);
	struct sheet *s = sheet_new();
	const struct sheet_head head = { .site = T1("x"), .title = T1("x"), .label = "2026", .digest = "0" };
	sheet_table(s, T1("table"), T1("row"));
	for (int i = 0; i < 10; i++)
		sheet_column(s, T1(i == 9 ? "Community centre" : "x"), "kWh");
	sheet_row(s, T1("a"));
	for (int i = 0; i < 10; i++)
		sheet_number(s, 1, 0, 0);
	char *text = sheet_to_text(s, &head, false);
	ck_assert_msg(strstr(text, "Community\n") != NULL, "%s", text);
	free(text);
	sheet_free(s);
}
END_TEST

START_TEST(columns_of_two_blocks_are_shared_out)
{
	struct sheet *s = sheet_new();
	const struct sheet_head head = { .site = T1("x"), .title = T1("x"), .label = "2026", .digest = "0" };
	char name[16];
	sheet_table(s, T1("table"), T1("row"));
	for (int i = 0; i < 17; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		sheet_column(s, T1(sheet_printf(s, "%s", name)), "kWh");
	}
	sheet_row(s, T1("a"));
	for (int i = 0; i < 17; i++)
		sheet_number(s, 1, 0, 0);
	char *text = sheet_to_text(s, &head, false);
	const char *second = strstr(text, "(continued)");
	ck_assert(second != NULL);
	ck_assert(strstr(text, "c8 ") < second && strstr(second, "c9 ") != NULL && strstr(second, "c16\n") != NULL);
	free(text);
	sheet_free(s);
}
END_TEST

START_TEST(more_columns_than_a_page_holds_go_on_to_further_pages)
{
	static struct site_column many[60];
	struct site_page *page = site->reports->pages.v;
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		many[i] = ((const struct site_column *)page->columns.v)[0];
		many[i].title = many[i].title_ja = "連番のとても長い名前の列";
	}
	page->columns = (struct key_list){ many, ARRAY_LEN(many) };
	site->reports->pages.n = 1;
	struct report r = make("daily", "2026-11-22", true);
	each_line(r.text, check_line);
	ck_assert_uint_eq(kit_count_lines(r.text, "\f"), 3); /* 60 columns, 15 a page */
	ck_assert(strstr(r.text, "頁 4/4") != NULL);
	ck_assert_uint_eq(kit_count_lines(r.text, "(続き)"), 3);
	report_done(&r);
}
END_TEST

START_TEST(a_long_record_goes_over_pages_with_its_heads)
{
	static struct msg_journal many[300];
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		many[i] = timed[1];
		many[i].time = timed[0].time + (int64_t)i * 1000000;
		many[i].text = "非常に長い説明文が何行にもわたって続く場合でも一文字も失われずに折り返して印字されるこ"
		               "とを確かめるための文章";
	}
	record.entries = many;
	record.entry_count = ARRAY_LEN(many);
	struct report r = make("operation", "2026-11-22", true);
	each_line(r.text, check_line);
	ck_assert_uint_gt(kit_count_lines(r.text, "\f"), 5);
	ck_assert_uint_eq(kit_count_lines(r.text, "番号"), kit_count_lines(r.text, "\f") + 1);
	ck_assert_uint_eq(kit_count_lines(r.csv, "\n09:"), 300);
	report_done(&r);
}
END_TEST

static void
check_shown(const char *line, unsigned page, unsigned number)
{
	(void)page;
	ck_assert_int_le(text_width(line), SHEET_CELLS);
	ck_assert_uint_le(number, SHEET_LINES);
}

START_TEST(a_confirmation_stands_at_the_foot_of_each_page)
{
	struct report r = make("daily", "2026-11-22", false);
	const struct report_stamp stamp = { .revision = 2,
		.made = kit_ms("2026-11-23T00:00:10+09:00"),
		.digest = r.digest,
		.confirmed_by = "relief\033[2J",
		.confirmed_at = kit_ms("2026-11-23T08:45:00+09:00") };
	char *shown = report_shown(r.text, &stamp, false);
	ck_assert_uint_eq(kit_count_lines(shown, "revision 2, filed 2026-11-23 00:00:10; confirmed by relief"),
	    kit_count_lines(r.text, "\f") + 1);
	ck_assert(strstr(shown, " at 2026-11-23 08:45:00, digest ") != NULL);
	ck_assert(strchr(shown, '\033') == NULL);
	each_line(shown, check_shown);
	free(shown);
	/* A later revision says that an earlier one was confirmed, and by whom. */
	const struct report_stamp again = { .revision = 3,
		.made = stamp.made,
		.digest = r.digest,
		.older = 2,
		.older_by = "a name that is longer than any name should be",
		.why = REPORT_LATE | REPORT_PRICES };
	for (int is_ja = 0; is_ja < 2; is_ja++) {
		shown = report_shown(r.text, &again, is_ja);
		ck_assert(
		    strstr(shown,
		        is_ja ? "未確定 (第2版は a name" : "; not confirmed: revision 2 was, by a name that") != NULL);
		ck_assert(
		    strstr(shown, is_ja ? "(遅着データ・単価により改版)" : "; late data, prices changed it") != NULL);
		each_line(shown, check_shown);
		free(shown);
	}
	const struct report_stamp none = { .revision = 0 };
	shown = report_shown(r.text, &none, true);
	ck_assert(strstr(shown, "未保存\n") != NULL);
	free(shown);
	report_done(&r);
}
END_TEST

START_TEST(a_handover_lists_what_the_next_shift_must_know)
{
	struct report r = make("shift", "2026-11-22-1", false);
	char cell[200];
	ck_assert(kit_cell(r.csv, "異常一覧", "ESS1.SOC", 2, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "L 15 %");
	ck_assert(kit_cell(r.csv, "異常一覧", "ESS1.SOC", 5, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "継続");
	ck_assert(!kit_cell(r.csv, "異常一覧", "RX.P", 1, cell, sizeof(cell)));
	ck_assert(kit_cell(r.csv, "手入力・走査停止 (作成時点)", "HEAT.COND", 3, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "2.5");
	ck_assert(kit_cell(r.csv, "手入力・走査停止 (作成時点)", "ESS1.T", 7, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "sensor is exchanged");
	ck_assert(kit_cell(r.csv, "通信・走査の欠け", "HEAT", 2, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "1h");
	ck_assert(!kit_cell(r.csv, "通信・走査の欠け", "RX", 1, cell, sizeof(cell)));
	ck_assert(strstr(r.text, "Handed over by (signature, time)") != NULL);
	report_done(&r);
	/* The shift after: what was low has come back, notes of another time are gone. */
	r = make("shift", "2026-11-22-2", false);
	ck_assert(kit_cell(r.csv, "異常一覧", "ESS1.SOC", 5, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "復帰");
	ck_assert(strstr(r.csv, "灰出し") == NULL);
	report_done(&r);
}
END_TEST

START_TEST(text_breaks_where_a_reader_would_and_nothing_is_lost)
{
	static const struct {
		const char *text;
		int cells;
		const char *lines;
	} cases[] = {
		{ "GRID.RX.KWH_IMP", 9, "GRID.RX.|KWH_IMP" }, { "one two three", 8, "one two|three" },
		{ "無停電電源", 4, "無停|電電|源" }, { "点検する。次へ", 8, "点検す|る。次へ" },
		{ "ABCDEFGHIJ", 4, "ABCD|EFGH|IJ" }, { "", 4, "" }, { "x", 1, "x" },
		{ "電", 1, "電" }, /* no room even for one: it stands all the same */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char all[200] = "", line[100];
		unsigned n = wrap_count(cases[i].text, cases[i].cells);
		for (unsigned k = 0; k < n; k++) {
			wrap_line(cases[i].text, cases[i].cells, k, line, sizeof(line));
			size_t len = strlen(line);
			while (len > 0 && line[len - 1] == ' ')
				line[--len] = '\0';
			str_append(all, sizeof(all), k > 0 ? "|" : "");
			str_append(all, sizeof(all), line);
		}
		ck_assert_str_eq(all, cases[i].lines);
	}
}
END_TEST

/* ---- for spreadsheets */

START_TEST(text_from_outside_is_no_formula)
{
	struct report r = make("operation", "2026-11-22", false);
	ck_assert(strstr(r.csv, "\"'=cmd|' /C calc'!A0@tty1\"") != NULL);
	ck_assert(strstr(r.csv, ",=cmd") == NULL);
	report_done(&r);
	r = make("daily", "2026-11-22", false);
	ck_assert(strstr(r.csv, "\"'+放電電力\"") != NULL);
	ck_assert(strstr(r.csv, "\"'=電力量\"") != NULL);
	/* A negative number is a number. */
	char cell[64];
	ck_assert(kit_cell(r.csv, "電力", "01:00", 2, cell, sizeof(cell)));
	ck_assert_int_eq(cell[0], '-');
	report_done(&r);
}
END_TEST

START_TEST(fields_are_quoted_as_rfc_4180_says)
{
	struct sheet *s = sheet_new();
	const struct sheet_head head = { .site = { "a,b", NULL }, .title = { "say \"x\"", NULL }, .label = "L" };
	sheet_table(s, T1("t"), T1("r"));
	sheet_column(s, T1("two\nlines"), NULL)->is_text = true;
	sheet_row(s, T1("row"));
	sheet_words(s, T1("@x, \"y\""));
	char *csv = sheet_to_csv(s, &head, false);
	ck_assert(strstr(csv, "report,\"say \"\"x\"\"\"\nsite,\"a,b\"\n") != NULL);
	ck_assert(strstr(csv, "r,\"two\nlines\"\nrow,\"'@x, \"\"y\"\"\"\n") != NULL);
	free(csv);
	sheet_free(s);
}
END_TEST

START_TEST(excel_gets_a_bom_or_cp932_and_crlf)
{
	size_t len;
	ck_assert(report_warm_up());
	char *out = report_export("a,\xE9\x9B\xBB\n", REPORT_CSV, &len);
	ck_assert_uint_eq(len, 10);
	ck_assert_mem_eq(out,
	    "\xEF\xBB\xBF"
	    "a,\xE9\x9B\xBB\r\n",
	    10);
	free(out);
	/* Wave dash and fullwidth tilde, minus, yen, circled one, superscript three (not there), an emoji, a byte that is none. */
	out = report_export(
	    "\xE9\x9B\xBB\xE3\x80\x9C\xEF\xBD\x9E\xE2\x88\x92\xC2\xA5\xE2\x91\xA0m\xC2\xB3\xF0\x9F\x98\x80\xFF\n",
	    REPORT_CSV_CP932, &len);
	static const char wanted[] = "\x93\x64\x81\x60\x81\x60\x81\x7C\x81\x8F\x87\x40m???\r\n";
	ck_assert_uint_eq(len, sizeof(wanted) - 1);
	ck_assert_mem_eq(out, wanted, len);
	free(out);
}
END_TEST

T_MAIN("report_text",
    T_FIXTURE(set_up, tear_down) T_LOOP(reports_look_as_they_should, 0, (int)ARRAY_LEN(kinds))
        T_LONG_LOOP(no_line_is_wider_than_the_paper_and_no_page_longer, 0, (int)ARRAY_LEN(kinds)) T(
            columns_stand_right_to_the_cell_in_japanese_and_english) T(marks_are_never_cut_also_where_a_width_is_given)
            T(words_of_titles_stay_whole_where_there_is_room) T(columns_of_two_blocks_are_shared_out)
                T(more_columns_than_a_page_holds_go_on_to_further_pages) T(a_long_record_goes_over_pages_with_its_heads)
                    T(a_confirmation_stands_at_the_foot_of_each_page) T(a_handover_lists_what_the_next_shift_must_know)
                        T(text_breaks_where_a_reader_would_and_nothing_is_lost) T(text_from_outside_is_no_formula)
                            T(fields_are_quoted_as_rfc_4180_says) T(excel_gets_a_bom_or_cp932_and_crlf))
