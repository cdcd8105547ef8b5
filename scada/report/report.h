/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - reports: one file a kind, made from history and from the site's tables for one period of its calendar.
 * A report is a sheet: cells with marks. From the sheet come the text (right to the cell, 132 columns, A4 landscape) and the CSV.
 */
#ifndef CHISAN_REPORT_H
#define CHISAN_REPORT_H

#include "scada/base/msg.h"
#include "scada/site/site.h"
#include "scada/store/query.h"

/* ONE ROW PER REPORT.  Row `x` needs scada/report/rep_x.c defining rep_x. */
/* clang-format off */
#define REPORT_LIST(_) \
	_(daily) \
	_(monthly) \
	_(yearly) \
	_(demand) \
	_(co2) \
	_(energy) \
	_(battery) \
	_(heat) \
	_(operation)
/* clang-format on */

enum period { PERIOD_DAY, PERIOD_MONTH, PERIOD_FISCAL_YEAR };

/* What a report is made from. Everything is borrowed. */
struct report_source {
	const struct site *site; /* its zone was set for this process */
	struct query *query;
	struct db *db; /* for the journal */
	struct utc now;
};

struct sheet;

struct report_kind {
	const char *name, *title, *title_ja, *help;
	enum period period;
	bool files_itself; /* when its period is closed */
	/* Fills the sheet. ERR_NOT_FOUND: the site has nothing for it; the message says what is missing. */
	enum err (*make)(
	    const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size);
};
#define REPORT_DECLARE(name) extern const struct report_kind rep_##name;
REPORT_LIST(REPORT_DECLARE)
#undef REPORT_DECLARE

const struct report_kind *report_find(const char *name); /* NULL */
const struct report_kind *report_row(size_t i);          /* NULL at the end */

/* "2026-11-22", "2026-11", "2026" (from April) into ms; the zone's own days, also of 23 and 25 hours. False: message says what is right. */
bool report_period(
    const struct report_kind *k, const char *label, int64_t *from, int64_t *to, char *message, size_t size);
/* The period in which a time lies. label of at least 16. */
void report_label(const struct report_kind *k, int64_t ms, char *label, size_t size);

/* A made report; report_done() frees. Text and csv are UTF-8 without BOM, lines end with \n; csv fields are quoted where needed. */
struct report {
	const struct report_kind *kind;
	char label[16];
	int64_t from, to, late;
	bool is_final; /* the period was over when it was made */
	char *text, *csv;
	uint8_t digest[32]; /* BLAKE2b-256 of csv */
};
enum err report_make(const struct report_source *src, const char *name, const char *label, bool is_ja,
    struct report *out, char *message, size_t size);
void report_done(struct report *r);

/* csv as a file for spreadsheets: BOM and CRLF, or CP932 and CRLF; characters that CP932 lacks become '?'. The caller frees. */
char *report_export(const char *csv, enum report_form form, size_t *len);

#endif
