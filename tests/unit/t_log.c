/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_log.c - what reaches stderr, and what is dropped instead of waiting.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

static int saved_stderr, reader;
static char got[70000];

/* Puts one end of a pipe or of a socket in place of stderr. */
static void
begin(bool is_socket, int verbosity)
{
	int fd[2];

	ck_assert_int_eq(is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fd) : pipe(fd), 0);
	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(fd[1], STDERR_FILENO), 0);
	close(fd[1]);
	reader = fd[0];
	ck_assert_int_eq(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
	log_init("t_log", verbosity);
}

static const char *
drain(void)
{
	ssize_t n;
	size_t used = 0;
	while (used < sizeof(got) - 1 && (n = read(reader, got + used, sizeof(got) - 1 - used)) > 0)
		used += (size_t)n;
	got[used] = '\0';
	return got;
}

static void
end(void)
{
	ck_assert_int_ge(dup2(saved_stderr, STDERR_FILENO), 0);
	close(saved_stderr);
	close(reader);
	log_init("t_log", 0);
}

START_TEST(lines_begin_with_the_name_and_say_how_grave_they_are)
{
	begin(_i == 1, 0);
	log_notice("started with %d points", 389);
	log_warn("slow");
	log_error("gone");
	log_info("not shown");
	log_debug("not shown");
	drain();
	end();
	ck_assert_str_eq(got, "t_log: started with 389 points\nt_log: warning: slow\nt_log: error: gone\n");
}
END_TEST

START_TEST(verbosity_shows_more)
{
	begin(false, 1);
	log_info("one");
	log_debug("two");
	log_init("t_log", 2);
	log_debug("three");
	drain();
	end();
	ck_assert_str_eq(got, "t_log: one\nt_log: three\n");
}
END_TEST

START_TEST(text_from_outside_cannot_forge_a_line)
{
	begin(false, 0);
	log_notice("device %s", "x\nt_log: error: forged\x1B[2J");
	drain();
	end();
	ck_assert_str_eq(got, "t_log: device x\xEF\xBF\xBDt_log: error: forged\xEF\xBF\xBD[2J\n");
}
END_TEST

START_TEST(long_lines_are_cut_to_one)
{
	char text[5000];
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	begin(false, 0);
	log_notice("%s", text);
	drain();
	end();
	ck_assert_uint_lt(strlen(got), 2100);
	ck_assert_int_eq(got[strlen(got) - 1], '\n');
	ck_assert(strchr(got, '\n') == got + strlen(got) - 1);
}
END_TEST

START_TEST(a_change_is_said_once)
{
	enum err last = OK;
	begin(false, 0);
	ck_assert(!log_once(&last, OK, "up"));
	ck_assert(log_once(&last, ERR_TIMEOUT, "down"));
	ck_assert(!log_once(&last, ERR_TIMEOUT, "down"));
	ck_assert(log_once(&last, ERR_RESET, "reset"));
	ck_assert(log_once(&last, OK, "up"));
	drain();
	end();
	ck_assert_str_eq(got, "t_log: warning: down\nt_log: warning: reset\nt_log: up\n");
}
END_TEST

START_TEST(a_full_pipe_loses_lines_and_never_waits)
{
	begin(_i == 1, 0);
	for (int i = 0; i < 20000; i++)
		log_notice("line %d of many that nobody reads", i);
	drain();
	log_notice("again");
	char first[sizeof(got)];
	memcpy(first, got, sizeof(got));
	drain();
	end();
	unsigned long kept = 0, lost = 0;
	for (const char *s = first; (s = strchr(s, '\n')) != NULL; s++)
		kept++;
	ck_assert_int_eq(sscanf(got, "t_log: warning: %lu lines were lost", &lost), 1);
	ck_assert(strstr(got, "t_log: again\n") != NULL);
	ck_assert_uint_gt(kept, 10);
	/* All that did not arrive were counted; a socket may tear the line at its end. */
	ck_assert_uint_ge(kept + lost + 1, 20000);
	ck_assert_uint_le(kept + lost, 20001);
}
END_TEST

START_TEST(the_flags_of_a_shared_stderr_stay)
{
	begin(false, 0);
	log_notice("x");
	int flags = fcntl(STDERR_FILENO, F_GETFL);
	end();
	ck_assert_int_eq(flags & O_NONBLOCK, 0);
}
END_TEST

START_TEST(under_the_journal_lines_carry_their_priority)
{
	struct stat st;
	char stream[64];

	begin(true, 0);
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init("t_log", 0);
	log_warn("slow");
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_init("t_log", 0);
	log_warn("slow");
	unsetenv("JOURNAL_STREAM");
	drain();
	end();
	ck_assert_str_eq(got, "<4>warning: slow\nt_log: warning: slow\n");
}
END_TEST

START_TEST(fatal_ends_with_1)
{
	int status;
	begin(false, 0);
	pid_t pid = fork();
	if (pid == 0)
		log_fatal("cannot start");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	drain();
	end();
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	ck_assert_str_eq(got, "t_log: error: cannot start\n");
}
END_TEST

START_TEST(errno_survives)
{
	begin(false, 0);
	errno = 42;
	log_notice("x");
	int after = errno;
	end();
	ck_assert_int_eq(after, 42);
}
END_TEST

T_MAIN("log",
    T_LOOP(lines_begin_with_the_name_and_say_how_grave_they_are, 0, 2) T(verbosity_shows_more)
        T(text_from_outside_cannot_forge_a_line) T(long_lines_are_cut_to_one) T(a_change_is_said_once)
            T_LOOP(a_full_pipe_loses_lines_and_never_waits, 0, 2) T(the_flags_of_a_shared_stderr_stay)
                T(under_the_journal_lines_carry_their_priority) T(fatal_ends_with_1) T(errno_survives))
