/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.c - entries of the journal: copies, the filter, their forms as text and as JSON.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/entry.h"
#include "console/jout.h"
#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define NO_REASON 255

/* ---- copies */

static const char *
keep(char **at, const char *s)
{
	size_t len = strlen(s) + 1;
	char *copy = *at;

	memcpy(copy, s, len);
	*at += len;
	return copy;
}

struct entry *
entry_new(const struct msg_journal *m)
{
	const char *strings[] = { m->point, m->user, m->terminal, m->text, m->before, m->after };
	size_t bytes = sizeof(struct entry) + m->hash.len;

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		bytes += strlen(strings[i]) + 1;
	struct entry *e = xcalloc(1, bytes);
	char *at = e->data;
	e->m = *m;
	e->bytes = bytes;
	e->m.point = keep(&at, m->point);
	e->m.user = keep(&at, m->user);
	e->m.terminal = keep(&at, m->terminal);
	e->m.text = keep(&at, m->text);
	e->m.before = keep(&at, m->before);
	e->m.after = keep(&at, m->after);
	if (m->hash.len > 0)
		memcpy(at, m->hash.data, m->hash.len);
	e->m.hash.data = (const uint8_t *)at;
	return e;
}

/* ---- the filter */

struct msg_journal_get
entry_question(const struct entry_filter *f)
{
	return (struct msg_journal_get){
		.from = f->from, .to = f->to, .kinds = f->kinds, .point = f->point, .user = f->user, .text = f->text
	};
}

bool
entry_passes(const struct entry_filter *f, const struct msg_journal *m)
{
	struct msg_journal_get question = entry_question(f);

	return journal_passes(&question, m);
}

static const char *
nearest_kind(const char *word)
{
	const char *names[JOURNAL_KIND_COUNT + 1] = { NULL };

	for (unsigned i = 0; i < JOURNAL_KIND_COUNT; i++)
		names[i] = journal_kind_word(i);
	return str_nearest(word, names);
}

bool
entry_read_kinds(const char *words, uint64_t *kinds, char *bad, size_t size, const char **near)
{
	char word[32];
	enum journal_kind kind;

	*kinds = 0;
	*near = NULL;
	do {
		size_t len = strcspn(words, ",");
		str_printf(word, sizeof word, "%.*s", (int)(len > 31 ? 31 : len), words);
		if (!journal_kind_from_word(word, &kind)) {
			str_copy(bad, size, word);
			*near = nearest_kind(word);
			return false;
		}
		*kinds |= UINT64_C(1) << kind;
		words += len + (words[len] == ',');
	} while (*words != '\0');
	return true;
}

#define BIT(kind) (UINT64_C(1) << (kind))

uint64_t
entry_kinds_people(void)
{
	return BIT(JOURNAL_ACK) | BIT(JOURNAL_COMMAND) | BIT(JOURNAL_OUTCOME) | BIT(JOURNAL_OVERRIDE) |
	    BIT(JOURNAL_MANUAL) | BIT(JOURNAL_SCAN) | BIT(JOURNAL_TAG) | BIT(JOURNAL_NOTE) | BIT(JOURNAL_REPORT) |
	    BIT(JOURNAL_ACCESS);
}

uint64_t
entry_kinds_plant(void)
{
	return BIT(JOURNAL_LINK) | BIT(JOURNAL_EVENT) | BIT(JOURNAL_ALARM) | BIT(JOURNAL_PLAN);
}

uint64_t
entry_kinds_system(void)
{
	return ENTRY_ALL_KINDS & ~(entry_kinds_people() | entry_kinds_plant());
}

/* ---- text */

void
entry_who(const struct msg_journal *m, char *buf, size_t size)
{
	char raw[512];

	str_printf(raw, sizeof raw, "%s%s%s", m->user[0] != '\0' ? m->user : "chisand",
	    m->terminal[0] != '\0' ? "@" : "", m->terminal);
	text_put_safe(buf, size, raw, -1);
}

void
entry_hash(const struct msg_journal *m, char *buf, size_t size, size_t digits)
{
	char two[4];

	buf[0] = '\0';
	for (size_t i = 0; i < m->hash.len && i < digits / 2; i++) {
		str_printf(two, sizeof two, "%02x", m->hash.data[i]);
		str_append(buf, size, two);
	}
}

