/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_ask.c - what is asked of a device when its turn comes: who it is, then orders, then the blocks of its scans.
 */
#include "config.h"

#include <assert.h>

#include "drivers/poll_private.h"

bool
poll_has_next(const struct device *d, struct moment now)
{
	if (d->state == DEVICE_OFF)
		return false;
	if (d->state != DEVICE_UP)
		return d->is_trying && d->in_flight == 0;
	if (d->in_flight >= d->cfg->outstanding)
		return false;
	return !d->is_identified || poll_next_order(d) != NULL || poll_has_read(d, now);
}

void
poll_ask_identity(const struct device *d, struct request *out)
{
	const struct cfg_identity *id = &d->cfg->identity;

	*out = (struct request){ .unit = d->cfg->unit, .table = id->table, .address = id->address, .count = 1 };
	if (d->locate == NULL)
		return;
	out->table = TABLE_HOLDING;
	discovery_next(&d->locate->discovery, &out->address, &out->count);
}

static bool
ask_order(struct device *d, struct moment now, struct request *out, struct errand *errand)
{
	struct order *o = poll_next_order(d);

	if (o == NULL)
		return false;
	o->is_sent = true;
	o->asked = now.mono;
	d->sent = o;
	*out = o->request;
	out->unit = d->cfg->unit;
	errand->order = o;
	return true;
}

static bool
ask_block(struct device *d, struct moment now, struct request *out, struct errand *errand)
{
	for (uint32_t i = 0; i < d->scan_count; i++) {
		struct scan *s = &d->scans[i];
		uint32_t n = scan_next(s, now);

		if (n == PLAN_NONE)
			continue;
		*out = (struct request){
			.unit = d->cfg->unit,
			.table = s->blocks[n].table,
			.address = s->blocks[n].address,
			.count = s->blocks[n].count,
		};
		errand->scan = s;
		errand->block = n;
		return true;
	}
	return false;
}

/* A probe needs some block to ask for: all refusals are forgotten if there is no other. */
static void
prepare_probe(struct device *d, struct moment now)
{
	if (d->watch_at.us != 0 && !d->watch.is_queued)
		poll_put_order(d, &d->watch, false);
	poll_start_idle(d, now);
	if (poll_next_order(d) != NULL || poll_has_read(d, now))
		return;
	for (uint32_t i = 0; i < d->scan_count; i++) {
		scan_restore(&d->scans[i]);
		poll_start_scan(d, &d->scans[i], now);
	}
	for (uint32_t i = 0; i < d->scan_count && !poll_has_read(d, now); i++)
		if (!scan_is_running(&d->scans[i]))
			scan_probe(
			    &d->scans[i]); /* all its scans are off, and yet it is to be known whether it answers */
}

void
poll_meet(struct device *d, uint32_t epoch, struct moment now)
{
	d->epoch = epoch;
	d->connects++;
	poll_forget_identity(d);
	for (uint32_t i = 0; i < d->scan_count; i++) {
		struct scan *s = &d->scans[i];
		bool was_running = scan_is_running(s);

		if (s->split_since.us == 0)
			continue;
		scan_restore(s);
		if (was_running)
			s->due = now.mono; /* begins again with the whole blocks */
	}
}

bool
poll_next(struct device *d, uint32_t epoch, struct moment now, struct request *out, struct errand *errand)
{
	*errand = (struct errand){ .round = d->round };
	if (!poll_has_next(d, now))
		return false;
	if (epoch != d->epoch) {
		assert(d->in_flight == 0);
		poll_meet(d, epoch, now);
		if (d->state == DEVICE_UP)
			poll_start_due(d, now);
	}
	if (!d->is_identified) {
		if (d->in_flight > 0)
			return false;
		poll_ask_identity(d, out);
	} else {
		if (d->state != DEVICE_UP)
			prepare_probe(d, now);
		if (!ask_order(d, now, out, errand) && !ask_block(d, now, out, errand))
			return false;
	}
	d->in_flight++;
	d->requests++;
	d->poll->requests++;
	d->is_dirty = true;
	return true;
}
