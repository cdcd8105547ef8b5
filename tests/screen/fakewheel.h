/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakewheel.h - a day of self-wheeling as chisand tells it: half delivered, one version in force; then what a person does with it.
 */
#ifndef CHISAN_FAKEWHEEL_H
#define CHISAN_FAKEWHEEL_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"

struct fakewheel {
	struct utc now;
	uint32_t edit, latest;
	bool is_pending;   /* the latest version waits for its answer */
	unsigned from, to; /* slots that the draft has otherwise */
	double kwh;
	uint64_t entries;
};

bool fakewheel_frame(struct fakewheel *w, struct conn *c, const struct frame *f); /* W_WHEEL...; true: it was ours */

#endif
