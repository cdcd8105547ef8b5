/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns.c - the file of a study, read strictly; every fault with file, line and column, what was read, and what would be right.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/planner/columns.h"

enum { CELL_MAX = 64, LINE_BYTES_MAX = 16384 };
#define STEP_MIN_US (60 * US_PER_S)
#define STEP_MAX_US (3600 * US_PER_S)

static void say(struct columns *c, unsigned line, size_t place, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
say(struct columns *c, unsigned line, size_t place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	csv_vsay(&c->said, line, place, fmt, ap);
	va_end(ap);
}

/* ---- lines and cells */

/* The line that begins at `at`; there is one. */
static struct csv_line
line_at(const struct columns *c, size_t at)
{
	struct csv_line l = { c->text + at, 0, c->len };

	(void)csv_line(c->text, c->len, at, &l);
	return l;
}

/* Cell k of the line: its begin; *len. The line has that many. */
static const char *
cell(const struct columns *c, size_t at, unsigned k, size_t *len)
{
	struct csv_line l = line_at(c, at);

	return csv_cell(&l, k, len);
}

/* Is this line text, and of a length that a row has? */
static bool
check_line(struct columns *c, unsigned line, const struct csv_line *l)
{
	size_t place;

	switch (csv_check(l, LINE_BYTES_MAX, &place)) {
	case CSV_FINE: return true;
	case CSV_TOO_LONG:
		say(c, line, place, "a line of %zu bytes; at most %d would be right", l->len, LINE_BYTES_MAX);
		return false;
	case CSV_EMPTY:
		say(c, line, place, "an empty line; a row for each step and nothing else would be right");
		return false;
	case CSV_ZERO: say(c, line, place, "a byte 0; text would be right"); return false;
	default: say(c, line, place, "a byte that is no UTF-8; a file saved as UTF-8 would be right"); return false;
	}
}

/* ---- the first line */

static bool
take_name(struct columns *c, size_t at, unsigned k)
{
	size_t len;
	const char *s = cell(c, at, k, &len);
	size_t place = (size_t)(s - c->text) - at + 1;

	if (len == 0 || len > COLUMNS_NAME_MAX) {
		say(c, 1, place, "the name of column %u has %zu bytes; 1 to %d would be right", k + 1, len,
		    COLUMNS_NAME_MAX);
		return false;
	}
	memcpy(c->names[k], s, len);
	if (memchr(s, '"', len) != NULL) {
		say(c, 1, place, "column %u is %s; a name without quotes would be right", k + 1, c->names[k]);
		return false;
	}
	int other = columns_find(c, c->names[k]);
	if (other >= 0 && other < (int)k) {
		say(c, 1, place, "a second column is called \"%s\"; every column with a name of its own would be right",
		    c->names[k]);
		return false;
	}
	return true;
}

static bool
read_head(struct columns *c, size_t *next)
{
	size_t at = csv_begin(c->text, c->len);
	struct csv_line l;

	if (!csv_line(c->text, c->len, at, &l)) {
		say(c, 1, 1, "the file is empty; a first line with the names of its columns would be right");
		return false;
	}
	*next = l.next;
	if (!check_line(c, 1, &l))
		return false;
	unsigned count = csv_count(&l);
	if (count > COLUMNS_MAX) {
		say(c, 1, 1, "%u columns; at most %d would be right", count, COLUMNS_MAX);
		return false;
	}
	c->names = xcalloc(count, sizeof(*c->names));
	c->count = count;
	for (unsigned k = 0; k < count; k++)
		if (!take_name(c, at, k))
			return false;
	int time = columns_find(c, "time"), hour = columns_find(c, "hour");
	if ((time < 0) == (hour < 0)) {
		say(c, 1, 1, "%s; one column \"time\" (ISO 8601) or \"hour\" (0, 1, 2 ...) would be right",
		    time < 0 ? "there is no column of times" : "there are both \"time\" and \"hour\"");
		return false;
	}
	c->time = (unsigned)(time >= 0 ? time : hour);
	return true;
}

/* ---- rows */

static bool
cell_text(const struct columns *c, size_t at, unsigned k, char text[CELL_MAX], size_t *place)
{
	size_t len;
	const char *s = cell(c, at, k, &len);

	*place = (size_t)(s - c->text) - at + 1;
	size_t n = len < CELL_MAX ? len : CELL_MAX - 1;
	memcpy(text, s, n);
	text[n] = '\0';
	return len < CELL_MAX;
}

static bool
row_time(struct columns *c, unsigned row, struct utc midnight, struct utc *out)
{
	char text[CELL_MAX];
	size_t place;
	double hours;
	bool fits = cell_text(c, c->at[row], c->time, text, &place);

	if (strcmp(c->names[c->time], "time") == 0) {
		if (fits && utc_from_iso(text, out) && out->us > 0)
			return true;
		say(c, row + 2, place, "time is \"%s\"; as 2026-11-23T09:00:00+09:00 would be right", text);
		return false;
	}
	if (fits && str_to_double(text, &hours) && hours >= 0 && hours < 1e6) {
		*out = utc_add(midnight, (int64_t)llround(hours * 3600) * US_PER_S);
		return true;
	}
	say(c, row + 2, place, "hour is \"%s\"; hours since the first midnight, as 0.25, would be right", text);
	return false;
}

/* Each row so far after the first as the second says. Hours that are no decimals, as 1/60, may be rounded. */
static void
check_times(struct columns *c, struct utc midnight)
{
	struct utc t;
	bool is_hour = strcmp(c->names[c->time], "hour") == 0;
	char step[32];

	for (unsigned i = 0; i < c->rows; i++) {
		size_t len;
		const char *s = cell(c, c->at[i], c->time, &len);
		size_t place = (size_t)(s - c->text) - c->at[i] + 1;
		if (!row_time(c, i, midnight, &t))
			continue;
		if (i == 0)
			c->start = t;
		if (c->start.us == 0)
			return; /* the first is faulty: nothing to hold the others against */
		if (i == 1) {
			c->step_us = utc_diff_us(t, c->start);
			if (is_hour) /* 0.0167 h is a minute */
				c->step_us = (c->step_us + 30 * US_PER_S) / (60 * US_PER_S) * 60 * US_PER_S;
			if (c->step_us < STEP_MIN_US || c->step_us > STEP_MAX_US || c->step_us % US_PER_S != 0) {
				say(c, 3, place,
				    "the second row is %s after the first; whole seconds from 1m to 1h would be right",
				    str_duration(step, sizeof(step), c->step_us < 0 ? 0 : c->step_us));
				return;
			}
		}
		int64_t off = i < 2 ? 0 : utc_diff_us(t, c->start) - (int64_t)i * c->step_us;
		if ((off < 0 ? -off : off) > (is_hour ? c->step_us / 3 : 0)) {
			say(c, i + 2, place,
			    "\"%.*s\" is not one step after the row before; steps of %s without gap or repetition "
			    "would be right",
			    (int)(len < CELL_MAX ? len : CELL_MAX), s, str_duration(step, sizeof(step), c->step_us));
			return;
		}
	}
}

static void
find_rows(struct columns *c, size_t at)
{
	size_t room = 0;
	struct csv_line l;

	for (; c->said.count < COLUMNS_FAULTS_MAX && csv_line(c->text, c->len, at, &l); at = l.next) {
		unsigned line = c->rows + 2;
		if (c->rows == COLUMNS_ROWS_MAX) {
			say(c, line, 1, "more than %d rows; so many at most would be right", COLUMNS_ROWS_MAX);
			return;
		}
		if (c->rows == room) {
			size_t more = room == 0 ? 1024 : 2 * room;
			c->at = xrecallocarray(c->at, room, more, sizeof(*c->at));
			room = more;
		}
		c->at[c->rows++] = at;
		if (!check_line(c, line, &l))
			continue;
		unsigned n = csv_count(&l);
		if (n != c->count)
			say(c, line, 1,
			    "%u columns and the first line has %u; as many, and numbers with a point as 12.5, would be "
			    "right",
			    n, c->count);
	}
	if (c->rows < 2)
		say(c, c->rows + 1, 1, "%u rows after the first line; two at least would be right", c->rows);
}

enum err
columns_read(const char *name, const char *text, size_t len, struct utc midnight, struct columns *c,
    columns_fault_fn *fault, void *arg)
{
	size_t next;

	*c = (struct columns){ .name = name, .text = text, .len = len };
	c->said = (struct csv_faults){ .name = name, .say = fault, .arg = arg, .most = COLUMNS_FAULTS_MAX };
	if (len > COLUMNS_FILE_MAX)
		say(c, 1, 1, "the file has %zu MB; at most %zu would be right", len >> 20, COLUMNS_FILE_MAX >> 20);
	else if (read_head(c, &next))
		find_rows(c, next);
	if (c->said.count == 0)
		check_times(c, midnight);
	if (c->said.count == 0)
		return OK;
	columns_done(c);
	return ERR_USAGE;
}

void
columns_done(struct columns *c)
{
	free(c->names);
	free(c->at);
	*c = (struct columns){ 0 };
}

int
columns_find(const struct columns *c, const char *name)
{
	for (unsigned k = 0; k < c->count; k++)
		if (strcmp(c->names[k], name) == 0)
			return (int)k;
	return -1;
}

char *
columns_hint(const struct columns *c, const char *name, char *buf, size_t size)
{
	const char *names[COLUMNS_MAX + 1] = { NULL };

	for (unsigned k = 0; k < c->count; k++)
		names[k] = c->names[k];
	const char *near = str_nearest(name, names);
	if (near != NULL) {
		str_printf(buf, size, "did you mean %s?", near);
		return buf;
	}
	str_copy(buf, size, "the columns are");
	for (unsigned k = 0; k < c->count && k < 12; k++) {
		str_append(buf, size, k > 0 ? ", " : " ");
		str_append(buf, size, c->names[k]);
	}
	return buf;
}

bool
columns_take(struct columns *c, unsigned column, bool may_be_empty, double *v)
{
	unsigned before = c->said.count;
	char text[CELL_MAX];
	size_t place;

	for (unsigned i = 0; i < c->rows; i++) {
		bool fits = cell_text(c, c->at[i], column, text, &place);
		v[i] = (double)NAN;
		if (fits && text[0] == '\0' && may_be_empty)
			continue;
		if (!fits || !str_to_double(text, &v[i]))
			say(c, i + 2, place, "%s is \"%s\"; a number as 12.5%s would be right", c->names[column], text,
			    may_be_empty ? ", or nothing," : "");
	}
	return c->said.count == before;
}

void
columns_say(struct columns *c, unsigned row, unsigned column, const char *fmt, ...)
{
	size_t len;
	va_list ap;
	const char *s = cell(c, c->at[row], column, &len);

	va_start(ap, fmt);
	csv_vsay(&c->said, row + 2, (size_t)(s - c->text) - c->at[row] + 1, fmt, ap);
	va_end(ap);
}
