/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakesequence.c - frames of sequences, and the answer to W_SEQUENCE.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/screen/fakesequence.h"

#define RUN 1795349311000000u

void
fakesequence_init(struct fakesequence *q, struct utc now)
{
	*q = (struct fakesequence){ .now = now, .entries = 300 };
}

static double
number(const char *s)
{
	double v;

	return s != NULL && str_to_double(s, &v) ? v : 0;
}

static void
line_step(struct fakesequence *q, char **f)
{
	unsigned i = q->list[q->count - 1].count++;
	char *save = NULL;

	q->list[q->count - 1].steps[i].flags = (unsigned)number(f[1]);
	q->list[q->count - 1].steps[i].mark = (unsigned)number(f[2]);
	q->list[q->count - 1].steps[i].verdict = (unsigned)number(f[3]);
	q->list[q->count - 1].steps[i].wait_s = number(f[4]);
	q->list[q->count - 1].steps[i].holds_s = number(f[5]);
	q->list[q->count - 1].steps[i].text = f[6];
	q->list[q->count - 1].steps[i].text_ja = f[7];
	q->list[q->count - 1].steps[i].check = f[8];
	q->list[q->count - 1].steps[i].check_text = f[9];
	q->list[q->count - 1].steps[i].check_text_ja = f[10];
	q->list[q->count - 1].steps[i].point = f[11];
	q->list[q->count - 1].steps[i].tagged = f[12];
	q->list[q->count - 1].steps[i].by = f[13];
	for (char *w = f[14] != NULL ? strtok_r(xstrdup(f[14]), " ", &save) : NULL;
	     w != NULL && q->list[q->count - 1].steps[i].input_count < FAKESEQUENCE_INPUTS;
	     w = strtok_r(NULL, " ", &save))
		q->list[q->count - 1].steps[i].inputs[q->list[q->count - 1].steps[i].input_count++] = w;
}

bool
fakesequence_line(struct fakesequence *q, char **f)
{
	if (strcmp(f[0], "sequence") == 0 && q->count < FAKESEQUENCE_MOST) {
		q->list[q->count].name = f[1];
		q->list[q->count].title = f[2];
		q->list[q->count].title_ja = f[3];
		q->list[q->count].state = (unsigned)number(f[4]);
		q->list[q->count].now = (unsigned)number(f[5]);
		q->list[q->count].run = q->list[q->count].state == SEQ_IDLE ? 0 : RUN;
		str_copy(q->list[q->count].reason, sizeof q->list[q->count].reason, f[6]);
		q->count++;
		return true;
	}
	if (strcmp(f[0], "step") != 0 || q->count == 0 || q->list[q->count - 1].count == FAKESEQUENCE_STEPS)
		return false;
	line_step(q, f);
	return true;
}

static point_id
find(const struct fakesequence *q, const char *name)
{
	return name == NULL || name[0] == '\0' ? POINT_NONE : q->find(name, q->arg);
}

static void
send_def(struct fakesequence *q, struct conn *c, unsigned n)
{
	struct wbuf steps = { .len = 0 }, b = { .len = 0 };

	for (unsigned i = 0; i < q->list[n].count; i++) {
		w_u8(&steps, (uint8_t)q->list[n].steps[i].flags);
		w_u32(&steps, find(q, q->list[n].steps[i].point));
		w_u32(&steps, find(q, q->list[n].steps[i].tagged));
		w_i64(&steps, (int64_t)q->list[n].steps[i].wait_s * US_PER_S);
		w_str(&steps, q->list[n].steps[i].text);
		w_str(&steps, q->list[n].steps[i].text_ja);
		w_str(&steps, q->list[n].steps[i].check);
		w_str(&steps, q->list[n].steps[i].check_text);
		w_str(&steps, q->list[n].steps[i].check_text_ja);
		w_u16(&steps, (uint16_t)q->list[n].steps[i].input_count);
		for (unsigned k = 0; k < q->list[n].steps[i].input_count; k++)
			w_u32(&steps, find(q, q->list[n].steps[i].inputs[k]));
	}
	msg_sequence_def_put(&b,
	    &(struct msg_sequence_def){ .index = (uint16_t)n,
	        .count = (uint16_t)q->count,
	        .role = ROLE_OPERATOR,
	        .name = q->list[n].name,
	        .title = q->list[n].title,
	        .title_ja = q->list[n].title_ja,
	        .area = "",
	        .steps = { steps.data, steps.len } });
	conn_send(c, W_SEQUENCE_DEF, 0, &b, NULL);
	wbuf_done(&b);
	wbuf_done(&steps);
}

