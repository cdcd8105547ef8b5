/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.c - the last word of the journal on each alarm, output, tag and guided sequence before a moment.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "scada/base/alarm.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/calendar.h"
#include "scada/report/standing.h"
#include "scada/store/journal.h"

#define BACK_MS (INT64_C(31) * 86400000)
#define LISTED  1000
#define KEY_MAX (POINT_NAME_MAX + 64)
#define NO_HOLD "no override" /* what scada/control writes when one ends */
#define NO_TAG  "no such tag"

struct word { /* the last one on something */
	char key[KEY_MAX];
	int64_t ms;
	unsigned priority; /* of an alarm */
	enum alarm_state state;
	char *text, *who, *after; /* owned */
	bool is_on;
	UT_hash_handle hh;
};

struct standing {
	struct word *words;
	int64_t end;
};

static void
set(char **to, const char *from)
{
	free(*to);
	*to = xstrdup(from);
}

static struct word *
word_of(struct standing *x, const char *key)
{
	struct word *w;
	HASH_FIND_STR(x->words, key, w);
	if (w != NULL)
		return w;
	w = xcalloc(1, sizeof(*w));
	str_copy(w->key, sizeof(w->key), key);
	HASH_ADD_STR(x->words, key, w);
	return w;
}

static void
take(struct word *w, const struct msg_journal *m, bool is_on)
{
	w->ms = m->time / US_PER_MS;
	w->is_on = is_on;
	set(&w->text, m->text);
	set(&w->who, m->user);
	set(&w->after, m->after);
}

static bool
take_alarm(const struct msg_journal *m, void *arg)
{
	struct standing *x = arg;
	char name[ALARM_NAME_MAX], event[16];
	unsigned priority;
	uint64_t occurrence;
	enum alarm_state after;
	if (m->time / US_PER_MS >= x->end || !alarm_read_entry(m->text, name, &priority, &occurrence, event) ||
	    !alarm_state_from_word(m->after, &after))
		return true;
	struct word *w = word_of(x, name);
	bool is_same = w->is_on && w->state == after; /* a remark, bad inputs: since when, and why, stay */
	w->priority = priority;
	w->state = after;
	if (!is_same)
		take(w, m, after != ALARM_NORM);
	return true;
}

static bool
take_override(const struct msg_journal *m, void *arg)
{
	struct standing *x = arg;
	if (m->time / US_PER_MS < x->end && m->point[0] != '\0')
		take(word_of(x, m->point), m, strcmp(m->after, NO_HOLD) != 0);
	return true;
}

static bool
take_tag(const struct msg_journal *m, void *arg)
{
	struct standing *x = arg;
	char key[KEY_MAX];
	bool is_over = strcmp(m->after, NO_TAG) == 0;
	if (m->time / US_PER_MS >= x->end)
		return true;
	/* "caution tag 17: ...": a point may have several */
	const char *words = is_over ? m->before : m->after;
	str_printf(key, sizeof(key), "%.*s %.*s", POINT_NAME_MAX, m->point, (int)strcspn(words, ":"), words);
	take(word_of(x, key), m, !is_over);
	return true;
}

/* "NAME: begun: ...", after: "step 1 of 14: ..."; at its end "done", "aborted"; "NAME ended at step ...": by another site file. */
static bool
take_sequence(const struct msg_journal *m, void *arg)
{
	struct standing *x = arg;
	char key[KEY_MAX];
	bool is_ended = strstr(m->text, " ended at step ") != NULL;
	size_t len = strcspn(m->text, is_ended ? " " : ":");
	if (m->time / US_PER_MS >= x->end || strncmp(m->text, "refused: ", 9) == 0 ||
	    (m->after[0] == '\0' && !is_ended))
		return true;
	str_printf(key, sizeof(key), "%.*s", (int)(len < 200 ? len : 200), m->text);
	take(word_of(x, key), m, strncmp(m->after, "step ", 5) == 0);
	return true;
}

