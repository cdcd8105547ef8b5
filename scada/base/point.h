/* SPDX-License-Identifier: Apache-2.0 */
/*
 * point.h - what a point is: its kinds, its quality and the letters for it, reason codes, roles.
 *
 * Sign of power: sources and storage are positive into their bus (generation, import, discharge); load meters are
 * positive as consumption and balances subtract them. A device that counts the other way has `invert: true`.
 */
#ifndef CHISAN_POINT_H
#define CHISAN_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/clock.h"
#include "scada/base/err.h"

typedef uint32_t point_id; /* index within one configuration generation */
#define POINT_NONE     UINT32_MAX
#define POINT_NAME_MAX 64     /* bytes of DEVICE.ITEM[.ITEM] with the terminator */
#define POINT_MAX      200000 /* points a site may have */
#define DEVICE_MAX     20000
#define DEVICE_NONE    UINT32_MAX

/* clang-format off */
#define POINT_KIND_LIST(_) \
	_(KIND_ANALOG,   "analog",   "a measured quantity") \
	_(KIND_DIGITAL,  "digital",  "one of up to 16 named states, or a field of named bits") \
	_(KIND_COUNTER,  "counter",  "a number that only grows and rolls over") \
	_(KIND_SETPOINT, "setpoint", "an analog output, read back") \
	_(KIND_COMMAND,  "command",  "a digital output")

/*
 * Quality is validity and flags (domain: IEC 61850-7-3 quality, IEC 60870-5 QDS).
 * _(id, bit, letters, validity, word for JSON, words for people)
 * A value shows the letters of the first row that is set; rows stand in that order.
 */
#define QUALITY_LIST(_) \
	_(Q_BLOCKED,      0, "B",  V_BAD,       "blocked",      "scan is off") \
	_(Q_NEVER_READ,   1, "?i", V_BAD,       "initial",      "never read yet") \
	_(Q_NO_COMM,      2, "?c", V_BAD,       "no-comm",      "no communication; last value") \
	_(Q_FAILURE,      3, "?",  V_BAD,       "failure",      "the device reports an error; last value") \
	_(Q_STALE,        4, "~",  V_UNCERTAIN, "stale",        "not renewed; last value") \
	_(Q_OVERFLOW,     5, ">",  V_UNCERTAIN, "overflow",     "overflow") \
	_(Q_OUT_OF_RANGE, 6, "x",  V_UNCERTAIN, "out-of-range", "outside the instrument's range") \
	_(Q_OSCILLATORY,  7, "w",  V_UNCERTAIN, "oscillatory",  "chattering") \
	_(Q_INACCURATE,   8, "t",  V_UNCERTAIN, "inaccurate",   "inaccurate, frozen or under test") \
	_(Q_DERIVED,      9, "c",  V_UNCERTAIN, "derived",      "calculated from inputs that are not good") \
	_(Q_SUBSTITUTED, 10, "M",  V_GOOD,      "substituted",  "entered by hand") \
	_(Q_ADJUSTED,    11, "a",  V_GOOD,      "adjusted",     "counter adjusted or rolled over")

/*
 * AddCause of IEC 61850-7-2, as the domain page numbers them; used in every refusal.
 * _(id, number, words)
 */
