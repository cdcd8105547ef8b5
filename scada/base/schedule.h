/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.h - what people enter ahead for dispatch: an asset that is out of service, a furnace's steam, an event of demand response, another demand
 * target. The words and the form that chisand, its planner and its consoles share.
 */
#ifndef CHISAN_BASE_SCHEDULE_H
#define CHISAN_BASE_SCHEDULE_H

#include "scada/base/clock.h"
#include "scada/base/wire.h"

#define SCHEDULE_MAX    64  /* entries at a time */
#define SCHEDULE_NAME   64  /* bytes with the terminator: asset, user */
#define SCHEDULE_REASON 201 /* the same, of the reason */

/* clang-format off */
/* Numbers are kept on disk. _(id, word, Japanese, is it of an asset, unit of its value ("" = none), help) */
#define SCHEDULE_KIND_LIST(_) \
	_(SCHEDULE_OUT,      "out",             "停止",   1, "",    "an asset is not in service: shut down, or under maintenance") \
	_(SCHEDULE_STEAM,    "steam",           "蒸気量", 1, "t/h", "a furnace makes so much steam, more or less than now") \
	_(SCHEDULE_RESPONSE, "demand-response", "DR",     0, "kW",  "no more than this is drawn; dispatch begins and ends it by itself") \
	_(SCHEDULE_TARGET,   "target",          "目標値", 0, "kW",  "the demand target while it holds, the plan's too, in place of the usual one")

/* What a person does. _(id, word, help) */
#define SCHEDULE_ACT_LIST(_) \
	_(SCHEDULE_ADD,    "add",    "a new entry") \
	_(SCHEDULE_CHANGE, "change", "another time, value or reason; kind and asset stay") \
	_(SCHEDULE_END,    "end",    "the entry is taken out, also while it holds")
/* clang-format on */

#define SCHEDULE_ENUM_KIND(id, word, ja, of_asset, unit, help) id,
enum schedule_kind { SCHEDULE_KIND_LIST(SCHEDULE_ENUM_KIND) SCHEDULE_KINDS };
#undef SCHEDULE_ENUM_KIND
#define SCHEDULE_ENUM_ACT(id, word, help) id,
enum schedule_act { SCHEDULE_ACT_LIST(SCHEDULE_ENUM_ACT) SCHEDULE_ACTS };
#undef SCHEDULE_ENUM_ACT

/* "" beyond the lists. */
const char *schedule_kind_word(unsigned k);
const char *schedule_kind_title(unsigned k, bool ja);
const char *schedule_kind_unit(unsigned k); /* "" = it has no value */
const char *schedule_kind_help(unsigned k);
bool schedule_kind_is_of_asset(unsigned k);
enum role schedule_kind_role(
    unsigned k); /* the least that may enter, change or end it; of a target as of mode --target */
bool schedule_kind_from_word(const char *word, enum schedule_kind *out);
const char *schedule_act_word(unsigned a);
bool schedule_act_from_word(const char *word, enum schedule_act *out);

struct schedule_entry {
	uint64_t id; /* from 1, never used again */
	enum schedule_kind kind;
	struct utc from, until;    /* it holds from..before until */
	struct utc set;            /* when it was entered, or changed last */
	double value;              /* in the kind's unit; NaN = it has none */
	char asset[SCHEDULE_NAME]; /* "" = of none */
	char user[SCHEDULE_NAME], reason[SCHEDULE_REASON];
};

static inline bool
schedule_holds(const struct schedule_entry *e, struct utc at)
{
	return at.us >= e->from.us && at.us < e->until.us;
}

/* One behind the other in a blob. */
void schedule_put(struct wbuf *b, const struct schedule_entry *e);
/* False: it cannot be read, or cannot be: a kind that is none, an end before its beginning, a value that is not finite. */
bool schedule_get(struct rbuf *r, struct schedule_entry *e);
/* All of a blob; *count of them. False: one cannot be read, or there are more than SCHEDULE_MAX. */
bool schedule_get_all(const uint8_t *data, size_t len, struct schedule_entry list[SCHEDULE_MAX], unsigned *count);

/* "F1 out", "F2 steam 7.5 t/h", "demand-response 900 kW". Raw. Returns buf. */
char *schedule_say(const struct schedule_entry *e, bool ja, char *buf, size_t size);

#endif
