/* SPDX-License-Identifier: Apache-2.0 */
/* weather.c - calendar, cloud, air temperature, wind and rain of the district. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "drivers/plant/plant.h"
#include "scada/base/sun.h"

#define PI 3.14159265358979323846

void
calendar_update(struct calendar *c, struct utc now)
{
	/* Civil time is asked once a quarter of an hour: that is where zones change their offset. */
	if (now.us >= c->next_us || now.us < c->next_us - 900 * US_PER_S || c->next_us == 0) {
		time_t t = (time_t)(now.us / US_PER_S);
		struct tm tm;
		memset(&tm, 0, sizeof(tm));
		localtime_r(&t, &tm);
		int64_t into = tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
		c->weekday = tm.tm_wday;
		c->day_of_year = tm.tm_yday;
		c->base_us = (int64_t)t * US_PER_S - into * US_PER_S;
		c->day = ((int64_t)t + tm.tm_gmtoff) / 86400;
		c->next_us = ((int64_t)t / 900 + 1) * 900 * US_PER_S;
	}
	c->hour = clamp((double)(now.us - c->base_us) / 3.6e9, 0, 24);
}

static double
latitude(const struct world *w)
{
	return w->energy != NULL && isfinite(w->energy->latitude_deg) ? w->energy->latitude_deg : 35.7;
}

static double
longitude(const struct world *w)
{
	return w->energy != NULL && isfinite(w->energy->longitude_deg) ? w->energy->longitude_deg : 139.6;
}

void
weather_init(struct world *w)
{
	struct weather *a = &w->weather;
	rng_init(&a->rng, w->seed, "weather");
	wander_init(&a->synoptic, &a->rng, 2.2, 2 * 86400);
	wander_init(&a->cloud_slow, &a->rng, 0.32, 9 * 3600);
	wander_init(&a->cloud_fast, &a->rng, 0.16, 240);
	wander_init(&a->wind, &a->rng, 0.45, 1800);
	wander_init(&a->humid, &a->rng, 6, 4 * 3600);
}

void
weather_step(struct world *w)
{
	struct weather *a = &w->weather;
	const struct calendar *c = &w->calendar;
	double slow = 0.45 + wander_step(&a->cloud_slow, &a->rng, w->dt);
	double fast = wander_step(&a->cloud_fast, &a->rng, w->dt);
	/* Broken cloud flickers, a clear or an overcast sky does not. */
	double broken = clamp(1 - 2.2 * fabs(slow - 0.5), 0, 1);
	a->cloud = clamp(slow + fast * broken, 0, 1);
	a->elevation_deg = sun_elevation_deg(w->now, latitude(w), longitude(w));
	a->ghi = sun_clear_w_per_m2(a->elevation_deg) * (1 - 0.75 * pow(a->cloud, 3.4)); /* Kasten and Czeplak */
	double season = cos(2 * PI * (c->day_of_year - 213) / 365.25) * (latitude(w) < 0 ? -1 : 1);
	double mean = 16 - 0.7 * (fabs(latitude(w)) - 35.7) + 10.8 * season;
	double swing = 4.6 * (1 - 0.6 * clamp(slow, 0, 1)) * cos(2 * PI * (c->hour - 14.2) / 24);
	a->ta = mean + swing + wander_step(&a->synoptic, &a->rng, w->dt);
	a->rh =
	    clamp(62 + 22 * (slow - 0.45) - 3.2 * swing + 6 * season + wander_step(&a->humid, &a->rng, w->dt), 15, 100);
	a->ws = 2.4 * exp(wander_step(&a->wind, &a->rng, w->dt)) * (1 + 0.25 * clamp(swing / 4.6, -1, 1));
	a->rain = slow > 1.0 ? 9 * (slow - 1.0) * (1 + 2 * fast) : 0;
	a->rain = a->rain < 0 ? 0 : a->rain;
	if (c->hour * 3600 < w->dt)
		a->rain_mm = 0;
	a->rain_mm += a->rain * w->dt / 3600;
}