void
entry_what(const struct msg_journal *m, char *buf, size_t size)
{
	char piece[ENTRY_LINE_MAX / 4];

	text_put_safe(buf, size, m->text, -1);
	if (m->before[0] != '\0' || m->after[0] != '\0') {
		str_append(buf, size, buf[0] != '\0' ? " (" : "(");
		text_put_safe(piece, sizeof piece, m->before[0] != '\0' ? m->before : "-", -1);
		str_append(buf, size, piece);
		str_append(buf, size, " -> ");
		text_put_safe(piece, sizeof piece, m->after[0] != '\0' ? m->after : "-", -1);
		str_append(buf, size, piece);
		str_append(buf, size, ")");
	}
	if (m->reason != NO_REASON) {
		str_printf(piece, sizeof piece, "%s[reason %u, %s]", buf[0] != '\0' ? " " : "", m->reason,
		    addcause_text(m->reason));
		str_append(buf, size, piece);
	}
}

/* Padded to its column; longer text pushes what follows to the right rather than being cut. */
static void
put_column(char *buf, size_t size, const char *text, int cells)
{
	char safe[2048];
	int used = text_put_safe(safe, sizeof safe, text, -1);

	str_append(buf, size, safe);
	for (; used < cells; used++)
		str_append(buf, size, " ");
	str_append(buf, size, "  ");
}

void
entry_line(const struct msg_journal *m, char *buf, size_t size)
{
	char text[ENTRY_LINE_MAX / 2], time[40], hash[16], seq[24], who[512];

	str_printf(seq, sizeof seq, "%llu", (unsigned long long)m->seq);
	entry_hash(m, hash, sizeof hash, 8);
	utc_civil(time, sizeof time, (struct utc){ m->time }, "%Y-%m-%d %H:%M:%S");
	entry_who(m, who, sizeof who);
	entry_what(m, text, sizeof text);
	if (m->seq == 0) /* what is missing stands where the eye looks for it */
		str_copy(buf, size, "not yet recorded  ");
	else
		str_printf(buf, size, "%7s %-8s  ", seq, hash);
	put_column(buf, size, time, 19);
	put_column(buf, size, journal_kind_word(m->kind), 8);
	put_column(buf, size, m->point[0] != '\0' ? m->point : "-", 16);
	put_column(buf, size, who, 16);
	str_append(buf, size, text);
}

void
entry_said(const struct msg_journal *m, char *buf, size_t size)
{
	char text[ENTRY_LINE_MAX / 2], time[40], who[512], point[256];

	utc_civil(time, sizeof time, (struct utc){ m->time }, "%H:%M:%S");
	entry_who(m, who, sizeof who);
	entry_what(m, text, sizeof text);
	text_put_safe(point, sizeof point, m->point, -1);
	str_printf(buf, size, "%s %s%s%s: %s, by %s%s", time, journal_kind_word(m->kind), point[0] != '\0' ? " " : "",
	    point, text, who, m->seq == 0 ? ", not yet recorded" : "");
}

json_t *
entry_json(const struct msg_journal *m)
{
	json_t *j = jout_begin();
	char hash[80], raw[512];

	entry_hash(m, hash, sizeof hash, 64);
	str_printf(raw, sizeof raw, "%s%s%s", m->user[0] != '\0' ? m->user : "chisand",
	    m->terminal[0] != '\0' ? "@" : "", m->terminal);
	json_object_set_new(j, "seq", m->seq == 0 ? json_null() : json_integer((json_int_t)m->seq));
	json_object_set_new(j, "time", jout_time((struct utc){ m->time }));
	json_object_set_new(j, "kind", json_string(journal_kind_word(m->kind)));
	json_object_set_new(j, "point", m->point[0] == '\0' ? json_null() : jout_text(m->point));
	json_object_set_new(j, "who", jout_text(raw));
	json_object_set_new(j, "text", jout_text(m->text));
	json_object_set_new(j, "hash", hash[0] == '\0' ? json_null() : json_string(hash));
	json_object_set_new(j, "user", m->user[0] == '\0' ? json_null() : jout_text(m->user));
	json_object_set_new(j, "uid", m->uid == UINT32_MAX ? json_null() : json_integer(m->uid));
	json_object_set_new(j, "terminal", m->terminal[0] == '\0' ? json_null() : jout_text(m->terminal));
	json_object_set_new(j, "before", m->before[0] == '\0' ? json_null() : jout_text(m->before));
	json_object_set_new(j, "after", m->after[0] == '\0' ? json_null() : jout_text(m->after));
	json_object_set_new(j, "reason", m->reason == NO_REASON ? json_null() : json_integer(m->reason));
	return j;
}
