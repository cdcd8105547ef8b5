/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echonet.h - ECHONET Lite in the field program: configuration and writes in, samples, states and outcomes out, as field.h has them
 * for Modbus. Nothing is open while no node is configured.
 */
#ifndef CHISAN_DRIVERS_ECHONET_H
#define CHISAN_DRIVERS_ECHONET_H

#include <ev.h>

#include "drivers/dump.h"
#include "drivers/scan.h"
#include "drivers/timer.h"

struct echonet;

struct echonet_ops {
	void (*samples)(uint32_t device, struct utc time, const struct sample *s, uint32_t count, void *arg);
	void (*late)(
	    uint32_t device, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg);
	void (*state)(const struct msg_device_state *m, void *arg);
	void (*written)(const struct msg_field_written *m, uint32_t reply_to, void *arg);
	/* Which node was met: is to come back as msg_echonet_device.was. */
	void (*met)(const struct msg_node_id *m, void *arg);
};

struct echonet *echonet_new(
    struct ev_loop *loop, struct timers *timers, const struct echonet_ops *ops, void *arg, uint64_t seed);
void echonet_free(struct echonet *e); /* NULL is fine */

/* ---- configuration: begin, frames, then swap. An error: why (of size) is a sentence, and the generation is to be refused. */
void echonet_begin(struct echonet *e);
enum err echonet_config(struct echonet *e, unsigned type, struct rbuf *r, char *why, size_t size);
enum err echonet_swap(struct echonet *e, struct moment now, char *why, size_t size);

/* False: not an output of ours. */
bool echonet_write(struct echonet *e, const struct msg_field_write *w, uint32_t reply_to, struct moment now);
bool echonet_scan(struct echonet *e, point_id point, bool is_on);
/* The bytes that the node gave last for a point, as far as they are kept; address: the property. False: it is none of ours. */
bool echonet_raw(const struct echonet *e, point_id point, struct msg_raw *m);

/* Each datagram in and out is put there from now on; NULL: nowhere. */
void echonet_show(struct echonet *e, struct dump *d);
/* Where a node of the configuration is on the wire: several devices at one address are one node. False: it is none of ours. */
bool echonet_place_of(const struct echonet *e, uint32_t device, struct dump_place *out);

/* Counters of those that changed: of every part-th device. */
void echonet_tell(struct echonet *e, uint32_t part, uint32_t parts);
void echonet_count(const struct echonet *e, uint64_t *requests, uint32_t *up);

#endif
