/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.c - the way of a value into the table: samples (steps numbered as in table.h), values by hand, communication, staleness.
 */
#include "config.h"

#include "scada/core/table_private.h"

/* ---- steps 8 to 10 */

static bool
is_reportable(const struct cell *c, const struct value *v, const struct value *last, struct mono now)
{
	if (v->quality != last->quality || v->cause != last->cause)
		return true;
	/* Consoles age a good value by its group; any other carries its own time. */
	if (v->quality != 0 && v->time.us != last->time.us)
		return true;
	if (v->v == last->v || (isnan(v->v) && isnan(last->v)))
		return false;
	if (!(fabs(v->v - last->v) < c->deadband))
		return true;
	return c->max_interval_us > 0 && mono_diff_us(now, (struct mono){ c->last_report }) >= c->max_interval_us;
}

static inline bool
is_other(const struct value *a, const struct value *b)
{
	return !(a->v == b->v || (isnan(a->v) && isnan(b->v))) || a->quality != b->quality || a->cause != b->cause;
}

static inline void
store(struct table *t, point_id id, const struct value *v, struct mono now)
{
	struct cell *c = &t->cells[id];
	struct value *reported = &t->reported[id];

	t->latest = now;
	if (c->under != NULL) {
		*c->under = *v;
		return;
	}
	if (is_other(v, &t->live[id]))
		mark(&t->fresh, id);
	t->live[id] = *v;
	if (t->seen != NULL)
		t->seen(id, &t->live[id], now, t->seen_arg);
	if (is_reportable(c, v, reported, now)) {
		*reported = *v;
		c->last_report = now.us;
		mark(&t->changed, id);
	} else {
		reported->time = v->time;
	}
}

/* Not usable: the number and its time stay. No clock is needed, for it is always reported. */
static void
store_quality(struct table *t, point_id id, uint16_t quality, enum err cause)
{
	struct value *v = measured(t, id);

	if (v->quality == quality && v->cause == (uint16_t)cause)
		return;
	v->quality = quality;
	v->cause = (uint16_t)cause;
	if (t->cells[id].under != NULL)
		return;
	t->reported[id] = *v;
	mark(&t->moved, id);
	mark(&t->changed, id);
	mark(&t->fresh, id);
	if (t->seen != NULL)
		t->seen(id, v, t->latest, t->seen_arg);
}

/* ---- by hand */

/* The live value is another one at once, and everybody is told. */
static void
replace(struct table *t, point_id id, const struct value *v, struct mono now)
{
	t->live[id] = t->reported[id] = *v;
	t->cells[id].last_report = now.us;
	mark(&t->moved, id);
	mark(&t->changed, id);
	mark(&t->fresh, id);
	t->latest = now;
	if (t->seen != NULL)
		t->seen(id, &t->live[id], now, t->seen_arg);
}

void
table_manual(struct table *t, point_id id, double v, struct utc since, struct mono now)
{
	struct cell *c = &t->cells[id];
	struct value by_hand = { .v = v, .quality = Q_SUBSTITUTED, .cause = ERR_BY_HAND, .time = since };

	if (c->under == NULL) {
		c->under = xcalloc(1, sizeof(*c->under));
		*c->under = t->live[id];
	}
	replace(t, id, &by_hand, now);
}

void
table_manual_end(struct table *t, point_id id, struct mono now)
{
	struct cell *c = &t->cells[id];

	if (c->under == NULL)
		return;
	replace(t, id, c->under, now);
	free(c->under);
	c->under = NULL;
}

void
table_scan(struct table *t, point_id id, bool on, struct mono now)
{
	struct cell *c = &t->cells[id];

	if (c->is_off == !on)
		return;
	c->is_off = !on;
	if (c->pipeline != NULL)
		pipeline_restart(c->pipeline);
	c->last_sample = now.us; /* on again: it has its time for a first sample */
	store_quality(t, id, on ? Q_STALE : Q_BLOCKED, on ? ERR_NO_SAMPLE : ERR_SCAN_OFF);
}

