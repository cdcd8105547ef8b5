/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wheel_prices.c - prices of imbalance and metered amounts from files and as bytes; what a part usually takes.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/dispatch/wheel_metered.h"
#include "scada/dispatch/wheel_prices.h"
#include "scada/dispatch/wheel_usual.h"
#include "tests/unit/wheel_kit.h"

#define HEAD "date,slot,price,kind,published_at\n"
#define AT   ",2026-12-06T09:00:00+09:00\n"

static struct wheel_price *rows;
static size_t count;
static char said[2000];

static void
hear(const char *sentence, void *arg)
{
	(void)arg;
	str_append(said, sizeof(said), sentence);
	str_append(said, sizeof(said), "\n");
}

static enum err
take(const char *text)
{
	said[0] = '\0';
	free(rows);
	return wheel_prices_read("p.csv", text, strlen(text), &rows, &count, hear, NULL);
}

START_TEST(rows_are_read_in_any_order)
{
	ck_assert_int_eq(take("\xef\xbb\xbf" HEAD "2026-12-02,48,0,final" AT "2026-12-01,1,12.34,preliminary" AT), OK);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(rows[0].date, rows[1].date - 1);
	ck_assert_uint_eq(rows[0].slot, 0);
	ck_assert_double_eq(rows[0].price, 12.34);
	ck_assert(!rows[0].is_final && rows[1].is_final);
	ck_assert_uint_eq(rows[1].slot, 47);
	free(rows);
	rows = NULL;
}
END_TEST

static const struct {
	const char *text, *says;
} faults[] = {
	{ "", "p.csv:1: the file is empty; its first line is date,slot,price,kind,published_at" },
	{ HEAD, "p.csv:1: no row after the first line" },
	{ "date,slot,yen,kind,published_at\n", "p.csv:1: column 3 is \"yen\"; it should be \"price\"" },
	{ HEAD "2026-12-01,1,12,final\n", "p.csv:2: 4 columns; date,slot,price,kind,published_at" },
	{ HEAD "2026-12-01,1,12,5,final" AT, "p.csv:2: 6 columns" },
	{ HEAD "2026-13-01,1,12,final" AT, "p.csv:2: date is \"2026-13-01\"" },
	{ HEAD "2026-12-01,0,12,final" AT, "p.csv:2: slot is \"0\"; half hours count from 1 to 48" },
	{ HEAD "2026-12-01,1,x,final" AT, "p.csv:2: price is \"x\"" },
	{ HEAD "2026-12-01,1,nan,final" AT, "p.csv:2: price is \"nan\"" },
	{ HEAD "2026-12-01,1,-0.5,final" AT, "p.csv:2: price -0.5 is below zero" },
	{ HEAD "2026-12-01,1,601,final" AT, "p.csv:2: price 601 is above 600" },
	{ HEAD "2026-12-01,1,12,Final" AT, "p.csv:2: kind is \"Final\"; preliminary or final is right" },
	{ HEAD "2026-12-01,1,12,final,yesterday\n", "p.csv:2: published_at is \"yesterday\"" },
	{ HEAD "2026-12-01,1,12,final" AT "\n", "p.csv:3:1: no line of text" },
	{ HEAD "2026-12-01,1,12,final" AT "2026-12-01,1,13,final" AT, "slot 1 of 2026-12-01 stands twice" },
	{ HEAD "2026-12-01,99,x,y,z\n", "p.csv:2: published_at is \"z\"" }, /* all faults of a row */
};

START_TEST(every_fault_is_said_with_its_line)
{
	ck_assert_int_eq(take(faults[_i].text), ERR_USAGE);
	ck_assert_msg(strstr(said, faults[_i].says) != NULL, "\"%s\" does not say \"%s\"", said, faults[_i].says);
	ck_assert_ptr_null(rows);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_day_comes_back_from_bytes_or_not_at_all)
{
	struct wbuf b = { .len = 0 };
	struct wheel_price *back = NULL;
	size_t n = 0;
	ck_assert_int_eq(
	    take(HEAD "2026-12-02,48,7,final" AT "2026-12-01,1,12.34,preliminary" AT "2026-12-01,2,600,final" AT), OK);
	int64_t date = rows[0].date;
	wheel_prices_put(&b, rows, count, date);
	for (size_t cut = 0; cut < b.len; cut++) {
		uint8_t *exact = xmalloc(cut + 1);
		memcpy(exact, b.data, cut);
		ck_assert(!wheel_prices_get(exact, cut, date, &back, &n));
		free(exact);
	}
	ck_assert_uint_eq(n, 0);
	ck_assert(wheel_prices_get(b.data, b.len, date, &back, &n));
	ck_assert_uint_eq(n, 2);
	ck_assert_mem_eq(&back[0].published_at, &rows[0].published_at, sizeof(back[0].published_at));
	ck_assert_double_eq(back[1].price, 600);
	ck_assert(back[1].is_final && !back[0].is_final);
	b.data[3] = 200; /* no slot */
	ck_assert(!wheel_prices_get(b.data, b.len, date, &back, &n));
	free(back);
	free(rows);
	rows = NULL;
	wbuf_done(&b);
}
END_TEST

