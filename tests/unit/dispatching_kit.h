/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_kit.h - the guard in chisand in a test, in simulated time on a small site: a battery, a gas turbine, a load with steps, a PV, a meter.
 * The plant follows what is wanted in the next second; control is a list of what was wanted last; the planner is the far end of a pipe.
 * Include after t.h; everything is static.
 */
#ifndef CHISAN_DISPATCHING_KIT_H
#define CHISAN_DISPATCHING_KIT_H

#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/core/dispatching.h"
#include "tests/unit/sitekit.h"

#include "tests/unit/t.h"

#define START INT64_C(1795392000000000) /* 2026-11-23T00:00:00Z, 9 o'clock in Japan */

enum {
	METER,
	KWH,
	BREAKER,
	LINE,
	ESS_P,
	ESS_SOC,
	ESS_SP,
	GT_P,
	GT_SP,
	HALL_P,
	HALL_SHED,
	PLAN_P,
	PLAN_SOC,
	PV_P,
	PV_LIM,
	POINTS
};
static const char *const names[POINTS] = { "RX.P", "RX.KWH", "RX.BRK", "RX.LINE", "ESS.P", "ESS.SOC", "ESS.SP", "GT.P",
	"GT.SP", "HALL.P", "HALL.SHED", "PLAN.ESS.P", "PLAN.ESS.SOC", "PV.P", "PV.LIM" };

static struct key_point grid_points[] = { { "p", "RX.P" }, { "e_import", "RX.KWH" }, { "breaker", "RX.BRK" },
	{ "line_v", "RX.LINE" } };
static struct key_point ess_points[] = { { "p", "ESS.P" }, { "soc", "ESS.SOC" }, { "p_sp", "ESS.SP" } };
static struct key_point gt_points[] = { { "p", "GT.P" }, { "p_sp", "GT.SP" } };
static struct key_point hall_points[] = { { "p", "HALL.P" }, { "shed", "HALL.SHED" } };
static struct key_point pv_points[] = { { "p", "PV.P" }, { "p_sp", "PV.LIM" } };
static double shed_kw[] = { 50, 120 };
static struct asset_grid grid = {
	.import_max_kw = 2000, .export_max_kw = 300, .voltage_v = 6600, .frequency_hz = 50, .line_voltage = 66
};
static struct asset_battery ess = { .energy_kwh = 400,
	.charge_kw = 200,
	.discharge_kw = 200,
	.efficiency_charge = 0.95,
	.efficiency_discharge = 0.95,
	.soc_min_pct = 10,
	.soc_max_pct = 90,
	.reserve_pct = 30,
	.temperature_min_c = 0,
	.temperature_max_c = 45 };
static struct asset_gtc gt = { .rated_kw = 1500, .min_kw = 450 };
static struct asset_pv pv = { .peak_kw = 200, .performance_ratio = 0.8 }; /* its limit is in % of that */
static struct asset_load hall = { .priority = 2, .is_critical = true, .shed_kw = { shed_kw, 2 } };
static struct bus buses[] = { { .name = "MAIN" } };
static struct asset assets[] = {
	{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .points = { grid_points, 4 }, .parameters = &grid },
	{ .name = "ESS", .kind = ASSET_BATTERY, .bus = "MAIN", .points = { ess_points, 3 }, .parameters = &ess },
	{ .name = "GT", .kind = ASSET_GTC, .bus = "MAIN", .points = { gt_points, 2 }, .parameters = &gt },
	{ .name = "HALL", .kind = ASSET_LOAD, .bus = "MAIN", .points = { hall_points, 2 }, .parameters = &hall },
	{ .name = "PV", .kind = ASSET_PV, .bus = "MAIN", .points = { pv_points, 2 }, .parameters = &pv },
};
static struct site_planned planned_points[] = {
	{ PLAN_P, "ESS.P", &assets[1], PLANNED_KW },
	{ PLAN_SOC, "ESS.SOC", &assets[1], PLANNED_SOC },
};
static struct energy_dispatch keys;
static struct energy energy;

static const uint64_t hash[4];
static struct kit kit;
static struct table *table;
static struct logbook *book;
static struct dispatching *d;
static int64_t us;
static double load_kw, gt_kw, kwh, soc, wanted[POINTS], planned[POINTS], held;
/* Of PV. limit_held: %, by a person; limit_stuck: %, not let go by its device; NaN = not */
static double sun_kw, limit_held, limit_stuck;
static double breaker, line;
static char reasons[POINTS][32], refusal[64], logged[4096];
static bool is_meter_bad, counter_stands;
static uint8_t saved[4096];
static size_t saved_len;
static unsigned save_count;
static struct msg_dispatch told;
static uint8_t frame[8192];
static unsigned told_count;
static struct schedule_entry entries[SCHEDULE_MAX];
static unsigned entry_count, previews;
static char preview_why[300];
static uint32_t preview_sequence;

