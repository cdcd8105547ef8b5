/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transport.h - what carries requests to devices: connections of TCP (net.c, in chisan-field) or one serial line (bus.c, in
 * chisan-serial). Which one a program has is decided by what it links.
 */
#ifndef CHISAN_TRANSPORT_H
#define CHISAN_TRANSPORT_H

#include <ev.h>

#include "drivers/poll.h"

struct net;

struct net *net_new(struct ev_loop *loop, struct timers *timers);
void net_free(struct net *n);
bool net_carries(unsigned transport); /* enum transport */

/*
 * Seats the devices of p. Connections that an earlier generation opened to the same addresses stay open, whoever used them;
 * others are closed. The poll of the earlier generation is not touched any more.
 */
void net_seat(struct net *n, struct poll *p);
uint32_t net_connected(const struct net *n); /* connections that are open */

/* For struct poll_ops. */
void net_want(struct device *d, struct moment now);
void net_drop(struct device *d, struct moment now);

static inline struct moment
moment_now(void)
{
	return (struct moment){ clock_mono(), clock_utc() };
}

#endif
