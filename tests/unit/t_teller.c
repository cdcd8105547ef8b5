/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_teller.c - the process that runs the site's program: arguments, input, exits, time-outs, and what the program can reach.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/notify/teller.h"
#include "tests/unit/t.h"

#define WAIT_MS 20000

static char folder[64], program[96], file[96];
static pid_t pid;
static int fd = -1;

static void
set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/t_teller.XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	str_printf(program, sizeof(program), "%s/tell me", folder); /* a blank: no shell comes between */
	str_printf(file, sizeof(file), "%s/out", folder);
}

static void
stop(void)
{
	if (fd < 0)
		return;
	close(fd);
	fd = -1;
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid); /* it ends when nothing runs any more */
}

static void
tear_down(void)
{
	stop();
	unlink(program);
	unlink(file);
	rmdir(folder);
}

/* A shell script as the site's program; OUT in it is the file. */
static void
begin(const char *script)
{
	FILE *f = fopen(program, "w");
	ck_assert(f != NULL);
	fprintf(f, "#!/bin/sh\nOUT='%s'\n%s\n", file, script);
	fclose(f);
	ck_assert_int_eq(chmod(program, 0700), 0);
	ck_assert_int_eq(teller_start(program, &pid, &fd), OK);
}

static struct teller_answer
answer(void)
{
	struct teller_answer a = { .id = 0 };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, WAIT_MS), 1);
	ck_assert_int_eq(teller_read(fd, &a), OK);
	return a;
}

static struct teller_answer
ask(const char *name, const char *address, const char *lines)
{
	ck_assert(teller_ask(fd, 7, 10 * US_PER_S, name, address, lines));
	struct teller_answer a = answer();
	ck_assert_uint_eq(a.id, 7);
	return a;
}

static const char *
written(void)
{
	static char text[200000];
	FILE *f = fopen(file, "r");
	size_t n = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;
	if (f != NULL)
		fclose(f);
	text[n] = '\0';
	return text;
}

START_TEST(name_and_address_are_arguments_and_lines_are_the_input)
{
	begin("{ printf '%s|' \"$#\" \"$@\"; cat; } >\"$OUT\"");
	struct teller_answer a = ask("night 1", "$(touch /tmp/x); 'a' \"b\"", "P1 A.H\nP2 B.H\n");
	ck_assert(a.is_ok);
	ck_assert_str_eq(written(), "2|night 1|$(touch /tmp/x); 'a' \"b\"|P1 A.H\nP2 B.H\n");
	a = ask("night 2", "", "x\n");
	ck_assert(a.is_ok);
	ck_assert_str_eq(written(), "1|night 2|x\n");
}
END_TEST

START_TEST(a_program_that_fails_says_how)
{
	begin("echo 'no line to the gateway' >&2; echo more; exit 3");
	struct teller_answer a = ask("night", "", "x\n");
	ck_assert(!a.is_ok);
	ck_assert_str_eq(a.words, "exited with 3: no line to the gateway");
}
END_TEST

START_TEST(what_it_prints_is_made_safe)
{
	begin("printf '\\033[31mred\\007\\n'; exit 1");
	struct teller_answer a = ask("night", "", "x\n");
	ck_assert(strchr(a.words, '\x1b') == NULL && strchr(a.words, '\a') == NULL);
	ck_assert(strstr(a.words, "red") != NULL);
}
END_TEST

START_TEST(a_program_that_is_not_there_fails)
{
	begin("exit 0");
	unlink(program);
	struct teller_answer a = ask("night", "", "x\n");
	ck_assert(!a.is_ok);
	ck_assert_str_eq(a.words, "could not be started");
}
END_TEST

