/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client_asks.c - questions of a client and what comes for them: answers, credit, an end in any case; entries as they are recorded.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/client_kit.h"

struct answered {
	unsigned frames, dones;
	uint8_t last;
	enum err err;
	int addcause;
	char text[64];
	uint32_t forget_at_frame; /* number to forget within frame(); 0 = none */
	bool asks_again;
	uint32_t again;
};

static const struct client_answer answer;

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct answered *a = arg;

	a->frames++;
	a->last = f->length > 0 ? f->body[0] : 0;
	if (a->forget_at_frame != 0)
		client_forget(c, &a->forget_at_frame);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct answered *a = arg;

	a->dones++;
	a->err = e;
	a->addcause = addcause;
	str_copy(a->text, sizeof a->text, text);
	if (a->asks_again) {
		uint8_t body[32] = { 0 };
		struct wbuf b = { .data = body, .len = sizeof body, .cap = sizeof body };
		a->again = client_ask(c, W_NOTE, &b, &answer, a);
	}
}

static const struct client_answer answer = { answer_frame, answer_done };

static uint32_t
ask(struct client *c, struct answered *a)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_history_get_put(&b, &(struct msg_history_get){ .from = 1, .to = 2, .most = 10, .point = "ESS1.SOC" });
	uint32_t n = client_ask(c, W_HISTORY_GET, &b, &answer, a);
	wbuf_done(&b);
	return n;
}

static void
reply(uint32_t sequence, uint8_t first)
{
	uint8_t body[4] = { first, 0, 0, 0 };
	struct wbuf b = { .data = body, .len = sizeof body, .cap = sizeof body };

	conn_send(fake.conn, W_HISTORY, sequence, &b, NULL);
}

START_TEST(answers_find_their_question)
{
	struct client *c = live(false);
	struct answered one = { 0 }, two = { 0 };
	uint32_t first = ask(c, &one), second = ask(c, &two);

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_ne(second, 0);
	ck_assert_uint_ne(first, second);
	UNTIL(fake.asked == 2);
	reply(fake.question[1], 21);
	reply(fake.question[0], 11);
	reply(fake.question[1], 22);
	conn_result(fake.conn, fake.question[1], OK, -1, "%s", "");
	conn_result(fake.conn, fake.question[0], ERR_REFUSED, 3, "not today");
	UNTIL(one.dones == 1 && two.dones == 1);
	ck_assert_uint_eq(one.frames, 1);
	ck_assert_uint_eq(one.last, 11);
	ck_assert_uint_eq(two.frames, 2);
	ck_assert_uint_eq(two.last, 22);
	ck_assert_int_eq(two.err, OK);
	ck_assert_int_eq(one.err, ERR_REFUSED);
	ck_assert_int_eq(one.addcause, 3);
	ck_assert_str_eq(one.text, "not today");
	reply(fake.question[0], 99); /* too late: nobody's */
	conn_result(fake.conn, fake.question[0], OK, -1, "%s", "");
	fake_values(&fake, 0, 1, false, (struct utc){ FAKE_NOW + 1 });
	n_broadcast = 0;
	UNTIL(n_broadcast > 0);
	ck_assert_uint_eq(one.frames, 1);
	ck_assert_uint_eq(one.dones, 1);
	client_free(c);
}
END_TEST

START_TEST(frames_are_granted_as_they_are_taken)
{
	struct client *c = live(false);
	struct answered a = { 0 };

	ask(c, &a);
	UNTIL(fake.asked == 1);
	for (unsigned i = 0; i < 3; i++)
		reply(fake.question[0], 0);
	UNTIL(a.frames == 3);
	reply(fake.question[0], 0);
	UNTIL(fake.granted == 4);
	ck_assert_uint_eq(fake.about, fake.question[0]);
	for (unsigned i = 4; i < 12; i++)
		reply(fake.question[0], 0);
	UNTIL(a.frames == 12 && fake.granted == 12);
	client_free(c);
}
END_TEST

