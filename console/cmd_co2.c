/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_co2.c - CO2 and cost of today, this month and this fiscal year, as of now.
 */
#include "config.h"

#include <stdlib.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/savings.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static const char *const span_names[SAVINGS_SPANS] = { "today", "month", "fiscal_year" };

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	(void)c;
	return rgot_take(arg, f);
}

/* ---- out */

static json_t *
row_json(const struct savings_row *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "key", jout_text(r->key));
	json_object_set_new(j, "title", jout_text(r->title));
	json_object_set_new(j, "unit", jout_text(r->unit));
	for (int k = 0; k < SAVINGS_SPANS; k++) {
		json_t *v = json_object();

		json_object_set_new(v, "value", jout_number(r->v[k]));
		json_object_set_new(v, "marks", jout_text(r->marks[k]));
		json_object_set_new(j, span_names[k], r->is_there[k] ? json_incref(v) : json_null());
		json_decref(v);
	}
	return j;
}

static json_t *
sources_json(const struct savings_factor *list, unsigned n, bool is_factor)
{
	json_t *a = json_array();

	for (unsigned i = 0; i < n; i++) {
		json_t *j = json_object();
		double v;

		json_object_set_new(j, is_factor ? "id" : "plan", jout_text(list[i].id));
		if (is_factor) {
			json_object_set_new(
			    j, "value", str_to_double(list[i].value, &v) ? jout_number(v) : json_null());
			json_object_set_new(j, "unit", jout_text(list[i].unit));
		}
		json_object_set_new(j, "from", jout_text(list[i].from));
		json_object_set_new(j, "source", jout_text(list[i].source));
		json_array_append_new(a, j);
	}
	return a;
}

static void
print_json(const struct savings *s, const struct rgot *g)
{
	json_t *j = jout_begin(), *spans = json_object(), *rows = json_array();

	json_object_set_new(j, "made", jout_time((struct utc){ g->made }));
	for (int k = 0; k < SAVINGS_SPANS; k++)
		json_object_set_new(spans, span_names[k], jout_text(s->spans[k]));
	json_object_set_new(j, "spans", spans);
	for (unsigned i = 0; i < s->row_count; i++)
		json_array_append_new(rows, row_json(&s->rows[i]));
	json_object_set_new(j, "rows", rows);
	json_object_set_new(j, "known_least", s->least[0] != '\0' ? jout_text(s->least) : json_null());
	json_object_set_new(j, "factors", sources_json(s->factors, s->factor_count, true));
	json_object_set_new(j, "tariffs", sources_json(s->tariffs, s->tariff_count, false));
	jout_print(j);
}

static void
print_sources(const struct options *o, const struct savings *s)
{
	char text[600], safe[1200];

	for (unsigned i = 0; i < s->factor_count + s->tariff_count; i++) {
		bool is_factor = i < s->factor_count;
		const struct savings_factor *k = is_factor ? &s->factors[i] : &s->tariffs[i - s->factor_count];
		str_printf(text, sizeof text, "%s %s%s%s%s%s, %s %s; %s",
		    is_factor ? cmd_in_language(o, "factor", "係数") : cmd_in_language(o, "tariff", "料金"), k->id,
		    is_factor ? " " : "", k->value, is_factor ? " " : "", k->unit, cmd_in_language(o, "from", "適用"),
		    k->from, k->source);
		text_put_safe(safe, sizeof safe, text, -1);
		say("%s\n", safe);
	}
}

/* With its marks. */
static const char *
number(const struct savings_row *r, int span, char *buf, size_t size)
{
	savings_number(r, span, buf, size);
	str_append(buf, size, r->marks[span]);
	return buf;
}

static void
print_text(const struct options *o, const struct savings *s)
{
	const struct say_column columns[] = { { cmd_in_language(o, "CO2 AND COST SO FAR", "CO2・料金実績"), false, 40 },
		{ s->spans[0], true, 0 }, { s->spans[1], true, 0 }, { s->spans[2], true, 0 }, { "", false, 0 } };
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));
	char text[48], safe[600];

	for (unsigned i = 0; i < s->row_count; i++) {
		const struct savings_row *r = &s->rows[i];
		say_table_cell(t, savings_title(s, r, o->ja));
		for (int k = 0; k < SAVINGS_SPANS; k++)
			say_table_cell(t, number(r, k, text, sizeof text));
		say_table_cell(t, r->unit);
	}
	say_table_print(t);
	if (s->least[0] != '\0') {
		text_put_safe(safe, sizeof safe, s->least, -1);
		say("%s%s\n", cmd_in_language(o, "known least: ", "把握率が最低: "), safe);
	}
	print_sources(o, s);
}

int
cmd_co2(const struct options *o)
{
	struct savings *s = xcalloc(1, sizeof *s);
	struct rgot g = { 0 };
	struct wbuf b;
	int code;
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);

	wbuf_init(&b);
	wbuf_init(&g.content);
	if (c != NULL) {
		savings_question(&b);
		code = cmd_ask(o, c, W_REPORT_GET, &b, take, &g, NULL);
	}
	if (c != NULL && code == CMD_DONE) {
		if (g.is_too_big || !g.has_head || !savings_read((const char *)g.content.data, g.content.len, s)) {
			say_error("the server sent no figures of CO2 and cost that can be read");
			code = CMD_FAILED;
		} else if (o->json) {
			print_json(s, &g);
		} else {
			print_text(o, s);
		}
	}
	if (c != NULL)
		client_free(c);
	wbuf_done(&b);
	wbuf_done(&g.content);
	free(s);
	return code;
}
