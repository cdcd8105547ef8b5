/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_say.c - the other masters of a device, in words.
 */
#include "config.h"

#include <inttypes.h>

#include "console/shared_say.h"
#include "scada/base/str.h"

char *
shared_say(const struct client_shared *s, char buf[SHARED_SAY])
{
	char text[80];

	str_printf(buf, SHARED_SAY, "%u of %u masters: %" PRIu64 " request%s", s->masters, s->clients, s->requests,
	    s->requests == 1 ? "" : "s");
	if (s->refused > 0) {
		str_printf(text, sizeof text, ", %" PRIu64 " write%s refused", s->refused, s->refused == 1 ? "" : "s");
		str_append(buf, SHARED_SAY, text);
	}
	if (s->turned_away > 0) {
		str_printf(text, sizeof text, ", %" PRIu64 " turned away", s->turned_away);
		str_append(buf, SHARED_SAY, text);
	}
	if (s->held_back > 0) {
		str_printf(text, sizeof text, ", %" PRIu64 " held back", s->held_back);
		str_append(buf, SHARED_SAY, text);
	}
	return buf;
}

/* The time of the day, or the day where that is not this one. */
static void
time_text(char *buf, size_t size, struct utc at, struct utc now)
{
	utc_civil(buf, size, at, utc_diff_us(now, at) > 24 * 3600 * US_PER_S ? "%m-%d" : "%H:%M:%S");
}

char *
shared_say_last(const struct client_shared *s, struct utc now, char buf[SHARED_SAY])
{
	char at[24], text[SHARED_SAY];

	if (s->master[0] == '\0') {
		str_copy(buf, SHARED_SAY, "nobody has asked it since chisan-field began");
	} else {
		time_text(at, sizeof at, s->last_time, now);
		str_printf(buf, SHARED_SAY, "last %s %s", s->master, at);
	}
	if (s->refusal[0] != '\0') {
		time_text(at, sizeof at, s->refused_time, now);
		str_printf(text, sizeof text, "; refused %s: %s", at, s->refusal);
		str_append(buf, SHARED_SAY, text);
	}
	return buf;
}
