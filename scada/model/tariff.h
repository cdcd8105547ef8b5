/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tariff.h - what electricity costs, as dated rows: demand and base charge, energy by season and time of day, adjustments.
 * Pure functions of the rows; prices are in the site's currency, without tax unless they say so.
 */
#ifndef CHISAN_TARIFF_H
#define CHISAN_TARIFF_H

#include "scada/base/date.h"
#include "scada/base/schema.h"

struct holiday {
	struct node node;
	int64_t date;
	const char *title, *title_ja;
};

enum tariff_contract {
	CONTRACT_MEASURED_12M, /* the most of this month and the 11 before */
	CONTRACT_AGREED,       /* fixed; more than it is penalised */
};

struct tariff_band { /* energy: the first band that fits holds */
	struct node node;
	const char *name, *title, *title_ja;
	struct key_numbers months; /* 1..12; none = all */
	struct key_words days;     /* mon ... sun, holiday; none = all. On a holiday only `holiday` fits */
	int64_t from, to;          /* minutes of the day; to <= from: over midnight */
	double price;              /* a kWh */
};
struct tariff_adjustment {
	struct node node;
	int64_t from;
	double fuel, market, levy; /* a kWh */
};
struct tariff {
	struct node node;
	int64_t from;
	const char *plan, *supplier, *source;
	int contract; /* enum tariff_contract */
	double contract_kw, base_price, excess_factor, power_factor_pct, tax_pct;
	struct key_list energy;      /* struct tariff_band */
	struct key_list adjustments; /* struct tariff_adjustment */
};
extern const struct schema holiday_schema, tariff_schema, tariff_band_schema, tariff_adjustment_schema;
extern const char *const tariff_day_words[]; /* "sun" ... "sat", "holiday"; ends with NULL */

const struct holiday *holiday_find(const struct key_list *holidays, int64_t day);            /* NULL = none */
const struct tariff *tariff_find(const struct key_list *tariffs, int64_t day);               /* NULL = none holds yet */
const struct tariff_adjustment *tariff_adjustment_find(const struct tariff *t, int64_t day); /* NULL = none */
const struct tariff_band *tariff_band_find(const struct tariff *t, int64_t day, int64_t minute, bool is_holiday);
/* A kWh then, with adjustments and levy, without tax. NaN: no band fits. */
double tariff_energy_price(const struct tariff *t, int64_t day, int64_t minute, bool is_holiday);

/* kW that are billed. months: the greatest half hour of each month, the present one last; NaN: not known, left out. */
double tariff_billing_kw(const struct tariff *t, const double *months, size_t n);
/* unit price x kW x (185 - power factor) / 100 */
double tariff_base_charge(double price, double kw, double power_factor_pct);
/* Whole %, of a month's energy between 8 and 22 o'clock; a leading one (kvarh below zero) counts 100. NaN: no energy. */
double tariff_power_factor(double kwh, double kvarh);
/* Base charge of a month: what is billed, and beyond an agreed contract the excess x excess_factor. */
double tariff_month_charge(const struct tariff *t, const double *months, size_t n);

#endif
