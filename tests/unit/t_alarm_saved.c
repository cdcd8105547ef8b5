/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_saved.c - alarms over a crash, over a store that answers late, and over a reload; and blobs that are none.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/alarm_kit.h"

static struct ak k;

static void
setup(void)
{
	ak_init(&k, 1);
}

static void
teardown(void)
{
	ak_done(&k);
}

#define STATE_IS(name, state) ck_assert_str_eq(alarm_state_word(ak_state(&k, name)), #state)

static void
points(struct ak *to, int count)
{
	for (int i = 0; i < count; i++)
		ak_limit(to, ak_point(to, arena_printf(to->site->arena, "P%d", i), KIND_ANALOG), LIMIT_H, 90);
}

static const struct ak_saved *
kept(uint8_t kind, const char *name)
{
	for (uint32_t i = 0; i < k.saved_count; i++)
		if (k.saved[i].kind == kind && strcmp(k.saved[i].name, name) == 0 && k.saved[i].len > 0)
			return &k.saved[i];
	return NULL;
}

/* ---- a crash */

START_TEST(every_state_survives_a_crash)
{
	points(&k, 7);
	struct site_point_def *d = k.profile->points.v;
	((struct site_limit *)d[3].alarms.v)->latched = true;
	((struct site_limit *)d[4].alarms.v)->latched = true;
	ak_start(&k);
	for (point_id id = 0; id < 7; id++)
		ak_feed(&k, id, id == 6 ? 50 : 95);
	ck_assert(ak_act(&k, "D0.P1.H", ALARM_ACT_ACK));
	ck_assert(ak_do(&k, &ak_duty, ak_find(&k, "D0.P1.H"),
	    (struct alarm_request){ .act = ALARM_ACT_COMMENT, .reason = "当直: 弁を確認" }));
	ak_feed(&k, 2, 50);
	ak_feed(&k, 3, 50);
	ak_feed(&k, 4, 50);
	ck_assert(ak_act(&k, "D0.P4.H", ALARM_ACT_ACK));
	ck_assert(ak_shelve(&k, "D0.P5.H", S(3600)));
	ck_assert(ak_do(&k, &ak_duty, ak_find(&k, "D0.P6.H"),
	    (struct alarm_request){ .act = ALARM_ACT_OOS, .reason = "WO-17", .until = utc_add(k.now, S(7200)) }));
	struct msg_alarm before[7], now;
	char name[20], texts[7][4][64];
	for (int i = 0; i < 7; i++) {
		str_printf(name, sizeof(name), "D0.P%d.H", i);
		before[i] = ak_tell(&k, name);
		str_copy(texts[i][0], 64, before[i].by);
		str_copy(texts[i][1], 64, before[i].reason);
		str_copy(texts[i][2], 64, before[i].comment);
		str_copy(texts[i][3], 64, before[i].comment_by);
	}
	uint32_t told = k.move_count;
	ak_restart(&k, S(600));
	for (int i = 0; i < 7; i++) {
		str_printf(name, sizeof(name), "D0.P%d.H", i);
		now = ak_tell(&k, name);
		ck_assert_uint_eq(now.state, before[i].state);
		ck_assert_uint_eq(now.bits, before[i].bits);
		ck_assert_uint_eq(now.occurrence, before[i].occurrence);
		ck_assert_int_eq(now.active, before[i].active);
		ck_assert_int_eq(now.acked, before[i].acked);
		ck_assert_int_eq(now.until, before[i].until);
		ck_assert_str_eq(now.by, texts[i][0]);
		ck_assert_str_eq(now.reason, texts[i][1]);
		ck_assert_str_eq(now.comment, texts[i][2]);
		ck_assert_str_eq(now.comment_by, texts[i][3]);
		ck_assert_int_eq(now.commented, before[i].commented);
	}
	ck_assert_uint_eq(k.move_count, told); /* nothing happened but a restart */
	STATE_IS("D0.P0.H", UNACK);
	STATE_IS("D0.P1.H", ACKED);
	STATE_IS("D0.P2.H", RTNUN);
	STATE_IS("D0.P3.H", LATUN);
	STATE_IS("D0.P4.H", LATAK);
	STATE_IS("D0.P5.H", SHLVD);
	STATE_IS("D0.P6.H", OOSRV);
	ck_assert(ak_act(&k, "D0.P4.H", ALARM_ACT_RESET));
	ck_assert(ak_last(&k)->m.is_close);
	ck_assert_uint_eq(ak_last(&k)->m.occurrence, before[4].occurrence);
	ck_assert(kept(STATE_ALARM, "D0.P4.H") == NULL); /* at rest: forgotten */
}
END_TEST

