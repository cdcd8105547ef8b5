/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec.c - a SunSpec device of the plant: its chain of models in memory, and where its points stand in it. Laid out by tables of
 * the plant's own, transcribed from the SunSpec models a second time: an error in the field program's must not find its twin here.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/plant/image.h"
#include "scada/base/str.h"

#define CHAIN_MAX   1400 /* registers of the longest chain */
#define MODELS_MAX  20
#define VENDOR      64205 /* a maker's own model, which nobody knows: to be skipped by its length */
#define STRINGS_MAX 4

/*
 * A model as a row of letters, one a point:  u uint16, s int16, f sunssf, e enum16 and bitfield16, U uint32, S int32, B bitfield32,
 * A acc32, Q uint64, z one register of zero.  What no point of the profile fills says "not implemented".
 */
struct shape {
	uint16_t model;
	const char *fixed, *repeated;
};
static const struct shape shapes[] = {
	{ 1, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzuz", NULL },
	{ 103, "uuuufuuuuuufsfufsfsfsfAfufufsfssssfeeBBBBBB", NULL },
	{ 120, "eufufssssfufssssfufufufufz", NULL },
	{ 121, "uusuuussssusssseeuueffffffffff", NULL },
	{ 122, "eeezzzzzzzzzzzzzzzzzzzzzzzzsfufBBzzzzUeuf", NULL },
	{ 123, "uueuuuuesuuuesssuuueefff", NULL },
	{ 124, "uuueuuuuuessuuueffffffff", NULL },
	{ 160, "ffffBuu", "uzzzzzzzzuuuAUseB" },
	{ 302, "uuuuu", NULL },
	{ 307, "sssssssssss", NULL },
	{ 701, "eeeeBBsssusuuUQQQQsssssssssusuuQQQQsssusuuQQQQsssusuuQQQQuBffffffffffzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
	    NULL },
	{ 702, "uuuuuuuuuuuuuuuuuuueeBeuuuuuuuuuuuuuuuuuuefffffff", NULL },
	{ 703, "euuUUUUUUff", NULL },
	{ 704, "eeUUeeUUeuueUUeeSSsseUUeeeSSsseUUueueffffffueueueue", NULL },
	{ 713, "uuuueff", NULL },
	{ 715, "eUUue", NULL },
	{ 802, "uuuuuuuuuuuuUeeuuueeeUBBBBuuuuuuuuuusuuseseeffffffffffff", NULL },
	{ 803, "uusuusuusuuuuusususuffffff", "uBeuusuuuuusususeBBBBBeezz" },
	{ VENDOR, "zzzzzzzzzzzz", NULL },
};

/* Where the points stand that a profile may name; sf: its power of ten, 0 = none. Offsets from the model's number. */
struct spot_row {
	uint16_t model, offset, sf;
	char type;
	const char *name;
};
/* clang-format off */
static const struct spot_row rows[] = {
	{ 103,  7, 13, 'u', "PPVphAB" }, { 103, 14, 15, 's', "W" }, { 103, 16, 17, 'u', "Hz" }, { 103, 20, 21, 's', "VAr" },
	{ 103, 24, 26, 'A', "WH" }, { 103, 29, 30, 'u', "DCV" }, { 103, 33, 37, 's', "TmpCab" }, { 103, 38, 0, 'e', "St" },
	{ 103, 40, 0, 'B', "Evt1" },
	{ 123, 5, 23, 'u', "WMaxLimPct" }, { 123, 7, 0, 'u', "WMaxLimPct_RvrtTms" },
	{ 124, 8, 22, 'u', "ChaState" }, { 124, 11, 0, 'e', "ChaSt" }, { 124, 12, 25, 's', "OutWRte" },
	{ 124, 15, 0, 'u', "InOutWRte_RvrtTms" },
	{ 160, 9, 2, 'u', "DCA" }, { 160, 10, 3, 'u', "DCV" }, { 160, 11, 4, 'u', "DCW" }, { 160, 16, 0, 's', "Tmp" },
	{ 302, 2, 0, 'u', "GHI" },
	{ 307, 2, 0, 's', "TmpAmb" }, { 307, 3, 0, 's', "RH" }, { 307, 5, 0, 's', "WndSpd" }, { 307, 7, 0, 's', "Rain" },
	{ 701, 4, 0, 'e', "InvSt" }, { 701, 6, 0, 'B', "Alrm" }, { 701, 8, 0, 'B', "DERMode" }, { 701, 10, 116, 's', "W" },
	{ 701, 12, 119, 's', "Var" }, { 701, 15, 114, 'u', "LLV" }, { 701, 17, 115, 'U', "Hz" },
	{ 701, 19, 120, 'Q', "TotWhInj" }, { 701, 23, 120, 'Q', "TotWhAbs" },
	{ 704, 24, 55, 'S', "WSet" }, { 704, 31, 0, 'U', "WSetRvrtTms" },
	{ 713, 3, 7, 'u', "WHAvail" }, { 713, 4, 8, 'u', "SoC" }, { 713, 5, 8, 'u', "SoH" },
	{ 715, 2, 0, 'e', "LocRemCtl" }, { 715, 3, 0, 'U', "DERHb" }, { 715, 7, 0, 'u', "AlarmReset" }, { 715, 8, 0, 'e', "OpCtl" },
	{ 802, 11, 56, 'u', "SoC" }, { 802, 13, 58, 'u', "SoH" }, { 802, 17, 0, 'e', "LocRemCtl" }, { 802, 18, 0, 'u', "Hb" },
	{ 802, 20, 0, 'u', "AlmRst" }, { 802, 22, 0, 'e', "State" }, { 802, 26, 0, 'B', "Evt1" }, { 802, 34, 59, 'u', "V" },
	{ 802, 37, 60, 'u', "CellVMax" }, { 802, 40, 60, 'u', "CellVMin" }, { 802, 44, 61, 's', "A" }, { 802, 50, 0, 'e', "SetOp" },
	{ 803, 4, 23, 's', "ModTmpMax" }, { 803, 7, 23, 's', "ModTmpMin" },
};

/* Registers that a controller may write beside the points: they keep what was written. */
static const struct { uint16_t model, offset, count; } stored[] = {
	{ 123, 9, 1 },                                     /* WMaxLim_Ena */
	{ 124, 5, 1 }, { 124, 13, 1 },                     /* StorCtl_Mod, InWRte */
	{ 704, 22, 2 }, { 704, 26, 2 }, { 704, 30, 2 },    /* WSetEna, WSetMod; WSetRvrt; WSetEnaRvrt and the timer's high word */
	{ 715, 5, 2 }, { 802, 19, 1 },                     /* heartbeats of the controller */
};

/* A setpoint that holds only while a register beside it is not zero. */
static const struct { uint16_t model, point, gate; } gates[] = { { 123, 5, 9 }, { 124, 12, 5 }, { 704, 24, 22 } };
/* clang-format on */

/* The figures that a text begins with. */
static unsigned
number_at(const char *text)
{
	unsigned n = 0;
	for (; *text >= '0' && *text <= '9' && n < 100000; text++)
		n = n * 10 + (unsigned)(*text - '0');
	return n;
}

static unsigned
letter_size(char c)
{
	return c == 'Q' ? 4 : strchr("USBA", c) != NULL ? 2 : 1;
}

static unsigned
shape_size(const char *letters)
{
	unsigned n = 0;
	for (; letters != NULL && *letters != '\0'; letters++)
		n += letter_size(*letters);
	return n;
}

static const struct shape *
shape_of(unsigned model)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (shapes[i].model == model)
			return &shapes[i];
	return NULL;
}