bool
table_is_manual(const struct table *t, point_id id)
{
	return t->cells[id].under != NULL;
}

bool
table_is_off(const struct table *t, point_id id)
{
	return t->cells[id].is_off;
}

const struct value *
table_measured(const struct table *t, point_id id)
{
	return measured(t, id);
}

void
table_put(struct table *t, point_id id, const struct value *v, struct mono now)
{
	/* Not marked as moved: calc, which calls this, follows its own results. */
	store(t, id, v, now);
}

/* ---- steps 1 to 7 */

static uint16_t
quality_of(enum err cause)
{
	if (cause == ERR_DISABLED || cause == ERR_SCAN_OFF)
		return Q_BLOCKED;
	if (cause == ERR_NO_SAMPLE)
		return Q_STALE;
	if (cause == ERR_HELPER || (cause >= ERR_CONNECT_REFUSED && cause <= ERR_NOT_CONNECTED))
		return Q_NO_COMM;
	return Q_FAILURE;
}

static void
fail(struct table *t, point_id id, enum err cause)
{
	struct cell *c = &t->cells[id];

	if (!err_is_known(cause))
		cause = ERR_FAILED;
	if (c->pipeline != NULL)
		pipeline_restart(c->pipeline);
	store_quality(t, id, quality_of(cause), cause);
}

static inline void
flag(struct value *v, uint16_t quality, enum err cause)
{
	v->quality |= quality;
	if (v->cause == OK)
		v->cause = (uint16_t)cause;
}

static inline void
check_range(const struct cell *c, struct value *v)
{
	if (v->v < c->lo || v->v > c->hi)
		flag(v, Q_OUT_OF_RANGE, ERR_RANGE);
}

/* Steps 3 to 6. */
static inline void
make_number(struct cell *c, double raw, struct value *v, struct mono now)
{
	struct pipeline *p = c->pipeline;
	double x = raw * c->scale + c->offset;

	if (c->invert)
		x = -x;
	if (p != NULL && p->curve != NULL) {
		bool is_outside;
		x = curve_at(p->curve, x, &is_outside);
		if (is_outside)
			flag(v, Q_OUT_OF_RANGE, ERR_RANGE);
	}
	if (c->square_root)
		x = copysign(sqrt(fabs(x)), x); /* a transmitter at rest wanders below zero too */
	v->v = x;
	check_range(c, v);
	if (p != NULL && p->filter.type != FILTER_TYPE_COUNT && isfinite(x))
		v->v = filter_step(&p->filter, x, now);
}

static void
make_counter(struct cell *c, double raw, struct value *v, struct mono now)
{
	enum err cause = OK;

	v->v = raw * c->scale + c->offset;
	if (c->invert)
		v->v = -v->v;
	check_range(c, v);
	uint16_t quality = counter_step(&c->pipeline->counter, raw, now, &cause);
	if (quality != 0)
		flag(v, quality, cause);
}

