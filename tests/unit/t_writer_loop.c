/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_writer_loop.c - the writer in the test's own loop: what comes while something takes long, such as a copy of the whole database,
 * which turns the loop within the loop to answer pings.
 */
#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/writer_private.h"
#include "tests/unit/folder.h"
#include "tests/unit/site_tree.h"
#include "tests/unit/t.h"

static struct ev_loop *loop;
static struct writer *writer;
static int peer;
static uint32_t sequence;
static ev_timer at_work, limit;
static bool is_late, has_worked;

static const char site_text[] =
    "site: Unit\n"
    "timezone: Asia/Tokyo\n"
    "devices:\n"
    "  - {name: D0, profile: p, link: \"modbus-tcp://127.0.0.1:502/1\"}\n"
    "profiles:\n"
    "  - profile: p\n"
    "    points:\n"
    "      - {tag: P0, kind: analog, unit: kW, read: {table: holding, address: 0, type: i16}}\n";

static void
send_frame(uint16_t type, const struct wbuf *body)
{
	const struct frame f = { .type = type, .length = (uint32_t)body->len, .sequence = ++sequence };
	uint8_t head[WIRE_HEAD];

	wire_put_head(head, &f);
	ck_assert_int_eq(write(peer, head, sizeof(head)), (ssize_t)sizeof(head));
	ck_assert_int_eq(write(peer, body->data, body->len), (ssize_t)body->len);
}

static void
greet(void)
{
	struct wbuf b = { 0 };

	msg_hello_put(&b,
	    &(struct msg_hello){
	        .version = WIRE_VERSION, .role = ROLE_PEER, .program = "chisand", .build = "t", .user = "" });
	send_frame(W_HELLO, &b);
	wbuf_done(&b);
}

static void
send_site(const char *name)
{
	struct wbuf b = { 0 }, tree = { 0 };
	char yaml[sizeof(site_text)];

	memcpy(yaml, site_text, sizeof(yaml));
	memcpy(strstr(yaml, "Unit"), name, 4);
	site_tree(yaml, &tree);
	msg_store_site_put(&b, &(struct msg_store_site){ .generation = 1, .length = (uint32_t)tree.len, .boot = 1 });
	send_frame(W_STORE_SITE, &b);
	send_frame(W_SITE_TREE, &tree);
	wbuf_done(&b);
	wbuf_done(&tree);
}

static void
limit_cb(struct ev_loop *l, ev_timer *t, int events)
{
	(void)t;
	(void)events;
	is_late = true;
	ev_break(l, EVBREAK_ALL);
}

