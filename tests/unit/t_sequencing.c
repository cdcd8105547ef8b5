/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_sequencing.c - guided sequences in simulated time on a small site: what is refused and why, what the journal and the saved state hold, what
 * consoles are told. Nothing is written to the field, because there is no way to.
 */
#include "config.h"

#include <string.h>

#include "scada/base/conn.h"
#include "scada/base/str.h"
#include "scada/core/sequencing.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define START INT64_C(1795392000000000) /* 2026-11-23T00:00:00Z */

enum { BREAKER, VOLTS, COMMAND, POINTS };
static const char *const names[POINTS] = { "CB.52R", "BUS.V", "CB.52R_CMD" };

static struct site_step steps[] = {
	{ .text = "52R is open",
	    .check = "CB.52R == 0",
	    .check_text = "52R open",
	    .point = "CB.52R_CMD",
	    .lasts = true },
	{ .text = "The bus is dead", .check = "BUS.V < 600", .wait_us = 10 * US_PER_S },
	{ .text = "52R is tagged", .check = "CB.52R == 0", .tagged = "CB.52R_CMD", .lasts = true },
	{ .text = "Somebody has looked", .skip = true },
};
static struct site_step other_steps[] = { { .text = "52R is open", .check = "CB.52R == 1" } };
static struct site_sequence defs[] = {
	{ .name = "black-start", .title = "Black start", .role = ROLE_OPERATOR, .area = "east", .steps = { steps, 4 } },
	{ .name = "other", .role = ROLE_SUPERVISOR, .steps = { other_steps, 1 } },
};

static struct kit kit;
static struct table *table;
static struct logbook *book;
static struct sequencing *q;
static int64_t us;
static bool is_tagged;
static char logged[4096];
static uint8_t saved[8192];
static size_t saved_len;
static unsigned saved_count, told_count;
static uint8_t frame[16384];
static struct msg_sequence_state told; /* of black-start */
static struct {
	uint8_t mark, verdict;
	int64_t holds;
} shown[8];

static struct utc
now(void)
{
	return (struct utc){ START + us };
}

static struct mono
mono(void)
{
	return (struct mono){ 1000 * US_PER_S + us };
}

static void
take_state(const struct frame *f)
{
	struct msg_sequence_state m;
	struct rbuf r, s;

	rbuf_init(&r, f->body, f->length);
	ck_assert(msg_sequence_state_get(&r, &m) && r_done(&r));
	told = m;
	rbuf_init(&s, m.steps.data, m.steps.len);
	for (unsigned i = 0; s.pos < s.len; i++) {
		ck_assert_uint_lt(i, ARRAY_LEN(shown));
		shown[i].mark = r_u8(&s);
		shown[i].verdict = r_u8(&s);
		shown[i].holds = r_i64(&s);
		(void)r_i64(&s);
		(void)r_str(&s);
		(void)r_str(&s);
	}
	ck_assert(r_done(&s));
	told_count++;
}

static void
publish_cb(const struct wbuf *frames, void *arg)
{
	struct frame f;
	size_t used;

	(void)arg;
	ck_assert_int_eq(wire_take(frames->data, frames->len, &f, &used), OK);
	ck_assert_uint_eq(f.type, W_SEQUENCE_STATE);
	if (f.body[0] != 0 || f.body[1] != 0) /* the other sequence */
		return;
	ck_assert_uint_le(frames->len, sizeof(frame));
	memcpy(frame, frames->data, frames->len); /* told.user and others point into it */
	ck_assert_int_eq(wire_take(frame, frames->len, &f, &used), OK);
	take_state(&f);
}

static void
save_cb(const struct msg_store_state *s, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(s->kind, STATE_SEQUENCE);
	ck_assert_uint_lt(s->blob.len, sizeof(saved));
	memcpy(saved, s->blob.data, s->blob.len);
	saved_len = s->blob.len;
	saved_count++;
}

static bool
inhibited_cb(point_id id, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(id, COMMAND);
	return is_tagged;
}

