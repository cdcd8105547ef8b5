/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_power.c - the power goes at steps of a short life of chisan-store: what the kernel had not written is lost in whole, in part, or
 * torn. All that was answered must be there, the chain must hold, work must go on. CHISAN_SWEEP=all: every step in every way.
 */
#include "config.h"

#include <sys/stat.h>

#include "tests/fault/disk.h"
#include "tests/fault/powercut.h"
#include "tests/fault/store_life.h"

#define SPREAD 60 /* cuts in a short run; two of three at names and syncs, where promises are made */

static char top[96], site[128], after[128],
    log_file[128]; /* below data: what is watched, DATA in it, the disk after the cut, the log */

static void
name_folders(void)
{
	str_printf(top, sizeof(top), "%s/top", data);
	str_printf(site, sizeof(site), "%s/data", top);
	str_printf(after, sizeof(after), "%s/after", data);
	str_printf(log_file, sizeof(log_file), "%s/log", data);
}

static void
must(bool is, int line, const char *what)
{
	if (!is)
		sp_die(__FILE__, line, what, &sp);
}
#define MUST(cond) must((cond), __LINE__, #cond)

static void
start_watched(size_t step)
{
	char preload[1100], root[140], log[160], at[64];
	const char *const before[] = { "env", preload, root, log, at, NULL };
	const char *build = getenv("top_builddir");

	str_printf(preload, sizeof(preload), "LD_PRELOAD=%s/tests/fault/powercut.so", build != NULL ? build : ".");
	str_printf(root, sizeof(root), POWERCUT_ROOT "=%s", top);
	str_printf(log, sizeof(log), POWERCUT_LOG "=%s", log_file);
	str_printf(at, sizeof(at), POWERCUT_AT "=%zu", step);
	sp_start(&sp, site, before);
}

/*
 * One life, ended before that step; 0 = not before its end. is_killed: the process alone ended there, and the power goes when the next
 * one has just said that it is ready: what it found in the log of its database, the disk need not have. What was written down of it.
 */
static struct disk *
live_until(size_t step, bool is_killed)
{
	struct disk *d;

	MUST(mkdir(top, 0700) == 0 && mkdir(after, 0700) == 0);
	sp_init(&sp);
	start_watched(step);
	life();
	if (step == 0)
		MUST(!sp.has_ended && sp_all_answered(&sp) && sp_stop(&sp) == 0);
	else
		(void)sp_stop(&sp);
	if (is_killed) {
		start_watched(0);
		sp_site(&sp, BOOT);
		SP_MUST(&sp, 10000, sp.ready > 0);
		(void)sp_kill(&sp);
	}
	d = disk_read(log_file, top, is_killed);
	MUST(d != NULL);
	return d;
}

