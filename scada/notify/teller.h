/* SPDX-License-Identifier: Apache-2.0 */
/*
 * teller.h - the process that runs the site's program: forked before the sandbox is entered, and told over a socket pair what to say.
 * It never reads a frame, and runs nothing but the one program that it was started with. No shell is in between.
 */
#ifndef CHISAN_TELLER_H
#define CHISAN_TELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scada/base/err.h"

#define TELLER_ASK_MAX   (128 * 1024) /* bytes of one question: name, address, lines */
#define TELLER_WORDS_MAX 300

/* Forks it. *fd gets our end, non-blocking. When that is closed, it ends as soon as what it runs has ended, or its time was over. */
enum err teller_start(const char *program, pid_t *pid, int *fd);

/* Runs the program with name and address (left out if "") as arguments and the lines on its input. False: it is gone, or has no room. */
bool teller_ask(int fd, uint32_t id, int64_t timeout_us, const char *name, const char *address, const char *lines);

struct teller_answer {
	uint32_t id;
	bool is_ok;                   /* it exited with 0, in time */
	char words[TELLER_WORDS_MAX]; /* how it ended, and the beginning of what it printed; made safe */
};
/* OK: one answer. ERR_BUSY: none yet. ERR_CLOSED: it is gone. */
enum err teller_read(int fd, struct teller_answer *out);

#endif
