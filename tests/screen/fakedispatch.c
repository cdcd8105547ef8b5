/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakedispatch.c - one frame of how dispatch is, and the answers to W_MODE, W_PLAN_GET and W_FORECAST_GET.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/forecast.h"
#include "scada/base/mem.h"
#include "scada/base/mode.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "tests/screen/fakedispatch.h"

void
fakedispatch_init(struct fakedispatch *d, struct utc now)
{
	*d = (struct fakedispatch){ .now = now, .entries = 300 };
}

static double
number(const char *s)
{
	double v;

	return s != NULL && str_to_double(s, &v) ? v : (double)NAN;
}

static unsigned
whole(const char *s)
{
	double v = number(s);

	return isnan(v) ? 0 : (unsigned)v;
}

static void
line_dispatch(struct fakedispatch *d, char **f)
{
	double so_far = number(f[7]);

	d->is_there = true;
	d->m = (struct msg_dispatch){ .is_there = 1,
		.mode = (uint8_t)whole(f[1]),
		.acting = (uint8_t)whole(f[2]),
		.grid = (uint8_t)whole(f[3]),
		.flags = whole(f[4]),
		.stage = (uint8_t)whole(f[5]),
		.since = d->now.us - 38 * 60 * US_PER_S,
		.response_kw = (double)NAN,
		.power_kw = number(f[6]),
		.now_kw = so_far,
		.used_kwh = so_far / 2,
		.forecast_kw = number(f[8]),
		.target_kw = number(f[9]),
		.adjust_kw = number(f[10]),
		.elapsed_min = number(f[11]),
		.month_kw = number(f[12]),
		.year_kw = number(f[13]),
		.shed = (uint8_t)whole(f[14]),
		.steps = (uint8_t)whole(f[15]),
		.reserve_kwh = number(f[16]),
		.hours = number(f[17]),
		.kept_kwh = 228,
		.user = f[18],
		.reason = f[19] };
}

bool
fakedispatch_line(struct fakedispatch *d, char **f)
{
	if (strcmp(f[0], "dispatch") == 0) {
		line_dispatch(d, f);
		return true;
	}
	if (strcmp(f[0], "planned") == 0 && d->pair_count < FAKEDISPATCH_PLANNED) {
		d->pairs[d->pair_count].point = f[1];
		d->pairs[d->pair_count++].planned = f[2];
		return true;
	}
	if (strcmp(f[0], "want") != 0 || d->want_count == FAKEDISPATCH_WANTS)
		return false;
	d->wants[d->want_count].point = f[1];
	d->wants[d->want_count].kind = whole(f[2]);
	d->wants[d->want_count].wanted = number(f[3]);
	d->wants[d->want_count].measured = number(f[4]);
	d->wants[d->want_count++].why = f[5];
	return true;
}

void
fakedispatch_snapshot(struct fakedispatch *d, struct conn *c)
{
	struct wbuf wants = { .len = 0 }, b = { .len = 0 };

	if (!d->is_there)
		return;
	for (unsigned i = 0; i < d->want_count; i++) {
		w_u32(&wants, d->find(d->wants[i].point, d->arg));
		w_u8(&wants, (uint8_t)d->wants[i].kind);
		w_f64(&wants, d->m.acting == GUARD_MANUAL ? (double)NAN : d->wants[i].wanted);
		w_f64(&wants, d->wants[i].measured);
		w_str(&wants, d->m.acting == GUARD_MANUAL ? "" : d->wants[i].why);
		bool is_battery = d->wants[i].kind == 0;
		w_f64(&wants, is_battery ? 96 - 54 * i : (double)NAN);
		w_u8(&wants, is_battery ? RESERVE_OUTAGE : RESERVE_NONE);
	}
	d->m.plan_made = d->now.us - 4 * 60 * US_PER_S;
	d->m.plan_until = d->now.us + 56 * 60 * US_PER_S;
	d->m.plan_text = "forecasts: 7 from similar days, 2 as they are now";
	d->m.wants = (struct msg_bytes){ wants.data, wants.len };
	msg_dispatch_put(&b, &d->m);
	conn_send(c, W_DISPATCH, 0, &b, NULL);
	wbuf_reset(&b);
	wbuf_reset(&wants);
	for (unsigned i = 0; i < d->pair_count; i++) {
		w_u32(&wants, d->find(d->pairs[i].planned, d->arg));
		w_u32(&wants, d->find(d->pairs[i].point, d->arg));
	}
	msg_plan_points_put(&b, &(struct msg_plan_points){ .pairs = { wants.data, wants.len } });
	conn_send(c, W_PLAN_POINTS, 0, &b, NULL);
	wbuf_done(&b);
	wbuf_done(&wants);
}