START_TEST(a_school_takes_more_when_it_teaches)
{
	struct wheel_usual u = { 12, 45, 480, 1080, true }, odd = { 10, 40, 490, 500, false };
	struct day_tables none = { NULL, NULL };
	int64_t monday = kit_day().date; /* 2026-11-23, a Monday; the tables know no holidays */
	ck_assert_double_eq(wheel_usual_kwh(&u, &none, monday, 450), 6);
	ck_assert_double_eq(wheel_usual_kwh(&u, &none, monday, 480), 22.5);
	ck_assert_double_eq(wheel_usual_kwh(&u, &none, monday, 1050), 22.5);
	ck_assert_double_eq(wheel_usual_kwh(&u, &none, monday, 1080), 6);
	ck_assert_double_eq(wheel_usual_kwh(&u, &none, monday - 1, 720), 6); /* Sunday */
	ck_assert_double_eq_tol(
	    wheel_usual_kwh(&odd, &none, monday, 480), 40.0 / 6 + 10.0 / 3, 1e-9); /* ten minutes of it */
}
END_TEST

/* ---- amounts of the utility's meters */

#define AMOUNTS "date,slot,of,kwh,source\n"
#define NOON    "2026-11-23T12:10:00+09:00"

static struct wheel_metered metered, again;

static enum err
take_amounts(const char *text)
{
	struct wheel_day d = kit_day();

	said[0] = '\0';
	enum err e = wheel_metered_read(&d, "m.csv", text, strlen(text), kit_time(NOON), &metered, hear, NULL);
	wheel_done(&d);
	return e;
}

START_TEST(amounts_are_read_and_come_back)
{
	struct wbuf b = { .len = 0 };

	ck_assert_int_eq(take_amounts(AMOUNTS "2026-11-23,24,SCH02,5.25,hand\n2026-11-23,1,generation,479.2,utility\r\n"
	                                      "2026-11-23,2,SCH02,0,utility\n"),
	    OK);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(metered.count, 3);
	ck_assert_int_eq(wheel_metered_part(&kit_terms, &metered, &metered.rows[0]), 1);
	ck_assert_int_eq(wheel_metered_part(&kit_terms, &metered, &metered.rows[1]), WHEEL_PARTS_MAX);
	ck_assert(!metered.rows[0].is_utility && metered.rows[1].is_utility);
	str_copy(metered.author, sizeof(metered.author), "duty");
	str_copy(metered.reason, sizeof(metered.reason), "month's list");
	metered.at = kit_time(NOON);
	wheel_metered_put(&b, &metered);
	ck_assert(wheel_metered_get(b.data, b.len, &again));
	ck_assert_str_eq(again.author, "duty");
	ck_assert_str_eq(again.reason, "month's list");
	ck_assert_uint_eq(again.count, 3);
	ck_assert_uint_eq(again.rows[0].slot, 23);
	ck_assert_double_eq(again.rows[0].kwh, 5.25);
	ck_assert_str_eq(again.names[again.rows[1].of], "generation");
	for (size_t n = 0; n < b.len; n++)
		ck_assert(!wheel_metered_get(b.data, n, &again));
	/* a part that the site file has no more */
	str_copy(metered.names[metered.rows[0].of], WHEEL_METERED_NAME, "OLD");
	ck_assert_int_eq(wheel_metered_part(&kit_terms, &metered, &metered.rows[0]), -1);
	wbuf_done(&b);
}
END_TEST

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "", "m.csv:1:1: the file is empty; its first line is date,slot,of,kwh,source" },
	{ AMOUNTS, "m.csv:1:1: no row after the first line" },
	{ "date,slot,what,kwh,source\n", "m.csv:1:11: column 3 is \"what\"; it should be \"of\"" },
	{ AMOUNTS "2026-11-23,1,SCH01,5\n", "m.csv:2:1: 4 columns" },
	{ AMOUNTS "2026-11-22,1,SCH01,5,hand\n", "m.csv:2:1: date is \"2026-11-22\"; it is entered for 2026-11-23" },
	{ AMOUNTS "2026-11-23,49,SCH01,5,hand\n",
	    "m.csv:2:12: slot is \"49\"; half hours of that day count from 1 to 48" },
	{ AMOUNTS "2026-11-23,25,SCH01,5,hand\n", "m.csv:2:12: slot 25 is not over yet" },
	{ AMOUNTS "2026-11-23,1,SCH99,5,hand\n",
	    "m.csv:2:14: of is \"SCH99\"; generation, or a part of the site file as SCH01" },
	{ AMOUNTS "2026-11-23,1,SCH01,-5,hand\n", "m.csv:2:20: kwh is \"-5\"" },
	{ AMOUNTS "2026-11-23,1,SCH01,nan,hand\n", "m.csv:2:20: kwh is \"nan\"" },
	{ AMOUNTS "2026-11-23,1,SCH01,5,Hand\n", "m.csv:2:22: source is \"Hand\"; utility (its meter) or hand" },
	{ AMOUNTS "2026-11-23,1,SCH01,5,hand\n2026-11-23,1,SCH01,5,utility\n",
	    "m.csv:3:1: slot 1 of SCH01 stands twice" },
	{ AMOUNTS "2026-11-23,1,SCH01,5,hand\n\xff\n", "m.csv:3:1: no line of text" },
};

START_TEST(each_fault_of_amounts_is_said_where_it_stands)
{
	ck_assert_int_eq(take_amounts(wrong[_i].text), ERR_USAGE);
	ck_assert_msg(strncmp(said, wrong[_i].says, strlen(wrong[_i].says)) == 0, "%s", said);
}
END_TEST

T_MAIN("wheel_prices",
    T(amounts_are_read_and_come_back) T_LOOP(each_fault_of_amounts_is_said_where_it_stands, 0, (int)ARRAY_LEN(wrong))
        T(rows_are_read_in_any_order) T_LOOP(every_fault_is_said_with_its_line, 0, ARRAY_LEN(faults))
            T(a_day_comes_back_from_bytes_or_not_at_all) T(a_school_takes_more_when_it_teaches))
