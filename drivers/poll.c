/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll.c - the devices' states, and the turns of their scans.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/poll.h"
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

static void
sink(void *arg, struct utc time, const struct sample *samples, uint32_t count)
{
	struct device *d = arg;

	d->poll->ops->samples(d, time, samples, count, d->poll->arg);
}

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

/* ---- when */

/* The next place of a scan on its grid: every device has its own phase, by the golden ratio. */
static struct mono
next_due(const struct device *d, const struct scan *s, struct moment now)
{
	int64_t period = s->period_us;
	int64_t phase = (int64_t)((uint64_t)period * ((d->index + 1) * UINT32_C(2654435769)) >> 32);
	int64_t since = now.mono.us - d->poll->start.us - phase;
	int64_t turns = since < 0 ? 0 : since / period + 1;

	return mono_add(d->poll->start, phase + turns * period);
}

static void
start_scan(struct device *d, struct scan *s, struct moment now)
{
	s->due = next_due(d, s, now);
	scan_start(s, now, &(struct scan_out){ sink, d, d->poll->scratch });
}

/* Starts what is due; what should have begun long ago is counted. */
static void
start_due(struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++) {
		struct scan *s = &d->scans[i];
		int64_t late = mono_diff_us(now.mono, s->due);

		if (late < 0 || scan_is_running(s))
			continue;
		if (late > s->period_us / 2)
			d->poll->late += 1 + (uint32_t)(late / s->period_us);
		start_scan(d, s, now);
	}
}

static bool
has_read(const struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++)
		if (scan_has_work(&d->scans[i], now))
			return true;
	return false;
}

/* The nearest time at which an idle device that is up has something to do. */
static struct mono
next_wake(const struct device *d, struct moment now)
{
	int64_t at = INT64_MAX;

	if (d->watch_at.us != 0 && !d->watch.is_queued)
		at = d->watch_at.us;
	for (uint32_t i = 0; i < d->scan_count; i++) {
		const struct scan *s = &d->scans[i];

		if (!scan_is_running(s) && s->due.us < at)
			at = s->due.us;
		if (scan_is_running(s) && s->busy_until.us > now.mono.us && s->busy_until.us < at)
			at = s->busy_until.us;
	}
	return (struct mono){ at };
}

static void
put_order(struct device *d, struct order *o, bool is_first)
{
	assert(!o->is_queued);
	o->is_queued = true;
	o->is_sent = false;
	if (is_first)
		TAILQ_INSERT_HEAD(&d->orders, o, entry);
	else
		TAILQ_INSERT_TAIL(&d->orders, o, entry);
}

static void
take_order(struct device *d, struct order *o)
{
	TAILQ_REMOVE(&d->orders, o, entry);
	o->is_queued = false;
	if (d->sent == o)
		d->sent = NULL;
}

/* The order that may be sent now: all to a device that is up, reads to see whether it is. */
static struct order *
next_order(const struct device *d)
{
	struct order *o;

	if (d->sent != NULL)
		return NULL;
	TAILQ_FOREACH(o, &d->orders, entry) {
		if (d->state == DEVICE_UP || o->request.kind == REQUEST_READ)
			return o;
	}
	return NULL;
}

static void
run(struct device *d, struct moment now)
{
	struct mono wake = d->retry_at;

	if (d->state == DEVICE_UP) {
		if (d->watch_at.us != 0 && !d->watch.is_queued && mono_diff_us(now.mono, d->watch_at) >= 0)
			put_order(d, &d->watch, false);
		start_due(d, now);
		wake = next_wake(d, now);
	} else if (!d->is_trying && mono_diff_us(now.mono, d->retry_at) >= 0) {
		d->is_trying = true;
	}
	if (d->is_trying || wake.us == INT64_MAX)
		timer_stop(d->poll->timers, &d->timer);
	else
		timer_set(d->poll->timers, &d->timer, wake);
	if (poll_has_next(d, now))
		d->poll->ops->want(d, now, d->poll->arg);
}

static void
device_fire(struct timer *t, struct moment now)
{
	run(t->arg, now);
}

/* ---- what */

bool
poll_has_next(const struct device *d, struct moment now)
{
	if (d->state == DEVICE_OFF)
		return false;
	if (d->state != DEVICE_UP)
		return d->is_trying && d->in_flight == 0;
	if (d->in_flight >= d->cfg->outstanding)
		return false;
	return !d->is_identified || next_order(d) != NULL || has_read(d, now);
}

