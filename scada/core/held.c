/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held.c - holds by name, and their hold on the table.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/held.h"
#include "scada/core/hold_check.h"

TAILQ_HEAD(holds, hold);

struct held {
	const struct held_ops *ops;
	void *arg;
	struct holds list; /* those that are over too, until the next restart */
	struct table *table;
};

struct held *
held_new(const struct held_ops *ops, void *arg)
{
	struct held *h = xcalloc(1, sizeof(*h));

	h->ops = ops;
	h->arg = arg;
	TAILQ_INIT(&h->list);
	return h;
}

void
held_free(struct held *h)
{
	struct hold *one;

	if (h == NULL)
		return;
	while ((one = TAILQ_FIRST(&h->list)) != NULL) {
		TAILQ_REMOVE(&h->list, one, entry);
		free(one);
	}
	free(h);
}

static struct hold *
find(const struct held *h, enum state_kind kind, const char *name)
{
	struct hold *one;

	TAILQ_FOREACH(one, &h->list, entry)
		if (one->kind == kind && strcmp(one->name, name) == 0)
			return one;
	return NULL;
}

const struct hold *
held_find(const struct held *h, enum state_kind kind, const char *name)
{
	const struct hold *one = find(h, kind, name);

	return one != NULL && !one->is_over ? one : NULL;
}

const struct hold *
held_next(const struct held *h, const struct hold *before)
{
	const struct hold *one = before == NULL ? TAILQ_FIRST(&h->list) : TAILQ_NEXT(before, entry);

	while (one != NULL && one->is_over)
		one = TAILQ_NEXT(one, entry);
	return one;
}

/* ---- the table */

static void
apply(struct held *h, const struct hold *one, point_id id, bool on, struct mono now)
{
	if (one->kind == STATE_MANUAL) {
		if (on)
			table_manual(h->table, id, one->value, one->time, now);
		else
			table_manual_end(h->table, id, now);
		return;
	}
	table_scan(h->table, id, !on, now);
	h->ops->scan(id, !on, h->arg);
}

static point_id
seek(struct held *h, struct hold *one)
{
	const struct site *s = table_site(h->table);
	point_id id = table_find(h->table, one->name);
	char old[POINT_NAME_MAX];

	if (id != POINT_NONE || (id = table_find_renamed(h->table, one->name)) == POINT_NONE)
		return id;
	if (find(h, one->kind, s->points[id].name) != NULL)
		return POINT_NONE; /* somebody has already held it under its new name */
	str_copy(old, sizeof(old), one->name);
	str_copy(one->name, sizeof(one->name), s->points[id].name);
	h->ops->renamed(one, old, h->arg);
	return id;
}

static const char *
kind_text(enum state_kind kind)
{
	return kind == STATE_MANUAL ? "value by hand" : "scan switched off";
}

/* A point may have become an output, or have another range, since it was held. */
static bool
fits(const struct held *h, const struct hold *one, point_id id, char *why, size_t size)
{
	const struct site *s = table_site(h->table);
	int addcause;

	if (id == POINT_NONE) {
		str_printf(why, size, "there is no point %s any more", one->name);
		return false;
	}
	return hold_fits_point(s, &s->points[id], one->kind, why, size) &&
	    (one->kind != STATE_MANUAL || hold_fits_value(&s->points[id], one->value, &addcause, why, size));
}

static void
settle(struct held *h, struct hold *one, struct mono now)
{
	char why[400];
	bool was_unfit = one->is_unfit;
	point_id id;

	if (h->table == NULL || one->is_over)
		return;
	id = seek(h, one);
	one->is_unfit = !fits(h, one, id, why, sizeof(why));
	if (!one->is_unfit) {
		apply(h, one, id, true, now);
		return;
	}
	if (was_unfit)
		return;
	log_warn("%s; its %s by %s is kept, and holds nothing", why, kind_text(one->kind), one->user);
	h->ops->unfit(one, why, h->arg);
}

void
held_site(struct held *h, struct table *t, struct mono now)
{
	struct hold *one;

	h->table = t;
	TAILQ_FOREACH(one, &h->list, entry)
		settle(h, one, now);
}

/* ---- time: while running, ends count on the clock that nobody sets */

