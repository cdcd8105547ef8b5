/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guardian.c - waits for its one child. Stops and goes on with it, passes on what ends it, mends the terminal after a kill.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "console/guardian.h"
#include "console/term.h"

static volatile sig_atomic_t child;

static void
pass_on(int sig)
{
	if (child > 0)
		kill((pid_t)child, sig);
}

static void
set_handlers(void)
{
	static const int passed[] = { SIGHUP, SIGTERM, SIGWINCH };
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGPIPE };
	struct sigaction sa = { .sa_handler = pass_on };

	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (passed[i] != SIGWINCH) /* the kernel tells the whole group */
			sigaction(passed[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		sigaction(ignored[i], &sa, NULL);
}

/* A child that was stopped stops the parent too, so that the shell sees it; going on wakes it. */
static int
wait_for(pid_t pid)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (!WIFSTOPPED(status))
			return status;
		raise(SIGSTOP);
		kill(pid, SIGCONT);
	}
}

void
guardian_start(void)
{
	struct termios before;
	bool has_modes = tcgetattr(STDIN_FILENO, &before) == 0;
	pid_t parent = getpid(), pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return; /* without a guardian rather than not at all */
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(1);
		return;
	}
	child = pid;
	set_handlers();
	status = wait_for(pid);
	if (status >= 0 && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	term_emergency(STDOUT_FILENO, has_modes ? &before : NULL);
	fprintf(stderr,
	    "\nchisan: the console ended by signal %d; the terminal is put right. chisand is not touched by this.\n",
	    status >= 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	_exit(1);
}