static bool
is_named(const struct key_names *states, double v)
{
	uint32_t lo = 0, hi = states->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if ((double)states->v[mid].number < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < states->n && (double)states->v[lo].number == v;
}

static void
make_state(struct cell *c, double raw, struct value *v, const struct value *last)
{
	v->v = c->invert ? raw == 0 : raw;
	if (c->states != NULL ? !is_named(c->states, v->v) : v->v != floor(v->v))
		flag(v, Q_OUT_OF_RANGE, ERR_STATE);
	if (c->pulse && v->v != 0 && last->v == 0)
		c->pipeline->pulses++;
}

bool
table_sample(
    struct table *t, point_id id, double raw, enum err cause, struct utc scan, struct utc received, struct mono now)
{
	struct value v = { .time = scan };
	bool is_part = cause == ERR_PART;

	if (id >= t->count || !t->cells[id].is_read)
		return false;
	struct cell *c = &t->cells[id];
	c->last_sample = now.us;
	if (c->is_off)
		return true; /* read along with its neighbours, or under way when it was switched off */
	if (is_part)
		cause = OK; /* a new number, of less than it should be */
	if (cause == OK && !isfinite(raw))
		cause = ERR_NOT_A_NUMBER;
	if (cause != OK) {
		fail(t, id, cause);
		return true;
	}
	if (c->group != NO_GROUP) {
		t->group_times[c->group] = scan;
		t->group_received[c->group] = received;
	}
	if (c->way == WAY_NUMBER)
		make_number(c, raw, &v, now);
	else if (c->way == WAY_STATE)
		make_state(c, raw, &v, measured(t, id));
	else
		make_counter(c, raw, &v, now);
	if (!isfinite(v.v)) { /* a scale can overflow */
		fail(t, id, ERR_NOT_A_NUMBER);
		return true;
	}
	if (c->pipeline != NULL && c->pipeline->frozen.limit_us != 0 && frozen_step(&c->pipeline->frozen, raw, now))
		flag(&v, Q_INACCURATE, ERR_FROZEN);
	if (is_part)
		flag(&v, Q_DERIVED, ERR_PART);
	if (c->under == NULL && is_other(&v, &t->live[id]))
		mark(&t->moved, id);
	store(t, id, &v, now);
	return true;
}

bool
table_scaled(const struct table *t, point_id id, double raw, double *out)
{
	if (id >= t->count || !t->cells[id].is_read || t->cells[id].way == WAY_STATE)
		return false;
	*out = raw * t->cells[id].scale + t->cells[id].offset;
	if (t->cells[id].invert)
		*out = -*out;
	return isfinite(*out);
}

/* ---- communication and staleness */

void
table_device_down(struct table *t, uint32_t device, enum err cause)
{
	if (device >= t->site->node_count)
		return;
	const struct site_node *n = &t->site->nodes[device];
	uint16_t quality = cause == ERR_DISABLED ? Q_BLOCKED : Q_NO_COMM;
	for (point_id id = n->first; id < n->first + n->count && id < t->count; id++) {
		struct cell *c = &t->cells[id];
		if (!c->is_read || c->is_off)
			continue;
		if (c->pipeline != NULL)
			pipeline_restart(c->pipeline);
		store_quality(t, id, quality, err_is_known(cause) ? cause : ERR_FAILED);
	}
}

static void
make_stale(struct table *t, point_id id)
{
	uint16_t quality = measured(t, id)->quality;

	if (quality & (Q_NO_COMM | Q_BLOCKED | Q_STALE))
		return;
	if (t->cells[id].pipeline != NULL)
		pipeline_restart(t->cells[id].pipeline);
	store_quality(t, id, quality | Q_STALE, ERR_NO_SAMPLE);
}

/* Looks at each point of a group; returns when one of them may go stale next. */
static int64_t
check_group(struct table *t, const struct group *g, int64_t now)
{
	int64_t next = INT64_MAX;

	for (uint32_t i = 0; i < g->count; i++) {
		point_id id = t->members[g->first + i];
		struct cell *c = &t->cells[id];
		if (c->last_sample == NEVER)
			c->last_sample = now;
		int64_t due = c->last_sample + c->stale_us;
		if (due <= now) {
			make_stale(t, id);
			due = now + c->stale_us;
		}
		if (due < next)
			next = due;
	}
	return next;
}

void
table_tick(struct table *t, struct mono now)
{
	int64_t next = INT64_MAX;

	if (now.us < t->next_check)
		return;
	for (uint32_t i = 0; i < t->group_count; i++) {
		struct group *g = &t->groups[i];
		if (g->next_check <= now.us)
			g->next_check = check_group(t, g, now.us);
		if (g->next_check < next)
			next = g->next_check;
	}
	t->next_check = next;
}
