/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_names.c - names that stand twice, names that do not exist, and what may have been meant.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define HINT_NAMES_MAX 4000 /* more are not compared: a hint is no duty */

static int
compare_names(const void *a, const void *b)
{
	const struct check_name *x = a, *y = b;
	int c = strcmp(x->name, y->name);
	if (c != 0)
		return c;
	if (x->at.file != y->at.file)
		return x->at.file < y->at.file ? -1 : 1;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	return x->at.column < y->at.column ? -1 : x->at.column > y->at.column;
}

bool
check_is_given(const struct schema *s, const void *obj, size_t offset)
{
	const struct node *n = obj;
	int i = schema_find_member(s, offset);
	return i >= 0 && n->marks != NULL && n->marks[i].line != 0;
}

void
check_unique(struct check *c, struct check_name *names, size_t n, const char *what)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (names[i].name != NULL)
			names[kept++] = names[i];
	if (kept < 2)
		return;
	qsort(names, kept, sizeof(*names), compare_names);
	for (size_t i = 1, first = 0; i < kept; i++) {
		char place[300] = "";
		if (strcmp(names[i].name, names[first].name) != 0) {
			first = i;
			continue;
		}
		const struct source *s = faults_source(c->f, names[first].at.file);
		if (names[first].at.line == 0)
			str_printf(place, sizeof(place), "%s", s != NULL ? s->name : "another file");
		else if (names[i].at.file == names[first].at.file || s == NULL)
			str_printf(place, sizeof(place), "line %u", names[first].at.line);
		else
			str_printf(place, sizeof(place), "%s:%u", s->name, names[first].at.line);
		fault_at(c->f, names[i].at, "%s %s is here again, after %s; give each one of its own", what,
		    names[i].name, place);
	}
}

/* ---- points that are not there */

static const struct site *sorting; /* qsort has no argument to pass */

static int
compare_points(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	int c = strcmp(sorting->points[*x].name, sorting->points[*y].name);
	return c != 0 ? c : *x < *y ? -1 : 1;
}

void
check_sort_names(struct check *c)
{
	const struct site *s = c->s;
	c->sorted = arena_alloc(c->a, ((size_t)s->point_count + 1) * sizeof(*c->sorted));
	for (uint32_t i = 0; i < s->point_count; i++)
		c->sorted[i] = i;
	sorting = s;
	qsort(c->sorted, s->point_count, sizeof(*c->sorted), compare_points);
}

void
check_prefix_range(const struct check *c, const char *prefix, size_t len, uint32_t *first, uint32_t *end)
{
	const struct site *s = c->s;
	uint32_t lo = 0, hi = s->point_count;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (strncmp(s->points[c->sorted[mid]].name, prefix, len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*first = lo;
	hi = s->point_count;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (strncmp(s->points[c->sorted[mid]].name, prefix, len) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*end = lo;
}

static int
compare_devices(const void *a, const void *b)
{
	const struct site_device *const *x = a, *const *y = b;
	int c = strcmp((*x)->name, (*y)->name);
	return c != 0 ? c : *x < *y ? -1 : *x > *y;
}

void
check_sort_devices(struct check *c)
{
	const struct site_device *list = c->s->devices.v;
	c->devices = arena_alloc(c->a, ((size_t)c->s->devices.n + 1) * sizeof(*c->devices));
	for (uint32_t i = 0; i < c->s->devices.n; i++) {
		if (list[i].name != NULL)
			c->devices[c->device_count++] = &list[i];
		else
			c->has_nameless = true;
	}
	qsort(c->devices, c->device_count, sizeof(*c->devices), compare_devices);
}

const struct site_device *
check_find_device(const struct check *c, const char *name, size_t len)
{
	uint32_t lo = 0, hi = c->device_count;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const char *d = c->devices[mid]->name;
		int order = strncmp(d, name, len);
		if (order == 0 && d[len] != '\0')
			order = 1;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < c->device_count && strncmp(c->devices[lo]->name, name, len) == 0 && c->devices[lo]->name[len] == '\0')
		return c->devices[lo];
	return NULL;
}

bool
check_profile_is_blurred(const struct check *c, const struct site_profile *p)
{
	return c->is_blurred[p - (const struct site_profile *)c->s->profiles.v];
}

bool
check_is_blurred(const struct check *c, const char *name)
{
	const struct site_device *d = check_find_device(c, name, strcspn(name, "."));
	if (d == NULL)
		return c->has_nameless;
	const struct site_profile *p = d->profile != NULL ? site_find_profile(c->s, d->profile) : NULL;
	return p == NULL || check_profile_is_blurred(c, p);
}

const char *
check_point_hint(const struct check *c, const char *name, char *buf, size_t size)
{
	const char *names[HINT_NAMES_MAX + 1];
	size_t n = 0, len = strcspn(name, ".");
	uint32_t first, end;
	char prefix[POINT_NAME_MAX + 1];
	str_printf(prefix, sizeof(prefix), "%.*s.", (int)(len < POINT_NAME_MAX ? len : POINT_NAME_MAX - 1), name);
	check_prefix_range(c, prefix, strlen(prefix), &first, &end);
	for (uint32_t i = first; i < end && n < HINT_NAMES_MAX; i++)
		names[n++] = c->s->points[c->sorted[i]].name;
	names[n] = NULL;
	const char *near = str_nearest(name, names);
	if (near != NULL) {
		str_printf(buf, size, "; did you mean %s?", near);
		return buf;
	}
	if (first < end) {
		str_printf(buf, size, "; %.*s has %u other points", (int)len, name, end - first);
		return buf;
	}
	/* No such device: is there the same item of another one, or a device of nearly this name? */
	n = 0;
	for (uint32_t i = 0; i < c->device_count && n < HINT_NAMES_MAX; i++)
		names[n++] = c->devices[i]->name;
	names[n] = NULL;
	prefix[strlen(prefix) - 1] = '\0';
	near = str_nearest(prefix, names);
	if (near != NULL)
		str_printf(buf, size, "; there is no device %s, did you mean %s?", prefix, near);
	else
		str_printf(buf, size, "; there is no device %s", prefix);
	return buf;
}
