/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_trend_feed.c - what a trend asks for and what it makes of the answers: one question a pen, forgotten when nobody looks, kept for
 * scrolling back, carried on by live values; and the journal beside it.
 */
#include "config.h"

#include "console/client_control.h"
#include "console/trend_ahead.h"
#include "console/trend_feed.h"
#include "console/trend_marks.h"
#include "scada/base/record.h"
#include "tests/unit/t.h"

#include "tests/screen/fakehistory.h"
#include "tests/unit/fake.h"

static struct fake fake;
static struct client *client;
static struct trend_feed *feed;
static struct trend_marks *marks;
static int changes;

#define NOW  ((struct utc){ FAKE_NOW })
#define STEP (10 * US_PER_S)

static bool
find(const char *name, struct fakehistory_point *p, void *arg)
{
	(void)arg;
	*p = (struct fakehistory_point){ name, "%", KIND_ANALOG, 1, (double)NAN, (double)NAN };
	return strncmp(name, "NO", 2) != 0;
}

static struct fakehistory history;

static unsigned ahead_asked;

/* A plan of two steps for whatever point. */
static void
tell_ahead(struct conn *c, const struct frame *f)
{
	struct wbuf values = { .len = 0 }, b = { .len = 0 };

	ahead_asked++;
	w_f32(&values, 100);
	w_f32(&values, 50);
	msg_plan_ahead_put(&b,
	    &(struct msg_plan_ahead){
	        .made = FAKE_NOW, .start = FAKE_NOW, .step_s = 1800, .values = { values.data, values.len } });
	conn_send(c, W_PLAN_AHEAD, f->sequence, &b, NULL);
	conn_result(c, f->sequence, OK, -1, "%s", "");
	wbuf_done(&values);
	wbuf_done(&b);
}

static bool
answer(struct fake *s, struct conn *c, const struct frame *f)
{
	(void)s;
	if (f->type == W_PLAN_AHEAD_GET) {
		tell_ahead(c, f);
		return true;
	}
	return fakehistory_answer(&history, c, f);
}

static void
changed(void *arg)
{
	(void)arg;
	changes++;
}

static const struct client_ops no_ops = { .phase = NULL };

static void
turn_until(bool (*is_done)(void))
{
	for (int i = 0; i < 5000 && !is_done(); i++) {
		ev_run(fake.loop, EVRUN_NOWAIT);
		if (!is_done())
			usleep(1000);
	}
	ck_assert(is_done());
}

static bool
is_live(void)
{
	return client->phase == CLIENT_LIVE;
}

static bool
is_answered(void)
{
	return trend_feed_open(feed) == 0;
}

static bool
has_two_cancelled(void)
{
	return history.cancelled >= 2;
}

static bool
are_marks_there(void)
{
	return !trend_marks_are_asked(marks);
}

static void
setup(void)
{
	fake_start(&fake, ev_default_loop(0));
	fake.answer = answer;
	history = (struct fakehistory){ .now = NOW, .find = find, .mode = "" };
	client = client_new(fake.loop, fake.path, SUB_SITE | SUB_POINTS | SUB_VALUES, true, &no_ops, NULL);
	turn_until(is_live);
	feed = trend_feed_new(client, changed, NULL);
	marks = trend_marks_new(client, changed, NULL);
	changes = 0;
}

static void
teardown(void)
{
	trend_feed_free(feed);
	trend_marks_free(marks);
	client_free(client);
	fake_stop(&fake);
}

static const char two[2][POINT_NAME_MAX] = { "ESS1.SOC", "ESS1.P" };
static const int64_t first = FAKE_NOW / STEP - 100;

START_TEST(what_is_wanted_is_asked_once_and_kept)
{
	static struct bucket b[200];

	trend_feed_set_pens(feed, two, 2);
	trend_feed_want(feed, STEP, first, 100, NOW);
	ck_assert_int_eq(trend_feed_open(feed), 2);
	ck_assert(!trend_feed_state(feed, 0).is_known);
	turn_until(is_answered);
	ck_assert_uint_eq(history.asked, 2);
	ck_assert_int_eq(changes, 2);
	ck_assert(trend_feed_state(feed, 0).is_known);
	trend_feed_get(feed, 0, NOW, b);
	ck_assert(!isnan(b[10].mean));
	ck_assert_int_eq(b[10].from.us, (first + 10) * STEP);
	trend_feed_want(feed, STEP, first + 1, 98, utc_add(NOW, 100 * US_PER_MS));
	trend_feed_want(feed, STEP, first, 100, utc_add(NOW, 200 * US_PER_MS));
	ck_assert_int_eq(trend_feed_open(feed), 0); /* it is all there */
	trend_feed_want(feed, STEP, first - 50, 100, NOW);
	turn_until(is_answered);
	ck_assert_uint_eq(history.asked, 4);
	trend_feed_get(feed, 1, NOW, b);
	ck_assert(!isnan(b[60].mean));
}
END_TEST

