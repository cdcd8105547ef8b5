/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prompt.c - editing one line, by characters, with history.
 */
#include "config.h"

#include <string.h>

#include "console/keys.h"
#include "console/prompt.h"

#include "scada/base/str.h"
#include "scada/base/text.h"

void
prompt_open(struct prompt *p, const char *label, int purpose, const char *text)
{
	p->is_open = true;
	p->label = label;
	p->purpose = purpose;
	p->is_pasting = p->is_question = p->was_pasted = false;
	p->history_at = p->history_count;
	prompt_set(p, text);
}

void
prompt_ask(struct prompt *p, const char *label, int purpose)
{
	prompt_open(p, label, purpose, "");
	p->is_question = true;
}

void
prompt_close(struct prompt *p)
{
	p->is_open = p->is_question = false;
	p->is_pasting = false;
	p->choices[0] = '\0';
}

void
prompt_set(struct prompt *p, const char *text)
{
	str_copy(p->text, sizeof p->text, text);
	p->cursor = strlen(p->text);
	p->choices[0] = '\0';
}

int
prompt_cursor_cells(const struct prompt *p)
{
	char head[PROMPT_MAX];

	memcpy(head, p->text, p->cursor);
	head[p->cursor] = '\0';
	return text_width(head);
}

static size_t
before(const struct prompt *p)
{
	size_t i = p->cursor;

	while (i > 0 && ((unsigned char)p->text[--i] & 0xC0) == 0x80)
		;
	return i;
}

static size_t
after(const struct prompt *p)
{
	uint32_t cp;

	return p->cursor + text_next(p->text + p->cursor, strlen(p->text + p->cursor), &cp);
}

static void
cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
	p->cursor = from;
}

static enum prompt_event
insert(struct prompt *p, uint32_t cp)
{
	char bytes[4];
	size_t len, have = strlen(p->text);

	if (!text_is_inert(cp))
		return PROMPT_NOTHING;
	len = text_encode(cp, bytes);
	if (have + len >= sizeof p->text)
		return PROMPT_NOTHING;
	memmove(p->text + p->cursor + len, p->text + p->cursor, have - p->cursor + 1);
	memcpy(p->text + p->cursor, bytes, len);
	p->cursor += len;
	return PROMPT_CHANGED;
}

static void
remember(struct prompt *p)
{
	if (p->text[0] == '\0' || (p->history_count > 0 && strcmp(p->history[p->history_count - 1], p->text) == 0))
		return;
	if (p->history_count == PROMPT_HISTORY) {
		memmove(p->history[0], p->history[1], sizeof p->history - sizeof p->history[0]);
		p->history_count--;
	}
	str_copy(p->history[p->history_count++], PROMPT_MAX, p->text);
}

static enum prompt_event
recall(struct prompt *p, int step)
{
	int at = p->history_at + step;

	if (at < 0 || at > p->history_count)
		return PROMPT_NOTHING;
	p->history_at = at;
	prompt_set(p, at == p->history_count ? "" : p->history[at]);
	return PROMPT_CHANGED;
}

enum prompt_event
prompt_key(struct prompt *p, uint32_t key)
{
	size_t old = p->cursor;

	if (key != K_TAB)
		p->choices[0] = '\0';
	if (key == K_PASTE_BEGIN || key == K_PASTE_END) {
		p->is_pasting = key == K_PASTE_BEGIN;
		p->was_pasted = true;
		return PROMPT_NOTHING;
	}
	if (p->is_pasting && (key < ' ' || key >= K_SPECIAL))
		return PROMPT_NOTHING; /* a paste is text: it runs, leaves, recalls and takes away nothing */
	switch (key) {
	case K_ENTER: remember(p); return PROMPT_DONE;
	case K_ESCAPE:
	case 3: /* Ctrl-C */
	case 7: /* Ctrl-G */ return PROMPT_LEFT;
	case K_TAB: return PROMPT_COMPLETE;
	case K_BACKSPACE:
		if (p->cursor == 0)
			return p->text[0] == '\0' ? PROMPT_LEFT : PROMPT_NOTHING;
		cut(p, before(p), old);
		return PROMPT_CHANGED;
	case K_DELETE:
	case 4: /* Ctrl-D */ cut(p, old, after(p)); return PROMPT_CHANGED;
	case 21: /* Ctrl-U */ cut(p, 0, old); return PROMPT_CHANGED;
	case 11: /* Ctrl-K */ p->text[old] = '\0'; return PROMPT_CHANGED;
	case 23: /* Ctrl-W */
		while (p->cursor > 0 && p->text[p->cursor - 1] == ' ')
			p->cursor--;
		while (p->cursor > 0 && p->text[p->cursor - 1] != ' ')
			p->cursor--;
		cut(p, p->cursor, old);
		return PROMPT_CHANGED;
	case K_LEFT: p->cursor = before(p); return PROMPT_NOTHING;
	case K_RIGHT: p->cursor = after(p); return PROMPT_NOTHING;
	case K_HOME:
	case 1: p->cursor = 0; return PROMPT_NOTHING;
	case K_END:
	case 5: p->cursor = strlen(p->text); return PROMPT_NOTHING;
	case K_UP: return recall(p, -1);
	case K_DOWN: return recall(p, 1);
	default: return key < 32 || key >= K_SPECIAL ? PROMPT_NOTHING : insert(p, key);
	}
}
