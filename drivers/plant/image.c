/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - which addresses of a device exist, what is read from them, and what a write to them does. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/plant/el_plant.h"
#include "drivers/plant/image.h"

#define WORDS_MAX 4

double
image_value(const struct image *im, const struct image_point *p)
{
	const struct source *s = &p->source;
	double t = im->world->t_s, noise = s->noise != 0 ? s->noise * noise_at(s->key, t, s->period_s) : 0;
	if (p->override == OVERRIDE_VALUE)
		return p->override_value;
	switch (s->kind) {
	case SOURCE_SIGNAL: return s->at0 + *s->signal * s->factor;
	case SOURCE_DERIVED: return (s->at0 + (s->at1 - s->at0) * *s->signal + noise * (*s->signal > 0.02)) * s->factor;
	case SOURCE_WANDER: return s->at0 + noise;
	case SOURCE_COUNT:
		/* The wave is slower than the count, so it never runs backwards. */
		return s->at0 + s->at1 * (t + 0.5 * s->period_s / 6.3 * sin(6.283 * t / s->period_s));
	case SOURCE_DEMAND: return el_meter_kw(im->meter, el_half_hour(im->world->now) - 1) * s->factor;
	case SOURCE_ENERGY: return el_meter_kwh(im->meter, el_half_hour(im->world->now)) * s->factor;
	case SOURCE_SUN: return s->at1 * im->world->weather.ghi / 1000;
	case SOURCE_HELD: break;
	}
	return p->held;
}

/* ---- places */

static int
by_place(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;
	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->role < y->role ? -1 : x->role > y->role;
}

static void
add_spot(struct image *im, int table, int64_t address, unsigned count, enum spot_role role, uint32_t point)
{
	if (address < 0 || address + count > 65536 || table < 0 || table >= TABLE_COUNT)
		return;
	im->spots[im->spot_count++] = (struct spot){ .table = (uint8_t)table,
		.role = (uint8_t)role,
		.address = (uint16_t)address,
		.count = (uint16_t)count,
		.point = point };
	if (count > im->longest)
		im->longest = (uint16_t)count;
}

static void
add_spots_of(struct image *im, uint32_t i)
{
	const struct site_point_def *d = im->points[i].point->def;
	const struct site_register *r = d->read, *w = d->write;
	if (r != NULL) {
		add_spot(im, r->table, r->address, raw_type_registers((enum raw_type)r->type), SPOT_READ, i);
		add_spot(im, r->table, r->scale_factor, 1, SPOT_FACTOR, i);
	}
	if (w != NULL) {
		add_spot(im, w->table, w->address, raw_type_registers((enum raw_type)w->type), SPOT_WRITE, i);
		add_spot(im, w->table, w->open_address, 1, SPOT_OPEN, i);
		add_spot(im, w->table, w->scale_factor, 1, SPOT_FACTOR, i);
	}
	if (d->revert != NULL)
		add_spot(im, TABLE_HOLDING, d->revert->timer_register, 1, SPOT_TIMER, i);
}

static bool
is_forbidden(const struct site_profile *p, int table, unsigned address)
{
	const struct site_forbidden *f = p->forbidden.v;
	for (uint32_t i = 0; i < p->forbidden.n; i++)
		if (f[i].table == table && (int64_t)address >= f[i].from && (int64_t)address <= f[i].to)
			return true;
	return false;
}

/* Neighbours across a gap that a client may read along belong to one span; elsewhere there is nothing. */
static void
find_spans(struct image *im, struct arena *arena)
{
	const struct site_profile *p = im->node->profile;
	im->spans = arena_alloc(arena, sizeof(*im->spans) * (im->spot_count + 1));
	for (uint32_t i = 0; i < im->spot_count; i++) {
		const struct spot *s = &im->spots[i];
		struct image_span *last = im->span_count > 0 ? &im->spans[im->span_count - 1] : NULL;
		unsigned to = s->address + s->count - 1u;
		if (last != NULL && last->table == s->table && s->address <= last->to + 1 + (unsigned)p->max_gap) {
			if (to > last->to)
				last->to = (uint16_t)to;
		} else {
			im->spans[im->span_count++] =
			    (struct image_span){ .table = s->table, .from = s->address, .to = (uint16_t)to };
		}
	}
}

