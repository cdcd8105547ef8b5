/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_many.c - those on the screen, asked about once.
 */
#include "config.h"

#include <string.h>

#include "console/alarm_many.h"
#include "scada/base/str.h"

struct words {
	const char *none, *ask, *where, *what;
};

static const struct words *
words_of(enum alarm_act act)
{
	static const struct words ack = { .none = "no alarm on the screen waits for an acknowledgement",
		.ask = "Acknowledge",
		.where = "on the screen",
		.what = "acknowledgement" };
	static const struct words reset = {
		.none = "no alarm on the screen is latched, acknowledged and over: nothing to reset",
		.ask = "Seen to in the field? Reset",
		.where = "here",
		.what = "reset"
	};

	return act == ALARM_ACT_RESET ? &reset : &ack;
}

void
alarm_many_begin(struct alarm_many *m)
{
	m->seen_count = 0;
}

void
alarm_many_add(struct alarm_many *m, const struct alarm_seen *seen)
{
	if (m->seen_count < ALARM_MANY_MAX)
		m->seen[m->seen_count++] = *seen;
}

static void
send(struct console *co, struct alarm_many *m, enum alarm_act act)
{
	struct alarm_ask ask = ALARM_ASK_INIT(act);
	char what[64];

	str_printf(
	    what, sizeof what, "%s of %u alarm%s", words_of(act)->what, m->asked_count, m->asked_count == 1 ? "" : "s");
	if (alarm_acts_allowed(co, act))
		alarm_acts_send(co, &ask, m->asked, m->asked_count, what);
	m->asked_count = 0;
}

static unsigned
count_first(const struct console *co, const struct alarm_many *m)
{
	const struct client_alarms *all = co->client->alarms;
	unsigned first = 0;

	for (unsigned i = 0; i < m->asked_count; i++) {
		uint32_t alarm = client_alarms_find(all, m->asked[i].name);
		first += alarm != ALARM_NONE && all->alarms[alarm].priority == 1;
	}
	return first;
}

unsigned
alarm_many_request(struct console *co, struct alarm_many *m, enum alarm_act act, enum request req, const char *answer)
{
	char more[40] = "";

	if (answer != NULL && strcmp(answer, "y") == 0 && m->asked_count > 0) {
		send(co, m, act);
		return DRAW_ALL;
	}
	if (m->seen_count == 0) {
		console_message(co, true, "%s", words_of(act)->none);
		return DRAW_ALL;
	}
	if (!alarm_acts_allowed(co, act))
		return DRAW_ALL;
	memcpy(m->asked, m->seen, m->seen_count * sizeof m->seen[0]);
	m->asked_count = m->seen_count;
	unsigned first = count_first(co, m);
	if (first > 0)
		str_printf(more, sizeof more, ", %u of priority 1", first);
	str_printf(co->prompt_label, sizeof co->prompt_label, "%s the %u alarm%s %s%s? y does it ", words_of(act)->ask,
	    m->asked_count, m->asked_count == 1 ? "" : "s", words_of(act)->where, more);
	prompt_ask(&co->prompt, co->prompt_label, (int)req);
	console_message(co, false, "any other key: nothing is done; what comes meanwhile is not among them");
	return DRAW_ALL;
}
