/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters.h - other systems that ask by Modbus on TCP: who may connect, and so many requests a second each. Each has buffers of its own
 * and one request under way; who floods, stalls or sends nothing delays or loses nobody but himself.
 */
#ifndef CHISAN_MASTERS_H
#define CHISAN_MASTERS_H

#include <ev.h>

#include "scada/base/adu.h"
#include "scada/base/clock.h"

#define MASTERS_HALF_US  (10 * US_PER_S) /* a request that began is whole within this time, or the connection ends */
#define MASTERS_STALL_US (10 * US_PER_S) /* and a reply taken */

struct masters;
struct master;

/* Copied. */
struct masters_rules {
	const char *host; /* in figures */
	uint16_t port;
	const char *admitted;           /* addresses parted by spaces; "" = whoever can reach it */
	const char *what;               /* that is found there, for the log: "masters find 4 points" */
	unsigned connections, a_master; /* most at a time, and of one address */
	uint32_t rate;                  /* requests a second that a connection may make; beyond, it waits */
	uint32_t idle_ms;               /* a connection without a request for so long is closed */
};

struct masters_ops {
	/*
	 * A whole request; adu begins with its head, and lives until return. Returns the bytes of the reply in out; 0: the reply follows by
	 * masters_reply(), and until then nothing else of this master is looked at.
	 */
	size_t (*request)(
	    struct master *m, const uint8_t *adu, const struct adu_request *r, uint8_t out[ADU_MAX], void *arg);
	/* A master is gone, be it that its reply was to follow: it is not to be named any more. NULL: nobody wants to know. */
	void (*gone)(struct master *m, void *arg);
};

struct masters *masters_new(struct ev_loop *loop, const struct masters_ops *ops, void *arg);
void masters_free(struct masters *s); /* NULL is fine */

/*
 * Keeps to these rules from now on; NULL: nothing is served, and all connections end. Connections stay if address and port do. An address
 * that cannot be listened on is said once and tried again every few seconds.
 */
void masters_use(struct masters *s, const struct masters_rules *r);
unsigned masters_count(const struct masters *s);       /* connections */
uint64_t masters_turned_away(const struct masters *s); /* that were not taken, so far */

/* The reply that was to follow, with its head; m may be gone on return. */
void masters_reply(struct master *m, const uint8_t *adu, size_t len);
const char *master_host(const struct master *m); /* its address in figures */
uint64_t master_number(const struct master *m);  /* no other connection has or had it */

/* Does admitted, as in struct masters_rules, have this address? */
bool masters_admit(const char *admitted, const char *host);

#endif
