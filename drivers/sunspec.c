/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec.c - walking the chain.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "drivers/sunspec.h"
#include "scada/base/str.h"

#define MARKER_WORDS   2
#define HEAD_WORDS     2
#define SILENT_LIMIT   3  /* searches at the known address before the others are tried again */
#define COMMON_OPTIONS 64 /* bytes of model 1 before its options, its version, its serial number */
#define COMMON_VERSION 80
#define COMMON_SERIAL  96

static const uint16_t bases[CHAIN_BASES] = { 40000, 50000, 0 };
static const uint8_t marker[4] = { 'S', 'u', 'n', 'S' };

uint16_t
chain_base(unsigned i)
{
	return bases[i];
}

void
discovery_init(struct discovery *d, uint16_t longest)
{
	*d = (struct discovery){ .longest = longest < HEAD_WORDS ? HEAD_WORDS : longest };
}

void
discovery_begin(struct discovery *d)
{
	d->state = DISCOVERY_BASE;
	d->got = 0;
	d->chain = (struct chain){ 0 };
}

/* The n-th address of a search: where it was before comes first. */
static unsigned
candidate(const struct discovery *d, unsigned n)
{
	if (!d->has_known)
		return n;
	if (n == 0)
		return d->known;
	return n <= d->known ? n - 1 : n;
}

void
discovery_next(const struct discovery *d, uint16_t *address, uint16_t *count)
{
	unsigned left = COMMON_WORDS - d->got;

	switch ((enum discovery_state)d->state) {
	case DISCOVERY_BASE:
		*address = bases[candidate(d, d->tried)];
		*count = MARKER_WORDS;
		break;
	case DISCOVERY_COMMON:
		*address = (uint16_t)(d->chain.models[d->chain.count - 1].address + HEAD_WORDS + d->got);
		*count = (uint16_t)(left < d->longest ? left : d->longest);
		break;
	default:
		*address = (uint16_t)d->cursor;
		*count = HEAD_WORDS;
		break;
	}
}

static enum err
end_chain(struct discovery *d, const char *note)
{
	str_copy(d->chain.note, sizeof(d->chain.note), note);
	d->state = DISCOVERY_DONE;
	return OK;
}

static enum err
take_base(struct discovery *d, enum err e, const uint8_t *data, char *why, size_t size)
{
	unsigned at = candidate(d, d->tried);

	if (e == OK && memcmp(data, marker, sizeof(marker)) == 0) {
		d->tried = d->silent = 0;
		d->has_known = true;
		d->known = (uint8_t)at;
		d->chain.base = bases[at];
		d->cursor = (uint32_t)bases[at] + MARKER_WORDS;
		d->state = DISCOVERY_HEAD;
		return ERR_BUSY;
	}
	if (++d->tried < CHAIN_BASES)
		return ERR_BUSY;
	d->tried = 0;
	d->has_known = false;
	str_printf(why, size, "no SunSpec device: nothing begins with SunS at holding %u, %u or %u", bases[0], bases[1],
	    bases[2]);
	return ERR_CONFIG;
}

static void
take_texts(struct discovery *d)
{
	struct chain *c = &d->chain;

	sunspec_string(d->common, 16, c->manufacturer, sizeof(c->manufacturer));
	sunspec_string(d->common + 32, 16, c->model, sizeof(c->model));
	sunspec_string(d->common + COMMON_OPTIONS, 8, c->options, sizeof(c->options));
	sunspec_string(d->common + COMMON_VERSION, 8, c->version, sizeof(c->version));
	sunspec_string(d->common + COMMON_SERIAL, 16, c->serial, sizeof(c->serial));
	c->has_common = true;
}

