/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_alarms.c - frames about alarms become the model; counts and the list of those not at rest follow each change, so that a burst
 * of ten thousand costs no more than ten thousand steps.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "console/client_alarms.h"
#include "scada/base/mem.h"

#define TEXT_MAX ((size_t)256 * 1024 * 1024) /* bytes of text that definitions may bring */

struct name_entry {
	const char *name;
	uint32_t alarm;
	UT_hash_handle hh;
};
struct aside { /* alarms of a point that are put aside, by why */
	uint16_t shelved, out, suppressed;
};
struct client_alarms_private {
	struct aside *aside; /* by point */
	struct arena *arena; /* of definitions */
	struct name_entry *hash;
	uint32_t points, devices, room;
	uint32_t standing_room;
};

struct client_alarms *
client_alarms_new(uint32_t points, uint32_t devices)
{
	struct client_alarms *a = xcalloc(1, sizeof *a);

	a->private = xcalloc(1, sizeof *a->private);
	a->private->arena = arena_new();
	a->private->points = points;
	a->private->aside = xcalloc((size_t)points + 1, sizeof *a->private->aside);
	a->private->devices = devices;
	a->horn.alarm = ALARM_NONE;
	a->horn.silenced_by = "";
	return a;
}

/* Most alarms have no words of a person: "" is not allocated. */
static void
keep(const char **to, const char *text)
{
	const char *old = *to;

	if (old != NULL && strcmp(old, text) == 0)
		return;
	*to = text[0] == '\0' ? "" : xstrdup(text);
	if (old != NULL && old[0] != '\0')
		free((void *)(uintptr_t)old);
}

static void
drop(const char *text)
{
	if (text != NULL && text[0] != '\0')
		free((void *)(uintptr_t)text);
}

static void
drop_floods(struct client_alarms *a)
{
	for (uint32_t i = 0; i < a->flood_count; i++)
		drop(a->floods[i].area);
	free(a->floods);
	a->floods = NULL;
	a->flood_count = 0;
}

void
client_alarms_free(struct client_alarms *a)
{
	if (a == NULL)
		return;
	HASH_CLEAR(hh, a->private->hash);
	for (uint32_t i = 0; i < a->count; i++) {
		struct client_alarm *x = &a->alarms[i];
		drop(x->m.by);
		drop(x->m.reason);
		drop(x->m.comment);
		drop(x->m.comment_by);
		drop(x->moved.user);
		drop(x->moved.approved_by);
		drop(x->moved.reason);
	}
	drop(a->horn.silenced_by);
	drop_floods(a);
	arena_free(a->private->arena);
	free(a->private->aside);
	free(a->private);
	free(a->alarms);
	free(a->standing);
	free(a);
}

uint32_t
client_alarms_find(const struct client_alarms *a, const char *name)
{
	struct name_entry *e = NULL;

	if (a == NULL)
		return ALARM_NONE;
	HASH_FIND(hh, a->private->hash, name, strlen(name), e);
	return e == NULL ? ALARM_NONE : e->alarm;
}

static bool
def_is_possible(const struct client_alarms *a, const struct msg_alarm_def *d)
{
	size_t len = strlen(d->name);

	if (d->alarm != a->count || a->count >= ALARM_MAX || len == 0 || len >= ALARM_NAME_MAX)
		return false;
	if (d->priority < 1 || d->priority > ALARM_PRIORITIES || d->type >= ALARM_TYPE_COUNT)
		return false;
	if ((d->point != POINT_NONE && d->point >= a->private->points) ||
	    (d->device != DEVICE_NONE && d->device >= a->private->devices))
		return false;
	return client_alarms_find(a, d->name) == ALARM_NONE;
}

