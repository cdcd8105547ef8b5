/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_read.c - the tree of a file into the structs that the tables of keys describe, saying every fault on the way.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/point.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/site/yaml_scalar.h"

struct ctx {
	struct faults *f;
	struct arena *a;
};

static bool read_map(
    const struct ctx *c, const struct yaml *y, const struct schema *s, void *obj, const struct yaml *name);

/* ---- equal keys, found by sorting: a mapping of 20,000 takes as long as any other */

struct seen {
	const struct yaml *key;
	uint32_t order;
};

static int
compare_seen(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int c = strcmp(x->key->text, y->key->text);
	return c != 0 ? c : x->order < y->order ? -1 : 1;
}

static void
check_equal_keys(const struct ctx *c, const struct yaml *map)
{
	struct seen few[64], *all = few;
	uint32_t n = 0;
	if (map->count / 2 > ARRAY_LEN(few))
		all = xcalloc(map->count / 2, sizeof(*all));
	for (const struct yaml *k = map->first; k != NULL && k->next != NULL; k = k->next->next)
		if (k->kind == YAML_SCALAR) {
			all[n] = (struct seen){ k, n };
			n++;
		}
	qsort(all, n, sizeof(*all), compare_seen);
	for (uint32_t i = 1, first = 0; i < n; i++) {
		if (strcmp(all[i].key->text, all[first].key->text) != 0)
			first = i;
		else
			fault_at(c->f, all[i].key->at, "the key %s stands here again, after line %u; keep one of them",
			    yaml_show(all[i].key).text, all[first].key->at.line);
	}
	if (all != few)
		free(all);
}

/* ---- lists and small mappings */

static bool
expect(const struct ctx *c, const struct yaml *y, enum yaml_kind kind, const struct key *k, const char *form)
{
	if (y->kind == kind)
		return true;
	if (y->is_told)
		return false;
	fault_at(c->f, y->at, "%s: %s stands where a %s is wanted; write it as %s", k->name, yaml_show(y).text,
	    kind == YAML_LIST ? "list" : "mapping", form);
	return false;
}

/* Too few or too many elements; k's bounds are of the count. */
static bool
check_count(const struct ctx *c, const struct yaml *y, const struct key *k, uint32_t n)
{
	if ((k->max == 0 && k->min == 0) || (n >= k->min && n <= k->max))
		return true;
	fault_at(c->f, y->at, "%s: %u elements; write %s%.0f", k->name, n, n > k->max ? "at most " : "at least ",
	    n > k->max ? k->max : k->min);
	return false;
}

static bool
read_range(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_range *r)
{
	struct key_range v;
	if (!expect(c, y, YAML_LIST, k, "[low, high]"))
		return false;
	if (y->count != 2) {
		fault_at(c->f, y->at, "%s: %u numbers; write two, as [low, high]", k->name, y->count);
		return false;
	}
	bool ok = yaml_number(c->f, y->first, k, &v.lo);
	ok &= yaml_number(c->f, y->first->next, k, &v.hi);
	if (!ok)
		return false;
	if (v.lo > v.hi) {
		char lo[40], hi[40];
		str_double(lo, sizeof(lo), v.lo);
		str_double(hi, sizeof(hi), v.hi);
		fault_at(c->f, y->at, "%s: [%s, %s] is the wrong way round; write [%s, %s]", k->name, lo, hi, hi, lo);
		return false;
	}
	*r = v;
	return true;
}

static bool
read_numbers(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_numbers *l)
{
	if (!expect(c, y, YAML_LIST, k, "[1, 2, 3]") || !check_count(c, y, k, y->count))
		return false;
	bool ok = true;
	l->v = arena_alloc(c->a, y->count * sizeof(*l->v));
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL; e = e->next)
		ok &= yaml_number(c->f, e, k, &l->v[l->n++]);
	return ok;
}