/* Also of an alarm that is at rest again: the comment is about what was, until it is raised anew. */
START_TEST(a_comment_survives_with_its_author)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_do(&k, &ak_relief, ak_find(&k, "D0.P0.H"),
	    (struct alarm_request){ .act = ALARM_ACT_ACK, .reason = "on my way" }));
	struct utc said = k.now;
	ak_feed(&k, 0, 50);
	STATE_IS("D0.P0.H", NORM);
	uint32_t told = k.move_count;
	ak_restart(&k, S(600));
	STATE_IS("D0.P0.H", NORM);
	ck_assert_uint_eq(k.move_count, told);
	ck_assert_str_eq(ak_tell(&k, "D0.P0.H").comment, "on my way");
	ck_assert_str_eq(ak_tell(&k, "D0.P0.H").comment_by, "relief");
	ck_assert_int_eq(ak_tell(&k, "D0.P0.H").commented, said.us);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").occurrence, 0);
	ak_feed(&k, 0, 95);
	ck_assert_str_eq(ak_tell(&k, "D0.P0.H").comment, "");
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_feed(&k, 0, 50);
	ck_assert(kept(STATE_ALARM, "D0.P0.H") == NULL); /* at rest, and nothing was said: forgotten */
}
END_TEST

/* What was saved before comments had authors is read as it was. */
START_TEST(an_older_form_is_read_without_the_author)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_do(&k, &ak_relief, ak_find(&k, "D0.P0.H"),
	    (struct alarm_request){ .act = ALARM_ACT_COMMENT, .reason = "look at it" }));
	struct ak_saved *s = (struct ak_saved *)(uintptr_t)kept(STATE_ALARM, "D0.P0.H");
	ck_assert(s != NULL && s->blob[0] == 2);
	s->blob[0] = 1;
	s->len -= 8 + 1 + strlen("relief") + 1; /* time; length, text, its end */
	ak_crash(&k, S(60));
	ak_restore(&k);
	ak_begin(&k);
	STATE_IS("D0.P0.H", UNACK);
	ck_assert_str_eq(ak_tell(&k, "D0.P0.H").comment, "look at it");
	ck_assert_str_eq(ak_tell(&k, "D0.P0.H").comment_by, "");
	ck_assert_int_eq(ak_tell(&k, "D0.P0.H").commented, 0);
}
END_TEST

/* It came late, and is about an occurrence that is over: what is open now has no comment. */
START_TEST(a_late_comment_is_not_put_to_a_newer_occurrence)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_do(&k, &ak_relief, ak_find(&k, "D0.P0.H"),
	    (struct alarm_request){ .act = ALARM_ACT_ACK, .reason = "on my way" }));
	ak_feed(&k, 0, 50);
	ak_crash(&k, S(60));
	struct ak_saved *s = (struct ak_saved *)(uintptr_t)kept(STATE_ALARM, "D0.P0.H");
	ck_assert(s != NULL);
	uint8_t blob[512];
	size_t len = s->len;
	struct utc at = s->at;
	ck_assert_uint_le(len, sizeof(blob));
	memcpy(blob, s->blob, len);
	ak_begin(&k);
	ak_feed(&k, 0, 96);
	STATE_IS("D0.P0.H", UNACK);
	ck_assert(alarms_restore(k.a, STATE_ALARM, "D0.P0.H", blob, len, at, k.now, k.mono));
	STATE_IS("D0.P0.H", UNACK);
	ck_assert_str_eq(ak_tell(&k, "D0.P0.H").comment, "");
}
END_TEST

START_TEST(conditions_are_looked_at_again_after_a_restart)
{
	points(&k, 3);
	ak_start(&k);
	for (point_id id = 0; id < 3; id++)
		ak_feed(&k, id, 95);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_crash(&k, S(60));
	k.values[0].v = 50;
	k.values[1].v = 50;
	k.values[2].quality = Q_NEVER_READ;
	k.values[2].v = (double)NAN;
	ak_restore(&k);
	ak_begin(&k);
	STATE_IS("D0.P0.H", NORM);
	STATE_IS("D0.P1.H", RTNUN);
	STATE_IS("D0.P2.H", UNACK); /* nobody knows: it stays */
	ck_assert(ak_tell(&k, "D0.P2.H").bits & ALARM_DOUBTFUL);
	ak_feed(&k, 2, 50);
	STATE_IS("D0.P2.H", RTNUN);
}
END_TEST

