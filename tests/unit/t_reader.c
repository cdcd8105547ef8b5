/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_reader.c - questions and their answers over the pipe: what they hold, whose turn it is, credit, an end in any case.
 */
#include "config.h"

#include "tests/unit/query_kit.h"
#include "tests/unit/reader_kit.h"

#include "tests/unit/reader_fill.h"

/* ---- trends */

START_TEST(a_trend_is_what_the_query_gives)
{
	static const char *const three[] = { "ESS1.SOC", "ESS1.SOC", "ESS1.SOC", NULL };
	static const uint32_t counts[] = { 1, 7, 200, 1001, 20000 };
	struct asked *a;

	fill(40);
	a = kit_trend(T0 - HOUR, T0 + 7 * HOUR + 1, counts[_i], three);
	KIT_UNTIL(a->ended);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_str_eq(a->text, "");
	is_trend_of(a, 3, T0 - HOUR, T0 + 7 * HOUR + 1, counts[_i]);
}
END_TEST

static const struct {
	int64_t from, to;
	uint32_t buckets;
	const char *points[18];
	enum err err;
	const char *says;
} bad_trends[] = {
	{ T0, T0, 10, { "ESS1.SOC" }, ERR_USAGE, "before its end" },
	{ T0, T0 - 1, 10, { "ESS1.SOC" }, ERR_USAGE, "before its end" },
	{ -1, T0, 10, { "ESS1.SOC" }, ERR_USAGE, "between 1970 and 2200" },
	{ T0, T0 * 5, 10, { "ESS1.SOC" }, ERR_USAGE, "between 1970 and 2200" },
	{ INT64_MIN / 1000, INT64_MAX / 1000, 10, { "ESS1.SOC" }, ERR_USAGE, "between 1970 and 2200" },
	{ T0, T0 + HOUR, 0, { "ESS1.SOC" }, ERR_USAGE, "1 to 20000 buckets, not 0" },
	{ T0, T0 + HOUR, 20001, { "ESS1.SOC" }, ERR_USAGE, "not 20001" },
	{ T0, T0 + 10, 11, { "ESS1.SOC" }, ERR_USAGE, "at least 1 ms" },
	{ T0, T0 + HOUR, 10, { NULL }, ERR_USAGE, "not of none" },
	{ T0, T0 + HOUR, 10, { "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A", "A" },
	    ERR_USAGE, "at most 16" },
	{ T0, T0 + HOUR, 10, { "ESS1.SOC", "ESS1.SCO" }, ERR_NOT_FOUND, "did you mean \"ESS1.SOC\"" },
	{ T0, T0 + HOUR, 10, { "WHAT.EVER" }, ERR_NOT_FOUND, "chisan points" },
	{ T0, T0 + HOUR, 10, { "" }, ERR_NOT_FOUND, "nothing is recorded" },
	{ T0, T0 + HOUR, 10, { "D0.P0" }, ERR_NOT_FOUND, "a point of this site, but" },
	{ T0, T0 + HOUR, 10,
	    { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }, ERR_NOT_FOUND,
	    "longer than any" },
};

START_TEST(a_bad_trend_is_refused_with_what_would_be_right)
{
	struct asked *a;

	kit_site(site_text);
	a = kit_trend(bad_trends[_i].from, bad_trends[_i].to, bad_trends[_i].buckets, bad_trends[_i].points);
	KIT_UNTIL(a->ended);
	ck_assert_uint_eq(a->frames, 0);
	ck_assert_int_eq(a->err, bad_trends[_i].err);
	ck_assert_msg(strstr(a->text, bad_trends[_i].says) != NULL, "%s", a->text);
}
END_TEST

/* ---- samples */

START_TEST(samples_come_in_order_and_once)
{
	struct asked *a;

	fill(30);
	a = kit_history(T0 + 1500, T0 + 14000500, 1000000, "ESS1.SOC");
	KIT_UNTIL(a->ended);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_uint_ge(a->frames, 3);
	ck_assert_uint_eq(is_history_of(a, T0 + 1500, T0 + 14000500), 14000);
	a = kit_history(T0, T0 + 14000500, 4100, "ESS1.SOC");
	KIT_UNTIL(a->ended);
	ck_assert_uint_eq(is_history_of(a, T0, T0 + 14000500), 4100);
	ck_assert_msg(strstr(a->text, "more than the 4100") != NULL, "%s", a->text);
}
END_TEST

