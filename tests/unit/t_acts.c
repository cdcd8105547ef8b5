/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_acts.c - values by hand, scans off, notes, confirmations, sequences and the schedule of dispatch: refused with a reason, journalled before they
 * take effect, answered once.
 */
#include "config.h"

#include "scada/core/dispatching.h"
#include "tests/unit/t.h"

#include "tests/unit/acts_kit.h"

static int asker_b;

START_TEST(a_value_by_hand_is_journalled_first_and_then_taken)
{
	struct msg_journal_add m;

	feed(P, 40);
	feed(Q, 2);
	ck_assert_double_eq(at(SUM)->v, 42);
	manual("A.P", true, 55, " transmitter in repair\n");
	ck_assert_uint_eq(answers, 0);
	ck_assert_double_eq(at(P)->v, 40); /* not before it is recorded */
	m = entry();
	ck_assert_uint_eq(m.kind, JOURNAL_MANUAL);
	ck_assert_uint_eq(m.is_act, 1);
	ck_assert_str_eq(m.point, "A.P");
	ck_assert_str_eq(m.user, "duty");
	ck_assert_uint_eq(m.uid, 1000);
	ck_assert_str_eq(m.terminal, "pts/3 from 10.0.0.7");
	ck_assert_str_eq(m.text, "transmitter in repair");
	ck_assert_str_eq(m.before, "40 kW");
	ck_assert_str_eq(m.after, "55 kW by hand");
	ck_assert_uint_eq(saved_state().kind, STATE_MANUAL);
	store_answers();
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(result, OK);
	ck_assert_uint_eq(detail, 0);
	ck_assert_uint_eq(touched, 1);
	ck_assert_double_eq(at(P)->v, 55);
	ck_assert(strncmp(text, "recorded as entry ", 18) == 0);
	ck_assert_uint_eq(at(P)->quality, Q_SUBSTITUTED);
	ck_assert_uint_eq(at(P)->cause, ERR_BY_HAND);
	calc_run(calc, now(), mono());
	ck_assert_double_eq(at(SUM)->v, 57);
	ck_assert_uint_eq(at(SUM)->quality, Q_SUBSTITUTED); /* the mark goes on into what is made of it */
	ck_assert_uint_eq(at(SUM)->cause, OK);              /* and yet nobody holds that one */
	feed(P, 41);
	ck_assert_double_eq(at(P)->v, 55);
	ck_assert_double_eq(table_reported(table)[P].v, 55);
	manual("A.P", false, 0, "repaired");
	ck_assert_uint_eq(saved_state().blob.len, 0); /* forget it */
	store_answers();
	ck_assert_double_eq(at(P)->v, 41); /* what was measured meanwhile */
	ck_assert_uint_eq(at(P)->quality, 0);
	calc_run(calc, now(), mono());
	ck_assert_double_eq(at(SUM)->v, 43);
	ck_assert_uint_eq(at(SUM)->quality, 0);
}
END_TEST

START_TEST(a_calculated_value_may_be_replaced_too)
{
	feed(P, 40);
	feed(Q, 2);
	manual("C.SUM", true, 7, "wrong for the day");
	store_answers();
	feed(P, 50);
	ck_assert_double_eq(at(SUM)->v, 7);
	manual("C.SUM", false, 0, "right again");
	store_answers();
	ck_assert_double_eq(at(SUM)->v, 52); /* it went on below */
}
END_TEST

