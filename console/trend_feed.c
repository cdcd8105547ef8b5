/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_feed.c - one series a point and column length. A column is final when the store must have had all of it; until then it is
 * asked for again from time to time.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/trend_feed.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define SERIES_MAX   24             /* kept; then the one that was wanted longest ago goes */
#define SERIES_ROOM  8000           /* columns of one */
#define SETTLE_US    (5 * US_PER_S) /* samples are durable, and seen by readers, by then */
#define AGAIN_MIN_US (10 * US_PER_S)
#define AGAIN_MAX_US (60 * US_PER_S)
#define GIVE_UP_US   (30 * US_PER_S)
#define FRESH_US     (150 * US_PER_MS) /* a question as young as this is not called back: keys that repeat would flood */
#define LIVE_MAX     4096
#define HOLD_US      (3 * US_PER_S) /* a live value without a successor counts so long */
#define BEFORE_US    (2 * US_PER_S) /* and the first one from so long before: what is newest is not recorded yet */

enum known { UNKNOWN, PROVISIONAL, FINAL };
struct slot {
	struct bucket b;
	enum known known;
};
struct series {
	char name[POINT_NAME_MAX];
	int64_t step_us, base; /* number of the first column */
	int count;
	struct slot *slots;
	uint64_t used;
	struct utc answered, covered, again; /* last answer; what it covers for good; not before */
	enum err err;
	char text[256];
};
struct live {
	int64_t us;
	double v;
	uint16_t quality;
	bool is_seen;
};
struct pen {
	struct trend_feed *feed;
	char name[POINT_NAME_MAX];
	int at; /* series in use; -1 = none yet */
	uint32_t ask;
	int asked_at; /* series that the question is for */
	int64_t asked_first;
	int asked_count;
	struct utc asked;
	struct trend_feed_point point;
	struct live live[LIVE_MAX];
	unsigned live_count; /* ever */
};
struct trend_feed {
	struct client *client;
	void (*changed)(void *arg);
	void *arg;
	struct series series[SERIES_MAX];
	struct pen *pens[TREND_PENS];
	int pen_count;
	int64_t step_us, first;
	int count;
	uint64_t turn;
	struct utc now; /* as last told */
};

static const struct bucket nothing = { .min = (double)NAN,
	.mean = (double)NAN,
	.max = (double)NAN,
	.first = (double)NAN,
	.last = (double)NAN,
	.increment = (double)NAN };

struct trend_feed *
trend_feed_new(struct client *c, void (*changed)(void *arg), void *arg)
{
	struct trend_feed *f = xcalloc(1, sizeof *f);

	f->client = c;
	f->changed = changed;
	f->arg = arg;
	return f;
}

static void
forget(struct pen *p)
{
	client_forget(p->feed->client, &p->ask);
}

static void
free_pen(struct pen *p)
{
	forget(p);
	free(p);
}

void
trend_feed_free(struct trend_feed *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < f->pen_count; i++)
		free_pen(f->pens[i]);
	for (int i = 0; i < SERIES_MAX; i++)
		free(f->series[i].slots);
	free(f);
}

void
trend_feed_set_pens(struct trend_feed *f, const char (*names)[POINT_NAME_MAX], int count)
{
	struct pen *old[TREND_PENS] = { NULL };
	int old_count = f->pen_count;

	memcpy(old, f->pens, sizeof old);
	for (int i = 0; i < count; i++) {
		f->pens[i] = NULL;
		for (int k = 0; k < old_count && f->pens[i] == NULL; k++) {
			if (old[k] == NULL || strcmp(old[k]->name, names[i]) != 0)
				continue;
			f->pens[i] = old[k];
			old[k] = NULL;
		}
		if (f->pens[i] != NULL)
			continue;
		f->pens[i] = xcalloc(1, sizeof *f->pens[i]);
		f->pens[i]->feed = f;
		f->pens[i]->at = -1;
		str_copy(f->pens[i]->name, POINT_NAME_MAX, names[i]);
	}
	for (int k = 0; k < old_count; k++)
		if (old[k] != NULL)
			free_pen(old[k]);
	f->pen_count = count;
}

/* ---- series */

