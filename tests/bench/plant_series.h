/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plant_series.h - made-up series like a plant's, the same at each run: of 10 points 4 are noisy powers, the others voltage,
 * frequency, state of charge, temperature, counter and a setpoint or state.
 */
#ifndef CHISAN_PLANT_SERIES_H
#define CHISAN_PLANT_SERIES_H

#include <math.h>
#include <stdint.h>

enum plant_kind {
	PLANT_POWER,
	PLANT_VOLTAGE,
	PLANT_FREQUENCY,
	PLANT_SOC,
	PLANT_TEMPERATURE,
	PLANT_COUNTER,
	PLANT_SETPOINT,
	PLANT_STATUS,
	PLANT_KINDS
};

static const char *const plant_kind_words[PLANT_KINDS] = { "power", "voltage", "frequency", "state of charge",
	"temperature", "counter", "setpoint", "status" };
static const int plant_decimals[PLANT_KINDS] = { 1, 1, 3, 1, 1, 1, 1, 0 };

struct plant_series {
	enum plant_kind kind;
	uint64_t random;
	double level, slow, total, ramp;
	uint32_t n;
};

static inline enum plant_kind
plant_kind_of(uint32_t point)
{
	static const enum plant_kind kinds[10] = { PLANT_POWER, PLANT_POWER, PLANT_POWER, PLANT_POWER, PLANT_VOLTAGE,
		PLANT_FREQUENCY, PLANT_SOC, PLANT_TEMPERATURE, PLANT_COUNTER, PLANT_SETPOINT };

	return point % 20 == 19 ? PLANT_STATUS : kinds[point % 10];
}

static inline double
plant_uniform(struct plant_series *p) /* 0..1 */
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (double)(p->random >> 11) * 0x1p-53;
}

static inline double
plant_normal(struct plant_series *p) /* nearly, with deviation 1 */
{
	return (plant_uniform(p) + plant_uniform(p) + plant_uniform(p) + plant_uniform(p) - 2) * 1.7320508;
}

static inline void
plant_init(struct plant_series *p, uint32_t point)
{
	*p = (struct plant_series){ .kind = plant_kind_of(point),
		.random = point * UINT64_C(0x9E3779B97F4A7C15) + 88172645463325252u };
	for (int i = 0; i < 8; i++)
		(void)plant_uniform(p);
	p->level = 50 + plant_uniform(p) * 400;
	p->slow = plant_uniform(p);
	p->total = floor(plant_uniform(p) * 100000);
	p->ramp = 20 + plant_uniform(p) * 60;
}

static inline double
plant_round(double v, double steps)
{
	double n = floor(v * steps + 0.5);

	return n == 0 ? 0 : n / steps;
}

/* Quantised to the point's resolution; scale: 1, or what another source says the load of the hour is. */
static inline double
plant_next(struct plant_series *p, double scale)
{
	uint32_t n = p->n++;

	switch (p->kind) {
	case PLANT_POWER: /* the noise of a second is about 1.2 kW */
		p->slow += 0.02 * plant_normal(p) - 0.0001 * p->slow;
		return plant_round((p->level + 2 * p->slow) * scale + 0.88 * plant_normal(p), 10);
	case PLANT_VOLTAGE:
		p->slow += 0.01 * plant_normal(p) - 0.001 * p->slow;
		return plant_round(6600.0 / 31.4159 + p->slow + 0.07 * plant_normal(p), 10);
	case PLANT_FREQUENCY:
		p->slow += 0.003 * plant_normal(p) - 0.02 * p->slow;
		return plant_round(50 + p->slow + 0.0018 * plant_normal(p), 1000);
	case PLANT_SOC:
		p->ramp += (n / 14400 & 1 ? 0.0025 : -0.0025) + 0.0002 * plant_normal(p);
		return plant_round(p->ramp, 10);
	case PLANT_TEMPERATURE:
		p->slow += 0.002 * plant_normal(p) - 0.00005 * p->slow;
		return plant_round(60 + 5 * p->slow, 10);
	case PLANT_COUNTER:
		p->total += (p->level * scale + 2 * plant_normal(p)) / 3600;
		return plant_round(p->total, 10);
	case PLANT_SETPOINT:
		if (n % 900 == 0)
			p->ramp = plant_uniform(p) * 500;
		return plant_round(p->ramp, 10);
	case PLANT_STATUS: return (double)(n / 1800 & 3);
	case PLANT_KINDS: break;
	}
	return 0;
}

#endif
