/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.c - changes of values and of devices, encoded once and queued for every console.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/publish_private.h"

#define DEVICES_A_TURN 500 /* counters of so many devices go out a second; more take turns */

static void
start_timer(struct publish *p, ev_timer *t, int64_t after_us)
{
	if (ev_is_active(t))
		return;
	ev_timer_set(t, after_us <= 0 ? 0.0 : (double)after_us / 1e6, 0.0);
	ev_timer_start(p->loop, t);
}

/* p->frame goes to all who are far enough in their snapshot. */
static void
send_frame(struct publish *p, unsigned what, enum feed_phase least)
{
	struct feed *f;

	TAILQ_FOREACH(f, &p->feeds, entry)
		if (f->phase >= least && (f->what & what) == what)
			conn_send_encoded(f->conn, p->frame.data, p->frame.len);
}

/* ---- values */

static bool
groups_moved(const struct publish *p)
{
	uint32_t count;
	const struct utc *times = table_group_times(p->table, &count);

	return count > 0 &&
	    (memcmp(times, p->group_sent, count * sizeof(*times)) != 0 ||
	        memcmp(table_group_received(p->table), p->group_received_sent, count * sizeof(*times)) != 0);
}

static void
begin_changes(struct publish *p, struct utc now)
{
	wbuf_reset(&p->body);
	delta_begin(&p->writer, &p->body, now, false);
}

static void
end_changes(struct publish *p)
{
	delta_end(&p->writer);
	wbuf_reset(&p->frame);
	conn_encode(&p->frame, W_CHANGES, p->generation, &p->body);
	send_frame(p, SUB_VALUES | SUB_CHANGES, FEED_LIVE);
}

static void
put_groups(struct publish *p)
{
	uint32_t count;
	const struct utc *times = table_group_times(p->table, &count), *received = table_group_received(p->table);

	for (uint32_t g = 0; g < count; g++) {
		if (times[g].us == p->group_sent[g].us && received[g].us == p->group_received_sent[g].us)
			continue;
		delta_group(&p->writer, g, times[g], received[g]);
		p->group_sent[g] = times[g];
		p->group_received_sent[g] = received[g];
	}
}

static void
broadcast(struct publish *p)
{
	const struct value *reported = table_reported(p->table);
	uint32_t count;
	const point_id *ids = table_changes_take(p->table, &count);
	struct utc now = clock_utc();

	begin_changes(p, now);
	put_groups(p);
	for (uint32_t i = 0; i < count; i++) {
		if (delta_length(&p->writer) > PIECE_BYTES) {
			end_changes(p);
			begin_changes(p, now);
		}
		delta_point(&p->writer, ids[i], &p->cells[ids[i]], &reported[ids[i]]);
	}
	end_changes(p);
	p->frames++;
	p->flushed = clock_mono();
}

void
publish_turn(struct publish *p)
{
	int64_t since, wait;

	if (p->table == NULL)
		return;
	if (table_has_changes(p->table))
		wait = PUBLISH_EVERY_US;
	else if (groups_moved(p))
		wait = PUBLISH_GROUPS_US;
	else
		return;
	since = mono_diff_us(clock_mono(), p->flushed);
	if (since >= wait) {
		ev_timer_stop(p->loop, &p->values);
		broadcast(p);
		return;
	}
	/* a timer that waits for scan times alone is too late for a value */
	ev_timer_stop(p->loop, &p->values);
	start_timer(p, &p->values, wait - since);
}

static void
values_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	publish_turn(w->data);
}

/* ---- devices */

static void
send_device_shared(struct publish *p, struct device_shadow *d)
{
	d->is_shared_dirty = false;
	wbuf_reset(&p->body);
	msg_shared_put(&p->body, d->shared);
	wbuf_reset(&p->frame);
	conn_encode(&p->frame, W_SHARED, p->generation, &p->body);
	send_frame(p, SUB_DEVICES | SUB_CHANGES, FEED_STATES);
}

