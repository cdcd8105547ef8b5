/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report_wheel.c - the closing reports of self-wheeling against sums made another way: from the made series and the plan of the kit.
 */
#include "config.h"

#include <sodium.h>

#include "tests/unit/t.h"

#include "tests/unit/report_kit.h"
#include "scada/dispatch/wheel_metered.h"
#include "tests/unit/wheel_report_kit.h"

#define TABLE "30分毎の計画と実績" /* a CSV is in the language of the site */
#define TOTAL "計"
enum { MADE_PLAN, MADE, MADE_SHORT, USED_PLAN, USED, USED_SHORT, PRICE, PAY_CELL = 17 };

static struct site *site;
static struct query q;
static struct fake_record record;
static struct msg_store_state states[KIT_WHEEL_STATES + 2];
static struct wbuf blobs[KIT_WHEEL_STATES + 2];

static void
set_up(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert(clock_set_zone("Asia/Tokyo"));
	site = kit_site();
	site->wheel = &kit_wheel;
	memset(&q, 0, sizeof(q));
	kit_fill(&q, kit_ms("2026-10-31T00:00:00+09:00"), kit_ms("2026-12-02T00:00:00+09:00"), 600000);
	kit_wheel_states(states, blobs);
	record = (struct fake_record){ .states = states, .state_count = KIT_WHEEL_STATES };
}

static void
tear_down(void)
{
	for (size_t i = 0; i < KIT_WHEEL_STATES + 2; i++) {
		wbuf_done(&blobs[i]);
		blobs[i] = (struct wbuf){ 0 };
	}
	fake_done(&q);
	site->wheel = NULL;
	site_free(site);
}

static struct report
make(const char *name, const char *label, const char *now)
{
	char message[400];
	struct report r;
	const struct report_source src = { site, &q, &record.db, { kit_ms(now) * 1000 }, NULL };
	enum err e = report_make(&src, name, label, LANGUAGE_EN, &r, message, sizeof(message));
	ck_assert_msg(e == OK, "%s: %s", name, message);
	return r;
}

/* What is to be paid; the column before it is text and has no mark. */
static double
to_pay(const struct report *r, const char *label)
{
	char cell[64];
	double v;
	ck_assert(kit_cell(r->csv, TABLE, label, PAY_CELL, cell, sizeof(cell)));
	ck_assert_msg(str_to_double(cell, &v), "%s: '%s'", label, cell);
	return v;
}

/* By how much a counter went on in a half hour. */
static double
went_on(const char *point, unsigned slot)
{
	const struct fake_series *s = kit_series(&q, point);
	int64_t from = kit_ms("2026-11-22T00:00:00+09:00") + (int64_t)slot * 1800000;
	double a = 0, b = 0;
	for (size_t i = 0; i < s->n; i++) {
		a = s->s[i].ms <= from ? s->s[i].v : a;
		b = s->s[i].ms <= from + 1800000 ? s->s[i].v : b;
	}
	return b - a;
}

static double
planned(unsigned slot)
{
	return slot < 10 ? 100 : slot < 12 ? 90 : 0;
}

START_TEST(each_slot_is_what_plan_counter_and_price_make_of_it)
{
	struct report r = make("wheel", "2026-11-22", "2026-12-01T00:00:00+09:00");
	double shortage = 0, paid = 0;
	for (unsigned slot = 0; slot < 48; slot++) {
		char label[16], cell[64];
		double made = went_on("RX.EXP", slot), used = went_on("ESS1.KWH_C", slot) * 1.05,
		       use_plan = ((slot < 10 ? 30 : 0) + 10) * 1.05, price = 10 + slot * 0.5,
		       miss = planned(slot) - made + used - use_plan;
		str_printf(label, sizeof(label), "%02u:%02u", slot / 2, slot % 2 * 30);
		ck_assert_double_eq(kit_number(r.csv, TABLE, label, MADE_PLAN), planned(slot));
		ck_assert_double_eq_tol(kit_number(r.csv, TABLE, label, MADE), made, 0.06);
		ck_assert_double_eq_tol(kit_number(r.csv, TABLE, label, MADE_SHORT), planned(slot) - made, 0.06);
		ck_assert_double_eq_tol(kit_number(r.csv, TABLE, label, USED_PLAN), use_plan, 0.06);
		ck_assert_double_eq_tol(kit_number(r.csv, TABLE, label, USED), used, 0.06);
		ck_assert_str_eq(kit_mark(r.csv, TABLE, label, USED, cell, sizeof(cell)), "#"); /* of one of two */
		ck_assert_double_eq(kit_number(r.csv, TABLE, label, PRICE), price);
		ck_assert_double_eq_tol(to_pay(&r, label), miss * price, 1.5);
		shortage += planned(slot) - made;
		paid += miss * price;
	}
	ck_assert_double_eq_tol(kit_number(r.csv, TABLE, TOTAL, MADE_SHORT), shortage, 0.1);
	ck_assert_double_eq_tol(to_pay(&r, TOTAL), paid, 2);
	ck_assert_ptr_nonnull(strstr(r.text, "1 of 2 parts have no counter here"));
	ck_assert_ptr_nonnull(strstr(r.csv, "2 *,夜勤"));
	report_done(&r);
}
END_TEST

