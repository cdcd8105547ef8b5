/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_logbook.c - entries on their way: order, waits, answers, a store that dies, a queue that is full.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/core/entries.h"
#include "scada/core/logbook.h"
#include "tests/unit/t.h"

#define LONG   4000  /* bytes of a text: so that the queue is full after some thousand */
#define FRAMES 20000 /* that a test sends */

static struct logbook *l;
static struct mono now;
static bool takes;
static unsigned sent, recorded, done, waits;
static uint32_t sequence;
static struct {
	uint16_t type;
	uint32_t sequence;
	uint64_t token;
	char text[200];
	bool is_act;
} frames[FRAMES];
static enum log_outcome outcome;
static enum err why;
static uint64_t recorded_seq;

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *seq, void *arg)
{
	struct msg_journal_add m = { .text = "" };
	struct msg_report_sign sign;
	struct rbuf r;

	(void)arg;
	if (!takes)
		return false;
	ck_assert_uint_lt(sent, sizeof(frames) / sizeof(frames[0]));
	rbuf_init(&r, body->data, body->len);
	if (type == W_JOURNAL_ADD)
		ck_assert(msg_journal_add_get(&r, &m) && r_done(&r));
	if (type == W_REPORT_SIGN)
		ck_assert(msg_report_sign_get(&r, &sign) && r_done(&r));
	*seq = ++sequence;
	frames[sent].type = type;
	frames[sent].sequence = sequence;
	frames[sent].token = m.token;
	frames[sent].is_act = m.is_act != 0;
	str_copy(frames[sent].text, sizeof(frames[sent].text), m.text);
	sent++;
	return true;
}

static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)arg;
	recorded++;
	recorded_seq = m->seq;
}

static void
waits_cb(void *arg)
{
	(void)arg;
	waits++;
}

static const struct logbook_ops ops = { send_cb, recorded_cb, waits_cb };

static void
done_cb(const struct log_end *end, void *arg)
{
	ck_assert(arg == &done);
	done++;
	outcome = end->outcome;
	why = end->e;
	if (end->outcome == LOG_RECORDED)
		ck_assert(end->m != NULL);
}

static void
setup(void)
{
	l = logbook_new(&ops, NULL, 4711);
	now.us = 5000000;
	takes = true;
	sent = recorded = done = waits = 0;
	sequence = 100;
}

static void
teardown(void)
{
	logbook_free(l);
}

static struct msg_journal_add
entry(const char *text, bool is_act)
{
	return (struct msg_journal_add){ .is_act = is_act,
		.time = 1795000000000000,
		.kind = JOURNAL_NOTE,
		.reason = 255,
		.uid = 1000,
		.point = "",
		.user = "duty",
		.terminal = "pts/3",
		.text = text,
		.before = "",
		.after = "" };
}

static void
add(const char *text)
{
	struct msg_journal_add m = entry(text, false);

	logbook_add(l, &m, now);
}

static void
act(const char *text)
{
	struct msg_journal_add m = entry(text, true);

	logbook_act(l, &m, now, done_cb, &done);
}

/* The store answers the frame of that number. */
static bool
answer(unsigned i, uint64_t seq)
{
	struct msg_journal m = {
		.seq = seq, .point = "", .user = "", .terminal = "", .text = "x", .before = "", .after = ""
	};
	struct wbuf b = { 0 };
	struct frame f = { .type = W_JOURNAL, .reply_to = frames[i].sequence };
	bool ok;

	msg_journal_put(&b, &m);
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ok = logbook_answer(l, &f);
	wbuf_done(&b);
	return ok;
}

static bool
refuse(unsigned i, enum err e)
{
	struct msg_result m = { .err = (uint16_t)e, .addcause = 255, .text = "no such revision" };
	struct wbuf b = { 0 };
	struct frame f = { .type = W_RESULT, .reply_to = frames[i].sequence };
	bool ok;

	msg_result_put(&b, &m);
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ok = logbook_answer(l, &f);
	wbuf_done(&b);
	return ok;
}

START_TEST(entries_wait_for_the_store_and_keep_their_order)
{
	add("one");
	act("two");
	add("three");
	ck_assert_uint_eq(sent, 0);
	ck_assert_uint_eq(logbook_waiting(l), 3);
	logbook_ready(l);
	ck_assert_uint_eq(sent, 3);
	ck_assert_str_eq(frames[0].text, "one");
	ck_assert_str_eq(frames[1].text, "two");
	ck_assert(frames[1].is_act);
	ck_assert_str_eq(frames[2].text, "three");
	ck_assert(frames[0].token != 0 && frames[1].token != 0 && frames[0].token != frames[1].token);
	ck_assert(answer(0, 1) && answer(1, 2) && answer(2, 3));
	ck_assert_uint_eq(recorded, 3);
	ck_assert_uint_eq(recorded_seq, 3);
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(outcome, LOG_RECORDED);
	ck_assert_uint_eq(logbook_waiting(l), 0);
	ck_assert(!answer(0, 1)); /* once more: nobody waits for it */
}
END_TEST

