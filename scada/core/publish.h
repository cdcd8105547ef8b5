/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - what consoles get: a snapshot, spread over turns of the loop, and then changes that are encoded once for all.
 */
#ifndef CHISAN_PUBLISH_H
#define CHISAN_PUBLISH_H

#include <ev.h>
#include <sys/queue.h>

#include "scada/base/conn.h"
#include "scada/base/msg.h"
#include "scada/core/table.h"

#define PUBLISH_EVERY_US  (40 * US_PER_MS)  /* values: not more often, but at once after a pause */
#define PUBLISH_GROUPS_US (100 * US_PER_MS) /* scan times alone */
#define PUBLISH_DEVICE_US US_PER_S          /* counters of a device; a change of its state at once */

enum feed_phase {
	FEED_NONE,
	FEED_DEVICES,
	FEED_POINTS,
	FEED_SCREENS,
	FEED_STATES,
	FEED_ALARM_DEFS,
	FEED_ALARMS, /* from here on changes of alarms are told: whoever gets one knows what the alarm is */
	FEED_CONTROL,
	FEED_VALUES,
	FEED_LIVE
};

/* One console's place in the stream; lives in its session. */
struct feed {
	TAILQ_ENTRY(feed) entry;
	struct conn *conn;
	unsigned what; /* enum subscribe */
	enum feed_phase phase;
	uint32_t cursor; /* next device, point or screen of the snapshot */
};

struct publish;

/* What others add to a snapshot, in pieces: FEED_ALARM_DEFS, FEED_ALARMS (SUB_ALARMS), FEED_CONTROL (SUB_CONTROL). */
struct publish_source {
	uint32_t (*pieces)(enum feed_phase part, void *arg);
	/* Appends the frames of the i-th piece (conn_encode): how it is now. */
	void (*piece)(enum feed_phase part, uint32_t i, uint16_t generation, struct wbuf *frames, void *arg);
};

struct publish *publish_new(struct ev_loop *loop, struct utc started);
void publish_free(struct publish *p);

/* A new configuration: all feeds get a new snapshot. The table is borrowed until the next call; NULL: none any more. */
void publish_site(struct publish *p, struct table *t, uint16_t generation);

/* f is zeroed, or was here before: then it gets a new snapshot. */
void publish_join(struct publish *p, struct feed *f, struct conn *c, unsigned what);
void publish_leave(struct publish *p, struct feed *f); /* harmless if it never joined */

/* Something in the table may have changed; called at the end of a turn. */
void publish_turn(struct publish *p);

/* Communication of a device; m->detail is copied. */
void publish_device(struct publish *p, const struct msg_device_state *m);
const struct msg_device_state *publish_device_state(const struct publish *p, uint32_t device);
/* Who asks a device through its proxy; the texts of m are copied. */
void publish_shared(struct publish *p, const struct msg_shared *m);
const struct msg_shared *publish_shared_state(const struct publish *p, uint32_t device); /* NULL: not shared */

/* An entry of the journal, to who subscribes to it. */
void publish_journal(struct publish *p, const struct msg_journal *m);
/* How the store is: kept (m->text is copied), told to who subscribes to the site and to who will. */
void publish_health(struct publish *p, const struct msg_store_health *m);
/* The same, but nobody is told who is there already: it is as it was, only larger or later. */
void publish_health_figures(struct publish *p, const struct msg_store_health *m);

void publish_source(struct publish *p, const struct publish_source *source, void *arg);
/* Frames that are encoded already (conn_encode), to all who subscribed to `what` and have come so far in their snapshot. */
void publish_encoded(struct publish *p, unsigned what, const struct wbuf *frames);
uint16_t publish_generation(const struct publish *p);

uint64_t publish_frames(const struct publish *p); /* broadcasts so far */

#endif
