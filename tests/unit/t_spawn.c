/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_spawn.c - what a helper finds when it starts: one descriptor, clean signals, and nobody to outlive.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "scada/base/spawn.h"
#include "tests/unit/t.h"

#include "tests/unit/scripts.h"

/* All that the helper says on its pipe. */
static void
hear(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		ck_assert_int_eq(poll(&p, 1, 20000), 1);
		n = read(fd, buf + len, size - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
}

static int
run(const char *body, const char *const argv[], char *said, size_t size)
{
	pid_t pid;
	int fd, status;

	scripts_add("chisan-test", body);
	ck_assert_int_eq(spawn_start("chisan-test", argv, &pid, &fd), OK);
	hear(fd, said, size);
	close(fd);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(a_helper_gets_its_arguments_and_the_pipe)
{
	const char *argv[] = { "one", "two words", NULL };
	char said[256];

	ck_assert_int_eq(run("echo \"$#:$1:$2\" >&3", argv, said, sizeof(said)), 0);
	ck_assert_str_eq(said, "2:one:two words\n");
}
END_TEST

START_TEST(nothing_else_is_inherited)
{
	char said[1024];
	int extra = open("/dev/null", O_RDONLY), high = fcntl(extra, F_DUPFD, 200);
	unsigned lines = 0;

	ck_assert_int_ge(high, 200);
	run("exec ls -l /proc/self/fd >&3", NULL, said, sizeof(said));
	ck_assert(strstr(said, " 0 -> /dev/null\n") != NULL);
	ck_assert(strstr(said, " 3 -> socket:") != NULL);
	ck_assert(strstr(said, " 200 -> ") == NULL);
	/* 0 to 3, and the folder that is being listed */
	for (const char *at = said; (at = strstr(at, " -> ")) != NULL; at++)
		lines++;
	ck_assert_msg(lines == 5, "inherited: %s", said);
	close(extra);
	close(high);
}
END_TEST

START_TEST(signals_are_as_for_a_new_program)
{
	char said[512];
	sigset_t all;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	run("grep -E '^Sig(Blk|Ign)' /proc/self/status >&3", NULL, said, sizeof(said));
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	ck_assert_msg(strstr(said, "SigBlk:\t0000000000000000") != NULL, "%s", said);
	/* 32 and 33 belong to the C library: no program can set them, whoever started us may have left them ignored */
	const char *ignored = strstr(said, "SigIgn:\t");
	ck_assert_ptr_nonnull(ignored);
	unsigned long long mask = strtoull(ignored + strlen("SigIgn:\t"), NULL, 16);
	ck_assert_msg((mask & ~(3ULL << 31)) == 0, "%s", said);
}
END_TEST

START_TEST(a_program_that_is_not_there_is_not_found)
{
	char path[256];
	pid_t pid;
	int fd;

	ck_assert_int_eq(spawn_start("chisan-nothing", NULL, &pid, &fd), ERR_NOT_FOUND);
	ck_assert(!spawn_find("chisan-nothing", path, sizeof(path)));
	scripts_write("chisan-plain", "x", 1, 0644); /* no program */
	ck_assert(geteuid() == 0 || !spawn_find("chisan-plain", path, sizeof(path)));
	ck_assert(!spawn_find("", path, sizeof(path)));
}
END_TEST

START_TEST(the_first_folder_that_has_it_wins)
{
	char folders[256], path[256], want[256];

	scripts_add("chisan-test", "exit 0");
	str_printf(folders, sizeof(folders), "/nonexistent::%s:/tmp", scripts_folder);
	setenv("CHISAN_LIBEXECDIR", folders, 1);
	ck_assert(spawn_find("chisan-test", path, sizeof(path)));
	str_printf(want, sizeof(want), "%s/chisan-test", scripts_folder);
	ck_assert_str_eq(path, want);
}
END_TEST

START_TEST(what_cannot_be_executed_ends_at_once)
{
	char said[16], text[128];
	pid_t pid;
	int fd, status;

	scripts_write("chisan-test",
	    "\x7f"
	    "ELF nonsense",
	    13, 0755);
	ck_assert_int_eq(spawn_start("chisan-test", NULL, &pid, &fd), OK);
	hear(fd, said, sizeof(said));
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_str_eq(spawn_status_text(text, sizeof(text), status), "could not be started");
	close(fd);
}
END_TEST

START_TEST(the_end_of_a_helper_is_told_in_words)
{
	char said[16], text[128];
	int status = run("exit 3", NULL, said, sizeof(said));

	ck_assert_str_eq(spawn_status_text(text, sizeof(text), status), "exited with 3");
	status = run("kill -SEGV $$", NULL, said, sizeof(said));
	ck_assert_str_eq(spawn_status_text(text, sizeof(text), status), "killed by signal 11 (Segmentation fault)");
}
END_TEST

START_TEST(a_helper_dies_with_its_parent)
{
	int pipe_fd[2];
	pid_t middle;
	char c;
	struct pollfd p;

	scripts_add("chisan-test", "exec sleep 100");
	ck_assert_int_eq(pipe(pipe_fd), 0);
	middle = fork();
	if (middle == 0) {
		pid_t pid;
		int fd,
		    keep = dup2(
		        pipe_fd[1], STDERR_FILENO); /* the helper inherits it, and holds the pipe open while it lives */

		close(pipe_fd[1]);
		_exit(keep >= 0 && spawn_start("chisan-test", NULL, &pid, &fd) == OK ? 0 : 1);
	}
	close(pipe_fd[1]);
	ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
	p = (struct pollfd){ .fd = pipe_fd[0], .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 20000), 1);
	ck_assert_int_eq(read(pipe_fd[0], &c, 1), 0);
}
END_TEST

T_MAIN("spawn",
    T_FIXTURE(scripts_setup, scripts_teardown) T(a_helper_gets_its_arguments_and_the_pipe) T(nothing_else_is_inherited)
        T(signals_are_as_for_a_new_program) T(a_program_that_is_not_there_is_not_found)
            T(the_first_folder_that_has_it_wins) T(what_cannot_be_executed_ends_at_once)
                T(the_end_of_a_helper_is_told_in_words) T(a_helper_dies_with_its_parent))
