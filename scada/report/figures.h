/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - a column of figures from a point's history, row by row of a calendar, and the table with its foot: total, maximum and
 * minimum with their times, mean. Energies are increments of counters or, without one, mean times the time that is known; never a sum of samples.
 */
#ifndef CHISAN_FIGURES_H
#define CHISAN_FIGURES_H

#include "scada/report/calendar.h"
#include "scada/report/report.h"
#include "scada/report/sheet.h"

enum rows_by { ROWS_HOURS, ROWS_HALF_HOURS, ROWS_DAYS, ROWS_MONTHS };
struct rows {
	enum rows_by by;
	int64_t edges[CALENDAR_ROWS + 1];
	unsigned n;
	int64_t now; /* rows that begin then or later are empty; the one that runs ends here */
};

struct figure {
	double v; /* NaN = missing, unless is_empty */
	unsigned marks;
	bool is_empty; /* not yet, or nothing belongs here */
};
struct figures {
	const struct site_column *column; /* NULL: made from others */
	struct query_point point;         /* key 0: there is no history of it */
	struct sheet_text title;
	const char *tag, *unit;
	int as, decimals;
	double scale; /* from the point's own: hours and units of COLUMN_ENERGY */
	struct figure rows[CALENDAR_ROWS];
	struct figure
	    whole; /* mean (weighted by time) or increment of the whole period; NaN: of other columns, or not known */
};

void rows_init(struct rows *r, enum rows_by by, int64_t from, int64_t to, int64_t now);
bool figures_add_up(const struct figures *f); /* increments and energies */

/* Texts and units that are made go to the sheet. ERR_NOT_FOUND is no error here: its figures are missing. */
enum err figures_read(const struct report_source *src, struct sheet *s, const struct site_column *c,
    const struct rows *r, struct figures *out);
/* One of a point that the site file names elsewhere. */
enum err figures_of(const struct report_source *src, struct sheet *s, const char *point, int as, const struct rows *r,
    struct figures *out);
/* Of all n rows of it. */
struct figure figures_sum(const struct figures *f, unsigned n);
/* The marks of a bucket of from..to as those of a figure that is made of it so. */
unsigned figures_marks(const struct report_source *src, const struct query_point *p, int as, const struct bucket *b,
    int64_t from, int64_t to);
/* By how many hours, and in what unit, a rate is added up: "kW" gives "kWh". */
const char *figures_energy_unit(struct sheet *s, const char *unit, double *per_hour);

/* Columns, rows and foot of a table that sheet_table began. */
void figures_table(
    const struct report_source *src, struct sheet *s, const struct figures *f, unsigned count, const struct rows *r);
void figures_heads(struct sheet *s, const struct figures *f, unsigned count);
void figures_rows(
    struct sheet *s, const struct figures *f, unsigned count, const struct rows *r, const struct site *site);
void figures_cell(struct sheet *s, const struct figure *v, int decimals);
struct sheet_text figures_label(struct sheet *s, const struct rows *r, unsigned i, const struct site *site);

#endif
