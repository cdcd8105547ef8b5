/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_words.c - the words of self-wheeling.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/wheel_words.h"

#define WORDS(id, word, ja, help) [id] = { word, ja },
static const char *const phases[][2] = { WHEEL_PHASE_LIST(WORDS) };
static const char *const standings[][2] = { WHEEL_STANDING_LIST(WORDS) };
static const char *const answers[][2] = { WHEEL_ANSWER_LIST(WORDS) };
#undef WORDS
#define WORDS(id, word, ja) [id] = { word, ja },
static const char *const prices[][2] = { WHEEL_PRICE_LIST(WORDS) };
#undef WORDS
#define WORDS(id, word, help) [id] = { word, help },
static const char *const acts[][2] = { WHEEL_ACT_LIST(WORDS) };
#undef WORDS
#define WORDS(id, bit, word, ja, help) { help, ja },
static const char *const flag_helps[][2] = { WHEEL_FLAG_LIST(WORDS) };
#undef WORDS

const char *
wheel_phase_word(enum wheel_phase p, bool is_ja)
{
	return (unsigned)p < WHEEL_PHASES ? phases[p][is_ja] : "?";
}

const char *
wheel_standing_word(enum wheel_standing s, bool is_ja)
{
	return (unsigned)s < WHEEL_STANDINGS ? standings[s][is_ja] : "?";
}

const char *
wheel_answer_word(enum wheel_answer a, bool is_ja)
{
	return (unsigned)a < WHEEL_ANSWERS ? answers[a][is_ja] : "?";
}

const char *
wheel_price_word(unsigned kind, bool is_ja)
{
	return kind < WHEEL_PRICES_KINDS ? prices[kind][is_ja] : "?";
}

const char *
wheel_act_word(unsigned a)
{
	return a < WHEEL_ACTS ? acts[a][0] : "?";
}

const char *
wheel_act_help(unsigned a)
{
	return a < WHEEL_ACTS ? acts[a][1] : "?";
}

bool
wheel_act_from_word(const char *word, enum wheel_act *out)
{
	for (unsigned a = 0; a < WHEEL_ACTS; a++)
		if (strcmp(acts[a][0], word) == 0) {
			*out = (enum wheel_act)a;
			return true;
		}
	return false;
}

bool
wheel_act_wants_reason(unsigned a)
{
	return a == WHEEL_SET || a == WHEEL_DROP || a == WHEEL_REJECT || a == WHEEL_ACTUAL;
}

const char *
wheel_flag_help(unsigned flags, unsigned i, bool is_ja)
{
	for (unsigned bit = 0; bit < ARRAY_LEN(flag_helps); bit++)
		if ((flags & 1U << bit) != 0 && i-- == 0)
			return flag_helps[bit][is_ja];
	return NULL;
}
