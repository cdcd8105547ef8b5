/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - bringing a console up to date in pieces, so that many at once delay neither each other nor the live values.
 *
 *   W_SITE, W_STORE_HEALTH | W_DEVICE ... | W_POINT ... | W_SCREEN ... | W_DEVICE_STATE ... | W_ALARM_DEF ... |
 *   W_ALARM, W_ALARM_LIMIT ... W_HORN | W_OUTPUT, W_TAG_STATE, W_APPROVAL, W_COMMAND_STATE ... | W_VALUES ... W_SNAPSHOT_END, then changes
 *
 * The values go in one turn, taken from what was broadcast last: so the first change that follows fits onto them.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/core/describe.h"
#include "scada/core/publish_private.h"

#define POINTS_A_BLOCK 128 /* described at a time */
#define PIECES_A_TURN  128 /* of one console before the next has its turn */
#define BLOCKS_A_TURN  8
#define FEEDS_A_TURN   4
#define QUEUE_MARK     (256 * 1024) /* above this a console reads first */
#define PAUSE_FULL_S   0.005

static void
send_body(struct publish *p, struct feed *f, uint16_t type)
{
	conn_send(f->conn, type, 0, &p->body, NULL);
}

static void
send_site(struct publish *p, struct feed *f)
{
	const struct site *s = p->site;
	struct msg_site m = {
		.generation = p->generation,
		.points = s->point_count,
		.devices = s->node_count,
		.screens = s->screens.n,
		.groups = p->group_count,
		.name = s->name,
		.title_ja = s->title_ja,
		.timezone = s->timezone,
		.started = p->started.us,
		.simulated = s->simulated,
	};

	wbuf_reset(&p->body);
	msg_site_put(&p->body, &m);
	send_body(p, f, W_SITE);
	if (p->health.len > 0 && (f->what & SUB_SITE) != 0)
		conn_send(f->conn, W_STORE_HEALTH, 0, &p->health, NULL);
}

static void
send_end(struct publish *p, struct feed *f)
{
	const struct site *s = p->site;
	struct msg_snapshot_end m = {
		.devices = (f->what & SUB_DEVICES) != 0 ? s->node_count : 0,
		.points = (f->what & SUB_POINTS) != 0 ? s->point_count : 0,
		.screens = (f->what & SUB_SCREENS) != 0 ? s->screens.n : 0,
	};

	wbuf_reset(&p->body);
	msg_snapshot_end_put(&p->body, &m);
	send_body(p, f, W_SNAPSHOT_END);
}

static void
close_piece(struct publish *p)
{
	delta_end(&p->writer);
	conn_encode(&p->absolute, W_VALUES, p->generation, &p->body);
	wbuf_reset(&p->body);
}

/* All values as consoles know them, encoded once for all who come between two broadcasts. */
static void
encode_values(struct publish *p)
{
	struct utc now = clock_utc();
	uint32_t count = p->site->point_count;

	if (p->absolute.len > 0 && p->absolute_at == p->frames)
		return;
	wbuf_reset(&p->absolute);
	p->absolute_at = p->frames;
	wbuf_reset(&p->body);
	delta_begin(&p->writer, &p->body, now, true);
	for (uint32_t g = 0; g < p->group_count; g++)
		if (p->group_sent[g].us != 0)
			delta_group(&p->writer, g, p->group_sent[g], p->group_received_sent[g]);
	for (uint32_t i = 0; i < count; i++) {
		struct delta_cell cell = p->cells[i]; /* a copy: this is no broadcast */
		struct value v = { .v = cell.v, .quality = cell.quality, .cause = cell.cause, .time = cell.time };

		if (delta_length(&p->writer) > PIECE_BYTES) {
			close_piece(p);
			delta_begin(&p->writer, &p->body, now, true);
		}
		delta_point(&p->writer, i, &cell, &v);
	}
	close_piece(p);
}

/* Descriptions of a block of points, made for the first console that needs them. */
static void
send_points(struct publish *p, struct feed *f)
{
	struct wbuf *block = &p->blocks[f->cursor];
	uint32_t from = f->cursor * POINTS_A_BLOCK, count = p->site->point_count - from;

	if (count > POINTS_A_BLOCK)
		count = POINTS_A_BLOCK;
	for (uint32_t i = 0, todo = block->len == 0 ? count : 0; i < todo; i++) {
		describe_point(p->site, from + i, &p->body);
		conn_encode(block, W_POINT, p->generation, &p->body);
	}
	conn_send_encoded(f->conn, block->data, block->len);
}

static void
send_state(struct publish *p, struct feed *f, uint32_t device)
{
	if (!p->shadows[device].is_known)
		return;
	wbuf_reset(&p->body);
	msg_device_state_put(&p->body, &p->shadows[device].m);
	send_body(p, f, W_DEVICE_STATE);
	if (p->shadows[device].shared == NULL)
		return;
	wbuf_reset(&p->body);
	msg_shared_put(&p->body, p->shadows[device].shared);
	send_body(p, f, W_SHARED);
}

