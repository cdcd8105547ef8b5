/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_lines.h - a trend in words and numbers, a line each: for who hears it, and where nothing can be drawn.
 */
#ifndef CHISAN_TREND_LINES_H
#define CHISAN_TREND_LINES_H

#include "console/trend_chart.h"

void trend_lines_draw(const struct chart *c, struct grid *g, struct area a);

#endif
