/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.c - one output: the steps of a write, and who stands in line.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "drivers/output_private.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define TEXT 256

static void next(struct output *o, struct moment now);

/* ---- what is said */

static bool
is_refusal(enum err e)
{
	return e >= ERR_EXC_FUNCTION && e <= ERR_EXC_OTHER;
}

/* Nothing was sent. */
static bool
is_unsent(enum err e)
{
	return e == ERR_NOT_CONNECTED || e == ERR_RANGE || e == ERR_DISABLED || e == ERR_BUSY;
}

static void
tell(struct outputs *all, point_id point, const struct wish *w, enum err e, const char *text, struct moment now)
{
	struct msg_field_written m = {
		.write = w->write, .point = point, .err = (uint16_t)e, .time = now.utc.us, .detail = text
	};

	log_info("write %llu: %s", (unsigned long long)w->write, text);
	all->ops->written(&m, w->sequence, all->arg);
}

static void
place(const struct request *r, char *buf, size_t size)
{
	if (r->count == 1)
		str_printf(buf, size, "%s %u", mb_table_word(r->table), r->address);
	else
		str_printf(buf, size, "%s %u..%u", mb_table_word(r->table), r->address, r->address + r->count - 1u);
}

static const char *
what_of(unsigned step)
{
	switch (step) {
	case STEP_FACTOR: return "the scale factor, ";
	case STEP_BEFORE: return "what has to stand before it, ";
	case STEP_TIMER: return "the reversion timer, ";
	case STEP_OTHER: return "the other coil, ";
	case STEP_AFTER: return "what makes it hold, ";
	default: return "";
	}
}

/* The outcome of the step that was the last, as a sentence. */
static void
describe(const struct output *o, enum err e, char *text, size_t size)
{
	const char *device = o->device->cfg->name, *what = what_of(o->step),
	           *rest = o->step == STEP_VALUE ? ""
	    : o->step > STEP_VALUE               ? "; the value itself was sent before"
	                                         : "; the value itself was not sent";
	char where[64];

	place(&o->order.request, where, sizeof(where));
	if (e == OK)
		str_printf(text, size, "%.64s accepted it, %s", device, where);
	else if (e == ERR_EXC_ACK)
		str_printf(text, size, "%.64s accepted it, %s, and needs time for it", device, where);
	else if (is_refusal(e))
		str_printf(text, size, "%.64s refused %s%s: %s%s", device, what, where, err_text(e), rest);
	else if (o->step <= STEP_READ)
		str_printf(text, size, "nothing was sent: %s%s of %.64s could not be read before", what, where, device);
	else if (e == ERR_NOT_CONNECTED)
		str_printf(text, size, "nothing was sent: %.64s went away before its turn came (%s)", device,
		    err_text(o->device->error));
	else if (e == ERR_FAILED)
		str_printf(text, size, "%.64s answered %s%s with another address or value than was written%s", device,
		    what, where, rest);
	else
		str_printf(text, size, "%s%s of %.64s was sent and not answered (%s)%s", what, where, device,
		    err_text(e), o->step == STEP_VALUE ? "; it may have been carried out or not" : rest);
}

static void
say_unsent(struct output *o, const struct wish *w, enum err e, const char *why, struct moment now)
{
	char text[TEXT];

	str_printf(text, sizeof(text), "nothing was sent: %s", why);
	tell(o->all, o->cfg->point, w, e, text, now);
}

/* ---- the read-back */

static void
show(struct output *o, struct moment now)
{
	if (o->cfg->item == UINT32_MAX)
		return;
	if (o->back.is_queued) {
		o->is_back_again = o->back.is_sent;
		return;
	}
	o->is_back_again = false;
	o->back.request = poll_show_request(o->device, o->cfg->item, &o->scan, &o->block);
	(void)poll_order(o->device, &o->back, false, now); /* patient: refused only at the end of a generation */
}

static void
shown(struct order *order, enum err e, const struct answer *a, struct moment now)
{
	struct output *o = order->arg;

	if (e == OK || is_refusal(e) || e == ERR_BAD_COUNT)
		poll_show(o->device, o->cfg->item, o->scan, &o->block, order, e, a, now);
	else
		o->is_back_again = true;
	if (o->is_back_again)
		show(o, now);
}

/* ---- the steps */

static uint16_t
coil_of(const struct cfg_output *c, double raw)
{
	return raw == 0 && c->open_address != UINT32_MAX ? (uint16_t)c->open_address : c->address;
}

/* Of a pair that stays, the other coil is cleared first: both are never set. */
static bool
has_step(const struct output *o, unsigned step)
{
	const struct cfg_output *c = o->cfg;

	switch (step) {
	case STEP_FACTOR: return c->has_sf;
	case STEP_READ: return encode_is_part(c);
	case STEP_BEFORE: return c->before_count > 0;
	case STEP_TIMER: return o->wish.timer_s > 0;
	case STEP_OTHER: return c->open_address != UINT32_MAX && c->pulse_us == 0;
	case STEP_AFTER: return c->after_count > 0;
	default: return true;
	}
}