static const struct sequencing_ops ops = { .publish = publish_cb, .save = save_cb, .is_inhibited = inhibited_cb };

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct rbuf r;

	(void)arg;
	*sequence = 1;
	ck_assert_uint_eq(type, W_JOURNAL_ADD);
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m));
	ck_assert_uint_eq(m.kind, JOURNAL_SEQUENCE);
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
static const struct logbook_ops book_ops = { .send = send_cb, .recorded = recorded_cb };

static void
sample(unsigned id, double v, enum err cause)
{
	ck_assert(table_sample(table, id, v, cause, now(), now(), mono()));
}

/* A second passes; points are as they were. */
static void
second(double breaker, double volts)
{
	us += US_PER_S;
	sample(BREAKER, breaker, OK);
	sample(VOLTS, volts, OK);
	table_tick(table, mono());
	sequencing_turn(q, now(), mono());
}

static void
make_site(uint32_t count)
{
	static struct key_name states[] = { { 0, "open" }, { 1, "closed" } };

	kit_init(&kit, POINTS);
	for (unsigned i = 0; i < POINTS; i++) {
		struct site_point_def *p = kit_read(&kit, names[i], i == VOLTS ? KIND_ANALOG : KIND_DIGITAL);

		if (i == VOLTS)
			p->unit = "V";
		else
			p->states = (struct key_names){ states, 2 };
	}
	kit.site.sequences = (struct key_list){ defs, count };
	table = table_new(&kit.site);
}

static void
setup(void)
{
	(void)clock_set_zone("Asia/Tokyo");
	defs[0].steps = (struct key_list){ steps, 4 };
	us = 0;
	is_tagged = false;
	logged[0] = '\0';
	saved_len = saved_count = told_count = 0;
	make_site(2);
	book = logbook_new(&book_ops, NULL, 1);
	logbook_ready(book);
	q = sequencing_new(book, &ops, NULL);
	sequencing_site(q, table, 1, now(), mono());
}

static void
teardown(void)
{
	sequencing_free(q);
	logbook_free(book);
	table_free(table);
	kit_done(&kit);
}

static struct actor duty = { .uid = 1, .user = "duty", .terminal = "pts/1", .role = ROLE_OPERATOR, .areas = "" };

static bool
act(enum sequence_act what, uint64_t run, unsigned step, const char *reason, struct refusal *why,
    struct sequence_entry *entry)
{
	struct sequence_ask ask = { .act = what, .run = run, .step = step, .name = "black-start" };
	struct sequence_entry e;

	if (!sequencing_check(q, &ask, &duty, now(), mono(), why))
		return false;
	sequencing_describe(q, &ask, &duty, reason, now(), &e);
	/* what goes with the entry is what a restart gives back */
	struct rbuf r;
	size_t len;
	rbuf_init(&r, e.states.data, e.states.len);
	ck_assert_uint_eq(r_u8(&r), STATE_SEQUENCE);
	ck_assert_str_eq(r_str(&r), "black-start");
	const uint8_t *blob = r_bytes(&r, &len);
	ck_assert(r_done(&r));
	memcpy(saved, blob, len);
	saved_len = len;
	wbuf_done(&e.states);
	sequencing_set(q, &ask, &duty, reason, now(), mono());
	if (entry != NULL)
		*entry = e;
	return true;
}

static void
must(enum sequence_act what, const char *reason)
{
	struct refusal why;

	ck_assert_msg(act(what, told.run, told.now, reason, &why, NULL), "%s", why.text);
}

static void
begin(void)
{
	second(1, 6600);
	must(SEQ_BEGIN, "grid lost");
	ck_assert_uint_eq(told.state, SEQ_RUNNING);
	ck_assert_uint_eq(told.now, 0);
}