static bool
is_in_use(const struct trend_feed *f, int at)
{
	for (int i = 0; i < f->pen_count; i++)
		if (f->pens[i]->at == at || (f->pens[i]->ask != 0 && f->pens[i]->asked_at == at))
			return true;
	return false;
}

static int
find_series(struct trend_feed *f, const char *name, int64_t step_us)
{
	int take = -1;

	for (int i = 0; i < SERIES_MAX; i++) {
		struct series *s = &f->series[i];
		if (s->step_us == step_us && strcmp(s->name, name) == 0) {
			s->used = ++f->turn;
			return i;
		}
		if (!is_in_use(f, i) && (take < 0 || s->used < f->series[take].used))
			take = i;
	}
	free(f->series[take].slots);
	f->series[take] = (struct series){ .step_us = step_us, .used = ++f->turn };
	str_copy(f->series[take].name, POINT_NAME_MAX, name);
	return take;
}

static struct slot *
slot_at(const struct series *s, int64_t column)
{
	return column < s->base || column >= s->base + s->count ? NULL : &s->slots[column - s->base];
}

/* Makes room for these columns; what is too far away from them is dropped. */
static void
reserve(struct series *s, int64_t first, int count)
{
	int64_t from = s->count > 0 && s->base < first ? s->base : first;
	int64_t end = s->count > 0 && s->base + s->count > first + count ? s->base + s->count : first + count;
	struct slot *slots;

	if (s->count > 0 && from == s->base && end == s->base + s->count)
		return;
	if (end - from > SERIES_ROOM) {
		from = first;
		end = first + count;
	}
	slots = xcalloc((size_t)(end - from), sizeof *slots);
	for (int64_t i = from; i < end; i++) {
		const struct slot *old = slot_at(s, i);
		slots[i - from] = old != NULL ? *old : (struct slot){ .b = nothing };
	}
	free(s->slots);
	s->slots = slots;
	s->base = from;
	s->count = (int)(end - from);
}

static int64_t
again_after(int64_t step_us)
{
	return step_us < AGAIN_MIN_US ? AGAIN_MIN_US : step_us > AGAIN_MAX_US ? AGAIN_MAX_US : step_us;
}

/* Which of the wanted columns are to be asked for: from *first on, the number is returned; 0 = none. */
static int
missing(const struct trend_feed *f, const struct series *s, int64_t *first)
{
	int64_t end = f->first + f->count, newest = f->now.us / f->step_us, last = -1;
	bool is_time = utc_diff_us(f->now, s->answered) >= again_after(s->step_us);

	if (end > newest + 1)
		end = newest + 1;
	for (int64_t i = f->first; i < end; i++) {
		const struct slot *slot = slot_at(s, i);
		bool is_new = (i + 1) * s->step_us > s->answered.us; /* it came up since the last answer */
		if (slot != NULL && (slot->known == FINAL || (!is_time && (slot->known == PROVISIONAL || is_new))))
			continue;
		if (last < 0)
			*first = i;
		last = i;
	}
	return last < 0 ? 0 : (int)(last - *first + 1);
}

/* ---- questions */

static void
take_bucket(struct pen *p, struct series *s, int64_t column, struct rbuf *r)
{
	struct bucket b = nothing;
	struct slot *slot = slot_at(s, column);

	if (!bucket_get(r, &b) || slot == NULL || column < p->asked_first || column >= p->asked_first + p->asked_count)
		return;
	b.from = (struct utc){ column * s->step_us };
	slot->b = b;
	slot->known = (column + 1) * s->step_us <= p->asked.us - SETTLE_US ? FINAL : PROVISIONAL;
}

static void
on_frame(struct client *c, const struct frame *frame, void *arg)
{
	struct pen *p = arg;
	struct series *s = &p->feed->series[p->asked_at];
	struct msg_trend m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, frame->body, frame->length);
	if (frame->type != W_TREND || !msg_trend_get(&r, &m))
		return;
	p->point = (struct trend_feed_point){ .is_known = true,
		.kind = m.kind < KIND_COUNT ? (enum point_kind)m.kind : KIND_ANALOG,
		.decimals = (int)m.decimals_plus_8 - 8 };
	text_put_safe(p->point.unit, sizeof p->point.unit, m.unit, 20);
	for (uint32_t i = 0; i < m.count && !r.bad; i++)
		take_bucket(p, s, p->asked_first + m.first + i, &r);
}

