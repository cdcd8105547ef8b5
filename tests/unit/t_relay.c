/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_relay.c - questions and answers through chisand: renumbered, bounded, called back, and never waited for.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>

#include "scada/base/mem.h"
#include "scada/core/relay.h"
#include "tests/unit/t.h"

#define CLIENTS 10

struct end { /* one end of a pipe, and what came out of it */
	struct conn *conn;
	unsigned frames, results, more, cancels;
	uint16_t type;
	uint32_t sequence, reply_to, cancelled, granted;
	enum err result;
	size_t bytes;
};

static struct ev_loop *loop;
static struct relay *relay;
static struct end reader, clients[CLIENTS]; /* the far ends */
static struct conn *to_reader, *to_client[CLIENTS];
static unsigned filed, own_frames, own_ends;
static uint16_t own_type;
static enum err told;

static void
end_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct end *e = arg;
	struct msg_result result;
	struct msg_more more;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	e->frames++;
	e->bytes += f->length;
	e->type = f->type;
	if (f->type != W_MORE && f->type != W_CANCEL)
		e->sequence = f->sequence;
	e->reply_to = f->reply_to;
	if (f->type == W_RESULT) {
		ck_assert(msg_result_get(&r, &result));
		ck_assert(result.err == OK || result.text[0] != '\0');
		e->result = (enum err)result.err;
		e->results++;
	} else if (f->type == W_MORE) {
		ck_assert(msg_more_get(&r, &more));
		e->granted += more.frames;
		e->more++;
	} else if (f->type == W_CANCEL) {
		e->cancelled = f->reply_to;
		e->cancels++;
	}
}

static void
near_client(struct conn *c, const struct frame *f, void *arg)
{
	(void)arg;
	ck_assert(relay_ask(relay, c, f));
}

static void
near_reader(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)arg;
	told = relay_frame(relay, f);
}

static void
file_cb(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	ck_assert(len == 0 || body != NULL);
	filed++;
}

static const struct conn_ops end_ops = { end_frame, NULL }, client_ops = { near_client, NULL },
                             reader_ops = { near_reader, NULL };

static void
own_cb(const struct frame *f, void *arg)
{
	(void)arg;
	own_frames += f != NULL;
	own_ends += f == NULL;
	own_type = f != NULL ? f->type : 0;
}

static const struct relay_ops ops = { .file = file_cb, .own = own_cb };

