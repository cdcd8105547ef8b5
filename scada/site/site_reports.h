/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_reports.h - what the site file says of reports: which figures stand in them, and the tables they count with.
 */
#ifndef CHISAN_SITE_REPORTS_H
#define CHISAN_SITE_REPORTS_H

#include "scada/model/factor.h"
#include "scada/model/tariff.h"
#include "scada/model/term.h"

/* How a row of a report comes from a point's history. */
enum column_as {
	COLUMN_MEAN,
	COLUMN_MAX,
	COLUMN_MIN,
	COLUMN_FIRST,     /* what held at the row's begin */
	COLUMN_LAST,      /* and at its end */
	COLUMN_INCREMENT, /* of a counter */
	COLUMN_ENERGY,    /* of a rate without a counter: mean x known time, kW to kWh */
	COLUMN_AS_COUNT
};
struct site_column {
	struct node node;
	const char *point, *title, *title_ja;
	int as;           /* enum column_as */
	int64_t decimals; /* -1 = the point's */
	double limit;     /* not to be exceeded by a row; NaN = none */
};
struct site_page { /* of the operating report */
	struct node node;
	const char *title, *title_ja;
	struct key_words reports; /* daily, monthly, yearly; none = all three */
	struct key_list columns;  /* struct site_column */
};
struct site_demand {
	struct node node;
	const char *counter, *power; /* at least one; the counter is believed first */
	double target_kw;
};
enum use_role {
	USE_PURCHASED, /* counts as emission and as energy used */
	USE_FUEL,      /* so too, and is taken off what local production saves */
	USE_LOCAL,     /* made here: saves what would have been bought */
	USE_OWN,       /* of that, used by the plant itself: saves nothing */
	USE_SOLD,      /* of that, given to the grid */
	USE_ROLE_COUNT
};
struct site_use { /* a line of the CO2 and energy reports */
	struct node node;
	const char *name, *title, *title_ja, *point;
	int as;                      /* COLUMN_INCREMENT or COLUMN_ENERGY */
	int role, kind;              /* enum use_role, factor_kind */
	const char *supplier, *menu; /* of the factor; NULL = any */
	int basis;                   /* enum factor_basis, of the CO2 factor of electricity */
	int volume;                  /* enum factor_volume that the meter of gas counts */
};
struct site_heat {
	struct node node;
	struct key_list supplied, consumers, returned, dumped; /* struct site_column */
};
struct site_shift {
	struct node node;
	const char *name, *title, *title_ja;
	int64_t from; /* minutes of the day; it lasts until the next one */
};
/* Of what is filed by itself. */
enum report_language { LANGUAGE_EN, LANGUAGE_JA, LANGUAGE_BOTH };
struct site_reports {
	struct node node;
	int language;          /* enum report_language */
	struct key_list pages; /* struct site_page */
	struct site_demand *demand;
	struct key_list energy; /* struct site_use */
	double oil_limit_kl;    /* a year; from it on the law asks for a report */
	double co2_target_t;    /* to be saved by local production in a fiscal year; NaN = none */
	struct site_heat *heat;
	struct key_list shifts; /* struct site_shift */
};

extern const struct schema reports_schema, page_schema, column_schema, demand_schema, use_schema, heat_schema,
    shift_schema;
extern const char *const page_report_words[]; /* "daily", "monthly", "yearly"; ends with NULL */
const char *column_as_word(int as);

#endif
