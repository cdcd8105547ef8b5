/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.c - looking things up in a table of keys, and the defaults.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "scada/base/schema.h"

const char *
key_type_text(enum key_type type)
{
#define KEY_TEXT_ROW(id, ctype, help) help,
	static const char *const text[] = { KEY_TYPE_LIST(KEY_TEXT_ROW) };
#undef KEY_TEXT_ROW
	return (unsigned)type < KEY_TYPE_COUNT ? text[type] : "?";
}

int
schema_find(const struct schema *s, const char *name, size_t len)
{
	for (unsigned i = 0; i < s->key_count; i++)
		if (strncmp(s->keys[i].name, name, len) == 0 && s->keys[i].name[len] == '\0')
			return (int)i;
	return -1;
}

int
schema_find_member(const struct schema *s, size_t offset)
{
	for (unsigned i = 0; i < s->key_count; i++)
		if (s->keys[i].offset == offset)
			return (int)i;
	return -1;
}

bool
schema_is_set(const struct schema *s, const void *obj, size_t offset)
{
	int i = schema_find_member(s, offset);
	return i >= 0 && node_has(obj, (unsigned)i);
}

struct mark
schema_mark(const struct schema *s, const void *obj, size_t offset)
{
	const struct node *n = obj;
	int i = schema_find_member(s, offset);
	if (i >= 0 && n->marks != NULL && n->marks[i].line != 0)
		return n->marks[i];
	return n->at;
}

const struct schema *
schema_variant(const struct schema *s, const void *obj, void **sub)
{
	const char *o = obj;
	*sub = NULL;
	if (s->variant == NULL || !node_has(obj, s->variant_key))
		return NULL;
	int kind;
	memcpy(&kind, o + s->keys[s->variant_key].offset, sizeof(kind));
	memcpy(sub, o + s->variant_offset, sizeof(*sub));
	return s->variant(kind);
}

/* What a member holds while its key is absent and the table gives no default. */
static void
set_absent(const struct key *k, char *m)
{
	static const double nan2[2] = { (double)NAN, (double)NAN };
	if (k->type == KEY_NUMBER || k->type == KEY_RATE)
		memcpy(m, nan2, sizeof(double));
	else if (k->type == KEY_RANGE)
		memcpy(m, nan2, sizeof(nan2));
}

bool
schema_defaults(const struct schema *s, void *obj, struct arena *a)
{
	char message[200];
	bool ok = true;
	assert(s->key_count <= 64);
	for (unsigned i = 0; i < s->key_count; i++) {
		const struct key *k = &s->keys[i];
		set_absent(k, (char *)obj + k->offset);
		if (k->def == NULL)
			continue;
		/* A default may lie outside the bounds: -1 stands for "none". */
		struct key unbound = *k;
		unbound.min = unbound.max = 0;
		ok &= schema_scalar(&unbound, k->def, obj, a, message, sizeof(message));
	}
	return ok;
}
