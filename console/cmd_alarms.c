/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_alarms.c - the alarm list as a table, as JSON, and as lines that go on: one a change, without any control sequence, for scripts and
 * for who hears them.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/alarm_rows.h"
#include "console/alarm_say.h"
#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/stream.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define ALARMS_WHAT (SUB_SITE | SUB_POINTS | SUB_DEVICES | SUB_ALARMS)

/* ---- which */

static bool
is_in_words(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = words; *p != '\0'; p += *p == ',') {
		size_t n = strcspn(p, ",");
		if (n == len && strncasecmp(p, word, len) == 0)
			return true;
		p += n;
	}
	return false;
}

static bool
is_named(const struct options *o, const char *name)
{
	for (int i = 1; i < o->arg_count; i++)
		if (strcmp(o->args[i], name) == 0 || str_glob(o->args[i], name))
			return true;
	return o->arg_count == 1;
}

/* Of those that the options describe, whatever its state? */
static bool
is_chosen(const struct options *o, const struct client_alarm *a)
{
	return (o->priority == 0 || a->priority <= o->priority) && (o->area == NULL || strcmp(o->area, a->area) == 0) &&
	    is_named(o, a->name);
}

static bool
is_shown(const struct options *o, const struct client *c, const struct client_alarm *a)
{
	struct alarm_filter f = { .shelf = o->shelved ? SHELF_SHELVED
		    : o->all || o->state != NULL      ? SHELF_ALL
		                                      : SHELF_LISTED };

	return is_chosen(o, a) && alarm_filter_passes(&f, c, a) &&
	    (o->state == NULL || is_in_words(o->state, alarm_state_word(a->m.state)));
}

static bool
check_states(const struct options *o)
{
	char word[16];
	enum alarm_state s;

	for (const char *p = o->state != NULL ? o->state : ""; *p != '\0'; p += *p == ',') {
		size_t n = strcspn(p, ",");
		str_printf(word, sizeof word, "%.*s", (int)(n > 15 ? 15 : n), p);
		p += n;
		if (alarm_state_from_word(word, &s))
			continue;
		say_error("there is no state %s; NORM UNACK ACKED RTNUN LATUN LATAK SHLVD DSUPR OOSRV are", word);
		return false;
	}
	return true;
}

static int
compare(const void *pa, const void *pb)
{
	const struct client_alarm *const *x = pa, *const *y = pb;

	return client_alarm_is_before(*x, *y) ? -1 : client_alarm_is_before(*y, *x) ? 1 : 0;
}

/* Sorted as the list is; *n of them. The caller frees. */
static const struct client_alarm **
choose(const struct options *o, const struct client *c, uint32_t *n)
{
	uint32_t count = c->alarms->count;
	const struct client_alarm **v = xcalloc((size_t)count + 1, sizeof *v);

	*n = 0;
	for (uint32_t i = 0; i < count; i++)
		if (is_shown(o, c, &c->alarms->alarms[i]))
			v[(*n)++] = &c->alarms->alarms[i];
	if (*n > 1)
		qsort(v, *n, sizeof *v, compare);
	return v;
}

/* ---- once */

static void
print_table(const struct options *o, const struct client *c, const struct client_alarm **v, uint32_t n)
{
	static const struct say_column columns[] = { { "P", false, 0 }, { "Raised", false, 0 }, { "State", false, 0 },
		{ "", false, 0 }, { "Alarm", false, 0 }, { "Value, limit", false, 30 }, { "What", false, 0 } };
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));
	char text[600], marks[8];

	for (uint32_t i = 0; i < n; i++) {
		const struct client_alarm *a = v[i];
		str_printf(text, sizeof text, "%s%s", alarm_is_unacked((enum alarm_state)a->m.state) ? ">" : " ",
		    alarm_code(a->priority));
		say_table_cell(t, text);
		say_table_cell(t, alarm_time(a, clock_utc(), false, text, sizeof text));
		say_table_cell(t, alarm_state_word(a->m.state));
		say_table_cell(t, alarm_marks(a, marks, sizeof marks));
		say_table_cell(t, a->name);
		alarm_value(c, a, o->ja, text, sizeof text);
		say_table_cell(t, text);
		alarm_words(c, a, o->ja, text, sizeof text);
		say_table_cell(t, text);
	}
	say_table_print(t);
}

static void
print(const struct options *o, const struct client *c)
{
	uint32_t n;
	const struct client_alarm **v = choose(o, c, &n);
	char flood[400];

	if (!o->json && !o->names && alarm_flood(c, UINT32_MAX, flood, sizeof flood)[0] != '\0')
		say("%s\n", flood);
	if (o->json) {
		jout_list_begin("alarms");
		for (uint32_t i = 0; i < n; i++)
			jout_list_item(alarm_json(c, v[i]), i == 0);
		jout_list_end();
	} else if (o->names) {
		char safe[ALARM_NAME_MAX * 2];
		for (uint32_t i = 0; i < n; i++) {
			text_put_safe(safe, sizeof safe, v[i]->name, -1);
			say("%s\n", safe);
		}
	} else if (n > 0) {
		print_table(o, c, v, n);
	} else {
		say("%s\n",
		    o->shelved ? "nothing is shelved"
		        : o->arg_count > 1 || o->area != NULL || o->priority > 0 || o->state != NULL
		        ? "none of these alarms is active or waits"
		        : "no alarm is active or waits");
	}
	free(v);
}

