/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_forecasts.c - errors of forecasts in chisand: kept by name, saved, given back to who learns them; what is told of a file becomes an entry
 * when it changes.
 */
#include "config.h"

#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/forecast.h"
#include "scada/base/str.h"
#include "scada/core/forecasts.h"
#include "tests/unit/t.h"

static struct ev_loop *loop;
static struct conn *conn;
static int far_end;
static struct logbook *book;
static struct forecasts *f;
static char logged[2000], saved[200];
static unsigned saves;

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct rbuf r;

	(void)arg;
	(void)type;
	*sequence = 1;
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m));
	ck_assert_uint_eq(m.kind, JOURNAL_PLAN);
	str_append(logged, sizeof(logged), m.text);
	str_append(logged, sizeof(logged), "\n");
	return true;
}
static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}
static void
frame_cb(struct conn *c, const struct frame *frame, void *arg)
{
	(void)c;
	(void)frame;
	(void)arg;
}
static void
save_cb(const struct msg_store_state *s, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(s->kind, STATE_FORECAST);
	ck_assert_int_eq(s->time, 5 * US_PER_S);
	str_printf(saved, sizeof(saved), "%s %zu", s->name, s->blob.len);
	saves++;
}

static void
setup(void)
{
	static const struct logbook_ops book_ops = { .send = send_cb, .recorded = recorded_cb };
	static const struct forecasts_ops ops = { .save = save_cb };
	static const struct conn_ops pipe_ops = { .frame = frame_cb };
	int fd[2];

	logged[0] = saved[0] = '\0';
	saves = 0;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	far_end = fd[1];
	loop = ev_loop_new(EVFLAG_AUTO);
	conn = conn_new(loop, fd[0], &pipe_ops, NULL, NULL);
	book = logbook_new(&book_ops, NULL, 1);
	logbook_ready(book);
	f = forecasts_new(book, &ops, NULL);
}

static void
teardown(void)
{
	forecasts_free(f);
	logbook_free(book);
	conn_free(conn);
	close(far_end);
	ev_loop_destroy(loop);
}

static enum err
take(uint16_t type, struct wbuf *b)
{
	struct frame frame = { .type = type, .body = b->data, .length = (uint32_t)b->len };
	enum err e = forecasts_take(f, &frame, (struct utc){ 5 * US_PER_S }, (struct mono){ 9 * US_PER_S });

	wbuf_done(b);
	*b = (struct wbuf){ 0 };
	return e;
}

static enum err
errors(const char *name, const char *blob)
{
	struct wbuf b = { 0 };

	msg_forecast_state_put(
	    &b, &(struct msg_forecast_state){ .name = name, .blob = { (const uint8_t *)blob, strlen(blob) } });
	return take(W_FORECAST_STATE, &b);
}

static enum err
tell(uint8_t file, const char *text)
{
	struct wbuf b = { 0 };

	msg_forecast_put(&b, &(struct msg_forecast){ .file = file, .text = text });
	return take(W_FORECAST, &b);
}

/* Frames of errors that went out to the planner since the last call. */
static unsigned
sent(char *names, size_t size)
{
	static uint8_t bytes[4096];
	unsigned n = 0;
	size_t at = 0, used;
	struct frame frame;

	for (int i = 0; i < 3; i++)
		ev_run(loop, EVRUN_NOWAIT);
	ssize_t got = read(far_end, bytes, sizeof(bytes));
	names[0] = '\0';
	while (got > 0 && wire_take(bytes + at, (size_t)got - at, &frame, &used) == OK) {
		struct msg_forecast_state m;
		struct rbuf r;

		ck_assert_uint_eq(frame.type, W_FORECAST_STATE);
		rbuf_init(&r, frame.body, frame.length);
		ck_assert(msg_forecast_state_get(&r, &m) && r_done(&r));
		str_append(names, size, m.name);
		str_append(names, size, " ");
		at += used;
		n++;
	}
	return n;
}

