/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_watch.c - changes as they come: a line each in stable columns, without any control sequence.
 * Ends with 0 at ^C, or when nobody reads on; a lost link is said on stderr and found again.
 */
#include "config.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define VALUE_CELLS_MAX 28

struct watch {
	struct ev_loop *loop;
	const struct options *o;
	struct client *client;
	bool *chosen;                      /* [count] */
	struct delta_cell *last;           /* [count] as last printed, or as it stood at the beginning */
	const struct client_point *points; /* of the model that chosen and last belong to */
	uint32_t count;
	int name_cells, value_cells, unit_cells;
	int64_t lines;
	bool was_live, has_said_lost;
	int code;
};

static void
end(struct watch *w, int code)
{
	w->code = code;
	ev_break(w->loop, EVBREAK_ALL);
}

static void
print_line(struct watch *w, point_id id)
{
	const struct client *c = w->client;
	struct value v = client_value(c, id);
	char time[16], name[POINT_NAME_MAX * 2], value[1024], fitted[1024], unit[64];

	utc_civil(time, sizeof time, v.time.us != 0 ? v.time : c->newest, "%H:%M:%S");
	text_fit(name, sizeof name, c->points[id].name, w->name_cells, false);
	client_format(c, id, w->o->ja, value, sizeof value);
	if (text_width(value) < w->value_cells)
		text_fit(fitted, sizeof fitted, value, w->value_cells, true);
	else
		str_copy(fitted, sizeof fitted, value);
	text_fit(unit, sizeof unit, c->points[id].unit, w->unit_cells, false);
	say("%s %s %s %-2s %s %s\n", time, name, fitted, quality_letters(v.quality), unit, cmd_quality_word(v.quality));
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
		end(w, CMD_DONE);
}

static void
flush(struct watch *w)
{
	int code = cmd_flush(-1);

	if (code != -1)
		end(w, code);
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
	if (c->timezone[0] != '\0' && clock_zone_exists(c->timezone))
		clock_set_zone(c->timezone);
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
	bool is_first = !w->was_live;

	w->was_live = true;
	if (w->has_said_lost)
		say_error("the link to chisand is back");
	w->has_said_lost = false;
	if (!choose(w) && is_first) {
		end(w, CMD_NOT_FOUND);
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
	flush(w);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct watch *w = arg;

	if (c->phase == CLIENT_LIVE) {
		begin(w);
	} else if (c->phase == CLIENT_DOWN && !w->was_live) {
		say_error("%s", c->why_text);
		end(w, cmd_exit_of(c->why));
	} else if (c->phase == CLIENT_DOWN && !w->has_said_lost) {
		say_error("%s; trying again", c->why_text);
		w->has_said_lost = true;
	}
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
	(void)c;
	flush(arg);
}

static const struct client_ops ops = { .phase = phase_changed, .changed = point_changed, .broadcast = broadcast_ended };

static void
limit_cb(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct watch *w = t->data;

	(void)loop;
	(void)revents;
	if (w->was_live)
		return;
	say_error("chisand at %s has not sent the site in time", w->o->socket);
	end(w, CMD_NO_SERVER);
}

static void
signal_cb(struct ev_loop *loop, ev_signal *s, int revents)
{
	(void)loop;
	(void)revents;
	end(s->data, CMD_DONE);
}

/* The other end of the pipe is gone, although we may have nothing to write. */
static void
output_cb(struct ev_loop *loop, ev_io *io, int revents)
{
	struct pollfd p = { .fd = io->fd };

	(void)revents;
	if (poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)))
		end(io->data, CMD_DONE);
	else
		ev_io_stop(loop, io);
}

int
cmd_watch(const struct options *o)
{
	struct watch w = { .loop = ev_default_loop(0), .o = o };
	ev_signal interrupt, terminate;
	ev_timer limit;
	ev_io output;
	struct stat st;

	w.client = client_new(w.loop, o->socket, SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_CHANGES, true, &ops, &w);
	ev_signal_init(&interrupt, signal_cb, SIGINT);
	ev_signal_init(&terminate, signal_cb, SIGTERM);
	ev_timer_init(&limit, limit_cb, (double)o->timeout_us / 1e6, 0.);
	ev_io_init(&output, output_cb, STDOUT_FILENO, EV_READ);
	interrupt.data = terminate.data = limit.data = output.data = &w;
	ev_signal_start(w.loop, &interrupt);
	ev_signal_start(w.loop, &terminate);
	ev_timer_start(w.loop, &limit);
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		ev_io_start(w.loop, &output);
	ev_run(w.loop, 0);
	ev_signal_stop(w.loop, &interrupt);
	ev_signal_stop(w.loop, &terminate);
	ev_timer_stop(w.loop, &limit);
	ev_io_stop(w.loop, &output);
	client_free(w.client);
	free(w.chosen);
	free(w.last);
	return w.code;
}
