/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_alarming.c - the site's own alarms, how alarms are treated as a whole, and areas that there are not.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/alarm.h"
#include "scada/base/str.h"
#include "scada/site/check.h"

#define AREAS_MAX  4000 /* more are not compared: a hint is no duty */
#define OWN_PREFIX "CHISAN."
#define SEPARATORS " ,"

/* ---- areas */

/* The areas that there are, each once; at most AREAS_MAX. Ends with NULL. */
static const char **
known_areas(const struct check *c)
{
	const char **names = arena_alloc(c->a, (AREAS_MAX + 1) * sizeof(*names));
	const struct site_device *d = c->s->devices.v;
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->s->devices.n && n < AREAS_MAX; i++) {
		if (d[i].area == NULL || (i > 0 && d[i - 1].area != NULL && strcmp(d[i].area, d[i - 1].area) == 0))
			continue;
		bool is_new = true;
		for (uint32_t j = 0; j < n && is_new; j++)
			is_new = strcmp(names[j], d[i].area) != 0;
		if (is_new)
			names[n++] = d[i].area;
	}
	names[n] = NULL;
	return names;
}

static void
say_area(struct check *c, struct mark at, const char *area)
{
	const char *near = str_nearest(area, c->areas);
	warn_at(c->f, at, "no device is in area '%s'%s%s%s", area,
	    near != NULL              ? "; did you mean "
	        : c->areas[0] == NULL ? "; no device has an area yet, so write area: at the devices"
	                              : "; write one that devices have, as ",
	    near != NULL              ? near
	        : c->areas[0] != NULL ? c->areas[0]
	                              : "",
	    near != NULL ? "?" : "");
}

void
check_areas(struct check *c, struct mark at, const char *areas)
{
	char word[201];
	if (areas == NULL)
		return;
	if (c->areas == NULL)
		c->areas = known_areas(c);
	for (const char *p = areas + strspn(areas, SEPARATORS); *p != '\0'; p += strspn(p, SEPARATORS)) {
		size_t n = strcspn(p, SEPARATORS);
		bool is_known = false;
		for (uint32_t i = 0; c->areas[i] != NULL && !is_known; i++)
			is_known = strlen(c->areas[i]) == n && strncmp(c->areas[i], p, n) == 0;
		str_printf(word, sizeof(word), "%.*s", (int)(n < 200 ? n : 200), p);
		if (!is_known)
			say_area(c, at, word);
		p += n;
	}
}

static void
check_device_areas(struct check *c)
{
	const struct site_device *d = c->s->devices.v;
	const struct site_user *u = c->s->users.v;
	for (uint32_t i = 0; i < c->s->devices.n; i++)
		if (d[i].area != NULL && d[i].area[strcspn(d[i].area, SEPARATORS)] != '\0')
			warn_at(c->f, AT_KEY(device_schema, &d[i], struct site_device, area),
			    "'%s' is more than one word, and lists of areas are parted by spaces and commas: nobody "
			    "can be "
			    "made responsible for it; write one word",
			    d[i].area);
	for (uint32_t i = 0; i < c->s->users.n; i++)
		check_areas(c, AT_KEY(user_schema, &u[i], struct site_user, areas), u[i].areas);
}

/* ---- the site's own alarms */

static void
check_own_alarm(struct check *c, const struct site_limit *l)
{
	const struct {
		bool is_given;
		const char *text;
	} wanted[] = {
		{ check_is_given(&limit_schema, l, offsetof(struct site_limit, name)), "name: a name of its own" },
		{ check_is_given(&limit_schema, l, offsetof(struct site_limit, when)),
		    "when: the condition under which it holds" },
	};
	if (IS_SET(limit_schema, l, struct site_limit, type) && l->type != LIMIT_CALC) {
		fault_at(c->f, AT_KEY(limit_schema, l, struct site_limit, type),
		    "the site's own alarms are conditions over points; write CALC here, or put it into alarms: of its "
		    "point");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!wanted[i].is_given)
			fault_at(c->f, l->node.at, "CALC without %.4s; write %s", wanted[i].text, wanted[i].text);
	if (l->name != NULL && !point_name_is_valid(l->name))
		fault_at(c->f, AT_KEY(limit_schema, l, struct site_limit, name),
		    "'%s' is not a name of an alarm; write capitals, digits and _ in parts with a dot, as DEMAND.OVER",
		    l->name);
	if (l->text == NULL && !check_is_given(&limit_schema, l, offsetof(struct site_limit, text)))
		warn_at(c->f, l->node.at, "an alarm without text: nobody would know what has happened; write text:");
	check_areas(c, AT_KEY(limit_schema, l, struct site_limit, area), l->area);
}

static void
check_own_alarms(struct check *c)
{
	const struct site_limit *list = c->s->alarms.v;
	struct check_name *names = xcalloc((size_t)c->s->alarms.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < c->s->alarms.n; i++) {
		check_own_alarm(c, &list[i]);
		check_alarm_keys(c, &list[i]);
		names[i] = (struct check_name){ list[i].name, AT_KEY(limit_schema, &list[i], struct site_limit, name) };
	}
	check_unique(c, names, c->s->alarms.n, "the alarm");
	free(names);
}

