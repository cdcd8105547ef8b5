/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_print.c - buckets and samples as JSON, CSV, a table, or curves of characters. No control sequence leaves here.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd_trend.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/trend_chart.h"
#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define DRAWING_ROWS 22

/* ---- JSON */

static json_t *
share(float v)
{
	return isfinite(v) ? json_real(round((double)v * 1e4) / 1e4) : json_null();
}

static json_t *
flags(uint16_t quality)
{
	json_t *a = json_array();

	for (unsigned bit = 0; quality_flag_word(bit) != NULL; bit++)
		if ((quality >> bit) & 1)
			json_array_append_new(a, json_string(quality_flag_word(bit)));
	if ((quality & RECORD_CLOCK) != 0)
		json_array_append_new(a, json_string("clock"));
	return a;
}

static json_t *
bucket_json(const struct trend_point *p, const struct bucket *b)
{
	json_t *j = json_object();

	json_object_set_new(j, "t", jout_time(b->from));
	json_object_set_new(j, "min", jout_number(b->min));
	json_object_set_new(j, "mean", jout_number(b->mean));
	json_object_set_new(j, "max", jout_number(b->max));
	json_object_set_new(j, "first", jout_number(b->first));
	json_object_set_new(j, "last", jout_number(b->last));
	json_object_set_new(j, "good", share(b->good));
	json_object_set_new(j, "seen", share(b->seen));
	json_object_set_new(j, "samples", json_integer(b->samples));
	json_object_set_new(j, "flags", flags(b->quality));
	if (p->kind == KIND_COUNTER) {
		json_object_set_new(j, "increment", jout_number(b->increment));
		json_object_set_new(j, "estimated", json_boolean((b->marks & BUCKET_ESTIMATED) != 0));
		json_object_set_new(j, "reset", json_boolean((b->marks & BUCKET_RESET) != 0));
	}
	return j;
}

void
trend_print_json(const struct trend_set *s)
{
	for (uint32_t i = 0; i < s->point_count; i++) {
		const struct trend_point *p = &s->points[i];
		json_t *j = jout_begin(), *list = json_array();
		json_object_set_new(j, "point", jout_text(p->name));
		json_object_set_new(j, "unit", p->unit[0] == '\0' ? json_null() : jout_text(p->unit));
		json_object_set_new(j, "kind", json_string(point_kind_word(p->kind)));
		json_object_set_new(j, "since", jout_time(s->from));
		json_object_set_new(j, "until", jout_time(s->to));
		json_object_set_new(j, "bucket_s", json_real((double)(s->to.us - s->from.us) / s->count / 1e6));
		for (uint32_t k = 0; k < s->count; k++)
			json_array_append_new(list, bucket_json(p, &p->buckets[k]));
		json_object_set_new(j, "buckets", list);
		jout_print(j);
	}
}

/* ---- CSV: names and units may hold anything, so they are quoted */

static void
csv_text(const char *text)
{
	char one[2] = "";

	say_text("\"");
	for (; *text != '\0'; text++) {
		one[0] = *text;
		say_text(*text == '"' ? "\"\"" : one);
	}
	say_text("\"");
}

static void
csv_number(double v)
{
	char text[48];

	say_text(",");
	if (isfinite(v))
		say_text(str_double(text, sizeof text, v));
}

static void
csv_flags(uint16_t quality)
{
	const char *before = ",";

	if ((quality & (Q_ALL | RECORD_CLOCK)) == 0)
		say_text(",");
	for (unsigned bit = 0; quality_flag_word(bit) != NULL; bit++) {
		if (((quality >> bit) & 1) == 0)
			continue;
		say("%s%s", before, quality_flag_word(bit));
		before = " ";
	}
	if ((quality & RECORD_CLOCK) != 0)
		say("%sclock", before);
}

void
trend_print_csv(const struct trend_set *s)
{
	char when[40];

	say("time,point,unit,min,mean,max,first,last,increment,good,seen,samples,flags\n");
	for (uint32_t i = 0; i < s->point_count; i++) {
		const struct trend_point *p = &s->points[i];
		for (uint32_t k = 0; k < s->count; k++) {
			const struct bucket *b = &p->buckets[k];
			say("%s,%s,", utc_iso(when, sizeof when, b->from), p->name);
			csv_text(p->unit);
			csv_number(b->min);
			csv_number(b->mean);
			csv_number(b->max);
			csv_number(b->first);
			csv_number(b->last);
			csv_number(b->increment);
			say(",%.4f,%.4f,%u", (double)b->good, (double)b->seen, b->samples);
			csv_flags(b->quality);
			say("\n");
		}
	}
}

