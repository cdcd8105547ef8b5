/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters_private.h - what the parts of the server share: masters.c (one small machine a connection) and masters_door.c (listening,
 * admitting, and life).
 */
#ifndef CHISAN_MASTERS_PRIVATE_H
#define CHISAN_MASTERS_PRIVATE_H

#include <sys/queue.h>

#include "scada/base/masters.h"

struct master {
	TAILQ_ENTRY(master) entry;
	struct masters *all;
	uint64_t number;
	int fd;
	ev_io io;
	ev_timer timer; /* the next of its deadlines */
	char host[64];
	size_t in_len, out_len, out_sent;
	struct mono asked; /* when its last request was whole, or it came */
	struct mono began; /* first byte of what is not whole yet; 0 = nothing */
	struct mono moved; /* output last went on */
	int64_t credit_us; /* of requests; one costs a second over the rate */
	struct mono credit_at;
	bool is_waiting; /* its reply is to follow: nothing is looked at, and no time of its own runs */
	uint8_t in[ADU_MAX], out[ADU_MAX];
};

struct masters {
	struct ev_loop *loop;
	const struct masters_ops *ops;
	void *arg;
	bool is_used; /* there are rules */
	struct masters_rules rules;
	char *host, *admitted, *what; /* of the rules */
	int fd;                       /* -1 = not listening */
	char at_host[64];             /* where it listens */
	uint16_t at_port;
	ev_io accepting;
	ev_timer retry;
	enum err logged;
	TAILQ_HEAD(, master) each;
	unsigned count;
	uint64_t numbers; /* given so far */
	struct mono refused_at;
	unsigned refused; /* since it was said last */
	uint64_t turned_away;
};

/* ---- masters.c */

/* A connection that was admitted, from host; it belongs to s from now on. */
void master_new(struct masters *s, int fd, const char *host, struct mono now);
void master_free(struct master *m);
void master_arm(struct master *m, struct mono now); /* sets what it waits for: bytes, room, a turn, a deadline */

#endif