/* More samples of one time than a slice or a frame holds. */
START_TEST(many_samples_of_one_time_come_once)
{
	struct asked *a;
	size_t all = 0;

	for (int c = 0; c < 4; c++) {
		for (size_t i = 0; i < 4000; i++)
			samples[i] = (struct sample){ .ms = T0 + 1000, .v = c };
		kit_chunk(samples, 4000, c);
	}
	samples[0] = (struct sample){ .ms = T0 + 2000, .v = 9 };
	kit_chunk(samples, 1, 0);
	kit_scan(1, T0, T0 + HOUR);
	a = kit_history(T0, T0 + HOUR, 1000000, "ESS1.SOC");
	KIT_UNTIL(a->ended);
	must(query_samples(q, &point, T0, T0 + HOUR, collect, &all));
	wbuf_reset(&out);
	ck_assert_uint_eq(all, 16001);
	ck_assert_uint_eq(is_history_of(a, T0, T0 + HOUR), all);
}
END_TEST

START_TEST(a_bad_question_for_samples_is_refused)
{
	struct asked *a[] = { kit_history(T0, T0, 10, "ESS1.SOC"), kit_history(-5, T0, 10, "ESS1.SOC"),
		kit_history(T0, T0 + 1, 0, "ESS1.SOC"), kit_history(T0, T0 + 1, 1000001, "ESS1.SOC"),
		kit_history(T0, T0 + 1, 10, "ESS1.SO") };

	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		KIT_UNTIL(a[i]->ended);
		ck_assert_int_eq(a[i]->err, i < 4 ? ERR_USAGE : ERR_NOT_FOUND);
		ck_assert_str_ne(a[i]->text, "");
	}
}
END_TEST

/* ---- the journal */

START_TEST(entries_come_as_they_are_recorded)
{
	struct msg_journal m;
	struct asked *a;

	kit_entries(1, 3000);
	a = kit_journal(&everything);
	KIT_UNTIL(a->ended);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_uint_eq(a->frames, 3000);
	for (unsigned i = 0; i < 3000; i++) {
		struct rbuf r = kit_body(a, i, W_JOURNAL);

		ck_assert(msg_journal_get(&r, &m));
		ck_assert_uint_eq(m.seq, i + 1);
		ck_assert_uint_eq(m.hash.len, JOURNAL_HASH);
		ck_assert_str_eq(m.user, "op");
	}
	a = kit_journal(
	    &(struct msg_journal_get){ .newest = 1, .most = 3, .point = "ESS*", .user = "", .text = "ENTRY 29" });
	KIT_UNTIL(a->ended);
	ck_assert_uint_eq(a->frames, 3);
	struct rbuf r = kit_body(a, 0, W_JOURNAL);
	ck_assert(msg_journal_get(&r, &m));
	ck_assert_str_eq(m.text, "entry 2999");
	a = kit_journal(&(struct msg_journal_get){ .from = 10, .to = 5, .point = "", .user = "", .text = "" });
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, ERR_USAGE);
}
END_TEST

/* What a stranger wrote into the file must not make frames that nobody can read. */
START_TEST(entries_that_no_frame_carries_are_made_to_fit)
{
	struct msg_journal m;
	struct asked *a;

	must(db_exec(&db,
	    "INSERT INTO journal VALUES (1, 5, 0, 0, 0, 0, '', '', '', printf('%.100000c', 'x'), CAST(x'41ff42' AS "
	    "TEXT), '', "
	    "zeroblob(70000))"));
	a = kit_journal(&everything);
	KIT_UNTIL(a->ended);
	ck_assert_uint_eq(a->frames, 1);
	struct rbuf r = kit_body(a, 0, W_JOURNAL);
	ck_assert(msg_journal_get(&r, &m));
	ck_assert_uint_eq(strlen(m.text), JOURNAL_TEXT_MAX);
	ck_assert_str_eq(m.before,
	    "A\xef\xbf\xbd"
	    "B");
	ck_assert_uint_eq(m.hash.len, JOURNAL_HASH);
}
END_TEST

static struct asked *
verify(const char *known)
{
	if (known != NULL)
		msg_verify_get_put(&out, &(struct msg_verify_get){ .known = known });
	return kit_answer(W_VERIFY_GET);
}

START_TEST(the_chain_is_proved_and_told)
{
	struct msg_verified m;
	struct asked *a;
	struct rbuf r;

	kit_entries(1, 120000);
	a = verify(NULL);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_uint_eq(a->frames, 3); /* twice on the way */
	r = kit_body(a, 0, W_VERIFIED);
	ck_assert(msg_verified_get(&r, &m));
	ck_assert_uint_eq(m.state, VERIFY_AT_WORK);
	r = kit_body(a, 2, W_VERIFIED);
	ck_assert(msg_verified_get(&r, &m));
	ck_assert_uint_eq(m.state, VERIFY_WHOLE);
	ck_assert_uint_eq(m.entries, 120000);
	a = verify("120001 0000000000000000000000000000000000000000000000000000000000000000");
	r = kit_body(a, a->frames - 1, W_VERIFIED);
	ck_assert(msg_verified_get(&r, &m));
	ck_assert_uint_eq(m.state, VERIFY_BROKEN);
	ck_assert_uint_eq(m.first_bad, 120001);
	a = verify("five 00");
	ck_assert_int_eq(a->err, ERR_USAGE);
	ck_assert_msg(strstr(a->text, "64 digits") != NULL, "%s", a->text);
}
END_TEST

