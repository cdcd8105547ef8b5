/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand.c - the demand controller: figures, stages, what the batteries must give, and the steps that are shed and given back.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/dispatch/demand_private.h"

#define SLOPE_LEAST_US (10 * US_PER_S) /* after a start: before that power itself is the slope */

static const char *const stage_names[DEMAND_STAGES] = { "clear", "caution", "warning", "over" };
static const char *const stage_names_ja[DEMAND_STAGES] = { "平常", "注意", "警戒", "超過" };

const char *
demand_stage_name(enum demand_stage s)
{
	return s < DEMAND_STAGES ? stage_names[s] : "";
}

const char *
demand_stage_name_ja(enum demand_stage s)
{
	return s < DEMAND_STAGES ? stage_names_ja[s] : "";
}

double
demand_now(double used_kwh)
{
	return used_kwh / 0.5;
}

double
demand_forecast(double used_kwh, double slope_kwh_per_min, double elapsed_min)
{
	double left = elapsed_min < 30 ? 30 - elapsed_min : 0;
	return (used_kwh + slope_kwh_per_min * left) / 0.5;
}

double
demand_adjust(double target_kw, double forecast_kw, double elapsed_min)
{
	double left = 30 - elapsed_min;
	return (target_kw - forecast_kw) * 30 / (left > 1 ? left : 1);
}

static bool
settings_ok(const struct demand_settings *s, char *why, size_t size)
{
	const char *bad = NULL;
	if (!isfinite(s->import_max_kw) || s->import_max_kw <= 0)
		bad = "import_max_kw must be above 0";
	else if (s->slope_s < 60 || s->slope_s > 180)
		bad = "slope_s must be 60 to 180";
	else if (!(s->min_off_s >= 0 && s->min_off_s <= 7200))
		bad = "min_off_s must be 0 to 7200";
	else if (!(s->blind_s >= 0 && s->blind_s <= 7200))
		bad = "blind_s must be 0 to 7200";
	else if (!(s->counter_size_kwh >= 0 && s->counter_step_kwh >= 0))
		bad = "counter_size_kwh and counter_step_kwh must be 0 or more";
	else if (s->step_count > DEMAND_STEPS_MAX)
		bad = "there are more than 16 shed steps";
	else if (s->target_kw < 0 || isinf(s->target_kw))
		bad = "target_kw must be 0 or more";
	for (unsigned i = 0; bad == NULL && i < s->step_count; i++)
		if (!(s->step_kw[i] >= 0 && s->step_kw[i] < 1e6))
			bad = "a shed step must give 0 to 1e6 kW";
	if (bad != NULL)
		snprintf(why, size, "demand: %s; the controller keeps what it had", bad);
	return bad == NULL;
}

bool
demand_init(struct demand *d, const struct demand_settings *set, char *why, size_t size)
{
	if (!settings_ok(set, why, size))
		return false;
	memset(d, 0, sizeof(*d));
	d->set = *set;
	meter_watch_begin(&d->watch);
	d->power_kw = d->counter_kwh = d->held_u = d->held_floor = (double)NAN;
	return true;
}

bool
demand_set(struct demand *d, const struct demand_settings *set, char *why, size_t size)
{
	if (!settings_ok(set, why, size))
		return false;
	d->set = *set;
	d->shed = d->shed < set->step_count ? d->shed : set->step_count;
	return true;
}

static void
begin(struct demand *d, const struct demand_input *in)
{
	int64_t now = in->mono.us;
	d->is_begun = true;
	d->first_us = d->last_us = d->counter_us = d->rose_us = d->accepted_us = now;
	d->estimated_us = d->counter_estimated_us = now;
	d->good_us = isfinite(in->power_kw) || isfinite(in->counter_kwh) ? now : now - DEMAND_PATIENCE_S * US_PER_S - 1;
	d->cell = now / DEMAND_CELL_US;
	d->ring[d->cell % DEMAND_RING] = d->sum;
	d->start_us = utc_is_plausible(in->utc) ? now - in->utc.us % DEMAND_WINDOW_US : now;
	d->power_kw = in->power_kw;
	d->counter_kwh = in->counter_kwh;
	d->slope_kw = in->power_kw > 0 ? in->power_kw : 0;
}

