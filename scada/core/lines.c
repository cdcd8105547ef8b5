/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.c - which process has which serial line. A process is told its path at its start, since it gives up all others then.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/lines.h"

static const char *
path_of(const struct site *s, uint32_t line)
{
	for (uint32_t i = 0; i < s->conn_count; i++)
		if (s->conns[i].line == line)
			return s->conns[i].host;
	return "";
}

static void
place(struct line_process *p, struct supervise *s, enum helper_id id, const char *path)
{
	bool was_used = p->path[0] != '\0', is_other = strcmp(p->path, path) != 0;

	str_copy(p->path, sizeof(p->path), path);
	p->arguments[0] = "-l";
	p->arguments[1] = p->path;
	p->arguments[2] = NULL;
	if (path[0] == '\0')
		supervise_end(s, id);
	else if (was_used && is_other)
		supervise_renew(s, id);
	else if (!was_used)
		supervise_start(s, id, p->arguments);
}

void
lines_site(struct lines *l, struct supervise *s, const struct site *site)
{
	for (uint32_t i = 0; l->is_begun && i < SERIAL_LINES_MAX; i++)
		place(&l->all[i], s, HELPER_LINE(i), path_of(site, i));
}

void
lines_begin(struct lines *l, struct supervise *s, const struct site *site)
{
	l->is_begun = true;
	lines_site(l, s, site);
}
