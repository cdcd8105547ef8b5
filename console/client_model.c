/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_model.c - a snapshot becomes a model.  Every number and length is checked against what the site announced,
 * since the frames may come from anything that listens on a socket.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_private.h"
#include "scada/base/str.h"

struct client_model *
client_model_new(const struct msg_site *s)
{
	if (s->points > POINT_MAX || s->devices > DEVICE_MAX || s->screens > CLIENT_SCREEN_MAX || s->groups > POINT_MAX)
		return NULL;

	struct client_model *m = xcalloc(1, sizeof *m);
	m->arena = arena_new();
	m->generation = s->generation;
	m->site_name = arena_strdup(m->arena, s->name);
	m->site_title_ja = arena_strdup(m->arena, s->title_ja);
	m->timezone = arena_strdup(m->arena, s->timezone);
	m->simulated = s->simulated != 0;
	m->server_started = (struct utc){ s->started };
	m->point_max = s->points;
	m->device_max = s->devices;
	m->screen_max = s->screens;
	m->group_count = s->groups;
	m->alarms = client_alarms_new(m->point_max, m->device_max);
	m->points = xcalloc((size_t)m->point_max + 1, sizeof *m->points);
	m->cells = xcalloc((size_t)m->point_max + 1, sizeof *m->cells);
	m->entries = xcalloc((size_t)m->point_max + 1, sizeof *m->entries);
	m->devices = xcalloc((size_t)m->device_max + 1, sizeof *m->devices);
	m->screens = xcalloc((size_t)m->screen_max + 1, sizeof *m->screens);
	m->group_time = xcalloc((size_t)m->group_count + 1, sizeof *m->group_time);
	m->group_received = xcalloc((size_t)m->group_count + 1, sizeof *m->group_received);
	m->control = client_control_new(m->point_max);
	return m;
}

void
client_model_free(struct client_model *m)
{
	if (m == NULL)
		return;
	HASH_CLEAR(hh, m->hash);
	client_alarms_free(m->alarms);
	for (uint32_t i = 0; i < m->device_count; i++)
		free((void *)(uintptr_t)m->devices[i].state.detail);
	free(m->points);
	free(m->cells);
	free(m->entries);
	free(m->devices);
	free(m->screens);
	free(m->group_time);
	free(m->group_received);
	client_control_free(m->control);
	arena_free(m->arena);
	free(m);
}

static bool
is_full(const struct client_model *m)
{
	return arena_size(m->arena) > CLIENT_MODEL_TEXT_MAX;
}

enum err
client_model_device(struct client_model *m, const struct frame *f)
{
	struct rbuf r;
	struct msg_device d;

	rbuf_init(&r, f->body, f->length);
	if (!msg_device_get(&r, &d) || d.device != m->device_count || d.device >= m->device_max)
		return ERR_FRAME;
	if (is_full(m))
		return ERR_TOO_BIG;
	m->devices[m->device_count++] = (struct client_device){
		.name = arena_strdup(m->arena, d.name),
		.title = arena_strdup(m->arena, d.title),
		.title_ja = arena_strdup(m->arena, d.title_ja),
		.profile = arena_strdup(m->arena, d.profile),
		.link = arena_strdup(m->arena, d.link),
		.area = arena_strdup(m->arena, d.area),
		.protocol = d.protocol < PROTOCOL_COUNT ? d.protocol : PROTOCOL_MODBUS,
		.poll_us = d.poll_us,
		.first = POINT_NONE,
		.state.device = d.device,
		.state.detail = xstrdup(""),
	};
	return OK;
}

/* n times (number: u8 or i64), name, Japanese name; numbers may come in any order. */
static enum err
read_names(struct client_model *m, struct msg_bytes bytes, bool is_bits, struct client_name **out, uint32_t *count)
{
	struct rbuf r;
	struct client_name *v = NULL;
	uint32_t n = 0, room = 0;

	rbuf_init(&r, bytes.data, bytes.len);
	while (!r.bad && r.pos < r.len) {
		struct client_name name;

		name.number = is_bits ? r_u8(&r) : r_i64(&r);
		const char *text = r_str(&r), *text_ja = r_str(&r);
		if (r.bad || (is_bits && name.number > 63))
			break;
		if (n == room) {
			uint32_t more = room == 0 ? 8 : room * 2;
			v = xrecallocarray(v, room, more, sizeof *v);
			room = more;
		}
		name.text = arena_strdup(m->arena, text);
		name.text_ja = arena_strdup(m->arena, text_ja);
		v[n++] = name;
	}
	if (!r_done(&r)) {
		free(v);
		return ERR_FRAME;
	}
	if (n > 0) {
		*out = arena_alloc(m->arena, n * sizeof *v);
		memcpy(*out, v, n * sizeof *v);
	}
	*count = n;
	free(v);
	return OK;
}

static bool
point_is_possible(const struct client_model *m, const struct msg_point *p)
{
	struct client_entry *twin = NULL;
	size_t len = strlen(p->name);

	if (p->point != m->point_count || p->point >= m->point_max || len == 0 || len >= POINT_NAME_MAX ||
	    p->kind >= KIND_COUNT)
		return false;
	if (p->device != DEVICE_NONE && p->device >= m->device_max)
		return false;
	if (p->group != UINT32_MAX && p->group >= m->group_count)
		return false;
	if (p->decimals_plus_8 < 2 || p->decimals_plus_8 > 20)
		return false;
	HASH_FIND(hh, m->hash, p->name, len, twin);
	return twin == NULL;
}

