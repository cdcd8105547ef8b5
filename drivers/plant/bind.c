/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind.c - which signal a point shows.  1 by tag and the kind of its asset, 2 by its role in the energy section, 3 by what the
 * profile says of it: within its limits, digital states normal, counters counting.  A point's asset is found by its neighbours.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/plant/el_plant.h"
#include "drivers/plant/image.h"
#include "drivers/plant/rules.h"
#include "scada/base/str.h"

#define CANDIDATES 4

struct candidates {
	const struct model *m[CANDIDATES];
	unsigned n;
};

static void
add_candidate(struct candidates *c, const struct model *m)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->m[i] == m)
			return;
	if (m != NULL && c->n < CANDIDATES)
		c->m[c->n++] = m;
}

/* ---- the asset of a point */

/* Bytes of the longest common beginning that ends at a dot. */
static size_t
common_parts(const char *a, const char *b)
{
	size_t best = 0;
	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '.')
			best = i + 1;
	return best;
}

static const struct model *
by_role(const struct world *w, const char *point, const char **role)
{
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct key_points *k = &w->models[i]->asset->points;
		for (uint32_t j = 0; j < k->n; j++)
			if (strcmp(k->v[j].point, point) == 0) {
				*role = k->v[j].role;
				return w->models[i];
			}
	}
	return NULL;
}

static const struct model *
by_neighbour(const struct world *w, const char *point, size_t device_len)
{
	const struct model *best = NULL;
	size_t best_len = device_len; /* the device alone says nothing here */
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct key_points *k = &w->models[i]->asset->points;
		for (uint32_t j = 0; j < k->n; j++) {
			size_t n = common_parts(k->v[j].point, point);
			if (n > best_len) {
				best_len = n;
				best = w->models[i];
			}
		}
	}
	return best;
}

static bool
has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = strstr(text, word); p != NULL; p = strstr(p + 1, word)) {
		bool begins = p == text || p[-1] == '.' || p[-1] == '_',
		     ends = p[n] == '\0' || p[n] == '.' || p[n] == '_';
		if (begins && ends)
			return true;
	}
	return false;
}

/* The asset that gives the device its name, or that has most of the roles in it. */
static const struct model *
by_device(const struct world *w, const char *point, size_t device_len)
{
	const struct model *most = NULL;
	unsigned all = 0, best = 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		const struct key_points *k = &m->asset->points;
		unsigned n = 0;
		if (device_len > 1 && strlen(m->asset->name) == device_len - 1 &&
		    strncmp(m->asset->name, point, device_len - 1) == 0)
			return m;
		for (uint32_t j = 0; j < k->n; j++)
			n += strncmp(k->v[j].point, point, device_len) == 0;
		all += n;
		if (n > best) {
			best = n;
			most = m;
		}
	}
	return 2 * best > all ? most : NULL;
}

static void
find_candidates(const struct world *w, const struct site_point *p, const char **role, struct candidates *c)
{
	const char *dot = strchr(p->name, '.');
	size_t device_len = dot == NULL ? 0 : (size_t)(dot - p->name) + 1;
	add_candidate(c, by_role(w, p->name, role));
	add_candidate(c, by_neighbour(w, p->name, device_len));
	for (uint32_t i = 0; i < w->model_count; i++)
		if (has_word(p->def->tag, w->models[i]->asset->name))
			add_candidate(c, w->models[i]);
	add_candidate(c, by_device(w, p->name, device_len));
}

/* ---- units: kW and W, kV and V, MWh and kWh */

static double
prefix(const char *unit, const char **rest)
{
	static const struct {
		char letter;
		double factor;
	} prefixes[] = { { 'G', 1e9 }, { 'M', 1e6 }, { 'k', 1e3 } };
	static const char *const bare[] = { "W", "Wh", "V", "VA", "A", "var", "varh", "J", "J/h", "Pa", "PaG" };
	*rest = unit;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		for (size_t k = 0; k < ARRAY_LEN(bare); k++)
			if (unit[0] == prefixes[i].letter && strcmp(unit + 1, bare[k]) == 0) {
				*rest = unit + 1;
				return prefixes[i].factor;
			}
	return 1;
}

static double
unit_factor(const char *from, const char *to)
{
	const char *a, *b;
	if (from == NULL || to == NULL || from[0] == '\0')
		return 1;
	double fa = prefix(from, &a), fb = prefix(to, &b);
	return strcmp(a, b) == 0 ? fa / fb : 1;
}

/* ---- limits of the profile */

