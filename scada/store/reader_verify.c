/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_verify.c - W_VERIFY_GET: the proof of the chain, some hundred entries a slice; how far it is now and then, the outcome at the end.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/store/journal.h"
#include "scada/store/reader_private.h"

#define SLICE_ENTRIES 500
#define TELL_ENTRIES  50000 /* between two frames that say how far it is */

struct verifying {
	char known[128];
	struct journal_proof *proof;
	uint64_t told;
};

static enum turn
begin(struct question *q, struct rbuf *r)
{
	struct verifying *v = q->own;
	struct msg_verify_get m = { .known = "" };

	if (r->len > 0 && !msg_verify_get_get(r, &m))
		return question_end(q, ERR_FRAME, "the question for a proof cannot be read");
	if (!str_copy(v->known, sizeof(v->known), m.known))
		return question_end(q, ERR_USAGE, "a checkpoint is a number, a space and 64 digits of 0-9 and a-f");
	return TURN_MORE;
}

static void
tell(struct question *q, const struct msg_verified *m)
{
	msg_verified_put(&q->reader->out, m);
	question_send(q, W_VERIFIED, &q->reader->out);
}

static enum turn
step(struct question *q)
{
	struct verifying *v = q->own;
	struct msg_verified m;
	bool done;
	enum err e;

	if (v->proof == NULL)
		v->proof = journal_prove(&q->reader->source.db, NULL, v->known[0] != '\0' ? v->known : NULL);
	e = journal_prove_step(v->proof, SLICE_ENTRIES, &m, &done);
	if (e == ERR_USAGE)
		return question_end(q, e, "%s", q->reader->source.db.text);
	if (e != OK)
		return question_failed(q, e);
	if (done) {
		tell(q, &m);
		return question_end(q, OK, "%s", "");
	}
	if (m.entries - v->told >= TELL_ENTRIES && q->credit > 1) { /* the last one granted is for the outcome */
		v->told = m.entries;
		tell(q, &m);
	}
	return TURN_MORE;
}

static void
end(struct question *q)
{
	struct verifying *v = q->own;

	journal_prove_end(v->proof);
}

const struct answer answer_verify = {
	.type = W_VERIFY_GET, .size = sizeof(struct verifying), .begin = begin, .step = step, .end = end
};