/* ---- whose turn it is, and credit */

START_TEST(a_short_question_passes_a_long_one)
{
	struct asked *longs, *shorts;

	fill(4);
	kit_entries(1, 100000);
	longs = kit_ask(W_VERIFY_GET);
	KIT_UNTIL(TAILQ_FIRST(&reader->questions) != NULL && TAILQ_FIRST(&reader->questions)->has_begun);
	shorts = kit_trend(T0, T0 + HOUR, 100, soc);
	KIT_UNTIL(longs->ended && shorts->ended);
	ck_assert_uint_eq(shorts->order, 1);
	ck_assert_int_eq(longs->err, OK);
	is_trend_of(shorts, 1, T0, T0 + HOUR, 100);
}
END_TEST

/* Thirty days of one point, into a few buckets or one. */
START_TEST(a_short_question_passes_thirty_days)
{
	static const uint32_t buckets[] = { 64, 30, 1 };
	struct asked *longs, *shorts;
	struct bucket k = { 0 };
	int64_t from = T0 - 240 * HOUR;

	fill(4);
	grants = true;
	longs = kit_trend(from, from + 720 * HOUR, buckets[_i], soc);
	shorts = kit_trend(T0, T0 + HOUR, 100, soc);
	KIT_UNTIL(longs->ended && shorts->ended);
	ck_assert_uint_eq(shorts->order, 1);
	is_trend_of(shorts, 1, T0, T0 + HOUR, 100);
	ck_assert_int_eq(longs->err, OK);
	if (buckets[_i] > 1) {
		is_trend_of(longs, 1, from, from + 720 * HOUR, buckets[_i]);
		return;
	}
	struct msg_trend m;
	struct bucket want;
	struct rbuf r;
	must(query_buckets(q, &point, from, from + 720 * HOUR, 1, &want));
	ck_assert_uint_eq(longs->frames, 1);
	rbuf_init(&r, longs->bodies.data, longs->bodies.len);
	ck_assert(msg_trend_get(&r, &m) && bucket_get(&r, &k));
	ck_assert_uint_eq(k.samples, want.samples);
	ck_assert_double_eq(k.min, want.min);
	ck_assert_double_eq(k.max, want.max);
	ck_assert_double_eq_tol(k.mean, want.mean, fabs(want.mean) * 1e-6);
}
END_TEST

/* A report is made in one piece; what others ask for meanwhile does not wait for it, and what it stands on stays. */
START_TEST(others_are_served_while_a_report_is_made)
{
	char yaml[sizeof(site_text)];
	const struct site *site;
	struct asked *asks, *trend, *other;

	memcpy(yaml, site_text, sizeof(yaml));
	memcpy(strstr(yaml, "Unit"), "Else", 4);
	fill(4);
	kit_site(site_text);
	site = reader->site;
	grants = true;
	reader->is_making = true;
	msg_report_get_put(
	    &out, &(struct msg_report_get){ .report = "operation", .label = "2026-11-22", .revision = UINT32_MAX });
	asks = kit_ask(W_REPORT_GET);
	trend = kit_trend(T0, T0 + HOUR, 100, soc);
	for (int i = 0; i < 1000 && !trend->ended; i++) {
		kit_turn();
		reader->served.us = 0;
		reader_serve_others(reader);
	}
	is_trend_of(trend, 1, T0, T0 + HOUR, 100);
	ck_assert(!asks->ended); /* one report at a time */
	/* another site comes, and the one that is being made is cancelled */
	kit_new_site(yaml);
	ck_assert_ptr_eq(reader->site, site);
	TAILQ_FIRST(&reader->questions)->is_busy = true;
	conn_send(peer, W_CANCEL, asks->sequence, NULL, NULL);
	kit_turns(5);
	ck_assert(!asks->ended && reader->question_count == 1);
	ck_assert(TAILQ_FIRST(&reader->questions)->is_cancelled);
	/* it is made */
	TAILQ_FIRST(&reader->questions)->is_busy = reader->is_making = false;
	reader_take_site(reader);
	ck_assert_str_eq(reader->site->name, "Else");
	other = kit_trend(T0, T0 + HOUR, 10, soc);
	KIT_UNTIL(asks->ended && other->ended);
	ck_assert_int_eq(asks->err, ERR_CLOSED);
	ck_assert_int_eq(other->err, OK);
}
END_TEST