/* Means over the slope's span, kW. */
static struct demand_cell
slope(struct demand *d, double power_kw)
{
	int64_t span = (int64_t)d->set.slope_s * US_PER_S, known = d->last_us - d->first_us;
	span = known < span ? known : span;
	if (span < SLOPE_LEAST_US)
		return (struct demand_cell){ power_kw > 0 ? power_kw : 0, 0, 0 };
	struct demand_cell a = demand_at(d, d->last_us - span);
	double per_h = 3600e6 / (double)span;
	return (struct demand_cell){ (d->sum.drawn_kwh - a.drawn_kwh) * per_h,
		(d->sum.battery_kwh - a.battery_kwh) * per_h, (d->sum.shed_kwh - a.shed_kwh) * per_h };
}

static double
shed_kw(const struct demand *d)
{
	double kw = 0;
	for (unsigned i = 0; i < d->shed; i++)
		kw += d->set.step_kw[i];
	return kw;
}

static bool
may_return(const struct demand *d, int64_t now)
{
	return d->shed > 0 && (double)(now - d->shed_us[d->shed - 1]) >= d->set.min_off_s * (double)US_PER_S &&
	    now - d->act_us >= DEMAND_SHED_GAP_S * US_PER_S;
}

static void
give_back(struct demand *d, int64_t now)
{
	d->shed--;
	d->act_us = now;
}

/* need_kw: what must go now beyond all that was done; forecast_kw: of the window with all that was done. */
static void
steps(struct demand *d, int64_t now, double need_kw, double forecast_kw, double left_min, bool is_masked)
{
	bool is_quiet = now - d->act_us >= DEMAND_SHED_GAP_S * US_PER_S;
	if (!is_masked && need_kw > 0 && d->shed < d->set.step_count) {
		if (d->act_us != 0 && !is_quiet)
			return;
		d->shed_us[d->shed++] = now;
		d->act_us = now;
		return;
	}
	if (!may_return(d, now))
		return;
	double with_it = forecast_kw + d->set.step_kw[d->shed - 1] * left_min / 30;
	if (with_it <= d->set.target_kw && (is_masked || forecast_kw < DEMAND_RELEASE * d->set.target_kw))
		give_back(d, now);
}

static void
figures(const struct demand *d, const struct demand_input *in, double slope_kw, struct demand_output *out)
{
	double from = demand_at(d, d->start_us).drawn_kwh, unseen_h = (double)(d->first_us - d->start_us) / 3600e6;
	double seen_h = (double)(d->last_us - d->first_us) / 3600e6, mean_kw = slope_kw;
	if (unseen_h > 0 && d->last_us - d->first_us >= SLOPE_LEAST_US)
		mean_kw = (d->sum.drawn_kwh - from) / seen_h;
	out->elapsed_min = (double)(d->last_us - d->start_us) / 60e6;
	out->used_kwh = d->sum.drawn_kwh - from + (unseen_h > 0 ? unseen_h * mean_kw : 0);
	out->is_estimated = unseen_h > 0 || d->estimated_us > d->start_us;
	out->slope_kwh_per_min = slope_kw / 60;
	out->now_kw = demand_now(out->used_kwh);
	out->forecast_kw = demand_forecast(out->used_kwh, out->slope_kwh_per_min, out->elapsed_min);
	/* What was not measured makes no record. */
	out->is_new_max = !out->is_estimated && isfinite(in->month_max_kw) && out->now_kw > in->month_max_kw;
}

static void
blind(struct demand *d, const struct demand_input *in, struct demand_output *out)
{
	bool is_over = (double)(in->mono.us - d->good_us) > d->set.blind_s * (double)US_PER_S;
	out->is_known = false;
	if (is_over)
		d->held_floor = (double)NAN;
	if (is_over && may_return(d, in->mono.us))
		give_back(d, in->mono.us);
	out->battery_floor_kw = d->held_floor;
	out->shed = d->shed;
}

