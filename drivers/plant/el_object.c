/* SPDX-License-Identifier: Apache-2.0 */
/* el_object.c - what the nodes have, as bytes: from the points of their profile, and what makes a meter a meter. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "drivers/plant/el_plant.h"
#include "scada/base/echonet.h" /* for the names of places alone */

#define HALF_US     (1800 * US_PER_S)
#define HV_METER    0x028A
#define NODE        0x0EF0
#define COEFFICIENT 60 /* of the transformers before a meter: 6,600 V to 110 V */
#define NO_DATA     0xFFFFFFFEu

/* Bytes of what points may be read from: width in bytes, negative signed; one raw step in the unit of the property. */
static const struct form {
	uint16_t class;
	uint8_t epc, size, at;
	int8_t width;
	double step;
} forms[] = {
	/* clang-format off */
	{ 0x0156, 0xB0, 1, 0, 1, 1 }, { 0x0156, 0xB3, 1, 0, 1, 1 }, { 0x0156, 0xBB, 1, 0, -1, 1 }, { 0x0156, 0xDB, 1, 0, 1, 1 },
	{ 0x0156, 0xAC, 1, 0, 1, 1 },
	{ 0x0157, 0xDB, 4, 0, 4, 1 }, { 0x0157, 0xDD, 4, 0, 4, 1 }, { 0x0157, 0xDE, 4, 0, 4, 1 }, { 0x0157, 0xDF, 4, 0, 4, 1 },
	{ 0x0157, 0xAB, 1, 0, 1, 1 }, { 0x0157, 0xBE, 1, 0, -1, 1 },
	{ 0x0279, 0xA0, 1, 0, 1, 1 }, { 0x0279, 0xD1, 1, 0, 1, 1 }, { 0x0279, 0xE0, 2, 0, 2, 1 }, { 0x0279, 0xE1, 4, 0, 4, 0.001 },
	{ 0x027C, 0xC4, 2, 0, 2, 1 }, { 0x027C, 0xC5, 4, 0, 4, 0.001 }, { 0x027C, 0xCB, 1, 0, 1, 1 },
	{ 0x027C, 0xC7, 2, 0, 2, 0.001 }, { 0x027C, 0xC8, 4, 0, 4, 0.001 }, { 0x027C, 0xCA, 1, 0, 1, 1 }, { 0x027C, 0xD0, 1, 0, 1, 1 },
	{ 0x027C, 0xE1, 2, 0, 2, 1 },
	{ 0x027D, 0xA8, 4, 0, 4, 0.001 }, { 0x027D, 0xA9, 4, 0, 4, 0.001 }, { 0x027D, 0xCF, 1, 0, 1, 1 }, { 0x027D, 0xD3, 4, 0, -4, 1 },
	{ 0x027D, 0xDA, 1, 0, 1, 1 }, { 0x027D, 0xE2, 4, 0, 4, 1 }, { 0x027D, 0xE4, 1, 0, 1, 1 }, { 0x027D, 0xEB, 4, 0, 4, 1 },
	{ 0x027D, 0xEC, 4, 0, 4, 1 }, { 0x027D, 0xA5, 4, 0, 4, 1 }, { 0x027D, 0xDB, 1, 0, 1, 1 }, { 0x027D, 0xE5, 1, 0, 1, 1 },
	{ 0x027E, 0xC7, 1, 0, 1, 1 }, { 0x027E, 0xD3, 4, 0, -4, 1 }, { 0x027E, 0xDA, 1, 0, 1, 1 }, { 0x027E, 0xE4, 1, 0, 1, 1 },
	{ 0x027E, 0xC2, 4, 0, 4, 1 }, { 0x027E, 0xD6, 4, 0, 4, 0.001 }, { 0x027E, 0xD8, 4, 0, 4, 0.001 }, { 0x027E, 0xE1, 1, 0, 1, 1 },
	{ 0x027E, 0xEB, 4, 0, 4, 1 }, { 0x027E, 0xEC, 4, 0, 4, 1 },
	{ 0x0287, 0xC0, 4, 0, 4, 0.1 }, { 0x0287, 0xC1, 4, 0, 4, 0.1 }, { 0x0287, 0xC6, 4, 0, -4, 1 },
	{ 0x0288, 0xE0, 4, 0, 4, 0.1 }, { 0x0288, 0xE3, 4, 0, 4, 0.1 }, { 0x0288, 0xE7, 4, 0, -4, 1 },
	{ 0x028A, 0xC1, 4, 0, 4, 0.6 }, { 0x028A, 0xC3, 11, 7, 4, 0.6 }, { 0x028A, 0xE2, 11, 7, 4, 0.6 }, { 0x028A, 0xE3, 11, 7, 4, 0.6 },
	{ 0x02A5, 0xE0, 4, 0, 4, 0.001 }, { 0x02A5, 0xE3, 4, 0, 4, 0.001 }, { 0x02A5, 0xE7, 4, 0, -4, 1 }, { 0x02A5, 0xD0, 1, 0, 1, 1 },
	{ 0, 0x80, 1, 0, 1, 1 }, { 0, 0x88, 1, 0, 1, 1 }, { 0, 0x89, 2, 0, 2, 1 },
	/* clang-format on */
};

