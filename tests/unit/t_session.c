/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_session.c - the door: who is let in, who is sent away and with which words, and what a client may send.
 */
#include "config.h"

#include <ev.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/session.h"
#include "tests/unit/t.h"

#include "tests/unit/made_site.h"

struct client {
	struct conn *conn;
	struct msg_hello hello;
	unsigned hellos, results, pongs, closed;
	enum err result, bye;
	char words[256], user[64];
};

static struct ev_loop *loop;
static struct sessions *all;
static struct site *site;
static int listening;
static struct sockaddr_un where;
static unsigned subscribed, raw_asked, gone;
static unsigned last_what, requested, came, left, told_refused;
static uint16_t last_request;
static struct session *raw_asker;

static void
hello_cb(struct msg_hello *m, void *arg)
{
	(void)arg;
	m->generation = 9;
}

static void
subscribe_cb(struct session *s, unsigned what, void *arg)
{
	(void)s;
	(void)arg;
	subscribed++;
	last_what = what;
}

static void
raw_get_cb(struct session *s, uint32_t sequence, point_id point, void *arg)
{
	(void)sequence;
	(void)point;
	(void)arg;
	raw_asked++;
	raw_asker = s;
}

static void
gone_cb(struct session *s, void *arg)
{
	(void)s;
	(void)arg;
	gone++;
}

static bool
request_cb(struct session *s, const struct frame *f, void *arg)
{
	(void)s;
	(void)arg;
	requested++;
	last_request = f->type;
	return f->type == W_NOTE || f->type == W_TREND_GET;
}

static void
came_cb(struct session *s, void *arg)
{
	(void)s;
	(void)arg;
	came++;
}

static void
left_cb(struct session *s, enum err why, void *arg)
{
	(void)s;
	(void)why;
	(void)arg;
	left++;
}

static void
refused_cb(long uid, long pid, const char *text, uint32_t count, void *arg)
{
	(void)arg;
	ck_assert_int_eq(uid, (long)geteuid());
	ck_assert_int_eq(pid, (long)getpid());
	ck_assert(text != NULL);
	told_refused += count;
}

static const struct sessions_ops ops = {
	.hello = hello_cb,
	.subscribe = subscribe_cb,
	.raw_get = raw_get_cb,
	.gone = gone_cb,
	.request = request_cb,
	.came = came_cb,
	.left = left_cb,
	.refused = refused_cb,
};

static void
client_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct client *k = arg;
	struct msg_result result;
	struct msg_bye bye;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_HELLO:
		ck_assert(msg_hello_get(&r, &k->hello));
		str_copy(k->user, sizeof(k->user), k->hello.user);
		k->hellos++;
		break;
	case W_RESULT:
		ck_assert(msg_result_get(&r, &result));
		k->result = (enum err)result.err;
		k->results++;
		break;
	case W_BYE:
		ck_assert(msg_bye_get(&r, &bye));
		k->bye = (enum err)bye.err;
		str_copy(k->words, sizeof(k->words), bye.text);
		break;
	case W_PONG: k->pongs++; break;
	default: ck_abort_msg("%s to a client that asked for nothing", wire_find(f->type)->name);
	}
}

static void
client_closed(struct conn *c, enum err why, void *arg)
{
	struct client *k = arg;

	(void)why;
	k->closed++;
	conn_free(c);
	k->conn = NULL;
}

static const struct conn_ops client_ops = { client_frame, client_closed };

static void
connect_client(struct client *k)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*k = (struct client){ .bye = OK };
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	k->conn = conn_new(loop, fd, &client_ops, k, NULL);
	conn_set_role(k->conn, ROLE_PEER);
}

