/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_tag.c - tags on and off, the lists of tags and of overrides, and yes or no to what somebody asks.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/act.h"
#include "console/cmd_hand.h"
#include "console/holds.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define WHAT (SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_CONTROL)

/* ---- tag, untag */

static int
put_tag(const struct options *o, struct client *c, enum tag_kind kind)
{
	int code;
	int64_t until = 0;
	struct wbuf b;

	if (cmd_one_point(o, c, o->args[1], &code) == NULL)
		return code;
	if (o->until != NULL && !act_read_end(o->until, clock_utc(), &until)) {
		say_error("--until %s is no time to come; write it as in 17:00, \"2026-11-23 08:00\" or 2h", o->until);
		return CMD_USAGE;
	}
	wbuf_init(&b);
	msg_tag_put(&b,
	    &(struct msg_tag){ .token = act_token(),
	        .on = 1,
	        .kind = (uint8_t)kind,
	        .until = until,
	        .point = o->args[1],
	        .text = o->text,
	        .permit = o->permit != NULL ? o->permit : "" });
	code = cmd_act(o, c, W_TAG, &b, o->args[1]);
	wbuf_done(&b);
	return code;
}

int
cmd_tag(const struct options *o)
{
	enum tag_kind kind;
	int code;

	if (!tag_kind_from_word(o->args[2], &kind)) {
		say_error(
		    "there is no kind of tag \"%.60s\"; there are inhibit, authority, caution and info", o->args[2]);
		return CMD_USAGE;
	}
	if (o->text == NULL || o->text[strspn(o->text, " ")] == '\0' || strlen(o->text) >= TAG_TEXT) {
		say_error("what is to be read on it? --text TEXT, at most 72 characters");
		return CMD_USAGE;
	}
	struct client *c = cmd_snapshot(o, WHAT, &code);
	if (c == NULL)
		return code;
	code = put_tag(o, c, kind);
	client_free(c);
	return code;
}

/* The tag that a word names: its number, or the only one of a point. NULL: *code, and a sentence. */
static const struct msg_tag_state *
named_tag(const struct options *o, const struct client *c, const char *word, int *code)
{
	int64_t number;

	*code = CMD_NOT_FOUND;
	if (str_to_i64(word, 1, INT64_MAX, &number)) {
		const struct msg_tag_state *t = client_tag(c, (uint64_t)number);
		if (t == NULL)
			say_error("there is no tag %s; chisan tags lists them", word);
		return t;
	}
	const struct client_point *p = cmd_one_point(o, c, word, code);
	if (p == NULL)
		return NULL;
	point_id id = (point_id)(p - c->points);
	unsigned n = client_tags_of(c, id);
	if (n == 1)
		return client_tag_of(c, id, 0);
	*code = n == 0 ? CMD_NOT_FOUND : CMD_USAGE;
	if (n == 0)
		say_error("there is no tag on %s", p->name);
	else
		say_error(
		    "there are %u tags on %s: name one by its number; chisan tags %s lists them", n, p->name, p->name);
	return NULL;
}

int
cmd_untag(const struct options *o)
{
	struct wbuf b;
	int code = cmd_check_reason(o);

	if (code != CMD_DONE)
		return code;
	struct client *c = cmd_snapshot(o, WHAT, &code);
	if (c == NULL)
		return code;
	const struct msg_tag_state *t = named_tag(o, c, o->args[1], &code);
	if (t != NULL) {
		const char *point = c->points[t->point].name;
		wbuf_init(&b);
		msg_tag_put(&b,
		    &(struct msg_tag){ .token = act_token(),
		        .on = 0,
		        .tag = t->tag,
		        .point = point,
		        .text = o->reason,
		        .permit = "" });
		code = cmd_act(o, c, W_TAG, &b, point);
		wbuf_done(&b);
	}
	client_free(c);
	return code;
}

/* ---- lists */

static json_t *
tag_json(const struct client *c, const struct msg_tag_state *t)
{
	json_t *j = json_object();

	json_object_set_new(j, "tag", json_integer((json_int_t)t->tag));
	json_object_set_new(j, "point", jout_text(c->points[t->point].name));
	json_object_set_new(j, "kind", json_string(tag_kind_word(t->kind)));
	json_object_set_new(j, "text", jout_text(t->text));
	json_object_set_new(j, "owner", jout_text(t->owner));
	json_object_set_new(j, "permit", t->permit[0] == '\0' ? json_null() : jout_text(t->permit));
	json_object_set_new(j, "since", jout_time((struct utc){ t->since }));
	json_object_set_new(j, "until", jout_time((struct utc){ t->until }));
	return j;
}

