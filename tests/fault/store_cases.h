/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_cases.h - what the programs share that run chisan-store on bad storage: a folder, work for it, ways to break it, and the run of
 * all cases, each in a process of its own. The end of such a program is CASES(...). Everything is static.
 */
#ifndef CHISAN_STORE_CASES_H
#define CHISAN_STORE_CASES_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "tests/fault/storepipe.h"

#define BOOT    UINT64_C(0x4321)
#define SKIP    77
#define AT_ONCE 6 /* they wait most of the time */

static char data[64], file[128], wal[136];
static struct storepipe sp;
static unsigned step; /* of a case that is run in several, each in a folder of its own */

#define MUST(cond) \
	do { \
		if (!(cond)) \
			sp_die(__FILE__, __LINE__, #cond, &sp); \
	} while (0)

/* ---- means */

static int
run(const char *const argv[])
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (getenv("SP_VERBOSE") == NULL &&
		    (freopen("/dev/null", "w", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL))
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A world of mounts of our own, so that nothing stays behind. */
static bool
own_mounts(void)
{
	char map[64];
	int fd;
	uid_t uid = geteuid();

	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return false;
	fd = open("/proc/self/uid_map", O_WRONLY);
	str_printf(map, sizeof(map), "0 %u 1\n", uid);
	if (fd < 0 || write(fd, map, strlen(map)) != (ssize_t)strlen(map))
		return false;
	close(fd);
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void
some_work(void)
{
	sp_act(&sp, "an act", "A=one");
	sp_state(&sp, "COUNTER", "7");
	sp_batch(&sp);
	SP_MUST(&sp, 10000, sp_all_answered(&sp));
}

static void
start_with_work(void)
{
	sp_begin(&sp, data, BOOT);
	some_work();
}

static void
more_work(void)
{
	sp_act(&sp, "another act", "A=two");
	sp_batch(&sp);
}

static const char *const states[] = { "A=two", "COUNTER=7", NULL };

static void
stop(void)
{
	MUST(sp_stop(&sp) == 0);
}

/* ---- all of them */

enum needs { NOTHING, MOUNTS, TRACES };
struct fault_case {
	const char *name;
	void (*run)(void);
	enum needs needs;
	unsigned steps;
};
#define CASE_STEPS(needs, name, steps) \
	{ \
#name, name, needs, steps \
	}
#define CASE(needs, name) CASE_STEPS(needs, name, 1)

/* In a process of its own, so that one that fails does not hide the others. Its exit code is that of the case. */
static int
run_one(const struct fault_case *c)
{
	static const char pattern[] = "/tmp/chisan-test-XXXXXX";
	const char *const clear[] = { "rm", "-rf", data, NULL };
	int status = 0;
	pid_t pid;

	memcpy(data, pattern, sizeof(pattern));
	MUST(mkdtemp(data) != NULL);
	str_printf(file, sizeof(file), "%s/store/chisan.db", data);
	str_printf(wal, sizeof(wal), "%s-wal", file);
	pid = fork();
	if (pid == 0) {
		if (c->needs == MOUNTS && !own_mounts())
			_exit(SKIP);
		sp_init(&sp);
		c->run();
		sp_free(&sp);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	(void)run(clear);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	printf("%s: %s", status == SKIP ? "skip" : status == 0 ? "ok" : "FAILED", c->name);
	printf(c->steps > 1 ? ", step %u\n" : "\n", step);
	fflush(stdout);
	return status == SKIP ? 0 : status;
}

/* Waits for one to end. 1: it failed. */
static unsigned
reap(unsigned *running)
{
	int status = 0;

	if (wait(&status) <= 0)
		return 1;
	--*running;
	return status != 0;
}

static int
run_cases(const struct fault_case *cases, size_t count, int argc, char **argv)
{
	const char *const probe[] = { "strace", "-qq", "-o", "/dev/null", "true", NULL };
	bool can_trace = run(probe) == 0;
	unsigned failed = 0, running = 0;

	for (size_t i = 0; i < count; i++) {
		bool is_wanted = argc == 1;

		for (int k = 1; k < argc; k++)
			is_wanted = is_wanted || strstr(cases[i].name, argv[k]) != NULL;
		if (!is_wanted || (cases[i].needs == TRACES && !can_trace))
			continue;
		for (step = 0; step < cases[i].steps; step++) {
			pid_t pid;

			if (running == AT_ONCE)
				failed += reap(&running);
			pid = fork();
			if (pid == 0)
				_exit(run_one(&cases[i]));
			running += pid > 0;
			failed += pid < 0;
		}
	}
	while (running > 0)
		failed += reap(&running);
	return failed == 0 ? 0 : 1;
}

#define CASES(...) \
	int main(int argc, char **argv) \
	{ \
		static const struct fault_case cases[] = { __VA_ARGS__ }; \
		return run_cases(cases, ARRAY_LEN(cases), argc, argv); \
	}

#endif
