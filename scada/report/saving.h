/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saving.h - energy, CO2 and its cost of a day, its month and its fiscal year, each until the end of the day or until now; what local
 * production saved, and what dispatch saved. The two are figures of their own and never added.
 *
 *   without local production = emitted + saved by it            (domain: CO2, "Saving")
 *   saved by local production = (local - own - sold) x factor of what would have been bought + heat x factor of a boiler - CO2 of fuel
 *   saved by dispatch = kWh less drawn because of batteries x factor of what is bought (dispatched.h)
 */
#ifndef CHISAN_SAVING_H
#define CHISAN_SAVING_H

#include "scada/report/saving_days.h"

enum saving_span { SAVING_DAY, SAVING_MONTH, SAVING_YEAR, SAVING_SPANS };

struct saving_period {
	int64_t from, to, end; /* to: until when it is counted; end: of the whole day, month or year */
	struct use *lines;     /* of each line of reports: energy: */
	struct dispatched half;
	double moved_kg; /* saved by dispatch; NaN: not known */
	double base,
	    base_without; /* demand charge of its months without tax, and without batteries; NaN: none, or of a day */
	unsigned base_marks;
};
struct saving {
	struct uses uses;
	struct dispatched_meters meters;
	struct saving_period spans[SAVING_SPANS];
};

/* from..to: the day. In one query_begin. ERR_NOT_FOUND: the site counts no energies. saving_done() in any case. */
enum err saving_read(
    const struct report_source *src, int64_t from, int64_t to, struct saving *out, char *message, size_t size);
void saving_done(struct saving *s);

/* Lines of a role and a kind of energy (-1 = any), in base units. NaN: none, or nothing is known. */
struct figure saving_amount(const struct saving *s, enum saving_span span, int role, int kind);
/* Share of the span in which the line that is known least is known, 0..1; *line: which, NULL = all of it is known. */
double saving_known(const struct saving *s, enum saving_span span, const struct site_use **line);
/* The part of a yearly target that is due by the span's end. */
double saving_due(const struct saving *s, enum saving_span span, double target);
/* What a fiscal year comes to if the rest of it is like the part that is known. */
double saving_expected(const struct saving *s, double kg);

#endif