static void
tag_cells(struct say_table *t, const struct client *c, const struct msg_tag_state *m, struct utc now)
{
	char number[24], since[40], until[48];

	str_printf(number, sizeof number, "%llu", (unsigned long long)m->tag);
	say_table_cell(t, number);
	say_table_cell(t, c->points[m->point].name);
	say_table_cell(t, tag_kind_word(m->kind));
	say_table_cell(t, m->owner);
	say_table_cell(t, utc_civil(since, sizeof since, (struct utc){ m->since }, "%Y-%m-%d %H:%M"));
	say_table_cell(t, holds_until(m->until, now, until, sizeof until));
	say_table_cell(t, m->permit[0] != '\0' ? m->permit : "-");
	say_table_cell(t, m->text);
}

int
cmd_tags(const struct options *o)
{
	static const struct say_column columns[] = { { "TAG", true, 0 }, { "POINT", false, 0 }, { "KIND", false, 0 },
		{ "OWNER", false, 24 }, { "SINCE", false, 0 }, { "UNTIL", false, 0 }, { "PERMIT", false, 24 },
		{ "TEXT", false, 0 } };
	struct say_table *t = NULL;
	point_id *ids;
	uint32_t n;
	int code;
	bool is_first = true;
	struct client *c = cmd_snapshot(o, WHAT, &code);

	if (c == NULL)
		return code;
	int chosen = cmd_select(o, c, &ids, &n);
	if (chosen != CMD_DONE) {
		code = chosen;
		goto done;
	}
	if (o->json)
		jout_list_begin("tags");
	else
		t = say_table_new(columns, ARRAY_LEN(columns));
	for (unsigned kind = 0; kind < TAG_KIND_COUNT; kind++)
		for (uint32_t i = 0; i < n; i++)
			for (unsigned k = 0; k < client_tags_of(c, ids[i]); k++) {
				const struct msg_tag_state *m = client_tag_of(c, ids[i], k);
				if (m->kind != kind)
					continue;
				if (o->json)
					jout_list_item(tag_json(c, m), is_first);
				else
					tag_cells(t, c, m, clock_utc());
				is_first = false;
			}
	if (o->json)
		jout_list_end();
	else
		say_table_print(t);
done:
	free(ids);
	client_free(c);
	return code;
}

static json_t *
override_json(const struct client *c, point_id id)
{
	const struct msg_output *m = client_output(c, id);
	json_t *j = json_object();

	json_object_set_new(j, "point", jout_text(c->points[id].name));
	json_object_set_new(j, "value", jout_number(m->slot_operator));
	json_object_set_new(j, "target", jout_number(m->target));
	json_object_set_new(j, "device", jout_number(holds_device(c, id)));
	json_object_set_new(j, "unit", c->points[id].unit[0] == '\0' ? json_null() : jout_text(c->points[id].unit));
	json_object_set_new(j, "by", jout_text(m->user));
	json_object_set_new(j, "reason", jout_text(m->reason));
	json_object_set_new(j, "since", jout_time((struct utc){ m->since }));
	json_object_set_new(j, "until", jout_time((struct utc){ m->until }));
	json_object_set_new(j, "ends_soon", json_boolean(m->flags & OUTPUT_ENDS_SOON));
	json_object_set_new(j, "unknown", json_boolean(m->flags & OUTPUT_UNKNOWN));
	json_object_set_new(j, "clamp", m->clamp[0] == '\0' ? json_null() : jout_text(m->clamp));
	json_object_set_new(j, "guard", jout_number(m->slot_guard));
	json_object_set_new(j, "dispatch", jout_number(m->slot_dispatch));
	json_object_set_new(j, "default", jout_number(m->slot_default));
	return j;
}

static void
override_cells(struct say_table *t, const struct options *o, const struct client *c, point_id id)
{
	const struct msg_output *m = client_output(c, id);
	char a[128], until[48];

	say_table_cell(t, c->points[id].name);
	holds_value(c, id, m->slot_operator, o->ja, a, sizeof a);
	str_append(a, sizeof a, m->flags & OUTPUT_UNKNOWN ? " UNKNOWN" : "");
	say_table_cell(t, a);
	say_table_cell(t, holds_value(c, id, m->target, o->ja, a, sizeof a));
	say_table_cell(t, holds_value(c, id, holds_device(c, id), o->ja, a, sizeof a));
	say_table_cell(t, quality_letters(c->cells[id].quality));
	say_table_cell(t, holds_until(m->until, clock_utc(), until, sizeof until));
	say_table_cell(t, m->user);
	say_table_cell(t, m->reason);
	say_table_cell(t, m->clamp);
}

