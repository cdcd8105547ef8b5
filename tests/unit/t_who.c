/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_who.c - who may what: every message by every role, through the door of real sessions; every act on alarms and every step of a command
 * by every role; areas of responsibility.  What is not permitted by a table is denied.
 */
#include "config.h"

#include <ev.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/core/session.h"
#include "tests/unit/t.h"

#include "tests/unit/acting_kit.h"

static const struct made tanks = { .devices = 2, .levels = 2 };

/* ---- the door: a session of each role, and every row of the table */

static struct ev_loop *loop;
static struct sessions *all;
static struct sockaddr_un where;
static struct site_user me[1];
static int listening;
static unsigned handed, reached; /* to the request op; to what acts or asks */
static unsigned subscribed, raw_asked;

struct client {
	struct conn *conn;
	unsigned results, denied, closed, pongs;
	enum err bye;
};

static void
hello_cb(struct msg_hello *m, void *arg)
{
	(void)m;
	(void)arg;
}

static void
subscribe_cb(struct session *s, unsigned what, void *arg)
{
	(void)s;
	(void)what;
	(void)arg;
	subscribed++;
}

static void
raw_cb(struct session *s, uint32_t sequence, point_id id, void *arg)
{
	(void)s;
	(void)sequence;
	(void)id;
	(void)arg;
	raw_asked++;
}

/* As chisand has it: the hand, acts, else a question that goes to the reader. */
static bool
request_cb(struct session *s, const struct frame *f, void *arg)
{
	struct actor by = session_actor(s);
	const struct wire_row *row = wire_find(f->type);
	bool is_question = (row->flags & WF_REQUEST) != 0 || f->type == W_MORE || f->type == W_CANCEL;

	(void)arg;
	handed++;
	w.answer_count = 0;
	if (hand_frame(w.hand, NULL, &by, f, now(), mono()) || acts_frame(w.acts, NULL, &by, f, now(), mono()) ||
	    is_question) {
		reached++;
		return true;
	}
	return false;
}

