/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_kpi.c - the figures of the alarm system: judged against their targets, and read back from the report that made them.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/kpi_read.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

static const struct {
	enum kpi kpi;
	double v;
	enum kpi_verdict verdict;
} judged[] = {
	/* alarms per operator: 150 a day, 6 an hour, 1 in ten minutes; twice that is the most */
	{ KPI_DAY, 150, KPI_MET },
	{ KPI_DAY, 150.1, KPI_MISSED },
	{ KPI_DAY, 300, KPI_MISSED },
	{ KPI_DAY, 300.1, KPI_FAR },
	{ KPI_HOUR, 6, KPI_MET },
	{ KPI_HOUR, 12.5, KPI_FAR },
	{ KPI_TEN, 1.004, KPI_MISSED }, /* though it is printed as 1.00 */
	{ KPI_PEAK_TEN, 10, KPI_MET },
	{ KPI_PEAK_TEN, 11, KPI_MISSED },
	{ KPI_OVER_TEN, 1, KPI_MISSED }, /* less than 1 % */
	{ KPI_OVER_TEN, 0.999, KPI_MET },
	{ KPI_OVER_TEN, 5.1, KPI_FAR },
	{ KPI_FLOODED, 0.99, KPI_MET },
	{ KPI_FLOODS, 0, KPI_MET },
	{ KPI_FLOODS, 1, KPI_MISSED },
	{ KPI_STALE, 0, KPI_MET },
	{ KPI_STALE, 5, KPI_MISSED },
	{ KPI_STALE, 6, KPI_FAR },
	{ KPI_CHATTER, 11, KPI_FAR },
	{ KPI_TOP, 5, KPI_MISSED },
	{ KPI_P1, 5, KPI_MET },
	{ KPI_P2, 15.1, KPI_MISSED },
	{ KPI_P34, 80, KPI_MET },
	{ KPI_P34, 79.9, KPI_MISSED },
	{ KPI_NEVER, 1, KPI_MISSED },
	/* only looked at */
	{ KPI_ALARMS, 1e6, KPI_NONE },
	{ KPI_ACK_MEAN, 1e6, KPI_NONE },
	{ KPI_SHELVED, 100, KPI_NONE },
	/* of nothing there is no share */
	{ KPI_P34, (double)NAN, KPI_NONE },
	{ KPI_TOP, (double)NAN, KPI_NONE },
};

START_TEST(a_figure_is_judged_by_its_target)
{
	enum kpi_verdict v = kpi_judge(judged[_i].kpi, judged[_i].v);

	ck_assert_msg(v == judged[_i].verdict, "%s of %g: %s", kpi_row(judged[_i].kpi)->name, judged[_i].v,
	    kpi_verdict_word(v, false));
}
END_TEST

START_TEST(names_and_words_are_read_back_in_either_language)
{
	for (unsigned k = 0; k < KPI_COUNT; k++) {
		const struct kpi_row *r = kpi_row((enum kpi)k);
		ck_assert_uint_eq(kpi_find(r->name), k); /* each is there once */
		ck_assert_uint_eq(kpi_find(r->name_ja), k);
		ck_assert((r->sense == KPI_TREND) == isnan(r->target));
		ck_assert((r->sense == KPI_TREND) == (r->target_text[0] == '\0'));
	}
	ck_assert_uint_eq(kpi_find("Per week"), KPI_COUNT);
	ck_assert_uint_eq(kpi_find(""), KPI_COUNT);
	for (unsigned v = KPI_MET; v < KPI_VERDICT_COUNT; v++) {
		ck_assert_uint_eq(kpi_verdict_from_word(kpi_verdict_word((enum kpi_verdict)v, false)), v);
		ck_assert_uint_eq(kpi_verdict_from_word(kpi_verdict_word((enum kpi_verdict)v, true)), v);
	}
	ck_assert_uint_eq(kpi_verdict_from_word(""), KPI_NONE);
}
END_TEST

/* What the report's own test compares with what the report makes. */
static size_t
golden(char *buf, size_t size)
{
	const char *src = getenv("top_srcdir");
	char path[600];

	str_printf(path, sizeof path, "%s/tests/report/golden/alarms.csv", src != NULL ? src : ".");
	FILE *f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	size_t n = fread(buf, 1, size, f);
	fclose(f);
	ck_assert_uint_lt(n, size);
	return n;
}

static char text[1 << 16], other[1 << 17];

