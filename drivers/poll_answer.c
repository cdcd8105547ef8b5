/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_answer.c - what a device answered: who it is, an outcome of an order, a block.
 */
#include "config.h"

#include <assert.h>

#include "drivers/poll_private.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

/* An exception, or a reply of another size, is the device's answer, and a line in its record. */
static void
note_exception(struct device *d, const struct request *r, const struct answer *a, struct moment now)
{
	bool is_bits = r->table == TABLE_COIL || r->table == TABLE_DISCRETE;
	char where[64], text[112];

	poll_describe(r, where, sizeof(where));
	if (a->err == ERR_EXC_OTHER)
		str_printf(text, sizeof(text), "%s, exception %u", where, a->exception);
	else if (a->err == ERR_BAD_COUNT)
		str_printf(text, sizeof(text), "%s, %zu bytes where %u were expected", where, a->len,
		    is_bits ? (r->count + 7u) / 8 : r->count * 2u);
	else
		str_printf(text, sizeof(text), "%s", where);
	poll_note(d, a->err, text, now);
}

/* ---- who it is */

/* Its addresses have changed: what was laid out for the old ones is laid out anew, and what was to be sent to them is not. */
static void
relocate(struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++)
		scan_replan(&d->scans[i], d->cfg);
	if (d->watch_at.us != 0)
		poll_lay_watch(d);
	poll_drop_orders(d, ERR_NOT_CONNECTED, true, now);
}

static void
take_discovery(struct device *d, const struct answer *a, struct moment now)
{
	char why[DEVICE_DETAIL] = "";
	enum err e = discovery_answer(&d->locate->discovery, a->err, a->data, why, sizeof(why));
	bool is_other = false;

	if (e == ERR_BUSY) {
		poll_run(d, now);
		return;
	}
	if (e == OK) {
		e = locate_check(d->locate, d->cfg, why, sizeof(why));
		is_other = e != OK;
	}
	if (e != OK) {
		poll_note(d, e, why, now);
		poll_go_down(d, e, now);
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
		poll_start_idle(d, now);
	poll_come_up(d, now);
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
	poll_ask_identity(d, &r);
	if (a->err != OK) {
		note_exception(d, &r, a, now);
		poll_go_down(d, a->err == ERR_EXC_ADDRESS ? ERR_CONFIG : a->err, now);
		return;
	}
	is = (unsigned)a->data[0] << 8 | a->data[1];
	if ((is & id->mask) == (id->equals & id->mask)) {
		d->is_identified = true;
		if (d->state != DEVICE_UP)
			poll_start_idle(d, now);
		poll_come_up(d, now);
		return;
	}
	str_printf(text, sizeof(text), "%s %u is 0x%04X, 0x%04X was expected (mask 0x%04X)", mb_table_word(id->table),
	    id->address, is, id->equals, id->mask);
	poll_note(d, ERR_OTHER_DEVICE, text, now);
	poll_go_down(d, ERR_OTHER_DEVICE, now);
	d->poll->ops->drop(d, now, d->poll->arg);
}

/* ---- what it reads */

/*
 * When the device looked. What was asked before an order was answered may show it as it was before the order, so that it must not
 * bear a later time than the answer.
 */
struct utc
poll_middle_of(const struct device *d, struct mono sent, struct moment now)
{
	struct utc middle = utc_add(now.utc, -(mono_diff_us(now.mono, sent) / 2));

	if (mono_diff_us(sent, d->answered.mono) < 0 && middle.us > d->answered.utc.us)
		return d->answered.utc;
	return middle;
}

static void
answer_block(struct device *d, const struct errand *errand, const struct answer *a, struct mono sent, struct moment now)
{
	struct utc middle = poll_middle_of(d, sent, now);
	const struct block *b = &errand->scan->blocks[errand->block];
	struct request r = { .table = b->table, .address = b->address, .count = b->count };

	if (a->err != OK)
		note_exception(d, &r, a, now);
	scan_answer(errand->scan, errand->block, a, now, middle, &(struct scan_out){ poll_sink, d, d->poll->scratch });
}

/*
 * After a reply of another size than asked: is there nothing that this device answers rightly? While it is up that is known when all that
 * it is asked for has come so; else when nothing is left to try.
 */
static bool
is_nonsense(const struct device *d, const struct errand *errand, struct moment now)
{
	if (d->state != DEVICE_UP)
		return poll_next_order(d) == NULL && !poll_has_read(d, now);
	if (errand->order != NULL && errand->order != &d->watch)
		return false;
	for (uint32_t i = 0; i < d->scan_count; i++)
		if (!scan_is_nonsense(&d->scans[i]))
			return false;
	return true;
}

static void
answer_order(struct device *d, struct order *o, const struct answer *a, struct moment now)
{
	poll_take_order(d, o);
	d->answered = now;
	if (a->err != OK && !(o->is_trial && a->err != ERR_BAD_COUNT))
		note_exception(d, &o->request, a, now);
	if (a->err != ERR_BAD_COUNT)
		poll_come_up(d, now);
	poll_end_order(o, a, now);
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
	if (errand->is_guest) {
		poll_end_guest(d, a->err, a, now);
		poll_run(d, now);
		return;
	}
	d->answer_us = d->answer_us == 0 ? (uint32_t)took : (uint32_t)((d->answer_us * INT64_C(7) + took) / 8);
	if (a->err == ERR_EXC_GATEWAY_PATH || a->err == ERR_EXC_GATEWAY_TARGET) {
		struct order *o = errand->order;

		poll_note(d, a->err, "", now);
		if (o != NULL)
			poll_take_order(d, o);
		poll_go_down(d, a->err, now);
		if (o != NULL)
			poll_end_order(o, a, now);
		return;
	}
	if (errand->order == NULL && errand->scan == NULL) {
		check_identity(d, a, now);
		if (d->state == DEVICE_UP)
			poll_run(d, now);
		return;
	}
	if (errand->order != NULL)
		answer_order(d, errand->order, a, now);
	else
		answer_block(d, errand, a, sent, now);
	if (a->err == ERR_BAD_COUNT && is_nonsense(d, errand, now)) {
		poll_go_down(d, a->err, now);
		return;
	}
	if (errand->order == NULL && a->err != ERR_BAD_COUNT)
		poll_come_up(d, now);
	poll_run(d, now);
}
