/* SPDX-License-Identifier: Apache-2.0 */
/*
 * use.h - the lines of the CO2 and energy reports: how much of each energy, and what it amounts to by the rows of factors that held
 * on its days. A row that takes over within the period divides it; every row that was used is remembered and named.
 */
#ifndef CHISAN_USE_H
#define CHISAN_USE_H

#include "scada/report/figures.h"

struct use {                  /* a line in a span */
	struct figure amount; /* in base units: kWh, m3, GJ, L, kg */
	double kg, gj;        /* NaN: no factor, or the amount is missing */
	double known_ms;      /* of its time, that which the amount is of */
};
struct used_factor {
	const struct factor *factor;
	bool is_converted; /* the meter counts another volume of gas */
};
struct uses {
	const struct site_use *lines;
	unsigned count;
	struct query_point *points; /* of each line */
	enum quantity *quantities;
	double *scales; /* to the base unit */
	struct used_factor used[128];
	unsigned used_count;
	bool lacks_factor; /* somewhere there was none */
	bool is_co2_alone; /* GJ are not asked for, and their factors not named */
};

/* ERR_NOT_FOUND: the site has no lines. */
enum err uses_open(const struct report_source *src, struct uses *u, char *message, size_t size);
void uses_close(struct uses *u);
/* Line i in from..to; clipped at now. */
enum err use_read(
    const struct report_source *src, struct uses *u, unsigned i, int64_t from, int64_t to, struct use *out);
/* Its parts: the amount alone, of from..to that is over; and what that amounts to on the day, added to a sum that began as use_none(). */
enum err use_amount(const struct report_source *src, const struct uses *u, unsigned i, int64_t from, int64_t to,
    struct figure *out, double *known_ms);
void use_add_day(const struct report_source *src, struct uses *u, unsigned i, int64_t day, const struct figure *amount,
    double known_ms, struct use *sum);
struct use use_none(void);
/* kg of CO2 of one unit of line i on the day, by a row that is then named among those used; NaN: there is none. */
double use_factor_kg(const struct report_source *src, struct uses *u, unsigned i, int64_t day);
/* Marks of its amount over the whole of from..to: what is estimated at the ends of its rows may be exact in their sum. */
enum err use_marks(
    const struct report_source *src, const struct uses *u, unsigned i, int64_t from, int64_t to, unsigned *marks);
/* kL of crude oil for GJ in from..to, by the row of its first day; NaN: no factor. */
double use_oil(const struct report_source *src, struct uses *u, double gj, int64_t from);
struct sheet_text use_title(const struct site_use *line);
struct sheet_text use_role_text(int role);
const char *use_unit(const struct uses *u, unsigned i); /* "kWh", "m3N" */

/*
 * What local production saved: what was made here less its own use and what was sold, at the factor of what would have been bought,
 * less the CO2 of its fuel. A figure of its own: never added to emissions.
 */
double use_saved_kg(const struct uses *u, const struct use *of, unsigned *marks);
/* Purchases and fuels: emission and energy used. */
double use_emitted_kg(const struct uses *u, const struct use *of, unsigned *marks);
double use_energy_gj(const struct uses *u, const struct use *of, unsigned *marks);
/* The table of the rows that were used. */
void use_factor_table(struct sheet *s, const struct uses *u);

#endif
