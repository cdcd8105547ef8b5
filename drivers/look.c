/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look.c - what may be read by hand, and the answer.
 */
#include "config.h"

#include "drivers/look.h"
#include "scada/base/str.h"

/* "holding 40000..40009" */
static char *
where(const struct msg_registers_get *m, char *buf, size_t size)
{
	str_printf(buf, size, "%s %u..%u", mb_table_word((enum mb_table)m->table), m->address,
	    (unsigned)m->address + m->count - 1);
	return buf;
}

static void
done(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	struct look *l = o->arg;
	struct msg_registers m = { l->what.device, l->what.table, l->what.address, l->what.count, now.utc.us,
		{ NULL, 0 } };
	char at[64];
	struct wbuf b;

	l->is_open = false;
	if (conn_generation(l->conn) != l->generation) {
		conn_result(l->conn, l->reply_to, ERR_GENERATION, AC_NONE, "%s", err_text(ERR_GENERATION));
		return;
	}
	if (e == OK && a->len != mb_table_bytes((enum mb_table)m.table, m.count))
		e = ERR_BAD_COUNT;
	if (e != OK) {
		conn_result(l->conn, l->reply_to, e, AC_NONE, "%.64s, %s: %s", l->name, where(&l->what, at, sizeof(at)),
		    err_text(e));
		return;
	}
	m.data = (struct msg_bytes){ a->data, a->len };
	wbuf_init(&b);
	msg_registers_put(&b, &m);
	conn_send(l->conn, W_REGISTERS, l->reply_to, &b, NULL);
	wbuf_done(&b);
}

/* What the device bears, and what its profile forbids to touch. */
static enum err
judge(const struct cfg_device *d, const struct msg_registers_get *m, char *why, size_t size)
{
	bool is_bits = m->table == TABLE_COIL || m->table == TABLE_DISCRETE;
	unsigned most = is_bits ? d->max_bits : d->max_registers, last = (unsigned)m->address + m->count - 1;

	if (m->count == 0 || m->count > most || last > UINT16_MAX) {
		str_printf(why, size,
		    "%.64s is asked for 1 to %u at once, and none beyond 65535, not for %u from %u on", d->name, most,
		    m->count, m->address);
		return ERR_RANGE;
	}
	for (uint32_t i = 0; i < d->forbidden_count; i++) {
		const struct cfg_range *r = &d->forbidden[i];

		if (r->table != m->table || last < r->from || m->address > r->to)
			continue;
		str_printf(why, size, "the profile of %.64s forbids to read %s %u..%u", d->name,
		    mb_table_word((enum mb_table)m->table), r->from, r->to);
		return ERR_RANGE;
	}
	return OK;
}

/* OK: it is under way. */
static enum err
begin(struct look *l, struct poll *p, const struct msg_registers_get *m, char *why, size_t size, struct moment now)
{
	uint32_t at = m->table < TABLE_COUNT ? setup_find_device(p->config, m->device) : UINT32_MAX;
	enum err e;

	if (at == UINT32_MAX) {
		str_copy(why, size, "this is no Modbus device of the field program");
		return ERR_NOT_FOUND;
	}
	l->name = p->devices[at].cfg->name;
	e = judge(p->devices[at].cfg, m, why, size);
	if (e != OK)
		return e;
	l->what = *m;
	l->order = (struct order){ .request = { .table = m->table, .address = m->address, .count = m->count },
		.done = done,
		.arg = l,
		.is_trial = true };
	l->is_open = true;
	e = poll_order(&p->devices[at], &l->order, false, now);
	if (e != OK) {
		l->is_open = false;
		str_printf(why, size, "%.64s cannot be asked: it is %s", l->name,
		    device_state_word((enum device_state)p->devices[at].state));
	}
	return e;
}

void
look_ask(struct look *l, struct conn *conn, struct poll *p, const struct frame *f, struct moment now)
{
	struct msg_registers_get m;
	char why[200];
	struct rbuf r;
	enum err e;

	rbuf_init(&r, f->body, f->length);
	if (!msg_registers_get_get(&r, &m) || !r_done(&r)) {
		conn_result(conn, f->sequence, ERR_USAGE, AC_NONE, "the request cannot be read");
	} else if (p == NULL || f->generation != conn_generation(conn)) {
		conn_result(conn, f->sequence, ERR_GENERATION, AC_NONE, "%s", err_text(ERR_GENERATION));
	} else if (l->is_open) {
		conn_result(conn, f->sequence, ERR_BUSY, AC_NONE, "other registers are being read by hand: ask again");
	} else {
		l->conn = conn;
		l->reply_to = f->sequence;
		l->generation = conn_generation(conn);
		e = begin(l, p, &m, why, sizeof(why), now);
		if (e != OK)
			conn_result(conn, f->sequence, e, AC_NONE, "%s", why);
	}
}
