/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_dispatching.c - the guard in chisand, in simulated time on a small site: a battery, a gas turbine, a load with steps, a meter.
 * The plant follows what is wanted in the next second; control is a list of what was wanted last.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/command.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "scada/core/dispatching.h"
#include "scada/core/say_value.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define START INT64_C(1795392000000000) /* 2026-11-23T00:00:00Z, 9 o'clock in Japan */

enum { METER, KWH, BREAKER, LINE, ESS_P, ESS_SOC, ESS_SP, GT_P, GT_SP, HALL_P, HALL_SHED, PLAN_P, PLAN_SOC, POINTS };
static const char *const names[POINTS] = { "RX.P", "RX.KWH", "RX.BRK", "RX.LINE", "ESS.P", "ESS.SOC", "ESS.SP", "GT.P",
	"GT.SP", "HALL.P", "HALL.SHED", "PLAN.ESS.P", "PLAN.ESS.SOC" };

static struct key_point grid_points[] = { { "p", "RX.P" }, { "e_import", "RX.KWH" }, { "breaker", "RX.BRK" },
	{ "line_v", "RX.LINE" } };
static struct key_point ess_points[] = { { "p", "ESS.P" }, { "soc", "ESS.SOC" }, { "p_sp", "ESS.SP" } };
static struct key_point gt_points[] = { { "p", "GT.P" }, { "p_sp", "GT.SP" } };
static struct key_point hall_points[] = { { "p", "HALL.P" }, { "shed", "HALL.SHED" } };
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
static struct asset_load hall = { .priority = 2, .is_critical = true, .shed_kw = { shed_kw, 2 } };
static struct bus buses[] = { { .name = "MAIN" } };
static struct asset assets[] = {
	{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .points = { grid_points, 4 }, .parameters = &grid },
	{ .name = "ESS", .kind = ASSET_BATTERY, .bus = "MAIN", .points = { ess_points, 3 }, .parameters = &ess },
	{ .name = "GT", .kind = ASSET_GTC, .bus = "MAIN", .points = { gt_points, 2 }, .parameters = &gt },
	{ .name = "HALL", .kind = ASSET_LOAD, .bus = "MAIN", .points = { hall_points, 2 }, .parameters = &hall },
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
static double breaker, line;
static char reasons[POINTS][32], refusal[64], logged[4096];
static bool is_meter_bad;
static uint8_t saved[4096];
static size_t saved_len;
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

static bool
output_cb(point_id id, struct msg_output *m, void *arg)
{
	(void)arg;
	*m = (struct msg_output){ .point = id, .slot_operator = id == ESS_SP ? held : (double)NAN };
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
	double p = isfinite(wanted[ESS_SP]) ? wanted[ESS_SP] : 0,
	       shed = isfinite(wanted[HALL_SHED]) ? wanted[HALL_SHED] : 0;
	double gt_now = isfinite(wanted[GT_SP]) && wanted[GT_SP] < gt_kw ? wanted[GT_SP] : gt_kw;
	double hall_kw = load_kw - (shed >= 1 ? shed_kw[(int)shed - 1] : 0), meter = hall_kw - p - gt_now;

	us += US_PER_S;
	if (breaker < 0.5)
		meter = 0;
	if (isfinite(held))
		p = held;
	kwh += meter > 0 ? meter / 3600 : 0;
	soc -= p / 3600 / ess.energy_kwh * 100;
	sample(METER, meter);
	sample(KWH, kwh);
	sample(BREAKER, breaker);
	sample(LINE, line);
	sample(ESS_P, p);
	sample(ESS_SOC, soc);
	sample(GT_P, gt_now);
	sample(HALL_P, hall_kw);
	table_tick(table, mono());
	dispatching_tick(d, now(), mono());
	logbook_tick(book, mono());
}

static void
run(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++)
		second();
}

static bool
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

static void
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
		p->unit = i == KWH ? "kWh" : "kW";
		kit.site.points[i].decimals = 3;
	}
	kit.site.energy = &energy;
	kit.site.planned = planned_points;
	kit.site.planned_count = 2;
	table = table_new(&kit.site);
}

static void
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
	held = (double)NAN;
	is_meter_bad = false;
	logged[0] = refusal[0] = '\0';
	saved_len = told_count = entry_count = previews = 0;
	for (unsigned i = 0; i < POINTS; i++)
		wanted[i] = planned[i] = (double)NAN;
	make_table();
	book = logbook_new(&book_ops, NULL, 1);
	logbook_ready(book);
	d = dispatching_new(book, &ops, NULL);
	dispatching_site(d, table, 1, hash, now(), mono());
	dispatching_begin(d);
}