/* A log that misses something proves nothing: played whole it must give what the kernel has. The index of SQLite's log is memory. */
static void
check_log(struct disk *d)
{
	int status = 1;
	pid_t pid;

	MUST(disk_make(d, DISK_WHOLE, 0, after));
	pid = fork();
	if (pid == 0) {
		execlp("diff", "diff", "-r", "-x", "*-shm", top, after, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	MUST(status == 0);
}

/* What acts that were answered must have left. With one that is under way both are right. */
static const char *const *
expected_states(void)
{
	static const char *const one[] = { "A=one", NULL }, *const two[] = { "A=two", NULL };
	unsigned sent = 0, answered = 0;

	for (uint32_t i = 0; i < sp.count; i++) {
		sent += sp.entries[i].is_act;
		answered += sp.entries[i].is_act && sp.entries[i].seq != 0;
	}
	return answered >= 2 ? two : answered == 1 && sent == 1 ? one : NULL;
}

/* Started on what the disk has, and again, with more work. In a process and a folder of its own. */
static void
try(size_t step, enum disk_way way, bool is_killed)
{
	static const char *const states[] = { "A=three", "COUNTER=3", NULL };
	struct disk *d = live_until(step, is_killed);
	char folder[160];
	uint64_t newest;

	MUST(disk_make(d, way, step, after));
	disk_free(d);
	str_printf(folder, sizeof(folder), "%s/data", after);
	if (sp.ready > 0)
		sp_check(&sp, folder, expected_states());
	newest = sp.newest;
	sp_begin(&sp, folder, BOOT);
	SP_MUST(&sp, 10000, sp_all_answered(&sp));
	MUST(sp.seen[STORE_RENEWED] == 0);
	sp_act(&sp, "after the cut", "A=three");
	sp_state(&sp, "COUNTER", "3");
	sp_batch(&sp);
	SP_MUST(&sp, 10000, sp_all_answered(&sp));
	MUST(sp.newest > newest);
	MUST(sp_stop(&sp) == 0);
	sp_check(&sp, folder, states);
	sp_free(&sp);
}

static void
try_alone(size_t step, enum disk_way way, bool is_killed)
{
	static const char *const words[] = { "whole", "bare", "names", "bytes", "torn" };
	int status = 1;
	pid_t pid;

	if (!make_folder())
		_exit(1);
	name_folders();
	pid = fork();
	if (pid == 0) {
		try(step, way, is_killed);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		fprintf(stderr, "%s before step %zu, %s\n", is_killed ? "killed" : "cut", step, words[way]);
	sweep_folder();
	_exit(status == 0 ? 0 : 1);
}

static bool
try_beside(size_t step, enum disk_way way, bool is_killed, unsigned *running)
{
	bool is_good = wait_below(running, AT_ONCE);
	pid_t pid = is_good ? fork() : -1;

	if (pid == 0)
		try_alone(step, way, is_killed);
	*running += pid > 0;
	return pid > 0;
}

static bool
try_ways(size_t step, bool is_all, bool is_killed, unsigned *cuts, unsigned *running)
{
	const unsigned ways = DISK_WAY_COUNT - DISK_BARE;
	bool is_good = true;

	for (unsigned k = 0; is_good && k < (is_all ? ways : 1); k++)
		is_good = try_beside(step, DISK_BARE + (*cuts)++ % ways, is_killed, running);
	return is_good;
}

/* Is the nth of so many one of a spread? */
static bool
is_picked(size_t n, size_t of, size_t spread)
{
	return n * spread / of != (n + 1) * spread / of;
}

/* Each way in turn; all of them if every step is tried. The cut is before the step that follows: what it promised has been told. */
static bool
cut_at_steps(const struct disk *d, bool is_all, unsigned *cuts)
{
	size_t count[2] = { 0, 0 }, seen[2] = { 0, 0 };
	unsigned running = 0;
	bool is_good = true;

	for (size_t i = 0; i < disk_steps(d); i++)
		count[disk_is_write(d, i)]++;
	for (size_t i = 0; is_good && i < disk_steps(d); i++) {
		bool is = disk_is_write(d, i);

		if (is_all || is_picked(seen[is]++, count[is], is ? SPREAD / 3 : SPREAD - SPREAD / 3))
			is_good = try_ways(i + 2, is_all, false, cuts, &running);
	}
	return wait_below(&running, 1) && is_good;
}

/* The process ends just before a sync, when most is in the kernel alone. */
static bool
kill_before_syncs(const struct disk *d, bool is_all, unsigned *cuts)
{
	size_t count = 0, seen = 0;
	unsigned running = 0;
	bool is_good = true;

	for (size_t i = 0; i < disk_steps(d); i++)
		count += disk_is_sync(d, i);
	for (size_t i = 0; is_good && i < disk_steps(d); i++)
		if (disk_is_sync(d, i) && (is_picked(seen++, count, SPREAD / 3) || is_all))
			is_good = try_ways(i + 1, is_all, true, cuts, &running);
	return wait_below(&running, 1) && is_good;
}

int
main(void)
{
	const char *wish = getenv("CHISAN_SWEEP");
	bool is_all = wish != NULL && strcmp(wish, "all") == 0;
	struct disk *d;
	unsigned cuts = 0;
	bool is_good;

#if defined(CHISAN_SANITIZED) || defined(CHISAN_COVERAGE)
	return SKIP; /* their own libraries come first and write files too */
#endif
	if (!make_folder())
		return 1;
	name_folders();
	d = live_until(0, false);
	check_log(d);
	sp_free(&sp);
	sweep_folder();
	is_good = cut_at_steps(d, is_all, &cuts) && kill_before_syncs(d, is_all, &cuts);
	printf("%u cuts of %zu steps%s\n", cuts, disk_steps(d), is_good ? "" : ", one of them not survived");
	disk_free(d);
	return is_good ? 0 : 1;
}
