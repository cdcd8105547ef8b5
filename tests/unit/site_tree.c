/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_tree.c - reads the text as chisan-site does. A file of its own, since its reader is another one than the store's.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/site/reader.h"
#include "scada/site/site_load.h"
#include "tests/unit/site_tree.h"

void
site_tree(const char *yaml, struct wbuf *out)
{
	struct faults *f = faults_new();
	struct arena *a = arena_new();
	struct site *s = site_new();
	uint16_t number = faults_add_source(f, "unit");
	const struct yaml *y = source_take(f, number, xstrdup(yaml), strlen(yaml)) ? yaml_parse(f, number, a) : NULL;
	struct reader r = { .site = s, .faults = f, .dir = "unit" };

	if (y == NULL)
		abort();
	yaml_read(f, y, &site_schema, s, s->arena);
	check_site(&r);
	if (faults_count(f) != 0)
		abort();
	site_put(s, out);
	site_free(s);
	arena_free(a);
	faults_free(f);
}
