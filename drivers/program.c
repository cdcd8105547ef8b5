/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c - the life of a field program: it is started by chisand with a pipe as descriptor 3, and ends when that ends.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "drivers/field.h"
#include "drivers/program.h"
#include "scada/base/log.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"

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
program_run(const char *name, int verbosity, bool has_pipe, unsigned may, const char *const folders[])
{
	struct ev_loop *loop;
	struct field *field;
	uint64_t seed = 0;
	int statm;

	log_init(name, verbosity);
	if (!has_pipe)
		log_fatal("descriptor %d is no pipe: %s is started by chisand", SPAWN_FD, name);
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
	if (sandbox_enter_files(may, NULL, folders) != OK)
		log_fatal("cannot enter the sandbox");
	field = field_new(loop, SPAWN_FD, statm, seed);
	ev_run(loop, 0);
	field_free(field);
	ev_loop_destroy(loop);
	return EXIT_SUCCESS;
}
