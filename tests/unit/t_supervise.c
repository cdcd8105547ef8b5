/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_supervise.c - helpers that greet, die, lie, hang, and are stopped.
 */
#include "config.h"

#include <ev.h>
#include <signal.h>

#include "scada/core/supervise.h"
#include "tests/unit/t.h"

#include "tests/unit/scripts.h"

#define GREETS "cat hello >&3\nexec cat <&3 >/dev/null"

static struct ev_loop *loop;
static struct supervise *s;
static unsigned ups, downs, frames, stops;
static enum helper_id last;
static enum err why;

static void
up_cb(enum helper_id id, struct conn *c, void *arg)
{
	(void)arg;
	ck_assert(supervise_conn(s, id) == c);
	ups++;
	last = id;
	ev_break(loop, EVBREAK_ALL);
}

static void
frame_cb(enum helper_id id, struct conn *c, const struct frame *f, void *arg)
{
	(void)id;
	(void)c;
	(void)f;
	(void)arg;
	frames++;
}

static void
down_cb(enum helper_id id, enum err e, void *arg)
{
	(void)arg;
	ck_assert(supervise_conn(s, id) == NULL);
	downs++;
	last = id;
	why = e;
	ev_break(loop, EVBREAK_ALL);
}

static void
stopped_cb(void *arg)
{
	(void)arg;
	stops++;
	ev_break(loop, EVBREAK_ALL);
}

static const struct supervise_ops ops = { NULL, up_cb, frame_cb, down_cb, stopped_cb };

static void
write_hello(uint16_t version)
{
	struct msg_hello m = { .version = version, .program = "test", .build = "0" };
	struct wbuf body = { 0 }, frame = { 0 };

	msg_hello_put(&body, &m);
	conn_encode(&frame, W_HELLO, 0, &body);
	scripts_write("hello", frame.data, frame.len, 0644);
	wbuf_done(&body);
	wbuf_done(&frame);
}

static void
setup(void)
{
	scripts_setup();
	write_hello(WIRE_VERSION);
	loop = ev_default_loop(EVFLAG_AUTO);
	ups = downs = frames = stops = 0;
	s = supervise_new(loop, &ops, NULL);
}

static void
teardown(void)
{
	supervise_free(s);
	scripts_teardown();
	ev_loop_destroy(loop);
}

START_TEST(a_helper_that_greets_is_up_and_is_started_again_when_it_dies)
{
	pid_t first;

	scripts_add("chisan-field", GREETS);
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	ck_assert(supervise_conn(s, HELPER_FIELD) == NULL);
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), ERR_BUSY);
	ev_run(loop, 0);
	ck_assert_uint_eq(ups, 1);
	first = supervise_pid(s, HELPER_FIELD);
	kill(first, SIGKILL);
	ev_run(loop, 0);
	ck_assert_uint_eq(downs, 1);
	ev_run(loop, 0);
	ck_assert_uint_eq(ups, 2);
	ck_assert_int_ne(supervise_pid(s, HELPER_FIELD), first);
	ck_assert_uint_eq(supervise_restarts(s, HELPER_FIELD), 1);
}
END_TEST

START_TEST(a_helper_that_dies_again_and_again_is_waited_for_longer)
{
	struct mono began = clock_mono();

	scripts_add("chisan-field", "exit 1");
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	while (supervise_restarts(s, HELPER_FIELD) < 3)
		ev_run(loop, EVRUN_ONCE);
	/* 0.2 + 0.4 + 0.8 s */
	ck_assert_int_ge(mono_diff_us(clock_mono(), began), 1300000);
	ck_assert_uint_eq(ups + downs, 0);
}
END_TEST

START_TEST(another_version_is_never_up)
{
	write_hello(WIRE_VERSION + 1);
	scripts_add("chisan-field", GREETS);
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	while (supervise_pid(s, HELPER_FIELD) != 0)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(ups + downs, 0);
}
END_TEST

START_TEST(what_is_said_before_the_greeting_is_a_lie)
{
	scripts_add("chisan-field",
	    "printf '\\000\\000\\000\\000\\000\\004\\000\\000\\000\\000\\000\\001\\000\\000\\000\\000' >&3\n" GREETS);
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	while (supervise_pid(s, HELPER_FIELD) != 0)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(ups + frames, 0);
}
END_TEST

START_TEST(garbage_from_a_helper_kills_it)
{
	scripts_add("chisan-field", "cat hello >&3\necho 'no frame at all, far from it' >&3\nexec sleep 100");
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	ev_run(loop, 0);
	ck_assert_uint_eq(ups, 1);
	while (downs == 0)
		ev_run(loop, 0);
	ck_assert_uint_eq(downs, 1);
	ck_assert_int_eq(why, ERR_FRAME);
	while (supervise_pid(s, HELPER_FIELD) != 0)
		ev_run(loop, EVRUN_ONCE);
}
END_TEST