static void
teardown(void)
{
	dispatching_free(d);
	logbook_free(book);
	table_free(table);
	kit_done(&kit);
}

static bool
nothing_is_wanted(void)
{
	for (unsigned i = 0; i < POINTS; i++)
		if (!isnan(wanted[i]))
			return false;
	return true;
}

START_TEST(a_site_begins_in_manual_and_only_watches)
{
	struct dispatch_facts f;

	load_kw = 1800;
	run(1200);
	ck_assert(nothing_is_wanted());
	dispatching_facts(d, &f);
	ck_assert(f.is_there && f.mode == GUARD_MANUAL && f.grid == GRID_THERE);
	ck_assert_double_eq_tol(f.forecast_kw, 1800, 20);
	ck_assert_double_gt(f.stage, DEMAND_CLEAR);
	ck_assert_double_eq(f.target_kw, 1000);
	ck_assert_double_eq(f.shed, 0);
}
END_TEST

START_TEST(without_a_plan_what_is_made_is_used_here)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
	ck_assert_str_eq(reasons[ESS_SP], "surplus");
	load_kw = -80; /* a surplus: more is made than taken */
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], -80, 3);
	ck_assert_uint_eq(told.mode, GUARD_ECONOMIC);
	ck_assert(told.flags & GUARD_NO_PLAN);
	ck_assert_str_eq(told.user, "duty");
}
END_TEST

/* What is filed of self-wheeling: through slot 2, in plan-following alone. */
START_TEST(what_is_filed_is_kept_to_in_plan_following)
{
	load_kw = 0;
	dispatching_filed(d, 60, 0);
	run(20);
	ck_assert(nothing_is_wanted()); /* manual */
	must_set(GUARD_FOLLOW);
	run(60);
	ck_assert_double_gt(wanted[ESS_SP], 55);
	ck_assert_double_lt(wanted[ESS_SP], 75); /* and what the first seconds lacked */
	ck_assert_str_eq(reasons[ESS_SP], "filed");
	dispatching_filed(d, (double)NAN, (double)NAN); /* nothing is in force: rules */
	run(60);
	ck_assert_str_ne(reasons[ESS_SP], "filed");
	dispatching_filed(d, 60, (double)NAN);
	must_set(GUARD_MANUAL);
	ck_assert(nothing_is_wanted());
}
END_TEST

/* ---- with a planner */

static struct ev_loop *loop;
static struct conn *planner;
static int far_end;
static uint32_t serial; /* of asks; each is answered here before the next */

static void
begin_planner(void)
{
	static const struct conn_ops pipe_ops = { .frame = ignore_frame };
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	far_end = fd[1];
	loop = ev_loop_new(EVFLAG_AUTO);
	planner = conn_new(loop, fd[0], &pipe_ops, NULL, NULL);
	serial = 0;
	plans_up(dispatching_plans(d), planner);
	run(2);
}

static void
end_planner(void)
{
	plans_down(dispatching_plans(d), ERR_CLOSED, now(), mono());
	conn_free(planner);
	close(far_end);
	ev_loop_destroy(loop);
}

