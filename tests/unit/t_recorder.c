/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_recorder.c - the pipe to the writer of the store, with a store of the test's own at its other end.
 */
#include "config.h"

#include <ev.h>
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/recorder.h"
#include "tests/unit/t.h"

#include "tests/unit/made_site.h"

static struct ev_loop *loop;
static struct recorder *rec;
static struct site *site;
static struct table *table;
static struct conn *ours, *store; /* two ends of one pipe */
static const uint64_t hash[4] = { 1, 2, 3, 4 };
static uint16_t generation;
/* what the store got */
static unsigned sites, batches, entries, saved;
static struct msg_store_site head;
static struct wbuf tree;
static uint64_t last_batch, batch_list[64];
static uint16_t batch_generation[64];
static uint32_t entry_sequence;
static uint64_t entry_token;
static unsigned samples;
/* what we were told */
static unsigned states, readies, firsts, healths, figures, recorded, done;
static struct msg_store_health health;
static enum err told;

static void
store_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct msg_records records;
	struct msg_journal_add add;
	struct msg_store_state state;
	struct rbuf r;

	(void)c;
	(void)arg;
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_STORE_SITE:
		ck_assert(msg_store_site_get(&r, &head) && r_done(&r));
		conn_set_generation(store, head.generation);
		wbuf_reset(&tree);
		sites++;
		break;
	case W_SITE_TREE: memcpy(wbuf_grow(&tree, f->length), f->body, f->length); break;
	case W_RECORDS:
		ck_assert(msg_records_get(&r, &records));
		ck_assert_uint_eq(tree.len, head.length); /* the site came before, whole */
		batch_generation[batches % 64] = f->generation;
		batch_list[batches++ % 64] = last_batch = records.batch;
		samples += records.samples;
		break;
	case W_JOURNAL_ADD:
		ck_assert(msg_journal_add_get(&r, &add) && r_done(&r));
		entry_sequence = f->sequence;
		entry_token = add.token;
		entries++;
		break;
	case W_STORE_STATE:
		ck_assert(msg_store_state_get(&r, &state) && r_done(&r));
		saved++;
		break;
	default: ck_abort_msg("%s to the store", wire_find(f->type)->name);
	}
}

static void
our_frame(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)arg;
	told = recorder_frame(rec, f);
}

static const struct conn_ops store_ops = { store_frame, NULL }, our_ops = { our_frame, NULL };

static void
state_cb(const struct msg_store_state *m, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(readies, 0); /* before ready */
	ck_assert_str_eq(m->name, "D0.P0");
	states++;
}

static void
ready_cb(bool is_first, const struct msg_store_ready *m, void *arg)
{
	(void)m;
	(void)arg;
	readies++;
	firsts += is_first;
}

static void
health_cb(const struct msg_store_health *m, void *arg)
{
	(void)arg;
	healths++;
	health = *m;
}

static void
figures_cb(const struct msg_store_health *m, void *arg)
{
	(void)m;
	(void)arg;
	figures++;
}

static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
	recorded++;
}

static const struct recorder_ops ops = {
	.state = state_cb, .ready = ready_cb, .health = health_cb, .figures = figures_cb, .recorded = recorded_cb
};

