/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h - the words of commands that chisand, store and console share: slots of an output, states of a command, checks, tags.
 */
#ifndef CHISAN_BASE_COMMAND_H
#define CHISAN_BASE_COMMAND_H

#include "scada/base/point.h"

#define COMMAND_REASON      201                   /* bytes of a reason with the terminator */
#define TAG_TEXT            217                   /* 72 characters of up to 3 bytes, and the terminator */
#define OVERRIDE_DEFAULT_US (60 * 60 * US_PER_S)  /* an override that gives no end */
#define OVERRIDE_MAX_US     (8 * 3600 * US_PER_S) /* the longest, also by extending once more */
#define OVERRIDE_WARN_US    (5 * 60 * US_PER_S)   /* before it ends, or a fifth of it, whichever is shorter */
#define SELECT_US           (30 * US_PER_S)
#define APPROVAL_US         (120 * US_PER_S)

/* clang-format off */
/* Who may want an output; the first that is filled wins.  Protection is a clamp on the winner and no slot.  _(id, word, help) */
#define SLOT_LIST(_) \
	_(SLOT_OPERATOR, "operator", "an operator's override, with author, reason and end") \
	_(SLOT_GUARD,    "guard",    "demand limit, reserve, island") \
	_(SLOT_DISPATCH, "dispatch", "the plan") \
	_(SLOT_DEFAULT,  "default",  "what the site file says it is otherwise")

/* What a client asks of one output.  _(id, word, least role, help) */
#define COMMAND_STEP_LIST(_) \
	_(STEP_CHECK,   "check",   ROLE_VIEWER,   "all checks, and nothing else: the dry run") \
	_(STEP_SELECT,  "select",  ROLE_OPERATOR, "checks, and the output is reserved for 30 s") \
	_(STEP_OPERATE, "operate", ROLE_OPERATOR, "checks, journal, then to the device; with `command`: what was selected") \
	_(STEP_CANCEL,  "cancel",  ROLE_OPERATOR, "the selection, or what was not sent yet") \
	_(STEP_RELEASE, "release", ROLE_OPERATOR, "the override ends; the next slot takes over without a bump") \
	_(STEP_EXTEND,  "extend",  ROLE_OPERATOR, "another end of the same override") \
	_(STEP_UNDO,    "undo",    ROLE_OPERATOR, "what stood before one's own last command, as a new command")

/* DONE, FAILED, REFUSED, CANCELLED, EXPIRED, UNKNOWN are ends.  Numbers are kept on disk.  _(id, word, is it an end, help) */
#define COMMAND_STATE_LIST(_) \
	_(COMMAND_APPROVAL,  "approval",  0, "waits for a second person") \
	_(COMMAND_SELECTED,  "selected",  0, "reserved, not sent") \
	_(COMMAND_JOURNAL,   "journal",   0, "waits for the journal, at most 200 ms") \
	_(COMMAND_SENT,      "sent",      0, "on its way to the device") \
	_(COMMAND_WAITING,   "waiting",   0, "the device accepted; its report is awaited") \
	_(COMMAND_DONE,      "done",      1, "the device reports it") \
	_(COMMAND_FAILED,    "failed",    1, "the device refused it, or reports otherwise") \
	_(COMMAND_REFUSED,   "refused",   1, "a check was not passed; nothing was sent") \
	_(COMMAND_CANCELLED, "cancelled", 1, "taken back before it was sent") \
	_(COMMAND_EXPIRED,   "expired",   1, "selection or approval ran out; nothing was sent") \
	_(COMMAND_UNKNOWN,   "unknown",   1, "it may have been carried out or not; it is not sent again by itself")