static const struct sessions_ops ops = {
	.hello = hello_cb, .subscribe = subscribe_cb, .raw_get = raw_cb, .request = request_cb
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
	k->pongs += f->type == W_PONG;
	if (f->type == W_BYE && msg_bye_get(&r, &bye))
		k->bye = (enum err)bye.err;
	if (f->type == W_RESULT && msg_result_get(&r, &result)) {
		k->results++;
		k->denied += result.err == ERR_DENIED;
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
turns(void)
{
	for (int i = 0; i < 8; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
connect_client(struct client *k)
{
	struct msg_hello m = {
		.version = WIRE_VERSION, .role = ROLE_PEER, .program = "t_who", .build = "1", .user = "root"
	};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct wbuf b = { 0 };

	*k = (struct client){ .bye = OK };
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	k->conn = conn_new(loop, fd, &client_ops, k, NULL);
	conn_set_role(k->conn, ROLE_PEER); /* of what it receives; what it says of itself is worth nothing */
	msg_hello_put(&b, &m);
	conn_send(k->conn, W_HELLO, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

static void
open_door(enum role role)
{
	me[0] = (struct site_user){ .user = "me", .role = (int)role, .id = (int64_t)geteuid() };
	w.site->users = (struct key_list){ me, 1 };
	sessions_site(all, w.site);
}

static void
setup(void)
{
	start(&tanks);
	loop = ev_loop_new(EVFLAG_AUTO);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	where = (struct sockaddr_un){ .sun_family = AF_UNIX };
	str_printf(where.sun_path, sizeof(where.sun_path), "/tmp/t_who.%d", (int)getpid());
	unlink(where.sun_path);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&where, sizeof(where)), 0);
	ck_assert_int_eq(listen(listening, 64), 0);
	all = sessions_new(loop, listening, &ops, NULL);
}

static void
teardown(void)
{
	sessions_free(all);
	close(listening);
	unlink(where.sun_path);
	ev_loop_destroy(loop);
	stop();
}

/* Sends a body of the least size; what is permitted need not be understood. */
static void
try_row(struct client *k, const struct wire_row *row)
{
	struct wbuf b = { 0 };

	if (row->min > 0)
		memset(wbuf_grow(&b, row->min), 0, row->min);
	handed = reached = subscribed = raw_asked = 0;
	k->results = k->denied = k->pongs = 0;
	conn_send(k->conn, row->type, 0, &b, NULL);
	wbuf_done(&b);
	turns();
}

/* What a client may send at all, beside its requests. */
static bool
is_of_clients(const struct wire_row *row)
{
	return (row->flags & WF_REQUEST) != 0 || row->type == W_HELLO || row->type == W_BYE || row->type == W_PONG ||
	    row->type == W_RESULT || row->type == W_MORE || row->type == W_CANCEL;
}

START_TEST(every_message_by_every_role)
{
	enum role role = (enum role)_i;
	const struct wire_row *row;
	struct client k;

	open_door(role);
	for (size_t i = 0; (row = wire_row(i)) != NULL; i++) {
		if (row->type == W_HELLO || row->type == W_BYE)
			continue; /* no more than words of the door */
		connect_client(&k);
		ck_assert_msg(k.conn != NULL, "%s", role_word(role));
		try_row(&k, row);
		if (row->role > role) {
			ck_assert_msg(k.denied == 1 && handed == 0 && subscribed == 0 && raw_asked == 0,
			    "%s by %s: denied %u, handed on %u", row->name, role_word(role), k.denied, handed);
			ck_assert_uint_eq(k.closed, 0);
		} else if (!is_of_clients(row)) { /* what only a server says */
			ck_assert_msg(k.closed == 1 && k.bye == ERR_FRAME && reached == 0, "%s by %s", row->name,
			    role_word(role));
		} else if (row->type == W_PING || row->type == W_PONG || row->type == W_RESULT) {
			ck_assert_uint_eq(handed, 0);
		} else {
			ck_assert_msg(reached + subscribed + raw_asked == 1 || k.results == 1, "%s by %s: lost",
			    row->name, role_word(role));
			ck_assert_uint_eq(k.denied, 0);
		}
		if (k.conn != NULL)
			conn_free(k.conn);
		turns();
	}
}
END_TEST

START_TEST(who_is_of_no_role_or_of_the_helpers_is_not_let_in)
{
	struct client k;

	open_door(_i == 0 ? ROLE_NONE : ROLE_PEER);
	connect_client(&k);
	ck_assert_uint_eq(k.closed, 1);
	ck_assert_int_eq(k.bye, ERR_DENIED);
}
END_TEST

/* Who may change something is written down here once more: a row that is moved by mistake is found. */
static const struct {
	uint16_t type;
	enum role least;
} changing[] = {
	{ W_ALARM_ACT, ROLE_OPERATOR },
	{ W_MANUAL, ROLE_OPERATOR },
	{ W_SCAN, ROLE_OPERATOR },
	{ W_COMMAND, ROLE_VIEWER }, /* the dry run; steps have roles of their own */
	{ W_TAG, ROLE_OPERATOR },
	{ W_APPROVE, ROLE_OPERATOR },
	{ W_MODE, ROLE_OPERATOR },     /* the target takes a supervisor */
	{ W_SEQUENCE, ROLE_OPERATOR }, /* a sequence may want more */
	{ W_WHEEL, ROLE_OPERATOR },
	{ W_SCHEDULE, ROLE_OPERATOR },
	{ W_NOTE, ROLE_OPERATOR },
	{ W_REPORT_CONFIRM, ROLE_OPERATOR },
	{ W_BACKUP_GET, ROLE_ENGINEER },
	/* these change nothing, but devices may take amiss what is read of them, and all that is said on a link is seen */
	{ W_REGISTERS_GET, ROLE_ENGINEER },
	{ W_DUMP_GET, ROLE_ENGINEER },
};

START_TEST(what_changes_something_has_its_role)
{
	const struct wire_row *row;

	for (size_t i = 0; i < ARRAY_LEN(changing); i++) {
		row = wire_find(changing[i].type);
		ck_assert_msg(row->role == changing[i].least, "%s: %s", row->name, role_word(row->role));
	}
	/* and every request that is not among them is a question, which anybody may ask */
	for (size_t i = 0; (row = wire_row(i)) != NULL; i++) {
		bool is_changing = false;
		for (size_t n = 0; n < ARRAY_LEN(changing); n++)
			is_changing |= changing[n].type == row->type;
		if ((row->flags & WF_REQUEST) != 0 && !is_changing)
			ck_assert_msg(row->role == ROLE_VIEWER || row->role == ROLE_NONE || row->role == ROLE_PEER,
			    "%s: say here who may", row->name);
	}
	ck_assert_int_lt(ROLE_AUDITOR, ROLE_OPERATOR); /* who looks after others does not act */
}
END_TEST

/* ---- the finer tables */

static const enum role of_acts[ALARM_ACT_COUNT] = {
	[ALARM_ACT_ACK] = ROLE_OPERATOR,
	[ALARM_ACT_RESET] = ROLE_OPERATOR,
	[ALARM_ACT_SHELVE] = ROLE_OPERATOR,
	[ALARM_ACT_UNSHELVE] = ROLE_OPERATOR,
	[ALARM_ACT_OOS] = ROLE_SUPERVISOR,
	[ALARM_ACT_RETURN] = ROLE_SUPERVISOR,
	[ALARM_ACT_SILENCE] = ROLE_OPERATOR,
	[ALARM_ACT_COMMENT] = ROLE_OPERATOR,
	[ALARM_ACT_TEST] = ROLE_ENGINEER,
	[ALARM_ACT_LIMIT] = ROLE_ENGINEER,
};

START_TEST(every_act_on_alarms_by_every_role)
{
	for (unsigned act = 0; act <= ALARM_ACT_COUNT; act++)
		for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
			struct actor by = duty_a;
			struct msg_alarm_act m = act_on((enum alarm_act)act);
			bool may = act < ALARM_ACT_COUNT && role >= (int)of_acts[act];

			by.role = (enum role)role;
			m.is_dry = 1;
			m.until = now().us + S(60);
			w.answer_count = 0;
			w.line_count = 0;
			do_act(&by, m, "D0.L1.H");
			turn();
			if (act == ALARM_ACT_COUNT)
				ck_assert_int_eq(last_answer()->e, ERR_USAGE);
			else
				ck_assert_msg((last_answer()->e == ERR_DENIED) == !may, "%s by %s: %s",
				    alarm_act_word(act), role_word((enum role)role), last_answer()->text);
			if (!may && act < ALARM_ACT_COUNT)
				ck_assert_int_eq(last_answer()->addcause, AC_NO_AUTHORITY);
		}
}
END_TEST

static const enum role of_steps[STEP_COUNT] = {
	[STEP_CHECK] = ROLE_OPERATOR, /* who would not be permitted to do it is told so by the dry run */
	[STEP_SELECT] = ROLE_OPERATOR,
	[STEP_OPERATE] = ROLE_OPERATOR,
	[STEP_CANCEL] = ROLE_OPERATOR,
	[STEP_RELEASE] = ROLE_OPERATOR,
	[STEP_EXTEND] = ROLE_OPERATOR,
	[STEP_UNDO] = ROLE_OPERATOR,
};

/* Something for the step to work on: a selection, an override, a command that is over. */
static void
prepare(enum command_step step)
{
	struct msg_command m = {
		.step = STEP_OPERATE, .value = 55, .point = "D0.SP", .reason = "to begin with", .typed = ""
	};
	struct msg_field_written done = { .err = OK, .detail = "" };
	struct wbuf b = { 0 };

	feed("D0.SP", 20);
	turn();
	if (step == STEP_CHECK || step == STEP_SELECT || step == STEP_OPERATE)
		return;
	m.step = step == STEP_CANCEL ? STEP_SELECT : STEP_OPERATE;
	msg_command_put(&b, &m);
	request(&duty_a, W_COMMAND, &b, 20);
	wbuf_done(&b);
	turn();
	if (step == STEP_CANCEL)
		return;
	done.write = w.writes[0].write;
	done.point = w.writes[0].point;
	done.time = now().us;
	control_written(hand_control(w.hand), &done, now(), mono());
	w.us += S(1);
	feed("D0.SP", 55);
	turn();
}

START_TEST(every_step_of_a_command_by_every_role)
{
	enum command_step step = (enum command_step)(_i / ROLE_COUNT);
	enum role role = (enum role)(_i % ROLE_COUNT);
	bool may = role >= of_steps[step] && role < ROLE_PEER;
	struct msg_command m = {
		.step = (uint8_t)step, .value = 66, .point = "D0.SP", .reason = "because", .typed = ""
	};
	struct actor by = duty_a;
	struct wbuf b = { 0 };
	unsigned writes;

	prepare(step);
	by.role = role;
	writes = w.write_count;
	w.answer_count = 0;
	msg_command_put(&b, &m);
	request(&by, W_COMMAND, &b, 23);
	wbuf_done(&b);
	turn();
	turn();
	if (!may) {
		ck_assert_msg(w.answer_count == 1 && last_answer()->e == ERR_DENIED, "%s by %s: %u answers, %s",
		    command_step_word(step), role_word(role), w.answer_count,
		    w.answer_count > 0 ? last_answer()->text : "");
		ck_assert_uint_eq(w.write_count, writes);
	} else {
		ck_assert_msg(w.answer_count == 0 || last_answer()->e == OK, "%s by %s: %s", command_step_word(step),
		    role_word(role), last_answer()->text);
	}
}
END_TEST

START_TEST(tags_and_approvals_by_every_role)
{
	struct msg_tag tag = { .on = 1, .kind = TAG_INHIBIT, .point = "D0.SP", .text = "work", .permit = "" };
	struct actor by = duty_a;
	struct wbuf b = { 0 };

	/* the message's own least role is held at the door; here what comes through it all the same */
	msg_tag_put(&b, &tag);
	for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
		by.role = (enum role)role;
		w.answer_count = 0;
		request(&by, W_TAG, &b, 24);
		turn();
		ck_assert_msg((last_answer()->e == ERR_DENIED) == (role < ROLE_OPERATOR || role == ROLE_PEER),
		    "a tag by %s: %s", role_word((enum role)role), last_answer()->text);
	}
	wbuf_done(&b);
	for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
		uint64_t id = approval_ask(
		    hand_control(w.hand), &duty_a, ROLE_SUPERVISOR, "north", "x", NULL, NULL, now(), mono());
		ck_assert_uint_ne(id, 0);
		by = bert;
		by.role = (enum role)role;
		w.answer_count = 0;
		approve(&by, true, "");
		ck_assert_msg((last_answer()->e == OK) == (role >= ROLE_SUPERVISOR && role < ROLE_PEER), "by %s: %s",
		    role_word((enum role)role), last_answer()->text);
	}
}
END_TEST

/* ---- areas */

static const struct {
	const char *areas, *area;
	bool may;
} areas[] = {
	{ "", "north", true },
	{ NULL, "north", true },
	{ "north", "north", true },
	{ "north", "south", false },
	{ "north", "", true }, /* what has no area is everybody's */
	{ "north", NULL, true },
	{ "north,south", "south", true },
	{ "north, south", "south", true },
	{ " north  south ", "south", true },
	{ "northern", "north", false },
	{ "north", "northern", false },
	{ "north south", "north south", false }, /* no name of an area has a space */
	{ ", ,", "north", false },
	{ "NORTH", "north", false },
};

START_TEST(an_area_is_one_of_a_list)
{
	struct actor by = duty_a;

	by.areas = areas[_i].areas;
	ck_assert_msg(actor_has_area(&by, areas[_i].area) == areas[_i].may, "'%s' in '%s'",
	    areas[_i].area == NULL ? "-" : areas[_i].area, areas[_i].areas == NULL ? "-" : areas[_i].areas);
}
END_TEST

START_TEST(a_person_of_another_area_does_nothing_here)
{
	static const uint16_t steps[] = { STEP_CHECK, STEP_SELECT, STEP_OPERATE, STEP_RELEASE, STEP_EXTEND };
	struct actor south = duty_a;

	south.areas = "south";
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct msg_command m = {
			.step = (uint8_t)steps[i], .value = 66, .point = "D0.SP", .reason = "because", .typed = ""
		};
		struct wbuf b = { 0 };
		msg_command_put(&b, &m);
		request(&south, W_COMMAND, &b, 23);
		wbuf_done(&b);
		turn();
		ck_assert_msg(
		    last_answer()->e == ERR_DENIED, "%s: %s", command_step_word(steps[i]), last_answer()->text);
	}
	for (unsigned act = 0; act < ALARM_ACT_COUNT; act++) {
		struct msg_alarm_act m = act_on((enum alarm_act)act);
		if (act == ALARM_ACT_SILENCE)
			continue; /* of the horn, which is everybody's */
		south.role = ROLE_ENGINEER;
		m.until = now().us + S(60);
		do_act(&south, m, "D0.L1.H");
		turn();
		ck_assert_msg(last_answer()->e == ERR_DENIED, "%s: %s", alarm_act_word(act), last_answer()->text);
	}
	ck_assert_uint_eq(w.write_count, 0);
}
END_TEST

T_MAIN("who",
    T_FIXTURE(setup, teardown) T_LOOP(every_message_by_every_role, ROLE_VIEWER, ROLE_PEER)
        T_LOOP(who_is_of_no_role_or_of_the_helpers_is_not_let_in, 0, 2) T(what_changes_something_has_its_role) T(
            every_act_on_alarms_by_every_role) T_LOOP(every_step_of_a_command_by_every_role, 0, STEP_COUNT *ROLE_COUNT)
            T(tags_and_approvals_by_every_role) T_LOOP(an_area_is_one_of_a_list, 0, (int)ARRAY_LEN(areas))
                T(a_person_of_another_area_does_nothing_here))
