/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll.c - the devices' states, what failures make of them, and their life.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/poll_private.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define QUICK_SPREAD_US    (40 * US_PER_MS) /* over which retries at once are spread: whole sites fall together */
#define DESCRIPTOR_WAIT_US US_PER_S

/* xorshift64*: jitter needs no better. */
static uint32_t
random_below(struct poll *p, uint32_t below)
{
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	return (uint32_t)((p->random * UINT64_C(2685821657736338717) >> 33) % (below > 0 ? below : 1));
}

void
poll_sink(void *arg, struct utc time, const struct sample *samples, uint32_t count)
{
	struct device *d = arg;

	d->poll->ops->samples(d, time, samples, count, d->poll->arg);
}

void
poll_note(struct device *d, enum err e, const char *detail, struct moment now)
{
	d->error_count = e == d->error ? d->error_count + 1 : 1;
	d->error = e;
	d->error_time = now.utc;
	d->is_dirty = true;
	if (e == ERR_TIMEOUT || e == ERR_CONNECT_TIMEOUT || e == ERR_SPLIT_REPLY)
		d->timeouts++;
	else
		d->errors++;
	str_copy(d->detail, sizeof(d->detail), detail);
	log_once(&d->logged, e, "device %s: %s%s%s", d->cfg->name, err_text(e), detail[0] != '\0' ? ": " : "", detail);
}

/* ---- up and down */

static void
set_state(struct device *d, enum device_state state, struct moment now)
{
	if (d->state == state)
		return;
	d->state = (uint8_t)state;
	d->since = now.utc;
	d->is_dirty = true;
	d->poll->ops->state(d, d->poll->arg);
}

void
poll_come_up(struct device *d, struct moment now)
{
	d->fails = 0;
	d->is_trying = false;
	if (d->state == DEVICE_UP)
		return;
	log_once(&d->logged, OK, "device %s: answers", d->cfg->name);
	for (uint32_t i = 0; i < d->scan_count; i++)
		scan_reconsider(&d->scans[i]);
	set_state(d, DEVICE_UP, now);
}

void
poll_forget_identity(struct device *d)
{
	d->is_identified = !d->cfg->identity.present && d->locate == NULL;
	if (d->locate != NULL)
		discovery_begin(&d->locate->discovery);
}

/* Back-off, doubled from failure to failure, a quarter of jitter either way. */
static int64_t
back_off_us(struct device *d)
{
	int64_t delay = d->cfg->retry_min_us;

	for (uint32_t i = 0; i < d->fails && delay < d->cfg->retry_max_us; i++)
		delay *= 2;
	if (delay > d->cfg->retry_max_us)
		delay = d->cfg->retry_max_us;
	d->fails++;
	return delay * 3 / 4 + random_below(d->poll, (uint32_t)(delay / 2));
}

void
poll_go_down(struct device *d, enum err e, struct moment now)
{
	/* silence where no chain begins is no failure: the next address is tried at once */
	bool is_search =
	    e == ERR_TIMEOUT && d->locate != NULL && !d->is_identified && discovery_silent(&d->locate->discovery);
	enum device_state state = d->state == DEVICE_DOWN && is_search ? DEVICE_DOWN : DEVICE_CONNECTING;
	bool is_quick = d->state == DEVICE_UP && e != ERR_CONFIG && e != ERR_OTHER_DEVICE && e != ERR_NO_DESCRIPTOR &&
	    (d->quick_at.us == 0 || mono_diff_us(now.mono, d->quick_at) >= POLL_QUICK_US);

	d->in_flight = 0;
	d->round++;
	d->is_trying = false;
	poll_forget_identity(d);
	for (uint32_t i = 0; i < d->scan_count; i++)
		scan_abort(&d->scans[i]);
	if (is_search) {
		d->retry_at = mono_add(now.mono, random_below(d->poll, QUICK_SPREAD_US));
	} else if (is_quick) {
		d->quick_at = now.mono;
		d->retry_at = mono_add(now.mono, random_below(d->poll, QUICK_SPREAD_US));
	} else if (e == ERR_NO_DESCRIPTOR) {
		d->retry_at = mono_add(now.mono, DESCRIPTOR_WAIT_US + random_below(d->poll, DESCRIPTOR_WAIT_US));
	} else {
		d->retry_at = mono_add(now.mono, back_off_us(d));
	}
	set_state(d, is_quick || is_search ? state : DEVICE_DOWN, now);
	poll_drop_orders(d, e, false, now);
	poll_run(d, now);
}

/* ---- what failed */

void
poll_describe(const struct request *r, char *buf, size_t size)
{
	if (r->count == 1)
		str_printf(buf, size, "%s %u", mb_table_word(r->table), r->address);
	else
		str_printf(buf, size, "%s %u..%u", mb_table_word(r->table), r->address, r->address + r->count - 1u);
}

/* The order in flight, else the block that was asked for last. */
static void
describe_sent(const struct device *d, char *buf, size_t size)
{
	buf[0] = '\0';
	if (d->sent != NULL) {
		bool is_read = d->sent->request.kind == REQUEST_READ;

		str_copy(buf, size, is_read ? "" : "writing ");
		poll_describe(&d->sent->request, buf + strlen(buf), size - strlen(buf));
		return;
	}
	for (uint32_t i = 0; i < d->scan_count && d->in_flight > 0; i++) {
		for (uint32_t k = 0; k < d->scans[i].block_count; k++) {
			const struct block *b = &d->scans[i].blocks[k];
			struct request r = { .table = b->table, .address = b->address, .count = b->count };

			if (b->state == BLOCK_SENT) {
				poll_describe(&r, buf, size);
				return;
			}
		}
	}
}

