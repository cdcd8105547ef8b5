/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_publish.c - snapshots and changes as consoles receive them: each ends with the same values as the table.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>

#include "scada/base/delta.h"
#include "scada/base/mem.h"
#include "scada/core/publish.h"
#include "tests/unit/t.h"

#include "tests/unit/made_site.h"

#define CLIENTS_MAX 50

/* A console that believes everything but checks that it fits together. */
struct mirror {
	struct conn *conn; /* the console's end */
	struct conn *server;
	struct feed feed;
	struct msg_site site;
	struct delta_cell *cells;
	struct utc *groups, *received;
	uint32_t devices, points, screens;
	unsigned snapshots, changes, states, sites;
	uint64_t bytes, sum; /* of the frames of changes, and a checksum over them */
	bool is_live;
	struct mono changed_at;
	uint8_t device_state[64];
	unsigned entries, healths;
	uint64_t entry;
	uint8_t health;
	uint64_t health_size;
};

static struct ev_loop *loop;
static struct publish *pub;
static struct site *site;
static struct table *table;
static struct mirror mirrors[CLIENTS_MAX];
static int64_t seconds;

static void
begin_snapshot(struct mirror *m)
{
	free(m->cells);
	free(m->groups);
	free(m->received);
	m->cells = xcalloc(m->site.points + 1, sizeof(*m->cells));
	m->groups = xcalloc(m->site.groups + 1, sizeof(*m->groups));
	m->received = xcalloc(m->site.groups + 1, sizeof(*m->received));
	m->devices = m->points = m->screens = 0;
	m->is_live = false;
	m->sites++;
	conn_set_generation(m->conn, m->site.generation);
}

static void
take_values(struct mirror *m, const struct frame *f)
{
	struct delta_sink sink = { .groups = m->site.groups,
		.points = m->site.points,
		.group_time = m->groups,
		.group_received = m->received,
		.cells = m->cells };
	struct utc time;

	ck_assert_int_eq(delta_read(f, &sink, &time), OK);
}

static void
mirror_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct mirror *m = arg;
	struct msg_snapshot_end end;
	struct msg_device_state state;
	struct msg_store_health health;
	struct msg_journal entry;
	struct msg_device device;
	struct msg_point point;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_SITE:
		ck_assert(msg_site_get(&r, &m->site) && r_done(&r));
		begin_snapshot(m);
		break;
	case W_DEVICE:
		ck_assert(msg_device_get(&r, &device) && r_done(&r));
		ck_assert_uint_eq(device.device, m->devices++);
		break;
	case W_POINT:
		ck_assert(msg_point_get(&r, &point) && r_done(&r));
		if (point.point != m->points++)
			ck_abort_msg("points out of order");
		m->cells[point.point].decimals = (int8_t)(point.decimals_plus_8 - 8);
		break;
	case W_SCREEN: m->screens++; break;
	case W_VALUES:
		ck_assert(!m->is_live);
		take_values(m, f);
		break;
	case W_SNAPSHOT_END:
		ck_assert(msg_snapshot_end_get(&r, &end) && r_done(&r));
		ck_assert_uint_eq(end.devices, m->devices);
		ck_assert_uint_eq(end.points, m->points);
		ck_assert_uint_eq(end.screens, m->screens);
		m->is_live = true;
		m->snapshots++;
		break;
	case W_CHANGES:
		ck_assert(m->is_live);
		m->changes++;
		m->changed_at = clock_mono();
		m->bytes += f->length;
		for (uint32_t i = 0; i < f->length; i++)
			m->sum = m->sum * 31 + f->body[i];
		take_values(m, f);
		break;
	case W_DEVICE_STATE:
		ck_assert(msg_device_state_get(&r, &state) && r_done(&r));
		m->states++;
		if (state.device < sizeof(m->device_state))
			m->device_state[state.device] = state.state;
		break;
	case W_STORE_HEALTH:
		ck_assert(msg_store_health_get(&r, &health) && r_done(&r));
		m->healths++;
		m->health = health.state;
		m->health_size = health.size;
		break;
	case W_JOURNAL:
		ck_assert(msg_journal_get(&r, &entry) && r_done(&r));
		ck_assert_uint_eq(f->reply_to, 0);
		m->entries++;
		m->entry = entry.seq;
		break;
	default: ck_abort_msg("%s to a console", wire_find(f->type)->name);
	}
}

static void
closed(struct conn *c, enum err why, void *arg)
{
	(void)c;
	(void)arg;
	ck_abort_msg("a connection was closed: %s", err_text(why));
}

static const struct conn_ops mirror_ops = { mirror_frame, closed }, server_ops = { NULL, closed };

