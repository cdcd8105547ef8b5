/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake.h - getting a checked site from chisan-site, at the start and at each reload.  A bad one changes nothing.
 */
#ifndef CHISAN_INTAKE_H
#define CHISAN_INTAKE_H

#include "scada/core/supervise.h"
#include "scada/site/site_load.h"

struct intake;

struct intake_ops {
	void (*loaded)(struct site *site, const uint64_t hash[4], void *arg); /* the site is the receiver's */
	void (*failed)(enum err why, void *arg);                              /* all faults were printed before */
};

struct intake *intake_new(struct supervise *s, const char *folder, const struct intake_ops *ops, void *arg);
void intake_free(struct intake *in);

/* Starts chisan-site; if it runs already, once more after that. */
void intake_start(struct intake *in);

/* What supervise says of HELPER_SITE. */
void intake_frame(struct intake *in, const struct frame *f);
void intake_down(struct intake *in, enum err why);

#endif
