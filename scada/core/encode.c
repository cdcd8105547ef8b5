/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - values into numbers for devices. The order is that of reading, backwards: inverted, offset, scale.
 */
#include "config.h"

#include <math.h>

#include "scada/base/str.h"
#include "scada/core/encode.h"

static enum err
state_of(const struct site_point_def *d, double value, double *raw, char *why, size_t size)
{
	bool is_named = d->states.n == 0 && value == floor(value);

	for (uint32_t i = 0; i < d->states.n; i++)
		is_named |= (double)d->states.v[i].number == value;
	if (!is_named) {
		str_printf(why, size, "%.10g is no state that the profile names", value);
		return ERR_RANGE;
	}
	*raw = d->write->invert ? value == 0 : value;
	return OK;
}

/* What the device would take for "there is no such value", as the register is rounded. */
static bool
means_nothing(const struct site_register *r, double raw)
{
	bool is_whole = r->type != RAW_F32 && r->type != RAW_F64;

	for (uint32_t i = 0; i < r->invalid.n; i++)
		if (r->invalid.v[i] == (is_whole ? round(raw) : raw))
			return true;
	return false;
}

enum err
encode_value(const struct site_point_def *d, double value, double *raw, char *why, size_t size)
{
	const struct site_register *r = d->write;
	double scale, offset;

	if (!isfinite(value)) {
		str_copy(why, size, "what is no finite number cannot be written");
		return ERR_RANGE;
	}
	if (d->kind == KIND_COMMAND || d->kind == KIND_DIGITAL)
		return state_of(d, value, raw, why, size);
	if (d->curve.n > 0 || d->square_root) {
		str_copy(
		    why, size, "its value passes a curve, and a curve is not undone; give the write its own scale");
		return ERR_RANGE;
	}
	scale = isfinite(r->scale) && r->scale != 0 ? r->scale : 1;
	offset = isfinite(r->offset) ? r->offset : 0;
	*raw = ((r->invert ? -value : value) - offset) / scale;
	if (!isfinite(*raw)) {
		str_printf(why, size, "%.10g by the scale %.10g is too large a number", value, scale);
		return ERR_RANGE;
	}
	if (means_nothing(r, *raw)) {
		str_printf(why, size, "%.10g is %.10g to the device, which means that there is no value", value, *raw);
		return ERR_RANGE;
	}
	return OK;
}
