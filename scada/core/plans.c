/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plans.c - the plan as chisand holds it.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/plans.h"
#include "scada/dispatch/plan.h"

#define STEPS_MAX 600
#define TEXT_MAX  400
#define OVER      1.001 /* beyond a rating, for the seven digits of a float */

enum { HAS_ENERGY = 1, HAS_ON = 2 };

struct line { /* of an asset */
	const struct asset *asset;
	float *kw;       /* of steps */
	float *energy;   /* kWh, GJ at the end of each; NULL = stores nothing */
	double before;   /* when it was asked for; NaN = not known */
	uint8_t *reason; /* enum plan_reason */
	float *held;     /* kWh of reserve at the end of each; NULL = nothing is said of it */
	uint8_t *why;    /* enum reserve_why, with held */
};
struct held {
	int64_t made, start;
	unsigned steps, step_s;
	uint32_t count;
	struct line *lines;
	char text[TEXT_MAX];
	struct wbuf body; /* as it came */
};

struct plans {
	struct logbook *log;
	struct conn *conn; /* NULL = it does not run */
	const struct site *site;
	struct stored_site stored;
	uint32_t serial;
	struct mono asked, answered; /* 0 = never, or not yet */
	double *levels;              /* of each asset of the site, as told with the last ask */
	struct held *held;           /* NULL = none */
	char text[TEXT_MAX];         /* of the last answer */
	bool is_failing;             /* the last answer was none; journalled */
};

struct plans *
plans_new(struct logbook *l)
{
	struct plans *p = xcalloc(1, sizeof(*p));

	p->log = l;
	str_copy(p->text, sizeof(p->text), "none was made yet");
	return p;
}

static void
free_held(struct held *h)
{
	if (h == NULL)
		return;
	for (uint32_t i = 0; i < h->count; i++) {
		free(h->lines[i].kw);
		free(h->lines[i].energy);
		free(h->lines[i].reason);
		free(h->lines[i].held);
		free(h->lines[i].why);
	}
	free(h->lines);
	wbuf_done(&h->body);
	free(h);
}

void
plans_free(struct plans *p)
{
	if (p == NULL)
		return;
	free_held(p->held);
	free(p->levels);
	wbuf_done(&p->stored.tree);
	free(p);
}

static bool
holds(const struct plans *p, struct utc now)
{
	const struct held *h = p->held;

	return h != NULL && now.us >= h->start && now.us < plans_until(p).us;
}

/* ---- the helper */

void
plans_site(struct plans *p, const struct site *s, uint16_t generation, const uint64_t hash[4])
{
	free_held(p->held); /* of another site */
	p->held = NULL;
	p->site = s;
	p->asked.us = p->answered.us = 0;
	free(p->levels);
	p->levels = NULL;
	if (s == NULL)
		return;
	p->levels = xcalloc(s->energy != NULL ? (size_t)s->energy->assets.n + 1 : 1, sizeof(*p->levels));
	stored_site_make(&p->stored, s, generation, hash, 0);
	if (p->conn != NULL)
		stored_site_send(&p->stored, p->conn);
}

void
plans_up(struct plans *p, struct conn *c)
{
	p->conn = c;
	p->asked.us = p->answered.us = 0;
	if (p->site != NULL)
		stored_site_send(&p->stored, c);
}

const struct conn *
plans_conn(const struct plans *p)
{
	return p->conn;
}

void
plans_down(struct plans *p, enum err why, struct utc now, struct mono mono)
{
	p->conn = NULL;
	str_printf(p->text, sizeof(p->text), "%s",
	    why == OK                ? "chisan-planner does not run"
	        : why == ERR_TIMEOUT ? "the planner did not answer and was ended; it is started again"
	                             : "the planner ended; it is started again");
	if (why != OK && !p->is_failing)
		logbook_say(p->log, now, mono, JOURNAL_PLAN, NULL, "%s; %s", p->text,
		    holds(p, now) ? "the plan that there is holds until it expires" : "there is no plan");
	p->is_failing = p->is_failing || why != OK; /* one that dies again and again is told of once */
}

