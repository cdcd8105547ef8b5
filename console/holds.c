/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holds.c - sentences about outputs. The same words on every page and in every command.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "console/holds.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LINE 900

static char *
safe(char *buf, size_t size, const char *raw)
{
	text_put_safe(buf, size, raw, -1);
	return buf;
}

char *
holds_value(const struct client *c, point_id id, double v, bool ja, char *buf, size_t size)
{
	const struct client_point *p = &c->points[id];
	char unit[64];

	client_format_value(c, id, v, ja, buf, size);
	if (!isnan(v) && p->unit[0] != '\0' && p->state_count == 0) {
		text_put_safe(unit, sizeof unit, p->unit, -1);
		str_append(buf, size, " ");
		str_append(buf, size, unit);
	}
	return buf;
}

static void
put_time(int64_t t, struct utc now, char *buf, size_t size)
{
	char day[16], today[16];

	utc_civil(day, sizeof day, (struct utc){ t }, "%m-%d");
	utc_civil(today, sizeof today, now, "%m-%d");
	utc_civil(buf, size, (struct utc){ t }, strcmp(day, today) == 0 ? "%H:%M" : "%m-%d %H:%M");
}

char *
holds_until(int64_t until, struct utc now, char *buf, size_t size)
{
	char when[32], age[8];

	if (until == 0) {
		str_copy(buf, size, "open");
		return buf;
	}
	put_time(until, now, when, sizeof when);
	clock_age(age, sizeof age, until - now.us + US_PER_S - 1); /* 30m is 30m also a moment later */
	str_printf(buf, size, "%s (%s)", when, until > now.us ? age : "over");
	return buf;
}

char *
holds_who(const struct client *c, point_id id, struct utc now, char *buf, size_t size)
{
	const struct msg_output *o = client_output(c, id);
	char raw[LINE], since[32], until[48];

	if (o == NULL || o->slot >= SLOT_COUNT) {
		str_copy(buf, size, o == NULL ? "not known" : "nobody");
		return buf;
	}
	put_time(o->since, now, since, sizeof since);
	str_printf(raw, sizeof raw, "%s%s%.60s", slot_word(o->slot), o->user[0] != '\0' ? " " : "", o->user);
	if (o->since != 0) {
		str_append(raw, sizeof raw, " since ");
		str_append(raw, sizeof raw, since);
	}
	if (o->until != 0) {
		str_append(raw, sizeof raw, " until ");
		str_append(raw, sizeof raw, holds_until(o->until, now, until, sizeof until));
	}
	if (o->slot == SLOT_OPERATOR && (o->flags & OUTPUT_UNKNOWN))
		str_append(raw, sizeof raw, ", UNKNOWN whether the device has it");
	if (o->reason[0] != '\0') {
		str_append(raw, sizeof raw, ": ");
		str_append(raw, sizeof raw, o->reason);
	}
	return safe(buf, size, raw);
}

bool
holds_slots(const struct client *c, point_id id, bool ja, char *buf, size_t size)
{
	const struct msg_output *o = client_output(c, id);
	char value[128];

	buf[0] = '\0';
	if (o == NULL)
		return false;
	const double slots[SLOT_COUNT] = { o->slot_operator, o->slot_guard, o->slot_dispatch, o->slot_default };
	for (unsigned s = 0; s < SLOT_COUNT; s++) {
		client_format_value(c, id, slots[s], ja, value, sizeof value);
		str_append(buf, size, s > 0 ? "  " : "");
		str_append(buf, size, s == o->slot ? ">" : "");
		str_append(buf, size, slot_word(s));
		str_append(buf, size, " ");
		str_append(buf, size, value);
	}
	return true;
}

bool
holds_clamp(const struct client *c, point_id id, bool ja, char *buf, size_t size)
{
	const struct msg_output *o = client_output(c, id);
	char raw[LINE], wanted[128], target[128];

	if (o == NULL || !(o->flags & OUTPUT_CLAMPED))
		return false;
	str_printf(raw, sizeof raw, "%s wanted, held at %s%s%.400s",
	    holds_value(c, id, o->wanted, ja, wanted, sizeof wanted),
	    holds_value(c, id, o->target, ja, target, sizeof target), o->clamp[0] != '\0' ? ": " : "", o->clamp);
	safe(buf, size, raw);
	return true;
}

static void
join(char *buf, size_t size, const char *text)
{
	str_append(buf, size, buf[0] != '\0' ? "; " : "");
	str_append(buf, size, text);
}

bool
holds_progress(const struct client *c, point_id id, bool ja, char *buf, size_t size)
{
	const struct msg_output *o = client_output(c, id);
	char part[200], value[128];

	buf[0] = '\0';
	if (o == NULL)
		return false;
	if (o->flags & OUTPUT_RAMPING) {
		str_printf(part, sizeof part, "walks to %s", holds_value(c, id, o->target, ja, value, sizeof value));
		join(buf, size, part);
	}
	if ((o->flags & (OUTPUT_RAMPING | OUTPUT_DRIFTS)) && !isnan(o->written)) {
		str_printf(part, sizeof part, "written %s", holds_value(c, id, o->written, ja, value, sizeof value));
		join(buf, size, part);
	}
	if (o->flags & OUTPUT_DRIFTS) {
		str_printf(part, sizeof part, "DRIFTS: the device has %s",
		    holds_value(c, id, holds_device(c, id), ja, value, sizeof value));
		join(buf, size, part);
	}
	if (o->flags & OUTPUT_UNKNOWN)
		join(buf, size, "OUTCOME UNKNOWN: whether the device has the override is told by its next report");
	if (o->flags & OUTPUT_GIVEN_UP)
		join(buf, size, "given up after a loss: nobody holds it here, the device has it");
	if (o->flags & OUTPUT_LOCAL)
		join(buf, size, "L: the plant is in local");
	return buf[0] != '\0';
}