static bool
read_pairs(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_pairs *l)
{
	if (!expect(c, y, YAML_LIST, k, "[[0, 0], [100, 250]]") || !check_count(c, y, k, y->count))
		return false;
	bool ok = true;
	l->v = arena_alloc(c->a, y->count * sizeof(*l->v));
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL; e = e->next) {
		struct key_pair *p = &l->v[l->n++];
		if (e->kind != YAML_LIST || e->count != 2) {
			fault_at(c->f, e->at, "%s: %s stands where a pair is wanted; write [x, y]", k->name,
			    yaml_show(e).text);
			ok = false;
			continue;
		}
		bool is_pair = yaml_number(c->f, e->first, k, &p->x);
		is_pair &= yaml_number(c->f, e->first->next, k, &p->y);
		if (is_pair && ok && l->n > 1 && p->x <= p[-1].x) {
			fault_at(c->f, e->at, "%s: x does not rise from the pair before; write the pairs by rising x",
			    k->name);
			ok = false;
		}
		ok &= is_pair;
	}
	return ok;
}

static bool
read_words(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_words *l)
{
	if (!expect(c, y, YAML_LIST, k, "[one, two]") || !check_count(c, y, k, y->count))
		return false;
	bool ok = true;
	l->v = arena_alloc(c->a, y->count * sizeof(*l->v));
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL; e = e->next) {
		const char *text = yaml_line(c->f, e, k, 64, c->a);
		ok &= text != NULL;
		l->v[l->n++] = text;
	}
	return ok;
}

static int
compare_names(const void *a, const void *b)
{
	const struct key_name *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* {0: stop, 5: run}: the numbers are told apart as numbers, so that 1 and 01 cannot both stand. */
static bool
read_names(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_names *l)
{
	if (!expect(c, y, YAML_MAP, k, "{0: stop, 5: run}") || !check_count(c, y, k, y->count / 2))
		return false;
	bool ok = true;
	check_equal_keys(c, y);
	l->v = arena_alloc(c->a, (y->count / 2) * sizeof(*l->v));
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL && e->next != NULL; e = e->next->next) {
		struct key_name *n = &l->v[l->n];
		n->text = yaml_line(c->f, e->next, k, 40, c->a);
		if (!yaml_whole(c->f, e, k, 0, k->max == 64 ? 63 : 65535, &n->number) || n->text == NULL)
			ok = false;
		else
			l->n++;
	}
	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), compare_names);
	for (uint32_t i = 1; i < l->n; i++)
		if (l->v[i].number == l->v[i - 1].number)
			ok = false; /* said as equal keys */
	return ok;
}

static const char *
find_role(const struct key *k, const char *word)
{
	for (const struct key_word *w = k->words; w->word != NULL; w++)
		if (strcmp(w->word, word) == 0)
			return w->word;
	return NULL;
}

static void
say_unknown_role(const struct ctx *c, const struct yaml *e, const struct key *k)
{
	const char *names[64];
	size_t n = 0;
	for (const struct key_word *w = k->words; w->word != NULL && n < ARRAY_LEN(names) - 1; w++)
		names[n++] = w->word;
	names[n] = NULL;
	const char *near = e->kind == YAML_SCALAR ? str_nearest(e->text, names) : NULL;
	if (near != NULL)
		fault_at(c->f, e->at, "%s: there is no role %s; did you mean '%s'?", k->name, yaml_show(e).text, near);
	else
		fault_at(c->f, e->at, "%s: there is no role %s; chisan-site(5) lists them", k->name, yaml_show(e).text);
}

static bool
read_points(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_points *l)
{
	struct key as_point = *k;
	const char *point;
	as_point.type = KEY_POINT;
	as_point.offset = 0;
	if (!expect(c, y, YAML_MAP, k, "{p: ESS1.P, soc: ESS1.SOC}"))
		return false;
	check_equal_keys(c, y);
	l->v = arena_alloc(c->a, (y->count / 2) * sizeof(*l->v));
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL && e->next != NULL; e = e->next->next) {
		const char *role = e->kind == YAML_SCALAR ? find_role(k, e->text) : NULL;
		if (role == NULL)
			say_unknown_role(c, e, k);
		else if (yaml_scalar(c->f, e->next, &as_point, &point, c->a))
			l->v[l->n++] = (struct key_point){ role, point };
	}
	return true;
}

/* ---- mappings and lists of mappings */

static void *
read_sub(const struct ctx *c, const struct yaml *y, const struct key *k)
{
	void *sub = arena_alloc(c->a, k->sub->size);
	if (y->is_told)
		return NULL;
	if (y->kind != YAML_MAP) {
		fault_at(c->f, y->at, "%s: %s stands where a mapping is wanted; write its keys as %s: value", k->name,
		    yaml_show(y).text, k->sub->keys[0].name);
		return NULL;
	}
	return read_map(c, y, k->sub, sub, NULL) ? sub : NULL;
}

