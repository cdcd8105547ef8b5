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
	_(saving) \
	_(energy) \
	_(battery) \
	_(heat) \
	_(operation) \
	_(wheel) \
	_(imbalance) \
	_(shift) \
	_(alarms)
/* clang-format on */

/* PERIOD_WEEK: of a week as 2026-W48 (ISO 8601, from Monday), which is filed; also of a day or a month. */
enum period { PERIOD_DAY, PERIOD_MONTH, PERIOD_FISCAL_YEAR, PERIOD_SHIFT, PERIOD_WEEK };

/* What a report is made from. Everything is borrowed. */
struct report_source {
	const struct site *site; /* its zone was set for this process */
	struct query *query;
	struct db *db; /* for the journal and what is saved; NULL = none */
	struct utc now;
	struct saving_days *days; /* what is kept from one report to the next (saving_days.h); NULL = nothing */
};

/*
 * Of this process: called now and then while a report is made, between two questions to history, so that others can be served; they
 * see the same moment of the database. NULL: nobody waits.
 */
void report_when_long(void (*still)(void *arg), void *arg);
void report_still(void); /* a report's own call of it */
/* query_spans, with that call between its slices. Figures are the same to the bit: what is filed must come out the same again. */
enum err report_spans(
    const struct report_source *src, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out);

struct sheet;

struct report_kind {
	const char *name, *title, *title_ja, *help;
	enum period period;
	const char *file_prefix; /* "DAY" of DAY_20261122.csv */
	bool files_itself;       /* when its period is closed */
	unsigned
	    saved_days; /* made also from what is saved, prices and amounts of self-wheeling, which is kept so long; 0 = not */
	/* Fills the sheet. ERR_NOT_FOUND: the site has nothing for it; the message says what is missing. */
	enum err (*make)(
	    const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size);
};
#define REPORT_DECLARE(name) extern const struct report_kind rep_##name;
REPORT_LIST(REPORT_DECLARE)
#undef REPORT_DECLARE

const struct report_kind *report_find(const char *name); /* NULL */
const struct report_kind *report_row(size_t i);          /* NULL at the end */

#define REPORT_UNTIL_NOW INT64_MAX
/*
 * "2026-11-22", "2026-11", "2026" (from April), "2026-11-22-2" (its second shift) into ms; the zone's own days, also of 23 and 25
 * hours. Of a shift and of what has weeks also "2026-11-22T2030": from then on, and *to is REPORT_UNTIL_NOW. False: message says what is right.
 * site: for the times of shifts; NULL: each lasts from midnight to midnight.
 */
bool report_period_of(const struct site *site, const struct report_kind *k, const char *label, int64_t *from,
    int64_t *to, char *message, size_t size);
bool report_period(
    const struct report_kind *k, const char *label, int64_t *from, int64_t *to, char *message, size_t size);
/* The period in which a time lies. label of at least 16. */
void report_label_of(const struct site *site, const struct report_kind *k, int64_t ms, char *label, size_t size);
void report_label(const struct report_kind *k, int64_t ms, char *label, size_t size);
/* "DAY_20261122.csv", "DAY_20261122_r2.txt" from the second revision on; buf of at least 40. Returns buf. */
char *report_file_name(
    const struct report_kind *k, const char *label, uint32_t revision, enum report_form form, char *buf, size_t size);

/* A made report; report_done() frees. Text and csv are UTF-8 without BOM, lines end with \n; csv fields are quoted where needed. */
struct report {
	const struct report_kind *kind;
	char label[16];
	int64_t from, to, late;
	bool is_final; /* the period was over when it was made */
	char *text, *csv;
	uint8_t
	    digest[32]; /* BLAKE2b-256 of csv, which is the same for the same data whenever and in whatever language */
};
/* In which reports are filed, and their CSV is written: what the site file says; English if it says nothing. */
enum report_language report_language(const struct site *s); /* NULL: no site */
/* label "": the period in which now lies. In one query_begin; about a tenth of a second for a day, one or two for a month of samples. */
enum err report_make(const struct report_source *src, const char *name, const char *label,
    enum report_language language, struct report *out, char *message, size_t size);
void report_done(struct report *r);

/* Why a report was made again, bits. */
enum report_why { REPORT_LATE = 1 << 0, REPORT_PRICES = 1 << 1, REPORT_METERED = 1 << 2 };
/* "late data, prices"; "" if why is 0. Returns buf, of at least 60. */
char *report_why_text(char *buf, size_t size, unsigned why, bool is_ja);

/* What is known of a report beyond its text: a line of it goes to the foot of each page when it is shown. */
struct report_stamp {
	uint32_t revision; /* 0 = not filed */
	int64_t made;      /* ms; of its filing; 0 = not known */
	const uint8_t *digest;
	const char *confirmed_by; /* "" or NULL = not confirmed */
	int64_t confirmed_at;
	uint32_t older; /* not confirmed: the newest revision before it that is; 0 = none */
	const char *older_by;
	unsigned why; /* bits of enum report_why; 0 = it is the first, or nobody knows */
};
char *report_shown(const char *text, const struct report_stamp *stamp, bool is_ja); /* the caller frees */

/* csv as a file for spreadsheets: BOM and CRLF, or CP932 and CRLF; characters that CP932 lacks become '?'. The caller frees. */
char *report_export(const char *csv, enum report_form form, size_t *len);
/* Loads the converter for CP932, which a sandbox would not allow later. False: the system has none; then report_export gives NULL. */
bool report_warm_up(void);

#endif