static void
on_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct pen *p = arg;
	struct trend_feed *f = p->feed;
	struct series *s = &f->series[p->asked_at];
	int64_t wait = e == OK ? 0 : e == ERR_BUSY ? 2 * US_PER_S : e == ERR_NOT_FOUND ? AGAIN_MIN_US : 5 * US_PER_S;

	(void)c;
	(void)addcause;
	p->ask = 0;
	s->err = e;
	str_copy(s->text, sizeof s->text, text != NULL ? text : "");
	s->again = utc_add(f->now, wait);
	if (e == OK) {
		s->answered = p->asked;
		if (s->covered.us < p->asked.us - SETTLE_US)
			s->covered.us = p->asked.us - SETTLE_US;
		for (int i = 0; i < p->asked_count; i++) { /* what was left out is empty */
			struct slot *slot = slot_at(s, p->asked_first + i);
			if (slot != NULL && slot->known == UNKNOWN)
				slot->known = PROVISIONAL;
		}
	}
	f->changed(f->arg);
}

static const struct client_answer answer = { on_frame, on_done };

static void
ask(struct trend_feed *f, struct pen *p, int64_t first, int count)
{
	struct wbuf body, name;

	wbuf_init(&body);
	wbuf_init(&name);
	w_str(&name, p->name);
	msg_trend_get_put(&body,
	    &(struct msg_trend_get){ .from = first * f->step_us,
	        .to = (first + count) * f->step_us,
	        .buckets = (uint32_t)count,
	        .points = { name.data, name.len } });
	p->ask = client_ask(f->client, W_TREND_GET, &body, &answer, p);
	p->asked_at = p->at;
	p->asked_first = first;
	p->asked_count = count;
	p->asked = f->now;
	wbuf_done(&body);
	wbuf_done(&name);
}

/* Nobody looks at what the question is about any more. */
static bool
is_moot(const struct trend_feed *f, const struct pen *p)
{
	return p->asked_at != p->at || p->asked_first >= f->first + f->count ||
	    p->asked_first + p->asked_count <= f->first;
}

static void
ask_pen(struct trend_feed *f, struct pen *p)
{
	int64_t first = 0, age = utc_diff_us(f->now, p->asked);
	int count;

	if (p->ask != 0 && ((is_moot(f, p) && age >= FRESH_US) || age > GIVE_UP_US))
		forget(p);
	if (p->ask != 0 || p->at < 0 || f->series[p->at].again.us > f->now.us)
		return;
	if ((count = missing(f, &f->series[p->at], &first)) == 0)
		return;
	reserve(&f->series[p->at], f->first, f->count);
	ask(f, p, first, count);
}

void
trend_feed_want(struct trend_feed *f, int64_t step_us, int64_t first, int count, struct utc now)
{
	f->now = now;
	f->step_us = step_us;
	f->first = first;
	f->count = count < TREND_COLUMNS_MAX ? count : TREND_COLUMNS_MAX;
	for (int i = 0; i < f->pen_count; i++) {
		struct pen *p = f->pens[i];
		p->at = -1; /* that of before may go to make room */
		p->at = find_series(f, p->name, step_us);
		reserve(&f->series[p->at], f->first, f->count);
		ask_pen(f, p);
	}
}

void
trend_feed_second(struct trend_feed *f, struct utc now)
{
	f->now = now;
	for (int i = 0; i < f->pen_count && f->step_us > 0; i++)
		ask_pen(f, f->pens[i]);
}

void
trend_feed_reset(struct trend_feed *f, struct utc now)
{
	f->now = now;
	for (int i = 0; i < f->pen_count; i++)
		forget(f->pens[i]);
	for (int i = 0; i < SERIES_MAX; i++)
		f->series[i].again = f->series[i].answered = (struct utc){ 0 };
	trend_feed_second(f, now);
}

/* ---- live values */

