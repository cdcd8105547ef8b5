/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_delta.c - packed changes from a stranger; and what a reader took, a writer can say again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/delta.h"

#define POINTS   64
#define GROUPS   8
#define TIME_MAX (INT64_C(1) << 60) /* between two times; more is cut */
#define NEAR_0   (2 * US_PER_MS)    /* such a time may become 0, not known, which has no received time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
changed(uint32_t point, void *arg)
{
	(void)arg;
	if (point >= POINTS)
		abort();
}

static void
set_decimals(struct delta_cell *cells)
{
	memset(cells, 0, POINTS * sizeof(*cells));
	for (int i = 0; i < POINTS; i++)
		cells[i].decimals = (int8_t)(i % 19 - 6);
}

/* The snapshot of what was read gives the same cells and times to another reader. */
static void
say_again(const struct delta_cell *cells, const struct delta_sink *read, struct utc now)
{
	static struct delta_cell copy[POINTS], other[POINTS];
	struct utc groups[GROUPS] = { 0 }, received[GROUPS] = { 0 };
	struct delta_sink sink = {
		.groups = GROUPS, .points = POINTS, .group_time = groups, .group_received = received, .cells = other
	};
	struct delta_writer w = { 0 };
	struct wbuf body = { 0 };
	struct frame f = { .type = W_VALUES };
	struct utc time;

	memcpy(copy, cells, sizeof(copy));
	set_decimals(other);
	delta_begin(&w, &body, now, true);
	for (uint32_t g = 0; g < GROUPS; g++)
		delta_group(&w, g, read->group_time[g], read->group_received[g]);
	for (uint32_t i = 0; i < POINTS; i++) {
		struct value v = { .v = cells[i].v, .quality = cells[i].quality, .cause = cells[i].cause, .time = now };

		delta_point(&w, i, &copy[i], &v);
	}
	delta_end(&w);
	f.length = (uint32_t)body.len;
	f.body = body.data;
	if (delta_read(&f, &sink, &time) != OK)
		abort();
	for (int i = 0; i < POINTS; i++)
		if (memcmp(&other[i].v, &copy[i].v, sizeof(double)) != 0 || other[i].n != copy[i].n ||
		    other[i].quality != cells[i].quality)
			abort();
	for (int g = 0; g < GROUPS; g++)
		if (llabs(now.us - read->group_time[g].us) <= TIME_MAX && llabs(read->group_time[g].us) >= NEAR_0 &&
		    (llabs(groups[g].us - read->group_time[g].us) >= US_PER_MS ||
		        received[g].us - groups[g].us != read->group_received[g].us - read->group_time[g].us))
			abort();
	delta_writer_done(&w);
	wbuf_done(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct delta_cell cells[POINTS];
	struct utc groups[GROUPS] = { 0 }, received[GROUPS] = { 0 }, time;
	struct delta_sink sink = { .groups = GROUPS,
		.points = POINTS,
		.group_time = groups,
		.group_received = received,
		.cells = cells,
		.changed = changed };
	size_t half;
	struct frame f;

	if (size < 1)
		return 0;
	set_decimals(cells);
	half = (size - 1) * data[0] / 255;
	f = (struct frame){ .type = W_VALUES, .length = (uint32_t)half, .body = data + 1 };
	(void)delta_read(&f, &sink, &time);
	f = (struct frame){ .type = W_CHANGES, .length = (uint32_t)(size - 1 - half), .body = data + 1 + half };
	if (delta_read(&f, &sink, &time) == OK)
		say_again(cells, &sink, time);
	return 0;
}
