/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.h - a folder of its own for each test, gone afterwards.
 */
#ifndef CHISAN_TEST_FOLDER_H
#define CHISAN_TEST_FOLDER_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/tmp.h"

static char folder[64];

static void
folder_make(void)
{
	ck_assert(mkdtemp(tmp_pattern(folder, sizeof(folder))) != NULL);
}

static void
folder_remove(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

#endif
