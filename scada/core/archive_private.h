/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_private.h - what archive.c (choosing) and archive_ring.c (waiting) share.
 */
#ifndef CHISAN_ARCHIVE_PRIVATE_H
#define CHISAN_ARCHIVE_PRIVATE_H

#include <sys/queue.h>

#include "scada/core/archive.h"

#define BATCH_SAMPLES 14000 /* at most 25 bytes each on the wire: one frame holds them */
#define BATCH_SCANS   4000  /* at most 32 bytes each */

struct kept {              /* what is known of a point */
	struct value last; /* recorded */
	struct mono at;
	double deadband;
	int64_t interval_us, least_us; /* between two records: at most, at least */
	uint8_t rule;                  /* enum rule */
	bool has_last;
};

struct seen { /* of a scan group */
	uint32_t device;
	bool is_quick; /* several scans a second: looked at every turn */
	int64_t allowed_us;
	struct utc seen;        /* its newest scan that was looked at */
	struct utc first, last; /* since the last batch; 0 = none */
};

struct batch {
	STAILQ_ENTRY(batch) entry;
	uint64_t number; /* 0 = not sent yet */
	uint16_t generation;
	uint32_t samples, scans;
	uint32_t lost; /* before it */
	struct utc lost_from, lost_to;
	struct utc first, last; /* of its samples */
	struct mono closed;
	struct utc closed_at;
	struct wbuf body; /* packed samples and scans, without the head */
};
STAILQ_HEAD(batches, batch);

struct ring {
	size_t limit, bytes;
	uint32_t count;     /* sent and waiting */
	uint32_t under_way; /* of those sent: not to be sent again */
	uint64_t last_number;
	uint64_t lost_ever;
	struct batches sent, waiting, spare; /* oldest first; sent before waiting */
	struct batch *resend;                /* of those sent: the next to be sent once more; NULL = none */
};

struct archive {
	struct table *table;
	uint16_t generation;
	uint32_t count;
	struct kept *points;
	uint64_t *pending; /* a bit a point: a counter that moved again too early */
	bool has_pending, has_quick, has_calculations;
	struct seen *groups;
	uint32_t group_count;
	struct scan_record *scans; /* room for one a group, and one */
	bool *is_looked;           /* of each device, then of the calculations: was it scanned since the start? */
	uint32_t *scan_of;         /* of each device, then of the calculations: its place in scans and 1; 0 = none */
	point_id cursor;
	point_id *brisk; /* points that are recorded every minute or so at least */
	uint32_t brisk_count;
	struct record *records; /* of the batch that is open: room for BATCH_SAMPLES */
	uint32_t record_count;
	uint64_t samples;
	struct ring ring;
};

/* archive_ring.c: what is open becomes a batch, with so many of a->scans. */
void ring_close(struct archive *a, uint32_t scans, struct utc now, struct mono mono);
const struct batch *ring_oldest(const struct ring *r); /* NULL = none */
void ring_done(struct ring *r);

#endif
