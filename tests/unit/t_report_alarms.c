/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report_alarms.c - the report of alarms: a made fortnight of alarms, whose figures are counted a second time second by second, and
 * a small day by hand, down to the text. Golden files are in tests/report/golden; UPDATE=1 writes them.
 */
#include "config.h"

#include <sodium.h>

#include "scada/base/alarm.h"
#include "scada/base/record.h"
#include "scada/report/alarm_log.h"
#include "scada/report/standing.h"
#include "tests/unit/t.h"

#include "tests/unit/report_kit.h"

#define ENTRIES 60000
#define TEXT    160

static struct query q;
static struct site *site;
static struct fake_record record;
static struct msg_journal *entries;
static char (*texts)[TEXT];
static size_t entry_count;
static int64_t begin; /* ms */

static void
set_up(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert(clock_set_zone("Asia/Tokyo"));
	site = kit_site();
	memset(&q, 0, sizeof(q));
	entries = xcalloc(ENTRIES, sizeof(*entries));
	texts = xcalloc(ENTRIES, sizeof(*texts));
	entry_count = 0;
	begin = kit_ms("2026-11-23T00:00:00+09:00"); /* a Monday */
}

static void
tear_down(void)
{
	free(entries);
	free(texts);
	fake_done(&q);
	site_free(site);
}

static void
put(enum journal_kind kind, int64_t s, const char *name, unsigned priority, uint64_t occurrence, const char *event,
    const char *words, enum alarm_state before, enum alarm_state after, const char *user)
{
	ck_assert_uint_lt(entry_count, ENTRIES);
	alarm_say_entry(texts[entry_count], TEXT, name, priority, occurrence, event, words);
	entries[entry_count] = (struct msg_journal){ .seq = entry_count + 1,
		.time = (begin + s * 1000) * 1000,
		.kind = (uint16_t)kind,
		.reason = 255,
		.point = "",
		.user = user,
		.terminal = "",
		.before = alarm_state_word(before),
		.after = alarm_state_word(after),
		.text = texts[entry_count] };
	entry_count++;
}

static struct report_source
source(int64_t now_s)
{
	record = (struct fake_record){ .entries = entries, .entry_count = entry_count };
	return (struct report_source){ site, &q, &record.db, { (begin + now_s * 1000) * 1000 }, NULL };
}

/* ---- a second count */

#define ALARMS  9
#define SECONDS (14 * 86400)

struct second_count {
	uint32_t count[ALARMS];
	uint16_t at[SECONDS]; /* annunciated in this second, of the span or not */
	uint32_t priority[5];
	int64_t ack_sum;
	uint32_t acks, acked_returned, fleeting, repeats, reminders, suppressions, tests;
};
static struct second_count oracle;

struct made {
	enum alarm_state state, kept; /* kept: below a suppression */
	bool is_on;
	uint64_t occurrence;
	int64_t raised, unacked;
};

static void
announce(unsigned a, unsigned priority, int64_t s, int64_t from)
{
	oracle.at[s]++;
	if (s < from)
		return;
	oracle.count[a]++;
	oracle.priority[priority]++;
}

