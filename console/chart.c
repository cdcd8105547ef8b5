/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.c - columns of eighths, stacked.
 */
#include "config.h"

#include <math.h>

#include "console/chart.h"

static void
draw_column(struct console *co, struct area a, int column, float height)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ".", ".", ".", ":", ":", ":", "|" };
	int eighths = 1 + (int)lroundf(height * (float)(a.rows * 8 - 1)); /* at least one: there was a value */

	for (int r = a.rows - 1; r >= 0 && eighths > 0; r--, eighths -= 8)
		grid_put(co->grid, a.row + r, column, 1, LOOK_NORMAL,
		    (co->is_ascii_graph ? ascii : blocks)[eighths > 8 ? 8 : eighths]);
}

static void
find_span(const float *samples, int count, struct spark_span *span)
{
	*span = (struct spark_span){ NAN, NAN, NAN, 0 };
	for (int i = 0; i < count; i++) {
		if (isnan(samples[i]))
			continue;
		span->min = fminf(span->min, samples[i]);
		span->max = fmaxf(span->max, samples[i]);
		span->last = samples[i];
	}
}

void
chart_draw(struct console *co, point_id id, struct area a, struct spark_span *span)
{
	float samples[SPARK_LENGTH];
	int cells = a.columns > SPARK_LENGTH ? SPARK_LENGTH : a.columns, have;

	have = spark_get_steady(co->sparks, id, samples, cells, CHART_STEP);
	find_span(samples, cells, span);
	span->samples = have;
	for (int i = 0; i < cells; i++) {
		float height = span->max - span->min;
		if (!isnan(samples[i]))
			draw_column(co, a, a.column + i, height > 0 ? (samples[i] - span->min) / height : 0);
	}
}
