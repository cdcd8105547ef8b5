/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_entry.c - one entry of the journal, whole: what was before and after, who, from where, why, and the hash that chains it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/scr_entry.h"
#include "console/wrap.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 12
#define LINES_MAX   2000 /* of the longest text at the narrowest screen */

struct page {
	struct entry *entry;
	int scroll, lines; /* lines: of the whole, from the last drawing */
};
struct cursor {
	struct console *co;
	struct area a;
	int line, scroll;
};

static const struct msg_journal *to_open;

bool
scr_entry_open(struct console *co, const struct msg_journal *m)
{
	to_open = m;
	bool ok = console_open(co, &scr_entry, NULL);
	to_open = NULL;
	return ok;
}

static bool
open_entry(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	(void)argument;
	if (to_open == NULL) {
		console_message(co, true, "Enter on a row of the journal opens its entry; e opens the journal");
		return false;
	}
	p->entry = entry_new(to_open);
	return true;
}

static void
close_entry(struct console *co, void *private)
{
	(void)co;
	free(((struct page *)private)->entry);
}

static void
put(struct cursor *c, const char *label, enum look look, const char *text)
{
	int row = c->a.row + c->line++ - c->scroll;

	if (row < c->a.row || row >= c->a.row + c->a.rows)
		return;
	grid_put(c->co->grid, row, c->a.column + 1, LABEL_CELLS, LOOK_LABEL, label);
	grid_put(c->co->grid, row, c->a.column + LABEL_CELLS + 2, c->a.columns - LABEL_CELLS - 3, look, text);
}

/* Long text in as many lines as it needs; no character of it is lost or obeyed. */
static void
put_long(struct cursor *c, const char *label, const char *raw, const char *if_empty)
{
	size_t size = 4 * strlen(raw) + 8, len, skip;
	char *safe = xcalloc(1, size), *line = xcalloc(1, size);

	text_put_safe(safe, size, raw[0] != '\0' ? raw : if_empty, -1);
	for (const char *at = safe; *at != '\0' && c->line < LINES_MAX; at += len + skip) {
		len = wrap_line(at, c->a.columns - LABEL_CELLS - 3, &skip);
		memcpy(line, at, len);
		line[len] = '\0';
		put(c, at == safe ? label : "", LOOK_NORMAL, line);
	}
	free(safe);
	free(line);
}

static void
put_head(struct cursor *c, const struct msg_journal *m)
{
	char text[400], time[64], number[32] = "";

	if (m->seq == 0)
		put(c, "Entry", LOOK_UNCERTAIN, "not yet recorded: it waits for the store");
	else
		str_printf(number, sizeof number, "%llu", (unsigned long long)m->seq);
	if (m->seq != 0)
		put(c, "Entry", LOOK_TITLE, number);
	utc_civil(time, sizeof time, (struct utc){ m->time }, "%Y-%m-%d %H:%M:%S");
	utc_civil(number, sizeof number, (struct utc){ m->time }, "%Z");
	str_printf(text, sizeof text, "%s.%03d %s", time, (int)(m->time / 1000 % 1000), number);
	put(c, "Time", LOOK_NORMAL, text);
	str_printf(text, sizeof text, "%s: %s", journal_kind_word(m->kind),
	    journal_kind_help(m->kind) != NULL ? journal_kind_help(m->kind) : "of a later version");
	put(c, "Kind", LOOK_NORMAL, text);
	put_long(c, "Point", m->point, "none");
}

static void
put_who(struct cursor *c, const struct msg_journal *m)
{
	char text[600];

	if (m->user[0] == '\0')
		str_copy(text, sizeof text, "chisand itself");
	else if (m->uid == UINT32_MAX)
		str_copy(text, sizeof text, m->user);
	else
		str_printf(text, sizeof text, "%.500s (uid %u)", m->user, m->uid);
	put_long(c, "Who", text, "");
	put_long(c, "From", m->terminal, "-");
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	const struct msg_journal *m = &p->entry->m;
	struct cursor c = { co, a, 0, p->scroll };
	char text[200], hash[80];

	put_head(&c, m);
	put_who(&c, m);
	put(&c, "", LOOK_NORMAL, "");
	put_long(&c, "Text", m->text, "-");
	if (m->before[0] != '\0' || m->after[0] != '\0') {
		put_long(&c, "Before", m->before, "-");
		put_long(&c, "After", m->after, "-");
	}
	if (m->reason != 255) {
		str_printf(text, sizeof text, "%u, %s", m->reason, addcause_text(m->reason));
		put(&c, "Reason", LOOK_NORMAL, text);
	}
	put(&c, "", LOOK_NORMAL, "");
	entry_hash(m, hash, sizeof hash, 64);
	put_long(&c, "Hash", hash, "none yet");
	p->lines = c.line;
	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column + LABEL_CELLS + 2;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	(void)co;
	(void)private;
	(void)number;
	return what == CHANGE_LANGUAGE || what == CHANGE_PHASE ? DRAW_BODY : DRAW_NOTHING;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	struct area a = { .rows = co->grid->rows - 7 };
	int most = p->lines > a.rows ? p->lines - a.rows : 0;

	(void)argument;
	switch (req) {
	case REQ_UP: p->scroll--; break;
	case REQ_DOWN: p->scroll++; break;
	case REQ_PAGE_UP: p->scroll -= a.rows - 1; break;
	case REQ_PAGE_DOWN: p->scroll += a.rows - 1; break;
	case REQ_HOME: p->scroll = 0; break;
	case REQ_END: p->scroll = most; break;
	case REQ_OPEN:
		if (p->entry->m.point[0] != '\0')
			console_open_word(co, p->entry->m.point);
		return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
	p->scroll = p->scroll > most ? most : p->scroll < 0 ? 0 : p->scroll;
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	int rows = co->grid->rows - 7;

	str_copy(title, title_size, console_title(co, "Journal entry", "記録の一件"));
	if (p->lines > rows)
		str_printf(hint, hint_size, "lines %d-%d of %d", p->scroll + 1,
		    p->scroll + rows < p->lines ? p->scroll + rows : p->lines, p->lines);
	else
		str_copy(hint, hint_size, p->entry->m.point[0] != '\0' ? "Enter: its point, q back" : "q back");
}

static const char *
selected(struct console *co, void *private)
{
	const char *point = ((struct page *)private)->entry->m.point;

	return co->has_model && client_find(co->client, point) != POINT_NONE ? point : NULL;
}

const struct screen_ops scr_entry = {
	.name = "entry",
	.title = "Journal entry",
	.title_ja = "記録の一件",
	.help = "one entry of the journal, whole",
	.modes = MODE_ALL,
	.private_size = sizeof(struct page),
	.open = open_entry,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_entry,
	.head = head,
	.selected = selected,
};
