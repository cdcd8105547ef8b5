/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_entries.c - entries of the journal, states and reports that wait in line: one transaction for all of them, in order of
 * arrival; answers go out when it is durable.
 */
#include "config.h"

#include <string.h>
#include <syslog.h>

#include "scada/base/log.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/saved.h"
#include "scada/store/writer_private.h"

/* ---- the line */

static void
put_item(struct wbuf *b, uint16_t type, uint32_t sequence, const uint8_t *body, size_t len)
{
	w_u16(b, type);
	w_u32(b, sequence);
	w_u32(b, (uint32_t)len);
	if (len > 0)
		memcpy(wbuf_grow(b, len), body, len);
}

struct item {
	uint16_t type;
	uint32_t sequence;
	struct rbuf body;
};

/* The next of the line; false: there is none. */
static bool
next_item(struct rbuf *r, struct item *it)
{
	uint32_t len;

	if (r->pos >= r->len)
		return false;
	it->type = r_u16(r);
	it->sequence = r_u32(r);
	len = r_u32(r);
	rbuf_init(&it->body, r->data + r->pos, len);
	r->pos += len;
	return true;
}

void
queue_put(struct queue *q, const struct frame *f, bool is_urgent)
{
	if (q->count++ == 0)
		q->since = clock_mono();
	q->is_urgent |= is_urgent;
	put_item(&q->bytes, f->type, f->sequence, f->body, f->length);
}

static void
queue_reset(struct queue *q)
{
	if (q->bytes.cap > (1u << 20)) /* a storm's memory is given back */
		wbuf_done(&q->bytes);
	wbuf_reset(&q->bytes);
	q->count = 0;
	q->is_urgent = false;
}

void
queue_keep_unasked(struct queue *q)
{
	struct wbuf kept;
	struct item it;
	struct rbuf r;
	uint32_t count = 0;

	wbuf_init(&kept);
	rbuf_init(&r, q->bytes.data, q->bytes.len);
	while (next_item(&r, &it))
		if (it.type == W_STORE_STATE || it.type == W_REPORT_FILE ||
		    (it.type == W_JOURNAL_ADD && it.sequence == 0)) {
			put_item(&kept, it.type, it.sequence, it.body.data, it.body.len);
			count++;
		}
	wbuf_done(&q->bytes);
	q->bytes = kept;
	q->count = count;
	q->is_urgent = false;
}

void
writer_journal(struct writer *w, struct utc now, const char *text, const char *before, const char *after)
{
	const struct msg_journal_add m = journal_own(now, JOURNAL_STORE, text, before, after);
	struct frame f = { .type = W_JOURNAL_ADD }; /* sequence 0: nobody asked */

	wbuf_reset(&w->out);
	msg_journal_add_put(&w->out, &m);
	f.body = w->out.data;
	f.length = (uint32_t)w->out.len;
	queue_put(&w->queue, &f, false);
}

/* ---- answers */

static void
answer(struct writer *w, uint16_t type, uint32_t reply_to)
{
	put_item(&w->answers, type, reply_to, w->out.data, w->out.len);
	w->answer_count++;
}

static void
answer_result(struct writer *w, uint32_t reply_to, enum err e, const char *text)
{
	const struct msg_result m = { .err = (uint16_t)e, .addcause = 255, .text = text };

	if (reply_to == 0)
		return;
	wbuf_reset(&w->out);
	msg_result_put(&w->out, &m);
	answer(w, W_RESULT, reply_to);
}

/* Always: who sent an act waits for it, and would send it again. An entry that was there before may be longer than any frame. */
void
writer_answer_entry(struct writer *w, uint32_t reply_to, const struct msg_journal *entry)
{
	static struct journal_room room;
	const struct msg_journal m = journal_fit(entry, &room);

	wbuf_reset(&w->out);
	msg_journal_put(&w->out, &m);
	answer(w, W_JOURNAL, reply_to);
}

static void
send_answers(struct writer *w)
{
	struct item it;
	struct rbuf r;

	rbuf_init(&r, w->answers.data, w->answers.len);
	while (next_item(&r, &it)) {
		wbuf_reset(&w->out);
		memcpy(wbuf_grow(&w->out, it.body.len), it.body.data, it.body.len);
		writer_send(w, it.type, it.sequence);
	}
	wbuf_reset(&w->answers);
}

/* ---- one of the line. Anything but OK, ERR_FRAME, ERR_REFUSED and ERR_NOT_FOUND ends the transaction. */

static enum err
do_entry(struct writer *w, struct item *it, struct utc now, char *text, size_t size)
{
	struct msg_journal_add m;
	struct msg_journal out;
	uint8_t hash[JOURNAL_HASH];
	bool was_there;
	enum err e;

	if (!msg_journal_add_get(&it->body, &m))
		return ERR_FRAME;
	e = journal_add(w->journal, &m, &out, hash, &was_there);
	if (e == ERR_REFUSED)
		str_copy(text, size, JOURNAL_TAKEN);
	if (e == OK && !was_there) /* what a repeated act says was true then, not now */
		e = saved_put(&w->db, &m.states, now);
	if (e == OK)
		writer_answer_entry(w, it->sequence, &out);
	return e;
}

