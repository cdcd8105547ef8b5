/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output_panel.h - what there is to say about an output, line by line, for the page of a point and for dialogues.
 */
#ifndef CHISAN_OUTPUT_PANEL_H
#define CHISAN_OUTPUT_PANEL_H

#include "console/screen.h"

#define OUTPUT_LINES 12

struct output_line {
	const char *label; /* "" = goes on from the line before */
	enum look look;
	char text[900];
	int rows; /* it may take, most; what is longer is cut */
};

/* Of any point: tags stand on measured ones too. Returns how many. */
int output_panel_lines(const struct console *co, point_id id, struct output_line lines[OUTPUT_LINES]);
/* "held by duty until 21:31 (22m)", for beside the value; false: no person holds it. */
bool output_panel_beside(const struct console *co, point_id id, char *buf, size_t size);

#endif
