/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump.h - the requests and answers of a device, or of all that share its link, as bytes, for a person who looks on. Of ECHONET Lite: the
 * datagrams from and to a node, or all of an interface.
 *
 * One at a time for a field program. It costs a copy of each frame, waits for nobody and holds a bounded heap of them: what has no room
 * is left out and counted. Frames are sent on ten times a second at most.
 */
#ifndef CHISAN_DUMP_H
#define CHISAN_DUMP_H

#include "drivers/poll.h"
#include "scada/base/conn.h"

#define DUMP_HEAP_MAX  (48 * 1024)  /* bytes of frames that wait to be sent on */
#define DUMP_QUEUE_MAX (256 * 1024) /* bytes in the pipe to chisand beyond which nothing more is put into it */
#define DUMP_FLUSH_US  (100 * US_PER_MS)
#define DUMP_ALIVE_US  (2 * US_PER_S) /* while nothing is said, an empty frame tells that it goes on */

/* What a frame is, in W_DUMP. */
struct dump_frame {
	uint8_t what, form;  /* enum dump_what, enum dump_form */
	enum err err;        /* of what came: OK, or why it is no answer */
	uint32_t took_us;    /* since it was asked; 0 of a request */
	const char *peer;    /* of a datagram; NULL = none */
	const uint8_t *data; /* as on the wire */
	size_t len;
};

/* Where a frame belongs. */
struct dump_place {
	const void *of;        /* whose devices these are: a struct poll, or a struct echonet */
	uint32_t link, device; /* indices, of link and device or of port and node; UINT32_MAX: no device */
};

/* Where the device of that number is on the wire, arg being the field program. False: it has none. */
typedef bool dump_find(uint32_t device, struct dump_place *out, void *arg);

struct dump {
	struct conn *conn;
	struct timers *timers;
	struct timer timer;
	bool is_open;
	uint32_t reply_to;
	uint16_t generation;
	struct dump_place place; /* no device: all of the link */
	struct mono until, sent;
	uint32_t left; /* frames that may still come */
	uint32_t left_out;
	uint16_t lines;
	struct wbuf heap;
};

/* Embedded. conn and timers outlive it. */
void dump_init(struct dump *d, struct conn *conn, struct timers *timers);
void dump_done(struct dump *d);

/*
 * Takes W_DUMP_GET; W_DUMP frames follow, and W_RESULT at the end. 0 seconds: ends that one, if it is open. find: NULL while no
 * configuration is in use. Refused with a sentence: ERR_USAGE, ERR_GENERATION, ERR_NOT_FOUND, ERR_BUSY.
 */
void dump_ask(struct dump *d, dump_find *find, void *arg, const struct frame *f, struct moment now);
/* Ends what is open: its devices go. */
void dump_end(struct dump *d, enum err e, struct moment now);
/* A frame was sent or came; nothing happens unless somebody looks at this device. d: NULL is fine. */
void dump_put(struct dump *d, const struct device *of, const struct dump_frame *f, struct moment now);
/* The same at a place; number: the device's on the wire, or DUMP_NO_DEVICE. */
void dump_put_at(
    struct dump *d, const struct dump_place *at, uint32_t number, const struct dump_frame *f, struct moment now);
/* Is anybody looking at something of this owner? Then it is worth to lay a frame out for it. */
static inline bool
dump_is_open(const struct dump *d, const void *of)
{
	return d != NULL && d->is_open && d->place.of == of;
}

#endif
