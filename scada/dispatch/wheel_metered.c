/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_metered.c - amounts that come later: a file, and bytes: u8 form, str author, i64 at, str file, str reason, u8 names, each str, u16 rows,
 * each u8 name, u8 slot, u8 of the utility's meter, f64 kWh.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/date.h"
#include "scada/base/str.h"
#include "scada/dispatch/wheel_metered.h"

#define FORM_1     1
#define LINE_BYTES 200
enum { C_DATE, C_SLOT, C_OF, C_KWH, C_SOURCE, C_COUNT, CELL_MAX = WHEEL_METERED_NAME };
static const char *const heads[C_COUNT] = { "date", "slot", "of", "kwh", "source" };
static const char columns[] = "date,slot,of,kwh,source";

struct reading {
	struct csv_faults faults;
	const struct wheel_day *d;
	struct utc now;
	struct wheel_metered *m;
	bool is_named[WHEEL_METERED_NAMES][WHEEL_SLOTS_MAX];
	unsigned line;
	char cell[C_COUNT][CELL_MAX];
	size_t place[C_COUNT]; /* of each cell in the line, from 1 */
};

static bool
take_line(struct reading *r, const struct csv_line *l)
{
	size_t place;

	r->line++;
	if (csv_check(l, LINE_BYTES, &place) != CSV_FINE) {
		csv_say(&r->faults, r->line, place,
		    "no line of text of 1 to %d bytes; a row for each amount and nothing else would be right",
		    LINE_BYTES);
		return false;
	}
	if (csv_count(l) != C_COUNT) {
		csv_say(&r->faults, r->line, 1, "%u columns; %s, and kWh with a point as 12.5, would be right",
		    csv_count(l), columns);
		return false;
	}
	csv_cells(l, C_COUNT, CELL_MAX, r->cell[0], r->place);
	return true;
}

static bool
read_head(struct reading *r, const struct csv_line *l)
{
	if (!take_line(r, l))
		return false;
	for (unsigned k = 0; k < C_COUNT; k++)
		if (strcmp(r->cell[k], heads[k]) != 0) {
			csv_say(&r->faults, r->line, r->place[k], "column %u is \"%s\"; it should be \"%s\"", k + 1,
			    r->cell[k], heads[k]);
			return false;
		}
	return true;
}

static void
check_date(struct reading *r)
{
	char day[DATE_TEXT_MAX];

	date_text(day, sizeof(day), r->d->date);
	if (strcmp(r->cell[C_DATE], day) != 0)
		csv_say(&r->faults, r->line, r->place[C_DATE],
		    "date is \"%s\"; it is entered for %s, and all rows are of that day", r->cell[C_DATE], day);
}

static void
read_slot(struct reading *r, struct wheel_metered_row *row)
{
	int64_t slot;

	if (!str_to_i64(r->cell[C_SLOT], 1, r->d->slots, &slot)) {
		csv_say(&r->faults, r->line, r->place[C_SLOT],
		    "slot is \"%s\"; half hours of that day count from 1 to %u", r->cell[C_SLOT], r->d->slots);
		return;
	}
	row->slot = (uint8_t)(slot - 1);
	if (wheel_phase(r->d, row->slot, r->now) != WHEEL_OVER)
		csv_say(&r->faults, r->line, r->place[C_SLOT],
		    "slot %u is not over yet; what was metered is entered afterwards", row->slot + 1);
}

/* The name's number; a name that is new is noted. */
static unsigned
number_of(struct wheel_metered *m, const char *name)
{
	for (unsigned i = 0; i < m->name_count; i++)
		if (strcmp(m->names[i], name) == 0)
			return i;
	str_copy(m->names[m->name_count], WHEEL_METERED_NAME, name);
	return m->name_count++;
}

static void
read_of(struct reading *r, struct wheel_metered_row *row)
{
	const struct wheel_terms *t = r->d->terms;
	bool is_there = strcmp(r->cell[C_OF], WHEEL_METERED_GENERATION) == 0;

	for (unsigned p = 0; p < t->part_count; p++)
		is_there |= strcmp(r->cell[C_OF], t->parts[p]) == 0;
	if (is_there)
		row->of = (uint8_t)number_of(r->m, r->cell[C_OF]);
	else
		csv_say(&r->faults, r->line, r->place[C_OF],
		    "of is \"%s\"; %s, or a part of the site file as %s, is right", r->cell[C_OF],
		    WHEEL_METERED_GENERATION, t->part_count > 0 ? t->parts[0] : "-");
}

