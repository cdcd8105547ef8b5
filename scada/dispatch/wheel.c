/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel.c - a day's slots, their gates, and the versions of its plan.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/dispatch/wheel.h"
#include "scada/dispatch/wheel_private.h"

enum err
wheel_init(struct wheel_day *d, const struct wheel_terms *terms, int64_t date, struct utc start, struct utc end,
    struct utc file_by)
{
	int64_t us = utc_diff_us(end, start);
	*d = (struct wheel_day){ .date = date, .start = start, .file_by = file_by, .terms = terms };
	if (us % WHEEL_SLOT_US != 0 || us < 46 * WHEEL_SLOT_US || us > WHEEL_SLOTS_MAX * WHEEL_SLOT_US)
		return ERR_USAGE;
	if (file_by.us > start.us || terms->part_count > WHEEL_PARTS_MAX ||
	    !(terms->loss_share >= 0 && terms->loss_share < 1))
		return ERR_USAGE;
	d->slots = (unsigned)(us / WHEEL_SLOT_US);
	return OK;
}

void
wheel_untake(struct wheel_day *d)
{
	if (d->version_count > 0)
		free(d->versions[--d->version_count]);
}

void
wheel_done(struct wheel_day *d)
{
	for (unsigned i = 0; i < d->version_count; i++)
		free(d->versions[i]);
	free(d->versions);
	d->versions = NULL;
	d->version_count = 0;
}

/* ---- the clock */

struct utc
wheel_slot_start(const struct wheel_day *d, unsigned slot)
{
	return utc_add(d->start, slot * WHEEL_SLOT_US);
}

struct utc
wheel_gate(const struct wheel_day *d, unsigned slot)
{
	return utc_add(wheel_slot_start(d, slot), -(d->terms->gate_us != 0 ? d->terms->gate_us : WHEEL_GATE_US));
}

int
wheel_slot_at(const struct wheel_day *d, struct utc t)
{
	int64_t us = utc_diff_us(t, d->start);
	return us < 0 || us >= d->slots * WHEEL_SLOT_US ? -1 : (int)(us / WHEEL_SLOT_US);
}

enum wheel_phase
wheel_phase(const struct wheel_day *d, unsigned slot, struct utc now)
{
	struct utc start = wheel_slot_start(d, slot);
	if (now.us >= start.us + WHEEL_SLOT_US)
		return WHEEL_OVER;
	if (now.us >= start.us)
		return WHEEL_RUNNING;
	if (now.us >= wheel_gate(d, slot).us)
		return WHEEL_CLOSED;
	return now.us >= d->file_by.us ? WHEEL_OPEN : WHEEL_AHEAD;
}

/* ---- versions */

const struct wheel_version *
wheel_version(const struct wheel_day *d, unsigned number)
{
	return number >= 1 && number <= d->version_count ? d->versions[number - 1] : NULL;
}

const struct wheel_version *
wheel_latest(const struct wheel_day *d)
{
	for (unsigned n = d->version_count; n > 0; n--)
		if (d->versions[n - 1]->answer == WHEEL_PENDING || d->versions[n - 1]->answer == WHEEL_ACCEPTED)
			return d->versions[n - 1];
	return NULL;
}

const struct wheel_version *
wheel_in_force(const struct wheel_day *d)
{
	for (unsigned n = d->version_count; n > 0; n--)
		if (d->versions[n - 1]->answer == WHEEL_ACCEPTED)
			return d->versions[n - 1];
	return NULL;
}

const struct wheel_version *
wheel_day_ahead(const struct wheel_day *d)
{
	for (unsigned n = d->version_count; n > 0; n--) {
		const struct wheel_version *v = d->versions[n - 1];
		if (v->answer == WHEEL_ACCEPTED && v->submitted_at.us < d->file_by.us)
			return v;
	}
	return NULL;
}

bool
wheel_is_same(const struct wheel_terms *t, const struct wheel_plan *a, const struct wheel_plan *b, unsigned slot)
{
	if (!wheel_is_equal(a->generation[slot], b->generation[slot]))
		return false;
	for (unsigned p = 0; p < t->part_count; p++)
		if (!wheel_is_equal(a->part[p][slot], b->part[p][slot]))
			return false;
	return true;
}

enum wheel_standing
wheel_standing(const struct wheel_day *d, unsigned slot)
{
	const struct wheel_version *latest = wheel_latest(d), *force = wheel_in_force(d), *ahead = wheel_day_ahead(d);
	if (latest != force && (force == NULL || !wheel_is_same(d->terms, &latest->plan, &force->plan, slot)))
		return isnan(latest->plan.generation[slot]) ? WHEEL_NONE : WHEEL_SUBMITTED;
	if (force == NULL || isnan(force->plan.generation[slot]))
		return WHEEL_NONE;
	if (ahead == NULL || isnan(ahead->plan.generation[slot]))
		return WHEEL_LATE;
	return wheel_is_same(d->terms, &ahead->plan, &force->plan, slot) ? WHEEL_FILED : WHEEL_CHANGED;
}

double
wheel_demand(const struct wheel_terms *t, const struct wheel_plan *p, unsigned slot)
{
	double sum = 0;
	if (isnan(p->generation[slot]))
		return (double)NAN;
	for (unsigned i = 0; i < t->part_count; i++)
		sum += p->part[i][slot];
	return round(sum * (1 + t->loss_share) * 1000) / 1000;
}

double
wheel_planned(const struct wheel_day *d, const struct wheel_version *v, enum wheel_side side, unsigned slot)
{
	if (v == NULL || slot >= d->slots)
		return (double)NAN;
	return side == WHEEL_GENERATION ? v->plan.generation[slot] : wheel_demand(d->terms, &v->plan, slot);
}
