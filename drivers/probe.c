/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.c - the chain of a device and its models, read one after the other. How a request gets there is probe_tcp.c's or probe_line.c's.
 */
#include "config.h"

#include <string.h>

#include "drivers/decode.h"
#include "drivers/probe.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

/* ---- the chain */

enum err
probe_discover(struct probe *p, struct discovery *d, char *why, size_t size)
{
	uint8_t data[2 * FRAME_READ_REGISTERS];
	enum err e = ERR_BUSY;

	discovery_init(d, p->longest);
	discovery_begin(d);
	while (e == ERR_BUSY) {
		uint16_t address, count;

		discovery_next(d, &address, &count);
		e = probe_read(p, TABLE_HOLDING, address, count, data);
		if (e != OK && e != ERR_BAD_COUNT && (e < ERR_EXC_FUNCTION || e > ERR_EXC_OTHER)) {
			if (e == ERR_TIMEOUT && discovery_silent(d)) {
				discovery_begin(d);
				e = ERR_BUSY;
				continue;
			}
			str_printf(why, size, "%s, at holding %u", err_text(e), address);
			return e;
		}
		e = discovery_answer(d, e, data, why, size);
	}
	return e;
}

/* ---- a model */

static void
decode_point(const struct probe *p, const struct chain_model *m, const uint8_t *data, struct probe_point *out)
{
	const struct sunspec_point *s = out->place.point;
	uint32_t offset = sunspec_offset(&out->place);
	int32_t sf = sunspec_factor_offset(&out->place);
	char text[2 * 255 + 1];
	double none;
	struct cfg_item it = { .table = TABLE_HOLDING,
		.type = (uint8_t)sunspec_raw_type(s),
		.order = ORDER_ABCD,
		.bit_hi = 63,
		.address = (uint16_t)offset,
		.has_sf = sf >= 0,
		.sf_address = (uint16_t)(sf >= 0 ? sf : 0),
		.invalid = &none };
	struct reading r = { 0 };

	(void)p;
	if (offset + s->size > (uint32_t)m->length + 2 || (sf >= 0 && sf >= m->length + 2)) {
		out->cause = ERR_NOT_IMPLEMENTED;
		return;
	}
	if (s->type == SS_STRING) {
		sunspec_string(data + 2 * (size_t)offset, s->size, text, sizeof(text));
		text_put_safe(out->text, sizeof(out->text), text, -1);
		out->cause = text[0] != '\0' ? OK : ERR_NOT_IMPLEMENTED;
		return;
	}
	it.invalid_count = sunspec_invalid(s, &none);
	decode_item(&it, data, 0, &r);
	out->cause = (enum err)r.cause;
	out->value = r.value;
}

/* All registers of the model, so that each value has its scale factor from the same time as nearly as its length allows. */
static enum err
read_model(struct probe *p, const struct chain_model *m, uint8_t *data)
{
	uint32_t all = (uint32_t)m->length + 2;

	for (uint32_t at = 0; at < all; at += p->longest) {
		uint16_t n = (uint16_t)(all - at < p->longest ? all - at : p->longest);
		enum err e = probe_read(p, TABLE_HOLDING, (uint16_t)(m->address + at), n, data + 2 * (size_t)at);

		if (e != OK)
			return e;
	}
	return OK;
}

static size_t
add_points(const struct probe *p, const struct chain_model *m, const uint8_t *data, enum err e, uint16_t repeat,
    struct probe_point *out, size_t most)
{
	const struct sunspec_model *layout = sunspec_model(m->number);
	const struct sunspec_point *list = repeat > 0 ? layout->repeated : layout->points;
	uint16_t count = repeat > 0 ? layout->repeated_count : layout->count;
	size_t n = 0;

	for (uint16_t i = 0; i < count && n < most; i++) {
		if (list[i].type == SS_SF)
			continue;
		out[n] = (struct probe_point){
			.place = { .model = m->number, .repeat = repeat, .layout = layout, .point = &list[i] },
			.cause = e
		};
		if (e == OK)
			decode_point(p, m, data, &out[n]);
		n++;
	}
	return n;
}

size_t
probe_model(struct probe *p, const struct chain_model *m, struct probe_point *out, size_t most)
{
	static uint8_t data[2 * 65536];
	const struct sunspec_model *layout = sunspec_model(m->number);
	uint32_t repeats = layout != NULL ? sunspec_repeats(layout, m->length) : 0;
	size_t n;
	enum err e;

	if (layout == NULL)
		return 0;
	e = read_model(p, m, data);
	n = add_points(p, m, data, e, 0, out, most);
	for (uint32_t i = 1; i <= repeats && i <= SUNSPEC_REPEAT_MAX; i++)
		n += add_points(p, m, data, e, (uint16_t)i, out + n, most - n);
	return n;
}