/* The plant and its operators over two weeks; only the second one (from..) counts. */
static void
make_weeks(uint64_t seed, int64_t from)
{
	struct made m[ALARMS] = { { .state = ALARM_NORM } };
	char name[ALARM_NAME_MAX];
	uint64_t next = 1000;
	memset(&oracle, 0, sizeof(oracle));
	for (int64_t s = 0; s < SECONDS; s++) {
		bool is_storm = (s / 1800) % 37 == 5;
		for (unsigned a = 0; a < ALARMS; a++) {
			double x = kit_noise(&seed), speed = is_storm ? 60 : a == 3 && (s / 7200) % 11 == 2 ? 400 : 1;
			unsigned priority = 1 + a % 4;
			bool in = s >= from;
			snprintf(name, sizeof(name), "P%u.H", a);
			if (m[a].state == ALARM_DSUPR) {
				if (x < 0.0003) { /* it ends: what is there is announced as new */
					bool was_open = m[a].kept == ALARM_UNACK || m[a].kept == ALARM_RTNUN;
					enum alarm_state to = m[a].is_on ? ALARM_UNACK
					    : was_open                   ? ALARM_RTNUN
					                                 : ALARM_NORM;
					put(JOURNAL_ALARM, s, name, priority, m[a].occurrence, "SBD-", "", ALARM_DSUPR,
					    to, "");
					if (to == ALARM_UNACK) {
						announce(a, priority, s, from);
						m[a].unacked = s;
					}
					m[a].state = to;
				} else if (x < 0.01) {
					m[a].is_on = !m[a].is_on;
					put(JOURNAL_ALARM, s, name, priority, m[a].occurrence,
					    m[a].is_on ? "RAISE" : "CLEAR", "", ALARM_DSUPR, ALARM_DSUPR, "");
				}
				continue;
			}
			if (x < 0.00002 * speed && !m[a].is_on) {
				bool is_again = m[a].state == ALARM_RTNUN;
				m[a].is_on = true;
				m[a].occurrence = is_again ? m[a].occurrence : next++;
				put(JOURNAL_ALARM, s, name, priority, m[a].occurrence, "RAISE", "value 9", m[a].state,
				    ALARM_UNACK, "");
				m[a].unacked = is_again ? m[a].unacked : s;
				m[a].state = ALARM_UNACK;
				m[a].raised = s;
				announce(a, priority, s, from);
				oracle.repeats += in && is_again;
			} else if (x < 0.002 * speed && m[a].is_on) {
				enum alarm_state to = m[a].state == ALARM_UNACK ? ALARM_RTNUN : ALARM_NORM;
				put(JOURNAL_ALARM, s, name, priority, m[a].occurrence, "CLEAR", "", m[a].state, to, "");
				oracle.fleeting += in && m[a].state == ALARM_UNACK && s - m[a].raised <= 10;
				m[a].is_on = false;
				m[a].state = to;
			} else if (x > 0.9985 && (m[a].state == ALARM_UNACK || m[a].state == ALARM_RTNUN)) {
				enum alarm_state to = m[a].state == ALARM_UNACK ? ALARM_ACKED : ALARM_NORM;
				put(JOURNAL_ACK, s, name, priority, m[a].occurrence, "ACK", "seen", m[a].state, to,
				    "duty");
				oracle.acks += in;
				oracle.ack_sum += in ? s - m[a].unacked : 0;
				oracle.acked_returned += in && m[a].state == ALARM_RTNUN;
				m[a].state = to;
			} else if (x > 0.998 && m[a].state == ALARM_ACKED) {
				put(JOURNAL_ALARM, s, name, priority, m[a].occurrence, "REALARM", "", ALARM_ACKED,
				    ALARM_UNACK, "");
				m[a].state = ALARM_UNACK;
				m[a].unacked = s;
				announce(a, priority, s, from);
				oracle.reminders += in;
			} else if (x > 0.99799 && x < 0.998) {
				put(JOURNAL_ALARM, s, name, priority, m[a].occurrence, "SBD+", "while X", m[a].state,
				    ALARM_DSUPR, "");
				m[a].kept = m[a].state;
				m[a].state = ALARM_DSUPR;
				oracle.suppressions += in;
			} else if (x > 0.99798 && x < 0.99799 && m[a].state == ALARM_NORM) {
				put(JOURNAL_ACK, s, name, priority, next, "TEST", "", ALARM_NORM, ALARM_UNACK,
				    "keeper");
				put(JOURNAL_ALARM, s, name, priority, next, "CLEAR", "", ALARM_UNACK, ALARM_RTNUN, "");
				put(JOURNAL_ACK, s, name, priority, next++, "ACK", "", ALARM_RTNUN, ALARM_NORM,
				    "keeper");
				oracle.tests += in;
			}
		}
	}
}

