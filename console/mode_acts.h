/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mode_acts.h - what a person sets of dispatch, from the console's page and from its palette.
 */
#ifndef CHISAN_MODE_ACTS_H
#define CHISAN_MODE_ACTS_H

#include "console/screen.h"
#include "scada/base/mode.h"

struct mode_words {
	enum mode_what what;
	enum guard_mode mode;
	double kw; /* of demand response, or the target */
	struct utc until;
	char reason[MODE_REASON];
};
/* "peak-cut heat wave", "demand-response 900 17:00 event 12": false: why, with what would be right. */
bool mode_read(const char *line, struct utc now, struct mode_words *w, char *why, size_t size);
/* "1400 contract of December" */
bool mode_read_target(const char *line, struct mode_words *w, char *why, size_t size);

/* Without a line it is asked for. */
void mode_acts_set(struct console *co, const char *line);
void mode_acts_target(struct console *co, const char *line);
void mode_acts_stop(struct console *co); /* manual, at once */

#endif
