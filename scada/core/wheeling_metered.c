/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_metered.c - amounts of slots that are over, from the utility's meters or by hand: each file is an entry of its own, in the store a row
 * beside the versions, for reports; of the days that are worked with they stand in place of what was counted.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/wheeling_private.h"
#include "scada/dispatch/wheel_metered.h"

enum { ENTRIES_MAX = 999 };

/* The number of the next entry of a day; 0: there are as many as can be. */
static unsigned
next_number(const struct wheeling *w, int64_t date)
{
	char prefix[WHEELING_NAME];
	int64_t most = 0, n;

	wheeling_name(prefix, date, WHEELING_UTILITY);
	size_t len = strlen(prefix);
	for (size_t i = 0; i < w->kept_count; i++) {
		const char *number = w->kept[i].name + len;
		if (strncmp(w->kept[i].name, prefix, len) != 0)
			continue;
		number += strspn(number, "0");
		if (str_to_i64(number, 1, ENTRIES_MAX, &n) && n > most)
			most = n;
	}
	return most < ENTRIES_MAX ? (unsigned)most + 1 : 0;
}

static bool
refuse(struct refusal *why, enum err e, const char *text)
{
	return refusal_say(why, e, e == ERR_REFUSED ? AC_INCONSISTENT : -1, "%s", text);
}

static bool
read_file(const struct wheel_day *d, const struct wheel_ask *ask, struct utc now, struct wheel_metered *m,
    struct refusal *why)
{
	struct wheeling_heard h = { .count = 0 };
	char text[1000];

	if (wheel_metered_read(d, m->file, ask->data, ask->len, now, m, wheeling_hear, &h) == OK)
		return true;
	wheeling_hear_rest(&h);
	str_printf(text, sizeof(text), "nothing was taken: %s", h.text);
	return refuse(why, ERR_REFUSED, text);
}

/* What the entry is, and its row of the store. */
static void
put_entry(struct wheeling *w, const struct wheel_day *d, const struct wheel_metered *m, unsigned number, char *name,
    struct wbuf *blob, char *after, size_t size)
{
	char what[32], date[DATE_TEXT_MAX];
	unsigned utility = 0;

	for (unsigned i = 0; i < m->count; i++)
		utility += m->rows[i].is_utility;
	str_printf(after, size, "amounts of %s from %s: %u of the utility's meters, %u by hand",
	    date_text(date, sizeof(date), d->date), m->file, utility, m->count - utility);
	str_printf(what, sizeof(what), WHEELING_UTILITY "%03u", number);
	wheeling_name(name, d->date, what);
	wheeling_keep(w, d->date, name); /* the number is taken, also for who comes before the journal has this one */
	wheel_metered_put(blob, m);
}

bool
wheeling_metered_try(struct wheeling *w, const struct wheel_ask *ask, const struct actor *by, struct utc now,
    char *name, struct wbuf *blob, char *after, size_t size, struct refusal *why)
{
	int64_t today = utc_date(now, NULL);
	unsigned number;
	struct wheel_day d;
	char text[200], first[DATE_TEXT_MAX], last[DATE_TEXT_MAX];

	if (ask->date > today || ask->date < today - WHEELING_KEEP_DAYS) {
		str_printf(text, sizeof(text), "amounts are entered of %s to %s",
		    date_text(first, sizeof(first), today - WHEELING_KEEP_DAYS), date_text(last, sizeof(last), today));
		return refuse(why, ERR_NOT_FOUND, text);
	}
	if ((number = next_number(w, ask->date)) == 0)
		return refuse(why, ERR_TOO_BIG, "that day has 999 entries already");
	if (wheel_init(&d, &w->terms, ask->date, utc_of_date(ask->date, 0), utc_of_date(ask->date + 1, 0),
	        utc_of_date(ask->date - 1, w->set->file_by)) != OK)
		return refuse(why, ERR_FAILED, "that day has no whole number of half hours");
	struct wheel_metered *m = xcalloc(1, sizeof(*m));
	m->at = now;
	str_copy(m->author, sizeof(m->author), by->user);
	text_put_safe(m->file, sizeof(m->file), ask->name[0] != '\0' ? ask->name : "file", -1);
	str_copy(m->reason, sizeof(m->reason), ask->reason);
	bool ok = read_file(&d, ask, now, m, why);
	if (ok)
		put_entry(w, &d, m, number, name, blob, after, size);
	free(m);
	wheel_done(&d);
	return ok;
}

bool
wheeling_metered_take(struct wheeling *w, int64_t date, const void *data, size_t len)
{
	struct wheeling_day *y = wheeling_find(w, date);
	struct wheel_metered *m = xcalloc(1, sizeof(*m));
	bool is_read = wheel_metered_get(data, len, m);

	for (unsigned i = 0; is_read && y != NULL && i < m->count; i++) {
		const struct wheel_metered_row *r = &m->rows[i];
		int part = wheel_metered_part(&w->terms, m, r);
		if (part >= 0)
			(void)wheel_count_given(
			    &y->d, part == WHEEL_PARTS_MAX ? &y->made : &y->used[part], r->slot, r->kwh, r->is_utility);
	}
	free(m);
	return is_read;
}
