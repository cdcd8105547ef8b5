/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_device.c - profiles, devices and calculations: names, links, overrides.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/alarm.h"
#include "scada/base/str.h"
#include "scada/site/check.h"

#define SUNSPEC_SERIAL_MAX 32 /* characters of model 1 */

/* ---- profiles */

static void
check_profile_tables(struct check *c, const struct site_profile *p)
{
	const struct site_forbidden *list = p->forbidden.v;
	for (uint32_t i = 0; i < p->forbidden.n; i++)
		if (list[i].from > list[i].to)
			fault_at(c->f, AT_KEY(forbidden_schema, &list[i], struct site_forbidden, from),
			    "from %" PRId64 " to %" PRId64 " is the wrong way round; write the lower address in from",
			    list[i].from, list[i].to);
	const struct site_identity *id = p->identity;
	if (id != NULL && (id->table == TABLE_COIL || id->table == TABLE_DISCRETE))
		fault_at(c->f, AT_KEY(identity_schema, id, struct site_identity, table),
		    "an identity is a register; write holding or input");
	else if (id != NULL && (id->equals & ~id->mask) != 0)
		fault_at(c->f, AT_KEY(identity_schema, id, struct site_identity, equals),
		    "%" PRId64 " has bits outside the mask %" PRId64 " and never matches; change one of the two",
		    id->equals, id->mask);
	if (p->protocol == PROTOCOL_INTERNAL && id != NULL)
		fault_at(c->f, id->node.at, "protocol internal has no registers; leave identity out");
}

static void
check_profile(struct check *c, const struct site_profile *p)
{
	const struct site_point_def *points = p->points.v;
	struct check_name *names = xcalloc((size_t)p->points.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < p->points.n; i++) {
		names[i] =
		    (struct check_name){ points[i].tag, AT_KEY(point_schema, &points[i], struct site_point_def, tag) };
		check_point(c, &points[i], p);
	}
	check_unique(c, names, p->points.n, "the tag");
	free(names);
	check_profile_tables(c, p);
	check_sunspec_profile(c, p);
	if (protocol_is_field(p->protocol))
		check_overlaps(c, p);
}

/* A file that could not be read has a place without a line. */
static bool
is_blurred(const struct site_profile *p)
{
	const struct site_point_def *points = p->points.v;
	bool blurred = p->node.at.line == 0 || !IS_SET(profile_schema, p, struct site_profile, points);
	for (uint32_t i = 0; i < p->points.n; i++)
		blurred |= points[i].tag == NULL;
	return blurred;
}

void
check_profiles(struct check *c)
{
	const struct site_profile *list = c->s->profiles.v;
	struct check_name *names = xcalloc((size_t)c->s->profiles.n + 1, sizeof(*names));
	c->is_blurred = arena_alloc(c->a, (size_t)c->s->profiles.n + 1);
	for (uint32_t i = 0; i < c->s->profiles.n; i++) {
		c->is_blurred[i] = is_blurred(&list[i]);
		names[i] =
		    (struct check_name){ list[i].name, AT_KEY(profile_schema, &list[i], struct site_profile, name) };
		check_profile(c, &list[i]);
	}
	check_unique(c, names, c->s->profiles.n, "the profile");
	free(names);
}

/* ---- devices */

