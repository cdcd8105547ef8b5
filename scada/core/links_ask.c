/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links_ask.c - what clients ask of devices: to the field program that has the device, and its answer back.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/core/describe.h"
#include "scada/core/links_private.h"

/* To a field program; it is answered by a frame of that type, or a result. false: who asks has been told why not. */
static bool
ask(struct links *l, unsigned part, void *asker, uint32_t sequence, uint16_t type, uint16_t answered,
    const struct wbuf *body)
{
	struct question *q = NULL;

	for (size_t i = 0; i < QUESTIONS_MAX && q == NULL; i++)
		if (l->questions[i].sequence == 0)
			q = &l->questions[i];
	if (q == NULL) {
		l->ops->raw_failed(asker, sequence, ERR_BUSY, "too many questions are open", l->arg);
		return false;
	}
	if (l->conns[part] == NULL || conn_send(l->conns[part], type, 0, body, &q->sequence) != OK) {
		q->sequence = 0;
		l->ops->raw_failed(asker, sequence, ERR_HELPER, err_text(ERR_HELPER), l->arg);
		return false;
	}
	q->asker = asker;
	q->asked = sequence;
	q->part = part;
	q->answer = answered;
	return true;
}

void
links_raw_get(struct links *l, void *asker, uint32_t sequence, point_id point)
{
	struct msg_raw_get m = { .point = point };
	struct wbuf b;

	if (l->site == NULL || point >= l->site->point_count) {
		l->ops->raw_failed(asker, sequence, ERR_NOT_FOUND, "there is no such point", l->arg);
		return;
	}
	if (l->site->points[point].device == DEVICE_NONE ||
	    !describe_is_field(l->site, l->site->points[point].device)) {
		l->ops->raw_failed(asker, sequence, ERR_NOT_FOUND, "no register stands behind this point", l->arg);
		return;
	}
	wbuf_init(&b);
	msg_raw_get_put(&b, &m);
	ask(l, links_part(l->site, l->site->points[point].device), asker, sequence, W_RAW_GET, W_RAW, &b);
	wbuf_done(&b);
}

/* OK, or why nobody can look at this device on the wire; why holds a sentence. */
static enum err
judge_device(const struct links *l, uint32_t device, char *why, size_t size)
{
	const struct site *s = l->site;

	if (s == NULL || device >= s->node_count) {
		str_copy(why, size, "there is no such device");
		return ERR_NOT_FOUND;
	}
	if (!describe_is_field(s, device)) {
		str_printf(why, size, "%.64s is no device on a link", s->nodes[device].device->name);
		return ERR_REFUSED;
	}
	if (!s->nodes[device].device->enabled) {
		str_printf(why, size, "%.64s is switched off in the site file", s->nodes[device].device->name);
		return ERR_DISABLED;
	}
	return OK;
}

/* The same of registers. What is known of the device alone is left to its field program. */
static enum err
judge_registers(const struct links *l, const struct msg_registers_get *m, char *why, size_t size)
{
	unsigned most = m->table < TABLE_COUNT ? mb_table_max((enum mb_table)m->table) : 0;
	enum err e = judge_device(l, m->device, why, size);

	if (e != OK)
		return e;
	if (describe_is_echonet(l->site, m->device)) {
		str_printf(why, size, "%.64s has no registers: it speaks ECHONET Lite",
		    l->site->nodes[m->device].device->name);
		return ERR_REFUSED;
	}
	if (m->table >= TABLE_COUNT || m->count == 0 || m->count > most ||
	    (uint32_t)m->address + m->count > (uint32_t)UINT16_MAX + 1) {
		str_printf(why, size, "%u from %u on cannot be read at once: 1 to %u, and none beyond 65535", m->count,
		    m->address, most);
		return ERR_RANGE;
	}
	return OK;
}

bool
links_registers_get(struct links *l, void *asker, uint32_t sequence, const struct msg_registers_get *m)
{
	char why[200];
	enum err e = judge_registers(l, m, why, sizeof(why));
	struct wbuf b;
	bool is_sent;

	if (e != OK) {
		l->ops->raw_failed(asker, sequence, e, why, l->arg);
		return false;
	}
	wbuf_init(&b);
	msg_registers_get_put(&b, m);
	is_sent = ask(l, links_part(l->site, m->device), asker, sequence, W_REGISTERS_GET, W_REGISTERS, &b);
	wbuf_done(&b);
	return is_sent;
}

bool
links_dump_get(struct links *l, void *asker, uint32_t sequence, const struct msg_dump_get *m)
{
	char why[200];
	enum err e = judge_device(l, m->device, why, sizeof(why));
	struct wbuf b;
	bool is_sent;

	if (e == OK && (m->seconds == 0 || m->seconds > DUMP_SECONDS_MAX)) {
		str_printf(why, sizeof(why), "%u seconds are not possible: 1 to %d", m->seconds, DUMP_SECONDS_MAX);
		e = ERR_RANGE;
	}
	if (e != OK) {
		l->ops->raw_failed(asker, sequence, e, why, l->arg);
		return false;
	}
	wbuf_init(&b);
	msg_dump_get_put(&b, m);
	is_sent = ask(l, links_part(l->site, m->device), asker, sequence, W_DUMP_GET, W_DUMP, &b);
	wbuf_done(&b);
	return is_sent;
}

/* Nobody looks on any more: the field program need not show the rest. */
static void
end_dump(struct links *l, unsigned part, uint32_t sequence)
{
	struct wbuf b;

	if (l->conns[part] == NULL)
		return;
	wbuf_init(&b);
	msg_dump_get_put(&b, &(struct msg_dump_get){ .frames = sequence });
	conn_send(l->conns[part], W_DUMP_GET, 0, &b, NULL);
	wbuf_done(&b);
}

enum err
links_answer(struct links *l, unsigned part, const struct frame *f)
{
	for (size_t i = 0; i < QUESTIONS_MAX; i++) {
		struct question q = l->questions[i];
		struct msg_result m;
		struct rbuf r;

		if (q.sequence == 0 || q.part != part || q.sequence != f->reply_to)
			continue;
		if (f->type != W_RESULT && f->type != q.answer)
			return ERR_FRAME;
		if (f->type == W_DUMP) { /* one of many; a result ends them */
			if (q.asker != NULL)
				l->ops->raw(q.asker, q.asked, f, l->arg);
			return OK;
		}
		l->questions[i] = (struct question){ 0 };
		if (q.asker == NULL)
			return OK;
		if (f->type == q.answer) {
			l->ops->raw(q.asker, q.asked, f, l->arg);
			return OK;
		}
		rbuf_init(&r, f->body, f->length);
		if (!msg_result_get(&r, &m))
			return ERR_FRAME;
		if (!err_is_known(m.err) || (m.err == OK && q.answer != W_DUMP))
			m.err = ERR_FAILED;
		l->ops->raw_failed(q.asker, q.asked, (enum err)m.err, m.text, l->arg);
		return OK;
	}
	return OK; /* an answer that came after its question was given up */
}

void
links_forget(struct links *l, const void *asker)
{
	for (size_t i = 0; i < QUESTIONS_MAX; i++) {
		if (l->questions[i].asker != asker)
			continue;
		l->questions[i].asker = NULL; /* its answer will still come, and is then dropped */
		if (l->questions[i].answer == W_DUMP)
			end_dump(l, l->questions[i].part, l->questions[i].sequence);
	}
}
