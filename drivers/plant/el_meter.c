/* SPDX-License-Identifier: Apache-2.0 */
/* el_meter.c - the load of a school: little by night and at weekends, and classes from eight to four. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "drivers/plant/el_plant.h"
#include "scada/base/mem.h"

#define HALF_US (1800 * US_PER_S)
#define BEFORE  (100 * 48) /* half hours */

static double
mean_kw(const struct el_meter *m, int64_t half_hour)
{
	struct utc t = { half_hour * HALF_US };
	int64_t local = half_hour + utc_zone_offset_us(t) / HALF_US;
	int64_t day = local / 48 - (local % 48 < 0);
	double hour = (double)(local - day * 48) / 2.0;
	int weekday = (int)((day % 7 + 4 + 7) % 7); /* 1970 began on a Thursday */
	bool is_school = weekday >= 1 && weekday <= 5;
	double busy = ramp01(hour, 6.5, 9.0) * (1 - ramp01(hour, 15.5, 19.0)) * (is_school ? 1 : 0.12);

	return (m->base_kw + m->day_kw * busy) * (1 + 0.08 * noise_at(m->key, (double)half_hour * 1800.0, 5400));
}

/* Sums up to and with that half hour. */
static void
extend(struct el_meter *m, int64_t half_hour)
{
	while (m->first + m->count <= half_hour) {
		if (m->count == m->room) {
			m->sums = xrecallocarray(m->sums, m->room, (size_t)m->room * 2 + 8192, sizeof(*m->sums));
			m->room = m->room * 2 + 8192;
		}
		m->sums[m->count] =
		    m->count == 0 ? m->start_kwh : m->sums[m->count - 1] + mean_kw(m, m->first + m->count - 1) / 2;
		m->count++;
	}
}

void
el_meter_init(struct el_meter *m, uint64_t seed, const char *name, struct utc start)
{
	struct rng r;

	rng_init(&r, seed, name);
	*m = (struct el_meter){ .key = noise_key(seed, name), .first = start.us / HALF_US - BEFORE };
	m->base_kw = rng_between(&r, 8, 16);
	m->day_kw = rng_between(&r, 35, 60);
	m->start_kwh = floor(rng_between(&r, 2e5, 9e5));
	extend(m, start.us / HALF_US);
}

void
el_meter_done(struct el_meter *m)
{
	free(m->sums);
	m->sums = NULL;
	m->count = m->room = 0;
}

int64_t
el_half_hour(struct utc t)
{
	return t.us / HALF_US - (t.us % HALF_US < 0);
}

double
el_meter_kwh(struct el_meter *m, int64_t half_hour)
{
	if (half_hour < m->first)
		return (double)NAN;
	extend(m, half_hour);
	return m->sums[half_hour - m->first];
}

double
el_meter_kw(struct el_meter *m, int64_t half_hour)
{
	return half_hour < m->first ? (double)NAN : mean_kw(m, half_hour);
}
