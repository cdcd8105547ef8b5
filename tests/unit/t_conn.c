/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_conn.c - a connection against peers that are slow, greedy, cut off or hostile.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/conn.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "tests/unit/t.h"

/* One side that we test, and the bare socket of its peer. */
struct side {
	struct ev_loop *loop;
	struct conn *conn;
	int peer;
	unsigned frames, closed;
	uint32_t last_sequence, last_reply, last_length;
	uint16_t last_type;
	enum err why, last_result;
	bool free_in_frame, free_in_closed, finish_in_frame;
	unsigned stop_after; /* frames */
};

static void
got_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct side *s = arg;
	struct msg_result m;
	struct rbuf r;

	s->frames++;
	s->last_sequence = f->sequence;
	s->last_reply = f->reply_to;
	s->last_length = f->length;
	s->last_type = f->type;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_RESULT && msg_result_get(&r, &m))
		s->last_result = (enum err)m.err;
	if (s->finish_in_frame)
		conn_finish(c, ERR_BUSY);
	if (s->free_in_frame) {
		conn_free(c);
		s->conn = NULL;
	}
	if (s->frames == s->stop_after)
		ev_break(s->loop, EVBREAK_ALL);
}

static void
got_closed(struct conn *c, enum err why, void *arg)
{
	struct side *s = arg;

	s->closed++;
	s->why = why;
	if (s->free_in_closed) {
		conn_free(c);
		s->conn = NULL;
	}
	ev_break(s->loop, EVBREAK_ALL);
}

static const struct conn_ops ops = { got_frame, got_closed };

static struct side *
side_new(const struct conn_limits *limits)
{
	struct side *s = xcalloc(1, sizeof(*s));
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->peer = pair[1];
	s->conn = conn_new(s->loop, pair[0], &ops, s, limits);
	conn_set_role(s->conn, ROLE_PEER);
	return s;
}

static void
side_free(struct side *s)
{
	conn_free(s->conn);
	if (s->peer >= 0)
		close(s->peer);
	ev_loop_destroy(s->loop);
	free(s);
}

static void
turn(struct side *s)
{
	ev_run(s->loop, EVRUN_NOWAIT);
}

static size_t
put_frame(uint8_t *out, uint16_t type, uint16_t generation, uint32_t sequence, uint32_t length)
{
	struct frame f = { .length = length, .type = type, .generation = generation, .sequence = sequence };

	wire_put_head(out, &f);
	memset(out + WIRE_HEAD, 0, length);
	return WIRE_HEAD + (size_t)length;
}