bool
plans_is_due(const struct plans *p, bool changed, bool is_asked, struct mono mono)
{
	if (p->conn == NULL || p->site == NULL)
		return false;
	if (p->asked.us == 0)
		return true;
	int64_t since = mono_diff_us(mono, p->asked);
	if (p->answered.us == 0)
		return since >= PLAN_ANSWER_US;
	return since >= PLAN_EVERY_US + (is_asked ? PLAN_YIELDS_US : 0) || (changed && since >= PLAN_LEAST_US);
}

/* The assets of an ask, in the form that chisan-planner reads. */
static void
note_levels(struct plans *p, const struct msg_plan_ask *m)
{
	struct rbuf r;

	rbuf_init(&r, m->assets.data, m->assets.len);
	for (uint32_t i = 0; p->site->energy != NULL && i < p->site->energy->assets.n; i++) {
		(void)r_u8(&r);
		(void)r_u8(&r);
		(void)r_f64(&r);
		(void)r_f64(&r);
		double level = r_f64(&r);
		(void)r_f64(&r);
		(void)r_f64(&r);
		p->levels[i] = r.bad ? (double)NAN : level;
	}
}

void
plans_ask(struct plans *p, struct msg_plan_ask *m, struct mono mono)
{
	struct wbuf b = { .len = 0 };

	if (p->conn == NULL)
		return;
	m->serial = ++p->serial;
	p->asked = mono;
	p->answered.us = 0;
	note_levels(p, m);
	msg_plan_ask_put(&b, m);
	conn_send(p->conn, W_PLAN_ASK, 0, &b, NULL);
	wbuf_done(&b);
}

bool
plans_send(struct plans *p, uint16_t type, const struct wbuf *body)
{
	return p->conn != NULL && p->site != NULL && conn_send(p->conn, type, 0, body, NULL) == OK;
}

/* ---- what comes */

/* kW that it can be at all; beyond it the planner is wrong. */
static double
most_of(const struct asset *a)
{
	const struct asset_battery *b = a->parameters;
	const struct asset_grid *g = a->parameters;

	switch (a->kind) {
	case ASSET_BATTERY: return b->charge_kw > b->discharge_kw ? b->charge_kw : b->discharge_kw;
	case ASSET_GRID: return g->import_max_kw > g->export_max_kw ? g->import_max_kw : g->export_max_kw;
	case ASSET_STG: return ((const struct asset_stg *)a->parameters)->rated_kw;
	case ASSET_GTC: return ((const struct asset_gtc *)a->parameters)->rated_kw;
	case ASSET_PV: return ((const struct asset_pv *)a->parameters)->peak_kw;
	default: return 1e9;
	}
}

static bool
take_line(struct plans *p, struct rbuf *r, unsigned steps, struct line *l)
{
	const char *name = r_str(r);
	(void)r_str(r); /* its kind, for people */
	uint8_t has = r_u8(r);

	l->asset = r->bad ? NULL : energy_find_asset(p->site->energy, name);
	if (l->asset == NULL || l->asset->parameters == NULL)
		return false;
	double most = most_of(l->asset) * OVER + 0.1;
	l->before = p->levels[l->asset - (const struct asset *)p->site->energy->assets.v];
	if ((has & HAS_ENERGY) != 0)
		l->energy = xcalloc(steps, sizeof(*l->energy));
	l->kw = xcalloc(steps, sizeof(*l->kw));
	l->reason = xcalloc(steps, sizeof(*l->reason));
	for (unsigned t = 0; t < steps && !r->bad; t++) {
		double kw = r_f32(r), energy;

		l->kw[t] = (float)kw;
		l->reason[t] = r_u8(r);
		if (!isfinite(kw) || fabs(kw) > most || l->reason[t] >= REASON_COUNT || !isfinite(r_f32(r)))
			return false;
		if (l->energy != NULL) {
			energy = r_f32(r);
			l->energy[t] = (float)energy;
			if (!isfinite(energy))
				return false;
		}
		if ((has & HAS_ON) != 0)
			(void)r_u8(r);
	}
	return !r->bad;
}