char *
holds_next(const struct client *c, point_id id, bool ja, char *buf, size_t size)
{
	const struct msg_output *o = client_output(c, id);
	char value[128];

	if (o == NULL) {
		str_copy(buf, size, "what stands then is not known");
		return buf;
	}
	const double slots[SLOT_COUNT] = { o->slot_operator, o->slot_guard, o->slot_dispatch, o->slot_default };
	for (unsigned s = SLOT_GUARD; s < SLOT_COUNT; s++) {
		if (isnan(slots[s]))
			continue;
		str_printf(buf, size, "%s, %s", slot_word(s), holds_value(c, id, slots[s], ja, value, sizeof value));
		return buf;
	}
	str_copy(buf, size, "nobody: the device keeps what it has");
	return buf;
}

double
holds_device(const struct client *c, point_id id)
{
	return c->cells[id].quality & Q_NEVER_READ ? (double)NAN : c->cells[id].v;
}

char *
holds_step(const struct client *c, point_id id, double from, double to, bool ja, char *buf, size_t size)
{
	const struct client_point *p = &c->points[id];
	char a[128], b[128], time[32];

	str_printf(buf, size, "from %s to %s", holds_value(c, id, from, ja, a, sizeof a),
	    holds_value(c, id, to, ja, b, sizeof b));
	if (p->ramp_per_s > 0 && !isnan(from) && fabs(to - from) > 0) {
		double seconds = ceil(fabs(to - from) / p->ramp_per_s);
		if (seconds > 1 && seconds < 1e6) {
			str_append(buf, size, ", in ");
			str_append(buf, size, str_duration(time, sizeof time, (int64_t)seconds * US_PER_S));
			str_append(buf, size, " by its ramp");
		}
	}
	return buf;
}

char *
holds_path(const struct client *c, point_id id, char *buf, size_t size)
{
	const struct client_point *p = &c->points[id];
	const struct client_device *d = p->device < c->device_count ? &c->devices[p->device] : NULL;
	char raw[LINE];

	if (d == NULL)
		return safe(buf, size, p->source);
	str_printf(raw, sizeof raw, "%s %s, %s, %s", d->name,
	    d->has_state ? device_state_word((enum device_state)d->state.state) : "", d->link, p->source);
	return safe(buf, size, raw);
}

bool
holds_alone(const struct client *c, point_id id, char *buf, size_t size)
{
	const struct client_point *p = &c->points[id];
	char raw[LINE], time[32];

	if (p->revert_s == 0 && p->falls_back[0] == '\0')
		return false;
	if (p->revert_s == 0) {
		str_copy(raw, sizeof raw, p->falls_back);
	} else {
		str_printf(raw, sizeof raw, "%s after the last refresh: %.500s",
		    str_duration(time, sizeof time, (int64_t)p->revert_s * US_PER_S),
		    p->falls_back[0] != '\0' ? p->falls_back : "the device gives it up");
	}
	safe(buf, size, raw);
	return true;
}

bool
holds_manners(const struct client *c, point_id id, char *buf, size_t size)
{
	unsigned f = c->points[id].output;

	buf[0] = '\0';
	if (f & OUT_TWO_PERSON)
		join(buf, size, "a second person");
	if (f & OUT_SELECT)
		join(buf, size, "selection first");
	if (f & OUT_DANGEROUS)
		join(buf, size, "its name typed");
	if (f & OUT_PULSE)
		join(buf, size, "a pulse");
	return buf[0] != '\0';
}

char *
holds_tag(const struct msg_tag_state *t, struct utc now, bool ja, char *buf, size_t size)
{
	char raw[LINE], since[32], until[48], kind[40];

	str_copy(kind, sizeof kind, ja ? tag_kind_text(t->kind, true) : tag_kind_word(t->kind));
	for (char *p = kind; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	put_time(t->since, now, since, sizeof since);
	str_printf(raw, sizeof raw, "%s %.60s since %s%s%.60s%s%s: %.216s", kind, t->owner, since,
	    t->permit[0] != '\0' ? ", permit " : "", t->permit, t->until != 0 ? ", until " : "",
	    t->until != 0 ? holds_until(t->until, now, until, sizeof until) : "", t->text);
	return safe(buf, size, raw);
}

char *
holds_command(const struct msg_command_state *m, char *buf, size_t size)
{
	char raw[LINE];

	str_printf(raw, sizeof raw, "command %llu of %.60s: %s%s%.300s", (unsigned long long)m->command, m->user,
	    command_state_word(m->state), m->text[0] != '\0' ? ", " : "", m->text);
	return safe(buf, size, raw);
}
