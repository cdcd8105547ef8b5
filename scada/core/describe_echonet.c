/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe_echonet.c - nodes and properties of ECHONET Lite in the words of the pipe.
 */
#include "config.h"

#include "scada/base/echonet.h"
#include "scada/core/describe.h"

#define STALE_PERIODS 3 /* as the table has it where the profile says nothing */

bool
describe_is_echonet(const struct site *s, uint32_t device)
{
	return describe_is_field(s, device) && s->nodes[device].profile->protocol == PROTOCOL_ECHONET;
}

static uint32_t
us32(double us)
{
	return us <= 0 ? 0 : us >= UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

void
describe_echonet_device(
    const struct site *s, uint32_t device, struct utc since, int64_t offset_us, const char *was, struct wbuf *b)
{
	const struct site_node *n = &s->nodes[device];
	const struct site_device *d = n->device;
	struct msg_echonet_device m = {
		.device = device,
		.enabled = d->enabled,
		.port = s->conns[n->conn].port,
		.timeout_us = us32((double)d->timeout_us),
		.retry_min_us = us32((double)d->retry_min_us),
		.retry_max_us = us32((double)d->retry_max_us),
		.since = since.us,
		.offset_us = offset_us,
		.own = s->conns[n->conn].host,
		.node = n->node,
		.name = d->name,
		.id = d->serial != NULL ? d->serial : "",
		.was = was,
	};

	wbuf_reset(b);
	msg_echonet_device_put(b, &m);
}

/* How often what is announced is asked for all the same: so that it does not go stale by one answer that is lost. */
static uint32_t
slow_of(const struct site_point *p)
{
	double periods = p->def->stale_periods > 0 ? p->def->stale_periods : STALE_PERIODS;

	return us32((periods > 1.5 ? periods - 0.5 : 1) * (double)p->period_us);
}

bool
describe_echonet_item(const struct site *s, point_id id, bool is_write, struct wbuf *b)
{
	const struct site_point *p = &s->points[id];
	const struct site_register *r = is_write ? p->def->write : p->def->read;
	struct msg_echonet_item m = { .point = id, .device = p->device, .is_write = is_write };
	struct echonet_place place;
	char message[200];

	if (p->device == DEVICE_NONE || r == NULL || r->property == NULL || p->def->expression != NULL ||
	    !describe_is_echonet(s, p->device) || !echonet_place(r->property, &place, message, sizeof(message)))
		return false;
	m.object = place.object;
	m.epc = place.row->epc;
	m.form = place.row->form;
	m.at = place.row->at;
	m.size = place.row->size;
	m.scale = place.row->scale;
	for (unsigned i = 0; i < ECHONET_FACTORS; i++)
		m.factors |= (uint32_t)place.row->factors[i] << (24 - 8 * i);
	if (!is_write) {
		m.history = place.row->history;
		m.day = place.row->day;
		m.period_us = us32((double)p->period_us);
		m.slow_us = slow_of(p);
	}
	wbuf_reset(b);
	msg_echonet_item_put(b, &m);
	return true;
}
