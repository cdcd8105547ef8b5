/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_panel.h - the alarms of one point, line by line, for its page: those that are not at rest, the worst first.
 */
#ifndef CHISAN_ALARM_PANEL_H
#define CHISAN_ALARM_PANEL_H

#include "console/screen.h"

#define ALARM_PANEL_LINES 4 /* of more the last line says how many */

struct alarm_panel_line {
	enum look look;
	char text[512];
};

/* Returns how many lines; one that says "none of 4 stands" when all are at rest, 0 when the point has no alarm. */
int alarm_panel_lines(const struct console *co, point_id id, struct alarm_panel_line lines[ALARM_PANEL_LINES]);

#endif
