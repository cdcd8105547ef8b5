/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.c - figures of a point for the rows of a report, and how a table of them looks.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/report/figures.h"

void
rows_init(struct rows *r, enum rows_by by, int64_t from, int64_t to, int64_t now)
{
	*r = (struct rows){ .by = by, .now = now };
	switch (by) {
	case ROWS_HOURS: r->n = calendar_steps(from, to, 60, r->edges, CALENDAR_ROWS + 1); break;
	case ROWS_HALF_HOURS: r->n = calendar_steps(from, to, 30, r->edges, CALENDAR_ROWS + 1); break;
	case ROWS_DAYS: r->n = calendar_days(from, to, r->edges, CALENDAR_ROWS + 1); break;
	case ROWS_MONTHS: r->n = calendar_months(from, to, r->edges, CALENDAR_ROWS + 1); break;
	}
}

bool
figures_add_up(const struct figures *f)
{
	return f->as == COLUMN_INCREMENT || f->as == COLUMN_ENERGY;
}

const char *
figures_energy_unit(struct sheet *s, const char *unit, double *per_hour)
{
	size_t n = unit != NULL ? strlen(unit) : 0;
	*per_hour = 1;
	if (n > 2 && strcmp(unit + n - 2, "/h") == 0)
		return sheet_printf(s, "%.*s", (int)n - 2, unit);
	if (n > 4 && strcmp(unit + n - 4, "/min") == 0) {
		*per_hour = 60;
		return sheet_printf(s, "%.*s", (int)n - 4, unit);
	}
	return sheet_printf(s, "%sh", n > 0 ? unit : "");
}

static double
value_of(const struct figures *f, const struct bucket *b, int64_t ms)
{
	switch (f->as) {
	case COLUMN_MAX: return b->max;
	case COLUMN_MIN: return b->min;
	case COLUMN_FIRST: return b->first;
	case COLUMN_LAST: return b->last;
	case COLUMN_INCREMENT: return b->increment;
	/* Of the time that is known: what is missing is neither zero nor guessed, and marked. */
	case COLUMN_ENERGY: return b->mean * f->scale * (double)b->known * (double)ms / (double)MS_PER_HOUR;
	default: return b->mean;
	}
}

/*
 * Nothing that could be seen was counted in it, over a pause in which nobody looked: its readings before and after are as good as the
 * same. What a whole day of it would add up to is less than the last digit.
 */
static bool
is_still(const struct query_point *p, const struct bucket *b)
{
	return fabs(b->increment) <= 0.04 * pow(10, -p->decimals) && (b->marks & BUCKET_ESTIMATED) &&
	    !(b->marks & BUCKET_RESET);
}

/*
 * Is a counter's reading at a time known? As one that was read, or as one that did not move in the pause in which the time lies:
 * the inverter that sleeps at midnight. Only asked where it was not read.
 */
static bool
is_reading_known(const struct report_source *src, const struct query_point *p, int64_t at)
{
	int64_t edges[3] = { at - MS_PER_HOUR, at, at + MS_PER_HOUR };
	struct bucket b[2];
	if (query_spans(src->query, p, edges, 2, b) != OK)
		return false;
	return !isnan(b[0].last) || !isnan(b[1].first) || is_still(p, &b[0]) || is_still(p, &b[1]);
}

unsigned
figures_marks(const struct report_source *src, const struct query_point *p, int as, const struct bucket *b,
    int64_t from, int64_t to)
{
	unsigned marks = sheet_marks(b), guessed = CELL_PARTIAL | CELL_ESTIMATED;
	if (as == COLUMN_FIRST || as == COLUMN_LAST)
		return marks & ~(unsigned)CELL_PARTIAL; /* a moment is there or it is not */
	/* Between two known readings a counter counted all that there was, whoever looked meanwhile. */
	if (as == COLUMN_INCREMENT && (marks & guessed) && !isnan(b->increment) && !(b->marks & BUCKET_RESET) &&
	    (!isnan(b->first) || is_reading_known(src, p, from)) && (!isnan(b->last) || is_reading_known(src, p, to)))
		marks &= ~guessed;
	return marks;
}

