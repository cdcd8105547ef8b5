/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_tell.c - how dispatch is, for consoles and for chisand's own points.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/conn.h"
#include "scada/base/str.h"
#include "scada/core/dispatching_private.h"

enum { WANT_BATTERY, WANT_SOURCE, WANT_LOAD };

struct held { /* of a battery's store, as reserve */
	double kwh;
	enum reserve_why why;
};

/* A word, and what it means. */
static void
put_want(const struct dispatching *d, const struct wanting *w, const struct wanting *plan, uint8_t kind,
    point_id measured, enum guard_reason reason, const struct held *held, struct wbuf *b)
{
	char why[WHY_MAX + 32];
	bool is_plan = plan != NULL && !isfinite(w->value) && isfinite(plan->value);

	if (w->point == POINT_NONE)
		return;
	if (is_plan)
		str_printf(why, sizeof(why), "plan: %s", plan->reason);
	else if (w->refused[0] != '\0')
		str_printf(why, sizeof(why), "refused: %s", w->refused);
	else if (reason == WHY_NONE)
		why[0] = '\0';
	else
		str_printf(why, sizeof(why), "%s: %s", guard_reason_name(reason), guard_reason_help(reason));
	w_u32(b, w->point);
	w_u8(b, kind);
	w_f64(b, is_plan ? plan->value : w->value);
	w_f64(b, dispatch_read(d, measured));
	w_str(b, why);
	w_f64(b, held->kwh);
	w_u8(b, (uint8_t)held->why);
}

static struct held
held_of(const struct dispatching *d, unsigned battery)
{
	struct held h;

	h.kwh = plans_held(d->plans, d->district.battery[battery]->name, (struct utc){ d->now_us }, &h.why);
	return h;
}

static void
put_wants(const struct dispatching *d, struct wbuf *b)
{
	static const struct held none = { .kwh = (double)NAN };

	for (unsigned i = 0; i < d->district.set.battery_count; i++) {
		struct held h = held_of(d, i);
		put_want(d, &d->battery[i].want, &d->battery[i].plan, WANT_BATTERY, d->battery[i].p,
		    d->out.battery[i].reason, &h, b);
	}
	for (unsigned i = 0; i < d->district.set.source_count; i++)
		put_want(d, &d->source[i].want, &d->source[i].plan, WANT_SOURCE, d->source[i].p,
		    d->out.source[i].reason, &none, b);
	for (unsigned i = 0; i < d->load_count; i++)
		put_want(d, &d->load[i].want, NULL, WANT_LOAD, d->load[i].p,
		    isfinite(d->load[i].want.value) ? d->out.shed_reason : WHY_NONE, &none, b);
}

static double
or_nan(bool is_known, double v)
{
	return is_known ? v : (double)NAN;
}

static void
put_body(const struct dispatching *d, struct wbuf *body)
{
	const struct demand_output *o = &d->out.demand;
	struct wbuf wants = { .len = 0 };
	bool is_known = d->is_there && o->is_known;
	int32_t month = dispatch_month((struct utc){ d->now_us });
	double response_kw;
	struct utc until;

	(void)dispatch_response(d, (struct utc){ d->now_us }, &response_kw, &until);
	if (d->is_there)
		put_wants(d, &wants);
	struct msg_dispatch m = {
		.is_there = d->is_there,
		.mode = (uint8_t)d->chosen.mode,
		.acting = (uint8_t)d->acting,
		.grid = (uint8_t)d->watch.state,
		.flags = d->out.flags,
		.since = d->chosen.since.us,
		.until = until.us,
		.response_kw = response_kw,
		.target_kw = dispatch_target_now(d),
		.elapsed_min = or_nan(is_known, o->elapsed_min),
		.used_kwh = or_nan(is_known, o->used_kwh),
		.power_kw = d->power_kw,
		.now_kw = or_nan(is_known, o->now_kw),
		.forecast_kw = or_nan(is_known, o->forecast_kw),
		.adjust_kw = or_nan(is_known, o->adjust_kw),
		.stage = (uint8_t)o->stage,
		.is_estimated = o->is_estimated,
		.month_kw = peaks_month(&d->peaks, month),
		.year_kw = peaks_year(&d->peaks, month),
		.shed = (uint8_t)d->out.shed,
		.steps = (uint8_t)d->district.set.demand.step_count,
		.total_kw = d->out.total_kw,
		.short_kw = d->out.short_kw,
		.reserve_kwh = d->reserve_kwh,
		.hours = d->hours,
		.kept_kwh = d->is_there && d->second.us != 0 ? d->out.kept_kwh : (double)NAN,
		.user = d->chosen.user,
		.reason = d->is_there ? d->chosen.reason : d->missing,
		.plan_made = plans_made(d->plans).us,
		.plan_until = plans_until(d->plans).us,
		.plan_text = plans_text(d->plans),
		.wants = { wants.data, wants.len },
	};
	msg_dispatch_put(body, &m);
	wbuf_done(&wants);
}

void
dispatch_tell(struct dispatching *d, struct utc now)
{
	struct wbuf frames = { .len = 0 };

	d->now_us = now.us;
	wbuf_reset(&d->body);
	put_body(d, &d->body);
	if (d->body.len == d->told.len && memcmp(d->body.data, d->told.data, d->body.len) == 0)
		return;
	wbuf_reset(&d->told);
	memcpy(wbuf_grow(&d->told, d->body.len), d->body.data, d->body.len);
	conn_encode(&frames, W_DISPATCH, d->generation, &d->body);
	d->ops->publish(&frames, d->arg);
	wbuf_done(&frames);
}

void
dispatching_piece(const struct dispatching *d, uint16_t generation, struct wbuf *frames)
{
	struct wbuf body = { .len = 0 };

	if (d->table == NULL)
		return;
	put_body(d, &body);
	conn_encode(frames, W_DISPATCH, generation, &body);
	wbuf_done(&body);
	dispatch_tell_planned(d, generation, frames);
	dispatch_schedule_frame(d, generation, frames);
}

void
dispatching_facts(const struct dispatching *d, struct dispatch_facts *f)
{
	const struct demand_output *o = &d->out.demand;
	bool is_known = d->is_there && o->is_known;
	int32_t month = dispatch_month((struct utc){ d->now_us });

	*f = (struct dispatch_facts){
		.is_there = d->is_there && d->second.us != 0,
		.mode = d->acting,
		.grid = d->watch.state,
		.flags = d->out.flags,
		.now_kw = or_nan(is_known, o->now_kw),
		.forecast_kw = or_nan(is_known, o->forecast_kw),
		.target_kw = dispatch_target_now(d),
		.adjust_kw = or_nan(is_known, o->adjust_kw),
		.stage = or_nan(is_known, o->stage),
		.month_kw = peaks_month(&d->peaks, month),
		.year_kw = peaks_year(&d->peaks, month),
		.shed = d->out.shed,
		.reserve_kwh = d->reserve_kwh,
		.hours = d->hours,
	};
}
