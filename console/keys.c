/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.c - names of keys, and the way from a key to a request.
 */
#include "config.h"

#include <string.h>

#include "console/console.h"
#include "console/keys.h"

#include "scada/base/mem.h"
#include "scada/base/text.h"

static const struct req_row rows[] = {
#define KEYS_ROW(id, word, keys, where, argument, help) { id, word, keys, where, argument, help },
	REQ_LIST(KEYS_ROW)
#undef KEYS_ROW
};

/* clang-format off */
static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Up", K_UP }, { "Down", K_DOWN }, { "Left", K_LEFT }, { "Right", K_RIGHT }, { "PgUp", K_PAGE_UP }, { "PgDn", K_PAGE_DOWN },
	{ "Home", K_HOME }, { "End", K_END }, { "Enter", K_ENTER }, { "Tab", K_TAB }, { "Backtab", K_BACKTAB }, { "Esc", K_ESCAPE },
	{ "Backspace", K_BACKSPACE }, { "Delete", K_DELETE }, { "Space", ' ' }, { "lt", '<' }, { "F1", K_F1 }, { "F2", K_F2 },
	{ "F3", K_F3 }, { "F4", K_F4 }, { "F5", K_F5 }, { "F6", K_F6 }, { "F7", K_F7 }, { "F8", K_F8 }, { "F9", K_F9 }, { "F10", K_F10 },
	{ "PasteBegin", K_PASTE_BEGIN }, { "PasteEnd", K_PASTE_END },
};
/* clang-format on */

const struct req_row *
req_row(int i)
{
	return i >= 0 && (size_t)i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct req_row *
req_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].word, word) == 0)
			return &rows[i];
	return NULL;
}

const struct req_row *
req_of(enum request id)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}

uint32_t
key_from_name(const char *name, size_t len)
{
	uint32_t cp;

	if (len == 6 && memcmp(name, "Ctrl-", 5) == 0 && name[5] >= 'A' && name[5] <= 'Z')
		return (uint32_t)(name[5] - 'A' + 1);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == len && memcmp(names[i].name, name, len) == 0)
			return names[i].key;
	return len > 0 && text_next(name, len, &cp) == len ? cp : KEY_NONE;
}

enum request
req_of_key(uint32_t key, unsigned modes)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((rows[i].where & modes) == 0)
			continue;
		for (const char *p = rows[i].keys; *p != '\0';) {
			size_t len = strcspn(p, " ");
			if (key_from_name(p, len) == key)
				return rows[i].id;
			p += len + (p[len] == ' ');
		}
	}
	return REQ_NONE;
}

static const char *
where_text(unsigned where)
{
	switch (where) {
	case MODE_LIST: return "lists";
	case MODE_POINTS: return "points";
	case MODE_POINT: return "one point";
	case MODE_POINT | MODE_HELD: return "one point, held";
	case MODE_MIMIC: return "drawings";
	case MODE_TREND: return "trends";
	case MODE_JOURNAL | MODE_REPORTS: return "journal, reports";
	case MODE_ALARMS:
	case MODE_ALARMS | MODE_ALARM: return "alarms";
	case MODE_LINKS | MODE_RAW: return "communication, registers";
	case MODE_REPORT | MODE_ALARMS | MODE_WHEEL | MODE_RAW: return "reports, alarms, wheeling, registers";
	case MODE_REPORTS | MODE_REPORT:
	case MODE_REPORT: return "reports";
	default: return "everywhere";
	}
}

void
console_print_keys(FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		fprintf(out, "%s\t%s\t%s\t%s\n", rows[i].keys, rows[i].word, where_text(rows[i].where), rows[i].help);
}
