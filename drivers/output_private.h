/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output_private.h - what output.c, one output, and output_set.c, all of them, share.
 */
#ifndef CHISAN_OUTPUT_PRIVATE_H
#define CHISAN_OUTPUT_PRIVATE_H

#include "drivers/beat.h"
#include "drivers/output.h"

enum step { STEP_IDLE, STEP_FACTOR, STEP_READ, STEP_BEFORE, STEP_TIMER, STEP_OTHER, STEP_VALUE, STEP_AFTER, STEP_DONE };

/* One write as it was asked for. */
struct wish {
	uint64_t write;
	double raw;
	uint32_t timer_s, sequence;
};

struct output {
	struct outputs *all;
	const struct cfg_output *cfg;
	struct device *device;
	struct output *next; /* of the device */
	/* under way */
	struct order order;
	uint8_t step;  /* enum step */
	uint8_t sub;   /* which of several: STEP_BEFORE, STEP_AFTER */
	bool has_sent; /* something was written for it, or may have been */
	int8_t factor;
	struct wish wish;
	uint8_t fresh[DECODE_RAW_MAX], data[DECODE_RAW_MAX],
	    side[DECODE_RAW_MAX]; /* registers as read, to be written; timer, other coil, what stands beside */
	struct wish waiting[OUTPUT_WAITING];
	uint8_t waiting_count;
	struct pulse pulse;
	uint8_t left; /* enum pulse_coils that are still to be cleared after that of `pulse` */
	/* the read-back */
	struct order back;
	struct scan *scan;
	struct block block;
	bool is_back_again; /* it has to be read once more: what is on its way was asked before */
};

/* A coil of the generation before of which this one has no output. */
struct leftover {
	struct pulse pulse;
	const struct cfg_device *cfg; /* outlives the poll */
	struct leftover *next;
};

struct outputs {
	struct poll *poll;
	struct timers *timers;
	const struct setup *config;
	const struct outputs_ops *ops;
	void *arg;
	struct output *list; /* as in config */
	struct output **of_device;
	struct leftover *leftovers;
	struct beat *beats;
	uint32_t beat_count;
};

void output_init(struct output *o, struct outputs *all, const struct cfg_output *cfg, struct device *d);
/* What stands in line is not sent, and told so. */
void output_clear_left(struct output *o, struct moment now);
/* Which of its coils may be set. */
void output_tell_pulse(const struct output *o);
void output_refuse_waiting(struct output *o, enum err e, const char *why, struct moment now);

#endif