/* Asks were sent each five minutes: the number of the last one. 48 steps of kW, then 200 kWh and more. */
static enum err
answer_plan(bool is_good, double kw, const char *text)
{
	struct wbuf a = { 0 }, b = { 0 };
	struct frame f = { .type = W_PLAN };

	w_str(&a, "ESS");
	w_str(&a, "battery");
	w_u8(&a, 1);
	for (unsigned t = 0; t < 48; t++) {
		w_f32(&a, kw);
		w_u8(&a, REASON_PRICE);
		w_f32(&a, 0);
		w_f32(&a, 200);
	}
	msg_plan_put(&b,
	    &(struct msg_plan){ .serial = serial,
	        .is_good = is_good,
	        .made = now().us,
	        .start = now().us - now().us % (900 * US_PER_S),
	        .steps = 48,
	        .step_s = 900,
	        .text = text,
	        .assets = { a.data, a.len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	enum err e = plans_take(dispatching_plans(d), &f, now(), mono());
	wbuf_done(&a);
	wbuf_done(&b);
	return e;
}

/*
 * What comes late, is none, or is not finite, is refused: the last plan is followed until it expires, then the rules. Its figures as points
 * are good while it holds and stale afterwards.
 */
START_TEST(the_last_plan_holds_until_it_expires_then_rules)
{
	const struct value *values = table_values(table);

	load_kw = 100;
	must_set(GUARD_FOLLOW);
	begin_planner();
	serial = 1;
	ck_assert(values[PLAN_P].quality & Q_NEVER_READ || values[PLAN_P].quality & Q_STALE);
	ck_assert_int_eq(answer_plan(true, 40, "good"), OK);
	int64_t made = us;
	run(3);
	ck_assert_double_eq(planned[ESS_SP], 40);
	ck_assert_double_eq(values[PLAN_P].v, 40);
	ck_assert_uint_eq(values[PLAN_P].quality, 0);
	ck_assert_double_eq_tol(
	    values[PLAN_SOC].v, 60, 1); /* it has 60 %, and at the end of the step half of 400 kWh */

	/* The planner finds none, then one that is not finite, then nothing for long. */
	run(305);
	serial = 2;
	ck_assert_int_eq(answer_plan(false, 0, "HALL: nothing is known"), OK);
	run(305);
	serial = 3;
	ck_assert_int_eq(answer_plan(true, (double)NAN, "a lie"), OK);
	run(1200);
	ck_assert_double_eq(planned[ESS_SP], 40);
	ck_assert_double_eq(values[PLAN_P].v, 40);
	ck_assert_ptr_nonnull(strstr(logged, "no plan: HALL: nothing is known; the one before holds until it expires"));
	ck_assert_ptr_nonnull(strstr(told.plan_text, "cannot be true"));
	ck_assert(!(told.flags & GUARD_NO_PLAN));

	/* An answer to an ask of long ago changes nothing. */
	serial = 1;
	ck_assert_int_eq(answer_plan(true, 90, "late"), OK);
	run(2);
	ck_assert_double_eq(planned[ESS_SP], 40);

	/* An hour after it was made: rules, and the points say that they are old. */
	run((unsigned)((made + PLAN_HOLDS_US - us) / US_PER_S) + 5);
	ck_assert(isnan(planned[ESS_SP]));
	ck_assert(told.flags & GUARD_NO_PLAN);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 5); /* what would be drawn is given */
	ck_assert(values[PLAN_P].quality & Q_STALE);
	ck_assert_double_eq(values[PLAN_P].v, 40); /* frozen, never 0 */
	ck_assert(values[PLAN_SOC].quality & Q_STALE);
	end_planner();
}
END_TEST

START_TEST(consoles_are_told_which_point_is_planned_by_which)
{
	struct wbuf b = { 0 };
	struct msg_plan_points m;
	struct frame f;
	struct rbuf r;
	size_t first, second_;

	run(2);
	dispatching_piece(d, 1, &b);
	ck_assert_int_eq(wire_take(b.data, b.len, &f, &first), OK);
	ck_assert_int_eq(wire_take(b.data + first, b.len - first, &f, &second_), OK);
	ck_assert_uint_eq(f.type, W_PLAN_POINTS);
	rbuf_init(&r, f.body, f.length);
	ck_assert(msg_plan_points_get(&r, &m) && r_done(&r));
	rbuf_init(&r, m.pairs.data, m.pairs.len);
	ck_assert_uint_eq(r_u32(&r), PLAN_P);
	ck_assert_uint_eq(r_u32(&r), ESS_P);
	ck_assert_uint_eq(r_u32(&r), PLAN_SOC);
	ck_assert_uint_eq(r_u32(&r), ESS_SOC);
	ck_assert(r_done(&r));
	wbuf_done(&b);
}
END_TEST

START_TEST(manual_lets_all_go_at_once)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	ck_assert(!nothing_is_wanted());
	must_set(GUARD_MANUAL);
	ck_assert(nothing_is_wanted()); /* not a second later */
	run(10);
	ck_assert(nothing_is_wanted());
}
END_TEST

/* The battery first, then the steps of the load, and the target is kept; both go back by and by. */
START_TEST(the_half_hour_is_kept_below_its_target)
{
	struct dispatch_facts f;

	must_set(GUARD_PEAK);
	run(1800);
	load_kw = 1250;
	run(1750);
	dispatching_facts(d, &f);
	ck_assert_double_lt(f.now_kw, 1001);
	ck_assert_double_gt(wanted[ESS_SP], 100);
	ck_assert_double_ge(wanted[HALL_SHED], 1);
	ck_assert_str_eq(reasons[HALL_SHED], "peak");
	ck_assert_ptr_nonnull(strstr(logged, "1 of 2 steps of loads are shed, 0 before: keeps the half hour"));
	load_kw = 300;
	run(1800);
	ck_assert(isnan(wanted[HALL_SHED]));
	ck_assert_ptr_nonnull(strstr(logged, "0 of 2 steps of loads are shed"));
	ck_assert_double_gt(f.month_kw, 0);
}
END_TEST

/* 1500 kW of the turbine against 100 kW of load: 300 may go out; the battery takes 200, the turbine is held down for the rest. */
START_TEST(export_is_held_by_the_battery_then_by_the_source)
{
	load_kw = 100;
	gt_kw = 1500;
	must_set(GUARD_ECONOMIC);
	run(120);
	ck_assert_double_eq_tol(wanted[ESS_SP], -200, 3);
	ck_assert_double_le(wanted[GT_SP], 610);
	ck_assert_double_ge(wanted[GT_SP], 450);
	ck_assert_str_eq(reasons[GT_SP], "curtailed");
}
END_TEST

START_TEST(what_a_person_holds_is_left_alone)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	held = 20;
	run(60);
	ck_assert(isnan(wanted[ESS_SP]));
	held = (double)NAN;
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
}
END_TEST

