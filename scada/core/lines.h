/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - a process for each serial line of the site: started, ended, and started anew when the line has another path.
 */
#ifndef CHISAN_LINES_H
#define CHISAN_LINES_H

#include "scada/core/supervise.h"
#include "scada/site/site.h"

/* Embedded and zeroed by whoever has it; lives as long as the helpers. */
struct lines {
	struct line_process {
		char path[SERIAL_PATH_MAX];
		const char *arguments[3];
	} all[SERIAL_LINES_MAX];
	bool is_begun;
};

/* What is started from now on: what was saved is back. */
void lines_begin(struct lines *l, struct supervise *s, const struct site *site);
/* Another configuration. */
void lines_site(struct lines *l, struct supervise *s, const struct site *site);

#endif
