/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_north.c - north: where it listens, that no two values share a register, that no setpoint is open which asks for a person.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "scada/site/check.h"

/* The point, or NULL after saying what is wrong with its name. */
static const struct site_point *
find_point(const struct check *c, const char *name, struct mark at)
{
	char hint[200];
	point_id id = name != NULL ? site_find_point(c->s, name) : POINT_NONE;
	if (id != POINT_NONE)
		return &c->s->points[id];
	if (name != NULL && !check_is_blurred(c, name))
		fault_at(
		    c->f, at, "point: there is no point %s%s", name, check_point_hint(c, name, hint, sizeof(hint)));
	return NULL;
}

/* taken: by half the address, the name of whose it is. */
static void
check_address(struct check *c, const char **taken, const char *name, int64_t address, bool is_given, struct mark at)
{
	if (!is_given || address < 0 || address >= NORTH_VALUES_END || name == NULL)
		return; /* told */
	if (address % 2 != 0)
		fault_at(c->f, at,
		    "address: %" PRId64 " is odd, and a value takes two registers from an even one; write %" PRId64
		    " or %" PRId64,
		    address, address - 1, address + 1);
	else if (taken[address / 2] != NULL)
		fault_at(c->f, at, "address: %" PRId64 " is that of %s already; write one that is free", address,
		    taken[address / 2]);
	else
		taken[address / 2] = name;
}

static void
check_masters(struct check *c, const struct site_north *n)
{
	char host[64], message[300];
	for (uint32_t i = 0; i < n->masters.n; i++)
		if (!site_host_parse(n->masters.v[i], host, sizeof(host), message, sizeof(message)))
			fault_at(c->f, AT_KEY(north_schema, n, struct site_north, masters), "masters: %s", message);
}

static void
check_setpoint(struct check *c, const struct site_north_setpoint *p)
{
	struct mark at = AT_KEY(north_setpoint_schema, p, struct site_north_setpoint, point);
	const struct site_point *point = find_point(c, p->point, at);
	const struct site_point_def *d = point != NULL ? point->def : NULL;
	if (d == NULL)
		return;
	if (d->kind != KIND_SETPOINT)
		fault_at(c->f, at,
		    "point: %s is %s; a master may set setpoints only, so write one, or serve it under points:",
		    p->point, point_kind_word((enum point_kind)d->kind));
	else if (d->dangerous || d->two_person || d->select_before_operate ||
	    (d->output != NULL && d->output->confirm != NULL))
		fault_at(c->f, at, "point: %s asks for a person (%s), and a master is none; leave it out", p->point,
		    d->dangerous                                          ? "dangerous"
		        : d->two_person                                   ? "two_person"
		        : d->output != NULL && d->output->confirm != NULL ? "confirm"
		                                                          : "select_before_operate");
}

void
check_north(struct check *c)
{
	const struct site_north *n = c->s->north;
	char host[64], message[300];
	uint16_t port;
	if (n == NULL)
		return;
	if (n->listen != NULL && !site_address_parse(n->listen, host, sizeof(host), &port, message, sizeof(message)))
		fault_at(c->f, AT_KEY(north_schema, n, struct site_north, listen), "listen: %s", message);
	if (n->a_master > n->connections)
		fault_at(c->f, AT_KEY(north_schema, n, struct site_north, a_master),
		    "connections_a_master: %" PRId64 " of one master are more than the %" PRId64
		    " of all; write connections: as many or more",
		    n->a_master, n->connections);
	check_masters(c, n);
	const char **taken = arena_alloc(c->a, NORTH_VALUES_END / 2 * sizeof(*taken));
	const struct site_north_point *p = n->points.v;
	for (uint32_t i = 0; i < n->points.n; i++) {
		find_point(c, p[i].point, AT_KEY(north_point_schema, &p[i], struct site_north_point, point));
		check_address(c, taken, p[i].point, p[i].address,
		    IS_SET(north_point_schema, &p[i], struct site_north_point, address),
		    AT_KEY(north_point_schema, &p[i], struct site_north_point, address));
	}
	taken = arena_alloc(c->a, NORTH_VALUES_END / 2 * sizeof(*taken));
	const struct site_north_setpoint *sp = n->setpoints.v;
	for (uint32_t i = 0; i < n->setpoints.n; i++) {
		check_setpoint(c, &sp[i]);
		check_address(c, taken, sp[i].point, sp[i].address,
		    IS_SET(north_setpoint_schema, &sp[i], struct site_north_setpoint, address),
		    AT_KEY(north_setpoint_schema, &sp[i], struct site_north_setpoint, address));
	}
}
