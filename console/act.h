/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act.h - what a person does through the console, the same from a page and from a command: its token, its frame, and how it ended.
 */
#ifndef CHISAN_ACT_H
#define CHISAN_ACT_H

#include "console/client.h"

/* Random, never 0: an act that is sent twice with it is done once. */
uint64_t act_token(void);

/* The server asks for a reason for each act on a point; what ends one needs none of its own. */
#define ACT_NO_REASON "none given"

/* ASKED: nothing is done yet, a second person has been asked. */
enum act_end { ACT_RECORDED, ACT_NOT_RECORDED, ACT_ASKED, ACT_REFUSED, ACT_UNKNOWN, ACT_FAILED, ACT_END_COUNT };

/* The number of the entry that a result names: "recorded as entry 303: ..."; 0 = none. */
uint64_t act_entry(const char *text);
/* The number of the approval that an act waits for: "... (approval 17)"; 0 = none. */
uint64_t act_approval(const char *text);
/*
 * How it ended, and the sentence: "DONE, recorded as entry 303: ..." "DONE, NOT YET RECORDED: ..." "ASKED: ..." "REFUSED: ... (reason 20, no access authority)"
 * "UNKNOWN: sent, not confirmed; ...". Not made safe.
 */
enum act_end act_outcome(enum err e, int addcause, uint16_t detail, const char *text, char *buf, size_t size);
const char *act_end_word(
    enum act_end end); /* for JSON: "recorded" "not-recorded" "asked" "refused" "unknown" "failed" */

/* A value as a person types it: a number, or the name of a state of the point in either language. */
bool act_read_value(const struct client_point *p, const char *text, double *v);
/* Why this value cannot be meant; false: it can. Beyond the instrument's range, not one of the states. */
bool act_value_is_impossible(const struct client_point *p, double v, char *why, size_t size);

/* The rest of a typed line, why it is done, into buf[size]. False: there is none, or it is too long; `why` says so. */
bool act_read_reason(const char *line, char *buf, size_t buf_size, char *why, size_t size);

/* A time to come: "17:00" (tomorrow's, if it is over today), "2026-11-23 08:00", or "2h" from now. false: it is none, or is over. */
bool act_read_end(const char *text, struct utc now, int64_t *until);

#endif
