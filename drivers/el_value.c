/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_value.c - bytes of a property into numbers, and back.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/el_poll.h"
#include "scada/base/str.h"

static int64_t
raw_of(unsigned form, const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < echonet_form_size(form); i++)
		v = v << 8 | p[i];
	switch (form) {
	case EL_I8: return (int8_t)v;
	case EL_I16: return (int16_t)v;
	case EL_I32: return (int32_t)v;
	default: return (int64_t)v;
	}
}

enum err
el_item_factor(const struct el_item *it, double *out)
{
	const struct el_object *o = it->object;

	*out = 1;
	for (unsigned i = 0; i < ECHONET_FACTORS && it->cfg->factors[i] != 0; i++) {
		const struct el_factor *f = NULL;

		for (unsigned k = 0; k < o->factor_count && f == NULL; k++)
			if (o->factors[k].epc == it->cfg->factors[i])
				f = &o->factors[k];
		if (f == NULL || !f->is_known)
			return ERR_SCALE_FACTOR;
		*out *= f->value;
	}
	return OK;
}

static enum err
value_of(const struct el_item *it, const uint8_t *data, double *out)
{
	const struct el_cfg_item *c = it->cfg;
	int64_t raw = raw_of(c->form, data);
	double factor;
	enum err e = el_item_factor(it, &factor);

	if (echonet_is_nothing(c->form, raw))
		return ERR_NOT_IMPLEMENTED;
	if (e != OK)
		return e;
	*out = (double)raw * c->scale * factor;
	if (*out == 0)
		*out = 0; /* no minus zero */
	return isfinite(*out) ? OK : ERR_NOT_A_NUMBER;
}

void
el_item_take(struct el_item *it, const struct el_prop *p)
{
	const struct el_cfg_item *c = it->cfg;
	double value = it->value;

	if (p->len == 0) { /* the node has no such property, or not now */
		it->cause = ERR_NOT_IMPLEMENTED;
		return;
	}
	it->raw_len = p->len < EL_RAW_MAX ? p->len : EL_RAW_MAX;
	memcpy(it->raw, p->data, it->raw_len);
	if ((c->size > 0 && p->len != c->size) || p->len < c->at + echonet_form_size(c->form))
		it->cause = ERR_BAD_LENGTH;
	else
		it->cause = (uint16_t)value_of(it, p->data + c->at, &value);
	it->value = value;
}

enum err
el_factor_take(const struct el_prop *p, bool is_optional, double *out)
{
	*out = 1;
	if (p->len == 0)
		return is_optional ? OK : ERR_SCALE_FACTOR;
	if (p->len == 1)
		return echonet_unit_code(p->data[0], out) ? OK : ERR_SCALE_FACTOR;
	if (p->len != 4)
		return ERR_BAD_LENGTH;
	*out = (double)raw_of(EL_U32, p->data);
	return *out > 0 && !echonet_is_nothing(EL_U32, (int64_t)*out) ? OK : ERR_SCALE_FACTOR;
}

void
el_factor_learn(struct el_object *o, struct el_factor *x, const struct el_prop *p)
{
	const struct echonet_row *row = echonet_find((uint16_t)(o->object >> 8), x->epc);
	const struct el_prop none = { .epc = x->epc };

	/* what it does not have is 1; what it has and does not give now is not */
	bool is_optional =
	    row != NULL && (row->flags & EL_OPTIONAL) != 0 && !(o->has_readable && el_map_has(&o->readable, x->epc));

	x->cause = (uint16_t)el_factor_take(p != NULL ? p : &none, is_optional, &x->value);
	x->is_known = x->cause == OK;
}

enum err
el_item_encode(const struct el_cfg_item *c, double value, uint8_t data[4], uint8_t *len, char *why, size_t size)
{
	static const struct {
		double lo, hi;
	} ends[EL_FORM_COUNT] = { { 0, 255 }, { 0, 0xFD }, { -0x7F, 0x7D }, { 0, 0xFFFD }, { -0x7FFF, 0x7FFD },
		{ 0, 0xFFFFFFFDu }, { -0x7FFFFFFF, 0x7FFFFFFD }, { 0, 0xFC } };
	double raw = round(value / c->scale);
	uint64_t bits;

	if (!isfinite(value) || raw < ends[c->form].lo || raw > ends[c->form].hi) {
		str_printf(why, size, "%.10g does not fit: property %02X takes %.10g to %.10g", value, c->epc,
		    ends[c->form].lo * c->scale, ends[c->form].hi * c->scale);
		return ERR_RANGE;
	}
	bits = (uint64_t)(int64_t)raw;
	*len = (uint8_t)echonet_form_size(c->form);
	for (unsigned i = 0; i < *len; i++)
		data[i] = (uint8_t)(bits >> (8 * (*len - 1u - i)));
	return OK;
}
