/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_file.c - the plan file: what is written, and a reader that says every fault with its line.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "scada/base/csv.h"
#include "scada/base/date.h"
#include "scada/base/str.h"
#include "scada/dispatch/wheel_file.h"
#include "scada/dispatch/wheel_private.h"

enum column {
	C_DATE,
	C_SLOT,
	C_BEGINS,
	C_VERSION,
	C_AUTHOR,
	C_SUBMITTED,
	C_ACCEPTED,
	C_GATE,
	C_GENERATION,
	C_DEMAND,
	C_PARTS
};
static const char *const heads[C_PARTS] = { "date", "slot", "begins", "version", "author", "submitted_at",
	"accepted_at", "gate", "generation_kwh", "demand_kwh" };

enum { FIELDS_MAX = C_PARTS + WHEEL_PARTS_MAX, FIELD_MAX = 128, LINE_MAX_BYTES = 4096 };

/* ---- writing */

static void
put(struct wbuf *b, const char *s)
{
	size_t len = strlen(s);
	if (len > 0) /* an empty buffer has no memory yet */
		memcpy(wbuf_grow(b, len), s, len);
}

/* A cell of text; an author begins with no sign of a formula, as wheel_author_fault() sees to. Quotes are doubled. */
static void
put_text(struct wbuf *b, const char *s)
{
	if (strpbrk(s, ",\"") == NULL) {
		put(b, s);
		return;
	}
	put(b, "\"");
	for (; *s != '\0'; s++) {
		char one[3] = { *s, *s == '"' ? '"' : '\0', '\0' };
		put(b, one);
	}
	put(b, "\"");
}

static void
put_kwh(struct wbuf *b, double kwh)
{
	char text[48];
	put(b, ",");
	if (!isnan(kwh))
		put(b, str_fixed(text, sizeof(text), kwh, 3));
}

static void
put_row(struct wbuf *b, const struct wheel_day *d, const struct wheel_version *v, unsigned slot, struct utc now)
{
	char date[DATE_TEXT_MAX], begins[32], submitted[32], accepted[32], text[160];
	struct utc none = { 0 };
	str_printf(text, sizeof(text), "%s,%u,%s,%u,", date_text(date, sizeof(date), d->date), slot + 1,
	    utc_iso(begins, sizeof(begins), wheel_slot_start(d, slot)), v->number);
	put(b, text);
	put_text(b, v->author);
	str_printf(text, sizeof(text), ",%s,%s,%s %s", utc_iso(submitted, sizeof(submitted), v->submitted_at),
	    utc_iso(accepted, sizeof(accepted), v->answer == WHEEL_ACCEPTED ? v->answered_at : none),
	    wheel_phase_word(wheel_phase(d, slot, now), false), wheel_standing_word(wheel_standing(d, slot), false));
	put(b, text);
	put_kwh(b, v->plan.generation[slot]);
	put_kwh(b, wheel_demand(d->terms, &v->plan, slot));
	for (unsigned p = 0; p < d->terms->part_count; p++)
		put_kwh(b, v->plan.part[p][slot]);
	put(b, "\r\n");
}

void
wheel_write(struct wbuf *b, const struct wheel_day *d, const struct wheel_version *v, struct utc now)
{
	for (unsigned c = 0; c < C_PARTS; c++) {
		put(b, c > 0 ? "," : "");
		put(b, heads[c]);
	}
	for (unsigned p = 0; p < d->terms->part_count; p++) {
		put(b, ",");
		put_text(b, d->terms->parts[p]);
	}
	put(b, "\r\n");
	for (unsigned slot = 0; slot < d->slots; slot++)
		put_row(b, d, v, slot, now);
}

/* ---- reading */

struct reading {
	const struct wheel_day *d;
	struct csv_faults faults;
	struct wheel_file *f;
	const char *text;
	size_t len, pos;
	unsigned line, fields;
	char field[FIELDS_MAX][FIELD_MAX];
};