static void
send_device(struct publish *p, struct device_shadow *d, struct mono now)
{
	d->is_dirty = false;
	d->sent = now;
	wbuf_reset(&p->body);
	msg_device_state_put(&p->body, &d->m);
	wbuf_reset(&p->frame);
	conn_encode(&p->frame, W_DEVICE_STATE, p->generation, &p->body);
	send_frame(p, SUB_DEVICES | SUB_CHANGES, FEED_STATES);
	if (d->is_shared_dirty)
		send_device_shared(p, d);
}

static void
devices_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct publish *p = w->data;
	struct mono now = clock_mono();
	unsigned sent = 0;
	bool more = false;

	(void)loop;
	(void)revents;
	for (uint32_t i = 0; p->site != NULL && i < p->site->node_count; i++) {
		struct device_shadow *d;

		if (++p->device_cursor >= p->site->node_count)
			p->device_cursor = 0;
		d = &p->shadows[p->device_cursor];
		if (!d->is_dirty)
			continue;
		if (sent == DEVICES_A_TURN) {
			more = true;
			break;
		}
		send_device(p, d, now);
		sent++;
	}
	if (more)
		start_timer(p, &p->devices, PUBLISH_DEVICE_US);
}

static bool
is_news(const struct msg_device_state *a, const struct msg_device_state *b)
{
	return a->state != b->state || a->since != b->since || a->last_error != b->last_error;
}

void
publish_device(struct publish *p, const struct msg_device_state *m)
{
	struct device_shadow *d;
	struct mono now = clock_mono();
	bool at_once;

	if (p->site == NULL || m->device >= p->site->node_count)
		return;
	d = &p->shadows[m->device];
	at_once = !d->is_known || (is_news(&d->m, m) && mono_diff_us(now, d->sent) >= PUBLISH_DEVICE_US / 10);
	d->m = *m;
	str_copy(d->detail, sizeof(d->detail), m->detail);
	d->m.detail = d->detail;
	d->is_known = true;
	d->is_dirty = true;
	if (at_once)
		send_device(p, d, now);
	else
		start_timer(p, &p->devices, PUBLISH_DEVICE_US);
}

const struct msg_device_state *
publish_device_state(const struct publish *p, uint32_t device)
{
	return p->site != NULL && device < p->site->node_count ? &p->shadows[device].m : NULL;
}

void
publish_shared(struct publish *p, const struct msg_shared *m)
{
	struct device_shadow *d;
	struct shared_texts *t;

	if (p->site == NULL || m->device >= p->site->node_count)
		return;
	d = &p->shadows[m->device];
	if (d->shared == NULL)
		d->shared = xcalloc(1, sizeof(*d->shared) + sizeof(*t));
	t = (struct shared_texts *)(d->shared + 1);
	if (m->master != t->master)
		str_copy(t->master, sizeof(t->master), m->master);
	if (m->refusal != t->refusal)
		str_copy(t->refusal, sizeof(t->refusal), m->refusal);
	*d->shared = *m;
	d->shared->master = t->master;
	d->shared->refusal = t->refusal;
	d->is_shared_dirty = true;
	d->is_dirty = d->is_known;
	start_timer(p, &p->devices, PUBLISH_DEVICE_US);
}

const struct msg_shared *
publish_shared_state(const struct publish *p, uint32_t device)
{
	return p->site != NULL && device < p->site->node_count ? p->shadows[device].shared : NULL;
}

/* ---- the store */

/* To all who want it, wherever they are in their snapshot. */
static void
tell(struct publish *p, uint16_t type, unsigned what, const struct wbuf *body)
{
	wbuf_reset(&p->frame);
	conn_encode(&p->frame, type, p->generation, body);
	send_frame(p, what, FEED_DEVICES);
}

void
publish_journal(struct publish *p, const struct msg_journal *m)
{
	wbuf_reset(&p->body);
	msg_journal_put(&p->body, m);
	tell(p, W_JOURNAL, SUB_JOURNAL, &p->body);
}

void
publish_health_figures(struct publish *p, const struct msg_store_health *m)
{
	wbuf_reset(&p->health);
	msg_store_health_put(&p->health, m);
}

void
publish_health(struct publish *p, const struct msg_store_health *m)
{
	publish_health_figures(p, m);
	tell(p, W_STORE_HEALTH, SUB_SITE, &p->health);
}

/* ---- alarms and control */