/* "Not implemented", in the words of the letter's type. */
static uint16_t *
fill(uint16_t *at, const char *letters)
{
	for (; letters != NULL && *letters != '\0'; letters++)
		for (unsigned k = letter_size(*letters); k > 0; k--)
			*at++ = *letters == 'z' || *letters == 'A' ? 0
			    : strchr("sf", *letters) != NULL       ? 0x8000
			    : *letters == 'S'                      ? (k == 2 ? 0x8000 : 0)
			                                           : 0xFFFF;
	return at;
}

static void
put_string(uint16_t *at, unsigned words, const char *text)
{
	size_t n = strlen(text);
	for (unsigned i = 0; i < words; i++)
		at[i] = (uint16_t)((2 * i < n ? (unsigned char)text[2 * i] : 0) << 8 |
		    (2 * i + 1 < n ? (unsigned char)text[2 * i + 1] : 0));
}

/* ---- the chain */

struct made {
	struct image *im;
	unsigned base, used; /* registers so far */
	unsigned count;
	struct {
		unsigned model, blocks, at;
	} models[MODELS_MAX];
};

static void
want_model(struct made *m, unsigned model, unsigned blocks)
{
	for (unsigned i = 0; i < m->count; i++)
		if (m->models[i].model == model) {
			m->models[i].blocks = blocks > m->models[i].blocks ? blocks : m->models[i].blocks;
			return;
		}
	if (shape_of(model) != NULL && m->count < MODELS_MAX) {
		m->models[m->count].model = model;
		m->models[m->count++].blocks = blocks;
	}
}

