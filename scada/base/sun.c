/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sun.c - position of the sun and clear-sky irradiance, by formula.
 */
#include "config.h"

#include <math.h>

#include "scada/base/sun.h"

#define RAD (3.14159265358979323846 / 180)

double
sun_elevation_deg(struct utc t, double latitude_deg, double longitude_deg)
{
	double n = (double)(t.us / US_PER_S) / 86400.0 - 10957.5; /* days since J2000 */
	double mean = fmod(280.460 + 0.9856474 * n, 360) * RAD, anomaly = fmod(357.528 + 0.9856003 * n, 360) * RAD;
	double ecliptic = mean + (1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) * RAD;
	double tilt = (23.439 - 0.0000004 * n) * RAD;
	double declination = asin(sin(tilt) * sin(ecliptic));
	double ascension = atan2(cos(tilt) * sin(ecliptic), cos(ecliptic));
	double sidereal = fmod(18.697374558 + 24.06570982441908 * n, 24) * 15 * RAD + longitude_deg * RAD;
	double angle = sidereal - ascension, lat = latitude_deg * RAD;
	return asin(sin(lat) * sin(declination) + cos(lat) * cos(declination) * cos(angle)) / RAD;
}

double
sun_clear_w_per_m2(double elevation_deg)
{
	double cosz = sin(elevation_deg * RAD);
	return cosz > 0 ? 1098 * cosz * exp(-0.057 / cosz) : 0;
}
