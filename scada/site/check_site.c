/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_site.c - the checks in their order, and those of site.yaml's own keys.
 */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

void
check_warm_up(void)
{
	/* Name services load their modules at first use, which the sandbox would not allow. */
	(void)getpwnam("root");
	(void)getgrnam("root");
	tzset();
}

static bool
is_uuid(const char *t)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	if (strlen(t) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '-' ? t[i] != '-' : strchr("0123456789abcdefABCDEF", t[i]) == NULL)
			return false;
	return true;
}

static void
check_user(struct check *c, struct site_user *u)
{
	static const char *const forms = "write either user: or group:";
	if ((u->user != NULL) == (u->group != NULL)) {
		fault_at(c->f, u->node.at,
		    u->user != NULL ? "user and group at once; %s" : "neither user nor group; %s", forms);
		return;
	}
	const struct passwd *pw = u->user != NULL ? getpwnam(u->user) : NULL;
	const struct group *gr = u->group != NULL ? getgrnam(u->group) : NULL;
	if (u->user != NULL && pw == NULL)
		fault_at(c->f, AT_KEY(user_schema, u, struct site_user, user),
		    "this machine has no user '%s'; useradd makes one", u->user);
	else if (u->group != NULL && gr == NULL)
		fault_at(c->f, AT_KEY(user_schema, u, struct site_user, group),
		    "this machine has no group '%s'; groupadd makes one", u->group);
	if (pw != NULL)
		u->id = (int64_t)pw->pw_uid;
	else if (gr != NULL)
		u->id = (int64_t)gr->gr_gid;
	if (pw != NULL || gr != NULL)
		u->node.set |= UINT64_C(1) << schema_find_member(&user_schema, offsetof(struct site_user, id));
}

/* In the one form of an address; "" after saying what is wrong. */
static void
check_link(struct check *c, const struct site_link *l, char *address, size_t size)
{
	char host[SITE_HOST_MAX], message[300];
	uint16_t port;
	uint8_t unit;
	int transport;
	bool has_unit;
	struct mark at = AT_KEY(link_schema, l, struct site_link, link);
	address[0] = '\0';
	if (l->link == NULL)
		return;
	if (!site_link_parse(
	        l->link, &transport, host, sizeof(host), &port, &unit, &has_unit, message, sizeof(message)))
		fault_at(c->f, at, "link: %s", message);
	else if (transport == TRANSPORT_ECHONET)
		fault_at(c->f, at, "link: ECHONET Lite has no connections that manners could be given; leave it out");
	else if (has_unit)
		fault_at(c->f, at, "link: the manners are those of the whole connection; write it without /%u", unit);
	else if (transport == TRANSPORT_MODBUS_RTU)
		str_copy(address, size, host);
	else if (transport == TRANSPORT_MODBUS_RTU_TCP)
		str_printf(address, size, "modbus-rtu-tcp://%s:%u", host, port);
	else
		str_printf(address, size, "%s:%u", host, port);
	check_line(c, l, transport);
}

static void
check_links(struct check *c)
{
	char address[SITE_LINK_MAX];
	const struct site_link *links = c->s->links.v;
	struct check_name *names = xcalloc((size_t)c->s->links.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < c->s->links.n; i++) {
		check_link(c, &links[i], address, sizeof(address));
		if (address[0] != '\0')
			names[i] = (struct check_name){ arena_strdup(c->a, address),
				AT_KEY(link_schema, &links[i], struct site_link, link) };
	}
	check_unique(c, names, c->s->links.n, "the link");
	free(names);
}

static bool
is_used(const struct check *c, const struct site_link *l)
{
	char host[SITE_HOST_MAX], message[300];
	uint16_t port;
	uint8_t unit;
	int transport;
	bool has_unit;
	if (l->link == NULL ||
	    !site_link_parse(
	        l->link, &transport, host, sizeof(host), &port, &unit, &has_unit, message, sizeof(message)))
		return true; /* told */
	for (uint32_t i = 0; i < c->s->conn_count; i++)
		if (c->s->conns[i].port == port && c->s->conns[i].transport == transport &&
		    strcmp(c->s->conns[i].host, host) == 0)
			return true;
	return false;
}

void
check_built(struct check *c)
{
	const struct site *s = c->s;
	const struct site_link *links = s->links.v;
	check_lines(c);
	/* Links are few; a file with thousands is spared the look. */
	for (uint32_t i = 0; i < s->links.n && s->links.n < 1000; i++)
		if (!is_used(c, &links[i]))
			warn_at(c->f, AT_KEY(link_schema, &links[i], struct site_link, link),
			    "no device has this link; is address or port wrong?");
	const struct site_device *d = s->devices.v;
	for (uint32_t i = 0; i < s->devices.n; i++) {
		const struct site_override *o = d[i].points.v;
		for (uint32_t j = 0; j < d[i].points.n; j++)
			if (o[j].was != NULL && site_find_point(s, o[j].was) != POINT_NONE)
				fault_at(c->f, AT_KEY(override_schema, &o[j], struct site_override, was),
				    "was: %s is the name of a point that there is; write the earlier name, which is "
				    "free now",
				    o[j].was);
	}
}