/* It is told why, left out for ten seconds, and asked again. */
START_TEST(an_output_that_refuses_is_said_and_asked_again)
{
	load_kw = 100;
	str_copy(refusal, sizeof(refusal), "the plant is in local");
	must_set(GUARD_ECONOMIC);
	run(5);
	ck_assert(nothing_is_wanted());
	struct rbuf r;
	rbuf_init(&r, told.wants.data, told.wants.len);
	ck_assert_uint_eq(r_u32(&r), ESS_SP);
	ck_assert_uint_eq(r_u8(&r), 0);
	ck_assert(isnan(r_f64(&r)));
	(void)r_f64(&r);
	ck_assert_str_eq(r_str(&r), "refused: the plant is in local");
	refusal[0] = '\0';
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
}
END_TEST

START_TEST(an_island_comes_and_goes_by_itself)
{
	struct dispatch_facts f;

	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	breaker = line = 0;
	run(3);
	dispatching_facts(d, &f);
	ck_assert(f.mode == GUARD_ISLAND && f.grid == GRID_LOST);
	ck_assert_ptr_nonnull(strstr(logged, "the utility's grid is lost"));
	ck_assert_ptr_nonnull(strstr(logged, "dispatch works as island now, economic before"));
	ck_assert_uint_eq(told.mode, GUARD_ECONOMIC);
	ck_assert_uint_eq(told.acting, GUARD_ISLAND);
	breaker = 1;
	line = 66;
	run(15);
	dispatching_facts(d, &f);
	ck_assert(f.mode == GUARD_ECONOMIC && f.grid == GRID_THERE);
	ck_assert_ptr_nonnull(strstr(logged, "the utility's grid is back"));
	must_set(GUARD_MANUAL);
	breaker = line = 0;
	run(10);
	dispatching_facts(d, &f);
	ck_assert(f.mode == GUARD_MANUAL && f.grid == GRID_LOST);
	ck_assert(nothing_is_wanted());
}
END_TEST

START_TEST(demand_response_ends_by_itself)
{
	char why[200] = "";

	load_kw = 800;
	must_set(GUARD_PEAK);
	run(5);
	ck_assert(!set(GUARD_RESPONSE, (double)NAN, 600, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "what may be drawn"));
	ck_assert(!set(GUARD_RESPONSE, 700, -5, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "in the future"));
	ck_assert(!set(GUARD_RESPONSE, 700, 49 * 3600, why, sizeof(why)));
	ck_assert(set(GUARD_RESPONSE, 700, 600, why, sizeof(why)));
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 800, 700.5); /* no more than the battery can */
	ck_assert_double_ge(wanted[ESS_SP], 99);
	ck_assert_double_eq(told.response_kw, 700);
	run(600);
	ck_assert_uint_eq(told.mode, GUARD_PEAK);
	ck_assert(isnan(told.response_kw));
	ck_assert_ptr_nonnull(strstr(logged, "demand response is over; mode peak-cut again"));
}
END_TEST

START_TEST(a_bad_meter_is_told_and_ends_in_nothing)
{
	struct dispatch_facts f;

	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	is_meter_bad = true;
	run(20);
	dispatching_facts(d, &f);
	ck_assert((unsigned)f.flags & GUARD_METER_BAD);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
	run(330);
	ck_assert_double_eq_tol(wanted[ESS_SP], 0, 0.1);
	is_meter_bad = false;
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
}
END_TEST

