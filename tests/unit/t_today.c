/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_today.c - the figures of the day so far: when the reader is asked for them, what of its answers is held, and for how long.
 * What the figures are, over midnight, over days of 23 and 25 hours and with gaps, is in t_saving.c.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/core/today.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define DAY_US  (86400 * US_PER_S)
#define NIGHT_S (15 * 3600) /* midnight of Tokyo, in UTC */

static struct kit kit;
static struct site_reports reports;
static struct today *today;
static unsigned asked;
static bool is_down;
static struct mono mono;
static struct utc midnight, now;

static bool
ask_cb(const struct wbuf *body, void *arg)
{
	struct msg_report_get m;
	struct rbuf r;

	(void)arg;
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_report_get_get(&r, &m));
	ck_assert_str_eq(m.report, "saving");
	ck_assert_str_eq(m.label, "");
	ck_assert_uint_eq(m.revision, UINT32_MAX); /* made now, whatever is filed */
	ck_assert_uint_eq(m.form, REPORT_CSV);
	asked += !is_down;
	return !is_down;
}

static const struct today_ops ops = { .ask = ask_cb };

static void
setup(void)
{
	struct site_point_def *d;

	kit_init(&kit, 2);
	kit_read(&kit, "CEMS.OTHER", KIND_ANALOG)->read->internal = "cpu";
	d = kit_read(&kit, "CEMS.COST_D", KIND_ANALOG);
	d->read->internal = "cost-today";
	reports = (struct site_reports){ .energy = { .n = 1 } };
	kit.site.reports = &reports;
	today = today_new(&ops, NULL);
	today_site(today, &kit.site);
	asked = 0;
	is_down = false;
	mono = (struct mono){ 1000 * US_PER_S };
	midnight = (struct utc){ (20000 * INT64_C(86400) + NIGHT_S) * US_PER_S };
	now = utc_add(midnight, 3600 * US_PER_S);
}

static void
teardown(void)
{
	today_free(today);
	kit_done(&kit);
}

/* So many seconds pass; the wall clock goes with them. */
static void
pass(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		mono = mono_add(mono, US_PER_S);
		now = utc_add(now, US_PER_S);
		today_tick(today, now, mono);
	}
}

/* Seconds until it asks again. */
static unsigned
seconds_to_ask(void)
{
	unsigned was = asked, n = 0;

	for (; asked == was && n < 1000; n++)
		pass(1);
	return n;
}

static void
take(uint16_t type, const void *body, size_t len)
{
	struct frame f = { .type = type, .body = body, .length = (uint32_t)len };

	today_take(today, &f);
}

static void
take_result(enum err e)
{
	struct wbuf b = { .len = 0 };

	msg_result_put(&b, &(struct msg_result){ .err = (uint16_t)e, .addcause = -1, .text = "a sentence" });
	take(W_RESULT, b.data, b.len);
	wbuf_done(&b);
}

/* The answer of a day that begins at `from`. */
static void
answer(struct utc from, const char *csv, enum err e)
{
	struct wbuf b = { .len = 0 };
	size_t half = strlen(csv) / 2;

	msg_report_put(&b,
	    &(struct msg_report){ .report = "saving",
	        .label = "2026-11-24",
	        .from = from.us,
	        .to = from.us + DAY_US,
	        .made = now.us,
	        .confirmed_by = "" });
	take(W_REPORT, b.data, b.len);
	take(W_REPORT_DATA, csv, half);
	take(W_REPORT_DATA, csv + half, strlen(csv) - half);
	take_result(e);
	wbuf_done(&b);
}

static struct today_figures
facts(void)
{
	struct today_figures f;

	today_facts(today, now, mono, &f);
	return f;
}

