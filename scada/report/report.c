/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.c - a report from its name and label to text, CSV and digest.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/report/calendar.h"
#include "scada/report/report.h"
#include "scada/report/sheet.h"

#define REPORT_ROW(name) &rep_##name,
static const struct report_kind *const kinds[] = { REPORT_LIST(REPORT_ROW) NULL };

const struct report_kind *
report_row(size_t i)
{
	return i < ARRAY_LEN(kinds) ? kinds[i] : NULL;
}

const struct report_kind *
report_find(const char *name)
{
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

static enum err
refuse_name(const char *name, char *message, size_t size)
{
	const char *names[ARRAY_LEN(kinds)] = { NULL };
	char list[200] = "";
	for (size_t i = 0; kinds[i] != NULL; i++) {
		names[i] = kinds[i]->name;
		str_append(list, sizeof(list), i > 0 ? ", " : "");
		str_append(list, sizeof(list), names[i]);
	}
	const char *near = str_nearest(name, names);
	if (near != NULL)
		str_printf(message, size, "there is no report '%s'; did you mean %s?", name, near);
	else
		str_printf(message, size, "there is no report '%s'; the reports are %s", name, list);
	return ERR_NOT_FOUND;
}

enum report_language
report_language(const struct site *s)
{
	return s != NULL && s->reports != NULL ? (enum report_language)s->reports->language : LANGUAGE_EN;
}

/* Takes both over. A form feed stands between pages. */
static char *
join_pages(char *first, char *second)
{
	size_t a = strlen(first), b = strlen(second);
	char *out = xmalloc(a + b + 2);

	memcpy(out, first, a);
	out[a] = '\f';
	memcpy(out + a + 1, second, b + 1);
	free(first);
	free(second);
	return out;
}

static void
render(const struct report_source *src, const struct sheet *sheet, enum report_language language, struct report *out)
{
	char hex[2 * sizeof(out->digest) + 1], shown[24];
	const struct site *site = src->site;
	struct sheet_head head = {
		.site = { site->title != NULL ? site->title : site->name, site->title_ja },
		.title = { out->kind->title, out->kind->title_ja },
		.name = out->kind->name,
		.label = out->label,
		.from = out->from,
		.to = out->to,
		.made = src->now.us / US_PER_MS,
		.is_final = out->is_final,
	};
	/* The language of the CSV is the site's, never the reader's: its digest is the report's. */
	out->csv = sheet_to_csv(sheet, &head, report_language(site) == LANGUAGE_JA);
	crypto_generichash(
	    out->digest, sizeof(out->digest), (const unsigned char *)out->csv, strlen(out->csv), NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), out->digest, sizeof(out->digest));
	str_printf(shown, sizeof(shown), "%.16s", hex);
	head.digest = shown;
	out->text = sheet_to_text(sheet, &head, language == LANGUAGE_JA);
	if (language == LANGUAGE_BOTH)
		out->text = join_pages(out->text, sheet_to_text(sheet, &head, true));
}

static void (*still_fn)(void *arg);
static void *still_arg;

void
report_when_long(void (*still)(void *arg), void *arg)
{
	still_fn = still;
	still_arg = arg;
}

void
report_still(void)
{
	if (still_fn != NULL)
		still_fn(still_arg);
}

enum err
report_spans(
    const struct report_source *src, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out)
{
	struct spans s = { .is_whole = true };
	enum err e;

	spans_begin(&s, p, edges, n, out);
	do {
		report_still();
		e = spans_step(src->query, &s);
	} while (e == OK && s.at < s.n);
	return e;
}

enum err
report_make(const struct report_source *src, const char *name, const char *label, enum report_language language,
    struct report *out, char *message, size_t size)
{
	const struct report_kind *k = report_find(name);
	int64_t now = src->now.us / US_PER_MS;
	*out = (struct report){ .kind = k };
	message[0] = '\0';
	if (k == NULL)
		return refuse_name(name, message, size);
	if (label[0] == '\0')
		report_label_of(src->site, k, now, out->label, sizeof(out->label));
	else if (!str_copy(out->label, sizeof(out->label), label))
		out->label[0] = '\0'; /* too long for any; the reading says what is right */
	if (!report_period_of(src->site, k, label[0] != '\0' ? label : out->label, &out->from, &out->to, message, size))
		return ERR_USAGE;
	if (out->from >= now) {
		str_printf(message, size, "%s has not begun yet; a report is made of what was", out->label);
		return ERR_USAGE;
	}
	if (out->to == REPORT_UNTIL_NOW)
		out->to = now;
	out->is_final = out->to <= now;
	/* Rows, totals and the journal are of one moment, so that they agree. */
	enum err e = query_begin(src->query);
	if (e != OK) {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
		return e;
	}
	out->late = query_late_newest(src->query);
	struct sheet *sheet = sheet_new();
	e = k->make(src, sheet, out->from, out->to, message, size);
	query_end(src->query);
	if (e == OK)
		render(src, sheet, language, out);
	sheet_free(sheet);
	return e;
}

