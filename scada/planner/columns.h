/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns.h - the file of a study: columns of figures, one row a step. Pure: text in memory, strictly read.
 *
 *   hour,house_kw,sun_kw           the first line names the columns; one of them is the time
 *   0,12.5,0
 *
 *   time   ISO 8601 with its offset, the begin of the step: 2026-11-23T09:00:00+09:00
 *   hour   since the midnight that begins the file, in steps of equal length: 0, 0.25, 0.5; a clock that is not put forward or back
 *
 * Steps are whole seconds from 1 minute to 1 hour, all of the same length and without a gap. Columns that nobody asks for may hold anything.
 */
#ifndef CHISAN_COLUMNS_H
#define CHISAN_COLUMNS_H

#include "scada/base/clock.h"
#include "scada/base/csv.h"
#include "scada/base/err.h"

enum { COLUMNS_MAX = 256, COLUMNS_NAME_MAX = 64, COLUMNS_ROWS_MAX = 2 * 366 * 24 * 60, COLUMNS_FAULTS_MAX = 100 };
#define COLUMNS_FILE_MAX ((size_t)512 * 1024 * 1024)

typedef void columns_fault_fn(const char *sentence, void *arg); /* "year.csv:7:12: ..." */

struct columns {
	const char *name, *text; /* borrowed, as long as the struct is used */
	size_t len;
	unsigned count, rows, time; /* time: which column it is */
	char (*names)[COLUMNS_NAME_MAX + 1];
	size_t *at; /* of each row: where it begins in the text */
	struct utc start;
	int64_t step_us;
	struct csv_faults said;
};

/*
 * Names, times and the form of all rows. midnight: where an hour column counts from. Says every fault up to COLUMNS_FAULTS_MAX; ERR_USAGE if
 * there was one, then *c is empty. columns_done() frees.
 */
enum err columns_read(const char *name, const char *text, size_t len, struct utc midnight, struct columns *c,
    columns_fault_fn *fault, void *arg);
void columns_done(struct columns *c);
int columns_find(const struct columns *c, const char *name); /* -1 = none */
/* ", did you mean X?" or the list. Returns buf. */
char *columns_hint(const struct columns *c, const char *name, char *buf, size_t size);
/* The figures of one column into v[rows]; what is empty is NaN where that may be, else a fault. False: faults were said. */
bool columns_take(struct columns *c, unsigned column, bool may_be_empty, double *v);
/* Says a fault of a figure that was read well and cannot be used: "FILE:LINE:COLUMN: " and the sentence. */
void columns_say(struct columns *c, unsigned row, unsigned column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