START_TEST(no_more_frames_come_than_were_granted)
{
	struct asked *a, *other;

	kit_entries(1, 30);
	grants = false;
	a = kit_journal(&everything);
	KIT_UNTIL(a->frames == 8);
	kit_turns(5);
	ck_assert_uint_eq(a->frames, 8);
	other = kit_journal(&(struct msg_journal_get){ .most = 2, .point = "", .user = "", .text = "" });
	KIT_UNTIL(other->ended); /* one that waits holds nobody up */
	kit_grant(a, 3);
	KIT_UNTIL(a->frames == 11);
	kit_turns(5);
	ck_assert_uint_eq(a->frames, 11);
	kit_grant(a, 1000);
	KIT_UNTIL(a->ended);
	ck_assert_uint_eq(a->frames, 30);
}
END_TEST

START_TEST(a_cancelled_question_ends)
{
	struct asked *a;

	kit_entries(1, 30);
	grants = false;
	a = kit_journal(&everything);
	KIT_UNTIL(a->frames == 8);
	conn_send(peer, W_CANCEL, a->sequence, NULL, NULL);
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, ERR_CLOSED);
	ck_assert_uint_eq(reader->question_count, 0);
	conn_send(peer, W_CANCEL, 4711, NULL, NULL); /* of no question */
	kit_grant(a, 5);
	ck_assert_int_eq(kit_answer(W_VERIFY_GET)->err, OK);
}
END_TEST

START_TEST(a_question_without_credit_ends_after_a_while)
{
	struct asked *a;

	kit_entries(1, 30);
	grants = false;
	a = kit_journal(&everything);
	KIT_UNTIL(a->frames == 8);
	TAILQ_FIRST(&reader->questions)->idle_since.us -= CREDIT_US;
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, ERR_SLOW);
	ck_assert_uint_eq(reader->question_count, 0);
}
END_TEST

START_TEST(too_many_questions_are_told_so)
{
	kit_entries(1, 30);
	grants = false;
	for (unsigned i = 0; i < QUESTIONS_MAX; i++)
		(void)kit_journal(&everything);
	struct asked *a = kit_answer(W_VERIFY_GET);
	ck_assert_int_eq(a->err, ERR_BUSY);
	ck_assert_uint_eq(reader->question_count, QUESTIONS_MAX);
	conn_send(peer, W_CANCEL, asked[5].sequence, NULL, NULL);
	ck_assert_int_eq(kit_answer(W_VERIFY_GET)->err, OK);
}
END_TEST

/* ---- the pipe */

/* Bodies that are cut at every byte end in a refusal, never in silence. */
START_TEST(cut_bodies_are_refused)
{
	static const uint16_t types[] = { W_TREND_GET, W_HISTORY_GET, W_JOURNAL_GET, W_REPORT_GET, W_REPORT_LIST };
	const struct wire_row *row = wire_find(types[_i]);

	for (uint32_t len = row->min; len < row->min + 15; len++) {
		for (uint32_t i = 0; i < len; i++)
			w_u8(&out, 0xff);
		struct asked *a = kit_answer(types[_i]);
		ck_assert_int_ne(a->err, OK);
		ck_assert_str_ne(a->text, "");
	}
}
END_TEST

START_TEST(who_does_not_greet_is_sent_away)
{
	KIT_UNTIL(reader->is_greeted);
	reader->is_greeted = false;
	(void)kit_ask(W_VERIFY_GET);
	KIT_UNTIL(byes == 1);
	KIT_UNTIL(peer == NULL);
}
END_TEST

T_MAIN("reader",
    T_FIXTURE(setup, teardown) T_LOOP(a_trend_is_what_the_query_gives, 0, 5) T_LOOP(
        a_bad_trend_is_refused_with_what_would_be_right, 0, (int)ARRAY_LEN(bad_trends))
        T(samples_come_in_order_and_once) T(many_samples_of_one_time_come_once) T(a_bad_question_for_samples_is_refused)
            T(entries_come_as_they_are_recorded) T(entries_that_no_frame_carries_are_made_to_fit)
                T_LONG(the_chain_is_proved_and_told) T_LONG(a_short_question_passes_a_long_one) T_LONG_LOOP(
                    a_short_question_passes_thirty_days, 0, 3) T_LONG(others_are_served_while_a_report_is_made)
                    T(no_more_frames_come_than_were_granted) T(a_cancelled_question_ends)
                        T(a_question_without_credit_ends_after_a_while) T(too_many_questions_are_told_so)
                            T_LOOP(cut_bodies_are_refused, 0, 5) T(who_does_not_greet_is_sent_away))
