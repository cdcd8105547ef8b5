/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.h - what the console keeps between runs, in $XDG_STATE_HOME/chisan: bookmarks, and pages written as text.
 */
#ifndef CHISAN_KEEP_H
#define CHISAN_KEEP_H

#include "console/screen.h"

#define KEEP_BOOKMARKS 200

/* The folder, made if missing (0700); false: it cannot be made. */
bool keep_folder(char *buf, size_t size);
/* Reads the bookmarks of this site; what is no point name is passed over. */
void keep_load(const char *site);
bool keep_is_marked(const char *point);
int keep_count(void);
const char *keep_at(int i);
/* Sets or takes a bookmark; false: it could not be written. */
bool keep_toggle(const char *point, bool *is_marked);
void keep_done(void);
/* Writes the grid with a head line to page-TIME-NAME.txt; path gets its name. */
bool keep_page(struct console *co, const char *name, char *path, size_t size);

#endif