START_TEST(the_deadband_survives)
{
	points(&k, 1);
	struct site_point_def *d = k.profile->points.v;
	((struct site_limit *)d[0].alarms.v)->deadband = 10;
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 0, 85);
	ak_restart(&k, S(60));
	STATE_IS("D0.P0.H", UNACK);
	ak_feed(&k, 0, 80);
	STATE_IS("D0.P0.H", RTNUN);
}
END_TEST

START_TEST(a_shelf_that_ended_while_down_has_ended)
{
	points(&k, 2);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 1, 95);
	ck_assert(ak_shelve(&k, "D0.P0.H", S(600)));
	ck_assert(ak_shelve(&k, "D0.P1.H", S(1200)));
	int64_t until = k.now.us + S(600);
	ak_restart(&k, S(900));
	STATE_IS("D0.P0.H", UNACK);
	STATE_IS("D0.P1.H", SHLVD);
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_EXPIRE);
	ck_assert_int_eq(ak_last(&k)->m.time.us, until);
	ck_assert_str_eq(ak_last(&k)->m.words, "it came to its end while the server was down");
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ak_pass(&k, S(300) - 1);
	STATE_IS("D0.P1.H", SHLVD);
	ak_pass(&k, 1);
	STATE_IS("D0.P1.H", UNACK);
}
END_TEST

/* A dead clock must not end every shelf, nor keep it for years: what was left is counted. */
START_TEST(a_clock_that_cannot_be_right_ends_no_shelf)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_shelve(&k, "D0.P0.H", S(600)));
	ak_crash(&k, 0);
	k.now = (struct utc){ S(86400) }; /* 1970 */
	ak_restore(&k);
	ak_begin(&k);
	STATE_IS("D0.P0.H", SHLVD);
	ak_pass(&k, S(599));
	k.now = (struct utc){ AK_T0 + S(5000) }; /* now it is set */
	ak_turn(&k);
	STATE_IS("D0.P0.H", SHLVD);
	ak_pass(&k, S(1));
	STATE_IS("D0.P0.H", UNACK);
}
END_TEST

START_TEST(the_horn_goes_on_and_silence_stays)
{
	char why[100];
	points(&k, 2);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_restart(&k, S(5));
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ck_assert(alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why)));
	ak_restart(&k, S(5));
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert_str_eq(ak_tell_horn(&k).silenced_by, "duty");
	STATE_IS("D0.P0.H", UNACK);
	ak_feed(&k, 1, 95);
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D0.P1.H"));
}
END_TEST

START_TEST(occurrences_are_never_used_again)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	uint64_t first = ak_tell(&k, "D0.P0.H").occurrence;
	ck_assert_uint_eq(first, (uint64_t)(AK_T0 / 1000));
	for (int i = 0; i < 500; i++) { /* ahead of the clock, which stands */
		ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
		ak_feed(&k, 0, 50);
		ak_feed(&k, 0, 95);
	}
	uint64_t last = ak_tell(&k, "D0.P0.H").occurrence;
	ck_assert_uint_eq(last, first + 500);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_feed(&k, 0, 50);
	ck_assert(kept(STATE_ALARM, "D0.P0.H") == NULL);
	ak_restart(&k, -S(86400)); /* an old clock */
	ak_feed(&k, 0, 95);
	ck_assert_uint_gt(ak_tell(&k, "D0.P0.H").occurrence, last);
	/* an old backup: the clock keeps them apart */
	ak_crash(&k, S(2 * 86400));
	ak_begin(&k);
	ak_feed(&k, 0, 95);
	ck_assert_uint_gt(ak_tell(&k, "D0.P0.H").occurrence, last + 1);
}
END_TEST

START_TEST(flood_and_first_outs_survive)
{
	points(&k, 12);
	struct site_point_def *d = k.profile->points.v;
	for (int i = 0; i < 12; i++)
		((struct site_limit *)d[i].alarms.v)->group = "trip";
	ak_start(&k);
	for (point_id id = 0; id < 12; id++, ak_pass(&k, S(1)))
		ak_feed(&k, 11 - id, 95);
	ak_save(&k);
	ak_restart(&k, S(60));
	ck_assert(ak_tell_horn(&k).is_flood);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 12);
	ck_assert_uint_eq(ak_tell(&k, "D0.P11.H").first_out, 1);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").first_out, 12);
	ak_pass(&k, S(530));
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 9);
	ak_pass(&k, S(100));
	ck_assert(!ak_tell_horn(&k).is_flood);
	for (point_id id = 0; id < 12; id++) {
		ak_feed(&k, id, 50);
		ck_assert(ak_act(&k, alarms_def(k.a, id)->name, ALARM_ACT_ACK));
	}
	ck_assert_uint_eq(ak_tell(&k, "D0.P11.H").first_out, 0);
	ak_restart(&k, S(60)); /* places of alarms at rest that were saved on the way do not come back */
	ck_assert_uint_eq(ak_tell(&k, "D0.P11.H").first_out, 0);
	ak_feed(&k, 3, 95);
	ck_assert_uint_eq(ak_tell(&k, "D0.P3.H").first_out, 1);
}
END_TEST

