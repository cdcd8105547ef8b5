/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shown.h - how a value looks on every page: the number, the letter of its quality beside it, its age when it is old, a bar
 * with its limits. A number is never cut: if it does not fit it loses decimals, and then becomes '#'.
 */
#ifndef CHISAN_SHOWN_H
#define CHISAN_SHOWN_H

#include "console/client_control.h"
#include "console/screen.h"

#define MARK_CELLS 2 /* room kept for the letters of quality right of a value */

struct shown {
	point_id id;
	char text[128];       /* number or state; "-" never read */
	char mark[MARKS_MAX]; /* letters of its quality, then V T L, s o d; "" when there is nothing to say */
	char age[8];          /* "" unless old or asked */
	enum look look;
	bool is_number, is_old;
	double v;         /* NaN = none */
	uint16_t quality; /* with Q_NO_COMM while the link to the server is lost */
};

void shown_get(const struct console *co, point_id id, struct shown *s);
/* One line for who hears it: "ESS1.SOC: 89.6 %, stale, Gymnasium A battery, State of charge". What matters stands first. */
void shown_line(const struct console *co, point_id id, char *buf, size_t size);
/* The number right-aligned, its last digit at column + cells - MARK_CELLS - 1; the letters right of it. */
void shown_put_right(
    const struct console *co, struct grid *g, int row, int column, int cells, const struct shown *s, const char *unit);
void shown_put_left(
    const struct console *co, struct grid *g, int row, int column, int cells, const struct shown *s, const char *unit);
/* "[--L====|==H-]" from lo to hi over `cells` cells with the brackets; limits NaN = none. */
void shown_put_bar(struct grid *g, int row, int column, int cells, const struct shown *s, double lo, double hi,
    const struct client_point *limits);
/* "beyond HH" and the like; NULL when within its limits or not a number. */
const char *shown_limit(const struct client_point *p, double v);
/* Puts a number into buf in at most `cells` cells by dropping decimals; false: it does not fit. */
bool shown_shorten(char *buf, size_t size, double v, int decimals, int cells);

#endif
