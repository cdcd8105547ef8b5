/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_check.c - may this be done? Each refusal says what would be right.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/acts_private.h"
#include "scada/core/hold_check.h"

#define UNTIL_MAX_US (366 * 86400 * US_PER_S)

bool
check_text(struct act *t, char *out, size_t size, const char *given, const char *what)
{
	char why[200];

	return text_from_person(out, size, given, what, why, sizeof(why)) || act_refuse(t, ERR_REFUSED, -1, "%s", why);
}

/* ---- the point */

static const struct site_point *
find_point(struct acts *a, struct act *t, const char *name, point_id *id)
{
	*id = a->table != NULL ? table_find(a->table, name) : POINT_NONE;
	if (*id == POINT_NONE) {
		char safe[POINT_NAME_MAX];

		text_put_safe(safe, sizeof(safe), name, -1);
		act_refuse(t, ERR_NOT_FOUND, -1, "there is no point %s", safe);
		return NULL;
	}
	str_copy(t->point, sizeof(t->point), table_site(a->table)->points[*id].name);
	return &table_site(a->table)->points[*id];
}

/* Two at once: the one that came first goes on. */
static bool
check_alone(struct acts *a, struct act *t)
{
	const struct act *other;

	TAILQ_FOREACH(other, &a->open, entry)
		if (other->type == t->type && strcmp(other->point, t->point) == 0)
			return act_refuse(t, ERR_BUSY, AC_LOCKED_BY_OTHER,
			    "%s is being changed by %s at this moment; look, then try again", t->point, other->user);
	return true;
}

static void
begin_hold(struct act *t, enum state_kind kind, struct utc now)
{
	t->hold = (struct hold){ .kind = kind, .time = now };
	str_copy(t->hold.name, sizeof(t->hold.name), t->point);
	str_copy(t->hold.user, sizeof(t->hold.user), t->user);
}

/* ---- a value by hand */

static bool
check_until(struct act *t, int64_t until, struct utc now)
{
	char text[SAY_TIME];

	if (until == 0)
		return true;
	if (!utc_is_plausible(now))
		return act_refuse(t, ERR_REFUSED, AC_TIME_LIMIT, "the clock of the server is wrong; leave the end out");
	if (until <= now.us)
		return act_refuse(t, ERR_REFUSED, AC_TIME_LIMIT, "it would have ended already; the time here is %s",
		    say_time(now, text, sizeof(text)));
	if (until - now.us > UNTIL_MAX_US)
		return act_refuse(
		    t, ERR_REFUSED, AC_TIME_LIMIT, "it may last for a year at most; leave the end out if it has none");
	return true;
}

bool
check_manual(struct acts *a, struct act *t, const struct msg_manual *m, struct utc now)
{
	char text[TEXT_MAX];
	int addcause;
	point_id id;
	const struct site_point *p = find_point(a, t, m->point, &id);

	if (p == NULL)
		return false;
	if (!hold_fits_point(table_site(a->table), p, STATE_MANUAL, text, sizeof(text)))
		return act_refuse(t, ERR_REFUSED, AC_NOT_SUPPORTED, "%s", text);
	begin_hold(t, STATE_MANUAL, now);
	if (!check_text(t, t->hold.reason, sizeof(t->hold.reason), m->reason, "reason") || !check_alone(a, t))
		return false;
	t->on = m->on != 0;
	if (!t->on)
		return table_is_manual(a->table, id) ||
		    act_refuse(t, ERR_REFUSED, AC_POSITION_REACHED, "%s has no value by hand", p->name);
	if (!hold_fits_value(p, m->value, &addcause, text, sizeof(text)))
		return act_refuse(t, ERR_REFUSED, addcause, "%s", text);
	if (!check_until(t, m->until, now))
		return false;
	t->hold.value = m->value + 0.0; /* no -0 */
	t->hold.until.us = m->until;
	return true;
}

/* ---- scan off and on */

static bool
refuse_same(struct acts *a, struct act *t)
{
	const struct hold *h = held_find(a->held, STATE_SCAN_OFF, t->point);
	char at[SAY_TIME];

	if (t->on)
		return act_refuse(t, ERR_REFUSED, AC_POSITION_REACHED, "the scan of %s is on", t->point);
	if (h == NULL)
		return act_refuse(t, ERR_REFUSED, AC_POSITION_REACHED, "the scan of %s is off already", t->point);
	return act_refuse(t, ERR_REFUSED, AC_POSITION_REACHED, "the scan of %s is off already, by %s since %s: %s",
	    t->point, h->user, say_time(h->time, at, sizeof(at)), h->reason);
}

bool
check_scan(struct acts *a, struct act *t, const struct msg_scan *m, struct utc now)
{
	char text[TEXT_MAX];
	point_id id;
	const struct site_point *p = find_point(a, t, m->point, &id);

	if (p == NULL)
		return false;
	if (!hold_fits_point(table_site(a->table), p, STATE_SCAN_OFF, text, sizeof(text)))
		return act_refuse(t, ERR_REFUSED, AC_NOT_SUPPORTED, "%s", text);
	begin_hold(t, STATE_SCAN_OFF, now);
	if (!check_text(t, t->hold.reason, sizeof(t->hold.reason), m->reason, "reason") || !check_alone(a, t))
		return false;
	t->on = m->on != 0;
	return table_is_off(a->table, id) == t->on || refuse_same(a, t);
}
