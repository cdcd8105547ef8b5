/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_raw.c - registers of a device, read when they are asked for: each by itself and with the one after it, in the ways that it may be
 * meant. Nothing is read again by itself: each reading stands in the journal.
 */
#include "config.h"

#include <string.h>

#include "console/acts.h"
#include "console/list.h"
#include "console/registers.h"
#include "console/scr_raw.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define FOOT_ROWS 3

struct page {
	struct console *co;
	char device[POINT_NAME_MAX];
	struct msg_registers_get asked;
	struct registers got; /* with has_got; of the question before while another one is under way */
	bool has_got;
	uint32_t ask; /* under way; 0 = none */
	char failed[256];
	struct list list;
};

/* ---- the question */

void
scr_raw_prompt(struct console *co, const char *device, const char *text)
{
	str_printf(co->prompt_label, sizeof co->prompt_label, "%.40s, table address [count]: ", device);
	prompt_open(&co->prompt, co->prompt_label, REQ_RAW, text);
}

bool
scr_raw_typed(struct console *co, const char *device, const char *typed, struct msg_registers_get *m)
{
	char why[200];

	if (registers_read_line(typed, m, why, sizeof why))
		return true;
	scr_raw_prompt(co, device, typed);
	console_message(co, true, "%s", why);
	return false;
}

static uint32_t
find_device(const struct client *c, const char *name)
{
	for (uint32_t i = 0; i < c->device_count; i++)
		if (strcmp(c->devices[i].name, name) == 0)
			return i;
	return UINT32_MAX;
}

static void
take(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;

	(void)c;
	if (!registers_take(&p->got, f, &p->asked))
		return; /* done() says that they did not come */
	p->has_got = true;
	p->failed[0] = '\0';
	list_fit(&p->list, (int)registers_lines(&p->got), p->list.rows > 0 ? p->list.rows : 10);
}

static void
done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;

	(void)c;
	(void)addcause;
	p->ask = 0;
	if (e != OK)
		text_put_safe(p->failed, sizeof p->failed, text[0] != '\0' ? text : err_text(e), -1);
	else if (!p->has_got)
		str_copy(p->failed, sizeof p->failed, "chisand answers something else than these registers");
	console_changed(p->co, DRAW_ALL);
}

static void
ask(struct page *p)
{
	static const struct client_answer answer = { .frame = take, .done = done };
	struct wbuf b;

	client_forget(p->co->client, &p->ask);
	p->has_got = false;
	p->failed[0] = '\0';
	p->asked.device = find_device(p->co->client, p->device);
	if (p->asked.device == UINT32_MAX) {
		str_printf(p->failed, sizeof p->failed, "the site has no device %s any more", p->device);
		return;
	}
	wbuf_init(&b);
	msg_registers_get_put(&b, &p->asked);
	p->ask = client_ask(p->co->client, W_REGISTERS_GET, &b, &answer, p);
	wbuf_done(&b);
	if (p->ask == 0)
		str_copy(p->failed, sizeof p->failed, "they cannot be asked for without a link to chisand");
}

/* argument: "DEVICE TABLE ADDRESS COUNT" */
static bool
open_raw(struct console *co, void *private, const char *argument)
{
	struct page *p = private;
	const char *rest = argument != NULL ? strchr(argument, ' ') : NULL;
	char why[200];

	p->co = co;
	if (rest == NULL || !registers_read_line(rest, &p->asked, why, sizeof why)) {
		console_message(co, true, "registers are asked for on the page of communication: l, then R");
		return false;
	}
	str_printf(p->device, sizeof p->device, "%.*s", (int)(rest - argument < 63 ? rest - argument : 63), argument);
	ask(p);
	return true;
}

static void
close_raw(struct console *co, void *private)
{
	struct page *p = private;

	client_forget(co->client, &p->ask);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	(void)co;
	(void)private;
	(void)number;
	return what == CHANGE_MODEL || what == CHANGE_PHASE || what == CHANGE_LANGUAGE ? DRAW_ALL : DRAW_NOTHING;
}

/* ---- the page */