static struct utc
now(void)
{
	return (struct utc){ START + us };
}

static struct mono
mono(void)
{
	return (struct mono){ 1000 * US_PER_S + us };
}

static bool
want_cb(
    enum slot slot, point_id id, double value, struct utc until, const char *reason, char *why, size_t size, void *arg)
{
	(void)arg;
	if (slot == SLOT_DISPATCH) {
		planned[id] = value;
		return true;
	}
	ck_assert(isnan(value) || until.us > now().us);
	if (refusal[0] != '\0' && isfinite(value)) {
		str_copy(why, size, refusal);
		return false;
	}
	wanted[id] = value;
	str_copy(reasons[id], sizeof(reasons[id]), reason);
	return true;
}

static double
first_of(double a, double b)
{
	return isnan(a) ? b : a;
}

static bool
output_cb(point_id id, struct msg_output *m, void *arg)
{
	(void)arg;
	*m = (struct msg_output){ .point = id,
		.slot_operator = id == ESS_SP ? held
		    : id == PV_LIM            ? limit_held
		                              : (double)NAN };
	m->target = first_of(m->slot_operator, first_of(wanted[id], planned[id]));
	return true;
}

static void
publish_cb(const struct wbuf *frames, void *arg)
{
	struct frame f;
	struct rbuf r;
	size_t used;

	(void)arg;
	ck_assert_int_eq(wire_take(frames->data, frames->len, &f, &used), OK);
	if (f.type == W_SCHEDULE_STATE) {
		struct msg_schedule_state m;
		rbuf_init(&r, f.body, f.length);
		ck_assert(msg_schedule_state_get(&r, &m) && r_done(&r));
		ck_assert(schedule_get_all(m.entries.data, m.entries.len, entries, &entry_count));
		return;
	}
	ck_assert_uint_le(frames->len, sizeof(frame));
	memcpy(frame, frames->data, frames->len); /* told.user and others point into it */
	ck_assert_int_eq(wire_take(frame, frames->len, &f, &used), OK);
	ck_assert_uint_eq(f.type, W_DISPATCH);
	rbuf_init(&r, f.body, f.length);
	ck_assert(msg_dispatch_get(&r, &told) && r_done(&r));
	told_count++;
}

static void
save_cb(const struct msg_store_state *s, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(s->kind, STATE_DISPATCH);
	if (strcmp(s->name, "dispatch") != 0)
		return;
	ck_assert_uint_lt(s->blob.len, sizeof(saved));
	memcpy(saved, s->blob.data, s->blob.len);
	saved_len = s->blob.len;
	save_count++;
}

static void
preview_cb(void *asker, uint32_t sequence, const struct wbuf *body, const char *why, void *arg)
{
	(void)arg;
	ck_assert_ptr_eq(asker, &previews);
	previews++;
	preview_sequence = sequence;
	str_copy(preview_why, sizeof(preview_why), body != NULL ? "figures" : why);
}

static void
filed_cb(struct utc at, struct wbuf *b, void *arg)
{
	(void)arg;
	ck_assert(utc_is_plausible(at));
	w_f64(b, 60);
	w_f64(b, 15);
}

static const struct dispatching_ops ops = {
	.want = want_cb,
	.output = output_cb,
	.filed = filed_cb,
	.publish = publish_cb,
	.preview = preview_cb,
	.save = save_cb,
};

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct rbuf r;

	(void)arg;
	*sequence = 1;
	ck_assert_uint_eq(type, W_JOURNAL_ADD);
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m));
	ck_assert(m.kind == JOURNAL_DISPATCH || m.kind == JOURNAL_PLAN);
	str_append(logged, sizeof(logged), m.text);
	str_append(logged, sizeof(logged), "\n");
	return true;
}
static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}
static const struct logbook_ops book_ops = { .send = send_cb, .recorded = recorded_cb };

static void
ignore_frame(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)f;
	(void)arg;
}

static void
sample(unsigned id, double v)
{
	bool is_bad = id == METER && is_meter_bad;

	(void)table_sample(table, id, v, is_bad ? ERR_TIMEOUT : OK, now(), now(), mono());
}

