/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when.h - times as people write them, in the site's zone, which clock_set_zone() has made the process's own.
 */
#ifndef CHISAN_WHEN_H
#define CHISAN_WHEN_H

#include "scada/base/clock.h"

#define WHEN_HELP "as in 2026-11-22, \"2026-11-22 13:00\", 13:00, today, yesterday, now, or 2h for two hours ago"

/*
 * "now" "today" "yesterday"; "13:00" "13:00:05" of today; "2026-11" "2026-11-22" "2026-11-22 13:00" (also with T and seconds);
 * a whole ISO 8601 time with Z or +09:00; "90s" "2h" "1d12h" ago, also written "-2h" or "2h ago".
 */
bool when_read(const char *text, struct utc now, struct utc *out);

/* Civil time of the zone to utc; fields beyond their range are carried over, as month 13. An hour that never was becomes the next. */
struct utc when_civil(int year, int month, int day, int hour, int minute, int second);
struct when_fields {
	int year, month, day, hour, minute, second; /* month and day from 1 */
};
struct when_fields when_fields(struct utc t);

#endif
