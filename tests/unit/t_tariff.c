/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_tariff.c - what is billed and what counts as CO2, by the worked examples of the trade.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/model/factor.h"
#include "scada/model/tariff.h"
#include "tests/unit/t.h"

/* July to August of the next year, and what the power company's example bills. */
static const double months[] = { 89, 82, 85, 60, 63, 78, 80, 83, 82, 74, 61, 77, 84, 93 };

START_TEST(a_measured_contract_bills_the_most_of_twelve_months)
{
	const struct tariff t = { .contract = CONTRACT_MEASURED_12M, .base_price = 1000, .power_factor_pct = 100 };
	ck_assert_double_eq(tariff_billing_kw(&t, months, 12), 89); /* June: July of the year before still counts */
	ck_assert_double_eq(tariff_billing_kw(&t, months, 13), 85); /* July: the most is September's */
	ck_assert_double_eq(tariff_billing_kw(&t, months, 14), 93); /* August sets a new one */
	const double some[] = { (double)NAN, 70, (double)NAN };
	ck_assert_double_eq(tariff_billing_kw(&t, some, 3), 70);
	ck_assert(isnan(tariff_billing_kw(&t, some, 1)));
	ck_assert_double_eq_tol(tariff_month_charge(&t, months, 14), 1000 * 93 * 0.85, 1e-6);
}
END_TEST

START_TEST(an_agreed_contract_bills_what_was_agreed_and_penalises_more)
{
	const struct tariff t = { .contract = CONTRACT_AGREED,
		.contract_kw = 1500,
		.base_price = 1900,
		.excess_factor = 1.5,
		.power_factor_pct = 96 };
	const double below[] = { 1400 }, above[] = { 1600 };
	ck_assert_double_eq_tol(tariff_base_charge(1900, 1500, 96), 2536500, 1e-6);
	ck_assert_double_eq_tol(tariff_month_charge(&t, below, 1), 2536500, 1e-6);
	ck_assert_double_eq_tol(tariff_month_charge(&t, above, 1), 2536500 + 1900 * 1.5 * 100 * 0.89, 1e-6);
}
END_TEST

START_TEST(a_power_factor_is_whole_and_a_leading_one_counts_100)
{
	ck_assert_double_eq(tariff_power_factor(1000, 0), 100);
	ck_assert_double_eq(tariff_power_factor(1000, -400), 100);
	ck_assert_double_eq(tariff_power_factor(1000, 329), 95);
	ck_assert_double_eq(tariff_power_factor(1000, 1000), 71);
	ck_assert(isnan(tariff_power_factor(0, 100)));
}
END_TEST

static struct tariff_band bands[] = {
	{ .name = "peak", .from = 13 * 60, .to = 16 * 60, .price = 30 },
	{ .name = "day", .from = 8 * 60, .to = 22 * 60, .price = 20 },
	{ .name = "night", .from = 22 * 60, .to = 8 * 60, .price = 12 },
	{ .name = "rest", .from = 0, .to = 1440, .price = 11 },
};

START_TEST(a_kilowatt_hour_costs_by_season_day_and_hour)
{
	double summer[] = { 7, 8, 9 };
	const char *week[] = { "mon", "tue", "wed", "thu", "fri", "sat" };
	struct tariff_adjustment a[] = { { .from = date_days(2026, 4, 1), .fuel = -1, .market = 0.5, .levy = 4 },
		{ .from = date_days(2026, 5, 1), .levy = 3 } };
	struct tariff t = { .energy = { bands, 4 }, .adjustments = { a, 2 } };
	bands[0].months = (struct key_numbers){ summer, 3 };
	bands[0].days = bands[1].days = (struct key_words){ week, 6 };
	int64_t monday = date_days(2026, 8, 3), sunday = date_days(2026, 8, 2), april = date_days(2026, 4, 6);
	ck_assert_double_eq(tariff_energy_price(&t, monday, 13 * 60, false), 33);
	ck_assert_double_eq(tariff_energy_price(&t, monday, 16 * 60, false), 23);
	ck_assert_double_eq(tariff_energy_price(&t, monday, 22 * 60, false), 15);
	ck_assert_double_eq(tariff_energy_price(&t, monday, 7 * 60 + 59, false), 15);
	ck_assert_double_eq(tariff_energy_price(&t, sunday, 13 * 60, false), 14);
	ck_assert_double_eq(tariff_energy_price(&t, monday, 13 * 60, true), 14); /* a holiday is no Monday */
	ck_assert_double_eq(tariff_energy_price(&t, april, 13 * 60, false), 20 + 3.5);
	t.energy.n = 1;
	ck_assert(isnan(tariff_energy_price(&t, april, 13 * 60, false)));
}
END_TEST

START_TEST(the_newest_row_that_holds_is_taken)
{
	struct tariff list[] = { { .from = date_days(2026, 4, 1), .plan = "b" },
		{ .from = date_days(2025, 4, 1), .plan = "a" } };
	const struct key_list l = { list, 2 };
	ck_assert_ptr_null(tariff_find(&l, date_days(2025, 3, 31)));
	ck_assert_str_eq(tariff_find(&l, date_days(2026, 3, 31))->plan, "a");
	ck_assert_str_eq(tariff_find(&l, date_days(2026, 4, 1))->plan, "b");
	struct holiday days[] = { { .date = date_days(2026, 11, 23) } };
	const struct key_list h = { days, 1 };
	ck_assert_ptr_nonnull(holiday_find(&h, date_days(2026, 11, 23)));
	ck_assert_ptr_null(holiday_find(&h, date_days(2026, 11, 22)));
}
END_TEST

