/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mimic.c - one function a kind of field. A point that does not exist shows as '?', never as an empty place.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/mimic.h"
#include "console/shown.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

struct place {
	int row, column, width;
};

static void
on_fault(uint32_t line, uint32_t column, const char *text, void *arg)
{
	struct console *co = arg;

	console_message(co, true, "screen file, line %u, column %u: %s", line, column, text);
}

void
mimic_ignore_fault(uint32_t line, uint32_t column, const char *text, void *arg)
{
	(void)line;
	(void)column;
	(void)text;
	(void)arg;
}

bool
mimic_open(struct mimic *m, struct console *co, const char *name)
{
	const struct client *c = co->client;

	*m = (struct mimic){ 0 };
	for (uint32_t i = 0; co->has_model && i < c->screen_count; i++)
		if (strcmp(c->screens[i].name, name) == 0)
			m->file = screen_file_parse(c->screens[i].text, strlen(c->screens[i].text), on_fault, co);
	if (m->file == NULL)
		return false;
	m->points = xcalloc(m->file->binding_count > 0 ? m->file->binding_count : 1, sizeof *m->points);
	mimic_resolve(m, co);
	return true;
}

void
mimic_close(struct mimic *m)
{
	screen_file_free(m->file);
	free(m->points);
	*m = (struct mimic){ 0 };
}

void
mimic_resolve(struct mimic *m, struct console *co)
{
	for (uint32_t i = 0; i < m->file->binding_count; i++) {
		m->points[i] = client_find(co->client, m->file->bindings[i].point);
		if (m->points[i] != POINT_NONE && m->file->bindings[i].kind == FIELD_SPARK)
			spark_watch(co->sparks, m->points[i]);
	}
}

const struct screen_drawing *
mimic_fit(const struct mimic *m, struct area a)
{
	return screen_file_fit(m->file, a.columns, a.rows);
}

bool
mimic_is_selectable(const struct mimic *m, const struct screen_field *f)
{
	switch (m->file->bindings[f->binding].kind) {
	case FIELD_UNIT:
	case FIELD_NAME:
	case FIELD_TITLE:
	case FIELD_MARK:
	case FIELD_AGE:
	case FIELD_FLOW: return false;
	default: return m->points[f->binding] != POINT_NONE;
	}
}

/* Near zero: less than the deadband, or than half a unit of the last digit. */
static bool
is_near_zero(const struct client_point *p, double v)
{
	double near = p->deadband > 0 ? p->deadband : 0.5 * pow(10, -p->decimals);

	return !(fabs(v) > near);
}

static void
draw_flow(struct console *co, struct grid *g, struct place at, const struct screen_binding *b, const struct shown *s)
{
	const struct client_point *p = &co->client->points[s->id];
	bool is_unknown = quality_validity(s->quality) == V_BAD;
	int which = is_unknown || is_near_zero(p, s->v) ? 2 : s->v > 0 ? 0 : 1;
	int mark =
	    (int)strcspn(s->mark, "sod"); /* its alarms say nothing of which way it flows: the value tells of them */

	grid_fill(g, at.row, at.column, at.width, s->look, b->text[which]);
	if (mark > 0)
		grid_put(g, at.row, at.column + (mark < at.width ? at.width - mark : 0),
		    mark > at.width ? at.width : mark, s->look, s->mark);
}

static void
draw_symbol(struct grid *g, struct place at, const struct screen_binding *b, const struct shown *s)
{
	int mark = (int)strlen(s->mark), width = text_width(b->text[s->v != 0 ? 0 : 1]);

	grid_fill(g, at.row, at.column, at.width, s->look, " ");
	grid_put(g, at.row, at.column, at.width, s->look, strcmp(s->text, "-") == 0 ? "-" : b->text[s->v != 0 ? 0 : 1]);
	if (mark == 0)
		return;
	if (width + mark > at.width)
		width = at.width > mark ? at.width - mark : 0; /* the doubt is worth more than the symbol */
	grid_put(g, at.row, at.column + width, at.width - width, s->look, s->mark);
}

static void
draw_spark(struct console *co, struct grid *g, struct place at, const struct shown *s)
{
	char text[SPARK_LENGTH * 4 + 1];
	struct spark_span span;

	if (co->is_slow)
		return; /* a line that moves every second is decoration on a slow line */
	spark_text(co->sparks, s->id, at.width, co->is_ascii_graph, text, &span);
	grid_fit(g, at.row, at.column, at.width, LOOK_LABEL, text, false);
}

static void
draw_field(struct console *co, struct grid *g, struct place at, const struct screen_binding *b, point_id id)
{
	const struct client_point *p;
	struct shown s;

	if (id == POINT_NONE) {
		grid_fit(g, at.row, at.column, at.width, LOOK_BAD, "?", false);
		return;
	}
	p = &co->client->points[id];
	shown_get(co, id, &s);
	switch (b->kind) {
	case FIELD_LEFT:
	case FIELD_STATE: shown_put_left(co, g, at.row, at.column, at.width, &s, NULL); break;
	case FIELD_FULL: shown_put_right(co, g, at.row, at.column, at.width, &s, p->unit); break;
	case FIELD_UNIT: grid_fit(g, at.row, at.column, at.width, LOOK_LABEL, p->unit, false); break;
	case FIELD_NAME: grid_fit(g, at.row, at.column, at.width, LOOK_LABEL, p->name, false); break;
	case FIELD_TITLE:
		grid_fit(g, at.row, at.column, at.width, LOOK_LABEL, console_title(co, p->title, p->title_ja), false);
		break;
	case FIELD_MARK: grid_fit(g, at.row, at.column, at.width, s.look, s.mark, false); break;
	case FIELD_AGE: grid_fit(g, at.row, at.column, at.width, s.look, s.age, true); break;
	case FIELD_BAR: shown_put_bar(g, at.row, at.column, at.width, &s, b->lo, b->hi, p); break;
	case FIELD_LEVEL: shown_put_bar(g, at.row, at.column, at.width, &s, b->lo, b->hi, NULL); break;
	case FIELD_SPARK: draw_spark(co, g, at, &s); break;
	case FIELD_FLOW: draw_flow(co, g, at, b, &s); break;
	case FIELD_SYMBOL: draw_symbol(g, at, b, &s); break;
	default: shown_put_right(co, g, at.row, at.column, at.width, &s, NULL); break;
	}
}

void
mimic_draw(const struct mimic *m, struct console *co, const struct screen_drawing *d, struct area a, int selected)
{
	struct grid *g = co->grid;

	for (int r = 0; r < d->rows && r < a.rows; r++)
		grid_put(g, a.row + r, a.column, a.columns, LOOK_LABEL, d->lines[r]);
	for (uint32_t i = 0; i < d->field_count; i++) {
		const struct screen_field *f = &d->fields[i];
		struct place at = { a.row + f->row, a.column + f->column, f->width };
		if (f->row >= a.rows)
			continue;
		draw_field(co, g, at, &m->file->bindings[f->binding], m->points[f->binding]);
		if ((int)i == selected) {
			grid_paint(g, at.row, at.column, at.width, LOOK_SELECTED);
			g->cursor_row = at.row;
			g->cursor_column = at.column;
		}
	}
}
