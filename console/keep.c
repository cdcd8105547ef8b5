/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.c - files are written beside and renamed into place, so that a full disk costs nothing that was there.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/keep.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"

#define PATH_BYTES 1024

static char marks[KEEP_BOOKMARKS][POINT_NAME_MAX];
static int mark_count;
static char mark_file[PATH_BYTES];

bool
keep_folder(char *buf, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char path[PATH_BYTES];

	if (state != NULL && state[0] == '/') {
		if (!str_printf(path, sizeof path, "%s/chisan", state))
			return false;
	} else if (home == NULL || home[0] != '/' || !str_printf(path, sizeof path, "%s/.local/state/chisan", home)) {
		return false;
	}
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return false;
	return str_copy(buf, size, path);
}

/* A word that is safe in a file name. */
static void
word_of(char *buf, size_t size, const char *name)
{
	size_t n = 0;

	for (; *name != '\0' && n + 1 < size; name++)
		buf[n++] = isalnum((unsigned char)*name) ? *name : '-';
	buf[n] = '\0';
}

void
keep_load(const char *site)
{
	char folder[PATH_BYTES - 200], word[64], line[POINT_NAME_MAX + 2];
	FILE *f;

	mark_count = 0;
	mark_file[0] = '\0';
	word_of(word, sizeof word, site);
	if (!keep_folder(folder, sizeof folder) ||
	    !str_printf(mark_file, sizeof mark_file, "%s/bookmarks-%s", folder, word))
		return;
	if ((f = fopen(mark_file, "re")) == NULL)
		return;
	while (mark_count < KEEP_BOOKMARKS && fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (point_name_is_valid(line) && !keep_is_marked(line))
			str_copy(marks[mark_count++], sizeof marks[0], line);
	}
	fclose(f);
}

bool
keep_is_marked(const char *point)
{
	for (int i = 0; i < mark_count; i++)
		if (strcmp(marks[i], point) == 0)
			return true;
	return false;
}

int
keep_count(void)
{
	return mark_count;
}

const char *
keep_at(int i)
{
	return marks[i];
}

void
keep_done(void)
{
	mark_count = 0;
}

/* Opens path + ".new" for writing, never through a link. */
static FILE *
open_new(const char *path, char *temporary, size_t size)
{
	int fd;

	if (!str_printf(temporary, size, "%s.new", path))
		return NULL;
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool
close_new(FILE *f, const char *temporary, const char *path)
{
	bool ok = fflush(f) == 0 && ferror(f) == 0;

	ok = fclose(f) == 0 && ok;
	if (!ok || rename(temporary, path) != 0) {
		unlink(temporary);
		return false;
	}
	return true;
}

static bool
save_marks(void)
{
	char temporary[PATH_BYTES + 8];
	FILE *f;

	if (mark_file[0] == '\0' || (f = open_new(mark_file, temporary, sizeof temporary)) == NULL)
		return false;
	for (int i = 0; i < mark_count; i++)
		fprintf(f, "%s\n", marks[i]);
	return close_new(f, temporary, mark_file);
}

bool
keep_toggle(const char *point, bool *is_marked)
{
	for (int i = 0; i < mark_count; i++) {
		if (strcmp(marks[i], point) == 0) {
			memmove(marks[i], marks[i + 1], (size_t)(mark_count - i - 1) * sizeof marks[0]);
			mark_count--;
			*is_marked = false;
			return save_marks();
		}
	}
	*is_marked = true;
	if (mark_count == KEEP_BOOKMARKS || !str_copy(marks[mark_count], sizeof marks[0], point))
		return false;
	mark_count++;
	return save_marks();
}

bool
keep_page(struct console *co, const char *name, char *path, size_t size)
{
	char folder[PATH_BYTES - 200], word[64], stamp[64], when[64], temporary[PATH_BYTES + 8];
	FILE *f;

	word_of(word, sizeof word, name);
	utc_civil(stamp, sizeof stamp, co->now, "%Y%m%d-%H%M%S");
	utc_civil(when, sizeof when, co->now, "%Y-%m-%d %H:%M:%S %Z");
	if (!keep_folder(folder, sizeof folder) || !str_printf(path, size, "%s/page-%s-%s.txt", folder, stamp, word))
		return false;
	if ((f = open_new(path, temporary, sizeof temporary)) == NULL)
		return false;
	fprintf(f, "# %s, page %s, as seen at %s\n", co->client->site_name, name, when);
	grid_dump(co->grid, f);
	return close_new(f, temporary, path);
}