START_TEST(what_was_set_survives_a_restart)
{
	struct mode_ask target = { .what = MODE_TARGET, .kw = 700 };
	struct actor by = { .user = "chief", .terminal = "pts/2", .role = ROLE_SUPERVISOR };
	struct mode_entry e;
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "dispatch" };
	struct dispatch_facts before, after;
	struct rbuf r;

	must_set(GUARD_PEAK);
	run(1900);
	dispatching_describe(d, &target, &by, "winter", now(), mono(), &e);
	ck_assert_str_eq(e.before, "demand target 1000 kW");
	ck_assert_str_eq(e.after, "demand target 700 kW");
	rbuf_init(&r, e.states.data, e.states.len);
	ck_assert_uint_eq(r_u8(&r), STATE_DISPATCH);
	ck_assert_str_eq(r_str(&r), "dispatch");
	s.blob.data = r_bytes(&r, &s.blob.len);
	ck_assert(r_done(&r));
	dispatching_set(d, &target, &by, "winter", now(), mono());
	dispatching_facts(d, &before);
	ck_assert_double_eq(before.target_kw, 700);
	dispatching_free(d);
	us += 5 * US_PER_S;
	d = dispatching_new(book, &ops, NULL);
	dispatching_site(d, table, 2, hash, now(), mono());
	ck_assert(dispatching_restore(d, &s, now(), mono()));
	dispatching_begin(d);
	run(2);
	dispatching_facts(d, &after);
	ck_assert_double_eq(after.target_kw, 700);
	ck_assert_double_eq(after.mode, GUARD_PEAK);
	ck_assert_double_eq_tol(after.now_kw, before.now_kw, 10);
	ck_assert_double_eq(after.month_kw, before.month_kw);
	for (size_t len = 0; len < s.blob.len; len++) { /* cut anywhere: not believed, and nothing changes */
		struct msg_store_state cut = s;
		cut.blob.len = len;
		ck_assert(!dispatching_restore(d, &cut, now(), mono()));
	}
	dispatching_facts(d, &after);
	ck_assert_double_eq(after.target_kw, 700);
	wbuf_done(&e.states);
}
END_TEST

START_TEST(a_site_without_the_section_says_so)
{
	char why[300];

	energy.dispatch = NULL;
	dispatching_site(d, table, 2, hash, now(), mono());
	run(2);
	ck_assert_uint_eq(told.is_there, 0);
	ck_assert(!set(GUARD_ECONOMIC, (double)NAN, 0, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "energy: dispatch:"));
	ck_assert(set(GUARD_MANUAL, (double)NAN, 0, why, sizeof(why)));
	energy.dispatch = &keys;
	keys.target_kw = 0;
	dispatching_site(d, table, 3, hash, now(), mono());
	ck_assert(!set(GUARD_PEAK, (double)NAN, 0, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "needs a demand target"));
}
END_TEST

/* 400 kWh at 60 %, down to 10 %, at 95 %: 190 kWh for 100 kW that nobody else carries. */
START_TEST(the_hours_of_an_outage_are_reckoned)
{
	struct dispatch_facts f;

	load_kw = 100;
	run(2);
	dispatching_facts(d, &f);
	ck_assert_double_eq_tol(f.reserve_kwh, 190, 0.1);
	ck_assert_double_eq_tol(f.hours, 1.9, 0.01);
	gt_kw = 100;
	run(2);
	dispatching_facts(d, &f);
	ck_assert_double_eq(f.hours, DISTRICT_HOURS_MAX);
}
END_TEST