static uint32_t
between(int64_t from, int64_t to)
{
	uint32_t n = 0;
	for (int64_t s = from < 0 ? 0 : from; s < to && s < SECONDS; s++)
		n += oracle.at[s];
	return n;
}

/* Begins and ends of floods, second by second; events before the span do not count into its first window. */
static void
compare_floods(const struct alarm_log *l, int64_t from, int64_t to)
{
	uint32_t n = 0, at = 0, peak = 0;
	int64_t since = -1, sum = 0;
	for (int64_t s = from; s < to; s++) {
		n += oracle.at[s];
		n -= s - 600 >= from ? oracle.at[s - 600] : 0;
		if (since >= 0 && n < 5) {
			ck_assert_uint_lt(at, l->flood_count);
			ck_assert_int_eq(l->floods[at].from, begin + since * 1000);
			ck_assert_int_eq(l->floods[at].to, begin + s * 1000);
			ck_assert_uint_eq(l->floods[at].peak, peak);
			sum += s - since;
			at++;
			since = -1;
			peak = 0;
		}
		if (since < 0 && n > 10)
			since = s;
		peak = since >= 0 && n > peak ? n : peak;
	}
	if (since >= 0) {
		ck_assert_int_eq(l->floods[at++].to, -1);
		sum += to - since;
	}
	ck_assert_uint_eq(l->flood_count, at);
	ck_assert_int_eq(l->flood_ms, sum * 1000);
}

START_TEST(figures_are_those_of_a_second_count)
{
	int64_t from = 7 * 86400, to = SECONDS;
	char message[200];
	struct alarm_log l;
	make_weeks(77 + (uint64_t)_i * 13, from);
	const struct report_source src = source(to);
	ck_assert_int_eq(
	    alarm_log_read(&src, begin + from * 1000, begin + to * 1000, &l, message, sizeof(message)), OK);
	ck_assert_uint_gt(l.event_count, 200);
	ck_assert_uint_eq(l.event_count, between(from, to));
	for (unsigned a = 0; a < ALARMS; a++) {
		char name[ALARM_NAME_MAX];
		uint32_t count = 0;
		snprintf(name, sizeof(name), "P%u.H", a);
		for (uint32_t i = 0; i < l.count; i++)
			if (strcmp(l.all[i].name, name) == 0)
				count = l.all[i].count;
		ck_assert_uint_eq(count, oracle.count[a]);
	}
	/* pieces of ten minutes and hours */
	for (int64_t step = 600; step <= 3600; step += 3000) {
		uint32_t most = 0, beyond = 0, limit = step == 600 ? 10 : 30, pieces = 0;
		double share;
		for (int64_t s = from; s < to; s += step, pieces++) {
			uint32_t n = between(s, s + step);
			most = n > most ? n : most;
			beyond += n > limit;
		}
		ck_assert_uint_eq(alarm_log_most(&l, step * 1000, limit, &share), most);
		ck_assert_double_eq_tol(share, (double)beyond / pieces, 1e-12);
		ck_assert_uint_gt(beyond, 0);
	}
	compare_floods(&l, from, to);
	ck_assert_uint_gt(l.flood_count, 1);
	ck_assert_uint_eq(l.ack_count, oracle.acks);
	int64_t sum = 0;
	for (uint32_t i = 0; i < l.ack_count; i++)
		sum += l.ack_ms[i];
	ck_assert_int_eq(sum, oracle.ack_sum * 1000);
	ck_assert_uint_eq(l.acked_returned, oracle.acked_returned);
	ck_assert_uint_eq(l.repeats, oracle.repeats);
	ck_assert_uint_eq(l.reminders, oracle.reminders);
	ck_assert_uint_eq(l.suppressions, oracle.suppressions);
	ck_assert_uint_eq(l.tests, oracle.tests);
	uint32_t fleeting = 0;
	for (uint32_t i = 0; i < l.count; i++)
		fleeting += l.all[i].fleeting;
	ck_assert_uint_eq(fleeting, oracle.fleeting);
	/* the ten most frequent, here all nine, in their order */
	uint32_t top[ALARM_LOG_TOP], n = alarm_log_top(&l, top);
	ck_assert_uint_eq(n, ALARMS);
	for (uint32_t i = 1; i < n; i++)
		ck_assert_uint_ge(l.all[top[i - 1]].count, l.all[top[i]].count);
	alarm_log_done(&l);
}
END_TEST

