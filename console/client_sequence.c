/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_sequence.c - W_SEQUENCE_DEF and W_SEQUENCE_STATE into the model, bounded and checked: what listens on a socket may be anything.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/client_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

static void
steps_done(struct client_step *steps, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		free(steps[i].text);
		free(steps[i].text_ja);
		free(steps[i].check);
		free(steps[i].check_text);
		free(steps[i].check_text_ja);
		free(steps[i].inputs);
	}
	free(steps);
}

static void
sequence_done(struct client_sequence *s)
{
	free(s->name);
	free(s->title);
	free(s->title_ja);
	free(s->area);
	steps_done(s->steps, s->step_count);
	memset(s, 0, sizeof *s);
}

void
client_sequences_done(struct client_sequences *q)
{
	for (uint32_t i = 0; i < q->n; i++)
		sequence_done(&q->v[i]);
	free(q->v);
	memset(q, 0, sizeof *q);
}

/* ---- what it is */

static bool
is_point_or_none(point_id id, uint32_t points)
{
	return id == POINT_NONE || id < points;
}

static bool
take_step(struct rbuf *r, struct client_step *p, uint32_t points)
{
	p->flags = r_u8(r);
	p->point = r_u32(r);
	p->tagged = r_u32(r);
	p->wait_us = r_i64(r);
	p->text = xstrdup(r_str(r));
	p->text_ja = xstrdup(r_str(r));
	p->check = xstrdup(r_str(r));
	p->check_text = xstrdup(r_str(r));
	p->check_text_ja = xstrdup(r_str(r));
	uint32_t n = r_u16(r);
	if (r->bad || (size_t)n * 4 > r->len - r->pos || !is_point_or_none(p->point, points) ||
	    !is_point_or_none(p->tagged, points) || p->wait_us < 0)
		return false;
	p->inputs = xcalloc((size_t)n + 1, sizeof *p->inputs);
	for (p->input_count = 0; p->input_count < n; p->input_count++) {
		p->inputs[p->input_count] = r_u32(r);
		if (p->inputs[p->input_count] >= points)
			return false;
	}
	return !r->bad;
}

static bool
take_steps(struct client_sequence *s, const struct msg_bytes *b, uint32_t points)
{
	struct rbuf r;

	rbuf_init(&r, b->data, b->len);
	s->steps = xcalloc(SEQUENCE_STEPS_MAX, sizeof *s->steps);
	while (r.pos < r.len) {
		if (s->step_count == SEQUENCE_STEPS_MAX || !take_step(&r, &s->steps[s->step_count++], points))
			return false;
	}
	return s->step_count > 0 && r_done(&r);
}

enum err
client_sequence_def(struct client_sequences *q, struct rbuf *r, uint32_t points)
{
	struct msg_sequence_def m;
	struct client_sequence s = { .is_told = false };

	if (!msg_sequence_def_get(r, &m) || m.count > SEQUENCES_MAX || m.index >= m.count || m.role >= ROLE_COUNT)
		return ERR_FRAME;
	s.role = (enum role)m.role;
	s.name = xstrdup(m.name);
	s.title = xstrdup(m.title);
	s.title_ja = xstrdup(m.title_ja);
	s.area = xstrdup(m.area);
	if (strlen(m.name) >= SEQUENCE_NAME_MAX || !take_steps(&s, &m.steps, points)) {
		sequence_done(&s);
		return ERR_FRAME;
	}
	if (q->n != m.count) {
		client_sequences_done(q);
		q->v = xcalloc(m.count, sizeof *q->v);
		q->n = m.count;
	}
	sequence_done(&q->v[m.index]);
	q->v[m.index] = s;
	return OK;
}

/* ---- how it is */

static bool
take_states(struct client_sequence *s, const struct msg_bytes *b)
{
	struct rbuf r;

	rbuf_init(&r, b->data, b->len);
	for (uint32_t i = 0; i < s->step_count; i++) {
		struct client_step *p = &s->steps[i];
		uint8_t mark = r_u8(&r), verdict = r_u8(&r);

		if (mark >= SEQ_MARK_COUNT || verdict >= SEQ_VERDICT_COUNT)
			return false;
		p->mark = (enum sequence_mark)mark;
		p->verdict = (enum sequence_verdict)verdict;
		p->holds.us = r_i64(&r);
		p->at.us = r_i64(&r);
		str_copy(p->by, sizeof p->by, r_str(&r));
		str_copy(p->reason, sizeof p->reason, r_str(&r));
	}
	return r_done(&r);
}