START_TEST(an_act_waits_two_tenths_of_a_second_and_goes_on)
{
	struct mono at;

	logbook_ready(l);
	ck_assert(!logbook_due(l, &at));
	act("x");
	ck_assert_uint_eq(done, 0);
	ck_assert_uint_eq(waits, 1);
	ck_assert(logbook_due(l, &at));
	ck_assert_int_eq(at.us, now.us + 200 * US_PER_MS);
	now.us += 199 * US_PER_MS;
	logbook_tick(l, now);
	ck_assert_uint_eq(done, 0);
	now.us += 1 * US_PER_MS;
	logbook_tick(l, now);
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(outcome, LOG_LATE);
	ck_assert_uint_eq(logbook_waiting(l), 1); /* it is still to be recorded */
	ck_assert(answer(0, 9));
	ck_assert_uint_eq(done, 1); /* and nobody is called twice */
	ck_assert_uint_eq(recorded, 1);
}
END_TEST

START_TEST(without_a_store_acts_go_on_at_once)
{
	act("x");
	ck_assert_uint_eq(done, 0); /* not before return */
	logbook_tick(l, now);
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(outcome, LOG_LATE);
}
END_TEST

START_TEST(an_act_that_waits_goes_on_when_the_store_dies)
{
	logbook_ready(l);
	act("x");
	logbook_down(l, false, now);
	logbook_tick(l, now);
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(outcome, LOG_LATE);
}
END_TEST

START_TEST(what_was_not_answered_is_sent_again_with_its_token)
{
	uint64_t token;

	logbook_ready(l);
	add("one");
	add("two");
	token = frames[1].token;
	ck_assert(answer(0, 1));
	logbook_down(l, false, now);
	add("three");
	ck_assert_uint_eq(sent, 2);
	logbook_ready(l);
	ck_assert_uint_eq(sent, 4);
	ck_assert_uint_eq(frames[2].token, token);
	ck_assert_str_eq(frames[3].text, "three");
	ck_assert(!answer(1, 2)); /* by its old number: that was another life */
	ck_assert(answer(2, 2) && answer(3, 3));
	logbook_ready(l); /* it opened its database anew: nothing is left to be sent */
	ck_assert_uint_eq(sent, 4);
}
END_TEST

START_TEST(a_refusal_ends_the_entry_and_tells_why)
{
	logbook_ready(l);
	act("x");
	ck_assert(refuse(0, ERR_FRAME));
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(outcome, LOG_REFUSED);
	ck_assert_int_eq(why, ERR_FRAME);
	ck_assert_uint_eq(logbook_waiting(l), 0);
}
END_TEST

START_TEST(what_was_done_already_is_recorded_under_another_token)
{
	uint64_t token;

	logbook_ready(l);
	act("done while the store hung");
	token = frames[0].token;
	now.us += LOGBOOK_ACT_US;
	logbook_tick(l, now);
	ck_assert_int_eq(outcome, LOG_LATE);
	ck_assert(refuse(0, ERR_REFUSED)); /* its token is that of another entry */
	ck_assert_uint_eq(sent, 2);
	ck_assert_str_eq(frames[1].text, "done while the store hung");
	ck_assert(frames[1].token != token && frames[1].token != 0);
	ck_assert(refuse(1, ERR_REFUSED)); /* once, not for ever */
	ck_assert_uint_eq(sent, 2);
	ck_assert_uint_eq(logbook_waiting(l), 0);
	act("refused in time");
	ck_assert(refuse(2, ERR_REFUSED));
	ck_assert_int_eq(outcome, LOG_REFUSED);
	ck_assert_uint_eq(sent, 3);
}
END_TEST

START_TEST(a_confirmation_waits_longer_and_may_be_refused)
{
	uint8_t digest[32] = { 1 };
	struct msg_report_sign m = { .report = "daily",
		.label = "2026-11-22",
		.revision = 1,
		.digest = { digest, 32 },
		.entry = { digest, 3 } };

	logbook_ready(l);
	logbook_sign(l, &m, now, done_cb, &done);
	ck_assert_uint_eq(frames[0].type, W_REPORT_SIGN);
	now.us += 4 * US_PER_S;
	logbook_tick(l, now);
	ck_assert_uint_eq(done, 0);
	ck_assert(refuse(0, ERR_REFUSED));
	ck_assert_int_eq(outcome, LOG_REFUSED);
	ck_assert_int_eq(why, ERR_REFUSED);
	logbook_sign(l, &m, now, done_cb, &done);
	now.us += 5 * US_PER_S;
	logbook_tick(l, now);
	ck_assert_int_eq(outcome, LOG_LATE);
}
END_TEST

