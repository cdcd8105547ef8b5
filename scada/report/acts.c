/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.c - what people did, as the journal has it: when, what, where from and with which reason.
 */
#include "config.h"

#include <inttypes.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/acts.h"
#include "scada/report/calendar.h"
#include "scada/store/journal.h"

#define ACTS_MOST 5000 /* more are no report that anybody reads; a note says so */

struct acts {
	struct sheet *sheet;
	int64_t from, to;
	unsigned count;
	bool has_more, has_days; /* has_days: the span is longer than a day: labels have the date */
};

static struct sheet_text
kind_text(unsigned kind)
{
	static const struct {
		unsigned kind;
		const char *ja;
	} words[] = {
		{ JOURNAL_SYSTEM, "システム" },
		{ JOURNAL_LINK, "通信" },
		{ JOURNAL_EVENT, "状変" },
		{ JOURNAL_ALARM, "警報" },
		{ JOURNAL_ACK, "確認" },
		{ JOURNAL_COMMAND, "操作" },
		{ JOURNAL_OUTCOME, "操作結果" },
		{ JOURNAL_OVERRIDE, "手動介入" },
		{ JOURNAL_MANUAL, "手入力" },
		{ JOURNAL_SCAN, "走査" },
		{ JOURNAL_TAG, "札" },
		{ JOURNAL_CONFIG, "設定" },
		{ JOURNAL_NOTE, "メモ" },
		{ JOURNAL_REPORT, "帳票" },
		{ JOURNAL_ACCESS, "接続" },
		{ JOURNAL_STORE, "記録" },
		{ JOURNAL_KEY, "鍵" },
		{ JOURNAL_PLAN, "計画" },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].kind == kind)
			return T2(journal_kind_word(kind), words[i].ja);
	return T1(journal_kind_word(kind));
}

static bool
put_entry(const struct msg_journal *m, void *arg)
{
	struct acts *a = arg;
	struct sheet *s = a->sheet;
	char text[32];
	int64_t ms = m->time / US_PER_MS;
	if (ms < a->from || ms >= a->to)
		return true;
	if (a->count == ACTS_MOST) {
		a->has_more = true;
		return false;
	}
	a->count++;
	calendar_text(text, sizeof(text), ms, a->has_days ? "%m-%d %H:%M:%S" : "%H:%M:%S");
	struct sheet_row *row = sheet_row(s, T1(sheet_printf(s, "%s", text)));
	row->iso = sheet_printf(s, "%s", calendar_iso(text, sizeof(text), ms));
	sheet_words(s, T1(sheet_printf(s, "%" PRIu64, m->seq)));
	sheet_words(s, kind_text(m->kind));
	sheet_words(s, T1(sheet_printf(s, "%s", m->point)));
	sheet_words(s,
	    T1(sheet_printf(
	        s, "%s%s%s", m->before, m->before[0] != '\0' || m->after[0] != '\0' ? " > " : "", m->after)));
	bool has_reason = m->reason != 255 && m->reason != AC_NONE;
	sheet_words(s, T1(has_reason ? sheet_printf(s, "%u %s", m->reason, addcause_text(m->reason)) : ""));
	sheet_words(s, T1(sheet_printf(s, "%s%s%s", m->user, m->terminal[0] != '\0' ? "@" : "", m->terminal)));
	sheet_words(s, T1(sheet_printf(s, "%s", m->text)));
	return true;
}

enum err
acts_table(const struct report_source *src, struct sheet *s, struct sheet_text title, uint64_t kinds, int64_t from,
    int64_t to, unsigned *count, char *message, size_t size)
{
	static const struct {
		struct sheet_text title;
		int width; /* 0: as wide as it needs, the last takes what is left */
	} heads[] = { { { "No.", "番号" }, 8 }, { { "Kind", "種別" }, 10 }, { { "Point", "ポイント" }, 18 },
		{ { "Before > after", "変更前 > 後" }, 22 }, { { "Reason", "理由" }, 16 }, { { "Who", "操作者" }, 18 },
		{ { "Text", "内容" }, 0 } };
	struct acts a = { s, from, to, 0, false, to - from > 26 * MS_PER_HOUR };
	*count = 0;
	if (src->db == NULL) {
		str_printf(message, size, "the journal cannot be read; is the store running?");
		return ERR_NOT_FOUND;
	}
	sheet_table(s, title, T2("Time", "時刻"));
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct sheet_column *c = sheet_column(s, heads[i].title, NULL);
		c->is_text = true;
		c->width = heads[i].width;
	}
	const struct msg_journal_get filter = {
		.from = from * US_PER_MS, .to = to * US_PER_MS, .kinds = kinds, .point = "", .user = "", .text = ""
	};
	enum err e = journal_read(src->db, &filter, put_entry, &a);
	if (e != OK) {
		str_printf(message, size, "the journal cannot be read: %s", err_text(e));
		return e;
	}
	if (a.count == 0)
		sheet_note(s, T2("none", "なし"));
	if (a.has_more)
		sheet_note(s,
		    T2(sheet_printf(s, "only the first %d are listed; `chisan journal` has all", ACTS_MOST),
		        sheet_printf(s, "先頭%d件のみ。全件は chisan journal", ACTS_MOST)));
	*count = a.count;
	return OK;
}