START_TEST(a_step_is_confirmed_only_while_its_check_is_true)
{
	struct refusal why;
	struct sequence_entry e;

	begin();
	ck_assert(!act(SEQ_CONFIRM, told.run, 0, "", &why, NULL));
	ck_assert_int_eq(why.e, ERR_REFUSED);
	ck_assert_int_eq(why.addcause, AC_BLOCKED_INTERLOCKING);
	ck_assert_str_eq(why.text, "step 1 is not so; needed: 52R open; read: CB.52R closed (1)");
	ck_assert_uint_eq(shown[0].verdict, SEQ_FALSE);
	second(0, 6600);
	ck_assert_uint_eq(shown[0].verdict, SEQ_TRUE);
	ck_assert(act(SEQ_CONFIRM, told.run, 0, "seen at the panel", &why, &e));
	ck_assert_str_eq(e.text, "black-start: confirmed: step 1 of 4: 52R is open; seen at the panel");
	ck_assert_str_eq(e.before, "CB.52R open (0)");
	ck_assert_str_eq(e.after, "step 2 of 4: The bus is dead");
	ck_assert_str_eq(e.point, "CB.52R_CMD");
	ck_assert_uint_eq(told.now, 1);
	ck_assert_uint_eq(shown[0].mark, SEQ_CONFIRMED);
}
END_TEST

START_TEST(an_input_that_is_not_good_confirms_nothing)
{
	struct refusal why;

	begin();
	second(0, 6600);
	sample(BREAKER, 0, ERR_TIMEOUT);
	ck_assert(!act(SEQ_CONFIRM, told.run, 0, "", &why, NULL));
	ck_assert_int_eq(why.addcause, AC_BLOCKED_PROCESS);
	ck_assert_ptr_nonnull(strstr(why.text, "an input is not good"));
	/* and one that is not renewed */
	second(0, 6600);
	us += 60 * US_PER_S;
	table_tick(table, mono());
	ck_assert(!act(SEQ_CONFIRM, told.run, 0, "", &why, NULL));
	ck_assert_int_eq(why.addcause, AC_BLOCKED_PROCESS);
	/* a value by hand is good: who entered it is in the journal */
	table_manual(table, BREAKER, 0, now(), mono());
	ck_assert(act(SEQ_CONFIRM, told.run, 0, "", &why, NULL));
}
END_TEST

START_TEST(a_check_must_hold_for_its_time)
{
	struct refusal why;

	begin();
	second(0, 6600);
	must(SEQ_CONFIRM, "");
	for (int i = 0; i < 8; i++)
		second(0, 0);
	ck_assert_uint_eq(shown[1].verdict, SEQ_WAITING);
	ck_assert(!act(SEQ_CONFIRM, told.run, 1, "", &why, NULL));
	ck_assert_ptr_nonnull(strstr(why.text, "has been so for 7 s, and is to be so for 10 s"));
	second(0, 700); /* a break: from the beginning */
	for (int i = 0; i < 10; i++)
		second(0, 0);
	ck_assert(!act(SEQ_CONFIRM, told.run, 1, "", &why, NULL));
	second(0, 0);
	must(SEQ_CONFIRM, "");
	ck_assert_uint_eq(told.now, 2);
}
END_TEST

static void
go_to(unsigned step)
{
	begin();
	second(0, 0);
	must(SEQ_CONFIRM, "");
	if (step == 1)
		return;
	for (int i = 0; i < 12; i++)
		second(0, 0);
	must(SEQ_CONFIRM, "");
	is_tagged = step > 2;
	second(0, 0);
	if (step > 2)
		must(SEQ_CONFIRM, "");
	ck_assert_uint_eq(told.now, step);
}

START_TEST(a_tag_is_asked_for_as_well)
{
	struct refusal why;

	go_to(2);
	ck_assert(!act(SEQ_CONFIRM, told.run, 2, "", &why, NULL));
	ck_assert_str_eq(
	    why.text, "step 3 is not so; needed: CB.52R == 0; read: CB.52R open (0); no inhibit tag is on CB.52R_CMD");
	is_tagged = true;
	must(SEQ_CONFIRM, "");
}
END_TEST

