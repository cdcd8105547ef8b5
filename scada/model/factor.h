/* SPDX-License-Identifier: Apache-2.0 */
/*
 * factor.h - emission, heat and crude-oil factors as rows of a dated table; nothing is a constant of the program.
 * A row says what one unit of an energy amounts to: kg of CO2, GJ, or kL of crude oil.
 */
#ifndef CHISAN_FACTOR_H
#define CHISAN_FACTOR_H

#include "scada/base/date.h"
#include "scada/base/schema.h"

enum factor_kind {
	FACTOR_ELECTRICITY,
	FACTOR_GAS,
	FACTOR_HEAT,
	FACTOR_LPG,
	FACTOR_KEROSENE,
	FACTOR_HEAVY_OIL,
	FACTOR_DIESEL,
	FACTOR_BIOMASS,
	FACTOR_WASTE,
	FACTOR_ENERGY, /* any energy in GJ: to crude oil */
	FACTOR_KIND_COUNT
};
enum factor_basis { BASIS_UNADJUSTED, BASIS_BASIC, BASIS_ADJUSTED, BASIS_COUNT };
enum factor_volume { VOLUME_NORMAL, VOLUME_25C, VOLUME_COUNT }; /* of gas: 0 degC and 1 atm, or 25 degC and 1 bar */
enum quantity { QUANTITY_KWH, QUANTITY_M3, QUANTITY_GJ, QUANTITY_L, QUANTITY_KG, QUANTITY_COUNT };
enum factor_what { FACTOR_CO2_KG, FACTOR_GJ, FACTOR_OIL_KL, FACTOR_WHAT_COUNT };

struct factor {
	struct node node;
	const char *id;              /* unique: what reports name */
	int kind, basis, volume;     /* enum factor_kind, factor_basis, factor_volume */
	const char *supplier, *menu; /* NULL = any */
	int64_t fiscal_year;         /* that the figure was published for; 0 = not given */
	double value;
	int unit; /* row of factor_units[] */
	const char *source;
	int64_t from; /* first day */
};

/* What "t-CO2/1000m3" means: value * scale is kg, GJ or kL for one kWh, m3, GJ, L or kg. */
struct factor_unit {
	const char *word;
	enum factor_what what;
	enum quantity per;
	double scale;
};
extern const struct factor_unit factor_units[]; /* ends with NULL */
extern const struct schema factor_schema;
extern const struct key_word factor_kind_words[], factor_basis_words[], factor_volume_words[];

/* Which row is wanted. basis counts for electricity alone, -1 = any. */
struct factor_want {
	int kind, basis;
	enum factor_what what;
	const char *supplier, *menu; /* NULL = any */
};
/* The newest row that holds on the day; NULL = none. *until: the day on which another one takes over, DATE_NONE = never. */
const struct factor *factor_find(
    const struct key_list *rows, const struct factor_want *want, int64_t day, int64_t *until);
/* kg, GJ or kL of one kWh, m3, ... A meter of gas that counts another volume than the row is converted. */
double factor_amount(const struct factor *f, enum factor_volume meter);
/* m3 as the row counts them, of one m3 as the meter does: 1.106 from normal to 25 degC and 1 bar. */
double factor_volume_ratio(enum factor_volume meter, enum factor_volume row);

const char *quantity_unit(enum quantity q); /* "kWh" */
/* "MWh" is 1000 kWh; a rate ("MW", "m3N/h") gives what comes in an hour. False: neither. */
bool quantity_of_unit(const char *unit, enum quantity *q, double *scale, bool *is_rate);

#endif
