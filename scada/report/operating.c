/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operating.c - a table for each page of the site's reports, with a column for each figure.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/report/operating.h"

static bool
is_in(const struct site_page *page, const char *report)
{
	for (uint32_t i = 0; i < page->reports.n; i++)
		if (strcmp(page->reports.v[i], report) == 0)
			return true;
	return page->reports.n == 0;
}

static enum err
make_page(const struct report_source *src, struct sheet *s, const struct site_page *page, const struct rows *r,
    operating_foot_fn foot)
{
	static const struct sheet_text heads[] = { { "Hour", "時刻" }, { "From", "時刻" }, { "Day", "日" },
		{ "Month", "月" } };
	const struct site_column *columns = page->columns.v;
	struct figures *f = xcalloc(page->columns.n + 1, sizeof(*f));
	enum err e = OK;
	for (uint32_t i = 0; i < page->columns.n && e == OK; i++)
		e = figures_read(src, s, &columns[i], r, &f[i]);
	if (e == OK) {
		sheet_table(s, T2(page->title, page->title_ja), heads[r->by]);
		figures_table(src, s, f, page->columns.n, r);
	}
	if (e == OK && foot != NULL)
		e = foot(src, s, f, page->columns.n, r);
	free(f);
	return e;
}

enum err
operating_make(const struct report_source *src, struct sheet *s, const char *report, const struct rows *r,
    operating_foot_fn foot, char *message, size_t size)
{
	const struct site_reports *reports = src->site->reports;
	unsigned made = 0;
	for (uint32_t i = 0; reports != NULL && i < reports->pages.n; i++) {
		const struct site_page *page = (const struct site_page *)reports->pages.v + i;
		if (!is_in(page, report))
			continue;
		enum err e = make_page(src, s, page, r, foot);
		if (e != OK) {
			str_printf(message, size, "history cannot be read: %s", err_text(e));
			return e;
		}
		made++;
	}
	if (made > 0)
		return OK;
	str_printf(message, size,
	    "the site file has nothing for the %s report; write its columns in reports: pages: (chisan-site(5))",
	    report);
	return ERR_NOT_FOUND;
}

void
operating_subtitle(const struct report_source *src, struct sheet *s, int64_t from)
{
	static const char *const en[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
		"Saturday" };
	static const char *const ja[] = { "日", "月", "火", "水", "木", "金", "土" };
	int64_t date = calendar_day(from);
	unsigned day = date_weekday(date);
	const struct holiday *h = holiday_find(&src->site->holidays, date);
	if (h == NULL) {
		s->subtitle = T2(en[day], sheet_printf(s, "(%s)", ja[day]));
		return;
	}
	const char *name = sheet_pick(T2(h->title, h->title_ja), false),
	           *name_ja = sheet_pick(T2(h->title, h->title_ja), true);
	s->subtitle = T2(sheet_printf(s, "%s, %s", en[day], name[0] != '\0' ? name : "holiday"),
	    sheet_printf(s, "(%s・祝) %s", ja[day], name_ja));
}
