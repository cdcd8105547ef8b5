/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_metered.h - amounts of slots that are over as the utility metered them, or as a person knows them: from a CSV file, and as bytes. They
 * come later than what is counted here, and go before it. Pure: text in memory, strictly read.
 *
 *   date,slot,of,kwh,source
 *   2026-12-01,1,generation,479.2,utility
 *   2026-12-01,1,SCH01,5.31,hand
 *
 * All of one day, slot from 1, of: generation, or a part by its name (without loss); kwh from 0 to 1000000, source utility or hand; rows in any
 * order, none twice. Slots that it does not name stay as they are.
 */
#ifndef CHISAN_WHEEL_METERED_H
#define CHISAN_WHEEL_METERED_H

#include "scada/base/csv.h"
#include "scada/dispatch/wheel.h"

enum { WHEEL_METERED_NAMES = WHEEL_PARTS_MAX + 1, WHEEL_METERED_ROWS = WHEEL_METERED_NAMES * WHEEL_SLOTS_MAX };
enum { WHEEL_METERED_NAME = 64, WHEEL_METERED_FAULTS = 20 };
#define WHEEL_METERED_FILE_MAX   ((size_t)200 * 1024)
#define WHEEL_METERED_GENERATION "generation"

struct wheel_metered_row {
	double kwh;
	uint8_t slot, of; /* of: number of a name */
	bool is_utility;  /* else by hand */
};
struct wheel_metered { /* one entry; 30 kB */
	char author[WHEEL_AUTHOR_MAX], file[WHEEL_FILE_NAME], reason[WHEEL_REASON];
	struct utc at; /* when it was entered */
	char names[WHEEL_METERED_NAMES]
	          [WHEEL_METERED_NAME]; /* of parts, as they were then; of the generation: as above */
	unsigned name_count, count;
	struct wheel_metered_row rows[WHEEL_METERED_ROWS];
};

/*
 * A file for this day and these parts: fills names and rows. Says every fault as file:line:column, up to WHEEL_METERED_FAULTS, also slots that
 * are not over now; ERR_USAGE if there was one, then *m is not to be used.
 */
enum err wheel_metered_read(const struct wheel_day *d, const char *name, const char *text, size_t len, struct utc now,
    struct wheel_metered *m, csv_fault_fn *fault, void *arg);
/* Of a row: WHEEL_PARTS_MAX for the generation, the part's number; -1: there is no such part any more. */
int wheel_metered_part(const struct wheel_terms *t, const struct wheel_metered *m, const struct wheel_metered_row *r);

void wheel_metered_put(struct wbuf *b, const struct wheel_metered *m);
bool wheel_metered_get(const void *data, size_t len, struct wheel_metered *m); /* false: not to be read */

#endif
