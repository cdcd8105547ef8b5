/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_check.c - check: the same as chisand -n; chisan-site reads the files, so that no parser runs in here.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/say.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"

int
cmd_check(const struct options *o)
{
	char path[4096], folder[4096], name[] = "chisan-site", no[] = "-n", verbose[] = "-v", json[] = "--json";
	char *argv[6] = { name, no };
	int n = 2;

	if (!spawn_find("chisan-site", path, sizeof path)) {
		say_error("chisan-site is not installed: looked in $CHISAN_LIBEXECDIR and %s", PKGLIBEXECDIR);
		return CMD_FAILED;
	}
	if (!str_printf(folder, sizeof folder, "%s%s", o->args[1][0] == '-' ? "./" : "", o->args[1])) {
		say_error("the name of the folder is too long");
		return CMD_USAGE;
	}
	if (o->verbose)
		argv[n++] = verbose;
	if (o->json)
		argv[n++] = json;
	argv[n++] = folder;
	fflush(stdout);
	execv(path, argv);
	say_error("cannot start %s: %s", path, strerror(errno));
	return CMD_FAILED;
}