#define ADDCAUSE_LIST(_) \
	_(AC_UNKNOWN, 0, "unknown") \
	_(AC_NOT_SUPPORTED, 1, "not supported") \
	_(AC_BLOCKED_HIERARCHY, 2, "blocked by switching hierarchy (local)") \
	_(AC_SELECT_FAILED, 3, "select failed") \
	_(AC_INVALID_POSITION, 4, "invalid position") \
	_(AC_POSITION_REACHED, 5, "position reached") \
	_(AC_PARAMETER_CHANGE, 6, "parameter change in execution") \
	_(AC_STEP_LIMIT, 7, "step limit") \
	_(AC_BLOCKED_MODE, 8, "blocked by mode") \
	_(AC_BLOCKED_PROCESS, 9, "blocked by process") \
	_(AC_BLOCKED_INTERLOCKING, 10, "blocked by interlocking") \
	_(AC_SYNCHROCHECK, 11, "blocked by synchrocheck") \
	_(AC_ALREADY_IN_EXECUTION, 12, "command already in execution") \
	_(AC_BLOCKED_HEALTH, 13, "blocked by health") \
	_(AC_ONE_OF_N, 14, "1-of-n control") \
	_(AC_ABORT_CANCEL, 15, "aborted by cancel") \
	_(AC_TIME_LIMIT, 16, "time limit over") \
	_(AC_ABORT_TRIP, 17, "aborted by trip") \
	_(AC_NOT_SELECTED, 18, "object not selected") \
	_(AC_ALREADY_SELECTED, 19, "object already selected") \
	_(AC_NO_AUTHORITY, 20, "no access authority") \
	_(AC_OVERSHOOT, 21, "ended with overshoot") \
	_(AC_DEVIATION, 22, "aborted due to deviation") \
	_(AC_COMM_LOSS, 23, "aborted by communication loss") \
	_(AC_BLOCKED_COMMAND, 24, "blocked by command") \
	_(AC_NONE, 25, "none") \
	_(AC_INCONSISTENT, 26, "inconsistent parameters") \
	_(AC_LOCKED_BY_OTHER, 27, "locked by other client")

/* Roles, least first. PEER is no person: the other end of a helper's pipe. */
#define ROLE_LIST(_) \
	_(ROLE_NONE, "none") \
	_(ROLE_VIEWER, "viewer") \
	_(ROLE_AUDITOR, "auditor") \
	_(ROLE_OPERATOR, "operator") \
	_(ROLE_SUPERVISOR, "supervisor") \
	_(ROLE_ENGINEER, "engineer") \
	_(ROLE_PEER, "peer")
/* clang-format on */

enum validity { V_GOOD, V_UNCERTAIN, V_BAD };

#define POINT_ENUM_KIND(id, word, help) id,
enum point_kind { POINT_KIND_LIST(POINT_ENUM_KIND) KIND_COUNT };
#undef POINT_ENUM_KIND

#define POINT_ENUM_Q(id, bit, letters, validity, word, text) id = 1 << (bit),
enum quality { QUALITY_LIST(POINT_ENUM_Q) };
#undef POINT_ENUM_Q
#define Q_ALL 0x0FFFu

#define POINT_ENUM_AC(id, number, text) id = (number),
enum addcause { ADDCAUSE_LIST(POINT_ENUM_AC) };
#undef POINT_ENUM_AC

#define POINT_ENUM_ROLE(id, word) id,
enum role { ROLE_LIST(POINT_ENUM_ROLE) ROLE_COUNT };
#undef POINT_ENUM_ROLE

/* A value with its truth. A value that is not good keeps the last good number; NaN only if there never was one. */
struct value {
	double v;
	uint16_t quality; /* bits of enum quality; 0 = good */
	uint16_t cause;   /* enum err: why it is not good; OK when it is */
	struct utc time;  /* of the scan or, where the device gives one, of the source */
};

enum validity quality_validity(uint16_t quality); /* the worst of the flags that are set */
const char *quality_letters(uint16_t quality);    /* "" when good */
const char *quality_text(uint16_t quality);       /* "good", or the words of the first flag that is set */
const char *validity_word(enum validity v);       /* "good" "uncertain" "bad" */
const char *quality_flag_word(unsigned bit);      /* word for JSON of bit 0..; NULL beyond the list */

const char *point_kind_word(enum point_kind k);
bool point_kind_from_word(const char *word, enum point_kind *out);
const char *addcause_text(int number);
const char *role_word(enum role r);
bool role_from_word(const char *word, enum role *out);

/* Names: DEVICE.ITEM[.ITEM...], parts of [A-Z0-9_], the first part begins with a letter; below POINT_NAME_MAX. */
bool point_name_is_valid(const char *name);
/* One part or several joined by dots, as tags of a profile are; a part may begin with a digit (52R). */
bool point_tag_is_valid(const char *tag);

#endif