static const char *
area_in_flood(void)
{
	static char text[100];
	struct wbuf b = { .len = 0 };
	struct rbuf r;

	str_copy(text, sizeof(text), "none");
	if (alarms_tell_floods(k.a, &b) > 0) {
		rbuf_init(&r, b.data, b.len);
		const char *area = r_str(&r);
		(void)r_i64(&r);
		str_printf(text, sizeof(text), "%s %u", area, r_u32(&r));
	}
	wbuf_done(&b);
	return text;
}

START_TEST(floods_of_areas_survive)
{
	points(&k, 14);
	k.list[0].area = "north";
	ak_start(&k);
	for (point_id id = 0; id < 12; id++, ak_pass(&k, S(1)))
		ak_feed(&k, id, 95);
	ck_assert_str_eq(area_in_flood(), "north 12");
	ck_assert_str_eq(k.floods, "+north 11;+site 11;");
	ak_save(&k);
	ak_restart(&k, S(60));
	ck_assert_str_eq(area_in_flood(), "north 12");
	ck_assert_str_eq(k.floods, "+north 11;+site 11;"); /* it is the same one */
	ak_pass(&k, S(700));
	ck_assert_str_eq(area_in_flood(), "none");
	ck_assert_str_eq(k.floods, "+north 11;+site 11;-north 4 of 12;-site 4 of 12;");
}
END_TEST

START_TEST(a_flood_that_was_over_when_nothing_ran_is_told_to_be_over)
{
	points(&k, 12);
	ak_start(&k);
	for (point_id id = 0; id < 12; id++)
		ak_feed(&k, id, 95);
	ak_save(&k);
	ak_restart(&k, S(3600));
	ck_assert_str_eq(area_in_flood(), "none");
	ck_assert(!ak_tell_horn(&k).is_flood);
	ck_assert(strstr(k.floods, ";-plant 0 of 12 what came in between was not counted;") != NULL);
	ck_assert(strstr(k.floods, ";-site 0 of 12 what came in between was not counted;") != NULL);
}
END_TEST

START_TEST(old_and_reminders_go_on_from_their_time)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_restart(&k, S(80000));
	ak_pass(&k, S(6400) - 1);
	ck_assert(!(ak_tell(&k, "D0.P0.H").marks & ALARM_IS_OLD));
	ak_pass(&k, 1);
	ck_assert(ak_tell(&k, "D0.P0.H").marks & ALARM_IS_OLD);
}
END_TEST

START_TEST(a_test_that_the_crash_cut_off_ends)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ck_assert(ak_do(&k, &ak_relief, 0, (struct alarm_request){ .act = ALARM_ACT_TEST }));
	ak_restart(&k, S(60));
	STATE_IS("D0.P0.H", UNACK);
	ck_assert(ak_tell(&k, "D0.P0.H").marks & ALARM_IS_TEST);
	ak_pass(&k, S(10));
	STATE_IS("D0.P0.H", RTNUN);
}
END_TEST

START_TEST(suppressions_of_expressions_survive_and_end)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	p->suppress_when = "$.RUN == 0";
	ak_limit(&k, p, LIMIT_H, 90);
	ak_point(&k, "RUN", KIND_DIGITAL);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 1, 0);
	uint32_t told = k.move_count;
	ak_crash(&k, S(60));
	k.values[1].quality = Q_NO_COMM;
	ak_restore(&k);
	ak_begin(&k);
	ak_pass(&k, S(60));
	STATE_IS("D0.P.H", DSUPR); /* not known: as it was */
	ak_feed(&k, 1, 0);
	ck_assert_uint_eq(k.move_count, told);
	ak_feed(&k, 1, 1);
	ak_pass(&k, S(10));
	STATE_IS("D0.P.H", UNACK);
}
END_TEST

/* ---- limits */

