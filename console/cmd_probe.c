/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_probe.c - probe: what a device says it is. A program of its own asks it, one a scheme of links, so that no parser of what devices
 * send runs in here.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/spawn.h"

/* ONE ROW PER PROGRAM: it takes [--json] [--profile NAME] LINK, and ends with an exit code of chisan. */
static const struct {
	const char *scheme;
	char program[40];
} probes[] = {
	{ "echonet://", "chisan-probe-echonet" },
};

int
cmd_probe(const struct options *o)
{
	static char json[] = "--json", profile[] = "--profile", end[] = "--";
	char path[4096], name[40];
	char *argv[7] = { name };
	int n = 1;

	for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
		if (strncmp(o->args[1], probes[i].scheme, strlen(probes[i].scheme)) != 0)
			continue;
		if (!spawn_find(probes[i].program, path, sizeof path)) {
			say_error("%s is not installed: looked in $CHISAN_LIBEXECDIR and %s", probes[i].program,
			    PKGLIBEXECDIR);
			return CMD_FAILED;
		}
		memcpy(name, probes[i].program, sizeof name);
		if (o->json)
			argv[n++] = json;
		if (o->profile != NULL) {
			argv[n++] = profile;
			argv[n++] = (char *)(uintptr_t)o->profile;
		}
		argv[n++] = end;
		argv[n++] = (char *)(uintptr_t)o->args[1];
		fflush(stdout);
		execv(path, argv);
		say_error("cannot start %s: %s", path, strerror(errno));
		return CMD_FAILED;
	}
	say_error("nobody here can ask '%s' what it is; a link begins with %s", o->args[1], probes[0].scheme);
	return CMD_USAGE;
}