static void fault(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
fault(struct reading *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	csv_vsay(&r->faults, r->line, 0, fmt, ap);
	va_end(ap);
}

/* One cell, which ends at a comma or at end. False: a fault was said, and the line is of no use. */
static bool
take_field(struct reading *r, const char **s, const char *end)
{
	bool is_open;
	switch (csv_take(s, end, r->field[r->fields], FIELD_MAX, &is_open)) {
	case CSV_CELL_FINE: return true;
	case CSV_CELL_BEHIND:
		fault(r, "column %u: text after the closing quote; double a quote that belongs to the text",
		    r->fields + 1);
		return false;
	case CSV_CELL_QUOTE:
		fault(r, "column %u: a quote inside a cell that does not begin with one", r->fields + 1);
		return false;
	case CSV_CELL_LONG:
		fault(r, "column %u: longer than %d bytes%s", r->fields + 1, FIELD_MAX - 1,
		    is_open ? ", or the closing quote is missing" : "");
		return false;
	default: fault(r, "column %u: the closing quote is missing", r->fields + 1); return false;
	}
}

static bool
split(struct reading *r, const char *s, const char *end)
{
	for (r->fields = 0;; s++) {
		if (r->fields == FIELDS_MAX) {
			fault(r, "more than %d columns", FIELDS_MAX);
			return false;
		}
		if (!take_field(r, &s, end))
			return false;
		r->fields++;
		if (s == end)
			return true;
	}
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
	case CSV_FINE: return split(r, l.s, l.s + l.len) ? 1 : -1;
	case CSV_TOO_LONG: fault(r, "a line of %zu bytes; at most %d", l.len, LINE_MAX_BYTES); break;
	case CSV_EMPTY: fault(r, "an empty line; after the first line comes a row each slot and nothing else"); break;
	case CSV_ZERO: fault(r, "a byte 0; this is no text"); break;
	default: fault(r, "byte %zu is no UTF-8; save the file as \"CSV UTF-8\"", place); break;
	}
	return -1;
}

static void
read_head(struct reading *r)
{
	const struct wheel_terms *t = r->d->terms;
	int got = next_line(r);
	if (got == 0) {
		r->line = 1;
		fault(r, "the file is empty; its first line names the columns");
	}
	if (got <= 0)
		return;
	if (r->fields != C_PARTS + t->part_count)
		fault(r, "%u columns; for %u parts it is %u", r->fields, t->part_count, C_PARTS + t->part_count);
	for (unsigned c = 0; c < r->fields && c < C_PARTS + t->part_count; c++) {
		const char *want = c < C_PARTS ? heads[c] : t->parts[c - C_PARTS];
		if (strcmp(r->field[c], want) != 0)
			fault(r, "column %u is \"%s\"; it should be \"%s\"", c + 1, r->field[c], want);
	}
}

/* kWh, or empty: not planned. */
static bool
read_kwh(struct reading *r, unsigned column, const char *what, double *kwh)
{
	const char *s = r->field[column], *point = strchr(s, '.');
	*kwh = (double)NAN;
	if (s[0] == '\0')
		return true;
	if (!str_to_double(s, kwh) || strpbrk(s, "eE+") != NULL || (point != NULL && strlen(point + 1) > 3) ||
	    *kwh < 0 || *kwh > WHEEL_KWH_MAX) {
		fault(r,
		    "%s is \"%s\"; kWh are from 0 to 1000000 with at most three decimals, or nothing if not planned",
		    what, s);
		*kwh = (double)NAN;
		return false;
	}
	return true;
}

static bool
read_time(struct reading *r, unsigned column, struct utc *t)
{
	const char *s = r->field[column];
	*t = (struct utc){ 0 };
	if (strcmp(s, "-") == 0)
		return true;
	if (utc_from_iso(s, t) && utc_is_plausible(*t))
		return true;
	fault(r,
	    "%s is \"%s\"; a time is such as 2026-11-22T15:00:00Z or 2026-11-23T00:00:00+09:00, or - if there is none",
	    heads[column], s);
	return false;
}

/* What stands in every row alike: taken from the first, compared in the others. */
static void
read_common(struct reading *r, unsigned slot)
{
	struct wheel_file *f = r->f;
	int64_t version;
	struct utc submitted, accepted;
	const char *author = r->field[C_AUTHOR], *why = wheel_author_fault(author);
	if (!str_to_i64(r->field[C_VERSION], 0, WHEEL_VERSIONS_MAX, &version)) {
		fault(
		    r, "version is \"%s\"; it is a whole number from 0 to %d", r->field[C_VERSION], WHEEL_VERSIONS_MAX);
		return;
	}
	if (why != NULL) {
		fault(r, "author %s", why);
		return;
	}
	if (!read_time(r, C_SUBMITTED, &submitted) || !read_time(r, C_ACCEPTED, &accepted))
		return;
	if (accepted.us != 0 && accepted.us < submitted.us)
		fault(r, "accepted_at is before submitted_at");
	if (slot == 0) {
		f->version = (unsigned)version;
		str_copy(f->author, sizeof(f->author), author);
		f->submitted_at = submitted;
		f->accepted_at = accepted;
	} else if (f->version != (unsigned)version || strcmp(f->author, author) != 0 ||
	    f->submitted_at.us != submitted.us || f->accepted_at.us != accepted.us)
		fault(r, "version, author or times differ from those of the first row; a file is one version");
}

