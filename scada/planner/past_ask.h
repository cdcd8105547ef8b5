/* SPDX-License-Identifier: Apache-2.0 */
/*
 * past_ask.h - what the record knows of the points that forecasts are made from, asked for in parts and kept. Pure: frames in and out.
 */
#ifndef CHISAN_PAST_ASK_H
#define CHISAN_PAST_ASK_H

#include "scada/base/msg.h"
#include "scada/forecast/past.h"

enum { PAST_ASK_DAYS = 56, PAST_ASK_POINTS = 16, PAST_ASK_STEP_S = 1800 };
#define PAST_ASK_LEAST 0.5 /* share of a step that must be known */

struct past_ask;

struct past_ask *past_ask_new(void);
void past_ask_free(struct past_ask *p); /* NULL is fine */
/* Points by name, each once; forgets those before. */
void past_ask_clear(struct past_ask *p);
void past_ask_add(struct past_ask *p, const char *point);
/* And the limit of a plant: steps in which it was held down are NaN in what it made. 1 of the limit is unit_kw; NULL or no such point: none. */
void past_ask_add_limit(struct past_ask *p, const char *point, const char *limit, double unit_kw, double peak_kw);
/* All of them anew, up to now. */
void past_ask_begin(struct past_ask *p, struct utc now);
/* The next question: body of W_TREND_GET. False: all are asked. */
bool past_ask_next(struct past_ask *p, struct wbuf *body);
/* W_TREND of the question that was asked last; false: it cannot be read. */
bool past_ask_take(struct past_ask *p, const struct frame *f);
/* Its W_RESULT: the next one may be asked. */
void past_ask_ended(struct past_ask *p);
bool past_ask_is_whole(const struct past_ask *p);
/* NULL: no such point, or nothing was told of it. Borrowed until the next call of begin or clear. */
const struct past *past_ask_of(const struct past_ask *p, const char *point);

#endif
