/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term.h - the terminal: the only file that includes ncurses. Takes a grid, writes the cells that changed.
 */
#ifndef CHISAN_TERM_H
#define CHISAN_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "console/grid.h"
#include "console/theme.h"

struct term_options {
	enum color_depth color;
	const struct theme *theme;
	bool ascii;
};

/* What the terminal and locale can show: sets LC_CTYPE, falls back to C.UTF-8 inside and ASCII outside. */
bool term_needs_ascii(void);

/* false: no terminal or TERM unknown; *why says it in a sentence. */
bool term_init(const struct term_options *o, const char **why);
void term_done(void);
void term_size(int *columns, int *rows);
void term_resize(void); /* takes the new size from the kernel */
void term_set_theme(const struct theme *t);
/* Writes what changed since the last call; with all, everything. Nothing changed: no byte. */
void term_draw(const struct grid *g, bool all);
/* The next key without waiting; KEY_NONE: none. K_HANGUP: the terminal is gone. */
uint32_t term_key(void);
void term_suspend(void); /* gives the terminal back, stops, returns when continued */
void term_bell(void);

/* After a child died without term_done: puts the terminal right. saved: struct termios from before, NULL = leave the modes. */
void term_emergency(int fd, const void *saved);

#endif
