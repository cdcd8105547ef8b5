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

/* line: UINT32_MAX: any link of chisan-field. */
static bool
is_lent(const struct site *s, uint32_t line)
{
	for (uint32_t i = 0; i < s->conn_count; i++)
		if (s->conns[i].line == line && s->conns[i].manners != NULL && s->conns[i].manners->proxy != NULL)
			return true;
	return false;
}

/* Leave to listen, once given, stays as long as chisand runs and the line has its path: to take it back would cost values. */
static void
place(struct line_process *p, struct supervise *s, enum helper_id id, const char *path, bool is_line_lent)
{
	bool was_used = p->path[0] != '\0', is_other = strcmp(p->path, path) != 0 || (is_line_lent && !p->may_listen);

	str_copy(p->path, sizeof(p->path), path);
	p->arguments[0] = "-l";
	p->arguments[1] = p->path;
	p->may_listen = is_line_lent || (p->may_listen && !is_other);
	p->arguments[2] = p->may_listen ? "-p" : NULL;
	p->arguments[3] = NULL;
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
		place(&l->all[i], s, HELPER_LINE(i), path_of(site, i), is_lent(site, i));
	if (l->is_begun && l->field[0] == NULL && is_lent(site, UINT32_MAX)) {
		l->field[0] = "-p";
		supervise_renew(s, HELPER_FIELD);
	}
}

void
lines_begin(struct lines *l, struct supervise *s, const struct site *site)
{
	l->is_begun = true;
	l->field[0] = is_lent(site, UINT32_MAX) ? "-p" : NULL;
	supervise_start(s, HELPER_FIELD, l->field);
	lines_site(l, s, site);
}