START_TEST(errors_are_saved_and_given_back)
{
	char names[200];

	ck_assert_int_eq(errors("HALL.P", "abcdef"), OK);
	ck_assert_str_eq(saved, "HALL.P 6");
	ck_assert_int_eq(errors("HALL.P", "abc"), OK); /* the newer one */
	ck_assert_int_eq(errors("GYM.P", "x"), OK);
	ck_assert_uint_eq(saves, 3);
	ck_assert(forecasts_restore(f,
	    &(struct msg_store_state){ .kind = STATE_FORECAST, .name = "PV.P", .blob = { (const uint8_t *)"yz", 2 } }));
	ck_assert(!forecasts_restore(f, &(struct msg_store_state){ .kind = STATE_DISPATCH, .name = "dispatch" }));
	ck_assert_uint_eq(saves, 3);
	forecasts_up(f, conn);
	ck_assert_uint_eq(sent(names, sizeof(names)), 3);
	ck_assert_str_eq(names, "HALL.P GYM.P PV.P ");
	forecasts_site(f); /* after another site all again */
	ck_assert_uint_eq(sent(names, sizeof(names)), 3);
	forecasts_save_all(f, (struct utc){ 5 * US_PER_S });
	ck_assert_uint_eq(saves, 6);
	forecasts_up(f, NULL);
	forecasts_site(f);
	ck_assert_uint_eq(sent(names, sizeof(names)), 0);
}
END_TEST

START_TEST(a_file_is_told_when_it_changes)
{
	ck_assert_ptr_null(forecasts_told(f));
	ck_assert_int_eq(tell(FORECAST_FILE_NONE, ""), OK);
	ck_assert_str_eq(logged, "");
	ck_assert_int_eq(tell(FORECAST_FILE_FRESH, "3 points"), OK);
	ck_assert_int_eq(tell(FORECAST_FILE_FRESH, "4 points"), OK);
	ck_assert_str_eq(logged, "forecasts from elsewhere, fresh: 3 points\n");
	ck_assert_int_eq(tell(FORECAST_FILE_REFUSED, "w.csv:3: no"), OK);
	ck_assert_int_eq(tell(FORECAST_FILE_REFUSED, "w.csv:3: no"), OK);
	ck_assert_int_eq(tell(FORECAST_FILE_REFUSED, "w.csv:4: no"), OK);
	ck_assert_str_eq(logged,
	    "forecasts from elsewhere, fresh: 3 points\n"
	    "forecasts from elsewhere, refused: w.csv:3: no\n"
	    "forecasts from elsewhere, refused: w.csv:4: no\n");
	ck_assert_ptr_nonnull(forecasts_told(f));
	forecasts_site(f);
	ck_assert_ptr_null(forecasts_told(f));
}
END_TEST

START_TEST(what_cannot_be_read_is_refused)
{
	struct wbuf b = { 0 };

	ck_assert_int_eq(tell(FORECAST_FILES, "x"), ERR_FRAME);
	ck_assert_int_eq(errors("hall", "abc"), ERR_FRAME);
	ck_assert_int_eq(errors("HALL.P", ""), ERR_FRAME);
	w_u8(&b, 3);
	ck_assert_int_eq(take(W_FORECAST, &b), ERR_FRAME);
	w_u8(&b, 3);
	ck_assert_int_eq(take(W_FORECAST_STATE, &b), ERR_FRAME);
	ck_assert_uint_eq(saves, 0);
	ck_assert_ptr_null(forecasts_told(f));
}
END_TEST

START_TEST(there_is_an_end_to_what_is_kept)
{
	char name[32];

	for (int i = 0; i < FORECASTS_MAX + 5; i++) {
		str_printf(name, sizeof(name), "P%d.P", i);
		ck_assert_int_eq(errors(name, "x"), OK);
	}
	saves = 0;
	forecasts_save_all(f, (struct utc){ 5 * US_PER_S });
	ck_assert_uint_eq(saves, FORECASTS_MAX);
}
END_TEST

T_MAIN("forecasts",
    T_FIXTURE(setup, teardown) T(errors_are_saved_and_given_back) T(a_file_is_told_when_it_changes)
        T(what_cannot_be_read_is_refused) T(there_is_an_end_to_what_is_kept))