START_TEST(what_cannot_be_is_refused_with_what_would_be_right)
{
	static const struct {
		const char *point;
		double v;
		enum err e;
		int cause;
		const char *says;
	} rows[] = {
		{ "A.NONE", 1, ERR_NOT_FOUND, -1, "there is no point A.NONE" },
		{ "A.P\033[31m", 1, ERR_NOT_FOUND, -1, "A.P\xEF\xBF\xBD" },
		{ "A.P", 100.5, ERR_REFUSED, AC_INCONSISTENT, "0 kW to 100 kW" },
		{ "A.P", -1, ERR_REFUSED, AC_INCONSISTENT, "0 kW to 100 kW" },
		{ "A.P", (double)NAN, ERR_REFUSED, AC_INCONSISTENT, "finite" },
		{ "A.P", (double)INFINITY, ERR_REFUSED, AC_INCONSISTENT, "finite" },
		{ "A.S", 2, ERR_REFUSED, AC_INVALID_POSITION, "0 stop, 1 run, 9 fault" },
		{ "A.B", 0.5, ERR_REFUSED, AC_INVALID_POSITION, "whole numbers" },
		{ "A.B", -1, ERR_REFUSED, AC_INVALID_POSITION, "whole numbers" },
		{ "A.E", -1, ERR_REFUSED, AC_INCONSISTENT, "counter" },
		{ "A.SP", 1, ERR_REFUSED, AC_NOT_SUPPORTED, "output" },
		{ "A.CMD", 1, ERR_REFUSED, AC_NOT_SUPPORTED, "output" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		answers = 0;
		manual(rows[i].point, true, rows[i].v, "try");
		ck_assert_uint_eq(answers, 1);
		ck_assert_msg(
		    result == rows[i].e && addcause == rows[i].cause, "row %zu: %d, %d", i, (int)result, addcause);
		ck_assert_msg(strstr(text, rows[i].says) != NULL, "row %zu: %s", i, text);
		ck_assert(strchr(text, '\033') == NULL);
		/* and the journal knows of it, with the reason code */
		ck_assert(strncmp(entry().text, "refused: ", 9) == 0);
		ck_assert_uint_eq(entry().reason, rows[i].cause < 0 ? 255 : (unsigned)rows[i].cause);
		store_answers();
	}
	ck_assert_uint_eq(touched, 0);
}
END_TEST

START_TEST(a_reason_is_needed_and_made_safe)
{
	char long_reason[300];

	memset(long_reason, 'x', sizeof(long_reason) - 1);
	long_reason[sizeof(long_reason) - 1] = '\0';
	manual("A.P", true, 5, " \n");
	ck_assert_int_eq(result, ERR_REFUSED);
	manual("A.P", true, 5, long_reason);
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert(strstr(text, "200 bytes") != NULL);
	long_reason[200] = '\0';
	manual("A.P", true, 5, long_reason);
	store_answers();
	ck_assert_int_eq(result, OK);
	manual("A.P", true, 6, "bad \033[2J\xE2\x80\xAE news");
	ck_assert(strchr(entry().text, '\033') == NULL);
	ck_assert(strstr(entry().text, "\xE2\x80\xAE") == NULL);
	store_answers();
}
END_TEST

START_TEST(refusals_do_not_fill_the_journal)
{
	for (int i = 0; i < 200; i++) {
		manual("A.NONE", true, 1, "try");
		if (sent_count > 0 && logbook_waiting(book) > 0)
			store_answers();
	}
	ck_assert_uint_eq(answers, 200);
	ck_assert_uint_le(sent_count, 30);
}
END_TEST

START_TEST(when_the_store_is_slow_the_act_goes_on_and_says_so)
{
	feed(P, 40);
	manual("A.P", true, 55, "slow");
	clock_us += 199 * US_PER_MS;
	logbook_tick(book, mono());
	ck_assert_uint_eq(answers, 0);
	clock_us += US_PER_MS;
	logbook_tick(book, mono());
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(result, OK);
	ck_assert_uint_eq(detail, RESULT_NOT_RECORDED);
	ck_assert_str_eq(text, "not yet recorded: A.P: 55 kW by hand");
	ck_assert_double_eq(at(P)->v, 55);
	store_answers();
	ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(a_token_that_comes_again_gets_the_first_outcome)
{
	feed(P, 40);
	manual_as(&asker_a, "duty", 77, "A.P", true, 55, 0, "once");
	manual_as(&asker_b, "duty", 77, "A.P", true, 55, 0, "once"); /* sent again while it is under way */
	ck_assert_uint_eq(sent_count, 1);
	store_answers();
	ck_assert_uint_eq(answers, 2);
	manual("A.P", false, 0, "end");
	store_answers();
	manual_as(&asker_a, "duty", 77, "A.P", true, 55, 0, "once"); /* and long after */
	ck_assert_uint_eq(answers, 4);
	ck_assert_int_eq(result, OK);
	ck_assert_uint_eq(sent_count, 2);
	ck_assert_double_eq(at(P)->v, 40);
	/* a refusal is an outcome too */
	manual_as(&asker_a, "duty", 78, "A.P", true, 500, 0, "too much");
	ck_assert_int_eq(result, ERR_REFUSED);
	store_answers();
	manual_as(&asker_a, "duty", 78, "A.P", true, 50, 0, "too much");
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert_double_eq(at(P)->v, 40);
}
END_TEST

START_TEST(a_token_with_another_act_of_the_same_user_is_refused)
{
	feed(P, 40);
	manual_as(&asker_a, "duty", 77, "A.P", true, 55, 0, "once");
	manual_as(&asker_b, "duty", 77, "A.P", true, 66, 0, "once"); /* while the first is under way */
	ck_assert_uint_eq(answers, 1);
	ck_assert(answered == &asker_b);
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert_msg(strstr(text, "token") != NULL, "%s", text);
	store_answers();
	ck_assert_double_eq(at(P)->v, 55);
	manual_as(&asker_b, "duty", 77, "A.P", true, 66, 0, "once"); /* and when it is done */
	ck_assert_int_eq(result, ERR_REFUSED);
	manual_as(&asker_b, "duty", 77, "A.P", false, 0, 0, "once");
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert_uint_eq(sent_count, 1);
	ck_assert_double_eq(at(P)->v, 55);
}
END_TEST

START_TEST(a_token_that_the_journal_knows_of_an_earlier_run_is_not_done_again)
{
	feed(P, 40);
	manual_as(&asker_a, "duty", 77, "A.P", true, 55, 0, "again after a restart");
	store_answers_at(T0 - 3600 * US_PER_S);
	ck_assert_int_eq(result, OK);
	ck_assert(strstr(text, "before") != NULL);
	ck_assert_double_eq(at(P)->v, 40);
}
END_TEST

START_TEST(of_two_at_once_the_later_one_is_told)
{
	feed(P, 40);
	manual_as(&asker_a, "duty", 0, "A.P", true, 55, 0, "first");
	manual_as(&asker_b, "relief", 0, "A.P", true, 66, 0, "second");
	ck_assert_uint_eq(answers, 1);
	ck_assert(answered == &asker_b);
	ck_assert_int_eq(result, ERR_BUSY);
	ck_assert_int_eq(addcause, AC_LOCKED_BY_OTHER);
	ck_assert(strstr(text, "duty") != NULL);
	sent_sequence--; /* the entry of the refusal came after */
	store_answers_at(T0 + clock_us);
	sent_sequence++;
	ck_assert_double_eq(at(P)->v, 55);
	store_answers();
	manual_as(&asker_b, "relief", 0, "A.P", true, 66, 0, "third"); /* later: he sees whose it was */
	ck_assert_str_eq(entry().before, "55 kW, entered by hand of duty");
	store_answers();
	ck_assert_int_eq(result, OK);
	ck_assert_msg(strstr(text, "duty: first") != NULL, "%s", text);
	ck_assert_double_eq(at(P)->v, 66);
}
END_TEST

START_TEST(an_asker_that_is_gone_gets_no_answer_and_the_act_is_done)
{
	manual("A.P", true, 55, "and left");
	acts_forget(acts, &asker_a);
	store_answers();
	ck_assert_uint_eq(answers, 0);
	ck_assert_double_eq(at(P)->v, 55);
}
END_TEST

START_TEST(scan_off_keeps_the_value_and_looks_at_no_sample)
{
	feed(P, 40);
	scan("A.P", false, "sensor is being changed");
	ck_assert_uint_eq(entry().kind, JOURNAL_SCAN);
	ck_assert_str_eq(entry().after, "scan off");
	store_answers();
	ck_assert_uint_eq(scans_off, 1);
	ck_assert_uint_eq(at(P)->quality, Q_BLOCKED);
	ck_assert_uint_eq(at(P)->cause, ERR_SCAN_OFF);
	feed(P, 99);
	ck_assert_double_eq(at(P)->v, 40);
	table_device_down(table, 0, ERR_TIMEOUT);
	clock_us += 100 * US_PER_S;
	table_tick(table, mono());
	ck_assert_uint_eq(at(P)->quality, Q_BLOCKED); /* whatever becomes of its device */
	scan("A.P", false, "twice");
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert_int_eq(addcause, AC_POSITION_REACHED);
	ck_assert_msg(strstr(text, "duty") != NULL && strstr(text, "sensor is being changed") != NULL, "%s", text);
	store_answers();
	/* by hand and off at once: the value by hand can be used */
	manual("A.P", true, 12, "read from the local gauge");
	store_answers();
	ck_assert_uint_eq(at(P)->quality, Q_SUBSTITUTED);
	manual("A.P", false, 0, "gauge is gone");
	store_answers();
	ck_assert_uint_eq(at(P)->quality, Q_BLOCKED);
	scan("A.P", true, "changed");
	store_answers();
	ck_assert_uint_eq(scans_on, 1);
	ck_assert_uint_eq(at(P)->quality, Q_STALE); /* until the next sample */
	feed(P, 41);
	ck_assert_double_eq(at(P)->v, 41);
	ck_assert_uint_eq(at(P)->quality, 0);
	scan("C.SUM", false, "calculated");
	ck_assert_int_eq(addcause, AC_NOT_SUPPORTED);
}
END_TEST

START_TEST(notes_are_about_a_point_or_a_time)
{
	struct msg_note n = { .point = "A.P", .text = "sounds rough" };
	struct wbuf b = { 0 };

	msg_note_put(&b, &n);
	request(&asker_a, W_NOTE, &b, "duty");
	ck_assert_uint_eq(entry().kind, JOURNAL_NOTE);
	ck_assert_str_eq(entry().point, "A.P");
	ck_assert_str_eq(entry().text, "sounds rough");
	ck_assert_int_eq(entry().time, now().us);
	store_answers();
	ck_assert_int_eq(result, OK);
	n = (struct msg_note){ .point = "", .text = "visitors", .time = T0 - 3600 * US_PER_S };
	wbuf_reset(&b);
	msg_note_put(&b, &n);
	request(&asker_a, W_NOTE, &b, "duty");
	ck_assert_int_eq(entry().time, T0 - 3600 * US_PER_S);
	ck_assert(strncmp(entry().after, "written at ", 11) == 0);
	store_answers();
	ck_assert_int_eq(result, OK);
	n = (struct msg_note){ .point = "A.NONE", .text = "x" };
	wbuf_reset(&b);
	msg_note_put(&b, &n);
	request(&asker_a, W_NOTE, &b, "duty");
	ck_assert_int_eq(result, ERR_NOT_FOUND);
	n = (struct msg_note){ .point = "", .text = "" };
	wbuf_reset(&b);
	msg_note_put(&b, &n);
	request(&asker_a, W_NOTE, &b, "duty");
	ck_assert_int_eq(result, ERR_REFUSED);
	wbuf_done(&b);
}
END_TEST

START_TEST(a_confirmation_carries_its_entry_to_the_store)
{
	uint8_t digest[32] = { 0xAB };
	struct msg_report_confirm c = {
		.report = "daily", .label = "2026-11-22", .revision = 2, .digest = { digest, 32 }, .text = "seen"
	};
	struct msg_report_sign sign;
	struct msg_journal_add m;
	struct wbuf b = { 0 };
	struct rbuf r;

	msg_report_confirm_put(&b, &c);
	request(&asker_a, W_REPORT_CONFIRM, &b, "duty");
	ck_assert_uint_eq(sent_type, W_REPORT_SIGN);
	rbuf_init(&r, sent.data, sent.len);
	ck_assert(msg_report_sign_get(&r, &sign) && r_done(&r));
	ck_assert_str_eq(sign.label, "2026-11-22");
	ck_assert_uint_eq(sign.revision, 2);
	rbuf_init(&r, sign.entry.data, sign.entry.len);
	ck_assert(msg_journal_add_get(&r, &m) && r_done(&r));
	ck_assert_uint_eq(m.kind, JOURNAL_REPORT);
	ck_assert_str_eq(m.user, "duty");
	ck_assert_str_eq(m.text, "report daily of 2026-11-22, revision 2: confirmed: seen");
	store_answers_at(m.time);
	ck_assert_int_eq(result, OK);
	c.digest.len = 31;
	wbuf_reset(&b);
	msg_report_confirm_put(&b, &c);
	request(&asker_a, W_REPORT_CONFIRM, &b, "duty");
	ck_assert_int_eq(result, ERR_USAGE);
	wbuf_done(&b);
}
END_TEST

START_TEST(who_was_told_to_come_again_may_with_the_same_token)
{
	feed(P, 40);
	manual_as(&asker_a, "duty", 5, "A.P", true, 55, 0, "first");
	manual_as(&asker_b, "relief", 6, "A.P", true, 66, 0, "second");
	ck_assert_int_eq(result, ERR_BUSY);
	sent_sequence--; /* the entry of the refusal came after */
	store_answers_at(T0 + clock_us);
	sent_sequence++;
	store_answers();
	manual_as(&asker_b, "relief", 6, "A.P", true, 66, 0, "second");
	store_answers();
	ck_assert_int_eq(result, OK);
	ck_assert_double_eq(at(P)->v, 66);
}
END_TEST

/* ---- guided sequences: the same way as every other act */

static struct site_step steps[] = { { .text = "It stands still", .check = "A.P == 0", .lasts = true },
	{ .text = "It runs" } };
static struct site_sequence sequences[] = { { .name = "restart", .role = ROLE_OPERATOR, .steps = { steps, 2 } } };

static void
nothing_published(const struct wbuf *frames, void *arg)
{
	(void)frames;
	(void)arg;
}

static void
nothing_saved(const struct msg_store_state *state, void *arg)
{
	(void)arg;
	ck_abort_msg("%s was saved without an entry", state->name);
}

static bool
never_inhibited(point_id id, void *arg)
{
	(void)id;
	(void)arg;
	return false;
}

static const struct sequencing_ops sequencing_ops = { nothing_published, nothing_saved, never_inhibited };

static struct sequencing *
with_sequences(void)
{
	struct sequencing *q = sequencing_new(book, &sequencing_ops, NULL);

	kit.site.sequences = (struct key_list){ sequences, 1 };
	sequencing_site(q, table, 1, now(), mono());
	acts_sequences(acts, q);
	return q;
}

static void
sequence(void *asker, uint64_t token, enum sequence_act act, uint64_t run, unsigned step, const char *reason)
{
	struct msg_sequence m = { .token = token,
		.act = (uint8_t)act,
		.run = run,
		.step = (uint16_t)step,
		.name = "restart",
		.reason = reason };
	struct wbuf b = { 0 };

	msg_sequence_put(&b, &m);
	request(asker, W_SEQUENCE, &b, "duty");
	wbuf_done(&b);
}

START_TEST(a_step_is_confirmed_once_and_with_its_state)
{
	struct sequencing *q = with_sequences();
	struct msg_journal_add m;

	feed(P, 0);
	sequence(&asker_a, 1, SEQ_BEGIN, 0, 0, "");
	ck_assert_int_eq(result, ERR_REFUSED); /* why? */
	store_answers();
	sequence(&asker_a, 2, SEQ_BEGIN, 0, 0, "pump\033[2J stands");
	uint64_t run = (uint64_t)now().us;
	m = entry();
	ck_assert_uint_eq(m.kind, JOURNAL_SEQUENCE);
	ck_assert_uint_eq(m.is_act, 1);
	ck_assert_ptr_null(strchr(m.text, '\033'));
	ck_assert_uint_eq(saved_state().kind, STATE_SEQUENCE);
	ck_assert_str_eq(saved_state().name, "restart");
	uint32_t first = sent_sequence;
	/* before it is recorded nobody else acts on it */
	answers = 0;
	sequence(&asker_b, 3, SEQ_BEGIN, 0, 0, "me too");
	ck_assert_int_eq(result, ERR_BUSY);
	ck_assert(answered == &asker_b);
	sequence(&asker_b, 2, SEQ_BEGIN, 0, 0, "pump\033[2J stands"); /* sent again: waits for the first outcome */
	ck_assert_uint_eq(answers, 1);
	sent_sequence = first; /* the refusal went to the store behind it */
	store_answers_at((int64_t)run);
	sent_sequence++;
	store_answers();
	ck_assert_uint_eq(logbook_waiting(book), 0);
	ck_assert_uint_eq(answers, 3);
	ck_assert_int_eq(result, OK);
	acts_sequences(acts, NULL);
	sequence(&asker_a, 4, SEQ_CONFIRM, run, 0, "");
	ck_assert_int_eq(result, ERR_BUSY); /* between two sites */
	sequencing_free(q);
}
END_TEST

START_TEST(what_a_sequence_refuses_is_journalled)
{
	struct sequencing *q = with_sequences();

	feed(P, 7);
	sequence(&asker_a, 1, SEQ_BEGIN, 0, 0, "pump stands");
	uint64_t run = (uint64_t)now().us;
	store_answers();
	ck_assert_int_eq(result, OK);
	ck_assert_str_eq(text, "recorded as entry 5: restart: step 1 of 2: It stands still");
	sequence(&asker_a, 2, SEQ_CONFIRM, run, 0, "");
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert_int_eq(addcause, AC_BLOCKED_INTERLOCKING);
	ck_assert_str_eq(entry().text, "refused: step 1 is not so; needed: A.P == 0; read: A.P 7 kW");
	ck_assert_uint_eq(entry().kind, JOURNAL_SEQUENCE);
	ck_assert_uint_eq(entry().states.len, 0);
	store_answers();
	feed(P, 0);
	sequence(&asker_a, 3, SEQ_CONFIRM, run, 0, "seen");
	ck_assert_str_eq(entry().before, "A.P 0 kW");
	ck_assert_str_eq(entry().after, "step 2 of 2: It runs");
	store_answers();
	ck_assert_int_eq(result, OK);
	sequence(&asker_a, 3, SEQ_CONFIRM, run, 0, "seen"); /* long after, with the same token: not done again */
	ck_assert_int_eq(result, OK);
	sequence(&asker_a, 4, SEQ_CONFIRM, run, 0, "seen");
	ck_assert_int_eq(addcause, AC_PARAMETER_CHANGE);
	store_answers();
	sequence(&asker_a, 5, (enum sequence_act)9, run, 1, "what");
	ck_assert_int_eq(result, ERR_USAGE);
	acts_sequences(acts, NULL);
	sequencing_free(q);
}
END_TEST

START_TEST(a_slow_store_does_not_hold_a_sequence_up)
{
	struct sequencing *q = with_sequences();

	feed(P, 0);
	sequence(&asker_a, 1, SEQ_BEGIN, 0, 0, "pump stands");
	uint64_t run = (uint64_t)now().us;
	clock_us += 200 * US_PER_MS;
	logbook_tick(book, mono());
	ck_assert_uint_eq(answers, 1);
	ck_assert_uint_eq(detail, RESULT_NOT_RECORDED);
	sequence(&asker_a, 2, SEQ_CONFIRM, run, 0, "");
	clock_us += 200 * US_PER_MS;
	logbook_tick(book, mono());
	ck_assert_uint_eq(answers, 2);
	ck_assert_int_eq(result, OK);
	ck_assert_str_eq(text, "not yet recorded: restart: step 2 of 2: It runs");
	acts_sequences(acts, NULL);
	sequencing_free(q);
}
END_TEST

/* ---- the schedule of dispatch */

static struct key_point grid_points[] = { { "p", "A.P" } };
static struct asset_grid connection = { .import_max_kw = 2000, .contract_kw = 1600 };
static struct asset_furnace furnace = { .steam_t_per_h = 10 };
static struct bus bus = { .name = "MAIN" };
static struct asset assets[] = {
	{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .points = { grid_points, 1 }, .parameters = &connection },
	{ .name = "F1", .kind = ASSET_FURNACE, .bus = "MAIN", .parameters = &furnace },
};
static struct energy_dispatch dispatch_keys = {
	.slope_us = 120 * US_PER_S, .least_off_us = 300 * US_PER_S, .blind_us = 300 * US_PER_S, .ramp_pct_per_s = 10
};
static struct energy district = { .buses = { &bus, 1 }, .assets = { assets, 2 }, .dispatch = &dispatch_keys };

static bool
wants_nothing(
    enum slot slot, point_id id, double value, struct utc until, const char *reason, char *why, size_t size, void *arg)
{
	(void)slot, (void)id, (void)value, (void)until, (void)reason, (void)why, (void)size, (void)arg;
	return true;
}

static bool
no_output(point_id id, struct msg_output *m, void *arg)
{
	(void)id, (void)m, (void)arg;
	return false;
}

static void
nothing_filed(struct utc t, struct wbuf *b, void *arg)
{
	(void)t, (void)b, (void)arg;
}

static const struct dispatching_ops dispatching_ops = { .want = wants_nothing,
	.output = no_output,
	.filed = nothing_filed,
	.publish = nothing_published,
	.save = nothing_saved };

static struct dispatching *
with_dispatch(void)
{
	static const uint64_t no_hash[4];
	struct dispatching *d = dispatching_new(book, &dispatching_ops, NULL);

	kit.site.energy = &district;
	dispatching_site(d, table, 1, no_hash, now(), mono());
	acts_dispatch(acts, d);
	return d;
}

static struct msg_schedule
entry_of(enum schedule_kind kind, const char *asset, double from_h, double until_h, double value)
{
	return (struct msg_schedule){ .act = SCHEDULE_ADD,
		.kind = (uint8_t)kind,
		.from = now().us + (int64_t)(from_h * 3.6e9),
		.until = now().us + (int64_t)(until_h * 3.6e9),
		.value = value,
		.asset = asset,
		.reason = "heat wave" };
}

static void
schedule(void *asker, struct msg_schedule m, enum role role, const char *areas)
{
	struct actor who = { .uid = 1000, .role = role, .user = "duty", .terminal = "", .areas = areas };
	struct wbuf b = { 0 };
	struct frame f = { .type = W_SCHEDULE, .sequence = 17 };

	msg_schedule_put(&b, &m);
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert(acts_frame(acts, asker, &who, &f, now(), mono()));
	wbuf_done(&b);
}

START_TEST(what_is_entered_ahead_is_journalled_with_all_of_it)
{
	struct dispatching *d = with_dispatch();
	struct msg_schedule m = entry_of(SCHEDULE_TARGET, "", 1, 3, 1300);
	struct scheduling got = { .count = 0 };

	m.is_dry = 1; /* says what would be, and does nothing */
	schedule(&asker_a, m, ROLE_SUPERVISOR, NULL);
	ck_assert_int_eq(result, OK);
	ck_assert_ptr_nonnull(strstr(text, "it would be: entry 1: target 1300 kW"));
	ck_assert_uint_eq(sent_count, 0);
	m.is_dry = 0;
	m.token = 4;
	m.reason = "heat\033[2J wave";
	schedule(&asker_a, m, ROLE_SUPERVISOR, NULL);
	struct msg_journal_add j = entry();
	ck_assert_uint_eq(j.kind, JOURNAL_DISPATCH);
	ck_assert_uint_eq(j.is_act, 1);
	ck_assert_str_eq(j.user, "duty");
	ck_assert_ptr_null(strchr(j.text, '\033'));
	ck_assert_str_eq(j.before, "none");
	ck_assert_ptr_nonnull(strstr(j.after, "entry 1: target 1300 kW, "));
	struct msg_store_state s = saved_state();
	ck_assert_uint_eq(s.kind, STATE_DISPATCH);
	ck_assert_str_eq(s.name, "schedule");
	ck_assert(scheduling_get(&got, s.blob.data, s.blob.len));
	ck_assert_uint_eq(got.count, 1);
	ck_assert_int_eq(got.list[0].kind, SCHEDULE_TARGET);
	ck_assert_double_eq(got.list[0].value, 1300);
	uint32_t first = sent_sequence;
	answers =
	    0; /* before it is recorded nobody else changes it; the same act sent again waits for the first outcome */
	schedule(&asker_b, entry_of(SCHEDULE_OUT, "F1", 1, 2, (double)NAN), ROLE_OPERATOR, NULL);
	ck_assert_int_eq(result, ERR_BUSY);
	ck_assert_ptr_nonnull(strstr(text, "just being recorded"));
	schedule(&asker_b, m, ROLE_SUPERVISOR, NULL);
	ck_assert_uint_eq(answers, 1);
	int64_t set = now().us;
	sent_sequence = first;
	store_answers_at(set);
	sent_sequence++;
	ck_assert_uint_eq(answers, 3);
	ck_assert_int_eq(result, OK);
	ck_assert_ptr_nonnull(strstr(text, "entry 1: target 1300 kW"));
	/* who ends it has to have seen it as it is */
	m = (struct msg_schedule){ .act = SCHEDULE_END, .id = 1, .asset = "", .reason = "cool again" };
	schedule(&asker_a, m, ROLE_SUPERVISOR, NULL);
	ck_assert_int_eq(result, ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(text, "was changed by duty since you saw it"));
	m.seen = set;
	m.kind = SCHEDULE_OUT; /* says an operator who may enter that */
	schedule(&asker_a, m, ROLE_OPERATOR, NULL);
	ck_assert_int_eq(result, ERR_DENIED);
	ck_assert_ptr_nonnull(strstr(text, "a target is entered, changed and ended by the role supervisor"));
	schedule(&asker_a, m, ROLE_SUPERVISOR, NULL);
	ck_assert_str_eq(entry().after, "entry 1 is taken out");
	acts_dispatch(acts, NULL);
	dispatching_free(d);
}
END_TEST

START_TEST(what_cannot_be_entered_is_refused_and_journalled)
{
	struct dispatching *d = with_dispatch();
	struct msg_schedule bad[] = {
		entry_of(SCHEDULE_TARGET, "", 1, 3, 1601),
		entry_of(SCHEDULE_TARGET, "", 3, 1, 1300),
		entry_of(SCHEDULE_STEAM, "F1", 1, 2, 40),
		entry_of(SCHEDULE_OUT, "F7", 1, 2, (double)NAN),
		entry_of(SCHEDULE_KINDS, "", 1, 2, 5),
		entry_of(SCHEDULE_OUT, "F1", 1, 2, (double)NAN),
		entry_of(SCHEDULE_OUT, "F1", 1, 2, (double)NAN),
		entry_of(SCHEDULE_OUT, "F1", 1, 2, (double)NAN),
		entry_of(SCHEDULE_TARGET, "", 1, 3, 1300),
	};
	static const struct {
		enum err e;
		int cause;
		const char *says;
	} rows[] = {
		{ ERR_REFUSED, AC_INCONSISTENT, "at most the contract, 1600 kW, not 1601" },
		{ ERR_REFUSED, AC_INCONSISTENT, "is not after its begin" },
		{ ERR_REFUSED, AC_INCONSISTENT, "at most 12.0 t/h of steam, not 40" },
		{ ERR_NOT_FOUND, -1, "there is no asset \"F7\"" },
		{ ERR_USAGE, -1, "there is no such act, or nothing such to enter" },
		{ ERR_REFUSED, -1, "the reason is empty; write why" },
		{ ERR_DENIED, AC_NO_AUTHORITY, "dispatch concerns the whole site, and you are responsible for north" },
		{ ERR_NOT_FOUND, -1, "there is no entry 9" },
		{ ERR_DENIED, AC_NO_AUTHORITY, "by the role supervisor; yours is operator" },
	};

	bad[5].reason = " ";
	bad[7].act = SCHEDULE_END;
	bad[7].id = 9;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned was = sent_count;
		answers = 0;
		schedule(&asker_a, bad[i], i == 8 ? ROLE_OPERATOR : ROLE_SUPERVISOR, i == 6 ? "north" : NULL);
		ck_assert_uint_eq(answers, 1);
		ck_assert_msg(result == rows[i].e && addcause == rows[i].cause, "row %zu: %d, %d: %s", i, (int)result,
		    addcause, text);
		ck_assert_msg(strstr(text, rows[i].says) != NULL, "row %zu: %s", i, text);
		ck_assert_uint_eq(sent_count, was + (result != ERR_USAGE)); /* what no console sends is not kept */
		if (result == ERR_USAGE)
			continue;
		ck_assert(strncmp(entry().text, "refused: ", 9) == 0);
		ck_assert_str_eq(entry().user, "duty");
		store_answers();
	}
	acts_dispatch(acts, NULL); /* between two sites */
	schedule(&asker_a, entry_of(SCHEDULE_OUT, "F1", 1, 2, (double)NAN), ROLE_OPERATOR, NULL);
	ck_assert_int_eq(result, ERR_BUSY);
	dispatching_free(d);
}
END_TEST

T_MAIN("acts",
    T_FIXTURE(setup, teardown) T(a_value_by_hand_is_journalled_first_and_then_taken)
        T(a_calculated_value_may_be_replaced_too) T(what_cannot_be_is_refused_with_what_would_be_right)
            T(a_reason_is_needed_and_made_safe) T(refusals_do_not_fill_the_journal) T(
                when_the_store_is_slow_the_act_goes_on_and_says_so) T(a_token_that_comes_again_gets_the_first_outcome)
                T(a_token_with_another_act_of_the_same_user_is_refused) T(
                    a_token_that_the_journal_knows_of_an_earlier_run_is_not_done_again)
                    T(of_two_at_once_the_later_one_is_told) T(an_asker_that_is_gone_gets_no_answer_and_the_act_is_done)
                        T(scan_off_keeps_the_value_and_looks_at_no_sample) T(notes_are_about_a_point_or_a_time)
                            T(a_confirmation_carries_its_entry_to_the_store) T(
                                who_was_told_to_come_again_may_with_the_same_token)
                                T(a_step_is_confirmed_once_and_with_its_state) T(what_a_sequence_refuses_is_journalled)
                                    T(what_is_entered_ahead_is_journalled_with_all_of_it)
                                        T(what_cannot_be_entered_is_refused_and_journalled)
                                            T(a_slow_store_does_not_hold_a_sequence_up))
