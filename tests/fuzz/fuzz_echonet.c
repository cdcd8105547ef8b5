/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_echonet.c - what a node of ECHONET Lite sends. The first byte chooses: 0 a datagram through the codec and our own node; 1 a
 * property map; 2 datagrams, each behind its length, to the field program's poll; 3 the configuration that chisan-field is handed.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/el_node.h"
#include "drivers/el_poll.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
datagram(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size + 1), out[EL_FRAME_MAX]; /* its own, so that one byte too far is seen */
	struct el_frame f, back;
	struct el_node node;
	bool is_to_all;
	size_t n;

	memcpy(own, data, size);
	if (el_frame_take(own, size, &f) == OK) {
		assert(f.count <= EL_PROPS_MAX && f.got <= f.count);
		n = el_frame_put(out, &f);
		assert(n == size && memcmp(out, own, n) == 0);
		el_node_init(&node, 1);
		n = el_node_answer(&node, &f, out, &is_to_all);
		assert(n <= EL_FRAME_MAX);
		assert(n == 0 || (el_frame_take(out, n, &back) == OK && back.tid == f.tid && back.deoj == f.seoj));
		for (unsigned i = 0; i < f.count; i++)
			for (unsigned k = 0; el_instance(&f.props[i], k) != 0; k++)
				assert(k < 85);
	}
	free(own);
}

static void
property_map(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size + 1), out[17];
	struct el_map m, back;

	memcpy(own, data, size);
	if (el_map_take(own, size, &m)) {
		size_t n = el_map_put(&m, out);

		/* a list may name things twice, or below 80: what is laid out again is read as the same, but for those */
		assert(el_map_take(out, n, &back));
		for (unsigned epc = 0x80; epc <= 0xFF; epc++)
			assert(el_map_has(&m, (uint8_t)epc) == el_map_has(&back, (uint8_t)epc));
	}
	free(own);
}

/* ---- the poll: a node with a meter and a battery, which says anything at all */

static uint16_t last_tid;
static uint32_t last_object;

static enum err
send_it(struct el_device *d, const uint8_t *data, size_t len, void *arg)
{
	struct el_frame f;
	enum err e = el_frame_take(data, len, &f);

	(void)d;
	(void)arg;
	assert(e == OK);
	last_tid = f.tid;
	last_object = f.deoj;
	return OK;
}

static void
take_samples(struct el_device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	(void)d;
	(void)time;
	(void)arg;
	for (uint32_t i = 0; i < count; i++)
		assert(s[i].point < 8 && isfinite(s[i].value) && (s[i].cause == OK || s[i].value == 0));
}

static void
take_late(struct el_device *d, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg)
{
	(void)d;
	(void)arg;
	assert(point < 8 && count <= EL_HISTORY_SLOTS);
	for (uint32_t i = 0; i < count; i++)
		assert(times[i].us > 0 && isfinite(values[i]));
}

static void
take_state(struct el_device *d, void *arg)
{
	(void)arg;
	assert(d->state < DEVICE_STATE_COUNT);
}

static void
take_written(const struct msg_field_written *m, uint32_t reply_to, void *arg)
{
	(void)reply_to;
	(void)arg;
	assert(m->detail[0] != '\0');
}

static struct el_setup *
configure(void)
{
	static const struct {
		uint32_t object;
		uint8_t epc;
	} read[] = { { 0x028A01, 0xC3 }, { 0x028A01, 0xE3 }, { 0x028801, 0xE0 }, { 0x028801, 0xE8 }, { 0x027D01, 0xD3 },
		{ 0x027D01, 0xDA }, { 0x028701, 0xD0 } };
	struct msg_echonet_device d = { .enabled = 1,
		.port = 3610,
		.timeout_us = 500000,
		.retry_min_us = 1000000,
		.retry_max_us = 2000000,
		.since = INT64_C(1795000000000000),
		.own = "127.0.0.1",
		.node = "127.0.1.1",
		.name = "N",
		.id = "",
		.was = "" };
	struct msg_echonet_start s = { 1, sizeof(read) / sizeof(read[0]) + 1 };
	struct msg_echonet_item w = {
		.point = 5, .is_write = 1, .object = 0x027D01, .epc = 0xDA, .scale = 1, .size = 1
	};
	struct el_setup *c = el_setup_new();
	enum err e = el_setup_device(c, &d);

	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		const struct echonet_row *r = echonet_find((uint16_t)(read[i].object >> 8), read[i].epc);
		struct msg_echonet_item m = { .point = (uint32_t)i,
			.object = read[i].object,
			.epc = read[i].epc,
			.form = r->form,
			.at = r->at,
			.size = r->size,
			.scale = r->scale,
			.history = r->history,
			.day = r->day,
			.period_us = 1000000,
			.slow_us = 2500000 };

		for (unsigned k = 0; k < ECHONET_FACTORS; k++)
			m.factors |= (uint32_t)r->factors[k] << (24 - 8 * k);
		e = e == OK ? el_setup_item(c, &m) : e;
	}
	e = e == OK ? el_setup_item(c, &w) : e;
	e = e == OK ? el_setup_finish(c, &s) : e;
	assert(e == OK);
	return c;
}

