/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_acts.h - what a person does with a plan of self-wheeling on its page: asked, then sent.
 */
#ifndef CHISAN_WHEEL_ACTS_H
#define CHISAN_WHEEL_ACTS_H

#include "console/screen.h"
#include "console/wheel_got.h"

struct wheel_words {       /* of a line that sets slots */
	unsigned from, to; /* from 0 */
	double kwh;        /* NaN: not planned */
	char reason[WHEEL_REASON];
};
/* "320 furnace 1 is out", "17-20 none closed": false: why, with what would be right. at: the slot where none is written. */
bool wheel_read(const char *line, unsigned at, unsigned slots, struct wheel_words *w, char *why, size_t size);

/* answer NULL: it is asked for; the page gets it as the argument of the same request. part -1: the generation. */
void wheel_acts_make(struct console *co, const struct wheel_got *g, const char *answer);
void wheel_acts_set(struct console *co, const struct wheel_got *g, unsigned slot, int part, const char *answer);
void wheel_acts_file(struct console *co, const struct wheel_got *g, const char *answer);
void wheel_acts_drop(struct console *co, const struct wheel_got *g, const char *answer);
void wheel_acts_accept(struct console *co, const struct wheel_got *g, const char *answer);
void wheel_acts_reject(struct console *co, const struct wheel_got *g, const char *answer);

#endif
