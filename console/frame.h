/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - what stands around every page: top line, alarm lines, title, prompt, message, keys. The same rows at every size.
 *
 *   row 1 top | 2-3 alarms | 4 title and hints | body | last-2 prompt | last-1 message | last keys
 */
#ifndef CHISAN_FRAME_H
#define CHISAN_FRAME_H

#include "console/screen.h"

#define FRAME_COLUMNS_MIN 60
#define FRAME_ROWS_MIN    16

bool frame_is_too_small(const struct grid *g);
struct area frame_body(const struct grid *g);
/* "3 points not good, 1 device down: ESS2"; false: there is nothing to say. */
bool frame_trouble(const struct console *co, char *buf, size_t size);
/* Draws the whole: frame and page. */
void frame_draw(struct console *co);

#endif
