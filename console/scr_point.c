/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_point.c - one point: value, quality in words and why, limits on a bar, both times, the registers behind it, what was seen.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/acts.h"
#include "console/alarm_panel.h"
#include "console/chart.h"
#include "console/holder.h"
#include "console/output_panel.h"
#include "console/scr_act.h"
#include "console/scr_hand.h"
#include "console/shown.h"
#include "console/wrap.h"

#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 12
#define ROOMY       16 /* rows of a page from which what is said of an output has two */
#define TITLE_LEAST 10 /* of a title in the other language that is cut */
#define CHART_ROWS  9

struct page {
	char name[POINT_NAME_MAX];
	point_id id;
	int scroll;       /* first state or bit shown */
	int64_t asked_us; /* when the registers were asked for last */
	char said[160];   /* accessible form: the value as drawn last */
	struct holder holder;
};

struct cursor {
	struct console *co;
	struct area a;
	int row;
};

static bool
resolve(struct console *co, struct page *p)
{
	p->id = co->has_model ? client_find(co->client, p->name) : POINT_NONE;
	if (p->id != POINT_NONE)
		spark_watch(co->sparks, p->id);
	return p->id != POINT_NONE;
}

/* Calculated points have no registers. */
static bool
has_registers(const struct console *co, point_id id)
{
	uint32_t device = co->client->points[id].device;

	return device < co->client->device_count && protocol_is_field(co->client->devices[device].protocol);
}

/* Of ECHONET Lite bytes of a property stand in their place. */
static bool
is_property(const struct console *co, point_id id)
{
	return has_registers(co, id) && co->client->devices[co->client->points[id].device].protocol == PROTOCOL_ECHONET;
}

static void
ask_raw(struct console *co, struct page *p)
{
	if (p->id == POINT_NONE || console_is_lost(co) || !has_registers(co, p->id))
		return;
	p->asked_us = co->now.us;
	client_ask_raw(co->client, p->id);
}

static bool
open_point(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	str_copy(p->name, sizeof p->name, argument);
	if (!resolve(co, p)) {
		console_message(co, true, "there is no point %s", argument);
		return false;
	}
	co->has_raw = false;
	ask_raw(co, p);
	holder_look(&p->holder, co, p->id);
	return true;
}

static void
close_point(struct console *co, void *private)
{
	struct page *p = private;

	(void)co;
	holder_done(&p->holder);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;
	int64_t every = co->is_slow ? 5 * US_PER_S : US_PER_S;

	(void)number;
	if (what == CHANGE_MODEL) {
		co->has_raw = false;
		if (!resolve(co, p))
			console_message(co, true, "the site has no point %s any more", p->name);
		ask_raw(co, p);
		holder_done(&p->holder);
		holder_look(&p->holder, co, p->id);
		return DRAW_ALL;
	}
	if (what == CHANGE_JOURNAL)
		return holder_take(&p->holder, co->entry) ? DRAW_BODY : DRAW_NOTHING;
	if (what == CHANGE_VALUES)
		holder_look(&p->holder, co, p->id);
	if (what == CHANGE_SECOND) {
		if (co->now.us - p->asked_us >= every && console_top(co)->private == private)
			ask_raw(co, p);
		return DRAW_NOTHING;
	}
	if (co->is_accessible && p->id != POINT_NONE) {
		struct shown s;
		char text[160];
		shown_get(co, p->id, &s);
		str_printf(text, sizeof text, "%s%s", s.text, s.mark);
		if (strcmp(text, p->said) == 0)
			return DRAW_NOTHING;
		str_copy(p->said, sizeof p->said, text);
	}
	return DRAW_BODY;
}

/* A label and the place behind it. false: no room. */
static bool
line(struct cursor *c, const char *label, int *column)
{
	if (c->row >= c->a.row + c->a.rows)
		return false;
	grid_put(c->co->grid, c->row, c->a.column + 1, LABEL_CELLS, LOOK_LABEL, label);
	*column = c->a.column + 1 + LABEL_CELLS + 1;
	c->row++;
	return true;
}

static void
text_line(struct cursor *c, const char *label, enum look look, const char *text)
{
	int column;

	if (line(c, label, &column))
		grid_fit(c->co->grid, c->row - 1, column, c->a.columns - column - 1, look, text, false);
}

