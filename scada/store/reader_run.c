/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_run.c - chisan-store -r as a process: what it may still do, its loop, its end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scada/base/log.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

/* Reads the database and the zones of the world, keeps copies in the spool, and never sees the key. */
enum err
reader_sandbox(const struct store_options *o)
{
	char store[512], spool[512];
	const char *const reads[] = { store, "/usr/share/zoneinfo", NULL }, *const writes[] = { spool, NULL };

	if (!str_printf(store, sizeof(store), "%s/%s", o->data_folder, DB_FOLDER) ||
	    !str_printf(spool, sizeof(spool), "%s/%s", o->data_folder, DB_SPOOL_FOLDER))
		return ERR_TOO_BIG;
	/* the folder must be there to be named; the writer makes the same */
	if ((mkdir(store, 0750) != 0 && errno != EEXIST) || (mkdir(spool, 0750) != 0 && errno != EEXIST))
		log_warn("%s: %s", o->data_folder, strerror(errno));
	return sandbox_enter_files(SANDBOX_READ_FILES | SANDBOX_WRITE_FILES, reads, writes);
}

int
reader_run(const struct store_options *o)
{
	struct ev_loop *loop;
	struct reader *r;

	if (fcntl(SPAWN_FD, F_GETFD) < 0)
		log_fatal("descriptor %d is no pipe: chisan-store is started by chisand", SPAWN_FD);
	signal(SIGINT, SIG_IGN); /* chisand ends its helpers itself, by the pipe */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	if (!report_warm_up())
		log_warn("this system has no converter for CP932: reports come in UTF-8 only");
	loop = ev_default_loop(EVFLAG_NOSIGMASK);
	if (loop == NULL)
		log_fatal("no event loop: %s", strerror(errno));
	if (reader_sandbox(o) != OK)
		log_fatal("cannot enter the sandbox");
	r = reader_new(loop, SPAWN_FD, o);
	ev_run(loop, 0);
	reader_free(r);
	ev_loop_destroy(loop);
	return EXIT_SUCCESS;
}