/* How many writes the step is made of. */
static unsigned
parts_of(const struct output *o, unsigned step)
{
	return step == STEP_BEFORE ? o->cfg->before_count : step == STEP_AFTER ? o->cfg->after_count : 1;
}

static unsigned
step_after(struct output *o, unsigned step)
{
	if (step != STEP_IDLE && o->sub + 1u < parts_of(o, step)) {
		o->sub++;
		return step;
	}
	o->sub = 0;
	do
		step++;
	while (!has_step(o, step));
	return step;
}

static bool
is_last(const struct output *o)
{
	return o->step == STEP_AFTER ? o->sub + 1u == o->cfg->after_count
	                             : o->step == STEP_VALUE && o->cfg->after_count == 0;
}

static const struct cfg_step *
beside(const struct output *o, unsigned step)
{
	return &o->cfg->steps[step == STEP_AFTER ? o->cfg->before_count + o->sub : o->sub];
}

/* What stands beside the value, into registers. */
static enum err
compose_beside(
    const struct output *o, const struct cfg_step *s, uint8_t registers[DECODE_RAW_MAX], char *why, size_t size)
{
	struct cfg_output place = { .table = TABLE_HOLDING, .type = s->type, .order = ORDER_ABCD, .bit_hi = 63 };
	double raw = s->is_times ? o->wish.raw * s->value : s->value;

	memset(registers, 0, DECODE_RAW_MAX);
	return encode_output(&place, raw, s->is_times ? o->factor : 0, registers, why, size);
}

/* The request of the step; its registers are in data, side. */
static void
prepare(struct output *o, unsigned step)
{
	const struct cfg_output *c = o->cfg;
	struct request *r = &o->order.request;
	uint16_t registers = (uint16_t)raw_type_registers(c->type);

	o->step = (uint8_t)step;
	*r = (struct request){ .table = c->table, .address = c->address, .count = registers, .data = o->data };
	if (step >= STEP_BEFORE)
		r->kind = REQUEST_WRITE;
	switch (step) {
	case STEP_FACTOR:
		r->address = c->sf_address;
		r->count = 1;
		break;
	case STEP_READ: break;
	case STEP_TIMER:
		r->table = TABLE_HOLDING;
		r->address = (uint16_t)c->timer_address;
		r->count = c->timer_registers;
		r->data = o->side;
		memset(o->side, 0, sizeof(o->side));
		o->side[2 * r->count - 2] = (uint8_t)(o->wish.timer_s >> 8);
		o->side[2 * r->count - 1] = (uint8_t)o->wish.timer_s;
		break;
	case STEP_BEFORE:
	case STEP_AFTER:
		r->address = beside(o, step)->address;
		r->count = (uint16_t)raw_type_registers(beside(o, step)->type);
		r->data = o->side; /* composed in go() */
		break;
	case STEP_OTHER:
		r->address = coil_of(c, o->wish.raw == 0);
		r->data = o->side;
		o->side[0] = 0;
		break;
	default:
		if (c->table == TABLE_COIL) {
			r->address = coil_of(c, o->wish.raw);
			o->data[0] |= c->open_address != UINT32_MAX;
		}
		break;
	}
	/* of SunSpec devices many know the function for several registers alone */
	if (step >= STEP_BEFORE && r->table == TABLE_HOLDING && (r->count > 1 || c->place.model != 0))
		r->kind = REQUEST_WRITE_MANY;
}

static enum err
compose(struct output *o, char *why, size_t size)
{
	enum err e;

	for (unsigned i = 0; i < (unsigned)o->cfg->before_count + o->cfg->after_count; i++) {
		e = compose_beside(o, &o->cfg->steps[i], o->side, why, size);
		if (e != OK)
			return e;
	}
	memcpy(o->data, o->fresh, sizeof(o->data));
	return encode_output(o->cfg, o->wish.raw, o->factor, o->data, why, size);
}

/* The write is over: told, read back where something may have changed, and the next one has its turn. */
static void
finish(struct output *o, enum err e, const char *text, struct moment now)
{
	bool is_accepted = e == OK, may_be = is_accepted || (!is_refusal(e) && !is_unsent(e));
	bool is_pulse = o->step == STEP_VALUE && o->cfg->pulse_us > 0;
	struct mono due = is_accepted ? mono_add(now.mono, o->cfg->pulse_us) : now.mono;

	o->step = STEP_IDLE;
	if (may_be && is_pulse)
		pulse_begin(&o->pulse, coil_of(o->cfg, o->wish.raw), due, now);
	if (o->cfg->pulse_us > 0)
		output_tell_pulse(o);
	tell(o->all, o->cfg->point, &o->wish, e, text, now);
	if (may_be || o->has_sent)
		show(o, now);
	next(o, now);
}