static enum err
take_common(struct discovery *d, enum err e, const uint8_t *data, char *why, size_t size)
{
	uint16_t address, count;

	discovery_next(d, &address, &count);
	if (e != OK) {
		str_printf(why, size, "model 1 of its chain at holding %u cannot be read", address);
		return e;
	}
	memcpy(d->common + 2 * (size_t)d->got, data, 2 * (size_t)count);
	d->got = (uint16_t)(d->got + count);
	if (d->got == COMMON_WORDS) {
		take_texts(d);
		d->state = DISCOVERY_HEAD;
	}
	return ERR_BUSY;
}

static enum err
take_head(struct discovery *d, enum err e, const uint8_t *data, char *why, size_t size)
{
	struct chain *c = &d->chain;
	char note[80];
	uint16_t number, length;

	if ((e == ERR_EXC_ADDRESS || e == ERR_BAD_COUNT) && c->count > 0) { /* some servers answer with nothing there */
		str_printf(note, sizeof(note), "the chain has no end: holding %u is refused", (unsigned)d->cursor);
		return end_chain(d, note);
	}
	if (e != OK) {
		str_printf(why, size, "the chain of its models breaks off at holding %u", (unsigned)d->cursor);
		return e;
	}
	number = (uint16_t)(data[0] << 8 | data[1]);
	length = (uint16_t)(data[2] << 8 | data[3]);
	if (number == SUNSPEC_END) {
		c->has_end = true;
		return end_chain(d, "");
	}
	str_printf(note, sizeof(note), "the chain breaks off: model %u of length %u at holding %u", number, length,
	    (unsigned)d->cursor);
	if (number == 0 || c->count == SUNSPEC_MODELS || d->cursor + HEAD_WORDS + length > 65536 - HEAD_WORDS)
		return end_chain(d, note);
	c->models[c->count++] =
	    (struct chain_model){ .number = number, .length = length, .address = (uint16_t)d->cursor };
	d->cursor += HEAD_WORDS + (uint32_t)length;
	if (number == SUNSPEC_COMMON && !c->has_common && length >= COMMON_WORDS)
		d->state = DISCOVERY_COMMON;
	return ERR_BUSY;
}

enum err
discovery_answer(struct discovery *d, enum err e, const uint8_t *data, char *why, size_t size)
{
	assert(d->state != DISCOVERY_DONE);
	if (e == ERR_EXC_BUSY || e == ERR_EXC_ACK) {
		str_copy(why, size, "it is too busy to say what it is");
		return e;
	}
	switch ((enum discovery_state)d->state) {
	case DISCOVERY_BASE: return take_base(d, e, data, why, size);
	case DISCOVERY_COMMON: return take_common(d, e, data, why, size);
	default: return take_head(d, e, data, why, size);
	}
}

bool
discovery_silent(struct discovery *d)
{
	if (d->state != DISCOVERY_BASE)
		return false;
	if (d->has_known) {
		/* it is away, most likely; but a device that came in its place may begin elsewhere */
		if (++d->silent >= SILENT_LIMIT) {
			d->has_known = false;
			d->silent = d->tried = 0;
		}
		return false;
	}
	d->tried = (uint8_t)((d->tried + 1) % CHAIN_BASES);
	return d->tried != 0;
}

/* ---- the chain */

const struct chain_model *
chain_find(const struct chain *c, uint16_t number)
{
	for (uint16_t i = 0; i < c->count; i++)
		if (c->models[i].number == number)
			return &c->models[i];
	return NULL;
}

uint32_t
chain_place(const struct chain *c, uint16_t model, uint16_t offset, unsigned registers)
{
	const struct chain_model *m = chain_find(c, model);

	if (m == NULL || (uint32_t)offset + registers > (uint32_t)m->length + HEAD_WORDS)
		return CHAIN_NONE;
	return (uint32_t)m->address + offset;
}

bool
chain_is_same(const struct chain *a, const struct chain *b)
{
	if (a->base != b->base || a->count != b->count)
		return false;
	for (uint16_t i = 0; i < a->count; i++)
		if (a->models[i].number != b->models[i].number || a->models[i].length != b->models[i].length ||
		    a->models[i].address != b->models[i].address)
			return false;
	return true;
}
