/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence.c - look-ups in the lists of sequence.h.
 */
#include "config.h"

#include <string.h>

#include "scada/base/schema.h"
#include "scada/base/sequence.h"

struct word_row {
	const char *word, *ja;
};
static const struct {
	const char *word;
	bool wants_reason;
} acts[] = {
#define ROW_ACT(id, word, wants_reason, help) { word, wants_reason },
	SEQUENCE_ACT_LIST(ROW_ACT)
};
#define ROW_STATE(id, word, ja, help) { word, ja },
static const struct word_row states[] = { SEQUENCE_STATE_LIST(ROW_STATE) };
#define ROW_WORD(id, word, ja) { word, ja },
static const struct word_row marks[] = { SEQUENCE_MARK_LIST(ROW_WORD) };
static const struct word_row verdicts[] = { SEQUENCE_VERDICT_LIST(ROW_WORD) };

const char *
sequence_act_word(unsigned a)
{
	return a < ARRAY_LEN(acts) ? acts[a].word : "";
}

bool
sequence_act_wants_reason(unsigned a)
{
	return a < ARRAY_LEN(acts) && acts[a].wants_reason;
}

bool
sequence_act_from_word(const char *word, enum sequence_act *out)
{
	for (unsigned i = 0; i < ARRAY_LEN(acts); i++)
		if (strcmp(acts[i].word, word) == 0) {
			*out = (enum sequence_act)i;
			return true;
		}
	return false;
}

const char *
sequence_state_word(unsigned s)
{
	return s < ARRAY_LEN(states) ? states[s].word : "";
}

const char *
sequence_state_title(unsigned s, bool ja)
{
	return s >= ARRAY_LEN(states) ? "" : ja ? states[s].ja : states[s].word;
}

const char *
sequence_mark_word(unsigned m)
{
	return m < ARRAY_LEN(marks) ? marks[m].word : "";
}

const char *
sequence_mark_title(unsigned m, bool ja)
{
	return m >= ARRAY_LEN(marks) ? "" : ja ? marks[m].ja : marks[m].word;
}

const char *
sequence_verdict_word(unsigned v)
{
	return v < ARRAY_LEN(verdicts) ? verdicts[v].word : "";
}

const char *
sequence_verdict_title(unsigned v, bool ja)
{
	return v >= ARRAY_LEN(verdicts) ? "" : ja ? verdicts[v].ja : verdicts[v].word;
}