/* What a battery keeps as reserve: never more than it can have. */
static bool
take_held(struct held *h, struct rbuf *r)
{
	const char *name = r_str(r);
	struct line *l = NULL;

	for (uint32_t i = 0; i < h->count && l == NULL; i++)
		if (strcmp(h->lines[i].asset->name, name) == 0)
			l = &h->lines[i];
	if (r->bad || l == NULL || l->asset->kind != ASSET_BATTERY || l->held != NULL)
		return false;
	double most = ((const struct asset_battery *)l->asset->parameters)->energy_kwh * OVER + 0.1;
	l->held = xcalloc(h->steps, sizeof(*l->held));
	l->why = xcalloc(h->steps, sizeof(*l->why));
	for (unsigned t = 0; t < h->steps && !r->bad; t++) {
		double kwh = r_f32(r);

		l->held[t] = (float)kwh;
		l->why[t] = r_u8(r);
		if (!(kwh >= 0 && kwh <= most) || l->why[t] >= RESERVE_COUNT)
			return false;
	}
	return !r->bad;
}

/* NULL: it cannot be used. */
static struct held *
read_plan(struct plans *p, const struct msg_plan *m, const struct frame *f)
{
	struct held *h = xcalloc(1, sizeof(*h));
	struct rbuf r;

	h->made = m->made;
	h->start = m->start;
	h->steps = m->steps;
	h->step_s = m->step_s;
	str_copy(h->text, sizeof(h->text), m->text);
	memcpy(wbuf_grow(&h->body, f->length), f->body, f->length);
	h->lines = xcalloc(p->site->energy->assets.n + 1, sizeof(*h->lines));
	rbuf_init(&r, m->assets.data, m->assets.len);
	bool ok = m->steps > 0 && m->steps <= STEPS_MAX && m->step_s >= 60 && m->step_s <= 3600;
	while (ok && r.pos < r.len && h->count < p->site->energy->assets.n)
		ok = take_line(p, &r, m->steps, &h->lines[h->count++]);
	ok = ok && r_done(&r);
	rbuf_init(&r, m->held.data, m->held.len);
	while (ok && r.pos < r.len)
		ok = take_held(h, &r);
	if (ok && r_done(&r))
		return h;
	free_held(h);
	return NULL;
}

enum err
plans_take(struct plans *p, const struct frame *f, struct utc now, struct mono mono)
{
	struct msg_plan m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_plan_get(&r, &m) || !r_done(&r))
		return ERR_FRAME;
	if (m.serial != p->serial || p->site == NULL || p->site->energy == NULL)
		return OK; /* of an earlier ask */
	p->answered = mono;
	struct held *h = m.is_good ? read_plan(p, &m, f) : NULL;
	str_copy(p->text, sizeof(p->text), m.text);
	if (m.is_good && h == NULL)
		str_copy(p->text, sizeof(p->text), "a plan came that cannot be true; it is not used");
	if (h != NULL) {
		if (p->held == NULL || p->is_failing)
			logbook_say(p->log, now, mono, JOURNAL_PLAN, NULL, "a plan was made: %s", p->text);
		free_held(p->held);
		p->held = h;
	} else if (!p->is_failing) {
		logbook_say(p->log, now, mono, JOURNAL_PLAN, NULL, "no plan: %s%s", p->text,
		    p->held != NULL ? "; the one before holds until it expires" : "");
	}
	p->is_failing = h == NULL;
	return OK;
}

/* ---- reading */

struct utc
plans_until(const struct plans *p)
{
	const struct held *h = p->held;
	int64_t end = h == NULL ? 0 : h->start + (int64_t)h->steps * h->step_s * US_PER_S;

	if (h == NULL)
		return (struct utc){ 0 };
	return (struct utc){ h->made + PLAN_HOLDS_US < end ? h->made + PLAN_HOLDS_US : end };
}