/* ---- the forms for people */

static struct chart_pen
pen_of(const struct trend_set *s, const struct trend_point *p)
{
	const char *title = p->point == NULL         ? ""
	    : s->ja && p->point->title_ja[0] != '\0' ? p->point->title_ja
	                                             : p->point->title;

	return (struct chart_pen){ .name = p->name,
		.title = title,
		.unit = p->unit,
		.point = p->point,
		.kind = p->kind,
		.decimals = p->decimals,
		.buckets = p->buckets };
}

static void
put_value(const struct chart *c, const struct chart_pen *p, double v, struct say_table *t)
{
	char text[128];

	chart_text(c, p, v, text, sizeof text);
	say_table_cell(t, text);
}

void
trend_print_table(const struct trend_set *s)
{
	static const struct say_column columns[] = { { "TIME", false, 0 }, { "POINT", false, 0 }, { "MEAN", true, 24 },
		{ "MIN", true, 24 }, { "MAX", true, 24 }, { "UNIT", false, 0 }, { "GOOD", true, 0 },
		{ "QUALITY", false, 0 } };
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));
	struct chart c = { .ja = s->ja, .now = s->now };
	char text[128];

	for (uint32_t k = 0; k < s->count; k++) {
		for (uint32_t i = 0; i < s->point_count; i++) {
			const struct bucket *b = &s->points[i].buckets[k];
			struct chart_pen p = pen_of(s, &s->points[i]);
			say_table_cell(t, utc_civil(text, sizeof text, b->from, "%Y-%m-%d %H:%M:%S %Z"));
			say_table_cell(t, p.name);
			put_value(&c, &p, chart_value(&p, b), t);
			put_value(&c, &p, b->min, t);
			put_value(&c, &p, b->max, t);
			str_printf(text, sizeof text, "%s%s", p.kind == KIND_COUNTER ? "+" : "", p.unit);
			say_table_cell(t, text);
			str_printf(text, sizeof text, "%.0f%%", (double)b->good * 100);
			say_table_cell(t, text);
			chart_quality(&p, b, text, sizeof text);
			say_table_cell(t, text);
		}
	}
	say_table_print(t);
}

static void
print_grid(const struct grid *g)
{
	char line[GRID_COLUMNS_MAX * CELL_BYTES + 1];

	for (int row = 0; row < g->rows; row++) {
		size_t len = 0, keep = 0;
		for (int column = 0; column < g->columns; column++) {
			const char *text = g->cells[row * g->columns + column].text;
			size_t n = strlen(text);
			memcpy(line + len, text, n);
			len += n;
			if (strcmp(text, " ") != 0 && n > 0)
				keep = len;
		}
		line[keep] = '\0';
		say_text(line);
		say_text("\n");
	}
}

/* The drawing is of the scale of the first point: why there is nothing to see of it. */
static bool
explain(const struct trend_set *s, char *buf, size_t size)
{
	const struct trend_point *p = &s->points[0];
	bool is_seen;

	if (s->point_count == 0 || chart_has_any(p->buckets, (int)s->count, &is_seen))
		return false;
	str_printf(buf, size,
	    is_seen ? "%s had no usable value in this time; the quality below says why."
	            : "Nothing is recorded of %s in this time.",
	    p->name);
	return true;
}

void
trend_print_drawing(const struct trend_set *s, enum graph graph, int columns)
{
	struct chart c = { .graph = graph, .ja = s->ja, .now = s->now };
	struct grid *g;
	char from[48], to[48], sentence[160];

	columns = columns > GRID_COLUMNS_MAX ? GRID_COLUMNS_MAX : columns < 40 ? 40 : columns;
	int fine = plot_fine(graph);
	c.view = (struct trend_view){ .cells = (int)s->count / fine, .fine = fine, .origin = s->from };
	c.view.step_us = (s->to.us - s->from.us) / s->count;
	for (uint32_t i = 0; i < s->point_count && i < CHART_PENS; i++)
		c.pens[c.pen_count++] = pen_of(s, &s->points[i]);
	if (explain(s, sentence, sizeof sentence))
		c.sentence = sentence;
	g = grid_new(columns, DRAWING_ROWS, say_is_ascii() ? FOLD_ASCII : FOLD_NONE);
	utc_civil(from, sizeof from, s->from, "%Y-%m-%d %H:%M");
	utc_civil(to, sizeof to, s->to, "%Y-%m-%d %H:%M %Z");
	say(" %s to %s\n", from, to);
	chart_draw_trend(&c, g, (struct area){ 0, 0, DRAWING_ROWS, columns });
	print_grid(g);
	grid_free(g);
}

