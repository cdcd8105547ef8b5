/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_session.c - what every command begins with: a snapshot of the site, and the choice of points from it.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define CALC_GRACE_US (3 * US_PER_S) /* calculations follow their inputs; then we go on without */

struct session {
	struct ev_loop *loop;
	const struct options *o;
	struct client *client;
	ev_timer limit, look;
	bool is_done, is_late;
};

/* The device was asked and has answered, or it failed twice: once may only mean that it started later than the server. */
static bool
device_is_settled(const struct client *c, const struct client_device *d)
{
	const struct msg_device_state *s = &d->state;

	if (d->protocol == PROTOCOL_MODBUS) {
		if (!d->has_state)
			return false;
		if (s->state == DEVICE_OFF)
			return true;
		if (s->state != DEVICE_UP)
			return s->last_error_count >= 2 || s->timeouts + s->errors >= 3;
	}
	for (point_id i = d->first; i < d->first + d->count && i < c->point_count; i++)
		if (c->cells[i].quality & Q_NEVER_READ && c->points[i].kind != KIND_COMMAND &&
		    c->points[i].kind != KIND_SETPOINT)
			return false;
	return true;
}

bool
cmd_is_settled(const struct client *c)
{
	if (c->phase != CLIENT_LIVE)
		return false;
	for (uint32_t i = 0; i < c->device_count; i++)
		if (!device_is_settled(c, &c->devices[i]))
			return false;
	return true;
}

static bool
calculations_are_settled(const struct client *c)
{
	for (uint32_t i = 0; i < c->point_count; i++)
		if (c->points[i].device == DEVICE_NONE && (c->cells[i].quality & Q_NEVER_READ))
			return false;
	return true;
}

static void
look_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct session *s = w->data;
	struct client *c = s->client;

	(void)revents;
	if (!cmd_is_settled(c))
		return;
	if (!calculations_are_settled(c) && mono_diff_us(clock_mono(), c->phase_since) < CALC_GRACE_US)
		return;
	s->is_done = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
limit_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct session *s = w->data;

	(void)revents;
	s->is_late = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct session *s = arg;

	if (s->o->wait_us > 0)
		return;
	if (c->phase == CLIENT_LIVE)
		s->is_done = true;
	if (c->phase == CLIENT_LIVE || c->phase == CLIENT_DOWN)
		ev_break(s->loop, EVBREAK_ALL);
}

static const struct client_ops ops = { .phase = phase_changed };

/* What to say when the loop ended without what was wanted. */
static int
explain(const struct session *s)
{
	const struct client *c = s->client;

	if (c->phase == CLIENT_LIVE) {
		say_error("not every device has given its first values in time");
		return CMD_BAD_DATA;
	}
	if (c->why != OK) {
		say_error("%s", c->why_text);
		return cmd_exit_of(c->why);
	}
	say_error("chisand at %s has not sent the site in time", s->o->socket);
	return CMD_NO_SERVER;
}

struct client *
cmd_snapshot(const struct options *o, unsigned what, int *code)
{
	struct session s = { .loop = ev_default_loop(0), .o = o };
	bool waits = o->wait_us > 0;

	s.client = client_new(s.loop, o->socket,
	    waits ? what | SUB_POINTS | SUB_VALUES | SUB_DEVICES | SUB_CHANGES : what, waits, &ops, &s);
	s.limit.data = s.look.data = &s;
	ev_timer_init(&s.limit, limit_cb, (double)(waits ? o->wait_us : o->timeout_us) / 1e6, 0.);
	ev_timer_start(s.loop, &s.limit);
	ev_timer_init(&s.look, look_cb, 0.05, 0.05);
	if (waits)
		ev_timer_start(s.loop, &s.look);
	ev_run(s.loop, 0);
	ev_timer_stop(s.loop, &s.limit);
	ev_timer_stop(s.loop, &s.look);

	*code = s.is_done ? CMD_DONE : explain(&s);
	if (s.client->phase != CLIENT_LIVE) {
		client_free(s.client);
		return NULL;
	}
	if (s.client->timezone[0] != '\0' && clock_zone_exists(s.client->timezone))
		clock_set_zone(s.client->timezone);
	return s.client;
}

const char *
cmd_quality_word(uint16_t quality)
{
	for (unsigned bit = 0; quality_flag_word(bit) != NULL; bit++)
		if ((quality >> bit) & 1)
			return quality_flag_word(bit);
	return "good";
}

const char *
cmd_in_language(const struct options *o, const char *en, const char *ja)
{
	return (o->ja && ja[0] != '\0') || en[0] == '\0' ? ja : en;
}

/* ---- the choice of points */

static bool
is_same_in_capitals(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
	return *a == *b;
}

static const char *
nearest_point(const struct client *c, const char *name)
{
	const char **names = xcalloc((size_t)c->point_count + 1, sizeof *names);
	const char *near = NULL;

	for (uint32_t i = 0; i < c->point_count; i++) {
		names[i] = c->points[i].name;
		if (near == NULL && is_same_in_capitals(name, names[i]))
			near = names[i];
	}
	if (near == NULL)
		near = str_nearest(name, names);
	free(names);
	return near;
}

static void
say_unknown(const struct client *c, const char *name)
{
	const char *near = nearest_point(c, name);

	if (strpbrk(name, "*?[") != NULL)
		say_error("no point of %s matches %s", c->site_name, name);
	else if (near != NULL)
		say_error("there is no point %s; did you mean %s?", name, near);
	else
		say_error("there is no point %s; \"chisan points\" lists them", name);
}

/* Marks what one word chooses; a whole name, a glob, or a device for all its points. */
static bool
mark(const struct client *c, const char *word, bool *chosen)
{
	point_id one = client_find(c, word);
	size_t len = strlen(word);
	bool any = false;

	if (one != POINT_NONE) {
		chosen[one] = true;
		return true;
	}
	for (uint32_t i = 0; i < c->point_count; i++) {
		const char *name = c->points[i].name;
		if (!str_glob(word, name) && !(strncmp(name, word, len) == 0 && name[len] == '.'))
			continue;
		chosen[i] = any = true;
	}
	return any;
}

int
cmd_select(const struct options *o, const struct client *c, point_id **out, uint32_t *n)
{
	bool *chosen = xcalloc((size_t)c->point_count + 1, sizeof *chosen);
	int code = CMD_DONE;

	*out = xcalloc((size_t)c->point_count + 1, sizeof **out);
	*n = 0;
	for (int a = 1; a < o->arg_count; a++) {
		if (mark(c, o->args[a], chosen))
			continue;
		say_unknown(c, o->args[a]);
		code = CMD_NOT_FOUND;
	}
	for (uint32_t i = 0; i < c->point_count; i++)
		if (chosen[i] || o->arg_count == 1)
			(*out)[(*n)++] = i;
	free(chosen);
	return code;
}

int
cmd_named(const struct options *o, const struct client *c, point_id **out, uint32_t *n)
{
	int code = CMD_DONE;

	*out = xcalloc((size_t)o->arg_count + 1, sizeof **out);
	*n = 0;
	for (int a = 1; a < o->arg_count; a++) {
		point_id id = client_find(c, o->args[a]);
		if (id == POINT_NONE) {
			if (strpbrk(o->args[a], "*?[") != NULL)
				say_error(
				    "%s takes names; for a pattern use chisan points '%s'", o->args[0], o->args[a]);
			else
				say_unknown(c, o->args[a]);
			code = CMD_NOT_FOUND;
		} else {
			(*out)[(*n)++] = id;
		}
	}
	return code;
}
