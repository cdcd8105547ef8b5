/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpi_read.c - rows of a CSV, table by table. What comes is hostile until it is read: fields are bounded, rows that are none are passed over.
 */
#include "config.h"

#include <string.h>

#include "console/kpi_read.h"
#include "scada/base/str.h"

#define FIELDS    8
#define FIELD_MAX 200

struct row {
	char fields[FIELDS][FIELD_MAX];
	unsigned count;
};

/* One field of len bytes; returns where it ends. Quotes are taken off, what is too long is cut at a byte. */
static const char *
take_field(const char *at, const char *end, char *out)
{
	bool is_quoted = at < end && *at == '"';
	size_t n = 0;

	at += is_quoted;
	while (at < end) {
		if (is_quoted && *at == '"') {
			if (at + 1 >= end || at[1] != '"') {
				is_quoted = false;
				at++;
				continue;
			}
			at++;
		} else if (!is_quoted && (*at == ',' || *at == '\r' || *at == '\n')) {
			break;
		}
		if (n + 1 < FIELD_MAX)
			out[n++] = *at;
		at++;
	}
	out[n] = '\0';
	return at;
}

/* NULL: that was the last one. */
static const char *
take_row(const char *at, const char *end, struct row *r)
{
	char beyond[FIELD_MAX];

	r->count = 0;
	for (unsigned i = 0; i < FIELDS; i++)
		r->fields[i][0] = '\0';
	if (at >= end)
		return NULL;
	for (;;) {
		at = take_field(at, end, r->count < FIELDS ? r->fields[r->count] : beyond);
		r->count += r->count < FIELDS;
		if (at >= end || *at != ',')
			break;
		at++;
	}
	while (at < end && *at == '\r')
		at++;
	return at < end ? at + 1 : at; /* over the end of line */
}

static bool
is_named(const struct row *r, const char *name, const char *ja)
{
	return r->count == 1 && (strcmp(r->fields[0], name) == 0 || strcmp(r->fields[0], ja) == 0);
}

static void
take_figure(const struct row *r, struct kpi_figures *out, bool has[KPI_COUNT])
{
	enum kpi k = kpi_find(r->fields[0]);

	if (k == KPI_COUNT || r->count < 6)
		return;
	has[k] = true;
	str_copy(out->value[k], sizeof out->value[k], r->fields[1]);
	out->verdict[k] = kpi_verdict_from_word(r->fields[5]);
}

static void
take_top(const struct row *r, struct kpi_figures *out)
{
	int64_t place;

	if (out->tops == KPI_TOP_MOST || r->count < 5 || !str_to_i64(r->fields[0], 1, KPI_TOP_MOST, &place))
		return;
	struct kpi_top *t = &out->top[out->tops++];
	str_copy(t->name, sizeof t->name, r->fields[1]);
	str_copy(t->priority, sizeof t->priority, r->fields[2]);
	str_copy(t->times, sizeof t->times, r->fields[3]);
	str_copy(t->share, sizeof t->share, r->fields[4]);
}

bool
kpi_read(const char *csv, size_t len, struct kpi_figures *out)
{
	const char *at = csv, *end = csv + len;
	enum { ELSEWHERE, FIGURES, TOP } table = ELSEWHERE;
	bool has[KPI_COUNT] = { false }, is_whole = true;
	struct row r;

	*out = (struct kpi_figures){ 0 };
	if (len >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
		at += 3;
	while ((at = take_row(at, end, &r)) != NULL) {
		if (r.count == 1 && r.fields[0][0] == '\0') /* between tables */
			table = ELSEWHERE;
		else if (is_named(&r, KPI_FIGURES_TITLE, KPI_FIGURES_TITLE_JA))
			table = FIGURES;
		else if (is_named(&r, KPI_TOP_TITLE, KPI_TOP_TITLE_JA))
			table = TOP;
		else if (table == FIGURES)
			take_figure(&r, out, has);
		else if (table == TOP)
			take_top(&r, out);
	}
	for (unsigned k = 0; k < KPI_COUNT; k++)
		is_whole &= has[k];
	return is_whole;
}
