/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling.c - the days that are worked with, and the second: what is counted, what is found, what is made by itself.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/wheeling_private.h"

#define SECOND_US (990 * US_PER_MS)
#define SAVE_US   (5 * 60 * US_PER_S)
#define TELL_US   (10 * 60 * US_PER_S)
#define AUTHOR    "chisand"
#define CLEAR     0.8 /* of the limit: below it the imbalance is no longer told */

/* ---- days */

int
wheeling_index(const struct wheeling *w, int64_t date)
{
	return w->first == 0 || date < w->first || date >= w->first + WHEELING_DAYS ? -1 : (int)(date - w->first);
}

struct wheeling_day *
wheeling_find(struct wheeling *w, int64_t date)
{
	int i = wheeling_index(w, date);

	return i < 0 ? NULL : &w->days[i];
}

const struct site_wheel_part *
wheeling_part(const struct wheeling *w, unsigned p)
{
	return &((const struct site_wheel_part *)w->set->parts.v)[p];
}

const struct wheel_version *
wheeling_shown(const struct wheeling_day *y)
{
	return y->draft != NULL ? y->draft : wheel_latest(&y->d);
}

static void
day_done(struct wheeling_day *y)
{
	wheel_done(&y->d);
	free(y->draft);
	memset(y, 0, sizeof(*y));
}

static void
day_begin(struct wheeling *w, struct wheeling_day *y, int64_t date)
{
	if (wheel_init(&y->d, &w->terms, date, utc_of_date(date, 0), utc_of_date(date + 1, 0),
	        utc_of_date(date - 1, w->set->file_by)) != OK)
		log_warn("self-wheeling: the day %lld has no whole number of half hours", (long long)date);
}

static void
forget_days(struct wheeling *w)
{
	for (unsigned i = 0; i < WHEELING_DAYS; i++)
		day_done(&w->days[i]);
	w->first = 0;
	w->epoch++;
}

/* Days that go are dropped from memory, days that come begin empty. */
static void
roll(struct wheeling *w, struct utc now)
{
	int64_t first = utc_date(now, NULL) - 1, by = first - w->first;

	/* a clock that is set back over midnight will soon be there again; days know their own times */
	if (w->first != 0 && (by == 0 || by == -1))
		return;
	if (w->first == 0 || by < 0 || by >= WHEELING_DAYS) {
		if (w->first != 0)
			log_warn("self-wheeling: the clock was set by days; plans that are saved come back with the "
			         "next start");
		forget_days(w);
		for (unsigned i = 0; i < WHEELING_DAYS; i++)
			day_begin(w, &w->days[i], first + i);
	} else {
		for (int64_t i = 0; i < by; i++)
			day_done(&w->days[i]);
		memmove(&w->days[0], &w->days[by], (size_t)(WHEELING_DAYS - by) * sizeof(w->days[0]));
		for (int64_t i = WHEELING_DAYS - by; i < WHEELING_DAYS; i++) {
			memset(&w->days[i], 0, sizeof(w->days[i]));
			day_begin(w, &w->days[i], first + i);
		}
	}
	w->first = first;
	wheeling_let_go(w, first - WHEELING_KEEP_DAYS, now);
}

bool
wheeling_is_changed(const struct wheeling_day *y, unsigned slot)
{
	const struct wheel_version *latest = wheel_latest(&y->d);

	if (y->draft == NULL)
		return false;
	if (latest == NULL)
		return !isnan(y->draft->plan.generation[slot]);
	return !wheel_is_same(y->d.terms, &y->draft->plan, &latest->plan, slot);
}

/* ---- by itself */

/* A gate that closed over a change that was not filed: the draft has there what is filed. */
static void
close_gates(struct wheeling *w, struct wheeling_day *y, struct utc now, struct mono mono)
{
	const struct wheel_version *latest = wheel_latest(&y->d);
	unsigned first = 0, count = 0;
	char date[DATE_TEXT_MAX];

	if (y->draft == NULL || y->is_held)
		return;
	for (unsigned slot = 0; slot < y->d.slots && now.us >= wheel_gate(&y->d, slot).us; slot++) {
		if (!wheeling_is_changed(y, slot))
			continue;
		y->draft->plan.generation[slot] = latest != NULL ? latest->plan.generation[slot] : (double)NAN;
		for (unsigned p = 0; p < w->terms.part_count; p++)
			y->draft->plan.part[p][slot] = latest != NULL ? latest->plan.part[p][slot] : (double)NAN;
		if (count++ == 0)
			first = slot;
	}
	if (count == 0)
		return;
	y->draft->number = ++y->edits;
	logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL,
	    "plan of %s: the gate of slot %u%s closed over a change in the draft that was not filed; what is filed "
	    "holds "
	    "there",
	    date_text(date, sizeof(date), y->d.date), first + 1, count > 1 ? " and of others" : "");
	wheeling_save_draft(w, y, now);
}