START_TEST(another_length_is_asked_anew_and_the_old_one_is_kept)
{
	trend_feed_set_pens(feed, two, 1);
	trend_feed_want(feed, STEP, first, 90, NOW);
	turn_until(is_answered);
	trend_feed_want(feed, STEP * 3, first / 3, 90, utc_add(NOW, US_PER_S));
	turn_until(is_answered);
	ck_assert_uint_eq(history.asked, 2);
	trend_feed_want(feed, STEP, first, 90, utc_add(NOW, 2 * US_PER_S));
	ck_assert_int_eq(trend_feed_open(feed), 0);
}
END_TEST

START_TEST(never_more_than_one_question_a_pen)
{
	trend_feed_set_pens(feed, two, 2);
	for (int i = 0; i < 50; i++) { /* a key that repeats 30 times a second */
		trend_feed_want(feed, STEP, first - i * 200, 100, utc_add(NOW, i * 33 * US_PER_MS));
		ck_assert_int_le(trend_feed_open(feed), 2);
		ev_run(fake.loop, EVRUN_NOWAIT);
	}
	turn_until(is_answered);
	ck_assert_uint_le(history.most_open, 2);
	trend_feed_second(feed, utc_add(NOW, 3 * US_PER_S)); /* what is looked at in the end comes too */
	turn_until(is_answered);
	ck_assert(trend_feed_state(feed, 0).is_known);
}
END_TEST

START_TEST(what_nobody_looks_at_any_more_is_forgotten)
{
	history.mode = "mute";
	trend_feed_set_pens(feed, two, 2);
	trend_feed_want(feed, STEP, first, 100, NOW);
	trend_feed_want(feed, STEP, first - 5000, 100, utc_add(NOW, US_PER_S));
	turn_until(has_two_cancelled);
	ck_assert_int_eq(trend_feed_open(feed), 2);
	trend_feed_set_pens(feed, two, 1); /* a pen that goes takes its question along */
	ck_assert_int_eq(trend_feed_open(feed), 1);
}
END_TEST

START_TEST(a_question_without_an_answer_is_asked_again)
{
	history.mode = "mute";
	trend_feed_set_pens(feed, two, 1);
	trend_feed_want(feed, STEP, first, 100, NOW);
	trend_feed_second(feed, utc_add(NOW, 20 * US_PER_S));
	struct trend_feed_state s = trend_feed_state(feed, 0);
	ck_assert(s.is_asking && !s.is_known);
	ck_assert_int_eq(s.since.us, FAKE_NOW);
	history.mode = "";
	trend_feed_second(feed, utc_add(NOW, 31 * US_PER_S));
	ck_assert_int_eq(trend_feed_state(feed, 0).since.us, FAKE_NOW + 31 * US_PER_S);
	turn_until(is_answered);
	ck_assert(trend_feed_state(feed, 0).is_known);
}
END_TEST

START_TEST(a_refusal_is_kept_and_tried_again_later)
{
	history.mode = "busy";
	trend_feed_set_pens(feed, two, 1);
	trend_feed_want(feed, STEP, first, 100, NOW);
	turn_until(is_answered);
	struct trend_feed_state s = trend_feed_state(feed, 0);
	ck_assert_int_eq(s.err, ERR_BUSY);
	ck_assert(strstr(s.text, "try again") != NULL);
	trend_feed_second(feed, utc_add(NOW, US_PER_S));
	ck_assert_int_eq(trend_feed_open(feed), 0);
	history.mode = "";
	trend_feed_second(feed, utc_add(NOW, 3 * US_PER_S));
	turn_until(is_answered);
	ck_assert_int_eq(trend_feed_state(feed, 0).err, OK);
	ck_assert(trend_feed_state(feed, 0).is_known);
}
END_TEST

