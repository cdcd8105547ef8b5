/* SPDX-License-Identifier: Apache-2.0 */
/*
 * factor.c - the table of factors: its keys, and which row holds on a day.
 */
#include "config.h"

#include <string.h>

#include "scada/model/factor.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
const struct key_word factor_kind_words[] = {
	{ "electricity", FACTOR_ELECTRICITY, "kWh" },
	{ "gas", FACTOR_GAS, "city gas, m3" },
	{ "heat", FACTOR_HEAT, "steam or hot water, GJ" },
	{ "lpg", FACTOR_LPG, "kg" },
	{ "kerosene", FACTOR_KEROSENE, "L" },
	{ "heavy-oil", FACTOR_HEAVY_OIL, "L" },
	{ "diesel", FACTOR_DIESEL, "L" },
	{ "biomass", FACTOR_BIOMASS, "kg" },
	{ "waste", FACTOR_WASTE, "kg" },
	{ "energy", FACTOR_ENERGY, "any, in GJ: to crude oil" },
	{ NULL, 0, NULL },
};
const struct key_word factor_basis_words[] = {
	{ "unadjusted", BASIS_UNADJUSTED, "as it was generated" },
	{ "basic", BASIS_BASIC, "of the supplier, after certificates that concern all" },
	{ "adjusted", BASIS_ADJUSTED, "of the menu, after all certificates" },
	{ NULL, 0, NULL },
};
const struct key_word factor_volume_words[] = {
	{ "normal", VOLUME_NORMAL, "0 degC and 1 atm (m3N)" },
	{ "25degC", VOLUME_25C, "25 degC and 1 bar" },
	{ NULL, 0, NULL },
};

const struct factor_unit factor_units[] = {
	{ "kg-CO2/kWh", FACTOR_CO2_KG, QUANTITY_KWH, 1 },
	{ "t-CO2/kWh", FACTOR_CO2_KG, QUANTITY_KWH, 1000 },
	{ "t-CO2/MWh", FACTOR_CO2_KG, QUANTITY_KWH, 1 },
	{ "kg-CO2/m3", FACTOR_CO2_KG, QUANTITY_M3, 1 },
	{ "t-CO2/1000m3", FACTOR_CO2_KG, QUANTITY_M3, 1 },
	{ "t-CO2/GJ", FACTOR_CO2_KG, QUANTITY_GJ, 1000 },
	{ "kg-CO2/GJ", FACTOR_CO2_KG, QUANTITY_GJ, 1 },
	{ "kg-CO2/L", FACTOR_CO2_KG, QUANTITY_L, 1 },
	{ "t-CO2/kL", FACTOR_CO2_KG, QUANTITY_L, 1 },
	{ "kg-CO2/kg", FACTOR_CO2_KG, QUANTITY_KG, 1 },
	{ "t-CO2/t", FACTOR_CO2_KG, QUANTITY_KG, 1 },
	{ "MJ/kWh", FACTOR_GJ, QUANTITY_KWH, 0.001 },
	{ "GJ/1000kWh", FACTOR_GJ, QUANTITY_KWH, 0.001 },
	{ "GJ/1000m3", FACTOR_GJ, QUANTITY_M3, 0.001 },
	{ "MJ/m3", FACTOR_GJ, QUANTITY_M3, 0.001 },
	{ "GJ/GJ", FACTOR_GJ, QUANTITY_GJ, 1 },
	{ "GJ/kL", FACTOR_GJ, QUANTITY_L, 0.001 },
	{ "MJ/L", FACTOR_GJ, QUANTITY_L, 0.001 },
	{ "GJ/t", FACTOR_GJ, QUANTITY_KG, 0.001 },
	{ "MJ/kg", FACTOR_GJ, QUANTITY_KG, 0.001 },
	{ "kL/GJ", FACTOR_OIL_KL, QUANTITY_GJ, 1 },
	{ NULL, FACTOR_CO2_KG, QUANTITY_KWH, 0 },
};
/* In the order of the rows above: a key's value is the row. */
static const struct key_word unit_words[] = {
	{ "kg-CO2/kWh", 0, "" }, { "t-CO2/kWh", 1, "" }, { "t-CO2/MWh", 2, "" }, { "kg-CO2/m3", 3, "" },
	{ "t-CO2/1000m3", 4, "" }, { "t-CO2/GJ", 5, "" }, { "kg-CO2/GJ", 6, "" }, { "kg-CO2/L", 7, "" },
	{ "t-CO2/kL", 8, "" }, { "kg-CO2/kg", 9, "" }, { "t-CO2/t", 10, "" }, { "MJ/kWh", 11, "" },
	{ "GJ/1000kWh", 12, "" }, { "GJ/1000m3", 13, "" }, { "MJ/m3", 14, "" }, { "GJ/GJ", 15, "" },
	{ "GJ/kL", 16, "" }, { "MJ/L", 17, "" }, { "GJ/t", 18, "" }, { "MJ/kg", 19, "" }, { "kL/GJ", 20, "" },
	{ NULL, 0, NULL },
};