START_TEST(parts_add_up_to_the_whole)
{
	char message[200];
	struct alarm_log l;
	uint32_t sum = 0, acks = 0, all, all_acks;
	make_weeks(5, 0);
	const struct report_source src = source(SECONDS);
	ck_assert_int_eq(alarm_log_read(&src, begin, begin + SECONDS * 1000LL, &l, message, sizeof(message)), OK);
	all = l.event_count;
	all_acks = l.ack_count;
	alarm_log_done(&l);
	for (int day = 0; day < 14; day++) {
		int64_t from = begin + day * INT64_C(86400000);
		ck_assert_int_eq(alarm_log_read(&src, from, from + 86400000, &l, message, sizeof(message)), OK);
		sum += l.event_count;
		acks += l.ack_count;
		alarm_log_done(&l);
	}
	ck_assert_uint_eq(sum, all);
	ck_assert_uint_eq(acks, all_acks);
}
END_TEST

/* ---- a day by hand */

static void
make_day(void)
{
	/* raised the day before yesterday, acknowledged, and there ever since: stale */
	put(JOURNAL_ALARM, -40 * 3600, "WTE.PIT.LEVEL.H", 4, 90, "RAISE", "value 730 t above 720 t", ALARM_NORM,
	    ALARM_UNACK, "");
	put(JOURNAL_ACK, -39 * 3600, "WTE.PIT.LEVEL.H", 4, 90, "ACK", "", ALARM_UNACK, ALARM_ACKED, "duty");
	/* seen after 30 s and after 90 s, the second when it had returned */
	put(JOURNAL_ALARM, 3600, "ESS1.SOC.L", 3, 91, "RAISE", "value 9.2 % below 10 %", ALARM_NORM, ALARM_UNACK, "");
	put(JOURNAL_ACK, 3630, "ESS1.SOC.L", 3, 91, "ACK", "charging", ALARM_UNACK, ALARM_ACKED, "duty");
	put(JOURNAL_ALARM, 4000, "ESS1.SOC.L", 3, 91, "CLEAR", "", ALARM_ACKED, ALARM_NORM, "");
	put(JOURNAL_ALARM, 5000, "GTC.TRIP.STATE1", 1, 92, "RAISE", "TRIPPED", ALARM_NORM, ALARM_UNACK, "");
	put(JOURNAL_ALARM, 5060, "GTC.TRIP.STATE1", 1, 92, "CLEAR", "", ALARM_UNACK, ALARM_LATUN, "");
	put(JOURNAL_ACK, 5090, "GTC.TRIP.STATE1", 1, 92, "ACK", "", ALARM_LATUN, ALARM_LATAK, "relief");
	put(JOURNAL_ACK, 5200, "GTC.TRIP.STATE1", 1, 92, "RESET", "", ALARM_LATAK, ALARM_NORM, "relief");
	/* twelve in two minutes: chatter, fleeting, a flood until ten minutes after the eighth */
	for (int i = 0; i < 12; i++) {
		put(JOURNAL_ALARM, 7200 + i * 10, "HEAT.HDR_P.L", 3, 93, "RAISE", "", i == 0 ? ALARM_NORM : ALARM_RTNUN,
		    ALARM_UNACK, "");
		put(JOURNAL_ALARM, 7205 + i * 10, "HEAT.HDR_P.L", 3, 93, "CLEAR", "", ALARM_UNACK, ALARM_RTNUN, "");
	}
	put(JOURNAL_ACK, 7400, "HEAT.HDR_P.L", 3, 93, "SHELVE", "chatters, until 06:00", ALARM_RTNUN, ALARM_SHLVD,
	    "duty");
	put(JOURNAL_ACK, 9000, "GYM.POOL_T.L", 4, 0, "OOS+", "work order 4711, until 2026-11-25", ALARM_NORM,
	    ALARM_OOSRV, "keeper");
	put(JOURNAL_ACK, 9100, "ESS2.SOC.L", 4, 0, "LIMIT", "=10 -> 12 %, approved by keeper", ALARM_NORM, ALARM_NORM,
	    "relief");
	put(JOURNAL_ALARM, 9200, "GTC.V.LL", 3, 0, "SBD+", "while GTC.STATE != 5", ALARM_NORM, ALARM_DSUPR, "");
	put(JOURNAL_ALARM, 80000, "ESS3.COMM", 3, 95, "RAISE", "does not answer", ALARM_NORM, ALARM_UNACK, "");
	/* of another day, and what is no transition */
	put(JOURNAL_ALARM, 86400, "ESS4.COMM", 3, 96, "RAISE", "", ALARM_NORM, ALARM_UNACK, "");
	entries[entry_count] = entries[0];
	entries[entry_count].time = (begin + 7500000) * 1000;
	entries[entry_count].kind = JOURNAL_ACK;
	entries[entry_count++].text = "horn silenced";
}