int
cmd_overrides(const struct options *o)
{
	static const struct say_column columns[] = { { "POINT", false, 0 }, { "VALUE", true, 24 },
		{ "TARGET", true, 24 }, { "DEVICE", true, 24 }, { "", false, 0 }, { "UNTIL", false, 0 },
		{ "BY", false, 24 }, { "REASON", false, 0 }, { "PROTECTION", false, 0 } };
	struct say_table *t = NULL;
	point_id *ids;
	uint32_t n;
	int code;
	bool is_first = true;
	struct client *c = cmd_snapshot(o, WHAT, &code);

	if (c == NULL)
		return code;
	int chosen = cmd_select(o, c, &ids, &n);
	if (chosen != CMD_DONE) {
		code = chosen;
		goto done;
	}
	if (o->json)
		jout_list_begin("overrides");
	else
		t = say_table_new(columns, ARRAY_LEN(columns));
	for (uint32_t i = 0; i < n; i++) {
		if (!client_is_overridden(c, ids[i]))
			continue;
		if (o->json)
			jout_list_item(override_json(c, ids[i]), is_first);
		else
			override_cells(t, o, c, ids[i]);
		is_first = false;
	}
	if (o->json)
		jout_list_end();
	else
		say_table_print(t);
done:
	free(ids);
	client_free(c);
	return code;
}

/* ---- approve */

static void
list_approvals(const struct options *o, const struct client *c)
{
	static const struct say_column columns[] = { { "ID", true, 0 }, { "BY", false, 24 }, { "UNTIL", false, 0 },
		{ "NEEDS", false, 0 }, { "YOU", false, 0 }, { "WHAT", false, 0 } };
	const struct client_control *k = c->control;
	struct say_table *t = o->json ? NULL : say_table_new(columns, ARRAY_LEN(columns));
	char text[48];

	if (o->json)
		jout_list_begin("approvals");
	for (uint32_t i = 0; i < k->approval_count; i++) {
		const struct msg_approval *a = &k->approvals[i];
		bool is_mine = client_may_approve(c, a);
		if (o->json) {
			json_t *j = json_object();
			json_object_set_new(j, "approval", json_integer((json_int_t)a->approval));
			json_object_set_new(j, "by", jout_text(a->user));
			json_object_set_new(j, "what", jout_text(a->what));
			json_object_set_new(j, "until", jout_time((struct utc){ a->until }));
			json_object_set_new(j, "role", json_string(role_word((enum role)a->role)));
			json_object_set_new(j, "area", a->area[0] == '\0' ? json_null() : jout_text(a->area));
			json_object_set_new(j, "may_answer", json_boolean(is_mine));
			jout_list_item(j, i == 0);
			continue;
		}
		str_printf(text, sizeof text, "%llu", (unsigned long long)a->approval);
		say_table_cell(t, text);
		say_table_cell(t, a->user);
		say_table_cell(t, utc_civil(text, sizeof text, (struct utc){ a->until }, "%H:%M:%S"));
		say_table_cell(t, role_word((enum role)a->role));
		say_table_cell(t, is_mine ? "may" : "may not");
		say_table_cell(t, a->what);
	}
	if (o->json)
		jout_list_end();
	else
		say_table_print(t);
}

static int
answer(const struct options *o, struct client *c, uint64_t id)
{
	const struct client_control *k = c->control;
	struct wbuf b;
	int code;

	for (uint32_t i = 0; i < k->approval_count; i++) {
		if (k->approvals[i].approval != id)
			continue;
		wbuf_init(&b);
		msg_approve_put(&b,
		    &(struct msg_approve){ .token = act_token(),
		        .approval = id,
		        .yes = !o->reject,
		        .reason = o->reason != NULL ? o->reason : ACT_NO_REASON });
		code = cmd_act(o, c, W_APPROVE, &b, "");
		wbuf_done(&b);
		return code;
	}
	say_error("nobody asks for %llu, or not any more; chisan approve lists what is asked", (unsigned long long)id);
	return CMD_NOT_FOUND;
}

int
cmd_approve(const struct options *o)
{
	int64_t id = 0;
	int code;

	if (o->arg_count == 1 && (o->reject || o->reason != NULL)) {
		say_error("yes or no to what? chisan approve lists what is asked, with its ID");
		return CMD_USAGE;
	}
	if (o->arg_count > 1 && !str_to_i64(o->args[1], 1, INT64_MAX, &id)) {
		say_error("\"%.60s\" is no ID; chisan approve lists what is asked", o->args[1]);
		return CMD_USAGE;
	}
	if (o->reject && (code = cmd_check_reason(o)) != CMD_DONE)
		return code;
	struct client *c = cmd_snapshot(o, WHAT, &code);
	if (c == NULL)
		return code;
	if (id == 0)
		list_approvals(o, c);
	else
		code = answer(o, c, (uint64_t)id);
	client_free(c);
	return code;
}
