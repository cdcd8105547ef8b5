/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_who.c - which node it is, by the identification in its node profile (83): asked at each connect, when it announces its instances, each
 * hour and before a write, so that nothing is written to a node that was put in the place of another.
 */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>

#include "drivers/el_poll.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

static bool
is_same(const struct el_id *a, const struct el_id *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* What it has to be: as the site file says, or as it was when it was first met. Length 0: anything. */
static const struct el_id *
wanted(const struct el_device *d)
{
	return d->cfg->id.len > 0 ? &d->cfg->id : &d->id;
}

/* Who gave none, be it that the question was lost, is asked each hour all the same, but not before each write. */
bool
el_who_is_due(const struct el_device *d, int64_t age_us, struct moment now)
{
	return (!d->gives_no_id || age_us >= EL_MEET_US) && mono_diff_us(now.mono, d->who_at) >= age_us;
}

void
el_who_doubt(struct el_device *d)
{
	d->is_identified = false;
	d->gives_no_id = false;
}

/* One node that was entered twice counts twice in every sum: that is said, and it is read all the same. */
static void
look_for_twin(struct el_device *d, struct moment now)
{
	const struct el_poll *p = d->poll;
	char text[112];

	for (uint32_t i = 0; i < p->device_count; i++) {
		const struct el_device *o = &p->devices[i];

		if (o == d || !o->is_identified || o->state != DEVICE_UP || !is_same(&o->id, &d->id) ||
		    el_address_is_same(&o->cfg->node.addr, &d->cfg->node.addr))
			continue;
		str_printf(text, sizeof(text), "%.40s has the same identification: is it one node with two links?",
		    o->cfg->name);
		el_note(d, ERR_CONFIG, text, now);
		return;
	}
}

static void
refuse(struct el_device *d, const struct el_id *is, const struct el_id *other, struct moment now)
{
	char a[2 * EL_ID_MAX + 1], b[2 * EL_ID_MAX + 1], text[112];

	str_printf(text, sizeof(text), "%s%s, %s %s", is->len > 0 ? "it is " : "it does not say which it is",
	    el_id_text(is, a), el_id_text(other, b), d->cfg->id.len > 0 ? "was expected" : "was there");
	el_fail(d, is->len > 0 ? ERR_OTHER_DEVICE : ERR_EXC_NAK, text, now);
}

bool
el_who_take(struct el_device *d, const struct el_frame *f, struct moment now)
{
	const struct el_prop *p = NULL;
	struct el_id is = { 0 };
	bool is_new;

	for (unsigned i = 0; i < f->count && p == NULL; i++)
		if (f->props[i].epc == EPC_ID)
			p = &f->props[i];
	if (p != NULL)
		(void)el_id_take(p, &is);
	if (wanted(d)->len > 0 && !is_same(wanted(d), &is)) {
		refuse(d, &is, wanted(d), now);
		return false;
	}
	d->gives_no_id = is.len == 0;
	is_new = is.len > 0 && !is_same(&is, &d->id);
	d->id = is;
	if (is_new && d->poll->ops->met != NULL)
		d->poll->ops->met(d, d->poll->arg);
	d->is_identified = true;
	d->elsewhere[0] = '\0';
	d->who_at = now.mono;
	return true;
}

void
el_who_met(struct el_device *d, struct moment now)
{
	if (d->id.len > 0)
		look_for_twin(d, now);
}

bool
el_who_unanswered(struct el_device *d, struct moment now)
{
	if (wanted(d)->len > 0)
		return false;
	d->gives_no_id = d->is_identified = true;
	d->who_at = now.mono;
	return true;
}

const char *
el_who_text(const struct el_device *d, char *text, size_t size)
{
	str_printf(text, size, "it answers at %s now: give it its old address, or change link:", d->elsewhere);
	return text;
}

/* A node that is missed, and answers at another address: its address was changed. */
void
el_who_elsewhere(
    struct el_poll *p, uint32_t port, const struct sockaddr_storage *from, const struct el_frame *f, struct moment now)
{
	char address[INET6_ADDRSTRLEN] = "", text[112];
	struct el_id is;

	if (f->seoj >> 8 != ECHONET_NODE >> 8)
		return;
	for (unsigned i = 0; i < f->count; i++) {
		if (f->props[i].epc != EPC_ID || !el_id_take(&f->props[i], &is))
			continue;
		(void)inet_ntop(from->ss_family,
		    from->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)from)->sin_addr
		                               : (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr,
		    address, sizeof(address));
		for (uint32_t k = 0; k < p->device_count; k++) {
			struct el_device *d = &p->devices[k];

			if (d->cfg->port != port || d->state != DEVICE_DOWN || !is_same(wanted(d), &is))
				continue;
			if (strcmp(address, d->elsewhere) != 0)
				log_warn("node %s: it answers at %s now", d->cfg->name, address);
			str_copy(d->elsewhere, sizeof(d->elsewhere), address);
			el_note(d, d->error, el_who_text(d, text, sizeof(text)), now);
		}
	}
}
