/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c - batches of samples and scans as bytes, and the words of the journal's kinds.
 *
 *   sample  point as a zigzag step from the one before | time as a zigzag step in us | quality, cause as varints | value f64
 *   scan    device u32 | first i64 | last - first varint | allowed varint
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/base/str.h"

/* Steps wrap: hostile bytes may ask for any, and must not overflow. */
static int64_t
step_to(int64_t from, int64_t to)
{
	return (int64_t)((uint64_t)to - (uint64_t)from);
}

static int64_t
step_by(int64_t from, int64_t step)
{
	return (int64_t)((uint64_t)from + (uint64_t)step);
}

void
record_put_samples(struct wbuf *b, const struct record *r, uint32_t count)
{
	int64_t point = 0, time = 0;

	for (uint32_t i = 0; i < count; i++) {
		w_zigzag(b, (int64_t)r[i].point - point);
		w_zigzag(b, step_to(time, r[i].time.us));
		w_varint(b, r[i].quality);
		w_varint(b, r[i].cause);
		w_f64(b, r[i].v);
		point = r[i].point;
		time = r[i].time.us;
	}
}

bool
record_get_samples(struct rbuf *r, uint32_t count, void (*each)(const struct record *record, void *arg), void *arg)
{
	int64_t point = 0, time = 0;

	for (uint32_t i = 0; i < count; i++) {
		point = step_by(point, r_zigzag(r));
		time = step_by(time, r_zigzag(r));
		uint64_t quality = r_varint(r), cause = r_varint(r);
		struct record record = { .time = { time }, .v = r_f64(r) };

		if (r->bad || point < 0 || point >= POINT_MAX || (quality & ~(uint64_t)(Q_ALL | RECORD_CLOCK)) != 0 ||
		    cause > UINT16_MAX || !err_is_known((uint32_t)cause)) {
			r->bad = true;
			return false;
		}
		record.point = (point_id)point;
		record.quality = (uint16_t)quality;
		record.cause = (uint16_t)cause;
		each(&record, arg);
	}
	return true;
}

void
record_put_scans(struct wbuf *b, const struct scan_record *r, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		w_u32(b, r[i].device);
		w_i64(b, r[i].first.us);
		w_varint(b, (uint64_t)step_to(r[i].first.us, r[i].last.us));
		w_varint(b, (uint64_t)r[i].allowed_us);
	}
}

bool
record_get_scans(struct rbuf *r, uint32_t count, void (*each)(const struct scan_record *record, void *arg), void *arg)
{
	for (uint32_t i = 0; i < count; i++) {
		struct scan_record record = { .device = r_u32(r), .first = { r_i64(r) } };
		uint64_t length = r_varint(r), allowed = r_varint(r);

		record.last.us = step_by(record.first.us, (int64_t)length);
		record.allowed_us = (int64_t)allowed;
		if (r->bad || length > INT64_MAX || allowed > INT64_MAX || record.last.us < record.first.us ||
		    (record.device >= DEVICE_MAX && record.device != DEVICE_NONE)) {
			r->bad = true;
			return false;
		}
		each(&record, arg);
	}
	return true;
}

/* ---- kinds of entries */

#define RECORD_WORD(id, number, word, help) [number] = word,
#define RECORD_HELP(id, number, word, help) [number] = help,
static const char *const words[JOURNAL_KIND_COUNT] = { JOURNAL_KIND_LIST(RECORD_WORD) };
static const char *const helps[JOURNAL_KIND_COUNT] = { JOURNAL_KIND_LIST(RECORD_HELP) };
#undef RECORD_WORD
#undef RECORD_HELP

const char *
journal_kind_word(unsigned kind)
{
	return kind < JOURNAL_KIND_COUNT ? words[kind] : "unknown";
}

const char *
journal_kind_help(unsigned kind)
{
	return kind < JOURNAL_KIND_COUNT ? helps[kind] : NULL;
}

bool
journal_kind_from_word(const char *word, enum journal_kind *out)
{
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum journal_kind)i;
			return true;
		}
	return false;
}

/* ---- the filter of entries */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool
begins(const char *s, const char *part)
{
	for (; *part != '\0'; s++, part++)
		if (lower(*s) != lower(*part))
			return false;
	return true;
}

static bool
holds(const char *s, const char *part)
{
	if (*part == '\0')
		return true;
	for (; *s != '\0'; s++)
		if (begins(s, part))
			return true;
	return false;
}

bool
journal_passes(const struct msg_journal_get *f, const struct msg_journal *m)
{
	if (m->time < f->from || (f->to != 0 && m->time >= f->to))
		return false;
	if (f->kinds != 0 && (m->kind >= 64 || (f->kinds >> m->kind & 1) == 0))
		return false;
	if (f->point[0] != '\0' && !str_glob(f->point, m->point))
		return false;
	if (f->user[0] != '\0' && !str_glob(f->user, m->user))
		return false;
	return f->text[0] == '\0' || holds(m->text, f->text) || holds(m->before, f->text) || holds(m->after, f->text);
}
