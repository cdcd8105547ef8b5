/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_alarms.c - how the alarm system is: figures against the targets of EEMUA 191 and ISA-18.2, floods, bad actors, times to
 * acknowledge, what was shelved, out of service or given another limit.  Of a week, a day or a month.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/kpi.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/alarm_log.h"
#include "scada/report/calendar.h"
#include "scada/report/sheet.h"
#include "scada/store/journal.h"

#define TEN_MOST    10 /* alarms in ten minutes; more are beyond a person */
#define HOUR_MOST   30
#define DAY_MS      INT64_C(86400000)
#define ACTS_LISTED 500

static void
text_column(struct sheet *s, struct sheet_text title, int width)
{
	struct sheet_column *c = sheet_column(s, title, NULL);
	c->is_text = true;
	c->width = width;
}

static void
none(struct sheet *s, bool is_empty)
{
	if (is_empty)
		sheet_note(s, T2("none", "なし"));
}

static const char *
time_text(struct sheet *s, int64_t ms)
{
	char buf[32];
	return sheet_printf(s, "%s", calendar_text(buf, sizeof(buf), ms, "%m-%d %H:%M:%S"));
}

static const char *
span_text(struct sheet *s, int64_t ms)
{
	char buf[40];
	return sheet_printf(s, "%s", str_duration(buf, sizeof(buf), ms / 1000 * US_PER_S));
}

/* ---- figures */

static double
median_s(const struct alarm_log *l)
{
	uint32_t n = l->ack_count;
	if (n == 0)
		return (double)NAN;
	int64_t mid = n % 2 == 1 ? l->ack_ms[n / 2] : (l->ack_ms[n / 2 - 1] + l->ack_ms[n / 2]) / 2;
	return (double)mid / 1000;
}

static double
mean_s(const struct alarm_log *l)
{
	double sum = 0;
	for (uint32_t i = 0; i < l->ack_count; i++)
		sum += (double)l->ack_ms[i] / 1000;
	return l->ack_count > 0 ? sum / l->ack_count : (double)NAN;
}

static double
percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : (double)NAN;
}

static double
share_of_priority(const struct alarm_log *l, unsigned from, unsigned to)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->event_count; i++)
		n += l->events[i].priority >= from && l->events[i].priority <= to;
	return percent(n, l->event_count);
}

static uint32_t
sum_of(const struct alarm_log *l, uint32_t (*of)(const struct logged *a))
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->count; i++)
		n += of(&l->all[i]);
	return n;
}
static uint32_t
chatters_of(const struct logged *a)
{
	return a->chatters > 0;
}
static uint32_t
fleeting_of(const struct logged *a)
{
	return a->fleeting;
}

static double
top_share(const struct alarm_log *l)
{
	uint32_t top[ALARM_LOG_TOP], n = alarm_log_top(l, top), sum = 0;
	for (uint32_t i = 0; i < n; i++)
		sum += l->all[top[i]].count;
	return percent(sum, l->event_count);
}

static void
measure(const struct alarm_log *l, double v[KPI_COUNT])
{
	double days = (double)(l->to - l->from) / (double)DAY_MS, ten, hour, n = l->event_count;

	v[KPI_PEAK_TEN] = alarm_log_most(l, ALARM_LOG_TEN_MS, TEN_MOST, &ten);
	v[KPI_PEAK_HOUR] = alarm_log_most(l, MS_PER_HOUR, HOUR_MOST, &hour);
	v[KPI_OVER_TEN] = 100 * ten;
	v[KPI_OVER_HOUR] = 100 * hour;
	v[KPI_ALARMS] = n;
	v[KPI_REPEATS] = l->repeats;
	v[KPI_REMINDERS] = l->reminders;
	v[KPI_DAY] = n / days;
	v[KPI_HOUR] = n / days / 24;
	v[KPI_TEN] = n / days / 144;
	v[KPI_FLOODS] = l->flood_count;
	v[KPI_FLOODED] = 100 * (double)l->flood_ms / (double)(l->to - l->from);
	v[KPI_CHATTER] = sum_of(l, chatters_of);
	v[KPI_FLEETING] = sum_of(l, fleeting_of);
	v[KPI_STALE] = l->stale_count;
	v[KPI_TOP] = top_share(l);
	v[KPI_P1] = share_of_priority(l, 1, 1);
	v[KPI_P2] = share_of_priority(l, 2, 2);
	v[KPI_P34] = share_of_priority(l, 3, 4);
	v[KPI_ACKS] = l->ack_count;
	v[KPI_ACK_MEAN] = mean_s(l);
	v[KPI_ACK_MEDIAN] = median_s(l);
	v[KPI_ACK_LATE] = percent(l->acked_returned, l->ack_count);
	v[KPI_NEVER] = l->never;
	v[KPI_OPEN] = l->open;
	v[KPI_ADVISORIES] = l->advisories;
	v[KPI_SUPPRESSED] = l->suppressions;
	v[KPI_SHELVED] = l->shelved;
	v[KPI_OUT] = l->out;
	v[KPI_LIMITS] = l->limits;
	v[KPI_TESTS] = l->tests;
}

