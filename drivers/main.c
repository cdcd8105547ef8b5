/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan-field: talks to the devices, started by chisand with a pipe as descriptor 3, and ends when that ends.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "drivers/driver.h"
#include "drivers/field.h"
#include "scada/base/log.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/base/version.h"

static void
usage(FILE *to)
{
	fprintf(to, "usage: chisan-field [-v]... (started by chisand, with the pipe as descriptor %d)\nspeaks:\n",
	    SPAWN_FD);
	for (size_t i = 0; driver_row(i) != NULL; i++)
		fprintf(to, "  %-10s %s\n", driver_row(i)->name, driver_row(i)->help);
}

/* Exit code of what is not the real work; -1 = do it. */
static int
options(int argc, char **argv, int *verbosity)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0) {
			++*verbosity;
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

/* A descriptor a device: as many as the system gives. */
static void
raise_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur == r.rlim_max)
		return;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		log_warn("cannot raise the number of descriptors: %s", strerror(errno));
}

int
main(int argc, char **argv)
{
	int verbosity = 0, code = options(argc, argv, &verbosity), statm;
	struct ev_loop *loop;
	struct field *field;
	uint64_t seed = 0;
	bool has_pipe = spawn_has_pipe();

	if (code >= 0)
		return code;
	log_init("chisan-field", verbosity);
	if (!has_pipe)
		log_fatal("descriptor %d is no pipe: chisan-field is started by chisand", SPAWN_FD);
	signal(SIGINT, SIG_IGN); /* for the whole group of a terminal: chisand ends its helpers itself, by the pipe */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)getpid();
	statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	loop = ev_default_loop(EVFLAG_NOSIGMASK);
	if (loop == NULL)
		log_fatal("no event loop: %s", strerror(errno));
	if (sandbox_enter(SANDBOX_CONNECT | SANDBOX_BIND, NULL) != OK)
		log_fatal("cannot enter the sandbox");
	field = field_new(loop, SPAWN_FD, statm, seed);
	ev_run(loop, 0);
	field_free(field);
	ev_loop_destroy(loop);
	return EXIT_SUCCESS;
}