START_TEST(nothing_is_told_that_has_not_changed)
{
	energy.dispatch = NULL;
	dispatching_site(d, table, 2, hash, now(), mono());
	run(3);
	ck_assert_uint_eq(told_count, 1);
	run(100);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

/* ---- what is entered ahead */

static bool
enter(enum schedule_kind kind, const char *asset, int from_s, int until_s, double value)
{
	struct schedule_ask ask = { .act = SCHEDULE_ADD,
		.entry = { .kind = kind,
		    .from = { now().us + from_s * US_PER_S },
		    .until = { now().us + until_s * US_PER_S },
		    .value = value } };
	struct actor by = { .user = "duty" };
	struct schedule_refusal why;

	str_copy(ask.entry.asset, sizeof(ask.entry.asset), asset);
	if (!dispatching_schedule_check(d, &ask, now(), &why))
		return false;
	dispatching_schedule_set(d, &ask, &by, "a test", now(), now(), mono());
	return true;
}

START_TEST(an_event_begins_and_ends_by_itself)
{
	struct dispatch_facts f;

	load_kw = 800;
	must_set(GUARD_ECONOMIC);
	ck_assert(enter(SCHEDULE_RESPONSE, "", 60, 660, 700));
	ck_assert(!enter(SCHEDULE_RESPONSE, "", 100, 700, 600)); /* overlaps */
	ck_assert_uint_eq(entry_count, 1);
	run(55);
	ck_assert_uint_eq(told.acting, GUARD_ECONOMIC);
	run(35);
	dispatching_facts(d, &f);
	ck_assert_double_eq(f.mode, GUARD_RESPONSE);
	ck_assert_uint_eq(told.mode, GUARD_ECONOMIC); /* what the person chose stands */
	ck_assert_double_eq(told.response_kw, 700);
	ck_assert_double_ge(wanted[ESS_SP], 99);
	ck_assert_ptr_nonnull(
	    strstr(logged, "demand response of the schedule is kept: entry 1: demand-response 700 kW"));
	run(600);
	ck_assert_uint_eq(told.acting, GUARD_ECONOMIC);
	ck_assert(isnan(told.response_kw));
	ck_assert_ptr_nonnull(
	    strstr(logged, "demand response of the schedule is over, entry 1; dispatch works as economic"));
}
END_TEST

START_TEST(an_event_is_never_kept_in_manual_and_says_so)
{
	load_kw = 800;
	ck_assert(enter(SCHEDULE_RESPONSE, "", 10, 1000, 700));
	run(60);
	ck_assert(nothing_is_wanted());
	ck_assert_uint_eq(told.acting, GUARD_MANUAL);
	ck_assert_ptr_nonnull(strstr(logged, "is not kept, dispatch is in manual: entry 1"));
	must_set(GUARD_PEAK); /* it begins late */
	run(5);
	ck_assert_uint_eq(told.acting, GUARD_RESPONSE);
	ck_assert_ptr_nonnull(strstr(logged, "is kept: entry 1"));
	must_set(GUARD_MANUAL); /* one key stops it */
	ck_assert(nothing_is_wanted());
	ck_assert_uint_eq(told.acting, GUARD_MANUAL);
}
END_TEST

START_TEST(of_two_promises_the_lower_draw_is_kept_and_an_island_goes_first)
{
	char why[200];

	load_kw = 800;
	must_set(GUARD_ECONOMIC);
	ck_assert(set(GUARD_RESPONSE, 650, 600, why, sizeof(why)));
	ck_assert(enter(SCHEDULE_RESPONSE, "", 0, 300, 700));
	run(5);
	ck_assert_double_eq(told.response_kw, 650);
	ck_assert(set(GUARD_RESPONSE, 750, 600, why, sizeof(why)));
	run(5);
	ck_assert_double_eq(told.response_kw, 700);
	breaker = line = 0;
	run(5);
	ck_assert_uint_eq(told.acting, GUARD_ISLAND);
	ck_assert_uint_eq(told.mode, GUARD_RESPONSE);
}
END_TEST

START_TEST(an_asset_under_maintenance_is_left_alone)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(30);
	ck_assert_double_gt(wanted[ESS_SP], 90);
	ck_assert(enter(SCHEDULE_OUT, "ESS", 0, 100, (double)NAN));
	run(3);
	ck_assert(isnan(wanted[ESS_SP]));
	run(120);
	ck_assert_double_gt(wanted[ESS_SP], 90);
}
END_TEST

START_TEST(the_schedule_survives_a_restart_and_no_other_act_is_taken_meanwhile)
{
	struct schedule_ask ask = { .act = SCHEDULE_ADD,
		.entry = {
		    .kind = SCHEDULE_RESPONSE, .from = now(), .until = utc_add(now(), 600 * US_PER_S), .value = 700 } };
	struct actor by = { .user = "duty" };
	struct schedule_said said;
	struct wbuf states = { 0 };
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "schedule" };
	struct rbuf r;

	dispatching_schedule_describe(d, &ask, &by, "event 12", now(), &said, &states);
	rbuf_init(&r, states.data, states.len);
	ck_assert_uint_eq(r_u8(&r), STATE_DISPATCH);
	ck_assert_str_eq(r_str(&r), "schedule");
	s.blob.data = r_bytes(&r, &s.blob.len);
	ck_assert(r_done(&r));
	dispatching_schedule_hold(d, true);
	ck_assert(!enter(SCHEDULE_OUT, "ESS", 0, 100, (double)NAN));
	dispatching_schedule_hold(d, false);
	must_set(GUARD_ECONOMIC);
	dispatching_free(d);
	d = dispatching_new(book, &ops, NULL);
	dispatching_site(d, table, 2, hash, now(), mono());
	ck_assert(dispatching_restore(d, &s, now(), mono()));
	dispatching_begin(d);
	must_set(GUARD_ECONOMIC);
	run(2);
	ck_assert_uint_eq(told.acting, GUARD_RESPONSE);
	ck_assert_uint_eq(entry_count, 1);
	ck_assert_str_eq(entries[0].reason, "event 12");
	s.blob.len--;
	ck_assert(!dispatching_restore(d, &s, now(), mono()));
	wbuf_done(&states);
}
END_TEST

