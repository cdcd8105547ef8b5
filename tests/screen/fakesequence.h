/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakesequence.h - a guided sequence as chisand tells it: what the model says, then what a person does.
 */
#ifndef CHISAN_FAKESEQUENCE_H
#define CHISAN_FAKESEQUENCE_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"
#include "scada/base/sequence.h"

#define FAKESEQUENCE_STEPS  16
#define FAKESEQUENCE_MOST   4
#define FAKESEQUENCE_INPUTS 8

struct fakesequence {
	struct utc now;
	struct {
		const char *name, *title, *title_ja;
		unsigned state, now, count;
		uint64_t run;
		struct {
			unsigned flags, mark, verdict;
			double wait_s, holds_s; /* holds_s: since so long */
			const char *text, *text_ja, *check, *check_text, *check_text_ja, *point, *tagged, *by;
			const char *inputs[FAKESEQUENCE_INPUTS];
			unsigned input_count;
			char reason[SEQUENCE_REASON];
		} steps[FAKESEQUENCE_STEPS];
		char reason[SEQUENCE_REASON], end_reason[SEQUENCE_REASON];
	} list[FAKESEQUENCE_MOST];
	unsigned count;
	uint64_t entries; /* of the journal */
	point_id (*find)(const char *name, void *arg);
	void *arg;
};

void fakesequence_init(struct fakesequence *q, struct utc now);
/*
 * "sequence|name|title|title_ja|state|now|reason"
 * "step|flags|mark|verdict|wait s|holds s|text|text_ja|check|check_text|check_text_ja|point|tagged|by|INPUT INPUT"; of the last sequence
 * False: neither. The strings are kept.
 */
bool fakesequence_line(struct fakesequence *q, char **field);
void fakesequence_snapshot(struct fakesequence *q, struct conn *c);
bool fakesequence_frame(
    struct fakesequence *q, struct conn *c, const struct frame *f); /* W_SEQUENCE; true: it was ours */

#endif
