/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abnormal.c - the automatic lists of a handover, from history against the limits of the site file.
 * Limits are taken without their delays: a list that a person reads may name an excursion that raised no alarm.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/report/abnormal.h"
#include "scada/report/calendar.h"
#include "scada/store/saved.h"

#define LOST_LEAST_MS 5000  /* a device that was not read for less is not worth a line */
#define RECENT_MS     15000 /* what was read last before now is what stands now, if it is not older than this */

/*
 * What stood at the end of the span. Now itself was not looked at yet: then what was read last.
 * ERR_NOT_FOUND: nothing is known.
 */
static enum err
stood_at(const struct report_source *src, const struct query_point *q, int64_t to, struct sample *out)
{
	enum err e = query_at(src->query, q, to - 1, out);
	if (e == ERR_NOT_FOUND && to >= src->now.us / US_PER_MS)
		for (int64_t back = 1000; back <= RECENT_MS && e == ERR_NOT_FOUND; back += 1000)
			e = query_at(src->query, q, to - back, out);
	return e;
}

static void
text_columns(struct sheet *s, const struct sheet_text *titles, const int *widths, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sheet_column *c = sheet_column(s, titles[i], NULL);
		c->is_text = true;
		c->width = widths[i];
	}
}

/* ---- points beyond limits */

static const char *
state_name(const struct site_point_def *d, double v)
{
	for (uint32_t i = 0; i < d->states.n; i++)
		if ((double)d->states.v[i].number == v)
			return d->states.v[i].text;
	return NULL;
}

static const char *
value_text(struct sheet *s, const struct site_point *p, double v)
{
	char number[64];
	const char *state = isnan(v) ? NULL : state_name(p->def, v);
	if (isnan(v))
		return "***";
	if (state != NULL)
		return state;
	return sheet_printf(
	    s, "%s %s", str_fixed(number, sizeof(number), v, p->decimals), p->def->unit != NULL ? p->def->unit : "");
}

static bool
is_beyond(const struct site_limit *l, double v)
{
	switch (l->type) {
	case LIMIT_LL:
	case LIMIT_L: return v <= l->limit;
	case LIMIT_H:
	case LIMIT_HH: return v >= l->limit;
	case LIMIT_STATE: return v == (double)l->state;
	case LIMIT_BIT:
		return v >= 0 && v < 9e15 && l->state >= 0 && l->state < 53 && ((int64_t)v >> l->state & 1) != 0;
	default: return false;
	}
}

struct seen_beyond {
	const struct site_limit *limit;
	int64_t first; /* ms; -1 = never */
	double v;
};

static bool
note_state(const struct sample *sample, void *arg)
{
	struct seen_beyond *b = arg;
	if (quality_validity(sample->quality & Q_ALL) == V_BAD || !is_beyond(b->limit, sample->v))
		return true;
	b->first = sample->ms;
	b->v = sample->v;
	return false;
}

/* Was it beyond the limit in the span? *v: the value farthest beyond. */
static enum err
was_beyond(const struct report_source *src, const struct query_point *q, const struct site_limit *l,
    const struct bucket *b, int64_t from, int64_t to, bool *was, double *v)
{
	struct seen_beyond seen = { l, -1, (double)NAN };
	enum err e = OK;
	*was = false;
	if (l->type == LIMIT_STATE || l->type == LIMIT_BIT) {
		e = query_samples(src->query, q, from, to, note_state, &seen);
		*was = seen.first >= 0;
		*v = seen.v;
	} else if (l->type <= LIMIT_HH) {
		*v = l->type == LIMIT_L || l->type == LIMIT_LL ? b->min : b->max;
		*was = !isnan(*v) && is_beyond(l, *v);
	}
	return e;
}

/* The outermost limit of the point that was passed; NULL = none. */
static enum err
worst_limit(const struct report_source *src, const struct site_point *p, const struct query_point *q,
    const struct bucket *b, int64_t from, int64_t to, const struct site_limit **worst, double *v)
{
	const struct site_limit *limits = p->def->alarms.v;
	*worst = NULL;
	for (uint32_t i = 0; i < p->def->alarms.n; i++) {
		bool was;
		double at;
		enum err e = was_beyond(src, q, &limits[i], b, from, to, &was, &at);
		if (e != OK)
			return e;
		if (was && (*worst == NULL || limits[i].priority < (*worst)->priority)) {
			*worst = &limits[i];
			*v = at;
		}
	}
	return OK;
}

