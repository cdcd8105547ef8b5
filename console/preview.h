/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preview.h - what an override would do to the plan: asked of chisand, kept, and said in lines; for the dialogue and the command.
 */
#ifndef CHISAN_PREVIEW_H
#define CHISAN_PREVIEW_H

#include "console/client.h"
#include "scada/base/msg.h"

/* chisand answers within 20 s: two plans are computed, and one that is more urgent goes first. */
#define PREVIEW_PATIENCE_US (25 * US_PER_S)
#define PREVIEW_LINES       4
#define PREVIEW_LINE        200

struct preview {
	struct client *client;
	void (*changed)(void *arg);
	void *arg;
	uint32_t asked; /* 0 = no answer is awaited */
	bool is_there;
	bool is_of_none;      /* the output is the setpoint of nothing that is planned: there is nothing to be said */
	struct msg_preview m; /* while is_there; its strings are those below */
	char soc_of_with[64], soc_of_without[64], missed[300], text[300], failed[300];
};

void preview_init(struct preview *p, struct client *c, void (*changed)(void *arg), void *arg);
/* Asks anew; what was there is forgotten. */
void preview_ask(struct preview *p, const char *point, double value, int64_t until);
void preview_drop(struct preview *p); /* no answer is wanted any more, and nothing is there */
/* Of a frame: false: it cannot be read. */
bool preview_take(struct preview *p, const struct frame *f);

/* How many lines, raw; the first without a label. One: all of it in short. 0: nothing to be said. */
int preview_say(const struct preview *p, bool is_short, bool ja, char lines[PREVIEW_LINES][PREVIEW_LINE]);
/* Is it worse to keep: a goal is missed that would be kept without it? */
bool preview_warns(const struct preview *p);

#endif
