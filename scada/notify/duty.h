/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty.h - who is told of which alarm, and when: the chain of those on duty, as the site's `notify` has it.
 * Pure: no I/O, no clock, nothing sent; run.c feeds it what chisand says and makes the calls that it asks for.
 *
 *   1 an alarm escalates while nobody has acknowledged it and it is there: UNACK, or latched (LATUN)
 *   2 each duty is told of it once, when it has been so for `after`, is of its priority and areas, and the duty is on
 *   3 what is due within `group` goes out together, the most urgent first; never sooner than `least_gap` after the call before
 *   4 beyond most_an_hour lines the rest is counted in one line; priority 1 has its line all the same
 *   5 a call that fails is made again; after `retries` the duty fails, an alarm says so, and the next one of the chain takes its place
 * Once acknowledged, an alarm that sounds again is told again.  What came and went without an acknowledgement is one and the same.
 */
#ifndef CHISAN_DUTY_H
#define CHISAN_DUTY_H

#include "scada/base/alarm.h"
#include "scada/base/msg.h"
#include "scada/site/site.h"

#define DUTY_MAX        64              /* of a site; bits of a mask */
#define DUTY_LINE_MAX   600             /* bytes of one line with its end */
#define DUTY_LINES_MAX  100             /* of one call; what is beyond is counted */
#define DUTY_RETRY_US   (10 * US_PER_S) /* before the first new try; doubled for each one after it, up to: */
#define DUTY_RETRY_MOST (300 * US_PER_S)

struct duty;

struct duty *duty_new(void);
void duty_free(struct duty *d); /* NULL is fine */

/*
 * Another site; who was told of what stays by names. n NULL: nobody is told. Borrowed until the next call. The zone is that of this
 * process (clock_set_zone). Times of texts and of duty are of that zone.
 */
void duty_site(struct duty *d, const struct site_notify *n, bool is_ja, struct mono mono);

/* How an alarm is. Strings are copied. */
struct duty_news {
	const char *name, *area, *text, *response; /* never NULL; in the language of the site */
	unsigned priority;
	enum alarm_state state;
	uint64_t occurrence;
	struct utc raised;
	bool is_test;
	const char *by; /* who acknowledged, shelved; "" = nobody */
};
/* Between begin and end all alarms that are not at rest are named; what is not named is at rest. */
void duty_begin(struct duty *d);
void duty_end(struct duty *d, struct utc now, struct mono mono);
void duty_take(struct duty *d, const struct duty_news *n, struct utc now, struct mono mono);
/* Is there any duty that could be told of such an alarm? */
bool duty_wants(const struct duty *d, unsigned priority, const char *area);

/* A call that is to be made now; then it is under way until duty_done(). False: none. Strings live until then. */
struct duty_call {
	uint32_t duty;
	const char *name, *address; /* address "" = none */
	const char *lines;          /* each ends with \n */
	uint32_t count, more;       /* alarms that have a line; those that are counted in the last one */
	char names[200];            /* of the first alarms, for the journal */
};
bool duty_next(struct duty *d, struct utc now, struct mono mono, struct duty_call *out);
/* words: how it failed. */
void duty_done(struct duty *d, uint32_t duty, bool is_ok, const char *words, struct mono mono);
/* When duty_next may have a call without anything new; false: never. */
bool duty_due(struct duty *d, struct utc now, struct mono mono, struct mono *at);

/* *text (borrowed) says why it fails; "". */
enum notify_state duty_state(struct duty *d, const char **text);

/* Is it one of these times? Of the zone of this process; none (n = 0) is always. A night belongs to the day on which it begins. */
bool duty_is_on(const struct key_list *times, struct utc t);

#endif