/* A power of ten that lets the greatest value fit; points that share the register share it. */
static int
wanted_factor(const struct site_point_def *d, const struct site_register *r)
{
	double scale = r->scale != 0 && isfinite(r->scale) ? r->scale : 1;
	double top = isfinite(d->range.hi) ? fmax(fabs(d->range.hi), fabs(d->range.lo)) / scale : 1000;
	double room = r->type == RAW_I16 ? 32000 : r->type == RAW_U16 ? 65000 : 2e9;
	int e = top < 10 ? -3 : -2;
	if (d->kind == KIND_COUNTER)
		return 0;
	while (e < 10 && top / pow(10, e) > room)
		e++;
	return e;
}

static void
find_factors(struct image *im)
{
	for (uint32_t i = 0; i < im->spot_count; i++) {
		struct spot *s = &im->spots[i];
		if (s->role != SPOT_FACTOR)
			continue;
		const struct site_point_def *d = im->points[s->point].point->def;
		const struct site_register *r =
		    d->read != NULL && d->read->scale_factor == s->address ? d->read : d->write;
		s->factor = wanted_factor(d, r);
	}
	for (uint32_t i = 1; i < im->spot_count; i++)
		for (uint32_t k = i; k > 0; k--) {
			struct spot *a = &im->spots[k - 1], *b = &im->spots[k];
			if (a->role != SPOT_FACTOR || b->role != SPOT_FACTOR || a->table != b->table ||
			    a->address != b->address)
				break;
			a->factor = b->factor = a->factor > b->factor ? a->factor : b->factor;
		}
}

void
image_build(struct image *im, struct arena *arena)
{
	im->spots = arena_alloc(arena, sizeof(*im->spots) * (6 * (size_t)im->point_count + 2));
	for (uint32_t i = 0; i < im->point_count; i++) {
		struct image_point *p = &im->points[i];
		const struct site_revert *v = p->point->def->revert;
		p->revert_s = v != NULL ? (double)v->after_us / 1e6 : 0;
		add_spots_of(im, i);
	}
	const struct site_identity *id = im->node->profile->identity;
	if (id != NULL)
		add_spot(im, id->table, id->address, 1, SPOT_IDENTITY, 0);
	if (im->spot_count > 0)
		qsort(im->spots, im->spot_count, sizeof(*im->spots), by_place);
	find_factors(im);
	find_spans(im, arena);
}