START_TEST(the_report_is_read)
{
	struct kpi_figures got;
	size_t n = golden(text, sizeof text);

	ck_assert(kpi_read(text, n, &got));
	ck_assert_str_eq(got.value[KPI_ALARMS], "15");
	ck_assert_str_eq(got.value[KPI_OVER_TEN], "0.69");
	ck_assert_uint_eq(got.verdict[KPI_OVER_TEN], KPI_MET);
	ck_assert_uint_eq(got.verdict[KPI_PEAK_TEN], KPI_MISSED);
	ck_assert_uint_eq(got.verdict[KPI_ALARMS], KPI_NONE);
	ck_assert_str_eq(got.value[KPI_TESTS], "0");
	ck_assert_uint_eq(got.tops, 4);
	ck_assert_str_eq(got.top[0].name, "HEAT.HDR_P.L");
	ck_assert_str_eq(got.top[0].times, "12");
	ck_assert_str_eq(got.top[0].share, "80.0 %");
	/* as a spreadsheet gets it: the same */
	size_t m = 3;
	memcpy(other, "\xEF\xBB\xBF", 3);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			other[m++] = '\r';
		other[m++] = text[i];
	}
	ck_assert(kpi_read(other, m, &got));
	ck_assert_str_eq(got.value[KPI_ALARMS], "15");
	ck_assert_uint_eq(got.verdict[KPI_PEAK_TEN], KPI_MISSED);
	ck_assert_str_eq(got.top[0].share, "80.0 %");
}
END_TEST

static size_t
english(char *buf, size_t size)
{
	char line[300];

	str_copy(buf, size, "report,Alarms\n\nFigures\nFigure,Value,Unit,Target,At most,Judged\n");
	for (unsigned k = 0; k < KPI_COUNT; k++) {
		const struct kpi_row *r = kpi_row((enum kpi)k);
		str_printf(line, sizeof line, "\"%s\",%u,%s,\"%s\",,%s\n", r->name, k, r->unit, r->target_text,
		    k % 2 == 0 ? "far beyond" : "");
		ck_assert(str_append(buf, size, line));
	}
	str_append(buf, size, "\nMost frequent\nNo.,Alarm\n1,\"A\"\"B,C\",P3,7,50.0 %,,,\nnone\n");
	return strlen(buf);
}

START_TEST(english_is_read_too_and_quotes_are_taken_off)
{
	struct kpi_figures got;

	ck_assert(kpi_read(text, english(text, sizeof text), &got));
	ck_assert_str_eq(got.value[KPI_TESTS], "30");
	ck_assert_uint_eq(got.verdict[KPI_ALARMS], KPI_FAR);
	ck_assert_uint_eq(got.verdict[KPI_REPEATS], KPI_NONE);
	ck_assert_uint_eq(got.tops, 1);
	ck_assert_str_eq(got.top[0].name, "A\"B,C");
}
END_TEST

START_TEST(what_is_no_report_of_alarms_is_not_taken)
{
	struct kpi_figures got;
	size_t n = english(text, sizeof text);
	char *row;

	ck_assert(!kpi_read("", 0, &got));
	ck_assert(!kpi_read("hour,kWh\r\n00:00,12.5\r\n", 22, &got));
	row = strstr(text, "\"Per hour\""); /* one figure is missing */
	ck_assert(row != NULL);
	memcpy(row, "\"Per week\"", 10);
	ck_assert(!kpi_read(text, n, &got));
}
END_TEST

/* Cut anywhere, and with any byte another: it is read or it is not, within its bounds. */
START_TEST(whatever_comes_stays_within_bounds)
{
	struct kpi_figures got;
	size_t n = golden(text, sizeof text);
	uint32_t seed = 5;

	for (size_t cut = 0; cut < n; cut += 7) {
		char *exact = xmalloc(cut + 1); /* so that valgrind sees what is read beyond it */
		memcpy(exact, text, cut);
		(void)kpi_read(exact, cut, &got);
		ck_assert_uint_le(got.tops, KPI_TOP_MOST);
		free(exact);
	}
	for (int i = 0; i < t_rounds(2000); i++) {
		memcpy(other, text, n);
		for (int k = 0; k < 20; k++) {
			seed = seed * 1103515245u + 12345u;
			other[(seed >> 8) % n] = (char)"\",\n\r\0xZ\xE3"[(seed >> 24) % 8];
		}
		(void)kpi_read(other, n, &got);
		ck_assert_uint_le(got.tops, KPI_TOP_MOST);
		for (unsigned k = 0; k < KPI_COUNT; k++)
			ck_assert_uint_lt(strlen(got.value[k]), sizeof got.value[k]);
	}
	memset(other, '"', sizeof other);
	ck_assert(!kpi_read(other, sizeof other, &got));
	memset(other, ',', sizeof other);
	ck_assert(!kpi_read(other, sizeof other, &got));
}
END_TEST

T_MAIN("kpi",
    T_LOOP(a_figure_is_judged_by_its_target, 0, ARRAY_LEN(judged)) T(names_and_words_are_read_back_in_either_language)
        T(the_report_is_read) T(english_is_read_too_and_quotes_are_taken_off)
            T(what_is_no_report_of_alarms_is_not_taken) T(whatever_comes_stays_within_bounds))
