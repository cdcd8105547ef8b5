/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_study.c - study: what a site would have cost over given series; chisan-study runs it, so that no solver runs in here.
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
#include "scada/base/str.h"

enum { WORDS_MAX = 2 * OPTION_COUNT + 4 };

int
cmd_study(const struct options *o)
{
	static const enum option_id passed[] = { OPT_DATA, OPT_POLICY, OPT_FORECAST, OPT_KNOWN, OPT_FILED, OPT_HORIZON,
		OPT_REPLAN, OPT_STEP, OPT_SOLVER_TIME, OPT_GUARD, OPT_GUARD_MODE, OPT_TARGET, OPT_FROM, OPT_TO,
		OPT_TRACE };
	char path[4096], *argv[WORDS_MAX] = { NULL };
	int n = 0;

	if (!spawn_find("chisan-study", path, sizeof path)) {
		say_error("chisan-study is not installed: looked in $CHISAN_LIBEXECDIR and %s", PKGLIBEXECDIR);
		return CMD_FAILED;
	}
	argv[n++] = xstrdup("chisan-study");
	for (size_t i = 0; i < ARRAY_LEN(passed); i++)
		if (o->study[passed[i]] != NULL)
			argv[n++] = xasprintf("--%s=%s", option_row(passed[i])->name, o->study[passed[i]]);
	if (o->json)
		argv[n++] = xstrdup("--json");
	argv[n++] = xasprintf("%s%s", o->args[1][0] == '-' ? "./" : "", o->args[1]);
	fflush(stdout);
	execv(path, argv);
	say_error("cannot start %s: %s", path, strerror(errno));
	return CMD_FAILED;
}
