/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_tell.c - a day of self-wheeling, and its plan file, for who asks.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/wheeling_private.h"
#include "scada/dispatch/wheel_file.h"

static void
put_parts(const struct wheeling *w, struct wbuf *b)
{
	for (unsigned i = 0; i < w->terms.part_count; i++) {
		const struct site_wheel_part *p = wheeling_part(w, i);
		w_str(b, p->name);
		w_str(b, p->title);
		w_str(b, p->title_ja);
		w_u8(b, w->used[i].point != POINT_NONE);
	}
}

static void
put_versions(const struct wheeling_day *y, struct wbuf *b)
{
	for (unsigned n = 1; n <= y->d.version_count; n++) {
		const struct wheel_version *v = wheel_version(&y->d, n);
		w_u32(b, v->number);
		w_u32(b, v->base);
		w_u8(b, (uint8_t)v->answer);
		w_i64(b, v->submitted_at.us);
		w_i64(b, v->answered_at.us);
		w_str(b, v->author);
	}
}

/* What is known of the slot's price: published, else what the site file reckons with. */
static enum wheel_price_kind
find_price(const struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now, double *price)
{
	const struct wheel_price *p = wheel_price_find(w->prices, w->price_count, y->d.date, slot, now);

	*price = p != NULL ? p->price : w->set->price;
	return p != NULL           ? p->is_final ? WHEEL_PRICE_FINAL : WHEEL_PRICE_PRELIMINARY
	    : isnan(w->set->price) ? WHEEL_PRICE_NONE
	                           : WHEEL_PRICE_EXPECTED;
}

/* kW in force from a time on, with its price; false: it is of no day that is worked with. */
static bool
filed_at(const struct wheeling *w, struct utc at, struct utc now, double *kw, double *price)
{
	int i = wheeling_index(w, utc_date(at, NULL));
	const struct wheeling_day *y = i < 0 ? NULL : &w->days[i];
	int slot = y == NULL ? -1 : wheel_slot_at(&y->d, at);

	*kw = *price = (double)NAN;
	if (slot < 0)
		return false;
	*kw = 2 * wheel_planned(&y->d, wheel_in_force(&y->d), WHEEL_GENERATION, (unsigned)slot);
	if (!isnan(*kw))
		(void)find_price(w, y, (unsigned)slot, now, price);
	return true;
}

void
wheeling_put_filed(const struct wheeling *w, struct utc now, struct wbuf *b)
{
	struct utc at = { now.us - now.us % WHEEL_SLOT_US };
	unsigned none = 0; /* half hours without one that are told only if another follows */
	double kw, price;

	for (; w->set != NULL && filed_at(w, at, now, &kw, &price); at = utc_add(at, WHEEL_SLOT_US)) {
		none++;
		if (isnan(kw))
			continue;
		for (; none > 1; none--) {
			w_f64(b, (double)NAN);
			w_f64(b, (double)NAN);
		}
		none = 0;
		w_f64(b, kw);
		w_f64(b, price);
	}
}

/* Of both sides: what one lacks and the other has too much of is settled slot by slot at the same price. */
static double
yen_of(double made, double used, double price)
{
	double sum = (isnan(made) ? 0 : made) + (isnan(used) ? 0 : used);

	return isnan(made) && isnan(used) ? (double)NAN : wheel_yen(sum, price);
}

static void
put_row(const struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now, struct wbuf *b)
{
	const struct wheel_version *shown = wheeling_shown(y), *force = wheel_in_force(&y->d);
	enum wheel_phase phase = wheel_phase(&y->d, slot, now);
	struct wheel_foreseen f = wheeling_foresee(w, y, slot, now);
	struct wheel_amount made = wheel_counted(&y->d, &y->made, slot), used = wheel_taken(&y->d, y->used, slot);
	double plan[WHEEL_SIDES], miss[WHEEL_SIDES], price;
	enum wheel_price_kind kind = find_price(w, y, slot, now, &price);

	for (int side = 0; side < WHEEL_SIDES; side++)
		plan[side] = wheel_planned(&y->d, force, (enum wheel_side)side, slot);
	miss[WHEEL_GENERATION] = wheel_shortage(WHEEL_GENERATION, plan[WHEEL_GENERATION], f.made);
	miss[WHEEL_DEMAND] = wheel_shortage(WHEEL_DEMAND, plan[WHEEL_DEMAND], f.used);
	w_u8(b, (uint8_t)phase);
	w_u8(b, (uint8_t)wheel_standing(&y->d, slot));
	w_u8(b, wheeling_is_changed(y, slot));
	w_f64(b, wheel_planned(&y->d, shown, WHEEL_GENERATION, slot));
	w_f64(b, wheel_planned(&y->d, shown, WHEEL_DEMAND, slot));
	w_f64(b, plan[WHEEL_GENERATION]);
	w_f64(b, plan[WHEEL_DEMAND]);
	w_f64(b, made.kwh);
	w_f64(b, used.kwh);
	w_u8(b, (uint8_t)made.marks);
	w_u8(b, (uint8_t)used.marks);
	w_f64(b, miss[WHEEL_GENERATION]);
	w_f64(b, miss[WHEEL_DEMAND]);
	w_u8(b, phase != WHEEL_OVER);
	w_f64(b, price);
	w_u8(b, (uint8_t)kind);
	w_f64(b, yen_of(miss[WHEEL_GENERATION], miss[WHEEL_DEMAND], price));
}