/* Turns until a condition holds. */
#define UNTIL(condition) \
	do { \
		is_late = false; \
		ev_timer_set(&limit, 5.0, 0.0); \
		ev_timer_start(loop, &limit); \
		while (!(condition) && !is_late) \
			ev_run(loop, EVRUN_ONCE); \
		ev_timer_stop(loop, &limit); \
		ck_assert_msg(!is_late, "not in time: " #condition); \
	} while (0)

static void
setup(void)
{
	struct store_options o = { .data_folder = folder };
	struct data_folders folders;
	char text[800];
	int pair[2];

	folder_make();
	ck_assert(data_names(&folders, folder) && data_make(&folders, text, sizeof(text)));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	peer = pair[1];
	loop = ev_loop_new(0);
	ev_init(&limit, limit_cb);
	writer = writer_new(loop, pair[0], &o);
	greet();
	send_site("Unit");
	UNTIL(writer->is_open);
}

static void
teardown(void)
{
	if (peer >= 0)
		close(peer);
	writer_free(writer);
	ev_loop_destroy(loop);
	folder_remove();
}

static void
lose_the_pipe_cb(struct ev_loop *l, ev_timer *t, int events)
{
	(void)l;
	(void)t;
	(void)events;
	close(peer);
	peer = -1;
	for (int i = 0; i < 5; i++)
		writer_stay_alive(writer);
	has_worked = true;
}

/* Else it stays for ever, with the lock that the next one needs. */
START_TEST(a_pipe_that_ends_in_the_middle_of_a_copy_ends_it)
{
	has_worked = is_late = false;
	ev_timer_init(&at_work, lose_the_pipe_cb, 0.01, 0.0);
	ev_timer_start(loop, &at_work);
	ev_timer_set(&limit, 5.0, 0.0);
	ev_timer_start(loop, &limit);
	ev_run(loop, 0);
	ck_assert(has_worked && !is_late);
	ck_assert(writer->has_ended);
}
END_TEST

static void
new_site_cb(struct ev_loop *l, ev_timer *t, int events)
{
	const struct site *was = writer->site;

	(void)l;
	(void)t;
	(void)events;
	send_site("Else");
	for (int i = 0; i < 50 && writer->next == NULL; i++)
		writer_stay_alive(writer);
	ck_assert_ptr_nonnull(writer->next);
	ck_assert_ptr_eq(writer->site, was);
	has_worked = true;
}

START_TEST(a_site_that_comes_in_the_middle_of_a_copy_is_taken_after_it)
{
	has_worked = false;
	ev_timer_init(&at_work, new_site_cb, 0.01, 0.0);
	ev_timer_start(loop, &at_work);
	UNTIL(has_worked && writer->next == NULL && writer->is_open);
	ck_assert_str_eq(writer->site->name, "Else");
}
END_TEST

/* ---- answers */

static uint8_t came[1 << 20];
static size_t came_len;

/* The answer to a frame; false: it has not come yet. */
static bool
has_answer(uint32_t reply_to, struct frame *out)
{
	ssize_t n = read(peer, came + came_len, sizeof(came) - came_len);
	size_t at = 0, used;

	came_len += n > 0 ? (size_t)n : 0;
	while (wire_take(came + at, came_len - at, out, &used) == OK) {
		if (out->reply_to == reply_to)
			return true;
		at += used;
	}
	return false;
}

static uint32_t
send_entry(const struct msg_journal_add *m)
{
	struct wbuf b = { 0 };

	msg_journal_add_put(&b, m);
	send_frame(W_JOURNAL_ADD, &b);
	wbuf_done(&b);
	return sequence;
}

/* An entry of a foreign hand with the token of an act: the act was recorded, and that is what is to be told, though no frame carries it. */
START_TEST(an_entry_that_no_frame_carries_is_answered_all_the_same)
{
	static const char *const long_ones[] = { "before", "user", "terminal" };
	const struct msg_journal_add m = { .time = clock_utc().us,
		.kind = JOURNAL_NOTE,
		.uid = 5,
		.token = 77,
		.is_act = 1,
		.point = "D0.P0",
		.user = "duty",
		.terminal = "",
		.text = "a note",
		.before = "",
		.after = "" };
	struct msg_journal answer;
	struct frame f;
	struct rbuf r;
	uint32_t asked;
	char sql[200];

	came_len = 0;
	str_printf(sql, sizeof(sql),
	    "INSERT INTO journal VALUES (900, 5, %d, 0, 5, 77, 'D0.P0', 'duty', '', 'a note', '', '', zeroblob(32))",
	    JOURNAL_NOTE);
	ck_assert_int_eq(db_exec(&writer->db, "DROP TRIGGER journal_stays"), OK);
	ck_assert_msg(db_exec(&writer->db, sql) == OK, "%s", writer->db.text);
	str_printf(sql, sizeof(sql), "UPDATE journal SET %s = printf('%%.70000c', 'x') WHERE seq = 900", long_ones[_i]);
	ck_assert_msg(db_exec(&writer->db, sql) == OK, "%s", writer->db.text);
	asked = send_entry(&m);
	UNTIL(has_answer(asked, &f));
	ck_assert_uint_eq(f.type, W_JOURNAL);
	rbuf_init(&r, f.body, f.length);
	ck_assert(msg_journal_get(&r, &answer));
	ck_assert_uint_eq(answer.seq, 900);
	ck_assert_str_eq(answer.text, "a note");
	ck_assert_uint_eq(strlen(_i == 0 ? answer.before : _i == 1 ? answer.user : answer.terminal), JOURNAL_TEXT_MAX);
}
END_TEST

T_MAIN("writer_loop",
    T_FIXTURE(setup, teardown) T(a_pipe_that_ends_in_the_middle_of_a_copy_ends_it)
        T(a_site_that_comes_in_the_middle_of_a_copy_is_taken_after_it)
            T_LOOP(an_entry_that_no_frame_carries_is_answered_all_the_same, 0, 3))