/* BOM and \r\n as for spreadsheets; a title in quotes; a mark in a field of its own. */
static const char csv[] = "\xEF\xBB\xBFreport,CO2 and cost so far\r\n"
                          "day,2026-11-24\r\n\r\n"
                          "Item,Day,mark,Month,mark,Fiscal year,mark,Unit,Key\r\n"
                          "tag,2026-11-24,,2026-11,,2026,,,\r\n"
                          "saved by local production,3120,#,58904,#,623511,#,kg-CO2,saved_local\r\n"
                          "\"saved by dispatch, with a comma\",-41.2,,310.5,#,***,,kg-CO2,saved_dispatch\r\n"
                          "emitted (bought + fuel),4210,,91200,#,703344,#,kg-CO2,emitted\r\n"
                          "cost of energy drawn,92411,M~,2188112,#,17012334,#,JPY,cost\r\n"
                          "cost saved by dispatch,-1492,,12011,#,***,,JPY,cost_saved\r\n";

START_TEST(rows_are_found_by_their_keys_and_marks_are_read)
{
	struct today_figures f;

	ck_assert(today_read(csv, sizeof(csv) - 1, &f));
	ck_assert_double_eq(f.v[TODAY_SAVED], -41.2);
	ck_assert(!f.is_part[TODAY_SAVED]);
	ck_assert_double_eq(f.v[TODAY_LOCAL], 3120);
	ck_assert(f.is_part[TODAY_LOCAL]);
	ck_assert_double_eq(f.v[TODAY_COST], 92411);
	ck_assert(!f.is_part[TODAY_COST]); /* by hand, and doubtful for a while: but all of it */
	/* Cut anywhere it is no other number; and what is no such report is told from one without rows. */
	for (size_t n = 0; n < sizeof(csv) - 1; n++) {
		(void)today_read(csv, n, &f);
		ck_assert(isnan(f.v[TODAY_COST]) || f.v[TODAY_COST] == 92411);
		ck_assert(isnan(f.v[TODAY_SAVED]) || f.v[TODAY_SAVED] == -41.2);
	}
	ck_assert(!today_read("a,b\nc,d\n", 8, &f));
	ck_assert(!today_read("", 0, &f));
	ck_assert(today_read("e,***,,1,,1,,kg-CO2,emitted\nx,***,,1,,1,,JPY,cost\n", 51, &f));
	for (int i = 0; i < TODAY_COUNT; i++)
		ck_assert(isnan(f.v[i]));
}
END_TEST

START_TEST(it_is_asked_for_once_a_minute)
{
	pass(1);
	ck_assert_uint_eq(asked, 1);
	pass(100);
	ck_assert_uint_eq(asked, 1); /* while the answer is awaited */
	ck_assert(isnan(facts().v[TODAY_COST]));
	answer(midnight, csv, OK);
	ck_assert_double_eq(facts().v[TODAY_COST], 92411);
	pass(1);
	ck_assert_uint_eq(asked, 2);
	answer(midnight, csv, OK);
	pass(TODAY_EACH_S - 1);
	ck_assert_uint_eq(asked, 2);
	pass(1);
	ck_assert_uint_eq(asked, 3);
}
END_TEST

START_TEST(what_is_not_renewed_is_not_told_for_ever)
{
	pass(1);
	answer(midnight, csv, OK);
	pass(TODAY_EACH_S);
	ck_assert_uint_eq(asked, 2);
	pass(TODAY_OLD_S - TODAY_EACH_S - 1);
	ck_assert_double_eq(facts().v[TODAY_COST], 92411);
	pass(1);
	ck_assert(isnan(facts().v[TODAY_COST]));
	today_take(today, NULL); /* the reader went away, and comes back */
	pass(TODAY_AGAIN_S);
	ck_assert_uint_eq(asked, 3);
	answer(midnight, csv, OK);
	ck_assert_double_eq(facts().v[TODAY_COST], 92411);
}
END_TEST