/* The store answers all that it was sent, and what is sent thereupon. */
static void
answer_all(void)
{
	for (unsigned i = 0; i < sent; i++)
		if (frames[i].sequence != 0) {
			ck_assert(answer(i, i + 1));
			frames[i].sequence = 0;
		}
}

START_TEST(a_burst_of_alarms_loses_nothing_while_the_store_hangs)
{
	char text[200];

	for (unsigned i = 0; i < 10000; i++) {
		str_printf(
		    text, sizeof(text), "TANK%u.LEVEL.HH P2 #17953807860%05u RAISE: value 92.5 %%, above 90 %%", i, i);
		add(text);
	}
	ck_assert_uint_eq(logbook_waiting(l), 10000);
	ck_assert_uint_eq(logbook_lost(l), 0);
	logbook_ready(l);
	answer_all();
	ck_assert_uint_eq(recorded, 10000);
	for (unsigned i = 0; i < 10000; i++) {
		str_printf(text, sizeof(text), "TANK%u.", i);
		ck_assert_msg(strncmp(frames[i].text, text, strlen(text)) == 0, "%s", frames[i].text);
	}
}
END_TEST

START_TEST(a_full_queue_drops_the_oldest_that_are_no_acts_and_says_so)
{
	static char text[LONG + 1];
	const unsigned most = LOGBOOK_BYTES / LONG, count = most + 500;
	unsigned acts = 0, gaps = 0, gap_at = 0, lost = 0, held;

	memset(text, 'x', LONG);
	act("first act");
	for (unsigned i = 0; i < count; i++) {
		str_printf(text, 20, "entry %u", i);
		text[strlen(text)] = ' ';
		add(text);
		ck_assert_uint_le(logbook_waiting(l), most);
	}
	held = logbook_waiting(l);
	ck_assert_uint_gt(held, most * 9 / 10); /* nothing goes that has room */
	logbook_ready(l);
	for (unsigned i = 0; i < sent; i++) {
		if (strstr(frames[i].text, "are lost") != NULL) {
			gaps++;
			gap_at = i;
			ck_assert_int_eq(sscanf(frames[i].text, "%u entries", &lost), 1);
		}
		acts += frames[i].is_act;
		ck_assert(answer(i, i + 1));
	}
	ck_assert_uint_eq(acts, 1);
	ck_assert_uint_eq(gaps, 1);
	ck_assert_uint_eq(gap_at, 1); /* in the place of what is missing, after the act */
	ck_assert_uint_eq(sent, held);
	ck_assert_str_eq(frames[0].text, "first act");
	ck_assert_uint_eq(lost, count - (held - 2)); /* all but the act and the word of it are entries that are there */
	ck_assert_uint_eq(logbook_lost(l), lost);
	str_printf(text, 20, "entry %u ", lost); /* the first that is there */
	ck_assert_msg(strncmp(frames[2].text, text, strlen(text)) == 0, "%.30s", frames[2].text);
}
END_TEST

START_TEST(what_is_done_is_recorded_though_somebody_waits_for_it)
{
	struct msg_journal_add m = entry("acknowledged", true);

	logbook_ready(l);
	m.token = 77;
	logbook_done(l, &m, now, done_cb, &done);
	ck_assert_uint_eq(frames[0].token, 77);
	ck_assert(refuse(0, ERR_REFUSED)); /* its token is that of another entry */
	ck_assert_uint_eq(done, 0);
	ck_assert_uint_eq(sent, 2);
	ck_assert(frames[1].token != 77 && frames[1].token != 0);
	ck_assert(answer(1, 5));
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(outcome, LOG_RECORDED);
}
END_TEST