START_TEST(a_moved_limit_survives_unless_the_site_file_has_another)
{
	points(&k, 1);
	struct site_limit *l = ((struct site_point_def *)k.profile->points.v)->alarms.v;
	bool is_moved;
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ck_assert(ak_do(&k, &ak_relief, 0,
	    (struct alarm_request){ .act = ALARM_ACT_LIMIT, .limit = 95, .is_approved = true, .approved_by = "duty" }));
	ak_restart(&k, S(60));
	ck_assert_double_eq(alarms_limit(k.a, 0, &is_moved), 95);
	ck_assert(is_moved);
	struct msg_alarm_limit m;
	ck_assert(alarms_tell_limit(k.a, 0, &m));
	ck_assert_str_eq(m.user, "relief");
	ck_assert_str_eq(m.approved_by, "duty");
	ck_assert_str_eq(m.reason, "because");
	ak_feed(&k, 0, 94);
	STATE_IS("D0.P0.H", NORM);
	ak_crash(&k, S(60));
	l->limit = 93; /* the newer word */
	alarms_free(k.a);
	k.a = alarms_new(k.site, k.values, &ak_ops, &k);
	ak_restore(&k);
	ak_begin(&k);
	ck_assert_double_eq(alarms_limit(k.a, 0, &is_moved), 93);
	ck_assert(!is_moved);
	STATE_IS("D0.P0.H", UNACK);
	ck_assert(kept(STATE_LIMIT, "D0.P0.H") == NULL); /* and forgotten with its next entry */
}
END_TEST

/* ---- late */

static void
crash_without_store(int64_t down)
{
	ak_crash(&k, down);
	ak_begin(&k);
}

START_TEST(state_that_comes_late_is_merged)
{
	points(&k, 4);
	ak_start(&k);
	for (point_id id = 0; id < 4; id++)
		ak_feed(&k, id, 95);
	uint64_t occurrence = ak_tell(&k, "D0.P0.H").occurrence;
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ck_assert(ak_shelve(&k, "D0.P1.H", S(3600)));
	k.values[3].v = 50;
	struct ak_saved *was = k.saved;
	uint32_t count = k.saved_count;
	k.saved = NULL;
	k.saved_count = 0;
	crash_without_store(S(60));
	STATE_IS("D0.P0.H", UNACK); /* nobody knows that it was acknowledged */
	uint64_t again = ak_tell(&k, "D0.P0.H").occurrence;
	ck_assert_uint_ne(again, occurrence);
	/* the store is there */
	for (uint32_t i = 0; i < count; i++)
		if (was[i].len > 0)
			ck_assert(alarms_restore(
			    k.a, was[i].kind, was[i].name, was[i].blob, was[i].len, was[i].at, k.now, k.mono));
	ak_turn(&k);
	STATE_IS("D0.P0.H", ACKED);
	STATE_IS("D0.P1.H", SHLVD);
	STATE_IS("D0.P2.H", UNACK);
	STATE_IS("D0.P3.H", RTNUN); /* it went meanwhile; nobody acknowledged it */
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").occurrence, occurrence);
	int closed = 0;
	for (uint32_t i = 0; i < k.move_count; i++)
		closed += k.moves[i].m.occurrence == again && k.moves[i].m.is_close;
	ck_assert_int_eq(closed, 1);
	ck_assert(kept(STATE_ALARM, "D0.P0.H") != NULL); /* and saved again, as merged */
	ak_pass(&k, S(3600));
	STATE_IS("D0.P1.H", UNACK);
	for (uint32_t i = 0; i < count; i++)
		free(was[i].blob);
	free(was);
}
END_TEST

START_TEST(the_newer_act_wins_over_what_comes_late)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	uint64_t old = ak_tell(&k, "D0.P0.H").occurrence;
	struct ak_saved was = { .at = k.now };
	const struct ak_saved *s = kept(STATE_ALARM, "D0.P0.H");
	was.blob = xmalloc(s->len);
	memcpy(was.blob, s->blob, s->len);
	was.len = s->len;
	crash_without_store(S(60));
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	uint64_t new = ak_tell(&k, "D0.P0.H").occurrence;
	ck_assert(alarms_restore(k.a, STATE_ALARM, "D0.P0.H", was.blob, was.len, was.at, k.now, k.mono));
	STATE_IS("D0.P0.H", ACKED);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").occurrence, new);
	ck_assert(ak_last(&k)->m.is_close);
	ck_assert_uint_eq(ak_last(&k)->m.occurrence, old);
	free(was.blob);
}
END_TEST