/* ---- samples */

struct sampling {
	const struct options *o;
	const struct trend_point *point;
	struct utc after; /* of the last one printed; 0 = none */
	uint64_t count, printed;
	bool is_bad;
};

static void
print_sample(struct sampling *a, const struct record *r)
{
	const struct trend_point *p = a->point;
	char when[40], number[48];

	if (a->o->json) {
		json_t *j = jout_begin();
		json_object_set_new(j, "point", jout_text(p->name));
		json_object_set_new(j, "t", jout_time(r->time));
		json_object_set_new(j, "value", jout_number(r->v));
		json_object_set_new(j, "unit", p->unit[0] == '\0' ? json_null() : jout_text(p->unit));
		json_object_set_new(j, "quality", json_string(validity_word(quality_validity(r->quality & Q_ALL))));
		json_object_set_new(j, "flags", flags(r->quality));
		json_object_set_new(
		    j, "cause", r->cause == OK ? json_null() : json_string(err_word((enum err)r->cause)));
		jout_print(j);
	} else if (a->o->csv) {
		say("%s,%s,", utc_iso(when, sizeof when, r->time), p->name);
		csv_text(p->unit);
		csv_number(r->v);
		csv_flags(r->quality);
		say(",%s\n", r->cause == OK ? "" : err_word((enum err)r->cause));
	} else {
		utc_civil(when, sizeof when, r->time, "%Y-%m-%d %H:%M:%S");
		str_fixed(number, sizeof number, r->v, p->decimals > 0 ? p->decimals : 0);
		say("%s.%03d %s %s %-2s %s %s\n", when, (int)(r->time.us / 1000 % 1000), p->name,
		    isfinite(r->v) ? number : "-", quality_letters(r->quality & Q_ALL), p->unit,
		    cmd_quality_word(r->quality & Q_ALL));
	}
	a->printed++;
}

static bool
sample_frame(struct client *c, const struct frame *f, void *arg)
{
	struct sampling *a = arg;
	struct msg_history m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	a->is_bad = f->type != W_HISTORY || !msg_history_get(&r, &m);
	for (uint32_t i = 0; !a->is_bad && i < m.count; i++) {
		struct record k = { .time = { r_i64(&r) }, .v = r_f64(&r), .quality = r_u16(&r), .cause = r_u16(&r) };
		if (r.bad) {
			a->is_bad = true;
			break;
		}
		a->count++;
		/* what held at the begin of the next piece came with the one before; within a piece two may have one time */
		if (a->after.us != 0 && k.time.us <= a->after.us && (a->count == 1 || k.time.us < a->after.us))
			continue;
		a->after = k.time;
		print_sample(a, &k);
	}
	return !a->is_bad && cmd_flush(-1) == -1;
}

#define SAMPLES_A_TIME 100000

/* Piece by piece: a piece that is full may have more behind it. */
static int
print_point(const struct options *o, struct client *c, const struct trend_set *s, const struct trend_point *p)
{
	struct sampling a = { .o = o, .point = p };
	struct utc from = s->from;
	int code;

	do {
		struct wbuf body;
		wbuf_init(&body);
		msg_history_get_put(&body,
		    &(struct msg_history_get){
		        .from = from.us, .to = s->to.us, .most = SAMPLES_A_TIME, .point = p->name });
		a.count = 0;
		uint64_t before = a.printed;
		code = cmd_ask(o, c, W_HISTORY_GET, &body, sample_frame, &a, NULL);
		wbuf_done(&body);
		if (a.is_bad) {
			say_error("the answer about %s cannot be read; is chisan as new as chisand?", p->name);
			return CMD_FAILED;
		}
		if (a.printed == before)
			break;
		from = utc_add(a.after, 1);
	} while (code == CMD_DONE && a.count >= SAMPLES_A_TIME && from.us < s->to.us && cmd_flush(-1) == -1);
	return code;
}

int
trend_print_samples(const struct options *o, struct client *c, const struct trend_set *s)
{
	int code = CMD_DONE;

	if (o->csv)
		say("time,point,unit,value,flags,cause\n");
	for (uint32_t i = 0; code == CMD_DONE && i < s->point_count; i++)
		code = print_point(o, c, s, &s->points[i]);
	return code;
}
