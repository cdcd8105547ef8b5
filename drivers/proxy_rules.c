/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_rules.c - MODBUS Application Protocol V1.1b3, 6 and 7: each length is compared before what it measures is looked at.
 */
#include "config.h"

#include <string.h>

#include "drivers/proxy_rules.h"
#include "drivers/sunspec.h"

#define SINGLE_ON 0xFF00

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* ---- the form */

static uint8_t
read_form(const struct adu_request *r, uint8_t table, struct request *out)
{
	bool is_bits = table == TABLE_COIL || table == TABLE_DISCRETE;
	unsigned count;

	if (r->len != 5)
		return PROXY_VALUE;
	count = get16(r->pdu + 3);
	if (count == 0 || count > (is_bits ? FRAME_READ_BITS : FRAME_READ_REGISTERS))
		return PROXY_VALUE;
	*out = (struct request){ .kind = REQUEST_READ, .table = table, .count = (uint16_t)count };
	return 0;
}

static uint8_t
single_form(const struct adu_request *r, uint8_t table, struct request *out, uint8_t coil[1])
{
	if (r->len != 5 || (table == TABLE_COIL && get16(r->pdu + 3) != 0 && get16(r->pdu + 3) != SINGLE_ON))
		return PROXY_VALUE;
	*out = (struct request){ .kind = REQUEST_WRITE, .table = table, .count = 1, .data = r->pdu + 3 };
	if (table != TABLE_COIL)
		return 0;
	coil[0] = get16(r->pdu + 3) != 0;
	out->data = coil;
	return 0;
}

static uint8_t
many_form(const struct adu_request *r, uint8_t table, struct request *out)
{
	unsigned count, bytes;

	if (r->len < 6)
		return PROXY_VALUE;
	count = get16(r->pdu + 3);
	if (count == 0 || count > (table == TABLE_COIL ? FRAME_WRITE_BITS : FRAME_WRITE_REGISTERS))
		return PROXY_VALUE;
	bytes = table == TABLE_COIL ? (count + 7) / 8 : count * 2;
	if (r->pdu[5] != bytes || r->len != 6 + bytes)
		return PROXY_VALUE;
	*out = (struct request){
		.kind = REQUEST_WRITE_MANY, .table = table, .count = (uint16_t)count, .data = r->pdu + 6
	};
	return 0;
}

static uint8_t
form_of(const struct adu_request *r, struct request *out, uint8_t coil[1])
{
	switch (r->pdu[0]) {
	case FC_READ_COILS: return read_form(r, TABLE_COIL, out);
	case FC_READ_DISCRETE: return read_form(r, TABLE_DISCRETE, out);
	case FC_READ_HOLDING: return read_form(r, TABLE_HOLDING, out);
	case FC_READ_INPUT: return read_form(r, TABLE_INPUT, out);
	case FC_WRITE_COIL: return single_form(r, TABLE_COIL, out, coil);
	case FC_WRITE_REGISTER: return single_form(r, TABLE_HOLDING, out, coil);
	case FC_WRITE_COILS: return many_form(r, TABLE_COIL, out);
	case FC_WRITE_REGISTERS: return many_form(r, TABLE_HOLDING, out);
	default: return PROXY_FUNCTION;
	}
}

/* ---- what is ours */

static bool
meets(uint32_t from, uint32_t count, uint32_t address)
{
	return address >= from && address < from + count;
}

static bool
overlaps(uint32_t a, uint32_t a_count, uint32_t b, uint32_t b_count)
{
	return a < b + b_count && b < a + a_count;
}

/* Is this address of the table one that control writes, for this output? */
static bool
is_of_output(const struct cfg_output *o, uint8_t table, uint32_t address)
{
	if (o->place.absent != OK)
		return false;
	if (table == o->table && meets(o->address, table == TABLE_COIL ? 1 : raw_type_registers(o->type), address))
		return true;
	if (table == o->table && o->open_address == address)
		return true;
	if (table != TABLE_HOLDING)
		return false;
	if (o->timer_address != UINT32_MAX &&
	    meets(o->timer_address, o->timer_registers > 0 ? o->timer_registers : 1, address))
		return true;
	for (unsigned i = 0; i < (unsigned)o->before_count + o->after_count; i++)
		if (meets(o->steps[i].address, raw_type_registers(o->steps[i].type), address))
			return true;
	return false;
}

/* The heartbeat of a SunSpec device is ours, too. */
static bool
is_of_beat(const struct device *d, uint8_t table, uint32_t address)
{
	const struct cfg_sunspec *s = d->cfg->sunspec;
	uint32_t at;

	if (s == NULL || s->beat_model == 0 || table != TABLE_HOLDING)
		return false;
	at = chain_place(&d->locate->laid, s->beat_model, s->beat_offset, s->beat_registers);
	return at != CHAIN_NONE && meets(at, s->beat_registers, address);
}

