/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_mem.c - allocation that does not return on failure, and the arena.
 */
#include "config.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "tests/unit/t.h"

START_TEST(strings_are_copied_whole_or_cut)
{
	char *a = xstrdup("ESS1.SOC"), *b = xstrndup("ESS1.SOC", 4), *c = xstrndup("PV", 100),
	     *d = xasprintf("%s-%d", "x", 7);
	ck_assert_str_eq(a, "ESS1.SOC");
	ck_assert_str_eq(b, "ESS1");
	ck_assert_str_eq(c, "PV");
	ck_assert_str_eq(d, "x-7");
	free(a);
	free(b);
	free(c);
	free(d);
}
END_TEST

START_TEST(growing_zeroes_only_the_new_part)
{
	int *v = xrecallocarray(NULL, 0, 3, sizeof(*v));
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(v[i], 0);
		v[i] = i + 1;
	}
	v = xrecallocarray(v, 3, 1000, sizeof(*v));
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(v[i], i < 3 ? i + 1 : 0);
	v = xrecallocarray(v, 1000, 2, sizeof(*v));
	ck_assert_int_eq(v[1], 2);
	free(v);
}
END_TEST

START_TEST(nothing_asked_is_still_a_pointer)
{
	void *a = xmalloc(0), *b = xcalloc(0, 8);
	ck_assert(a != NULL);
	ck_assert(b != NULL);
	free(a);
	free(b);
}
END_TEST

/* The signal that ends a child which does what(). */
static int
signal_of(void (*what)(void))
{
	int status = 0;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		close(STDERR_FILENO);
		what();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
fail_third(void)
{
	mem_fail_after(3);
	free(xmalloc(1));
	free(xcalloc(1, 1));
	free(xstrdup("third"));
}

static void
fail_never(void)
{
	mem_fail_after(3);
	free(xmalloc(1));
	mem_fail_after(0);
	for (int i = 0; i < 10; i++)
		free(xmalloc(1));
}

static void
overflow(void)
{
	free(xrecallocarray(NULL, 0, SIZE_MAX / 4, 8));
}

START_TEST(failure_aborts_at_the_nth_allocation)
{
	ck_assert_int_eq(signal_of(fail_third), SIGABRT);
	ck_assert_int_eq(signal_of(fail_never), 0);
	ck_assert_int_eq(signal_of(overflow), SIGABRT);
}
END_TEST

/* One assertion a block: they are dear under valgrind. */
static bool
is_all(const unsigned char *p, size_t size, unsigned c)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != c)
			return false;
	return true;
}

START_TEST(arena_gives_zeroed_aligned_memory_that_stays)
{
	struct arena *a = arena_new();
	unsigned char *p[500];
	size_t total = 0;

	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		size_t size = i * 37 % 9000;
		p[i] = arena_alloc(a, size);
		ck_assert_uint_eq((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		ck_assert(is_all(p[i], size, 0));
		memset(p[i], (int)(i & 0xFF), size);
		total += size;
	}
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		ck_assert(is_all(p[i], i * 37 % 9000, i & 0xFF));
	ck_assert_uint_ge(arena_size(a), total);
	arena_free(a);
}
END_TEST

START_TEST(arena_holds_strings)
{
	struct arena *a = arena_new();
	char *s = arena_strdup(a, "電池"), *cut = arena_strndup(a, "GRID.RX", 4),
	     *short_one = arena_strndup(a, "PV", 50);
	char *made = arena_printf(a, "%s.%s", "PV1", "P");
	ck_assert_str_eq(s, "電池");
	ck_assert_str_eq(cut, "GRID");
	ck_assert_str_eq(short_one, "PV");
	ck_assert_str_eq(made, "PV1.P");
	arena_free(a);
	arena_free(NULL);
}
END_TEST

START_TEST(a_large_object_does_not_waste_the_chunk_in_use)
{
	struct arena *a = arena_new();
	char *first = arena_alloc(a, 16), *large = arena_alloc(a, 1 << 20), *second = arena_alloc(a, 16);
	memset(large, 1, 1 << 20);
	ck_assert(second == first + 16);
	arena_free(a);
}
END_TEST

T_MAIN("mem",
    T(strings_are_copied_whole_or_cut) T(growing_zeroes_only_the_new_part) T(nothing_asked_is_still_a_pointer)
        T(failure_aborts_at_the_nth_allocation) T(arena_gives_zeroed_aligned_memory_that_stays) T(arena_holds_strings)
            T(a_large_object_does_not_waste_the_chunk_in_use))
