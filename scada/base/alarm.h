/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm.h - the words of alarms that chisand, store and console share: states (ISA-18.2), kinds, marks, what a person may do.
 * The machine itself is scada/alarm/machine.h.
 */
#ifndef CHISAN_BASE_ALARM_H
#define CHISAN_BASE_ALARM_H

#include "scada/base/point.h"

#define ALARM_NONE       UINT32_MAX
#define ALARM_MAX        400000 /* a site may have */
#define ALARM_NAME_MAX   80     /* bytes of POINT.TYPE with the terminator */
#define ALARM_PRIORITIES 4
#define ALARM_REASON     201 /* bytes of a reason, comment or work order with the terminator */

/* clang-format off */
/* The states of ISA-18.2 as they are shown: a projection of enum alarm_bits.  Numbers are kept on disk.  _(id, word, words for people, Japanese) */
#define ALARM_STATE_LIST(_) \
	_(ALARM_NORM,  "NORM",  "normal",                              "正常") \
	_(ALARM_UNACK, "UNACK", "active, not acknowledged",            "発生") \
	_(ALARM_ACKED, "ACKED", "active, acknowledged",                "確認済") \
	_(ALARM_RTNUN, "RTNUN", "returned, not acknowledged",          "復帰未確認") \
	_(ALARM_LATUN, "LATUN", "latched, returned, not acknowledged", "保持未確認") \
	_(ALARM_LATAK, "LATAK", "latched, acknowledged: reset it",     "保持") \
	_(ALARM_SHLVD, "SHLVD", "shelved",                             "保留") \
	_(ALARM_DSUPR, "DSUPR", "suppressed by design",                "抑制") \
	_(ALARM_OOSRV, "OOSRV", "out of service",                      "除外")

/* What makes an alarm.  The word is the last part of its name; STATE and BIT have their number behind it.  _(id, word, help) */
#define ALARM_TYPE_LIST(_) \
	_(ALARM_LL,     "LL",     "below, severe") \
	_(ALARM_L,      "L",      "below") \
	_(ALARM_H,      "H",      "above") \
	_(ALARM_HH,     "HH",     "above, severe") \
	_(ALARM_DIGITAL,"STATE",  "a digital point is in this state") \
	_(ALARM_BIT,    "BIT",    "this bit of a bit field is set") \
	_(ALARM_ROC,    "ROC",    "changes faster than this") \
	_(ALARM_DEV,    "DEV",    "differs from its setpoint or twin") \
	_(ALARM_FROZEN, "FROZEN", "has not changed by one bit") \
	_(ALARM_STALE,  "STALE",  "has not been renewed, though its device answers") \
	_(ALARM_COMM,   "COMM",   "a device does not answer") \
	_(ALARM_CALC,   "CALC",   "a condition over points") \
	_(ALARM_SYSTEM, "SYSTEM", "something of Chisan itself") \
	_(ALARM_DRIFT,  "DRIFT",  "a device does not keep its setpoint")

/* What a person does to alarms.  _(id, word, least role, is it of several alarms at once, help) */
#define ALARM_ACT_LIST(_) \
	_(ALARM_ACT_ACK,      "ack",      ROLE_OPERATOR,   "acknowledge") \
	_(ALARM_ACT_RESET,    "reset",    ROLE_OPERATOR,   "let go of a latched alarm whose cause is gone") \
	_(ALARM_ACT_SHELVE,   "shelve",   ROLE_OPERATOR,   "off the list until a time, or until it returns; priority 1: two persons") \
	_(ALARM_ACT_UNSHELVE, "unshelve", ROLE_OPERATOR,   "back before its time") \
	_(ALARM_ACT_OOS,      "oos",      ROLE_SUPERVISOR, "out of service for maintenance, with a work order and its expected end") \
	_(ALARM_ACT_RETURN,   "return",   ROLE_SUPERVISOR, "back into service") \
	_(ALARM_ACT_SILENCE,  "silence",  ROLE_OPERATOR,   "horn off until the next new alarm; changes no alarm") \
	_(ALARM_ACT_COMMENT,  "comment",  ROLE_OPERATOR,   "a remark, appended and never edited") \
	_(ALARM_ACT_TEST,     "test",     ROLE_ENGINEER,   "raised and returned as a test, marked so everywhere") \
	_(ALARM_ACT_LIMIT,    "limit",    ROLE_ENGINEER,   "another limit; two persons for classes safety and environment")