START_TEST(what_is_not_over_is_empty_and_what_was_not_filed_is_said)
{
	char cell[64];
	struct report r = make("wheel", "2026-11-22", "2026-11-22T05:10:00+09:00");
	ck_assert(kit_cell(r.csv, TABLE, "05:00", 2 + 2 * MADE, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "");
	ck_assert_double_eq(kit_number(r.csv, TABLE, "05:00", MADE_PLAN), 90); /* the plan is there */
	ck_assert_double_eq(kit_number(r.csv, TABLE, "04:30", MADE_PLAN), 100);
	ck_assert(kit_cell(r.csv, TABLE, "04:30", 2 + 2 * PRICE, cell, sizeof(cell)));
	ck_assert_str_eq(cell, ""); /* not published then */
	report_done(&r);
	r = make("wheel", "2026-11-20", "2026-12-01T00:00:00+09:00");
	ck_assert_ptr_nonnull(strstr(r.text, "nothing was filed for this day"));
	ck_assert(kit_cell(r.csv, TABLE, "00:00", 2 + 2 * MADE_PLAN, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "");
	ck_assert(kit_number(r.csv, TABLE, "00:00", MADE) > 50);
	report_done(&r);
}
END_TEST

START_TEST(a_month_is_the_sum_of_its_days)
{
	struct report day = make("wheel", "2026-11-22", "2026-12-01T00:00:00+09:00"),
	              month = make("imbalance", "2026-11", "2026-12-01T00:00:00+09:00");
	double plan = kit_number(day.csv, TABLE, TOTAL, MADE_PLAN), made = kit_number(day.csv, TABLE, TOTAL, MADE),
	       miss = kit_number(day.csv, TABLE, TOTAL, MADE_SHORT);
	const char *table = "日別の計画と実績";
	ck_assert_double_eq(kit_number(month.csv, table, "計", 0), plan);
	ck_assert_double_eq(kit_number(month.csv, table, "計", 1), made);
	ck_assert_double_eq_tol(
	    kit_number(month.csv, table, "計", 2) - kit_number(month.csv, table, "計", 3), miss, 0.15);
	ck_assert_double_eq(kit_number(month.csv, table, "計", 10), 29 * 96); /* the other days were not filed */
	ck_assert_double_eq(kit_number(month.csv, table, "計", 11), 38 * 2);  /* ten slots have final prices */
	ck_assert_ptr_nonnull(strstr(month.text, "not final: amounts or final prices are missing"));
	report_done(&day);
	report_done(&month);
}
END_TEST

/* ---- amounts of the utility's meters */

/* An entry of one amount each: the generation of slot 3 and what both schools took in it. */
static void
enter(unsigned at, const char *name, double made, double used, bool is_utility)
{
	static struct wheel_metered m;

	m = (struct wheel_metered){ .author = "duty",
		.file = "list.csv",
		.reason = "monthly list",
		.name_count = 3,
		.count = 3,
		.names = { "generation", "SCH01", "SCH02" } };
	m.at.us = kit_ms("2026-11-29T09:00:00+09:00") * US_PER_MS;
	for (unsigned i = 0; i < 3; i++)
		m.rows[i] = (struct wheel_metered_row){ i == 0 ? made : used, 2, (uint8_t)i, is_utility };
	wheel_metered_put(&blobs[at], &m);
	states[at] = (struct msg_store_state){ STATE_WHEEL, name, 0, { blobs[at].data, blobs[at].len } };
	record.state_count = at + 1;
}

/* Column k of the slot that begins at 01:00. */
static const char *
at_one(const struct report *r, unsigned k, char cell[64])
{
	ck_assert(kit_cell(r->csv, TABLE, "01:00", k, cell, 64));
	return cell;
}

START_TEST(what_the_utility_metered_goes_before_our_own_count)
{
	char cell[64];
	struct report r = make("wheel", "2026-11-22", "2026-12-01T00:00:00+09:00");
	ck_assert_ptr_nonnull(strstr(r.csv, "自計"));
	ck_assert_ptr_null(strstr(r.csv, "計量値の入力"));
	report_done(&r);
	enter(KIT_WHEEL_STATES, "2026-11-22/utility-001", 80, 11, true);
	r = make("wheel", "2026-11-22", "2026-12-01T00:00:00+09:00");
	ck_assert_str_eq(at_one(&r, 2 + 2 * MADE, cell), "80.0");
	ck_assert_str_eq(at_one(&r, 2 + 2 * USED, cell), "23.1"); /* of both, with loss */
	ck_assert_str_eq(at_one(&r, 3 + 2 * USED, cell), "");     /* and whole */
	ck_assert_ptr_nonnull(strstr(r.csv, "託送,託送"));
	ck_assert_ptr_nonnull(strstr(r.csv, "計量値の入力"));
	ck_assert_ptr_nonnull(strstr(r.text, "monthly list"));
	report_done(&r);
	enter(KIT_WHEEL_STATES + 1, "2026-11-22/utility-002", 81, 12, false);
	r = make("wheel", "2026-11-22", "2026-12-01T00:00:00+09:00");
	ck_assert_str_eq(at_one(&r, 2 + 2 * MADE, cell), "81.0");
	ck_assert_ptr_nonnull(strstr(r.csv, "手入力,手入力"));
	ck_assert_ptr_null(strstr(r.csv, "託送,託送"));
	report_done(&r);
}
END_TEST

T_MAIN("report_wheel",
    T_FIXTURE(set_up, tear_down) T(what_the_utility_metered_goes_before_our_own_count)
        T(each_slot_is_what_plan_counter_and_price_make_of_it)
            T(what_is_not_over_is_empty_and_what_was_not_filed_is_said) T(a_month_is_the_sum_of_its_days))
