/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output_panel.c - who holds it, what waits behind, protection, where it is on its way, tags, what the device does alone.
 */
#include "config.h"

#include "console/holds.h"
#include "console/output_panel.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

struct panel {
	struct output_line *lines;
	int count;
};

/* The next line; its text is to be written. NULL: there are no more. */
static struct output_line *
add(struct panel *p, const char *label, enum look look, int rows)
{
	if (p->count == OUTPUT_LINES)
		return NULL;
	struct output_line *l = &p->lines[p->count++];
	l->label = label;
	l->look = look;
	l->rows = rows;
	l->text[0] = '\0';
	return l;
}

static void
add_text(struct panel *p, const char *label, enum look look, int rows, const char *text)
{
	struct output_line *l = add(p, label, look, rows);

	if (l != NULL)
		str_copy(l->text, sizeof l->text, text);
}

static void
add_output(struct panel *p, const struct console *co, point_id id)
{
	const struct client *c = co->client;
	const struct msg_output *o = client_output(c, id);
	char text[900];

	bool is_plain = c->points[id].kind == KIND_COMMAND && o != NULL && o->slot >= SLOT_COUNT; /* done and over */
	if (!is_plain)
		add_text(p, "Held by", client_is_overridden(c, id) ? LOOK_UNCERTAIN : LOOK_NORMAL, 2,
		    holds_who(c, id, co->now, text, sizeof text));
	if (!is_plain && holds_slots(c, id, co->is_ja, text, sizeof text))
		add_text(p, "Slots", LOOK_NORMAL, 1, text);
	if (holds_clamp(c, id, co->is_ja, text, sizeof text))
		add_text(p, "Protection", LOOK_LIMIT, 2, text);
	if (holds_progress(c, id, co->is_ja, text, sizeof text))
		add_text(p, "State", LOOK_UNCERTAIN, 2, text);
	if (o != NULL && client_command(c, o->command) != NULL)
		add_text(
		    p, "Under way", LOOK_UNCERTAIN, 1, holds_command(client_command(c, o->command), text, sizeof text));
	else if (o != NULL && o->selected_by[0] != '\0' && text_put_safe(text, sizeof text, o->selected_by, -1) > 0)
		add_text(p, "Selected", LOOK_UNCERTAIN, 1, text);
}

int
output_panel_lines(const struct console *co, point_id id, struct output_line lines[OUTPUT_LINES])
{
	const struct client *c = co->client;
	const struct msg_tag_state *tag;
	struct panel p = { lines, 0 };
	char text[900];

	if (client_is_output(c, id))
		add_output(&p, co, id);
	for (unsigned i = 0; i < 3 && (tag = client_tag_of(c, id, i)) != NULL; i++)
		add_text(&p, i == 0 ? "Tags" : "", tag->kind <= TAG_CAUTION ? LOOK_LIMIT : LOOK_NORMAL, 2,
		    holds_tag(tag, co->now, co->is_ja, text, sizeof text));
	if (client_tags_of(c, id) > 3) {
		str_printf(text, sizeof text, "and %u more: h lists them", client_tags_of(c, id) - 3);
		add_text(&p, "", LOOK_LIMIT, 1, text);
	}
	if (!client_is_output(c, id))
		return p.count;
	if (holds_alone(c, id, text, sizeof text))
		add_text(&p, "Alone", LOOK_NORMAL, 1, text);
	if (holds_manners(c, id, text, sizeof text))
		add_text(&p, "Needs", LOOK_NORMAL, 1, text);
	return p.count;
}

bool
output_panel_beside(const struct console *co, point_id id, char *buf, size_t size)
{
	const struct msg_output *o = client_output(co->client, id);
	char raw[200], until[48];

	if (!client_is_overridden(co->client, id))
		return false;
	if (o->slot == SLOT_OPERATOR)
		str_printf(raw, sizeof raw, "held by %.60s until %s", o->user,
		    holds_until(o->until, co->now, until, sizeof until));
	else
		str_copy(raw, sizeof raw, "held by an operator");
	text_put_safe(buf, size, raw, -1);
	return true;
}
