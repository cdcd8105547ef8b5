/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_private.h - what the parts of the proxy share: proxy.c (turns, requests, what is lent) and proxy_tell.c (what is counted and told).
 */
#ifndef CHISAN_PROXY_PRIVATE_H
#define CHISAN_PROXY_PRIVATE_H

#include "drivers/proxy.h"
#include "scada/base/masters.h"

enum place_state { PLACE_FREE, PLACE_WAITING, PLACE_GIVEN };

/* A request of a master, one of each: there are as many places as there may be connections. */
struct place {
	TAILQ_ENTRY(place) entry; /* in the line, from WAITING on */
	struct proxy *proxy;
	uint8_t state;
	uint32_t turn;           /* of the proxy, in which it was looked at last */
	struct master *master;   /* NULL: it has gone */
	uint64_t last;           /* number of who had the place last; 0 = nobody */
	bool is_held;            /* he is still connected */
	struct mono quiet_until; /* not asked before: the device did not answer him */
	struct mono came;
	struct device *device;
	struct order order;
	char host[64];
	uint8_t coil[1];
	uint8_t adu[ADU_MAX];
};

/* What those who look on are told. */
struct proxy_tally {
	uint64_t requests, refused, held_back;
	struct utc last, refused_at;
	char master[64], refusal[128];
	bool is_dirty;
	unsigned masters; /* as told */
	uint64_t turned_away;
};

struct proxy {
	struct proxies *all;
	struct proxy *next;
	const struct cfg_proxy *cfg; /* NULL = in no use */
	char host[64];               /* where it listens: by this it is known again */
	uint16_t port;
	uint32_t link; /* index */
	struct masters *masters;
	struct place *places;
	uint32_t place_count;
	unsigned owed_most; /* places that one address may leave behind quiet */
	TAILQ_HEAD(, place) line;
	struct timer timer;
	uint32_t turn;
	int64_t credit_us; /* of writes; one costs a minute over their number */
	struct mono credit_at;
	struct mono refused_at;
	uint32_t refused; /* writes, since it was said last */
	struct mono again_at;
	uint32_t again; /* requests of who came anew too early, since it was said last */
	struct proxy_tally tally;
};

struct proxies {
	struct ev_loop *loop;
	struct timers *timers;
	const struct proxy_ops *ops;
	void *arg;
	struct poll *poll; /* NULL = nothing is lent */
	struct proxy *first;
};

/* ---- proxy_tell.c */

/* A request came. */
void proxy_note_request(struct proxy *x, const struct master *m, struct utc now);
/* The write of t, whose order is read, is not passed on; why: "" or what to add. Said in the log every now and then. */
void proxy_note_refused(struct proxy *x, const struct place *t, const char *why, struct moment now);
/* m came anew while its address owes as many pauses as it may. The same. */
void proxy_note_again(struct proxy *x, const struct master *m, struct mono now);

#endif
