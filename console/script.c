/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.c - one line after the other; only :wait lets the loop turn.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/script.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LINE_BYTES 1024

struct script {
	FILE *f;
	char waiting[120]; /* "" = not */
	int line;
};

struct script *
script_new(const char *path)
{
	struct script *s = xcalloc(1, sizeof *s);

	s->f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (s->f != NULL)
		return s;
	fprintf(stderr, "chisan: cannot read the script %s\n", path);
	free(s);
	return NULL;
}

void
script_free(struct script *s)
{
	if (s == NULL)
		return;
	if (s->f != stdin)
		fclose(s->f);
	free(s);
}

/* Does a command of ours wait, for its device or for somebody? */
static bool
has_command(const struct console *co)
{
	const struct client_control *k = co->client->control;

	for (uint32_t i = 0; k != NULL && i < k->command_count; i++)
		if ((k->commands[i].state == COMMAND_APPROVAL || k->commands[i].state == COMMAND_SELECTED ||
		        k->commands[i].state == COMMAND_WAITING) &&
		    strcmp(k->commands[i].user, co->client->user) == 0)
			return true;
	return false;
}

/* "alarm NAME=STATE" */
static bool
is_alarm_so(const struct client *c, const char *what)
{
	const char *equals = strchr(what, '=');
	char name[80];

	if (equals == NULL || c->phase != CLIENT_LIVE)
		return false;
	str_printf(name, sizeof name, "%.*s", (int)(equals - what < 79 ? equals - what : 79), what);
	uint32_t alarm = client_alarms_find(c->alarms, name);
	return alarm != ALARM_NONE && strcmp(alarm_state_word(c->alarms->alarms[alarm].m.state), equals + 1) == 0;
}

static bool
is_waiting(struct script *s, const struct console *co)
{
	const char *w = s->waiting;

	if (w[0] == '\0')
		return false;
	bool is_there = strcmp(w, "live") == 0 ? co->client->phase == CLIENT_LIVE
	    : strcmp(w, "lost") == 0           ? co->client->phase != CLIENT_LIVE
	    : strcmp(w, "raw") == 0            ? co->has_raw
	    : strcmp(w, "answer") == 0         ? !client_is_asking(co->client)
	    : strcmp(w, "down") == 0           ? co->client->phase == CLIENT_DOWN
	    : strcmp(w, "answers") == 0        ? co->asking == 0
	    : strcmp(w, "command") == 0        ? has_command(co)
	    : strcmp(w, "flood") == 0          ? co->client->alarms != NULL && co->client->alarms->horn.is_flood
	    : strncmp(w, "alarm ", 6) == 0     ? is_alarm_so(co->client, w + 6)
	                                       : true;
	if (is_there)
		s->waiting[0] = '\0';
	return !is_there;
}

static bool
save(struct console *co, const char *path, bool looks)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");

	if (f == NULL) {
		fprintf(stderr, "chisan: cannot write %s\n", path);
		co->exit_code = 1;
		return false;
	}
	if (looks)
		grid_dump_looks(co->grid, f);
	else
		grid_dump(co->grid, f);
	return f == stdout ? fflush(f) == 0 : fclose(f) == 0;
}

/* "<Down>j": keys one after the other. */
static void
type(struct console *co, const char *p)
{
	uint32_t cp, key;
	size_t used;

	while (*p != '\0') {
		const char *end = *p == '<' ? strchr(p, '>') : NULL;
		if (end != NULL && (key = key_from_name(p + 1, (size_t)(end - p - 1))) != KEY_NONE) {
			console_key(co, key);
			p = end + 1;
			continue;
		}
		if ((used = text_next(p, strlen(p), &cp)) == 0)
			return;
		console_key(co, cp);
		p += used;
	}
}

static void
resize(struct console *co, const char *size)
{
	char columns[16];
	int64_t w, h;

	str_copy(columns, sizeof columns, size);
	char *x = strchr(columns, 'x');
	if (x == NULL)
		return;
	*x = '\0';
	if (str_to_i64(columns, 1, GRID_COLUMNS_MAX, &w) && str_to_i64(x + 1, 1, GRID_ROWS_MAX, &h))
		grid_resize(co->grid, (int)w, (int)h);
}

static bool
command(struct script *s, struct console *co, const char *line, void (*draw)(struct console *co),
    void (*tick)(struct console *co))
{
	int64_t n;

	if (strncmp(line, "save-screen ", 12) == 0 || strncmp(line, "save-looks ", 11) == 0) {
		draw(co);
		return save(co, strchr(line, ' ') + 1, line[5] == 'l');
	}
	if (strncmp(line, "wait ", 5) == 0)
		str_copy(s->waiting, sizeof s->waiting, line + 5);
	else if (strncmp(line, "resize ", 7) == 0)
		resize(co, line + 7);
	else if (strncmp(line, "tick ", 5) == 0 && str_to_i64(line + 5, 1, 1000, &n))
		while (n-- > 0)
			tick(co);
	else
		console_command(co, line);
	return true;
}

bool
script_run(struct script *s, struct console *co, void (*draw)(struct console *co), void (*tick)(struct console *co))
{
	char line[LINE_BYTES];

	while (!is_waiting(s, co)) {
		if (co->leave || fgets(line, sizeof line, s->f) == NULL)
			return false;
		s->line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (line[0] != ':')
			type(co, line);
		else if (!command(s, co, line + 1, draw, tick))
			return false;
		draw(co); /* lists learn their height when they are drawn */
	}
	return true;
}