static void
go(struct output *o, unsigned step, bool is_first, struct moment now)
{
	char why[TEXT], text[TEXT];
	enum err e = OK;

	if (step > STEP_READ)
		e = compose(o, why, sizeof(why));
	if (e == OK && (step == STEP_BEFORE || step == STEP_AFTER))
		e = compose_beside(o, beside(o, step), o->side, why, sizeof(why));
	prepare(o, step);
	if (e != OK) {
		str_printf(text, sizeof(text), "nothing was sent: %s", why);
		finish(o, e, text, now);
		return;
	}
	if (o->order.is_queued)
		return; /* a newer write in the place of an older one */
	e = poll_order(o->device, &o->order, is_first, now);
	if (e == OK)
		return;
	describe(o, ERR_NOT_CONNECTED, text, sizeof(text));
	finish(o, o->has_sent ? ERR_UNKNOWN : ERR_NOT_CONNECTED, text, now);
}

/* A read that was needed failed: refused, or there is no connection; and a factor may be nonsense. */
static enum err
take_read(struct output *o, enum err e, const struct answer *a)
{
	int factor = 0;

	if (e != OK)
		return is_refusal(e) ? e : ERR_NOT_CONNECTED;
	if (o->step == STEP_READ)
		memcpy(o->fresh, a->data, a->len < sizeof(o->fresh) ? a->len : sizeof(o->fresh));
	else if (!encode_factor(a->data, &factor))
		return ERR_RANGE;
	else
		o->factor = (int8_t)factor;
	return OK;
}

static void
step_done(struct order *order, enum err e, const struct answer *a, struct moment now)
{
	struct output *o = order->arg;
	char text[TEXT];

	if (o->step <= STEP_READ)
		e = take_read(o, e, a);
	else if (e == ERR_EXC_ACK || (e != ERR_NOT_CONNECTED && !is_refusal(e)))
		o->has_sent = true;
	if (!is_last(o) && (e == OK || (o->step > STEP_READ && e == ERR_EXC_ACK))) {
		go(o, step_after(o, o->step), true, now);
		return;
	}
	describe(o, e, text, sizeof(text));
	if (e == ERR_EXC_ACK && is_last(o))
		e = OK;
	else if (e == ERR_NOT_CONNECTED && o->has_sent)
		e = ERR_UNKNOWN;
	finish(o, e, text, now);
}

static void
begin(struct output *o, const struct wish *w, struct moment now)
{
	assert(!o->order.is_queued);
	o->wish = *w;
	o->has_sent = false;
	o->factor = 0;
	o->sub = 0;
	memset(o->fresh, 0, sizeof(o->fresh));
	go(o, step_after(o, STEP_IDLE), false, now);
}

/* ---- standing in line */

void
output_refuse_waiting(struct output *o, enum err e, const char *why, struct moment now)
{
	while (o->waiting_count > 0) {
		struct wish w = o->waiting[0];

		memmove(o->waiting, o->waiting + 1, --o->waiting_count * sizeof(w));
		say_unsent(o, &w, e, why, now);
	}
}

static uint8_t
bit_of(const struct output *o, uint16_t coil)
{
	return coil == o->cfg->address ? PULSE_COIL : PULSE_OPEN_COIL;
}

void
output_tell_pulse(const struct output *o)
{
	const struct pulse *p = &o->pulse;
	struct msg_field_pulse m = { .point = o->cfg->point,
		.coils = (uint8_t)(o->left | (p->is_set ? bit_of(o, p->coil) : 0)),
		.refused = p->is_refused ? bit_of(o, p->coil) : 0 };

	if (o->all->ops->pulse != NULL)
		o->all->ops->pulse(&m, o->all->arg);
}

/* One after the other; what is to be written waits for them, as for any pulse. */
void
output_clear_left(struct output *o, struct moment now)
{
	uint8_t bit = o->left & PULSE_COIL ? PULSE_COIL : o->left;

	if (bit == 0 || o->pulse.is_set)
		return;
	o->left &= (uint8_t)~bit;
	pulse_begin(&o->pulse, (uint16_t)(bit == PULSE_COIL ? o->cfg->address : o->cfg->open_address), now.mono, now);
}

/* Whoever stands first, when nothing is under way. A pulse to the other coil ends one that is running. */
static void
next(struct output *o, struct moment now)
{
	struct wish w;

	if (o->step != STEP_IDLE || o->waiting_count == 0)
		return;
	if (o->device->state != DEVICE_UP) {
		output_refuse_waiting(o, ERR_NOT_CONNECTED, err_text(ERR_NOT_CONNECTED), now);
		return;
	}
	w = o->waiting[0];
	if (o->pulse.is_set) {
		if (coil_of(o->cfg, w.raw) != o->pulse.coil)
			pulse_cut(&o->pulse, now);
		return;
	}
	memmove(o->waiting, o->waiting + 1, --o->waiting_count * sizeof(w));
	begin(o, &w, now);
}

