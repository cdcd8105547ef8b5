/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_shift.c - the handover of a shift: what is or was abnormal, what is held by hand, notes, what was done; and room for both to sign.
 */
#include "config.h"

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/abnormal.h"
#include "scada/report/acts.h"
#include "scada/report/operating.h"
#include "scada/report/standing.h"

static void
put_subtitle(const struct report_source *src, struct sheet *s, int64_t from, int64_t to)
{
	char a[32], b[32];
	const struct site_reports *r = src->site->reports;
	const struct site_shift *shift = NULL;
	for (uint32_t i = 0; r != NULL && i < r->shifts.n; i++)
		if (calendar_minute(from) == ((const struct site_shift *)r->shifts.v)[i].from)
			shift = (const struct site_shift *)r->shifts.v + i;
	calendar_text(a, sizeof(a), from, "%Y-%m-%d %H:%M");
	calendar_text(b, sizeof(b), to, "%Y-%m-%d %H:%M");
	const char *name = shift == NULL ? "" : shift->title != NULL ? shift->title : shift->name;
	const char *name_ja = shift != NULL && shift->title_ja != NULL ? shift->title_ja : name;
	const char *gap = name[0] != '\0' ? "  " : "";
	s->subtitle =
	    T2(sheet_printf(s, "%s%s%s to %s", name, gap, a, b), sheet_printf(s, "%s%s%s ～ %s", name_ja, gap, a, b));
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	static const struct {
		struct sheet_text title;
		uint64_t kinds;
	} tables[] = {
		{ { "Notes", "申し送り・メモ" }, ACTS_KIND(JOURNAL_NOTE) },
		{ { "Alarms", "警報" }, ACTS_KIND(JOURNAL_ALARM) },
		{ { "What was done", "操作" }, ACTS_OPERATION },
		{ { "Communication and system", "通信・システム" },
		    ACTS_KIND(JOURNAL_LINK) | ACTS_KIND(JOURNAL_SYSTEM) | ACTS_KIND(JOURNAL_STORE) },
	};
	int64_t now = src->now.us / US_PER_MS, end = to < now ? to : now;
	unsigned count;
	put_subtitle(src, sheet, from, to);
	sheet->has_signatures = true;
	enum err e = acts_table(src, sheet, tables[0].title, tables[0].kinds, from, to, &count, message, size);
	if (e != OK)
		return e;
	e = standing_alarms(src, sheet, end);
	if (e == OK)
		e = standing_overrides(src, sheet, end);
	if (e == OK)
		e = standing_tags(src, sheet, end);
	if (e == OK)
		e = standing_sequences(src, sheet, end);
	if (e == OK)
		e = abnormal_points(src, sheet, from, end);
	if (e == OK)
		e = abnormal_held(src, sheet);
	if (e == OK)
		e = abnormal_devices(src, sheet, from, end);
	if (e != OK) {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
		return e;
	}
	for (size_t i = 1; i < ARRAY_LEN(tables) && e == OK; i++)
		e = acts_table(src, sheet, tables[i].title, tables[i].kinds, from, to, &count, message, size);
	return e;
}

const struct report_kind rep_shift = {
	.name = "shift",
	.title = "Shift handover",
	.title_ja = "引継簿",
	.help = "what is or was abnormal, held by hand, noted and done in a shift; signed by both",
	.period = PERIOD_SHIFT,
	.file_prefix = "SHIFT",
	.files_itself = false,
	.make = make,
};
