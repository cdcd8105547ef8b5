/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banner.c - the worst and newest alarms that nobody has acknowledged, wherever the operator is.
 */
#include "config.h"

#include <string.h>

#include "console/alarm_say.h"
#include "console/banner.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

enum look
banner_code_look(const struct client_alarm *a)
{
	static const enum look waits[] = { LOOK_U1, LOOK_U2, LOOK_U3, LOOK_U4 };

	return alarm_is_unacked((enum alarm_state)a->m.state) ? waits[a->priority - 1] : banner_look(a);
}

enum look
banner_look(const struct client_alarm *a)
{
	static const enum look looks[] = { LOOK_P1, LOOK_P2, LOOK_P3, LOOK_P4 };

	return alarm_is_listed((enum alarm_state)a->m.state) ? looks[a->priority - 1] : LOOK_LABEL;
}

void
banner_put_code(struct grid *g, int row, int column, const struct client_alarm *a)
{
	grid_put(g, row, column, 1, banner_code_look(a), alarm_is_unacked((enum alarm_state)a->m.state) ? ">" : " ");
	grid_put(g, row, column + 1, 2, banner_code_look(a), alarm_code(a->priority));
}

int
banner_counts(struct console *co, int row, int column, int cells)
{
	static const enum look looks[] = { LOOK_U1, LOOK_U2, LOOK_U3, LOOK_U4 };
	const struct client_alarms *all = co->client->alarms;
	char text[24];
	int used = 0;

	for (unsigned p = 0; all != NULL && p < ALARM_PRIORITIES; p++) {
		if (all->unacked[p] == 0)
			continue;
		str_printf(text, sizeof text, "%s:%u", alarm_code(p + 1), all->unacked[p]);
		if (used + 1 + text_width(text) > cells)
			break;
		used += used > 0;
		used += grid_put(co->grid, row, column + used, -1, console_is_lost(co) ? LOOK_TOP : looks[p], text);
	}
	return used;
}

bool
banner_line(struct console *co, int i, int row, int right)
{
	const struct client *c = co->client;
	struct grid *g = co->grid;
	char time[32], words[512], value[160], text[800], marks[8];
	uint32_t worst[2];

	if ((int)client_alarms_worst(c->alarms, worst, 2) <= i)
		return false;
	const struct client_alarm *a = &c->alarms->alarms[worst[i]];
	alarm_time(a, co->now, g->columns < 100, time, sizeof time);
	alarm_words(c, a, co->is_ja, words, sizeof words);
	alarm_value(c, a, co->is_ja, value, sizeof value);
	alarm_marks(a, marks, sizeof marks);
	str_printf(text, sizeof text, "%-8s %s%s%s  %s%s%s", time, a->name, marks[0] != '\0' ? " " : "", marks, words,
	    value[0] != '\0' ? ": " : "", value);
	banner_put_code(g, row, 1, a);
	grid_fit(g, row, 5, g->columns - 6 - right, banner_look(a), text, false);
	return true;
}

void
banner_calm(const struct console *co, char *buf, size_t size)
{
	const struct client_alarms *all = co->client->alarms;
	uint32_t active = 0;

	if (all == NULL || all->count == 0) {
		str_copy(buf, size, "No alarms: the site defines none");
		return;
	}
	for (unsigned p = 0; p < ALARM_PRIORITIES; p++)
		active += all->active[p];
	if (active == 0)
		str_copy(buf, size, "No alarm is active or waits for acknowledgement");
	else
		str_printf(buf, size, "No alarm waits for acknowledgement; %u active: a", active);
}
