/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_second.h - an act that may wait for a second person, and the command that waits with it.
 */
#ifndef CHISAN_CMD_SECOND_H
#define CHISAN_CMD_SECOND_H

#include "console/cmd.h"

struct cmd_second {
	struct ev_loop *loop;
	struct client *client;
	const char *what;
	ev_timer patience;
	bool is_waiting, is_decided, is_late, is_interrupted;
	uint64_t said; /* approval whose end was said; 0 = none */
	int64_t until; /* utc, of that one */
};

/*
 * Before the act is sent, so that no decision is missed. what: how the act begins in the words of the approval, as
 * "shelve ESS1.SOC.LL"; borrowed. c is of cmd_snapshot() with SUB_CONTROL | SUB_CHANGES, and is in use until cmd_second_done().
 */
void cmd_second_init(struct cmd_second *s, struct client *c, const char *what);
void cmd_second_done(struct cmd_second *s);
/*
 * After an answer RESULT_NEEDS_SECOND: says on stderr until when a second person is asked, and runs the loop until somebody decided
 * something. True: ask again with the same body, the answer says how it ended, or that it still waits. False: ^C, SIGTERM, the link is
 * lost, or nothing was heard long after the time was over; text (of size) then has the sentence, which was said on stderr too.
 */
bool cmd_second_wait(struct cmd_second *s, const struct options *o, char *text, size_t size);

#endif