static void
decide(struct demand *d, const struct demand_input *in, struct demand_cell mean, struct demand_output *out)
{
	double target = d->set.target_kw, left = 30 - out->elapsed_min;
	bool is_masked = out->elapsed_min * 60 < DEMAND_MASK_S || d->last_us - d->first_us < 60 * US_PER_S,
	     is_end = left * 60 < DEMAND_HOLD_S;
	if (!is_end || !isfinite(d->held_u))
		d->held_u = demand_adjust(target, out->forecast_kw, out->elapsed_min);
	out->adjust_kw = d->held_u;
	/* What was done within the slope's span counts in full from now on. */
	double battery_kw = isfinite(in->battery_kw) ? in->battery_kw : 0;
	double done_kw = shed_kw(d) - mean.shed_kwh, more_kw = in->battery_more_kw > 0 ? in->battery_more_kw : 0;
	if (!is_end || !isfinite(d->held_floor))
		d->held_floor = mean.battery_kwh - out->adjust_kw - done_kw;
	out->battery_floor_kw = d->held_floor;
	double need_kw = d->held_floor - battery_kw, steps_left_kw = 0;
	/* Loads cannot make less than nothing be drawn: where that is so the target is missed by what is past. */
	if (need_kw > in->power_kw)
		need_kw = in->power_kw;
	need_kw -= more_kw;
	if (!is_end && !in->only_watches)
		steps(d, in->mono.us, need_kw, out->forecast_kw - (done_kw + battery_kw - mean.battery_kwh) * left / 30,
		    left, is_masked);
	for (unsigned i = d->shed; i < d->set.step_count; i++)
		steps_left_kw += d->set.step_kw[i];
	done_kw = shed_kw(d) - mean.shed_kwh;
	bool cannot = -out->adjust_kw - done_kw + mean.battery_kwh > battery_kw + more_kw + steps_left_kw;
	if (demand_now(d->sum.drawn_kwh - demand_at(d, d->start_us).drawn_kwh) > target)
		out->stage = DEMAND_OVER;
	else if (!is_masked && out->forecast_kw > target)
		out->stage = out->adjust_kw < 0 && cannot ? DEMAND_WARNING : DEMAND_CAUTION;
	out->shed = d->shed;
}

/* The input without what stands still. */
static struct demand_input
watch(struct demand *d, const struct demand_input *shown, struct demand_output *out)
{
	const struct demand_settings *s = &d->set;
	struct meter_watch_settings set = { s->import_max_kw, s->counter_step_kwh, s->counter_size_kwh };
	struct demand_input in = *shown;

	meter_watch_step(&d->watch, &set, in.mono, in.power_kw, in.counter_kwh);
	if (d->watch.power_stands)
		in.power_kw = (double)NAN;
	out->counter_stands = d->watch.counter_stands;
	out->power_stands = d->watch.power_stands;
	return in;
}

void
demand_step(struct demand *d, const struct demand_input *shown, struct demand_output *out)
{
	*out = (struct demand_output){ .closed_kw = (double)NAN,
		.adjust_kw = (double)NAN,
		.battery_floor_kw = (double)NAN,
		.now_kw = (double)NAN,
		.forecast_kw = (double)NAN,
		.used_kwh = (double)NAN,
		.slope_kwh_per_min = (double)NAN };
	struct demand_input seen = watch(d, shown, out), *in = &seen;
	if (!d->is_begun)
		begin(d, in);
	if (in->only_watches)
		d->shed = 0;
	demand_measure(d, in);
	int64_t start = d->start_us;
	demand_window(d, in, out);
	if (d->start_us - start > US_PER_S || start - d->start_us > US_PER_S)
		d->held_u = d->held_floor = (double)NAN; /* another window */
	bool is_blind = in->mono.us - d->good_us > DEMAND_PATIENCE_S * US_PER_S;
	struct demand_cell mean = slope(d, in->power_kw);
	if (is_blind) {
		blind(d, in, out);
		return;
	}
	out->is_known = true;
	if (d->good_us == d->last_us)
		d->slope_kw = mean.drawn_kwh;
	d->battery_kw = mean.battery_kwh;
	figures(d, in, mean.drawn_kwh, out);
	out->shed = d->shed;
	if (d->set.target_kw > 0)
		decide(d, in, mean, out);
	else
		d->shed = out->shed = 0;
}