/* A second of the plant, then of dispatch. */
static void
second(void)
{
	double p = isfinite(held)      ? held
	    : isfinite(wanted[ESS_SP]) ? wanted[ESS_SP]
	                               : 0,
	       shed = isfinite(wanted[HALL_SHED]) ? wanted[HALL_SHED] : 0;
	double gt_now = isfinite(wanted[GT_SP]) && wanted[GT_SP] < gt_kw ? wanted[GT_SP] : gt_kw;
	double limit = fmin(
	    first_of(first_of(limit_held, first_of(wanted[PV_LIM], planned[PV_LIM])), 100), first_of(limit_stuck, 100));
	double pv_kw = fmin(sun_kw, pv.peak_kw * limit / 100);
	double hall_kw = load_kw - (shed >= 1 ? shed_kw[(int)shed - 1] : 0), meter = hall_kw - p - gt_now - pv_kw;

	us += US_PER_S;
	if (breaker < 0.5)
		meter = 0;
	kwh += meter > 0 && !counter_stands ? meter / 3600 : 0;
	soc -= p / 3600 / ess.energy_kwh * 100;
	sample(METER, meter);
	sample(KWH, kwh);
	sample(BREAKER, breaker);
	sample(LINE, line);
	sample(ESS_P, p);
	sample(ESS_SOC, soc);
	sample(GT_P, gt_now);
	sample(HALL_P, hall_kw);
	sample(PV_P, pv_kw);
	sample(PV_LIM, limit);
	table_tick(table, mono());
	dispatching_tick(d, now(), mono());
	logbook_tick(book, mono());
}

static inline void
run(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++)
		second();
}

static inline bool
set(enum guard_mode mode, double kw, int64_t until_s, char *why, size_t size)
{
	struct mode_ask ask = {
		.what = MODE_SET, .mode = mode, .kw = kw, .until = { until_s == 0 ? 0 : now().us + until_s * US_PER_S }
	};
	struct actor by = { .user = "duty", .terminal = "pts/1", .role = ROLE_OPERATOR };
	int addcause = -1;

	if (!dispatching_check(d, &ask, now(), &addcause, why, size))
		return false;
	dispatching_set(d, &ask, &by, "a test", now(), mono());
	return true;
}

static inline void
must_set(enum guard_mode mode)
{
	char why[200] = "";

	ck_assert_msg(set(mode, (double)NAN, 0, why, sizeof(why)), "%s", why);
}

static void
make_table(void)
{
	kit_init(&kit, POINTS);
	for (unsigned i = 0; i < POINTS; i++) {
		struct site_point_def *p = kit_read(&kit, names[i], i == KWH ? KIND_COUNTER : KIND_ANALOG);
		p->unit = i == KWH ? "kWh" : i == PV_LIM ? "%" : "kW";
		kit.site.points[i].decimals = 3;
	}
	kit.site.energy = &energy;
	kit.site.planned = planned_points;
	kit.site.planned_count = 2;
	table = table_new(&kit.site);
}

static inline void
setup(void)
{
	(void)clock_set_zone("Asia/Tokyo");
	keys = (struct energy_dispatch){ .target_kw = 1000,
		.ramp_pct_per_s = 10,
		.slope_us = 120 * US_PER_S,
		.least_off_us = 300 * US_PER_S,
		.blind_us = 300 * US_PER_S };
	energy = (struct energy){ .buses = { buses, 1 }, .assets = { assets, ARRAY_LEN(assets) }, .dispatch = &keys };
	us = 0;
	load_kw = 800;
	gt_kw = kwh = 0;
	soc = 60;
	breaker = 1;
	line = 66;
	held = limit_held = limit_stuck = (double)NAN;
	sun_kw = 0;
	is_meter_bad = counter_stands = false;
	logged[0] = refusal[0] = '\0';
	saved_len = save_count = told_count = entry_count = previews = 0;
	for (unsigned i = 0; i < POINTS; i++)
		wanted[i] = planned[i] = (double)NAN;
	make_table();
	book = logbook_new(&book_ops, NULL, 1);
	logbook_ready(book);
	d = dispatching_new(book, &ops, NULL);
	dispatching_site(d, table, 1, hash, now(), mono());
	dispatching_begin(d);
}

static inline void
teardown(void)
{
	dispatching_free(d);
	logbook_free(book);
	table_free(table);
	kit_done(&kit);
}

static inline bool
nothing_is_wanted(void)
{
	for (unsigned i = 0; i < POINTS; i++)
		if (!isnan(wanted[i]))
			return false;
	return true;
}

/* ---- the planner: what it is sent is read at far_end */

static struct ev_loop *loop;
static struct conn *planner;
static int far_end;

static inline void
begin_planner(void)
{
	static const struct conn_ops pipe_ops = { .frame = ignore_frame };
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	far_end = fd[1];
	loop = ev_loop_new(EVFLAG_AUTO);
	planner = conn_new(loop, fd[0], &pipe_ops, NULL, NULL);
	plans_up(dispatching_plans(d), planner);
	run(2);
}

static inline void
end_planner(void)
{
	plans_down(dispatching_plans(d), ERR_CLOSED, now(), mono());
	conn_free(planner);
	close(far_end);
	ev_loop_destroy(loop);
}

#endif
