/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn.c - fork and exec of a helper, with a clean table of descriptors and signals.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"

#define ARGUMENTS_MAX 32

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool
spawn_find(const char *program, char *path, size_t size)
{
	const char *folders = secure_getenv("CHISAN_LIBEXECDIR");

	while (folders != NULL && *folders != '\0') {
		size_t len = strcspn(folders, ":");

		if (len > 0 && str_printf(path, size, "%.*s/%s", (int)len, folders, program) && is_program(path))
			return true;
		folders += len + (folders[len] == ':');
	}
	return str_printf(path, size, "%s/%s", PKGLIBEXECDIR, program) && is_program(path);
}

/* In the child, after fork: only calls that are safe there. */
static void
become_helper(const char *path, char *const argv[], int fd, int null, pid_t parent)
{
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(127);
	(void)setpgid(0, 0); /* Ctrl-C at the terminal is for the parent, who stops its helpers in order */
	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
	/* dup2 onto itself would keep close-on-exec */
	if (fd == SPAWN_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, SPAWN_FD) < 0)
		_exit(127);
	(void)close_range(SPAWN_FD + 1, ~0U, 0);
	execv(path, argv);
	_exit(127);
}

enum err
spawn_start(const char *program, const char *const argv[], pid_t *pid, int *fd)
{
	char path[4096], *args[ARGUMENTS_MAX + 2];
	int pair[2] = { -1, -1 }, null = -1;
	pid_t parent = getpid();
	size_t n = 0;
	enum err e = ERR_FAILED;

	if (!spawn_find(program, path, sizeof(path)))
		return ERR_NOT_FOUND;
	args[n++] = xstrdup(program);
	for (size_t i = 0; argv != NULL && argv[i] != NULL && i < ARGUMENTS_MAX; i++)
		args[n++] = xstrdup(argv[i]);
	args[n] = NULL;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* above descriptor 3, so that dup2 in the child cannot overwrite one with another */
	if (null >= 0 && null <= SPAWN_FD) {
		int high = fcntl(null, F_DUPFD_CLOEXEC, SPAWN_FD + 1);

		close(null);
		null = high;
	}
	if (null < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		goto done;
	*pid = fork();
	if (*pid < 0)
		goto done;
	if (*pid == 0)
		become_helper(path, args, pair[1], null, parent);
	(void)fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
	*fd = pair[0];
	pair[0] = -1;
	e = OK;
done:
	if (null >= 0)
		close(null);
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
	for (size_t i = 0; i < n; i++)
		free(args[i]);
	return e;
}

bool
spawn_has_pipe(void)
{
	struct stat st;

	return fstat(SPAWN_FD, &st) == 0 && S_ISSOCK(st.st_mode);
}

char *
spawn_status_text(char *buf, size_t size, int status)
{
	if (WIFSIGNALED(status)) {
		int s = WTERMSIG(status);
		const char *name = sigdescr_np(s);

		str_printf(buf, size, "killed by signal %d (%s)", s, name == NULL ? "unknown" : name);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		str_printf(buf, size, "could not be started");
	} else {
		str_printf(buf, size, "exited with %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	}
	return buf;
}
