/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.h - the plant's own chance: a stream a model, so that one model more changes no other; and the small filters of physics.
 */
#ifndef CHISAN_PLANT_RANDOM_H
#define CHISAN_PLANT_RANDOM_H

#include <stdint.h>

struct rng {
	uint64_t s[2];
};

void rng_init(struct rng *r, uint64_t seed, const char *stream);
uint64_t rng_next(struct rng *r);
double rng_uniform(struct rng *r); /* 0 <= u < 1 */
double rng_between(struct rng *r, double lo, double hi);
double rng_normal(struct rng *r); /* mean 0, deviation 1, never beyond 3.5 */
/* value off by 5 to 10 %: bias < 0 always less (name plates are not exceeded), > 0 always more, 0 either way. */
double rng_vary(struct rng *r, double value, int bias);

/* Noise with a memory: first-order (Ornstein-Uhlenbeck), mean 0, exact for every step length. */
struct wander {
	double x, sigma, tau_s, dt, keep, kick;
};
void wander_init(struct wander *o, struct rng *r, double sigma, double tau_s);
double wander_step(struct wander *o, struct rng *r, double dt_s); /* the new value, never beyond 3 sigma */

/* Smooth noise in -1..1 as a pure function of the key and the time: no state, so it costs nothing until somebody looks. */
double noise_at(uint64_t key, double t_s, double period_s);
uint64_t noise_key(uint64_t seed, const char *name);

double lag(double x, double target, double dt_s, double tau_s);  /* first order, exact */
double slew(double x, double target, double per_s, double dt_s); /* per_s 0: no limit */
double clamp(double x, double lo, double hi);
double ramp01(double x, double from, double to); /* smooth 0..1 between two places */

#endif