START_TEST(of_yesterday_nothing_is_told_after_midnight)
{
	now = utc_add(midnight, DAY_US - 2 * US_PER_S);
	pass(1);
	answer(midnight, csv, OK);
	ck_assert_double_eq(facts().v[TODAY_SAVED], -41.2);
	pass(1);
	ck_assert(isnan(facts().v[TODAY_SAVED]));
	pass(TODAY_AGAIN_S - 1);
	ck_assert_uint_eq(asked, 2); /* at the day's turn it does not wait a minute */
	answer(midnight, csv, OK);   /* made a moment too early: again */
	ck_assert(isnan(facts().v[TODAY_SAVED]));
	pass(TODAY_AGAIN_S);
	ck_assert_uint_eq(asked, 3);
	answer(utc_add(midnight, DAY_US), csv, OK);
	ck_assert_double_eq(facts().v[TODAY_SAVED], -41.2);
}
END_TEST

START_TEST(a_clock_that_is_set_over_midnight_asks_anew)
{
	pass(1);
	answer(midnight, csv, OK);
	pass(10);
	now = utc_add(now, -2 * 3600 * US_PER_S); /* it was yesterday after all */
	ck_assert(isnan(facts().v[TODAY_COST]));
	pass(1);
	ck_assert_uint_eq(asked, 2);
	answer(utc_add(midnight, -DAY_US), csv, OK);
	ck_assert_double_eq(facts().v[TODAY_COST], 92411);
}
END_TEST

START_TEST(a_refusal_is_asked_again_and_a_fault_is_not_hammered)
{
	is_down = true;
	pass(20);
	is_down = false;
	ck_assert_uint_le(seconds_to_ask(), TODAY_AGAIN_S);
	take_result(ERR_BUSY); /* it was not told the site yet */
	ck_assert_uint_eq(seconds_to_ask(), TODAY_AGAIN_S);
	take_result(ERR_IO);
	ck_assert_uint_eq(seconds_to_ask(), TODAY_EACH_S);
	answer(midnight, "no such report\n", OK);
	ck_assert(isnan(facts().v[TODAY_COST]));
	take(W_RESULT, "", 0); /* a frame that cannot be read is no figure */
	ck_assert(isnan(facts().v[TODAY_COST]));
}
END_TEST

START_TEST(nothing_is_asked_where_nothing_is_wanted)
{
	reports.energy.n = 0;
	today_site(today, &kit.site);
	pass(200);
	ck_assert_uint_eq(asked, 0);
	reports.energy.n = 1;
	kit.site.point_count = 1;
	today_site(today, &kit.site);
	pass(200);
	kit.site.reports = NULL;
	today_site(today, &kit.site);
	pass(200);
	today_site(today, NULL);
	pass(200);
	ck_assert_uint_eq(asked, 0);
	/* Another site has other factors: what is held is not its. */
	kit.site.reports = &reports;
	kit.site.point_count = 2;
	today_site(today, &kit.site);
	pass(1);
	answer(midnight, csv, OK);
	ck_assert_double_eq(facts().v[TODAY_COST], 92411);
	(void)seconds_to_ask();
	today_site(today, &kit.site);
	ck_assert(isnan(facts().v[TODAY_COST]));
	answer(midnight, csv, OK); /* nor is what was on its way */
	ck_assert(isnan(facts().v[TODAY_COST]));
	(void)seconds_to_ask();
	answer(midnight, csv, OK);
	ck_assert_double_eq(facts().v[TODAY_COST], 92411);
}
END_TEST

T_MAIN("today",
    T_FIXTURE(setup, teardown) T(rows_are_found_by_their_keys_and_marks_are_read) T(it_is_asked_for_once_a_minute)
        T(what_is_not_renewed_is_not_told_for_ever) T(of_yesterday_nothing_is_told_after_midnight)
            T(a_clock_that_is_set_over_midnight_asks_anew) T(a_refusal_is_asked_again_and_a_fault_is_not_hammered)
                T(nothing_is_asked_where_nothing_is_wanted))