static void
put_figure(struct sheet *s, enum kpi k, double v)
{
	const struct kpi_row *r = kpi_row(k);
	enum kpi_verdict verdict = kpi_judge(k, v);

	sheet_row(s, T2(r->name, r->name_ja));
	sheet_words(s, T1(isnan(v) ? "-" : sheet_printf(s, "%.*f", r->decimals, v)));
	sheet_words(s, T1(r->unit));
	sheet_words(s, T1(r->target_text));
	sheet_words(s, T1(isnan(r->most) ? "" : sheet_printf(s, "%.0f", r->most)));
	sheet_words(s, T2(kpi_verdict_word(verdict, false), kpi_verdict_word(verdict, true)));
}

static void
put_figures(struct sheet *s, const struct alarm_log *l)
{
	double v[KPI_COUNT];

	measure(l, v);
	sheet_table(s, T2(KPI_FIGURES_TITLE, KPI_FIGURES_TITLE_JA), T2("Figure", "項目"));
	text_column(s, T2("Value", "値"), 14);
	text_column(s, T2("Unit", "単位"), 8);
	text_column(s, T2("Target", "目標"), 12);
	text_column(s, T2("At most", "許容"), 12);
	text_column(s, T2("Judged", "判定"), 0);
	for (unsigned k = 0; k < KPI_COUNT; k++)
		put_figure(s, (enum kpi)k, v[k]);
	sheet_note(s,
	    T2("an alarm counts each time it is annunciated; suppressed ones and tests do not; targets: EEMUA 191, "
	       "ISA-18.2",
	        "発報ごとに計数。抑制中・試験は含まない。目標: EEMUA 191, ISA-18.2"));
}

/* ---- by time */

static void
put_pieces(struct sheet *s, const struct alarm_log *l)
{
	int64_t edges[CALENDAR_ROWS];
	bool is_day = l->to - l->from <= 26 * MS_PER_HOUR;
	unsigned n = is_day ? calendar_steps(l->from, l->to, 60, edges, CALENDAR_ROWS)
	                    : calendar_days(l->from, l->to, edges, CALENDAR_ROWS);
	sheet_table(s, is_day ? T2("By hour", "時間別") : T2("By day", "日別"), T2("Begin", "開始"));
	sheet_column(s, T2("Alarms", "件数"), NULL);
	for (unsigned p = 1; p <= ALARM_PRIORITIES; p++)
		sheet_column(s, T1(sheet_printf(s, "P%u", p)), NULL);
	sheet_column(s, T2("Most in 10 min", "10分最大"), NULL);
	for (unsigned i = 0; i < n; i++) {
		char iso[40], label[24];
		uint32_t by[ALARM_PRIORITIES] = { 0 }, all = 0;
		struct alarm_log piece = { .from = edges[i], .to = edges[i + 1] };
		uint32_t first = 0;
		while (first < l->event_count && l->events[first].ms < edges[i])
			first++;
		for (uint32_t k = first; k < l->event_count && l->events[k].ms < edges[i + 1]; k++, all++)
			by[l->events[k].priority - 1]++;
		piece.events = l->events == NULL ? NULL : l->events + first;
		piece.event_count = all;
		double share;
		if (is_day)
			calendar_hour(label, sizeof(label), edges, n, i);
		else
			calendar_text(label, sizeof(label), edges[i], "%Y-%m-%d");
		sheet_row(s, T1(sheet_printf(s, "%s", label)))->iso =
		    sheet_printf(s, "%s", calendar_iso(iso, sizeof(iso), edges[i]));
		sheet_number(s, all, 0, 0);
		for (unsigned p = 0; p < ALARM_PRIORITIES; p++)
			sheet_number(s, by[p], 0, 0);
		sheet_number(s, alarm_log_most(&piece, ALARM_LOG_TEN_MS, TEN_MOST, &share), 0, 0);
	}
}

/* ---- lists */

