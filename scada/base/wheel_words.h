/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_words.h - the words of self-wheeling (自己託送) that chisand and consoles share: how slots and versions of a plan are, what a person may
 * do with them, what is found. The rules themselves: scada/dispatch/wheel.h.
 */
#ifndef CHISAN_WHEEL_WORDS_H
#define CHISAN_WHEEL_WORDS_H

#include <stdbool.h>

#include "scada/base/clock.h"

enum { WHEEL_SLOTS_MAX = 50, WHEEL_PARTS_MAX = 32, WHEEL_VERSIONS_MAX = 500, WHEEL_AUTHOR_MAX = 64 };
#define WHEEL_SLOT_US (INT64_C(1800) * US_PER_S)
#define WHEEL_KWH_MAX 1e6
enum { WHEEL_REASON = 201, WHEEL_FILE_NAME = 64 }; /* bytes with the terminator */

enum wheel_side { WHEEL_GENERATION, WHEEL_DEMAND, WHEEL_SIDES };

/* clang-format off */
/* What the clock says of a slot. _(id, word, in Japanese, help) */
#define WHEEL_PHASE_LIST(_) \
	_(WHEEL_AHEAD,   "ahead",   "提出前", "before the day-ahead filing time: everything may be changed") \
	_(WHEEL_OPEN,    "open",    "変更可", "filing time is over, the gate is open: a change is a change of the filed plan") \
	_(WHEEL_CLOSED,  "closed",  "締切",   "the gate is closed: what is filed holds") \
	_(WHEEL_RUNNING, "running", "受渡中", "in delivery") \
	_(WHEEL_OVER,    "over",    "終了",   "delivered")
/* What became of its plan. */
#define WHEEL_STANDING_LIST(_) \
	_(WHEEL_NONE,      "none",      "計画なし", "nobody planned it") \
	_(WHEEL_SUBMITTED, "submitted", "提出済",   "submitted, the answer is awaited") \
	_(WHEEL_FILED,     "filed",     "受理",     "accepted as the day-ahead plan has it") \
	_(WHEEL_CHANGED,   "changed",   "変更受理", "accepted, other than the day-ahead plan") \
	_(WHEEL_LATE,      "late",      "遅延受理", "accepted, but there was no day-ahead plan in time")
/* How a version is. */
#define WHEEL_ANSWER_LIST(_) \
	_(WHEEL_PENDING,   "pending",   "回答待ち", "the answer is awaited") \
	_(WHEEL_ACCEPTED,  "accepted",  "受理",     "accepted") \
	_(WHEEL_REJECTED,  "rejected",  "不受理",   "refused by who keeps the plans") \
	_(WHEEL_DROPPED,   "dropped",   "取下げ",   "built on a version that was rejected, or another was accepted over it")
/* What a person does with the plan of a day. Numbers go over the wire. _(id, word, help) */
#define WHEEL_ACT_LIST(_) \
	_(WHEEL_MAKE,   "make",   "a draft from the forecasts, of the slots whose gate is open") \
	_(WHEEL_SET,    "set",    "kWh of slots in the draft; without a draft one begins from the latest version") \
	_(WHEEL_IMPORT, "import", "a draft from a plan file") \
	_(WHEEL_DROP,   "drop",   "the draft is given up; what is filed stays") \
	_(WHEEL_FILE,   "file",   "the draft becomes the next version and is written into the folder of plan files") \
	_(WHEEL_ACCEPT, "accept", "the answer of who keeps the plans: accepted") \
	_(WHEEL_REJECT, "reject", "the answer: refused") \
	_(WHEEL_PRICES, "prices", "prices of imbalance from a file") \
	_(WHEEL_ACTUAL, "actual", "kWh of slots that are over from a file: of the utility's meters, or by hand")
/* What is found, bits; numbers stand in history: the figure wheel-flags. _(id, bit, word, in Japanese, help) */
#define WHEEL_FLAG_LIST(_) \
	_(WHEEL_NOT_YET,   0, "not-yet",   "提出期限間近",   "tomorrow's plan is not filed, and the filing time is near") \
	_(WHEEL_NOT_FILED, 1, "not-filed", "翌日計画未提出", "tomorrow's plan was not filed in time") \
	_(WHEEL_UNFILED,   2, "unfiled",   "未提出の変更",   "a gate closes soon, and the draft has a change there that is not filed") \
	_(WHEEL_IMBALANCE, 3, "imbalance", "インバランス予測超過", "the running half hour will miss its plan by more than the limit") \
	_(WHEEL_AWAITED,   4, "awaited",   "回答待ち",       "a version is filed, a gate closes soon, and its answer is not entered") \
	_(WHEEL_UNPLANNED, 5, "unplanned", "計画なし受渡",   "the running half hour has no accepted plan")
/* Where a price comes from. _(id, word, in Japanese) */
#define WHEEL_PRICE_LIST(_) \
	_(WHEEL_PRICE_NONE,        "none",        "なし") \
	_(WHEEL_PRICE_EXPECTED,    "expected",    "想定") \
	_(WHEEL_PRICE_PRELIMINARY, "preliminary", "速報") \
	_(WHEEL_PRICE_FINAL,       "final",       "確報")
/* clang-format on */
#define WHEEL_ENUM(id, word, ja, help) id,
enum wheel_phase { WHEEL_PHASE_LIST(WHEEL_ENUM) WHEEL_PHASES };
enum wheel_standing { WHEEL_STANDING_LIST(WHEEL_ENUM) WHEEL_STANDINGS };
enum wheel_answer { WHEEL_ANSWER_LIST(WHEEL_ENUM) WHEEL_ANSWERS };
#undef WHEEL_ENUM
#define WHEEL_ENUM(id, word, help) id,
enum wheel_act { WHEEL_ACT_LIST(WHEEL_ENUM) WHEEL_ACTS };
#undef WHEEL_ENUM
#define WHEEL_ENUM(id, bit, word, ja, help) id = 1 << (bit),
enum wheel_flag { WHEEL_FLAG_LIST(WHEEL_ENUM) };
#undef WHEEL_ENUM
#define WHEEL_ENUM(id, word, ja) id,
enum wheel_price_kind { WHEEL_PRICE_LIST(WHEEL_ENUM) WHEEL_PRICES_KINDS };
#undef WHEEL_ENUM

enum wheel_mark {               /* how good an amount is; what a report prints beside it */
	WHEEL_MISSING = 1 << 0, /* nothing is known: *** */
	WHEEL_PARTIAL = 1 << 1, /* not all of the slot, or not of every part: # */
	WHEEL_MANUAL = 1 << 2,  /* by hand, wholly or partly: M */
	WHEEL_SHARED = 1 << 3,  /* an increment over a slot's border was shared out by time: S */
	WHEEL_METERED = 1 << 4, /* of the utility's meter: U */
};
#define WHEEL_MARKS 31

/* "?" beyond the lists. */
const char *wheel_phase_word(enum wheel_phase p, bool is_ja);
const char *wheel_standing_word(enum wheel_standing s, bool is_ja);
const char *wheel_answer_word(enum wheel_answer a, bool is_ja);
const char *wheel_price_word(unsigned kind, bool is_ja);
const char *wheel_act_word(unsigned a);
const char *wheel_act_help(unsigned a);
bool wheel_act_from_word(const char *word, enum wheel_act *out);
bool wheel_act_wants_reason(unsigned a);
/* The i-th flag that is set, from the lowest; NULL: there are not so many. */
const char *wheel_flag_help(unsigned flags, unsigned i, bool is_ja);

#endif