static void
turns(void)
{
	for (int i = 0; i < 12; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
connect_store(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ours = conn_new(loop, pair[0], &our_ops, NULL, NULL);
	store = conn_new(loop, pair[1], &store_ops, NULL, NULL);
	conn_set_role(ours, ROLE_PEER);
	conn_set_role(store, ROLE_PEER);
	recorder_up(rec, ours);
	turns();
}

static void
kill_store(void)
{
	recorder_down(rec);
	conn_free(ours);
	conn_free(store);
	ours = store = NULL;
}

static void
load(uint32_t points)
{
	struct site *old_site = site;
	struct table *old_table = table;

	site = made_site(2, points);
	table = table_new(site);
	if (old_table != NULL)
		table_adopt(table, old_table);
	recorder_site(rec, table, ++generation, hash);
	table_free(old_table);
	site_free(old_site);
	turns();
}

static void
setup(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	sites = batches = entries = saved = samples = states = readies = firsts = healths = recorded = done = 0;
	generation = 0;
	last_batch = 0;
	told = OK;
	site = NULL;
	table = NULL;
	wbuf_init(&tree);
	rec = recorder_new(loop, &ops, NULL, 4711);
	load(3);
}

static void
teardown(void)
{
	recorder_site(rec, NULL, 0, hash);
	recorder_free(rec);
	conn_free(ours);
	conn_free(store);
	ours = store = NULL;
	table_free(table);
	site_free(site);
	wbuf_done(&tree);
	ev_loop_destroy(loop);
}

static void
feed(double v)
{
	uint32_t n;
	const point_id *ids;

	ck_assert(table_sample(table, 0, v, OK, clock_utc(), clock_utc(), clock_mono()));
	ids = table_fresh_take(table, &n);
	recorder_take(rec, ids, n, clock_utc(), clock_mono());
}

/* A batch now, not in a second. */
static void
batch(double v)
{
	feed(v);
	recorder_finish(rec);
	turns();
}

static void
say_ready(uint64_t newest)
{
	struct msg_store_ready m = { .batch = newest };
	struct wbuf b = { 0 };

	msg_store_ready_put(&b, &m);
	conn_send(store, W_STORE_READY, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
say_stored(uint64_t n)
{
	struct msg_stored m = { .batch = n };
	struct wbuf b = { 0 };

	msg_stored_put(&b, &m);
	conn_send(store, W_STORED, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
say_state(void)
{
	struct msg_store_state m = { .kind = STATE_COUNTER, .name = "D0.P0", .blob = { (const uint8_t *)"x", 1 } };
	struct wbuf b = { 0 };

	msg_store_state_put(&b, &m);
	conn_send(store, W_STORE_STATE, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
say_health(unsigned state, const char *text)
{
	struct msg_store_health m = { .state = (uint8_t)state, .chain = 1, .text = text };
	struct wbuf b = { 0 };

	msg_store_health_put(&b, &m);
	conn_send(store, W_STORE_HEALTH, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
say_entry(void)
{
	struct msg_journal m = {
		.seq = 1, .point = "", .user = "", .terminal = "", .text = "", .before = "", .after = ""
	};
	struct wbuf b = { 0 };

	msg_journal_put(&b, &m);
	conn_send(store, W_JOURNAL, entry_sequence, &b, NULL);
	wbuf_done(&b);
	turns();
}

START_TEST(the_site_comes_first_and_nothing_more_before_ready)
{
	struct wbuf whole = { 0 };

	batch(1);
	connect_store();
	ck_assert_uint_eq(sites, 1);
	ck_assert_uint_eq(head.generation, 1);
	ck_assert_uint_eq(head.boot, 4711);
	ck_assert_uint_eq(tree.len, head.length);
	site_put(site, &whole);
	ck_assert(whole.len == tree.len && memcmp(whole.data, tree.data, whole.len) == 0);
	wbuf_done(&whole);
	logbook_say(recorder_logbook(rec), clock_utc(), clock_mono(), JOURNAL_SYSTEM, NULL, "starts");
	turns();
	ck_assert_uint_eq(batches + entries, 0);
	say_state();
	ck_assert_uint_eq(states, 0); /* kept until all have come */
	say_ready(0);
	ck_assert_uint_eq(states, 1);
	ck_assert_uint_eq(readies, 1);
	ck_assert_uint_eq(firsts, 1);
	ck_assert_uint_eq(batches, 1);
	ck_assert_uint_eq(entries, 1);
	ck_assert(!recorder_is_idle(rec));
	say_stored(1);
	say_entry();
	ck_assert_uint_eq(recorded, 1);
	ck_assert(recorder_is_idle(rec));
}
END_TEST

START_TEST(a_store_that_dies_gets_again_what_it_had_not_answered)
{
	uint64_t token;

	connect_store();
	say_ready(0);
	batch(1);
	batch(2);
	batch(3);
	ck_assert_uint_eq(batches, 2); /* two at a time */
	logbook_say(recorder_logbook(rec), clock_utc(), clock_mono(), JOURNAL_SYSTEM, NULL, "x");
	turns();
	token = entry_token;
	kill_store();
	ck_assert_uint_eq(health.state, STORE_ABSENT);
	connect_store();
	say_state();
	say_ready(1);
	ck_assert_uint_eq(states, 0); /* what we know is newer */
	ck_assert_uint_eq(firsts, 1);
	ck_assert_uint_eq(batches, 4);
	ck_assert_uint_eq(batch_list[2], 2);
	ck_assert_uint_eq(batch_list[3], 3);
	ck_assert_uint_eq(entries, 2);
	ck_assert_uint_eq(entry_token, token);
	say_ready(0); /* it opened another database, in the same process */
	ck_assert_uint_eq(batches, 6);
	ck_assert_uint_eq(batch_list[4], 2);
	ck_assert_uint_eq(sites, 2); /* the site it knows */
}
END_TEST

START_TEST(batches_of_an_old_generation_go_with_their_own_site)
{
	connect_store();
	say_ready(0);
	batch(1);
	batch(2);
	batch(3);
	ck_assert_uint_eq(batches, 2);
	load(5);
	ck_assert_uint_eq(sites, 1); /* the third batch speaks of the old numbers */
	batch(4);
	say_stored(1);
	ck_assert_uint_eq(batch_list[2], 3);
	ck_assert_uint_eq(batch_generation[2], 1);
	say_stored(3);
	ck_assert_uint_eq(sites, 2);
	ck_assert_uint_eq(head.generation, 2);
	ck_assert_uint_eq(batch_generation[3], 2);
	while (!recorder_is_idle(rec))
		say_stored(last_batch);
	/* and a store that comes after a reload is given the old site first, as long as batches of it wait */
	kill_store();
	batch(5);
	load(4);
	batch(6);
	connect_store();
	ck_assert_uint_eq(sites, 3);
	ck_assert_uint_eq(head.generation, 2);
	say_ready(last_batch);
	ck_assert_uint_eq(sites, 4);
	ck_assert_uint_eq(head.generation, 3);
	ck_assert_uint_eq(conn_dropped(store), 0);
}
END_TEST

START_TEST(a_reload_is_told_at_once_when_nothing_waits)
{
	connect_store();
	say_ready(0);
	load(5);
	ck_assert_uint_eq(sites, 2);
	ck_assert_uint_eq(head.generation, 2);
}
END_TEST

START_TEST(health_is_told_when_it_changes)
{
	connect_store();
	say_ready(0);
	ck_assert_uint_eq(health.state, STORE_WELL);
	healths = figures = 0;
	say_health(STORE_WELL, "");
	ck_assert_uint_eq(healths, 0);
	ck_assert_uint_eq(figures, 1);
	say_health(STORE_FULL, "no space left on /var");
	ck_assert_uint_eq(healths, 1);
	ck_assert_str_eq(recorder_health(rec)->text, "no space left on /var");
	say_health(STORE_FULL, "no space left on /var");
	ck_assert_uint_eq(healths, 1);
	say_health(STORE_FULL, "still none");
	ck_assert_uint_eq(healths, 2);
	for (unsigned state = 0; state < STORE_STATE_COUNT; state++)
		if (state != STORE_ABSENT) { /* whatever the store may say of itself */
			told = OK;
			say_health(state, "");
			ck_assert_int_eq(told, OK);
		}
	healths = 2;
	kill_store();
	ck_assert_uint_eq(healths, 3);
	ck_assert_uint_eq(health.state, STORE_ABSENT);
	ck_assert(health.text[0] != '\0');
}
END_TEST

START_TEST(lies_of_the_store_are_refused)
{
	struct frame f = { .type = W_STORED, .length = 8, .body = (const uint8_t *)"\0\0\0\0\0\0\0\7" };

	connect_store();
	say_ready(0);
	ck_assert_int_eq(recorder_frame(rec, &f), ERR_FRAME); /* a batch that was never sent */
	f.type = W_SAMPLES;
	ck_assert_int_eq(recorder_frame(rec, &f), ERR_FRAME);
	f.type = W_STORE_STATE;
	ck_assert_int_eq(recorder_frame(rec, &f), ERR_FRAME);
	f.type = W_STORE_READY;
	ck_assert_int_eq(recorder_frame(rec, &f), ERR_FRAME);
	f.type = W_STORE_HEALTH;
	ck_assert_int_eq(recorder_frame(rec, &f), ERR_FRAME);
	say_health(STORE_ABSENT, "I am not here");
	ck_assert_int_eq(told, ERR_FRAME);
	say_health(STORE_STATE_COUNT, "of a later build");
	ck_assert_int_eq(told, ERR_FRAME);
	f.type = W_PONG;
	ck_assert_int_eq(recorder_frame(rec, &f), OK);
}
END_TEST

static void
done_cb(const struct log_end *end, void *arg)
{
	(void)arg;
	done++;
	ck_assert_int_eq(end->outcome, LOG_LATE);
	ev_break(loop, EVBREAK_ALL);
}

static int64_t
time_of_an_act(void)
{
	struct msg_journal_add m = {
		.is_act = 1, .point = "", .user = "", .terminal = "", .text = "x", .before = "", .after = ""
	};
	struct mono began = clock_mono();
	unsigned before = done;

	ev_now_update(loop);
	logbook_act(recorder_logbook(rec), &m, began, done_cb, NULL);
	while (done == before && mono_diff_us(clock_mono(), began) < 5 * US_PER_S)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(done, before + 1);
	return mono_diff_us(clock_mono(), began);
}

START_TEST(acts_wait_for_a_store_that_is_there_and_for_no_other)
{
	connect_store();
	say_ready(0);
	ck_assert_int_ge(time_of_an_act(), 195 * US_PER_MS); /* it does not answer */
	kill_store();
	ck_assert_int_lt(time_of_an_act(), 100 * US_PER_MS);
}
END_TEST

START_TEST(each_second_makes_a_batch_and_state_is_saved_with_it)
{
	struct msg_store_state m = { .kind = STATE_MANUAL, .name = "D0.P0" };
	struct mono began = clock_mono();

	ck_assert(!recorder_save(rec, &m)); /* nobody there */
	connect_store();
	say_ready(0);
	ck_assert(recorder_save(rec, &m));
	turns();
	ck_assert_uint_eq(saved, 1);
	feed(17);
	while (batches == 0 && mono_diff_us(clock_mono(), began) < 5 * US_PER_S)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(batches, 1);
	ck_assert_uint_eq(samples, 1);
}
END_TEST

/* 0 under a sanitizer, which has an allocator of its own. */
static size_t
memory(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

START_TEST(reloads_while_no_store_runs_take_no_memory)
{
	size_t before = 0;

	for (int i = 0; i < 220; i++) {
		load(50);
		if (i == 20)
			before = memory();
	}
	ck_assert_uint_le(memory(), before + 20000);
	connect_store();
	ck_assert_uint_eq(sites, 1);
	ck_assert_uint_eq(head.generation, generation);
}
END_TEST

T_MAIN("recorder",
    T_FIXTURE(setup, teardown) T(the_site_comes_first_and_nothing_more_before_ready)
        T(a_store_that_dies_gets_again_what_it_had_not_answered) T(batches_of_an_old_generation_go_with_their_own_site)
            T(a_reload_is_told_at_once_when_nothing_waits) T(health_is_told_when_it_changes)
                T(lies_of_the_store_are_refused) T(acts_wait_for_a_store_that_is_there_and_for_no_other) T(
                    each_second_makes_a_batch_and_state_is_saved_with_it) T(reloads_while_no_store_runs_take_no_memory))