static bool
is_at(const struct device *d, uint32_t link, uint8_t unit)
{
	return d->cfg->link == link && d->cfg->unit == unit;
}

/* ---- what is permitted */

static bool
is_forbidden(const struct poll *p, uint32_t link, const struct request *r)
{
	for (uint32_t i = 0; i < p->device_count; i++) {
		const struct cfg_device *c = p->devices[i].cfg;

		for (uint32_t k = 0; is_at(&p->devices[i], link, r->unit) && k < c->forbidden_count; k++) {
			const struct cfg_range *f = &c->forbidden[k];

			if (f->table == r->table && overlaps(r->address, r->count, f->from, f->to - f->from + 1u))
				return true;
		}
	}
	return false;
}

static bool
may_write_any(const struct cfg_proxy *x, uint8_t unit)
{
	for (uint32_t i = 0; i < x->write_count; i++)
		if (x->writes[i].unit == unit)
			return true;
	return false;
}

/* past_control: by a range that says so. */
static bool
may_write_at(const struct cfg_proxy *x, const struct request *r, uint32_t address, bool past_control)
{
	for (uint32_t i = 0; i < x->write_count; i++) {
		const struct cfg_proxy_write *w = &x->writes[i];

		if (w->unit == r->unit && w->table == r->table && address >= w->from && address <= w->to &&
		    (w->past_control || !past_control))
			return true;
	}
	return false;
}

/* Does it write where control does, without leave to? Two devices of the site may be one unit. */
static bool
is_past_control(const struct poll *p, uint32_t link, const struct request *r)
{
	const struct cfg_proxy *x = p->config->links[link].proxy;

	for (uint32_t i = 0; i < p->config->output_count; i++) {
		const struct cfg_output *o = &p->config->outputs[i];

		for (uint32_t k = r->address; is_at(&p->devices[o->device], link, r->unit) && k < r->address + r->count;
		     k++)
			if (is_of_output(o, r->table, k) && !may_write_at(x, r, k, true))
				return true;
	}
	for (uint32_t i = 0; i < p->device_count; i++)
		for (uint32_t k = r->address; is_at(&p->devices[i], link, r->unit) && k < r->address + r->count; k++)
			if (is_of_beat(&p->devices[i], r->table, k) && !may_write_at(x, r, k, true))
				return true;
	return false;
}

static uint8_t
permit(const struct poll *p, uint32_t link, const struct request *r)
{
	const struct cfg_proxy *x = p->config->links[link].proxy;
	bool is_read = r->kind == REQUEST_READ;

	if (!is_read && !may_write_any(x, r->unit))
		return PROXY_FUNCTION;
	if ((uint32_t)r->address + r->count > 65536 || is_forbidden(p, link, r))
		return PROXY_ADDRESS;
	for (uint32_t i = 0; !is_read && i < r->count; i++)
		if (!may_write_at(x, r, r->address + i, false))
			return PROXY_ADDRESS;
	return !is_read && is_past_control(p, link, r) ? PROXY_ADDRESS : 0;
}

uint8_t
proxy_judge(const struct poll *p, uint32_t link, const struct adu_request *r, struct device **d, struct request *out,
    uint8_t coil[1])
{
	uint8_t code;

	*d = NULL;
	for (uint32_t i = 0; i < p->device_count && *d == NULL; i++)
		if (is_at(&p->devices[i], link, r->unit))
			*d = &p->devices[i];
	if (*d == NULL)
		return PROXY_PATH;
	code = form_of(r, out, coil);
	if (code != 0)
		return code;
	out->unit = r->unit;
	out->address = (uint16_t)get16(r->pdu + 1);
	return permit(p, link, out);
}

/* ---- replies */

size_t
proxy_exception(uint8_t function, uint8_t code, uint8_t out[ADU_PDU_MAX])
{
	out[0] = function | 0x80;
	out[1] = code;
	return 2;
}

size_t
proxy_answer(const uint8_t *pdu, const struct request *r, const struct answer *a, uint8_t out[ADU_PDU_MAX])
{
	if (a->err != OK)
		return proxy_exception(pdu[0], a->exception != 0 ? a->exception : PROXY_TARGET, out);
	if (r->kind != REQUEST_READ) {
		memcpy(out, pdu, 5); /* function, address, and value or count: the same in the reply */
		return 5;
	}
	if (a->len > ADU_PDU_MAX - 2)
		return proxy_exception(pdu[0], PROXY_TARGET, out);
	out[0] = pdu[0];
	out[1] = (uint8_t)a->len;
	memcpy(out + 2, a->data, a->len);
	return 2 + a->len;
}