/* ---- blobs that are none */

START_TEST(what_is_not_in_our_form_is_refused_and_changes_nothing)
{
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_shelve(&k, "D0.P0.H", S(3600)));
	ck_assert(ak_do(&k, &ak_relief, 0, (struct alarm_request){ .act = ALARM_ACT_LIMIT, .limit = 95 }));
	ak_save(&k);
	ak_crash(&k, S(60));
	for (uint32_t i = 0; i < k.saved_count; i++) {
		const struct ak_saved *s = &k.saved[i];
		for (size_t len = 0; len < s->len; len++)
			ck_assert(!alarms_restore(k.a, s->kind, s->name, s->blob, len, s->at, k.now, k.mono));
		uint8_t *other = xmalloc(s->len);
		for (size_t at = 0; at < s->len; at++) {
			memcpy(other, s->blob, s->len);
			other[at] ^= 0xff;
			(void)alarms_restore(k.a, s->kind, s->name, other, s->len, s->at, k.now, k.mono);
		}
		memcpy(other, s->blob, s->len);
		other[0] = 99; /* a later version */
		ck_assert(!alarms_restore(k.a, s->kind, s->name, other, s->len, s->at, k.now, k.mono));
		ck_assert(!alarms_restore(k.a, STATE_TAG, s->name, s->blob, s->len, s->at, k.now, k.mono));
		free(other);
	}
	ck_assert(!alarms_restore(k.a, STATE_ALARM, "D9.P.H", (const uint8_t *)"\1", 1, k.now, k.now, k.mono));
	/* whatever it was told, it runs */
	ak_begin(&k);
	for (int i = 0; i < 100; i++) {
		ak_feed(&k, 0, i % 2 ? 50 : 95);
		ak_pass(&k, S(600));
	}
}
END_TEST

/* ---- reload */

/* The engine of another site takes over; k goes on with it. */
static void
reload(struct ak *new)
{
	struct alarms *old = k.a;

	site_build(new->site);
	struct value *values = xcalloc(new->site->point_count + 1, sizeof(*values));
	for (point_id id = 0; id < new->site->point_count; id++) {
		const struct site_point *p = &new->site->points[id];
		point_id before = site_find_point(k.site, p->was != NULL ? p->was : p->name);
		values[id] = before != POINT_NONE ? k.values[before]
		                                  : (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	}
	struct alarms *a = alarms_new(new->site, values, &ak_ops, &k);
	k.leaving = old;
	alarms_adopt(a, old, k.now, k.mono);
	k.leaving = NULL;
	k.a = a;
	alarms_free(old);
	site_free(k.site);
	free(k.values);
	k.site = new->site;
	k.profile = new->profile;
	k.values = values;
	ak_turn(&k);
}

START_TEST(floods_go_on_over_a_reload_but_for_areas_that_are_gone)
{
	struct ak new;

	points(&k, 12);
	ak_start(&k);
	for (point_id id = 0; id < 12; id++)
		ak_feed(&k, id, 95);
	ak_init(&new, 2);
	new.list[0].area = "other"; /* the first one */
	points(&new, 12);
	reload(&new);
	ck_assert_str_eq(area_in_flood(), "plant 12"); /* there is a second device in it */
	ck_assert_str_eq(k.floods, "+plant 11;+site 11;");
	ak_init(&new, 1);
	new.list[0].area = "other";
	points(&new, 12);
	reload(&new);
	ck_assert_str_eq(area_in_flood(), "none");
	ck_assert(ak_tell_horn(&k).is_flood);
	ck_assert_str_eq(k.floods, "+plant 11;+site 11;-plant 12 of 12 the area is no longer in the site file;");
}
END_TEST

START_TEST(a_reload_changes_nothing_that_stayed)
{
	struct ak new;
	points(&k, 4);
	struct site_limit *l = ((struct site_point_def *)k.profile->points.v)[3].alarms.v;
	l->delay_us = S(10);
	ak_start(&k);
	for (point_id id = 0; id < 4; id++)
		ak_feed(&k, id, 95);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ck_assert(ak_shelve(&k, "D0.P1.H", S(600)));
	ak_pass(&k, S(4));
	uint32_t told = k.move_count;
	uint64_t occurrence = ak_tell(&k, "D0.P0.H").occurrence;
	ak_init(&new, 1);
	ak_limit(&new, ak_point(&new, "A", KIND_ANALOG), LIMIT_L, 1); /* numbers move */
	points(&new, 4);
	l = ((struct site_point_def *)new.profile->points.v)[4].alarms.v;
	l->delay_us = S(10);
	reload(&new);
	ck_assert_uint_eq(k.move_count, told);
	STATE_IS("D0.P0.H", ACKED);
	STATE_IS("D0.P1.H", SHLVD);
	STATE_IS("D0.P2.H", UNACK);
	STATE_IS("D0.A.L", NORM);
	ck_assert_uint_eq(ak_tell(&k, "D0.P0.H").occurrence, occurrence);
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D0.P2.H"));
	ak_pass(&k, S(6) - 1);
	STATE_IS("D0.P3.H", NORM);
	ak_pass(&k, 1); /* the delay went on */
	STATE_IS("D0.P3.H", UNACK);
	ak_pass(&k, S(590));
	STATE_IS("D0.P1.H", UNACK);
	struct alarm_counts c;
	alarms_counts(k.a, &c);
	ck_assert_uint_eq(c.unacked[2], 3);
	ck_assert_uint_eq(c.active[2], 4);
}
END_TEST

/* The store had answered, but nothing had begun yet. */
START_TEST(a_reload_before_the_begin_keeps_what_was_restored)
{
	struct ak new;
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_crash(&k, S(60));
	ak_restore(&k);
	k.values[0].v = 50;
	ak_init(&new, 1);
	points(&new, 1);
	reload(&new);
	STATE_IS("D0.P0.H", ACKED);
	ak_begin(&k);
	STATE_IS("D0.P0.H", NORM);
	ck_assert(ak_last(&k)->m.is_close);
}
END_TEST

START_TEST(what_vanishes_is_closed_with_the_reason)
{
	struct ak new;
	points(&k, 2);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 1, 95);
	uint64_t occurrence = ak_tell(&k, "D0.P1.H").occurrence;
	ak_init(&new, 1);
	points(&new, 1);
	reload(&new);
	ck_assert_uint_eq(k.move_count, 3);
	ck_assert_str_eq(ak_last(&k)->name, "D0.P1.H");
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_CONFIG);
	ck_assert(ak_last(&k)->m.is_close);
	ck_assert_uint_eq(ak_last(&k)->m.occurrence, occurrence);
	ck_assert_str_eq(ak_last(&k)->m.words, "it is no longer in the site file");
	ck_assert(kept(STATE_ALARM, "D0.P1.H") == NULL);
	ck_assert_uint_eq(ak_tell_horn(&k).alarm, ak_find(&k, "D0.P0.H"));
}
END_TEST