enum err
client_model_point(struct client_model *m, const struct frame *f)
{
	struct rbuf r;
	struct msg_point p;

	rbuf_init(&r, f->body, f->length);
	if (!msg_point_get(&r, &p) || !point_is_possible(m, &p))
		return ERR_FRAME;
	if (is_full(m))
		return ERR_TOO_BIG;

	struct client_point *q = &m->points[p.point];
	*q = (struct client_point){
		.name = arena_strdup(m->arena, p.name),
		.title = arena_strdup(m->arena, p.title),
		.title_ja = arena_strdup(m->arena, p.title_ja),
		.unit = arena_strdup(m->arena, p.unit),
		.source = arena_strdup(m->arena, p.source),
		.kind = p.kind,
		.device = p.device,
		.group = p.group,
		.decimals = (int8_t)(p.decimals_plus_8 - 8),
		.range_lo = p.range_lo,
		.range_hi = p.range_hi,
		.ll = p.ll,
		.l = p.l,
		.h = p.h,
		.hh = p.hh,
		.deadband = p.deadband,
		.period_us = p.period_us,
		.output = p.output,
		.ramp_per_s = p.ramp_per_s,
		.revert_s = p.revert_s,
		.falls_back = arena_strdup(m->arena, p.falls_back),
		.confirm = arena_strdup(m->arena, p.confirm),
	};
	enum err e = read_names(m, p.states, false, &q->states, &q->state_count);
	if (e == OK)
		e = read_names(m, p.bits, true, &q->bits, &q->bit_count);
	if (e != OK)
		return e;

	struct client_entry *entry = &m->entries[p.point];
	entry->name = q->name;
	entry->id = p.point;
	HASH_ADD_KEYPTR(hh, m->hash, entry->name, strlen(entry->name), entry);
	m->cells[p.point] = (struct delta_cell){ .v = (double)NAN, .quality = Q_NEVER_READ, .decimals = q->decimals };
	m->point_count++;
	return OK;
}

enum err
client_model_screen(struct client_model *m, const struct frame *f)
{
	struct rbuf r;
	struct msg_screen s;

	rbuf_init(&r, f->body, f->length);
	if (!msg_screen_get(&r, &s) || m->screen_count >= m->screen_max)
		return ERR_FRAME;
	if (is_full(m))
		return ERR_TOO_BIG;
	m->screens[m->screen_count++] = (struct client_screen){
		.name = arena_strdup(m->arena, s.name),
		.text = arena_strdup(m->arena, s.text),
	};
	return OK;
}

enum err
client_model_device_state(struct client_model *m, const struct frame *f, uint32_t *device)
{
	struct rbuf r;
	struct msg_device_state s;

	rbuf_init(&r, f->body, f->length);
	if (!msg_device_state_get(&r, &s) || s.device >= m->device_count || s.state >= DEVICE_STATE_COUNT)
		return ERR_FRAME;

	struct client_device *d = &m->devices[s.device];
	const char *old = d->state.detail;
	if (strcmp(old, s.detail) == 0) {
		s.detail = old;
	} else {
		s.detail = xstrdup(s.detail);
		free((void *)(uintptr_t)old);
	}
	if (!err_is_known(s.last_error))
		s.last_error = ERR_UNKNOWN;
	d->state = s;
	d->has_state = true;
	*device = s.device;
	return OK;
}

enum err
client_model_shared(struct client_model *m, const struct frame *f, uint32_t *device)
{
	struct client_shared *to;
	struct msg_shared s;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_shared_get(&r, &s) || s.device >= m->device_count)
		return ERR_FRAME;
	to = &m->devices[s.device].shared;
	*to = (struct client_shared){ .is_known = true,
		.masters = s.masters,
		.clients = s.clients,
		.requests = s.requests,
		.refused = s.refused,
		.turned_away = s.turned_away,
		.held_back = s.held_back,
		.last_time.us = s.last_time,
		.refused_time.us = s.refused_time };
	str_copy(to->master, sizeof to->master, s.master);
	str_copy(to->refusal, sizeof to->refusal, s.refusal);
	*device = s.device;
	return OK;
}

enum err
client_model_values(struct client_model *m, const struct frame *f, void (*changed)(uint32_t, void *), void *arg)
{
	/* Decimals come with the points: a value before its point cannot be read. */
	if (m->point_count != m->point_max)
		return ERR_FRAME;
	struct delta_sink sink = {
		.groups = m->group_count,
		.points = m->point_count,
		.group_time = m->group_time,
		.group_received = m->group_received,
		.cells = m->cells,
		.changed = changed,
		.arg = arg,
	};
	return delta_read(f, &sink, &m->newest);
}

/* Where each device's points begin; those of one device stand together. */
static void
find_ranges(struct client_model *m)
{
	for (uint32_t i = 0; i < m->point_count; i++) {
		uint32_t n = m->points[i].device;
		if (n >= m->device_count)
			continue;
		struct client_device *d = &m->devices[n];
		if (d->first == POINT_NONE)
			d->first = i;
		if (d->first + d->count == i)
			d->count++;
	}
	for (uint32_t i = 0; i < m->device_count; i++)
		if (m->devices[i].first == POINT_NONE)
			m->devices[i].first = 0;
}

enum err
client_model_end(struct client_model *m, const struct frame *f, unsigned what)
{
	struct rbuf r;
	struct msg_snapshot_end e;

	rbuf_init(&r, f->body, f->length);
	if (!msg_snapshot_end_get(&r, &e) || e.devices != m->device_count || e.points != m->point_count ||
	    e.screens != m->screen_count)
		return ERR_FRAME;
	if (((what & SUB_POINTS) && m->point_count != m->point_max) ||
	    ((what & SUB_DEVICES) && m->device_count != m->device_max))
		return ERR_FRAME;
	find_ranges(m);
	return OK;
}

void
client_use_zone(const struct client *c)
{
	if (c->timezone[0] != '\0' && clock_zone_exists(c->timezone))
		clock_set_zone(c->timezone);
}
