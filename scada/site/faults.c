/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.c - collecting faults and warnings, and telling them with the line of the file they are about.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/site/faults.h"
#include "scada/site/site_load.h"

struct fault {
	struct mark at;
	uint32_t order; /* equal places: as they were found */
	bool is_warning;
	char *text;
};

struct faults {
	struct source *sources;
	uint32_t source_count;
	struct fault kept[2 * FAULTS_KEPT];
	uint32_t kept_count;
	uint32_t count[2]; /* faults, warnings; all that were found */
};

struct faults *
faults_new(void)
{
	return xcalloc(1, sizeof(struct faults));
}

void
faults_free(struct faults *f)
{
	for (uint32_t i = 0; i < f->kept_count; i++)
		free(f->kept[i].text);
	for (uint32_t i = 0; i < f->source_count; i++) {
		free(f->sources[i].name);
		free(f->sources[i].data);
	}
	free(f->sources);
	free(f);
}

uint16_t
faults_add_source(struct faults *f, const char *name)
{
	f->sources = xrecallocarray(f->sources, f->source_count, f->source_count + 1, sizeof(*f->sources));
	f->sources[f->source_count].name = xstrdup(name);
	return (uint16_t)f->source_count++;
}

struct source *
faults_source(struct faults *f, uint16_t number)
{
	return number < f->source_count ? &f->sources[number] : NULL;
}

static void keep(struct faults *f, struct mark at, bool is_warning, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));

static void
keep(struct faults *f, struct mark at, bool is_warning, const char *fmt, va_list ap)
{
	char text[1000], safe[1000];
	if (f->count[is_warning]++ >= FAULTS_KEPT)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	text_put_safe(safe, sizeof(safe), text, -1);
	f->kept[f->kept_count] = (struct fault){ at, f->kept_count, is_warning, xstrdup(safe) };
	f->kept_count++;
}

void
fault_at(struct faults *f, struct mark at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	keep(f, at, false, fmt, ap);
	va_end(ap);
}

void
warn_at(struct faults *f, struct mark at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	keep(f, at, true, fmt, ap);
	va_end(ap);
}

uint32_t
faults_count(const struct faults *f)
{
	return f->count[0];
}

uint32_t
faults_warnings(const struct faults *f)
{
	return f->count[1];
}

static int
compare_faults(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;
	if (x->at.file != y->at.file)
		return x->at.file < y->at.file ? -1 : 1;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* The line's characters from site_fault_window() on, one for one, so that the caret can be counted; "" if there is none. */
static void
source_line(const struct source *s, uint32_t line, uint32_t column, char *buf)
{
	size_t n = 0;
	uint32_t cp;
	buf[0] = '\0';
	if (s == NULL || s->data == NULL || line == 0)
		return;
	const char *p = s->data, *end = s->data + s->len;
	for (uint32_t i = 1; i < line && p < end; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p != NULL ? p + 1 : end;
	}
	const char *stop = p < end ? memchr(p, '\n', (size_t)(end - p)) : end;
	stop = stop != NULL ? stop : end;
	for (uint32_t i = 1; i < site_fault_window(column) && p < stop; i++)
		p += text_next(p, (size_t)(stop - p), &cp);
	for (int i = 0; i < SITE_FAULT_WIDTH && p < stop; i++) {
		p += text_next(p, (size_t)(stop - p), &cp);
		bool is_blank = cp == '\t' || cp == '\r';
		n += text_encode(is_blank ? ' ' : text_is_inert(cp) ? cp : TEXT_REPLACEMENT, buf + n);
	}
	buf[n] = '\0';
}

static void
tell_rest(struct faults *f, void (*tell)(const struct msg_site_fault *m, void *arg), void *arg)
{
	static const char *const what[2] = { "faults", "warnings" };
	char text[100];
	for (int w = 0; w < 2; w++) {
		if (f->count[w] <= FAULTS_KEPT)
			continue;
		str_printf(text, sizeof(text), "and %u more %s, which are not shown; mend these first",
		    f->count[w] - FAULTS_KEPT, what[w]);
		struct msg_site_fault m = { .is_warning = w == 1,
			.file = f->source_count > 0 ? f->sources[0].name : "",
			.text = text,
			.source = "" };
		tell(&m, arg);
	}
}

void
faults_tell(struct faults *f, void (*tell)(const struct msg_site_fault *m, void *arg), void *arg)
{
	char line[SITE_FAULT_WIDTH * 4 + 1];
	qsort(f->kept, f->kept_count, sizeof(f->kept[0]), compare_faults);
	for (uint32_t i = 0; i < f->kept_count; i++) {
		const struct fault *k = &f->kept[i];
		const struct source *s = faults_source(f, k->at.file);
		source_line(s, k->at.line, k->at.column, line);
		struct msg_site_fault m = { .is_warning = k->is_warning,
			.line = k->at.line,
			.column = k->at.column,
			.file = s != NULL ? s->name : "",
			.text = k->text,
			.source = line };
		tell(&m, arg);
	}
	tell_rest(f, tell, arg);
}
