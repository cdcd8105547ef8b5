/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.c - gathers the page: counts, the balance by the names of its calculations, heat by unit, batteries by their points.
 */
#include "config.h"

#include <string.h>

#include "console/alarm_say.h"
#include "console/client_control.h"
#include "console/jout.h"
#include "console/status.h"
#include "scada/base/str.h"

static const struct {
	const char *key, *point, *en, *ja;
} power_rows[] = {
#define STATUS_POWER_ROW(key, point, en, ja) { #key, point, en, ja },
	STATUS_POWER_LIST(STATUS_POWER_ROW)
};

const char *
status_power_words(enum status_power row, bool ja)
{
	return ja ? power_rows[row].ja : power_rows[row].en;
}

static point_id
find_of(const struct client *c, const struct client_device *d, const char *tag)
{
	char name[POINT_NAME_MAX * 2];

	return str_printf(name, sizeof name, "%s.%s", d->name, tag) ? client_find(c, name) : POINT_NONE;
}

/* A device with a state of charge is a battery. */
static void
gather_battery(struct status *s, const struct client *c, uint32_t device)
{
	const struct client_device *d = &c->devices[device];
	struct status_battery b = { .device = device, .soc = find_of(c, d, "SOC"), .power = find_of(c, d, "P") };

	if (b.soc == POINT_NONE || s->battery_count == STATUS_LIST_MAX)
		return;
	b.state = find_of(c, d, "INVST");
	if (b.state == POINT_NONE)
		b.state = find_of(c, d, "STATE");
	s->batteries[s->battery_count++] = b;
}

/* Flows of steam and heat are known by their unit; what is burnt has the unit of steam, but loads are no heat. */
static bool
is_heat(const struct client_point *p)
{
	const char *tail = strrchr(p->name, '.');

	if (p->kind != KIND_ANALOG || (strcmp(p->unit, "t/h") != 0 && strcmp(p->unit, "GJ/h") != 0))
		return false;
	return tail == NULL || strcmp(tail, ".LOAD") != 0;
}

void
status_gather(struct status *s, const struct client *c)
{
	memset(s, 0, sizeof *s);
	s->overrides = c->control != NULL ? c->control->overrides : 0;
	s->tags = c->control != NULL ? c->control->tag_count : 0;
	s->mode = client_find(c, "CEMS.DISP_MODE");
	for (unsigned i = 0; i < STATUS_POWER_COUNT; i++)
		s->power[i] = client_find(c, power_rows[i].point);
	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct client_device *d = &c->devices[i];
		if (protocol_is_field(d->protocol))
			s->links[d->has_state ? d->state.state : DEVICE_OFF]++;
		gather_battery(s, c, i);
	}
	for (uint32_t i = 0; i < c->point_count; i++) {
		s->validity[quality_validity(c->cells[i].quality)]++;
		if (c->cells[i].quality & Q_NEVER_READ)
			s->never_read++;
		if (is_heat(&c->points[i]) && s->heat_count < STATUS_LIST_MAX)
			s->heat[s->heat_count++] = i;
	}
}

static json_t *
point_or_null(const struct client *c, point_id id, struct utc now)
{
	return id == POINT_NONE ? json_null() : jout_point(c, id, now);
}

static json_t *
server_json(const struct client *c)
{
	json_t *j = json_object();

	json_object_set_new(j, "version", jout_text(c->server_build));
	json_object_set_new(j, "started", jout_time(c->server_started));
	json_object_set_new(j, "generation", json_integer(c->generation));
	json_object_set_new(j, "user", jout_text(c->user));
	json_object_set_new(j, "role", json_string(role_word(c->role)));
	return j;
}

static json_t *
counts_json(const struct status *s, const struct client *c)
{
	json_t *j = json_object();

	json_object_set_new(j, "total", json_integer(c->point_count));
	for (unsigned v = 0; v <= V_BAD; v++)
		json_object_set_new(j, validity_word((enum validity)v), json_integer(s->validity[v]));
	json_object_set_new(j, "never_read", json_integer(s->never_read));
	return j;
}

json_t *
status_json(const struct status *s, const struct client *c, struct utc now)
{
	json_t *j = jout_begin(), *links = json_object(), *power = json_object(), *heat = json_array(),
	       *batteries = json_array();

	for (unsigned i = 0; i < DEVICE_STATE_COUNT; i++)
		json_object_set_new(links, device_state_word((enum device_state)i), json_integer(s->links[i]));
	for (unsigned i = 0; i < STATUS_POWER_COUNT; i++)
		json_object_set_new(power, power_rows[i].key, point_or_null(c, s->power[i], now));
	for (uint32_t i = 0; i < s->heat_count; i++)
		json_array_append_new(heat, jout_point(c, s->heat[i], now));
	for (uint32_t i = 0; i < s->battery_count; i++) {
		const struct status_battery *b = &s->batteries[i];
		json_t *row = json_object();
		json_object_set_new(row, "device", jout_text(c->devices[b->device].name));
		json_object_set_new(row, "soc", point_or_null(c, b->soc, now));
		json_object_set_new(row, "power", point_or_null(c, b->power, now));
		json_object_set_new(row, "state", point_or_null(c, b->state, now));
		json_array_append_new(batteries, row);
	}
	json_object_set_new(j, "site", jout_text(c->site_name));
	json_object_set_new(j, "simulated", json_boolean(c->simulated));
	json_object_set_new(j, "time", jout_time(now));
	json_object_set_new(j, "newest", jout_time(c->newest));
	json_object_set_new(j, "server", server_json(c));
	json_object_set_new(j, "mode", point_or_null(c, s->mode, now));
	json_object_set_new(j, "alarms", alarm_counts_json(c));
	json_object_set_new(j, "overrides", json_integer(s->overrides));
	json_object_set_new(j, "tags", json_integer(s->tags));
	json_object_set_new(j, "links", links);
	json_object_set_new(j, "points", counts_json(s, c));
	json_object_set_new(j, "power", power);
	json_object_set_new(j, "heat", heat);
	json_object_set_new(j, "batteries", batteries);
	return j;
}