static void
draw_value(struct cursor *c, const struct client_point *pt, const struct shown *s)
{
	const char *limit = shown_limit(pt, s->v);
	char text[200];
	int column, at;

	if (!line(c, "Value", &column))
		return;
	at = column +
	    grid_put(c->co->grid, c->row - 1, column, -1, s->look == LOOK_NORMAL ? LOOK_TITLE : s->look, s->text);
	if (pt->unit[0] != '\0')
		at += 1 + grid_put(c->co->grid, c->row - 1, at + 1, -1, LOOK_LABEL, pt->unit);
	if (s->mark[0] != '\0')
		at += 1 + grid_put(c->co->grid, c->row - 1, at + 1, -1, s->look, s->mark);
	if (limit != NULL && s->is_number && quality_validity(s->quality) != V_BAD)
		grid_printf(c->co->grid, c->row - 1, at + 2, LOOK_LIMIT, "beyond its limit %s", limit);
	if (!s->is_number && strcmp(s->text, "-") != 0)
		at += 2 + grid_printf(c->co->grid, c->row - 1, at + 2, LOOK_LABEL, "(number %.0f)", s->v);
	if (limit == NULL && output_panel_beside(c->co, s->id, text, sizeof text))
		grid_put(c->co->grid, c->row - 1, at + 2, -1, LOOK_UNCERTAIN, text);
}

/* In several rows if need be, the last one cut. */
static void
wrapped_lines(struct cursor *c, const char *label, enum look look, const char *text, int rows)
{
	char part[1024];
	size_t skip;

	while (*text != '\0' && rows-- > 0) {
		size_t used = wrap_line(text, c->a.columns - LABEL_CELLS - 3, &skip);
		str_copy(part, sizeof part, text);
		if (rows > 0 && used < sizeof part)
			part[used] = '\0';
		text_line(c, label, look, part);
		label = "";
		text += used + skip;
	}
}

/* What holds it, what waits behind, tags: of outputs, and of what bears a tag. */
static void
draw_output(struct cursor *c, point_id id)
{
	struct output_line lines[OUTPUT_LINES];
	int count = output_panel_lines(c->co, id, lines);

	for (int i = 0; i < count; i++)
		wrapped_lines(c, lines[i].label, lines[i].look, lines[i].text,
		    lines[i].rows < 2 && c->a.rows >= ROOMY ? 2 : lines[i].rows);
}

/* How its alarms stand; the list of them is one key away. */
static void
draw_alarms(struct cursor *c, point_id id)
{
	struct alarm_panel_line lines[ALARM_PANEL_LINES];
	int count = alarm_panel_lines(c->co, id, lines);

	for (int i = 0; i < count; i++)
		text_line(c, i == 0 ? "Alarms" : "", lines[i].look, lines[i].text);
}

static void
draw_quality(struct cursor *c, const struct holder *h, const struct value *v, const struct shown *s)
{
	char text[512];

	if (s->quality == 0) {
		text_line(c, "Quality", LOOK_NORMAL, "good");
		return;
	}
	str_copy(text, sizeof text, quality_text(s->quality));
	text_line(c, "Quality", s->look, text);
	if (console_is_lost(c->co))
		text_line(c, "  because", s->look, "the console has no link to chisand");
	else if (h->is_held)
		wrapped_lines(c, "  by", LOOK_UNCERTAIN, h->text, 2); /* who holds it, until when and why */
	else if (v->cause != OK)
		text_line(c, "  because", s->look, err_text((enum err)v->cause));
}

/* Why the registers below may say a little more than the value does. */
static void
append_deadband(const struct client_point *pt, char *buf, size_t size)
{
	char least[48];

	if (!(pt->deadband > 0) || pt->state_count > 0 || pt->bit_count > 0)
		return;
	str_double(least, sizeof least, pt->deadband);
	str_append(buf, size, ", sent on changes of ");
	str_append(buf, size, least);
	str_append(buf, size, pt->unit[0] != '\0' ? " " : "");
	str_append(buf, size, pt->unit);
}

/* When chisand took the sample; that of a value that was not renewed is its scan group's last. */
static void
draw_received(struct cursor *c, const struct page *p, struct utc now)
{
	const struct client *client = c->co->client;
	struct utc received = client_received(client, p->id);
	char when[64], zone[16], text[96];

	if (received.us == 0) {
		text_line(c, "Received", LOOK_NORMAL, "never");
		return;
	}
	utc_civil(when, sizeof when, received, "%Y-%m-%d %H:%M:%S");
	utc_civil(zone, sizeof zone, received, "%Z");
	str_printf(text, sizeof text, "%s %s", when, zone);
	if (client_is_old(client, p->id, now)) /* as precise as the line above */
		str_printf(text, sizeof text, "%s.%03d %s", when, (int)(received.us / 1000 % 1000), zone);
	text_line(c, "Received", LOOK_NORMAL, text);
}

