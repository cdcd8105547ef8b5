/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_state.c - what a restart must not lose: rows of STATE_WHEEL, each of a day.
 *
 *   2026-12-01/003     a version, as wheel_put() has it
 *   2026-12-01/draft   the same form; its number is the edit, its time that of the last change
 *   2026-12-01/meter   u8 form, u8 n, then the generation and n parts: str counter, i64 reading counted, f64 total, i64 until, u8 slots with something,
 *                      each u8 slot, f64 kWh, i64 covered us, u8 marks
 *   2026-12-01/prices  wheel_prices.h
 *   2026-12-01/utility-001  an entry of amounts, wheel_metered.h; behind the meter in order, which it goes before
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/wheeling_private.h"
#include "scada/dispatch/wheel_prices.h"

#define METER_FORM  1
#define DATE_LENGTH 10

/* ---- names */

void
wheeling_name(char *buf, int64_t date, const char *what)
{
	char text[DATE_TEXT_MAX];

	str_printf(buf, WHEELING_NAME, "%s/%s", date_text(text, sizeof(text), date), what);
}

void
wheeling_version_name(char *buf, int64_t date, unsigned number)
{
	char what[16];

	str_printf(what, sizeof(what), "%03u", number);
	wheeling_name(buf, date, what);
}

/* What stands behind the day; NULL: no such name. */
static const char *
read_name(const char *name, int64_t *date)
{
	char text[DATE_LENGTH + 1];

	if (strlen(name) < DATE_LENGTH + 2 || strlen(name) >= WHEELING_NAME || name[DATE_LENGTH] != '/')
		return NULL;
	memcpy(text, name, DATE_LENGTH);
	text[DATE_LENGTH] = '\0';
	return date_from_text(text, date) ? name + DATE_LENGTH + 1 : NULL;
}

void
wheeling_keep(struct wheeling *w, int64_t date, const char *name)
{
	for (size_t i = 0; i < w->kept_count; i++)
		if (strcmp(w->kept[i].name, name) == 0)
			return;
	w->kept = xrecallocarray(w->kept, w->kept_count, w->kept_count + 1, sizeof(*w->kept));
	w->kept[w->kept_count].date = date;
	str_copy(w->kept[w->kept_count++].name, WHEELING_NAME, name);
}

/* ---- saving */

void
wheeling_save(struct wheeling *w, int64_t date, const char *name, const struct wbuf *blob, struct utc now)
{
	wheeling_keep(w, date, name);
	w->ops->save(&(struct msg_store_state){ .kind = STATE_WHEEL,
	                 .name = name,
	                 .time = now.us,
	                 .blob = { blob != NULL ? blob->data : NULL, blob != NULL ? blob->len : 0 } },
	    w->arg);
}

void
wheeling_let_go(struct wheeling *w, int64_t before, struct utc now)
{
	size_t left = 0;

	for (size_t i = 0; i < w->kept_count; i++) {
		if (w->kept[i].date >= before) {
			w->kept[left++] = w->kept[i];
			continue;
		}
		w->ops->save(
		    &(struct msg_store_state){ .kind = STATE_WHEEL, .name = w->kept[i].name, .time = now.us }, w->arg);
	}
	w->kept_count = left;
	left = 0;
	for (size_t i = 0; i < w->price_count; i++)
		if (w->prices[i].date >= before)
			w->prices[left++] = w->prices[i];
	w->price_count = left;
}

void
wheeling_save_version(struct wheeling *w, const struct wheeling_day *y, unsigned number, struct utc now)
{
	struct wbuf b = { .len = 0 };
	char name[WHEELING_NAME];

	wheeling_version_name(name, y->d.date, number);
	wheel_put(&b, &y->d, wheel_version(&y->d, number));
	wheeling_save(w, y->d.date, name, &b, now);
	wbuf_done(&b);
}

