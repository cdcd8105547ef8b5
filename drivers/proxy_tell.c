/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_tell.c - what masters do at a link that is lent: counted, said in the log, told with each device of the link.
 */
#include "config.h"

#include "drivers/proxy_private.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define SAY_US (10 * US_PER_S) /* between two words of the same */

void
proxy_note_request(struct proxy *x, const struct master *m, struct utc now)
{
	x->tally.requests++;
	x->tally.last = now;
	x->tally.is_dirty = true;
	str_copy(x->tally.master, sizeof(x->tally.master), master_host(m));
}

void
proxy_note_refused(struct proxy *x, const struct place *t, const char *why, struct moment now)
{
	const struct request *r = &t->order.request;

	x->tally.refused++;
	x->tally.refused_at = now.utc;
	x->tally.is_dirty = true;
	str_printf(x->tally.refusal, sizeof(x->tally.refusal), "%s, %s %u of unit %u%s", t->host,
	    mb_table_word(r->table), r->address, r->unit, why);
	x->refused++;
	if (x->refused_at.us != 0 && mono_diff_us(now.mono, x->refused_at) < SAY_US)
		return;
	log_notice("%s may not write %s %u of unit %u through the proxy at %s, port %u%s (%u refused since the last "
	           "word of it)",
	    t->host, mb_table_word(r->table), r->address, r->unit, x->host, x->port, why, x->refused);
	x->refused_at = now.mono;
	x->refused = 0;
}

void
proxy_note_again(struct proxy *x, const struct master *m, struct mono now)
{
	x->tally.held_back++;
	x->tally.is_dirty = true;
	x->again++;
	if (x->again_at.us != 0 && mono_diff_us(now, x->again_at) < SAY_US)
		return;
	log_notice("%s comes anew to the proxy at %s, port %u, again and again, before what it asked is answered or "
	           "its pause is "
	           "over: it gains nothing by that, and is held back (%u since the last word of it)",
	    master_host(m), x->host, x->port, x->again);
	x->again_at = now;
	x->again = 0;
}

static void
tell(struct proxy *x)
{
	const struct proxies *p = x->all;
	struct proxy_tally *c = &x->tally;
	struct msg_shared m = { .masters = (uint16_t)c->masters,
		.clients = x->cfg->clients,
		.requests = c->requests,
		.refused = c->refused,
		.turned_away = c->turned_away,
		.held_back = c->held_back,
		.last_time = c->last.us,
		.refused_time = c->refused_at.us,
		.master = c->master,
		.refusal = c->refusal };

	c->is_dirty = false;
	for (uint32_t i = 0; i < p->poll->device_count; i++) {
		const struct cfg_device *d = p->poll->devices[i].cfg;

		if (d->link != x->link)
			continue;
		m.device = d->number;
		p->ops->shared(&m, p->arg);
	}
}

void
proxies_tell(struct proxies *p)
{
	for (struct proxy *x = p->first; p->poll != NULL && x != NULL; x = x->next) {
		unsigned masters = masters_count(x->masters);
		uint64_t turned_away = masters_turned_away(x->masters);

		if (x->cfg == NULL ||
		    (!x->tally.is_dirty && masters == x->tally.masters && turned_away == x->tally.turned_away))
			continue;
		x->tally.masters = masters;
		x->tally.turned_away = turned_away;
		tell(x);
	}
}