/* Writes all, turning the loop while the socket is full. */
static void
say(struct side *s, const uint8_t *data, size_t len)
{
	while (len > 0 && s->closed == 0) {
		ssize_t n = send(s->peer, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else {
			turn(s);
		}
	}
}

static size_t
hear(struct side *s, uint8_t *buf, size_t size)
{
	size_t len = 0;

	for (int idle = 0; idle < 3 && len < size;) {
		ssize_t n = recv(s->peer, buf + len, size - len, MSG_DONTWAIT);

		if (n > 0) {
			len += (size_t)n;
			idle = 0;
		} else {
			idle++;
			turn(s);
		}
	}
	return len;
}

START_TEST(frames_keep_their_order_and_are_numbered)
{
	struct side *s = side_new(NULL);
	uint8_t buf[4096];
	size_t len, pos = 0, used;
	struct frame f;
	uint32_t sequence;

	for (uint32_t i = 1; i <= 100; i++) {
		ck_assert_int_eq(conn_send(s->conn, W_PING, i, NULL, &sequence), OK);
		ck_assert_uint_eq(sequence, i);
	}
	ck_assert_uint_eq(conn_queued(s->conn), 100 * WIRE_HEAD);
	len = hear(s, buf, sizeof(buf));
	ck_assert_uint_eq(len, 100 * WIRE_HEAD);
	for (uint32_t i = 1; i <= 100; i++, pos += used) {
		ck_assert_int_eq(wire_take(buf + pos, len - pos, &f, &used), OK);
		ck_assert_uint_eq(f.sequence, i);
		ck_assert_uint_eq(f.reply_to, i);
	}
	ck_assert_uint_eq(conn_queued(s->conn), 0);
	ck_assert_uint_eq(conn_bytes_out(s->conn), len);
	side_free(s);
}
END_TEST

START_TEST(what_a_turn_queues_goes_out_in_that_turn)
{
	struct side *s = side_new(NULL);
	uint8_t buf[256];

	conn_send(s->conn, W_PING, 0, NULL, NULL);
	conn_send(s->conn, W_PING, 0, NULL, NULL);
	ck_assert_int_lt(recv(s->peer, buf, sizeof(buf), MSG_DONTWAIT), 0);
	turn(s);
	ck_assert_int_eq(recv(s->peer, buf, sizeof(buf), MSG_DONTWAIT), 2 * WIRE_HEAD);
	side_free(s);
}
END_TEST

START_TEST(a_frame_that_comes_byte_by_byte_arrives_once)
{
	struct side *s = side_new(NULL);
	uint8_t buf[256];
	size_t len = put_frame(buf, W_RAW_GET, 0, 77, 4);

	for (size_t i = 0; i < len; i++) {
		ck_assert_uint_eq(s->frames, 0);
		ck_assert_int_eq(send(s->peer, buf + i, 1, MSG_NOSIGNAL), 1);
		turn(s);
	}
	ck_assert_uint_eq(s->frames, 1);
	ck_assert_uint_eq(s->last_sequence, 77);
	side_free(s);
}
END_TEST

/* What waits is seen whole, also behind the start of another frame, and is delivered afterwards as ever. */
START_TEST(a_frame_that_waits_is_seen_before_it_is_read)
{
	struct side *s = side_new(NULL);
	uint8_t buf[256];
	size_t first = put_frame(buf, W_PING, 0, 1, 0), len = first + put_frame(buf + first, W_PONG, 0, 2, 0);

	ck_assert(!conn_has_waiting(s->conn, W_PING)); /* nothing at all */
	ck_assert_int_eq(write(s->peer, buf, 5), 5);
	ck_assert(!conn_has_waiting(s->conn, W_PING));
	turn(s); /* the start is read */
	ck_assert_int_eq(write(s->peer, buf + 5, len - 6), (ssize_t)len - 6);
	ck_assert(conn_has_waiting(s->conn, W_PING));
	ck_assert(!conn_has_waiting(s->conn, W_PONG)); /* a byte is missing */
	ck_assert_int_eq(write(s->peer, buf + len - 1, 1), 1);
	ck_assert(conn_has_waiting(s->conn, W_PONG));
	ck_assert(!conn_has_waiting(s->conn, W_BYE));
	ck_assert_uint_eq(s->frames, 0);
	turn(s);
	ck_assert_uint_eq(s->frames, 2);
	ck_assert(!conn_has_waiting(s->conn, W_PONG));
	close(s->peer);
	s->peer = -1;
	ck_assert(!conn_has_waiting(s->conn, W_PING)); /* it hung up */
	side_free(s);
}
END_TEST

START_TEST(the_largest_frame_passes)
{
	struct side *s = side_new(NULL);
	uint32_t max = wire_find(W_CHANGES)->max;
	uint8_t *buf = xmalloc(WIRE_HEAD + (size_t)max + WIRE_HEAD);
	size_t len = put_frame(buf, W_CHANGES, 0, 1, max);

	len += put_frame(buf + len, W_PING, 0, 2, 0);
	say(s, buf, len);
	for (int i = 0; i < 100 && s->frames < 2; i++)
		turn(s);
	ck_assert_uint_eq(s->frames, 2);
	ck_assert_uint_eq(s->last_sequence, 2);
	free(buf);
	side_free(s);
}
END_TEST

START_TEST(a_greedy_peer_gets_bounded_turns)
{
	struct side *s = side_new(NULL);
	uint8_t buf[WIRE_HEAD];
	size_t sent = 0;
	unsigned seen = 0, turns = 0;

	put_frame(buf, W_PING, 0, 1, 0);
	while (send(s->peer, buf, sizeof(buf), MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(buf))
		sent++;
	ck_assert_uint_gt(sent, 0);
	while (s->frames < sent && turns < 10000) {
		turn(s);
		ck_assert_uint_le(s->frames - seen, 65536 / WIRE_HEAD);
		seen = s->frames;
		turns++;
	}
	ck_assert_uint_eq(s->frames, sent);
	side_free(s);
}
END_TEST

START_TEST(a_role_too_low_is_answered_and_not_delivered)
{
	struct side *s = side_new(NULL);
	uint8_t buf[4096];
	size_t len, used;
	struct frame f;
	struct msg_result m;
	struct rbuf r;

	conn_set_role(s->conn, ROLE_NONE);
	len = put_frame(buf, W_SUBSCRIBE, 0, 31, 4);
	say(s, buf, len);
	len = hear(s, buf, sizeof(buf));
	ck_assert_uint_eq(s->frames, 0);
	ck_assert_int_eq(wire_take(buf, len, &f, &used), OK);
	ck_assert_uint_eq(f.type, W_RESULT);
	ck_assert_uint_eq(f.reply_to, 31);
	rbuf_init(&r, f.body, f.length);
	ck_assert(msg_result_get(&r, &m));
	ck_assert_uint_eq(m.err, ERR_DENIED);
	ck_assert_uint_eq(m.addcause, AC_NO_AUTHORITY);
	ck_assert(strstr(m.text, "viewer") != NULL);
	side_free(s);
}
END_TEST

START_TEST(every_row_is_refused_below_its_role_and_delivered_at_it)
{
	const struct wire_row *row;

	for (size_t i = 0; (row = wire_row(i)) != NULL; i++) {
		for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
			struct side *s = side_new(NULL);
			uint8_t *buf = xmalloc(WIRE_HEAD + (size_t)row->min);

			conn_set_role(s->conn, (enum role)role);
			say(s, buf, put_frame(buf, row->type, 0, 1, row->min));
			turn(s);
			ck_assert_msg((s->frames == 1) == (role >= (int)row->role), "%s as %s", row->name,
			    role_word((enum role)role));
			free(buf);
			side_free(s);
		}
	}
}
END_TEST

START_TEST(numbers_of_another_generation_are_dropped_and_counted)
{
	struct side *s = side_new(NULL);
	uint8_t buf[4096];
	size_t len = 0;

	conn_set_generation(s->conn, 5);
	len += put_frame(buf + len, W_VALUES, 4, 1, 2);
	len += put_frame(buf + len, W_VALUES, 5, 2, 2);
	len += put_frame(buf + len, W_VALUES, 6, 3, 2);
	len += put_frame(buf + len, W_PING, 4, 4, 0); /* carries no numbers */
	say(s, buf, len);
	turn(s);
	ck_assert_uint_eq(s->frames, 2);
	ck_assert_uint_eq(conn_dropped(s->conn), 2);
	/* a question of another generation is told so */
	say(s, buf, put_frame(buf, W_RAW_GET, 4, 9, 4));
	len = hear(s, buf, sizeof(buf));
	ck_assert_uint_gt(len, WIRE_HEAD);
	ck_assert_uint_eq(buf[5], W_RESULT);
	side_free(s);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_dropped_when_the_queue_is_full)
{
	struct conn_limits limits = { .queue_max = 100000 };
	struct side *s = side_new(&limits);
	struct wbuf b = { 0 };
	enum err e = OK;
	unsigned sent = 0;

	memset(wbuf_grow(&b, 1000), 0, 1000);
	while (e == OK && sent < 100000) {
		e = conn_send(s->conn, W_CHANGES, 0, &b, NULL);
		ck_assert_uint_le(conn_queued(s->conn), limits.queue_max);
		sent++;
		if (e == OK)
			turn(s);
	}
	ck_assert_int_eq(e, ERR_SLOW);
	ck_assert_uint_eq(s->closed, 0);
	turn(s);
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, ERR_SLOW);
	ck_assert_int_eq(conn_send(s->conn, W_PING, 0, NULL, NULL), ERR_CLOSED);
	wbuf_done(&b);
	side_free(s);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_dropped_in_time)
{
	struct conn_limits limits = { .stall_us = 30000 };
	struct side *s = side_new(&limits);
	struct wbuf b = { 0 };

	memset(wbuf_grow(&b, 400000), 0, 400000);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(conn_send(s->conn, W_CHANGES, 0, &b, NULL), OK);
	ev_run(s->loop, 0); /* until closed */
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, ERR_SLOW);
	wbuf_done(&b);
	side_free(s);
}
END_TEST