/* ---- what an override would do */

static int far_end;
static struct ev_loop *loop;

static void
hear_nothing(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)f;
	(void)arg;
}

static struct conn *
with_planner(void)
{
	static const struct conn_ops conn_ops = { .frame = hear_nothing };
	struct conn *c;
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	far_end = fd[1];
	loop = ev_loop_new(EVFLAG_AUTO);
	c = conn_new(loop, fd[0], &conn_ops, NULL, NULL);
	plans_up(dispatching_plans(d), c);
	return c;
}

/* The last question that the planner was sent; false: none. */
static bool
asked(struct msg_plan_preview *m)
{
	static uint8_t buf[400000];
	struct frame f;
	size_t len = 0, at = 0, used;
	bool is_there = false;
	ssize_t n;

	for (int i = 0; i < 20; i++) {
		ev_run(loop, EVRUN_NOWAIT);
		while ((n = read(far_end, buf + len, sizeof(buf) - len)) > 0)
			len += (size_t)n;
	}
	while (at < len && wire_take(buf + at, len - at, &f, &used) == OK) {
		struct rbuf r;
		rbuf_init(&r, f.body, f.length);
		if (f.type == W_PLAN_PREVIEW) {
			ck_assert(msg_plan_preview_get(&r, m) && r_done(&r));
			is_there = true;
		}
		at += used;
	}
	return is_there;
}

static bool
ask_preview(const char *point, double value, uint32_t sequence, char *why, size_t size)
{
	struct msg_preview_get m = { .point = point, .value = value, .until = now().us + 1800 * US_PER_S };
	int addcause;
	bool ok = dispatching_preview(d, &previews, sequence, &m, now(), mono(), &addcause, why, size);

	if (!ok)
		ck_assert_int_eq(addcause == AC_NOT_SUPPORTED, strstr(why, "setpoint of no asset") != NULL);
	return ok;
}

static void
answer(uint32_t number, bool is_good, const char *text)
{
	struct wbuf b = { 0 };
	struct frame f = { .type = W_PREVIEW };

	msg_preview_put(&b,
	    &(struct msg_preview){ .serial = number,
	        .is_good = is_good,
	        .soc_of_with = "",
	        .soc_of_without = "",
	        .missed = "",
	        .text = text });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert_int_eq(dispatching_preview_take(d, &f, now()), OK);
	f.length--;
	ck_assert_int_eq(dispatching_preview_take(d, &f, now()), ERR_FRAME);
	wbuf_done(&b);
}

START_TEST(an_override_is_looked_at_before_it_is_given)
{
	struct msg_plan_preview m;
	struct msg_plan_ask a;
	struct rbuf r;
	char why[200];

	gt_kw = 0;
	run(2);
	ck_assert(!ask_preview("ESS.SP", 50, 1, why, sizeof(why)));
	ck_assert_str_eq(why, "chisan-planner does not run");
	struct conn *c = with_planner();
	run(1);
	ck_assert(!ask_preview("HALL.SHED", 1, 2, why, sizeof(why)));
	ck_assert(!ask_preview("GT.SP", 900, 3, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "does not run: its setpoint alone does not start it"));
	ck_assert(!ask_preview("ESS.SP", (double)NAN, 4, why, sizeof(why)));
	ck_assert_msg(ask_preview("ESS.SP", 50, 5, why, sizeof(why)), "%s", why);
	ck_assert(asked(&m));
	ck_assert_uint_eq(m.asset, 1);
	ck_assert_double_eq(m.kw, 50);
	rbuf_init(&r, m.ask.data, m.ask.len);
	ck_assert(msg_plan_ask_get(&r, &a) && r_done(&r));
	ck_assert_int_eq(a.now, now().us);
	answer(m.serial + 7, true, ""); /* of a question that nobody asked */
	ck_assert_uint_eq(previews, 0);
	answer(m.serial, true, "");
	ck_assert_uint_eq(previews, 1);
	ck_assert_uint_eq(preview_sequence, 5);
	ck_assert_str_eq(preview_why, "figures");
	/* another value while the first is being worked at: the first is given up */
	ck_assert(ask_preview("ESS.SP", 60, 6, why, sizeof(why)));
	ck_assert(ask_preview("ESS.SP", 70, 7, why, sizeof(why)));
	ck_assert_uint_eq(previews, 2);
	ck_assert_str_eq(preview_why, "another one was asked for");
	ck_assert(asked(&m));
	ck_assert_double_eq(m.kw, 70);
	answer(m.serial, false, "the solver found none");
	ck_assert_str_eq(preview_why, "the solver found none");
	plans_down(dispatching_plans(d), OK, now(), mono());
	conn_free(c);
	close(far_end);
	ev_loop_destroy(loop);
}
END_TEST

