/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_watch.c - changes as they come: a line each in stable columns, without any control sequence.
 * Ends with 0 at ^C, or when nobody reads on; a lost link is said on stderr and found again.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "console/client_control.h"
#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/stream.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define VALUE_CELLS_MAX 28

struct watch {
	struct stream stream;
	const struct options *o;
	struct client *client;
	bool *chosen;                      /* [count] */
	struct delta_cell *last;           /* [count] as last printed, or as it stood at the beginning */
	const struct client_point *points; /* of the model that chosen and last belong to */
	uint32_t count;
	int name_cells, value_cells, unit_cells;
	int64_t lines;
};

static void
print_line(struct watch *w, point_id id)
{
	const struct client *c = w->client;
	struct value v = client_value(c, id);
	char time[16], name[POINT_NAME_MAX * 2], value[1024], fitted[1024], unit[64], marks[MARKS_MAX];

	utc_civil(time, sizeof time, v.time.us != 0 ? v.time : c->newest, "%H:%M:%S");
	text_fit(name, sizeof name, c->points[id].name, w->name_cells, false);
	client_format(c, id, w->o->ja, value, sizeof value);
	if (text_width(value) < w->value_cells)
		text_fit(fitted, sizeof fitted, value, w->value_cells, true);
	else
		str_copy(fitted, sizeof fitted, value);
	text_fit(unit, sizeof unit, c->points[id].unit, w->unit_cells, false);
	say("%s %s %s %-2s %s %s\n", time, name, fitted, client_marks(c, id, v.quality, marks, sizeof marks), unit,
	    cmd_quality_word(v.quality));
}

static void
print_point(struct watch *w, point_id id)
{
	if (w->o->count > 0 && w->lines >= w->o->count)
		return;
	if (w->o->json) {
		json_t *j = jout_begin(), *p = jout_point(w->client, id, clock_utc());
		json_object_update(j, p);
		json_decref(p);
		jout_print(j);
	} else {
		print_line(w, id);
	}
	w->last[id] = w->client->cells[id];
	if (++w->lines == w->o->count)
		stream_end(&w->stream, CMD_DONE);
}

static void
widen(int *cells, int wanted)
{
	if (wanted > VALUE_CELLS_MAX)
		wanted = VALUE_CELLS_MAX;
	if (wanted > *cells)
		*cells = wanted;
}

/* Columns stay where they are for as long as the site stays, so they must hold what may come. */
static void
measure(struct watch *w)
{
	const struct client *c = w->client;
	char text[1024];

	widen(&w->value_cells, 6);
	for (uint32_t i = 0; i < w->count; i++) {
		const struct client_point *p = &c->points[i];
		int decimals = p->decimals > 0 ? p->decimals : 0;
		if (!w->chosen[i])
			continue;
		if (text_width(p->name) > w->name_cells)
			w->name_cells = text_width(p->name);
		if (text_width(p->unit) > w->unit_cells)
			w->unit_cells = text_width(p->unit);
		client_format(c, i, w->o->ja, text, sizeof text);
		widen(&w->value_cells, text_width(text));
		for (uint32_t s = 0; s < p->state_count; s++)
			widen(&w->value_cells,
			    text_width(cmd_in_language(w->o, p->states[s].text, p->states[s].text_ja)));
		widen(&w->value_cells, text_width(str_fixed(text, sizeof text, p->range_lo, decimals)));
		widen(&w->value_cells, text_width(str_fixed(text, sizeof text, p->range_hi, decimals)));
	}
}

/* What was printed of the points of the old model that the new one has too; the others begin as never read. */
static void
carry_over(struct watch *w, const struct delta_cell *old, uint32_t old_count)
{
	for (uint32_t i = 0; i < w->count; i++)
		w->last[i] = (struct delta_cell){ .v = (double)NAN, .quality = Q_NEVER_READ };
	for (uint32_t i = 0; i < old_count; i++) {
		point_id id = client_find(w->client, w->points[i].name);
		if (id != POINT_NONE)
			w->last[id] = old[i];
	}
}

/* Each snapshot numbers its points anew. False: no point is chosen. */
static bool
choose(struct watch *w)
{
	struct client *c = w->client;
	struct delta_cell *old = w->last;
	uint32_t n, old_count = w->count;
	point_id *ids;
	int code = cmd_select(w->o, c, &ids, &n);

	free(w->chosen);
	w->count = c->point_count;
	w->chosen = xcalloc((size_t)w->count + 1, sizeof *w->chosen);
	w->last = xcalloc((size_t)w->count + 1, sizeof *w->last);
	carry_over(w, old, old_count);
	w->points = c->points;
	for (uint32_t i = 0; i < n; i++)
		w->chosen[ids[i]] = true;
	free(old);
	free(ids);
	measure(w);
	return code == CMD_DONE;
}

static bool
differs(const struct delta_cell *a, const struct delta_cell *b)
{
	bool is_same_number = !(a->v < b->v) && !(a->v > b->v) && isnan(a->v) == isnan(b->v);

	return a->quality != b->quality || !is_same_number;
}

/* A snapshot: the first is what changes are changes of; a later one brings what was missed. */
static void
begin(struct watch *w)
{
	bool is_first = !w->stream.was_live;

	w->stream.was_live = true;
	if (!choose(w) && is_first) {
		stream_end(&w->stream, CMD_NOT_FOUND);
		return;
	}
	for (uint32_t i = 0; i < w->count; i++) {
		const struct delta_cell *now = &w->client->cells[i];
		if (!w->chosen[i])
			continue;
		if (is_first && !w->o->now)
			w->last[i] = *now;
		else if (is_first || differs(now, &w->last[i]))
			print_point(w, i);
	}
	stream_flush(&w->stream);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct watch *w = arg;

	if (stream_phase(&w->stream, c))
		begin(w);
}

static void
point_changed(struct client *c, point_id id, void *arg)
{
	struct watch *w = arg;

	if (id < w->count && w->chosen[id] && differs(&c->cells[id], &w->last[id]))
		print_point(w, id);
}

static void
broadcast_ended(struct client *c, void *arg)
{
	struct watch *w = arg;

	(void)c;
	stream_flush(&w->stream);
}

static const struct client_ops ops = { .phase = phase_changed, .changed = point_changed, .broadcast = broadcast_ended };

int
cmd_watch(const struct options *o)
{
	struct watch w = { .stream = { .loop = ev_default_loop(0), .o = o, .late = "has not sent the site" }, .o = o };
	int code;

	w.client = client_new(
	    w.stream.loop, o->socket, SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_CHANGES | SUB_CONTROL, true, &ops, &w);
	code = stream_run(&w.stream);
	client_free(w.client);
	free(w.chosen);
	free(w.last);
	return code;
}
