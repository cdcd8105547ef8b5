/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn.h - starting a helper program with one end of a socket pair as descriptor 3, and nothing else inherited.
 * The helper ends when that descriptor ends.
 */
#ifndef CHISAN_SPAWN_H
#define CHISAN_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "scada/base/err.h"

#define SPAWN_FD 3

/* Full path of a helper: in a folder of $CHISAN_LIBEXECDIR (colon-separated), else PKGLIBEXECDIR. false: not installed. */
bool spawn_find(const char *program, char *path, size_t size);

/*
 * Starts program (a name for spawn_find) with argv (argv[0] set by us, NULL-terminated list of the rest). *fd gets our end,
 * non-blocking and close-on-exec. stderr is inherited, stdin and stdout are /dev/null. The child dies with its parent
 * (PR_SET_PDEATHSIG), has default signals and an empty mask.
 */
enum err spawn_start(const char *program, const char *const argv[], pid_t *pid, int *fd);

/*
 * In a helper: was it started with the pipe? To be asked before anything is opened, the log among it, which may get the number if it
 * was started by hand.
 */
bool spawn_has_pipe(void);

/* "killed by signal 11 (Segmentation fault)" or "exited with 1"; buf >= 64. */
char *spawn_status_text(char *buf, size_t size, int status);

#endif