static void
put_floods(struct sheet *s, const struct alarm_log *l)
{
	uint32_t n = l->flood_count < ALARM_LOG_FLOODS_MAX ? l->flood_count : ALARM_LOG_FLOODS_MAX;
	sheet_table(s, T2("Floods", "警報氾濫"), T2("Begin", "開始"));
	text_column(s, T2("End", "終了"), 16);
	text_column(s, T2("Lasted", "継続"), 12);
	text_column(s, T2("Alarms", "件数"), 10);
	text_column(s, T2("Most at a time", "最大"), 14);
	text_column(s, T2("Most of them from", "主な警報"), 0);
	for (uint32_t i = 0; i < n; i++) {
		const struct flood *f = &l->floods[i];
		char tops[3 * (ALARM_NAME_MAX + 16)] = "";
		for (uint32_t k = 0; k < f->tops; k++) {
			char one[ALARM_NAME_MAX + 16];
			str_printf(one, sizeof(one), "%s%s x%" PRIu32, k > 0 ? ", " : "", l->all[f->top[k]].name,
			    f->top_count[k]);
			str_append(tops, sizeof(tops), one);
		}
		sheet_row(s, T1(time_text(s, f->from)));
		sheet_words(s, f->to >= 0 ? T1(time_text(s, f->to)) : T2("goes on", "継続中"));
		sheet_words(s, T1(span_text(s, (f->to >= 0 ? f->to : l->to) - f->from)));
		sheet_words(s, T1(sheet_printf(s, "%" PRIu32, f->count)));
		sheet_words(s, T1(sheet_printf(s, "%" PRIu32, f->peak)));
		sheet_words(s, T1(sheet_printf(s, "%s", tops)));
	}
	none(s, n == 0);
}

static void
put_alarm_row(struct sheet *s, const struct alarm_log *l, const struct logged *a, uint32_t place)
{
	sheet_row(s, T1(sheet_printf(s, "%" PRIu32, place)));
	sheet_words(s, T1(sheet_printf(s, "%s", a->name)));
	sheet_words(s, T1(sheet_printf(s, "P%u", a->priority)));
	sheet_words(s, T1(sheet_printf(s, "%" PRIu32, a->count)));
	sheet_words(s, T1(sheet_printf(s, "%.1f %%", percent(a->count, l->event_count))));
	sheet_words(
	    s, T1(a->chatters > 0 ? sheet_printf(s, "%" PRIu32 " (%" PRIu32 ")", a->chatters, a->chatter_most) : ""));
	sheet_words(s, T1(a->fleeting > 0 ? sheet_printf(s, "%" PRIu32, a->fleeting) : ""));
	sheet_words(s, T1(a->acks > 0 ? sheet_printf(s, "%.1f s", (double)a->ack_ms / 1000 / a->acks) : ""));
}

static void
put_alarm_columns(struct sheet *s)
{
	text_column(s, T2("Alarm", "警報"), 44);
	text_column(s, T2("Priority", "優先度"), 10);
	text_column(s, T2("Times", "回数"), 8);
	text_column(s, T2("Share", "割合"), 10);
	text_column(s, T2("Chatters (most a min)", "チャタリング(最大)"), 22);
	text_column(s, T2("Fleeting", "瞬時"), 10);
	text_column(s, T2("Mean to acknowledge", "平均確認時間"), 0);
}

static void
put_top(struct sheet *s, const struct alarm_log *l)
{
	uint32_t top[ALARM_LOG_TOP], n = alarm_log_top(l, top);
	sheet_table(s, T2(KPI_TOP_TITLE, KPI_TOP_TITLE_JA), T2("No.", "順位"));
	put_alarm_columns(s);
	for (uint32_t i = 0; i < n; i++)
		put_alarm_row(s, l, &l->all[top[i]], i + 1);
	none(s, n == 0);
}

static void
put_chatter(struct sheet *s, const struct alarm_log *l)
{
	uint32_t n = 0;
	sheet_table(s, T2("Chattering", "チャタリング"), T2("No.", "番号"));
	put_alarm_columns(s);
	for (uint32_t i = 0; i < l->count && n < ACTS_LISTED; i++)
		if (l->all[i].chatters > 0)
			put_alarm_row(s, l, &l->all[i], ++n);
	none(s, n == 0);
}

static void
put_stale(struct sheet *s, const struct alarm_log *l)
{
	uint32_t n = l->stale_count < ALARM_LOG_STALE_MAX ? l->stale_count : ALARM_LOG_STALE_MAX;
	sheet_table(s, T2("Stale", "長時間継続"), T2("Since", "発生"));
	text_column(s, T2("Alarm", "警報"), 44);
	text_column(s, T2("Priority", "優先度"), 10);
	text_column(s, T2("Until", "終了"), 16);
	text_column(s, T2("Lasted", "継続"), 0);
	for (uint32_t i = 0; i < n; i++) {
		const struct stale *x = &l->stale[i];
		sheet_row(s, T1(time_text(s, x->from)));
		sheet_words(s, T1(sheet_printf(s, "%s", l->all[x->alarm].name)));
		sheet_words(s, T1(sheet_printf(s, "P%u", l->all[x->alarm].priority)));
		sheet_words(s, x->to >= 0 ? T1(time_text(s, x->to)) : T2("still", "継続中"));
		sheet_words(s, T1(span_text(s, (x->to >= 0 ? x->to : l->to) - x->from)));
	}
	none(s, n == 0);
}

