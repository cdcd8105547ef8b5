/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_links.c - each device's communication, and a line of help for each that is not up.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/shared_say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

static const char *
state_word(const struct client_device *d, struct utc now)
{
	if (client_is_failing(d, now))
		return "failing";
	return d->has_state ? device_state_word((enum device_state)d->state.state) : "off";
}

/* "30s ago"; "-" if never. */
static void
since_text(char *buf, size_t size, int64_t at, struct utc now, const char *behind)
{
	char age[16];

	if (at == 0)
		str_copy(buf, size, "-");
	else
		str_printf(buf, size, "%s%s", clock_age(age, sizeof age, utc_diff_us(now, (struct utc){ at })), behind);
}

static void
last_error_text(char *buf, size_t size, const struct msg_device_state *s, struct utc now)
{
	char ago[32];

	since_text(ago, sizeof ago, s->last_error_time, now, " ago");
	if (s->last_error == OK)
		str_copy(buf, size, "-");
	else
		str_printf(buf, size, "%s, %ux, %s%s%s", err_word((enum err)s->last_error), s->last_error_count, ago,
		    s->detail[0] == '\0' ? "" : ", ", s->detail);
}

static void
number_cell(struct say_table *t, uint64_t n)
{
	char text[32];

	str_printf(text, sizeof text, "%llu", (unsigned long long)n);
	say_table_cell(t, text);
}

static void
print_table(const struct client *c, const bool *chosen, struct utc now)
{
	static const struct say_column columns[] = {
		{ "DEVICE", false, 0 },
		{ "STATE", false, 0 },
		{ "SINCE", true, 0 },
		{ "ANSWER", true, 0 },
		{ "REQUESTS", true, 0 },
		{ "TIMEOUTS", true, 0 },
		{ "ERRORS", true, 0 },
		{ "LAST ERROR", false, 0 },
	};
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));

	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct msg_device_state *s = &c->devices[i].state;
		char text[512];

		if (!chosen[i])
			continue;
		say_table_cell(t, c->devices[i].name);
		say_table_cell(t, state_word(&c->devices[i], now));
		since_text(text, sizeof text, s->since, now, "");
		say_table_cell(t, text);
		if (s->answer_us == 0)
			str_copy(text, sizeof text, "-");
		else
			str_printf(text, sizeof text, "%u.%02ums", s->answer_us / 1000, s->answer_us / 10 % 100);
		say_table_cell(t, text);
		number_cell(t, s->requests);
		number_cell(t, s->timeouts);
		number_cell(t, s->errors);
		last_error_text(text, sizeof text, s, now);
		say_table_cell(t, text);
	}
	say_table_print(t);
}

/* Why a device is not up, for whoever has to go there. */
static const char *
help_text(const struct client_device *d)
{
	if (!d->has_state)
		return "nothing is known of it yet";
	if (d->state.state == DEVICE_OFF)
		return err_text(ERR_DISABLED);
	if (d->state.last_error == OK)
		return "connecting for the first time";
	return err_text((enum err)d->state.last_error);
}

static void
print_help(const struct client *c, const bool *chosen, struct utc now)
{
	static const struct say_column columns[] = { { NULL, false, 0 }, { NULL, false, 0 } };
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));
	bool any = false;

	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct client_device *d = &c->devices[i];
		char text[512];

		if (!chosen[i] || (d->has_state && d->state.state == DEVICE_UP && !client_is_failing(d, now)))
			continue;
		say_table_cell(t, d->name);
		str_printf(text, sizeof text, "%s: %s (%s)", state_word(d, now), help_text(d),
		    d->link[0] == '\0' ? "no link" : d->link);
		say_table_cell(t, text);
		if (!any)
			say("\n");
		any = true;
	}
	say_table_print(t);
}

/* Two lines each: who else asks it, and who was last. */
static void
print_shared(const struct client *c, const bool *chosen, struct utc now)
{
	static const struct say_column columns[] = { { NULL, false, 0 }, { NULL, false, 0 } };
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));
	bool any = false;

	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct client_device *d = &c->devices[i];
		char text[SHARED_SAY];

		if (!chosen[i] || !d->shared.is_known)
			continue;
		say_table_cell(t, d->name);
		say_table_cell(t, shared_say(&d->shared, text));
		say_table_cell(t, "");
		say_table_cell(t, shared_say_last(&d->shared, now, text));
		if (!any)
			say("\n");
		any = true;
	}
	say_table_print(t);
}

static void
print_json(const struct client *c, const bool *chosen)
{
	bool is_first = true;

	jout_list_begin("links");
	for (uint32_t i = 0; i < c->device_count; i++) {
		if (!chosen[i])
			continue;
		jout_list_item(jout_link(c, i), is_first);
		is_first = false;
	}
	jout_list_end();
}

static void
print_names(const struct client *c, const bool *chosen)
{
	struct say_table *t = say_table_new(&(const struct say_column){ .head = NULL }, 1);

	for (uint32_t i = 0; i < c->device_count; i++)
		if (chosen[i])
			say_table_cell(t, c->devices[i].name);
	say_table_print(t);
}

static int
choose(const struct options *o, const struct client *c, bool *chosen)
{
	const char **names = xcalloc((size_t)c->device_count + 1, sizeof *names);
	int code = CMD_DONE;

	for (uint32_t i = 0; i < c->device_count; i++)
		names[i] = c->devices[i].name;
	for (int a = 1; a < o->arg_count; a++) {
		bool any = false;
		for (uint32_t i = 0; i < c->device_count; i++)
			if (str_glob(o->args[a], names[i]))
				chosen[i] = any = true;
		if (any)
			continue;
		const char *near = str_nearest(o->args[a], names);
		if (near != NULL)
			say_error("there is no device %s; did you mean %s?", o->args[a], near);
		else
			say_error("there is no device %s; \"chisan links\" lists them", o->args[a]);
		code = CMD_NOT_FOUND;
	}
	for (uint32_t i = 0; o->arg_count == 1 && i < c->device_count; i++)
		chosen[i] = true;
	free(names);
	return code;
}

int
cmd_links(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, SUB_SITE | SUB_DEVICES, &code);

	if (c == NULL)
		return code;
	bool *chosen = xcalloc((size_t)c->device_count + 1, sizeof *chosen);
	int found = choose(o, c, chosen);
	if (found != CMD_DONE) {
		code = found;
	} else if (o->names) {
		print_names(c, chosen);
	} else if (o->json) {
		print_json(c, chosen);
	} else {
		struct utc now = clock_utc();
		print_table(c, chosen, now);
		print_help(c, chosen, now);
		print_shared(c, chosen, now);
	}
	free(chosen);
	client_free(c);
	return code;
}
