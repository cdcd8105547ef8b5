/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scripts.h - a folder with small shell programs in place of helpers, for tests of those who start them.
 */
#ifndef CHISAN_SCRIPTS_H
#define CHISAN_SCRIPTS_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/str.h"

static char scripts_folder[64];

static inline void
scripts_write(const char *name, const void *data, size_t len, unsigned mode)
{
	char path[128];
	int fd;

	str_printf(path, sizeof(path), "%s/%s", scripts_folder, name);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
	ck_assert_int_eq(chmod(path, (mode_t)mode), 0);
}

static inline void
scripts_add(const char *name, const char *body)
{
	char text[2048];

	str_printf(text, sizeof(text), "#!/bin/sh\ncd %s || exit 9\n%s\n", scripts_folder, body);
	scripts_write(name, text, strlen(text), 0755);
}

static inline bool
scripts_holds(const char *name, const char *text)
{
	char path[128], got[2048];
	ssize_t n = 0;
	int fd;

	str_printf(path, sizeof(path), "%s/%s", scripts_folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, got, sizeof(got) - 1);
		close(fd);
	}
	got[n > 0 ? n : 0] = '\0';
	return strcmp(got, text) == 0;
}

static inline void
scripts_setup(void)
{
	str_copy(scripts_folder, sizeof(scripts_folder), "/tmp/t_scripts.XXXXXX");
	ck_assert(mkdtemp(scripts_folder) != NULL);
	setenv("CHISAN_LIBEXECDIR", scripts_folder, 1);
}

static inline void
scripts_teardown(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", scripts_folder, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

#endif