START_TEST(live_values_carry_the_curve_on)
{
	static struct bucket b[200];
	struct value v = { .v = 77 };

	trend_feed_set_pens(feed, two, 1);
	trend_feed_want(feed, US_PER_S, FAKE_NOW / US_PER_S - 50, 100, NOW);
	turn_until(is_answered);
	unsigned asked = history.asked;
	for (int i = 1; i <= 8; i++) {
		v.quality = i == 5 ? Q_NO_COMM : 0;
		trend_feed_live(feed, 0, &v, i != 7, utc_add(NOW, i * US_PER_S));
		trend_feed_second(feed, utc_add(NOW, i * US_PER_S));
	}
	ck_assert_uint_eq(history.asked, asked); /* not a question a second */
	trend_feed_get(feed, 0, utc_add(NOW, 8 * US_PER_S), b);
	ck_assert_double_eq(b[52].mean, 77);
	ck_assert_double_eq_tol((double)b[52].seen, 1, 1e-3);
	ck_assert_double_eq_tol((double)b[52].good, 1, 1e-3);
	ck_assert(isnan(b[55].mean)); /* bad: seen, without a number */
	ck_assert_uint_eq(b[55].quality, Q_NO_COMM);
	ck_assert(b[55].seen > 0);
	ck_assert(isnan(b[57].mean) && !(b[57].seen > 0)); /* not seen: a gap */
	ck_assert(isnan(b[60].mean));
	history.now = utc_add(NOW, 20 * US_PER_S);
	trend_feed_second(feed, utc_add(NOW, 20 * US_PER_S)); /* complete by now: asked for */
	turn_until(is_answered);
	ck_assert_uint_eq(history.asked, asked + 1);
	trend_feed_get(feed, 0, utc_add(NOW, 20 * US_PER_S), b);
	ck_assert(b[52].mean < 70); /* as recorded */
}
END_TEST

START_TEST(a_lost_link_ends_questions_and_a_new_one_asks_again)
{
	static struct bucket b[200];

	history.mode = "mute";
	trend_feed_set_pens(feed, two, 1);
	trend_feed_want(feed, STEP, first, 100, NOW);
	fake_die(&fake);
	turn_until(is_answered);
	ck_assert_int_eq(trend_feed_state(feed, 0).err, ERR_CLOSED);
	trend_feed_second(feed, utc_add(NOW, 10 * US_PER_S)); /* nobody to ask */
	ck_assert_int_eq(trend_feed_open(feed), 0);
	trend_feed_want(feed, STEP * 60, first / 60 - 50, 40, utc_add(NOW, 10 * US_PER_S));
	trend_feed_get(feed, 0, NOW, b);
	for (int i = 0; i < 40; i++) /* nothing of another time */
		ck_assert(isnan(b[i].mean) && b[i].from.us == (first / 60 - 50 + i) * STEP * 60);
	trend_feed_want(feed, STEP, first, 100, utc_add(NOW, 10 * US_PER_S));
	history.mode = "";
	fake_listen(&fake);
	turn_until(is_live);
	trend_feed_reset(feed, utc_add(NOW, 11 * US_PER_S));
	turn_until(is_answered);
	ck_assert(trend_feed_state(feed, 0).is_known);
}
END_TEST

START_TEST(what_came_up_since_the_last_answer_is_not_unknown)
{
	struct value v = { .v = 77 };

	trend_feed_set_pens(feed, two, 1);
	trend_feed_want(feed, US_PER_S, FAKE_NOW / US_PER_S - 50, 100, NOW);
	turn_until(is_answered);
	for (int i = 1; i <= 9; i++) {
		trend_feed_live(feed, 0, &v, true, utc_add(NOW, i * US_PER_S));
		trend_feed_second(feed, utc_add(NOW, i * US_PER_S));
		ck_assert(trend_feed_state(feed, 0).is_known);
	}
	trend_feed_want(feed, US_PER_S, FAKE_NOW / US_PER_S - 90, 100, utc_add(NOW, 9 * US_PER_S));
	ck_assert(!trend_feed_state(feed, 0).is_known); /* what lies before was never asked for */
}
END_TEST

