/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_system.c - chisand's own figures as points: in the unit that the point asks for, and not known when nobody knows them.
 */
#include "config.h"

#include <math.h>
#include <ev.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/system.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

static const char *const words[] = { "sessions", "store-state", "disk-free", "disk-free", "disk-used", "disk-days",
	"history-size", "history-size", "store-lag", "journal-waiting", "recorded", "memory", "alarms-unacknowledged",
	"alarm-rate", "alarm-flood", "alarms-shelved", "alarms-suppressed", "alarms-out", "alarms-old",
	"alarms-chattering", "overrides", "tags", "journal-chain", "time-offset", "restarts", "co2-saved-today",
	"co2-local-today", "cost-today" };
static const char *const units[] = { "count", "", "%", "GB", "%", "d", "MB", "GB", "s", "count", "count/s", "MB",
	"count", "count", "", "count", "count", "count", "count", "count", "count", "count", "", "ms", "count", "kg",
	"kg", "yen" };
enum {
	SESSIONS,
	STATE,
	FREE,
	FREE_GB,
	USED,
	DAYS,
	SIZE,
	SIZE_GB,
	LAG,
	WAITING,
	RECORDED,
	MEMORY,
	UNACKED,
	RATE,
	FLOOD,
	SHELVED,
	SUPPRESSED,
	OUT,
	OLD,
	CHATTERING,
	OVERRIDES,
	TAGS,
	CHAIN,
	TIME_OFF,
	RESTARTS,
	CO2_SAVED,
	CO2_LOCAL,
	COST,
	FIGURES
};
_Static_assert(ARRAY_LEN(words) == FIGURES && ARRAY_LEN(units) == FIGURES, "a row for each");

static struct ev_loop *loop;
static struct kit kit;
static struct table *table;
static struct system *figures;
static struct system_facts given;
static unsigned turns;

static size_t
ask_cb(struct system_facts *facts, pid_t pids[], size_t max, void *arg)
{
	(void)pids;
	(void)max;
	(void)arg;
	*facts = given;
	given.recorded += 100;
	return 0;
}

static void
touched_cb(void *arg)
{
	(void)arg;
	turns++;
	ev_break(loop, EVBREAK_ALL);
}

static const struct system_ops ops = { .ask = ask_cb, .touched = touched_cb };

static void
make_site(void)
{
	static struct site_profile profile = { .protocol = PROTOCOL_INTERNAL };
	static struct site_device device = { .name = "SYS", .enabled = true };
	char name[16];

	kit_init(&kit, FIGURES);
	kit.site.nodes[0].profile = &profile;
	kit.site.nodes[0].device = &device;
	for (unsigned i = 0; i < FIGURES; i++) {
		struct site_point_def *d;

		str_printf(name, sizeof(name), "SYS.P%u", i);
		d = kit_read(&kit, name, i == STATE || i == CHAIN ? KIND_DIGITAL : KIND_ANALOG);
		d->read->internal = words[i];
		d->unit = units[i];
	}
}

static void
setup(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	make_site();
	table = table_new(&kit.site);
	given = (struct system_facts){ .sessions = 3, .durable_s = 1.5, .waiting = 17, .recorded = 1000 };
	given.health = (struct msg_store_health){ .state = STORE_FULL,
		.size = 2500000000,
		.space = 30000000000,
		.total = 120000000000,
		.growth = 1e9,
		.chain = 1 };
	given.today.v[TODAY_SAVED] = -41.2;
	given.today.v[TODAY_LOCAL] = 3120;
	given.today.v[TODAY_COST] = 92411;
	turns = 0;
	figures = system_new(loop, &ops, NULL);
	system_site(figures, table);
}

static void
teardown(void)
{
	system_free(figures);
	table_free(table);
	kit_done(&kit);
	ev_loop_destroy(loop);
}

static const struct value *
figure(unsigned i)
{
	return &table_values(table)[i];
}

START_TEST(figures_come_in_the_unit_of_their_point)
{
	ev_run(loop, 0);
	ck_assert_double_eq(figure(SESSIONS)->v, 3);
	ck_assert_double_eq(figure(STATE)->v, STORE_FULL);
	ck_assert_double_eq(figure(FREE)->v, 25);
	ck_assert_double_eq(figure(FREE_GB)->v, 30);
	ck_assert_double_eq(figure(USED)->v, 75);
	ck_assert_double_eq(figure(DAYS)->v, 30);
	ck_assert_double_eq(figure(SIZE)->v, 2500);
	ck_assert_double_eq(figure(SIZE_GB)->v, 2.5);
	ck_assert_double_eq(figure(LAG)->v, 1.5);
	ck_assert_double_eq(figure(WAITING)->v, 17);
	ck_assert_double_gt(figure(MEMORY)->v, 0);
	ck_assert_double_eq(figure(RECORDED)->v, 0); /* of the first second nothing is known */
	ev_run(loop, 0);
	ck_assert_double_eq_tol(figure(RECORDED)->v, 100, 20);
	for (unsigned i = 0; i < FIGURES; i++)
		ck_assert_uint_eq(figure(i)->quality, 0);
}
END_TEST

