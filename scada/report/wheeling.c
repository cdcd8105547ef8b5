/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling.c - a day of self-wheeling put together.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/dispatch/wheel_prices.h"
#include "scada/report/wheeling.h"
#include "scada/store/saved.h"

/* Copies of rows: names of parts point into them. */
struct blob {
	struct blob *next;
	uint8_t data[];
};

struct taking {
	struct wheeled *w;
	int64_t date;
};

static void
take_version(struct wheeled *w, const struct msg_store_state *m)
{
	struct blob *b = xmalloc(sizeof(*b) + m->blob.len);
	memcpy(b->data, m->blob.data, m->blob.len);
	b->next = w->blobs;
	w->blobs = b;
	if (w->day.version_count == 0 && !wheel_head(b->data, m->blob.len, &w->day, &w->terms)) {
		w->day = (struct wheel_day){ .terms = &w->terms };
		return;
	}
	/* What is left over from an earlier site file, of other parts, is not taken: numbers began anew with the new one. */
	(void)wheel_take(&w->day, b->data, m->blob.len);
}

/* Of several entries the later one goes before, slot by slot. */
static void
take_entry(struct wheeled *w, const struct msg_store_state *m)
{
	struct wheel_metered *e = xcalloc(1, sizeof(*e));
	if (!wheel_metered_get(m->blob.data, m->blob.len, e)) {
		free(e);
		return;
	}
	w->entries = xrecallocarray(w->entries, w->entry_count, w->entry_count + 1, sizeof(struct wheel_metered *));
	w->entries[w->entry_count++] = e;
}

/* When the parts are known. */
static void
give_entries(struct wheeled *w)
{
	for (unsigned i = 0; i < w->entry_count; i++)
		for (unsigned k = 0; k < w->entries[i]->count; k++) {
			const struct wheel_metered_row *r = &w->entries[i]->rows[k];
			int part = wheel_metered_part(&w->terms, w->entries[i], r);
			if (part >= 0)
				w->given[part][r->slot] = (struct wheeled_given){ true, r->is_utility, r->kwh };
		}
}

static void
take_row(const struct msg_store_state *m, void *arg)
{
	struct taking *t = arg;
	const char *what = strchr(m->name, '/');
	if (what == NULL)
		return;
	if (what[1] >= '0' && what[1] <= '9')
		take_version(t->w, m);
	else if (strncmp(what, "/utility-", 9) == 0)
		take_entry(t->w, m);
	else if (strcmp(what, "/prices") == 0)
		(void)wheel_prices_get(m->blob.data, m->blob.len, t->date, &t->w->prices, &t->w->price_count);
}

/* Nothing was filed: the parts are those of the site file. */
static enum err
begin_day(const struct report_source *src, struct wheeled *w, int64_t date, int64_t from, int64_t to)
{
	const struct site_wheel *set = src->site->wheel;
	const struct site_wheel_part *parts = set->parts.v;
	w->terms = (struct wheel_terms){ .part_count = set->parts.n, .loss_share = set->loss_pct / 100 };
	for (uint32_t i = 0; i < set->parts.n; i++)
		w->terms.parts[i] = parts[i].name;
	return wheel_init(&w->day, &w->terms, date, (struct utc){ from * US_PER_MS }, (struct utc){ to * US_PER_MS },
	    (struct utc){ from * US_PER_MS });
}

/* ---- amounts */

static const char *
counter_of(const struct report_source *src, const char *part)
{
	const struct site_wheel_part *parts = src->site->wheel->parts.v;
	for (uint32_t i = 0; i < src->site->wheel->parts.n; i++)
		if (strcmp(parts[i].name, part) == 0)
			return parts[i].counter;
	return NULL;
}

static void
add_figure(struct figure *sum, const struct figure *f)
{
	if (f->is_empty)
		return;
	if (isnan(f->v)) {
		sum->marks |= CELL_PARTIAL;
		return;
	}
	sum->v = (isnan(sum->v) ? 0 : sum->v) + f->v;
	sum->marks |= f->marks;
}

/* What was entered in place of what was counted; and of whom the amount is. */
static struct figure
amount_or_given(struct wheeled *w, enum wheel_side side, unsigned of, unsigned slot, const struct figure *counted)
{
	const struct wheeled_given *g = &w->given[of][slot];
	struct wheeled_sources *s = &w->sources[side][slot];
	if (!g->is_there) {
		s->own += !counted->is_empty && !isnan(counted->v);
		return *counted;
	}
	s->utility += g->is_utility;
	s->hand += !g->is_utility;
	return (struct figure){ g->kwh, g->is_utility ? 0 : CELL_MANUAL, false };
}

static bool
has_given(const struct wheeled *w, unsigned part)
{
	for (unsigned slot = 0; slot < w->day.slots; slot++)
		if (w->given[part][slot].is_there)
			return true;
	return false;
}

