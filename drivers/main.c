/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan-field: talks to the devices, started by chisand with a pipe as descriptor 3, and ends when that ends.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/program.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/version.h"

static void
usage(FILE *to)
{
	fprintf(to,
	    "usage: chisan-field [-v]... [-p] (started by chisand, with the pipe as descriptor %d)\n"
	    "  -p         may listen: a link is lent to other masters\nspeaks:\n",
	    SPAWN_FD);
	for (size_t i = 0; driver_row(i) != NULL; i++)
		fprintf(to, "  %-10s %s\n", driver_row(i)->name, driver_row(i)->help);
}

/* Exit code of what is not the real work; -1 = do it. */
static int
options(int argc, char **argv, int *verbosity, unsigned *may)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0) {
			++*verbosity;
		} else if (strcmp(argv[i], "-p") == 0) {
			*may |= SANDBOX_LISTEN;
		} else if (strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0) {
			char text[512];

			fputs(version_text(text, sizeof(text), "chisan-field", NULL), stdout);
			return EXIT_SUCCESS;
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			usage(stdout);
			return EXIT_SUCCESS;
		} else {
			usage(stderr);
			return 2;
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	bool has_pipe = spawn_has_pipe(); /* before anything is opened */
	unsigned may = SANDBOX_CONNECT | SANDBOX_BIND;
	int verbosity = 0, code = options(argc, argv, &verbosity, &may);

	if (code >= 0)
		return code;
	return program_run("chisan-field", verbosity, has_pipe, may, NULL);
}