/* ---- a plan: a day of the sun, two batteries that follow it, a gas turbine by day, loads */

#define PLAN_STEPS 192
#define QUARTER_US (INT64_C(900) * US_PER_S)

static const struct planned {
	const char *name, *kind;
	double night, day; /* kW */
	unsigned has;      /* 1 energy, 2 on */
	uint8_t by_night, by_day;
} planned[] = {
	{ "GRID", "grid", 820, 340, 0, REASON_NONE, REASON_NONE },
	{ "STG", "steam_turbine", 1980, 2310, 2, REASON_POWER, REASON_POWER },
	{ "GTC", "gas_turbine", 0, 1200, 2, REASON_DOWN_TIME, REASON_HEAT },
	{ "PV1", "pv", 0, 21.4, 0, REASON_SUN, REASON_SUN },
	{ "PV2", "pv", 0, 14.2, 0, REASON_SUN, REASON_SUN },
	{ "ESS1", "battery", -85.5, 120, 1, REASON_PRICE, REASON_PEAK },
	{ "ESS2", "battery", 0, 0, 1, REASON_OUT, REASON_OUT },
	{ "ESS3", "battery", -40, 60, 1, REASON_SURPLUS, REASON_PRICE },
	{ "HALL", "load", 210, 740, 0, REASON_NONE, REASON_NONE },
	{ "GYM", "load", 140, 390, 0, REASON_NONE, REASON_NONE },
};

static bool
is_day(int64_t start, int t)
{
	int hour = (int)((start + t * QUARTER_US) / (3600 * US_PER_S) + 9) % 24; /* in Japan */

	return hour >= 8 && hour < 17;
}

static double
planned_kw(const struct planned *a, int64_t start, int t)
{
	return is_day(start, t) ? a->day : a->night;
}

static void
put_planned(const struct planned *a, int64_t start, struct wbuf *b)
{
	double stored = 200;

	w_str(b, a->name);
	w_str(b, a->kind);
	w_u8(b, (uint8_t)a->has);
	for (int t = 0; t < PLAN_STEPS; t++) {
		bool by_day = is_day(start, t);
		double kw = planned_kw(a, start, t);

		stored -= kw / 4;
		stored = fmin(fmax(stored, 60), 380);
		w_f32(b, kw);
		w_u8(b, by_day ? a->by_day : a->by_night);
		w_f32(b, a->has == 1 && by_day ? 7.25 : 0);
		if (a->has & 1)
			w_f32(b, stored);
		if (a->has & 2)
			w_u8(b, kw > 0);
	}
}

