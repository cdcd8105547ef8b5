/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h - chisan-store without -r: records what chisand sends, in the one connection that writes.  It goes on whatever the
 * disk does: full, failing, read-only, stalled, deleted, damaged.
 */
#ifndef CHISAN_WRITER_H
#define CHISAN_WRITER_H

#include <ev.h>

#include "scada/store/store.h"

/* The whole program after its options: folders, lock, sandbox, greeting, until the pipe (SPAWN_FD) ends. The exit code. */
int writer_run(const struct store_options *o);

struct writer;

/* For tests: with a pipe and a loop of their own, folders made. NULL: why says it. */
struct writer *writer_new(struct ev_loop *loop, int fd, const struct store_options *o);
void writer_free(struct writer *w); /* what is committed stays; the log is written back */

#endif