START_TEST(what_is_no_longer_so_is_told_and_undoes_nothing)
{
	go_to(3);
	ck_assert_uint_eq(shown[0].verdict, SEQ_TRUE);
	second(1, 6600);
	ck_assert_uint_eq(shown[0].mark, SEQ_CONFIRMED);
	ck_assert_uint_eq(shown[0].verdict, SEQ_FALSE);
	ck_assert_uint_eq(shown[1].verdict, SEQ_NOTHING); /* it was to change */
	ck_assert_uint_eq(shown[2].verdict, SEQ_FALSE);
	ck_assert_uint_eq(told.now, 3);
	/* and stands in the journal, once each */
	ck_assert_ptr_nonnull(strstr(logged, "black-start: no longer so: step 1 of 4: "));
	ck_assert_ptr_nonnull(strstr(logged, "; read: CB.52R "));
	ck_assert_ptr_nonnull(strstr(logged, "no longer so: step 3 of 4: "));
	ck_assert_ptr_null(strstr(logged, "no longer so: step 2 of 4: "));
	logged[0] = '\0';
	second(1, 6600);
	ck_assert_str_eq(logged, "");
	sample(0, 1, ERR_TIMEOUT); /* nobody knows: nothing new */
	sequencing_turn(q, now(), mono());
	ck_assert_str_eq(logged, "");
	second(0, 6600);
	ck_assert_uint_eq(shown[0].verdict, SEQ_TRUE);
	ck_assert_ptr_nonnull(strstr(logged, "black-start: so again: step 1 of 4: "));
}
END_TEST

START_TEST(it_comes_to_its_end)
{
	struct refusal why;
	struct sequence_entry e;

	go_to(3);
	ck_assert_uint_eq(shown[3].verdict, SEQ_NOTHING);
	ck_assert(act(SEQ_CONFIRM, told.run, 3, "", &why, &e)); /* a person's word alone */
	ck_assert_str_eq(e.before, "nothing to read: a person's word");
	ck_assert_str_eq(e.after, "done");
	ck_assert_uint_eq(told.state, SEQ_DONE);
	ck_assert_uint_eq(told.now, 4);
	ck_assert_str_eq(told.end_user, "duty");
	ck_assert(!act(SEQ_CONFIRM, told.run, 4, "", &why, NULL));
	ck_assert(!act(SEQ_ABORT, told.run, 4, "late", &why, NULL));
	ck_assert_uint_eq(shown[0].verdict, SEQ_NOTHING); /* nobody looks at a run that is over */
	uint64_t run = told.run;
	must(SEQ_BEGIN, "once more");
	ck_assert_uint_gt(told.run, run);
	ck_assert_uint_eq(shown[0].mark, SEQ_OPEN);
}
END_TEST

START_TEST(only_what_may_be_skipped_is)
{
	struct refusal why;

	begin();
	ck_assert(!act(SEQ_SKIP, told.run, 0, "in a hurry", &why, NULL));
	ck_assert_ptr_nonnull(strstr(why.text, "step 1 may not be skipped"));
	must(SEQ_ABORT, "a false alarm");
	ck_assert_uint_eq(told.state, SEQ_ABORTED);
	ck_assert_str_eq(told.end_reason, "a false alarm");
	us += US_PER_S;
	go_to(3);
	must(SEQ_SKIP, "nobody there");
	ck_assert_uint_eq(shown[3].mark, SEQ_SKIPPED);
	ck_assert_uint_eq(told.state, SEQ_DONE);
}
END_TEST

START_TEST(who_saw_another_run_or_step_is_refused)
{
	struct refusal why;

	begin();
	second(0, 0);
	ck_assert(!act(SEQ_BEGIN, 0, 0, "twice", &why, NULL));
	ck_assert_str_eq(why.text, "black-start is under way already, begun by duty: grid lost");
	ck_assert(!act(SEQ_CONFIRM, told.run + 1, 0, "", &why, NULL));
	ck_assert_int_eq(why.addcause, AC_PARAMETER_CHANGE);
	ck_assert(!act(SEQ_CONFIRM, told.run, 1, "", &why, NULL));
	ck_assert_str_eq(why.text, "step 1 is the current one, you meant step 2; look at it first");
	must(SEQ_CONFIRM, "");
	ck_assert(!act(SEQ_CONFIRM, told.run, 0, "", &why, NULL)); /* the same key pressed twice */
}
END_TEST