static void
draw_foot(struct console *co, const struct page *p, struct area a)
{
	char text[REGISTERS_LINE];
	unsigned at = (unsigned)p->list.at;
	int row = a.row + a.rows - FOOT_ROWS + 1;

	grid_fit(co->grid, row, a.column + 1, a.columns - 2, LOOK_LABEL, registers_more(&p->got, at, text), false);
	grid_fit(
	    co->grid, row + 1, a.column + 1, a.columns - 2, LOOK_LABEL, registers_swapped(&p->got, at, text), false);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	char text[REGISTERS_SAID];
	int rows = a.rows - 1 - FOOT_ROWS;

	if (!p->has_got) {
		wrap_put(co->grid, a.row + 1, 2, a.column + 1, a.columns - 2, p->ask != 0 ? LOOK_LABEL : LOOK_BAD,
		    p->ask != 0 ? "asked, no answer yet" : p->failed);
		if (p->ask == 0)
			grid_fit(co->grid, a.row + 3, a.column + 1, a.columns - 2, LOOK_LABEL,
			    "R asks for others, Enter for these once more.", false);
		return;
	}
	list_fit(&p->list, (int)registers_lines(&p->got), rows);
	if (!co->is_accessible)
		grid_fit(co->grid, a.row, a.column, a.columns, LOOK_TITLE, registers_head(&p->got), false);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		unsigned at = (unsigned)(p->list.top + i);
		int row = a.row + 1 + i;
		grid_fit(co->grid, row, a.column, a.columns, LOOK_NORMAL,
		    co->is_accessible ? registers_said(&p->got, at, text) : registers_line(&p->got, at, text), false);
		if ((int)at == p->list.at) {
			grid_paint(co->grid, row, a.column, a.columns, LOOK_SELECTED);
			co->grid->cursor_row = row;
			co->grid->cursor_column = a.column;
		}
	}
	draw_foot(co, p, a);
}

/* So many on, as many as now; at the ends of the table fewer of the way. */
static void
leaf(struct page *p, int step)
{
	int last = UINT16_MAX + 1 - p->asked.count, to = p->asked.address + step * p->asked.count;

	to = to < 0 ? 0 : to > last ? last : to;
	if (to == p->asked.address) {
		console_message(p->co, false, "this is the %s of the table", step < 0 ? "beginning" : "end");
		return;
	}
	p->asked.address = (uint16_t)to;
	ask(p);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	struct msg_registers_get m;
	char now[64];

	if (p->has_got && list_request(&p->list, req))
		return DRAW_BODY;
	if (req != REQ_RAW && req != REQ_OPEN && req != REQ_BEFORE && req != REQ_AFTER)
		return REQ_UNHANDLED;
	if (p->ask != 0 || !acts_is_allowed(co, W_REGISTERS_GET, false))
		return DRAW_ALL; /* one after the other */
	str_printf(now, sizeof now, "%s %u %u", mb_table_word((enum mb_table)p->asked.table), p->asked.address,
	    p->asked.count);
	if (req == REQ_OPEN) {
		ask(p);
	} else if (req != REQ_RAW) {
		leaf(p, req == REQ_BEFORE ? -1 : 1);
	} else if (argument == NULL) {
		scr_raw_prompt(co, p->device, now);
	} else if (scr_raw_typed(co, p->device, argument, &m)) {
		console_message(co, false, "%s", "");
		p->asked = m;
		p->list.at = 0;
		ask(p);
	}
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char span[48], when[24];

	str_printf(title, title_size, "%s %s: %s %u..%u", console_title(co, "Registers of", "レジスタ"), p->device,
	    mb_table_word((enum mb_table)p->asked.table), p->asked.address, p->asked.address + p->asked.count - 1u);
	if (!p->has_got)
		return;
	list_span(&p->list, span, sizeof span);
	utc_civil(when, sizeof when, (struct utc){ p->got.m.time }, "%H:%M:%S");
	str_printf(hint, hint_size, "read at %s   %s", when, span);
}

const struct screen_ops scr_raw = {
	.name = "raw",
	.title = "Registers",
	.title_ja = "レジスタ",
	.help = "registers of a device, as they are",
	.modes = MODE_ALL | MODE_RAW,
	.private_size = sizeof(struct page),
	.open = open_raw,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_raw,
	.head = head,
};
