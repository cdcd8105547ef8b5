/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay.h - questions of clients to the reader of the store, and its answers back.  Nothing is added and nothing is waited for:
 * sequences are renumbered, and a client that goes away takes its questions along.  One question more may be chisand's own.
 *
 * Credit: the reader is at most 8 frames ahead of what a client granted with W_MORE; grants of a client whose own queue is long are
 * held back until it has read.
 */
#ifndef CHISAN_RELAY_H
#define CHISAN_RELAY_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"

#define RELAY_MAX   64         /* questions open in all */
#define RELAY_EACH  8          /* of one client */
#define RELAY_QUEUE (1u << 20) /* bytes that wait for a client; above, its grants are held back */

struct relay;

struct relay_ops {
	/* A report of a closed period, for the writer: the body of W_REPORT_FILE. */
	void (*file)(const uint8_t *body, size_t len, void *arg);
	/* A frame of the answer to relay_own(), W_RESULT the last; f NULL: the reader is gone, and no more comes. */
	void (*own)(const struct frame *f, void *arg);
};

struct relay *relay_new(const struct relay_ops *ops, void *arg);
void relay_free(struct relay *r); /* NULL is fine */

void relay_up(struct relay *r, struct conn *reader);
void relay_down(struct relay *r); /* open questions are answered with ERR_CLOSED */

/* A question, W_MORE or W_CANCEL of a client. False: it is none of these. */
bool relay_ask(struct relay *r, struct conn *client, const struct frame *f);
/*
 * A question of chisand's own, one at a time; its answer is at most as long as the credit a question begins with. False: no reader, or
 * one is open.
 */
bool relay_own(struct relay *r, uint16_t type, const struct wbuf *body);
/* The client is gone: its questions are called back. */
void relay_forget(struct relay *r, const struct conn *client);
/* A frame of the reader. OK, or what is wrong with it: then its sender must go. */
enum err relay_frame(struct relay *r, const struct frame *f);
/* Gives what was held back to those who have read meanwhile; now and then. */
void relay_tick(struct relay *r);

uint32_t relay_open(const struct relay *r);

#endif
