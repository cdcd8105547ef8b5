/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.c - identifications by name and link.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/point.h"
#include "scada/base/str.h"
#include "scada/core/nodes.h"

struct node {
	char *name, *link;
	uint8_t len, id[NODE_ID_MAX];
};

struct nodes {
	struct node *v;
	uint32_t count, cap;
};

static struct node *
find(const struct nodes *n, const char *name, const char *link)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (strcmp(n->v[i].name, name) == 0 && strcmp(n->v[i].link, link) == 0)
			return &n->v[i];
	return NULL;
}

void
nodes_met(struct nodes *n, const char *name, const char *link, const uint8_t *id, size_t len)
{
	struct node *to = find(n, name, link);

	assert(len > 0 && len <= NODE_ID_MAX);
	if (to == NULL) {
		if (n->count == DEVICE_MAX)
			return;
		if (n->count == n->cap) {
			n->v = xrecallocarray(n->v, n->cap, n->cap == 0 ? 16 : n->cap * 2, sizeof(*n->v));
			n->cap = n->cap == 0 ? 16 : n->cap * 2;
		}
		to = &n->v[n->count++];
		to->name = xstrdup(name);
		to->link = xstrdup(link);
	}
	to->len = (uint8_t)len;
	memcpy(to->id, id, len);
}

const char *
nodes_known(const struct nodes *n, const char *name, const char *link, char text[2 * NODE_ID_MAX + 1])
{
	const struct node *of = find(n, name, link);

	text[0] = '\0';
	for (unsigned i = 0; of != NULL && i < of->len; i++)
		str_printf(text + (size_t)(2 * i), 3, "%02X", of->id[i]);
	return text;
}

struct nodes *
nodes_new(void)
{
	return xcalloc(1, sizeof(struct nodes));
}

void
nodes_free(struct nodes *n)
{
	if (n == NULL)
		return;
	for (uint32_t i = 0; i < n->count; i++) {
		free(n->v[i].name);
		free(n->v[i].link);
	}
	free(n->v);
	free(n);
}
