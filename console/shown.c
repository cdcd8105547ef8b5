/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shown.c - values as the operator sees them. Nothing here may make a doubtful value look certain.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/shown.h"

#include "scada/base/str.h"
#include "scada/base/text.h"

static enum look
look_of(const struct console *co, uint16_t quality)
{
	if (console_is_lost(co))
		return LOOK_LOST;
	switch (quality_validity(quality)) {
	case V_BAD: return LOOK_BAD;
	case V_UNCERTAIN: return LOOK_UNCERTAIN;
	default: return LOOK_NORMAL;
	}
}

void
shown_get(const struct console *co, point_id id, struct shown *s)
{
	const struct client *c = co->client;
	const struct client_point *p = &c->points[id];
	struct value v = client_value(c, id);
	struct utc now = co->pause.is_on ? co->pause.since : co->now;

	*s = (struct shown){ .id = id, .v = v.v, .quality = v.quality };
	if (console_is_lost(co))
		s->quality |= Q_NO_COMM;
	client_format(c, id, co->is_ja, s->text, sizeof s->text);
	client_marks(c, id, s->quality, s->mark, sizeof s->mark);
	s->look = look_of(co, s->quality);
	s->is_number = p->state_count == 0 && p->bit_count == 0 && strcmp(s->text, "-") != 0;
	s->is_old = client_is_old(c, id, now);
	if (s->is_old)
		clock_age(s->age, sizeof s->age, client_age_us(c, id, now));
}

void
shown_line(const struct console *co, point_id id, char *buf, size_t size)
{
	const struct client_point *p = &co->client->points[id];
	const struct client_device *d = p->device < co->client->device_count ? &co->client->devices[p->device] : NULL;
	const char *title = console_title(co, p->title, p->title_ja);
	const char *whose = d != NULL ? console_title(co, d->title, d->title_ja) : "";
	char text[512];
	struct shown s;

	if (strncmp(title, whose, strlen(whose)) == 0)
		whose = ""; /* the title says it already */
	shown_get(co, id, &s);
	const struct msg_output *o = client_output(co->client, id);
	str_printf(text, sizeof text, "%s: %s%s%s%s%s%s%s%s%s%s, %s", p->name, s.text, p->unit[0] != '\0' ? " " : "",
	    p->unit, s.quality != 0 ? ", " : "", s.quality != 0 ? quality_text(s.quality) : "",
	    client_is_overridden(co->client, id) ? ", held by an operator" : "",
	    client_tags_of(co->client, id) > 0 ? ", tagged" : "",
	    o != NULL && (o->flags & OUTPUT_LOCAL) ? ", in local" : "", whose[0] != '\0' ? ", " : "", whose, title);
	text_put_safe(buf, size, text, -1);
}

bool
shown_shorten(char *buf, size_t size, double v, int decimals, int cells)
{
	for (int d = decimals > 0 ? decimals : 0; d >= 0; d--) {
		str_fixed(buf, size, v, d);
		if ((int)strlen(buf) <= cells)
			return true;
	}
	return false;
}

/* The value in at most `cells` cells. */
static void
fit_value(const struct console *co, const struct shown *s, char *buf, size_t size, int cells)
{
	str_copy(buf, size, s->text);
	if (!s->is_number || text_width(buf) <= cells)
		return;
	if (shown_shorten(buf, size, s->v, co->client->points[s->id].decimals, cells))
		return;
	int i = 0;
	for (; i < cells && i < (int)size - 1; i++)
		buf[i] = '#';
	buf[i] = '\0';
}

void
shown_put_right(
    const struct console *co, struct grid *g, int row, int column, int cells, const struct shown *s, const char *unit)
{
	char value[128];
	int mark = (int)strlen(s->mark), units = unit != NULL && unit[0] != '\0' ? text_width(unit) + 1 : 0;
	int room = cells > MARK_CELLS + 2 && mark < MARK_CELLS ? MARK_CELLS : mark;

	if (s->is_number && text_width(s->text) + units > cells - room && text_width(s->text) + units <= cells - mark)
		room = mark; /* the number is worth more than the room for letters that it does not have */
	if (units > 0 && text_width(s->text) + units > cells - room)
		units = 0;
	if (s->is_number && text_width(s->text) > cells - room &&
	    !shown_shorten(value, sizeof value, s->v, 0, cells - room))
		room = mark;
	fit_value(co, s, value, sizeof value, cells - room - units);
	grid_fill(g, row, column, cells, LOOK_NORMAL, " ");
	grid_fit(g, row, column, cells - room - units, s->look, value, true);
	if (units > 0)
		grid_put(g, row, column + cells - room - units + 1, units - 1,
		    s->look == LOOK_NORMAL ? LOOK_LABEL : s->look, unit);
	if (units > 0 && mark == 1 && room == MARK_CELLS)
		room = 1; /* a lone letter stands off the unit: "kW c" */
	grid_put(g, row, column + cells - room, room, s->look, s->mark);
}