static int
unit_row(const char *word)
{
	for (int i = 0; factor_units[i].word != NULL; i++)
		if (strcmp(factor_units[i].word, word) == 0)
			return i;
	ck_abort_msg("%s", word);
	return -1;
}

START_TEST(a_cubic_metre_is_the_one_that_the_factor_is_for)
{
	struct factor f = { .kind = FACTOR_GAS, .value = 2.05, .unit = unit_row("t-CO2/1000m3"), .volume = VOLUME_25C };
	/* 2.05 kg of a m3 at 25 degC; a meter in m3N counts 1.106 of them: 2.27 kg. */
	ck_assert_double_eq_tol(factor_amount(&f, VOLUME_25C), 2.05, 1e-12);
	ck_assert_double_eq_tol(factor_amount(&f, VOLUME_NORMAL), 2.27, 0.005);
	ck_assert_double_eq_tol(factor_volume_ratio(VOLUME_NORMAL, VOLUME_25C), 1.106, 0.0001);
	f.volume = VOLUME_NORMAL;
	ck_assert_double_eq_tol(factor_amount(&f, VOLUME_25C), 2.05 / 1.106, 0.001);
	/* 40.0 GJ x 0.0140 tC/GJ x 44/12 is that figure. */
	ck_assert_double_eq_tol(40.0 * 0.0140 * 44 / 12, 2.05, 0.005);
	f = (struct factor){ .kind = FACTOR_ELECTRICITY, .value = 0.38, .unit = unit_row("t-CO2/MWh") };
	ck_assert_double_eq_tol(factor_amount(&f, VOLUME_NORMAL), 0.38, 1e-12);
}
END_TEST

START_TEST(a_factor_is_found_by_supplier_menu_basis_and_day)
{
	int kg = unit_row("kg-CO2/kWh"), mj = unit_row("MJ/kWh");
	struct factor rows[] = {
		{ .id = "OLD", .unit = kg, .value = 1, .from = 100, .supplier = "A", .basis = BASIS_ADJUSTED },
		{ .id = "NEW", .unit = kg, .value = 2, .from = 200, .supplier = "A", .basis = BASIS_ADJUSTED },
		{ .id = "RAW", .unit = kg, .value = 3, .from = 150, .supplier = "A", .basis = BASIS_UNADJUSTED },
		{ .id = "MENU",
		    .unit = kg,
		    .value = 4,
		    .from = 100,
		    .supplier = "B",
		    .menu = "green",
		    .basis = BASIS_ADJUSTED },
		{ .id = "HEAT", .unit = mj, .value = 8.64, .from = 100, .basis = BASIS_ADJUSTED },
	};
	const struct key_list l = { rows, 5 };
	int64_t until;
	struct factor_want w = { FACTOR_ELECTRICITY, BASIS_ADJUSTED, FACTOR_CO2_KG, "A", NULL };
	ck_assert_ptr_null(factor_find(&l, &w, 99, &until));
	ck_assert_int_eq(until, 100);
	ck_assert_str_eq(factor_find(&l, &w, 199, &until)->id, "OLD");
	ck_assert_int_eq(until, 200);
	ck_assert_str_eq(factor_find(&l, &w, 200, &until)->id, "NEW");
	ck_assert_int_eq(until, DATE_NONE);
	w.basis = BASIS_UNADJUSTED;
	ck_assert_str_eq(factor_find(&l, &w, 300, &until)->id, "RAW");
	w = (struct factor_want){ FACTOR_ELECTRICITY, BASIS_ADJUSTED, FACTOR_CO2_KG, "B", "green" };
	ck_assert_str_eq(factor_find(&l, &w, 300, &until)->id, "MENU");
	w.menu = "blue";
	ck_assert_ptr_null(factor_find(&l, &w, 300, &until));
	w = (struct factor_want){ FACTOR_ELECTRICITY, -1, FACTOR_GJ, NULL, NULL };
	ck_assert_str_eq(factor_find(&l, &w, 300, &until)->id, "HEAT");
}
END_TEST

START_TEST(units_of_keys_and_of_the_table_are_the_same)
{
	char message[200];
	struct arena *a = arena_new();
	const struct key *k = &factor_schema.keys[schema_find(&factor_schema, "unit", 4)];
	for (int i = 0; factor_units[i].word != NULL; i++) {
		struct factor f = { .unit = -1 };
		ck_assert_msg(schema_scalar(k, factor_units[i].word, &f, a, message, sizeof(message)), "%s", message);
		ck_assert_int_eq(f.unit, i);
	}
	arena_free(a);
}
END_TEST

T_MAIN("tariff",
    T(a_measured_contract_bills_the_most_of_twelve_months)
        T(an_agreed_contract_bills_what_was_agreed_and_penalises_more)
            T(a_power_factor_is_whole_and_a_leading_one_counts_100) T(a_kilowatt_hour_costs_by_season_day_and_hour)
                T(the_newest_row_that_holds_is_taken) T(a_cubic_metre_is_the_one_that_the_factor_is_for)
                    T(a_factor_is_found_by_supplier_menu_basis_and_day) T(units_of_keys_and_of_the_table_are_the_same))
