/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_kill.c - chisan-store is killed at each write, sync, truncate, unlink and rename of a short life; after each, all that it
 * had answered must be there, the chain must hold, and work must go on.  CHISAN_SWEEP=all: every one of them, else a spread.
 */
#include "config.h"

#include "tests/fault/store_life.h"

#define SPREAD 60 /* kills in a short run */

static const char *const calls[] = { "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "openat", "unlink",
	"rename", "mkdir", "close", "pread64" };
static char trace[128];

/* Not installed, or not allowed to trace. */
static bool
has_no_strace(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("strace", "strace", "-qq", "-o", "/dev/null", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status != 0;
}

/* How often each call is made in a life. */
static void
count_calls(unsigned count[ARRAY_LEN(calls)])
{
	const char *const before[] = { "strace", "-f", "-qq", "-o", trace, "-e", "trace=all", NULL };
	char line[4096];
	FILE *f;

	sp_start(&sp, data, before);
	life();
	if (sp.has_ended || sp_stop(&sp) != 0)
		sp_die(__FILE__, __LINE__, "a life without kills", &sp);
	memset(count, 0, sizeof(unsigned) * ARRAY_LEN(calls));
	f = fopen(trace, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		const char *p = strchr(line, ' '), *paren = strchr(line, '(');

		if (p == NULL || paren == NULL)
			continue;
		p += strspn(p, " ");
		for (size_t i = 0; i < ARRAY_LEN(calls); i++)
			count[i] +=
			    strlen(calls[i]) == (size_t)(paren - p) && strncmp(p, calls[i], strlen(calls[i])) == 0;
	}
	if (f != NULL)
		fclose(f);
	unlink(trace);
}

/* Killed at the nth call; then started again, and again, with more work. In a process and a folder of its own. */
static void
try(const char *call, unsigned n)
{
	char inject[128];
	const char *const before[] = { "strace", "-f", "-qq", "-o", "/dev/null", "-e", inject, NULL };
	static const char *const states[] = { "A=three", "COUNTER=3", NULL };
	uint64_t newest;

	if (!make_folder())
		_exit(1);
	str_printf(inject, sizeof(inject), "inject=%s:signal=KILL:when=%u", call, n);
	sp_init(&sp);
	sp_start(&sp, data, before);
	life();
	(void)sp_stop(&sp);
	if (sp.ready > 0)
		sp_check(&sp, data, NULL);
	newest = sp.newest;
	sp_begin(&sp, data, BOOT);
	SP_MUST(&sp, 10000, sp_all_answered(&sp));
	sp_act(&sp, "after the kill", "A=three");
	sp_state(&sp, "COUNTER", "3");
	sp_batch(&sp);
	SP_MUST(&sp, 10000, sp_all_answered(&sp));
	if (sp.newest <= newest)
		sp_die(__FILE__, __LINE__, "sequences rise", &sp);
	if (sp_stop(&sp) != 0)
		sp_die(__FILE__, __LINE__, "it ends well", &sp);
	sp_check(&sp, data, states);
	sp_free(&sp);
	sweep_folder();
}

static bool
try_beside(const char *call, unsigned n, unsigned *running)
{
	bool is_good = wait_below(running, AT_ONCE);
	pid_t pid = is_good ? fork() : -1;

	if (pid == 0) {
		try(call, n);
		_exit(0);
	}
	*running += pid > 0;
	return pid > 0;
}

int
main(void)
{
	const char *wish = getenv("CHISAN_SWEEP");
	bool is_all = wish != NULL && strcmp(wish, "all") == 0;
	bool is_good = true;
	unsigned count[ARRAY_LEN(calls)], total = 0, every, at = 0, kills = 0, running = 0;

	if (has_no_strace())
		return SKIP;
	if (!make_folder())
		return 1;
	str_printf(trace, sizeof(trace), "%s.trace", data);
	sp_init(&sp);
	count_calls(count);
	sp_free(&sp);
	sweep_folder();
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		total += count[i];
	every = is_all || total < SPREAD ? 1 : total / SPREAD + 1;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		for (unsigned n = 1; is_good && n <= count[i] + 1; n++)
			if (at++ % every == 0 || n == 1) {
				is_good = try_beside(calls[i], n, &running);
				kills++;
			}
	is_good = wait_below(&running, 1) && is_good;
	printf("%u kills at %u calls%s\n", kills, total, is_good ? "" : ", one of them not survived");
	return is_good ? 0 : 1;
}