START_TEST(another_limit_is_looked_at_again)
{
	struct ak new;
	points(&k, 3);
	ak_start(&k);
	for (point_id id = 0; id < 3; id++)
		ak_feed(&k, id, id == 2 ? 85 : 95);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	ak_init(&new, 1);
	points(&new, 3);
	for (int i = 0; i < 3; i++)
		((struct site_limit *)((struct site_point_def *)new.profile->points.v)[i].alarms.v)->limit =
		    i == 2 ? 80 : 100;
	reload(&new);
	STATE_IS("D0.P0.H", NORM);
	STATE_IS("D0.P1.H", RTNUN);
	STATE_IS("D0.P2.H", UNACK);
	int closed = 0, said = 0;
	for (uint32_t i = 0; i < k.move_count; i++) {
		bool is_it = strcmp(k.moves[i].m.words, "limit changed from 90 kW to 100 kW in the site file") == 0;
		said += is_it && k.moves[i].m.event == EVENT_CONFIG;
		closed += is_it && k.moves[i].m.is_close;
	}
	ck_assert_int_eq(said, 2);
	ck_assert_int_eq(closed, 1);
}
END_TEST

START_TEST(a_renamed_point_keeps_its_alarm)
{
	struct ak new;
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_act(&k, "D0.P0.H", ALARM_ACT_ACK));
	uint64_t occurrence = ak_tell(&k, "D0.P0.H").occurrence;
	ak_init(&new, 1);
	ak_limit(&new, ak_point(&new, "Q", KIND_ANALOG), LIMIT_H, 90);
	struct site_override *o = arena_alloc(new.site->arena, sizeof(*o));
	schema_defaults(&override_schema, o, new.site->arena);
	o->tag = "Q";
	o->was = "D0.P0";
	new.list->points = (struct key_list){ o, 1 };
	reload(&new);
	STATE_IS("D0.Q.H", ACKED);
	ck_assert_uint_eq(ak_tell(&k, "D0.Q.H").occurrence, occurrence);
	ck_assert_uint_eq(k.move_count, 4);
	ck_assert_str_eq(k.moves[2].name, "D0.P0.H");
	ck_assert_str_eq(k.moves[2].m.words, "its name is D0.Q.H now");
	ck_assert(!k.moves[2].m.is_close);
	ck_assert(kept(STATE_ALARM, "D0.P0.H") == NULL); /* or it would rise from there again one day */
	ck_assert_str_eq(ak_last(&k)->m.words, "its name was D0.P0.H before");
	ck_assert(kept(STATE_ALARM, "D0.Q.H") != NULL);
	/* and from what was saved before, under either name */
	ak_restart(&k, S(60));
	STATE_IS("D0.Q.H", ACKED);
	ck_assert_uint_eq(ak_tell(&k, "D0.Q.H").occurrence, occurrence);
}
END_TEST