static void
want_of(struct made *m, const char *place)
{
	const char *open = place != NULL ? strchr(place, '[') : NULL;
	if (place != NULL)
		want_model(m, number_at(place), open != NULL ? number_at(open + 1) : 0);
}

static int
by_model(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* The models of the profile's points, those that go with them, and one that nobody knows. */
static void
choose_models(struct made *m)
{
	static const unsigned der[] = { 702, 703, 704, 713, 715 }, inverter[] = { 120, 121, 122, 123 };
	bool is_der = false, is_inverter = false;
	want_model(m, 1, 0);
	for (uint32_t i = 0; i < m->im->point_count; i++) {
		const struct site_point_def *d = m->im->points[i].point->def;
		want_of(m, d->read != NULL ? d->read->point : NULL);
		want_of(m, d->write != NULL ? d->write->point : NULL);
	}
	for (unsigned i = 0; i < m->count; i++) {
		is_der |= m->models[i].model == 701;
		is_inverter |= m->models[i].model == 103;
	}
	for (size_t i = 0; is_der && i < ARRAY_LEN(der); i++)
		want_model(m, der[i], 0);
	for (size_t i = 0; is_inverter && i < ARRAY_LEN(inverter); i++)
		want_model(m, inverter[i], 0);
	want_model(m, VENDOR, 0);
	qsort(m->models, m->count, sizeof(m->models[0]), by_model);
}

static void
lay_common(const struct image *im, uint16_t *at)
{
	const struct site_profile *p = im->node->profile;
	put_string(at, 16, p->manufacturer != NULL ? p->manufacturer : "Chisan");
	put_string(at + 16, 16, p->model != NULL ? p->model : p->name);
	put_string(at + 40, 8, "1.0");
	put_string(at + 48, 16, im->node->device->serial != NULL ? im->node->device->serial : im->name);
	at[64] = im->node->unit;
}

static void
lay_chain(struct made *m)
{
	uint16_t *c = m->im->chain;
	c[0] = 0x5375;
	c[1] = 0x6E53;
	m->used = 2;
	for (unsigned i = 0; i < m->count; i++) {
		const struct shape *s = shape_of(m->models[i].model);
		unsigned length = shape_size(s->fixed) + m->models[i].blocks * shape_size(s->repeated);
		assert(m->used + 2 + length + 2 <= CHAIN_MAX);
		m->models[i].at = m->used;
		c[m->used] = s->model;
		c[m->used + 1] = (uint16_t)length;
		uint16_t *at = fill(c + m->used + 2, s->fixed);
		for (unsigned k = 0; k < m->models[i].blocks; k++)
			at = fill(at, s->repeated);
		if (s->model == 1)
			lay_common(m->im, c + m->used + 2);
		if (s->model == 160)
			c[m->used + 8] = (uint16_t)m->models[i].blocks;
		if (s->model == 803)
			c[m->used + 2] = (uint16_t)m->models[i].blocks;
		m->used += 2 + length;
	}
	c[m->used++] = 0xFFFF;
	c[m->used++] = 0;
	m->im->chain_len = (uint16_t)m->used;
}

/* The chain's register of a model's offset; 0 = it has none. */
static unsigned
chain_at(const struct made *m, unsigned model, unsigned offset)
{
	for (unsigned i = 0; i < m->count; i++)
		if (m->models[i].model == model)
			return m->models[i].at + offset;
	return 0;
}

/* ---- points */

/* "160.module[2].DCW": the row and the register in the chain. */
static const struct spot_row *
find_row(const struct made *m, const char *place, unsigned *at)
{
	unsigned model = number_at(place), block = 0;
	const char *name = strrchr(place, '.') + 1, *open = strchr(place, '[');
	if (open != NULL)
		block = number_at(open + 1) - 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct spot_row *r = &rows[i];
		if (r->model != model || strcmp(r->name, name) != 0)
			continue;
		unsigned into = open != NULL
		    ? 2 + shape_size(shape_of(model)->fixed) + block * shape_size(shape_of(model)->repeated)
		    : 0;
		*at = chain_at(m, model, r->offset + into);
		return r;
	}
	return NULL;
}

