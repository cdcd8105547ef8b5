/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_trend.c - trend: asks for the buckets of each point, one question a point, and prints them in the form that was asked for.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd_trend.h"
#include "console/say.h"
#include "console/trend_chart.h"
#include "console/when.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define SINCE_US       (3600 * US_PER_S) /* without --since */
#define BUCKETS        60
#define TABLE_BUCKETS  24
#define PICTURE_COUNT  800
#define DRAWING_POINTS 4

struct utc
trend_set_time(const struct trend_set *s, uint32_t bucket)
{
	return utc_add(s->from, (s->to.us - s->from.us) / s->count * bucket);
}

/* ---- what is wanted */

static bool
is_drawing(const struct options *o)
{
	return !o->json && !o->csv && !o->samples && o->png == NULL && !o->sixel && say_terminal_width() > 0;
}

static uint32_t
bucket_count(const struct options *o, enum graph graph)
{
	if (is_drawing(o)) { /* as wide as the terminal; --buckets is for the other forms */
		int columns = say_terminal_width() > GRID_COLUMNS_MAX ? GRID_COLUMNS_MAX : say_terminal_width();
		return (uint32_t)(chart_cells(columns) * plot_fine(graph));
	}
	if (o->buckets > 0)
		return (uint32_t)o->buckets;
	return o->png != NULL || o->sixel ? PICTURE_COUNT : o->json || o->csv ? BUCKETS : TABLE_BUCKETS;
}

static int
read_times(const struct options *o, struct trend_set *s)
{
	s->to = s->now;
	if (o->until != NULL && !when_read(o->until, s->now, &s->to)) {
		say_error("--until %.60s is no time; one %s", o->until, WHEN_HELP);
		return CMD_USAGE;
	}
	s->from = utc_add(s->to, -SINCE_US);
	if (o->since != NULL && !when_read(o->since, s->now, &s->from)) {
		say_error("--since %.60s is no time; one %s", o->since, WHEN_HELP);
		return CMD_USAGE;
	}
	if (s->from.us >= s->to.us || s->from.us < 0) {
		say_error("--since must be before --until%s", o->until == NULL ? ", which is now" : "");
		return CMD_USAGE;
	}
	return CMD_DONE;
}

/* Buckets are whole milliseconds, and all of the same length: the last one may reach a little beyond `to`. */
static void
set_count(struct trend_set *s, uint32_t count)
{
	int64_t ms = (s->to.us - s->from.us + US_PER_MS - 1) / US_PER_MS, step;

	s->from.us = s->from.us / US_PER_MS * US_PER_MS;
	if ((int64_t)count > ms)
		count = (uint32_t)ms;
	step = (ms + count - 1) / count;
	s->count = (uint32_t)((ms + step - 1) / step);
	s->to = utc_add(s->from, step * s->count * US_PER_MS);
}

static int
check_words(const struct options *o)
{
	int forms = o->json + o->csv + (o->png != NULL) + o->sixel;

	if (forms > 1)
		say_error("one of --json, --csv, --png and --sixel, not two");
	else if (o->samples && (o->png != NULL || o->sixel))
		say_error("--samples are printed, as text, --json or --csv; pictures are of buckets");
	else if (o->samples && o->given[OPT_BUCKETS])
		say_error("--samples are not put into --buckets; leave one out");
	else
		return CMD_DONE;
	return CMD_USAGE;
}

/* ---- what is answered */

struct taking {
	struct trend_set *set;
	struct trend_point *point;
	bool is_bad;
};

static bool
take_frame(struct client *c, const struct frame *f, void *arg)
{
	struct taking *t = arg;
	struct msg_trend m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type != W_TREND || !msg_trend_get(&r, &m)) {
		t->is_bad = true;
		return false;
	}
	text_put_safe(t->point->unit, sizeof t->point->unit, m.unit, 20);
	t->point->decimals = (int)m.decimals_plus_8 - 8;
	t->point->kind = m.kind < KIND_COUNT ? (enum point_kind)m.kind : KIND_ANALOG;
	for (uint32_t i = 0; i < m.count; i++) {
		struct bucket b;
		if (!bucket_get(&r, &b) || (uint64_t)m.first + i >= t->set->count) {
			t->is_bad = true;
			return false;
		}
		b.from = trend_set_time(t->set, m.first + i);
		t->point->buckets[m.first + i] = b;
	}
	return true;
}