static void
set_end(struct hold *one, struct utc now, struct mono mono)
{
	int64_t left = utc_diff_us(one->until, now);

	if (one->until.us == 0 || !utc_is_plausible(now))
		one->ends.us = 0;
	else
		one->ends = mono_add(mono, left > 0 ? left : 0);
}

void
held_tick(struct held *h, struct utc now, struct mono mono)
{
	struct hold *one;

	TAILQ_FOREACH(one, &h->list, entry) {
		if (one->is_over || one->until.us == 0)
			continue;
		if (one->ends.us == 0)
			set_end(one, now, mono);
		if (one->ends.us == 0 || mono_diff_us(mono, one->ends) < 0)
			continue;
		if (held_drop(h, one->kind, one->name, now, mono))
			h->ops->ended(one, h->arg);
	}
}

/* ---- acts */

static struct hold *
replace(struct held *h, const struct hold *given)
{
	struct hold *one = find(h, given->kind, given->name);

	if (one == NULL) {
		one = xcalloc(1, sizeof(*one));
		TAILQ_INSERT_TAIL(&h->list, one, entry);
	}
	one->kind = given->kind;
	one->value = given->value;
	one->time = given->time;
	one->until = given->until;
	str_copy(one->name, sizeof(one->name), given->name);
	str_copy(one->user, sizeof(one->user), given->user);
	str_copy(one->reason, sizeof(one->reason), given->reason);
	one->is_over = one->is_unfit = false;
	return one;
}

void
held_put(struct held *h, const struct hold *given, struct utc now, struct mono mono)
{
	struct hold *one = replace(h, given);

	set_end(one, now, mono);
	settle(h, one, mono);
}

bool
held_drop(struct held *h, enum state_kind kind, const char *name, struct utc now, struct mono mono)
{
	struct hold *one = find(h, kind, name);
	point_id id;

	if (one == NULL || one->is_over)
		return false;
	one->is_over = true;
	one->time = now;
	id = h->table != NULL ? table_find(h->table, name) : POINT_NONE;
	if (id != POINT_NONE && !one->is_unfit)
		apply(h, one, id, false, mono);
	return true;
}

/* ---- saved */

void
held_put_blob(const struct hold *h, struct wbuf *b)
{
	if (h->kind == STATE_MANUAL)
		w_f64(b, h->value);
	w_i64(b, h->time.us);
	if (h->kind == STATE_MANUAL)
		w_i64(b, h->until.us);
	w_str(b, h->user);
	w_str(b, h->reason);
}

void
held_put_state(const struct hold *h, bool forget, struct wbuf *states)
{
	struct wbuf blob = { .len = 0 };

	if (!forget)
		held_put_blob(h, &blob);
	w_u8(states, (uint8_t)h->kind);
	w_str(states, h->name);
	w_bytes(states, blob.data, blob.len);
	wbuf_done(&blob);
}

static bool
read_blob(const struct msg_store_state *m, struct hold *out)
{
	struct rbuf r;

	*out = (struct hold){ .kind = (enum state_kind)m->kind };
	rbuf_init(&r, m->blob.data, m->blob.len);
	if (out->kind == STATE_MANUAL)
		out->value = r_f64(&r);
	out->time.us = r_i64(&r);
	if (out->kind == STATE_MANUAL)
		out->until.us = r_i64(&r);
	const char *user = r_str(&r), *reason = r_str(&r);
	return r_done(&r) && (out->kind != STATE_MANUAL || isfinite(out->value)) &&
	    str_copy(out->name, sizeof(out->name), m->name) && str_copy(out->user, sizeof(out->user), user) &&
	    str_copy(out->reason, sizeof(out->reason), reason);
}

bool
held_restore(struct held *h, const struct msg_store_state *m, struct utc now, struct mono mono)
{
	struct hold saved;
	const struct hold *known;

	if (m->kind != STATE_MANUAL && m->kind != STATE_SCAN_OFF)
		return false;
	if (!read_blob(m, &saved)) {
		log_warn(
		    "%s: its saved %s cannot be read; it is left out", m->name, kind_text((enum state_kind)m->kind));
		return false;
	}
	known = find(h, saved.kind, saved.name);
	if (known != NULL && known->time.us >= saved.time.us)
		return true; /* somebody acted since */
	held_put(h, &saved, now, mono);
	return true;
}