static int
type_of(char letter)
{
	switch (letter) {
	case 's': return RAW_I16;
	case 'U':
	case 'A':
	case 'B': return RAW_U32;
	case 'S': return RAW_I32;
	case 'Q': return RAW_U64;
	default: return RAW_U16;
	}
}

/* The register as it would stand in a profile with plain addresses. What is not simulated has none, and says "not implemented". */
static struct site_register *
lay_register(const struct made *m, struct arena *arena, const struct site_register *r)
{
	unsigned at;
	if (r == NULL || r->point == NULL)
		return (struct site_register *)(uintptr_t)r;
	const struct spot_row *row = find_row(m, r->point, &at);
	if (row == NULL)
		return NULL;
	struct site_register *own = arena_alloc(arena, sizeof(*own));
	*own = *r;
	own->table = TABLE_HOLDING;
	own->type = type_of(row->type);
	own->byte_order = ORDER_ABCD;
	own->address = m->base + at;
	own->scale_factor = row->sf != 0 ? (int64_t)m->base + chain_at(m, row->model, row->sf) : -1;
	for (unsigned k = 0; k < letter_size(row->type); k++)
		m->im->chain[at + k] = 0; /* bit fields meet in it */
	return own;
}

static struct site_revert *
lay_revert(const struct made *m, struct arena *arena, const struct site_revert *v)
{
	unsigned at;
	if (v == NULL || v->timer_point == NULL)
		return (struct site_revert *)(uintptr_t)v;
	const struct spot_row *row = find_row(m, v->timer_point, &at);
	struct site_revert *own = arena_alloc(arena, sizeof(*own));
	*own = *v;
	/* of two registers the low one counts the seconds; the high one is stored */
	own->timer_register = row != NULL ? (int64_t)m->base + at + letter_size(row->type) - 1 : -1;
	return own;
}

static void
lay_point(const struct made *m, struct arena *arena, struct image_point *p)
{
	struct site_point_def *d = arena_alloc(arena, sizeof(*d));
	struct site_point *own = arena_alloc(arena, sizeof(*own));
	bool is_battery = false;
	*d = *p->point->def;
	for (uint32_t i = 0; i < m->im->world->model_count; i++)
		is_battery |= m->im->world->models[i]->kind->kind == ASSET_BATTERY &&
		    strcmp(m->im->world->models[i]->asset->name, m->im->name) == 0;
	if (is_battery && d->read != NULL && d->read->point != NULL && strcmp(d->read->point, "103.St") == 0)
		p->source.at0 = 1; /* the states of 701.InvSt, counted from 1 */
	p->is_set_op = d->write != NULL && d->write->point != NULL && strcmp(d->write->point, "802.SetOp") == 0;
	d->read = lay_register(m, arena, d->read);
	d->write = lay_register(m, arena, d->write);
	d->revert = lay_revert(m, arena, d->revert);
	*own = *p->point;
	own->def = d;
	p->point = own;
	for (size_t i = 0; d->write != NULL && i < ARRAY_LEN(gates); i++)
		if (d->write->address == (int64_t)m->base + chain_at(m, gates[i].model, gates[i].point) &&
		    chain_at(m, gates[i].model, 0) != 0) {
			p->gate = (uint16_t)(m->base + chain_at(m, gates[i].model, gates[i].gate));
			m->im->chain[p->gate - m->base] = 0;
		}
}

void
sunspec_build(struct image *im, struct arena *arena, unsigned nth)
{
	static const unsigned bases[] = { 40000, 0, 50000 };
	struct made m = { .im = im, .base = bases[nth % ARRAY_LEN(bases)] };
	im->chain = arena_alloc(arena, CHAIN_MAX * sizeof(*im->chain));
	im->chain_stored = arena_alloc(arena, CHAIN_MAX * sizeof(*im->chain_stored));
	im->chain_base = (uint16_t)m.base;
	choose_models(&m);
	lay_chain(&m);
	for (size_t i = 0; i < ARRAY_LEN(stored); i++) {
		unsigned at = chain_at(&m, stored[i].model, stored[i].offset);
		for (unsigned k = 0; at != 0 && k < stored[i].count; k++)
			im->chain_stored[at + k] = true;
	}
	for (uint32_t i = 0; i < im->point_count; i++)
		lay_point(&m, arena, &im->points[i]);
}

void
sunspec_serial(struct image *im, const char *serial)
{
	put_string(im->chain + 4 + 48, 16, serial); /* behind SunS, number and length of model 1 */
}
