/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_node.c - our own node. Everything it has is constant, so that whoever asks learns nothing and changes nothing.
 */
#include "config.h"

#include <string.h>

#include "drivers/el_node.h"
#include "scada/base/mem.h"

#define MAKER 0xFF, 0xFF, 0xFF /* no member of the consortium */

struct constant {
	uint8_t epc, len;
	uint8_t data[8];
};

static const struct constant profile[] = {
	{ 0x80, 1, { 0x30 } },        /* on */
	{ 0x82, 4, { 1, 14, 1, 0 } }, /* ECHONET Lite 1.14, format 1 */
	{ 0x88, 1, { 0x42 } },        /* no fault */
	{ 0x8A, 3, { MAKER } },
	{ 0xD3, 3, { 0, 0, 1 } }, /* instances, without the profile */
	{ 0xD4, 2, { 0, 2 } },    /* classes, with it */
	{ 0xD5, 4, { 1, 0x05, 0xFF, 0x01 } },
	{ 0xD6, 4, { 1, 0x05, 0xFF, 0x01 } },
	{ 0xD7, 3, { 1, 0x05, 0xFF } },
};

static const struct constant controller[] = {
	{ 0x80, 1, { 0x30 } },
	{ 0x81, 1, { 0x00 } },         /* place: not said */
	{ 0x82, 4, { 0, 0, 'R', 0 } }, /* appendix of release R */
	{ 0x88, 1, { 0x42 } },
	{ 0x8A, 3, { MAKER } },
};

void
el_node_init(struct el_node *n, uint64_t seed)
{
	static const uint8_t head[] = { 0xFE, MAKER };

	memset(n, 0, sizeof(*n));
	memcpy(n->id, head, sizeof(head));
	memcpy(n->id + 4, "chisa", 5);
	for (unsigned i = 0; i < 8; i++)
		n->id[9 + i] = (uint8_t)(seed >> (56 - 8 * i));
}

static bool
is_profile(uint32_t object)
{
	return object >> 8 == ECHONET_NODE >> 8;
}

static struct el_map
map_of(bool is_node, uint8_t epc)
{
	const struct constant *c = is_node ? profile : controller;
	size_t n = is_node ? ARRAY_LEN(profile) : ARRAY_LEN(controller);
	struct el_map m = { 0 };

	if (epc == EPC_MAP_INF)
		el_map_add(&m, is_node ? EPC_INSTANCES_ANNOUNCED : 0x80);
	for (size_t i = 0; epc == EPC_MAP_GET && i < n; i++)
		if (c[i].epc != EPC_INSTANCES_ANNOUNCED)
			el_map_add(&m, c[i].epc);
	for (unsigned map = EPC_MAP_INF; epc == EPC_MAP_GET && map <= EPC_MAP_GET; map++)
		el_map_add(&m, (uint8_t)map);
	if (epc == EPC_MAP_GET && is_node)
		el_map_add(&m, 0x83);
	return m;
}

/* Its value in out->data, or in room for what is made; false: there is no such property to be read. */
static bool
find(const struct el_node *n, bool is_node, bool is_told, struct el_prop *out, uint8_t room[17])
{
	const struct constant *c = is_node ? profile : controller;
	size_t count = is_node ? ARRAY_LEN(profile) : ARRAY_LEN(controller);

	out->len = 0;
	out->data = NULL;
	if (out->epc >= EPC_MAP_INF && out->epc <= EPC_MAP_GET) {
		struct el_map m = map_of(is_node, out->epc);

		out->len = (uint8_t)el_map_put(&m, room);
		out->data = room;
		return true;
	}
	if (is_node && out->epc == 0x83) {
		out->len = sizeof(n->id);
		out->data = n->id;
		return true;
	}
	if (out->epc == EPC_INSTANCES_ANNOUNCED && !is_told)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (c[i].epc != out->epc)
			continue;
		out->len = c[i].len;
		out->data = c[i].data;
		return true;
	}
	return false;
}

/* Nothing of ours can be set: what was to be is given back whole, and what was only asked for is empty. */
static void
refuse(const struct el_frame *f, struct el_frame *a)
{
	a->service = (uint8_t)(f->service - 0x10); /* 60, 61, 6E */
	a->count = f->count;
	a->got = f->got;
	memcpy(a->props, f->props, f->count * sizeof(a->props[0]));
	for (unsigned i = f->service == EL_SETGET ? f->got : f->count; i < f->count; i++) {
		a->props[i].len = 0;
		a->props[i].data = NULL;
	}
}

size_t
el_node_answer(const struct el_node *n, const struct el_frame *f, uint8_t out[EL_FRAME_MAX], bool *is_to_all)
{
	bool is_node = is_profile(f->deoj), is_told = f->service == EL_INF_REQ, is_whole = true;
	struct el_frame a = { .tid = f->tid, .seoj = is_node ? ECHONET_NODE : EL_CONTROLLER, .deoj = f->seoj };
	uint8_t room[3][17];

	*is_to_all = false;
	if ((!is_node && f->deoj >> 8 != EL_CONTROLLER >> 8) || (f->deoj & 0xFF) > 1 || !el_is_request(f->service))
		return 0;
	if (f->service == EL_INFC) {
		a.service = EL_INFC_RES;
		a.count = f->count;
		for (unsigned i = 0; i < f->count; i++)
			a.props[i] = (struct el_prop){ .epc = f->props[i].epc };
		return el_frame_put(out, &a);
	}
	if (f->service != EL_GETS && f->service != EL_INF_REQ) {
		refuse(f, &a);
		return el_frame_put(out, &a);
	}
	a.count = f->count;
	for (unsigned i = 0; i < f->count; i++) {
		unsigned map = f->props[i].epc - EPC_MAP_INF;

		a.props[i].epc = f->props[i].epc;
		is_whole &= find(n, is_node, is_told, &a.props[i], room[map < 3 ? map : 0]);
	}
	a.service = is_told ? (is_whole ? EL_INF : EL_INF_SNA) : (is_whole ? EL_GET_RES : EL_GET_SNA);
	*is_to_all = a.service == EL_INF;
	return el_frame_put(out, &a);
}

size_t
el_node_hello(const struct el_node *n, uint16_t tid, uint8_t out[EL_FRAME_MAX])
{
	struct el_frame a = { .tid = tid, .seoj = ECHONET_NODE, .deoj = ECHONET_NODE, .service = EL_INF, .count = 1 };

	a.props[0].epc = EPC_INSTANCES_ANNOUNCED;
	(void)find(n, true, true, &a.props[0], NULL);
	return el_frame_put(out, &a);
}
