/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - the field programs: chisan-field, and a process for each serial line of the site: started, ended, and started anew when the
 * line has another path, or when a link is lent to other masters, for which a program has to have leave to listen from its start.
 */
#ifndef CHISAN_LINES_H
#define CHISAN_LINES_H

#include "scada/core/supervise.h"
#include "scada/site/site.h"

/* Embedded and zeroed by whoever has it; lives as long as the helpers. */
struct lines {
	struct line_process {
		char path[SERIAL_PATH_MAX];
		const char *arguments[4];
		bool may_listen;
	} all[SERIAL_LINES_MAX];
	const char *field[2]; /* arguments of chisan-field */
	bool is_begun;
};

/* What is started from now on: what was saved is back. */
void lines_begin(struct lines *l, struct supervise *s, const struct site *site);
/* Another configuration. */
void lines_site(struct lines *l, struct supervise *s, const struct site *site);

#endif
