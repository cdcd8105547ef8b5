/* SPDX-License-Identifier: Apache-2.0 */
/*
 * palette.c - completion over commands, pages, points and themes; find and filter act while they are typed.
 */
#include "config.h"

#include <string.h>

#include "console/acts.h"
#include "console/client_sequence.h"
#include "console/frame.h"
#include "console/palette.h"
#include "console/rkind.h"

#include "scada/base/mem.h"
#include "scada/base/mode.h"
#include "scada/base/schedule.h"
#include "scada/base/str.h"

struct found {
	const char *prefix;
	size_t len;
	char common[128]; /* what all have in common */
	char list[256];
	int count;
};

static void
offer(struct found *f, const char *word)
{
	size_t i = 0;

	if (word[0] == '\0' || strncmp(word, f->prefix, f->len) != 0)
		return;
	if (f->count++ == 0) {
		str_copy(f->common, sizeof f->common, word);
	} else {
		while (f->common[i] != '\0' && f->common[i] == word[i])
			i++;
		f->common[i] = '\0';
		str_append(f->list, sizeof f->list, "  ");
	}
	str_append(f->list, sizeof f->list, word);
}

static void
offer_points(struct console *co, struct found *f)
{
	const struct client *c = co->client;

	for (uint32_t i = 0; co->has_model && i < c->point_count; i++)
		offer(f, c->points[i].name);
}

static void
offer_pages(struct console *co, struct found *f)
{
	const struct client *c = co->client;

	for (uint32_t i = 0; co->has_model && i < c->screen_count; i++)
		offer(f, c->screens[i].name);
	offer(f, "points");
	offer(f, "bookmarks");
	offer(f, "links");
	offer(f, "alarms");
	offer(f, "trend");
	offer(f, "journal");
	offer(f, "reports");
	offer(f, "schedule");
	offer(f, "co2");
	offer(f, "help");
}

static void
offer_argument(struct console *co, struct found *f, enum request req)
{
	static const char *const columns[] = { "name", "value", "quality", "age", "device" };
	static const char *const spans[] = { "24h", "7d", "30d" };

	switch (req) {
	case REQ_GOTO:
	case REQ_TREND:
	case REQ_ADD:
	case REQ_JOURNAL: offer_points(co, f); break;
	case REQ_REPORT:
		for (size_t i = 0; rkind_at(i) != NULL; i++)
			offer(f, rkind_at(i)->name);
		break;
	case REQ_PAGE: offer_pages(co, f); break;
	case REQ_MODE:
		for (unsigned i = 0; i < GUARD_MODES; i++)
			offer(f, guard_mode_name(i));
		break;
	case REQ_SCHEDULE_ADD:
		for (unsigned i = 0; i < SCHEDULE_KINDS; i++)
			offer(f, schedule_kind_word(i));
		break;
	case REQ_KPI:
		for (size_t i = 0; i < ARRAY_LEN(spans); i++)
			offer(f, spans[i]);
		break;
	case REQ_SEQUENCE:
		for (uint32_t i = 0; co->has_model && i < client_sequence_count(co->client); i++)
			if (client_sequence(co->client, i) != NULL)
				offer(f, client_sequence(co->client, i)->name);
		break;
	case REQ_THEME:
		for (int i = 0; theme_at(i) != NULL; i++)
			offer(f, theme_name(theme_at(i)));
		break;
	case REQ_SORT:
		for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
			offer(f, columns[i]);
		break;
	default: break;
	}
}

