/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.c - which files make a site: site.yaml, the profiles that its devices name, the screens beside it.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scada/base/screenfile.h"
#include "scada/base/str.h"
#include "scada/site/reader.h"

#define SCREENS_MAX  200
#define PROFILES_MAX 5000
#define TOTAL_MAX    ((size_t)48 * 1024 * 1024) /* of all files: bounds our memory long before the limit of main.c does */

static size_t
total_read(const struct reader *r)
{
	size_t n = 0;
	const struct source *s;
	for (uint16_t i = 0; (s = faults_source(r->faults, i)) != NULL; i++)
		n += s->len;
	return n;
}

/* Grows a KEY_LIST by one zeroed element; what pointed into it moves. */
static void *
append(struct reader *r, struct key_list *l, uint32_t *room, size_t size)
{
	if (l->n >= *room) {
		void *old = l->v;
		*room = l->n * 2 + 16;
		l->v = arena_alloc(r->site->arena, *room * size);
		if (l->n > 0)
			memcpy(l->v, old, l->n * size);
	}
	return (char *)l->v + (size_t)l->n++ * size;
}

static void
mark_given(struct site *s, size_t member)
{
	s->node.set |= UINT64_C(1) << schema_find_member(&site_schema, member);
}

/* ---- site.yaml */

static bool
read_site_file(struct reader *r)
{
	char *path = xasprintf("%s/site.yaml", r->dir);
	uint16_t number = faults_add_source(r->faults, path);
	struct arena *a = arena_new();
	bool ok = source_read(r->faults, number, path, SOURCE_MAX);
	const struct yaml *y = ok ? yaml_parse(r->faults, number, a) : NULL;
	if (y != NULL)
		yaml_read(r->faults, y, &site_schema, r->site, r->site->arena);
	arena_free(a);
	free(path);
	return y != NULL;
}

/* ---- profiles */

/* Folder i in which profiles are looked for; shown: the same as people write it. NULL after the last. */
static char *
profile_folder(const struct reader *r, int i, char **shown)
{
	char *parent;
	switch (i) {
	case 0: *shown = xstrdup(r->dir); return xstrdup(r->dir);
	case 1: *shown = xasprintf("%s/profiles", r->dir); return xstrdup(*shown);
	case 2:
		parent = strrchr(r->dir, '/');
		if (strcmp(r->dir, ".") == 0 || strcmp(r->dir, "..") == 0 || (parent != NULL && parent[1] == '.'))
			*shown = xasprintf("%s/../profiles", r->dir);
		else if (parent == NULL)
			*shown = xstrdup("profiles");
		else
			*shown = xasprintf("%.*s/profiles", (int)(parent - r->dir), r->dir);
		return xasprintf("%s/../profiles", r->dir);
	case 3: *shown = xstrdup(PKGDATADIR "/layouts/profiles"); return xstrdup(*shown);
	default: return NULL;
	}
}

/* The path of the profile's file, NULL if there is none; *shown as people write it. */
static char *
find_profile_file(const struct reader *r, const char *name, char **shown)
{
	struct stat st;
	char *folder, *shown_folder;
	for (int i = 0; (folder = profile_folder(r, i, &shown_folder)) != NULL; i++) {
		char *path = xasprintf("%s/%s.yaml", folder, name);
		free(folder);
		/* lstat: a link that leads nowhere is found, and then said. */
		if (lstat(path, &st) == 0) {
			*shown = xasprintf("%s/%s.yaml", shown_folder, name);
			free(shown_folder);
			return path;
		}
		free(shown_folder);
		free(path);
	}
	return NULL;
}

static int
is_profile(const struct dirent *e)
{
	size_t n = strlen(e->d_name);
	return e->d_name[0] != '.' && n > 5 && n < 100 && strcmp(e->d_name + n - 5, ".yaml") == 0;
}

/* The name of the profile in this folder that is nearest to `name`, into buf; false if none is. */
static bool
find_near_profile(const char *folder, const char *name, char *buf, size_t size)
{
	struct dirent **list = NULL;
	const char *names[500];
	size_t count = 0;
	int n = scandir(folder, &list, is_profile, NULL);
	for (int i = 0; i < n && count < ARRAY_LEN(names) - 1; i++) {
		list[i]->d_name[strlen(list[i]->d_name) - strlen(".yaml")] = '\0';
		if (strcmp(list[i]->d_name, "site") != 0)
			names[count++] = list[i]->d_name;
	}
	names[count] = NULL;
	const char *near = str_nearest(name, names);
	bool found = near != NULL && str_copy(buf, size, near);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return found;
}