static enum err
read_words(const struct report_source *src, struct standing *x, uint64_t kinds,
    bool (*each)(const struct msg_journal *m, void *arg))
{
	const struct msg_journal_get filter = { .from = (x->end - BACK_MS) * US_PER_MS,
		.to = x->end * US_PER_MS,
		.kinds = kinds,
		.point = "",
		.user = "",
		.text = "" };
	report_still();
	return src->db != NULL ? journal_read(src->db, &filter, each, x) : ERR_NOT_FOUND;
}

static void
done(struct standing *x)
{
	struct word *w, *next;
	HASH_ITER(hh, x->words, w, next) {
		HASH_DEL(x->words, w);
		free(w->text);
		free(w->who);
		free(w->after);
		free(w);
	}
}

static void
columns(struct sheet *s, const struct sheet_text *titles, const int *widths, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sheet_column *c = sheet_column(s, titles[i], NULL);
		c->is_text = true;
		c->width = widths[i];
	}
}

static const char *
time_text(struct sheet *s, int64_t ms)
{
	char buf[32];
	return sheet_printf(s, "%s", calendar_text(buf, sizeof(buf), ms, "%m-%d %H:%M:%S"));
}

static int
by_urgency(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->ms != y->ms ? (x->ms < y->ms ? -1 : 1) : strcmp(x->key, y->key);
}

static int
word_order(struct word *a, struct word *b)
{
	return by_urgency(a, b);
}

/* ---- alarms */

static const struct site_limit *
limit_of(const struct site *site, const char *name)
{
	static const char *const types[] = { "LL", "L", "H", "HH", "STATE", "BIT", "ROC", "DEV", "FROZEN", "STALE",
		"CALC" };
	char point[ALARM_NAME_MAX], made[ALARM_NAME_MAX];
	const struct site_limit *own = site->alarms.v;
	for (uint32_t i = 0; i < site->alarms.n; i++)
		if (own[i].name != NULL && strcmp(own[i].name, name) == 0)
			return &own[i];
	const char *dot = strrchr(name, '.');
	str_printf(point, sizeof(point), "%.*s", dot != NULL ? (int)(dot - name) : 0, name);
	point_id id = dot != NULL ? site_find_point(site, point) : POINT_NONE;
	if (id == POINT_NONE)
		return NULL;
	const struct site_point_def *d = site->points[id].def;
	const struct site_limit *l = d->alarms.v;
	for (uint32_t i = 0; i < d->alarms.n; i++) {
		bool is_numbered = l[i].type == LIMIT_STATE || l[i].type == LIMIT_BIT;
		str_printf(made, sizeof(made), is_numbered ? "%s%lld" : "%s", types[l[i].type], (long long)l[i].state);
		if (strcmp(made, dot + 1) == 0)
			return &l[i];
	}
	return NULL;
}

static void
put_alarm(const struct report_source *src, struct sheet *s, const struct word *w)
{
	const struct site_limit *l = limit_of(src->site, w->key);
	const char *words = strstr(w->text, ": ");
	const char *text = l != NULL && l->text != NULL ? l->text : "";
	sheet_row(s, T1(sheet_printf(s, "%s", w->key)));
	sheet_words(s, T1(sheet_printf(s, "P%u", w->priority)));
	sheet_words(s, T2(alarm_state_text(w->state, false), alarm_state_text(w->state, true)));
	sheet_words(s, T1(time_text(s, w->ms)));
	sheet_words(s, T1(sheet_printf(s, "%s", w->who)));
	const char *gap = text[0] != '\0' && words != NULL ? "; " : "";
	const char *ja = l != NULL && l->text_ja != NULL ? l->text_ja : text;
	sheet_words(s,
	    T2(sheet_printf(s, "%s%s%s", text, gap, words != NULL ? words + 2 : ""),
	        sheet_printf(s, "%s%s%s", ja, gap, words != NULL ? words + 2 : "")));
}