static struct figure
figure_of(const struct report_source *src, const struct figures *f, const struct bucket *b, const int64_t *edges,
    bool is_running)
{
	struct figure v = { value_of(f, b, edges[1] - edges[0]),
		figures_marks(src, &f->point, f->as, b, edges[0], edges[1]), false };
	if (is_running && f->as != COLUMN_FIRST && f->as != COLUMN_LAST)
		v.marks |= CELL_PARTIAL;
	return v;
}

static enum err
read_rows(const struct report_source *src, const struct rows *r, struct figures *f)
{
	int64_t edges[CALENDAR_ROWS + 1];
	struct bucket buckets[CALENDAR_ROWS], whole;
	unsigned n = 0;
	memcpy(edges, r->edges, sizeof(edges));
	while (n < r->n && r->edges[n] < r->now)
		n++;
	for (unsigned i = n; i < r->n; i++)
		f->rows[i].is_empty = true;
	if (n == 0)
		return OK;
	bool is_running = r->edges[n] > r->now;
	if (is_running)
		edges[n] = r->now;
	enum err e = report_spans(src, &f->point, edges, n, buckets);
	for (unsigned i = 0; i < n && e == OK; i++)
		f->rows[i] = figure_of(src, f, &buckets[i], &edges[i], is_running && i + 1 == n);
	if (e != OK || (f->as != COLUMN_MEAN && f->as != COLUMN_INCREMENT))
		return e;
	int64_t ends[2] = { edges[0], edges[n] };
	e = report_spans(src, &f->point, ends, 1, &whole);
	if (e == OK)
		f->whole = figure_of(src, f, &whole, ends, is_running);
	return e;
}

static void
settle(const struct report_source *src, struct sheet *s, const char *name, struct figures *f)
{
	point_id id = site_find_point(src->site, name);
	const struct site_point_def *d = id != POINT_NONE ? src->site->points[id].def : NULL;
	f->tag = name;
	f->title = d != NULL && d->title != NULL ? (struct sheet_text){ d->title, d->title_ja } : T1(name);
	f->decimals = d != NULL ? src->site->points[id].decimals : f->point.key != 0 ? f->point.decimals : 1;
	f->unit = d != NULL && d->unit != NULL ? d->unit : sheet_printf(s, "%s", f->point.unit);
	f->scale = 1;
	if (f->as == COLUMN_ENERGY)
		f->unit = figures_energy_unit(s, f->unit, &f->scale);
}

enum err
figures_of(const struct report_source *src, struct sheet *s, const char *point, int as, const struct rows *r,
    struct figures *f)
{
	*f = (struct figures){ .as = as, .whole.v = (double)NAN };
	enum err e = query_find(src->query, point, &f->point);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_NOT_FOUND)
		f->point = (struct query_point){ .key = 0 };
	settle(src, s, point, f);
	for (unsigned i = 0; i < r->n; i++)
		f->rows[i] = (struct figure){ (double)NAN, 0, r->edges[i] >= r->now };
	return f->point.key != 0 ? read_rows(src, r, f) : OK;
}

enum err
figures_read(const struct report_source *src, struct sheet *s, const struct site_column *c, const struct rows *r,
    struct figures *f)
{
	enum err e = figures_of(src, s, c->point, c->as, r, f);
	f->column = c;
	if (c->title != NULL)
		f->title = (struct sheet_text){ c->title, c->title_ja };
	else if (c->title_ja != NULL)
		f->title.ja = c->title_ja;
	if (c->decimals >= 0)
		f->decimals = (int)c->decimals;
	return e;
}

/* ---- the table */