static void
connect_mirror(struct mirror *m, unsigned what)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	m->server = conn_new(loop, pair[0], &server_ops, m, NULL);
	m->conn = conn_new(loop, pair[1], &mirror_ops, m, NULL);
	conn_set_role(m->conn, ROLE_PEER);
	publish_join(pub, &m->feed, m->server, what);
}

static void
make(uint32_t devices, uint32_t points)
{
	site = made_site(devices, points);
	table = table_new(site);
	publish_site(pub, table, 7);
}

static void
setup(void)
{
	memset(mirrors, 0, sizeof(mirrors));
	loop = ev_loop_new(EVFLAG_AUTO);
	pub = publish_new(loop, (struct utc){ 1 });
	site = NULL;
	table = NULL;
	seconds = 0;
}

static void
teardown(void)
{
	for (int i = 0; i < CLIENTS_MAX; i++) {
		publish_leave(pub, &mirrors[i].feed);
		conn_free(mirrors[i].conn);
		conn_free(mirrors[i].server);
		free(mirrors[i].cells);
		free(mirrors[i].groups);
		free(mirrors[i].received);
	}
	publish_site(pub, NULL, 0);
	publish_free(pub);
	table_free(table);
	site_free(site);
	ev_loop_destroy(loop);
}

static void
sample(point_id id, double raw)
{
	struct utc received = clock_utc();

	ck_assert(
	    table_sample(table, id, raw, OK, utc_add(received, -9 * US_PER_MS), received, (struct mono){ ++seconds }));
}

static bool
agrees(const struct mirror *m)
{
	const struct value *v = table_reported(table);
	uint32_t groups;
	const struct utc *times = table_group_times(table, &groups), *received = table_group_received(table);

	if (!m->is_live || m->site.points != table_count(table))
		return false;
	for (uint32_t i = 0; i < m->site.points; i++) {
		double want = delta_round(v[i].v, m->cells[i].decimals);

		if (m->cells[i].quality != v[i].quality || m->cells[i].cause != v[i].cause)
			return false;
		if (isnan(want) ? !isnan(m->cells[i].v) : m->cells[i].v != want)
			return false;
	}
	for (uint32_t g = 0; g < groups; g++)
		if (llabs((long long)(times[g].us - m->groups[g].us)) >= US_PER_MS ||
		    llabs((long long)(received[g].us - m->received[g].us)) >= US_PER_MS)
			return false;
	return true;
}

/* Turns the loop until the console agrees with the table. */
static void
settle(const struct mirror *m)
{
	struct mono until = mono_add(clock_mono(), 20 * US_PER_S);

	publish_turn(pub);
	while (!agrees(m)) {
		ck_assert_msg(clock_mono().us < until.us, "the console never agrees with the table");
		ev_run(loop, EVRUN_ONCE);
	}
}

START_TEST(a_snapshot_is_complete_and_changes_follow)
{
	struct mirror *m = &mirrors[0];

	make(3, 20);
	for (point_id i = 0; i < 60; i += 2)
		sample(i, i * 10);
	connect_mirror(m, SUB_ALL);
	settle(m);
	ck_assert_uint_eq(m->snapshots, 1);
	ck_assert_uint_eq(m->devices, 4);
	ck_assert_uint_eq(m->points, 62);
	ck_assert_uint_eq(m->screens, 1);
	ck_assert_uint_eq(m->site.generation, 7);
	for (int round = 0; round < 5; round++) {
		for (point_id i = 0; i < 60; i++)
			sample(i, i + (point_id)round * 7);
		settle(m);
	}
	table_device_down(table, 1, ERR_TIMEOUT);
	settle(m);
	ck_assert_uint_eq(m->cells[25].quality, Q_NO_COMM);
	ck_assert_uint_eq(m->snapshots, 1);
}
END_TEST