/* ---- what persons did to alarms: shelves, maintenance, limits */

struct acts {
	struct sheet *s;
	int64_t from, to;
	bool is_limits;
	uint32_t count;
};

static bool
put_act(const struct msg_journal *m, void *arg)
{
	static const char *const shelves[] = { "SHELVE", "UNSHELVE", "EXPIRE", "OOS+", "OOS-" };
	struct acts *a = arg;
	char name[ALARM_NAME_MAX], event[16];
	unsigned priority;
	uint64_t occurrence;
	int64_t ms = m->time / US_PER_MS;
	bool is_wanted = false;
	if (ms < a->from || ms >= a->to || !alarm_read_entry(m->text, name, &priority, &occurrence, event))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(shelves) && !a->is_limits; i++)
		is_wanted |= strcmp(event, shelves[i]) == 0;
	is_wanted |= a->is_limits && strcmp(event, "LIMIT") == 0;
	if (!is_wanted)
		return true;
	if (a->count++ == ACTS_LISTED)
		return false;
	const char *words = strstr(m->text, ": ");
	sheet_row(a->s, T1(time_text(a->s, ms)));
	sheet_words(a->s, T1(sheet_printf(a->s, "%s", name)));
	sheet_words(a->s, T1(sheet_printf(a->s, "P%u", priority)));
	sheet_words(a->s, T1(sheet_printf(a->s, "%s", event)));
	sheet_words(a->s, T1(sheet_printf(a->s, "%s", m->user)));
	sheet_words(a->s, T1(sheet_printf(a->s, "%s", words != NULL ? words + 2 : "")));
	return true;
}

static enum err
put_acts(const struct report_source *src, struct sheet *s, const struct alarm_log *l, bool is_limits)
{
	struct acts a = { s, l->from, l->to, is_limits, 0 };
	const struct msg_journal_get filter = { .from = l->from * US_PER_MS,
		.to = l->to * US_PER_MS,
		.kinds = UINT64_C(1) << JOURNAL_ALARM | UINT64_C(1) << JOURNAL_ACK,
		.point = "",
		.user = "",
		.text = "" };
	sheet_table(s, is_limits ? T2("Limits changed", "警報値変更") : T2("Shelved and out of service", "保留・除外"),
	    T2("Time", "時刻"));
	text_column(s, T2("Alarm", "警報"), 36);
	text_column(s, T2("Priority", "優先度"), 10);
	text_column(s, T2("Act", "操作"), 10);
	text_column(s, T2("Who", "操作者"), 14);
	text_column(s, T2("Text", "内容"), 0);
	report_still();
	enum err e = journal_read(src->db, &filter, put_act, &a);
	none(s, a.count == 0);
	if (a.count > ACTS_LISTED)
		sheet_note(s,
		    T2(sheet_printf(s, "only the first %d are listed; `chisan journal` has all", ACTS_LISTED),
		        sheet_printf(s, "先頭%d件のみ。全件は chisan journal", ACTS_LISTED)));
	return e;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct alarm_log l;
	char a[32], b[32];
	enum err e = alarm_log_read(src, from, to, &l, message, size);
	if (e == OK) {
		calendar_text(a, sizeof(a), l.from, "%Y-%m-%d %H:%M");
		calendar_text(b, sizeof(b), l.to, "%Y-%m-%d %H:%M");
		sheet->subtitle = T2(sheet_printf(sheet, "%s to %s", a, b), sheet_printf(sheet, "%s ～ %s", a, b));
		put_figures(sheet, &l);
		put_pieces(sheet, &l);
		put_floods(sheet, &l);
		put_top(sheet, &l);
		put_chatter(sheet, &l);
		put_stale(sheet, &l);
		e = put_acts(src, sheet, &l, false);
		if (e == OK)
			e = put_acts(src, sheet, &l, true);
		if (e != OK)
			str_printf(message, size, "the journal cannot be read: %s", err_text(e));
	}
	alarm_log_done(&l);
	return e;
}

const struct report_kind rep_alarms = {
	.name = "alarms",
	.title = "Alarms",
	.title_ja = "警報分析",
	.help =
	    "how many alarms there were and how they were answered, against their targets: of a week, a day or a month",
	.period = PERIOD_WEEK,
	.file_prefix = "ALARMS",
	.files_itself = true,
	.make = make,
};
