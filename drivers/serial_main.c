/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial_main.c - chisan-serial: talks to the devices of one serial line, started by chisand with a pipe as descriptor 3.
 */
#include "config.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/program.h"
#include "scada/base/mem.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/base/version.h"

static const char usage_text[] =
    "usage: chisan-serial [-v]... [-p] -l LINE (started by chisand, with the pipe as descriptor 3)\n"
    "  -l LINE  the line that it may open, as /dev/ttyUSB0\n"
    "  -p       may listen: the line is lent to other masters\n";

/*
 * The folder of the line and /dev, where a name that is a link leads to: not the line itself, which may be unplugged just now and is
 * another file when it is plugged in again.
 */
static int
run(const char *line, int verbosity, bool has_pipe, unsigned may)
{
	char *copy = xstrdup(line);
	const char *const folders[] = { dirname(copy), "/dev", NULL };
	int code = program_run("chisan-serial", verbosity, has_pipe, SANDBOX_SERIAL | may, folders);

	free(copy);
	return code;
}

int
main(int argc, char **argv)
{
	bool has_pipe = spawn_has_pipe(); /* before anything is opened */
	const char *line = NULL;
	unsigned may = 0;
	int verbosity = 0;

	for (int i = 1; i < argc; i++) {
		char text[512];

		if (strcmp(argv[i], "-v") == 0) {
			verbosity++;
		} else if (strcmp(argv[i], "-p") == 0) {
			may |= SANDBOX_LISTEN;
		} else if (strcmp(argv[i], "-l") == 0 && i + 1 < argc) {
			line = argv[++i];
		} else if (strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0) {
			fputs(version_text(text, sizeof(text), "chisan-serial", NULL), stdout);
			return EXIT_SUCCESS;
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		} else {
			fputs(usage_text, stderr);
			return 2;
		}
	}
	if (line == NULL || line[0] != '/') {
		fputs(usage_text, stderr);
		return 2;
	}
	return run(line, verbosity, has_pipe, may);
}