START_TEST(half_a_frame_is_not_waited_for_without_end)
{
	struct conn_limits limits = { .frame_us = 30000 };
	struct side *s = side_new(&limits);
	uint8_t buf[WIRE_HEAD + 64];
	size_t cut[] = { 1, WIRE_HEAD - 1, WIRE_HEAD, WIRE_HEAD + 1 };

	put_frame(buf, W_HELLO, 0, 1, 64);
	say(s, buf, cut[_i]);
	ev_run(s->loop, 0);
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, ERR_TIMEOUT);
	ck_assert_uint_eq(s->frames, 0);
	side_free(s);
}
END_TEST

/* Always in the middle of a frame, but no frame takes 40 ms. False: the machine held the test itself up for that long. */
static bool
speaks_steadily(struct side *s)
{
	uint8_t buf[64];
	struct mono now = clock_mono(), until = mono_add(now, 150000), last = now;
	size_t len = put_frame(buf, W_PING, 0, 1, 0), pos = 0;
	bool was_held_up = false;

	while (s->closed == 0 && (now = clock_mono()).us < until.us) {
		was_held_up |= mono_diff_us(now, last) > 1000; /* 16 bytes are a frame */
		last = now;
		say(s, buf + pos, 1);
		pos = (pos + 1) % len;
		turn(s);
	}
	return s->frames > 2 && (!was_held_up || s->closed == 0);
}