static void
check_retention(struct check *c)
{
	const struct site_retention *r = c->s->retention.v;
	uint32_t n = c->s->retention.n;
	struct check_name *names = xcalloc((size_t)n + 1, sizeof(*names));
	for (uint32_t i = 0; i < n; i++) {
		const size_t members[] = { offsetof(struct site_retention, samples_us),
			offsetof(struct site_retention, half_hours_us), offsetof(struct site_retention, days_us) };
		const int64_t us[] = { r[i].samples_us, r[i].half_hours_us, r[i].days_us };
		for (size_t k = 0; k < ARRAY_LEN(us); k++)
			if (us[k] != 0 && us[k] < 86400 * US_PER_S)
				fault_at(c->f, schema_mark(&retention_schema, &r[i], members[k]),
				    "less than a day is no history; write 1d or more, or 0s for ever");
		names[i] =
		    (struct check_name){ r[i].name, AT_KEY(retention_schema, &r[i], struct site_retention, name) };
		if (r[i].name != NULL && strcmp(r[i].name, SITE_HISTORY_NONE) == 0)
			fault_at(c->f, names[i].at, "class none is what is not recorded at all; write another word");
	}
	check_unique(c, names, n, "the class");
	free(names);
}

void
check_history(struct check *c, const struct site_point_def *d)
{
	const struct site_retention *r = c->s->retention.v;
	if (d->history == NULL || strcmp(d->history, SITE_HISTORY_NONE) == 0 ||
	    strcmp(d->history, SITE_HISTORY_DEFAULT) == 0)
		return;
	for (uint32_t i = 0; i < c->s->retention.n; i++)
		if (r[i].name != NULL && strcmp(r[i].name, d->history) == 0)
			return;
	fault_at(c->f, AT_KEY(point_schema, d, struct site_point_def, history),
	    "history: the site has no class '%s'; write one of its retention:, or default, or none", d->history);
}

void
check_general(struct check *c)
{
	const struct site *s = c->s;
	if (s->timezone != NULL && !clock_zone_exists(s->timezone))
		fault_at(c->f, AT_KEY(site_schema, s, struct site, timezone),
		    "there is no time zone '%s'; write one of /usr/share/zoneinfo, as Asia/Tokyo (package tzdata)",
		    s->timezone);
	if (s->id != NULL && !is_uuid(s->id))
		fault_at(
		    c->f, AT_KEY(site_schema, s, struct site, id), "'%s' is not a UUID; make one with uuidgen", s->id);
	if (s->currency != NULL &&
	    (strlen(s->currency) != 3 || s->currency[strspn(s->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0'))
		fault_at(c->f, AT_KEY(site_schema, s, struct site, currency),
		    "'%s' is not a currency; write three capitals, as JPY or EUR", s->currency);
	check_links(c);
	check_retention(c);
	struct site_user *users = s->users.v;
	for (uint32_t i = 0; i < s->users.n; i++)
		check_user(c, &users[i]);
}

static void
take_energy_fault(const struct mark *where, bool is_warning, const char *text, void *arg)
{
	struct check *c = arg;
	if (is_warning)
		warn_at(c->f, *where, "%s", text);
	else
		fault_at(c->f, *where, "%s", text);
}

void
check_energy(struct check *c)
{
	char hint[200];
	const struct energy *e = c->s->energy;
	if (e == NULL)
		return;
	energy_check(e, take_energy_fault, c);
	if (e->dispatch != NULL && site_plan_is_taken(c->s))
		warn_at(c->f, e->dispatch->node.at,
		    "the site has points of its own called " SITE_PLAN_DEVICE
		    ".*, so that there are none of what dispatch plans; give them another name");
	const struct asset *assets = e->assets.v;
	for (uint32_t i = 0; i < e->assets.n; i++)
		for (uint32_t j = 0; j < assets[i].points.n; j++) {
			const char *name = assets[i].points.v[j].point;
			if (site_find_point(c->s, name) == POINT_NONE && !check_is_blurred(c, name))
				fault_at(c->f, AT_KEY(asset_schema, &assets[i], struct asset, points),
				    "%s: there is no point %s%s", assets[i].points.v[j].role, name,
				    check_point_hint(c, name, hint, sizeof(hint)));
		}
}

void
check_site(struct reader *r)
{
	struct check c = { .r = r, .s = r->site, .f = r->faults, .a = arena_new() };
	check_sort_devices(&c);
	check_general(&c);
	check_profiles(&c);
	check_devices(&c);
	check_alarming(&c);
	check_notify(&c);
	check_sequences(&c);
	if (!c.is_too_large) {
		site_build_tree(r->site);
		check_sort_names(&c);
		check_built(&c);
		check_expressions(&c);
		check_alarm_names(&c);
		check_energy(&c);
		check_reports(&c);
		check_wheel(&c);
		check_north(&c);
		check_proxies(&c);
		check_screens(&c);
	}
	arena_free(c.a);
}