void
demand_save(const struct demand *d, struct utc utc, struct mono mono, struct wbuf *out)
{
	w_u8(out, 2);
	w_i64(out, utc.us);
	w_i64(out, mono.us - d->start_us);
	w_f64(out, d->sum.drawn_kwh - demand_at(d, d->start_us).drawn_kwh);
	w_u8(out, d->first_us > d->start_us || d->estimated_us > d->start_us);
	w_f64(out, d->slope_kw);
	w_f64(out, d->battery_kw);
	w_f64(out, d->counter_kwh);
	w_u8(out, (uint8_t)d->shed);
	for (unsigned i = 0; i < d->shed; i++)
		w_i64(out, mono.us - d->shed_us[i]);
	w_u8(out, d->watch.counter_stands);
	w_f64(out, d->watch.step_kwh);
	w_i64(out, d->watch.period_us);
}

/* The window as it was: its last slope_s with the slope, before that in a straight line. demand_step() then closes the gap like any other. */
static void
rebuild(struct demand *d, int64_t saved_us, int64_t gone_us, double used, double battery_kw)
{
	int64_t span = (int64_t)d->set.slope_s * US_PER_S;
	span = gone_us < span ? gone_us : span;
	double span_h = (double)span / 3600e6, gone_h = (double)gone_us / 3600e6, last = d->slope_kw * span_h;
	last = last < used ? last : used;
	d->is_begun = true;
	d->start_us = d->first_us = d->last_us = saved_us - gone_us;
	d->cell = d->start_us / DEMAND_CELL_US;
	d->ring[d->cell % DEMAND_RING] = d->sum;
	struct demand_cell end = { used, battery_kw * gone_h, shed_kw(d) * gone_h };
	struct demand_cell bend = { used - last, battery_kw * (gone_h - span_h), shed_kw(d) * (gone_h - span_h) };
	if (span < gone_us)
		demand_advance(d, saved_us - span, bend);
	if (span > 0)
		demand_advance(d, saved_us, end);
	d->good_us = d->counter_us = d->rose_us = d->accepted_us = saved_us;
	d->counter_from_kwh = used;
}

/* What was learned of the counter, since version 2. */
static bool
read_watch(struct rbuf *r, struct meter_watch *w)
{
	w->counter_stands = r_u8(r) != 0;
	w->step_kwh = r_f64(r);
	w->period_us = r_i64(r);
	return isfinite(w->step_kwh) && w->step_kwh >= 0 && w->period_us >= 0 &&
	    w->period_us <= INT64_C(366) * 86400 * US_PER_S;
}

bool
demand_restore(struct demand *d, const uint8_t *blob, size_t len, struct utc utc, struct mono mono)
{
	struct rbuf r;
	struct meter_watch learned;
	int64_t off[DEMAND_STEPS_MAX] = { 0 };
	rbuf_init(&r, blob, len);
	uint8_t version = r_u8(&r);
	int64_t saved = r_i64(&r), gone = r_i64(&r);
	double used = r_f64(&r);
	bool was_partial = r_u8(&r) != 0;
	double slope_kw = r_f64(&r), battery_kw = r_f64(&r), counter = r_f64(&r);
	unsigned shed = r_u8(&r);
	for (unsigned i = 0; i < shed && i < DEMAND_STEPS_MAX; i++)
		off[i] = r_i64(&r);
	meter_watch_begin(&learned);
	bool is_known = version == 1 || (version == 2 && read_watch(&r, &learned));
	int64_t away = utc.us - saved, saved_us = mono.us - away;
	bool is_sound = is_known && shed <= d->set.step_count && r_done(&r) && gone >= 0 &&
	    gone <= 2 * DEMAND_WINDOW_US && isfinite(used) && used >= 0 && used <= d->set.import_max_kw &&
	    isfinite(slope_kw) && slope_kw >= 0 && isfinite(battery_kw);
	if (!is_sound || away < 0)
		return false;
	d->watch = learned;
	if (gone + away >= DEMAND_WINDOW_US)
		return false;
	/* Booted a moment ago: the monotonic clock does not reach back to the window's beginning. It only need be above 0. */
	if (saved_us - gone <= 0)
		return false;
	d->slope_kw = slope_kw;
	d->counter_kwh = counter;
	d->shed = shed;
	rebuild(d, saved_us, gone, used, battery_kw);
	d->estimated_us = d->counter_estimated_us = was_partial ? saved_us : d->start_us;
	for (unsigned i = 0; i < shed; i++)
		d->shed_us[i] = saved_us - off[i];
	return true;
}
