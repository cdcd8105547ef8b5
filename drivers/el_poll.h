/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_poll.h - what to ask each node of ECHONET Lite, when, and what its answers and announcements are worth. One request of a node is
 * under way at a time; it is sent again with another number until it is answered or given up, but a write never. Given the time;
 * reaches the wire through struct el_ops alone.
 *
 *   what is asked of a node, in this order
 *   1 a write, then the property as the node has it   2 which instances it has (D6), and which node it is (83)   3 of each instance: what it
 *   announces, what can be read, and by what its numbers are multiplied   4 what is due   5 the half hours that are missing
 *
 *   state        on                                      becomes
 *   OFF          (disabled)                              stays
 *   CONNECTING   the answers to 2                        UP; all is due
 *   CONNECTING   no answer                               DOWN; back-off
 *   UP           no answer of an instance                stays; its points say so, and 2 is asked again
 *   UP           no answer to 2                          DOWN; back-off
 *   DOWN         retry time, or a frame of the node      stays; 2 is asked once
 *   any          another node answers                    DOWN with ERR_OTHER_DEVICE
 */
#ifndef CHISAN_EL_POLL_H
#define CHISAN_EL_POLL_H

#include <sys/queue.h>

#include "drivers/el_frame.h"
#include "drivers/el_setup.h"
#include "drivers/scan.h"
#include "drivers/timer.h"

#define EL_TRIES    3                 /* of a read; of a node that is down, one */
#define EL_ASK_MAX  16                /* properties of one request */
#define EL_RAW_MAX  12                /* bytes kept for people */
#define EL_MEET_US  (3600 * US_PER_S) /* what an instance announces, and its factors, are asked anew */
#define EL_WATCH_US (30 * US_PER_S)   /* a node that has nothing to be read is looked at so often */
#define EL_WHO_US \
	(10 * US_PER_S) /* a write is preceded by the question who it is, unless that was answered so lately */
#define EL_RENEW_US      (10 * US_PER_S) /* announcements of instances that come faster are heeded so often */
#define EL_TOLD_MAX      50              /* announced values of a second, and one an item; what is more is asked for */
#define EL_HALF_HOUR_US  (1800 * US_PER_S)
#define EL_HISTORY_SLOTS 48
#define EL_HISTORY_DAYS  99

struct el_poll;
struct el_device;

struct el_factor {
	uint8_t epc;
	bool is_known;
	uint16_t cause; /* enum err */
	double value;
};

/* One instance in a node. */
struct el_object {
	uint32_t object;
	bool is_met, is_listed; /* listed: by D6, or that was not said */
	uint16_t cause;         /* of all its points: enum err; OK = each has its own */
	struct mono meet_at;    /* to be met again */
	struct el_map announced, readable;
	bool has_readable; /* else nobody knows */
	struct el_factor factors[EL_ASK_MAX - 2];
	uint8_t factor_count;
	uint8_t most;          /* properties of a request that it has answered in full */
	uint8_t piece;         /* of a meeting in pieces: which is next, from 1; 0 = all is asked at once */
	uint32_t first, count; /* items */
};

struct el_item {
	const struct el_cfg_item *cfg;
	struct el_object *object;
	struct mono due;
	int16_t history_day; /* day that is to be asked for next, down to 0; -1 = none */
	bool is_off;
	bool is_new; /* read back: due before all others */
	uint8_t raw_len;
	uint8_t raw[EL_RAW_MAX];
	uint16_t cause;
	double value;
	struct utc time;
};

/* A write that waits or is under way. */
struct el_write {
	TAILQ_ENTRY(el_write) entry;
	const struct el_cfg_item *cfg;
	uint64_t write;
	uint32_t reply_to;
	uint8_t len;
	uint8_t data[4];
};

enum el_ask_kind { ASK_NONE, ASK_WRITE, ASK_LIST, ASK_WHO, ASK_MEET, ASK_DAY, ASK_HISTORY, ASK_READ };

/* The request under way. */
struct el_ask {
	uint8_t kind; /* enum el_ask_kind */
	uint8_t service, tries, count, got;
	uint16_t tid;
	uint32_t object;
	struct el_object *of;
	uint8_t epcs[EL_ASK_MAX];
	uint8_t day; /* ASK_DAY, ASK_HISTORY */
	struct mono sent, deadline;
};

struct el_device {
	const struct el_cfg_device *cfg;
	struct el_poll *poll;
	struct timer timer;
	struct el_object *objects;
	struct el_item *items; /* those that are read, as in the configuration */
	uint32_t object_count, item_count;
	TAILQ_HEAD(, el_write) writes;
	struct el_write *writing;
	struct el_ask ask;
	struct el_device *same; /* the next at this address */
	/* state */
	uint8_t state;   /* enum device_state */
	bool is_known;   /* it said which instances it has */
	bool is_renewed; /* it announced its instances: it has come up anew */
	bool is_told;    /* it did so again just now; heeded from renewed on */
	bool is_identified, gives_no_id;
	struct el_id id; /* as it was first met, or is */
	struct mono who_at, renewed, told_since;
	char elsewhere[48]; /* address at which it answers now; "" = none */
	uint32_t told;      /* announced values since then */
	bool is_dirty, has_no_setget;
	uint32_t fails;
	struct mono retry_at, knocked, watch_at;
	struct utc heard;            /* its last answer from an instance; 0 = none yet */
	struct utc gap_from, gap_to; /* of which its history is wanted */
	/* what is reported */
	enum err logged, error;
	uint32_t answer_us, error_count;
	uint64_t requests, timeouts, errors, connects;
	struct utc since, error_time;
	char detail[112];
};

