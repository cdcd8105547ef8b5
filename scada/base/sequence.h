/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence.h - the words of guided sequences that chisand and consoles share: acts, states of a run, marks of steps, what a check says.
 */
#ifndef CHISAN_BASE_SEQUENCE_H
#define CHISAN_BASE_SEQUENCE_H

#include "scada/base/point.h"

#define SEQUENCE_REASON    201 /* bytes of a reason with the terminator */
#define SEQUENCE_NAME_MAX  64  /* bytes with the terminator */
#define SEQUENCE_STEPS_MAX 60
#define SEQUENCES_MAX      50 /* of a site */

/* clang-format off */
/* What a person does. _(id, word, is a reason wanted, help) */
#define SEQUENCE_ACT_LIST(_) \
	_(SEQ_BEGIN,   "begin",   1, "a run begins at its first step") \
	_(SEQ_CONFIRM, "confirm", 0, "the current step is done: its check is true and good, and a person says so") \
	_(SEQ_SKIP,    "skip",    1, "the current step is passed over, where the site file permits it") \
	_(SEQ_ABORT,   "abort",   1, "the run ends before its last step")

/* Numbers are kept on disk. _(id, word, Japanese, help) */
#define SEQUENCE_STATE_LIST(_) \
	_(SEQ_IDLE,    "idle",    "未実施", "it was never run") \
	_(SEQ_RUNNING, "running", "実施中", "a run is under way") \
	_(SEQ_DONE,    "done",    "完了",   "the last run came to its end") \
	_(SEQ_ABORTED, "aborted", "中止",   "the last run was ended before")

/* What was done with a step of the run; numbers are kept on disk. _(id, word, Japanese) */
#define SEQUENCE_MARK_LIST(_) \
	_(SEQ_OPEN,      "open",      "未") \
	_(SEQ_CONFIRMED, "confirmed", "済") \
	_(SEQ_SKIPPED,   "skipped",   "省略")

/* What a step's check says now; of steps that are not reached yet, and between runs, nothing. _(id, word, Japanese) */
#define SEQUENCE_VERDICT_LIST(_) \
	_(SEQ_NOTHING, "none",    "") \
	_(SEQ_TRUE,    "true",    "成立") \
	_(SEQ_WAITING, "waiting", "継続待ち") /* true, but not yet for long enough */ \
	_(SEQ_FALSE,   "false",   "不成立") \
	_(SEQ_BAD,     "bad",     "判定不可") /* an input is not good */
/* clang-format on */

#define SEQUENCE_ENUM_ACT(id, word, wants_reason, help) id,
enum sequence_act { SEQUENCE_ACT_LIST(SEQUENCE_ENUM_ACT) SEQ_ACT_COUNT };
#undef SEQUENCE_ENUM_ACT
#define SEQUENCE_ENUM_STATE(id, word, ja, help) id,
enum sequence_state { SEQUENCE_STATE_LIST(SEQUENCE_ENUM_STATE) SEQ_STATE_COUNT };
#undef SEQUENCE_ENUM_STATE
#define SEQUENCE_ENUM_WORD(id, word, ja) id,
enum sequence_mark { SEQUENCE_MARK_LIST(SEQUENCE_ENUM_WORD) SEQ_MARK_COUNT };
enum sequence_verdict { SEQUENCE_VERDICT_LIST(SEQUENCE_ENUM_WORD) SEQ_VERDICT_COUNT };
#undef SEQUENCE_ENUM_WORD

/* Of a step; W_SEQUENCE_DEF. */
enum sequence_step_flags { SEQ_MAY_SKIP = 1, SEQ_DANGER = 2, SEQ_PASSES = 4 /* its check may turn false later */ };

/* "" beyond the lists. */
const char *sequence_act_word(unsigned a);
bool sequence_act_wants_reason(unsigned a);
bool sequence_act_from_word(const char *word, enum sequence_act *out);
const char *sequence_state_word(unsigned s);
const char *sequence_state_title(unsigned s, bool ja);
const char *sequence_mark_word(unsigned m);
const char *sequence_mark_title(unsigned m, bool ja);
const char *sequence_verdict_word(unsigned v);
const char *sequence_verdict_title(unsigned v, bool ja);

#endif