/* What never changes. The units say by what the numbers above are to be multiplied: 60 times 0.01 kW or kWh. */
static const struct fixed {
	uint16_t class;
	uint8_t epc, len;
	uint8_t data[4];
} fixed[] = {
	{ 0, 0x80, 1, { 0x30 } },
	{ 0, 0x81, 1, { 0x00 } },
	{ 0, 0x82, 4, { 0, 0, 'R', 0 } },
	{ 0, 0x88, 1, { 0x42 } },
	{ 0, 0x8A, 3, { 0xFF, 0xFF, 0xFE } },
	{ 0x0287, 0xC2, 1, { 0x01 } },
	{ 0x0288, 0xD3, 4, { 0, 0, 0, 1 } },
	{ 0x0288, 0xD7, 1, { 8 } },
	{ 0x0288, 0xE1, 1, { 0x01 } },
	{ HV_METER, 0xC4, 1, { 6 } },
	{ HV_METER, 0xC5, 1, { 0x02 } },
	{ HV_METER, 0xD3, 4, { 0, 0, 0, COEFFICIENT } },
	{ HV_METER, 0xD4, 1, { 0x00 } },
	{ HV_METER, 0xE0, 1, { 1 } },
	{ HV_METER, 0xE5, 1, { 8 } },
	{ HV_METER, 0xE6, 1, { 0x02 } },
};

static unsigned
put_number(uint8_t *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
	return bytes;
}

/* YYYY MM DD hh mm ss of the half hour that ended last, in civil time. */
static void
put_time(uint8_t *out, struct utc now)
{
	time_t s = (time_t)(el_half_hour(now) * 1800);
	struct tm tm = { 0 };

	localtime_r(&s, &tm);
	put_number(out, (uint64_t)tm.tm_year + 1900, 2);
	out[2] = (uint8_t)(tm.tm_mon + 1);
	out[3] = (uint8_t)tm.tm_mday;
	out[4] = (uint8_t)tm.tm_hour;
	out[5] = (uint8_t)tm.tm_min;
	out[6] = (uint8_t)tm.tm_sec;
}

/* ---- points */

static const struct form *
form_of(uint16_t class, uint8_t epc)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (forms[i].epc == epc && (forms[i].class == class || forms[i].class == 0))
			return &forms[i];
	return NULL;
}

static struct image_point *
point_of(const struct el_home *h, uint32_t object, uint8_t epc, bool is_write, const struct site_register **reg)
{
	char message[200];

	for (uint32_t i = 0; i < h->image->point_count; i++) {
		const struct site_point_def *d = h->image->points[i].point->def;
		const struct site_register *r = is_write ? d->write : d->read != NULL ? d->read : d->write;
		struct echonet_place p;

		if (r == NULL || r->property == NULL || !echonet_place(r->property, &p, message, sizeof(message)) ||
		    p.object != object || p.row->epc != epc)
			continue;
		*reg = r;
		return &h->image->points[i];
	}
	return NULL;
}

/* In the unit of the property. */
static double
property_value(const struct el_home *h, const struct image_point *p, const struct site_register *r)
{
	double scale = r->scale != 0 && isfinite(r->scale) ? r->scale : 1, v = image_value(h->image, p);

	return ((r->invert ? -v : v) - r->offset) / scale;
}