START_TEST(another_persons_act_that_is_being_recorded_is_waited_for)
{
	struct refusal why;

	begin();
	second(0, 0);
	sequencing_hold(q, "black-start", true);
	ck_assert(!act(SEQ_CONFIRM, told.run, 0, "", &why, NULL));
	ck_assert_int_eq(why.e, ERR_BUSY);
	sequencing_hold(q, "black-start", false);
	must(SEQ_CONFIRM, "");
}
END_TEST

START_TEST(role_and_area_are_asked_for)
{
	struct sequence_ask ask = { .act = SEQ_BEGIN, .name = "other" };
	struct refusal why;
	struct actor west = duty;

	ck_assert(!sequencing_check(q, &ask, &duty, now(), mono(), &why));
	ck_assert_int_eq(why.e, ERR_DENIED);
	ck_assert_str_eq(why.text, "other is run by the role supervisor; yours is operator");
	west.areas = "west";
	str_copy(ask.name, sizeof(ask.name), "black-start");
	ck_assert(!sequencing_check(q, &ask, &west, now(), mono(), &why));
	ck_assert_str_eq(why.text, "black-start is of area east; you answer for: west");
	str_copy(ask.name, sizeof(ask.name), "no-such");
	ck_assert(!sequencing_check(q, &ask, &duty, now(), mono(), &why));
	ck_assert_int_eq(why.e, ERR_NOT_FOUND);
}
END_TEST

static bool
restore(void)
{
	struct msg_store_state s = { .kind = STATE_SEQUENCE, .name = "black-start", .blob = { saved, saved_len } };

	return sequencing_restore(q, &s, now(), mono());
}

START_TEST(a_restart_goes_on_at_the_same_step)
{
	struct msg_sequence_state before;

	go_to(2);
	before = told;
	uint64_t run = before.run;
	sequencing_free(q);
	q = sequencing_new(book, &ops, NULL);
	memset(&told, 0, sizeof(told));
	sequencing_site(q, table, 1, now(), mono());
	ck_assert(restore());
	ck_assert_uint_eq(told.run, run);
	ck_assert_uint_eq(told.state, SEQ_RUNNING);
	ck_assert_uint_eq(told.now, 2);
	ck_assert_str_eq(told.reason, "grid lost");
	ck_assert_uint_eq(shown[1].mark, SEQ_CONFIRMED);
	is_tagged = true;
	must(SEQ_CONFIRM, "");
	must(SEQ_CONFIRM, "");
	ck_assert_uint_eq(told.state, SEQ_DONE);
}
END_TEST

START_TEST(what_was_saved_and_is_cut_or_bent_is_not_taken)
{
	uint8_t whole[sizeof(saved)];
	size_t len;

	go_to(2);
	len = saved_len;
	memcpy(whole, saved, len);
	for (saved_len = 0; saved_len < len; saved_len++)
		ck_assert(!restore());
	saved_len = len;
	for (size_t i = 0; i < len; i++) { /* it may read, and must not break anything */
		memcpy(saved, whole, len);
		saved[i] ^= 0xFF;
		size_t keep = saved_len;
		(void)restore();
		saved_len = keep;
		second(0, 0);
		ck_assert_uint_le(told.now, 4);
	}
}
END_TEST

static void
reload(uint32_t count)
{
	struct kit old_kit = kit;
	struct table *old = table;

	make_site(count);
	table_adopt(table, old);
	sequencing_site(q, table, 2, now(), mono());
	table_free(old);
	kit_done(&old_kit);
	second(0, 0);
}

