/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_build.c - devices and profiles flattened into connections, nodes, points and scan groups.
 * It runs on trees with faults too (chisan-site says all of them in one run) and on trees that came over a pipe.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/sunspec.h"
#include "scada/site/site_private.h"

struct build {
	struct site *s;
	bool is_sound;
	uint32_t point_room, group_room;
	uint32_t *conn_slots, conn_slot_count; /* connections by address: open addressing */
};

static bool
has(const struct schema *s, const void *obj, size_t offset)
{
	return schema_is_set(s, obj, offset);
}

/* ---- hash of names (FNV-1a), open addressing */

static uint32_t
name_hash(const char *name)
{
	uint32_t h = 2166136261u;
	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
}

/* The slot in which name stands, or the free one in which it would. */
static uint32_t
find_slot(const struct site *s, const char *name)
{
	uint32_t i = name_hash(name) & (s->index_size - 1);
	while (s->index[i] != POINT_NONE && strcmp(s->points[s->index[i]].name, name) != 0)
		i = (i + 1) & (s->index_size - 1);
	return i;
}

point_id
site_find_point(const struct site *s, const char *name)
{
	return s->index_size > 0 ? s->index[find_slot(s, name)] : POINT_NONE;
}

static void
build_index(struct build *b)
{
	struct site *s = b->s;
	s->index_size = 16;
	while (s->index_size < s->point_count * 2)
		s->index_size *= 2;
	s->index = arena_alloc(s->arena, s->index_size * sizeof(*s->index));
	memset(s->index, 0xFF, s->index_size * sizeof(*s->index));
	for (uint32_t i = 0; i < s->point_count; i++) {
		uint32_t slot = find_slot(s, s->points[i].name);
		if (s->index[slot] == POINT_NONE)
			s->index[slot] = i;
		else
			b->is_sound = false; /* two points of one name: the first one counts */
	}
}

/* ---- profiles */

