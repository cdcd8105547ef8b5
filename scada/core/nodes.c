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
	struct node *v; /* in the order of names, then links */
	uint32_t count, cap;
};

/* Where it is, or would have to be put: *is_there says which. */
static uint32_t
find(const struct nodes *n, const char *name, const char *link, bool *is_there)
{
	uint32_t lo = 0, hi = n->count;

	*is_there = false;
	while (lo < hi && !*is_there) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = strcmp(n->v[mid].name, name);

		if (order == 0)
			order = strcmp(n->v[mid].link, link);
		if (order == 0)
			*is_there = true;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return *is_there ? hi : lo;
}

void
nodes_met(struct nodes *n, const char *name, const char *link, const uint8_t *id, size_t len)
{
	bool is_there;
	uint32_t at = find(n, name, link, &is_there);

	assert(len > 0 && len <= NODE_ID_MAX);
	if (!is_there && n->count == DEVICE_MAX)
		return;
	if (!is_there && n->count == n->cap) {
		n->v = xrecallocarray(n->v, n->cap, n->cap == 0 ? 16 : n->cap * 2, sizeof(*n->v));
		n->cap = n->cap == 0 ? 16 : n->cap * 2;
	}
	if (!is_there) {
		memmove(&n->v[at + 1], &n->v[at], (n->count - at) * sizeof(*n->v));
		n->v[at] = (struct node){ .name = xstrdup(name), .link = xstrdup(link) };
		n->count++;
	}
	n->v[at].len = (uint8_t)len;
	memcpy(n->v[at].id, id, len);
}

const char *
nodes_known(const struct nodes *n, const char *name, const char *link, char text[2 * NODE_ID_MAX + 1])
{
	bool is_there;
	uint32_t at = find(n, name, link, &is_there);

	text[0] = '\0';
	for (unsigned i = 0; is_there && i < n->v[at].len; i++)
		str_printf(text + (size_t)(2 * i), 3, "%02X", n->v[at].id[i]);
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
