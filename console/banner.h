/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banner.h - the two lines of alarms that stand on every page, and the counts in the top line.
 */
#ifndef CHISAN_BANNER_H
#define CHISAN_BANNER_H

#include "console/screen.h"

/* How many wait for an acknowledgement, in at most `cells` cells, the worst first: "!1:2 *2:5". Returns the cells used. */
int banner_counts(struct console *co, int row, int column, int cells);
/*
 * Line i (0, 1) of the banner into `row`, from the left edge, leaving `right` cells free. false: there is no such alarm, and nothing
 * was drawn.
 */
bool banner_line(struct console *co, int i, int row, int right);
/* What there is to say where no alarm waits: "No alarm waits for acknowledgement; 3 active (a)". */
void banner_calm(const struct console *co, char *buf, size_t size);
/* The look of an alarm's code and of its words. */
enum look banner_code_look(const struct client_alarm *a);
enum look banner_look(const struct client_alarm *a);
/* ">!1" or " !1", three cells. */
void banner_put_code(struct grid *g, int row, int column, const struct client_alarm *a);

#endif
