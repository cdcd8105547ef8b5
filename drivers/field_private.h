/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_private.h - what the parts of the field program share: field.c (the pipe, and life), field_config.c (generations of the
 * configuration) and field_tell.c (what chisand is told).
 */
#ifndef CHISAN_FIELD_PRIVATE_H
#define CHISAN_FIELD_PRIVATE_H

#include "drivers/dump.h"
#include "drivers/echonet.h"
#include "drivers/field.h"
#include "drivers/look.h"
#include "drivers/output.h"
#include "drivers/proxy.h"

#define TELL_US (100 * US_PER_MS) /* a tenth of the devices each, so that each has its second */

struct field {
	struct ev_loop *loop;
	struct conn *conn;
	struct timers timers;
	ev_timer clock;     /* the next of timers */
	ev_prepare prepare; /* sets it before the loop sleeps */
	struct mono clock_at;
	struct net *net;
	struct setup *config, *pending;
	struct poll *poll;
	struct outputs *outputs;
	struct echonet *echonet;
	struct proxies *proxies;
	struct look look;
	struct dump dump;
	struct timer tell, end;
	uint32_t told; /* part of the second */
	struct wbuf out;
	uint64_t seed;
	int statm_fd;
	bool is_ending;            /* the pipe is closed */
	bool is_greeted, is_muted; /* muted: a new generation is coming in, and the old numbers mean nothing any more */
};

/* ---- field_tell.c: nothing is sent while muted; arg is the struct field */

void field_send_samples(uint32_t device, struct utc time, const struct sample *s, uint32_t count, void *arg);
void field_send_late(
    uint32_t device, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg);
void field_put_state(const struct msg_device_state *m, void *arg);
void field_send_state(struct device *d, void *arg);
void field_tell_fire(struct timer *t, struct moment now);
/* Says why, and ends the pipe. */
void field_bye(struct field *f, enum err e, const char *text);

/* ---- field_config.c */

extern const struct echonet_ops field_echonet_ops;
extern const struct proxy_ops field_proxy_ops;

/* A generation comes in: the old one is polled on, and told of no more. */
void field_begin(struct field *f, uint16_t generation);
/* One frame of the generation that is coming in; the last one has it take the place of the old one. */
void field_take_config(struct field *f, const struct frame *frame);
/* The outcome of a write, in answer to frame reply_to; arg is the struct field. */
void field_send_written(const struct msg_field_written *m, uint32_t reply_to, void *arg);

#endif
