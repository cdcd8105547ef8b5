/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.h - what the console has seen of one point, over several rows. It moves on every few seconds, not every second:
 * a picture that shifts all the time cannot be read and costs a slow line dear.
 */
#ifndef CHISAN_CHART_H
#define CHISAN_CHART_H

#include "console/screen.h"

#define CHART_STEP 5 /* samples by which it moves on */

/* One column a sample, newest at the right; gaps stay empty. The rows are those of the area. */
void chart_draw(struct console *co, point_id id, struct area a, struct spark_span *span);

#endif