/* Index of the first spot that could touch the address. */
static uint32_t
first_spot(const struct image *im, int table, unsigned address)
{
	unsigned reach = im->longest > 0 ? im->longest - 1u : 0, from = address > reach ? address - reach : 0;
	uint32_t lo = 0, hi = im->spot_count;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct spot *s = &im->spots[mid];
		if (s->table < table || (s->table == table && s->address < from))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Is the whole of it in the chain of a SunSpec device? */
static bool
in_chain(const struct image *im, int table, unsigned address, unsigned count)
{
	return im->chain != NULL && table == TABLE_HOLDING && address >= im->chain_base &&
	    address + count <= (unsigned)im->chain_base + im->chain_len;
}

static bool
exists(const struct image *im, int table, unsigned address, unsigned count)
{
	bool inside = in_chain(im, table, address, count);
	for (uint32_t i = 0; i < im->span_count && !inside; i++) {
		const struct image_span *s = &im->spans[i];
		inside = s->table == table && address >= s->from && address + count - 1 <= s->to;
	}
	for (unsigned k = 0; inside && k < count && im->node->profile->forbidden.n > 0; k++)
		inside = !is_forbidden(im->node->profile, table, address + k);
	return inside;
}

int
image_factor(const struct image *im, const struct site_register *r)
{
	if (r->scale_factor < 0)
		return 0;
	for (uint32_t i = first_spot(im, r->table, (unsigned)r->scale_factor); i < im->spot_count; i++) {
		const struct spot *s = &im->spots[i];
		if (s->table != r->table || s->address > r->scale_factor)
			break;
		if (s->role == SPOT_FACTOR && s->address == r->scale_factor)
			return s->factor;
	}
	return 0;
}

bool
image_invalid(const struct image *im, const struct image_point *p, double *v)
{
	const struct site_point_def *d = p->point->def;
	const struct site_register *r = d->read;
	if (r == NULL || r->invalid.n == 0)
		return false;
	double scale = r->scale != 0 && isfinite(r->scale) ? r->scale : 1, offset = isfinite(r->offset) ? r->offset : 0;
	*v = r->invalid.v[0] * scale * pow(10, image_factor(im, r)) + offset;
	if (r->invert)
		*v = -*v;
	return true;
}

/* ---- reading */

static void
show_spot(const struct image *im, const struct spot *s, uint16_t *words)
{
	const struct image_point *p = &im->points[s->point];
	const struct site_point_def *d = p->point->def;
	const struct site_profile *profile = im->node->profile;
	const struct site_register *r = s->role == SPOT_READ ? d->read : d->write;
	switch ((enum spot_role)s->role) {
	case SPOT_READ:
	case SPOT_WRITE: {
		bool pulse = s->role == SPOT_WRITE && (r->pulse_us > 0 || r->open_address >= 0);
		image_encode(d, r, image_order(r, profile), image_factor(im, r), pulse ? 0 : image_value(im, p), words);
		break;
	}
	case SPOT_OPEN: words[0] = 0; break;
	case SPOT_FACTOR: words[0] = (uint16_t)s->factor; break;
	case SPOT_TIMER: words[0] = (uint16_t)clamp(p->revert_s, 0, 65535); break;
	case SPOT_IDENTITY: {
		const struct site_identity *id = profile->identity;
		words[0] = (uint16_t)((words[0] & ~id->mask) | (id->equals & id->mask));
		break;
	}
	}
}

int
image_read(struct image *im, int table, unsigned address, unsigned count, uint16_t *out)
{
	if (!exists(im, table, address, count))
		return MB_ADDRESS;
	memset(out, 0, count * sizeof(*out));
	for (unsigned k = 0; k < count; k++)
		if (in_chain(im, table, address + k, 1))
			out[k] = im->chain[address + k - im->chain_base];
	for (uint32_t i = first_spot(im, table, address); i < im->spot_count; i++) {
		const struct spot *s = &im->spots[i];
		if (s->table != table || s->address >= address + count)
			break;
		if (s->address + s->count <= address)
			continue;
		/* In and out through a copy, so that bit fields of one word meet in it. */
		uint16_t words[WORDS_MAX] = { 0 };
		for (unsigned k = 0; k < s->count; k++)
			if (s->address + k >= address && s->address + k < address + count)
				words[k] = out[s->address + k - address];
		show_spot(im, s, words);
		for (unsigned k = 0; k < s->count; k++)
			if (s->address + k >= address && s->address + k < address + count)
				out[s->address + k - address] = words[k];
	}
	return MB_OK;
}

/* ---- writing */

bool
image_command(struct image *im, struct image_point *p, double v)
{
	const struct site_point_def *d = p->point->def;
	struct model *m = p->source.model;
	if (d->write == NULL)
		return false;
	/* A device in local answers, and does not obey: that is what a check-back is for. */
	if (m != NULL && m->remote < 0.5)
		return true;
	p->held = v;
	if (p->is_set_op)
		v = v == 1;
	if (m != NULL && p->source.command != NULL)
		m->kind->command(m, im->world, p->source.command, v / (p->source.factor != 0 ? p->source.factor : 1));
	if (p->revert_s > 0)
		p->revert_at_s = im->world->t_s + p->revert_s;
	return true;
}

static bool
is_acceptable(const struct site_point_def *d, double v)
{
	if (!isfinite(v))
		return false;
	double slack = isfinite(d->range.hi) ? 1e-6 * fmax(fabs(d->range.hi), fabs(d->range.lo)) : 0;
	if (isfinite(d->range.lo) && (v < d->range.lo - slack || v > d->range.hi + slack))
		return false;
	if (d->states.n == 0 || d->kind == KIND_SETPOINT)
		return true;
	for (uint32_t i = 0; i < d->states.n; i++)
		if ((double)d->states.v[i].number == v)
			return true;
	return false;
}

/* Of a SunSpec setpoint that is not enabled: it is only kept. */
static bool
is_shut(const struct image *im, const struct image_point *p)
{
	return p->gate != 0 && im->chain[p->gate - im->chain_base] == 0;
}

/* A register of the chain keeps its word; one that enables a setpoint gives it, one that disables it gives it back. */
static void
store(struct image *im, unsigned address, uint16_t word)
{
	im->chain[address - im->chain_base] = word;
	for (uint32_t i = 0; i < im->point_count; i++) {
		struct image_point *p = &im->points[i];
		double held = p->held;
		if (p->gate == 0 || p->gate != address)
			continue;
		image_command(im, p, word != 0 ? held : (double)NAN);
		p->held = held;
		if (word == 0)
			p->revert_at_s = 0;
	}
}

/* One spot takes its words; with `apply` false it only says whether it would. */
static int
write_spot(struct image *im, const struct spot *s, unsigned address, unsigned count, const uint16_t *in, bool apply)
{
	struct image_point *p = &im->points[s->point];
	const struct site_point_def *d = p->point->def;
	if (s->role == SPOT_TIMER) {
		if (apply)
			p->revert_s = in[s->address - address];
		return MB_OK;
	}
	if (s->role == SPOT_OPEN) {
		if (apply && in[s->address - address] != 0)
			image_command(im, p, 0);
		return MB_OK;
	}
	const struct site_register *r = d->write;
	uint16_t words[WORDS_MAX];
	unsigned mask = p->pending_mask, all = (1u << s->count) - 1;
	memcpy(words, p->pending, sizeof(words));
	for (unsigned k = 0; k < s->count; k++)
		if (s->address + k >= address && s->address + k < address + count) {
			words[k] = in[s->address + k - address];
			mask |= 1u << k;
		}
	if (mask == all) {
		double v = image_decode(d, r, image_order(r, im->node->profile), image_factor(im, r), words);
		bool pulse = r->type == RAW_BIT && (r->pulse_us > 0 || r->open_address >= 0);
		if (!is_acceptable(d, pulse ? 1 : v))
			return MB_VALUE;
		if (apply && is_shut(im, p))
			p->held = v;
		/* A pulse coil acts when it is set; that it is taken back means nothing. */
		else if (apply && (!pulse || v > 0.5))
			image_command(im, p, v);
		mask = 0;
	}
	if (apply) {
		memcpy(p->pending, words, sizeof(words));
		p->pending_mask = mask;
	}
	return MB_OK;
}

static bool
is_writable(const struct spot *s)
{
	return s->role == SPOT_WRITE || s->role == SPOT_OPEN || s->role == SPOT_TIMER;
}

static int
write_pass(struct image *im, int table, unsigned address, unsigned count, const uint16_t *in, bool apply)
{
	unsigned covered = 0;
	for (uint32_t i = first_spot(im, table, address); i < im->spot_count; i++) {
		const struct spot *s = &im->spots[i];
		if (s->table != table || s->address >= address + count)
			break;
		if (s->address + s->count <= address || !is_writable(s))
			continue;
		unsigned from = s->address > address ? s->address : address, end = s->address + s->count;
		covered += (end < address + count ? end : address + count) - from;
		int e = write_spot(im, s, address, count, in, apply);
		if (e != MB_OK)
			return e;
	}
	for (unsigned k = 0; k < count; k++) {
		if (!in_chain(im, table, address + k, 1) || !im->chain_stored[address + k - im->chain_base])
			continue;
		covered++;
		if (apply)
			store(im, address + k, in[k]);
	}
	/* Registers that nobody may write refuse the whole request; a gap between two setpoints does too. */
	return covered >= count ? MB_OK : MB_ADDRESS;
}

int
image_write(struct image *im, int table, unsigned address, unsigned count, const uint16_t *in)
{
	if (!exists(im, table, address, count))
		return MB_ADDRESS;
	int e = write_pass(im, table, address, count, in, false);
	if (e == MB_OK) {
		im->writes++;
		write_pass(im, table, address, count, in, true);
	}
	return e;
}

void
image_tick(struct image *im)
{
	for (uint32_t i = 0; i < im->point_count; i++) {
		struct image_point *p = &im->points[i];
		if (p->revert_at_s <= 0 || im->world->t_s < p->revert_at_s)
			continue;
		double to = p->point->def->revert->to;
		image_command(im, p, to);
		if (isnan(to))
			p->held = p->source.at0;
		p->revert_at_s = 0;
	}
}