struct el_ops {
	/* To the node; OK, or why not. */
	enum err (*send)(struct el_device *d, const uint8_t *data, size_t len, void *arg);
	void (*samples)(struct el_device *d, struct utc time, const struct sample *s, uint32_t count, void *arg);
	void (*late)(struct el_device *d, point_id point, const struct utc *times, const double *values, uint32_t count,
	    void *arg);
	void (*state)(struct el_device *d, void *arg); /* changed just now */
	void (*written)(const struct msg_field_written *m, uint32_t reply_to, void *arg);
	/* It said which it is (d->id), and had not said so. NULL: nobody wants to know. */
	void (*met)(struct el_device *d, void *arg);
	/* No answer to d->ask in time; it may be sent again. NULL: nobody wants to know. */
	void (*silent)(struct el_device *d, struct moment now, void *arg);
};

struct el_poll {
	const struct el_setup *config;
	const struct el_ops *ops;
	void *arg;
	struct timers *timers;
	struct el_device *devices;
	uint32_t device_count;
	struct el_device **slots; /* by address and port: open addressing, of `slot_count` */
	uint32_t slot_count;
	struct sample *scratch;
	uint64_t random, requests;
	uint32_t late; /* answers that nobody waited for any more */
	uint16_t tid;
};

/* Of config, which must outlive it. Timers are reserved here. first_tid: goes on from that of the generation before. */
struct el_poll *el_poll_new(const struct el_setup *config, const struct el_ops *ops, void *arg, struct timers *timers,
    uint64_t seed, uint16_t first_tid);
/* Writes under way are told as not known, those that wait as not sent. NULL is fine. */
void el_poll_free(struct el_poll *p, struct moment now);
void el_poll_start(struct el_poll *p, struct moment now);
/* A frame from a node, come in through a port of the configuration. False: it is of no device of ours. */
bool el_poll_frame(
    struct el_poll *p, uint32_t port, const struct sockaddr_storage *from, const struct el_frame *f, struct moment now);
/* The device at that address, and of several in one node the one that asked with this number; NULL = none of ours. */
const struct el_device *el_poll_at(
    const struct el_poll *p, uint32_t port, const struct sockaddr_storage *a, unsigned tid);
uint32_t el_poll_node(const struct el_device *d); /* index of the first device at its address: stands for the node */
/* The port cannot be used: all that is behind it is down. */
void el_poll_port_failed(struct el_poll *p, uint32_t port, enum err e, const char *detail, struct moment now);

/* w->point: one of the configuration's outputs, else false. */
bool el_poll_write(struct el_poll *p, const struct msg_field_write *w, uint32_t reply_to, struct moment now);
/* False: it is not read here. */
bool el_poll_scan(struct el_poll *p, point_id point, bool is_on);
struct el_item *el_poll_find(const struct el_poll *p, point_id point); /* NULL = it is not read here */

/* ---- between the el_*.c of it */
/* el_poll.c */
void el_run(struct el_device *d, struct moment now);
bool el_is_flood(struct el_device *d, struct moment now); /* an announced value came: is it one too many? */
void el_note(struct el_device *d, enum err e, const char *detail, struct moment now);
/* el_value.c: what the bytes of a property mean to an item; sets raw, value and cause. */
void el_item_take(struct el_item *it, const struct el_prop *p);
enum err el_factor_take(const struct el_prop *p, bool is_optional, double *out);
void el_factor_learn(struct el_object *o, struct el_factor *x, const struct el_prop *p); /* p NULL: it was not given */
/* As a number to be written: *len bytes in data. ERR_RANGE with a sentence. */
enum err el_item_encode(
    const struct el_cfg_item *cfg, double raw, uint8_t data[4], uint8_t *len, char *why, size_t size);
/* All of the numbers by which an item is multiplied. ERR_SCALE_FACTOR: one is not known. */
enum err el_item_factor(const struct el_item *it, double *out);
/* el_ask.c: what to ask next; false: nothing now. */
bool el_ask_next(struct el_device *d, struct moment now);
enum err el_ask_send(struct el_device *d, struct moment now); /* d->ask, again or for the first time */
struct mono el_ask_wake(const struct el_device *d);           /* when there is something to ask; INT64_MAX = never */
/* el_answer.c: d->ask was answered by f, or was given up. */
void el_answered(struct el_device *d, const struct el_frame *f, struct moment now);
void el_unanswered(struct el_device *d, enum err e, struct moment now);
/* The node cannot be reached at all. */
void el_fail(struct el_device *d, enum err e, const char *detail, struct moment now);
void el_announced(struct el_device *d, const struct el_frame *f, struct moment now);
/* el_who.c: true: it is the node that it should be. False: another, and it is down now. */
bool el_who_take(struct el_device *d, const struct el_frame *f, struct moment now);
bool el_who_unanswered(struct el_device *d, struct moment now); /* false: it has to say it */
void el_who_doubt(struct el_device *d);                         /* it is to be asked */
void el_who_met(struct el_device *d, struct moment now);
const char *el_who_text(const struct el_device *d, char *text, size_t size); /* where it is; has d->elsewhere */
bool el_who_is_due(const struct el_device *d, int64_t age_us, struct moment now);
void el_who_elsewhere(
    struct el_poll *p, uint32_t port, const struct sockaddr_storage *from, const struct el_frame *f, struct moment now);
/* el_history.c */
void el_history_want(struct el_device *d, struct utc since, struct moment now);
void el_history_take(struct el_device *d, const struct el_prop *p, unsigned day, struct moment now);

#endif
