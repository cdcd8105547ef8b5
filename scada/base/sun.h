/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sun.h - where the sun stands, and what a sky without clouds gives. The simulated district and the forecast both ask here.
 */
#ifndef CHISAN_SUN_H
#define CHISAN_SUN_H

#include "scada/base/clock.h"

/*
 * Degrees above the horizon, -90..90, without refraction. Latitude north positive, longitude east positive, degrees.
 * Low-precision solar position of the Astronomical Almanac: good to 0.01 degree from 1950 to 2050, and no tables.
 */
double sun_elevation_deg(struct utc t, double latitude_deg, double longitude_deg);

/* W/m2 on the level under a clear sky (Haurwitz 1945); 0 while the sun is not above the horizon. */
double sun_clear_w_per_m2(double elevation_deg);

#endif