static void
turns(void)
{
	for (int i = 0; i < 10; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
make_pair(struct end *far, struct conn **near, const struct conn_ops *near_ops)
{
	int pair[2];

	*far = (struct end){ .result = OK };
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	far->conn = conn_new(loop, pair[0], &end_ops, far, NULL);
	*near = conn_new(loop, pair[1], near_ops, NULL, NULL);
	conn_set_role(far->conn, ROLE_PEER);
	conn_set_role(*near, ROLE_PEER);
}

static void
setup(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	relay = relay_new(&ops, NULL);
	make_pair(&reader, &to_reader, &reader_ops);
	for (int i = 0; i < CLIENTS; i++)
		make_pair(&clients[i], &to_client[i], &client_ops);
	filed = own_frames = own_ends = 0;
	told = OK;
	relay_up(relay, to_reader);
}

static void
teardown(void)
{
	relay_free(relay);
	conn_free(reader.conn);
	conn_free(to_reader);
	for (int i = 0; i < CLIENTS; i++) {
		conn_free(clients[i].conn);
		conn_free(to_client[i]);
	}
	ev_loop_destroy(loop);
}

/* Client i asks; returns the sequence of its request. */
static uint32_t
ask(int i)
{
	struct msg_journal_get m = { .point = "GTC.*", .user = "", .text = "" };
	struct wbuf b = { 0 };
	uint32_t sequence;

	msg_journal_get_put(&b, &m);
	ck_assert_int_eq(conn_send(clients[i].conn, W_JOURNAL_GET, 0, &b, &sequence), OK);
	wbuf_done(&b);
	turns();
	return sequence;
}

static void
say(struct conn *c, uint16_t type, uint32_t reply_to, const void *body, size_t len)
{
	struct wbuf b = { 0 };

	if (len > 0)
		memcpy(wbuf_grow(&b, len), body, len);
	ck_assert_int_eq(conn_send(c, type, reply_to, &b, NULL), OK);
	wbuf_done(&b);
	turns();
}

static void
grant(int i, uint32_t about, uint16_t frames)
{
	uint8_t body[2] = { (uint8_t)(frames >> 8), (uint8_t)frames };

	say(clients[i].conn, W_MORE, about, body, sizeof(body));
}

START_TEST(answers_find_their_asker)
{
	uint32_t a = ask(0), at_reader = reader.sequence, b;

	ask(1); /* so that numbers differ */
	b = ask(1);
	ck_assert_uint_eq(reader.type, W_JOURNAL_GET);
	ck_assert_uint_ne(reader.sequence, at_reader);
	say(reader.conn, W_REPORT_DATA, reader.sequence, "xyz", 3);
	ck_assert_uint_eq(clients[1].frames, 1);
	ck_assert_uint_eq(clients[1].reply_to, b);
	ck_assert_uint_eq(clients[1].bytes, 3);
	ck_assert_uint_eq(clients[0].frames, 0);
	conn_result(reader.conn, at_reader, OK, -1, "12 entries");
	turns();
	ck_assert_uint_eq(clients[0].results, 1);
	ck_assert_uint_eq(clients[0].reply_to, a);
	ck_assert_uint_eq(relay_open(relay), 2);
	say(reader.conn, W_REPORT_DATA, at_reader, "late", 4); /* after its end */
	ck_assert_uint_eq(clients[0].frames, 1);
	ck_assert_int_eq(told, OK);
}
END_TEST

START_TEST(grants_and_cancels_are_passed_on)
{
	uint32_t a = ask(0);

	grant(0, a, 4);
	ck_assert_uint_eq(reader.granted, 4);
	ck_assert_uint_eq(reader.reply_to, reader.sequence);
	grant(0, a + 77, 4); /* about nothing */
	ck_assert_uint_eq(reader.granted, 4);
	grant(1, a, 4); /* somebody else's */
	ck_assert_uint_eq(reader.granted, 4);
	say(clients[1].conn, W_CANCEL, a, NULL, 0);
	ck_assert_uint_eq(reader.cancels, 0);
	say(clients[0].conn, W_CANCEL, a, NULL, 0);
	ck_assert_uint_eq(reader.cancels, 1);
	ck_assert_uint_eq(reader.cancelled, reader.sequence);
	ck_assert_uint_eq(relay_open(relay), 0);
	conn_result(reader.conn, reader.sequence, OK, -1, "cancelled");
	turns();
	ck_assert_uint_eq(clients[0].results, 0); /* it does not want to know */
}
END_TEST

START_TEST(a_client_that_goes_takes_its_questions_along)
{
	ask(0);
	ask(0);
	ask(1);
	relay_forget(relay, to_client[0]);
	turns();
	ck_assert_uint_eq(reader.cancels, 2);
	ck_assert_uint_eq(relay_open(relay), 1);
}
END_TEST

START_TEST(questions_are_bounded)
{
	for (int i = 0; i < RELAY_EACH; i++)
		ask(0);
	ck_assert_uint_eq(clients[0].results, 0);
	ask(0);
	ck_assert_uint_eq(clients[0].results, 1);
	ck_assert_int_eq(clients[0].result, ERR_BUSY);
	ck_assert_uint_eq(relay_open(relay), RELAY_EACH);
	for (int i = 1; i < RELAY_MAX / RELAY_EACH; i++)
		for (int k = 0; k < RELAY_EACH; k++)
			ask(i);
	ck_assert_uint_eq(relay_open(relay), RELAY_MAX);
	ask(9);
	ck_assert_int_eq(clients[9].result, ERR_BUSY);
	conn_result(reader.conn, reader.sequence, OK, -1, "done");
	turns();
	clients[9].result = OK;
	ask(9);
	ck_assert_int_eq(clients[9].result, OK);
	ck_assert_uint_eq(relay_open(relay), RELAY_MAX);
}
END_TEST

START_TEST(without_a_reader_the_answer_is_a_sentence_at_once)
{
	ask(0);
	ask(1);
	relay_down(relay);
	turns();
	ck_assert_int_eq(clients[0].result, ERR_CLOSED);
	ck_assert_int_eq(clients[1].result, ERR_CLOSED);
	ask(2);
	ck_assert_int_eq(clients[2].result, ERR_CLOSED);
	ck_assert_uint_eq(relay_open(relay), 0);
	relay_up(relay, to_reader);
	clients[2].result = OK;
	ask(2);
	ck_assert_uint_eq(relay_open(relay), 1);
}
END_TEST

START_TEST(grants_of_a_client_that_does_not_read_are_held_back)
{
	static uint8_t large[250000];
	uint32_t a = ask(0), q = reader.sequence;

	/* frames pile up towards a client that does not turn: more than its socket takes */
	for (int i = 0; i < 8; i++) {
		struct frame f = { .type = W_REPORT_DATA, .reply_to = q, .length = sizeof(large), .body = large };
		ck_assert_int_eq(relay_frame(relay, &f), OK);
	}
	ck_assert_uint_gt(conn_queued(to_client[0]), RELAY_QUEUE);
	struct frame more = { .type = W_MORE, .reply_to = a, .length = 2, .body = (const uint8_t *)"\0\4" };
	ck_assert(relay_ask(relay, to_client[0], &more));
	relay_tick(relay);
	ck_assert_uint_gt(conn_queued(to_client[0]), RELAY_QUEUE);
	for (int i = 0; i < 3; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(reader.granted, 0);
	for (int i = 0; i < 100; i++)
		ev_run(loop, EVRUN_NOWAIT); /* now it reads */
	ck_assert_uint_eq(clients[0].frames, 8);
	relay_tick(relay);
	turns();
	ck_assert_uint_eq(reader.granted, 4);
}
END_TEST

START_TEST(reports_go_to_the_writer_and_lies_are_refused)
{
	static const uint8_t body[64];
	struct frame f = { .type = W_REPORT_FILE, .length = sizeof(body), .body = body };

	ck_assert_int_eq(relay_frame(relay, &f), OK);
	ck_assert_uint_eq(filed, 1);
	f.type = W_SAMPLES;
	ck_assert_int_eq(relay_frame(relay, &f), ERR_FRAME);
	f.type = W_STORE_STATE;
	ck_assert_int_eq(relay_frame(relay, &f), ERR_FRAME);
	f.type = W_PONG;
	ck_assert_int_eq(relay_frame(relay, &f), OK);
	f.type = W_NOTE;
	ck_assert(!relay_ask(relay, to_client[0], &f)); /* no question */
}
END_TEST

START_TEST(a_question_of_its_own_is_told_apart_and_ends_with_the_reader)
{
	struct wbuf body = { .len = 0 };
	uint32_t own;

	msg_report_get_put(&body, &(struct msg_report_get){ .report = "saving", .label = "" });
	ask(0);
	ck_assert(relay_own(relay, W_REPORT_GET, &body));
	ck_assert(!relay_own(relay, W_REPORT_GET, &body)); /* one at a time */
	turns();
	own = reader.sequence;
	ck_assert_uint_eq(reader.type, W_REPORT_GET);
	say(reader.conn, W_REPORT_DATA, own, "abc", 3);
	ck_assert_uint_eq(own_frames, 1);
	ck_assert_uint_eq(own_type, W_REPORT_DATA);
	conn_result(reader.conn, own, OK, -1, "done");
	turns();
	ck_assert_uint_eq(own_frames, 2);
	ck_assert_uint_eq(own_type, W_RESULT);
	ck_assert_uint_eq(clients[0].frames, 0); /* whose question is still open */
	ck_assert_uint_eq(relay_open(relay), 1);
	conn_result(reader.conn, own, OK, -1, "again");
	turns();
	ck_assert_uint_eq(own_frames, 2);
	ck_assert(relay_own(relay, W_REPORT_GET, &body));
	relay_down(relay);
	ck_assert_uint_eq(own_ends, 1);
	ck_assert(!relay_own(relay, W_REPORT_GET, &body));
	wbuf_done(&body);
}
END_TEST

T_MAIN("relay",
    T_FIXTURE(setup, teardown) T(answers_find_their_asker) T(grants_and_cancels_are_passed_on)
        T(a_client_that_goes_takes_its_questions_along) T(questions_are_bounded)
            T(without_a_reader_the_answer_is_a_sentence_at_once) T(grants_of_a_client_that_does_not_read_are_held_back)
                T(reports_go_to_the_writer_and_lies_are_refused)
                    T(a_question_of_its_own_is_told_apart_and_ends_with_the_reader))