/* ONE ROW PER CHECK, in the order in which they are made and shown.  _(id, word, addcause when it is not passed, help) */
#define CHECK_LIST(_) \
	_(CHECK_POINT,     "point",     AC_NOT_SUPPORTED,       "there is such an output, and it can be written") \
	_(CHECK_ROLE,      "role",      AC_NO_AUTHORITY,        "the person's role") \
	_(CHECK_AREA,      "area",      AC_NO_AUTHORITY,        "the person's areas of responsibility") \
	_(CHECK_LOCAL,     "local",     AC_BLOCKED_HIERARCHY,   "the plant is in remote") \
	_(CHECK_TAG,       "tag",       AC_BLOCKED_COMMAND,     "no tag inhibits it; a caution warns") \
	_(CHECK_MODE,      "mode",      AC_BLOCKED_MODE,        "the mode permits it") \
	_(CHECK_INTERLOCK, "interlock", AC_BLOCKED_INTERLOCKING,"its interlock") \
	_(CHECK_QUALITY,   "quality",   AC_BLOCKED_PROCESS,     "what it is judged by is good and fresh") \
	_(CHECK_HEALTH,    "health",    AC_BLOCKED_HEALTH,      "the device answers") \
	_(CHECK_SELECTED,  "selected",  AC_ALREADY_SELECTED,    "nobody else has selected it, nothing is under way") \
	_(CHECK_RANGE,     "range",     AC_INCONSISTENT,        "the value is one that may be set; it is never clamped silently") \
	_(CHECK_POSITION,  "position",  AC_POSITION_REACHED,    "it is not there already") \
	_(CHECK_RATE,      "rate",      AC_STEP_LIMIT,          "not more often than it may be") \
	_(CHECK_END,       "end",       AC_INCONSISTENT,        "a reason, and an end within the longest time")

/* Kinds of tags (fuda), the most severe first.  _(id, word, help, Japanese) */
#define TAG_KIND_LIST(_) \
	_(TAG_INHIBIT,   "inhibit",   "nothing controls it until every such tag is removed", "操作禁止") \
	_(TAG_AUTHORITY, "authority", "only operators here: no dispatch, nothing from outside", "手動限定") \
	_(TAG_CAUTION,   "caution",   "told in the dialog; permits", "注意") \
	_(TAG_INFO,      "info",      "a note", "札")
/* clang-format on */

#define COMMAND_ENUM_SLOT(id, word, help) id,
enum slot { SLOT_LIST(COMMAND_ENUM_SLOT) SLOT_COUNT };
#undef COMMAND_ENUM_SLOT
#define COMMAND_ENUM_STEP(id, word, role, help) id,
enum command_step { COMMAND_STEP_LIST(COMMAND_ENUM_STEP) STEP_COUNT };
#undef COMMAND_ENUM_STEP
#define COMMAND_ENUM_STATE(id, word, is_end, help) id,
enum command_state { COMMAND_STATE_LIST(COMMAND_ENUM_STATE) COMMAND_STATE_COUNT };
#undef COMMAND_ENUM_STATE
#define COMMAND_ENUM_CHECK(id, word, addcause, help) id,
enum check { CHECK_LIST(COMMAND_ENUM_CHECK) CHECK_COUNT };
#undef COMMAND_ENUM_CHECK
#define COMMAND_ENUM_TAG(id, word, help, ja) id,
enum tag_kind { TAG_KIND_LIST(COMMAND_ENUM_TAG) TAG_KIND_COUNT };
#undef COMMAND_ENUM_TAG

enum check_verdict { CHECK_PASSED, CHECK_NOT_PASSED, CHECK_WARNS };

/* How an output is; W_OUTPUT. */
enum output_flags {
	OUTPUT_CLAMPED = 1, /* protection holds it at another value than the winner wants */
	OUTPUT_RAMPING = 2, /* it is walking there */
	OUTPUT_DRIFTS = 4,  /* the device reports another value than was written */
	OUTPUT_SELECTED = 8,
	OUTPUT_UNDER_WAY = 16, /* a command is */
	OUTPUT_GIVEN_UP = 32,  /* after a loss, by its declared rule: the device has it, nobody holds it here */
	OUTPUT_ENDS_SOON = 64, /* the override: the warning before its end */
	OUTPUT_LOCAL = 128,    /* the plant is in local: "L" */
	OUTPUT_UNKNOWN = 256   /* the override: nobody knows whether the device has it; its next report decides */
};
/* What an output is; W_POINT. */
enum output_kind_flags { OUT_WRITABLE = 1, OUT_SELECT = 2, OUT_DANGEROUS = 4, OUT_TWO_PERSON = 8, OUT_PULSE = 16 };

const char *slot_word(unsigned s);
const char *command_step_word(unsigned s);
enum role command_step_role(unsigned s); /* ROLE_PEER beyond the list: nobody */
const char *command_state_word(unsigned s);
bool command_state_is_end(unsigned s);
const char *check_word(unsigned c);
enum addcause check_addcause(unsigned c);
const char *tag_kind_word(unsigned k);
const char *tag_kind_text(unsigned k, bool ja);
bool tag_kind_from_word(const char *word, enum tag_kind *out);

#endif