START_TEST(a_moved_limit_stays_over_a_reload)
{
	struct ak new;
	bool is_moved;
	points(&k, 2);
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ak_feed(&k, 1, 50);
	ck_assert(ak_do(&k, &ak_relief, 0, (struct alarm_request){ .act = ALARM_ACT_LIMIT, .limit = 95 }));
	ck_assert(ak_do(&k, &ak_relief, 1, (struct alarm_request){ .act = ALARM_ACT_LIMIT, .limit = 95 }));
	ak_init(&new, 1);
	points(&new, 2);
	((struct site_limit *)((struct site_point_def *)new.profile->points.v)[1].alarms.v)->limit =
	    95; /* written out */
	reload(&new);
	ck_assert_double_eq(alarms_limit(k.a, 0, &is_moved), 95);
	ck_assert(is_moved);
	ck_assert_double_eq(alarms_limit(k.a, 1, &is_moved), 95);
	ck_assert(!is_moved);
	struct msg_alarm_limit m;
	ck_assert(alarms_tell_limit(k.a, 0, &m));
	ck_assert_str_eq(m.user, "relief");
	ck_assert(!alarms_tell_limit(k.a, 1, &m));
}
END_TEST

START_TEST(a_silent_device_stays_silent_over_a_reload)
{
	struct ak new;
	points(&k, 1);
	ak_start(&k);
	ak_feed(&k, 0, 50);
	alarms_device(k.a, 0, DEVICE_DOWN, k.now, k.mono);
	ak_sample(&k, 0, 0, Q_NO_COMM, k.now);
	ak_pass(&k, S(3));
	STATE_IS("D0.P0.H", DSUPR);
	ak_init(&new, 1);
	points(&new, 1);
	reload(&new);
	STATE_IS("D0.P0.H", DSUPR);
	ak_pass(&k, S(2) - 1);
	STATE_IS("D0.COMM", NORM);
	ak_pass(&k, 1);
	STATE_IS("D0.COMM", UNACK);
}
END_TEST

/* clang-format off */
T_MAIN("alarm_saved",
    T_FIXTURE(setup, teardown)
    T(every_state_survives_a_crash)
    T(a_comment_survives_with_its_author)
    T(an_older_form_is_read_without_the_author)
    T(a_late_comment_is_not_put_to_a_newer_occurrence)
    T(conditions_are_looked_at_again_after_a_restart)
    T(the_deadband_survives)
    T(a_shelf_that_ended_while_down_has_ended)
    T(a_clock_that_cannot_be_right_ends_no_shelf)
    T(the_horn_goes_on_and_silence_stays)
    T(occurrences_are_never_used_again)
    T(flood_and_first_outs_survive)
    T(floods_of_areas_survive)
    T(a_flood_that_was_over_when_nothing_ran_is_told_to_be_over)
    T(floods_go_on_over_a_reload_but_for_areas_that_are_gone)
    T(old_and_reminders_go_on_from_their_time)
    T(a_test_that_the_crash_cut_off_ends)
    T(suppressions_of_expressions_survive_and_end)
    T(a_moved_limit_survives_unless_the_site_file_has_another)
    T(state_that_comes_late_is_merged)
    T(the_newer_act_wins_over_what_comes_late)
    T(what_is_not_in_our_form_is_refused_and_changes_nothing)
    T(a_reload_changes_nothing_that_stayed)
    T(a_reload_before_the_begin_keeps_what_was_restored)
    T(what_vanishes_is_closed_with_the_reason)
    T(another_limit_is_looked_at_again)
    T(a_renamed_point_keeps_its_alarm)
    T(a_moved_limit_stays_over_a_reload)
    T(a_silent_device_stays_silent_over_a_reload))
/* clang-format on */