/* Does the name end as those that are made from points and devices do? */
static bool
is_made_name(const struct check *c, const char *name)
{
	char of[POINT_NAME_MAX + ALARM_NAME_MAX];
	const char *dot = strrchr(name, '.');
	if (dot == NULL)
		return false;
	size_t len = (size_t)(dot - name);
	str_printf(of, sizeof(of), "%.*s", (int)len, name);
	for (unsigned t = 0; t < ALARM_TYPE_COUNT; t++) {
		const char *word = alarm_type_word(t);
		size_t n = strlen(word);
		const char *rest = dot + 1 + n;
		if (strncmp(dot + 1, word, n) != 0)
			continue;
		bool is_numbered = t == ALARM_DIGITAL || t == ALARM_BIT;
		if (is_numbered ? rest[0] == '\0' || rest[strspn(rest, "0123456789")] != '\0' : rest[0] != '\0')
			continue;
		return site_find_point(c->s, of) != POINT_NONE || check_find_device(c, name, len) != NULL;
	}
	return false;
}

void
check_alarm_names(struct check *c)
{
	const struct site_limit *l = c->s->alarms.v;
	for (uint32_t i = 0; i < c->s->alarms.n; i++) {
		if (l[i].name == NULL)
			continue;
		struct mark at = AT_KEY(limit_schema, &l[i], struct site_limit, name);
		if (strncmp(l[i].name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
			fault_at(c->f, at,
			    "names with " OWN_PREFIX " are those of Chisan's own alarms; write another first part");
		else if (is_made_name(c, l[i].name))
			fault_at(c->f, at, "%s is how an alarm of a point or device is called; write another last part",
			    l[i].name);
	}
}

/* ---- as a whole */

static void
check_priorities(struct check *c, const struct site_alarming *a)
{
	const struct site_priority *p = a->priorities.v;
	for (uint32_t i = 0; i < a->priorities.n; i++) {
		if (p[i].realarm_us != 0 && p[i].realarm_us < 60 * US_PER_S)
			fault_at(c->f, AT_KEY(priority_schema, &p[i], struct site_priority, realarm_us),
			    "again after less than a minute leaves no time to act; write 1m or more, or 0s for never");
		for (uint32_t j = 0; j < i; j++)
			if (p[i].priority != 0 && p[j].priority == p[i].priority) {
				fault_at(c->f, p[i].node.at,
				    "priority %" PRId64 " is here again, after line %u; keep one", p[i].priority,
				    p[j].node.at.line);
				break;
			}
	}
}

static bool
has_class(const struct key_list *alarms, const char *name)
{
	const struct site_limit *l = alarms->v;
	for (uint32_t i = 0; i < alarms->n; i++)
		if (l[i].class != NULL && strcmp(l[i].class, name) == 0)
			return true;
	return false;
}

static bool
class_is_used(const struct site *s, const char *name)
{
	const struct site_profile *p = s->profiles.v;
	const struct site_point_def *calc = s->calculations.v;
	bool is_used = has_class(&s->alarms, name);
	for (uint32_t i = 0; i < s->calculations.n && !is_used; i++)
		is_used = has_class(&calc[i].alarms, name);
	for (uint32_t i = 0; i < s->profiles.n && !is_used; i++) {
		const struct site_point_def *d = p[i].points.v;
		for (uint32_t j = 0; j < p[i].points.n && !is_used; j++)
			is_used = has_class(&d[j].alarms, name);
	}
	const struct site_device *device = s->devices.v;
	for (uint32_t i = 0; i < s->devices.n && !is_used; i++) {
		const struct site_override *o = device[i].points.v;
		for (uint32_t j = 0; j < device[i].points.n && !is_used; j++)
			is_used = has_class(&o[j].alarms, name);
	}
	return is_used;
}

static void
check_classes(struct check *c, const struct site_alarming *a)
{
	const struct site_class *list = a->two_person.v;
	struct check_name names[33] = { { NULL, { 0, 0, 0 } } };
	for (uint32_t i = 0; i < a->two_person.n && i < 32; i++) {
		names[i] = (struct check_name){ list[i].name, AT_KEY(class_schema, &list[i], struct site_class, name) };
		if (list[i].name != NULL && !class_is_used(c->s, list[i].name))
			warn_at(c->f, names[i].at,
			    "no alarm is of class '%s'; is the word the same as in alarms: class?", list[i].name);
	}
	check_unique(c, names, a->two_person.n < 32 ? a->two_person.n : 32, "the class");
}

void
check_alarming(struct check *c)
{
	const struct site_alarming *a = c->s->alarming;
	check_device_areas(c);
	check_own_alarms(c);
	if (a == NULL)
		return;
	if (a->flood_leave >= a->flood_enter)
		fault_at(c->f, AT_KEY(alarming_schema, a, struct site_alarming, flood_leave),
		    "a flood that begins above %" PRId64 " alarms ends below %" PRId64
		    "; write flood_leave below flood_enter, as 5 and 10",
		    a->flood_enter, a->flood_leave);
	check_priorities(c, a);
	check_classes(c, a);
}
