/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_lines.h - how an alarm list looks: the lists and the heads of columns above, a line a row, what to do about the selected one below.
 * On the linear page, to be heard, a row is one sentence and nothing stands around it.
 */
#ifndef CHISAN_ALARM_LINES_H
#define CHISAN_ALARM_LINES_H

#include "console/alarm_rows.h"
#include "console/screen.h"

#define ALARM_LINES_HEADS 2 /* rows above the list */

/* a: the body of the page, for all of them; rows below the list are not part of it. */
void alarm_lines_head(struct console *co, const struct alarm_rows *rows, struct area a);
void alarm_lines_row(
    struct console *co, const struct alarm_rows *rows, const struct alarm_row *r, int row, struct area a);
/* Rows below the list, which alarm_lines_preview() fills. */
int alarm_lines_below(const struct console *co);
void alarm_lines_preview(struct console *co, const struct alarm_rows *rows, struct area a);
void alarm_lines_empty(struct console *co, const struct alarm_rows *rows, struct area a);

#endif