START_TEST(the_first_live_value_meets_what_is_recorded)
{
	static struct bucket b[100];
	struct value v = { .v = 77 };
	struct utc now = utc_add(NOW, 900 * US_PER_MS);

	trend_feed_set_pens(feed, two, 1);
	history.mode = "mute";
	trend_feed_want(feed, US_PER_S, FAKE_NOW / US_PER_S - 50, 100, now);
	trend_feed_live(feed, 0, &v, true, now);
	trend_feed_get(feed, 0, now, b); /* the newest seconds are not yet recorded when a trend is opened */
	ck_assert_double_eq(b[49].mean, 77);
	ck_assert_double_eq_tol((double)b[49].seen, 1, 1e-3);
	ck_assert(isnan(b[47].mean));
}
END_TEST

START_TEST(marks_are_taken_as_they_are_recorded)
{
	struct utc from = utc_add(NOW, -3600 * US_PER_S);
	struct msg_journal e = { .seq = 9000,
		.time = NOW.us + US_PER_S,
		.kind = JOURNAL_NOTE,
		.point = "ESS1.P",
		.user = "",
		.terminal = "",
		.text = "seen",
		.before = "",
		.after = "" };

	trend_marks_want(marks, two, 2, from, utc_add(NOW, 60 * US_PER_S), NOW);
	turn_until(are_marks_there);
	int count = trend_marks_count(marks);
	unsigned asked = history.asked;
	for (int i = 1; i < 120; i++) { /* and never asked for again */
		trend_marks_want(marks, two, 2, from, utc_add(NOW, 60 * US_PER_S), utc_add(NOW, i * US_PER_S));
		ck_assert(!trend_marks_are_asked(marks));
	}
	ck_assert_uint_eq(history.asked, asked);
	ck_assert(trend_marks_take(marks, &e));
	ck_assert(trend_marks_take(marks, &e)); /* it came with an answer too */
	ck_assert_int_eq(trend_marks_count(marks), count + 1);
	e.seq = 0;
	ck_assert(!trend_marks_take(marks, &e)); /* not yet recorded */
	e.seq = 9001;
	e.point = "ESS2.P";
	ck_assert(!trend_marks_take(marks, &e)); /* not looked at */
	e.point = "";
	e.kind = JOURNAL_LINK;
	e.text = "ESS2: communication is lost";
	ck_assert(!trend_marks_take(marks, &e));
	e.text = "ESS1: communication is lost";
	ck_assert(trend_marks_take(marks, &e));
	e.seq++;
	e.kind = JOURNAL_ACCESS;
	ck_assert(!trend_marks_take(marks, &e));
	e.kind = JOURNAL_SYSTEM;
	e.text = "chisand stops";
	ck_assert(trend_marks_take(marks, &e));
	ck_assert_int_eq(trend_marks_count(marks), count + 3);
	trend_marks_reset(marks); /* the link is new: what came meanwhile was not told */
	trend_marks_want(marks, two, 2, from, utc_add(NOW, 60 * US_PER_S), utc_add(NOW, 121 * US_PER_S));
	ck_assert(trend_marks_are_asked(marks));
	turn_until(are_marks_there);
	ck_assert_int_eq(trend_marks_count(marks), count + 3);
}
END_TEST

START_TEST(marks_are_of_the_points_their_devices_and_no_point)
{
	struct utc from = utc_add(NOW, -3600 * US_PER_S);
	int notes = 0, links = 0;

	trend_marks_want(marks, two, 2, from, NOW, NOW);
	turn_until(are_marks_there);
	ck_assert_int_ge(trend_marks_count(marks), 7);
	for (int i = 0; i < trend_marks_count(marks); i++) {
		const struct trend_mark *m = trend_marks_at(marks, i);
		ck_assert(i == 0 || m->time.us >= trend_marks_at(marks, i - 1)->time.us);
		ck_assert(m->point[0] == '\0' || strncmp(m->point, "ESS1.", 5) == 0);
		ck_assert(m->kind != JOURNAL_LINK || strncmp(m->text, "ESS1:", 5) == 0);
		notes += m->point[0] == '\0' && m->kind == JOURNAL_NOTE;
		links += m->kind == JOURNAL_LINK;
	}
	ck_assert_int_eq(notes, 1);
	ck_assert_int_eq(links, 2);
	unsigned asked = history.asked;
	trend_marks_want(marks, two, 2, from, NOW, utc_add(NOW, US_PER_S)); /* known */
	ck_assert(!trend_marks_are_asked(marks));
	trend_marks_want(marks, two, 1, from, NOW, utc_add(NOW, 2 * US_PER_S)); /* other points */
	turn_until(are_marks_there);
	ck_assert_uint_eq(history.asked, asked + 3); /* the point, its device, the rest */
	for (int i = 0; i < trend_marks_count(marks); i++)
		ck_assert_str_ne(trend_marks_at(marks, i)->point, "ESS1.P");
}
END_TEST

