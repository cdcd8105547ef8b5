/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - chisan-store -r: answers questions for history, journal and reports, and files reports of closed periods.
 * It writes nothing but copies in the spool. One connection to chisand, many questions at a time, served in slices.
 */
#ifndef CHISAN_READER_H
#define CHISAN_READER_H

#include <ev.h>

#include "scada/base/clock.h"
#include "scada/store/store.h"

struct reader;

/* Takes the descriptor and greets; the loop ends when the pipe ends. */
struct reader *reader_new(struct ev_loop *loop, int fd, const struct store_options *o);
void reader_free(struct reader *r); /* NULL is fine */

/* The whole program after its options: sandbox, greeting, questions, until the pipe (SPAWN_FD) ends. The exit code. */
int reader_run(const struct store_options *o);

#endif