void
poll_failed(struct device *d, enum err e, struct moment now)
{
	char where[64];

	if (d->state == DEVICE_OFF)
		return;
	describe_sent(d, where, sizeof(where));
	poll_note(d, e, where, now);
	poll_go_down(d, e, now);
}

void
poll_returned(struct device *d, const struct errand *errand, struct moment now)
{
	if (errand->round != d->round)
		return;
	assert(d->in_flight > 0);
	d->in_flight--;
	if (errand->scan != NULL) {
		errand->scan->blocks[errand->block].state = BLOCK_WANTED;
		errand->scan->cursor = 0;
	} else if (errand->is_guest) {
		poll_end_guest(d, ERR_TIMEOUT, NULL, now);
	} else if (errand->order != NULL) {
		struct order *o = errand->order;

		poll_take_order(d, o);
		if (o->request.kind == REQUEST_READ)
			poll_put_order(d, o, true);
		else
			o->done(o, ERR_TIMEOUT, NULL, now); /* never sent again by itself */
	}
	poll_run(d, now);
}

/* ---- life */

static int
by_period(const void *a, const void *b)
{
	const struct cfg_item *const *x = a, *const *y = b;

	if ((*x)->period_us != (*y)->period_us)
		return (*x)->period_us < (*y)->period_us ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

/* One scan a period, the quickest first. */
static void
build_scans(struct device *d)
{
	const struct setup *c = d->poll->config;
	const struct cfg_item **sorted = xcalloc(d->cfg->item_count + 1, sizeof(*sorted));
	uint32_t *numbers = xcalloc(d->cfg->item_count + 1, sizeof(*numbers));
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->cfg->item_count; i++)
		if (c->items[d->cfg->first_item + i].period_us != 0)
			sorted[n++] = &c->items[d->cfg->first_item + i];
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), by_period);
	for (uint32_t i = 0; i < n; i++) {
		numbers[i] = (uint32_t)(sorted[i] - c->items);
		d->scan_count += i == 0 || sorted[i]->period_us != sorted[i - 1]->period_us;
	}
	d->scans = xcalloc(d->scan_count + 1, sizeof(*d->scans));
	for (uint32_t i = 0, k = 0, from = 0; i < n; i++) {
		if (i + 1 < n && sorted[i + 1]->period_us == sorted[i]->period_us)
			continue;
		scan_init(&d->scans[k], c, d->poll->readings, d->cfg, numbers + from, i + 1 - from);
		d->scans[k++].period_us = sorted[i]->period_us;
		from = i + 1;
	}
	free(sorted);
	free(numbers);
}

/* Is there a block that can be asked for at all? Of a SunSpec device that is known when it was met. */
static bool
can_ask(const struct device *d)
{
	if (d->locate != NULL && d->scan_count > 0)
		return true;
	for (uint32_t i = 0; i < d->scan_count; i++)
		for (uint32_t k = 0; k < d->scans[i].block_count; k++)
			if (d->scans[i].blocks[k].refused == OK)
				return true;
	return false;
}

struct poll *
poll_new(struct setup *config, const struct poll_ops *ops, void *arg, struct timers *timers, uint64_t seed)
{
	struct poll *p = xcalloc(1, sizeof(*p));
	uint32_t most = 1;

	*p = (struct poll){ .config = config, .ops = ops, .arg = arg, .timers = timers, .random = seed | 1 };
	p->device_count = config->device_count;
	p->devices = xcalloc(p->device_count + 1, sizeof(*p->devices));
	p->readings = xcalloc(config->item_count + 1, sizeof(*p->readings));
	timers_reserve(timers, p->device_count);
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct device *d = &p->devices[i];

		d->cfg = &config->devices[i];
		d->poll = p;
		d->index = i;
		d->state = DEVICE_OFF;
		TAILQ_INIT(&d->orders);
		timer_init(&d->timer, poll_fire, d);
		if (d->cfg->sunspec != NULL) {
			d->locate = xcalloc(1, sizeof(*d->locate));
			locate_init(d->locate, d->cfg);
		}
		build_scans(d);
		if (d->cfg->item_count > most)
			most = d->cfg->item_count;
	}
	p->scratch = xcalloc(most, sizeof(*p->scratch));
	return p;
}

void
poll_free(struct poll *p, struct moment now)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct device *d = &p->devices[i];

		timer_stop(p->timers, &d->timer);
		d->state = DEVICE_OFF;
		poll_drop_orders(d, ERR_UNKNOWN, true, now);
		for (uint32_t k = 0; k < d->scan_count; k++)
			scan_done(&d->scans[k]);
		free(d->scans);
		free(d->locate);
	}
	timers_release(p->timers, p->device_count);
	free(p->devices);
	free(p->readings);
	free(p->scratch);
	free(p);
}

void
poll_start(struct poll *p, struct moment now)
{
	p->start = now.mono;
	for (uint32_t i = 0; i < p->device_count; i++) {
		struct device *d = &p->devices[i];

		d->since = now.utc;
		d->retry_at = now.mono;
		d->is_dirty = true;
		if (d->cfg->enabled && !can_ask(d) && d->cfg->first_output != UINT32_MAX)
			poll_build_watch(d, now);
		if (!d->cfg->enabled || (!can_ask(d) && d->watch_at.us == 0)) {
			if (d->cfg->enabled)
				str_copy(d->detail, sizeof(d->detail), "nothing to read");
			p->ops->state(d, p->arg);
			continue;
		}
		set_state(d, DEVICE_CONNECTING, now);
		timer_set(p->timers, &d->timer, now.mono);
	}
}