START_TEST(a_journal_that_cannot_be_read_is_said)
{
	history.mode = "gone";
	trend_marks_want(marks, two, 1, utc_add(NOW, -3600 * US_PER_S), NOW, NOW);
	turn_until(are_marks_there);
	ck_assert(strstr(trend_marks_trouble(marks), "not running") != NULL);
	history.mode = "";
	trend_marks_want(marks, two, 1, utc_add(NOW, -3600 * US_PER_S), NOW, utc_add(NOW, 20 * US_PER_S));
	turn_until(are_marks_there);
	ck_assert_str_eq(trend_marks_trouble(marks), "");
	ck_assert_int_gt(trend_marks_count(marks), 0);
}
END_TEST

static struct trend_ahead *ahead;

static bool
both_are_planned(void)
{
	return trend_ahead_find(ahead, "ESS1.STATE") != NULL && trend_ahead_find(ahead, "ESS1.ALRM") != NULL;
}

static bool
asked_again(void)
{
	return ahead_asked == 6;
}

/* As the keys of a trend do it: another order behind one that has no plan, one out and in again. */
START_TEST(what_is_to_come_stays_where_pens_move)
{
	static const char there[2][POINT_NAME_MAX] = { "ESS1.STATE", "ESS1.ALRM" };
	static const char moved[3][POINT_NAME_MAX] = { "ESS1.P", "ESS1.ALRM", "ESS1.STATE" };

	client->control->planned[0] = client_find(client, there[0]);
	client->control->planned[1] = client_find(client, there[1]);
	ahead_asked = 0;
	ahead = trend_ahead_new(client, changed, NULL);
	trend_ahead_want(ahead, there, 2, NOW);
	turn_until(both_are_planned);
	trend_ahead_want(ahead, moved, 3, utc_add(NOW, US_PER_S));
	ck_assert(both_are_planned());
	trend_ahead_want(ahead, &there[1], 1, utc_add(NOW, 2 * US_PER_S));
	ck_assert(trend_ahead_find(ahead, there[1]) != NULL && trend_ahead_find(ahead, there[0]) == NULL);
	ck_assert_uint_eq(ahead_asked, 2); /* moving alone asks nothing */
	trend_ahead_want(ahead, there, 2, utc_add(NOW, 3 * US_PER_S));
	turn_until(both_are_planned);
	ck_assert_uint_eq(ahead_asked, 3);
	trend_ahead_want(ahead, there, 2, utc_add(NOW, AHEAD_AGAIN_US + 2 * US_PER_S));
	trend_ahead_want(ahead, moved, 3, utc_add(NOW, AHEAD_AGAIN_US + 2 * US_PER_S));
	ck_assert(both_are_planned()); /* also while the next answer is awaited, and when the link is new */
	trend_ahead_reset(ahead);
	trend_ahead_want(ahead, there, 2, utc_add(NOW, AHEAD_AGAIN_US + 3 * US_PER_S));
	ck_assert(both_are_planned());
	turn_until(asked_again);
	ck_assert(both_are_planned());
	trend_ahead_free(ahead);
}
END_TEST

T_MAIN("trend_feed",
    T_FIXTURE(setup, teardown) T(what_is_wanted_is_asked_once_and_kept)
        T(another_length_is_asked_anew_and_the_old_one_is_kept) T(never_more_than_one_question_a_pen)
            T(what_nobody_looks_at_any_more_is_forgotten) T(a_question_without_an_answer_is_asked_again)
                T(a_refusal_is_kept_and_tried_again_later) T(live_values_carry_the_curve_on)
                    T(a_lost_link_ends_questions_and_a_new_one_asks_again)
                        T(marks_are_of_the_points_their_devices_and_no_point) T(marks_are_taken_as_they_are_recorded)
                            T(what_came_up_since_the_last_answer_is_not_unknown)
                                T(the_first_live_value_meets_what_is_recorded) T(a_journal_that_cannot_be_read_is_said)
                                    T(what_is_to_come_stays_where_pens_move))
