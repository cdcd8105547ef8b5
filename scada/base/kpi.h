/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpi.h - the figures of the alarm system and their targets (EEMUA 191, ISA-18.2), in one place for who makes them (the report `alarms`)
 * and who shows them (the console). Their values are made by the report alone, from the journal.
 */
#ifndef CHISAN_BASE_KPI_H
#define CHISAN_BASE_KPI_H

#include <stdbool.h>

/* clang-format off */
/*
 * ONE ROW PER FIGURE, in the order of the report.  A name is read back from the report: each is there once, in either language.
 * _(id, name, Japanese, decimals, unit, how it is judged, target, at most, the target as it is printed)
 * KPI_TREND: not judged.  KPI_UPTO: at most the target; KPI_UNDER: less than it; KPI_FROM: at least.  At most: beyond it is worse than
 * missed; NAN: not said.
 */
#define KPI_LIST(_) \
	_(KPI_ALARMS,     "Alarms annunciated",                   "警報発報数",               0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_REPEATS,    "of them raised again unanswered",      "うち未確認のまま再発報",   0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_REMINDERS,  "of them reminders",                    "うち再通知",               0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_DAY,        "Per day",                              "1日あたり",                1, "",  KPI_UPTO,  150, 300, "<= 150") \
	_(KPI_HOUR,       "Per hour",                             "1時間あたり",              2, "",  KPI_UPTO,    6,  12, "6") \
	_(KPI_TEN,        "Per 10 minutes",                       "10分あたり",               2, "",  KPI_UPTO,    1,   2, "1") \
	_(KPI_PEAK_TEN,   "Most in 10 minutes",                   "10分間最大",               0, "",  KPI_UPTO,   10, NAN, "<= 10") \
	_(KPI_OVER_TEN,   "10 minutes with more than 10",         "10件超の10分間",           2, "%", KPI_UNDER,   1,   5, "< 1") \
	_(KPI_PEAK_HOUR,  "Most in an hour",                      "1時間最大",                0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_OVER_HOUR,  "Hours with more than 30",              "30件超の1時間",            2, "%", KPI_UNDER,   1, NAN, "< 1") \
	_(KPI_FLOODS,     "Floods",                               "警報氾濫",                 0, "",  KPI_UPTO,    0, NAN, "0") \
	_(KPI_FLOODED,    "Time in floods",                       "氾濫時間の割合",           2, "%", KPI_UNDER,   1, NAN, "< 1") \
	_(KPI_CHATTER,    "Alarms that chattered",                "チャタリング警報",         0, "",  KPI_UPTO,    0,  10, "0") \
	_(KPI_FLEETING,   "Fleeting: gone within 10 s, unanswered", "瞬時警報(10秒以内復帰)", 0, "",  KPI_UPTO,    0, NAN, "0") \
	_(KPI_STALE,      "Stale",                                "長時間継続",               0, "",  KPI_UPTO,    0,   5, "0") \
	_(KPI_TOP,        "Share of the ten most frequent",       "上位10警報の割合",         1, "%", KPI_UNDER,   5, NAN, "< 5") \
	_(KPI_P1,         "Priority 1",                           "優先度1",                  1, "%", KPI_UPTO,    5, NAN, "5") \
	_(KPI_P2,         "Priority 2",                           "優先度2",                  1, "%", KPI_UPTO,   15, NAN, "15") \
	_(KPI_P34,        "Priorities 3 and 4",                   "優先度3・4",               1, "%", KPI_FROM,   80, NAN, "80") \
	_(KPI_ACKS,       "Acknowledged",                         "確認数",                   0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_ACK_MEAN,   "Mean time to acknowledge",             "確認までの平均時間",       1, "s", KPI_TREND, NAN, NAN, "") \
	_(KPI_ACK_MEDIAN, "Median time to acknowledge",           "確認までの中央値",         1, "s", KPI_TREND, NAN, NAN, "") \
	_(KPI_ACK_LATE,   "Acknowledged after they had returned", "復帰後の確認",             1, "%", KPI_TREND, NAN, NAN, "") \
	_(KPI_NEVER,      "Never acknowledged",                   "未確認のまま終了",         0, "",  KPI_UPTO,    0, NAN, "0") \
	_(KPI_OPEN,       "Not acknowledged at the end",          "終了時未確認",             0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_ADVISORIES, "Advisories: no answer asked",          "通知のみ",                 0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_SUPPRESSED, "Suppressed by design, times",          "設計抑制回数",             0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_SHELVED,    "Shelved, times",                       "保留回数",                 0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_OUT,        "Taken out of service, times",          "除外回数",                 0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_LIMITS,     "Limits changed",                       "警報値変更",               0, "",  KPI_TREND, NAN, NAN, "") \
	_(KPI_TESTS,      "Tests",                                "試験",                     0, "",  KPI_TREND, NAN, NAN, "")
/* clang-format on */

#define KPI_ENUM(id, ...) id,
enum kpi { KPI_LIST(KPI_ENUM) KPI_COUNT };
#undef KPI_ENUM
enum kpi_sense { KPI_TREND, KPI_UPTO, KPI_UNDER, KPI_FROM };
enum kpi_verdict {
	KPI_NONE,
	KPI_MET,
	KPI_MISSED,
	KPI_FAR,
	KPI_VERDICT_COUNT
}; /* FAR: beyond what is called manageable */

struct kpi_row {
	const char *name, *name_ja;
	int decimals;
	const char *unit;
	enum kpi_sense sense;
	double target, most; /* NaN: none */
	const char *target_text;
};

/* Titles of the tables of the report, and how many rows the second one has at most. */
#define KPI_FIGURES_TITLE    "Figures"
#define KPI_FIGURES_TITLE_JA "指標"
#define KPI_TOP_TITLE        "Most frequent"
#define KPI_TOP_TITLE_JA     "多発警報"
#define KPI_TOP_MOST         10

const struct kpi_row *kpi_row(enum kpi k); /* never NULL below KPI_COUNT */
/* By its name in either language; KPI_COUNT: it is none. */
enum kpi kpi_find(const char *name);
/* NaN, or a figure that has no target: KPI_NONE. */
enum kpi_verdict kpi_judge(enum kpi k, double v);
/* "met" "missed" "far beyond"; "" for none. */
const char *kpi_verdict_word(enum kpi_verdict v, bool ja);
/* In either language; KPI_NONE: it is no such word. */
enum kpi_verdict kpi_verdict_from_word(const char *word);

#endif