enum err
client_sequence_state(struct client_sequences *q, struct rbuf *r, uint64_t *number)
{
	struct msg_sequence_state m;

	if (!msg_sequence_state_get(r, &m) || m.state >= SEQ_STATE_COUNT)
		return ERR_FRAME;
	*number = m.index;
	if (q->n == 0 || (m.index < q->n && q->v[m.index].name == NULL))
		return OK; /* a change amid a snapshot, before what it is: its piece says it again */
	if (m.index >= q->n)
		return ERR_FRAME;
	struct client_sequence *s = &q->v[m.index];
	if (m.now > s->step_count || (m.state == SEQ_RUNNING && m.now >= s->step_count) || !take_states(s, &m.steps))
		return ERR_FRAME;
	s->state = (enum sequence_state)m.state;
	s->run = m.run;
	s->now = m.now;
	s->since.us = m.since;
	s->ended.us = m.ended;
	str_copy(s->user, sizeof s->user, m.user);
	str_copy(s->reason, sizeof s->reason, m.reason);
	str_copy(s->end_user, sizeof s->end_user, m.end_user);
	str_copy(s->end_reason, sizeof s->end_reason, m.end_reason);
	s->is_told = true;
	return OK;
}

/* ---- reading */

uint32_t
client_sequence_count(const struct client *c)
{
	return c->control != NULL ? c->control->sequences.n : 0;
}

const struct client_sequence *
client_sequence(const struct client *c, uint32_t i)
{
	return i < client_sequence_count(c) && c->control->sequences.v[i].is_told ? &c->control->sequences.v[i] : NULL;
}

const struct client_sequence *
client_sequence_find(const struct client *c, const char *name)
{
	for (uint32_t i = 0; i < client_sequence_count(c); i++) {
		const struct client_sequence *s = client_sequence(c, i);

		if (s != NULL && strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

enum client_step_look
client_step_look(const struct client_sequence *s, uint32_t step)
{
	const struct client_step *p = &s->steps[step];

	if (p->mark == SEQ_SKIPPED)
		return STEP_SKIPPED;
	if (p->mark == SEQ_CONFIRMED)
		return p->verdict == SEQ_FALSE || p->verdict == SEQ_BAD ? STEP_NO_LONGER : STEP_PASSED;
	if (s->state != SEQ_RUNNING || step != s->now)
		return STEP_AHEAD;
	return p->verdict == SEQ_TRUE || p->verdict == SEQ_NOTHING ? STEP_NOW : STEP_WAITS;
}

const char *
client_step_word(enum client_step_look look, bool ja)
{
	static const char *const words[STEP_LOOKS][2] = {
		[STEP_AHEAD] = { "", "" },
		[STEP_NOW] = { "now", "確認可" },
		[STEP_WAITS] = { "waits", "待ち" },
		[STEP_PASSED] = { "done", "済" },
		[STEP_SKIPPED] = { "skipped", "省略" },
		[STEP_NO_LONGER] = { "NO LONGER SO", "不成立に変化" },
	};

	return look < STEP_LOOKS ? words[look][ja] : "";
}

const char *
client_step_needs(const struct client_step *p, bool ja)
{
	if (ja && p->check_text_ja[0] != '\0')
		return p->check_text_ja;
	return p->check_text[0] != '\0' ? p->check_text : p->check;
}

char *
client_step_verdict(const struct client_step *p, struct utc now, bool ja, char *buf, size_t size)
{
	int64_t so = p->holds.us != 0 && now.us > p->holds.us ? (now.us - p->holds.us) / US_PER_S : 0;

	switch (p->verdict) {
	case SEQ_TRUE: str_copy(buf, size, ja ? "成立" : "fulfilled"); break;
	case SEQ_FALSE: str_copy(buf, size, ja ? "不成立" : "not fulfilled"); break;
	case SEQ_BAD: str_copy(buf, size, ja ? "判定不可: 入力が不良" : "not known: an input is not good"); break;
	case SEQ_WAITING:
		str_printf(buf, size, ja ? "成立 %lld/%lld秒" : "fulfilled for %lld s of %lld s", (long long)so,
		    (long long)(p->wait_us / US_PER_S));
		break;
	default: str_copy(buf, size, ja ? "運転員の判断" : "a person's word alone"); break;
	}
	return buf;
}

char *
client_sequence_text(const struct client_sequence *s, bool ja, char *buf, size_t size)
{
	char from[40], to[40] = "";
	const char *state = sequence_state_title(s->state, ja);

	if (s->state == SEQ_IDLE) {
		str_copy(buf, size, state);
		return buf;
	}
	(void)utc_civil(from, sizeof from, s->since, "%m-%d %H:%M");
	if (s->state != SEQ_RUNNING)
		(void)utc_civil(to, sizeof to, s->ended, "%m-%d %H:%M");
	if (s->state == SEQ_RUNNING)
		str_printf(buf, size, "%s, begun %s by %s: %s", state, from, s->user, s->reason);
	else
		str_printf(buf, size, "%s %s by %s%s%s; begun %s by %s: %s", state, to, s->end_user,
		    s->end_reason[0] != '\0' ? ": " : "", s->end_reason, from, s->user, s->reason);
	return buf;
}