static enum err
do_state(struct writer *w, struct item *it, struct utc now)
{
	struct msg_store_state m;

	if (!msg_store_state_get(&it->body, &m) || m.kind >= STATE_KIND_COUNT || m.name[0] == '\0')
		return ERR_FRAME;
	return saved_put_one(&w->db, &m, now);
}

static enum err
do_report(struct writer *w, struct item *it, struct utc now)
{
	struct msg_report_file m;

	return msg_report_file_get(&it->body, &m) ? writer_file_report(w, &m, now) : ERR_FRAME;
}

static enum err
do_sign(struct writer *w, struct item *it, char *text, size_t size)
{
	struct msg_report_sign m;
	struct msg_journal_add entry;
	struct rbuf r;

	if (!msg_report_sign_get(&it->body, &m))
		return ERR_FRAME;
	rbuf_init(&r, m.entry.data, m.entry.len);
	if (!msg_journal_add_get(&r, &entry) || !saved_is_list(&entry.states))
		return ERR_FRAME;
	return writer_sign_report(w, it->sequence, &m, &entry, text, size);
}

static enum err
do_item(struct writer *w, struct item *it, struct utc now)
{
	char text[300] = "it cannot be read";
	enum err e = OK;

	switch (it->type) {
	case W_JOURNAL_ADD: e = do_entry(w, it, now, text, sizeof(text)); break;
	case W_STORE_STATE: e = do_state(w, it, now); break;
	case W_REPORT_FILE: e = do_report(w, it, now); break;
	case W_REPORT_SIGN: e = do_sign(w, it, text, sizeof(text)); break;
	default: break;
	}
	if (e != ERR_FRAME && e != ERR_REFUSED && e != ERR_NOT_FOUND)
		return e;
	if (it->sequence != 0)
		answer_result(w, it->sequence, e, text);
	else
		log_warn("%s is passed over: %s", wire_find(it->type)->name, text);
	return OK;
}

/* ---- the transaction */

static void
send_checkpoint(const char *line)
{
	if (line[0] == '\0')
		return;
	log_notice("%s", line);
	if (!log_is_system())
		syslog(LOG_NOTICE, "%s", line);
}

static enum err
do_all(struct writer *w, struct utc now, size_t *bad)
{
	struct item it;
	struct rbuf r;
	enum err e = OK;

	rbuf_init(&r, w->queue.bytes.data, w->queue.bytes.len);
	while (e == OK && next_item(&r, &it)) {
		*bad = (size_t)(it.body.data - r.data) - 10;
		e = do_item(w, &it, now);
	}
	return e;
}

/* A thing that the database refuses for what it is, and not for the disk's sake: it must not hold up all others. */
static void
drop_item(struct writer *w, size_t at)
{
	uint8_t *type = w->queue.bytes.data + at;
	uint32_t sequence = (uint32_t)type[2] << 24 | (uint32_t)type[3] << 16 | (uint32_t)type[4] << 8 | type[5];

	log_error("the database refuses what it is to record: %s", w->db.text);
	if (sequence != 0)
		conn_result(w->conn, sequence, ERR_FAILED, AC_NONE, "%s", w->db.text);
	type[0] = type[1] = 0;
}

static enum err
try_all(struct writer *w, struct utc now, size_t *bad, char *line, size_t size)
{
	enum err e = db_begin(&w->db);

	*bad = SIZE_MAX;
	wbuf_reset(&w->answers);
	if (e == OK)
		e = writer_look_for_others(w, now);
	if (e == OK)
		e = do_all(w, now, bad);
	if (e == OK) {
		*bad = SIZE_MAX;
		e = journal_checkpoint(w->journal, now, false, line, size);
	}
	if (e == OK)
		e = db_commit(&w->db);
	if (e == OK) {
		journal_committed(w->journal);
		return OK;
	}
	db_rollback(&w->db);
	journal_rewind(w->journal);
	wbuf_reset(&w->answers);
	return e;
}

enum err
writer_commit_entries(struct writer *w, struct utc now)
{
	char line[160] = "";
	size_t bad;
	enum err e;

	while ((e = try_all(w, now, &bad, line, sizeof(line))) != OK) {
		if (bad == SIZE_MAX || db_trouble(&w->db) != DB_IS_REFUSING)
			return e;
		drop_item(w, bad);
	}
	send_answers(w);
	queue_reset(&w->queue);
	send_checkpoint(line);
	(void)writer_mark(w, line[0] != '\0');
	return OK;
}

enum err
writer_checkpoint(struct writer *w, struct utc now, bool must)
{
	char line[160] = "";
	enum err e = db_begin(&w->db);

	if (e == OK)
		e = journal_checkpoint(w->journal, now, must, line, sizeof(line));
	if (e == OK)
		e = db_commit(&w->db);
	if (e != OK) {
		db_rollback(&w->db);
		journal_rewind(w->journal);
		return e;
	}
	journal_committed(w->journal);
	send_checkpoint(line);
	(void)writer_mark(w, line[0] != '\0');
	return OK;
}