START_TEST(one_that_hangs_is_ended_with_all_that_it_started)
{
	begin("sleep 1000 & echo $! >\"$OUT\"; echo \"waiting\"; trap '' TERM; while :; do sleep 1000; done");
	ck_assert(teller_ask(fd, 9, US_PER_S / 2, "night", "", "x\n"));
	struct teller_answer a = answer();
	ck_assert_uint_eq(a.id, 9);
	ck_assert(!a.is_ok);
	ck_assert_str_eq(a.words, "it took longer than 500ms: waiting");
	int64_t child;
	char text[32];
	str_copy(text, sizeof(text), written());
	text[strcspn(text, "\n")] = '\0';
	ck_assert(str_to_i64(text, 2, INT32_MAX, &child));
	/* its group got the signal before the answer came; init or a subreaper takes it */
	for (unsigned i = 0; i < 1000 && kill((pid_t)child, 0) == 0; i++) {
		char stat[64], line[200] = "";
		str_printf(stat, sizeof(stat), "/proc/%d/stat", (int)child);
		FILE *f = fopen(stat, "r");
		bool is_dead = f == NULL || fgets(line, sizeof(line), f) == NULL || strstr(line, ") Z ") != NULL;
		if (f != NULL)
			fclose(f);
		if (is_dead)
			break;
		poll(NULL, 0, 10);
		ck_assert_uint_lt(i, 999);
	}
}
END_TEST

START_TEST(one_that_reads_nothing_and_one_that_prints_much_do_not_hang)
{
	char *much = xmalloc(100001);
	memset(much, 'x', 100000);
	much[100000] = '\0';
	begin("[ \"$1\" = deaf ] && exit 0; [ \"$1\" = loud ] && { yes | head -c 1000000; exit 0; }; wc -c >\"$OUT\"");
	ck_assert(ask("deaf", "", much).is_ok);
	ck_assert(ask("loud", "", "x\n").is_ok);
	ck_assert(ask("all", "", much).is_ok);
	ck_assert_str_eq(written(), "100000\n");
	ck_assert(!teller_ask(fd, 1, US_PER_S, "much", much, much)); /* more than a question may have */
	free(much);
}
END_TEST

START_TEST(several_are_told_at_a_time)
{
	begin("if [ \"$1\" = first ]; then while [ ! -e \"$OUT\" ]; do sleep 0.05; done; else : >\"$OUT\"; fi");
	ck_assert(teller_ask(fd, 1, 10 * US_PER_S, "first", "", "x\n"));
	ck_assert(teller_ask(fd, 2, 10 * US_PER_S, "second", "", "x\n"));
	struct teller_answer a = answer(), b = answer();
	ck_assert_uint_eq(a.id + b.id, 3); /* the first one ends only when the second one has run */
	ck_assert_uint_ne(a.id, b.id);
	ck_assert(a.is_ok && b.is_ok);
}
END_TEST

START_TEST(it_gets_no_descriptor_and_no_environment_of_ours)
{
	setenv("CHISAN_SECRET", "x", 1);
	int pair[2];
	ck_assert_int_eq(pipe(pair), 0);
	begin("[ \"$1\" = env ] && { env | grep -c CHISAN; pwd; } >\"$OUT\"; [ \"$1\" = env ] || exec ls /proc/self/fd "
	      ">\"$OUT\"");
	ck_assert(ask("night", "", "x\n").is_ok);
	ck_assert_str_eq(written(), "0\n1\n2\n3\n"); /* 3: the folder that ls looks into */
	ck_assert(ask("env", "", "x\n").is_ok);
	ck_assert_str_eq(written(), "0\n/\n");
	close(pair[0]);
	close(pair[1]);
}
END_TEST

START_TEST(what_is_being_told_is_told_also_when_we_end)
{
	begin("sleep 0.3; cat >\"$OUT\"");
	ck_assert(teller_ask(fd, 1, 10 * US_PER_S, "night", "", "the last one\n"));
	stop(); /* waits for it */
	ck_assert_str_eq(written(), "the last one\n");
}
END_TEST

/* Not under valgrind, which knows no process made the way that it is done here. */
T_MAIN("teller",
    T_FIXTURE(set_up, tear_down) T_LONG(name_and_address_are_arguments_and_lines_are_the_input)
        T_LONG(a_program_that_fails_says_how) T_LONG(what_it_prints_is_made_safe)
            T_LONG(a_program_that_is_not_there_fails) T_LONG(one_that_hangs_is_ended_with_all_that_it_started)
                T_LONG(one_that_reads_nothing_and_one_that_prints_much_do_not_hang) T_LONG(several_are_told_at_a_time)
                    T_LONG(it_gets_no_descriptor_and_no_environment_of_ours)
                        T_LONG(what_is_being_told_is_told_also_when_we_end))