void
report_done(struct report *r)
{
	free(r->text);
	free(r->csv);
	r->text = r->csv = NULL;
}

char *
report_why_text(char *buf, size_t size, unsigned why, bool is_ja)
{
	static const char *const words[][2] = { { "late data", "遅着データ" }, { "prices", "単価" },
		{ "metered amounts", "計量値" } };

	buf[0] = '\0';
	for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
		if ((why & 1u << i) == 0)
			continue;
		str_append(buf, size, buf[0] == '\0' ? "" : is_ja ? "・" : ", ");
		str_append(buf, size, words[i][is_ja]);
	}
	return buf;
}

/* Why it was made again, where the line has room for it. */
static void
append_why(char *line, size_t size, const struct report_stamp *stamp, bool is_ja)
{
	char why[80], part[120];

	report_why_text(why, sizeof(why), stamp->why, is_ja);
	str_printf(part, sizeof(part), is_ja ? " (%sにより改版)" : "; %s changed it", why);
	if (why[0] != '\0' && text_width(line) + text_width(part) <= SHEET_CELLS)
		str_append(line, size, part);
}

char *
report_shown(const char *text, const struct report_stamp *stamp, bool is_ja)
{
	char line[400] = "", at[32], digest[2 * 32 + 1], part[300];
	const char *form = "%Y-%m-%d %H:%M:%S";
	if (stamp->revision > 0)
		str_printf(line, sizeof(line), is_ja ? "第%u版" : "revision %u", stamp->revision);
	else
		str_copy(line, sizeof(line), is_ja ? "未保存" : "not filed");
	if (stamp->revision > 0 && stamp->made != 0) {
		str_printf(part, sizeof(part), is_ja ? " %s 保存" : ", filed %s",
		    calendar_text(at, sizeof(at), stamp->made, form));
		str_append(line, sizeof(line), part);
	}
	if (stamp->confirmed_by != NULL && stamp->confirmed_by[0] != '\0') {
		char who[128];
		text_put_safe(who, sizeof(who), stamp->confirmed_by, 32);
		calendar_text(at, sizeof(at), stamp->confirmed_at, form);
		str_printf(part, sizeof(part), is_ja ? "  確定 %s %s" : "; confirmed by %s at %s", who, at);
		str_append(line, sizeof(line), part);
		if (stamp->digest != NULL) {
			sodium_bin2hex(digest, sizeof(digest), stamp->digest, 32);
			str_printf(part, sizeof(part), ", digest %.16s", digest);
			str_append(line, sizeof(line), part);
		}
	} else if (stamp->revision > 0) {
		str_append(line, sizeof(line), is_ja ? "  未確定" : "; not confirmed");
		if (stamp->older > 0) {
			char who[128];
			text_put_safe(who, sizeof(who), stamp->older_by, 28);
			str_printf(part, sizeof(part), is_ja ? " (第%u版は %s 確定済)" : ": revision %u was, by %s",
			    stamp->older, who);
			str_append(line, sizeof(line), part);
		}
	}
	append_why(line, sizeof(line), stamp, is_ja);
	size_t pages = 1, len = strlen(text), n = strlen(line), used = 0;
	for (const char *s = text; *s != '\0'; s++)
		pages += *s == '\f';
	char *out = xmalloc(len + pages * (n + 1) + 1);
	for (const char *s = text;; s++) {
		if (*s == '\f' || *s == '\0') {
			memcpy(out + used, line, n);
			used += n;
			out[used++] = '\n';
		}
		out[used] = *s;
		if (*s == '\0')
			return out;
		used++;
	}
}