START_TEST(who_asks_for_less_gets_less)
{
	struct mirror *m = &mirrors[0];

	make(3, 20);
	connect_mirror(m, SUB_DEVICES);
	for (int i = 0; i < 1000 && !m->is_live; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert(m->is_live);
	ck_assert_uint_eq(m->devices, 4);
	ck_assert_uint_eq(m->points + m->screens, 0);
	sample(0, 5);
	publish_turn(pub);
	for (int i = 0; i < 10; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(m->changes, 0);
}
END_TEST

START_TEST(a_newcomer_does_not_disturb_those_who_are_there)
{
	make(2, 50);
	connect_mirror(&mirrors[0], SUB_ALL);
	settle(&mirrors[0]);
	for (int n = 1; n < 10; n++) {
		for (point_id i = 0; i < 100; i++)
			sample(i, i * 3 + (point_id)n);
		connect_mirror(&mirrors[n], SUB_ALL); /* while changes wait */
		settle(&mirrors[n]);
		for (int k = 0; k < n; k++)
			settle(&mirrors[k]);
	}
	for (int n = 0; n < 10; n++)
		ck_assert_uint_eq(mirrors[n].snapshots, 1);
}
END_TEST

START_TEST(changes_are_the_same_bytes_for_all)
{
	make(2, 50);
	for (int n = 0; n < 10; n++)
		connect_mirror(&mirrors[n], SUB_ALL);
	for (int n = 0; n < 10; n++)
		settle(&mirrors[n]);
	for (int n = 0; n < 10; n++)
		mirrors[n].bytes = mirrors[n].sum = mirrors[n].changes = 0;
	for (point_id i = 0; i < 100; i++)
		sample(i, i);
	for (int n = 0; n < 10; n++)
		settle(&mirrors[n]);
	ck_assert_uint_gt(mirrors[0].bytes, 0);
	for (int n = 1; n < 10; n++) {
		ck_assert_uint_eq(mirrors[n].bytes, mirrors[0].bytes);
		ck_assert_uint_eq(mirrors[n].sum, mirrors[0].sum);
	}
}
END_TEST

START_TEST(a_large_snapshot_is_spread_over_turns)
{
	unsigned turns = 0;
	uint64_t before = 0, most = 0;

	make(50, 200);
	for (int n = 0; n < 8; n++)
		connect_mirror(&mirrors[n], SUB_ALL);
	for (; turns < 100000 && !agrees(&mirrors[7]); turns++) {
		uint64_t sent = 0;

		ev_run(loop, EVRUN_NOWAIT);
		for (int n = 0; n < 8; n++)
			sent += mirrors[n].points;
		if (sent - before > most)
			most = sent - before;
		before = sent;
	}
	ck_assert(agrees(&mirrors[7]));
	for (int n = 0; n < 7; n++)
		settle(&mirrors[n]);
	ck_assert_uint_gt(turns, 10);
	ck_assert_uint_le(most, 8 * 1024 * 2);
}
END_TEST

START_TEST(values_go_out_at_once_after_a_pause_and_then_at_their_pace)
{
	struct mirror *m = &mirrors[0];
	struct mono first;

	make(1, 10);
	connect_mirror(m, SUB_ALL);
	settle(m);
	while (mono_diff_us(clock_mono(), m->changed_at) < 2 * PUBLISH_EVERY_US)
		ev_run(loop, EVRUN_NOWAIT);
	m->changes = 0;
	sample(0, 11);
	publish_turn(pub);
	ev_run(loop, EVRUN_NOWAIT);
	ev_run(loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(m->changes, 1);
	first = m->changed_at;
	for (int i = 0; i < 100; i++) { /* many turns with news */
		sample(0, 12 + i);
		publish_turn(pub);
		ev_run(loop, EVRUN_NOWAIT);
		if (m->changes > 1)
			break;
	}
	settle(m);
	ck_assert_int_ge(mono_diff_us(m->changed_at, first), PUBLISH_EVERY_US - 2 * US_PER_MS);
	ck_assert_uint_le(m->changes, 3);
}
END_TEST

START_TEST(a_new_configuration_gives_a_new_snapshot_even_within_one)
{
	struct site *old_site;
	struct table *old_table;

	make(20, 200);
	for (int n = 0; n < 3; n++)
		connect_mirror(&mirrors[n], SUB_ALL);
	for (int i = 0; i < _i; i++)
		ev_run(loop, EVRUN_NOWAIT);
	old_site = site;
	old_table = table;
	site = made_site(10, 30);
	table = table_new(site);
	publish_site(pub, table, 8);
	table_free(old_table);
	site_free(old_site);
	for (point_id i = 0; i < 300; i++)
		sample(i, i * 2);
	for (int n = 0; n < 3; n++) {
		settle(&mirrors[n]);
		ck_assert_uint_eq(mirrors[n].points, 302);
		ck_assert_uint_eq(mirrors[n].site.generation, 8);
	}
}
END_TEST

START_TEST(a_change_of_state_goes_out_at_once_and_counters_later)
{
	struct mirror *m = &mirrors[0];
	struct msg_device_state d = { .device = 1, .state = DEVICE_UP, .detail = "" };
	struct mono began;

	make(2, 10);
	connect_mirror(m, SUB_ALL);
	settle(m);
	publish_device(pub, &d);
	ev_run(loop, EVRUN_NOWAIT);
	ev_run(loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(m->states, 1);
	ck_assert_uint_eq(m->device_state[1], DEVICE_UP);
	for (d.requests = 1; d.requests < 500; d.requests++)
		publish_device(pub, &d);
	ev_run(loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(m->states, 1);
	began = clock_mono();
	while (m->states == 1)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(m->states, 2);
	ck_assert_int_ge(mono_diff_us(clock_mono(), began), PUBLISH_DEVICE_US / 2);
	ck_assert_uint_eq(publish_device_state(pub, 1)->requests, 499);
}
END_TEST

START_TEST(who_leaves_within_a_snapshot_leaves_nothing)
{
	make(20, 200);
	for (int n = 0; n < 5; n++)
		connect_mirror(&mirrors[n], SUB_ALL);
	ev_run(loop, EVRUN_NOWAIT);
	for (int n = 0; n < 4; n++) {
		publish_leave(pub, &mirrors[n].feed);
		publish_leave(pub, &mirrors[n].feed); /* twice is harmless */
		conn_free(mirrors[n].server);
		conn_free(mirrors[n].conn);
		mirrors[n].server = mirrors[n].conn = NULL;
	}
	settle(&mirrors[4]);
}
END_TEST

static void
few_turns(void)
{
	for (int i = 0; i < 10; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
tell_entry(uint64_t seq)
{
	struct msg_journal m = {
		.seq = seq, .point = "", .user = "duty", .terminal = "", .text = "x", .before = "", .after = ""
	};

	publish_journal(pub, &m);
	few_turns();
}

static void
tell_health(unsigned state, const char *text)
{
	struct msg_store_health m = { .state = (uint8_t)state, .text = text };

	publish_health(pub, &m);
	few_turns();
}

START_TEST(entries_go_to_who_subscribes_to_them)
{
	make(2, 5);
	connect_mirror(&mirrors[0], SUB_ALL);
	connect_mirror(&mirrors[1], SUB_ALL | SUB_JOURNAL);
	connect_mirror(&mirrors[2], SUB_JOURNAL);
	settle(&mirrors[1]);
	tell_entry(41);
	tell_entry(42);
	ck_assert_uint_eq(mirrors[0].entries, 0);
	ck_assert_uint_eq(mirrors[1].entries, 2);
	ck_assert_uint_eq(mirrors[2].entries, 2);
	ck_assert_uint_eq(mirrors[2].entry, 42);
}
END_TEST

START_TEST(how_the_store_is_comes_with_the_snapshot_and_when_it_changes)
{
	tell_health(STORE_ABSENT, "not yet"); /* before there is a site */
	make(2, 5);
	connect_mirror(&mirrors[0], SUB_ALL);
	connect_mirror(&mirrors[1], SUB_VALUES);
	settle(&mirrors[0]);
	ck_assert_uint_eq(mirrors[0].healths, 1);
	ck_assert_uint_eq(mirrors[0].health, STORE_ABSENT);
	tell_health(STORE_WELL, "");
	ck_assert_uint_eq(mirrors[0].healths, 2);
	ck_assert_uint_eq(mirrors[0].health, STORE_WELL);
	connect_mirror(&mirrors[2], SUB_SITE);
	few_turns();
	ck_assert_uint_eq(mirrors[2].health, STORE_WELL);
	ck_assert_uint_eq(mirrors[2].healths, 1);
	ck_assert_uint_eq(mirrors[1].healths, 0);
	publish_health_figures(pub, &(struct msg_store_health){ .state = STORE_WELL, .size = 1200000, .text = "" });
	connect_mirror(&mirrors[3], SUB_SITE); /* who comes later has them, who is there is not troubled */
	few_turns();
	ck_assert_uint_eq(mirrors[3].health_size, 1200000);
	ck_assert_uint_eq(mirrors[0].healths, 2);
}
END_TEST

T_MAIN("publish",
    T_FIXTURE(setup, teardown) T(a_snapshot_is_complete_and_changes_follow) T(who_asks_for_less_gets_less)
        T(a_newcomer_does_not_disturb_those_who_are_there) T(changes_are_the_same_bytes_for_all)
            T_LONG(a_large_snapshot_is_spread_over_turns) T(values_go_out_at_once_after_a_pause_and_then_at_their_pace)
                T_LOOP(a_new_configuration_gives_a_new_snapshot_even_within_one, 0, 2)
                    T_LONG_LOOP(a_new_configuration_gives_a_new_snapshot_even_within_one, 2, 12)
                        T(a_change_of_state_goes_out_at_once_and_counters_later)
                            T(who_leaves_within_a_snapshot_leaves_nothing) T(entries_go_to_who_subscribes_to_them)
                                T(how_the_store_is_comes_with_the_snapshot_and_when_it_changes))