static double
limit_of(const struct site_point_def *d, int type)
{
	const struct site_limit *l = d->alarms.v;
	for (uint32_t i = 0; i < d->alarms.n; i++)
		if (l[i].type == type)
			return l[i].limit;
	return (double)NAN;
}

/* The band in which nothing alarms; a side without a limit is a tenth inside of the range. */
static void
normal_band(const struct site_point_def *d, double *lo, double *hi)
{
	double l = limit_of(d, LIMIT_L), h = limit_of(d, LIMIT_H);
	l = isfinite(l) ? l : limit_of(d, LIMIT_LL);
	h = isfinite(h) ? h : limit_of(d, LIMIT_HH);
	double from = isfinite(d->range.lo) ? d->range.lo
	    : isfinite(l)                   ? l
	                                    : 0,
	       to = isfinite(d->range.hi) ? d->range.hi
	    : isfinite(h)                 ? h
	                                  : from + 100;
	*lo = isfinite(l) ? l : from + (to - from) * 0.1;
	*hi = isfinite(h) ? h : to - (to - from) * 0.1;
	if (*lo > *hi) {
		*lo = from;
		*hi = to;
	}
}

static bool
in_range(const struct site_point_def *d, double v)
{
	return !isfinite(d->range.lo) || (v >= d->range.lo && v <= d->range.hi);
}

/* ---- sources */

static bool
tag_matches(const char *glob, const char *tag)
{
	for (const char *p = tag; p != NULL; p = strchr(p, '.'), p = p == NULL ? NULL : p + 1)
		if (str_glob(glob, p))
			return true;
	return false;
}

static bool
use_signal(
    struct source *s, const struct world *w, const struct model *m, const char *name, const struct site_point_def *d)
{
	const char *unit = NULL;
	const double *signal = world_signal(w, m, name, &unit);
	bool writes = d->write != NULL && m != NULL && m->kind->command != NULL;
	if (signal == NULL && !writes)
		return false;
	s->kind = signal != NULL ? SOURCE_SIGNAL : SOURCE_HELD;
	s->signal = signal;
	s->factor = unit_factor(unit, d->unit);
	if (writes) {
		s->model = (struct model *)(uintptr_t)m;
		s->command = name;
	}
	return true;
}

static bool
use_rule(struct source *s, const struct world *w, const struct model *m, const struct rule *r,
    const struct site_point_def *d)
{
	if (r->at0 == 0 && r->at1 == 0)
		return use_signal(s, w, m, r->signal, d);
	const double *signal = world_signal(w, m, r->signal, NULL);
	double nominal = 1, lo, hi;
	if (r->is_nominal) {
		normal_band(d, &lo, &hi);
		nominal = (lo + hi) / 2;
	}
	/* Numbers of another make of machine: better something within its limits. */
	if (signal == NULL || !in_range(d, r->at1 * nominal) || !in_range(d, r->at0 * nominal))
		return false;
	s->kind = SOURCE_DERIVED;
	s->signal = signal;
	s->factor = 1;
	s->at0 = r->at0 * nominal;
	s->at1 = r->at1 * nominal;
	s->noise = r->noise * nominal;
	s->period_s = r->period_s;
	return true;
}

static bool
use_rules(struct source *s, const struct world *w, const struct model *m, const struct site_point_def *d)
{
	for (const struct rule *r = rules; r->tag != NULL; r++) {
		bool fits = r->kind == RULE_ANY ? m != NULL
		    : r->kind == RULE_WORLD     ? m == NULL
		                                : m != NULL && m->kind->kind == r->kind;
		if (fits && tag_matches(r->tag, d->tag))
			return use_rule(s, w, m, r, d);
	}
	return false;
}

/* A state that no alarm is about, or that its tag calls for. */
static double
normal_state(const struct site_point_def *d)
{
	static const char *const on[] = { "*RUN", "*52*", "REM*", "*READY" };
	const struct site_limit *l = d->alarms.v;
	if (d->bits.n > 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(on); i++)
		if (tag_matches(on[i], d->tag))
			return 1;
	for (uint32_t i = 0; i < d->states.n; i++) {
		bool alarms = false;
		for (uint32_t k = 0; k < d->alarms.n; k++)
			alarms |= l[k].type == LIMIT_STATE && l[k].state == d->states.v[i].number;
		if (!alarms)
			return (double)d->states.v[i].number;
	}
	return 0;
}

/*
 * A usual value for a point without limits, by its unit: mains frequency, the mains voltage nearest to the middle of the range, a power
 * factor near 1, a mild temperature, a quarter of what flows both ways. false: nothing usual about it.
 */