START_TEST(who_waits_is_told_in_the_order_in_which_it_is_over)
{
	uint8_t digest[32] = { 1 };
	struct msg_report_sign m = {
		.report = "daily", .label = "x", .digest = { digest, 32 }, .entry = { digest, 3 }
	};
	struct mono at;

	logbook_ready(l);
	logbook_sign(l, &m, now, done_cb, &done); /* for five seconds */
	now.us += US_PER_MS;
	act("one");
	now.us += US_PER_MS;
	act("two");
	ck_assert(logbook_due(l, &at));
	ck_assert_int_eq(at.us, now.us - US_PER_MS + LOGBOOK_ACT_US);
	ck_assert(answer(1, 1)); /* "one" */
	ck_assert(logbook_due(l, &at));
	ck_assert_int_eq(at.us, now.us + LOGBOOK_ACT_US);
	logbook_down(l, false, now);
	ck_assert(logbook_due(l, &at) && at.us == now.us); /* "two" has nothing to wait for, the confirmation has */
	logbook_tick(l, now);
	ck_assert_uint_eq(done, 2);
	ck_assert(logbook_due(l, &at));
	ck_assert_int_eq(at.us, now.us - 2 * US_PER_MS + LOGBOOK_SIGN_US);
}
END_TEST

START_TEST(a_report_takes_its_place_and_is_not_answered)
{
	static const uint8_t body[100] = { 3 };

	logbook_ready(l);
	logbook_file(l, body, sizeof(body));
	ck_assert_uint_eq(sent, 1);
	ck_assert_uint_eq(frames[0].type, W_REPORT_FILE);
	ck_assert_uint_eq(logbook_waiting(l), 0);
	logbook_down(l, false, now);
	for (int i = 0; i < 100; i++) { /* more than wait at most: the newest are kept */
		static uint8_t large[200000];
		logbook_file(l, large, sizeof(large));
	}
	sent = 0;
	logbook_ready(l);
	ck_assert_uint_le(sent, LOGBOOK_FILES / 200000);
	ck_assert_uint_ge(sent, LOGBOOK_FILES / 200000 - 1);
}
END_TEST

START_TEST(no_more_than_a_window_is_under_way)
{
	logbook_ready(l);
	for (int i = 0; i < 1000; i++)
		add("x");
	ck_assert_uint_eq(sent, 256);
	ck_assert(answer(0, 1));
	ck_assert_uint_eq(sent, 257);
}
END_TEST

/* ---- writes of other masters */

static const struct {
	uint16_t err;
	uint8_t exception;
	const char *says;
} outcomes[] = {
	{ OK, 0, "0x0007 0x0008" },
	{ ERR_EXC_ADDRESS, 2, "0x0008; refused with exception 2: the device has no such address" },
	{ ERR_EXC_ACK, 5, "0x0008; exception 5: the device accepted the request and needs time" },
	{ ERR_EXC_GATEWAY_TARGET, 11, "0x0008; whether it was taken is not known: " },
	{ ERR_TIMEOUT, 0, "0x0008; whether it was taken is not known: " },
};

START_TEST(what_became_of_a_write_of_another_master_stands_in_its_entry)
{
	static const uint8_t data[] = { 0, 7, 0, 8 };
	struct msg_forwarded m = { .err = outcomes[_i].err,
		.exception = outcomes[_i].exception,
		.unit = 1,
		.table = TABLE_HOLDING,
		.address = 100,
		.count = 2,
		.data = { data, sizeof(data) },
		.device = "ESS1",
		.master = "192.0.2.7" };

	logbook_ready(l);
	entries_forwarded(l, &m, (struct utc){ 1795000000000000 }, now);
	ck_assert_uint_eq(sent, 1);
	ck_assert_ptr_nonnull(strstr(frames[0].text,
	    "another master, 192.0.2.7, wrote holding 100..101 of ESS1, unit 1, through its proxy: 0x0007 "));
	ck_assert_msg(strstr(frames[0].text, outcomes[_i].says) != NULL, "%s", frames[0].text);
	ck_assert(outcomes[_i].err != OK || strchr(frames[0].text, ';') == NULL);
}
END_TEST

T_MAIN("logbook",
    T_FIXTURE(setup, teardown) T(entries_wait_for_the_store_and_keep_their_order)
        T(an_act_waits_two_tenths_of_a_second_and_goes_on) T(without_a_store_acts_go_on_at_once) T(
            an_act_that_waits_goes_on_when_the_store_dies) T(what_was_not_answered_is_sent_again_with_its_token)
            T(what_was_done_already_is_recorded_under_another_token) T(a_refusal_ends_the_entry_and_tells_why) T(
                a_confirmation_waits_longer_and_may_be_refused) T(a_burst_of_alarms_loses_nothing_while_the_store_hangs)
                T(what_is_done_is_recorded_though_somebody_waits_for_it)
                    T(who_waits_is_told_in_the_order_in_which_it_is_over)
                        T(a_full_queue_drops_the_oldest_that_are_no_acts_and_says_so)
                            T_LOOP(what_became_of_a_write_of_another_master_stands_in_its_entry, 0, ARRAY_LEN(outcomes))
                                T(a_report_takes_its_place_and_is_not_answered) T(no_more_than_a_window_is_under_way))