static bool
take_row(struct reading *r, struct wheel_metered_row *row)
{
	unsigned before = r->faults.count;

	*row = (struct wheel_metered_row){ .is_utility = strcmp(r->cell[C_SOURCE], "utility") == 0 };
	check_date(r);
	read_slot(r, row);
	read_of(r, row);
	if (!str_to_double(r->cell[C_KWH], &row->kwh) || !(row->kwh >= 0 && row->kwh <= WHEEL_KWH_MAX))
		csv_say(&r->faults, r->line, r->place[C_KWH],
		    "kwh is \"%s\"; a number from 0 to %.0f, as 12.5, is right", r->cell[C_KWH], WHEEL_KWH_MAX);
	if (!row->is_utility && strcmp(r->cell[C_SOURCE], "hand") != 0)
		csv_say(&r->faults, r->line, r->place[C_SOURCE],
		    "source is \"%s\"; utility (its meter) or hand (a person knows it) is right", r->cell[C_SOURCE]);
	if (r->faults.count != before)
		return false;
	if (r->is_named[row->of][row->slot])
		csv_say(&r->faults, r->line, 1, "slot %u of %s stands twice", row->slot + 1, r->cell[C_OF]);
	r->is_named[row->of][row->slot] = true;
	return r->faults.count == before;
}

enum err
wheel_metered_read(const struct wheel_day *d, const char *name, const char *text, size_t len, struct utc now,
    struct wheel_metered *m, csv_fault_fn *fault, void *arg)
{
	struct reading r = { .faults = { .name = name, .say = fault, .arg = arg, .most = WHEEL_METERED_FAULTS },
		.d = d,
		.now = now,
		.m = m };
	size_t at = csv_begin(text, len);
	struct csv_line l;

	m->name_count = m->count = 0;
	if (len > WHEEL_METERED_FILE_MAX)
		csv_say(&r.faults, 1, 1, "%zu bytes; a file of amounts has at most %zu", len, WHEEL_METERED_FILE_MAX);
	else if (!csv_line(text, len, at, &l))
		csv_say(&r.faults, 1, 1, "the file is empty; its first line is %s", columns);
	else if (read_head(&r, &l))
		for (at = l.next; csv_line(text, len, at, &l) && r.faults.count < WHEEL_METERED_FAULTS; at = l.next) {
			struct wheel_metered_row row;
			if (take_line(&r, &l) && take_row(&r, &row))
				m->rows[m->count++] = row; /* none stands twice, so there is room */
		}
	if (r.faults.count == 0 && m->count == 0)
		csv_say(&r.faults, 1, 1, "no row after the first line; a file of amounts has at least one");
	return r.faults.count == 0 ? OK : ERR_USAGE;
}

int
wheel_metered_part(const struct wheel_terms *t, const struct wheel_metered *m, const struct wheel_metered_row *r)
{
	if (strcmp(m->names[r->of], WHEEL_METERED_GENERATION) == 0)
		return WHEEL_PARTS_MAX;
	for (unsigned p = 0; p < t->part_count; p++)
		if (strcmp(m->names[r->of], t->parts[p]) == 0)
			return (int)p;
	return -1;
}

/* ---- as bytes */

void
wheel_metered_put(struct wbuf *b, const struct wheel_metered *m)
{
	w_u8(b, FORM_1);
	w_str(b, m->author);
	w_i64(b, m->at.us);
	w_str(b, m->file);
	w_str(b, m->reason);
	w_u8(b, (uint8_t)m->name_count);
	for (unsigned i = 0; i < m->name_count; i++)
		w_str(b, m->names[i]);
	w_u16(b, (uint16_t)m->count);
	for (unsigned i = 0; i < m->count; i++) {
		w_u8(b, m->rows[i].of);
		w_u8(b, m->rows[i].slot);
		w_u8(b, m->rows[i].is_utility);
		w_f64(b, m->rows[i].kwh);
	}
}

bool
wheel_metered_get(const void *data, size_t len, struct wheel_metered *m)
{
	struct rbuf r;
	bool is_fine = true;

	rbuf_init(&r, data, len);
	uint8_t form = r_u8(&r);
	is_fine &= str_copy(m->author, sizeof(m->author), r_str(&r));
	m->at.us = r_i64(&r);
	is_fine &= str_copy(m->file, sizeof(m->file), r_str(&r));
	is_fine &= str_copy(m->reason, sizeof(m->reason), r_str(&r));
	m->name_count = r_u8(&r);
	if (r.bad || form != FORM_1 || m->name_count > WHEEL_METERED_NAMES)
		return false;
	for (unsigned i = 0; i < m->name_count; i++)
		is_fine &= str_copy(m->names[i], WHEEL_METERED_NAME, r_str(&r));
	m->count = r_u16(&r);
	if (r.bad || m->count > WHEEL_METERED_ROWS)
		return false;
	for (unsigned i = 0; i < m->count; i++) {
		struct wheel_metered_row *row = &m->rows[i];
		row->of = r_u8(&r);
		row->slot = r_u8(&r);
		row->is_utility = r_u8(&r) != 0;
		row->kwh = r_f64(&r);
		is_fine &= row->of < m->name_count && row->slot < WHEEL_SLOTS_MAX && row->kwh >= 0 &&
		    row->kwh <= WHEEL_KWH_MAX;
	}
	return is_fine && r_done(&r);
}