static const struct site_profile *
find_profile(const struct check *c, const char *name)
{
	const struct site_profile *list = c->s->profiles.v;
	for (uint32_t i = 0; i < c->s->profiles.n && name != NULL; i++)
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static void
check_serial(struct check *c, const struct site_device *d, const struct site_profile *p)
{
	struct mark at = AT_KEY(device_schema, d, struct site_device, serial);
	size_t len = d->serial != NULL ? strlen(d->serial) : 0;

	if (len == 0 || p == NULL)
		return;
	if (p->protocol == PROTOCOL_ECHONET) {
		if (len % 2 != 0 || strspn(d->serial, "0123456789ABCDEFabcdef") != len ||
		    strncmp(d->serial, "00", 2) == 0)
			fault_at(c->f, at,
			    "serial: '%s' is no identification of a node; write its digits as chisan probe shows them",
			    d->serial);
	} else if (p->protocol != PROTOCOL_SUNSPEC) {
		fault_at(c->f, at,
		    "serial goes with a profile of protocol sunspec or echonet; leave it out, or use identity: of the "
		    "profile");
	} else if (len > SUNSPEC_SERIAL_MAX) {
		fault_at(c->f, at, "serial: %zu characters; SunSpec has at most %d", len, SUNSPEC_SERIAL_MAX);
	}
}

static void
check_device_link(
    struct check *c, const struct site_device *d, const struct site_profile *p, char *address, size_t size)
{
	char host[SITE_HOST_MAX], node[80], message[300];
	uint16_t port;
	uint8_t unit;
	int transport;
	bool has_unit;
	struct mark at = AT_KEY(device_schema, d, struct site_device, link);
	address[0] = '\0';
	check_serial(c, d, p);
	if (p != NULL && p->protocol == PROTOCOL_INTERNAL) {
		if (d->link != NULL)
			fault_at(c->f, at,
			    "link: the profile '%s' is of protocol internal, which has no address; leave link out",
			    p->name);
		return;
	}
	if (d->link == NULL) {
		if (!check_is_given(&device_schema, d, offsetof(struct site_device, link)))
			fault_at(c->f, d->node.at, "a device without link; write link: modbus-tcp://192.0.2.1:502/1");
		return;
	}
	if (!site_link_parse(
	        d->link, &transport, host, sizeof(host), &port, &unit, &has_unit, message, sizeof(message)))
		fault_at(c->f, at, "link: %s", message);
	else if (!has_unit && transport == TRANSPORT_ECHONET)
		fault_at(c->f, at,
		    "link: no node is given; write its address behind the slash, as echonet://192.0.2.1/192.0.2.10");
	else if (!has_unit)
		fault_at(c->f, at, "link: no unit is given; write /1 after the port, or the unit's number");
	else if (p != NULL && (transport == TRANSPORT_ECHONET) != (p->protocol == PROTOCOL_ECHONET))
		fault_at(c->f, at, "link: the profile '%s' is of protocol %s; write %s", p->name,
		    p->protocol == PROTOCOL_ECHONET ? "echonet" : "modbus",
		    p->protocol == PROTOCOL_ECHONET ? "echonet://192.0.2.1/192.0.2.10"
		                                    : "modbus-tcp://192.0.2.1:502/1");
	else if (transport == TRANSPORT_MODBUS_RTU)
		check_line_device(c, d, host, unit, at, address, size);
	else if (transport != TRANSPORT_ECHONET)
		str_printf(address, size, "%s:%u/%u", host, port, unit);
	else if (site_link_node(d->link, node, sizeof(node), message, sizeof(message)))
		/* a node may be several devices, each with the instances of its profile */
		str_printf(address, size, "%s:%u/%s %s", host, port, node, p != NULL ? p->name : "");
}

static void
say_no_such_tag(struct check *c, const struct site_override *o, const struct site_profile *p)
{
	const struct site_point_def *points = p->points.v;
	const char *names[2001];
	size_t n = 0;
	for (uint32_t i = 0; i < p->points.n && n < ARRAY_LEN(names) - 1; i++)
		if (points[i].tag != NULL)
			names[n++] = points[i].tag;
	names[n] = NULL;
	const char *near = str_nearest(o->tag, names);
	fault_at(c->f, AT_KEY(override_schema, o, struct site_override, tag),
	    "the profile '%s' has no point %s; %s%s%s", p->name, o->tag,
	    near != NULL ? "did you mean " : "write the tag of one of its points", near != NULL ? near : "",
	    near != NULL ? "?" : "");
}

/* As it will be: limits against the range and kind that then hold. */
static void
check_override(
    struct check *c, const struct site_device *d, const struct site_override *o, const struct site_point_def *def)
{
	if (IS_SET(override_schema, o, struct site_override, scale) && o->scale == 0)
		fault_at(c->f, AT_KEY(override_schema, o, struct site_override, scale),
		    "a scale of 0 makes every value 0; write what one raw step is worth");
	if (IS_SET(override_schema, o, struct site_override, range) && o->range.lo == o->range.hi)
		fault_at(c->f, AT_KEY(override_schema, o, struct site_override, range),
		    "a range of nothing; write [low, high] with the lower one first");
	bool is_output = def->kind == KIND_SETPOINT || def->kind == KIND_COMMAND;
	const struct {
		size_t offset;
		const char *key;
	} outputs[] = { { offsetof(struct site_override, interlock), "interlock" },
		{ offsetof(struct site_override, interlock_text), "interlock_text" },
		{ offsetof(struct site_override, output), "output" } };
	for (size_t i = 0; i < ARRAY_LEN(outputs) && !is_output; i++)
		if (schema_is_set(&override_schema, o, outputs[i].offset))
			fault_at(c->f, schema_mark(&override_schema, o, outputs[i].offset),
			    "%s belongs to a setpoint or command, and %s is %s; leave it out", outputs[i].key,
			    o->tag != NULL ? o->tag : "this", point_kind_word((enum point_kind)def->kind));
	const struct site_point_def *merged = site_make_def(c->a, def, o, d->name != NULL ? d->name : "X");
	if (o->alarms.n > 0)
		check_alarms(c, merged, &merged->alarms);
	if (o->output != NULL && is_output)
		check_output(c, merged);
}

static void
check_overrides(struct check *c, const struct site_device *d, const struct site_profile *p)
{
	const struct site_override *list = d->points.v;
	const struct site_point_def *points = p->points.v;
	struct override_index overrides = site_index_overrides(d);
	bool *is_found = xcalloc((size_t)d->points.n + 1, sizeof(*is_found));
	for (uint32_t i = 0; i < p->points.n && !c->is_too_large; i++) {
		const struct site_override *o =
		    points[i].tag != NULL ? site_find_override(&overrides, points[i].tag) : NULL;
		if (o == NULL)
			continue;
		is_found[o - list] = true;
		check_override(c, d, o, &points[i]);
	}
	for (uint32_t i = 0; i < d->points.n; i++)
		if (!is_found[i] && list[i].tag != NULL && site_find_override(&overrides, list[i].tag) == &list[i])
			say_no_such_tag(c, &list[i], p);
	free(is_found);
	free(overrides.sorted);
}

static void
check_device(struct check *c, const struct site_device *d, char *address, size_t size)
{
	const struct site_profile *p = find_profile(c, d->profile);
	check_device_link(c, d, p, address, size);
	if (d->retry_min_us > d->retry_max_us)
		fault_at(c->f, AT_KEY(device_schema, d, struct site_device, retry_min_us),
		    "retry_min is longer than retry_max; write the shorter pause in retry_min");
	if (d->points.n > 0 && p != NULL && !check_profile_is_blurred(c, p))
		check_overrides(c, d, p);
	const struct site_point_def *points = p != NULL ? p->points.v : NULL;
	for (uint32_t i = 0; p != NULL && d->name != NULL && !c->is_too_large && i < p->points.n; i++)
		if (points[i].tag != NULL && strlen(d->name) + 1 + strlen(points[i].tag) >= POINT_NAME_MAX) {
			fault_at(c->f, AT_KEY(device_schema, d, struct site_device, name),
			    "%s.%s is longer than %d characters; shorten name or tag", d->name, points[i].tag,
			    POINT_NAME_MAX - 1);
			break;
		}
}

static int
compare_addresses(const void *a, const void *b)
{
	const struct check_name *x = a, *y = b;
	int c = strcmp(x->name, y->name);
	return c != 0 ? c : x->at.line < y->at.line ? -1 : 1;
}

/* Two devices behind one unit: asked twice, and a write to one changes the other. */
static void
check_addresses(struct check *c, struct check_name *addresses, uint32_t n)
{
	if (n < 2)
		return;
	qsort(addresses, n, sizeof(*addresses), compare_addresses);
	for (uint32_t i = 1; i < n; i++)
		if (strcmp(addresses[i].name, addresses[i - 1].name) == 0)
			warn_at(c->f, addresses[i].at,
			    "%s is also the link of the device in line %u; is one of them wrong?", addresses[i].name,
			    addresses[i - 1].at.line);
}

static void
check_calculations(struct check *c)
{
	const struct site_point_def *list = c->s->calculations.v;
	struct check_name *names = xcalloc((size_t)c->s->calculations.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < c->s->calculations.n; i++) {
		const struct site_point_def *d = &list[i];
		struct mark at = AT_KEY(point_schema, d, struct site_point_def, tag);
		names[i] = (struct check_name){ d->tag, at };
		if (d->tag != NULL && !point_name_is_valid(d->tag))
			fault_at(c->f, at, "'%s' is not a whole name; write it with its first part, as CEMS.%s", d->tag,
			    d->tag);
		if (!check_is_given(&point_schema, d, offsetof(struct site_point_def, expression)))
			fault_at(
			    c->f, d->node.at, "a calculation without expression; write expression: as GRID.P + PV.P");
		if (d->read != NULL || d->write != NULL)
			fault_at(c->f, d->node.at,
			    "a calculation is neither read nor written; such a point belongs into a profile");
		check_point(c, d, NULL);
	}
	check_unique(c, names, c->s->calculations.n, "the calculation");
	free(names);
}

/*
 * A calculation that has the name of a device's point would hide it, or be hidden.  What has no registers behind it (protocol internal) may
 * share its first part with calculations: what the site reckons and what chisand says stand together, as CEMS.LOAD_KW and CEMS.DEM_NOW.
 */
static bool
is_in_the_way(const struct check *c, const struct site_device *d, const char *rest)
{
	const struct site_profile *p = find_profile(c, d->profile);
	const struct site_point_def *list = p == NULL ? NULL : p->points.v;

	if (p == NULL || p->protocol != PROTOCOL_INTERNAL)
		return true;
	for (uint32_t i = 0; i < p->points.n; i++)
		if (list[i].tag != NULL && strcmp(list[i].tag, rest) == 0)
			return true;
	return false;
}

static void
check_calculation_names(struct check *c)
{
	const struct site_point_def *list = c->s->calculations.v;
	for (uint32_t i = 0; i < c->s->calculations.n; i++) {
		size_t len = list[i].tag != NULL ? strcspn(list[i].tag, ".") : 0;
		const struct site_device *d =
		    len > 0 && list[i].tag[len] == '.' ? check_find_device(c, list[i].tag, len) : NULL;

		if (d != NULL && is_in_the_way(c, d, list[i].tag + len + 1))
			fault_at(c->f, AT_KEY(point_schema, &list[i], struct site_point_def, tag),
			    "%s begins with the name of a device; put it into its profile, or choose another first "
			    "part",
			    list[i].tag);
	}
}

/* With the drift of its outputs. */
static uint64_t
count_alarms(const struct site_profile *p)
{
	const struct site_point_def *d = p->points.v;
	uint64_t n = 0;
	for (uint32_t i = 0; i < p->points.n; i++)
		n += d[i].alarms.n + (d[i].write != NULL);
	return n;
}

/* Before anything is done for each point of each device: a few lines could ask for thousands of millions. */
static void
check_size(struct check *c)
{
	const struct site_device *list = c->s->devices.v;
	struct mark at = AT_KEY(site_schema, c->s, struct site, devices);
	uint64_t points = c->s->calculations.n, alarms = c->s->alarms.n;
	for (uint32_t i = 0; i < c->s->devices.n; i++) {
		const struct site_profile *p = find_profile(c, list[i].profile);
		points += p != NULL ? p->points.n : 0;
		alarms += p != NULL ? count_alarms(p) + 1 : 1; /* and that it does not answer */
	}
	c->is_too_large = c->s->devices.n > DEVICE_MAX || points > POINT_MAX || alarms > ALARM_MAX;
	if (alarms > ALARM_MAX && points <= POINT_MAX)
		fault_at(c->f, at, "%" PRIu64 " alarms in all; a site has at most %d, so divide it", alarms, ALARM_MAX);
	if (c->s->devices.n > DEVICE_MAX)
		fault_at(c->f, at, "%u devices; a site has at most %d, so divide it", c->s->devices.n, DEVICE_MAX);
	if (points > POINT_MAX)
		fault_at(c->f, at, "%" PRIu64 " points in all; a site has at most %d, so divide it", points, POINT_MAX);
}

void
check_devices(struct check *c)
{
	const struct site_device *list = c->s->devices.v;
	uint32_t n = c->s->devices.n, addressed = 0;
	char address[200];
	struct check_name *names = xcalloc((size_t)n + 1, sizeof(*names)),
	                  *addresses = xcalloc((size_t)n + 1, sizeof(*addresses));
	check_size(c);
	for (uint32_t i = 0; i < n; i++) {
		names[i] =
		    (struct check_name){ list[i].name, AT_KEY(device_schema, &list[i], struct site_device, name) };
		check_device(c, &list[i], address, sizeof(address));
		if (address[0] != '\0')
			addresses[addressed++] = (struct check_name){ arena_strdup(c->a, address),
				AT_KEY(device_schema, &list[i], struct site_device, link) };
	}
	check_unique(c, names, n, "the device");
	check_addresses(c, addresses, addressed);
	check_ports(c);
	free(names);
	free(addresses);
	check_calculations(c);
	check_calculation_names(c);
}
