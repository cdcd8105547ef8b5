/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_prices.c - prices of imbalance: a file, and bytes: u8 form, u16 rows, each u8 slot, u8 is final, i64 published, f64 price.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/dispatch/wheel_prices.h"

#define FORM_1 1
enum { C_DATE, C_SLOT, C_PRICE, C_KIND, C_PUBLISHED, C_COUNT, CELL_MAX = 48, LINE_BYTES_MAX = 200 };
static const char *const heads[C_COUNT] = { "date", "slot", "price", "kind", "published_at" };

struct reading {
	struct csv_faults faults;
	unsigned line;
	char cell[C_COUNT][CELL_MAX];
};

/* Splits a line into the cells. False: a fault was said. */
static bool
take_line(struct reading *r, const struct csv_line *l)
{
	size_t place;

	r->line++;
	if (csv_check(l, LINE_BYTES_MAX, &place) != CSV_FINE) {
		csv_say(&r->faults, r->line, place,
		    "no line of text of 1 to %d bytes; a row for each price and nothing else would be right",
		    LINE_BYTES_MAX);
		return false;
	}
	if (csv_count(l) != C_COUNT) {
		csv_say(&r->faults, r->line, 0,
		    "%u columns; date,slot,price,kind,published_at, and prices with a point as 12.5, would be right",
		    csv_count(l));
		return false;
	}
	csv_cells(l, C_COUNT, CELL_MAX, r->cell[0], NULL);
	return true;
}

static bool
take_row(struct reading *r, struct wheel_price *p)
{
	int64_t slot = 0;
	bool is_final = strcmp(r->cell[C_KIND], "final") == 0;
	unsigned before = r->faults.count;

	*p = (struct wheel_price){ .is_final = is_final };
	if (!date_from_text(r->cell[C_DATE], &p->date))
		csv_say(&r->faults, r->line, 0, "date is \"%s\"; it is such as 2026-12-01", r->cell[C_DATE]);
	if (!str_to_i64(r->cell[C_SLOT], 1, WHEEL_SLOTS_MAX, &slot))
		csv_say(&r->faults, r->line, 0, "slot is \"%s\"; half hours count from 1 to 48", r->cell[C_SLOT]);
	p->slot = (unsigned)(slot > 0 ? slot - 1 : 0);
	if (!str_to_double(r->cell[C_PRICE], &p->price))
		csv_say(&r->faults, r->line, 0, "price is \"%s\"; a number as 12.34 is right", r->cell[C_PRICE]);
	else if (wheel_price_fault(p->price) != NULL)
		csv_say(&r->faults, r->line, 0, "price %s %s", r->cell[C_PRICE], wheel_price_fault(p->price));
	if (!is_final && strcmp(r->cell[C_KIND], "preliminary") != 0)
		csv_say(&r->faults, r->line, 0, "kind is \"%s\"; preliminary or final is right", r->cell[C_KIND]);
	if (!utc_from_iso(r->cell[C_PUBLISHED], &p->published_at) || !utc_is_plausible(p->published_at))
		csv_say(&r->faults, r->line, 0, "published_at is \"%s\"; a time is such as 2026-12-06T09:00:00+09:00",
		    r->cell[C_PUBLISHED]);
	return r->faults.count == before;
}

static bool
is_same(const struct wheel_price *a, const struct wheel_price *b)
{
	return a->date == b->date && a->slot == b->slot && a->is_final == b->is_final &&
	    a->published_at.us == b->published_at.us;
}

static bool
read_head(struct reading *r, const struct csv_line *l)
{
	if (!take_line(r, l))
		return false;
	for (unsigned k = 0; k < C_COUNT; k++)
		if (strcmp(r->cell[k], heads[k]) != 0) {
			csv_say(&r->faults, r->line, 0, "column %u is \"%s\"; it should be \"%s\"", k + 1, r->cell[k],
			    heads[k]);
			return false;
		}
	return true;
}

/* Rows that stand twice: sorted by what makes them one. */
static int
compare(const void *a, const void *b)
{
	const struct wheel_price *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	if (x->is_final != y->is_final)
		return x->is_final ? 1 : -1;
	return (x->published_at.us > y->published_at.us) - (x->published_at.us < y->published_at.us);
}

