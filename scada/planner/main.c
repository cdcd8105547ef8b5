/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan-planner: plans two days ahead; started by chisand with a pipe as descriptor 3.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/spawn.h"
#include "scada/base/version.h"
#include "scada/planner/run.h"

static const char usage_text[] = "usage: chisan-planner [-v]... [-d DATA_DIR]\n"
                                 "           started by chisand, with the pipe as descriptor 3\n"
                                 "       chisan-planner -V\n";

int
main(int argc, char **argv)
{
	char text[512];
	const char *data_folder = NULL;
	int verbosity = 0;
	bool has_pipe = spawn_has_pipe(); /* before the log opens a descriptor, which may get the number */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0) {
			verbosity++;
		} else if (strcmp(argv[i], "-d") == 0 && i + 1 < argc) {
			data_folder = argv[++i];
		} else if (strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0) {
			fputs(version_text(text, sizeof(text), "chisan-planner", ""), stdout);
			return EXIT_SUCCESS;
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		} else {
			fputs(usage_text, stderr);
			return 2;
		}
	}
	log_init("chisan-planner", verbosity);
	if (!has_pipe)
		log_fatal("descriptor %d is no pipe: chisan-planner is started by chisand", SPAWN_FD);
	signal(SIGINT, SIG_IGN); /* chisand ends its helpers itself, by the pipe */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return planner_run(data_folder);
}