static void
send_state(struct fakesequence *q, struct conn *c, unsigned n)
{
	struct wbuf steps = { .len = 0 }, b = { .len = 0 };
	bool is_over = q->list[n].state == SEQ_DONE || q->list[n].state == SEQ_ABORTED;

	for (unsigned i = 0; i < q->list[n].count; i++) {
		bool is_watched = q->list[n].state == SEQ_RUNNING &&
		    (i == q->list[n].now || q->list[n].steps[i].mark == SEQ_CONFIRMED);
		double holds = q->list[n].steps[i].holds_s;

		w_u8(&steps, (uint8_t)q->list[n].steps[i].mark);
		w_u8(&steps, is_watched ? (uint8_t)q->list[n].steps[i].verdict : SEQ_NOTHING);
		w_i64(&steps, is_watched && holds > 0 ? q->now.us - (int64_t)holds * US_PER_S : 0);
		w_i64(&steps, q->list[n].steps[i].mark != SEQ_OPEN ? q->now.us - (60 - (int64_t)i) * US_PER_S : 0);
		w_str(&steps, q->list[n].steps[i].mark != SEQ_OPEN ? q->list[n].steps[i].by : "");
		w_str(&steps, q->list[n].steps[i].reason);
	}
	msg_sequence_state_put(&b,
	    &(struct msg_sequence_state){ .index = (uint16_t)n,
	        .state = (uint8_t)q->list[n].state,
	        .run = q->list[n].run,
	        .now = (uint16_t)q->list[n].now,
	        .since = q->list[n].run != 0 ? q->now.us - 240 * US_PER_S : 0,
	        .ended = is_over ? q->now.us : 0,
	        .user = q->list[n].run != 0 ? "duty_a" : "",
	        .reason = q->list[n].reason,
	        .end_user = is_over ? "duty_a" : "",
	        .end_reason = q->list[n].end_reason,
	        .steps = { steps.data, steps.len } });
	conn_send(c, W_SEQUENCE_STATE, 0, &b, NULL);
	wbuf_done(&b);
	wbuf_done(&steps);
}

void
fakesequence_snapshot(struct fakesequence *q, struct conn *c)
{
	for (unsigned n = 0; n < q->count; n++) {
		send_def(q, c, n);
		send_state(q, c, n);
	}
}

static void
step_on(struct fakesequence *q, unsigned n, const struct msg_sequence *m)
{
	unsigned i = q->list[n].now;

	q->list[n].steps[i].mark = m->act == SEQ_CONFIRM ? SEQ_CONFIRMED : SEQ_SKIPPED;
	q->list[n].steps[i].by = "operator";
	str_copy(q->list[n].steps[i].reason, sizeof q->list[n].steps[i].reason, m->reason);
	if (++q->list[n].now == q->list[n].count)
		q->list[n].state = SEQ_DONE;
}

static void
begin(struct fakesequence *q, unsigned n, const struct msg_sequence *m)
{
	q->list[n].state = SEQ_RUNNING;
	q->list[n].run = q->list[n].run == 0 ? RUN : q->list[n].run + 1;
	q->list[n].now = 0;
	for (unsigned i = 0; i < q->list[n].count; i++)
		q->list[n].steps[i].mark = SEQ_OPEN;
	str_copy(q->list[n].reason, sizeof q->list[n].reason, m->reason);
}

bool
fakesequence_frame(struct fakesequence *q, struct conn *c, const struct frame *f)
{
	struct msg_sequence m;
	struct rbuf r;
	unsigned n = 0;

	if (f->type != W_SEQUENCE)
		return false;
	rbuf_init(&r, f->body, f->length);
	if (!msg_sequence_get(&r, &m)) {
		conn_result(c, f->sequence, ERR_USAGE, -1, "the request cannot be read");
		return true;
	}
	while (n < q->count && strcmp(q->list[n].name, m.name) != 0)
		n++;
	if (n == q->count ||
	    (m.act != SEQ_BEGIN && (m.run != q->list[n].run || (m.act != SEQ_ABORT && m.step != q->list[n].now)))) {
		conn_result(c, f->sequence, ERR_REFUSED, AC_PARAMETER_CHANGE, "another run or step is the current one");
		return true;
	}
	unsigned verdict = q->list[n].steps[q->list[n].now].verdict;
	if (m.act == SEQ_CONFIRM && (verdict == SEQ_FALSE || verdict == SEQ_BAD)) {
		conn_result(c, f->sequence, ERR_REFUSED, AC_BLOCKED_INTERLOCKING, "step %u is not so; needed: %s",
		    q->list[n].now + 1, q->list[n].steps[q->list[n].now].check_text);
		return true;
	}
	if (m.act == SEQ_BEGIN) {
		begin(q, n, &m);
	} else if (m.act == SEQ_ABORT) {
		q->list[n].state = SEQ_ABORTED;
		str_copy(q->list[n].end_reason, sizeof q->list[n].end_reason, m.reason);
	} else {
		step_on(q, n, &m);
	}
	conn_result(c, f->sequence, OK, -1, "recorded as entry %llu: %s: step %u", (unsigned long long)++q->entries,
	    m.name, q->list[n].now + 1);
	send_state(q, c, n);
	return true;
}