static void
ask_identity(const struct device *d, struct request *out)
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
	struct order *o = next_order(d);

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

static void
start_idle(struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++)
		if (!scan_is_running(&d->scans[i]))
			start_scan(d, &d->scans[i], now);
}

/* A probe needs some block to ask for: all refusals are forgotten if there is no other. */
static void
prepare_probe(struct device *d, struct moment now)
{
	if (d->watch_at.us != 0 && !d->watch.is_queued)
		put_order(d, &d->watch, false);
	start_idle(d, now);
	if (next_order(d) != NULL || has_read(d, now))
		return;
	for (uint32_t i = 0; i < d->scan_count; i++) {
		scan_restore(&d->scans[i]);
		start_scan(d, &d->scans[i], now);
	}
	for (uint32_t i = 0; i < d->scan_count && !has_read(d, now); i++)
		if (!scan_is_running(&d->scans[i]))
			scan_probe(
			    &d->scans[i]); /* all its scans are off, and yet it is to be known whether it answers */
}

/* Who it is has to be asked again. */
static void
forget_identity(struct device *d)
{
	d->is_identified = !d->cfg->identity.present && d->locate == NULL;
	if (d->locate != NULL)
		discovery_begin(&d->locate->discovery);
}

/* Whoever answers on a new connection may be another device, with other registers. */
static void
meet(struct device *d, uint32_t epoch, struct moment now)
{
	d->epoch = epoch;
	d->connects++;
	forget_identity(d);
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
		meet(d, epoch, now);
		if (d->state == DEVICE_UP)
			start_due(d, now);
	}
	if (!d->is_identified) {
		if (d->in_flight > 0)
			return false;
		ask_identity(d, out);
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

static void
lay_watch(struct device *d)
{
	const struct cfg_output *o = &d->poll->config->outputs[d->cfg->first_output];

	d->watch.request = (struct request){ .table = o->table, .address = o->address };
	d->watch.request.count = (uint16_t)raw_type_registers(o->type);
}

/* ---- what came of it */

static void
come_up(struct device *d, struct moment now)
{
	d->fails = 0;
	d->is_trying = false;
	if (d->state == DEVICE_UP)
		return;
	log_once(&d->logged, OK, "device %s: answers", d->cfg->name);
	set_state(d, DEVICE_UP, now);
}

/* Why an order that was sent has no outcome: no reason that says that it was refused, or never sent. */
static enum err
unknown_by(enum err e)
{
	bool is_known = e == OK || e == ERR_NOT_CONNECTED || e == ERR_RANGE || e == ERR_DISABLED || e == ERR_CONFIG ||
	    e == ERR_OTHER_DEVICE || (e >= ERR_EXC_FUNCTION && e <= ERR_EXC_OTHER);

	return is_known ? ERR_UNKNOWN : e;
}

/*
 * Nothing that was sent will be answered: its outcome is not known. What was not sent is not sent, but for what waits until the device
 * is back. The device is down already for whoever is told.
 */
static void
drop_orders(struct device *d, enum err e, bool is_all, struct moment now)
{
	struct orders gone = TAILQ_HEAD_INITIALIZER(gone);
	struct order *o, *next;

	for (o = TAILQ_FIRST(&d->orders); o != NULL; o = next) {
		next = TAILQ_NEXT(o, entry);
		if (o->is_patient && !o->is_sent && !is_all)
			continue;
		take_order(d, o);
		TAILQ_INSERT_TAIL(&gone, o, entry);
	}
	while ((o = TAILQ_FIRST(&gone)) != NULL) {
		TAILQ_REMOVE(&gone, o, entry);
		o->done(o, o->is_sent ? unknown_by(e) : ERR_NOT_CONNECTED, NULL, now);
	}
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

static void
go_down(struct device *d, enum err e, struct moment now)
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
	forget_identity(d);
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
	drop_orders(d, e, false, now);
	run(d, now);
}

static void
describe(const struct request *r, char *buf, size_t size)
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
		describe(&d->sent->request, buf + strlen(buf), size - strlen(buf));
		return;
	}
	for (uint32_t i = 0; i < d->scan_count && d->in_flight > 0; i++) {
		for (uint32_t k = 0; k < d->scans[i].block_count; k++) {
			const struct block *b = &d->scans[i].blocks[k];
			struct request r = { .table = b->table, .address = b->address, .count = b->count };

			if (b->state == BLOCK_SENT) {
				describe(&r, buf, size);
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
	go_down(d, e, now);
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
	} else if (errand->order != NULL) {
		struct order *o = errand->order;

		take_order(d, o);
		if (o->request.kind == REQUEST_READ)
			put_order(d, o, true);
		else
			o->done(o, ERR_TIMEOUT, NULL, now); /* never sent again by itself */
	}
	run(d, now);
}

/* An exception is the device's answer, and a line in its record. */
static void
note_exception(struct device *d, const struct request *r, const struct answer *a, struct moment now)
{
	char where[64], text[112];

	describe(r, where, sizeof(where));
	if (a->err == ERR_EXC_OTHER)
		str_printf(text, sizeof(text), "%s, exception %u", where, a->exception);
	else
		str_printf(text, sizeof(text), "%s", where);
	poll_note(d, a->err, text, now);
}

/* Of a write that the unit behind a gateway may have taken, only its answer being lost, nothing is known. */
static void
end_order(struct order *o, const struct answer *a, struct moment now)
{
	bool is_lost = a->err == ERR_EXC_GATEWAY_TARGET && o->request.kind != REQUEST_READ;

	o->done(o, is_lost ? ERR_TIMEOUT : a->err, a->err == OK ? a : NULL, now);
}

/* Its addresses have changed: what was laid out for the old ones is laid out anew, and what was to be sent to them is not. */
static void
relocate(struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++)
		scan_replan(&d->scans[i], d->cfg);
	if (d->watch_at.us != 0)
		lay_watch(d);
	drop_orders(d, ERR_NOT_CONNECTED, true, now);
}