static bool
read_list(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_list *l)
{
	if (y->kind == YAML_SCALAR && y->is_plain && y->text[0] == '\0')
		return true; /* "devices:" and nothing below: an empty list */
	if (!expect(c, y, YAML_LIST, k, "one '- ' a line with the keys behind it"))
		return false;
	if (!check_count(c, y, k, y->count))
		return false;
	l->v = arena_alloc(c->a, (size_t)y->count * k->sub->size);
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL; e = e->next) {
		if (e->is_told)
			continue;
		if (e->kind != YAML_MAP)
			fault_at(c->f, e->at, "%s: %s stands where a %s is wanted; write its keys as %s: value",
			    k->name, yaml_show(e).text, k->sub->name, k->sub->keys[0].name);
		else
			read_map(c, e, k->sub, (char *)l->v + (size_t)l->n++ * k->sub->size, NULL);
	}
	return true;
}

static bool
read_dict(const struct ctx *c, const struct yaml *y, const struct key *k, struct key_list *l)
{
	if (!expect(c, y, YAML_MAP, k, "NAME: {key: value}"))
		return false;
	check_equal_keys(c, y);
	l->v = arena_alloc(c->a, (size_t)(y->count / 2) * k->sub->size);
	l->n = 0;
	for (const struct yaml *e = y->first; e != NULL && e->next != NULL; e = e->next->next) {
		if (e->next->is_told)
			continue;
		if (e->next->kind != YAML_MAP)
			fault_at(c->f, e->next->at,
			    "%s stands where a mapping is wanted; write {key: value} after the name",
			    yaml_show(e->next).text);
		else
			read_map(c, e->next, k->sub, (char *)l->v + (size_t)l->n++ * k->sub->size, e);
	}
	return true;
}

static bool
read_value(const struct ctx *c, const struct yaml *y, const struct key *k, void *obj)
{
	void *m = (char *)obj + k->offset;
	switch (k->type) {
	case KEY_RANGE: return read_range(c, y, k, m);
	case KEY_NUMBERS: return read_numbers(c, y, k, m);
	case KEY_NAMES: return read_names(c, y, k, m);
	case KEY_PAIRS: return read_pairs(c, y, k, m);
	case KEY_WORDS: return read_words(c, y, k, m);
	case KEY_POINTS: return read_points(c, y, k, m);
	case KEY_MAP: *(void **)m = read_sub(c, y, k); return *(void **)m != NULL;
	case KEY_LIST: return read_list(c, y, k, m);
	case KEY_DICT: return read_dict(c, y, k, m);
	default: return yaml_scalar(c->f, y, k, obj, c->a);
	}
}

static void
say_unknown_key(const struct ctx *c, const struct yaml *e, const struct schema *s, const struct schema *variant)
{
	const char *names[130];
	size_t n = 0;
	for (unsigned i = 0; i < s->key_count; i++)
		if (s->keys[i].name[0] != '\0')
			names[n++] = s->keys[i].name;
	for (unsigned i = 0; variant != NULL && i < variant->key_count; i++)
		names[n++] = variant->keys[i].name;
	names[n] = NULL;
	const char *near = str_nearest(e->text, names);
	const char *what = variant != NULL ? variant->name : s->name;
	const char *a = strchr("aeiou", what[0]) != NULL ? "an" : "a";
	if (near != NULL) {
		fault_at(c->f, e->at, "%s %s has no key %s; did you mean '%s'?", a, what, yaml_show(e).text, near);
		return;
	}
	char list[300] = "";
	bool fits = true;
	for (size_t i = 0; i < n && fits; i++) {
		fits = str_append(list, sizeof(list) - 4, i > 0 ? ", " : "");
		fits = fits && str_append(list, sizeof(list) - 4, names[i]);
	}
	if (fits)
		fault_at(c->f, e->at, "%s %s has no key %s; its keys are %s", a, what, yaml_show(e).text, list);
	else
		fault_at(c->f, e->at, "%s %s has no key %s; chisan-site(5) lists its keys", a, what, yaml_show(e).text);
}

/* The value of one key into its member, with its place. */
static void
read_key(const struct ctx *c, const struct yaml *value, const struct schema *s, unsigned i, void *obj)
{
	struct node *n = obj;
	struct mark *marks = (struct mark *)(uintptr_t)n->marks; /* ours: made in begin() */
	marks[i] = value->at;
	if (read_value(c, value, &s->keys[i], obj))
		n->set |= UINT64_C(1) << i;
}

