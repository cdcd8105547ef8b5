/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_kit.h - a day of 18 schools for the tests of self-wheeling: 2026-11-23 in Japan, 48 slots.
 */
#ifndef CHISAN_WHEEL_KIT_H
#define CHISAN_WHEEL_KIT_H

#include <string.h>

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/dispatch/wheel_actual.h"
#include "scada/dispatch/wheel_file.h"
#include "tests/unit/t.h"

static const struct wheel_terms kit_terms = { .part_count = 18,
	.parts = { "SCH01", "SCH02", "SCH03", "SCH04", "SCH05", "SCH06", "SCH07", "SCH08", "SCH09", "SCH10", "SCH11",
	    "SCH12", "SCH13", "SCH14", "SCH15", "SCH16", "SCH17", "SCH18" },
	.loss_share = 0.05 };

static inline struct utc
kit_time(const char *iso)
{
	struct utc t = { 0 };
	ck_assert_msg(utc_from_iso(iso, &t), "%s", iso);
	return t;
}
static inline struct wheel_day
kit_day_of(const char *date, const char *start, const char *end, const char *file_by)
{
	struct wheel_day d;
	int64_t day;
	ck_assert(date_from_text(date, &day));
	ck_assert_int_eq(wheel_init(&d, &kit_terms, day, kit_time(start), kit_time(end), kit_time(file_by)), OK);
	return d;
}
static inline struct wheel_day
kit_day(void)
{
	return kit_day_of(
	    "2026-11-23", "2026-11-23T00:00:00+09:00", "2026-11-24T00:00:00+09:00", "2026-11-22T12:00:00+09:00");
}
/* generation everywhere the same, of each school 10 kWh: with loss 189. */
static inline struct wheel_plan
kit_plan(double generation)
{
	struct wheel_plan p = { 0 };
	for (unsigned slot = 0; slot < WHEEL_SLOTS_MAX; slot++) {
		p.generation[slot] = generation;
		for (unsigned i = 0; i < WHEEL_PARTS_MAX; i++)
			p.part[i][slot] = 10;
	}
	return p;
}
static inline unsigned
kit_submit(struct wheel_day *d, unsigned base, const struct wheel_plan *p, const char *author, const char *at)
{
	char why[400] = "";
	unsigned n = 0;
	ck_assert_msg(wheel_submit(d, base, p, author, kit_time(at), &n, why, sizeof(why)) == OK, "%s", why);
	return n;
}
static inline void
kit_answer(struct wheel_day *d, unsigned n, bool is_accepted, const char *at)
{
	char why[400] = "";
	ck_assert_msg(wheel_answer(d, n, is_accepted, kit_time(at), why, sizeof(why)) == OK, "%s", why);
}
/* It must be refused so, with a sentence that has `says`, and nothing may have changed. */
static inline void
kit_refused(struct wheel_day *d, unsigned base, const struct wheel_plan *p, const char *author, struct utc at,
    enum err e, const char *says)
{
	char why[400] = "";
	unsigned n = 4711, count = d->version_count;
	ck_assert_int_eq(wheel_submit(d, base, p, author, at, &n, why, sizeof(why)), e);
	ck_assert_msg(strstr(why, says) != NULL, "\"%s\" does not say \"%s\"", why, says);
	ck_assert_uint_eq(d->version_count, count);
	ck_assert_uint_eq(n, 4711);
}

#endif