static enum err
take_def(struct client_alarms *a, const struct frame *f, uint32_t *alarm)
{
	struct client_alarms_private *p = a->private;
	struct msg_alarm_def d;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_alarm_def_get(&r, &d) || !def_is_possible(a, &d))
		return ERR_FRAME;
	if (arena_size(p->arena) > TEXT_MAX)
		return ERR_TOO_BIG;
	if (a->count == p->room) {
		uint32_t room = p->room == 0 ? 256 : p->room * 2;
		a->alarms = xrecallocarray(a->alarms, p->room, room, sizeof *a->alarms);
		p->room = room;
	}
	a->alarms[a->count] = (struct client_alarm){
		.name = arena_strdup(p->arena, d.name),
		.area = arena_strdup(p->arena, d.area),
		.class = arena_strdup(p->arena, d.class),
		.group = arena_strdup(p->arena, d.group),
		.text = arena_strdup(p->arena, d.text),
		.text_ja = arena_strdup(p->arena, d.text_ja),
		.response = arena_strdup(p->arena, d.response),
		.response_ja = arena_strdup(p->arena, d.response_ja),
		.consequence = arena_strdup(p->arena, d.consequence),
		.consequence_ja = arena_strdup(p->arena, d.consequence_ja),
		.cause = arena_strdup(p->arena, d.cause),
		.screen = arena_strdup(p->arena, d.screen),
		.point = d.point,
		.device = d.device,
		.type = d.type,
		.priority = d.priority,
		.flags = d.flags,
		.limit = d.limit,
		.deadband = d.deadband,
		.on_delay_ms = d.on_delay_ms,
		.off_delay_ms = d.off_delay_ms,
		.shelve_max_s = d.shelve_max_s,
		.respond_s = d.respond_s,
		.m = { .alarm = a->count,
		    .bits = ALARM_IS_ACKED,
		    .value = (double)NAN,
		    .by = "",
		    .reason = "",
		    .comment = "",
		    .comment_by = "" },
		.moved = { .alarm = a->count, .user = "", .approved_by = "", .reason = "" },
		.standing = UINT32_MAX,
	};
	struct name_entry *e = arena_alloc(p->arena, sizeof *e);
	e->name = a->alarms[a->count].name;
	e->alarm = a->count;
	HASH_ADD_KEYPTR(hh, p->hash, e->name, strlen(e->name), e);
	*alarm = a->count++;
	return OK;
}

/* by: 1 or -1. */
static void
count(struct client_alarms *a, const struct client_alarm *x, int by)
{
	unsigned p = x->priority - 1u;
	uint32_t step = (uint32_t)by;

	if (alarm_is_unacked((enum alarm_state)x->m.state))
		a->unacked[p] += step;
	if (x->m.state == ALARM_UNACK || x->m.state == ALARM_ACKED)
		a->active[p] += step;
	a->shelved += x->m.state == ALARM_SHLVD ? step : 0;
	a->suppressed += x->m.state == ALARM_DSUPR ? step : 0;
	a->out += x->m.state == ALARM_OOSRV ? step : 0;
	if (x->point == POINT_NONE)
		return;
	struct aside *of = &a->private->aside[x->point];
	of->shelved = (uint16_t)(of->shelved + (x->m.state == ALARM_SHLVD ? by : 0));
	of->out = (uint16_t)(of->out + (x->m.state == ALARM_OOSRV ? by : 0));
	of->suppressed = (uint16_t)(of->suppressed + (x->m.state == ALARM_DSUPR ? by : 0));
}

static void
stand(struct client_alarms *a, struct client_alarm *x)
{
	struct client_alarms_private *p = a->private;
	bool stands = x->m.state != ALARM_NORM;

	if (stands && x->standing == UINT32_MAX) {
		if (a->standing_count == p->standing_room) {
			uint32_t room = p->standing_room == 0 ? 64 : p->standing_room * 2;
			a->standing = xrecallocarray(a->standing, p->standing_room, room, sizeof *a->standing);
			p->standing_room = room;
		}
		x->standing = a->standing_count;
		a->standing[a->standing_count++] = x->m.alarm;
	} else if (!stands && x->standing != UINT32_MAX) {
		uint32_t last = a->standing[--a->standing_count];
		a->standing[x->standing] = last;
		a->alarms[last].standing = x->standing;
		x->standing = UINT32_MAX;
	}
}

static enum err
take_state(struct client_alarms *a, const struct frame *f, uint32_t *alarm)
{
	struct msg_alarm m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_alarm_get(&r, &m) || m.alarm >= a->count || m.state >= ALARM_STATE_COUNT)
		return ERR_FRAME;
	struct client_alarm *x = &a->alarms[m.alarm];
	const char *by = x->m.by, *reason = x->m.reason, *comment = x->m.comment, *comment_by = x->m.comment_by;
	keep(&by, m.by);
	keep(&reason, m.reason);
	keep(&comment, m.comment);
	keep(&comment_by, m.comment_by);
	m.by = by;
	m.reason = reason;
	m.comment = comment;
	m.comment_by = comment_by;
	count(a, x, -1);
	x->m = m;
	count(a, x, 1);
	stand(a, x);
	*alarm = m.alarm;
	return OK;
}

static enum err
take_limit(struct client_alarms *a, const struct frame *f, uint32_t *alarm)
{
	struct msg_alarm_limit m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_alarm_limit_get(&r, &m) || m.alarm >= a->count)
		return ERR_FRAME;
	struct client_alarm *x = &a->alarms[m.alarm];
	const char *user = x->moved.user, *approved_by = x->moved.approved_by, *reason = x->moved.reason;
	keep(&user, m.user);
	keep(&approved_by, m.approved_by);
	keep(&reason, m.reason);
	m.user = user;
	m.approved_by = approved_by;
	m.reason = reason;
	x->moved = m;
	x->has_moved = !isnan(m.limit);
	*alarm = m.alarm;
	return OK;
}

