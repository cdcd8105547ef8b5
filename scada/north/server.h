/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the masters: who may connect, and so many requests a second each. Each has buffers of its own and one request under way;
 * who floods, stalls or sends nothing delays or loses nobody but himself.
 */
#ifndef CHISAN_NORTH_SERVER_H
#define CHISAN_NORTH_SERVER_H

#include <ev.h>

#include "scada/north/stream.h"

#define SERVER_HALF_US  (10 * US_PER_S) /* a request that began is whole within this time, or the connection ends */
#define SERVER_STALL_US (10 * US_PER_S) /* and a reply taken */

struct server;

struct server_ops {
	void (*now)(struct north_now *out, void *arg);
	struct north_source source; /* its arg is that of now, too */
};

struct server *server_new(struct ev_loop *loop, const struct server_ops *ops);
void server_free(struct server *s); /* NULL is fine */

/*
 * Serves this map from now on; NULL: nothing is served, and all connections end. Connections stay if address and port do. m lives until
 * the next call. An address that cannot be listened on is said once and tried again every few seconds.
 */
void server_use(struct server *s, const struct north_map *m);
unsigned server_count(const struct server *s); /* connections */

#endif
