/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_site.c - one YAML document through everything that chisan-site does with site.yaml.
 * What has no fault must also print back, load again and print the same.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/reader.h"
#include "scada/site/site_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 loses a buffer in some documents that are not YAML; chisan-site ends after reading, so it may. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

struct text {
	char *data;
	size_t len, cap;
};

static void
collect(const char *piece, void *arg)
{
	struct text *t = arg;
	size_t n = strlen(piece);
	if (t->len + n + 1 > t->cap) {
		size_t cap = (t->len + n + 1) * 2;
		t->data = xrecallocarray(t->data, t->cap, cap, 1);
		t->cap = cap;
	}
	memcpy(t->data + t->len, piece, n + 1);
	t->len += n;
}

static void
ignore(const struct msg_site_fault *m, void *arg)
{
	(void)arg;
	if (m->text == NULL || m->source == NULL || m->file == NULL)
		abort();
}

static bool
has_all_profiles(const struct site *s)
{
	const struct site_device *d = s->devices.v;
	for (uint32_t i = 0; i < s->devices.n; i++)
		if (site_find_profile(s, d[i].profile) == NULL)
			return false;
	return true;
}

/* The print-back; NULL if there were faults. The caller frees. */
static char *
read_and_print(const char *data, size_t size)
{
	struct text out = { NULL, 0, 0 };
	struct faults *f = faults_new();
	struct arena *a = arena_new();
	struct site *s = site_new();
	uint16_t number = faults_add_source(f, "fuzz");
	char *copy = xmalloc(size + 1);
	memcpy(copy, data, size);
	copy[size] = '\0';
	const struct yaml *y = source_take(f, number, copy, size) ? yaml_parse(f, number, a) : NULL;
	if (y != NULL) {
		yaml_read(f, y, &site_schema, s, s->arena);
		struct reader r = { .site = s, .faults = f, .dir = "fuzz" };
		check_site(&r);
	}
	faults_tell(f, ignore, NULL);
	if (y != NULL && faults_count(f) == 0) {
		struct wbuf b;
		wbuf_init(&b);
		site_put(s, &b);
		struct site *back = site_get(b.data, b.len);
		/* A device may name a profile that is in no file here; all else that has no fault must travel. */
		if (back == NULL && has_all_profiles(s))
			abort();
		site_free(back);
		wbuf_done(&b);
		schema_print(&site_schema, s, 0, collect, &out);
	}
	arena_free(a);
	site_free(s);
	faults_free(f);
	return out.data;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	char *once = read_and_print((const char *)data, size);
	if (once == NULL)
		return 0;
	char *twice = read_and_print(once, strlen(once));
	if (twice == NULL || strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
	return 0;
}