static int
compare_profiles(const void *a, const void *b)
{
	const struct site_profile *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

static int
compare_profile_name(const void *key, const void *elem)
{
	const struct site_profile *const *p = elem;
	return strcmp(key, (*p)->name);
}

/* A point of a model says what else would have to be written out. One that is unknown was told by the reader. */
static void
settle_place(struct arena *a, struct site_register *r)
{
	struct sunspec_place place;
	char message[200];
	double none;
	if (!sunspec_parse(r->point, &place, message, sizeof(message)))
		return;
	r->model = place.model;
	r->repeat = place.repeat;
	r->table = TABLE_HOLDING;
	r->address = sunspec_offset(&place);
	r->type = (int)sunspec_raw_type(place.point);
	r->byte_order = ORDER_ABCD;
	r->scale_factor = sunspec_factor_offset(&place);
	if (!sunspec_invalid(place.point, &none))
		return;
	double *all = arena_alloc(a, (r->invalid.n + 1) * sizeof(*all));
	for (uint32_t i = 0; i < r->invalid.n; i++)
		all[i] = r->invalid.v[i];
	all[r->invalid.n] = none;
	r->invalid = (struct key_numbers){ all, r->invalid.n + 1 };
}

static void
settle_register(struct arena *a, struct site_register *r, const struct site_profile *p)
{
	if (r == NULL)
		return;
	if (!has(&register_schema, r, offsetof(struct site_register, byte_order)))
		r->byte_order = p != NULL ? p->byte_order : ORDER_ABCD;
	if (r->property != NULL)
		r->type = RAW_F64; /* as the field program gives it: in the unit of the property */
	else if (!has(&register_schema, r, offsetof(struct site_register, type)))
		r->type = RAW_BIT; /* of coils; others must say */
	if (r->bit >= 0)
		r->bits.lo = r->bits.hi = (double)r->bit;
	if (r->point != NULL)
		settle_place(a, r);
}

static void
build_profiles(struct site *s)
{
	struct site_profile *list = s->profiles.v;
	size_t n = 0;
	s->profile_index = arena_alloc(s->arena, ((size_t)s->profiles.n + 1) * sizeof(*s->profile_index));
	for (uint32_t i = 0; i < s->profiles.n; i++) {
		struct site_point_def *points = list[i].points.v;
		for (uint32_t j = 0; j < list[i].points.n; j++) {
			settle_register(s->arena, points[j].read, &list[i]);
			settle_register(s->arena, points[j].write, &list[i]);
		}
		if (list[i].name != NULL)
			s->profile_index[n++] = &list[i];
	}
	qsort(s->profile_index, n, sizeof(*s->profile_index), compare_profiles);
	s->profile_index_count = (uint32_t)n;
}

const struct site_profile *
site_find_profile(const struct site *s, const char *name)
{
	const struct site_profile *const *found = NULL;
	if (s->profile_index_count > 0)
		found = bsearch(
		    name, s->profile_index, s->profile_index_count, sizeof(*s->profile_index), compare_profile_name);
	return found != NULL ? *found : NULL;
}

/* ---- connections */

/* The slot in which the connection's number stands, or the free one (UINT32_MAX in it) in which it would. */
static uint32_t *
find_conn(struct build *b, int transport, const char *host, uint16_t port)
{
	const struct site_conn *conns = b->s->conns;
	uint32_t i = (name_hash(host) ^ (port * 2654435761u)) & (b->conn_slot_count - 1);
	for (; b->conn_slots[i] != UINT32_MAX; i = (i + 1) & (b->conn_slot_count - 1)) {
		const struct site_conn *c = &conns[b->conn_slots[i]];
		if (c->port == port && c->transport == transport && strcmp(c->host, host) == 0)
			break;
	}
	return &b->conn_slots[i];
}

static void
build_conn(struct build *b, struct site_node *node)
{
	char host[SITE_HOST_MAX], message[200];
	uint16_t port;
	int transport;
	bool has_unit;
	struct site *s = b->s;
	const char *link = node->device->link;
	node->conn = UINT32_MAX;
	if (link == NULL) {
		if (node->profile == NULL || protocol_is_field(node->profile->protocol))
			b->is_sound = false;
		return;
	}
	if (!site_link_parse(
	        link, &transport, host, sizeof(host), &port, &node->unit, &has_unit, message, sizeof(message)) ||
	    !has_unit) {
		b->is_sound = false;
		return;
	}
	if (transport == TRANSPORT_ECHONET) {
		char address[80];
		if (!site_link_node(link, address, sizeof(address), message, sizeof(message))) {
			b->is_sound = false;
			return;
		}
		node->node = arena_strdup(s->arena, address);
	}
	/* a tree that came over a pipe may say what its checks would not */
	if (node->profile != NULL &&
	    (transport == TRANSPORT_ECHONET) != (node->profile->protocol == PROTOCOL_ECHONET)) {
		b->is_sound = false;
		return;
	}
	uint32_t *slot = find_conn(b, transport, host, port);
	if (*slot == UINT32_MAX) {
		*slot = s->conn_count;
		s->conns[s->conn_count++] = (struct site_conn){ .host = arena_strdup(s->arena, host),
			.port = port,
			.transport = transport,
			.connections = transport == TRANSPORT_MODBUS_RTU_TCP,
			.line = transport == TRANSPORT_MODBUS_RTU ? s->line_count++ : UINT32_MAX };
	}
	node->conn = *slot;
}

static void
build_manners(struct build *b)
{
	char host[SITE_HOST_MAX], message[200];
	uint16_t port;
	uint8_t unit;
	int transport;
	bool has_unit;
	const struct site_link *list = b->s->links.v;
	for (uint32_t i = 0; i < b->s->links.n; i++) {
		if (list[i].link == NULL ||
		    !site_link_parse(list[i].link, &transport, host, sizeof(host), &port, &unit, &has_unit, message,
		        sizeof(message))) {
			b->is_sound = false;
			continue;
		}
		uint32_t c = *find_conn(b, transport, host, port);
		if (c == UINT32_MAX)
			continue;
		b->s->conns[c].gap_us = list[i].gap_us;
		if (list[i].connections != 0 || transport != TRANSPORT_MODBUS_RTU_TCP)
			b->s->conns[c].connections = (uint16_t)list[i].connections;
		b->s->conns[c].manners = &list[i];
	}
}

/* ---- groups */

static uint32_t
find_group(struct build *b, uint32_t first, uint32_t device, int64_t period_us)
{
	struct site *s = b->s;
	for (uint32_t i = first; i < s->group_count; i++)
		if (s->groups[i].period_us == period_us)
			return i;
	if (s->group_count == b->group_room) {
		struct site_group *old = s->groups;
		b->group_room = b->group_room * 2 + 64;
		s->groups = arena_alloc(s->arena, b->group_room * sizeof(*s->groups));
		if (old != NULL)
			memcpy(s->groups, old, s->group_count * sizeof(*s->groups));
	}
	s->groups[s->group_count] = (struct site_group){ device, period_us };
	return s->group_count++;
}

/* ---- points */

static struct site_point *
add_point(struct build *b, const char *name, const struct site_point_def *def)
{
	struct site *s = b->s;
	if (s->point_count == b->point_room || !point_name_is_valid(name)) {
		b->is_sound = false;
		return NULL;
	}
	struct site_point *p = &s->points[s->point_count++];
	p->name = name;
	p->def = def;
	p->decimals = site_decimals(def);
	return p;
}

static void
build_device(struct build *b, struct site_node *node)
{
	struct site *s = b->s;
	const struct site_device *d = node->device;
	uint32_t first_group = s->group_count, device = (uint32_t)(node - s->nodes);
	node->first = s->point_count;
	node->profile = d->profile != NULL ? site_find_profile(s, d->profile) : NULL;
	build_conn(b, node);
	if (node->profile == NULL || d->name == NULL) {
		b->is_sound = false;
		return;
	}
	struct override_index overrides = site_index_overrides(d);
	uint32_t base_group = find_group(b, first_group, device, d->poll_us);
	const struct site_point_def *defs = node->profile->points.v;
	for (uint32_t i = 0; i < node->profile->points.n; i++) {
		if (defs[i].tag == NULL) {
			b->is_sound = false;
			continue;
		}
		const struct site_override *o = site_find_override(&overrides, defs[i].tag);
		const struct site_point_def *def = site_make_def(s->arena, &defs[i], o, d->name);
		struct site_point *p = add_point(b, arena_printf(s->arena, "%s.%s", d->name, defs[i].tag), def);
		if (p == NULL)
			continue;
		bool is_quiet = def->read == NULL && def->expression == NULL;
		p->device = device;
		p->period_us = is_quiet ? 0 : def->poll_us > 0 ? def->poll_us : d->poll_us;
		p->group = is_quiet ? base_group : find_group(b, first_group, device, p->period_us);
		p->was = o != NULL ? o->was : NULL;
	}
	free(overrides.sorted);
	node->count = s->point_count - node->first;
}

static void
build_calculations(struct build *b)
{
	struct site *s = b->s;
	struct site_point_def *defs = s->calculations.v;
	uint32_t first_group = s->group_count;
	for (uint32_t i = 0; i < s->calculations.n; i++) {
		struct site_point *p = NULL;
		if (defs[i].tag != NULL && defs[i].expression != NULL)
			p = add_point(b, defs[i].tag, &defs[i]);
		if (p == NULL) {
			b->is_sound = false;
			continue;
		}
		p->device = DEVICE_NONE;
		p->period_us = defs[i].poll_us > 0 ? defs[i].poll_us : US_PER_S;
		p->group = find_group(b, first_group, DEVICE_NONE, p->period_us);
	}
}

/* Behind all others, so that nothing has another number because of it. */
static void
build_plan(struct build *b)
{
	struct site *s = b->s;
	struct site_node *node = &s->nodes[s->node_count];

	if (site_plan_count(s) == 0 || s->node_count >= DEVICE_MAX)
		return;
	node->profile = site_plan_profile(s->arena, &node->device);
	node->conn = UINT32_MAX;
	node->first = s->point_count;
	site_plan_add(s, find_group(b, s->group_count, s->node_count, US_PER_S), b->point_room);
	node->count = s->point_count - node->first;
	s->node_count++;
}

/* Most points that the tree can give; POINT_MAX at most. */
static uint32_t
count_room(const struct site *s)
{
	const struct site_device *d = s->devices.v;
	uint64_t n = (uint64_t)s->calculations.n + site_plan_count(s);
	for (uint32_t i = 0; i < s->devices.n; i++) {
		const struct site_profile *p = d[i].profile != NULL ? site_find_profile(s, d[i].profile) : NULL;
		n += p != NULL ? p->points.n : 0;
	}
	return n < POINT_MAX ? (uint32_t)n : POINT_MAX;
}

bool
site_build_tree(struct site *s)
{
	struct build b = { .s = s, .is_sound = true };
	const struct site_device *devices = s->devices.v;
	uint32_t n = s->devices.n < DEVICE_MAX ? s->devices.n : DEVICE_MAX;
	b.is_sound = n == s->devices.n;
	build_profiles(s);
	b.point_room = count_room(s);
	s->points = arena_alloc(s->arena, ((size_t)b.point_room + 1) * sizeof(*s->points));
	s->nodes = arena_alloc(s->arena, ((size_t)n + 1) * sizeof(*s->nodes));
	s->conns = arena_alloc(s->arena, ((size_t)n + 1) * sizeof(*s->conns));
	for (b.conn_slot_count = 16; b.conn_slot_count < n * 2 + 1;)
		b.conn_slot_count *= 2;
	b.conn_slots = xcalloc(b.conn_slot_count, sizeof(*b.conn_slots));
	memset(b.conn_slots, 0xFF, b.conn_slot_count * sizeof(*b.conn_slots));
	for (s->node_count = 0; s->node_count < n; s->node_count++) {
		s->nodes[s->node_count].device = &devices[s->node_count];
		build_device(&b, &s->nodes[s->node_count]);
	}
	build_manners(&b);
	build_calculations(&b);
	build_plan(&b);
	build_index(&b);
	free(b.conn_slots);
	return b.is_sound;
}

void
site_build(struct site *s)
{
	bool is_sound = site_build_tree(s);
	assert(is_sound);
	(void)is_sound;
}