START_TEST(a_job_runs_once_and_its_end_is_told)
{
	const char *argv[] = { "folder", NULL };

	scripts_add("chisan-site",
	    "[ \"$1\" = folder ] || exit 5\ncat hello >&3\nprintf "
	    "'\\000\\000\\000\\000\\000\\004\\000\\000\\000\\000\\000\\001\\000\\000\\000\\000' >&3\nexit 0");
	ck_assert_int_eq(supervise_start(s, HELPER_SITE, argv), OK);
	ev_run(loop, 0);
	ck_assert_uint_eq(downs, 1);
	ck_assert_int_eq(last, HELPER_SITE);
	ck_assert_int_eq(why, ERR_CLOSED);
	ck_assert_uint_eq(frames, 1);
	ck_assert_int_eq(supervise_pid(s, HELPER_SITE), 0);
	/* and may run again at once */
	ck_assert_int_eq(supervise_start(s, HELPER_SITE, argv), OK);
	ev_run(loop, 0);
	ck_assert_uint_eq(downs, 2);
}
END_TEST

START_TEST(helpers_that_are_not_installed_have_their_place)
{
	ck_assert_int_eq(supervise_start(s, HELPER_PLANNER, NULL), ERR_NOT_FOUND);
	supervise_stop(s);
	ck_assert_uint_eq(stops, 1);
}
END_TEST

START_TEST(two_helpers_of_one_program_differ_by_their_arguments)
{
	static const char *const writer[] = { "-d", "data", NULL }, *const reader[] = { "-r", "-d", "data", NULL };
	pid_t first;

	scripts_add("chisan-store", "echo \"$@\" >>args\n" GREETS);
	ck_assert_int_eq(supervise_start(s, HELPER_STORE, writer), OK);
	while (ups < 1)
		ev_run(loop, 0);
	ck_assert_int_eq(supervise_start(s, HELPER_READER, reader), OK);
	while (ups < 2)
		ev_run(loop, 0);
	ck_assert_str_eq(helper_name(HELPER_STORE), "chisan-store");
	ck_assert_str_eq(helper_name(HELPER_READER), "chisan-store -r");
	first = supervise_pid(s, HELPER_READER);
	kill(first, SIGKILL);
	while (ups < 3)
		ev_run(loop, 0);
	ck_assert_str_eq(supervise_last_words(s, HELPER_READER), "killed by signal 9 (Killed)");
	ck_assert(scripts_holds("args", "-d data\n-r -d data\n-r -d data\n")); /* also when it is started again */
}
END_TEST

START_TEST(a_helper_that_is_installed_late_is_found)
{
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), ERR_NOT_FOUND);
	scripts_add("chisan-field", GREETS);
	ev_run(loop, 0);
	ck_assert_uint_eq(ups, 1);
	ck_assert_int_eq(last, HELPER_FIELD);
}
END_TEST

START_TEST(all_are_stopped_and_none_is_left)
{
	pid_t field, store;

	scripts_add("chisan-field", GREETS);
	scripts_add("chisan-store", GREETS);
	ck_assert_int_eq(supervise_start(s, HELPER_STORE, NULL), OK);
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	while (ups < 2)
		ev_run(loop, 0);
	field = supervise_pid(s, HELPER_FIELD);
	store = supervise_pid(s, HELPER_STORE);
	supervise_stop(s);
	ck_assert_int_eq(last, HELPER_FIELD); /* first */
	ck_assert_int_eq(kill(store, 0), 0);
	while (stops == 0)
		ev_run(loop, 0);
	ck_assert_int_ne(kill(field, 0), 0);
	ck_assert_int_ne(kill(store, 0), 0);
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), ERR_CLOSED);
	ck_assert_uint_eq(downs, 2);
}
END_TEST

START_TEST(one_that_does_not_end_is_killed)
{
	struct mono began;

	scripts_add("chisan-field", "cat hello >&3\nexec 3>&-\nexec sleep 100");
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	while (downs == 0)
		ev_run(loop, 0);
	began = clock_mono();
	supervise_stop(s);
	while (stops == 0)
		ev_run(loop, 0);
	ck_assert_int_lt(mono_diff_us(clock_mono(), began), 10 * US_PER_S);
}
END_TEST

START_TEST(one_that_hangs_is_killed_and_started_again)
{
	pid_t first;

	scripts_add("chisan-field", GREETS); /* never answers a ping */
	ck_assert_int_eq(supervise_start(s, HELPER_FIELD, NULL), OK);
	ev_run(loop, 0);
	first = supervise_pid(s, HELPER_FIELD);
	ev_run(loop, 0); /* ten seconds of silence */
	ck_assert_uint_eq(downs, 1);
	ck_assert_int_eq(why, ERR_TIMEOUT);
	ev_run(loop, 0);
	ck_assert_uint_eq(ups, 2);
	ck_assert_int_ne(supervise_pid(s, HELPER_FIELD), first);
}
END_TEST

T_MAIN("supervise",
    T_FIXTURE(setup, teardown) T(a_helper_that_greets_is_up_and_is_started_again_when_it_dies)
        T(a_helper_that_dies_again_and_again_is_waited_for_longer) T(another_version_is_never_up)
            T(what_is_said_before_the_greeting_is_a_lie) T(garbage_from_a_helper_kills_it)
                T(a_job_runs_once_and_its_end_is_told) T(helpers_that_are_not_installed_have_their_place)
                    T(two_helpers_of_one_program_differ_by_their_arguments) T(a_helper_that_is_installed_late_is_found)
                        T(all_are_stopped_and_none_is_left) T(one_that_does_not_end_is_killed)
                            T(one_that_hangs_is_killed_and_started_again))