static void
put_point(struct sheet *s, const struct site_point *p, const struct site_limit *l, double v, double last)
{
	static const char *const types[] = { "LL", "L", "H", "HH", "STATE", "BIT" };
	char number[64];
	const struct site_point_def *d = p->def;
	bool is_limit = l->type <= LIMIT_HH;
	sheet_row(s, T1(p->name));
	sheet_words(s, (struct sheet_text){ d->title != NULL ? d->title : p->name, d->title_ja });
	sheet_words(s,
	    T1(is_limit ? sheet_printf(s, "%s %s %s", types[l->type], str_double(number, sizeof(number), l->limit),
	                      d->unit != NULL ? d->unit : "")
	                : types[l->type]));
	sheet_words(s, T1(value_text(s, p, v)));
	sheet_words(s, T1(value_text(s, p, last)));
	sheet_words(s,
	    isnan(last)              ? T2("not known", "不明")
	        : is_beyond(l, last) ? T2("yes", "継続")
	                             : T2("no", "復帰"));
	sheet_words(s, T1(d->suppress_when != NULL ? sheet_printf(s, "d: %s", d->suppress_when) : ""));
}

enum err
abnormal_points(const struct report_source *src, struct sheet *s, int64_t from, int64_t to)
{
	static const struct sheet_text titles[] = { { "Title", "名称" }, { "Limit", "限界" }, { "Worst", "最悪値" },
		{ "At the end", "終了時" }, { "Still", "状態" }, { "Suppressed when", "抑止条件" } };
	static const int widths[] = { 36, 16, 18, 18, 10, 0 };
	const struct site *site = src->site;
	int64_t edges[2] = { from, to };
	unsigned count = 0;
	sheet_table(s, T2("Beyond limits", "異常一覧"), T2("Point", "ポイント"));
	text_columns(s, titles, widths, ARRAY_LEN(titles));
	for (uint32_t i = 0; i < site->point_count; i++) {
		const struct site_point *p = &site->points[i];
		const struct site_limit *worst;
		struct query_point q;
		struct bucket b;
		struct sample last;
		double v = (double)NAN;
		if (p->def->alarms.n == 0)
			continue;
		report_still();
		enum err e = query_find(src->query, p->name, &q);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e == OK)
			e = query_spans(src->query, &q, edges, 1, &b);
		if (e == OK)
			e = worst_limit(src, p, &q, &b, from, to, &worst, &v);
		if (e != OK)
			return e;
		if (worst == NULL)
			continue;
		e = stood_at(src, &q, to, &last);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		bool is_known = e == OK && quality_validity(last.quality & Q_ALL) != V_BAD;
		put_point(s, p, worst, v, is_known ? last.v : (double)NAN);
		count++;
	}
	if (count == 0)
		sheet_note(s, T2("none", "なし"));
	else
		sheet_note(s,
		    T2("limits without their delays; d: suppressed by design while the condition holds",
		        "警報遅延は考慮していない。d: 条件成立中は設計上抑止"));
	return OK;
}

/* ---- devices */

/* The first of the device's points that has a history. */
static enum err
first_point(const struct report_source *src, const struct site_node *node, struct query_point *q)
{
	enum err e = ERR_NOT_FOUND;
	for (uint32_t i = 0; i < node->count && e == ERR_NOT_FOUND; i++)
		e = query_find(src->query, src->site->points[node->first + i].name, q);
	return e;
}