static void
draw_times(struct cursor *c, const struct page *p, const struct value *v)
{
	struct console *co = c->co;
	const struct client_point *pt = &co->client->points[p->id];
	char when[64], age[16], text[200], period[40];
	struct utc now = co->pause.is_on ? co->pause.since : co->now;

	if (v->time.us == 0) {
		text_line(c, "Source time", LOOK_NORMAL, "never");
	} else {
		utc_civil(when, sizeof when, v->time, "%Y-%m-%d %H:%M:%S");
		clock_age(age, sizeof age, utc_diff_us(now, v->time));
		str_printf(text, sizeof text, "%s.%03d   %s ago", when, (int)(v->time.us / 1000 % 1000), age);
		if (!client_is_old(co->client, p->id, now)) {
			str_duration(period, sizeof period, pt->period_us);
			str_printf(text, sizeof text, "%s   every %s", when, period);
			append_deadband(pt, text, sizeof text);
		}
		text_line(c, "Source time", LOOK_NORMAL, text);
	}
	draw_received(c, p, now);
}

/* "LL 49 | L 49.8 | H 50.2" */
static void
limits_text(const struct client_point *pt, char *buf, size_t size)
{
	const struct {
		const char *name;
		double v;
	} limits[] = { { "LL", pt->ll }, { "L", pt->l }, { "H", pt->h }, { "HH", pt->hh } };
	char number[48];

	buf[0] = '\0';
	for (int i = 0; i < 4; i++) {
		if (isnan(limits[i].v))
			continue;
		str_append(buf, size, buf[0] != '\0' ? "   " : "");
		str_append(buf, size, limits[i].name);
		str_append(buf, size, " ");
		str_double(number, sizeof number, limits[i].v);
		str_append(buf, size, number);
	}
}

static void
draw_bar(struct cursor *c, const struct client_point *pt, const struct shown *s)
{
	char text[200], lo[48], hi[48];
	int column, cells;

	limits_text(pt, text, sizeof text);
	if (!isnan(pt->range_lo) && !isnan(pt->range_hi) && pt->range_hi > pt->range_lo && line(c, "Range", &column)) {
		cells = c->a.columns - column - 2;
		str_double(lo, sizeof lo, pt->range_lo);
		str_double(hi, sizeof hi, pt->range_hi);
		grid_put(c->co->grid, c->row - 1, column, -1, LOOK_LABEL, lo);
		grid_put(c->co->grid, c->row - 1,
		    column + (int)strlen(lo) + 1 + (cells - (int)strlen(lo) - (int)strlen(hi) - 2) + 1, -1, LOOK_LABEL,
		    hi);
		shown_put_bar(c->co->grid, c->row - 1, column + (int)strlen(lo) + 1,
		    cells - (int)strlen(lo) - (int)strlen(hi) - 2, s, pt->range_lo, pt->range_hi, pt);
	}
	if (text[0] != '\0')
		text_line(c, "Limits", LOOK_NORMAL, text);
}

static void
draw_registers(struct cursor *c, const struct page *p)
{
	const struct msg_raw *r = &c->co->raw;
	char text[200], word[32];

	if (!has_registers(c->co, p->id))
		return;
	if (!c->co->has_raw || r->point != p->id) {
		text_line(c, "Registers", LOOK_LABEL,
		    console_is_lost(c->co) ? "cannot be asked for without a link" : "not read yet");
		return;
	}
	if (r->time == 0 || r->raw.len == 0) {
		text_line(
		    c, "Registers", LOOK_LABEL, r->cause != OK ? err_text((enum err)r->cause) : "nothing read yet");
		return;
	}
	if (is_property(c->co, p->id))
		str_printf(text, sizeof text, "property %02X ", r->address);
	else
		str_printf(text, sizeof text, "%s %u ", mb_table_word((enum mb_table)r->table), r->address);
	for (size_t i = 0; i < r->raw.len && i < 16; i++) {
		bool is_bit = r->type == RAW_BIT;
		str_printf(word, sizeof word, is_bit ? " %u" : i % 2 == 0 ? " %02X" : "%02X", r->raw.data[i]);
		str_append(text, sizeof text, word);
	}
	str_double(word, sizeof word, r->decoded);
	if (is_property(c->co, p->id)) {
		str_append(text, sizeof text, "  is ");
		str_append(text, sizeof text, word);
		text_line(c, "Bytes", LOOK_NORMAL, text);
		return;
	}
	str_append(text, sizeof text, "  as ");
	str_append(text, sizeof text, raw_type_word((enum raw_type)r->type));
	if (raw_type_registers((enum raw_type)r->type) > 1) {
		str_append(text, sizeof text, " ");
		str_append(text, sizeof text, byte_order_word((enum byte_order)r->order));
	}
	str_append(text, sizeof text, " is ");
	str_append(text, sizeof text, word);
	text_line(c, "Registers", LOOK_NORMAL, text);
}

