/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan, the operator's program: bare it opens the console, with a command it does one thing and ends.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/say.h"

extern const char *curses_version(void); /* of ncurses; its header belongs to term.c alone */

static bool
theme_is_known(const char *theme)
{
	for (const char *const *name = console_theme_names(); *name != NULL; name++)
		if (theme == NULL || strcmp(theme, *name) == 0)
			return true;
	say_error("there is no theme %.60s; --theme takes default, deutan, mono, high-contrast or light", theme);
	return false;
}

/* sshd runs chisan whatever was asked for (docs/how-to-ssh.md): who asked for something else is told why it did not happen. */
static void
say_what_was_forced(void)
{
	const char *asked = getenv("SSH_ORIGINAL_COMMAND");

	if (asked != NULL && !isatty(STDIN_FILENO))
		say_error("this account opens the console and nothing else, so \"%.100s\" was not run: ssh -t without "
		          "a command",
		    asked);
}

static int
open_console(struct options *o)
{
	char message[512];

	if (!options_check(o, message, sizeof message)) {
		say_error("%s", message);
		return CMD_USAGE;
	}
	if (!theme_is_known(o->console.theme))
		return CMD_USAGE;
	o->console.socket = o->socket;
	o->console.ascii = say_is_ascii();
	say_what_was_forced();
	return console_run(&o->console);
}

int
main(int argc, char **argv)
{
	struct options o;
	char message[512];

	signal(SIGPIPE, SIG_IGN); /* the write fails instead, and is looked at */
	say_init();
	/* Hidden: asked by the shell's completion, so it knows what this very program knows. */
	if (argc >= 2 && strcmp(argv[1], "--complete-words") == 0) {
		if (!options_read(&o, argc - 1, (const char *const *)argv + 1, message, sizeof message))
			return CMD_USAGE;
		return cmd_flush(cmd_complete(&o));
	}
	if (argc == 2 && strcmp(argv[1], "--print-keys") == 0) { /* hidden: the manual's table of keys */
		console_print_keys(stdout);
		return CMD_DONE;
	}
	if (!options_read(&o, argc, (const char *const *)argv, message, sizeof message)) {
		say_error("%s", message);
		return CMD_USAGE;
	}
	say_set_ascii(o.console.ascii);
	if (o.given[OPT_VERSION])
		return cmd_flush(cmd_print_version(curses_version()));
	if (o.arg_count > 0)
		return cmd_run(&o);
	if (o.given[OPT_HELP]) {
		cmd_print_usage();
		return cmd_flush(CMD_DONE);
	}
	return open_console(&o);
}