bool
el_bind(struct source *s, const struct site_point_def *d)
{
	const struct site_register *r = d->read;
	struct echonet_place p;
	char message[200];
	unsigned class;

	if (r == NULL || r->property == NULL || !echonet_place(r->property, &p, message, sizeof(message)))
		return false;
	class = p.object >> 8;
	if (class == HV_METER && p.row->epc == 0xC3)
		s->kind = SOURCE_DEMAND;
	else if (class == HV_METER && (p.row->epc == 0xE2 || p.row->epc == 0xE3))
		s->kind = SOURCE_ENERGY;
	else if (class == 0x0279 && p.row->epc == 0xE0)
		s->kind = SOURCE_SUN;
	else
		return false;
	s->factor = r->scale != 0 && isfinite(r->scale) ? r->scale : 1;
	s->at1 = (double)(6000 + s->key % 6000) * s->factor; /* W: roofs differ */
	return true;
}

static int
get_point(struct el_home *h, struct el_thing *t, uint8_t epc, uint8_t *out)
{
	const struct form *f = form_of((uint16_t)(t->object >> 8), epc);
	const struct site_register *r;
	struct image_point *p = point_of(h, t->object, epc, false, &r);
	unsigned width = f != NULL ? (unsigned)(f->width < 0 ? -f->width : f->width) : 0;
	double v, most;

	if (f == NULL || p == NULL)
		return -1;
	memset(out, 0, f->size);
	if (f->at >= 7)
		put_time(out, h->image->world->now);
	v = round(property_value(h, p, r) / f->step);
	most = ldexp(1, (int)(8 * width) - (f->width < 0)) - 3;
	if (!isfinite(v))
		put_number(out + f->at, NO_DATA >> (f->width < 0 && width == 4), width);
	else
		put_number(out + f->at, (uint64_t)(int64_t)clamp(v, f->width < 0 ? -most : 0, most), width);
	return f->size;
}

/* ---- half hours */

static int
get_history(struct el_thing *t, struct utc now, bool is_energy, uint8_t *out)
{
	int64_t offset = utc_zone_offset_us(now) / HALF_US, local = el_half_hour(now) + offset;
	int64_t midnight = (local / 48 - t->day) * 48 - offset;

	put_number(out, t->day, 2);
	for (int i = 0; i < 48; i++) {
		int64_t k = midnight + i;
		double v = k > el_half_hour(now) ? (double)NAN
		    : is_energy                  ? el_meter_kwh(t->meter, k) / 0.6
		                                 : el_meter_kw(t->meter, k - 1) / 0.6;

		put_number(out + 2 + 4 * i, isfinite(v) ? (uint64_t)llround(v) : NO_DATA, 4);
	}
	return 2 + 4 * 48;
}

/* ---- maps and lists */

static bool
is_settable(const struct el_home *h, uint32_t object, uint8_t epc)
{
	const struct site_register *r;

	if (object >> 8 == HV_METER && epc == 0xE1)
		return true;
	return point_of(h, object, epc, true, &r) != NULL && form_of((uint16_t)(object >> 8), epc) != NULL;
}

static bool
is_announced(uint32_t object, uint8_t epc)
{
	return epc == 0x80 || epc == 0x88 || (object >> 8 == HV_METER && (epc == 0xC3 || epc == 0xE3)) ||
	    (object >> 8 == NODE && epc == 0xD5);
}

static int
get_map(struct el_home *h, uint32_t object, uint8_t map, uint8_t *out)
{
	uint8_t list[128], scratch[EL_BYTES];
	unsigned n = 0;

	for (unsigned epc = 0x80; epc <= 0xFF; epc++) {
		bool has = epc >= 0x9D && epc <= 0x9F ? true
		    : map == 0x9E                     ? false
		                                      : el_home_get(h, object, (uint8_t)epc, scratch) >= 0;

		if (map == 0x9E)
			has = object >> 8 != NODE && is_settable(h, object, (uint8_t)epc);
		if (map == 0x9D)
			has = (has || epc == 0xD5) && is_announced(object, (uint8_t)epc);
		if (has)
			list[n++] = (uint8_t)epc;
	}
	out[0] = (uint8_t)n;
	if (n < 16) {
		memcpy(out + 1, list, n);
		return (int)n + 1;
	}
	memset(out + 1, 0, 16);
	while (n-- > 0)
		out[1 + list[n] % 16] = (uint8_t)(out[1 + list[n] % 16] | 1 << (list[n] / 16 - 8));
	return 17;
}