/* Takes the place of what is under way while nothing was written for it. */
static void
replace(struct output *o, const struct wish *w, struct moment now)
{
	struct wish old = o->wish;

	o->wish = *w;
	if (!o->order.is_sent)
		go(o, step_after(o, STEP_IDLE), false, now);
	say_unsent(o, &old, ERR_BUSY, "a newer value took its place", now);
}

static void
enqueue(struct output *o, const struct wish *w, struct moment now)
{
	bool is_pulse = o->cfg->pulse_us > 0,
	     is_written = o->has_sent || (o->order.is_sent && o->order.request.kind != REQUEST_READ);

	if (!is_pulse && o->step != STEP_IDLE && !is_written) {
		replace(o, w, now);
		return;
	}
	if (!is_pulse)
		output_refuse_waiting(o, ERR_BUSY, "a newer value took its place", now);
	if (o->waiting_count == OUTPUT_WAITING) {
		say_unsent(o, w, ERR_BUSY, "too many pulses stand in line already", now);
		return;
	}
	o->waiting[o->waiting_count++] = *w;
	next(o, now);
}

/* Can it be sent as far as is known now? */
static enum err
check(const struct output *o, const struct msg_field_write *m, char *why, size_t size)
{
	const struct cfg_output *c = o->cfg;
	uint8_t scratch[DECODE_RAW_MAX] = { 0 };

	if (!o->device->cfg->enabled) {
		str_printf(why, size, "%.64s is switched off in the site file", o->device->cfg->name);
		return ERR_DISABLED;
	}
	if (o->device->state != DEVICE_UP) {
		str_printf(why, size, "%.64s does not answer: %s", o->device->cfg->name, err_text(o->device->error));
		return ERR_NOT_CONNECTED;
	}
	if (c->place.absent != OK) {
		str_printf(why, size, "%.64s has no model %u, or not all of what this output needs",
		    o->device->cfg->name, c->place.model);
		return ERR_DISABLED;
	}
	if (m->timer_s > 0 && (c->timer_address == UINT32_MAX || m->timer_s > 65535)) {
		str_printf(
		    why, size, "a reversion timer of %u s cannot be set: the register holds 1 to 65535 s", m->timer_s);
		if (c->timer_address == UINT32_MAX)
			str_copy(why, size, "a reversion timer is to be set, and the device has none");
		return ERR_RANGE;
	}
	if (c->pulse_us > 0 && c->open_address == UINT32_MAX && m->raw == 0) {
		str_copy(why, size, "a pulse is given by 1, and by 0 nothing");
		return ERR_RANGE;
	}
	return c->has_sf ? OK : encode_output(c, m->raw, 0, scratch, why, size);
}

void
outputs_write(struct outputs *all, const struct msg_field_write *m, uint32_t sequence, struct moment now)
{
	struct wish w = { .write = m->write, .raw = m->raw, .timer_s = m->timer_s, .sequence = sequence };
	uint32_t i = setup_find_output(all->config, m->point);
	char why[TEXT];
	enum err e;

	if (i == UINT32_MAX) {
		tell(all, m->point, &w, ERR_DISABLED, "nothing was sent: the field program has no such output", now);
		return;
	}
	e = check(&all->list[i], m, why, sizeof(why));
	if (e != OK)
		say_unsent(&all->list[i], &w, e, why, now);
	else
		enqueue(&all->list[i], &w, now);
}

void
outputs_device(struct outputs *all, const struct device *d, struct moment now)
{
	if (d->state == DEVICE_UP)
		return;
	for (struct output *o = all->of_device[d->index]; o != NULL; o = o->next)
		output_refuse_waiting(o, ERR_NOT_CONNECTED, err_text(d->error), now);
}

/* ---- life */

static void
pulse_over(struct pulse *p, struct moment now)
{
	struct output *o = p->arg;

	show(o, now);
	output_clear_left(o, now);
	output_tell_pulse(o);
	next(o, now);
	if (o->all->ops->cleared != NULL)
		o->all->ops->cleared(o->all->arg);
}

void
output_init(struct output *o, struct outputs *all, const struct cfg_output *cfg, struct device *d)
{
	o->all = all;
	o->cfg = cfg;
	o->device = d;
	o->order = (struct order){ .done = step_done, .arg = o };
	o->back = (struct order){ .done = shown, .arg = o, .is_patient = true };
	if (cfg->pulse_us > 0)
		pulse_init(&o->pulse, d, pulse_over, o);
}
