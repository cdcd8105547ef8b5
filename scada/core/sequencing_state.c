/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencing_state.c - the last run of a sequence, saved and restored.
 *
 * The saved form: u8 version, u8 state, u64 run, u16 now, i64 since, i64 ended, str user, str reason, str end_user, str end_reason,
 * bytes hash of the steps, u16 count, then each step: u8 mark, i64 at, str by, str reason
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/core/sequencing_private.h"

#define VERSION_1 1

void
sequence_put_state(const struct sequence *s, const struct run *r, struct wbuf *blob)
{
	w_u8(blob, VERSION_1);
	w_u8(blob, (uint8_t)r->state);
	w_u64(blob, r->id);
	w_u16(blob, (uint16_t)r->now);
	w_i64(blob, r->since.us);
	w_i64(blob, r->ended.us);
	w_str(blob, r->user);
	w_str(blob, r->reason);
	w_str(blob, r->end_user);
	w_str(blob, r->end_reason);
	w_bytes(blob, s->hash, SEQ_HASH);
	w_u16(blob, (uint16_t)s->count);
	for (unsigned i = 0; i < s->count; i++) {
		w_u8(blob, (uint8_t)r->steps[i].mark);
		w_i64(blob, r->steps[i].at.us);
		w_str(blob, r->steps[i].by);
		w_str(blob, r->steps[i].reason);
	}
}

void
sequence_save(struct sequencing *q, const struct sequence *s, struct utc now)
{
	struct wbuf blob = { .len = 0 };

	sequence_put_state(s, &s->run, &blob);
	q->ops->save(
	    &(struct msg_store_state){
	        .kind = STATE_SEQUENCE, .name = s->def->name, .time = now.us, .blob = { blob.data, blob.len } },
	    q->arg);
	wbuf_done(&blob);
}

void
sequencing_save_all(struct sequencing *q, struct utc now)
{
	for (uint32_t i = 0; i < q->count; i++)
		if (q->list[i].run.id != 0)
			sequence_save(q, &q->list[i], now);
}

static void
read_str(struct rbuf *r, char *buf, size_t size)
{
	str_copy(buf, size, r_str(r));
}

static bool
read_step(struct rbuf *r, struct step_done *d)
{
	uint8_t mark = r_u8(r);

	d->mark = (enum sequence_mark)mark;
	d->at.us = r_i64(r);
	read_str(r, d->by, sizeof(d->by));
	read_str(r, d->reason, sizeof(d->reason));
	return !r->bad && mark < SEQ_MARK_COUNT;
}

/* *is_same: its steps are those of the site file. False: not to be read. */
static bool
read_run(struct rbuf *r, const struct sequence *s, struct run *run, bool *is_same)
{
	uint8_t version = r_u8(r), state = r_u8(r);
	const uint8_t *hash;
	size_t len;
	unsigned count;

	memset(run, 0, sizeof(*run));
	run->state = (enum sequence_state)state;
	run->id = r_u64(r);
	run->now = r_u16(r);
	run->since.us = r_i64(r);
	run->ended.us = r_i64(r);
	read_str(r, run->user, sizeof(run->user));
	read_str(r, run->reason, sizeof(run->reason));
	read_str(r, run->end_user, sizeof(run->end_user));
	read_str(r, run->end_reason, sizeof(run->end_reason));
	hash = r_bytes(r, &len);
	count = r_u16(r);
	if (r->bad || version != VERSION_1 || state >= SEQ_STATE_COUNT || count > SEQUENCE_STEPS_MAX ||
	    run->now > count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!read_step(r, &run->steps[i]))
			return false;
	*is_same = len == SEQ_HASH && memcmp(hash, s->hash, SEQ_HASH) == 0 && count == s->count &&
	    (run->state != SEQ_RUNNING || run->now < count);
	return r_done(r);
}

bool
sequencing_restore(struct sequencing *q, const struct msg_store_state *m, struct utc now, struct mono mono)
{
	struct sequence *s;
	struct run run;
	struct rbuf r;
	bool is_same;

	if (m->kind != STATE_SEQUENCE)
		return false;
	s = sequence_find(q, m->name);
	if (s == NULL) /* the site file has it no longer; the journal has what was done */
		return true;
	rbuf_init(&r, m->blob.data, m->blob.len);
	if (!read_run(&r, s, &run, &is_same))
		return false;
	if (is_same) {
		s->run = run;
	} else {
		if (run.state == SEQ_RUNNING)
			logbook_say(q->log, now, mono, JOURNAL_SEQUENCE, NULL,
			    "%s ended at step %u: the site file has other steps now", s->def->name, run.now + 1);
		s->run.id = run.id;
		sequence_save(q, s, now);
	}
	s->is_changed = true;
	sequencing_turn(q, now, mono);
	return true;
}
