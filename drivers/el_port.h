/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_port.h - the sockets of one interface: one with our address and the port of ECHONET Lite, from which we ask and on which we are
 * answered, and one for the group. Both sides use the same port. Nothing here waits.
 */
#ifndef CHISAN_EL_PORT_H
#define CHISAN_EL_PORT_H

#include <ev.h>

#include "drivers/el_frame.h"
#include "drivers/el_setup.h"

struct el_port;

struct el_port_ops {
	/* A datagram; data lives until return. */
	void (*received)(
	    struct el_port *p, const struct sockaddr_storage *from, const uint8_t *data, size_t len, void *arg);
	/* One went out, or failed to. NULL: nobody wants to know. */
	void (*sent)(struct el_port *p, const struct sockaddr_storage *to, const uint8_t *data, size_t len, enum err e,
	    void *arg);
};

struct el_port {
	struct ev_loop *loop;
	const struct el_port_ops *ops;
	void *arg;
	struct el_address own;
	uint16_t port;
	uint32_t index; /* the owner's */
	unsigned zone;  /* number of the interface; 0 = none */
	int fd, group_fd;
	ev_io io, group_io;
	char why[160];
};

/* Not open yet. */
void el_port_init(
    struct el_port *p, struct ev_loop *loop, const struct el_cfg_port *cfg, const struct el_port_ops *ops, void *arg);
/* OK, or an error with a sentence in p->why. Without the group it goes on: nodes are then asked one by one. */
enum err el_port_open(struct el_port *p);
void el_port_close(struct el_port *p);
static inline bool
el_port_is_open(const struct el_port *p)
{
	return p->fd >= 0;
}

enum err el_port_send(struct el_port *p, const struct el_address *to, const uint8_t *data, size_t len);
/* To whoever sent something: at the port of ECHONET Lite, whatever port it was sent from. */
enum err el_port_reply(struct el_port *p, const struct sockaddr_storage *from, const uint8_t *data, size_t len);
enum err el_port_send_group(struct el_port *p, const uint8_t *data, size_t len);

#endif
