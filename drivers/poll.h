/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll.h - what to ask each device, and when. Every device goes its own way: its scans are phased over their periods, a
 * scan that is overdue is counted and not queued, a device that fails is probed with a back-off, and one that is silent
 * costs the others nothing. It is given the time and reaches the wire through struct poll_ops alone.
 *
 *   state        on                                becomes
 *   OFF          (disabled, or nothing to ask)     stays
 *   CONNECTING   an answer                         UP; all scans start
 *   CONNECTING   a failure                         DOWN; back-off
 *   UP           a failure, none lately            CONNECTING; one retry at once
 *   UP           a failure again                   DOWN; back-off
 *   DOWN         retry time                        stays; one probe
 *   DOWN         an answer                         UP; all scans start
 *   any          another device answers            DOWN with ERR_OTHER_DEVICE
 *   UP           a reply of another size           stays; that request is split, then left alone for a while
 *   UP           all that it is asked for so       as a failure
 *   CONNECTING   a reply of another size           stays; halves and other blocks are tried, a failure when there is none left
 *   DOWN         the same                          stays; the same, back-off
 *
 * On each new connection it is first asked what it is: an identity register, or the chain of SunSpec. Until that is answered
 * nothing else is asked of it, and nothing written to it.
 */
#ifndef CHISAN_POLL_H
#define CHISAN_POLL_H

#include <sys/queue.h>

#include "drivers/locate.h"
#include "drivers/scan.h"

#define POLL_QUICK_US (10 * US_PER_S) /* between two retries at once */
#define POLL_WATCH_US (2 * US_PER_S)  /* between two looks at a device that is only written */

struct poll;
struct dump;

/*
 * What is asked before all reads of the scans: a write, what has to be read for it, its read-back. One of a device at a time, in their
 * order. Owned by the caller, and not to be touched from poll_order() until done(), which comes once and may give it again.
 */
struct order {
	struct request request; /* but for the unit; its data live until done() */
	/*
	 * OK: answered, *a is it. ERR_EXC_*: refused. ERR_BAD_COUNT, of a read: answered with more or less than was asked.
	 * ERR_NOT_CONNECTED: never sent. ERR_FAILED: answered by another address or value. Else: not known. Of a guest *a is there whenever
	 * something was answered.
	 */
	void (*done)(struct order *o, enum err e, const struct answer *a, struct moment now);
	void *arg;
	bool is_patient; /* waits while the device is away; others end then */
	bool is_trial;   /* asked by a person: a refusal is told to whom it concerns, and is no error of the device's */
	bool is_queued, is_sent;
	struct mono asked; /* when it was sent */
	TAILQ_ENTRY(order) entry;
};

#define DEVICE_DETAIL 160 /* bytes of what its last error was about */

struct device {
	const struct cfg_device *cfg;
	struct poll *poll;
	void *seat; /* the transport's */
	struct timer timer;
	struct locate *locate; /* NULL = no SunSpec */
	struct scan *scans;
	uint32_t scan_count, index;
	TAILQ_HEAD(orders, order) orders;
	struct order *sent;     /* that is in flight; NULL = none */
	struct order *guest;    /* somebody else's, that waits or is in flight; NULL = none */
	struct order watch;     /* a read, where there is nothing to scan: does it answer? */
	struct mono watch_at;   /* when next; 0 = there is something to scan */
	struct moment answered; /* when an order was answered last: what was asked before may be older than it */
	/* state */
	uint8_t state; /* enum device_state */
	uint8_t in_flight;
	bool is_identified, is_trying, is_dirty;
	enum err logged;
	uint32_t epoch; /* of the connection it last spoke on */
	uint32_t fails; /* in a row */
	uint32_t round; /* counts failures: what was in flight before one is void */
	struct mono retry_at, quick_at;
	/* what is reported */
	uint32_t answer_us, error_count;
	uint64_t requests, timeouts, errors, connects;
	struct utc since, error_time;
	enum err error;
	char detail[DEVICE_DETAIL];
};

