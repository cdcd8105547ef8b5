/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse.h - the end of a pulse: a coil that was set is cleared after its time, or as soon as its device is back. Clearing a coil twice
 * is the same as once, so that this alone is sent again when nobody knows whether it arrived.
 */
#ifndef CHISAN_PULSE_H
#define CHISAN_PULSE_H

#include "drivers/poll.h"

#define PULSE_TRIES    5 /* times that a device may refuse to have its coil cleared */
#define PULSE_RETRY_US US_PER_S

struct pulse {
	struct device *device;
	struct order order; /* the clearing */
	struct timer timer;
	struct mono due;
	uint16_t coil;
	uint8_t data[1], tries;
	bool is_set;     /* the coil may be set */
	bool is_refused; /* the device does not let it be cleared: given up */
	void (*over)(
	    struct pulse *p, struct moment now); /* is_set ends; it may be set again. NULL: nobody wants to know */
	void *arg;
};

/* Reserves its timer. */
void pulse_init(struct pulse *p, struct device *d, void (*over)(struct pulse *p, struct moment now), void *arg);
/* Gives the timer back. The order must not be queued any more: its poll has ended. */
void pulse_done(struct pulse *p, struct timers *timers);
/* The coil is set, or may be: it is to be cleared at `due`. */
void pulse_begin(struct pulse *p, uint16_t coil, struct mono due, struct moment now);
/* Cleared now, not at its time. */
void pulse_cut(struct pulse *p, struct moment now);

#endif
