/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_panel.c - what a point's page says of its alarms.
 */
#include "config.h"

#include <string.h>

#include "console/alarm_panel.h"

#include "console/alarm_say.h"
#include "scada/base/str.h"

/* The worst first, at most `most`; *all: how many alarms the point has, *standing: how many are not at rest. */
static int
find(const struct client_alarms *a, point_id id, uint32_t *out, int most, unsigned *all, unsigned *standing)
{
	int n = 0;

	*all = *standing = 0;
	for (uint32_t i = 0; a != NULL && i < a->count; i++) {
		int at;
		if (a->alarms[i].point != id)
			continue;
		++*all;
		if (a->alarms[i].m.state == ALARM_NORM)
			continue;
		++*standing;
		for (at = n; at > 0 && client_alarm_is_before(&a->alarms[i], &a->alarms[out[at - 1]]); at--)
			if (at < most)
				out[at] = out[at - 1];
		if (at < most)
			out[at] = i;
		n += n < most;
	}
	return n;
}

/* "!1 HH     UNACK since 12:31:05, 9.2 % < 10, Cell voltage low": behind the point's own name, which the page bears. */
static void
one(const struct console *co, const struct client_alarm *x, struct alarm_panel_line *line)
{
	const char *point = co->client->points[x->point].name, *name = x->name;
	size_t len = strlen(point);
	char marks[8], value[160], when[32], words[256];

	if (strncmp(name, point, len) == 0 && name[len] == '.')
		name += len + 1;
	alarm_value(co->client, x, co->is_ja, value, sizeof value);
	alarm_words(co->client, x, co->is_ja, words, sizeof words);
	alarm_time(x, co->now, false, when, sizeof when);
	alarm_marks(x, marks, sizeof marks);
	str_printf(line->text, sizeof line->text, "%s %s %s%s%s%s%s%s%s, %s", alarm_code(x->priority), name,
	    alarm_state_word(x->m.state), marks[0] != '\0' ? " " : "", marks, x->m.active != 0 ? " since " : "",
	    x->m.active != 0 ? when : "", value[0] != '\0' ? ", " : "", value, words);
	line->look = alarm_is_unacked((enum alarm_state)x->m.state) ? LOOK_LIMIT
	    : alarm_is_listed((enum alarm_state)x->m.state)         ? LOOK_NORMAL
	                                                            : LOOK_LABEL;
}

int
alarm_panel_lines(const struct console *co, point_id id, struct alarm_panel_line lines[ALARM_PANEL_LINES])
{
	uint32_t found[ALARM_PANEL_LINES];
	unsigned all, standing;
	int n = find(co->client->alarms, id, found, ALARM_PANEL_LINES, &all, &standing);

	if (all == 0)
		return 0;
	if (n == 0) {
		lines[0].look = LOOK_LABEL;
		str_printf(lines[0].text, sizeof lines[0].text, "%s", all == 1 ? "at rest" : "all at rest");
		return 1;
	}
	for (int i = 0; i < n; i++)
		one(co, &co->client->alarms->alarms[found[i]], &lines[i]);
	if (standing > ALARM_PANEL_LINES) {
		lines[n - 1].look = LOOK_LABEL;
		str_printf(lines[n - 1].text, sizeof lines[n - 1].text, "and %u more: :alarms %s",
		    standing - ALARM_PANEL_LINES + 1, co->client->points[id].name);
	}
	return n;
}