#define T struct factor
static const struct key factor_keys[] = {
	{ "id", KEY_NAME, AT(id), true, .help = "unique: what reports call it" },
	{ "kind", KEY_ENUM, AT(kind), true, .words = factor_kind_words, .help = "of what" },
	{ "supplier", KEY_STRING, AT(supplier), .min = 1, .max = 80, .help = "whose figure; absent: anybody's" },
	{ "menu", KEY_STRING, AT(menu), .min = 1, .max = 80, .help = "of the supplier" },
	{ "fiscal_year", KEY_INT, AT(fiscal_year), .min = 1990, .max = 2199, .def = "0", .help = "that the figure was published for" },
	{ "basis", KEY_ENUM, AT(basis), .def = "unadjusted", .words = factor_basis_words, .help = "of electricity" },
	{ "value", KEY_NUMBER, AT(value), true, .min = 0, .max = 1e6, .help = "the figure, in its unit" },
	{ "unit", KEY_ENUM, AT(unit), true, .words = unit_words, .help = "what for how much" },
	{ "volume", KEY_ENUM, AT(volume), .def = "normal", .words = factor_volume_words, .help = "which m3 of gas the figure is for" },
	{ "source", KEY_STRING, AT(source), true, .min = 1, .max = 200, .help = "where it was published" },
	{ "from", KEY_DATE, AT(from), true, .help = "first day on which reports use it" },
};
const struct schema factor_schema = { "factor", sizeof(T), factor_keys, ARRAY_LEN(factor_keys), "what an energy amounts to in CO2, heat or crude oil", NULL, 0, 0 };
#undef T

static const struct {
	const char *unit;
	enum quantity quantity;
	double scale;
	bool is_rate;
} known_units[] = {
	{ "Wh", QUANTITY_KWH, 0.001, false }, { "kWh", QUANTITY_KWH, 1, false },
	{ "MWh", QUANTITY_KWH, 1000, false }, { "GWh", QUANTITY_KWH, 1e6, false },
	{ "W", QUANTITY_KWH, 0.001, true }, { "kW", QUANTITY_KWH, 1, true }, { "MW", QUANTITY_KWH, 1000, true },
	{ "m3", QUANTITY_M3, 1, false }, { "m3N", QUANTITY_M3, 1, false },
	{ "m3/h", QUANTITY_M3, 1, true }, { "m3N/h", QUANTITY_M3, 1, true }, { "m3/min", QUANTITY_M3, 60, true },
	{ "MJ", QUANTITY_GJ, 0.001, false }, { "GJ", QUANTITY_GJ, 1, false }, { "TJ", QUANTITY_GJ, 1000, false },
	{ "MJ/h", QUANTITY_GJ, 0.001, true }, { "GJ/h", QUANTITY_GJ, 1, true },
	{ "L", QUANTITY_L, 1, false }, { "kL", QUANTITY_L, 1000, false }, { "L/h", QUANTITY_L, 1, true },
	{ "kg", QUANTITY_KG, 1, false }, { "t", QUANTITY_KG, 1000, false },
	{ "kg/h", QUANTITY_KG, 1, true }, { "t/h", QUANTITY_KG, 1000, true },
};
/* clang-format on */

bool
quantity_of_unit(const char *unit, enum quantity *q, double *scale, bool *is_rate)
{
	for (size_t i = 0; unit != NULL && i < ARRAY_LEN(known_units); i++)
		if (strcmp(known_units[i].unit, unit) == 0) {
			*q = known_units[i].quantity;
			*scale = known_units[i].scale;
			*is_rate = known_units[i].is_rate;
			return true;
		}
	return false;
}

const char *
quantity_unit(enum quantity q)
{
	static const char *const words[] = { "kWh", "m3", "GJ", "L", "kg" };
	return (unsigned)q < QUANTITY_COUNT ? words[q] : "?";
}

static bool
is_same(const char *wanted, const char *is)
{
	return wanted == NULL || (is != NULL && strcmp(wanted, is) == 0);
}

static bool
is_wanted(const struct factor *f, const struct factor_want *w)
{
	return f->kind == w->kind && factor_units[f->unit].what == w->what && is_same(w->supplier, f->supplier) &&
	    is_same(w->menu, f->menu) &&
	    (w->kind != FACTOR_ELECTRICITY || w->what != FACTOR_CO2_KG || w->basis < 0 || w->basis == f->basis);
}

const struct factor *
factor_find(const struct key_list *rows, const struct factor_want *want, int64_t day, int64_t *until)
{
	const struct factor *list = rows->v, *best = NULL;
	*until = DATE_NONE;
	for (uint32_t i = 0; i < rows->n; i++) {
		if (!is_wanted(&list[i], want))
			continue;
		if (list[i].from > day) {
			if (*until == DATE_NONE || list[i].from < *until)
				*until = list[i].from;
		} else if (best == NULL || list[i].from > best->from) {
			best = &list[i];
		}
	}
	return best;
}

double
factor_volume_ratio(enum factor_volume meter, enum factor_volume row)
{
	/* An ideal gas: 298.15 K and 100 kPa against 273.15 K and 101.325 kPa. */
	static const double normal_to_25c = 298.15 / 273.15 * 101.325 / 100;
	if (meter == row)
		return 1;
	return meter == VOLUME_NORMAL ? normal_to_25c : 1 / normal_to_25c;
}

double
factor_amount(const struct factor *f, enum factor_volume meter)
{
	const struct factor_unit *u = &factor_units[f->unit];
	double ratio = u->per == QUANTITY_M3 ? factor_volume_ratio(meter, (enum factor_volume)f->volume) : 1;
	return f->value * u->scale * ratio;
}