/* A name that the site does not have is a mistake, not an empty list. */
static int
check_names(const struct options *o, const struct client *c)
{
	int code = CMD_DONE;

	for (int i = 1; i < o->arg_count; i++) {
		bool any = false;
		for (uint32_t k = 0; k < c->alarms->count && !any; k++)
			any = strcmp(o->args[i], c->alarms->alarms[k].name) == 0 ||
			    str_glob(o->args[i], c->alarms->alarms[k].name);
		if (any)
			continue;
		say_error(
		    "no alarm of %s matches %s; \"chisan alarms --all --names\" lists them", c->site_name, o->args[i]);
		code = CMD_NOT_FOUND;
	}
	return code;
}

/* ---- as they come */

struct said {
	uint64_t occurrence;
	uint8_t state, bits;
	uint32_t repeats;
};
struct follow {
	struct stream stream;
	const struct options *o;
	struct client *client;
	const struct client_alarms *known; /* that `said` belongs to */
	struct said *said;                 /* [known->count] as printed last */
	int64_t lines;
	bool has_said_lost;
};

static struct said
said_of(const struct client_alarm *a)
{
	return (struct said){ a->m.occurrence, a->m.state, a->m.bits, a->m.repeats };
}

static void
print_change(struct follow *w, const struct client_alarm *a)
{
	const struct options *o = w->o;
	char line[ALARM_LINE_MAX];

	if (o->count > 0 && w->lines >= o->count)
		return;
	if (o->json) {
		json_t *j = jout_begin(), *more = alarm_json(w->client, a);
		json_object_update(j, more);
		json_decref(more);
		jout_print(j);
	} else {
		alarm_line(w->client, a, clock_utc(), o->ja, line, sizeof line);
		say("%s\n", line);
	}
	if (++w->lines == o->count)
		stream_end(&w->stream, CMD_DONE);
}

/* Is it news? What leaves the list is, too: its state says so. */
static void
look(struct follow *w, uint32_t alarm)
{
	const struct client_alarm *a = &w->client->alarms->alarms[alarm];
	struct said now = said_of(a), *was = &w->said[alarm];
	bool is_news = now.occurrence != was->occurrence || now.state != was->state || now.repeats != was->repeats ||
	    ((now.bits ^ was->bits) & ALARM_DOUBTFUL) != 0;

	*was = now;
	if (is_news && is_chosen(w->o, a) &&
	    (w->o->state == NULL || is_in_words(w->o->state, alarm_state_word(a->m.state))))
		print_change(w, a);
}

/* Those that stand at the beginning, the worst last: nearest to what comes. */
static void
print_standing(struct follow *w)
{
	uint32_t n;
	const struct client_alarm **v = choose(w->o, w->client, &n);

	while (n > 0)
		print_change(w, v[--n]);
	free(v);
	for (uint32_t i = 0; i < w->client->alarms->count; i++)
		w->said[i] = said_of(&w->client->alarms->alarms[i]);
}

/* A snapshot: numbers may be others, and what was missed is told. The model before is there until this returns. */
static void
begin(struct follow *w)
{
	const struct client_alarms *all = w->client->alarms, *old = w->known;
	struct said *was = w->said;
	bool is_first = !w->stream.was_live;

	w->stream.was_live = true;
	if (w->has_said_lost)
		say_error("the link to chisand is back");
	w->has_said_lost = false;
	if (w->client->timezone[0] != '\0' && clock_zone_exists(w->client->timezone))
		clock_set_zone(w->client->timezone);
	if (is_first && check_names(w->o, w->client) != CMD_DONE) {
		stream_end(&w->stream, CMD_NOT_FOUND);
		return;
	}
	w->said = xcalloc((size_t)all->count + 1, sizeof *w->said);
	w->known = all;
	for (uint32_t i = 0; old != NULL && i < old->count; i++) {
		uint32_t alarm = client_alarms_find(all, old->alarms[i].name);
		if (alarm != ALARM_NONE)
			w->said[alarm] = was[i];
	}
	free(was);
	if (is_first)
		print_standing(w);
	else
		for (uint32_t i = 0; i < all->count; i++)
			look(w, i);
	stream_flush(&w->stream);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct follow *w = arg;

	if (c->phase == CLIENT_LIVE) {
		begin(w);
	} else if (c->phase == CLIENT_DOWN && !w->stream.was_live) {
		say_error("%s", c->why_text);
		stream_end(&w->stream, cmd_exit_of(c->why));
	} else if (c->phase == CLIENT_DOWN && !w->has_said_lost) {
		say_error("%s; trying again", c->why_text);
		w->has_said_lost = true;
	}
}

static void
alarm_changed(struct client *c, uint32_t alarm, void *arg)
{
	struct follow *w = arg;

	if (alarm == ALARM_NONE || c->alarms != w->known)
		return;
	look(w, alarm);
	stream_flush(&w->stream);
}

static const struct client_ops ops = { .phase = phase_changed, .alarm = alarm_changed };

static int
follow(const struct options *o)
{
	struct follow w = {
		.stream = { .loop = ev_default_loop(0), .o = o, .late = "has not sent the site", .code = CMD_DONE },
		.o = o
	};
	int code;

	w.client = client_new(w.stream.loop, o->socket, ALARMS_WHAT, true, &ops, &w);
	code = stream_run(&w.stream);
	client_free(w.client);
	free(w.said);
	return code;
}

int
cmd_alarms(const struct options *o)
{
	int code;

	if (!check_states(o))
		return CMD_USAGE;
	if (o->follow)
		return follow(o);
	if (o->count > 0) {
		say_error("--count goes with --follow");
		return CMD_USAGE;
	}
	struct client *c = cmd_snapshot(o, ALARMS_WHAT, &code);
	if (c == NULL)
		return code;
	code = check_names(o, c);
	if (code == CMD_DONE)
		print(o, c);
	client_free(c);
	return code;
}