START_TEST(a_steady_peer_is_not_taken_for_slow)
{
	struct conn_limits limits = { .frame_us = 40000, .stall_us = 40000 };
	struct side *s = side_new(&limits);

	for (int i = 0; i < 50 && !speaks_steadily(s); i++) {
		side_free(s);
		s = side_new(&limits);
	}
	ck_assert_uint_eq(s->closed, 0);
	ck_assert_uint_gt(s->frames, 2);
	side_free(s);
}
END_TEST

START_TEST(garbage_closes_the_connection)
{
	static const struct {
		const char *bytes;
		enum err why;
	} garbage[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ERR_FRAME },
		{ "\0\0\0\0\377\377xxxxxxxxxxxxxxxx", ERR_FRAME },
		{ "\377\377\377\377\0\1xxxxxxxxxxxxxxxx", ERR_TOO_BIG },
		{ "\0\0\0\0\0\1xxxxxxxxxxxxxxxx", ERR_FRAME },
	};
	struct side *s = side_new(NULL);

	say(s, (const uint8_t *)garbage[_i].bytes, 20);
	turn(s);
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, garbage[_i].why);
	turn(s);
	ck_assert_uint_eq(s->closed, 1);
	side_free(s);
}
END_TEST

START_TEST(a_peer_that_hangs_up_costs_no_signal)
{
	struct side *s = side_new(NULL);

	close(s->peer);
	s->peer = -1;
	conn_send(s->conn, W_PING, 0, NULL, NULL);
	turn(s);
	turn(s);
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, ERR_CLOSED);
	side_free(s);
}
END_TEST