/* The ask is the same for plans and previews. */
static void
ask_in(enum guard_mode mode, uint32_t sequence, struct msg_plan_ask *a)
{
	struct msg_plan_preview m;
	struct rbuf r;
	char why[200];

	must_set(mode);
	run(1);
	ck_assert_msg(ask_preview("ESS.SP", 50, sequence, why, sizeof(why)), "%s", why);
	ck_assert(asked(&m));
	rbuf_init(&r, m.ask.data, m.ask.len);
	ck_assert(msg_plan_ask_get(&r, a) && r_done(&r));
	answer(m.serial, true, "");
}

START_TEST(the_planner_is_told_what_is_filed_in_plan_following)
{
	struct conn *c = with_planner();
	struct msg_plan_ask a;
	struct rbuf r;

	run(2);
	dispatching_filed(d, 60, 12);
	ask_in(GUARD_ECONOMIC, 1, &a);
	ck_assert_uint_eq(a.filed.len, 0);
	ask_in(GUARD_FOLLOW, 2, &a);
	ck_assert_double_eq(a.filed_kwh, 12);
	rbuf_init(&r, a.filed.data, a.filed.len);
	ck_assert_double_eq(r_f64(&r), 60);
	ck_assert_double_eq(r_f64(&r), 15);
	ck_assert(r_done(&r));
	plans_down(dispatching_plans(d), OK, now(), mono());
	conn_free(c);
	close(far_end);
	ev_loop_destroy(loop);
}
END_TEST

START_TEST(whoever_asks_is_answered_in_time)
{
	struct msg_plan_preview m;
	struct conn *c = with_planner();
	char why[200];

	run(2);
	ck_assert(ask_preview("ESS.SP", 50, 1, why, sizeof(why)));
	run(9);
	ck_assert_uint_eq(previews, 0);
	run(3);
	ck_assert_uint_eq(previews, 1);
	ck_assert_ptr_nonnull(strstr(preview_why, "has not answered in time"));
	ck_assert(asked(&m));
	answer(m.serial, true, ""); /* too late */
	ck_assert_uint_eq(previews, 1);
	ck_assert(ask_preview("ESS.SP", 50, 2, why, sizeof(why)));
	dispatching_preview_forget(d, &previews);
	ck_assert(asked(&m));
	answer(m.serial, true, "");
	ck_assert_uint_eq(previews, 1);
	ck_assert(ask_preview("ESS.SP", 50, 3, why, sizeof(why)));
	dispatching_preview_down(d, "it does not run any more");
	ck_assert_uint_eq(previews, 2);
	ck_assert_str_eq(preview_why, "it does not run any more");
	plans_down(dispatching_plans(d), OK, now(), mono());
	conn_free(c);
	close(far_end);
	ev_loop_destroy(loop);
}
END_TEST

T_MAIN("dispatching",
    T_FIXTURE(setup, teardown) T(a_site_begins_in_manual_and_only_watches) T(without_a_plan_what_is_made_is_used_here)
        T(what_is_filed_is_kept_to_in_plan_following) T(manual_lets_all_go_at_once)
            T(the_half_hour_is_kept_below_its_target) T(export_is_held_by_the_battery_then_by_the_source)
                T(what_a_person_holds_is_left_alone) T(an_output_that_refuses_is_said_and_asked_again)
                    T(an_island_comes_and_goes_by_itself) T(demand_response_ends_by_itself)
                        T(a_bad_meter_is_told_and_ends_in_nothing) T(what_was_set_survives_a_restart)
                            T(the_last_plan_holds_until_it_expires_then_rules) T(
                                consoles_are_told_which_point_is_planned_by_which) T(a_site_without_the_section_says_so)
                                T(the_hours_of_an_outage_are_reckoned) T(nothing_is_told_that_has_not_changed) T(
                                    an_event_begins_and_ends_by_itself) T(an_event_is_never_kept_in_manual_and_says_so)
                                    T(of_two_promises_the_lower_draw_is_kept_and_an_island_goes_first)
                                        T(an_asset_under_maintenance_is_left_alone)
                                            T(the_schedule_survives_a_restart_and_no_other_act_is_taken_meanwhile)
                                                T(an_override_is_looked_at_before_it_is_given)
                                                    T(the_planner_is_told_what_is_filed_in_plan_following)
                                                        T(whoever_asks_is_answered_in_time))