void
wheeling_save_draft(struct wheeling *w, const struct wheeling_day *y, struct utc now)
{
	struct wbuf b = { .len = 0 };
	char name[WHEELING_NAME];

	wheeling_name(name, y->d.date, "draft");
	if (y->draft != NULL)
		wheel_put(&b, &y->d, y->draft);
	wheeling_save(w, y->d.date, name, y->draft != NULL ? &b : NULL, now);
	wbuf_done(&b);
}

static void
put_meter(const struct wheeling_counter *c, const struct wheel_meter *m, unsigned slots, struct wbuf *b)
{
	unsigned n = 0;

	for (unsigned slot = 0; slot < slots; slot++)
		n += m->covered_us[slot] > 0;
	w_str(b, c->name);
	w_i64(b, c->at.us);
	w_f64(b, c->total);
	w_i64(b, m->until.us);
	w_u8(b, (uint8_t)n);
	for (unsigned slot = 0; slot < slots; slot++) {
		if (m->covered_us[slot] <= 0)
			continue;
		w_u8(b, (uint8_t)slot);
		w_f64(b, m->kwh[slot]);
		w_i64(b, m->covered_us[slot]);
		w_u8(b, m->marks[slot]);
	}
}

/* Of yesterday and today; of others nothing is counted yet. */
void
wheeling_save_meters(struct wheeling *w, struct utc now)
{
	char name[WHEELING_NAME];

	for (unsigned i = 0; i < 2; i++) {
		const struct wheeling_day *y = &w->days[i];
		struct wbuf b = { .len = 0 };

		w_u8(&b, METER_FORM);
		w_u8(&b, (uint8_t)w->terms.part_count);
		put_meter(&w->made, &y->made, y->d.slots, &b);
		for (unsigned p = 0; p < w->terms.part_count; p++)
			put_meter(&w->used[p], &y->used[p], y->d.slots, &b);
		wheeling_name(name, y->d.date, "meter");
		wheeling_save(w, y->d.date, name, &b, now);
		wbuf_done(&b);
	}
}

void
wheeling_save_prices(struct wheeling *w, int64_t date, struct utc now)
{
	struct wbuf b = { .len = 0 };
	char name[WHEELING_NAME];

	wheeling_name(name, date, "prices");
	wheel_prices_put(&b, w->prices, w->price_count, date);
	wheeling_save(w, date, name, &b, now);
	wbuf_done(&b);
}

void
wheeling_save_all(struct wheeling *w, struct utc now)
{
	int64_t date = 0;

	if (w->set == NULL || w->first == 0)
		return;
	for (unsigned i = 0; i < WHEELING_DAYS; i++) {
		for (unsigned n = 1; n <= w->days[i].d.version_count; n++)
			wheeling_save_version(w, &w->days[i], n, now);
		if (w->days[i].draft != NULL)
			wheeling_save_draft(w, &w->days[i], now);
	}
	wheeling_save_meters(w, now);
	for (size_t i = 0; i < w->price_count; i++)
		if (w->prices[i].date != date) { /* rows of a date mostly stand together */
			date = w->prices[i].date;
			wheeling_save_prices(w, date, now);
		}
}

/* ---- restoring */

static bool
get_meter(struct rbuf *r, struct wheeling_counter *c, struct wheel_meter *m, unsigned slots)
{
	const char *name = r_str(r);
	bool is_same = strcmp(name, c->name) == 0; /* else what was counted stays, and its total is another's */
	struct utc at = { r_i64(r) };
	double total = r_f64(r);

	memset(m, 0, sizeof(*m));
	m->until.us = r_i64(r);
	unsigned n = r_u8(r);
	for (unsigned i = 0; i < n && !r->bad; i++) {
		unsigned slot = r_u8(r);
		double kwh = r_f64(r);
		int64_t covered = r_i64(r);
		uint8_t marks = r_u8(r);

		if (slot >= slots || !(kwh >= 0 && kwh <= WHEEL_KWH_MAX) || covered <= 0 || covered > WHEEL_SLOT_US)
			return false;
		m->kwh[slot] = kwh;
		m->covered_us[slot] = covered;
		m->marks[slot] = marks & WHEEL_MARKS;
	}
	if (r->bad || !isfinite(total))
		return false;
	if (is_same) {
		c->at = at;
		c->total = total;
	}
	return true;
}