static struct report
make(const char *name, const char *label, bool is_ja, int64_t now_s)
{
	char message[400];
	struct report r;
	const struct report_source src = source(now_s);
	enum err e = report_make(&src, name, label, is_ja ? LANGUAGE_JA : LANGUAGE_EN, &r, message, sizeof(message));
	ck_assert_msg(e == OK, "%s: %s", name, message);
	return r;
}

static void
compare(const char *form, const char *text)
{
	char path[600], rest[100];
	static char golden[1 << 18];
	snprintf(rest, sizeof(rest), "golden/alarms.%s", form);
	kit_path(path, sizeof(path), rest);
	FILE *f = fopen(path, getenv("UPDATE") != NULL ? "w" : "r");
	ck_assert_msg(f != NULL, "%s", path);
	if (getenv("UPDATE") != NULL) {
		fputs(text, f);
	} else {
		size_t n = fread(golden, 1, sizeof(golden) - 1, f);
		golden[n] = '\0';
	}
	fclose(f);
	if (getenv("UPDATE") == NULL)
		ck_assert_msg(strcmp(golden, text) == 0, "%s is otherwise:\n%s", path, text);
}

static void
expect(const char *csv, const char *table, const char *label, unsigned column, const char *value)
{
	char cell[200];
	ck_assert_msg(kit_cell(csv, table, label, column, cell, sizeof(cell)), "no %s in %s of\n%s", label, table, csv);
	ck_assert_msg(strcmp(cell, value) == 0, "%s of %s: %s, not %s", label, table, cell, value);
}