/* What a request is for; handed back with its answer. */
struct errand {
	struct order *order; /* NULL = none */
	bool is_guest;       /* it is one */
	struct scan *scan;   /* NULL = none; neither: the identity register */
	uint32_t block;
	uint32_t round; /* an answer to what was asked before a failure is not looked at */
};

struct poll_ops {
	/* The device has something to send: poll_next() is to be called when its turn comes. May be called again before. */
	void (*want)(struct device *d, struct moment now, void *arg);
	/* The device is another one: let its connection go, if nobody shares it. */
	void (*drop)(struct device *d, struct moment now, void *arg);
	void (*samples)(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg);
	void (*state)(struct device *d, void *arg); /* changed just now */
};

struct poll {
	struct setup *config; /* addresses of SunSpec devices are set in it */
	const struct poll_ops *ops;
	void *arg;
	struct timers *timers;
	struct device *devices;
	uint32_t device_count;
	struct reading *readings; /* by item */
	struct sample *scratch;
	struct mono start;
	uint64_t random;
	uint64_t requests;
	struct dump *dump; /* what the transport sends and gets is shown there; NULL = nobody can look on */
	uint32_t late;     /* scans that began later than half a period, or not at all */
};

/* Lays out all devices of config, which must outlive it. seed: for jitter. Timers are reserved here. */
struct poll *poll_new(
    struct setup *config, const struct poll_ops *ops, void *arg, struct timers *timers, uint64_t seed);
/* Orders end: their outcome is not known, or they were never sent. */
void poll_free(struct poll *p, struct moment now);
void poll_start(struct poll *p, struct moment now);

/*
 * The device's turn on a connection whose number is epoch (another number is a new connection). False: nothing to ask.
 * True: *out is to be sent, and poll_answered or poll_failed follows.
 */
bool poll_next(struct device *d, uint32_t epoch, struct moment now, struct request *out, struct errand *errand);
bool poll_has_next(const struct device *d, struct moment now);
/* The device answered errand, be it by an exception or with another number of values; sent: when it was asked. */
void poll_answered(
    struct device *d, const struct errand *errand, const struct answer *a, struct mono sent, struct moment now);
/* All that was in flight for it is lost, or there is no connection. */
void poll_failed(struct device *d, enum err e, struct moment now);
/* The request alone is lost through no fault of the device's; it will be asked again. */
void poll_returned(struct device *d, const struct errand *errand, struct moment now);
/* Something went wrong that is worth a line, but cost nothing. */
void poll_note(struct device *d, enum err e, const char *detail, struct moment now);

/*
 * Puts an order behind the others, or before them. ERR_DISABLED: the device is off. ERR_NOT_CONNECTED: it is not up, and the order is
 * not patient. A write is sent only to a device that is up; a read also to see whether it is.
 */
enum err poll_order(struct device *d, struct order *o, bool is_first, struct moment now);
/*
 * A request of somebody else's, which goes when nothing of ours waits; one of a device at a time. ERR_NOT_CONNECTED: the device is not up.
 * ERR_BUSY: there is another. done() follows as for an order; ERR_TIMEOUT: no answer, for which the device is not taken to be away.
 */
enum err poll_guest(struct device *d, struct order *o, struct moment now);
/* Takes it back, without done(). False: it was sent, and done() follows. */
bool poll_guest_take(struct device *d, struct order *o);
/* Is there one that can be sent now? Then as poll_next; one that is given to poll_returned() ends with ERR_TIMEOUT. */
bool poll_has_guest(const struct device *d);
bool poll_next_guest(struct device *d, uint32_t epoch, struct moment now, struct request *out, struct errand *errand);

/* The read that shows an item: of its whole block, as it is scanned; *scan NULL: of the item alone. */
struct request poll_show_request(struct device *d, uint32_t item, struct scan **scan, struct block *block);
/* Its answer as samples, as done() got it. What a block refuses is left to its scan. */
void poll_show(struct device *d, uint32_t item, struct scan *scan, const struct block *block, const struct order *o,
    enum err e, const struct answer *a, struct moment now);

static inline bool
poll_is_probe(const struct device *d)
{
	return d->state != DEVICE_UP;
}

#endif
