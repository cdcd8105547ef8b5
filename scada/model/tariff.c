/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tariff.c - the keys of tariffs and holidays, which row holds, and the charges.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/model/tariff.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
#define T struct holiday
static const struct key holiday_keys[] = {
	{ "date", KEY_DATE, AT(date), true, .help = "the day" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
};
const struct schema holiday_schema = { "holiday", sizeof(T), holiday_keys, ARRAY_LEN(holiday_keys), "a day that is no working day", NULL, 0, 0 };
#undef T

#define T struct tariff_band
static const struct key band_keys[] = {
	{ "name", KEY_WORD, AT(name), true, .help = "what it is called: peak, day, night" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
	{ "months", KEY_NUMBERS, AT(months), .max = 12, .help = "1 to 12; absent: all" },
	{ "days", KEY_WORDS, AT(days), .max = 8, .help = "mon tue wed thu fri sat sun, and holiday, which is none of them; absent: all" },
	{ "from", KEY_DAYTIME, AT(from), .def = "00:00", .help = "when it begins" },
	{ "to", KEY_DAYTIME, AT(to), .def = "24:00", .help = "when it ends; before from: on the next day" },
	{ "price", KEY_NUMBER, AT(price), true, .min = -1000, .max = 1e6, .help = "of a kWh" },
};
const struct schema tariff_band_schema = { "price", sizeof(T), band_keys, ARRAY_LEN(band_keys), "what a kWh costs in a season and at a time of day; the first that fits holds", NULL, 0, 0 };
#undef T

#define T struct tariff_adjustment
static const struct key adjustment_keys[] = {
	{ "from", KEY_DATE, AT(from), true, .help = "first day" },
	{ "fuel", KEY_NUMBER, AT(fuel), .min = -1000, .max = 1000, .def = "0", .help = "fuel-cost adjustment of a kWh" },
	{ "market", KEY_NUMBER, AT(market), .min = -1000, .max = 1000, .def = "0", .help = "market-price adjustment of a kWh" },
	{ "levy", KEY_NUMBER, AT(levy), .min = 0, .max = 1000, .def = "0", .help = "renewable-energy levy of a kWh" },
};
const struct schema tariff_adjustment_schema = { "adjustment", sizeof(T), adjustment_keys, ARRAY_LEN(adjustment_keys), "what is added to the price of a kWh from a day on", NULL, 0, 0 };
#undef T

static const struct key_word contract_words[] = {
	{ "measured-12m", CONTRACT_MEASURED_12M, "the most of this month and the 11 before" },
	{ "agreed", CONTRACT_AGREED, "fixed; more than it is penalised" },
	{ NULL, 0, NULL },
};
#define T struct tariff
static const struct key tariff_keys[] = {
	{ "from", KEY_DATE, AT(from), true, .help = "first day" },
	{ "plan", KEY_STRING, AT(plan), true, .min = 1, .max = 80, .help = "its name" },
	{ "supplier", KEY_STRING, AT(supplier), .min = 1, .max = 80, .help = "whose" },
	{ "contract", KEY_ENUM, AT(contract), true, .words = contract_words, .help = "how the kW that are billed come about" },
	{ "contract_kw", KEY_NUMBER, AT(contract_kw), .min = 0, .max = 1e7, .unit = "kW", .help = "agreed" },
	{ "base_price", KEY_NUMBER, AT(base_price), true, .min = 0, .max = 1e6, .help = "of a kW and month" },
	{ "excess_factor", KEY_NUMBER, AT(excess_factor), .min = 1, .max = 10, .def = "1.5", .help = "a kW beyond the agreed ones costs so many times the base price" },
	{ "power_factor_pct", KEY_NUMBER, AT(power_factor_pct), .min = 0, .max = 100, .def = "100", .unit = "%", .help = "of the base charge" },
	{ "tax_pct", KEY_NUMBER, AT(tax_pct), .min = 0, .max = 100, .def = "0", .unit = "%", .help = "on all of it" },
	{ "energy", KEY_LIST, AT(energy), .max = 48, .sub = &tariff_band_schema, .help = "prices of a kWh; the first that fits holds" },
	{ "adjustments", KEY_LIST, AT(adjustments), .max = 600, .sub = &tariff_adjustment_schema, .help = "added to the price of a kWh, by date" },
	{ "source", KEY_STRING, AT(source), true, .min = 1, .max = 200, .help = "where it is written" },
};
const struct schema tariff_schema = { "tariff", sizeof(T), tariff_keys, ARRAY_LEN(tariff_keys), "what electricity costs from a day on", NULL, 0, 0 };
#undef T
/* clang-format on */

const char *const tariff_day_words[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", "holiday", NULL };
#define DAY_HOLIDAY 7

const struct holiday *
holiday_find(const struct key_list *holidays, int64_t day)
{
	const struct holiday *list = holidays->v;
	for (uint32_t i = 0; i < holidays->n; i++)
		if (list[i].date == day)
			return &list[i];
	return NULL;
}

const struct tariff *
tariff_find(const struct key_list *tariffs, int64_t day)
{
	const struct tariff *list = tariffs->v, *best = NULL;
	for (uint32_t i = 0; i < tariffs->n; i++)
		if (list[i].from <= day && (best == NULL || list[i].from > best->from))
			best = &list[i];
	return best;
}

const struct tariff_adjustment *
tariff_adjustment_find(const struct tariff *t, int64_t day)
{
	const struct tariff_adjustment *list = t->adjustments.v, *best = NULL;
	for (uint32_t i = 0; i < t->adjustments.n; i++)
		if (list[i].from <= day && (best == NULL || list[i].from > best->from))
			best = &list[i];
	return best;
}

static bool
fits_day(const struct tariff_band *b, int64_t day, bool is_holiday)
{
	int64_t year;
	unsigned month, mday;
	bool fits = b->months.n == 0;
	date_civil(day, &year, &month, &mday);
	for (uint32_t i = 0; i < b->months.n; i++)
		fits |= b->months.v[i] == (double)month;
	if (!fits || b->days.n == 0)
		return fits;
	const char *word = tariff_day_words[is_holiday ? DAY_HOLIDAY : date_weekday(day)];
	for (uint32_t i = 0; i < b->days.n; i++)
		if (strcmp(b->days.v[i], word) == 0)
			return true;
	return false;
}

const struct tariff_band *
tariff_band_find(const struct tariff *t, int64_t day, int64_t minute, bool is_holiday)
{
	const struct tariff_band *list = t->energy.v;
	for (uint32_t i = 0; i < t->energy.n; i++) {
		const struct tariff_band *b = &list[i];
		bool fits = b->from < b->to ? minute >= b->from && minute < b->to : minute >= b->from || minute < b->to;
		if (fits && fits_day(b, day, is_holiday))
			return b;
	}
	return NULL;
}

double
tariff_energy_price(const struct tariff *t, int64_t day, int64_t minute, bool is_holiday)
{
	const struct tariff_band *b = tariff_band_find(t, day, minute, is_holiday);
	const struct tariff_adjustment *a = tariff_adjustment_find(t, day);
	if (b == NULL)
		return (double)NAN;
	return b->price + (a != NULL ? a->fuel + a->market + a->levy : 0);
}

double
tariff_billing_kw(const struct tariff *t, const double *months, size_t n)
{
	double most = (double)NAN;
	if (t->contract == CONTRACT_AGREED)
		return t->contract_kw;
	for (size_t i = n > 12 ? n - 12 : 0; i < n; i++)
		if (!isnan(months[i]) && (isnan(most) || months[i] > most))
			most = months[i];
	return most;
}

double
tariff_base_charge(double price, double kw, double power_factor_pct)
{
	return price * kw * (185 - power_factor_pct) / 100;
}

double
tariff_power_factor(double kwh, double kvarh)
{
	if (!(kwh > 0) || isnan(kvarh))
		return (double)NAN;
	return kvarh <= 0 ? 100 : round(100 * kwh / hypot(kwh, kvarh));
}

double
tariff_month_charge(const struct tariff *t, const double *months, size_t n)
{
	double kw = tariff_billing_kw(t, months, n), most = n > 0 ? months[n - 1] : (double)NAN;
	double charge = tariff_base_charge(t->base_price, kw, t->power_factor_pct);
	if (t->contract == CONTRACT_AGREED && most > kw)
		charge += tariff_base_charge(t->base_price * t->excess_factor, most - kw, t->power_factor_pct);
	return charge;
}