START_TEST(a_day_reads_as_it_was)
{
	make_day();
	struct report r = make("alarms", "2026-11-23", false, 2 * 86400);
	expect(r.csv, "指標", "警報発報数", 1, "15");
	expect(r.csv, "指標", "うち未確認のまま再発報", 1, "11");
	expect(r.csv, "指標", "10分間最大", 1, "12");
	expect(r.csv, "指標", "10件超の10分間", 1, "0.69"); /* one of 144 */
	expect(r.csv, "指標", "警報氾濫", 1, "1");
	expect(r.csv, "指標", "チャタリング警報", 1, "1");
	expect(r.csv, "指標", "瞬時警報(10秒以内復帰)", 1, "12");
	expect(r.csv, "指標", "長時間継続", 1, "1");
	expect(r.csv, "指標", "上位10警報の割合", 1, "100.0");
	expect(r.csv, "指標", "優先度1", 1, "6.7");
	expect(r.csv, "指標", "優先度3・4", 1, "93.3");
	expect(r.csv, "指標", "優先度3・4", 5, "達成");
	expect(r.csv, "指標", "優先度1", 5, "未達"); /* 6.7, of 5 */
	expect(r.csv, "指標", "警報氾濫", 5, "未達");
	expect(r.csv, "指標", "1日あたり", 5, "達成");
	expect(r.csv, "指標", "警報発報数", 5, ""); /* has no target */
	expect(r.csv, "指標", "確認数", 1, "2");
	expect(r.csv, "指標", "確認までの平均時間", 1, "60.0");
	expect(r.csv, "指標", "復帰後の確認", 1, "50.0");
	expect(r.csv, "指標", "終了時未確認", 1, "2"); /* ESS3.COMM, and what was shelved */
	expect(r.csv, "指標", "警報値変更", 1, "1");
	compare("txt", r.text);
	compare("csv", r.csv);
	ck_assert(strstr(r.csv, "\"'=10") != NULL || strstr(r.csv, ",'=10") != NULL || strstr(r.csv, "\n=") == NULL);
	report_done(&r);
	r = make("alarms", "2026-11-23", true, 2 * 86400);
	compare("ja.txt", r.text);
	report_done(&r);
	/* of its week it is a part, and the default is the week that goes on */
	r = make("alarms", "2026-W48", false, 2 * 86400);
	expect(r.csv, "指標", "警報発報数", 1, "16");
	ck_assert(!r.is_final);
	report_done(&r);
	r = make("alarms", "", false, 2 * 86400);
	ck_assert_str_eq(r.label, "2026-W48");
	report_done(&r);
	/* from a time on until now, as the page of figures asks for it */
	r = make("alarms", "2026-11-23T0200", false, 2 * 86400);
	expect(r.csv, "指標", "警報発報数", 1,
	    "14"); /* those two before two o'clock are not in it, one of the next day is */
	ck_assert_str_eq(r.label, "2026-11-23T0200");
	report_done(&r);
	r = make("alarms", "2026-11", false, 9 * 86400);
	expect(r.csv, "指標", "警報発報数", 1, "17"); /* and the stale one, when it came */
	ck_assert(r.is_final);
	report_done(&r);
}
END_TEST