static bool
begin(const struct ctx *c, const struct yaml *y, const struct schema *s, void *obj)
{
	struct node *n = obj;
	bool ok = schema_defaults(s, obj, c->a);
	n->at = y->at;
	n->marks = arena_alloc(c->a, s->key_count * sizeof(*n->marks));
	return ok;
}

static void
check_required(const struct ctx *c, const struct yaml *y, const struct schema *s, const void *obj, const char *what)
{
	const struct node *n = obj;
	for (unsigned i = 0; i < s->key_count; i++)
		if (s->keys[i].is_required && n->marks[i].line == 0)
			fault_at(c->f, y->at, "this %s has no %s; add '%s:' (%s)", what, s->keys[i].name,
			    s->keys[i].name, s->keys[i].help);
}

/* The struct of the variant that the key at variant_key names, made as soon as that key is known. */
static const struct schema *
begin_variant(const struct ctx *c, const struct yaml *y, const struct schema *s, void *obj, void **sub)
{
	const struct schema *variant = schema_variant(s, obj, sub);
	if (variant == NULL)
		return NULL;
	*sub = arena_alloc(c->a, variant->size);
	memcpy((char *)obj + s->variant_offset, sub, sizeof(*sub));
	begin(c, y, variant, *sub);
	return variant;
}

static const struct yaml *
find_value(const struct yaml *map, const char *name)
{
	for (const struct yaml *k = map->first; k != NULL && k->next != NULL; k = k->next->next)
		if (k->kind == YAML_SCALAR && strcmp(k->text, name) == 0)
			return k->next;
	return NULL;
}

static bool
is_key_of_a_variant(const struct schema *s, const char *name)
{
	for (const struct key_word *w = s->keys[s->variant_key].words; w->word != NULL; w++)
		if (schema_find(s->variant(w->value), name, strlen(name)) >= 0)
			return true;
	return false;
}

/* y is a mapping. name: of a mapping in a dictionary, for key 0; else NULL. */
static bool
read_map(const struct ctx *c, const struct yaml *y, const struct schema *s, void *obj, const struct yaml *name)
{
	void *sub = NULL;
	const struct schema *variant = NULL;
	struct node *n = obj;
	begin(c, y, s, obj);
	check_equal_keys(c, y);
	if (name != NULL)
		read_key(c, name, s, 0, obj);
	if (s->variant != NULL) {
		const struct yaml *kind = find_value(y, s->keys[s->variant_key].name);
		if (kind != NULL)
			read_key(c, kind, s, s->variant_key, obj);
		variant = begin_variant(c, y, s, obj, &sub);
	}
	for (const struct yaml *e = y->first; e != NULL && e->next != NULL; e = e->next->next) {
		size_t len = e->kind == YAML_SCALAR ? strlen(e->text) : 0;
		int i = len > 0 ? schema_find(s, e->text, len) : -1, v = -1;
		if (i < 0 && variant != NULL && len > 0)
			v = schema_find(variant, e->text, len);
		if (i >= 0 && n->marks[i].line == 0)
			read_key(c, e->next, s, (unsigned)i, obj);
		else if (v >= 0 && ((struct node *)sub)->marks[v].line == 0)
			read_key(c, e->next, variant, (unsigned)v, sub);
		else if (len == 0)
			fault_at(c->f, e->at, "%s stands where the name of a key is wanted; write name: value",
			    yaml_show(e).text);
		else if (i < 0 && v < 0 && !(s->variant != NULL && variant == NULL && is_key_of_a_variant(s, e->text)))
			say_unknown_key(c, e, s, variant);
	}
	check_required(c, y, s, obj, s->name);
	if (variant != NULL)
		check_required(c, y, variant, sub, variant->name);
	return true;
}

void
yaml_read(struct faults *f, const struct yaml *y, const struct schema *s, void *obj, struct arena *a)
{
	const struct ctx c = { f, a };
	if (y->kind == YAML_MAP) {
		read_map(&c, y, s, obj, NULL);
		return;
	}
	begin(&c, y, s, obj);
	fault_at(f, y->at, "%s stands where the keys of a %s are wanted; begin with '%s: value'", yaml_show(y).text,
	    s->name, s->keys[0].name);
}
