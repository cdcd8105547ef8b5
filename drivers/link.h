/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.h - the connections to devices and gateways, and whose turn it is on them.
 *
 * Devices at one address share it: as many connections as the link allows, units dealt out over them. On a shared
 * connection live devices take turns of one request each, and those that do not answer have a slot of their own beside,
 * used at most a fifth of the time: a dead unit does not stall its neighbours. Nothing here waits: connecting, answering
 * and pausing are deadlines. A stream that breaks the protocol is closed at once and never gone on with.
 */
#ifndef CHISAN_LINK_H
#define CHISAN_LINK_H

#include "drivers/transport.h"

#define LINK_CONNECTS_A_SECOND 200 /* over all devices: what comes back after a power cut comes back at once */
#define LINK_CONNECT_BURST     100
#define LINK_IN_SIZE           1024 /* bytes taken from one device before the others have their turn */
#define LINK_EXPIRED           8    /* late answers that a shared connection knows again */
#define LINK_SILENT            2    /* requests in a row without an answer that end a shared connection */
#define LINK_BLAMED            2    /* neighbours that a probe may stall before probes go alone */
#define LINK_OWN_TURNS         8    /* of our own in a row, after which a guest that waits has one */
#define LINK_PROBE_SHARE       4    /* a probe that took t is followed by 4 t without one */

struct connection;

/* A device's place at its connection. */
struct seat {
	struct device *device;
	struct connection *connection;
	bool is_ready, is_probing; /* in the queue of that name */
	bool is_hit;               /* had a request in flight when the connection was lost */
	bool
	    is_spared; /* a connection was lost for a guest's sake with one of ours in flight, and nothing was answered since */
	TAILQ_ENTRY(seat) member, turn;
};
TAILQ_HEAD(seats, seat);

/* A request in flight. */
struct exchange {
	struct seat *seat; /* NULL = free place */
	struct request request;
	struct errand errand;
	struct mono sent, deadline;
	uint16_t id;
	bool is_probe, is_beside; /* beside: there was a probe in flight too */
};

/* A request that was given up while its connection went on. */
struct expired {
	bool is_set, is_guest; /* is_guest: of one, and nothing that was asked later is answered yet */
	uint8_t unit;
	uint16_t id;
	struct mono sent;
};

/* The pause that all connections to an address keep between two requests; those that want to ask wait in line. */
struct gate {
	struct net *net;
	struct gate *next; /* of the net */
	struct mono until;
	struct timer timer; /* set while somebody waits */
	TAILQ_HEAD(, connection) line;
};

enum connection_state { CONNECTION_CLOSED, CONNECTION_QUEUED, CONNECTION_OPENING, CONNECTION_OPEN };

struct connection {
	struct net *net;
	struct connection *next; /* of the net */
	struct sockaddr_storage addr;
	socklen_t addr_len;
	uint32_t slot; /* which of the connections to this address */
	const struct driver *driver;
	uint32_t gap_us, connect_timeout_us;
	struct gate *gate; /* NULL = no pause is kept */
	bool is_used;      /* by the generation being set up */
	bool is_in_line;   /* of its gate */
	uint8_t state;     /* enum connection_state */
	bool has_guests;   /* some device may have a guest */
	uint8_t own_turns; /* in a row while a guest waited */
	bool probes_alone; /* the gateway takes one request at a time: nothing goes beside a probe */
	int fd;
	ev_io io;
	struct timer timer;
	unsigned depth; /* of callbacks on the stack; turns are given out at the end of the outermost */
	uint32_t epoch; /* number of this opening, over all connections */
	struct seats members, ready, probing;
	uint32_t member_count;
	struct exchange *exchanges;
	uint8_t window, in_flight, probes_in_flight, silent;
	uint8_t blamed; /* neighbours in a row that went unanswered beside a probe */
	uint16_t last_id;
	struct expired expired[LINK_EXPIRED];
	uint8_t expired_at;
	struct mono gap_until, probe_after, open_deadline;
	struct mono
	    quiet_until; /* nothing is asked until then: was the last reply one to an older request, its own comes meanwhile */
	uint16_t in_len, out_len, out_sent;
	uint8_t in[LINK_IN_SIZE], out[DRIVER_REQUEST_MAX];
	TAILQ_ENTRY(connection) waiting; /* for leave to connect */
	TAILQ_ENTRY(connection) in_line;
};

struct net {
	struct ev_loop *loop;
	struct timers *timers;
	struct connection *connections;
	struct gate *gates;
	TAILQ_HEAD(connections, connection) waiting;
	struct timer limiter;
	int64_t credit_us; /* of connects; one costs a second over LINK_CONNECTS_A_SECOND */
	struct mono credit_at;
	uint32_t epoch, connected;
};

/* ---- link_turn.c */
bool connection_is_shared(const struct connection *c);
void seat_dequeue(struct seat *s);
/* Behind the others of its kind; before those that only read if it has an order. */
void seat_enqueue(struct seat *s);
/* Whose turn it is; NULL: nobody's. Guests have theirs when nobody else wants one, and now and then. */
struct seat *connection_next_turn(struct connection *c, struct moment now, bool *is_guest);

/* ---- between link.c and net.c */
void connection_init(struct connection *c, struct net *n);
void connection_open(struct connection *c, struct moment now); /* has leave to connect */
void connection_close(struct connection *c);                   /* says nothing to anybody */
void connection_abandon(struct connection *c);                 /* the devices go; requests in flight are expired */
void connection_fail(struct connection *c, enum err e, struct moment now);
void gate_init(struct gate *g, struct net *n);
void net_queue(struct net *n, struct connection *c, struct moment now);
void net_unqueue(struct net *n, struct connection *c);

#endif