START_TEST(alarms_overrides_and_tags_are_told_each_by_its_own)
{
	double *const given_by[] = { &given.unacked, &given.rate, &given.flood, &given.shelved, &given.suppressed,
		&given.out, &given.old, &given.chattering, &given.overrides, &given.tags };

	_Static_assert(ARRAY_LEN(given_by) == CHAIN - UNACKED, "each of them");
	for (unsigned i = 0; i < ARRAY_LEN(given_by); i++)
		*given_by[i] = 100 + i;
	given.flood = 1;
	ev_run(loop, 0);
	for (unsigned i = 0; i < ARRAY_LEN(given_by); i++)
		ck_assert_double_eq(figure(UNACKED + i)->v, *given_by[i]);
}
END_TEST

START_TEST(a_disk_that_does_not_grow_lasts_for_ever)
{
	given.health.growth = 0;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(DAYS)->v, 9999);
	given.health.growth = -5;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(DAYS)->v, 9999);
	given.health.growth = 1;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(DAYS)->v, 9999);
}
END_TEST

START_TEST(without_a_store_its_disk_is_not_known)
{
	ev_run(loop, 0);
	given.health.state = STORE_ABSENT;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(STATE)->v, STORE_ABSENT);
	ck_assert_uint_eq(figure(STATE)->quality, 0);
	ck_assert_uint_eq(figure(FREE)->quality, Q_STALE);
	ck_assert_double_eq(figure(FREE)->v, 25); /* the last one, marked */
	ck_assert_uint_eq(figure(USED)->quality, Q_STALE);
	ck_assert_double_eq(figure(USED)->v, 75);
	ck_assert_uint_eq(figure(DAYS)->quality, Q_STALE);
	ck_assert_uint_eq(figure(CHAIN)->quality, 0);
	given.health.chain = 2; /* the recorder says so of a store that is gone */
	ev_run(loop, 0);
	ck_assert_uint_eq(figure(CHAIN)->cause, ERR_UNPROVED);
	ck_assert_uint_eq(figure(LAG)->quality, 0);
}
END_TEST

START_TEST(the_journal_the_clock_and_the_helpers_are_watched)
{
	given.health.chain = 2;
	given.time_off_ms = (double)NAN;
	given.restarts = 3;
	ev_run(loop, 0);
	ck_assert_uint_eq(figure(CHAIN)->cause, ERR_UNPROVED);
	ck_assert_uint_ne(figure(CHAIN)->quality, 0);
	ck_assert_uint_eq(figure(TIME_OFF)->cause, ERR_CLOCK);
	ck_assert_uint_ne(figure(TIME_OFF)->quality, 0);
	ck_assert_double_eq(figure(RESTARTS)->v, 3);
	given.health.chain = 1;
	given.time_off_ms = 12.5;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(CHAIN)->v, 1);
	ck_assert_uint_eq(figure(CHAIN)->quality, 0);
	ck_assert_double_eq(figure(TIME_OFF)->v, 12.5);
	ck_assert_uint_eq(figure(TIME_OFF)->quality, 0);
	given.health.chain = 0;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(CHAIN)->v, 0);
	ck_assert_uint_eq(figure(CHAIN)->quality, 0);
}
END_TEST

START_TEST(until_growth_is_known_the_days_were_never_read)
{
	given.health.growth = (double)NAN;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(FREE_GB)->v, 30);
	ck_assert_uint_eq(figure(FREE_GB)->quality, 0);
	ck_assert(isnan(figure(DAYS)->v));
	ck_assert_uint_eq(figure(DAYS)->quality, Q_NEVER_READ);
	given.health.growth = 1e9;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(DAYS)->v, 30);
	ck_assert_uint_eq(figure(DAYS)->quality, 0);
}
END_TEST

START_TEST(the_day_so_far_is_told_with_what_it_lacks)
{
	given.today.is_part[TODAY_LOCAL] = true;
	given.today.v[TODAY_COST] = (double)NAN;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(CO2_SAVED)->v, -41.2);
	ck_assert_uint_eq(figure(CO2_SAVED)->quality, 0);
	ck_assert_double_eq(figure(CO2_LOCAL)->v, 3120); /* what was measured, and no more is claimed */
	ck_assert_uint_eq(figure(CO2_LOCAL)->quality, Q_DERIVED);
	ck_assert_uint_eq(figure(CO2_LOCAL)->cause, ERR_PART);
	ck_assert_uint_eq(figure(COST)->quality, Q_NEVER_READ);
	given.today.v[TODAY_LOCAL] = 3125;
	given.today.v[TODAY_COST] = 92500;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(CO2_LOCAL)->v, 3125); /* it goes on */
	ck_assert_double_eq(figure(COST)->v, 92500);
	ck_assert_uint_eq(figure(COST)->quality, 0);
	for (int i = 0; i < TODAY_COUNT; i++)
		given.today.v[i] = (double)NAN;
	ev_run(loop, 0);
	ck_assert_double_eq(figure(CO2_SAVED)->v, -41.2); /* the last one, marked */
	ck_assert_uint_eq(figure(CO2_SAVED)->quality, Q_STALE);
	ck_assert_uint_eq(figure(CO2_SAVED)->cause, ERR_NO_SAMPLE);
}
END_TEST

T_MAIN("system",
    T_FIXTURE(setup, teardown) T(figures_come_in_the_unit_of_their_point)
        T(alarms_overrides_and_tags_are_told_each_by_its_own) T(a_disk_that_does_not_grow_lasts_for_ever)
            T(without_a_store_its_disk_is_not_known) T(the_journal_the_clock_and_the_helpers_are_watched)
                T(until_growth_is_known_the_days_were_never_read) T(the_day_so_far_is_told_with_what_it_lacks))
