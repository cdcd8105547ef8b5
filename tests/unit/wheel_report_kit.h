/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_report_kit.h - self-wheeling for the test site of reports: the generation is RX.EXP, of two schools one has a counter (the battery's). Of
 * 2026-11-22 two versions and prices are saved, of all other days nothing. Include after report_kit.h.
 */
#ifndef CHISAN_WHEEL_REPORT_KIT_H
#define CHISAN_WHEEL_REPORT_KIT_H

#include "scada/base/record.h"
#include "scada/dispatch/wheel_prices.h"

enum { KIT_WHEEL_STATES = 3 };

static struct site_wheel_part kit_wheel_parts[] = {
	{ .name = "SCH01",
	    .title = "1st elementary school",
	    .title_ja = "第一小学校",
	    .counter = "ESS1.KWH_C",
	    .base_kw = 12,
	    .peak_kw = 45 },
	{ .name = "SCH02", .title = "2nd elementary school", .title_ja = "第二小学校", .peak_kw = 40 },
};
static struct site_wheel kit_wheel = {
	.export = "RX.EXP", .loss_pct = 5, .file_by = 720, .gate_us = 3600 * US_PER_S, .parts = { kit_wheel_parts, 2 }
};

/* By night 100 kWh a half hour are given, 30 taken by the first school until 05:00. Version 2 plans 90 from 05:00 on. */
static inline void
kit_wheel_states(struct msg_store_state states[KIT_WHEEL_STATES], struct wbuf blobs[KIT_WHEEL_STATES])
{
	static const char *const names[] = { "2026-11-22/001", "2026-11-22/002", "2026-11-22/prices" };
	static struct wheel_plan plan;
	static struct wheel_price prices[48];
	struct wheel_terms terms = { .part_count = 2, .parts = { "SCH01", "SCH02" }, .loss_share = 0.05 };
	struct utc start = { kit_ms("2026-11-22T00:00:00+09:00") * US_PER_MS };
	struct wheel_day d;
	char why[300];
	unsigned n;
	ck_assert_int_eq(wheel_init(&d, &terms, calendar_day(start.us / US_PER_MS), start,
	                     utc_add(start, 48 * WHEEL_SLOT_US), utc_add(start, -24 * WHEEL_SLOT_US)),
	    OK);
	for (unsigned slot = 0; slot < 48; slot++) {
		plan.generation[slot] = slot < 12 ? 100 : 0;
		plan.part[0][slot] = slot < 10 ? 30 : 0;
		plan.part[1][slot] = 10;
		prices[slot] = (struct wheel_price){ d.date, slot, slot < 10, utc_add(start, 12 * WHEEL_SLOT_US),
			10 + slot * 0.5 };
	}
	ck_assert_int_eq(
	    wheel_submit(&d, 0, &plan, "duty", utc_add(start, -26 * WHEEL_SLOT_US), &n, why, sizeof(why)), OK);
	ck_assert_int_eq(wheel_answer(&d, 1, true, utc_add(start, -25 * WHEEL_SLOT_US), why, sizeof(why)), OK);
	plan.generation[10] = plan.generation[11] = 90;
	ck_assert_int_eq(
	    wheel_submit(&d, 1, &plan, "夜勤", utc_add(start, 5 * WHEEL_SLOT_US), &n, why, sizeof(why)), OK);
	ck_assert_int_eq(wheel_answer(&d, 2, true, utc_add(start, 6 * WHEEL_SLOT_US), why, sizeof(why)), OK);
	for (unsigned i = 0; i < KIT_WHEEL_STATES; i++) {
		if (i < 2)
			wheel_put(&blobs[i], &d, wheel_version(&d, i + 1));
		else
			wheel_prices_put(&blobs[i], prices, 48, d.date);
		states[i] =
		    (struct msg_store_state){ STATE_WHEEL, names[i], 0, { blobs[i].data, (uint32_t)blobs[i].len } };
	}
	wheel_done(&d);
}

#endif