static void
put_kwh(const struct wheeling *w, const struct wheeling_day *y, struct wbuf *b)
{
	const struct wheel_version *v = wheeling_shown(y);

	for (unsigned p = 0; p < w->terms.part_count; p++)
		for (unsigned slot = 0; slot < y->d.slots; slot++)
			w_f32(b, v != NULL ? v->plan.part[p][slot] : (double)NAN);
}

static bool
is_there(const struct wheeling *w, char *why, size_t size)
{
	if (w->set != NULL && w->first != 0)
		return true;
	str_copy(why, size, "the site file has no self-wheeling");
	return false;
}

static const struct wheeling_day *
day_of(const struct wheeling *w, int64_t date, char *why, size_t size)
{
	int i = wheeling_index(w, date);
	const struct wheeling_day *y = i < 0 ? NULL : &w->days[i];
	char first[DATE_TEXT_MAX], last[DATE_TEXT_MAX];

	if (y == NULL)
		str_printf(why, size, "days from %s to %s are at hand; the wheel report has those before",
		    date_text(first, sizeof(first), w->first),
		    date_text(last, sizeof(last), w->first + WHEELING_DAYS - 1));
	return y;
}

enum err
wheeling_day(const struct wheeling *w, int64_t date, struct utc now, struct wbuf *body, char *why, size_t size)
{
	struct wbuf parts = { .len = 0 }, versions = { .len = 0 }, rows = { .len = 0 }, kwh = { .len = 0 };
	const struct wheeling_day *y;

	if (!is_there(w, why, size) || (y = day_of(w, date != 0 ? date : utc_date(now, NULL), why, size)) == NULL)
		return ERR_NOT_FOUND;
	const struct wheel_version *latest = wheel_latest(&y->d), *force = wheel_in_force(&y->d);
	put_parts(w, &parts);
	put_versions(y, &versions);
	for (unsigned slot = 0; slot < y->d.slots; slot++)
		put_row(w, y, slot, now, &rows);
	put_kwh(w, y, &kwh);
	msg_wheel_day_put(body,
	    &(struct msg_wheel_day){ .date = y->d.date,
	        .first = w->first,
	        .last = w->first + WHEELING_DAYS - 1,
	        .start = y->d.start.us,
	        .file_by = y->d.file_by.us,
	        .gate_us = utc_diff_us(wheel_slot_start(&y->d, 0), wheel_gate(&y->d, 0)),
	        .now = now.us,
	        .slots = (uint16_t)y->d.slots,
	        .flags = w->flags,
	        .in_force = force != NULL ? force->number : 0,
	        .latest = latest != NULL ? latest->number : 0,
	        .edit = y->draft != NULL ? y->draft->number : 0,
	        .base = y->draft != NULL ? y->draft->base : 0,
	        .draft_time = y->draft != NULL ? y->draft->submitted_at.us : 0,
	        .draft_author = y->draft != NULL ? y->draft->author : "",
	        .loss_share = w->terms.loss_share,
	        .limit_kwh = w->set->limit_kwh,
	        .limit_pct = w->set->limit_pct,
	        .export = w->set->export,
	        .parts = { parts.data, parts.len },
	        .versions = { versions.data, versions.len },
	        .rows = { rows.data, rows.len },
	        .kwh = { kwh.data, kwh.len } });
	wbuf_done(&parts);
	wbuf_done(&versions);
	wbuf_done(&rows);
	wbuf_done(&kwh);
	return OK;
}

enum err
wheeling_file(
    const struct wheeling *w, int64_t date, uint32_t number, struct utc now, struct wbuf *body, char *why, size_t size)
{
	const struct wheeling_day *y;
	const struct wheel_version *v;
	struct wheel_version *draft = NULL;
	struct wbuf text = { .len = 0 };
	char name[WHEEL_FILE_NAME], day[DATE_TEXT_MAX];

	if (!is_there(w, why, size) || (y = day_of(w, date != 0 ? date : utc_date(now, NULL), why, size)) == NULL)
		return ERR_NOT_FOUND;
	v = number != 0 ? wheel_version(&y->d, number) : wheeling_shown(y);
	if (v == NULL) {
		if (number != 0)
			str_printf(
			    why, size, "there is no version %u of that day; it has %u", number, y->d.version_count);
		else
			str_copy(why, size, "nobody has planned that day yet; make a draft first");
		return ERR_NOT_FOUND;
	}
	date_text(day, sizeof(day), y->d.date);
	if (number == 0 && y->draft != NULL) {
		/* its version column says what it was made from: so it can be read back */
		draft = xmalloc(sizeof(*draft));
		*draft = *y->draft;
		draft->number = draft->base;
		v = draft;
		str_printf(name, sizeof(name), "wheel_%s_draft.csv", day);
	} else {
		str_printf(name, sizeof(name), "wheel_%s_v%03u.csv", day, v->number);
	}
	wheel_write(&text, &y->d, v, now);
	msg_wheel_file_put(body,
	    &(struct msg_wheel_file){
	        .number = draft != NULL ? 0 : v->number, .name = name, .data = { text.data, text.len } });
	wbuf_done(&text);
	free(draft);
	return OK;
}
