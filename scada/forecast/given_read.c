/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given_read.c - a forecast file, read whole; every fault with its line, what was read, and what would be right.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/csv.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/forecast/given.h"

enum column { C_POINT, C_TIME, C_VALUE, C_MADE_AT, C_COUNT };
static const char *const heads[C_COUNT] = { "point", "time", "value", "made_at" };
enum { FIELD_MAX = 80, LINE_MAX_BYTES = 400 };
#define STEP_MIN_US (60 * US_PER_S)
#define STEP_MAX_US (180 * 60 * US_PER_S)

struct reading {
	struct csv_faults faults;
	struct given *g;
	const char *text;
	size_t len, pos;
	unsigned line, columns, fields;
	size_t place; /* of what is wrong in the line, from 1; 0 = the whole of it */
	char field[C_COUNT][FIELD_MAX];
	uint32_t last; /* point of the row before: rows of one point mostly stand together */
};

static void fault(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
fault(struct reading *r, const char *fmt, ...)
{
	bool is_last = r->faults.count + 1 == r->faults.most; /* it says that others are not said */
	va_list ap;
	va_start(ap, fmt);
	csv_vsay(&r->faults, r->line, is_last ? 0 : r->place, fmt, ap);
	va_end(ap);
	r->place = 0;
}

/* ---- lines and cells */

static bool
split(struct reading *r, const struct csv_line *l)
{
	r->fields = csv_count(l);
	if (r->fields > C_COUNT) {
		fault(r,
		    "more than %d columns; they are point,time,value and perhaps made_at, numbers with a point as 12.5",
		    C_COUNT);
		return false;
	}
	for (unsigned k = 0; k < r->fields; k++) {
		size_t len;
		const char *s = csv_cell(l, k, &len);
		if (len >= FIELD_MAX) {
			fault(r, "column %u: %zu bytes; at most %d", k + 1, len, FIELD_MAX - 1);
			return false;
		}
		memcpy(r->field[k], s, len);
		r->field[k][len] = '\0';
	}
	return true;
}

/* The next line into fields. 1: there; 0: end of the file; -1: a fault was said. */
static int
next_line(struct reading *r)
{
	struct csv_line l;
	size_t place;
	if (!csv_line(r->text, r->len, r->pos, &l))
		return 0;
	r->line++;
	r->pos = l.next;
	switch (csv_check(&l, LINE_MAX_BYTES, &place)) {
	case CSV_FINE: return split(r, &l) ? 1 : -1;
	case CSV_TOO_LONG: fault(r, "a line of %zu bytes; at most %d", l.len, LINE_MAX_BYTES); break;
	case CSV_EMPTY: fault(r, "an empty line; after the first line comes a row each value and nothing else"); break;
	case CSV_ZERO: fault(r, "a byte 0; this is no text"); break;
	default: fault(r, "byte %zu is no UTF-8; save the file as UTF-8", place); break;
	}
	return -1;
}

static void
read_head(struct reading *r)
{
	int got = next_line(r);
	if (got == 0) {
		r->line = 1;
		fault(r, "the file is empty; its first line is point,time,value or point,time,value,made_at");
	}
	r->columns = r->fields;
	if (got <= 0)
		return;
	if (r->fields < C_MADE_AT)
		fault(r, "%u columns; the first line is point,time,value or point,time,value,made_at", r->fields);
	for (unsigned c = 0; c < r->fields; c++)
		if (strcmp(r->field[c], heads[c]) != 0)
			fault(r, "column %u is \"%s\"; it should be \"%s\"", c + 1, r->field[c], heads[c]);
}

/* The byte of the line at which a field begins, from 1. */
static size_t
place_of(const struct reading *r, enum column c)
{
	size_t place = 1;
	for (unsigned k = 0; k < (unsigned)c; k++)
		place += strlen(r->field[k]) + 1;
	return place;
}

/* ---- rows */

static bool
read_time(struct reading *r, enum column c, struct utc *t)
{
	if (utc_from_iso(r->field[c], t) && utc_is_plausible(*t))
		return true;
	r->place = place_of(r, c);
	fault(r, "%s is \"%s\"; a time is such as 2026-11-22T15:00:00Z or 2026-11-23T00:00:00+09:00, from 2024 to 2099",
	    heads[c], r->field[c]);
	return false;
}

static bool
read_value(struct reading *r, double *v)
{
	*v = (double)NAN;
	if (r->field[C_VALUE][0] == '\0')
		return true;
	if (str_to_double(r->field[C_VALUE], v) && fabs(*v) <= PAST_MOST)
		return true;
	r->place = place_of(r, C_VALUE);
	fault(r,
	    "value is \"%s\"; it is a number as 412.5, at most 1e9 either way, or nothing where nothing is foreseen",
	    r->field[C_VALUE]);
	return false;
}

static struct given_point *
take_point(struct reading *r)
{
	struct given *g = r->g;
	const char *name = r->field[C_POINT];
	if (r->last < g->count && strcmp(g->points[r->last].name, name) == 0)
		return &g->points[r->last];
	for (r->last = 0; r->last < g->count; r->last++)
		if (strcmp(g->points[r->last].name, name) == 0)
			return &g->points[r->last];
	if (!point_name_is_valid(name)) {
		r->place = place_of(r, C_POINT);
		fault(r, "point is \"%s\"; it is the name of a point, as HALL.P", name);
		return NULL;
	}
	if (g->count == GIVEN_POINTS_MAX) {
		fault(r, "%s is one point too many; a file holds at most %d", name, GIVEN_POINTS_MAX);
		return NULL;
	}
	g->points = xrecallocarray(g->points, g->count, (size_t)g->count + 1, sizeof(*g->points));
	g->points[g->count].line = r->line;
	str_copy(g->points[g->count].name, sizeof(g->points[0].name), name);
	return &g->points[g->count++];
}

static void
add_row(struct given_point *p, struct given_row row)
{
	if (p->count == p->room) {
		uint32_t room = p->room == 0 ? 64 : 2 * p->room;
		p->rows = xrecallocarray(p->rows, p->room, room, sizeof(*p->rows));
		p->room = room;
	}
	p->rows[p->count++] = row;
}

static void
read_row(struct reading *r)
{
	struct given_row row = { .line = r->line, .place = (uint16_t)place_of(r, C_VALUE) };
	struct utc made_at = { 0 };
	char text[32];
	if (r->fields != r->columns) {
		fault(r, "%u columns; the first line has %u, and numbers have a point as 12.5", r->fields, r->columns);
		return;
	}
	/* All of a row's faults are said, so none of these is left out. */
	struct given_point *p = take_point(r);
	bool is_sound = read_time(r, C_TIME, &row.time);
	is_sound &= read_value(r, &row.v);
	is_sound &= r->columns <= C_MADE_AT || read_time(r, C_MADE_AT, &made_at);
	if (p == NULL || !is_sound)
		return;
	if (p->count == 0)
		p->made_at = made_at;
	else if (p->made_at.us != made_at.us) {
		r->place = place_of(r, C_MADE_AT);
		fault(r, "made_at is \"%s\"; in the rows of %s before it was %s: a file holds one forecast of a point",
		    r->field[C_MADE_AT], p->name, utc_iso(text, sizeof(text), p->made_at));
		return;
	}
	if (p->count > 0) {
		int64_t apart = row.time.us - p->rows[p->count - 1].time.us;
		if (apart < STEP_MIN_US) {
			r->place = place_of(r, C_TIME);
			fault(r,
			    "time is \"%s\"; the row of %s before is of %s: they are in order, at least a minute apart",
			    r->field[C_TIME], p->name, utc_iso(text, sizeof(text), p->rows[p->count - 1].time));
			return;
		}
		if (p->step_us == 0 || apart < p->step_us)
			p->step_us = apart;
	}
	add_row(p, row);
}

static void
check_points(struct reading *r)
{
	for (uint32_t i = 0; i < r->g->count && r->faults.count == 0; i++) {
		const struct given_point *p = &r->g->points[i];
		r->line = p->line;
		if (p->count < 2)
			fault(r, "%s has one row only; two at least say how long a value holds", p->name);
		else if (p->step_us > STEP_MAX_US)
			fault(r,
			    "the rows of %s are more than 3 hours apart; a forecast has steps of 1 minute to 3 hours",
			    p->name);
	}
}

enum err
given_read(const char *name, const char *text, size_t len, struct given *g, given_fault_fn *fault_fn, void *arg)
{
	struct reading r = { .faults = { .name = name, .say = fault_fn, .arg = arg, .most = GIVEN_FAULTS_MAX },
		.g = g,
		.text = text,
		.len = len };
	*g = (struct given){ 0 };
	if (len > GIVEN_FILE_MAX) {
		r.line = 1;
		fault(&r, "the file is larger than %d MB; give less points, or less far ahead", GIVEN_FILE_MAX >> 20);
	} else
		read_head(&r);
	/* Rows are read to the last, so that all faults are said in one run; a faulty first line says enough. */
	bool has_head = r.faults.count == 0;
	for (int got; has_head && r.faults.count < GIVEN_FAULTS_MAX && (got = next_line(&r)) != 0;)
		if (got > 0)
			read_row(&r);
	if (r.faults.count == 0 && g->count == 0)
		fault(&r, "no row after the first line; a forecast has a row each point and step");
	check_points(&r);
	if (r.faults.count == 0)
		return OK;
	given_done(g);
	return ERR_USAGE;
}

void
given_done(struct given *g)
{
	for (uint32_t i = 0; i < g->count; i++)
		free(g->points[i].rows);
	free(g->points);
	*g = (struct given){ 0 };
}