static void
refuse_twins(struct reading *r, struct wheel_price *rows, size_t count)
{
	char date[DATE_TEXT_MAX];

	qsort(rows, count, sizeof(*rows), compare);
	for (size_t i = 1; i < count; i++)
		if (is_same(&rows[i - 1], &rows[i]))
			csv_say(&r->faults, r->line, 0, "slot %u of %s stands twice with the same kind and publication",
			    rows[i].slot + 1, date_text(date, sizeof(date), rows[i].date));
}

enum err
wheel_prices_read(const char *name, const char *text, size_t len, struct wheel_price **rows, size_t *count,
    csv_fault_fn *fault, void *arg)
{
	struct reading r = { .faults = { .name = name, .say = fault, .arg = arg, .most = WHEEL_PRICE_FAULTS } };
	size_t at = csv_begin(text, len), room = 0;
	struct csv_line l;

	*rows = NULL;
	*count = 0;
	if (len > WHEEL_PRICE_FILE_MAX)
		csv_say(&r.faults, 1, 0, "%zu bytes; a file of prices has at most %zu", len, WHEEL_PRICE_FILE_MAX);
	else if (!csv_line(text, len, at, &l))
		csv_say(&r.faults, 1, 0, "the file is empty; its first line is date,slot,price,kind,published_at");
	else if (read_head(&r, &l))
		for (at = l.next; csv_line(text, len, at, &l) && r.faults.count < WHEEL_PRICE_FAULTS; at = l.next) {
			struct wheel_price p;
			if (!take_line(&r, &l) || !take_row(&r, &p))
				continue;
			if (*count == WHEEL_PRICE_FILE_ROWS) {
				csv_say(&r.faults, r.line, 0, "more than %d rows; give them in several files",
				    WHEEL_PRICE_FILE_ROWS);
				break;
			}
			if (*count == room) {
				*rows = xrecallocarray(*rows, room, room == 0 ? 64 : 2 * room, sizeof(**rows));
				room = room == 0 ? 64 : 2 * room;
			}
			(*rows)[(*count)++] = p;
		}
	if (r.faults.count == 0 && *count == 0)
		csv_say(&r.faults, 1, 0, "no row after the first line; a file of prices has at least one");
	if (*count > 1)
		refuse_twins(&r, *rows, *count);
	if (r.faults.count == 0)
		return OK;
	free(*rows);
	*rows = NULL;
	*count = 0;
	return ERR_USAGE;
}

/* ---- as bytes */

void
wheel_prices_put(struct wbuf *b, const struct wheel_price *rows, size_t count, int64_t date)
{
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		n += rows[i].date == date && n < WHEEL_DAY_PRICES;
	w_u8(b, FORM_1);
	w_u16(b, (uint16_t)n);
	for (size_t i = 0; i < count && n > 0; i++) {
		if (rows[i].date != date)
			continue;
		w_u8(b, (uint8_t)rows[i].slot);
		w_u8(b, rows[i].is_final);
		w_i64(b, rows[i].published_at.us);
		w_f64(b, rows[i].price);
		n--;
	}
}

bool
wheel_prices_get(const void *data, size_t len, int64_t date, struct wheel_price **rows, size_t *count)
{
	struct rbuf r;
	bool is_fine = true;

	rbuf_init(&r, data, len);
	uint8_t form = r_u8(&r);
	unsigned n = r_u16(&r);
	if (r.bad || form != FORM_1 || n > WHEEL_DAY_PRICES || n == 0)
		return false;
	struct wheel_price *own = xcalloc(n, sizeof(*own));
	for (unsigned i = 0; i < n; i++) {
		own[i] = (struct wheel_price){ .date = date, .slot = r_u8(&r) };
		own[i].is_final = r_u8(&r) != 0;
		own[i].published_at.us = r_i64(&r);
		own[i].price = r_f64(&r);
		is_fine &= own[i].slot < WHEEL_SLOTS_MAX && wheel_price_fault(own[i].price) == NULL;
	}
	is_fine &= r_done(&r);
	if (is_fine) {
		*rows = xrecallocarray(*rows, *count, *count + n, sizeof(**rows));
		memcpy(*rows + *count, own, n * sizeof(*own));
		*count += n;
	}
	free(own);
	return is_fine;
}