static void
say_no_profile(const struct reader *r, const struct site_device *d)
{
	char *folder, *shown;
	char list[600] = "", near[100];
	struct mark at = schema_mark(&device_schema, d, offsetof(struct site_device, profile));
	bool has_near = false;
	for (int i = 0; (folder = profile_folder(r, i, &shown)) != NULL; i++) {
		str_append(list, sizeof(list), i > 0 ? ", " : "");
		str_append(list, sizeof(list), shown);
		if (!has_near)
			has_near = find_near_profile(folder, d->profile, near, sizeof(near));
		free(folder);
		free(shown);
	}
	if (has_near)
		fault_at(r->faults, at, "there is no profile '%s'; did you mean '%s'?", d->profile, near);
	else
		fault_at(r->faults, at, "there is no profile '%s'; put %s.yaml into one of %s", d->profile, d->profile,
		    list);
}

static bool
has_profile(const struct site *s, const char *name)
{
	const struct site_profile *list = s->profiles.v;
	for (uint32_t i = 0; i < s->profiles.n; i++)
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return true;
	return false;
}

static void
read_profile_file(struct reader *r, const char *name, const char *path, const char *shown, uint32_t *room)
{
	uint16_t number = faults_add_source(r->faults, shown);
	struct arena *a = arena_new();
	struct site_profile *p = append(r, &r->site->profiles, room, sizeof(*p));
	schema_defaults(&profile_schema, p, r->site->arena);
	const struct yaml *y =
	    source_read(r->faults, number, path, SOURCE_MAX) ? yaml_parse(r->faults, number, a) : NULL;
	if (y != NULL)
		yaml_read(r->faults, y, &profile_schema, p, r->site->arena);
	if (p->name != NULL && strcmp(p->name, name) != 0)
		fault_at(r->faults, schema_mark(&profile_schema, p, offsetof(struct site_profile, name)),
		    "the profile calls itself '%s'; in a file of this name write 'profile: %s'", p->name, name);
	p->name = arena_strdup(r->site->arena, name); /* so that its devices find it, and it is read once */
	if (y == NULL)
		p->node.at = (struct mark){ .file = number };
	arena_free(a);
}

static void
read_profiles(struct reader *r)
{
	const struct site_device *d = r->site->devices.v;
	uint32_t room = 0;
	for (uint32_t i = 0; i < r->site->devices.n; i++) {
		char *shown = NULL;
		if (d[i].profile == NULL || has_profile(r->site, d[i].profile))
			continue;
		char *path = find_profile_file(r, d[i].profile, &shown);
		if (path == NULL) {
			say_no_profile(r, &d[i]);
		} else if (total_read(r) > TOTAL_MAX || r->site->profiles.n >= PROFILES_MAX) {
			fault_at(r->faults, d[i].node.at,
			    "the files have more than %zu MB together, or are more than %d; divide the site",
			    TOTAL_MAX / (1024 * 1024), PROFILES_MAX);
			i = r->site->devices.n - 1;
		} else {
			read_profile_file(r, d[i].profile, path, shown, &room);
		}
		free(path);
		free(shown);
	}
	if (r->site->profiles.n > 0)
		mark_given(r->site, offsetof(struct site, profiles));
}

/* ---- screens */

static int
is_screen(const struct dirent *e)
{
	size_t n = strlen(e->d_name);
	return e->d_name[0] != '.' && n > 7 && strcmp(e->d_name + n - 7, ".screen") == 0;
}

static int
compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* not alphasort, which asks the locale */
}

static void
read_screen_file(struct reader *r, const char *file, uint32_t *room)
{
	char *path = xasprintf("%s/screens/%s", r->dir, file);
	uint16_t number = faults_add_source(r->faults, path);
	char *name = xstrndup(file, strlen(file) - strlen(".screen")), message[300];
	const struct key word = { .name = "screen", .type = KEY_WORD };
	const char *taken = NULL;
	if (!schema_scalar(&word, name, &taken, r->site->arena, message, sizeof(message))) {
		fault_at(r->faults, (struct mark){ .file = number }, "the name of the file: %s", message);
	} else if (source_read(r->faults, number, path, SITE_SCREEN_MAX)) {
		struct site_screen *s = append(r, &r->site->screens, room, sizeof(*s));
		s->name = taken;
		s->text = arena_strdup(r->site->arena, faults_source(r->faults, number)->data);
		s->node.at = (struct mark){ .file = number, .line = 0 };
		s->node.set = 3; /* both keys */
	}
	free(name);
	free(path);
}

static void
read_screens(struct reader *r)
{
	struct dirent **list = NULL;
	char *path = xasprintf("%s/screens", r->dir);
	int n = scandir(path, &list, is_screen, compare_entries);
	uint32_t room = 0;
	for (int i = 0; i < n; i++) {
		if (i < SCREENS_MAX)
			read_screen_file(r, list[i]->d_name, &room);
		free(list[i]);
	}
	if (n > SCREENS_MAX)
		fault_at(r->faults, (struct mark){ 0 }, "screens/ has %d screens; at most %d", n, SCREENS_MAX);
	free(list);
	free(path);
	if (r->site->screens.n > 0)
		mark_given(r->site, offsetof(struct site, screens));
}

void
files_read(struct reader *r)
{
	if (!read_site_file(r))
		return;
	read_profiles(r);
	read_screens(r);
}
