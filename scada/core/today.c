/* SPDX-License-Identifier: Apache-2.0 */
/*
 * today.c - the report of CO2 and cost so far, asked for and read.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/csv.h"
#include "scada/base/figure.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/base/str.h"
#include "scada/core/today.h"

#define CSV_MAX   (1024 * 1024) /* bytes; far more than the report's lines can come to */
#define CELL_MAX  300
#define ROW_CELLS 9 /* title, then value and mark of the day, the month and the fiscal year, unit, key */
#define DAY_VALUE 1
#define DAY_MARKS 2
#define KEY_CELL  8

_Static_assert(FIGURE_CO2_SAVED + TODAY_COUNT - 1 == FIGURE_COST, "a figure for each");

struct today {
	const struct today_ops *ops;
	void *arg;
	bool is_wanted, is_open, is_again;
	bool is_void;      /* what comes was asked of another site */
	struct mono asked; /* last; 0 = never */
	/* the answer that comes */
	struct wbuf csv;
	bool has_head;
	struct utc from, to; /* its day */
	/* the answer that is held */
	struct today_figures held;
	struct utc held_from, held_to;
	struct mono held_asked; /* 0 = none */
};

static const struct today_figures nothing = { .v = { (double)NAN, (double)NAN, (double)NAN } };

/* ---- the report */

/* A row of figures; false: it is another line. */
static bool
row_cells(const struct csv_line *l, char cells[ROW_CELLS][CELL_MAX])
{
	const char *s = l->s, *end = l->s + l->len;
	bool is_open;

	for (unsigned i = 0; i < ROW_CELLS; i++) {
		if (csv_take(&s, end, cells[i], CELL_MAX, &is_open) != CSV_CELL_FINE)
			return false;
		bool is_last = i + 1 == ROW_CELLS;
		if (is_last != (s == end))
			return false;
		s += !is_last;
	}
	return true;
}

static void
take_row(char cells[ROW_CELLS][CELL_MAX], struct today_figures *out)
{
#define TODAY_KEY(id, key) [id] = key,
	static const char *const keys[TODAY_COUNT] = { TODAY_LIST(TODAY_KEY) };
#undef TODAY_KEY

	for (int i = 0; i < TODAY_COUNT; i++) {
		double v;
		if (strcmp(cells[KEY_CELL], keys[i]) != 0 || !str_to_double(cells[DAY_VALUE], &v))
			continue;
		out->v[i] = v;
		/* Samples of which some were doubtful for a while ('~') leave nothing out: their own points tell. */
		out->is_part[i] = strpbrk(cells[DAY_MARKS], "#S") != NULL;
	}
}

bool
today_read(const char *csv, size_t len, struct today_figures *out)
{
	char cells[ROW_CELLS][CELL_MAX];
	struct csv_line l;
	bool is_it = false;

	*out = nothing;
	for (size_t at = csv_begin(csv, len); csv_line(csv, len, at, &l); at = l.next) {
		bool is_cut = csv[l.next - 1] != '\n';
		if (is_cut || !row_cells(&l, cells))
			continue;
		is_it |= strcmp(cells[KEY_CELL], "emitted") == 0; /* which every site has a row for */
		take_row(cells, out);
	}
	return is_it;
}

/* ---- questions and answers */

static bool
wants(const struct site *s)
{
#define FIGURE_WORD(id, word, unit, help) [id] = word,
	static const char *const words[FIGURE_COUNT] = { FIGURE_LIST(FIGURE_WORD) };
#undef FIGURE_WORD

	if (s == NULL || s->reports == NULL || s->reports->energy.n == 0)
		return false;
	for (point_id id = 0; id < s->point_count; id++) {
		const struct site_register *r = s->points[id].def->read;
		for (int f = FIGURE_CO2_SAVED; r != NULL && r->internal != NULL && f <= FIGURE_COST; f++)
			if (strcmp(r->internal, words[f]) == 0)
				return true;
	}
	return false;
}

void
today_site(struct today *t, const struct site *s)
{
	t->is_wanted = wants(s);
	t->is_again = true;
	t->is_void = t->is_open;
	t->held_asked = (struct mono){ 0 }; /* factors and tariffs may be others */
}

static bool
is_of_day(const struct today *t, struct utc now)
{
	return now.us >= t->held_from.us && now.us < t->held_to.us;
}

void
today_tick(struct today *t, struct utc now, struct mono mono)
{
	int64_t since = t->asked.us != 0 ? mono_diff_us(mono, t->asked) : INT64_MAX;
	bool is_turn = t->held_asked.us != 0 && !is_of_day(t, now);
	struct wbuf body;

	if (!t->is_wanted || t->is_open || since < (t->is_again || is_turn ? TODAY_AGAIN_S : TODAY_EACH_S) * US_PER_S)
		return;
	t->asked = mono;
	t->is_void = false;
	t->has_head = false;
	wbuf_reset(&t->csv);
	wbuf_init(&body);
	msg_report_get_put(&body,
	    &(struct msg_report_get){ .report = "saving", .label = "", .revision = UINT32_MAX, .form = REPORT_CSV });
	t->is_open = t->ops->ask(&body, t->arg);
	t->is_again = !t->is_open;
	wbuf_done(&body);
}

/* The answer is whole: it takes the place of the one before. */
static void
hold(struct today *t)
{
	struct today_figures f;

	if (!t->has_head || !today_read((const char *)t->csv.data, t->csv.len, &f)) {
		log_warn("what the store told of CO2 and cost of the day so far cannot be read");
		return;
	}
	t->held = f;
	t->held_from = t->from;
	t->held_to = t->to;
	t->held_asked = t->asked;
}

static void
take_result(struct today *t, struct rbuf *r)
{
	struct msg_result m;

	t->is_open = false;
	if (t->is_void || !msg_result_get(r, &m)) {
		t->is_again = true;
		return;
	}
	t->is_again = m.err == ERR_BUSY || m.err == ERR_CLOSED;
	if (m.err == OK)
		hold(t);
	else
		log_debug("CO2 and cost of the day so far: %s", m.text);
}

void
today_take(struct today *t, const struct frame *f)
{
	struct msg_report m;
	struct rbuf r;

	if (f == NULL) {
		t->is_open = false;
		t->is_again = true;
		return;
	}
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_REPORT && msg_report_get(&r, &m)) {
		t->has_head = true;
		t->from = (struct utc){ m.from };
		t->to = (struct utc){ m.to };
	} else if (f->type == W_REPORT_DATA && t->csv.len + f->length <= CSV_MAX) {
		memcpy(wbuf_grow(&t->csv, f->length), f->body, f->length);
	} else if (f->type == W_RESULT) {
		take_result(t, &r);
	}
}

void
today_facts(const struct today *t, struct utc now, struct mono mono, struct today_figures *out)
{
	bool is_held =
	    t->held_asked.us != 0 && is_of_day(t, now) && mono_diff_us(mono, t->held_asked) < TODAY_OLD_S * US_PER_S;

	*out = is_held ? t->held : nothing;
}

/* ---- life */

struct today *
today_new(const struct today_ops *ops, void *arg)
{
	struct today *t = xcalloc(1, sizeof(*t));

	t->ops = ops;
	t->arg = arg;
	return t;
}

void
today_free(struct today *t)
{
	if (t == NULL)
		return;
	wbuf_done(&t->csv);
	free(t);
}