static void
tell_plan(const struct fakedispatch *d, struct conn *c, uint32_t sequence)
{
	struct wbuf b = { 0 }, costs = { 0 }, assets = { 0 }, prices = { 0 }, relaxed = { 0 };
	int64_t start = d->now.us - d->now.us % QUARTER_US;

	if (!d->is_there) {
		conn_result(c, sequence, ERR_NOT_FOUND, -1, "there is no plan: chisan-planner does not run");
		return;
	}
	w_str(&costs, "import");
	w_f64(&costs, 412031);
	w_str(&costs, "fuel");
	w_f64(&costs, 208800);
	w_str(&costs, "start");
	w_f64(&costs, 0);
	for (unsigned i = 0; i < ARRAY_LEN(planned); i++)
		put_planned(&planned[i], start, &assets);
	for (int t = 0; t < PLAN_STEPS; t++)
		w_f32(&prices,
		    t / 4 == 4   ? -27252.37
		        : t < 40 ? 12.5
		                 : 21.25); /* a broken goal costs more than money */
	w_str(&relaxed, "reserve");
	w_str(&relaxed, "MAIN");
	w_u16(&relaxed, 12);
	w_f64(&relaxed, 31.5);
	w_str(&relaxed, "contract");
	w_str(&relaxed, "GRID");
	w_u16(&relaxed, 60);
	w_f64(&relaxed, 4);
	msg_plan_put(&b,
	    &(struct msg_plan){ .is_good = 1,
	        .made = d->now.us - 4 * 60 * US_PER_S,
	        .start = start,
	        .steps = PLAN_STEPS,
	        .step_s = 900,
	        .text = "forecasts: 7 from similar days, 2 as they are now",
	        .total = 620831,
	        .co2_kg = 3120,
	        .peak_kw = 934,
	        .costs = { costs.data, costs.len },
	        .assets = { assets.data, assets.len },
	        .prices = { prices.data, prices.len },
	        .relaxed = { relaxed.data, relaxed.len } });
	conn_send(c, W_PLAN, sequence, &b, NULL);
	conn_result(c, sequence, OK, -1, "the plan");
	wbuf_done(&b);
	wbuf_done(&costs);
	wbuf_done(&assets);
	wbuf_done(&prices);
	wbuf_done(&relaxed);
}

/* PLAN.HALL.P: what it will be. */
static void
tell_ahead(const struct fakedispatch *d, struct conn *c, const struct frame *f)
{
	struct wbuf b = { 0 }, values = { 0 };
	struct msg_plan_ahead_get m;
	int64_t start = d->now.us - d->now.us % QUARTER_US;
	const struct planned *a = NULL;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	bool ok = msg_plan_ahead_get_get(&r, &m) && r_done(&r);
	for (unsigned i = 0; ok && i < ARRAY_LEN(planned); i++) {
		size_t len = strlen(planned[i].name);
		if (strncmp(m.point, "PLAN.", 5) == 0 && strncmp(m.point + 5, planned[i].name, len) == 0 &&
		    strcmp(m.point + 5 + len, ".P") == 0)
			a = &planned[i];
	}
	if (!d->is_there || a == NULL) {
		conn_result(c, f->sequence, ERR_NOT_FOUND, -1, "there is no plan: chisan-planner does not run");
		return;
	}
	for (int t = 0; t < PLAN_STEPS; t++)
		w_f32(&values, planned_kw(a, start, t));
	msg_plan_ahead_put(&b,
	    &(struct msg_plan_ahead){ .made = d->now.us - 4 * 60 * US_PER_S,
	        .start = start,
	        .step_s = 900,
	        .before = (double)NAN,
	        .values = { values.data, values.len } });
	conn_send(c, W_PLAN_AHEAD, f->sequence, &b, NULL);
	conn_result(c, f->sequence, OK, -1, "%s", "");
	wbuf_done(&b);
	wbuf_done(&values);
}

/* ---- the forecasts behind it: a load with errors, one of a file, the sun, and one that is new */

static const struct foretold {
	const char *point, *basis;
	uint8_t kind, given;
	double mean, hours, error, bias; /* a day ahead; an hour ahead a third of it */
} foretold[] = {
	{ "HALL.P", "similar", FORECAST_LOAD, FORECAST_OWN, 425.6, 312, 36.2, 9.8 },
	{ "HEAT.HALL_F", "plain", FORECAST_HEAT, FORECAST_OWN, 0.92, 96, 0.17, -0.03 },
	{ "GYM.P", "similar", FORECAST_LOAD, FORECAST_PARTLY, 231.5, 312, 18.7, -3.4 },
	{ "PV1.P", "file", FORECAST_SUN, FORECAST_GIVEN, 2.6, 156, 1.1, 0 },
	{ "LIGHT.P", "flat", FORECAST_LOAD, FORECAST_OWN, 0, 0, (double)NAN, (double)NAN },
};