START_TEST(a_reload_goes_on_with_the_same_steps)
{
	go_to(2);
	uint64_t run = told.run;
	reload(2);
	ck_assert_uint_eq(told.run, run);
	ck_assert_uint_eq(told.now, 2);
	ck_assert_str_eq(logged, "");
}
END_TEST

START_TEST(a_reload_with_other_steps_ends_the_run_and_says_so)
{
	go_to(2);
	uint64_t run = told.run;
	struct kit old_kit = kit;
	struct table *old = table;
	static struct site_sequence fewer[2];

	memcpy(fewer, defs, sizeof(fewer));
	fewer[0].steps.n = 3;
	make_site(2);
	kit.site.sequences.v = fewer;
	sequencing_site(q, table, 2, now(), mono());
	table_free(old);
	kit_done(&old_kit);
	second(0, 0);
	ck_assert_uint_eq(told.state, SEQ_IDLE);
	ck_assert_str_eq(logged, "black-start ended at step 3 of 4: the site file has other steps now\n");
	ck_assert_uint_eq(saved_count, 1);
	must(SEQ_BEGIN, "again");
	ck_assert_uint_gt(told.run, run);
}
END_TEST

START_TEST(a_snapshot_says_what_it_is_and_how_it_is)
{
	struct wbuf frames = { .len = 0 };
	struct msg_sequence_def m;
	struct frame f;
	struct rbuf r;
	size_t used;

	begin();
	ck_assert_uint_eq(sequencing_pieces(q), 2);
	sequencing_piece(q, 0, 1, &frames);
	ck_assert_int_eq(wire_take(frames.data, frames.len, &f, &used), OK);
	ck_assert_uint_eq(f.type, W_SEQUENCE_DEF);
	rbuf_init(&r, f.body, f.length);
	ck_assert(msg_sequence_def_get(&r, &m) && r_done(&r));
	ck_assert_str_eq(m.name, "black-start");
	ck_assert_uint_eq(m.count, 2);
	ck_assert_uint_eq(m.role, ROLE_OPERATOR);
	rbuf_init(&r, m.steps.data, m.steps.len);
	ck_assert_uint_eq(r_u8(&r), 0);
	ck_assert_uint_eq(r_u32(&r), COMMAND);
	ck_assert_uint_eq(r_u32(&r), POINT_NONE);
	ck_assert_int_eq(r_i64(&r), 0);
	ck_assert_str_eq(r_str(&r), "52R is open");
	size_t first = used;
	ck_assert_int_eq(wire_take(frames.data + first, frames.len - first, &f, &used), OK);
	ck_assert_uint_eq(f.type, W_SEQUENCE_STATE);
	ck_assert_uint_eq(first + used, frames.len);
	wbuf_done(&frames);
}
END_TEST

START_TEST(consoles_are_told_what_is_new_and_no_more)
{
	begin();
	unsigned count = told_count;
	for (int i = 0; i < 10; i++)
		second(1, 6600 + i);
	ck_assert_uint_eq(told_count, count);
	second(0, 6600);
	ck_assert_uint_eq(told_count, count + 1);
}
END_TEST

T_MAIN("sequencing",
    T_FIXTURE(setup, teardown) T(a_step_is_confirmed_only_while_its_check_is_true)
        T(an_input_that_is_not_good_confirms_nothing) T(a_check_must_hold_for_its_time) T(a_tag_is_asked_for_as_well)
            T(what_is_no_longer_so_is_told_and_undoes_nothing) T(it_comes_to_its_end) T(only_what_may_be_skipped_is)
                T(who_saw_another_run_or_step_is_refused) T(another_persons_act_that_is_being_recorded_is_waited_for)
                    T(role_and_area_are_asked_for) T(a_restart_goes_on_at_the_same_step)
                        T(what_was_saved_and_is_cut_or_bent_is_not_taken) T(a_reload_goes_on_with_the_same_steps)
                            T(a_reload_with_other_steps_ends_the_run_and_says_so) T(
                                a_snapshot_says_what_it_is_and_how_it_is) T(consoles_are_told_what_is_new_and_no_more))
