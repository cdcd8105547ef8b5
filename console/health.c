/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.c - words for the states of the record.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/health.h"
#include "console/jout.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define DAYS_MAX 36500.0 /* beyond it nobody plans */

/* What stands on every page, and what it means when the store itself says no more. */
static const struct {
	const char *loud, *meaning;
} words[STORE_STATE_COUNT] = {
	[STORE_WELL] = { "", "" },
	[STORE_SLOW] = { "RECORD SLOW", "the disk takes long; acts are recorded late" },
	[STORE_FULL] = { "RECORD FULL", "nothing is recorded until there is room on the disk" },
	[STORE_FAILING] = { "RECORD FAILING", "the disk reports errors; entries wait in memory" },
	[STORE_READ_ONLY] = { "RECORD READ-ONLY", "the record cannot be written; entries wait in memory" },
	[STORE_RENEWED] = { "RECORD RENEWED", "the old one was damaged and moved aside" },
	[STORE_MEDDLED] = { "RECORD MEDDLED WITH", "something else wrote to the database, or put its files in place" },
	[STORE_ABSENT] = { "NO RECORD", "chisan-store does not run; entries wait in memory" },
};

bool
health_trouble(const struct client *c, char *buf, size_t size)
{
	char raw[600];
	unsigned state = c->health.state;

	if (!c->has_health || state == STORE_WELL)
		return false;
	bool is_known = state < STORE_STATE_COUNT && words[state].loud != NULL; /* the list may have grown */
	const char *loud = is_known ? words[state].loud : "RECORD NOT WELL";
	const char *text = c->health.text[0] != '\0' ? c->health.text
	    : is_known                               ? words[state].meaning
	                                             : store_state_word(state);
	str_printf(raw, sizeof raw, "%s: %s", loud, text);
	text_put_safe(buf, size, raw, -1);
	return true;
}

char *
health_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double v = (double)bytes;
	unsigned i = 0;
	char number[48];

	for (; v >= 999.5 && i + 1 < sizeof units / sizeof units[0]; i++)
		v /= 1000;
	str_fixed(number, sizeof number, v, i > 0 && v < 99.5 ? 1 : 0);
	str_printf(buf, size, "%s %s", number, units[i]);
	return buf;
}

double
health_days(const struct client *c)
{
	if (!c->has_health || !(c->health.growth > 0) || !isfinite(c->health.growth))
		return -1;
	double days = (double)c->health.space / c->health.growth;
	return days < DAYS_MAX ? days : -1;
}

void
health_line(const struct client *c, char *buf, size_t size)
{
	char text[600], bytes[32], space[32], days[48] = "";
	double left = health_days(c);

	if (!c->has_health) {
		str_copy(buf, size, "not known: chisand has not said how it is");
		return;
	}
	if (!health_trouble(c, text, sizeof text))
		str_copy(text, sizeof text, "well");
	if (left >= 730)
		str_printf(days, sizeof days, ": full in %.0f years", left / 365.25);
	else if (left >= 0)
		str_printf(days, sizeof days, ": full in %.0f day%s", floor(left),
		    floor(left) > 0 && floor(left) < 2 ? "" : "s");
	if (c->health.state == STORE_ABSENT || c->health.total == 0) /* not measured yet */
		str_copy(buf, size, text);
	else
		str_printf(buf, size, "%s; %s, %s free%s", text, health_bytes(bytes, sizeof bytes, c->health.size),
		    health_bytes(space, sizeof space, c->health.space), days);
}

static json_t *
newest_json(const struct msg_journal *m)
{
	json_t *j;

	if (m == NULL || m->seq == 0)
		return json_null();
	j = json_object();
	json_object_set_new(j, "seq", json_integer((json_int_t)m->seq));
	json_object_set_new(j, "time", jout_time((struct utc){ m->time }));
	return j;
}

json_t *
health_json(const struct client *c, const struct msg_journal *newest)
{
	static const char *const chain[] = { "broken", "whole", "not-proved" };
	const struct msg_store_health *h = &c->health;
	json_t *j;

	if (!c->has_health)
		return json_null();
	j = json_object();
	json_object_set_new(j, "state", json_string(store_state_word(h->state)));
	json_object_set_new(j, "text", h->text[0] == '\0' ? json_null() : jout_text(h->text));
	json_object_set_new(j, "size_bytes", json_integer((json_int_t)h->size));
	json_object_set_new(j, "free_bytes", json_integer((json_int_t)h->space));
	json_object_set_new(j, "total_bytes", json_integer((json_int_t)h->total));
	json_object_set_new(j, "growth_bytes_per_day", jout_number(h->growth));
	json_object_set_new(
	    j, "days_until_full", health_days(c) < 0 ? json_null() : jout_number(floor(health_days(c))));
	json_object_set_new(j, "lag_ms", json_integer(h->lag_ms));
	json_object_set_new(j, "chain", json_string(h->chain < 3 ? chain[h->chain] : "not-proved"));
	json_object_set_new(j, "newest", newest_json(newest));
	return j;
}
