/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_circle.c - circles among calculated points: a depth-first walk with a stack of its own, since chains may be as long as there
 * are points.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

enum colour { WHITE, GREY, BLACK };

struct walk {
	struct check *c;
	point_id *const *inputs;
	uint8_t *colour;
	point_id *stack;
	uint32_t *next; /* which input of stack[i] comes next */
	uint32_t depth;
};

static void
say_circle(struct walk *w, point_id back_to)
{
	const struct site *s = w->c->s;
	char path[400] = "";
	uint32_t from = 0, shown = 0;
	while (w->stack[from] != back_to)
		from++;
	for (uint32_t i = from; i < w->depth && shown < 6; i++, shown++) {
		str_append(path, sizeof(path), s->points[w->stack[i]].name);
		str_append(path, sizeof(path), " reads ");
	}
	if (w->depth - from > shown)
		str_append(path, sizeof(path), "... reads ");
	str_append(path, sizeof(path), s->points[back_to].name);
	const struct site_point_def *d = s->points[back_to].def;
	fault_at(w->c->f, AT_KEY(point_schema, d, struct site_point_def, expression),
	    "a circle: %s; break it, for instance with a point that is measured", path);
}

static void
walk_from(struct walk *w, point_id start)
{
	w->stack[0] = start;
	w->next[0] = 1;
	w->depth = 1;
	w->colour[start] = GREY;
	while (w->depth > 0) {
		point_id id = w->stack[w->depth - 1];
		const point_id *inputs = w->inputs[id];
		if (inputs == NULL || w->next[w->depth - 1] > inputs[0]) {
			w->colour[id] = BLACK;
			w->depth--;
			continue;
		}
		point_id to = inputs[w->next[w->depth - 1]++];
		if (w->colour[to] == GREY)
			say_circle(w, to);
		if (w->colour[to] != WHITE)
			continue;
		w->colour[to] = GREY;
		w->stack[w->depth] = to;
		w->next[w->depth++] = 1;
	}
}

void
check_circles(struct check *c, point_id *const *inputs)
{
	uint32_t n = c->s->point_count;
	struct walk w = { .c = c, .inputs = inputs };
	w.colour = xcalloc((size_t)n + 1, sizeof(*w.colour));
	w.stack = xcalloc((size_t)n + 1, sizeof(*w.stack));
	w.next = xcalloc((size_t)n + 1, sizeof(*w.next));
	for (point_id i = 0; i < n; i++)
		if (w.colour[i] == WHITE && inputs[i] != NULL)
			walk_from(&w, i);
	free(w.colour);
	free(w.stack);
	free(w.next);
}
