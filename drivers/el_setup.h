/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_setup.h - nodes and properties of ECHONET Lite as chisand handed them over, checked again. One generation; built beside the one
 * in use and swapped whole, as setup.h.
 */
#ifndef CHISAN_EL_SETUP_H
#define CHISAN_EL_SETUP_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "drivers/el_frame.h"
#include "scada/base/echonet.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"

#define EL_ZONE_MAX 16

/* An address of either kind. The zone (an interface) stands beside it, for it has a number only where it is. */
struct el_address {
	struct sockaddr_storage addr; /* with the port */
	socklen_t len;
	char zone[EL_ZONE_MAX]; /* "" = none */
};

/* Numeric, "fe80::1%eth0" too. False: it is none. */
bool el_address_take(const char *text, uint16_t port, struct el_address *out);
bool el_address_is_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b); /* whatever the ports */

struct el_cfg_port {
	struct el_address own;
	const char *text;
	uint16_t port;
};

struct el_cfg_device {
	uint32_t number, port; /* on the wire; index */
	struct el_address node;
	const char *name;
	bool enabled;
	struct el_id id;  /* what it has to be; none = anything, as long as it stays */
	struct el_id was; /* as it was met before this program or configuration; none = it was not */
	int64_t timeout_us, retry_min_us, retry_max_us, offset_us;
	struct utc since;
	uint32_t first_item, item_count; /* after el_setup_finish: by object, then property */
};

struct el_cfg_item {
	point_id point;
	uint32_t device; /* index */
	bool is_write;
	uint32_t object;
	uint8_t epc, form, at, size;
	uint8_t factors[ECHONET_FACTORS];
	uint8_t history, day;
	double scale;
	int64_t period_us, slow_us;
	uint32_t order; /* in which it came */
};

struct el_setup {
	struct arena *arena;
	struct el_cfg_port *ports;
	struct el_cfg_device *devices;
	struct el_cfg_item *items;
	uint32_t port_count, device_count, item_count;
	uint32_t port_cap, device_cap, item_cap;
	bool is_whole; /* the counts were right */
	char why[200]; /* what was wrong with the last frame */
};

struct el_setup *el_setup_new(void);
void el_setup_free(struct el_setup *c); /* NULL is fine */

/* OK, or ERR_CONFIG with a sentence in c->why: then the whole generation is to be refused. */
enum err el_setup_device(struct el_setup *c, const struct msg_echonet_device *m);
enum err el_setup_item(struct el_setup *c, const struct msg_echonet_item *m);
enum err el_setup_finish(struct el_setup *c, const struct msg_echonet_start *m);

#endif
