/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saving_days.c - a slot a day; a day that is asked for takes the slot of another one.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/report/saving_days.h"
#include "scada/store/filing.h"

#define SLOTS 800 /* two years, as a contract of the greatest of twelve months looks back */

struct saving_days {
	struct saving_day slots[SLOTS];
};

struct saving_days *
saving_days_new(void)
{
	return xcalloc(1, sizeof(struct saving_days));
}

void
saving_day_done(struct saving_day *d)
{
	free(d->amounts);
	free(d->known_ms);
	*d = (struct saving_day){ 0 };
}

void
saving_days_forget(struct saving_days *d)
{
	for (unsigned i = 0; d != NULL && i < SLOTS; i++)
		saving_day_done(&d->slots[i]);
}

void
saving_days_free(struct saving_days *d)
{
	saving_days_forget(d);
	free(d);
}

/* Is what is kept of the day still what history would say? */
static bool
holds(const struct report_source *src, const struct uses *u, int64_t date, struct saving_day *d)
{
	int64_t newest;
	if (!d->is_kept || d->date != date || d->count != u->count)
		return false;
	newest = query_late_newest(src->query);
	if (newest != d->late && query_is_late(src->query, d->late, d->from, d->to))
		return false;
	d->late = newest;
	return true;
}

static enum err
read(const struct report_source *src, const struct uses *u, const struct dispatched_meters *m, int64_t date,
    struct saving_day *d)
{
	int64_t now = src->now.us / US_PER_MS;
	enum err e = OK;
	saving_day_done(d);
	d->date = date;
	d->from = calendar_begin(date);
	d->to = calendar_begin(date + 1);
	d->late = query_late_newest(src->query);
	d->count = u->count;
	d->amounts = xcalloc(u->count + 1, sizeof(*d->amounts));
	d->known_ms = xcalloc(u->count + 1, sizeof(*d->known_ms));
	for (unsigned i = 0; i < u->count && e == OK; i++)
		e = use_amount(src, u, i, d->from, d->to < now ? d->to : now, &d->amounts[i], &d->known_ms[i]);
	if (e == OK)
		e = dispatched_read(src, m, d->from, d->to, &d->half);
	/* Samples of the last minutes may still be on their way. */
	d->is_kept = e == OK && d->to + FILING_DELAY_MS <= now;
	return e;
}

enum err
saving_day_read(const struct report_source *src, const struct uses *u, const struct dispatched_meters *m, int64_t date,
    struct saving_day *scratch, const struct saving_day **out)
{
	struct saving_day *d = src->days != NULL ? &src->days->slots[(uint64_t)date % SLOTS] : scratch;
	*out = d;
	return holds(src, u, date, d) ? OK : read(src, u, m, date, d);
}