static void
draw_seen(struct cursor *c, const struct page *p, const struct client_point *pt)
{
	struct console *co = c->co;
	char lo[48], hi[48], text[200];
	struct spark_span span = { NAN, NAN, NAN, 0 };
	struct area a = { c->row, 0, c->a.row + c->a.rows - c->row - 1, 0 };
	int column, decimals = pt->decimals > 0 ? pt->decimals : 0;

	if (pt->kind == KIND_DIGITAL || pt->kind == KIND_COMMAND || !line(c, "Seen", &column))
		return;
	a.column = column;
	a.columns = c->a.columns - column - 2;
	a.rows = a.rows > CHART_ROWS ? CHART_ROWS : a.rows;
	if (co->is_accessible || co->is_slow) /* the numbers only */
		a.rows = 0;
	chart_draw(co, p->id, a, &span);
	if (isnan(span.min)) {
		grid_put(co->grid, a.row, column, a.columns, LOOK_LABEL, "nothing good since this console looks");
		return;
	}
	c->row += a.rows > 0 ? a.rows - 1 : 0;
	str_fixed(lo, sizeof lo, (double)span.min, decimals);
	str_fixed(hi, sizeof hi, (double)span.max, decimals);
	if (a.rows > 1 && span.max > span.min) /* beside the label where there is room */
		grid_put(
		    co->grid, strlen(hi) < 8 ? a.row : a.row + 1, column - 1 - (int)strlen(hi), -1, LOOK_LABEL, hi);
	if (a.rows > 1)
		grid_fit(co->grid, a.row + a.rows - 1, c->a.column + 1, LABEL_CELLS, LOOK_LABEL, lo, true);
	str_printf(text, sizeof text, "min %s  max %s  in the last %ds, one a second", lo, hi, span.samples);
	if (a.rows > 0)
		text_line(c, "", LOOK_LABEL, text);
	else
		grid_put(co->grid, a.row, column, a.columns, LOOK_LABEL, text);
}

static bool
has_bit(double v, int64_t bit)
{
	return v >= 0 && v < 18446744073709551616.0 && bit >= 0 && bit < 64 && ((uint64_t)v >> bit & 1) != 0;
}

static void
draw_names(struct cursor *c, const struct page *p, const struct client_point *pt)
{
	double v = c->co->client->cells[p->id].v;
	bool is_bits = pt->state_count == 0;
	const struct client_name *names = is_bits ? pt->bits : pt->states;
	uint32_t count = is_bits ? pt->bit_count : pt->state_count;
	int column, at;
	char text[96];

	if (count == 0 || !line(c, is_bits ? "Bits" : "States", &column))
		return;
	at = column;
	c->row--;
	for (uint32_t i = 0; i < count && c->row < c->a.row + c->a.rows; i++) {
		bool is_set = is_bits ? has_bit(v, names[i].number) : (double)names[i].number == v;
		str_printf(text, sizeof text, "%s%d %s", is_set ? ">" : " ", (int)names[i].number,
		    console_title(c->co, names[i].text, names[i].text_ja));
		if (at + text_width(text) > c->a.columns - 2) {
			at = column;
			c->row++;
		}
		if (c->row < c->a.row + c->a.rows)
			at += 2 + grid_put(c->co->grid, c->row, at, -1, is_set ? LOOK_TITLE : LOOK_LABEL, text);
	}
	c->row++;
}

static void
draw_device(struct cursor *c, const struct client_point *pt)
{
	const struct client_device *d;
	char text[200], ms[48];

	if (pt->device >= c->co->client->device_count)
		return;
	d = &c->co->client->devices[pt->device];
	str_printf(text, sizeof text, "%s", d->name);
	if (console_is_lost(c->co)) {
		str_append(text, sizeof text, "  state not known");
	} else if (d->has_state) {
		str_append(text, sizeof text, "  ");
		str_append(text, sizeof text, device_state_word((enum device_state)d->state.state));
		if (d->state.state == DEVICE_UP) {
			str_fixed(ms, sizeof ms, (double)d->state.answer_us / 1000, d->state.answer_us < 10000 ? 1 : 0);
			str_append(text, sizeof text, ", answers in ");
			str_append(text, sizeof text, ms);
			str_append(text, sizeof text, " ms");
		}
	}
	str_append(text, sizeof text, "   ");
	str_append(text, sizeof text, d->link);
	text_line(c, "Device", LOOK_NORMAL, text);
}