static void
make_by_itself(struct wheeling *w, struct wheeling_day *y, struct utc now, struct mono mono)
{
	char date[DATE_TEXT_MAX], why[400];
	unsigned missing;

	if (w->set->make_at == 0 || y->draft != NULL || y->is_held || y->d.version_count > 0 || y->edits > 0 ||
	    now.us < utc_of_date(y->d.date - 1, w->set->make_at).us || now.us >= y->d.file_by.us)
		return;
	y->draft = wheeling_make(w, y, AUTHOR, now, &missing, why, sizeof(why));
	if (y->draft == NULL)
		return; /* tried again: a plan may come */
	y->draft->number = ++y->edits;
	logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL,
	    "plan of %s: a draft was made from what is foreseen, %u of %u slots; a person files it",
	    date_text(date, sizeof(date), y->d.date), y->d.slots - missing, y->d.slots);
	wheeling_save_draft(w, y, now);
}

/* ---- what is found */

static bool
is_soon(struct utc at, struct utc now, int64_t within_us)
{
	return now.us < at.us && now.us >= at.us - within_us;
}

static unsigned
find_filing(struct wheeling *w, struct wheeling_day *y, struct utc now, struct mono mono)
{
	const struct wheel_version *latest = wheel_latest(&y->d);
	char date[DATE_TEXT_MAX];

	if (latest != NULL)
		return 0;
	if (is_soon(y->d.file_by, now, w->set->remind_us))
		return WHEEL_NOT_YET;
	if (now.us < y->d.file_by.us)
		return 0;
	if (!y->was_told_not_filed &&
	    utc_diff_us(now, y->d.file_by) < TELL_US) /* after a restart it is not said again */
		logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL,
		    "plan of %s was not filed in time; what is filed from now on is late",
		    date_text(date, sizeof(date), y->d.date));
	y->was_told_not_filed = true;
	return WHEEL_NOT_FILED;
}

static unsigned
find_gates(const struct wheeling *w, const struct wheeling_day *y, struct utc now)
{
	const struct wheel_version *latest = wheel_latest(&y->d);
	unsigned found = 0;

	for (unsigned slot = 0; slot < y->d.slots; slot++) {
		if (!is_soon(wheel_gate(&y->d, slot), now, w->set->remind_us))
			continue;
		if (wheeling_is_changed(y, slot))
			found |= WHEEL_UNFILED;
		if (latest != NULL && latest->answer == WHEEL_PENDING)
			found |= WHEEL_AWAITED;
	}
	return found;
}

static unsigned
find_imbalance(struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now)
{
	const struct wheel_version *v = wheel_in_force(&y->d);
	struct wheel_foreseen f = wheeling_foresee(w, y, slot, now);
	double made = wheel_planned(&y->d, v, WHEEL_GENERATION, slot),
	       used = wheel_planned(&y->d, v, WHEEL_DEMAND, slot);
	double made_short = wheel_shortage(WHEEL_GENERATION, made, f.made),
	       use_short = wheel_shortage(WHEEL_DEMAND, used, f.used), miss = wheel_imbalance(made_short, use_short);
	double limit = wheeling_limit(w, made, used);

	w->facts.plan_kwh = made;
	w->facts.use_kwh = used;
	w->facts.made_kwh = wheel_counted(&y->d, &y->made, slot).kwh;
	w->facts.imbalance_kwh = miss;
	w->facts.made_short_kwh = made_short;
	w->facts.use_short_kwh = use_short;
	if (isnan(made))
		return WHEEL_UNPLANNED;
	w->is_over = !isnan(limit) && wheel_alarm(w->is_over, miss, limit, CLEAR * limit);
	return w->is_over ? WHEEL_IMBALANCE : 0;
}

