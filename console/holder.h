/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder.h - who holds a point by hand or off scan, since when, until when and why: as the journal has it, asked for when it begins.
 */
#ifndef CHISAN_HOLDER_H
#define CHISAN_HOLDER_H

#include "console/screen.h"

struct holder {
	struct console *co;
	char name[POINT_NAME_MAX];
	bool is_held, is_manual; /* as asked for last */
	uint32_t ask;            /* 0 = none under way */
	char text[400];          /* made safe; "" = nothing to say */
};

/* Zeroed memory is one that has not looked. Asks when the point came to be held, or by other means; cheap else. */
void holder_look(struct holder *h, struct console *co, point_id id);
/* An entry was recorded: is it about this hold? true: the text is another. */
bool holder_take(struct holder *h, const struct msg_journal *m);
void holder_done(struct holder *h);

#endif