enum err
standing_alarms(const struct report_source *src, struct sheet *s, int64_t end)
{
	static const struct {
		struct sheet_text title;
		unsigned states;
	} tables[] = {
		{ { "Alarms on the list", "警報一覧(継続・未確認)" },
		    1u << ALARM_UNACK | 1u << ALARM_ACKED | 1u << ALARM_RTNUN | 1u << ALARM_LATUN | 1u << ALARM_LATAK },
		{ { "Alarms shelved", "保留中の警報" }, 1u << ALARM_SHLVD },
		{ { "Alarms out of service", "除外中の警報" }, 1u << ALARM_OOSRV },
	};
	static const struct sheet_text titles[] = { { "Priority", "優先度" }, { "State", "状態" }, { "Since", "発生" },
		{ "Who", "操作者" }, { "Text", "内容" } };
	static const int widths[] = { 10, 36, 16, 14, 0 };
	struct standing x = { NULL, end };
	uint32_t suppressed = 0;
	enum err e = read_words(src, &x, UINT64_C(1) << JOURNAL_ALARM | UINT64_C(1) << JOURNAL_ACK, take_alarm);
	HASH_SORT(x.words, word_order);
	for (size_t t = 0; t < ARRAY_LEN(tables) && e == OK; t++) {
		uint32_t n = 0;
		sheet_table(s, tables[t].title, T2("Alarm", "警報"));
		columns(s, titles, widths, ARRAY_LEN(titles));
		for (const struct word *w = x.words; w != NULL; w = w->hh.next) {
			suppressed += t == 0 && w->is_on && w->state == ALARM_DSUPR;
			if (w->is_on && ((tables[t].states >> w->state) & 1) != 0 && n++ < LISTED)
				put_alarm(src, s, w);
		}
		if (n == 0)
			sheet_note(s, T2("none", "なし"));
		if (t == 0 && suppressed > 0)
			sheet_note(s,
			    T2(sheet_printf(s, "%u more are suppressed by design", suppressed),
			        sheet_printf(s, "ほか%u件は設計抑制中", suppressed)));
	}
	done(&x);
	return e;
}

/* ---- overrides and tags */

static enum err
put_words(const struct report_source *src, struct sheet *s, struct standing *x, uint64_t kind,
    bool (*each)(const struct msg_journal *m, void *arg), struct sheet_text title, struct sheet_text first)
{
	static const struct sheet_text titles[] = { { "Since", "時刻" }, { "Who", "操作者" }, { "Is", "内容" },
		{ "Text", "理由" } };
	static const int widths[] = { 16, 14, 48, 0 };
	uint32_t n = 0;
	enum err e = read_words(src, x, kind, each);
	if (e == OK) {
		sheet_table(s, title, first);
		columns(s, titles, widths, ARRAY_LEN(titles));
	}
	HASH_SORT(x->words, word_order);
	for (const struct word *w = x->words; w != NULL && e == OK; w = w->hh.next) {
		if (!w->is_on || n++ >= LISTED)
			continue;
		sheet_row(s, T1(sheet_printf(s, "%.*s", (int)strcspn(w->key, " "), w->key)));
		sheet_words(s, T1(time_text(s, w->ms)));
		sheet_words(s, T1(sheet_printf(s, "%s", w->who)));
		sheet_words(s, T1(sheet_printf(s, "%s", w->after)));
		sheet_words(s, T1(sheet_printf(s, "%s", w->text)));
	}
	if (n == 0 && e == OK)
		sheet_note(s, T2("none", "なし"));
	done(x);
	return e;
}

enum err
standing_overrides(const struct report_source *src, struct sheet *s, int64_t end)
{
	struct standing x = { NULL, end };
	return put_words(src, s, &x, UINT64_C(1) << JOURNAL_OVERRIDE, take_override,
	    T2("Overrides", "手動介入中の出力"), T2("Point", "ポイント"));
}

enum err
standing_tags(const struct report_source *src, struct sheet *s, int64_t end)
{
	struct standing x = { NULL, end };
	return put_words(src, s, &x, UINT64_C(1) << JOURNAL_TAG, take_tag, T2("Tags", "札"), T2("Point", "ポイント"));
}

enum err
standing_sequences(const struct report_source *src, struct sheet *s, int64_t end)
{
	struct standing x = { NULL, end };
	if (src->site->sequences.n == 0)
		return OK;
	return put_words(src, s, &x, UINT64_C(1) << JOURNAL_SEQUENCE, take_sequence,
	    T2("Guided sequences under way", "実施中の操作手順"), T2("Sequence", "手順"));
}