/* clang-format on */

#define ALARM_ENUM_STATE(id, word, text, ja) id,
enum alarm_state { ALARM_STATE_LIST(ALARM_ENUM_STATE) ALARM_STATE_COUNT };
#undef ALARM_ENUM_STATE
#define ALARM_ENUM_TYPE(id, word, help) id,
enum alarm_type { ALARM_TYPE_LIST(ALARM_ENUM_TYPE) ALARM_TYPE_COUNT };
#undef ALARM_ENUM_TYPE
#define ALARM_ENUM_ACT(id, word, role, help) id,
enum alarm_act { ALARM_ACT_LIST(ALARM_ENUM_ACT) ALARM_ACT_COUNT };
#undef ALARM_ENUM_ACT

enum alarm_bits {
	ALARM_COND = 1,     /* the condition holds, delays over */
	ALARM_IS_ACKED = 2, /* of this occurrence; set while normal */
	ALARM_LATCH = 4,    /* held until it is reset */
	ALARM_SHELVED = 8,  /* three suppressions; several at once are possible */
	ALARM_BY_DESIGN = 16,
	ALARM_OUT = 32,
	ALARM_DOUBTFUL = 64, /* its inputs are bad: it stays as it was, shown with "?" */
	ALARM_ONE_SHOT = 128 /* the shelf ends when it returns */
};
enum alarm_marks {
	ALARM_CHATTERS = 1, /* 3 times within a minute */
	ALARM_IS_OLD = 2,   /* active for more than a day */
	ALARM_IS_TEST = 4,
	ALARM_FLEETING = 8,    /* came and went within seconds without an act */
	ALARM_MOVED_LIMIT = 16 /* its limit is not that of the site file */
};
/* ALARM_TWO_PERSON: of another limit; that shelving takes two is told by priority 1 alone. */
enum alarm_def_flags { ALARM_LATCHES = 1, ALARM_NEEDS_ACK = 2, ALARM_MAY_SHELVE = 4, ALARM_TWO_PERSON = 8 };

/* O > D > S, else by condition, acknowledgement and latch. */
enum alarm_state alarm_state_of(unsigned bits);
bool alarm_is_listed(enum alarm_state s); /* on the alarm list: UNACK ACKED RTNUN LATUN LATAK */
bool alarm_is_unacked(enum alarm_state s);

const char *alarm_state_word(unsigned s); /* "UNACK"; "unknown" beyond the list */
const char *alarm_state_text(unsigned s, bool ja);
bool alarm_state_from_word(const char *word, enum alarm_state *out); /* any case */
const char *alarm_type_word(unsigned t);
const char *alarm_act_word(unsigned a);
bool alarm_act_from_word(const char *word, enum alarm_act *out);
enum role alarm_act_role(unsigned a); /* ROLE_PEER beyond the list: nobody */
const char *alarm_act_help(unsigned a);

/*
 * What the journal says of a transition, in one place for who writes it (chisand) and who counts it (reports):
 *   text    "NAME P3 #OCCURRENCE EVENT: words"      EVENT is a word of scada/alarm/machine.h, as RAISE
 *   before, after  the words of the two states
 * False: the text is none of these. name: of at least ALARM_NAME_MAX.
 */
void alarm_say_entry(char *buf, size_t size, const char *name, unsigned priority, uint64_t occurrence,
    const char *event, const char *words);
bool alarm_read_entry(const char *text, char *name, unsigned *priority, uint64_t *occurrence, char event[16]);
/* Does a sentence speak of this alarm, and not only of one whose name is longer? */
bool alarm_is_named(const char *sentence, const char *name);

#endif