static enum err
read_amounts(const struct report_source *src, struct sheet *s, const struct rows *r, struct wheeled *w)
{
	struct figures *f = xcalloc(1, sizeof(*f));
	enum err e = figures_of(src, s, src->site->wheel->export, COLUMN_INCREMENT, r, f);
	for (unsigned i = 0; e == OK && i < r->n; i++)
		w->made[i] = amount_or_given(w, WHEEL_GENERATION, WHEEL_PARTS_MAX, i, &f->rows[i]);
	for (unsigned i = 0; i < r->n; i++)
		w->used[i] = (struct figure){ (double)NAN, 0, r->edges[i] >= r->now };
	for (unsigned p = 0; e == OK && p < w->terms.part_count; p++) {
		const char *counter = counter_of(src, w->terms.parts[p]);
		w->by_part[p] = (struct figure){ (double)NAN, 0, false };
		bool is_known = counter != NULL || has_given(w, p);
		w->unmetered += !is_known;
		if (counter != NULL)
			e = figures_of(src, s, counter, COLUMN_INCREMENT, r, f);
		for (unsigned i = 0; e == OK && i < r->n; i++) {
			struct figure missing = { (double)NAN, 0, r->edges[i] >= r->now };
			struct figure of =
			    amount_or_given(w, WHEEL_DEMAND, p, i, counter != NULL ? &f->rows[i] : &missing);
			add_figure(&w->used[i], &of);
			if (is_known)
				add_figure(&w->by_part[p], &of);
		}
	}
	for (unsigned i = 0; i < r->n; i++)
		w->used[i].v *= 1 + w->terms.loss_share;
	free(f);
	return e;
}

static struct wheel_amount
amount_of(const struct figure *f)
{
	unsigned marks = ((f->marks & CELL_PARTIAL) != 0 ? WHEEL_PARTIAL : 0) |
	    ((f->marks & CELL_MANUAL) != 0 ? WHEEL_MANUAL : 0) | ((f->marks & CELL_ESTIMATED) != 0 ? WHEEL_SHARED : 0);
	if (f->is_empty || isnan(f->v))
		return (struct wheel_amount){ (double)NAN, WHEEL_MISSING };
	return (struct wheel_amount){ f->v, marks };
}

static void
close_slots(const struct report_source *src, struct wheeled *w)
{
	for (unsigned slot = 0; slot < w->day.slots; slot++) {
		const struct wheel_price *p = wheel_price_find(w->prices, w->price_count, w->day.date, slot, src->now);
		bool is_over = wheel_phase(&w->day, slot, src->now) == WHEEL_OVER;
		for (int side = 0; side < WHEEL_SIDES; side++) {
			struct figure none = { (double)NAN, 0, true };
			const struct figure *f = side == WHEEL_GENERATION ? &w->made[slot] : &w->used[slot];
			w->closed[side][slot] =
			    wheel_close(&w->day, (enum wheel_side)side, slot, amount_of(is_over ? f : &none), p);
			if (is_over)
				wheel_sum_add(&w->sum[side], &w->closed[side][slot]);
		}
	}
}

enum err
wheeled_read(const struct report_source *src, struct sheet *s, int64_t from, int64_t to, struct wheeled *w,
    char *message, size_t size)
{
	struct taking t = { .w = w, .date = calendar_day(from) };
	char prefix[DATE_TEXT_MAX];
	struct rows rows;
	enum err e = OK;
	memset(w, 0, sizeof(*w));
	w->day.terms = &w->terms;
	if (src->site->wheel == NULL) {
		str_copy(message, size, "the site file has no self-wheeling; write wheeling: (chisan-site(5))");
		return ERR_NOT_FOUND;
	}
	if (src->db != NULL)
		e = saved_of(src->db, STATE_WHEEL, date_text(prefix, sizeof(prefix), t.date), take_row, &t);
	if (e == OK && w->day.slots == 0)
		e = begin_day(src, w, t.date, from, to);
	give_entries(w);
	rows_init(&rows, ROWS_HALF_HOURS, from, to, src->now.us / US_PER_MS);
	if (e == OK && rows.n != w->day.slots)
		e = ERR_BAD_DATA;
	if (e == OK)
		e = read_amounts(src, s, &rows, w);
	if (e == OK)
		close_slots(src, w);
	else
		str_printf(message, size, "the day cannot be read: %s", err_text(e));
	return e;
}

void
wheeled_done(struct wheeled *w)
{
	wheel_done(&w->day);
	free(w->prices);
	for (unsigned i = 0; i < w->entry_count; i++)
		free(w->entries[i]);
	free(w->entries);
	w->entries = NULL;
	w->entry_count = 0;
	for (struct blob *b = w->blobs, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	w->blobs = NULL;
	w->prices = NULL;
}

double
wheeled_yen(const struct wheeled *w, unsigned slot)
{
	double made = w->closed[WHEEL_GENERATION][slot].yen, used = w->closed[WHEEL_DEMAND][slot].yen;
	return isnan(made) ? used : isnan(used) ? made : made + used;
}

bool
wheeled_is_metered(const struct wheeled *w, enum wheel_side side, unsigned slot)
{
	const struct wheeled_sources *s = &w->sources[side][slot];
	unsigned all = side == WHEEL_GENERATION ? 1 : w->terms.part_count;
	return all > 0 && s->utility == all;
}

struct sheet_text
wheeled_source(const struct wheeled *w, enum wheel_side side, unsigned slot)
{
	const struct wheeled_sources *s = &w->sources[side][slot];
	unsigned kinds = (s->utility > 0) + (s->hand > 0) + (s->own > 0);
	if (kinds > 1)
		return T2("mixed", "混在");
	if (s->utility > 0)
		return T2("utility", "託送");
	return s->hand > 0 ? T2("hand", "手入力") : s->own > 0 ? T2("own", "自計") : T1("-");
}
