/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_file.h - the plan of a day as a CSV file: one row a slot, with version, author, times and gate; written and strictly read.
 * Pure: text in memory. A first line of column names, then the rows in order; times are ISO 8601, kWh have at most three decimals.
 */
#ifndef CHISAN_WHEEL_FILE_H
#define CHISAN_WHEEL_FILE_H

#include "scada/dispatch/wheel.h"

enum { WHEEL_FILE_MAX = 256 * 1024, WHEEL_FAULTS_MAX = 100 };

/* date,slot,begins,version,author,submitted_at,accepted_at,gate,generation_kwh,demand_kwh, then a column each part; gate: phase and standing. */
void wheel_write(struct wbuf *b, const struct wheel_day *d, const struct wheel_version *v, struct utc now);

struct wheel_file {
	unsigned version; /* that it says it is: the base of what is submitted from it; 0 = none */
	char author[WHEEL_AUTHOR_MAX];
	struct utc submitted_at, accepted_at; /* as it says; 0 = "-" */
	struct wheel_plan plan;
};
/* A fault as a sentence: "plan.csv:7: ...". */
typedef void wheel_fault_fn(const char *sentence, void *arg);
/*
 * Reads a file of this day and these parts whole and says every fault, up to WHEEL_FAULTS_MAX. OK: there was none and *f is filled;
 * ERR_USAGE otherwise, and *f is not to be used. The gate column is for readers: what may be changed wheel_submit() decides.
 */
enum err wheel_read(const struct wheel_day *d, const char *name, const char *text, size_t len, struct wheel_file *f,
    wheel_fault_fn *fault, void *arg);

#endif
