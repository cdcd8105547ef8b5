/* SPDX-License-Identifier: Apache-2.0 */
/* random.c - xoroshiro128+ streams, Ornstein-Uhlenbeck wander, value noise, first-order lag. */
#include "config.h"

#include <math.h>

#include "drivers/plant/random.h"

static uint64_t
mix(uint64_t *x)
{
	/* splitmix64 */
	uint64_t z = (*x += UINT64_C(0x9E3779B97F4A7C15));
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint64_t
noise_key(uint64_t seed, const char *name)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325) ^ seed;
	for (; *name != '\0'; name++) {
		h ^= (unsigned char)*name;
		h *= UINT64_C(0x100000001B3);
	}
	return mix(&h);
}

void
rng_init(struct rng *r, uint64_t seed, const char *stream)
{
	uint64_t h = noise_key(seed, stream);
	r->s[0] = mix(&h);
	r->s[1] = mix(&h);
}

uint64_t
rng_next(struct rng *r)
{
	uint64_t a = r->s[0], b = r->s[1], sum = a + b;
	b ^= a;
	r->s[0] = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
	r->s[1] = (b << 37) | (b >> 27);
	return sum;
}

double
rng_uniform(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1.0p-53;
}

double
rng_between(struct rng *r, double lo, double hi)
{
	return lo + (hi - lo) * rng_uniform(r);
}

double
rng_normal(struct rng *r)
{
	/* Four uniforms of 16 bits: close enough to a bell, bounded, and four times as fast as a logarithm. */
	uint64_t n = rng_next(r);
	double sum =
	    (double)(n & 0xFFFF) + (double)((n >> 16) & 0xFFFF) + (double)((n >> 32) & 0xFFFF) + (double)(n >> 48);
	return (sum / 65536.0 - 2.0) * 1.7320508075688772;
}

double
rng_vary(struct rng *r, double value, int bias)
{
	double by = rng_between(r, 0.05, 0.10);
	int up = bias != 0 ? bias > 0 : (int)(rng_next(r) >> 63);
	return value * (up ? 1 + by : 1 - by);
}

void
wander_init(struct wander *o, struct rng *r, double sigma, double tau_s)
{
	*o = (struct wander){ .sigma = sigma, .tau_s = tau_s > 0 ? tau_s : 1 };
	o->x = sigma * rng_normal(r) * 0.7;
}

double
wander_step(struct wander *o, struct rng *r, double dt_s)
{
	if (dt_s != o->dt) {
		o->dt = dt_s;
		o->keep = exp(-dt_s / o->tau_s);
		o->kick = o->sigma * sqrt(1 - o->keep * o->keep);
	}
	o->x = clamp(o->x * o->keep + o->kick * rng_normal(r), -3 * o->sigma, 3 * o->sigma);
	return o->x;
}

static double
lattice(uint64_t key, int64_t k)
{
	uint64_t x = key ^ ((uint64_t)k * UINT64_C(0xD1B54A32D192ED03));
	return (double)(mix(&x) >> 11) * 0x1.0p-52 - 1.0;
}

double
noise_at(uint64_t key, double t_s, double period_s)
{
	double at = t_s / period_s, k = floor(at), u = at - k;
	double a = lattice(key, (int64_t)k), b = lattice(key, (int64_t)k + 1);
	return a + (b - a) * u * u * (3 - 2 * u);
}

double
lag(double x, double target, double dt_s, double tau_s)
{
	return tau_s <= 0 ? target : target + (x - target) * exp(-dt_s / tau_s);
}

double
slew(double x, double target, double per_s, double dt_s)
{
	double most = per_s * dt_s;
	if (per_s <= 0)
		return target;
	return target > x + most ? x + most : target < x - most ? x - most : target;
}

double
clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

double
ramp01(double x, double from, double to)
{
	double u = clamp((x - from) / (to - from), 0, 1);
	return u * u * (3 - 2 * u);
}