static int
get_node(struct el_home *h, uint8_t epc, uint8_t *out)
{
	static const uint8_t version[4] = { 1, 13, 1, 0 };
	unsigned n = h->thing_count < 84 ? h->thing_count : 84;

	switch (epc) {
	case 0x82: memcpy(out, version, 4); return 4;
	case 0x83: memcpy(out, h->id, sizeof(h->id)); return sizeof(h->id);
	case 0xD3: return (int)put_number(out, h->thing_count, 3);
	case 0xD4: return (int)put_number(out, h->thing_count + 1, 2);
	case 0xD5:
	case 0xD6:
		out[0] = (uint8_t)n;
		for (unsigned i = 0; i < n; i++)
			put_number(out + 1 + 3 * i, h->things[i].object, 3);
		return (int)(1 + 3 * n);
	case 0xD7:
		n = n > 8 ? 8 : n;
		out[0] = (uint8_t)n;
		for (unsigned i = 0; i < n; i++)
			put_number(out + 1 + 2 * i, h->things[i].object >> 8, 2);
		return (int)(1 + 2 * n);
	default: return -1;
	}
}

/* ---- all */

int
el_home_get(struct el_home *h, uint32_t object, uint8_t epc, uint8_t *out)
{
	struct el_thing *t = el_home_find(h, object);
	int n = -1;

	if (epc >= 0x9D && epc <= 0x9F)
		return get_map(h, object, epc, out);
	if (object >> 8 == NODE)
		n = get_node(h, epc, out);
	else if (t == NULL)
		return -1;
	else if (t->meter != NULL && (epc == 0xC6 || epc == 0xE7))
		return get_history(t, h->image->world->now, epc == 0xE7, out);
	else if (t->meter != NULL && epc == 0xE1)
		return (int)put_number(out, t->day, 1);
	else
		n = get_point(h, t, epc, out);
	for (size_t i = 0; i < ARRAY_LEN(fixed) && n < 0; i++) {
		if (fixed[i].epc != epc || (fixed[i].class != 0 && fixed[i].class != object >> 8) ||
		    (object >> 8 == NODE && epc == 0x81))
			continue;
		memcpy(out, fixed[i].data, fixed[i].len);
		n = fixed[i].len;
	}
	return n;
}

bool
el_home_set(struct el_home *h, uint32_t object, uint8_t epc, const uint8_t *data, unsigned len)
{
	struct el_thing *t = el_home_find(h, object);
	const struct form *f = form_of((uint16_t)(object >> 8), epc);
	const struct site_register *r;
	struct image_point *p = point_of(h, object, epc, true, &r);
	uint64_t bits = 0;
	double v, scale;

	if (t != NULL && t->meter != NULL && epc == 0xE1) {
		if (len != 1 || data[0] > 99)
			return false;
		t->day = data[0];
		return true;
	}
	if (t == NULL || p == NULL || f == NULL || len != f->size || f->at != 0)
		return false;
	for (unsigned i = 0; i < len; i++)
		bits = bits << 8 | data[i];
	v = f->width < 0 && (bits >> (8 * len - 1)) != 0 ? (double)bits - ldexp(1, (int)(8 * len)) : (double)bits;
	scale = r->scale != 0 && isfinite(r->scale) ? r->scale : 1;
	v = v * f->step * scale + r->offset;
	return image_command(h->image, p, r->invert ? -v : v);
}

struct el_thing *
el_home_find(struct el_home *h, uint32_t object)
{
	for (uint32_t i = 0; i < h->thing_count; i++)
		if (h->things[i].object == object)
			return &h->things[i];
	return NULL;
}

static void
add_thing(struct el_home *h, const struct site_register *r)
{
	struct echonet_place p;
	char message[200];

	if (r == NULL || r->property == NULL || !echonet_place(r->property, &p, message, sizeof(message)) ||
	    el_home_find(h, p.object) != NULL)
		return;
	h->things[h->thing_count++] =
	    (struct el_thing){ .object = p.object, .meter = p.object >> 8 == HV_METER ? h->image->meter : NULL };
}

void
el_home_init(struct el_home *h, struct image *im, struct arena *arena, uint64_t seed)
{
	uint64_t key = noise_key(seed, im->name);

	*h = (struct el_home){ .image = im };
	h->things = arena_alloc(arena, (2 * (size_t)im->point_count + 1) * sizeof(*h->things));
	for (uint32_t i = 0; i < im->point_count; i++) {
		add_thing(h, im->points[i].point->def->read);
		add_thing(h, im->points[i].point->def->write);
	}
	h->id[0] = 0xFE;
	h->id[1] = h->id[2] = 0xFF;
	h->id[3] = 0xFE;
	put_number(h->id + 9, key, 8);
}
