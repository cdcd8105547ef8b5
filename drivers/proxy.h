/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy.h - links that are lent: other masters ask the devices of a link through this program, where the devices take one connection only.
 * What they ask goes between our own requests, in the order in which it came, one of each master at a time (poll_guest()).
 */
#ifndef CHISAN_PROXY_H
#define CHISAN_PROXY_H

#include <ev.h>

#include "drivers/poll.h"

/* That a request waits for its turn, beside the device's own time-out; then its master hears that the device is busy. */
#define PROXY_WAIT_US  (2 * US_PER_S)
#define PROXY_QUIET_US US_PER_S /* least pause of a master to whom a device did not answer */
#define PROXY_SHARE    4        /* and PROXY_SHARE times what it took, times the masters there may be */
#define PROXY_RATE     100      /* requests a second of a connection */

struct proxies;

struct proxy_ops {
	/* A write was handed to a device; m lives until return. */
	void (*forwarded)(const struct msg_forwarded *m, void *arg);
	/* Who asks a device, and what became of it; m lives until return. */
	void (*shared)(const struct msg_shared *m, void *arg);
};

struct proxies *proxies_new(struct ev_loop *loop, struct timers *timers, const struct proxy_ops *ops, void *arg);
/* After the polls that they used are freed; NULL is fine. */
void proxies_free(struct proxies *p);

/* Nothing more is asked of the poll that is in use: it is about to be freed, which ends what was sent. */
void proxies_leave(struct proxies *p);
/* Lends the links of poll, until proxies_leave(). Connections stay where address and port do. NULL: nothing is lent any more. */
void proxies_use(struct proxies *p, struct poll *poll);
/* Tells of each device of a link that is lent what changed since it was told last; to be called once a second. */
void proxies_tell(struct proxies *p);

#endif
