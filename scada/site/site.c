/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site.c - the tree of a site: made, freed, sent as bytes and read back.
 */
#include "config.h"

#include <string.h>

#include "scada/site/schema_site.h"
#include "scada/site/site_private.h"

struct site *
site_new(void)
{
	struct arena *a = arena_new();
	struct site *s = arena_alloc(a, sizeof(*s));
	schema_defaults(&site_schema, s, a);
	s->arena = a;
	return s;
}

void
site_free(struct site *s)
{
	if (s != NULL)
		arena_free(s->arena);
}

/* Profiles and screens are keys of the site like all others, whether they stood in site.yaml or in files of their own. */
void
site_put(const struct site *s, struct wbuf *b)
{
	w_varint(b, SITE_TREE_VERSION);
	schema_put(&site_schema, s, b);
}

struct site *
site_get(const uint8_t *data, size_t len)
{
	struct rbuf r;
	struct site *s = site_new();
	rbuf_init(&r, data, len);
	if (r_varint(&r) == SITE_TREE_VERSION && schema_get(&site_schema, s, &r, s->arena) && r_done(&r) &&
	    site_build_tree(s))
		return s;
	site_free(s);
	return NULL;
}

struct site_retention
site_retention_of(const struct site *s, const char *class)
{
	const struct site_retention *r = s->retention.v;
	struct site_retention made = { .name = NULL };

	for (uint32_t i = 0; i < s->retention.n; i++)
		if (strcmp(r[i].name, class != NULL ? class : SITE_HISTORY_DEFAULT) == 0)
			return r[i];
	(void)schema_defaults(&retention_schema, &made, s->arena);
	made.name = SITE_HISTORY_DEFAULT;
	return made;
}
