/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem.c - allocation that aborts instead of returning NULL, and the arena.
 * Without memory nothing here is cleaned up: the supervisor starts the process again.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/mem.h"

#define ARENA_ALIGN     (_Alignof(max_align_t))
#define ARENA_FIRST     ((size_t)4096)
#define ARENA_CHUNK_MAX ((size_t)1 << 20)

static unsigned long fail_after;

void
mem_fail_after(unsigned long n)
{
	fail_after = n;
}

static void out_of_memory(void) __attribute__((noreturn));

static void
out_of_memory(void)
{
	static const char text[] = "out of memory\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)written;
	abort();
}

static void
check(void)
{
	if (fail_after != 0 && --fail_after == 0)
		out_of_memory();
}

void *
xmalloc(size_t size)
{
	check();
	void *p = malloc(size ? size : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	check();
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xrecallocarray(void *old, size_t old_count, size_t count, size_t size)
{
	check();
	if (size != 0 && count > SIZE_MAX / size)
		out_of_memory();
	size_t bytes = count * size;
	char *p = realloc(old, bytes ? bytes : 1);
	if (p == NULL)
		out_of_memory();
	if (count > old_count)
		memset(p + old_count * size, 0, (count - old_count) * size);
	return p;
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;
	return memcpy(xmalloc(size), s, size);
}

char *
xstrndup(const char *s, size_t max)
{
	size_t len = strnlen(s, max);
	char *p = xmalloc(len + 1);
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;

	check();
	va_start(ap, fmt);
	int n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	return p;
}

/* ---- arena: chunks that double, the newest first */

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t data[];
};

struct arena {
	struct chunk *chunks;
	size_t next_size;
	size_t total;
};

struct arena *
arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));
	a->next_size = ARENA_FIRST;
	return a;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	for (struct chunk *c = a->chunks, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static struct chunk *
add_chunk(struct arena *a, size_t need)
{
	size_t size = a->next_size > need ? a->next_size : need;
	if (size > SIZE_MAX - sizeof(struct chunk))
		out_of_memory();
	struct chunk *c = xcalloc(1, sizeof(*c) + size);
	c->size = size;
	/* A large object goes behind the chunk in use, so that the rest of that one is not lost. */
	if (need > a->next_size && a->chunks != NULL) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = a->chunks;
		a->chunks = c;
		if (a->next_size < ARENA_CHUNK_MAX)
			a->next_size *= 2;
	}
	return c;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - ARENA_ALIGN)
		out_of_memory();
	size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (size == 0)
		size = ARENA_ALIGN;
	struct chunk *c = a->chunks;
	if (c == NULL || c->size - c->used < size)
		c = add_chunk(a, size);
	void *p = (char *)c->data + c->used;
	c->used += size;
	a->total += size;
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	len = strnlen(s, len);
	char *p = arena_alloc(a, len + 1);
	memcpy(p, s, len);
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	assert(fmt != NULL);
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

size_t
arena_size(const struct arena *a)
{
	return a->total;
}