void
trend_feed_live(struct trend_feed *f, int pen, const struct value *v, bool is_seen, struct utc now)
{
	struct pen *p = f->pens[pen];

	if (p->live_count > 0 && p->live[(p->live_count - 1) % LIVE_MAX].us >= now.us)
		return; /* the clock stands still, or went back */
	p->live[p->live_count++ % LIVE_MAX] =
	    (struct live){ .us = now.us, .v = v->v, .quality = v->quality, .is_seen = is_seen };
}

/* A value held from..to, within the column: weighed by the time it covers. */
static void
add_live(struct bucket *b, const struct live *l, double share)
{
	if (!l->is_seen)
		return;
	b->quality |= l->quality;
	if (quality_validity(l->quality) != V_BAD && isfinite(l->v)) {
		double had = isnan(b->mean) ? 0 : (double)b->seen;
		b->mean = had > 0 ? (b->mean * had + l->v * share) / (had + share) : l->v;
		b->min = fmin(b->min, l->v);
		b->max = fmax(b->max, l->v);
		b->last = l->v;
	} else {
		b->last = (double)NAN;
	}
	if (quality_validity(l->quality) == V_GOOD)
		b->good = fminf(1, b->good + (float)share);
	b->seen = fminf(1, b->seen + (float)share);
	b->samples++;
}

static void
carry_on(const struct trend_feed *f, const struct pen *p, struct utc now, struct bucket *out)
{
	const struct series *s = &f->series[p->at];
	unsigned kept = p->live_count < LIVE_MAX ? p->live_count : LIVE_MAX;

	for (unsigned i = p->live_count - kept; i < p->live_count; i++) {
		const struct live *l = &p->live[i % LIVE_MAX];
		int64_t end = i + 1 < p->live_count ? p->live[(i + 1) % LIVE_MAX].us : now.us + 1;
		int64_t at = i == 0 ? l->us - BEFORE_US : l->us;
		at = at > s->covered.us ? at : s->covered.us;
		if (end > l->us + HOLD_US)
			end = l->us + HOLD_US;
		for (int64_t column = at / f->step_us; at < end; column++) {
			int64_t to = (column + 1) * f->step_us < end ? (column + 1) * f->step_us : end;
			const struct slot *slot = slot_at(s, column);
			if (column >= f->first && column < f->first + f->count &&
			    (slot == NULL || slot->known != FINAL))
				add_live(&out[column - f->first], l, (double)(to - at) / (double)f->step_us);
			at = to;
		}
	}
}

void
trend_feed_get(const struct trend_feed *f, int pen, struct utc now, struct bucket *out)
{
	const struct pen *p = f->pens[pen];

	for (int i = 0; i < f->count; i++) {
		const struct slot *slot = p->at < 0 ? NULL : slot_at(&f->series[p->at], f->first + i);
		out[i] = slot != NULL ? slot->b : nothing;
		out[i].from = (struct utc){ (f->first + i) * f->step_us };
	}
	if (p->at >= 0)
		carry_on(f, p, now, out);
}

struct trend_feed_state
trend_feed_state(const struct trend_feed *f, int pen)
{
	const struct pen *p = f->pens[pen];
	const struct series *s = p->at < 0 ? NULL : &f->series[p->at];
	struct trend_feed_state state = {
		.is_asking = p->ask != 0, .since = p->asked, .text = "", .is_known = s != NULL
	};

	if (s == NULL)
		return state;
	state.err = s->err;
	state.text = s->text;
	state.again = s->again;
	for (int i = 0; i < f->count; i++) {
		const struct slot *slot = slot_at(s, f->first + i);
		int64_t begin = (f->first + i) * f->step_us;
		bool is_new = s->answered.us != 0 && begin >= s->answered.us; /* live values tell of it */
		if (begin < f->now.us && !is_new && (slot == NULL || slot->known == UNKNOWN))
			state.is_known = false;
	}
	return state;
}

const struct trend_feed_point *
trend_feed_point(const struct trend_feed *f, int pen)
{
	return &f->pens[pen]->point;
}

int
trend_feed_open(const struct trend_feed *f)
{
	int open = 0;

	for (int i = 0; i < f->pen_count; i++)
		open += f->pens[i]->ask != 0;
	return open;
}
