/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_sandbox.c - what a process can still do after it gave up the rest.  Each case runs in a child of its own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/sandbox.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

static const char *const tmp_only[] = { "/tmp", NULL };

static int
child(unsigned may, const char *const folders[], int (*act)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(sandbox_enter(may, folders) == OK ? act() : 100);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "a refused call killed the process");
	return WEXITSTATUS(status);
}

static bool
is_off(void)
{
#if defined(CHISAN_SANITIZED) || defined(CHISAN_COVERAGE)
	return true;
#else
	const char *wish = getenv("CHISAN_SANDBOX");

	return wish != NULL && strcmp(wish, "off") == 0;
#endif
}

static int
opens_passwd(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	return fd >= 0 ? 0 : errno;
}

static int
opens_tmp(void)
{
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	return fd >= 0 ? 0 : errno;
}

static int
writes_tmp(void)
{
	int fd = open("/tmp/t_sandbox.written", O_WRONLY | O_CREAT, 0600);

	return fd >= 0 ? 0 : errno;
}

static int
makes_tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : errno;
}

static int
makes_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : errno;
}

static int
makes_datagram_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0 ? 0 : errno;
}

static int
forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 ? 0 : errno;
}

static int
executes(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
maps_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED ? 0 : errno;
}

static int
raises_a_limit(void)
{
	struct rlimit r = { 100, 100 };

	return setrlimit(RLIMIT_NOFILE, &r) == 0 ? 0 : errno;
}

/* What every helper needs: memory, clocks, its descriptors. */
static int
works(void)
{
	int pair[2];
	char *p = calloc(1, 50u << 20);
	char c = 1;

	if (p == NULL || clock_mono().us == 0 || clock_utc().us == 0)
		return 1;
	memset(p, 1, 50u << 20);
	free(p);
	if (pipe(pair) != 0 || write(pair[1], &c, 1) != 1 || read(pair[0], &c, 1) != 1)
		return 2;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return 3; /* prctl itself is refused by now */
	return 0;
}

START_TEST(what_a_helper_needs_still_works)
{
	ck_assert_int_eq(child(0, NULL, works), is_off() ? works() : 0);
}
END_TEST

struct expectation {
	unsigned may;
	int (*act)(void);
	int want; /* errno; 0 = it works */
};
static const struct expectation expectations[] = {
	{ 0, opens_passwd, EPERM },
	{ 0, makes_tcp_socket, EPERM },
	{ 0, makes_unix_socket, EPERM },
	{ 0, forks, EPERM },
	{ 0, executes, EPERM },
	{ 0, maps_code, EPERM },
	{ 0, raises_a_limit, EPERM },
	{ SANDBOX_READ_FILES, opens_tmp, 0 },
	{ SANDBOX_READ_FILES, writes_tmp, EPERM },
	{ SANDBOX_READ_FILES, makes_tcp_socket, EPERM },
	{ SANDBOX_CONNECT, makes_tcp_socket, 0 },
	{ SANDBOX_CONNECT, makes_unix_socket, EPERM },
	{ SANDBOX_CONNECT, opens_passwd, EPERM },
	{ SANDBOX_LISTEN, makes_unix_socket, 0 },
	{ SANDBOX_SYSLOG, makes_datagram_socket, 0 },
	{ SANDBOX_SYSLOG, makes_unix_socket, EPERM },
	{ SANDBOX_SYSLOG, makes_tcp_socket, EPERM },
	{ 0, makes_datagram_socket, EPERM },
	{ SANDBOX_LISTEN, executes, EPERM },
	{ SANDBOX_SPAWN, executes, 0 },
	{ SANDBOX_SPAWN, forks, 0 },
};

START_TEST(what_was_given_up_is_refused)
{
	const struct expectation *e = &expectations[_i];

	if (is_off())
		return;
	ck_assert_int_eq(child(e->may, tmp_only, e->act), e->want);
}
END_TEST

START_TEST(files_outside_of_the_folders_are_refused_where_the_kernel_can)
{
	int outside;

	if (is_off())
		return;
	outside = child(SANDBOX_READ_FILES, tmp_only, opens_passwd);
	ck_assert(outside == EACCES || outside == 0); /* 0: a kernel without Landlock */
}
END_TEST

/* All that a database needs: made, cut, synced, locked, renamed, removed; nothing beside its folder, no folder, no program. */
static char folder[64];

static int
writes_files(void)
{
	char a[96], b[96];
	int fd;

	str_printf(a, sizeof(a), "%s/a", folder);
	str_printf(b, sizeof(b), "%s/b", folder);
	fd = open(a, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, "abc", 3) != 3 || ftruncate(fd, 1) != 0 || fsync(fd) != 0 || fdatasync(fd) != 0)
		return 1;
	if (flock(fd, LOCK_EX) != 0 || fchmod(fd, 0640) != 0 || rename(a, b) != 0 || unlink(b) != 0)
		return 2;
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
		return 3;
	if (mkdir(a, 0700) == 0 || symlink("/etc/passwd", a) == 0 || mknod(a, S_IFIFO | 0600, 0) == 0)
		return 4;
	return opens_passwd() == 0 ? 5 : writes_tmp() == 0 ? 6 : makes_unix_socket() == 0 ? 7 : executes() == 0 ? 8 : 0;
}

START_TEST(who_may_write_a_folder_can_keep_a_database_there_and_no_more)
{
	static const char pattern[] = "/tmp/chisan-test-XXXXXX";
	const char *const writes[] = { folder, NULL };
	pid_t pid;
	int status;

	if (is_off())
		return;
	memcpy(folder, pattern, sizeof(pattern));
	ck_assert(mkdtemp(folder) != NULL);
	pid = fork();
	if (pid == 0)
		_exit(sandbox_enter_files(SANDBOX_WRITE_FILES, NULL, writes) == OK ? writes_files() : 100);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) != 5) /* a kernel without Landlock reads all */
		ck_assert_int_eq(WEXITSTATUS(status), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(it_can_be_switched_off)
{
	setenv("CHISAN_SANDBOX", "off", 1);
	ck_assert_int_eq(child(0, NULL, opens_passwd), 0);
}
END_TEST

T_MAIN("sandbox",
    T(what_a_helper_needs_still_works) T_LOOP(what_was_given_up_is_refused, 0, 17)
        T(files_outside_of_the_folders_are_refused_where_the_kernel_can)
            T(who_may_write_a_folder_can_keep_a_database_there_and_no_more) T(it_can_be_switched_off))