static void
send_screen(struct publish *p, struct feed *f, uint32_t i)
{
	const struct site_screen *screens = p->site->screens.v;
	struct msg_screen m = { .name = screens[i].name, .text = screens[i].text };

	wbuf_reset(&p->body);
	msg_screen_put(&p->body, &m);
	send_body(p, f, W_SCREEN);
}

static uint32_t
source_count(const struct publish *p, const struct feed *f, unsigned what)
{
	return p->source != NULL && (f->what & what) != 0 ? p->source->pieces(f->phase, p->source_arg) : 0;
}

/* How many pieces the phase has for this console. */
static uint32_t
phase_count(const struct publish *p, const struct feed *f)
{
	switch (f->phase) {
	case FEED_DEVICES: return (f->what & SUB_DEVICES) != 0 ? p->site->node_count : 0;
	case FEED_POINTS: return (f->what & SUB_POINTS) != 0 ? p->block_count : 0;
	case FEED_SCREENS: return (f->what & SUB_SCREENS) != 0 ? p->site->screens.n : 0;
	case FEED_STATES: return (f->what & SUB_DEVICES) != 0 ? p->site->node_count : 0;
	case FEED_ALARM_DEFS:
	case FEED_ALARMS: return source_count(p, f, SUB_ALARMS);
	case FEED_CONTROL: return source_count(p, f, SUB_CONTROL);
	case FEED_VALUES: return 1;
	default: return 0;
	}
}

static void
send_piece(struct publish *p, struct feed *f)
{
	switch (f->phase) {
	case FEED_DEVICES:
		describe_device(p->site, f->cursor, &p->body);
		send_body(p, f, W_DEVICE);
		break;
	case FEED_POINTS: send_points(p, f); break;
	case FEED_SCREENS: send_screen(p, f, f->cursor); break;
	case FEED_STATES: send_state(p, f, f->cursor); break;
	case FEED_ALARM_DEFS:
	case FEED_ALARMS:
	case FEED_CONTROL:
		wbuf_reset(&p->frame);
		p->source->piece(f->phase, f->cursor, p->generation, &p->frame, p->source_arg);
		conn_send_encoded(f->conn, p->frame.data, p->frame.len);
		break;
	case FEED_VALUES:
		if ((f->what & SUB_VALUES) != 0) {
			encode_values(p);
			conn_send_encoded(f->conn, p->absolute.data, p->absolute.len);
		}
		send_end(p, f);
		break;
	default: break;
	}
	f->cursor++;
}

/* True: something was sent. */
static bool
feed_some(struct publish *p, struct feed *f)
{
	unsigned sent = 0;

	while (f->phase != FEED_LIVE && sent < PIECES_A_TURN && conn_queued(f->conn) < QUEUE_MARK) {
		if (f->cursor >= phase_count(p, f)) {
			f->phase++;
			f->cursor = 0;
			continue;
		}
		sent += f->phase == FEED_POINTS ? PIECES_A_TURN / BLOCKS_A_TURN : 1;
		send_piece(p, f);
	}
	return sent > 0;
}

void
snapshot_timer_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct publish *p = w->data;
	struct feed *f, *last = TAILQ_LAST(&p->feeds, feed_list);
	unsigned fed = 0;
	bool pending = false;

	(void)revents;
	while (p->table != NULL && last != NULL && fed < FEEDS_A_TURN) {
		f = TAILQ_FIRST(&p->feeds);
		/* who had its turn goes to the end of the line */
		TAILQ_REMOVE(&p->feeds, f, entry);
		TAILQ_INSERT_TAIL(&p->feeds, f, entry);
		if (f->phase != FEED_NONE && f->phase != FEED_LIVE) {
			pending = true;
			fed += feed_some(p, f);
		}
		if (f == last)
			break;
	}
	if (!pending && fed == 0) {
		snapshot_forget(p);
		return;
	}
	ev_timer_set(w, fed > 0 ? 0.0 : PAUSE_FULL_S, 0.0);
	ev_timer_start(loop, w);
}

void
snapshot_forget(struct publish *p)
{
	for (uint32_t i = 0; i < p->block_count; i++)
		wbuf_done(&p->blocks[i]);
	free(p->blocks);
	p->blocks = NULL;
	p->block_count = 0;
	wbuf_done(&p->absolute);
}

void
snapshot_begin(struct publish *p, struct feed *f)
{
	if (p->table == NULL)
		return;
	if (p->blocks == NULL) {
		p->block_count = (p->site->point_count + POINTS_A_BLOCK - 1) / POINTS_A_BLOCK;
		p->blocks = xcalloc(p->block_count + 1, sizeof(*p->blocks));
	}
	conn_set_generation(f->conn, p->generation);
	f->phase = FEED_DEVICES;
	f->cursor = 0;
	send_site(p, f);
	if (ev_is_active(&p->snapshots))
		return;
	ev_timer_set(&p->snapshots, 0.0, 0.0);
	ev_timer_start(p->loop, &p->snapshots);
}
