/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_fault.c - chisan-store on storage that fails as a disk and a file system do: full, input and output errors, read-only, slow.
 * It tells so, loses nothing that it answered, and goes on by itself.  argv: names of cases; none = all.
 */
#include "config.h"

#include "tests/fault/store_cases.h"

static void
small_disk(const char *size)
{
	char options[64];

	str_printf(options, sizeof(options), "size=%s,mode=0750", size);
	MUST(mount("tmpfs", data, "tmpfs", 0, options) == 0);
}

/* Nothing more fits. */
static void
fill(void)
{
	char path[128], block[4096] = { 1 };
	int fd;

	str_printf(path, sizeof(path), "%s/filler", data);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	MUST(fd >= 0);
	while (write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
		;
	close(fd);
}

static void
make_space(void)
{
	char path[128];

	str_printf(path, sizeof(path), "%s/filler", data);
	MUST(unlink(path) == 0);
}

/* ---- full */

static void
a_full_disk_waits_and_goes_on(void)
{
	small_disk("3m");
	start_with_work();
	fill();
	for (int i = 0; i < 20; i++) /* more than the log has room for in what it has already */
		sp_act(&sp,
		    "on a full disk, with a text that takes some room: ........................................",
		    "A=two");
	sp_batch(&sp);
	for (int i = 0; i < 300 && sp_all_answered(&sp); i++) {
		more_work();
		SP_UNTIL(&sp, 1000, sp_all_answered(&sp));
	}
	SP_MUST(&sp, 5000, sp.seen[STORE_FULL] > 0);
	MUST(!sp_all_answered(&sp));
	sp_ping(&sp);
	SP_MUST(&sp, 1000, sp.pongs == 1);
	make_space();
	SP_MUST(&sp, 3000, sp_all_answered(&sp));
	MUST(sp.ready == 1); /* never closed: nothing had to be sent again */
	SP_MUST(&sp, 2000, sp.health == STORE_WELL);
	stop();
	sp_check(&sp, data, states);
}

/* The site is loaded anew while nothing can be written: its numbers wait for space too, and then all goes on. */
static void
a_new_site_on_a_full_disk_waits_and_goes_on(void)
{
	small_disk("3m");
	start_with_work();
	fill();
	for (int i = 0; i < 300 && sp.seen[STORE_FULL] == 0; i++) {
		more_work();
		SP_UNTIL(&sp, 1500, sp_all_answered(&sp));
	}
	MUST(sp.seen[STORE_FULL] > 0);
	sp_site(&sp, BOOT);
	sp_ping(&sp);
	SP_MUST(&sp, 2000, sp.pongs == 1);
	make_space();
	SP_MUST(&sp, 15000, sp.ready == 2 && sp_all_answered(&sp));
	SP_MUST(&sp, 2000, sp.health == STORE_WELL);
	stop();
	sp_check(&sp, data, NULL);
}

/* After a crash, with a log that holds what was committed last. */
static void
what_was_saved_is_told_though_the_disk_is_full(void)
{
	small_disk("3m");
	start_with_work();
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	(void)sp_kill(&sp);
	fill();
	sp_start(&sp, data, NULL);
	sp_site(&sp, BOOT);
	SP_MUST(&sp, 5000, sp.ready == 1 && sp.seen[STORE_FULL] > 0);
	MUST(strcmp(sp.state_text, "0 A two;3 COUNTER 7;") == 0);
	sp_act(&sp, "on a full disk", "A=three"); /* what comes now waits for the real one */
	sp_batch(&sp);
	make_space();
	SP_MUST(&sp, 12000, sp.ready == 2 && sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, NULL);
}

static void
a_disk_that_is_full_at_the_start_waits_too(void)
{
	small_disk("2m");
	fill();
	sp_start(&sp, data, NULL);
	sp_site(&sp, BOOT);
	SP_MUST(&sp, 5000, sp.seen[STORE_FULL] > 0 || sp.has_ended);
	make_space();
	if (sp.has_ended) { /* not even folders could be made: chisand starts it again */
		(void)sp_stop(&sp);
		sp_start(&sp, data, NULL);
		sp_site(&sp, BOOT);
	}
	SP_MUST(&sp, 12000, sp.ready == 1);
	some_work();
	stop();
	sp_check(&sp, data, NULL);
}

/* ---- input and output errors */

static void
start_with(const char *injection)
{
	char word[128];
	const char *const before[] = { "strace", "-f", "-qq", "-o", "/dev/null", "-e", word, NULL };

	str_printf(word, sizeof(word), "inject=%s", injection);
	sp_start(&sp, data, before);
	sp_site(&sp, BOOT);
}

/* At whatever step it strikes, at the start or in the middle of work. */
static void
error_of(const char *call, unsigned when, unsigned length)
{
	char injection[96];

	str_printf(injection, sizeof(injection), "%s:error=EIO:when=%u..%u", call, when, when + length - 1);
	start_with(injection);
	SP_MUST(&sp, 25000, sp.ready > 0);
	for (int n = 0; n < 4; n++) {
		some_work();
		SP_MUST(&sp, 25000, sp_all_answered(&sp));
	}
	more_work();
	SP_MUST(&sp, 25000, sp_all_answered(&sp));
	MUST(sp.seen[STORE_RENEWED] == 0);
	MUST(sp.seen[STORE_FAILING] > 0);
	stop();
	sp_check(&sp, data, states);
	MUST(sp.jumps == 0);
}

static const unsigned syncs[] = { 1, 4, 7, 9 }, writes[] = { 2, 40, 70 },
                      reads[] = { 4, 12 }; /* the first are the loader's */

static void
a_failed_sync_is_not_simply_tried_again(void)
{
	error_of("fdatasync", syncs[step], 1);
}

static void
a_failed_write_opens_anew(void)
{
	error_of("pwrite64", writes[step], 2);
}

static void
a_failed_read_opens_anew(void)
{
	error_of("pread64", reads[step], 3);
}

static void
a_disk_that_stalls_is_slow_and_no_more(void)
{
	start_with("fdatasync:delay_enter=5s:when=15"); /* of a commit */
	SP_MUST(&sp, 4000, sp.ready == 1);
	for (int i = 0; i < 4; i++) {
		more_work();
		SP_MUST(&sp, 15000, sp_all_answered(&sp));
	}
	SP_MUST(&sp, 5000, sp.seen[STORE_SLOW] > 0);
	MUST(sp.ready == 1 && sp.seen[STORE_FAILING] == 0);
	stop();
	sp_check(&sp, data, NULL);
}

/* ---- read-only */

static void
a_file_system_that_turns_read_only_is_waited_for(void)
{
	small_disk("4m");
	start_with_work();
	stop();
	MUST(mount(NULL, data, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	sp_start(&sp, data, NULL);
	sp_site(&sp, BOOT);
	SP_MUST(&sp, 5000, sp.seen[STORE_READ_ONLY] > 0 && sp.ready == 1);
	MUST(strcmp(sp.state_text, "0 A one;3 COUNTER 7;") == 0); /* it can be read */
	MUST(mount(NULL, data, NULL, MS_REMOUNT, NULL) == 0);
	SP_MUST(&sp, 12000, sp.ready == 2);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp) && sp.health == STORE_WELL);
	stop();
	sp_check(&sp, data, states);
}

/* those first that take longest */
CASES(CASE_STEPS(TRACES, a_failed_write_opens_anew, ARRAY_LEN(writes)),
    CASE_STEPS(TRACES, a_failed_read_opens_anew, ARRAY_LEN(reads)),
    CASE(TRACES, a_disk_that_stalls_is_slow_and_no_more),
    CASE_STEPS(TRACES, a_failed_sync_is_not_simply_tried_again, ARRAY_LEN(syncs)),
    CASE(MOUNTS, a_full_disk_waits_and_goes_on), CASE(MOUNTS, a_new_site_on_a_full_disk_waits_and_goes_on),
    CASE(MOUNTS, what_was_saved_is_told_though_the_disk_is_full),
    CASE(MOUNTS, a_disk_that_is_full_at_the_start_waits_too),
    CASE(MOUNTS, a_file_system_that_turns_read_only_is_waited_for))