START_TEST(frames_before_a_hang_up_are_delivered)
{
	struct side *s = side_new(NULL);
	uint8_t buf[4 * WIRE_HEAD];
	size_t len = 0;

	for (uint32_t i = 1; i <= 4; i++)
		len += put_frame(buf + len, W_PING, 0, i, 0);
	say(s, buf, len);
	close(s->peer);
	s->peer = -1;
	turn(s);
	turn(s);
	ck_assert_uint_eq(s->frames, 4);
	ck_assert_uint_eq(s->closed, 1);
	side_free(s);
}
END_TEST

START_TEST(the_last_words_of_who_hung_up_are_heard_before_a_failed_send_counts)
{
	struct side *s = side_new(NULL);
	uint8_t buf[WIRE_HEAD];

	s->free_in_frame = _i == 1;
	say(s, buf, put_frame(buf, W_PING, 0, 7, 0));
	close(s->peer);
	s->peer = -1;
	conn_send(s->conn, W_PING, 0, NULL, NULL);
	ev_invoke_pending(s->loop); /* writes before the loop has seen that there is something to read */
	ck_assert_uint_eq(s->frames, 1);
	ck_assert_uint_eq(s->last_sequence, 7);
	ck_assert_uint_eq(s->closed, _i == 1 ? 0 : 1);
	ck_assert(_i == 1 || s->why == ERR_CLOSED);
	side_free(s);
}
END_TEST

START_TEST(freeing_inside_callbacks_is_safe)
{
	struct side *s = side_new(NULL);
	uint8_t buf[4 * WIRE_HEAD];
	size_t len = 0;

	s->free_in_frame = _i == 0;
	s->free_in_closed = _i == 1;
	for (uint32_t i = 1; i <= 4; i++)
		len += put_frame(buf + len, W_PING, 0, i, 0);
	say(s, buf, len);
	turn(s);
	ck_assert_uint_eq(s->frames, _i == 0 ? 1 : 4);
	close(s->peer);
	s->peer = -1;
	turn(s);
	ck_assert(s->conn == NULL);
	ck_assert_uint_eq(s->closed, _i == 0 ? 0 : 1);
	side_free(s);
}
END_TEST

START_TEST(last_words_are_sent_before_the_end)
{
	struct side *s = side_new(NULL);
	struct wbuf b = { 0 };
	uint8_t *buf = xmalloc(2000000);
	size_t want = 0;

	s->free_in_closed = true;
	memset(wbuf_grow(&b, 500000), 0, 500000);
	for (int i = 0; i < 3; i++, want += WIRE_HEAD + b.len)
		ck_assert_int_eq(conn_send(s->conn, W_CHANGES, 0, &b, NULL), OK);
	conn_finish(s->conn, ERR_VERSION);
	ck_assert_int_eq(conn_send(s->conn, W_PING, 0, NULL, NULL), ERR_CLOSED);
	ck_assert_uint_eq(hear(s, buf, 2000000), want);
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, ERR_VERSION);
	free(buf);
	wbuf_done(&b);
	side_free(s);
}
END_TEST

START_TEST(nothing_is_delivered_after_finish)
{
	struct side *s = side_new(NULL);
	uint8_t buf[4 * WIRE_HEAD];
	size_t len = 0;

	s->finish_in_frame = true;
	for (uint32_t i = 1; i <= 4; i++)
		len += put_frame(buf + len, W_PING, 0, i, 0);
	say(s, buf, len);
	turn(s);
	turn(s);
	ck_assert_uint_eq(s->frames, 1);
	ck_assert_uint_eq(s->closed, 1);
	ck_assert_int_eq(s->why, ERR_BUSY);
	side_free(s);
}
END_TEST