/* Of a plan that holds now, at a time that is not before it. */
static const struct line *
line_at(const struct plans *p, const char *asset, struct utc at, struct utc now, unsigned *step)
{
	if (!holds(p, now) || at.us < p->held->start || at.us >= plans_reach(p, now).us)
		return NULL;
	*step = (unsigned)((at.us - p->held->start) / ((int64_t)p->held->step_s * US_PER_S));
	if (*step >= p->held->steps)
		return NULL;
	for (uint32_t i = 0; i < p->held->count; i++)
		if (strcmp(p->held->lines[i].asset->name, asset) == 0)
			return &p->held->lines[i];
	return NULL;
}

static const struct line *
line_of(const struct plans *p, const char *asset, struct utc now, unsigned *step)
{
	return line_at(p, asset, now, now, step);
}

double
plans_ahead(const struct plans *p, const char *asset, struct utc at, struct utc now)
{
	unsigned step;
	const struct line *l = line_at(p, asset, at, now, &step);

	return l == NULL ? (double)NAN : (double)l->kw[step];
}

struct utc
plans_reach(const struct plans *p, struct utc now)
{
	const struct held *h = p->held;

	return (struct utc){ holds(p, now) ? h->start + (int64_t)h->steps * h->step_s * US_PER_S : 0 };
}

double
plans_kw(const struct plans *p, const char *asset, struct utc now)
{
	unsigned step;
	const struct line *l = line_of(p, asset, now, &step);

	return l == NULL ? (double)NAN : (double)l->kw[step];
}

double
plans_stored(const struct plans *p, const char *asset, struct utc now)
{
	unsigned step;
	const struct line *l = line_of(p, asset, now, &step);

	if (l == NULL || l->energy == NULL || l->reason[step] == REASON_OUT)
		return (double)NAN;
	int64_t step_us = (int64_t)p->held->step_s * US_PER_S, begin = p->held->start + step * step_us;
	int64_t from = step == 0 && p->held->made > begin ? p->held->made : begin;
	double before = step == 0 ? l->before : (double)l->energy[step - 1];
	double gone = now.us <= from ? 0 : (double)(now.us - from) / (double)(begin + step_us - from);

	return before + gone * ((double)l->energy[step] - before);
}

double
plans_held(const struct plans *p, const char *asset, struct utc now, enum reserve_why *why)
{
	unsigned step;
	const struct line *l = line_of(p, asset, now, &step);

	*why = RESERVE_NONE;
	if (l == NULL || l->held == NULL || l->reason[step] == REASON_OUT)
		return (double)NAN;
	*why = (enum reserve_why)l->why[step];
	return (double)l->held[step];
}

unsigned
plans_put_steps(const struct plans *p, const char *asset, bool is_stored, double factor, struct utc now,
    struct wbuf *values, struct utc *start, uint32_t *step_s, double *before)
{
	unsigned step;
	const struct line *l = line_of(p, asset, now, &step);

	if (l == NULL || (is_stored && l->energy == NULL))
		return 0;
	*start = (struct utc){ p->held->start };
	*step_s = p->held->step_s;
	*before = is_stored ? l->before * factor : (double)NAN;
	for (unsigned t = 0; t < p->held->steps; t++) {
		double v = (double)(is_stored ? l->energy[t] : l->kw[t]) * factor;
		w_f32(values, is_stored && l->reason[t] == REASON_OUT ? (double)NAN : v);
	}
	return p->held->steps;
}

bool
plans_is_curtailed(const struct plans *p, const char *asset, struct utc now)
{
	unsigned step;
	const struct line *l = line_of(p, asset, now, &step);

	return l != NULL && l->reason[step] == REASON_CURTAILED;
}

const char *
plans_reason(const struct plans *p, const char *asset, struct utc now)
{
	unsigned step;
	const struct line *l = line_of(p, asset, now, &step);

	return l == NULL ? "" : plan_reason_name((enum plan_reason)l->reason[step]);
}

struct utc
plans_made(const struct plans *p)
{
	return (struct utc){ p->held != NULL ? p->held->made : 0 };
}

const char *
plans_text(const struct plans *p)
{
	return p->text;
}

const struct wbuf *
plans_frame(const struct plans *p, struct utc now)
{
	return holds(p, now) ? &p->held->body : NULL;
}
