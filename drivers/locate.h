/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locate.h - a SunSpec device of the field program: is it the one that is meant, and where do its points stand now.
 */
#ifndef CHISAN_LOCATE_H
#define CHISAN_LOCATE_H

#include "drivers/setup.h"
#include "drivers/sunspec.h"

/* What a device said when it was met; outlives its connections. */
struct locate {
	struct discovery discovery;
	struct chain laid; /* by which the addresses stand now */
	bool has_laid, has_seen;
	char manufacturer[33], model[33], serial[33]; /* seen first: what comes later has to be the same */
};

void locate_init(struct locate *l, const struct cfg_device *d);

/* Discovery is done: OK, or ERR_OTHER_DEVICE with a sentence for people in why. */
enum err locate_check(struct locate *l, const struct cfg_device *d, char *why, size_t size);
/* Sets the addresses of the device's items and outputs. False: they are as they were. */
bool locate_lay(struct locate *l, struct setup *c, uint32_t device);

#endif