void
shown_put_left(
    const struct console *co, struct grid *g, int row, int column, int cells, const struct shown *s, const char *unit)
{
	char value[160];
	int mark = (int)strlen(s->mark), gap, used;

	fit_value(co, s, value, sizeof value, cells - mark);
	gap = mark > 0 && !s->is_number && text_width(value) + 1 + mark <= cells;
	if (unit != NULL && unit[0] != '\0' && text_width(value) + 1 + text_width(unit) + mark <= cells) {
		str_append(value, sizeof value, " ");
		str_append(value, sizeof value, unit);
	}
	grid_fill(g, row, column, cells, LOOK_NORMAL, " ");
	used = text_width(value);
	if (used > cells - mark - gap)
		used = cells - mark - gap;
	grid_fit(g, row, column, used, s->look, value, false);
	grid_put(g, row, column + used + gap, mark, s->look, s->mark);
}

static int
place(double v, double lo, double hi, int cells)
{
	double at = (v - lo) / (hi - lo) * (double)(cells - 1);

	if (!(at > 0))
		return 0;
	return at > (double)(cells - 1) ? cells - 1 : (int)lround(at);
}

static void
bar_limit(struct grid *g, int row, int column, int cells, double limit, double lo, double hi, const char *letter,
    enum look look)
{
	if (!isnan(limit) && limit >= lo && limit <= hi)
		grid_put(g, row, column + place(limit, lo, hi, cells), 1, look, letter);
}

void
shown_put_bar(struct grid *g, int row, int column, int cells, const struct shown *s, double lo, double hi,
    const struct client_point *limits)
{
	int inner = cells - 2, from, to;
	enum look look = s->look == LOOK_NORMAL ? LOOK_LABEL : s->look;

	if (inner < 1 || !(hi > lo))
		return;
	grid_put(g, row, column, 1, LOOK_LABEL, "[");
	grid_put(g, row, column + cells - 1, 1, LOOK_LABEL, "]");
	column++;
	grid_fill(g, row, column, inner, LOOK_LABEL, limits != NULL ? "-" : " ");
	if (isfinite(s->v) && strcmp(s->text, "-") != 0) {
		from = place(lo < 0 && hi > 0 ? 0 : lo, lo, hi, inner); /* from zero, where there is one */
		to = place(s->v, lo, hi, inner);
		if (s->v < 0 && lo < 0 && hi > 0)
			grid_fill(g, row, column + to, from - to + 1, s->look, "=");
		else if (s->v > lo)
			grid_fill(g, row, column + from, to - from + 1, s->look, "=");
		if (limits != NULL)
			grid_put(g, row, column + to, 1, s->look, s->v > hi ? ">" : s->v < lo ? "<" : "|");
	}
	if (limits != NULL) {
		bar_limit(g, row, column, inner, limits->l, lo, hi, "L", look);
		bar_limit(g, row, column, inner, limits->h, lo, hi, "H", look);
		bar_limit(g, row, column, inner, limits->ll, lo, hi, "L", look);
		bar_limit(g, row, column, inner, limits->hh, lo, hi, "H", look);
	}
	if (s->mark[0] != '\0') {
		int mark = (int)strlen(s->mark);
		if (mark <= inner)
			grid_put(g, row, column + inner - mark, mark, s->look, s->mark);
	}
}

const char *
shown_limit(const struct client_point *p, double v)
{
	if (!isfinite(v))
		return NULL;
	if (v >= p->hh)
		return "HH";
	if (v <= p->ll)
		return "LL";
	if (v >= p->h)
		return "H";
	if (v <= p->l)
		return "L";
	return NULL;
}
