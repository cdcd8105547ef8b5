/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_points.c - points and get: values with unit, quality and age.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define WHAT (SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_CONTROL)

static void
print_json(const struct client *c, const point_id *ids, uint32_t n, struct utc now)
{
	jout_list_begin("points");
	for (uint32_t i = 0; i < n; i++)
		jout_list_item(jout_point(c, ids[i], now), i == 0);
	jout_list_end();
}

static void
print_names(const struct client *c, const point_id *ids, uint32_t n)
{
	struct say_table *t = say_table_new(&(const struct say_column){ .head = NULL }, 1);

	for (uint32_t i = 0; i < n; i++)
		say_table_cell(t, c->points[ids[i]].name);
	say_table_print(t);
}

static void
print_table(
    const struct options *o, const struct client *c, const point_id *ids, uint32_t n, struct utc now, bool has_heads)
{
	static const struct say_column heads[] = {
		{ "POINT", false, 0 },
		{ "VALUE", true, 24 },
		{ "", false, 0 },
		{ "UNIT", false, 0 },
		{ "AGE", true, 0 },
		{ "QUALITY", false, 0 },
		{ "TITLE", false, 0 },
	};
	static const struct say_column plain[] = {
		{ NULL, false, 0 },
		{ NULL, true, 0 },
		{ NULL, false, 0 },
		{ NULL, false, 0 },
		{ NULL, true, 0 },
		{ NULL, false, 0 },
		{ NULL, false, 0 },
	};
	struct say_table *t = say_table_new(has_heads ? heads : plain, ARRAY_LEN(heads));

	for (uint32_t i = 0; i < n; i++) {
		const struct client_point *p = &c->points[ids[i]];
		uint16_t quality = c->cells[ids[i]].quality;
		char text[512], age[16], marks[MARKS_MAX];

		say_table_cell(t, p->name);
		client_format(c, ids[i], o->ja, text, sizeof text);
		say_table_cell(t, text);
		say_table_cell(t, client_marks(c, ids[i], quality, marks, sizeof marks));
		say_table_cell(t, p->unit);
		bool was_read = !(quality & Q_NEVER_READ);
		say_table_cell(t, was_read ? clock_age(age, sizeof age, client_age_us(c, ids[i], now)) : "-");
		say_table_cell(t, cmd_quality_word(quality));
		say_table_cell(t, cmd_in_language(o, p->title, p->title_ja));
	}
	say_table_print(t);
}

int
cmd_points(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, WHAT, &code);
	point_id *ids;
	uint32_t n;

	if (c == NULL)
		return code;
	int chosen = cmd_select(o, c, &ids, &n);
	if (chosen != CMD_DONE)
		code = chosen;
	else if (o->names)
		print_names(c, ids, n);
	else if (o->json)
		print_json(c, ids, n, clock_utc());
	else
		print_table(o, c, ids, n, clock_utc(), true);
	free(ids);
	client_free(c);
	return code;
}

int
cmd_get(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, WHAT, &code);
	point_id *ids;
	uint32_t n;

	if (c == NULL)
		return code;
	int named = cmd_named(o, c, &ids, &n);
	if (named != CMD_DONE) {
		code = named;
	} else {
		if (o->json)
			print_json(c, ids, n, clock_utc());
		else
			print_table(o, c, ids, n, clock_utc(), false);
		for (uint32_t i = 0; i < n; i++) {
			const struct delta_cell *cell = &c->cells[ids[i]];
			if (quality_validity(cell->quality) == V_GOOD)
				continue;
			const char *what = quality_text(cell->quality), *why = err_text((enum err)cell->cause);
			bool says_more = cell->cause != OK && strcmp(what, why) != 0;
			say_error("%s is not good: %s%s%s", c->points[ids[i]].name, what, says_more ? "; " : "",
			    says_more ? why : "");
			code = CMD_BAD_DATA;
		}
	}
	free(ids);
	client_free(c);
	return code;
}
