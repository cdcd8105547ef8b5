/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem.h - allocation that does not return on failure, and an arena for trees that die at once.
 * Out of memory aborts with one line; the supervisor restarts the process.
 */
#ifndef CHISAN_MEM_H
#define CHISAN_MEM_H

#include <stdarg.h>
#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrecallocarray(void *old, size_t old_count, size_t count, size_t size); /* new part zeroed; caller owns */
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *s, size_t max) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/* Test hook: the nth allocation from now fails (aborts); 0 switches it off. */
void mem_fail_after(unsigned long n);

/* An arena: many small objects, one free. Zeroed memory, aligned for any type. */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t arena_size(const struct arena *a); /* bytes handed out */

#endif