static void
tell_forecasts(const struct fakedispatch *d, struct conn *c, uint32_t sequence)
{
	static const uint16_t leads[] = { 60, 180, 720, 1440, 2880 };
	struct wbuf b = { 0 }, series = { 0 };

	for (unsigned i = 0; d->is_there && i < ARRAY_LEN(foretold); i++) {
		const struct foretold *s = &foretold[i];

		w_str(&series, s->point);
		w_u8(&series, s->kind);
		w_u8(&series, s->given);
		w_str(&series, s->basis);
		w_f64(&series, s->mean);
		w_f64(&series, s->hours);
		w_u8(&series, ARRAY_LEN(leads));
		for (unsigned k = 0; k < ARRAY_LEN(leads); k++) {
			double part = k < 3 ? (k + 1) / 4.0 : 1;
			w_u16(&series, leads[k]);
			w_u32(&series, (uint32_t)s->hours * 2);
			w_f64(&series, s->error * part);
			w_f64(&series, s->bias * part);
			w_f64(&series, -2 * s->error * part);
			w_f64(&series, 2.2 * s->error * part);
		}
	}
	msg_forecast_put(&b,
	    &(struct msg_forecast){ .made = d->now.us,
	        .file = FORECAST_FILE_REFUSED,
	        .written = d->now.us - 3600 * US_PER_S,
	        .text =
	            "weather.csv:7:34: value is \"4O0\"; it is a number as 412.5, at most 1e9 either way, or nothing "
	            "where nothing is foreseen; the one before goes on, made 11-22 18:08",
	        .series = { series.data, series.len } });
	conn_send(c, W_FORECAST, sequence, &b, NULL);
	conn_result(c, sequence, OK, -1, "the forecasts");
	wbuf_done(&b);
	wbuf_done(&series);
}

bool
fakedispatch_frame(struct fakedispatch *d, struct conn *c, const struct frame *f)
{
	struct msg_mode m;
	struct rbuf r;

	if (f->type == W_PLAN_GET) {
		tell_plan(d, c, f->sequence);
		return true;
	}
	if (f->type == W_PLAN_AHEAD_GET) {
		tell_ahead(d, c, f);
		return true;
	}
	if (f->type == W_FORECAST_GET) {
		tell_forecasts(d, c, f->sequence);
		return true;
	}
	if (f->type != W_MODE)
		return false;
	rbuf_init(&r, f->body, f->length);
	if (!msg_mode_get(&r, &m) || m.mode >= GUARD_MODES) {
		conn_result(c, f->sequence, ERR_USAGE, -1, "the request cannot be read");
		return true;
	}
	if (m.what == MODE_TARGET) {
		d->m.target_kw = m.kw;
	} else if (m.mode == GUARD_ISLAND) { /* as if the grid were lost now: what was chosen stays chosen */
		d->m.acting = GUARD_ISLAND;
		d->m.grid = GRID_LOST;
	} else {
		d->m.grid = GRID_THERE;
		d->m.mode = d->m.acting = m.mode;
		d->m.since = d->now.us;
		d->m.until = m.until;
		d->m.response_kw = m.kw;
		d->m.user = "operator";
		str_copy(d->reason, sizeof d->reason, m.reason);
		d->m.reason = d->reason;
	}
	conn_result(c, f->sequence, OK, -1, "recorded as entry %llu: %s %s", (unsigned long long)++d->entries,
	    mode_what_word(m.what), m.what == MODE_SET ? guard_mode_name(m.mode) : "set");
	fakedispatch_snapshot(d, c);
	return true;
}