static void
polled(const uint8_t *data, size_t size)
{
	static const struct el_ops ops = { .send = send_it,
		.samples = take_samples,
		.late = take_late,
		.state = take_state,
		.written = take_written };
	struct el_setup *c = configure();
	struct timers timers;
	struct moment now = { { 1000000 }, { INT64_C(1795000000000000) + 7200 * US_PER_S } };
	struct el_address from;
	struct el_poll *p;
	size_t pos = 0;

	timers_init(&timers);
	p = el_poll_new(c, &ops, NULL, &timers, 1, 0);
	el_poll_start(p, now);
	for (unsigned step = 0; pos + 2 <= size && step < 200; step++) {
		uint8_t how = data[pos], *own;
		size_t len = data[pos + 1];
		struct msg_field_write m = { .write = step, .point = how % 8, .raw = len };
		struct el_frame f;

		pos += 2;
		len = len > size - pos ? size - pos : len;
		now.mono.us += (how >> 4) * 100000;
		now.utc.us += (how >> 4) * 100000;
		timers_run(&timers, now);
		if ((how & 8) != 0)
			(void)el_poll_write(p, &m, 0, now);
		own = malloc(len + 1);
		memcpy(own, data + pos, len);
		if (len >= EL_HEAD && (how & 1) != 0) { /* as if to what was asked last */
			own[2] = (uint8_t)(last_tid >> 8);
			own[3] = (uint8_t)last_tid;
			own[4] = (uint8_t)(last_object >> 16);
			own[5] = (uint8_t)(last_object >> 8);
			own[6] = (uint8_t)last_object;
		}
		(void)el_address_take((how & 4) != 0 ? "127.0.1.9" : "127.0.1.1", 3610, &from);
		if (el_frame_take(own, len, &f) == OK)
			(void)el_poll_frame(p, 0, &from.addr, &f, now);
		free(own);
		pos += len;
	}
	el_poll_free(p, now);
	timers_done(&timers);
	el_setup_free(c);
}

static void
configured(const uint8_t *data, size_t size)
{
	struct el_setup *c = el_setup_new();
	struct msg_echonet_start s;
	size_t pos = 0;

	while (pos + 2 <= size) {
		struct msg_echonet_device d;
		struct msg_echonet_item it;
		size_t len = data[pos + 1];
		struct rbuf r;
		enum err e = OK;

		len = len > size - pos - 2 ? size - pos - 2 : len;
		rbuf_init(&r, data + pos + 2, len);
		if (data[pos] % 2 == 0 && msg_echonet_device_get(&r, &d))
			e = el_setup_device(c, &d);
		else if (data[pos] % 2 == 1 && msg_echonet_item_get(&r, &it))
			e = el_setup_item(c, &it);
		assert(e == OK || c->why[0] != '\0');
		pos += 2 + len;
	}
	s = (struct msg_echonet_start){ c->device_count, c->item_count };
	assert(el_setup_finish(c, &s) == OK);
	for (uint32_t i = 0; i < c->item_count; i++) {
		const struct el_cfg_item *it = &c->items[i];

		assert(
		    it->device < c->device_count && it->form < EL_FORM_COUNT && isfinite(it->scale) && it->scale != 0);
		assert(it->size == 0 || it->at + echonet_form_size(it->form) <= it->size);
		assert(i >= c->devices[it->device].first_item &&
		    i < c->devices[it->device].first_item + c->devices[it->device].item_count);
	}
	el_setup_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const ways[])(const uint8_t *, size_t) = { datagram, property_map, polled, configured };

	if (size > 0)
		ways[data[0] % 4](data + 1, size - 1);
	return 0;
}