/* Empty buckets, and the question that fills them. The caller ends body. */
static void
prepare(struct trend_set *s, struct trend_point *p, struct wbuf *body)
{
	struct bucket none = { .min = (double)NAN,
		.mean = (double)NAN,
		.max = (double)NAN,
		.first = (double)NAN,
		.last = (double)NAN,
		.increment = (double)NAN };
	struct wbuf name;

	p->buckets = xcalloc(s->count, sizeof *p->buckets);
	for (uint32_t i = 0; i < s->count; i++) {
		p->buckets[i] = none;
		p->buckets[i].from = trend_set_time(s, i);
	}
	wbuf_init(body);
	wbuf_init(&name);
	w_str(&name, p->name);
	msg_trend_get_put(body,
	    &(struct msg_trend_get){
	        .from = s->from.us, .to = s->to.us, .buckets = s->count, .points = { name.data, name.len } });
	wbuf_done(&name);
}

static int
ask(const struct options *o, struct client *c, struct trend_set *s, struct trend_point *p)
{
	struct taking t = { s, p, false };
	struct wbuf body;

	prepare(s, p, &body);
	int code = cmd_ask(o, c, W_TREND_GET, &body, take_frame, &t, NULL);
	wbuf_done(&body);
	if (t.is_bad) {
		say_error("the answer about %s cannot be read; is chisan as new as chisand?", p->name);
		return CMD_FAILED;
	}
	return code;
}

/* A point that the site does not have any more: its unit and decimals come with a bucket. False: nothing is recorded of it. */
static bool
learn(const struct options *o, struct client *c, const struct trend_set *s, struct trend_point *p)
{
	struct trend_set one = *s;
	struct taking t = { &one, p, false };
	struct wbuf body;

	set_count(&one, 1);
	prepare(&one, p, &body);
	enum err e = cmd_ask_quietly(o, c, W_TREND_GET, &body, o->timeout_us, take_frame, &t);
	wbuf_done(&body);
	free(p->buckets);
	p->buckets = NULL;
	return e != ERR_NOT_FOUND; /* whatever else it is, it is said when it is asked for in earnest */
}

static int
name_points(const struct options *o, struct client *c, struct trend_set *s)
{
	point_id *ids;
	uint32_t n;

	for (int a = 1; a < o->arg_count && s->point_count < TREND_POINTS_MAX; a++) {
		struct trend_point *p = &s->points[s->point_count++];
		point_id id = client_find(c, o->args[a]);
		bool is_name = point_name_is_valid(o->args[a]) && str_copy(p->name, sizeof p->name, o->args[a]);
		if (id == POINT_NONE && !(is_name && learn(o, c, s, p))) {
			int code = cmd_named(o, c, &ids, &n); /* says what is wrong with it */
			free(ids);
			return code;
		}
		if (id == POINT_NONE)
			continue;
		p->point = &c->points[id];
		p->kind = p->point->kind;
		p->decimals = p->point->decimals;
		text_put_safe(p->unit, sizeof p->unit, p->point->unit, 20);
	}
	return CMD_DONE;
}

static void
print(const struct options *o, const struct trend_set *s, enum graph graph)
{
	if (o->json)
		trend_print_json(s);
	else if (o->csv)
		trend_print_csv(s);
	else if (is_drawing(o))
		trend_print_drawing(s, graph, say_terminal_width());
	else
		trend_print_table(s);
}

static int
run(const struct options *o, struct client *c, struct trend_set *s)
{
	enum graph graph = graph_choose(o->console.graph, getenv("TERM"), say_is_ascii());
	int code = read_times(o, s);

	if (code == CMD_DONE)
		code = name_points(o, c, s);
	if (code != CMD_DONE)
		return code;
	if (is_drawing(o) && s->point_count > DRAWING_POINTS) {
		say_error("at most %d points are drawn; --csv and --json take %d", DRAWING_POINTS, TREND_POINTS_MAX);
		return CMD_USAGE;
	}
	if (o->samples)
		return trend_print_samples(o, c, s);
	set_count(s, bucket_count(o, graph));
	for (uint32_t i = 0; i < s->point_count; i++)
		if ((code = ask(o, c, s, &s->points[i])) != CMD_DONE)
			return code;
	if (o->png != NULL || o->sixel)
		return trend_picture(s, o->png);
	print(o, s, graph);
	return CMD_DONE;
}

int
cmd_trend(const struct options *o)
{
	struct trend_set s = { .ja = o->ja, .picture_us = o->given[OPT_TIMEOUT] ? o->timeout_us : 0 };
	int code = check_words(o);
	struct client *c;

	if (code != CMD_DONE)
		return code;
	if ((c = cmd_snapshot(o, SUB_SITE | SUB_POINTS, &code)) == NULL)
		return code;
	s.now = clock_utc();
	code = run(o, c, &s);
	for (uint32_t i = 0; i < s.point_count; i++)
		free(s.points[i].buckets);
	client_free(c);
	return code;
}