START_TEST(a_handover_lists_alarms_overrides_and_tags_that_stand)
{
	static const struct {
		enum journal_kind kind;
		int64_t s;
		const char *point, *before, *after, *text;
	} rows[] = {
		{ JOURNAL_OVERRIDE, 31000, "GTC.P_SP", "no override", "900 kW until 18:00",
		    "the override begins: gas is short" },
		{ JOURNAL_OVERRIDE, 31010, "ESS1.P_SP", "no override", "50 kW until 12:00",
		    "the override begins: test" },
		{ JOURNAL_OVERRIDE, 43000, "ESS1.P_SP", "50 kW of duty", "no override", "its end has come" },
		{ JOURNAL_TAG, 32000, "GRID.CB.52R_CMD", "", "inhibit tag 17: line works, permit 88", "line works" },
		{ JOURNAL_TAG, 32010, "GRID.CB.52R_CMD", "", "caution tag 18: look twice", "look twice" },
		{ JOURNAL_TAG, 33000, "GRID.CB.52R_CMD", "caution tag 18: look twice", "no such tag", "over" },
		{ JOURNAL_SEQUENCE, 32000, "", "", "step 1 of 14: The line is dead", "black-start: begun: grid lost" },
		{ JOURNAL_SEQUENCE, 32100, "", "GRID.LINE.V 0 kV", "step 2 of 14: 52R is open",
		    "black-start: confirmed: step 1 of 14: The line is dead" },
		{ JOURNAL_SEQUENCE, 32200, "", "", "",
		    "refused: step 2 is not so; needed: 52R open; read: GRID.CB.52R 1" },
		{ JOURNAL_SEQUENCE, 32300, "", "", "",
		    "black-start: no longer so: step 1 of 14: The line is dead; read: 66" },
		{ JOURNAL_SEQUENCE, 32000, "", "", "step 1 of 6: The line is live", "back-to-grid: begun: too early" },
		{ JOURNAL_SEQUENCE, 33000, "", "", "aborted",
		    "back-to-grid: aborted at step 1 of 6: The line is live; too early" },
		{ JOURNAL_SEQUENCE, 32000, "", "", "step 1 of 3: x", "old: begun: a test" },
		{ JOURNAL_SEQUENCE, 34000, "", "", "", "old ended at step 1 of 3: the site file has other steps now" },
		{ JOURNAL_SEQUENCE, 80000, "", "", "done", "black-start: confirmed: step 14 of 14: Supply holds" },
	};
	static struct site_sequence known = { .name = "black-start" };
	site->sequences = (struct key_list){ &known, 1 };
	make_day();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++, entry_count++)
		entries[entry_count] = (struct msg_journal){ .seq = entry_count + 1,
			.time = (begin + rows[i].s * 1000) * 1000,
			.kind = (uint16_t)rows[i].kind,
			.reason = 255,
			.point = rows[i].point,
			.user = "duty",
			.terminal = "",
			.before = rows[i].before,
			.after = rows[i].after,
			.text = rows[i].text };
	struct report r = make("shift", "2026-11-23-1", false, 2 * 86400); /* 08:30 to 20:30 */
	char cell[200];
	expect(r.csv, "警報一覧(継続・未確認)", "WTE.PIT.LEVEL.H", 1, "P4");
	ck_assert(!kit_cell(r.csv, "警報一覧(継続・未確認)", "ESS1.SOC.L", 1, cell, sizeof(cell)));
	ck_assert(
	    !kit_cell(r.csv, "警報一覧(継続・未確認)", "ESS3.COMM", 1, cell, sizeof(cell))); /* of the next shift */
	expect(r.csv, "保留中の警報", "HEAT.HDR_P.L", 4, "duty");
	expect(r.csv, "除外中の警報", "GYM.POOL_T.L", 4, "keeper");
	expect(r.csv, "手動介入中の出力", "GTC.P_SP", 3, "900 kW until 18:00");
	ck_assert(!kit_cell(r.csv, "手動介入中の出力", "ESS1.P_SP", 1, cell, sizeof(cell)));
	ck_assert_uint_eq(kit_count_lines(r.csv, "inhibit tag 17"), 2); /* it stands, and was set in this shift */
	expect(r.csv, "札", "GRID.CB.52R_CMD", 2, "duty");
	ck_assert(strstr(r.csv, "ほか1件は設計抑制中") != NULL);
	expect(r.csv, "実施中の操作手順", "black-start", 3, "step 2 of 14: 52R is open");
	expect(r.csv, "実施中の操作手順", "black-start", 2, "duty");
	ck_assert(!kit_cell(r.csv, "実施中の操作手順", "back-to-grid", 1, cell, sizeof(cell)));
	ck_assert(!kit_cell(r.csv, "実施中の操作手順", "old", 1, cell, sizeof(cell)));
	report_done(&r);
	r = make("shift", "2026-11-23-2", false, 2 * 86400);
	expect(r.csv, "警報一覧(継続・未確認)", "ESS3.COMM", 1, "P3");
	expect(r.csv, "警報一覧(継続・未確認)", "ESS4.COMM", 1, "P3");
	ck_assert(!kit_cell(r.csv, "実施中の操作手順", "black-start", 1, cell, sizeof(cell)));
	report_done(&r);
}
END_TEST

START_TEST(without_a_journal_it_says_so)
{
	char message[200];
	struct alarm_log l;
	struct report_source src = source(86400);
	src.db = NULL;
	ck_assert_int_eq(alarm_log_read(&src, begin, begin + 1000, &l, message, sizeof(message)), ERR_NOT_FOUND);
	ck_assert(strstr(message, "journal") != NULL);
	alarm_log_done(&l);
}
END_TEST

T_MAIN("report_alarms",
    T_FIXTURE(set_up, tear_down) T_LOOP(figures_are_those_of_a_second_count, 0, t_rounds(4))
        T_LONG(parts_add_up_to_the_whole) T(a_day_reads_as_it_was)
            T(a_handover_lists_alarms_overrides_and_tags_that_stand) T(without_a_journal_it_says_so))
