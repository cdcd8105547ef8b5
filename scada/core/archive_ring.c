/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_ring.c - batches that wait for the store.  A number is given when a batch is sent first, so that numbers have no gaps even
 * if batches had to go; what was sent is kept until it is durable, and is never thrown away for want of room.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/core/archive_private.h"

#define SPARES_MAX 4

static void
free_all(struct batches *list)
{
	struct batch *b;

	while ((b = STAILQ_FIRST(list)) != NULL) {
		STAILQ_REMOVE_HEAD(list, entry);
		wbuf_done(&b->body);
		free(b);
	}
}

void
ring_done(struct ring *r)
{
	free_all(&r->sent);
	free_all(&r->waiting);
	free_all(&r->spare);
}

const struct batch *
ring_oldest(const struct ring *r)
{
	const struct batch *b = STAILQ_FIRST(&r->sent);

	return b != NULL ? b : STAILQ_FIRST(&r->waiting);
}

/* Its memory serves again. */
static void
retire(struct ring *r, struct batch *b)
{
	const struct batch *s;
	unsigned spares = 0;

	r->bytes -= b->body.len;
	r->count--;
	STAILQ_FOREACH(s, &r->spare, entry)
		spares++;
	if (spares >= SPARES_MAX) {
		wbuf_done(&b->body);
		free(b);
		return;
	}
	wbuf_reset(&b->body);
	STAILQ_INSERT_HEAD(&r->spare, b, entry);
}

static struct batch *
new_batch(struct ring *r)
{
	struct batch *b = STAILQ_FIRST(&r->spare);
	struct wbuf body;

	if (b == NULL)
		return xcalloc(1, sizeof(*b));
	STAILQ_REMOVE_HEAD(&r->spare, entry);
	body = b->body;
	*b = (struct batch){ .body = body };
	return b;
}

static struct utc
earlier(struct utc a, struct utc b)
{
	return a.us == 0 || (b.us != 0 && b.us < a.us) ? b : a;
}

static struct utc
later(struct utc a, struct utc b)
{
	return b.us > a.us ? b : a;
}

/* The oldest batch goes; the one behind it says what is missing. */
static void
drop_oldest(struct ring *r)
{
	struct batch *b = STAILQ_FIRST(&r->waiting), *next = STAILQ_NEXT(b, entry);

	STAILQ_REMOVE_HEAD(&r->waiting, entry);
	next->lost += b->lost + b->samples;
	next->lost_from = earlier(earlier(next->lost_from, b->lost_from), b->first);
	next->lost_to = later(later(next->lost_to, b->lost_to), b->last);
	r->lost_ever += b->samples;
	retire(r, b);
}

/* The first and the last time of what is open. */
static void
span(const struct archive *a, struct batch *b)
{
	for (uint32_t i = 0; i < a->record_count; i++) {
		b->first = earlier(b->first, a->records[i].time);
		b->last = later(b->last, a->records[i].time);
	}
}

static void
close_part(struct archive *a, const struct scan_record *scans, uint32_t scan_count, struct utc now, struct mono mono)
{
	struct ring *r = &a->ring;
	struct batch *b = new_batch(r);

	b->generation = a->generation;
	b->samples = a->record_count;
	b->scans = scan_count;
	b->closed = mono;
	b->closed_at = now;
	span(a, b);
	record_put_samples(&b->body, a->records, a->record_count);
	record_put_scans(&b->body, scans, scan_count);
	a->record_count = 0;
	r->bytes += b->body.len;
	r->count++;
	STAILQ_INSERT_TAIL(&r->waiting, b, entry);
	while (r->bytes > r->limit && STAILQ_NEXT(STAILQ_FIRST(&r->waiting), entry) != NULL)
		drop_oldest(r);
}

void
ring_close(struct archive *a, uint32_t scans, struct utc now, struct mono mono)
{
	uint32_t done = 0;

	do {
		uint32_t part = scans - done < BATCH_SCANS ? scans - done : BATCH_SCANS;

		close_part(a, a->scans + done, part, now, mono);
		done += part;
	} while (done < scans);
}

/* ---- sending */

static struct batch *
next_of(const struct ring *r)
{
	if (r->under_way >= ARCHIVE_OUTSTANDING)
		return NULL;
	return r->resend != NULL ? r->resend : STAILQ_FIRST(&r->waiting);
}

bool
archive_next(struct archive *a, uint16_t *generation, struct wbuf *out)
{
	struct ring *r = &a->ring;
	struct batch *b = next_of(r);

	if (b == NULL)
		return false;
	*generation = b->generation;
	if (out == NULL)
		return true;
	if (b == r->resend) {
		r->resend = STAILQ_NEXT(b, entry);
	} else {
		STAILQ_REMOVE_HEAD(&r->waiting, entry);
		STAILQ_INSERT_TAIL(&r->sent, b, entry);
		b->number = ++r->last_number;
	}
	r->under_way++;
	struct msg_records head = {
		.batch = b->number,
		.closed = b->closed_at.us,
		.samples = b->samples,
		.scans = b->scans,
		.lost = b->lost,
		.lost_from = b->lost_from.us,
		.lost_to = b->lost_to.us,
	};
	wbuf_reset(out);
	msg_records_put(out, &head);
	if (b->body.len > 0)
		memcpy(wbuf_grow(out, b->body.len), b->body.data, b->body.len);
	return true;
}

bool
archive_stored(struct archive *a, uint64_t batch)
{
	struct ring *r = &a->ring;
	struct batch *b;

	if (batch > r->last_number)
		return false;
	while ((b = STAILQ_FIRST(&r->sent)) != NULL && b->number <= batch) {
		if (b == r->resend)
			r->resend = STAILQ_NEXT(b, entry);
		else if (r->under_way > 0 && (r->resend == NULL || b->number < r->resend->number))
			r->under_way--;
		STAILQ_REMOVE_HEAD(&r->sent, entry);
		retire(r, b);
	}
	return true;
}

void
archive_ready(struct archive *a, uint64_t batch)
{
	struct ring *r = &a->ring;

	(void)archive_stored(a, batch < r->last_number ? batch : r->last_number);
	r->resend = STAILQ_FIRST(&r->sent);
	r->under_way = 0;
}

bool
archive_to_send(const struct archive *a, uint16_t *generation)
{
	const struct batch *b = a->ring.resend != NULL ? a->ring.resend : STAILQ_FIRST(&a->ring.waiting);

	if (b != NULL)
		*generation = b->generation;
	return b != NULL;
}

bool
archive_has(const struct archive *a, uint16_t generation)
{
	const struct batch *b;

	STAILQ_FOREACH(b, &a->ring.sent, entry)
		if (b->generation == generation)
			return true;
	STAILQ_FOREACH(b, &a->ring.waiting, entry)
		if (b->generation == generation)
			return true;
	return false;
}

bool
archive_oldest_generation(const struct archive *a, uint16_t *generation)
{
	const struct batch *b = ring_oldest(&a->ring);

	if (b != NULL)
		*generation = b->generation;
	return b != NULL;
}
