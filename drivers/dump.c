/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump.c - frames into a heap, the heap to chisand.
 */
#include "config.h"

#include "drivers/dump.h"

static void
flush(struct dump *d, struct moment now)
{
	struct msg_dump m = {
		.left_out = d->left_out, .lines = d->lines, .data = { d->heap.data, (uint32_t)d->heap.len }
	};
	struct wbuf b;

	if (conn_queued(d->conn) > DUMP_QUEUE_MAX)
		return;
	wbuf_init(&b);
	msg_dump_put(&b, &m);
	conn_send(d->conn, W_DUMP, d->reply_to, &b, NULL);
	wbuf_done(&b);
	wbuf_reset(&d->heap);
	d->lines = 0;
	d->left_out = 0;
	d->sent = now.mono;
}

void
dump_end(struct dump *d, enum err e, struct moment now)
{
	if (!d->is_open)
		return;
	if (conn_generation(d->conn) == d->generation && (d->lines > 0 || d->left_out > 0))
		flush(d, now);
	conn_result(d->conn, d->reply_to, e, AC_NONE, "%s", e == OK ? "" : err_text(e));
	timer_stop(d->timers, &d->timer);
	wbuf_reset(&d->heap);
	d->lines = 0;
	d->is_open = false;
}

static void
fire(struct timer *t, struct moment now)
{
	struct dump *d = t->arg;

	if (conn_generation(d->conn) != d->generation) {
		dump_end(d, ERR_GENERATION, now);
	} else if (d->left == 0 || mono_diff_us(now.mono, d->until) >= 0) {
		dump_end(d, OK, now);
	} else {
		if (d->lines > 0 || d->left_out > 0 || mono_diff_us(now.mono, d->sent) >= DUMP_ALIVE_US)
			flush(d, now);
		timer_set(d->timers, &d->timer, mono_add(now.mono, DUMP_FLUSH_US));
	}
}

void
dump_put_at(struct dump *d, const struct dump_place *at, uint32_t number, const struct dump_frame *f, struct moment now)
{
	struct msg_dump_line m;

	if (!dump_is_open(d, at->of) || at->link != d->place.link ||
	    (d->place.device != UINT32_MAX && at->device != d->place.device) || d->left == 0)
		return;
	d->left--;
	if (d->heap.len + f->len > DUMP_HEAP_MAX) {
		d->left_out++;
		return;
	}
	m = (struct msg_dump_line){ .time = now.utc.us,
		.device = number,
		.what = f->what,
		.form = f->form,
		.err = (uint16_t)f->err,
		.took_us = f->took_us,
		.peer = f->peer != NULL ? f->peer : "",
		.raw = { f->data, (uint32_t)f->len } };
	msg_dump_line_put(&d->heap, &m);
	d->lines++;
}

void
dump_put(struct dump *d, const struct device *of, const struct dump_frame *f, struct moment now)
{
	struct dump_place at = { of->poll, of->cfg->link, of->index };

	dump_put_at(d, &at, of->cfg->number, f, now);
}

/* OK: it is open. */
static enum err
begin(struct dump *d, const struct dump_place *at, const struct msg_dump_get *m, uint32_t reply_to, struct moment now)
{
	if (d->is_open)
		return ERR_BUSY;
	d->is_open = true;
	d->reply_to = reply_to;
	d->generation = conn_generation(d->conn);
	d->place = *at;
	if (m->whole != 0)
		d->place.device = UINT32_MAX;
	d->until = mono_add(now.mono, m->seconds * US_PER_S);
	d->left = m->frames == 0 ? UINT32_MAX : m->frames;
	d->left_out = 0;
	d->sent = now.mono;
	timer_set(d->timers, &d->timer, mono_add(now.mono, DUMP_FLUSH_US));
	return OK;
}

void
dump_ask(struct dump *d, dump_find *find, void *arg, const struct frame *f, struct moment now)
{
	struct dump_place at;
	struct msg_dump_get m;
	struct rbuf r;
	enum err e;

	rbuf_init(&r, f->body, f->length);
	if (!msg_dump_get_get(&r, &m) || !r_done(&r) || m.seconds > DUMP_SECONDS_MAX) {
		conn_result(d->conn, f->sequence, ERR_USAGE, AC_NONE, "the request cannot be read");
	} else if (m.seconds == 0) {
		if (d->reply_to == m.frames)
			dump_end(d, OK, now);
	} else if (find == NULL || f->generation != conn_generation(d->conn)) {
		conn_result(d->conn, f->sequence, ERR_GENERATION, AC_NONE, "%s", err_text(ERR_GENERATION));
	} else if (!find(m.device, &at, arg)) {
		conn_result(d->conn, f->sequence, ERR_NOT_FOUND, AC_NONE, "this is no device of the field program");
	} else if ((e = begin(d, &at, &m, f->sequence, now)) != OK) {
		conn_result(d->conn, f->sequence, e, AC_NONE,
		    "somebody looks at frames of this field program already; one at a time");
	}
}

void
dump_init(struct dump *d, struct conn *conn, struct timers *timers)
{
	*d = (struct dump){ .conn = conn, .timers = timers };
	wbuf_init(&d->heap);
	timer_init(&d->timer, fire, d);
}

void
dump_done(struct dump *d)
{
	timer_stop(d->timers, &d->timer);
	wbuf_done(&d->heap);
}
