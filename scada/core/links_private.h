/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links_private.h - what links.c (configuration, samples, states, writes) and links_ask.c (questions of clients) share.
 */
#ifndef CHISAN_LINKS_PRIVATE_H
#define CHISAN_LINKS_PRIVATE_H

#include "scada/core/links.h"
#include "scada/core/nodes.h"

#define QUESTIONS_MAX 512

struct question {
	void *asker;              /* NULL = free, or the asker has gone */
	uint32_t asked, sequence; /* at the asker's; at the field program's, 0 = free */
	unsigned part;            /* which field program's */
	uint16_t answer;          /* type of the frame that answers it */
};

struct links {
	struct publish *publish;
	const struct links_ops *ops;
	void *arg;
	struct table *table;
	const struct site *site;
	uint16_t generation;
	struct conn *conns[LINKS_PARTS]; /* NULL: that field program is not up */
	struct question questions[QUESTIONS_MAX];
	struct msg_field_stats stats[LINKS_PARTS];
	struct nodes *nodes; /* of ECHONET Lite, as they were met */
	struct utc known;    /* until when samples of an earlier run are stored; 0 = not known */
	bool was_up[LINKS_PARTS];
};

/* An answer of that field program, or its refusal: to who asked. */
enum err links_answer(struct links *l, unsigned part, const struct frame *f);

#endif
