/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rkind.h - the kinds of reports as the console offers them: their names, titles and calendars. What is in them the server knows.
 */
#ifndef CHISAN_RKIND_H
#define CHISAN_RKIND_H

#include <stdbool.h>
#include <stddef.h>

#include "scada/base/clock.h"

/* clang-format off */
/* ONE ROW PER KIND.  _(name, period, file name, title, Japanese title) */
#define RKIND_LIST(_) \
	_(daily,     RPERIOD_DAY,   "DAY",       "Daily report",        "日報") \
	_(monthly,   RPERIOD_MONTH, "MONTH",     "Monthly report",      "月報") \
	_(yearly,    RPERIOD_YEAR,  "YEAR",      "Yearly report",       "年報") \
	_(demand,    RPERIOD_DAY,   "DEMAND",    "Demand, half hours",  "デマンド日報") \
	_(co2,       RPERIOD_MONTH, "CO2",       "CO2",                 "CO2排出量") \
	_(saving,    RPERIOD_DAY,   "SAVING",    "CO2 and cost so far", "CO2・料金実績") \
	_(energy,    RPERIOD_YEAR,  "ENERGY",    "Energy",              "エネルギー使用量") \
	_(battery,   RPERIOD_MONTH, "BATTERY",   "Batteries",           "蓄電池") \
	_(heat,      RPERIOD_MONTH, "HEAT",      "Heat",                "熱") \
	_(operation, RPERIOD_DAY,   "OPERATION", "Operation record",    "操作記録") \
	_(wheel,     RPERIOD_DAY,   "WHEEL",     "Self-wheeling",       "自己託送 計画/実績") \
	_(imbalance, RPERIOD_MONTH, "IMBALANCE", "Imbalance",           "インバランス月報") \
	_(shift,     RPERIOD_SHIFT, "SHIFT",     "Shift handover",      "引継簿") \
	_(alarms,    RPERIOD_WEEK,  "ALARMS",    "Alarms",              "警報分析")
/* clang-format on */

enum rperiod { RPERIOD_DAY, RPERIOD_MONTH, RPERIOD_YEAR, RPERIOD_SHIFT, RPERIOD_WEEK };

struct rkind {
	const char *name;
	enum rperiod period;
	const char *file, *title, *title_ja;
};
const struct rkind *rkind_at(size_t i); /* NULL at the end */
const struct rkind *rkind_find(const char *name);
const char *rkind_nearest(const char *name);
bool rkind_is_filed(
    const char *name); /* by itself, some minutes after its period; else it is made whenever it is asked for */

#define RKIND_LABEL 20
/*
 * The label of the period in which t lies: "2026-11-22" "2026-11" "2026" (from April). Shifts are the site's own, and named by it:
 * A week is "2026-W48", from Monday; what has weeks can be had of a day or a month too, or from a time to now, and these
 * labels are taken as they are.
 * "2026-11-22-2" is the second of a day, "2026-11-22" all of it, "2026-11-22T0830" from then to now, "" the one that goes on.
 */
void rkind_label(const struct rkind *k, struct utc t, char *label, size_t size);
/* What a person wrote: a label, or any time in the period. "" means the last one that is over, of a shift the one that goes on. */
bool rkind_read(const struct rkind *k, const char *text, struct utc now, char *label, size_t size);
/* The period before or after (step -1, 1), for leafing. */
void rkind_step(const struct rkind *k, char *label, size_t size, int step);
const char *rkind_example(const struct rkind *k); /* of a label, for sentences */
/* "DAY_20261122.csv", with _r2 for a revision above 1 */
void rkind_file(const struct rkind *k, const char *label, unsigned revision, bool is_csv, char *buf, size_t size);

#endif