struct sheet_text
figures_label(struct sheet *s, const struct rows *r, unsigned i, const struct site *site)
{
	static const char *const ja[] = { "日", "月", "火", "水", "木", "金", "土" };
	char text[32], day[8];
	int64_t date;
	switch (r->by) {
	case ROWS_HOURS:
	case ROWS_HALF_HOURS:
		calendar_hour(text, sizeof(text), r->edges, r->n, i);
		return T1(sheet_printf(s, "%s", text));
	case ROWS_MONTHS: return T1(sheet_printf(s, "%s", calendar_text(text, sizeof(text), r->edges[i], "%Y-%m")));
	default: break;
	}
	date = calendar_day(r->edges[i]);
	calendar_text(text, sizeof(text), r->edges[i], "%d %a");
	calendar_text(day, sizeof(day), r->edges[i], "%d");
	bool is_off = holiday_find(&site->holidays, date) != NULL;
	return T2(sheet_printf(s, "%s%s", text, is_off ? "*" : ""),
	    sheet_printf(s, "%s %s%s", day, ja[date_weekday(date)], is_off ? "祝" : ""));
}

void
figures_cell(struct sheet *s, const struct figure *v, int decimals)
{
	if (v->is_empty)
		sheet_empty(s);
	else
		sheet_number(s, v->v, decimals, v->marks);
}

static struct sheet_text
as_text(int as)
{
	static const struct sheet_text texts[COLUMN_AS_COUNT] = { { "mean", "平均" }, { "max", "最大" },
		{ "min", "最小" }, { "begin", "正時" }, { "end", "終値" }, { "counted", "積算差" },
		{ "integral", "積分" } };
	return texts[as];
}

void
figures_heads(struct sheet *s, const struct figures *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct sheet_column *c = sheet_column(s, f[i].title, f[i].unit);
		c->tag = f[i].tag;
		c->as = f[i].tag != NULL ? as_text(f[i].as) : T2("derived", "計算");
	}
}

void
figures_rows(struct sheet *s, const struct figures *f, unsigned count, const struct rows *r, const struct site *site)
{
	char iso[32];
	for (unsigned i = 0; i < r->n; i++) {
		struct sheet_row *row = sheet_row(s, figures_label(s, r, i, site));
		row->iso = sheet_printf(s, "%s", calendar_iso(iso, sizeof(iso), r->edges[i]));
		for (unsigned k = 0; k < count; k++)
			figures_cell(s, &f[k].rows[i], f[k].decimals);
	}
}

struct figure
figures_sum(const struct figures *f, unsigned n)
{
	struct figure sum = { (double)NAN, 0, false };
	bool is_partial = false;
	unsigned empty = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct figure *v = &f->rows[i];
		empty += v->is_empty;
		is_partial |= !v->is_empty && isnan(v->v);
		if (v->is_empty || isnan(v->v))
			continue;
		sum.v = isnan(sum.v) ? v->v : sum.v + v->v;
		sum.marks |= v->marks;
	}
	sum.is_empty = empty == n;
	if (is_partial)
		sum.marks |= CELL_PARTIAL;
	/* What is estimated or missing within it counts for nothing if a counter's readings at both ends are known. */
	if (f->as == COLUMN_INCREMENT && !isnan(f->whole.v) && !isnan(sum.v))
		sum.marks = f->whole.marks;
	return sum;
}

/* The row with the greatest (sign 1) or least (-1) figure; -1 = none. */
static int
find_extreme(const struct figures *f, unsigned n, double sign)
{
	int best = -1;
	for (unsigned i = 0; i < n; i++)
		if (!f->rows[i].is_empty && !isnan(f->rows[i].v) &&
		    (best < 0 || sign * f->rows[i].v > sign * f->rows[(unsigned)best].v))
			best = (int)i;
	return best;
}

/* All rows that there are, and more than one, are the same number. */
static bool
is_flat(const struct figures *f, unsigned n)
{
	int least = find_extreme(f, n, -1), most = find_extreme(f, n, 1);
	unsigned there = 0;
	for (unsigned i = 0; i < n; i++)
		there += !f->rows[i].is_empty && !isnan(f->rows[i].v);
	return there > 1 && f->rows[(unsigned)least].v == f->rows[(unsigned)most].v;
}

