/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.c - frames into the copy.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/north/copy.h"

#define TAGS_MAX 10000

/* These say that the value was not renewed: its own time counts, not that of the last scan. */
#define Q_NOT_RENEWED (Q_BLOCKED | Q_NEVER_READ | Q_NO_COMM | Q_FAILURE | Q_STALE)

struct copy *
copy_new(const struct msg_site *m)
{
	struct copy *c;

	if (m->points > POINT_MAX || m->groups > POINT_MAX)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->arena = arena_new();
	str_copy(c->site, sizeof(c->site), m->name);
	c->generation = m->generation;
	c->point_max = m->points;
	c->group_count = m->groups;
	c->names = xcalloc((size_t)m->points + 1, sizeof(*c->names));
	c->groups = xcalloc((size_t)m->points + 1, sizeof(*c->groups));
	c->cells = xcalloc((size_t)m->points + 1, sizeof(*c->cells));
	c->hold_of = xcalloc((size_t)m->points + 1, sizeof(*c->hold_of));
	c->group_time = xcalloc((size_t)m->groups + 1, sizeof(*c->group_time));
	c->group_received = xcalloc((size_t)m->groups + 1, sizeof(*c->group_received));
	return c;
}

void
copy_free(struct copy *c)
{
	if (c == NULL)
		return;
	north_map_free(c->map);
	free(c->names);
	free(c->groups);
	free(c->cells);
	free(c->hold_of);
	free(c->group_time);
	free(c->group_received);
	free(c->tags);
	arena_free(c->arena);
	free(c);
}

/* Points come in order, once each. */
static enum err
take_point(struct copy *c, struct rbuf *r)
{
	struct msg_point m;

	if (!msg_point_get(r, &m) || m.point != c->point_count || m.point >= c->point_max ||
	    strlen(m.name) >= POINT_NAME_MAX || m.decimals_plus_8 < 2 || m.decimals_plus_8 > 20)
		return ERR_FRAME;
	c->names[m.point] = arena_strdup(c->arena, m.name);
	c->groups[m.point] = m.group;
	c->cells[m.point] = (struct delta_cell){
		.v = (double)NAN, .quality = Q_NEVER_READ, .decimals = (int8_t)(m.decimals_plus_8 - 8)
	};
	if (m.output != 0)
		c->hold_of[m.point] = arena_alloc(c->arena, sizeof(*c->hold_of[0]));
	c->point_count++;
	return OK;
}

static enum err
take_values(struct copy *c, const struct frame *f)
{
	struct delta_sink sink = {
		.groups = c->group_count,
		.points = c->point_count,
		.group_time = c->group_time,
		.group_received = c->group_received,
		.cells = c->cells,
	};

	if (c->point_count != c->point_max)
		return ERR_FRAME;
	return delta_read(f, &sink, &c->newest);
}

static struct copy_hold *
hold_of(const struct copy *c, point_id point)
{
	return point < c->point_count ? c->hold_of[point] : NULL;
}

static enum err
take_output(struct copy *c, struct rbuf *r)
{
	struct msg_output m;
	struct copy_hold *h;

	if (!msg_output_get(r, &m))
		return ERR_FRAME;
	h = hold_of(c, m.point);
	if (h == NULL)
		return OK;
	h->is_held = !isnan(m.slot_operator);
	h->value = m.slot_operator;
	h->until.us = m.until;
	str_copy(h->user, sizeof(h->user), m.user); /* of the slot that wins: that of the operator if it is filled */
	return OK;
}

static struct copy_tag *
find_tag(const struct copy *c, uint64_t tag)
{
	for (uint32_t i = 0; i < c->tag_count; i++)
		if (c->tags[i].tag == tag)
			return &c->tags[i];
	return NULL;
}

/* Only tags that keep all but operators off an output are kept. */
static enum err
take_tag(struct copy *c, struct rbuf *r)
{
	struct msg_tag_state m;
	struct copy_tag *known;
	struct copy_hold *h;

	if (!msg_tag_state_get(r, &m))
		return ERR_FRAME;
	known = find_tag(c, m.tag);
	if (known != NULL && m.on == 0) {
		h = hold_of(c, known->point);
		h->authority--;
		*known = c->tags[--c->tag_count];
		return OK;
	}
	h = hold_of(c, m.point);
	if (known != NULL || m.on == 0 || m.kind != TAG_AUTHORITY || h == NULL)
		return OK;
	if (c->tag_count == TAGS_MAX)
		return ERR_TOO_BIG;
	if (c->tag_count == c->tag_cap) {
		uint32_t more = c->tag_cap * 2 + 16;

		c->tags = xrecallocarray(c->tags, c->tag_cap, more, sizeof(*c->tags));
		c->tag_cap = more;
	}
	c->tags[c->tag_count++] = (struct copy_tag){ m.tag, m.point };
	h->authority++;
	return OK;
}

static enum err
take_end(struct copy *c, struct rbuf *r)
{
	struct msg_snapshot_end m;

	if (!msg_snapshot_end_get(r, &m) || m.points != c->point_count || c->point_count != c->point_max)
		return ERR_FRAME;
	c->is_whole = true;
	return OK;
}

enum err
copy_take(struct copy *c, const struct frame *f)
{
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_POINT: return take_point(c, &r);
	case W_VALUES:
	case W_CHANGES: return take_values(c, f);
	case W_OUTPUT: return take_output(c, &r);
	case W_TAG_STATE: return take_tag(c, &r);
	case W_SNAPSHOT_END: return take_end(c, &r);
	default: return OK;
	}
}

enum addcause
copy_blocks(const struct copy_hold *h, const char *user)
{
	if (h->authority > 0)
		return AC_BLOCKED_COMMAND;
	return h->is_held && strcmp(h->user, user) != 0 ? AC_LOCKED_BY_OTHER : AC_NONE;
}

void
copy_value(const struct copy *c, point_id point, struct utc now, struct north_value *out)
{
	const struct delta_cell *cell = &c->cells[point];
	uint32_t group = c->groups[point];
	struct utc since = cell->time;

	if ((cell->quality & Q_NOT_RENEWED) == 0 && group < c->group_count)
		since = c->group_received[group].us > since.us || cell->quality == 0 ? c->group_received[group] : since;
	*out = (struct north_value){ .v = cell->v, .quality = cell->quality };
	out->age_us = (cell->quality & Q_NEVER_READ) != 0 || since.us == 0 ? -1
	    : since.us > now.us                                            ? 0
	                                                                   : utc_diff_us(now, since);
}