enum err
abnormal_devices(const struct report_source *src, struct sheet *s, int64_t from, int64_t to)
{
	static const struct sheet_text titles[] = { { "Title", "名称" }, { "Not looked at", "未走査" },
		{ "Good", "正常率" }, { "Quality at the end", "終了時の品質" } };
	static const int widths[] = { 40, 16, 12, 0 };
	const struct site *site = src->site;
	int64_t edges[2] = { from, to };
	unsigned count = 0;
	sheet_table(s, T2("Devices that were not read all the time", "通信・走査の欠け"), T2("Device", "機器"));
	text_columns(s, titles, widths, ARRAY_LEN(titles));
	for (uint32_t i = 0; i < site->node_count; i++) {
		const struct site_device *d = site->nodes[i].device;
		struct query_point q;
		struct bucket b;
		struct sample last;
		char text[64];
		report_still();
		enum err e = first_point(src, &site->nodes[i], &q);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e == OK)
			e = query_spans(src->query, &q, edges, 1, &b);
		if (e != OK)
			return e;
		int64_t lost = to - from - query_seen_ms(src->query, &q, from, to);
		if (lost < LOST_LEAST_MS && b.good >= 0.9999f)
			continue;
		e = stood_at(src, &q, to, &last);
		count++;
		sheet_row(s, T1(d->name));
		sheet_words(s, (struct sheet_text){ d->title != NULL ? d->title : d->name, d->title_ja });
		sheet_words(s, T1(sheet_printf(s, "%s", str_duration(text, sizeof(text), lost / 1000 * US_PER_S))));
		sheet_words(s, T1(sheet_printf(s, "%.2f %%", 100 * (double)b.good)));
		sheet_words(s, e == OK ? T1(quality_text(last.quality & Q_ALL)) : T2("not looked at", "未走査"));
	}
	if (count == 0)
		sheet_note(s, T2("none", "なし"));
	return OK;
}

/* ---- held by hand */

struct held {
	struct sheet *sheet;
	const struct site *site;
	unsigned count;
};

static void
put_held(const struct msg_store_state *m, void *arg)
{
	struct held *h = arg;
	struct sheet *s = h->sheet;
	struct rbuf r;
	char at[32], number[40] = "";
	int64_t until = 0;
	if (m->kind != STATE_MANUAL && m->kind != STATE_SCAN_OFF)
		return;
	rbuf_init(&r, m->blob.data, m->blob.len);
	double v = m->kind == STATE_MANUAL ? r_f64(&r) : (double)NAN;
	int64_t time = r_i64(&r);
	if (m->kind == STATE_MANUAL)
		until = r_i64(&r);
	const char *user = r_str(&r), *reason = r_str(&r);
	if (r.bad)
		return;
	point_id id = site_find_point(h->site, m->name);
	const struct site_point_def *d = id != POINT_NONE ? h->site->points[id].def : NULL;
	h->count++;
	sheet_row(s, T1(sheet_printf(s, "%s", m->name)));
	sheet_words(s, d != NULL && d->title != NULL ? (struct sheet_text){ d->title, d->title_ja } : T1(""));
	sheet_words(s, m->kind == STATE_MANUAL ? T2("manual (M)", "手入力 (M)") : T2("scan off (B)", "走査停止 (B)"));
	sheet_words(s, T1(m->kind == STATE_MANUAL ? sheet_printf(s, "%s", str_double(number, sizeof(number), v)) : ""));
	sheet_words(s, T1(sheet_printf(s, "%s", calendar_text(at, sizeof(at), time / US_PER_MS, "%m-%d %H:%M"))));
	sheet_words(s,
	    T1(until != 0 ? sheet_printf(s, "%s", calendar_text(at, sizeof(at), until / US_PER_MS, "%m-%d %H:%M"))
	                  : "-"));
	sheet_words(s, T1(sheet_printf(s, "%s", user)));
	sheet_words(s, T1(sheet_printf(s, "%s", reason)));
}

enum err
abnormal_held(const struct report_source *src, struct sheet *s)
{
	static const struct sheet_text titles[] = { { "Title", "名称" }, { "State", "状態" }, { "Value", "値" },
		{ "Since", "開始" }, { "Until", "期限" }, { "Who", "操作者" }, { "Reason", "理由" } };
	static const int widths[] = { 30, 14, 10, 12, 12, 14, 0 };
	struct held h = { s, src->site, 0 };
	uint32_t states;
	sheet_table(s, T2("Held by hand when this was made", "手入力・走査停止 (作成時点)"), T2("Point", "ポイント"));
	text_columns(s, titles, widths, ARRAY_LEN(titles));
	enum err e = saved_each(src->db, put_held, &h, &states);
	if (e == OK && h.count == 0)
		sheet_note(s, T2("none", "なし"));
	return e;
}