START_TEST(finish_does_not_wait_for_ever)
{
	struct side *s = side_new(NULL);
	struct wbuf b = { 0 };

	memset(wbuf_grow(&b, 500000), 0, 500000);
	for (int i = 0; i < 3; i++)
		conn_send(s->conn, W_CHANGES, 0, &b, NULL);
	conn_finish(s->conn, ERR_CLOSED);
	ev_run(s->loop, 0); /* a second */
	ck_assert_uint_eq(s->closed, 1);
	wbuf_done(&b);
	side_free(s);
}
END_TEST

START_TEST(an_encoded_frame_is_the_same_for_all)
{
	struct side *a = side_new(NULL), *b = side_new(NULL);
	struct wbuf body = { 0 }, frame = { 0 };
	uint8_t one[256], two[256];
	size_t len;

	w_str(&body, "the same words");
	conn_encode(&frame, W_SCREEN, 3, &body);
	ck_assert_int_eq(conn_send_encoded(a->conn, frame.data, frame.len), OK);
	ck_assert_int_eq(conn_send_encoded(b->conn, frame.data, frame.len), OK);
	len = hear(a, one, sizeof(one));
	ck_assert_uint_eq(len, frame.len);
	ck_assert_uint_eq(hear(b, two, sizeof(two)), len);
	ck_assert_mem_eq(one, two, len);
	wbuf_done(&body);
	wbuf_done(&frame);
	side_free(a);
	side_free(b);
}
END_TEST

START_TEST(an_encoded_piece_may_be_empty)
{
	struct side *s = side_new(NULL);
	struct wbuf nothing = { 0 };

	ck_assert_int_eq(conn_send_encoded(s->conn, nothing.data, nothing.len), OK);
	ck_assert_uint_eq(conn_queued(s->conn), 0);
	side_free(s);
}
END_TEST

START_TEST(a_body_that_its_row_forbids_is_not_sent)
{
	struct side *s = side_new(NULL);
	struct wbuf b = { 0 };

	ck_assert_int_eq(conn_send(s->conn, W_HELLO, 0, NULL, NULL), ERR_TOO_BIG);
	memset(wbuf_grow(&b, 9), 0, 9);
	ck_assert_int_eq(conn_send(s->conn, W_PING, 0, &b, NULL), ERR_TOO_BIG);
	ck_assert_uint_eq(conn_queued(s->conn), 0);
	wbuf_done(&b);
	side_free(s);
}
END_TEST

T_MAIN("conn",
    T(frames_keep_their_order_and_are_numbered) T(what_a_turn_queues_goes_out_in_that_turn) T(
        a_frame_that_comes_byte_by_byte_arrives_once) T(a_frame_that_waits_is_seen_before_it_is_read)
        T(the_largest_frame_passes) T(a_greedy_peer_gets_bounded_turns) T(
            a_role_too_low_is_answered_and_not_delivered) T(every_row_is_refused_below_its_role_and_delivered_at_it)
            T(numbers_of_another_generation_are_dropped_and_counted) T(
                a_peer_that_does_not_read_is_dropped_when_the_queue_is_full)
                T(a_peer_that_does_not_read_is_dropped_in_time) T_LOOP(half_a_frame_is_not_waited_for_without_end, 0, 4)
                    T(a_steady_peer_is_not_taken_for_slow) T_LOOP(garbage_closes_the_connection, 0, 4)
                        T(a_peer_that_hangs_up_costs_no_signal) T(frames_before_a_hang_up_are_delivered)
                            T_LOOP(the_last_words_of_who_hung_up_are_heard_before_a_failed_send_counts, 0, 2)
                                T_LOOP(freeing_inside_callbacks_is_safe, 0, 2) T(last_words_are_sent_before_the_end)
                                    T(nothing_is_delivered_after_finish) T(finish_does_not_wait_for_ever)
                                        T(an_encoded_frame_is_the_same_for_all) T(an_encoded_piece_may_be_empty)
                                            T(a_body_that_its_row_forbids_is_not_sent))