static void
find_all(struct wheeling *w, struct utc now, struct mono mono)
{
	struct wheeling_day *today = &w->days[1];
	int slot = wheel_slot_at(&today->d, now);

	w->facts = (struct wheel_facts){ true, 0, (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN,
		(double)NAN };
	w->flags = find_filing(w, &w->days[2], now, mono);
	for (unsigned i = 1; i < WHEELING_DAYS; i++)
		w->flags |= find_gates(w, &w->days[i], now);
	if (slot >= 0)
		w->flags |= find_imbalance(w, today, (unsigned)slot, now);
	w->facts.flags = w->flags;
}

/* ---- the second */

void
wheeling_tick(struct wheeling *w, struct utc now, struct mono mono)
{
	if (w->set == NULL || !utc_is_plausible(now) ||
	    (w->second.us != 0 && mono_diff_us(mono, w->second) < SECOND_US))
		return;
	w->second = mono;
	roll(w, now);
	wheeling_count(w);
	wheeling_learn(w, now);
	for (unsigned i = 1; i < WHEELING_DAYS; i++)
		close_gates(w, &w->days[i], now, mono);
	make_by_itself(w, &w->days[2], now, mono);
	find_all(w, now, mono);
	if (w->saved_at.us == 0)
		w->saved_at = mono;
	if (mono_diff_us(mono, w->saved_at) >= SAVE_US) {
		w->saved_at = mono;
		wheeling_save_meters(w, now);
	}
}

void
wheeling_filed(const struct wheeling *w, struct utc now, double *filed_kw, double *made_kwh)
{
	int i = w->set == NULL ? -1 : wheeling_index(w, utc_date(now, NULL));
	const struct wheeling_day *y = i < 0 ? NULL : &w->days[i];
	int slot = y == NULL ? -1 : wheel_slot_at(&y->d, now);

	*filed_kw = *made_kwh = (double)NAN;
	if (slot < 0)
		return;
	*filed_kw = 2 * wheel_planned(&y->d, wheel_in_force(&y->d), WHEEL_GENERATION, (unsigned)slot);
	/* With what went out since the counter was read. What of the slot nobody saw is not known: then the guard's own count stands. */
	struct wheel_amount a = wheel_counted(&y->d, &y->made, (unsigned)slot);
	int64_t unseen = utc_diff_us(now, wheel_slot_start(&y->d, (unsigned)slot)) - y->made.covered_us[slot];
	if ((a.marks & WHEEL_MISSING) == 0 && unseen <= WHEEL_UNCOVERED_US)
		*made_kwh = a.kwh + wheeling_power(w) * (double)unseen / (3600.0 * (double)US_PER_S);
}

void
wheeling_facts(const struct wheeling *w, struct wheel_facts *f)
{
	*f = w->facts;
	f->is_there = w->set != NULL && w->facts.is_there;
}

/* ---- life */

/* Are they still the same parts, on the same terms? */
static bool
is_same(const struct wheeling *w, const struct site_wheel *s)
{
	const struct site_wheel_part *parts = s->parts.v;

	if (w->set == NULL || w->terms.part_count != s->parts.n || w->terms.loss_share != s->loss_pct / 100 ||
	    w->days[1].d.file_by.us != utc_of_date(w->first, s->file_by).us)
		return false;
	for (uint32_t i = 0; i < s->parts.n; i++)
		if (strcmp(w->names[i], parts[i].name) != 0)
			return false;
	return true;
}

void
wheeling_site(struct wheeling *w, struct table *t, struct utc now, struct mono mono)
{
	const struct site_wheel *s = t != NULL ? table_site(t)->wheel : NULL;
	bool goes_on = s != NULL && w->first != 0 && is_same(w, s);

	w->table = t;
	if (!goes_on) {
		if (w->set != NULL && s != NULL)
			logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL,
			    "the site file has other parts, another loss or filing time: plans are to be made and "
			    "filed anew");
		forget_days(w);
		memset(&w->facts, 0, sizeof(w->facts));
	}
	w->set = s;
	w->second.us = 0;
	if (s == NULL)
		return;
	w->terms =
	    (struct wheel_terms){ .part_count = s->parts.n, .loss_share = s->loss_pct / 100, .gate_us = s->gate_us };
	for (uint32_t i = 0; i < s->parts.n; i++) {
		str_copy(w->names[i], sizeof(w->names[i]), wheeling_part(w, i)->name);
		w->terms.parts[i] = w->names[i];
	}
	wheeling_bind(w);
	if (!goes_on || w->learned == NULL)
		wheeling_learn_begin(w, now);
	if (utc_is_plausible(now))
		roll(w, now);
}

struct wheeling *
wheeling_new(struct logbook *l, const struct plans *p, const struct wheeling_ops *ops, void *arg)
{
	struct wheeling *w = xcalloc(1, sizeof(*w));

	w->log = l;
	w->plans = p;
	w->ops = ops;
	w->arg = arg;
	return w;
}

void
wheeling_free(struct wheeling *w)
{
	if (w == NULL)
		return;
	forget_days(w);
	free(w->learned);
	free(w->prices);
	free(w->kept);
	free(w);
}