START_TEST(a_forgotten_question_is_cancelled_and_silent)
{
	struct client *c = live(false);
	struct answered a = { 0 }, b = { 0 };

	a.forget_at_frame = ask(c, &a);
	uint32_t other = ask(c, &b);
	UNTIL(fake.asked == 2);
	reply(fake.question[0], 1);
	reply(fake.question[0], 2);
	UNTIL(fake.cancelled == 1);
	ck_assert_uint_eq(fake.about, fake.question[0]);
	uint32_t same = other, none = 0, never = 12345;
	client_forget(c, &other);
	ck_assert_uint_eq(other, 0);
	client_forget(c, &same); /* twice, and what never was */
	client_forget(c, &none);
	client_forget(c, &never);
	conn_result(fake.conn, fake.question[0], OK, -1, "%s", "");
	conn_result(fake.conn, fake.question[1], OK, -1, "%s", "");
	UNTIL(fake.cancelled == 2);
	ck_assert_uint_eq(a.frames, 1);
	ck_assert_uint_eq(a.dones + b.dones, 0);
	client_free(c);
}
END_TEST

START_TEST(a_lost_link_ends_every_question)
{
	struct client *c = live(true);
	struct answered a = { .asks_again = true }, b = { 0 };

	ask(c, &a);
	ask(c, &b);
	UNTIL(fake.asked == 2);
	fake_die(&fake);
	UNTIL(a.dones == 1 && b.dones == 1);
	ck_assert_int_eq(a.err, ERR_CLOSED);
	ck_assert_uint_eq(a.again, 0); /* there is no link to ask on */
	ck_assert_uint_eq(ask(c, &b), 0);
	fake_listen(&fake);
	UNTIL(c->phase == CLIENT_LIVE);
	ck_assert_uint_ne(ask(c, &b), 0);
	UNTIL(fake.asked == 3);
	client_free(c); /* with a question open: no word more */
	ck_assert_uint_eq(b.dones, 1);
}
END_TEST

START_TEST(an_answer_may_ask_on)
{
	struct client *c = live(false);
	struct answered a = { .asks_again = true };

	ask(c, &a);
	UNTIL(fake.asked == 1);
	conn_result(fake.conn, fake.question[0], ERR_BUSY, -1, "%s", "");
	UNTIL(a.dones == 1);
	ck_assert_str_eq(a.text, err_text(ERR_BUSY));
	ck_assert_uint_ne(a.again, 0);
	a.asks_again = false;
	client_free(c);
}
END_TEST

START_TEST(journal_entries_come_as_they_are_recorded)
{
	struct client *c = live(false);
	struct answered a = { 0 };
	struct wbuf b;
	uint8_t hash[32] = { 0 };

	wbuf_init(&b);
	struct msg_journal m = { .seq = 42,
		.kind = 12,
		.point = "",
		.user = "u",
		.terminal = "",
		.text = "a note",
		.before = "",
		.after = "",
		.hash = { hash, sizeof hash } };
	ask(c, &a);
	UNTIL(fake.asked == 1);
	msg_journal_put(&b, &m);
	conn_send(fake.conn, W_JOURNAL, fake.question[0], &b, NULL); /* an answer */
	conn_send(fake.conn, W_JOURNAL, 77777, &b, NULL);            /* an answer to nothing */
	conn_send(fake.conn, W_JOURNAL, 0, &b, NULL);                /* news */
	UNTIL(n_journal == 1);
	ck_assert_uint_eq(journal_seq, 42);
	ck_assert_uint_eq(a.frames, 1);
	wbuf_reset(&b);
	for (unsigned i = 0; i < 70; i++)
		w_u8(&b, 0xff);
	conn_send(fake.conn, W_JOURNAL, 0, &b, NULL);
	UNTIL(c->phase == CLIENT_DOWN);
	ck_assert_int_eq(a.err, ERR_CLOSED);
	wbuf_done(&b);
	client_free(c);
}
END_TEST

T_MAIN("client_asks",
    T_FIXTURE(setup, teardown) T(answers_find_their_question) T(frames_are_granted_as_they_are_taken)
        T(a_forgotten_question_is_cancelled_and_silent) T(a_lost_link_ends_every_question) T(an_answer_may_ask_on)
            T(journal_entries_come_as_they_are_recorded))
