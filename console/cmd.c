/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd.c - the table of commands, and what is printed from it: help, completion, version.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/version.h"

static const struct cmd rows[] = {
#define CMD_ROW(word, least, most, arguments, help) { #word, arguments, help, least, most, cmd_##word },
	CMD_LIST(CMD_ROW)
};

const struct cmd *
cmd_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct cmd *
cmd_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const char *
cmd_nearest(const char *name)
{
	const char *names[ARRAY_LEN(rows) + 1] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		names[i] = rows[i].name;
	return str_nearest(name, names);
}

enum cmd_exit
cmd_exit_of(enum err e)
{
	switch (e) {
	case OK: return CMD_DONE;
	case ERR_USAGE: return CMD_USAGE;
	case ERR_NOT_FOUND: return CMD_NOT_FOUND;
	case ERR_DENIED: return CMD_DENIED;
	case ERR_REFUSED: return CMD_REFUSED;
	case ERR_NO_SERVER:
	case ERR_CLOSED:
	case ERR_VERSION:
	case ERR_BUSY:
	case ERR_SLOW: return CMD_NO_SERVER;
	case ERR_UNKNOWN: return CMD_UNKNOWN;
	case ERR_BAD_DATA: return CMD_BAD_DATA;
	default: return CMD_FAILED;
	}
}

int
cmd_flush(int code)
{
	static bool is_told;
	int e = say_flush();

	if (e == 0)
		return code;
	if (e == EPIPE)
		return CMD_DONE; /* the reader has what it wanted */
	if (!is_told)
		say_error("cannot write the output: %s", strerror(e));
	is_told = true;
	return CMD_FAILED;
}

int
cmd_run(const struct options *o)
{
	const struct cmd *c = cmd_find(o->args[0]);
	char message[512];

	if (c == NULL) {
		const char *near = cmd_nearest(o->args[0]);
		if (near != NULL)
			say_error("there is no command \"%.60s\"; did you mean \"%s\"?", o->args[0], near);
		else
			say_error("there is no command \"%.60s\"; \"chisan --help\" lists them", o->args[0]);
		return CMD_USAGE;
	}
	if (o->given[OPT_HELP]) {
		cmd_print_help(c);
		return cmd_flush(CMD_DONE);
	}
	if (!options_check(o, message, sizeof message)) {
		say_error("%s", message);
		return CMD_USAGE;
	}
	int n = o->arg_count - 1;
	if (n < c->args_min || n > c->args_max) {
		say_error("%s; usage: chisan %s [OPTION ...] %s",
		    n < c->args_min ? "something is missing" : "too many words", c->name, c->arguments);
		return CMD_USAGE;
	}
	return cmd_flush(c->run(o));
}

/* ---- help */

static void
print_exit_codes(void)
{
	say("\nExit codes\n"
	    "  0 done  1 failed  2 usage  3 not found  4 not permitted  5 refused\n"
	    "  6 no server  7 outcome unknown  8 data stale or bad\n");
}

void
cmd_print_help(const struct cmd *c)
{
	say("Usage: chisan %s [OPTION ...]%s%s\n\n%s.\n\nOptions\n", c->name, c->arguments[0] == '\0' ? "" : " ",
	    c->arguments, c->help);
	options_print(c->name);
	print_exit_codes();
}

void
cmd_print_usage(void)
{
	say("Usage: chisan [OPTION ...]                   opens the console\n"
	    "       chisan COMMAND [OPTION ...] [WORD ...]  does one thing and ends\n\nCommands\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char left[48];
		str_printf(left, sizeof left, "%s %s", rows[i].name, rows[i].arguments);
		say("  %-20s %s\n", left, rows[i].help);
	}
	say("\nOptions of the console; \"chisan COMMAND --help\" has those of a command\n");
	options_print(NULL);
	print_exit_codes();
}

int
cmd_help(const struct options *o)
{
	if (o->arg_count == 1) {
		cmd_print_usage();
		return CMD_DONE;
	}
	const struct cmd *c = cmd_find(o->args[1]);
	if (c == NULL) {
		const char *near = cmd_nearest(o->args[1]);
		say_error("there is no command \"%.60s\"%s%s%s", o->args[1], near == NULL ? "" : "; did you mean \"",
		    near == NULL ? "" : near, near == NULL ? "" : "\"?");
		return CMD_NOT_FOUND;
	}
	cmd_print_help(c);
	return CMD_DONE;
}

/* --complete-words: the commands; --complete-words COMMAND (or "-"): its options, those with a value end with '='. */
int
cmd_complete(const struct options *o)
{
	if (o->arg_count == 0) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			say("%s\n", rows[i].name);
		return CMD_DONE;
	}
	const char *command = strcmp(o->args[0], "-") == 0 ? NULL : o->args[0];
	for (size_t i = 0; option_row(i) != NULL; i++)
		if (option_belongs(option_row(i), command))
			say("--%s%s\n", option_row(i)->name, option_row(i)->argument == NULL ? "" : "=");
	return CMD_DONE;
}

int
cmd_print_version(const char *terminal_library)
{
	char text[512], more[128];

	str_printf(more, sizeof(more), "jansson %s, %s", jansson_version_str(), terminal_library);
	say("%s", version_text(text, sizeof(text), "chisan", more));
	return CMD_DONE;
}