void
palette_complete(struct console *co)
{
	struct prompt *p = &co->prompt;
	struct found f = { 0 };
	char head[PROMPT_MAX] = "", text[PROMPT_MAX];
	char *space = strchr(p->text, ' ');
	enum request req = (enum request)p->purpose;

	if (req == REQ_PALETTE && space != NULL) {
		const struct req_row *row;
		str_copy(head, sizeof head, p->text);
		head[space - p->text] = '\0';
		row = req_find(head);
		if (row != NULL && row->id == REQ_TREND) /* takes several */
			space = strrchr(p->text, ' ');
		str_copy(head, sizeof head, p->text);
		head[space - p->text + 1] = '\0';
		f.prefix = space + 1;
		f.len = strlen(f.prefix);
		if (row != NULL)
			offer_argument(co, &f, row->id);
	} else {
		f.prefix = p->text;
		f.len = strlen(p->text);
		if (req == REQ_PALETTE) {
			for (int i = 0; req_row(i) != NULL; i++)
				offer(&f, req_row(i)->word);
			offer_pages(co, &f);
		} else {
			offer_argument(co, &f, req);
		}
	}
	if (f.count == 0) {
		str_copy(p->choices, sizeof p->choices, "(nothing fits)");
		return;
	}
	str_copy(text, sizeof text, head);
	str_append(text, sizeof text, f.common);
	prompt_set(p, text);
	if (f.count > 1)
		str_copy(p->choices, sizeof p->choices, f.list);
}

static bool
acts_while_typed(const struct prompt *p)
{
	return p->purpose == REQ_FIND || p->purpose == REQ_FILTER;
}

/* A text that will be refused is refused at its first word, not at its last. */
static void
warn_early(struct console *co, struct prompt *p)
{
	char why[160];

	if (p->purpose == REQ_PALETTE && strncmp(p->text, "note ", 5) == 0 && acts_refusal(co, W_NOTE, why, sizeof why))
		str_printf(p->choices, sizeof p->choices, "(%s)", why);
}

/* No paste answers, and no key but y. */
static void
answer_key(struct console *co, uint32_t key)
{
	struct prompt *p = &co->prompt;
	int purpose = p->purpose;

	if (key == K_PASTE_BEGIN || key == K_PASTE_END)
		p->is_pasting = key == K_PASTE_BEGIN;
	if (p->is_pasting || key == K_PASTE_END)
		return;
	prompt_close(p);
	co->message[0] = '\0';
	if (key == 'y' && !frame_is_too_small(co->grid))
		console_request(co, (enum request)purpose, "y");
	else
		console_message(co, false, "nothing was done");
}

void
palette_key(struct console *co, uint32_t key)
{
	struct prompt *p = &co->prompt;
	char text[PROMPT_MAX];
	int purpose = p->purpose;

	co->dirty |= DRAW_ALL;
	if (p->is_question) {
		answer_key(co, key);
		return;
	}
	switch (prompt_key(p, key)) {
	case PROMPT_CHANGED:
		if (acts_while_typed(p)) {
			str_copy(text, sizeof text, p->text);
			console_request(co, (enum request)purpose, text);
		}
		warn_early(co, p);
		break;
	case PROMPT_LEFT:
		prompt_close(p);
		co->message[0] = '\0';
		co->found[0] = '\0';
		if (purpose == REQ_FILTER)
			console_request(co, REQ_FILTER, "");
		break;
	case PROMPT_COMPLETE: palette_complete(co); break;
	case PROMPT_DONE:
		str_copy(text, sizeof text, p->text);
		prompt_close(p);
		if (purpose == REQ_PALETTE)
			console_command(co, text);
		else if (text[0] != '\0' && !acts_while_typed(p))
			console_request(co, (enum request)purpose, text);
		break;
	case PROMPT_NOTHING: break;
	}
}

static void
run(struct console *co, const char *word, const char *argument)
{
	const struct req_row *row = req_find(word);

	if (row == NULL) {
		console_open_word(co, word);
		return;
	}
	if ((row->where & (console_top(co)->ops->modes | MODE_ALL)) == 0) {
		console_message(co, true, "%s has no meaning on this page", word);
		return;
	}
	console_request(co, row->id, argument);
}

void
console_command(struct console *co, const char *line)
{
	char word[PROMPT_MAX];
	char *space;

	while (*line == ' ')
		line++;
	str_copy(word, sizeof word, line);
	if (word[0] == '\0')
		return;
	for (size_t n = strlen(word); n > 0 && word[n - 1] == ' ';)
		word[--n] = '\0';
	if ((space = strchr(word, ' ')) != NULL)
		*space++ = '\0';
	run(co, word, space);
}