/*
 * When it was: the row, and of a column of extremes the minute, hour or day in it. Marks are those of the row, since what is
 * missing there may have been more.
 */
static const char *
find_when(const struct report_source *src, struct sheet *s, const struct figures *f, const struct rows *r, int row,
    double sign)
{
	static const char *const fine_forms[] = { "%H:%M", "%H:%M", "%d %H:%M", "%m-%d" };
	static const char *const row_forms[] = { "%H:%M", "%H:%M", "%d", "%Y-%m" };
	char text[32];
	struct rows fine;
	struct bucket b[CALENDAR_ROWS];
	const int64_t *edges = &r->edges[row];
	bool is_extreme = (f->as == COLUMN_MAX && sign > 0) || (f->as == COLUMN_MIN && sign < 0);
	if (!is_extreme) {
		if (r->by == ROWS_HOURS || r->by == ROWS_HALF_HOURS)
			calendar_hour(text, sizeof(text), r->edges, r->n, (unsigned)row);
		else
			calendar_text(text, sizeof(text), edges[0], row_forms[r->by]);
		return sheet_printf(s, "%s", text);
	}
	if (r->by == ROWS_HOURS || r->by == ROWS_HALF_HOURS) {
		fine = (struct rows){ .n = 60 };
		for (unsigned i = 0; i <= fine.n; i++)
			fine.edges[i] = edges[0] + (edges[1] - edges[0]) * i / fine.n;
	} else {
		rows_init(&fine, r->by == ROWS_DAYS ? ROWS_HOURS : ROWS_DAYS, edges[0], edges[1], r->now);
	}
	unsigned best = 0;
	if (report_spans(src, &f->point, fine.edges, fine.n, b) != OK)
		return "";
	for (unsigned i = 1; i < fine.n; i++) {
		double v = sign > 0 ? b[i].max : b[i].min, was = sign > 0 ? b[best].max : b[best].min;
		if (!isnan(v) && (isnan(was) || sign * v > sign * was))
			best = i;
	}
	return sheet_printf(s, "%s", calendar_text(text, sizeof(text), fine.edges[best], fine_forms[r->by]));
}

static void
put_extreme(const struct report_source *src, struct sheet *s, const struct figures *f, unsigned count,
    const struct rows *r, double sign)
{
	int *rows = xcalloc(count + 1, sizeof(*rows));
	sheet_row(s, sign > 0 ? T2("max", "最大") : T2("min", "最小"));
	for (unsigned k = 0; k < count; k++) {
		rows[k] = find_extreme(&f[k], r->n, sign);
		if (rows[k] >= 0)
			figures_cell(s, &f[k].rows[(unsigned)rows[k]], f[k].decimals);
		else
			sheet_empty(s);
	}
	sheet_row(s, T2(" at", " 時刻"));
	for (unsigned k = 0; k < count; k++)
		if (rows[k] < 0)
			sheet_empty(s);
		else if (is_flat(&f[k], r->n)) /* all day long */
			sheet_words(s, T1("-"));
		else
			sheet_words(s, T1(find_when(src, s, &f[k], r, rows[k], sign)));
	free(rows);
}

static void
put_mean(struct sheet *s, const struct figures *f, unsigned n)
{
	struct figure mean = f->whole;
	if (f->as != COLUMN_MEAN) {
		unsigned there = 0;
		mean = figures_sum(f, n);
		for (unsigned i = 0; i < n; i++)
			there += !f->rows[i].is_empty && !isnan(f->rows[i].v);
		if (there > 0)
			mean.v /= there;
	} else if (f->rows[0].is_empty) {
		mean.is_empty = true;
	}
	figures_cell(s, &mean, f->decimals);
}

static void
note_hours(struct sheet *s, const struct rows *r)
{
	char label[16], iso[32];
	const char *text = "";
	for (unsigned i = 0; i < r->n; i++)
		if (calendar_hour(label, sizeof(label), r->edges, r->n, i))
			text = sheet_printf(s, "%s%s%s = %s", text, text[0] != '\0' ? ", " : "", label,
			    calendar_iso(iso, sizeof(iso), r->edges[i]));
	if (text[0] != '\0')
		sheet_note(s, T1(text));
}

