/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - what the commands that go on for ever share: they end at ^C, when nobody reads on, and when chisand has not answered
 * in time at the beginning.  Before anything is written the loop runs on.
 */
#ifndef CHISAN_STREAM_H
#define CHISAN_STREAM_H

#include <ev.h>

#include "console/client.h"
#include "console/options.h"

struct stream {
	struct ev_loop *loop;
	const struct options *o;
	const char *late; /* what chisand has not done in time: "has not answered" */
	bool was_live;    /* set by who streams, when there is something */
	bool has_said_lost;
	int code; /* enum cmd_exit */
};

int stream_run(struct stream *s); /* until stream_end; returns its code */
void stream_end(struct stream *s, int code);
/*
 * The link came or went: a loss is said once and so is its end; before there was anything it is the end. True: the server is there, its
 * zone is ours, and it can be asked.
 */
bool stream_phase(struct stream *s, const struct client *c);
/* What was said goes out; an end, if it cannot. */
void stream_flush(struct stream *s);

#endif