static void
read_place(struct reading *r, unsigned slot)
{
	char want[DATE_TEXT_MAX], begins[32];
	int64_t date, number;
	struct utc start, own = wheel_slot_start(r->d, slot);
	if (!date_from_text(r->field[C_DATE], &date) || date != r->d->date)
		fault(r, "date is \"%s\"; the plan is for %s", r->field[C_DATE],
		    date_text(want, sizeof(want), r->d->date));
	if (!str_to_i64(r->field[C_SLOT], 1, WHEEL_SLOTS_MAX, &number) || number != (int64_t)slot + 1)
		fault(
		    r, "slot is \"%s\"; here comes slot %u: slots are in order, each once", r->field[C_SLOT], slot + 1);
	if (!utc_from_iso(r->field[C_BEGINS], &start) || start.us != own.us)
		fault(r, "begins is \"%s\"; slot %u begins at %s", r->field[C_BEGINS], slot + 1,
		    utc_iso(begins, sizeof(begins), own));
}

static void
read_row(struct reading *r, unsigned slot)
{
	const struct wheel_terms *t = r->d->terms;
	struct wheel_plan *p = &r->f->plan;
	char why[200], is[48], should[48];
	double demand;
	if (r->fields != C_PARTS + t->part_count) {
		fault(r, "%u columns; it should be %u", r->fields, C_PARTS + t->part_count);
		return;
	}
	read_place(r, slot);
	read_common(r, slot);
	bool is_read = read_kwh(r, C_GENERATION, heads[C_GENERATION], &p->generation[slot]);
	is_read &= read_kwh(r, C_DEMAND, heads[C_DEMAND], &demand);
	for (unsigned i = 0; i < t->part_count; i++)
		is_read &= read_kwh(r, C_PARTS + i, t->parts[i], &p->part[i][slot]);
	if (!is_read)
		return;
	if (!wheel_plan_slot(t, p, slot, why, sizeof(why))) {
		fault(r, "%s", why);
		return;
	}
	double sum = wheel_demand(t, p, slot);
	if (isnan(sum) != isnan(demand) || fabs(sum - demand) > 0.0011)
		fault(r, "demand_kwh is \"%s\"; the parts with loss come to %s: change them, not their sum",
		    isnan(demand) ? "" : str_fixed(is, sizeof(is), demand, 3),
		    isnan(sum) ? "nothing" : str_fixed(should, sizeof(should), sum, 3));
}

enum err
wheel_read(const struct wheel_day *d, const char *name, const char *text, size_t len, struct wheel_file *f,
    wheel_fault_fn *say, void *arg)
{
	struct reading r = { .d = d,
		.faults = { .name = name, .say = say, .arg = arg, .most = WHEEL_FAULTS_MAX },
		.f = f,
		.text = text,
		.len = len,
		.pos = csv_begin(text, len) };
	unsigned slot = 0;
	int got;
	*f = (struct wheel_file){ 0 };
	if (len > WHEEL_FILE_MAX) {
		r.line = 1;
		fault(&r, "%zu bytes; a plan is at most %d", len, WHEEL_FILE_MAX);
		return ERR_USAGE;
	}
	read_head(&r);
	if (r.faults.count > 0) /* with other columns every row would be a fault */
		return ERR_USAGE;
	while ((got = next_line(&r)) != 0) {
		if (slot == d->slots) {
			fault(&r, "more rows than the %u slots of this day", d->slots);
			break;
		}
		if (got > 0)
			read_row(&r, slot);
		slot++;
	}
	if (slot < d->slots)
		fault(&r, "the file ends after %u rows; this day has %u slots", slot, d->slots);
	return r.faults.count == 0 ? OK : ERR_USAGE;
}
