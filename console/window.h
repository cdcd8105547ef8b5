/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.h - the part of the journal that a page holds: bounded, in order, growing at either end as one scrolls, with the days that
 * begin in it. The selected entry stays selected whatever comes or goes around it.
 */
#ifndef CHISAN_WINDOW_H
#define CHISAN_WINDOW_H

#include "console/entry.h"
#include "console/list.h"

#define WINDOW_ENTRIES 1000
#define WINDOW_BYTES   (4 * 1024 * 1024)
#define WINDOW_PAGE    200 /* entries asked for at a time */

struct window {
	struct entry *entries[WINDOW_ENTRIES + WINDOW_PAGE + 1]; /* oldest first; what is not recorded yet at the end */
	int count;
	size_t bytes;
	bool has_first, has_last; /* of the journal, as far as the filter lets it */
	/* rows as they are drawn: an entry's index, or -1: the day of the row below begins */
	int rows[2 * (WINDOW_ENTRIES + WINDOW_PAGE + 1)];
	struct list list;
};

void window_empty(struct window *w);
/* Rows anew. selected: by its address, which is never looked into; it keeps its line. NULL or gone: the last one is selected. */
void window_build(struct window *w, const struct entry *selected);
bool window_is_at_end(const struct window *w);               /* is the last one selected? */
const struct entry *window_selected(const struct window *w); /* NULL = none */
void window_select(struct window *w, int entry);
bool window_request(struct window *w, enum request req); /* as list_request, but never stops on a day */

/* Takes e. Oldest first, so that calls come in order; drops from the other end what is too much. */
void window_add_newer(struct window *w, struct entry *e);
void window_add_older(struct window *w, struct entry *e);
/* Is there room at the end without losing the selected one? */
bool window_has_room(const struct window *w);
uint64_t window_first(const struct window *w); /* sequences; 0 = none */
uint64_t window_last(const struct window *w);

#endif