static void
take_discovery(struct device *d, const struct answer *a, struct moment now)
{
	char why[DEVICE_DETAIL] = "";
	enum err e = discovery_answer(&d->locate->discovery, a->err, a->data, why, sizeof(why));
	bool is_other = false;

	if (e == ERR_BUSY) {
		run(d, now);
		return;
	}
	if (e == OK) {
		e = locate_check(d->locate, d->cfg, why, sizeof(why));
		is_other = e != OK;
	}
	if (e != OK) {
		poll_note(d, e, why, now);
		go_down(d, e, now);
		if (is_other)
			d->poll->ops->drop(d, now, d->poll->arg);
		return;
	}
	d->is_identified = true;
	if (locate_lay(d->locate, d->poll->config, d->index)) {
		if (d->locate->discovery.chain.note[0] != '\0')
			log_warn("device %s: %s", d->cfg->name, d->locate->discovery.chain.note);
		relocate(d, now);
	}
	if (d->state != DEVICE_UP)
		start_idle(d, now);
	come_up(d, now);
}

static void
check_identity(struct device *d, const struct answer *a, struct moment now)
{
	const struct cfg_identity *id = &d->cfg->identity;
	struct request r;
	unsigned is;
	char text[112];

	if (d->locate != NULL) {
		take_discovery(d, a, now);
		return;
	}
	ask_identity(d, &r);
	if (a->err != OK) {
		note_exception(d, &r, a, now);
		go_down(d, a->err == ERR_EXC_ADDRESS ? ERR_CONFIG : a->err, now);
		return;
	}
	is = (unsigned)a->data[0] << 8 | a->data[1];
	if ((is & id->mask) == (id->equals & id->mask)) {
		d->is_identified = true;
		if (d->state != DEVICE_UP)
			start_idle(d, now);
		come_up(d, now);
		return;
	}
	str_printf(text, sizeof(text), "%s %u is 0x%04X, 0x%04X was expected (mask 0x%04X)", mb_table_word(id->table),
	    id->address, is, id->equals, id->mask);
	poll_note(d, ERR_OTHER_DEVICE, text, now);
	go_down(d, ERR_OTHER_DEVICE, now);
	d->poll->ops->drop(d, now, d->poll->arg);
}

/*
 * When the device looked. What was asked before an order was answered may show it as it was before the order, so that it must not
 * bear a later time than the answer.
 */
static struct utc
middle_of(const struct device *d, struct mono sent, struct moment now)
{
	struct utc middle = utc_add(now.utc, -(mono_diff_us(now.mono, sent) / 2));

	if (mono_diff_us(sent, d->answered.mono) < 0 && middle.us > d->answered.utc.us)
		return d->answered.utc;
	return middle;
}