/* False: they cannot be read. */
static bool
read_floods(const struct msg_horn *m, struct client_flood *out, uint32_t *count)
{
	struct rbuf r;

	rbuf_init(&r, m->floods.data, m->floods.len);
	*count = 0;
	while (r.pos < r.len && !r.bad) {
		struct client_flood f = { .area = r_str(&r), .since = r_i64(&r), .rate = r_u32(&r) };
		if (!r.bad && out != NULL)
			out[*count] = f;
		*count += !r.bad;
	}
	return !r.bad && *count <= m->flood_count;
}

static void
take_floods(struct client_alarms *a, const struct msg_horn *m)
{
	uint32_t count;

	drop_floods(a);
	if (!read_floods(m, NULL, &count) || count == 0)
		return;
	a->floods = xcalloc(count, sizeof *a->floods);
	read_floods(m, a->floods, &a->flood_count);
	for (uint32_t i = 0; i < a->flood_count; i++) {
		const char *area = NULL;
		keep(&area, a->floods[i].area);
		a->floods[i].area = area;
	}
}

static enum err
take_horn(struct client_alarms *a, const struct frame *f, uint32_t *alarm)
{
	struct msg_horn m;
	uint32_t floods;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_horn_get(&r, &m) || m.priority > ALARM_PRIORITIES || !read_floods(&m, NULL, &floods))
		return ERR_FRAME;
	take_floods(a, &m);
	m.floods = (struct msg_bytes){ NULL, 0 };
	const char *by = a->horn.silenced_by;
	keep(&by, m.silenced_by);
	m.silenced_by = by;
	if (m.alarm >= a->count)
		m.alarm = ALARM_NONE;
	a->horn = m;
	*alarm = ALARM_NONE;
	return OK;
}

enum err
client_alarms_take(struct client_alarms *a, const struct frame *f, uint32_t *alarm)
{
	enum err e = ERR_FRAME;

	switch (f->type) {
	case W_ALARM_DEF: e = take_def(a, f, alarm); break;
	case W_ALARM: e = take_state(a, f, alarm); break;
	case W_ALARM_LIMIT: e = take_limit(a, f, alarm); break;
	case W_HORN: e = take_horn(a, f, alarm); break;
	}
	a->changes += e == OK;
	return e;
}

/* ---- for who shows them */

/* 0 waits for an acknowledgement, 1 stands, 2 is put aside, 3 is at rest. */
static int
rank(const struct client_alarm *x)
{
	enum alarm_state s = (enum alarm_state)x->m.state;

	return alarm_is_unacked(s) ? 0 : alarm_is_listed(s) ? 1 : s != ALARM_NORM ? 2 : 3;
}

bool
client_alarm_is_before(const struct client_alarm *x, const struct client_alarm *y)
{
	int rx = rank(x), ry = rank(y);

	if (rx != ry)
		return rx < ry;
	if (x->priority != y->priority)
		return x->priority < y->priority;
	if (x->m.active != y->m.active)
		return x->m.active > y->m.active;
	return x->m.alarm < y->m.alarm;
}

const char *
client_alarms_letters(const struct client_alarms *a, point_id id)
{
	static const char *const letters[] = { "", "s", "o", "so", "d", "sd", "od", "sod" };

	if (a == NULL || id >= a->private->points)
		return "";
	const struct aside *of = &a->private->aside[id];
	return letters[(of->shelved > 0 ? 1 : 0) + (of->out > 0 ? 2 : 0) + (of->suppressed > 0 ? 4 : 0)];
}

unsigned
client_alarms_worst(const struct client_alarms *a, uint32_t *out, unsigned most)
{
	unsigned n = 0;

	for (uint32_t i = 0; a != NULL && i < a->standing_count; i++) {
		uint32_t alarm = a->standing[i];
		const struct client_alarm *x = &a->alarms[alarm];
		unsigned at = n;
		if (!alarm_is_unacked((enum alarm_state)x->m.state))
			continue;
		while (at > 0 && client_alarm_is_before(x, &a->alarms[out[at - 1]]))
			at--;
		if (at == most)
			continue;
		n += n < most;
		memmove(&out[at + 1], &out[at], (n - 1 - at) * sizeof *out);
		out[at] = alarm;
	}
	return n;
}

double
client_alarm_limit(const struct client_alarm *a)
{
	return a->has_moved ? a->moved.limit : a->limit;
}

bool
client_alarms_flood(const struct client_alarms *a, uint32_t alarm)
{
	const char *area = a != NULL && alarm < a->count ? a->alarms[alarm].area : "";

	if (a == NULL || area[0] == '\0' || a->horn.flood_count == 0)
		return a != NULL && a->horn.is_flood;
	for (uint32_t i = 0; i < a->flood_count; i++)
		if (strcmp(a->floods[i].area, area) == 0)
			return true;
	return false;
}
