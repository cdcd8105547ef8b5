/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client_sequence.c - sequences in the console's model: what is read, what of a hostile server is refused, and how a step is said.
 */
#include "config.h"

#include <string.h>

#include "console/client_private.h"
#include "console/client_sequence.h"
#include "scada/base/msg.h"
#include "scada/base/schema.h"
#include "tests/unit/t.h"

#define POINTS 5
#define NOW    INT64_C(1795392000000000)

static struct client_sequences q;

static void
setup(void)
{
	memset(&q, 0, sizeof(q));
}

static void
teardown(void)
{
	client_sequences_done(&q);
}

struct def {
	unsigned index, count, steps, role;
	point_id point, tagged, input;
	int64_t wait_us;
	const char *name;
};
static const struct def good = { .index = 0,
	.count = 1,
	.steps = 3,
	.role = ROLE_OPERATOR,
	.point = 4,
	.tagged = POINT_NONE,
	.input = 2,
	.name = "a" };

static enum err
take_def(const struct def *d, size_t cut)
{
	struct wbuf steps = { .len = 0 }, b = { .len = 0 };
	struct rbuf r;

	for (unsigned i = 0; i < d->steps; i++) {
		w_u8(&steps, SEQ_MAY_SKIP);
		w_u32(&steps, d->point);
		w_u32(&steps, d->tagged);
		w_i64(&steps, d->wait_us);
		w_str(&steps, "text");
		w_str(&steps, "文");
		w_str(&steps, "A.B == 0");
		w_str(&steps, i == 0 ? "nothing" : "");
		w_str(&steps, "");
		w_u16(&steps, 1);
		w_u32(&steps, d->input);
	}
	msg_sequence_def_put(&b,
	    &(struct msg_sequence_def){ .index = (uint16_t)d->index,
	        .count = (uint16_t)d->count,
	        .role = (uint8_t)d->role,
	        .name = d->name,
	        .steps = { steps.data, steps.len - cut } });
	rbuf_init(&r, b.data, b.len);
	enum err e = client_sequence_def(&q, &r, POINTS);
	wbuf_done(&b);
	wbuf_done(&steps);
	return e;
}

struct state {
	unsigned index, state, now, steps, mark, verdict;
};
static const struct state running = {
	.index = 0, .state = SEQ_RUNNING, .now = 1, .steps = 3, .mark = SEQ_CONFIRMED, .verdict = SEQ_FALSE
};

static enum err
take_state(const struct state *s)
{
	struct wbuf steps = { .len = 0 }, b = { .len = 0 };
	uint64_t number;
	struct rbuf r;

	for (unsigned i = 0; i < s->steps; i++) {
		w_u8(&steps, i == 0 ? (uint8_t)s->mark : SEQ_OPEN);
		w_u8(&steps, i == 0 ? (uint8_t)s->verdict : SEQ_WAITING);
		w_i64(&steps, NOW - 4 * US_PER_S);
		w_i64(&steps, 0);
		w_str(&steps, "duty");
		w_str(&steps, "");
	}
	msg_sequence_state_put(&b,
	    &(struct msg_sequence_state){ .index = (uint16_t)s->index,
	        .state = (uint8_t)s->state,
	        .run = 7,
	        .now = (uint16_t)s->now,
	        .since = NOW,
	        .user = "duty",
	        .reason = "grid lost",
	        .steps = { steps.data, steps.len } });
	rbuf_init(&r, b.data, b.len);
	enum err e = client_sequence_state(&q, &r, &number);
	wbuf_done(&b);
	wbuf_done(&steps);
	return e;
}

START_TEST(what_is_told_is_there)
{
	char text[200];

	ck_assert_int_eq(take_def(&good, 0), OK);
	ck_assert(!q.v[0].is_told);
	ck_assert_int_eq(take_state(&running), OK);
	const struct client_sequence *s = &q.v[0];
	ck_assert(s->is_told);
	ck_assert_uint_eq(s->step_count, 3);
	ck_assert_uint_eq(s->run, 7);
	ck_assert_int_eq(client_step_look(s, 0), STEP_NO_LONGER);
	ck_assert_int_eq(client_step_look(s, 1), STEP_WAITS);
	ck_assert_int_eq(client_step_look(s, 2), STEP_AHEAD);
	ck_assert_str_eq(client_step_needs(&s->steps[0], false), "nothing");
	ck_assert_str_eq(client_step_needs(&s->steps[1], false), "A.B == 0");
	q.v[0].steps[1].wait_us = 10 * US_PER_S;
	ck_assert_str_eq(client_step_verdict(&s->steps[1], (struct utc){ NOW }, false, text, sizeof(text)),
	    "fulfilled for 4 s of 10 s");
	/* the same again, and others in place of them */
	ck_assert_int_eq(take_def(&good, 0), OK);
	ck_assert(!q.v[0].is_told);
	struct def two = good;
	two.count = 2;
	two.index = 1;
	ck_assert_int_eq(take_def(&two, 0), OK);
	ck_assert_ptr_null(q.v[0].name);
}
END_TEST

START_TEST(a_definition_that_cannot_be_is_refused)
{
	struct def d[10];

	for (size_t i = 0; i < ARRAY_LEN(d); i++)
		d[i] = good;
	d[0].index = 1;
	d[1].count = SEQUENCES_MAX + 1;
	d[2].steps = 0;
	d[3].steps = SEQUENCE_STEPS_MAX + 1;
	d[4].point = POINTS;
	d[5].tagged = POINTS;
	d[6].input = POINT_NONE;
	d[7].wait_us = -1;
	d[8].role = ROLE_COUNT;
	d[9].name = "0123456789012345678901234567890123456789012345678901234567890123";
	for (size_t i = 0; i < ARRAY_LEN(d); i++)
		ck_assert_msg(take_def(&d[i], 0) == ERR_FRAME, "row %zu", i);
	for (size_t cut = 1; cut < 20; cut++)
		ck_assert_int_eq(take_def(&good, cut), ERR_FRAME);
	ck_assert_int_eq(take_def(&good, 0), OK);
}
END_TEST

START_TEST(a_state_that_cannot_be_is_refused)
{
	struct state s[7];

	ck_assert_int_eq(take_state(&running), OK); /* amid a snapshot, before its definition: said again behind it */
	ck_assert_uint_eq(q.n, 0);
	ck_assert_int_eq(take_def(&good, 0), OK);
	for (size_t i = 0; i < ARRAY_LEN(s); i++)
		s[i] = running;
	s[0].index = 1;
	s[1].state = SEQ_STATE_COUNT;
	s[2].now = 3; /* none is current, and yet it runs */
	s[3].steps = 2;
	s[4].steps = 4;
	s[5].mark = SEQ_MARK_COUNT;
	s[6].verdict = SEQ_VERDICT_COUNT;
	for (size_t i = 0; i < ARRAY_LEN(s); i++)
		ck_assert_msg(take_state(&s[i]) == ERR_FRAME, "row %zu", i);
	struct state done = running;
	done.state = SEQ_DONE;
	done.now = 3;
	ck_assert_int_eq(take_state(&done), OK);
}
END_TEST

T_MAIN("client_sequence",
    T_FIXTURE(setup, teardown) T(what_is_told_is_there) T(a_definition_that_cannot_be_is_refused)
        T(a_state_that_cannot_be_is_refused))
