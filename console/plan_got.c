/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_got.c - W_PLAN into arrays of steps.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/plan_got.h"
#include "scada/base/mem.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

enum { HAS_ENERGY = 1, HAS_ON = 2 };

void
plan_got_done(struct plan_got *p)
{
	for (unsigned i = 0; i < p->asset_count; i++) {
		free(p->assets[i].kw);
		free(p->assets[i].shadow);
		free(p->assets[i].energy);
		free(p->assets[i].reason);
		free(p->assets[i].on);
	}
	free(p->price);
	free(p->body);
	memset(p, 0, sizeof *p);
}

static bool
read_asset(struct rbuf *r, unsigned steps, struct plan_got_asset *a)
{
	text_put_safe(a->name, sizeof a->name, r_str(r), -1);
	text_put_safe(a->kind, sizeof a->kind, r_str(r), -1);
	uint8_t has = r_u8(r);

	a->has_energy = (has & HAS_ENERGY) != 0;
	a->has_on = (has & HAS_ON) != 0;
	a->kw = xcalloc(steps, sizeof *a->kw);
	a->shadow = xcalloc(steps, sizeof *a->shadow);
	a->energy = xcalloc(steps, sizeof *a->energy);
	a->reason = xcalloc(steps, sizeof *a->reason);
	a->on = xcalloc(steps, sizeof *a->on);
	for (unsigned t = 0; t < steps && !r->bad; t++) {
		a->kw[t] = r_f32(r);
		a->reason[t] = r_u8(r);
		a->shadow[t] = r_f32(r);
		a->energy[t] = a->has_energy ? r_f32(r) : (double)NAN;
		if (a->reason[t] == REASON_OUT) /* what it stores is not known */
			a->energy[t] = (double)NAN;
		a->on[t] = a->has_on ? r_u8(r) : 1;
	}
	return !r->bad;
}

static bool
read_body(struct plan_got *p, size_t length)
{
	struct rbuf r;

	rbuf_init(&r, p->body, length);
	if (!msg_plan_get(&r, &p->m) || !r_done(&r) || p->m.is_good != 1 || p->m.steps == 0 ||
	    p->m.steps > PLAN_GOT_STEPS || p->m.step_s == 0 || p->m.step_s > 86400)
		return false;
	rbuf_init(&r, p->m.assets.data, p->m.assets.len);
	while (r.pos < r.len) {
		if (p->asset_count == PLAN_GOT_ASSETS)
			return false;
		if (!read_asset(&r, p->m.steps, &p->assets[p->asset_count++]))
			return false;
	}
	p->price = xcalloc(p->m.steps, sizeof *p->price);
	rbuf_init(&r, p->m.prices.data, p->m.prices.len);
	for (unsigned t = 0; t < p->m.steps; t++)
		p->price[t] = r_f32(&r);
	return r_done(&r);
}

bool
plan_got_read(struct plan_got *p, const uint8_t *body, size_t length)
{
	p->body = xmalloc(length + 1);
	memcpy(p->body, body, length);
	p->is_there = read_body(p, length);
	if (!p->is_there)
		plan_got_done(p);
	return p->is_there;
}

struct utc
plan_got_time(const struct plan_got *p, unsigned step)
{
	return (struct utc){ p->m.start + (int64_t)step * p->m.step_s * US_PER_S };
}

unsigned
plan_got_row_end(const struct plan_got *p, unsigned step, bool by_hour)
{
	do
		step++;
	while (by_hour && step < p->m.steps && plan_got_time(p, step).us % (3600 * US_PER_S) != 0);
	return step;
}

double
plan_got_mean(const double *v, unsigned from, unsigned to)
{
	double sum = 0;

	for (unsigned t = from; t < to; t++)
		sum += v[t];
	return sum / (to - from);
}

bool
plan_got_is_out(const struct plan_got_asset *a, unsigned from, unsigned to)
{
	for (unsigned t = from; t < to; t++)
		if (a->reason[t] != REASON_OUT)
			return false;
	return true;
}

bool
plan_got_is_shown(const struct plan_got_asset *a)
{
	return strcmp(a->kind, "load") != 0 && strcmp(a->kind, "furnace") != 0 && strcmp(a->kind, "dump") != 0;
}

double
plan_got_loads(const struct plan_got *p, unsigned from, unsigned to)
{
	double sum = 0;

	for (unsigned i = 0; i < p->asset_count; i++)
		if (strcmp(p->assets[i].kind, "load") == 0)
			sum += plan_got_mean(p->assets[i].kw, from, to);
	return sum;
}

char *
plan_got_costs(const struct plan_got *p, char *buf, size_t size)
{
	char number[40];
	bool has_part = false;
	struct rbuf r;

	str_copy(buf, size, str_fixed(number, sizeof number, p->m.total, 0));
	rbuf_init(&r, p->m.costs.data, p->m.costs.len);
	while (r.pos < r.len && !r.bad) {
		const char *name = r_str(&r);
		double v = r_f64(&r);

		if (r.bad || !(fabs(v) >= 0.5))
			continue;
		str_append(buf, size, has_part ? ", " : " (");
		str_append(buf, size, name);
		str_append(buf, size, " ");
		str_append(buf, size, str_fixed(number, sizeof number, v, 0));
		has_part = true;
	}
	if (has_part)
		str_append(buf, size, ")");
	return buf;
}

bool
plan_got_relaxed(const struct plan_got *p, unsigned n, char *buf, size_t size)
{
	char number[40], when[40];
	struct rbuf r;

	rbuf_init(&r, p->m.relaxed.data, p->m.relaxed.len);
	for (unsigned i = 0; r.pos < r.len && !r.bad; i++) {
		const char *what = r_str(&r), *where = r_str(&r);
		uint16_t step = r_u16(&r);
		double v = r_f64(&r);

		if (r.bad || i < n)
			continue;
		str_printf(buf, size, "%s%s%s: %s at %s", what, where[0] != '\0' ? " " : "", where,
		    str_fixed(number, sizeof number, v, 1),
		    utc_civil(when, sizeof when, plan_got_time(p, step), "%m-%d %H:%M"));
		return true;
	}
	return false;
}
