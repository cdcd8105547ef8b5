/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish_private.h - what publish.c (changes) and snapshot.c (snapshots) share.
 */
#ifndef CHISAN_PUBLISH_PRIVATE_H
#define CHISAN_PUBLISH_PRIVATE_H

#include "scada/base/delta.h"
#include "scada/core/publish.h"

#define PIECE_BYTES (256 * 1024) /* a frame of values is closed at this length */

/* The texts of a msg_shared. */
struct shared_texts {
	char master[64], refusal[160];
};

struct device_shadow {
	struct msg_device_state m; /* detail points to the text below */
	char detail[96];
	bool is_known, is_dirty;
	struct msg_shared *shared; /* with its texts behind it; NULL: it is not shared with other masters */
	bool is_shared_dirty;
	struct mono sent;
};

TAILQ_HEAD(feed_list, feed);

struct publish {
	struct ev_loop *loop;
	struct utc started;
	struct table *table; /* NULL: no site yet */
	const struct site *site;
	uint16_t generation;
	struct feed_list feeds;
	ev_timer values, devices, snapshots;
	struct mono flushed; /* when values were last broadcast */
	uint64_t frames;
	/* ---- as consoles know it */
	struct delta_cell *cells;                     /* [points] */
	struct utc *group_sent, *group_received_sent; /* [groups] */
	uint32_t group_count;
	struct device_shadow *shadows; /* [devices] */
	uint32_t device_cursor;
	struct wbuf health;                  /* body of the newest W_STORE_HEALTH; empty = none yet */
	const struct publish_source *source; /* NULL = none */
	void *source_arg;
	/* ---- reused */
	struct delta_writer writer;
	struct wbuf body, frame;
	/* ---- kept while any console is in its snapshot: encoded once for all of them */
	struct wbuf absolute; /* frames of W_VALUES */
	uint64_t absolute_at; /* made when `frames` was this */
	struct wbuf *blocks;  /* [block_count] frames of W_POINT; empty = not made yet */
	uint32_t block_count;
};

/* snapshot.c */
void snapshot_begin(struct publish *p, struct feed *f); /* or again */
void snapshot_forget(struct publish *p);                /* frees what was kept */
void snapshot_timer_cb(struct ev_loop *loop, ev_timer *w, int revents);

#endif
