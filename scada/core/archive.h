/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive.h - what is recorded of the live values: samples by exception and scans of devices, gathered into numbered batches that
 * wait until the store has them.  No I/O, no clock; in the steady state nothing is allocated.
 *
 * A sample is taken when the quality or its cause changed; when a number moved by at least its point's deadband; when a state
 * changed; when a counter changed, at most once a period; and at latest after max_interval (of the point, else 15 minutes).
 * Of a point that never had a value nothing is taken before its device was scanned: that there are no scans says it already.
 */
#ifndef CHISAN_ARCHIVE_H
#define CHISAN_ARCHIVE_H

#include "scada/base/record.h"
#include "scada/core/table.h"

#define ARCHIVE_BYTES       (32u << 20) /* of batches that wait; beyond, the oldest go and leave a gap */
#define ARCHIVE_OUTSTANDING 2           /* batches sent and not answered */
#define ARCHIVE_INTERVAL_US (15 * 60 * US_PER_S)

struct archive;

/* bytes: the bound of what waits; 0 = ARCHIVE_BYTES. */
struct archive *archive_new(size_t bytes);
void archive_free(struct archive *a); /* NULL is fine */

/*
 * A new table, which must outlive the next call: what is gathered so far becomes a batch of the old generation; what was recorded
 * last of points that stay is known by their names. NULL: none any more.
 */
void archive_site(struct archive *a, struct table *t, uint16_t generation, struct utc now, struct mono mono);

/* Points whose live value changed, as table_fresh_take gives them; after the calculations of a turn. Closes a batch that is full. */
void archive_take(struct archive *a, const point_id *ids, uint32_t count, struct utc now, struct mono mono);

/*
 * A value of earlier that came only now, of which nothing was recorded: it stands at its own time and changes nothing of what is
 * recorded live.
 */
void archive_late(struct archive *a, point_id id, struct utc time, double v, struct utc now, struct mono mono);

/* Each second: what is due by time, the scans of the devices; then the batch is closed, if there is something in it. */
void archive_close(struct archive *a, struct utc now, struct mono mono);

/*
 * The next batch to be sent: its generation and the body of W_RECORDS in out, which is emptied before. False: none, or two are under
 * way. With out NULL it is only looked at: what its generation is.
 */
bool archive_next(struct archive *a, uint16_t *generation, struct wbuf *out);
/* All up to this one are durable. False: no such batch was sent. */
bool archive_stored(struct archive *a, uint64_t batch);
/* The store begins anew, and has all up to this one: the others are sent again. */
void archive_ready(struct archive *a, uint64_t batch);
/* The generation of the next one to be sent, be it now or when others were answered; false: none. */
bool archive_to_send(const struct archive *a, uint16_t *generation);
/* Does a batch of this generation wait or travel? */
bool archive_has(const struct archive *a, uint16_t generation);
bool archive_oldest_generation(const struct archive *a, uint16_t *generation); /* false: nothing waits */

/* ---- figures */
struct archive_figures {
	uint64_t samples;   /* taken, ever */
	uint64_t lost;      /* that found no room, ever */
	uint32_t waiting;   /* batches */
	size_t bytes;       /* that they take */
	struct mono oldest; /* when the oldest that is not durable was closed; 0 = none waits */
};
void archive_figures(const struct archive *a, struct archive_figures *out);

#endif
