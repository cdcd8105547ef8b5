/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_run.c - the writer as a program: its folders, its lock, what it gives up, its loop.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/store/data.h"
#include "scada/store/writer.h"

int
writer_run(const struct store_options *o)
{
	struct data_folders folders;
	const char *const reads[] = { "/usr/share/zoneinfo", "/etc/localtime", NULL }; /* days of the site's zone */
	const char *const writes[] = { folders.store, folders.key, NULL };
	struct ev_loop *loop;
	struct writer *w;
	char text[800];
	int lock;

	if (!data_names(&folders, o->data_folder))
		log_fatal("the name of the data folder is too long");
	if (!data_make(&folders, text, sizeof(text)))
		log_fatal("%s", text);
	lock = data_lock(&folders, text, sizeof(text));
	if (lock < 0)
		log_fatal("%s", text);
	if (!log_is_system()) /* checkpoints go there too, so that they are seen elsewhere than in the database */
		openlog("chisan-store", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	loop = ev_default_loop(EVFLAG_NOSIGMASK);
	if (loop == NULL)
		log_fatal("no event loop: %s", strerror(errno));
	if (sandbox_enter_files(SANDBOX_READ_FILES | SANDBOX_WRITE_FILES | SANDBOX_SYSLOG, reads, writes) != OK)
		log_fatal("cannot enter the sandbox");
	w = writer_new(loop, SPAWN_FD, o);
	ev_run(loop, 0);
	writer_free(w);
	ev_loop_destroy(loop);
	close(lock);
	return EXIT_SUCCESS;
}