/* In both languages where there is room; of the second no more than is left, and only if that says something. */
static void
draw_title(struct cursor *c, const struct client_point *pt)
{
	const struct console *co = c->co;
	int cells = c->a.columns - LABEL_CELLS - 3;
	bool has_both = !co->is_ascii && pt->title_ja[0] != '\0';
	int left = cells - text_width(pt->title) - 2, wanted = has_both ? text_width(pt->title_ja) : 0;

	text_line(c, "Title", LOOK_NORMAL, pt->title);
	if (has_both && (left >= wanted || left >= TITLE_LEAST))
		grid_fit(c->co->grid, c->row - 1, c->a.column + LABEL_CELLS + 4 + text_width(pt->title), left,
		    LOOK_LABEL, pt->title_ja, false);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	struct cursor c = { co, a, a.row };
	const struct client_point *pt;
	struct value v;
	struct shown s;

	co->grid->cursor_row = a.row + 1;
	co->grid->cursor_column = a.column + LABEL_CELLS + 2;
	if (p->id == POINT_NONE || p->id >= co->client->point_count) {
		grid_printf(co->grid, a.row + 1, 3, LOOK_BAD, "The site has no point %s any more.", p->name);
		return;
	}
	pt = &co->client->points[p->id];
	v = client_value(co->client, p->id);
	shown_get(co, p->id, &s);
	draw_title(&c, pt);
	draw_value(&c, pt, &s);
	draw_quality(&c, &p->holder, &v, &s);
	draw_output(&c, p->id);
	draw_alarms(&c, p->id);
	draw_times(&c, p, &v);
	draw_bar(&c, pt, &s);
	draw_names(&c, p, pt);
	draw_device(&c, pt);
	text_line(&c, "Source", LOOK_NORMAL, pt->source);
	draw_registers(&c, p);
	draw_seen(&c, p, pt);
}

/* The only one, or the list of them. */
static void
untag(struct console *co, point_id id)
{
	const struct msg_tag_state *tag = id != POINT_NONE ? client_tag_of(co->client, id, 0) : NULL;

	if (tag == NULL)
		console_message(co, false, "there is no tag on this point; F puts one on");
	else if (client_tags_of(co->client, id) == 1)
		scr_act_untag(co, tag->tag);
	else
		console_open(co, &scr_held, co->client->points[id].name);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	point_id id = p->id;

	(void)argument;
	switch (req) { /* up and down go to the neighbours of the same device */
	case REQ_UP:
	case REQ_PREVIOUS: id = id > 0 ? id - 1 : id; break;
	case REQ_DOWN:
	case REQ_NEXT: id = id + 1 < co->client->point_count ? id + 1 : id; break;
	case REQ_MANUAL:
	case REQ_SCAN:
		if (id != POINT_NONE)
			(req == REQ_MANUAL ? scr_act_manual : scr_act_scan)(co, id);
		return DRAW_ALL;
	case REQ_SET:
	case REQ_RELEASE:
	case REQ_UNDO:
		if (id != POINT_NONE)
			(req == REQ_SET ? scr_hand_set : req == REQ_RELEASE ? scr_hand_release : scr_hand_undo)(co, id);
		return DRAW_ALL;
	case REQ_TAG:
		if (id != POINT_NONE)
			scr_act_tag(co, id);
		return DRAW_ALL;
	case REQ_UNTAG: untag(co, id); return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
	if (id == p->id || id >= co->client->point_count || p->id >= co->client->point_count ||
	    co->client->points[id].device != co->client->points[p->id].device) {
		console_message(co, false, "there is no further point of this device");
		return DRAW_ALL;
	}
	str_copy(p->name, sizeof p->name, co->client->points[id].name);
	resolve(co, p);
	co->has_raw = false;
	ask_raw(co, p);
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	str_copy(title, title_size, ((struct page *)private)->name);
	str_printf(hint, hint_size, "arrows: neighbours, e journal, %sl links", acts_may(co, W_NOTE) ? "m note, " : "");
}

static const char *
selected(struct console *co, void *private)
{
	(void)co;
	return ((struct page *)private)->name;
}

const struct screen_ops scr_point = {
	.name = "point",
	.help = "everything about one point",
	.modes = MODE_ALL | MODE_POINT,
	.private_size = sizeof(struct page),
	.open = open_point,
	.update = update,
	.close = close_point,
	.draw = draw,
	.request = request,
	.head = head,
	.selected = selected,
};
