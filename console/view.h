/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - the stack of open pages, and the way of a request: first to the page, then to the common handler.
 */
#ifndef CHISAN_VIEW_H
#define CHISAN_VIEW_H

#include "console/screen.h"

void view_head(struct console *co, struct view *v, char *title, size_t title_size, char *hint, size_t hint_size);
/* Draws with the held values while paused. */
void view_draw(struct console *co, struct view *v, struct area a);
/* Tells every page; what must be redrawn is that of the top one. */
void view_update(struct console *co, enum change what, uint32_t number);
bool view_back(struct console *co); /* false: this is the last one */
void view_close_all(struct console *co);

void pause_toggle(struct console *co);
void pause_end(struct console *co); /* because the numbers are new */

#endif