static bool
read_meters(const struct wheeling *w, const struct msg_bytes *blob, unsigned slots, struct wheeling_day *read,
    struct wheeling_counter *made, struct wheeling_counter used[WHEEL_PARTS_MAX])
{
	struct rbuf r;

	*made = w->made;
	memcpy(used, w->used, sizeof(w->used));
	rbuf_init(&r, blob->data, blob->len);
	uint8_t form = r_u8(&r), n = r_u8(&r);
	if (r.bad || form != METER_FORM || n != w->terms.part_count || !get_meter(&r, made, &read->made, slots))
		return false;
	for (unsigned p = 0; p < n; p++)
		if (!get_meter(&r, &used[p], &read->used[p], slots))
			return false;
	return r_done(&r);
}

/* A day that is over: what parts took then is of use for what they will take. */
static bool
restore_past(struct wheeling *w, int64_t date, const struct msg_bytes *blob)
{
	struct wheeling_day read = { .edits = 0 };
	struct wheeling_counter made, used[WHEEL_PARTS_MAX];

	if (wheel_init(
	        &read.d, &w->terms, date, utc_of_date(date, 0), utc_of_date(date + 1, 0), utc_of_date(date, 0)) != OK ||
	    !read_meters(w, blob, read.d.slots, &read, &made, used))
		return false;
	for (unsigned p = 0; p < w->terms.part_count; p++)
		wheeling_note_past(w, &read.d, &read.used[p], p);
	return true;
}

static bool
restore_meters(struct wheeling *w, struct wheeling_day *y, const struct msg_bytes *blob)
{
	struct wheeling_day read = { .edits = 0 };
	struct wheeling_counter made, used[WHEEL_PARTS_MAX];
	unsigned n = w->terms.part_count;

	if (!read_meters(w, blob, y->d.slots, &read, &made, used))
		return false;
	y->made = read.made;
	memcpy(y->used, read.used, sizeof(y->used));
	/* of two rows the one that was counted further */
	if (made.at.us > w->made.at.us)
		w->made = made;
	for (unsigned p = 0; p < n; p++)
		if (used[p].at.us > w->used[p].at.us)
			w->used[p] = used[p];
	return true;
}

static bool
restore_draft(struct wheeling_day *y, const struct msg_bytes *blob)
{
	struct wheel_version *v = xcalloc(1, sizeof(*v));

	if (wheel_get(&y->d, blob->data, blob->len, v) != OK || v->base > y->d.version_count) {
		free(v);
		return false;
	}
	free(y->draft);
	y->draft = v;
	y->edits = v->number;
	return true;
}

bool
wheeling_restore(struct wheeling *w, const struct msg_store_state *s, struct utc now)
{
	struct wheeling_day *y;
	const char *what;
	int64_t date;

	if (s->kind != STATE_WHEEL || (what = read_name(s->name, &date)) == NULL)
		return false;
	wheeling_keep(w, date, s->name);
	if (w->set == NULL || date < utc_date(now, NULL) - WHEELING_KEEP_DAYS)
		return true;
	if (strcmp(what, "prices") == 0)
		return w->price_count < WHEEL_PRICE_ROWS &&
		    wheel_prices_get(s->blob.data, s->blob.len, date, &w->prices, &w->price_count);
	if (strncmp(what, WHEELING_UTILITY, sizeof(WHEELING_UTILITY) - 1) == 0)
		return wheeling_metered_take(w, date, s->blob.data, s->blob.len);
	y = wheeling_find(w, date);
	if (y == NULL && strcmp(what, "meter") == 0)
		return restore_past(w, date, &s->blob);
	if (y == NULL) /* for reports */
		return true;
	if (strcmp(what, "meter") == 0)
		return restore_meters(w, y, &s->blob);
	if (strcmp(what, "draft") == 0)
		return restore_draft(y, &s->blob);
	return wheel_take(&y->d, s->blob.data, s->blob.len) == OK;
}
