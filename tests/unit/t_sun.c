/* SPDX-License-Identifier: Apache-2.0 */
/* t_sun.c - the sun's position against the almanac, and the clear sky's light. */
#include "config.h"

#include "scada/base/sun.h"
#include "tests/unit/t.h"

static double
elevation(const char *iso, double latitude, double longitude)
{
	struct utc t;
	ck_assert(utc_from_iso(iso, &t));
	return sun_elevation_deg(t, latitude, longitude);
}

START_TEST(sun_stands_where_the_almanac_says)
{
	/* Tokyo, solstice noon: 90 - 35.69 + 23.44 */
	ck_assert_double_eq_tol(elevation("2026-06-21T02:43:00Z", 35.69, 139.69), 77.75, 0.1);
	ck_assert_double_eq_tol(elevation("2026-12-22T02:39:00Z", 35.69, 139.69), 30.87, 0.1);
	/* Equator, equinox, midnight */
	ck_assert_double_lt(elevation("2026-03-20T00:07:00Z", 0, 0), -85);
}
END_TEST

START_TEST(sun_goes_round_the_other_way_in_the_south)
{
	/* Sydney: high in December, low in June; the same sun at the same instant is down in Tokyo's night. */
	ck_assert_double_gt(elevation("2026-12-22T01:53:00Z", -33.87, 151.21), 79);
	ck_assert_double_lt(elevation("2026-06-21T01:57:00Z", -33.87, 151.21), 33);
	ck_assert_double_lt(elevation("2026-12-21T15:00:00Z", 35.69, 139.69), -70);
}
END_TEST

START_TEST(a_clear_sky_gives_nothing_by_night_and_most_at_the_zenith)
{
	ck_assert_double_eq(sun_clear_w_per_m2(-90), 0);
	ck_assert_double_eq(sun_clear_w_per_m2(-0.001), 0);
	ck_assert_double_eq(sun_clear_w_per_m2(0), 0);
	ck_assert_double_eq_tol(sun_clear_w_per_m2(90), 1037.2, 0.1); /* 1098 exp(-0.057) */
	for (double e = 0.5; e < 90; e += 0.5)
		ck_assert_double_gt(sun_clear_w_per_m2(e + 0.5), sun_clear_w_per_m2(e));
}
END_TEST

T_MAIN("sun",
    T(sun_stands_where_the_almanac_says) T(sun_goes_round_the_other_way_in_the_south)
        T(a_clear_sky_gives_nothing_by_night_and_most_at_the_zenith))
