/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind.h - the contract of a kind of alarm: what makes its condition true.  One file a kind, alarm_x.c, one row in ALARM_KIND_LIST.
 * Pure: no I/O, no clock.  Delays, acknowledgement, suppression, shelves belong to the engine; a kind knows one rule and one sample.
 */
#ifndef CHISAN_ALARM_KIND_H
#define CHISAN_ALARM_KIND_H

#include "scada/alarm/alarm.h"

#define TRACE_MAX 64 /* samples that a rate is taken from; farther apart than window / 60 */

/* What a kind keeps of the samples before, for those kinds that ask for it (has_trace). The engine empties it when there is a gap. */
struct alarm_trace {
	uint32_t count, first; /* a ring */
	struct {
		int64_t us; /* utc of the source */
		double v;
	} at[TRACE_MAX];
};

struct alarm_rule {
	double limit, deadband; /* in the point's unit; ROC: per second */
	enum alarm_type type;
	uint32_t state;            /* STATE, BIT */
	int64_t window_us;         /* ROC */
	bool is_watched;           /* FROZEN: the pipeline of the point watches it, and says so in the cause */
	struct alarm_trace *trace; /* NULL: none */
};

/* What is looked at. value, other: NULL where the kind has none. */
struct alarm_input {
	const struct value *value, *other;
	bool is_other_device; /* COMM: one answers, and it is another one */
	bool is_given;        /* what somebody else says: a device is silent, an expression is true, a helper died */
};

/* For the words of a transition. */
struct alarm_context {
	const struct site_point_def *def, *other_def; /* NULL */
	const char *other;                            /* name of the other point */
	int8_t decimals;
	const char *given; /* words of who says so; never NULL */
};

struct alarm_kind {
	const char *name, *help;
	unsigned types;          /* 1 << enum alarm_type */
	const char *const *opts; /* keys of the site file that it reads, beside those of all alarms; ends with NULL */
	unsigned holds; /* qualities of its inputs at which it has no answer: the alarm stays as it is, with "?" */
	bool has_trace, has_other;
	bool needs_device; /* no answer while its device does not answer either */
	/* Does the condition hold? was_on: the answer of the sample before, for the deadband. Inputs have a number and none of holds. */
	bool (*test)(const struct alarm_rule *r, const struct alarm_input *in, bool was_on);
	/* Narrows [*lo, *hi], which holds v, to where the answer stays the same. NULL: every sample has to be tested. */
	void (*quiet)(const struct alarm_rule *r, double v, bool is_on, double *lo, double *hi);
	/* "value 9.2 % below 10 %": at the raising and at the return. */
	void (*say)(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on,
	    char *buf, size_t size);
};

#define ALARM_KIND_EXTERN(x) extern const struct alarm_kind alarm_##x;
ALARM_KIND_LIST(ALARM_KIND_EXTERN)
#undef ALARM_KIND_EXTERN

const struct alarm_kind *kind_of(enum alarm_type t); /* never NULL */
const struct alarm_kind *kind_row(size_t i);         /* NULL beyond the list */

/* Qualities at which a number says nothing new: bad ones, and what was not renewed. */
#define KIND_HOLDS_NUMBER (Q_BLOCKED | Q_NEVER_READ | Q_NO_COMM | Q_FAILURE | Q_STALE)

/* "9.2 %": a number in the point's decimals and unit. buf >= 64. Returns buf. */
char *kind_number(char *buf, size_t size, double v, const struct alarm_context *c);

#endif