static void
answer_block(struct device *d, const struct errand *errand, const struct answer *a, struct mono sent, struct moment now)
{
	struct utc middle = middle_of(d, sent, now);
	const struct block *b = &errand->scan->blocks[errand->block];
	struct request r = { .table = b->table, .address = b->address, .count = b->count };

	if (a->err != OK)
		note_exception(d, &r, a, now);
	scan_answer(errand->scan, errand->block, a, now, middle, &(struct scan_out){ sink, d, d->poll->scratch });
}

void
poll_answered(
    struct device *d, const struct errand *errand, const struct answer *a, struct mono sent, struct moment now)
{
	int64_t took = mono_diff_us(now.mono, sent);

	if (errand->round != d->round)
		return;
	assert(d->in_flight > 0);
	d->in_flight--;
	d->is_dirty = true;
	d->answer_us = d->answer_us == 0 ? (uint32_t)took : (uint32_t)((d->answer_us * INT64_C(7) + took) / 8);
	if (a->err == ERR_EXC_GATEWAY_PATH || a->err == ERR_EXC_GATEWAY_TARGET) {
		struct order *o = errand->order;

		poll_note(d, a->err, "", now);
		if (o != NULL)
			take_order(d, o);
		go_down(d, a->err, now);
		if (o != NULL)
			end_order(o, a, now);
		return;
	}
	if (errand->order == NULL && errand->scan == NULL) {
		check_identity(d, a, now);
		if (d->state == DEVICE_UP)
			run(d, now);
		return;
	}
	if (errand->order != NULL) {
		take_order(d, errand->order);
		d->answered = now;
		if (a->err != OK)
			note_exception(d, &errand->order->request, a, now);
		come_up(d, now);
		end_order(errand->order, a, now);
	} else {
		answer_block(d, errand, a, sent, now);
		come_up(d, now);
	}
	run(d, now);
}

/* ---- orders */

enum err
poll_order(struct device *d, struct order *o, bool is_first, struct moment now)
{
	if (d->state == DEVICE_OFF)
		return ERR_DISABLED;
	if (d->state != DEVICE_UP && !o->is_patient)
		return ERR_NOT_CONNECTED;
	put_order(d, o, is_first);
	run(d, now);
	return OK;
}

struct request
poll_show_request(struct device *d, uint32_t item, struct scan **scan, struct block *block)
{
	struct plan_item p = plan_item(&d->poll->config->items[item], item);

	*scan = NULL;
	for (uint32_t i = 0; i < d->scan_count && *scan == NULL; i++)
		if (scan_find(&d->scans[i], item, block))
			*scan = &d->scans[i];
	if (*scan != NULL)
		return (struct request){ .table = block->table, .address = block->address, .count = block->count };
	return (struct request){ .table = p.table, .address = p.lo, .count = (uint16_t)(p.hi - p.lo + 1) };
}

void
poll_show(struct device *d, uint32_t item, struct scan *scan, const struct block *block, const struct order *o,
    enum err e, const struct answer *a, struct moment now)
{
	struct scan_out out = { sink, d, d->poll->scratch };
	const struct cfg_item *it = &d->poll->config->items[item];
	struct reading *r = &d->poll->readings[item];
	struct utc time = middle_of(d, o->asked, now);

	if (scan != NULL && e == OK)
		scan_show(scan, block, a, time, &out);
	if (scan != NULL || r->is_off)
		return;
	if (e == OK)
		decode_item(it, a->data, plan_item(it, item).lo, r);
	else
		r->cause = (uint16_t)e;
	r->time = time;
	d->poll->scratch[0] =
	    (struct sample){ .point = it->point, .cause = r->cause, .value = r->cause == OK ? r->value : 0 };
	sink(d, time, d->poll->scratch, 1);
}

static void
watch_done(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	struct device *d = o->arg;

	(void)e;
	(void)a;
	d->watch_at = mono_add(now.mono, POLL_WATCH_US);
}

/* Where nothing is scanned the place of the first output is looked at, so that it is known whether the device is there. */
static void
build_watch(struct device *d, struct moment now)
{
	d->watch = (struct order){ .done = watch_done, .arg = d, .is_patient = true };
	lay_watch(d);
	d->watch_at = now.mono;
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
		timer_init(&d->timer, device_fire, d);
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
		drop_orders(d, ERR_UNKNOWN, true, now);
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
			build_watch(d, now);
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