static void
turns(void)
{
	for (int i = 0; i < 8; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
send_hello(struct client *k, uint16_t version)
{
	struct msg_hello m = {
		.version = version, .role = ROLE_ENGINEER, .program = "t_session", .build = "1", .user = "root"
	};
	struct wbuf b = { 0 };

	msg_hello_put(&b, &m);
	conn_send(k->conn, W_HELLO, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
send_u32(struct client *k, uint16_t type, uint32_t v)
{
	struct wbuf b = { 0 };

	w_u32(&b, v);
	conn_send(k->conn, type, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
setup(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	where = (struct sockaddr_un){ .sun_family = AF_UNIX };
	str_printf(where.sun_path, sizeof(where.sun_path), "/tmp/t_session.%d", (int)getpid());
	unlink(where.sun_path);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&where, sizeof(where)), 0);
	ck_assert_int_eq(listen(listening, 512), 0);
	subscribed = raw_asked = gone = 0;
	site = made_site(1, 1);
	all = sessions_new(loop, listening, &ops, NULL);
	sessions_site(all, site);
}

static void
teardown(void)
{
	sessions_free(all);
	site_free(site);
	close(listening);
	unlink(where.sun_path);
	ev_loop_destroy(loop);
}

START_TEST(a_greeting_is_answered_with_role_and_name)
{
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	ck_assert_uint_eq(k.hellos, 1);
	ck_assert_uint_eq(k.hello.version, WIRE_VERSION);
	ck_assert_uint_eq(k.hello.generation, 9);
	ck_assert_uint_eq(k.hello.role, ROLE_ENGINEER);
	ck_assert(strcmp(k.user, "root") == 0 || strncmp(k.user, "uid ", 4) == 0);
	ck_assert_uint_eq(sessions_count(all), 1);
	send_u32(&k, W_SUBSCRIBE, SUB_ALL);
	ck_assert_uint_eq(subscribed, 1);
	ck_assert_uint_eq(last_what, SUB_ALL);
	ck_assert_int_eq(k.result, OK);
	conn_send(k.conn, W_PING, 0, NULL, NULL);
	turns();
	ck_assert_uint_eq(k.pongs, 1);
	conn_free(k.conn);
	turns();
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(sessions_count(all), 0);
}
END_TEST

START_TEST(another_version_is_refused_with_a_sentence)
{
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION + 1);
	ck_assert_uint_eq(k.closed, 1);
	ck_assert_int_eq(k.bye, ERR_VERSION);
	ck_assert(strstr(k.words, "version 2") != NULL);
	ck_assert_uint_eq(sessions_count(all), 0);
}
END_TEST

START_TEST(who_is_not_known_is_sent_away_before_anything_is_read)
{
	struct site_user others[] = { { .user = "somebody", .role = ROLE_ENGINEER, .id = 4711 } };
	struct client k;

	site->users = (struct key_list){ others, 1 };
	sessions_site(all, site);
	connect_client(&k);
	turns();
	ck_assert_uint_eq(k.closed, 1);
	ck_assert_int_eq(k.bye, ERR_DENIED);
	ck_assert(strstr(k.words, "users") != NULL);
	ck_assert_uint_eq(k.hellos, 0);
	ck_assert_uint_eq(sessions_count(all), 0);
	ck_assert_uint_eq(told_refused, 1);
}
END_TEST

START_TEST(a_verb_before_the_greeting_does_nothing)
{
	struct client k;

	connect_client(&k);
	send_u32(&k, W_SUBSCRIBE, SUB_ALL);
	ck_assert_uint_eq(subscribed, 0);
	ck_assert_int_eq(k.result, ERR_DENIED);
	conn_send(k.conn, W_PING, 0, NULL, NULL);
	turns();
	ck_assert_uint_eq(k.pongs, 0);
	ck_assert_uint_eq(k.closed, 1);
}
END_TEST

START_TEST(who_does_not_greet_is_sent_away)
{
	struct client k;

	connect_client(&k);
	while (k.closed == 0)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_int_eq(k.bye, ERR_TIMEOUT);
	ck_assert_uint_eq(sessions_count(all), 0);
}
END_TEST

static void
send_note(struct client *k, const char *text)
{
	struct msg_note m = { .token = 7, .point = "", .text = text };
	struct wbuf b = { 0 };

	msg_note_put(&b, &m);
	conn_send(k->conn, W_NOTE, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

START_TEST(acts_and_questions_are_handed_on_by_role)
{
	struct site_user me[] = { { .user = "me", .role = ROLE_VIEWER, .id = (int64_t)geteuid() } };
	struct wbuf b = { 0 };
	struct client k;

	requested = 0;
	site->users = (struct key_list){ me, 1 };
	sessions_site(all, site);
	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	send_note(&k, "the pump sounds rough");
	ck_assert_uint_eq(requested, 0); /* a viewer does not act */
	ck_assert_int_eq(k.result, ERR_DENIED);
	msg_trend_get_put(&b, &(struct msg_trend_get){ .from = 1, .to = 2, .buckets = 1 });
	conn_send(k.conn, W_TREND_GET, 0, &b, NULL);
	turns();
	ck_assert_uint_eq(requested, 1); /* but may ask */
	ck_assert_uint_eq(last_request, W_TREND_GET);
	me[0].role = ROLE_OPERATOR;
	sessions_site(all, site);
	send_note(&k, "the pump sounds rough");
	ck_assert_uint_eq(requested, 2);
	ck_assert_uint_eq(last_request, W_NOTE);
	send_u32(&k, W_SUBSCRIBE, SUB_JOURNAL);
	ck_assert_uint_eq(last_what, SUB_JOURNAL);
	conn_free(k.conn);
	turns();
	wbuf_done(&b);
}
END_TEST

START_TEST(only_who_stays_came)
{
	struct mono began = clock_mono();
	struct client k, quick;

	came = left = 0;
	connect_client(&quick);
	send_hello(&quick, WIRE_VERSION);
	conn_free(quick.conn);
	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	while (came == 0 && mono_diff_us(clock_mono(), began) < 30 * US_PER_S)
		ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(came, 1);
	ck_assert_int_ge(mono_diff_us(clock_mono(), began), 9 * US_PER_S);
	ck_assert_uint_eq(left, 0); /* the quick one was never told */
	conn_free(k.conn);
	turns();
	ck_assert_uint_eq(left, 1);
}
END_TEST

START_TEST(what_only_a_server_sends_ends_the_session)
{
	struct wbuf b = { 0 };
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	memset(wbuf_grow(&b, 12), 0, 12);
	conn_send(k.conn, W_SNAPSHOT_END, 0, &b, NULL);
	turns();
	ck_assert_uint_eq(k.closed, 1);
	ck_assert_int_eq(k.bye, ERR_FRAME);
	wbuf_done(&b);
}
END_TEST

START_TEST(what_helpers_send_is_denied_to_a_client)
{
	struct wbuf b = { 0 };
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	memset(wbuf_grow(&b, 14), 0, 14);
	conn_set_generation(k.conn, 0);
	conn_send(k.conn, W_SAMPLES, 0, &b, NULL);
	turns();
	ck_assert_int_eq(k.result, ERR_DENIED);
	ck_assert_uint_eq(k.closed, 0);
	conn_free(k.conn);
	wbuf_done(&b);
	turns();
}
END_TEST

START_TEST(impossible_subscriptions_are_refused)
{
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	send_u32(&k, W_SUBSCRIBE, 1u << 31);
	ck_assert_int_eq(k.result, ERR_USAGE);
	ck_assert_uint_eq(subscribed, 0);
	conn_free(k.conn);
	turns();
}
END_TEST

START_TEST(open_questions_are_bounded)
{
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	for (int i = 0; i < SESSION_RAW_MAX; i++)
		send_u32(&k, W_RAW_GET, 0);
	ck_assert_uint_eq(raw_asked, SESSION_RAW_MAX);
	ck_assert_uint_eq(k.results, 0);
	send_u32(&k, W_RAW_GET, 0);
	ck_assert_uint_eq(raw_asked, SESSION_RAW_MAX);
	ck_assert_int_eq(k.result, ERR_BUSY);
	raw_asker->raw_open--; /* one was answered */
	send_u32(&k, W_RAW_GET, 0);
	ck_assert_uint_eq(raw_asked, SESSION_RAW_MAX + 1);
	conn_free(k.conn);
	turns();
}
END_TEST

START_TEST(one_user_cannot_take_all_places)
{
	static struct client many[SESSIONS_A_USER + 5];
	unsigned refused = 0;

	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		connect_client(&many[i]);
	for (int i = 0; i < 50; i++)
		turns();
	ck_assert_uint_eq(sessions_count(all), SESSIONS_A_USER);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		refused += many[i].bye == ERR_BUSY && many[i].closed == 1;
	ck_assert_uint_eq(refused, 5);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		conn_free(many[i].conn);
	for (int i = 0; i < 50; i++)
		turns();
	ck_assert_uint_eq(sessions_count(all), 0);
}
END_TEST

START_TEST(the_last_places_are_for_operators)
{
	const uint32_t reserved = SESSIONS_MAX - SESSIONS_RESERVED;

	ck_assert(sessions_refuse(0, 0, ROLE_VIEWER) == NULL);
	ck_assert(sessions_refuse(reserved - 1, 0, ROLE_VIEWER) == NULL);
	ck_assert(sessions_refuse(reserved, 0, ROLE_VIEWER) != NULL);
	ck_assert(sessions_refuse(reserved, 0, ROLE_OPERATOR) == NULL);
	ck_assert(sessions_refuse(SESSIONS_MAX - 1, 0, ROLE_OPERATOR) == NULL);
	ck_assert(sessions_refuse(SESSIONS_MAX, 0, ROLE_ENGINEER) != NULL);
	ck_assert(sessions_refuse(SESSIONS_A_USER, SESSIONS_A_USER - 1, ROLE_ENGINEER) == NULL);
	ck_assert(sessions_refuse(SESSIONS_A_USER, SESSIONS_A_USER, ROLE_ENGINEER) != NULL);
}
END_TEST

START_TEST(a_reload_changes_roles_and_sends_away)
{
	struct site_user me[] = { { .user = "me", .role = ROLE_VIEWER, .id = (int64_t)geteuid() } };
	struct site_user others[] = { { .user = "somebody", .role = ROLE_ENGINEER, .id = 4711 } };
	struct client k;

	connect_client(&k);
	send_hello(&k, WIRE_VERSION);
	site->users = (struct key_list){ me, 1 };
	sessions_site(all, site);
	turns();
	ck_assert_uint_eq(k.hellos, 2);
	ck_assert_uint_eq(k.hello.role, ROLE_VIEWER);
	site->users = (struct key_list){ others, 1 };
	sessions_site(all, site);
	turns();
	ck_assert_uint_eq(k.closed, 1);
	ck_assert_int_eq(k.bye, ERR_DENIED);
}
END_TEST

START_TEST(connecting_and_leaving_leaks_nothing)
{
	struct client k;
	int before = open("/dev/null", O_RDONLY), after;

	close(before);
	for (int i = 0; i < 2000; i++) {
		connect_client(&k);
		ev_run(loop, EVRUN_NOWAIT);
		conn_free(k.conn);
		if (i % 16 == 0)
			turns();
	}
	for (int i = 0; i < 50; i++)
		turns();
	after = open("/dev/null", O_RDONLY);
	close(after);
	ck_assert_int_eq(after, before);
	ck_assert_uint_eq(sessions_count(all), 0);
}
END_TEST

T_MAIN("session",
    T_FIXTURE(setup, teardown) T(a_greeting_is_answered_with_role_and_name)
        T(another_version_is_refused_with_a_sentence) T(who_is_not_known_is_sent_away_before_anything_is_read)
            T(a_verb_before_the_greeting_does_nothing) T(who_does_not_greet_is_sent_away)
                T(what_only_a_server_sends_ends_the_session) T(what_helpers_send_is_denied_to_a_client)
                    T(impossible_subscriptions_are_refused) T(open_questions_are_bounded)
                        T(one_user_cannot_take_all_places) T(the_last_places_are_for_operators)
                            T(a_reload_changes_roles_and_sends_away) T(connecting_and_leaving_leaks_nothing)
                                T(acts_and_questions_are_handed_on_by_role) T(only_who_stays_came))