/* What was agreed on, and how often it was exceeded. */
static void
put_limits(struct sheet *s, const struct figures *f, unsigned count, unsigned n)
{
	bool has_limit = false;
	for (unsigned k = 0; k < count; k++)
		has_limit |= f[k].column != NULL && !isnan(f[k].column->limit);
	if (!has_limit)
		return;
	for (int line = 0; line < 2; line++) {
		sheet_row(s, line == 0 ? T2("limit", "管理値") : T2("above", "超過数"));
		for (unsigned k = 0; k < count; k++) {
			double limit = f[k].column != NULL ? f[k].column->limit : (double)NAN;
			unsigned above = 0, unknown = 0, there = 0;
			for (unsigned i = 0; i < n; i++) {
				above += !f[k].rows[i].is_empty && f[k].rows[i].v > limit;
				unknown += !f[k].rows[i].is_empty && isnan(f[k].rows[i].v);
				there += !f[k].rows[i].is_empty;
			}
			if (isnan(limit))
				sheet_empty(s);
			else if (line == 0)
				sheet_number(s, limit, f[k].decimals, 0);
			else
				sheet_number(
				    s, there > unknown ? above : (double)NAN, 0, unknown > 0 ? CELL_PARTIAL : 0);
		}
	}
}

/* What the star at a day means. */
static void
note_holidays(struct sheet *s, const struct rows *r, const struct site *site)
{
	const char *en = "", *ja = "";
	for (unsigned i = 0; i < r->n; i++) {
		char day[8];
		const struct holiday *h = holiday_find(&site->holidays, calendar_day(r->edges[i]));
		if (h == NULL)
			continue;
		calendar_text(day, sizeof(day), r->edges[i], "%d");
		struct sheet_text title = { h->title != NULL ? h->title : "holiday", h->title_ja };
		en = sheet_printf(s, "%s%s%s %s", en, en[0] != '\0' ? ", " : "* ", day, sheet_pick(title, false));
		ja = sheet_printf(s, "%s%s%s日 %s", ja, ja[0] != '\0' ? "、" : "祝: ", day, sheet_pick(title, true));
	}
	if (en[0] != '\0')
		sheet_note(s, T2(en, ja));
}

void
figures_table(
    const struct report_source *src, struct sheet *s, const struct figures *f, unsigned count, const struct rows *r)
{
	figures_heads(s, f, count);
	figures_rows(s, f, count, r, src->site);
	sheet_foot(s);
	bool adds_up = false;
	for (unsigned k = 0; k < count; k++)
		adds_up |= figures_add_up(&f[k]);
	if (adds_up)
		sheet_row(s, T2("total", "合計"));
	for (unsigned k = 0; k < count && adds_up; k++) {
		struct figure sum = figures_sum(&f[k], r->n);
		if (figures_add_up(&f[k]))
			figures_cell(s, &sum, f[k].decimals);
		else
			sheet_empty(s);
	}
	put_extreme(src, s, f, count, r, 1);
	put_extreme(src, s, f, count, r, -1);
	sheet_row(s, T2("mean", "平均"));
	for (unsigned k = 0; k < count; k++)
		put_mean(s, &f[k], r->n);
	put_limits(s, f, count, r->n);
	if (r->by == ROWS_HOURS || r->by == ROWS_HALF_HOURS)
		note_hours(s, r);
	if (r->by == ROWS_DAYS && s->table_count == 1) /* once a report is enough */
		note_holidays(s, r, src->site);
	for (unsigned k = 0; k < count; k++)
		if (f[k].tag != NULL && f[k].point.key == 0)
			sheet_note(s,
			    T2(sheet_printf(s, "%s: nothing of it was recorded", f[k].tag),
			        sheet_printf(s, "%s: 記録なし", f[k].tag)));
}
