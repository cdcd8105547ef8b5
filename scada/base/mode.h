/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mode.h - the words of dispatch that chisand and consoles share: modes, the state of the utility's grid, what a person may set.
 */
#ifndef CHISAN_MODE_H
#define CHISAN_MODE_H

#include <stdbool.h>

#include "scada/base/point.h"

#define MODE_REASON       201                    /* bytes of a reason with the terminator */
#define MODE_EVENT_MAX_US (48 * 3600 * US_PER_S) /* longest event of demand response */

/* clang-format off */
/* Numbers are kept on disk and stand in history: CEMS.DISP_MODE. _(id, word, Japanese, help) */
#define GUARD_MODE_LIST(_) \
	_(GUARD_MANUAL,   "manual",          "手動",   "nothing is wanted of any output") \
	_(GUARD_ECONOMIC, "economic",        "経済",   "the plan, within limits; without a plan what is made here is used here") \
	_(GUARD_FOLLOW,   "plan-following",  "計画追従", "the half hour's filed export") \
	_(GUARD_PEAK,     "peak-cut",        "ピークカット", "the demand target, and recharging below it") \
	_(GUARD_RESPONSE, "demand-response", "DR",     "the plan, drawing no more than was promised") \
	_(GUARD_ISLAND,   "island",          "自立運転", "the utility's grid is not there")

/* What a person may set of dispatch. _(id, word, least role, help) */
#define MODE_WHAT_LIST(_) \
	_(MODE_SET,    "mode",   ROLE_OPERATOR,   "the mode; of demand response with what may be drawn, and until when") \
	_(MODE_TARGET, "target", ROLE_SUPERVISOR, "the demand target, kW as a mean of the half hour; 0: none")

/* Is the utility's grid there? _(id, word, Japanese) */
#define GRID_STATE_LIST(_) \
	_(GRID_UNKNOWN, "unknown", "不明") \
	_(GRID_THERE,   "there",   "正常") \
	_(GRID_LOST,    "lost",    "停電")

/* What the guard finds, bits; each is worth an alarm. _(id, bit, word, help) */
#define GUARD_FLAG_LIST(_) \
	_(GUARD_METER_BAD,   0, "meter",   "the receiving point is not measured") \
	_(GUARD_NO_PLAN,     1, "no-plan", "a mode that wants a plan goes by rules") \
	_(GUARD_IMPORT,      2, "import",  "more is drawn than the limit, and batteries can give no more") \
	_(GUARD_EXPORT,      3, "export",  "more is given than the limit, and nothing more can take it or be held down") \
	_(GUARD_SHORT,       4, "short",   "batteries cannot give or take what is wanted of them") \
	_(GUARD_RESERVE,     5, "reserve", "less is stored on a bus than the reserves of its batteries together") \
	_(GUARD_BATTERY_OUT, 6, "out",     "a battery is out of service, or not measured") \
	_(GUARD_GRID_DOUBT,  7, "doubt",   "relay and measurement differ on whether the utility's grid is there") \
	_(GUARD_COUNTER_STANDS, 8, "counter", "the receiving point's counter stands still while power is drawn")
/* clang-format on */

#define MODE_ENUM_GUARD(id, word, ja, help) id,
enum guard_mode { GUARD_MODE_LIST(MODE_ENUM_GUARD) GUARD_MODES };
#undef MODE_ENUM_GUARD
#define MODE_ENUM_WHAT(id, word, role, help) id,
enum mode_what { MODE_WHAT_LIST(MODE_ENUM_WHAT) MODE_WHAT_COUNT };
#undef MODE_ENUM_WHAT
#define MODE_ENUM_GRID(id, word, ja) id,
enum grid_state { GRID_STATE_LIST(MODE_ENUM_GRID) GRID_STATES };
#undef MODE_ENUM_GRID
#define MODE_ENUM_FLAG(id, bit, word, help) id = 1 << (bit),
enum guard_flag { GUARD_FLAG_LIST(MODE_ENUM_FLAG) };
#undef MODE_ENUM_FLAG

/* "" beyond the lists. */
const char *guard_mode_name(unsigned m);
const char *guard_mode_title(unsigned m, bool ja);
const char *guard_mode_help(unsigned m);
bool guard_mode_from_word(const char *word, enum guard_mode *out);
const char *mode_what_word(unsigned w);
enum role mode_what_role(unsigned w); /* ROLE_PEER beyond the list: nobody */
const char *grid_state_word(unsigned s);
const char *grid_state_title(unsigned s, bool ja);
/* The help of the i-th flag that is set, from the lowest; NULL: there are not so many. */
const char *guard_flag_help(unsigned flags, unsigned i);

#endif