void
publish_source(struct publish *p, const struct publish_source *source, void *arg)
{
	p->source = source;
	p->source_arg = arg;
}

void
publish_encoded(struct publish *p, unsigned what, const struct wbuf *frames)
{
	struct feed *f;
	enum feed_phase least = what == SUB_ALARMS ? FEED_ALARMS : FEED_CONTROL;

	if (frames->len == 0)
		return;
	TAILQ_FOREACH(f, &p->feeds, entry)
		if (f->phase >= least && (f->what & what) == what)
			conn_send_encoded(f->conn, frames->data, frames->len);
}

uint16_t
publish_generation(const struct publish *p)
{
	return p->generation;
}

/* ---- life */

struct publish *
publish_new(struct ev_loop *loop, struct utc started)
{
	struct publish *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->started = started;
	TAILQ_INIT(&p->feeds);
	ev_timer_init(&p->values, values_cb, 0.0, 0.0);
	ev_timer_init(&p->devices, devices_cb, 0.0, 0.0);
	ev_timer_init(&p->snapshots, snapshot_timer_cb, 0.0, 0.0);
	p->values.data = p->devices.data = p->snapshots.data = p;
	return p;
}

static void
forget_site(struct publish *p)
{
	ev_timer_stop(p->loop, &p->values);
	ev_timer_stop(p->loop, &p->devices);
	free(p->cells);
	free(p->group_sent);
	free(p->group_received_sent);
	for (uint32_t i = 0; p->site != NULL && i < p->site->node_count; i++)
		free(p->shadows[i].shared);
	free(p->shadows);
	snapshot_forget(p);
	p->cells = NULL;
	p->group_sent = p->group_received_sent = NULL;
	p->shadows = NULL;
	p->table = NULL;
	p->site = NULL;
}

void
publish_free(struct publish *p)
{
	if (p == NULL)
		return;
	forget_site(p);
	ev_timer_stop(p->loop, &p->snapshots);
	delta_writer_done(&p->writer);
	wbuf_done(&p->body);
	wbuf_done(&p->frame);
	wbuf_done(&p->health);
	free(p);
}

void
publish_site(struct publish *p, struct table *t, uint16_t generation)
{
	struct feed *f;
	uint32_t points;

	forget_site(p);
	p->generation = generation;
	if (t == NULL)
		return;
	p->table = t;
	p->site = table_site(t);
	points = table_count(t);
	(void)table_group_times(t, &p->group_count);
	p->cells = xcalloc(points + 1, sizeof(*p->cells));
	p->group_sent = xcalloc(p->group_count + 1, sizeof(*p->group_sent));
	p->group_received_sent = xcalloc(p->group_count + 1, sizeof(*p->group_received_sent));
	p->shadows = xcalloc(p->site->node_count + 1, sizeof(*p->shadows));
	p->device_cursor = 0;
	for (uint32_t i = 0; i < points; i++)
		p->cells[i].decimals = p->site->points[i].decimals;
	for (uint32_t i = 0; i < p->site->node_count; i++)
		p->shadows[i].m = (struct msg_device_state){ .device = i, .detail = p->shadows[i].detail };
	/* cells begin as what is true now, so that the first broadcast is only what changes from here on */
	wbuf_reset(&p->body);
	delta_begin(&p->writer, &p->body, clock_utc(), true);
	for (uint32_t i = 0; i < points; i++)
		delta_point(&p->writer, i, &p->cells[i], &table_reported(t)[i]);
	delta_end(&p->writer);
	TAILQ_FOREACH(f, &p->feeds, entry)
		snapshot_begin(p, f);
}

void
publish_join(struct publish *p, struct feed *f, struct conn *c, unsigned what)
{
	if (f->conn == NULL)
		TAILQ_INSERT_TAIL(&p->feeds, f, entry);
	f->conn = c;
	f->what = what;
	f->phase = FEED_NONE;
	snapshot_begin(p, f);
}

void
publish_leave(struct publish *p, struct feed *f)
{
	if (f->conn != NULL)
		TAILQ_REMOVE(&p->feeds, f, entry);
	*f = (struct feed){ 0 };
}

uint64_t
publish_frames(const struct publish *p)
{
	return p->frames;
}