static bool
usual_value(const struct site_point_def *d, double lo, double hi, double *at, double *noise)
{
	static const double volts[] = { 24, 48, 100, 210, 230, 400, 690, 6600, 22000, 66000 };
	const char *unit = d->unit != NULL ? d->unit : "";
	double middle = (lo + hi) / 2;
	if (strcmp(unit, "Hz") == 0) {
		*at = in_range(d, 50) ? 50 : 60;
		*noise = 0.03;
	} else if (strcmp(unit, "V") == 0 && middle > 0) {
		*at = volts[0];
		for (size_t i = 1; i < ARRAY_LEN(volts); i++)
			if (fabs(log(volts[i] / middle)) < fabs(log(*at / middle)))
				*at = volts[i];
		*noise = 0.01 * *at;
	} else if (tag_matches("PF*", d->tag)) {
		*at = isfinite(d->range.hi) ? 0.95 * d->range.hi : 95;
		*noise = 0.03 * *at;
	} else if (strcmp(unit, "degC") == 0) {
		*at = lo + 0.35 * (hi - lo);
		*noise = 0.05 * (hi - lo);
	} else if (lo < 0 && hi > 0) {
		*at = 0.25 * hi;
		*noise = 0.10 * hi;
	} else {
		return false;
	}
	return in_range(d, *at - *noise) && in_range(d, *at + *noise);
}

static bool
has_limits(const struct site_point_def *d)
{
	return isfinite(limit_of(d, LIMIT_L)) || isfinite(limit_of(d, LIMIT_H));
}

static void
use_profile(struct source *s, struct rng *r, const struct site_point_def *d)
{
	double lo, hi;
	normal_band(d, &lo, &hi);
	s->factor = 1;
	switch ((enum point_kind)d->kind) {
	case KIND_DIGITAL:
	case KIND_COMMAND:
		s->kind = d->write != NULL ? SOURCE_HELD : SOURCE_WANDER;
		s->at0 = normal_state(d);
		s->noise = 0;
		break;
	case KIND_COUNTER: {
		double most =
		    d->counter != NULL && isfinite(d->counter->max_rate_per_s) && d->counter->max_rate_per_s > 0
		    ? d->counter->max_rate_per_s
		    : 0.1;
		s->kind = SOURCE_COUNT;
		s->at0 = floor(rng_between(r, 1e3, 1e5));
		s->at1 = most * rng_between(r, 0.1, 0.4);
		s->period_s = rng_between(r, 600, 3600);
		break;
	}
	case KIND_SETPOINT:
		s->kind = SOURCE_HELD;
		s->at0 = d->states.n > 0 ? normal_state(d) : lo <= 0 && hi >= 0 ? 0 : (lo + hi) / 2;
		break;
	default:
		s->kind = SOURCE_WANDER;
		s->at0 = lo + (hi - lo) * rng_between(r, 0.4, 0.6);
		s->noise = (hi - lo) * rng_between(r, 0.05, 0.15);
		s->period_s = rng_between(r, 30, 900);
		double at, noise;
		if (!has_limits(d) && usual_value(d, lo, hi, &at, &noise)) {
			s->at0 = at;
			s->noise = noise;
		}
		if (d->states.n > 0 || d->bits.n > 0) {
			s->at0 = normal_state(d);
			s->noise = 0;
		}
		break;
	}
}

static void
bind_point(struct image_point *p, const struct world *w)
{
	const struct site_point *point = p->point;
	struct candidates c = { .n = 0 };
	const char *role = NULL;
	struct source *s = &p->source;
	*s = (struct source){ .key = noise_key(w->seed, point->name), .factor = 1, .period_s = 1 };
	bool bound = el_bind(s, point->def);
	if (!bound)
		find_candidates(w, point, &role, &c);
	for (unsigned i = 0; i < c.n && !bound; i++) {
		bound = use_rules(s, w, c.m[i], point->def);
		if (!bound && i == 0 && role != NULL)
			bound = use_signal(s, w, c.m[0], role_signal(c.m[0]->kind->kind, role), point->def);
	}
	if (!bound)
		bound = use_rules(s, w, NULL, point->def);
	if (!bound) {
		struct rng r;
		rng_init(&r, w->seed, point->name);
		use_profile(s, &r, point->def);
	}
	p->held = s->at0;
}

void
bind_image(struct image *im, struct arena *arena, const struct site *site)
{
	const struct site_node *n = im->node;
	im->point_count = n->count;
	im->points = arena_alloc(arena, sizeof(*im->points) * ((size_t)n->count + 1));
	for (uint32_t i = 0; i < n->count; i++) {
		im->points[i].point = &site->points[n->first + i];
		bind_point(&im->points[i], im->world);
	}
}
