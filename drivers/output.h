/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - writes to devices: from a number to the steps that write it, its outcome in a sentence, and the read that shows what the
 * device made of it. One write of an output is under way at a time, and nothing is ever sent twice.
 *
 *   1 scale factor read   2 register read, where others share it   3 what has to stand before it   4 reversion timer
 *   5 the other coil of a pair cleared   6 the value   7 what comes after it, as an enabling
 *   8 read back, before other reads; a pulse is cleared when its time is over (pulse.h)
 *
 * A newer write takes the place of one of which nothing was sent yet, but pulses stand in line.
 */
#ifndef CHISAN_OUTPUT_H
#define CHISAN_OUTPUT_H

#include "drivers/encode.h"
#include "drivers/pulse.h"

#define OUTPUT_WAITING 4 /* writes that may stand in line behind one that is under way */

struct outputs;

struct outputs_ops {
	/* What became of a write: once for each. reply_to: as given with it. */
	void (*written)(const struct msg_field_written *m, uint32_t reply_to, void *arg);
	/* A pulse is over. NULL: nobody wants to know. */
	void (*cleared)(void *arg);
	/* Which coils of a pulse may be set has changed, or was said anew. NULL: nobody wants to know. */
	void (*pulse)(const struct msg_field_pulse *m, void *arg);
};

/* All outputs of p's configuration, which must outlive them. Timers are reserved here. */
struct outputs *outputs_new(struct poll *p, const struct outputs_ops *ops, void *arg);
/* After poll_free of its poll, which ended all that was under way. NULL is fine. */
void outputs_free(struct outputs *o, struct moment now);
/* Begins the heartbeats of the devices that want one. */
void outputs_begin(struct outputs *o, struct moment now);
/* Coils that the generation before left set are cleared by this one, at their time. old: its poll has ended. */
void outputs_take_over(struct outputs *o, const struct outputs *old, struct moment now);

/* Coils that a field program before this one may have left set are cleared as soon as their device is up; of the first configuration. */
void outputs_clear_left(struct outputs *o, struct moment now);

void outputs_write(struct outputs *o, const struct msg_field_write *m, uint32_t sequence, struct moment now);
/* The device is not up any more: what stands in line for it is not sent. */
void outputs_device(struct outputs *o, const struct device *d, struct moment now);

/* The program ends: all pulses are cleared now. False: none is left that could be. */
bool outputs_end(struct outputs *o, struct moment now);

#endif
